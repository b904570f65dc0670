/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts that run other scripts: once, for each value of an expression, and never without end. */
#include "trial.h"

#define SUBTEST "https://x.test/StructureDefinition/assert-subtest"
#define NAMES(name, more) "'extension': [{'url': 'testName', 'valueString': '" name "'}" more "]"
#define ONCE(name, more) "{'assert': {'extension': [{'url': '" SUBTEST "', " NAMES(name, more) "}]}}"
#define EACH(name, more, expression) \
	"{'assert': {'expression': '" expression "', 'extension': [{'url': '" SUBTEST \
	"-each', " NAMES(name, ", {'url': 'bindEachTarget', 'valueString': 'id'}" more) "}]}}"
#define BIND \
	", {'url': 'bindVariable', 'extension': [{'url': 'bindSource', 'valueString': 'mine'}, " \
	"{'url': 'bindTarget', 'valueString': 'id'}]}"

/* Any script of the trial by its id. */
static const struct hs_script *find_script(void *arg, const struct hs_script *from, struct hs_slice name)
{
	const struct trial *trial = arg;

	(void)from;
	for (size_t i = 0; i < trial->count; i++)
		if (hs_slice_eq(trial->scripts[i]->id, name))
			return trial->scripts[i];
	return NULL;
}

/* The second script reads Patient/${id} and is only run by others. */
static void open_two(struct trial *trial, const char *first)
{
	static const char *const only[] = { "outer/*" };

	trial_open(trial);
	trial_script(trial, "outer", first);
	trial_script(trial, "inner",
		"'variable': [{'name': 'id', 'defaultValue': 'own'}], 'test': [{'id': 't', 'action': "
		"[<GET /Patient/${id}>, {'assert': {'label': 'found', 'responseCode': '200'}}]}]");
	trial->options.script = find_script;
	trial->options.script_arg = trial;
	trial->options.only = only;
	trial->options.only_count = 1;
}

static void once(void **state)
{
	struct trial trial;

	(void)state;
	open_two(&trial,
		"'variable': [{'name': 'mine', 'defaultValue': '7'}], 'test': ["
		"{'id': 'bound', 'action': [<GET /a>, " ONCE("inner",
			BIND) ", <GET /b>]},"
			      "{'id': 'unbound', 'action': [" ONCE("inner",
				      "") "]},"
					  "{'id': 'unknown', 'action': [" ONCE("nobody", "") "]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_trial(&trial, 1, HS_TEST_PASS);
	assert_trial(&trial, 2, HS_TEST_NOT_EVALUATED);
	assert_string_equal(trial.server.log, "GET /a\nGET /Patient/7\nGET /b\nGET /Patient/own\n");
	assert_int_equal(trial.tests_done, 3); /* the tests within are no tests of the run */
	/* reports show what was sent within */
	assert_int_equal(trial_result(&trial, 0)->exchange_count, 4);
	uint32_t number = 0;
	for (const struct hs_test_exchange *e = trial_result(&trial, 0)->exchanges; e; e = e->next)
		assert_int_equal(e->number, ++number);
	assert_int_equal(number, 4);
	trial_close(&trial);
}

static void fails_within(void **state)
{
	struct trial trial;

	(void)state;
	open_two(&trial,
		"'variable': [{'name': 'mine', 'defaultValue': 'absent'}], 'test': [{'id': 'one', 'action': "
		"[" ONCE("inner", BIND) ", <GET /never>]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_FAIL);
	const struct hs_test_action *action = &trial_result(&trial, 0)->tests[0].actions[0];
	assert_slice(action->reason, "the script T within it: inner/t/found");
	assert_slice(action->wanted, "200");
	assert_slice(action->found, "404");
	assert_int_equal(action->exchange->status, 404);
	assert_string_equal(trial.server.log, "GET /Patient/absent\n");
	trial_close(&trial);
}

#define X "<GET /Patient/x>, "
#define ALL EACH("inner", "", "(`3` | `4`)")
#define NOT_ALL EACH("inner", "", "(`absent` | `5`)")
#define ANY EACH("inner", ", {'url': 'allMustPass', 'valueBoolean': false}", "(`absent` | `6`)")
#define NONE EACH("inner", "", "nothing")

static void each(void **state)
{
	struct trial trial;

	(void)state;
	open_two(&trial,
		"'test': [{'id': 'all', 'action': [" X ALL "]}, {'id': 'not-all', 'action': [" X NOT_ALL "]},"
		"{'id': 'any', 'action': [" X ANY "]}, {'id': 'none', 'action': [" X NONE "]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_PASS);
	assert_trial(&trial, 1, HS_TEST_FAIL);
	assert_trial(&trial, 2, HS_TEST_PASS);
	assert_trial(&trial, 3, HS_TEST_FAIL);
	assert_string_equal(trial.server.log,
		"GET /Patient/x\nGET /Patient/3\nGET /Patient/4\nGET /Patient/x\nGET /Patient/absent\n"
		"GET /Patient/5\nGET /Patient/x\nGET /Patient/absent\nGET /Patient/6\nGET /Patient/x\n");
	trial_close(&trial);
}

static void without_end(void **state)
{
	struct trial trial;

	(void)state;
	open_two(&trial, "'test': [{'id': 'self', 'action': [" ONCE("outer", "") "]}]");
	trial_run(&trial);
	assert_trial(&trial, 0, HS_TEST_ERROR);
	assert_true(hs_slice_search(trial_result(&trial, 0)->tests[0].reason, HS_S("without end")) !=
		SIZE_MAX);
	trial_close(&trial);
}

/* Stopped while the request of the script within is under way. */
static void stopped(void **state)
{
	struct trial trial;

	(void)state;
	open_two(&trial, "'test': [{'id': 'one', 'action': [" ONCE("inner", "") ", <GET /never>]}]");
	trial.server.silent = true;
	trial_begin(&trial);
	trial.server.stop_at_hold = trial.run;
	trial_wait(&trial);
	assert_trial(&trial, 0, HS_TEST_SKIP);
	assert_string_equal(trial.server.log, "GET /Patient/own\n");
	trial_close(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(once), cmocka_unit_test(fails_within),
		cmocka_unit_test(each), cmocka_unit_test(without_end), cmocka_unit_test(stopped) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
