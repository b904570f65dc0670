/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs against a small server: phases, verdicts, order, selection, and the ways they end. */
#include "trial.h"

#include <stdio.h>

/* ---- phases ---- */

static void phases(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a",
		"'contained': [{'resourceType': 'Patient', 'id': 'f'}], 'fixture': ["
		"{'id': 'f', 'autocreate': true, 'autodelete': true, 'resource': {'reference': '#f'}}],"
		"'setup': {'action': [<GET /setup>]}, 'test': ["
		"{'id': 'one', 'action': [{'operation': {'type': {'code': 'read'}, 'resource': "
		"'Patient', 'targetId': 'f'}}, <200>]},"
		"{'id': 'two', 'action': [<GET /two>]}],"
		"'teardown': {'action': [<GET /status/500>,<GET /teardown>]}");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_trial(&trial, 1, HS_TEST_PASS);
	assert_string_equal(trial.server.log,
		"POST /Patient\nGET /setup\nGET /Patient/new1\nGET /two\nGET /status/500\nGET /teardown\n"
		"DELETE /Patient/new1\n");
	assert_int_equal(trial.tests_done, 2);
	assert_int_equal(trial_result(&trial, 0)->verdict, HS_TEST_PASS); /* teardown has no say */
	assert_int_equal(trial_result(&trial, 0)->exchange_count, 7);
	trial_close(&trial);
}

static void setup_fails(void **state)
{
	struct trial trial;
	struct hs_test_summary summary;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a",
		"'setup': {'action': [<GET /status/404>,<200>,<GET /never>]},"
		"'test': [{'action': [<GET /never>]}], 'teardown': {'action': [<GET /teardown>]}");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_SKIP);
	assert_true(hs_slice_starts(trial_result(&trial, 0)->tests[0].reason, HS_S("setup did not pass")));
	assert_int_equal(trial_result(&trial, 0)->verdict, HS_TEST_FAIL);
	assert_string_equal(trial.server.log, "GET /status/404\nGET /teardown\n");
	hs_test_run_summary(trial.run, &summary);
	assert_int_equal(summary.setups_failed, 1);
	assert_int_equal(summary.scripts[HS_TEST_FAIL], 1);
	trial_close(&trial);
}

/* ---- verdicts ---- */

static void verdicts(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a",
		"'variable': [{'name': 'must', 'hint': 'h'}], 'test': ["
		"{'id': 'stops', 'action': [<GET /a>,<404>,<GET /never>]},"
		"{'id': 'goes-on', 'action': [<GET /b>, {'assert': {'responseCode': '404', "
		"'stopTestOnFail': false}},<GET /more>]},"
		"{'id': 'warns', 'action': [<GET /c>, {'assert': {'responseCode': '404', 'warningOnly': "
		"true}}]},"
		"{'id': 'unexpected', 'action': [<GET /status/500>, <GET /never>]},"
		"{'id': 'wanted', 'action': [<GET /status/404>, <404>]},"
		"{'id': 'needs', 'action': [{'operation': {'method': 'get', 'url': '/${must}'}}]},"
		"{'id': 'fault', 'action': [{'operation': {'method': 'get', 'url': '/${nobody}'}}]},"
		"{'id': 'waits', 'action': [{'operation': {'type': {'code': 'read'}, 'params': '/1', "
		"'origin': 1}}, <200>]},"
		"{'id': 'gone', 'action': [{'operation': {'method': 'delete', 'url': '/status/410'}}]},"
		"{'id': 'based', 'action': [<GET /d>, "
		"{'assert': {'key': 'k', 'responseCode': '404', 'warningOnly': true}}, "
		"{'assert': {'evaluateBasedOn': 'k', 'responseCode': '404'}}]}]");
	trial_run(&trial);
	static const enum hs_test_verdict wanted[] = { HS_TEST_FAIL, HS_TEST_FAIL, HS_TEST_WARNING,
		HS_TEST_FAIL, HS_TEST_PASS, HS_TEST_SKIP, HS_TEST_ERROR, HS_TEST_NOT_EVALUATED, HS_TEST_PASS,
		HS_TEST_WARNING };
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_trial(&trial, i, wanted[i]);
	assert_string_equal(trial.server.log,
		"GET /a\nGET /b\nGET /more\nGET /c\nGET /status/500\nGET /status/404\nDELETE "
		"/status/410\nGET /d\n");
	const struct hs_test_result *stops = &trial_result(&trial, 0)->tests[0];
	assert_int_equal(stops->count, 3);
	assert_int_equal(stops->actions[2].verdict, HS_TEST_SKIP);
	assert_slice(stops->actions[1].id, "s/a/stops/2");
	assert_ptr_equal(stops->actions[1].exchange, stops->actions[0].exchange);
	trial_close(&trial);
}

