/* SPDX-License-Identifier: Apache-2.0 */
/* One element of a StructureDefinition (R4 ElementDefinition, section 2.28): types and their profiles,
 * values, bounds and bindings that suit the types, invariants and discriminators that can be evaluated. */
#include <core/fhir/validate/rules/rules_private.h>

#define TYPES_MAX 80u /* types of an element; value[x] of an extension has 50 */

/* ---- the element's definition in the base types ---- */

static const struct hs_def_element *child_named(const struct hs_defs *defs,
	const struct hs_def_element *element, const struct hs_def_type *type, struct hs_slice stem)
{
	uint32_t count = 0;
	const struct hs_def_element *children = hs_defs_children(defs, element, type, &count);
	for (uint32_t i = 0; i < count; i++)
		if (children[i].choice && hs_slice_eq(hs_defs_text(defs, children[i].name), stem))
			return &children[i];
	return NULL;
}

const struct hs_def_element *hs__structure_def(const struct hs_defs *defs, struct hs_slice path,
	const struct hs_def_type **type)
{
	struct hs_slice rest = path;
	struct hs_slice first = hs_slice_cut(&rest, '.');
	const struct hs_def_element *element = NULL;
	*type = hs_defs_type(defs, first);
	element = *type ? hs_defs_root(defs, *type) : NULL;
	while (element && rest.ptr) {
		const struct hs_def_use *use = NULL;
		struct hs_slice name = hs_slice_cut(&rest, '.');
		bool choice = hs_slice_ends(name, HS_S("[x]"));
		element = choice ? child_named(defs, element, *type, hs_slice_first(name, name.len - 3)) :
				   hs_defs_child(defs, element, *type, name, &use);
		if (element && element->choice && use)
			*type = use->type == HS_DEF_NONE ? NULL : hs_defs_type_at(defs, use->type);
		else
			*type = element && element->type_count == 1 &&
					hs_defs_uses(defs, element)->type != HS_DEF_NONE ?
				hs_defs_type_at(defs, hs_defs_uses(defs, element)->type) :
				NULL;
	}
	return element;
}

static bool is_name(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i && c >= '0' && c <= '9')))
			return false;
	}
	return text.len > 0;
}

/* May anything stand below it: of a type that is not known or has parts of its own elsewhere? */
static bool is_open(const struct hs_def_element *element, const struct hs_def_type *type)
{
	bool own = element->child_count > 0 || element->same_as != HS_DEF_NONE;
	return !own && (!type || type->abstract || type->kind == HS_DEF_PRIMITIVE);
}

struct hs_slice hs__structure_lacks(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type, struct hs_slice path)
{
	struct hs_slice rest = path;
	while (rest.len && !is_open(element, type)) {
		const struct hs_def_use *use = NULL;
		struct hs_slice step = hs_slice_cut(&rest, '.');
		struct hs_slice stem = hs_slice_ends(step, HS_S("[x]")) ? hs_slice_first(step, step.len - 3) :
									  step;
		if (!is_name(stem) || hs__rules_in(stem, "resolve extension ofType as"))
			break;
		const struct hs_def_element *choice = child_named(defs, element, type, stem);
		element = choice ? choice : hs_defs_child(defs, element, type, stem, &use);
		if (!element)
			return step;
		if (!use && element->type_count == 1)
			use = hs_defs_uses(defs, element);
		type = use && use->type != HS_DEF_NONE ? hs_defs_type_at(defs, use->type) : NULL;
	}
	return HS_S_NONE;
}

/* The types that the element allows: its own list, else that of the base types. */
struct types {
	struct hs_slice names[TYPES_MAX];
	uint32_t count; /* 0: not known */
};

static void add_type(const struct hs__validation *run, struct types *types, struct hs_slice name, bool *known)
{
	*known = *known && types->count < TYPES_MAX && hs_defs_type(run->defs, name);
	if (*known)
		types->names[types->count++] = name;
}

