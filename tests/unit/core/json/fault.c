/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of the parser, the copier and the patch fails in turn: a clean error, no output touched.
 */
#include "json_test.h"

#include <core/base/fault.h>

#define CAP ((size_t)16 << 20)

/* Enough nodes and decoded text for several blocks of each. */
static struct hs_slice make_text(struct hs_arena *arena)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 1 << 20);
	hs_buf_byte(&buf, '[');
	for (int i = 0; i < 3000; i++)
		hs_buf_printf(&buf, "%s{\"k\\n%d\":[1,2,\"a\\tb\\u00e5 and some more\"]}", i ? "," : "", i);
	hs_buf_byte(&buf, ']');
	return hs_buf_slice(&buf);
}

static void parse_fails_cleanly(void **state)
{
	(void)state;
	struct hs_arena *texts = hs_arena_new(CAP);
	struct hs_slice text = make_text(texts);
	for (size_t nth = 1;; nth++) {
		struct hs_arena *arena = hs_arena_new(CAP);
		struct hs_json *root = NULL;
		struct hs_error err = { .status = HS_OK };
		hs_arena_fail_at(nth, nth % 2);
		enum hs_status status = hs_json_parse(arena, text, NULL, &root, &err);
		size_t asked = hs_arena_fail_count();
		hs_arena_fail_at(0, 0);
		if (status == HS_OK) {
			assert_true(asked < nth && nth > 4);
			assert_int_equal(hs_json_count(root), 3000);
			hs_arena_free(arena);
			break;
		}
		assert_int_equal(status, HS_E_LIMIT);
		assert_int_equal(err.status, HS_E_LIMIT);
		assert_null(root);
		assert_int_equal(hs_arena_used(arena), 0);
		hs_arena_free(arena);
	}
	hs_arena_free(texts);
}

static void patch_fails_cleanly(void **state)
{
	(void)state;
	struct hs_slice document = HS_S("{\"a\":[1,2,{\"b\":\"c\"}]}");
	struct hs_slice operations =
		HS_S("[{\"op\":\"add\",\"path\":\"/"
		     "new\",\"value\":{\"x\":[1,2]}},{\"op\":\"copy\",\"from\":\"/a\","
		     "\"path\":\"/y\"},{\"op\":\"replace\",\"path\":\"/a/0\",\"value\":[]},{\"op\":\"move\","
		     "\"from\":\"/a\",\"path\":\"/z\"}]");
	for (size_t nth = 1;; nth++) {
		struct hs_arena *arena = hs_arena_new(CAP);
		struct hs_json *root = parse_or_fail(arena, document);
		struct hs_json *patch = parse_or_fail(arena, operations);
		struct hs_error err = { .status = HS_OK };
		hs_arena_fail_at(nth, 0);
		enum hs_status status = hs_json_patch(arena, &root, patch, &err);
		hs_arena_fail_at(0, 0);
		assert_int_equal(status, err.status);
		if (status == HS_OK) {
			assert_true(nth > 10);
			hs_arena_free(arena);
			break;
		}
		assert_int_equal(status, HS_E_LIMIT);
		hs_arena_free(arena);
	}
}

static void makers_give_null(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(CAP);
	struct hs_json *root = parse_or_fail(arena, HS_S("{\"a\":[1,{\"b\":2}]}"));
	for (size_t nth = 1; nth <= 4; nth++) {
		hs_arena_fail_at(nth, 1);
		assert_null(hs_json_clone(arena, root));
	}
	hs_arena_fail_at(1, 1);
	assert_null(hs_json_object(arena));
	assert_null(hs_json_int(arena, 1));
	assert_null(hs_json_add_text(arena, root, HS_S("x"), HS_S("y")));
	assert_null(hs_json_add_array(arena, root, HS_S("x")));
	assert_null(hs_json_set(root, HS_S("a"), hs_json_null(arena)));
	hs_arena_fail_at(0, 0);
	assert_string_equal(written(arena, root), "{\"a\":[1,{\"b\":2}]}");
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_fails_cleanly),
		cmocka_unit_test(patch_fails_cleanly),
		cmocka_unit_test(makers_give_null),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
