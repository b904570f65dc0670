/* SPDX-License-Identifier: Apache-2.0 */
/* The real machine behind the world seam: clocks, getrandom and POSIX files. */
#include <core/base/world.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static int64_t wall_ms(void *ctx)
{
	struct timespec now;
	(void)ctx;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t mono_ns(void *ctx)
{
	struct timespec now;
	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Without randomness there are no safe tokens: the process stops. */
static void get_random(unsigned char *out, size_t size)
{
	while (size) {
		ssize_t got = getrandom(out, size, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			fprintf(stderr, "handslag: getrandom failed: errno %d\n", errno);
			abort();
		}
		out += got;
		size -= (size_t)got;
	}
}

/* Small requests come from a per-thread supply, 16 UUIDs a system call; what is handed out is wiped there. */
static void random_bytes(void *ctx, void *out, size_t size)
{
	static __thread unsigned char supply[256];
	static __thread size_t left;
	(void)ctx;
	if (size > sizeof(supply)) {
		get_random(out, size);
		return;
	}
	if (size > left) {
		get_random(supply, sizeof(supply));
		left = sizeof(supply);
	}
	left -= size;
	memcpy(out, supply + left, size);
	explicit_bzero(supply + left, size);
}

static int open_file(void *ctx, const char *path, int flags, mode_t mode)
{
	(void)ctx;
	int fd;
	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

static ssize_t read_at(void *ctx, int fd, void *out, size_t size, off_t offset)
{
	(void)ctx;
	ssize_t got;
	do
		got = pread(fd, out, size, offset);
	while (got < 0 && errno == EINTR);
	while (got < 0 && (errno == ESPIPE || errno == EINTR)) /* a pipe has no places; it is read on */
		got = read(fd, out, size);
	return got < 0 ? -errno : got;
}

static ssize_t write_at(void *ctx, int fd, const void *data, size_t size, off_t offset)
{
	(void)ctx;
	ssize_t put;
	do
		put = pwrite(fd, data, size, offset);
	while (put < 0 && errno == EINTR);
	return put < 0 ? -errno : put;
}

static int sync_file(void *ctx, int fd)
{
	(void)ctx;
	int rc;
	do
		rc = fsync(fd);
	while (rc < 0 && errno == EINTR);
	return rc < 0 ? -errno : 0;
}

static int rename_file(void *ctx, const char *from, const char *to)
{
	(void)ctx;
	return rename(from, to) < 0 ? -errno : 0;
}

static int unlink_file(void *ctx, const char *path)
{
	(void)ctx;
	return unlink(path) < 0 ? -errno : 0;
}

/* After EINTR the descriptor is closed on Linux; closing again could close somebody else's. */
static int close_file(void *ctx, int fd)
{
	(void)ctx;
	return close(fd) < 0 && errno != EINTR ? -errno : 0;
}

const struct hs_world *hs_world_real(void)
{
	static const struct hs_world real = {
		.wall_ms = wall_ms,
		.mono_ns = mono_ns,
		.random = random_bytes,
		.open = open_file,
		.pread = read_at,
		.pwrite = write_at,
		.fsync = sync_file,
		.rename = rename_file,
		.unlink = unlink_file,
		.close = close_file,
	};
	return &real;
}

void hs_world_uuid(const struct hs_world *world, char out[37])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[16];
	world->random(world->ctx, bytes, sizeof(bytes));
	bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40); /* version 4 */
	bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80); /* RFC 9562 variant */
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hex[bytes[i] >> 4];
		*out++ = hex[bytes[i] & 15];
	}
	*out = '\0';
}
