/* SPDX-License-Identifier: Apache-2.0 */
/* How the ledger would be searched, in words for the operator: what drives it, how much that finds, and
 * SQLite's own plan for the statements of that way. */
#include "find.h"
#include "sift.h"

#define SCRATCH ((size_t)192 << 20)
#define EXPLAIN "EXPLAIN QUERY PLAN "

static const char *const ways[] = {
	[HS_LEDGER_ALL] = "look at one pointer after another",
	[HS_LEDGER_CANDIDATES] = "look at what one condition finds",
	[HS_LEDGER_SURE] = "what the conditions find, without a look",
	[HS_LEDGER_PARTY] = "all pointers of one subject or custodian, without a look",
	[HS_LEDGER_AMONG] = "look at all pointers of one subject, which lie together",
	[HS_LEDGER_DATES] = "go along the dates",
	[HS_LEDGER_SHAPES] = "all pointers of some shapes, without a look",
};

/* Of the lookups that lead to pointers; the literals are those of drive.c, party.c and table.c in short. */
static const char *const statements[][3] = {
	[HS_LEDGER_ALL] = { EXPLAIN "SELECT packed FROM record_index_pointer ORDER BY spot", NULL },
	[HS_LEDGER_CANDIDATES] = { EXPLAIN "SELECT target FROM record_index_mark WHERE hash = ?1",
		EXPLAIN "SELECT target FROM record_index_entry WHERE key >= ?1 AND key <= ?2",
		EXPLAIN "SELECT packed FROM record_index_pointer WHERE spot = ?1" },
	[HS_LEDGER_SURE] = { EXPLAIN "SELECT target FROM record_index_mark WHERE hash = ?1",
		EXPLAIN "SELECT target FROM record_index_entry WHERE key >= ?1 AND key <= ?2",
		EXPLAIN "SELECT packed FROM record_index_pointer WHERE spot = ?1" },
	[HS_LEDGER_DATES] = { EXPLAIN
		"SELECT target FROM record_index_entry WHERE key >= ?1 AND key <= ?2 ORDER BY key, target",
		EXPLAIN "SELECT packed FROM record_index_pointer WHERE spot = ?1", NULL },
	[HS_LEDGER_SHAPES] = { EXPLAIN
		"SELECT target FROM record_index_entry WHERE key = ?1 AND target > ?2 ORDER BY target",
		EXPLAIN "SELECT packed FROM record_index_pointer WHERE spot = ?1", NULL },
	[HS_LEDGER_AMONG] = { EXPLAIN
		"SELECT packed FROM record_index_pointer WHERE spot > ?1 AND spot <= ?2 ORDER BY spot",
		NULL, NULL },
	[HS_LEDGER_PARTY] = { EXPLAIN
		"SELECT spot FROM record_index_pointer WHERE spot > ?1 AND spot <= ?2 ORDER BY spot",
		EXPLAIN "SELECT target FROM record_index_entry WHERE key = ?1 AND target > ?2", NULL },
};

static enum hs_status write_statement(struct hs_txn *txn, const char *sql, struct hs_buf *out,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, sql, err);
	int step;

	if (!stmt)
		return err->status;
	hs_buf_printf(out, "%s\n", sql + sizeof EXPLAIN - 1);
	while ((step = hs_sql_step(stmt, err)) > 0)
		hs_buf_printf(out, "  %.*s\n", HS_S_ARG(hs_sql_get_text(stmt, 3)));
	hs_sql_end(stmt);
	return (enum hs_status)step;
}

/* ---- along the columns ---- */

static const char *const tests[] = {
	[HS_LEDGER_TEST_CONST] = "nothing, or anything",
	[HS_LEDGER_TEST_UPDATED] = "times of update",
	[HS_LEDGER_TEST_DATE] = "dates",
	[HS_LEDGER_TEST_SHAPE] = "shapes",
	[HS_LEDGER_TEST_LISTED] = "a list",
	[HS_LEDGER_TEST_PARTY] = "subjects or custodians that are known",
	[HS_LEDGER_TEST_BEGUN] = "what addresses begin with",
	[HS_LEDGER_TEST_AND] = "all of",
	[HS_LEDGER_TEST_OR] = "one of",
	[HS_LEDGER_TEST_NOT] = "not",
	[HS_LEDGER_TEST_ASKED] = "subjects or custodians, each asked when it is met",
};

/* As deep as the tree, which the parser limits. */
static void write_test(const struct hs_ledger_test *test, int depth, struct hs_buf *out)
{
	bool read = test->kind == HS_LEDGER_TEST_CONST && test->inside == HS_LEDGER_MAYBE;
	bool none = test->kind == HS_LEDGER_TEST_CONST && test->inside == HS_LEDGER_NO;

	hs_buf_printf(out, "%*s%s", 2 * depth, "",
		read         ? "each is read" :
			none ? "nothing can fulfil it" :
			       tests[test->kind]);
	if (test->kind == HS_LEDGER_TEST_LISTED)
		hs_buf_printf(out, " of %zu", test->listed_count);
	hs_buf_byte(out, '\n');
	for (size_t i = 0; i < test->kid_count; i++)
		write_test(&test->kids[i], depth + 1, out);
}

