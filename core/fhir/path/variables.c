/* SPDX-License-Identifier: Apache-2.0 */
/* %variables, defineVariable(), trace() and the clock (FHIRPath sections 5.9 and 9; FHIR R4 section 2.9.1.4).
 */
#include <core/fhir/path/functions/functions.h>
#include <core/fhir/path/values/moment.h>

struct constant {
	struct hs_slice name;
	struct hs_slice text;
};

static const struct constant CONSTANTS[] = {
	{ HS_S_INIT("ucum"), HS_S_INIT("http://unitsofmeasure.org") },
	{ HS_S_INIT("sct"), HS_S_INIT("http://snomed.info/sct") },
	{ HS_S_INIT("loinc"), HS_S_INIT("http://loinc.org") },
};

/* %vs-NAME and %ext-NAME stand for canonical addresses of FHIR itself. */
static const struct constant FAMILIES[] = {
	{ HS_S_INIT("vs-"), HS_S_INIT("http://hl7.org/fhir/ValueSet/") },
	{ HS_S_INIT("ext-"), HS_S_INIT("http://hl7.org/fhir/StructureDefinition/") },
};

static bool constant_text(struct path_run *run, struct hs_slice name, struct hs_slice *out)
{
	for (size_t i = 0; i < sizeof(CONSTANTS) / sizeof(CONSTANTS[0]); i++) {
		if (hs_slice_eq(name, CONSTANTS[i].name)) {
			*out = CONSTANTS[i].text;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(FAMILIES) / sizeof(FAMILIES[0]); i++) {
		if (hs_slice_starts(name, FAMILIES[i].name)) {
			*out = hs_arena_printf(run->arena, "%.*s%.*s", HS_S_ARG(FAMILIES[i].text),
				HS_S_ARG(hs_slice_from(name, FAMILIES[i].name.len)));
			return true;
		}
	}
	return false;
}

static const struct path_variable *find_defined(const struct path_scope *scope, struct hs_slice name)
{
	for (const struct path_variable *v = scope->variables; v; v = v->outer) {
		if (hs_slice_eq(v->name, name)) {
			return v;
		}
	}
	return NULL;
}

static bool is_context(struct hs_slice name)
{
	return hs_slice_eq(name, HS_S("context")) || hs_slice_eq(name, HS_S("resource")) ||
		hs_slice_eq(name, HS_S("rootResource"));
}

static enum hs_status push_context(struct path_run *run, struct hs_slice name, struct path_list *out)
{
	if (hs_slice_eq(name, HS_S("context"))) {
		return run->input ? hs__path_push(run, out, run->input) : HS_OK;
	}
	const struct hs_json *node = hs_slice_eq(name, HS_S("resource")) ? run->resource : run->root;
	struct hs_path_value value;
	if (!node) {
		return HS_OK;
	}
	hs__path_resource(run->defs, node, &value);
	return hs__path_push(run, out, &value);
}

enum hs_status hs__path_variable(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, struct path_list *out)
{
	struct hs_slice name = node->u.name, text;
	struct hs_path_list given = { .items = NULL };
	const struct path_variable *defined = find_defined(scope, name);
	if (defined) {
		for (uint32_t i = 0; i < defined->count; i++) {
			enum hs_status status = hs__path_push(run, out, &defined->items[i]);
			if (status) {
				return status;
			}
		}
		return HS_OK;
	}
	if (is_context(name)) {
		return push_context(run, name, out);
	}
	if (run->context->variable && run->context->variable(run->context->arg, name, &given)) {
		for (size_t i = 0; i < given.count; i++) {
			enum hs_status status = hs__path_push(run, out, &given.items[i]);
			if (status) {
				return status;
			}
		}
		return HS_OK;
	}
	if (constant_text(run, name, &text)) {
		return hs__path_push_text(run, out, HS_PATH_STRING, text);
	}
	if (hs_slice_eq(name, HS_S("terminologies"))) {
		/* Only its functions mean something. */
		return hs__path_push(run, out,
			&(struct hs_path_value) {
				.kind = HS_PATH_TYPE, .unit = HS_S("FHIR"), .text = HS_S("Terminologies") });
	}
	if (hs_slice_eq(name, HS_S("factory"))) {
		return hs__path_fault(run, node, "%%factory is not supported: a path makes no resources");
	}
	return hs__path_fault(run, node, "there is no variable %%%.*s", HS_S_ARG(name));
}

/* ---- what nobody will define ---- */

#define DEFINED_MAX 32u

struct defined {
	struct hs_slice names[DEFINED_MAX];
	size_t count;
	bool any; /* a name is computed, or there are too many: it may be any */
};

static void gather_defined(struct defined *all, const struct path_node *node)
{
	const struct path_node *name = node->first;
	if (node->op == OP_CALL && node->function == PATH_FN_define_variable && name) {
		if (name->op == OP_LITERAL && all->count < DEFINED_MAX) {
			all->names[all->count++] = name->u.literal->text;
		} else {
			all->any = true;
		}
	}
	if (node->left) {
		gather_defined(all, node->left);
	}
	for (const struct path_node *child = node->first; child; child = child->next) {
		gather_defined(all, child);
	}
}

static bool is_known(const struct defined *all, struct hs_slice name)
{
	for (size_t i = 0; i < sizeof(CONSTANTS) / sizeof(CONSTANTS[0]); i++) {
		if (hs_slice_eq(name, CONSTANTS[i].name)) {
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(FAMILIES) / sizeof(FAMILIES[0]); i++) {
		if (hs_slice_starts(name, FAMILIES[i].name)) {
			return true;
		}
	}
	for (size_t i = 0; i < all->count; i++) {
		if (hs_slice_eq(all->names[i], name)) {
			return true;
		}
	}
	return is_context(name) || hs_slice_eq(name, HS_S("terminologies")) ||
		hs_slice_eq(name, HS_S("factory"));
}

static const struct path_node *find_undefined(const struct defined *all, const struct path_node *node)
{
	const struct path_node *found = node->left ? find_undefined(all, node->left) : NULL;
	if (!found && node->op == OP_VARIABLE && !is_known(all, node->u.name)) {
		return node;
	}
	for (const struct path_node *child = node->first; child && !found; child = child->next) {
		found = find_undefined(all, child);
	}
	return found;
}

struct hs_slice hs_path_undefined(const struct hs_path *path)
{
	struct defined all = { .count = 0 };
	gather_defined(&all, path->root);
	const struct path_node *found = all.any ? NULL : find_undefined(&all, path->root);
	return found ? found->u.name : HS_S_NONE;
}

static bool is_taken(struct path_run *run, const struct path_scope *scope, struct hs_slice name)
{
	struct hs_slice text;
	struct hs_path_list list;
	return is_context(name) || hs_slice_eq(name, HS_S("terminologies")) || find_defined(scope, name) ||
		constant_text(run, name, &text) ||
		(run->context->variable && run->context->variable(run->context->arg, name, &list));
}

enum hs_status hs__path_fn_define_variable(struct path_call *call)
{
	struct hs_slice name;
	bool there;
	enum hs_status status = hs__path_arg_text(call, 0, &name, &there);
	if (status) {
		return status;
	}
	if (!there || is_taken(call->run, call->scope, name)) {
		return hs__path_fault(call->run, call->node,
			"defineVariable() needs a name that is not taken");
	}
	struct path_list value = { .items = NULL };
	if (call->node->count == 1) {
		status = hs__path_push_all(call->run, &value, call->focus);
	} else {
		struct path_scope scope = *call->scope;
		scope.self = call->focus->items;
		scope.self_count = call->focus->count;
		status = hs__path_eval(call->run, call->node->first->next, &scope, &value);
	}
	struct path_variable *variable = status ? NULL : hs_arena_alloc(call->run->arena, sizeof(*variable));
	if (!variable) {
		return status ? status : hs__path_full(call->run);
	}
	*variable = (struct path_variable) {
		.outer = call->scope->variables, .name = name, .items = value.items, .count = value.count
	};
	call->scope->variables = variable;
	return hs__path_push_all(call->run, call->out, call->focus);
}

enum hs_status hs__path_fn_trace(struct path_call *call)
{
	struct hs_slice name = HS_S("");
	bool there;
	struct path_list shown = { .items = NULL };
	enum hs_status status = hs__path_arg_text(call, 0, &name, &there);
	const struct path_node *projection = call->node->first->next;
	for (uint32_t i = 0; !status && projection && i < call->focus->count; i++) {
		status = hs__path_eval_item(call, projection, &call->focus->items[i], i, &shown);
	}
	if (status) {
		return status;
	}
	if (call->run->context->trace) {
		struct hs_path_list list = { .items = projection ? shown.items : call->focus->items,
			.count = projection ? shown.count : call->focus->count };
		call->run->context->trace(call->run->context->arg, name, &list);
	}
	return hs__path_push_all(call->run, call->out, call->focus);
}

static enum hs_status push_clock(struct path_call *call, uint8_t kind)
{
	struct path_moment moment = hs__path_moment_at(call->run->context->now_ms,
		call->run->context->zone_min);
	moment.kind = kind;
	if (kind == HS_PATH_DATE) {
		moment.precision = PATH_DAY;
	}
	if (kind != HS_PATH_DATETIME) {
		moment.has_zone = false;
	}
	return hs__path_push_text(call->run, call->out, (enum hs_path_kind)kind,
		hs__path_moment_print(call->run->arena, &moment));
}

enum hs_status hs__path_fn_now(struct path_call *call)
{
	return push_clock(call, HS_PATH_DATETIME);
}

enum hs_status hs__path_fn_today(struct path_call *call)
{
	return push_clock(call, HS_PATH_DATE);
}

enum hs_status hs__path_fn_time_of_day(struct path_call *call)
{
	return push_clock(call, HS_PATH_TIME);
}
