/* SPDX-License-Identifier: Apache-2.0 */
/* Packages as folders and as archives: what is found, what is refused, and how the walk goes. */
#include "make_package.h"

#include <core/fhir/package/peek.h>

static char root[64];

static int set_up(void **state)
{
	(void)state;
	make_folder(root);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	remove_folder(root);
	return 0;
}

static const char manifest[] = "{\"name\":\"test.a\",\"version\":\"1.2.0\",\"fhirVersions\":[\"4.0.1\"],"
			       "\"dependencies\":{\"test.b\":\"2.0.0\"}}";

/* ---- peeking ---- */

static void peeks_at_one_member(void **state)
{
	(void)state;
	static const struct {
		const char *text, *name, *want; /* NULL: absent */
	} rows[] = {
		{ "{\"resourceType\":\"Patient\"}", "resourceType", "Patient" },
		{ " { \"a\" : {\"resourceType\":\"X\"}, \"b\":[1,{\"c\":\"]\"}], \"resourceType\" : \"Y\" }",
			"resourceType", "Y" },
		{ "{\"a\":1.5,\"b\":null,\"c\":\"x\\\"y\",\"url\":\"u\",", "url", "u" },
		{ "{\"url\":\"u\\n\"}", "url", NULL },
		{ "{\"url\":5}", "url", NULL },
		{ "{\"a\":\"cut", "url", NULL },
		{ "{\"a\":[1,2", "url", NULL },
		{ "[]", "url", NULL },
		{ "", "url", NULL },
		{ "{", "url", NULL },
		{ "{}", "url", NULL },
		{ "{\"a\"}", "a", NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs_slice out;
		bool found = hs__json_peek(hs_slice_cstr(rows[i].text), hs_slice_cstr(rows[i].name), &out);
		if (found != (rows[i].want != NULL))
			fail_msg("row %zu", i);
		if (found)
			assert_slice(out, rows[i].want);
	}
}

/* ---- folders ---- */

struct seen {
	char names[512];
	size_t count;
	size_t fail_at;
};

static enum hs_status note(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct seen *seen = arg;
	assert_non_null(hs_arena_alloc(arena, 100));
	assert_true(text.len > 0);
	size_t used = strlen(seen->names);
	snprintf(seen->names + used, sizeof(seen->names) - used, "%.*s=%.*s ", HS_S_ARG(file),
		HS_S_ARG(type));
	if (++seen->count == seen->fail_at)
		return hs_fail(err, HS_E_CANCELLED, "enough");
	return HS_OK;
}

static const struct made_file files[] = {
	{ "package/package.json", manifest },
	{ "package/b.json", "{\"resourceType\":\"Patient\",\"id\":\"b\"}" },
	{ "package/a.json", "{\"id\":\"a\",\"resourceType\":\"ValueSet\"}" },
	{ "package/c.json", "{\"no\":\"resource\"}" },
	{ "package/readme.txt", "{\"resourceType\":\"Patient\"}" },
	{ "package/.index.json", "{\"resourceType\":\"Patient\"}" },
};

static void walks_a_folder_in_order(void **state)
{
	(void)state;
	struct hs_package *package;
	struct hs_error err;
	struct seen seen = { 0 };
	static const char *const patients[] = { "Patient", NULL };
	make_package_folder(root, "test.a#1.2.0", files, COUNT_OF(files));
	assert_int_equal(hs_package_find(root, HS_S("test.a#1.2.0"), &package, &err), HS_OK);
	assert_slice(hs_package_name(package), "test.a");
	assert_slice(hs_package_version(package), "1.2.0");
	assert_int_equal(hs_package_fhir_version(package), HS_FHIR_R4);
	assert_int_equal(hs_package_each(package, NULL, note, &seen, &err), HS_OK);
	assert_string_equal(seen.names, "a.json=ValueSet b.json=Patient ");
	seen = (struct seen) { 0 };
	assert_int_equal(hs_package_each(package, patients, note, &seen, &err), HS_OK);
	assert_string_equal(seen.names, "b.json=Patient ");
	seen = (struct seen) { .fail_at = 1 };
	assert_int_equal(hs_package_each(package, NULL, note, &seen, &err), HS_E_CANCELLED);
	assert_int_equal(seen.count, 1);
	hs_package_close(package);
}

static void the_key_follows_the_content(void **state)
{
	(void)state;
	struct hs_package *package;
	struct hs_error err;
	char path[200];
	make_package_folder(root, "test.a#1.2.0", files, COUNT_OF(files));
	snprintf(path, sizeof(path), "%s/test.a#1.2.0", root);
	assert_int_equal(hs_package_open(path, &package, &err), HS_OK);
	uint64_t before = hs_package_key(package);
	hs_package_close(package);
	assert_int_equal(hs_package_open(path, &package, &err), HS_OK);
	assert_true(hs_package_key(package) == before);
	hs_package_close(package);
	snprintf(path, sizeof(path), "%s/test.a#1.2.0/package/b.json", root);
	write_bytes(path, "{\"resourceType\":\"Patient\"}", 26);
	snprintf(path, sizeof(path), "%s/test.a#1.2.0", root);
	assert_int_equal(hs_package_open(path, &package, &err), HS_OK);
	assert_true(hs_package_key(package) != before);
	hs_package_close(package);
}

static void finds_the_highest_version(void **state)
{
	(void)state;
	static const char *const versions[] = { "1.2.0", "1.10.0", "1.9.9", "1.10.0-ballot", "1.2.0-rc1" };
	struct hs_package *package;
	struct hs_error err;
	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		char text[200];
		char folder[64];
		struct made_file file = { "package/package.json", text };
		snprintf(text, sizeof(text),
			"{\"name\":\"test.a\",\"version\":\"%s\",\"fhirVersions\":[\"5.0.0\"]}", versions[i]);
		snprintf(folder, sizeof(folder), "test.a#%s", versions[i]);
		make_package_folder(root, folder, &file, 1);
	}
	make_package_folder(root, "test.ab#9.0.0", files, 1);
	assert_int_equal(hs_package_find(root, HS_S("test.a"), &package, &err), HS_OK);
	assert_slice(hs_package_version(package), "1.10.0");
	assert_int_equal(hs_package_fhir_version(package), HS_FHIR_R5);
	hs_package_close(package);
	assert_int_equal(hs_package_find(root, HS_S("test.c"), &package, &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_package_find(root, HS_S("test.a#7"), &package, &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_package_find(root, HS_S("../test.a"), &package, &err), HS_E_VALUE);
	assert_int_equal(hs_package_find(root, HS_S(""), &package, &err), HS_E_VALUE);
}

/* What a reference asks for of these; "": nothing. */
static void finds_what_is_asked_for(void **state)
{
	static const char *const versions[] = { "0.2.0", "0.3.1", "1.2.0", "1.2.9", "1.10.0", "2.0.0-ballot",
		"3.0.0-rc1" };
	static const struct {
		const char *asked, *found;
	} rows[] = {
		{ "test.r", "1.10.0" },
		{ "test.r#latest", "1.10.0" },
		{ "test.r#current", "3.0.0-rc1" },
		{ "test.r#1.x", "1.10.0" },
		{ "test.r#1.2.x", "1.2.9" },
		{ "test.r#2.x", "" },
		{ "test.r#^1.2.0", "1.10.0" },
		{ "test.r#~1.2.0", "1.2.9" },
		{ "test.r#^0.2.0", "0.2.0" },
		{ "test.r#~1.2.10", "" },
		{ "test.r#^2.0.0", "" },
		{ "test.r#^2.0.0-ballot", "2.0.0-ballot" },
		{ "test.r#2.0.0-ballot", "2.0.0-ballot" },
		{ "test.r#^", "" },
	};
	struct hs_package *package;
	struct hs_error err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		char text[200];
		char folder[64];
		struct made_file file = { "package/package.json", text };
		snprintf(text, sizeof(text), "{\"name\":\"test.r\",\"version\":\"%s\"}", versions[i]);
		snprintf(folder, sizeof(folder), "test.r#%s", versions[i]);
		make_package_folder(root, folder, &file, 1);
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool there = hs_package_find(root, hs_slice_cstr(rows[i].asked), &package, &err) == HS_OK;
		if (!hs_slice_eq(there ? hs_package_version(package) : HS_S(""),
			    hs_slice_cstr(rows[i].found)))
			fail_msg("%s", rows[i].asked);
		if (there)
			hs_package_close(package);
	}
}

static void refuses_bad_manifests(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum hs_status status;
	} rows[] = {
		{ "not json", HS_E_STRUCTURE },
		{ "[]", HS_E_STRUCTURE },
		{ "{\"name\":\"x\"}", HS_E_REQUIRED },
		{ "{\"name\":\"../../x\",\"version\":\"1\"}", HS_E_VALUE },
		{ "{\"name\":\"x\",\"version\":\"1/../../y\"}", HS_E_VALUE },
		{ "{\"name\":\".x\",\"version\":\"1\"}", HS_E_VALUE },
		{ "{\"name\":\"x_y-Z.9\",\"version\":\"1.0.0-b+7\"}", HS_OK },
		{ "{\"name\":\"x\",\"version\":\"1\",\"fhirVersions\":[\"3.0.2\"]}", HS_E_NOT_SUPPORTED },
		{ "{\"name\":\"x\",\"version\":\"1\",\"fhirVersions\":[\"3.0.2\",\"4.0.1\"]}", HS_OK },
		{ "{\"name\":\"x\",\"version\":\"1\",\"dependencies\":{\"hl7.fhir.r5.core\":\"5.0.0\"}}",
			HS_OK },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs_package *package;
		struct hs_error err;
		char folder[32];
		char path[200];
		struct made_file file = { "package/package.json", rows[i].text };
		snprintf(folder, sizeof(folder), "p%zu", i);
		make_package_folder(root, folder, &file, 1);
		snprintf(path, sizeof(path), "%s/%s", root, folder);
		assert_int_equal(hs_package_open(path, &package, &err), rows[i].status);
		if (!rows[i].status)
			hs_package_close(package);
	}
}

