/* SPDX-License-Identifier: Apache-2.0 */
/* What the other version has no place for, in extensions and out of them ("Extensions for converting between
 * versions"): the address names version and path; a value whose type the other version has too is the
 * extension's value, of others the children are extensions within, by their names. The type of such a choice
 * is told in one of them, "_datatype". */
#include <core/fhir/convert/convert_private.h>

#define BASE "http://hl7.org/fhir/"
#define MIDDLE "/StructureDefinition/extension-"
#define DATATYPE "_datatype"
#define PLAIN "value" /* beside it, of a primitive: the value as text */

static const char *number_of(bool r5)
{
	return r5 ? "5.0" : "4.0";
}

/* "value" and a type's name: valueCodeableConcept, valueBoolean. */
static struct hs_slice value_key(struct hs_arena *arena, struct hs_slice type)
{
	struct hs_slice key = hs_arena_printf(arena, "value%.*s", HS_S_ARG(type));

	if (key.len > 5 && key.ptr[5] >= 'a' && key.ptr[5] <= 'z')
		((char *)(uintptr_t)key.ptr)[5] = (char)(key.ptr[5] - ('a' - 'A'));
	return key;
}

/* What an extension of the other version may have as a value of this type. */
static bool place_of(const struct hs_defs *defs, struct hs_slice key, struct hs__spot *out)
{
	const struct hs_def_type *extension = hs_defs_type(defs, HS_S("Extension"));
	const struct hs_def_use *use = NULL;
	const struct hs_def_element *value = extension ?
		hs_defs_child(defs, hs_defs_root(defs, extension), extension, key, &use) :
		NULL;

	if (!value || !use)
		return false;
	*out = hs__convert_spot(defs, NULL, use);
	return true;
}

/* What is carried, one item of it. */
struct carried {
	struct hs__spot spot;
	bool choice;
	struct hs_slice url;
};

static struct hs_json *encode(struct hs__convert_run *run, const struct carried *what,
	const struct hs_json *value, const struct hs_json *shadow);

static bool says(const struct hs_json *value)
{
	return value && !hs_json_is(value, HS_JSON_NULL);
}

/* Each item of a member, which may be an array, as an extension. Of a primitive there may be its value, its
 * shadow, or both. */
static void encode_items(struct hs__convert_run *run, const struct carried *what,
	const struct hs_json *member, const struct hs_json *shadow, struct hs_json *list)
{
	bool values = hs_json_is(member, HS_JSON_ARRAY), shadows = hs_json_is(shadow, HS_JSON_ARRAY);
	const struct hs_json *item = values ? hs_json_first(member) : NULL;
	const struct hs_json *own = shadows ? hs_json_first(shadow) : NULL;

	if (!values && !shadows)
		hs__tree_push(list, encode(run, what, member, shadow));
	while (item || own) {
		if (says(item) || says(own))
			hs__tree_push(list, encode(run, what, item, own));
		item = item ? hs_json_next(item) : NULL;
		own = own ? hs_json_next(own) : NULL;
	}
}

/* The children of an object, one extension each. */
static void encode_children(struct hs__convert_run *run, struct hs__spot spot, const struct hs_json *object,
	struct hs_json *list)
{
	HS_JSON_EACH(member, object) {
		struct hs_slice key = hs_json_key(member);
		const struct hs_json *value = member;
		const struct hs_def_use *use = NULL;
		if (key.len && key.ptr[0] == '_') {
			key = hs_slice_from(key, 1);
			value = NULL;
			if (hs_json_get(object, key))
				continue; /* with its value */
		}
		const struct hs_def_element *child = hs_defs_child(run->from, spot.element, spot.type, key,
			&use);
		if (hs_slice_eq(key, HS_S("extension"))) {
			HS_JSON_EACH(own, member)
				hs__tree_push(list, hs_json_clone(run->arena, own));
			continue;
		}
		if (child && hs_slice_eq(key, HS_S("modifierExtension")))
			hs__convert_tell(run, HS_SEVERITY_WARNING, "business-rule",
				hs_defs_text(run->from, child->path),
				"FHIR %s has no modifier extension here; it is kept, but nobody who reads it "
				"there is told that it changes the meaning",
				run->up ? "R5" : "R4");
		struct carried inner = { .spot = hs__convert_spot(run->from, child, use),
			.choice = child && child->choice,
			.url = child ? hs_defs_text(run->from, child->name) : key };
		encode_items(run, &inner, value,
			hs_json_get(object, hs_arena_printf(run->arena, "_%.*s", HS_S_ARG(key))), list);
	}
}

