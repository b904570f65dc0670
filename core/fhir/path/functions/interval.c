/* SPDX-License-Identifier: Apache-2.0 */
/* duration() and difference() of dates and times (FHIRPath 3.0.0, section 5.11). */
#include <core/fhir/path/functions/functions.h>
#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>

typedef bool measure(const struct path_moment *a, const struct path_moment *b, int unit, int64_t *out);

static enum hs_status take_moment(struct path_call *call, const struct hs_path_value *value,
	struct path_moment *out)
{
	if (hs__path_moment(value, out)) {
		return HS_OK;
	}
	return hs__path_fault(call->run, call->node, "%.*s() takes two dates, dateTimes or times, not %.*s",
		HS_S_ARG(hs__path_functions[call->node->function].name),
		HS_S_ARG(hs_path_type_name(call->run->defs, value)));
}

/* The word of a unit that these two can be counted in: "day" of dates, "hour" of times. */
static enum hs_status take_unit(struct path_call *call, const struct path_moment *a,
	const struct path_moment *b, struct hs_slice word, enum path_calendar *out)
{
	bool dates = a->kind == HS_PATH_DATE && b->kind == HS_PATH_DATE, times = a->kind == HS_PATH_TIME;
	*out = hs__path_calendar(word);
	if (*out == PATH_CALENDAR_NONE || (dates && *out > PATH_CALENDAR_DAY) ||
		(times && *out < PATH_CALENDAR_HOUR)) {
		return hs__path_fault(call->run, call->node, "%.*s() counts %s, not \"%.*s\"",
			HS_S_ARG(hs__path_functions[call->node->function].name),
			dates         ? "year, month, week or day of dates" :
				times ? "hour, minute, second or millisecond of times" :
					"year, month, week, day, hour, minute, second or millisecond",
			word.len > 20 ? 20 : (int)word.len, word.len ? word.ptr : "");
	}
	return HS_OK;
}

static enum hs_status count(struct path_call *call, measure *by)
{
	const struct hs_path_value *from = NULL;
	struct hs_path_value to;
	struct path_moment a, b;
	struct hs_slice word;
	enum path_calendar unit;
	bool there = false, given = false;
	int64_t result;
	enum hs_status status = hs__path_focus(call, &from);
	if (!status) {
		status = hs__path_arg_one(call, 0, &to, &there);
	}
	if (!status) {
		status = hs__path_arg_text(call, 1, &word, &given);
	}
	if (status || !from || !there || !given) {
		return status;
	}
	status = take_moment(call, from, &a);
	if (!status) {
		status = take_moment(call, &to, &b);
	}
	if (!status && (a.kind == HS_PATH_TIME) != (b.kind == HS_PATH_TIME)) {
		return hs__path_fault(call->run, call->node, "a date and a time cannot be counted between");
	}
	if (!status) {
		status = take_unit(call, &a, &b, word, &unit);
	}
	if (status || !by(&a, &b, (int)unit, &result)) {
		return status;
	}
	struct path_decimal number = hs__path_decimal_of(result);
	return hs__path_push_whole(call->run, call->out, number, !hs__path_decimal_is_short(number));
}

enum hs_status hs__path_fn_duration(struct path_call *call)
{
	return count(call, hs__path_moment_duration);
}

enum hs_status hs__path_fn_difference(struct path_call *call)
{
	return count(call, hs__path_moment_difference);
}
