/* SPDX-License-Identifier: Apache-2.0 */
/* Pointers in their two tables. `row` is the commit sequence of the first version, so rows are in order of
 * creation; the table of rows tells the place of each, and has what is looked up by an index in that order.
 * The table of pointers has all else, by spot. `seq` is NULL while the first version is the current one. An
 * id that is a UUID takes 16 bytes. */
#include "table.h"

#define ID_MAX HS_LEDGER_ID_MAX

/* Other ids are their text; one of 16 characters gets a NUL behind it, so that it is no UUID. */
struct hs_slice hs_ledger_id_bytes(struct hs_slice id, char room[ID_MAX + 1])
{
	unsigned char uuid[16];

	if (hs_ledger_uuid_read(id, uuid)) {
		memcpy(room, uuid, 16);
		return hs_slice(room, 16);
	}
	size_t len = id.len < ID_MAX ? id.len : ID_MAX;
	memcpy(room, id.ptr, len);
	room[len] = 0;
	return hs_slice(room, len == 16 ? 17 : len);
}

struct hs_slice hs_ledger_id_text(struct hs_arena *arena, struct hs_slice bytes)
{
	if (bytes.len == 16) {
		char *text = hs_arena_raw(arena, 36);
		if (!text)
			return HS_S_NONE;
		hs_ledger_uuid_write((const unsigned char *)bytes.ptr, text);
		return hs_slice(text, 36);
	}
	if (bytes.len == 17 && bytes.ptr[16] == 0)
		bytes.len = 16;
	return hs_arena_copy(arena, bytes);
}

static enum hs_status too_many(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the pointers do not fit in memory; ask for fewer");
}

int hs_ledger_compare_rows(const void *a, const void *b)
{
	uint64_t x = hs_ledger_row_of(*(const uint64_t *)a), y = hs_ledger_row_of(*(const uint64_t *)b);

	return x < y ? -1 : x > y;
}

/* ---- packing ---- */

/* What a lookup reads of a pointer beside its id, in one column: to ask SQLite for each apart would cost as
 * much as all the rest of the lookup. */
static void pack(const struct hs_ledger_pointer *pointer, struct hs_buf *out)
{
	hs_ledger_put_number(out, pointer->version);
	hs_ledger_put_signed(out, pointer->updated_ms);
	hs_ledger_put_number(out, pointer->custodian);
	hs_ledger_put_number(out, pointer->shape << 1 | pointer->has_date);
	if (pointer->has_date)
		hs_ledger_put_signed(out, pointer->date);
	hs_buf_add(out, pointer->rest);
}

bool hs_ledger_read_packed(struct hs_slice in, struct hs_ledger_pointer *out)
{
	uint64_t shape = 0;

	if (!hs_ledger_take_number(&in, &out->version) || !hs_ledger_take_signed(&in, &out->updated_ms) ||
		!hs_ledger_take_number(&in, &out->custodian) || !hs_ledger_take_number(&in, &shape))
		return false;
	out->shape = shape >> 1;
	out->has_date = shape & 1;
	out->rest = in;
	return !out->has_date || hs_ledger_take_signed(&out->rest, &out->date);
}

enum hs_status hs_ledger_pack_pointer(const struct hs_ledger_pointer *pointer, char room[ID_MAX + 1],
	struct hs_buf *packed, struct hs_ledger_stored *out, struct hs_error *err)
{
	if (pointer->row > HS_LEDGER_ROW_MAX || pointer->subject > HS_LEDGER_SUBJECT_MAX)
		return hs_fail(err, HS_E_LIMIT, "the ledger is full: it takes %llu writes and %llu subjects",
			(unsigned long long)HS_LEDGER_ROW_MAX, (unsigned long long)HS_LEDGER_SUBJECT_MAX);
	hs_buf_clear(packed);
	pack(pointer, packed);
	*out = (struct hs_ledger_stored) { .spot = hs_ledger_spot(pointer->subject, pointer->row),
		.seq = pointer->seq == pointer->row ? 0 : pointer->seq,
		.id = hs_ledger_id_bytes(pointer->id, room),
		.packed = hs_buf_slice(packed) };
	return packed->overflow ?
		hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the request") :
		HS_OK;
}

