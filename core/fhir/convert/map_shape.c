/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings that put a value into another shape: a Coding into a concept, a text into an object, one into a
 * list, a type into the name of a choice. */
#include <core/fhir/convert/convert_private.h>

/* ---- R4 has Codings, R5 CodeableConcepts, as many ---- */

static struct hs_json *concept_of(struct hs__convert_run *run, const struct hs_json *coding)
{
	struct hs_json *concept = hs_json_object(run->arena);

	hs__tree_push(hs__map_list(run, concept, "coding"), hs_json_clone(run->arena, coding));
	return concept;
}

void hs__map_classify_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *value = hs__map_get(src, rule->r4[0]);

	HS_JSON_EACH(coding, hs_json_is(value, HS_JSON_ARRAY) ? value : NULL)
		hs__tree_push(hs__map_list(run, dst, rule->r5[0]), concept_of(run, coding));
	if (hs_json_is(value, HS_JSON_OBJECT))
		hs__tree_set(dst, hs_slice_cstr(rule->r5[0]), concept_of(run, value));
}

void hs__map_classify_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *value = hs__map_get(src, rule->r5[0]);

	HS_JSON_EACH(concept, hs_json_is(value, HS_JSON_ARRAY) ? value : NULL)
		if (hs_json_first(hs__map_get(concept, "coding")))
			hs__tree_push(hs__map_list(run, dst, rule->r4[0]),
				hs_json_clone(run->arena, hs_json_first(hs__map_get(concept, "coding"))));
	if (hs_json_is(value, HS_JSON_OBJECT))
		hs__map_put(run, dst, rule->r4[0], hs_json_first(hs__map_get(value, "coding")));
}

/* ---- R4 has a text, R5 an object with that text; words: its member ---- */

void hs__map_inside_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *around = hs_json_object(run->arena);

	hs__map_put(run, around, rule->words[0], hs__map_get(src, rule->r4[0]));
	if (hs_json_count(around))
		hs__tree_set(dst, hs_slice_cstr(rule->r5[0]), around);
}

void hs__map_inside_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	hs__map_put(run, dst, rule->r4[0], hs__map_get(hs__map_get(src, rule->r5[0]), rule->words[0]));
}

/* ---- R4 has one, R5 a list of the same ---- */

void hs__map_single_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *value = hs__map_get(src, rule->r4[0]);

	if (value)
		hs__tree_push(hs__map_list(run, dst, rule->r5[0]), hs_json_clone(run->arena, value));
}

void hs__map_single_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	hs__map_put(run, dst, rule->r4[0], hs_json_first(hs__map_get(src, rule->r5[0])));
}

/* ---- R5 has a choice, one of whose types R4 has; words: that member ---- */

void hs__map_typed_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	hs__map_put(run, dst, rule->words[0], hs__map_get(src, rule->r4[0]));
}

void hs__map_typed_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	hs__map_put(run, dst, rule->r4[0], hs__map_get(src, rule->words[0]));
}
