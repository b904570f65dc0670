/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings (R4 Terminologies, section 4.1.5): codes, Codings, CodeableConcepts and Quantities against value
 * sets. */
#include <core/fhir/validate/walk.h>

static struct hs_validate_code read_coding(const struct hs_json *coding)
{
	struct hs_validate_code code = { .system = hs_json_get_text(coding, HS_S("system")),
		.version = hs_json_get_text(coding, HS_S("version")),
		.code = hs_json_get_text(coding, HS_S("code")),
		.display = hs_json_get_text(coding, HS_S("display")) };
	code.has_system = true;
	return code;
}

static enum hs_validate_answer ask(struct hs__validation *run, const struct hs_validate_code *code,
	struct hs_slice value_set, struct hs_validate_finding *finding)
{
	return run->terms->in_value_set(run->terms->arg, run->arena, code, value_set, finding);
}

#define MEDIA_TYPES "http://hl7.org/fhir/ValueSet/mimetypes"

/* By FHIR's address for them, or by that of BCP 13, which STU3 and profiles of its age bind to. */
static bool is_media_types(struct hs_slice value_set)
{
	return hs_slice_starts(value_set, HS_S(MEDIA_TYPES)) ||
		hs_slice_eq(value_set, HS_S("http://www.rfc-editor.org/bcp/bcp13.txt"));
}

/* An address in the place of a type's name is one of FHIRPath's, or a logical model (R4
 * ElementDefinition.type.code): no value set lists these. */
static bool is_type_address(struct hs_slice text, struct hs_slice value_set)
{
	return hs_slice_starts(value_set, HS_S("http://hl7.org/fhir/ValueSet/defined-types")) &&
		hs_slice_find(text, ':', 0) != SIZE_MAX;
}

/* A plain code, whose system the value set implies. Of a media type the parameters are not part of the code
 * (RFC 6838), and FHIR has short forms of its own (R4 http.html, section 3.1.0.1.9). */
static enum hs_validate_answer ask_plain(struct hs__validation *run, struct hs_slice text,
	struct hs_slice value_set)
{
	struct hs_validate_finding finding = { .message = HS_S_NONE };
	struct hs_validate_code code = { .code = text };
	if (is_type_address(text, value_set))
		return HS_VALIDATE_YES;
	if (is_media_types(value_set)) {
		if (hs_slice_eq(text, HS_S("json")) || hs_slice_eq(text, HS_S("xml")) ||
			hs_slice_eq(text, HS_S("ttl")))
			return HS_VALIDATE_YES;
		code.code = hs_slice_trim(hs_slice_first(text, hs_slice_find(text, ';', 0)));
		value_set = HS_S(MEDIA_TYPES);
	}
	return ask(run, &code, value_set, &finding);
}

/* Yes when one coding is in it; what cannot be told comes before no. */
static enum hs_validate_answer ask_concept(struct hs__validation *run, const struct hs_json *concept,
	struct hs_slice value_set, struct hs_validate_finding *finding)
{
	enum hs_validate_answer result = HS_VALIDATE_NO;
	HS_JSON_EACH(coding, hs_json_get(concept, HS_S("coding"))) {
		struct hs_validate_code code = read_coding(coding);
		if (!code.code.len)
			continue;
		enum hs_validate_answer answer = ask(run, &code, value_set, finding);
		if (answer == HS_VALIDATE_YES)
			return answer;
		if (result == HS_VALIDATE_NO)
			result = answer;
	}
	return result;
}

enum hs_validate_answer hs__binding_answer(struct hs__validation *run, const struct hs__node *node,
	struct hs_slice value_set)
{
	struct hs_validate_finding finding = { .message = HS_S_NONE };
	struct hs_slice type = hs__node_type(run, node);
	if (hs_json_is(node->value, HS_JSON_STRING))
		return ask_plain(run, hs_json_text(node->value), value_set);
	if (hs_slice_eq(type, HS_S("CodeableConcept")))
		return ask_concept(run, node->value, value_set, &finding);
	if (hs_slice_eq(type, HS_S("CodeableReference")))
		return ask_concept(run, hs_json_get(node->value, HS_S("concept")), value_set, &finding);
	struct hs_validate_code code = read_coding(node->value);
	return code.code.len ? ask(run, &code, value_set, &finding) : HS_VALIDATE_NO;
}

int hs__binding_member_of(struct hs__validation *run, const struct hs__node *up,
	const struct hs_path_value *value, struct hs_slice value_set)
{
	enum hs_validate_answer answer;
	if (value->node) {
		struct hs__node node;
		hs__node_of_value(run, up, value, &node);
		answer = hs__binding_answer(run, &node, value_set);
	} else if (value->kind == HS_PATH_STRING) {
		answer = ask_plain(run, value->text, value_set);
	} else {
		return -1;
	}
	return answer == HS_VALIDATE_YES ? 1 : answer == HS_VALIDATE_NO ? 0 : -1;
}

