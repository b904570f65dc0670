/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of a large code system by what they say: each value that some concept has, with the concepts
 * that have it. */
#include "build.h"

#include <stdlib.h>

/* The concepts of one value. */
struct group {
	struct tx_value_row row;
	struct hs_slice code; /* of the property */
	uint32_t number;      /* as it was met */
	uint32_t count, last; /* how many concepts it has, the last of them counted from 1 */
};

struct grouping {
	struct hs_buf groups; /* struct group */
	uint32_t *slots;      /* groups from 1, by what their rows say; 0: free */
	size_t mask;
	uint32_t *of; /* of each property: its group, or UINT32_MAX when it says the same once more */
};

static bool says_same(const struct tx_value_row *a, const struct tx_property_row *b)
{
	return a->value.offset == b->value.offset && a->code.offset == b->code.offset &&
		a->key.offset == b->key.offset && a->value.len == b->value.len && a->code.len == b->code.len;
}

/* Equal texts have one place in the image. */
static size_t slot_of(const struct grouping *g, const struct tx_property_row *p)
{
	uint64_t hash = (((uint64_t)p->code.offset << 32 | p->value.offset) ^ (uint64_t)p->key.offset << 16) *
		0x9e3779b97f4a7c15ull;
	size_t at = (size_t)(hash >> 24) & g->mask;

	while (g->slots[at] && !says_same(&TX_BUILD_AT(g->groups, struct group, g->slots[at] - 1)->row, p))
		at = (at + 1) & g->mask;
	return at;
}

static struct group *group_of(struct grouping *g, const struct tx_property_row *p, struct hs_slice code)
{
	size_t at = slot_of(g, p);

	if (!g->slots[at]) {
		uint32_t number = (uint32_t)TX_BUILD_COUNT(g->groups, struct group);
		struct group fresh = {
			.row = { p->code, p->key, p->value, 0 }, .code = code, .number = number
		};
		hs_buf_add(&g->groups, hs_slice((const char *)&fresh, sizeof(fresh)));
		if (g->groups.overflow)
			return NULL;
		g->slots[at] = number + 1;
	}
	return TX_BUILD_AT(g->groups, struct group, g->slots[at] - 1);
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int order = x->row.code.offset == y->row.code.offset ? 0 : hs_slice_cmp(x->code, y->code);

	return order ? order : x->number < y->number ? -1 : x->number > y->number;
}

static bool find_groups(struct grouping *g, const struct tx_build_properties *p)
{
	for (uint32_t row = 0; row < p->concept_count; row++)
		for (uint32_t i = p->concepts[row].property_first; i < p->concepts[row + 1].property_first;
			i++) {
			struct group *group = group_of(g, &p->rows[i], p->codes[i]);
			if (!group)
				return false;
			g->of[i] = group->last == row + 1 ? UINT32_MAX : group->number;
			group->count += group->last != row + 1;
			group->last = row + 1;
		}
	return true;
}

/* Groups in the order of the image; `next` is where the next concept of each goes, by its number. */
static struct tx_value_row *put_in_order(struct grouping *g, struct hs_arena *arena, uint32_t *next)
{
	size_t count = TX_BUILD_COUNT(g->groups, struct group);
	struct group *groups = count ? TX_BUILD_AT(g->groups, struct group, 0) : NULL;
	struct tx_value_row *out = hs_arena_array(arena, count + 1, sizeof(*out));
	uint32_t first = 0;

	if (count)
		qsort(groups, count, sizeof(*groups), compare_groups);
	for (size_t i = 0; out && i < count; i++) {
		out[i] = groups[i].row;
		out[i].concept_first = next[groups[i].number] = first;
		first += groups[i].count;
	}
	if (out)
		out[count].concept_first = first;
	return out;
}

static void put_values(struct grouping *g, const struct tx_build_properties *p)
{
	size_t count = TX_BUILD_COUNT(g->groups, struct group);
	uint32_t *next = hs_tx_build_numbers(p->arena, count);
	struct tx_value_row *rows = put_in_order(g, p->arena, next);
	uint32_t total = rows ? rows[count].concept_first : 0,
		 *concepts = hs_tx_build_numbers(p->arena, total);

	if (hs_arena_full(p->arena))
		return;
	for (uint32_t row = 0; row < p->concept_count; row++)
		for (uint32_t i = p->concepts[row].property_first; i < p->concepts[row + 1].property_first;
			i++)
			if (g->of[i] != UINT32_MAX)
				concepts[next[g->of[i]]++] = row;
	hs_image_builder_borrow(p->image, TX_BIG_VALUES, rows, sizeof(*rows), count + 1);
	hs_image_builder_borrow(p->image, TX_BIG_VALUE_CONCEPTS, concepts, sizeof(*concepts), total);
}

bool hs_tx_build_values(const struct tx_build_properties *p)
{
	struct grouping g = { .mask = 1023 };
	uint32_t total = p->concepts[p->concept_count].property_first;

	while (g.mask < (size_t)total * 2)
		g.mask = g.mask * 2 + 1;
	hs_buf_init(&g.groups, NULL, TX_BUILD_MAX);
	g.slots = hs_tx_build_numbers(p->arena, g.mask + 1);
	g.of = hs_tx_build_numbers(p->arena, total);
	bool whole = !hs_arena_full(p->arena) && find_groups(&g, p);
	if (whole)
		put_values(&g, p);
	hs_buf_free(&g.groups);
	return whole && !hs_arena_full(p->arena);
}
