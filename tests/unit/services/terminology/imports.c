/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the imports of a running service: what is imported beside it is seen at the next look, and a
 * question keeps what it began with. */
#include <core/base/world.h>
#include <services/terminology/compile/concept.h>
#include <services/terminology/import/importers.h>
#include <services/terminology/state.h>

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], table[96];
static struct hs_arena *arena;
static int64_t now;

/* The host of this test. */
const char *hs_host_import_dir(struct hs_host *host)
{
	(void)host;
	return folder;
}

static void write_file(const char *path, const char *text)
{
	struct hs_error err;

	if (hs_world_write_file(hs_world_real(), path, hs_slice_cstr(text), 0600, &err))
		fail_msg("%s", err.text);
}

static void skipped(void *arg, const char *file, uint64_t line, const char *why)
{
	(void)arg;
	fail_msg("%s:%llu: %s", file, (unsigned long long)line, why);
}

/* A code system of one code. */
static enum hs_status try_import(const char *version, const char *display, struct hs_error *err)
{
	const char *path = table;
	const struct hs_pair options[] = { { HS_S("url"), HS_S("urn:test:live") },
		{ HS_S("name"), HS_S("Live") }, { HS_S("version"), hs_slice_cstr(version) } };
	struct hs_import run = { .paths = &path,
		.path_count = 1,
		.directory = folder,
		.options = options,
		.option_count = 3,
		.skipped = skipped };

	write_file(table, hs_arena_cstr(arena, hs_arena_printf(arena, "code,display\na,%s\n", display)));
	return hs_tx_import_csv(&run, err);
}

static void import(const char *version, const char *display)
{
	struct hs_error err;

	if (try_import(version, display, &err))
		fail_msg("%s", err.text);
}

static const char *display_of(const struct tx_imports *imports, size_t at)
{
	const struct tx_layer *layer = hs_tx_import(imports, at);
	struct tx_system s = { layer, &layer->systems[0] };

	return hs_arena_cstr(arena, hs_tx_concept(s, hs_tx_find_code(arena, s, HS_S("a"), NULL)).display);
}

/* What a question sees that comes a second after the one before. */
static struct tx_imports *next(struct tx_service *service)
{
	now += 1000;
	return hs_tx_imports_get(service, now);
}

static void begin(struct tx_service *service)
{
	struct hs_error err;

	memset(service, 0, sizeof(*service));
	if (hs_tx_imports_open(service, NULL, &err))
		fail_msg("%s", err.text);
}

static void sees_what_comes_and_keeps_what_it_has(void **state)
{
	struct tx_service service;

	(void)state;
	begin(&service);
	struct tx_imports *none = next(&service);
	assert_int_equal(none->count, 0);
	import("1", "first");
	struct tx_imports *too_soon = hs_tx_imports_get(&service, now + 1);
	assert_int_equal(too_soon->count, 0);
	struct tx_imports *first = next(&service);
	assert_int_equal(first->count, 1);
	import("1", "second");
	struct tx_imports *second = next(&service);
	assert_string_equal(display_of(first, 0), "first");
	assert_string_equal(display_of(second, 0), "second");
	import("2", "third");
	struct tx_imports *third = next(&service);
	assert_int_equal(third->count, 2);
	assert_string_equal(display_of(third, 0), "third"); /* the latest version */
	assert_ptr_equal(hs_tx_import(third, 1), hs_tx_import(second, 0));
	hs_tx_imports_unref(none);
	hs_tx_imports_unref(too_soon);
	hs_tx_imports_unref(first);
	hs_tx_imports_unref(second);
	hs_tx_imports_close(&service);
	assert_string_equal(display_of(third, 0), "third");
	hs_tx_imports_unref(third);
}