static void find_types(const struct hs__validation *run, const struct hs__node *at, struct types *types)
{
	const struct hs_def_type *type = NULL;
	bool known = true;
	types->count = 0;
	HS_JSON_EACH(row, hs__rules_array(at->value, "type"))
		add_type(run, types, hs_json_get_text(row, HS_S("code")), &known);
	if (types->count == 0 && known && !hs_json_get(at->value, HS_S("type"))) {
		const struct hs_def_element *element = hs__structure_def(run->defs,
			hs_json_get_text(at->value, HS_S("path")), &type);
		const struct hs_def_use *uses = element ? hs_defs_uses(run->defs, element) : NULL;
		if (type && element && element->choice && uses) { /* valueQuantity: that type alone */
			add_type(run, types, hs_defs_text(run->defs, type->name), &known);
		} else {
			for (uint32_t i = 0; uses && i < element->type_count; i++)
				add_type(run, types,
					uses[i].type == HS_DEF_NONE ?
						HS_S_NONE :
						hs_defs_text(run->defs,
							hs_defs_type_at(run->defs, uses[i].type)->name),
					&known);
		}
	}
	types->count = known ? types->count : 0;
}

static bool has_any(const struct types *types, const char *list)
{
	for (uint32_t i = 0; i < types->count; i++)
		if (hs__rules_in(types->names[i], list))
			return true;
	return false;
}

/* ---- discriminators ---- */

/* The end of the function call that `path` begins with, one of those that a discriminator may have; 0 when it
 * is none. */
static size_t call_end(struct hs_slice path)
{
	static const char *const calls[] = { "extension('", "resolve()", "ofType(", "as(" };
	static const char *const ends[] = { "')", "", ")", ")" };
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct hs_slice call = hs_slice_cstr(calls[i]);
		struct hs_slice end = hs_slice_cstr(ends[i]);
		if (!hs_slice_starts(path, call))
			continue;
		for (size_t at = call.len; at + end.len <= path.len; at++)
			if (hs_slice_starts(hs_slice_from(path, at), end))
				return at + end.len;
	}
	return 0;
}

/* Elements by name, extension(url), resolve() and ofType(): what a discriminator's path is restricted to (R4
 * Profiling, section 5.1.0.13), for readers find the slice of an item without FHIRPath. */
static bool is_restricted(struct hs_slice path)
{
	while (path.len) {
		size_t end = call_end(path);
		if (!end) {
			struct hs_slice rest = path;
			struct hs_slice step = hs_slice_cut(&rest, '.');
			end = step.len;
			if (hs_slice_starts(step, HS_S("$this")))
				step = hs_slice_from(step, 5);
			else if (hs_slice_ends(step, HS_S("[x]")))
				step = hs_slice_first(step, step.len - 3);
			if (!is_name(step) && step.len)
				return false;
		}
		path = hs_slice_from(path, end);
		if (path.len && (path.ptr[0] != '.' || path.len == 1))
			return false;
		path = hs_slice_from(path, path.len ? 1 : 0);
	}
	return true;
}

/* Each step of a discriminator must be an element of what is sliced, as far as the base types tell: functions
 * and types that anything may have end the look. */
static void check_discriminator(struct hs__validation *run, const struct hs__node *at, struct hs_slice path)
{
	const struct hs_def_type *type = NULL;
	const struct hs_def_element *element = hs__structure_def(run->defs, path, &type);
	struct hs_slice by = hs_json_get_text(at->value, HS_S("path"));
	struct hs_slice missing = element ? hs__structure_lacks(run->defs, element, type, by) : HS_S_NONE;
	if (!is_restricted(by))
		HS__FAIL_OTHERS(run, at, "path", "invalid", "structure-discriminator",
			"a discriminator goes by names of elements, extension('url'), resolve() and "
			"ofType(type) "
			"alone, not '%.*s'",
			HS__SHOW(by));
	else if (missing.len)
		HS__FAIL_OTHERS(run, at, "path", "invalid", "structure-discriminator",
			"the discriminator '%.*s' names no element of %.*s, which is sliced",
			HS__SHOW(missing), HS__SHOW(path));
}

