/* SPDX-License-Identifier: Apache-2.0 */
/* Groups told by the index: where a resource has one entry of all components but one, each entry of that one
 * stands with the only ones of the others. */
#include <core/store/find/groups.h>

#include <core/base/heap.h>
#include <stdlib.h>

/* The entries of a component. */
struct side {
	uint32_t *first;       /* by row: 1 + the place of its first key, or 0 */
	struct hs_slice *keys; /* as they stand in a combined one */
	size_t count, room;
};
/* A further key of a row. */
struct further {
	uint32_t row, key; /* key: 1 + place */
	uint8_t component;
};

struct together;
struct hs__groups_alone {
	struct hs_arena *arena;
	unsigned components;
	size_t row_count;
	struct side sides[HS__COMPONENTS_MOST];
	struct further *further; /* by row, when all was read */
	size_t further_count, further_room, next;
	struct together *numbers; /* a table by hash */
	size_t together_count, together_room;
};
/* One key of each component, and the number that they have together in the build. */
struct together {
	uint32_t keys[HS__COMPONENTS_MOST]; /* 1 + place; the first is 0: the slot is free */
	uint32_t number;
};

void hs__groups_alone_free(struct hs__groups_alone *alone)
{
	for (unsigned i = 0; i < alone->components; i++) {
		hs_heap_free(alone->sides[i].first);
		hs_heap_free(alone->sides[i].keys);
	}
	hs_heap_free(alone->further);
	hs_heap_free(alone->numbers);
	hs_arena_free(alone->arena);
	hs_heap_free(alone);
}

size_t hs__groups_alone_memory(const struct hs__groups_alone *alone)
{
	size_t keys = 0;

	for (unsigned i = 0; i < alone->components; i++)
		keys += alone->sides[i].room * sizeof(struct hs_slice);
	return keys + alone->components * alone->row_count * sizeof(uint32_t) +
		alone->further_room * sizeof(struct further) + alone->together_room * sizeof(struct together);
}

/* ---- reading ---- */

/* What is behind the param of a key, as the next one of the component. False: no room. */
static bool add_key(struct hs__groups_alone *alone, struct side *side, struct hs_slice part)
{
	struct hs__combined combined = { .len = 0 };

	hs__combined_add(&combined, part);
	hs__combined_end(&combined);
	struct hs_slice own = hs_arena_copy(alone->arena, hs__combined_slice(&combined));
	if (!own.ptr)
		return false;
	if (side->count == side->room) {
		side->room = side->room ? side->room * 2 : 256;
		side->keys = hs_heap_grow(side->keys, side->room * sizeof(*side->keys));
	}
	side->keys[side->count++] = own;
	return true;
}

/* Who has the last key. */
static void add_row(struct hs__groups_alone *alone, unsigned component, uint64_t row)
{
	struct side *side = &alone->sides[component];

	if (row >= alone->row_count)
		return;
	if (!side->first[row]) {
		side->first[row] = (uint32_t)side->count;
		return;
	}
	if (alone->further_count == alone->further_room) {
		alone->further_room = alone->further_room ? alone->further_room * 2 : 256;
		alone->further = hs_heap_grow(alone->further, alone->further_room * sizeof(struct further));
	}
	alone->further[alone->further_count++] = (struct further) { (uint32_t)row, (uint32_t)side->count,
		(uint8_t)component };
}

static enum hs_status take_blocks(struct hs__groups_alone *alone, unsigned component,
	const struct hs__key *prefix, const struct hs__set *doubts, struct hs__scan *scan,
	struct hs_error *err)
{
	struct side *side = &alone->sides[component];
	struct hs__key last = { .len = 0 };
	int step;

	while ((step = hs__scan_block(scan, err)) > 0) {
		if (!hs_slice_eq(scan->key, hs__key_slice(&last))) {
			if (!add_key(alone, side, hs_slice_from(scan->key, prefix->len)))
				return hs_fail(err, HS_E_LIMIT,
					"the groups of a composite do not fit in memory");
			last.len = (uint16_t)(scan->key.len < HS__KEY_MAX ? scan->key.len : HS__KEY_MAX);
			memcpy(last.bytes, scan->key.ptr, last.len);
		}
		for (size_t i = 0; i < scan->count; i++) {
			uint64_t row = hs__block_row(&scan->block, i);
			if (!hs__set_has(doubts, row))
				add_row(alone, component, row);
		}
	}
	return (enum hs_status)step;
}

