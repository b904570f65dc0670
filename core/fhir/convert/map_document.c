/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of DocumentReference: its own identifier, who attests it, its format, its context. */
#include <core/fhir/convert/convert_private.h>

/* ---- masterIdentifier: in R5 the first identifier, marked ---- */

#define MASTER "http://hl7.org/fhir/4.0/StructureDefinition/extension-DocumentReference.masterIdentifier"

static struct hs_json *mark_of(const struct hs_json *identifier)
{
	HS_JSON_EACH(extension, hs__map_get(identifier, "extension"))
		if (hs_slice_eq(hs_json_get_text(extension, HS_S("url")), HS_S(MASTER)))
			return extension;
	return NULL;
}

void hs__map_master_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *master = hs__map_get(src, "masterIdentifier");

	(void)rule;
	if (master) {
		struct hs_json *marked = hs_json_clone(run->arena, master),
			       *mark = hs_json_object(run->arena);
		hs__tree_text(run->arena, mark, HS_S("url"), HS_S(MASTER));
		hs__tree_add(mark, HS_S("valueBoolean"), hs_json_bool(run->arena, true));
		hs__tree_push(hs__map_list(run, marked, "extension"), mark);
		hs__tree_push(hs__map_list(run, dst, "identifier"), marked);
	}
	hs__map_push_all(run, dst, "identifier", hs__map_get(src, "identifier"));
}

void hs__map_master_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	HS_JSON_EACH(identifier, hs__map_get(src, "identifier")) {
		struct hs_json *own = hs_json_clone(run->arena, identifier),
			       *list = hs__map_get(own, "extension");
		struct hs_json *mark = mark_of(own);
		if (!mark || hs__map_get(dst, "masterIdentifier")) {
			hs__tree_push(hs__map_list(run, dst, "identifier"), own);
			continue;
		}
		hs_json_remove(list, mark);
		if (!hs_json_count(list))
			hs_json_take(own, HS_S("extension"));
		hs__tree_set(dst, HS_S("masterIdentifier"), own);
	}
}

/* ---- authenticator: in R5 an attester whose mode is "official" ---- */

#define MODES "http://hl7.org/fhir/composition-attestation-mode"

void hs__map_attester_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *attester = hs_json_object(run->arena), *coding = hs_json_object(run->arena);
	struct hs_json *mode = hs_json_object(run->arena);

	if (!hs__map_get(src, rule->r4[0]))
		return;
	hs__tree_text(run->arena, coding, HS_S("system"), HS_S(MODES));
	hs__tree_text(run->arena, coding, HS_S("code"), HS_S("official"));
	hs__tree_push(hs__map_list(run, mode, "coding"), coding);
	hs__tree_add(attester, HS_S("mode"), mode);
	hs__map_put(run, attester, "party", hs__map_get(src, rule->r4[0]));
	hs__tree_push(hs__map_list(run, dst, rule->r5[0]), attester);
}

void hs__map_attester_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(attester, hs__map_get(src, rule->r5[0]))
		HS_JSON_EACH(coding, hs__map_get(hs__map_get(attester, "mode"), "coding"))
			if (hs_slice_eq(hs_json_get_text(coding, HS_S("code")), HS_S("official")) &&
				!hs__map_get(dst, rule->r4[0]))
				hs__map_put(run, dst, rule->r4[0], hs__map_get(attester, "party"));
}

/* ---- content.format: in R5 a profile that is a Coding ---- */

void hs__map_format_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *profile = hs_json_object(run->arena);

	if (!hs__map_get(src, rule->r4[0]))
		return;
	hs__map_put(run, profile, "valueCoding", hs__map_get(src, rule->r4[0]));
	hs__tree_push(hs__map_list(run, dst, rule->r5[0]), profile);
}

void hs__map_format_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(profile, hs__map_get(src, rule->r5[0]))
		if (!hs__map_get(dst, rule->r4[0]))
			hs__map_put(run, dst, rule->r4[0], hs__map_get(profile, "valueCoding"));
}

/* ---- context: in R5 its members are the document's own, the encounters are called context ---- */

static const char *const moved[] = { "period", "_period", "facilityType", "practiceSetting", NULL };

void hs__map_context_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *context = hs__map_get(src, "context");

	(void)rule;
	hs__map_put(run, dst, "context", hs__map_get(context, "encounter"));
	HS_JSON_EACH(event, hs__map_get(context, "event")) {
		struct hs_json *around = hs_json_object(run->arena);
		hs__map_put(run, around, "concept", event);
		hs__tree_push(hs__map_list(run, dst, "event"), around);
	}
	for (const char *const *name = moved; *name; name++)
		hs__map_put(run, dst, *name, hs__map_get(context, *name));
}

void hs__map_context_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *context = hs_json_object(run->arena);

	(void)rule;
	hs__map_put(run, context, "encounter", hs__map_get(src, "context"));
	HS_JSON_EACH(event, hs__map_get(src, "event"))
		if (hs__map_get(event, "concept"))
			hs__tree_push(hs__map_list(run, context, "event"),
				hs_json_clone(run->arena, hs__map_get(event, "concept")));
	for (const char *const *name = moved; *name; name++)
		hs__map_put(run, context, *name, hs__map_get(src, *name));
	if (hs_json_count(context))
		hs__tree_set(dst, HS_S("context"), context);
}