/* ---- archives ---- */

static enum hs_status open_tgz(struct tar *tar, size_t keep, struct hs_package **package,
	struct hs_error *err)
{
	char path[200];
	snprintf(path, sizeof(path), "%s/p.tgz", root);
	write_tgz(tar, path, keep);
	return hs_package_open(path, package, err);
}

static void reads_an_archive(void **state)
{
	(void)state;
	static struct tar tar;
	struct hs_package *package;
	struct hs_error err;
	struct seen seen = { 0 };
	char long_name[200] = "package/";
	memset(long_name + 8, 'n', 150);
	memcpy(long_name + 158, ".json", 6);
	char record[256];
	int size = snprintf(record, sizeof(record), "173 path=%s\n", long_name);
	assert_int_equal(size, 173);
	tar.len = 0;
	tar_file(&tar, "package/z.json", "{\"resourceType\":\"Patient\"}");
	tar_file(&tar, "package/package.json", manifest);
	tar_add(&tar, '5', "package/sub", "", 0);
	tar_file(&tar, "package/sub/x.json", "{\"resourceType\":\"Patient\"}");
	tar_file(&tar, "other/x.json", "{\"resourceType\":\"Patient\"}");
	tar_add(&tar, 'x', "PaxHeader", record, (size_t)size);
	tar_file(&tar, "package/short.json", "{\"resourceType\":\"Group\"}");
	tar_add(&tar, 'L', "././@LongLink", "package/gnu.json", 17);
	tar_file(&tar, "package/g.json", "{\"resourceType\":\"List\"}");
	tar_file(&tar, "./package/dot.json", "{\"resourceType\":\"Flag\"}");
	assert_int_equal(open_tgz(&tar, SIZE_MAX, &package, &err), HS_OK);
	assert_slice(hs_package_name(package), "test.a");
	assert_int_equal(hs_package_each(package, NULL, note, &seen, &err), HS_OK);
	char want[400];
	snprintf(want, sizeof(want), "dot.json=Flag gnu.json=List %s=Group z.json=Patient ", long_name + 8);
	assert_string_equal(seen.names, want);
	hs_package_close(package);
}

