/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of Consent: when, from what source, by which policy, of which resources. What permits and what
 * denies is never mapped, for the versions mean different things by it; it is carried, with a warning. */
#include <core/fhir/convert/convert_private.h>

/* ---- a day, which in R4 may have a time ---- */

#define DAY_LEN 10u /* YYYY-MM-DD */

void hs__map_day_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_slice moment = hs_json_text(hs__map_get(src, rule->r4[0]));

	if (moment.len)
		hs__tree_text(run->arena, dst, hs_slice_cstr(rule->r5[0]), hs_slice_first(moment, DAY_LEN));
}

void hs__map_day_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	hs__map_put(run, dst, rule->r4[0], hs__map_get(src, rule->r5[0]));
}

/* ---- the source: in R4 a choice, in R5 lists of both ---- */

static const char *const sources[] = { "sourceAttachment", "sourceReference" };

void hs__map_source_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	for (size_t i = 0; i < 2; i++)
		if (hs__map_get(src, sources[i]))
			hs__tree_push(hs__map_list(run, dst, sources[i]),
				hs_json_clone(run->arena, hs__map_get(src, sources[i])));
}

void hs__map_source_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	for (size_t i = 0; i < 2 && !hs_json_count(dst); i++)
		hs__map_put(run, dst, sources[i], hs_json_first(hs__map_get(src, sources[i])));
}

/* ---- the policy: in R4 several, each with an authority; in R5 one ---- */

void hs__map_policy_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *basis = hs_json_object(run->arena);

	(void)rule;
	hs__map_put(run, basis, "url", hs__map_get(hs_json_first(hs__map_get(src, "policy")), "uri"));
	if (hs_json_count(basis))
		hs__tree_set(dst, HS_S("policyBasis"), basis);
}

void hs__map_policy_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *policy = hs_json_object(run->arena);

	(void)rule;
	hs__map_put(run, policy, "uri", hs__map_get(hs__map_get(src, "policyBasis"), "url"));
	if (hs_json_count(policy))
		hs__tree_push(hs__map_list(run, dst, "policy"), policy);
}

/* ---- classes of content: R5 tells types of resources from kinds of documents ---- */

#define TYPES4 "http://hl7.org/fhir/resource-types"
#define TYPES5 "http://hl7.org/fhir/fhir-types"

static struct hs_json *with_system(struct hs__convert_run *run, const struct hs_json *coding,
	const char *system)
{
	struct hs_json *made = hs_json_clone(run->arena, coding);

	hs__tree_set(made, HS_S("system"), hs_json_string(run->arena, hs_slice_cstr(system)));
	return made;
}

void hs__map_class_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	HS_JSON_EACH(coding, hs__map_get(src, "class")) {
		bool type = hs_slice_eq(hs_json_get_text(coding, HS_S("system")), HS_S(TYPES4));
		hs__tree_push(hs__map_list(run, dst, type ? "resourceType" : "documentType"),
			type ? with_system(run, coding, TYPES5) : hs_json_clone(run->arena, coding));
	}
}

void hs__map_class_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	hs__map_push_all(run, dst, "class", hs__map_get(src, "documentType"));
	HS_JSON_EACH(coding, hs__map_get(src, "resourceType")) {
		bool type = hs_slice_eq(hs_json_get_text(coding, HS_S("system")), HS_S(TYPES5));
		hs__tree_push(hs__map_list(run, dst, "class"),
			type ? with_system(run, coding, TYPES4) : hs_json_clone(run->arena, coding));
	}
}

/* ---- permit and deny ---- */

static void tell_decision(struct hs__convert_run *run, const struct hs__convert_rule *rule, const char *what)
{
	hs__convert_tell(run, HS_SEVERITY_WARNING, "business-rule", hs_slice_cstr(rule->path),
		"%s is kept in an extension, which whoever decides by this consent must read", what);
}

void hs__map_decision_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)src, (void)dst;
	tell_decision(run, rule,
		"in FHIR R5 provisions are exceptions to Consent.decision; that this one permits or denies "
		"by itself");
}

void hs__map_decision_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)src, (void)dst;
	tell_decision(run, rule, "FHIR R4 has no decision to which provisions are exceptions; it");
}
