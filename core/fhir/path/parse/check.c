/* SPDX-License-Identifier: Apache-2.0 */
/* The static check: follows the types through an expression, keeps what the definitions say in its steps, and
 * refuses what can have no result. What is not known is never refused. */
#include <core/fhir/path/parse/shape.h>

#include <stdarg.h>
#include <stdio.h>

#define NAME_SHOWN 80u /* bytes of a name in a message */

struct checker {
	const struct hs_path *path;
	const struct hs_defs *defs;
	struct hs_slice type; /* of the input */
	bool strict;
	bool note;
	struct hs_error *err;
};

static enum hs_status check(struct checker *checker, struct path_node *node, const struct path_shape *self,
	struct path_shape *out);

static enum hs_status refuse(const struct checker *checker, uint32_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum hs_status refuse(const struct checker *checker, uint32_t at, const char *format, ...)
{
	char text[200];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	hs_fail(checker->err, HS_E_INVALID, "%s", text);
	hs__path_place(checker->path->text, at, checker->err);
	return HS_E_INVALID;
}

static struct hs_slice types_of(const struct checker *checker, const struct path_shape *shape)
{
	return hs__shape_name(checker->defs, checker->path->arena, shape);
}

/* A copy that lives as long as the path, when shapes are to be noted. */
static const struct path_shape *note(const struct checker *checker, const struct path_shape *shape)
{
	struct path_shape *copy = checker->note ? hs_arena_alloc(checker->path->arena, sizeof(*copy)) : NULL;
	if (copy) {
		*copy = *shape;
	}
	return copy;
}

/* The first step of an expression that is the name of a type stands for $this, when that is of the type. */
static enum hs_status check_entry(struct checker *checker, struct path_step *step,
	const struct path_shape *self, struct path_shape *out, bool *taken)
{
	bool capital = step->name.len && step->name.ptr[0] >= 'A' && step->name.ptr[0] <= 'Z';
	const struct hs_def_type *type = step->entry && capital && checker->defs ?
		hs_defs_type(checker->defs, step->name) :
		NULL;
	*taken = type != NULL;
	if (!type) {
		return HS_OK;
	}
	step->from_type = type;
	bool fits = !self->known;
	for (uint8_t i = 0; i < self->count && !fits; i++) {
		const struct hs_def_type *own = self->kinds[i].type;
		fits = own &&
			(hs_defs_is_a(checker->defs, own, type) || hs_defs_is_a(checker->defs, type, own));
	}
	if (!fits && checker->strict) {
		return refuse(checker, step->at, "the input is %.*s, not %.*s",
			HS_S_ARG(types_of(checker, self)), HS_S_ARG(hs_slice_first(step->name, NAME_SHOWN)));
	}
	*out = self->known && fits && type->abstract ? *self : hs__shape_type(checker->defs, type);
	out->known = out->known && !type->abstract;
	return HS_OK;
}

/* A choice is written without its type in FHIRPath, unlike in JSON. */
static enum hs_status refuse_member(const struct checker *checker, const struct path_step *step,
	const struct path_shape *from)
{
	const struct hs_def_type *type = NULL;
	struct hs_slice name = hs_slice_first(step->name, NAME_SHOWN), owner = types_of(checker, from);
	struct hs_slice near = hs__shape_nearest(checker->defs, from, step->name, &type);
	if (type) {
		return refuse(checker, step->at,
			"there is no element '%.*s' in %.*s; write %.*s.ofType(%.*s)", HS_S_ARG(name),
			HS_S_ARG(owner), HS_S_ARG(near), HS_S_ARG(hs_defs_text(checker->defs, type->name)));
	}
	return refuse(checker, step->at, "there is no element '%.*s' in %.*s%s%.*s%s", HS_S_ARG(name),
		HS_S_ARG(owner), near.len ? "; did you mean '" : "", HS_S_ARG(near), near.len ? "'?" : "");
}

static enum hs_status check_steps(struct checker *checker, struct path_node *node,
	const struct path_shape *from, struct path_shape *out)
{
	struct path_shape at = *from;
	for (struct path_step *step = node->u.steps; step; step = step->next) {
		bool taken = false, exists = true;
		struct path_shape next = hs__shape_any();
		enum hs_status status = check_entry(checker, step, &at, &next, &taken);
		if (status) {
			return status;
		}
		if (!taken) {
			next = hs__shape_member(checker->defs, &at, step, &exists);
		}
		if (!exists && checker->strict) {
			return refuse_member(checker, step, &at);
		}
		at = exists ? next : hs__shape_any();
		step->shape = note(checker, &at);
	}
	*out = at;
	return HS_OK;
}

/* Checks the arguments; *first is the shape of the first, *all of them together. */
static enum hs_status check_arguments(struct checker *checker, struct path_node *node,
	const struct path_shape *self, const struct path_shape *focus, struct path_shape *first,
	struct path_shape *all)
{
	const char *kinds = hs__path_functions[node->function].kinds;
	size_t index = 0;
	for (struct path_node *child = node->first; child; child = child->next, index++) {
		char kind = kinds[index < strlen(kinds) ? index : strlen(kinds) - 1];
		struct path_shape shape = hs__shape_any();
		struct path_shape item = *focus;
		item.unordered = false;
		item.many = false;
		if (node->function == PATH_FN_repeat || node->function == PATH_FN_iif) {
			/* repeat() feeds its own results in; iif() without a focus has that of its
			 * surroundings. */
			item = node->function == PATH_FN_iif && !node->left ? *self : hs__shape_any();
		}
		if (kind != PATH_ARG_TYPE) {
			enum hs_status status = check(checker, child, kind == PATH_ARG_LAMBDA ? &item : self,
				&shape);
			if (status) {
				return status;
			}
		}
		if (index == 0) {
			*first = shape;
		}
		/* The criterion of iif() is no part of its result. */
		if (index > 0 || node->function != PATH_FN_iif) {
			hs__shape_add(all, &shape);
		}
	}
	return HS_OK;
}

static struct path_shape shape_of_result(const struct checker *checker, const struct path_node *node,
	const struct path_shape *focus, const struct path_shape *first, struct path_shape *all)
{
	struct path_shape shape = hs__shape_any();
	switch (hs__path_functions[node->function].result) {
	case 'b':
		return hs__shape_system(HS_PATH_BOOLEAN);
	case 'i':
		return hs__shape_system(HS_PATH_INTEGER);
	case 'L':
		return hs__shape_system(HS_PATH_LONG);
	case 's':
	case 'S':
		return hs__shape_system(HS_PATH_STRING);
	case 'd':
		return hs__shape_system(HS_PATH_DECIMAL);
	case 'D':
		return hs__shape_system(HS_PATH_DATE);
	case 'M':
		return hs__shape_system(HS_PATH_DATETIME);
	case 'T':
		return hs__shape_system(HS_PATH_TIME);
	case 'q':
		return hs__shape_system(HS_PATH_QUANTITY);
	case 'w':
		return hs__shape_of_amount(focus, HS_PATH_INTEGER);
	case 'r':
		return hs__shape_of_amount(focus, HS_PATH_DECIMAL);
	case '*':
	case '1':
		return *focus;
	case 'l':
		return *first;
	case 'u':
		if (node->function != PATH_FN_iif) {
			hs__shape_add(all, focus);
		}
		return *all;
	case 't':
		return hs__shape_as(checker->defs, focus, &node->first->u.type);
	case 'x':
	case 'e':
		return hs__shape_type(checker->defs,
			checker->defs ?
				hs_defs_type(checker->defs,
					node->function == PATH_FN_extension ? HS_S("Extension") :
									      HS_S("ElementDefinition")) :
				NULL);
	case 'c':
		shape.unordered = true;
		return shape;
	default:
		return shape;
	}
}

static struct path_shape result_of(const struct checker *checker, const struct path_node *node,
	const struct path_shape *focus, const struct path_shape *first, struct path_shape *all)
{
	bool many = focus->many;
	struct path_shape shape = shape_of_result(checker, node, focus, first, all);
	switch (hs__path_functions[node->function].result) {
	case '*':
	case 't':
		break;
	case 'l':
		shape.many = shape.many || many;
		break;
	case 'u':
		shape.many = shape.many || node->function != PATH_FN_iif;
		break;
	case 'S':
	case 'x':
	case 'e':
	case 'c':
		shape.many = true;
		break;
	default:
		shape.many = false;
		break;
	}
	return shape;
}

static enum hs_status check_call(struct checker *checker, struct path_node *node,
	const struct path_shape *self, const struct path_shape *focus, struct path_shape *out)
{
	const struct path_function_info *info = &hs__path_functions[node->function];
	struct path_shape first = hs__shape_any(), all = hs__shape_none();
	if (checker->strict && !hs__shape_fits(focus, info->focus)) {
		return refuse(checker, node->at, "%.*s() does not work on %.*s", HS_S_ARG(info->name),
			HS_S_ARG(types_of(checker, focus)));
	}
	if (checker->strict && info->focus == 'o' && focus->unordered) {
		return refuse(checker, node->at, "the items have no defined order here: %.*s",
			HS_S_ARG(info->name));
	}
	enum hs_status status = check_arguments(checker, node, self, focus, &first, &all);
	if (status) {
		return status;
	}
	if (checker->strict && node->function == PATH_FN_iif && !hs__shape_boolean(&first)) {
		return refuse(checker, node->at, "the criterion of iif() is a boolean, not %.*s",
			HS_S_ARG(types_of(checker, &first)));
	}
	*out = result_of(checker, node, focus, &first, &all);
	return HS_OK;
}

/* What a sum may have on a side; NODE: it is not known. */
static enum hs_path_kind addend(const struct path_shape *shape)
{
	return hs__shape_within(shape, HS_PATH_INTEGER, HS_PATH_DECIMAL)    ? HS_PATH_DECIMAL :
		hs__shape_within(shape, HS_PATH_DATE, HS_PATH_TIME)         ? HS_PATH_DATE :
		hs__shape_within(shape, HS_PATH_STRING, HS_PATH_STRING)     ? HS_PATH_STRING :
		hs__shape_within(shape, HS_PATH_BOOLEAN, HS_PATH_BOOLEAN)   ? HS_PATH_BOOLEAN :
		hs__shape_within(shape, HS_PATH_QUANTITY, HS_PATH_QUANTITY) ? HS_PATH_QUANTITY :
									      HS_PATH_NODE;
}

/* Can a + b, or a - b, be? Of differences only those of dates are judged before evaluation. */
static bool adds_up(enum path_op op, const struct path_shape *a, const struct path_shape *b)
{
	enum hs_path_kind left = addend(a), right = addend(b);
	if (right == HS_PATH_NODE) {
		return true;
	}
	switch (left) {
	case HS_PATH_DATE:
		return right == HS_PATH_QUANTITY;
	case HS_PATH_DECIMAL:
		return op != OP_ADD || right == HS_PATH_DECIMAL || right == HS_PATH_QUANTITY;
	case HS_PATH_STRING:
		return op != OP_ADD || right == HS_PATH_STRING;
	default:
		return true;
	}
}

static struct path_shape arithmetic(const struct path_node *node, const struct path_shape *a,
	const struct path_shape *b)
{
	bool longs = hs__shape_within(a, HS_PATH_INTEGER, HS_PATH_LONG) &&
		hs__shape_within(b, HS_PATH_INTEGER, HS_PATH_LONG);
	bool integers = longs && hs__shape_within(a, HS_PATH_INTEGER, HS_PATH_INTEGER) &&
		hs__shape_within(b, HS_PATH_INTEGER, HS_PATH_INTEGER);
	if (node->op == OP_JOIN) {
		return hs__shape_system(HS_PATH_STRING);
	}
	if (longs) {
		return hs__shape_system(node->op == OP_DIVIDE ? HS_PATH_DECIMAL :
				integers                      ? HS_PATH_INTEGER :
								HS_PATH_LONG);
	}
	return hs__shape_any();
}

static enum hs_status check_binary(struct checker *checker, struct path_node *node,
	const struct path_shape *self, const struct path_shape *left, struct path_shape *out)
{
	struct path_shape right = hs__shape_any();
	enum hs_status status = check(checker, node->first, self, &right);
	if (status) {
		return status;
	}
	if (node->op == OP_UNION) {
		*out = *left;
		hs__shape_add(out, &right);
		out->many = true;
	} else if (node->op <= OP_JOIN) {
		bool sum = node->op == OP_ADD || node->op == OP_SUBTRACT;
		if (checker->strict && sum && !adds_up((enum path_op)node->op, left, &right)) {
			return refuse(checker, node->at, "%s does not work on %.*s and %.*s",
				node->op == OP_ADD ? "+" : "-", HS_S_ARG(types_of(checker, left)),
				HS_S_ARG(types_of(checker, &right)));
		}
		*out = arithmetic(node, left, &right);
	} else {
		*out = hs__shape_system(HS_PATH_BOOLEAN);
	}
	return HS_OK;
}

static struct path_shape literal(const struct hs_path_value *value)
{
	return hs__shape_system((enum hs_path_kind)value->kind);
}

/* What the variables of the input are: %context is the input itself, %resource the one that it is in. */
static struct path_shape variable(const struct checker *checker, struct hs_slice name)
{
	struct hs_slice rest = checker->type, first = hs_slice_cut(&rest, '.');
	const struct hs_def_type *type = checker->defs ? hs_defs_type(checker->defs, first) : NULL;
	if (hs_slice_eq(name, HS_S("context"))) {
		return hs__shape_path(checker->defs, checker->type);
	}
	bool resource = hs_slice_eq(name, HS_S("resource")) && type && type->kind == HS_DEF_RESOURCE;
	return resource && !type->abstract ? hs__shape_type(checker->defs, type) : hs__shape_any();
}

static enum hs_status shape_of(struct checker *checker, struct path_node *node, const struct path_shape *self,
	struct path_shape *out)
{
	struct path_shape left = *self, ignored;
	enum hs_status status = node->left ? check(checker, node->left, self, &left) : HS_OK;
	if (status) {
		return status;
	}
	switch ((enum path_op)node->op) {
	case OP_THIS:
		*out = *self;
		return HS_OK;
	case OP_INDEX:
		*out = hs__shape_system(HS_PATH_INTEGER);
		return HS_OK;
	case OP_VARIABLE:
		*out = variable(checker, node->u.name);
		return HS_OK;
	case OP_TOTAL:
	case OP_FAULT:
		*out = hs__shape_any();
		return HS_OK;
	case OP_EMPTY:
		*out = hs__shape_none();
		return HS_OK;
	case OP_LITERAL:
		*out = literal(node->u.literal);
		return HS_OK;
	case OP_STEPS:
		return check_steps(checker, node, &left, out);
	case OP_CALL:
		return check_call(checker, node, self, &left, out);
	case OP_ITEM:
		*out = left;
		out->many = false;
		return check(checker, node->first, self, &ignored);
	case OP_IS:
		*out = hs__shape_system(HS_PATH_BOOLEAN);
		return HS_OK;
	case OP_AS:
		*out = hs__shape_as(checker->defs, &left, &node->u.type);
		return HS_OK;
	case OP_NEGATE:
	case OP_POSITIVE:
		*out = left;
		return HS_OK;
	default:
		return check_binary(checker, node, self, &left, out);
	}
}

static enum hs_status check(struct checker *checker, struct path_node *node, const struct path_shape *self,
	struct path_shape *out)
{
	enum hs_status status = shape_of(checker, node, self, out);
	if (!status) {
		node->shape = note(checker, out);
	}
	return status;
}

enum hs_status hs__path_check(struct hs_path *path, struct hs_slice type, unsigned flags,
	struct hs_error *err)
{
	struct checker checker = { .path = path,
		.defs = path->defs,
		.type = type,
		.strict = (flags & PATH_CHECK_STRICT) && path->defs,
		.note = flags & PATH_CHECK_NOTE,
		.err = err };
	struct path_shape self = hs__shape_path(path->defs, type), result;
	return check(&checker, path->root, &self, &result);
}
