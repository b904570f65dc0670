/* SPDX-License-Identifier: Apache-2.0 */
/* The table of entries: pointers by custodian, date, id and shape. It is a table of its own rather than four
 * indexes of SQLite, because what a load brings is sorted here, by numbers, in a third of the time; and
 * because those of a large ledger stay when more is loaded: only what came since is added. */
#include "table.h"

#include <handslag/coding.h>

#define SLICE (UINT64_C(1) << 24) /* rows at a time: what is sorted takes 256 MiB at most */
#define ID_BYTES 6u               /* of its end, which differs most */

int64_t hs_ledger_id_key(struct hs_slice bytes)
{
	uint64_t tail = 0;

	for (size_t i = bytes.len > ID_BYTES ? bytes.len - ID_BYTES : 0; i < bytes.len; i++)
		tail = tail << 8 | (unsigned char)bytes.ptr[i];
	return HS_LEDGER_IDS_FROM | (int64_t)(tail & (uint64_t)(HS_LEDGER_IDS_FROM - 1));
}

bool hs_ledger_give_pair(void *arg, struct hs_cell cells[HS_CELLS])
{
	struct hs_ledger_pairs *pairs = arg;

	if (pairs->next == pairs->end)
		return false;
	cells[0] = (struct hs_cell) { .kind = HS_CELL_INT, .number = (int64_t)pairs->next->key };
	cells[1] = (struct hs_cell) { .kind = HS_CELL_INT, .number = (int64_t)pairs->next->value };
	pairs->next++;
	return true;
}

static enum hs_status add_pairs(struct hs_txn *txn, const struct hs_ledger_pair *pairs, size_t count,
	struct hs_error *err)
{
	struct hs_ledger_pairs give = { pairs, pairs + count };

	return hs_sql_give(txn,
		"INSERT OR IGNORE INTO record_index_entry (key, target) SELECT a, b FROM hs_given",
		hs_ledger_give_pair, &give, err);
}

enum hs_status hs_ledger_count_entries(struct hs_ledger *ledger, int64_t first, int64_t last, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	bool all = limit >= INT64_MAX;
	struct hs_stmt *stmt = all ?
		hs_sql(ledger->txn, "SELECT count(*) FROM record_index_entry WHERE key >= ?1 AND key <= ?2",
			err) :
		hs_sql(ledger->txn,
			"SELECT count(*) FROM (SELECT 1 FROM record_index_entry WHERE key >= ?1 AND key <= ?2"
			" LIMIT ?3)",
			err);

	if (stmt) {
		hs_sql_int(stmt, 1, first);
		hs_sql_int(stmt, 2, last);
	}
	if (stmt && !all)
		hs_sql_int(stmt, 3, (int64_t)limit);
	return hs_sql_ask(stmt, out, err);
}

/* ---- shapes ---- */

#define REMEMBERED 1024u /* shapes, by the low bits of their numbers */

/* How many holes shapes have; those of one slice come again and again. */
struct holes {
	struct {
		uint64_t shape, count;
	} items[REMEMBERED];
};

static enum hs_status damaged(struct hs_error *err)
{
	return hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
}

static enum hs_status holes_of(struct hs_txn *txn, uint64_t shape, uint64_t *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT rest FROM record_index_piece WHERE number = ?1", err);
	bool good = false;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)shape);
	int step = hs_sql_step(stmt, err);
	if (step > 0) {
		struct hs_slice bytes = hs_sql_get_blob(stmt, 0);
		good = hs_ledger_take_number(&bytes, out);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : good ? HS_OK : damaged(err);
}

/* `holes` may be NULL. */
static enum hs_status key_of_shape(struct hs_txn *txn, struct holes *holes, uint64_t shape,
	struct hs_slice rest, int64_t *out, struct hs_error *err)
{
	bool known = holes && holes->items[shape % REMEMBERED].shape == shape;
	uint64_t count = known ? holes->items[shape % REMEMBERED].count : 0;
	enum hs_status status = known ? HS_OK : holes_of(txn, shape, &count, err);

	if (status != HS_OK)
		return status;
	if (holes) {
		holes->items[shape % REMEMBERED].shape = shape;
		holes->items[shape % REMEMBERED].count = count;
	}
	for (uint64_t i = 0; i < count; i++) {
		if (!hs_ledger_pass_hole(&rest))
			return damaged(err);
	}
	*out = hs_ledger_shape_key(shape, rest.len > 0);
	return HS_OK;
}

