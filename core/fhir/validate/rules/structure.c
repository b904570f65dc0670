/* SPDX-License-Identifier: Apache-2.0 */
/* StructureDefinition (R4 sections 5.1 and 5.3): the base, the snapshot that the differential gives, and what
 * belongs to extensions only. Single elements: structure_element.c. */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/path/path.h>
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
		HS__FAIL_OTHERS(run, node, "kind", "invalid", "structure-kind",
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
	struct hs_slice base = hs_json_get_text(node->value, HS_S("baseDefinition"));
	enum hs_status status = hs_snapshot_make(arena, node->value, &source, &found, &snapshot, &err);
	if (status == HS_E_NOT_FOUND) /* it is here, so something is wrong with it */
		hs_profiles_find(run->profiles, base, &err);
	if (status)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "processing",
			"structure-snapshot", "no snapshot can be made: %s", err.text);
	for (const struct hs_issue *issue = found.first; issue; issue = issue->next)
		hs__validate_add(run, node, HS_S_NONE, NULL, issue->severity, issue->code,
			"structure-differential", "%.*s: %.*s", HS_S_ARG(hs_slice_first(issue->path, 200)),
			HS_S_ARG(hs_slice_first(issue->text, 700)));
	hs_arena_free(arena);
}

/* ---- what goes together ---- */

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

static bool fixes_url(const struct hs_json *view)
{
	HS_JSON_EACH(element, hs__rules_array(view, "element"))
		if (hs_slice_eq(hs_json_get_text(element, HS_S("path")), HS_S("Extension.url")) &&
			(hs_json_get(element, HS_S("fixedUri")) || hs_json_get(element, HS_S("patternUri"))))
			return true;
	return false;
}

/* Kinds of resource that FHIR speaks of and that are no types of R4. */
#define INTERFACES \
	"Base DataType PrimitiveType BackboneType CanonicalResource MetadataResource Definition Event " \
	"Request"

static void check_path(struct hs__validation *run, const struct hs__node *at, const char *below,
	struct hs_slice expression)
{
	struct hs_path *path = NULL;
	struct hs_error err;
	if (expression.len && hs_path_compile(run->defs, expression, HS_S_NONE, &path, NULL, &err))
		hs__validate_add(run, at, hs_slice_cstr(below), NULL, HS_SEVERITY_ERROR, "invalid",
			"structure-expression", "the expression '%.*s' is not right: %s",
			HS__SHOW(expression), err.text);
	hs_path_free(path);
}

/* Where an extension is for (R4 Extensibility, section 2.4.0.2): a type or an element, and there must be such
 * an one, or nobody can ever use the extension. */
static void check_context(struct hs__validation *run, const struct hs__node *at)
{
	struct hs_slice rest = hs_json_get_text(at->value, HS_S("expression"));
	struct hs_slice path = rest;
	struct hs_slice name = hs_slice_cut(&rest, '.');
	const struct hs_def_type *type = hs_defs_type(run->defs, name);
	struct hs_slice kind = hs_json_get_text(at->value, HS_S("type"));
	if (hs_slice_eq(kind, HS_S("fhirpath")))
		check_path(run, at, "expression", path);
	if (!hs_slice_eq(kind, HS_S("element")) || !name.len || hs_slice_find(path, ':', 0) != SIZE_MAX ||
		hs__rules_in(name, INTERFACES))
		return;
	struct hs_slice missing = !type ?
		name :
		hs__structure_lacks(run->defs, hs_defs_root(run->defs, type), type, rest);
	if (missing.len)
		HS__FAIL_OTHERS(run, at, "expression", "not-found", "structure-context-element",
			"there is no element '%.*s': %s '%.*s' is not known", HS__SHOW(path),
			type ? "the part" : "the type", HS__SHOW(missing));
}

static void check_extension(struct hs__validation *run, const struct hs__node *node)
{
	bool extension = hs_slice_eq(hs_json_get_text(node->value, HS_S("type")), HS_S("Extension"));
	bool first = hs_slice_eq(hs__rules_canonical(hs_json_get_text(node->value, HS_S("baseDefinition")),
					 NULL),
		HS_S("http://hl7.org/fhir/StructureDefinition/Extension"));
	if (!extension && hs_json_get(node->value, HS_S("context")))
		HS__FAIL(run, node, "context", "business-rule", "structure-context",
			"a context says where an extension may be used; this is no extension");
	HS__EACH_BELOW(context, node, "context")
		if (extension)
			check_context(run, &context);
	HS__EACH_BELOW(invariant, node, "contextInvariant")
		check_path(run, &invariant, "", hs_json_text(invariant.value));
	if (!extension && hs_json_get(node->value, HS_S("contextInvariant")))
		HS__FAIL(run, node, "contextInvariant", "business-rule", "structure-context",
			"an invariant of the context is for extensions; this is none");
	if (extension && first && !hs_json_get_bool(node->value, HS_S("abstract"), false) &&
		!fixes_url(hs_json_get(node->value, HS_S("differential"))) &&
		!fixes_url(hs_json_get(node->value, HS_S("snapshot"))))
		HS__FAIL(run, node, "", "invalid", "structure-extension-url",
			"the definition of an extension fixes Extension.url to its own url (fixedUri)");
}

