/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser accepts, what it refuses, and what it says then. */
#include "json_test.h"

#include <stdio.h>

static void reads_every_kind(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_json *root = parse_or_fail(arena,
		HS_S(" {\"a\" : [1, -0.50e+3, \"x\", true, false, null, {}, []], "
		     "\"\":{\"b\":{\"c\":\"d\"}}\t}\r\n"));
	assert_int_equal(hs_json_count(root), 2);
	struct hs_json *list = hs_json_get(root, HS_S("a"));
	assert_int_equal(hs_json_count(list), 8);
	static const enum hs_json_type types[] = { HS_JSON_NUMBER, HS_JSON_NUMBER, HS_JSON_STRING,
		HS_JSON_TRUE, HS_JSON_FALSE, HS_JSON_NULL, HS_JSON_OBJECT, HS_JSON_ARRAY };
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(hs_json_type(hs_json_at(list, i)), types[i]);
	assert_null(hs_json_at(list, 8));
	assert_true(hs_slice_eq(hs_json_text(hs_json_at(list, 1)), HS_S("-0.50e+3")));
	struct hs_json *unnamed = hs_json_get(root, HS_S(""));
	assert_true(hs_slice_eq(hs_json_get_text(hs_json_get(unnamed, HS_S("b")), HS_S("c")), HS_S("d")));
	assert_non_null(hs_json_key(unnamed).ptr);
	size_t walked = 0;
	HS_JSON_EACH(item, list)
		walked++;
	assert_int_equal(walked, 8);
	hs_arena_free(arena);
}

static void decodes_escapes(void **state)
{
	static const struct {
		struct hs_slice json, text;
	} rows[] = {
		{ HS_S_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), HS_S_INIT("\"\\/\b\f\n\r\t") },
		{ HS_S_INIT("\"\\u0000\""), HS_S_INIT("\0") },
		{ HS_S_INIT("\"\\u0041\\u00e5\\u20aC\\uFFFF\""),
			HS_S_INIT("A\xc3\xa5\xe2\x82\xac\xef\xbf\xbf") },
		{ HS_S_INIT("\"x\\ud83d\\ude00y\""), HS_S_INIT("x\xf0\x9f\x98\x80y") },
		{ HS_S_INIT("\"\\uDBFF\\uDFFF\""), HS_S_INIT("\xf4\x8f\xbf\xbf") },
		{ HS_S_INIT("\"\\/\""), HS_S_INIT("/") },
		{ HS_S_INIT("\"\\u00e5 long enough to pass sixteen bytes \\n twice over\""),
			HS_S_INIT("\xc3\xa5 long enough to pass sixteen bytes \n twice over") },
	};
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_json *root = parse_or_fail(arena, rows[i].json);
		assert_true(hs_slice_eq(hs_json_text(root), rows[i].text));
		/* The same as a name. */
		struct hs_slice object = hs_arena_printf(arena, "{%.*s:1}", HS_S_ARG(rows[i].json));
		root = parse_or_fail(arena, object);
		assert_true(hs_slice_eq(hs_json_key(hs_json_first(root)), rows[i].text));
		assert_non_null(hs_json_get(root, rows[i].text));
	}
	hs_arena_free(arena);
}

