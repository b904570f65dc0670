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

#define BASES_MAX 16u
#define CUT_LEN (HS__KEY_CUT + 9u) /* a mark and a hash */

struct along {
	struct hs__finder *finder;
	const struct hs__cond *where;
	struct hs__page *page;
	const struct hs_find_sort *sort;
	struct hs__key
		bases[BASES_MAX]; /* what all keys of the sort begin with; of tokens one for each system */
	size_t base_count;
	struct hs_slice at; /* value of the last group, or of the mark; NULL pointer: none yet */
	bool within;        /* the mark: its group may have more */
};

bool hs__sorted_can(const struct hs_find_query *query)
{
	const struct hs_find_sort *sort = query->sort;

	if (sort->special != HS_SORT_PARAM)
		return true;
	return sort->param && sort->kind != HS_INDEX_POINT;
}

static bool is_coded(const struct along *along)
{
	return along->sort->special == HS_SORT_PARAM &&
		(along->sort->kind == HS_INDEX_TOKEN || along->sort->kind == HS_INDEX_REFERENCE);
}

static bool is_text(const struct along *along)
{
	return along->sort->special == HS_SORT_PARAM &&
		(along->sort->kind == HS_INDEX_STRING || along->sort->kind == HS_INDEX_URI);
}

static size_t value_len(const struct along *along, struct hs_slice rest)
{
	if (along->sort->special == HS_SORT_UPDATED || along->sort->kind == HS_INDEX_DATE)
		return 7;
	if (along->sort->kind == HS_INDEX_NUMBER || along->sort->kind == HS_INDEX_QUANTITY)
		return 8;
	if (!is_coded(along))
		return rest.len;
	/* Behind the code stands its spelling, behind the id its type; a long one was cut and has a hash. */
	if (rest.len > HS__KEY_CUT && rest.ptr[HS__KEY_CUT] == 1)
		return rest.len < CUT_LEN ? rest.len : CUT_LEN;
	size_t end = hs_slice_find(rest, '\0', 0);
	return end == SIZE_MAX ? rest.len : end;
}

/* The systems of a token's codes. False: there are too many to go along. */
static bool make_bases(struct along *along, struct hs_error *err)
{
	const struct hs_find_sort *sort = along->sort;
	struct hs__key *base = &along->bases[0];
	bool updated = sort->special == HS_SORT_UPDATED;

	hs__key_begin(base, updated ? 0 : sort->param);
	if (updated)
		hs__key_number(base, along->page->query->type);
	else if (!is_text(along) && !is_coded(along))
		hs__key_byte(base, 0);
	along->base_count = 1;
	if (updated || sort->kind != HS_INDEX_TOKEN)
		return true;
	struct hs__key at = *base, whole = *base, end = *base, found;
	hs__key_after_prefix(&end);
	for (along->base_count = 0; along->base_count <= BASES_MAX;) {
		int got = hs__end_key(along->finder, hs__key_slice(&at), hs__key_slice(&end), false, &found,
			err);
		if (got <= 0) /* a fault comes again with the first group */
			return true;
		if (along->base_count == BASES_MAX)
			return false;
		base = &along->bases[along->base_count++];
		*base = whole;
		hs__key_number(base, hs__key_read_number(hs_slice_from(hs__key_slice(&found), whole.len)));
		at = *base;
		hs__key_after_prefix(&at);
	}
	return false;
}

static void append(struct hs__key *key, struct hs_slice value)
{
	for (size_t i = 0; i < value.len; i++)
		hs__key_byte(key, (unsigned char)value.ptr[i]);
}

/* The keys of one value: a text is a whole key, others are followed by more. */
static void group_of(const struct along *along, size_t base, struct hs_slice value, struct hs__key *from,
	struct hs__key *to)
{
	*from = along->bases[base];
	append(from, value);
	*to = *from;
	if (is_text(along))
		hs__key_byte(to, 0);
	else if (is_coded(along))
		hs__key_byte(to, 1);
	else
		hs__key_after_prefix(to);
}

/* 1 with the key that comes next after the groups that were gone along, 0 at the end. */
static int next_key(struct along *along, size_t base, struct hs__key *found, struct hs_error *err)
{
	bool falling = along->sort->falling;
	struct hs__key from = along->bases[base], to = from, group, group_to;

	hs__key_after_prefix(&to);
	if (along->at.ptr) {
		group_of(along, base, along->at, &group, &group_to);
		if (falling)
			to = along->within ? group_to : group;
		else
			from = along->within ? group : group_to;
	}
	return hs__end_key(along->finder, hs__key_slice(&from), hs__key_slice(&to), falling, found, err);
}

