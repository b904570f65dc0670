/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the candidates of a search, one after another: which of them, in which order, and how many at
 * most. */
#include "find.h"
#include "sorting.h"

#include <stdlib.h>

#define SPAN_WORTH 200   /* candidates that cost more to look at than to find the span of time */
#define PARTIES_WORTH 64 /* candidates whose parties are asked before they are read */
#define SPOTS_WORTH 500  /* candidates that are worth being put in the order of their spots */

/* Can it not be on the page, whatever else it says? Dates are compared by the second. */
static bool is_beyond(const struct hs_ledger_search *search, const struct hs_ledger_pointer *pointer)
{
	const struct hs_find_query *query = search->query;

	if (!search->bounded || !query->count)
		return !query->count;
	if (!query->sort_count)
		return pointer->row >= (uint64_t)search->bound;
	if (query->sort[0].special == HS_SORT_UPDATED && pointer->updated_ms == search->bound)
		return query->sort_count == 1 && pointer->row >= search->bound_row;
	if (query->sort[0].special == HS_SORT_UPDATED)
		return query->sort[0].falling ? pointer->updated_ms < search->bound :
						pointer->updated_ms > search->bound;
	if (!pointer->has_date)
		return true;
	return query->sort[0].falling ? pointer->date < search->bound : pointer->date > search->bound;
}

/* Was it on an earlier page, whatever else it says? */
static bool is_passed(const struct hs_ledger_search *search, const struct hs_ledger_pointer *pointer)
{
	const struct hs_find_query *query = search->query;
	bool updated = query->sort_count && query->sort[0].special == HS_SORT_UPDATED;
	int64_t at = updated ? pointer->updated_ms : pointer->date, after = 0;

	if (!search->after.len || search->after.ptr[0] != 1 ||
		(!updated && !hs_ledger_sorts_by_date(search)) ||
		!hs_ledger_key_time(query, search->after, &after) || (!updated && !pointer->has_date))
		return false;
	after = updated ? after : after / 1000 - (after % 1000 < 0);
	return query->sort[0].falling ? at > after : at < after;
}

/* Room for a page and one more, twice: what is beyond that is left out. */
static void cut(struct hs_ledger_search *search)
{
	size_t most = (size_t)search->query->count + 1;
	const struct hs_ledger_hit *last = &search->hits[most - 1];
	int64_t ms = 0;

	if (search->count < 2 * most)
		return;
	qsort(search->hits, search->count, sizeof *search->hits, hs_ledger_compare_hits);
	search->count = most;
	if (search->sorting)
		hs_ledger_sorting_bound(search->sorting, last->key);
	if (!search->query->sort_count) {
		search->bounded = true;
		search->bound = (int64_t)hs_ledger_row_of(last->candidate);
	} else if ((hs_ledger_sorts_by_date(search) || search->query->sort[0].special == HS_SORT_UPDATED) &&
		last->key.ptr[0] == 1 && hs_ledger_key_time(search->query, last->key, &ms)) {
		search->bounded = true;
		search->bound_row = hs_ledger_row_of(last->candidate);
		search->bound = hs_ledger_sorts_by_date(search) ? ms / 1000 - (ms % 1000 < 0) : ms;
	}
}

static enum hs_status keep(struct hs_ledger_search *search, const struct hs_ledger_subject *subject,
	struct hs_error *err)
{
	const struct hs_ledger_pointer *pointer = subject->pointer;
	struct hs_ledger_hit hit = {
		.candidate = hs_ledger_spot(pointer->subject, pointer->row) | HS_LEDGER_AT_SPOT,
	};
	enum hs_status status = hs_ledger_key(search->one, search->query, subject, &hit.key, err);

