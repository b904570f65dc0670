/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions (FHIRPath section 5.5): each toX gives the value or nothing, its convertsToX whether it would.
 */
#include <core/fhir/path/functions/functions.h>
#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>

#include <handslag/ucum.h>

/* Makes *out of *from, or says that it cannot. */
typedef bool conversion(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out);

static enum hs_status convert(struct path_call *call, conversion *to, bool ask)
{
	const struct hs_path_value *value = NULL;
	struct hs_path_value result = { .kind = HS_PATH_NODE };
	enum hs_status status = hs__path_focus(call, &value);
	if (status || !value) {
		return status;
	}
	bool can = to(call, value, &result);
	if (ask) {
		return hs__path_push_boolean(call->run, call->out, can);
	}
	if (can && result.kind != HS_PATH_BOOLEAN && !hs__path_is_whole(&result) && !result.text.ptr) {
		return hs__path_full(call->run);
	}
	return can ? hs__path_push(call->run, call->out, &result) : HS_OK;
}

static bool one_of(struct hs_slice text, const char *const *words)
{
	for (; *words; words++) {
		if (hs_slice_ieq(text, hs_slice_cstr(*words))) {
			return true;
		}
	}
	return false;
}

static bool to_boolean(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	static const char *const YES[] = { "true", "t", "yes", "y", "1", "1.0", NULL };
	static const char *const NO[] = { "false", "f", "no", "n", "0", "0.0", NULL };
	struct path_decimal number;
	int64_t whole;
	(void)call;
	out->kind = HS_PATH_BOOLEAN;
	if (from->kind == HS_PATH_BOOLEAN) {
		out->boolean = from->boolean;
		return true;
	}
	if (hs__path_number(from, &number)) {
		out->boolean = hs__path_decimal_i64(number, &whole) && whole == 1;
		return hs__path_decimal_i64(number, &whole) && (whole == 0 || whole == 1);
	}
	if (from->kind != HS_PATH_STRING) {
		return false;
	}
	out->boolean = one_of(from->text, YES);
	return out->boolean || one_of(from->text, NO);
}

/* A number as strings have it: sign and digits, no exponent. */
static bool read_number(struct hs_slice text, struct path_decimal *out)
{
	return hs_slice_find(text, 'e', 0) == SIZE_MAX && hs_slice_find(text, 'E', 0) == SIZE_MAX &&
		hs__path_decimal_parse(text, out);
}

/* A whole number, a boolean, or the text of a whole number. */
static bool to_whole(const struct hs_path_value *from, int64_t *out)
{
	struct path_decimal number;
	if (hs__path_is_whole(from) || from->kind == HS_PATH_BOOLEAN) {
		*out = from->kind == HS_PATH_BOOLEAN ? from->boolean : from->integer;
		return true;
	}
	return from->kind == HS_PATH_STRING && hs_slice_find(from->text, '.', 0) == SIZE_MAX &&
		read_number(from->text, &number) && hs__path_decimal_i64(number, out);
}

static bool to_integer(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	(void)call;
	out->kind = HS_PATH_INTEGER;
	return to_whole(from, &out->integer) && out->integer >= INT32_MIN && out->integer <= INT32_MAX;
}

static bool to_long(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	(void)call;
	out->kind = HS_PATH_LONG;
	return to_whole(from, &out->integer);
}

static bool to_decimal(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	struct path_decimal number;
	out->kind = HS_PATH_DECIMAL;
	if (from->kind == HS_PATH_DECIMAL) {
		out->text = from->text;
		return true;
	}
	if (from->kind == HS_PATH_BOOLEAN) {
		out->text = from->boolean ? HS_S("1.0") : HS_S("0.0");
		return true;
	}
	if (!hs__path_number(from, &number) &&
		!(from->kind == HS_PATH_STRING && read_number(from->text, &number))) {
		return false;
	}
	out->text = hs__path_decimal_print(call->run->arena, number);
	return true;
}

/* The text as a FHIR element would have it. */
static bool to_string(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	out->kind = HS_PATH_STRING;
	if (from->kind == HS_PATH_NODE || from->kind == HS_PATH_TYPE) {
		struct path_quantity quantity;
		if (!hs__path_quantity_of(from, &quantity)) {
			return false;
		}
		struct hs_path_value value = { .kind = HS_PATH_QUANTITY, .unit = quantity.unit };
		value.text = hs__path_decimal_print(call->run->arena, quantity.value);
		out->text = hs_path_print(call->run->arena, &value);
		return true;
	}
	out->text = hs_path_print(call->run->arena, from);
	return true;
}

static void as_kind(struct path_call *call, struct path_moment *moment, uint8_t kind,
	struct hs_path_value *out)
{
	if (kind == HS_PATH_DATE && moment->precision > PATH_DAY) {
		moment->precision = PATH_DAY;
	}
	moment->kind = kind;
	out->kind = kind;
	out->text = hs__path_moment_print(call->run->arena, moment);
}

static bool to_moment(struct path_call *call, const struct hs_path_value *from, uint8_t kind,
	struct hs_path_value *out)
{
	struct path_moment moment;
	if (from->kind == HS_PATH_STRING) {
		bool parsed = kind == HS_PATH_TIME ?
			hs__path_time_parse(from->text, &moment) && !moment.has_zone :
			hs__path_moment_parse(from->text, &moment);
		if (!parsed || (moment.kind == HS_PATH_TIME) != (kind == HS_PATH_TIME) ||
			hs_slice_starts(from->text, HS_S("T"))) {
			return false;
		}
	} else if (!hs__path_moment(from, &moment)) {
		return false;
	}
	if (kind == HS_PATH_TIME && moment.kind != HS_PATH_TIME) {
		return false;
	}
	if (kind != HS_PATH_TIME && moment.kind == HS_PATH_TIME) {
		return false;
	}
	as_kind(call, &moment, kind, out);
	return true;
}

