/* SPDX-License-Identifier: Apache-2.0 */
/* Composites as sets of rows: asked of their column of groups. Where there is none, the components are sets
 * of their own, and of what fulfils them all the facts tell what the index leaves in doubt. */
#include <core/store/find/groups.h>

enum hs_status hs__groups_column(const struct hs__maker *maker, const struct hs__cond *cond,
	enum hs__want want, const struct hs__column **out, struct hs_error *err)
{
	struct hs__components components;
	struct hs__key prefix;

	*out = NULL;
	if (!hs__components_of(cond, &components))
		return HS_OK;
	if (hs__columns_eager(maker->finder))
		want = HS__WANT_NOW;
	hs__components_prefix(&components, &prefix);
	return hs__columns_get(maker->finder, maker->type, &prefix, want, out, err);
}

/* ---- with the column ---- */

/* asked->column NULL: there is none. */
static enum hs_status ask(const struct hs__maker *maker, const struct hs__cond *cond,
	struct hs__asked_groups *asked, struct hs_error *err)
{
	*asked = (struct hs__asked_groups) { .column = NULL };
	enum hs_status status = hs__groups_column(maker, cond, HS__WANT_NOT, &asked->column, err);

	if (status != HS_OK || !asked->column)
		return status;
	if (!hs__components_read(&asked->column->prefix, &asked->components))
		return hs_fail(err, HS_E_INTERNAL, "a column without groups was asked for them");
	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++)
		status = hs__ranges_of(maker->finder, maker->type, &cond->kids[i], &asked->ranges[i], err);
	return status;
}

#define JUDGED_A_BLOCK 3u /* groups, component by component */
#define SEEN_A_BLOCK 40u  /* whose last component is judged already */
#define ASKED_A_BLOCK 64u /* rows that are told at once that none of theirs is meant */

/* The last component is judged once for all keys that have it. */
static uint64_t judging_cost(const struct hs__asked_groups *asked, uint64_t keys)
{
	const struct hs__column *column = asked->column;
	uint64_t parts = column->parts->counts[asked->components.count - 1];

	return (keys < parts ? keys : parts) / JUDGED_A_BLOCK + keys / SEEN_A_BLOCK;
}

/* Each row that is asked has groups of its own to judge, which need not be near the ranges, but for the first
 * component. */
static uint64_t cost_with(const struct hs__maker *maker, const struct hs__asked_groups *asked,
	uint64_t members, bool *by_rows)
{
	struct hs__extent extent;
	uint64_t first = 0;

	*by_rows = true;
	if (!hs__groups_measure(maker, asked, &extent, &first))
		return HS__ALL;
	uint64_t asking = 1 + members / ASKED_A_BLOCK + (first < members ? first : members) / JUDGED_A_BLOCK,
		 giving = judging_cost(asked, extent.keys) +
		hs__column_cost(asked->column, extent, HS__ALL, by_rows);

	*by_rows = asking < giving;
	return *by_rows ? asking : giving;
}

enum hs_status hs__cost_of_group(const struct hs__maker *maker, const struct hs__cond *cond, uint64_t members,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs__asked_groups asked;
	bool by_rows = false;
	enum hs_status status = ask(maker, cond, &asked, err);

	if (status == HS_OK && !asked.column)
		return hs__cost_of_all(maker, cond, members, limit, out, err);
	if (status == HS_OK)
		*out = cost_with(maker, &asked, members, &by_rows);
	return status;
}

static size_t next_word(const struct hs__set *within, size_t word)
{
	return within ? hs__set_next_word(within, word) : word;
}

/* Those of which the column says nothing. */
static enum hs_status add_unknown(const struct hs__column *column, const struct hs__set *within,
	struct hs__finds *finds, struct hs_error *err)
{
	size_t known = column->row_count / 64, words = finds->maker->words;
	uint64_t last = 0;
	enum hs_status status = hs__find_last_row(finds->maker->finder->txn, finds->maker->type, &last, err);

