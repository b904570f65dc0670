/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: a connection for each thread that reads, and the three ways to run a piece of work on it.
 *
 * To begin and end a transaction takes locks of the file: system calls, a fifth of a short search. So a
 * thread keeps the transaction of one read for the next. It sees one moment; what has been committed and
 * acknowledged since would be missing, so it is good only while the count of ended groups is what it was
 * before the transaction began. A transaction that stays open keeps the log from being reused: before the
 * writer moves the log into the file it therefore ends those that are kept and not in use. */
#include <core/store/sqlite/caches.h>
#include <core/store/sqlite/state.h>

#include <core/base/flag.h>
#include <core/base/heap.h>

/* Connections that one thread keeps; the one unused for longest makes room. */
#define SLOTS 32u

/* A thread's place for a connection. Only its own thread fills it; a store that closes empties it, under
 * the lock. `number` is looked at without the lock, hence atomic. */
struct hs__slot {
	uint64_t number; /* of the store; 0: empty */
	struct hs__db *db;
	uint64_t used;
};
struct own {
	struct hs__slot slots[SLOTS];
	uint64_t clock;
	unsigned last;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* lists of connections, slots' contents */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static __thread struct own *mine;

/* With the lock held. */
static void close_slot(struct hs__slot *slot)
{
	struct hs__db *db = slot->db;

	if (!db)
		return;
	struct hs__db **link = &db->store->connections;
	while (*link != db)
		link = &(*link)->next;
	*link = db->next;
	__atomic_store_n(&slot->number, 0, __ATOMIC_RELAXED);
	slot->db = NULL;
	hs__db_close(db);
}

static void end_of_thread(void *arg)
{
	struct own *own = arg;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < SLOTS; i++)
		close_slot(&own->slots[i]);
	pthread_mutex_unlock(&lock);
	hs_heap_free(own);
}

static void make_key(void)
{
	pthread_key_create(&key, end_of_thread);
}

void hs__reader_close_all(struct hs_store *store)
{
	pthread_mutex_lock(&lock);
	while (store->connections)
		close_slot(store->connections->slot);
	pthread_mutex_unlock(&lock);
}

static struct hs__slot *oldest(struct own *own)
{
	struct hs__slot *slot = NULL;

	for (unsigned i = 0; i < SLOTS; i++) {
		if (own->slots[i].db && own->slots[i].db->in_txn)
			continue;
		if (!slot || own->slots[i].used < slot->used)
			slot = &own->slots[i];
	}
	HS_ASSERT(slot);
	return slot;
}

static enum hs_status add_connection(struct own *own, struct hs_store *store, struct hs__db **out,
	struct hs_error *err)
{
	struct hs__db *db = NULL;
	enum hs_status status = hs__db_open(store, false, &db, err);

	if (status != HS_OK)
		return status;
	hs__caches_give_back(db);
	pthread_mutex_lock(&lock);
	struct hs__slot *slot = oldest(own);
	close_slot(slot);
	slot->db = db;
	db->slot = slot;
	db->next = store->connections;
	store->connections = db;
	__atomic_store_n(&slot->number, store->number, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&lock);
	slot->used = ++own->clock;
	own->last = (unsigned)(slot - own->slots);
	*out = db;
	return HS_OK;
}

static struct own *own_of_thread(void)
{
	if (!mine) {
		pthread_once(&once, make_key);
		mine = hs_heap_alloc(sizeof(*mine));
		pthread_setspecific(key, mine);
	}
	return mine;
}

/* This thread's connection to the store; kept for the next time. */
static enum hs_status reader_db(struct hs_store *store, struct hs__db **out, struct hs_error *err)
{
	struct own *own = own_of_thread();

	for (unsigned i = 0; i < SLOTS; i++) {
		struct hs__slot *slot = &own->slots[(own->last + i) % SLOTS];
		if (__atomic_load_n(&slot->number, __ATOMIC_RELAXED) != store->number)
			continue;
		slot->used = ++own->clock;
		own->last = (unsigned)(slot - own->slots);
		*out = slot->db;
		return HS_OK;
	}
	return add_connection(own, store, out, err);
}

/* ---- transactions ---- */

static enum hs_status run_simple(struct hs__db *db, const char *sql, struct hs_error *err)
{
	struct hs_stmt *stmt = hs__db_stmt(db, sql, err);

	return stmt ? hs_sql_run(stmt, err) : err->status;
}

static void end_txn(struct hs__db *db)
{
	struct hs_error ignored;

	if (run_simple(db, "COMMIT", &ignored) != HS_OK && !sqlite3_get_autocommit(db->sqlite))
		hs__db_run(db, "ROLLBACK", &ignored);
	db->open = false;
}

/* The kept transaction, if nothing has been committed since; else a new one. */
static enum hs_status begin_txn(struct hs_store *store, struct hs__db *db, struct hs_error *err)
{
	uint64_t ended = __atomic_load_n(&store->ended, __ATOMIC_SEQ_CST);

