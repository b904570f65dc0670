/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces remembered from one reading transaction to the next: a piece never changes once it is committed.
 * Each thread has a memory of its own for each ledger, so that nobody waits and nothing is copied. What is in
 * it stays until a transaction begins and finds it full; then all of it is forgotten. */
#include "ledger.h"

#define BYTES_USUAL ((size_t)2 << 20) /* a transaction that finds more begins anew */
#define BYTES_MAX ((size_t)4 << 20)
#define SLOTS_FIRST ((size_t)256)

static void enter(void *kept)
{
	struct hs_ledger_cache *cache = kept;

	if (!cache->arena)
		cache->arena = hs_arena_new(BYTES_MAX);
	if (hs_arena_used(cache->arena) <= BYTES_USUAL)
		return;
	hs_arena_reset(cache->arena);
	cache->slots = NULL;
	cache->count = cache->room = 0;
}

static void drop(void *kept)
{
	struct hs_ledger_cache *cache = kept;

	hs_arena_free(cache->arena);
}

struct hs_ledger_cache *hs_ledger_cache(struct hs_txn *txn)
{
	static const struct hs_txn_kept what = { sizeof(struct hs_ledger_cache), enter, drop };

	return hs_txn_keep(txn, &what);
}

/* Where it is, or where it belongs. */
static struct hs_ledger_piece **slot_of(struct hs_ledger_piece **slots, size_t room, uint64_t number)
{
	size_t at = (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (room - 1);

	while (slots[at] && slots[at]->number != number)
		at = (at + 1) & (room - 1);
	return &slots[at];
}

struct hs_ledger_piece *hs_ledger_recall(const struct hs_ledger_cache *cache, uint64_t number)
{
	return cache->room ? *slot_of(cache->slots, cache->room, number) : NULL;
}

static bool grow(struct hs_ledger_cache *cache)
{
	size_t room = cache->room ? 2 * cache->room : SLOTS_FIRST;
	struct hs_ledger_piece **slots = hs_arena_array(cache->arena, room, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < cache->room; i++) {
		if (cache->slots[i])
			*slot_of(slots, room, cache->slots[i]->number) = cache->slots[i];
	}
	cache->slots = slots;
	cache->room = room;
	return true;
}

void hs_ledger_remember(struct hs_ledger_cache *cache, struct hs_ledger_piece *piece)
{
	if (2 * cache->count >= cache->room && !grow(cache))
		return;
	*slot_of(cache->slots, cache->room, piece->number) = piece;
	cache->count++;
}