static struct hs_slice text_of(const struct hs_json *value)
{
	return hs_json_is(value, HS_JSON_TRUE)   ? HS_S("true") :
		hs_json_is(value, HS_JSON_FALSE) ? HS_S("false") :
						   hs_json_text(value);
}

static void add_text(struct hs__convert_run *run, struct hs_json *extension, const struct hs_json *value)
{
	if (says(value))
		hs__tree_text(run->arena, extension, HS_S("valueString"), text_of(value));
}

static void add_own(struct hs__convert_run *run, struct hs_json *extension, struct hs_slice key,
	const struct hs_json *shadow)
{
	if (hs_json_is(shadow, HS_JSON_OBJECT))
		hs__tree_add(extension, hs_arena_printf(run->arena, "_%.*s", HS_S_ARG(key)),
			hs_json_clone(run->arena, shadow));
}

static struct hs_json *push_named(struct hs__convert_run *run, struct hs_json *list, const char *url)
{
	struct hs_json *extension = hs_json_object(run->arena);

	hs__tree_text(run->arena, extension, HS_S("url"), hs_slice_cstr(url));
	return hs__tree_push(list, extension);
}

static struct hs_json *encode(struct hs__convert_run *run, const struct carried *what,
	const struct hs_json *value, const struct hs_json *shadow)
{
	struct hs_arena *arena = run->arena;
	struct hs__spot spot = what->spot, to;
	struct hs_json *extension = hs_json_object(arena);
	struct hs_slice type = spot.type ? hs_defs_text(run->from, spot.type->name) : HS_S("String");
	struct hs_slice key = value_key(arena, type);
	bool backbone = spot.element && spot.element->child_count > 0;

	hs__tree_text(arena, extension, HS_S("url"), what->url);
	if (!backbone && place_of(run->to, key, &to)) {
		if (says(value))
			hs__tree_add(extension, key,
				hs__convert_value(run, (struct hs__spot) { NULL, spot.type }, to, value));
		add_own(run, extension, key, shadow);
		return extension;
	}
	bool object = hs_json_is(value, HS_JSON_OBJECT);
	if (!object && !what->choice) {
		add_text(run, extension, value);
		add_own(run, extension, HS_S("valueString"), shadow);
		return extension;
	}
	struct hs_json *list = hs__tree_array(arena, extension, HS_S("extension"));
	if (what->choice)
		add_text(run, push_named(run, list, DATATYPE), hs_json_string(arena, type));
	if (object) {
		encode_children(run, spot, value, list);
	} else {
		struct hs_json *plain = push_named(run, list, PLAIN);
		add_text(run, plain, value);
		add_own(run, plain, HS_S("valueString"), shadow);
	}
	return extension;
}

void hs__convert_carry(struct hs__convert_run *run, struct hs__spot from, const struct hs_json *src,
	struct hs_slice key, struct hs_json *list)
{
	struct hs_arena *arena = run->arena;
	const struct hs_def_use *use = NULL;
	const struct hs_def_element *element = hs_defs_child(run->from, from.element, from.type, key, &use);
	const struct hs_json *value = hs_json_get(src, key);
	const struct hs_json *shadow = hs_json_get(src, hs_arena_printf(arena, "_%.*s", HS_S_ARG(key)));

