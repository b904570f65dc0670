/* SPDX-License-Identifier: Apache-2.0 */
/* A page in sorted order, found by going along the index of the first sort.
 *
 * Entries of one value form a group; its resources are checked, ranked by the other sorts, and put on the
 * page, until it is full. Resources without any value are the last group. A group that is too large to rank
 * is itself gone through along the index of the next sort, passing by what is not of the group: the next
 * *level*, where the values of the sorts before are fixed.
 *
 * Conditions are checked as resources come by. When many were looked at in vain, few fulfil them: then the
 * set of those is found (set.c), and either it is ranked as a whole, or the rest of the way is gone with it
 * as a sieve. Ids of other types that are passed over on the way along ids count as looks. */
#include <core/store/find/rank.h>
#include <core/store/find/set.h>

#include <math.h>

#define BASES_MAX 48u

#define PATIENCE 32u       /* resources that are looked at, beside some for each that is wanted */
#define LOOKS_AN_ENTRY 2.0 /* that fit into the time that one entry of another resource is passed by */

/* What fulfils the conditions, once it is worth knowing. */
struct sieve {
	uint32_t looks;
	bool made, few; /* few: the set is ranked as a whole instead of going along */
	bool far;       /* without conditions: all is looked at instead of going on past the ids of others */
	uint64_t passed, passed_most; /* ids, in the time that so many looks take */
	struct hs__set *set;
};

struct along {
	struct hs__finder *finder;
	const struct hs__cond *where;
	struct sieve *sieve;
	struct hs__page *page;
	size_t level;
	const struct hs_find_sort *sort;       /* of the level */
	struct hs_slice fixed[HS__FIND_SORTS]; /* values of the sorts before; NULL pointer: have none */
	bool marked;                           /* the mark of the page lies among what is fixed */
	struct hs__key *bases; /* what all keys of the sort begin with; one for each system of tokens, and for
				* each class of spans */
	size_t base_count;
	struct hs_slice at; /* value of the last group, or of the mark; NULL pointer: none yet */
	bool within;        /* the mark: its group may have more */
};

bool hs__sorted_can(const struct hs_find_sort *sort)
{
	if (sort->special != HS_SORT_PARAM)
		return sort->special != HS_SORT_SCORE; /* which no index has */
	return sort->param && sort->kind != HS_INDEX_POINT;
}

/* Its keys go on, with other spellings or a type, only behind a NUL. */
static bool is_text(const struct along *along)
{
	unsigned kind = along->sort->kind;

	return along->sort->special == HS_SORT_PARAM &&
		(kind == HS_INDEX_STRING || kind == HS_INDEX_URI || kind == HS_INDEX_TOKEN ||
			kind == HS_INDEX_REFERENCE);
}

static bool has_parts(const struct along *along)
{
	return (!is_text(along) || along->sort->kind == HS_INDEX_TOKEN) &&
		along->sort->special != HS_SORT_UPDATED;
}

/* A base for each system or class. False: there are too many to go along, or none in memory. */
static bool make_bases(struct along *along, struct hs_error *err)
{
	const struct hs_find_sort *sort = along->sort;
	bool updated = sort->special == HS_SORT_UPDATED;
	struct hs__key whole, at, end, found;
	struct hs__key *bases = hs_arena_array(along->finder->arena, BASES_MAX, sizeof(*bases));

	if (!bases)
		return false;
	along->bases = bases;
	hs__key_begin(&whole, updated ? 0 : sort->param);
	if (updated)
		hs__key_number(&whole, along->page->query->type);
	if (!has_parts(along)) {
		bases[along->base_count++] = whole;
		return true;
	}
	at = end = whole;
	hs__key_after_prefix(&end);
	found.len = 0;
	while (hs__end_key(along->finder, hs__key_slice(&at), hs__key_slice(&end), false, &found, err) > 0) {
		/* A fault comes again with the first group. */
		struct hs_slice rest = hs_slice_from(hs__key_slice(&found), whole.len);
		if (!rest.len || along->base_count == BASES_MAX)
			return false;
		struct hs__key *base = &bases[along->base_count++];
		*base = whole;
		if (sort->kind == HS_INDEX_TOKEN)
			hs__key_number(base, hs__key_read_number(rest));
		else
			hs__key_byte(base, (unsigned char)rest.ptr[0]);
		at = *base;
		hs__key_after_prefix(&at);
	}
	return true;
}

