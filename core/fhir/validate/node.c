/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes: the members of an object as the walk sees them, with type, definition and shadow. */
#include <core/fhir/validate/walk.h>

const struct hs_json *hs__node_object(const struct hs__node *node)
{
	if (hs_json_is(node->value, HS_JSON_OBJECT))
		return node->value;
	return hs_json_is(node->shadow, HS_JSON_OBJECT) ? node->shadow : NULL;
}

struct hs_slice hs__node_type(const struct hs__validation *run, const struct hs__node *node)
{
	return node->type ? hs_defs_text(run->defs, node->type->name) : HS_S_NONE;
}

/* The type's name as a JSON name ends with it: the first letter in upper case. */
static bool is_suffix(struct hs_slice suffix, struct hs_slice code)
{
	return suffix.len == code.len && suffix.len > 0 &&
		suffix.ptr[0] ==
		(char)(code.ptr[0] >= 'a' && code.ptr[0] <= 'z' ? code.ptr[0] - 32 : code.ptr[0]) &&
		memcmp(suffix.ptr + 1, code.ptr + 1, code.len - 1) == 0;
}

const struct hs_profile_use *hs__node_use(const struct hs_profile_element *element, struct hs_slice name)
{
	struct hs_slice suffix = hs_slice_from(name, element->name.len);
	if (!element->choice || suffix.len == 0)
		return element->use_count ? element->uses : NULL;
	for (uint32_t i = 0; i < element->use_count; i++)
		if (is_suffix(suffix, element->uses[i].code))
			return &element->uses[i];
	return NULL;
}

/* The type of a choice by its definition, for an element that no longer allows it. */
static const struct hs_def_type *type_of_choice(const struct hs__validation *run,
	const struct hs_profile_element *element, struct hs_slice name)
{
	const struct hs_def_use *use = element->def && element->def->choice ?
		hs_defs_choice(run->defs, element->def, hs_slice_from(name, element->name.len)) :
		NULL;
	return use && use->type != HS_DEF_NONE ? hs_defs_type_at(run->defs, use->type) : NULL;
}

void hs__node_child(struct hs__validation *run, const struct hs__node *parent, const struct hs__item *item,
	const struct hs_profile_element *element, struct hs__node *out)
{
	const struct hs_profile_use *use = hs__node_use(element, item->name);
	const struct hs_json *value = item->value;
	*out = (struct hs__node) { .up = parent,
		.name = item->name,
		.index = item->index,
		.depth = parent->depth + 1,
		.value = hs_json_is(value, HS_JSON_NULL) ? NULL : value,
		.shadow = hs_json_is(item->shadow, HS_JSON_OBJECT) ? item->shadow : NULL,
		.parent = hs__node_object(parent),
		.type = use ? use->type : type_of_choice(run, element, item->name),
		.def = element->def,
		.resource = parent->resource };
	if (!out->type && element->content && element->content->use_count)
		out->type = element->content->uses[0].type;
	if (!out->type || out->type->kind != HS_DEF_RESOURCE || !hs_json_is(value, HS_JSON_OBJECT))
		return;
	const struct hs_def_type *type = hs_defs_type(run->defs,
		hs_json_get_text(value, HS_S("resourceType")));
	out->type = type ? type : out->type;
	out->def = hs_defs_root(run->defs, out->type);
	out->resource = out;
}

static bool fits_name(const struct hs_profile_element *element, struct hs_slice name)
{
	if (!element->choice)
		return hs_slice_eq(name, element->name);
	/* A type that is not allowed here is met too, so that it can be told. */
	return name.len > element->name.len && hs_slice_starts(name, element->name) &&
		name.ptr[element->name.len] >= 'A' && name.ptr[element->name.len] <= 'Z';
}

struct items {
	const struct hs_json *values, *shadows;
	struct hs_slice name;
};

static bool find_items(const struct hs_json *object, const struct hs_profile_element *element,
	struct items *out)
{
	*out = (struct items) { NULL, NULL, element->name };
	HS_JSON_EACH(member, object) {
		struct hs_slice key = hs_json_key(member);
		bool shadow = key.len > 1 && key.ptr[0] == '_';
		struct hs_slice name = shadow ? hs_slice_from(key, 1) : key;
		if (!fits_name(element, name))
			continue;
		if (shadow)
			out->shadows = member;
		else
			out->values = member;
		out->name = name;
	}
	return out->values || out->shadows;
}

