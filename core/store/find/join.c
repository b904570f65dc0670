/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that all must hold: the cheapest is read first; each further one is read too when that costs
 * less than to look at the facts of what is left. */
#include <core/store/find/set.h>

#include <stdlib.h>

#define LEAST_COST 16u /* up to which the costs are first compared */
#define MOST_COST (1u << 20)

/* A condition, or two on the values of one parameter (from ... to ...) that one entry fulfils: `several` are
 * the resources that have more entries of it. Of a composite each component is a part, since it must hold by
 * itself; whether they do within one group is asked of what is left at the end. With a column of its groups a
 * composite is one part. */
struct part {
	const struct hs__cond *cond, *also;
	const struct hs__cond *group; /* the composite; or NULL */
	struct hs__set several;
	uint64_t cost;
};
#define SEVERAL_MOST 256u /* resources that are looked at for it */

static int by_cost(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return x->cond < y->cond ? -1 : x->cond > y->cond;
}

static bool is_span(const struct hs__cond *cond)
{
	unsigned op = cond->find->op;

	return !cond->nothing && cond->find->cmp != HS_CMP_NE &&
		(op == HS_FIND_DATE || op == HS_FIND_NUMBER || op == HS_FIND_QUANTITY ||
			op == HS_FIND_UPDATED);
}

/* Makes one part of two when few resources have several values. */
static enum hs_status pair(const struct hs__maker *maker, struct part *first, const struct hs__cond *second,
	struct hs_error *err)
{
	const struct hs__cond *cond = first->cond;

	if (first->also || first->group || !is_span(cond) || !is_span(second) ||
		cond->find->op != second->find->op || cond->find->param != second->find->param)
		return HS_OK;
	enum hs_status status = hs__set_empty(maker, &first->several, err);
	hs__trace_begin(maker->finder, cond, second, NULL, NULL);
	if (status == HS_OK && cond->find->op != HS_FIND_UPDATED)
		status = hs__set_add_having(maker, hs__having_several(cond->find->param), cond, NULL,
			&first->several, err);
	hs__trace_end(maker->finder, &first->several, NULL);
	if (status == HS_OK && hs__set_size(&first->several) <= SEVERAL_MOST)
		first->also = second;
	return status;
}

static bool is_group(const struct hs__cond *cond)
{
	return !cond->nothing && cond->find->op == HS_FIND_SAME_GROUP;
}

static size_t most_parts(const struct hs__cond *cond)
{
	size_t count = 0;

	for (size_t i = 0; i < cond->kid_count; i++)
		count += is_group(&cond->kids[i]) ? cond->kids[i].kid_count : 1;
	return count;
}

static void add_group(const struct hs__cond *group, struct part *parts, size_t *count)
{
	for (size_t i = 0; i < group->kid_count; i++)
		parts[(*count)++] = (struct part) { .cond = &group->kids[i], .group = group };
}

/* One part when there is a column of its groups. */
static enum hs_status take_group(const struct hs__maker *maker, const struct hs__cond *group,
	struct part *parts, size_t *count, struct hs_error *err)
{
	const struct hs__column *column = NULL;
	enum hs_status status = hs__groups_column(maker, group, HS__WANT_NOT, &column, err);

	if (column)
		parts[(*count)++] = (struct part) { .cond = group };
	else if (status == HS_OK)
		add_group(group, parts, count);
	return status;
}

static enum hs_status make_parts(const struct hs__maker *maker, const struct hs__cond *cond,
	struct part *parts, size_t *count, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (is_group(cond)) {
		add_group(cond, parts, count);
		return HS_OK;
	}
	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++) {
		const struct hs__cond *kid = &cond->kids[i];
		bool paired = false;
		if (is_group(kid)) {
			status = take_group(maker, kid, parts, count, err);
			continue;
		}
		for (size_t k = 0; k < *count && !paired && is_span(kid) && status == HS_OK; k++) {
			status = pair(maker, &parts[k], kid, err);
			paired = parts[k].also == kid;
		}
		if (!paired)
			parts[(*count)++] = (struct part) { .cond = kid };
	}
	return status;
}

/* What the ranges of both have in common. */
static enum hs_status joint_ranges(const struct hs__maker *maker, const struct part *part,
	struct hs__ranges *out, struct hs_error *err)
{
	struct hs__ranges a = { .items = NULL }, b = { .items = NULL };
	enum hs_status status = hs__ranges_of(maker->finder, maker->type, part->cond, &a, err);

