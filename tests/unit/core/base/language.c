/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/base/language.c. */
#include <handslag/language.h>

#include <stdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

static struct hs_languages parse(const char *text)
{
	struct hs_languages out;

	if (!hs_languages_parse(hs_slice_cstr(text), &out))
		fail_msg("%s is no list", text);
	return out;
}

static void check_order(const char *text, const char *want)
{
	struct hs_languages list = parse(text);
	char got[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < list.count; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%.*s", i ? " " : "",
			HS_S_ARG(list.tags[i]));
	assert_string_equal(got, want);
}

static void weights(void **state)
{
	(void)state;
	check_order("sv", "sv");
	check_order("en, en-AU; q=0.4", "en en-AU");
	check_order("de;q=0.3, sv;q=0.9, en", "en sv de");
	check_order("de,it,zh", "de it zh");
	check_order("de;q=0.12345, sv;Q=1.000, en;q=0.5, fi;q=1, da;", "sv fi da en de");
	check_order("de;q=0, sv;q=0.0, en;q=0.001", "en");
	check_order("de, *; q=0", "de");
	assert_true(parse("de, *; q=0").no_other);
	assert_true(parse("de, *").any);
	assert_false(parse("de, *").no_other);
}

static void malformed(void **state)
{
	static const char *const bad[] = { "-", "s", "sv_SE", "1sv", "sv;q=1,-", "sv-abcdefghi", "sv;q=2",
		"sv;q=x", "sv;q=1.5", "sv;q=0,5", "sv;q=.5", "sv;q=", "sv;level=1", "sv;q=-1",
		"sv;q=0.5;q=1" };
	struct hs_languages out = { .count = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (hs_languages_parse(hs_slice_cstr(bad[i]), &out))
			fail_msg("%s was taken", bad[i]);
	assert_int_equal(out.count, 77);
}

static void fits(void **state)
{
	(void)state;
	assert_int_equal(hs_language_fit(HS_S("de"), HS_S("DE")), 3);
	assert_int_equal(hs_language_fit(HS_S("de"), HS_S("de-CH")), 2);
	assert_int_equal(hs_language_fit(HS_S("de-CH"), HS_S("de")), 1);
	assert_int_equal(hs_language_fit(HS_S("de"), HS_S("den")), 0);
	assert_int_equal(hs_language_fit(HS_S("de"), HS_S("")), 0);
}

static void leads(void **state)
{
	static const struct {
		const char *list;
		bool swedish;
	} rows[] = { { "sv", true }, { "sv-FI, en", true }, { "en, sv", false },
		{ "en;q=0.3, SV;q=0.4", true }, { "svc", false }, { "*", false }, { "", false },
		{ "sv;q=0", false }, { "sv, en_GB", false }, { "sv;q=0.5, en;q=0.5", true } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hs_language_leads(hs_slice_cstr(rows[i].list), HS_S("sv")) != rows[i].swedish)
			fail_msg("%s", rows[i].list);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(weights), cmocka_unit_test(malformed),
		cmocka_unit_test(fits), cmocka_unit_test(leads) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
