/* SPDX-License-Identifier: Apache-2.0 */
/* Puts in order what a load has put off: pointers that wait in blocks go to their spots, marks to their
 * table, and indexes are made anew. Each step does a part of it, so that the log of the store stays small and
 * a program may end at any moment: what is done is done, and all else is still where it was. */
#include "table.h"

#include <stdlib.h>

#define ENOUGH UINT64_C(400000)          /* rows that one transaction changes, about */
#define CHUNK_BYTES ((size_t)24 << 20)   /* of blocks that are put in order at a time */
#define CHUNK_MEMORY ((size_t)512 << 20) /* one block may be large */

/* ---- the tally ---- */

enum hs_status hs_ledger_waits(struct hs_txn *txn, unsigned *out, struct hs_error *err)
{
	uint64_t waits = 0;
	enum hs_status status = hs_ledger_ask(hs_sql(txn, "SELECT waiting FROM record_index_tally", err),
		&waits, err);

	*out = (unsigned)waits;
	return status;
}

static enum hs_status change_waits(struct hs_stmt *stmt, unsigned bits, struct hs_error *err)
{
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, bits);
	return hs_sql_run(stmt, err);
}

enum hs_status hs_ledger_note_waits(struct hs_txn *txn, unsigned bits, struct hs_error *err)
{
	return change_waits(hs_sql(txn, "UPDATE record_index_tally SET waiting = waiting | ?1", err), bits,
		err);
}

static enum hs_status end_waits(struct hs_txn *txn, unsigned bits, struct hs_error *err)
{
	return change_waits(hs_sql(txn, "UPDATE record_index_tally SET waiting = waiting & ~?1", err), bits,
		err);
}

/* ---- pointers ---- */

struct item {
	uint64_t spot;
	struct hs_slice bytes; /* of the block */
};
struct chunk {
	struct hs_arena *arena;
	struct item *items;
	size_t count, room;
	uint64_t last; /* number of the last block */
};

static bool add_item(struct chunk *chunk, struct hs_slice *block)
{
	struct hs_slice start = *block;
	struct hs_ledger_stored stored;

	if (chunk->count == chunk->room) {
		size_t room = chunk->room ? 2 * chunk->room : 4096;
		chunk->items = hs_arena_grow(chunk->arena, chunk->items, chunk->room * sizeof *chunk->items,
			room * sizeof *chunk->items);
		chunk->room = room;
	}
	if (!chunk->items || !hs_ledger_take_stored(block, &stored))
		return false;
	chunk->items[chunk->count++] = (struct item) { stored.spot,
		hs_slice_first(start, start.len - block->len) };
	return true;
}

static enum hs_status gather(struct chunk *chunk, struct hs_txn *txn, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT number, bytes FROM record_index_block ORDER BY number",
		err);
	enum hs_status status = HS_OK;
	size_t bytes = 0;
	int step = 0;

	if (!stmt)
		return err->status;
	while (status == HS_OK && bytes < CHUNK_BYTES && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs_slice block = hs_arena_copy(chunk->arena, hs_sql_get_blob(stmt, 1));
		chunk->last = (uint64_t)hs_sql_get_int(stmt, 0);
		bytes += block.len;
		while (block.len && status == HS_OK) {
			if (!add_item(chunk, &block))
				status = hs_fail(err, HS_E_CORRUPT,
					"pointers that wait in the ledger are damaged");
		}
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

static int by_spot(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->spot < y->spot ? -1 : x->spot > y->spot;
}

static enum hs_status put_in_place(const struct chunk *chunk, struct hs_txn *txn, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "DELETE FROM record_index_block WHERE number <= ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)chunk->last);
	enum hs_status status = hs_sql_run(stmt, err);
	qsort(chunk->items, chunk->count, sizeof *chunk->items, by_spot);
	for (size_t i = 0; i < chunk->count && status == HS_OK; i++) {
		struct hs_slice bytes = chunk->items[i].bytes;
		struct hs_ledger_stored stored = { 0 };
		hs_ledger_take_stored(&bytes, &stored);
		status = hs_ledger_insert_stored(txn, &stored, err);
	}
	return status;
}

/* Some blocks, of whole buckets or of a part of one. */
static enum hs_status settle_pointers(struct hs_txn *txn, uint64_t *done, struct hs_error *err)
{
	struct chunk chunk = { .count = 0 };
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status != HS_OK || !(waits & HS_LEDGER_POINTERS_WAIT))
		return status;
	chunk.arena = hs_arena_new(CHUNK_MEMORY);
	status = gather(&chunk, txn, err);
	if (status == HS_OK)
		status = chunk.count ? put_in_place(&chunk, txn, err) :
				       end_waits(txn, HS_LEDGER_POINTERS_WAIT, err);
	hs_arena_free(chunk.arena);
	*done += chunk.count;
	return status;
}

