/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that a statement reads from memory: a table `hs_given` whose rows the caller gives one after another.
 * To bind, run and reset a statement for each row costs more than to insert it at the end of a table; here
 * the statement runs once, and its cursor stays where the last row went. */
#include <core/store/sqlite/state.h>

#include <core/base/heap.h>

struct table {
	sqlite3_vtab base; /* first */
	struct hs__db *db;
};
struct cursor {
	sqlite3_vtab_cursor base; /* first */
	struct hs__given *given;
	bool more;
	sqlite3_int64 row;
};

static int connect_table(sqlite3 *sqlite, void *db, int argc, const char *const *argv, sqlite3_vtab **out,
	char **error)
{
	int code = sqlite3_declare_vtab(sqlite, "CREATE TABLE hs_given (a, b, c, d)");

	(void)argc;
	(void)argv;
	(void)error;
	if (code != SQLITE_OK)
		return code;
	struct table *table = hs_heap_alloc(sizeof *table);
	table->db = db;
	*out = &table->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table)
{
	hs_heap_free(table);
	return SQLITE_OK;
}

static int plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedRows = 100000;
	info->estimatedCost = 100000;
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	struct cursor *cursor = hs_heap_alloc(sizeof *cursor);

	cursor->given = &((struct table *)table)->db->given;
	*out = &cursor->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
	hs_heap_free(cursor);
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *at)
{
	struct cursor *cursor = (struct cursor *)at;
	struct hs__given *given = cursor->given;

	cursor->more = given->give && given->give(given->arg, given->cells);
	cursor->row++;
	return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int plan_number, const char *plan_text, int argc,
	sqlite3_value **argv)
{
	(void)plan_number;
	(void)plan_text;
	(void)argc;
	(void)argv;
	return next(cursor);
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
	return !((struct cursor *)cursor)->more;
}

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int index)
{
	const struct hs_cell *cell = &((struct cursor *)cursor)->given->cells[index];

	switch (cell->kind) {
	case HS_CELL_INT:
		sqlite3_result_int64(context, cell->number);
		break;
	case HS_CELL_BLOB:
		sqlite3_result_blob64(context, cell->bytes.ptr ? cell->bytes.ptr : "", cell->bytes.len,
			SQLITE_STATIC);
		break;
	case HS_CELL_NULL:
		break; /* as it is before */
	}
	return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
	*out = ((struct cursor *)cursor)->row;
	return SQLITE_OK;
}

/* Without xCreate it is there under its name and cannot be made. */
static const sqlite3_module module = {
	.xConnect = connect_table,
	.xBestIndex = plan,
	.xDisconnect = disconnect,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter,
	.xNext = next,
	.xEof = at_end,
	.xColumn = column,
	.xRowid = row_number,
};

enum hs_status hs__given_add(struct hs__db *db, struct hs_error *err)
{
	int code = sqlite3_create_module(db->sqlite, "hs_given", &module, db);

	return code == SQLITE_OK ? HS_OK : hs__db_fail(db, code, "the store could not be opened", err);
}

enum hs_status hs_sql_give(struct hs_txn *txn, const char *sql, hs_give_fn *give, void *arg,
	struct hs_error *err)
{
	struct hs__given *given = &txn->db->given;
	struct hs_stmt *stmt = hs_sql(txn, sql, err);

	HS_ASSERT(!given->give);
	if (!stmt)
		return err->status;
	*given = (struct hs__given) { .give = give, .arg = arg };
	enum hs_status status = hs_sql_run(stmt, err);
	given->give = NULL;
	return status;
}
