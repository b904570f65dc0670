/* SPDX-License-Identifier: Apache-2.0 */
/* Going through the rows of the index, block by block. */
#include <core/store/find/finder.h>

static enum hs_status opened(struct hs_stmt *stmt, uint64_t after, struct hs__scan *out,
	const struct hs_error *err)
{
	if (!stmt)
		return err->status;
	*out = (struct hs__scan) { .stmt = stmt, .after = after };
	return HS_OK;
}

enum hs_status hs__scan_key(struct hs_txn *txn, struct hs_slice key, uint64_t after, struct hs__scan *out,
	struct hs_error *err)
{
	/* The block that begins at `after` or before it may reach beyond. */
	struct hs_stmt *stmt = hs_sql(txn,
		after ? "SELECT row, more FROM entry WHERE key = ?1 AND row >= ifnull((SELECT max(row)"
			" FROM entry WHERE key = ?1 AND row <= ?2), 0) ORDER BY row" :
			"SELECT row, more FROM entry WHERE key = ?1 ORDER BY row",
		err);

	if (stmt) {
		hs_sql_blob(stmt, 1, key);
		if (after)
			hs_sql_int(stmt, 2, (int64_t)after);
	}
	return opened(stmt, after, out, err);
}

enum hs_status hs__scan_range(struct hs_txn *txn, struct hs_slice from, struct hs_slice to, bool with_keys,
	struct hs__scan *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		with_keys ? "SELECT row, more, key FROM entry WHERE key >= ?1 AND key < ?2" :
			    "SELECT row, more FROM entry WHERE key >= ?1 AND key < ?2",
		err);

	if (stmt) {
		hs_sql_blob(stmt, 1, from);
		hs_sql_blob(stmt, 2, to);
	}
	enum hs_status status = opened(stmt, 0, out, err);
	/* Any text, to say that keys are wanted: no key is empty. */
	if (status == HS_OK && with_keys)
		out->key = from;
	return status;
}

int hs__scan_block(struct hs__scan *scan, struct hs_error *err)
{
	int step = hs_sql_step(scan->stmt, err);

	if (step <= 0)
		return step;
	scan->block = (struct hs__block) { (uint64_t)hs_sql_get_int(scan->stmt, 0),
		hs_sql_get_blob(scan->stmt, 1) };
	scan->count = hs__block_count(&scan->block);
	scan->at = scan->after ? hs__block_place(&scan->block, scan->after + 1) : 0;
	if (scan->key.ptr)
		scan->key = hs_sql_get_blob(scan->stmt, 2);
	return 1;
}

int hs__scan_next(struct hs__scan *scan, struct hs_error *err)
{
	while (scan->at >= scan->count) {
		int step = hs__scan_block(scan, err);
		if (step <= 0)
			return step;
	}
	scan->row = hs__block_row(&scan->block, scan->at++);
	return 1;
}

void hs__scan_end(struct hs__scan *scan)
{
	hs_sql_end(scan->stmt);
	scan->stmt = NULL;
}

/* The one number of a statement over a range (?1 up to ?3, or ?1 alone) of at most so many blocks (?2). */
static enum hs_status count_between(struct hs_stmt *stmt, struct hs_slice from, struct hs_slice to,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	if (!stmt)
		return err->status;
	hs_sql_blob(stmt, 1, from);
	hs_sql_int(stmt, 2, limit < INT64_MAX ? (int64_t)limit : -1);
	if (to.ptr)
		hs_sql_blob(stmt, 3, to);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		*out = (uint64_t)hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

enum hs_status hs__scan_count(struct hs_txn *txn, struct hs_slice from, struct hs_slice to, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	/* As many blocks as rows are wanted hold at least so many rows. */
	struct hs_stmt *stmt = hs_sql(txn,
		to.ptr ?
			"SELECT count(*) + ifnull(sum(length(more)) FILTER (WHERE more NOT NULL), 0) / 2 FROM"
			" (SELECT more FROM entry WHERE key >= ?1 AND key < ?3 LIMIT ?2)" :
			"SELECT count(*) + ifnull(sum(length(more)) FILTER (WHERE more NOT NULL), 0) / 2 FROM"
			" (SELECT more FROM entry WHERE key = ?1 LIMIT ?2)",
		err);
	enum hs_status status = count_between(stmt, from, to, limit, out, err);

	if (status == HS_OK && *out > limit)
		*out = limit;
	return status;
}

/* A further row of a block takes two bytes; so many of them, for HS__SCAN_ROWS, are one more. */
#define COST_OF "SELECT count(*) + ifnull(sum(length(more)), 0) / 128 FROM "
_Static_assert(2 * HS__SCAN_ROWS == 128, "the cost of rows, as the statement has it");

enum hs_status hs__scan_cost(struct hs_txn *txn, struct hs_slice from, struct hs_slice to, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		to.ptr ? COST_OF "(SELECT more FROM entry WHERE key >= ?1 AND key < ?3 LIMIT ?2)" :
			 COST_OF "(SELECT more FROM entry WHERE key = ?1 LIMIT ?2)",
		err);
	enum hs_status status = count_between(stmt, from, to, limit, out, err);

	if (status == HS_OK && *out > limit)
		*out = limit;
	return status;
}
