/* SPDX-License-Identifier: Apache-2.0 */
/* A column of groups in the making: the keys as they come, row by row, and at the end the column of them. */
#include <core/store/find/groups.h>

#include <core/base/heap.h>
#include <core/base/map.h>
#include <stdlib.h>

struct entry {
	uint32_t key; /* place in `keys` */
	uint32_t row;
};

struct hs__groups_build {
	struct hs_arena *arena;
	struct hs_map numbers; /* of keys: places in `keys` */
	struct hs_slice *keys;
	struct entry *entries;
	size_t key_count, key_room, count, room, of_row, most;
	uint32_t row;
	bool full; /* the arena is */
};

struct hs__groups_build *hs__groups_build_new(size_t most)
{
	struct hs__groups_build *build = hs_heap_alloc(sizeof(*build));

	build->arena = hs_arena_new(most);
	build->most = most;
	hs_map_init(&build->numbers, NULL);
	return build;
}

void hs__groups_build_free(struct hs__groups_build *build)
{
	hs_heap_free(build->keys);
	hs_heap_free(build->entries);
	hs_map_free(&build->numbers);
	hs_arena_free(build->arena);
	hs_heap_free(build);
}

void hs__groups_build_row(struct hs__groups_build *build, uint32_t row)
{
	build->row = row;
	build->of_row = build->count;
}

void hs__groups_build_undo(struct hs__groups_build *build)
{
	build->count = build->of_row;
}

uint32_t hs__groups_build_key(struct hs__groups_build *build, struct hs_slice key)
{
	struct hs_map_slot *slot = hs_map_get(&build->numbers, key);

	if (slot)
		return (uint32_t)slot->value.number;
	struct hs_slice own = hs_arena_copy(build->arena, key);
	slot = own.ptr ? hs_map_put(&build->numbers, own, NULL) : NULL;
	if (!slot) {
		build->full = true;
		return 0;
	}
	if (build->key_count == build->key_room) {
		build->key_room = build->key_room ? build->key_room * 2 : 256;
		build->keys = hs_heap_grow(build->keys, build->key_room * sizeof(*build->keys));
	}
	slot->value.number = build->key_count;
	build->keys[build->key_count] = own;
	return (uint32_t)build->key_count++;
}

void hs__groups_build_add(struct hs__groups_build *build, uint32_t key)
{
	for (size_t i = build->of_row; i < build->count; i++) {
		if (build->entries[i].key == key)
			return;
	}
	if (build->count == build->room) {
		build->room = build->room ? build->room * 2 : 1024;
		build->entries = hs_heap_grow(build->entries, build->room * sizeof(struct entry));
	}
	build->entries[build->count++] = (struct entry) { key, build->row };
}

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the groups of a composite do not fit in memory");
}

enum hs_status hs__groups_build_fits(const struct hs__groups_build *build, size_t beside,
	struct hs_error *err)
{
	size_t taken = beside + build->room * sizeof(struct entry) + build->key_room * sizeof(*build->keys) +
		build->numbers.room * sizeof(struct hs_map_slot);

	return build->full || taken > build->most ? too_large(err) : HS_OK;
}

/* ---- the column ---- */

static __thread const struct hs__groups_build *sorting; /* qsort has no argument for it */

static int by_key(const void *a, const void *b)
{
	return hs_slice_cmp(sorting->keys[*(const uint32_t *)a], sorting->keys[*(const uint32_t *)b]);
}

/* The entries by key, those of one key by row: the keys come in `order`. */
static struct entry *sort_entries(const struct hs__groups_build *build, const uint32_t *order)
{
	struct entry *sorted = hs_heap_raw((build->count + 1) * sizeof(*sorted));
	uint32_t *ends = hs_heap_alloc((build->key_count + 1) * sizeof(*ends)), start = 0;

	for (size_t i = 0; i < build->count; i++)
		ends[build->entries[i].key]++;
	for (size_t i = 0; i < build->key_count; i++) {
		uint32_t count = ends[order[i]];
		ends[order[i]] = start;
		start += count;
	}
	for (size_t i = 0; i < build->count; i++)
		sorted[ends[build->entries[i].key]++] = build->entries[i];
	hs_heap_free(ends);
	return sorted;
}

enum hs_status hs__groups_build_end(const struct hs__groups_build *build, struct hs__column *column,
	struct hs_error *err)
{
	uint32_t *order = hs_heap_raw((build->key_count + 1) * sizeof(*order)), key = 0, before = UINT32_MAX;
	bool fits = true;

	for (size_t i = 0; i < build->key_count; i++)
		order[i] = (uint32_t)i;
	sorting = build;
	qsort(order, build->key_count, sizeof(*order), by_key);
	struct entry *entries = sort_entries(build, order);
	for (size_t i = 0; i < build->count && fits; i++) {
		if (entries[i].key != before)
			key = hs__column_add_key(column, build->keys[entries[i].key]);
		before = entries[i].key;
		fits = key != 0;
		if (fits)
			hs__inverse_add(column->inverse, key, entries[i].row);
	}
	hs_heap_free(entries);
	hs_heap_free(order);
	return fits && hs__column_memory(column) <= build->most ? HS_OK : too_large(err);
}
