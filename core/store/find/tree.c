/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of conditions as the set of the rows that fulfil it: what each kind of condition costs, and how its
 * set is made. */
#include <core/store/find/set.h>

#define BITS 64u

static const struct kind {
	hs__cost_fn *cost;
	hs__add_fn *add;
} kinds[] = {
	[HS_FIND_AND] = { hs__cost_of_all, hs__add_all },
	[HS_FIND_OR] = { hs__cost_of_any, hs__add_any },
	[HS_FIND_NOT] = { hs__cost_of_not, hs__add_not },
	[HS_FIND_ID] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_UPDATED] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_TOKEN] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_STRING] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_URI] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_DATE] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_NUMBER] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_QUANTITY] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_REFERENCE] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_NEAR] = { hs__cost_of_entries, hs__add_entries },
	[HS_FIND_MISSING] = { hs__cost_of_missing, hs__add_missing },
	[HS_FIND_SAME_GROUP] = { hs__cost_of_group, hs__add_group },
	[HS_FIND_CHAIN] = { hs__cost_of_links, hs__add_chain },
	[HS_FIND_HAS] = { hs__cost_of_links, hs__add_has },
	[HS_FIND_WORDS] = { hs__cost_of_rows, hs__add_entries },
};

enum hs_status hs__set_cost(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(maker->finder->arena);

	*out = 0;
	if (cond->nothing)
		return HS_OK;
	enum hs_status status = kinds[cond->find->op].cost(maker, cond, members, limit, out, err);
	hs_arena_rollback(maker->finder->arena, mark);
	return status;
}

enum hs_status hs__set_add(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(maker->finder->arena);
	enum hs_status status = HS_OK;

	hs__trace_begin(maker->finder, cond, NULL, within, into);
	if (!cond->nothing)
		status = kinds[cond->find->op].add(maker, cond, within, into, err);
	hs__trace_end(maker->finder, into, within);
	hs_arena_rollback(maker->finder->arena, mark);
	return status;
}

enum hs_status hs__maker_of(struct hs__finder *finder, uint32_t type, struct hs__maker *out,
	struct hs_error *err)
{
	uint64_t last = 0;
	enum hs_status status = hs__find_last_row(finder->txn, type, &last, err);

	*out = (struct hs__maker) { finder, type,
		(size_t)(last / ((size_t)BITS * HS__LINE_WORDS) + 1) * HS__LINE_WORDS };
	return status;
}

enum hs_status hs__set_find(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__set *out, struct hs_error *err)
{
	struct hs__maker maker;
	enum hs_status status = hs__maker_of(finder, type, &maker, err);

	if (status == HS_OK)
		status = hs__set_empty(&maker, out, err);
	return status == HS_OK ? hs__set_add(&maker, cond, NULL, out, err) : status;
}
