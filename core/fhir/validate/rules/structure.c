/* SPDX-License-Identifier: Apache-2.0 */
/* StructureDefinition (R4 sections 5.1 and 5.3): the base, the snapshot that the differential gives, and what
 * single elements say of types, fixed values, invariants and slicing. */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/profile/snapshot.h>

#define SNAPSHOT_BYTES ((size_t)64 << 20)

static const struct hs_json *structure_of(void *arg, struct hs_slice canonical)
{
	return hs_profiles_snapshot(arg, canonical);
}

/* ---- the base ---- */

static void check_base(struct hs__validation *run, const struct hs__node *node, const struct hs_json *base)
{
	bool constraint = hs_slice_eq(hs_json_get_text(node->value, HS_S("derivation")), HS_S("constraint"));
	struct hs_slice type = hs_json_get_text(node->value, HS_S("type"));
	struct hs_slice base_type = hs_json_get_text(base, HS_S("type"));
	struct hs_slice kind = hs_json_get_text(node->value, HS_S("kind"));
	struct hs_slice base_kind = hs_json_get_text(base, HS_S("kind"));
	if (constraint && type.len && base_type.len && !hs_slice_eq(type, base_type))
		HS__FAIL(run, node, "type", "invalid", "structure-type",
			"a profile has the type of its base: %.*s, not %.*s", HS__SHOW(base_type),
			HS__SHOW(type));
	if (constraint && kind.len && base_kind.len && !hs_slice_eq(kind, base_kind))
		HS__WARN(run, node, "kind", "invalid", "structure-kind",
			"a profile has the kind of its base: %.*s, not %.*s", HS__SHOW(base_kind),
			HS__SHOW(kind));
}

/* What is wrong with the differential shows when the snapshot is made. */
static void check_snapshot(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_arena *arena = hs_arena_new(SNAPSHOT_BYTES);
	struct hs_issues found = { .arena = arena };
	struct hs_snapshot_source source = { structure_of, run->profiles };
	struct hs_json *snapshot = NULL;
	struct hs_error err;
	if (hs_snapshot_make(arena, node->value, &source, &found, &snapshot, &err))
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "processing",
			"structure-snapshot", "no snapshot can be made: %s", err.text);
	for (const struct hs_issue *issue = found.first; issue; issue = issue->next)
		hs__validate_add(run, node, HS_S_NONE, NULL, issue->severity, issue->code,
			"structure-differential", "%.*s: %.*s", HS_S_ARG(hs_slice_first(issue->path, 200)),
			HS_S_ARG(hs_slice_first(issue->text, 700)));
	hs_arena_free(arena);
}

/* ---- one element of the differential ---- */

/* The definition that a path such as "Observation.component.code" stands for, in the base types; NULL when it
 * is not there. *type is its type when it has one only and continues there. */
