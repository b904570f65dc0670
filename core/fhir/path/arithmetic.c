/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic operators on numbers, strings, quantities and dates (FHIRPath section 6.6). */
#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>
#include <core/fhir/path/run.h>

static enum hs_status push_quantity(struct path_run *run, struct path_list *out,
	const struct path_quantity *quantity)
{
	struct hs_slice text = hs__path_decimal_print(run->arena, quantity->value);
	if (!text.ptr || (quantity->unit.len && !quantity->unit.ptr)) {
		return hs__path_full(run);
	}
	return hs__path_push(run, out,
		&(struct hs_path_value) { .kind = HS_PATH_QUANTITY, .text = text, .unit = quantity->unit });
}

/* Division by zero and results that do not fit are empty (section 6.6). */
static enum hs_status on_numbers(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *left, const struct hs_path_value *right, struct path_list *out)
{
	struct path_decimal a, b, result, rest;
	bool fits = hs__path_number(left, &a) && hs__path_number(right, &b);
	bool whole = hs__path_is_whole(left) && hs__path_is_whole(right);
	bool wide = left->kind == HS_PATH_LONG || right->kind == HS_PATH_LONG;
	switch (fits ? node->op : OP_EMPTY) {
	case OP_ADD:
		fits = hs__path_decimal_add(a, b, &result);
		break;
	case OP_SUBTRACT:
		fits = hs__path_decimal_subtract(a, b, &result);
		break;
	case OP_MULTIPLY:
		fits = hs__path_decimal_multiply(a, b, &result);
		break;
	case OP_DIVIDE:
		fits = hs__path_decimal_divide(a, b, &result);
		whole = false;
		break;
	case OP_DIV:
		fits = hs__path_decimal_divmod(a, b, &result, &rest);
		wide = wide || (!whole && fits && !hs__path_decimal_is_short(result));
		whole = true;
		break;
	case OP_MOD:
		fits = hs__path_decimal_divmod(a, b, &rest, &result);
		break;
	default:
		fits = false;
	}
	if (!fits) {
		return HS_OK;
	}
	return whole ? hs__path_push_whole(run, out, result, wide) : hs__path_push_decimal(run, out, result);
}

static const char *sign_of(const struct path_node *node)
{
	switch ((enum path_op)node->op) {
	case OP_ADD:
		return "+";
	case OP_SUBTRACT:
		return "-";
	case OP_MULTIPLY:
		return "*";
	case OP_DIVIDE:
		return "/";
	case OP_DIV:
		return "div";
	default:
		return "mod";
	}
}

static enum hs_status refuse(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *a, const struct hs_path_value *b, const char *hint)
{
	return hs__path_fault(run, node, "%s does not work on %.*s and %.*s%s", sign_of(node),
		HS_S_ARG(hs_path_type_name(run->defs, a)), HS_S_ARG(hs_path_type_name(run->defs, b)), hint);
}

/* The finer of the two units, in which sums are given (section 6.6). */
static struct hs_slice finer_unit(const struct path_quantity *a, const struct path_quantity *b)
{
	struct path_quantity one = { .value = hs__path_decimal_of(1), .unit = b->unit };
	struct path_decimal in_a;
	bool finer = hs__path_quantity_convert(&one, a->unit, &in_a) &&
		hs__path_decimal_compare(in_a, hs__path_decimal_of(1)) < 0;
	return finer ? b->unit : a->unit;
}

static bool sum_quantities(const struct path_quantity *a, const struct path_quantity *b, bool minus,
	struct path_quantity *out)
{
	struct path_decimal x, y;
	struct hs_slice unit = finer_unit(a, b);
	if (!hs__path_quantity_convert(a, unit, &x) || !hs__path_quantity_convert(b, unit, &y)) {
		return false;
	}
	out->unit = unit;
	return minus ? hs__path_decimal_subtract(x, y, &out->value) : hs__path_decimal_add(x, y, &out->value);
}

static enum hs_status on_quantities(struct path_run *run, const struct path_node *node,
	const struct path_quantity *a, const struct path_quantity *b, struct path_list *out)
{
	struct path_quantity result = { .unit = a->unit };
	bool fits;
	switch (node->op) {
	case OP_ADD:
	case OP_SUBTRACT:
		fits = sum_quantities(a, b, node->op == OP_SUBTRACT, &result);
		break;
	case OP_MULTIPLY:
		fits = hs__path_quantity_multiply(run->arena, a, b, &result);
		break;
	case OP_DIVIDE:
		fits = hs__path_quantity_divide(run->arena, a, b, &result);
		break;
	default:
		return hs__path_fault(run, node, "%s does not work on quantities", sign_of(node));
	}
	return fits ? push_quantity(run, out, &result) : HS_OK;
}

