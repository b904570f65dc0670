/* SPDX-License-Identifier: Apache-2.0 */
/* A QuestionnaireResponse beside its Questionnaire, shared by the files response*.c. */
#pragma once

#include <core/fhir/validate/rules/rules_private.h>

/* A question or group of the questionnaire. */
struct hs__question {
	const struct hs_json *item;
	struct hs__question *parent; /* NULL: directly in the questionnaire */
	struct hs_slice link_id, type;
	uint32_t order; /* among its siblings */
	bool required, repeats;
};

struct hs__response {
	struct hs__validation *run;
	const struct hs__node *root; /* the QuestionnaireResponse */
	const struct hs_json *questionnaire;
	struct hs_map questions; /* linkId -> struct hs__question */
	struct hs_map answered;  /* linkId -> number of items in the response */
	bool in_progress;        /* not finished, or taken back: what is missing is a warning */
	int64_t budget;          /* steps that conditions may still take; below 0 nothing is disabled */
};

/* response_enable.c: is the question to be answered, by enableWhen? `at` is where its item is in the
 * response, or would be. */
bool hs__response_enabled(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *at);
/* response_answer.c: one answer to a question: type and limits. */
void hs__response_answer(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *answer);
/* May an answer to a question of that type be value`ending`? True for a type that is not known. */
bool hs__response_takes(struct hs_slice question_type, struct hs_slice ending);
/* response_option.c: may the question be answered by values of that type that are none of its options? (R4
 * item type open-choice, R5 Questionnaire.item.answerConstraint) */
bool hs__response_is_free(const struct hs__question *question, struct hs_slice type);
/* Is the value one of those to choose from? `stem` as in "Coding" of valueCoding. */
void hs__response_option(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *answer, const struct hs__node *value, struct hs_slice type);
/* Of several answers none may be of an option that excludes others (questionnaire-optionExclusive). */
void hs__response_exclusive(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *at);
/* response_limit.c: bounds of values, lengths, sizes, units. */
void hs__response_limits(struct hs__response *response, const struct hs__question *question,
	const struct hs__node *answer, const struct hs__node *value, struct hs_slice type);
/* Is the value the one that an option or a condition wants? Codings by system and code; one that is wanted
 * without a system by its code alone. */
bool hs__response_same(const struct hs_json *value, struct hs_slice type, const struct hs_json *wanted,
	struct hs_slice wanted_type);
/* -1, 0, 1 for two values of one type (Integer, Decimal, Date, DateTime, Time, Quantity, String); *known
 * false when they cannot be compared. Dates of different precision compare by their first moment. */
int hs__response_compare(const struct hs_json *a, const struct hs_json *b, struct hs_slice type, bool *known);