static bool to_date(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	return to_moment(call, from, HS_PATH_DATE, out);
}

static bool to_datetime(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	return to_moment(call, from, HS_PATH_DATETIME, out);
}

static bool to_time(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	return to_moment(call, from, HS_PATH_TIME, out);
}

/* With an argument: a string is of that form. */
static enum hs_status convert_moment(struct path_call *call, conversion *to, uint8_t kind, bool ask)
{
	struct hs_slice format, refused;
	bool given = false;
	struct path_moment moment;
	struct hs_path_value made = { .kind = HS_PATH_NODE };
	enum hs_status status = hs__path_arg_text(call, 0, &format, &given);
	if (status || !given || call->focus->count != 1 || call->focus->items[0].kind != HS_PATH_STRING) {
		return status ? status : convert(call, to, ask);
	}
	enum path_format found = hs__path_moment_format(call->focus->items[0].text, format, &refused,
		&moment);
	if (found == PATH_FORMAT_REFUSED) {
		return hs__path_fault(call->run, call->node,
			"the format code %.*s is not supported; there are yyyy, yy, MM, M, dd, d, HH, H, hh, "
			"h, mm, m, ss, s, S, a and Z",
			refused.len > 20 ? 20 : (int)refused.len, refused.ptr);
	}
	if (ask) {
		return hs__path_push_boolean(call->run, call->out, found == PATH_FORMAT_FITS);
	}
	if (found != PATH_FORMAT_FITS) {
		return HS_OK;
	}
	as_kind(call, &moment, kind, &made);
	return made.text.ptr ? hs__path_push(call->run, call->out, &made) : hs__path_full(call->run);
}

static bool to_quantity(struct path_call *call, const struct hs_path_value *from, struct hs_path_value *out)
{
	struct path_quantity quantity = { .unit = HS_S("1") };
	out->kind = HS_PATH_QUANTITY;
	if (from->kind == HS_PATH_BOOLEAN) {
		quantity.value = (struct path_decimal) { from->boolean ? 10 : 0, 1 };
	} else if (from->kind == HS_PATH_STRING) {
		if (!hs__path_quantity_parse(from->text, &quantity)) {
			return false;
		}
	} else if (!hs__path_quantity_of(from, &quantity)) {
		return false;
	}
	out->text = hs__path_decimal_print(call->run->arena, quantity.value);
	out->unit = quantity.unit;
	return true;
}

/* With an argument: in that unit, when it can be. */
static enum hs_status convert_quantity(struct path_call *call, bool ask)
{
	struct hs_slice unit;
	bool there = false;
	const struct hs_path_value *value = NULL;
	enum hs_status status = hs__path_arg_text(call, 0, &unit, &there);
	if (!status) {
		status = hs__path_focus(call, &value);
	}
	if (status || !value || !there) {
		return status ? status : convert(call, to_quantity, ask);
	}
	struct hs_path_value made = { .kind = HS_PATH_NODE };
	struct path_quantity quantity;
	struct path_decimal number;
	unit = hs__path_calendar(unit) != PATH_CALENDAR_NONE ? hs__path_calendar_name(unit) : unit;
	bool can = to_quantity(call, value, &made) && hs__path_quantity_of(&made, &quantity);
	if (can && hs_slice_eq(quantity.unit, HS_S("1"))) {
		/* A number takes the unit as it is (section 5.5.7). */
		number = quantity.value;
		can = hs__path_calendar(unit) != PATH_CALENDAR_NONE || hs_ucum_is_valid(unit);
	} else {
		can = can && hs__path_quantity_level(&quantity, unit, &number);
	}
	if (ask) {
		return hs__path_push_boolean(call->run, call->out, can);
	}
	if (!can) {
		return HS_OK;
	}
	made.text = hs__path_decimal_print(call->run->arena, number);
	made.unit = unit;
	return made.text.ptr ? hs__path_push(call->run, call->out, &made) : hs__path_full(call->run);
}

enum hs_status hs__path_fn_to_quantity(struct path_call *call)
{
	return convert_quantity(call, false);
}

enum hs_status hs__path_fn_converts_to_quantity(struct path_call *call)
{
	return convert_quantity(call, true);
}

#define CONVERSION(name) \
	enum hs_status hs__path_fn_to_##name(struct path_call *call) \
	{ \
		return convert(call, to_##name, false); \
	} \
	enum hs_status hs__path_fn_converts_to_##name(struct path_call *call) \
	{ \
		return convert(call, to_##name, true); \
	}

#define CONVERSION_BY_FORMAT(name, kind) \
	enum hs_status hs__path_fn_to_##name(struct path_call *call) \
	{ \
		return convert_moment(call, to_##name, kind, false); \
	} \
	enum hs_status hs__path_fn_converts_to_##name(struct path_call *call) \
	{ \
		return convert_moment(call, to_##name, kind, true); \
	}

CONVERSION(boolean)
CONVERSION(integer)
CONVERSION(long)
CONVERSION(decimal)
CONVERSION(string)
CONVERSION_BY_FORMAT(date, HS_PATH_DATE)
CONVERSION_BY_FORMAT(datetime, HS_PATH_DATETIME)
CONVERSION(time)
