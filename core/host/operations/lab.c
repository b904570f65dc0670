/* SPDX-License-Identifier: Apache-2.0 */
/* Values and steps of FHIRPath as parts of Parameters, in the form of the fhirpath-lab engine API. */
#include <core/host/operations/lab.h>

#define COPY_MAX ((size_t)64 << 20) /* bytes of what is told at one moment */

struct hs_json *hs__lab_add(struct hs_arena *arena, struct hs_json *list, const char *name)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));
	hs_json_add_text(arena, item, HS_S("name"), hs_slice_cstr(name));
	return item;
}

void hs__lab_text(struct hs_arena *arena, struct hs_json *list, const char *name, struct hs_slice text)
{
	hs_json_add_text(arena, hs__lab_add(arena, list, name), HS_S("valueString"), text);
}

static void add_extension(struct hs_arena *arena, struct hs_json *item, const char *url, struct hs_slice text)
{
	struct hs_json *list = hs_json_get(item, HS_S("extension"));
	struct hs_json *extension = hs_json_object(arena);
	if (!list)
		list = hs_json_add_array(arena, item, HS_S("extension"));
	hs_json_add_text(arena, extension, HS_S("url"), hs_slice_cstr(url));
	hs_json_add_text(arena, extension, HS_S("valueString"), text);
	hs_json_push(list, extension);
}

/* "valueHumanName", when Parameters can carry the type; empty otherwise. */
static struct hs_slice value_key(const struct hs__lab *lab, struct hs_slice type)
{
	const struct hs_def_type *parameters = hs_defs_type(lab->defs, HS_S("Parameters"));
	const struct hs_def_element *list = hs_defs_child(lab->defs, hs_defs_root(lab->defs, parameters),
		parameters, HS_S("parameter"), NULL);
	struct hs_slice key = hs_arena_printf(lab->arena, "value%.*s", HS_S_ARG(type));
	if (key.len > 5 && key.ptr[5] >= 'a' && key.ptr[5] <= 'z')
		((char *)(uintptr_t)key.ptr)[5] = (char)(key.ptr[5] - ('a' - 'A'));
	return list && hs_defs_child(lab->defs, list, NULL, key, NULL) ? key : HS_S_NONE;
}

static struct hs_json *quantity_json(struct hs_arena *arena, const struct hs_path_value *value)
{
	struct hs_json *out = hs_json_object(arena);
	static const char *const calendar =
		" year years month months week weeks day days hour hours minute minutes "
		"second seconds millisecond milliseconds ";
	struct hs_slice word = hs_arena_printf(arena, " %.*s ", HS_S_ARG(value->unit));
	hs_json_add(out, HS_S("value"), hs_json_number(arena, value->text));
	hs_json_add_text(arena, out, HS_S("unit"), value->unit);
	if (value->unit.len && hs_slice_search(hs_slice_cstr(calendar), word) == SIZE_MAX) {
		hs_json_add_text(arena, out, HS_S("system"), HS_S("http://unitsofmeasure.org"));
		hs_json_add_text(arena, out, HS_S("code"), value->unit);
	}
	return out;
}

static void add_json_value(const struct hs__lab *lab, struct hs_json *item, const struct hs_json *value)
{
	struct hs_buf text;
	hs_buf_init(&text, lab->arena, (size_t)64 << 20);
	hs_json_write(&text, value, 0);
	add_extension(lab->arena, item, HS__LAB "json-value", hs_buf_slice(&text));
}

/* "HumanName", and for a backbone, which has no name of its own, "Patient#Contact". */
static struct hs_slice part_name(const struct hs__lab *lab, const struct hs_path_value *value,
	struct hs_slice type)
{
	struct hs_slice path = value->element ? hs_defs_text(lab->defs, value->element->path) : HS_S_NONE;
	size_t first = hs_slice_find(path, '.', 0), last = first;

	if (first == SIZE_MAX ||
		(!hs_slice_eq(type, HS_S("BackboneElement")) && !hs_slice_eq(type, HS_S("Element"))))
		return type;
	for (size_t at = first; at != SIZE_MAX; at = hs_slice_find(path, '.', at + 1))
		last = at;
	struct hs_slice name = hs_arena_printf(lab->arena, "%.*s#%.*s", HS_S_ARG(hs_slice_first(path, first)),
		HS_S_ARG(hs_slice_from(path, last + 1)));
	if (name.len > first + 1 && name.ptr[first + 1] >= 'a' && name.ptr[first + 1] <= 'z')
		((char *)(uintptr_t)name.ptr)[first + 1] = (char)(name.ptr[first + 1] - ('a' - 'A'));
	return name;
}

/* Is it told by its place alone: not a primitive, but an element of the resource? */
static bool is_told_by_place(const struct hs_path_value *value, struct hs_slice place)
{
	return place.len && hs_json_is(value->node, HS_JSON_OBJECT);
}

