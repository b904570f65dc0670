/* SPDX-License-Identifier: Apache-2.0 */
/* One type of an element of a StructureDefinition (R4 ElementDefinition.type): there is such a type, the base
 * types have it there, and its references lead where theirs do. */
#include <core/fhir/validate/rules/rules_private.h>

/* Is the type one of the element's, or made of one? */
static bool is_allowed(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type)
{
	const struct hs_def_use *uses = hs_defs_uses(defs, element);
	for (uint32_t i = 0; i < element->type_count; i++)
		if (uses[i].type == HS_DEF_NONE ||
			hs_defs_is_a(defs, type, hs_defs_type_at(defs, uses[i].type)))
			return true;
	return element->type_count == 0;
}

/* An address names a type of FHIRPath, or a logical model. */
static void check_code(struct hs__validation *run, const struct hs__node *row, struct hs_slice path,
	const struct hs_def_element *element)
{
	struct hs_slice code = hs_json_get_text(row->value, HS_S("code"));
	const struct hs_def_type *type = hs_defs_type(run->defs, code);
	if (!code.len || hs_slice_find(code, ':', 0) != SIZE_MAX)
		return;
	if (!type)
		HS__FAIL_OTHERS(run, row, "code", "invalid", "structure-type-unknown",
			"there is no type '%.*s'; names of primitives begin with a small letter, others with "
			"a capital",
			HS__SHOW(code));
	else if (element && !is_allowed(run->defs, element, type))
		HS__FAIL_OTHERS(run, row, "code", "invalid", "structure-type-base",
			"%.*s cannot be %.*s: that is none of its types in the base, and a profile can only "
			"narrow them",
			HS__SHOW(path), HS__SHOW(code));
}

static void check_target(struct hs__validation *run, const struct hs__node *target,
	const struct hs_def_use *use)
{
	struct hs_slice canonical = hs_json_text(target->value);
	const struct hs_json *found = hs_library_find(run->library, HS_S("StructureDefinition"), canonical,
		NULL);
	struct hs_slice name = hs_json_get_text(found, HS_S("type"));
	const struct hs_def_type *type = hs_defs_type(run->defs, name);
	struct hs_buf list;
	if (hs__rules_in(hs_json_get_text(found, HS_S("kind")), "complex-type primitive-type"))
		HS__FAIL(run, target, "", "invalid", "structure-target",
			"a reference leads to a resource, but '%.*s' is for %.*s", HS__SHOW(canonical),
			HS__SHOW(name));
	else if (type && use && !hs_defs_use_allows(run->defs, use, type)) {
		hs_buf_init(&list, run->arena, 600);
		hs_defs_show_targets(&list, run->defs, use);
		HS__FAIL_OTHERS(run, target, "", "invalid", "structure-target-base",
			"'%.*s' is for %.*s, and the base allows no reference to that here: %.*s",
			HS__SHOW(canonical), HS__SHOW(name), HS_S_ARG(hs_buf_slice(&list)));
	}
}

void hs__structure_type(struct hs__validation *run, const struct hs__node *row, struct hs_slice path)
{
	const struct hs_def_type *single = NULL;
	const struct hs_def_element *element = hs__structure_def(run->defs, path, &single);
	const struct hs_def_type *type = hs_defs_type(run->defs, hs_json_get_text(row->value, HS_S("code")));
	bool root = hs_slice_find(path, '.', 0) == SIZE_MAX; /* has the type itself, or none */
	check_code(run, row, path, root ? NULL : element);
	HS__EACH_BELOW(target, row, "targetProfile")
		check_target(run, &target, hs_defs_use_of(run->defs, element, type));
}
