/* SPDX-License-Identifier: Apache-2.0 */
/* From a resource to its index entries: each parameter's expression is evaluated and its values become rows.
 */
#include <core/fhir/search/search_private.h>

#include <stdio.h>

#define STEPS_MAX 200000u /* of one expression over one resource */
#define ROWS_MAX 200000u
#define VALUES_MAX 60000u /* of one parameter, so that groups stay countable */

struct hs_index_row *hs__extract_row(struct hs__extract *x, enum hs_index_kind kind)
{
	if (x->count == x->room) {
		size_t room = x->room ? x->room * 2 : 64;
		struct hs_index_row *rows = room > ROWS_MAX ?
			NULL :
			hs_arena_grow(x->arena, x->rows, x->room * sizeof(*rows), room * sizeof(*rows));
		if (!rows) {
			x->full = true;
			return NULL;
		}
		x->rows = rows;
		x->room = room;
	}
	struct hs_index_row *row = &x->rows[x->count++];
	*row = (struct hs_index_row) { .param = x->param, .group = x->group, .kind = (uint8_t)kind };
	return row;
}

uint32_t hs__search_param_number(const struct hs_numbering *numbers, struct hs_slice name)
{
	return name.len ? numbers->number(numbers->arg, HS_SPACE_PARAM, name) : 0;
}

/* An extension stands for its value. */
static bool unwrap(const struct hs__extract *x, const struct hs_path_value *value, struct hs_path_value *out)
{
	if (!value->type || value->type != x->rules->types.extension || !value->node)
		return false;
	HS_JSON_EACH(member, value->node) {
		struct hs_slice key = hs_json_key(member);
		char name[64];
		if (!hs_slice_starts(key, HS_S("value")) || key.len < 6 || key.len - 5 > sizeof(name))
			continue;
		memcpy(name, key.ptr + 5, key.len - 5);
		struct hs_slice type = hs_slice(name, key.len - 5);
		*out = (struct hs_path_value) { .kind = HS_PATH_NODE, .node = member, .parent = value->node };
		out->type = hs_defs_type(x->rules->defs, type);
		if (!out->type) {
			name[0] = (char)(name[0] | 0x20);
			out->type = hs_defs_type(x->rules->defs, type);
		}
		return out->type != NULL;
	}
	return false;
}

static void extract_value(struct hs__extract *x, uint8_t type, const struct hs_path_value *value)
{
	struct hs_path_value inner;
	if (unwrap(x, value, &inner))
		value = &inner;
	switch (type) {
	case HS_PARAM_TOKEN:
		hs__extract_token(x, value);
		break;
	case HS_PARAM_STRING:
		hs__extract_string(x, value);
		break;
	case HS_PARAM_URI:
		hs__extract_uri(x, value);
		break;
	case HS_PARAM_DATE:
		hs__extract_date(x, value);
		break;
	case HS_PARAM_NUMBER:
		hs__extract_number(x, value);
		break;
	case HS_PARAM_QUANTITY:
		hs__extract_quantity(x, value);
		break;
	case HS_PARAM_REFERENCE:
		hs__extract_reference(x, value);
		break;
	case HS_PARAM_SPECIAL:
		hs__extract_point(x, value);
		break;
	default:
		break;
	}
}

/* One focus of a composite: all components or none. */
static void extract_group(struct hs__extract *x, const struct hs__search_rule *rule,
	const struct hs_path_context *context, const struct hs_path_value *focus)
{
	size_t before = x->count;
	x->text_param = x->identifier_param = x->of_type_param = 0;
	for (uint32_t i = 0; i < rule->component_count; i++) {
		const struct hs__search_component *component = &rule->components[i];
		struct hs_path_list list = { 0 };
		struct hs_error ignored;
		size_t start = x->count;
		x->param = hs__search_param_number(x->numbers, component->name);
		x->canonical_name = component->canonical_name;
		x->canonical_param = component->canonical_name.len ? HS__EXTRACT_ASK : 0;
		if (component->path && x->param &&
			!hs_path_eval_value(component->path, context, focus, &list, &ignored))
			for (size_t k = 0; k < list.count; k++)
				extract_value(x, component->type, &list.items[k]);
		if (x->count == start) {
			x->count = before;
			return;
		}
	}
	x->group++;
}

/* "name" for "_name" too: a primitive may have extensions only. */
static bool begins(struct hs_slice key, struct hs_slice start)
{
	if (key.len > start.len && key.ptr[0] == '_')
		key = hs_slice_from(key, 1);
	return key.len > 0 && key.len >= start.len && key.ptr[0] == start.ptr[0] &&
		hs_slice_starts(key, start);
}

/* The letters that the members' names begin with, as bits. */
static uint32_t letter(struct hs_slice name)
{
	size_t at = name.len > 1 && name.ptr[0] == '_';
	return name.len ? UINT32_C(1) << (name.ptr[at] & 31) : 0;
}

