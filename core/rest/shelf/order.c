/* SPDX-License-Identifier: Apache-2.0 */
/* The order of what a search finds, the same for resources of the shelf and stored ones. */
#include <core/rest/shelf/values.h>

static struct hs__shelf_sort_key key_of(const struct hs_index_row *row)
{
	struct hs__shelf_sort_key key = { .any = true, .text = row->text };
	if (row->kind == HS_INDEX_DATE) {
		key.time = row->lo;
		key.text = HS_S_NONE;
	} else if (row->kind == HS_INDEX_NUMBER || row->kind == HS_INDEX_QUANTITY) {
		key.real = true;
		key.number = row->low;
		key.text = HS_S_NONE;
	}
	return key;
}

static int compare_keys(const struct hs__shelf_sort_key *a, const struct hs__shelf_sort_key *b, bool fold)
{
	if (a->real)
		return a->number < b->number ? -1 : a->number > b->number;
	if (a->text.len == 0 && b->text.len == 0)
		return a->time < b->time ? -1 : a->time > b->time;
	return hs__shelf_compare_texts(a->text, b->text, fold);
}

void hs__shelf_rank(const struct hs_search *search, struct hs_slice id, int64_t updated_ms,
	const struct hs_index_row *rows, size_t count, struct hs__shelf_rank *out)
{
	memset(out, 0, sizeof *out);
	for (size_t s = 0; s < search->sort_count; s++) {
		const struct hs_find_sort *sort = &search->sort[s];
		struct hs__shelf_sort_key *best = &out->values[s];
		if (sort->special == HS_SORT_ID)
			*best = (struct hs__shelf_sort_key) { .any = true, .text = id };
		else if (sort->special == HS_SORT_UPDATED)
			*best = (struct hs__shelf_sort_key) { .any = true, .time = updated_ms };
		for (size_t i = 0; sort->special == HS_SORT_PARAM && i < count; i++) {
			if (rows[i].param != sort->param)
				continue;
			struct hs__shelf_sort_key key = key_of(&rows[i]);
			int order = best->any ? compare_keys(&key, best, sort->kind == HS_INDEX_TOKEN) : -1;
			if (!best->any || (sort->falling ? order > 0 : order < 0))
				*best = key;
		}
	}
}

int hs__shelf_compare(const struct hs_search *search, const struct hs__shelf_rank *a,
	const struct hs__shelf_rank *b)
{
	for (size_t s = 0; s < search->sort_count; s++) {
		const struct hs__shelf_sort_key *left = &a->values[s], *right = &b->values[s];
		if (left->any != right->any)
			return left->any ? -1 : 1;
		/* The store has ids in the order of their bytes. */
		bool fold = search->sort[s].special == HS_SORT_PARAM &&
			search->sort[s].kind == HS_INDEX_TOKEN;
		int order = left->any ? compare_keys(left, right, fold) : 0;
		if (order)
			return search->sort[s].falling ? -order : order;
	}
	return 0;
}
