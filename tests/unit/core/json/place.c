/* SPDX-License-Identifier: Apache-2.0 */
/* Where values were in their source. */
#include "json_test.h"

static const char source[] = "{\n"
			     "  \"num\" : -1.50,\n"
			     "\t\"str\":\"a\\\"b\", \"plain\": \"x\",\n"
			     "  \"\\u0061\\n\": true, \"e\" :\n"
			     "null, \"list\": [ 1,[ ],\"]\", { \"k\": \"\\\\\" } ],\n"
			     "  \"emp\\ty\": {}\n"
			     "}";

static void knows_the_place_of_every_kind(void **state)
{
	static const struct {
		const char *pointer;
		unsigned line, column;
		const char *bytes;
	} rows[] = {
		{ "/num", 2, 11, "-1.50" },
		{ "/str", 3, 8, "\"a\\\"b\"" },
		{ "/plain", 3, 25, "\"x\"" },
		{ "/a\n", 4, 15, "true" },
		{ "/e", 5, 1, "null" },
		{ "/list", 5, 15, "[ 1,[ ],\"]\", { \"k\": \"\\\\\" } ]" },
		{ "/list/0", 5, 17, "1" },
		{ "/list/1", 5, 19, "[ ]" },
		{ "/list/2", 5, 23, "\"]\"" },
		{ "/list/3", 5, 28, "{ \"k\": \"\\\\\" }" },
		{ "/list/3/k", 5, 35, "\"\\\\\"" },
		{ "/emp\ty", 6, 13, "{}" },
		{ "", 1, 1, source },
	};
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_slice text = hs_slice(source, sizeof(source) - 1);
	struct hs_json *root = parse_or_fail(arena, text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t line = 9, column = 9;
		struct hs_json *value = hs_json_pointer(root, hs_slice_cstr(rows[i].pointer));
		assert_non_null(value);
		hs_json_position(text, value, &line, &column);
		if (line != rows[i].line || column != rows[i].column)
			fail_msg("%s is at %u:%u", rows[i].pointer, line, column);
		struct hs_slice bytes = hs_json_source(text, value);
		if (!hs_slice_eq(bytes, hs_slice_cstr(rows[i].bytes)))
			fail_msg("%s is %.*s", rows[i].pointer, HS_S_ARG(bytes));
		/* A copy was in the same place. */
		uint32_t again = 0;
		hs_json_position(text, hs_json_clone(arena, value), &again, &column);
		assert_int_equal(again, line);
	}
	hs_arena_free(arena);
}

static void does_not_invent_places(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_slice text = HS_S("{\"a\": 1, \"b\": [2, 3]}");
	struct hs_json *root = parse_or_fail(arena, text);
	uint32_t line = 9, column = 9;
	struct hs_json *made = hs_json_add(root, HS_S("c"), hs_json_int(arena, 4));
	hs_json_position(text, made, &line, &column);
	assert_int_equal(line + column, 0);
	assert_int_equal(hs_json_source(text, made).len, 0);
	/* Moved under a name that is in the source, but not its own. */
	struct hs_json *moved = hs_json_take(root, HS_S("a"));
	hs_json_push(hs_json_get(root, HS_S("b")), moved);
	hs_json_position(text, moved, &line, &column);
	assert_int_equal(line + column, 0);
	hs_json_position(HS_S("another text"), root, &line, &column);
	assert_int_equal(line + column, 0);
	hs_json_position(text, NULL, &line, &column);
	assert_int_equal(line + column, 0);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_place_of_every_kind),
		cmocka_unit_test(does_not_invent_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
