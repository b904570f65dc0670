/* SPDX-License-Identifier: Apache-2.0 */
/* Pointers that wait for their spot. A load brings them in an order of its own, and to put each at its spot
 * would touch pages all over the file. So they are kept in blocks at first, each with pointers of one bucket
 * in order of row, until mend.c puts bucket after bucket in place. The table of rows has them from the
 * beginning, so that they are found, if slowly.
 *
 *   block     number: bucket, below that the first row; its bytes are pointers
 *   pointer   spot, seq, id, packed columns */
#include "../ledger/table.h"

#define BLOCK_USUAL ((size_t)64 << 10)
#define BLOCK_MAX (2 * HS_LEDGER_TEXT_MAX)
#define ROWS_MAX ((size_t)256 << 20)

static uint64_t block_number(uint64_t spot)
{
	return hs_ledger_spot_bucket(spot) << HS_LEDGER_ROW_BITS | hs_ledger_row_of(spot);
}

/* ---- writing ---- */

void hs_ledger_blocks_open(struct hs_ledger_blocks *blocks)
{
	for (size_t i = 0; i < HS_LEDGER_BUCKETS; i++)
		hs_buf_init(&blocks->buckets[i].bytes, NULL, BLOCK_MAX);
	hs_buf_init(&blocks->rows, NULL, ROWS_MAX);
}

void hs_ledger_blocks_close(struct hs_ledger_blocks *blocks)
{
	for (size_t i = 0; i < HS_LEDGER_BUCKETS; i++)
		hs_buf_free(&blocks->buckets[i].bytes);
	hs_buf_free(&blocks->rows);
}

void hs_ledger_blocks_clear(struct hs_ledger_blocks *blocks)
{
	for (size_t i = 0; i < HS_LEDGER_BUCKETS; i++)
		hs_buf_clear(&blocks->buckets[i].bytes);
	hs_buf_clear(&blocks->rows);
}

static enum hs_status store_block(struct hs_ledger *ledger, struct hs_ledger_blocks *blocks, size_t bucket,
	struct hs_error *err)
{
	struct hs_buf *bytes = &blocks->buckets[bucket].bytes;
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"INSERT INTO record_index_block (number, bytes) VALUES (?1, ?2)", err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)blocks->buckets[bucket].number);
	hs_sql_blob(stmt, 2, hs_buf_slice(bytes));
	enum hs_status status = hs_sql_run(stmt, err);
	hs_buf_clear(bytes);
	return status;
}

void hs_ledger_put_stored(struct hs_buf *block, const struct hs_ledger_stored *stored)
{
	hs_ledger_put_number(block, stored->spot);
	hs_ledger_put_number(block, stored->seq);
	hs_ledger_put_text(block, stored->id);
	hs_ledger_put_text(block, stored->packed);
}

enum hs_status hs_ledger_wait(struct hs_ledger *ledger, struct hs_ledger_blocks *blocks,
	const struct hs_ledger_pointer *pointer, struct hs_error *err)
{
	char room[HS_LEDGER_ID_MAX + 1];
	struct hs_ledger_stored stored = { 0 };
	struct hs_buf packed;

	hs_buf_init(&packed, ledger->arena, HS_LEDGER_TEXT_MAX);
	enum hs_status status = hs_ledger_pack_pointer(pointer, room, &packed, &stored, err);
	if (status != HS_OK)
		return status;
	struct hs_ledger_row row = { pointer->row, hs_ledger_place(pointer->subject), pointer->custodian,
		pointer->has_date, pointer->date };
	hs_buf_add(&blocks->rows, hs_slice((const char *)&row, sizeof row));
	size_t bucket = (size_t)hs_ledger_spot_bucket(stored.spot);
	struct hs_buf *bytes = &blocks->buckets[bucket].bytes;
	if (!bytes->len)
		blocks->buckets[bucket].number = block_number(stored.spot);
	hs_ledger_put_stored(bytes, &stored);
	if (bytes->overflow || blocks->rows.overflow)
		return hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the load");
	return bytes->len < BLOCK_USUAL ? HS_OK : store_block(ledger, blocks, bucket, err);
}

