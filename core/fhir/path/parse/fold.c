/* SPDX-License-Identifier: Apache-2.0 */
/* Constant folding: operators on literals are replaced by their result. */
#include <core/fhir/path/run.h>

static bool is_literal(const struct path_node *node)
{
	return node && node->op == OP_LITERAL;
}

/* Operators whose result depends on nothing but their operands. */
static bool is_foldable(const struct path_node *node)
{
	bool sign = node->op == OP_NEGATE || node->op == OP_POSITIVE;
	bool binary = node->op >= OP_MULTIPLY && node->op <= OP_IMPLIES && node->op != OP_UNION;
	return (sign && is_literal(node->left)) ||
		(binary && is_literal(node->left) && is_literal(node->first));
}

/* What fails stays as it is, and fails when it is evaluated. */
static void replace(struct hs_path *path, struct path_node *node)
{
	struct hs_error err;
	struct hs_path_context context = { .arena = path->arena };
	struct path_run run = {
		.context = &context, .arena = path->arena, .text = path->text, .steps = 100, .err = &err
	};
	struct path_scope scope = { .index = -1 };
	struct path_list list = { .items = NULL };
	if (hs__path_eval(&run, node, &scope, &list) || list.count != 1) {
		return;
	}
	node->op = OP_LITERAL;
	node->left = NULL;
	node->first = NULL;
	node->count = 0;
	node->u.literal = list.items;
}

static void fold(struct hs_path *path, struct path_node *node)
{
	if (node->left) {
		fold(path, node->left);
	}
	for (struct path_node *child = node->first; child; child = child->next) {
		fold(path, child);
	}
	if (is_foldable(node)) {
		replace(path, node);
	}
}

void hs__path_fold(struct hs_path *path)
{
	fold(path, path->root);
}