/* Strings of every length up to some vectors, with each special byte at each place. */
static void finds_special_bytes_everywhere(void **state)
{
	static const char *const parts[] = { "\\n", "\xc3\xa5", "\\u00e5", "\xf0\x9f\x98\x80" };
	static const char *const decoded[] = { "\n", "\xc3\xa5", "\xc3\xa5", "\xf0\x9f\x98\x80" };
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t len = 0; len < 50; len++) {
		for (size_t at = 0; at <= len; at++) {
			for (size_t part = 0; part < 4; part++) {
				char text[128];
				char expected[128];
				struct hs_json *root;
				struct hs_error err;
				int size = snprintf(text, sizeof(text), "\"%.*s%s%.*s\"", (int)at,
					"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
					parts[part], (int)(len - at),
					"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
				snprintf(expected, sizeof(expected), "%.*s%s%.*s", (int)at,
					"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
					decoded[part], (int)(len - at),
					"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
				/* A copy of exactly its size, so that a read beyond the end is seen. */
				struct hs_slice exact = hs_arena_copy(arena, hs_slice(text, (size_t)size));
				root = parse_or_fail(arena, exact);
				assert_true(hs_slice_eq(hs_json_text(root), hs_slice_cstr(expected)));
				/* Every shorter text is refused. */
				struct hs_slice cut = hs_slice_first(exact, at + 2);
				assert_int_equal(hs_json_parse(arena, cut, NULL, &root, &err),
					HS_E_STRUCTURE);
				/* So is a control character, a lone continuation byte or the rest of a
				 * sequence. */
				static const char bad[] = { '\x1f', '\x80', '\xff', '\xc0' };
				memcpy(text, exact.ptr, exact.len);
				text[at + 1] = bad[part];
				if (part == 1)
					assert_int_equal((unsigned char)text[at + 2], 0xA5);
				assert_int_equal(hs_json_parse(arena, hs_slice(text, exact.len), NULL, &root,
							 &err),
					HS_E_STRUCTURE);
				assert_int_equal(err.column, at + 2);
				hs_arena_reset(arena);
			}
		}
	}
	hs_arena_free(arena);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *json;
		unsigned line, column;
		const char *text;
	} rows[] = {
		{ "", 1, 1, "the text ends where a value must start" },
		{ "  \n ", 2, 2, "the text ends where a value must start" },
		{ "\xef\xbb\xbf{}", 1, 1, "without a byte-order mark" },
		{ "{\n  \"a\": 1,\n  \"b\": 2,\n}", 4, 1, "a comma may not be the last thing before it" },
		{ "[1,2,]", 1, 6, "']' is where a value must start: a comma may not be the last thing" },
		{ "[,1]", 1, 2, "a value is missing before the comma" },
		{ "[1 2]", 1, 4, "'2' is where ',' or ']' must follow a value" },
		{ "{\"a\":1 \"b\":2}", 1, 8, "where ',' or '}' must follow a member" },
		{ "{\"a\" 1}", 1, 6, "a ':' must follow the name of a member" },
		{ "{a:1}", 1, 2,
			"'a' is where the name of a member must start: a name stands in double quotes" },
		{ "{'a':1}", 1, 2, "a name stands in double quotes" },
		{ "{\"a\":1,,}", 1, 8, "two commas follow one another" },
		{ "['a']", 1, 2, "strings stand in double quotes" },
		{ "[1, // one\n2]", 1, 5, "JSON has no comments" },
		{ "[NaN]", 1, 2, "no NaN" },
		{ "[True]", 1, 2, "the words are true, false and null" },
		{ "[nul]", 1, 2, "the words are true, false and null" },
		{ "[+1]", 1, 2, "no plus sign" },
		{ "[.5]", 1, 2, "a digit before its point" },
		{ "[01]", 1, 2, "01 is not a number: it may not start with 0" },
		{ "[1.]", 1, 2, "1. is not a number: digits must follow" },
		{ "[-]", 1, 2, "- is not a number" },
		{ "[1e+]", 1, 2, "1e+ is not a number" },
		{ "[1", 1, 3, "the text ends where ',' or ']' must follow" },
		{ "{\"a\":", 1, 6, "the text ends where a value must start" },
		{ "{\"a", 1, 4, "'\"' is missing" },
		{ "[1] 2", 1, 5, "something follows the value" },
		{ "[1]]", 1, 4, "something follows the value" },
		{ "[1}", 1, 3, "'}' is where ',' or ']' must follow" },
		{ "[\"a\tb\"]", 1, 4, "control character 0x09 in a string: it must be written as \\u0009" },
		{ "[\"\\x\"]", 1, 3, "a backslash must be followed by" },
		{ "[\"\\u12G4\"]", 1, 3, "four hexadecimal digits" },
		{ "[\"\\ud800\"]", 1, 3, "half of a surrogate pair" },
		{ "[\"\\udc00\\ud800\"]", 1, 3, "half of a surrogate pair" },
		{ "[\"a\xc3\x28\"]", 1, 4, "byte 0xc3 is not valid UTF-8" },
		{ "[\"\xed\xa0\x80\"]", 1, 3, "byte 0xed is not valid UTF-8" },
		{ "{\"a\":1,\n\"b\":2, \"a\":3}", 2, 9, "the member \"a\" is there twice" },
		{ "{\"a\":1,\"\\u0061\":2}", 1, 9, "the member \"a\" is there twice" },
	};
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_json *root = NULL;
		struct hs_error err;
		struct hs_slice text = hs_arena_copy(arena, hs_slice_cstr(rows[i].json));
		size_t used = hs_arena_used(arena);
		if (hs_json_parse(arena, text, NULL, &root, &err) != HS_E_STRUCTURE)
			fail_msg("%s was not refused", rows[i].json);
		if (err.line != rows[i].line || err.column != rows[i].column ||
			!strstr(err.text, rows[i].text))
			fail_msg("%s: %u:%u: %s", rows[i].json, err.line, err.column, err.text);
		assert_null(root);
		assert_int_equal(hs_arena_used(arena), used); /* nothing stays behind */
	}
	hs_arena_free(arena);
}

