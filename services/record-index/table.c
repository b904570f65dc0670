/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the table of pointers. `row` is the commit sequence of the first version, so rows are in order of
 * creation; `seq` is NULL while that version is the current one. An id that is a UUID takes 16 bytes. */
#include "ledger.h"

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

static struct hs_slice id_text(struct hs_arena *arena, struct hs_slice bytes)
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

/* ---- packed columns ---- */

/* What a lookup reads of a row beside its id, in one column: to ask SQLite for each apart would cost as much
 * as all the rest of the lookup. Subject, custodian and date have columns too, for their indexes. */
static void pack(const struct hs_ledger_pointer *pointer, struct hs_buf *out)
{
	hs_ledger_put_number(out, pointer->version);
	hs_ledger_put_signed(out, pointer->updated_ms);
	hs_ledger_put_number(out, pointer->subject);
	hs_ledger_put_number(out, pointer->custodian);
	hs_ledger_put_number(out, pointer->shape << 1 | pointer->has_date);
	if (pointer->has_date)
		hs_ledger_put_signed(out, pointer->date);
	hs_buf_add(out, pointer->rest);
}

static bool unpack(struct hs_slice in, struct hs_ledger_pointer *out)
{
	uint64_t shape = 0;

	if (!hs_ledger_take_number(&in, &out->version) || !hs_ledger_take_signed(&in, &out->updated_ms) ||
		!hs_ledger_take_number(&in, &out->subject) || !hs_ledger_take_number(&in, &out->custodian) ||
		!hs_ledger_take_number(&in, &shape))
		return false;
	out->shape = shape >> 1;
	out->has_date = shape & 1;
	out->rest = in;
	return !out->has_date || (hs_ledger_take_signed(&out->rest, &out->date));
}

/* A row from before there was a column for this has each by itself. */
static enum hs_status read_apart(struct hs_ledger *ledger, struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT version, updated, subject, custodian, date, shape, rest FROM record_index_pointer"
		" WHERE row = ?1",
		err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)pointer->row);
	int step = hs_sql_step(stmt, err);
	if (step > 0) {
		pointer->version = (uint64_t)hs_sql_get_int(stmt, 0);
		pointer->updated_ms = hs_sql_get_int(stmt, 1);
		pointer->subject = (uint64_t)hs_sql_get_int(stmt, 2);
		pointer->custodian = (uint64_t)hs_sql_get_int(stmt, 3);
		pointer->has_date = !hs_sql_is_null(stmt, 4);
		pointer->date = hs_sql_get_int(stmt, 4);
		pointer->shape = (uint64_t)hs_sql_get_int(stmt, 5);
		pointer->rest = hs_arena_copy(ledger->arena, hs_sql_get_blob(stmt, 6));
	}
	hs_sql_end(stmt);
	if (step <= 0)
		return step < 0 ? (enum hs_status)step : hs_fail(err, HS_E_CORRUPT, "a pointer went away");
	return pointer->rest.ptr ? HS_OK : too_many(err);
}

enum hs_status hs_ledger_look(struct hs_ledger *ledger, struct hs_stmt *stmt, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	uint64_t row = (uint64_t)hs_sql_get_int(stmt, 0), seq = (uint64_t)hs_sql_get_int(stmt, 1);
	struct hs_ledger_pointer pointer = {
		.row = row, .seq = seq ? seq : row, .id = id_text(arena, hs_sql_get_blob(stmt, 2))
	};
	struct hs_slice packed = hs_sql_get_blob(stmt, 3);
	enum hs_status status = HS_OK;

	if (!pointer.id.ptr)
		return too_many(err);
	if (!packed.ptr)
		status = read_apart(ledger, &pointer, err);
	else if (!unpack(packed, &pointer))
		status = hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
	if (status == HS_OK)
		*out = pointer;
	return status;
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
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT " HS_LEDGER_COLUMNS
		" FROM record_index_pointer WHERE substr(id, -6) = substr(?1, -6) AND id = ?1",
		err);

	if (!stmt)
		return (int)err->status;
	hs_sql_blob(stmt, 1, hs_ledger_id_bytes(id, room));
	return take_one(ledger, stmt, arena, out, err);
}

int hs_ledger_by_row(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t row,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer WHERE row = ?1", err);

	if (!stmt)
		return (int)err->status;
	hs_sql_int(stmt, 1, (int64_t)row);
	return take_one(ledger, stmt, arena, out, err);
}

static void bind_piece(struct hs_stmt *stmt, int index, uint64_t number)
{
	if (number)
		hs_sql_int(stmt, index, (int64_t)number);
	else
		hs_sql_null(stmt, index);
}

enum hs_status hs_ledger_insert(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	char room[ID_MAX + 1];
	struct hs_buf packed;
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"INSERT INTO record_index_pointer (row, seq, id, subject, custodian, date, packed, version, "
		"updated,"
		" shape, rest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, x'')",
		err);

	if (!stmt)
		return err->status;
	hs_buf_init(&packed, ledger->arena, HS_LEDGER_TEXT_MAX);
	pack(pointer, &packed);
	hs_sql_int(stmt, 1, (int64_t)pointer->row);
	bind_piece(stmt, 2, pointer->seq == pointer->row ? 0 : pointer->seq);
	hs_sql_blob(stmt, 3, hs_ledger_id_bytes(pointer->id, room));
	bind_piece(stmt, 4, pointer->subject);
	bind_piece(stmt, 5, pointer->custodian);
	if (pointer->has_date)
		hs_sql_int(stmt, 6, pointer->date);
	else
		hs_sql_null(stmt, 6);
	hs_sql_blob(stmt, 7, hs_buf_slice(&packed));
	if (!packed.overflow)
		return hs_sql_run(stmt, err);
	hs_sql_end(stmt);
	return hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the request");
}

enum hs_status hs_ledger_erase(struct hs_ledger *ledger, uint64_t row, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn, "DELETE FROM record_index_pointer WHERE row = ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)row);
	return hs_sql_run(stmt, err);
}

enum hs_status hs_ledger_live(struct hs_ledger *ledger, uint64_t *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn, "SELECT live FROM record_index_tally", err);

	if (!stmt)
		return err->status;
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		*out = (uint64_t)hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

enum hs_status hs_ledger_count(struct hs_ledger *ledger, int64_t change, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn, "UPDATE record_index_tally SET live = live + ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, change);
	return hs_sql_run(stmt, err);
}
