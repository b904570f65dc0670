/* SPDX-License-Identifier: Apache-2.0 */
/* Which way to search: estimates by counting index entries up to a bound, and a rule that depends on the
 * data alone, so that the same search takes the same way. */
#include <core/store/find/counts.h>
#include <core/store/find/inner.h>
#include <core/store/find/set.h>

/* Counting stops here: first a cheap look, in which a selective condition shows at once, then steps of four,
 * so that the broad ones beside it are counted little beyond it. */
#define LIMITS 4
static const uint64_t limits[LIMITS] = { 32, 128, 512, HS__MANY };
#define FEW (limits[0])
#define MANY HS__MANY

static enum hs_status count_ranges(struct hs__finder *finder, uint32_t type, const struct hs__ranges *ranges,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	uint64_t total = ranges->row_count;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < ranges->count && total < limit && status == HS_OK; i++) {
		uint64_t count = 0;
		status = hs__count_entries(finder, type, &ranges->items[i], limit - total, &count, err);
		total += count;
	}
	*out = total;
	return status;
}

static enum hs_status estimate_leaf(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(finder->arena);
	struct hs__ranges ranges = { .items = NULL };
	enum hs_status status = hs__ranges_of(finder, type, cond, &ranges, err);

	if (status == HS_OK)
		status = count_ranges(finder, type, &ranges, limit, out, err);
	hs_arena_rollback(finder->arena, mark);
	return status;
}

/* What the search inside finds stands for what it leads to, of a chain many times, since many point to one: a
 * rough guess, but the same every time. */
#define POINTERS 8u
static enum hs_status estimate_inner(struct hs__finder *finder, const struct hs__cond *cond, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	uint32_t type = cond->find->target_type;

	enum hs_status status = hs__inner_kept(finder, type) ?
		hs__inner_estimate(finder, cond->find, limit, out, err) :
		hs__estimate(finder, type, &cond->kids[0], limit, out, err);
	if (status == HS_OK && cond->find->op == HS_FIND_CHAIN && *out < UINT64_MAX / POINTERS)
		*out *= POINTERS;
	return status;
}

enum hs_status hs__estimate(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	unsigned op = cond->find->op;
	bool fewest = op == HS_FIND_AND || op == HS_FIND_SAME_GROUP;
	enum hs_status status = HS_OK;

	if (cond->nothing) {
		*out = 0;
		return HS_OK;
	}
	if (!hs__drivable(finder, cond)) {
		*out = UINT64_MAX;
		return HS_OK;
	}
	if (op == HS_FIND_CHAIN || op == HS_FIND_HAS)
		return estimate_inner(finder, cond, limit, out, err);
	if (!fewest && op != HS_FIND_OR)
		return estimate_leaf(finder, type, cond, limit, out, err);
	uint64_t total = fewest ? UINT64_MAX : 0;
	for (size_t i = 0; i < cond->kid_count && status == HS_OK && (fewest || total < limit); i++) {
		uint64_t kid = 0;
		status = hs__estimate(finder, type, &cond->kids[i], limit, &kid, err);
		total = !fewest ? total + kid : kid < total ? kid : total;
	}
	*out = total;
	return status;
}

enum hs_status hs__choose(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	uint64_t most, const struct hs__cond **best, uint64_t *fewest, struct hs_error *err)
{
	const struct hs__cond *only = NULL;
	size_t drivable = 0;

	for (size_t i = 0; i < cond->kid_count; i++) {
		if (hs__drivable(finder, &cond->kids[i]))
			only = drivable++ ? only : &cond->kids[i];
	}
	*best = only;
	*fewest = UINT64_MAX;
	if (drivable <= 1)
		return only ? hs__estimate(finder, type, only, most, fewest, err) : HS_OK;
	for (unsigned round = 0; round < LIMITS && limits[round] <= most; round++) {
		*fewest = UINT64_MAX;
		for (size_t i = 0; i < cond->kid_count; i++) {
			uint64_t count = 0;
			enum hs_status status = hs__estimate(finder, type, &cond->kids[i], limits[round],
				&count, err);
			if (status != HS_OK)
				return status;
			if (count < *fewest) {
				*fewest = count;
				*best = &cond->kids[i];
			}
		}
		if (*fewest < limits[round])
			break;
	}
	return HS_OK;
}

/* A broad search whose first page is wanted finds it sooner by looking at resources one after another: of
 * `population`, a share of estimate / population fits, so a page is full after count * population / estimate
 * looks, or some times more when there are other conditions. Gathering takes `estimate` steps, each a look
 * when there is something to sort by and much less otherwise. An estimate of MANY may stand for any number.
 */
#define OTHERS 4.0 /* of what the driving condition finds, one in so many is taken to fulfil the others */
#define STEPS_A_LOOK 16.0

static bool is_broad(const struct hs__plan *plan, const struct hs_find_query *query)
{
	double found = (double)plan->estimate;
	double gather = query->sort_count ? found : found / STEPS_A_LOOK;
	double walk = ((double)query->count + 1) * (double)plan->population / (found + 1);

	return plan->estimate >= MANY || gather > (plan->verify ? OTHERS * walk : walk);
}

