/* SPDX-License-Identifier: Apache-2.0 */
/* Every report of a run with a failure: well formed, with the failure in it, without the secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <conformance/engine/stage.h>
#include <conformance/evidence/report.h>
#include <core/base/world.h>

/* A run as the engine would have left it: one script, a test that failed, one that passed, one that was
 * skipped. */
struct scene {
	struct hs_arena *arena;
	struct hs_test_run run;
	struct hs_script script;
	struct hs_script_action actions[2];
	struct hs_test_result tests[3];
	struct hs_test_action done[3];
	struct hs_test_script_result result;
	struct hs_test_exchange exchange;
	struct hs_http_header headers[2], answered[2];
	struct hs_requirement requirement;
	const struct hs_requirement *requirements[1];
};

static void make_exchange(struct scene *scene)
{
	scene->headers[0] = (struct hs_http_header) { HS_S("Authorization"), HS_S("Bearer geheim") };
	scene->headers[1] = (struct hs_http_header) { HS_S("X-It"), HS_S("it's") };
	scene->answered[0] = scene->headers[0];
	scene->answered[1] = (struct hs_http_header) { HS_S("X-Answer"), HS_S("<42>") };
	scene->exchange = (struct hs_test_exchange) { .number = 1,
		.at_ms = 1795348800123, /* so that the target's log can be searched for it */
		.method = HS_S("POST"),
		.url = HS_S("http://t.test/Patient?a=b&c=<d>"),
		.request_headers = scene->headers,
		.request_header_count = 2,
		.request_body = HS_S("{\"a\":\"it's\"}"),
		.status = 200,
		.headers = scene->answered,
		.header_count = 2,
		.body = HS_S("\xff\x01<script>alert(1)</script>") };
}

static void make_tests(struct scene *scene)
{
	static const enum hs_test_verdict verdicts[] = { HS_TEST_FAIL, HS_TEST_PASS, HS_TEST_SKIP };

	scene->actions[1].is_assert = true;
	scene->actions[1].u.assertion.check = HS_CHECK_RESPONSE_CODE;
	scene->actions[1].line = 7;
	scene->done[0] = (struct hs_test_action) { .script = &scene->actions[0],
		.id = HS_S("s/a/t/1"),
		.verdict = HS_TEST_PASS,
		.exchange = &scene->exchange };
	scene->done[1] = (struct hs_test_action) { .script = &scene->actions[1],
		.id = HS_S("s/a/t/status"),
		.description = HS_S("It is created & told."),
		.verdict = HS_TEST_FAIL,
		.wanted = HS_S("201"),
		.found = HS_S("200"),
		.path = HS_S("status"),
		.reason = HS_S("so it is"),
		.requirements = scene->requirements,
		.requirement_count = 1,
		.exchange = &scene->exchange };
	for (size_t i = 0; i < 3; i++) {
		scene->tests[i].id = i ? HS_S("s/a/u") : HS_S("s/a/t");
		scene->tests[i].name = i ? HS_S("# other") : HS_S("A \"test\"");
		scene->tests[i].verdict = verdicts[i];
		scene->tests[i].selected = true;
		scene->tests[i].actions = scene->done;
		scene->tests[i].count = i == 0 ? 2 : 1;
		scene->tests[i].reason = i == 1 ? HS_S_NONE : HS_S("because");
	}
}

static void scene_open(struct scene *scene)
{
	*scene = (struct scene) { .arena = hs_arena_new(1 << 20) };
	scene->requirement = (struct hs_requirement) { .id = HS_S("r#created"),
		.text = HS_S("A create answers 201."),
		.hint = HS_S("Answer 201."),
		.source = HS_S("http://spec.test/x"),
		.key = HS_S("created") };
	scene->requirements[0] = &scene->requirement;
	scene->script.id = HS_S("s/a");
	scene->script.file = HS_S("s a.json");
	make_exchange(scene);
	make_tests(scene);
	scene->result = (struct hs_test_script_result) { .script = &scene->script,
		.verdict = HS_TEST_FAIL,
		.tests = scene->tests,
		.count = 3,
		.exchanges = &scene->exchange,
		.exchange_count = 1 };
	scene->run.arena = scene->arena;
	scene->run.results = &scene->result;
	scene->run.count = 1;
	scene->run.options.target = HS_S("http://t.test");
	scene->run.options.seed = 7;
	scene->run.fhir = HS_FHIR_R4;
}

