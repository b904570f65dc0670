/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces that need no definitions: folding, precision of numbers, escapes. */
#include "../fhir_test.h"

#include <core/fhir/search/search_private.h>

static void folds_texts(void **state)
{
	(void)state;
	static const struct {
		const char *text, *folded;
	} rows[] = {
		{ "Anna", "anna" },
		{ "ÅÄÖ åäö", "aao aao" },
		{ "Sjöström-Lindh", "sjostrom lindh" },
		{ "  O'Brien,\t Jr. ", "o brien jr" },
		{ "e\xcc\x81", "e" }, /* a combining accent */
		{ "Ægir Þór ß Œuvre", "aegir thor ss oeuvre" },
		{ "Łódź Žižek", "lodz zizek" },
		{ "ΑΒΓ", "αβγ" },
		{ "ЯЁ", "яё" },
		{ "日本", "日本" },
		{ "--", "" },
		{ "", "" },
		{ "a\xc2\xa0"
		  "b",
			"a b" },
		{ "\xc3", "" },                   /* cut in the middle */
		{ "a\xb5\xb5\xb5\xb5\xb5", "a" }, /* stray bytes do not grow */
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	};
	struct hs_arena *arena = hs_arena_new(1 << 20);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_slice(hs_search_fold(arena, hs_slice_cstr(rows[i].text)), rows[i].folded);
	hs_arena_free(arena);
}

static void reads_precision(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
		double value, low, high;
	} rows[] = {
		{ "100", true, 100, 99.5, 100.5 },
		{ "100.00", true, 100, 99.995, 100.005 },
		{ "1e2", true, 100, 95, 105 }, /* the specification's own example */
		{ "1.00e2", true, 100, 99.5, 100.5 },
		{ "5.4", true, 5.4, 5.35, 5.45 },
		{ "-5.4", true, -5.4, -5.45, -5.35 },
		{ "0", true, 0, -0.5, 0.5 },
		{ "0.0", true, 0, -0.05, 0.05 },
		{ "0.00000001", true, 1e-8, 0.5e-8, 1.5e-8 },
		{ "123456789012345678901234567890", true, 123456789012345678901234567890.0,
			123456789012345670e12, 123456789012345685e12 },
		{ "5e-3", true, 0.005, 0.0045, 0.0055 },
		{ "", false, 0, 0, 0 },
		{ "-", false, 0, 0, 0 },
		{ ".5", false, 0, 0, 0 },
		{ "5.", false, 0, 0, 0 },
		{ "5.e1", false, 0, 0, 0 },
		{ "1e", false, 0, 0, 0 },
		{ "1e999", false, 0, 0, 0 },
		{ "1x", false, 0, 0, 0 },
		{ "1.2.3", false, 0, 0, 0 },
		{ "0x10", false, 0, 0, 0 },
		{ "nan", false, 0, 0, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs__search_number out;
		bool good = hs__search_number(hs_slice_cstr(rows[i].text), &out);
		if (good != rows[i].good)
			fail_msg("'%s'", rows[i].text);
		if (!good)
			continue;
		double slack = rows[i].value < 0 ? -rows[i].value * 1e-9 : rows[i].value * 1e-9;
		if (i == 9) /* more digits than a double has: the span is that of the 17th */
			slack = 2e14;
		assert_float_equal(out.value, rows[i].value, slack);
		assert_float_equal(out.low, rows[i].low, slack);
		assert_float_equal(out.high, rows[i].high, slack);
	}
	/* The ends are the doubles that the written ends are. */
	struct hs__search_number out;
	assert_true(hs__search_number(HS_S("5.4"), &out));
	assert_true(out.low >= 5.35 && out.low <= 5.35);
	assert_true(out.high >= 5.45 && out.high <= 5.45);
}

static void cuts_and_unescapes(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_slice rest = HS_S("a\\,b,c\\\\,d");
	assert_slice(hs__search_unescape(arena, hs__search_cut(&rest, ',')), "a,b");
	assert_slice(hs__search_unescape(arena, hs__search_cut(&rest, ',')), "c\\");
	assert_slice(hs__search_unescape(arena, hs__search_cut(&rest, ',')), "d");
	assert_null(rest.ptr);
	assert_slice(hs__search_unescape(arena, HS_S("\\$\\|\\x\\")), "$|\\x\\");
	rest = HS_S("a\\");
	assert_slice(hs__search_cut(&rest, ','), "a\\");
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds_texts),
		cmocka_unit_test(reads_precision),
		cmocka_unit_test(cuts_and_unescapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