	if (!element)
		return;
	struct hs__spot spot = hs__convert_spot(run->from, element, use);
	struct hs_slice path = hs_defs_text(run->from, element->path);
	if (hs_slice_ends(path, HS_S("[x]")))
		path = hs_slice_first(path, path.len - 3);
	if (spot.type && spot.type->kind == HS_DEF_RESOURCE) {
		hs__convert_tell(run, HS_SEVERITY_ERROR, "not-supported", path,
			"FHIR %s has no place for this resource; it is left out", run->up ? "R5" : "R4");
		return;
	}
	struct carried what = { .spot = spot,
		.choice = element->choice,
		.url = hs_arena_printf(arena, BASE "%s" MIDDLE "%.*s", number_of(!run->up), HS_S_ARG(path)) };
	encode_items(run, &what, value, shadow, list);
	hs__convert_tell(run, HS_SEVERITY_INFORMATION, "informational", path,
		"FHIR %s has no place for all of this element; it is kept in the extension %.*s",
		run->up ? "R5" : "R4", HS_S_ARG(what.url));
}

/* ---- back ---- */

const struct hs_def_element *hs__convert_carried(const struct hs__convert_run *run, struct hs__spot to,
	const struct hs_json *extension)
{
	struct hs_slice url = hs_json_get_text(extension, HS_S("url")),
			owner = hs__convert_owner(run->to, to);

	if (!hs_slice_starts(url, HS_S(BASE)))
		return NULL;
	url = hs_slice_from(url, sizeof(BASE) - 1);
	if (!hs_slice_starts(url, hs_slice_cstr(number_of(run->up))))
		return NULL;
	url = hs_slice_from(url, 3);
	if (!hs_slice_starts(url, HS_S(MIDDLE)))
		return NULL;
	url = hs_slice_from(url, sizeof(MIDDLE) - 1);
	if (!owner.len || !hs_slice_starts(url, owner) || url.len < owner.len + 2 ||
		url.ptr[owner.len] != '.')
		return NULL;
	return hs__convert_named(run->to, to, hs_slice_from(url, owner.len + 1));
}

/* What an extension says of a value: its type's name, the value, its shadow; each may be missing. */
struct said {
	struct hs_slice suffix; /* "String" of valueString */
	const struct hs_json *value, *shadow;
};

static struct said said_by(const struct hs_json *extension)
{
	struct said said = { .value = NULL };

	HS_JSON_EACH(member, extension) {
		struct hs_slice key = hs_json_key(member);
		bool shadow = hs_slice_starts(key, HS_S("_value"));
		if (!shadow && !hs_slice_starts(key, HS_S("value")))
			continue;
		said.suffix = hs_slice_from(key, shadow ? 6 : 5);
		*(shadow ? &said.shadow : &said.value) = member;
	}
	return said;
}

/* The extension within that has this address. */
static const struct hs_json *within(const struct hs_json *extension, const char *url)
{
	HS_JSON_EACH(inner, hs_json_get(extension, HS_S("extension")))
		if (hs_slice_eq(hs_json_get_text(inner, HS_S("url")), hs_slice_cstr(url)))
			return inner;
	return NULL;
}

/* A primitive that travelled as a text is again what its type is in JSON; what cannot be one stays a text. */
static struct hs_json *read_text(struct hs__convert_run *run, struct hs__spot to, const struct hs_json *value)
{
	struct hs_slice text = hs_json_text(value);
	unsigned code = to.type ? to.type->code : HS_PRIM_STRING;

	if (code == HS_PRIM_BOOLEAN && (hs_slice_eq(text, HS_S("true")) || hs_slice_eq(text, HS_S("false"))))
		return hs_json_bool(run->arena, text.len == 4);
	if (code == HS_PRIM_INTEGER || code == HS_PRIM_POSITIVE_INT || code == HS_PRIM_UNSIGNED_INT ||
		code == HS_PRIM_DECIMAL)
		return hs_json_number(run->arena, text);
	return hs_json_clone(run->arena, value);
}

static struct hs_json *decode_value(struct hs__convert_run *run, struct hs__spot to, const struct said *said)
{
	struct hs__spot from;

	if (!said->value)
		return NULL;
	if (hs_json_is(said->value, HS_JSON_STRING) && hs_slice_eq(said->suffix, HS_S("String")))
		return read_text(run, to, said->value);
	return place_of(run->from, hs_arena_printf(run->arena, "value%.*s", HS_S_ARG(said->suffix)), &from) ?
		hs__convert_value(run, from, to, said->value) :
		hs_json_clone(run->arena, said->value);
}

