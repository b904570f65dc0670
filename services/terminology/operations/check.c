/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that an upload must keep so that it can be used: invariants of CodeSystem (csd-1) and ValueSet
 * (vsd-1, vsd-2, vsd-3) of R4, those of ConceptMap (check_map.c), and that it can be compiled. */
#include "check.h"

#include "../compile/compile.h"
#include "../context.h"
#include "../text/regex.h"

#include <stdlib.h>

#define REPORTED_MAX 20u
/* The system of the names that validation has for its rules. */
#define RULES "https://handslag.example/fhir/CodeSystem/validation-message"

static int compare_texts(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

static size_t count_concepts(const struct hs_json *list)
{
	size_t n = 0;

	HS_JSON_EACH(item, list)
		n += 1 + count_concepts(hs_json_get(item, HS_S("concept")));
	return n;
}

static size_t list_codes(const struct hs_json *list, struct hs_slice *out)
{
	size_t n = 0;

	HS_JSON_EACH(item, list) {
		out[n++] = hs_json_get_text(item, HS_S("code"));
		n += list_codes(hs_json_get(item, HS_S("concept")), out + n);
	}
	return n;
}

static void check_system(const struct tx_checking *c)
{
	const struct hs_write_event *event = c->event;
	const struct hs_json *concepts = hs_json_get(event->resource, HS_S("concept"));
	struct hs_slice *codes = hs_arena_array(event->arena, count_concepts(concepts) + 1, sizeof(*codes));
	unsigned reported = 0;

	if (!codes) {
		hs_tx_check_say(c, TX_MSG_OWN_NO_ROOM, "too-long", HS_S("CodeSystem.concept"), NULL,
			TX_ARGS(HS_S_NONE));
		return;
	}
	size_t n = list_codes(concepts, codes);
	qsort(codes, n, sizeof(*codes), compare_texts);
	for (size_t i = 1; i < n && reported < REPORTED_MAX; i++)
		if (hs_slice_eq(codes[i], codes[i - 1])) {
			hs_tx_check_say(c, TX_MSG_OWN_TWICE, "invariant", HS_S("CodeSystem.concept.code"),
				"csd-1", TX_ARGS(codes[i]));
			reported++;
		}
	bool supplement = hs_slice_eq(hs_json_get_text(event->resource, HS_S("content")), HS_S("supplement"));
	if (supplement && !hs_json_get_text(event->resource, HS_S("supplements")).len)
		hs_tx_check_say(c, TX_MSG_OWN_SUPPLEMENT_OF_NOTHING, "required", HS_S("CodeSystem.content"),
			"code-system-supplement", TX_ARGS(HS_S_NONE));
}

static void check_filters(const struct tx_checking *c, const struct hs_json *rule, struct hs_slice path)
{
	struct hs_arena *arena = c->event->arena;
	unsigned index = 0;

	HS_JSON_EACH(filter, hs_json_get(rule, HS_S("filter"))) {
		struct hs_slice value = hs_json_get_text(filter, HS_S("value"));
		struct hs_slice at = hs_arena_printf(arena, "%.*s.filter[%u]", HS_S_ARG(path), index++);
		struct hs_arena_mark mark = hs_arena_mark(arena);
		bool regex = hs_slice_eq(hs_json_get_text(filter, HS_S("op")), HS_S("regex"));
		if (regex && value.len && !hs_tx_regex_new(arena, value))
			hs_tx_check_say(c, TX_MSG_OWN_UNREAD_REGEX, "value", at, NULL, TX_ARGS(value));
		else
			hs_arena_rollback(arena, mark);
	}
}

static void check_rules(const struct tx_checking *c, const struct hs_json *list, const char *name)
{
	unsigned index = 0;

	HS_JSON_EACH(rule, list) {
		struct hs_slice path = hs_arena_printf(c->event->arena, "ValueSet.compose.%s[%u]", name,
			index++);
		bool system = hs_json_get_text(rule, HS_S("system")).len > 0;
		bool concepts = hs_json_get(rule, HS_S("concept")) != NULL,
		     filters = hs_json_get(rule, HS_S("filter")) != NULL;
		if (!system && !hs_json_get(rule, HS_S("valueSet")))
			hs_tx_check_say(c, TX_MSG_OWN_RULE_OF_NOTHING, "invariant", path, "vsd-1",
				TX_ARGS(HS_S_NONE));
		if (!system && (concepts || filters))
			hs_tx_check_say(c, TX_MSG_OWN_RULE_WITHOUT_SYSTEM, "invariant", path, "vsd-2",
				TX_ARGS(HS_S_NONE));
		if (concepts && filters)
			hs_tx_check_say(c, TX_MSG_OWN_RULE_OF_BOTH, "invariant", path, "vsd-3",
				TX_ARGS(HS_S_NONE));
		check_filters(c, rule, path);
	}
}

static void check_compiles(const struct tx_checking *c)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_error err = { .status = HS_OK };

	hs_tx_compile_speak(compile, c->swedish);
	if (hs_tx_compile_add(compile, c->event->resource, HS_ON_R4 | HS_ON_R5, NULL, &err))
		hs_issue_add(c->issues, HS_SEVERITY_ERROR, "too-costly", c->event->type, "%s", err.text);
	hs_tx_compile_free(compile);
}

void hs_tx_check_say(const struct tx_checking *c, enum tx_message id, const char *code, struct hs_slice path,
	const char *rule, struct tx_args args)
{
	struct hs_error sentence;

	hs_tx_say(&sentence, HS_E_INVALID, c->swedish, id, HS_S_NONE, args);
	struct hs_issue *issue = hs_issue_add(c->issues, HS_SEVERITY_ERROR, code, path, "%s", sentence.text);
	if (issue && rule) {
		issue->detail_system = HS_S(RULES);
		issue->detail_code = hs_slice_cstr(rule);
	}
}

void hs_tx_check(const struct hs_write_event *event, void *state, struct hs_issues *issues)
{
	const struct hs_json *compose = hs_json_get(event->resource, HS_S("compose"));
	struct tx_checking c = { event, issues, hs_tx_speaks_swedish(event->language, HS_S_NONE) };

	(void)state;
	if (!event->resource)
		return;
	if (hs_slice_eq(event->type, HS_S("CodeSystem")))
		check_system(&c);
	if (hs_slice_eq(event->type, HS_S("ConceptMap")))
		hs_tx_check_map(&c);
	check_rules(&c, hs_json_get(compose, HS_S("include")), "include");
	check_rules(&c, hs_json_get(compose, HS_S("exclude")), "exclude");
	if (!issues->errors)
		check_compiles(&c);
}