/* A relative type is one of FHIR itself, which FHIR alone can define; an absolute one is a logical model (R4
 * StructureDefinition.type). */
static void check_type(struct hs__validation *run, const struct hs__node *node, const struct hs_json *base)
{
	static const char types[] = "http://hl7.org/fhir/StructureDefinition/";
	struct hs_slice type = hs_json_get_text(node->value, HS_S("type"));
	struct hs_slice url = hs_json_get_text(node->value, HS_S("url"));
	struct hs_slice kind = hs_json_get_text(node->value, HS_S("kind"));
	struct hs_slice derivation = hs_json_get_text(node->value, HS_S("derivation"));
	bool own = hs_slice_starts(url, hs_slice_cstr(types)) &&
		hs_slice_eq(hs_slice_from(url, sizeof(types) - 1), type);
	if (!type.len || own)
		return;
	if (hs__rules_is_absolute(type)) {
		if (kind.len && !hs_slice_eq(kind, HS_S("logical")))
			HS__FAIL_OTHERS(run, node, "type", "invalid", "structure-type-name",
				"'%.*s' is no type of FHIR, so its definition is of the kind logical, "
				"not %.*s",
				HS__SHOW(type), HS__SHOW(kind));
	} else if (!hs_defs_type(run->defs, type)) {
		HS__FAIL_OTHERS(run, node, "type", "invalid", "structure-type-name",
			"FHIR has no type '%.*s'; a type of your own is a logical model, and its name an "
			"absolute address",
			HS__SHOW(type));
	} else if (hs_slice_eq(derivation, HS_S("specialization")) &&
		!hs_slice_eq(type, hs_json_get_text(base, HS_S("type")))) {
		HS__FAIL_OTHERS(run, node, "type", "invalid", "structure-type-name",
			"%.*s is a type of FHIR, which nobody else can define; a profile of it has the "
			"derivation 'constraint'",
			HS__SHOW(type));
	}
}

static void check_derivation(struct hs__validation *run, const struct hs__node *node,
	const struct hs_json *base)
{
	struct hs_slice type = hs_json_get_text(node->value, HS_S("type"));
	struct hs_slice derivation = hs_json_get_text(node->value, HS_S("derivation"));
	/* R5 has an invariant for this, sdf-27. */
	if (!derivation.len && hs_defs_fhir(run->defs) == HS_FHIR_R4 &&
		hs_json_get(node->value, HS_S("baseDefinition")))
		HS__FAIL(run, node, "", "required", "structure-derivation",
			"with a base there must be a derivation: 'constraint' for a profile, "
			"'specialization' for a type of its own");
	if (base && type.len && hs_slice_eq(derivation, HS_S("specialization")) &&
		hs_slice_eq(type, hs_json_get_text(base, HS_S("type"))))
		HS__FAIL(run, node, "type", "invalid", "structure-type",
			"a type of its own has a name of its own, not '%.*s' as its base", HS__SHOW(type));
}

/* The differential, or the snapshot of a definition that has nothing else: there all of the base stands, too.
 */
static void check_elements(struct hs__validation *run, const struct hs__node *view,
	const struct hs__node *structure)
{
	struct hs_map keys;
	struct hs__structure_base beside;
	hs__structure_base_open(run, structure->value, &beside);
	beside.narrows = beside.narrows && hs_slice_eq(view->name, HS_S("differential"));
	hs_map_init(&keys, run->arena);
	keys.seed = hs_hash_secret();
	HS__EACH_BELOW(element, view, "element") {
		struct hs_slice path = hs_json_get_text(element.value, HS_S("path"));
		if (path.len && hs_slice_find(path, '.', 0) == SIZE_MAX &&
			hs_json_get(element.value, HS_S("slicing")))
			HS__FAIL(run, &element, "slicing", "invalid", "structure-root-slicing",
				"there is one root, so it cannot be sliced");
		hs__structure_id(run, &element);
		hs__structure_element(run, &element, &keys);
		hs__structure_base(run, &element, &beside);
		check_url(run, &element, structure);
	}
}

void hs__rule_structure(struct hs__validation *run, const struct hs__node *node)
{
	struct hs__node differential = hs__below(node, "differential", -1,
		hs_json_get(node->value, HS_S("differential")));
	struct hs__node snapshot = hs__below(node, "snapshot", -1,
		hs_json_get(node->value, HS_S("snapshot")));
	struct hs_slice canonical = hs_json_get_text(node->value, HS_S("baseDefinition"));
	const struct hs_json *base = hs__rules_resource_of(run, node, "StructureDefinition", canonical);
	bool constraint = hs_slice_eq(hs_json_get_text(node->value, HS_S("derivation")), HS_S("constraint"));
	if (canonical.len && !base)
		HS__WARN(run, node, "baseDefinition", "not-found", "structure-base",
			"the base '%.*s' is not known here", HS__SHOW(canonical));
	check_extension(run, node);
	check_derivation(run, node, base);
	check_type(run, node, base);
	check_elements(run, differential.value ? &differential : &snapshot, node);
	if (!base)
		return;
	check_base(run, node, base);
	if (constraint && differential.value)
		check_snapshot(run, node);
}
