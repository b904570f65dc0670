/* SPDX-License-Identifier: Apache-2.0 */
/* Documents and messages (R4 sections 3.3 and 3.4): what comes first, and that everything hangs together. */
#include <core/fhir/validate/rules/rules_private.h>

/* ---- what the first entry refers to must be in the bundle ---- */

static void check_in_bundle(struct hs__validation *run, const struct hs__node *at,
	const struct hs__bundle *bundle, const char *what)
{
	uint32_t count;
	bool same_id;
	struct hs_slice text = hs_json_get_text(at->value, HS_S("reference"));
	if (!text.len || text.ptr[0] == '#')
		return;
	if (hs__bundle_find(run, bundle, &bundle->entries[0], text, &count, &same_id))
		return;
	HS__FAIL(run, at, "", "not-found", "bundle-reference-missing",
		"'%.*s' (%s) is not in the bundle; its entry must be there%s", HS__SHOW(text), what,
		same_id ?
			". An entry has that type and id, but another fullUrl: a relative reference is taken "
			"from the fullUrl of the entry that has it" :
			"");
}

static void check_one(struct hs__validation *run, const struct hs__node *of, const char *name,
	const struct hs__bundle *bundle, const char *what)
{
	const struct hs_json *value = hs_json_get(of->value, hs_slice_cstr(name));
	if (hs_json_is(value, HS_JSON_ARRAY)) {
		HS__EACH_BELOW(item, of, name)
			check_in_bundle(run, &item, bundle, what);
	} else if (value) {
		struct hs__node at = hs__below(of, name, -1, value);
		check_in_bundle(run, &at, bundle, what);
	}
}

static void check_sections(struct hs__validation *run, const struct hs__node *of,
	const struct hs__bundle *bundle)
{
	if (of->depth > HS__VALIDATE_DEPTH)
		return;
	HS__EACH_BELOW(section, of, "section") {
		check_one(run, &section, "author", bundle, "an author of the section");
		check_one(run, &section, "focus", bundle, "the focus of the section");
		check_one(run, &section, "entry", bundle, "an entry of the section");
		check_sections(run, &section, bundle);
	}
}

static void check_composition(struct hs__validation *run, const struct hs__node *at,
	const struct hs__bundle *bundle)
{
	check_one(run, at, "subject", bundle, "Composition.subject");
	check_one(run, at, "encounter", bundle, "Composition.encounter");
	check_one(run, at, "author", bundle, "Composition.author");
	check_one(run, at, "custodian", bundle, "Composition.custodian");
	HS__EACH_BELOW(attester, at, "attester")
		check_one(run, &attester, "party", bundle, "Composition.attester.party");
	HS__EACH_BELOW(event, at, "event")
		check_one(run, &event, "detail", bundle, "Composition.event.detail");
	check_sections(run, at, bundle);
}

/* ---- everything is linked: entries that refer to each other are one group ---- */

struct groups {
	struct hs__validation *run;
	const struct hs__bundle *bundle;
	uint32_t *parent;
	const struct hs__entry *from;
};

static uint32_t group_of(uint32_t *parent, uint32_t index)
{
	while (parent[index] != index) {
		parent[index] = parent[parent[index]];
		index = parent[index];
	}
	return index;
}

static void tie(struct groups *groups, const struct hs__entry *to)
{
	if (to)
		groups->parent[group_of(groups->parent, to->index)] = group_of(groups->parent,
			groups->from->index);
}

static void join(struct groups *groups, struct hs_slice text)
{
	uint32_t count;
	tie(groups, hs__bundle_find(groups->run, groups->bundle, groups->from, text, &count, NULL));
}

/* Any text that is the address of an entry ties to it: references, canonicals, URLs. */
static void join_all(struct groups *groups, const struct hs_json *value, uint32_t depth)
{
	if (depth > HS__VALIDATE_DEPTH)
		return;
	HS_JSON_EACH(member, value) {
		struct hs_slice text = hs_json_text(member);
		if (hs_json_type(member) >= HS_JSON_ARRAY)
			join_all(groups, member, depth + 1);
		else if (hs_json_is(member, HS_JSON_STRING) && text.len < 2000 &&
			(hs_slice_eq(hs_json_key(member), HS_S("reference")) ||
				hs_slice_starts(text, HS_S("urn:")) || hs_slice_starts(text, HS_S("http"))))
			join(groups, text);
	}
}

