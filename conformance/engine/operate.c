/* SPDX-License-Identifier: Apache-2.0 */
/* The operators of assertions on texts (http://hl7.org/fhir/assert-operator-codes). */
#include <conformance/engine/stage.h>

/* sign, digits without leading zeros, digits after the point without trailing zeros */
struct plain_number {
	bool negative;
	struct hs_slice whole, fraction;
};

static bool all_digits(struct hs_slice s)
{
	for (size_t i = 0; s.ptr && i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

static bool parse_number(struct hs_slice text, struct plain_number *out)
{
	struct hs_slice rest = hs_slice_trim(text);

	out->negative = hs_slice_starts(rest, HS_S("-"));
	if (out->negative)
		rest = hs_slice_from(rest, 1);
	out->whole = hs_slice_cut(&rest, '.');
	out->fraction = rest;
	if (!out->whole.len || (rest.ptr && !rest.len) || !all_digits(out->whole) || !all_digits(rest))
		return false;
	while (out->whole.ptr && out->whole.len > 1 && out->whole.ptr[0] == '0')
		out->whole = hs_slice_from(out->whole, 1);
	while (out->fraction.ptr && out->fraction.len && out->fraction.ptr[out->fraction.len - 1] == '0')
		out->fraction.len--;
	return true;
}

static int compare_numbers(const struct plain_number *a, const struct plain_number *b)
{
	int order = 0;

	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	if (a->whole.len != b->whole.len)
		order = a->whole.len < b->whole.len ? -1 : 1;
	if (!order)
		order = hs_slice_cmp(a->whole, b->whole);
	if (!order)
		order = hs_slice_cmp(a->fraction, b->fraction);
	return a->negative ? -order : order;
}

/* greaterThan and lessThan: numbers exactly, dates as moments. *order is -1, 0 or 1. */
static bool compare(struct hs_slice found, struct hs_slice wanted, int *order)
{
	struct plain_number a, b;
	struct hs_time x, y;

	if (parse_number(found, &a) && parse_number(wanted, &b)) {
		*order = compare_numbers(&a, &b);
		return true;
	}
	if (hs_time_parse(found, 0, &x) && hs_time_parse(wanted, 0, &y)) {
		*order = x.lo < y.lo ? -1 : x.lo > y.lo;
		return true;
	}
	return false;
}

static bool is_listed(struct hs_slice found, struct hs_slice list)
{
	if (!list.len)
		return false;
	while (list.ptr)
		if (hs_slice_eq(hs_slice_trim(hs_slice_cut(&list, ',')), found))
			return true;
	return false;
}

int hs_test_operate(enum hs_script_operator op, struct hs_slice found, struct hs_slice wanted,
	struct hs_error *err)
{
	int order = 0;

	switch (op) {
	case HS_OP_ABSENT:
	case HS_OP_EQUALS:
		return hs_slice_eq(found, wanted);
	case HS_OP_NOT_EQUALS:
		return !hs_slice_eq(found, wanted);
	case HS_OP_IN:
		return is_listed(found, wanted);
	case HS_OP_NOT_IN:
		return !is_listed(found, wanted);
	case HS_OP_EMPTY:
		return found.len == 0;
	case HS_OP_NOT_EMPTY:
		return found.len != 0;
	case HS_OP_CONTAINS:
		return hs_slice_search(found, wanted) != SIZE_MAX;
	case HS_OP_NOT_CONTAINS:
		return hs_slice_search(found, wanted) == SIZE_MAX;
	case HS_OP_GREATER:
	case HS_OP_LESS:
		if (!parse_number(wanted, &(struct plain_number) { 0 }) &&
			!hs_time_parse(wanted, 0, &(struct hs_time) { 0 })) {
			hs_fail(err, HS_E_INVALID,
				"%s needs a number or a date to compare with, not \"%.*s\"",
				hs_script_operator_name(op), HS_S_ARG(wanted));
			return -1;
		}
		/* What is no number is not greater than one. */
		return compare(found, wanted, &order) && (op == HS_OP_GREATER ? order > 0 : order < 0);
	default:
		hs_fail(err, HS_E_INVALID, "the operator %s does not go with this kind of assertion",
			hs_script_operator_name(op));
		return -1;
	}
}

struct hs_slice hs_test_wanted(struct hs_arena *arena, enum hs_script_operator op, struct hs_slice value)
{
	switch (op) {
	case HS_OP_ABSENT:
	case HS_OP_EQUALS:
		return hs_arena_printf(arena, "%.*s", HS_S_ARG(value));
	case HS_OP_NOT_EQUALS:
		return hs_arena_printf(arena, "anything but %.*s", HS_S_ARG(value));
	case HS_OP_IN:
		return hs_arena_printf(arena, "one of %.*s", HS_S_ARG(value));
	case HS_OP_NOT_IN:
		return hs_arena_printf(arena, "none of %.*s", HS_S_ARG(value));
	case HS_OP_GREATER:
		return hs_arena_printf(arena, "more than %.*s", HS_S_ARG(value));
	case HS_OP_LESS:
		return hs_arena_printf(arena, "less than %.*s", HS_S_ARG(value));
	case HS_OP_EMPTY:
		return HS_S("nothing");
	case HS_OP_NOT_EMPTY:
		return HS_S("something");
	case HS_OP_CONTAINS:
		return hs_arena_printf(arena, "something with %.*s in it", HS_S_ARG(value));
	case HS_OP_NOT_CONTAINS:
		return hs_arena_printf(arena, "something without %.*s in it", HS_S_ARG(value));
	default:
		return HS_S("true");
	}
}
