/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer does with the work that it took: all of it in one SQLite transaction.
 *
 *            +--------------------------------------------------------------+
 *            v                                                              |
 *   [wait] --take--> [run each] --all well--> [commit] --durable--> [end, acknowledge]
 *                        |                        |
 *            one failed after it had written      | the disk failed
 *                        v                        v
 *               [roll back, run again        [nothing of the group is acknowledged;
 *                with a savepoint each]       the connection is opened anew before
 *                                             the next group: BROKEN -> READY]
 *
 * A failed sync is never tried again: its group has failed, and the next group writes its own frames. */
#include <core/store/sqlite/state.h>

#include <core/base/flag.h>
#include <core/base/log.h>

#define PATIENCE_MAX_NS UINT64_C(500000) /* how long a group may wait for more to come */

static int note_frames(void *arg, sqlite3 *sqlite, const char *name, int frames)
{
	struct hs__writer *writer = arg;

	(void)sqlite;
	(void)name;
	writer->wal_frames = frames;
	return SQLITE_OK;
}

enum hs_status hs__writer_open(struct hs_store *store, struct hs_error *err)
{
	struct hs__writer *writer = &store->writer;
	enum hs_status status = hs__db_open(store, true, &writer->db, err);

	if (status == HS_OK)
		sqlite3_wal_hook(writer->db->sqlite, note_frames, writer);
	return status;
}

enum outcome { GROUP_DONE, GROUP_AGAIN, GROUP_LOST };

/* How a failing work function is undone: by the rollback of everything, by running all the others again,
 * or by a savepoint of its own. Savepoints cost each page a copy, so they are kept for the second try. */
enum manner { ALONE, TOGETHER, APART };

static void undo_op(struct hs_store *store, struct hs_store_op *op, struct hs__mark mark)
{
	struct hs_error err;
	struct hs__db *db = store->writer.db;

	hs__group_rollback(store, mark);
	if (hs__db_run(db, "ROLLBACK TO op; RELEASE op", &err) != HS_OK) {
		db->failed = HS_E_IO;
		op->status = HS_E_IO;
		op->error = err;
	}
}

/* Undoes what is not committed of a failed op, when that can be done here. */
static enum outcome settle_failed(struct hs_store *store, struct hs_store_op *op, enum manner manner,
	struct hs__mark mark, bool changed)
{
	if (manner == TOGETHER && changed)
		return GROUP_AGAIN;
	if (manner == APART)
		undo_op(store, op, mark);
	else {
		/* SQLite undoes nothing here: what a search of this work had written of others' entries
		 * stays. */
		mark.posting_written = store->writer.group.postings.written;
		hs__group_rollback(store, mark);
	}
	return store->writer.db->failed ? GROUP_LOST : GROUP_DONE;
}

/* Rows that the work itself has changed so far, as SQLite counts them. */
static int64_t changes_of(const struct hs__writer *writer)
{
	return sqlite3_total_changes64(writer->db->sqlite) - writer->group.postings.changes;
}

/* Runs one piece of work inside the open transaction. */
static enum outcome run_op(struct hs_store *store, struct hs_store_op *op, enum manner manner)
{
	struct hs__writer *writer = &store->writer;
	struct hs__db *db = writer->db;
	struct hs__mark mark = hs__group_mark(&writer->group);
	int64_t changes = changes_of(writer);
	struct hs_txn txn;

	if (hs_flag_is_set(op->cancelled)) {
		op->status = hs_fail(&op->error, HS_E_CANCELLED, "the work was cancelled");
		return GROUP_DONE;
	}
	if (manner == APART && hs__db_run(db, "SAVEPOINT op", &op->error) != HS_OK)
		return GROUP_LOST;
	hs__txn_begin(&txn, store, db, &writer->group);
	op->status = op->work(&txn, op->arena, op->arg, &op->error);
	HS_ASSERT(db->busy == 0);
	if (op->status == HS_OK && txn.fault) {
		op->status = txn.fault;
		op->error = txn.fault_error;
	}
	HS_ASSERT(op->status != HS_OK || txn.depth == 0);
	if (db->failed || sqlite3_get_autocommit(db->sqlite))
		return GROUP_LOST;
	op->seq = writer->group.seq;
	if (op->status != HS_OK)
		return settle_failed(store, op, manner, mark,
			txn.depth || txn.changed || changes_of(writer) != changes);
	if (manner == APART && hs__db_run(db, "RELEASE op", &op->error) != HS_OK)
		return GROUP_LOST;
	return GROUP_DONE;
}