static void append(struct hs__key *key, struct hs_slice value)
{
	for (size_t i = 0; i < value.len; i++)
		hs__key_byte(key, (unsigned char)value.ptr[i]);
}

/* The keys of one value. */
static void group_of(const struct along *along, size_t base, struct hs_slice value, struct hs__key *from,
	struct hs__key *to)
{
	*from = along->bases[base];
	append(from, value);
	*to = *from;
	if (is_text(along))
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
		rest = hs_slice_first(rest, hs__sort_value_len(along->sort, rest));
		int order = best.ptr ? hs_slice_cmp(rest, best) : 0;
		if (best.ptr && (along->sort->falling ? order <= 0 : order >= 0))
			continue;
		best = hs_arena_copy(along->finder->arena, rest);
		if (!best.ptr)
			return (int)hs__page_too_much(err);
	}
	*value = best;
	return best.ptr != NULL;
}

/* ---- one resource ---- */

static bool same(struct hs_slice a, struct hs_slice b)
{
	return !a.ptr == !b.ptr && (!a.ptr || hs_slice_eq(a, b));
}

static bool is_fixed(const struct along *along, const struct hs__ranked *ranked)
{
	for (size_t i = 0; i < along->level; i++) {
		if (!same(ranked->values[i], along->fixed[i]))
			return false;
	}
	return true;
}

/* The group that resources are taken of. */
struct group {
	struct along *along;
	struct hs_slice value; /* NULL pointer: those that have none */
	bool any;              /* whatever the value */
	bool in_order;         /* they come as they are wanted, so that a full page is enough */
	struct hs__page *page;
};

/* Puts a resource on the page of a group when it belongs there: 0 go on, 1 enough, negative. */
static int take(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	unsigned char space[HS__FIND_SORTS][HS__KEY_SORT];
	const struct group *group = arg;
	const struct along *along = group->along;
	const struct hs__page *whole = along->page;
	struct hs__ranked ranked;

	hs__rank(whole->query, along->where, subject, &ranked, space);
	if (!is_fixed(along, &ranked) || (!group->any && !same(ranked.values[along->level], group->value)))
		return 0;
	bool known = !along->where || along->sieve->made;
	int holds = known ? 1 : hs__match(along->finder, subject, along->where, err);
	if (holds > 0)
		holds = (int)hs__page_add(group->page, &ranked, err);
	size_t before = group->page == whole ? 0 : whole->count;
	return holds < 0 ? holds : group->in_order && before + group->page->count > whole->query->count;
}

/* Of n that fulfil the conditions all are looked at, or count * population / n entries are passed by. */
static enum hs_status make_sieve(const struct along *along, struct hs_error *err)
{
	const struct hs_find_query *query = along->page->query;
	struct sieve *sieve = along->sieve;
	uint64_t population = 0;
	enum hs_status status = hs__find_live(along->finder->txn, query->type, &population, err);

	if (status == HS_OK && !sieve->set->words)
		status = hs__set_find(along->finder, query->type, along->where, sieve->set, err);
	if (status != HS_OK)
		return status;
	double found = (double)hs__set_size(sieve->set);
	sieve->made = true;
	sieve->few = found * found < LOOKS_AN_ENTRY * ((double)query->count + 1) * (double)population;
	return HS_OK;
}

/* Less of it, the more a look costs. */
static uint64_t patience_of(const struct along *along)
{
	return (PATIENCE + 3 * (uint64_t)along->page->query->count) * HS__A_LOOK /
		hs__look_cost(along->where);
}

