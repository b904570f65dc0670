/* SPDX-License-Identifier: Apache-2.0 */
/* enableWhen (R4 Questionnaire.item.enableWhen): which questions are to be answered. */
#include <core/fhir/validate/rules/response.h>

#include <core/fhir/path/path.h>

/* Extensions that hold an expression: SDC's, an Expression, and the Finnish one, a string. */
#define SDC_URL "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"
#define FINNISH_URL "http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen"

#define VARIABLE_URL "http://hl7.org/fhir/StructureDefinition/variable"
#define VARIABLES_MAX 32u /* that an expression may speak of */

#define EXPRESSION_STEPS 5000 /* what an evaluation takes of the budget */

/* ---- one condition, and the answers that it looks at ---- */

struct condition {
	struct hs_slice operator, link_id;
	const struct hs_json *wanted; /* answer[x] */
	struct hs_slice type;         /* its type */
	uint64_t left;                /* items of the question that were not met yet */
	bool asked;                   /* one was met */
	bool some, any;               /* it is answered; an answer holds */
};

static bool holds(const struct condition *condition, const struct hs_json *answer,
	struct hs_slice answer_type)
{
	bool known = true;
	struct hs_slice operator= condition->operator;
	if (hs_slice_eq(operator, HS_S("=")) || hs_slice_eq(operator, HS_S("!=")))
		return hs__response_same(answer, answer_type, condition->wanted, condition->type);
	int order = hs__response_compare(answer, condition->wanted, condition->type, &known);
	if (!known)
		return false;
	if (hs_slice_eq(operator, HS_S(">")))
		return order > 0;
	if (hs_slice_eq(operator, HS_S("<")))
		return order < 0;
	return hs_slice_eq(operator, HS_S(">=")) ? order >= 0 : order <= 0;
}

static void look_at(struct condition *condition, const struct hs_json *item)
{
	condition->asked = true;
	condition->left--;
	HS_JSON_EACH(answer, hs__rules_array(item, "answer")) {
		struct hs_slice type = HS_S_NONE;
		const struct hs_json *value = hs__rules_choice(answer, HS_S("value"), &type);
		condition->some |= value != NULL;
		condition->any |= value && holds(condition, value, type);
	}
}

static void look_below(struct hs__response *response, struct condition *condition, const struct hs_json *of,
	uint32_t depth)
{
	if (depth > HS__VALIDATE_DEPTH)
		return;
	HS_JSON_EACH(item, hs__rules_array(of, "item")) {
		if (--response->budget < 0 || !condition->left)
			return;
		if (hs_slice_eq(hs_json_get_text(item, HS_S("linkId")), condition->link_id))
			look_at(condition, item);
		look_below(response, condition, item, depth + 1);
		HS_JSON_EACH(answer, hs__rules_array(item, "answer"))
			look_below(response, condition, answer, depth + 1);
	}
}

/* The question may be there several times: what is nearest by ancestors counts (R4 section 9.5.9), and there
 * all answers to it do, whether they stand in one item or in one each. */
static void look(struct hs__response *response, struct condition *condition, const struct hs__node *at)
{
	const struct hs_map_slot *slot = condition->link_id.len ?
		hs_map_get(&response->answered, condition->link_id) :
		NULL;
	condition->left = slot ? slot->value.number : 0;
	if (condition->left == 1)
		at = response->root;
	for (; at && condition->left && !condition->asked; at = at == response->root ? NULL : at->up) {
		if (hs_slice_eq(hs_json_get_text(at->value, HS_S("linkId")), condition->link_id))
			look_at(condition, at->value);
		else
			look_below(response, condition, at->value, 0);
	}
}

static bool is_met(struct hs__response *response, const struct hs_json *source, const struct hs__node *at)
{
	struct condition condition = { .operator= hs_json_get_text(source, HS_S("operator")),
		.link_id = hs_json_get_text(source, HS_S("question")) };
	condition.wanted = hs__rules_choice(source, HS_S("answer"), &condition.type);
	look(response, &condition, at);
	if (hs_slice_eq(condition.operator, HS_S("exists")))
		return condition.some == hs_json_is(condition.wanted, HS_JSON_TRUE);
	/* "!=": no answer has a value that is equal. */
	return hs_slice_eq(condition.operator, HS_S("!=")) ? !condition.any : condition.any;
}

static bool conditions_met(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *at)
{
	const struct hs_json *conditions = hs__rules_array(question->item, "enableWhen");
	bool all = hs_slice_eq(hs_json_get_text(question->item, HS_S("enableBehavior")), HS_S("all"));
	if (!conditions)
		return true;
	HS_JSON_EACH(condition, conditions) {
		bool met = is_met(response, condition, at);
		if (met != all)
			return met;
	}
	return all;
}