static enum hs_status commit(struct hs_store *store, struct hs_error *err)
{
	const struct hs_world *world = store->world;
	uint64_t before = world->mono_ns(world->ctx);
	enum hs_status status = hs__group_save(store, err);

	if (status == HS_OK) {
		struct hs_stmt *stmt = hs__db_stmt(store->writer.db, "COMMIT", err);
		status = stmt ? hs_sql_run(stmt, err) : err->status;
	}
	uint64_t took_ns = world->mono_ns(world->ctx) - before;
	store->writer.patience_ns = took_ns < PATIENCE_MAX_NS ? took_ns : PATIENCE_MAX_NS;
	return status;
}

static enum outcome run_all(struct hs_store *store, struct hs_store_op *ops, enum manner manner,
	struct hs_error *err)
{
	struct hs__db *db = store->writer.db;
	struct hs_stmt *begin = hs__db_stmt(db, "BEGIN IMMEDIATE", err);
	bool any = false;

	if (!begin || hs_sql_run(begin, err) != HS_OK)
		return GROUP_LOST;
	store->writer.group.apart = manner == APART;
	for (struct hs_store_op *op = ops; op; op = op->next) {
		enum outcome outcome = run_op(store, op, manner);
		if (outcome != GROUP_DONE) {
			*err = op->error;
			return outcome;
		}
		any |= op->status == HS_OK;
	}
	if (any)
		return commit(store, err) == HS_OK ? GROUP_DONE : GROUP_LOST;
	return hs__db_run(db, "ROLLBACK", err) == HS_OK ? GROUP_DONE : GROUP_LOST;
}

static void roll_back(struct hs_store *store)
{
	struct hs_error ignored;
	struct hs__db *db = store->writer.db;

	if (!sqlite3_get_autocommit(db->sqlite))
		hs__db_run(db, "ROLLBACK", &ignored);
	hs__group_rollback_all(store);
}

/* Told when it begins and when it ends, not for each write between. */
static void note_fault(struct hs_store *store, enum hs_status status, const struct hs_error *err)
{
	int before = __atomic_exchange_n(&store->write_fault, (int)status, __ATOMIC_RELAXED);

	if (status && !before)
		hs_log_text(HS_LOG_ERROR, "store.write", "nothing can be written to %s: %s; reading goes on",
			store->path, err->text);
	else if (!status && before)
		hs_log_text(HS_LOG_INFO, "store.write", "%s can be written to again", store->path);
}

/* The disk has failed. What the connection remembers may not be what the file holds. */
static void lose_group(struct hs_store *store, struct hs_store_op *ops, const struct hs_error *err)
{
	struct hs__writer *writer = &store->writer;

	roll_back(store);
	writer->state = HS__WRITER_BROKEN;
	for (struct hs_store_op *op = ops; op; op = op->next) {
		op->error = *err;
		op->status = op->error.status == HS_E_FULL ? HS_E_FULL : HS_E_IO;
		op->error.status = op->status;
	}
}

static enum hs_status mend(struct hs_store *store, struct hs_error *err)
{
	struct hs__writer *writer = &store->writer;

	if (writer->state == HS__WRITER_READY)
		return HS_OK;
	hs__db_close(writer->db);
	writer->db = NULL;
	enum hs_status status = hs__writer_open(store, err);
	if (status == HS_OK)
		writer->state = HS__WRITER_READY;
	return status;
}

void hs__writer_settle(struct hs_store *store, struct hs_store_op *ops)
{
	struct hs_error err = { .status = HS_E_IO };
	enum outcome outcome = GROUP_LOST;

	HS_ASSERT(ops);
	if (mend(store, &err) == HS_OK) {
		store->writer.db->failed = HS_OK;
		for (struct hs_store_op *op = ops; op; op = op->next)
			op->memory = hs_arena_mark(op->arena);
		outcome = run_all(store, ops, ops->next ? TOGETHER : ALONE, &err);
		if (outcome == GROUP_AGAIN) {
			roll_back(store);
			for (struct hs_store_op *op = ops; op; op = op->next)
				hs_arena_rollback(op->arena, op->memory);
			outcome = run_all(store, ops, APART, &err);
		}
		if (outcome == GROUP_LOST)
			lose_group(store, ops, &err);
		note_fault(store, outcome == GROUP_LOST ? ops->status : HS_OK, &err);
	} else {
		for (struct hs_store_op *op = ops; op; op = op->next) {
			op->error = err;
			op->status = op->error.status = HS_E_IO;
		}
		note_fault(store, HS_E_IO, &err);
	}
	hs__group_end(store, outcome == GROUP_DONE);
	__atomic_add_fetch(&store->groups, 1, __ATOMIC_RELAXED);
}
