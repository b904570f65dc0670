/* SPDX-License-Identifier: Apache-2.0 */
/* handslag test: what its files share: settings of the command line, and what is shown while it runs. */
#pragma once

#include <conformance/evidence/report.h>
#include <core/cli/cli.h>

#define TEST_REPORTS_MAX 16u

struct test_report {
	enum hs_report_format format;
	const char *path;
};

struct test_settings {
	const char *target, *suites, *seed, *ca, *cert, *key, *proxy, *bearer, *expect, *rerun, *html, *junit,
		*said_fhir;
	struct hs_cli_list tests, variables, destinations, headers, report_list, packages, definitions;
	int64_t parallel, timeout;
	bool dry_run, in_order, fail_fast, strict, undeclared, r4, r5, insecure, json, quiet;
	char **arguments; /* suites, files and folders */
	int argument_count;
	/* made from them */
	enum hs_fhir_version fhir; /* 0: as the target says */
	struct test_report reports[TEST_REPORTS_MAX];
	size_t report_count;
	const char *repeat; /* a command line */
	bool quiet_stdout;  /* a report goes there */
};

/* settings->fhir from --fhir, --r4 and --r5. */
enum hs_status hs_cli_test_version(struct test_settings *settings, struct hs_error *err);
/* Options of the engine; texts are in the arena. */
enum hs_status hs_cli_test_options(struct test_settings *settings, struct hs_arena *arena,
	struct hs_test_options *options, struct hs_error *err);
/* From the package cache, or NULL when it is not there. */
struct hs_defs *hs_cli_test_definitions(enum hs_fhir_version fhir);

/* Profiles of packages and files; opened when first asked for. In the arena, with the lists kept. */
struct test_profiles;
struct test_profiles *hs_cli_test_profiles_new(struct hs_arena *arena, const struct hs_cli_list *packages,
	const struct hs_cli_list *definitions);
void hs_cli_test_profiles_close(struct test_profiles *profiles); /* NULL is nothing */
/* For hs_test_options.conform; `arg` is the struct test_profiles. */
enum hs_status hs_cli_test_conform(void *arg, const struct hs_test_conformance *asked,
	struct hs_issues *issues, struct hs_error *err);

struct test_progress {
	const struct test_settings *settings;
	size_t total, done, failed;
	uint64_t shown_ns;
	bool terminal, colour;
};
void hs_cli_test_begin(struct test_progress *progress, const struct test_settings *settings,
	const struct hs_test_options *options);
void hs_cli_test_show(struct test_progress *progress, const struct hs_test_result *test);
/* What failed, in full, with hints. */
void hs_cli_test_end(struct test_progress *progress, const struct hs_test_run *run);
