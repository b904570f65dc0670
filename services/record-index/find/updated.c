/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows can have been updated in a span of time, without an index of times: commit sequences rise with
 * time but for what the clock was set back, so the ends of the span are found by halving. What that proves is
 * all that is used; every row that is left is checked in full. And how many there are: what lies between the
 * ends is counted without a look. */
#include "../ledger/table.h"
#include "order.h"

#include <stdlib.h>

static int64_t before(int64_t ms)
{
	return ms == INT64_MIN || ms == INT64_MAX ? ms : ms - 1;
}

/* hs_span_dates, asked of a whole millisecond, turned around. */
struct hs_ledger_moments hs_ledger_moments_of(const struct hs_find *find)
{
	switch ((enum hs_find_cmp)find->cmp) {
	case HS_CMP_EQ:
	case HS_CMP_AP:
		return (struct hs_ledger_moments) { find->lo, before(find->hi) };
	case HS_CMP_GT:
	case HS_CMP_SA:
		return (struct hs_ledger_moments) { find->hi, INT64_MAX };
	case HS_CMP_GE:
		return (struct hs_ledger_moments) { find->lo, INT64_MAX };
	case HS_CMP_LT:
	case HS_CMP_EB:
		return (struct hs_ledger_moments) { INT64_MIN, before(find->lo) };
	case HS_CMP_LE:
		return (struct hs_ledger_moments) { INT64_MIN, before(find->hi) };
	case HS_CMP_NE:
		break;
	}
	return (struct hs_ledger_moments) { INT64_MIN, INT64_MAX };
}

/* Nothing outside fulfils the condition. */
static struct hs_ledger_moments narrow(const struct hs_find *find)
{
	struct hs_ledger_moments out = { INT64_MIN, INT64_MAX };

	if (find->op == HS_FIND_UPDATED)
		return hs_ledger_moments_of(find);
	if (find->op == HS_FIND_OR)
		out = (struct hs_ledger_moments) { INT64_MAX, INT64_MIN };
	for (size_t i = 0; (find->op == HS_FIND_AND || find->op == HS_FIND_OR) && i < find->kid_count; i++) {
		struct hs_ledger_moments kid = narrow(find->kids[i]);
		bool inward = find->op == HS_FIND_AND;
		out.from = (kid.from > out.from) == inward ? kid.from : out.from;
		out.until = (kid.until < out.until) == inward ? kid.until : out.until;
	}
	return out;
}

/* ---- versions by sequence ---- */

struct version {
	uint64_t seq;
	int64_t updated_ms;
};

static int first_of(struct hs_ledger *ledger, struct hs_stmt *stmt, uint64_t seq,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	if (!stmt)
		return (int)err->status;
	hs_sql_int(stmt, 1, (int64_t)seq);
	int step = hs_sql_step(stmt, err);
	enum hs_status status = step > 0 ? hs_ledger_take(ledger, stmt, ledger->arena, out, err) : HS_OK;
	hs_sql_end(stmt);
	return status == HS_OK ? step : (int)status;
}

/* The first version with at least that sequence: a row that has not changed, one that has, or a version that
 * is not current any more (the first one of a row that has changed, too). None: its sequence is UINT64_MAX.
 */
static enum hs_status probe(struct hs_ledger *ledger, uint32_t type, uint64_t seq, struct version *out,
	struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(ledger->arena);
	struct version found = { UINT64_MAX, INT64_MAX }, past = { 0 };
	struct hs_ledger_pointer pointer = { .seq = 0 };
	int step = first_of(ledger,
		hs_sql(ledger->txn, HS_LEDGER_BY_ROW " WHERE r.row >= ?1 ORDER BY r.row LIMIT 1", err), seq,
		&pointer, err);

	if (step > 0 && pointer.seq == pointer.row)
		found = (struct version) { pointer.seq, pointer.updated_ms };
	if (step >= 0)
		step = first_of(ledger,
			hs_sql(ledger->txn,
				"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p WHERE p.seq >= ?1"
				" AND p.seq IS NOT NULL ORDER BY p.seq LIMIT 1",
				err),
			seq, &pointer, err);
	if (step > 0 && pointer.seq < found.seq)
		found = (struct version) { pointer.seq, pointer.updated_ms };
	if (step >= 0)
		step = hs_txn_logged(ledger->txn, type, seq, &past.seq, &past.updated_ms, err);
	if (step > 0 && past.seq < found.seq)
		found = past;
	hs_arena_rollback(ledger->arena, mark);
	if (step < 0)
		return (enum hs_status)step;
	*out = found;
	return HS_OK;
}

