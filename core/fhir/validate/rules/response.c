/* SPDX-License-Identifier: Apache-2.0 */
/* QuestionnaireResponse (R4 section 9.6): its items beside those of the Questionnaire: known, in place and
 * order, answered when they must be, and only when they are enabled. */
#include <core/fhir/validate/rules/response.h>

#define QUESTIONS_MAX 100000u
#define STEPS_MAX 10000000 /* looking for answers that conditions ask for */

static void check_items(struct hs__response *response, const struct hs__node *parent,
	const struct hs__question *group, const struct hs_json *questions);

/* ---- the questionnaire by linkId ---- */

static void gather(struct hs__response *response, const struct hs_json *items, struct hs__question *parent,
	uint32_t depth)
{
	uint32_t order = 0;
	if (depth > HS__VALIDATE_DEPTH || response->questions.count > QUESTIONS_MAX)
		return;
	HS_JSON_EACH(item, items) {
		struct hs__question *question = hs_arena_alloc(response->run->arena, sizeof(*question));
		struct hs_slice link_id = hs_json_get_text(item, HS_S("linkId"));
		bool fresh;
		struct hs_map_slot *slot = question && link_id.len ?
			hs_map_put(&response->questions, link_id, &fresh) :
			NULL;
		if (!slot)
			continue;
		*question = (struct hs__question) { item, parent, link_id,
			hs_json_get_text(item, HS_S("type")), order++,
			hs_json_get_bool(item, HS_S("required"), false),
			hs_json_get_bool(item, HS_S("repeats"), false) };
		if (fresh)
			slot->value.ptr = question;
		gather(response, hs__rules_array(item, "item"), question, depth + 1);
	}
}

static void count_answered(struct hs__response *response, const struct hs_json *of, uint32_t depth)
{
	if (depth > HS__VALIDATE_DEPTH)
		return;
	HS_JSON_EACH(item, hs__rules_array(of, "item")) {
		struct hs_slice link_id = hs_json_get_text(item, HS_S("linkId"));
		struct hs_map_slot *slot = link_id.len ? hs_map_put(&response->answered, link_id, NULL) :
							 NULL;
		if (slot)
			slot->value.number++;
		count_answered(response, item, depth + 1);
		HS_JSON_EACH(answer, hs__rules_array(item, "answer"))
			count_answered(response, answer, depth + 1);
	}
}

static const struct hs__question *question_of(const struct hs__response *response, struct hs_slice link_id)
{
	const struct hs_map_slot *slot = link_id.len ? hs_map_get(&response->questions, link_id) : NULL;
	return slot ? slot->value.ptr : NULL;
}

/* ---- what must be there ---- */

static void fail_required(struct hs__response *response, const struct hs__node *at,
	const struct hs__question *question)
{
	bool group = hs_slice_eq(question->type, HS_S("group"));
	hs__validate_add(response->run, at, HS_S_NONE, NULL,
		response->in_progress ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR, "required",
		"response-required", "%s '%.*s' is required, and there is no answer to it",
		group ? "the group" : "the question", HS__SHOW(question->link_id));
}

static bool has_content(const struct hs_json *item, const struct hs__question *question)
{
	const char *what = hs_slice_eq(question->type, HS_S("group")) ? "item" : "answer";
	return hs_json_count(hs__rules_array(item, what)) > 0;
}

static uint64_t occurrences(const struct hs__question *question, const char *url)
{
	const struct hs_json *value = hs__rules_extension(question->item, hs_slice_cstr(url), NULL);
	int64_t number = 0;
	return hs_json_i64(value, &number) && number > 0 ? (uint64_t)number : 0;
}

