/* SPDX-License-Identifier: Apache-2.0 */
/* Moves dates and times by spans, and finds their boundaries (FHIRPath section 6.6.7; lowBoundary,
 * highBoundary). */
#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>

#define SPAN_MAX (INT64_C(10000) * 366 * 86400) /* the seconds of all years there are */
#define DAY_NANOS ((path_int128)86400 * 1000000000)

/* The month moves; a day that the new month does not have becomes its last. */
static bool add_months(struct path_moment *m, int64_t months)
{
	int64_t total = (int64_t)m->year * 12 + m->month - 1 + months;
	if (total < 12 || total >= INT64_C(120000)) {
		return false;
	}
	m->year = (int16_t)(total / 12);
	m->month = (int8_t)(total % 12 + 1);
	int last = hs__path_days_of_month(m->year, m->month);
	m->day = (int8_t)(m->day > last ? last : m->day);
	return true;
}

static bool set_days(struct path_moment *m, int64_t days)
{
	int year, month, day;
	if (days < hs_time_days(1, 1, 1) || days > hs_time_days(9999, 12, 31)) {
		return false;
	}
	hs_time_civil(days, &year, &month, &day);
	m->year = (int16_t)year;
	m->month = (int8_t)month;
	m->day = (int8_t)day;
	return true;
}

static bool add_nanos(struct path_moment *m, path_int128 nanos)
{
	path_int128 clock = (((path_int128)m->hour * 60 + m->minute) * 60 + m->second) * 1000000000 +
		m->nanos + nanos;
	path_int128 days = clock / DAY_NANOS;
	clock %= DAY_NANOS;
	if (clock < 0) {
		clock += DAY_NANOS;
		days--;
	}
	if (m->kind != HS_PATH_TIME &&
		!set_days(m, hs_time_days(m->year, m->month, m->day) + (int64_t)days)) {
		return false;
	}
	m->nanos = (int32_t)(clock % 1000000000);
	int seconds = (int)(clock / 1000000000);
	m->hour = (int8_t)(seconds / 3600);
	m->minute = (int8_t)(seconds / 60 % 60);
	m->second = (int8_t)(seconds % 60);
	return true;
}

/* A span in the precision of what it moves, by the factors of section 5.5.7: a month has 30 days, a year 12
 * months or 365 days. What is left over does not count. */
static int64_t in_coarser(int64_t count, int from, int to)
{
	static const int64_t SECONDS[] = { [PATH_YEAR] = INT64_C(365) * 86400,
		[PATH_MONTH] = INT64_C(30) * 86400,
		[PATH_DAY] = 86400,
		[PATH_HOUR] = 3600,
		[PATH_MINUTE] = 60,
		[PATH_SECOND] = 1 };
	if (from <= to) {
		return count;
	}
	return from == PATH_MONTH ? count / 12 : count * SECONDS[from] / SECONDS[to];
}

static bool move(struct path_moment *m, int precision, int64_t amount)
{
	static const int64_t SECONDS[] = { [PATH_HOUR] = 3600, [PATH_MINUTE] = 60, [PATH_SECOND] = 1 };
	switch (precision) {
	case PATH_YEAR:
		return amount > -10000 && amount < 10000 && add_months(m, amount * 12);
	case PATH_MONTH:
		return amount > -120000 && amount < 120000 && add_months(m, amount);
	case PATH_DAY:
		return add_nanos(m, amount * DAY_NANOS);
	default:
		return add_nanos(m, (path_int128)amount * SECONDS[precision] * 1000000000);
	}
}

/* Seconds keep their fraction, cut to nanoseconds; the value prints with as many digits as either had. */
static bool add_seconds(struct path_moment *m, struct path_decimal seconds)
{
	struct path_decimal nanos;
	struct path_decimal exact = hs__path_decimal_trim(seconds);
	if (!hs__path_decimal_round(seconds, 9, PATH_ROUND_ZERO, &nanos)) {
		return false;
	}
	int digits = exact.scale > 9 ? 9 : exact.scale;
	m->digits = (uint8_t)(digits > m->digits ? (digits < 3 ? 3 : digits) : m->digits);
	return nanos.coefficient < (path_int128)INT64_MAX * 1000 &&
		nanos.coefficient > -(path_int128)INT64_MAX * 1000 && add_nanos(m, nanos.coefficient);
}

