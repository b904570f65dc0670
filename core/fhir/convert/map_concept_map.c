/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of ConceptMap: systems with their versions, what a target depends on, concepts without a target.
 */
#include <core/fhir/convert/convert_private.h>

/* ---- group.source and sourceVersion: in R5 one canonical "url|version"; words: the names ---- */

void hs__map_version_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_slice system = hs_json_get_text(src, hs_slice_cstr(rule->r4[0]));
	struct hs_slice version = hs_json_get_text(src, hs_slice_cstr(rule->r4[1]));

	if (hs_slice_find(version, ' ', 0) != SIZE_MAX)
		version = HS_S_NONE; /* a canonical has no blanks: it is carried */
	if (system.len)
		hs__tree_text(run->arena, dst, hs_slice_cstr(rule->r5[0]),
			version.len ? hs_arena_printf(run->arena, "%.*s|%.*s", HS_S_ARG(system),
					      HS_S_ARG(version)) :
				      system);
}

void hs__map_version_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_slice version = hs_json_get_text(src, hs_slice_cstr(rule->r5[0]));
	struct hs_slice system = hs_slice_cut(&version, '|');

	if (system.len)
		hs__tree_text(run->arena, dst, hs_slice_cstr(rule->r4[0]), system);
	if (version.len)
		hs__tree_text(run->arena, dst, hs_slice_cstr(rule->r4[1]), version);
}

/* ---- dependsOn and product: R4 property, system, value, display; R5 attribute and a typed value ---- */

void hs__map_depends_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *system = hs__map_get(src, "system"), *value = hs__map_get(src, "value");

	(void)rule;
	hs__map_put(run, dst, "attribute", hs__map_get(src, "property"));
	if (!system) {
		hs__map_put(run, dst, "valueString", value);
		return;
	}
	struct hs_json *coding = hs__tree_object(run->arena, dst, HS_S("valueCoding"));
	hs__map_put(run, coding, "system", system);
	hs__map_put(run, coding, "code", value);
	hs__map_put(run, coding, "display", hs__map_get(src, "display"));
}

void hs__map_depends_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *coding = hs__map_get(src, "valueCoding");
	const struct hs_json *text = hs__map_get(src, "valueString");

	(void)rule;
	hs__map_put(run, dst, "property", hs__map_get(src, "attribute"));
	hs__map_put(run, dst, "system", hs__map_get(coding, "system"));
	hs__map_put(run, dst, "display", hs__map_get(coding, "display"));
	hs__map_put(run, dst, "value",
		coding       ? hs__map_get(coding, "code") :
			text ? text :
			       hs__map_get(src, "valueCode"));
}

/* ---- targets: a concept whose only target is "unmatched" has noMap in R5 ---- */

static struct hs__spot targets_of(const struct hs_defs *defs)
{
	static const struct hs_slice steps[] = { HS_S_INIT("group"), HS_S_INIT("element"),
		HS_S_INIT("target") };
	struct hs__spot spot = { NULL, hs_defs_type(defs, HS_S("ConceptMap")) };

	for (size_t i = 0; i < 3; i++)
		spot = (struct hs__spot) { hs__convert_named(defs, spot, steps[i]), NULL };
	return spot;
}

static void convert_targets(struct hs__convert_run *run, const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(target, hs__map_get(src, "target"))
		hs__tree_push(hs__map_list(run, dst, "target"),
			hs__convert_object(run, targets_of(run->from), targets_of(run->to), target));
}

static bool is_unmatched(const struct hs_json *targets)
{
	const struct hs_json *target = hs_json_first(targets);

	return hs_json_count(targets) == 1 && hs_json_count(target) == 1 &&
		hs_slice_eq(hs_json_get_text(target, HS_S("equivalence")), HS_S("unmatched"));
}

void hs__map_targets_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	if (is_unmatched(hs__map_get(src, "target")))
		hs__tree_add(dst, HS_S("noMap"), hs_json_bool(run->arena, true));
	else
		convert_targets(run, src, dst);
}

void hs__map_targets_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	(void)rule;
	if (hs_json_get_bool(src, HS_S("noMap"), false) && !hs__map_get(src, "target")) {
		struct hs_json *target = hs_json_object(run->arena);
		hs__tree_text(run->arena, target, HS_S("equivalence"), HS_S("unmatched"));
		hs__tree_push(hs__map_list(run, dst, "target"), target);
	} else {
		convert_targets(run, src, dst);
	}
}
