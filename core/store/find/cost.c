/* SPDX-License-Identifier: Apache-2.0 */
/* What it costs to find the set of a condition, in blocks of entries: about a quarter of a microsecond each.
 *
 * A range of keys in the index costs its blocks (rows / 64), and one to go there. In a column it costs the
 * keys to judge (a twelfth each), and either the rows that are asked (members / 64) or what the keys give:
 * whole bins (their words / 500) and rows beside them (/ 150). A look at the facts of a row costs 8; for
 * "has" 8 more than a look at each of those that are taken to point to the row. A reference that is followed
 * costs 16; by the links of a column as much as the column. "Not" and "missing" cost the outlines of the
 * type, unless of members.
 *
 * What is counted is counted up to a limit: of the ways to do a thing only the best is of interest. */
#include <core/store/find/counts.h>
#include <core/store/find/set.h>

#define A_LINK 16u /* a reference that is followed: an id looked up, facts looked at */
#define MOST_A_LOOK (UINT64_C(1) << 20)
#define KEPT_A_BLOCK 4u    /* kept resources that their keeper goes along */
#define KEPT_OF_ONE 16u    /* and that point to one resource, about */
#define LINKS_A_BLOCK 100u /* of a column, followed */
#define ASKED_A_BLOCK 64u  /* rows here and there */
#define LED_A_BLOCK 16u    /* links of such */
#define READ_A_BLOCK 8u    /* keys of references, to see to which type they lead */
#define ROWS_A_BLOCK 600u  /* of all, as a column gives them */
/* To make a column is to read all entries of its parameter. It is worth it when a search pays so much at
 * once, of which it saves the better part; and worth waiting for when it would pay as much as to make it. */
#define WORTH_A_COLUMN UINT64_C(500)
#define MADE_A_BLOCK 4u /* rows that get their keys */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t hs__asking_cost(const struct hs__maker *maker, uint64_t members)
{
	return 1 + least(maker->words * 64 / ROWS_A_BLOCK, members / ASKED_A_BLOCK);
}

static uint64_t looking(uint64_t members)
{
	return members < HS__ALL / A_LINK ? members * HS__A_LOOK : HS__ALL;
}

uint64_t hs__look_cost(const struct hs__cond *cond)
{
	uint64_t most = HS__A_LOOK;

	for (size_t i = 0; i < cond->kid_count; i++) {
		uint64_t kid = hs__look_cost(&cond->kids[i]);
		most = kid > most ? kid : most;
	}
	if (cond->find->op == HS_FIND_CHAIN)
		most += HS__A_LOOK;
	else if (cond->find->op == HS_FIND_HAS)
		most = HS__A_LOOK + cond->pointers * most;
	return least(most, MOST_A_LOOK);
}

uint64_t hs__making_cost(const struct hs__maker *maker)
{
	return WORTH_A_COLUMN + maker->words * 64 / MADE_A_BLOCK;
}

enum hs__want hs__wanted(const struct hs__maker *maker, uint64_t members, uint64_t cost, uint64_t making)
{
	uint64_t paid = least(cost, looking(members));

	if (hs__columns_eager(maker->finder))
		return HS__WANT_NOW;
	if (paid < WORTH_A_COLUMN)
		return HS__WANT_NOT;
	return paid >= making ? HS__WANT_NOW : HS__WANT_LATER;
}

enum hs_status hs__ranges_cost(const struct hs__maker *maker, const struct hs__ranges *ranges, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	uint64_t total = ranges->row_count;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < ranges->count && total < limit && status == HS_OK; i++) {
		uint64_t blocks = 0;
		status = hs__count_blocks(maker->finder, &ranges->items[i], limit - total, &blocks, err);
		total += blocks + 1;
	}
	*out = total;
	return status;
}

/* ---- entries ---- */

static bool is_one_prefix(const struct hs__maker *maker, const struct hs__cond *cond, struct hs__key *prefix)
{
	struct hs__key other;

	if (!cond->kid_count || !hs__column_prefix(maker, &cond->kids[0], prefix))
		return false;
	for (size_t i = 1; i < cond->kid_count; i++) {
		if (!hs__column_prefix(maker, &cond->kids[i], &other) ||
			!hs_slice_eq(hs__key_slice(prefix), hs__key_slice(&other)))
			return false;
	}
	return true;
}

