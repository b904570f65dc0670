/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: a resource and its definition in step, member by member. One pass, and no memory but for issues.
 *
 * Members usually come in the order of the definition, so a child is looked for from where the one before
 * was found. What was seen is kept in a bit set, for the elements that must be there. */
#include <core/fhir/check/check_private.h>

#include <core/fhir/basics/narrative.h>

#define MAX_CHILDREN 256u /* children that the bit set holds; definitions stay far below */

/* An object at hand: its definition's children and which of them were seen. */
struct scope {
	const struct hs__at *at;
	const struct hs_json *object;
	const struct hs_def_element *children;
	uint32_t count;
	uint32_t cursor;
	uint64_t seen[MAX_CHILDREN / 64];
};

/* A child with the type it has here. */
struct found {
	const struct hs_def_element *element;
	const struct hs_def_use *use;
	const struct hs_def_type *type; /* NULL: children of its own, or not known */
};

static void check_resource(struct hs__check *check, const struct hs__at *at, const struct hs_json *resource);
static void check_object(struct hs__check *check, const struct hs__at *at, const struct hs_json *object,
	const struct hs_def_element *element, const struct hs_def_type *type);

/* ---- finding the definition of a member ---- */

static bool is_child(const struct hs__check *check, const struct hs_def_element *child, struct hs_slice name,
	const struct hs_def_use **use)
{
	struct hs_slice own = hs__defs_text(check->defs, child->name);
	if (own.len == 0 || own.len > name.len || own.ptr[0] != name.ptr[0] ||
		memcmp(own.ptr, name.ptr, own.len) != 0)
		return false;
	if (child->choice) {
		*use = hs_defs_choice(check->defs, child, hs_slice_from(name, own.len));
		return *use != NULL;
	}
	*use = child->type_count ? &check->defs->uses[child->first_type] : NULL;
	return own.len == name.len;
}

static bool find_child(const struct hs__check *check, struct scope *scope, struct hs_slice name,
	struct found *out)
{
	for (uint32_t i = 0; i < scope->count; i++) {
		uint32_t at = scope->cursor + i;
		at = at < scope->count ? at : at - scope->count;
		if (!is_child(check, &scope->children[at], name, &out->use))
			continue;
		scope->cursor = at;
		out->element = &scope->children[at];
		out->type = out->use ? hs_defs_type_at(check->defs, out->use->type) : NULL;
		return true;
	}
	return false;
}

/* Marks the child at the cursor; false when it was marked before. */
static bool mark_seen(struct scope *scope)
{
	if (scope->cursor >= MAX_CHILDREN)
		return true;
	uint64_t bit = (uint64_t)1 << (scope->cursor % 64);
	bool fresh = !(scope->seen[scope->cursor / 64] & bit);
	scope->seen[scope->cursor / 64] |= bit;
	return fresh;
}

static bool is_many(const struct hs_def_element *element)
{
	return element->max > 1;
}

static bool has_own_children(const struct hs_def_element *element)
{
	return element->child_count > 0 || element->same_as != HS_DEF_NONE;
}

/* ---- values ---- */

static const char *json_type_name(const struct hs_json *value)
{
	switch (hs_json_type(value)) {
	case HS_JSON_NULL:
		return "null";
	case HS_JSON_FALSE:
	case HS_JSON_TRUE:
		return "a boolean";
	case HS_JSON_NUMBER:
		return "a number";
	case HS_JSON_STRING:
		return "a string";
	case HS_JSON_ARRAY:
		return "an array";
	default:
		return "an object";
	}
}

/* Which JSON type a value has is a matter of its quotes. */
static const char *quotes_of(enum hs_def_code code)
{
	return code == HS_PRIM_INTEGER64                    ? ", in quotes" :
		hs__check_json_type(code) == HS_JSON_STRING ? "" :
							      ", without quotes";
}

