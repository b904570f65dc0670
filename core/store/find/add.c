/* SPDX-License-Identifier: Apache-2.0 */
/* Making the set of a condition, one function for each kind; those that all must hold are in join.c. */
#include <core/store/find/set.h>

enum hs_status hs__add_entries(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__finds finds = { .maker = maker, .sure = into };
	uint64_t members = within ? hs__set_size(within) : HS__ALL;
	struct hs__lookup lookup;
	enum hs_status status = hs__look_up(maker, cond, members, HS__COST_DECIDES, &lookup, err);

	if (status == HS_OK)
		status = lookup.column ? hs__set_pay(maker, lookup.cost, err) :
					 hs__set_foresee(maker, lookup.cost, err);
	if (status != HS_OK)
		return status;
	if (lookup.column) {
		hs__trace_how(maker->finder, lookup.by_rows ? HS__HOW_ROWS : HS__HOW_KEYS,
			lookup.column->key_count, lookup.cost);
		status = hs__finds_column(&finds, &lookup, within, err);
	} else {
		hs__trace_how(maker->finder, HS__HOW_RANGES, lookup.ranges.count, lookup.cost);
		status = hs__finds_ranges(&finds, &lookup.ranges, err);
	}
	return status == HS_OK ? hs__finds_settle(&finds, &cond, 1, within, err) : status;
}

enum hs_status hs__add_any(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct hs__key prefix;

	if (hs__column_prefix(maker, cond, &prefix))
		return hs__add_entries(maker, cond, within, into, err);
	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++)
		status = hs__set_add(maker, &cond->kids[i], within, into, err);
	return status;
}

/* ---- what is there, and what is not ---- */

/* A set of its own of what is asked about: `within`, or all of the type. */
static enum hs_status copy_within(const struct hs__maker *maker, const struct hs__set *within,
	struct hs__set *out, struct hs_error *err)
{
	enum hs_status status = hs__set_empty(maker, out, err);

	if (status == HS_OK && within)
		hs__set_unite(out, within);
	else if (status == HS_OK)
		status = hs__set_add_whole(maker, out, err);
	return status;
}

enum hs_status hs__add_missing(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	return hs__set_add_having(maker, hs__lacking(cond->find->param), cond, within, into, err);
}

/* Not all of them are missing: one is there. */
static enum hs_status add_present(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	const struct hs__cond *missing = &cond->kids[0];
	enum hs_status status = HS_OK;

	if (hs__is_missing(missing))
		return hs__set_add_having(maker, hs__having_any(hs__lacked(missing)), cond, within, into,
			err);
	for (size_t i = 0; i < missing->kid_count && status == HS_OK; i++)
		status = hs__set_add_having(maker, hs__having_any(hs__lacked(&missing->kids[i])), cond,
			within, into, err);
	return status;
}

enum hs_status hs__add_not(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__set base, found;

	if (hs__are_missing(&cond->kids[0]))
		return add_present(maker, cond, within, into, err);
	enum hs_status status = copy_within(maker, within, &base, err);
	if (status == HS_OK)
		status = hs__set_empty(maker, &found, err);
	if (status == HS_OK)
		status = hs__set_add(maker, &cond->kids[0], &base, &found, err);
	if (status != HS_OK)
		return status;
	hs__set_subtract(&base, &found);
	hs__set_unite(into, &base);
	return HS_OK;
}

/* ---- other resources ---- */

/* Of what is not found by the index each one is looked at. */
static enum hs_status add_by_facts(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__set found;
	enum hs_status status = copy_within(maker, within, &found, err);

	if (status == HS_OK)
		status = hs__set_sift(maker, &found, &cond, 1, err);
	if (status == HS_OK)
		hs__set_unite(into, &found);
	return status;
}

