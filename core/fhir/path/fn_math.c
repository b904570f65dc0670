/* SPDX-License-Identifier: Apache-2.0 */
/* Mathematics (FHIRPath section 5.7). What has no result in decimals (the root of -1) is empty. */
#include <core/fhir/path/functions.h>
#include <core/fhir/path/quantity.h>

/* The focus as a number; *there false when empty. */
static enum hs_status focus_number(struct path_call *call, struct path_decimal *out, bool *there)
{
	const struct hs_path_value *value = NULL;
	enum hs_status status = hs__path_focus(call, &value);
	*there = value != NULL;
	if (status || !value || hs__path_number(value, out)) {
		return status;
	}
	return hs__path_fault(call->run, call->node, "%.*s() takes a number",
		HS_S_ARG(hs__path_functions[call->node->function].name));
}

/* *whole tells whether it is of a type for whole numbers. */
static enum hs_status arg_number(struct path_call *call, struct path_decimal *out, bool *there, bool *whole)
{
	struct hs_path_value value = { .kind = HS_PATH_NODE };
	enum hs_status status = hs__path_arg_one(call, 0, &value, there);
	*whole = hs__path_is_whole(&value);
	if (status || !*there || hs__path_number(&value, out)) {
		return status;
	}
	return hs__path_fault(call->run, call->node, "the argument of %.*s() is a number",
		HS_S_ARG(hs__path_functions[call->node->function].name));
}

/* An Integer; a Long when the focus is one, or is no whole number and the result is too large otherwise. */
static enum hs_status push_whole(struct path_call *call, struct path_decimal value)
{
	uint8_t kind = call->focus->items[0].kind;
	bool wide = kind == HS_PATH_LONG || (kind != HS_PATH_INTEGER && !hs__path_decimal_is_short(value));
	return hs__path_push_whole(call->run, call->out, value, wide);
}

enum hs_status hs__path_fn_abs(struct path_call *call)
{
	const struct hs_path_value *value = NULL;
	struct path_quantity quantity;
	enum hs_status status = hs__path_focus(call, &value);
	if (status || !value) {
		return status;
	}
	if (!hs__path_quantity_of(value, &quantity)) {
		return hs__path_fault(call->run, call->node, "abs() takes a number or a quantity");
	}
	if (quantity.value.coefficient < 0) {
		quantity.value.coefficient = -quantity.value.coefficient;
	}
	if (hs__path_is_whole(value)) {
		return push_whole(call, quantity.value);
	}
	struct hs_path_value result = { .kind = HS_PATH_DECIMAL };
	result.text = hs__path_decimal_print(call->run->arena, quantity.value);
	if (value->kind != HS_PATH_DECIMAL) {
		result.kind = HS_PATH_QUANTITY;
		result.unit = quantity.unit;
	}
	return result.text.ptr ? hs__path_push(call->run, call->out, &result) : hs__path_full(call->run);
}

static enum hs_status to_whole(struct path_call *call, enum path_rounding rounding)
{
	struct path_decimal number;
	bool there;
	enum hs_status status = focus_number(call, &number, &there);
	if (status || !there || !hs__path_decimal_round(number, 0, rounding, &number)) {
		return status;
	}
	return push_whole(call, number);
}

enum hs_status hs__path_fn_ceiling(struct path_call *call)
{
	return to_whole(call, PATH_ROUND_UP);
}

enum hs_status hs__path_fn_floor(struct path_call *call)
{
	return to_whole(call, PATH_ROUND_DOWN);
}

enum hs_status hs__path_fn_truncate(struct path_call *call)
{
	return to_whole(call, PATH_ROUND_ZERO);
}

enum hs_status hs__path_fn_round(struct path_call *call)
{
	struct path_decimal number;
	int64_t digits = 0;
	bool there, given = true;
	enum hs_status status = focus_number(call, &number, &there);
	if (!status && call->node->count) {
		status = hs__path_arg_integer(call, 0, &digits, &given);
	}
	if (status || !there) {
		return status;
	}
	digits = given ? digits : 0;
	if (digits < 0) {
		return hs__path_fault(call->run, call->node, "round() takes no negative number of digits");
	}
	if (digits < number.scale) {
		(void)hs__path_decimal_round(number, (int)digits, PATH_ROUND_HALF_UP, &number);
	}
	return hs__path_push_decimal(call->run, call->out, number);
}

typedef bool one_operand(struct path_decimal a, struct path_decimal *out);

static enum hs_status apply(struct path_call *call, one_operand *operation)
{
	struct path_decimal number;
	bool there;
	enum hs_status status = focus_number(call, &number, &there);
	if (status || !there || !operation(number, &number)) {
		return status;
	}
	return hs__path_push_decimal(call->run, call->out, number);
}

enum hs_status hs__path_fn_exp(struct path_call *call)
{
	return apply(call, hs__path_decimal_exp);
}

enum hs_status hs__path_fn_ln(struct path_call *call)
{
	return apply(call, hs__path_decimal_ln);
}

enum hs_status hs__path_fn_sqrt(struct path_call *call)
{
	return apply(call, hs__path_decimal_root);
}

enum hs_status hs__path_fn_log(struct path_call *call)
{
	struct path_decimal number, base, result;
	bool there, given, ignored;
	enum hs_status status = focus_number(call, &number, &there);
	if (!status) {
		status = arg_number(call, &base, &given, &ignored);
	}
	if (status || !there || !given || !hs__path_decimal_log(number, base, &result)) {
		return status;
	}
	return hs__path_push_decimal(call->run, call->out, result);
}

enum hs_status hs__path_fn_power(struct path_call *call)
{
	struct path_decimal number, exponent, result;
	bool there, given, whole;
	enum hs_status status = focus_number(call, &number, &there);
	if (!status) {
		status = arg_number(call, &exponent, &given, &whole);
	}
	if (status || !there || !given || !hs__path_decimal_power(number, exponent, &result)) {
		return status;
	}
	whole = whole && hs__path_is_whole(&call->focus->items[0]) && exponent.coefficient >= 0;
	return whole ? push_whole(call, result) : hs__path_push_decimal(call->run, call->out, result);
}
