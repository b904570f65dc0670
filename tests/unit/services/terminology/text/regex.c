/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of services/terminology/text/regex.c. */
#include "../ask_test.h"

#include <services/terminology/image/patience.h>
#include <services/terminology/text/regex.h>

static struct hs_arena *arena;

static void matching(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
		{ "abc", "abc", true },
		{ "abc", "xabc", false },
		{ "abc", "abcd", false },
		{ "", "", true },
		{ "", "a", false },
		{ "a|bc", "bc", true },
		{ "a*", "", true },
		{ "a+", "", false },
		{ "a+b?", "aaab", true },
		{ "a{2}", "aa", true },
		{ "a{2}", "aaa", false },
		{ "a{2,}", "aaaaa", true },
		{ "a{1,3}", "aaaa", false },
		{ "(ab)+", "ababab", true },
		{ "(?:ab|cd){2}", "cdab", true },
		{ "[a-c]x", "bx", true },
		{ "[^a-c]x", "bx", false },
		{ "[]a]", "]", true },
		{ "[a-]", "-", true },
		{ "\\d{3}", "123", true },
		{ "\\D+", "a1", false },
		{ "\\w+\\s\\S", "a_1 x", true },
		{ "a.c", "abc", true },
		{ "a.c", "a\nc", false },
		{ "^a$", "a", true },
		{ "code(1|2a?).*", "code2aII", true },
		{ "a\\.b", "axb", false },
		{ "å.ö", "åäö", true },
		{ "[ä-ö]", "å", true },
		{ "a*?b", "aab", true },
		{ "(a|)b", "b", true },
		{ "x$y", "xy", false },
		{ "[\\d-]+", "12-3", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct tx_regex *regex = hs_tx_regex_new(arena, hs_slice_cstr(rows[i].pattern));
		if (!regex)
			fail_msg("%s cannot be read", rows[i].pattern);
		else if (hs_tx_regex_matches(regex, arena, hs_slice_cstr(rows[i].text), NULL) !=
			rows[i].matches)
			fail_msg("/%s/ on \"%s\"", rows[i].pattern, rows[i].text);
	}
}

static void refused(void **state)
{
	static const char *const bad[] = { "(", ")", "[a", "a{", "a{2", "a{3,1}", "*a", "a**b(", "\\1",
		"\\p{L}", "(?=a)", "[b-a]", "a{9999}", "((a{1000}){1000}){1000}", "\\" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (hs_tx_regex_new(arena, hs_slice_cstr(bad[i])))
			fail_msg("%s was taken", bad[i]);
}

/* What takes a backtracking engine exponential time: 2^30 steps and more for each. */
static void hostile(void **state)
{
	static const char *const patterns[] = { "(a+)+b", "(a|a)*b", "(a*)*b", "(a|aa)+b", "(.*a){12}b",
		"(a?){30}a{30}b" };
	char text[2001];

	(void)state;
	memset(text, 'a', 2000);
	text[2000] = '\0';
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const struct tx_regex *regex = hs_tx_regex_new(arena, hs_slice_cstr(patterns[i]));
		assert_non_null(regex);
		assert_false(hs_tx_regex_matches(regex, arena, hs_slice(text, 2000), NULL));
	}
}

/* Linear is still long where pattern and text are: who asks says for how long. */
static void patience_ends_it(void **state)
{
	const struct tx_regex *regex = hs_tx_regex_new(arena, HS_S("(.*a?){900}x"));
	struct tx_patience plenty = { .most = 100000000 }, little = { .most = 100000 };
	char text[1001];

	(void)state;
	memset(text, 'a', 1000);
	text[1000] = 'x';
	assert_non_null(regex);
	assert_true(hs_tx_regex_matches(regex, arena, hs_slice(text, 1001), &plenty));
	assert_true(plenty.spent > little.most && !tx_is_spent(&plenty));
	assert_false(hs_tx_regex_matches(regex, arena, hs_slice(text, 1001), &little));
	assert_true(tx_is_spent(&little));
	assert_true(little.spent < little.most * 2); /* it did not go on */
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(matching), cmocka_unit_test(refused),
		cmocka_unit_test(hostile), cmocka_unit_test(patience_ends_it) };

	arena = hs_arena_new((size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	hs_arena_free(arena);
	return failed;
}
