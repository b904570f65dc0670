/* SPDX-License-Identifier: Apache-2.0 */
/* The store as the host sees it: opening one, handing it work, backing it up.
 *
 * Threads: one writer thread a store commits groups of waiting transactions together and is the only one
 * that checkpoints; every thread that reads has a connection of its own. An acknowledged write is on disk
 * (journal mode WAL, synchronous FULL). */
#pragma once

#include <core/base/task.h>
#include <core/base/world.h>
#include <handslag/store.h>

struct hs_store_config {
	const char *path; /* file; its directory must exist */
	const struct hs_world *world;
	/* The sandbox's clock; NULL: world->wall_ms. Thread-safe. */
	int64_t (*now_ms)(void *arg);
	void *now_arg;
	struct hs_pool *readers; /* where hs_store_read runs */
	uint32_t queue_depth;    /* writes that may wait; above it HS_E_BUSY; default 4,096 */
	uint32_t group_max;      /* transactions of one commit; default 512 */
	uint32_t read_budget;    /* SQLite steps that hs_store_read_now may take; default about 1 ms */
	uint32_t read_limit_ms;  /* most that one read may take; then HS_E_TOO_COSTLY; default 10,000 */
	/* For tests only. */
	const char *test_vfs;  /* SQLite's file layer to use, by name; NULL: the usual one */
	bool test_sync_normal; /* not durable: commits that a power cut may take back */
	bool test_columns;     /* searches ask columns (find/column.h) for all that these can answer */
	bool test_upkeep;      /* the index is merged after a few rows, whenever no write waits */
};

/* Opens or creates, migrates, and checks that the file is of this version of the format (a newer one is
 * refused with a clear message). */
enum hs_status hs_store_open(const struct hs_store_config *config, struct hs_store **out,
	struct hs_error *err);
/* Ends what waits, checkpoints, closes. No operation may be in progress on other threads. */
void hs_store_close(struct hs_store *store);

/* Applies the steps that the file does not have yet, under the service's name. Before serving only. */
enum hs_status hs_store_migrate(struct hs_store *store, const char *service,
	const struct hs_migration *migrations, size_t count, struct hs_error *err);
/* Numbers for names that the program knows, made when they are new (any thread; waits for the disk). */
enum hs_status hs_store_number(struct hs_store *store, unsigned space, struct hs_slice text, uint32_t *out,
	struct hs_error *err);
/* Many at once, in one transaction: out[i] belongs to texts[i]. */
enum hs_status hs_store_numbers(struct hs_store *store, unsigned space, const struct hs_slice *texts,
	size_t count, uint32_t *out, struct hs_error *err);
/* Resources of `type` are kept by `keeper` from now on. Before serving only. */
void hs_store_keep(struct hs_store *store, uint32_t type, const struct hs_keeper *keeper, void *state);

/* An operation. Owned by the caller until done is called, on `reply_to`, exactly once. */
struct hs_store_op {
	hs_work_fn *work;
	void *arg;
	struct hs_arena *arena; /* given to work; the caller must not touch it meanwhile */
	struct hs_mailbox *reply_to;
	void (*done)(struct hs_store_op *op);
	const bool *cancelled; /* may be NULL; looked at before and during the work (atomic access) */
	/* results */
	enum hs_status status;
	struct hs_error error;
	uint64_t seq; /* writes: the commit sequence at which it is visible */
	/* the store's */
	struct hs_task task;
	struct hs_store *store;
	struct hs_store_op *next;
	struct hs_arena_mark memory;
};

/* The `cancelled` of the operation that a transaction is for, to be read atomically by work that takes long
 * without the store; NULL: nothing can end it. As long as the operation. */
const bool *hs_txn_cancelled(const struct hs_txn *txn);

/* In a writing transaction of its own, committed with others as a group; a failing work function undoes
 * only its own changes. Errors of its own: HS_E_BUSY (queue full), HS_E_FULL, HS_E_IO. */
void hs_store_write(struct hs_store *store, struct hs_store_op *op);
/* In a reading transaction on a reader thread. */
void hs_store_read(struct hs_store *store, struct hs_store_op *op);
/* In a reading transaction here and now; gives op->status and does not call done. HS_E_BUDGET when it
 * would take longer than the budget: the arena is rolled back, and the caller uses hs_store_read. */
enum hs_status hs_store_read_now(struct hs_store *store, struct hs_store_op *op);
/* For command-line use: run and wait. */
enum hs_status hs_store_write_wait(struct hs_store *store, struct hs_arena *arena, hs_work_fn *work,
	void *arg, struct hs_error *err);
enum hs_status hs_store_read_wait(struct hs_store *store, struct hs_arena *arena, hs_work_fn *work, void *arg,
	struct hs_error *err);

/* A stamp that changes before any write that touches (type, id) is acknowledged: caches of current
 * versions remember it from before their read and are good while it is the same. Any thread. */
uint32_t hs_store_stamp(const struct hs_store *store, uint32_t type, struct hs_slice id);
/* The last acknowledged commit sequence. Any thread. */
uint64_t hs_store_seq(const struct hs_store *store);

/* Work for when no write waits: runs in writing transactions of its own, on the writer thread, again and
 * again until it leaves *more false or fails, and anew after a commit. Each should take some milliseconds,
 * since writes that come meanwhile wait. One a store. Before serving only. */
typedef enum hs_status hs_idle_fn(struct hs_txn *txn, struct hs_arena *arena, bool *more,
	struct hs_error *err);
void hs_store_when_idle(struct hs_store *store, hs_idle_fn *work);

/* Has a reader's thread make ready what searches will want of much data (find/foresee.c), where there is
 * memory for it: when the store was not asked before or, without a write since the last time, when it has
 * grown by a quarter. To be called again and again, by a server. Any thread; takes no time. */
void hs_store_foresee(struct hs_store *store);

/* In a writing transaction: the index entries of a current version made anew, and of what it contains, from
 * `put` (of which nothing else counts). The version and its history stay. */
enum hs_status hs_txn_reindex(struct hs_txn *txn, struct hs_arena *arena, const struct hs_resource *version,
	const struct hs_put *put, struct hs_error *err);

/* A copy of one moment as a new file, while others write. */
enum hs_status hs_store_backup(struct hs_store *store, const char *path, struct hs_error *err);
/* Full check of structure and of indexes against bodies' rows; HS_E_CORRUPT names what is wrong. */
enum hs_status hs_store_check(struct hs_store *store, struct hs_error *err);

/* How a search would run: its way, what drives it, and SQLite's plan for the statements. For the operator
 * and for tests; the text may change. */
enum hs_status hs_txn_find_explain(struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_find_query *query, struct hs_slice *out, struct hs_error *err);

/* HS_OK, or why the last group of writes was lost: HS_E_FULL or HS_E_IO. Reads may go on meanwhile; the next
 * write tries again. Any thread. */
enum hs_status hs_store_write_fault(const struct hs_store *store);

/* Since the store was opened: transactions, on a thread and on a loop (`reads_now`); groups of writes. */
struct hs_store_counters {
	uint64_t reads, reads_now, budget_exceeded, writes, groups, failed;
	uint64_t later_cpu_us; /* to make columns that no search waits for, and to foresee them */
	uint64_t waiting;      /* writes, for the writer */
	uint64_t file_bytes, wal_bytes;
};
void hs_store_counters(struct hs_store *store, struct hs_store_counters *out);
