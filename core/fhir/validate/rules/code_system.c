/* SPDX-License-Identifier: Apache-2.0 */
/* CodeSystem (R4 section 4.8): content and count, properties and their values, supplements. */
#include <core/fhir/validate/rules/rules_private.h>

#define PROPERTY_BASE "http://hl7.org/fhir/concept-properties#"

struct standard {
	const char *name, *type;
};

/* The properties of http://hl7.org/fhir/concept-properties (R4, and what R5 added). */
static const struct standard standards[] = { { "inactive", "boolean" }, { "deprecated", "dateTime" },
	{ "notSelectable", "boolean" }, { "parent", "code" }, { "child", "code" }, { "status", "code" },
	{ "effectiveDate", "dateTime" }, { "deprecationDate", "dateTime" }, { "retirementDate", "dateTime" },
	{ "partOf", "code" }, { "synonym", "code" }, { "comment", "string" }, { "itemWeight", "decimal" } };

static const struct standard *standard_of(struct hs_slice name)
{
	for (size_t i = 0; i < sizeof(standards) / sizeof(standards[0]); i++)
		if (hs_slice_eq(name, hs_slice_cstr(standards[i].name)))
			return &standards[i];
	return NULL;
}

/* ---- declared properties ---- */

static void check_standard(struct hs__validation *run, const struct hs__node *at, struct hs_slice uri)
{
	struct hs_slice name = hs_slice_from(uri, sizeof(PROPERTY_BASE) - 1);
	struct hs_slice type = hs_json_get_text(at->value, HS_S("type"));
	struct hs_slice code = hs_json_get_text(at->value, HS_S("code"));
	const struct standard *standard = standard_of(name);
	if (standard && code.len && standard_of(code) && !hs_slice_eq(code, name))
		HS__FAIL_OTHERS(run, at, "code", "invalid", "code-system-property-code",
			"'%.*s' is the name of another property; the property '%.*s' is called '%.*s'",
			HS__SHOW(code), HS__SHOW(uri), HS__SHOW(name));
	if (!standard)
		HS__FAIL_OTHERS(run, at, "uri", "not-found", "code-system-property-uri",
			"HL7 defines no property '%.*s'; a property of your own needs a URI of your own",
			HS__SHOW(uri));
	else if (type.len && !hs_slice_eq(type, hs_slice_cstr(standard->type)))
		HS__FAIL(run, at, "type", "invalid", "code-system-property-type",
			"the property '%.*s' has the type %s, not %.*s", HS__SHOW(uri), standard->type,
			HS__SHOW(type));
}

/* Maps each property's code to its declaration. */
static void check_properties(struct hs__validation *run, const struct hs__node *node, struct hs_map *declared)
{
	struct hs_map uris;
	/* Of a code system that is somewhere else they are notes. */
	bool elsewhere = hs_slice_eq(hs_json_get_text(node->value, HS_S("content")), HS_S("not-present"));
	enum hs_severity severity = elsewhere || hs__published_by_hl7(run, node) ? HS_SEVERITY_WARNING :
										   HS_SEVERITY_ERROR;
	hs_map_init(&uris, run->arena);
	HS_JSON_EACH(row, hs__rules_array(node->value, "property")) {
		bool fresh;
		struct hs_slice code = hs_json_get_text(row, HS_S("code"));
		struct hs_map_slot *slot = code.len ? hs_map_put(declared, code, &fresh) : NULL;
		if (slot && fresh)
			slot->value.ptr = row;
	}
	HS__EACH_BELOW(at, node, "property") {
		bool fresh = true;
		struct hs_slice code = hs_json_get_text(at.value, HS_S("code"));
		struct hs_slice uri = hs_json_get_text(at.value, HS_S("uri"));
		const struct hs_map_slot *slot = code.len ? hs_map_get(declared, code) : NULL;
		if (slot && slot->value.ptr != at.value)
			HS__SAY(severity, run, &at, "code", "duplicate", "code-system-property-twice",
				"the property '%.*s' is declared twice", HS__SHOW(code));
		if (uri.len)
			hs_map_put(&uris, uri, &fresh);
		if (!fresh)
			HS__SAY(severity, run, &at, "uri", "duplicate", "code-system-property-twice",
				"the property with the URI '%.*s' is declared twice", HS__SHOW(uri));
		if (hs_slice_starts(uri, HS_S(PROPERTY_BASE)))
			check_standard(run, &at, uri);
	}
}

