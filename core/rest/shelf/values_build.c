/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the shelf's values: every one gets a number when it is first met, the resources are kept as rows of
 * numbers, and these are turned about by type when its items have their order. */
#include <core/rest/shelf/values.h>

#include <core/base/heap.h>
#include <stdlib.h>

#define BYTES_MAX ((size_t)1 << 30) /* of all values */

/* Its bytes are its key, without the holders. */
struct known {
	struct hs__shelf_value value;
	struct hs_slice text;
};

struct hs__shelf_values {
	struct hs_image_builder *builder;
	struct hs_arena *arena;
	struct hs_map numbers; /* by the bytes of the value */
	struct known **known;  /* by number */
	struct hs__shelf_row *taken;
	struct hs__shelf_value *values;
	uint32_t *holders;
	struct hs__shelf_row *rows;
	size_t known_count, known_room, taken_count, taken_room;
	size_t value_count, value_room, holder_count, holder_room, row_count, row_room;
};

struct hs__shelf_values *hs__shelf_values_new(struct hs_image_builder *builder)
{
	struct hs__shelf_values *values = hs_heap_alloc(sizeof *values);
	values->builder = builder;
	values->arena = hs_arena_new(BYTES_MAX);
	hs_map_init(&values->numbers, NULL);
	return values;
}

void hs__shelf_values_free(struct hs__shelf_values *values)
{
	hs_map_free(&values->numbers);
	hs_heap_free(values->known);
	hs_heap_free(values->taken);
	hs_heap_free(values->values);
	hs_heap_free(values->holders);
	hs_heap_free(values->rows);
	hs_arena_free(values->arena);
	hs_heap_free(values);
}

/* ---- taking ---- */

static struct hs__shelf_value value_of(struct hs_image_builder *builder, const struct hs_index_row *row,
	bool implied)
{
	struct hs__shelf_value value;
	memset(&value, 0, sizeof value);
	value.param = row->param;
	value.target_type = row->target_type;
	value.kind = row->kind;
	value.implied = implied;
	value.system = hs_image_builder_text(builder, row->system);
	value.text = hs_image_builder_text(builder, row->text);
	value.exact = hs_image_builder_text(builder, row->exact);
	if (row->kind == HS_INDEX_DATE) {
		value.value.span.lo = row->lo;
		value.value.span.hi = row->hi;
	} else {
		value.value.reals.low = row->low;
		value.value.reals.high = row->high;
	}
	return value;
}

/* The number of a value; false: memory is out. */
static bool number_of(struct hs__shelf_values *values, const struct hs__shelf_value *value,
	struct hs_slice text, uint32_t *out)
{
	struct hs_slice key = hs_slice((const char *)value, sizeof *value);
	struct hs_map_slot *slot = hs_map_get(&values->numbers, key);
	if (!slot) {
		struct known *known = hs_arena_alloc(values->arena, sizeof *known);
		struct hs_slice copy = hs_arena_copy(values->arena, text);
		if (!known || (text.len > 0 && !copy.ptr))
			return false;
		*known = (struct known) { *value, copy };
		key = hs_slice((const char *)&known->value, sizeof known->value);
		slot = hs_map_put(&values->numbers, key, NULL);
		values->known = hs__shelf_room(values->known, values->known_count, &values->known_room,
			sizeof(struct known *));
		values->known[values->known_count] = known;
		slot->value.number = values->known_count++;
	}
	*out = (uint32_t)slot->value.number;
	return true;
}

enum hs_status hs__shelf_values_take(struct hs__shelf_values *values, const struct hs_index_row *rows,
	size_t count, struct hs__shelf_taken *out, struct hs_error *err)
{
	*out = (struct hs__shelf_taken) { values->taken_count, (uint32_t)count };
	for (size_t i = 0; i < count; i++) {
		bool implied = rows[i].kind == HS_INDEX_REFERENCE && hs__shelf_versioned(rows, i);
		struct hs__shelf_value value = value_of(values->builder, &rows[i], implied);
		uint32_t number = 0;
		if (!number_of(values, &value, rows[i].text, &number))
			return hs_fail(err, HS_E_LIMIT, "the packages have too many values to search by");
		values->taken = hs__shelf_room(values->taken, values->taken_count, &values->taken_room,
			sizeof *values->taken);
		values->taken[values->taken_count++] = (struct hs__shelf_row) { .value = number,
			.group = rows[i].group };
	}
	return HS_OK;
}

/* ---- the order ---- */

static int compare_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_amounts(const struct hs__shelf_value *a, const struct hs__shelf_value *b)
{
	if (a->kind == HS_INDEX_DATE) {
		if (a->value.span.lo != b->value.span.lo)
			return a->value.span.lo < b->value.span.lo ? -1 : 1;
		return a->value.span.hi < b->value.span.hi ? -1 : a->value.span.hi > b->value.span.hi;
	}
	if (a->value.reals.low < b->value.reals.low || a->value.reals.low > b->value.reals.low)
		return a->value.reals.low < b->value.reals.low ? -1 : 1;
	return a->value.reals.high < b->value.reals.high ? -1 : a->value.reals.high > b->value.reals.high;
}

