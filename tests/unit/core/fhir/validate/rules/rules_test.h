/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the special rules share: a validator over the packages of the cache, opened once a
 * binary, and resources written with single quotes. */
#pragma once

#include "../../profile/profile_test.h"

#include <core/fhir/validate/validate.h>

struct rules_bench {
	struct bench base;
	bool open;
};
static struct rules_bench rules_bench;

static int open_rules(void **state)
{
	(void)state;
	rules_bench.open = open_bench(&rules_bench.base, HS_S("hl7.fhir.r4.examples"), HS_FHIR_R4);
	return 0;
}

static int close_rules(void **state)
{
	(void)state;
	if (rules_bench.open)
		close_bench(&rules_bench.base);
	return 0;
}

static inline struct hs_slice unquote(struct hs_arena *arena, const char *text)
{
	char *copy = hs_arena_cstr(arena, hs_slice_cstr(text));
	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return hs_slice_cstr(copy);
}

/* A case: the resource, others that the validator is given (NULL ends), and what the rules say of it:
 * "id path" for each issue whose message id begins with `prefix`, joined by "; ". Warnings have a '?' behind
 * the id, hints are left out. */
struct rules_case {
	const char *resource;
	const char *given[4];
	const char *want;
};

static inline void add_issues(struct hs_buf *have, const struct hs_issues *issues, const char *prefix)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next) {
		if (!hs_slice_starts(issue->detail_code, hs_slice_cstr(prefix)) ||
			issue->severity == HS_SEVERITY_INFORMATION)
			continue;
		hs_buf_printf(have, "%s%.*s%s %.*s", have->len ? "; " : "", HS_S_ARG(issue->detail_code),
			issue->severity == HS_SEVERITY_WARNING ? "?" : "", HS_S_ARG(issue->path));
	}
}

/* Validates `resource` beside `given` (ends with NULL, or has four) into issues whose arena the caller gives
 * back. */
static inline void validate_beside(const char *resource, const char *const *given, bool swedish,
	struct hs_issues *issues)
{
	struct hs_error err;
	struct hs_library *library = hs_library_over(rules_bench.base.library);
	for (size_t i = 0; i < 4 && given[i]; i++)
		if (hs_library_add(library, unquote(issues->arena, given[i]), &err))
			fail_msg("%s", err.text);
	struct hs_profiles *profiles = hs_profiles_new(rules_bench.base.defs, library,
		rules_bench.base.profiles);
	struct hs_validator_source source = { .profiles = profiles };
	struct hs_validator *validator = hs_validator_new(&source);
	struct hs_validate_options options = { .source = unquote(issues->arena, resource),
		.swedish = swedish };
	hs_validate(validator, parse_json(issues->arena, options.source), &options, issues);
	hs_validator_unref(validator);
	hs_profiles_unref(profiles);
	hs_library_unref(library);
}

static inline void run_rules(const char *prefix, const struct rules_case *row)
{
	struct hs_issues issues = { .arena = hs_arena_new((size_t)256 << 20) };
	struct hs_buf have;
	validate_beside(row->resource, row->given, false, &issues);
	hs_buf_init(&have, issues.arena, 100000);
	add_issues(&have, &issues, prefix);
	if (!hs_slice_eq(hs_buf_slice(&have), hs_slice_cstr(row->want)))
		fail_msg("%.200s\nhave: %.*s\nwant: %s", row->resource, HS_S_ARG(hs_buf_slice(&have)),
			row->want);
	hs_arena_free(issues.arena);
}

/* Skips when there are no packages. */
static inline void run_rows(const char *prefix, const struct rules_case *rows, size_t count)
{
	if (!rules_bench.open)
		skip();
	for (size_t i = 0; i < count; i++)
		run_rules(prefix, &rows[i]);
}
#define RUN_ROWS(prefix, rows) run_rows((prefix), (rows), COUNT_OF(rows))
