/* SPDX-License-Identifier: Apache-2.0 */
/* The world seam: whole files on the real disk and on one that fails, clocks, UUIDs. */
#include <core/base/world.h>

#include <handslag/arena.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char directory[] = "/tmp/handslag-world-XXXXXX";
static char path[64];

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/file", directory);
	return 0;
}

/* Fails when a temporary file was left behind. */
static int remove_directory(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static void writes_and_reads_files(void **state)
{
	(void)state;
	const struct hs_world *world = hs_world_real();
	struct hs_arena *arena = hs_arena_new(8 << 20);
	struct hs_error err;
	struct hs_slice back;
	static char large[300000];
	assert_int_equal(hs_world_read_file(world, arena, path, 10, &back, &err), HS_E_NOT_FOUND);
	assert_non_null(strstr(err.text, path));
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (char)(i * 7);
	assert_int_equal(hs_world_write_file(world, path, HS_S("old"), 0600, &err), HS_OK);
	assert_int_equal(hs_world_write_file(world, path, hs_slice(large, sizeof(large)), 0600, &err), HS_OK);
	assert_int_equal(hs_world_read_file(world, arena, path, sizeof(large), &back, &err), HS_OK);
	assert_true(hs_slice_eq(back, hs_slice(large, sizeof(large))));
	assert_int_equal(hs_world_read_file(world, arena, path, sizeof(large) - 1, &back, &err), HS_E_LIMIT);
	struct hs_arena *small = hs_arena_new(100);
	assert_int_equal(hs_world_read_file(world, small, path, sizeof(large), &back, &err), HS_E_LIMIT);
	hs_arena_free(small);
	assert_int_equal(hs_world_write_file(world, path, HS_S(""), 0600, &err), HS_OK);
	assert_int_equal(hs_world_read_file(world, arena, path, 0, &back, &err), HS_OK);
	assert_int_equal(back.len, 0);
	hs_arena_free(arena);
}

/* As a shell gives one: `handslag validate <(curl ...)`. */
static void reads_pipes(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_error err;
	struct hs_slice back;
	char name[32];
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "hej", 3), 3);
	close(ends[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	if (hs_world_read_file(hs_world_real(), arena, name, 100, &back, &err))
		fail_msg("%s", err.text);
	assert_true(hs_slice_eq(back, HS_S("hej")));
	close(ends[0]);
	hs_arena_free(arena);
}

/* A disk on which the n-th operation fails. */
static struct {
	unsigned left;
	int code;
	unsigned asked;
} disk;

static bool fails(void)
{
	disk.asked++;
	return disk.left && --disk.left == 0;
}

static int bad_open(void *ctx, const char *name, int flags, mode_t mode)
{
	return fails() ? -disk.code : hs_world_real()->open(ctx, name, flags, mode);
}

static ssize_t bad_pwrite(void *ctx, int fd, const void *data, size_t size, off_t offset)
{
	/* A short write first: the rest must follow. */
	return fails() ? -disk.code : hs_world_real()->pwrite(ctx, fd, data, size > 2 ? 2 : size, offset);
}

static int bad_fsync(void *ctx, int fd)
{
	return fails() ? -disk.code : hs_world_real()->fsync(ctx, fd);
}

static int bad_rename(void *ctx, const char *from, const char *to)
{
	return fails() ? -disk.code : hs_world_real()->rename(ctx, from, to);
}

static void never_leaves_half_a_file(void **state)
{
	(void)state;
	struct hs_world world = *hs_world_real();
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_error err;
	struct hs_slice back;
	unsigned failures = 0;
	world.open = bad_open;
	world.pwrite = bad_pwrite;
	world.fsync = bad_fsync;
	world.rename = bad_rename;
	disk.left = 0;
	assert_int_equal(hs_world_write_file(&world, path, HS_S("old"), 0600, &err), HS_OK);
	for (unsigned nth = 1;; nth++) {
		disk.left = nth;
		disk.code = nth % 2 ? ENOSPC : EIO;
		enum hs_status status = hs_world_write_file(&world, path, HS_S("the new one"), 0600, &err);
		disk.left = 0;
		assert_int_equal(hs_world_read_file(hs_world_real(), arena, path, 100, &back, &err), HS_OK);
		if (status == HS_OK) {
			assert_true(hs_slice_eq(back, HS_S("the new one")));
			break;
		}
		failures++;
		assert_int_equal(status, nth % 2 ? HS_E_FULL : HS_E_IO);
		assert_true(hs_slice_eq(back, HS_S("old")) || hs_slice_eq(back, HS_S("the new one")));
		assert_int_equal(hs_world_write_file(hs_world_real(), path, HS_S("old"), 0600, &err), HS_OK);
	}
	assert_true(failures >= 10); /* open, six writes, sync, rename, directory open and sync */
	hs_arena_free(arena);
}

static void tells_time(void **state)
{
	(void)state;
	const struct hs_world *world = hs_world_real();
	uint64_t first = world->mono_ns(world->ctx);
	assert_true(world->mono_ns(world->ctx) >= first);
	assert_true(world->wall_ms(world->ctx) > INT64_C(1700000000000));
}

static void makes_uuids(void **state)
{
	(void)state;
	char uuids[200][37];
	for (int i = 0; i < 200; i++) {
		hs_world_uuid(hs_world_real(), uuids[i]);
		assert_int_equal(strlen(uuids[i]), 36);
		assert_int_equal(uuids[i][14], '4');
		assert_non_null(strchr("89ab", uuids[i][19]));
		assert_int_equal(strspn(uuids[i], "0123456789abcdef-"), 36);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(uuids[i], uuids[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_reads_files),
		cmocka_unit_test(reads_pipes),
		cmocka_unit_test(never_leaves_half_a_file),
		cmocka_unit_test(tells_time),
		cmocka_unit_test(makes_uuids),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
