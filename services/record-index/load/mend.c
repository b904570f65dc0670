/* SPDX-License-Identifier: Apache-2.0 */
/* Puts in order what a load has put off: pointers that wait in blocks go to their spots, marks to their
 * table, and entries are made. Each step does a part of it, so that the log of the store stays small and
 * a program may end at any moment: what is done is done, and all else is still where it was. */
#include "../ledger/table.h"

#define ENOUGH UINT64_C(400000)        /* rows that one transaction changes, about */
#define CHUNK_BYTES ((size_t)16 << 20) /* of blocks that are put in order at a time */
#define CHUNK_MOST ((size_t)192 << 20) /* of one bucket */
#define MARKS_AT_A_TIME ((size_t)1 << 24)
#define CHUNK_MEMORY ((size_t)512 << 20) /* one block may be large */

/* ---- the tally ---- */

enum hs_status hs_ledger_waits(struct hs_txn *txn, unsigned *out, struct hs_error *err)
{
	uint64_t waits = 0;
	enum hs_status status = hs_sql_ask(hs_sql(txn, "SELECT waiting FROM record_index_tally", err), &waits,
		err);

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

enum hs_status hs_ledger_end_waits(struct hs_txn *txn, unsigned bits, struct hs_error *err)
{
	return change_waits(hs_sql(txn, "UPDATE record_index_tally SET waiting = waiting & ~?1", err), bits,
		err);
}

/* ---- pointers ---- */

/* Where in the bytes of a chunk each of some rows begins, in order of spot. */
struct places {
	struct hs_ledger_pair *pairs;
	size_t count, room, given;
};
/* Some blocks; and the pieces of the subjects, which lie before their pointers. */
struct chunk {
	struct hs_buf bytes;
	struct hs_arena *arena; /* of the places */
	struct places pointers, subjects;
	uint64_t last; /* number of the last block */
};

static enum hs_status damaged(struct hs_error *err)
{
	return hs_fail(err, HS_E_CORRUPT, "pointers that wait in the ledger are damaged");
}

static enum hs_status too_many(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "pointers that wait in the ledger do not fit in memory");
}

static bool add_place(struct chunk *chunk, struct places *places, uint64_t spot, size_t at)
{
	struct hs_ledger_pair pair = { spot, at };

	if (places->count == places->room) {
		size_t room = places->room ? 2 * places->room : 65536;
		places->pairs = hs_arena_grow(chunk->arena, places->pairs, places->room * sizeof pair,
			room * sizeof pair);
		places->room = room;
	}
	if (!places->pairs)
		return false;
	places->pairs[places->count++] = pair;
	return true;
}

static enum hs_status add_block(struct chunk *chunk, struct hs_slice block, struct hs_error *err)
{
	size_t end = chunk->bytes.len + block.len;
	struct hs_ledger_stored stored;

	hs_buf_add(&chunk->bytes, block);
	while (block.len) {
		size_t at = end - block.len;
		if (!hs_ledger_take_stored(&block, &stored))
			return damaged(err);
		if (!add_place(chunk, &chunk->pointers, stored.spot, at))
			return too_many(err);
	}
	return chunk->bytes.overflow ? too_many(err) : HS_OK;
}

static enum hs_status gather(struct chunk *chunk, struct hs_txn *txn, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT number, bytes FROM record_index_block ORDER BY number",
		err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	while (status == HS_OK && chunk->bytes.len < CHUNK_MOST && (step = hs_sql_step(stmt, err)) > 0) {
		uint64_t number = (uint64_t)hs_sql_get_int(stmt, 0);
		bool other = number >> HS_LEDGER_ROW_BITS != chunk->last >> HS_LEDGER_ROW_BITS;
		/* A bucket in two parts would leave half of its pages empty. */
		if (other && chunk->bytes.len >= CHUNK_BYTES)
			break;
		chunk->last = number;
		status = add_block(chunk, hs_sql_get_blob(stmt, 1), err);
	}
	hs_sql_end(stmt);
	hs_ledger_sort(chunk->pointers.pairs, chunk->pointers.count);
	return step < 0 ? (enum hs_status)step : status;
}

/* The subjects of the pointers, but for those that are there already. */
static enum hs_status gather_subjects(struct chunk *chunk, struct hs_txn *txn, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	uint64_t before = 0;

	for (size_t i = 0; i < chunk->pointers.count && status == HS_OK; i++) {
		uint64_t subject = hs_ledger_spot_subject(chunk->pointers.pairs[i].key);
		size_t at = chunk->bytes.len;
		if (subject == before)
			continue;
		before = subject;
		status = hs_ledger_write_beside(txn, subject, &chunk->bytes, err);
		if (status == HS_OK && chunk->bytes.len > at &&
			!add_place(chunk, &chunk->subjects, hs_ledger_spot(subject, 0), at))
			status = too_many(err);
	}
	return status == HS_OK && chunk->bytes.overflow ? too_many(err) : status;
}