static const char SHOULD[] = "{'resourceType': 'Requirements', 'url': 'http://x.test/Requirements/r', "
			     "'statement': [{'key': 'soft', "
			     "'conformance': ['SHOULD'], 'requirement': 'It should.', 'extension': [{'url': "
			     "'urn:a/requirement-hint', 'valueString': 'Do it.'}]}]}";

static void weaker_than_shall(void **state)
{
	struct trial trial;
	struct hs_error err = { 0 };
	struct hs_requirements *requirements = hs_requirements_new();

	(void)state;
	trial_open(&trial);
	assert_int_equal(hs_requirements_add(requirements, trial_quotes(trial.arena, SHOULD), &err), HS_OK);
	trial.options.requirements = requirements;
	trial_script(&trial, "s/a",
		"'test': ["
		"{'id': 't', 'action': [<GET /a>, {'assert': {'label': 'c', 'responseCode': '404', "
		"'requirement': [{'reference': 'http://x.test/Requirements/r', 'key': 'soft'}]}}]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_WARNING);
	const struct hs_test_action *action = &trial_result(&trial, 0)->tests[0].actions[1];
	assert_int_equal(action->requirement_count, 1);
	assert_slice(action->requirements[0]->id, "r#soft");
	assert_slice(action->requirements[0]->hint, "Do it.");
	trial_end(&trial);
	trial.options.strict = true;
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	trial_end(&trial);
	/* Announced failures do not count; those that do not come are told. */
	static const struct hs_pair expected[] = { { HS_S_INIT("s/a/*/c"), HS_S_INIT("fail") },
		{ HS_S_INIT("s/b/*"), HS_S_INIT("") } };
	trial.options.expected = expected;
	trial.options.expected_count = 2;
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_WARNING);
	assert_true(hs_test_run_expected_used(trial.run, 0));
	assert_false(hs_test_run_expected_used(trial.run, 1));
	struct hs_test_summary counts;
	hs_test_run_summary(trial.run, &counts);
	assert_int_equal(counts.expected_unused, 1);
	trial_close(&trial);
	hs_requirements_free(requirements);
}

/* ---- what is run ---- */

static void undeclared(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial.server.capability = "{'resourceType': 'CapabilityStatement', 'fhirVersion': '5.0.0', "
				  "'software': {'name': 'S', 'version': '2'}, "
				  "'rest': [{'mode': 'server', 'resource': [{'type': 'Patient', "
				  "'interaction': [{'code': 'read'}]}], "
				  "'operation': [{'name': 'known'}]}]}";
	trial_script(&trial, "s/a",
		"'test': [{'action': [{'operation': {'type': {'code': 'read'}, 'resource': 'Patient', "
		"'params': '/1'}}]},"
		"{'action': [{'operation': {'type': {'code': 'search'}, 'resource': 'Patient'}}]},"
		"{'action': [{'operation': {'type': {'code': 'read'}, 'resource': 'Group', 'params': "
		"'/1'}}]},"
		"{'action': [{'operation': {'type': {'code': 'known'}, 'params': ''}}]},"
		"{'action': [{'operation': {'type': {'code': 'unknown'}, 'params': ''}}]},"
		"{'action': [{'operation': {'type': {'code': 'transaction'}, 'params': ''}}]}]");
	trial_run(&trial);
	static const enum hs_test_verdict wanted[] = { HS_TEST_PASS, HS_TEST_SKIP, HS_TEST_SKIP, HS_TEST_PASS,
		HS_TEST_SKIP, HS_TEST_SKIP };
	for (size_t i = 0; i < 6; i++)
		assert_trial(&trial, i, wanted[i]);
	assert_slice(hs_test_run_software(trial.run), "S 2");
	assert_int_equal(hs_test_run_fhir(trial.run), HS_FHIR_R5);
	trial_end(&trial);
	trial.options.no_precheck = true;
	trial_run(&trial);
	assert_trial(&trial, 1, HS_TEST_PASS);
	trial_close(&trial);
}

