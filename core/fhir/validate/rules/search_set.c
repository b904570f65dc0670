/* SPDX-License-Identifier: Apache-2.0 */
/* Search results (R4 section 3.1.1.4; Bundle.entry.search): ids, modes, and types that the search asked for.
 */
#include <core/fhir/validate/rules/rules_private.h>

/* The types that the address of a search asks for, as a list with commas; empty when it cannot be told. */
static struct hs_slice types_of(const struct hs__validation *run, struct hs_slice url)
{
	struct hs_slice query = url;
	struct hs_slice path = hs_slice_cut(&query, '?');
	size_t start = path.len;
	while (start > 0 && path.ptr[start - 1] != '/')
		start--;
	struct hs_slice last = hs_slice_from(path, start);
	const struct hs_def_type *type = hs_defs_type(run->defs, last);
	if (type && type->kind == HS_DEF_RESOURCE)
		return last;
	while (query.ptr) {
		struct hs_slice part = hs_slice_cut(&query, '&');
		if (hs_slice_starts(part, HS_S("_type=")))
			return hs_slice_from(part, 6);
	}
	return HS_S_NONE;
}

static bool has_type(struct hs_slice types, struct hs_slice type)
{
	struct hs_slice rest = types;
	while (rest.ptr)
		if (hs_slice_eq(hs_slice_cut(&rest, ','), type))
			return true;
	return types.len == 0;
}

static void check_mode(struct hs__validation *run, const struct hs__node *resource, struct hs_slice mode,
	struct hs_slice types)
{
	struct hs_slice type = hs__rules_type(resource->value);
	bool outcome = hs_slice_eq(mode, HS_S("outcome"));
	if (!outcome && mode.len && !hs_json_get_text(resource->value, HS_S("id")).len)
		HS__FAIL(run, resource, "", "invalid", "search-no-id",
			"a resource that a search has found or included must have an id");
	if (hs_slice_eq(mode, HS_S("match")) && !has_type(types, type))
		HS__FAIL(run, resource, "", "invalid", "search-type",
			"a %.*s cannot match a search for %.*s; was it included?", HS__SHOW(type),
			HS__SHOW(types));
	if (outcome && !hs_slice_eq(type, HS_S("OperationOutcome")))
		HS__FAIL(run, resource, "", "invalid", "search-outcome",
			"an entry of mode 'outcome' is an OperationOutcome, not a %.*s", HS__SHOW(type));
}

void hs__rule_search_set(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice types = HS_S_NONE;
	bool self = false;
	HS_JSON_EACH(link, hs__rules_array(node->value, "link")) {
		if (!hs_slice_eq(hs_json_get_text(link, HS_S("relation")), HS_S("self")))
			continue;
		types = types_of(run, hs_json_get_text(link, HS_S("url")));
		self = true;
	}
	if (!self)
		HS__WARN(run, node, "", "informational", "search-no-self",
			"search results should have a link 'self' that says what was searched for");
	HS__EACH_BELOW(entry, node, "entry") {
		struct hs__node resource = hs__below(&entry, "resource", -1,
			hs_json_get(entry.value, HS_S("resource")));
		const struct hs_json *search = hs_json_get(entry.value, HS_S("search"));
		if (!resource.value)
			HS__FAIL(run, &entry, "", "invalid", "search-no-resource",
				"an entry of search results must have a resource");
		else
			check_mode(run, &resource, hs_json_get_text(search, HS_S("mode")), types);
	}
}
