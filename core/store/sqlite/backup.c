/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of one moment: read in one transaction, so that writers go on; complete under its name or absent. */
#include <core/store/sqlite/state.h>

#include <core/base/heap.h>
#include <fcntl.h>

static enum hs_status copy_pages(struct hs__db *db, const char *path, struct hs_error *err)
{
	sqlite3 *target = NULL;
	int code = sqlite3_open_v2(path, &target,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, db->store->vfs);

	/* The copy is made durable as a whole, afterwards. */
	if (code == SQLITE_OK)
		code = sqlite3_exec(target, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", NULL, NULL,
			NULL);
	if (code == SQLITE_OK) {
		sqlite3_backup *backup = sqlite3_backup_init(target, "main", db->sqlite, "main");
		if (backup)
			sqlite3_backup_step(backup, -1);
		code = backup ? sqlite3_backup_finish(backup) : sqlite3_errcode(target);
	}
	enum hs_status status = HS_OK;
	if (code != SQLITE_OK) {
		status = (code & 0xff) == SQLITE_FULL ? HS_E_FULL : HS_E_IO;
		hs_fail(err, status, "the copy %s could not be written: %s", path, sqlite3_errstr(code));
		err->cause = code;
	}
	sqlite3_close(target);
	return status;
}

static enum hs_status copy_moment(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	int64_t seq = 0;
	/* The first look fixes the moment; the copy reads within the same transaction. */
	enum hs_status status = hs__db_number(txn->db, "SELECT live FROM tally WHERE type = 0", 0, &seq, err);

	(void)arena;
	return status == HS_OK ? copy_pages(txn->db, arg, err) : status;
}

static enum hs_status sync_path(const struct hs_world *world, const char *path, int flags,
	struct hs_error *err)
{
	int fd = world->open(world->ctx, path, flags | O_CLOEXEC, 0);
	int failed = fd < 0 ? fd : world->fsync(world->ctx, fd);

	if (fd >= 0)
		world->close(world->ctx, fd);
	if (failed < 0)
		return hs_fail(err, HS_E_IO, "%s could not be brought to the disk: %s", path,
			strerror(-failed));
	return HS_OK;
}

static enum hs_status put_in_place(const struct hs_world *world, const char *part, const char *path,
	struct hs_error *err)
{
	enum hs_status status = sync_path(world, part, O_RDWR, err);

	if (status != HS_OK)
		return status;
	int failed = world->rename(world->ctx, part, path);
	if (failed < 0)
		return hs_fail(err, HS_E_IO, "%s could not be named: %s", path, strerror(-failed));
	const char *slash = strrchr(path, '/');
	char *folder = slash ? hs_heap_cstr(path, slash == path ? 1 : (size_t)(slash - path)) :
			       hs_heap_cstr(".", 1);
	status = sync_path(world, folder, O_RDONLY | O_DIRECTORY, err);
	hs_heap_free(folder);
	return status;
}

/* Makes an empty file that only its owner can read; SQLite writes into it. */
static enum hs_status make_part(const struct hs_world *world, const char *part, const char *path,
	struct hs_error *err)
{
	int fd = world->open(world->ctx, path, O_RDONLY | O_CLOEXEC, 0);

	if (fd >= 0) {
		world->close(world->ctx, fd);
		return hs_fail(err, HS_E_DUPLICATE, "%s exists already; name a file that does not", path);
	}
	world->unlink(world->ctx, part);
	fd = world->open(world->ctx, part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return hs_fail(err, HS_E_IO, "%s could not be made: %s", part, strerror(-fd));
	world->close(world->ctx, fd);
	return HS_OK;
}

enum hs_status hs_store_backup(struct hs_store *store, const char *path, struct hs_error *err)
{
	const struct hs_world *world = store->world;
	size_t len = strlen(path);
	char *part = hs_heap_alloc(len + sizeof(".part"));

	memcpy(part, path, len);
	memcpy(part + len, ".part", sizeof(".part"));
	enum hs_status status = make_part(world, part, path, err);
	if (status == HS_OK) {
		struct hs_arena *arena = hs_arena_new(4096);
		status = hs_store_read_wait(store, arena, copy_moment, part, err);
		hs_arena_free(arena);
		if (status == HS_OK)
			status = put_in_place(world, part, path, err);
		if (status != HS_OK)
			world->unlink(world->ctx, part);
	}
	hs_heap_free(part);
	return status;
}