static void fail_format(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct found *found, enum hs_def_code code)
{
	struct hs_slice text = hs_json_text(value);
	struct hs_slice type = hs__defs_text(check->defs, found->type->name);
	const char *narrative = code == HS_PRIM_XHTML ? hs__narrative_fault(text, false, NULL) : NULL;
	const char *absent = hs__check_calendar(code, text);
	if (narrative)
		hs__check_fail(check, at, HS_S_NONE, value, "invalid", "%s", narrative);
	else if (absent)
		hs__check_fail(check, at, HS_S_NONE, value, "value", "'%.*s' is not a valid %.*s; %s",
			HS_S_ARG(hs_slice_first(text, 100)), HS_S_ARG(type), absent);
	else
		hs__check_fail(check, at, HS_S_NONE, value, "value", "'%.*s' is not a valid %.*s; it is %s",
			HS_S_ARG(hs_slice_first(text, 100)), HS_S_ARG(type), hs__check_form(code));
}

static void check_primitive(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct found *found, enum hs_def_code code)
{
	enum hs_json_type have = hs_json_type(value);
	enum hs_json_type want = hs__check_json_type(code);
	if (have == HS_JSON_FALSE)
		have = HS_JSON_TRUE;
	if (have != want && check->of_xml && have == HS_JSON_STRING) {
		fail_format(check, at, value, found, code);
		return;
	}
	if (have != want) {
		hs__check_fail(check, at, HS_S_NONE, value, have == HS_JSON_NULL ? "structure" : "value",
			"this is %s, but %.*s is %s%s%s", json_type_name(value),
			HS_S_ARG(hs__defs_text(check->defs, found->type->name)), hs__check_form(code),
			quotes_of(code),
			have == HS_JSON_NULL ? "; leave the element out when it has no value" : "");
		return;
	}
	struct hs_slice text = hs_json_text(value);
	if (want == HS_JSON_STRING && text.len == 0) {
		hs__check_fail(check, at, HS_S_NONE, value, "value",
			"a text must not be empty; leave the element out when it has no value");
		return;
	}
	/* Most texts have no character that needs escaping, and then no control character either. */
	bool plain_text = (code == HS_PRIM_STRING || code == HS_PRIM_MARKDOWN) &&
		(value->flags & HS_JSON_PLAIN);
	if (!plain_text && !hs_check_primitive(code, value)) {
		fail_format(check, at, value, found, code);
		return;
	}
	if (found->element->codes != HS_DEF_NONE && want == HS_JSON_STRING &&
		hs_defs_code_allowed(check->defs, found->element, text) == 0)
		hs__check_code(check, at, value, found->element);
}

static void check_value(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct found *found)
{
	bool own = has_own_children(found->element);
	if (!own && !found->type)
		return; /* of a type that the packages do not define */
	if (!own && found->type->kind == HS_DEF_PRIMITIVE) {
		check_primitive(check, at, value, found, (enum hs_def_code)found->type->code);
		return;
	}
	if (!hs_json_is(value, HS_JSON_OBJECT)) {
		hs__check_fail(check, at, HS_S_NONE, value, "structure",
			"this is %s, but it must be an object", json_type_name(value));
		return;
	}
	if (!own && found->type->kind == HS_DEF_RESOURCE) {
		check_resource(check, at, value);
		return;
	}
	check_object(check, at, value, found->element, own ? NULL : found->type);
	if (!own)
		hs__check_special(check, at, value, found->type, found->element, found->use);
}

/* ---- members: single values, arrays, and the shadows ("_name") of primitives ---- */

static void check_count(struct hs__check *check, const struct scope *scope, const struct hs_json *member,
	const struct hs_def_element *element)
{
	size_t count = hs_json_count(member);
	struct hs_slice name = hs_json_key(member);
	if (count == 0)
		hs__check_fail(check, scope->at, name, member, "structure",
			"an array must not be empty; leave the element out when it has no value");
	else if (count > element->max)
		hs__check_fail(check, scope->at, name, member, "structure",
			"there are %zu, but at most %u are allowed", count, element->max);
	else if (count < element->min)
		hs__check_fail(check, scope->at, name, member, "required",
			"there are %zu, but at least %u are needed", count, element->min);
}