/* Versions before *first are all older than `from`. Those up to a version that is older by more than the
 * slack are. */
static enum hs_status find_first(struct hs_ledger *ledger, uint32_t type, int64_t from, uint64_t *first,
	struct hs_error *err)
{
	uint64_t low = 0, high = hs_txn_seq(ledger->txn);
	enum hs_status status = HS_OK;

	while (status == HS_OK && low < high) {
		uint64_t middle = low + (high - low + 1) / 2;
		struct version version = { 0 };
		status = probe(ledger, type, middle, &version, err);
		if (version.seq < UINT64_MAX && version.updated_ms < from)
			low = version.seq;
		else
			high = middle - 1;
	}
	*first = low + 1;
	return status;
}

/* Versions from *end on are all newer than `until`. */
static enum hs_status find_end(struct hs_ledger *ledger, uint32_t type, int64_t until, uint64_t *end,
	struct hs_error *err)
{
	uint64_t low = 1, high = *end;
	enum hs_status status = HS_OK;

	while (status == HS_OK && low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct version version = { 0 };
		status = probe(ledger, type, middle, &version, err);
		if (version.seq == UINT64_MAX || version.updated_ms > until)
			high = middle;
		else
			low = version.seq + 1;
	}
	*end = high;
	return status;
}

/* ---- rows ---- */

enum hs_status hs_ledger_changed(struct hs_ledger *ledger, uint64_t most, struct hs_ledger_span *span,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT spot FROM record_index_pointer WHERE seq >= ?1 AND seq < ?2 AND seq IS NOT NULL",
		err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)span->first);
	hs_sql_int(stmt, 2, (int64_t)span->end);
	while (status == HS_OK && span->changed.count <= most && (step = hs_sql_step(stmt, err)) > 0) {
		uint64_t spot = (uint64_t)hs_sql_get_int(stmt, 0) | HS_LEDGER_AT_SPOT;
		if (hs_ledger_row_of(spot) < span->first)
			status = hs_ledger_add_number(ledger->arena, &span->changed, spot, err);
	}
	hs_sql_end(stmt);
	if (status != HS_OK || step < 0)
		return status != HS_OK ? status : (enum hs_status)step;
	if (span->changed.count > most) {
		span->changed.count = 0;
		span->first = 1;
		span->rows = span->end - 1;
	}
	if (span->changed.count)
		qsort(span->changed.items, span->changed.count, sizeof *span->changed.items,
			hs_ledger_compare_rows);
	return HS_OK;
}

/* Other types may have written millions between two rows, so an end is found by rows, not by sequences: where
 * it has so many rows, and where so many changed ones. */
static const struct end {
	const char *rows, *changed;
} oldest = {
	"SELECT row FROM record_index_row WHERE row >= ?1 AND row < ?2 ORDER BY row LIMIT 1 OFFSET ?3",
	"SELECT seq FROM record_index_pointer WHERE seq >= ?1 AND seq < ?2 AND seq IS NOT NULL"
	" ORDER BY seq LIMIT 1 OFFSET ?3",
}, newest = {
	"SELECT row FROM record_index_row WHERE row >= ?1 AND row < ?2 ORDER BY row DESC LIMIT 1 OFFSET ?3",
	"SELECT seq FROM record_index_pointer WHERE seq >= ?1 AND seq < ?2 AND seq IS NOT NULL"
	" ORDER BY seq DESC LIMIT 1 OFFSET ?3",
};