/* ---- concepts ---- */

/* A concept, with the one that it stands below in the text. */
struct concept {
	const struct hs_json *json;
	struct concept *up;
	enum { FRESH, OPEN, DONE } state; /* of the look for circles */
};

struct concepts {
	struct hs__validation *run;
	struct hs_map declared;
	struct hs_map codes; /* code -> struct concept */
	uint64_t count;
	bool complete;
	struct hs_slice doubled; /* a code that is there twice, once at least below another */
};

static void gather_codes(struct concepts *concepts, const struct hs_json *of, struct concept *up,
	uint32_t depth)
{
	if (depth > HS__VALIDATE_DEPTH)
		return;
	HS_JSON_EACH(json, hs__rules_array(of, "concept")) {
		bool fresh = false;
		struct hs_slice code = hs_json_get_text(json, HS_S("code"));
		struct concept *own = hs_arena_alloc(concepts->run->arena, sizeof(*own));
		struct hs_map_slot *slot = own && code.len ? hs_map_put(&concepts->codes, code, &fresh) :
							     NULL;
		if (!own)
			return;
		*own = (struct concept) { json, up, FRESH };
		if (slot && fresh)
			slot->value.ptr = own;
		else if (slot && (up || ((const struct concept *)slot->value.ptr)->up))
			concepts->doubled = code;
		gather_codes(concepts, json, own, depth + 1);
	}
}

/* ---- parents: nothing is above itself (R4 CodeSystem.hierarchyMeaning) ---- */

#define CIRCLE_MAX 1000u /* parents of parents that are followed */

static bool is_circular(struct concepts *concepts, struct concept *own, uint32_t depth)
{
	bool found = own->state == OPEN;
	if (own->state != FRESH || depth > CIRCLE_MAX)
		return found;
	own->state = OPEN;
	found = own->up && is_circular(concepts, own->up, depth + 1);
	HS_JSON_EACH(property, hs__rules_array(own->json, "property")) {
		struct hs_slice parent = hs_json_get_text(property, HS_S("valueCode"));
		const struct hs_map_slot *slot = parent.len &&
				hs_slice_eq(hs_json_get_text(property, HS_S("code")), HS_S("parent")) ?
			hs_map_get(&concepts->codes, parent) :
			NULL;
		found = (slot && slot->value.ptr && is_circular(concepts, slot->value.ptr, depth + 1)) ||
			found;
	}
	own->state = DONE;
	return found;
}

/* ---- properties of concepts ---- */

/* Does the declaration say that the values are codes of something else? HL7's status has codes of its own,
 * and an extension names the value set of others. */
static bool has_other_codes(struct hs_slice name, const struct hs_json *declared)
{
	static const char *const names[] = {
		"http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset",
		"http://hl7.org/fhir/6.0/StructureDefinition/extension-CodeSystem.property.valueSet"
	};
	struct hs_slice uri = hs_json_get_text(declared, HS_S("uri"));

	if (uri.len ? hs_slice_eq(uri, HS_S(PROPERTY_BASE "status")) : hs_slice_eq(name, HS_S("status")))
		return true;
	HS_JSON_EACH(extension, hs__rules_array(declared, "extension"))
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (hs_slice_eq(hs_json_get_text(extension, HS_S("url")), hs_slice_cstr(names[i])))
				return true;
	return false;
}

/* The value of a property of type code is a concept of the code system (R4 CodeSystem.property.type), and a
 * parent or child that is none leaves the hierarchy torn. */