static enum hs_status read_side(struct hs__finder *finder, struct hs__groups_alone *alone, unsigned component,
	uint32_t param, const struct hs__set *doubts, struct hs_error *err)
{
	struct hs__key prefix, to;
	struct hs__scan scan;

	hs__key_begin(&prefix, param);
	to = prefix;
	hs__key_after_prefix(&to);
	alone->sides[component].first = hs_heap_alloc(alone->row_count * sizeof(uint32_t));
	enum hs_status status = hs__scan_range(finder->txn, hs__key_slice(&prefix), hs__key_slice(&to), true,
		&scan, err);
	if (status != HS_OK)
		return status;
	status = take_blocks(alone, component, &prefix, doubts, &scan, err);
	hs__scan_end(&scan);
	return status;
}

static int by_row(const void *a, const void *b)
{
	const struct further *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

enum hs_status hs__groups_alone_read(struct hs__finder *finder, const struct hs__components *components,
	size_t row_count, const struct hs__set *doubts, size_t most, struct hs__groups_alone **out,
	struct hs_error *err)
{
	struct hs__groups_alone *alone = hs_heap_alloc(sizeof(*alone));
	enum hs_status status = HS_OK;

	alone->arena = hs_arena_new(most);
	alone->components = components->count;
	alone->row_count = row_count;
	for (unsigned i = 0; i < components->count && status == HS_OK; i++)
		status = read_side(finder, alone, i, components->params[i], doubts, err);
	if (status == HS_OK && alone->further_count)
		qsort(alone->further, alone->further_count, sizeof(struct further), by_row);
	if (status == HS_OK)
		*out = alone;
	else
		hs__groups_alone_free(alone);
	return status;
}

/* ---- giving ---- */

#define TOGETHER_LEAST 1024u

static struct together *slot_of(const struct hs__groups_alone *alone, const uint32_t *keys)
{
	uint64_t hash = 0;

	for (unsigned i = 0; i < alone->components; i++)
		hash = (hash ^ keys[i]) * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(hash >> 32) & (alone->together_room - 1);
	while (alone->numbers[at].keys[0] &&
		memcmp(alone->numbers[at].keys, keys, alone->components * sizeof(*keys)) != 0)
		at = (at + 1) & (alone->together_room - 1);
	return &alone->numbers[at];
}

/* Half of the slots are free, at least. */
static void make_room(struct hs__groups_alone *alone)
{
	struct together *old = alone->numbers;
	size_t room = alone->together_room;

	if (alone->together_count * 2 < room)
		return;
	alone->together_room = room ? room * 2 : TOGETHER_LEAST;
	alone->numbers = hs_heap_alloc(alone->together_room * sizeof(*alone->numbers));
	for (size_t i = 0; i < room; i++) {
		if (old[i].keys[0])
			*slot_of(alone, old[i].keys) = old[i];
	}
	hs_heap_free(old);
}

static uint32_t number_of(struct hs__groups_alone *alone, const struct together *together,
	struct hs__groups_build *build)
{
	struct hs__combined whole = { .len = 0 };

	make_room(alone);
	struct together *slot = slot_of(alone, together->keys);
	if (slot->keys[0])
		return slot->number;
	for (unsigned i = 0; i < alone->components; i++) {
		struct hs_slice part = alone->sides[i].keys[together->keys[i] - 1];
		HS_ASSERT(whole.len + part.len <= sizeof(whole.bytes));
		memcpy(whole.bytes + whole.len, part.ptr, part.len);
		whole.len += part.len;
	}
	*slot = *together;
	slot->number = hs__groups_build_key(build, hs__combined_slice(&whole));
	alone->together_count++;
	return slot->number;
}

void hs__groups_alone_give(struct hs__groups_alone *alone, uint32_t row, struct hs__groups_build *build)
{
	struct together together = { .number = 0 };

	while (alone->next < alone->further_count && alone->further[alone->next].row < row)
		alone->next++;
	for (unsigned i = 0; i < alone->components; i++) {
		together.keys[i] = alone->sides[i].first[row];
		if (!together.keys[i])
			return;
	}
	hs__groups_build_add(build, number_of(alone, &together, build));
	for (; alone->next < alone->further_count && alone->further[alone->next].row == row; alone->next++) {
		struct together other = together;
		other.keys[alone->further[alone->next].component] = alone->further[alone->next].key;
		hs__groups_build_add(build, number_of(alone, &other, build));
	}
}
