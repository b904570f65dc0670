/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces remembered from one reading transaction to the next, for all threads: a piece never changes once it
 * is committed. What a writing transaction sees may be taken back, so it neither fills nor uses the cache.
 * A ledger is told from others by a number that was drawn when it was made. */
#include "ledger.h"

static struct hs_ledger_shard *shard_of(const struct hs_ledger *ledger, uint64_t number,
	struct hs_ledger_slot **slot)
{
	struct hs_ledger_shard *shard = &ledger->cache->shards[number % HS_LEDGER_SHARDS];

	*slot = &shard->slots[number / HS_LEDGER_SHARDS % HS_LEDGER_SLOTS];
	return shard;
}

void hs_ledger_cache_open(struct hs_ledger_cache *cache)
{
	for (size_t i = 0; i < HS_LEDGER_SHARDS; i++)
		pthread_mutex_init(&cache->shards[i].lock, NULL);
}

void hs_ledger_cache_close(struct hs_ledger_cache *cache)
{
	for (size_t i = 0; i < HS_LEDGER_SHARDS; i++) {
		for (size_t n = 0; n < HS_LEDGER_SLOTS; n++)
			hs_buf_free(&cache->shards[i].slots[n].rest);
		pthread_mutex_destroy(&cache->shards[i].lock);
	}
}

static void ask(struct hs_ledger *ledger)
{
	struct hs_error ignored;

	if (ledger->asked)
		return;
	ledger->asked = true;
	ledger->waiting = true; /* when it cannot be told, they are looked for */
	struct hs_stmt *stmt = hs_sql(ledger->txn, "SELECT number, waiting FROM record_index_tally",
		&ignored);
	if (stmt && hs_sql_step(stmt, &ignored) > 0) {
		ledger->number = ledger->cache && !hs_txn_writes(ledger->txn) ? hs_sql_get_int(stmt, 0) : 0;
		ledger->waiting = hs_sql_get_int(stmt, 1) != 0;
	}
	hs_sql_end(stmt);
}

/* Which ledger it is; 0: not to be cached. */
static int64_t ledger_number(struct hs_ledger *ledger)
{
	ask(ledger);
	return ledger->number;
}

bool hs_ledger_marks_wait(struct hs_ledger *ledger)
{
	ask(ledger);
	return ledger->waiting;
}

bool hs_ledger_recall(struct hs_ledger *ledger, uint64_t number, struct hs_ledger_piece *out)
{
	int64_t which = ledger_number(ledger);
	struct hs_ledger_slot *slot;
	bool found = false;

	if (!which)
		return false;
	struct hs_ledger_shard *shard = shard_of(ledger, number, &slot);
	pthread_mutex_lock(&shard->lock);
	if (slot->ledger == which && slot->number == number) {
		struct hs_ledger_piece piece = { number, slot->shape,
			hs_arena_copy(ledger->arena, hs_buf_slice(&slot->rest)) };
		found = piece.rest.ptr != NULL;
		if (found)
			*out = piece;
	}
	pthread_mutex_unlock(&shard->lock);
	return found;
}

void hs_ledger_remember(struct hs_ledger *ledger, const struct hs_ledger_piece *piece)
{
	int64_t which = ledger_number(ledger);
	struct hs_ledger_slot *slot;

	if (!which || piece->rest.len > HS_LEDGER_SLOT_MAX)
		return;
	struct hs_ledger_shard *shard = shard_of(ledger, piece->number, &slot);
	pthread_mutex_lock(&shard->lock);
	if (!slot->rest.max)
		hs_buf_init(&slot->rest, NULL, HS_LEDGER_SLOT_MAX);
	hs_buf_clear(&slot->rest);
	hs_buf_add(&slot->rest, piece->rest);
	slot->ledger = slot->rest.overflow ? 0 : which;
	slot->number = piece->number;
	slot->shape = piece->shape;
	pthread_mutex_unlock(&shard->lock);
}
