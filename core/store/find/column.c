/* SPDX-License-Identifier: Apache-2.0 */
/* One column: reading it from the index, following the log, and where the keys of references lead. */
#include <core/store/find/column.h>

#include <core/base/heap.h>
#include <core/store/index/outline.h>
#include <stdlib.h>

#define TAIL_MOST 256u /* keys that are not in order yet */
#define STEPS_A_ROW 20u
/* Of so many rows one may have changed; more are sooner read anew. */
#define CHANGED_SHARE 16u
#define CHANGED_LEAST 1000u

/* ---- memory ---- */

static void empty(struct hs__column *column)
{
	for (unsigned i = 0; i < column->link_count; i++)
		hs_heap_free(column->links[i].rows);
	hs_heap_free(column->bytes);
	hs_heap_free(column->ends);
	hs_heap_free(column->order);
	hs_heap_free(column->rows);
	hs_heap_free(column->cells);
	column->bytes = NULL;
	column->ends = column->order = column->rows = NULL;
	column->cells = NULL;
	column->byte_room = column->key_room = column->row_count = column->cell_room = 0;
	column->link_count = 0;
}

void hs__column_free(struct hs__column *column)
{
	if (!column)
		return;
	empty(column);
	hs_heap_free(column);
}

size_t hs__column_memory(const struct hs__column *column)
{
	return sizeof(*column) + column->byte_room +
		column->key_room * (2 + column->link_count) * sizeof(uint32_t) +
		column->row_count * sizeof(uint32_t) + column->cell_room * sizeof(*column->cells);
}

static void *copy_of(const void *bytes, size_t used, size_t room)
{
	void *copy = room ? hs_heap_raw(room) : NULL;

	if (copy && used)
		memcpy(copy, bytes, used);
	return copy;
}

void hs__column_unshare(struct hs__column *column)
{
	size_t keys = (column->key_count + 1) * sizeof(uint32_t),
	       room = (column->key_room + 1) * sizeof(uint32_t), rows = column->row_count * sizeof(uint32_t);

	column->bytes = copy_of(column->bytes, column->byte_count, column->byte_room);
	column->ends = copy_of(column->ends, keys, room);
	column->order = copy_of(column->order, column->key_count * sizeof(uint32_t), room);
	column->rows = copy_of(column->rows, rows, rows);
	column->cells = copy_of(column->cells, column->cell_count * sizeof(*column->cells),
		column->cell_room * sizeof(*column->cells));
	for (unsigned i = 0; i < column->link_count; i++)
		column->links[i].rows = copy_of(column->links[i].rows,
			(column->links[i].key_count + 1) * sizeof(uint32_t), room);
}

/* Room for rows up to `last`; those that are new have nothing. */
static void make_rows(struct hs__column *column, uint64_t last)
{
	size_t count = (size_t)(last / 64 + 1) * 64;

	if (count <= column->row_count)
		return;
	column->rows = hs_heap_grow(column->rows, count * sizeof(*column->rows));
	memset(column->rows + column->row_count, 0, (count - column->row_count) * sizeof(*column->rows));
	column->row_count = count;
}

/* ---- keys ---- */

static void make_key_room(struct hs__column *column)
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