static void refuses_paths_that_leave(void **state)
{
	(void)state;
	static const char *const paths[] = { "package/../../etc/x.json", "/package/x.json", "..",
		"package/a/../b.json" };
	static struct tar tar;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct hs_package *package;
		struct hs_error err;
		tar.len = 0;
		tar_file(&tar, "package/package.json", manifest);
		tar_file(&tar, paths[i], "{}");
		assert_int_equal(open_tgz(&tar, SIZE_MAX, &package, &err), HS_E_INVALID);
		assert_in(hs_slice_cstr(err.text), paths[i]);
	}
}

static void refuses_damaged_archives(void **state)
{
	(void)state;
	static struct tar tar;
	struct hs_package *package;
	struct hs_error err;
	char path[200];
	tar.len = 0;
	tar_file(&tar, "package/package.json", manifest);
	for (size_t keep = 0; keep < 200; keep += 7)
		assert_int_equal(open_tgz(&tar, keep, &package, &err), HS_E_STRUCTURE);
	tar.len = 0;
	tar_file(&tar, "package/package.json", manifest);
	tar.bytes[3] ^= 1; /* the head's checksum no longer holds */
	assert_int_equal(open_tgz(&tar, SIZE_MAX, &package, &err), HS_E_STRUCTURE);
	tar.len = 0;
	tar_file(&tar, "package/a.json", "{}");
	assert_int_equal(open_tgz(&tar, SIZE_MAX, &package, &err), HS_E_STRUCTURE);
	assert_in(hs_slice_cstr(err.text), "package.json");
	snprintf(path, sizeof(path), "%s/none.tgz", root);
	assert_int_equal(hs_package_open(path, &package, &err), HS_E_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peeks_at_one_member),
		cmocka_unit_test_setup_teardown(walks_a_folder_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_key_follows_the_content, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_the_highest_version, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_what_is_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_bad_manifests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reads_an_archive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_paths_that_leave, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_damaged_archives, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
