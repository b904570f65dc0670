/* SPDX-License-Identifier: Apache-2.0 */
/* Subsetting and combining (FHIRPath sections 5.1.10, 5.3, 5.4), and navigation of trees (5.8). */
#include <core/fhir/path/functions/functions.h>

#define DESCENDANTS_DEPTH 500 /* levels of a tree that descendants() follows */

static enum hs_status push_range(struct path_call *call, int64_t from, int64_t to)
{
	for (int64_t i = from < 0 ? 0 : from; i < to && i < call->focus->count; i++) {
		enum hs_status status = hs__path_push(call->run, call->out, &call->focus->items[i]);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

enum hs_status hs__path_fn_single(struct path_call *call)
{
	const struct hs_path_value *value = NULL;
	enum hs_status status = hs__path_focus(call, &value);
	return status || !value ? status : hs__path_push(call->run, call->out, value);
}

enum hs_status hs__path_fn_first(struct path_call *call)
{
	return push_range(call, 0, 1);
}

enum hs_status hs__path_fn_last(struct path_call *call)
{
	return push_range(call, (int64_t)call->focus->count - 1, call->focus->count);
}

enum hs_status hs__path_fn_tail(struct path_call *call)
{
	return push_range(call, 1, call->focus->count);
}

enum hs_status hs__path_fn_skip(struct path_call *call)
{
	int64_t count;
	bool there;
	enum hs_status status = hs__path_arg_integer(call, 0, &count, &there);
	return status || !there ? status : push_range(call, count, call->focus->count);
}

enum hs_status hs__path_fn_take(struct path_call *call)
{
	int64_t count;
	bool there;
	enum hs_status status = hs__path_arg_integer(call, 0, &count, &there);
	return status || !there ? status : push_range(call, 0, count);
}

/* Appends what of `from` is in `other` (or is not), without or with repetitions. */
static enum hs_status sift(struct path_call *call, const struct path_list *from, struct path_list *other,
	bool inside, bool unique)
{
	PATH_LIST(result, 2);
	enum hs_status status = HS_OK;
	for (uint32_t i = 0; !status && i < from->count; i++) {
		bool found = inside;
		if (other) {
			status = hs__path_found(call->run, other, &from->items[i], &found);
		}
		if (!status && found == inside) {
			status = unique ? hs__path_push_new(call->run, &result, &from->items[i]) :
					  hs__path_push(call->run, &result, &from->items[i]);
		}
	}
	return status ? status : hs__path_push_all(call->run, call->out, &result);
}

enum hs_status hs__path_fn_intersect(struct path_call *call)
{
	PATH_LIST(other, 2);
	enum hs_status status = hs__path_arg(call, 0, &other);
	return status ? status : sift(call, call->focus, &other, true, true);
}

enum hs_status hs__path_fn_exclude(struct path_call *call)
{
	PATH_LIST(other, 2);
	enum hs_status status = hs__path_arg(call, 0, &other);
	return status ? status : sift(call, call->focus, &other, false, false);
}

enum hs_status hs__path_fn_distinct(struct path_call *call)
{
	return sift(call, call->focus, NULL, true, true);
}

enum hs_status hs__path_fn_is_distinct(struct path_call *call)
{
	PATH_LIST(unique, 2);
	enum hs_status status = HS_OK;
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		status = hs__path_push_new(call->run, &unique, &call->focus->items[i]);
	}
	return status ? status :
			hs__path_push_boolean(call->run, call->out, unique.count == call->focus->count);
}

static enum hs_status join_lists(struct path_call *call, bool unique)
{
	PATH_LIST(both, 4);
	enum hs_status status = hs__path_push_all(call->run, &both, call->focus);
	if (!status) {
		status = hs__path_arg(call, 0, &both);
	}
	return status ? status : sift(call, &both, NULL, true, unique);
}

enum hs_status hs__path_fn_union(struct path_call *call)
{
	return join_lists(call, true);
}

/* The order is kept, whether the second argument asks for it or not. */
enum hs_status hs__path_fn_combine(struct path_call *call)
{
	struct hs_path_value keep;
	bool given;
	enum hs_status status = hs__path_arg_one(call, 1, &keep, &given);
	if (!status && given && keep.kind != HS_PATH_BOOLEAN) {
		return hs__path_fault(call->run, call->node,
			"combine() takes true or false for whether the order is kept, not %.*s",
			HS_S_ARG(hs_path_type_name(call->run->defs, &keep)));
	}
	return status ? status : join_lists(call, false);
}

enum hs_status hs__path_fn_coalesce(struct path_call *call)
{
	for (unsigned i = 0; i < call->node->count; i++) {
		PATH_LIST(list, 2);
		enum hs_status status = hs__path_arg(call, i, &list);
		if (status || list.count) {
			return status ? status : hs__path_push_all(call->run, call->out, &list);
		}
	}
	return HS_OK;
}

enum hs_status hs__path_fn_children(struct path_call *call)
{
	for (uint32_t i = 0; i < call->focus->count; i++) {
		enum hs_status status = hs__path_children(call->run, &call->focus->items[i], call->out);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

static enum hs_status descend(struct path_call *call, const struct hs_path_value *from, unsigned depth)
{
	if (depth == DESCENDANTS_DEPTH) {
		return hs__path_fault(call->run, call->node, "the tree is nested too deeply");
	}
	PATH_LIST(children, 4);
	enum hs_status status = hs__path_children(call->run, from, &children);
	for (uint32_t i = 0; !status && i < children.count; i++) {
		status = hs__path_push(call->run, call->out, &children.items[i]);
		if (!status && (children.items[i].kind == HS_PATH_NODE || children.items[i].shadow)) {
			status = descend(call, &children.items[i], depth + 1);
		}
	}
	return status;
}

enum hs_status hs__path_fn_descendants(struct path_call *call)
{
	for (uint32_t i = 0; i < call->focus->count; i++) {
		enum hs_status status = descend(call, &call->focus->items[i], 0);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}
