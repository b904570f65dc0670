/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": near words are found, far ones are not. */
#include <core/host/host.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(near_words_are_found) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
