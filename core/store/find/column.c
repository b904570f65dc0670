/* SPDX-License-Identifier: Apache-2.0 */
/* What a column is made of: its keys, and what each row has of them. */
#include <core/store/find/column.h>

#include <core/base/heap.h>
#include <stdlib.h>

#define TAIL_MOST 256u /* keys that are not in order yet */
#define BITS 64u

/* ---- memory ---- */

void hs__column_empty(struct hs__column *column)
{
	hs__view_empty(column);
	hs__inverse_drop(column->inverse);
	hs__forward_drop(column->forward);
	hs__parts_drop(column->parts);
	hs_heap_free(column->altered);
	hs_heap_free(column->changes);
	hs_heap_free(column->known);
	column->inverse = NULL;
	column->forward = NULL;
	column->parts = NULL;
	column->changes = NULL;
	column->altered = column->known = NULL;
	for (unsigned i = 0; i < column->link_count; i++) {
		hs_heap_free(column->links[i].rows);
		hs_heap_free(column->links[i].keys);
	}
	hs_heap_free(column->bytes);
	hs_heap_free(column->ends);
	hs_heap_free(column->order);
	hs_heap_free(column->cells);
	column->bytes = NULL;
	column->ends = column->order = NULL;
	column->cells = NULL;
	column->byte_room = column->key_room = column->row_count = column->cell_room = column->change_room =
		0;
	column->link_count = 0;
}

void hs__column_free(struct hs__column *column)
{
	if (!column)
		return;
	hs__column_empty(column);
	hs_heap_free(column);
}

size_t hs__column_memory(const struct hs__column *column)
{
	size_t links = 0, sets = (column->altered ? 1U : 0U) + (column->known ? 1U : 0U);

	for (unsigned i = 0; i < column->link_count; i++)
		links += (column->key_room + column->links[i].row_count) * sizeof(uint32_t);
	return sizeof(*column) + hs__view_memory(column) + column->byte_room +
		(column->inverse ? hs__inverse_memory(column->inverse) : 0) +
		(column->forward ? hs__forward_memory(column->forward) : 0) +
		(column->parts ? hs__parts_memory(column->parts) : 0) +
		column->row_count / BITS * sizeof(uint64_t) * sets + column->key_room * 2 * sizeof(uint32_t) +
		links + column->change_room * sizeof(*column->changes) +
		column->cell_room * sizeof(*column->cells);
}

static void *copy_of(const void *bytes, size_t used, size_t room)
{
	void *copy = room ? hs_heap_raw(room) : NULL;

	if (copy && used)
		memcpy(copy, bytes, used);
	return copy;
}

enum hs_status hs__column_unshare(struct hs__column *column, struct hs_error *err)
{
	size_t keys = (column->key_count + 1) * sizeof(uint32_t),
	       room = (column->key_room + 1) * sizeof(uint32_t),
	       bits = column->row_count / BITS * sizeof(uint64_t),
	       changes = column->change_room * sizeof(*column->changes);

	if (column->what)
		return hs__view_unshare(column, err);
	if (column->inverse)
		atomic_fetch_add(&column->inverse->holders, 1);
	if (column->forward)
		atomic_fetch_add(&column->forward->holders, 1);
	if (column->parts)
		atomic_fetch_add(&column->parts->holders, 1);
	if (column->altered)
		column->altered = copy_of(column->altered, bits, bits);
	if (column->known)
		column->known = copy_of(column->known, bits, bits);
	column->bytes = copy_of(column->bytes, column->byte_count, column->byte_room);
	column->ends = copy_of(column->ends, keys, room);
	column->order = copy_of(column->order, column->key_count * sizeof(uint32_t), room);
	column->changes = copy_of(column->changes, changes, changes);
	column->cells = copy_of(column->cells, column->cell_count * sizeof(*column->cells),
		column->cell_room * sizeof(*column->cells));
	for (unsigned i = 0; i < column->link_count; i++) {
		struct hs__link *link = &column->links[i];
		size_t targets = link->row_count * sizeof(uint32_t);
		link->rows = copy_of(link->rows, (link->key_count + 1) * sizeof(uint32_t), room);
		link->keys = copy_of(link->keys, targets, targets);
	}
	return HS_OK;
}

static void *grow_zeroed(void *bytes, size_t from, size_t to)
{
	char *grown = hs_heap_grow(bytes, to);

	memset(grown + from, 0, to - from);
	return grown;
}

void hs__column_make_rows(struct hs__column *column, uint64_t last)
{
	size_t count = (size_t)(last / BITS + 1) * BITS, before = column->row_count;

	if (count <= before)
		return;
	if (column->altered)
		column->altered = grow_zeroed(column->altered, before / BITS * sizeof(uint64_t),
			count / BITS * sizeof(uint64_t));
	if (column->known)
		column->known = grow_zeroed(column->known, before / BITS * sizeof(uint64_t),
			count / BITS * sizeof(uint64_t));
	column->row_count = count;
}

/* ---- rows that change ---- */

#define CHANGES_LEAST 64u

