/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of conditions as the set of the rows that fulfil it. */
#include <core/store/find/set.h>

#define BITS 64u

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

static enum hs_status add_not(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__set base, found;
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

enum hs_status hs__set_add(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(maker->finder->arena);
	enum hs_status status = HS_OK;

	if (cond->nothing)
		return HS_OK;
	switch ((enum hs_find_op)cond->find->op) {
	case HS_FIND_AND:
	case HS_FIND_SAME_GROUP:
		status = hs__set_add_all_of(maker, cond, within, into, err);
		break;
	case HS_FIND_OR:
		for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++)
			status = hs__set_add(maker, &cond->kids[i], within, into, err);
		break;
	case HS_FIND_NOT:
		status = hs__are_missing(&cond->kids[0]) ? add_present(maker, cond, within, into, err) :
							   add_not(maker, cond, within, into, err);
		break;
	case HS_FIND_MISSING:
		status = hs__set_add_having(maker, hs__lacking(cond->find->param), cond, within, into, err);
		break;
	default:
		status = hs__set_add_leaf(maker, cond, within, into, err);
		/* A keeper that would look at all it has: then each one here is looked at instead. */
		if (status == HS_E_NOT_SUPPORTED && cond->find->op == HS_FIND_HAS)
			status = add_by_facts(maker, cond, within, into, err);
	}
	hs_arena_rollback(maker->finder->arena, mark);
	return status;
}

enum hs_status hs__set_find(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__set *out, struct hs_error *err)
{
	struct hs__maker maker = { .finder = finder, .type = type };
	uint64_t last = 0;
	enum hs_status status = hs__find_last_row(finder->txn, type, &last, err);

	maker.words = (size_t)(last / BITS + 1);
	if (status == HS_OK)
		status = hs__set_empty(&maker, out, err);
	return status == HS_OK ? hs__set_add(&maker, cond, NULL, out, err) : status;
}
