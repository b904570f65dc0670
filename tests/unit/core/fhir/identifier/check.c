/* SPDX-License-Identifier: Apache-2.0 */
/* Number vectors: good ones, and for each rule one that breaks only that. */
#include <handslag/identifier.h>
#include <handslag/time.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct vector {
	enum hs_identifier_kind kind;
	const char *value;
	const char *wrong; /* NULL: good; else a part of the error text */
};

static const struct vector vectors[] = {
	{ HS_ID_PERSONNUMMER, "191212121212", NULL },
	{ HS_ID_PERSONNUMMER, "19121212-1212", NULL },
	{ HS_ID_PERSONNUMMER, "191212121213", "check digit" },
	{ HS_ID_PERSONNUMMER, "1212121212", "twelve digits" },
	{ HS_ID_PERSONNUMMER, "171212121212", "18, 19 or 20" },
	{ HS_ID_PERSONNUMMER, "191202301212", "calendar" },
	{ HS_ID_PERSONNUMMER, "196109732393", "samordningsnummer" },
	{ HS_ID_PERSONNUMMER, "19121212121A", "twelve digits" },
	{ HS_ID_SAMORDNINGSNUMMER, "196109732393", NULL },
	{ HS_ID_SAMORDNINGSNUMMER, "196109732394", "check digit" },
	{ HS_ID_SAMORDNINGSNUMMER, "191212121212", "plus 60" },
	{ HS_ID_RESERVE_NATIONAL, "22950606FH20", NULL },
	{ HS_ID_RESERVE_NATIONAL, "25780404KHD5", NULL },
	{ HS_ID_RESERVE_NATIONAL, "00342145BZ31", NULL },
	{ HS_ID_RESERVE_NATIONAL, "00749852BZK0", NULL },
	{ HS_ID_RESERVE_NATIONAL, "98240301AA06", NULL },
	{ HS_ID_RESERVE_NATIONAL, "98240301AA07", "check digit" },
	{ HS_ID_RESERVE_NATIONAL, "98240301AI06", "two capitals" },
	{ HS_ID_RESERVE_NATIONAL, "20240301AA06", "begins with 00" },
	{ HS_ID_RESERVE_NATIONAL, "00341245BZ31", "without date of birth" },
	{ HS_ID_RESERVE_NATIONAL, "22951306FH20", "no date" },
	/* Of the regional form, declared as national: the domain decides, not a guess. */
	{ HS_ID_RESERVE_NATIONAL, "20210325K069", "two capitals" },
	{ HS_ID_RESERVE_VGR, "20210325K069", NULL },
	{ HS_ID_RESERVE_VGR, "20210325K068", "check digit" },
	{ HS_ID_RESERVE_VGR, "20210325A069", "K, M or X" },
	{ HS_ID_RESERVE_STOCKHOLM, "992012345671", "check digit" },
	{ HS_ID_RESERVE_STOCKHOLM, "982012345671", "99YYYY" },
	{ HS_ID_ORGANISATION, "2321000131", NULL },
	{ HS_ID_ORGANISATION, "232100-0131", NULL },
	{ HS_ID_ORGANISATION, "162321000131", NULL },
	{ HS_ID_ORGANISATION, "2321000132", "check digit" },
	{ HS_ID_ORGANISATION, "2311000131", "at least 2" },
	{ HS_ID_ORGANISATION, "232100", "ten digits" },
	{ HS_ID_HSA, "SE2321000131-E000000000001", NULL },
	{ HS_ID_HSA, "se2321000131-e1", NULL },
	{ HS_ID_HSA, "SE2321000131", "HSA-id is SE" },
	{ HS_ID_HSA, "SE2321000132-1", "check digit" },
	{ HS_ID_HSA, "SE2321000131-E00000000000000001X", "31 characters" },
	{ HS_ID_HSA, "SE2321000131-\xc3\x85", "A-Z" },
	{ HS_ID_OTHER, "anything", NULL },
	{ HS_ID_OTHER, "", "between 1 and 63" },
};

static void numbers_are_judged_by_their_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		const struct vector *v = &vectors[i];
		struct hs_error err = { 0 };
		enum hs_status got = hs_identifier_check(v->kind, hs_slice_cstr(v->value), &err);
		if (v->wrong ? got != HS_E_VALUE || !strstr(err.text, v->wrong) : got != HS_OK) {
			fail_msg("%s: expected %s, got %s", v->value, v->wrong ? v->wrong : "good",
				got == HS_OK ? "good" : err.text);
		}
	}
}

static void stockholm_check_digit_covers_positions_five_to_eleven(void **state)
{
	(void)state;
	char text[13] = "992012345670";
	text[11] = hs_identifier_luhn(hs_slice(text + 4, 7));
	struct hs_error err;
	assert_int_equal(hs_identifier_check(HS_ID_RESERVE_STOCKHOLM, hs_slice_cstr(text), &err), HS_OK);
}

static void systems_of_one_series_share_a_canonical(void **state)
{
	(void)state;
	const struct hs_identifier_system *a = hs_identifier_system(HS_S("urn:oid:1.2.752.29.4.19"));
	const struct hs_identifier_system *b = hs_identifier_system(HS_S("urn:oid:1.2.752.129.2.1.4.1"));
	assert_non_null(a);
	assert_non_null(b);
	assert_true(hs_slice_eq(a->canonical, b->canonical));
	assert_null(hs_identifier_system(HS_S("urn:oid:1.2.3")));
}

static void numbers_tell_birth_and_sex(void **state)
{
	(void)state;
	int64_t days = 0;
	char sex = 0;
	assert_true(hs_identifier_birth(HS_ID_SAMORDNINGSNUMMER, HS_S("196109732393"), &days, &sex));
	assert_int_equal(days, hs_time_days(1961, 9, 13));
	assert_int_equal(sex, 'M');
	assert_true(hs_identifier_birth(HS_ID_RESERVE_NATIONAL, HS_S("98240301AA06"), &days, &sex));
	assert_int_equal(days, hs_time_days(2024, 3, 1));
	assert_int_equal(sex, 'F');
	assert_false(hs_identifier_birth(HS_ID_RESERVE_NATIONAL, HS_S("00342145BZ31"), &days, &sex));
	assert_false(hs_identifier_birth(HS_ID_HSA, HS_S("SE2321000131-1"), &days, &sex));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_judged_by_their_rules),
		cmocka_unit_test(stockholm_check_digit_covers_positions_five_to_eleven),
		cmocka_unit_test(systems_of_one_series_share_a_canonical),
		cmocka_unit_test(numbers_tell_birth_and_sex),
	};
	return cmocka_run_group_tests_name("identifier", tests, NULL, NULL);
}
