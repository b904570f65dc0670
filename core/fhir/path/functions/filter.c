/* SPDX-License-Identifier: Apache-2.0 */
/* Filtering, projection, repetition, aggregation and sorting (FHIRPath sections 5.2, 5.5.1, 7). */
#include <core/fhir/path/functions/functions.h>

enum hs_status hs__path_fn_where(struct path_call *call)
{
	for (uint32_t i = 0; i < call->focus->count && !hs__path_enough(call->out); i++) {
		int truth = -1;
		enum hs_status status = hs__path_criterion(call, call->node->first, &call->focus->items[i], i,
			&truth);
		if (!status && truth == 1) {
			status = hs__path_push(call->run, call->out, &call->focus->items[i]);
		}
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

enum hs_status hs__path_fn_select(struct path_call *call)
{
	for (uint32_t i = 0; i < call->focus->count; i++) {
		enum hs_status status = hs__path_eval_item(call, call->node->first, &call->focus->items[i], i,
			call->out);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

enum hs_status hs__path_fn_repeat(struct path_call *call)
{
	PATH_LIST(result, 2);
	PATH_LIST(found, 2);
	enum hs_status status = HS_OK;
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		status = hs__path_eval_item(call, call->node->first, &call->focus->items[i], i, &found);
	}
	/* What is new in a round becomes the input of the next one: `done` divides the result. */
	for (uint32_t done = 0; !status;) {
		for (uint32_t i = 0; !status && i < found.count; i++) {
			status = hs__path_push_new(call->run, &result, &found.items[i]);
		}
		if (status || done == result.count) {
			break;
		}
		found.count = 0;
		uint32_t end = result.count;
		for (; !status && done < end; done++) {
			struct hs_path_value item = result.items[done];
			status = hs__path_eval_item(call, call->node->first, &item, done, &found);
		}
	}
	return status ? status : hs__path_push_all(call->run, call->out, &result);
}

/* As repeat(), but what comes again is kept; the limit of steps ends what would go on for ever. */
enum hs_status hs__path_fn_repeat_all(struct path_call *call)
{
	PATH_LIST(result, 2);
	enum hs_status status = HS_OK;
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		status = hs__path_eval_item(call, call->node->first, &call->focus->items[i], i, &result);
	}
	for (uint32_t done = 0; !status && done < result.count; done++) {
		struct hs_path_value item = result.items[done];
		status = hs__path_eval_item(call, call->node->first, &item, done, &result);
	}
	return status ? status : hs__path_push_all(call->run, call->out, &result);
}

/* The item of focus that iif() is for; without a focus there is none, and $this is empty. */
static enum hs_status eval_branch(struct path_call *call, const struct path_node *branch,
	struct path_list *out)
{
	struct path_scope scope = *call->scope;
	if (call->node->left) {
		scope.self = call->focus->items;
		scope.self_count = call->focus->count;
	}
	return hs__path_eval(call->run, branch, &scope, out);
}

enum hs_status hs__path_fn_iif(struct path_call *call)
{
	PATH_LIST(criterion, 2);
	const struct path_node *test = call->node->first;
	if (call->node->left && call->focus->count > 1) {
		return hs__path_fault(call->run, call->node, "iif() takes one item, found %u",
			call->focus->count);
	}
	int truth = -1;
	enum hs_status status = eval_branch(call, test, &criterion);
	if (!status) {
		status = hs__path_boolean(call->run, test, &criterion, &truth);
	}
	if (status) {
		return status;
	}
	if (criterion.count && criterion.items[0].kind != HS_PATH_BOOLEAN) {
		return hs__path_fault(call->run, test, "the criterion of iif() is a boolean");
	}
	const struct path_node *branch = truth == 1 ? test->next : test->next->next;
	return branch ? eval_branch(call, branch, call->out) : HS_OK;
}

/* ---- sort ---- */

/* Which of two items comes first by the keys, in order: < 0, 0, > 0. Empty keys come first. */
static enum hs_status compare_keys(struct path_call *call, const struct hs_path_value *a,
	const struct hs_path_value *b, int *out)
{
	const struct path_node *key = call->node->first;
	*out = 0;
	do {
		PATH_LIST(x, 2);
		PATH_LIST(y, 2);
		enum hs_status status = key ? hs__path_eval_item(call, key, a, -1, &x) :
					      hs__path_push(call->run, &x, a);
		if (!status) {
			status = key ? hs__path_eval_item(call, key, b, -1, &y) :
				       hs__path_push(call->run, &y, b);
		}
		if (!status && (x.count > 1 || y.count > 1)) {
			status = hs__path_fault(call->run, call->node, "a key of sort() is one item");
		}
		bool known = true;
		if (!status && x.count && y.count) {
			status = hs__path_order(call->run, call->node, &x.items[0], &y.items[0], out, &known);
		} else {
			*out = (int)x.count - (int)y.count;
		}
		if (status) {
			return status;
		}
		*out = !known ? 0 : key && key->descending ? -*out : *out;
		key = key ? key->next : NULL;
	} while (key && *out == 0);
	return HS_OK;
}

/* A stable merge of two sorted neighbours [from, middle) and [middle, to). */
static enum hs_status merge(struct path_call *call, const struct hs_path_value *from,
	struct hs_path_value *to, uint32_t low, uint32_t middle, uint32_t high)
{
	uint32_t a = low, b = middle;
	for (uint32_t i = low; i < high; i++) {
		int order = a == middle ? 1 : -1;
		if (a < middle && b < high) {
			struct path_mark mark = hs__path_mark(call->run);
			enum hs_status status = compare_keys(call, &from[a], &from[b], &order);
			hs__path_rollback(call->run, mark);
			if (status) {
				return status;
			}
		}
		to[i] = order <= 0 ? from[a++] : from[b++];
	}
	return HS_OK;
}

enum hs_status hs__path_fn_sort(struct path_call *call)
{
	uint32_t count = call->focus->count;
	size_t size = count * sizeof(struct hs_path_value);
	struct hs_path_value *from = hs_arena_raw(call->run->arena, size + 1);
	struct hs_path_value *to = hs_arena_raw(call->run->arena, size + 1);
	if (!from || !to) {
		return hs__path_full(call->run);
	}
	memcpy(from, call->focus->items, size);
	for (uint64_t width = 1; width < count; width *= 2) {
		for (uint64_t low = 0; low < count; low += 2 * width) {
			uint64_t middle = low + width < count ? low + width : count;
			uint64_t high = middle + width < count ? middle + width : count;
			enum hs_status status = merge(call, from, to, (uint32_t)low, (uint32_t)middle,
				(uint32_t)high);
			if (status) {
				return status;
			}
		}
		struct hs_path_value *swap = from;
		from = to;
		to = swap;
	}
	return hs__path_push_all(call->run, call->out, &(struct path_list) { .items = from, .count = count });
}
