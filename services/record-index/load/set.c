/* SPDX-License-Identifier: Apache-2.0 */
/* A set of hashes in memory, eight bytes each and at most three quarters full. */
#include "load.h"

#define SMALLEST ((size_t)1 << 16)

/* True when it is there; else `*at` is where it would be. */
static bool find(const struct hs_ledger_set *set, uint64_t hash, size_t *at)
{
	size_t i = hash & (set->size - 1);

	while (set->items[i] && set->items[i] != hash)
		i = (i + 1) & (set->size - 1);
	*at = i;
	return set->items[i] == hash;
}

static bool grow(struct hs_ledger_set *set, size_t size)
{
	struct hs_arena *room = hs_arena_new(size * sizeof *set->items + 65536);
	struct hs_ledger_set larger = {
		.room = room, .items = hs_arena_array(room, size, sizeof *set->items), .size = size
	};
	size_t at;

	if (!larger.items) {
		hs_arena_free(room);
		return false;
	}
	for (size_t i = 0; i < set->size; i++) {
		if (set->items[i] && !find(&larger, set->items[i], &at))
			larger.items[at] = set->items[i];
	}
	larger.count = set->count;
	hs_arena_free(set->room);
	*set = larger;
	return true;
}

/* 0 means that a place is empty. */
static uint64_t in_set(uint64_t hash)
{
	return hash ? hash : 1;
}

bool hs_ledger_set_has(const struct hs_ledger_set *set, uint64_t hash)
{
	size_t at;

	return set->size && find(set, in_set(hash), &at);
}

bool hs_ledger_set_add(struct hs_ledger_set *set, uint64_t hash)
{
	size_t at;

	if (set->count >= set->size / 4 * 3 && !grow(set, set->size ? set->size * 2 : SMALLEST))
		return false;
	if (!find(set, in_set(hash), &at)) {
		set->items[at] = in_set(hash);
		set->count++;
	}
	return true;
}

void hs_ledger_set_drop(struct hs_ledger_set *set)
{
	hs_arena_free(set->room);
	*set = (struct hs_ledger_set) { .room = NULL };
}
