/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a column of groups from the facts of the resources that have several of them. */
#include <core/store/find/groups.h>

#include <core/base/heap.h>
#include <core/base/map.h>
#include <core/store/index/outline.h>
#include <stdlib.h>

/* ---- which rows ---- */

bool hs__groups_in_doubt(const struct hs__components *components, struct hs_slice outline)
{
	unsigned several = 0;

	for (unsigned i = 0; i < components->count; i++) {
		int has = hs__outline_has(outline, components->params[i]);
		several += has < 0 || has > 1;
	}
	return several > 1;
}

/* Sets the bits of those rows in `rows`, which has words for all of the column. */
static enum hs_status find_doubts(struct hs__finder *finder, const struct hs__column *column,
	const struct hs__components *components, struct hs__set *rows, struct hs_error *err)
{
	struct hs__key from, to, last = { .len = 0 };
	struct hs__scan scan;
	bool doubt = false;
	int step;

	hs__outline_begin(column->type, &from);
	to = from;
	hs__key_after_prefix(&to);
	enum hs_status status = hs__scan_range(finder->txn, hs__key_slice(&from), hs__key_slice(&to), true,
		&scan, err);
	if (status != HS_OK)
		return status;
	while ((step = hs__scan_block(&scan, err)) > 0) {
		if (!hs_slice_eq(scan.key, hs__key_slice(&last))) {
			doubt = hs__groups_in_doubt(components, hs_slice_from(scan.key, from.len));
			last.len = (uint16_t)(scan.key.len < HS__KEY_MAX ? scan.key.len : HS__KEY_MAX);
			memcpy(last.bytes, scan.key.ptr, last.len);
		}
		for (size_t i = 0; doubt && i < scan.count; i++)
			hs__set_put(rows, hs__block_row(&scan.block, i));
	}
	hs__scan_end(&scan);
	return (enum hs_status)step;
}

/* ---- their keys ---- */

struct entry {
	uint32_t key; /* place in `keys` */
	uint32_t row;
};

/* What was read so far: keys as they came. */
struct reading {
	struct hs_arena *arena;
	struct hs_map numbers; /* of keys: places in `keys` */
	struct hs_slice *keys;
	struct entry *entries;
	size_t key_count, key_room, count, room, of_row;
	uint32_t row;
	bool full; /* the arena is */
};

static uint32_t number_of(struct reading *reading, struct hs_slice key)
{
	struct hs_map_slot *slot = hs_map_get(&reading->numbers, key);

	if (slot)
		return (uint32_t)slot->value.number;
	struct hs_slice own = hs_arena_copy(reading->arena, key);
	slot = own.ptr ? hs_map_put(&reading->numbers, own, NULL) : NULL;
	if (!slot) {
		reading->full = true;
		return 0;
	}
	if (reading->key_count == reading->key_room) {
		reading->key_room = reading->key_room ? reading->key_room * 2 : 256;
		reading->keys = hs_heap_grow(reading->keys, reading->key_room * sizeof(*reading->keys));
	}
	slot->value.number = reading->key_count;
	reading->keys[reading->key_count] = own;
	return (uint32_t)reading->key_count++;
}

static void take_key(struct hs_slice key, void *arg)
{
	struct reading *reading = arg;
	uint32_t number = number_of(reading, key);

	for (size_t i = reading->of_row; i < reading->count; i++) {
		if (reading->entries[i].key == number)
			return;
	}
	if (reading->count == reading->room) {
		reading->room = reading->room ? reading->room * 2 : 1024;
		reading->entries = hs_heap_grow(reading->entries, reading->room * sizeof(struct entry));
	}
	reading->entries[reading->count++] = (struct entry) { number, reading->row };
}

static bool is_known(const struct hs__column *column, uint64_t row)
{
	return column->several[row / 64] >> row % 64 & 1;
}

static void know(struct hs__column *column, uint64_t row, bool known)
{
	uint64_t bit = UINT64_C(1) << row % 64;

	column->several[row / 64] = (column->several[row / 64] & ~bit) | (known ? bit : 0);
}

static enum hs_status damaged(struct hs_error *err)
{
	return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
}

static enum hs_status read_row(struct hs__finder *finder, struct hs__column *column,
	const struct hs__components *components, struct reading *reading, struct hs_error *err)
{
	int step = 0;
	struct hs_stmt *stmt = hs__find_facts(finder, column->type, reading->row, &step, err);
	enum hs_status status = step < 0 ? (enum hs_status)step : HS_OK;
	struct hs__facts facts;

	reading->of_row = reading->count;
	if (step > 0 && !hs__facts_open(hs_sql_get_blob(stmt, 0), &facts))
		status = damaged(err);
	else if (step > 0)
		know(column, reading->row, hs__groups_each(components, facts, take_key, reading));
	if (!is_known(column, reading->row))
		reading->count = reading->of_row; /* the facts will be looked at each time */
	hs_sql_end(stmt);
	return status;
}

