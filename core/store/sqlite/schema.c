/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, their version, the steps of services, and what is read from them when a store is opened. */
#include <core/store/sqlite/upgrade.h>
#include <core/store/sqlite/state.h>

#include <core/base/heap.h>
#include <stdio.h>

#define APPLICATION_ID 0x48534c47 /* "HSLG" */

/* `row` is hs__row_of(type, row within the type), except in `entry`, whose key implies the type.
 * resource: the current version; body NULL is a deletion. For types with a keeper: deletions only.
 * facts:    what the search index knows about a current version (core/store/index/facts.h).
 * entry:    the search index; keys are made by core/store/index/key.h and sort as bytes; `more` holds
 *           further rows (core/store/index/block.h), NULL when there are none.
 * contained: from a resource to the rows of those that it contains (contained.h); these have rows in facts,
 * entry and ident only. log:      every version in order; for types with a keeper only those in `past` and
 * deletions. past:     superseded versions. tally:    type 0 holds the last commit sequence in `live`; type
 * -1 the clock (state.h); `merged` and `loose` are upkeep's. */
static const char schema_1[] =
	"CREATE TABLE name (space INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL,"
	" PRIMARY KEY (space, number)) WITHOUT ROWID;"
	"CREATE TABLE resource (row INTEGER PRIMARY KEY, version INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" updated INTEGER NOT NULL, id TEXT NOT NULL, body BLOB);"
	"CREATE TABLE ident (id TEXT NOT NULL, type INTEGER NOT NULL, row INTEGER NOT NULL,"
	" PRIMARY KEY (id, type)) WITHOUT ROWID;"
	"CREATE TABLE facts (row INTEGER PRIMARY KEY, data BLOB NOT NULL);"
	"CREATE TABLE entry (key BLOB NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (key, row)) WITHOUT ROWID;"
	"CREATE TABLE log (type INTEGER NOT NULL, seq INTEGER NOT NULL, row INTEGER NOT NULL,"
	" updated INTEGER NOT NULL, change INTEGER NOT NULL, PRIMARY KEY (type, seq)) WITHOUT ROWID;"
	"CREATE TABLE past (seq INTEGER PRIMARY KEY, type INTEGER NOT NULL, version INTEGER NOT NULL,"
	" updated INTEGER NOT NULL, change INTEGER NOT NULL, id TEXT NOT NULL, body BLOB);"
	"CREATE UNIQUE INDEX past_id ON past (id, type, version);"
	"CREATE TABLE tally (type INTEGER PRIMARY KEY, live INTEGER NOT NULL, last_row INTEGER NOT NULL);"
	"CREATE TABLE migration (service TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL,"
	" checksum INTEGER NOT NULL, applied INTEGER NOT NULL, PRIMARY KEY (service, number)) WITHOUT ROWID;";

/* Each step makes the format of its number out of the one before; the first one out of nothing. */
static const struct step {
	const char *sql; /* may be NULL */
	enum hs_status (*run)(struct hs__db *db, struct hs_error *err);
} steps[] = {
	{ schema_1, NULL },
	{ "ALTER TABLE entry ADD COLUMN more BLOB;", NULL },
	{ NULL, hs__upgrade_spans },
	{ "CREATE TABLE contained (container INTEGER NOT NULL, row INTEGER NOT NULL, id TEXT NOT NULL,"
	  " PRIMARY KEY (container, row)) WITHOUT ROWID;",
		NULL },
	{ "DELETE FROM entry WHERE key >= X'0000C0' AND key < X'0001';", hs__upgrade_outlines },
	{ NULL, hs__upgrade_strings },
	{ "ALTER TABLE tally ADD COLUMN merged INTEGER NOT NULL DEFAULT 0;"
	  "ALTER TABLE tally ADD COLUMN loose INTEGER NOT NULL DEFAULT 0;"
	  "UPDATE tally SET merged = last_row;", /* most of it was loaded; a reindex has it walked */
		NULL },
};
#define FORMAT_VERSION (sizeof(steps) / sizeof(steps[0]))