bool hs__path_moment_add(const struct path_moment *a, struct path_decimal amount, int unit,
	struct path_moment *out)
{
	struct path_moment m = *a;
	struct path_decimal whole;
	int64_t count;
	int precision = PATH_SECOND;
	switch (unit) {
	case PATH_CALENDAR_YEAR:
		precision = PATH_YEAR;
		break;
	case PATH_CALENDAR_MONTH:
		precision = PATH_MONTH;
		break;
	case PATH_CALENDAR_WEEK:
	case PATH_CALENDAR_DAY:
		precision = PATH_DAY;
		break;
	case PATH_CALENDAR_HOUR:
		precision = PATH_HOUR;
		break;
	case PATH_CALENDAR_MINUTE:
		precision = PATH_MINUTE;
		break;
	case PATH_CALENDAR_MILLISECOND:
		amount.scale += 3;
		break;
	default:
		break;
	}
	if (m.kind == HS_PATH_TIME && precision < PATH_HOUR) {
		return false;
	}
	bool done = false;
	if (precision == PATH_SECOND && m.precision == PATH_SECOND) {
		done = add_seconds(&m, amount);
	} else {
		/* Fractions of what is coarser than a second do not count. */
		if (!hs__path_decimal_round(amount, 0, PATH_ROUND_ZERO, &whole) ||
			!hs__path_decimal_i64(whole, &count) || count > SPAN_MAX || count < -SPAN_MAX) {
			return false;
		}
		count *= unit == PATH_CALENDAR_WEEK ? 7 : 1;
		count = in_coarser(count, precision, m.precision);
		done = move(&m, precision < m.precision ? precision : m.precision, count);
	}
	if (done) {
		*out = m;
	}
	return done;
}

/* ---- boundaries ---- */

static void fill(struct path_moment *m, bool high)
{
	if (m->precision < PATH_MONTH) {
		m->month = high ? 12 : 1;
	}
	if (m->precision < PATH_DAY) {
		m->day = (int8_t)(high ? hs__path_days_of_month(m->year, m->month) : 1);
	}
	/* FHIR has no times of hours only: such a literal is read as hh:00. */
	if (m->precision < PATH_HOUR) {
		m->hour = high ? 23 : 0;
		m->minute = high ? 59 : 0;
	}
	if (m->precision < PATH_SECOND) {
		m->second = high ? 59 : 0;
	}
	int32_t unit = 1000000000;
	for (int i = 0; i < m->digits; i++) {
		unit /= 10;
	}
	if (high) {
		m->nanos = (m->precision < PATH_SECOND ? 0 : m->nanos) + unit - 1;
	}
}

bool hs__path_moment_bound(const struct path_moment *a, bool high, int digits, struct path_moment *out)
{
	static const struct {
		int digits;
		uint8_t precision;
	} LEVELS[] = { { 4, PATH_YEAR }, { 6, PATH_MONTH }, { 8, PATH_DAY }, { 10, PATH_HOUR },
		{ 12, PATH_MINUTE }, { 14, PATH_SECOND }, { 17, PATH_SECOND } };
	int wanted = a->kind == HS_PATH_TIME ? digits + 8 : digits;
	for (size_t i = 0; i < sizeof(LEVELS) / sizeof(LEVELS[0]); i++) {
		uint8_t precision = LEVELS[i].precision;
		bool allowed = a->kind == HS_PATH_DATE ? precision <= PATH_DAY :
			a->kind == HS_PATH_TIME        ? precision >= PATH_HOUR :
							 true;
		if (LEVELS[i].digits != wanted || !allowed) {
			continue;
		}
		struct path_moment m = *a;
		fill(&m, high);
		m.precision = precision;
		m.digits = wanted == 17 ? 3 : 0;
		if (m.kind == HS_PATH_DATETIME && precision > PATH_DAY && !m.has_zone) {
			m.has_zone = true;
			m.zone_min = (int16_t)(high ? -12 * 60 : 14 * 60);
		}
		*out = m;
		return true;
	}
	return false;
}
