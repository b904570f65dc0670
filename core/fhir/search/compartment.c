/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a compartment (R4 section 3.1.1.1, "Patient/1/Condition"), as a condition on one type. */
#include <core/fhir/search/search_private.h>

/* Pointing to the owner by any of the parameters that the definition names is enough. */
static enum hs_status add_kid(struct hs__parse *parse, struct hs_slice type, struct hs_slice code,
	struct hs_slice owner, const struct hs_find **kids, size_t *count)
{
	const struct hs__search_rule *rule = hs__search_rule(hs__search_type(parse->rules, type), code);
	if (!rule || rule->type != HS_PARAM_REFERENCE || !rule->path)
		return HS_OK; /* "{def}", and parameters that the packages lack */
	enum hs_status status = hs__parse_condition(parse, type, code, owner, 0, &kids[*count]);
	*count += status == HS_OK;
	return status;
}

enum hs_status hs__parse_compartment(struct hs__parse *parse, struct hs_slice type,
	const struct hs_search_compartment *compartment, const struct hs_find **out)
{
	const struct hs_defs *defs = parse->rules->defs;
	uint32_t code_count;
	const struct hs_image_text *codes = hs_defs_compartment(defs, compartment->owner, type, &code_count);
	const struct hs_find **kids = hs_arena_array(parse->arena, (size_t)code_count + 1, sizeof(*kids));
	struct hs_slice owner = hs_arena_printf(parse->arena, "%.*s/%.*s", HS_S_ARG(compartment->owner),
		HS_S_ARG(compartment->id));
	enum hs_status status = HS_OK;
	size_t count = 0;
	if (!kids || !owner.ptr)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	parse->whole = HS_S("compartment");
	for (uint32_t i = 0; status == HS_OK && i < code_count; i++)
		status = add_kid(parse, type, hs_defs_text(defs, codes[i]), owner, kids, &count);
	if (status == HS_OK && hs_slice_eq(type, compartment->owner)) {
		status = hs__parse_condition(parse, type, HS_S("_id"), compartment->id, 0, &kids[count]);
		count++;
	}
	if (status != HS_OK)
		return status;
	if (count == 0)
		return hs_fail(parse->err, HS_E_NOT_FOUND, "a %.*s is never in the compartment of a %.*s",
			HS_S_ARG(hs_slice_first(type, 64)), HS_S_ARG(compartment->owner));
	*out = hs__parse_join(parse, HS_FIND_OR, kids, count);
	return *out ? HS_OK : parse->err->status;
}
