/* SPDX-License-Identifier: Apache-2.0 */
/* Whose fault a failure is: the target's, the script's, or nobody's. */
#include "trial.h"

/* What says "wrong" somewhere is wrong. */
static enum hs_status conform(void *arg, const struct hs_test_conformance *asked, struct hs_issues *issues,
	struct hs_error *err)
{
	(void)arg;
	(void)err;
	assert_slice(asked->profile, "http://hl7.org/fhir/StructureDefinition/Observation");
	if (hs_slice_eq(hs_json_get_text(asked->resource, HS_S("status")), HS_S("wrong")))
		hs_issue_add(issues, HS_SEVERITY_ERROR, "value", HS_S("Observation.status"), "it is wrong");
	return HS_OK;
}

static struct hs_slice reason_of(struct trial *trial, size_t test)
{
	return trial_result(trial, 0)->tests[test].reason;
}

/* The target refuses both; one of them rightly. */
static void refused(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial.options.conform = conform;
	trial_script(&trial, "a",
		"'contained': [{'resourceType': 'Observation', 'id': 'good', 'status': 'final'},"
		"{'resourceType': 'Observation', 'id': 'bad', 'status': 'wrong'}],"
		"'fixture': [{'id': 'good', 'resource': {'reference': '#good'}},"
		"{'id': 'bad', 'resource': {'reference': '#bad'}}],"
		"'test': [{'id': 'good', 'action': [<POST /Observation good>, <201>]},"
		"{'id': 'bad', 'action': [<POST /Observation bad>, <201>]},"
		"{'id': 'unasked', 'action': [<POST /Observation bad>]},"
		"{'id': 'wanted', 'action': [<POST /Observation bad>, <422>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	assert_trial(&trial, 1, HS_TEST_ERROR);
	assert_trial(&trial, 2, HS_TEST_ERROR);
	assert_trial(&trial, 3, HS_TEST_PASS);
	assert_slice(reason_of(&trial, 1),
		"what the script sends is no valid Observation, so the target may refuse it: "
		"Observation.status: it is wrong");
	trial_close(&trial);
}

static const char ASSUMING[] = "'variable': [{'name': 'id', 'defaultValue': 'absent'}],"
			       "'test': [{'id': 'read', 'action': [<GET /Patient/${id}>, <200>]},"
			       "{'id': 'fixed', 'action': [<GET /Patient/absent>, <200>]},"
			       "{'id': 'search', 'action': [<GET /Observation?patient=${id}>, <200>,"
			       "{'assert': {'expression': 'entry.exists()'}}]},"
			       "{'id': 'other', 'action': [<GET /Patient/${id}>, <410>]},"
			       "{'id': 'broken', 'action': [<GET /status/500?x=${id}>, <200>]}]";

/* What only the script says to be there need not be. */
static void assumed(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "a", ASSUMING)->suite = HS_S_NONE;
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_SKIP);
	assert_true(hs_slice_search(reason_of(&trial, 0), HS_S("id=absent")) != SIZE_MAX);
	assert_trial(&trial, 1, HS_TEST_FAIL);
	assert_trial(&trial, 2, HS_TEST_SKIP);
	assert_trial(&trial, 4, HS_TEST_FAIL);
	assert_true(hs_slice_starts(reason_of(&trial, 4), HS_S("the script assumes id=absent")));
	trial_close(&trial);
}

/* With a value of the user's, and in a suite, which brings its own data, it must be there. */
static void said(void **state)
{
	const struct hs_pair mine = { HS_S("id"), HS_S("absent2") };
	struct trial trial;

	(void)state;
	trial_open(&trial);
	struct hs_script *script = trial_script(&trial, "a", ASSUMING);
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	assert_trial(&trial, 2, HS_TEST_FAIL);
	trial_end(&trial);
	script->suite = HS_S_NONE;
	trial.options.variables = &mine;
	trial.options.variable_count = 1;
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	assert_trial(&trial, 2, HS_TEST_FAIL);
	trial_close(&trial);
}

/* What the run itself has made must be there. */
static void made(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "a",
		"'contained': [{'resourceType': 'Patient', 'id': 'absent'}],"
		"'fixture': [{'id': 'f', 'resource': {'reference': '#absent'}}],"
		"'variable': [{'name': 'id', 'defaultValue': 'absent1'}],"
		"'test': [{'id': 'read', 'action': [<PUT /Patient/${id} f>, <404>, <GET /Patient/${id}>, "
		"<200>]}]")
		->suite = HS_S_NONE;
	trial_run(&trial);
	/* the update was refused, so nothing was made */
	assert_trial(&trial, 0, HS_TEST_SKIP);
	trial_end(&trial);
	trial.count = 0;
	trial_script(&trial, "b",
		"'contained': [{'resourceType': 'Patient', 'id': 'p'}],"
		"'fixture': [{'id': 'f', 'resource': {'reference': '#p'}}],"
		"'variable': [{'name': 'id', 'defaultValue': 'new1'}],"
		"'test': [{'id': 'read', 'action': [<POST /Patient f>, <GET /Patient/${id}>, <201>]}]")
		->suite = HS_S_NONE;
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	trial_close(&trial);
}

/* A read of a well-formed id is no bad request: absent is 404. */
static void bad_request(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "a",
		"'test': [{'id': 'valid', 'action': [<GET /Patient/absent-CAPITALS>, <400>]},"
		"{'id': 'query', 'action': [<GET /Patient/absent?x=y>, <400>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_ERROR);
	assert_trial(&trial, 1, HS_TEST_FAIL);
	trial_close(&trial);
}

/* What an update makes anew is answered with 201, whatever a script wants; but only what was gone. */
static void made_anew(void **state)
{
	struct trial trial;

	(void)state;
	trial_open(&trial);
	trial_script(&trial, "a",
		"'contained': [{'resourceType': 'Patient', 'id': 'p'}],"
		"'fixture': [{'id': 'p', 'resource': {'reference': '#p'}}],"
		"'test': [{'id': 'first', 'action': [<PUT /status/201 p>, <200>]},"
		"{'id': 'gone', 'action': [<DELETE /status/201>, <PUT /status/201 p>, <200>]},"
		"{'id': 'there', 'action': [<DELETE /status/201>, <GET /status/201>, <PUT /status/201 p>, "
		"<200>]},"
		"{'id': 'other', 'action': [<DELETE /status/404>, <PUT /status/201 p>, <200>]},"
		"{'id': 'post', 'action': [<DELETE /status/201>, <POST /status/201 p>, <200>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	assert_trial(&trial, 1, HS_TEST_ERROR);
	assert_trial(&trial, 2, HS_TEST_FAIL);
	assert_trial(&trial, 3, HS_TEST_FAIL);
	assert_trial(&trial, 4, HS_TEST_FAIL);
	assert_slice(reason_of(&trial, 1),
		"the resource was not there any more, so the update makes it anew: 201 is right and the "
		"script is not");
	trial_close(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(refused), cmocka_unit_test(assumed),
		cmocka_unit_test(said), cmocka_unit_test(made), cmocka_unit_test(bad_request),
		cmocka_unit_test(made_anew) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
