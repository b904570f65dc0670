/* SPDX-License-Identifier: Apache-2.0 */
/* Functions on existence (FHIRPath section 5.1). */
#include <core/fhir/path/functions/functions.h>

enum hs_status hs__path_fn_empty(struct path_call *call)
{
	return hs__path_push_boolean(call->run, call->out, call->focus->count == 0);
}

/* Looks for an item whose criterion is (or with `all`, is not) true. */
static enum hs_status search(struct path_call *call, bool all, bool *found)
{
	*found = false;
	for (uint32_t i = 0; i < call->focus->count; i++) {
		int truth = -1;
		enum hs_status status = hs__path_criterion(call, call->node->first, &call->focus->items[i], i,
			&truth);
		if (status) {
			return status;
		}
		if ((truth == 1) != all) {
			*found = true;
			return HS_OK;
		}
	}
	return HS_OK;
}

enum hs_status hs__path_fn_exists(struct path_call *call)
{
	bool found = call->focus->count > 0;
	if (call->node->first) {
		enum hs_status status = search(call, false, &found);
		if (status) {
			return status;
		}
	}
	return hs__path_push_boolean(call->run, call->out, found);
}

enum hs_status hs__path_fn_all(struct path_call *call)
{
	bool found;
	enum hs_status status = search(call, true, &found);
	return status ? status : hs__path_push_boolean(call->run, call->out, !found);
}

/* True when (with `any`) one, or else every item is `wanted`. */
static enum hs_status judge_booleans(struct path_call *call, bool wanted, bool any)
{
	bool found = false;
	for (uint32_t i = 0; i < call->focus->count; i++) {
		const struct hs_path_value *value = &call->focus->items[i];
		if (value->kind != HS_PATH_BOOLEAN) {
			return hs__path_fault(call->run, call->node, "%.*s() takes booleans",
				HS_S_ARG(hs__path_functions[call->node->function].name));
		}
		found = found || (value->boolean == wanted) == any;
	}
	return hs__path_push_boolean(call->run, call->out, found == any);
}

enum hs_status hs__path_fn_all_true(struct path_call *call)
{
	return judge_booleans(call, true, false);
}

enum hs_status hs__path_fn_any_true(struct path_call *call)
{
	return judge_booleans(call, true, true);
}

enum hs_status hs__path_fn_all_false(struct path_call *call)
{
	return judge_booleans(call, false, false);
}

enum hs_status hs__path_fn_any_false(struct path_call *call)
{
	return judge_booleans(call, false, true);
}

static enum hs_status is_subset(struct path_call *call, const struct path_list *small,
	struct path_list *large)
{
	bool inside = true;
	for (uint32_t i = 0; inside && i < small->count; i++) {
		enum hs_status status = hs__path_found(call->run, large, &small->items[i], &inside);
		if (status) {
			return status;
		}
	}
	return hs__path_push_boolean(call->run, call->out, inside);
}

enum hs_status hs__path_fn_subset_of(struct path_call *call)
{
	PATH_LIST(other, 2);
	enum hs_status status = hs__path_arg(call, 0, &other);
	return status ? status : is_subset(call, call->focus, &other);
}

enum hs_status hs__path_fn_superset_of(struct path_call *call)
{
	PATH_LIST(other, 2);
	enum hs_status status = hs__path_arg(call, 0, &other);
	return status ? status : is_subset(call, &other, call->focus);
}

enum hs_status hs__path_fn_count(struct path_call *call)
{
	return hs__path_push_integer(call->run, call->out, call->focus->count);
}

enum hs_status hs__path_fn_not(struct path_call *call)
{
	int truth;
	enum hs_status status = hs__path_boolean(call->run, call->node, call->focus, &truth);
	return status || truth < 0 ? status : hs__path_push_boolean(call->run, call->out, !truth);
}

enum hs_status hs__path_fn_has_value(struct path_call *call)
{
	const struct path_list *focus = call->focus;
	bool has = focus->count == 1 && focus->items[0].kind != HS_PATH_NODE;
	return hs__path_push_boolean(call->run, call->out, has);
}