/* One by one: what the search inside finds leads to ranges or rows. */
static enum hs_status add_inner(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__finds finds = { .maker = maker, .sure = into };
	struct hs__ranges ranges = { .items = NULL };
	enum hs_status status = hs__ranges_of(maker->finder, maker->type, cond, &ranges, err);

	if (status == HS_OK)
		status = hs__finds_ranges(&finds, &ranges, err);
	return status == HS_OK ? hs__finds_settle(&finds, &cond, 1, within, err) : status;
}

/* What is found behind the links, of all or of what `reached` has. */
static enum hs_status find_inside(const struct hs__maker *inner, const struct hs__cond *cond,
	const struct hs__set *reached, struct hs__set *out, struct hs_error *err)
{
	enum hs_status status = hs__set_empty(inner, out, err);

	if (status == HS_OK)
		status = hs__set_add(inner, &cond->kids[0], reached, out, err);
	if (status == HS_OK && reached)
		hs__set_intersect(out, reached);
	return status;
}

static void trace_following(const struct hs__maker *maker, const struct hs__following *following)
{
	const struct hs__column *column = following->by.column;
	enum hs__how how = !following->by.link ? HS__HOW_ONE_BY_ONE :
		following->reach               ? HS__HOW_REACH :
						 HS__HOW_LINKS;

	hs__trace_how(maker->finder, how, column ? column->key_count : 0, following->cost);
}

static enum hs_status add_chain_linked(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__following *following, const struct hs__set *within, struct hs__set *into,
	struct hs_error *err)
{
	const struct hs__column *column = following->by.column;
	const struct hs__link *link = following->by.link;
	struct hs__finds finds = { .maker = maker, .sure = into };
	struct hs__set reached, targets;
	struct hs__maker inner;
	enum hs_status status;

	if (!link->led)
		return HS_OK;
	status = hs__maker_of(maker->finder, cond->find->target_type, &inner, err);
	if (status == HS_OK && following->reach)
		status = hs__set_empty(&inner, &reached, err);
	if (status == HS_OK && following->reach)
		hs__set_add_pointed(column, link, within, NULL, &reached);
	if (status == HS_OK && following->reach)
		status = hs__set_keep_live(&inner, &reached, err);
	if (status == HS_OK)
		status = find_inside(&inner, cond, following->reach ? &reached : NULL, &targets, err);
	return status == HS_OK ? hs__finds_pointing(&finds, column, link, &targets, within, err) : status;
}

enum hs_status hs__add_chain(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	uint64_t members = within ? hs__set_size(within) : HS__ALL;
	struct hs__following following;
	enum hs_status status = hs__follow(maker, cond, members, HS__COST_DECIDES, &following, err);

	if (status == HS_OK)
		status = hs__set_foresee(maker, following.cost, err);
	if (status != HS_OK)
		return status;
	trace_following(maker, &following);
	return following.by.link ? add_chain_linked(maker, cond, &following, within, into, err) :
				   add_inner(maker, cond, within, into, err);
}

enum hs_status hs__set_keep_live(const struct hs__maker *maker, struct hs__set *set, struct hs_error *err)
{
	uint64_t live = 0, last = 0;
	struct hs__set whole;
	enum hs_status status = hs__find_live(maker->finder->txn, maker->type, &live, err);

	if (status == HS_OK)
		status = hs__find_last_row(maker->finder->txn, maker->type, &last, err);
	if (status != HS_OK || live == last)
		return status;
	status = copy_within(maker, NULL, &whole, err);
	if (status == HS_OK)
		hs__set_intersect(set, &whole);
	return status;
}

static enum hs_status add_has_linked(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__following *following, const struct hs__set *within, struct hs__set *into,
	struct hs_error *err)
{
	const struct hs__column *column = following->by.column;
	const struct hs__link *link = following->by.link;
	struct hs__set reached, sources, found;
	struct hs__maker inner;
	struct hs__finds finds = { .maker = &inner, .sure = &reached };
	enum hs_status status;

