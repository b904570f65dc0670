/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the ledger: candidates from columns and marks, each checked in full, put in order, cut to a page.
 */
#include "find.h"

#include <stdlib.h>

#define SCRATCH ((size_t)192 << 20)
#define ONE ((size_t)64 << 20)
#define DATES_WORTH 1024u /* hits for one on the page: by date a page of these is soon full */

uint64_t hs_ledger_search_row(const struct hs_ledger_search *search)
{
	uint64_t row = 0;

	if (search->query->sort_count || search->after.len < 8)
		return 0;
	for (size_t i = search->after.len - 8; i < search->after.len; i++)
		row = row << 8 | (unsigned char)search->after.ptr[i];
	return row;
}

/* Without a sort, rows that are sure need no look before they are read for the page. */
static enum hs_status take_these(struct hs_ledger_search *search, const struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	uint64_t after = hs_ledger_search_row(search);
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
		struct hs_ledger_hit *hit = &search->hits[search->count];
		enum hs_status status = hs_ledger_key(search->scratch, search->query, &subject, &hit->key,
			err);
		if (status != HS_OK)
			return status;
		hit->candidate = candidate;
	}
	return search->hits ? HS_OK : hs_fail(err, HS_E_LIMIT, "the page does not fit in memory");
}

int hs_ledger_compare_hits(const void *a, const void *b)
{
	return hs_slice_cmp(((const struct hs_ledger_hit *)a)->key, ((const struct hs_ledger_hit *)b)->key);
}

static enum hs_status fetch(struct hs_ledger_search *search, struct hs_arena *arena,
	const struct hs_ledger_hit *hit, struct hs_resource *out, struct hs_error *err)
{
	struct hs_ledger_pointer pointer;
	int found = hs_ledger_at(&search->ledger, arena, hit->candidate, &pointer, err);

	if (found <= 0)
		return found < 0 ? (enum hs_status)found :
				   hs_fail(err, HS_E_CORRUPT, "a pointer went away during a search");
	return hs_ledger_give(&search->ledger, search->query, arena, &pointer, out, err);
}