enum hs_status hs_ledger_unpack(const struct hs_ledger_stored *stored, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	uint64_t row = hs_ledger_row_of(stored->spot);
	struct hs_ledger_pointer pointer = { .row = row,
		.seq = stored->seq ? stored->seq : row,
		.subject = hs_ledger_spot_subject(stored->spot),
		.id = hs_ledger_id_text(arena, stored->id) };

	if (!pointer.id.ptr)
		return too_many(err);
	if (!hs_ledger_read_packed(stored->packed, &pointer))
		return hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
	*out = pointer;
	return HS_OK;
}

/* ---- reading ---- */

enum hs_status hs_ledger_look(struct hs_ledger *ledger, struct hs_stmt *stmt, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	struct hs_ledger_stored stored = { .spot = (uint64_t)hs_sql_get_int(stmt, 0),
		.seq = (uint64_t)hs_sql_get_int(stmt, 1),
		.id = hs_sql_get_blob(stmt, 2),
		.packed = hs_sql_get_blob(stmt, 3) };

	if (stored.packed.ptr)
		return hs_ledger_unpack(&stored, arena, out, err);
	int found = hs_ledger_waiting_at(ledger, arena, stored.spot, out, err);
	if (found == 0)
		return hs_fail(err, HS_E_CORRUPT, "pointer %llu has a row and no spot",
			(unsigned long long)hs_ledger_row_of(stored.spot));
	return found > 0 ? HS_OK : (enum hs_status)found;
}

enum hs_status hs_ledger_take(struct hs_ledger *ledger, struct hs_stmt *stmt, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	struct hs_ledger_pointer pointer = { .seq = 0 };
	enum hs_status status = hs_ledger_look(ledger, stmt, arena, &pointer, err);

	if (status != HS_OK)
		return status;
	pointer.rest = hs_arena_copy(arena, pointer.rest);
	if (!pointer.rest.ptr)
		return too_many(err);
	*out = pointer;
	return HS_OK;
}

static int take_one(struct hs_ledger *ledger, struct hs_stmt *stmt, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	int step = hs_sql_step(stmt, err);
	enum hs_status status = step > 0 ? hs_ledger_take(ledger, stmt, arena, out, err) : HS_OK;

	hs_sql_end(stmt);
	return status == HS_OK ? step : (int)status;
}

int hs_ledger_by_id(struct hs_ledger *ledger, struct hs_arena *arena, struct hs_slice id,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	char room[ID_MAX + 1];
	unsigned waits = 0;
	struct hs_slice bytes = hs_ledger_id_bytes(id, room);
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT " HS_LEDGER_COLUMNS " FROM record_index_entry e JOIN record_index_pointer p"
		" ON p.spot = e.target WHERE e.key = ?2 AND p.id = ?1",
		err);

	if (!stmt)
		return (int)err->status;
	hs_sql_blob(stmt, 1, bytes);
	hs_sql_int(stmt, 2, hs_ledger_id_key(bytes));
	int found = take_one(ledger, stmt, arena, out, err);
	enum hs_status status = found == 0 ? hs_ledger_waits(ledger->txn, &waits, err) : HS_OK;
	if (found == 0 && waits & HS_LEDGER_ENTRIES_WAIT) {
		stmt = hs_sql(ledger->txn,
			"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p WHERE p.id = ?1", err);
		if (!stmt)
			return (int)err->status;
		hs_sql_blob(stmt, 1, bytes);
		found = take_one(ledger, stmt, arena, out, err);
	}
	if (found == 0 && waits & HS_LEDGER_POINTERS_WAIT)
		found = hs_ledger_waiting_id(ledger, arena, id, out, err);
	return status == HS_OK ? found : (int)status;
}

int hs_ledger_at(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t candidate,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	uint64_t number = candidate & ~HS_LEDGER_AT_SPOT;
	bool at_spot = candidate != number;
	struct hs_stmt *stmt = at_spot ?
		hs_sql(ledger->txn,
			"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p WHERE p.spot = ?1", err) :
		hs_sql(ledger->txn, HS_LEDGER_BY_ROW " WHERE r.row = ?1", err);

	if (!stmt)
		return (int)err->status;
	hs_sql_int(stmt, 1, (int64_t)number);
	int found = take_one(ledger, stmt, arena, out, err);
	return found == 0 && at_spot ? hs_ledger_waiting_at(ledger, arena, number, out, err) : found;
}

