/* SPDX-License-Identifier: Apache-2.0 */
/* What older programs have left. Rows from before pointers lay by patient are moved as a load would bring
 * them: a row is packed, or from a still older program and has a column for each thing. And ledgers of which
 * nobody knows whether all dates say a second are looked through. */
#include "../ledger/table.h"

#define AT_A_TIME 50000
#define MEMORY ((size_t)256 << 20)
#define SHAPES 64u /* of which is remembered whether they say the date */

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

/* ---- dates ---- */

/* A shape that has a mark for the date: it says a second, in every pointer. */
static enum hs_status says_seconds(struct hs_ledger *ledger, uint64_t shape, bool *out, struct hs_error *err)
{
	const struct hs_ledger_piece *piece = hs_ledger_piece(ledger, shape, true, err);

	struct hs_slice text = piece ? piece->rest : HS_S_NONE, facts;
	uint64_t holes = 0;

	if (!piece)
		return err->status;
	if (!hs_ledger_take_number(&text, &holes) || !hs_ledger_take_text(&text, &facts))
		return hs_fail(err, HS_E_CORRUPT, "shape %llu in the ledger is damaged",
			(unsigned long long)shape);
	*out = text.len && memchr(text.ptr, HS_LEDGER_DATE, text.len);
	return HS_OK;
}

static enum hs_status is_wide(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer, bool *out,
	struct hs_error *err)
{
	struct hs_ledger_rows rows = { .count = 0 };
	enum hs_status status = hs_ledger_rows(ledger, ledger->arena, pointer, &rows, err);

	for (size_t i = 0; i < rows.count && status == HS_OK && !*out; i++)
		*out = hs_ledger_class(ledger, rows.items[i].param) == HS_LEDGER_OF_DATE &&
			hs_ledger_is_wide(&rows.items[i]);
	return status;
}

/* Is there any date that says no second? */
static enum hs_status find_wide(struct hs_ledger *ledger, uint64_t *done, bool *wide, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p WHERE " HS_LEDGER_IS_POINTER
		" ORDER BY p.spot",
		err);
	uint64_t good[SHAPES] = { 0 };
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	while (status == HS_OK && !*wide && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs_ledger_pointer pointer = { .seq = 0 };
		bool seconds = false;
		hs_arena_reset(ledger->arena);
		hs_ledger_forget(ledger);
		*done += 1;
		status = hs_ledger_look(ledger, stmt, ledger->arena, &pointer, err);
		if (status != HS_OK || good[pointer.shape % SHAPES] == pointer.shape)
			continue;
		status = says_seconds(ledger, pointer.shape, &seconds, err);
		if (status == HS_OK && seconds)
			good[pointer.shape % SHAPES] = pointer.shape;
		else if (status == HS_OK)
			status = is_wide(ledger, &pointer, wide, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

enum hs_status hs_ledger_mend_dates(struct hs_txn *txn, uint64_t *done, struct hs_error *err)
{
	struct hs_ledger ledger;
	unsigned waits = 0;
	bool wide = false;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status != HS_OK || (waits & HS_LEDGER_SURE_DATES) || !(waits & HS_LEDGER_WIDE_DATES))
		return status;
	hs_ledger_begin(&ledger, txn, hs_arena_new(MEMORY));
	status = find_wide(&ledger, done, &wide, err);
	hs_arena_free(ledger.arena);
	if (status != HS_OK)
		return status;
	return wide ? hs_ledger_note_waits(txn, HS_LEDGER_SURE_DATES, err) :
		      hs_ledger_end_waits(txn, HS_LEDGER_WIDE_DATES, err);
}
