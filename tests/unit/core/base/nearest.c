/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": near words are found, far ones are not. */
#include <core/base/nearest.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void near_words_are_found(void **state)
{
	static const char *const names[] = { "serve", "load", "sandbox", "suites", NULL };
	static const struct {
		const char *word, *found;
	} cases[] = {
		{ "sevre", "serve" }, /* swapped */
		{ "serv", "serve" },
		{ "sandboxes", "sandbox" },
		{ "laod", "load" },
		{ "suits", "suites" },
		{ "xyz", NULL },
		{ "", NULL },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = hs_suggest(cases[i].word, names);
		if (!cases[i].found)
			assert_null(got);
		else
			assert_string_equal(got, cases[i].found);
	}
}

static void measures_names(void **state)
{
	(void)state;
	assert_int_equal(hs_name_distance(HS_S("birthdate"), HS_S("birthDate")), 0);
	assert_int_equal(hs_name_distance(HS_S("brithDate"), HS_S("birthDate")), 1); /* a swap */
	assert_int_equal(hs_name_distance(HS_S(""), HS_S("abc")), 3);
	assert_int_equal(hs_name_distance(HS_S("kitten"), HS_S("sitting")), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_words_are_found),
		cmocka_unit_test(measures_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