/* ---- of one pointer ---- */

static enum hs_status entries_of(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_ledger_pair out[HS_LEDGER_KINDS], size_t *count, struct hs_error *err)
{
	char room[HS_LEDGER_ID_MAX + 1];
	int64_t shape = 0;
	enum hs_status status = key_of_shape(ledger->txn, NULL, pointer->shape, pointer->rest, &shape, err);

	if (status != HS_OK)
		return status;
	*count = 0;
	out[(*count)++] = (struct hs_ledger_pair) { (uint64_t)shape, pointer->row };
	if (pointer->custodian)
		out[(*count)++] = (struct hs_ledger_pair) {
			(uint64_t)hs_ledger_custodian_key(pointer->custodian), pointer->row
		};
	if (pointer->has_date)
		out[(*count)++] = (struct hs_ledger_pair) { (uint64_t)hs_ledger_date_key(pointer->date),
			pointer->row };
	out[(*count)++] =
		(struct hs_ledger_pair) { (uint64_t)hs_ledger_id_key(hs_ledger_id_bytes(pointer->id, room)),
			hs_ledger_spot(pointer->subject, pointer->row) };
	return HS_OK;
}

enum hs_status hs_ledger_add_entries(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	struct hs_ledger_pair pairs[HS_LEDGER_KINDS];
	size_t count = 0;
	enum hs_status status = entries_of(ledger, pointer, pairs, &count, err);

	return status == HS_OK ? add_pairs(ledger->txn, pairs, count, err) : status;
}

enum hs_status hs_ledger_drop_entries(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	struct hs_error *err)
{
	struct hs_ledger_pair pairs[HS_LEDGER_KINDS];
	size_t count = 0;
	enum hs_status status = entries_of(ledger, pointer, pairs, &count, err);

	for (size_t i = 0; i < count && status == HS_OK; i++) {
		struct hs_stmt *stmt = hs_sql(ledger->txn,
			"DELETE FROM record_index_entry WHERE key = ?1 AND target = ?2", err);
		if (!stmt)
			return err->status;
		hs_sql_int(stmt, 1, (int64_t)pairs[i].key);
		hs_sql_int(stmt, 2, (int64_t)pairs[i].value);
		status = hs_sql_run(stmt, err);
	}
	return status;
}

/* ---- of many ---- */

enum hs_status hs_ledger_put_off_entries(struct hs_txn *txn, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "UPDATE record_index_entered SET row = ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)hs_txn_seq(txn));
	enum hs_status status = hs_sql_run(stmt, err);
	return status == HS_OK ? hs_ledger_note_waits(txn, HS_LEDGER_ENTRIES_WAIT, err) : status;
}

/* Rows of one kind that have no entries yet. */
struct slice {
	enum hs_ledger_kinds kind;
	uint64_t after, last;
	struct hs_arena *arena;
	struct holes *holes;
	struct hs_ledger_pair *pairs;
	size_t count, room;
};

static enum hs_status key_in(struct slice *slice, struct hs_txn *txn, struct hs_stmt *stmt, int64_t *key,
	struct hs_error *err)
{
	struct hs_ledger_pointer pointer = { .seq = 0 };

	switch (slice->kind) {
	case HS_LEDGER_BY_CUSTODIAN:
		*key = hs_ledger_custodian_key((uint64_t)hs_sql_get_int(stmt, 0));
		return HS_OK;
	case HS_LEDGER_BY_DATE:
		*key = hs_ledger_date_key(hs_sql_get_int(stmt, 0));
		return HS_OK;
	case HS_LEDGER_BY_ID:
		*key = hs_ledger_id_key(hs_sql_get_blob(stmt, 0));
		return HS_OK;
	default:
		return hs_ledger_read_packed(hs_sql_get_blob(stmt, 0), &pointer) ?
			key_of_shape(txn, slice->holes, pointer.shape, pointer.rest, key, err) :
			damaged(err);
	}
}