bool hs__column_prefix(const struct hs__maker *maker, const struct hs__cond *cond, struct hs__key *prefix)
{
	const struct hs_find *find = cond->find;
	bool updated = find->op == HS_FIND_UPDATED;

	if (find->op == HS_FIND_OR)
		return is_one_prefix(maker, cond, prefix);
	if (cond->grouped)
		return false;
	hs__key_begin(prefix, updated ? 0 : find->param);
	if (updated)
		hs__key_number(prefix, maker->type);
	return updated || (find->op >= HS_FIND_TOKEN && find->op <= HS_FIND_NEAR && find->param);
}

static uint64_t column_cost(struct hs__lookup *lookup, uint64_t members)
{
	return hs__column_cost(lookup->column, hs__column_extent(lookup->column, &lookup->ranges), members,
		&lookup->by_rows);
}

enum hs_status hs__look_up(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, struct hs__lookup *out, struct hs_error *err)
{
	struct hs__lookup lookup = { .column = NULL };
	uint64_t by_column = HS__ALL, making = hs__making_cost(maker),
		 enough = hs__asking_cost(maker, members) + making + 1;
	enum hs__want want;
	struct hs__key prefix;
	bool can = hs__column_prefix(maker, cond, &prefix);
	enum hs_status status = hs__ranges_of(maker->finder, maker->type, cond, &lookup.ranges, err);

	can &= lookup.ranges.row_count == 0;
	if (status == HS_OK && can)
		status = hs__columns_get(maker->finder, maker->type, &prefix, HS__WANT_NOT, &lookup.column,
			err);
	if (status == HS_OK && lookup.column)
		by_column = column_cost(&lookup, members);
	/* Beyond these it does not matter how much more the index costs. */
	if (lookup.column)
		limit = least(limit, by_column + 1);
	else if (can && limit == HS__COST_DECIDES)
		limit = enough;
	if (status == HS_OK)
		status = hs__ranges_cost(maker, &lookup.ranges, limit, &lookup.cost, err);
	if (status == HS_OK && can && !lookup.column &&
		(want = hs__wanted(maker, members, lookup.cost, making)) != HS__WANT_NOT) {
		status = hs__columns_get(maker->finder, maker->type, &prefix, want, &lookup.column, err);
		if (lookup.column)
			by_column = column_cost(&lookup, members);
	}
	if (by_column < lookup.cost || (lookup.column && hs__columns_eager(maker->finder)))
		lookup.cost = by_column;
	else
		lookup.column = NULL;
	if (status == HS_OK)
		*out = lookup;
	return status;
}

enum hs_status hs__cost_of_entries(const struct hs__maker *maker, const struct hs__cond *cond,
	uint64_t members, uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs__lookup lookup;
	enum hs_status status = hs__look_up(maker, cond, members, limit, &lookup, err);

	*out = status == HS_OK ? lookup.cost : 0;
	return status;
}

enum hs_status hs__cost_of_rows(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	(void)maker;
	(void)members;
	(void)limit;
	(void)err;
	*out = cond->row_count * HS__A_LOOK;
	return HS_OK;
}

enum hs_status hs__cost_of_missing(const struct hs__maker *maker, const struct hs__cond *cond,
	uint64_t members, uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs__having_way way = { .column = NULL };
	enum hs_status status = hs__having_cost(maker, hs__lacking(cond->find->param), members, limit, &way,
		err);

	*out = way.cost;
	return status;
}

/* ---- other resources ---- */

/* One by one. */
static enum hs_status walking_cost(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	uint64_t rows = 0;
	enum hs_status status = hs__estimate(maker->finder, cond->find->target_type, &cond->kids[0],
		limit / A_LINK + 1, &rows, err);

	*out = status == HS_OK ? least(rows, limit / A_LINK + 1) * A_LINK : 0;
	return status;
}

/* What is behind it is a keeper's, who tells where it points, or each is looked at. */
static enum hs_status kept_cost(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	bool has = cond->find->op == HS_FIND_HAS;
	uint64_t rows = 0, most = has ? limit * KEPT_A_BLOCK : limit / A_LINK + 1;

	if (has && members < HS__ALL / KEPT_OF_ONE)
		most = least(most, members * KEPT_OF_ONE);
	enum hs_status status = hs__inner_estimate(maker->finder, cond->find, most, &rows, err);

	*out = has ? least(rows, most) / KEPT_A_BLOCK + 1 : least(least(rows, most) * A_LINK, limit);
	return status;
}