/* 1 with the next group's value, 0 at the end. */
static int next_group(struct along *along, struct hs_slice *value, struct hs_error *err)
{
	struct hs_slice best = HS_S_NONE;

	for (size_t i = 0; i < along->base_count; i++) {
		struct hs__key found;
		int got = next_key(along, i, &found, err);
		if (got < 0)
			return got;
		if (got == 0)
			continue;
		struct hs_slice rest = hs_slice_from(hs__key_slice(&found), along->bases[i].len);
		rest = hs_slice_first(rest, value_len(along, rest));
		int order = best.ptr ? hs_slice_cmp(rest, best) : 0;
		if (best.ptr && (along->sort->falling ? order <= 0 : order >= 0))
			continue;
		best = hs_arena_copy(along->finder->arena, rest);
		if (!best.ptr)
			return (int)too_much(err);
	}
	*value = best;
	return best.ptr != NULL;
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

/* The only key of a group: 1; 0 when it has several. */
static int only_key(const struct along *along, struct hs_slice value, struct hs__key *only,
	struct hs_error *err)
{
	struct hs__key from, to, first, last;
	int keys = 0;

	first.len = last.len = 0;

	for (size_t i = 0; i < along->base_count && keys < 2; i++) {
		group_of(along, i, value, &from, &to);
		if (!is_coded(along)) {
			*only = from;
			return 1;
		}
		int got = hs__end_key(along->finder, hs__key_slice(&from), hs__key_slice(&to), false, &first,
			err);
		if (got > 0)
			got = hs__end_key(along->finder, hs__key_slice(&from), hs__key_slice(&to), true,
				&last, err);
		if (got < 0)
			return got;
		if (got == 0)
			continue;
		keys += hs_slice_eq(hs__key_slice(&first), hs__key_slice(&last)) ? 1 : 2;
		*only = first;
	}
	return keys == 1;
}

/* With one key a group and no further sort, its rows come as they are wanted: from the mark on, until the
 * page is full. */
static int comes_in_order(const struct along *along, struct hs_slice value, struct hs__key *key,
	struct hs_error *err)
{
	if (along->page->query->sort_count > 1)
		return 0;
	if (!is_text(along) && !is_coded(along) && along->sort->special != HS_SORT_UPDATED)
		return 0;
	return only_key(along, value, key, err);
}

static enum hs_status take_in_order(struct along *along, const struct hs__key *key, struct hs_slice value,
	struct hs__page *group, struct hs_error *err)
{
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

static enum hs_status take_keys(struct along *along, size_t base, struct hs_slice value,
	struct hs__page *group, struct hs_error *err)
{
	struct hs__scan scan;
	struct hs__key from, to;
	int step = 0;

	group_of(along, base, value, &from, &to);
	enum hs_status status = hs__scan_range(along->finder->txn, hs__key_slice(&from), hs__key_slice(&to),
		false, &scan, err);
	if (status != HS_OK)
		return status;
	while (status == HS_OK && (step = hs__scan_next(&scan, err)) > 0)
		status = take_row(along, scan.row, value, group, err);
	hs__scan_end(&scan);
	return step < 0 ? (enum hs_status)step : status;
}

static enum hs_status take_group(struct along *along, struct hs_slice value, struct hs__page *group,
	struct hs_error *err)
{
	struct hs__key key;
	enum hs_status status = HS_OK;
	int single = comes_in_order(along, value, &key, err);

	if (single)
		return single < 0 ? (enum hs_status)single : take_in_order(along, &key, value, group, err);
	for (size_t i = 0; i < along->base_count && status == HS_OK; i++)
		status = take_keys(along, i, value, group, err);
	return status;
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
	struct hs_slice value = HS_S_NONE;

	while (status == HS_OK && page->count <= page->query->count) {
		/* Twice the room, for those that come twice. */
		struct hs_find_query wider = *page->query;
		wider.count = wider.count < UINT32_MAX / 4 ? wider.count * 2 + 2 : wider.count;
		struct hs__page group = { .query = &wider, .after = page->after, .arena = page->arena };
		int got = next_group(along, &value, err);
		if (got <= 0)
			return (enum hs_status)got;
		status = take_group(along, value, &group, err);
		if (status == HS_OK)
			status = pass_on(along, &group, err);
		along->at = value;
		along->within = false;
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

static enum hs_status go_through(struct along *along, hs__each_fn *fn, struct hs_error *err)
{
	struct hs__plan walk = { .way = HS__WAY_WALK, .verify = along->where != NULL };
	struct hs__run run = {
		.where = along->where,
		.type = along->page->query->type,
		.with_facts = true,
		.fn = fn,
		.arg = along->page,
	};

	return hs__run(along->finder, &walk, &run, err);
}

/* Every resource of the type, where there is no index to go along. */
static int take_any(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	unsigned char space[HS__FIND_SORTS][HS__KEY_SORT];
	struct hs__page *page = arg;
	struct hs__ranked ranked;

	hs__rank(page->query, subject, &ranked, space);
	return (int)hs__page_add(page, &ranked, err);
}

enum hs_status hs__sorted_run(struct hs__finder *finder, const struct hs__cond *where, struct hs__page *page,
	struct hs_error *err)
{
	struct along along = { .finder = finder, .where = where, .page = page, .sort = page->query->sort };
	const struct hs__ranked *after = page->after;
	enum hs_status status = HS_OK;

	if (along.sort->special == HS_SORT_ID) {
		status = hs__sorted_by_id(finder, where, page, err);
	} else if (!make_bases(&along, err)) {
		status = go_through(&along, take_any, err);
	} else {
		if (after && after->values[0].ptr) {
			along.at = after->values[0];
			along.within = true;
		}
		if (!after || after->values[0].ptr)
			status = go_along(&along, err);
		if (status == HS_OK && page->count <= page->query->count &&
			along.sort->special == HS_SORT_PARAM)
			status = go_through(&along, take_without, err);
	}
	hs__page_cut(page);
	return status;
}
