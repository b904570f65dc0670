/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite connections: settings, statement cache, limits, and faults in our words. */
#include <core/store/sqlite/db.h>

#include <core/base/flag.h>
#include <core/base/heap.h>
#include <core/store/sqlite/caches.h>
#include <core/store/sqlite/state.h>
#include <core/store/sqlite/wal_file.h>
#include <pthread.h>
#include <stdio.h>

/* The progress handler is asked this often, in SQLite's virtual machine steps. */
#define STEPS_BETWEEN_LOOKS 500

static pthread_once_t configured = PTHREAD_ONCE_INIT;

/* Before the first connection of the process. Memory statistics would take a global lock an allocation;
 * savepoints keep their pages in memory rather than in a temporary file. */
static void configure_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
	sqlite3_initialize();
}

static enum hs_status status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return HS_E_FULL;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_NOMEM:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_PROTOCOL:
		return HS_E_IO;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return HS_E_CORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return HS_E_BUSY;
	case SQLITE_TOOBIG:
		return HS_E_LIMIT;
	case SQLITE_CONSTRAINT:
		return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ?
			HS_E_DUPLICATE :
			HS_E_CONFLICT;
	default:
		return HS_E_INTERNAL;
	}
}

static enum hs_status fail_stopped(enum hs_status why, struct hs_error *err)
{
	switch (why) {
	case HS_E_CANCELLED:
		return hs_fail(err, why, "the work was cancelled");
	case HS_E_BUDGET:
		return hs_fail(err, why, "the read takes more steps than the event loop allows");
	default:
		return hs_fail(err, HS_E_TOO_COSTLY,
			"the search takes too long; narrow it, for example by a more selective parameter");
	}
}

enum hs_status hs__db_fail(struct hs__db *db, int code, const char *doing, struct hs_error *err)
{
	if ((code & 0xff) == SQLITE_INTERRUPT && db->stopped)
		return fail_stopped(db->stopped, err);
	enum hs_status status = status_of(code);
	if (status == HS_E_IO || status == HS_E_FULL)
		db->failed = status;
	hs_fail(err, status, "%s: %s", doing, db->sqlite ? sqlite3_errmsg(db->sqlite) : sqlite3_errstr(code));
	err->cause = code;
	err->where = "store";
	return status;
}

static bool look_at_limits(struct hs__db *db, uint64_t steps)
{
	struct hs__limits *limits = &db->limits;

	if (hs_flag_is_set(limits->cancelled)) {
		db->stopped = HS_E_CANCELLED;
	} else if (limits->counted && limits->steps <= steps) {
		limits->steps = 0;
		db->stopped = HS_E_BUDGET;
	} else if (limits->deadline_ns) {
		const struct hs_world *world = db->store->world;
		if (world->mono_ns(world->ctx) > limits->deadline_ns)
			db->stopped = HS_E_TOO_COSTLY;
	}
	if (limits->counted && limits->steps > steps)
		limits->steps -= steps;
	return db->stopped != HS_OK;
}

static int progress(void *arg)
{
	return look_at_limits(arg, STEPS_BETWEEN_LOOKS);
}

enum hs_status hs__db_spend(struct hs__db *db, unsigned steps, struct hs_error *err)
{
	if (!look_at_limits(db, steps))
		return HS_OK;
	return fail_stopped(db->stopped, err);
}

enum hs_status hs__db_afford(struct hs__db *db, uint64_t steps, struct hs_error *err)
{
	if (!db->limits.counted || db->limits.steps > steps)
		return HS_OK;
	db->stopped = HS_E_BUDGET;
	return fail_stopped(db->stopped, err);
}

enum hs_status hs__db_run(struct hs__db *db, const char *sql, struct hs_error *err)
{
	int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);

	if (code != SQLITE_OK)
		return hs__db_fail(db, sqlite3_extended_errcode(db->sqlite), "the store failed", err);
	return HS_OK;
}

enum hs_status hs__db_number(struct hs__db *db, const char *sql, int64_t otherwise, int64_t *out,
	struct hs_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL);
	int64_t value = otherwise;

	if (code == SQLITE_OK) {
		code = sqlite3_step(stmt);
		if (code == SQLITE_ROW)
			value = sqlite3_column_int64(stmt, 0);
		code = sqlite3_reset(stmt);
	}
	enum hs_status status = HS_OK;
	if (code != SQLITE_OK)
		status = hs__db_fail(db, sqlite3_extended_errcode(db->sqlite), "the store failed", err);
	else
		*out = value;
	sqlite3_finalize(stmt);
	return status;
}

/* The order matters: the page size and the auto-vacuum mode must stand before the first page is written.
 * secure_delete (on in Debian's build) would rewrite freed pages; the history keeps old content anyway.
 *
 * Nobody maps the file, though reading would cost a seventh less: a disk that fails would then end the
 * process (SIGBUS) rather than one request. What the writer sorts for an index goes to a file, in pieces that
 * fit its cache, on a thread beside. */
