/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Pointer (RFC 6901) and JSON Patch (RFC 6902). */
#include "json_test.h"

/* The table of RFC 6901 section 5, and what it says about array indexes. */
static void follows_pointers(void **state)
{
	static const struct {
		const char *pointer, *value;
	} rows[] = {
		{ "/foo/0", "\"bar\"" },
		{ "/", "0" },
		{ "/a~1b", "1" },
		{ "/c%d", "2" },
		{ "/i\\j", "5" },
		{ "/k\"l", "6" },
		{ "/ ", "7" },
		{ "/m~0n", "8" },
		{ "/~01", "9" },
		{ "/deep/x/1/y", "[]" },
		{ "/nope", NULL },
		{ "/foo/2", NULL },
		{ "/foo/-", NULL },
		{ "/foo/00", NULL },
		{ "/foo/01", NULL },
		{ "/foo/+1", NULL },
		{ "/foo/18446744073709551616", NULL },
		{ "/foo/0/x", NULL },
		{ "foo", NULL },
		{ "/m~n", NULL },
		{ "/m~", NULL },
		{ "/foo/", NULL },
	};
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_json *root = parse_or_fail(arena,
		HS_S("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"i\\\\j\":5,\"k\\\"l\":6,\" "
		     "\":7,\"m~n\":8,"
		     "\"~1\":9,\"deep\":{\"x\":[0,{\"y\":[]}]}}"));
	assert_ptr_equal(hs_json_pointer(root, HS_S("")), root);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_json *value = hs_json_pointer(root, hs_slice_cstr(rows[i].pointer));
		if (!value != !rows[i].value)
			fail_msg("%s", rows[i].pointer);
		if (value)
			assert_string_equal(written(arena, value), rows[i].value);
	}
	assert_null(hs_json_pointer(NULL, HS_S("/a")));
	hs_arena_free(arena);
}

static const struct {
	const char *document, *patch, *result;
	enum hs_status status;
} patches[] = {
	/* RFC 6902 appendix A */
	{ "{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
		"{\"foo\":\"bar\",\"baz\":\"qux\"}", HS_OK },
	{ "{\"foo\":[\"bar\",\"baz\"]}", "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]",
		"{\"foo\":[\"bar\",\"qux\",\"baz\"]}", HS_OK },
	{ "{\"baz\":\"qux\",\"foo\":\"bar\"}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]", "{\"foo\":\"bar\"}",
		HS_OK },
	{ "{\"foo\":[\"bar\",\"qux\",\"baz\"]}", "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]",
		"{\"foo\":[\"bar\",\"baz\"]}", HS_OK },
	{ "{\"baz\":\"qux\",\"foo\":\"bar\"}", "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":\"boo\"}]",
		"{\"baz\":\"boo\",\"foo\":\"bar\"}", HS_OK },
	{ "{\"foo\":{\"bar\":\"baz\",\"waldo\":\"fred\"},\"qux\":{\"corge\":\"grault\"}}",
		"[{\"op\":\"move\",\"from\":\"/foo/waldo\",\"path\":\"/qux/thud\"}]",
		"{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}", HS_OK },
	{ "{\"foo\":[\"all\",\"grass\",\"cows\",\"eat\"]}",
		"[{\"op\":\"move\",\"from\":\"/foo/1\",\"path\":\"/foo/3\"}]",
		"{\"foo\":[\"all\",\"cows\",\"eat\",\"grass\"]}", HS_OK },
	{ "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}",
		"[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"qux\"},{\"op\":\"test\",\"path\":\"/"
		"foo/1\","
		"\"value\":2}]",
		"{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}", HS_OK },
	{ "{\"baz\":\"qux\"}", "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"bar\"}]", NULL,
		HS_E_PROCESSING },
	{ "{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/child\",\"value\":{\"grandchild\":{}}}]",
		"{\"foo\":\"bar\",\"child\":{\"grandchild\":{}}}", HS_OK },
	{ "{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\",\"xyz\":123}]",
		"{\"foo\":\"bar\",\"baz\":\"qux\"}", HS_OK },
	{ "{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz/bat\",\"value\":\"qux\"}]", NULL,
		HS_E_PROCESSING },
	{ "{\"/\":9,\"~1\":10}", "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":10}]", "{\"/\":9,\"~1\":10}",
		HS_OK },
	{ "{\"/\":9,\"~1\":10}", "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":\"10\"}]", NULL,
		HS_E_PROCESSING },
	{ "{\"foo\":[\"bar\"]}", "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[\"abc\",\"def\"]}]",
		"{\"foo\":[\"bar\",[\"abc\",\"def\"]]}", HS_OK },
	/* the whole document */
	{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"\",\"value\":[1]}]", "[1]", HS_OK },
	{ "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"b\":2}}]", "{\"b\":2}", HS_OK },
	{ "{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"\"}]", "{\"b\":1}", HS_OK },
	{ "{\"a\":{\"b\":1}}", "[{\"op\":\"copy\",\"from\":\"\",\"path\":\"/c\"}]",
		"{\"a\":{\"b\":1},\"c\":{\"a\":{\"b\":1}}}", HS_OK },
	{ "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL, HS_E_PROCESSING },
	{ "{\"a\":1}", "[{\"op\":\"test\",\"path\":\"\",\"value\":{\"a\":1.0}}]", "{\"a\":1}", HS_OK },
	/* values */
	{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":null}]", "{\"a\":null}", HS_OK },
	{ "{\"a\":10}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1e1}]", "{\"a\":10}", HS_OK },
	{ "{\"a\":{\"x\":1,\"y\":[2.0]}}",
		"[{\"op\":\"test\",\"path\":\"/a\",\"value\":{\"y\":[2],\"x\":1}}]",
		"{\"a\":{\"x\":1,\"y\":[2.0]}}", HS_OK },
	{ "{\"a\":1.10}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"}]", "{\"a\":1.10,\"b\":1.10}",
		HS_OK },
	{ "{\"a\":[1,2]}", "[{\"op\":\"replace\",\"path\":\"/a/1\",\"value\":3}]", "{\"a\":[1,3]}", HS_OK },
	{ "{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/1\",\"value\":2}]", "{\"a\":[1,2]}", HS_OK },
	{ "{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/2\",\"value\":2}]", NULL, HS_E_PROCESSING },
	{ "{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/x\",\"value\":2}]", NULL, HS_E_PROCESSING },
	{ "{\"a\":[1]}", "[{\"op\":\"remove\",\"path\":\"/a/-\"}]", NULL, HS_E_PROCESSING },
	{ "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/b\",\"value\":1}]", NULL, HS_E_PROCESSING },
	{ "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"/b\"}]", NULL, HS_E_PROCESSING },
	{ "{\"a\":\"x\"}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]", NULL, HS_E_PROCESSING },
	{ "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/x~1y~0z\",\"value\":1}]", "{\"a\":1,\"x/y~z\":1}",
		HS_OK },
	/* move */
	{ "{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", NULL,
		HS_E_PROCESSING },
	{ "{\"a\":1,\"ab\":{}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/ab/c\"}]",
		"{\"ab\":{\"c\":1}}", HS_OK },
	{ "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a\"}]", "{\"a\":1}", HS_OK },
	{ "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/b\",\"path\":\"/b\"}]", NULL, HS_E_PROCESSING },
	{ "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"\",\"path\":\"/b\"}]", NULL, HS_E_PROCESSING },
	/* a later operation sees what an earlier one did; the first that fails ends it */
	{ "{}",
		"[{\"op\":\"add\",\"path\":\"/a\",\"value\":[]},{\"op\":\"add\",\"path\":\"/a/"
		"0\",\"value\":1}]",
		"{\"a\":[1]}", HS_OK },
	/* malformed */
	{ "{}", "{}", NULL, HS_E_INVALID },
	{ "{}", "[1]", NULL, HS_E_INVALID },
	{ "{}", "[{}]", NULL, HS_E_INVALID },
	{ "{}", "[{\"op\":\"spam\",\"path\":\"/a\"}]", NULL, HS_E_INVALID },
	{ "{}", "[{\"op\":\"add\",\"path\":\"/a\"}]", NULL, HS_E_INVALID },
	{ "{}", "[{\"op\":\"add\",\"value\":1}]", NULL, HS_E_INVALID },
	{ "{}", "[{\"op\":\"add\",\"path\":1,\"value\":1}]", NULL, HS_E_INVALID },
	{ "{}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", NULL, HS_E_INVALID },
	{ "{}", "[{\"op\":\"add\",\"path\":\"/~2\",\"value\":1}]", NULL, HS_E_INVALID },
	{ "{}", "[{\"op\":\"copy\",\"path\":\"/a\"}]", NULL, HS_E_INVALID },
};

