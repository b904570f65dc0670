/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of services/terminology/text/fold.c. */
#include "../ask_test.h"

#include <services/terminology/text/fold.h>

static struct hs_arena *arena;

static void check_fold(const char *text, const char *want)
{
	struct hs_slice got = hs_tx_fold(arena, hs_slice_cstr(text));

	if (!hs_slice_eq(got, hs_slice_cstr(want)))
		fail_msg("%s became %.*s, not %s", text, HS_S_ARG(got), want);
}

static void accents(void **state)
{
	(void)state;
	check_fold("Åäö ÅÄÖ", "aao aao");
	check_fold("Straße Œuvre Ångström", "strasse oeuvre angstrom");
	check_fold("Čeština ŁÓDŹ Øre", "cestina lodz ore");
	check_fold("o\xcc\x88", "o"); /* a letter and a combining accent */
	check_fold("ΑΒΓ ДЖИ", "αβγ джи");
	check_fold("日本 4×3", "日本 4×3");
}

static void case_only(void **state)
{
	(void)state;
	assert_true(hs_slice_eq(hs_tx_fold_case(arena, HS_S("ÅB-c")), HS_S("åb-c")));
}

static void word_starts(void **state)
{
	static const struct {
		const char *text, *words;
		bool found;
	} rows[] = {
		{ "data exchange", "data", true },
		{ "data exchange", "exch", true },
		{ "data exchange", "change", false },
		{ "data exchange", "ex da", true },
		{ "data exchange", "da xx", false },
		{ "data exchange", "", true },
		{ "a-b/c", "c", true },
		{ "", "a", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hs_tx_words_start(hs_slice_cstr(rows[i].text), hs_slice_cstr(rows[i].words)) !=
			rows[i].found)
			fail_msg("\"%s\" in \"%s\"", rows[i].words, rows[i].text);
	/* A slice of nothing has no bytes that a word could point to. */
	struct hs_slice none = HS_S_NONE;
	assert_null(hs_tx_next_word(&none).ptr);
}

static void blanks(void **state)
{
	(void)state;
	assert_true(hs_slice_eq(hs_tx_squeeze(arena, HS_S("  a \t b\n")), HS_S("a b")));
	assert_true(hs_slice_eq(hs_tx_squeeze(arena, HS_S("   ")), HS_S("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(accents), cmocka_unit_test(case_only),
		cmocka_unit_test(word_starts), cmocka_unit_test(blanks) };

	arena = hs_arena_new(1 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	hs_arena_free(arena);
	return failed;
}