/* A null in an array of primitives stands for a value that only has extensions, in the array's shadow. */
static bool is_null_with_shadow(const struct scope *scope, struct hs_slice name, size_t index)
{
	char key[80];
	if (!name.len || name.len + 1 > sizeof(key))
		return false;
	key[0] = '_';
	memcpy(key + 1, name.ptr, name.len);
	const struct hs_json *shadow = hs_json_get(scope->object, hs_slice(key, name.len + 1));
	return hs_json_is(shadow, HS_JSON_ARRAY) && hs_json_is(hs_json_at(shadow, index), HS_JSON_OBJECT);
}

static void check_array(struct hs__check *check, const struct scope *scope, const struct hs_json *member,
	const struct found *found)
{
	struct hs_slice name = hs_json_key(member);
	struct hs__at at = { scope->at, name, 0, scope->at->depth + 1 };
	bool primitive = found->type && found->type->kind == HS_DEF_PRIMITIVE;
	check_count(check, scope, member, found->element);
	HS_JSON_EACH(item, member) {
		bool null = hs_json_is(item, HS_JSON_NULL);
		if (!null || !primitive || !is_null_with_shadow(scope, name, (size_t)at.index))
			check_value(check, &at, item, found);
		at.index++;
	}
}

static void check_member(struct hs__check *check, struct scope *scope, const struct hs_json *member,
	const struct found *found)
{
	struct hs_slice name = hs_json_key(member);
	bool array = hs_json_is(member, HS_JSON_ARRAY);
	struct hs__at at = { scope->at, name, -1, scope->at->depth + 1 };
	if (found->element->max == 0) {
		hs__check_fail(check, scope->at, name, member, "structure",
			"this element is not allowed here");
	} else if (array && !is_many(found->element)) {
		hs__check_fail(check, scope->at, name, member, "structure",
			"there is one '%.*s' at most; write it without [ ]", HS_S_ARG(name));
	} else if (array) {
		check_array(check, scope, member, found);
	} else if (is_many(found->element)) {
		hs__check_fail(check, scope->at, name, member, "structure",
			"there may be many '%.*s'; write an array: [ ... ]", HS_S_ARG(name));
	} else {
		check_value(check, &at, member, found);
	}
}

static void check_shadow_value(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct found *found)
{
	if (hs_json_is(value, HS_JSON_OBJECT))
		check_object(check, at, value, hs_defs_root(check->defs, found->type), found->type);
	else
		hs__check_fail(check, at, HS_S_NONE, value, "structure",
			"this is %s, but id and extensions of a primitive are an object",
			json_type_name(value));
}

static void check_shadow_array(struct hs__check *check, const struct scope *scope,
	const struct hs_json *member, const struct found *found)
{
	struct hs_slice key = hs_json_key(member);
	struct hs__at at = { scope->at, hs_slice_from(key, 1), 0, scope->at->depth + 1 };
	const struct hs_json *values = hs_json_get(scope->object, at.name);
	check_count(check, scope, member, found->element);
	/* Where the values go on alone it is clear what belongs to which: the nulls are left out. */
	if (values && hs_json_count(values) < hs_json_count(member))
		hs__check_fail(check, scope->at, key, member, "structure",
			"'%.*s' has %zu items and '%.*s' has %zu; they must pair up, with null where one has "
			"none",
			HS_S_ARG(at.name), hs_json_count(values), HS_S_ARG(key), hs_json_count(member));
	HS_JSON_EACH(item, member) {
		const struct hs_json *value = hs_json_at(values, (size_t)at.index);
		if (!hs_json_is(item, HS_JSON_NULL))
			check_shadow_value(check, &at, item, found);
		else if (!value)
			hs__check_fail(check, &at, HS_S_NONE, item, "structure",
				"there is neither a value nor an extension");
		at.index++;
	}
}

