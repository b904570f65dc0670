/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar arithmetic, and the texts of instants and HTTP dates. */
#include <handslag/time.h>

#include <stdio.h>

#define DAY_MS INT64_C(86400000)
#define FIRST_MS INT64_C(-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define LAST_MS INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

static const char day_names[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
	"Nov", "Dec" };

static int64_t floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* Years are counted from March, so that the leap day is the last of its year; an era is 400 years. */
int64_t hs_time_days(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void hs_time_civil(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
		365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t from_march = (5 * day_of_year + 2) / 153;
	*day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
	*month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* 0 is Monday. 1970-01-01 was a Thursday. */
static int weekday(int64_t days)
{
	int64_t from_thursday = days - floor_div(days, 7) * 7;
	return (int)((from_thursday + 3) % 7);
}

struct civil {
	int64_t days;
	int year, month, day, hour, minute, second, milli;
};

static struct civil civil_of(int64_t ms)
{
	struct civil c;
	ms = ms < FIRST_MS ? FIRST_MS : ms > LAST_MS ? LAST_MS : ms;
	c.days = floor_div(ms, DAY_MS);
	int rest = (int)(ms - c.days * DAY_MS);
	hs_time_civil(c.days, &c.year, &c.month, &c.day);
	c.hour = rest / 3600000;
	c.minute = rest / 60000 % 60;
	c.second = rest / 1000 % 60;
	c.milli = rest % 1000;
	return c;
}

/* Two digits at a time. */
static char *put(char *to, int value, int width)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	unsigned rest = (unsigned)value;
	int at = width;

	for (; at >= 2; rest /= 100)
		memcpy(to + (at -= 2), pairs + (size_t)(rest % 100) * 2, 2);
	if (at)
		*to = (char)('0' + rest % 10);
	return to + width;
}

static char *put_then(char *to, int value, int width, char c)
{
	to = put(to, value, width);
	*to = c;
	return to + 1;
}

void hs_time_instant(int64_t ms, char out[HS_INSTANT_LEN + 1])
{
	struct civil c = civil_of(ms);
	char *to = put_then(out, c.year, 4, '-');
	to = put_then(to, c.month, 2, '-');
	to = put_then(to, c.day, 2, 'T');
	to = put_then(to, c.hour, 2, ':');
	to = put_then(to, c.minute, 2, ':');
	to = put_then(to, c.second, 2, '.');
	to = put_then(to, c.milli, 3, 'Z');
	*to = '\0';
}

void hs_time_http(int64_t ms, char out[HS_HTTP_DATE_LEN + 1])
{
	struct civil c = civil_of(ms);
	memcpy(out, day_names[weekday(c.days)], 3);
	memcpy(out + 3, ", ", 2);
	char *to = put_then(out + 5, c.day, 2, ' ');
	memcpy(to, month_names[c.month - 1], 3);
	to[3] = ' ';
	to = put_then(to + 4, c.year, 4, ' ');
	to = put_then(to, c.hour, 2, ':');
	to = put_then(to, c.minute, 2, ':');
	to = put_then(to, c.second, 2, ' ');
	memcpy(to, "GMT", 4);
}

static bool number(struct hs_slice text, size_t at, size_t len, int most, int *out)
{
	uint64_t value;
	if (!hs_slice_u64(hs_slice_first(hs_slice_from(text, at), len), &value) || value > (uint64_t)most)
		return false;
	*out = (int)value;
	return true;
}

/* Only the fixed form that RFC 9110 lets a sender make; a client that sends an old form gets no
 * conditional answer, which is safe. The name of the day is not compared with the date. */
bool hs_time_parse_http(struct hs_slice text, int64_t *ms)
{
	int day, year, hour, minute, second;
	int month = 0;
	if (text.len != HS_HTTP_DATE_LEN || memcmp(text.ptr + 3, ", ", 2) != 0 || text.ptr[7] != ' ' ||
		text.ptr[11] != ' ' || text.ptr[16] != ' ' || text.ptr[19] != ':' || text.ptr[22] != ':' ||
		memcmp(text.ptr + 25, " GMT", 4) != 0)
		return false;
	while (month < 12 && memcmp(text.ptr + 8, month_names[month], 3) != 0)
		month++;
	if (month == 12 || !number(text, 5, 2, 31, &day) || !number(text, 12, 4, 9999, &year) ||
		!number(text, 17, 2, 23, &hour) || !number(text, 20, 2, 59, &minute) ||
		!number(text, 23, 2, 60, &second))
		return false;
	int64_t days = hs_time_days(year, month + 1, day);
	int back_year, back_month, back_day;
	hs_time_civil(days, &back_year, &back_month, &back_day);
	if (year == 0 || back_month != month + 1 || back_day != day)
		return false;
	*ms = days * DAY_MS + ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
	return true;
}
