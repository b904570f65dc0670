/* SPDX-License-Identifier: Apache-2.0 */
/* ConceptMap (R4 section 4.10): the codes that it maps. */
#include <core/fhir/validate/rules/rules_private.h>

/* The side's value set: "sourceUri" or "sourceCanonical" (R5: "sourceScopeCanonical" ...). */
static struct hs_slice side_of(const struct hs_json *map, struct hs_slice side)
{
	return hs_json_text(hs__rules_choice(map, side, NULL));
}

static void check_mapped(struct hs__validation *run, const struct hs__node *at, struct hs_slice system,
	struct hs_slice set)
{
	struct hs_validate_finding finding = { 0 };
	struct hs_validate_code code = {
		.system = system, .code = hs_json_get_text(at->value, HS_S("code")), .has_system = true
	};
	struct hs__listed of = { .system = system,
		.code_at = "code",
		.display_at = "display",
		.unknown = hs__published_by_hl7(run, at) ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR,
		.display = HS_SEVERITY_WARNING,
		.id = "concept-map-code" };
	if (!code.code.len || !system.len || hs__rules_listed(run, at, &of) == HS_VALIDATE_NO)
		return;
	if (set.len && run->terms && run->terms->in_value_set &&
		run->options->terms != HS_VALIDATE_TERMS_NONE &&
		run->terms->in_value_set(run->terms->arg, run->arena, &code, set, &finding) == HS_VALIDATE_NO)
		HS__FAIL_OTHERS(run, at, "code", "code-invalid", "concept-map-value-set",
			"the code '%.*s' of '%.*s' is not in the value set '%.*s'", HS__SHOW(code.code),
			HS__SHOW(system), HS__SHOW(set));
}

void hs__rule_concept_map(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice source = side_of(node->value, HS_S("source"));
	struct hs_slice target = side_of(node->value, HS_S("target"));
	HS__EACH_BELOW(group, node, "group") {
		struct hs_slice from = hs_json_get_text(group.value, HS_S("source"));
		struct hs_slice to = hs_json_get_text(group.value, HS_S("target"));
		HS__EACH_BELOW(element, &group, "element") {
			check_mapped(run, &element, from, source);
			HS__EACH_BELOW(mapped, &element, "target")
				check_mapped(run, &mapped, to, target);
		}
	}
}
