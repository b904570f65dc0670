/* SPDX-License-Identifier: Apache-2.0 */
/* Searches that go by date along the table of entries: how many there are between two dates, and pages of
 * them or of all there is, from the oldest or the newest on. */
#include "find.h"

#include <stdlib.h>

#define COUNT "SELECT count(*) FROM record_index_entry WHERE key >= ?1 AND key <= ?2"

static struct hs_stmt *between(struct hs_ledger *ledger, const char *sql, const struct hs_ledger_dates *dates,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn, sql, err);

	if (stmt) {
		hs_sql_int(stmt, 1, hs_ledger_date_key(dates->first));
		hs_sql_int(stmt, 2, hs_ledger_date_key(dates->last));
	}
	return stmt;
}

/* ---- in order of row ---- */

enum hs_status hs_ledger_dates_page(struct hs_ledger_search *search, const struct hs_ledger_dates *dates,
	struct hs_ledger_numbers *rows, uint64_t *total, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	struct hs_ledger *ledger = &search->ledger;
	enum hs_status status = HS_OK;

	if (query->want_total || !query->count)
		status = hs_sql_ask(between(ledger, COUNT, dates, err), total, err);
	if (status != HS_OK || !query->count)
		return status;
	struct hs_stmt *stmt = between(ledger,
		"SELECT target FROM record_index_entry WHERE key >= ?1 AND key <= ?2 AND target > ?3"
		" ORDER BY target LIMIT ?4",
		dates, err);
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 3, (int64_t)hs_ledger_search_row(search));
	hs_sql_int(stmt, 4, (int64_t)query->count + 1);
	return hs_ledger_list(ledger, stmt, 0, rows, err);
}

/* ---- in order of date ---- */

/* Has every pointer a date? */
static enum hs_status all_have_one(struct hs_ledger *ledger, bool *out, struct hs_error *err)
{
	const struct hs_ledger_dates all = { INT64_MIN, INT64_MAX };
	uint64_t live = 0, dated = 0;
	enum hs_status status = hs_ledger_live(ledger, &live, err);

	if (status == HS_OK)
		status = hs_sql_ask(between(ledger, COUNT, &all, err), &dated, err);
	*out = status == HS_OK && dated == live;
	return status;
}

/* Pointers from one end of the span on. */
struct window {
	struct hs_ledger_numbers rows;
	int64_t last; /* date key of the last one */
	bool all;     /* there are no more */
};

static enum hs_status read_window(struct hs_ledger_search *search, const struct hs_ledger_dates *dates,
	uint64_t width, struct window *out, struct hs_error *err)
{
	struct hs_stmt *stmt = search->query->sort[0].falling ?
		between(&search->ledger,
			"SELECT target, key FROM record_index_entry WHERE key >= ?1 AND key <= ?2"
			" ORDER BY key DESC, target DESC LIMIT ?3",
			dates, err) :
		between(&search->ledger,
			"SELECT target, key FROM record_index_entry WHERE key >= ?1 AND key <= ?2"
			" ORDER BY key, target LIMIT ?3",
			dates, err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 3, (int64_t)width);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		out->last = hs_sql_get_int(stmt, 1);
		status = hs_ledger_add_number(search->scratch, &out->rows, (uint64_t)hs_sql_get_int(stmt, 0),
			err);
	}
	hs_sql_end(stmt);
	out->all = out->rows.count < width;
	return step < 0 ? (enum hs_status)step : status;
}

static int64_t second_of(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

/* Is the page full, and does its end lie before those that have not been looked at? These may have the date
 * of the last one, and come before it by what the date says below a second. */
static bool is_full(struct hs_ledger_search *search, const struct window *window)
{
	const struct hs_find_query *query = search->query;
	int64_t ms = 0;

	if (search->count <= query->count)
		return false;
	qsort(search->hits, search->count, sizeof *search->hits, hs_ledger_compare_hits);
	if (!hs_ledger_key_time(query, search->hits[query->count].key, &ms))
		return false;
	int64_t key = hs_ledger_date_key(second_of(ms));
	return query->sort[0].falling ? key > window->last : key < window->last;
}

/* From the date on at which the page before ended; false when it ended among those that have none. */
static bool go_on_after(const struct hs_ledger_search *search, struct hs_ledger_dates *dates)
{
	int64_t ms = 0;

	if (!search->after.len)
		return true;
	if (search->after.ptr[0] != 1 || !hs_ledger_key_time(search->query, search->after, &ms))
		return false;
	if (search->query->sort[0].falling)
		dates->last = second_of(ms) < dates->last ? second_of(ms) : dates->last;
	else
		dates->first = second_of(ms) > dates->first ? second_of(ms) : dates->first;
	return true;
}

enum hs_status hs_ledger_search_dates(struct hs_ledger_search *search, struct hs_ledger_dates dates,
	bool *done, struct hs_error *err)
{
	bool some = dates.first != INT64_MIN || dates.last != INT64_MAX, full = false, all = false;
	uint64_t width = 2 * ((uint64_t)search->query->count + 1), total = search->total;
	enum hs_status status = HS_OK;

	*done = false;
	if (!go_on_after(search, &dates))
		return HS_OK;
	for (; status == HS_OK && !full && !all; width *= 4) {
		struct window window = { .all = false };
		search->count = 0;
		search->bounded = false;
		search->total = total;
		status = read_window(search, &dates, width, &window, err);
		if (status == HS_OK)
			status = hs_ledger_look_at_these(search, &window.rows, err);
		full = status == HS_OK && is_full(search, &window);
		all = window.all;
		if (status == HS_OK && !full && !all && width > search->looks_max)
			return hs_ledger_refuse_broad(search, err);
	}
	/* Those that have no date come last. */
	*done = full || some;
	if (status == HS_OK && !*done)
		status = all_have_one(&search->ledger, done, err);
	if (!*done) {
		search->count = 0;
		search->bounded = false;
		search->total = total;
	}
	return status;
}