/* The next row of both. */
static bool give_stored(void *arg, struct hs_cell cells[HS_CELLS])
{
	struct chunk *chunk = arg;
	struct places *next = &chunk->pointers;
	const struct places *subjects = &chunk->subjects;
	struct hs_ledger_stored stored = { 0 };

	if (subjects->given < subjects->count &&
		(next->given == next->count ||
			subjects->pairs[subjects->given].key < next->pairs[next->given].key))
		next = &chunk->subjects;
	if (next->given == next->count)
		return false;
	struct hs_slice bytes = hs_slice_from(hs_buf_slice(&chunk->bytes),
		(size_t)next->pairs[next->given++].value);
	hs_ledger_take_stored(&bytes, &stored);
	cells[0] = (struct hs_cell) { .kind = HS_CELL_INT, .number = (int64_t)stored.spot };
	cells[1] = (struct hs_cell) { .kind = stored.seq ? HS_CELL_INT : HS_CELL_NULL,
		.number = (int64_t)stored.seq };
	cells[2] = (struct hs_cell) { .kind = HS_CELL_BLOB, .bytes = stored.id };
	cells[3] = (struct hs_cell) { .kind = HS_CELL_BLOB, .bytes = stored.packed };
	return true;
}

static enum hs_status put_in_place(struct chunk *chunk, struct hs_txn *txn, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "DELETE FROM record_index_block WHERE number <= ?1", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)chunk->last);
	enum hs_status status = hs_sql_run(stmt, err);
	if (status == HS_OK)
		status = gather_subjects(chunk, txn, err);
	if (status == HS_OK)
		status = hs_sql_give(txn,
			"INSERT OR FAIL INTO record_index_pointer (spot, seq, id, packed)"
			" SELECT a, b, c, d FROM hs_given",
			give_stored, chunk, err);
	return status;
}

/* Some blocks, of whole buckets or of a part of one. */
static enum hs_status settle_pointers(struct hs_txn *txn, uint64_t *done, struct hs_error *err)
{
	struct chunk chunk = { .last = 0 };
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status != HS_OK || !(waits & HS_LEDGER_POINTERS_WAIT))
		return status;
	chunk.arena = hs_arena_new(CHUNK_MEMORY);
	hs_buf_init(&chunk.bytes, NULL, CHUNK_MEMORY);
	status = gather(&chunk, txn, err);
	if (status == HS_OK)
		status = chunk.pointers.count ? put_in_place(&chunk, txn, err) :
						hs_ledger_end_waits(txn, HS_LEDGER_POINTERS_WAIT, err);
	hs_buf_free(&chunk.bytes);
	hs_arena_free(chunk.arena);
	*done += chunk.pointers.count;
	return status;
}

enum hs_status hs_ledger_mend_pointers(struct hs_txn *txn, struct hs_error *err)
{
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	return status == HS_OK && waits & (HS_LEDGER_POINTERS_WAIT | HS_LEDGER_ENTRIES_WAIT) ?
		hs_ledger_mend_all(txn, err) :
		status;
}

/* ---- marks ---- */

struct marks {
	struct hs_arena *arena;
	struct hs_ledger_pair *pairs;
	size_t count;
	int64_t last; /* row in their table */
};

static enum hs_status read_marks(struct marks *marks, struct hs_txn *txn, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT hash, target, rowid FROM record_index_waiting ORDER BY rowid", err);
	int step = 0;

	if (!stmt)
		return err->status;
	while (marks->count < MARKS_AT_A_TIME && (step = hs_sql_step(stmt, err)) > 0) {
		marks->pairs[marks->count++] = (struct hs_ledger_pair) { (uint64_t)hs_sql_get_int(stmt, 0),
			(uint64_t)hs_sql_get_int(stmt, 1) };
		marks->last = hs_sql_get_int(stmt, 2);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static enum hs_status put_marks(const struct marks *marks, struct hs_txn *txn, struct hs_error *err)
{
	struct hs_ledger_pairs give = { marks->pairs, marks->pairs + marks->count };
	enum hs_status status = hs_sql_give(txn,
		"INSERT OR IGNORE INTO record_index_mark (hash, target) SELECT a, b FROM hs_given",
		hs_ledger_give_pair, &give, err);
	struct hs_stmt *stmt = status == HS_OK ?
		hs_sql(txn, "DELETE FROM record_index_waiting WHERE rowid <= ?1", err) :
		NULL;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, marks->last);
	return hs_sql_run(stmt, err);
}

static enum hs_status settle_marks(struct hs_txn *txn, uint64_t *done, struct hs_error *err)
{
	struct marks marks = { .count = 0 };
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status != HS_OK || !(waits & HS_LEDGER_MARKS_WAIT))
		return status;
	marks.arena = hs_arena_new(MARKS_AT_A_TIME * sizeof *marks.pairs + 65536);
	marks.pairs = hs_arena_raw(marks.arena, MARKS_AT_A_TIME * sizeof *marks.pairs);
	status = marks.pairs ? read_marks(&marks, txn, err) : too_many(err);
	if (status == HS_OK && marks.count) {
		hs_ledger_sort(marks.pairs, marks.count);
		status = put_marks(&marks, txn, err);
	} else if (status == HS_OK) {
		status = hs_ledger_end_waits(txn, HS_LEDGER_MARKS_WAIT, err);
	}
	hs_arena_free(marks.arena);
	*done += marks.count;
	return status;
}

