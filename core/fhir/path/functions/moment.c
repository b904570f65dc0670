/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a date, dateTime or time (FHIRPath 3.0.0, section 5.10.8). A part that the value does not say
 * is empty, and so is any part of what is no date or time. */
#include <core/fhir/path/functions/functions.h>
#include <core/fhir/path/values/moment.h>

/* The focus as a moment; *there false when it is none. */
static enum hs_status take_moment(struct path_call *call, struct path_moment *out, bool *there)
{
	const struct hs_path_value *value = NULL;
	enum hs_status status = hs__path_focus(call, &value);
	*there = !status && value && hs__path_moment(value, out);
	return status;
}

static bool has_part(const struct path_moment *moment, enum path_precision part)
{
	return moment->precision >= part && (moment->kind != HS_PATH_TIME || part >= PATH_HOUR);
}

static enum hs_status push_part(struct path_call *call, enum path_precision part)
{
	struct path_moment moment;
	bool there;
	enum hs_status status = take_moment(call, &moment, &there);
	if (status || !there || !has_part(&moment, part)) {
		return status;
	}
	const int parts[] = { [PATH_YEAR] = moment.year,
		[PATH_MONTH] = moment.month,
		[PATH_DAY] = moment.day,
		[PATH_HOUR] = moment.hour,
		[PATH_MINUTE] = moment.minute,
		[PATH_SECOND] = moment.second };
	return hs__path_push_integer(call->run, call->out, parts[part]);
}

#define PART(name, part) \
	enum hs_status hs__path_fn_##name(struct path_call *call) \
	{ \
		return push_part(call, part); \
	}

PART(year_of, PATH_YEAR)
PART(month_of, PATH_MONTH)
PART(day_of, PATH_DAY)
PART(hour_of, PATH_HOUR)
PART(minute_of, PATH_MINUTE)
PART(second_of, PATH_SECOND)

enum hs_status hs__path_fn_millisecond_of(struct path_call *call)
{
	struct path_moment moment;
	bool there;
	enum hs_status status = take_moment(call, &moment, &there);
	if (status || !there || !has_part(&moment, PATH_SECOND) || moment.digits == 0) {
		return status;
	}
	return hs__path_push_integer(call->run, call->out, moment.nanos / 1000000);
}

/* In hours: -7.0, 5.75. */
enum hs_status hs__path_fn_timezone_offset_of(struct path_call *call)
{
	struct path_moment moment;
	struct path_decimal hours;
	bool there;
	enum hs_status status = take_moment(call, &moment, &there);
	if (status || !there || !moment.has_zone ||
		!hs__path_decimal_divide(hs__path_decimal_of(moment.zone_min), hs__path_decimal_of(60),
			&hours)) {
		return status;
	}
	if (hours.scale == 0 && !hs__path_decimal_round(hours, 1, PATH_ROUND_HALF_UP, &hours)) {
		return HS_OK;
	}
	return hs__path_push_decimal(call->run, call->out, hours);
}

static enum hs_status push_moment(struct path_call *call, const struct path_moment *moment)
{
	return hs__path_push_text(call->run, call->out, (enum hs_path_kind)moment->kind,
		hs__path_moment_print(call->run->arena, moment));
}

enum hs_status hs__path_fn_date_of(struct path_call *call)
{
	struct path_moment moment;
	bool there;
	enum hs_status status = take_moment(call, &moment, &there);
	if (status || !there || moment.kind == HS_PATH_TIME) {
		return status;
	}
	moment.kind = HS_PATH_DATE;
	moment.has_zone = false;
	moment.precision = moment.precision > PATH_DAY ? PATH_DAY : moment.precision;
	return push_moment(call, &moment);
}

enum hs_status hs__path_fn_time_of(struct path_call *call)
{
	struct path_moment moment;
	bool there;
	enum hs_status status = take_moment(call, &moment, &there);
	if (status || !there || !has_part(&moment, PATH_HOUR)) {
		return status;
	}
	moment.kind = HS_PATH_TIME;
	moment.has_zone = false;
	return push_moment(call, &moment);
}
