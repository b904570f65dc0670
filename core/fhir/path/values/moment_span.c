/* SPDX-License-Identifier: Apache-2.0 */
/* How far two dates or times are apart: in whole periods, and in boundaries that lie between them (FHIRPath
 * 3.0.0, section 5.11). */
#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>

#define SECOND_NANOS ((path_int128)1000000000)
#define DAY_NANOS (86400 * SECOND_NANOS)
#define FIRST_SUNDAY 4 /* days by which the weeks before and after 1970 start earlier than that year */

/* What a unit needs the moments to say, and how it is counted: by months, or by its length. */
struct unit {
	uint8_t precision;
	int months;
	path_int128 nanos;
};

static const struct unit UNITS[] = {
	[PATH_CALENDAR_YEAR] = { PATH_YEAR, 12, 0 },
	[PATH_CALENDAR_MONTH] = { PATH_MONTH, 1, 0 },
	[PATH_CALENDAR_WEEK] = { PATH_DAY, 0, 7 * DAY_NANOS },
	[PATH_CALENDAR_DAY] = { PATH_DAY, 0, DAY_NANOS },
	[PATH_CALENDAR_HOUR] = { PATH_HOUR, 0, 3600 * SECOND_NANOS },
	[PATH_CALENDAR_MINUTE] = { PATH_MINUTE, 0, 60 * SECOND_NANOS },
	[PATH_CALENDAR_SECOND] = { PATH_SECOND, 0, SECOND_NANOS },
	[PATH_CALENDAR_MILLISECOND] = { PATH_SECOND, 0, SECOND_NANOS / 1000 },
};

static path_int128 clock_nanos(const struct path_moment *m)
{
	return ((m->hour * 60 + m->minute) * 60 + m->second) * SECOND_NANOS + m->nanos;
}

static path_int128 nanos_of(const struct path_moment *m)
{
	return hs_time_days(m->year, m->month, m->day) * DAY_NANOS + clock_nanos(m);
}

static int64_t months_of(const struct path_moment *m)
{
	return (int64_t)m->year * 12 + m->month;
}

/* Without what is finer than the precision. */
static struct path_moment cut(const struct path_moment *m, uint8_t precision)
{
	struct path_moment out = *m;
	int8_t *const parts[] = { NULL, &out.month, &out.day, &out.hour, &out.minute, &out.second };
	for (unsigned part = precision + 1u; part <= PATH_SECOND; part++) {
		*parts[part] = part <= PATH_DAY ? 1 : 0;
	}
	out.nanos = precision < PATH_SECOND ? 0 : out.nanos;
	out.precision = precision;
	return out;
}

/* Do both say what the unit asks for? Clocks with and without a zone cannot be told apart by hours. */
static bool both_say(const struct path_moment *a, const struct path_moment *b, int unit)
{
	uint8_t needed = UNITS[unit].precision;
	bool digits = unit != PATH_CALENDAR_MILLISECOND || (a->digits && b->digits);
	bool zones = needed < PATH_HOUR || a->has_zone == b->has_zone;
	return a->precision >= needed && b->precision >= needed && digits && zones;
}

/* Whole days and what is coarser go by the calendar of each; clocks are brought to one zone. */
static path_int128 apart_by_zone(const struct path_moment *a, const struct path_moment *b, int unit)
{
	bool zoned = UNITS[unit].precision >= PATH_HOUR && a->has_zone && b->has_zone;
	return zoned ? (path_int128)(a->zone_min - b->zone_min) * 60 * SECOND_NANOS : 0;
}

static path_int128 floor_of(path_int128 value, path_int128 by)
{
	return value >= 0 ? value / by : -((-value + by - 1) / by);
}

/* A month is whole when the day and the clock of the first are come again. */
static int64_t whole_months(const struct path_moment *a, const struct path_moment *b)
{
	int64_t months = months_of(b) - months_of(a);
	path_int128 rest = (b->day - a->day) * DAY_NANOS + clock_nanos(b) - clock_nanos(a);
	return months > 0 && rest < 0 ? months - 1 : months < 0 && rest > 0 ? months + 1 : months;
}

bool hs__path_moment_duration(const struct path_moment *a, const struct path_moment *b, int unit,
	int64_t *out)
{
	uint8_t both = a->precision < b->precision ? a->precision : b->precision;
	struct path_moment x = cut(a, both), y = cut(b, both);
	if (!both_say(a, b, unit)) {
		return false;
	}
	*out = UNITS[unit].months ?
		whole_months(&x, &y) / UNITS[unit].months :
		(int64_t)((nanos_of(&y) - nanos_of(&x) + apart_by_zone(a, b, unit)) / UNITS[unit].nanos);
	return true;
}

bool hs__path_moment_difference(const struct path_moment *a, const struct path_moment *b, int unit,
	int64_t *out)
{
	path_int128 length = UNITS[unit].nanos;
	path_int128 start = unit == PATH_CALENDAR_WEEK ? FIRST_SUNDAY * DAY_NANOS : 0;
	if (!both_say(a, b, unit)) {
		return false;
	}
	*out = unit == PATH_CALENDAR_YEAR ?
		b->year - a->year :
		unit == PATH_CALENDAR_MONTH ?
		months_of(b) - months_of(a) :
		(int64_t)(floor_of(nanos_of(b) + apart_by_zone(a, b, unit) + start, length) -
			floor_of(nanos_of(a) + start, length));
	return true;
}
