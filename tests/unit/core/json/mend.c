/* SPDX-License-Identifier: Apache-2.0 */
/* Slips of JSON texts: each is told, put right where its meaning is plain, and nothing moves from its line.
 */
#include "json_test.h"

#include <core/json/mend.h>

struct row {
	const char *source;
	const char *meant; /* NULL: cannot be put right */
	uint32_t slips;
};

static void puts_slips_right(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "{\"a\":[1,2]}", "{\"a\":[1,2]}", 0 },
		{ "{\"a\":1} // all\n", "{\"a\":1}", 1 },
		{ "/* first */ {\"a\" /* name */ : 1, # rest\n\"b\":2}", "{\"a\":1,\"b\":2}", 3 },
		{ "[1,2,]", "[1,2]", 1 },
		{ "[1,,2]", "[1,2]", 1 },
		{ "[,1]", "[1]", 1 },
		{ "{\"a\":1,}", "{\"a\":1}", 1 },
		{ "{\"a\":1, \"b\":2,,}", "{\"a\":1,\"b\":2}", 2 },
		{ "[1 2 \"x\" [3]]", "[1,2,\"x\",[3]]", 3 },
		{ "{\"a\":1 \"b\":2}", "{\"a\":1,\"b\":2}", 1 },
		{ "{\n  \"a\":1\n  \"b\":2\n}", "{\"a\":1,\"b\":2}", 1 },
		{ "{\"a\":1; \"b\":2}", "{\"a\":1,\"b\":2}", 1 },
		{ "{ a: 1}", "{\"a\":1}", 1 },
		{ "{a:b,c:[d]}", "{\"a\":\"b\",\"c\":[\"d\"]}", 4 },
		{ "{\"a\"1\"b\";[2\"c\"{}]}", "{\"a\":1,\"b\":[2,\"c\",{}]}", 5 },
		{ "{\n  a: 1}", "{\"a\":1}", 1 },
		{ "{\n\ta : b\n}", "{\"a\":\"b\"}", 2 },
		{ "{\n    \"a\": b,\n    c: 1}", "{\"a\":\"b\",\"c\":1}", 2 },
		{ "{'a':'it'}", "{\"a\":\"it\"}", 2 },
		{ "{'a':'it is \"so\"'}", NULL, 1 },
		{ "[True,FALSE,None,NULL]", "[true,false,null,null]", 4 },
		{ "[01,-007, +5, .5]", "[1,-7,5,0.5]", 4 },
		{ "{\"a\"=1,\"b\"=>2}", "{\"a\":1,\"b\":2}", 2 },
		{ "{\"a\" 1}", "{\"a\":1}", 1 },
		{ "[\"a\tb\"]", "[\"a b\"]", 1 },
		{ "{\"a\":1}}", "{\"a\":1}", 1 },
		{ "{\"a\":1,\"b\":{\"c\":1,\"c\":2},\"a\":3}", "{\"a\":1,\"b\":{\"c\":1}}", 2 },
		{ "[1", NULL, 0 },
		{ "[1}", NULL, 0 },
		{ "[\"a\nb\"]", NULL, 0 },
		{ "[\"\\x\"]", "[\"\\\\x\"]", 1 },
		{ "[1,,2", NULL, 1 },
		{ "/* never ends", NULL, 1 },
		{ "", NULL, 0 },
	};
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_json_mended mended;
		struct hs_error err;
		enum hs_status status = hs_json_mend(arena, hs_slice_cstr(rows[i].source), &mended, &err);
		if ((status == HS_OK) != (rows[i].meant != NULL))
			fail_msg("%s: %s", rows[i].source, status ? err.text : "was read");
		if (mended.slip_count != rows[i].slips)
			fail_msg("%s: %u slips", rows[i].source, mended.slip_count);
		if (rows[i].meant)
			assert_string_equal(written(arena, mended.tree), rows[i].meant);
	}
	hs_arena_free(arena);
}

/* The places of what is mended, and of all behind it, are those of the source. */
static void keeps_lines(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_slice source =
		HS_S("{ // one\n   two: 2,\n   \"three\" : [\n      3,\n   ]\n   \"six\": 6\n}");
	struct hs_json_mended mended;
	struct hs_error err;
	uint32_t line, column;
	assert_int_equal(hs_json_mend(arena, source, &mended, &err), HS_OK);
	/* Two quotes about the name, and the comma that was missing. */
	static const size_t added[] = { 12, 16, 54 };
	assert_int_equal(mended.added_count, 3);
	assert_int_equal(mended.text.len, source.len + 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(mended.added[i], added[i]);
	assert_int_equal(mended.slip_count, 4);
	static const uint32_t lines[] = { 1, 2, 5, 6 };
	const struct hs_json_slip *slip = mended.first;
	for (size_t i = 0; i < 4; i++, slip = slip->next) {
		assert_int_equal(slip->error.line, lines[i]);
		assert_int_not_equal(slip->error.text[0], '\0');
	}
	assert_null(slip);
	hs_json_position(mended.text, hs_json_get(mended.tree, HS_S("six")), &line, &column);
	assert_int_equal(line, 6);
	assert_int_equal(column, 12); /* one of them added */
	assert_true(hs_slice_eq(source,
		HS_S("{ // one\n   two: 2,\n   \"three\" : [\n      3,\n   ]\n"
		     "   \"six\": 6\n}")));
	hs_arena_free(arena);
}

/* Whatever the text, it ends, and with a bounded number of slips. */
static void stops(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(8 << 20);
	struct hs_json_mended mended;
	struct hs_error err;
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 1 << 20);
	hs_buf_byte(&buf, '[');
	for (int i = 0; i < 1000; i++)
		hs_buf_cstr(&buf, "1,,");
	assert_int_not_equal(hs_json_mend(arena, hs_buf_slice(&buf), &mended, &err), HS_OK);
	assert_int_equal(mended.slip_count, HS_JSON_SLIPS_MAX);
	hs_buf_clear(&buf);
	hs_buf_cstr(&buf, "[{\"a\":0");
	for (int i = 0; i < 1000; i++)
		hs_buf_cstr(&buf, ",\"a\":1");
	hs_buf_cstr(&buf, "}]");
	assert_int_equal(hs_json_mend(arena, hs_buf_slice(&buf), &mended, &err), HS_E_STRUCTURE);
	assert_int_equal(mended.slip_count, HS_JSON_SLIPS_MAX);
	assert_null(mended.tree);
	/* Every cut and every single byte turned of a text with all slips. */
	static const char all[] = "{ // c\n  a : 'b', \"c\" = 01 \"d\": [+1,,None,], /* e */ \"c\": .5 } x";
	char text[sizeof(all)];
	for (size_t i = 0; i < sizeof(all) - 1; i++) {
		for (const char *other = "{}[]\",:'/*#\\0a -\n"; *other; other++) {
			struct hs_arena_mark mark = hs_arena_mark(arena);
			memcpy(text, all, sizeof(all));
			text[i] = *other;
			(void)hs_json_mend(arena, hs_slice(text, sizeof(all) - 1), &mended, &err);
			(void)hs_json_mend(arena, hs_slice(text, i + 1), &mended, &err);
			assert_true(mended.slip_count <= HS_JSON_SLIPS_MAX);
			hs_arena_rollback(arena, mark);
		}
	}
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_slips_right),
		cmocka_unit_test(keeps_lines),
		cmocka_unit_test(stops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