enum hs_status hs_ledger_mend_pointers(struct hs_txn *txn, struct hs_error *err)
{
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	return status == HS_OK && waits & HS_LEDGER_POINTERS_WAIT ? hs_ledger_mend_all(txn, err) : status;
}

/* ---- marks ---- */

static enum hs_status run(struct hs_stmt *stmt, struct hs_error *err)
{
	return stmt ? hs_sql_run(stmt, err) : err->status;
}

enum hs_status hs_ledger_mend_marks(struct hs_txn *txn, struct hs_error *err)
{
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status != HS_OK || !(waits & HS_LEDGER_MARKS_WAIT))
		return status;
	status = run(hs_sql(txn,
			     "INSERT OR IGNORE INTO record_index_mark SELECT hash, target"
			     " FROM record_index_waiting ORDER BY hash, target",
			     err),
		err);
	if (status == HS_OK)
		status = run(hs_sql(txn, "DELETE FROM record_index_waiting", err), err);
	return status == HS_OK ? end_waits(txn, HS_LEDGER_MARKS_WAIT, err) : status;
}

static enum hs_status settle_marks(struct hs_txn *txn, uint64_t *done, struct hs_error *err)
{
	uint64_t count = 0;
	enum hs_status status = hs_ledger_ask(hs_sql(txn, "SELECT max(rowid) FROM record_index_waiting", err),
		&count, err);

	if (status != HS_OK)
		return status;
	*done += count;
	return hs_ledger_mend_marks(txn, err);
}

/* ---- indexes ---- */

enum hs_status hs_ledger_is_there(struct hs_txn *txn, const char *name, bool *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT 1 FROM sqlite_schema WHERE name = ?1", err);
	uint64_t found = 0;

	if (stmt)
		hs_sql_text(stmt, 1, hs_slice_cstr(name));
	enum hs_status status = hs_ledger_ask(stmt, &found, err);
	*out = found != 0;
	return status;
}

/* The first one that is missing. */
static enum hs_status make_index(struct hs_txn *txn, uint64_t *done, struct hs_error *err)
{
	static const struct {
		const char *name, *sql;
	} indexes[] = {
		{ "record_index_pointer_id",
			"CREATE INDEX record_index_pointer_id ON record_index_pointer (substr(id, -6))" },
		{ "record_index_row_custodian",
			"CREATE INDEX record_index_row_custodian ON record_index_row (custodian)" },
		{ "record_index_row_date", "CREATE INDEX record_index_row_date ON record_index_row (date)" },
	};
	struct hs_ledger ledger = { .txn = txn };
	enum hs_status status = HS_OK;
	bool there = true;
	uint64_t live = 0;
	size_t i = 0;

	for (; i < sizeof indexes / sizeof indexes[0] && status == HS_OK; i++) {
		status = hs_ledger_is_there(txn, indexes[i].name, &there, err);
		if (!there)
			break;
	}
	if (status != HS_OK || there)
		return status;
	status = hs_ledger_live(&ledger, &live, err);
	*done += live + 1;
	return status == HS_OK ? run(hs_sql(txn, indexes[i].sql, err), err) : status;
}

/* ---- all of it ---- */

/* A step adds to *done how many rows it has changed, nothing when there is nothing to do. */
typedef enum hs_status step_fn(struct hs_txn *txn, uint64_t *done, struct hs_error *err);

static enum hs_status mend(struct hs_txn *txn, uint64_t enough, bool *more, struct hs_error *err)
{
	static step_fn *const steps[] = { hs_ledger_move_old, settle_pointers, settle_marks, make_index };
	enum hs_status status = HS_OK;
	uint64_t done = 0;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && done < enough && status == HS_OK; i++) {
		uint64_t before = UINT64_MAX;
		while (status == HS_OK && done < enough && done != before) {
			before = done;
			status = steps[i](txn, &done, err);
		}
	}
	*more = done >= enough;
	return status;
}

enum hs_status hs_ledger_mend(struct hs_txn *txn, struct hs_arena *arena, void *state, bool *more,
	struct hs_error *err)
{
	(void)arena;
	(void)state;
	return mend(txn, ENOUGH, more, err);
}

enum hs_status hs_ledger_mend_all(struct hs_txn *txn, struct hs_error *err)
{
	bool more = false;

	return mend(txn, UINT64_MAX, &more, err);
}