/* Of the table of rows. */
static bool give_row(void *arg, struct hs_cell cells[HS_CELLS])
{
	struct hs_slice *left = arg, bytes;
	struct hs_ledger_row row;

	if (!hs_ledger_take_bytes(left, sizeof row, &bytes))
		return false;
	memcpy(&row, bytes.ptr, sizeof row);
	cells[0] = (struct hs_cell) { .kind = HS_CELL_INT, .number = (int64_t)row.row };
	cells[1] = (struct hs_cell) { .kind = HS_CELL_INT, .number = (int64_t)row.place };
	cells[2] = (struct hs_cell) { .kind = row.custodian ? HS_CELL_INT : HS_CELL_NULL,
		.number = (int64_t)row.custodian };
	cells[3] = (struct hs_cell) { .kind = row.has_date ? HS_CELL_INT : HS_CELL_NULL, .number = row.date };
	return true;
}

enum hs_status hs_ledger_blocks_store(struct hs_ledger *ledger, struct hs_ledger_blocks *blocks,
	struct hs_error *err)
{
	enum hs_status status = hs_ledger_note_waits(ledger->txn,
		HS_LEDGER_POINTERS_WAIT | HS_LEDGER_ENTRIES_WAIT, err);

	for (size_t i = 0; i < HS_LEDGER_BUCKETS && status == HS_OK; i++) {
		if (blocks->buckets[i].bytes.len)
			status = store_block(ledger, blocks, i, err);
	}
	struct hs_slice rows = hs_buf_slice(&blocks->rows);
	if (status == HS_OK)
		status = hs_sql_give(ledger->txn,
			"INSERT OR FAIL INTO record_index_row (row, place, custodian, date)"
			" SELECT a, b, c, d FROM hs_given",
			give_row, &rows, err);
	hs_buf_clear(&blocks->rows);
	return status;
}

/* ---- reading ---- */

bool hs_ledger_take_stored(struct hs_slice *block, struct hs_ledger_stored *out)
{
	return hs_ledger_take_number(block, &out->spot) && hs_ledger_take_number(block, &out->seq) &&
		hs_ledger_take_text(block, &out->id) && hs_ledger_take_text(block, &out->packed);
}

/* The one of a block with that spot or, if `id` is not empty, with that id. */
static int find_in(struct hs_slice block, uint64_t spot, struct hs_slice id, struct hs_arena *arena,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	struct hs_ledger_stored stored = { 0 };

	while (block.len) {
		if (!hs_ledger_take_stored(&block, &stored))
			return (int)hs_fail(err, HS_E_CORRUPT,
				"pointers that wait in the ledger are damaged");
		if (id.len ? !hs_slice_eq(stored.id, id) : stored.spot != spot)
			continue;
		stored.packed = hs_arena_copy(arena, stored.packed);
		if (!stored.packed.ptr)
			return (int)hs_fail(err, HS_E_LIMIT,
				"the pointers do not fit in memory; ask for fewer");
		enum hs_status status = hs_ledger_unpack(&stored, arena, out, err);
		return status == HS_OK ? 1 : (int)status;
	}
	return 0;
}

int hs_ledger_waiting_at(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t spot,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT bytes FROM record_index_block WHERE number <= ?1 AND number >= ?2"
		" ORDER BY number DESC LIMIT 1",
		err);

	if (!stmt)
		return (int)err->status;
	hs_sql_int(stmt, 1, (int64_t)block_number(spot));
	hs_sql_int(stmt, 2, (int64_t)(hs_ledger_spot_bucket(spot) << HS_LEDGER_ROW_BITS));
	int found = hs_sql_step(stmt, err);
	if (found > 0)
		found = find_in(hs_sql_get_blob(stmt, 0), spot, HS_S_NONE, arena, out, err);
	hs_sql_end(stmt);
	return found;
}

int hs_ledger_waiting_id(struct hs_ledger *ledger, struct hs_arena *arena, struct hs_slice id,
	struct hs_ledger_pointer *out, struct hs_error *err)
{
	char room[HS_LEDGER_ID_MAX + 1];
	struct hs_slice bytes = hs_ledger_id_bytes(id, room);
	struct hs_stmt *stmt = hs_sql(ledger->txn, "SELECT bytes FROM record_index_block ORDER BY number",
		err);
	int step = 0, found = 0;

	if (!stmt)
		return (int)err->status;
	while (found == 0 && (step = hs_sql_step(stmt, err)) > 0)
		found = find_in(hs_sql_get_blob(stmt, 0), 0, bytes, arena, out, err);
	hs_sql_end(stmt);
	return step < 0 ? step : found;
}