static enum hs_status find_nth(struct hs_stmt *stmt, const struct hs_ledger_span *within, uint64_t number,
	uint64_t *out, struct hs_error *err)
{
	if (stmt) {
		hs_sql_int(stmt, 1, (int64_t)within->first);
		hs_sql_int(stmt, 2, (int64_t)within->end);
		hs_sql_int(stmt, 3, (int64_t)number - 1);
	}
	return hs_sql_ask(stmt, out, err);
}

enum hs_status hs_ledger_span_end(struct hs_ledger *ledger, const struct hs_ledger_span *span, uint64_t count,
	bool is_newest, struct hs_ledger_span *out, struct hs_error *err)
{
	const struct end *end = is_newest ? &newest : &oldest;
	uint64_t row = is_newest ? span->first : span->end - 1, seq = row;

	*out = (struct hs_ledger_span) { .first = span->first, .end = span->end, .rows = span->rows };
	if (span->first >= span->end || count >= span->rows)
		return HS_OK;
	out->rows = count;
	enum hs_status status = find_nth(hs_sql(ledger->txn, end->rows, err), span, count, &row, err);
	if (status == HS_OK)
		status = find_nth(hs_sql(ledger->txn, end->changed, err), span, count, &seq, err);
	if (is_newest)
		out->first = row > seq ? row : seq;
	else
		out->end = 1 + (row < seq ? row : seq);
	return status;
}

enum hs_status hs_ledger_outside(struct hs_ledger *ledger, uint32_t type, uint64_t seq, bool before_it,
	int64_t *bound, struct hs_error *err)
{
	struct version version = { 0 };
	int64_t slack = 0;
	enum hs_status status = hs_txn_slack(ledger->txn, &slack, err);

	if (status == HS_OK)
		status = probe(ledger, type, seq, &version, err);
	if (status != HS_OK)
		return status;
	if (before_it)
		*bound = version.updated_ms > INT64_MAX - slack ? INT64_MAX : version.updated_ms + slack;
	else
		*bound = version.seq == UINT64_MAX ? INT64_MAX : version.updated_ms - slack;
	return HS_OK;
}

/* What comes after a cursor, when the order is by time first. */
static void narrow_by_cursor(const struct hs_find_query *query, struct hs_slice after,
	struct hs_ledger_moments *moments)
{
	int64_t last = 0;

	if (!after.len || !query->sort_count || query->sort[0].special != HS_SORT_UPDATED ||
		!hs_ledger_key_time(query, after, &last))
		return;
	if (query->sort[0].falling && last < moments->until)
		moments->until = last;
	else if (!query->sort[0].falling && last > moments->from)
		moments->from = last;
}

enum hs_status hs_ledger_updated(struct hs_ledger *ledger, const struct hs_find_query *query,
	struct hs_slice after, uint64_t most, struct hs_ledger_span *out, struct hs_error *err)
{
	struct hs_ledger_moments moments = { INT64_MIN, INT64_MAX };
	struct hs_ledger_span span = { .first = 1, .end = hs_txn_seq(ledger->txn) + 1 };
	enum hs_status status = HS_OK;
	int64_t slack = 0;

	if (query->where)
		moments = narrow(query->where);
	narrow_by_cursor(query, after, &moments);
	bool from = moments.from != INT64_MIN, until = moments.until != INT64_MAX;
	if (from || until)
		status = hs_txn_slack(ledger->txn, &slack, err);
	if (moments.from > moments.until)
		span.end = span.first;
	if (status == HS_OK && from && moments.from > INT64_MIN + slack)
		status = find_first(ledger, query->type, moments.from - slack, &span.first, err);
	if (status == HS_OK && until && moments.until < INT64_MAX - slack)
		status = find_end(ledger, query->type, moments.until + slack, &span.end, err);
	span.rows = span.end > span.first ? span.end - span.first : 0;
	if (status == HS_OK && span.rows)
		status = hs_ledger_changed(ledger, most, &span, err);
	if (status == HS_OK)
		*out = span;
	return status;
}

