/* SPDX-License-Identifier: Apache-2.0 */
/* Resources that clients have sent once: the caches of a sandbox (kept_part.c: what they hold). */
#include "kept.h"

#include "../state.h"
#include "memory.h"

#define CACHES_MAX 32u /* of a sandbox */

struct tx_cache {
	struct tx_left left;
	char id[65];
	bool sealed;
	struct tx_kept *kept; /* never NULL */
};

/* ---- the caches of a sandbox, under its lock ---- */

static struct tx_cache *cache_of(struct tx_left *left)
{
	return (struct tx_cache *)left;
}

static struct tx_left **place_of(struct tx_sandbox *sandbox, struct hs_slice id)
{
	struct tx_left **at = &sandbox->caches;

	while (*at && !hs_slice_eq(hs_slice_cstr(cache_of(*at)->id), id))
		at = &(*at)->next;
	return at;
}

static void drop(struct tx_cache *cache)
{
	hs_tx_kept_unref(cache->kept);
	hs_tx_memory_free(cache);
}

static void forget(struct tx_left **at)
{
	struct tx_left *left = *at;

	*at = left->next;
	drop(cache_of(left));
}

/* The clock of a sandbox may be set back; what was used later than now was not idle. */
static int64_t idle_ms(const struct tx_left *left, int64_t now_ms)
{
	return now_ms > left->used_ms ? now_ms - left->used_ms : 0;
}

static void sweep(struct tx_sandbox *sandbox, int64_t now_ms)
{
	for (struct tx_left **at = &sandbox->caches; *at;) {
		if (idle_ms(*at, now_ms) > TX_KEPT_IDLE_SECONDS * INT64_C(1000))
			forget(at);
		else
			at = &(*at)->next;
	}
}

static bool is_id(struct hs_slice id)
{
	for (size_t i = 0; i < id.len; i++) {
		char c = id.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_' && c != ':')
			return false;
	}
	return id.len > 0 && id.len < sizeof((struct tx_cache *)0)->id;
}

bool hs_tx_kept_make(struct tx_sandbox *sandbox, struct hs_slice id, bool sealed, int64_t now_ms)
{
	if (!is_id(id))
		return false;
	struct tx_cache *cache = hs_tx_memory(sizeof(*cache));
	memcpy(cache->id, id.ptr, id.len);
	cache->sealed = sealed;
	cache->left.used_ms = now_ms;
	cache->kept = hs_tx_kept_new(NULL, 0);
	pthread_mutex_lock(&sandbox->lock);
	sweep(sandbox, now_ms);
	if (*place_of(sandbox, id)) { /* somebody else was first */
		drop(cache);
	} else {
		struct tx_left **oldest = hs_tx_oldest(&sandbox->caches, CACHES_MAX);
		if (oldest)
			forget(oldest);
		cache->left.next = sandbox->caches;
		sandbox->caches = &cache->left;
	}
	pthread_mutex_unlock(&sandbox->lock);
	return true;
}

/* The cache, used now; NULL when there is none. */
static struct tx_cache *use(struct tx_sandbox *sandbox, struct hs_slice id, int64_t now_ms)
{
	sweep(sandbox, now_ms);
	struct tx_cache *cache = cache_of(*place_of(sandbox, id));
	if (cache)
		cache->left.used_ms = now_ms;
	return cache;
}

struct tx_kept *hs_tx_kept_get(struct tx_sandbox *sandbox, struct hs_slice id, int64_t now_ms)
{
	pthread_mutex_lock(&sandbox->lock);
	struct tx_cache *cache = use(sandbox, id, now_ms);
	struct tx_kept *kept = cache ? cache->kept : NULL;
	if (kept)
		atomic_fetch_add(&kept->refs, 1);
	pthread_mutex_unlock(&sandbox->lock);
	return kept;
}

bool hs_tx_kept_tell(struct tx_sandbox *sandbox, struct hs_slice id, int64_t now_ms,
	struct tx_kept_state *out)
{
	pthread_mutex_lock(&sandbox->lock);
	sweep(sandbox, now_ms);
	const struct tx_cache *there = cache_of(*place_of(sandbox, id));
	if (there) {
		*out = (struct tx_kept_state) { there->sealed, 0, idle_ms(&there->left, now_ms) };
		for (size_t i = 0; i < there->kept->count; i++)
			out->resources += hs_tx_kept_count(there->kept->parts[i]);
		use(sandbox, id, now_ms);
	}
	pthread_mutex_unlock(&sandbox->lock);
	return there != NULL;
}

void hs_tx_kept_end(struct tx_sandbox *sandbox, struct hs_slice id)
{
	pthread_mutex_lock(&sandbox->lock);
	struct tx_left **at = place_of(sandbox, id);
	if (*at)
		forget(at);
	pthread_mutex_unlock(&sandbox->lock);
}

void hs_tx_kept_end_all(struct tx_sandbox *sandbox)
{
	while (sandbox->caches)
		forget(&sandbox->caches);
}

/* ---- adding ---- */

/* What a cache that may grow holds now; NULL: there is none, or it is sealed. */
static struct tx_kept *take(struct tx_sandbox *sandbox, struct hs_slice id, bool first)
{
	struct tx_kept *kept = NULL;

	pthread_mutex_lock(&sandbox->lock);
	const struct tx_cache *cache = cache_of(*place_of(sandbox, id));
	if (cache && (first || !cache->sealed)) {
		kept = cache->kept;
		atomic_fetch_add(&kept->refs, 1);
	}
	pthread_mutex_unlock(&sandbox->lock);
	return kept;
}

/* Puts `after` in the place of `before`; false when something else stands there by now. */
static bool put(struct tx_sandbox *sandbox, struct hs_slice id, struct tx_kept *before, struct tx_kept *after)
{
	pthread_mutex_lock(&sandbox->lock);
	struct tx_cache *cache = cache_of(*place_of(sandbox, id));
	bool same = cache && cache->kept == before;
	if (same)
		cache->kept = after;
	pthread_mutex_unlock(&sandbox->lock);
	hs_tx_kept_unref(same ? before : after); /* the cache's reference changes hands */
	return same || !cache;
}

enum hs_status hs_tx_kept_add(struct tx_sandbox *sandbox, struct hs_slice id, const struct hs_json *input,
	const struct tx_layer *layer, struct tx_kept_way way, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	bool done = false;

	/* Compiled without the lock; whoever comes second begins again from what the first has left. */
	while (!done && status == HS_OK) {
		struct tx_kept *before = take(sandbox, id, way.first), *after = NULL;
		struct tx_kept_part *part = before ? hs_tx_kept_part_collect(before, input) : NULL;
		if (part && layer)
			hs_tx_layer_share(&part->layer, layer);
		else if (part)
			status = hs_tx_kept_part_compile(part, way.swedish, err);
		if (part && status == HS_OK)
			status = hs_tx_kept_grow(before, part, &after, way.swedish, err);
		else
			hs_tx_kept_part_unref(part);
		done = !after || put(sandbox, id, before, after);
		hs_tx_kept_unref(before);
	}
	return status;
}
