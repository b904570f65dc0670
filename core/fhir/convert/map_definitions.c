/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of questionnaires, and of data that was sampled. */
#include <core/fhir/convert/convert_private.h>

/* ---- Questionnaire.item: R4 has a type for each way to choose, R5 says beside the type how free the answer
 * is ----
 */

#define CONSTRAINT "answerConstraint"

void hs__map_item_type_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_slice type = hs_json_get_text(src, HS_S("type"));
	bool open = hs_slice_eq(type, HS_S("open-choice"));

	(void)rule;
	if (!open && !hs_slice_eq(type, HS_S("choice"))) {
		hs__map_put(run, dst, "type", hs__map_get(src, "type"));
		return;
	}
	hs__tree_text(run->arena, dst, HS_S("type"), HS_S("coding"));
	if (open)
		hs__tree_text(run->arena, dst, HS_S(CONSTRAINT), HS_S("optionsOrString"));
}

void hs__map_item_type_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	bool coding = hs_slice_eq(hs_json_get_text(src, HS_S("type")), HS_S("coding"));
	bool open = hs_slice_eq(hs_json_get_text(src, HS_S(CONSTRAINT)), HS_S("optionsOrString"));

	(void)rule;
	if (coding)
		hs__tree_text(run->arena, dst, HS_S("type"), open ? HS_S("open-choice") : HS_S("choice"));
	else
		hs__map_put(run, dst, "type", hs__map_get(src, "type"));
}

/* ---- SampledData: R4 has milliseconds, R5 any unit ---- */

void hs__map_samples_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	hs__map_put(run, dst, "interval", hs__map_get(src, "period"));
	if (hs__map_get(src, "period"))
		hs__tree_text(run->arena, dst, HS_S("intervalUnit"), HS_S("ms"));
}

void hs__map_samples_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	if (hs_slice_eq(hs_json_get_text(src, HS_S("intervalUnit")), HS_S("ms")))
		hs__map_put(run, dst, "period", hs__map_get(src, "interval"));
}
