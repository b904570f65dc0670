/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of validation share: definitions and resources written with ' for ", and what a validation
 * of them finds. The packages are opened once for a test program. */
#pragma once

#include "../profile/profile_test.h"

#include <core/fhir/validate/validate.h>

struct found {
	struct hs_arena *arena;
	struct hs_issues issues;
};

static struct bench validate_bench;

static inline int open_packages(void **state)
{
	(void)state;
	open_bench(&validate_bench, HS_S("hl7.fhir.r4.examples"), HS_FHIR_R4);
	return 0;
}

static inline int close_packages(void **state)
{
	(void)state;
	if (validate_bench.packages[0])
		close_bench(&validate_bench);
	return 0;
}

static inline struct hs_slice quoted(struct hs_arena *arena, const char *text)
{
	char *copy = hs_arena_cstr(arena, hs_slice_cstr(text));
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return hs_slice_cstr(copy);
}

/* Validates `resource` with the definitions (NULL ends them) beside the packages. */
static inline struct found validate_with(const char *const *definitions, const char *profile,
	const char *resource, struct hs_validate_options options)
{
	struct hs_error err;
	struct found found = { .arena = hs_arena_new((size_t)256 << 20) };
	struct hs_slice canonical = hs_slice_cstr(profile);
	if (!validate_bench.packages[0])
		skip();
	struct hs_library *library = hs_library_over(validate_bench.library);
	for (size_t i = 0; definitions && definitions[i]; i++)
		if (hs_library_add(library, quoted(found.arena, definitions[i]), &err))
			fail_msg("definition %zu: %s", i, err.text);
	struct hs_profiles *profiles = hs_profiles_new(validate_bench.defs, library, validate_bench.profiles);
	struct hs_validator_source source = { .profiles = profiles };
	struct hs_validator *validator = hs_validator_new(&source);
	found.issues.arena = found.arena;
	options.source = quoted(found.arena, resource);
	if (profile) {
		options.profiles = &canonical;
		options.profile_count = 1;
	}
	hs_validate(validator, parse_json(found.arena, options.source), &options, &found.issues);
	hs_validator_unref(validator);
	hs_profiles_unref(profiles);
	hs_library_unref(library);
	return found;
}

static inline const struct hs_issue *find_issue(const struct found *found, const char *id)
{
	for (const struct hs_issue *issue = found->issues.first; issue; issue = issue->next)
		if (hs_slice_eq(issue->detail_code, hs_slice_cstr(id)))
			return issue;
	return NULL;
}

static inline void print_issues(const struct found *found)
{
	for (const struct hs_issue *issue = found->issues.first; issue; issue = issue->next)
		print_message("  %d %.*s %.*s: %.*s\n", (int)issue->severity, HS_S_ARG(issue->detail_code),
			HS_S_ARG(issue->path), HS_S_ARG(issue->text));
}

/* The resource has no errors (warnings it may have). */
static inline void assert_valid(const char *const *definitions, const char *profile, const char *resource)
{
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	struct found found = validate_with(definitions, profile, resource, options);
	if (found.issues.errors) {
		print_issues(&found);
		fail_msg("%u errors", found.issues.errors);
	}
	hs_arena_free(found.arena);
}

/* There is an issue with that message id at that path. */
static inline void assert_found(const char *const *definitions, const char *profile, const char *resource,
	const char *id, const char *path)
{
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	struct found found = validate_with(definitions, profile, resource, options);
	const struct hs_issue *issue = find_issue(&found, id);
	if (!issue || !hs_slice_eq(issue->path, hs_slice_cstr(path))) {
		print_issues(&found);
		fail_msg("there is no %s at %s", id, path);
	}
	assert_true(issue && issue->line > 0);
	hs_arena_free(found.arena);
}

/* There is no issue with that message id anywhere. */
static inline void assert_not_found(const char *const *definitions, const char *profile, const char *resource,
	const char *id)
{
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	struct found found = validate_with(definitions, profile, resource, options);
	if (find_issue(&found, id)) {
		print_issues(&found);
		fail_msg("there is %s", id);
	}
	hs_arena_free(found.arena);
}
