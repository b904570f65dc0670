/* SPDX-License-Identifier: Apache-2.0 */
/* Chains and _has that find nothing, told by what stands behind their links.
 *
 * What is behind a link is often of a small type and soon asked, while to follow the link costs as much as
 * the large type that it comes from. When the end of a chain finds nothing, neither does the chain, nor
 * whatever must hold beside it; so that is asked before anything dear. */
#include <core/store/find/set.h>

/* The set itself, when it costs no more than *left. */
static enum hs_status look(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t *left,
	bool *out, struct hs_error *err)
{
	uint64_t cost = 0;
	struct hs__set found;
	enum hs_status status = hs__set_cost(maker, cond, HS__ALL, *left + 1, &cost, err);

	if (status != HS_OK || cost > *left)
		return status;
	*left -= cost;
	status = hs__set_empty(maker, &found, err);
	if (status == HS_OK)
		status = hs__set_add(maker, cond, NULL, &found, err);
	*out = status == HS_OK && hs__set_next(&found, 0) == HS__NO_ROW;
	return status;
}

static enum hs_status search_behind(const struct hs__maker *maker, const struct hs__cond *cond,
	uint64_t *left, bool *out, struct hs_error *err)
{
	uint32_t type = cond->find->target_type;
	struct hs__linked by = { .link = NULL };
	struct hs__maker inner;

	if (((maker->type | type) & HS_TYPE_CONTAINED) || hs__inner_kept(maker->finder, type))
		return HS_OK;
	enum hs_status status = hs__linked_of(maker, cond, HS__WANT_NOT, &by, err);
	*out = by.link && !by.link->led;
	if (*out)
		return status;
	if (status == HS_OK)
		status = hs__maker_of(maker->finder, type, &inner, err);
	return status == HS_OK ? hs__finds_nothing(&inner, &cond->kids[0], left, out, err) : status;
}

static enum hs_status look_behind(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t *left,
	bool *out, struct hs_error *err)
{
	uint64_t some = 1;
	struct hs__set told = { &some, 1, NULL };

	hs__trace_begin(maker->finder, cond, NULL, NULL, NULL);
	enum hs_status status = search_behind(maker, cond, left, out, err);
	some = *out ? 0 : 1;
	hs__trace_how(maker->finder, HS__HOW_BEHIND, 0, 0);
	hs__trace_end(maker->finder, &told, NULL);
	return status;
}

/* One of those that must all hold finds nothing, or each of those of which any is enough. */
static enum hs_status look_at_kids(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t *left,
	bool *out, struct hs_error *err)
{
	bool enough = cond->find->op == HS_FIND_AND, nothing = !enough;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < cond->kid_count && nothing != enough && status == HS_OK; i++) {
		nothing = false;
		status = hs__finds_nothing(maker, &cond->kids[i], left, &nothing, err);
	}
	*out = nothing;
	return status;
}

enum hs_status hs__finds_nothing(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t *left,
	bool *out, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(maker->finder->arena);
	unsigned op = cond->find->op;
	enum hs_status status = HS_OK;

	*out = cond->nothing;
	if (!cond->nothing && (op == HS_FIND_CHAIN || op == HS_FIND_HAS))
		status = look_behind(maker, cond, left, out, err);
	else if (!cond->nothing && (op == HS_FIND_AND || op == HS_FIND_OR))
		status = look_at_kids(maker, cond, left, out, err);
	else if (!cond->nothing)
		status = look(maker, cond, left, out, err);
	hs_arena_rollback(maker->finder->arena, mark);
	return status;
}
