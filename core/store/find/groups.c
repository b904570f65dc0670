/* SPDX-License-Identifier: Apache-2.0 */
/* Composites: of the resources that fulfil each component, those that do within one group.
 *
 * A group has entries of every component, or there is none (hs_index_row). So where all components but one
 * have a single key in a resource, each of its groups has just these keys, and the group of whatever fulfils
 * the other one fulfils them all. Only for what has several keys of two components the facts must tell the
 * groups. */
#include <core/store/find/set.h>

/* Of one component; NULL when its column is not there or not worth it. */
static enum hs_status column_of(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	const struct hs__column **out, struct hs_error *err)
{
	struct hs__key prefix;
	bool dear = hs__is_dear(maker, members, HS__ALL);

	*out = NULL;
	if (!hs__column_prefix(maker, cond->find, &prefix))
		return HS_OK;
	return hs__columns_get(maker->finder, maker->type, &prefix, dear, out, err);
}

static bool has_several(const struct hs__column *column, uint64_t row)
{
	return !column || row >= column->row_count || (column->rows[row] & HS__COLUMN_SEVERAL);
}

/* Adds those that have several keys of more than one component. */
static void add_doubts(const struct hs__set *found, const struct hs__column *const *columns, size_t count,
	struct hs__set *doubts)
{
	for (uint64_t row = hs__set_next(found, 0); row != HS__NO_ROW; row = hs__set_next(found, row + 1)) {
		unsigned several = 0;
		for (size_t i = 0; i < count && several < 2; i++)
			several += has_several(columns[i], row);
		if (several > 1)
			hs__set_put(doubts, row);
	}
}

enum hs_status hs__set_settle_groups(const struct hs__maker *maker, struct hs__set *found,
	const struct hs__cond *cond, struct hs_error *err)
{
	const struct hs__column **columns = hs_arena_array(maker->finder->arena, cond->kid_count + 1,
		sizeof(struct hs__column *));
	uint64_t members = hs__set_size(found);
	struct hs__set doubts;

	if (!columns)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	enum hs_status status = hs__set_empty(maker, &doubts, err);
	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++)
		status = column_of(maker, &cond->kids[i], members, &columns[i], err);
	if (status != HS_OK)
		return status;
	add_doubts(found, columns, cond->kid_count, &doubts);
	hs__set_subtract(found, &doubts);
	status = hs__set_sift(maker, &doubts, &cond, 1, err);
	hs__set_unite(found, &doubts);
	return status;
}
