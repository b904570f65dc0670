/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles (R4 section 2.36): addresses of entries and links, whatever the bundle is for. */
#include <core/fhir/validate/rules/rules_private.h>

/* ---- entries ---- */

/* An address that looks RESTful names type and id, and the resource must be that (section 2.36.4). A server
 * knows where its resources are, and a document is all that its readers have; elsewhere another id of the
 * same type is a warning, for references go by the address and still meet what they mean. */
static void check_restful(struct hs__validation *run, const struct hs__node *at,
	const struct hs__entry *entry, struct hs_slice type)
{
	struct hs_reference parts;
	bool loose = !hs__rules_in(type, "document searchset history");
	if (!entry->type.len || !hs_reference_parse(entry->url, &parts) || !parts.base.len || !parts.id.len ||
		!hs_defs_type(run->defs, parts.type))
		return;
	if (!entry->id.len)
		HS__FAIL(run, at, "", "invalid", "bundle-url-no-id",
			"fullUrl '%.*s' is the address of a resource on a server, but the resource has no "
			"id; give it the id '%.*s', or use a urn:uuid",
			HS__SHOW(entry->url), HS__SHOW(parts.id));
	else if (!hs_slice_eq(parts.type, entry->type) || !hs_slice_eq(parts.id, entry->id))
		HS__SAY(loose && hs_slice_eq(parts.type, entry->type) ? HS_SEVERITY_WARNING :
									HS_SEVERITY_ERROR,
			run, at, "", "invalid", "bundle-url-id",
			"fullUrl '%.*s' is the address of a resource on a server, so it must end with "
			"/%.*s/%.*s, which is what the resource says",
			HS__SHOW(entry->url), HS__SHOW(entry->type), HS__SHOW(entry->id));
}

/* Where a definition stands where its canonical address says, it is by its id (section 2.36.4). */
static bool check_definition(struct hs__validation *run, const struct hs__node *at,
	const struct hs__entry *entry)
{
	struct hs_slice canonical = hs_json_get_text(entry->resource, HS_S("url"));
	size_t last = canonical.len - entry->id.len;
	if (!entry->id.len || !hs_slice_eq(canonical, entry->url) ||
		(hs_slice_ends(canonical, entry->id) && last > 0 && canonical.ptr[last - 1] == '/'))
		return true;
	HS__FAIL(run, at, "", "invalid", "bundle-url-canonical",
		"fullUrl is the canonical address '%.*s' of the resource, whose id is '%.*s'; an address "
		"that is both ends with the id",
		HS__SHOW(entry->url), HS__SHOW(entry->id));
	return false;
}

static void check_entry(struct hs__validation *run, const struct hs__node *at, const struct hs__entry *entry,
	struct hs_slice type)
{
	bool free_form = hs__rules_in(type, "transaction transaction-response batch batch-response");
	if (entry->url.len && !hs__rules_is_absolute(entry->url))
		HS__FAIL(run, at, "", "invalid", "bundle-url-absolute",
			"fullUrl must be an absolute address such as https://host/fhir/Patient/1 or "
			"urn:uuid:..., not '%.*s'",
			HS__SHOW(entry->url));
	else if (entry->url.len && check_definition(run, at, entry))
		check_restful(run, at, entry, type);
	else if (!entry->url.len && !free_form && entry->resource && !hs__rules_in(type, "searchset history"))
		HS__FAIL(run, at, "", "required", "bundle-url-missing",
			"an entry of a bundle of type '%.*s' must have a fullUrl", HS__SHOW(type));
}

/* ---- links (section 2.36.2; RFC 8288 relations) ---- */

static uint32_t count_relation(const struct hs_json *bundle, struct hs_slice relation)
{
	uint32_t count = 0;
	HS_JSON_EACH(link, hs__rules_array(bundle, "link"))
		count += hs_slice_eq(hs_json_get_text(link, HS_S("relation")), relation);
	return count;
}

/* FHIR's own; a reader may have it, and nobody is led elsewhere by it. */
#define STYLESHEET "https://hl7.org/fhir/fhir.css"

/* Does the address stand on the server that the document comes from? Then it is in the document, or lost. */
static bool is_own_address(const struct hs__bundle *bundle, struct hs_slice url)
{
	struct hs_reference own;
	struct hs_reference named;
	struct hs_slice first = bundle->count ? bundle->entries[0].url : HS_S_NONE;
	if (!hs__rules_is_absolute(url) || hs_slice_starts(url, HS_S("urn:")))
		return true;
	return hs_reference_parse(first, &own) && hs_reference_parse(url, &named) &&
		hs_slice_eq(own.base, named.base);
}