static struct hs_slice make(struct scene *scene, enum hs_report_format format)
{
	struct hs_report_info info = { .version = "1.2.3", .command = "--target http://t.test" };
	struct hs_buf out;
	struct hs_error err;

	hs_buf_init(&out, scene->arena, 1 << 19);
	assert_int_equal(hs_report_make(&scene->run, format, &info, &out, &err), HS_OK);
	assert_true(out.len > 0);
	return hs_buf_slice(&out);
}

static bool has(struct hs_slice text, const char *part)
{
	return hs_slice_search(text, hs_slice_cstr(part)) != SIZE_MAX;
}

static void no_secrets(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	for (int i = 0; i < HS_REPORT_FORMATS; i++)
		assert_false(has(make(&scene, (enum hs_report_format)i), "geheim"));
	hs_arena_free(scene.arena);
}

static void names(void **state)
{
	static const char *const all[] = { "html", "junit", "testreport", "json", "tap", "sarif", "github" };
	enum hs_report_format format;

	(void)state;
	for (int i = 0; i < HS_REPORT_FORMATS; i++) {
		assert_true(hs_report_format(hs_slice_cstr(all[i]), &format));
		assert_int_equal(format, i);
	}
	assert_false(hs_report_format(HS_S("pdf"), &format));
}

/* Start and end tags match, and nothing stands raw that must not. */
static void assert_markup(struct hs_slice text)
{
	assert_false(has(text, "<script"));
	assert_false(has(text, "\xff"));
	assert_false(has(text, "\x01"));
	assert_false(has(text, "&c="));
}

/* What does not hold is told apart from what was not asked. */
static void assertions(void **state)
{
	static const struct {
		enum hs_test_verdict verdict;
		const char *said;
	} cases[] = {
		{ HS_TEST_PASS, "; 1 of 1 assertions held; " },
		{ HS_TEST_FAIL, "; 0 of 1 assertions held, 1 failed; " },
		{ HS_TEST_WARNING, "; 0 of 1 assertions held, 1 with a warning; " },
		{ HS_TEST_ERROR, "; 0 of 1 assertions held, 1 ended by a fault; " },
		{ HS_TEST_NOT_EVALUATED, "; 0 of 1 assertions held, 1 not evaluated; " },
		{ HS_TEST_SKIP, "; 0 of 1 assertions held, 1 skipped; " },
	};
	struct scene scene;

	(void)state;
	scene_open(&scene);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs_buf out;
		hs_buf_init(&out, scene.arena, 4096);
		scene.done[1].verdict = cases[i].verdict;
		hs_report_summary(&out, &scene.run);
		if (!has(hs_buf_slice(&out), cases[i].said))
			fail_msg("no '%s' in '%.*s'", cases[i].said, HS_S_ARG(hs_buf_slice(&out)));
	}
	hs_arena_free(scene.arena);
}

static void html(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	struct hs_slice text = make(&scene, HS_REPORT_HTML);
	assert_markup(text);
	assert_true(has(text, "A create answers 201."));
	assert_true(has(text, "Answer 201."));
	assert_true(has(text, "http://spec.test/x"));
	assert_true(has(text, "It is created &amp; told."));
	assert_true(has(text, "curl -i -X POST"));
	assert_true(has(text, "$AUTHORIZATION"));
	assert_true(has(text, "1 of 3 tests passed, 1 failed, 1 skipped"));
	assert_true(has(text, "X-It: it"));
	assert_true(has(text, "X-Answer: &lt;42&gt;"));
	/* What was not judged says why at once, what was judged when it is opened. */
	assert_true(has(text, "# other <span class=\"soft\">because</span>"));
	assert_false(has(text, "&quot;test&quot; <span"));
	/* One failure is no heap of them. */
	assert_false(has(text, "Most fails in"));
	scene.tests[1].verdict = HS_TEST_FAIL;
	assert_true(has(make(&scene, HS_REPORT_HTML), "Most fails in s/a: 2 of its 3 tests."));
	/* Nothing is loaded from anywhere. */
	assert_false(has(text, "src="));
	assert_false(has(text, "url("));
	assert_false(has(text, "<link"));
	hs_arena_free(scene.arena);
}

