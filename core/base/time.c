/* SPDX-License-Identifier: Apache-2.0 */
/* Reading FHIR dates and times as spans of milliseconds. */
#include <handslag/time.h>

#define DAY_MS INT64_C(86400000)

/* What was read so far; `at` is the rest of the text. */
struct reader {
	struct hs_slice at;
	int year, month, day;
	int hour, minute, second, milli;
	int zone_min;
	unsigned fraction; /* digits after the decimal point */
	enum hs_time_precision precision;
	bool has_zone;
};

/* Exactly `count` digits. */
static bool digits(struct reader *r, unsigned count, int *out)
{
	int value = 0;
	if (r->at.len < count)
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (r->at.ptr[i] < '0' || r->at.ptr[i] > '9')
			return false;
		value = value * 10 + (r->at.ptr[i] - '0');
	}
	r->at = hs_slice_from(r->at, count);
	*out = value;
	return true;
}

static bool between(struct reader *r, unsigned count, int least, int most, int *out)
{
	return digits(r, count, out) && *out >= least && *out <= most;
}

static bool take(struct reader *r, char c)
{
	if (r->at.len == 0 || r->at.ptr[0] != c)
		return false;
	r->at = hs_slice_from(r->at, 1);
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

static bool read_date(struct reader *r)
{
	if (!between(r, 4, 1, 9999, &r->year))
		return false;
	r->precision = HS_TIME_YEAR;
	r->month = 1;
	r->day = 1;
	if (!take(r, '-'))
		return true;
	if (!between(r, 2, 1, 12, &r->month))
		return false;
	r->precision = HS_TIME_MONTH;
	if (!take(r, '-'))
		return true;
	r->precision = HS_TIME_DAY;
	return between(r, 2, 1, days_in(r->year, r->month), &r->day);
}

/* hh:mm[:ss[.f+]] */
static bool read_clock(struct reader *r)
{
	if (!between(r, 2, 0, 23, &r->hour) || !take(r, ':') || !between(r, 2, 0, 59, &r->minute))
		return false;
	r->precision = HS_TIME_MINUTE;
	if (!take(r, ':'))
		return true;
	if (!between(r, 2, 0, 60, &r->second))
		return false;
	r->precision = HS_TIME_SECOND;
	if (!take(r, '.'))
		return true;
	r->precision = HS_TIME_MILLI;
	int digit;
	int weight = 100;
	while (digits(r, 1, &digit)) {
		r->milli += digit * weight;
		weight /= 10;
		r->fraction++;
	}
	return r->fraction > 0;
}

static bool read_zone(struct reader *r)
{
	int hours;
	int minutes;
	if (r->at.len == 0)
		return true;
	r->has_zone = true;
	if (take(r, 'Z'))
		return true;
	bool west = r->at.ptr[0] == '-';
	if (!take(r, '+') && !take(r, '-'))
		return false;
	if (!between(r, 2, 0, 14, &hours) || !take(r, ':') ||
		!between(r, 2, 0, hours == 14 ? 0 : 59, &minutes))
		return false;
	r->zone_min = hours * 60 + minutes;
	if (west)
		r->zone_min = -r->zone_min;
	return true;
}

static bool read_all(struct hs_slice text, struct reader *r)
{
	*r = (struct reader) { .at = text };
	if (!read_date(r))
		return false;
	if (r->precision == HS_TIME_DAY && take(r, 'T') && !(read_clock(r) && read_zone(r)))
		return false;
	return r->at.len == 0;
}

/* First millisecond after the span that starts at `lo`. */
static int64_t end_of(const struct reader *r, int64_t lo)
{
	static const int64_t weight[] = { 100, 10, 1 };
	int64_t days = hs_time_days(r->year, r->month, r->day);
	switch (r->precision) {
	case HS_TIME_YEAR:
		return lo + (hs_time_days(r->year + 1, 1, 1) - days) * DAY_MS;
	case HS_TIME_MONTH:
		return lo + days_in(r->year, r->month) * DAY_MS;
	case HS_TIME_DAY:
		return lo + DAY_MS;
	case HS_TIME_MINUTE:
		return lo + 60000;
	case HS_TIME_SECOND:
		return lo + 1000;
	case HS_TIME_MILLI:
		return lo + weight[r->fraction < 3 ? r->fraction - 1 : 2];
	}
	return lo;
}

bool hs_time_parse(struct hs_slice text, int assume_min, struct hs_time *out)
{
	struct reader r;
	if (!read_all(text, &r))
		return false;
	int zone = r.has_zone ? r.zone_min : assume_min;
	int64_t minutes = (int64_t)r.hour * 60 + r.minute - zone;
	int64_t lo = hs_time_days(r.year, r.month, r.day) * DAY_MS + minutes * 60000 +
		(int64_t)r.second * 1000 + r.milli;
	*out = (struct hs_time) { .lo = lo,
		.hi = end_of(&r, lo),
		.zone_min = (int16_t)r.zone_min,
		.precision = (uint8_t)r.precision,
		.has_zone = r.has_zone };
	return true;
}

bool hs_time_is_date(struct hs_slice text)
{
	struct reader r;
	return read_all(text, &r) && r.precision <= HS_TIME_DAY;
}

bool hs_time_is_datetime(struct hs_slice text)
{
	struct reader r;
	return read_all(text, &r) &&
		(r.precision <= HS_TIME_DAY || (r.precision >= HS_TIME_SECOND && r.has_zone));
}

bool hs_time_is_instant(struct hs_slice text)
{
	struct reader r;
	return read_all(text, &r) && r.precision >= HS_TIME_SECOND && r.has_zone;
}

bool hs_time_is_time(struct hs_slice text)
{
	struct reader r = { .at = text };
	return read_clock(&r) && r.precision >= HS_TIME_SECOND && r.at.len == 0;
}
