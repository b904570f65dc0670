/* SPDX-License-Identifier: Apache-2.0 */
/* What a search would do, in words: its way, the condition that drives it, the ranges or how each condition
 * is found, and SQLite's own plan for the statements of that way. */
#include <core/store/find/set.h>

#define TEXT_MAX ((size_t)64 << 10)
#define RANGES_SHOWN 4u

/* The literals of scan.c, run.c and ranges.c, for SQLite to explain. */
#define EXPLAIN "EXPLAIN QUERY PLAN "
static const char *const statements[][2] = {
	[HS__WAY_STREAM] = { EXPLAIN "SELECT row, more FROM entry WHERE key = ?1 ORDER BY row", NULL },
	[HS__WAY_GATHER] = { EXPLAIN "SELECT row, more, key FROM entry WHERE key >= ?1 AND key < ?2",
		EXPLAIN "SELECT data FROM facts WHERE row = ?1" },
	[HS__WAY_WALK] = { EXPLAIN "SELECT row, data FROM facts WHERE row > ?1 AND row < ?2 ORDER BY row",
		NULL },
	[HS__WAY_SORTED] = { EXPLAIN
		"SELECT key FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key DESC LIMIT 1",
		EXPLAIN "SELECT data FROM facts WHERE row = ?1" },
	[HS__WAY_SET] = { EXPLAIN "SELECT row, more, key FROM entry WHERE key >= ?1 AND key < ?2",
		EXPLAIN "SELECT row, more FROM entry WHERE key = ?1 ORDER BY row" },
};
static const char *const ways[] = {
	[HS__WAY_STREAM] = "stream the rows of one key",
	[HS__WAY_GATHER] = "gather the rows of ranges, then order",
	[HS__WAY_WALK] = "walk all resources of the type",
	[HS__WAY_SORTED] = "go along the index of the first sort",
	[HS__WAY_SET] = "join the rows that each condition finds",
};

static void write_key(struct hs_buf *buf, struct hs_slice key)
{
	for (size_t i = 0; i < key.len; i++) {
		unsigned char c = (unsigned char)key.ptr[i];
		hs_buf_printf(buf, c > ' ' && c < 0x7f && c != '\\' ? "%c" : "\\%02x", c);
	}
}

static void write_ranges(struct hs_buf *buf, const struct hs__ranges *ranges)
{
	static const char *const checks[] = { "sure", "by key", "verify" };

	for (size_t i = 0; i < ranges->count && i < RANGES_SHOWN; i++) {
		const struct hs__range *range = &ranges->items[i];
		hs_buf_cstr(buf, range->single ? "  key " : "  from ");
		write_key(buf, range->from);
		if (!range->single) {
			hs_buf_cstr(buf, " to ");
			write_key(buf, range->to);
		}
		hs_buf_printf(buf, " (%s)\n", checks[range->check]);
	}
	if (ranges->count > RANGES_SHOWN)
		hs_buf_printf(buf, "  and %zu more\n", ranges->count - RANGES_SHOWN);
	if (ranges->row_count)
		hs_buf_printf(buf, "  %zu rows found already\n", ranges->row_count);
}

static enum hs_status write_statement(struct hs_txn *txn, struct hs_buf *buf, const char *sql,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, sql, err);
	int step;

	if (!stmt)
		return err->status;
	hs_buf_printf(buf, "%s\n", sql + sizeof(EXPLAIN) - 1);
	while ((step = hs_sql_step(stmt, err)) > 0)
		hs_buf_printf(buf, "  %.*s\n", HS_S_ARG(hs_sql_get_text(stmt, 3)));
	hs_sql_end(stmt);
	return (enum hs_status)step;
}

static enum hs_status write_plan(struct hs__finder *finder, const struct hs_find_query *query,
	const struct hs__cond *where, struct hs_buf *buf, enum hs__way *way, struct hs_error *err)
{
	struct hs__plan plan;
	uint64_t population = 0;
	enum hs_status status = hs__plan_make(finder, query, where, &plan, err);

	if (status == HS_OK)
		status = hs__find_live(finder->txn, query->type, &population, err);
	if (status != HS_OK)
		return status;
	*way = plan.way;
	hs_buf_printf(buf, "way: %s\n", ways[plan.way]);
	if (plan.drive && plan.way != HS__WAY_SET)
		hs_buf_printf(buf, "drive: %s, about %llu of %llu\n", hs__op_name(plan.drive->find->op),
			(unsigned long long)(plan.estimate == UINT64_MAX ? 0 : plan.estimate),
			(unsigned long long)population);
	if (plan.way != HS__WAY_SET)
		hs_buf_printf(buf, "verify: %s\n", plan.verify ? "each against its facts" : "not needed");
	write_ranges(buf, &plan.ranges);
	if (plan.way == HS__WAY_SET)
		status = hs__explain_set(finder, query->type, where, buf, err);
	for (size_t i = 0; i < 2 && statements[plan.way][i] && status == HS_OK; i++)
		status = write_statement(finder->txn, buf, statements[plan.way][i], err);
	return status;
}

static enum hs_status explain(struct hs__finder *finder, const struct hs_find_query *query,
	struct hs_buf *buf, struct hs_error *err)
{
	struct hs_find_query page = *query, total = { .type = query->type, .want_total = true };
	struct hs__cond cond;
	const struct hs__cond *where = query->where ? &cond : NULL;
	enum hs__way way = HS__WAY_WALK;
	enum hs_status status = hs__find_settle(finder->txn, err);

	/* As find.c plans it: what finds the page tells the total, when there are conditions. */
	page.want_total = query->want_total && where;
	if (status == HS_OK && where)
		status = hs__cond_make(finder, query->type, query->where, 0, &cond, err);
	if (status == HS_OK && query->count)
		status = write_plan(finder, &page, where, buf, &way, err);
	if (status != HS_OK || !query->want_total)
		return status;
	if (query->count)
		hs_buf_cstr(buf, "and for the total\n");
	if (where && way != HS__WAY_SET)
		return write_plan(finder, &total, where, buf, &way, err);
	hs_buf_cstr(buf, where ? "way: count what was joined\n" : "way: a count that is kept\n");
	return HS_OK;
}

enum hs_status hs_txn_find_explain(struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_find_query *query, struct hs_slice *out, struct hs_error *err)
{
	struct hs__finder finder = { .txn = txn, .arena = hs_arena_new((size_t)64 << 20) };
	void *state = NULL;
	const struct hs_keeper *keeper = hs__find_keeper(txn, query->type, &state);
	struct hs_buf buf;
	enum hs_status status = HS_OK;

	hs_buf_init(&buf, arena, TEXT_MAX);
	if (!keeper)
		status = explain(&finder, query, &buf, err);
	else if (hs__words_in(query->where))
		status = hs__words_refuse(err);
	else if (keeper->explain)
		status = keeper->explain(txn, state, query, &buf, err);
	else
		status = hs_fail(err, HS_E_NOT_SUPPORTED,
			"a service keeps this type in tables of its own, and does not tell how it searches "
			"them");
	hs__columns_release(&finder);
	hs_arena_free(finder.arena);
	if (status == HS_OK)
		*out = hs_buf_slice(&buf);
	return status;
}
