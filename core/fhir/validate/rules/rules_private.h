/* SPDX-License-Identifier: Apache-2.0 */
/* What the special rules share: how they report, step downwards, and read small things.
 *
 * A rule judges what FHIR says in prose. Structure is judged elsewhere (core/fhir/check, the profile walk),
 * so a rule passes over in silence what has the wrong shape. */
#pragma once

#include <core/base/map.h>
#include <core/fhir/validate/validate_private.h>

/* An issue at `node`, or at its member `below` (a literal, "" for the node itself): issue type, message id,
 * text. */
#define HS__SAY(severity, run, node, below, code, id, ...) \
	hs__validate_add((run), (node), HS_S(below), hs_json_get((node)->value, HS_S(below)), (severity), \
		(code), (id), __VA_ARGS__)
#define HS__FAIL(run, node, below, code, id, ...) \
	HS__SAY(HS_SEVERITY_ERROR, run, node, below, code, id, __VA_ARGS__)
#define HS__WARN(run, node, below, code, id, ...) \
	HS__SAY(HS_SEVERITY_WARNING, run, node, below, code, id, __VA_ARGS__)
#define HS__HINT(run, node, below, code, id, ...) \
	HS__SAY(HS_SEVERITY_INFORMATION, run, node, below, code, id, __VA_ARGS__)
/* An error, but of a definition that HL7 has published a warning: nobody should be refused for its sake. */
#define HS__FAIL_OTHERS(run, node, below, code, id, ...) \
	HS__SAY(hs__published_by_hl7(run, node) ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR, run, node, below, \
		code, id, __VA_ARGS__)
/* A format in the reader's language; both take the same arguments in the same order. */
#define HS__IN_WORDS(run, in_english, in_swedish) ((run)->options->swedish ? (in_swedish) : (in_english))
/* A text for a message: what a client wrote may be long. */
#define HS__SHOW(text) HS_S_ARG(hs_slice_first((text), 100))

/* The node of `value`, a member or an item of a member of node->value. */
static inline struct hs__node hs__below(const struct hs__node *node, const char *name, int64_t index,
	const struct hs_json *value)
{
	return (struct hs__node) { .up = node,
		.name = hs_slice_cstr(name),
		.index = index,
		.depth = node->depth + 1,
		.value = value,
		.parent = node->value,
		.resource = node->resource };
}

/* for (item of the array `member_name` of node->value): `child` is its node. */
#define HS__EACH_BELOW(child, node, member_name) \
	for (struct hs__node child = hs__below((node), (member_name), 0, \
		     hs_json_first(hs__rules_array((node)->value, (member_name)))); \
		child.value; child.value = hs_json_next(child.value), child.index++)

/* The member when it is an array, else NULL. */
static inline const struct hs_json *hs__rules_array(const struct hs_json *object, const char *name)
{
	const struct hs_json *member = hs_json_get(object, hs_slice_cstr(name));
	return hs_json_is(member, HS_JSON_ARRAY) ? member : NULL;
}

static inline struct hs_slice hs__rules_type(const struct hs_json *resource)
{
	return hs_json_get_text(resource, HS_S("resourceType"));
}

/* The member of a choice element ("value"), with the end of its key ("Quantity") in *type, which may be NULL;
 * NULL when there is none. */
const struct hs_json *hs__rules_choice(const struct hs_json *object, struct hs_slice stem,
	struct hs_slice *type);
/* The value of the first extension with that URL, its type likewise. */
const struct hs_json *hs__rules_extension(const struct hs_json *object, struct hs_slice url,
	struct hs_slice *type);
/* Is `name` one of the words of `list`, which blanks separate? */
bool hs__rules_in(struct hs_slice name, const char *list);
/* scheme ":" ... (RFC 3986, section 3.1) */
bool hs__rules_is_absolute(struct hs_slice uri);
/* What is before "|", and after it in *version (may be NULL). */
struct hs_slice hs__rules_canonical(struct hs_slice canonical, struct hs_slice *version);
/* The resource that is not contained, of which the node's is itself or a part. */
const struct hs__node *hs__rules_container(const struct hs__node *node);
/* The conformance resource of that canonical; "#id" is looked for in what the container contains. NULL when
 * it is not known. */
const struct hs_json *hs__rules_resource_of(struct hs__validation *run, const struct hs__node *node,
	const char *type, struct hs_slice canonical);

/* ---- bundles: entries by address, made once for each bundle ---- */

struct hs__entry {
	const struct hs_json *entry, *resource;
	struct hs_slice url, type, id;
	uint32_t index;
	struct hs__entry *next; /* the next with the same address, in order */
	struct hs__entry *tail; /* of the first of them: the last */
};

struct hs__bundle {
	const struct hs_json *bundle;
	struct hs__entry *entries;
	uint32_t count;
	struct hs_map by_url; /* fullUrl -> struct hs__entry */
	struct hs_map by_id;  /* Type/id -> struct hs__entry */
	struct hs__bundle *next;
};

/* The index of a bundle; NULL when the arena is full. */
const struct hs__bundle *hs__bundle_of(struct hs__validation *run, const struct hs_json *bundle);
/* The entry that a node is in, with its bundle; false when it is in none. The innermost bundle counts. */
bool hs__bundle_around(struct hs__validation *run, const struct hs__node *node,
	const struct hs__bundle **bundle, const struct hs__entry **entry);
