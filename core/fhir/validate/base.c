/* SPDX-License-Identifier: Apache-2.0 */
/* The base walk: every element once, by the definition of its own type: invariants, bindings, extensions and
 * the special rules. Elements, cardinality and formats were checked before (core/fhir/check); what has a
 * wrong shape is passed over here. */
#include <core/fhir/validate/walk.h>

#define TEXT_MAX 1048576u /* bytes of a string */

/* The children of an object, looked for from where the one before was found. */
struct scope {
	const struct hs_profile_element *first, *cursor;
};

static bool is_child(const struct hs_profile_element *child, struct hs_slice name)
{
	if (!child->choice)
		return hs_slice_eq(child->name, name);
	return name.len > child->name.len && hs_slice_starts(name, child->name) && hs__node_use(child, name);
}

static const struct hs_profile_element *find_child(struct scope *scope, struct hs_slice name)
{
	const struct hs_profile_element *child = scope->cursor;
	do {
		if (is_child(child, name)) {
			scope->cursor = child;
			return child;
		}
		child = child->next ? child->next : scope->first;
	} while (child != scope->cursor);
	return NULL;
}

static void walk_item(struct hs__validation *run, const struct hs__node *parent, const struct hs__item *item,
	const struct hs_profile_element *element)
{
	struct hs__node node;
	hs__node_child(run, parent, item, element, &node);
	if (node.value || node.shadow)
		hs__walk_base(run, &node, element);
}

/* `all` is a member with its shadow: each may be an array. */
static void walk_items(struct hs__validation *run, const struct hs__node *parent, const struct hs__item *all,
	const struct hs_profile_element *element)
{
	struct hs__item item = { all->name, 0, NULL, NULL };
	if (!hs_json_is(all->value, HS_JSON_ARRAY) && !hs_json_is(all->shadow, HS_JSON_ARRAY)) {
		walk_item(run, parent, all, element);
		return;
	}
	item.value = hs_json_first(all->value);
	item.shadow = hs_json_first(all->shadow);
	while (item.value || item.shadow) {
		walk_item(run, parent, &item, element);
		item.index++;
		item.value = item.value ? hs_json_next(item.value) : NULL;
		item.shadow = item.shadow ? hs_json_next(item.shadow) : NULL;
	}
}

/* The member "_name" for the member "name"; primitives only, and those rarely have one. */
static const struct hs_json *find_shadow(const struct hs_json *object, struct hs_slice name)
{
	HS_JSON_EACH(member, object)
		if (member->key_len == name.len + 1 && member->key[0] == '_' &&
			hs_slice_eq(hs_slice_from(hs_json_key(member), 1), name))
			return member;
	return NULL;
}

static bool has_shadows(const struct hs_json *object)
{
	HS_JSON_EACH(member, object)
		if (member->key_len && member->key[0] == '_')
			return true;
	return false;
}

static void walk_members(struct hs__validation *run, const struct hs__node *node,
	const struct hs_json *object, const struct hs_profile_element *body)
{
	struct scope scope = { body->children, body->children };
	bool shadows = has_shadows(object);
	if (!body->children)
		return;
	HS_JSON_EACH(member, object) {
		struct hs_slice key = hs_json_key(member);
		bool shadow = key.len > 1 && key.ptr[0] == '_';
		struct hs_slice name = shadow ? hs_slice_from(key, 1) : key;
		if (shadow && hs_json_get(object, name))
			continue; /* with its value */
		const struct hs_profile_element *child = find_child(&scope, name);
		if (!child || (run->options->ignore_contained && hs_slice_eq(name, HS_S("contained"))))
			continue;
		struct hs__item item = { name, -1, shadow ? NULL : member, shadow ? member : NULL };
		if (!shadow && shadows)
			item.shadow = find_shadow(object, name);
		walk_items(run, node, &item, child);
	}
}

/* An id is no element with extensions, and a text of more than a mebibyte is refused (R4
 * datatypes, 2.24.0.1). */
static void check_primitive(struct hs__validation *run, const struct hs__node *node)
{
	enum hs_def_code code = node->type ? (enum hs_def_code)node->type->code : HS_PRIM_NONE;
	bool text = code == HS_PRIM_STRING || code == HS_PRIM_MARKDOWN;
	if (node->shadow && hs_slice_eq(node->name, HS_S("id")) && node->up && node->up->type != NULL)
		hs__validate_add(run, node, HS_S_NONE, node->shadow, HS_SEVERITY_ERROR, "structure",
			"id-extension", "an id has no extensions; leave '_id' out");
	if (text && hs_json_text(node->value).len > TEXT_MAX)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "too-long", "text-length",
			"the text has %zu bytes; at most %u are allowed", hs_json_text(node->value).len,
			TEXT_MAX);
}

static void apply_rules(struct hs__validation *run, const struct hs__node *node)
{
	const struct hs_validator *validator = run->validator;
	uint32_t index = node->type ? hs_defs_type_index(run->defs, node->type) : HS_DEF_NONE;
	hs__rule *rule = index < validator->type_count ? validator->rules[index] : NULL;
	if (rule)
		rule(run, node);
	hs__check_national(run, node);
	if (node->resource == node)
		hs__rules_resource(run, node);
}

/* Age and Duration bind the units of all their values. Their maximum is passed over: an example of FHIR
 * itself has a unit beyond it, and who reads the warning knows as much. */
static void check_type_binding(struct hs__validation *run, const struct hs__node *node,
	const struct hs_binding *binding)
{
	if (!binding)
		return;
	struct hs_binding own = *binding;
	own.max_value_set = HS_S_NONE;
	hs__check_binding(run, node, &own);
}

/* What the type itself asks of its values, beside what the element does that has one. */
static void check_type(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	const struct hs_profile *profile = node->type ? hs__type_profile(run, node->type) : NULL;
	if (profile && profile->root != element) {
		hs__check_constraints(run, node, profile->root, true);
		check_type_binding(run, node, profile->root->binding);
	}
	if (node->type == run->extension)
		hs__check_extension(run, node);
}

void hs__walk_base(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element)
{
	const struct hs_json *object = hs__node_object(node);
	bool is_resource = node->resource == node;
	if (node->depth > HS__VALIDATE_DEPTH) {
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "too-long", "too-deep",
			"elements are nested more than %d deep; the rest is not validated",
			HS__VALIDATE_DEPTH);
		return;
	}
	hs__check_constraints(run, node, element, true);
	if (element->binding && !is_resource)
		hs__check_binding(run, node, element->binding);
	if (element->min_value || element->max_value || element->max_length)
		hs__check_values(run, node, element);
	if (!hs_json_is(node->value, HS_JSON_OBJECT))
		check_primitive(run, node);
	const struct hs_profile_element *body = object ? hs__element_body(run, element, node->type) : NULL;
	check_type(run, node, element);
	if (element->profiled && element->parent) /* SimpleQuantity, where a type asks for one */
		hs__check_uses(run, node, element);
	if (body)
		walk_members(run, node, object, body);
	apply_rules(run, node);
	if (is_resource)
		hs__check_profiles(run, node);
}