	if (db->open && db->ended == ended)
		return HS_OK;
	if (db->open)
		end_txn(db);
	db->ended = ended;
	db->seq_known = false;
	enum hs_status status = run_simple(db, "BEGIN", err);
	db->open = status == HS_OK;
	return status;
}

/* The connection belongs to its thread while that reads, to the writer while that ends what is kept, and to
 * whoever changes the size of its cache. */
static void take(struct hs__db *db)
{
	while (!hs__caches_try_take(db)) {
		pthread_mutex_lock(&lock); /* which the writer holds as long */
		pthread_mutex_unlock(&lock);
		hs__caches_wait();
	}
}

void hs__reader_end_kept(struct hs_store *store)
{
	pthread_mutex_lock(&lock);
	for (struct hs__db *db = store->connections; db; db = db->next) {
		if (!hs__caches_try_take(db))
			continue;
		if (db->open)
			end_txn(db);
		hs__caches_give_back(db);
	}
	pthread_mutex_unlock(&lock);
}

static enum hs_status read_with(struct hs_store *store, struct hs_store_op *op,
	const struct hs__limits *limits, bool keep)
{
	struct hs__db *db = NULL;
	struct hs_txn txn;

	op->status = reader_db(store, &db, &op->error);
	if (op->status != HS_OK)
		return op->status;
	HS_ASSERT(!db->in_txn);
	take(db);
	db->limits = *limits;
	db->stopped = HS_OK;
	op->status = begin_txn(store, db, &op->error);
	if (op->status != HS_OK) {
		hs__caches_give_back(db);
		return op->status;
	}
	db->in_txn = true;
	hs__txn_begin(&txn, store, db, NULL);
	op->status = op->work(&txn, op->arena, op->arg, &op->error);
	HS_ASSERT(db->busy == 0);
	if (op->status == HS_OK && txn.fault) {
		op->status = txn.fault;
		op->error = txn.fault_error;
	}
	/* Stopped work has not seen all it wanted, whatever it made of that. */
	if (db->stopped && op->status != db->stopped)
		op->status = hs__db_fail(db, SQLITE_INTERRUPT, "", &op->error);
	db->limits = (struct hs__limits) { .counted = false };
	db->stopped = HS_OK;
	if (!keep || op->status != HS_OK)
		end_txn(db);
	db->in_txn = false;
	hs__caches_give_back(db);
	return op->status;
}

static struct hs__limits long_limits(const struct hs_store *store, const bool *cancelled)
{
	const struct hs_world *world = store->world;

	return (struct hs__limits) {
		.cancelled = cancelled,
		.deadline_ns = world->mono_ns(world->ctx) + (uint64_t)store->read_limit_ms * 1000000,
	};
}

enum hs_status hs_store_read_now(struct hs_store *store, struct hs_store_op *op)
{
	struct hs_arena_mark mark = hs_arena_mark(op->arena);
	struct hs__limits limits = {
		.cancelled = op->cancelled, .counted = true, .steps = store->read_budget
	};
	enum hs_status status = read_with(store, op, &limits, true);

	__atomic_add_fetch(&store->reads_now, 1, __ATOMIC_RELAXED);
	if (status == HS_E_BUDGET) {
		__atomic_add_fetch(&store->budget_exceeded, 1, __ATOMIC_RELAXED);
		hs_arena_rollback(op->arena, mark);
	}
	return status;
}

static void read_on_worker(struct hs_task *task)
{
	struct hs_store_op *op = (struct hs_store_op *)(void *)((char *)task -
		offsetof(struct hs_store_op, task));
	struct hs__limits limits = long_limits(op->store, op->cancelled);

	__atomic_add_fetch(&op->store->reads, 1, __ATOMIC_RELAXED);
	if (hs_flag_is_set(op->cancelled))
		op->status = hs_fail(&op->error, HS_E_CANCELLED, "the work was cancelled");
	else
		read_with(op->store, op, &limits, false);
	hs__op_reply(op);
}

void hs_store_read(struct hs_store *store, struct hs_store_op *op)
{
	struct hs_mailbox *pool = hs_pool_mailbox(store->readers);

	op->store = store;
	op->status = HS_OK;
	op->task.run = read_on_worker;
	if (pool->post(pool, &op->task))
		return;
	op->status = hs_fail(&op->error, HS_E_BUSY, "too many searches are waiting; try again later");
	hs__op_reply(op);
}

enum hs_status hs_store_read_wait(struct hs_store *store, struct hs_arena *arena, hs_work_fn *work, void *arg,
	struct hs_error *err)
{
	return hs__read_unhurried(store, arena, work, arg, NULL, err);
}

enum hs_status hs__read_unhurried(struct hs_store *store, struct hs_arena *arena, hs_work_fn *work, void *arg,
	const bool *cancelled, struct hs_error *err)
{
	struct hs_store_op op = { .work = work, .arg = arg, .arena = arena };
	struct hs__limits limits = { .cancelled = cancelled, .counted = false };

	if (read_with(store, &op, &limits, false) != HS_OK)
		*err = op.error;
	return op.status;
}