static size_t memory_of(const struct reading *reading)
{
	return reading->room * sizeof(struct entry) + reading->key_room * sizeof(*reading->keys) +
		reading->numbers.room * sizeof(struct hs_map_slot);
}

static enum hs_status read_rows(struct hs__finder *finder, struct hs__column *column,
	const struct hs__components *components, const struct hs__set *rows, size_t most,
	struct reading *reading, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (uint64_t row = hs__set_next(rows, 0); row != HS__NO_ROW && status == HS_OK;
		row = hs__set_next(rows, row + 1)) {
		reading->row = (uint32_t)row;
		status = read_row(finder, column, components, reading, err);
		if (status == HS_OK && (reading->full || memory_of(reading) > most))
			status = hs_fail(err, HS_E_LIMIT, "the groups of a composite do not fit in memory");
	}
	return status;
}

/* ---- the column ---- */

static __thread const struct reading *sorting; /* qsort has no argument for it */

static int by_key(const void *a, const void *b)
{
	return hs_slice_cmp(sorting->keys[*(const uint32_t *)a], sorting->keys[*(const uint32_t *)b]);
}

/* The entries by key, those of one key by row: the keys come in `order`. */
static struct entry *sort_entries(const struct reading *reading, const uint32_t *order)
{
	struct entry *sorted = hs_heap_raw((reading->count + 1) * sizeof(*sorted));
	uint32_t *ends = hs_heap_alloc((reading->key_count + 1) * sizeof(*ends)), start = 0;

	for (size_t i = 0; i < reading->count; i++)
		ends[reading->entries[i].key]++;
	for (size_t i = 0; i < reading->key_count; i++) {
		uint32_t count = ends[order[i]];
		ends[order[i]] = start;
		start += count;
	}
	for (size_t i = 0; i < reading->count; i++)
		sorted[ends[reading->entries[i].key]++] = reading->entries[i];
	hs_heap_free(ends);
	return sorted;
}

static enum hs_status fill(struct hs__column *column, const struct reading *reading, size_t most,
	struct hs_error *err)
{
	uint32_t *order = hs_heap_raw((reading->key_count + 1) * sizeof(*order)), key = 0,
		 before = UINT32_MAX;
	bool fits = true;

	for (size_t i = 0; i < reading->key_count; i++)
		order[i] = (uint32_t)i;
	sorting = reading;
	qsort(order, reading->key_count, sizeof(*order), by_key);
	struct entry *entries = sort_entries(reading, order);
	for (size_t i = 0; i < reading->count && fits; i++) {
		if (entries[i].key != before)
			key = hs__column_add_key(column, reading->keys[entries[i].key]);
		before = entries[i].key;
		fits = key != 0;
		if (fits)
			hs__inverse_add(column->inverse, key, entries[i].row);
	}
	hs_heap_free(entries);
	hs_heap_free(order);
	return fits && hs__column_memory(column) <= most ?
		HS_OK :
		hs_fail(err, HS_E_LIMIT, "the groups of a composite do not fit in memory");
}

enum hs_status hs__groups_read(struct hs__finder *finder, struct hs__column *column,
	const struct hs__components *components, size_t most, struct hs_error *err)
{
	struct reading reading = { .arena = hs_arena_new(most) };
	struct hs__set rows = { hs_heap_alloc(column->row_count / 64 * sizeof(uint64_t)),
		column->row_count / 64, NULL };

	hs_map_init(&reading.numbers, NULL);
	enum hs_status status = find_doubts(finder, column, components, &rows, err);
	if (status == HS_OK)
		status = read_rows(finder, column, components, &rows, most, &reading, err);
	if (status == HS_OK)
		status = fill(column, &reading, most, err);
	hs_heap_free(rows.words);
	hs_heap_free(reading.keys);
	hs_heap_free(reading.entries);
	hs_map_free(&reading.numbers);
	hs_arena_free(reading.arena);
	return status;
}

/* ---- following ---- */

struct taking {
	struct hs__column *column;
	uint64_t row;
	bool fits;
};

static void put_key(struct hs_slice key, void *arg)
{
	struct taking *taking = arg;

	taking->fits = taking->fits && hs__column_put(taking->column, taking->row, key);
}

enum hs_status hs__groups_take(struct hs__column *column, const struct hs__components *components,
	uint64_t row, struct hs_slice data, struct hs_error *err)
{
	struct taking taking = { column, row, true };
	struct hs__facts facts;

	if (!hs__facts_open(data, &facts))
		return damaged(err);
	bool all = hs__groups_each(components, facts, put_key, &taking);
	if (!all)
		hs__column_clear_row(column, row);
	know(column, row, all);
	return taking.fits ? HS_OK :
			     hs_fail(err, HS_E_LIMIT, "the groups of a composite do not fit in memory");
}
