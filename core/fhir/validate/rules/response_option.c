/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are chosen: from the options of the question, or from its value set (R4 section 9.5). */
#include <core/fhir/validate/rules/response.h>

/* Is there an option of that type at all, and one with that value? */
static bool has_option(const struct hs_json *options, const struct hs_json *value, struct hs_slice type,
	bool *of_type)
{
	*of_type = false;
	HS_JSON_EACH(option, options) {
		struct hs_slice option_type = HS_S_NONE;
		const struct hs_json *have = hs__rules_choice(option, HS_S("value"), &option_type);
		if (!have || !hs_slice_eq(option_type, type))
			continue;
		*of_type = true;
		if (hs__response_same(value, type, have, option_type))
			return true;
	}
	return false;
}

#define EXCLUSIVE "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive"

void hs__response_exclusive(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *at)
{
	if (hs_json_count(hs__rules_array(at->value, "answer")) < 2)
		return;
	HS_JSON_EACH(option, hs__rules_array(question->item, "answerOption")) {
		struct hs_slice type = HS_S_NONE;
		const struct hs_json *value = hs__rules_choice(option, HS_S("value"), &type);
		if (!value || !hs_json_is(hs__rules_extension(option, HS_S(EXCLUSIVE), NULL), HS_JSON_TRUE))
			continue;
		HS__EACH_BELOW(answer, at, "answer") {
			struct hs_slice own_type = HS_S_NONE;
			const struct hs_json *own = hs__rules_choice(answer.value, HS_S("value"), &own_type);
			if (own && hs__response_same(own, own_type, value, type))
				HS__FAIL(response->run, &answer, "", "business-rule", "response-exclusive",
					"this answer to '%.*s' excludes all others, and there are others",
					HS__SHOW(question->link_id));
		}
	}
}

static void check_options(struct hs__response *response, const struct hs__node *answer,
	const struct hs__node *value, struct hs_slice type, const struct hs_json *options)
{
	bool of_type;
	if (has_option(options, value->value, type, &of_type))
		return;
	if (!of_type)
		HS__FAIL(response->run, answer, "", "structure", "response-option-type",
			"the question has no options of type %.*s to choose from", HS__SHOW(type));
	else if (hs_slice_eq(type, HS_S("Coding")))
		HS__FAIL(response->run, answer, "", "structure", "response-option",
			"the code '%.*s' of '%.*s' is not one of the options of the question",
			HS__SHOW(hs_json_get_text(value->value, HS_S("code"))),
			HS__SHOW(hs_json_get_text(value->value, HS_S("system"))));
	else
		HS__FAIL(response->run, value, "", "structure", "response-option",
			"'%.*s' is not one of the options of the question",
			HS__SHOW(hs_json_text(value->value)));
}

/* Is the code in the expansion or the plain lists of a value set that the questionnaire contains? 1, 0, or -1
 * when that cannot be told from it. */
static int in_contained(const struct hs_json *set, const struct hs_validate_code *code)
{
	const struct hs_json *expansion = hs_json_get(set, HS_S("expansion"));
	HS_JSON_EACH(item, hs__rules_array(expansion, "contains"))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("code")), code->code) &&
			hs_slice_eq(hs_json_get_text(item, HS_S("system")), code->system))
			return 1;
	const struct hs_json *compose = hs_json_get(set, HS_S("compose"));
	bool plain = !hs_json_get(compose, HS_S("exclude"));
	HS_JSON_EACH(include, hs__rules_array(compose, "include")) {
		const struct hs_json *concepts = hs__rules_array(include, "concept");
		bool system = hs_slice_eq(hs_json_get_text(include, HS_S("system")), code->system);
		plain = plain && concepts;
		HS_JSON_EACH(item, system ? concepts : NULL)
			if (hs_slice_eq(hs_json_get_text(item, HS_S("code")), code->code))
				return 1;
	}
	return expansion || (compose && plain) ? 0 : -1;
}

static int in_value_set(struct hs__response *response, struct hs_slice canonical,
	const struct hs_validate_code *code)
{
	const struct hs_validate_terminology *terms = response->run->terms;
	struct hs_validate_finding finding = { 0 };
	if (canonical.ptr[0] == '#') {
		HS_JSON_EACH(item, hs__rules_array(response->questionnaire, "contained"))
			if (hs_slice_eq(hs_json_get_text(item, HS_S("id")), hs_slice_from(canonical, 1)))
				return in_contained(item, code);
		return -1;
	}
	if (!terms || !terms->in_value_set || response->run->options->terms == HS_VALIDATE_TERMS_NONE)
		return -1;
	switch (terms->in_value_set(terms->arg, response->run->arena, code, canonical, &finding)) {
	case HS_VALIDATE_YES:
		return 1;
	case HS_VALIDATE_NO:
		return 0;
	default:
		return -1;
	}
}

static void check_value_set(struct hs__response *response, const struct hs__node *answer,
	const struct hs__node *value, struct hs_slice canonical)
{
	struct hs_validate_code code = { .system = hs_json_get_text(value->value, HS_S("system")),
		.version = hs_json_get_text(value->value, HS_S("version")),
		.code = hs_json_get_text(value->value, HS_S("code")) };
	code.has_system = code.system.len > 0;
	if (code.code.len && in_value_set(response, canonical, &code) == 0)
		HS__FAIL(response->run, answer, "", "code-invalid", "response-value-set",
			"the code '%.*s' of '%.*s' is not in the value set of the question, %.*s",
			HS__SHOW(code.code), HS__SHOW(code.system), HS__SHOW(canonical));
}

bool hs__response_is_free(const struct hs__question *question, struct hs_slice type)
{
	struct hs_slice beside = hs_json_get_text(question->item, HS_S("answerConstraint"));
	if (hs_slice_eq(question->type, HS_S("open-choice")) || hs_slice_eq(beside, HS_S("optionsOrString")))
		return hs_slice_eq(type, HS_S("String"));
	/* A coding's options may be of other types, but what is no option is a Coding. */
	return hs_slice_eq(beside, HS_S("optionsOrType")) &&
		(hs_slice_eq(question->type, HS_S("coding")) ? hs_slice_eq(type, HS_S("Coding")) :
							       hs__response_takes(question->type, type));
}

void hs__response_option(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *answer, const struct hs__node *value, struct hs_slice type)
{
	const struct hs_json *options = hs__rules_array(question->item, "answerOption");
	struct hs_slice set = hs_json_get_text(question->item, HS_S("answerValueSet"));
	bool coding = hs_slice_eq(type, HS_S("Coding"));
	if (hs__response_is_free(question, type))
		return;
	if (options)
		check_options(response, answer, value, type, options);
	else if (set.len && coding)
		check_value_set(response, answer, value, set);
	else if (hs__rules_in(question->type, "choice open-choice coding") && !coding)
		HS__WARN(response->run, value, "", "value", "response-type",
			"the question '%.*s' offers no options, so nothing tells whether a value%.*s may "
			"answer it",
			HS__SHOW(question->link_id), HS__SHOW(type));
}
