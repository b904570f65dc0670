/* SPDX-License-Identifier: Apache-2.0 */
/* Entity tags, dates and the preconditions of writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <core/rest/rest_private.h>

static void reads_entity_tags(void **state)
{
	static const struct {
		const char *list;
		uint64_t version;
		bool holds;
	} rows[] = {
		{ "W/\"3\"", 3, true },
		{ "\"3\"", 3, true },
		{ "3", 3, true },
		{ "W/\"3\"", 4, false },
		{ "W/\"2\", W/\"3\"", 3, true },
		{ "W/\"2\",W/\"4\"", 3, false },
		{ "*", 1, true },
		{ "*", 0, false },
		{ "W/\"03\"", 3, true },
		{ "W/\"abc\"", 3, false },
		{ "\"", 3, false },
		{ "", 3, false },
		{ "W/\"18446744073709551616\"", 0, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(hs__rest_etag_holds(hs_slice_cstr(rows[i].list), rows[i].version),
			rows[i].holds);
}

static void writes_entity_tags(void **state)
{
	char text[32];
	(void)state;
	assert_true(hs_slice_eq(hs__rest_etag(12, text), HS_S("W/\"12\"")));
	assert_true(hs_slice_eq(hs__rest_etag(UINT64_MAX, text), HS_S("W/\"18446744073709551615\"")));
}

static enum hs_status write_with(const char *if_match, const char *if_none_match, const char *if_unmodified,
	uint64_t version)
{
	struct hs__rest_call call = { .if_match = hs_slice_cstr(if_match),
		.if_none_match = hs_slice_cstr(if_none_match),
		.if_unmodified_since = hs_slice_cstr(if_unmodified) };
	struct hs_resource current = { .version = version, .updated_ms = 1795294694123 };
	struct hs_error err = { 0 };
	return hs__rest_may_write(&call, version ? &current : NULL, &err);
}

static void guards_writes(void **state)
{
	(void)state;
	assert_int_equal(write_with(NULL, NULL, NULL, 0), HS_OK);
	assert_int_equal(write_with(NULL, NULL, NULL, 3), HS_OK);
	assert_int_equal(write_with("W/\"3\"", NULL, NULL, 3), HS_OK);
	assert_int_equal(write_with("W/\"2\"", NULL, NULL, 3), HS_E_PRECONDITION);
	assert_int_equal(write_with("W/\"2\"", NULL, NULL, 0), HS_E_PRECONDITION);
	assert_int_equal(write_with("*", NULL, NULL, 0), HS_E_PRECONDITION);
	assert_int_equal(write_with("*", NULL, NULL, 9), HS_OK);
	assert_int_equal(write_with(NULL, "*", NULL, 0), HS_OK);
	assert_int_equal(write_with(NULL, "*", NULL, 1), HS_E_PRECONDITION);
	assert_int_equal(write_with(NULL, "W/\"1\"", NULL, 2), HS_OK);
	assert_int_equal(write_with(NULL, NULL, "Sat, 21 Nov 2026 20:58:14 GMT", 1), HS_OK);
	assert_int_equal(write_with(NULL, NULL, "Sat, 21 Nov 2026 20:58:13 GMT", 1), HS_E_PRECONDITION);
}

static bool fresh(const char *if_none_match, const char *if_modified_since)
{
	return hs__rest_not_modified(hs_slice_cstr(if_none_match), hs_slice_cstr(if_modified_since), 3,
		1795294694123);
}

static void answers_conditional_reads(void **state)
{
	(void)state;
	assert_true(fresh("W/\"3\"", NULL));
	assert_false(fresh("W/\"2\"", NULL));
	assert_true(fresh("*", NULL));
	assert_true(fresh(NULL, "Sat, 21 Nov 2026 20:58:14 GMT"));
	assert_false(fresh(NULL, "Sat, 21 Nov 2026 20:58:13 GMT"));
	assert_true(fresh(NULL, "2026-11-21T20:58:14Z"));
	/* The tag decides alone when both are there (RFC 9110 section 13.1.3). */
	assert_false(fresh("W/\"2\"", "Sat, 21 Nov 2026 20:58:14 GMT"));
	assert_false(fresh(NULL, "yesterday"));
	assert_false(fresh(NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_entity_tags),
		cmocka_unit_test(writes_entity_tags),
		cmocka_unit_test(guards_writes),
		cmocka_unit_test(answers_conditional_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