/* Each sentence that does not hold stands once, with links to the tests that show it. */
static void html_by_requirement(void **state)
{
	struct scene scene;
	struct hs_requirements *set = hs_requirements_new();
	struct hs_error err = { 0 };

	(void)state;
	scene_open(&scene);
	assert_int_equal(
		hs_requirements_add(set,
			HS_S("{\"resourceType\":\"Requirements\",\"url\":\"http://r.test/r\",\"name\":\"R\","
			     "\"status\":\"active\",\"statement\":[{\"key\":\"may\",\"conformance\":[\"MAY\"]"
			     ","
			     "\"requirement\":\"It may.\"},{\"key\":\"shall\",\"conformance\":[\"SHALL\"],"
			     "\"requirement\":\"It & shall.\"}]}"),
			&err),
		HS_OK);
	scene.run.options.requirements = set;
	scene.requirements[0] = hs_requirements_find(set, HS_S("http://r.test/r"), HS_S("shall"));
	assert_non_null(scene.requirements[0]);
	struct hs_slice text = make(&scene, HS_REPORT_HTML);
	assert_markup(text);
	assert_true(has(text,
		"1 requirement was judged: 0 hold; of those that do not, 1 say SHALL, 0 SHOULD"));
	assert_true(has(text, "It &amp; shall.<br>"));
	assert_true(has(text, "r#shall: <a href=\"#s/a/t\">s/a/t</a></span></td><td>1 of 1</td>"));
	assert_true(has(text, "<details id=\"s/a/t\" open"));
	assert_false(has(text, "It may."));
	assert_true(has(text, "<td><a href=\"#s/a/t\">1</a></td>"));
	assert_true(has(text, "so everything was asked"));
	assert_false(has(text, "--bearer"));
	struct hs_test_exchange probe = { .status = 401 };
	scene.run.probe = &probe;
	assert_true(has(make(&scene, HS_REPORT_HTML), "--bearer"));
	hs_requirements_free(set);
	hs_arena_free(scene.arena);
}