	if (status != HS_OK)
		return status;
	if (search->after.len && hs_slice_cmp(hit.key, search->after) <= 0)
		return HS_OK;
	hit.key = hs_arena_copy(search->scratch, hit.key);
	if (search->count == search->room) {
		size_t room = search->room ? search->room * 2 : 64;
		void *moved = hs_arena_grow(search->scratch, search->hits, search->room * sizeof hit,
			room * sizeof hit);
		if (!moved)
			return hs_fail(err, HS_E_TOO_COSTLY,
				"the search finds more than can be put in order; add a condition");
		search->hits = moved;
		search->room = room;
	}
	if (!hit.key.ptr)
		return hs_fail(err, HS_E_TOO_COSTLY,
			"the search finds more than can be put in order; add a condition");
	search->hits[search->count++] = hit;
	cut(search);
	/* Candidates come by row: without a sort the first ones are the page. */
	search->done = search->query->sort_count == 0 && !search->counts &&
		search->count > search->query->count;
	return HS_OK;
}

void hs_ledger_search_must(struct hs_ledger_search *search, const struct hs_find *must)
{
	if (search->must == must)
		return;
	search->must = must;
	search->judged = (struct hs_ledger_judged) { .keys = { 0 } };
}

static bool sorts_by_rows(const struct hs_find_query *query)
{
	for (size_t i = 0; query->count && i < query->sort_count; i++) {
		if (query->sort[i].special == HS_SORT_PARAM)
			return true;
	}
	return false;
}

/* What its shape tells of a pointer, of which no more than that need be known. */
static enum hs_status judge(struct hs_ledger_search *search, const struct hs_ledger_pointer *pointer,
	enum hs_ledger_verdict *out, struct hs_error *err)
{
	*out = HS_LEDGER_YES;
	return search->must ?
		hs_ledger_judge(&search->ledger, &search->judged, pointer, search->must, out, err) :
		HS_OK;
}

void hs_ledger_count_hits(struct hs_ledger_search *search, uint64_t count)
{
	search->total += search->query->where && !search->counted ? count : 0; /* else the total is known */
}

/* Looks at what the shape leaves open of one that was not refused. */
static enum hs_status look_closer(struct hs_ledger_search *search, const struct hs_ledger_pointer *pointer,
	enum hs_ledger_verdict verdict, struct hs_error *err)
{
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_ledger_subject subject = { search->query->type, pointer, &rows };
	enum hs_status status = HS_OK;
	bool beyond = is_beyond(search, pointer);
	int matched = 1;

	if (verdict == HS_LEDGER_MAYBE || (!beyond && sorts_by_rows(search->query)))
		status = hs_ledger_rows(&search->ledger, search->one, pointer, &rows, err);
	if (status == HS_OK && verdict == HS_LEDGER_MAYBE)
		matched = hs_ledger_match(&search->ledger, search->one, &subject, search->must, err);
	if (status != HS_OK || matched < 0)
		return status != HS_OK ? status : (enum hs_status)matched;
	if (!matched)
		return HS_OK;
	hs_ledger_count_hits(search, 1);
	return beyond ? HS_OK : keep(search, &subject, err);
}

static enum hs_status look_at(struct hs_ledger_search *search, const struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	enum hs_ledger_verdict verdict = HS_LEDGER_YES;
	enum hs_status status = judge(search, pointer, &verdict, err);

	return status != HS_OK || verdict == HS_LEDGER_NO ? status :
							    look_closer(search, pointer, verdict, err);
}

/* Memory for the next pointer. */
static void forget(struct hs_ledger_search *search)
{
	hs_arena_reset(search->one);
	if (hs_arena_used(search->pieces) < HS_LEDGER_PIECES_MAX)
		return;
	hs_arena_reset(search->pieces);
	hs_ledger_forget(&search->ledger);
}

bool hs_ledger_search_reads(const struct hs_ledger_search *search)
{
	const struct hs_find_query *query = search->query;
	bool reads = sorts_by_rows(query);

	for (size_t i = 0; query->count && i < query->sort_count && !reads; i++)
		reads = query->sort[i].special != HS_SORT_UPDATED;
	return reads;
}

