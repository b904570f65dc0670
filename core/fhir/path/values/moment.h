/* SPDX-License-Identifier: Apache-2.0 */
/* Dates, date-times and times with their precision and zone (FHIRPath sections 4.1.5 to 4.1.7, 6.1, 6.6.7).
 */
#pragma once

#include <core/fhir/path/values/decimal.h>
#include <core/fhir/path/path.h>

enum path_precision {
	PATH_YEAR,
	PATH_MONTH,
	PATH_DAY,
	PATH_HOUR,
	PATH_MINUTE,
	PATH_SECOND, /* with or without a fraction: one precision, by the specification */
};

struct path_moment {
	uint8_t kind;      /* HS_PATH_DATE, HS_PATH_DATETIME or HS_PATH_TIME */
	uint8_t precision; /* enum path_precision; of a time at least PATH_HOUR */
	uint8_t digits;    /* of the fraction as written, 0 to 9 */
	bool has_zone;
	int16_t zone_min;
	int16_t year; /* parts finer than the precision hold their lowest value */
	int8_t month, day, hour, minute, second;
	int32_t nanos;
};

/* A text as a FHIR element or a literal without @ has it; "Thh..." is a time. False when there is none such.
 * Further fraction digits than nine are cut. */
bool hs__path_moment_parse(struct hs_slice text, struct path_moment *out);
/* The same for a text that is known to be a time, with or without the T. */
bool hs__path_time_parse(struct hs_slice text, struct path_moment *out);
/* A date or dateTime by format codes ("dd/MM/yyyy"). *refused is the code that is not supported: names of
 * months and of zones. */
enum path_format { PATH_FORMAT_FITS, PATH_FORMAT_DIFFERS, PATH_FORMAT_REFUSED };
enum path_format hs__path_moment_format(struct hs_slice text, struct hs_slice format,
	struct hs_slice *refused, struct path_moment *out);
int hs__path_days_of_month(int year, int month);
/* -1, 0, 1; *known false when precision or zone leave it open (the result then means nothing). */
int hs__path_moment_compare(const struct path_moment *a, const struct path_moment *b, bool *known);
/* Adds `amount` of a calendar unit (enum path_calendar). False when the result is beyond year 9999, or a time
 * is asked to move by days. */
bool hs__path_moment_add(const struct path_moment *a, struct path_decimal amount, int unit,
	struct path_moment *out);
/* How many whole units (enum path_calendar) lie between the two, and how many of their boundaries: weeks
 * start on Sundays. Negative when `b` is the earlier. False when one does not say enough. Both are times, or
 * none. */
bool hs__path_moment_duration(const struct path_moment *a, const struct path_moment *b, int unit,
	int64_t *out);
bool hs__path_moment_difference(const struct path_moment *a, const struct path_moment *b, int unit,
	int64_t *out);
/* The first (or last) moment that this one can mean, at so many digits of precision (8, 17; time 9). */
bool hs__path_moment_bound(const struct path_moment *a, bool high, int digits, struct path_moment *out);
/* Digits of precision: 4, 6, 8, 10, 12, 14, 17; of a time 2, 4, 6, 9. */
int hs__path_moment_digits(const struct path_moment *a);
struct hs_slice hs__path_moment_print(struct hs_arena *arena, const struct path_moment *a);
/* The moment of the clock, with milliseconds and zone. */
struct path_moment hs__path_moment_at(int64_t ms, int zone_min);