/* ---- counting ---- */

bool hs_ledger_tells_time(const struct hs_find_query *query)
{
	struct hs_ledger_moments moments = query->where ? narrow(query->where) :
							  (struct hs_ledger_moments) { INT64_MIN, INT64_MAX };

	return moments.from != INT64_MIN || moments.until != INT64_MAX ||
		(query->sort_count && query->sort[0].special == HS_SORT_UPDATED);
}

bool hs_ledger_only_time(const struct hs_find *where)
{
	bool only = where && (where->op == HS_FIND_UPDATED || where->op == HS_FIND_AND);

	if (only && where->op == HS_FIND_UPDATED)
		return where->cmp != HS_CMP_NE;
	for (size_t i = 0; only && i < where->kid_count; i++)
		only = hs_ledger_only_time(where->kids[i]);
	return only;
}

static enum hs_status count_rows(struct hs_ledger *ledger, uint64_t first, uint64_t end, int64_t *out,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT count(*) FROM record_index_row WHERE row >= ?1 AND row < ?2", err);

	uint64_t count = 0;

	if (stmt) {
		hs_sql_int(stmt, 1, (int64_t)first);
		hs_sql_int(stmt, 2, (int64_t)end);
	}
	enum hs_status status = hs_sql_ask(stmt, &count, err);
	*out = (int64_t)count;
	return status;
}

/* Narrows [*first, *end) to where there are rows at all: what other types have written is no part of it. */
static enum hs_status narrow_to_rows(struct hs_ledger *ledger, uint64_t *first, uint64_t *end,
	uint64_t ends[2], struct hs_error *err)
{
	enum hs_status status =
		hs_sql_ask(hs_sql(ledger->txn, "SELECT row FROM record_index_row ORDER BY row LIMIT 1", err),
			&ends[0], err);

	if (status == HS_OK)
		status = hs_sql_ask(hs_sql(ledger->txn,
					    "SELECT row + 1 FROM record_index_row ORDER BY row DESC LIMIT 1",
					    err),
			&ends[1], err);
	*first = *first < ends[0] ? ends[0] : *first;
	*end = *end > ends[1] ? ends[1] : *end;
	return status;
}

/* The lesser part is counted: those within, or those without. */
static enum hs_status count_within(struct hs_ledger *ledger, uint64_t first, uint64_t end, int64_t *out,
	struct hs_error *err)
{
	uint64_t ends[2] = { 0, 0 }, live = 0;
	int64_t older = 0, newer = 0;
	enum hs_status status = narrow_to_rows(ledger, &first, &end, ends, err);

	*out = 0;
	if (status != HS_OK || first >= end)
		return status;
	if (end - first <= (ends[1] - ends[0]) / 2)
		return count_rows(ledger, first, end, out, err);
	status = hs_ledger_live(ledger, &live, err);
	if (status == HS_OK)
		status = count_rows(ledger, ends[0], first, &older, err);
	if (status == HS_OK)
		status = count_rows(ledger, end, ends[1], &newer, err);
	*out = (int64_t)live - older - newer;
	return status;
}

/* By how much the current versions of [first, end) are more than the rows that begin there: rows that changed
 * are elsewhere now. */
