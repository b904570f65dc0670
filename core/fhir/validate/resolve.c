/* SPDX-License-Identifier: Apache-2.0 */
/* From a reference's text to the resource: contained, in the bundle around, or through the caller. */
#include <core/fhir/validate/rules/rules_private.h>

static const struct hs_json *find_contained(const struct hs_json *container, struct hs_slice id)
{
	if (!id.len)
		return container;
	HS_JSON_EACH(item, hs_json_get(container, HS_S("contained")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("id")), id))
			return item;
	return NULL;
}

/* An expression on a bundle may come to the reference from its root, and then the entry that it was in is not
 * known: what any of them contains may be meant. */
static const struct hs_json *find_below(const struct hs_json *container, struct hs_slice id)
{
	const struct hs_json *found = find_contained(container, id);
	if (!hs_slice_eq(hs_json_get_text(container, HS_S("resourceType")), HS_S("Bundle")))
		return found;
	HS_JSON_EACH(entry, hs_json_get(container, HS_S("entry"))) {
		if (found)
			break;
		found = find_contained(hs_json_get(entry, HS_S("resource")), id);
	}
	return found;
}

const struct hs_json *hs__validate_resolve(struct hs__validation *run, const struct hs__node *node,
	struct hs_slice reference)
{
	const struct hs__bundle *bundle = NULL;
	const struct hs__entry *from = NULL;
	uint32_t count = 0;
	if (hs_slice_starts(reference, HS_S("#"))) {
		const struct hs__node *container = hs__rules_container(node);
		return container ? find_below(container->value, hs_slice_from(reference, 1)) : NULL;
	}
	if (hs__bundle_around(run, node, &bundle, &from)) {
		const struct hs__entry *entry = hs__bundle_find(run, bundle, from, reference, &count, NULL);
		if (entry)
			return entry->resource;
	}
	return run->options->resolve ? run->options->resolve(run->options->arg, reference) : NULL;
}

struct hs_slice hs__validate_target(struct hs__validation *run, const struct hs__node *node,
	const struct hs_json *reference)
{
	struct hs_reference parts;
	struct hs_slice text = hs_json_get_text(reference, HS_S("reference"));
	const struct hs_json *resource = text.len ? hs__validate_resolve(run, node, text) : NULL;
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));
	if (!type.len && hs_reference_parse(text, &parts))
		type = parts.type;
	return type.len ? type : hs_json_get_text(reference, HS_S("type"));
}

bool hs__validate_is_bundled(struct hs__validation *run, const struct hs__node *node,
	struct hs_slice reference)
{
	const struct hs__bundle *bundle = NULL;
	const struct hs__entry *from = NULL;
	uint32_t count = 0;
	return hs__bundle_around(run, node, &bundle, &from) &&
		hs__bundle_find(run, bundle, from, reference, &count, NULL);
}
