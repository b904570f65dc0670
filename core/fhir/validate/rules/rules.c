/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule belongs to which type, and the small readers that most rules need. */
#include <core/fhir/validate/rules/rules_private.h>

struct row {
	const char *type;
	hs__rule *rule;
};

static const struct row rows[] = {
	{ "Reference", hs__rule_reference },
	{ "Attachment", hs__rule_attachment },
	{ "Coding", hs__rule_coding },
	{ "Identifier", hs__rule_identifier },
	{ "Narrative", hs__rule_narrative },
	{ "Quantity", hs__rule_quantity },
	{ "Age", hs__rule_quantity },
	{ "Count", hs__rule_quantity },
	{ "Distance", hs__rule_quantity },
	{ "Duration", hs__rule_quantity },
	{ "canonical", hs__rule_canonical },
	{ "Extension", hs__rule_extension },
	{ "Meta", hs__rule_meta },
	{ "SampledData", hs__rule_sampled },
	{ "uri", hs__rule_uri },
	{ "url", hs__rule_uri },
	{ "string", hs__rule_text },
	{ "markdown", hs__rule_text },
	{ "date", hs__rule_date },
	{ "dateTime", hs__rule_date },
	{ "instant", hs__rule_date },
	{ "base64Binary", hs__rule_base64 },
	{ "Bundle", hs__rule_bundle },
	{ "Observation", hs__rule_observation },
	{ "Questionnaire", hs__rule_questionnaire },
	{ "QuestionnaireResponse", hs__rule_response },
	{ "Measure", hs__rule_measure },
	{ "MeasureReport", hs__rule_measure_report },
	{ "CodeSystem", hs__rule_code_system },
	{ "ValueSet", hs__rule_value_set },
	{ "ConceptMap", hs__rule_concept_map },
	{ "StructureDefinition", hs__rule_structure },
	{ "StructureMap", hs__rule_structure_map },
	{ "SearchParameter", hs__rule_search_parameter },
	{ "CapabilityStatement", hs__rule_capability },
	{ "OperationDefinition", hs__rule_operation },
	{ "NamingSystem", hs__rule_naming_system },
};

hs__rule *hs__rules_find(struct hs_slice type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hs_slice_eq(type, hs_slice_cstr(rows[i].type)))
			return rows[i].rule;
	return NULL;
}

const struct hs_json *hs__rules_choice(const struct hs_json *object, struct hs_slice stem,
	struct hs_slice *type)
{
	HS_JSON_EACH(member, object) {
		struct hs_slice key = hs_json_key(member);
		if (key.len <= stem.len || !hs_slice_starts(key, stem) || key.ptr[stem.len] < 'A' ||
			key.ptr[stem.len] > 'Z')
			continue;
		if (type)
			*type = hs_slice_from(key, stem.len);
		return member;
	}
	return NULL;
}

const struct hs_json *hs__rules_extension(const struct hs_json *object, struct hs_slice url,
	struct hs_slice *type)
{
	HS_JSON_EACH(extension, hs__rules_array(object, "extension"))
		if (hs_slice_eq(hs_json_get_text(extension, HS_S("url")), url))
			return hs__rules_choice(extension, HS_S("value"), type);
	return NULL;
}

bool hs__rules_in(struct hs_slice name, const char *list)
{
	struct hs_slice rest = hs_slice_cstr(list);
	while (rest.ptr)
		if (hs_slice_eq(hs_slice_cut(&rest, ' '), name))
			return true;
	return false;
}

bool hs__rules_is_absolute(struct hs_slice uri)
{
	size_t colon = hs_slice_find(uri, ':', 0);
	if (colon == SIZE_MAX || colon == 0)
		return false;
	for (size_t i = 0; i < colon; i++) {
		char c = uri.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
			return false;
	}
	return true;
}

struct hs_slice hs__rules_canonical(struct hs_slice canonical, struct hs_slice *version)
{
	struct hs_slice rest = canonical;
	struct hs_slice url = hs_slice_cut(&rest, '|');
	if (version)
		*version = rest;
	return url;
}

const struct hs__node *hs__rules_container(const struct hs__node *node)
{
	const struct hs__node *resource = node->resource;
	while (resource && resource->up && hs_slice_eq(resource->name, HS_S("contained")))
		resource = resource->up->resource;
	return resource;
}

