/* SPDX-License-Identifier: Apache-2.0 */
/* The table that counts. */
#include "fixture_tally.h"

static enum hs_status add_row(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "INSERT INTO tally_row (at) VALUES (?1)", err);

	(void)arena;
	(void)arg;
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, hs_txn_now(txn));
	return hs_sql_run(stmt, err);
}

static enum hs_status count_rows(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT count(*) FROM tally_row", err);

	(void)arena;
	if (!stmt)
		return err->status;
	int row = hs_sql_step(stmt, err);
	if (row == 1)
		*(int64_t *)arg = hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return row < 0 ? (enum hs_status)row : HS_OK;
}

enum hs_verdict fixture_tally_answer(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	if (status)
		return hs_fail_request(req, err);
	return hs_reply_bytes(req, 200, HS_S("text/plain"),
		hs_arena_printf(hs_request_arena(req), "%lld", (long long)*(int64_t *)arg));
}

static enum hs_verdict added(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	if (status)
		return hs_fail_request(req, err);
	return hs_read_slow(req, count_rows, arg, fixture_tally_answer);
}

enum hs_verdict fixture_tally_add(struct hs_request *req, void *state)
{
	(void)state;
	return hs_write(req, add_row, hs_arena_alloc(hs_request_arena(req), sizeof(int64_t)), added);
}

enum hs_verdict fixture_tally_count(struct hs_request *req, void *state)
{
	(void)state;
	return hs_read(req, count_rows, hs_arena_alloc(hs_request_arena(req), sizeof(int64_t)),
		fixture_tally_answer);
}
