/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregates: aggregate() (FHIRPath section 7), and sum, min, max and avg of the continuous build. Of nothing
 * there is nothing. */
#include <core/fhir/path/functions/functions.h>
#include <core/fhir/path/values/quantity.h>

enum hs_status hs__path_fn_aggregate(struct path_call *call)
{
	PATH_LIST(first, 1);
	PATH_LIST(second, 1);
	struct path_list *total = &first, *next = &second;
	enum hs_status status = hs__path_arg(call, 1, total);
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		struct path_scope scope = *call->scope;
		scope.self = &call->focus->items[i];
		scope.self_count = 1;
		scope.index = i;
		scope.total = total;
		next->count = 0;
		status = hs__path_eval(call->run, call->node->first, &scope, next);
		struct path_list *swap = total;
		total = next;
		next = swap;
	}
	return status ? status : hs__path_push_all(call->run, call->out, total);
}

/* `a op b` for an operator that is not in the text; no result leaves *count 0. */
static enum hs_status apply(struct path_call *call, enum path_op op, const struct hs_path_value *a,
	const struct hs_path_value *b, struct path_list *out)
{
	struct path_node node = { .op = (uint8_t)op, .at = call->node->at };
	out->count = 0;
	return hs__path_arithmetic(call->run, &node, a, b, out);
}

/* The sum in *total, which is empty when a number grows too large or units do not go together. */
static enum hs_status add_up(struct path_call *call, struct path_list *total)
{
	enum hs_status status = HS_OK;
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		const struct hs_path_value *item = &call->focus->items[i];
		struct path_quantity quantity;
		if (!hs__path_quantity_of(item, &quantity)) {
			return hs__path_fault(call->run, call->node, "%.*s() takes numbers or quantities",
				HS_S_ARG(hs__path_functions[call->node->function].name));
		}
		if (i == 0) {
			status = hs__path_push(call->run, total, item);
			continue;
		}
		PATH_LIST(next, 1);
		status = apply(call, OP_ADD, &total->items[0], item, &next);
		if (status || next.count == 0) {
			total->count = 0;
			return status;
		}
		total->items[0] = next.items[0];
	}
	return status;
}

enum hs_status hs__path_fn_sum(struct path_call *call)
{
	PATH_LIST(total, 1);
	enum hs_status status = add_up(call, &total);
	return status ? status : hs__path_push_all(call->run, call->out, &total);
}

enum hs_status hs__path_fn_avg(struct path_call *call)
{
	PATH_LIST(total, 1);
	PATH_LIST(mean, 1);
	struct hs_path_value count = { .kind = HS_PATH_INTEGER, .integer = call->focus->count };
	enum hs_status status = add_up(call, &total);
	if (!status && total.count) {
		status = apply(call, OP_DIVIDE, &total.items[0], &count, &mean);
	}
	return status ? status : hs__path_push_all(call->run, call->out, &mean);
}

/* The item that comes first (or last) by the order of < and >; empty when two cannot be told apart. */
static enum hs_status pick(struct path_call *call, bool last)
{
	const struct hs_path_value *best = NULL;
	for (uint32_t i = 0; i < call->focus->count; i++) {
		const struct hs_path_value *item = &call->focus->items[i];
		int order = 0;
		bool known = true;
		enum hs_status status = best ?
			hs__path_order(call->run, call->node, item, best, &order, &known) :
			HS_OK;
		if (status || !known) {
			return status;
		}
		best = !best || (last ? order > 0 : order < 0) ? item : best;
	}
	return best ? hs__path_push(call->run, call->out, best) : HS_OK;
}

enum hs_status hs__path_fn_min(struct path_call *call)
{
	return pick(call, false);
}

enum hs_status hs__path_fn_max(struct path_call *call)
{
	return pick(call, true);
}
