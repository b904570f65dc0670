/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that an upload must keep so that it can be used: invariants of CodeSystem (csd-1) and ValueSet
 * (vsd-1, vsd-2, vsd-3) of R4, and that it can be compiled. */
#include "check.h"

#include "../compile/compile.h"
#include "../text/regex.h"

#include <stdlib.h>

#define REPORTED_MAX 20u

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

static void check_system(const struct hs_write_event *event, struct hs_issues *issues)
{
	const struct hs_json *concepts = hs_json_get(event->resource, HS_S("concept"));
	struct hs_slice *codes = hs_arena_array(event->arena, count_concepts(concepts) + 1, sizeof(*codes));
	unsigned reported = 0;

	if (!codes) {
		hs_issue_add(issues, HS_SEVERITY_ERROR, "too-long", HS_S("CodeSystem.concept"),
			"there are too many concepts for one request");
		return;
	}
	size_t n = list_codes(concepts, codes);
	qsort(codes, n, sizeof(*codes), compare_texts);
	for (size_t i = 1; i < n && reported < REPORTED_MAX; i++)
		if (hs_slice_eq(codes[i], codes[i - 1])) {
			hs_issue_add(issues, HS_SEVERITY_ERROR, "invariant", HS_S("CodeSystem.concept.code"),
				"the code \"%.*s\" is there more than once; codes must differ (csd-1)",
				HS_S_ARG(hs_slice_first(codes[i], 100)));
			reported++;
		}
	bool supplement = hs_slice_eq(hs_json_get_text(event->resource, HS_S("content")), HS_S("supplement"));
	if (supplement && !hs_json_get_text(event->resource, HS_S("supplements")).len)
		hs_issue_add(issues, HS_SEVERITY_ERROR, "required", HS_S("CodeSystem.supplements"),
			"a supplement must say what it supplements");
}

static void check_filters(struct hs_arena *arena, const struct hs_json *rule, struct hs_slice path,
	struct hs_issues *issues)
{
	unsigned index = 0;

	HS_JSON_EACH(filter, hs_json_get(rule, HS_S("filter"))) {
		struct hs_slice value = hs_json_get_text(filter, HS_S("value"));
		struct hs_slice at = hs_arena_printf(arena, "%.*s.filter[%u]", HS_S_ARG(path), index++);
		struct hs_arena_mark mark = hs_arena_mark(arena);
		bool regex = hs_slice_eq(hs_json_get_text(filter, HS_S("op")), HS_S("regex"));
		if (regex && value.len && !hs_tx_regex_new(arena, value))
			hs_issue_add(issues, HS_SEVERITY_ERROR, "value", at,
				"the regular expression cannot be read: \"%.*s\"",
				HS_S_ARG(hs_slice_first(value, 200)));
		else
			hs_arena_rollback(arena, mark);
	}
}

static void check_rules(struct hs_arena *arena, const struct hs_json *list, const char *name,
	struct hs_issues *issues)
{
	unsigned index = 0;

	HS_JSON_EACH(rule, list) {
		struct hs_slice path = hs_arena_printf(arena, "ValueSet.compose.%s[%u]", name, index++);
		bool system = hs_json_get_text(rule, HS_S("system")).len > 0;
		bool concepts = hs_json_get(rule, HS_S("concept")) != NULL,
		     filters = hs_json_get(rule, HS_S("filter")) != NULL;
		if (!system && !hs_json_get(rule, HS_S("valueSet")))
			hs_issue_add(issues, HS_SEVERITY_ERROR, "invariant", path,
				"a system or a valueSet is needed (vsd-1)");
		if (!system && (concepts || filters))
			hs_issue_add(issues, HS_SEVERITY_ERROR, "invariant", path,
				"with concept or filter a system is needed (vsd-2)");
		if (concepts && filters)
			hs_issue_add(issues, HS_SEVERITY_ERROR, "invariant", path,
				"concept and filter cannot both be there (vsd-3)");
		check_filters(arena, rule, path, issues);
	}
}

static void check_compiles(const struct hs_write_event *event, struct hs_issues *issues)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_error err = { .status = HS_OK };

	if (hs_tx_compile_add(compile, event->resource, HS_ON_R4 | HS_ON_R5, NULL, &err))
		hs_issue_add(issues, HS_SEVERITY_ERROR, "too-costly", event->type, "%s", err.text);
	hs_tx_compile_free(compile);
}

void hs_tx_check(const struct hs_write_event *event, void *state, struct hs_issues *issues)
{
	const struct hs_json *compose = hs_json_get(event->resource, HS_S("compose"));

	(void)state;
	if (!event->resource)
		return;
	if (hs_slice_eq(event->type, HS_S("CodeSystem")))
		check_system(event, issues);
	check_rules(event->arena, hs_json_get(compose, HS_S("include")), "include", issues);
	check_rules(event->arena, hs_json_get(compose, HS_S("exclude")), "exclude", issues);
	if (!issues->errors)
		check_compiles(event, issues);
}