static void check_occurs(struct hs__response *response, const struct hs__node *at,
	const struct hs__question *question, size_t count)
{
	uint64_t least = occurrences(question,
		"http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs");
	uint64_t most = occurrences(question,
		"http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs");
	if (count < least)
		hs__validate_add(response->run, at, HS_S_NONE, NULL,
			response->in_progress ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR, "required",
			"response-min-occurs",
			"there %s %zu answer%s, but the question asks for at least %llu",
			count == 1 ? "is" : "are", count, count == 1 ? "" : "s", (unsigned long long)least);
	if (most && count > most)
		HS__FAIL(response->run, at, "", "structure", "response-max-occurs",
			"there are %zu answers, but the question takes %llu at most", count,
			(unsigned long long)most);
}

/* ---- one item of the response ---- */

static void check_question(struct hs__response *response, const struct hs__node *at,
	const struct hs__question *question)
{
	if (hs__rules_array(at->value, "item"))
		HS__FAIL(response->run, at, "item", "structure", "response-items",
			"'%.*s' is no group: items below a question stand in its answers",
			HS__SHOW(question->link_id));
	size_t count = hs_json_count(hs__rules_array(at->value, "answer"));
	check_occurs(response, at, question, count);
	if (count > 1 && !question->repeats)
		HS__FAIL(response->run, at, "", "structure", "response-repeats",
			"there are %zu answers to '%.*s', which takes one only", count,
			HS__SHOW(question->link_id));
	hs__response_exclusive(response, question, at);
	HS__EACH_BELOW(answer, at, "answer") {
		hs__response_answer(response, question, &answer);
		check_items(response, &answer, question, hs__rules_array(question->item, "item"));
	}
}

#define TRANSLATION "http://hl7.org/fhir/StructureDefinition/translation"

/* Is it the question's text in another language, by the extension for that? */
static bool is_translation(const struct hs__question *question, struct hs_slice text)
{
	HS_JSON_EACH(extension, hs__rules_array(hs_json_get(question->item, HS_S("_text")), "extension"))
		if (hs_slice_eq(hs_json_get_text(extension, HS_S("url")), HS_S(TRANSLATION)) &&
			hs_slice_eq(hs_json_text(hs__rules_extension(extension, HS_S("content"), NULL)),
				text))
			return true;
	return false;
}

/* The text is a copy, so that the response can be read alone (R4 QuestionnaireResponse.item.text). */
static void check_text(struct hs__response *response, const struct hs__node *at,
	const struct hs__question *question)
{
	struct hs_slice text = hs_json_get_text(at->value, HS_S("text"));
	struct hs_slice asked = hs_json_get_text(question->item, HS_S("text"));
	if (text.len && asked.len && !hs_slice_eq(text, asked) && !is_translation(question, text))
		HS__FAIL(response->run, at, "text", "invalid", "response-text",
			"the text of '%.*s' is '%.*s' in the questionnaire, not '%.*s'",
			HS__SHOW(question->link_id), HS__SHOW(asked), HS__SHOW(text));
}

static void check_item(struct hs__response *response, const struct hs__node *at,
	const struct hs__question *question)
{
	check_text(response, at, question);
	bool group = hs_slice_eq(question->type, HS_S("group"));
	bool silent = group || hs__rules_in(question->type, "display question");
	if (!hs__response_enabled(response, question, at)) {
		if (has_content(at->value, question))
			HS__FAIL(response->run, at, "", "invariant", "response-not-enabled",
				"there is an answer to '%.*s', which is not enabled: its enableWhen does not "
				"hold",
				HS__SHOW(question->link_id));
		return;
	}
	if (question->required && !has_content(at->value, question))
		fail_required(response, at, question);
	if (silent && hs__rules_array(at->value, "answer"))
		HS__FAIL(response->run, at, "answer", "structure", "response-no-answers",
			"an item of type '%.*s' takes no answers", HS__SHOW(question->type));
	if (silent && !group && hs__rules_array(at->value, "item"))
		HS__FAIL(response->run, at, "item", "structure", "response-items",
			"an item of type '%.*s' has no items below it", HS__SHOW(question->type));
	if (group)
		check_items(response, at, question, hs__rules_array(question->item, "item"));
	else if (!silent)
		check_question(response, at, question);
}