/* 0: its keys would need more than 4 GB. */
static uint32_t add_key(struct hs__column *column, struct hs_slice key)
{
	if (column->byte_count + key.len > UINT32_MAX || column->key_count >= HS__COLUMN_SEVERAL - 1)
		return 0;
	make_key_room(column);
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
	size_t low = 0, high = column->sorted;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (hs_slice_cmp(hs__column_key(column, column->order[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t number_of(const struct hs__column *column, struct hs_slice key)
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

static void add_to_row(struct hs__column *column, uint64_t row, uint32_t key)
{
	uint32_t *value = &column->rows[row];

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

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the index entries of one parameter do not fit in memory");
}

static enum hs_status read_entries(struct hs__column *column, struct hs__scan *scan, size_t most,
	struct hs_error *err)
{
	uint32_t key = 0;
	int step;

	while ((step = hs__scan_block(scan, err)) > 0) {
		if (!key || !hs_slice_eq(scan->key, hs__column_key(column, key)))
			key = add_key(column, scan->key);
		if (!key || hs__column_memory(column) > most)
			return too_large(err);
		for (size_t i = 0; i < scan->count; i++) {
			uint64_t row = hs__block_row(&scan->block, i);
			if (row < column->row_count)
				add_to_row(column, row, key);
		}
	}
	column->sorted = column->keys_read = column->key_count;
	column->cells_read = column->cell_count;
	return (enum hs_status)step;
}

enum hs_status hs__column_read(struct hs__finder *finder, struct hs__column *column, size_t most,
	struct hs_error *err)
{
	struct hs__key to = column->prefix;
	struct hs__scan scan;
	uint64_t last = 0;

	column->seq = column->changed = hs_txn_seq(finder->txn);
	enum hs_status status = hs__find_last_row(finder->txn, column->type, &last, err);
	if (status == HS_OK && last > most / sizeof(uint32_t))
		status = too_large(err);
	if (status != HS_OK)
		return status;
	make_rows(column, last);
	make_key_room(column);
	hs__key_after_prefix(&to);
	status = hs__scan_range(finder->txn, hs__key_slice(&column->prefix), hs__key_slice(&to), true, &scan,
		err);
	if (status != HS_OK)
		return status;
	status = read_entries(column, &scan, most, err);
	hs__scan_end(&scan);
	if (status == HS_E_LIMIT)
		empty(column);
	return status;
}

/* ---- following ---- */

static bool is_of(const struct hs__column *column, const struct hs__key *key)
{
	return key->len >= column->prefix.len &&
		memcmp(key->bytes, column->prefix.bytes, column->prefix.len) == 0;
}

static enum hs_status take_key(struct hs__column *column, uint64_t row, const struct hs__key *key,
	struct hs_error *err)
{
	struct hs_slice text = hs__key_slice(key);
	uint32_t cell = 0;

	if (!is_of(column, key))
		return HS_OK;
	if (column->key_count - column->sorted >= TAIL_MOST)
		put_in_order(column);
	uint32_t number = number_of(column, text);
	if (!number)
		number = add_key(column, text);
	if (!number)
		return too_large(err);
	for (uint32_t old = hs__column_first(column, row, &cell); old; old = hs__column_next(column, &cell)) {
		if (old == number)
			return HS_OK;
	}
	add_to_row(column, row, number);
	return HS_OK;
}

static enum hs_status take_facts(struct hs__column *column, uint64_t row, struct hs_slice data,
	struct hs_error *err)
{
	struct hs__outline outline;
	struct hs__facts facts;
	struct hs__fact fact;
	struct hs__key key;

	if (!hs__facts_open(data, &facts))
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	hs__outline_init(&outline);
	hs__key_updated(&key, column->type, facts.updated_ms);
	enum hs_status status = take_key(column, row, &key, err);
	while (status == HS_OK && hs__facts_next(&facts, &fact)) {
		hs__outline_add(&outline, fact.param);
		hs__key_of(&fact, &key);
		status = take_key(column, row, &key, err);
	}
	hs__outline_key(&outline, column->type, &key);
	return status == HS_OK ? take_key(column, row, &key, err) : status;
}

static enum hs_status take_row(struct hs__finder *finder, struct hs__column *column, uint64_t row,
	struct hs_error *err)
{
	int step = 0;
	struct hs_stmt *stmt = hs__find_facts(finder, column->type, row, &step, err);
	enum hs_status status = HS_OK;

	make_rows(column, row);
	column->rows[row] = 0;
	if (step > 0)
		status = take_facts(column, row, hs_sql_get_blob(stmt, 0), err);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* At most `limit`. */
static enum hs_status count_since(struct hs__finder *finder, const struct hs__column *column, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(finder->txn,
		"SELECT count(*) FROM (SELECT 1 FROM log WHERE type = ?1 AND seq > ?2 LIMIT ?3)", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, column->type);
	hs_sql_int(stmt, 2, (int64_t)column->seq);
	hs_sql_int(stmt, 3, (int64_t)limit);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		*out = (uint64_t)hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

/* Has it as much that no row has any more as it has of use? */
static bool is_worn(const struct hs__column *column)
{
	size_t most = column->row_count + CHANGED_LEAST;

	return column->key_count - column->keys_read > most || column->cell_count - column->cells_read > most;
}

enum hs_status hs__column_behind(struct hs__finder *finder, const struct hs__column *column, uint64_t *out,
	struct hs_error *err)
{
	uint64_t most = column->row_count / CHANGED_SHARE + CHANGED_LEAST, count = 0;
	enum hs_status status = count_since(finder, column, most, &count, err);

	if (status == HS_OK && (count >= most || (count && is_worn(column))))
		count = HS__COLUMN_FAR;
	else if (status == HS_OK && count)
		status = hs__find_spend(finder->txn, (unsigned)count * STEPS_A_ROW, err);
	if (status == HS_OK)
		*out = count;
	return status;
}

enum hs_status hs__column_follow(struct hs__finder *finder, struct hs__column *column, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(finder->txn, "SELECT row, seq FROM log WHERE type = ?1 AND seq > ?2",
		err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, column->type);
	hs_sql_int(stmt, 2, (int64_t)column->seq);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		int64_t row = hs_sql_get_int(stmt, 0) - hs__find_full_row(column->type, 0);
		column->changed = (uint64_t)hs_sql_get_int(stmt, 1);
		status = take_row(finder, column, (uint64_t)row, err);
	}
	hs_sql_end(stmt);
	if (status == HS_OK && step == 0)
		column->seq = hs_txn_seq(finder->txn);
	return step < 0 ? (enum hs_status)step : status;
}

/* ---- links ---- */

/* The id and type in the key of a reference; false when it leads to another type. */
static bool read_reference(const struct hs__column *column, uint32_t number, uint32_t type,
	struct hs_slice *id)
{
	struct hs_slice rest = hs_slice_from(hs__column_key(column, number), column->prefix.len);

	*id = hs_slice_cut(&rest, '\0');
	return hs__key_read_number(rest) == type;
}

static enum hs_status resolve(struct hs__finder *finder, const struct hs__column *column,
	struct hs__link *link, uint32_t number, struct hs_error *err)
{
	struct hs_slice id;
	uint64_t row = 0;

	if (!read_reference(column, number, link->type, &id))
		return HS_OK;
	int found = hs__find_row(finder, link->type, id, &row, err);
	if (found > 0 && row < HS__COLUMN_SEVERAL)
		link->rows[number] = (uint32_t)row;
	return found < 0 ? (enum hs_status)found : HS_OK;
}

/* What came since the link was made; ids keep their rows for ever, so what leads somewhere stays right. */
static enum hs_status link_new(struct hs__finder *finder, const struct hs__column *column,
	struct hs__link *link, uint64_t last, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(finder->txn,
		"SELECT row, id FROM resource WHERE row > ?1 AND row <= ?2", err);
	int64_t base = hs__find_full_row(link->type, 0);
	int step;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, base + (int64_t)link->last_row);
	hs_sql_int(stmt, 2, base + (int64_t)last);
	while ((step = hs_sql_step(stmt, err)) > 0) {
		struct hs__fact points = { .kind = HS_INDEX_REFERENCE, .target_type = link->type };
		struct hs__key key;
		points.param = hs__key_read_number(hs__key_slice(&column->prefix));
		points.text = hs_sql_get_text(stmt, 1);
		hs__key_of(&points, &key);
		uint32_t number = number_of(column, hs__key_slice(&key));
		if (number)
			link->rows[number] = (uint32_t)(hs_sql_get_int(stmt, 0) - base);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static enum hs_status bring_up(struct hs__finder *finder, const struct hs__column *column,
	struct hs__link *link, uint64_t last, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (link->key_count)
		status = link_new(finder, column, link, last, err);
	for (size_t i = link->key_count + 1; i <= column->key_count && status == HS_OK; i++) {
		link->rows[i] = 0;
		status = resolve(finder, column, link, (uint32_t)i, err);
	}
	if (status == HS_OK) {
		link->key_count = column->key_count;
		link->last_row = last;
	}
	return status;
}

const struct hs__link *hs__column_linked(const struct hs__column *column, uint32_t type, uint64_t last_row)
{
	for (unsigned i = 0; i < column->link_count; i++) {
		const struct hs__link *link = &column->links[i];
		if (link->type == type && link->last_row >= last_row && link->key_count == column->key_count)
			return link;
	}
	return NULL;
}

enum hs_status hs__column_link(struct hs__finder *finder, struct hs__column *column, uint32_t type,
	uint64_t last_row, struct hs_error *err)
{
	struct hs__link *link = column->links;
	const struct hs__link *end = column->links + column->link_count;

	while (link < end && link->type != type)
		link++;
	if (link == end) {
		if (column->link_count == HS__COLUMN_LINKS)
			return HS_OK;
		*link = (struct hs__link) { .type = type,
			.rows = hs_heap_alloc((column->key_room + 1) * sizeof(uint32_t)) };
		column->link_count++;
	}
	return bring_up(finder, column, link, last_row, err);
}
