/* SPDX-License-Identifier: Apache-2.0 */
/* The full check: the file's structure, and that tables, facts, entries and counts agree. */
#include <core/store/sqlite/entries.h>

_Static_assert(HS_TYPE_CONTAINED == 4096 && HS__ROW_BITS == 40, "the numbers in the rules");

static enum hs_status damaged(struct hs_error *err, const char *what, int64_t count)
{
	return hs_fail(err, HS_E_CORRUPT, "%s (%lld found); restore a backup", what, (long long)count);
}

static enum hs_status check_structure(struct hs_txn *txn, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "PRAGMA integrity_check(1)", err);
	enum hs_status status = HS_OK;

	if (!stmt)
		return err->status;
	int step = hs_sql_step(stmt, err);
	if (step > 0 && !hs_slice_eq(hs_sql_get_text(stmt, 0), HS_S("ok"))) {
		struct hs_slice text = hs_slice_first(hs_sql_get_text(stmt, 0), 200);
		status = hs_fail(err, HS_E_CORRUPT, "the file is damaged: %.*s; restore a backup",
			HS_S_ARG(text));
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* Each of these counts what must not be there. */
static const struct rule {
	const char *sql;
	const char *what;
} rules[] = {
	{ "SELECT count(*) FROM resource r LEFT JOIN facts f ON f.row = r.row"
	  " WHERE r.body IS NOT NULL AND f.row IS NULL",
		"resources without index facts" },
	{ "SELECT count(*) FROM facts f LEFT JOIN resource r ON r.row = f.row WHERE r.body IS NULL"
	  " AND NOT (f.row >> 40) & 4096",
		"index facts without a resource" },
	{ "SELECT count(*) FROM contained c LEFT JOIN resource r ON r.row = c.container WHERE r.body IS NULL",
		"contained resources without a container" },
	{ "SELECT count(*) FROM facts WHERE (row >> 40) & 4096 AND row NOT IN (SELECT row FROM contained)",
		"index facts of nothing contained" },
	{ "SELECT count(*) FROM resource r LEFT JOIN ident i ON i.id = r.id AND i.type = r.row >> 40"
	  " WHERE i.row IS NULL OR i.row <> r.row",
		"resources that their id does not lead to" },
	{ "SELECT count(*) FROM ident i LEFT JOIN resource r ON r.row = i.row WHERE r.row IS NULL"
	  " AND NOT i.type & 4096",
		"ids that lead to nothing" },
	{ "SELECT count(*) FROM resource r LEFT JOIN log l ON l.type = r.row >> 40 AND l.seq = r.seq"
	  " WHERE l.seq IS NULL",
		"current versions that the log does not have" },
	{ "SELECT count(*) FROM log l LEFT JOIN past p ON p.seq = l.seq LEFT JOIN resource r ON r.row = l.row"
	  " WHERE p.seq IS NULL AND (r.seq IS NULL OR r.seq <> l.seq)",
		"versions in the log without content" },
	{ "SELECT count(*) FROM log WHERE seq > (SELECT live FROM tally WHERE type = 0)",
		"versions beyond the last commit sequence" },
	{ "SELECT count(*) FROM tally t WHERE t.type > 0 AND t.live <>"
	  " (SELECT count(*) FROM facts f WHERE f.row > t.type << 40 AND f.row < (t.type + 1) << 40)",
		"counts of resources that are wrong" },
};

static enum hs_status check_rules(struct hs_txn *txn, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && status == HS_OK; i++) {
		int64_t count = 0;
		status = hs__db_number(txn->db, rules[i].sql, 0, &count, err);
		if (status == HS_OK && count)
			status = damaged(err, rules[i].what, count);
	}
	return status;
}

static enum hs_status check_keys(struct hs_txn *txn, const struct hs__keys *keys, int64_t row,
	struct hs_error *err)
{
	for (size_t i = 0; i < keys->count; i++) {
		struct hs_stmt *stmt = hs_sql(txn,
			"SELECT row, more FROM entry WHERE key = ?1 AND row <= ?2 ORDER BY row DESC LIMIT 1",
			err);
		if (!stmt)
			return err->status;
		hs_sql_blob(stmt, 1, keys->items[i]);
		hs_sql_int(stmt, 2, (int64_t)hs__row_within(row));
		int step = hs_sql_step(stmt, err);
		struct hs__block block = { 0 };
		if (step > 0)
			block = (struct hs__block) { (uint64_t)hs_sql_get_int(stmt, 0),
				hs_sql_get_blob(stmt, 1) };
		bool there = step > 0 && hs__block_has(&block, hs__row_within(row));
		hs_sql_end(stmt);
		if (step < 0)
			return (enum hs_status)step;
		if (!there)
			return damaged(err, "index entries that are missing", 1);
	}
	return HS_OK;
}

/* Blocks of a key do not overlap, and *count is how many entries there are. */
static enum hs_status check_blocks(struct hs_txn *txn, struct hs_arena *arena, int64_t *count,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT key, row, more FROM entry ORDER BY key, row", err);
	enum hs_status status = HS_OK;
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct hs_slice before = HS_S_NONE;
	uint64_t last = 0;
	int step = 0;

	if (!stmt)
		return err->status;
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs__block block = { (uint64_t)hs_sql_get_int(stmt, 1), hs_sql_get_blob(stmt, 2) };
		struct hs_slice key = hs_sql_get_blob(stmt, 0);
		bool same = before.ptr && hs_slice_eq(key, before);
		if (!hs__block_is_sound(&block) || (same && block.first <= last))
			status = damaged(err, "blocks of the index that are damaged or overlap", 1);
		if (!same) {
			hs_arena_rollback(arena, mark);
			before = hs_arena_copy(arena, key);
		}
		last = status == HS_OK ? hs__block_last(&block) : 0;
		*count += (int64_t)hs__block_count(&block);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* Every entry that the facts call for is there, and no other. */
static enum hs_status check_entries(struct hs_txn *txn, struct hs_arena *arena, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT row, data FROM facts", err);
	enum hs_status status = HS_OK;
	int64_t wanted = 0, present = 0;
	int step = 0;

	if (!stmt)
		return err->status;
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		struct hs__keys keys;
		int64_t row = hs_sql_get_int(stmt, 0);
		status = hs__entries_keys(arena, hs__row_type(row), hs_sql_get_blob(stmt, 1), &keys, err);
		if (status == HS_OK) {
			wanted += (int64_t)keys.count;
			status = check_keys(txn, &keys, row, err);
		}
		hs_arena_rollback(arena, mark);
	}
	hs_sql_end(stmt);
	if (step < 0)
		return (enum hs_status)step;
	if (status == HS_OK)
		status = check_blocks(txn, arena, &present, err);
	if (status == HS_OK && wanted != present)
		status = damaged(err, "index entries that nothing calls for", present - wanted);
	return status;
}

static enum hs_status check_all(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)arg;
	enum hs_status status = check_structure(txn, err);

	if (status == HS_OK)
		status = check_rules(txn, err);
	return status == HS_OK ? check_entries(txn, arena, err) : status;
}

enum hs_status hs_store_check(struct hs_store *store, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	enum hs_status status = hs_store_read_wait(store, arena, check_all, NULL, err);

	hs_arena_free(arena);
	return status;
}
