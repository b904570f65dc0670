/* SPDX-License-Identifier: Apache-2.0 */
/* Images: built, written, mapped, refused when they are damaged or of other sources. */
#include <core/base/image.h>

#include <core/base/heap.h>
#include <core/base/world.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIND 7u
#define FORMAT 3u
#define KEY UINT64_C(0x1234567890)

struct row {
	struct hs_image_text name;
	uint32_t number;
};

static char directory[] = "/tmp/handslag-image-XXXXXX";
static char path[64];

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/image", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static struct row rows[3000];

static void fill(struct hs_image_builder *builder)
{
	for (unsigned i = 0; i < 3000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "name %u", i % 2000);
		rows[i].name = hs_image_builder_text(builder, hs_slice_cstr(name));
		rows[i].number = i;
	}
	hs_image_builder_section(builder, 1, rows, sizeof(rows[0]), 3000);
	hs_image_builder_borrow(builder, 3, rows, sizeof(rows[0]), 2999);
	hs_image_builder_section(builder, 2, NULL, 8, 0);
}

static struct hs_image_builder *make_builder(void)
{
	struct hs_image_builder *builder = hs_image_builder_new(KIND, FORMAT, KEY);

	fill(builder);
	return builder;
}

static void check_content(const struct hs_image *image)
{
	size_t count = 1;
	const struct row *there = hs_image_section(image, 1, sizeof(*there), &count);
	assert_int_equal(count, 3000);
	assert_int_equal(there[2999].number, 2999);
	assert_true(hs_slice_eq(hs_image_text(image, there[2999].name), HS_S("name 999")));
	assert_int_equal(there[2999].name.offset, there[999].name.offset); /* stored once */
	assert_memory_equal(hs_image_section(image, 3, sizeof(*there), &count), there, 2999 * sizeof(*there));
	assert_int_equal(count, 2999);
	hs_image_section(image, 2, 8, &count);
	assert_int_equal(count, 0);
	assert_null(hs_image_section(image, 9, 8, &count));
	/* References that lead nowhere read as empty. */
	assert_int_equal(hs_image_text(image, (struct hs_image_text) { UINT32_MAX, 1 }).len, 0);
	assert_int_equal(hs_image_text(image, (struct hs_image_text) { 0, UINT32_MAX }).len, 0);
	assert_int_equal(hs_image_text(image, (struct hs_image_text) { 0, 0 }).len, 0);
}

