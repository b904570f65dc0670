/* SPDX-License-Identifier: Apache-2.0 */
/* Columns that searches want and are not to wait for: made by a reader's thread, one at a time, so that
 * searches that wait for a reader are delayed by one of these at most. */
#include <core/store/find/column.h>
#include <core/store/sqlite/state.h>

#include <core/base/flag.h>
#include <core/base/heap.h>

#define WAITING_MOST 16u /* more are wanted again by the next search */
#define SCRATCH ((size_t)192 << 20)

/* The store's: while there is anything to be made a task of it is with the readers, or runs there. */
struct hs__later {
	struct hs_task task;
	struct hs_store *store; /* NULL: it has closed, before the task ran */
	struct hs__wanted_column waiting[WAITING_MOST];
	unsigned count;
	bool posted, running;
	bool cancelled; /* atomic access */
};

/* One lock for all stores: it is held for moments, and outlives whoever waits for it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t rested = PTHREAD_COND_INITIALIZER;

struct hs__later *hs__later_new(struct hs_store *store)
{
	struct hs__later *later = hs_heap_alloc(sizeof(*later));

	later->store = store;
	return later;
}

static enum hs_status make_one(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	return hs__columns_make(txn, arena, arg, err);
}

static bool is_same(const struct hs__wanted_column *a, const struct hs__wanted_column *b)
{
	return a->type == b->type && a->target == b->target &&
		hs_slice_eq(hs__key_slice(&a->prefix), hs__key_slice(&b->prefix));
}

static void run_later(struct hs_task *task);

/* With the lock. */
static void post(struct hs__later *later)
{
	struct hs_mailbox *pool = hs_pool_mailbox(later->store->readers);

	later->task.run = run_later;
	later->posted = pool->post(pool, &later->task);
	if (!later->posted) /* the readers have enough to do */
		later->count = 0;
}

static void run_later(struct hs_task *task)
{
	struct hs__later *later = (struct hs__later *)(void *)((char *)task -
		offsetof(struct hs__later, task));
	struct hs_error err;

	pthread_mutex_lock(&lock);
	if (!later->store) {
		pthread_mutex_unlock(&lock);
		hs_heap_free(later);
		return;
	}
	struct hs__wanted_column wanted = later->waiting[0];
	later->running = true;
	pthread_mutex_unlock(&lock);
	struct hs_arena *arena = hs_arena_new(SCRATCH);
	/* What could not be made is wanted again. */
	hs__read_unhurried(later->store, arena, make_one, &wanted, &later->cancelled, &err);
	hs_arena_free(arena);
	pthread_mutex_lock(&lock);
	later->running = later->posted = false;
	memmove(later->waiting, later->waiting + 1, --later->count * sizeof(later->waiting[0]));
	if (later->count && !hs_flag_is_set(&later->cancelled))
		post(later);
	pthread_cond_broadcast(&rested);
	pthread_mutex_unlock(&lock);
}

bool hs__find_later(struct hs_txn *txn, const struct hs__wanted_column *wanted)
{
	struct hs__later *later = txn->store->later;

	if (!txn->store->readers)
		return false;
	pthread_mutex_lock(&lock);
	unsigned at = 0;
	while (at < later->count && !is_same(&later->waiting[at], wanted))
		at++;
	if (at == later->count && at < WAITING_MOST) {
		later->waiting[later->count++] = *wanted;
		if (!later->posted)
			post(later);
	}
	pthread_mutex_unlock(&lock);
	return true;
}

void hs__later_wait(struct hs_store *store)
{
	pthread_mutex_lock(&lock);
	while (store->later->posted)
		pthread_cond_wait(&rested, &lock);
	pthread_mutex_unlock(&lock);
}

void hs__later_stop(struct hs__later *later)
{
	pthread_mutex_lock(&lock);
	__atomic_store_n(&later->cancelled, true, __ATOMIC_RELAXED);
	while (later->running)
		pthread_cond_wait(&rested, &lock);
	bool queued = later->posted;
	later->store = NULL;
	pthread_mutex_unlock(&lock);
	if (!queued)
		hs_heap_free(later);
}
