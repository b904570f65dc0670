/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of the compiler and the evaluator fails in turn: a clean error, no output touched. */
#include "path_test.h"

#include <core/base/fault.h>

static const char *const EXPRESSIONS[] = {
	"name.where(given.exists($this.length() > 2)).select(given | family).distinct().join(',')",
	"(1|2|3|4|5|6|7|8|9).aggregate($this + $total, 0) / 7",
	"'a1b2'.replaceMatches('[0-9]', '-').upper().split('-').combine('x').sort(-$this)",
	"repeat(children()).count() + descendants().count()",
	"2.0 'cm' * 3 'm' = 0.06 'm2' and @2015-01-31 + 1 month < now()",
	"defineVariable('v', name.given).select(%v.first().encode('base64')) & %`vs-x`",
	"'1 \\'mg\\''.toQuantity().toString() + 1.587.highBoundary().toString() + 2.sqrt().toString()",
	"link.resolve() is Patient",
};

static const char INPUT[] = "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Ek\",\"given\":[\"Anna\","
			    "\"Bo\",\"Cy\",\"Di\",\"Ed\"]},"
			    "{\"given\":[\"Fia\"]}],\"link\":{\"reference\":\"Patient/1\"}}";

/* One run with the nth allocation failing; true when it was not reached. */
static bool compile_once(const char *expression, size_t nth)
{
	struct hs_path *path = NULL;
	struct hs_error err = { .status = HS_OK };
	hs_arena_fail_at(nth, nth % 2);
	enum hs_status status = hs_path_compile(NULL, hs_slice_cstr(expression), HS_S_NONE, &path, NULL,
		&err);
	bool reached = hs_arena_fail_count() >= nth;
	hs_arena_fail_at(0, 0);
	if (status) {
		assert_int_equal(status, HS_E_LIMIT);
		assert_int_equal(err.status, HS_E_LIMIT);
		assert_null(path);
	}
	hs_path_free(path);
	return !reached;
}

static void compiling_fails_cleanly(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(EXPRESSIONS); i++) {
		size_t nth = 1;
		while (!compile_once(EXPRESSIONS[i], nth))
			nth++;
		assert_true(nth > 5);
	}
}

static void evaluate_with_faults(const char *expression, const struct hs_json *tree)
{
	struct hs_path *path = NULL;
	struct hs_error err = { .status = HS_OK };
	if (hs_path_compile(NULL, hs_slice_cstr(expression), HS_S_NONE, &path, NULL, &err))
		fail_msg("%s: %s", expression, err.text);
	for (size_t nth = 1;; nth++) {
		struct hs_arena *arena = hs_arena_new(ARENA_CAP);
		struct hs_path_context context = { .arena = arena, .now_ms = NOW_MS };
		struct hs_path_list list = { .count = 77 };
		hs_arena_fail_at(nth, nth % 2);
		enum hs_status status = hs_path_eval(path, &context, tree, &list, &err);
		bool reached = hs_arena_fail_count() >= nth;
		hs_arena_fail_at(0, 0);
		if (status) {
			assert_int_equal(status, HS_E_LIMIT);
			assert_int_equal(list.count, 77);
		}
		hs_arena_free(arena);
		if (!reached)
			break;
	}
	hs_path_free(path);
}

static void evaluation_fails_cleanly(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	const struct hs_json *tree = parse_json(arena, hs_slice_cstr(INPUT));
	for (size_t i = 0; i < COUNT_OF(EXPRESSIONS); i++)
		evaluate_with_faults(EXPRESSIONS[i], tree);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiling_fails_cleanly),
		cmocka_unit_test(evaluation_fails_cleanly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
