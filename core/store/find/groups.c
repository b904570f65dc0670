/* SPDX-License-Identifier: Apache-2.0 */
/* Composites: of the resources that fulfil each component, those that do within one group.
 *
 * A group has entries of every component, or there is none (hs_index_row). So where all components but one
 * have a single key in a resource, each of its groups has just these keys, and the group of whatever fulfils
 * the other one fulfils them all. Only what has several keys of two components is in doubt: a column of
 * groups tells or, of few and where there is none, the facts do. */
#include <core/store/find/groups.h>

/* Of one component; NULL when its column is not there or not worth it. */
static enum hs_status column_of(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	const struct hs__column **out, struct hs_error *err)
{
	struct hs__key prefix;
	enum hs__want want = hs__wanted(maker, members, HS__ALL, hs__making_cost(maker));

	*out = NULL;
	if (!hs__column_prefix(maker, cond, &prefix))
		return HS_OK;
	return hs__columns_get(maker->finder, maker->type, &prefix, want, out, err);
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
	for (size_t word = hs__set_next_word(found, 0); word < found->count;
		word = hs__set_next_word(found, word + 1)) {
		uint64_t of_one = 0, of_two = 0, asked = found->words[word];
		for (size_t i = 0; i < count; i++) {
			uint64_t here = several(columns[i], word);
			of_two |= of_one & here;
			of_one |= here;
		}
		if (asked & of_two)
			*hs__set_open_word(doubts, word) |= asked & of_two;
	}
}

/* Where the keys of all components are. */
static enum hs_status ranges_of(const struct hs__maker *maker, const struct hs__cond *cond,
	struct hs__ranges *ranges, bool *can, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++) {
		status = hs__ranges_of(maker->finder, maker->type, &cond->kids[i], &ranges[i], err);
		*can &= ranges[i].row_count == 0;
	}
	return status;
}

/* Those of which the column says nothing. */
static enum hs_status add_unknown(const struct hs__column *column, const struct hs__set *rows,
	struct hs__finds *finds, struct hs_error *err)
{
	enum hs_status status = finds->doubts.words ? HS_OK :
						      hs__set_empty(finds->maker, &finds->doubts, err);
	size_t known = column->row_count / 64;

	if (status != HS_OK)
		return status;
	for (size_t i = hs__set_next_word(rows, 0); i < rows->count; i = hs__set_next_word(rows, i + 1)) {
		uint64_t unknown = rows->words[i] & (i < known ? ~column->several[i] : ~UINT64_C(0));
		if (unknown)
			*hs__set_open_word(&finds->doubts, i) |= unknown;
	}
	return status;
}

/* Keeps those of `rows` that fulfil the composite. */
static enum hs_status sift_by_column(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__column *column, const struct hs__ranges *ranges, struct hs__set *rows,
	struct hs_error *err)
{
	struct hs__set held;
	struct hs__finds finds = { .maker = maker, .sure = &held };
	enum hs_status status = hs__set_empty(maker, &held, err);

	hs__trace_begin(maker->finder, cond, NULL, rows, NULL);
	hs__trace_how(maker->finder, HS__HOW_GROUPS, column->key_count, hs__asking_cost(maker, HS__ALL));
	if (status == HS_OK)
		status = hs__finds_groups(&finds, column, ranges, rows, err);
	if (status == HS_OK)
		status = add_unknown(column, rows, &finds, err);
	if (status == HS_OK)
		status = hs__finds_settle(&finds, &cond, 1, rows, err);
	if (status == HS_OK)
		hs__set_intersect(rows, &held);
	hs__trace_end(maker->finder, rows, NULL);
	return status;
}

#define FEW 4u /* are sooner looked at */

static enum hs_status sift(const struct hs__maker *maker, const struct hs__cond *cond, struct hs__set *rows,
	struct hs_error *err)
{
	struct hs__ranges ranges[HS__COMPONENTS_MOST] = { { .items = NULL } };
	const struct hs__column *column = NULL;
	uint64_t count = hs__set_size(rows);
	struct hs__components components;
	enum hs_status status = HS_OK;
	struct hs__key prefix;
	bool can = hs__components_of(cond, &components);

	if (!count)
		return HS_OK;
	if (can && (count >= FEW || hs__columns_eager(maker->finder)))
		status = ranges_of(maker, cond, ranges, &can, err);
	else
		can = false;
	if (status == HS_OK && can) {
		hs__components_prefix(&components, &prefix);
		status = hs__columns_get(maker->finder, maker->type, &prefix,
			hs__wanted(maker, count, HS__ALL, HS__A_LOOK * hs__making_cost(maker)), &column, err);
	}
	if (status == HS_OK && column)
		status = hs__set_pay(maker, hs__asking_cost(maker, HS__ALL), err);
	if (status != HS_OK)
		return status;
	return column ? sift_by_column(maker, cond, column, ranges, rows, err) :
			hs__set_sift(maker, rows, &cond, 1, err);
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
	status = sift(maker, cond, &doubts, err);
	hs__set_unite(found, &doubts);
	return status;
}