static enum hs_status make_page(struct hs_ledger_search *search, struct hs_arena *arena,
	struct hs_find_page *out, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	struct hs_find_page page = { .total = search->total };
	enum hs_status status = HS_OK;

	if (search->count)
		qsort(search->hits, search->count, sizeof *search->hits, hs_ledger_compare_hits);
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

bool hs_ledger_sorts_by_date(const struct hs_ledger_search *search)
{
	const struct hs_find_query *query = search->query;

	return query->count && query->sort_count && query->sort[0].special == HS_SORT_PARAM &&
		hs_ledger_class(&search->ledger, query->sort[0].param) == HS_LEDGER_OF_DATE;
}

/* All that have such a date: how many is counted, and the page read from where it begins. */
static enum hs_status take_dates(struct hs_ledger_search *search, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	const struct hs_ledger_dates *dates = &search->drive.dates;
	struct hs_ledger_numbers rows = { 0 };
	struct hs_find_query plain = *query;
	uint64_t total = 0;
	bool done = false;

	if (query->sort_count)
		plain.count = 0;
	search->query = &plain;
	enum hs_status status = hs_ledger_dates_page(search, dates, &rows, &total, err);
	search->query = query;
	if (status == HS_OK && !query->sort_count)
		status = take_these(search, &rows, err);
	search->total = total;
	search->counts = false;
	search->counted = true;
	return status == HS_OK && query->sort_count ? hs_ledger_search_dates(search, *dates, &done, err) :
						      status;
}

/* A page of all there is in order of date, without looking at the rest. */
static enum hs_status look_by_date(struct hs_ledger_search *search, bool *done, struct hs_error *err)
{
	const struct hs_ledger_dates all = { INT64_MIN, INT64_MAX };
	unsigned state = 0;
	enum hs_status status = hs_ledger_waits(search->ledger.txn, &state, err);

	*done = false;
	if (status != HS_OK || state & (HS_LEDGER_WIDE_DATES | HS_LEDGER_ENTRIES_WAIT))
		return status;
	return hs_ledger_search_dates(search, all, done, err);
}

/* In order of something: along the dates or the times of update, or all of them if these are not too many. */
static enum hs_status sort_shapes(struct hs_ledger_search *search, uint64_t count, struct hs_error *err)
{
	struct hs_ledger_numbers rows = { 0 };
	enum hs_status status = HS_OK;
	bool done = false;

	if (hs_ledger_sorts_by_date(search))
		status = look_by_date(search, &done, err);
	if (status != HS_OK || done)
		return status;
	if (count > search->looks_max)
		return hs_ledger_search_look(search, NULL, err);
	search->ledger.arena = search->scratch;
	status = hs_ledger_shapes_list(&search->ledger, &search->drive.shapes, 0, UINT64_MAX, &rows, err);
	search->ledger.arena = search->pieces;
	return status == HS_OK ? hs_ledger_search_look(search, &rows, err) : status;
}

/* All that have one of some shapes: they are counted, and of a page without a sort the rows are known. */
static enum hs_status take_shapes(struct hs_ledger_search *search, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	struct hs_ledger_numbers rows = { 0 };
	uint64_t total = 0, limit = search->counts ? UINT64_MAX : search->looks_max + 1;
	enum hs_status status = HS_OK;

	if (search->counts || query->sort_count)
		status = hs_ledger_shapes_count(&search->ledger, &search->drive.shapes, limit, &total, err);
	search->counts = false;
	search->counted = true;
	search->total = total;
	if (status != HS_OK || !query->count)
		return status;
	if (query->sort_count)
		return sort_shapes(search, total, err);
	search->ledger.arena = search->scratch;
	status = hs_ledger_shapes_list(&search->ledger, &search->drive.shapes, hs_ledger_search_row(search),
		(uint64_t)query->count + 1, &rows, err);
	if (status == HS_OK)
		status = take_these(search, &rows, err);
	search->total = total;
	return status;
}

static enum hs_status look(struct hs_ledger_search *search, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	struct hs_ledger_drive *drive = &search->drive;
	enum hs_status status = HS_OK;
	bool done = false;

	search->by_party = drive->found == HS_LEDGER_PARTY && query->sort_count == 0;
	if (search->by_party)
		return HS_OK;
	if (drive->found == HS_LEDGER_SURE && query->sort_count == 0)
		return take_these(search, &drive->rows, err);
	if (drive->found == HS_LEDGER_AMONG)
		return hs_ledger_look_among(search, err);
	if (drive->found == HS_LEDGER_DATES)
		return take_dates(search, err);
	if (drive->found == HS_LEDGER_SHAPES)
		return take_shapes(search, err);
	if (drive->found == HS_LEDGER_ALL && hs_ledger_sorts_by_date(search) && !search->counts)
		status = look_by_date(search, &done, err);
	if (status != HS_OK || done)
		return status;
	return hs_ledger_search_look(search, drive->found == HS_LEDGER_ALL ? NULL : &drive->rows, err);
}

/* How many there are, as far as that is known without a look. */
static enum hs_status count_ahead(struct hs_ledger_search *search, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;

	if (!query->where)
		return hs_ledger_live(&search->ledger, &search->total, err);
	search->counts = query->want_total || !query->count;
	if (!search->counts || !hs_ledger_only_time(query->where))
		return HS_OK;
	search->counted = true;
	search->counts = false;
	return hs_ledger_count_updated(&search->ledger, query, &search->total, err);
}

/* Looks at the few that were updated then, or that are the newest or the oldest; or goes along the columns,
 * unless a page by date is soon full. */
static enum hs_status look_soon(struct hs_ledger_search *search, bool *done, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	enum hs_status status = HS_OK;
	uint64_t most = 0;

	if (query->sort_count &&
		(query->where ? hs_ledger_only_time(query->where) :
				query->sort[0].special == HS_SORT_UPDATED))
		status = hs_ledger_search_span(search, &most, done, err);
	if (status != HS_OK || *done ||
		(hs_ledger_sorts_by_date(search) && most / (query->count + 1) > DATES_WORTH))
		return status;
	return hs_ledger_search_along(search, done, err);
}

static enum hs_status run(struct hs_ledger_search *search, struct hs_error *err)
{
	const struct hs_find_query *query = search->query;
	struct hs_ledger_drive *drive = &search->drive;
	bool done = false;

	hs_ledger_search_must(search, query->where);
	enum hs_status status = count_ahead(search, err);
	if (status != HS_OK || ((!query->where || search->counted) && !query->count))
		return status;
	status = look_soon(search, &done, err);
	if (status != HS_OK || done)
		return status;
	*drive = (struct hs_ledger_drive) { .where = query->where,
		.type = query->type,
		.whole = search->counts || query->sort_count,
		.looks_max = search->looks_max,
		.along_dates = !query->sort_count || hs_ledger_sorts_by_date(search),
		.along_shapes = true,
		.along_party = !hs_ledger_tells_time(query),
		.along_parties = true };
	status = hs_ledger_drive(&search->ledger, drive, err);
	if (status == HS_OK)
		status = hs_ledger_search_instead(search, &done, err);
	if (status == HS_OK && !done)
		status = hs_ledger_drive_list(&search->ledger, drive, err);
	if (status != HS_OK || done)
		return status;
	if (drive->found == HS_LEDGER_PARTY && query->sort_count) {
		if (drive->along_party && hs_ledger_lies_together(&search->ledger, &drive->party))
			drive->found = HS_LEDGER_AMONG;
		else
			status = hs_ledger_party_list(&search->ledger, &drive->party, &drive->rows, err);
	}
	search->ledger.arena = search->pieces; /* what came before is in `scratch`, which lasts as long */
	return status == HS_OK ? look(search, err) : status;
}

enum hs_status hs_ledger_find(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_find_query *query, struct hs_find_page *out, struct hs_error *err)
{
	struct hs_find_query plain = *query;
	struct hs_ledger_search search = { .query = &plain,
		.one = hs_arena_new(ONE),
		.scratch = hs_arena_new(SCRATCH),
		.pieces = hs_arena_new(2 * HS_LEDGER_PIECES_MAX + ONE),
		.looks_max = (uint64_t)((const struct hs_ledger_settings *)state)->looks_max };
	enum hs_status status = HS_OK;

	if (plain.where && plain.where->op == HS_FIND_AND && plain.where->kid_count == 0)
		plain.where = NULL; /* no condition, too */
	hs_ledger_begin(&search.ledger, txn, search.scratch);
	search.ledger.lasting = search.scratch;
	if (query->after.len)
		status = hs_ledger_cursor_read(search.scratch, query, &search.after, err);
	if (status == HS_OK)
		status = run(&search, err);
	if (status == HS_OK)
		status = search.by_party ? hs_ledger_party_page(&search.ledger, &search.drive.party, &plain,
						   hs_ledger_search_row(&search), arena, out, err) :
					   make_page(&search, arena, out, err);
	hs_arena_free(search.one);
	hs_arena_free(search.pieces);
	hs_arena_free(search.scratch);
	return status;
}
