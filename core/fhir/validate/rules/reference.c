/* SPDX-License-Identifier: Apache-2.0 */
/* References to other entries of a bundle (R4 bundle, section 2.36.4.1), and contained resources that nothing
 * refers to (R4 references, section 2.3.0.4; the invariant dom-3 says it too, but slowly). */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/check.h>

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

/* What the reference leads to, or says that it does, is of a type that the element takes. Where the text
 * itself names the type (TYPE/ID), structure has been checked before. */
static void check_target(struct hs__validation *run, const struct hs__node *node, struct hs_slice type)
{
	static const char types[] = "http://hl7.org/fhir/StructureDefinition/";
	const struct hs_def_use *use = hs_defs_use_of(run->defs, node->def, node->type);
	if (hs_slice_starts(type, hs_slice_cstr(types)))
		type = hs_slice_from(type, sizeof(types) - 1);
	/* A type that nobody knows is one more than a list of types has, but one of any. */
	const struct hs_def_type *known = hs_defs_type(run->defs, type);
	known = known ? known : hs_defs_type(run->defs, HS_S("Resource"));
	struct hs_buf list;
	if (!type.len || !known || hs_slice_find(type, ':', 0) != SIZE_MAX ||
		hs_defs_use_allows(run->defs, use, known))
		return;
	hs_buf_init(&list, run->arena, 600);
	hs_defs_show_targets(&list, run->defs, use);
	HS__FAIL(run, node, "", "structure", "reference-target-type",
		"a reference to %.*s is not allowed here; allowed: %.*s", HS__SHOW(type),
		HS_S_ARG(hs_buf_slice(&list)));
}

/* TYPE?NAME=VALUE&..., which a server looks for (R4 RESTful API, section 3.1.0.11.2). */
static bool is_conditional(const struct hs__validation *run, struct hs_slice text, struct hs_slice *query)
{
	*query = text;
	struct hs_slice type = hs_slice_cut(query, '?');
	const struct hs_def_type *known = query->ptr ? hs_defs_type(run->defs, type) : NULL;
	return known && known->kind == HS_DEF_RESOURCE;
}

static bool is_query(struct hs_slice query)
{
	do {
		struct hs_slice part = hs_slice_cut(&query, '&');
		size_t sign = hs_slice_find(part, '=', 0);
		if (!sign || sign == SIZE_MAX)
			return false;
	} while (query.ptr);
	return true;
}

/* Any relative address is a URL, but only TYPE/ID, a search and "#id" mean a resource to every reader (R4
 * references, section 2.3.0.1). */
static void check_form(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	struct hs_reference parts;
	struct hs_slice query;
	bool blank = hs_slice_find(text, ' ', 0) != SIZE_MAX;
	if (blank && hs_slice_find(text, '?', 0) == SIZE_MAX)
		HS__FAIL(run, node, "reference", "value", "reference-blank",
			"'%.*s' is no address: it has blanks", HS__SHOW(text));
	else if (is_conditional(run, text, &query) && !is_query(query))
		HS__FAIL(run, node, "reference", "value", "reference-query",
			"'%.*s' is no search for a resource; write TYPE?NAME=VALUE, and '&' before another "
			"NAME=VALUE",
			HS__SHOW(text));
	else if (text.len && !hs__rules_is_absolute(text) && !hs_reference_parse(text, &parts))
		HS__WARN(run, node, "reference", "value", "reference-form",
			"'%.*s' does not look like a reference; write TYPE/ID, a URL, urn:uuid:..., or #ID "
			"of a contained resource",
			HS__SHOW(text));
	else if (hs_slice_starts(text, HS_S("urn:")) &&
		!hs_check_primitive(HS_PRIM_URI, hs_json_get(node->value, HS_S("reference"))))
		HS__WARN(run, node, "reference", "value", "reference-form",
			"'%.*s' does not look like a reference; behind urn:uuid: stands a UUID, and behind "
			"urn:oid: numbers with dots",
			HS__SHOW(text));
	if (!text.len && !hs_json_get(node->value, HS_S("identifier")) &&
		!hs_json_get(node->value, HS_S("display")) && !hs_json_get(node->value, HS_S("extension")))
		HS__HINT(run, node, "", "informational", "reference-empty",
			"a reference with neither an address nor an identifier should have a display");
}

