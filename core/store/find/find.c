/* SPDX-License-Identifier: Apache-2.0 */
/* A search from query to page. */
#include <core/store/find/set.h>

/* Scratch memory of one search; more than that is too costly. */
#define SCRATCH ((size_t)192 << 20)
#define COUNT_MAX 100000u
/* One condition after another finds a page soon when many fulfil them all. When so much was looked at that
 * does not, they are few, and what each condition finds is joined: the sooner, the less there is to join. */
#define PATIENCE 512u /* blocks of entries (cost.c) that could have been read meanwhile */
#define PATIENCE_LEAST 32u
#define ROWS_A_BLOCK 4u /* that each condition is asked of, or reads */

struct search {
	struct hs__finder *finder;
	const struct hs__cond *where;
	struct hs__page *page;
};

/* In order of row: the first ones after the mark are the page. */
static int take_in_order(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	struct search *search = arg;
	struct hs__page *page = search->page;
	struct hs__ranked ranked = { .row = subject->row };
	enum hs_status status = hs__page_add(page, &ranked, err);

	return status == HS_OK ? page->count > page->query->count : (int)status;
}

static int take_ranked(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	unsigned char space[HS__FIND_SORTS][HS__KEY_SORT];
	struct search *search = arg;
	struct hs__ranked ranked;

	hs__rank(search->page->query, search->where, subject, &ranked, space);
	return (int)hs__page_add(search->page, &ranked, err);
}

static uint32_t patience_with(const struct hs__plan *plan, const struct hs__cond *where)
{
	uint64_t rows = plan->estimate, blocks = PATIENCE;

	if (rows < (uint64_t)(PATIENCE - PATIENCE_LEAST) * ROWS_A_BLOCK)
		blocks = PATIENCE_LEAST + rows / ROWS_A_BLOCK;
	uint64_t looks = blocks / hs__look_cost(where);

	return looks ? (uint32_t)looks : 1;
}

static enum hs_status fill_page(struct hs__finder *finder, struct hs__plan *plan,
	const struct hs__cond *where, struct hs__page *page, struct hs_error *err)
{
	const struct hs_find_query *query = page->query;
	struct search search = { .finder = finder, .where = where, .page = page };
	bool sorted = query->sort_count > 0;
	struct hs__run run = { .where = where,
		.type = query->type,
		.after_row = !sorted && page->after ? page->after->row : 0,
		.with_facts = sorted,
		.patience = sorted || !where ? 0 : patience_with(plan, where),
		.fn = sorted ? take_ranked : take_in_order,
		.arg = &search };
	enum hs_status status = HS_OK;

	if (sorted && plan->way == HS__WAY_SET && hs__sorted_can(query->sort))
		status = hs__set_find(finder, query->type, where, &plan->set, err);
	if (status != HS_OK || plan->set.words || plan->way == HS__WAY_SORTED)
		return status == HS_OK ? hs__sorted_run(finder, where, page, &plan->set, err) : status;
	status = hs__run(finder, plan, &run, err);
	if (status == HS_OK && hs__run_gave_up(&run)) {
		plan->way = HS__WAY_SET;
		run.patience = 0;
		run.after_row = run.last_row;
		status = hs__run(finder, plan, &run, err);
	}
	if (sorted)
		hs__page_cut(page);
	return status;
}

static int count_one(const struct hs__subject *subject, void *arg, struct hs_error *err)
{
	uint64_t *total = arg;

	(void)subject;
	(void)err;
	++*total;
	return 0;
}

/* What a page made of the set of all that is found is not made again. */
static enum hs_status count_all(struct hs__finder *finder, uint32_t type, const struct hs__cond *where,
	const struct hs__set *known, uint64_t *total, struct hs_error *err)
{
	struct hs_find_query all = { .type = type, .want_total = true };
	struct hs__run run = { .where = where, .type = type, .fn = count_one, .arg = total };
	struct hs__plan plan;

	if (!where)
		return hs__find_live(finder->txn, type, total, err);
	if (known->words) {
		*total = hs__set_size(known);
		return HS_OK;
	}
	enum hs_status status = hs__plan_make(finder, &all, where, &plan, err);
	/* Gathering tells whether what was found must be checked. */
	if (status == HS_OK)
		status = hs__run_count(finder, &plan, type, where, total, err);
	if (status != HS_OK || !plan.verify || plan.way == HS__WAY_SET)
		return status;
	*total = 0;
	return hs__run(finder, &plan, &run, err);
}

