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
	if (!hs__column_prefix(maker, cond, &prefix))
		return HS_OK;
	return hs__columns_get(maker->finder, maker->type, &prefix, dear, out, err);
}

/* A word of the rows that may have several keys of a component: all where no column tells. */
static uint64_t several(const struct hs__column *column, size_t word)
{
	return column && word < column->row_count / 64 ? column->several[word] : ~UINT64_C(0);
}

/* Adds those that have several keys of more than one component. */
static void add_doubts(const struct hs__set *found, const struct hs__column *const *columns, size_t count,
	struct hs__set *doubts)
{
	for (size_t word = 0; word < found->count; word++) {
		uint64_t of_one = 0, of_two = 0;
		for (size_t i = 0; i < count; i++) {
			uint64_t here = several(columns[i], word);
			of_two |= of_one & here;
			of_one |= here;
		}
		doubts->words[word] |= found->words[word] & of_two;
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
