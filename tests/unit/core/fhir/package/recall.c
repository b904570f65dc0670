/* SPDX-License-Identifier: Apache-2.0 */
/* Remembered keys of packages: which changes are seen at once, and which by the check afterwards. */
#include "make_package.h"

#include <core/fhir/package/recall.h>

static char root[64];
static struct hs_world world; /* the real one, with a clock that tests set ahead */
static int64_t ahead_ms;

static int64_t wall_ms(void *ctx)
{
	return hs_world_real()->wall_ms(ctx) + ahead_ms;
}

static int set_up(void **state)
{
	static const struct made_file files[] = {
		{ "package/package.json",
			"{\"name\":\"test.a\",\"version\":\"1.2.0\",\"fhirVersions\":[\"4.0.1\"]}" },
		{ "package/b.json", "{\"resourceType\":\"Patient\",\"id\":\"b\"}" },
	};
	(void)state;
	make_folder(root);
	make_package_folder(root, "test.a#1.2.0", files, COUNT_OF(files));
	world = *hs_world_real();
	world.wall_ms = wall_ms;
	ahead_ms = 10000;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	remove_folder(root);
	return 0;
}

static struct hs_package *open_it(void)
{
	struct hs_package *package;
	struct hs_error err;
	assert_int_equal(hs_package_find(root, HS_S("test.a#1.2.0"), &package, &err), HS_OK);
	return package;
}

/* The key as a start gets it, the memory being in the root. */
static uint64_t recalled(void)
{
	struct hs_package *package = open_it();
	hs__package_recall(package, &world, root);
	uint64_t key = hs_package_key(package);
	hs_package_close(package);
	return key;
}

/* The key that the files have. */
static uint64_t actual(void)
{
	struct hs_package *package = open_it();
	uint64_t key = hs_package_key(package);
	hs_package_close(package);
	return key;
}

static void put(const char *name, const char *text)
{
	char path[200];
	snprintf(path, sizeof(path), "%s/test.a#1.2.0/package/%s", root, name);
	write_bytes(path, text, strlen(text));
}

/* A new file, late enough for the clock of the disk to have moved on. */
static void add_file(void)
{
	char path[200];
	struct stat before, after;
	snprintf(path, sizeof(path), "%s/test.a#1.2.0/package", root);
	assert_int_equal(stat(path, &before), 0);
	do {
		snprintf(path, sizeof(path), "%s/test.a#1.2.0/package/c.json", root);
		unlink(path);
		put("c.json", "{\"resourceType\":\"Patient\",\"id\":\"c\"}");
		snprintf(path, sizeof(path), "%s/test.a#1.2.0/package", root);
		assert_int_equal(stat(path, &after), 0);
	} while (memcmp(&before.st_ctim, &after.st_ctim, sizeof(before.st_ctim)) == 0);
}

static void a_change_of_the_folder_is_seen_at_once(void **state)
{
	(void)state;
	uint64_t before = recalled();
	assert_true(before == actual());
	assert_true(recalled() == before);
	add_file();
	assert_true(recalled() == actual());
	assert_true(recalled() != before);
}

static void a_change_in_place_is_seen_by_the_check(void **state)
{
	(void)state;
	uint64_t before = recalled();
	struct hs_package *package = open_it();
	hs__package_recall(package, &world, root);
	assert_true(hs__package_check(package, &world, root));
	put("b.json", "{\"resourceType\":\"Patient\",\"id\":\"longer\"}");
	assert_true(recalled() == before); /* that is what it costs */
	assert_false(hs__package_check(package, &world, root));
	assert_true(recalled() != before);
	assert_true(recalled() == actual());
	hs_package_close(package);
}

static void what_was_changed_just_now_is_not_remembered(void **state)
{
	(void)state;
	ahead_ms = 0;
	uint64_t before = recalled();
	put("b.json", "{\"resourceType\":\"Patient\",\"id\":\"longer\"}");
	assert_true(recalled() != before);
	assert_true(recalled() == actual());
}

static void the_manifest_counts_too(void **state)
{
	(void)state;
	uint64_t before = recalled();
	put("package.json", "{\"name\":\"test.a\",\"version\":\"1.3.0\",\"fhirVersions\":[\"4.0.1\"]}");
	assert_true(recalled() == actual());
	assert_true(recalled() != before);
}

static void a_text_is_read_without_the_list(void **state)
{
	(void)state;
	struct hs_slice text;
	struct hs_error err;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	recalled();
	struct hs_package *package = open_it();
	hs__package_recall(package, &world, root);
	assert_int_equal(hs_package_read(package, HS_S("b.json"), arena, &text, &err), HS_OK);
	assert_slice(text, "{\"resourceType\":\"Patient\",\"id\":\"b\"}");
	assert_int_equal(hs_package_read(package, HS_S("no.json"), arena, &text, &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_package_read(package, HS_S("../package/b.json"), arena, &text, &err),
		HS_E_NOT_FOUND);
	assert_int_equal(hs_package_read(package, HS_S("package.json"), arena, &text, &err), HS_E_NOT_FOUND);
	hs_package_close(package);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_change_of_the_folder_is_seen_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_change_in_place_is_seen_by_the_check, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_changed_just_now_is_not_remembered, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(the_manifest_counts_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_text_is_read_without_the_list, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