static void check_relative(const struct concepts *concepts, const struct hs__node *at, struct hs_slice name,
	const struct hs_json *value)
{
	const struct hs_map_slot *slot = hs_map_get(&concepts->declared, name);
	struct hs_slice code = hs_json_text(value);
	if (!concepts->complete || !code.len || hs_map_get(&concepts->codes, code) ||
		has_other_codes(name, slot ? slot->value.ptr : NULL))
		return;
	if (!hs__rules_in(name, "parent child"))
		HS__WARN(concepts->run, at, "", "not-found", "code-system-property-concept",
			"the value of '%.*s' is a code of the code system, which has no '%.*s'",
			HS__SHOW(name), HS__SHOW(code));
	else
		HS__FAIL_OTHERS(concepts->run, at, "", "not-found", "code-system-property-concept",
			"the code system has no concept '%.*s' to be the %.*s of this one", HS__SHOW(code),
			HS_S_ARG(name));
}

static void check_property(struct concepts *concepts, const struct hs__node *at)
{
	struct hs_slice code = hs_json_get_text(at->value, HS_S("code"));
	struct hs_slice type = HS_S_NONE;
	const struct hs_json *value = hs__rules_choice(at->value, HS_S("value"), &type);
	const struct hs_map_slot *slot = code.len ? hs_map_get(&concepts->declared, code) : NULL;
	const struct standard *standard = standard_of(code);
	struct hs_slice want = slot ? hs_json_get_text(slot->value.ptr, HS_S("type")) :
		standard            ? hs_slice_cstr(standard->type) :
				      HS_S_NONE;
	if (!slot && !standard && code.len)
		HS__WARN(concepts->run, at, "code", "not-found", "code-system-property",
			"the property '%.*s' is not declared by the code system", HS__SHOW(code));
	if (!value || !want.len)
		return;
	if (hs_slice_eq(want, HS_S("code")))
		check_relative(concepts, at, code, value);
	/* value[x] begins with a capital: valueCode, valueDateTime. */
	if (type.len != want.len || !hs_slice_ieq(type, want))
		HS__FAIL(concepts->run, at, "", "invalid", "code-system-property-value",
			"the property '%.*s' has the type %.*s, so its value is not a %.*s", HS__SHOW(code),
			HS__SHOW(want), HS__SHOW(type));
}

static void check_concepts(struct concepts *concepts, const struct hs__node *node)
{
	if (node->depth > HS__VALIDATE_DEPTH)
		return;
	HS__EACH_BELOW(at, node, "concept") {
		struct hs_slice code = hs_json_get_text(at.value, HS_S("code"));
		struct hs_map_slot *slot = code.len ? hs_map_get(&concepts->codes, code) : NULL;
		concepts->count++;
		if (slot && slot->value.ptr && is_circular(concepts, slot->value.ptr, 0))
			HS__FAIL_OTHERS(concepts->run, &at, "", "business-rule", "code-system-circular",
				"the parents of '%.*s', and theirs, lead back to a concept that was met: "
				"nothing is above itself",
				HS__SHOW(code));
		HS__EACH_BELOW(property, &at, "property")
			check_property(concepts, &property);
		check_concepts(concepts, &at);
	}
}

/* ---- the whole ---- */

static void check_content(struct hs__validation *run, const struct hs__node *node, uint64_t have)
{
	/* What codes mean is the base's to say; a supplement adds designations and properties. */
	static const struct hs_slice of_base[] = { HS_S_INIT("caseSensitive"),
		HS_S_INIT("hierarchyMeaning") };
	struct hs_slice content = hs_json_get_text(node->value, HS_S("content"));
	bool supplements = hs_json_get(node->value, HS_S("supplements")) != NULL;
	int64_t said;
	bool has_count = hs_json_i64(hs_json_get(node->value, HS_S("count")), &said) && said >= 0;
	if (supplements && content.len && !hs_slice_eq(content, HS_S("supplement")))
		HS__FAIL(run, node, "content", "invalid", "code-system-supplement",
			"a code system that supplements another must have the content 'supplement', not "
			"'%.*s'",
			HS__SHOW(content));
	if (!supplements && hs_slice_eq(content, HS_S("supplement")))
		HS__FAIL(run, node, "content", "invalid", "code-system-supplement",
			"a supplement must say what it supplements (supplements)");
	for (size_t i = 0; supplements && i < sizeof(of_base) / sizeof(of_base[0]); i++) {
		const struct hs_json *member = hs_json_get(node->value, of_base[i]);
		if (member)
			hs__validate_add(run, node, of_base[i], member, HS_SEVERITY_ERROR, "business-rule",
				"code-system-supplement",
				"a supplement does not say %.*s: that is for the code system that it adds to",
				HS_S_ARG(of_base[i]));
	}
	if (hs_slice_eq(content, HS_S("not-present")) && have)
		HS__FAIL(run, node, "concept", "invalid", "code-system-content",
			"the content is 'not-present', but there are concepts");
	if (hs_slice_eq(content, HS_S("complete")) && has_count && (uint64_t)said != have)
		HS__FAIL(run, node, "count", "invalid", "code-system-count",
			"count says %lld concepts, and the code system is complete, but it has %llu",
			(long long)said, (unsigned long long)have);
	/* The count is of the whole, which nobody here can see; it may be of an older version. */
	if (hs__rules_in(content, "example fragment") && has_count && (uint64_t)said < have)
		HS__WARN(run, node, "count", "invalid", "code-system-count",
			"count says %lld concepts, fewer than the %llu that are there", (long long)said,
			(unsigned long long)have);
}