static enum hs_status apply_settings(struct hs__db *db, bool for_writing, struct hs_error *err)
{
	const struct hs_store *store = db->store;
	char text[320];
	int off = 0;

	sqlite3_extended_result_codes(db->sqlite, 1);
	/* Debian's SQLite 3.40.1 can damage a WAL when two connections checkpoint at the same moment
	 * (sqlite.org, "WAL-reset bug"): only the writer ever does. */
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &off);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DQS_DDL, 0, &off);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DQS_DML, 0, &off);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &off);
	sqlite3_busy_timeout(db->sqlite, for_writing ? 5000 : 1000);
	snprintf(text, sizeof(text),
		"PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0; PRAGMA temp_store=%s; PRAGMA threads=%d;"
		"PRAGMA secure_delete=OFF; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-%u; PRAGMA "
		"synchronous=%s;%s",
		for_writing ? "FILE" : "MEMORY", for_writing ? 1 : 0, db->cache_kib,
		store->sync_normal ? "NORMAL" : "FULL", for_writing ? "" : "PRAGMA query_only=ON;");
	enum hs_status status = hs__db_run(db, text, err);
	if (status == HS_OK && for_writing)
		status = hs__db_run(db, "PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=67108864;", err);
	return status;
}

enum hs_status hs__db_open(struct hs_store *store, bool for_writing, struct hs__db **out,
	struct hs_error *err)
{
	struct hs__db *db = hs_heap_alloc(sizeof(*db));
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (for_writing ? SQLITE_OPEN_CREATE : 0);
	enum hs_status status;

	pthread_once(&configured, configure_sqlite);
	db->store = store;
	hs__caches_add(db, for_writing);
	const char *layer = store->vfs;
	if (for_writing && !store->sync_normal)
		layer = hs__wal_file_layer(store->vfs);
	int code = sqlite3_open_v2(store->path, &db->sqlite, flags, layer);
	if (code != SQLITE_OK) {
		status = hs__db_fail(db, code, "the store's file could not be opened", err);
		goto out;
	}
	status = apply_settings(db, for_writing, err);
	if (status == HS_OK && for_writing)
		status = hs__given_add(db, err);
	else if (status == HS_OK)
		sqlite3_progress_handler(db->sqlite, STEPS_BETWEEN_LOOKS, progress, db);
out:
	if (status == HS_OK)
		*out = db;
	else
		hs__db_close(db);
	return status;
}

void hs__db_close(struct hs__db *db)
{
	if (!db)
		return;
	hs__caches_remove(db);
	for (size_t i = 0; i < db->cache_room; i++) {
		for (struct hs_stmt *stmt = db->cache[i], *next; stmt; stmt = next) {
			next = stmt->twin;
			sqlite3_finalize(stmt->sqlite);
			hs_heap_free(stmt);
		}
	}
	hs_heap_free(db->cache);
	for (struct hs__kept *kept = db->kept, *next; kept; kept = next) {
		next = kept->next;
		kept->what->drop(kept->bytes);
		hs_heap_free(kept);
	}
	sqlite3_close(db->sqlite);
	hs_heap_free(db);
}

/* ---- statement cache ---- */

static size_t place_of(const struct hs__db *db, const char *sql)
{
	size_t at = (size_t)(((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (db->cache_room - 1);

	while (db->cache[at] && db->cache[at]->sql != sql)
		at = (at + 1) & (db->cache_room - 1);
	return at;
}

static void grow_cache(struct hs__db *db)
{
	struct hs_stmt **old = db->cache;
	size_t old_room = db->cache_room;

	db->cache_room = old_room ? old_room * 2 : 64;
	db->cache = hs_heap_alloc(db->cache_room * sizeof(struct hs_stmt *));
	for (size_t i = 0; i < old_room; i++) {
		if (old[i])
			db->cache[place_of(db, old[i]->sql)] = old[i];
	}
	hs_heap_free(old);
}

struct hs_stmt *hs__db_stmt(struct hs__db *db, const char *sql, struct hs_error *err)
{
	if (db->cache_count * 2 >= db->cache_room)
		grow_cache(db);
	size_t at = place_of(db, sql);
	struct hs_stmt *stmt = db->cache[at];

	while (stmt && stmt->busy)
		stmt = stmt->twin;
	if (!stmt) {
		sqlite3_stmt *sqlite = NULL;
		int code = sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &sqlite, NULL);
		if (code != SQLITE_OK) {
			hs__db_fail(db, sqlite3_extended_errcode(db->sqlite), "a statement was not accepted",
				err);
			return NULL;
		}
		stmt = hs_heap_alloc(sizeof(*stmt));
		stmt->db = db;
		stmt->sqlite = sqlite;
		stmt->sql = sql;
		stmt->twin = db->cache[at];
		db->cache_count += !db->cache[at];
		db->cache[at] = stmt;
	}
	stmt->busy = true;
	db->busy++;
	return stmt;
}
