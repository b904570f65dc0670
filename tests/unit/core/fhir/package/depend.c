/* SPDX-License-Identifier: Apache-2.0 */
/* What packages depend on: found in the cache, once each, in the version that was asked for; and the release
 * of FHIR that a package is for. */
#include "make_package.h"

#define ROOM 8

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

/* ROOT/NAME#VERSION with what else its manifest says. */
static void make(const char *name, const char *version, const char *more)
{
	char text[1000];
	char folder[100];
	struct made_file file = { "package/package.json", text };
	snprintf(text, sizeof(text), "{\"name\":\"%s\",\"version\":\"%s\",%s}", name, version, more);
	snprintf(folder, sizeof(folder), "%s#%s", name, version);
	make_package_folder(root, folder, &file, 1);
}

static void add_missing(void *arg, const struct hs_package *of, struct hs_slice name_version,
	const struct hs_error *why)
{
	char *missing = arg;
	size_t used = strlen(missing);
	assert_int_equal(why->status, HS_E_NOT_FOUND);
	snprintf(missing + used, 200 - used, "%.*s wants %.*s;", HS_S_ARG(hs_package_name(of)),
		HS_S_ARG(name_version));
}

/* "a#1.0.0 b#2.0.0 " of `name` and all that it depends on. */
static void expect(const char *name, const char *want, const char *want_missing)
{
	char have[400] = "";
	char missing[200] = "";
	struct hs_package *packages[ROOM] = { NULL };
	struct hs_error err;
	size_t count = 1;
	assert_int_equal(hs_package_find(root, hs_slice_cstr(name), &packages[0], &err), HS_OK);
	assert_int_equal(hs_package_add_dependencies(root, packages, &count, ROOM, add_missing, missing,
				 &err),
		HS_OK);
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(have);
		snprintf(have + used, sizeof(have) - used, "%.*s#%.*s ",
			HS_S_ARG(hs_package_name(packages[i])), HS_S_ARG(hs_package_version(packages[i])));
		hs_package_close(packages[i]);
	}
	assert_string_equal(have, want);
	assert_string_equal(missing, want_missing);
}

static void finds_all_of_them(void **state)
{
	(void)state;
	make("t.a", "1.0.0",
		"\"dependencies\":{\"t.b\":\"2.0.0\",\"hl7.fhir.r4.core\":\"4.0.1\",\"t.none\":\"1\"}");
	make("t.b", "2.0.0", "\"dependencies\":{\"t.c\":\"3.0.0\"}");
	make("t.c", "3.0.0", "\"dependencies\":{\"t.a\":\"1.0.0\"}"); /* a circle ends */
	expect("t.a", "t.a#1.0.0 t.b#2.0.0 t.c#3.0.0 ", "t.a wants t.none#1;");
}

/* Two packages may want two versions of a third; both get theirs. */
static void keeps_versions_side_by_side(void **state)
{
	(void)state;
	make("t.a", "1.0.0", "\"dependencies\":{\"t.b\":\"1.0.0\",\"t.c\":\"1.0.0\"}");
	make("t.b", "1.0.0", "\"dependencies\":{\"t.c\":\"2.0.0\"}");
	make("t.c", "1.0.0", "\"dependencies\":{}");
	make("t.c", "2.0.0", "\"dependencies\":{}");
	expect("t.a", "t.a#1.0.0 t.b#1.0.0 t.c#1.0.0 t.c#2.0.0 ", "");
}

static void leaves_parts_of_a_version_open(void **state)
{
	(void)state;
	make("t.b", "1.2.0", "\"dependencies\":{}");
	make("t.b", "1.2.10", "\"dependencies\":{}");
	make("t.b", "1.3.0", "\"dependencies\":{}");
	make("t.b", "2.0.0-rc1", "\"dependencies\":{}");
	make("t.b", "current", "\"dependencies\":{}");
	make("t.x", "1", "\"dependencies\":{\"t.b\":\"1.2.x\"}");
	make("t.y", "1", "\"dependencies\":{\"t.b\":\"1.*\"}");
	make("t.z", "1", "\"dependencies\":{\"t.b\":\"2.x\"}");
	make("t.w", "1", "\"dependencies\":{\"t.b\":\"current\"}");
	make("t.v", "1", "\"dependencies\":{\"t.b\":\"1.2.0\",\"t.x\":\"1\"}");
	expect("t.x", "t.x#1 t.b#1.2.10 ", "");
	expect("t.y", "t.y#1 t.b#1.3.0 ", "");
	expect("t.z", "t.z#1 ", "t.z wants t.b#2.x;"); /* a pre-release is asked for by name */
	expect("t.w", "t.w#1 t.b#current ", "");
	expect("t.v", "t.v#1 t.b#1.2.0 t.x#1 ", ""); /* what is there already fits */
}

static void has_a_limit(void **state)
{
	struct hs_package *packages[1];
	struct hs_error err;
	size_t count = 1;
	(void)state;
	make("t.a", "1.0.0", "\"dependencies\":{\"t.b\":\"1.0.0\"}");
	make("t.b", "1.0.0", "\"dependencies\":{}");
	assert_int_equal(hs_package_find(root, HS_S("t.a"), &packages[0], &err), HS_OK);
	assert_int_equal(hs_package_add_dependencies(root, packages, &count, 1, NULL, NULL, &err),
		HS_E_LIMIT);
	assert_int_equal(count, 1);
	hs_package_close(packages[0]);
}

static void expect_release(const char *name, enum hs_fhir_version fhir, const char *release, const char *core)
{
	struct hs_package *package;
	struct hs_error err;
	assert_int_equal(hs_package_find(root, hs_slice_cstr(name), &package, &err), HS_OK);
	assert_int_equal(hs_package_fhir_version(package), fhir);
	assert_slice(hs_package_release(package), release);
	assert_slice(hs_package_core_of(hs_package_release(package)), core);
	hs_package_close(package);
}

static void knows_the_release(void **state)
{
	struct hs_package *package;
	struct hs_error err;
	(void)state;
	make("t.r4", "1", "\"fhirVersions\":[\"4.0.1\"]");
	make("t.r4b", "1", "\"fhirVersions\":[\"4.3.0\",\"5.0.0\"]");
	make("t.r5", "1", "\"fhir-version-list\":[\"5.0.0\"]");
	make("t.old", "1", "\"dependencies\":{\"hl7.fhir.r4b.core\":\"4.3.0\"}");
	make("t.none", "1", "\"dependencies\":{}");
	make("t.r3", "1", "\"fhirVersions\":[\"3.0.2\"]");
	expect_release("t.r4", HS_FHIR_R4, "4.0.1", "hl7.fhir.r4.core#4.0.1");
	expect_release("t.r4b", HS_FHIR_R4, "4.3.0", "hl7.fhir.r4b.core#4.3.0");
	expect_release("t.r5", HS_FHIR_R5, "5.0.0", "hl7.fhir.r5.core#5.0.0");
	expect_release("t.old", HS_FHIR_R4, "4.3.0", "hl7.fhir.r4b.core#4.3.0");
	expect_release("t.none", HS_FHIR_R4, "4.0.1", "hl7.fhir.r4.core#4.0.1");
	assert_int_equal(hs_package_find(root, HS_S("t.r3"), &package, &err), HS_E_NOT_SUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_all_of_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_versions_side_by_side, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaves_parts_of_a_version_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(has_a_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_the_release, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