/* Rows come in the order of creation, so what was changed lately lies at the end, and a walk would first pass
 * by nearly all that was not. Worth knowing exactly: the entries before the range are about what it would
 * pass. */
#define LATE_COUNTED (UINT64_C(1) << 18)
#define LATE_MOST (UINT64_C(1) << 20) /* that are gathered for it */

static enum hs_status comes_late(struct hs__finder *finder, const struct hs_find_query *query,
	const struct hs__plan *plan, bool *late, struct hs_error *err)
{
	const struct hs__range *range = plan->ranges.items;
	uint64_t before = 0, found = 0;
	struct hs__key first;

	*late = false;
	if (query->sort_count || plan->drive->find->op != HS_FIND_UPDATED || plan->ranges.count != 1)
		return HS_OK;
	hs__key_updated(&first, query->type, INT64_MIN);
	enum hs_status status = hs__scan_count(finder->txn, hs__key_slice(&first), range->from, LATE_COUNTED,
		&before, err);
	if (status == HS_OK && before >= MANY)
		status = hs__scan_count(finder->txn, range->from, range->to, LATE_MOST, &found, err);
	*late = before >= MANY && found < LATE_MOST && (double)found / STEPS_A_LOOK < (double)before;
	return status;
}

/* What the first sort, or the order of rows, has to offer instead of gathering. */
static enum hs_status go_broad(struct hs__finder *finder, const struct hs_find_query *query,
	struct hs__plan *plan, bool *is, struct hs_error *err)
{
	*is = false;
	if (query->want_total || plan->estimate < MANY / 4 ||
		(query->sort_count && !hs__sorted_can(query->sort)))
		return HS_OK;
	enum hs_status status = hs__find_live(finder->txn, query->type, &plan->population, err);
	if (status != HS_OK || !is_broad(plan, query))
		return status;
	bool late = false;
	status = comes_late(finder, query, plan, &late, err);
	if (status != HS_OK || late)
		return status;
	plan->way = query->sort_count ? HS__WAY_SORTED : HS__WAY_WALK;
	plan->verify = true;
	*is = true;
	return HS_OK;
}

/* A page in order of rows may be full before all was found. */
static bool is_wanted_whole(const struct hs_find_query *query)
{
	return query->want_total || query->sort_count;
}

static enum hs_status way_without_index(struct hs__finder *finder, const struct hs_find_query *query,
	struct hs__plan *plan, struct hs_error *err)
{
	bool sorted = query->sort_count && !query->want_total && hs__sorted_can(query->sort);
	enum hs_status status = HS_OK;

	if (sorted && query->sort->special == HS_SORT_ID) {
		status = hs__find_live(finder->txn, query->type, &plan->population, err);
		sorted = plan->population >= HS__SORTED_IDS_LEAST;
	}
	plan->way = sorted                             ? HS__WAY_SORTED :
		plan->verify && is_wanted_whole(query) ? HS__WAY_SET :
							 HS__WAY_WALK;
	return status;
}

static bool is_single(const struct hs__ranges *ranges)
{
	return ranges->count == 1 && ranges->items[0].single && ranges->row_count == 0;
}

/* What one key finds comes in order of row and needs no gathering. A range with many entries (here it has)
 * may hold one key only (a code that nobody spells in capitals): its ends tell. */
static enum hs_status to_single(struct hs__finder *finder, struct hs__ranges *ranges, bool *is,
	struct hs_error *err)
{
	struct hs__range *range = ranges->items;
	struct hs__key first, last;

	*is = false;
	if (ranges->count != 1 || ranges->row_count)
		return HS_OK;
	int got = hs__end_key(finder, range->from, range->to, false, &first, err);
	if (got > 0)
		got = hs__end_key(finder, range->from, range->to, true, &last, err);
	if (got <= 0)
		return (enum hs_status)got;
	if (!hs_slice_eq(hs__key_slice(&first), hs__key_slice(&last)))
		return HS_OK;
	int holds = range->check == HS__BY_KEY ? hs__range_holds(range, hs__key_slice(&first)) : 1;
	if (holds == 0)
		return HS_OK;
	range->from = hs_arena_copy(finder->arena, hs__key_slice(&first));
	range->single = true;
	if (range->check == HS__BY_KEY)
		range->check = holds > 0 ? HS__SURE : HS__VERIFY;
	*is = range->from.ptr != NULL;
	return *is ? HS_OK : hs_fail(err, HS_E_TOO_COSTLY, "the search looks at too many places; narrow it");
}

static bool is_inner(const struct hs__cond *cond)
{
	if (cond->find->op == HS_FIND_CHAIN || cond->find->op == HS_FIND_HAS)
		return true;
	for (size_t i = 0; i < cond->kid_count; i++) {
		if (is_inner(&cond->kids[i]))
			return true;
	}
	return false;
}

