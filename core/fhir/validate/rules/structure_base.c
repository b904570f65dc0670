/* SPDX-License-Identifier: Apache-2.0 */
/* An element of a differential beside what is declared elsewhere: the value set that its base binds it to (R4
 * ElementDefinition.binding), the base's invariants, and the mappings of the definition. What its form can
 * tell is the snapshot's matter (profile/snapshot_narrow.c). */
#include <core/fhir/validate/rules/rules_private.h>

#define CODES_MAX 20000u /* codes that are compared in all */
#define DEPTH_MAX 8u     /* value sets in value sets, and bases below bases */

/* ---- what there is ---- */

static void put(struct hs_map *map, struct hs_slice key, const struct hs_json *value)
{
	bool fresh = false;
	struct hs_map_slot *slot = key.len ? hs_map_put(map, key, &fresh) : NULL;
	if (slot && fresh)
		memcpy(&slot->value.ptr, &value, sizeof(value));
}

void hs__structure_base_open(struct hs__validation *run, const struct hs_json *structure,
	struct hs__structure_base *out)
{
	struct hs_slice base = hs_json_get_text(structure, HS_S("baseDefinition"));
	bool constraint = hs_slice_eq(hs_json_get_text(structure, HS_S("derivation")), HS_S("constraint"));
	*out = (struct hs__structure_base) { .codes = CODES_MAX, .narrows = constraint };
	hs_map_init(&out->elements, run->arena);
	hs_map_init(&out->mappings, run->arena);
	hs_map_init(&out->rules, run->arena);
	out->elements.seed = out->mappings.seed = out->rules.seed = hs_hash_secret();
	/* By id; by its path, too, the whole before its slices. */
	HS_JSON_EACH(element, constraint && base.len ? hs_profiles_snapshot(run->profiles, base) : NULL) {
		put(&out->elements, hs_json_get_text(element, HS_S("id")), element);
		put(&out->elements, hs_json_get_text(element, HS_S("path")), element);
		HS_JSON_EACH(rule, hs__rules_array(element, "constraint"))
			put(&out->rules, hs_json_get_text(rule, HS_S("key")), rule);
	}
	for (uint32_t i = 0; structure && i < DEPTH_MAX; i++) {
		HS_JSON_EACH(mapping, hs__rules_array(structure, "mapping"))
			put(&out->mappings, hs_json_get_text(mapping, HS_S("identity")), mapping);
		structure = hs_library_find(run->library, HS_S("StructureDefinition"),
			hs_json_get_text(structure, HS_S("baseDefinition")), NULL);
	}
}

/* ---- a code that the base's value set lacks ---- */

struct compare {
	struct hs__validation *run;
	struct hs_slice base, own; /* canonicals */
	uint32_t *codes;           /* that may be asked about yet */
	uint32_t depth;
	struct hs_slice system, code; /* the first that is in `own` and not in `base` */
};

/* Unless both sets are sure of it, nothing is said. */
static bool is_wider_by(struct compare *compare, struct hs_slice system, struct hs_slice code)
{
	struct hs__validation *run = compare->run;
	const struct hs_validate_terminology *terms = run->terms;
	struct hs_validate_code asked = { .system = system, .code = code, .has_system = true };
	struct hs_validate_finding of_base = { .inactive = false }, of_own = { .inactive = false };
	if (!code.len || compare->code.len || !*compare->codes)
		return false;
	*compare->codes -= 1;
	if (terms->in_value_set(terms->arg, run->arena, &asked, compare->base, &of_base) != HS_VALIDATE_NO ||
		terms->in_value_set(terms->arg, run->arena, &asked, compare->own, &of_own) != HS_VALIDATE_YES)
		return false;
	compare->system = system;
	compare->code = code;
	return true;
}

static void try_concepts(struct compare *compare, const struct hs_json *concepts, struct hs_slice system,
	uint32_t depth)
{
	if (depth > HS__VALIDATE_DEPTH)
		return;
	HS_JSON_EACH(concept, concepts) {
		if (is_wider_by(compare, system, hs_json_get_text(concept, HS_S("code"))) || !*compare->codes)
			return;
		try_concepts(compare, hs__rules_array(concept, "concept"), system, depth + 1);
	}
}

/* Codes that the value set names, itself or by its code systems; filters are tried by asking. */
static void try_codes(struct compare *compare, struct hs_slice value_set)
{
	struct hs_library *library = compare->run->library;
	const struct hs_json *set = hs_library_find(library, HS_S("ValueSet"), value_set, NULL);
	if (!set || compare->depth >= DEPTH_MAX)
		return;
	compare->depth++;
	HS_JSON_EACH(include, hs__rules_array(hs_json_get(set, HS_S("compose")), "include")) {
		struct hs_slice system = hs_json_get_text(include, HS_S("system"));
		const struct hs_json *listed = hs__rules_array(include, "concept");
		if (system.len && !listed)
			listed = hs__rules_array(hs_library_find(library, HS_S("CodeSystem"), system, NULL),
				"concept");
		try_concepts(compare, listed, system, 0);
		HS_JSON_EACH(other, hs__rules_array(include, "valueSet"))
			try_codes(compare, hs_json_text(other));
	}
	compare->depth--;
}

