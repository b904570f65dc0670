/* SPDX-License-Identifier: Apache-2.0 */
/* A page in sorted order: the best of all candidates, or found by going along the index of the first sort.
 *
 * Going along: entries of one value form a group; their resources are checked, ranked by the other sorts,
 * and put on the page, until it is full. Resources without any value come last. */
#include <core/store/find/inner.h>

#include <stdlib.h>

/* ---- the best of many ---- */

static __thread const struct hs_find_query *sorting; /* qsort has no argument for it */

static int by_rank(const void *a, const void *b)
{
	return hs__rank_compare(sorting, a, b);
}

void hs__page_cut(struct hs__page *page)
{
	size_t most = (size_t)page->query->count + 1;

	sorting = page->query;
	if (page->count > 1)
		qsort(page->items, page->count, sizeof(page->items[0]), by_rank);
	page->full = page->count >= most;
	if (page->full)
		page->count = most;
}

static enum hs_status too_much(struct hs_error *err)
{
	return hs_fail(err, HS_E_TOO_COSTLY,
		"the search finds too much to sort; narrow it, or ask for fewer");
}

enum hs_status hs__page_add(struct hs__page *page, const struct hs__ranked *ranked, struct hs_error *err)
{
	const struct hs_find_query *query = page->query;
	size_t most = (size_t)query->count + 1;
	struct hs__ranked kept = *ranked;

	if (page->after && hs__rank_compare(query, ranked, page->after) <= 0)
		return HS_OK;
	if (page->count >= 2 * most)
		hs__page_cut(page);
	/* Since the last cut this item is the worst that is still of interest. */
	if (page->full && hs__rank_compare(query, ranked, &page->items[most - 1]) > 0)
		return HS_OK;
	if (page->count == page->room) {
		size_t room = page->room ? page->room * 2 : 64;
		struct hs__ranked *items = hs_arena_grow(page->arena, page->items,
			page->room * sizeof(*items), room * sizeof(*items));
		if (!items)
			return too_much(err);
		page->items = items;
		page->room = room;
	}
	if (!hs__rank_keep(page->arena, query, &kept))
		return too_much(err);
	page->items[page->count++] = kept;
	return HS_OK;
}

/* ---- along the index ---- */

struct along {
	struct hs__finder *finder;
	const struct hs__cond *where;
	struct hs__page *page;
	const struct hs_find_sort *sort;
	struct hs__key base; /* what all keys of the sort begin with */
	struct hs__key at;   /* the next group is at it or beyond (falling: before it) */
};

bool hs__sorted_can(const struct hs_find_query *query)
{
	const struct hs_find_sort *sort = query->sort;

	if (sort->special == HS_SORT_UPDATED)
		return true;
	return sort->special == HS_SORT_PARAM && sort->param && sort->kind != HS_INDEX_TOKEN &&
		sort->kind != HS_INDEX_REFERENCE && sort->kind != HS_INDEX_POINT;
}

static size_t value_len(const struct along *along, size_t rest)
{
	if (along->sort->special == HS_SORT_UPDATED || along->sort->kind == HS_INDEX_DATE)
		return 7;
	if (along->sort->kind == HS_INDEX_NUMBER || along->sort->kind == HS_INDEX_QUANTITY)
		return 8;
	return rest;
}

static void make_base(struct along *along)
{
	hs__key_begin(&along->base, along->sort->special == HS_SORT_UPDATED ? 0 : along->sort->param);
	if (along->sort->special == HS_SORT_UPDATED)
		hs__key_number(&along->base, along->page->query->type);
	else if (along->sort->kind != HS_INDEX_STRING && along->sort->kind != HS_INDEX_URI)
		hs__key_byte(&along->base, 0);
}

static void append(struct hs__key *key, struct hs_slice value)
{
	for (size_t i = 0; i < value.len; i++)
		hs__key_byte(key, (unsigned char)value.ptr[i]);
}

static bool is_text(const struct along *along)
{
	return along->sort->special == HS_SORT_PARAM &&
		(along->sort->kind == HS_INDEX_STRING || along->sort->kind == HS_INDEX_URI);
}

/* The keys of one value: a text is a whole key, others are followed by more. */
static void group_end(const struct along *along, const struct hs__key *group, struct hs__key *end)
{
	*end = *group;
	if (is_text(along))
		hs__key_byte(end, 0);
	else
		hs__key_after_prefix(end);
}

/* 1 with the key of the next group's value, 0 at the end. */
static int next_group(struct along *along, struct hs__key *group, struct hs_error *err)
{
	bool falling = along->sort->falling;
	struct hs__key end = along->base, found;

	hs__key_after_prefix(&end);
	int got = hs__end_key(along->finder, hs__key_slice(falling ? &along->base : &along->at),
		hs__key_slice(falling ? &along->at : &end), falling, &found, err);
	if (got > 0) {
		struct hs_slice rest = hs_slice_from(hs__key_slice(&found), along->base.len);
		*group = along->base;
		append(group, hs_slice_first(rest, value_len(along, rest.len)));
	}
	return got;
}

/* Checks one resource of a group; it belongs there when the group's value is what it is sorted by. */
static enum hs_status take_row(struct along *along, uint64_t row, struct hs_slice value,
	struct hs__page *group, struct hs_error *err)
{
	unsigned char space[HS__FIND_SORTS][HS__KEY_SORT];
	struct hs__ranked ranked;
	int step = 0;
	uint32_t type = along->page->query->type;
	struct hs_stmt *stmt = hs__find_facts(along->finder, type, row, &step, err);
	enum hs_status status = step < 0 ? (enum hs_status)step : HS_OK;