	if (status == HS_OK)
		status = hs__ranges_of(maker->finder, maker->type, part->also, &b, err);
	if (status != HS_OK)
		return status;
	*out = (struct hs__ranges) { .items = hs_arena_array(maker->finder->arena, a.count * b.count + 1,
					     sizeof(*out->items)) };
	if (!out->items)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	for (size_t i = 0; i < a.count * b.count; i++) {
		struct hs__range range = a.items[i / b.count];
		const struct hs__range *other = &b.items[i % b.count];
		range.from = hs_slice_cmp(other->from, range.from) > 0 ? other->from : range.from;
		range.to = hs_slice_cmp(other->to, range.to) < 0 ? other->to : range.to;
		range.also = part->also;
		if (hs_slice_cmp(range.from, range.to) < 0)
			out->items[out->count++] = range;
	}
	return HS_OK;
}

/* The two one after the other, each from a column. */
static enum hs_status apart_cost(const struct hs__maker *maker, const struct part *part, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	uint64_t also = 0;
	enum hs_status status = hs__set_cost(maker, part->cond, members, limit, out, err);

	if (status == HS_OK && *out < limit)
		status = hs__set_cost(maker, part->also, members, limit - *out, &also, err);
	*out += also;
	return status;
}

/* The range of both, in the index or in the column there is. */
static enum hs_status look_up_joint(const struct hs__maker *maker, const struct part *part, uint64_t members,
	uint64_t limit, struct hs__lookup *out, struct hs_error *err)
{
	struct hs__lookup lookup = { .column = NULL };
	uint64_t by_column = HS__ALL;
	struct hs__key prefix;
	enum hs_status status = joint_ranges(maker, part, &lookup.ranges, err);

	if (status == HS_OK && hs__column_prefix(maker, part->cond, &prefix))
		status = hs__columns_get(maker->finder, maker->type, &prefix, HS__WANT_NOT, &lookup.column,
			err);
	if (status == HS_OK && lookup.column)
		by_column = hs__column_cost(lookup.column, hs__column_extent(lookup.column, &lookup.ranges),
			members, &lookup.by_rows);
	if (status == HS_OK)
		status = hs__ranges_cost(maker, &lookup.ranges, by_column < limit ? by_column + 1 : limit,
			&lookup.cost, err);
	if (by_column < lookup.cost)
		lookup.cost = by_column;
	else
		lookup.column = NULL;
	*out = lookup;
	return status;
}

static enum hs_status joint_cost(const struct hs__maker *maker, const struct part *part, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(maker->finder->arena);
	struct hs__lookup lookup;
	enum hs_status status = look_up_joint(maker, part, members, limit, &lookup, err);

	*out = status == HS_OK ? lookup.cost : 0;
	hs_arena_rollback(maker->finder->arena, mark);
	return status;
}

/* Two bounds are read as one range when that costs less than to ask for each. Narrow ones are counted first.
 */
#define NARROW 64u
static enum hs_status pair_cost(const struct hs__maker *maker, const struct part *part, uint64_t members,
	uint64_t limit, bool *joint, uint64_t *out, struct hs_error *err)
{
	uint64_t apart = 0, first = limit < NARROW ? limit : NARROW;
	enum hs_status status = joint_cost(maker, part, members, first, out, err);

	*joint = true;
	if (status != HS_OK || *out < first || limit <= NARROW)
		return status;
	status = apart_cost(maker, part, members, limit, &apart, err);
	if (status == HS_OK)
		status = joint_cost(maker, part, members, apart < limit ? apart + 1 : limit, out, err);
	*joint = *out <= apart;
	if (!*joint)
		*out = apart;
	return status;
}

static enum hs_status part_cost(const struct hs__maker *maker, const struct part *part, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	bool joint = false;

	return part->also ? pair_cost(maker, part, members, limit, &joint, out, err) :
			    hs__set_cost(maker, part->cond, members, limit, out, err);
}

/* The cheapest first; costs are counted until that one shows. */
static enum hs_status weigh(const struct hs__maker *maker, struct part *parts, size_t count, uint64_t members,
	struct hs_error *err)
{
	uint64_t least = UINT64_MAX;
	enum hs_status status = HS_OK;