	if (!link->led)
		return HS_OK;
	status = hs__maker_of(maker->finder, cond->find->target_type, &inner, err);
	if (status == HS_OK && following->reach)
		status = hs__set_empty(&inner, &reached, err);
	if (status == HS_OK && following->reach)
		status = hs__finds_pointing(&finds, column, link, within, NULL, err);
	if (status == HS_OK)
		status = find_inside(&inner, cond, following->reach ? &reached : NULL, &sources, err);
	if (status == HS_OK)
		status = hs__set_empty(maker, &found, err);
	if (status != HS_OK)
		return status;
	hs__set_add_pointed(column, link, &sources, within, &found);
	status = hs__set_keep_live(maker, &found, err);
	if (status == HS_OK)
		hs__set_unite(into, &found);
	return status;
}

/* ---- what a keeper's resources point to ---- */

#define MEMBERS_MOST 4096u /* of more a keeper is not told who they are */

struct told {
	const struct hs__maker *maker;
	struct hs__set *into;
};

static enum hs_status on_row(void *arg, uint64_t row, struct hs_error *err)
{
	const struct told *told = arg;

	(void)err;
	hs__set_put(told->into, row);
	return HS_OK;
}

static enum hs_status on_id(void *arg, struct hs_slice id, struct hs_error *err)
{
	const struct told *told = arg;
	uint64_t row = 0;
	int found = hs__find_row(told->maker->finder, told->maker->type, id, &row, err);

	return found > 0 ? on_row(arg, row, err) : (enum hs_status)found;
}

static enum hs_status list_members(const struct hs__maker *maker, const struct hs__set *within,
	struct hs_links *ask, struct hs_error *err)
{
	uint64_t size = hs__set_size(within), row = 0;
	uint64_t *rows;

	if (size > MEMBERS_MOST)
		return HS_OK;
	rows = hs_arena_array(maker->finder->arena, (size_t)size + 1, sizeof(*rows));
	if (!rows)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	for (row = hs__set_next(within, 0); row != HS__NO_ROW; row = hs__set_next(within, row + 1))
		rows[ask->member_count++] = row;
	ask->members = rows;
	return HS_OK;
}

static enum hs_status add_told(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__set found;
	struct told told = { maker, &found };
	struct hs_links ask = {
		.has = cond->find, .type = maker->type, .each = on_id, .each_row = on_row, .arg = &told
	};
	enum hs_status status = hs__set_empty(maker, &found, err);

	if (status == HS_OK && within)
		status = list_members(maker, within, &ask, err);
	if (status == HS_OK)
		status = hs__inner_tell(maker->finder, &ask, err);
	if (status == HS_OK)
		status = hs__set_keep_live(maker, &found, err);
	if (status == HS_OK)
		hs__set_unite(into, &found);
	return status;
}

#define ASKED_SOONER 8u /* so few are looked at without asking a keeper first */

enum hs_status hs__add_has(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	uint64_t members = within ? hs__set_size(within) : HS__ALL;
	struct hs__following following;
	enum hs_status status = hs__follow(maker, cond, members, HS__COST_DECIDES, &following, err);

	if (status == HS_OK && following.by.link)
		status = hs__set_foresee(maker, following.cost, err);
	if (status != HS_OK)
		return status;
	trace_following(maker, &following);
	if (following.by.link)
		return add_has_linked(maker, cond, &following, within, into, err);
	status = hs__inner_kept(maker->finder, cond->find->target_type) ?
		add_told(maker, cond, within, into, err) :
		add_inner(maker, cond, within, into, err);
	if (status != HS_E_NOT_SUPPORTED)
		return status;
	/* A keeper that would look at all it has: then each one here is looked at instead, if there is
	 * anything to be found. */
	bool empty = false;
	status = members < ASKED_SOONER ? HS_OK : hs__inner_is_empty(maker->finder, cond->find, &empty, err);
	return status == HS_OK && !empty ? add_by_facts(maker, cond, within, into, err) : status;
}