static void check_linked(struct hs__validation *run, const struct hs__node *node,
	const struct hs__bundle *bundle, bool is_document)
{
	struct groups groups = { run, bundle, hs_arena_array(run->arena, bundle->count, sizeof(uint32_t)),
		NULL };
	if (!groups.parent)
		return;
	for (uint32_t i = 0; i < bundle->count; i++)
		groups.parent[i] = i;
	for (uint32_t i = 0; i < bundle->count; i++) /* what has one address is one */
		if (bundle->entries[i].next)
			groups.parent[group_of(groups.parent, bundle->entries[i].next->index)] =
				group_of(groups.parent, i);
	for (uint32_t i = 0; i < bundle->count; i++) {
		groups.from = &bundle->entries[i];
		join_all(&groups, groups.from->resource, 0);
	}
	groups.from = &bundle->entries[0];
	HS_JSON_EACH(link, hs__rules_array(bundle->bundle, "link")) /* a stylesheet: "Binary/css" */
		tie(&groups, hs__bundle_find_linked(run, bundle, hs_json_get_text(link, HS_S("url"))));
	HS__EACH_BELOW(entry, node, "entry") {
		const struct hs__entry *row = &bundle->entries[entry.index];
		if (!row->resource || group_of(groups.parent, row->index) == group_of(groups.parent, 0))
			continue;
		hs__validate_add(run, &entry, HS_S_NONE, NULL,
			is_document ? HS_SEVERITY_ERROR : HS_SEVERITY_WARNING, "informational",
			"bundle-unlinked",
			"no chain of references, forwards or backwards, leads from the %s to this "
			"entry%s%.*s",
			is_document ? "Composition" : "MessageHeader", row->url.len ? ": " : "",
			HS__SHOW(row->url));
	}
}

/* ---- the two kinds ---- */

static bool has_first(struct hs__validation *run, const struct hs__node *node,
	const struct hs__bundle *bundle, struct hs_slice kind, struct hs_slice type)
{
	struct hs_slice have = bundle->count ? bundle->entries[0].type : HS_S_NONE;
	if (hs_slice_eq(have, type))
		return true;
	if (!bundle->count)
		HS__FAIL(run, node, "", "invalid", "bundle-first",
			"a %.*s has no entries; its first must be a %.*s", HS_S_ARG(kind), HS_S_ARG(type));
	else
		HS__FAIL(run, node, "entry", "invalid", "bundle-first",
			"the first entry of a %.*s must be a %.*s%s%.*s", HS_S_ARG(kind), HS_S_ARG(type),
			have.len ? ", not a " : ", and there is no resource", HS__SHOW(have));
	return false;
}

/* The node of the first entry's resource; `entry` gives it a home. */
static struct hs__node first_resource(const struct hs__node *node, const struct hs__bundle *bundle,
	struct hs__node *entry)
{
	*entry = hs__below(node, "entry", 0, bundle->entries[0].entry);
	return hs__below(entry, "resource", -1, bundle->entries[0].resource);
}

void hs__rule_document(struct hs__validation *run, const struct hs__node *node)
{
	const struct hs__bundle *bundle = hs__bundle_of(run, node->value);
	struct hs__node entry;
	if (!bundle || !has_first(run, node, bundle, HS_S("document"), HS_S("Composition")))
		return;
	struct hs__node composition = first_resource(node, bundle, &entry);
	check_composition(run, &composition, bundle);
	check_linked(run, node, bundle, true);
}

void hs__rule_message(struct hs__validation *run, const struct hs__node *node)
{
	const struct hs__bundle *bundle = hs__bundle_of(run, node->value);
	struct hs__node entry;
	if (!bundle || !has_first(run, node, bundle, HS_S("message"), HS_S("MessageHeader")))
		return;
	struct hs__node header = first_resource(node, bundle, &entry);
	check_one(run, &header, "focus", bundle, "MessageHeader.focus");
	check_linked(run, node, bundle, false);
}