/* A spot has the row in its low bits. */
static enum hs_status read_slice(struct slice *slice, struct hs_txn *txn, struct hs_error *err)
{
	static const char *const sql[HS_LEDGER_KINDS] = {
		"SELECT custodian, row FROM record_index_row NOT INDEXED"
		" WHERE row > ?1 AND row <= ?2 AND custodian IS NOT NULL",
		"SELECT date, row FROM record_index_row NOT INDEXED"
		" WHERE row > ?1 AND row <= ?2 AND date IS NOT NULL",
		"SELECT id, spot FROM record_index_pointer"
		" WHERE (spot & 0xfffffffff) > ?1 AND (spot & 0xfffffffff) <= ?2",
		"SELECT packed, spot & 0xfffffffff FROM record_index_pointer"
		" WHERE (spot & 0xfffffffff) > ?1 AND (spot & 0xfffffffff) <= ?2",
	};
	struct hs_stmt *stmt = hs_sql(txn, sql[slice->kind], err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)slice->after);
	hs_sql_int(stmt, 2, (int64_t)slice->last);
	while (status == HS_OK && slice->count < slice->room && (step = hs_sql_step(stmt, err)) > 0) {
		int64_t key = 0;
		status = key_in(slice, txn, stmt, &key, err);
		slice->pairs[slice->count++] = (struct hs_ledger_pair) { (uint64_t)key,
			(uint64_t)hs_sql_get_int(stmt, 1) };
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* The next slice; with slice->last 0 there is none. */
static enum hs_status find_slice(struct slice *slice, struct hs_txn *txn, struct hs_error *err)
{
	uint64_t last = 0;
	enum hs_status status = hs_sql_ask(hs_sql(txn, "SELECT max(row) FROM record_index_row", err), &last,
		err);
	struct hs_stmt *stmt = status == HS_OK ?
		hs_sql(txn, "SELECT kind, row FROM record_index_entered WHERE row < ?1 ORDER BY kind", err) :
		NULL;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)last);
	int step = hs_sql_step(stmt, err);
	if (step > 0) {
		slice->kind = (enum hs_ledger_kinds)hs_sql_get_int(stmt, 0);
		slice->after = (uint64_t)hs_sql_get_int(stmt, 1);
		slice->last = last - slice->after > SLICE ? slice->after + SLICE : last;
		slice->room = (size_t)(slice->last - slice->after);
	}
	hs_sql_end(stmt);
	if (slice->kind >= HS_LEDGER_KINDS)
		return hs_fail(err, HS_E_CORRUPT, "the ledger's table of what has entries is damaged");
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static enum hs_status fill_slice(struct slice *slice, struct hs_txn *txn, struct hs_error *err)
{
	slice->arena = hs_arena_new(slice->room * sizeof *slice->pairs + sizeof *slice->holes + 65536);
	slice->holes = hs_arena_alloc(slice->arena, sizeof *slice->holes);
	slice->pairs = hs_arena_raw(slice->arena, slice->room * sizeof *slice->pairs);
	enum hs_status status = slice->holes && slice->pairs ?
		read_slice(slice, txn, err) :
		hs_fail(err, HS_E_LIMIT, "entries do not fit in memory");

	if (status == HS_OK) {
		hs_ledger_sort(slice->pairs, slice->count);
		status = add_pairs(txn, slice->pairs, slice->count, err);
	}
	struct hs_stmt *stmt = status == HS_OK ?
		hs_sql(txn, "UPDATE record_index_entered SET row = ?1 WHERE kind = ?2", err) :
		NULL;
	if (stmt) {
		hs_sql_int(stmt, 1, (int64_t)slice->last);
		hs_sql_int(stmt, 2, slice->kind);
		status = hs_sql_run(stmt, err);
	} else {
		status = err->status;
	}
	hs_arena_free(slice->arena);
	return status;
}

enum hs_status hs_ledger_mend_entries(struct hs_txn *txn, uint64_t *done, struct hs_error *err)
{
	struct slice slice = { .last = 0 };
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status != HS_OK || !(waits & HS_LEDGER_ENTRIES_WAIT))
		return status;
	status = find_slice(&slice, txn, err);
	if (status != HS_OK)
		return status;
	if (!slice.last)
		return hs_ledger_end_waits(txn, HS_LEDGER_ENTRIES_WAIT, err);
	*done += slice.room;
	return fill_slice(&slice, txn, err);
}
