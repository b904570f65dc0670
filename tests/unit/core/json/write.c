/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: escapes, layout, the maximum. */
#include "json_test.h"

static void escapes_what_must_be(void **state)
{
	(void)state;
	struct hs_buf buf;
	hs_buf_init(&buf, NULL, 10000);
	for (int c = 0; c < 0x20; c++)
		hs_buf_byte(&buf, (char)c);
	char all[0x20];
	memcpy(all, buf.ptr, sizeof(all));
	hs_buf_clear(&buf);
	hs_json_write_text(&buf, hs_slice(all, sizeof(all)));
	assert_true(hs_slice_eq(hs_buf_slice(&buf),
		HS_S("\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e"
		     "\\u000f"
		     "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u"
		     "001c"
		     "\\u001d\\u001e\\u001f\"")));
	hs_buf_clear(&buf);
	hs_json_write_text(&buf,
		HS_S("a \"quote\" and a \\ then \x7f / \xc3\xa5 and more than sixteen bytes\""));
	assert_true(hs_slice_eq(hs_buf_slice(&buf),
		HS_S("\"a \\\"quote\\\" and a \\\\ then \x7f / \xc3\xa5 and more than sixteen bytes\\\"\"")));
	hs_buf_clear(&buf);
	hs_json_write_text(&buf, HS_S_NONE);
	assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("\"\"")));
	hs_buf_free(&buf);
}

/* Long and short texts are looked at in different ways: one special byte at every place of every length, and
 * the neighbours of the special ones. */
static void finds_special_bytes_wherever_they_are(void **state)
{
	static const char bytes[] = { '"', '\\', 0x1F, 0x01, '!', '#', '[', ']', ' ', 0x7F, (char)0x80,
		(char)0xA2, (char)0xDC, (char)0xFF };
	char text[40];
	struct hs_buf buf;
	(void)state;
	hs_buf_init(&buf, NULL, 10000);
	for (size_t len = 1; len <= sizeof(text); len++)
		for (size_t at = 0; at < len; at++)
			for (size_t i = 0; i < sizeof(bytes); i++) {
				bool special = i < 4;
				memset(text, 'a', sizeof(text));
				text[at] = bytes[i];
				hs_buf_clear(&buf);
				hs_json_write_text(&buf, hs_slice(text, len));
				size_t more = !special ? 0 : i < 2 ? 1 : 5;
				assert_int_equal(buf.len, len + 2 + more);
				assert_int_equal(buf.ptr[1 + at], special ? '\\' : bytes[i]);
			}
	hs_buf_free(&buf);
}

static void escapes_what_was_decoded(void **state)
{
	static const char *const texts[] = { "\"\\n\"", "\"\\u0000\"", "[\"\\\"\",\"\\\\\"]",
		"{\"\\\"\":\"\\t\"}", "\"/\"", "{\"\\\\x\":{\"plain\":1}}" };
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(written(arena, parse_or_fail(arena, hs_slice_cstr(texts[i]))), texts[i]);
	assert_string_equal(written(arena, parse_or_fail(arena, HS_S("\"\\/\\u00e5\""))), "\"/\xc3\xa5\"");
	hs_arena_free(arena);
}

static void writes_pretty(void **state)
{
	static const char text[] = "{\n"
				   "  \"a\": [\n"
				   "    1.10,\n"
				   "    {\n"
				   "      \"b\": \"x\\ny\"\n"
				   "    },\n"
				   "    [],\n"
				   "    {}\n"
				   "  ],\n"
				   "  \"c\": null\n"
				   "}";
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 10000);
	hs_json_write(&buf, parse_or_fail(arena, hs_slice_cstr(text)), HS_JSON_PRETTY);
	assert_true(hs_slice_eq(hs_buf_slice(&buf), hs_slice_cstr(text)));
	hs_arena_free(arena);
}

static void stops_at_the_maximum(void **state)
{
	(void)state;
	struct hs_slice text = HS_S("{\"a\":[1,true,null,\"x\\ny\",\"plain\"],\"b\":{\"c\":[]}}");
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_json *root = parse_or_fail(arena, text);
	for (size_t max = 0; max <= text.len; max++) {
		struct hs_buf buf;
		hs_buf_init(&buf, NULL, max);
		hs_json_write(&buf, root, 0);
		assert_int_equal(buf.overflow, max < text.len);
		assert_true(hs_slice_starts(text, hs_buf_slice(&buf)));
		hs_buf_free(&buf);
	}
	hs_arena_free(arena);
}

/* All of it or nothing, whatever the text. */
static void writes_between_others(void **state)
{
	static const struct {
		const char *text, *all;
	} rows[] = { { "plain", "{\"a\":\"plain\"}" }, { "a\"b", "{\"a\":\"a\\\"b\"}" },
		{ "", "{\"a\":\"\"}" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t max = 0; max <= strlen(rows[i].all) + 1; max++) {
			struct hs_slice all = hs_slice_cstr(rows[i].all);
			struct hs_buf buf;
			hs_buf_init(&buf, NULL, max + 1);
			hs_buf_byte(&buf, '[');
			hs_json_write_between(&buf, HS_S("{\"a\":"), hs_slice_cstr(rows[i].text), HS_S("}"));
			assert_int_equal(buf.overflow, max < all.len);
			assert_true(hs_slice_eq(hs_slice_from(hs_buf_slice(&buf), 1),
				max < all.len ? HS_S_NONE : all));
			hs_buf_free(&buf);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_what_must_be),
		cmocka_unit_test(finds_special_bytes_wherever_they_are),
		cmocka_unit_test(escapes_what_was_decoded),
		cmocka_unit_test(writes_pretty),
		cmocka_unit_test(stops_at_the_maximum),
		cmocka_unit_test(writes_between_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