static enum hs_status fetch_page(struct hs__finder *finder, struct hs_arena *arena,
	const struct hs__page *found, struct hs_find_page *out, struct hs_error *err)
{
	const struct hs_find_query *query = found->query;
	struct hs_find_page page = { .total = found->total };
	enum hs_status status = HS_OK;

	page.count = found->count < query->count ? found->count : query->count;
	page.items = hs_arena_array(arena, page.count ? page.count : 1, sizeof(page.items[0]));
	if (!page.items)
		return hs_fail(err, HS_E_LIMIT, "the page does not fit in memory; ask for fewer (_count)");
	for (size_t i = 0; i < page.count && status == HS_OK; i++)
		status = hs__find_fetch(finder->txn, arena, query->type, found->items[i].row,
			query->keys_only, &page.items[i], err);
	if (status == HS_OK && query->count && found->count > query->count) {
		page.next = hs__cursor_write(arena, query, &found->items[query->count - 1]);
		if (!page.next.ptr)
			return hs_fail(err, HS_E_LIMIT,
				"the page does not fit in memory; ask for fewer (_count)");
	}
	if (status == HS_OK)
		*out = page;
	return status;
}

static enum hs_status find_here(struct hs__finder *finder, struct hs_arena *arena,
	const struct hs_find_query *query, struct hs_find_page *out, struct hs_error *err)
{
	struct hs_find_query paging = *query;
	struct hs__page page = { .query = &paging, .arena = finder->arena };
	struct hs__ranked after;
	struct hs__cond cond;
	const struct hs__cond *where = query->where ? &cond : NULL;
	struct hs__plan plan = { .verify = false };
	enum hs_status status = hs__find_settle(finder->txn, err);

	paging.want_total = query->want_total && where;
	for (size_t i = 0; i < query->sort_count; i++)
		finder->scored |= query->sort[i].special == HS_SORT_SCORE;
	if (status == HS_OK && query->after.len) {
		status = hs__cursor_read(finder->arena, query, &after, err);
		page.after = &after;
	}
	if (status == HS_OK && where)
		status = hs__cond_make(finder, query->type, query->where, 0, &cond, err);
	if (status == HS_OK && query->count)
		status = hs__plan_make(finder, &paging, where, &plan, err);
	if (status == HS_OK && query->count)
		status = fill_page(finder, &plan, where, &page, err);
	bool whole = query->count && !page.after && page.count <= query->count;
	if (whole)
		page.total = page.count;
	else if (status == HS_OK && query->want_total)
		status = count_all(finder, query->type, where, &plan.set, &page.total, err);
	return status == HS_OK ? fetch_page(finder, arena, &page, out, err) : status;
}

enum hs_status hs_txn_find(struct hs_txn *txn, struct hs_arena *arena, const struct hs_find_query *query,
	struct hs_find_page *out, struct hs_error *err)
{
	void *state = NULL;
	const struct hs_keeper *keeper = hs__find_keeper(txn, query->type, &state);

	HS_ASSERT(query->type && query->sort_count <= HS__FIND_SORTS);
	if (query->count > COUNT_MAX)
		return hs_fail(err, HS_E_TOO_COSTLY, "a page has at most %u entries", COUNT_MAX);
	if (keeper && hs__words_in(query->where))
		return hs__words_refuse(err);
	if (keeper)
		return keeper->find(txn, arena, state, query, out, err);
	struct hs__finder finder = { .txn = txn, .arena = hs_arena_new(SCRATCH) };
	enum hs_status status = find_here(&finder, arena, query, out, err);
	hs__columns_release(&finder);
	hs_arena_free(finder.arena);
	return status;
}
