/* SPDX-License-Identifier: Apache-2.0 */
/* Types of values: names, is, as, ofType and type() (FHIRPath sections 6.3 and 10). */
#include <core/fhir/path/functions/functions.h>

static struct hs_slice system_name(uint8_t kind)
{
	switch (kind) {
	case HS_PATH_BOOLEAN:
		return HS_S("Boolean");
	case HS_PATH_INTEGER:
		return HS_S("Integer");
	case HS_PATH_LONG:
		return HS_S("Long");
	case HS_PATH_DECIMAL:
		return HS_S("Decimal");
	case HS_PATH_STRING:
		return HS_S("String");
	case HS_PATH_DATE:
		return HS_S("Date");
	case HS_PATH_DATETIME:
		return HS_S("DateTime");
	case HS_PATH_TIME:
		return HS_S("Time");
	case HS_PATH_QUANTITY:
		return HS_S("Quantity");
	default:
		return HS_S("TypeInfo");
	}
}

/* Without definitions: what the JSON itself says. A choice ends with its type, a resource names it. */
static struct hs_slice guess_name(const struct hs_path_value *value)
{
	struct hs_slice key = hs_json_key(value->node ? value->node : value->shadow);
	struct hs_slice resource = hs_json_get_text(value->node, HS_S("resourceType"));
	if (resource.len) {
		return resource;
	}
	for (size_t cut = 1; cut < key.len; cut++) {
		if (key.ptr[cut] >= 'A' && key.ptr[cut] <= 'Z') {
			struct hs_slice suffix = hs__path_choice_suffix(key, hs_slice_first(key, cut));
			if (suffix.len) {
				return suffix;
			}
		}
	}
	switch (value->kind) {
	case HS_PATH_BOOLEAN:
		return HS_S("boolean");
	case HS_PATH_INTEGER:
		return HS_S("integer");
	case HS_PATH_LONG:
		return HS_S("integer64");
	case HS_PATH_DECIMAL:
		return HS_S("decimal");
	case HS_PATH_STRING:
		return HS_S("string");
	default:
		return HS_S("Element");
	}
}

static bool is_computed(const struct hs_path_value *value)
{
	return !value->node && !value->shadow;
}

uint8_t hs__path_primitive_kind(const struct hs_def_type *type)
{
	switch (type->code) {
	case HS_PRIM_NONE:
		return HS_PATH_NODE;
	case HS_PRIM_BOOLEAN:
		return HS_PATH_BOOLEAN;
	case HS_PRIM_INTEGER64:
		return HS_PATH_LONG;
	case HS_PRIM_INTEGER:
	case HS_PRIM_POSITIVE_INT:
	case HS_PRIM_UNSIGNED_INT:
		return HS_PATH_INTEGER;
	case HS_PRIM_DECIMAL:
		return HS_PATH_DECIMAL;
	case HS_PRIM_DATE:
		return HS_PATH_DATE;
	case HS_PRIM_DATETIME:
	case HS_PRIM_INSTANT:
		return HS_PATH_DATETIME;
	case HS_PRIM_TIME:
		return HS_PATH_TIME;
	default:
		return HS_PATH_STRING;
	}
}

/* The name of a value's type without namespace; *system tells which it is. */
static struct hs_slice type_of(const struct path_run *run, const struct hs_path_value *value, bool *system)
{
	*system = is_computed(value);
	if (*system) {
		return system_name(value->kind);
	}
	if (value->type && run->defs) {
		return hs_defs_text(run->defs, value->type->name);
	}
	return guess_name(value);
}

struct hs_slice hs__path_base_type(const struct path_run *run, const struct hs_path_value *value)
{
	bool fhir = run->defs && hs_slice_eq(value->unit, HS_S("FHIR"));
	const struct hs_def_type *type = fhir ? hs_defs_type(run->defs, value->text) : NULL;
	if (!type || type->base == HS_DEF_NONE) {
		return HS_S("System.Any");
	}
	const struct hs_def_type *base = hs_defs_type_at(run->defs, type->base);
	return hs_arena_printf(run->arena, "FHIR.%.*s", HS_S_ARG(hs_defs_text(run->defs, base->name)));
}

bool hs__path_type_known(const struct path_run *run, const struct path_type_name *type)
{
	return type->system || type->type || !run->defs || hs_defs_type(run->defs, type->name);
}

