/* SPDX-License-Identifier: Apache-2.0 */
/* StructureDefinitions become types and elements. Profiles (derivation constraint) and, unless they are asked
 * for, logical models give no type; a profile's URL is kept, because element types and reference targets name
 * profiles too.
 *
 * Known faults, put right here: R4 4.0.1 says that Resource.id is a string (the specification: id), and
 * R5 5.0.0 says that the id of many elements is an id, which its own definitions do not keep ("value[x]"). */
#include <core/fhir/definitions/build.h>

#include <stdlib.h>

#define MAX_ELEMENTS 20000u
#define FHIR_TYPE HS_S("http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type")

/* ---- gathering ---- */

static enum hs_status fail_full(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the packages' definitions are too large");
}

/* "http://hl7.org/fhirpath/System.String" stands for what the fhir-type extension says, else for string;
 * see above for ids. */
static struct hs_slice type_code(const struct hs_json *use, struct hs_slice path, bool of_resource)
{
	struct hs_slice code = hs_json_get_text(use, HS_S("code"));
	if (!hs_slice_starts(code, HS_S("http://hl7.org/fhirpath/System.")))
		return code;
	if (hs_slice_ends(path, HS_S(".id"))) {
		bool top = hs_slice_find(path, '.', 0) == path.len - 3;
		return top && of_resource ? HS_S("id") : HS_S("string");
	}
	HS_JSON_EACH(extension, hs_json_get(use, HS_S("extension"))) {
		if (!hs_slice_eq(hs_json_get_text(extension, HS_S("url")), FHIR_TYPE))
			continue;
		struct hs_slice value = hs_json_get_text(extension, HS_S("valueUrl"));
		return value.len ? value : hs_json_get_text(extension, HS_S("valueUri"));
	}
	return HS_S("string");
}

static void read_uses(struct hs__build *build, const struct hs_json *types, bool of_resource,
	struct hs__raw_element *out)
{
	size_t count = hs_json_count(types);
	out->uses = hs_arena_array(build->arena, count, sizeof(*out->uses));
	if (!out->uses)
		return;
	HS_JSON_EACH(item, types) {
		struct hs__raw_use *use = &out->uses[out->use_count++];
		const struct hs_json *targets = hs_json_get(item, HS_S("targetProfile"));
		use->code = hs__build_keep(build, type_code(item, out->path, of_resource));
		struct hs_slice *list = hs_arena_array(build->arena, hs_json_count(targets), sizeof(*list));
		use->targets = list;
		HS_JSON_EACH(target, targets)
			if (list)
				list[use->target_count++] = hs__build_keep(build, hs_json_text(target));
	}
}

static uint8_t strength_of(struct hs_slice text)
{
	static const char *const names[] = { "", "example", "preferred", "extensible", "required" };
	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (hs_slice_eq(text, hs_slice_cstr(names[i])))
			return (uint8_t)i;
	return HS_BINDING_NONE;
}

static void read_element(struct hs__build *build, const struct hs_json *item, bool of_resource,
	struct hs__raw_element *out)
{
	int64_t min = 0;
	uint64_t max = 1;
	struct hs_slice max_text = hs_json_get_text(item, HS_S("max"));
	const struct hs_json *binding = hs_json_get(item, HS_S("binding"));
	hs_json_i64(hs_json_get(item, HS_S("min")), &min);
	if (hs_slice_eq(max_text, HS_S("*")) || !hs_slice_u64(max_text, &max) || max > UINT32_MAX)
		max = HS_DEF_MANY;
	out->path = hs__build_keep(build, hs_json_get_text(item, HS_S("path")));
	out->refers = hs__build_keep(build, hs_json_get_text(item, HS_S("contentReference")));
	out->min = min > 0 ? (uint32_t)min : 0;
	out->max = (uint32_t)max;
	out->summary = hs_json_get_bool(item, HS_S("isSummary"), false);
	out->modifier = hs_json_get_bool(item, HS_S("isModifier"), false);
	out->strength = strength_of(hs_json_get_text(binding, HS_S("strength")));
	out->value_set = hs__build_keep(build, hs__build_plain(hs_json_get_text(binding, HS_S("valueSet"))));
	read_uses(build, hs_json_get(item, HS_S("type")), of_resource, out);
}

static bool read_kind(struct hs_slice text, uint8_t *out)
{
	static const char *const names[] = { "primitive-type", "complex-type", "resource" };
	for (uint8_t i = 0; i < 3; i++)
		if (hs_slice_eq(text, hs_slice_cstr(names[i]))) {
			*out = (uint8_t)i;
			return true;
		}
	return false;
}

/* Keeps URL -> type name; false when the URL is known already. */
static bool note_url(struct hs__build *build, struct hs_slice url, struct hs_slice type)
{
	bool fresh = false;
	struct hs_slice *name = hs_arena_alloc(build->arena, sizeof(*name));
	struct hs_map_slot *slot = name ?
		hs_map_put(&build->type_of_url, hs__build_keep(build, url), &fresh) :
		NULL;
	if (!slot || !fresh)
		return false;
	*name = hs__build_keep(build, type);
	slot->value.ptr = name;
	return true;
}

