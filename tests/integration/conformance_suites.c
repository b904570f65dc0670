/* SPDX-License-Identifier: Apache-2.0 */
/* All suites that the binary carries, against our own server: nothing fails, SHOULD and MAY held too, nothing
 * is a fault of a suite, in any order; and the linter has nothing to say. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <conformance/engine/engine.h>
#include <conformance/engine/library.h>
#include <conformance/evidence/report.h>

struct trial {
	struct hs_library *library;
	struct hs_loop *loop;
	struct hs_test_run *run;
};

static struct hs_slice find_fixture(void *arg, const struct hs_script *script, struct hs_slice reference)
{
	return hs_library_fixture(arg, script, reference);
}

static void finished(struct hs_test_run *run, void *arg)
{
	struct trial *trial = arg;
	(void)run;
	hs_loop_stop(trial->loop);
}

/* One suite, or with NULL all. */
static void open_library(struct trial *trial, const char *suite)
{
	struct hs_error err = { 0 };

	*trial = (struct trial) { 0 };
	if (hs_library_open(NULL, &trial->library, &err) || hs_library_select(trial->library, suite, &err))
		fail_msg("%s", err.text);
}

static void lint(void **state)
{
	struct trial trial;
	size_t count = 0;
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_issues issues = { .arena = arena, .max = 1000 };

	(void)state;
	open_library(&trial, NULL);
	const struct hs_script *const *scripts = hs_library_selected(trial.library, &count);
	for (size_t i = 0; i < count; i++)
		hs_script_lint(scripts[i], hs_library_text(trial.library, scripts[i]), &issues);
	for (const struct hs_issue *issue = issues.first; issue; issue = issue->next)
		if (issue->severity <= HS_SEVERITY_ERROR)
			fail_msg("%.*s: %.*s", HS_S_ARG(issue->path), HS_S_ARG(issue->text));
	assert_true(count > 0);
	hs_arena_free(arena);
	hs_library_close(trial.library);
}

/* Each assertion names requirements that are in the ledger. */
static void ledger(void **state)
{
	struct trial trial;
	size_t count = 0, checks = 0;

	(void)state;
	open_library(&trial, NULL);
	const struct hs_requirements *set = hs_library_requirements(trial.library);
	const struct hs_script *const *scripts = hs_library_selected(trial.library, &count);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < scripts[i]->test_count; k++) {
			const struct hs_script_test *test = &scripts[i]->tests[k];
			for (size_t m = 0; m < test->count; m++) {
				const struct hs_script_assert *a = &test->actions[m].u.assertion;
				for (size_t n = 0; test->actions[m].is_assert && n < a->requirement_count;
					n++) {
					const struct hs_script_requirement *r = &a->requirements[n];
					checks++;
					if (!hs_requirements_find(set, r->reference, r->key))
						fail_msg("%.*s: no requirement %.*s",
							HS_S_ARG(scripts[i]->id), HS_S_ARG(r->key));
				}
			}
		}
	}
	assert_true(checks >= 150);
	hs_library_close(trial.library);
}

static void show_failures(const struct hs_test_run *run)
{
	size_t count = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < scripts[i].count; k++) {
			const struct hs_test_result *test = &scripts[i].tests[k];
			if (test->verdict > HS_TEST_WARNING)
				print_message("%s %.*s: %.*s\n", hs_test_verdict_name(test->verdict),
					HS_S_ARG(test->id), HS_S_ARG(test->reason));
		}
	}
}

/* Tests that were skipped because they are of the other release. */
static uint32_t of_other_release(const struct hs_test_run *run)
{
	size_t count = 0;
	uint32_t skipped = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < scripts[i].count; k++)
			skipped += scripts[i].tests[k].verdict == HS_TEST_SKIP &&
				hs_slice_search(scripts[i].tests[k].reason,
					HS_S("fhirVersion.startsWith('5.')")) != SIZE_MAX;
	return skipped;
}

static void judge(struct fixture *f, enum hs_fhir_version fhir, uint64_t seed)
{
	struct trial trial;
	struct hs_error err = { 0 };
	struct hs_test_summary summary;
	struct hs_test_options options = { .seed = seed, .strict = true, .fixture = find_fixture };
	size_t count = 0;
	char target[200];

	open_library(&trial, fhir == HS_FHIR_R5 ? "terminology" : NULL);
	snprintf(target, sizeof(target), "%s/fhir/%s", fixture_url(f), fhir == HS_FHIR_R5 ? "r5" : "r4");
	options.target = hs_slice_cstr(target);
	options.client.proxy = "";
	options.requirements = hs_library_requirements(trial.library);
	options.fixture_arg = trial.library;
	options.events.finished = finished;
	options.events.arg = &trial;
	assert_int_equal(hs_loop_new(&trial.loop, &err), HS_OK);
	const struct hs_script *const *scripts = hs_library_selected(trial.library, &count);
	assert_int_equal(hs_test_start(trial.loop, &options, scripts, count, &trial.run, &err), HS_OK);
	hs_loop_run(trial.loop);
	hs_test_run_summary(trial.run, &summary);
	show_failures(trial.run);
	assert_int_equal(hs_report_exit(trial.run), 0);
	assert_int_equal(summary.tests[HS_TEST_NOT_EVALUATED], 0);
	assert_int_equal(summary.tests[HS_TEST_SKIP], of_other_release(trial.run));
	assert_true(summary.tests[HS_TEST_PASS] >= (fhir == HS_FHIR_R5 ? 100 : 300));
	hs_test_run_free(trial.run);
	hs_loop_free(trial.loop);
	hs_library_close(trial.library);
}

static void suites(void **state)
{
	struct fixture *f = fixture_start(NULL);

	(void)state;
	if (!fixture_has_fhir(f, HS_FHIR_R4)) {
		fixture_stop(f);
		skip();
	}
	judge(f, HS_FHIR_R4, 1);
	judge(f, HS_FHIR_R4, 2); /* over what the first run left behind */
	if (fixture_has_fhir(f, HS_FHIR_R5))
		judge(f, HS_FHIR_R5, 3);
	fixture_stop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lint),
		cmocka_unit_test(ledger),
		cmocka_unit_test(suites),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
