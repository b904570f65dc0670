/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of a sandbox's store: taken while it is in use, and put back when no server runs. */
#include <core/host/sandbox/sandbox.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 20)

enum hs_status hs__sandbox_backup(struct hs_sandbox *sandbox, const char *path, struct hs_error *err)
{
	if (access(path, F_OK) == 0)
		return hs_fail(err, HS_E_DUPLICATE, "%s is there already; a backup is never written over",
			path);
	if (!hs__sandbox_use(sandbox))
		return hs_fail(err, HS_E_BUSY, "sandbox %s is not open; try again in a second",
			sandbox->name);
	enum hs_status status = hs_store_backup(sandbox->store, path, err);
	hs__sandbox_end_use(sandbox);
	return status;
}

enum hs_status hs_host_backup(struct hs_host *host, const char *name, const char *path, struct hs_error *err)
{
	struct hs_sandbox *sandbox = NULL;
	enum hs_status status = hs_host_sandbox(host, name, &sandbox, err);

	return status ? status : hs__sandbox_backup(sandbox, path, err);
}

static enum hs_status copy_file(const struct hs_host *host, const char *from, const char *to,
	struct hs_error *err)
{
	const struct hs_world *world = host->world;
	struct hs_arena *arena = hs_arena_new(2 * PIECE);
	char *piece = hs_arena_raw(arena, PIECE);
	int in = world->open(world->ctx, from, O_RDONLY | O_CLOEXEC, 0);
	int out = in < 0 ? -1 : world->open(world->ctx, to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum hs_status status = in < 0 ?
		hs_fail(err, HS_E_NOT_FOUND, "%s cannot be read: %s", from, strerrordesc_np(-in)) :
		out < 0 ? hs_fail(err, HS_E_IO, "%s cannot be written: %s", to, strerrordesc_np(-out)) :
			  HS_OK;
	off_t at = 0;
	ssize_t n = 1;

	while (status == HS_OK && n > 0) {
		n = world->pread(world->ctx, in, piece, PIECE, at);
		if (n < 0 || (n > 0 && world->pwrite(world->ctx, out, piece, (size_t)n, at) != n))
			status = hs_fail(err, HS_E_IO, "%s could not be copied to %s", from, to);
		at += n > 0 ? n : 0;
	}
	if (status == HS_OK && world->fsync(world->ctx, out) != 0)
		status = hs_fail(err, HS_E_IO, "%s could not be made durable", to);
	if (in >= 0)
		world->close(world->ctx, in);
	if (out >= 0)
		world->close(world->ctx, out);
	hs_arena_free(arena);
	return status;
}

static void remove_store(const struct hs_host *host, const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char file[4200];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		host->world->unlink(host->world->ctx, file);
	}
}

/* Is the copy a store of this format, and whole? Opening may migrate it, which the real place wants anyway.
 */
static enum hs_status check_copy(struct hs_host *host, const char *from, const char *path,
	struct hs_error *err)
{
	struct hs_store_config config = { .path = path, .world = host->world, .readers = host->workers };
	struct hs_store *store = NULL;
	enum hs_status status = hs_store_open(&config, &store, err);

	if (status == HS_OK) {
		status = hs_store_check(store, err);
		hs_store_close(store);
	}
	if (status == HS_E_CORRUPT) {
		char why[sizeof(err->text)];
		memcpy(why, err->text, sizeof(why));
		return hs_fail(err, HS_E_VALUE, "%s is no sound backup: %s", from, why);
	}
	return status;
}

enum hs_status hs_host_restore(struct hs_host *host, const char *name, const char *path, struct hs_error *err)
{
	struct hs_sandbox *sandbox = hs__sandbox_find(host, hs_slice_cstr(name));
	char to[4096], fresh[4200];
	enum hs_status status = HS_OK;

	if (!sandbox)
		status = hs__sandbox_create(host, hs_slice_cstr(name), NULL, &sandbox, err);
	if (status)
		return status;
	if (!hs_sandbox_store_path(host->data_dir, name, to, sizeof(to)))
		return hs_fail(err, HS_E_LIMIT, "the path of the data directory is too long");
	snprintf(fresh, sizeof(fresh), "%s.restoring", to);
	remove_store(host, fresh);
	status = copy_file(host, path, fresh, err);
	if (status == HS_OK)
		status = check_copy(host, path, fresh, err);
	if (status == HS_OK)
		status = hs__sandbox_close(sandbox, err);
	if (status) {
		remove_store(host, fresh);
		return status;
	}
	/* The log of the old store must not meet the new file: away with it first. */
	remove_store(host, to);
	if (host->world->rename(host->world->ctx, fresh, to) != 0)
		return hs_fail(err, HS_E_IO, "%s could not be put in its place as %s", fresh, to);
	return hs__sandbox_open(sandbox, err);
}