/* "Practitioner/UUID" does not mean the entry "urn:uuid:UUID", but whoever writes both means one thing, and
 * it cannot be of two types. */
static void check_uuid(struct hs__validation *run, const struct hs__node *node,
	const struct hs__bundle *bundle, const struct hs__entry *from, struct hs_slice text)
{
	struct hs_reference parts;
	uint32_t count;
	if (!hs_reference_parse(text, &parts) || parts.base.len || !parts.type.len || parts.id.len != 36)
		return;
	struct hs_slice urn = hs_arena_printf(run->arena, "urn:uuid:%.*s", HS_S_ARG(parts.id));
	const struct hs__entry *entry = hs__bundle_find(run, bundle, from, urn, &count, NULL);
	if (entry && entry->type.len && !hs_slice_eq(entry->type, parts.type))
		HS__FAIL(run, node, "", "value", "bundle-reference-type",
			"'%.*s' says %.*s, but the entry with that UUID is a %.*s; refer to it as %.*s",
			HS__SHOW(text), HS_S_ARG(parts.type), HS__SHOW(entry->type), HS__SHOW(urn));
}

/* What a Composition and a MessageHeader refer to is judged with the document or message. */
static bool is_judged_later(const struct hs__node *node, const struct hs__bundle *bundle,
	const struct hs__entry *from)
{
	return from->index == 0 &&
		(hs_slice_eq(hs_json_get_text(bundle->bundle, HS_S("type")), HS_S("document")) ||
			hs_slice_eq(node->name, HS_S("focus")));
}

void hs__rule_reference(struct hs__validation *run, const struct hs__node *node)
{
	const struct hs__bundle *bundle;
	const struct hs__entry *from;
	struct hs_reference parts;
	uint32_t count;
	struct hs_slice text = hs_json_get_text(node->value, HS_S("reference"));
	check_said_type(run, node, text);
	check_form(run, node, text);
	check_target(run, node, hs_json_get_text(node->value, HS_S("type")));
	if (hs_slice_starts(text, HS_S("#")))
		check_target(run, node, hs__rules_type(hs__validate_resolve(run, node, text)));
	if (!text.len || text.ptr[0] == '#' || !hs__bundle_around(run, node, &bundle, &from))
		return;
	const struct hs__entry *found = hs__bundle_find(run, bundle, from, text, &count, NULL);
	if (count > 1 && !has_versions(bundle->bundle))
		HS__FAIL(run, node, "", "value", "bundle-reference-ambiguous",
			"'%.*s' means %u entries of the bundle; give it a version, or leave one entry",
			HS__SHOW(text), count);
	if (!found && hs_slice_starts(text, HS_S("urn:")) && !is_judged_later(node, bundle, from) &&
		hs__rules_in(hs_json_get_text(bundle->bundle, HS_S("type")), "document message"))
		HS__WARN(run, node, "", "not-found", "bundle-reference-unknown",
			"'%.*s' is the address of no entry, and outside of the bundle it means nothing",
			HS__SHOW(text));
	if (!found)
		check_uuid(run, node, bundle, from, text);
	if (!found || !found->type.len)
		return;
	bool restful = hs_reference_parse(text, &parts) && parts.type.len;
	if (restful && !hs_slice_eq(parts.type, found->type))
		HS__FAIL(run, node, "", "value", "bundle-reference-type",
			"'%.*s' says %.*s, but the entry of that address is a %.*s", HS__SHOW(text),
			HS_S_ARG(parts.type), HS__SHOW(found->type));
	if (!restful)
		check_target(run, node, found->type);
	struct hs_slice said = hs_json_get_text(node->value, HS_S("type"));
	if (said.len && !restful && hs_defs_type(run->defs, said) && !hs_slice_eq(said, found->type))
		HS__FAIL(run, node, "type", "value", "reference-type",
			"the type says %.*s, but '%.*s' is a %.*s", HS__SHOW(said), HS__SHOW(text),
			HS__SHOW(found->type));
}
