/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities with UCUM units, and dates with precision and zones. */
#include "path_test.h"

#include <handslag/ucum.h>

static void quantities(void **state)
{
	static const struct path_case CASES[] = {
		{ "4.0000 'g' = 4000.0 'mg'", "true" },
		{ "4 'g' ~ 4040 'mg'", "true" },
		{ "4 'g' != 4040 'mg'", "true" },
		{ "7 days = 1 week", "true" },
		{ "7 days = 1 'wk'", "true" },
		{ "1 year = 1 'a'", "" },
		{ "1 month = 1 'mo'", "" },
		{ "1 year ~ 1 'a'", "true" },
		{ "1 year = 12 months", "true" },
		{ "6 days < 1 week", "true" },
		{ "1 'cm' = 1 's'", "" },
		{ "1 'cm' < 1 's'", "" },
		{ "1 'L' = 1 'l'", "true" },
		{ "1 'mL' = 1 'cm3'", "true" },
		{ "1 '[in_i]' = 2.54 'cm'", "true" },
		{ "1 '[lb_av]' = 453.59237 'g'", "true" },
		{ "37 'Cel' = 310.15 'K'", "true" },
		{ "98.6 '[degF]' = 37 'Cel'", "true" },
		{ "120 'mm[Hg]' < 20 'kPa'", "true" },
		{ "1 'mmol/L' = 1000 'umol/L'", "true" },
		{ "1 '/min' = 60 '/h'", "true" },
		{ "5 '%' = 0.05 '1'", "true" },
		{ "10 '10*3/uL' = 10000 '/uL'", "true" },
		{ "1 '{score}' = 1 '1'", "true" },
		{ "1 '[iU]' = 1 '[arb\\'U]'", "" },
		{ "1 'k[iU]' = 1000 '[iU]'", "true" },
		{ "1 'zork' = 1 'zork'", "true" },
		{ "1 'zork' = 1 'g'", "" },
		{ "1 'N' = 1 'kg.m/s2'", "true" },
		{ "1 'J' = 1 'N.m'", "true" },
		{ "2.0 'cm' * 2.0 'm' = 0.040 'm2'", "true" },
		{ "4.0 'g' / 2.0 'm' = 2 'g/m'", "true" },
		{ "1.0 'm' / 2.0 'm'", "0.5 '1'" },
		{ "1 'm' / 50 'cm'", "2 '1'" },
		{ "1 'm' + 1 'cm'", "101 'cm'" },
		{ "1 'm' - 1 's'", "" },
		{ "2 * 3 'mg'", "6 'mg'" },
		{ "6 'mg' / 2", "3 'mg'" },
		{ "-(2 'mg')", "-2 'mg'" },
		{ "1 'm' / 0 'm'", "" },
		{ "1 'm' mod 1 'm'", "!execution" },
		{ "1 'g' in (1000 'mg' | 1 's')", "true" },
	};
	(void)state;
	run_cases(NULL, NULL, NULL, CASES, COUNT_OF(CASES));
}

static void dates(void **state)
{
	static const struct path_case CASES[] = {
		{ "@2012 = @2012", "true" },
		{ "@2012 = @2013", "false" },
		{ "@2012 = @2012-01", "" },
		{ "@2012 < @2013-01", "true" },
		{ "@2012-04-15 = @2012-04-15T10:00:00", "" },
		{ "@2012-04-15T15:30:31 = @2012-04-15T15:30:31.0", "true" },
		{ "@2012-04-15T15:30:31.1 > @2012-04-15T15:30:31", "true" },
		{ "@2017-11-05T01:30:00.0-04:00 = @2017-11-05T00:30:00.0-05:00", "true" },
		{ "@2012-04-15T15:00:00Z = @2012-04-15T10:00:00", "" },
		{ "@2012-04-15T15:00:00Z > @2012-04-13T10:00:00", "true" },
		{ "@2012-04-15T15:00:00Z < @2012-04-17T10:00:00", "true" },
		{ "@2018-03-01T10:30 < @2018-03-01T10:30:00", "" },
		{ "@T10:30 = @T10:30", "true" },
		{ "@T10:30 < @T10:31:00", "true" },
		{ "@T10:30 = @2012", "false" },
		{ "@2012-04-15 ~ @2012-04-15T10:00:00", "false" },
		{ "@2020-02-29 + 1 year", "2021-02-28" },
		{ "@2021-01-31 + 1 month", "2021-02-28" },
		{ "@2021-03-31 - 1 month", "2021-02-28" },
		{ "@1973-12-25 + 7.7 days", "1974-01-01" },
		{ "@1973-12-25 + 1 'wk'", "1974-01-01" },
		{ "@1973-12-25 + 1 'mo'", "!execution" },
		{ "@1973-12-25 + 1 'cm'", "!execution" },
		{ "@1973-12-25 + 1", "!execution" },
		{ "@2014 + 24 months", "2016" },
		{ "@2014-01 + 40 days", "2014-02" },
		{ "@2014-01-01 + 25 hours", "2014-01-02" },
		{ "@9999-12-31 + 1 day", "!execution" },
		{ "@0001-01-01 - 1 day", "!execution" },
		{ "@1973-12-25T00:00:00.000+10:00 + 10 millisecond", "1973-12-25T00:00:00.010+10:00" },
		{ "@1973-12-25T23:59:59Z + 1 second", "1973-12-26T00:00:00Z" },
		{ "@2014-01-01T10:30:00 + 0.5 seconds", "2014-01-01T10:30:00.500" },
		{ "@T23:30 + 45 minutes", "00:15" },
		{ "@T01:00 - 2 hours", "23:00" },
		{ "@T01:00 + 1 day", "!execution" },
		{ "@2014-01-01T00:00:00Z - 1 month", "2013-12-01T00:00:00Z" },
		{ "@2014-01-01T24:00:00", "!syntax" },
	};
	(void)state;
	run_cases(NULL, NULL, NULL, CASES, COUNT_OF(CASES));
}

/* Units of FHIR's own value set "common UCUM units" and of its examples. */
static void units_parse(void **state)
{
	static const char *const GOOD[] = { "%", "/100{WBC}", "/uL", "/[HPF]", "10*3/uL", "10^9/L", "1",
		"kg/m2", "mm[Hg]", "cm[H2O]", "mg/dL", "mmol/L", "ug/kg/h", "mL/min/{1.73_m2}", "[degF]",
		"Cel", "U/L", "[iU]/mL", "m[iU]/L", "{score}", "{beats}/min", "g.m/{beat}", "ng/(24.h)",
		"meq/L", "mosm/kg", "[lb_av]", "dB", "a", "mo", "wk", "[ft_i]", "m/s2", "kcal/(8.h)", "g%",
		"[pH]", "u[iU]", "10*-6", "mL/cm[H2O]", "dyn.s/cm5", "[drp]/min", "k[IU]/L", "(1)" };
	static const char *const BAD[] = { "", "zork", "mg/", "/", "kg..m", "m(", "(m", "m)", "kwk", "mgx",
		"{open", "m--1", "m999", "dag[", " m" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(GOOD); i++)
		if (!hs_ucum_is_valid(hs_slice_cstr(GOOD[i])))
			fail_msg("%s", GOOD[i]);
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		if (hs_ucum_is_valid(hs_slice_cstr(BAD[i])))
			fail_msg("%s", BAD[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantities),
		cmocka_unit_test(dates),
		cmocka_unit_test(units_parse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
