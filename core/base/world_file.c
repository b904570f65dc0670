/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files through the world seam: read into an arena, written so that they are complete or absent. */
#include <core/base/world.h>

#include <handslag/arena.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define PATH_ROOM 4096
#define PIECE 65536

static enum hs_status fail_io(struct hs_error *err, const char *verb, const char *path,
	ssize_t negative_errno)
{
	int cause = (int)-negative_errno;
	enum hs_status status = cause == ENOENT    ? HS_E_NOT_FOUND :
		cause == ENOSPC || cause == EDQUOT ? HS_E_FULL :
						     HS_E_IO;
	hs_fail(err, status, "cannot %s %s: %s", verb, path, strerrordesc_np(cause));
	err->cause = cause;
	err->where = "file";
	return status;
}

enum hs_status hs_world_read_file(const struct hs_world *world, struct hs_arena *arena, const char *path,
	size_t max, struct hs_slice *out, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	char *data = NULL;
	size_t room = 0;
	size_t len = 0;
	int fd = world->open(world->ctx, path, O_RDONLY, 0);
	if (fd < 0)
		return fail_io(err, "open", path, fd);
	for (;;) {
		if (len == room) {
			size_t more = room ? room * 2 : PIECE;
			char *grown = hs_arena_grow(arena, data, room, more);
			if (!grown) {
				status = hs_fail(err, HS_E_LIMIT, "%s needs more memory than is allowed here",
					path);
				goto out;
			}
			data = grown;
			room = more;
		}
		ssize_t got = world->pread(world->ctx, fd, data + len, room - len, (off_t)len);
		if (got < 0) {
			status = fail_io(err, "read", path, got);
			goto out;
		}
		if (got == 0)
			break;
		len += (size_t)got;
		if (len > max) {
			status = hs_fail(err, HS_E_LIMIT, "%s is longer than %zu bytes", path, max);
			goto out;
		}
	}
	*out = hs_slice(hs_arena_grow(arena, data, room, len), len);
out:
	world->close(world->ctx, fd);
	return status;
}

/* A file that is being written. */
struct output {
	const struct hs_world *world;
	const char *path;
	int fd;
	off_t at;
};

static enum hs_status write_part(struct output *to, struct hs_slice part, struct hs_error *err)
{
	while (part.len) {
		ssize_t put = to->world->pwrite(to->world->ctx, to->fd, part.ptr, part.len, to->at);
		if (put <= 0)
			return fail_io(err, "write", to->path, put < 0 ? put : -EIO);
		to->at += put;
		part = hs_slice_from(part, (size_t)put);
	}
	return HS_OK;
}

static enum hs_status write_all(const struct hs_world *world, int fd, const char *path,
	const struct hs_slice *parts, size_t count, struct hs_error *err)
{
	struct output to = { world, path, fd, 0 };
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < count && !status; i++)
		status = write_part(&to, parts[i], err);
	if (status)
		return status;
	int rc = world->fsync(world->ctx, fd);
	return rc < 0 ? fail_io(err, "sync", path, rc) : HS_OK;
}

/* The entry of a new name is on disk only when its directory is. */
static enum hs_status sync_directory(const struct hs_world *world, const char *path, struct hs_error *err)
{
	char directory[PATH_ROOM];
	const char *slash = strrchr(path, '/');
	if (!slash)
		snprintf(directory, sizeof(directory), ".");
	else
		snprintf(directory, sizeof(directory), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	int fd = world->open(world->ctx, directory, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return fail_io(err, "open", directory, fd);
	int rc = world->fsync(world->ctx, fd);
	world->close(world->ctx, fd);
	return rc < 0 ? fail_io(err, "sync", directory, rc) : HS_OK;
}

enum hs_status hs_world_write_parts(const struct hs_world *world, const char *path,
	const struct hs_slice *parts, size_t count, mode_t mode, struct hs_error *err)
{
	char temporary[PATH_ROOM];
	uint64_t tag;
	world->random(world->ctx, &tag, sizeof(tag));
	int need = snprintf(temporary, sizeof(temporary), "%s.%016llx.tmp", path, (unsigned long long)tag);
	if (need < 0 || (size_t)need >= sizeof(temporary))
		return hs_fail(err, HS_E_LIMIT, "the path is longer than %d bytes: %.100s", PATH_ROOM - 22,
			path);
	int fd = world->open(world->ctx, temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
	if (fd < 0)
		return fail_io(err, "create", temporary, fd);
	enum hs_status status = write_all(world, fd, temporary, parts, count, err);
	int rc = world->close(world->ctx, fd);
	if (!status && rc < 0)
		status = fail_io(err, "close", temporary, rc);
	if (!status) {
		rc = world->rename(world->ctx, temporary, path);
		if (rc < 0)
			status = fail_io(err, "rename to", path, rc);
	}
	if (status) {
		world->unlink(world->ctx, temporary);
		return status;
	}
	return sync_directory(world, path, err);
}

enum hs_status hs_world_write_file(const struct hs_world *world, const char *path, struct hs_slice content,
	mode_t mode, struct hs_error *err)
{
	return hs_world_write_parts(world, path, &content, 1, mode, err);
}
