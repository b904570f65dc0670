/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries: by address, version and type; one on another; what was added last counts. */
#include "profile_test.h"

static void add(struct hs_library *library, const char *text)
{
	struct hs_error err;
	if (hs_library_add(library, hs_slice_cstr(text), &err))
		fail_msg("%s", err.text);
}

static struct hs_slice name_of(struct hs_library *library, const char *type, const char *canonical,
	bool *exact)
{
	return hs_json_get_text(hs_library_find(library, hs_slice_cstr(type), hs_slice_cstr(canonical),
					exact),
		HS_S("name"));
}

static void finds_versions_side_by_side(void **state)
{
	(void)state;
	bool exact = false;
	struct hs_library *library = hs_library_over(NULL);
	add(library,
		"{\"resourceType\":\"ValueSet\",\"url\":\"http://x/v\",\"version\":\"1\",\"name\":\"one\"}");
	add(library,
		"{\"resourceType\":\"ValueSet\",\"url\":\"http://x/v\",\"version\":\"2\",\"name\":\"two\"}");
	assert_slice(name_of(library, "ValueSet", "http://x/v|1", &exact), "one");
	assert_true(exact);
	assert_slice(name_of(library, "ValueSet", "http://x/v|2#part", &exact), "two");
	assert_slice(name_of(library, "", "http://x/v", NULL), "two");
	assert_slice(name_of(library, "ValueSet", "http://x/v|3", &exact), "two");
	assert_false(exact);
	assert_null(hs_library_find(library, HS_S("CodeSystem"), HS_S("http://x/v"), NULL));
	assert_true(hs_library_has(library, HS_S("ValueSet"), HS_S("http://x/v")));
	hs_library_unref(library);
}

/* In whatever order they come; one that has no version is the earliest. */
static void takes_the_latest_where_none_is_named(void **state)
{
#define OF_VERSION(version) \
	"{\"resourceType\":\"ValueSet\",\"url\":\"http://x/v\",\"version\":\"" version \
	"\",\"name\":\"" version "\"}"
	(void)state;
	bool exact = true;
	struct hs_library *library = hs_library_over(NULL);
	add(library, OF_VERSION("1.0.2"));
	add(library, OF_VERSION("1.0.10"));
	add(library, OF_VERSION("1.1.0-ballot"));
	add(library, OF_VERSION("1.0.3"));
	add(library, "{\"resourceType\":\"ValueSet\",\"url\":\"http://x/v\",\"name\":\"none\"}");
	assert_slice(name_of(library, "ValueSet", "http://x/v", NULL), "1.1.0-ballot");
	assert_slice(name_of(library, "ValueSet", "http://x/v|1.0.3", NULL), "1.0.3");
	assert_slice(name_of(library, "ValueSet", "http://x/v|1.0", &exact), "1.0.10");
	assert_false(exact);
	assert_slice(name_of(library, "ValueSet", "http://x/v|2", NULL), "1.1.0-ballot");
	hs_library_unref(library);
}

static void looks_below(void **state)
{
	(void)state;
	struct hs_library *below = hs_library_over(NULL);
	struct hs_library *above = hs_library_over(below);
	add(below,
		"{\"resourceType\":\"ValueSet\",\"url\":\"http://x/v\",\"version\":\"1\",\"name\":\"low\"}");
	add(below, "{\"resourceType\":\"ValueSet\",\"url\":\"http://x/w\",\"name\":\"other\"}");
	add(above,
		"{\"resourceType\":\"ValueSet\",\"url\":\"http://x/v\",\"version\":\"2\",\"name\":\"high\"}");
	assert_slice(name_of(above, "ValueSet", "http://x/v", NULL), "high");
	assert_slice(name_of(above, "ValueSet", "http://x/v|1", NULL), "low");
	assert_slice(name_of(above, "ValueSet", "http://x/w", NULL), "other");
	hs_library_unref(below);
	assert_slice(name_of(above, "ValueSet", "http://x/w", NULL), "other");
	hs_library_unref(above);
}

static void refuses_what_is_not_json(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_library *library = hs_library_over(NULL);
	assert_int_not_equal(hs_library_add(library, HS_S("{\"url\":"), &err), HS_OK);
	hs_library_unref(library);
}

static void reads_packages_when_asked(void **state)
{
	(void)state;
	struct bench bench;
	struct hs_error err;
	if (!open_bench(&bench, HS_S("hl7.fhir.r4.examples"), HS_FHIR_R4))
		skip();
	const struct hs_json *patient = hs_library_find(bench.library, HS_S("StructureDefinition"),
		HS_S("http://hl7.org/fhir/StructureDefinition/Patient|4.0.1"), NULL);
	assert_slice(hs_json_get_text(patient, HS_S("id")), "Patient");
	const struct hs_profile *profile = hs_profiles_find(bench.profiles,
		HS_S("http://hl7.org/fhir/StructureDefinition/bodyweight"), &err);
	assert_non_null(profile);
	assert_slice(profile->type, "Observation");
	const struct hs_profile_element *code = hs_profile_element(profile,
		HS_S("Observation.code.coding:BodyWeightCode.code"));
	assert_non_null(code);
	assert_slice(hs_json_text(code->fixed), "29463-7");
	assert_null(hs_profiles_find(bench.profiles, HS_S("http://x/none"), &err));
	assert_int_equal(err.status, HS_E_NOT_FOUND);
	close_bench(&bench);
}

static void finds_no_end_in_a_circle(void **state)
{
	(void)state;
	struct bench bench;
	struct hs_error err = { .status = HS_OK };
	if (!open_bench(&bench, HS_S("hl7.fhir.r4.examples"), HS_FHIR_R4))
		skip();
	struct hs_library *over = hs_library_over(bench.library);
	add(over,
		"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://x/a\",\"type\":\"Patient\","
		"\"baseDefinition\":\"http://x/b\",\"derivation\":\"constraint\"}");
	add(over,
		"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://x/b\",\"type\":\"Patient\","
		"\"baseDefinition\":\"http://x/a\",\"derivation\":\"constraint\"}");
	struct hs_profiles *profiles = hs_profiles_new(bench.defs, over, bench.profiles);
	assert_null(hs_profiles_find(profiles, HS_S("http://x/a"), &err));
	assert_non_null(strstr(err.text, "bases must not go in a circle"));
	/* Asked again, it says the same and does not try again. */
	struct hs_error again = { .status = HS_OK };
	assert_null(hs_profiles_find(profiles, HS_S("http://x/a"), &again));
	assert_int_equal(again.status, err.status);
	assert_string_equal(again.text, err.text);
	hs_profiles_unref(profiles);
	hs_library_unref(over);
	close_bench(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_versions_side_by_side),
		cmocka_unit_test(takes_the_latest_where_none_is_named),
		cmocka_unit_test(looks_below),
		cmocka_unit_test(refuses_what_is_not_json),
		cmocka_unit_test(reads_packages_when_asked),
		cmocka_unit_test(finds_no_end_in_a_circle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
