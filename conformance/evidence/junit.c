/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML, as Jenkins reads it: a testsuite a script, a testcase a test. */
#include <conformance/evidence/report_private.h>

struct junit {
	struct hs_buf *out;
	const struct hs_test_script_result *script; /* whose suite is open */
};

static void count_script(const struct hs_test_script_result *script, size_t *tests, size_t *failures,
	size_t *errors, size_t *skipped)
{
	*tests = *failures = *errors = *skipped = 0;
	for (size_t i = 0; i <= script->count; i++) {
		const struct hs_test_result *test = i ? &script->tests[i - 1] : &script->setup;
		if (i ? !test->selected : !hs_report_is_failure(test->verdict))
			continue;
		(*tests)++;
		*failures += test->verdict == HS_TEST_FAIL;
		*errors += test->verdict == HS_TEST_ERROR;
		*skipped += test->verdict == HS_TEST_SKIP || test->verdict == HS_TEST_NOT_EVALUATED;
	}
}

static void add_attribute(struct hs_buf *out, const char *name, struct hs_slice value)
{
	hs_buf_printf(out, " %s=\"", name);
	hs_report_escape(out, value);
	hs_buf_byte(out, '"');
}

static void open_suite(struct junit *junit, const struct hs_test_script_result *script)
{
	size_t tests, failures, errors, skipped;
	struct hs_buf *out = junit->out;

	if (junit->script)
		hs_buf_cstr(out, "  </testsuite>\n");
	junit->script = script;
	count_script(script, &tests, &failures, &errors, &skipped);
	hs_buf_cstr(out, "  <testsuite");
	add_attribute(out, "name", script->script->id);
	hs_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"", tests,
		failures, errors, skipped);
	hs_report_seconds(out, script->micros);
	hs_buf_cstr(out, "\" timestamp=\"");
	hs_report_instant(out, script->began_ms);
	hs_buf_cstr(out, "\">\n");
}

static void add_outcome(struct hs_buf *out, const char *element, const struct hs_test_action *action,
	struct hs_slice reason)
{
	struct hs_buf text;

	hs_buf_init(&text, NULL, 1 << 20);
	if (action)
		hs_report_explain(&text, action);
	hs_buf_printf(out, "      <%s", element);
	add_attribute(out, "message", reason);
	if (action)
		add_attribute(out, "type",
			action->requirement_count ? action->requirements[0]->id : HS_S("assertion"));
	hs_buf_byte(out, '>');
	hs_report_escape(out, hs_buf_slice(&text));
	hs_buf_printf(out, "</%s>\n", element);
	hs_buf_free(&text);
}

static void add_test(void *arg, const struct hs_test_script_result *script, const struct hs_test_result *test)
{
	struct junit *junit = arg;
	struct hs_buf *out = junit->out;
	const struct hs_test_action *worst = NULL;

	if (junit->script != script)
		open_suite(junit, script);
	for (size_t i = 0; i < test->count && !worst; i++)
		if (hs_report_is_failure(test->actions[i].verdict) && !test->actions[i].expected)
			worst = &test->actions[i];
	hs_buf_cstr(out, "    <testcase");
	add_attribute(out, "classname", script->script->id);
	add_attribute(out, "name", test->name.len ? test->name : test->id);
	hs_buf_cstr(out, " time=\"");
	hs_report_seconds(out, test->micros);
	hs_buf_cstr(out, "\">\n");
	if (test->verdict == HS_TEST_FAIL)
		add_outcome(out, "failure", worst, test->reason);
	else if (test->verdict == HS_TEST_ERROR)
		add_outcome(out, "error", worst, test->reason);
	else if (test->verdict == HS_TEST_SKIP || test->verdict == HS_TEST_NOT_EVALUATED)
		add_outcome(out, "skipped", NULL, test->reason);
	hs_buf_cstr(out, "    </testcase>\n");
}

void hs_report_junit(const struct hs_test_run *run, const struct hs_report_info *info, struct hs_buf *out)
{
	struct junit junit = { .out = out };
	struct hs_test_summary s;
	uint32_t tests = 0;

	(void)info;
	hs_test_run_summary(run, &s);
	for (int i = HS_TEST_PASS; i < HS_TEST_VERDICTS; i++)
		tests += s.tests[i];
	hs_buf_cstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"handslag\"");
	hs_buf_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"", tests + s.setups_failed,
		s.tests[HS_TEST_FAIL] + s.setups_failed, s.tests[HS_TEST_ERROR]);
	hs_report_seconds(out, hs_test_run_micros(run));
	hs_buf_cstr(out, "\">\n");
	hs_report_each_test(run, add_test, &junit);
	hs_buf_cstr(out, junit.script ? "  </testsuite>\n</testsuites>\n" : "</testsuites>\n");
}
