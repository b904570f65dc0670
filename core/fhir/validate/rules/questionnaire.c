/* SPDX-License-Identifier: Apache-2.0 */
/* Questionnaire (R4 section 9.5): conditions ask about questions that are there, and initial values and
 * options suit the type. Unique linkIds and the like are invariants of the definition. */
#include <core/fhir/validate/rules/response.h>

struct place {
	const struct hs_json *item;
	const struct place *up;
};

struct questions {
	struct hs__validation *run;
	struct hs_map by_id; /* linkId -> struct place */
};

static void gather(struct questions *questions, const struct hs_json *of, const struct place *up,
	uint32_t depth)
{
	if (depth > HS__VALIDATE_DEPTH)
		return;
	HS_JSON_EACH(item, hs__rules_array(of, "item")) {
		struct hs_slice link_id = hs_json_get_text(item, HS_S("linkId"));
		struct place *place = hs_arena_alloc(questions->run->arena, sizeof(*place));
		struct hs_map_slot *slot = place && link_id.len ?
			hs_map_put(&questions->by_id, link_id, NULL) :
			NULL;
		if (!place)
			return;
		*place = (struct place) { item, up };
		if (slot)
			slot->value.ptr = place;
		gather(questions, item, place, depth + 1);
	}
}

/* ---- enableWhen ---- */

static bool is_within(const struct place *place, const struct hs_json *item)
{
	for (place = place->up; place; place = place->up)
		if (place->item == item)
			return true;
	return false;
}

/* A condition that no answer can meet is no error of form, but hides the item for ever. */
static void check_answerable(struct questions *questions, const struct hs__node *at,
	const struct hs_json *asked)
{
	struct hs_slice ending = HS_S_NONE;
	struct hs_slice type = hs_json_get_text(asked, HS_S("type"));
	bool exists = hs_slice_eq(hs_json_get_text(at->value, HS_S("operator")), HS_S("exists"));
	if (hs__rules_in(type, "group display"))
		HS__WARN(questions->run, at, "question", "business-rule", "questionnaire-condition",
			"the item '%.*s' is of type %.*s, which is never answered, so nothing can depend on "
			"its answer",
			HS__SHOW(hs_json_get_text(asked, HS_S("linkId"))), HS__SHOW(type));
	else if (!exists && hs__rules_choice(at->value, HS_S("answer"), &ending) &&
		!hs__response_takes(type, ending))
		HS__WARN(questions->run, at, "", "business-rule", "questionnaire-condition",
			"the question '%.*s' is of type %.*s, so its answer is never a %.*s",
			HS__SHOW(hs_json_get_text(asked, HS_S("linkId"))), HS__SHOW(type), HS__SHOW(ending));
}

static void check_condition(struct questions *questions, const struct hs__node *at,
	const struct hs_json *item)
{
	struct hs_slice own = hs_json_get_text(item, HS_S("linkId"));
	struct hs_slice question = hs_json_get_text(at->value, HS_S("question"));
	const struct hs_map_slot *slot = question.len ? hs_map_get(&questions->by_id, question) : NULL;
	const struct place *place = slot ? slot->value.ptr : NULL;
	if (!question.len)
		return;
	if (hs_slice_eq(question, own))
		HS__FAIL(questions->run, at, "question", "business-rule", "questionnaire-condition",
			"the item '%.*s' cannot depend on its own answer", HS__SHOW(own));
	else if (!place)
		HS__FAIL(questions->run, at, "question", "not-found", "questionnaire-condition",
			"there is no item with the linkId '%.*s' to depend on", HS__SHOW(question));
	else if (is_within(place, item))
		HS__FAIL(questions->run, at, "question", "business-rule", "questionnaire-condition",
			"the item '%.*s' stands within the one that depends on it, which is not there to be "
			"answered before its condition holds",
			HS__SHOW(question));
	else
		check_answerable(questions, at, place->item);
}

/* R4's que-12 says so in words, but its expression lets two conditions through. */
static void check_behavior(struct questions *questions, const struct hs__node *item)
{
	if (hs_json_count(hs__rules_array(item->value, "enableWhen")) > 1 &&
		!hs_json_get(item->value, HS_S("enableBehavior")))
		HS__FAIL(questions->run, item, "", "invariant", "questionnaire-behavior",
			"with more than one enableWhen, enableBehavior must say whether all must hold or "
			"any");
}

/* Options of a question with a type of its own are of that type. */
static void check_options(struct questions *questions, const struct hs__node *item, struct hs_slice type)
{
	HS__EACH_BELOW(option, item, "answerOption") {
		struct hs_slice ending = HS_S_NONE;
		if (!hs__rules_choice(option.value, HS_S("value"), &ending))
			continue;
		if (hs__rules_in(type, "integer date time string") && !hs_slice_ieq(ending, type))
			HS__FAIL(questions->run, &option, "", "business-rule", "questionnaire-option",
				"the question is of type %.*s, so an option cannot be value%.*s",
				HS__SHOW(type), HS__SHOW(ending));
	}
}

/* An initial value is an answer, so it has the type of one (R4 Questionnaire.item.initial). */
static void check_initial(struct questions *questions, const struct hs__node *item, struct hs_slice type)
{
	HS__EACH_BELOW(initial, item, "initial") {
		struct hs_slice ending = HS_S_NONE;
		if (hs__rules_choice(initial.value, HS_S("value"), &ending) &&
			!hs__response_takes(type, ending))
			HS__FAIL(questions->run, &initial, "", "business-rule", "questionnaire-initial",
				"the question is of type %.*s, so its initial value cannot be value%.*s",
				HS__SHOW(type), HS__SHOW(ending));
	}
}

/* "question" stands for all the types that have answers (R4 CodeSystem item-type: notSelectable). */
static void check_type(struct questions *questions, const struct hs__node *item, struct hs_slice type)
{
	if (hs_slice_eq(type, HS_S("question")))
		HS__WARN(questions->run, item, "type", "business-rule", "questionnaire-type",
			"'question' says nothing of the answers; name their type, such as string");
}

static void check_items(struct questions *questions, const struct hs__node *of)
{
	if (of->depth > HS__VALIDATE_DEPTH)
		return;
	HS__EACH_BELOW(item, of, "item") {
		check_behavior(questions, &item);
		HS__EACH_BELOW(condition, &item, "enableWhen")
			check_condition(questions, &condition, item.value);
		struct hs_slice type = hs_json_get_text(item.value, HS_S("type"));
		check_type(questions, &item, type);
		check_options(questions, &item, type);
		check_initial(questions, &item, type);
		check_items(questions, &item);
	}
}

void hs__rule_questionnaire(struct hs__validation *run, const struct hs__node *node)
{
	struct questions questions = { .run = run };
	hs_map_init(&questions.by_id, run->arena);
	questions.by_id.seed = hs_hash_secret();
	gather(&questions, node->value, NULL, 0);
	check_items(&questions, node);
	hs__questionnaire_derived(run, node);
}