static enum hs_status apply_steps(struct hs__db *db, size_t version, struct hs_error *err)
{
	char text[96];
	enum hs_status status = hs__db_run(db, "BEGIN IMMEDIATE", err);

	if (status != HS_OK)
		return status;
	for (size_t i = version; i < FORMAT_VERSION && status == HS_OK; i++) {
		status = steps[i].sql ? hs__db_run(db, steps[i].sql, err) : HS_OK;
		if (status == HS_OK && steps[i].run)
			status = steps[i].run(db, err);
	}
	snprintf(text, sizeof(text), "PRAGMA application_id=%d; PRAGMA user_version=%zu;", APPLICATION_ID,
		FORMAT_VERSION);
	if (status == HS_OK)
		status = hs__db_run(db, text, err);
	if (status == HS_OK)
		status = hs__db_run(db, "COMMIT", err);
	if (status != HS_OK) {
		struct hs_error ignored;
		hs__db_run(db, "ROLLBACK", &ignored);
	}
	return status;
}

enum hs_status hs__schema_prepare(struct hs_store *store, struct hs__db *db, struct hs_error *err)
{
	int64_t application = 0, version = 0, tables = 0;
	enum hs_status status = hs__db_number(db, "PRAGMA application_id", 0, &application, err);

	if (status == HS_OK)
		status = hs__db_number(db, "PRAGMA user_version", 0, &version, err);
	if (status == HS_OK)
		status = hs__db_number(db, "SELECT count(*) FROM sqlite_schema", 0, &tables, err);
	if (status != HS_OK)
		return status;
	if (tables == 0)
		return apply_steps(db, 0, err);
	if (application != APPLICATION_ID)
		return hs_fail(err, HS_E_CORRUPT, "%s is a database, but not a store of this program",
			store->path);
	if (version < 1 || version > (int64_t)FORMAT_VERSION)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"%s has format %lld and this program knows formats 1 to %zu; use the program that "
			"wrote it, or a newer one",
			store->path, (long long)version, FORMAT_VERSION);
	return version < (int64_t)FORMAT_VERSION ? apply_steps(db, (size_t)version, err) : HS_OK;
}

static enum hs_status load_names(struct hs_store *store, struct hs__db *db, struct hs_error *err)
{
	struct hs_stmt *stmt = hs__db_stmt(db, "SELECT space, number, text FROM name", err);
	int step;

