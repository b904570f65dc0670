/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the ledger: candidates from columns and marks, each checked in full, put in order, cut to a page.
 */
#include "table.h"

#include <stdlib.h>

#define SCRATCH ((size_t)192 << 20)
#define ONE ((size_t)64 << 20)
#define SPAN_WORTH 200                /* candidates that cost more to look at than to find the span of time */
#define SPOTS_WORTH 500               /* candidates that are worth being put in the order of their spots */
#define PIECES_MAX ((size_t)32 << 20) /* pieces remembered during a search */

struct hit {
	struct hs_slice key;
	uint64_t candidate;
};
struct search {
	struct hs_ledger ledger;
	struct hs_arena *scratch; /* what lasts as long as the search */
	struct hs_arena *pieces;  /* emptied when it is full */
	struct hs_arena *one;     /* emptied for each pointer */
	const struct hs_find_query *query;
	struct hs_slice after; /* key of the last one of the page before; empty: from the first */
	struct hit *hits;
	size_t count, room;
	uint64_t total;
	bool done;
	bool counts;        /* all that fulfil the conditions are counted */
	uint64_t looks_max; /* pointers that may be looked at one after another */
	bool by_party;      /* the result is all of `party` */
	struct hs_ledger_party party;
};

static enum hs_status keep(struct search *search, const struct hs_ledger_subject *subject,
	struct hs_error *err)
{
	const struct hs_ledger_pointer *pointer = subject->pointer;
	struct hit hit = {
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
	/* Candidates come by row: without a sort the first ones are the page. */
	search->done = search->query->sort_count == 0 && !search->counts &&
		search->count > search->query->count;
	return HS_OK;
}

static enum hs_status look_at(struct search *search, const struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_ledger_subject subject = { search->query->type, pointer, &rows };
	const struct hs_find *where = search->query->where;
	enum hs_status status = HS_OK;
	int matched = 1;

	if (where || search->query->sort_count)
		status = hs_ledger_rows(&search->ledger, search->one, pointer, &rows, err);
	if (status == HS_OK && where)
		matched = hs_ledger_match(&search->ledger, search->one, &subject, where, err);
	if (status != HS_OK || matched < 0)
		return status != HS_OK ? status : (enum hs_status)matched;
	if (!matched)
		return HS_OK;
	search->total += search->query->where != NULL; /* else the total is known */
	return search->query->count ? keep(search, &subject, err) : HS_OK;
}

/* Memory for the next pointer. */
static void forget(struct search *search)
{
	hs_arena_reset(search->one);
	if (hs_arena_used(search->pieces) < PIECES_MAX)
		return;
	hs_arena_reset(search->pieces);
	hs_ledger_forget(&search->ledger);
}

/* The row of the cursor when results are in order of row: up to it none needs a look if nobody counts. */
static uint64_t first_row(const struct search *search)
{
	uint64_t row = 0;

	if (search->query->sort_count || search->after.len < 8)
		return 0;
	for (size_t i = search->after.len - 8; i < search->after.len; i++)
		row = row << 8 | (unsigned char)search->after.ptr[i];
	return row;
}

/* Without a sort, rows that are sure need no look before they are read for the page. */
static enum hs_status take_these(struct search *search, const struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	uint64_t after = first_row(search);
	size_t first = 0, count = search->query->count;

	search->total = rows->count;
	while (first < rows->count && hs_ledger_row_of(rows->items[first]) <= after)
		first++;
	size_t left = rows->count - first;
	search->room = count == 0 ? 0 : left < count + 1 ? left : count + 1;
	search->hits = hs_arena_array(search->scratch, search->room + 1, sizeof *search->hits);
	for (; search->hits && search->count < search->room; search->count++) {
		uint64_t candidate = rows->items[first + search->count];
		struct hs_ledger_pointer pointer = { .row = hs_ledger_row_of(candidate) };
		struct hs_ledger_subject subject = { search->query->type, &pointer, NULL };
		struct hit *hit = &search->hits[search->count];
		enum hs_status status = hs_ledger_key(search->scratch, search->query, &subject, &hit->key,
			err);
		if (status != HS_OK)
			return status;
		hit->candidate = candidate;
	}
	return search->hits ? HS_OK : hs_fail(err, HS_E_LIMIT, "the page does not fit in memory");
}

/* Whatever is found on the way. */
static bool looks_at_all(const struct search *search)
{
	return search->counts || search->query->sort_count;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* In the order in which they lie, so that a page of the store is read once. */
static enum hs_status put_by_spot(struct search *search, struct hs_ledger_numbers *rows, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < rows->count && status == HS_OK; i++)
		status = hs_ledger_find_spot(&search->ledger, &rows->items[i], err);
	if (status == HS_OK)
		qsort(rows->items, rows->count, sizeof *rows->items, by_number);
	return status;
}

static enum hs_status look_at_these(struct search *search, struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	uint64_t after = search->counts ? 0 : first_row(search);
	enum hs_status status = HS_OK;

	if (rows->count >= SPOTS_WORTH && looks_at_all(search))
		status = put_by_spot(search, rows, err);
	for (size_t i = 0; i < rows->count && status == HS_OK && !search->done; i++) {
		struct hs_ledger_pointer pointer;
		if (hs_ledger_row_of(rows->items[i]) <= after)
			continue;
		forget(search);
		int found = hs_ledger_at(&search->ledger, search->one, rows->items[i], &pointer, err);
		if (found < 0)
			return (enum hs_status)found;
		status = found ? look_at(search, &pointer, err) : HS_OK;
	}
	return status;
}

static enum hs_status refuse_broad(const struct search *search, struct hs_error *err)
{
	return hs_fail(err, HS_E_TOO_COSTLY,
		"the search would look at more than %llu pointers, one after another; add one of patient, "
		"subject, identifier, custodian, date, author, related, _id or _lastUpdated, or leave out "
		"the total "
		"(_total=none) and the order (_sort)",
		(unsigned long long)search->looks_max);
}

/* At most so many rows; sequences of other types are counted in. */
static uint64_t span_size(const struct hs_ledger_span *span)
{
	return span->changed.count + (span->end > span->first ? span->end - span->first : 0);
}

/* Must all be looked at, however many fulfil the conditions? Then it is told before, not after a second. */
static enum hs_status check_broad(struct search *search, const struct hs_ledger_span *span,
	struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	uint64_t live = 0;

	if ((query->count && !search->counts && !query->sort_count) || span_size(span) <= search->looks_max)
		return HS_OK;
	enum hs_status status = hs_ledger_live(&search->ledger, &live, err);
	return status == HS_OK && live > search->looks_max ? refuse_broad(search, err) : status;
}

/* In order of row; or as they lie, when all there are must be looked at. */
static struct hs_stmt *open_span(struct search *search, const struct hs_ledger_span *span, uint64_t after,
	struct hs_error *err)
{
	struct hs_txn *txn = search->ledger.txn;
	unsigned waits = 0;

