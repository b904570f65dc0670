/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what the items of a lambda cannot change, such as `%resource.descendants().reference` within where():
 * it is evaluated once, not for every item. */
#include <core/fhir/path/run.h>

/* Variables whose value is one throughout an evaluation. What the caller gives may be computed on demand. */
static bool is_fixed(struct hs_slice name)
{
	return hs_slice_eq(name, HS_S("resource")) || hs_slice_eq(name, HS_S("rootResource")) ||
		hs_slice_eq(name, HS_S("context"));
}

static char kind_of(const struct path_node *call, unsigned argument)
{
	const char *kinds = hs__path_functions[call->function].kinds;
	size_t len = strlen(kinds);
	return len == 0 ? PATH_ARG_VALUE : kinds[argument < len ? argument : len - 1];
}

static bool is_free(const struct path_node *node, bool inner);

static bool is_free_call(const struct path_node *node, bool inner)
{
	unsigned argument = 0;
	if (node->function == PATH_FN_trace || node->function == PATH_FN_aggregate) {
		return false;
	}
	for (const struct path_node *child = node->first; child; child = child->next, argument++) {
		char kind = kind_of(node, argument);
		if (kind != PATH_ARG_TYPE && !is_free(child, inner || kind == PATH_ARG_LAMBDA)) {
			return false;
		}
	}
	return true;
}

/* Does the node give the same whatever $this, $index and $total are? `inner`: they are those of a lambda
 * within it. */
static bool is_free(const struct path_node *node, bool inner)
{
	switch (node->op) {
	case OP_LITERAL:
	case OP_EMPTY:
		return true;
	case OP_VARIABLE:
		return is_fixed(node->u.name);
	case OP_THIS:
	case OP_INDEX:
		return inner;
	case OP_TOTAL:
	case OP_FAULT:
	case OP_WATCHED:
		return false;
	case OP_CALL:
		return (node->left ? is_free(node->left, inner) : inner) && is_free_call(node, inner);
	default:
		return (node->left ? is_free(node->left, inner) : inner) &&
			(!node->first || is_free(node->first, inner));
	}
}

static bool has(const struct path_node *node, bool (*test)(const struct path_node *))
{
	if (test(node) || (node->left && has(node->left, test))) {
		return true;
	}
	for (const struct path_node *child = node->first; child; child = child->next) {
		if (has(child, test)) {
			return true;
		}
	}
	return false;
}

static bool is_variable(const struct path_node *node)
{
	return node->op == OP_VARIABLE;
}

static bool defines(const struct path_node *node)
{
	return node->op == OP_CALL && node->function == PATH_FN_define_variable;
}

/* The largest such nodes; what only has literals costs less than to keep it. */
static void find(struct hs_path *path, struct path_node *node, bool repeated)
{
	unsigned argument = 0;
	if (repeated && path->once < UINT16_MAX && node->op != OP_VARIABLE && is_free(node, false) &&
		has(node, is_variable)) {
		node->once = ++path->once;
		return;
	}
	if (node->left) {
		find(path, node->left, repeated);
	}
	for (struct path_node *child = node->first; child; child = child->next, argument++) {
		bool lambda = node->op == OP_CALL && kind_of(node, argument) == PATH_ARG_LAMBDA;
		find(path, child, repeated || lambda);
	}
}

void hs__path_find_once(struct hs_path *path)
{
	/* A variable that is defined may have the name of a fixed one. */
	if (!has(path->root, defines)) {
		find(path, path->root, false);
	}
}