/* ---- extensions: a FHIRPath expression ---- */

/* %questionnaire, and the variables that the questionnaire, the groups around a question and the question
 * itself declare (SDC, the extension variable). Each may speak of those before it. */
struct variable {
	struct hs_slice name;
	struct hs_path *path; /* owned: values of the list lie in it */
	struct hs_path_list list;
};
struct names {
	struct hs_path_value questionnaire;
	struct variable all[VARIABLES_MAX];
	uint32_t count;
};

static bool find_variable(void *arg, struct hs_slice name, struct hs_path_list *out)
{
	struct names *names = arg;
	if (hs_slice_eq(name, HS_S("questionnaire"))) {
		*out = (struct hs_path_list) { &names->questionnaire, 1 };
		return true;
	}
	for (uint32_t i = names->count; i > 0; i--) { /* the nearest */
		const struct variable *variable = &names->all[i - 1];
		if (!hs_slice_eq(variable->name, name))
			continue;
		*out = variable->list;
		return true;
	}
	return false;
}

/* False when it cannot be evaluated; *path is for the caller to free, later than the list is used. */
static bool evaluate(struct hs__response *response, struct names *names, struct hs_slice text,
	struct hs_path **path, struct hs_path_list *list)
{
	const struct hs__validation *run = response->run;
	struct hs_path_context context = { .arena = run->arena,
		.defs = run->defs,
		.resource = response->root->value,
		.now_ms = run->options->now_ms,
		.variable = find_variable,
		.arg = names };
	struct hs_error err;
	response->budget -= EXPRESSION_STEPS;
	return response->budget >= 0 &&
		!hs_path_compile(run->defs, text, HS_S("QuestionnaireResponse"), path, NULL, &err) &&
		!hs_path_eval(*path, &context, response->root->value, list, &err);
}

/* FHIRPath; a questionnaire may ask in CQL, too, or for what a query finds. */
static bool is_fhirpath(const struct hs_json *expression)
{
	return hs_slice_eq(hs_json_get_text(expression, HS_S("language")), HS_S("text/fhirpath"));
}

static void declare(struct hs__response *response, struct names *names, const struct hs_json *of)
{
	HS_JSON_EACH(extension, hs__rules_array(of, "extension")) {
		struct variable next = { .path = NULL };
		const struct hs_json *value = hs_json_get(extension, HS_S("valueExpression"));
		struct hs_slice text = hs_json_get_text(value, HS_S("expression"));
		next.name = hs_json_get_text(value, HS_S("name"));
		if (names->count == VARIABLES_MAX || !next.name.len ||
			!hs_slice_eq(hs_json_get_text(extension, HS_S("url")), HS_S(VARIABLE_URL)) ||
			!is_fhirpath(value))
			continue;
		if (evaluate(response, names, text, &next.path, &next.list))
			names->all[names->count++] = next;
		else
			hs_path_free(next.path);
	}
}

static void declare_all(struct hs__response *response, struct names *names,
	const struct hs__question *question)
{
	const struct hs__question *chain[HS__VALIDATE_DEPTH];
	uint32_t depth = 0;
	for (; question && depth < HS__VALIDATE_DEPTH; question = question->parent)
		chain[depth++] = question;
	declare(response, names, response->questionnaire);
	while (depth > 0)
		declare(response, names, chain[--depth]->item);
}

/* What cannot be evaluated disables nothing. */
static bool expression_met(struct hs__response *response, const struct hs__question *question)
{
	const struct hs_json *value = hs__rules_extension(question->item, HS_S(SDC_URL), NULL);
	struct hs_slice text = hs_json_get_text(value, HS_S("expression"));
	if (!value)
		text = hs_json_text(hs__rules_extension(question->item, HS_S(FINNISH_URL), NULL));
	if (!text.len || (value && !is_fhirpath(value)))
		return true;
	struct names names = { .questionnaire = { .kind = HS_PATH_NODE, .node = response->questionnaire } };
	struct hs_path_list list = { NULL, 0 };
	struct hs_path *path = NULL;
	bool met = true;
	if (hs_slice_find(text, '%', 0) != SIZE_MAX)
		declare_all(response, &names, question);
	if (evaluate(response, &names, text, &path, &list)) {
		int truth = hs_path_truth(&list);
		met = truth == 1 || truth == -2;
	}
	hs_path_free(path);
	while (names.count > 0)
		hs_path_free(names.all[--names.count].path);
	return met;
}

bool hs__response_enabled(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *at)
{
	bool enabled = conditions_met(response, question, at) && expression_met(response, question);
	return enabled || response->budget < 0;
}