/* Slices are of what may be there more than once in the base resource, or has several types (R4
 * ElementDefinition.slicing). */
static void check_sliced(struct hs__validation *run, const struct hs__node *at, struct hs_slice path)
{
	const struct hs_def_type *type = NULL;
	const struct hs_def_element *def = hs__structure_def(run->defs, path, &type);
	if (def && def->max == 1 && hs_slice_eq(hs_defs_text(run->defs, def->path), path) &&
		!hs_slice_ends(path, HS_S("[x]")))
		HS__FAIL_OTHERS(run, at, "slicing", "invalid", "structure-slicing-single",
			"%.*s is there once at most and has one type, so it cannot be sliced",
			HS__SHOW(path));
}

/* ---- profiles of types ---- */

/* Does the definition of an extension say that it changes the meaning of what has it? */
static bool is_modifier(const struct hs_json *definition)
{
	static const char *const views[] = { "snapshot", "differential" };
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		const struct hs_json *root =
			hs_json_first(hs__rules_array(hs_json_get(definition, hs_slice_cstr(views[i])),
				"element"));
		if (hs_json_get(root, HS_S("isModifier")))
			return hs_json_get_bool(root, HS_S("isModifier"), false);
	}
	return false;
}

static void check_modifier(struct hs__validation *run, const struct hs__node *profile, struct hs_slice path,
	const struct hs_json *definition)
{
	bool wanted = hs_slice_ends(path, HS_S(".modifierExtension"));
	if ((!wanted && !hs_slice_ends(path, HS_S(".extension"))) || is_modifier(definition) == wanted)
		return;
	HS__FAIL(run, profile, "", "invalid", "structure-modifier",
		wanted ? "'%.*s' changes no meaning, so it is no modifierExtension" :
			 "'%.*s' changes the meaning of what has it, so it must be a modifierExtension",
		HS__SHOW(hs_json_text(profile->value)));
}

static void check_type_profiles(struct hs__validation *run, const struct hs__node *type, struct hs_slice path)
{
	struct hs_slice code = hs_json_get_text(type->value, HS_S("code"));
	const struct hs_def_type *own = hs_defs_type(run->defs, code);
	/* A part of a resource may have the profile of such a part (extension
	 * elementdefinition-profile-element). */
	bool is_part = hs__rules_in(code, "BackboneElement Element");
	HS__EACH_BELOW(profile, type, "profile") {
		const struct hs_json *found = hs_library_find(run->library, HS_S("StructureDefinition"),
			hs_json_text(profile.value), NULL);
		const struct hs_def_type *of = hs_defs_type(run->defs, hs_json_get_text(found, HS_S("type")));
		if (own && of && of != own && !is_part &&
			!(own->abstract && hs_defs_is_a(run->defs, of, own)))
			HS__FAIL(run, &profile, "", "invalid", "structure-type-profile",
				"the profile '%.*s' is for %.*s, but the type here is %.*s",
				HS__SHOW(hs_json_text(profile.value)),
				HS__SHOW(hs_json_get_text(found, HS_S("type"))), HS__SHOW(code));
		else if (found && hs_slice_eq(code, HS_S("Extension")))
			check_modifier(run, &profile, path, found);
	}
}

/* ---- what suits the types ---- */

static void show_types(struct hs_buf *list, const struct types *types)
{
	for (uint32_t i = 0; i < types->count; i++) {
		hs_buf_cstr(list, i ? ", " : "");
		hs_buf_add(list, types->names[i]);
	}
}

static void say_types(struct hs__validation *run, enum hs_severity severity, const struct hs__node *at,
	const struct types *types, const char *id, struct hs_slice what)
{
	struct hs_buf list;
	hs_buf_init(&list, run->arena, 1000);
	show_types(&list, types);
	HS__SAY(severity, run, at, "", "invalid", id, "%.*s does not suit the types of the element: %.*s",
		HS__SHOW(what), HS_S_ARG(hs_buf_slice(&list)));
}

