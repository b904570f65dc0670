/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing: order of members, number texts, number values. */
#include "json_test.h"

#include <core/json/decimal.h>

static void compares_trees(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "{\"a\":1,\"b\":[2,3]}", "{ \"b\": [2, 3], \"a\": 1 }", true },
		{ "{\"a\":1}", "{\"a\":1,\"b\":2}", false },
		{ "{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", false },
		{ "{\"a\":1}", "{\"a\":null}", false },
		{ "[1,2]", "[2,1]", false },
		{ "[1]", "[1,1]", false },
		{ "1.0", "1.00", false },
		{ "\"\\u0061\"", "\"a\"", true },
		{ "{\"\\u0061\":1}", "{\"a\":1}", true },
		{ "\"1\"", "1", false },
		{ "true", "false", false },
		{ "null", "null", true },
		{ "[]", "{}", false },
	};
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_json *a = parse_or_fail(arena, hs_slice_cstr(rows[i].a));
		struct hs_json *b = parse_or_fail(arena, hs_slice_cstr(rows[i].b));
		assert_int_equal(hs_json_equal(a, b), rows[i].equal);
		assert_int_equal(hs_json_equal(b, a), rows[i].equal);
		assert_true(hs_json_equal(a, a));
		assert_false(hs_json_equal(a, NULL));
	}
	assert_true(hs_json_equal(NULL, NULL));
	hs_arena_free(arena);
}

/* Many members in reverse order go by the table. */
static void compares_large_objects(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(4 << 20);
	struct hs_json *a = hs_json_object(arena);
	struct hs_json *b = hs_json_object(arena);
	for (int i = 0; i < 2000; i++) {
		hs_json_add(a, hs_arena_printf(arena, "m%d", i), hs_json_int(arena, i));
		hs_json_add(b, hs_arena_printf(arena, "m%d", 1999 - i), hs_json_int(arena, 1999 - i));
	}
	assert_true(hs_json_equal(a, b));
	hs_json_set(b, HS_S("m0"), hs_json_int(arena, 1));
	assert_false(hs_json_equal(a, b));
	hs_json_set(b, HS_S("m0"), hs_json_int(arena, 0));
	hs_json_replace(b, hs_json_first(b), hs_json_int(arena, 7));
	assert_false(hs_json_equal(a, b));
	hs_arena_free(arena);
}

static void compares_numbers_by_value(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "1", "1.0", true },
		{ "1", "1.000", true },
		{ "10", "1e1", true },
		{ "0.1", "1E-1", true },
		{ "100e-2", "1", true },
		{ "0.00120", "12e-4", true },
		{ "0", "-0.0e5", true },
		{ "0e999999999999999999999", "0", true },
		{ "1", "-1", false },
		{ "1", "1.0000000000000000000000000001", false },
		{ "9007199254740993", "9007199254740992", false },
		{ "1e400", "1e401", false },
		{ "1e400", "10e399", true },
		{ "1e999999999999999999999", "1e999999999999999999999", true },
		{ "123.456", "0.123456e3", true },
		{ "1", "10", false },
		{ "12", "1.3e1", false },
		{ "120", "12", false },
		{ "1001", "1.001e3", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice a = hs_slice_cstr(rows[i].a);
		struct hs_slice b = hs_slice_cstr(rows[i].b);
		if (hs__json_same_number(a, b) != rows[i].same || hs__json_same_number(b, a) != rows[i].same)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_trees),
		cmocka_unit_test(compares_large_objects),
		cmocka_unit_test(compares_numbers_by_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