	if (looks_at_all(search) && span->first == 1 && span->end > hs_txn_seq(txn)) {
		if (hs_ledger_waits(txn, &waits, err) != HS_OK)
			return NULL;
		if (!(waits & HS_LEDGER_POINTERS_WAIT))
			return hs_sql(txn,
				"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p ORDER BY p.spot",
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

static enum hs_status look_at_span(struct search *search, struct hs_ledger_span *span, struct hs_error *err)
{
	uint64_t after = search->counts ? 0 : first_row(search), looks = span->changed.count;
	enum hs_status status = check_broad(search, span, err);
	int step = 0;

	if (status == HS_OK)
		status = look_at_these(search, &span->changed, err);
	if (status != HS_OK || search->done)
		return status;
	struct hs_stmt *stmt = open_span(search, span, after, err);
	if (!stmt)
		return err->status;
	while (status == HS_OK && !search->done && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs_ledger_pointer pointer;
		forget(search);
		status = !search->query->where || looks++ < search->looks_max ?
			hs_ledger_take(&search->ledger, stmt, search->one, &pointer, err) :
			refuse_broad(search, err);
		if (status == HS_OK)
			status = look_at(search, &pointer, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

static int compare(const void *a, const void *b)
{
	return hs_slice_cmp(((const struct hit *)a)->key, ((const struct hit *)b)->key);
}

static enum hs_status fetch(struct search *search, struct hs_arena *arena, const struct hit *hit,
	struct hs_resource *out, struct hs_error *err)
{
	struct hs_ledger_pointer pointer;
	int found = hs_ledger_at(&search->ledger, arena, hit->candidate, &pointer, err);

	if (found <= 0)
		return found < 0 ? (enum hs_status)found :
				   hs_fail(err, HS_E_CORRUPT, "a pointer went away during a search");
	return hs_ledger_give(&search->ledger, search->query, arena, &pointer, out, err);
}

static enum hs_status make_page(struct search *search, struct hs_arena *arena, struct hs_find_page *out,
	struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	struct hs_find_page page = { .total = search->total };
	enum hs_status status = HS_OK;

	if (search->count)
		qsort(search->hits, search->count, sizeof *search->hits, compare);
	page.count = search->count < query->count ? search->count : query->count;
	page.items = hs_arena_array(arena, page.count + 1, sizeof *page.items);
	if (!page.items)
		return hs_fail(err, HS_E_LIMIT, "the page does not fit in memory; ask for fewer (_count)");
	for (size_t i = 0; i < page.count && status == HS_OK; i++)
		status = fetch(search, arena, &search->hits[i], &page.items[i], err);
	if (status == HS_OK && page.count && search->count > page.count)
		page.next = hs_ledger_cursor(arena, query, search->hits[page.count - 1].key);
	if (status == HS_OK)
		*out = page;
	return status;
}

/* Is the page the newest or the oldest? Then it is looked for from that end. */
static bool by_update(const struct search *search)
{
	const struct hs_find_query *query = search->query;

	return query->count && !search->counts && query->sort_count &&
		query->sort[0].special == HS_SORT_UPDATED;
}

/* Has all that can be on the page been looked at, when `part` of the span was? */
static enum hs_status check_page(struct search *search, const struct hs_ledger_span *part, bool *done,
	struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	bool falling = query->sort[0].falling;
	int64_t bound = 0, last = 0;

	if (search->count < query->count || !search->count)
		return HS_OK;
	qsort(search->hits, search->count, sizeof *search->hits, compare);
	hs_ledger_key_time(query, search->hits[query->count - 1].key, &last);
	enum hs_status status = hs_ledger_outside(&search->ledger, query->type,
		falling ? part->first : part->end, falling, &bound, err);
	*done = status == HS_OK && search->count > query->count && (falling ? last > bound : last < bound);
	return status;
}

static enum hs_status look_from_an_end(struct search *search, struct hs_ledger_span *span,
	struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	uint64_t width = 2 * ((uint64_t)query->count + 1), total = search->total;
	enum hs_status status = HS_OK;

	for (bool done = false; status == HS_OK && !done; width *= 4) {
		struct hs_ledger_span part = { .first = span->first, .end = span->end };
		if (span->end <= span->first || width >= span->end - span->first)
			done = true;
		else if (query->sort[0].falling)
			part.first = span->end - width;
		else
			part.end = span->first + width;
		search->count = 0;
		search->total = total;
		search->ledger.arena = search->scratch;
		status = hs_ledger_changed(&search->ledger, search->looks_max, &part, err);
		search->ledger.arena = search->pieces;
		if (status == HS_OK)
			status = look_at_span(search, &part, err);
		if (status == HS_OK && !done)
			status = check_page(search, &part, &done, err);
	}
	return status;
}

/* Rows that a condition gave (NULL: none did), or those that the time of update leaves. */
static enum hs_status look_at_fewest(struct search *search, struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	struct hs_ledger_span span = { 0 };

	if (rows && rows->count < SPAN_WORTH)
		return look_at_these(search, rows, err);
	search->ledger.arena = search->scratch;
	enum hs_status status = hs_ledger_updated(&search->ledger, search->query,
		search->counts ? HS_S_NONE : search->after, search->looks_max, &span, err);
	search->ledger.arena = search->pieces;
	if (status != HS_OK)
		return status;
	if (by_update(search) && (!rows || span_size(&span) < rows->count))
		return look_from_an_end(search, &span, err);
	bool fewer = !rows || (span_size(&span) < rows->count && span_size(&span) <= search->looks_max);
	return fewer ? look_at_span(search, &span, err) : look_at_these(search, rows, err);
}

static enum hs_status run(struct search *search, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	struct hs_ledger_numbers rows = { 0 };
	enum hs_ledger_found found = HS_LEDGER_ALL;

	search->counts = query->where && (query->want_total || !query->count);
	enum hs_status status = query->where ? HS_OK : hs_ledger_live(&search->ledger, &search->total, err);
	if (status != HS_OK || (!query->where && !query->count))
		return status;
	status = hs_ledger_drive(&search->ledger, query->where, &rows, &search->party, &found, err);
	if (status == HS_OK && found == HS_LEDGER_PARTY && query->sort_count)
		status = hs_ledger_party_list(&search->ledger, &search->party, &rows, err);
	search->ledger.arena = search->pieces;
	hs_ledger_forget(&search->ledger);
	if (status != HS_OK)
		return status;
	search->by_party = found == HS_LEDGER_PARTY && query->sort_count == 0;
	if (search->by_party)
		return HS_OK;
	if (found == HS_LEDGER_SURE && query->sort_count == 0)
		return take_these(search, &rows, err);
	return look_at_fewest(search, found == HS_LEDGER_ALL ? NULL : &rows, err);
}

enum hs_status hs_ledger_find(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_find_query *query, struct hs_find_page *out, struct hs_error *err)
{
	struct hs_find_query plain = *query;
	struct search search = { .query = &plain,
		.one = hs_arena_new(ONE),
		.scratch = hs_arena_new(SCRATCH),
		.pieces = hs_arena_new(2 * PIECES_MAX + ONE),
		.looks_max = (uint64_t)((const struct hs_ledger_settings *)state)->looks_max };
	enum hs_status status = HS_OK;

	if (plain.where && plain.where->op == HS_FIND_AND && plain.where->kid_count == 0)
		plain.where = NULL; /* no condition, too */
	hs_ledger_begin(&search.ledger, txn, search.scratch);
	if (query->after.len)
		status = hs_ledger_cursor_read(search.scratch, query, &search.after, err);
	if (status == HS_OK)
		status = run(&search, err);
	if (status == HS_OK)
		status = search.by_party ? hs_ledger_party_page(&search.ledger, &search.party, &plain,
						   first_row(&search), arena, out, err) :
					   make_page(&search, arena, out, err);
	hs_arena_free(search.one);
	hs_arena_free(search.pieces);
	hs_arena_free(search.scratch);
	return status;
}
