/* SPDX-License-Identifier: Apache-2.0 */
/* Mathematics (FHIRPath section 5.7). What has no result in decimals (the root of -1) is empty. */
#include <core/fhir/path/functions/functions.h>
#include <core/fhir/path/values/quantity.h>

/* The focus as a number; *there false when empty. */
static enum hs_status focus_number(struct path_call *call, struct path_decimal *out, bool *there)
{
	const struct hs_path_value *value = NULL;
	enum hs_status status = hs__path_focus(call, &value);
	*there = value != NULL;
	if (status || !value || hs__path_number(value, out)) {
		return status;
	}
	return hs__path_fault(call->run, call->node, "%.*s() takes a number, not %.*s",
		HS_S_ARG(hs__path_functions[call->node->function].name),
		HS_S_ARG(hs_path_type_name(call->run->defs, value)));
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
	return hs__path_fault(call->run, call->node, "the argument of %.*s() is a number, not %.*s",
		HS_S_ARG(hs__path_functions[call->node->function].name),
		HS_S_ARG(hs_path_type_name(call->run->defs, &value)));
}

/* An Integer; a Long when the focus is one, or is no whole number and the result is too large otherwise. */
static enum hs_status push_whole(struct path_call *call, struct path_decimal value)
{
	uint8_t kind = call->focus->items[0].kind;
	bool wide = kind == HS_PATH_LONG || (kind != HS_PATH_INTEGER && !hs__path_decimal_is_short(value));
	return hs__path_push_whole(call->run, call->out, value, wide);
}

/* The focus as a number or a quantity; *there NULL when empty. */
static enum hs_status focus_amount(struct path_call *call, struct path_quantity *out,
	const struct hs_path_value **there)
{
	enum hs_status status = hs__path_focus(call, there);
	if (status || !*there || hs__path_quantity_of(*there, out)) {
		return status;
	}
	return hs__path_fault(call->run, call->node, "%.*s() takes a number or a quantity, not %.*s",
		HS_S_ARG(hs__path_functions[call->node->function].name),
		HS_S_ARG(hs_path_type_name(call->run->defs, *there)));
}

/* A quantity of a quantity, else a decimal. */
static enum hs_status push_amount(struct path_call *call, const struct hs_path_value *from,
	const struct path_quantity *amount)
{
	struct hs_path_value result = { .kind = HS_PATH_QUANTITY, .unit = amount->unit };
	if (hs__path_is_number(from)) {
		return hs__path_push_decimal(call->run, call->out, amount->value);
	}
	result.text = hs__path_decimal_print(call->run->arena, amount->value);
	return result.text.ptr ? hs__path_push(call->run, call->out, &result) : hs__path_full(call->run);
}

enum hs_status hs__path_fn_abs(struct path_call *call)
{
	const struct hs_path_value *value = NULL;
	struct path_quantity amount;
	enum hs_status status = focus_amount(call, &amount, &value);
	if (status || !value) {
		return status;
	}
	if (amount.value.coefficient < 0) {
		amount.value.coefficient = -amount.value.coefficient;
	}
	return hs__path_is_whole(value) ? push_whole(call, amount.value) : push_amount(call, value, &amount);
}

static enum hs_status to_whole(struct path_call *call, enum path_rounding rounding)
{
	const struct hs_path_value *value = NULL;
	struct path_quantity amount;
	enum hs_status status = focus_amount(call, &amount, &value);
	if (status || !value || !hs__path_decimal_round(amount.value, 0, rounding, &amount.value)) {
		return status;
	}
	return hs__path_is_number(value) ? push_whole(call, amount.value) : push_amount(call, value, &amount);
}

#define WHOLE(name, rounding) \
	enum hs_status hs__path_fn_##name(struct path_call *call) \
	{ \
		return to_whole(call, rounding); \
	}

WHOLE(ceiling, PATH_ROUND_UP)
WHOLE(floor, PATH_ROUND_DOWN)
WHOLE(truncate, PATH_ROUND_ZERO)

enum hs_status hs__path_fn_round(struct path_call *call)
{
	const struct hs_path_value *value = NULL;
	struct path_quantity amount;
	int64_t digits = 0;
	bool given = true;
	enum hs_status status = focus_amount(call, &amount, &value);
	if (!status && call->node->count) {
		status = hs__path_arg_integer(call, 0, &digits, &given);
	}
	if (status || !value) {
		return status;
	}
	digits = given ? digits : 0;
	if (digits < 0) {
		return hs__path_fault(call->run, call->node, "round() takes no negative number of digits");
	}
	if (digits < amount.value.scale) {
		(void)hs__path_decimal_round(amount.value, (int)digits, PATH_ROUND_HALF_UP, &amount.value);
	}
	return push_amount(call, value, &amount);
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

#define ONE_OPERAND(name, operation) \
	enum hs_status hs__path_fn_##name(struct path_call *call) \
	{ \
		return apply(call, operation); \
	}

ONE_OPERAND(exp, hs__path_decimal_exp)
ONE_OPERAND(ln, hs__path_decimal_ln)
ONE_OPERAND(sqrt, hs__path_decimal_root)

/* The focus and the argument, when both are there. */
static enum hs_status two_numbers(struct path_call *call, struct path_decimal *a, struct path_decimal *b,
	bool *there, bool *whole)
{
	bool given = false;
	enum hs_status status = focus_number(call, a, there);
	if (!status) {
		status = arg_number(call, b, &given, whole);
	}
	*there = !status && *there && given;
	return status;
}

enum hs_status hs__path_fn_log(struct path_call *call)
{
	struct path_decimal number, base, result;
	bool there, ignored;
	enum hs_status status = two_numbers(call, &number, &base, &there, &ignored);
	if (status || !there) {
		return status;
	}
	if (number.coefficient <= 0 || base.coefficient <= 0) {
		return hs__path_fault(call->run, call->node, "log() takes a number and a base above 0");
	}
	return hs__path_decimal_log(number, base, &result) ?
		hs__path_push_decimal(call->run, call->out, result) :
		HS_OK;
}

enum hs_status hs__path_fn_power(struct path_call *call)
{
	struct path_decimal number, exponent, result;
	bool there, whole;
	enum hs_status status = two_numbers(call, &number, &exponent, &there, &whole);
	if (status || !there || !hs__path_decimal_power(number, exponent, &result)) {
		return status;
	}
	whole = whole && hs__path_is_whole(&call->focus->items[0]) && exponent.coefficient >= 0;
	return whole ? push_whole(call, result) : hs__path_push_decimal(call->run, call->out, result);
}
