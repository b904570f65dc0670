/* SPDX-License-Identifier: Apache-2.0 */
/* Watching an evaluation: a node is put around each node, which tells what the inner one gave. A path that is
 * not watched has none of them, and costs what it ever did. */
#include <core/fhir/path/parse/lexer.h>
#include <core/fhir/path/run.h>

#include <handslag/coding.h>

/* ---- where a node stands in the text ---- */

/* UTF-16 code units: what those count in who show an expression in a browser. Plain ASCII needs no table. */
void hs__path_units(struct hs_path *path)
{
	struct hs_slice text = path->text;
	size_t plain = 0;
	uint32_t units = 0;
	while (plain < text.len && (unsigned char)text.ptr[plain] < 0x80) {
		plain++;
	}
	path->units = plain < text.len ? hs_arena_array(path->arena, text.len + 1, sizeof(*path->units)) :
					 NULL;
	if (!path->units) {
		return;
	}
	for (size_t at = 0, size; at < text.len; at += size) {
		size = hs_utf8_size(text.ptr + at, text.len - at);
		size = size ? size : 1;
		for (size_t i = 0; i < size; i++) {
			path->units[at + i] = units;
		}
		units += size == 4 ? 2 : 1;
	}
	path->units[text.len] = units;
}

static size_t units_before(const struct hs_path *path, size_t at)
{
	return path->units ? path->units[at] : at;
}

struct path_span hs__path_span(const struct hs_path *path, size_t at)
{
	struct hs_error ignored;
	struct path_lexer lexer = { .arena = path->arena, .source = path->text, .at = at };
	struct path_span span = { .position = units_before(path, at) };
	if (!hs__path_next(&lexer, &ignored)) {
		span.text = hs_slice(path->text.ptr + lexer.start, lexer.at - lexer.start);
		span.length = units_before(path, lexer.at) - units_before(path, lexer.start);
	}
	return span;
}

size_t hs__path_depth(const struct path_node *node)
{
	size_t deepest = node->left ? hs__path_depth(node->left) : 0;
	for (const struct path_node *child = node->first; child; child = child->next) {
		size_t depth = hs__path_depth(child);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + (node->op == OP_STEPS ? node->count : 1u);
}

/* ---- putting nodes around nodes ---- */

static struct hs_slice name_of(const struct hs_path *path, const struct path_node *node,
	struct hs_slice token)
{
	switch ((enum path_op)node->op) {
	case OP_LITERAL:
	case OP_FAULT:
		return HS_S("constant");
	case OP_EMPTY:
		return HS_S("{}");
	case OP_STEPS:
		return node->u.steps->name;
	case OP_VARIABLE:
		return hs_arena_printf(path->arena, "%%%.*s", HS_S_ARG(node->u.name));
	case OP_CALL:
		return hs__path_functions[node->function].name;
	case OP_ITEM:
		return HS_S("[]");
	default:
		return token;
	}
}

static struct path_node *surround(struct hs_path *path, struct path_node *inner)
{
	struct path_node *outer = hs_arena_alloc(path->arena, sizeof(*outer));
	struct path_watched *watched = hs_arena_alloc(path->arena, sizeof(*watched));
	if (!outer || !watched) {
		return inner;
	}
	struct path_span span = hs__path_span(path, inner->op == OP_STEPS ? inner->u.steps->at : inner->at);
	*watched = (struct path_watched) {
		.name = name_of(path, inner, span.text), .position = span.position, .length = span.length
	};
	*outer = (struct path_node) { .op = OP_WATCHED,
		.count = 1,
		.descending = inner->descending,
		.at = inner->at,
		.first = inner,
		.next = inner->next,
		.u.watched = watched };
	inner->next = NULL;
	return outer;
}

/* A run of names as one node a name, each left of the next. */
static struct path_node *split_steps(struct hs_path *path, struct path_node *node)
{
	struct path_node *last = node;
	while (last->u.steps->next) {
		struct path_node *more = hs_arena_alloc(path->arena, sizeof(*more));
		struct path_step *first = hs_arena_alloc(path->arena, sizeof(*first));
		if (!more || !first) {
			return last;
		}
		*more = *last;
		*first = *last->u.steps;
		more->u.steps = last->u.steps->next;
		first->next = NULL;
		last->u.steps = first;
		last->next = NULL;
		more->left = surround(path, last);
		last = more;
	}
	return last;
}

static struct path_node *watch(struct hs_path *path, struct path_node *node)
{
	const char *kinds = node->op == OP_CALL ? hs__path_functions[node->function].kinds : "";
	size_t index = 0;
	if (node->left) {
		node->left = watch(path, node->left);
	}
	for (struct path_node **child = &node->first; *child; child = &(*child)->next, index++) {
		size_t kind = index < strlen(kinds) ? index : strlen(kinds) - 1;
		if (!kinds[0] || kinds[kind] != PATH_ARG_TYPE) {
			*child = watch(path, *child);
		}
	}
	return surround(path, node->op == OP_STEPS ? split_steps(path, node) : node);
}

void hs__path_watch(struct hs_path *path)
{
	if (hs__path_depth(path->root) <= PATH_MAX_SHOWN) {
		hs__path_units(path);
		path->root = watch(path, path->root);
	}
}

/* ---- evaluation ---- */

static bool has_focus(const struct path_node *node)
{
	return node->op == OP_STEPS || node->op == OP_CALL || node->op == OP_ITEM;
}

static void tell(const struct path_run *run, const struct path_node *node, const struct path_scope *scope,
	const struct path_list *result, const struct path_list *focus)
{
	const struct path_watched *watched = node->u.watched;
	/* The list is only read. */
	struct hs_path_list self = { (struct hs_path_value *)(uintptr_t)scope->self, scope->self_count };
	struct hs_path_told told = { .position = watched->position,
		.length = watched->length,
		.name = watched->name,
		.result = { result->items, result->count },
		.focus = self,
		.self = self,
		.index = scope->index };
	if (has_focus(node->first) && node->first->left) {
		told.focus = (struct hs_path_list) { focus->items, focus->count };
	}
	run->context->step(run->context->arg, &told);
}

/* The inner node is evaluated to its end, whatever of it is wanted outside. What stands left of its dot is a
 * watched node too, and leaves what it gave in `before` on its way out. */
enum hs_status hs__path_eval_watched(struct path_run *run, const struct path_node *node,
	struct path_scope *scope, struct path_list *out)
{
	PATH_LIST(result, 2);
	PATH_LIST(focus, 2);
	struct path_focus before = { .of = node->first->left, .list = &focus, .outer = run->focus };
	run->focus = &before;
	enum hs_status status = hs__path_eval(run, node->first, scope, &result);
	run->focus = before.outer;
	if (status) {
		return status;
	}
	if (run->context->step) {
		tell(run, node, scope, &result, &focus);
	}
	if (run->focus && run->focus->of == node) {
		status = hs__path_push_all(run, run->focus->list, &result);
	}
	return status ? status : hs__path_push_all(run, out, &result);
}
