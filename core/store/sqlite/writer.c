/* SPDX-License-Identifier: Apache-2.0 */
/* The writer: one thread that takes what waits, has it carried out as one group (settle.c), and answers at
 * once. Only this thread writes, and only it checkpoints. */
#include <core/store/sqlite/caches.h>
#include <core/store/sqlite/state.h>

#include <core/base/heap.h>
#include <core/base/log.h>
#include <errno.h>
#include <time.h>

#define FRAMES_WHEN_IDLE 1000 /* pages in the write-ahead log that are worth a checkpoint when idle */
#define FRAMES_WHEN_BUSY 8000 /* and when there is more to do */
#define FRAMES_TO_TRUNCATE 16384
#define IDLE_MEMORY ((size_t)64 << 20)
#define IDLE_MS UINT64_C(100) /* without work; between two groups of busy clients there is less */
#define GOOD_PART 3           /* of the last group, one in so many */

/* ---- answers ---- */

static void finish(struct hs_task *task)
{
	struct hs_store_op *op = (struct hs_store_op *)(void *)((char *)task -
		offsetof(struct hs_store_op, task));

	op->done(op);
}

void hs__op_reply(struct hs_store_op *op)
{
	op->task.run = finish;
	/* A mailbox that takes nothing belongs to a loop that has ended; nobody waits there. */
	op->reply_to->post(op->reply_to, &op->task);
}

static void answer(struct hs_store *store, struct hs_store_op *ops)
{
	for (struct hs_store_op *op = ops, *next; op; op = next) {
		next = op->next;
		__atomic_add_fetch(op->status == HS_OK ? &store->writes : &store->failed, 1,
			__ATOMIC_RELAXED);
		hs__op_reply(op);
	}
}

static void run_group(struct hs_store *store, struct hs_store_op *ops)
{
	hs__writer_settle(store, ops);
	answer(store, ops);
}

/* ---- when no write waits ---- */

struct idle {
	hs_idle_fn *work;
	bool more;
};

static enum hs_status do_idle_work(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct idle *idle = arg;

	idle->more = false;
	return idle->work(txn, arena, &idle->more, err);
}

/* Set from another thread, when this one runs already. */
static hs_idle_fn *idle_work_of(const struct hs__writer *writer)
{
	return __atomic_load_n(&writer->idle_work, __ATOMIC_ACQUIRE);
}

static void run_idle_work(struct hs_store *store)
{
	struct hs__writer *writer = &store->writer;
	struct idle idle = { .work = idle_work_of(writer) };
	struct hs_store_op op = { .work = do_idle_work, .arg = &idle, .arena = hs_arena_new(IDLE_MEMORY) };

	hs__writer_settle(store, &op);
	if (op.status != HS_OK)
		hs_log_text(HS_LOG_WARN, "store.idle", "work on %s beside its writes has failed: %s",
			store->path, op.error.text);
	writer->idle_seq = op.status == HS_OK && idle.more ? UINT64_MAX : store->seq;
	hs_arena_free(op.arena);
}

static bool idle_work_wanted(const struct hs_store *store)
{
	const struct hs__writer *writer = &store->writer;

	return idle_work_of(writer) && writer->idle_seq != store->seq && writer->state == HS__WRITER_READY;
}

/* One piece of what can wait; blocks of the index come first. */
static void do_beside(struct hs_store *store)
{
	if (hs__upkeep_wanted(store))
		hs__upkeep_step(store);
	else if (idle_work_wanted(store))
		run_idle_work(store);
}

/* ---- checkpoints ---- */

/* A failed one is harmless: the log keeps what it has, and the next one tries again. */
static void checkpoint(struct hs_store *store, bool idle)
{
	struct hs__writer *writer = &store->writer;
	int frames = writer->wal_frames;

	if (writer->state != HS__WRITER_READY || frames < (idle ? FRAMES_WHEN_IDLE : FRAMES_WHEN_BUSY))
		return;
	int mode = idle && frames >= FRAMES_TO_TRUNCATE ? SQLITE_CHECKPOINT_TRUNCATE :
							  SQLITE_CHECKPOINT_PASSIVE;
	int in_log = 0, done = 0;
	hs__reader_end_kept(store);
	sqlite3_busy_timeout(writer->db->sqlite, 0); /* readers that still need the log are not waited for */
	sqlite3_wal_checkpoint_v2(writer->db->sqlite, NULL, mode, &in_log, &done);
	sqlite3_busy_timeout(writer->db->sqlite, 5000);
	writer->wal_frames = 0; /* counted anew by the next commit */
}

/* ---- the thread ---- */

/* Waits for work. True when none has come for a while and there is something else to be done: a checkpoint,
 * or upkeep. With the lock. */
static bool wait_for_work(const struct hs_store *store, struct hs__writer *writer)
{
	const struct hs_world *world = store->world;
	bool upkeep = hs__upkeep_wanted(store), beside = upkeep || idle_work_wanted(store);

	if (upkeep && writer->upkeep.phase != HS__UPKEEP_REST)
		return true;
	if (!beside && (writer->wal_frames < FRAMES_WHEN_IDLE || writer->state != HS__WRITER_READY)) {
		pthread_cond_wait(&writer->wake, &writer->lock);
		return false;
	}
	uint64_t wait_ms = beside ? store->upkeep_ms : IDLE_MS;
	uint64_t end = world->mono_ns(world->ctx) + wait_ms * 1000000;
	struct timespec until = { (time_t)(end / 1000000000), (long)(end % 1000000000) };
	return pthread_cond_timedwait(&writer->wake, &writer->lock, &until) == ETIMEDOUT;
}