/* The slot of the row, or the free one where it belongs. */
static struct hs__column_change *slot_of(const struct hs__column *column, uint64_t row)
{
	size_t at = (size_t)(row * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (column->change_room - 1);

	while (column->changes[at].row && column->changes[at].row != row)
		at = (at + 1) & (column->change_room - 1);
	return &column->changes[at];
}

/* Half of the slots are free, at least. */
static void make_changes(struct hs__column *column)
{
	struct hs__column_change *old = column->changes;
	size_t room = column->change_room;

	if (column->altered_count * 2 < room)
		return;
	column->change_room = room ? room * 2 : CHANGES_LEAST;
	column->changes = hs_heap_alloc(column->change_room * sizeof(*column->changes));
	for (size_t i = 0; i < room; i++) {
		if (old[i].row)
			*slot_of(column, old[i].row) = old[i];
	}
	hs_heap_free(old);
}

void hs__column_clear_row(struct hs__column *column, uint64_t row)
{
	hs__column_make_rows(column, row);
	if (!column->altered)
		column->altered = hs_heap_alloc(column->row_count / BITS * sizeof(uint64_t));
	if (!hs__column_altered(column, row)) {
		make_changes(column);
		column->altered_count++;
		column->altered[row / BITS] |= UINT64_C(1) << row % BITS;
	}
	*slot_of(column, row) = (struct hs__column_change) { (uint32_t)row, 0 };
}

uint32_t hs__column_first_changed(const struct hs__column *column, uint64_t row, struct hs__further *further)
{
	uint32_t value = slot_of(column, row)->value;

	*further = (struct hs__further) { 0, HS__IN_CELLS };
	if (!(value & HS__COLUMN_SEVERAL))
		return value;
	further->at = (value & ~HS__COLUMN_SEVERAL) + 1;
	return hs__column_next(column, further);
}

/* ---- keys ---- */

void hs__column_make_keys(struct hs__column *column)
{
	if (column->ends && column->key_count < column->key_room)
		return;
	column->key_room = column->key_room ? column->key_room * 2 : 64;
	size_t bytes = (column->key_room + 1) * sizeof(uint32_t);
	column->ends = hs_heap_grow(column->ends, bytes);
	column->order = hs_heap_grow(column->order, bytes);
	column->ends[0] = 0;
	for (unsigned i = 0; i < column->link_count; i++)
		column->links[i].rows = hs_heap_grow(column->links[i].rows, bytes);
}

uint32_t hs__column_add_key(struct hs__column *column, struct hs_slice key)
{
	if (column->byte_count + key.len > UINT32_MAX || column->key_count >= HS__COLUMN_SEVERAL - 1)
		return 0;
	hs__column_make_keys(column);
	if (column->byte_count + key.len > column->byte_room) {
		column->byte_room = (column->byte_room + key.len) * 2;
		column->bytes = hs_heap_grow(column->bytes, column->byte_room);
	}
	memcpy(column->bytes + column->byte_count, key.ptr, key.len);
	column->byte_count += key.len;
	column->order[column->key_count] = (uint32_t)column->key_count + 1;
	column->ends[++column->key_count] = (uint32_t)column->byte_count;
	return (uint32_t)column->key_count;
}

size_t hs__column_place(const struct hs__column *column, struct hs_slice key)
{
	return hs__column_place_between(column, key, 0, column->sorted);
}

size_t hs__column_place_between(const struct hs__column *column, struct hs_slice key, size_t low, size_t high)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (hs_slice_cmp(hs__column_key(column, column->order[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t hs__column_number(const struct hs__column *column, struct hs_slice key)
{
	size_t at = hs__column_place(column, key);

	if (at < column->sorted && hs_slice_eq(hs__column_key(column, column->order[at]), key))
		return column->order[at];
	for (at = column->sorted; at < column->key_count; at++) {
		if (hs_slice_eq(hs__column_key(column, column->order[at]), key))
			return column->order[at];
	}
	return 0;
}

static __thread const struct hs__column *sorting; /* qsort has no argument for it */

static int by_key(const void *a, const void *b)
{
	return hs_slice_cmp(hs__column_key(sorting, *(const uint32_t *)a),
		hs__column_key(sorting, *(const uint32_t *)b));
}

/* Merges the keys that came since. */
static void put_in_order(struct hs__column *column)
{
	uint32_t tail[TAIL_MOST];
	size_t count = column->key_count - column->sorted, at = column->sorted, to = column->key_count;

	HS_ASSERT(count <= TAIL_MOST);
	memcpy(tail, column->order + column->sorted, count * sizeof(tail[0]));
	sorting = column;
	qsort(tail, count, sizeof(tail[0]), by_key);
	while (count) {
		bool old = at && by_key(&column->order[at - 1], &tail[count - 1]) > 0;
		column->order[--to] = old ? column->order[--at] : tail[--count];
	}
	column->sorted = column->key_count;
}

/* ---- rows ---- */

static void add_cell(struct hs__column *column, uint32_t key, uint32_t next)
{
	if (column->cell_count == column->cell_room) {
		column->cell_room = column->cell_room ? column->cell_room * 2 : 64;
		column->cells = hs_heap_grow(column->cells, column->cell_room * sizeof(*column->cells));
	}
	column->cells[column->cell_count++] = (struct hs__column_cell) { key, next };
}

/* To a row that has changed, which does not have the key yet. */
static void add_key(struct hs__column *column, uint64_t row, uint32_t key)
{
	uint32_t *value = &slot_of(column, row)->value;

	if (!*value) {
		*value = key;
		return;
	}
	if (!(*value & HS__COLUMN_SEVERAL)) {
		add_cell(column, *value, 0);
		*value = (uint32_t)column->cell_count - 1;
	}
	add_cell(column, key, (*value & ~HS__COLUMN_SEVERAL) + 1);
	*value = HS__COLUMN_SEVERAL | ((uint32_t)column->cell_count - 1);
}

bool hs__column_put(struct hs__column *column, uint64_t row, struct hs_slice key)
{
	struct hs__further further;
	uint32_t number, old;

	if (column->key_count - column->sorted >= TAIL_MOST)
		put_in_order(column);
	number = hs__column_number(column, key);
	if (!number)
		number = hs__column_add_key(column, key);
	for (old = hs__column_first_changed(column, row, &further); old && old != number;)
		old = hs__column_next(column, &further);
	if (number && old != number)
		add_key(column, row, number);
	return number != 0;
}
