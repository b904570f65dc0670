/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a column from the index, and following the log of versions. */
#include <core/store/find/groups.h>
#include <core/store/index/outline.h>

#define STEPS_A_ROW 20u
/* Of so many rows one may have changed; more are sooner read anew. */
#define CHANGED_SHARE 16u
#define CHANGED_LEAST 1000u
#define ALTERED_SHARE 4u /* and in all, since each search asks them one by one */

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
			key = hs__column_add_key(column, scan->key);
		if (!key || hs__column_memory(column) > most)
			return too_large(err);
		for (size_t i = 0; i < scan->count; i++) {
			uint64_t row = hs__block_row(&scan->block, i);
			if (row < column->row_count)
				hs__inverse_add(column->inverse, key, (uint32_t)row);
		}
	}
	return (enum hs_status)step;
}

static enum hs_status read_index(struct hs__finder *finder, struct hs__column *column, size_t most,
	struct hs_error *err)
{
	struct hs__key to = column->prefix;
	struct hs__scan scan;

	hs__key_after_prefix(&to);
	enum hs_status status = hs__scan_range(finder->txn, hs__key_slice(&column->prefix),
		hs__key_slice(&to), true, &scan, err);
	if (status != HS_OK)
		return status;
	status = read_entries(column, &scan, most, err);
	hs__scan_end(&scan);
	return status;
}

/* All entries are in the inverse. */
static void finish(struct hs__column *column, const struct hs__components *components)
{
	if (components)
		column->parts = hs__parts_new(column, components->count);
	hs__inverse_end(column->inverse);
	column->forward = hs__forward_new(column->inverse, column->row_count);
	hs__inverse_finish(column->inverse, column->row_count);
}

enum hs_status hs__column_read(struct hs__finder *finder, struct hs__column *column, size_t most,
	struct hs_error *err)
{
	struct hs__components components;
	bool groups = hs__components_read(&column->prefix, &components);
	uint64_t last = 0;

	if (column->what)
		return hs__view_read(finder, column, most, err);
	column->seq = column->changed = hs_txn_seq(finder->txn);
	enum hs_status status = hs__find_last_row(finder->txn, column->type, &last, err);
	if (status == HS_OK && last > most / sizeof(uint32_t))
		status = too_large(err);
	if (status != HS_OK)
		return status;
	hs__column_make_rows(column, last);
	hs__column_make_keys(column);
	column->inverse = hs__inverse_new();
	status = groups ? hs__groups_read(finder, column, &components, most, err) :
			  read_index(finder, column, most, err);
	column->sorted = column->keys_read = column->key_count;
	if (status == HS_OK)
		finish(column, groups ? &components : NULL);
	if (status == HS_E_LIMIT)
		hs__column_empty(column);
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
	return !is_of(column, key) || hs__column_put(column, row, hs__key_slice(key)) ? HS_OK :
											too_large(err);
}

static enum hs_status take_facts(struct hs__column *column, uint64_t row, struct hs_slice data,
	struct hs_error *err)
{
	struct hs__components components;
	struct hs__outline outline;
	struct hs__facts facts;
	struct hs__fact fact;
	struct hs__key key;

	if (hs__components_read(&column->prefix, &components))
		return hs__groups_take(column, &components, row, data, err);
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

	hs__column_clear_row(column, row);
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

	return column->key_count - column->keys_read > most || column->cell_count > most ||
		column->altered_count > most / ALTERED_SHARE;
}

enum hs_status hs__column_behind(struct hs__finder *finder, const struct hs__column *column, uint64_t *out,
	struct hs_error *err)
{
	uint64_t most = column->row_count / CHANGED_SHARE + CHANGED_LEAST, count = 0;

	if (column->what)
		return hs__view_behind(finder, column, out, err);
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
	if (column->what)
		return hs__view_follow(finder, column, err);
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