/* The third needs what the first makes, through a variable; the second is nobody's. */
static const char CHAIN[] = "'variable': [{'name': 'made', 'headerField': 'Location', 'sourceId': 'r'}], "
			    "'test': ["
			    "{'id': 'a', 'action': [{'operation': {'method': 'post', 'url': '/Patient', "
			    "'responseId': 'r'}}]},"
			    "{'id': 'b', 'action': [<GET /b>]},"
			    "{'id': 'c', 'action': [{'operation': {'method': 'get', 'url': '/c?${made}'}}]}]";

static void alone(void **state)
{
	static const char *const only[] = { "s/a/c" };
	struct trial trial;
	struct hs_test_summary summary;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", CHAIN);
	trial.options.only = only;
	trial.options.only_count = 1;
	trial_run(&trial);
	assert_string_equal(trial.server.log,
		"POST /Patient\nGET /c?http://127.0.0.1/Patient/new1/_history/1\n");
	assert_trial(&trial, 2, HS_TEST_PASS);
	assert_false(trial_result(&trial, 0)->tests[0].selected);
	hs_test_run_summary(trial.run, &summary);
	assert_int_equal(summary.tests[HS_TEST_PASS], 1);
	trial_close(&trial);
}

static void order(void **state)
{
	struct trial trial;
	char first[sizeof(trial.server.log)];
	bool differs = false;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", CHAIN);
	trial_script(&trial, "s/b",
		"'test': [{'action': [<GET /1>]}, {'action': [<GET /2>]}, {'action': [<GET /3>]}]");
	trial.options.in_order = false;
	trial.options.parallel = 1;
	for (unsigned i = 0; i < 12; i++) {
		trial.options.seed = i / 2; /* each seed twice: the same order */
		trial.server.created = 0;
		trial_run(&trial);
		assert_true(strstr(trial.server.log, "POST /Patient") < strstr(trial.server.log, "GET /c"));
		if (i % 2)
			assert_string_equal(trial.server.log, first);
		else if (i)
			differs = differs || strcmp(trial.server.log, first) != 0;
		snprintf(first, sizeof(first), "%s", trial.server.log);
		trial_end(&trial);
	}
	assert_true(differs);
	trial_close(&trial);
}

/* ---- how it ends ---- */

static void unreachable(void **state)
{
	struct trial trial;
	struct hs_error err = { 0 };

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", "'test': [{'action': [<GET /a>]}]");
	trial.options.target = HS_S("http://127.0.0.1:1");
	trial_run(&trial);
	assert_int_not_equal(hs_test_run_failed(trial.run, &err), HS_OK);
	assert_true(err.text[0]);
	assert_int_equal(trial_result(&trial, 0)->tests[0].verdict, HS_TEST_PENDING);
	trial_end(&trial);
	trial.options.target = HS_S("nonsense");
	assert_int_equal(hs_test_start(trial.server.loop, &trial.options, trial.scripts, 1, &trial.run, &err),
		HS_E_NOT_SUPPORTED);
	trial_close(&trial);
}