static uint32_t count_items(const struct items *items)
{
	bool array = hs_json_is(items->values, HS_JSON_ARRAY) || hs_json_is(items->shadows, HS_JSON_ARRAY);
	size_t values = hs_json_count(items->values);
	size_t shadows = hs_json_count(items->shadows);
	return array ? (uint32_t)(values > shadows ? values : shadows) : 1;
}

struct hs__node *hs__node_gather(struct hs__validation *run, const struct hs__node *parent,
	const struct hs_profile_element *element, uint32_t *count)
{
	struct items items;
	*count = 0;
	if (!find_items(hs__node_object(parent), element, &items))
		return NULL;
	uint32_t room = count_items(&items);
	struct hs__node *nodes = room ? hs_arena_raw(run->arena, room * sizeof(*nodes)) : NULL;
	if (!nodes)
		return NULL;
	bool array = hs_json_is(items.values, HS_JSON_ARRAY) || hs_json_is(items.shadows, HS_JSON_ARRAY);
	if (!array) {
		struct hs__item only = { items.name, -1, items.values, items.shadows };
		hs__node_child(run, parent, &only, element, nodes);
		*count = 1;
		return nodes;
	}
	const struct hs_json *value = hs_json_first(items.values);
	const struct hs_json *shadow = hs_json_first(items.shadows);
	for (uint32_t i = 0; i < room; i++) {
		struct hs__item item = { items.name, i, value, shadow };
		hs__node_child(run, parent, &item, element, &nodes[*count]);
		*count += nodes[*count].value || nodes[*count].shadow;
		value = value ? hs_json_next(value) : NULL;
		shadow = shadow ? hs_json_next(shadow) : NULL;
	}
	return nodes;
}

bool hs__node_root(const struct hs__validation *run, const struct hs_json *resource, struct hs__node *root)
{
	struct hs_slice name = hs_json_get_text(resource, HS_S("resourceType"));
	const struct hs_def_type *type = hs_defs_type(run->defs, name);
	*root = (struct hs__node) { .name = name, .index = -1, .value = resource, .type = type };
	root->resource = root;
	root->def = type ? hs_defs_root(run->defs, type) : NULL;
	return type != NULL && type->kind >= HS_DEF_RESOURCE;
}

/* The name that it has in the JSON, without the type of a choice. */
static struct hs_slice name_of(struct hs_slice path)
{
	struct hs_slice name = HS_S_NONE;
	while (path.ptr)
		name = hs_slice_cut(&path, '.');
	return hs_slice_ends(name, HS_S("[x]")) ? hs_slice_first(name, name.len - 3) : name;
}

void hs__node_of_value(const struct hs__validation *run, const struct hs__node *up,
	const struct hs_path_value *value, struct hs__node *out)
{
	if (!hs__node_root(run, value->node, out))
		*out = (struct hs__node) { .name = HS_S("$this"),
			.index = -1,
			.value = value->node,
			.shadow = value->shadow,
			.parent = value->parent,
			.type = value->type,
			.def = value->element,
			.resource = up ? up->resource : NULL };
	if (value->element)
		out->name = name_of(hs_defs_text(run->defs, value->element->path));
	out->up = up;
	out->depth = up ? up->depth + 1 : 0;
}

void hs__node_path_value(const struct hs__node *node, struct hs_path_value *out)
{
	*out = (struct hs_path_value) {
		.shadow = node->shadow, .parent = node->parent, .type = node->type, .element = node->def
	};
	hs_path_value_read(out, node->value);
}

const struct hs_profile_element *hs__element_body(const struct hs__validation *run,
	const struct hs_profile_element *element, const struct hs_def_type *type)
{
	if (element->children)
		return element;
	if (element->content)
		return element->content;
	const struct hs_profile *profile = type ? hs__type_profile(run, type) : NULL;
	return profile ? profile->root : NULL;
}
