/* SPDX-License-Identifier: Apache-2.0 */
/* handslag mutate as a user meets it: faults that are caught, and a tool that does not flatter: a fault that
 * nobody notices and a check that cannot fail make it fail. */
#include "workbench.h"
#include "fixture_private.h"

#include <sys/stat.h>

#define RUN(...) WORKBENCH_RUN("mutate", "--quiet", __VA_ARGS__)

/* Skips where the definitions of FHIR are missing: there is no reference server then. */
static void must_exit(const struct process_result *result, int code)
{
	if (has_text(result->err, "definitions are not here"))
		skip();
	if (result->exit != code)
		fail_msg("exit %d: %.*s %.*s", result->exit, HS_S_ARG(hs_slice_first(result->out, 2000)),
			HS_S_ARG(result->err));
}

static void make(const char *folder, const char *name, const char *text)
{
	char path[256];

	for (const char *slash = folder; (slash = strchr(slash, '/')); slash++) {
		snprintf(path, sizeof(path), "%.*s", (int)(slash - folder), folder);
		mkdir(workbench_path(path), 0700);
	}
	mkdir(workbench_path(folder), 0700);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(workbench_path(path), "w");
	assert_non_null(file);
	for (const char *c = text; *c; c++)
		fputc(*c == '\'' ? '"' : *c == '`' ? '\'' : *c, file);
	fclose(file);
}

/* A suite of two checks of metadata: of its status, and of what `second` says. */
static void make_suite(const char *second)
{
	char text[2048];

	make("requirements", "r.json",
		"{'resourceType': 'Requirements', 'id': 'r', 'url': 'http://example.org/r', 'name': 'R', "
		"'status': "
		"'active', 'statement': [{'key': 'k', 'conformance': ['SHALL'], 'requirement': 'It "
		"answers.'}]}");
	snprintf(text, sizeof(text),
		"{'resourceType': 'TestScript', 'id': 't', 'url': 'http://example.org/t', 'name': 'T', "
		"'status': "
		"'active', 'test': [{'id': 'one', 'action': [{'operation': {'type': {'code': "
		"'capabilities'}, "
		"'encodeRequestUrl': true}}, {'assert': {'response': 'okay', 'warningOnly': false, "
		"'requirement': "
		"[{'reference': 'http://example.org/r', 'key': 'k'}]}}, {'assert': {%s, 'warningOnly': "
		"false, "
		"'requirement': [{'reference': 'http://example.org/r', 'key': 'k'}]}}]}]}",
		second);
	make("suites/own", "01-one.json", text);
}

static void make_fault(const char *id, const char *response)
{
	char text[1024], name[64];

	snprintf(text, sizeof(text),
		"{'faults': [{'id': '%s', 'title': 't', 'source': 's', 'when': {'interaction': "
		"'capabilities'}, "
		"'response': [%s]}]}",
		id, response);
	snprintf(name, sizeof(name), "%s.json", id);
	make("mutants", name, text);
}

#define STATUS_500 "{'status': 500}"
#define KIND "'expression': 'CapabilityStatement.fhirVersion.exists()'"

static void real_faults_are_caught_by_the_right_checks(void **state)
{
	(void)state;
	struct process_result r = RUN("rest", "--all", "--fault", "decimal-rounded", "--fault",
		"if-match-ignored", "--fault", "post-search-empty", "--fault", "history-lost-entry",
		"--fault", "read-stale");
	must_exit(&r, 0);
	assert_has(r.out, "5 faults, 5 caught");
	assert_has(r.out, "decimal-rounded [rest]: caught by 1 ");
	assert_has(r.out, "rest/01-read/decimal/");
	assert_has(r.out, "read-stale [rest]: caught by ");
	assert_has(r.out, "rest/04-update/if-match/");
	assert_has(r.out, "rest/06-search/post/");
	assert_has(r.out, "rest/02-history/instance/");
	assert_has(r.out, "not all faults ran");
}

static void a_proven_suite_passes(void **state)
{
	(void)state;
	make_suite(KIND);
	make_fault("down", STATUS_500);
	make_fault("bare", "{'delete': 'CapabilityStatement.fhirVersion'}");
	struct hs_error err;
	struct hs_slice page;
	const char *file = workbench_path("page.html");
	struct process_result r = RUN("--suites", workbench_path(""), "--json", "--html", file);
	must_exit(&r, 0);
	assert_has(r.out, "\"good\":true,\"faults\":2,\"caught\":2,\"checks\":2,\"proven\":2");
	assert_int_equal(hs_world_read_file(hs_world_real(), workbench_arena(), file, 1 << 20, &page, &err),
		HS_OK);
	assert_has(page, "prefers-color-scheme:dark");
	assert_has(page, "@media print");
	assert_has(page, "<h1>Mutation run</h1>\n<p>2 of 2 faults caught; 2 of 2 checks");
}