	if (!stmt)
		return err->status;
	for (unsigned i = 0; i < HS__SPACES; i++)
		store->writer.next_name[i] = 1;
	while ((step = hs_sql_step(stmt, err)) > 0) {
		int64_t space = hs_sql_get_int(stmt, 0), number = hs_sql_get_int(stmt, 1);
		if (space < 0 || space >= HS__SPACES || number < 1 || number > HS__NAMES_MAX) {
			step = (int)hs_fail(err, HS_E_CORRUPT, "the table of names has an impossible number");
			break;
		}
		hs__names_add(store->names, (unsigned)space, (uint32_t)number, hs_sql_get_text(stmt, 2));
		if (number >= store->writer.next_name[space])
			store->writer.next_name[space] = (uint32_t)number + 1;
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static enum hs_status load_tallies(struct hs_store *store, struct hs__db *db, uint64_t *seq,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs__db_stmt(db, "SELECT type, live, last_row, merged, loose FROM tally", err);
	int step;

	if (!stmt)
		return err->status;
	*seq = 0;
	while ((step = hs_sql_step(stmt, err)) > 0) {
		int64_t type = hs_sql_get_int(stmt, 0);
		if (type < -1 || type > HS__TYPE_MAX) {
			step = (int)hs_fail(err, HS_E_CORRUPT, "the table of counts has an impossible type");
			break;
		}
		if (type == 0) {
			*seq = (uint64_t)hs_sql_get_int(stmt, 1);
		} else if (type == -1) {
			store->writer.clock.newest = hs_sql_get_int(stmt, 1);
			store->writer.clock.slack = hs_sql_get_int(stmt, 2);
		} else {
			struct hs__tally *tally = hs__group_tally(store, (uint32_t)type);
			tally->live = (uint64_t)hs_sql_get_int(stmt, 1);
			tally->last_row = (uint64_t)hs_sql_get_int(stmt, 2);
			tally->merged = (uint64_t)hs_sql_get_int(stmt, 3);
			tally->loose = (uint64_t)hs_sql_get_int(stmt, 4);
			hs__upkeep_note(store, tally, tally);
		}
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

enum hs_status hs__schema_load(struct hs_store *store, struct hs__db *db, struct hs_error *err)
{
	uint64_t seq = 0;
	enum hs_status status = load_names(store, db, err);

	if (status == HS_OK)
		status = load_tallies(store, db, &seq, err);
	if (status == HS_OK)
		store->seq = store->writer.group.seq = seq;
	store->writer.group.clock = store->writer.clock;
	return status;
}

/* ---- the steps of services ---- */

struct migrate {
	const char *service;
	const struct hs_migration *steps;
	size_t count;
};

/* 1: applied before, unchanged; 0: not yet; negative: a fault. */
static int applied_before(struct hs_txn *txn, const struct migrate *m, const struct hs_migration *step,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT checksum FROM migration WHERE service = ?1 AND number = ?2", err);

	if (!stmt)
		return (int)err->status;
	hs_sql_text(stmt, 1, hs_slice_cstr(m->service));
	hs_sql_int(stmt, 2, step->number);
	int got = hs_sql_step(stmt, err);
	if (got > 0 && hs_sql_get_int(stmt, 0) != (int64_t)hs_hash(hs_slice_cstr(step->sql)))
		got = (int)hs_fail(err, HS_E_CONFLICT,
			"step %u (%s) of %s was changed after it had been applied; add a new step instead",
			step->number, step->name, m->service);
	hs_sql_end(stmt);
	return got;
}

static enum hs_status apply_step(struct hs_txn *txn, const struct migrate *m, const struct hs_migration *step,
	struct hs_error *err)
{
	txn->changed = true;
	enum hs_status status = hs__db_run(txn->db, step->sql, err);
	if (status != HS_OK)
		return status;
	struct hs_stmt *stmt = hs_sql(txn,
		"INSERT INTO migration (service, number, name, checksum, applied) VALUES (?1, ?2, ?3, ?4, "
		"?5)",
		err);
	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, hs_slice_cstr(m->service));
	hs_sql_int(stmt, 2, step->number);
	hs_sql_text(stmt, 3, hs_slice_cstr(step->name));
	hs_sql_int(stmt, 4, (int64_t)hs_hash(hs_slice_cstr(step->sql)));
	hs_sql_int(stmt, 5, hs_txn_now(txn));
	return hs_sql_run(stmt, err);
}

/* A file that has steps which the program does not know was written by a newer program. */
static enum hs_status refuse_newer(struct hs_txn *txn, const struct migrate *m, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT coalesce(max(number), 0) FROM migration WHERE service = ?1", err);
	int64_t newest = 0;

	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, hs_slice_cstr(m->service));
	int got = hs_sql_step(stmt, err);
	if (got > 0)
		newest = hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	if (got < 0)
		return (enum hs_status)got;
	if (newest > (int64_t)m->count)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"the tables of %s are at step %lld and this program knows %zu; use the program that "
			"wrote them, or a newer one",
			m->service, (long long)newest, m->count);
	return HS_OK;
}

static enum hs_status migrate(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct migrate *m = arg;
	enum hs_status status = refuse_newer(txn, m, err);

	(void)arena;
	for (size_t i = 0; i < m->count && status == HS_OK; i++) {
		HS_ASSERT(m->steps[i].number == i + 1);
		int before = applied_before(txn, m, &m->steps[i], err);
		if (before < 0)
			return (enum hs_status)before;
		if (!before)
			status = apply_step(txn, m, &m->steps[i], err);
	}
	return status;
}

enum hs_status hs_store_migrate(struct hs_store *store, const char *service,
	const struct hs_migration *migrations, size_t count, struct hs_error *err)
{
	struct migrate m = { service, migrations, count };
	struct hs_arena *arena = hs_arena_new((size_t)1 << 20);
	enum hs_status status = hs_store_write_wait(store, arena, migrate, &m, err);

	hs_arena_free(arena);
	return status;
}
