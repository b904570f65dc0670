/* SPDX-License-Identifier: Apache-2.0 */
/* _summary and _elements. */
#include <core/rest/subset.h>

#include "rest_defs.h"

static const char source[] =
	"{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\"},"
	"\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns='http://www.w3.org/1999/xhtml'>x</div>\"},"
	"\"active\":true,\"name\":[{\"use\":\"official\",\"family\":\"Ek\"}],\"birthDate\":\"1999-01-01\","
	"\"_birthDate\":{\"id\":\"b\"},\"contact\":[{\"gender\":\"male\"}],\"photo\":[{\"title\":\"p\"}],"
	"\"communication\":[{\"preferred\":true}],\"link\":[{\"other\":{\"reference\":\"Patient/"
	"2\"},\"type\":\"seealso\"}]}";
#define TAG \
	"{\"versionId\":\"1\",\"tag\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/" \
	"v3-ObservationValue\"," \
	"\"code\":\"SUBSETTED\"}]}"

static void expect_of(const char *whole, const char *name, const char *value, const char *reduced)
{
	NEED_DEFS(defs)
	struct hs_rest rest = { .config = { .defs = defs } };
	struct hs__rest_env env = { .rest = &rest };
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_pair pair = { hs_slice_cstr(name), hs_slice_cstr(value) };
	struct hs__rest_subset subset = { 0 };
	struct hs_slice text = HS_S_NONE;
	struct hs_error err = { 0 };
	assert_int_equal(hs__rest_subset_of(arena, &pair, 1, &subset, &err), HS_OK);
	assert_int_equal(hs__rest_subset_text(&env, arena, &subset, hs_slice_cstr(whole), &text, &err),
		HS_OK);
	assert_string_equal(hs_arena_cstr(arena, text), reduced);
	hs_arena_free(arena);
}

static void expect(const char *name, const char *value, const char *reduced)
{
	expect_of(source, name, value, reduced);
}

static void keeps_what_the_definitions_call_summary(void **state)
{
	(void)state;
	expect("_summary", "true",
		"{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":" TAG ",\"active\":true,"
		"\"name\":[{\"use\":\"official\",\"family\":\"Ek\"}],\"birthDate\":\"1999-01-01\",\"_"
		"birthDate\":{\"id\":\"b\"},"
		"\"link\":[{\"other\":{\"reference\":\"Patient/2\"},\"type\":\"seealso\"}]}");
}

/* The flags of data types count: the bytes of an Attachment are left out. What must be there is kept, and so
 * is all of an extension. */
static void summarises_data_types(void **state)
{
	(void)state;
	expect_of("{\"resourceType\":\"Media\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\"},\"status\":"
		  "\"completed\","
		  "\"_status\":{\"id\":\"s\"},\"content\":{\"id\":\"a\",\"contentType\":\"image/"
		  "png\",\"data\":\"AAAA\","
		  "\"title\":\"t\",\"_title\":{\"id\":\"t\"}}}",
		"_summary", "true",
		"{\"resourceType\":\"Media\",\"id\":\"1\",\"meta\":" TAG
		",\"status\":\"completed\",\"_status\":{\"id\":\"s\"},"
		"\"content\":{\"contentType\":\"image/png\",\"title\":\"t\",\"_title\":{\"id\":\"t\"}}}");
	expect_of("{\"resourceType\":\"CapabilityStatement\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\"},"
		  "\"rest\":[{\"mode\":"
		  "\"server\",\"modifierExtension\":[{\"url\":\"http://e/"
		  "x\",\"valueBoolean\":true}],\"operation\":[{"
		  "\"name\":\"o\",\"documentation\":\"d\",\"definition\":\"http://e/o\"}]}]}",
		"_summary", "true",
		"{\"resourceType\":\"CapabilityStatement\",\"id\":\"1\",\"meta\":" TAG
		",\"rest\":[{\"mode\":\"server\","
		"\"modifierExtension\":[{\"url\":\"http://e/"
		"x\",\"valueBoolean\":true}],\"operation\":[{\"name\":\"o\","
		"\"definition\":\"http://e/o\"}]}]}");
}

static void keeps_text_or_all_but_text(void **state)
{
	(void)state;
	expect("_summary", "text",
		"{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":" TAG
		",\"text\":{\"status\":\"generated\","
		"\"div\":\"<div xmlns='http://www.w3.org/1999/xhtml'>x</div>\"}}");
	expect("_summary", "data",
		"{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":" TAG ",\"active\":true,"
		"\"name\":[{\"use\":\"official\",\"family\":\"Ek\"}],\"birthDate\":\"1999-01-01\",\"_"
		"birthDate\":{\"id\":\"b\"},"
		"\"contact\":[{\"gender\":\"male\"}],\"photo\":[{\"title\":\"p\"}],\"communication\":[{"
		"\"preferred\":true}],"
		"\"link\":[{\"other\":{\"reference\":\"Patient/2\"},\"type\":\"seealso\"}]}");
}

/* Modifier elements (active, link) stay: without them the rest would mean something else. */
static void keeps_the_elements_asked_for(void **state)
{
	(void)state;
	expect("_elements", "birthDate,Patient.photo,Observation.name",
		"{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":" TAG
		",\"active\":true,\"birthDate\":\"1999-01-01\","
		"\"_birthDate\":{\"id\":\"b\"},\"photo\":[{\"title\":\"p\"}],"
		"\"link\":[{\"other\":{\"reference\":\"Patient/2\"},\"type\":\"seealso\"}]}");
}

static void refuses_other_words(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 16);
	struct hs_pair pair = { HS_S_INIT("_summary"), HS_S_INIT("maybe") };
	struct hs__rest_subset subset = { 0 };
	struct hs_error err = { 0 };
	(void)state;
	assert_int_equal(hs__rest_subset_of(arena, &pair, 1, &subset, &err), HS_E_VALUE);
	pair.value = HS_S("false");
	assert_int_equal(hs__rest_subset_of(arena, &pair, 1, &subset, &err), HS_OK);
	assert_true(hs__rest_subset_all(&subset));
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_the_definitions_call_summary),
		cmocka_unit_test(summarises_data_types),
		cmocka_unit_test(keeps_text_or_all_but_text),
		cmocka_unit_test(keeps_the_elements_asked_for),
		cmocka_unit_test(refuses_other_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