static enum hs_status count_moved(struct hs_ledger *ledger, uint64_t first, uint64_t end, int64_t *out,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT spot, seq FROM record_index_pointer WHERE seq >= ?1 AND seq IS NOT NULL", err);
	int64_t moved = 0;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)first);
	while ((step = hs_sql_step(stmt, err)) > 0) {
		uint64_t row = hs_ledger_row_of((uint64_t)hs_sql_get_int(stmt, 0) | HS_LEDGER_AT_SPOT);
		moved += (uint64_t)hs_sql_get_int(stmt, 1) < end;
		moved -= row >= first && row < end;
	}
	hs_sql_end(stmt);
	*out = moved;
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static enum hs_status look_at_times(struct hs_ledger *ledger, struct hs_stmt *stmt, uint64_t first,
	uint64_t end, const struct hs_ledger_moments *moments, int64_t *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)first);
	hs_sql_int(stmt, 2, (int64_t)end);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs_arena_mark mark = hs_arena_mark(ledger->arena);
		struct hs_ledger_pointer pointer = { .seq = 0 };
		status = hs_ledger_take(ledger, stmt, ledger->arena, &pointer, err);
		*out += status == HS_OK && pointer.seq >= first && pointer.seq < end &&
			pointer.updated_ms >= moments->from && pointer.updated_ms <= moments->until;
		hs_arena_rollback(ledger->arena, mark);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* Current versions of [first, end) that lie in time, each looked at: rows that did not change, then those
 * that did. */
static enum hs_status count_looking(struct hs_ledger *ledger, uint64_t first, uint64_t end,
	const struct hs_ledger_moments *moments, int64_t *out, struct hs_error *err)
{
	int64_t all = 0;
	enum hs_status status = first >= end ?
		HS_OK :
		look_at_times(ledger,
			hs_sql(ledger->txn,
				HS_LEDGER_BY_ROW " WHERE r.row >= ?1 AND r.row < ?2"
						 " AND p.seq IS NULL",
				err),
			first, end, moments, &all, err);

	if (status == HS_OK && first < end)
		status = look_at_times(ledger,
			hs_sql(ledger->txn,
				"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p"
				" WHERE p.seq >= ?1 AND p.seq < ?2 AND p.seq IS NOT NULL",
				err),
			first, end, moments, &all, err);
	*out += all;
	return status;
}

enum hs_status hs_ledger_count_updated(struct hs_ledger *ledger, const struct hs_find_query *query,
	uint64_t *out, struct hs_error *err)
{
	struct hs_ledger_moments moments = narrow(query->where);
	uint64_t last = hs_txn_seq(ledger->txn) + 1;
	uint64_t first = 1, end = last;           /* no other version can lie in time */
	uint64_t sure_first = 1, sure_end = last; /* these all do */
	int64_t slack = 0, total = 0, within = 0, moved = 0;
	enum hs_status status = hs_txn_slack(ledger->txn, &slack, err);

	if (status == HS_OK && moments.from > moments.until) {
		*out = 0;
		return HS_OK;
	}
	if (status == HS_OK && moments.from > INT64_MIN + slack) {
		status = find_first(ledger, query->type, moments.from - slack, &first, err);
		sure_first = last;
		if (status == HS_OK && moments.from < INT64_MAX - slack)
			status = find_end(ledger, query->type, moments.from - 1 + slack, &sure_first, err);
	}
	if (status == HS_OK && moments.until < INT64_MAX - slack) {
		status = find_end(ledger, query->type, moments.until + slack, &end, err);
		sure_end = 1;
		if (status == HS_OK && moments.until > INT64_MIN + slack)
			status = find_first(ledger, query->type, moments.until + 1 - slack, &sure_end, err);
	}
	if (status != HS_OK)
		return status;
	if (sure_first >= sure_end) {
		status = count_looking(ledger, first, end, &moments, &total, err);
	} else {
		status = count_within(ledger, sure_first, sure_end, &within, err);
		if (status == HS_OK)
			status = count_moved(ledger, sure_first, sure_end, &moved, err);
		if (status == HS_OK)
			status = count_looking(ledger, first, sure_first, &moments, &total, err);
		if (status == HS_OK)
			status = count_looking(ledger, sure_end, end, &moments, &total, err);
	}
	*out = (uint64_t)(total + within + moved);
	return status;
}