enum hs_status hs_ledger_mend_marks(struct hs_txn *txn, struct hs_error *err)
{
	uint64_t before = UINT64_MAX, done = 0;
	enum hs_status status = HS_OK;

	while (status == HS_OK && done != before) {
		before = done;
		status = settle_marks(txn, &done, err);
	}
	return status;
}

enum hs_status hs_ledger_is_there(struct hs_txn *txn, const char *name, bool *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT 1 FROM sqlite_schema WHERE name = ?1", err);
	uint64_t found = 0;

	if (stmt)
		hs_sql_text(stmt, 1, hs_slice_cstr(name));
	enum hs_status status = hs_sql_ask(stmt, &found, err);
	*out = found != 0;
	return status;
}

/* ---- all of it ---- */

/* A step adds to *done how many rows it has changed, nothing when there is nothing to do. */
typedef enum hs_status step_fn(struct hs_txn *txn, uint64_t *done, struct hs_error *err);

static enum hs_status mend(struct hs_txn *txn, uint64_t enough, bool *more, struct hs_error *err)
{
	static step_fn *const steps[] = { hs_ledger_move_old, settle_pointers, settle_marks,
		hs_ledger_mend_entries, hs_ledger_mend_dates };
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

/* How many rows all steps will change, about: of the pointers that wait, as many are left as buckets are;
 * each has then an entry of each kind. */
static enum hs_status count_left(struct hs_txn *txn, uint64_t *out, struct hs_error *err)
{
	uint64_t old = 0, block = UINT64_MAX, last = 0, first = 0, marks = 0, entries = 0;
	bool there = false;
	enum hs_status status = hs_ledger_is_there(txn, "record_index_old", &there, err);

	if (status == HS_OK && there)
		status = hs_sql_ask(hs_sql(txn, "SELECT max(row) - min(row) FROM record_index_old", err),
			&old, err);
	if (status == HS_OK)
		status = hs_sql_ask(hs_sql(txn,
					    "SELECT number FROM record_index_block ORDER BY number LIMIT 1",
					    err),
			&block, err);
	if (status == HS_OK)
		status = hs_sql_ask(hs_sql(txn, "SELECT max(row) FROM record_index_row", err), &last, err);
	if (status == HS_OK)
		status = hs_sql_ask(hs_sql(txn, "SELECT min(row) FROM record_index_entered", err), &first,
			err);
	if (status == HS_OK)
		status = hs_sql_ask(hs_sql(txn, "SELECT max(rowid) FROM record_index_waiting", err), &marks,
			err);
	if (status == HS_OK)
		status = hs_sql_ask(hs_sql(txn,
					    "SELECT sum(r.last - e.row) FROM record_index_entered e,"
					    " (SELECT max(row) AS last FROM record_index_row) r WHERE "
					    "e.row < r.last",
					    err),
			&entries, err);
	uint64_t buckets = block == UINT64_MAX ? 0 : HS_LEDGER_BUCKETS - (block >> HS_LEDGER_ROW_BITS);
	if (status == HS_OK)
		*out = (2 + HS_LEDGER_KINDS) * old +
			(last > first ? last - first : 0) * buckets / HS_LEDGER_BUCKETS + marks + entries;
	return status;
}

enum hs_status hs_ledger_mend(struct hs_txn *txn, struct hs_arena *arena, void *state, struct hs_mended *out,
	struct hs_error *err)
{
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	(void)arena;
	(void)state;
	bool unsure = (waits & (HS_LEDGER_WIDE_DATES | HS_LEDGER_SURE_DATES)) == HS_LEDGER_WIDE_DATES;
	if (status != HS_OK || !(waits & HS_LEDGER_WAITS || unsure))
		return status;
	status = count_left(txn, &out->before, err);
	if (status == HS_OK)
		status = mend(txn, ENOUGH, &out->more, err);
	return status == HS_OK && out->more ? count_left(txn, &out->left, err) : status;
}

enum hs_status hs_ledger_mend_all(struct hs_txn *txn, struct hs_error *err)
{
	bool more = false;

	return mend(txn, UINT64_MAX, &more, err);
}
