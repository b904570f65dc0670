/* SPDX-License-Identifier: Apache-2.0 */
/* Reads, prints and compares dates, date-times and times. */
#include <core/fhir/path/values/moment.h>

#include <stdio.h>

#include <handslag/buf.h>

#define NANOS 1000000000
#define EAST_MOST (14 * 60) /* minutes of the zones that exist */
#define WEST_MOST (-12 * 60)

struct cursor {
	struct hs_slice text;
	size_t at;
};

static bool take(struct cursor *cursor, char c)
{
	bool found = cursor->at < cursor->text.len && cursor->text.ptr[cursor->at] == c;
	cursor->at += found;
	return found;
}

/* `count` digits as a number between low and high, or -1 (nothing is taken then). */
static int take_number(struct cursor *cursor, size_t count, int low, int high)
{
	int value = 0;
	if (cursor->text.len - cursor->at < count) {
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		char c = cursor->text.ptr[cursor->at + i];
		if (c < '0' || c > '9') {
			return -1;
		}
		value = value * 10 + (c - '0');
	}
	if (value < low || value > high) {
		return -1;
	}
	cursor->at += count;
	return value;
}

int hs__path_days_of_month(int year, int month)
{
	static const uint8_t DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : DAYS[month - 1];
}

static bool take_fraction(struct cursor *cursor, struct path_moment *m)
{
	int32_t scale = NANOS / 10;
	bool any = false;
	while (cursor->at < cursor->text.len && cursor->text.ptr[cursor->at] >= '0' &&
		cursor->text.ptr[cursor->at] <= '9') {
		any = true;
		if (m->digits < 9) {
			m->nanos += (cursor->text.ptr[cursor->at] - '0') * scale;
			scale /= 10;
			m->digits++;
		}
		cursor->at++;
	}
	return any;
}

static bool take_clock(struct cursor *cursor, struct path_moment *m)
{
	int hour = take_number(cursor, 2, 0, 23), minute = 0, second = 0;
	if (hour < 0) {
		return false;
	}
	m->hour = (int8_t)hour;
	m->precision = PATH_HOUR;
	if (take(cursor, ':')) {
		minute = take_number(cursor, 2, 0, 59);
		m->minute = (int8_t)minute;
		m->precision = PATH_MINUTE;
		if (minute >= 0 && take(cursor, ':')) {
			second = take_number(cursor, 2, 0, 60);
			m->second = (int8_t)second;
			m->precision = PATH_SECOND;
			if (second >= 0 && take(cursor, '.') && !take_fraction(cursor, m)) {
				return false;
			}
		}
	}
	return minute >= 0 && second >= 0;
}

static bool take_zone(struct cursor *cursor, struct path_moment *m)
{
	if (take(cursor, 'Z')) {
		m->has_zone = true;
		return true;
	}
	bool west = take(cursor, '-');
	if (!west && !take(cursor, '+')) {
		return true;
	}
	int hours = take_number(cursor, 2, 0, 14);
	int minutes = hours >= 0 && take(cursor, ':') ? take_number(cursor, 2, 0, 59) : -1;
	if (minutes < 0) {
		return false;
	}
	m->has_zone = true;
	m->zone_min = (int16_t)(west ? -(hours * 60 + minutes) : hours * 60 + minutes);
	return true;
}

static bool take_date(struct cursor *cursor, struct path_moment *m)
{
	int year = take_number(cursor, 4, 1, 9999), month = 1, day = 1;
	if (year < 0) {
		return false;
	}
	m->year = (int16_t)year;
	m->precision = PATH_YEAR;
	if (take(cursor, '-')) {
		month = take_number(cursor, 2, 1, 12);
		m->precision = PATH_MONTH;
		if (month >= 0 && take(cursor, '-')) {
			day = take_number(cursor, 2, 1, hs__path_days_of_month(year, month));
			m->precision = PATH_DAY;
		}
	}
	m->month = (int8_t)month;
	m->day = (int8_t)day;
	return month >= 0 && day >= 0;
}

bool hs__path_time_parse(struct hs_slice text, struct path_moment *out)
{
	struct path_moment m = { .kind = HS_PATH_TIME, .year = 1970, .month = 1, .day = 1 };
	struct cursor cursor = { .text = text };
	take(&cursor, 'T');
	if (!take_clock(&cursor, &m) || !take_zone(&cursor, &m) || cursor.at != text.len) {
		return false;
	}
	*out = m;
	return true;
}

bool hs__path_moment_parse(struct hs_slice text, struct path_moment *out)
{
	if (hs_slice_starts(text, HS_S("T"))) {
		return hs__path_time_parse(text, out);
	}
	struct path_moment m = { .kind = HS_PATH_DATE };
	struct cursor cursor = { .text = text };
	if (!take_date(&cursor, &m)) {
		return false;
	}
	if (take(&cursor, 'T')) {
		m.kind = HS_PATH_DATETIME;
		if (cursor.at < text.len &&
			(m.precision != PATH_DAY || !take_clock(&cursor, &m) || !take_zone(&cursor, &m))) {
			return false;
		}
	}
	if (cursor.at != text.len) {
		return false;
	}
	*out = m;
	return true;
}

/* ---- comparison ---- */

/* Nanoseconds since 1970 in UTC (local when there is no zone). */
static path_int128 instant(const struct path_moment *m)
{
	int64_t minutes = hs_time_days(m->year, m->month, m->day) * 1440 + INT64_C(60) * m->hour + m->minute -
		m->zone_min;
	return ((path_int128)minutes * 60 + m->second) * NANOS + m->nanos;
}

