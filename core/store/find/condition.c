/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling a tree of search conditions: names become numbers, shapes are checked. */
#include <core/store/find/finder.h>

#define KIDS_MAX 100000u

static enum hs_status check_shape(const struct hs_find *find, unsigned depth, struct hs_error *err)
{
	bool one = find->op == HS_FIND_NOT || find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS;

	HS_ASSERT(find->op <= HS_FIND_WORDS && (!one || find->kid_count == 1));
	if (depth > HS__FIND_DEPTH || find->kid_count > KIDS_MAX)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; split it");
	return HS_OK;
}

static bool needs_param(unsigned op)
{
	return op >= HS_FIND_TOKEN && op != HS_FIND_MISSING && op != HS_FIND_SAME_GROUP &&
		op != HS_FIND_WORDS;
}

enum hs_status hs__cond_make(struct hs__finder *finder, const struct hs_find *find, unsigned depth,
	struct hs__cond *out, struct hs_error *err)
{
	struct hs__cond made = { .find = find, .kid_count = find->kid_count };
	enum hs_status status = check_shape(find, depth, err);

	if (status != HS_OK)
		return status;
	if (needs_param(find->op) && find->param == 0)
		made.nothing = true;
	if ((find->op == HS_FIND_TOKEN && !find->any_system && find->system.len) ||
		(find->op == HS_FIND_QUANTITY && !find->any_system && find->system.len)) {
		made.system = hs_txn_number(finder->txn, HS_SPACE_SYSTEM, find->system, false);
		made.nothing |= made.system == 0;
	}
	if (find->op == HS_FIND_CHAIN && (find->target_type & HS_TYPE_CONTAINED)) {
		uint64_t live = 0;
		status = hs__find_live(finder->txn, find->target_type, &live, err);
		made.nothing |= live == 0;
	}
	if (status == HS_OK && find->op == HS_FIND_WORDS)
		status = hs__words_find(finder, find, &made, err);
	if (find->kid_count) {
		made.kids = hs_arena_array(finder->arena, find->kid_count, sizeof(made.kids[0]));
		if (!made.kids)
			return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; split it");
	}
	for (size_t i = 0; i < find->kid_count && status == HS_OK; i++)
		status = hs__cond_make(finder, find->kids[i], depth + 1, &made.kids[i], err);
	if (status == HS_OK)
		*out = made;
	return status;
}