static bool is_fhir(const struct path_run *run, const struct hs_path_value *value,
	const struct path_type_name *type, bool derived)
{
	if (!value->type || !run->defs) {
		/* Names of primitives start with a small letter, in the JSON name of a choice with a capital.
		 */
		return hs_slice_ieq(guess_name(value), type->name);
	}
	const struct hs_def_type *wanted = type->type ? type->type : hs_defs_type(run->defs, type->name);
	if (!wanted) {
		return false;
	}
	return value->type == wanted || (derived && hs_defs_is_a(run->defs, value->type, wanted));
}

bool hs__path_is(const struct path_run *run, const struct hs_path_value *value,
	const struct path_type_name *type, bool derived)
{
	if (type->system && hs_slice_eq(type->name, HS_S("Any"))) {
		return true;
	}
	if (is_computed(value)) {
		return type->system && hs_slice_eq(type->name, system_name(value->kind));
	}
	return type->fhir && is_fhir(run, value, type, derived);
}

/* A FHIR primitive is taken by its own type only, other types together with those derived from them. */
static bool selects(const struct path_run *run, const struct hs_path_value *value,
	const struct path_type_name *type)
{
	bool primitive = value->type && value->type->kind == HS_DEF_PRIMITIVE;
	return hs__path_is(run, value, type, !primitive);
}

static enum hs_status check_known(struct path_run *run, const struct path_node *node,
	const struct path_type_name *type)
{
	if (hs__path_type_known(run, type)) {
		return HS_OK;
	}
	return hs__path_fault(run, node, "there is no type %.*s", HS_S_ARG(type->name));
}

static enum hs_status select_type(struct path_run *run, const struct path_node *node,
	const struct path_type_name *type, const struct path_list *from, struct path_list *out)
{
	enum hs_status status = check_known(run, node, type);
	for (uint32_t i = 0; !status && i < from->count; i++) {
		if (selects(run, &from->items[i], type)) {
			status = hs__path_push(run, out, &from->items[i]);
		}
	}
	return status;
}

enum hs_status hs__path_operator_is(struct path_run *run, const struct path_node *node,
	const struct path_type_name *type, const struct path_list *from, struct path_list *out)
{
	enum hs_status status = check_known(run, node, type);
	if (status || from->count == 0) {
		return status || !run->context->nothing_is_no ? status :
								hs__path_push_boolean(run, out, false);
	}
	if (from->count > 1) {
		return hs__path_fault(run, node, "is takes one item, found %u", from->count);
	}
	return hs__path_push_boolean(run, out, hs__path_is(run, &from->items[0], type, true));
}

/* Is the value a primitive of FHIR, and the type the one of the language that it converts to? */
static bool is_system_of(const struct path_run *run, const struct hs_path_value *value,
	const struct path_type_name *type)
{
	return type->system && !type->type && value->type && value->type->kind == HS_DEF_PRIMITIVE &&
		run->defs && hs_slice_eq(type->name, system_name(value->kind));
}

enum hs_status hs__path_operator_as(struct path_run *run, const struct path_node *node,
	const struct path_type_name *type, const struct path_list *from, struct path_list *out)
{
	if (from->count > 1 && run->context->single_as) {
		return hs__path_fault(run, node, "as takes one item, found %u; ofType() filters",
			from->count);
	}
	/* Definitions write `value as String` of FHIR's strings. */
	if (from->count == 1 && !run->context->single_as && is_system_of(run, &from->items[0], type)) {
		return hs__path_push(run, out, &from->items[0]);
	}
	return select_type(run, node, type, from, out);
}

enum hs_status hs__path_fn_of_type(struct path_call *call)
{
	return select_type(call->run, call->node, &call->node->first->u.type, call->focus, call->out);
}

enum hs_status hs__path_fn_is(struct path_call *call)
{
	return hs__path_operator_is(call->run, call->node, &call->node->first->u.type, call->focus,
		call->out);
}

enum hs_status hs__path_fn_as(struct path_call *call)
{
	return hs__path_operator_as(call->run, call->node, &call->node->first->u.type, call->focus,
		call->out);
}

enum hs_status hs__path_fn_type(struct path_call *call)
{
	for (uint32_t i = 0; i < call->focus->count; i++) {
		bool system;
		struct hs_path_value value = { .kind = HS_PATH_TYPE };
		value.text = type_of(call->run, &call->focus->items[i], &system);
		value.unit = system ? HS_S("System") : HS_S("FHIR");
		enum hs_status status = hs__path_push(call->run, call->out, &value);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}