	if (words > last / 64 + 1)
		words = (size_t)(last / 64 + 1);
	for (size_t i = next_word(within, 0); i < words && status == HS_OK; i = next_word(within, i + 1)) {
		uint64_t unknown = i < known ? ~column->known[i] : ~UINT64_C(0);
		unknown &= within ? hs__set_word(within, i) : ~UINT64_C(0);
		if (!unknown)
			continue;
		if (!finds->doubts.words)
			status = hs__set_empty(finds->maker, &finds->doubts, err);
		if (status == HS_OK)
			*hs__set_open_word(&finds->doubts, i) |= unknown;
	}
	return status;
}

static enum hs_status add_with(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__asked_groups *asked, const struct hs__set *within, struct hs__set *into,
	struct hs_error *err)
{
	struct hs__finds finds = { .maker = maker, .sure = into };
	uint64_t members = within ? hs__set_size(within) : HS__ALL, cost;
	bool by_rows = false;

	cost = cost_with(maker, asked, members, &by_rows);
	enum hs_status status = hs__set_pay(maker, cost, err);
	hs__trace_how(maker->finder, by_rows ? HS__HOW_GROUPS_OF_ROWS : HS__HOW_GROUPS,
		asked->column->key_count, cost);
	if (status == HS_OK)
		status = hs__finds_groups(&finds, asked, by_rows, within, err);
	if (status == HS_OK)
		status = add_unknown(asked->column, within, &finds, err);
	return status == HS_OK ? hs__finds_settle(&finds, &cond, 1, within, err) : status;
}

enum hs_status hs__add_group(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *within, struct hs__set *into, struct hs_error *err)
{
	struct hs__asked_groups asked;
	enum hs_status status = ask(maker, cond, &asked, err);

	if (status != HS_OK)
		return status;
	return asked.column ? add_with(maker, cond, &asked, within, into, err) :
			      hs__add_all(maker, cond, within, into, err);
}

/* ---- without it ---- */

/* Those of `found` that may have several entries of more than one component. */
static enum hs_status add_doubts(const struct hs__maker *maker, const struct hs__cond *cond,
	const struct hs__set *found, struct hs__set *doubts, struct hs_error *err)
{
	struct hs__set before, here;
	enum hs_status status = hs__set_empty(maker, &before, err);

	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++) {
		const struct hs__cond *kid = &cond->kids[i];
		struct hs__set twice;
		status = hs__set_empty(maker, &here, err);
		if (status == HS_OK)
			status = hs__set_add_having(maker, hs__having_several(kid->find->param), kid, found,
				&here, err);
		if (status == HS_OK)
			status = hs__set_empty(maker, &twice, err);
		if (status != HS_OK)
			break;
		hs__set_intersect(&here, found);
		hs__set_unite(&twice, &here);
		hs__set_intersect(&twice, &before);
		hs__set_unite(doubts, &twice);
		hs__set_unite(&before, &here);
	}
	return status;
}

static enum hs_status keep_with_column(const struct hs__maker *maker, const struct hs__cond *cond,
	struct hs__set *rows, struct hs_error *err)
{
	struct hs__set held;
	enum hs_status status = hs__set_empty(maker, &held, err);

	if (status == HS_OK)
		status = hs__set_add(maker, cond, rows, &held, err);
	if (status == HS_OK)
		hs__set_intersect(rows, &held);
	return status;
}

#define FEW 4u /* are sooner looked at than asked about */

enum hs_status hs__set_settle_groups(const struct hs__maker *maker, struct hs__set *found,
	const struct hs__cond *cond, uint64_t paid, struct hs_error *err)
{
	const struct hs__column *column = NULL;
	struct hs__set doubts;
	enum hs_status status = hs__set_empty(maker, &doubts, err);

	if (status == HS_OK && hs__set_size(found) < FEW)
		hs__set_unite(&doubts, found);
	else if (status == HS_OK)
		status = add_doubts(maker, cond, found, &doubts, err);
	if (status != HS_OK)
		return status;
	/* For the next search. */
	paid += hs__set_size(&doubts) * HS__A_LOOK;
	status = hs__groups_column(maker, cond,
		hs__wanted(maker, HS__ALL, paid, HS__A_LOOK * hs__making_cost(maker)), &column, err);
	hs__set_subtract(found, &doubts);
	if (status == HS_OK)
		status = column ? keep_with_column(maker, cond, &doubts, err) :
				  hs__set_sift(maker, &doubts, &cond, 1, err);
	hs__set_unite(found, &doubts);
	return status;
}