static void a_fault_that_nobody_notices_fails(void **state)
{
	(void)state;
	make_suite(KIND);
	make_fault("down", STATUS_500);
	make_fault("bare", "{'delete': 'CapabilityStatement.fhirVersion'}");
	make_fault("subtle", "{'header': 'X-Other', 'value': '1'}");
	struct process_result r = RUN("--suites", workbench_path(""));
	must_exit(&r, 1);
	assert_has(r.out, "faults that no check caught:\n  subtle [own]");
	assert_has(r.out, "3 faults, 2 caught");
	assert_false(has_text(r.out, " more\n")); /* what is listed is all */
}

/* What a server may do as well is punished by no check, or the suite is unfair. */
static void a_liberty_that_is_punished_fails(void **state)
{
	(void)state;
	make_suite(KIND);
	make("mutants", "down.json",
		"{'faults': [{'id': 'down', 'title': 't', 'source': 's', 'when': {'interaction': "
		"'capabilities'}, "
		"'response': [" STATUS_500
		"]}, {'id': 'bare', 'title': 't', 'source': 's', 'response': [{'delete': "
		"'CapabilityStatement.fhirVersion'}]}], 'liberties': [{'id': 'titled', 'title': 't', "
		"'source': 's', "
		"'response': [{'set': 'CapabilityStatement', 'name': 'title', 'with': 'A server'}]}]}");
	struct process_result r = RUN("--suites", workbench_path(""));
	must_exit(&r, 0);
	assert_has(r.out, "1 liberties, 1 granted");
	make("mutants", "harsh.json",
		"{'liberties': [{'id': 'quiet', 'title': 'Says little.', 'source': 'cardinality 0..1', "
		"'response': "
		"[{'delete': 'CapabilityStatement.fhirVersion'}]}]}");
	r = RUN("--suites", workbench_path(""));
	must_exit(&r, 1);
	assert_has(r.out,
		"liberties that a suite does not grant:\n  quiet [own]: Says little. (cardinality 0..1)");
	assert_has(r.out, "own/01-one/one/3");
	assert_has(r.out, "2 liberties, 1 granted");
}

static void a_check_that_cannot_fail_fails(void **state)
{
	(void)state;
	make_suite("'expression': 'CapabilityStatement.exists() or true'");
	make_fault("down", STATUS_500);
	struct process_result r = RUN("--suites", workbench_path(""));
	must_exit(&r, 1);
	assert_has(r.out, "surviving checks, that no fault made fail:\n  own/01-one/one/3");
}

static void a_check_that_fails_on_the_good_server_fails(void **state)
{
	(void)state;
	make_suite("'expression': 'CapabilityStatement.fhirVersion = `9.9`'");
	make_fault("down", STATUS_500);
	struct process_result r = RUN("--suites", workbench_path(""));
	must_exit(&r, 1);
	assert_has(r.out, "checks that do not hold on the clean server:\n  own/01-one/one/3");
}

static void a_closed_connection_and_a_delay_are_faults_too(void **state)
{
	(void)state;
	make_suite(KIND);
	make_fault("bare", "{'delete': 'CapabilityStatement.fhirVersion'}, {'delay': 20}");
	make_fault("cut", "{'cut': 100}");
	make_fault("down", STATUS_500);
	struct process_result r = RUN("--suites", workbench_path(""));
	must_exit(&r, 0);
	assert_has(r.out, "3 faults, 3 caught");
	make_fault("closed", "{'close': true}");
	r = RUN("--suites", workbench_path(""), "--fault", "closed");
	/* No answer: nothing can be judged, and that is not a proof of any check. */
	must_exit(&r, 1);
}

static void mistakes_are_named(void **state)
{
	(void)state;
	make_suite(KIND);
	make_fault("wrong", "{'explode': true}");
	struct process_result r = RUN("--suites", workbench_path(""));
	assert_int_not_equal(r.exit, 0);
	assert_has(r.err, "mutants/wrong.json:1: fault wrong: an action knows nothing called explode");
	r = RUN("no-such-suite");
	assert_int_equal(r.exit, 2);
	r = RUN("rest", "--target", "http://127.0.0.1:1/fhir");
	assert_int_not_equal(r.exit, 0);
	r = RUN("--list");
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "decimal-rounded: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(real_faults_are_caught_by_the_right_checks, workbench_start,
			workbench_stop),
		cmocka_unit_test_setup_teardown(a_proven_suite_passes, workbench_start, workbench_stop),
		cmocka_unit_test_setup_teardown(a_fault_that_nobody_notices_fails, workbench_start,
			workbench_stop),
		cmocka_unit_test_setup_teardown(a_liberty_that_is_punished_fails, workbench_start,
			workbench_stop),
		cmocka_unit_test_setup_teardown(a_check_that_cannot_fail_fails, workbench_start,
			workbench_stop),
		cmocka_unit_test_setup_teardown(a_check_that_fails_on_the_good_server_fails, workbench_start,
			workbench_stop),
		cmocka_unit_test_setup_teardown(a_closed_connection_and_a_delay_are_faults_too,
			workbench_start, workbench_stop),
		cmocka_unit_test_setup_teardown(mistakes_are_named, workbench_start, workbench_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