/* A condition that is looked up in the index: to read a few entries is as quick as to count them. */
static enum hs_status plan_ranges(struct hs__finder *finder, const struct hs_find_query *query,
	struct hs__plan *plan, bool *done, struct hs_error *err)
{
	enum hs_status status = hs__ranges_of(finder, query->type, plan->drive, &plan->ranges, err);

	*done = false;
	if (status != HS_OK)
		return status;
	if (!query->sort_count && is_single(&plan->ranges)) {
		*done = true;
	} else {
		status = hs__gather_few(finder, plan, FEW, err);
		if (status != HS_OK || plan->gathered) {
			plan->way = HS__WAY_GATHER;
			plan->verify |= plan->ranges.verify;
			plan->estimate = plan->ranges.row_count;
			*done = true;
			return status;
		}
		if (!query->sort_count)
			status = to_single(finder, &plan->ranges, done, err);
	}
	if (status == HS_OK && *done) {
		plan->way = HS__WAY_STREAM;
		plan->verify |= plan->ranges.verify || plan->ranges.items[0].check != HS__SURE;
	}
	return status;
}

static uint64_t most_counted(const struct hs_find_query *query)
{
	return query->want_total ? FEW : MANY;
}

static bool is_all(const struct hs__cond *cond)
{
	return !cond->nothing && (cond->find->op == HS_FIND_AND || cond->find->op == HS_FIND_SAME_GROUP);
}

/* The condition to begin with, of those that all must hold. With a total more than a few are found by sets,
 * whatever else there is. */
static enum hs_status choose_drive(struct hs__finder *finder, const struct hs_find_query *query,
	struct hs__plan *plan, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	plan->estimate = UINT64_MAX;
	while (status == HS_OK && plan->drive && is_all(plan->drive)) {
		plan->verify |= plan->drive->kid_count > 1 || plan->drive->find->op == HS_FIND_SAME_GROUP;
		status = hs__choose(finder, query->type, plan->drive, most_counted(query), &plan->drive,
			&plan->estimate, err);
	}
	return status;
}

/* Chains and _has are sooner followed for some rows together than for one after another: of such as lead no
 * further for so many, of others when looks cost as much as those of so many _has. */
#define TOGETHER 4u
#define TOGETHER_COST (UINT64_C(7) * TOGETHER * HS__A_LOOK)
static bool is_sooner_joined(const struct hs__plan *plan, const struct hs__cond *where, bool done)
{
	if (done)
		return plan->way == HS__WAY_GATHER && plan->gathered && plan->verify && is_inner(where) &&
			(plan->ranges.row_count >= TOGETHER ||
				plan->ranges.row_count * hs__look_cost(where) >= TOGETHER_COST);
	return is_inner(plan->drive) && plan->estimate >= FEW;
}

static enum hs_status plan_driven(struct hs__finder *finder, const struct hs_find_query *query,
	const struct hs__cond *where, struct hs__plan *plan, struct hs_error *err)
{
	bool whole = is_wanted_whole(query), done = false;
	uint64_t most = most_counted(query);

	plan->drive = where;
	enum hs_status status = choose_drive(finder, query, plan, err);
	if (!plan->drive)
		return hs_fail(err, HS_E_INTERNAL, "a search without a condition has nothing to go by");
	bool inner = status == HS_OK && is_inner(plan->drive);
	if (status == HS_OK && !inner && (!query->want_total || !plan->verify || plan->estimate < most))
		status = plan_ranges(finder, query, plan, &done, err);
	if (status == HS_OK && !done && plan->estimate == UINT64_MAX)
		status = hs__estimate(finder, query->type, plan->drive, most, &plan->estimate, err);
	if (status == HS_OK && !done)
		status = go_broad(finder, query, plan, &done, err);
	bool joined = (whole && (!done || (plan->way == HS__WAY_STREAM && plan->verify))) ||
		is_sooner_joined(plan, where, done);
	if (status == HS_OK && joined) {
		plan->way = HS__WAY_SET;
		done = true;
	}
	if (status != HS_OK || done)
		return status;
	plan->way = HS__WAY_GATHER;
	if (inner)
		status = hs__ranges_of(finder, query->type, plan->drive, &plan->ranges, err);
	if (status == HS_E_NOT_SUPPORTED) { /* a keeper would look at all it has */
		plan->way = HS__WAY_WALK;
		plan->verify = true;
		status = HS_OK;
	}
	plan->verify |= plan->ranges.verify;
	return status;
}

enum hs_status hs__plan_make(struct hs__finder *finder, const struct hs_find_query *query,
	const struct hs__cond *where, struct hs__plan *out, struct hs_error *err)
{
	struct hs__plan plan = { .verify = false };
	enum hs_status status = HS_OK;

	if (where && hs__drivable(finder, where)) {
		status = plan_driven(finder, query, where, &plan, err);
	} else {
		plan.verify = where != NULL;
		status = way_without_index(finder, query, &plan, err);
	}
	if (status == HS_OK)
		*out = plan;
	return status;
}
