/* SPDX-License-Identifier: Apache-2.0 */
/* References to other entries of a bundle (R4 bundle, section 2.36.4.1), and contained resources that nothing
 * refers to (R4 references, section 2.3.0.4; the invariant dom-3 says it too, but slowly). */
#include <core/fhir/validate/rules/rules_private.h>

/* Bundles in which several entries may have one address: versions of one resource, or requests on it. */
static bool has_versions(const struct hs_json *bundle)
{
	return hs__rules_in(hs_json_get_text(bundle, HS_S("type")),
		"history transaction transaction-response batch batch-response");
}

/* Reference.type says again what a RESTful reference says (R4 references, section 2.3.0.2). */
static void check_said_type(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	struct hs_reference parts;
	struct hs_slice said = hs_json_get_text(node->value, HS_S("type"));
	if (said.len && hs_reference_parse(text, &parts) && parts.type.len && hs_defs_type(run->defs, said) &&
		hs_defs_type(run->defs, parts.type) && !hs_slice_eq(said, parts.type))
		HS__FAIL(run, node, "type", "value", "reference-type",
			"the type says %.*s, but the reference '%.*s' says %.*s", HS__SHOW(said),
			HS__SHOW(text), HS__SHOW(parts.type));
}

void hs__rule_reference(struct hs__validation *run, const struct hs__node *node)
{
	const struct hs__bundle *bundle;
	const struct hs__entry *from;
	struct hs_reference parts;
	uint32_t count;
	struct hs_slice text = hs_json_get_text(node->value, HS_S("reference"));
	check_said_type(run, node, text);
	if (!text.len || text.ptr[0] == '#' || !hs__bundle_around(run, node, &bundle, &from))
		return;
	const struct hs__entry *found = hs__bundle_find(run, bundle, from, text, &count, NULL);
	if (count > 1 && !has_versions(bundle->bundle))
		HS__FAIL(run, node, "", "value", "bundle-reference-ambiguous",
			"'%.*s' means %u entries of the bundle; give it a version, or leave one entry",
			HS__SHOW(text), count);
	if (!found && hs_slice_starts(text, HS_S("urn:")) &&
		hs__rules_in(hs_json_get_text(bundle->bundle, HS_S("type")), "document message"))
		HS__FAIL(run, node, "", "not-found", "bundle-reference-missing",
			"'%.*s' is the address of no entry, and outside of the bundle it means nothing",
			HS__SHOW(text));
	if (!found || !found->type.len)
		return;
	bool restful = hs_reference_parse(text, &parts) && parts.type.len;
	if (restful && !hs_slice_eq(parts.type, found->type))
		HS__FAIL(run, node, "", "value", "bundle-reference-type",
			"'%.*s' says %.*s, but the entry of that address is a %.*s", HS__SHOW(text),
			HS_S_ARG(parts.type), HS__SHOW(found->type));
	struct hs_slice said = hs_json_get_text(node->value, HS_S("type"));
	if (said.len && !restful && hs_defs_type(run->defs, said) && !hs_slice_eq(said, found->type))
		HS__FAIL(run, node, "type", "value", "reference-type",
			"the type says %.*s, but '%.*s' is a %.*s", HS__SHOW(said), HS__SHOW(text),
			HS__SHOW(found->type));
}