static void check_shadow(struct hs__check *check, struct scope *scope, const struct hs_json *member,
	const struct found *found)
{
	struct hs_slice key = hs_json_key(member);
	struct hs__at at = { scope->at, hs_slice_from(key, 1), -1, scope->at->depth + 1 };
	if (is_many(found->element) != hs_json_is(member, HS_JSON_ARRAY))
		hs__check_fail(check, scope->at, key, member, "structure", "this must be %s, as '%.*s' is",
			is_many(found->element) ? "an array" : "one object", HS_S_ARG(at.name));
	else if (is_many(found->element))
		check_shadow_array(check, scope, member, found);
	else
		check_shadow_value(check, &at, member, found);
}

/* ---- objects ---- */

static void fail_second_choice(struct hs__check *check, const struct scope *scope,
	const struct hs_json *member, const struct hs_def_element *element)
{
	hs__check_fail(check, scope->at, hs_json_key(member), member, "structure",
		"%.*s[x] is there already with another type; it can be there once",
		HS_S_ARG(hs_defs_text(check->defs, element->name)));
}

/* The member of a choice that was seen before under the same type is the shadow's other half. */
static bool is_other_half(const struct scope *scope, struct hs_slice key, bool shadow)
{
	char other[80];
	if (shadow)
		return hs_json_get(scope->object, hs_slice_from(key, 1)) != NULL;
	if (!key.len || key.len + 1 > sizeof(other))
		return false;
	other[0] = '_';
	memcpy(other + 1, key.ptr, key.len);
	return hs_json_get(scope->object, hs_slice(other, key.len + 1)) != NULL;
}

static void check_any_member(struct hs__check *check, struct scope *scope, const struct hs_json *member)
{
	struct found found = { 0 };
	struct hs_slice key = hs_json_key(member);
	bool shadow = key.len > 1 && key.ptr[0] == '_';
	if (!find_child(check, scope, shadow ? hs_slice_from(key, 1) : key, &found) ||
		(shadow && (!found.type || found.type->kind != HS_DEF_PRIMITIVE))) {
		hs__check_unknown(check, scope->at, member, scope->children, scope->count);
		return;
	}
	if (!mark_seen(scope) && found.element->choice && !is_other_half(scope, key, shadow)) {
		fail_second_choice(check, scope, member, found.element);
		return;
	}
	if (shadow)
		check_shadow(check, scope, member, &found);
	else
		check_member(check, scope, member, &found);
}

static void check_required(struct hs__check *check, const struct scope *scope)
{
	for (uint32_t i = 0; i < scope->count && i < MAX_CHILDREN; i++) {
		const struct hs_def_element *child = &scope->children[i];
		if (child->min == 0 || (scope->seen[i / 64] >> (i % 64) & 1))
			continue;
		struct hs_slice name = hs_defs_text(check->defs, child->name);
		hs__check_fail(check, scope->at, HS_S_NONE, scope->object, "required",
			"'%.*s%s' is missing; it is required here", HS_S_ARG(name),
			child->choice ? "[x]" : "");
	}
}

static bool is_passed_over(const struct hs__check *check, struct hs_slice key)
{
	return hs_slice_eq(key, HS_S("resourceType")) ||
		(check->options.skip_contained && hs_slice_eq(key, HS_S("contained")));
}

