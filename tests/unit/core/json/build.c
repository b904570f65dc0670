/* SPDX-License-Identifier: Apache-2.0 */
/* Making trees and changing them, against a list of numbers. */
#include "json_test.h"

#include <stdio.h>

static void makes_every_kind(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_json *root = hs_json_object(arena);
	hs_json_add_text(arena, root, HS_S("text"), HS_S("a\"b"));
	hs_json_add(root, HS_S("none"), NULL);
	hs_json_add(root, HS_S("yes"), hs_json_bool(arena, true));
	hs_json_add(root, HS_S("no"), hs_json_bool(arena, false));
	hs_json_add(root, HS_S("null"), hs_json_null(arena));
	hs_json_add(root, HS_S("int"), hs_json_int(arena, INT64_MIN));
	hs_json_add(root, HS_S("dec"), hs_json_number(arena, HS_S("1.10")));
	struct hs_json *list = hs_json_add_array(arena, root, HS_S("list"));
	hs_json_push(list, hs_json_string(arena, HS_S_NONE));
	hs_json_push(list, hs_json_object(arena));
	hs_json_add_object(arena, root, HS_S_NONE);
	assert_string_equal(written(arena, root),
		"{\"text\":\"a\\\"b\",\"yes\":true,\"no\":false,\"null\":null,\"int\":-9223372036854775808,"
		"\"dec\":1.10,\"list\":[\"\",{}],\"\":{}}");
	assert_true(hs_json_get_bool(root, HS_S("yes"), false));
	assert_false(hs_json_get_bool(root, HS_S("no"), true));
	assert_true(hs_json_get_bool(root, HS_S("text"), true));
	hs_arena_free(arena);
}

/* Whatever the text of a number comes from, what is written can be read. */
static void makes_numbers_of_numbers_alone(void **state)
{
	static const struct {
		const char *text;
		bool number;
	} rows[] = { { "0", true }, { "-0", true }, { "12", true }, { "-1.50", true }, { "1e3", true },
		{ "1E+3", true }, { "0.0e-7", true }, { "", false }, { "-", false }, { "+1", false },
		{ "01", false }, { "1.", false }, { ".5", false }, { "1e", false }, { "1e+", false },
		{ "1 ", false }, { " 1", false }, { "1,2", false }, { "abc", false }, { "NaN", false },
		{ "0x1", false } };
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_json *value = hs_json_number(arena, hs_slice_cstr(rows[i].text));
		struct hs_json *again = parse_or_fail(arena, hs_slice_cstr(written(arena, value)));
		if (hs_json_is(value, HS_JSON_NUMBER) != rows[i].number || !hs_json_equal(value, again))
			fail_msg("'%s' became %s", rows[i].text, written(arena, value));
	}
	assert_true(hs_json_is(hs_json_number(arena, HS_S_NONE), HS_JSON_STRING));
	hs_arena_free(arena);
}

/* The ring: every child is reached once, the last one is marked, the count is right. */
static void check_ring(const struct hs_json *list, const int *expected, size_t count)
{
	size_t at = 0;
	assert_int_equal(hs_json_count(list), count);
	HS_JSON_EACH(item, list) {
		int64_t value = -1;
		assert_true(at < count);
		assert_true(hs_json_i64(item, &value));
		assert_int_equal(value, expected[at]);
		assert_ptr_equal(hs_json_at(list, at), item);
		assert_int_equal((item->flags & HS_JSON_LAST) != 0, at + 1 == count);
		at++;
	}
	assert_int_equal(at, count);
}

static void changes_arrays_as_a_plain_list_does(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(16 << 20);
	struct hs_json *list = hs_json_array(arena);
	int model[64] = { 0 };
	size_t count = 0;
	uint32_t seed = 7;
	for (int step = 0; step < 5000; step++) {
		seed = seed * 1664525u + 1013904223u;
		unsigned choice = seed >> 28;
		size_t at = count ? (seed >> 8) % count : 0;
		if (choice < 7 && count < 60) {
			size_t to = count ? (seed >> 8) % (count + 1) : 0;
			hs_json_insert(list, to, hs_json_int(arena, step));
			memmove(model + to + 1, model + to, (count - to) * sizeof(int));
			model[to] = step;
			count++;
		} else if (choice < 9 && count < 60) {
			hs_json_push(list, hs_json_int(arena, step));
			model[count++] = step;
		} else if (choice < 12 && count) {
			hs_json_replace(list, hs_json_at(list, at), hs_json_int(arena, step));
			model[at] = step;
		} else if (count) {
			hs_json_remove(list, hs_json_at(list, at));
			memmove(model + at, model + at + 1, (count - at - 1) * sizeof(int));
			count--;
		}
		check_ring(list, model, count);
	}
	hs_arena_free(arena);
}

/* What was the last child and is none any more: no end of anything, and nothing after it. */
static void check_alone(const struct hs_json *value)
{
	assert_int_equal(value->flags & HS_JSON_LAST, 0);
	assert_null(value->next);
}

static void sets_and_takes_members(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_json *root = parse_or_fail(arena, HS_S("{\"a\":1,\"b\":2,\"c\":3}"));
	hs_json_set(root, HS_S("b"), hs_json_string(arena, HS_S("new")));
	hs_json_set(root, HS_S("d"), hs_json_null(arena));
	struct hs_json *c = hs_json_get(root, HS_S("c"));
	assert_ptr_equal(hs_json_set(root, HS_S("c"), c), c);
	assert_string_equal(written(arena, root), "{\"a\":1,\"b\":\"new\",\"c\":3,\"d\":null}");
	struct hs_json *old = hs_json_get(root, HS_S("d"));
	hs_json_set(root, HS_S("d"), hs_json_null(arena));
	check_alone(old);
	check_alone(hs_json_take(root, HS_S("d")));
	hs_json_add(root, HS_S("d"), old);
	struct hs_json *taken = hs_json_take(root, HS_S("a"));
	assert_non_null(taken);
	assert_null(hs_json_take(root, HS_S("a")));
	hs_json_add(root, HS_S("last"), taken);
	assert_string_equal(written(arena, root), "{\"b\":\"new\",\"c\":3,\"d\":null,\"last\":1}");
	while (hs_json_first(root))
		hs_json_remove(root, hs_json_first(root));
	assert_string_equal(written(arena, root), "{}");
	hs_json_add(root, HS_S("again"), hs_json_bool(arena, true));
	assert_string_equal(written(arena, root), "{\"again\":true}");
	hs_arena_free(arena);
}

static void clones_are_apart(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_slice text = HS_S("{\"a\":[1,{\"b\":\"\\n\"},[]],\"c\":{}}");
	struct hs_json *root = parse_or_fail(arena, text);
	struct hs_json *copy = hs_json_clone(arena, root);
	assert_true(hs_json_equal(root, copy));
	hs_json_push(hs_json_get(copy, HS_S("a")), hs_json_int(arena, 2));
	assert_false(hs_json_equal(root, copy));
	assert_string_equal(written(arena, root), text.ptr);
	/* A member that is cloned stands alone. */
	struct hs_json *member = hs_json_clone(arena, hs_json_first(root));
	assert_int_equal(member->flags & HS_JSON_LAST, 0);
	assert_null(hs_json_clone(arena, NULL));
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_every_kind),
		cmocka_unit_test(makes_numbers_of_numbers_alone),
		cmocka_unit_test(changes_arrays_as_a_plain_list_does),
		cmocka_unit_test(sets_and_takes_members),
		cmocka_unit_test(clones_are_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
