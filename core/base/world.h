/* SPDX-License-Identifier: Apache-2.0 */
/* The seam between the program and the machine: clock, randomness and disk go through one table of
 * functions that tests replace. Network I/O has its own seam in core/http/transport.h. */
#pragma once

#include <handslag/error.h>
#include <sys/types.h>

struct hs_world {
	void *ctx;
	int64_t (*wall_ms)(void *ctx);                     /* milliseconds since 1970, may jump */
	uint64_t (*mono_ns)(void *ctx);                    /* never goes back; for durations */
	void (*random)(void *ctx, void *out, size_t size); /* cryptographic quality */
	/* POSIX semantics; a negative return is -errno. */
	int (*open)(void *ctx, const char *path, int flags, mode_t mode);
	/* A pipe is read on, whatever the offset. */
	ssize_t (*pread)(void *ctx, int fd, void *out, size_t size, off_t offset);
	ssize_t (*pwrite)(void *ctx, int fd, const void *data, size_t size, off_t offset);
	int (*fsync)(void *ctx, int fd);
	int (*rename)(void *ctx, const char *from, const char *to);
	int (*unlink)(void *ctx, const char *path);
	int (*close)(void *ctx, int fd);
};

/* The real machine. */
const struct hs_world *hs_world_real(void);

/* A whole file into the arena (size limit in bytes), and a file written so that it is complete and on
 * disk under `path` or not there at all (temporary name, fsync, rename, fsync of the directory). */
struct hs_arena;
struct hs_error;
enum hs_status hs_world_read_file(const struct hs_world *world, struct hs_arena *arena, const char *path,
	size_t max, struct hs_slice *out, struct hs_error *err);
enum hs_status hs_world_write_file(const struct hs_world *world, const char *path, struct hs_slice content,
	mode_t mode, struct hs_error *err);
/* The same with a content that stands in several places. */
enum hs_status hs_world_write_parts(const struct hs_world *world, const char *path,
	const struct hs_slice *parts, size_t count, mode_t mode, struct hs_error *err);

/* The same piece by piece. Owner: who begins it, who also ends it or drops it. NULL: it failed, as `err`
 * says. */
struct hs_world_output;
struct hs_world_output *hs_world_output_begin(const struct hs_world *world, const char *path, mode_t mode,
	struct hs_error *err);
/* Bytes at a place of the file; places that nothing was put at are zeros. */
enum hs_status hs_world_output_put(struct hs_world_output *output, uint64_t at, struct hs_slice part,
	struct hs_error *err);
/* Has it on disk under its path, or fails and leaves nothing; frees either way. */
enum hs_status hs_world_output_end(struct hs_world_output *output, struct hs_error *err);
/* Leaves nothing; frees. NULL is allowed. */
void hs_world_output_drop(struct hs_world_output *output);

/* A random UUID (version 4) in lower case, 36 bytes and NUL. */
void hs_world_uuid(const struct hs_world *world, char out[37]);