/* A choice member such as fixedCode or minValueDate has the type of one of the element's. */
static void check_value(struct hs__validation *run, const struct hs__node *at, const struct types *types,
	struct hs_slice stem, const char *id)
{
	struct hs_slice ending = HS_S_NONE;
	if (!hs__rules_choice(at->value, stem, &ending) || !types->count)
		return;
	for (uint32_t i = 0; i < types->count; i++) {
		const struct hs_def_type *type = hs_defs_type(run->defs, types->names[i]);
		const struct hs_def_type *quantity = hs_defs_type(run->defs, HS_S("Quantity"));
		if (hs_slice_ieq(types->names[i], ending) || (type && type->abstract))
			return;
		if (type && quantity && hs_slice_eq(ending, HS_S("Quantity")) &&
			hs_defs_is_a(run->defs, type, quantity))
			return;
	}
	say_types(run, HS_SEVERITY_ERROR, at, types, id,
		hs_arena_printf(run->arena, "%.*s%.*s", HS_S_ARG(stem), HS__SHOW(ending)));
}

/* What is said of codes, of lengths, digits and bytes is for types that have some. Codes: eld-11; R5 adds
 * CodeableReference, and an Extension or a Range binds what is in it. */
#define FACET_URL "http://hl7.org/fhir/StructureDefinition/"
#define QUANTITIES "Quantity Age Count Distance Duration Money MoneyQuantity SimpleQuantity"
#define TEXTS "string code uri url canonical id oid uuid markdown"
#define HAVE_LENGTH \
	TEXTS " base64Binary xhtml integer integer64 positiveInt unsignedInt decimal date dateTime " \
	      "instant time"

static const struct facet {
	const char *name;      /* a member, or the URL of an extension */
	const char *id, *what; /* of the message */
	const char *types;     /* that have it */
} facets[] = {
	{ "binding", "structure-binding", "a binding",
		"code Coding CodeableConcept CodeableReference string uri url canonical id oid uuid markdown "
		"Extension Range " QUANTITIES },
	{ "maxLength", "structure-length", "maxLength", HAVE_LENGTH },
	{ FACET_URL "minLength", "structure-length", "minLength", HAVE_LENGTH },
	{ FACET_URL "maxDecimalPlaces", "structure-decimals", "maxDecimalPlaces",
		"decimal dateTime instant time " QUANTITIES },
	{ FACET_URL "maxSize", "structure-size", "maxSize", "base64Binary Attachment" },
};

/* Where a differential leaves the types to its base, what does not suit them is merely of no use. */
static void check_facets(struct hs__validation *run, const struct hs__node *at, const struct types *types)
{
	bool stated = hs_json_get(at->value, HS_S("type"));
	for (size_t i = 0; i < sizeof(facets) / sizeof(facets[0]) && types->count; i++) {
		struct hs_slice name = hs_slice_cstr(facets[i].name);
		bool said = hs_slice_starts(name, HS_S(FACET_URL)) ?
			hs__rules_extension(at->value, name, NULL) != NULL :
			hs_json_get(at->value, name) != NULL;
		if (said && !has_any(types, facets[i].types))
			say_types(run, stated ? HS_SEVERITY_ERROR : HS_SEVERITY_WARNING, at, types,
				facets[i].id, hs_slice_cstr(facets[i].what));
	}
}

/* ---- invariants ---- */

/* The type that the expression starts from, when that is certain. */
static struct hs_slice context_of(const struct hs__validation *run, const struct hs__node *at,
	const struct types *types)
{
	struct hs_slice path = hs_json_get_text(at->value, HS_S("path"));
	const struct hs_def_type *type = types->count == 1 ? hs_defs_type(run->defs, types->names[0]) : NULL;
	if (hs_slice_find(path, '.', 0) == SIZE_MAX)
		return hs_defs_type(run->defs, path) ? path : HS_S_NONE;
	return type && !type->abstract && type->kind != HS_DEF_RESOURCE &&
			!hs_slice_eq(types->names[0], HS_S("BackboneElement")) ?
		types->names[0] :
		HS_S_NONE;
}