/* ---- the items of one level ---- */

static void fail_unknown(struct hs__response *response, const struct hs__node *parent,
	const struct hs__node *at, struct hs_slice link_id)
{
	const struct hs__question *elsewhere = question_of(response, link_id);
	if (!elsewhere)
		hs__validate_add(response->run, parent, HS_S_NONE, hs_json_get(at->value, HS_S("linkId")),
			HS_SEVERITY_ERROR, "not-found", "response-link-id",
			"the questionnaire has no item with the linkId '%.*s'", HS__SHOW(link_id));
	else
		HS__FAIL(response->run, at, "", "structure", "response-misplaced",
			"the item '%.*s' is in the wrong place; it belongs %s%.*s", HS__SHOW(link_id),
			elsewhere->parent ? "below " : "directly into the response",
			HS__SHOW(elsewhere->parent ? elsewhere->parent->link_id : HS_S_NONE));
}

/* Known, in place, in order; `seen` counts the items of each question of this level. */
static void check_order(struct hs__response *response, const struct hs__node *parent,
	const struct hs__question *group, uint32_t *seen, uint32_t room)
{
	uint32_t last = 0;
	HS__EACH_BELOW(at, parent, "item") {
		struct hs_slice link_id = hs_json_get_text(at.value, HS_S("linkId"));
		const struct hs__question *question = question_of(response, link_id);
		if (!link_id.len)
			continue;
		if (!question || question->parent != group || question->order >= room) {
			fail_unknown(response, parent, &at, link_id);
			continue;
		}
		if (question->order < last)
			HS__FAIL(response->run, &at, "", "structure", "response-order",
				"the item '%.*s' is out of order; items come as they do in the questionnaire",
				HS__SHOW(link_id));
		last = question->order > last ? question->order : last;
		if (seen[question->order]++ == 1 && !question->repeats)
			HS__FAIL(response->run, parent, "", "structure", "response-repeats",
				"there are several items '%.*s', which does not repeat", HS__SHOW(link_id));
		check_item(response, &at, question);
	}
}

static void check_items(struct hs__response *response, const struct hs__node *parent,
	const struct hs__question *group, const struct hs_json *questions)
{
	uint32_t room = (uint32_t)hs_json_count(questions);
	uint32_t *seen = hs_arena_array(response->run->arena, room + 1, sizeof(*seen));
	if (!seen || parent->depth > HS__VALIDATE_DEPTH)
		return;
	check_order(response, parent, group, seen, room);
	HS_JSON_EACH(item, questions) {
		const struct hs__question *question = question_of(response,
			hs_json_get_text(item, HS_S("linkId")));
		if (!question || question->item != item)
			continue;
		if (seen[question->order]) {
			if (hs_slice_eq(question->type, HS_S("group"))) /* a question counts its answers */
				check_occurs(response, parent, question, seen[question->order]);
			continue;
		}
		if (question->required && !hs_slice_eq(question->type, HS_S("display")) &&
			hs__response_enabled(response, question, parent))
			fail_required(response, parent, question);
	}
}

/* ---- the whole ---- */

/* Answers are given while the questionnaire is in use (R4 Questionnaire.effectivePeriod). */
static void check_period(struct hs__response *response, const struct hs_json *authored,
	const struct hs_json *bound, bool start)
{
	bool known = true;
	if (!hs_json_is(authored, HS_JSON_STRING) || !hs_json_is(bound, HS_JSON_STRING))
		return;
	int order = hs__response_compare(authored, bound, HS_S("DateTime"), &known);
	struct hs_slice given = hs_json_text(authored);
	bool within = given.ptr && hs_slice_starts(given, hs_json_text(bound)); /* on that very day */
	if (known && !within && (start ? order < 0 : order > 0))
		HS__WARN(response->run, response->root, "authored", "business-rule", "response-period",
			"the answers were given on %.*s, %s, %.*s", HS__SHOW(given),
			start ? "before the questionnaire was in use" : "after the questionnaire was in use",
			HS__SHOW(hs_json_text(bound)));
}