/* A stylesheet is a Binary of the document (R4 section 3.3.1.1); one from elsewhere may change or vanish. */
static void check_stylesheet(struct hs__validation *run, const struct hs__node *link,
	const struct hs__bundle *bundle)
{
	struct hs_slice url = hs_json_get_text(link->value, HS_S("url"));
	const struct hs__entry *found = hs__bundle_find_linked(run, bundle, url);
	if (found && !hs_slice_eq(found->type, HS_S("Binary")))
		HS__FAIL(run, link, "url", "invalid", "bundle-stylesheet",
			"the stylesheet must be a Binary, not a %.*s", HS__SHOW(found->type));
	else if (!found && url.len && is_own_address(bundle, url))
		HS__FAIL(run, link, "url", "not-found", "bundle-stylesheet",
			"the stylesheet '%.*s' must be a Binary in this bundle", HS__SHOW(url));
	else if (!found && url.len && !hs_slice_eq(url, HS_S(STYLESHEET)))
		HS__WARN(run, link, "url", "business-rule", "bundle-stylesheet-external",
			"a stylesheet from outside of the document should be " STYLESHEET ", not '%.*s'",
			HS__SHOW(url));
}

static void check_link(struct hs__validation *run, const struct hs__node *link,
	const struct hs__bundle *bundle, struct hs_slice type)
{
	struct hs_slice relation = hs_json_get_text(link->value, HS_S("relation"));
	bool paged = hs__rules_in(type, "searchset history");
	if (hs__rules_in(relation, "first previous prev next last") && !paged)
		HS__FAIL(run, link, "relation", "invalid", "bundle-link-relation",
			"the relation '%.*s' turns the pages of a search; a bundle of type '%.*s' has none",
			HS__SHOW(relation), HS__SHOW(type));
	if (hs__rules_in(relation, "self first previous prev next last") &&
		count_relation(bundle->bundle, relation) > 1)
		HS__FAIL(run, link, "", "invalid", "bundle-link-twice", "there may be one link '%.*s' only",
			HS__SHOW(relation));
	if (hs_slice_eq(type, HS_S("document")) && hs_slice_eq(relation, HS_S("stylesheet")))
		check_stylesheet(run, link, bundle);
}

/* ---- what the caller asks of one entry ---- */

static void check_asked(struct hs__validation *run, const struct hs__node *node,
	const struct hs__bundle *bundle)
{
	struct hs_error err;
	const struct hs_validate_options *options = run->options;
	const struct hs__entry *found = NULL;
	uint32_t seen = 0;
	for (uint32_t i = 0; i < bundle->count && !found; i++)
		if (hs_slice_eq(bundle->entries[i].type, options->bundle_type) &&
			seen++ == options->bundle_index)
			found = &bundle->entries[i];
	const struct hs_profile *profile = found ?
		hs_profiles_find(run->profiles, options->bundle_profile, &err) :
		NULL;
	if (!found) {
		HS__FAIL(run, node, "entry", "not-found", "bundle-rule",
			"there is no %.*s of the number %u, which is to conform to '%.*s'",
			HS__SHOW(options->bundle_type), options->bundle_index,
			HS__SHOW(options->bundle_profile));
		return;
	}
	struct hs__node entry = hs__below(node, "entry", found->index, found->entry);
	struct hs__node resource = hs__below(&entry, "resource", -1, found->resource);
	resource.type = hs_defs_type(run->defs, found->type);
	resource.def = resource.type ? hs_defs_root(run->defs, resource.type) : NULL;
	resource.resource = &resource;
	if (profile)
		hs__validate_profile(run, &resource, profile);
	else
		HS__FAIL(run, &resource, "", "not-found", "profile-unknown", "%s", err.text);
}

void hs__rule_bundle(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice type = hs_json_get_text(node->value, HS_S("type"));
	const struct hs__bundle *bundle = hs__bundle_of(run, node->value);
	if (!bundle)
		return;
	uint32_t links = 0;
	HS__EACH_BELOW(link, node, "link")
		if (links++ < 100) /* there are a handful of relations */
			check_link(run, &link, bundle, type);
	HS__EACH_BELOW(entry, node, "entry")
		check_entry(run, &entry, &bundle->entries[entry.index], type);
	if (run->options->bundle_type.len && !node->up)
		check_asked(run, node, bundle);
	if (hs_slice_eq(type, HS_S("document")))
		hs__rule_document(run, node);
	else if (hs_slice_eq(type, HS_S("message")))
		hs__rule_message(run, node);
	else if (hs_slice_eq(type, HS_S("searchset")))
		hs__rule_search_set(run, node);
	else if (hs__rules_in(type, "transaction batch"))
		hs__rule_requests(run, node);
	else if (hs__rules_in(type, "transaction-response batch-response history"))
		hs__rule_responses(run, node);
}
