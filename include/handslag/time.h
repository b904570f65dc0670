/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR dates and times (R4 datatypes, section 2.24.0.1): a value of any precision is a half-open span of
 * milliseconds since 1970-01-01T00:00:00Z. Years 0001 to 9999, Gregorian without leap seconds. */
#pragma once

#include <handslag/buf.h>

enum hs_time_precision {
	HS_TIME_YEAR,
	HS_TIME_MONTH,
	HS_TIME_DAY,
	HS_TIME_MINUTE, /* not a FHIR dateTime; search parameters may have it */
	HS_TIME_SECOND,
	HS_TIME_MILLI, /* any number of fraction digits; those beyond three are cut, fewer widen the span */
};

struct hs_time {
	int64_t lo;       /* first millisecond, UTC */
	int64_t hi;       /* first millisecond after it */
	int16_t zone_min; /* offset as written; 0 for Z and for none */
	uint8_t precision;
	bool has_zone;
};

/* YYYY, YYYY-MM, YYYY-MM-DD, or with Thh:mm[:ss[.f+]][Z|±hh:mm]. Second 60 (the leap second that FHIR's own
 * patterns allow) is read as the second after it. Without a zone the value is read in the zone `assume_min`
 * minutes east of UTC. False when it is not such a text. */
bool hs_time_parse(struct hs_slice text, int assume_min, struct hs_time *out);
/* As hs_time_parse but only what the FHIR type allows. */
bool hs_time_is_date(struct hs_slice text);
bool hs_time_is_datetime(struct hs_slice text); /* zone required with a time; minutes only are refused */
bool hs_time_is_instant(struct hs_slice text);
bool hs_time_is_time(struct hs_slice text);

/* 2026-11-21T20:58:14.123Z (always 24 bytes). */
#define HS_INSTANT_LEN 24
void hs_time_instant(int64_t ms, char out[HS_INSTANT_LEN + 1]);
/* Sat, 21 Nov 2026 20:58:14 GMT (always 29 bytes), RFC 9110 section 5.6.7. */
#define HS_HTTP_DATE_LEN 29
void hs_time_http(int64_t ms, char out[HS_HTTP_DATE_LEN + 1]);
bool hs_time_parse_http(struct hs_slice text, int64_t *ms);

/* Civil date from days since 1970-01-01 and back (proleptic Gregorian). */
void hs_time_civil(int64_t days, int *year, int *month, int *day);
int64_t hs_time_days(int year, int month, int day);