enum hs_status hs_ledger_look_known(struct hs_ledger_search *search, const struct hs_ledger_pointer *known,
	size_t at, enum hs_ledger_verdict verdict, struct hs_error *err)
{
	uint64_t spot = hs_ledger_spot(known->subject, known->row) | HS_LEDGER_AT_SPOT;
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_ledger_pointer pointer = { .seq = 0 };
	bool sure = verdict == HS_LEDGER_YES;

	if ((sure || !search->counts) && (is_beyond(search, known) || is_passed(search, known))) {
		hs_ledger_count_hits(search, 1);
		return HS_OK;
	}
	forget(search);
	if (sure && search->sorting && hs_ledger_sorting_rows(search->sorting, at, search->one, &rows)) {
		hs_ledger_count_hits(search, 1);
		return keep(search, &(struct hs_ledger_subject) { search->query->type, known, &rows }, err);
	}
	if (sure && !hs_ledger_search_reads(search))
		return look_closer(search, known, verdict, err);
	if (search->looks++ >= search->looks_max)
		return hs_ledger_refuse_broad(search, err);
	int found = hs_ledger_at(&search->ledger, search->one, spot, &pointer, err);
	return found <= 0 ? (enum hs_status)found : look_closer(search, &pointer, verdict, err);
}

/* Whatever is found on the way. */
static bool looks_at_all(const struct hs_ledger_search *search)
{
	return search->counts || search->query->sort_count;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* In the order in which they lie, so that a page of the store is read once. */
static enum hs_status put_by_spot(struct hs_ledger_search *search, struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < rows->count && status == HS_OK; i++)
		status = hs_ledger_find_spot(&search->ledger, &rows->items[i], err);
	if (status == HS_OK)
		qsort(rows->items, rows->count, sizeof *rows->items, by_number);
	return status;
}

enum hs_status hs_ledger_look_at_these(struct hs_ledger_search *search, struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	uint64_t after = search->counts ? 0 : hs_ledger_search_row(search);
	enum hs_status status = HS_OK;

	if (rows->count >= SPOTS_WORTH && looks_at_all(search))
		status = put_by_spot(search, rows, err);
	for (size_t i = 0; i < rows->count && status == HS_OK && !search->done; i++) {
		struct hs_ledger_pointer pointer = { .seq = 0 };
		if (hs_ledger_row_of(rows->items[i]) <= after)
			continue;
		forget(search);
		/* A few are sooner read than their parties asked. */
		int found = rows->count < PARTIES_WORTH ? 1 :
							  hs_ledger_parties_hold(&search->ledger, search->one,
								  &rows->items[i], search->must, err);
		if (found > 0)
			found = hs_ledger_at(&search->ledger, search->one, rows->items[i], &pointer, err);
		if (found < 0)
			return (enum hs_status)found;
		status = found ? look_at(search, &pointer, err) : HS_OK;
	}
	return status;
}

/* ---- all of one subject ---- */

static bool is_within(const struct hs_ledger_dates *dates, const struct hs_ledger_pointer *pointer)
{
	return pointer->has_date && pointer->date >= dates->first && pointer->date <= dates->last;
}

/* By its date and its shape, if these will do; what is to be counted alone is not unpacked. */
static enum hs_status look_along(struct hs_ledger_search *search, struct hs_stmt *stmt, struct hs_error *err)
{
	struct hs_ledger_pointer pointer = { .seq = 0 };
	enum hs_ledger_verdict verdict = HS_LEDGER_YES;

	if (!hs_ledger_read_packed(hs_sql_get_blob(stmt, 3), &pointer))
		return hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
	if (search->drive.dated && !is_within(&search->drive.dates, &pointer))
		return HS_OK;
	enum hs_status status = judge(search, &pointer, &verdict, err);
	if (status != HS_OK || verdict == HS_LEDGER_NO)
		return status;
	pointer.row = hs_ledger_row_of((uint64_t)hs_sql_get_int(stmt, 0));
	if (verdict == HS_LEDGER_YES && is_beyond(search, &pointer)) {
		hs_ledger_count_hits(search, 1);
		return HS_OK;
	}
	status = hs_ledger_look(&search->ledger, stmt, search->one, &pointer, err);
	return status == HS_OK ? look_closer(search, &pointer, verdict, err) : status;
}