const struct hs_json *hs__rules_resource_of(struct hs__validation *run, const struct hs__node *node,
	const char *type, struct hs_slice canonical)
{
	if (!canonical.len)
		return NULL;
	if (canonical.ptr[0] != '#')
		return hs_library_find(run->library, hs_slice_cstr(type), canonical, NULL);
	const struct hs__node *container = hs__rules_container(node);
	struct hs_slice id = hs_slice_from(canonical, 1);
	HS_JSON_EACH(item, hs_json_get(container ? container->value : NULL, HS_S("contained")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("id")), id) &&
			hs_slice_eq(hs__rules_type(item), hs_slice_cstr(type)))
			return item;
	return NULL;
}

/* ---- rules of every resource ---- */

#define IDS_MAX 1000000u

/* Ids of elements have no spaces and are unique within a resource (R4 Element.id); contained resources and
 * entries are resources of their own. */
static void check_id(struct hs__validation *run, const struct hs__node *node, struct hs_slice id,
	struct hs_map *ids)
{
	bool fresh = true;
	hs_map_put(ids, id, &fresh);
	if (!fresh)
		HS__FAIL(run, node, "id", "invalid", "element-id-twice",
			"another element has the id '%.*s' already; ids are unique within a resource",
			HS__SHOW(id));
	if (hs_slice_find(id, ' ', 0) != SIZE_MAX)
		HS__WARN(run, node, "id", "value", "element-id-space",
			"the id of an element has no spaces, not '%.*s'", HS__SHOW(id));
}

static void gather_ids(struct hs__validation *run, const struct hs__node *resource,
	const struct hs__node *node, struct hs_map *ids)
{
	HS_JSON_EACH(member, node->value) {
		struct hs_slice key = hs_json_key(member);
		struct hs__node below = hs__below(node, "", -1, member);
		below.name = key;
		if (hs_json_is(member, HS_JSON_OBJECT) && !hs_json_get(member, HS_S("resourceType"))) {
			gather_ids(run, resource, &below, ids);
		} else if (hs_json_is(member, HS_JSON_ARRAY)) {
			HS_JSON_EACH(item, member) {
				below.index++;
				below.value = item;
				if (hs_json_is(item, HS_JSON_OBJECT) &&
					!hs_json_get(item, HS_S("resourceType")))
					gather_ids(run, resource, &below, ids);
			}
		} else if (key.len == 2 && node != resource && hs_slice_eq(key, HS_S("id")) &&
			hs_json_is(member, HS_JSON_STRING) && ids->count < IDS_MAX) {
			check_id(run, node, hs_json_text(member), ids);
		}
	}
}

/* A reference "#id" must mean one (R4 references, section 2.3.0.4). */
static void check_contained(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_map ids;
	hs_map_init(&ids, run->arena);
	ids.seed = hs_hash_secret();
	HS__EACH_BELOW(contained, node, "contained") {
		bool fresh = true;
		struct hs_slice id = hs_json_get_text(contained.value, HS_S("id"));
		if (id.len)
			hs_map_put(&ids, id, &fresh);
		else if (hs__rules_type(contained.value).len)
			HS__FAIL(run, &contained, "", "required", "contained-no-id",
				"what is contained needs an id, by which the resource refers to it");
		if (!fresh)
			HS__FAIL(run, &contained, "id", "duplicate", "contained-id-twice",
				"there is a contained resource with the id '%.*s' already", HS__SHOW(id));
	}
}

/* What is referred to by a canonical has an absolute url, and the version is not a part of it (R4
 * references, section 2.3.0.6). */
static void check_own_url(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice url = hs_json_get_text(node->value, HS_S("url"));
	if (!url.len || !hs_json_get(node->value, HS_S("status")))
		return;
	if (!hs__rules_is_absolute(url))
		HS__FAIL_OTHERS(run, node, "url", "invalid", "resource-url",
			"the url is the name by which others refer to this, so it must be absolute, not "
			"'%.*s'",
			HS__SHOW(url));
	else if (hs_slice_find(url, '|', 0) != SIZE_MAX)
		HS__WARN(run, node, "url", "invalid", "resource-url",
			"'|' parts a url from its version where others refer to it; leave it out of '%.*s'",
			HS__SHOW(url));
}

void hs__rules_resource(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_map ids;
	if (!run->options->ignore_contained)
		check_contained(run, node);
	check_own_url(run, node);
	if (hs_json_get(node->value, HS_S("_id")))
		HS__FAIL(run, node, "_id", "structure", "resource-id-extension",
			"the id of a resource cannot have extensions");
	if (hs_slice_eq(hs__rules_type(node->value), HS_S("StructureDefinition")))
		return; /* snapshot and differential have the same ids on purpose */
	hs_map_init(&ids, run->arena);
	ids.seed = hs_hash_secret();
	gather_ids(run, node, node, &ids);
}

void hs__rules_end(struct hs__validation *run, const struct hs__node *node)
{
	(void)run;
	(void)node;
}
