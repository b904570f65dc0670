/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks of memory and the per-thread store of free ones, which makes a request's arena cost no malloc. */
#include <core/base/arena_chunk.h>

#include <core/base/heap.h>

#include <pthread.h>
#include <stdlib.h>

/* What a thread keeps at most: the sets of a search among a million resources take some, and what is asked of
 * the machine anew for each costs more than they do. A chunk may be freed on another thread than it came
 * from. */
#define KEEP_BYTES ((size_t)4 << 20)
#define CLASSES 7

#ifdef HS_ARENA_EMULATE
static const size_t keep_bytes = 0;
#else
static const size_t keep_bytes = KEEP_BYTES;
#endif

struct store {
	struct hs__chunk *free[CLASSES];
	size_t bytes;
	int registered; /* the thread's end gives the chunks back; -1 when it has passed */
};

static __thread struct store store;
static pthread_key_t end_of_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void empty_store(void *arg)
{
	struct store *mine = arg;
	for (unsigned i = 0; i < CLASSES; i++) {
		while (mine->free[i]) {
			struct hs__chunk *chunk = mine->free[i];
			mine->free[i] = chunk->prev;
			hs_heap_free(chunk);
		}
	}
	mine->bytes = 0;
	mine->registered = -1;
}

static void make_key(void)
{
	if (pthread_key_create(&end_of_thread, empty_store) != 0)
		abort();
}

/* Index of a power of two between smallest and largest, or -1 for any other size. */
static int class_of(size_t size)
{
	if (size < HS__CHUNK_SMALLEST || size > HS__CHUNK_LARGEST || (size & (size - 1)) != 0)
		return -1;
	return __builtin_ctzl(size) - __builtin_ctzl(HS__CHUNK_SMALLEST);
}

struct hs__chunk *hs__chunk_get(size_t size)
{
	int class = class_of(size);
	if (class >= 0 && store.free[class]) {
		struct hs__chunk *chunk = store.free[class];
		store.free[class] = chunk->prev;
		store.bytes -= size;
		chunk->prev = NULL;
		return chunk;
	}
	struct hs__chunk *chunk = hs_heap_raw(size);
	chunk->prev = NULL;
	chunk->size = size;
	return chunk;
}

void hs__chunk_put(struct hs__chunk *chunk)
{
	int class = class_of(chunk->size);
	if (class < 0 || store.bytes + chunk->size > keep_bytes || store.registered < 0) {
		hs_heap_free(chunk);
		return;
	}
	if (!store.registered) {
		pthread_once(&once, make_key);
		if (pthread_setspecific(end_of_thread, &store) != 0) {
			hs_heap_free(chunk);
			return;
		}
		store.registered = 1;
	}
	chunk->prev = store.free[class];
	store.free[class] = chunk;
	store.bytes += chunk->size;
}