/* ---- messages ---- */

struct judging {
	struct hs__validation *run;
	const struct hs__node *node;
	enum hs_binding_strength strength;
	struct hs_slice value_set;
	const char *what; /* "code", "coding" */
	bool most;        /* a maximum value set */
};

#define CODINGS_SHOWN 3

static struct hs_slice describe(struct hs__validation *run, const struct hs_json *value)
{
	struct hs_slice system = hs_json_get_text(value, HS_S("system"));
	struct hs_slice code = hs_json_get_text(value, HS_S("code"));
	struct hs_slice shown = HS_S_NONE;
	int count = 0;
	if (hs_json_is(value, HS_JSON_STRING))
		return hs_slice_first(hs_json_text(value), 100);
	HS_JSON_EACH(coding, hs_json_get(value, HS_S("coding")))
		if (count++ < CODINGS_SHOWN)
			shown = hs_arena_printf(run->arena, "%.*s%s%.*s", HS_S_ARG(shown),
				shown.len ? ", " : "", HS_S_ARG(describe(run, coding)));
	if (count)
		return shown;
	return hs_arena_printf(run->arena, "%.*s%s%.*s", HS_S_ARG(hs_slice_first(system, 100)),
		system.len ? "#" : "", HS_S_ARG(hs_slice_first(code, 100)));
}

/* A value set of units binds the quantities of a choice; what a concept in their place says is no unit. */
static bool is_of_units(const struct hs__validation *run, struct hs_slice value_set)
{
	const struct hs_json *set = hs_library_find(run->library, HS_S("ValueSet"), value_set, NULL);
	const struct hs_json *includes = hs_json_get(hs_json_get(set, HS_S("compose")), HS_S("include"));
	HS_JSON_EACH(include, includes)
		if (!hs_slice_eq(hs_json_get_text(include, HS_S("system")),
			    HS_S("http://unitsofmeasure.org")))
			return false;
	return hs_json_count(includes) > 0;
}

static void judge(const struct judging *j, enum hs_validate_answer answer)
{
	bool concept = hs_json_is(hs_json_get(j->node->value, HS_S("coding")), HS_JSON_ARRAY);
	bool must = (j->strength == HS_BINDING_REQUIRED || j->most) &&
		!(concept && answer == HS_VALIDATE_NO && is_of_units(j->run, j->value_set));
	enum hs_severity severity = must ? HS_SEVERITY_ERROR : HS_SEVERITY_WARNING;
	struct hs_slice shown = describe(j->run, j->node->value);
	if (answer == HS_VALIDATE_YES || (j->strength < HS_BINDING_EXTENSIBLE && !j->most))
		return;
	if (answer == HS_VALIDATE_NO)
		hs__validate_add(j->run, j->node, HS_S_NONE, NULL, severity, "code-invalid",
			must ? "binding-required" : "binding-extensible",
			concept ? "none of the codings (%.*s) is in the value set %.*s, %s" :
				  "the code '%.*s' is not in the value set %.*s, %s",
			HS_S_ARG(shown), HS_S_ARG(hs_slice_first(j->value_set, 200)),
			must ? "and only its codes are allowed here" :
			       "whose codes should be used when one fits");
	else if (answer == HS_VALIDATE_NO_VALUE_SET)
		hs__validate_add(j->run, j->node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "not-found",
			"value-set-unknown", "the value set %.*s is not known, so the code is not checked",
			HS_S_ARG(hs_slice_first(j->value_set, 200)));
	else if (must)
		hs__validate_add(j->run, j->node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "not-supported",
			"binding-unchecked", "it cannot be told here whether '%.*s' is in the value set %.*s",
			HS_S_ARG(shown), HS_S_ARG(hs_slice_first(j->value_set, 200)));
}

/* A concept without any coding: text alone meets no required binding. */
static bool has_code(const struct hs__node *node, struct hs_slice type)
{
	const struct hs_json *value = node->value;
	if (hs_slice_eq(type, HS_S("CodeableReference")))
		value = hs_json_get(value, HS_S("concept"));
	if (!hs_json_is(value, HS_JSON_OBJECT))
		return hs_json_is(value, HS_JSON_STRING);
	HS_JSON_EACH(coding, hs_json_get(value, HS_S("coding")))
		if (hs_json_get_text(coding, HS_S("code")).len)
			return true;
	return hs_json_get_text(value, HS_S("code")).len > 0;
}

static bool is_coded(struct hs_slice type)
{
	static const char *const types[] = { "code", "Coding", "CodeableConcept", "CodeableReference",
		"Quantity", "uri", "string", "canonical", "url", "Age", "Duration", "SimpleQuantity",
		"markdown" };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (hs_slice_eq(type, hs_slice_cstr(types[i])))
			return true;
	return false;
}