	if (step > 0) {
		struct hs__subject subject = { type, row, hs_sql_get_blob(stmt, 0) };
		hs__rank(along->page->query, &subject, &ranked, space);
		bool here = ranked.values[0].ptr && hs_slice_eq(ranked.values[0], value);
		int holds = here && along->where ? hs__match(along->finder, &subject, along->where, err) :
						   here;
		status = holds < 0 ? (enum hs_status)holds :
			holds      ? hs__page_add(group, &ranked, err) :
				     HS_OK;
	}
	hs_sql_end(stmt);
	if (status == HS_OK)
		status = hs__find_spend(along->finder->txn, 20, err);
	return status;
}

/* With one key a group and no further sort, its rows come as they are wanted: from the mark on, until the
 * page is full. */
static bool comes_in_order(const struct along *along)
{
	return along->page->query->sort_count == 1 &&
		(is_text(along) || along->sort->special == HS_SORT_UPDATED);
}

static enum hs_status take_in_order(struct along *along, const struct hs__key *key, struct hs__page *group,
	struct hs_error *err)
{
	struct hs_slice value = hs_slice_from(hs__key_slice(key), along->base.len);
	const struct hs__ranked *after = along->page->after;
	uint64_t from = after && hs_slice_eq(after->values[0], value) ? after->row : 0;
	struct hs__scan scan;
	enum hs_status status = hs__scan_key(along->finder->txn, hs__key_slice(key), from, &scan, err);
	int step = 0;

	if (status != HS_OK)
		return status;
	while (status == HS_OK && along->page->count + group->count <= along->page->query->count &&
		(step = hs__scan_next(&scan, err)) > 0)
		status = take_row(along, scan.row, value, group, err);
	hs__scan_end(&scan);
	return step < 0 ? (enum hs_status)step : status;
}

static enum hs_status take_group(struct along *along, const struct hs__key *key, struct hs__page *group,
	struct hs_error *err)
{
	struct hs_slice value = hs_slice_from(hs__key_slice(key), along->base.len);
	struct hs__scan scan;
	struct hs__key end;
	int step = 0;

	group_end(along, key, &end);
	enum hs_status status = hs__scan_range(along->finder->txn, hs__key_slice(key), hs__key_slice(&end),
		false, &scan, err);
	if (status != HS_OK)
		return status;
	while (status == HS_OK && (step = hs__scan_next(&scan, err)) > 0)
		status = take_row(along, scan.row, value, group, err);
	hs__scan_end(&scan);
	return step < 0 ? (enum hs_status)step : status;
}

/* A resource may have several entries in a group (dates of different length): then it came twice. */
static enum hs_status pass_on(struct along *along, struct hs__page *group, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	uint64_t last = 0;

	hs__page_cut(group);
	for (size_t i = 0; i < group->count && status == HS_OK; i++) {
		if (group->items[i].row != last)
			status = hs__page_add(along->page, &group->items[i], err);
		last = group->items[i].row;
	}
	return status;
}

static enum hs_status go_along(struct along *along, struct hs_error *err)
{
	struct hs__page *page = along->page;
	enum hs_status status = HS_OK;
	struct hs__key key;

	while (status == HS_OK && page->count <= page->query->count) {
		/* Twice the room, for those that come twice. */
		struct hs_find_query wider = *page->query;
		wider.count = wider.count < UINT32_MAX / 4 ? wider.count * 2 + 2 : wider.count;
		struct hs__page group = { .query = &wider, .after = page->after, .arena = page->arena };
		int got = next_group(along, &key, err);
		if (got <= 0)
			return (enum hs_status)got;
		status = comes_in_order(along) ? take_in_order(along, &key, &group, err) :
						 take_group(along, &key, &group, err);
		if (status == HS_OK)
			status = pass_on(along, &group, err);
		along->at = key;
		if (!along->sort->falling)
			group_end(along, &key, &along->at);
	}
	return status;
}

/* ---- those without a value ---- */

static int take_without(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	unsigned char space[HS__FIND_SORTS][HS__KEY_SORT];
	struct hs__page *page = arg;
	struct hs__ranked ranked;

	hs__rank(page->query, subject, &ranked, space);
	return ranked.values[0].ptr ? 0 : (int)hs__page_add(page, &ranked, err);
}

static enum hs_status go_through_others(struct along *along, struct hs_error *err)
{
	struct hs__plan walk = { .way = HS__WAY_WALK, .verify = along->where != NULL };
	struct hs__run run = {
		.where = along->where,
		.type = along->page->query->type,
		.with_facts = true,
		.fn = take_without,
		.arg = along->page,
	};

	return hs__run(along->finder, &walk, &run, err);
}

enum hs_status hs__sorted_run(struct hs__finder *finder, const struct hs__cond *where, struct hs__page *page,
	struct hs_error *err)
{
	struct along along = { .finder = finder, .where = where, .page = page, .sort = page->query->sort };
	const struct hs__ranked *after = page->after;
	enum hs_status status = HS_OK;

	make_base(&along);
	along.at = along.base;
	if (after && after->values[0].ptr)
		append(&along.at, after->values[0]);
	if (along.sort->falling) {
		struct hs__key from = along.at;
		if (after && after->values[0].ptr)
			group_end(&along, &from, &along.at);
		else
			hs__key_after_prefix(&along.at);
	}
	if (!after || after->values[0].ptr)
		status = go_along(&along, err);
	if (status == HS_OK && page->count <= page->query->count && along.sort->special == HS_SORT_PARAM)
		status = go_through_others(&along, err);
	hs__page_cut(page);
	return status;
}