static void refuses_duplicate_names(void **state)
{
	static const unsigned sizes[] = { 2, 5, 31, 32, 33, 200, 3000 };
	static const struct hs_json_limits plain = { .flags = HS_JSON_ALLOW_DUPLICATES };
	(void)state;
	struct hs_arena *arena = hs_arena_new(4 << 20);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		/* Each pair of places, or a sample of them, holds the same name. */
		unsigned step = sizes[i] > 33 ? sizes[i] / 7 : 1;
		for (unsigned second = 0; second < sizes[i]; second += step) {
			struct hs_json *root;
			struct hs_error err;
			struct hs_buf buf;
			hs_buf_init(&buf, arena, 1 << 20);
			for (unsigned n = 0; n < sizes[i]; n++)
				hs_buf_printf(&buf, "%s\"name%u\":%u", n ? "," : "{", n == second ? 0 : n, n);
			hs_buf_byte(&buf, '}');
			enum hs_status status = hs_json_parse(arena, hs_buf_slice(&buf), NULL, &root, &err);
			assert_int_equal(status, second ? HS_E_STRUCTURE : HS_OK);
			if (second)
				assert_non_null(strstr(err.text, "\"name0\" is there twice"));
			assert_int_equal(hs_json_parse(arena, hs_buf_slice(&buf), &plain, &root, &err),
				HS_OK);
			int64_t value = -1;
			assert_true(hs_json_i64(hs_json_get(root, HS_S("name0")), &value));
			assert_int_equal(value, 0); /* the first one */
			hs_arena_reset(arena);
		}
	}
	hs_arena_free(arena);
}

static void keeps_its_limits(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(8 << 20);
	struct hs_json *root = NULL;
	struct hs_error err;
	char nested[202];
	memset(nested, '[', 101);
	memset(nested + 101, ']', 101);
	assert_int_equal(hs_json_parse(arena, hs_slice(nested, 202), NULL, &root, &err), HS_E_LIMIT);
	assert_int_equal(err.column, 101);
	assert_int_equal(hs_json_parse(arena, hs_slice(nested + 1, 200), NULL, &root, &err), HS_OK);
	struct hs_json_limits limits = { .depth = 101 };
	assert_int_equal(hs_json_parse(arena, hs_slice(nested, 202), &limits, &root, &err), HS_OK);
	limits = (struct hs_json_limits) { .members = 3 };
	assert_int_equal(hs_json_parse(arena, HS_S("[1,2,3]"), &limits, &root, &err), HS_OK);
	assert_int_equal(hs_json_parse(arena, HS_S("[1,2,3,4]"), &limits, &root, &err), HS_E_LIMIT);
	/* A flood of brackets ends at the limit, not at the end of the stack. */
	char *flood = hs_arena_raw(arena, 1 << 20);
	memset(flood, '[', 1 << 20);
	limits = (struct hs_json_limits) { .depth = UINT32_MAX };
	assert_int_equal(hs_json_parse(arena, hs_slice(flood, 1 << 20), &limits, &root, &err), HS_E_LIMIT);
	char *name = hs_arena_raw(arena, 70000);
	memset(name, 'n', 70000);
	memcpy(name, "{\"", 2);
	memcpy(name + 70000 - 4, "\":1}", 4);
	assert_int_equal(hs_json_parse(arena, hs_slice(name, 70000), NULL, &root, &err), HS_E_LIMIT);
	hs_arena_free(arena);
	arena = hs_arena_new(1000);
	char list[200];
	memset(list, ',', sizeof(list));
	for (size_t i = 1; i < sizeof(list); i += 2)
		list[i] = '1';
	list[0] = '[';
	list[sizeof(list) - 1] = ']';
	list[sizeof(list) - 2] = '1';
	list[sizeof(list) - 3] = '1';
	assert_int_equal(hs_json_parse(arena, hs_slice(list, sizeof(list)), NULL, &root, &err), HS_E_LIMIT);
	hs_arena_free(arena);
}

static void reads_integers(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
		bool ok;
	} rows[] = {
		{ "0", 0, true },
		{ "-0", 0, true },
		{ "9223372036854775807", INT64_MAX, true },
		{ "-9223372036854775808", INT64_MIN, true },
		{ "9223372036854775808", 7, false },
		{ "-9223372036854775809", 7, false },
		{ "1.0", 7, false },
		{ "1e3", 7, false },
		{ "\"1\"", 7, false },
	};
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t value = 7;
		struct hs_json *root = parse_or_fail(arena, hs_slice_cstr(rows[i].text));
		assert_int_equal(hs_json_i64(root, &value), rows[i].ok);
		assert_int_equal(value, rows[i].value);
	}
	hs_arena_free(arena);
}

static void accepts_null_everywhere(void **state)
{
	int64_t value;
	(void)state;
	assert_int_equal(hs_json_type(NULL), HS_JSON_NULL);
	assert_false(hs_json_is(NULL, HS_JSON_NULL));
	assert_null(hs_json_first(NULL));
	assert_int_equal(hs_json_count(NULL), 0);
	assert_null(hs_json_get(NULL, HS_S("a")));
	assert_null(hs_json_at(NULL, 0));
	assert_int_equal(hs_json_text(NULL).len + hs_json_key(NULL).len, 0);
	assert_int_equal(hs_json_get_text(NULL, HS_S("a")).len, 0);
	assert_true(hs_json_get_bool(NULL, HS_S("a"), true));
	assert_false(hs_json_i64(NULL, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(decodes_escapes),
		cmocka_unit_test(finds_special_bytes_everywhere),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(refuses_duplicate_names),
		cmocka_unit_test(keeps_its_limits),
		cmocka_unit_test(reads_integers),
		cmocka_unit_test(accepts_null_everywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