static struct hs_json *decode_children(struct hs__convert_run *run, struct hs__spot to,
	const struct hs_json *extension)
{
	struct hs_json *object = hs_json_object(run->arena);
	HS_JSON_EACH(inner, hs_json_get(extension, HS_S("extension"))) {
		const struct hs_def_element *child = hs__convert_named(run->to, to,
			hs_json_get_text(inner, HS_S("url")));
		struct hs_json *own = hs_json_get(object, HS_S("extension"));
		if (hs_slice_eq(hs_json_get_text(inner, HS_S("url")), HS_S(DATATYPE)))
			continue;
		if (child) {
			hs__convert_restore(run, child, inner, object);
			continue;
		}
		if (!own)
			own = hs__tree_array(run->arena, object, HS_S("extension"));
		hs__tree_push(own, hs_json_clone(run->arena, inner));
	}
	return object;
}

static void fill_up(struct hs__convert_run *run, struct hs_json *list, size_t count)
{
	while (list && hs_json_count(list) < count && hs__tree_push(list, hs_json_null(run->arena)))
		continue;
}

static struct hs_json *list_of(struct hs__convert_run *run, struct hs_json *dst, struct hs_slice key)
{
	struct hs_json *list = hs_json_get(dst, key);

	return hs_json_is(list, HS_JSON_ARRAY) ? list : hs__tree_array(run->arena, dst, key);
}

/* One more item; the array of values and that of shadows have a null where the other alone says something. */
static void add_item(struct hs__convert_run *run, struct hs_json *dst, struct hs_slice key,
	struct hs_json *value, const struct hs_json *shadow)
{
	struct hs_slice shadow_key = hs_arena_printf(run->arena, "_%.*s", HS_S_ARG(key));
	size_t values = hs_json_count(hs_json_get(dst, key)),
	       shadows = hs_json_count(hs_json_get(dst, shadow_key));
	size_t at = values > shadows ? values : shadows;

	if (value) {
		struct hs_json *list = list_of(run, dst, key);
		fill_up(run, list, at);
		hs__tree_push(list, value);
	} else {
		fill_up(run, hs_json_get(dst, key), at + 1);
	}
	if (shadow) {
		struct hs_json *list = list_of(run, dst, shadow_key);
		fill_up(run, list, at);
		hs__tree_push(list, hs_json_clone(run->arena, shadow));
	}
}

void hs__convert_restore(struct hs__convert_run *run, const struct hs_def_element *element,
	const struct hs_json *extension, struct hs_json *dst)
{
	struct hs_slice key = hs_defs_text(run->to, element->name);
	struct said said = said_by(extension);
	const struct hs_def_use *use = element->type_count ? hs_defs_uses(run->to, element) : NULL;
	bool many = element->max > 1;

	if (element->choice) {
		struct hs_slice suffix = said.suffix;
		if (!suffix.len) /* "ExtendedContactDetail", "Integer64" */
			suffix = hs_slice_from(value_key(run->arena,
						       hs_json_get_text(within(extension, DATATYPE),
							       HS_S("valueString"))),
				5);
		use = hs_defs_choice(run->to, element, suffix);
		key = hs_arena_printf(run->arena, "%.*s%.*s", HS_S_ARG(key), HS_S_ARG(suffix));
	}
	struct hs__spot to = hs__convert_spot(run->to, element, use);
	bool plain = to.type && to.type->kind == HS_DEF_PRIMITIVE;
	if (!said.suffix.len && plain)
		said = said_by(within(extension, PLAIN));
	struct hs_json *made = said.suffix.len || plain ? decode_value(run, to, &said) :
							  decode_children(run, to, extension);
	if (many) {
		add_item(run, dst, key, made, said.shadow);
		return;
	}
	if (made)
		hs__tree_set(dst, key, made);
	if (said.shadow)
		hs__tree_set(dst, hs_arena_printf(run->arena, "_%.*s", HS_S_ARG(key)),
			hs_json_clone(run->arena, said.shadow));
}