/* Two expressions for one key are two rules of one name (R4 ElementDefinition.constraint.key). */
static void check_key(struct hs__validation *run, const struct hs__node *constraint, struct hs_map *keys)
{
	bool fresh = true;
	struct hs_slice key = hs_json_get_text(constraint->value, HS_S("key"));
	struct hs_slice text = hs_json_get_text(constraint->value, HS_S("expression"));
	struct hs_map_slot *slot = key.len && text.len ? hs_map_put(keys, key, &fresh) : NULL;
	struct hs_slice *kept = slot ? slot->value.ptr : NULL;
	if (slot && fresh) {
		kept = hs_arena_alloc(run->arena, sizeof(*kept));
		if (kept)
			*kept = text;
		slot->value.ptr = kept;
	}
	if (kept && !hs_slice_eq(*kept, text))
		HS__FAIL(run, constraint, "key", "duplicate", "structure-invariant-twice",
			"there is an invariant '%.*s' with another expression already", HS__SHOW(key));
}

/* Nobody gives an invariant other variables than those of FHIR, and one that is not there is an error when it
 * is evaluated (FHIRPath section 9). */
static void check_variables(struct hs__validation *run, const struct hs__node *constraint,
	const struct hs_path *path)
{
	struct hs_slice name = hs_path_undefined(path);
	if (name.len)
		HS__FAIL(run, constraint, "expression", "invalid", "structure-variable",
			"the expression of '%.*s' asks for %%%.*s, and there is no such variable",
			HS__SHOW(hs_json_get_text(constraint->value, HS_S("key"))), HS__SHOW(name));
}

static void check_expressions(struct hs__validation *run, const struct hs__node *at,
	const struct types *types, struct hs_map *keys)
{
	HS__EACH_BELOW(constraint, at, "constraint") {
		struct hs_slice text = hs_json_get_text(constraint.value, HS_S("expression"));
		struct hs_path *path = NULL;
		struct hs_error err;
		enum hs_path_phase phase = HS_PATH_SYNTAX;
		if (text.len &&
			hs_path_compile(run->defs, text, context_of(run, at, types), &path, &phase, &err))
			HS__SAY(phase == HS_PATH_SYNTAX || !hs__published_by_hl7(run, at) ?
					HS_SEVERITY_ERROR :
					HS_SEVERITY_WARNING,
				run, &constraint, "expression", "invalid", "structure-expression",
				"the expression of '%.*s' is not right: %s",
				HS__SHOW(hs_json_get_text(constraint.value, HS_S("key"))), err.text);
		if (path)
			check_variables(run, &constraint, path);
		hs_path_free(path);
		check_key(run, &constraint, keys);
	}
}

/* ---- the whole ---- */

void hs__structure_element(struct hs__validation *run, const struct hs__node *at, struct hs_map *keys)
{
	struct hs__node slicing = hs__below(at, "slicing", -1, hs_json_get(at->value, HS_S("slicing")));
	struct hs_slice path = hs_json_get_text(at->value, HS_S("path"));
	struct types types;
	find_types(run, at, &types);
	if (slicing.value && hs_slice_find(path, '.', 0) != SIZE_MAX)
		check_sliced(run, at, path);
	HS__EACH_BELOW(discriminator, &slicing, "discriminator")
		check_discriminator(run, &discriminator, path);
	HS__EACH_BELOW(type, at, "type") {
		check_type_profiles(run, &type, path);
		hs__structure_type(run, &type, path);
	}
	check_value(run, at, &types, HS_S("fixed"), "structure-fixed-type");
	check_value(run, at, &types, HS_S("pattern"), "structure-fixed-type");
	check_value(run, at, &types, HS_S("minValue"), "structure-bound-type");
	check_value(run, at, &types, HS_S("maxValue"), "structure-bound-type");
	check_facets(run, at, &types);
	check_expressions(run, at, &types, keys);
}
