/* SPDX-License-Identifier: Apache-2.0 */
/* A hash map from slices to pointers or numbers, in an arena or on the heap; open addressing, grows by
 * doubling. Keys are not copied and must outlive the map. */
#pragma once

#include <handslag/arena.h>

/* xxHash3, not keyed: the same in every run; for trusted or capped input. */
uint64_t hs_hash(struct hs_slice s);
uint64_t hs_hash_seeded(struct hs_slice s, uint64_t seed);
/* A random seed that is the same for the whole process. A map with it cannot be slowed down by prepared keys,
 * but its order differs from run to run. */
uint64_t hs_hash_secret(void);

struct hs_map_slot {
	uint64_t hash;
	struct hs_slice key;
	union {
		void *ptr;
		uint64_t number;
	} value;
	bool used;
};

struct hs_map {
	struct hs_arena *arena; /* NULL: heap, give back with hs_map_free */
	struct hs_map_slot *slots;
	size_t room; /* power of two */
	size_t count;
	uint64_t seed; /* 0 after init; may be set to hs_hash_secret() while the map is empty */
};

void hs_map_init(struct hs_map *map, struct hs_arena *arena);
void hs_map_free(struct hs_map *map);
/* NULL when absent. The slot stays valid until the next put. */
struct hs_map_slot *hs_map_get(const struct hs_map *map, struct hs_slice key);
/* The slot of `key`, new (value zero) or old; *fresh tells which, may be NULL. NULL when memory is capped. */
struct hs_map_slot *hs_map_put(struct hs_map *map, struct hs_slice key, bool *fresh);
bool hs_map_remove(struct hs_map *map, struct hs_slice key);
#define HS_MAP_EACH(slot, map) \
	for (struct hs_map_slot *slot = (map)->slots; slot && slot < (map)->slots + (map)->room; slot++) \
		if (slot->used)
