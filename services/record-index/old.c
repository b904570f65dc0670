/* SPDX-License-Identifier: Apache-2.0 */
/* Rows from before pointers lay by patient: they are moved as a load would bring them. A row is packed, or
 * from a still older program and has a column for each thing. */
#include "table.h"

#define AT_A_TIME 50000
#define MEMORY ((size_t)256 << 20)

struct move {
	struct hs_ledger ledger;
	struct hs_ledger_blocks blocks;
	uint64_t last;
	size_t count;
};

/* version, time, subject, custodian, shape, perhaps a date, rest */
static bool take_packed(struct hs_slice in, struct hs_ledger_pointer *out)
{
	uint64_t shape = 0;

	if (!hs_ledger_take_number(&in, &out->version) || !hs_ledger_take_signed(&in, &out->updated_ms) ||
		!hs_ledger_take_number(&in, &out->subject) || !hs_ledger_take_number(&in, &out->custodian) ||
		!hs_ledger_take_number(&in, &shape))
		return false;
	out->shape = shape >> 1;
	out->has_date = shape & 1;
	out->rest = in;
	return !out->has_date || hs_ledger_take_signed(&out->rest, &out->date);
}

static void take_columns(struct hs_stmt *stmt, struct hs_ledger_pointer *out)
{
	out->version = (uint64_t)hs_sql_get_int(stmt, 4);
	out->updated_ms = hs_sql_get_int(stmt, 5);
	out->subject = (uint64_t)hs_sql_get_int(stmt, 6);
	out->custodian = (uint64_t)hs_sql_get_int(stmt, 7);
	out->has_date = !hs_sql_is_null(stmt, 8);
	out->date = hs_sql_get_int(stmt, 8);
	out->shape = (uint64_t)hs_sql_get_int(stmt, 9);
	out->rest = hs_sql_get_blob(stmt, 10);
}

static enum hs_status move_row(struct move *move, struct hs_stmt *stmt, struct hs_error *err)
{
	struct hs_arena *arena = move->ledger.arena;
	struct hs_ledger_pointer pointer = { .row = (uint64_t)hs_sql_get_int(stmt, 0) };
	struct hs_slice packed = hs_sql_get_blob(stmt, 3);

	pointer.seq = hs_sql_is_null(stmt, 1) ? pointer.row : (uint64_t)hs_sql_get_int(stmt, 1);
	pointer.id = hs_ledger_id_text(arena, hs_sql_get_blob(stmt, 2));
	if (!packed.ptr)
		take_columns(stmt, &pointer);
	else if (!take_packed(packed, &pointer))
		return hs_fail(err, HS_E_CORRUPT, "pointer %llu in the ledger is damaged",
			(unsigned long long)pointer.row);
	enum hs_status status = hs_ledger_wait(&move->ledger, &move->blocks, &pointer, err);
	hs_arena_reset(arena);
	move->last = pointer.row;
	move->count++;
	return status;
}

static enum hs_status move_some(struct move *move, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(move->ledger.txn,
		"SELECT row, seq, id, packed, version, updated, subject, custodian, date, shape, rest"
		" FROM record_index_old ORDER BY row LIMIT ?1",
		err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, AT_A_TIME);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0)
		status = move_row(move, stmt, err);
	hs_sql_end(stmt);
	if (step < 0 || status != HS_OK || !move->count)
		return step < 0 ? (enum hs_status)step : status;
	status = hs_ledger_blocks_store(&move->ledger, &move->blocks, err);
	if (status == HS_OK)
		status = hs_ledger_note_waits(move->ledger.txn, HS_LEDGER_WIDE_DATES, err);
	stmt = status == HS_OK ?
		hs_sql(move->ledger.txn, "DELETE FROM record_index_old WHERE row <= ?1", err) :
		NULL;
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)move->last);
	return hs_sql_run(stmt, err);
}

enum hs_status hs_ledger_move_old(struct hs_txn *txn, uint64_t *done, struct hs_error *err)
{
	struct move move = { .ledger = { .txn = txn } };
	struct hs_stmt *stmt = NULL;
	bool there = false;
	enum hs_status status = hs_ledger_is_there(txn, "record_index_old", &there, err);

	if (status != HS_OK || !there)
		return status;
	move.ledger.arena = hs_arena_new(MEMORY);
	hs_ledger_blocks_open(&move.blocks);
	status = move_some(&move, err);
	if (status == HS_OK && !move.count) {
		stmt = hs_sql(txn, "DROP TABLE record_index_old", err);
		status = stmt ? hs_sql_run(stmt, err) : err->status;
	}
	hs_ledger_blocks_close(&move.blocks);
	hs_arena_free(move.ledger.arena);
	*done += move.count;
	return status;
}
