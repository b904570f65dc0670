/* SPDX-License-Identifier: Apache-2.0 */
/* The hash map: linear probing, at most three quarters full, removal by shifting back (no tombstones). */
#include <core/base/map.h>

#include <core/base/heap.h>
#include <core/base/world.h>

#include <pthread.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define SMALLEST 16

uint64_t hs_hash(struct hs_slice s)
{
	return XXH3_64bits(s.ptr, s.len);
}

uint64_t hs_hash_seeded(struct hs_slice s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.ptr, s.len, seed);
}

static uint64_t secret;

static void make_secret(void)
{
	const struct hs_world *world = hs_world_real();
	world->random(world->ctx, &secret, sizeof(secret));
}

uint64_t hs_hash_secret(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_secret);
	return secret;
}

void hs_map_init(struct hs_map *map, struct hs_arena *arena)
{
	*map = (struct hs_map) { .arena = arena };
}

void hs_map_free(struct hs_map *map)
{
	if (!map->arena)
		hs_heap_free(map->slots);
	*map = (struct hs_map) { .arena = map->arena, .seed = map->seed };
}

/* The slot of `key`, or the free one where it belongs. There is always a free slot. */
static struct hs_map_slot *probe(const struct hs_map *map, struct hs_slice key, uint64_t hash)
{
	size_t at = hash & (map->room - 1);
	while (map->slots[at].used && !(map->slots[at].hash == hash && hs_slice_eq(map->slots[at].key, key)))
		at = (at + 1) & (map->room - 1);
	return &map->slots[at];
}

struct hs_map_slot *hs_map_get(const struct hs_map *map, struct hs_slice key)
{
	if (map->count == 0)
		return NULL;
	struct hs_map_slot *slot = probe(map, key, hs_hash_seeded(key, map->seed));
	return slot->used ? slot : NULL;
}

static bool grow(struct hs_map *map)
{
	struct hs_map bigger = *map;
	bigger.room = map->room ? map->room * 2 : SMALLEST;
	bigger.slots = map->arena ? hs_arena_array(map->arena, bigger.room, sizeof(*bigger.slots)) :
				    hs_heap_alloc(bigger.room * sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	HS_MAP_EACH(slot, map)
		*probe(&bigger, slot->key, slot->hash) = *slot;
	if (!map->arena)
		hs_heap_free(map->slots);
	*map = bigger;
	return true;
}

struct hs_map_slot *hs_map_put(struct hs_map *map, struct hs_slice key, bool *fresh)
{
	uint64_t hash = hs_hash_seeded(key, map->seed);
	struct hs_map_slot *slot = map->room ? probe(map, key, hash) : NULL;
	bool is_new = !slot || !slot->used;
	if (is_new && (map->count + 1) * 4 > map->room * 3) {
		if (!grow(map))
			return NULL;
		slot = probe(map, key, hash);
	}
	if (is_new) {
		*slot = (struct hs_map_slot) { .hash = hash, .key = key, .used = true };
		map->count++;
	}
	if (fresh)
		*fresh = is_new;
	return slot;
}

bool hs_map_remove(struct hs_map *map, struct hs_slice key)
{
	struct hs_map_slot *slot = hs_map_get(map, key);
	if (!slot)
		return false;
	/* Pull back each later slot of the run whose home is not between the hole and it. */
	size_t mask = map->room - 1;
	size_t hole = (size_t)(slot - map->slots);
	for (size_t at = (hole + 1) & mask; map->slots[at].used; at = (at + 1) & mask) {
		size_t home = map->slots[at].hash & mask;
		if (((at - home) & mask) >= ((at - hole) & mask)) {
			map->slots[hole] = map->slots[at];
			hole = at;
		}
	}
	map->slots[hole] = (struct hs_map_slot) { .used = false };
	map->count--;
	return true;
}
