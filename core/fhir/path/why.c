/* SPDX-License-Identifier: Apache-2.0 */
/* Why an expression does not come out true: the operands that make it so, with what they are and what would
 * be right. Whoever reads a broken invariant wants to hear of the value, not of the rule. */
#include <core/fhir/path/parse/lexer.h>
#include <core/fhir/path/run.h>

#include <handslag/buf.h>
#include <string.h>

#define TEXT_SHOWN 90u  /* bytes of a part of the expression */
#define VALUE_SHOWN 60u /* bytes of a value */
#define ENOUGH 320u     /* bytes of reasons, after which no more are added */

struct why {
	struct path_run *run;
	const struct hs_path *path;
	struct hs_path_places places;
	struct hs_buf out;
};

static void explain(struct why *why, const struct path_node *node, const struct path_scope *scope,
	bool wanted);

/* So many bytes at most, of whole characters. */
static struct hs_slice first(struct hs_slice text, size_t len)
{
	while (len < text.len && len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
		len--;
	return hs_slice_first(text, len);
}

/* ---- a node as its author wrote it ---- */

struct extent {
	size_t first, last; /* where the first and the last of its tokens begin */
};

static void cover(const struct path_node *node, struct extent *extent)
{
	size_t at = node->op == OP_STEPS ? node->u.steps->at : node->at;
	extent->first = at < extent->first ? at : extent->first;
	extent->last = at > extent->last ? at : extent->last;
	for (const struct path_step *step = node->op == OP_STEPS ? node->u.steps : NULL; step;
		step = step->next)
		extent->last = step->at > extent->last ? step->at : extent->last;
	if (node->left)
		cover(node->left, extent);
	for (const struct path_node *child = node->first; child; child = child->next)
		cover(child, extent);
}

static bool is_sign_of(const struct path_lexer *lexer, const char *signs)
{
	return lexer->token == TOKEN_SIGN && lexer->text.len == 1 && strchr(signs, lexer->text.ptr[0]);
}

/* Does what was read so far ask for another token: arguments of a function, the type of `is`, an operand? */
static bool goes_on(const struct path_lexer *before, const struct path_lexer *next)
{
	if (before->token == TOKEN_WORD)
		return is_sign_of(next, "(") || hs__path_word(before, "is") || hs__path_word(before, "as");
	return before->token == TOKEN_SIGN && !is_sign_of(before, ")]}");
}

/* Back to the bracket that the one just read closes. */
static size_t open_bracket(struct hs_slice text, size_t at)
{
	while (at > 0 && text.ptr[at - 1] != '(')
		at--;
	return at > 0 ? at - 1 : 0;
}

static struct hs_slice text_of(const struct why *why, const struct path_node *node)
{
	struct hs_error ignored;
	struct extent extent = { SIZE_MAX, 0 };
	struct hs_slice text = why->path->text;
	cover(node, &extent);
	struct path_lexer lexer = { .arena = why->run->arena, .source = text, .at = extent.first };
	struct path_lexer before = lexer;
	size_t end = extent.first, depth = 0;
	while (!hs__path_next(&lexer, &ignored) && lexer.token != TOKEN_END) {
		bool opens = is_sign_of(&lexer, "(["), closes = is_sign_of(&lexer, ")]");
		if (lexer.start > extent.last && depth == 0 && (closes || !goes_on(&before, &lexer)))
			break;
		if (closes && depth == 0)
			extent.first = open_bracket(text, extent.first);
		depth = opens ? depth + 1 : depth - (closes && depth > 0);
		end = lexer.at;
		before = lexer;
	}
	return hs_slice(text.ptr + extent.first, end - extent.first);
}

/* trace() only lets somebody look on. */
static const struct path_node *untraced(const struct path_node *node)
{
	while (node && node->op == OP_CALL && node->function == PATH_FN_trace && node->left)
		node = node->left;
	return node;
}

/* What is too long to be read is named by what it was chosen from. */
static struct hs_slice name_of(const struct why *why, const struct path_node *node)
{
	node = untraced(node);
	struct hs_slice name = node && node->op != OP_THIS ? text_of(why, node) : HS_S("the value");
	if (name.len <= TEXT_SHOWN || node->op != OP_CALL || !node->left)
		return name.len <= TEXT_SHOWN ?
			name :
			hs_arena_printf(why->run->arena, "%.*s...", HS_S_ARG(first(name, TEXT_SHOWN)));
	name = name_of(why, node->left);
	return hs_slice_starts(name, HS_S("such ")) ?
		name :
		hs_arena_printf(why->run->arena, "such %.*s", HS_S_ARG(name));
}

/* ---- values ---- */

static bool evaluate(const struct why *why, const struct path_node *node, const struct path_scope *scope,
	struct path_list *out)
{
	for (uint32_t i = 0; !node && i < scope->self_count; i++)
		if (hs__path_push(why->run, out, &scope->self[i]))
			return false;
	return !node || !hs__path_eval_apart(why->run, node, scope, out);
}

static bool holds(const struct why *why, const struct path_node *node, const struct path_scope *scope)
{
	PATH_LIST(list, 2);
	struct hs_path_list given;
	if (!evaluate(why, node, scope, &list))
		return false;
	given = (struct hs_path_list) { list.items, list.count };
	return hs_path_truth(&given) == 1;
}

/* A primitive as it is, anything else by its place. */
static struct hs_slice show(struct why *why, const struct hs_path_value *value)
{
	bool text = value->kind >= HS_PATH_STRING && value->kind <= HS_PATH_TIME;
	struct hs_slice shown = value->kind == HS_PATH_NODE ? hs_path_place(&why->places, value) :
							      hs_path_print(why->run->arena, value);
	bool cut = shown.len > VALUE_SHOWN && value->kind != HS_PATH_NODE;
	return hs_arena_printf(why->run->arena, "%s%.*s%s%s", text ? "'" : "",
		HS_S_ARG(cut ? first(shown, VALUE_SHOWN) : shown), cut ? "..." : "", text ? "'" : "");
}

static void begin(struct why *why)
{
	if (why->out.len > 0 && !hs_slice_ends(hs_buf_slice(&why->out), HS_S(" ")))
		hs_buf_cstr(&why->out, " and ");
}

/* "there is no x", or "there is x ('a')". */
static void say_there(struct why *why, const struct path_node *node, const struct path_list *list)
{
	struct hs_slice name = name_of(why, node);
	begin(why);
	if (list->count == 0) {
		hs_buf_printf(&why->out, "there is no %.*s", HS_S_ARG(name));
		return;
	}
	struct hs_slice shown = show(why, &list->items[0]);
	hs_buf_printf(&why->out, shown.len ? "there is %.*s (%.*s)" : "there is %.*s", HS_S_ARG(name),
		HS_S_ARG(shown));
}

/* "x is 'a'"; false when there is none, which is said. */
static bool say_is(struct why *why, const struct path_node *node, const struct path_list *list)
{
	if (list->count != 1) {
		say_there(why, node, list);
		return false;
	}
	struct hs_slice name = name_of(why, node), shown = show(why, &list->items[0]);
	begin(why);
	hs_buf_printf(&why->out, "%.*s is %.*s", HS_S_ARG(name), HS_S_ARG(shown));
	return true;
}

/* ---- operators and functions ---- */

/* The node says nothing about itself that is better than its text; of the whole that stands beside already.
 */
static void say_holds(struct why *why, const struct path_node *node, bool wanted)
{
	if (node == why->path->root)
		return;
	struct hs_slice name = name_of(why, node);
	begin(why);
	hs_buf_printf(&why->out, wanted ? "%.*s does not hold" : "%.*s holds", HS_S_ARG(name));
}

/* Each side as it is. */
static void explain_both(struct why *why, const struct path_node *node, const struct path_scope *scope)
{
	explain(why, node->left, scope, !holds(why, node->left, scope));
	explain(why, node->first, scope, !holds(why, node->first, scope));
}

static void explain_sides(struct why *why, const struct path_node *node, const struct path_scope *scope,
	bool wanted)
{
	const struct path_node *sides[] = { node->left, node->first };
	for (size_t i = 0; i < 2; i++)
		if (holds(why, sides[i], scope) != wanted)
			explain(why, sides[i], scope, wanted);
}

static void explain_logic(struct why *why, const struct path_node *node, const struct path_scope *scope,
	bool wanted)
{
	if (node->op == OP_AND || node->op == OP_OR) {
		explain_sides(why, node, scope, wanted);
	} else if (node->op == OP_XOR || !wanted) {
		explain_both(why, node, scope);
	} else {
		struct hs_slice name = name_of(why, node->left);
		begin(why);
		hs_buf_printf(&why->out, "with %.*s ", HS_S_ARG(name));
		explain(why, node->first, scope, true);
	}
}

static bool is_truth(const struct path_list *list)
{
	return list->count == 1 && list->items[0].kind == HS_PATH_BOOLEAN && !list->items[0].node;
}

/* Neither yes nor no, of two values that are there: a date says less than the other, a unit is of another
 * kind. */
static bool is_open(struct why *why, const struct path_node *node, const struct path_scope *scope)
{
	PATH_LIST(answer, 1);
	return evaluate(why, node, scope, &answer) && answer.count == 0;
}

static void explain_comparison(struct why *why, const struct path_node *node, const struct path_scope *scope,
	bool wanted)
{
	PATH_LIST(a, 2);
	PATH_LIST(b, 2);
	bool same = node->op == OP_EQUAL || node->op == OP_EQUIVALENT;
	struct hs_slice sign = hs__path_span(why->path, node->at).text;
	if (!evaluate(why, node->left, scope, &a) || !evaluate(why, node->first, scope, &b))
		return;
	if (is_truth(&a) && is_truth(&b) && node->first->op != OP_LITERAL) {
		explain_both(why, node, scope);
		return;
	}
	bool listed = node->op == OP_IN || node->op == OP_CONTAINS;
	struct hs_slice right = !listed && b.count == 1 ? show(why, &b.items[0]) : name_of(why, node->first);
	if (node->first->op == OP_UNION) /* brackets are no nodes */
		right = hs_arena_printf(why->run->arena, "(%.*s)", HS_S_ARG(right));
	bool is = say_is(why, node->left, &a);
	if (a.count == 1 && b.count == 1 && is_open(why, node, scope))
		hs_buf_printf(&why->out, ", of which cannot be told whether it is %.*s %.*s", HS_S_ARG(sign),
			HS_S_ARG(right));
	else if (same && wanted)
		hs_buf_printf(&why->out, is ? ", not %.*s" : ", which should be %.*s", HS_S_ARG(right));
	else if (node->op != OP_NOT_EQUAL && node->op != OP_NOT_EQUIVALENT && !same)
		hs_buf_printf(&why->out, ", which should %sbe %.*s %.*s", wanted ? "" : "not ",
			HS_S_ARG(sign), HS_S_ARG(right));
}

/* The first item of which the criterion does not say `wanted`. */
static void explain_all(struct why *why, const struct path_node *node, const struct path_scope *scope)
{
	PATH_LIST(focus, 2);
	if (!evaluate(why, node->left, scope, &focus))
		return;
	for (uint32_t i = 0; i < focus.count; i++) {
		struct path_scope item = *scope;
		item.self = &focus.items[i];
		item.self_count = 1;
		item.index = i;
		if (holds(why, node->first, &item))
			continue;
		struct hs_slice shown = show(why, &focus.items[i]);
		begin(why);
		hs_buf_printf(&why->out, "at %.*s ", HS_S_ARG(shown));
		explain(why, node->first, &item, true);
		return;
	}
}

static void explain_distinct(struct why *why, const struct path_node *node, const struct path_scope *scope)
{
	PATH_LIST(focus, 2);
	PATH_LIST(unique, 2);
	if (!evaluate(why, node->left, scope, &focus))
		return;
	for (uint32_t i = 0; i < focus.count; i++) {
		uint32_t before = unique.count;
		const struct hs_path_value *item = &focus.items[i];
		if (hs__path_push_new(why->run, &unique, item))
			return;
		if (unique.count != before)
			continue;
		struct hs_slice name = name_of(why, node->left), shown = show(why, item),
				place = hs_path_place(&why->places, item);
		begin(why);
		hs_buf_printf(&why->out, "%.*s is %.*s more than once", HS_S_ARG(name), HS_S_ARG(shown));
		if (place.len && item->kind != HS_PATH_NODE)
			hs_buf_printf(&why->out, ", again at %.*s", HS_S_ARG(place));
		return;
	}
}

/* startsWith(), matches() and their kin, of one value. */
static void explain_test(struct why *why, const struct path_node *node, const struct path_scope *scope,
	bool wanted)
{
	PATH_LIST(focus, 2);
	PATH_LIST(argument, 1);
	bool form = node->function == PATH_FN_matches || node->function == PATH_FN_matches_full;
	if (!evaluate(why, node->left, scope, &focus))
		return;
	if (focus.count != 1 || focus.items[0].kind == HS_PATH_NODE) {
		say_holds(why, node, wanted);
		return;
	}
	say_is(why, node->left, &focus);
	if (form && evaluate(why, node->first, scope, &argument) && argument.count == 1)
		hs_buf_printf(&why->out, ", which should %shave the form %.*s", wanted ? "" : "not ",
			HS_S_ARG(first(argument.items[0].text, 2 * (size_t)TEXT_SHOWN)));
	else
		hs_buf_printf(&why->out, ", so that %.*s is %s",
			HS_S_ARG(first(text_of(why, node), TEXT_SHOWN)), wanted ? "false" : "true");
}

static void explain_call(struct why *why, const struct path_node *node, const struct path_scope *scope,
	bool wanted)
{
	PATH_LIST(focus, 2);
	switch ((enum path_function)node->function) {
	case PATH_FN_trace:
		if (node->left)
			explain(why, node->left, scope, wanted);
		return;
	case PATH_FN_not:
		if (node->left)
			explain(why, node->left, scope, !wanted);
		return;
	case PATH_FN_exists:
	case PATH_FN_empty:
	case PATH_FN_has_value:
		if (node->first)
			say_holds(why, node, wanted);
		else if (evaluate(why, node->left, scope, &focus))
			say_there(why, node->left, &focus);
		return;
	case PATH_FN_all:
		if (wanted)
			explain_all(why, node, scope);
		return;
	case PATH_FN_is_distinct:
		if (wanted)
			explain_distinct(why, node, scope);
		return;
	default:
		explain_test(why, node, scope, wanted);
	}
}

/* Adds why the node is not what is wanted. */
static void explain(struct why *why, const struct path_node *node, const struct path_scope *scope,
	bool wanted)
{
	PATH_LIST(list, 2);
	if (why->out.len > ENOUGH)
		return;
	if (node->op == OP_CALL)
		explain_call(why, node, scope, wanted);
	else if (node->op >= OP_AND && node->op <= OP_IMPLIES)
		explain_logic(why, node, scope, wanted);
	else if (node->op >= OP_LESS && node->op <= OP_IN)
		explain_comparison(why, node, scope, wanted);
	else if (node->op == OP_STEPS && evaluate(why, node, scope, &list))
		say_is(why, node, &list);
	else
		say_holds(why, node, wanted);
}

struct hs_slice hs_path_why(const struct hs_path *path, const struct hs_path_context *context,
	const struct hs_path_value *input)
{
	struct hs_error ignored;
	struct path_run run = hs__path_run_of(path, context, input, &ignored);
	struct path_scope scope = { .self = input, .self_count = input ? 1 : 0, .index = -1 };
	struct why why = { .run = &run,
		.path = path,
		.places = { .resource = run.root, .defs = run.defs, .arena = context->arena } };
	hs_buf_init(&why.out, context->arena, 16 << 10);
	explain(&why, path->root, &scope, true);
	return why.out.overflow ? HS_S_NONE : hs_buf_slice(&why.out);
}
