/* SPDX-License-Identifier: Apache-2.0 */
/* An expression as a tree of JSON, before it is folded, with what the static check knows of each node; in the
 * form of the fhirpath-lab engine API (server-api.md of that project, "AST definition"). */
#include <core/fhir/path/parse/shape.h>

#include <handslag/buf.h>

#define OUTLINE_MAX ((size_t)1 << 20) /* bytes of an outline */

struct explainer {
	const struct hs_path *path;
	struct hs_arena *arena;
};

static struct hs_json *explain(const struct explainer *explainer, const struct path_node *node,
	const struct path_shape *self);

/* ---- nodes ---- */

#define NO_PLACE SIZE_MAX /* nothing that stands in the text */

static struct hs_json *make(const struct explainer *explainer, const char *type, struct hs_slice name,
	struct hs_json *arguments, const struct path_shape *shape, size_t at)
{
	struct hs_arena *arena = explainer->arena;
	struct hs_json *out = hs_json_object(arena);
	struct hs_slice result = hs__shape_name(explainer->path->defs, explainer->arena, shape);
	hs_json_add_text(arena, out, HS_S("ExpressionType"), hs_slice_cstr(type));
	hs_json_add_text(arena, out, HS_S("Name"), hs_arena_copy(arena, name));
	if (hs_json_count(arguments)) {
		hs_json_add(out, HS_S("Arguments"), arguments);
	}
	if (result.len) {
		hs_json_add_text(arena, out, HS_S("ReturnType"), result);
	}
	if (at != NO_PLACE) {
		struct path_span span = hs__path_span(explainer->path, at);
		hs_json_add(out, HS_S("Position"), hs_json_int(arena, (int64_t)span.position));
		hs_json_add(out, HS_S("Length"), hs_json_int(arena, (int64_t)span.length));
	}
	return out;
}

/* What stands left of the dot. */
static struct hs_json *focus_of(const struct explainer *explainer, const struct path_node *node,
	const struct path_shape *self)
{
	return node->left ? explain(explainer, node->left, self) :
			    make(explainer, "AxisExpression", HS_S("builtin.that"), NULL, self, NO_PLACE);
}

static struct hs_json *explain_steps(const struct explainer *explainer, const struct path_node *node,
	const struct path_shape *self)
{
	struct hs_json *out = focus_of(explainer, node, self);
	for (const struct path_step *step = node->u.steps; step; step = step->next) {
		struct hs_json *arguments = hs_json_array(explainer->arena);
		hs_json_push(arguments, out);
		out = make(explainer, "ChildExpression", step->name, arguments, step->shape, step->at);
	}
	return out;
}

static struct hs_json *explain_type(const struct explainer *explainer, const struct path_type_name *type)
{
	struct hs_slice name = type->space.len ?
		hs_arena_printf(explainer->arena, "%.*s.%.*s", HS_S_ARG(type->space), HS_S_ARG(type->name)) :
		type->name;
	return make(explainer, "ConstantExpression", name, NULL, NULL, NO_PLACE);
}

static struct hs_json *explain_call(const struct explainer *explainer, const struct path_node *node,
	const struct path_shape *self)
{
	const struct path_function_info *info = &hs__path_functions[node->function];
	struct hs_json *arguments = hs_json_array(explainer->arena);
	struct path_shape item = node->left && node->left->shape ? *node->left->shape : *self;
	size_t index = 0;
	item.many = false;
	hs_json_push(arguments, focus_of(explainer, node, self));
	for (const struct path_node *child = node->first; child; child = child->next, index++) {
		char kind = info->kinds[index < strlen(info->kinds) ? index : strlen(info->kinds) - 1];
		hs_json_push(arguments,
			kind == PATH_ARG_TYPE ?
				explain_type(explainer, &child->u.type) :
				explain(explainer, child, kind == PATH_ARG_LAMBDA ? &item : self));
	}
	return make(explainer, "FunctionCallExpression", info->name, arguments, node->shape, node->at);
}

