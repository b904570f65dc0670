/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of prefixes, distance and ways to match a text. */
#include <handslag/span.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The examples of the R4 search page for dates and numbers. */
static void prefixes_mean_what_fhir_says(void **state)
{
	static const struct {
		enum hs_find_cmp cmp;
		int64_t v_lo, v_hi, q_lo, q_hi;
		bool expected;
	} cases[] = {
		{ HS_CMP_EQ, 10, 20, 0, 100, true },
		{ HS_CMP_EQ, 10, 20, 12, 18, false },
		{ HS_CMP_EQ, 0, 100, 0, 100, true },
		{ HS_CMP_NE, 10, 20, 12, 18, true },
		{ HS_CMP_GT, 50, 150, 0, 100, true },
		{ HS_CMP_GT, 50, 100, 0, 100, false },
		{ HS_CMP_LT, -1, 50, 0, 100, true },
		{ HS_CMP_LT, 0, 50, 0, 100, false },
		{ HS_CMP_GE, 0, 100, 0, 100, true },
		{ HS_CMP_GE, -5, 90, 0, 100, false },
		{ HS_CMP_LE, 5, 100, 0, 100, true },
		{ HS_CMP_LE, 5, 101, 0, 100, false },
		{ HS_CMP_SA, 100, 110, 0, 100, true },
		{ HS_CMP_SA, 99, 110, 0, 100, false },
		{ HS_CMP_EB, -9, 0, 0, 100, true },
		{ HS_CMP_EB, -9, 1, 0, 100, false },
		{ HS_CMP_AP, -9, 1, 0, 100, true },
		{ HS_CMP_AP, -9, 0, 0, 100, false },
		{ HS_CMP_GT, 5, 5, 5, 5, false },
		{ HS_CMP_GE, 5, 5, 5, 5, true },
		{ HS_CMP_SA, 5, 5, 5, 5, false },
		{ HS_CMP_SA, 6, 6, 5, 5, true },
		{ HS_CMP_EB, 5, 5, 5, 5, false },
		{ HS_CMP_EQ, 100, 100, 0, 100, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool dates = hs_span_dates(cases[i].cmp, cases[i].v_lo, cases[i].v_hi, cases[i].q_lo,
			cases[i].q_hi);
		bool reals = hs_span_reals(cases[i].cmp, (double)cases[i].v_lo, (double)cases[i].v_hi,
			(double)cases[i].q_lo, (double)cases[i].q_hi);
		if (dates != cases[i].expected || reals != cases[i].expected)
			fail_msg("case %zu", i);
	}
}

static void distances_are_those_of_the_map(void **state)
{
	/* Stockholm to Gothenburg. */
	double metres = hs_span_metres(59.3293, 18.0686, 57.7089, 11.9746);

	(void)state;
	assert_true(metres > 396000 && metres < 399000);
	assert_true(hs_span_metres(59.3293, 18.0686, 59.3293, 18.0686) < 0.001);
	/* Half the way round, where rounding could leave the domain of asin. */
	assert_true(hs_span_metres(0, 0, 0, 180) > 20015000);
}

static void texts_match_in_each_way(void **state)
{
	static const struct {
		enum hs_find_match match;
		const char *stored, *searched;
		bool expected;
	} cases[] = {
		{ HS_MATCH_EXACT, "anna", "anna", true },
		{ HS_MATCH_EXACT, "anna", "ann", false },
		{ HS_MATCH_FOLDED, "anna", "anna", true },
		{ HS_MATCH_FOLDED, "anna", "annas", false },
		{ HS_MATCH_STARTS, "anna", "an", true },
		{ HS_MATCH_STARTS, "an", "anna", false },
		{ HS_MATCH_STARTS, "anna", "", true },
		{ HS_MATCH_CONTAINS, "anna", "nn", true },
		{ HS_MATCH_CONTAINS, "anna", "", true },
		{ HS_MATCH_CONTAINS, "", "", true },
		{ HS_MATCH_CONTAINS, "anna", "na ", false },
		{ HS_MATCH_ABOVE, "http://x/", "http://x/y", true },
		{ HS_MATCH_ABOVE, "http://x/y", "http://x/", false },
		{ HS_MATCH_ABOVE, "http://x/y", "http://x/y", true },
		{ HS_MATCH_ABOVE, "http://x/y", "http://x/y/z", true },
		{ HS_MATCH_ABOVE, "http://x/y", "http://x/yz", false },
		{ HS_MATCH_ABOVE, "http://x/y", "http://x/y?z", true },
		{ HS_MATCH_ABOVE, "urn:oid:1.2", "urn:oid:1.2.3", false },
		{ HS_MATCH_ABOVE, "", "http://x/y", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (hs_text_matches(cases[i].match, hs_slice_cstr(cases[i].stored),
			    hs_slice_cstr(cases[i].searched)) != cases[i].expected)
			fail_msg("case %zu: '%s' against '%s'", i, cases[i].stored, cases[i].searched);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_mean_what_fhir_says),
		cmocka_unit_test(distances_are_those_of_the_map),
		cmocka_unit_test(texts_match_in_each_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