/* `named`: the type's name, and the first part of its paths. */
static enum hs_status add_type(struct hs__build *build, const struct hs_json *resource,
	const struct hs_json *elements, struct hs__raw_type named, struct hs_error *err)
{
	if (hs_json_count(elements) > MAX_ELEMENTS)
		return hs_fail(err, HS_E_LIMIT, "StructureDefinition %.*s has more than %u elements",
			HS_S_ARG(hs_slice_first(named.name, 100)), MAX_ELEMENTS);
	struct hs__raw_type *type = hs__vec_push(build, &build->types, sizeof(*type));
	if (!type)
		return fail_full(err);
	type->kind = named.kind;
	type->name = hs__build_keep(build, named.name);
	type->url = hs__build_keep(build, hs_json_get_text(resource, HS_S("url")));
	type->base_url = hs__build_keep(build, hs_json_get_text(resource, HS_S("baseDefinition")));
	type->abstract = hs_json_get_bool(resource, HS_S("abstract"), false);
	type->elements = hs_arena_array(build->arena, hs_json_count(elements), sizeof(*type->elements));
	HS_JSON_EACH(item, elements)
		if (type->elements && !hs_json_get(item, HS_S("sliceName")))
			read_element(build, item, type->kind == HS_DEF_RESOURCE,
				&type->elements[type->count++]);
	hs_map_put(&build->type_index, type->name, NULL); /* numbered when all are known */
	return hs_arena_full(build->arena) ? fail_full(err) : HS_OK;
}

enum hs_status hs__build_take_structure(struct hs__build *build, const struct hs_json *resource,
	struct hs_error *err)
{
	struct hs__raw_type type = { .name = hs_json_get_text(resource, HS_S("type")) };
	struct hs_slice url = hs_json_get_text(resource, HS_S("url"));
	const struct hs_json *elements = hs_json_get(hs_json_get(resource, HS_S("snapshot")),
		HS_S("element"));
	if (!url.len || !type.name.len || !read_kind(hs_json_get_text(resource, HS_S("kind")), &type.kind) ||
		!note_url(build, url, type.name))
		return hs_arena_full(build->arena) ? fail_full(err) : HS_OK;
	if (hs_slice_eq(hs_json_get_text(resource, HS_S("derivation")), HS_S("constraint")) ||
		hs_map_get(&build->type_index, type.name) || hs_json_count(elements) == 0)
		return HS_OK;
	return add_type(build, resource, elements, type, err);
}

enum hs_status hs__build_take_model(struct hs__build *build, const struct hs_json *resource,
	const struct hs_json *elements, struct hs_error *err)
{
	struct hs_slice path = hs_json_get_text(hs_json_first(elements), HS_S("path"));
	struct hs__raw_type type = { .name = hs_slice_cut(&path, '.'), .kind = HS_DEF_LOGICAL };
	struct hs_slice url = hs_json_get_text(resource, HS_S("url"));
	if (!type.name.len || !note_url(build, url, type.name) || hs_map_get(&build->type_index, type.name))
		return hs_arena_full(build->arena) ? fail_full(err) : HS_OK;
	return add_type(build, resource, elements, type, err);
}

/* ---- laying out ---- */

static int by_name(const void *a, const void *b)
{
	const struct hs__raw_type *left = a;
	const struct hs__raw_type *right = b;
	return hs_slice_cmp(left->name, right->name);
}

static bool is_child_path(struct hs_slice parent, struct hs_slice path)
{
	return path.len > parent.len + 1 && hs_slice_starts(path, parent) && path.ptr[parent.len] == '.' &&
		hs_slice_find(path, '.', parent.len + 1) == SIZE_MAX;
}

/* The value of a primitive is the primitive itself in JSON. */
static bool is_primitive_value(const struct hs__raw_type *type, const struct hs__raw_element *element)
{
	return type->kind == HS_DEF_PRIMITIVE && hs_slice_ends(element->path, HS_S(".value"));
}

static void lay_uses(struct hs__build *build, const struct hs__raw_element *raw, struct hs_def_element *out)
{
	out->first_type = (uint32_t)build->uses.count;
	for (uint32_t i = 0; i < raw->use_count; i++) {
		struct hs_def_use *use = hs__vec_push(build, &build->uses, sizeof(*use));
		if (!use)
			return;
		use->type = hs__build_type_index(build, raw->uses[i].code);
		if (use->type == HS_DEF_NONE)
			use->type = hs__build_type_of_url(build, raw->uses[i].code);
		use->first_target = (uint32_t)build->targets.count;
		for (uint32_t k = 0; k < raw->uses[i].target_count; k++) {
			uint32_t *target = hs__vec_push(build, &build->targets, sizeof(*target));
			if (!target)
				return;
			*target = hs__build_type_of_url(build, raw->uses[i].targets[k]);
			use->target_count++;
		}
		out->type_count++;
	}
}