static const struct hs_def_element *def_of_path(const struct hs_defs *defs, struct hs_slice path,
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
		if (hs_slice_ends(name, HS_S("[x]")))
			return NULL;
		element = hs_defs_child(defs, element, *type, name, &use);
		*type = element && element->type_count == 1 && use ? hs_defs_type_at(defs, use->type) : NULL;
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

/* The first step of a discriminator must be an element of what is sliced. */
static void check_discriminator(struct hs__validation *run, const struct hs__node *at, struct hs_slice path)
{
	struct hs_slice rest = hs_json_get_text(at->value, HS_S("path"));
	struct hs_slice step = hs_slice_cut(&rest, '.');
	const struct hs_def_type *type = NULL;
	const struct hs_def_element *element = def_of_path(run->defs, path, &type);
	uint32_t count = 0;
	if (!element || !is_name(step) || hs__rules_in(step, "resolve extension ofType as"))
		return;
	const struct hs_def_element *children = hs_defs_children(run->defs, element, type, &count);
	if (!count || hs_defs_child(run->defs, element, type, step, NULL))
		return;
	for (uint32_t i = 0; i < count; i++) /* "value" for a choice */
		if (hs_slice_eq(hs_defs_text(run->defs, children[i].name), step))
			return;
	HS__FAIL(run, at, "path", "invalid", "structure-discriminator",
		"the discriminator '%.*s' names no element of %.*s, which is sliced", HS__SHOW(step),
		HS__SHOW(path));
}

static void check_type_profiles(struct hs__validation *run, const struct hs__node *type)
{
	struct hs_slice code = hs_json_get_text(type->value, HS_S("code"));
	const struct hs_def_type *own = hs_defs_type(run->defs, code);
	HS__EACH_BELOW(profile, type, "profile") {
		const struct hs_json *found = hs_library_find(run->library, HS_S("StructureDefinition"),
			hs_json_text(profile.value), NULL);
		const struct hs_def_type *of = hs_defs_type(run->defs, hs_json_get_text(found, HS_S("type")));
		if (own && of && of != own && !(own->abstract && hs_defs_is_a(run->defs, of, own)))
			HS__FAIL(run, &profile, "", "invalid", "structure-type-profile",
				"the profile '%.*s' is for %.*s, but the type here is %.*s",
				HS__SHOW(hs_json_text(profile.value)),
				HS__SHOW(hs_json_get_text(found, HS_S("type"))), HS__SHOW(code));
	}
}

/* fixed[x] and pattern[x] are of a type of the element. */
static void check_value(struct hs__validation *run, const struct hs__node *at, struct hs_slice stem)
{
	struct hs_slice ending = HS_S_NONE;
	bool limited = false;
	if (!hs__rules_choice(at->value, stem, &ending))
		return;
	HS_JSON_EACH(type, hs__rules_array(at->value, "type")) {
		struct hs_slice code = hs_json_get_text(type, HS_S("code"));
		if (!hs_defs_type(run->defs, code))
			return;
		limited = true;
		if (code.len == ending.len && hs_slice_ieq(code, ending))
			return;
	}
	if (limited)
		HS__FAIL(run, at, "", "invalid", "structure-fixed-type",
			"%.*s%.*s is of none of the types that the element has", HS_S_ARG(stem),
			HS__SHOW(ending));
}

static void check_expressions(struct hs__validation *run, const struct hs__node *at)
{
	HS__EACH_BELOW(constraint, at, "constraint") {
		struct hs_slice text = hs_json_get_text(constraint.value, HS_S("expression"));
		struct hs_path *path = NULL;
		struct hs_error err;
		if (text.len && hs_path_compile(NULL, text, HS_S_NONE, &path, NULL, &err))
			HS__FAIL(run, &constraint, "expression", "invalid", "structure-expression",
				"the expression of '%.*s' is not right: %s",
				HS__SHOW(hs_json_get_text(constraint.value, HS_S("key"))), err.text);
		hs_path_free(path);
	}
}

/* An extension's url is the canonical of its definition (R4 extensibility, section 2.4.0). */
static void check_url(struct hs__validation *run, const struct hs__node *at, const struct hs__node *structure)
{
	struct hs_slice url = hs_json_get_text(structure->value, HS_S("url"));
	struct hs_slice fixed = hs_json_get_text(at->value, HS_S("fixedUri"));
	if (hs_slice_eq(hs_json_get_text(at->value, HS_S("path")), HS_S("Extension.url")) && url.len &&
		fixed.len && !hs_slice_eq(url, fixed))
		HS__FAIL(run, at, "fixedUri", "invalid", "structure-extension-url",
			"the url of the extension is '%.*s', but its definition is '%.*s'; they must be the "
			"same",
			HS__SHOW(fixed), HS__SHOW(url));
}

static void check_element(struct hs__validation *run, const struct hs__node *at)
{
	struct hs__node slicing = hs__below(at, "slicing", -1, hs_json_get(at->value, HS_S("slicing")));
	struct hs_slice path = hs_json_get_text(at->value, HS_S("path"));
	HS__EACH_BELOW(discriminator, &slicing, "discriminator")
		check_discriminator(run, &discriminator, path);
	HS__EACH_BELOW(type, at, "type")
		check_type_profiles(run, &type);
	check_value(run, at, HS_S("fixed"));
	check_value(run, at, HS_S("pattern"));
	check_expressions(run, at);
}

void hs__rule_structure(struct hs__validation *run, const struct hs__node *node)
{
	struct hs__node differential = hs__below(node, "differential", -1,
		hs_json_get(node->value, HS_S("differential")));
	struct hs_slice canonical = hs_json_get_text(node->value, HS_S("baseDefinition"));
	const struct hs_json *base = hs__rules_resource_of(run, node, "StructureDefinition", canonical);
	bool constraint = hs_slice_eq(hs_json_get_text(node->value, HS_S("derivation")), HS_S("constraint"));
	if (canonical.len && !base)
		HS__WARN(run, node, "baseDefinition", "not-found", "structure-base",
			"the base '%.*s' is not known here", HS__SHOW(canonical));
	HS__EACH_BELOW(element, &differential, "element") {
		check_element(run, &element);
		check_url(run, &element, node);
	}
	if (!base)
		return;
	check_base(run, node, base);
	if (constraint && differential.value)
		check_snapshot(run, node);
}