static void check(const struct judging *j, struct hs_slice type)
{
	bool concept = hs_slice_eq(type, HS_S("CodeableConcept"));
	if (!j->value_set.len || (j->strength < HS_BINDING_EXTENSIBLE && !j->most))
		return;
	if (has_code(j->node, type)) {
		judge(j, hs__binding_answer(j->run, j->node, j->value_set));
		return;
	}
	if (concept && j->strength == HS_BINDING_REQUIRED && !hs_json_get(j->node->value, HS_S("extension")))
		hs__validate_add(j->run, j->node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "code-invalid",
			"binding-no-code", "there is no code, but one of the value set %.*s is required",
			HS_S_ARG(hs_slice_first(j->value_set, 200)));
}

/* Checks a code, Coding, CodeableConcept or Quantity unit against a value set by a strength, with messages.
 */
static void validate_binding(struct hs__validation *run, const struct hs__node *node,
	enum hs_binding_strength strength, struct hs_slice value_set)
{
	struct judging j = { run, node, strength, value_set, "code", false };
	struct hs_slice type = hs__node_type(run, node);
	if (node->value && is_coded(type))
		check(&j, type);
}

/* ---- additional bindings: R5 ElementDefinition.binding.additional, and the extensions for it in R4 ---- */

static struct hs_slice part(const struct hs_json *extension, struct hs_slice name)
{
	HS_JSON_EACH(inner, hs_json_get(extension, HS_S("extension"))) {
		if (!hs_slice_eq(hs_json_get_text(inner, HS_S("url")), name))
			continue;
		HS_JSON_EACH(member, inner)
			if (hs_slice_starts(hs_json_key(member), HS_S("value")))
				return hs_json_text(member);
	}
	return HS_S_NONE;
}

/* Those for certain uses only ("usage") are passed over: the use is not known. */
static void check_one_more(struct hs__validation *run, const struct hs__node *node, struct hs_slice purpose,
	struct hs_slice value_set)
{
	enum hs_binding_strength strength = hs_slice_eq(purpose, HS_S("required")) ||
			hs_slice_eq(purpose, HS_S("maximum")) ?
		HS_BINDING_REQUIRED :
		hs_slice_eq(purpose, HS_S("extensible")) ? HS_BINDING_EXTENSIBLE :
							   HS_BINDING_EXAMPLE;
	if (value_set.len)
		validate_binding(run, node, strength, value_set);
}

static void check_additional(struct hs__validation *run, const struct hs__node *node,
	const struct hs_json *binding)
{
	HS_JSON_EACH(more, hs_json_get(binding, HS_S("additional")))
		if (!hs_json_get(more, HS_S("usage")))
			check_one_more(run, node, hs_json_get_text(more, HS_S("purpose")),
				hs_json_get_text(more, HS_S("valueSet")));
	HS_JSON_EACH(extension, hs_json_get(binding, HS_S("extension"))) {
		struct hs_slice url = hs_json_get_text(extension, HS_S("url"));
		if ((hs_slice_ends(url, HS_S("ElementDefinition.binding.additional")) ||
			    hs_slice_ends(url, HS_S("StructureDefinition/additional-binding"))) &&
			!part(extension, HS_S("usage")).len)
			check_one_more(run, node, part(extension, HS_S("purpose")),
				part(extension, HS_S("valueSet")));
	}
}

void hs__check_binding(struct hs__validation *run, const struct hs__node *node,
	const struct hs_binding *binding)
{
	struct hs_slice type = hs__node_type(run, node);
	struct judging most = { run, node, HS_BINDING_EXAMPLE, binding->max_value_set, "code", true };
	if (!node->value && node->shadow && binding->strength == HS_BINDING_REQUIRED &&
		hs_slice_eq(type, HS_S("code")))
		hs__validate_add(run, node, HS_S_NONE, node->shadow, HS_SEVERITY_ERROR, "code-invalid",
			"binding-no-code",
			"there is no code, and no extension can stand for one of the value set %.*s, which "
			"is required",
			HS_S_ARG(hs_slice_first(binding->value_set, 200)));
	if (!node->value || !is_coded(type) || run->options->terms == HS_VALIDATE_TERMS_NONE)
		return;
	/* Compiled lists of the base type were checked with the structure. */
	bool done = node->def && node->def->codes != HS_DEF_NONE &&
		binding->strength == HS_BINDING_REQUIRED &&
		hs_slice_eq(hs_defs_text(run->defs, node->def->binding),
			hs_slice_first(binding->value_set, hs_slice_find(binding->value_set, '|', 0)));
	bool missing = !has_code(node, type);
	if (!done || missing)
		validate_binding(run, node, binding->strength, binding->value_set);
	if (binding->max_value_set.len && !missing)
		check(&most, type);
	if (hs_json_get(binding->source, HS_S("extension")) ||
		hs_json_get(binding->source, HS_S("additional")))
		check_additional(run, node, binding->source);
}