/* The search inside: of all there is behind the links or, when that costs less, of what members reach. */
static enum hs_status inside_cost(const struct hs__maker *maker, const struct hs__cond *cond,
	uint64_t members, uint64_t limit, struct hs__following *following, struct hs_error *err)
{
	const struct hs__column *column = following->by.column;
	bool chain = cond->find->op == HS_FIND_CHAIN;
	uint64_t each = chain ? 1 : column->inverse->count / (column->keys_read + 1) + 1, reached = HS__ALL;
	uint64_t reaching = 0, within = 0;
	struct hs__maker inner;
	enum hs_status status = hs__maker_of(maker->finder, cond->find->target_type, &inner, err);

	if (status == HS_OK)
		status = hs__set_cost(&inner, &cond->kids[0], HS__ALL, limit, &following->cost, err);
	if (members < HS__ALL / each) {
		reached = members * each;
		reaching = reached / LED_A_BLOCK;
	}
	bool eager = hs__columns_eager(maker->finder);
	if (status != HS_OK || reached == HS__ALL || (reaching >= following->cost && !eager))
		return status;
	status = hs__set_cost(&inner, &cond->kids[0], reached, limit, &within, err);
	following->reach = reaching + within < following->cost || eager;
	following->cost = least(following->cost, reaching + within);
	return status;
}

/* How many a chain leads to: counted as long as what leads there may cost less than the limit. */
static enum hs_status count_aims(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__column *column, uint64_t limit, uint64_t *out, struct hs_error *err)
{
	uint64_t each = column->inverse->count / (column->keys_read + 1) + 1;
	uint64_t most = limit * LED_A_BLOCK / (each + 1) + 1;
	enum hs_status status = hs__estimate(maker->finder, cond->find->target_type, &cond->kids[0], most,
		out, err);

	if (*out >= most)
		*out = HS__ALL;
	return status;
}

/* And the way from there: each of the members looks where it leads, or what was found gives what leads there;
 * of a chain `aims` of that, counted so far. */
static enum hs_status linked_cost(const struct hs__maker *maker, const struct hs__cond *cond,
	uint64_t members, uint64_t aims, uint64_t limit, struct hs__following *following,
	struct hs_error *err)
{
	const struct hs__column *column = following->by.column;
	uint64_t each = column->inverse->count / (column->keys_read + 1) + 1;
	uint64_t keys = column->key_count / LINKS_A_BLOCK, all = keys + hs__asking_cost(maker, HS__ALL);
	enum hs_status status = inside_cost(maker, cond, members, limit, following, err);

	if (!following->cost) { /* nothing is behind the links */
		following->cost = 1;
		return status;
	}
	if (cond->find->op == HS_FIND_CHAIN && aims < column->key_count / 8)
		all = least(all, (aims * each + aims) / LED_A_BLOCK);
	following->cost += cond->find->op == HS_FIND_CHAIN ? least(members / LED_A_BLOCK, all) :
							     least(members / LED_A_BLOCK, 2 * keys);
	return status;
}

enum hs_status hs__linked_of(const struct hs__maker *maker, const struct hs__cond *cond, enum hs__want want,
	struct hs__linked *out, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	bool chain = find->op == HS_FIND_CHAIN;

	return hs__columns_get_linked(maker->finder, chain ? maker->type : find->target_type, find->param,
		chain ? find->target_type : maker->type, want, out, err);
}

/* To look up where each key of a column leads, or before that to make the column of what points. */
static enum hs_status linking_cost(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__column *column, uint64_t *out, struct hs_error *err)
{
	bool chain = cond->find->op == HS_FIND_CHAIN;
	struct hs__maker pointing;

	if (column) {
		*out = column->key_count * A_LINK;
		return HS_OK;
	}
	enum hs_status status = hs__maker_of(maker->finder, chain ? maker->type : cond->find->target_type,
		&pointing, err);

	*out = status == HS_OK ? 2 * hs__making_cost(&pointing) : 0;
	return status;
}

/* The links, when they are worth it. Of a column that is there only the keys that lead to the type are looked
 * up, which are counted when that may decide. */
static enum hs_status make_links(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t walking, uint64_t making, struct hs__linked *by, struct hs_error *err)
{
	const struct hs__column *column = by->column;
	enum hs__want want = hs__wanted(maker, members, walking, making);
	uint32_t target = cond->find->op == HS_FIND_CHAIN ? cond->find->target_type : maker->type;

	if (column && want == HS__WANT_LATER) {
		making = column->key_count / READ_A_BLOCK + hs__column_leading(column, target) * A_LINK;
		want = hs__wanted(maker, members, walking, making);
	}
	return hs__linked_of(maker, cond, want, by, err);
}