/* `type` NULL: the children are the element's own. */
static void check_object(struct hs__check *check, const struct hs__at *at, const struct hs_json *object,
	const struct hs_def_element *element, const struct hs_def_type *type)
{
	struct scope scope = { .at = at, .object = object };
	bool is_resource = !at->up || (type && type->kind == HS_DEF_RESOURCE);
	scope.children = hs_defs_children(check->defs, element, type, &scope.count);
	if (hs_json_count(object) == 0) {
		hs__check_fail(check, at, HS_S_NONE, object, "structure",
			"%s must not be empty; leave the element out when it has no value",
			check->of_xml ? "an element" : "an object");
		return;
	}
	if (at->depth > HS__CHECK_DEPTH) {
		hs__check_fail(check, at, HS_S_NONE, object, "too-costly",
			"elements are nested more than %d deep", HS__CHECK_DEPTH);
		return;
	}
	HS_JSON_EACH(member, object) {
		if (is_resource && is_passed_over(check, hs_json_key(member)))
			continue;
		check_any_member(check, &scope, member);
	}
	check_required(check, &scope);
}

/* ---- resources ---- */

/* The type of a resource, or NULL after an issue. */
static const struct hs_def_type *resource_type(struct hs__check *check, const struct hs__at *at,
	const struct hs_json *resource)
{
	const struct hs_json *member = hs_json_get(resource, HS_S("resourceType"));
	struct hs_slice name = hs_json_text(member);
	if (!at->up && check->options.model)
		return check->options.model;
	if (!hs_json_is(member, HS_JSON_STRING)) {
		hs__check_fail(check, at, HS_S_NONE, resource, "required",
			"'resourceType' is missing; it says what kind of resource this is, for example "
			"\"Patient\"");
		return NULL;
	}
	const struct hs_def_type *type = hs_defs_type(check->defs, name);
	if (type && type->kind == HS_DEF_RESOURCE && !type->abstract)
		return type;
	hs__check_fail(check, at, HS_S("resourceType"), member, "value",
		"'%.*s' is not a resource type of FHIR R%d", HS_S_ARG(hs_slice_first(name, 64)),
		(int)hs_defs_fhir(check->defs));
	return NULL;
}

static void check_contained(struct hs__check *check, const struct hs__at *at, const struct hs_json *resource)
{
	const struct hs_json *contained = hs_json_get(resource, HS_S("contained"));
	if (contained && check->is_contained)
		hs__check_fail(check, at, HS_S("contained"), contained, "structure",
			"a contained resource cannot contain others; put them all into the outermost one");
}

static void check_resource(struct hs__check *check, const struct hs__at *at, const struct hs_json *resource)
{
	const struct hs_json *container = check->container;
	bool was_contained = check->is_contained;
	const struct hs_def_type *type = resource_type(check, at, resource);
	if (!type)
		return;
	check->is_contained = at->up && hs_slice_eq(at->name, HS_S("contained"));
	if (!check->is_contained)
		check->container = resource;
	check_contained(check, at, resource);
	check_object(check, at, resource, hs_defs_root(check->defs, type), type);
	check->container = container;
	check->is_contained = was_contained;
}

void hs_check_with(const struct hs_defs *defs, const struct hs_json *resource, struct hs_slice source,
	const struct hs_check_options *options, struct hs_issues *issues)
{
	struct hs__check check = {
		.defs = defs,
		.source = source,
		.issues = issues,
		.container = resource,
		.of_xml = hs_slice_starts(hs_slice_trim(source), HS_S("<")),
		.options = *options,
	};
	struct hs_slice name = options->model ? hs__defs_text(defs, options->model->name) :
						hs_json_get_text(resource, HS_S("resourceType"));
	struct hs__at root = { NULL, name.len ? hs_slice_first(name, 64) : HS_S("Resource"), -1, 0 };
	if (!hs_json_is(resource, HS_JSON_OBJECT)) {
		hs__check_fail(&check, &root, HS_S_NONE, resource, "structure",
			"this is %s, but a resource is an object with a resourceType",
			json_type_name(resource));
		return;
	}
	check_resource(&check, &root, resource);
}

void hs_check_resource(const struct hs_defs *defs, const struct hs_json *resource, struct hs_slice source,
	struct hs_issues *issues)
{
	static const struct hs_check_options all;
	hs_check_with(defs, resource, source, &all, issues);
}