/* Entries that a reference within `from` means (R4 bundle, section 2.36.4.1): the first, with their number in
 * *count; NULL and 0 when there is none. *same_id (may be NULL): there is an entry of the type and id that
 * the reference names, whatever its address. */
const struct hs__entry *hs__bundle_find(struct hs__validation *run, const struct hs__bundle *bundle,
	const struct hs__entry *from, struct hs_slice reference, uint32_t *count, bool *same_id);
/* The entry that a link of the bundle itself leads to ("Binary/css"), or NULL. */
const struct hs__entry *hs__bundle_find_linked(struct hs__validation *run, const struct hs__bundle *bundle,
	struct hs_slice url);

/* ---- the rules, by topic ---- */

hs__rule hs__rule_reference, hs__rule_bundle, hs__rule_observation;
hs__rule hs__rule_attachment, hs__rule_coding, hs__rule_identifier, hs__rule_narrative, hs__rule_quantity,
	hs__rule_canonical, hs__rule_extension, hs__rule_meta, hs__rule_sampled;
hs__rule hs__rule_uri, hs__rule_text, hs__rule_date, hs__rule_base64;
hs__rule hs__rule_questionnaire, hs__rule_response, hs__rule_measure, hs__rule_measure_report;
hs__rule hs__rule_code_system, hs__rule_value_set, hs__rule_concept_map;
hs__rule hs__rule_structure, hs__rule_structure_map, hs__rule_search_parameter, hs__rule_capability,
	hs__rule_operation, hs__rule_naming_system;
/* questionnaire_derived.c: beside those that it is derived from. */
hs__rule hs__questionnaire_derived;
/* structure_element.c: one element; `keys` has the invariants met before, by key. */
void hs__structure_element(struct hs__validation *run, const struct hs__node *at, struct hs_map *keys);
/* structure_base.c: what its base and the definition around have for an element. */
struct hs__structure_base {
	struct hs_map
		elements; /* of the base's snapshot, by id and path; none when there is no base to narrow */
	struct hs_map mappings; /* that are declared, by identity */
	struct hs_map rules;    /* invariants of the base's snapshot, by key */
	bool narrows;           /* it is a constraint */
	uint32_t codes;         /* of value sets that may be compared yet */
};
void hs__structure_base_open(struct hs__validation *run, const struct hs_json *structure,
	struct hs__structure_base *out);
void hs__structure_base(struct hs__validation *run, const struct hs__node *at,
	struct hs__structure_base *beside);
/* The definition that a path such as "Observation.component.code" stands for; NULL when it is not there.
 * *type is its type when it has one only and continues there. */
const struct hs_def_element *hs__structure_def(const struct hs_defs *defs, struct hs_slice path,
	const struct hs_def_type **type);
/* The first step of `path` that no element below `element` (of `type`) has, as far as that is certain; empty
 * when there is none. */
struct hs_slice hs__structure_lacks(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type, struct hs_slice path);
/* structure_id.c: the id of an element beside its path and sliceName. */
void hs__structure_id(struct hs__validation *run, const struct hs__node *at);
/* structure_type.c: one type of the element of that path. */
void hs__structure_type(struct hs__validation *run, const struct hs__node *row, struct hs_slice path);
/* Bundles by their type; called by hs__rule_bundle. */
hs__rule hs__rule_document, hs__rule_message, hs__rule_search_set, hs__rule_requests, hs__rule_responses;

/* ---- listed.c: codes that a definition names, beside their code systems ---- */

/* The codes of one rule or group, which are of one code system. */
struct hs__listed {
	struct hs_slice system, version;
	const char *code_at, *display_at;  /* the member that is spoken of; "": the concept itself */
	enum hs_severity unknown, display; /* what a wrong code is, and another display */
	const char *id;                    /* message id of a wrong code */
	uint32_t wrong;                    /* found so far */
};
bool hs__rules_has_terms(const struct hs__validation *run);
/* Says what is odd about the code of `concept` (code, display): that it is none, not in use ... */
enum hs_validate_answer hs__rules_listed(struct hs__validation *run, const struct hs__node *concept,
	struct hs__listed *of);
/* Warns when the version that `include` names is not known. */
void hs__rules_listed_version(struct hs__validation *run, const struct hs__node *include,
	struct hs_slice system, struct hs_slice version);
/* Says that the code system that `include` names is not known, or only in part. */
void hs__rules_listed_system(struct hs__validation *run, const struct hs__node *include,
	struct hs_slice system, bool in_part);
/* Is the code in the code system, as far as that can be told? */
enum hs_validate_answer hs__rules_in_system(struct hs__validation *run, struct hs_slice system,
	struct hs_slice version, struct hs_slice code);
/* " (it has 'SB1')" when the code system has a wrong code in another way of writing, else nothing. */
struct hs_slice hs__rules_near_code(struct hs__validation *run, struct hs_slice system,
	struct hs_slice version, struct hs_slice code);
/* value_set_filter.c: one filter of a rule on that code system; `system` NULL: it is not known. */
void hs__value_set_filter(struct hs__validation *run, const struct hs__node *filter,
	struct hs_slice system_url, const struct hs_json *system);
