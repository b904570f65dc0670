/* SPDX-License-Identifier: Apache-2.0 */
/* A page in the making: the best of all that are put on it. */
#include <core/store/find/finder.h>

#include <stdlib.h>

static __thread const struct hs_find_query *sorting; /* qsort has no argument for it */

static int by_rank(const void *a, const void *b)
{
	return hs__rank_compare(sorting, a, b);
}

void hs__page_cut(struct hs__page *page)
{
	size_t most = (size_t)page->query->count + 1;

	sorting = page->query;
	if (page->count > 1)
		qsort(page->items, page->count, sizeof(page->items[0]), by_rank);
	page->full = page->count >= most;
	if (page->full)
		page->count = most;
}

enum hs_status hs__page_too_much(struct hs_error *err)
{
	return hs_fail(err, HS_E_TOO_COSTLY,
		"the search finds too much to sort; narrow it, or ask for fewer");
}

enum hs_status hs__page_add(struct hs__page *page, const struct hs__ranked *ranked, struct hs_error *err)
{
	const struct hs_find_query *query = page->query;
	size_t most = (size_t)query->count + 1;
	struct hs__ranked kept = *ranked;

	if (page->after && hs__rank_compare(query, ranked, page->after) <= 0)
		return HS_OK;
	if (page->count >= 2 * most)
		hs__page_cut(page);
	/* Since the last cut this item is the worst that is still of interest. */
	if (page->full && hs__rank_compare(query, ranked, &page->items[most - 1]) > 0)
		return HS_OK;
	if (page->count == page->room) {
		size_t room = page->room ? page->room * 2 : 64;
		struct hs__ranked *items = hs_arena_grow(page->arena, page->items,
			page->room * sizeof(*items), room * sizeof(*items));
		if (!items)
			return hs__page_too_much(err);
		page->items = items;
		page->room = room;
	}
	if (!hs__rank_keep(page->arena, query, &kept))
		return hs__page_too_much(err);
	page->items[page->count++] = kept;
	return HS_OK;
}
