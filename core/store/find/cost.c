/* SPDX-License-Identifier: Apache-2.0 */
/* What it costs to find the set of a condition, in blocks of entries, counted up to a limit. */
#include <core/store/find/set.h>

#define A_LINK 16u      /* blocks that are read in the time that a reference is followed */
#define KEPT_A_BLOCK 4u /* kept resources that their keeper goes along in the time that a block is read */

enum hs_status hs__ranges_cost(const struct hs__maker *maker, const struct hs__ranges *ranges, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	uint64_t total = ranges->row_count;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < ranges->count && total < limit && status == HS_OK; i++) {
		const struct hs__range *range = &ranges->items[i];
		uint64_t blocks = 0;
		status = hs__scan_blocks(maker->finder->txn, range->from,
			range->single ? HS_S_NONE : range->to, limit - total, &blocks, err);
		total += blocks + 1;
	}
	*out = total;
	return status;
}

static enum hs_status leaf_cost(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	struct hs__ranges ranges = { .items = NULL };
	enum hs_status status = hs__ranges_of(maker->finder, maker->type, cond, &ranges, err);

	return status == HS_OK ? hs__ranges_cost(maker, &ranges, limit, out, err) : status;
}

static enum hs_status link_cost(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	bool kept = hs__inner_kept(maker->finder, cond->find->target_type);
	uint64_t rows = 0, most = limit / A_LINK + 1;
	enum hs_status status = HS_OK;

	*out = limit;
	if (kept && cond->find->op == HS_FIND_HAS) {
		status = hs__inner_estimate(maker->finder, cond->find, limit * KEPT_A_BLOCK, &rows, err);
		*out = rows / KEPT_A_BLOCK + 1;
		return status;
	}
	status = kept ?
		hs__inner_estimate(maker->finder, cond->find, most, &rows, err) :
		hs__estimate(maker->finder, cond->find->target_type, &cond->kids[0], most, &rows, err);
	if (status == HS_OK && rows < limit / A_LINK)
		*out = rows * A_LINK;
	return status;
}

static enum hs_status kids_cost(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	bool all = cond->find->op != HS_FIND_OR && cond->find->op != HS_FIND_NOT;
	uint64_t total = all ? limit : 0;
	enum hs_status status = HS_OK;

	if (cond->find->op == HS_FIND_NOT && hs__are_missing(&cond->kids[0]))
		return hs__having_cost(maker, hs__having_any(hs__lacked(&cond->kids[0])), limit, out, err);
	if (cond->find->op == HS_FIND_NOT || (all && !cond->kid_count))
		status = hs__whole_cost(maker, limit, &total, err);
	for (size_t i = 0; i < cond->kid_count && status == HS_OK && (all || total < limit); i++) {
		uint64_t kid = 0;
		status = hs__set_cost(maker, &cond->kids[i], limit, &kid, err);
		total = !all ? total + kid : kid < total ? kid : total;
	}
	*out = total;
	return status;
}

/* In blocks, about; at most `limit` or somewhat more. */
enum hs_status hs__set_cost(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(maker->finder->arena);
	enum hs_status status = HS_OK;

	*out = 0;
	if (cond->nothing)
		return HS_OK;
	switch ((enum hs_find_op)cond->find->op) {
	case HS_FIND_AND:
	case HS_FIND_SAME_GROUP:
	case HS_FIND_OR:
	case HS_FIND_NOT:
		status = kids_cost(maker, cond, limit, out, err);
		break;
	case HS_FIND_MISSING:
		status = hs__having_cost(maker, hs__lacking(cond->find->param), limit, out, err);
		break;
	case HS_FIND_CHAIN:
	case HS_FIND_HAS:
		status = link_cost(maker, cond, limit, out, err);
		break;
	case HS_FIND_WORDS:
		*out = cond->row_count * HS__A_LOOK;
		break;
	default:
		status = leaf_cost(maker, cond, limit, out, err);
	}
	hs_arena_rollback(maker->finder->arena, mark);
	return status;
}