static void is_the_same_in_memory_and_on_disk(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_image *memory;
	struct hs_image *disk;
	struct hs_image_builder *builder = make_builder();
	assert_int_equal(hs_image_open(path, KIND, FORMAT, KEY, &disk, &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_image_builder_finish(builder, &memory, &err), HS_OK);
	assert_int_equal(hs_image_builder_write(builder, hs_world_real(), path, &err), HS_OK);
	hs_image_builder_free(builder);
	assert_int_equal(hs_image_open(path, KIND, FORMAT, KEY, &disk, &err), HS_OK);
	check_content(memory);
	hs_image_unref(memory);
	hs_image_unref(hs_image_ref(disk));
	check_content(disk);
	hs_image_unref(disk);
	hs_image_unref(NULL);
	assert_int_equal(hs_image_open(path, KIND + 1, FORMAT, KEY, &disk, &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_image_open(path, KIND, FORMAT + 1, KEY, &disk, &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_image_open(path, KIND, FORMAT, KEY + 1, &disk, &err), HS_E_NOT_FOUND);
}

/* ---- written section by section ---- */

static char begun_path[64];

static unsigned count_files(void)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	unsigned count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void items_live_no_longer_than_their_call(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_image *image;
	struct hs_image_builder *builder = hs_image_builder_new(KIND, FORMAT, KEY);
	unsigned files = count_files();

	snprintf(begun_path, sizeof(begun_path), "%s/begun", directory);
	hs_image_builder_expect(builder, 2000);
	assert_int_equal(hs_image_builder_begin(builder, NULL, begun_path, &err), HS_OK);
	fill(builder);
	memset(rows, 0xff, sizeof(rows));
	assert_int_equal(hs_image_open(begun_path, KIND, FORMAT, KEY, &image, &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_image_builder_end(builder, &err), HS_OK);
	hs_image_builder_free(builder);
	assert_int_equal(hs_image_open(begun_path, KIND, FORMAT, KEY, &image, &err), HS_OK);
	check_content(image);
	hs_image_unref(image);
	assert_int_equal(count_files(), files + 1);
	unlink(begun_path);
}

static void one_that_is_not_ended_leaves_nothing(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_image_builder *builder = hs_image_builder_new(KIND, FORMAT, KEY);
	unsigned files = count_files();

	assert_int_equal(hs_image_builder_begin(builder, NULL, begun_path, &err), HS_OK);
	assert_int_equal(count_files(), files + 1);
	fill(builder);
	hs_image_builder_free(builder);
	assert_int_equal(count_files(), files);
	builder = hs_image_builder_new(KIND, FORMAT, KEY);
	assert_int_equal(hs_image_builder_begin(builder, NULL, "/nowhere/image", &err), HS_E_NOT_FOUND);
	hs_image_builder_free(builder);
}

static unsigned writes_left;

static ssize_t write_some(void *ctx, int fd, const void *data, size_t size, off_t offset)
{
	return writes_left-- == 0 ? -ENOSPC : hs_world_real()->pwrite(ctx, fd, data, size, offset);
}

/* Whichever write it is that the disk has no room for: it is told at the end, and there is no file. */
static void a_full_disk_is_told_at_the_end(void **state)
{
	(void)state;
	struct hs_world world = *hs_world_real();
	enum hs_status status = HS_E_FULL;
	struct hs_error err;
	unsigned files = count_files(), failures = 0;

	world.pwrite = write_some;
	for (unsigned at = 0; status == HS_E_FULL; at++) {
		struct hs_image_builder *builder = hs_image_builder_new(KIND, FORMAT, KEY);
		writes_left = at;
		assert_int_equal(hs_image_builder_begin(builder, &world, begun_path, &err), HS_OK);
		fill(builder);
		status = hs_image_builder_end(builder, &err);
		hs_image_builder_free(builder);
		failures += status == HS_E_FULL;
		assert_int_equal(count_files(), status == HS_OK ? files + 1 : files);
		assert_in_range(at, 0, 20);
	}
	assert_int_equal(status, HS_OK);
	assert_in_range(failures, 4, 10); /* two sections, texts, head, perhaps what aligns the end */
	unlink(begun_path);
}

/* Each bit of head and table turned, and the file cut: refused or harmless, never a crash. */
static void may_be_texts_alone(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 16);
	struct hs_image *image = hs_image_of_texts(arena, HS_S("one two"));
	size_t count = 1;

	(void)state;
	assert_non_null(image);
	assert_true(hs_slice_eq(hs_image_text(image, (struct hs_image_text) { 4, 3 }), HS_S("two")));
	assert_int_equal(hs_image_text(image, (struct hs_image_text) { 4, 4 }).len, 0);
	assert_null(hs_image_section(image, 1, 8, &count));
	assert_int_equal(count, 0);
	hs_image_unref(hs_image_ref(image));
	hs_arena_free(arena);
}

static void survives_damage(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_image *image;
	struct hs_slice content;
	struct hs_arena *arena = hs_arena_new(16 << 20);
	const struct hs_world *world = hs_world_real();
	assert_int_equal(hs_world_read_file(world, arena, path, 8 << 20, &content, &err), HS_OK);
	size_t guarded = 64 + 3 * 24; /* the head and the table of three sections */
	int fd = open(path, O_WRONLY);
	for (size_t bit = 0; bit < guarded * 8; bit++) {
		char turned = (char)(content.ptr[bit / 8] ^ (1 << bit % 8));
		assert_int_equal(pwrite(fd, &turned, 1, (off_t)(bit / 8)), 1);
		enum hs_status status = hs_image_open(path, KIND, FORMAT, KEY, &image, &err);
		if (status == HS_OK)
			hs_image_unref(image);
		/* Reserved bytes are not looked at. */
		bool reserved = (bit / 8 >= 28 && bit / 8 < 32) || (bit / 8 >= 48 && bit / 8 < 64);
		if (!reserved && status != HS_E_CORRUPT && status != HS_E_NOT_FOUND)
			fail_msg("bit %zu: status %d", bit, status);
		assert_int_equal(pwrite(fd, &content.ptr[bit / 8], 1, (off_t)(bit / 8)), 1);
	}
	close(fd);
	for (size_t len = 0; len < 200; len++) {
		assert_int_equal(hs_world_write_file(world, path, hs_slice_first(content, len), 0600, &err),
			HS_OK);
		assert_int_equal(hs_image_open(path, KIND, FORMAT, KEY, &image, &err), HS_E_CORRUPT);
	}
	hs_arena_free(arena);
}

/* ---- sweeping ---- */

static const char *swept_path(const char *name)
{
	static char swept[128];
	snprintf(swept, sizeof(swept), "%s/%s.image", directory, name);
	return swept;
}

/* `age`: seconds since it was made. */
static void put_image(const char *name, uint32_t kind, uint32_t format, time_t age)
{
	struct hs_image_builder *builder = hs_image_builder_new(kind, format, KEY);
	struct timespec times[2] = { { .tv_sec = 2000000000 - age }, { .tv_sec = 2000000000 - age } };
	struct hs_error err;
	assert_int_equal(hs_image_builder_write(builder, NULL, swept_path(name), &err), HS_OK);
	hs_image_builder_free(builder);
	assert_int_equal(utimensat(AT_FDCWD, swept_path(name), times, 0), 0);
}

static bool is_left(const char *name)
{
	return access(swept_path(name), F_OK) == 0;
}

static void sweeps_old_formats_and_all_but_the_newest(void **state)
{
	(void)state;
	put_image("set-a", KIND, FORMAT, 1);
	put_image("set-b", KIND, FORMAT, 3);
	put_image("set-c", KIND, FORMAT, 2);
	put_image("set-older", KIND, FORMAT - 1, 0);
	put_image("set-newer", KIND, FORMAT + 1, 9);
	put_image("set-other", KIND + 1, FORMAT, 9);
	put_image("else-a", KIND, FORMAT, 9);
	hs__image_sweep(directory, HS_S("set-"), KIND, FORMAT, 2);
	assert_true(is_left("set-a"));
	assert_false(is_left("set-b"));
	assert_true(is_left("set-c"));
	assert_false(is_left("set-older"));
	assert_true(is_left("set-newer"));
	assert_true(is_left("set-other"));
	assert_true(is_left("else-a"));
	static const char *const names[] = { "set-a", "set-c", "set-newer", "set-other", "else-a" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(swept_path(names[i]));
	hs__image_sweep("/nowhere/at/all", HS_S("set-"), KIND, FORMAT, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_same_in_memory_and_on_disk),
		cmocka_unit_test(items_live_no_longer_than_their_call),
		cmocka_unit_test(one_that_is_not_ended_leaves_nothing),
		cmocka_unit_test(a_full_disk_is_told_at_the_end),
		cmocka_unit_test(may_be_texts_alone),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(sweeps_old_formats_and_all_but_the_newest),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
