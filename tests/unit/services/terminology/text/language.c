/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of services/terminology/text/language.c. */
#include "../ask_test.h"

#include <services/terminology/text/language.h>

#include <stdio.h>

static struct tx_languages parse(const char *text)
{
	struct tx_languages out;
	struct hs_error err;

	if (hs_tx_languages_parse(hs_slice_cstr(text), &out, &err))
		fail_msg("%s: %s", text, err.text);
	return out;
}

static void check_order(const char *text, const char *want)
{
	struct tx_languages list = parse(text);
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
	check_order("de, *; q=0", "de");
	assert_true(parse("de, *; q=0").no_other);
	assert_true(parse("de, *").any);
	assert_false(parse("de, *").no_other);
}

static void malformed(void **state)
{
	static const char *const bad[] = { "-", "s", "sv_SE", "1sv", "sv;q=1,-", "sv-abcdefghi" };
	struct tx_languages out = { .count = 77 };
	struct hs_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (hs_tx_languages_parse(hs_slice_cstr(bad[i]), &out, &err) != HS_E_PROCESSING)
			fail_msg("%s was taken", bad[i]);
	assert_int_equal(out.count, 77);
}

static void fits(void **state)
{
	(void)state;
	assert_int_equal(hs_tx_language_fit(HS_S("de"), HS_S("DE")), 3);
	assert_int_equal(hs_tx_language_fit(HS_S("de"), HS_S("de-CH")), 2);
	assert_int_equal(hs_tx_language_fit(HS_S("de-CH"), HS_S("de")), 1);
	assert_int_equal(hs_tx_language_fit(HS_S("de"), HS_S("den")), 0);
	assert_int_equal(hs_tx_language_fit(HS_S("de"), HS_S("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(weights), cmocka_unit_test(malformed),
		cmocka_unit_test(fits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
