/* SPDX-License-Identifier: Apache-2.0 */
/* Statements for tables of a service's own, and for ours: thin and checked. */
#include <core/store/sqlite/state.h>

struct hs_stmt *hs_sql(struct hs_txn *txn, const char *sql, struct hs_error *err)
{
	return hs__db_stmt(txn->db, sql, err);
}

void hs_sql_int(struct hs_stmt *stmt, int index, int64_t value)
{
	sqlite3_bind_int64(stmt->sqlite, index, value);
}

void hs_sql_real(struct hs_stmt *stmt, int index, double value)
{
	sqlite3_bind_double(stmt->sqlite, index, value);
}

void hs_sql_text(struct hs_stmt *stmt, int index, struct hs_slice value)
{
	sqlite3_bind_text64(stmt->sqlite, index, value.ptr ? value.ptr : "", value.len, SQLITE_STATIC,
		SQLITE_UTF8);
}

void hs_sql_blob(struct hs_stmt *stmt, int index, struct hs_slice value)
{
	sqlite3_bind_blob64(stmt->sqlite, index, value.ptr ? value.ptr : "", value.len, SQLITE_STATIC);
}

void hs_sql_null(struct hs_stmt *stmt, int index)
{
	sqlite3_bind_null(stmt->sqlite, index);
}

int hs_sql_step(struct hs_stmt *stmt, struct hs_error *err)
{
	int code = sqlite3_step(stmt->sqlite);

	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	return (int)hs__db_fail(stmt->db, code, "the store failed", err);
}

enum hs_status hs_sql_run(struct hs_stmt *stmt, struct hs_error *err)
{
	int step = hs_sql_step(stmt, err);

	while (step > 0)
		step = hs_sql_step(stmt, err);
	hs_sql_end(stmt);
	return (enum hs_status)step;
}

enum hs_status hs_sql_ask(struct hs_stmt *stmt, uint64_t *out, struct hs_error *err)
{
	if (!stmt)
		return err->status;
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		*out = (uint64_t)hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

int64_t hs_sql_get_int(struct hs_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->sqlite, column);
}

double hs_sql_get_real(struct hs_stmt *stmt, int column)
{
	return sqlite3_column_double(stmt->sqlite, column);
}

bool hs_sql_is_null(struct hs_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt->sqlite, column) == SQLITE_NULL;
}

struct hs_slice hs_sql_get_text(struct hs_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt->sqlite, column);

	return text ? hs_slice(text, (size_t)sqlite3_column_bytes(stmt->sqlite, column)) : HS_S_NONE;
}

struct hs_slice hs_sql_get_blob(struct hs_stmt *stmt, int column)
{
	const char *blob = sqlite3_column_blob(stmt->sqlite, column);

	return blob ? hs_slice(blob, (size_t)sqlite3_column_bytes(stmt->sqlite, column)) : HS_S_NONE;
}

void hs_sql_end(struct hs_stmt *stmt)
{
	if (!stmt)
		return;
	sqlite3_reset(stmt->sqlite);
	sqlite3_clear_bindings(stmt->sqlite);
	stmt->busy = false;
	stmt->db->busy--;
}
