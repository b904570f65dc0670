/* SPDX-License-Identifier: Apache-2.0 */
/* Columns that searches want and are not to wait for: made by a reader's thread, one at a time, so that
 * searches that wait for a reader are delayed by one of these at most. What a search wants comes before what
 * is only foreseen. */
#include <core/store/find/column.h>
#include <core/store/sqlite/state.h>

#include <core/base/cpu.h>
#include <core/base/flag.h>
#include <core/base/heap.h>

#define WAITING_MOST 16u /* more are wanted again by the next search */
#define SCRATCH ((size_t)192 << 20)
#define GROWN_SHARE 4u /* of what there was; then it is foreseen again */

/* The store's: while there is anything to be made a task of it is with the readers, or runs there. */
struct hs__later {
	struct hs_task task;
	struct hs_store *store; /* NULL: it has closed, before the task ran */
	struct hs__wanted_column waiting[WAITING_MOST];
	unsigned count;
	struct hs__wanted_column *foreseen; /* those from `next` on are to be made; NULL: none was */
	size_t foreseen_count, next;
	uint64_t foreseen_seq, seen_seq; /* versions when that was done; when the last look was taken */
	bool foresee;                    /* is to be done */
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

static void free_later(struct hs__later *later)
{
	hs_heap_free(later->foreseen);
	hs_heap_free(later);
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

struct foreseeing {
	struct hs__wanted_column *columns;
	size_t count;
};

static enum hs_status foresee(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct foreseeing *foreseeing = arg;

	return hs__columns_foresee(txn, arena, foreseeing->columns, &foreseeing->count, err);
}

static void run_later(struct hs_task *task);

static bool is_anything_left(const struct hs__later *later)
{
	return later->count || later->foresee || later->next < later->foreseen_count;
}

/* With the lock. */
static void post(struct hs__later *later)
{
	struct hs_mailbox *pool = hs_pool_mailbox(later->store->readers);

	later->task.run = run_later;
	later->posted = pool->post(pool, &later->task);
	if (!later->posted) /* the readers have enough to do */
		later->count = 0;
}

static void take_foreseen(struct hs__later *later, const struct foreseeing *seen)
{
	hs_heap_free(later->foreseen);
	later->foreseen = seen->columns;
	later->foreseen_count = seen->count;
	later->next = 0;
	later->foresee = false;
}

/* One piece of work; what could not be made is wanted again. With the lock, but for the work. */
static void run_one(struct hs__later *later)
{
	struct foreseeing seen = { .columns = NULL };
	struct hs__wanted_column column;
	bool wanted = later->count;
	struct hs_error err;

	if (wanted)
		column = later->waiting[0];
	else if (later->next < later->foreseen_count)
		column = later->foreseen[later->next++];
	else
		seen.columns = hs_heap_raw(HS__FORESEEN_MOST * sizeof(column));
	pthread_mutex_unlock(&lock);
	struct hs_arena *arena = hs_arena_new(SCRATCH);
	if (seen.columns)
		hs__read_unhurried(later->store, arena, foresee, &seen, &later->cancelled, &err);
	else
		hs__read_unhurried(later->store, arena, make_one, &column, &later->cancelled, &err);
	hs_arena_free(arena);
	pthread_mutex_lock(&lock);
	if (wanted)
		memmove(later->waiting, later->waiting + 1, --later->count * sizeof(column));
	if (seen.columns)
		take_foreseen(later, &seen);
}

static void run_later(struct hs_task *task)
{
	struct hs__later *later = (struct hs__later *)(void *)((char *)task -
		offsetof(struct hs__later, task));

	pthread_mutex_lock(&lock);
	if (!later->store) {
		pthread_mutex_unlock(&lock);
		free_later(later);
		return;
	}
	later->running = true;
	uint64_t began = hs_cpu_thread_ns();
	run_one(later);
	uint64_t spent = hs_cpu_thread_ns() - began;
	__atomic_add_fetch(&later->store->later_cpu_us, spent / 1000, __ATOMIC_RELAXED);
	later->running = later->posted = false;
	if (is_anything_left(later) && !hs_flag_is_set(&later->cancelled))
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

void hs_store_foresee(struct hs_store *store)
{
	struct hs__later *later = store->later;
	uint64_t seq = hs_store_seq(store);

	pthread_mutex_lock(&lock);
	bool first = !later->seen_seq, rests = seq == later->seen_seq;
	uint64_t grown = seq - later->foreseen_seq;
	bool much = seq >= store->foreseen_least && grown > later->foreseen_seq / GROWN_SHARE;
	later->seen_seq = seq;
	if (store->readers && (first || rests) && much) {
		later->foresee = true;
		later->foreseen_seq = seq;
	}
	/* What was left when the readers had too much to do goes on. */
	if (is_anything_left(later) && !later->posted)
		post(later);
	pthread_mutex_unlock(&lock);
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
		free_later(later);
}
