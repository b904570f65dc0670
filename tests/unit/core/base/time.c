/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR dates and times, HTTP dates, and the calendar against a slow count of days. */
#include <handslag/time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct hs_time parse(const char *text)
{
	struct hs_time time = { .lo = -1 };
	if (!hs_time_parse(hs_slice_cstr(text), 0, &time))
		fail_msg("%s was refused", text);
	return time;
}

static void reads_spans(void **state)
{
	static const struct {
		const char *text, *lo, *hi;
		enum hs_time_precision precision;
		int zone;
	} rows[] = {
		{ "2024", "2024-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z", HS_TIME_YEAR, 0 },
		{ "2024-02", "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z", HS_TIME_MONTH, 0 },
		{ "2023-02", "2023-02-01T00:00:00.000Z", "2023-03-01T00:00:00.000Z", HS_TIME_MONTH, 0 },
		{ "2024-12-31", "2024-12-31T00:00:00.000Z", "2025-01-01T00:00:00.000Z", HS_TIME_DAY, 0 },
		{ "2024-05-06T07:08Z", "2024-05-06T07:08:00.000Z", "2024-05-06T07:09:00.000Z", HS_TIME_MINUTE,
			0 },
		{ "2024-05-06T07:08:09Z", "2024-05-06T07:08:09.000Z", "2024-05-06T07:08:10.000Z",
			HS_TIME_SECOND, 0 },
		{ "2024-05-06T07:08:09.1+02:00", "2024-05-06T05:08:09.100Z", "2024-05-06T05:08:09.200Z",
			HS_TIME_MILLI, 120 },
		{ "2024-05-06T07:08:09.12-11:30", "2024-05-06T18:38:09.120Z", "2024-05-06T18:38:09.130Z",
			HS_TIME_MILLI, -690 },
		{ "2024-05-06T07:08:09.1239999999Z", "2024-05-06T07:08:09.123Z", "2024-05-06T07:08:09.124Z",
			HS_TIME_MILLI, 0 },
		{ "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z", "2017-01-01T00:00:01.000Z",
			HS_TIME_SECOND, 0 },
		{ "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:01.000Z",
			HS_TIME_SECOND, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char lo[HS_INSTANT_LEN + 1];
		char hi[HS_INSTANT_LEN + 1];
		struct hs_time time = parse(rows[i].text);
		hs_time_instant(time.lo, lo);
		hs_time_instant(time.hi, hi);
		assert_string_equal(lo, rows[i].lo);
		assert_string_equal(hi, rows[i].hi);
		assert_int_equal(time.precision, rows[i].precision);
		assert_int_equal(time.zone_min, rows[i].zone);
	}
	assert_int_equal(parse("9999").hi, INT64_C(253402300800000));
}

static void assumes_a_zone(void **state)
{
	struct hs_time time;
	(void)state;
	assert_true(hs_time_parse(HS_S("2024-06-01"), 120, &time));
	assert_int_equal(time.lo, parse("2024-05-31T22:00:00Z").lo);
	assert_false(time.has_zone);
	assert_true(hs_time_parse(HS_S("2024-06-01T00:00:00Z"), 120, &time));
	assert_int_equal(time.lo, parse("2024-06-01").lo);
	assert_true(time.has_zone);
}

static void refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = { "", "24", "202", "02024", "0000", "2024-", "2024-00", "2024-13",
		"2024-1", "2024-01-", "2024-01-32", "2023-02-29", "1900-02-29", "2024-01-01T",
		"2024-01-01T24:00:00Z", "2024-01-01T00", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z",
		"2024-01-01T00:00:00.Z", "2024-01-01T00:00:00z", "2024-01-01 00:00:00Z",
		"2024-01-01t00:00:00Z", "2024-01-01T00:00:00+1:00", "2024-01-01T00:00:00+15:00",
		"2024-01-01T00:00:00+14:01", "2024-01-01T00:00:00+01:60", "2024-01-01T00:00:00ZZ",
		"2024-01-01Z", "2024-01T00:00:00Z", " 2024", "2024 ", "-2024", "+2024",
		"2024-01-01T00:00:00+0100", "2024-01-01T0:00:00Z", "2024-0١" };
	struct hs_time time = { .lo = 7 };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (hs_time_parse(hs_slice_cstr(bad[i]), 0, &time))
			fail_msg("%s was read", bad[i]);
	assert_int_equal(time.lo, 7); /* untouched */
}

static void knows_the_fhir_types(void **state)
{
	static const struct {
		const char *text;
		bool date, datetime, instant;
	} rows[] = {
		{ "2024", true, true, false },
		{ "2024-05", true, true, false },
		{ "2024-05-06", true, true, false },
		{ "2024-05-06T07:08Z", false, false, false },
		{ "2024-05-06T07:08:09", false, false, false },
		{ "2024-05-06T07:08:09Z", false, true, true },
		{ "2024-05-06T07:08:09.123456+14:00", false, true, true },
		{ "2024-05-06T07:08:60Z", false, true, true },
		{ "2024-02-30", false, false, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice text = hs_slice_cstr(rows[i].text);
		assert_int_equal(hs_time_is_date(text), rows[i].date);
		assert_int_equal(hs_time_is_datetime(text), rows[i].datetime);
		assert_int_equal(hs_time_is_instant(text), rows[i].instant);
	}
	assert_true(hs_time_is_time(HS_S("07:08:09")) && hs_time_is_time(HS_S("23:59:59.999")));
	assert_false(hs_time_is_time(HS_S("07:08")) || hs_time_is_time(HS_S("24:00:00")));
	assert_false(hs_time_is_time(HS_S("07:08:09Z")) || hs_time_is_time(HS_S("")));
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static void counts_days(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t day_number = hs_time_days(1, 1, 1);
	(void)state;
	assert_int_equal(hs_time_days(1970, 1, 1), 0);
	assert_int_equal(hs_time_days(2000, 3, 1), 11017);
	for (int year = 1; year <= 9999; year++) {
		for (int month = 1; month <= 12; month++) {
			int length = lengths[month - 1] + (month == 2 && is_leap(year));
			for (int day = 1; day <= length; day += length - 1) {
				int y, m, d;
				int64_t days = day_number + day - 1;
				assert_true(hs_time_days(year, month, day) == days);
				hs_time_civil(days, &y, &m, &d);
				assert_true(y == year && m == month && d == day);
			}
			day_number += length;
		}
	}
}

static void reads_and_writes_http_dates(void **state)
{
	static const char *const bad[] = { "", "Sun, 06 Nov 1994 08:49:37 UTC",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT",
		"Sun, -6 Nov 1994 08:49:37 GMT" };
	char text[HS_HTTP_DATE_LEN + 1];
	int64_t ms = 0;
	(void)state;
	hs_time_http(INT64_C(784111777999), text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_true(hs_time_parse_http(hs_slice_cstr(text), &ms));
	assert_int_equal(ms, INT64_C(784111777000));
	hs_time_http(0, text);
	assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
	hs_time_http(-1, text);
	assert_string_equal(text, "Wed, 31 Dec 1969 23:59:59 GMT");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (hs_time_parse_http(hs_slice_cstr(bad[i]), &ms))
			fail_msg("%s was read", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_spans),
		cmocka_unit_test(assumes_a_zone),
		cmocka_unit_test(refuses_what_is_no_time),
		cmocka_unit_test(knows_the_fhir_types),
		cmocka_unit_test(counts_days),
		cmocka_unit_test(reads_and_writes_http_dates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