static void applies_patches(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		struct hs_error err = { .text = "" };
		struct hs_json *root = parse_or_fail(arena, hs_slice_cstr(patches[i].document));
		struct hs_json *patch = parse_or_fail(arena, hs_slice_cstr(patches[i].patch));
		enum hs_status status = hs_json_patch(arena, &root, patch, &err);
		if (status != patches[i].status)
			fail_msg("%s with %s: %d %s", patches[i].document, patches[i].patch, status,
				err.text);
		if (patches[i].result)
			assert_string_equal(written(arena, root), patches[i].result);
		/* The patch itself is never changed. */
		assert_true(hs_json_equal(patch, parse_or_fail(arena, hs_slice_cstr(patches[i].patch))));
	}
	hs_arena_free(arena);
}

static void names_the_operation(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_error err;
	struct hs_json *root = parse_or_fail(arena, HS_S("{\"a\":1}"));
	struct hs_json *patch = parse_or_fail(arena,
		HS_S("[{\"op\":\"test\",\"path\":\"/a\",\"value\":1},{\"op\":\"remove\",\"path\":\"/b\"}]"));
	assert_int_equal(hs_json_patch(arena, &root, patch, &err), HS_E_PROCESSING);
	assert_non_null(strstr(err.text, "operation 1 of the patch"));
	assert_non_null(strstr(err.text, "\"/b\""));
	hs_arena_free(arena);
}

/* Each copy of the document into its own leaf doubles its depth. */
static void does_not_nest_without_end(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(64 << 20);
	struct hs_json *root = parse_or_fail(arena, HS_S("{\"a\":{}}"));
	struct hs_error err;
	struct hs_buf path;
	enum hs_status status = HS_OK;
	size_t depth = 1;
	hs_buf_init(&path, arena, 1 << 20);
	for (int step = 0; step < 30 && !status; step++) {
		hs_buf_clear(&path);
		for (size_t i = 0; i < depth; i++)
			hs_buf_cstr(&path, "/a");
		struct hs_json *patch = parse_or_fail(arena,
			hs_arena_printf(arena, "[{\"op\":\"copy\",\"from\":\"\",\"path\":\"%.*s/a\"}]",
				HS_S_ARG(hs_buf_slice(&path))));
		status = hs_json_patch(arena, &root, patch, &err);
		depth = depth * 2 + 1;
	}
	assert_int_equal(status, HS_E_LIMIT);
	assert_true(depth > 900 && depth < 3000);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_pointers),
		cmocka_unit_test(applies_patches),
		cmocka_unit_test(names_the_operation),
		cmocka_unit_test(does_not_nest_without_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