/* The element of the base that this one constrains: by its id, of a new slice the whole. */
static const struct hs_json *base_element(const struct hs__structure_base *beside, const struct hs_json *own)
{
	struct hs_slice id = hs_json_get_text(own, HS_S("id"));
	struct hs_slice path = hs_json_get_text(own, HS_S("path"));
	const struct hs_map_slot *slot = id.len ? hs_map_get(&beside->elements, id) : NULL;
	slot = slot || !path.len ? slot : hs_map_get(&beside->elements, path);
	return slot ? slot->value.ptr : NULL;
}

/* Readers of the base count on its codes alone, so that another value set must be a part of it. */
static void check_binding(struct hs__validation *run, const struct hs__node *at,
	struct hs__structure_base *beside)
{
	const struct hs_json *own = hs_json_get(at->value, HS_S("binding"));
	const struct hs_json *base = own ? hs_json_get(base_element(beside, at->value), HS_S("binding")) :
					   NULL;
	struct compare compare = { .run = run,
		.base = hs_json_get_text(base, HS_S("valueSet")),
		.own = hs_json_get_text(own, HS_S("valueSet")),
		.codes = &beside->codes };
	if (!compare.base.len || !compare.own.len || hs_slice_eq(compare.base, compare.own) ||
		!hs_slice_eq(hs_json_get_text(base, HS_S("strength")), HS_S("required")))
		return;
	try_codes(&compare, compare.own);
	if (compare.code.len)
		HS__FAIL_OTHERS(run, at, "binding", "business-rule", "structure-binding-wider",
			"the base binds to %.*s with strength required, which lacks the code '%.*s' (%.*s) "
			"of %.*s; a profile can only narrow",
			HS__SHOW(compare.base), HS__SHOW(compare.code), HS__SHOW(compare.system),
			HS__SHOW(compare.own));
}

/* ---- mappings ---- */

/* What the element is mapped to stands where the mapping is declared, here or in a base (R4
 * ElementDefinition.mapping.identity). */
static void check_mappings(struct hs__validation *run, const struct hs__node *at,
	const struct hs__structure_base *beside)
{
	HS__EACH_BELOW(mapping, at, "mapping") {
		struct hs_slice identity = hs_json_get_text(mapping.value, HS_S("identity"));
		if (identity.len && !hs_map_get(&beside->mappings, identity))
			HS__WARN(run, &mapping, "identity", "not-found", "structure-mapping",
				"no mapping '%.*s' is declared; StructureDefinition.mapping says what it is",
				HS__SHOW(identity));
	}
}

/* ---- what a profile leaves to its base ---- */

/* Who knows the invariant of the base by its key is told of another one. */
static void check_rules(struct hs__validation *run, const struct hs__node *at,
	const struct hs__structure_base *beside)
{
	HS__EACH_BELOW(rule, at, "constraint") {
		struct hs_slice key = hs_json_get_text(rule.value, HS_S("key"));
		struct hs_slice own = hs_json_get_text(rule.value, HS_S("expression"));
		const struct hs_map_slot *slot = key.len ? hs_map_get(&beside->rules, key) : NULL;
		struct hs_slice base = hs_json_get_text(slot ? slot->value.ptr : NULL, HS_S("expression"));
		if (base.len && own.len && !hs_slice_eq(base, own))
			HS__FAIL_OTHERS(run, &rule, "key", "duplicate", "structure-invariant-base",
				"the base has an invariant '%.*s' with another expression: %.*s",
				HS__SHOW(key), HS__SHOW(base));
	}
}

/* "never in a profile" (R4 ElementDefinition.meaningWhenMissing), but for what defines an extension. */
static void check_meaning(struct hs__validation *run, const struct hs__node *at,
	const struct hs__structure_base *beside)
{
	struct hs_slice path = hs_json_get_text(at->value, HS_S("path"));
	if (beside->narrows && hs_json_get(at->value, HS_S("meaningWhenMissing")) &&
		!hs_slice_eq(path, HS_S("Extension")) && !hs_slice_ends(path, HS_S(".extension")))
		HS__FAIL_OTHERS(run, at, "meaningWhenMissing", "business-rule", "structure-meaning",
			"what it means that an element is missing is for its type to say, not for a profile");
}

void hs__structure_base(struct hs__validation *run, const struct hs__node *at,
	struct hs__structure_base *beside)
{
	check_rules(run, at, beside);
	check_meaning(run, at, beside);
	check_binding(run, at, beside);
	check_mappings(run, at, beside);
}