/* Is the row worth a look? 1, 0 or negative. */
static int is_let_through(const struct along *along, uint64_t row, struct hs_error *err)
{
	struct sieve *sieve = along->sieve;
	enum hs_status status = HS_OK;

	if (!along->where)
		return 1;
	if (!sieve->made && sieve->looks++ >= patience_of(along))
		status = make_sieve(along, err);
	if (status != HS_OK)
		return (int)status;
	return !sieve->made || (!sieve->few && hs__set_has(sieve->set, row));
}

static int take_row(const struct group *group, uint64_t row, struct hs_error *err)
{
	struct hs__finder *finder = group->along->finder;
	uint32_t type = group->along->page->query->type;
	int step = is_let_through(group->along, row, err);

	if (step <= 0)
		return step < 0 ? step : group->along->sieve->few;
	struct hs_stmt *stmt = hs__find_facts(finder, type, row, &step, err);
	if (step > 0) {
		struct hs__subject subject = { type, row, hs_sql_get_blob(stmt, 0) };
		step = take(&subject, (void *)(uintptr_t)group, err);
	}
	hs_sql_end(stmt);
	if (step >= 0) {
		enum hs_status status = hs__find_spend(finder->txn, 20, err);
		step = status == HS_OK ? step : (int)status;
	}
	return step;
}

static int take_if_let(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	const struct group *group = arg;
	int let = is_let_through(group->along, subject->row, err);

	if (let <= 0)
		return let < 0 ? let : group->along->sieve->few;
	return take(subject, arg, err);
}

/* ---- the resources of a group ---- */

/* The only key of a group: 1; 0 when it has several. */
static int only_key(const struct along *along, struct hs_slice value, struct hs__key *only,
	struct hs_error *err)
{
	struct hs__key from, to, first, last;
	int keys = 0;