enum hs_status hs_ledger_look_among(struct hs_ledger_search *search, struct hs_error *err)
{
	uint64_t after = search->counts ? 0 : hs_ledger_search_row(search);
	struct hs_stmt *stmt = hs_ledger_party_open(&search->ledger, &search->drive.party, after, err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_ledger_search_must(search, search->drive.others);
	while (status == HS_OK && !search->done && (step = hs_sql_step(stmt, err)) > 0) {
		forget(search);
		status = look_along(search, stmt, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

enum hs_status hs_ledger_refuse_broad(const struct hs_ledger_search *search, struct hs_error *err)
{
	return hs_fail(err, HS_E_TOO_COSTLY,
		"the search would look at more than %llu pointers, one after another; add one of patient, "
		"subject, identifier, custodian, date, author, related, _id or _lastUpdated, or leave out "
		"the total (_total=none) and the order (_sort)",
		(unsigned long long)search->looks_max);
}

static uint64_t span_size(const struct hs_ledger_span *span)
{
	return span->changed.count + span->rows;
}

/* Must all be looked at, however many fulfil the conditions? Then it is told before, not after a second. */
static enum hs_status check_broad(struct hs_ledger_search *search, const struct hs_ledger_span *span,
	struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	uint64_t live = 0;

	if ((query->count && !search->counts && !query->sort_count) || span_size(span) <= search->looks_max)
		return HS_OK;
	enum hs_status status = hs_ledger_live(&search->ledger, &live, err);
	return status == HS_OK && live > search->looks_max ? hs_ledger_refuse_broad(search, err) : status;
}

/* In order of row; or as they lie, when all there are must be looked at. */
static struct hs_stmt *open_span(struct hs_ledger_search *search, const struct hs_ledger_span *span,
	uint64_t after, struct hs_error *err)
{
	struct hs_txn *txn = search->ledger.txn;
	unsigned waits = 0;

	if (looks_at_all(search) && span->first == 1 && span->end > hs_txn_seq(txn)) {
		if (hs_ledger_waits(txn, &waits, err) != HS_OK)
			return NULL;
		if (!(waits & HS_LEDGER_POINTERS_WAIT))
			return hs_sql(txn,
				"SELECT " HS_LEDGER_COLUMNS
				" FROM record_index_pointer p WHERE " HS_LEDGER_IS_POINTER " ORDER BY p.spot",
				err);
	}
	struct hs_stmt *stmt = hs_sql(txn,
		HS_LEDGER_BY_ROW " WHERE r.row >= ?1 AND r.row < ?2 ORDER BY r.row", err);
	if (stmt) {
		hs_sql_int(stmt, 1, (int64_t)(after >= span->first ? after + 1 : span->first));
		hs_sql_int(stmt, 2, (int64_t)span->end);
	}
	return stmt;
}

static enum hs_status look_at_span(struct hs_ledger_search *search, struct hs_ledger_span *span,
	struct hs_error *err)
{
	uint64_t after = search->counts ? 0 : hs_ledger_search_row(search), looks = span->changed.count;
	enum hs_status status = check_broad(search, span, err);
	int step = 0;

	if (status == HS_OK)
		status = hs_ledger_look_at_these(search, &span->changed, err);
	if (status != HS_OK || search->done)
		return status;
	struct hs_stmt *stmt = open_span(search, span, after, err);
	if (!stmt)
		return err->status;
	while (status == HS_OK && !search->done && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs_ledger_pointer pointer = { .seq = 0 };
		forget(search);
		status = !search->query->where || looks++ < search->looks_max ?
			hs_ledger_take(&search->ledger, stmt, search->one, &pointer, err) :
			hs_ledger_refuse_broad(search, err);
		if (status == HS_OK)
			status = look_at(search, &pointer, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* Is the page the newest or the oldest? Then it is looked for from that end. */
static bool by_update(const struct hs_ledger_search *search)
{
	const struct hs_find_query *query = search->query;

	return query->count && !search->counts && query->sort_count &&
		query->sort[0].special == HS_SORT_UPDATED;
}

/* Has all that can be on the page been looked at, when `part` of the span was? */
static enum hs_status check_page(struct hs_ledger_search *search, const struct hs_ledger_span *part,
	bool *done, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	bool falling = query->sort[0].falling;
	int64_t bound = 0, last = 0;

	if (search->count < query->count || !search->count)
		return HS_OK;
	qsort(search->hits, search->count, sizeof *search->hits, hs_ledger_compare_hits);
	hs_ledger_key_time(query, search->hits[query->count - 1].key, &last);
	enum hs_status status = hs_ledger_outside(&search->ledger, query->type,
		falling ? part->first : part->end, falling, &bound, err);
	*done = status == HS_OK && search->count > query->count && (falling ? last > bound : last < bound);
	return status;
}

/* So many rows of an end are soon more than the page. */
static uint64_t end_width(const struct hs_ledger_search *search)
{
	return 2 * ((uint64_t)search->query->count + 1);
}

/* So many from the end of the span where the page is; *done: it is among them. */
static enum hs_status look_at_an_end(struct hs_ledger_search *search, const struct hs_ledger_span *span,
	uint64_t width, bool *done, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	uint64_t total = search->total;
	struct hs_ledger_span part = { 0 };

	search->ledger.arena = search->scratch;
	enum hs_status status = hs_ledger_span_end(&search->ledger, span, width, query->sort[0].falling,
		&part, err);
	*done = part.first == span->first && part.end == span->end;
	if (status == HS_OK)
		status = hs_ledger_changed(&search->ledger, search->looks_max, &part, err);
	search->ledger.arena = search->pieces;
	if (status == HS_OK)
		status = look_at_span(search, &part, err);
	if (status == HS_OK && !*done)
		status = check_page(search, &part, done, err);
	if (status != HS_OK || *done)
		return status;
	search->count = 0;
	search->bounded = false;
	search->total = total;
	return HS_OK;
}

static enum hs_status look_from_an_end(struct hs_ledger_search *search, const struct hs_ledger_span *span,
	struct hs_error *err)
{
	uint64_t width = end_width(search);
	enum hs_status status = HS_OK;

	for (bool done = false; status == HS_OK && !done; width *= 4)
		status = look_at_an_end(search, span, width, &done, err);
	return status;
}

/* They have what the drive looked up. */
static enum hs_status look_at_driven(struct hs_ledger_search *search, struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	hs_ledger_search_must(search, search->drive.others);
	enum hs_status status = hs_ledger_look_at_these(search, rows, err);
	hs_ledger_search_must(search, search->query->where);
	return status;
}

enum hs_status hs_ledger_search_span(struct hs_ledger_search *search, uint64_t *most, bool *done,
	struct hs_error *err)
{
	struct hs_ledger_span span = { 0 };

	search->ledger.arena = search->scratch;
	enum hs_status status = hs_ledger_updated(&search->ledger, search->query,
		search->counts ? HS_S_NONE : search->after, SPAN_WORTH, &span, err);
	*most = span_size(&span);
	bool few = *most <= SPAN_WORTH && *most <= search->looks_max;
	if (status == HS_OK && few) {
		search->ledger.arena = search->pieces;
		*done = true;
		return look_at_span(search, &span, err);
	}
	uint64_t width = end_width(search);
	if (status == HS_OK && by_update(search) && width <= search->looks_max)
		status = look_at_an_end(search, &span, width, done, err);
	search->ledger.arena = search->scratch;
	return status;
}

enum hs_status hs_ledger_search_look(struct hs_ledger_search *search, struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	struct hs_ledger_span span = { 0 };

	if (rows && rows->count < SPAN_WORTH)
		return look_at_driven(search, rows, err);
	search->ledger.arena = search->scratch;
	enum hs_status status = hs_ledger_updated(&search->ledger, search->query,
		search->counts ? HS_S_NONE : search->after, search->looks_max, &span, err);
	search->ledger.arena = search->pieces;
	if (status != HS_OK)
		return status;
	if (by_update(search) && (!rows || span_size(&span) < rows->count))
		return look_from_an_end(search, &span, err);
	bool fewer = !rows || (span_size(&span) < rows->count && span_size(&span) <= search->looks_max);
	return fewer ? look_at_span(search, &span, err) : look_at_driven(search, rows, err);
}