enum hs_status hs_ledger_find_parties(struct hs_ledger *ledger, uint64_t *candidate, uint64_t *custodian,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT place, custodian FROM record_index_row WHERE row = ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)hs_ledger_row_of(*candidate));
	int step = hs_sql_step(stmt, err);
	if (step > 0) {
		*candidate |= (uint64_t)hs_sql_get_int(stmt, 0) << HS_LEDGER_ROW_BITS | HS_LEDGER_AT_SPOT;
		*custodian = (uint64_t)hs_sql_get_int(stmt, 1);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

enum hs_status hs_ledger_find_spot(struct hs_ledger *ledger, uint64_t *candidate, struct hs_error *err)
{
	uint64_t custodian = 0;

	return *candidate & HS_LEDGER_AT_SPOT ? HS_OK :
						hs_ledger_find_parties(ledger, candidate, &custodian, err);
}

/* ---- writing ---- */

static void bind_number(struct hs_stmt *stmt, int index, uint64_t number)
{
	if (number)
		hs_sql_int(stmt, index, (int64_t)number);
	else
		hs_sql_null(stmt, index);
}

static enum hs_status insert_row(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"INSERT INTO record_index_row (row, place, custodian, date) VALUES (?1, ?2, ?3, ?4)", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)pointer->row);
	hs_sql_int(stmt, 2, (int64_t)hs_ledger_place(pointer->subject));
	bind_number(stmt, 3, pointer->custodian);
	if (pointer->has_date)
		hs_sql_int(stmt, 4, pointer->date);
	else
		hs_sql_null(stmt, 4);
	return hs_sql_run(stmt, err);
}

enum hs_status hs_ledger_insert_stored(struct hs_txn *txn, const struct hs_ledger_stored *stored,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"INSERT INTO record_index_pointer (spot, seq, id, packed) VALUES (?1, ?2, ?3, ?4)", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)stored->spot);
	bind_number(stmt, 2, stored->seq);
	hs_sql_blob(stmt, 3, stored->id);
	hs_sql_blob(stmt, 4, stored->packed);
	return hs_sql_run(stmt, err);
}

enum hs_status hs_ledger_insert(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	char room[ID_MAX + 1];
	struct hs_ledger_stored stored = { 0 };
	struct hs_buf packed;

	hs_buf_init(&packed, ledger->arena, HS_LEDGER_TEXT_MAX);
	enum hs_status status = hs_ledger_pack_pointer(pointer, room, &packed, &stored, err);
	if (status == HS_OK)
		status = hs_ledger_insert_stored(ledger->txn, &stored, err);
	if (status == HS_OK)
		status = insert_row(ledger, pointer, err);
	return status == HS_OK ? hs_ledger_add_entries(ledger, pointer, err) : status;
}

static enum hs_status run_with(struct hs_stmt *stmt, uint64_t number, struct hs_error *err)
{
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)number);
	return hs_sql_run(stmt, err);
}

enum hs_status hs_ledger_erase(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	enum hs_status status = run_with(hs_sql(ledger->txn,
						 "DELETE FROM record_index_pointer WHERE spot = ?1", err),
		hs_ledger_spot(pointer->subject, pointer->row), err);

	if (status != HS_OK)
		return status;
	status = run_with(hs_sql(ledger->txn, "DELETE FROM record_index_row WHERE row = ?1", err),
		pointer->row, err);
	return status == HS_OK ? hs_ledger_drop_entries(ledger, pointer, err) : status;
}

enum hs_status hs_ledger_last_piece(struct hs_ledger *ledger, uint64_t *out, struct hs_error *err)
{
	return hs_sql_ask(hs_sql(ledger->txn, "SELECT max(number) FROM record_index_piece", err), out, err);
}

enum hs_status hs_ledger_live(struct hs_ledger *ledger, uint64_t *out, struct hs_error *err)
{
	return hs_sql_ask(hs_sql(ledger->txn, "SELECT live FROM record_index_tally", err), out, err);
}

enum hs_status hs_ledger_count(struct hs_ledger *ledger, int64_t change, struct hs_error *err)
{
	return run_with(hs_sql(ledger->txn, "UPDATE record_index_tally SET live = live + ?1", err),
		(uint64_t)change, err);
}