/* By number last: an image is the same whenever it is made of the same packages. */
static int by_value(const void *a, const void *b, void *known)
{
	uint32_t numbers[2] = { *(const uint32_t *)a, *(const uint32_t *)b };
	const struct known *left = ((struct known **)known)[numbers[0]];
	const struct known *right = ((struct known **)known)[numbers[1]];
	int order = compare_u32(left->value.param, right->value.param);
	if (!order)
		order = compare_u32(left->value.kind, right->value.kind);
	if (!order)
		order = hs__shelf_compare_texts(left->text, right->text, true);
	if (!order)
		order = hs_slice_cmp(left->text, right->text);
	if (!order)
		order = compare_amounts(&left->value, &right->value);
	return order ? order : compare_u32(numbers[0], numbers[1]);
}

/* ---- turning about ---- */

struct turn {
	struct hs__shelf_values *values;
	const struct hs__shelf_taken *taken;
	uint32_t item_count;
	uint32_t *counts; /* by number: of rows; then where in the image the value is */
	uint32_t *last;   /* by number: the item that had it last, and 1 */
	uint32_t *used;   /* numbers that there are, in order */
	size_t used_count;
};

/* How many items have a value. */
static void count_holders(struct turn *turn)
{
	for (uint32_t i = 0; i < turn->item_count; i++) {
		const struct hs__shelf_row *rows = turn->values->taken + turn->taken[i].first;
		for (uint32_t k = 0; k < turn->taken[i].count; k++) {
			uint32_t number = rows[k].value;
			if (turn->last[number] == 0)
				turn->used[turn->used_count++] = number;
			turn->counts[number] += turn->last[number] != i + 1;
			turn->last[number] = i + 1;
		}
	}
}

/* The values in their order, with room for their holders. */
static void put_values(struct turn *turn)
{
	struct hs__shelf_values *values = turn->values;
	for (size_t i = 0; i < turn->used_count; i++) {
		uint32_t number = turn->used[i];
		values->values = hs__shelf_room(values->values, values->value_count, &values->value_room,
			sizeof *values->values);
		struct hs__shelf_value *value = &values->values[values->value_count];
		*value = values->known[number]->value;
		value->holder_first = (uint32_t)values->holder_count;
		values->holder_count += turn->counts[number];
		turn->counts[number] = (uint32_t)values->value_count++;
		turn->last[number] = 0;
	}
	while (values->holder_count > values->holder_room)
		values->holders = hs__shelf_room(values->holders, values->holder_room, &values->holder_room,
			sizeof *values->holders);
}

static void put_rows(struct turn *turn, struct hs__shelf_item *items, uint32_t *most)
{
	struct hs__shelf_values *values = turn->values;
	for (uint32_t i = 0; i < turn->item_count; i++) {
		items[i].row_first = (uint32_t)values->row_count;
		items[i].row_count = turn->taken[i].count;
		*most = items[i].row_count > *most ? items[i].row_count : *most;
		for (uint32_t k = 0; k < turn->taken[i].count; k++) {
			struct hs__shelf_row row = values->taken[turn->taken[i].first + k];
			uint32_t number = row.value;
			row.value = turn->counts[number];
			struct hs__shelf_value *value = &values->values[row.value];
			if (turn->last[number] != i + 1)
				values->holders[value->holder_first + value->holder_count++] = i;
			turn->last[number] = i + 1;
			values->rows = hs__shelf_room(values->rows, values->row_count, &values->row_room,
				sizeof *values->rows);
			values->rows[values->row_count++] = row;
		}
	}
}

void hs__shelf_values_put(struct hs__shelf_values *values, const struct hs__shelf_taken *taken,
	struct hs__shelf_item *items, struct hs__shelf_type *type)
{
	struct turn turn = { .values = values,
		.taken = taken,
		.item_count = type->item_count,
		.counts = hs_heap_alloc((values->known_count + 1) * sizeof *turn.counts),
		.last = hs_heap_alloc((values->known_count + 1) * sizeof *turn.last),
		.used = hs_heap_raw((values->known_count + 1) * sizeof *turn.used) };
	count_holders(&turn);
	if (turn.used_count > 0)
		qsort_r(turn.used, turn.used_count, sizeof *turn.used, by_value, (void *)values->known);
	type->value_first = (uint32_t)values->value_count;
	type->value_count = (uint32_t)turn.used_count;
	put_values(&turn);
	put_rows(&turn, items, &type->rows_most);
	hs_heap_free(turn.counts);
	hs_heap_free(turn.last);
	hs_heap_free(turn.used);
}

void hs__shelf_values_end(struct hs__shelf_values *values)
{
	hs_image_builder_section(values->builder, HS__SHELF_VALUES, values->values, sizeof *values->values,
		values->value_count);
	hs_image_builder_section(values->builder, HS__SHELF_HOLDERS, values->holders, sizeof *values->holders,
		values->holder_count);
	hs_image_builder_section(values->builder, HS__SHELF_ROWS, values->rows, sizeof *values->rows,
		values->row_count);
}
