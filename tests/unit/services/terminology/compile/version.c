/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of services/terminology/compile/version.c. */
#include "../ask_test.h"

#include <services/terminology/compile/version.h>

static void order(void **state)
{
	/* each comes before the next */
	static const char *const rising[] = { "", "0.9", "1.0.0-ballot", "1.0.0-ballot.2", "1.0.0", "1.0.1",
		"1.2.0", "1.10.0", "2.0.0", "10.0.0" };
	const size_t count = sizeof(rising) / sizeof(rising[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++) {
			int got = hs_tx_version_cmp(hs_slice_cstr(rising[i]), hs_slice_cstr(rising[k]));
			int want = i < k ? -1 : i > k;
			if (got != want)
				fail_msg("\"%s\" against \"%s\": %d", rising[i], rising[k], got);
		}
}

static void dates(void **state)
{
	(void)state;
	assert_int_equal(hs_tx_version_cmp(HS_S("2018-08-12"), HS_S("2019-01-01")), -1);
	assert_int_equal(hs_tx_version_cmp(HS_S("20240101"), HS_S("20231231")), 1);
	assert_int_equal(hs_tx_version_cmp(HS_S("1.0.0+a"), HS_S("1.0.0+b")), 0);
}

/* Digits within a part are numbers (versionAlgorithm natural), but where versions are text (alpha). */
static void runs_of_digits(void **state)
{
	(void)state;
	assert_int_equal(hs_tx_version_cmp(HS_S("v10"), HS_S("v9")), 1);
	assert_int_equal(hs_tx_version_cmp(HS_S("2024b"), HS_S("2024B")), hs_slice_cmp(HS_S("b"), HS_S("B")));
	assert_int_equal(hs_tx_version_cmp(HS_S("1.0.0-rc10"), HS_S("1.0.0-rc9")), 1);
	assert_int_equal(hs_tx_version_cmp(HS_S("R2"), HS_S("R2a")), -1);
	assert_true(hs_tx_version_cmp_text(HS_S("10"), HS_S("9")) < 0);
}

static void patterns(void **state)
{
	static const struct {
		const char *pattern, *version;
		bool meets;
	} rows[] = {
		{ "", "1.0.0", true },
		{ "1.0.0", "1.0.0", true },
		{ "1", "1.0.0", false },
		{ "1.x", "1.0.0", true },
		{ "1.x.x", "1.2.0", true },
		{ "1.0.x", "1.2.0", false },
		{ "1.*", "1.2", true },
		{ "1.x.0", "1.2.0", true },
		{ "1.x.0", "1.2.1", false },
		{ "x", "9", true },
		{ "1.x", "1", false },
		{ "2.x", "1.0.0", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hs_tx_version_meets(hs_slice_cstr(rows[i].pattern), hs_slice_cstr(rows[i].version)) !=
			rows[i].meets)
			fail_msg("%s against %s", rows[i].pattern, rows[i].version);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(order), cmocka_unit_test(dates),
		cmocka_unit_test(runs_of_digits), cmocka_unit_test(patterns) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
