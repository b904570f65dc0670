/* SPDX-License-Identifier: Apache-2.0 */
/* Words that answers about one large code system have in common: written once, and copied from then on. */
#include "again.h"

#include "../image/big.h"

#include <stdatomic.h>

#define PLACES 32u /* a power of two */
#define TRIES 4u
#define WORDS_MAX 320u

enum { FREE, BEING_WRITTEN, WRITTEN };

/* Of all threads: a place is written by the one that took it, and never again. */
struct place {
	atomic_uint state;
	uint16_t len;
	bool more; /* tx_told.more behind it */
	struct tx_again_key key;
	char words[WORDS_MAX];
};
struct tx_again_table {
	struct place places[PLACES];
};

struct tx_again_table *hs_tx_again_table(struct hs_arena *arena)
{
	return hs_arena_alloc(arena, sizeof(struct tx_again_table));
}

/* Any number that is the same for the same key. */
static size_t begin_of(const struct tx_again_key *key)
{
	uint64_t sum = (uintptr_t)key->texts[0].ptr + 3 * (uintptr_t)key->texts[2].ptr + key->which;

	return (size_t)(sum * 0x9e3779b97f4a7c15u >> 32);
}

/* Texts of the image are the same where they stand at the same place of it. */
static bool is_same(const struct tx_again_key *a, const struct tx_again_key *b)
{
	uintptr_t other = a->which ^ b->which;

	for (size_t i = 0; i < TX_AGAIN_TEXTS; i++)
		other |= ((uintptr_t)a->texts[i].ptr ^ (uintptr_t)b->texts[i].ptr) |
			(a->texts[i].len ^ b->texts[i].len);
	return !other;
}

bool hs_tx_again_told(struct tx_again *again, struct tx_told *told, const struct tx_layer *layer)
{
	again->layer = told->ctx->as_text && layer->source == &hs_tx_big_source && TX_BIG(layer)->again ?
		layer :
		NULL;
	if (!again->layer)
		return false;
	again->told = told;
	again->from = told->text.len;
	again->key.which = again->key.which << 1 | told->more;
	struct place *places = TX_BIG(layer)->again->places;
	size_t at = begin_of(&again->key);
	for (size_t end = at + TRIES; at < end; at++) {
		const struct place *place = &places[at & (PLACES - 1)];
		if (atomic_load_explicit(&place->state, memory_order_acquire) != WRITTEN)
			return false;
		if (!is_same(&place->key, &again->key))
			continue;
		hs_buf_add(&told->text, hs_slice(place->words, place->len));
		told->more = place->more;
		return true;
	}
	return false;
}

/* Of other texts somebody else may write in their place. */
static bool is_of_image(const struct tx_layer *layer, const struct tx_again_key *key)
{
	bool all = true;

	for (size_t i = 0; i < TX_AGAIN_TEXTS && all; i++) {
		uintptr_t at = (uintptr_t)key->texts[i].ptr - (uintptr_t)layer->strings.ptr;
		all = !key->texts[i].ptr ||
			(at <= layer->strings.len && key->texts[i].len <= layer->strings.len - at);
	}
	return all;
}

void hs_tx_again_learn(const struct tx_again *again)
{
	const struct tx_told *told = again->told;

	if (!again->layer || told->text.overflow || told->text.len - again->from > WORDS_MAX ||
		!is_of_image(again->layer, &again->key))
		return;
	struct place *places = TX_BIG(again->layer)->again->places;
	size_t at = begin_of(&again->key);
	for (size_t end = at + TRIES; at < end; at++) {
		struct place *place = &places[at & (PLACES - 1)];
		unsigned state = FREE;
		if (!atomic_compare_exchange_strong(&place->state, &state, BEING_WRITTEN))
			continue; /* another thread may write the same there: twice is no harm */
		place->len = (uint16_t)(told->text.len - again->from);
		place->more = told->more;
		place->key = again->key;
		memcpy(place->words, told->text.ptr + again->from, place->len);
		atomic_store_explicit(&place->state, WRITTEN, memory_order_release);
		return;
	}
}
