/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of UTF-8, hexadecimal, percent-encoding and base64. */
#include <handslag/coding.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../arena_test.h"

static void every_character_goes_out_and_in(void **state)
{
	char text[4];
	(void)state;
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		size_t size = hs_utf8_put(text, c);
		bool surrogate = c >= 0xD800 && c <= 0xDFFF;
		assert_int_equal(hs_utf8_size(text, size), surrogate ? 0 : size);
		if (surrogate)
			continue;
		assert_int_equal(hs_utf8_point(text, size), c);
		if (size > 1)
			assert_int_equal(hs_utf8_size(text, size - 1), 0);
	}
}

/* RFC 3629 section 4, one row for each way to be wrong. */
static void what_is_no_utf8_is_seen_and_mended(void **state)
{
	static const struct {
		const char *text, *mended;
	} rows[] = {
		{ "a\x80", "a?" },                 /* a stray byte */
		{ "\xC0\xAF", "??" },              /* overlong, two bytes */
		{ "\xE0\x80\xAF", "???" },         /* overlong, three */
		{ "\xF0\x80\x80\xAF", "????" },    /* overlong, four */
		{ "\xED\xA0\x80", "???" },         /* a surrogate */
		{ "\xF4\x90\x80\x80", "????" },    /* above U+10FFFF */
		{ "\xC3", "?" },                   /* cut short */
		{ "\xC3\xA5\xFFz", "\xC3\xA5?z" }, /* a byte that never occurs */
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hs_slice text = hs_slice_cstr(rows[i].text);
		assert_false(hs_utf8_valid(text));
		assert_true(hs_slice_eq(hs_utf8_mend(arena, text), hs_slice_cstr(rows[i].mended)));
	}
	assert_true(hs_utf8_valid(HS_S("sm\xC3\xB6rg\xC3\xA5s \xF0\x9F\x8D\x9E")));
	assert_true(hs_utf8_valid(HS_S_NONE));
	for (size_t at = 0; at < 30; at++) { /* wherever it stands among others */
		char text[32];
		memset(text, 'a', sizeof(text));
		memcpy(text + at, "\xC3\xA5", 2);
		for (size_t len = at + 2; len <= sizeof(text); len++)
			assert_true(hs_utf8_valid(hs_slice(text, len)));
		assert_false(hs_utf8_valid(hs_slice(text, at + 1)));
		text[at] = 'a';
		for (size_t len = at + 2; len <= sizeof(text); len++)
			assert_false(hs_utf8_valid(hs_slice(text, len)));
	}
}

static void hexadecimal(void **state)
{
	struct hs_buf buf;
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
		assert_int_equal(hs_hex_digit((char)c), at ? (at - digits) % 16 : -1);
	}
	hs_buf_init(&buf, arena, 100);
	hs_hex_encode(&buf, hs_slice("\0\x7f\xff", 3));
	assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("007fff")));
	hs_buf_clear(&buf);
	assert_true(hs_hex_decode(&buf, HS_S("6A6b")));
	assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("jk")));
	assert_false(hs_hex_decode(&buf, HS_S("6")));
	assert_false(hs_hex_decode(&buf, HS_S("6g")));
}

static void percent_decodes(void **state)
{
	static const struct {
		const char *text, *plain, *form;
	} rows[] = {
		{ "", "", "" },
		{ "a+b", "a+b", "a b" },
		{ "%C3%a5%20", "\xC3\xA5 ", "\xC3\xA5 " },
		{ "100%", "100%", "100%" },
		{ "%2", "%2", "%2" },
		{ "%zz%41", "%zzA", "%zzA" },
		{ "a%00b", "a%00b", "a%00b" },
		{ "%2541", "%41", "%41" }, /* once only */
		{ "0123456789abcdef%3A+b", "0123456789abcdef:+b", "0123456789abcdef: b" },
		{ "012%2F%2f0123456789abcdefghi+0123456789abcdefghij%",
			"012//0123456789abcdefghi+0123456789abcdefghij%",
			"012//0123456789abcdefghi 0123456789abcdefghij%" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hs_slice text = hs_slice_cstr(rows[i].text);
		assert_true(hs_slice_eq(hs_percent_decode(arena, text, false), hs_slice_cstr(rows[i].plain)));
		assert_true(hs_slice_eq(hs_percent_decode(arena, text, true), hs_slice_cstr(rows[i].form)));
	}
	assert_true(hs_percent_valid(HS_S("%C3a+%00")));
	assert_false(hs_percent_valid(HS_S("100%")));
	assert_false(hs_percent_valid(HS_S("%4")));
	assert_false(hs_percent_valid(HS_S("%g0")));
}

static void percent_encodes(void **state)
{
	struct hs_buf buf;
	(void)state;
	hs_buf_init(&buf, arena, 100);
	hs_percent_encode(&buf, HS_S("A-z_0.~ /:%+\xC3\xA5"), ":");
	assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("A-z_0.~%20%2F:%25%2B%C3%A5")));
	hs_buf_clear(&buf);
	hs_percent_encode(&buf, hs_slice("\0", 1), "");
	assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("%00")));
}

/* RFC 4648 section 10, and its section 5 for the alphabet of URLs. */
static void base64(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Z===", "Zg==Zg==", "====", "Zm9v!A==", "Zm=v",
		"Zm9v=", "Zm9-", "Zm9v\x01" };
	struct hs_buf buf;
	struct hs_slice out;
	(void)state;
	hs_buf_init(&buf, arena, 100);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		hs_buf_clear(&buf);
		hs_base64_encode(&buf, hs_slice_cstr(rows[i].bytes), HS_BASE64);
		assert_true(hs_slice_eq(hs_buf_slice(&buf), hs_slice_cstr(rows[i].text)));
		assert_true(hs_base64_decode(arena, hs_slice_cstr(rows[i].text), HS_BASE64, &out));
		assert_true(out.ptr && hs_slice_eq(out, hs_slice_cstr(rows[i].bytes)));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(hs_base64_decode(arena, hs_slice_cstr(bad[i]), HS_BASE64, &out));
	assert_true(hs_base64_decode(arena, HS_S("Zm9v\r\n YmFy"), HS_BASE64, &out));
	assert_true(hs_slice_eq(out, HS_S("foobar")));
	assert_true(hs_base64_decode(arena, HS_S("Zg"), HS_BASE64_LOOSE, &out) &&
		hs_slice_eq(out, HS_S("f")));
	assert_false(hs_base64_decode(arena, HS_S("Zg="), HS_BASE64_LOOSE, &out));
	hs_buf_clear(&buf);
	hs_base64_encode(&buf, HS_S("\xfb\xff"), HS_BASE64_URL);
	assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("-_8=")));
	assert_true(hs_base64_decode(arena, HS_S("-_8="), HS_BASE64_URL, &out));
	assert_true(hs_slice_eq(out, HS_S("\xfb\xff")));
	assert_false(hs_base64_decode(arena, HS_S("+/8="), HS_BASE64_URL, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_goes_out_and_in),
		cmocka_unit_test(what_is_no_utf8_is_seen_and_mended),
		cmocka_unit_test(hexadecimal),
		cmocka_unit_test(percent_decodes),
		cmocka_unit_test(percent_encodes),
		cmocka_unit_test(base64),
	};
	return cmocka_run_group_tests(tests, begin_arena, end_arena);
}
