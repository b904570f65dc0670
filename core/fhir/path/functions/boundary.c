/* SPDX-License-Identifier: Apache-2.0 */
/* Boundaries and precision of decimals, quantities, dates and times (FHIRPath continuous build, section 5.9).
 */
#include <core/fhir/path/functions/functions.h>
#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/values/quantity.h>

#define DEFAULT_DIGITS 8 /* of a decimal */

/* Half a unit of the last digit away, then cut to so many digits in the same direction. */
static bool bound_decimal(struct path_decimal value, bool high, int64_t digits, struct path_decimal *out)
{
	struct path_decimal half = { 5, value.scale + 1 };
	if (digits < 0 || digits > PATH_DECIMAL_SCALE) {
		return false;
	}
	bool fits = high ? hs__path_decimal_add(value, half, &value) :
			   hs__path_decimal_subtract(value, half, &value);
	return fits &&
		hs__path_decimal_round(value, (int)digits, high ? PATH_ROUND_UP : PATH_ROUND_DOWN, out);
}

static enum hs_status bound_number(struct path_call *call, const struct hs_path_value *value, bool high,
	int64_t digits)
{
	struct path_quantity quantity;
	struct path_decimal bound;
	if (!hs__path_quantity_of(value, &quantity)) {
		return hs__path_fault(call->run, call->node,
			"%.*s() takes a number, quantity, date or time, not %.*s",
			HS_S_ARG(hs__path_functions[call->node->function].name),
			HS_S_ARG(hs_path_type_name(call->run->defs, value)));
	}
	if (!bound_decimal(quantity.value, high, digits < 0 ? DEFAULT_DIGITS : digits, &bound)) {
		return HS_OK;
	}
	if (hs__path_is_number(value)) {
		return hs__path_push_decimal(call->run, call->out, bound);
	}
	struct hs_path_value result = { .kind = HS_PATH_QUANTITY, .unit = quantity.unit };
	result.text = hs__path_decimal_print(call->run->arena, bound);
	return result.text.ptr ? hs__path_push(call->run, call->out, &result) : hs__path_full(call->run);
}

static enum hs_status bound(struct path_call *call, bool high)
{
	const struct hs_path_value *value = NULL;
	struct path_moment moment, edge;
	int64_t digits = -1;
	bool given = false;
	enum hs_status status = hs__path_focus(call, &value);
	if (!status) {
		status = hs__path_arg_integer(call, 0, &digits, &given);
	}
	if (status || !value || (given && digits < 0)) {
		return status;
	}
	if (!hs__path_moment(value, &moment)) {
		return bound_number(call, value, high, given ? digits : -1);
	}
	int whole = moment.kind == HS_PATH_DATE ? 8 : moment.kind == HS_PATH_TIME ? 9 : 17;
	if ((given && digits > 17) ||
		!hs__path_moment_bound(&moment, high, given ? (int)digits : whole, &edge)) {
		return HS_OK;
	}
	return hs__path_push_text(call->run, call->out, (enum hs_path_kind)edge.kind,
		hs__path_moment_print(call->run->arena, &edge));
}

enum hs_status hs__path_fn_low_boundary(struct path_call *call)
{
	return bound(call, false);
}

enum hs_status hs__path_fn_high_boundary(struct path_call *call)
{
	return bound(call, true);
}

enum hs_status hs__path_fn_precision(struct path_call *call)
{
	const struct hs_path_value *value = NULL;
	struct path_moment moment;
	struct path_quantity quantity;
	enum hs_status status = hs__path_focus(call, &value);
	if (status || !value) {
		return status;
	}
	if (hs__path_moment(value, &moment)) {
		return hs__path_push_integer(call->run, call->out, hs__path_moment_digits(&moment));
	}
	if (!hs__path_quantity_of(value, &quantity)) {
		return hs__path_fault(call->run, call->node,
			"precision() takes a number, quantity, date or time, not %.*s",
			HS_S_ARG(hs_path_type_name(call->run->defs, value)));
	}
	return hs__path_push_integer(call->run, call->out, quantity.value.scale);
}

/* Of what is not one quantity on each side nothing is said. */
enum hs_status hs__path_fn_comparable(struct path_call *call)
{
	PATH_LIST(others, 2);
	struct path_quantity a, b;
	enum hs_status status = hs__path_arg(call, 0, &others);
	if (status || call->focus->count != 1 || others.count != 1 ||
		!hs__path_quantity_of(&call->focus->items[0], &a) ||
		!hs__path_quantity_of(&others.items[0], &b)) {
		return status;
	}
	return hs__path_push_boolean(call->run, call->out, hs__path_quantity_comparable(&a, &b));
}