	first.len = last.len = 0;
	for (size_t i = 0; i < along->base_count && keys < 2; i++) {
		group_of(along, i, value, &from, &to);
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

static enum hs_status take_scan(const struct group *group, struct hs__scan *scan, struct hs_error *err)
{
	int step = 0, told = 0;

	while (told == 0 && (step = hs__scan_next(scan, err)) > 0)
		told = take_row(group, scan->row, err);
	hs__scan_end(scan);
	return step < 0 ? (enum hs_status)step : told < 0 ? (enum hs_status)told : HS_OK;
}

/* With one key a group and no further sort, its rows come as they are wanted: from the mark on. */
static enum hs_status take_in_order(struct group *group, const struct hs__key *key, struct hs_error *err)
{
	const struct along *along = group->along;
	const struct hs__ranked *after = along->page->after;
	uint64_t from = along->marked && same(after->values[along->level], group->value) ? after->row : 0;
	struct hs__scan scan;
	enum hs_status status = hs__scan_key(along->finder->txn, hs__key_slice(key), from, &scan, err);

	group->in_order = true;
	return status == HS_OK ? take_scan(group, &scan, err) : status;
}

static enum hs_status take_group(struct group *group, struct hs_error *err)
{
	const struct along *along = group->along;
	struct hs__key from, to;
	int single = along->level + 1 == along->page->query->sort_count ?
		only_key(along, group->value, &from, err) :
		0;
	enum hs_status status = HS_OK;

	if (single)
		return single < 0 ? (enum hs_status)single : take_in_order(group, &from, err);
	for (size_t i = 0; i < along->base_count && status == HS_OK; i++) {
		struct hs__scan scan;
		group_of(along, i, group->value, &from, &to);
		status = hs__scan_range(along->finder->txn, hs__key_slice(&from), hs__key_slice(&to), false,
			&scan, err);
		if (status == HS_OK)
			status = take_scan(group, &scan, err);
	}
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

static enum hs_status rank_group(struct along *along, struct hs_slice value, struct hs_error *err)
{
	struct hs__page *page = along->page;
	/* Twice the room, for those that come twice. */
	struct hs_find_query wider = *page->query;
	wider.count = wider.count < UINT32_MAX / 4 ? wider.count * 2 + 2 : wider.count;
	struct hs__page found = { .query = &wider, .after = page->after, .arena = page->arena };
	struct group group = { .along = along, .value = value, .page = &found };
	enum hs_status status = take_group(&group, err);

	return status == HS_OK ? pass_on(along, &found, err) : status;
}

/* ---- levels ---- */

/* Or not to be filled this way. */
static bool is_full(const struct along *along)
{
	return along->page->count > along->page->query->count || along->sieve->few;
}

/* Is the group so large that going along the next sort finds a page sooner than ranking it? Of all resources
 * a share of group / population is in it, so a page takes count * population / group looks there. */
static enum hs_status is_large(const struct along *along, struct hs_slice value, bool *large,
	struct hs_error *err)
{
	const struct hs_find_query *query = along->page->query;
	uint64_t population = 0, total = 0, most;
	enum hs_status status;

	*large = false;
	if (along->level + 1 >= query->sort_count || !hs__sorted_can(&query->sort[along->level + 1]))
		return HS_OK;
	status = hs__find_live(along->finder->txn, query->type, &population, err);
	most = (uint64_t)sqrt(((double)query->count + 1) * (double)population) + 1;
	*large = !value.ptr; /* to find those means to look at all in any case */
	for (size_t i = 0; value.ptr && status == HS_OK && i < along->base_count && total < most; i++) {
		struct hs__key from, to;
		uint64_t count = 0;
		group_of(along, i, value, &from, &to);
		status = hs__scan_count(along->finder->txn, hs__key_slice(&from), hs__key_slice(&to),
			most - total, &count, err);
		total += count;
	}
	*large |= total >= most;
	return status;
}

static enum hs_status run_level(struct along *along, struct hs_error *err);

static enum hs_status go_deeper(const struct along *along, struct hs_slice value, struct hs_error *err)
{
	struct along inner = { .finder = along->finder,
		.where = along->where,
		.sieve = along->sieve,
		.page = along->page,
		.level = along->level + 1,
		.sort = along->sort + 1,
		.marked = along->marked && same(along->page->after->values[along->level], value) };

	memcpy(inner.fixed, along->fixed, sizeof(inner.fixed));
	inner.fixed[along->level] = value;
	return run_level(&inner, err);
}

static enum hs_status go_along(struct along *along, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	while (status == HS_OK && !is_full(along)) {
		struct hs_slice value = HS_S_NONE;
		bool large = false;
		int got = next_group(along, &value, err);
		if (got <= 0)
			return (enum hs_status)got;
		status = is_large(along, value, &large, err);
		if (status == HS_OK)
			status = large ? go_deeper(along, value, err) : rank_group(along, value, err);
		along->at = value;
		along->within = false;
	}
	return status;
}

/* Looks at every resource of the type, or at those without a value for the sort. */
static enum hs_status go_through(struct group *group, struct hs_error *err)
{
	struct along *along = group->along;
	const struct hs__ranked *after = along->page->after;
	struct hs_find lacks = { .op = HS_FIND_MISSING, .param = along->sort->param };
	struct hs__cond without = { .find = &lacks };
	struct hs__plan plan = { .way = group->any ? HS__WAY_WALK : HS__WAY_SET };
	struct hs__run run = { .type = along->page->query->type,
		.where = group->any ? NULL : &without,
		.with_facts = true,
		.fn = take_if_let,
		.arg = group };

	group->page = along->page;
	group->in_order = !group->any && along->level + 1 == along->page->query->sort_count;
	if (group->in_order && along->marked && !after->values[along->level].ptr)
		run.after_row = after->row;
	return hs__run(along->finder, &plan, &run, err);
}

static enum hs_status take_without(struct along *along, struct hs_error *err)
{
	struct group group = { .along = along };
	bool large = false;
	enum hs_status status = is_large(along, HS_S_NONE, &large, err);

	if (status != HS_OK)
		return status;
	return large ? go_deeper(along, HS_S_NONE, err) : go_through(&group, err);
}

/* Ids of other types may lie before all of this one: these count as looks, and when that costs as much as to
 * look at all, it is done. */
static int pass_ids(const struct along *along, struct hs_error *err)
{
	struct sieve *sieve = along->sieve;
	bool far = ++sieve->passed >= sieve->passed_most;
	enum hs_status status = HS_OK;

	if (!along->where) {
		sieve->far = far;
		return far;
	}
	if (!sieve->made && (far || sieve->looks++ >= patience_of(along)))
		status = make_sieve(along, err);
	sieve->few |= far;
	return status == HS_OK ? sieve->few : (int)status;
}

static int take_id(uint64_t row, void *arg, struct hs_error *err)
{
	const struct group *group = arg;

	return row == HS__NO_ROW ? pass_ids(group->along, err) : take_row(group, row, err);
}

/* From the mark on: a further sort never comes into play, since ids differ. */
static enum hs_status go_along_ids(const struct along *along, struct group *any, struct hs_slice mark,
	struct hs_error *err)
{
	struct sieve *sieve = along->sieve;
	uint64_t population = 0;
	enum hs_status status = hs__find_live(along->finder->txn, along->page->query->type, &population, err);

	/* What groups before have brought is on the page already. */
	sieve->passed_most = along->level ? UINT64_MAX : population + 1;
	if (status == HS_OK)
		status = hs__ids_walk(along->finder, along->page->query, along->sort->falling, mark, take_id,
			any, err);
	if (status != HS_OK || !sieve->far)
		return status;
	along->page->count = 0;
	along->page->full = false;
	return go_through(any, err);
}

static enum hs_status run_level(struct along *along, struct hs_error *err)
{
	const struct hs__page *page = along->page;
	struct hs_slice mark = along->marked ? page->after->values[along->level] : HS_S_NONE;
	struct group any = { .along = along, .any = true, .in_order = true, .page = along->page };
	enum hs_status status = HS_OK;

	if (along->sort->special == HS_SORT_ID)
		return go_along_ids(along, &any, mark, err);
	if (!make_bases(along, err))
		return go_through(&any, err);
	along->at = mark;
	along->within = mark.ptr != NULL;
	if (!along->marked || mark.ptr)
		status = go_along(along, err);
	if (status == HS_OK && !is_full(along) && along->sort->special == HS_SORT_PARAM)
		status = take_without(along, err);
	return status;
}

static enum hs_status rank_by_columns(const struct along *along, const struct hs__ranker *ranker,
	struct hs_error *err)
{
	const struct hs__set *set = along->sieve->set;
	enum hs_status status = HS_OK;
	struct hs__ranked ranked;

	for (uint64_t row = hs__set_next(set, 0); row != HS__NO_ROW && status == HS_OK;
		row = hs__set_next(set, row + 1)) {
		hs__rank_by_columns(ranker, row, &ranked);
		status = hs__page_add(along->page, &ranked, err);
	}
	return status;
}

/* What the sieve holds is little: all of it. */
static enum hs_status rank_all(struct along *along, struct hs_error *err)
{
	const struct hs_find_query *query = along->page->query;
	struct hs__plan plan = { .way = HS__WAY_SET, .set = *along->sieve->set };
	struct group all = { .along = along, .any = true, .page = along->page };
	struct hs__run run = { .type = query->type, .with_facts = true, .fn = take, .arg = &all };
	struct hs__ranker ranker;
	enum hs_status status = hs__ranker_make(along->finder, query, hs__set_size(along->sieve->set),
		&ranker, err);

	if (status != HS_OK)
		return status;
	along->page->count = 0;
	along->page->full = false;
	return ranker.ready ? rank_by_columns(along, &ranker, err) : hs__run(along->finder, &plan, &run, err);
}

enum hs_status hs__sorted_run(struct hs__finder *finder, const struct hs__cond *where, struct hs__page *page,
	struct hs__set *set, struct hs_error *err)
{
	struct sieve sieve = { .set = set };
	struct along along = { .finder = finder,
		.where = where,
		.sieve = &sieve,
		.page = page,
		.sort = page->query->sort,
		.marked = page->after != NULL };
	enum hs_status status = set->words ? make_sieve(&along, err) : HS_OK;

	if (status == HS_OK && !sieve.few)
		status = run_level(&along, err);
	if (status == HS_OK && sieve.few)
		status = rank_all(&along, err);
	hs__page_cut(page);
	return status;
}