/* Along the columns that are held, which are given back. `instead`: of a lookup; not *done: that is better.
 */
static enum hs_status explain_along(struct hs_ledger *ledger, const struct hs_ledger_drive *drive,
	bool instead, struct hs_view_hold *hold, struct hs_buf *out, bool *done, struct hs_error *err)
{
	struct hs_arena *one = hs_arena_new(SCRATCH);
	struct hs_ledger_sift sift = { .ledger = ledger, .columns = hold->view, .one = one };
	enum hs_status status = HS_OK;

	*done = true;
	status = instead ? hs_ledger_sift_instead(&sift, drive, done, err) :
			   hs_ledger_sift_make(&sift, drive->type, drive->where, err);
	if (status == HS_OK && *done) {
		hs_buf_cstr(out, "way: along the columns\n");
		if (sift.listed)
			hs_buf_printf(out, "of these: %zu of %zu\n", sift.listed->listed_count,
				sift.columns->count);
		else
			hs_buf_printf(out, "all: %zu\n", sift.columns->count);
		hs_buf_cstr(out, "judged by\n");
		write_test(sift.test, 1, out);
	}
	hs_txn_view_end(ledger->txn, hold);
	hs_arena_free(one);
	return status;
}

/* What the lookup of a condition found, and how. */
static enum hs_status explain_lookup(struct hs_ledger *ledger, const struct hs_ledger_settings *settings,
	const struct hs_ledger_drive *drive, uint64_t live, struct hs_buf *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	hs_buf_printf(out, "way: %s\n", ways[drive->found]);
	if (drive->shapes.known)
		hs_buf_printf(out, "shapes: %zu%s\n", drive->shapes.count,
			drive->shapes.sure ? ", which decide" : " that may fulfil it");
	if (drive->found == HS_LEDGER_ALL)
		hs_buf_printf(out, "pointers: %llu; refused above %lld looks\n", (unsigned long long)live,
			(long long)settings->looks_max);
	else if (drive->found == HS_LEDGER_CANDIDATES || drive->found == HS_LEDGER_SURE)
		hs_buf_printf(out, "drive: %zu of %llu\n", drive->rows.count, (unsigned long long)live);
	for (size_t i = 0; i < 3 && statements[drive->found][i] && status == HS_OK; i++)
		status = write_statement(ledger->txn, statements[drive->found][i], out, err);
	return status;
}

static enum hs_status explain(struct hs_ledger *ledger, const struct hs_ledger_settings *settings,
	const struct hs_find_query *query, struct hs_buf *out, struct hs_error *err)
{
	static const struct hs_find all = { .op = HS_FIND_AND };
	struct hs_ledger_drive drive = { .where = query->where ? query->where : &all,
		.type = query->type,
		.whole = query->want_total || query->sort_count,
		.looks_max = (uint64_t)settings->looks_max,
		.along_dates = !query->sort_count,
		.along_shapes = true,
		.along_party = !hs_ledger_tells_time(query),
		.along_parties = true };
	uint64_t live = 0;
	struct hs_view_hold hold = { NULL, NULL };
	bool time = query->where && hs_ledger_only_time(query->where);
	enum hs_status status = hs_ledger_live(ledger, &live, err);

	if (status == HS_OK && time)
		hs_buf_cstr(out, "time of update: the ends of the span in the log, by halving\n");
	if (status == HS_OK && hs_ledger_goes_along(ledger, query))
		status = hs_ledger_columns_get(ledger, query->type, drive.where, &hold, err);
	bool instead = !hold.view, done = false;
	drive.where = instead ? query->where : drive.where;
	if (status == HS_OK && instead)
		status = hs_ledger_drive(ledger, &drive, err);
	if (status == HS_OK && instead)
		status = hs_ledger_columns_instead(ledger, &drive, query->sort_count != 0, &hold, err);
	if (status == HS_OK && hold.view)
		status = explain_along(ledger, &drive, instead, &hold, out, &done, err);
	if (status == HS_OK && !done)
		status = hs_ledger_drive_list(ledger, &drive, err);
	if (status != HS_OK || done)
		return status;
	return explain_lookup(ledger, settings, &drive, live, out, err);
}

enum hs_status hs_ledger_explain(struct hs_txn *txn, void *state, const struct hs_find_query *query,
	struct hs_buf *out, struct hs_error *err)
{
	struct hs_arena *scratch = hs_arena_new(SCRATCH);
	struct hs_ledger ledger;

	hs_ledger_begin(&ledger, txn, scratch);
	ledger.lasting = scratch;
	enum hs_status status = explain(&ledger, state, query, out, err);
	hs_ledger_forget(&ledger);
	hs_arena_free(scratch);
	return status;
}
