/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that take their time, targets that want less haste, files of lines, and tests that need what not
 * every target has. */
#include "trial.h"

#define OURS "https://handslag.example/fhir/StructureDefinition/"
#define PATIENTLY "'extension': [{'url': '" OURS "operation-until-done', 'valueBoolean': true}], "

static void until_done(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a",
		"'variable': [{'name': 'id', 'headerField': 'X-None', 'sourceId': 'r', 'defaultValue': "
		"'${UUID}'}],"
		"'test': [{'id': 'waits', 'action': [{'operation': {" PATIENTLY
		"'method': 'get', 'url': '/later?x=${UUID}', 'responseId': 'r'}}, <200>, <GET /next>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_int_equal(trial.server.later, 3);
	/* one action with three exchanges, all of the same URL: what is asked for does not change on the way
	 */
	const struct hs_test_script_result *result = trial_result(&trial, 0);
	assert_int_equal(result->exchange_count, 4);
	assert_int_equal(result->tests[0].count, 3);
	assert_int_equal(result->tests[0].actions[0].exchange->status, 200);
	for (const struct hs_test_exchange *e = result->exchanges; e && e->next && e->next->next; e = e->next)
		assert_true(hs_slice_eq(e->url, result->exchanges->url));
	trial_close(&trial);
}

static void not_asked_to_wait(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a", "'test': [{'id': 'a', 'action': [<GET /later>, <202>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_int_equal(trial.server.later, 1);
	trial_close(&trial);
}

/* A target that is busy, and says so with Retry-After, is asked again. */
static void less_haste(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a",
		"'test': [{'id': 'a', 'action': [<GET /slower>, <200>]},"
		"{'id': 'b', 'action': [<GET /status/429>, <429>]}]"); /* without that header it is an answer
									*/
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_trial(&trial, 1, HS_TEST_PASS);
	assert_int_equal(trial.server.slower, 2);
	trial_close(&trial);
}

static void stopped_while_waiting(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a",
		"'test': [{'id': 'a', 'action': [{'operation': {" PATIENTLY
		"'method': 'get', 'url': '/later'}}, <200>]}]");
	trial_begin(&trial);
	while (!trial.server.later) /* now it waits for the second request */
		hs_loop_turn(trial.server.loop, true);
	hs_test_stop(trial.run);
	assert_false(trial.finished);
	trial_wait(&trial);
	assert_trial(&trial, 0, HS_TEST_SKIP);
	assert_int_equal(trial.server.later, 1);
	trial_close(&trial);
}

static void lines(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "s/a",
		"'test': [{'id': 'a', 'action': [<GET /lines>, {'assert': {'contentType': "
		"'application/fhir+ndjson'}},"
		"{'assert': {'expression': 'Bundle.entry.resource.id', 'operator': 'contains', 'value': "
		"'b'}},"
		"{'assert': {'expression': 'entry.count() = 2'}}]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	trial_close(&trial);
}

static void needs_capability(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial.server.capability = "{'resourceType': 'CapabilityStatement', 'fhirVersion': '4.0.1', 'rest': ["
				  "{'mode': 'server', 'compartment': ['http://x.test/patient']}]}";
	trial_script(&trial, "s/a",
		"'test': [{'id': 'has', 'action': [<GET /a>, <200>], 'extension': [{'url': '" OURS
		"test-requires-capability', 'valueString': 'rest.compartment.exists()'}]},"
		"{'id': 'has-not', 'action': [<GET /b>, <200>], 'extension': [{'url': '" OURS
		"test-requires-capability', 'valueString': 'rest.operation.exists()'}]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_trial(&trial, 1, HS_TEST_SKIP);
	assert_slice(trial_result(&trial, 0)->tests[1].reason,
		"by the CapabilityStatement this does not hold: rest.operation.exists()");
	assert_string_equal(trial.server.log, "GET /a\n");
	trial_end(&trial);
	trial.options.no_precheck = true;
	trial_run(&trial);
	assert_trial(&trial, 1, HS_TEST_PASS);
	trial_close(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(until_done), cmocka_unit_test(not_asked_to_wait),
		cmocka_unit_test(less_haste), cmocka_unit_test(stopped_while_waiting),
		cmocka_unit_test(lines), cmocka_unit_test(needs_capability) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