/* A supplement adds to concepts of its base and has none of its own. */
static void check_supplement(struct hs__validation *run, const struct hs__node *node, struct hs_slice base)
{
	struct hs_validate_code code = { .has_system = true };
	if (!run->terms || !run->terms->in_system || run->options->terms == HS_VALIDATE_TERMS_NONE)
		return;
	code.system = hs__rules_canonical(base, &code.version);
	HS__EACH_BELOW(at, node, "concept") {
		struct hs_validate_finding finding = { 0 };
		code.code = hs_json_get_text(at.value, HS_S("code"));
		if (code.code.len &&
			run->terms->in_system(run->terms->arg, run->arena, &code, &finding) == HS_VALIDATE_NO)
			HS__FAIL(run, &at, "code", "not-found", "code-system-supplement-code",
				"'%.*s' has no code '%.*s', so a supplement cannot add to it", HS__SHOW(base),
				HS__SHOW(code.code));
	}
}

/* The value set of all codes includes the system and nothing else (R4 CodeSystem.valueSet). */
static void check_all_codes(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice canonical = hs_json_get_text(node->value, HS_S("valueSet"));
	struct hs_slice url = hs_json_get_text(node->value, HS_S("url"));
	const struct hs_json *set = hs__rules_resource_of(run, node, "ValueSet", canonical);
	const struct hs_json *includes = hs__rules_array(hs_json_get(set, HS_S("compose")), "include");
	const struct hs_json *include = hs_json_first(includes);
	if (!include || !url.len)
		return;
	if (hs_json_count(includes) != 1 || !hs_slice_eq(hs_json_get_text(include, HS_S("system")), url) ||
		hs_json_get(include, HS_S("concept")) || hs_json_get(include, HS_S("filter")) ||
		hs_json_get(include, HS_S("valueSet")))
		HS__FAIL_OTHERS(run, node, "valueSet", "invalid", "code-system-value-set",
			"the value set '%.*s' does not include the code system as a whole, and nothing else",
			HS__SHOW(canonical));
}

void hs__rule_code_system(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice base = hs_json_get_text(node->value, HS_S("supplements"));
	struct concepts concepts = { .run = run };
	hs_map_init(&concepts.declared, run->arena);
	concepts.declared.seed = hs_hash_secret();
	hs_map_init(&concepts.codes, run->arena);
	concepts.codes.seed = hs_hash_secret();
	concepts.complete = hs_slice_eq(hs_json_get_text(node->value, HS_S("content")), HS_S("complete"));
	gather_codes(&concepts, node->value, NULL, 0);
	check_properties(run, node, &concepts.declared);
	check_concepts(&concepts, node);
	/* csd-1 of R5 looks at the outermost concepts only; R4's sees them all. */
	if (concepts.doubled.len && hs_defs_fhir(run->defs) != HS_FHIR_R4)
		HS__FAIL(run, node, "", "duplicate", "code-system-code-twice",
			"the code '%.*s' is there twice; codes are unique within a code system",
			HS__SHOW(concepts.doubled));
	check_content(run, node, concepts.count);
	check_all_codes(run, node);
	if (base.len)
		check_supplement(run, node, base);
}