	for (uint64_t limit = LEAST_COST; limit <= MOST_COST && least >= limit && status == HS_OK;
		limit *= 8) {
		least = UINT64_MAX;
		for (size_t i = 0; i < count && status == HS_OK; i++) {
			/* What costs more than another one need not be counted further. */
			uint64_t most = least < limit ? least + 1 : limit;
			status = part_cost(maker, &parts[i], members, most, &parts[i].cost, err);
			least = parts[i].cost < least ? parts[i].cost : least;
		}
		if (least >= limit)
			least = limit * 8;
	}
	if (count > 1)
		qsort(parts, count, sizeof(*parts), by_cost);
	return status;
}

static enum hs_status add_joint(const struct hs__maker *maker, const struct part *part,
	const struct hs__set *within, uint64_t members, struct hs__set *into, struct hs_error *err)
{
	const struct hs__cond *const both[] = { part->cond, part->also };
	struct hs__finds finds = { .maker = maker, .sure = into, .doubts = part->several };
	struct hs__lookup lookup;
	enum hs_status status = look_up_joint(maker, part, members, HS__COST_DECIDES, &lookup, err);

	if (status != HS_OK)
		return status;
	hs__trace_how(maker->finder, lookup.column ? HS__HOW_SPAN_KEYS : HS__HOW_SPAN, lookup.ranges.count,
		lookup.cost);
	status = lookup.column ? hs__finds_column(&finds, &lookup, within, err) :
				 hs__finds_ranges(&finds, &lookup.ranges, err);
	return status == HS_OK ? hs__finds_settle(&finds, both, 2, within, err) : status;
}

static enum hs_status add_apart(const struct hs__maker *maker, const struct part *part,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__set first;
	enum hs_status status = hs__set_empty(maker, &first, err);

	if (status == HS_OK)
		status = hs__set_add(maker, part->cond, within, &first, err);
	if (status == HS_OK && within)
		hs__set_intersect(&first, within);
	if (status == HS_OK)
		status = hs__set_add(maker, part->also, &first, into, err);
	if (status == HS_OK)
		hs__set_intersect(into, &first);
	return status;
}

/* Adds to what is empty. */
static enum hs_status add_part(const struct hs__maker *maker, const struct part *part,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	uint64_t members = within ? hs__set_size(within) : HS__ALL, cost = 0;
	bool joint = true;

	if (!part->also)
		return hs__set_add(maker, part->cond, within, into, err);
	enum hs_status status = pair_cost(maker, part, members, HS__COST_DECIDES, &joint, &cost, err);
	if (status != HS_OK)
		return status;
	if (!joint)
		return add_apart(maker, part, within, into, err);
	hs__trace_begin(maker->finder, part->cond, part->also, within, NULL);
	status = add_joint(maker, part, within, members, into, err);
	hs__trace_end(maker->finder, into, within);
	return status;
}

/* What must hold beside what was read. */
struct rest {
	const struct hs__cond **items;
	size_t count;
};

static bool is_left(const struct rest *rest, const struct hs__cond *cond)
{
	size_t i = 0;

	while (i < rest->count && rest->items[i] != cond)
		i++;
	return i < rest->count;
}

static void leave(struct rest *rest, const struct part *part)
{
	const struct hs__cond *cond = part->group ? part->group : part->cond;

	if (!is_left(rest, cond))
		rest->items[rest->count++] = cond;
	if (part->also)
		rest->items[rest->count++] = part->also;
}

/* What is cheapest for all is not what is cheapest for the few that are left. */
#define WEIGHED_AGAIN 16u
static enum hs_status weigh_again(const struct hs__maker *maker, struct part *parts, size_t count,
	uint64_t members, struct hs_error *err)
{
	return count > 1 && members >= WEIGHED_AGAIN ? weigh(maker, parts, count, members, err) : HS_OK;
}

/* ---- before anything dear ---- */

#define DEAR 500u /* of the cheapest part that is left: then it is asked first whether one finds nothing */
#define DEAR_SHARE 4u /* of which that may cost one in so many */
#define SOON 400u     /* and no more than that */

/* Does it lead to other resources, whatever of it is to hold? */
static bool leads_on(const struct hs__cond *cond)
{
	size_t i = 0;

	if (cond->nothing || cond->find->op != HS_FIND_OR)
		return !cond->nothing && (cond->find->op == HS_FIND_CHAIN || cond->find->op == HS_FIND_HAS);
	while (i < cond->kid_count && leads_on(&cond->kids[i]))
		i++;
	return i == cond->kid_count;
}