static struct path_moment at_utc(const struct path_moment *m)
{
	struct path_moment utc = *m;
	int64_t minutes = hs_time_days(m->year, m->month, m->day) * 1440 + INT64_C(60) * m->hour + m->minute -
		m->zone_min;
	int64_t days = minutes >= 0 ? minutes / 1440 : -((-minutes + 1439) / 1440);
	int year, month, day;
	hs_time_civil(days, &year, &month, &day);
	minutes -= days * 1440;
	utc.year = (int16_t)year;
	utc.month = (int8_t)month;
	utc.day = (int8_t)day;
	utc.hour = (int8_t)(minutes / 60);
	utc.minute = (int8_t)(minutes % 60);
	utc.zone_min = 0;
	return utc;
}

/* Part by part, as far as both go; what one of them does not have leaves it open. */
static int compare_parts(const struct path_moment *a, const struct path_moment *b, bool *known)
{
	const int x[] = { a->year, a->month, a->day, a->hour, a->minute, a->second };
	const int y[] = { b->year, b->month, b->day, b->hour, b->minute, b->second };
	int both = a->precision < b->precision ? a->precision : b->precision;
	*known = true;
	for (int part = 0; part <= both; part++) {
		if (x[part] != y[part]) {
			return x[part] < y[part] ? -1 : 1;
		}
	}
	*known = a->precision == b->precision;
	return both < PATH_SECOND || a->nanos == b->nanos ? 0 : a->nanos < b->nanos ? -1 : 1;
}

/* Only one has a zone: the other may be anywhere. */
static int compare_across(const struct path_moment *local, const struct path_moment *zoned, bool *known)
{
	path_int128 minute = (path_int128)60 * NANOS;
	path_int128 width = local->precision == PATH_SECOND ? 0 :
		local->precision == PATH_MINUTE             ? minute :
							      60 * minute;
	path_int128 low = instant(local) - (path_int128)EAST_MOST * minute;
	path_int128 high = instant(local) + width - (path_int128)WEST_MOST * minute;
	path_int128 other = instant(zoned);
	*known = other < low || other > high;
	return other < low ? 1 : -1;
}

int hs__path_moment_compare(const struct path_moment *a, const struct path_moment *b, bool *known)
{
	bool clocks = a->precision > PATH_DAY && b->precision > PATH_DAY;
	if (clocks && a->has_zone != b->has_zone) {
		return a->has_zone ? -compare_across(b, a, known) : compare_across(a, b, known);
	}
	struct path_moment x = a->has_zone ? at_utc(a) : *a, y = b->has_zone ? at_utc(b) : *b;
	return compare_parts(&x, &y, known);
}

/* ---- printing ---- */

int hs__path_moment_digits(const struct path_moment *a)
{
	static const int DIGITS[] = { 4, 6, 8, 10, 12, 14 };
	int digits = DIGITS[a->precision];
	if (a->precision == PATH_SECOND && a->digits) {
		digits += a->digits < 3 ? 3 : a->digits;
	}
	return a->kind == HS_PATH_TIME ? digits - 8 : digits;
}

struct hs_slice hs__path_moment_print(struct hs_arena *arena, const struct path_moment *a)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 64);
	if (a->kind != HS_PATH_TIME) {
		hs_buf_printf(&buf, "%04d", a->year);
		if (a->precision >= PATH_MONTH) {
			hs_buf_printf(&buf, "-%02d", a->month);
		}
		if (a->precision >= PATH_DAY) {
			hs_buf_printf(&buf, "-%02d", a->day);
		}
	}
	if (a->precision >= PATH_HOUR) {
		hs_buf_printf(&buf, "%s%02d", a->kind == HS_PATH_TIME ? "" : "T", a->hour);
	}
	if (a->precision >= PATH_MINUTE) {
		hs_buf_printf(&buf, ":%02d", a->minute);
	}
	if (a->precision >= PATH_SECOND) {
		hs_buf_printf(&buf, ":%02d", a->second);
	}
	if (a->precision >= PATH_SECOND && a->digits) {
		char fraction[16];
		(void)snprintf(fraction, sizeof(fraction), "%09d", (int)a->nanos);
		hs_buf_printf(&buf, ".%.*s", (int)a->digits, fraction);
	}
	if (a->precision >= PATH_HOUR && a->has_zone) {
		int zone = a->zone_min < 0 ? -a->zone_min : a->zone_min;
		if (zone == 0) {
			hs_buf_byte(&buf, 'Z');
		} else {
			hs_buf_printf(&buf, "%c%02d:%02d", a->zone_min < 0 ? '-' : '+', zone / 60, zone % 60);
		}
	}
	return buf.overflow ? HS_S_NONE : hs_slice(buf.ptr, buf.len);
}

struct path_moment hs__path_moment_at(int64_t ms, int zone_min)
{
	int64_t local = ms + (int64_t)zone_min * 60000;
	int64_t days = local >= 0 ? local / 86400000 : -((-local + 86399999) / 86400000);
	int64_t rest = local - days * 86400000;
	int year, month, day;
	hs_time_civil(days, &year, &month, &day);
	return (struct path_moment) { .kind = HS_PATH_DATETIME,
		.precision = PATH_SECOND,
		.digits = 3,
		.has_zone = true,
		.zone_min = (int16_t)zone_min,
		.year = (int16_t)year,
		.month = (int8_t)month,
		.day = (int8_t)day,
		.hour = (int8_t)(rest / 3600000),
		.minute = (int8_t)(rest / 60000 % 60),
		.second = (int8_t)(rest / 1000 % 60),
		.nanos = (int32_t)(rest % 1000) * 1000000 };
}
