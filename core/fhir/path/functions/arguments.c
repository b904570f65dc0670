/* SPDX-License-Identifier: Apache-2.0 */
/* What the functions share: their focus, arguments and criteria. */
#include <core/fhir/path/run.h>

bool hs__path_is_text(const struct hs_path_value *value)
{
	switch (value->kind) {
	case HS_PATH_STRING:
		return true;
	case HS_PATH_DATE:
	case HS_PATH_DATETIME:
	case HS_PATH_TIME:
		return value->node != NULL; /* a FHIR date converts to a string, a literal does not */
	default:
		return false;
	}
}

enum hs_status hs__path_focus(struct path_call *call, const struct hs_path_value **out)
{
	if (call->focus->count > 1) {
		return hs__path_fault(call->run, call->node, "%.*s() takes one item, found %u%s",
			HS_S_ARG(hs__path_functions[call->node->function].name), call->focus->count,
			hs__path_enough(call->focus) ? " or more" : "");
	}
	*out = call->focus->count ? &call->focus->items[0] : NULL;
	return HS_OK;
}

enum hs_status hs__path_focus_text(struct path_call *call, struct hs_slice *out, bool *there)
{
	const struct hs_path_value *value = NULL;
	enum hs_status status = hs__path_focus(call, &value);
	*there = value != NULL;
	if (status || !value) {
		return status;
	}
	if (!hs__path_is_text(value)) {
		return hs__path_fault(call->run, call->node, "%.*s() takes a string, not %.*s",
			HS_S_ARG(hs__path_functions[call->node->function].name),
			HS_S_ARG(hs_path_type_name(call->run->defs, value)));
	}
	*out = value->text;
	return HS_OK;
}

static const struct path_node *argument(const struct path_call *call, unsigned index)
{
	const struct path_node *node = call->node->first;
	for (; index && node; index--) {
		node = node->next;
	}
	return node;
}

enum hs_status hs__path_arg(struct path_call *call, unsigned index, struct path_list *out)
{
	const struct path_node *node = argument(call, index);
	return node ? hs__path_eval_apart(call->run, node, call->scope, out) : HS_OK;
}

enum hs_status hs__path_arg_one(struct path_call *call, unsigned index, struct hs_path_value *out,
	bool *there)
{
	PATH_LIST(list, 2);
	enum hs_status status = hs__path_arg(call, index, &list);
	if (status) {
		return status;
	}
	if (list.count > 1) {
		return hs__path_fault(call->run, call->node, "an argument of %.*s() is one item, found %u",
			HS_S_ARG(hs__path_functions[call->node->function].name), list.count);
	}
	*there = list.count == 1;
	if (*there) {
		*out = list.items[0];
	}
	return HS_OK;
}

enum hs_status hs__path_arg_text(struct path_call *call, unsigned index, struct hs_slice *out, bool *there)
{
	struct hs_path_value value;
	enum hs_status status = hs__path_arg_one(call, index, &value, there);
	if (status || !*there) {
		return status;
	}
	if (!hs__path_is_text(&value)) {
		return hs__path_fault(call->run, call->node, "an argument of %.*s() is a string, not %.*s",
			HS_S_ARG(hs__path_functions[call->node->function].name),
			HS_S_ARG(hs_path_type_name(call->run->defs, &value)));
	}
	*out = value.text;
	return HS_OK;
}

enum hs_status hs__path_arg_integer(struct path_call *call, unsigned index, int64_t *out, bool *there)
{
	struct hs_path_value value = { 0 };
	enum hs_status status = hs__path_arg_one(call, index, &value, there);
	if (status || !*there) {
		return status;
	}
	if (value.kind != HS_PATH_INTEGER) {
		return hs__path_fault(call->run, call->node, "an argument of %.*s() is an integer, not %.*s",
			HS_S_ARG(hs__path_functions[call->node->function].name),
			HS_S_ARG(hs_path_type_name(call->run->defs, &value)));
	}
	*out = value.integer;
	return HS_OK;
}

enum hs_status hs__path_eval_item(struct path_call *call, const struct path_node *body,
	const struct hs_path_value *item, int64_t index, struct path_list *out)
{
	struct path_scope scope = *call->scope;
	scope.self = item;
	scope.self_count = item ? 1 : 0;
	scope.index = index;
	return hs__path_eval(call->run, body, &scope, out);
}

enum hs_status hs__path_criterion(struct path_call *call, const struct path_node *body,
	const struct hs_path_value *item, int64_t index, int *out)
{
	PATH_LIST(list, 2);
	struct path_mark mark = hs__path_mark(call->run);
	enum hs_status status = hs__path_eval_item(call, body, item, index, &list);
	if (!status) {
		status = hs__path_boolean(call->run, body, &list, out);
	}
	hs__path_rollback(call->run, mark);
	return status;
}
