/* SPDX-License-Identifier: Apache-2.0 */
/* Implicit value sets that were asked for lately, compiled. A canonical has a few places where it may stand;
 * the one of them that was asked for longest ago gives way. */
#include "big.h"

#include <pthread.h>

#define PLACES 8u
#define ROWS 512u
#define URL_MAX 512u /* longer ones are compiled each time */

struct row {
	uint64_t hashes[PLACES];
	uint64_t asked[PLACES];         /* when, in questions to the cache; 0: free */
	struct tx_layer layers[PLACES]; /* image NULL: free */
};

struct tx_cache {
	pthread_mutex_t lock;
	uint64_t questions;
	struct row rows[ROWS];
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
	for (size_t i = 0; i < ROWS; i++)
		for (size_t k = 0; k < PLACES; k++)
			if (cache->rows[i].layers[k].image)
				hs_tx_layer_fini(&cache->rows[i].layers[k]);
	pthread_mutex_destroy(&cache->lock);
}

static bool is_of(const struct tx_layer *layer, struct hs_slice url)
{
	return layer->image && layer->sets_count && hs_slice_eq(tx_text(layer, layer->sets[0].head.url), url);
}

bool hs_tx_cache_get(struct tx_cache *cache, struct hs_slice url, struct tx_layer *out)
{
	uint64_t hash = hs_tx_big_hash(url);
	struct row *row = &cache->rows[hash % ROWS];
	bool found = false;

	pthread_mutex_lock(&cache->lock);
	for (size_t i = 0; i < PLACES && !found; i++) {
		found = row->hashes[i] == hash && is_of(&row->layers[i], url);
		if (!found)
			continue;
		row->asked[i] = ++cache->questions;
		hs_tx_layer_share(out, &row->layers[i]);
	}
	pthread_mutex_unlock(&cache->lock);
	return found;
}

void hs_tx_cache_put(struct tx_cache *cache, struct hs_slice url, const struct tx_layer *layer)
{
	uint64_t hash = hs_tx_big_hash(url);
	struct row *row = &cache->rows[hash % ROWS];
	struct tx_layer old;
	size_t place = 0;

	if (url.len > URL_MAX)
		return;
	pthread_mutex_lock(&cache->lock);
	for (size_t i = 1; i < PLACES; i++)
		if (row->asked[i] < row->asked[place])
			place = i;
	old = row->layers[place];
	hs_tx_layer_share(&row->layers[place], layer);
	row->hashes[place] = hash;
	row->asked[place] = ++cache->questions;
	pthread_mutex_unlock(&cache->lock);
	if (old.image)
		hs_tx_layer_fini(&old);
}