enum hs_status hs__follow(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, struct hs__following *out, struct hs_error *err)
{
	struct hs__following following = { .cost = limit };
	uint64_t walking = 0, making = 0, enough = 4 * hs__asking_cost(maker, HS__ALL) + 8 * WORTH_A_COLUMN;

	*out = following;
	if (hs__inner_kept(maker->finder, cond->find->target_type))
		return kept_cost(maker, cond, members, least(limit, enough), &out->cost, err);
	bool can = !((maker->type | cond->find->target_type) & HS_TYPE_CONTAINED);
	enum hs_status status = can ? hs__linked_of(maker, cond, HS__WANT_NOT, &following.by, err) : HS_OK;
	if (status == HS_OK && following.by.link && !following.by.link->led) {
		*out = (struct hs__following) { .by = following.by, .cost = 1 };
		return HS_OK;
	}
	if (status == HS_OK && can && !following.by.link)
		status = linking_cost(maker, cond, following.by.column, &making, err);
	/* Beyond that links are followed, or made, whatever more it costs. */
	limit = least(limit, making > enough ? making : enough);
	if (status == HS_OK)
		status = walking_cost(maker, cond, limit, &walking, err);
	if (status == HS_OK && can && !following.by.link)
		status = make_links(maker, cond, members, walking, making, &following.by, err);
	uint64_t aims = walking / A_LINK;
	if (status == HS_OK && following.by.link && walking >= limit)
		status = count_aims(maker, cond, following.by.column, limit, &aims, err);
	if (status == HS_OK && following.by.link)
		status = linked_cost(maker, cond, members, aims, limit, &following, err);
	if (status != HS_OK)
		return status;
	bool counted = walking < limit;
	if (following.by.link && (!counted || following.cost < walking || hs__columns_eager(maker->finder)))
		*out = following;
	else
		*out = (struct hs__following) { .cost = walking };
	return HS_OK;
}

enum hs_status hs__cost_of_links(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs__following following;
	enum hs_status status = hs__follow(maker, cond, members, limit, &following, err);

	*out = status == HS_OK ? following.cost : 0;
	return status;
}

/* ---- trees ---- */

enum hs_status hs__cost_of_not(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs__having_way way = { .column = NULL };
	uint64_t whole = 0;
	enum hs_status status = HS_OK;

	if (hs__are_missing(&cond->kids[0])) {
		status = hs__having_cost(maker, hs__having_any(hs__lacked(&cond->kids[0])), members, limit,
			&way, err);
		*out = way.cost;
		return status;
	}
	if (members == HS__ALL)
		status = hs__whole_cost(maker, &whole, err);
	/* What is to be taken away. */
	if (status == HS_OK && whole < limit)
		status = hs__set_cost(maker, &cond->kids[0], members, limit - whole, out, err);
	*out += whole;
	return status;
}

enum hs_status hs__cost_of_any(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct hs__key prefix;

	if (hs__column_prefix(maker, cond, &prefix))
		return hs__cost_of_entries(maker, cond, members, limit, out, err);
	for (size_t i = 0; i < cond->kid_count && *out < limit && status == HS_OK; i++) {
		uint64_t kid = 0;
		status = hs__set_cost(maker, &cond->kids[i], members, limit - *out, &kid, err);
		*out += kid;
	}
	return status;
}

/* What each block of the cheapest may hold is asked of the others. */
static enum hs_status others_cost(const struct hs__maker *maker, const struct hs__cond *cond, size_t cheapest,
	uint64_t members, uint64_t limit, uint64_t *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < cond->kid_count && *out < limit && status == HS_OK; i++) {
		uint64_t kid = 0, looks = hs__look_cost(&cond->kids[i]);
		if (i != cheapest)
			status = hs__set_cost(maker, &cond->kids[i], members, limit - *out, &kid, err);
		*out += members < HS__ALL / looks ? least(kid, members * looks) : kid;
	}
	return status;
}

/* The cheapest is read first. */
enum hs_status hs__cost_of_all(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	size_t cheapest = 0;

	*out = limit;
	if (!cond->kid_count)
		return hs__whole_cost(maker, out, err);
	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++) {
		uint64_t kid = 0;
		status = hs__set_cost(maker, &cond->kids[i], members, *out, &kid, err);
		cheapest = kid < *out ? i : cheapest;
		*out = least(*out, kid);
	}
	if (status == HS_OK)
		status = others_cost(maker, cond, cheapest, least(members, *out * HS__BLOCK_ROWS), limit, out,
			err);
	return status;
}
