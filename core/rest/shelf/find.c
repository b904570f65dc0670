/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the shelf: the items that a condition finds, then their order. */
#include <core/rest/shelf/sets.h>
#include <core/rest/shelf/values.h>

#include <stdlib.h>

#define SCRATCH ((size_t)256 << 20)
#define QUICK_VALUES 4096u /* that a search may be tried on where nothing may wait for it */

/* ---- what it takes ---- */

/* Counts the conditions that are tried on all values of a parameter; false: it looks at items. As deep as the
 * tree, which the parser limits. */
static bool count_wide(const struct hs_find *find, size_t *wide)
{
	struct hs_slice text;
	uint8_t kind;
	if (find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS || find->op == HS_FIND_WORDS)
		return false;
	for (size_t i = 0; i < find->kid_count; i++) {
		if (!count_wide(find->kids[i], wide))
			return false;
	}
	*wide += find->kid_count == 0 && find->op != HS_FIND_ID && find->op != HS_FIND_UPDATED &&
		hs__shelf_which(find, &kind, &text) < HS__SHELF_OF_START;
	return true;
}

bool hs__shelf_is_quick(const struct hs__shelf_type *type, const struct hs_search *search)
{
	size_t wide = 0;
	return search->where ? count_wide(search->where, &wide) && wide * type->value_count <= QUICK_VALUES :
			       search->sort_count == 0;
}

/* ---- order ---- */

/* The entries of items that a search is sorted by. */
struct sorting {
	const struct hs_search *search;
	const struct hs__shelf *shelf;
	struct hs__shelf_stretch stretches[4];
	struct hs_index_row *rows; /* room for all of an item */
};

static enum hs_status prepare(struct sorting *sorting, const struct hs__shelf_type *type,
	struct hs_arena *scratch, struct hs_error *err)
{
	const struct hs_search *search = sorting->search;
	for (size_t i = 0; i < search->sort_count; i++) {
		if (search->sort[i].special == HS_SORT_PARAM)
			sorting->stretches[i] = hs__shelf_stretch(sorting->shelf, type, HS__SHELF_OF_PARAM,
				search->sort[i].param, 0, HS_S_NONE);
	}
	/* Raw, for one item may have tens of thousands and most have few. */
	sorting->rows = hs_arena_raw(scratch, ((size_t)type->rows_most + 1) * sizeof *sorting->rows);
	return sorting->rows ? HS_OK : hs_fail(err, HS_E_LIMIT, "the search is too large");
}

static bool is_sorted_by(const struct sorting *sorting, uint32_t value)
{
	for (size_t i = 0; i < sorting->search->sort_count; i++) {
		if (value >= sorting->stretches[i].first && value < sorting->stretches[i].end)
			return true;
	}
	return false;
}

/* NULL: memory is out. */
static struct hs__shelf_rank *rank_of(const struct sorting *sorting, struct hs_arena *arena,
	const struct hs__shelf_item *item)
{
	const struct hs__shelf *shelf = sorting->shelf;
	struct hs__shelf_rank *rank = hs_arena_alloc(arena, sizeof *rank);
	size_t count = 0;
	for (uint32_t i = 0; rank && i < item->row_count; i++) {
		uint32_t value = shelf->rows[item->row_first + i].value;
		if (is_sorted_by(sorting, value))
			sorting->rows[count++] = hs__shelf_entry(shelf, &shelf->values[value]);
	}
	if (rank)
		hs__shelf_rank(sorting->search, hs_image_text(shelf->image, item->id), item->updated_ms,
			sorting->rows, count, rank);
	return rank;
}

static int by_rank(const void *a, const void *b, void *search)
{
	const struct hs__shelf_hit *left = a, *right = b;
	int order = hs__shelf_compare(search, left->rank, right->rank);
	return order ? order : left->at < right->at ? -1 : left->at > right->at;
}

static enum hs_status put_in_order(struct hs__links *links, const struct hs__shelf_type *type,
	const struct hs_search *search, struct hs_arena *scratch, struct hs__shelf_hits *hits,
	struct hs_error *err)
{
	struct sorting sorting = { .search = search, .shelf = links->env->rest->shelf };
	enum hs_status status = prepare(&sorting, type, scratch, err);
	for (size_t i = 0; status == HS_OK && i < hits->count; i++) {
		struct hs__shelf_hit *hit = &hits->items[i];
		hit->rank = rank_of(&sorting, links->arena, hs__shelf_item(sorting.shelf, type, hit->at));
		if (!hit->rank)
			status = hs_fail(err, HS_E_LIMIT, "the search is too large");
	}
	if (status == HS_OK && hits->count > 1)
		qsort_r(hits->items, hits->count, sizeof *hits->items, by_rank, (void *)(uintptr_t)search);
	return status;
}

/* ---- searching ---- */

static enum hs_status take_hits(struct hs__links *links, const struct hs__shelf_type *type, const bool *set,
	struct hs__shelf_hits *out, struct hs_error *err)
{
	size_t room = 1;
	for (uint32_t at = 0; at < type->item_count; at++)
		room += set[at];
	*out = (struct hs__shelf_hits) { hs_arena_array(links->arena, room, sizeof *out->items), 0 };
	for (uint32_t at = 0; out->items && at < type->item_count; at++) {
		if (set[at])
			out->items[out->count++].at = at;
	}
	return out->items ? HS_OK : hs_fail(err, HS_E_LIMIT, "the search is too large");
}

enum hs_status hs__shelf_search(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_search *search, struct hs__shelf_hits *out, struct hs_error *err)
{
	const struct hs__shelf_type *shelved = hs__shelf_type(links->env->rest, type);
	struct hs_arena *scratch = hs_arena_new(SCRATCH);
	struct hs__shelf_hits hits = { NULL, 0 };
	bool *set = hs_arena_array(scratch, (size_t)shelved->item_count + 1, sizeof *set);
	if (!set) {
		hs_arena_free(scratch);
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	}
	enum hs_status status = hs__shelf_sets_find(links, type, search->where, scratch, set, err);
	if (status == HS_OK)
		status = take_hits(links, shelved, set, &hits, err);
	if (status == HS_OK && search->sort_count > 0)
		status = put_in_order(links, shelved, search, scratch, &hits, err);
	if (status == HS_OK)
		*out = hits;
	hs_arena_free(scratch);
	return status;
}
