/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects beside their pointers: a copy of the piece is the first row of their place, so that a lookup by
 * patient reads it on the page that it needs anyway, instead of one of the table of pieces. Ledgers of an
 * older version have none for the subjects of that time.
 *
 *   spot: row 0   id: empty   packed: shape, rest */
#include "table.h"

enum hs_status hs_ledger_put_beside(struct hs_ledger *ledger, uint64_t subject, uint64_t shape,
	struct hs_slice rest, struct hs_error *err)
{
	struct hs_ledger_stored stored = { .spot = hs_ledger_spot(subject, 0) };
	struct hs_buf packed;

	hs_buf_init(&packed, ledger->arena, HS_LEDGER_TEXT_MAX);
	hs_ledger_put_number(&packed, shape);
	hs_buf_add(&packed, rest);
	stored.packed = hs_buf_slice(&packed);
	return packed.overflow ?
		hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the request") :
		hs_ledger_insert_stored(ledger->txn, &stored, err);
}

int hs_ledger_find_beside(struct hs_ledger *ledger, uint64_t subject, struct hs_stmt **stmt, uint64_t *shape,
	struct hs_slice *rest, struct hs_error *err)
{
	*stmt = hs_sql(ledger->txn, "SELECT packed FROM record_index_pointer WHERE spot = ?1", err);
	if (!*stmt)
		return (int)err->status;
	hs_sql_int(*stmt, 1, (int64_t)hs_ledger_spot(subject, 0));
	int step = hs_sql_step(*stmt, err);
	if (step <= 0)
		return step;
	*rest = hs_sql_get_blob(*stmt, 0);
	return hs_ledger_take_number(rest, shape) ?
		1 :
		(int)hs_fail(err, HS_E_CORRUPT, "subject %llu in the ledger is damaged",
			(unsigned long long)subject);
}

enum hs_status hs_ledger_write_beside(struct hs_txn *txn, uint64_t subject, struct hs_buf *out,
	struct hs_error *err)
{
	struct hs_ledger_stored stored = { .spot = hs_ledger_spot(subject, 0) };
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT shape, rest FROM record_index_piece WHERE number = ?1"
		" AND NOT EXISTS (SELECT 1 FROM record_index_pointer WHERE spot = ?2)",
		err);
	struct hs_buf packed;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)subject);
	hs_sql_int(stmt, 2, (int64_t)stored.spot);
	int step = hs_sql_step(stmt, err);
	hs_buf_init(&packed, NULL, HS_LEDGER_TEXT_MAX);
	if (step > 0) {
		hs_ledger_put_number(&packed, (uint64_t)hs_sql_get_int(stmt, 0));
		hs_buf_add(&packed, hs_sql_get_blob(stmt, 1));
		stored.packed = hs_buf_slice(&packed);
		hs_ledger_put_stored(out, &stored);
	}
	hs_buf_free(&packed);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}