static enum hs_status on_moment(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *left, const struct path_moment *moment, const struct hs_path_value *right,
	struct path_list *out)
{
	struct path_quantity amount;
	bool span = right->kind == HS_PATH_QUANTITY || right->kind == HS_PATH_NODE;
	if ((node->op != OP_ADD && node->op != OP_SUBTRACT) || !span ||
		!hs__path_quantity_of(right, &amount)) {
		return refuse(run, node, left, right, "; a date moves by a time span: + 3 days");
	}
	enum path_calendar unit = hs__path_quantity_calendar(&amount);
	if (unit == PATH_CALENDAR_NONE) {
		return hs__path_fault(run, node,
			"a date moves by years, months, weeks, days, hours ... not by '%.*s'",
			HS_S_ARG(amount.unit));
	}
	if (node->op == OP_SUBTRACT) {
		amount.value.coefficient = -amount.value.coefficient;
	}
	struct path_moment result;
	if (moment->kind == HS_PATH_TIME && unit < PATH_CALENDAR_HOUR) {
		return hs__path_fault(run, node, "a time moves by hours, minutes, seconds, not by '%.*s'",
			HS_S_ARG(amount.unit));
	}
	if (!hs__path_moment_add(moment, amount.value, (int)unit, &result)) {
		return hs__path_fault(run, node, "the result is no date of the years 1 to 9999");
	}
	return hs__path_push_text(run, out, (enum hs_path_kind)result.kind,
		hs__path_moment_print(run->arena, &result));
}

static enum hs_status on_texts(struct path_run *run, struct hs_slice a, struct hs_slice b,
	struct path_list *out)
{
	char *text = hs_arena_raw(run->arena, a.len + b.len + 1);
	if (!text) {
		return hs__path_full(run);
	}
	memcpy(text, a.len ? a.ptr : "", a.len);
	memcpy(text + a.len, b.len ? b.ptr : "", b.len);
	return hs__path_push_text(run, out, HS_PATH_STRING, hs_slice(text, a.len + b.len));
}

enum hs_status hs__path_arithmetic(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *a, const struct hs_path_value *b, struct path_list *out)
{
	struct path_moment moment;
	struct path_quantity x, y;
	if (hs__path_is_number(a) && hs__path_is_number(b)) {
		return on_numbers(run, node, a, b, out);
	}
	/* A string of a resource whose type is not known is a date when it looks like one. */
	bool untyped = a->kind == HS_PATH_STRING && a->node && !a->type &&
		hs__path_moment_parse(a->text, &moment);
	if ((untyped || hs__path_moment(a, &moment)) &&
		(b->kind == HS_PATH_QUANTITY || b->kind == HS_PATH_NODE)) {
		return on_moment(run, node, a, &moment, b, out);
	}
	if (hs__path_moment(a, &moment)) {
		return on_moment(run, node, a, &moment, b, out);
	}
	if (node->op == OP_ADD && a->kind == HS_PATH_STRING && b->kind == HS_PATH_STRING) {
		return on_texts(run, a->text, b->text, out);
	}
	if (hs__path_quantity_of(a, &x) && hs__path_quantity_of(b, &y)) {
		return on_quantities(run, node, &x, &y, out);
	}
	return refuse(run, node, a, b, "");
}

enum hs_status hs__path_negate(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *a, struct path_list *out)
{
	struct path_decimal number;
	struct path_quantity quantity;
	if (hs__path_number(a, &number)) {
		/* The least Integer is written as minus a number that is none: a literal without an L. */
		bool least = a->kind == HS_PATH_LONG && a->text.len && !a->node &&
			a->integer == -(int64_t)INT32_MIN;
		number.coefficient = -number.coefficient;
		return hs__path_is_whole(a) ?
			hs__path_push_whole(run, out, number, a->kind == HS_PATH_LONG && !least) :
			hs__path_push_decimal(run, out, number);
	}
	if (hs__path_quantity_of(a, &quantity)) {
		quantity.value.coefficient = -quantity.value.coefficient;
		return push_quantity(run, out, &quantity);
	}
	return hs__path_fault(run, node,
		"a sign stands before a number or a quantity, not %.*s; -1.abs() means -(1.abs())",
		HS_S_ARG(hs_path_type_name(run->defs, a)));
}
