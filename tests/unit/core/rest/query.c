/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings of conditions and bundle entries, base64, and links without their cursor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <core/rest/search/page.h>

static void decodes_pairs(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	const struct hs_pair *pairs = NULL;
	struct hs_error err = { 0 };
	size_t count = 0;
	(void)state;
	assert_int_equal(hs__rest_query(arena, HS_S("a=b%20c+d&&identifier=http%3A%2F%2Fx%7C1&flag&e="),
				 &pairs, &count, &err),
		HS_OK);
	assert_int_equal(count, 4);
	assert_true(hs_slice_eq(pairs[0].name, HS_S("a")) && hs_slice_eq(pairs[0].value, HS_S("b c d")));
	assert_true(hs_slice_eq(pairs[1].value, HS_S("http://x|1")));
	assert_true(hs_slice_eq(pairs[2].name, HS_S("flag")) && pairs[2].value.len == 0);
	assert_true(hs_slice_eq(hs__rest_query_get(pairs, count, HS_S("identifier")), HS_S("http://x|1")));
	assert_int_equal(hs__rest_query_get(pairs, count, HS_S("none")).len, 0);
	assert_int_equal(hs__rest_query(arena, HS_S("a=%2"), &pairs, &count, &err), HS_E_VALUE);
	assert_int_equal(hs__rest_query(arena, HS_S("a=%zz"), &pairs, &count, &err), HS_E_VALUE);
	assert_int_equal(hs__rest_query(arena, HS_S_NONE, &pairs, &count, &err), HS_OK);
	assert_int_equal(count, 0);
	hs_arena_free(arena);
}

static void drops_the_cursor(void **state)
{
	static const struct {
		const char *given, *left;
	} rows[] = { { "a=1&_cursor=x&b=2", "a=1&b=2" }, { "_cursor=x", "" }, { "a=1&_cursor=", "a=1" },
		{ "a=1", "a=1" }, { "_cursor=x&a=1", "a=1" } };
	struct hs_arena *arena = hs_arena_new(1 << 20);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_true(hs_slice_eq(hs__rest_without_cursor(arena, hs_slice_cstr(rows[i].given)),
			hs_slice_cstr(rows[i].left)));
	hs_arena_free(arena);
}

static void writes_pages(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs__rest_page page;
	struct hs_slice text;
	struct hs_error err = { 0 };
	(void)state;
	hs__rest_page_open(&page, arena, "searchset", HS_S("http://h/fhir/r4"), 0);
	hs__rest_page_total(&page, 0);
	hs__rest_page_link(&page, "self", HS_S("Patient"), HS_S("name=a"), HS_S("x y"));
	assert_int_equal(hs__rest_page_close(&page, &text, &err), HS_OK);
	assert_string_equal(hs_arena_cstr(arena, text),
		"{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":0,\"link\":[{\"relation\":"
		"\"self\",\"url\":"
		"\"http://h/fhir/r4/Patient?name=a&_cursor=x%20y\"}]}");
	hs__rest_page_open(&page, arena, "searchset", HS_S("http://h\"/fhir"), 0);
	hs__rest_page_found(&page, HS_S("Patient"), HS_S("1"), HS_S("{}"), "match");
	hs__rest_page_found(&page, HS_S_NONE, HS_S_NONE, HS_S("{}"), "outcome");
	assert_int_equal(hs__rest_page_close(&page, &text, &err), HS_OK);
	assert_string_equal(hs_arena_cstr(arena, text),
		"{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"fullUrl\":\"http://h\\\"/"
		"fhir/Patient/1\","
		"\"resource\":{},\"search\":{\"mode\":\"match\"}},{\"resource\":{},\"search\":{\"mode\":"
		"\"outcome\"}}]}");
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_pairs),
		cmocka_unit_test(drops_the_cursor),
		cmocka_unit_test(writes_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