static void silent(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", "'test': [{'action': [<GET /a>,<200>]}]");
	trial.server.silent = true;
	trial.options.client.total_ms = 50;
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	assert_true(trial_result(&trial, 0)->exchanges->timed_out);
	trial_close(&trial);
}

static void fails_fast(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", "'test': [{'action': [<GET /a>,<404>]}]");
	trial_script(&trial, "s/b", "'test': [{'action': [<GET /b>]}]");
	trial.options.fail_fast = true;
	trial.options.parallel = 1;
	trial_run(&trial);
	assert_string_equal(trial.server.log, "GET /a\n");
	trial_close(&trial);
}

static void stopped(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", "'test': [{'action': [<GET /a>]}, {'action': [<GET /b>]}]");
	trial.server.silent = true;
	trial_begin(&trial);
	trial.server.stop_at_hold = trial.run;
	trial_wait(&trial);
	assert_true(hs_test_run_stopped(trial.run));
	assert_trial(&trial, 0, HS_TEST_SKIP); /* not the target's fault */
	assert_string_equal(trial.server.log, "GET /a\n");
	trial_close(&trial);
}

#define MAKE(id) \
	"{'operation': {'type': {'code': 'create'}, 'resource': 'Patient', 'sourceId': 'f', 'responseId': " \
	"'" id "'}}"
#define MADE \
	"'contained': [{'resourceType': 'Patient', 'id': 'f'}]," \
	"'fixture': [{'id': 'f', 'resource': {'reference': '#f'}}]," \
	"'variable': [{'name': 'id', 'expression': 'Patient.id', 'sourceId': 'a'}," \
	"{'name': 'ver', 'expression': 'Patient.meta.versionId', 'sourceId': 'a'}," \
	"{'name': 'active', 'expression': 'Patient.active', 'sourceId': 'b'}],"

/* The answer to a create has no body: id and version are those of Location. */
static void known_by_location(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", MADE "'test': [{'action': [" MAKE("a") ",<201>,<GET /x?${id}|${ver}>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_string_equal(trial.server.log, "POST /Patient\nGET /x?new1%7C1\n");
	trial_close(&trial);
}

/* A script that wants more of it has it read, once, as a step that reports show; the assertion that follows
 * the create still judges the create. */
static void read_back(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial.server.remembers = true;
	trial_script(&trial, "s/a", MADE "'test': [{'action': [" MAKE("b") ",<201>,<GET /x?${active}>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_string_equal(trial.server.log, "POST /Patient\nGET /Patient/new1\nGET /x?true\n");
	const struct hs_test_result *test = &trial_result(&trial, 0)->tests[0];
	assert_int_equal(test->count, 4);
	assert_null(test->actions[1].script);
	assert_slice(test->actions[1].label, "read back");
	assert_int_equal(test->actions[1].exchange->number, 2);
	assert_int_equal(test->actions[2].exchange->number, 1);
	trial_close(&trial);
}

/* What the read brings is another resource: a warning there, and a failure of what needs the content. */
static void not_read_back(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", MADE "'test': [{'action': [" MAKE("b") ",<201>,<GET /x?${active}>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	assert_string_equal(trial.server.log, "POST /Patient\nGET /Patient/new1\n");
	const struct hs_test_result *test = &trial_result(&trial, 0)->tests[0];
	assert_int_equal(test->actions[1].verdict, HS_TEST_WARNING);
	assert_int_equal(test->actions[2].verdict, HS_TEST_PASS);
	assert_int_equal(test->actions[3].verdict, HS_TEST_FAIL);
	trial_close(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases),
		cmocka_unit_test(setup_fails),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(weaker_than_shall),
		cmocka_unit_test(undeclared),
		cmocka_unit_test(alone),
		cmocka_unit_test(order),
		cmocka_unit_test(unreachable),
		cmocka_unit_test(silent),
		cmocka_unit_test(fails_fast),
		cmocka_unit_test(stopped),
		cmocka_unit_test(known_by_location),
		cmocka_unit_test(read_back),
		cmocka_unit_test(not_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