/* Those whose writes were acknowledged last are likely to be back at once: one commit then carries what would
 * have been two. Waits for them as long as a commit takes, at most. But when a good part of a group has come
 * during the last one already, the loops work beside this thread, on cores of their own, and a wait would
 * only leave both idle in turn. With the lock. */
static void let_them_come(const struct hs_world *world, struct hs__writer *writer)
{
	if (!writer->head || writer->waiting >= writer->last_group / GOOD_PART || writer->closing)
		return;
	uint64_t end = world->mono_ns(world->ctx) + writer->patience_ns;
	struct timespec until = { (time_t)(end / 1000000000), (long)(end % 1000000000) };
	writer->wanted = writer->last_group;
	while (writer->waiting < writer->wanted && !writer->closing &&
		pthread_cond_timedwait(&writer->wake, &writer->lock, &until) != ETIMEDOUT)
		continue;
	writer->wanted = 0;
}

/* While this thread waits its cache may be made smaller. There is no connection after one was lost. */
static void give_connection_back(struct hs__writer *writer)
{
	if (writer->db)
		hs__caches_give_back(writer->db);
}

static void take_connection(struct hs__writer *writer)
{
	while (writer->db && !hs__caches_try_take(writer->db))
		hs__caches_wait();
}

/* Takes up to a group of what waits; NULL with *idle when it is time for a checkpoint or for upkeep,
 * and NULL without when the store is closing and nothing waits. */
static struct hs_store_op *take(struct hs_store *store, bool *idle)
{
	struct hs__writer *writer = &store->writer;

	*idle = false;
	give_connection_back(writer);
	pthread_mutex_lock(&writer->lock);
	while (!writer->head && !writer->closing && !*idle)
		*idle = wait_for_work(store, writer);
	let_them_come(store->world, writer);
	struct hs_store_op *first = writer->head, *last = first;
	uint32_t count = first != NULL;
	for (; last && count < store->group_max && last->next; count++)
		last = last->next;
	if (first) {
		writer->waiting -= count;
		writer->last_group = count;
		writer->head = last->next;
		if (!writer->head)
			writer->tail = &writer->head;
		last->next = NULL;
		*idle = false;
	}
	pthread_mutex_unlock(&writer->lock);
	take_connection(writer);
	return first;
}

static void *write_groups(void *arg)
{
	struct hs_store *store = arg;
	struct hs_store_op *ops;
	bool idle;

	while ((ops = take(store, &idle)) || idle) {
		if (ops)
			run_group(store, ops);
		else
			do_beside(store);
		checkpoint(store, idle && !hs__upkeep_wanted(store));
	}
	return NULL;
}

enum hs_status hs__writer_start(struct hs_store *store, struct hs_error *err)
{
	struct hs__writer *writer = &store->writer;

	writer->started = true;
	writer->tail = &writer->head;
	writer->idle_seq = UINT64_MAX;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	hs__group_init(&writer->group, 0);
	enum hs_status status = hs__writer_open(store, err);
	if (status == HS_OK)
		status = hs__schema_prepare(store, writer->db, err);
	if (status == HS_OK)
		status = hs__schema_load(store, writer->db, err);
	if (status != HS_OK)
		return status;
	int code = pthread_create(&writer->thread, NULL, write_groups, store);
	if (code != 0)
		return hs_fail(err, HS_E_BUSY, "no thread for the store's writer: %s", strerror(code));
	pthread_setname_np(writer->thread, "store-writer");
	writer->running = true;
	return HS_OK;
}

/* Readers are closed by now, so the log can be emptied into the file. */
void hs__writer_stop(struct hs_store *store)
{
	struct hs__writer *writer = &store->writer;

	if (writer->running) {
		pthread_mutex_lock(&writer->lock);
		writer->closing = true;
		pthread_cond_signal(&writer->wake);
		pthread_mutex_unlock(&writer->lock);
		pthread_join(writer->thread, NULL);
		if (writer->state == HS__WRITER_READY)
			sqlite3_wal_checkpoint_v2(writer->db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
				NULL);
	}
	hs__db_close(writer->db);
	hs__group_free(&writer->group);
	hs__upkeep_free(&writer->upkeep);
	hs_heap_free(writer->tallies);
	pthread_cond_destroy(&writer->wake);
	pthread_mutex_destroy(&writer->lock);
}

void hs_store_when_idle(struct hs_store *store, hs_idle_fn *work)
{
	struct hs__writer *writer = &store->writer;

	pthread_mutex_lock(&writer->lock);
	__atomic_store_n(&writer->idle_work, work, __ATOMIC_RELEASE);
	pthread_cond_signal(&writer->wake);
	pthread_mutex_unlock(&writer->lock);
}

void hs_store_write(struct hs_store *store, struct hs_store_op *op)
{
	struct hs__writer *writer = &store->writer;

	op->store = store;
	op->status = HS_OK;
	op->next = NULL;
	pthread_mutex_lock(&writer->lock);
	bool taken = !writer->closing && writer->waiting < store->queue_depth;
	if (taken) {
		*writer->tail = op;
		writer->tail = &op->next;
		writer->waiting++;
		if (writer->waiting >= writer->wanted)
			pthread_cond_signal(&writer->wake);
	}
	pthread_mutex_unlock(&writer->lock);
	if (!taken) {
		op->status = hs_fail(&op->error, HS_E_BUSY, "too many writes are waiting; try again later");
		hs__op_reply(op);
	}
}