static void junit(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	struct hs_slice text = make(&scene, HS_REPORT_JUNIT);
	assert_markup(text);
	assert_true(has(text, "<testsuites name=\"handslag\" tests=\"3\" failures=\"1\" errors=\"0\""));
	assert_true(has(text,
		"<testsuite name=\"s/a\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""));
	assert_true(has(text, "<testcase classname=\"s/a\" name=\"A &quot;test&quot;\""));
	assert_true(has(text, "<failure message=\"because\" type=\"r#created\">"));
	assert_true(has(text, "<skipped message=\"because\">"));
	hs_arena_free(scene.arena);
}

static struct hs_json *parse(struct scene *scene, enum hs_report_format format)
{
	struct hs_json *json = NULL;
	struct hs_error err;

	if (hs_json_parse(scene->arena, make(scene, format), NULL, &json, &err))
		fail_msg("format %d: %s", format, err.text);
	return json;
}

static void json(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	scene.result.reason = HS_S("nothing of it is declared");
	struct hs_json *report = parse(&scene, HS_REPORT_JSON);
	struct hs_json *script = hs_json_at(hs_json_get(report, HS_S("scripts")), 0);
	assert_int_equal(hs_json_count(hs_json_get(script, HS_S("tests"))), 3);
	assert_true(hs_slice_eq(hs_json_get_text(hs_json_at(hs_json_get(script, HS_S("tests")), 0),
					HS_S("verdict")),
		HS_S("fail")));
	assert_true(hs_slice_eq(hs_json_get_text(script, HS_S("reason")), scene.result.reason));
	struct hs_json *exchange = hs_json_at(hs_json_get(script, HS_S("exchanges")), 0);
	assert_true(hs_slice_eq(hs_json_get_text(exchange, HS_S("sent")), HS_S("2026-11-22T12:00:00.123Z")));
	struct hs_json *sarif = parse(&scene, HS_REPORT_SARIF);
	struct hs_json *run = hs_json_at(hs_json_get(sarif, HS_S("runs")), 0);
	struct hs_json *result = hs_json_at(hs_json_get(run, HS_S("results")), 0);
	assert_true(hs_slice_eq(hs_json_get_text(result, HS_S("ruleId")), HS_S("r#created")));
	assert_int_equal(hs_json_count(hs_json_get(run, HS_S("results"))), 1);
	hs_arena_free(scene.arena);
}

static void test_report(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	struct hs_json *bundle = parse(&scene, HS_REPORT_TESTREPORT);
	struct hs_json *report = hs_json_get(hs_json_at(hs_json_get(bundle, HS_S("entry")), 0),
		HS_S("resource"));
	struct hs_slice url = hs_json_get_text(hs_json_at(hs_json_get(bundle, HS_S("entry")), 0),
		HS_S("fullUrl"));
	assert_true(hs_slice_starts(url, HS_S("urn:uuid:")) && url.len == 45);
	assert_true(hs_slice_eq(hs_json_get_text(report, HS_S("result")), HS_S("fail")));
	assert_true(hs_slice_eq(hs_json_get_text(report, HS_S("status")), HS_S("completed")));
	assert_int_equal(hs_json_count(hs_json_get(report, HS_S("test"))), 3);
	assert_true(hs_slice_eq(hs_json_text(hs_json_get(report, HS_S("score"))), HS_S("33.33")));
	hs_arena_free(scene.arena);
}

static void lines(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	struct hs_slice tap = make(&scene, HS_REPORT_TAP);
	assert_true(hs_slice_starts(tap, HS_S("TAP version 14\n1..3\nnot ok 1 - s/a/t\n  ---\n")));
	assert_true(has(tap, "ok 2 - s/a/u\nok 3 - s/a/u # SKIP because\n"));
	struct hs_slice github = make(&scene, HS_REPORT_GITHUB);
	assert_true(hs_slice_starts(github,
		HS_S("::error file=s a.json,line=7,title=s/a/t/status::It is created")));
	assert_true(has(github, "%0Aexpected: 201%0Afound: 200%0Areason: so it is%0A"));
	hs_arena_free(scene.arena);
}

static void exit_codes(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	assert_int_equal(hs_report_exit(&scene.run), 1);
	scene.tests[0].verdict = scene.result.verdict = HS_TEST_ERROR;
	assert_int_equal(hs_report_exit(&scene.run), 4);
	scene.tests[0].verdict = scene.result.verdict = HS_TEST_NOT_EVALUATED;
	scene.done[1].verdict = HS_TEST_NOT_EVALUATED;
	assert_int_equal(hs_report_exit(&scene.run), 5);
	scene.tests[0].verdict = scene.result.verdict = HS_TEST_PASS;
	scene.done[1].verdict = HS_TEST_PASS;
	assert_int_equal(hs_report_exit(&scene.run), 0);
	scene.run.failed = HS_E_NETWORK;
	assert_int_equal(hs_report_exit(&scene.run), 3);
	hs_arena_free(scene.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_secrets),
		cmocka_unit_test(names),
		cmocka_unit_test(assertions),
		cmocka_unit_test(html),
		cmocka_unit_test(html_by_requirement),
		cmocka_unit_test(junit),
		cmocka_unit_test(json),
		cmocka_unit_test(test_report),
		cmocka_unit_test(lines),
		cmocka_unit_test(exit_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