/* Operators on one or two sides, by the sign in the text. */
static struct hs_json *explain_operator(const struct explainer *explainer, const struct path_node *node,
	const struct path_shape *self)
{
	struct hs_slice sign = hs__path_span(explainer->path, node->at).text;
	struct hs_json *arguments = hs_json_array(explainer->arena);
	bool unary = node->op == OP_NEGATE || node->op == OP_POSITIVE;
	bool item = node->op == OP_ITEM;
	hs_json_push(arguments, focus_of(explainer, node, self));
	if (node->op == OP_IS || node->op == OP_AS) {
		hs_json_push(arguments, explain_type(explainer, &node->u.type));
	} else if (node->first) {
		hs_json_push(arguments, explain(explainer, node->first, self));
	}
	return make(explainer,
		item          ? "IndexerExpression" :
			unary ? "UnaryExpression" :
				"BinaryExpression",
		item ? HS_S("[]") : sign, arguments, node->shape, node->at);
}

static struct hs_json *explain(const struct explainer *explainer, const struct path_node *node,
	const struct path_shape *self)
{
	switch ((enum path_op)node->op) {
	case OP_THIS:
		return make(explainer, "AxisExpression", HS_S("builtin.this"), NULL, node->shape, node->at);
	case OP_INDEX:
		return make(explainer, "AxisExpression", HS_S("builtin.index"), NULL, node->shape, node->at);
	case OP_TOTAL:
		return make(explainer, "AxisExpression", HS_S("builtin.total"), NULL, node->shape, node->at);
	case OP_EMPTY:
		return make(explainer, "NewNodeListInitExpression", HS_S("{}"), NULL, node->shape, node->at);
	case OP_LITERAL:
		return make(explainer, "ConstantExpression", hs_path_print(explainer->arena, node->u.literal),
			NULL, node->shape, node->at);
	case OP_FAULT:
		return make(explainer, "ConstantExpression", node->u.name, NULL, node->shape, node->at);
	case OP_VARIABLE:
		return make(explainer, "VariableRefExpression", node->u.name, NULL, node->shape, node->at);
	case OP_STEPS:
		return explain_steps(explainer, node, self);
	case OP_CALL:
		return explain_call(explainer, node, self);
	default:
		return explain_operator(explainer, node, self);
	}
}

/* The type to compile what comes after for: "HumanName", "Patient.contact"; empty when there are several. */
static struct hs_slice focus_type(const struct explainer *explainer, const struct path_shape *shape)
{
	if (!shape || !shape->known || shape->count != 1 || !shape->kinds[0].type) {
		return HS_S_NONE;
	}
	struct path_shape one = *shape;
	one.many = false;
	return hs__shape_name(explainer->path->defs, explainer->arena, &one);
}

/* A line a node, with its type; what it asks is indented below it. */
static void outline(struct hs_buf *out, const struct hs_json *node, size_t depth)
{
	struct hs_slice type = hs_json_get_text(node, HS_S("ReturnType"));
	hs_buf_printf(out, "%*s%.*s%s%.*s\n", (int)(2 * depth), "",
		HS_S_ARG(hs_json_get_text(node, HS_S("Name"))), type.len ? " : " : "", HS_S_ARG(type));
	HS_JSON_EACH(argument, hs_json_get(node, HS_S("Arguments"))) {
		outline(out, argument, depth + 1);
	}
}

enum hs_status hs_path_explain(const struct hs_defs *defs, struct hs_slice expression, struct hs_slice type,
	struct hs_arena *arena, struct hs_path_explanation *out, struct hs_error *err)
{
	struct hs_path *path = NULL;
	enum hs_status status = hs__path_open(defs, expression, &path, err);
	if (!status) {
		status = hs__path_parse(path, err);
	}
	if (!status) {
		status = hs__path_check(path, type, PATH_CHECK_NOTE, err);
	}
	if (!status) {
		struct explainer explainer = { path, arena };
		struct path_shape self = hs__shape_path(defs, type);
		bool shown = hs__path_depth(path->root) <= PATH_MAX_SHOWN;
		hs__path_units(path);
		struct hs_buf lines;
		hs_buf_init(&lines, arena, OUTLINE_MAX);
		*out = (struct hs_path_explanation) { .tree = shown ? explain(&explainer, path->root, &self) :
								      NULL,
			.type = hs__shape_name(defs, arena, path->root->shape),
			.focus = focus_type(&explainer, path->root->shape) };
		if (out->tree) {
			outline(&lines, out->tree, 0);
			out->outline = lines.overflow ? HS_S_NONE : hs_buf_slice(&lines);
		}
	}
	hs_path_free(path);
	return status;
}