/* Puts one element at the end of the table; its children are put later and noted by note_children. */
static void lay_element(struct hs__build *build, uint32_t owner, struct hs__raw_element *raw)
{
	struct hs_slice name = raw->path;
	raw->index = (uint32_t)build->elements.count;
	struct hs_def_element *out = hs__vec_push(build, &build->elements, sizeof(*out));
	if (!out)
		return;
	for (size_t dot = hs_slice_find(name, '.', 0); dot != SIZE_MAX; dot = hs_slice_find(name, '.', 0))
		name = hs_slice_from(name, dot + 1);
	out->choice = hs_slice_ends(name, HS_S("[x]"));
	if (out->choice)
		name = hs_slice_first(name, name.len - 3);
	out->name = hs_image_builder_text(build->image, name);
	out->path = hs_image_builder_text(build->image, raw->path);
	out->min = raw->min;
	out->max = raw->max;
	out->same_as = HS_DEF_NONE;
	out->codes = HS_DEF_NONE;
	out->owner = owner;
	out->strength = raw->strength;
	out->summary = raw->summary;
	out->modifier = raw->modifier;
	out->binding = hs_image_builder_text(build->image, raw->value_set);
	if (raw->strength == HS_BINDING_REQUIRED && raw->value_set.len)
		out->codes = hs__build_codes(build, raw->value_set);
	lay_uses(build, raw, out);
}

/* Level by level, so that siblings are neighbours. */
static void lay_elements(struct hs__build *build, uint32_t owner, struct hs__raw_type *type)
{
	struct hs__raw_element **queue = hs_arena_array(build->arena, type->count,
		sizeof(struct hs__raw_element *));
	if (!queue)
		return;
	uint32_t tail = 0;
	queue[tail++] = &type->elements[0];
	lay_element(build, owner, &type->elements[0]);
	type->root = type->elements[0].index;
	for (uint32_t head = 0; head < tail; head++) {
		struct hs__raw_element *parent = queue[head];
		uint32_t first = (uint32_t)build->elements.count;
		uint32_t at = (uint32_t)(parent - type->elements) + 1;
		for (; at < type->count && hs_slice_starts(type->elements[at].path, parent->path); at++) {
			struct hs__raw_element *child = &type->elements[at];
			if (!is_child_path(parent->path, child->path) || is_primitive_value(type, child))
				continue;
			lay_element(build, owner, child);
			queue[tail++] = child;
		}
		if (hs_arena_full(build->arena))
			return;
		struct hs_def_element *row = (struct hs_def_element *)build->elements.items + parent->index;
		row->first_child = first;
		row->child_count = (uint32_t)build->elements.count - first;
	}
}

/* "#Questionnaire.item", in R5 "http://hl7.org/fhir/StructureDefinition/Questionnaire#Questionnaire.item". */
static void link_references(struct hs__build *build, const struct hs__raw_type *type)
{
	for (uint32_t i = 0; i < type->count; i++) {
		struct hs_slice refers = type->elements[i].refers;
		size_t hash = hs_slice_find(refers, '#', 0);
		if (hash == SIZE_MAX)
			continue;
		refers = hs_slice_from(refers, hash + 1);
		for (uint32_t k = 0; k < type->count; k++) {
			if (!hs_slice_eq(type->elements[k].path, refers))
				continue;
			struct hs_def_element *rows = build->elements.items;
			rows[type->elements[i].index].same_as = type->elements[k].index;
		}
	}
}

enum hs_status hs__build_lay_types(struct hs__build *build, struct hs_error *err)
{
	struct hs__raw_type *types = build->types.items;
	size_t count = build->types.count;
	qsort(types, count, sizeof(*types), by_name);
	for (size_t i = 0; i < count; i++)
		hs_map_get(&build->type_index, types[i].name)->value.number = build->first_type + i;
	struct hs_def_type *rows = hs_arena_array(build->arena, count, sizeof(*rows));
	if (!rows)
		return fail_full(err);
	for (uint32_t i = 0; i < count; i++) {
		lay_elements(build, build->first_type + i, &types[i]);
		if (hs_arena_full(build->arena))
			return fail_full(err);
		link_references(build, &types[i]);
		rows[i].name = hs_image_builder_text(build->image, types[i].name);
		rows[i].url = hs_image_builder_text(build->image, types[i].url);
		rows[i].base = hs__build_type_of_url(build, types[i].base_url);
		rows[i].root = types[i].root;
		rows[i].kind = types[i].kind;
		rows[i].abstract = types[i].abstract;
		rows[i].code = types[i].kind == HS_DEF_PRIMITIVE ?
			(uint16_t)hs__defs_primitive(types[i].name) :
			0;
	}
	hs_image_builder_section(build->image, HS__DEFS_TYPES, rows, sizeof(*rows), count);
	return HS_OK;
}
