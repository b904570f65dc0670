/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluates nodes: literals, variables, paths, calls and operators. */
#include <core/fhir/path/functions/functions.h>

path_handler *const hs__path_handlers[PATH_FN_COUNT] = {
#define X(id, name, min, max, kinds, focus, result) [PATH_FN_##id] = hs__path_fn_##id,
#include <core/fhir/path/functions/functions.def>
#undef X
};

enum hs_status hs__path_eval_apart(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, struct path_list *out)
{
	struct path_scope apart = *scope;
	return hs__path_eval(run, node, &apart, out);
}

static enum hs_status push_self(struct path_run *run, const struct path_scope *scope, struct path_list *out)
{
	for (uint32_t i = 0; i < scope->self_count; i++) {
		enum hs_status status = hs__path_push(run, out, &scope->self[i]);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

static enum hs_status eval_node(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out);

/* What the node gave when it was first evaluated; kept to the end of the run. NULL with a status that is
 * none. */
static struct path_list *eval_once(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, enum hs_status *status)
{
	struct path_scope apart = *scope;
	*status = HS_OK;
	if (!run->once) {
		run->once = hs_arena_array(run->arena, run->once_count, sizeof(*run->once));
		run->lasting++;
	}
	struct path_list **kept = run->once ? &run->once[node->once - 1] : NULL;
	if (kept && *kept) {
		return *kept;
	}
	struct path_list *list = kept ? hs_arena_alloc(run->arena, sizeof(*list)) : NULL;
	*status = list ? eval_node(run, node, &apart, list) : hs__path_full(run);
	if (!list || *status) {
		return NULL;
	}
	*kept = list;
	run->lasting++;
	return list;
}

/* What stands left of the dot; $this when nothing does. */
static enum hs_status eval_left(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	return node->left ? hs__path_eval(run, node->left, scope, out) : push_self(run, scope, out);
}

static enum hs_status eval_steps(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	PATH_LIST(focus, 2);
	const struct hs_path_value *items = scope->self;
	uint32_t count = scope->self_count;
	if (node->left) {
		enum hs_status status = hs__path_eval(run, node->left, scope, &focus);
		if (status) {
			return status;
		}
		items = focus.items;
		count = focus.count;
	}
	for (uint32_t i = 0; i < count && !hs__path_enough(out); i++) {
		enum hs_status status = hs__path_walk(run, &items[i], node->u.steps, out);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

/* How many items of its focus a function looks at; 0: all. */
static uint32_t wanted_focus(const struct path_node *node)
{
	switch (node->function) {
	case PATH_FN_first:
	case PATH_FN_empty:
		return 1;
	case PATH_FN_exists:
		return node->count ? 0 : 1;
	case PATH_FN_single:
		return 2;
	default:
		return 0;
	}
}

static enum hs_status eval_call(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	PATH_LIST(focus, 2);
	focus.want = wanted_focus(node);
	/* A walk only appends, so it may as well only count. */
	focus.tally = node->function == PATH_FN_count && node->left && node->left->op == OP_STEPS;
	enum hs_status status = eval_left(run, node, scope, &focus);
	if (status) {
		return status;
	}
	struct path_call call = { .run = run, .node = node, .scope = scope, .focus = &focus, .out = out };
	return hs__path_handlers[node->function](&call);
}

static enum hs_status eval_item(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	PATH_LIST(index, 1);
	PATH_LIST(focus, 2);
	enum hs_status status = hs__path_eval_apart(run, node->first, scope, &index);
	if (status) {
		return status;
	}
	if (index.count > 1 || (index.count == 1 && index.items[0].kind != HS_PATH_INTEGER)) {
		return hs__path_fault(run, node, "an index is one integer");
	}
	int64_t at = index.count ? index.items[0].integer : -1;
	focus.want = at >= 0 && at < UINT32_MAX ? (uint32_t)at + 1 : 0;
	status = eval_left(run, node, scope, &focus);
	if (status || at < 0 || at >= focus.count) {
		return status;
	}
	return hs__path_push(run, out, &focus.items[at]);
}

static enum hs_status eval_type(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	PATH_LIST(focus, 2);
	enum hs_status status = eval_left(run, node, scope, &focus);
	if (status) {
		return status;
	}
	return node->op == OP_IS ? hs__path_operator_is(run, node, &node->u.type, &focus, out) :
				   hs__path_operator_as(run, node, &node->u.type, &focus, out);
}

static enum hs_status eval_sign(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	PATH_LIST(focus, 2);
	enum hs_status status = eval_left(run, node, scope, &focus);
	if (status || focus.count == 0) {
		return status;
	}
	if (focus.count > 1) {
		return hs__path_fault(run, node, "a sign takes one number, found %u items", focus.count);
	}
	PATH_LIST(negated, 1);
	status = hs__path_negate(run, node, &focus.items[0], &negated);
	if (status) {
		return status;
	}
	return hs__path_push_all(run, out, node->op == OP_NEGATE ? &negated : &focus);
}

/* ---- boolean logic, by the three-valued tables of section 6.5; -1 is empty ---- */

static int logic(uint8_t op, int a, int b)
{
	switch (op) {
	case OP_AND:
		return a == 0 || b == 0 ? 0 : a == 1 && b == 1 ? 1 : -1;
	case OP_OR:
		return a == 1 || b == 1 ? 1 : a == 0 && b == 0 ? 0 : -1;
	case OP_XOR:
		return a < 0 || b < 0 ? -1 : a != b;
	case OP_IMPLIES:
	default:
		return a == 0 || b == 1 ? 1 : a == 1 ? b : -1;
	}
}

static enum hs_status eval_operand(struct path_run *run, const struct path_node *parent,
	const struct path_node *node, const struct path_scope *scope, int *out)
{
	PATH_LIST(list, 2);
	enum hs_status status = hs__path_eval_apart(run, node, scope, &list);
	return status ? status : hs__path_boolean(run, parent, &list, out);
}

static enum hs_status eval_logic(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	int a, b = -1;
	enum hs_status status = eval_operand(run, node, node->left, scope, &a);
	if (status) {
		return status;
	}
	bool decided = (node->op == OP_AND && a == 0) || (node->op == OP_OR && a == 1) ||
		(node->op == OP_IMPLIES && a == 0);
	if (!decided) {
		status = eval_operand(run, node, node->first, scope, &b);
		if (status) {
			return status;
		}
	}
	int result = logic(node->op, a, b);
	return result < 0 ? HS_OK : hs__path_push_boolean(run, out, result);
}

/* ---- operators on two collections ---- */

/* Appends what a branch of a union gives to what those before it gave, each item once. */
static enum hs_status gather(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, struct path_list *both)
{
	PATH_LIST(branch, 2);
	if (node->op == OP_UNION && !node->once) {
		enum hs_status status = gather(run, node->left, scope, both);
		return status ? status : gather(run, node->first, scope, both);
	}
	enum hs_status status = hs__path_eval_apart(run, node, scope, &branch);
	for (uint32_t i = 0; !status && i < branch.count; i++) {
		status = hs__path_push_new(run, both, &branch.items[i]);
	}
	return status;
}

/* a | b | c: no collection between the branches. */
static enum hs_status eval_union(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, struct path_list *out)
{
	/* The output may hold what an earlier branch of select() gave, which is not part of this union. */
	PATH_LIST(both, 2);
	enum hs_status status = gather(run, node->left, scope, &both);
	if (!status) {
		status = gather(run, node->first, scope, &both);
	}
	return status ? status : hs__path_push_all(run, out, &both);
}

static enum hs_status equality(struct path_run *run, const struct path_node *node, const struct path_list *a,
	const struct path_list *b, struct path_list *out)
{
	if (node->op == OP_EQUIVALENT || node->op == OP_NOT_EQUIVALENT) {
		bool same;
		enum hs_status status = hs__path_equivalent_lists(run, a, b, &same);
		return status ? status : hs__path_push_boolean(run, out, same == (node->op == OP_EQUIVALENT));
	}
	int same;
	enum hs_status status = hs__path_equal_lists(run, a, b, &same);
	return status || same < 0 ? status : hs__path_push_boolean(run, out, same == (node->op == OP_EQUAL));
}

static enum hs_status membership(struct path_run *run, const struct path_node *node,
	const struct path_list *item, struct path_list *list, struct path_list *out)
{
	if (item->count == 0) {
		return HS_OK;
	}
	if (item->count > 1) {
		return hs__path_fault(run, node, "one item is looked for in a collection, found %u",
			item->count);
	}
	bool found;
	const struct path_index *index = list->index;
	enum hs_status status = hs__path_found(run, list, &item->items[0], &found);
	run->lasting += list->index != index; /* the list may be one that is kept */
	return status ? status : hs__path_push_boolean(run, out, found);
}

/* &: empty counts as the empty string. */
static enum hs_status join_texts(struct path_run *run, const struct path_node *node,
	const struct path_list *a, const struct path_list *b, struct path_list *out)
{
	struct hs_slice left = HS_S(""), right = HS_S("");
	bool fine = (!a->count || hs__path_is_text(&a->items[0])) &&
		(!b->count || hs__path_is_text(&b->items[0]));
	if (!fine) {
		return hs__path_fault(run, node, "& joins strings");
	}
	left = a->count ? a->items[0].text : left;
	right = b->count ? b->items[0].text : right;
	char *text = hs_arena_raw(run->arena, left.len + right.len + 1);
	if (!text) {
		return hs__path_full(run);
	}
	memcpy(text, left.len ? left.ptr : "", left.len);
	memcpy(text + left.len, right.len ? right.ptr : "", right.len);
	return hs__path_push_text(run, out, HS_PATH_STRING, hs_slice(text, left.len + right.len));
}

static enum hs_status ordering(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *a, const struct hs_path_value *b, struct path_list *out)
{
	int order;
	bool known;
	enum hs_status status = hs__path_order(run, node, a, b, &order, &known);
	if (status || !known) {
		return status;
	}
	bool result = node->op == OP_LESS ? order < 0 :
		node->op == OP_LESS_EQUAL ? order <= 0 :
		node->op == OP_GREATER    ? order > 0 :
					    order >= 0;
	return hs__path_push_boolean(run, out, result);
}

static enum hs_status singles(struct path_run *run, const struct path_node *node, const struct path_list *a,
	const struct path_list *b, struct path_list *out)
{
	/* Nothing on one side makes nothing of the whole, whatever is on the other (sections 6.2 and 6.6). */
	if (node->op != OP_JOIN && (a->count == 0 || b->count == 0)) {
		return HS_OK;
	}
	if (a->count > 1 || b->count > 1) {
		return hs__path_fault(run, node, "the operator takes one item on each side, found %u and %u",
			a->count, b->count);
	}
	if (node->op == OP_JOIN) {
		return join_texts(run, node, a, b, out);
	}
	if (node->op >= OP_LESS && node->op <= OP_GREATER_EQUAL) {
		return ordering(run, node, &a->items[0], &b->items[0], out);
	}
	return hs__path_arithmetic(run, node, &a->items[0], &b->items[0], out);
}

/* An operand: in `store`, or the list that is kept of it. NULL with a status that is none. */
static struct path_list *eval_side(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, struct path_list *store, enum hs_status *status)
{
	if (node->once) {
		return eval_once(run, node, scope, status);
	}
	*status = hs__path_eval_apart(run, node, scope, store);
	return *status ? NULL : store;
}

static enum hs_status eval_binary(struct path_run *run, const struct path_node *node,
	struct path_scope *scope, struct path_list *out)
{
	PATH_LIST(left, 2);
	PATH_LIST(right, 2);
	enum hs_status status;
	struct path_list *a = eval_side(run, node->left, scope, &left, &status);
	struct path_list *b = a ? eval_side(run, node->first, scope, &right, &status) : NULL;
	if (!a || !b) {
		return status;
	}
	switch (node->op) {
	case OP_EQUAL:
	case OP_NOT_EQUAL:
	case OP_EQUIVALENT:
	case OP_NOT_EQUIVALENT:
		return equality(run, node, a, b, out);
	case OP_IN:
		return membership(run, node, a, b, out);
	case OP_CONTAINS:
		return membership(run, node, b, a, out);
	default:
		return singles(run, node, a, b, out);
	}
}

static enum hs_status eval_index(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, struct path_list *out)
{
	if (scope->index < 0) {
		return hs__path_fault(run, node,
			"$index has a value only inside of a function such as where()");
	}
	return hs__path_push_integer(run, out, scope->index);
}

static enum hs_status eval_node(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	switch ((enum path_op)node->op) {
	case OP_THIS:
		return push_self(run, scope, out);
	case OP_INDEX:
		return eval_index(run, node, scope, out);
	case OP_TOTAL:
		return scope->total ? hs__path_push_all(run, out, scope->total) : HS_OK;
	case OP_EMPTY:
		return HS_OK;
	case OP_LITERAL:
		return hs__path_push(run, out, node->u.literal);
	case OP_FAULT:
		return hs__path_fault(run, node, "%.*s", HS_S_ARG(node->u.name));
	case OP_STEPS:
		return eval_steps(run, node, scope, out);
	case OP_VARIABLE:
		return hs__path_variable(run, node, scope, out);
	case OP_CALL:
		return eval_call(run, node, scope, out);
	case OP_ITEM:
		return eval_item(run, node, scope, out);
	case OP_IS:
	case OP_AS:
		return eval_type(run, node, scope, out);
	case OP_NEGATE:
	case OP_POSITIVE:
		return eval_sign(run, node, scope, out);
	case OP_AND:
	case OP_OR:
	case OP_XOR:
	case OP_IMPLIES:
		return eval_logic(run, node, scope, out);
	case OP_UNION:
		return eval_union(run, node, scope, out);
	case OP_WATCHED:
		return hs__path_eval_watched(run, node, scope, out);
	default:
		return eval_binary(run, node, scope, out);
	}
}

enum hs_status hs__path_eval(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out)
{
	enum hs_status status = hs__path_tick(run);
	if (status || !node->once) {
		return status ? status : eval_node(run, node, scope, out);
	}
	const struct path_list *kept = eval_once(run, node, scope, &status);
	return kept ? hs__path_push_all(run, out, kept) : status;
}