static void check_status(struct hs__response *response)
{
	struct hs_slice status = hs_json_get_text(response->questionnaire, HS_S("status"));
	if (hs_slice_eq(status, HS_S("retired")))
		HS__WARN(response->run, response->root, "questionnaire", "business-rule", "response-retired",
			"the questionnaire is retired");
	const struct hs_json *period = hs_json_get(response->questionnaire, HS_S("effectivePeriod"));
	const struct hs_json *authored = hs_json_get(response->root->value, HS_S("authored"));
	check_period(response, authored, hs_json_get(period, HS_S("start")), true);
	check_period(response, authored, hs_json_get(period, HS_S("end")), false);
}

/* Where the questionnaire says whom it is about, nobody else is answered for (R4 Questionnaire.subjectType).
 */
static void check_subject(struct hs__response *response)
{
	struct hs__validation *run = response->run;
	const struct hs_json *allowed = hs__rules_array(response->questionnaire, "subjectType");
	const struct hs_json *subject = hs_json_get(response->root->value, HS_S("subject"));
	const struct hs_def_type *type = hs_defs_type(run->defs,
		hs__validate_target(run, response->root, subject));
	if (!allowed || !type)
		return;
	HS_JSON_EACH(item, allowed) {
		const struct hs_def_type *wanted = hs_defs_type(run->defs, hs_json_text(item));
		if (!wanted || hs_defs_is_a(run->defs, type, wanted))
			return;
	}
	HS__FAIL(run, response->root, "subject", "invalid", "response-subject",
		"the questionnaire is not for a %.*s; its subjectType names whom it is for",
		HS_S_ARG(hs_defs_text(run->defs, type->name)));
}

/* The questionnaire, or NULL when it cannot be told which it is; that is told then. An answer to one version
 * says nothing about another. */
static const struct hs_json *questionnaire_of(struct hs__validation *run, const struct hs__node *node)
{
	bool exact = true;
	struct hs_slice canonical = hs_json_get_text(node->value, HS_S("questionnaire"));
	if (!canonical.len) {
		HS__HINT(run, node, "", "informational", "response-no-questionnaire",
			"the response does not say which questionnaire it answers, so its answers cannot be "
			"judged");
		return NULL;
	}
	const struct hs_json *found = canonical.ptr[0] == '#' ?
		hs__rules_resource_of(run, node, "Questionnaire", canonical) :
		hs_library_find(run->library, HS_S("Questionnaire"), canonical, &exact);
	if (!found)
		HS__WARN(run, node, "questionnaire", "not-found", "response-questionnaire",
			"the questionnaire '%.*s' is not known here, so the answers cannot be judged",
			HS__SHOW(canonical));
	else if (!exact)
		HS__WARN(run, node, "questionnaire", "not-found", "response-questionnaire",
			"the questionnaire '%.*s' is known here, but in the version '%.*s', so the answers "
			"cannot be judged",
			HS__SHOW(canonical), HS__SHOW(hs_json_get_text(found, HS_S("version"))));
	return exact ? found : NULL;
}

void hs__rule_response(struct hs__validation *run, const struct hs__node *node)
{
	struct hs__response response = { .run = run, .root = node, .budget = STEPS_MAX };
	response.questionnaire = questionnaire_of(run, node);
	if (!response.questionnaire)
		return;
	response.in_progress = hs__rules_in(hs_json_get_text(node->value, HS_S("status")),
		"in-progress stopped entered-in-error");
	hs_map_init(&response.questions, run->arena);
	hs_map_init(&response.answered, run->arena);
	response.questions.seed = response.answered.seed = hs_hash_secret();
	gather(&response, hs__rules_array(response.questionnaire, "item"), NULL, 0);
	count_answered(&response, node->value, 0);
	check_status(&response);
	check_subject(&response);
	check_items(&response, node, NULL, hs__rules_array(response.questionnaire, "item"));
}
