/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files through the world seam: read into an arena, written so that they are complete or absent. */
#include <core/base/world.h>

#include <core/base/heap.h>
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

/* ---- writing ---- */

struct hs_world_output {
	const struct hs_world *world;
	int fd; /* below 0: closed */
	char path[PATH_ROOM], temporary[PATH_ROOM];
};

struct hs_world_output *hs_world_output_begin(const struct hs_world *world, const char *path, mode_t mode,
	struct hs_error *err)
{
	struct hs_world_output *output = hs_heap_alloc(sizeof(*output));
	uint64_t tag;

	world->random(world->ctx, &tag, sizeof(tag));
	output->world = world;
	snprintf(output->path, sizeof(output->path), "%s", path);
	int need = snprintf(output->temporary, sizeof(output->temporary), "%s.%016llx.tmp", path,
		(unsigned long long)tag);
	if (need < 0 || (size_t)need >= sizeof(output->temporary)) {
		hs_fail(err, HS_E_LIMIT, "the path is longer than %d bytes: %.100s", PATH_ROOM - 22, path);
		hs_heap_free(output);
		return NULL;
	}
	output->fd = world->open(world->ctx, output->temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
	if (output->fd < 0) {
		fail_io(err, "create", output->temporary, output->fd);
		hs_heap_free(output);
		return NULL;
	}
	return output;
}

/* The system takes memory for a file in blocks of the size that is written at once. Large ones are seldom at
 * hand, and on a virtual machine whose host takes back what is free they are had from there: of a tenth of a
 * second for 300 MB, that makes one. */
#define WRITTEN_AT_ONCE ((size_t)32 << 10)

enum hs_status hs_world_output_put(struct hs_world_output *output, uint64_t at, struct hs_slice part,
	struct hs_error *err)
{
	const struct hs_world *world = output->world;

	while (part.len) {
		size_t len = part.len < WRITTEN_AT_ONCE ? part.len : WRITTEN_AT_ONCE;
		ssize_t put = world->pwrite(world->ctx, output->fd, part.ptr, len, (off_t)at);
		if (put <= 0)
			return fail_io(err, "write", output->temporary, put < 0 ? put : -EIO);
		at += (uint64_t)put;
		part = hs_slice_from(part, (size_t)put);
	}
	return HS_OK;
}

void hs_world_output_drop(struct hs_world_output *output)
{
	if (!output)
		return;
	if (output->fd >= 0)
		output->world->close(output->world->ctx, output->fd);
	output->world->unlink(output->world->ctx, output->temporary);
	hs_heap_free(output);
}

enum hs_status hs_world_output_end(struct hs_world_output *output, struct hs_error *err)
{
	const struct hs_world *world = output->world;
	enum hs_status status = HS_OK;
	int rc = world->fsync(world->ctx, output->fd);

	if (rc < 0)
		status = fail_io(err, "sync", output->temporary, rc);
	rc = world->close(world->ctx, output->fd);
	output->fd = -1;
	if (!status && rc < 0)
		status = fail_io(err, "close", output->temporary, rc);
	if (!status) {
		rc = world->rename(world->ctx, output->temporary, output->path);
		if (rc < 0)
			status = fail_io(err, "rename to", output->path, rc);
	}
	if (status) {
		hs_world_output_drop(output);
		return status;
	}
	status = sync_directory(world, output->path, err);
	hs_heap_free(output);
	return status;
}

enum hs_status hs_world_write_parts(const struct hs_world *world, const char *path,
	const struct hs_slice *parts, size_t count, mode_t mode, struct hs_error *err)
{
	struct hs_world_output *output = hs_world_output_begin(world, path, mode, err);
	enum hs_status status = HS_OK;
	uint64_t at = 0;

	if (!output)
		return err->status;
	for (size_t i = 0; i < count && !status; at += parts[i++].len)
		status = hs_world_output_put(output, at, parts[i], err);
	if (!status)
		return hs_world_output_end(output, err);
	hs_world_output_drop(output);
	return status;
}

enum hs_status hs_world_write_file(const struct hs_world *world, const char *path, struct hs_slice content,
	mode_t mode, struct hs_error *err)
{
	return hs_world_write_parts(world, path, &content, 1, mode, err);
}