/* Does one of the parts that are left find nothing, of which the first and cheapest costs so much? */
static enum hs_status foresee_nothing(const struct hs__maker *maker, const struct part *parts, size_t count,
	uint64_t cost, bool *nothing, struct hs_error *err)
{
	uint64_t most = count > 1 && cost >= DEAR ? cost / DEAR_SHARE : 0;
	uint64_t left = most > SOON || hs__columns_eager(maker->finder) ? SOON : most;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < count && left && !*nothing && status == HS_OK; i++) {
		if (leads_on(parts[i].cond))
			status = hs__finds_nothing(maker, parts[i].cond, &left, nothing, err);
	}
	return status;
}

/* Before the first step that is dear, once. */
static enum hs_status look_ahead(const struct hs__maker *maker, const struct part *parts, size_t count,
	uint64_t cost, bool *asked, bool *nothing, struct hs_error *err)
{
	if (*asked || (cost < DEAR && !hs__columns_eager(maker->finder)))
		return HS_OK;
	*asked = true;
	return foresee_nothing(maker, parts, count, cost, nothing, err);
}

/* Reads what is worth reading into *found, which holds what is left when `begun`; the others go to `rest`. */
static enum hs_status join(const struct hs__maker *maker, struct part *parts, size_t count, bool begun,
	struct hs__set *found, struct rest *rest, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	bool asked = false, nothing = false;

	for (size_t i = 0; i < count && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(maker->finder->arena);
		uint64_t members = begun ? hs__set_size(found) : HS__ALL, cost = 0;
		if (begun && !members)
			return HS_OK;
		if (i)
			status = weigh_again(maker, parts + i, count - i, members, err);
		uint64_t limit = begun ? members * hs__look_cost(parts[i].cond) : 0;
		struct hs__set kid;
		if (status == HS_OK && begun)
			status = part_cost(maker, &parts[i], members, limit + 1, &cost, err);
		if (status == HS_OK && begun && cost > limit) {
			leave(rest, &parts[i]);
			continue;
		}
		cost = begun ? cost : parts[i].cost;
		if (status == HS_OK)
			status = look_ahead(maker, parts + i, count - i, cost, &asked, &nothing, err);
		if (nothing)
			return hs__set_empty(maker, found, err);
		if (status == HS_OK && !begun)
			status = hs__set_foresee(maker, cost, err);
		if (status == HS_OK && begun)
			status = hs__set_empty(maker, &kid, err);
		if (status == HS_OK)
			status = add_part(maker, &parts[i], begun ? found : NULL, begun ? &kid : found, err);
		if (status == HS_OK && begun)
			hs__set_intersect(found, &kid);
		begun = true;
		hs_arena_rollback(maker->finder->arena, mark);
	}
	return status;
}

/* Of the composites whose components were all read, each: do these hold within one group? */
static enum hs_status settle(const struct hs__maker *maker, const struct part *parts, size_t count,
	const struct rest *rest, struct hs__set *found, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < count && status == HS_OK; i++) {
		const struct hs__cond *group = parts[i].group;
		uint64_t paid = 0;
		size_t first = 0;
		while (parts[first].group != group)
			first++;
		for (size_t k = i; k < count; k++)
			paid += parts[k].group == group ? parts[k].cost : 0;
		if (group && first == i && !is_left(rest, group))
			status = hs__set_settle_groups(maker, found, group, paid, err);
	}
	return status;
}

enum hs_status hs__add_all(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs_arena *arena = maker->finder->arena;
	size_t most = most_parts(cond) + 1, count = 0;
	struct part *parts = hs_arena_array(arena, most, sizeof(*parts));
	struct rest rest = { hs_arena_array(arena, most, sizeof(*rest.items)), 0 };
	struct hs__set found;

	if (!parts || !rest.items)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	enum hs_status status = hs__set_empty(maker, &found, err);
	if (status == HS_OK && within)
		hs__set_unite(&found, within);
	else if (status == HS_OK && !cond->kid_count)
		status = hs__set_add_whole(maker, &found, err);
	if (status == HS_OK)
		status = make_parts(maker, cond, parts, &count, err);
	if (status == HS_OK)
		status = weigh(maker, parts, count, within ? hs__set_size(within) : HS__ALL, err);
	if (status == HS_OK)
		status = join(maker, parts, count, within != NULL, &found, &rest, err);
	if (status == HS_OK && hs__set_next(&found, 0) == HS__NO_ROW)
		return HS_OK;
	if (status == HS_OK)
		status = settle(maker, parts, count, &rest, &found, err);
	if (status == HS_OK && rest.count)
		status = hs__set_sift(maker, &found, rest.items, rest.count, err);
	if (status == HS_OK)
		hs__set_unite(into, &found);
	return status;
}