static uint32_t letters_of(const struct hs_json *resource)
{
	uint32_t letters = 0;
	HS_JSON_EACH(member, resource)
		letters |= letter(hs_json_key(member));
	return letters;
}

/* Most parameters of a type have no value in a given resource: seen by its members, without evaluating. */
static bool may_have(const struct hs_json *resource, uint32_t letters, const struct hs__search_rule *rule)
{
	if (!rule->starts)
		return true;
	for (uint32_t i = 0; i < rule->start_count; i++) {
		if (!(letters & letter(rule->starts[i])))
			continue;
		HS_JSON_EACH(member, resource)
			if (begins(hs_json_key(member), rule->starts[i]))
				return true;
	}
	return false;
}

/* More than extensions and an id? */
static bool is_there(const struct hs_path_value *value)
{
	if (!value->node)
		return false;
	if (!hs_json_is(value->node, HS_JSON_OBJECT))
		return true;
	HS_JSON_EACH(member, value->node)
		if (!hs_slice_eq(hs_json_key(member), HS_S("extension")) &&
			!hs_slice_eq(hs_json_key(member), HS_S("id")))
			return true;
	return false;
}

/* What no entry could be made of is not missing for that. */
static void extract_there(struct hs__extract *x, struct hs_slice there, const struct hs_path_list *list)
{
	bool any = false;
	for (size_t i = 0; i < list->count && !any; i++)
		any = is_there(&list->items[i]);
	x->param = any ? hs__search_param_number(x->numbers, there) : 0;
	struct hs_index_row *row = x->param ? hs__extract_row(x, HS_INDEX_TOKEN) : NULL;
	if (row)
		row->text = x->rule->code;
}

static void extract_rule(struct hs__extract *x, const struct hs__search_rule *rule, struct hs_slice there,
	const struct hs_path_context *context, const struct hs_path_value *whole)
{
	size_t before = x->count;
	struct hs_path_list list = { 0 };
	struct hs_error ignored;
	/* A value that cannot be evaluated is one that cannot be found; the resource is stored all the same.
	 */
	if (hs_path_eval_value(rule->path, context, whole, &list, &ignored) || list.count == 0)
		return;
	size_t count = list.count < VALUES_MAX ? list.count : VALUES_MAX;
	x->group = rule->type == HS_PARAM_COMPOSITE;
	if (rule->type == HS_PARAM_COMPOSITE) {
		for (size_t i = 0; i < count; i++)
			extract_group(x, rule, context, &list.items[i]);
		return;
	}
	x->param = hs__search_param_number(x->numbers, rule->name);
	x->rule = rule;
	x->text_param = rule->text_name.len ? HS__EXTRACT_ASK : 0;
	x->identifier_param = rule->identifier_name.len ? HS__EXTRACT_ASK : 0;
	x->of_type_param = rule->of_type_name.len ? HS__EXTRACT_ASK : 0;
	x->canonical_param = rule->canonical_name.len ? HS__EXTRACT_ASK : 0;
	x->canonical_name = rule->canonical_name;
	if (!x->param)
		return;
	for (size_t i = 0; i < count; i++)
		extract_value(x, rule->type, &list.items[i]);
	if (x->count == before)
		extract_there(x, there, &list);
}

enum hs_status hs_search_extract(const struct hs_search_work *work, const struct hs_json *resource,
	struct hs_slice base, struct hs_index_row **out, size_t *count, struct hs_error *err)
{
	const struct hs_search_rules *rules = work->rules;
	struct hs_arena *arena = work->arena;
	struct hs_slice name = hs_json_get_text(resource, HS_S("resourceType"));
	const struct hs__search_type *type = hs__search_type(rules, name);
	struct hs__extract x = {
		.rules = rules, .numbers = work->numbers, .arena = arena, .resource = resource, .base = base
	};
	struct hs_path_context context = {
		.arena = arena, .defs = rules->defs, .resource = resource, .steps = STEPS_MAX
	};
	if (!type)
		return hs_fail(err, HS_E_VALUE, "'%.*s' is not a resource type",
			HS_S_ARG(hs_slice_first(name, 64)));
	struct hs_path_value whole = { .kind = HS_PATH_NODE,
		.node = resource,
		.type = type->def,
		.element = hs_defs_root(rules->defs, type->def) };
	uint32_t letters = letters_of(resource);
	for (uint32_t i = 0; i < type->count; i++)
		if (type->rules[i].path && may_have(resource, letters, &type->rules[i]))
			extract_rule(&x, &type->rules[i], type->there_name, &context, &whole);
	if (x.full || hs_arena_full(arena))
		return hs_fail(err, HS_E_LIMIT, "the resource has more to index than is allowed here");
	*out = x.rows;
	*count = x.count;
	return HS_OK;
}
