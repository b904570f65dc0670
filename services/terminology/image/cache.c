/* SPDX-License-Identifier: Apache-2.0 */
/* Implicit value sets that were asked for lately, compiled: one slot for each hash of a canonical, the newest
 * stays. */
#include "big.h"

#include <pthread.h>

#define SLOTS 4096u
#define URL_MAX 512u /* longer ones are compiled each time */

struct tx_cache {
	pthread_mutex_t lock;
	struct tx_layer slots[SLOTS]; /* image NULL: free */
};

struct tx_cache *hs_tx_cache_new(struct hs_arena *arena)
{
	struct tx_cache *cache = hs_arena_alloc(arena, sizeof(*cache));

	if (cache)
		pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void hs_tx_cache_free(struct tx_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		if (cache->slots[i].image)
			hs_tx_layer_fini(&cache->slots[i]);
	pthread_mutex_destroy(&cache->lock);
}

bool hs_tx_cache_get(struct tx_cache *cache, struct hs_slice url, struct tx_layer *out)
{
	struct tx_layer *slot = &cache->slots[hs_tx_big_hash(url) % SLOTS];
	bool found;

	pthread_mutex_lock(&cache->lock);
	found = slot->image && slot->sets_count && hs_slice_eq(tx_text(slot, slot->sets[0].head.url), url);
	if (found) {
		*out = *slot;
		hs_image_ref(out->image);
	}
	pthread_mutex_unlock(&cache->lock);
	return found;
}

void hs_tx_cache_put(struct tx_cache *cache, struct hs_slice url, const struct tx_layer *layer)
{
	struct tx_layer *slot = &cache->slots[hs_tx_big_hash(url) % SLOTS], old;

	if (url.len > URL_MAX)
		return;
	hs_image_ref(layer->image);
	pthread_mutex_lock(&cache->lock);
	old = *slot;
	*slot = *layer;
	pthread_mutex_unlock(&cache->lock);
	if (old.image)
		hs_tx_layer_fini(&old);
}
