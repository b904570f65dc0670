/* SPDX-License-Identifier: Apache-2.0 */
/* Current versions that a loop has read before, with their header values ready: a hit is answered without the
 * store, without parsing and without copying.
 *
 * Thread: each thread has a cache of its own; entries do not leave it. An entry is good while the store's
 * stamp for its (type, id) is the one from before it was read (hs_store_stamp). */
#pragma once

#include <core/rest/rest_private.h>

struct hs__rest_cached {
	struct hs__rest_cached *chain;       /* of its bucket */
	struct hs__rest_cached *prev, *next; /* ring in order of arrival */
	uint64_t hash, serial, version;
	int64_t updated_ms;
	uint32_t type, stamp;
	uint32_t refs; /* one of the cache, one of each reply on its way */
	bool used;     /* since the hand last passed */
	uint8_t id_len, etag_len;
	char id[64];
	char etag[32];
	char modified[32]; /* HTTP date */
	size_t body_len;
	char body[];
};

struct hs__rest_key {
	const struct hs_rest_sandbox *sandbox;
	uint32_t type;
	struct hs_slice id;
};

/* The entry with a reference for the caller, or NULL. */
struct hs__rest_cached *hs__rest_cache_get(const struct hs__rest_key *key);
/* Remembers a version that was read after `stamp` was taken; gives it with a reference for the caller, or
 * NULL when it is too large to be kept. */
struct hs__rest_cached *hs__rest_cache_put(const struct hs__rest_key *key, uint32_t stamp,
	const struct hs_resource *version);
/* Gives a reference back; for hs_reply_text. */
void hs__rest_cached_unref(void *entry);
/* Forgets everything of this thread; it is done by itself when a thread ends. */
void hs__rest_cache_clear(void);