/* What a question has begun with stays what it is; those after it see the same image by other tables. */
static void answers_the_same_when_it_is_near(void **state)
{
	struct tx_service service;

	(void)state;
	begin(&service);
	struct tx_imports *far = next(&service);
	assert_int_equal(far->count, 2);
	assert_false(hs_tx_imports_are_near(&service));
	hs_tx_imports_bring_near(&service);
	assert_true(hs_tx_imports_are_near(&service));
	struct tx_imports *near = next(&service);
	assert_int_equal(near->count, 2);
	for (size_t i = 0; i < near->count; i++) {
		assert_ptr_not_equal(hs_tx_import(near, i), hs_tx_import(far, i));
		assert_string_equal(display_of(near, i), display_of(far, i));
	}
	hs_tx_imports_bring_near(&service);
	struct tx_imports *again = next(&service);
	assert_ptr_equal(hs_tx_import(again, 0), hs_tx_import(near, 0));
	hs_tx_imports_unref(far);
	hs_tx_imports_unref(again);
	hs_tx_imports_close(&service);
	assert_string_equal(display_of(near, 0), "third");
	hs_tx_imports_unref(near);
}

static void uses_on_what_was_there_when_an_image_is_damaged(void **state)
{
	struct tx_service service;
	char path[128];

	(void)state;
	begin(&service);
	struct tx_imports *before = next(&service);
	assert_int_equal(before->count, 2);
	snprintf(path, sizeof(path), "%s/Live-2.image", folder);
	write_file(path, "no image");
	struct tx_imports *after = next(&service);
	assert_int_equal(after->count, 2);
	assert_string_equal(display_of(after, 0), "third");
	assert_int_equal(service.imports_refused, 1);
	assert_int_equal(unlink(path), 0);
	struct tx_imports *less = next(&service);
	assert_int_equal(less->count, 1);
	assert_string_equal(display_of(less, 0), "second");
	hs_tx_imports_unref(before);
	hs_tx_imports_unref(after);
	hs_tx_imports_unref(less);
	hs_tx_imports_close(&service);
}

/* One more than a server maps is refused by the import; where it came in otherwise, a server that runs uses
 * on what it had. */
static void takes_so_many_and_no_more(void **state)
{
	struct tx_service service;
	char version[24], path[128], more[128];
	struct hs_error err;

	(void)state;
	for (unsigned i = 1; i <= TX_IMPORTS_MAX; i++) {
		snprintf(version, sizeof(version), "%u", i);
		import(version, "one of many");
	}
	begin(&service);
	assert_int_equal(try_import("99", "too much", &err), HS_E_LIMIT);
	assert_non_null(strstr(err.text, "remove one"));
	import("7", "in the place of another");
	struct tx_imports *before = next(&service);
	assert_int_equal(before->count, TX_IMPORTS_MAX);
	assert_int_equal(service.imports_refused, 0);
	snprintf(path, sizeof(path), "%s/Live-7.image", folder);
	snprintf(more, sizeof(more), "%s/More.image", folder);
	assert_int_equal(link(path, more), 0);
	struct tx_imports *after = next(&service);
	assert_ptr_equal(after, before);
	assert_int_equal(service.imports_refused, 1);
	hs_tx_imports_unref(before);
	hs_tx_imports_unref(after);
	hs_tx_imports_close(&service);
	assert_int_equal(unlink(more), 0);
	for (unsigned i = 1; i <= TX_IMPORTS_MAX; i++) {
		snprintf(path, sizeof(path), "%s/Live-%u.image", folder, i);
		assert_int_equal(unlink(path), 0);
	}
}

static void a_start_says_what_it_cannot_use(void **state)
{
	struct tx_service service = { .import_dir = NULL };
	char path[128];
	struct hs_error err;

	(void)state;
	snprintf(path, sizeof(path), "%s/Other.image", folder);
	write_file(path, "no image");
	assert_int_not_equal(hs_tx_imports_open(&service, NULL, &err), HS_OK);
	assert_non_null(strstr(err.text, "Other.image"));
	hs_tx_imports_close(&service);
}

static int set_up(void **state)
{
	const struct hs_world *world = hs_world_real();

	(void)state;
	arena = hs_arena_new((size_t)1 << 20);
	now = world->wall_ms(world->ctx) + 1000;
	snprintf(folder, sizeof(folder), "/tmp/handslag-imports-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(table, sizeof(table), "%s/table.csv", folder);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	hs_arena_free(arena);
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sees_what_comes_and_keeps_what_it_has),
		cmocka_unit_test(answers_the_same_when_it_is_near),
		cmocka_unit_test(uses_on_what_was_there_when_an_image_is_damaged),
		cmocka_unit_test(takes_so_many_and_no_more),
		cmocka_unit_test(a_start_says_what_it_cannot_use) };

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