static struct hs_json *value_json(struct hs_arena *arena, const struct hs_path_value *value)
{
	if (value->kind == HS_PATH_QUANTITY) /* one of the resource goes out as it is there */
		return value->node ? hs_json_clone(arena, value->node) : quantity_json(arena, value);
	if (value->kind == HS_PATH_LONG) /* a string in FHIR's JSON */
		return hs_json_string(arena, hs_path_print(arena, value));
	return hs_path_json(arena, value);
}

/* `prefix` stands before the name of the type. */
static void add_value(const struct hs__lab *lab, struct hs_json *list, const char *prefix,
	const struct hs_path_value *value, struct hs_slice place)
{
	struct hs_arena *arena = lab->arena;
	struct hs_slice type = hs_path_type_name(lab->defs, value), name = part_name(lab, value, type);
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));
	bool empty = value->kind == HS_PATH_STRING && !value->text.len && (!value->node || !value->shadow);
	struct hs_slice key = value_key(lab, type);

	name = empty ? HS_S("empty-string") : name;
	hs_json_add_text(arena, item, HS_S("name"), hs_arena_printf(arena, "%s%.*s", prefix, HS_S_ARG(name)));
	if (place.len)
		add_extension(arena, item, HS__LAB "resource-path", place);
	if (empty)
		return;
	struct hs_json *json = value_json(arena, value);
	if (hs_json_get_text(json, HS_S("resourceType")).len)
		hs_json_add(item, HS_S("resource"), json);
	else if (key.len)
		hs_json_add(item, key, json);
	else
		add_json_value(lab, item, json);
}

void hs__lab_values(struct hs__lab *lab, struct hs_json *list, const struct hs_path_list *values)
{
	for (size_t i = 0; i < values->count && lab->told < HS__LAB_VALUES; i++, lab->told++)
		add_value(lab, list, "", &values->items[i], hs_path_place(&lab->places, &values->items[i]));
}

/* ---- what is told while an expression runs ---- */

/* A copy that shares no text with `json`; NULL when there is no room. */
static struct hs_json *copy_with_texts(struct hs_arena *arena, const struct hs_json *json)
{
	struct hs_error ignored = { .status = HS_OK };
	struct hs_json *copy = NULL;
	struct hs_buf text;

	hs_buf_init(&text, arena, COPY_MAX);
	hs_json_write(&text, json, 0);
	return hs_json_parse(arena, hs_buf_slice(&text), NULL, &copy, &ignored) ? NULL : copy;
}

void hs__lab_trace(struct hs__lab *lab, struct hs_json *list, struct hs_slice name,
	const struct hs_path_list *values)
{
	struct hs_json *item = hs_json_object(lab->arena);

	hs_json_add_text(lab->arena, item, HS_S("name"), HS_S("trace"));
	hs_json_add_text(lab->arena, item, HS_S("valueString"), name);
	if (values->count)
		hs__lab_values(lab, hs_json_add_array(lab->arena, item, HS_S("part")), values);
	hs_json_push(list, copy_with_texts(lab->arena, item));
}

static void add_step_values(struct hs__lab *lab, struct hs_json *parts, const char *prefix,
	const struct hs_path_list *values)
{
	struct hs_slice name = hs_arena_printf(lab->arena, "%sresource-path", prefix);
	for (size_t i = 0; i < values->count && lab->shown < HS__LAB_STEP_VALUES; i++, lab->shown++) {
		struct hs_slice place = hs_path_place(&lab->places, &values->items[i]);
		if (is_told_by_place(&values->items[i], place))
			hs__lab_text(lab->arena, parts, hs_arena_cstr(lab->arena, name), place);
		else
			add_value(lab, parts, prefix, &values->items[i], place);
	}
}

void hs__lab_step(struct hs__lab *lab, struct hs_json *list, const struct hs_path_told *told)
{
	struct hs_arena *arena = lab->arena;
	struct hs_json *step = hs_json_object(arena);
	struct hs_json *parts;

	if (lab->steps++ >= HS__LAB_STEPS)
		return;
	hs_json_add_text(arena, step, HS_S("name"),
		hs_arena_printf(arena, "%zu,%zu,%.*s", told->position, told->length, HS_S_ARG(told->name)));
	parts = hs_json_add_array(arena, step, HS_S("part"));
	add_step_values(lab, parts, "", &told->result);
	add_step_values(lab, parts, "focus-", &told->focus);
	add_step_values(lab, parts, "this-", &told->self);
	/* Outside of iteration it is that of the only item. */
	hs_json_add(hs__lab_add(arena, parts, "index"), HS_S("valueInteger"),
		hs_json_int(arena, told->index < 0 ? 0 : told->index));
	hs_json_push(list, copy_with_texts(arena, step));
}
