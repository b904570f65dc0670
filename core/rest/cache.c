/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table of current versions per thread; what has not been used since the hand passed goes first
 * (CLOCK). */
#include <core/rest/cache.h>

#include <core/base/heap.h>
#include <handslag/time.h>
#include <pthread.h>

struct cache {
	struct hs__rest_cached **buckets;
	size_t room; /* power of two */
	size_t count;
	uint64_t bytes;
	struct hs__rest_cached *hand; /* the oldest in the ring, or NULL */
};

static _Thread_local struct cache *mine;
static pthread_key_t at_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_cache(void *arg)
{
	struct cache *cache = arg;
	while (cache->hand) {
		struct hs__rest_cached *entry = cache->hand;
		cache->hand = entry->next == entry ? NULL : entry->next;
		entry->prev->next = entry->next;
		entry->next->prev = entry->prev;
		hs__rest_cached_unref(entry);
	}
	hs_heap_free(cache->buckets);
	hs_heap_free(cache);
}

static void make_key(void)
{
	pthread_key_create(&at_end, free_cache);
}

static struct cache *get_cache(void)
{
	if (mine)
		return mine;
	pthread_once(&once, make_key);
	mine = hs_heap_alloc(sizeof *mine);
	mine->room = 256;
	mine->buckets = hs_heap_alloc(mine->room * sizeof(struct hs__rest_cached *));
	pthread_setspecific(at_end, mine);
	return mine;
}

void hs__rest_cache_clear(void)
{
	if (!mine)
		return;
	pthread_setspecific(at_end, NULL);
	free_cache(mine);
	mine = NULL;
}

void hs__rest_cached_unref(void *entry)
{
	struct hs__rest_cached *cached = entry;
	if (--cached->refs == 0)
		hs_heap_free(cached);
}

static uint64_t hash_of(const struct hs__rest_key *key)
{
	return hs_hash_seeded(key->id, key->sandbox->serial << 20 ^ key->type);
}

static struct hs__rest_cached **place_of(struct cache *cache, const struct hs__rest_key *key, uint64_t hash)
{
	struct hs__rest_cached **place = &cache->buckets[hash & (cache->room - 1)];
	for (; *place; place = &(*place)->chain) {
		struct hs__rest_cached *entry = *place;
		if (entry->hash == hash && entry->serial == key->sandbox->serial &&
			entry->type == key->type && hs_slice_eq(hs_slice(entry->id, entry->id_len), key->id))
			break;
	}
	return place;
}

static uint64_t size_of(const struct hs__rest_cached *entry)
{
	return sizeof *entry + entry->body_len + 32;
}

static void forget(struct cache *cache, struct hs__rest_cached **place)
{
	struct hs__rest_cached *entry = *place;
	*place = entry->chain;
	if (cache->hand == entry)
		cache->hand = entry->next == entry ? NULL : entry->next;
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	cache->count--;
	cache->bytes -= size_of(entry);
	hs__rest_cached_unref(entry);
}

static void make_room(struct cache *cache, uint64_t needed, uint64_t limit)
{
	while (cache->hand && cache->bytes + needed > limit) {
		struct hs__rest_cached *entry = cache->hand;
		if (entry->used) {
			entry->used = false;
			cache->hand = entry->next;
			continue;
		}
		struct hs__rest_cached **place = &cache->buckets[entry->hash & (cache->room - 1)];
		while (*place != entry)
			place = &(*place)->chain;
		forget(cache, place);
	}
}

static void grow(struct cache *cache)
{
	size_t room = cache->room * 2;
	struct hs__rest_cached **buckets = hs_heap_alloc(room * sizeof *buckets);
	for (size_t i = 0; i < cache->room; i++) {
		for (struct hs__rest_cached *entry = cache->buckets[i], *next; entry; entry = next) {
			next = entry->chain;
			entry->chain = buckets[entry->hash & (room - 1)];
			buckets[entry->hash & (room - 1)] = entry;
		}
	}
	hs_heap_free(cache->buckets);
	cache->buckets = buckets;
	cache->room = room;
}

struct hs__rest_cached *hs__rest_cache_get(const struct hs__rest_key *key)
{
	struct cache *cache = get_cache();
	struct hs__rest_cached **place = place_of(cache, key, hash_of(key));
	struct hs__rest_cached *entry = *place;
	if (!entry)
		return NULL;
	if (entry->stamp != hs_store_stamp(key->sandbox->store, key->type, key->id)) {
		forget(cache, place);
		return NULL;
	}
	entry->used = true;
	entry->refs++;
	return entry;
}

static struct hs__rest_cached *make_entry(const struct hs__rest_key *key, uint64_t hash, uint32_t stamp,
	const struct hs_resource *version)
{
	struct hs__rest_cached *entry = hs_heap_raw(sizeof *entry + version->body.len);
	memset(entry, 0, sizeof *entry);
	entry->hash = hash;
	entry->serial = key->sandbox->serial;
	entry->type = key->type;
	entry->stamp = stamp;
	entry->version = version->version;
	entry->updated_ms = version->updated_ms;
	entry->id_len = (uint8_t)key->id.len;
	memcpy(entry->id, key->id.ptr, key->id.len);
	entry->etag_len = (uint8_t)hs__rest_etag(version->version, entry->etag).len;
	hs_time_http(version->updated_ms, entry->modified);
	entry->body_len = version->body.len;
	memcpy(entry->body, version->body.ptr, version->body.len);
	return entry;
}

static void link_entry(struct cache *cache, struct hs__rest_cached *entry)
{
	/* Before the hand is the place that it comes to last. */
	entry->next = cache->hand ? cache->hand : entry;
	entry->prev = cache->hand ? cache->hand->prev : entry;
	entry->prev->next = entry;
	entry->next->prev = entry;
	if (!cache->hand)
		cache->hand = entry;
	entry->chain = cache->buckets[entry->hash & (cache->room - 1)];
	cache->buckets[entry->hash & (cache->room - 1)] = entry;
	cache->count++;
	cache->bytes += size_of(entry);
}

struct hs__rest_cached *hs__rest_cache_put(const struct hs__rest_key *key, uint32_t stamp,
	const struct hs_resource *version)
{
	struct cache *cache = get_cache();
	uint64_t limit = key->sandbox->rest->config.cache_bytes;
	uint64_t hash = hash_of(key);
	if (version->body.len > limit / 16 || key->id.len > sizeof((struct hs__rest_cached *)0)->id)
		return NULL;
	struct hs__rest_cached **old = place_of(cache, key, hash);
	if (*old)
		forget(cache, old);
	struct hs__rest_cached *entry = make_entry(key, hash, stamp, version);
	make_room(cache, size_of(entry), limit);
	if (cache->count >= cache->room)
		grow(cache);
	link_entry(cache, entry);
	entry->refs = 2;
	return entry;
}
