/* SPDX-License-Identifier: Apache-2.0 */
/* Reading scripts of all shapes, what the linter finds, and where the library looks for files. */
#include "bench.h"

#include <conformance/engine/library.h>

static struct hs_script *read_text(struct bench *bench, const char *text, struct hs_error *err)
{
	struct hs_script *script = NULL;
	if (hs_script_read(bench->arena, bench_quotes(bench, text), HS_S("t"), HS_S("t.json"), NULL, &script,
		    err))
		return NULL;
	return script;
}

static void shapes(void **state)
{
	struct bench bench;
	struct hs_error err = { 0 };

	(void)state;
	bench_open(&bench, "");
	struct hs_script *s = read_text(&bench,
		"{'resourceType': 'TestScript', 'profile': ['http://a/b'], '_profile': [{'id': 'p'}], "
		"'variable': [{'name': "
		"'v', 'defaultValue': ''}], 'common': [{'key': 'c', 'parameter': [{'name': 'x', 'value': "
		"'1'}, {'name': 'y', "
		"'value': '2'}], 'action': [{'operation': {'type': {'code': 'read'}, 'params': "
		"'/${x}${y}'}}]}],"
		"'test': [{'name': 'N', 'action': [{'common': {'keyRef': 'c', 'parameter': [{'name': 'x', "
		"'value': '9'}]}},"
		"{'assert': {'label': 'l', 'stopTestOnFail': false, 'responseCode': '200', 'requirement': "
		"[{'linkCanonical': "
		"'http://r#k'}, {'reference': 'http://r', 'key': 'q'}]}},"
		"{'assert': {'label': 'l', 'extension': [{'url': "
		"'http://x/testscript-assert-stopTestOnFail', 'valueBoolean': "
		"false}], 'resource': 'Patient'}}]}, {'name': 'N', 'action': []}]}",
		&err);
	assert_non_null(s);
	assert_slice(s->profiles[0].id, "p"); /* R5 */
	assert_true(s->variables[0].has_fallback);
	assert_slice(s->tests[0].id, "N");
	assert_slice(s->tests[1].id, "N-2");
	const struct hs_script_action *a = s->tests[0].actions;
	assert_int_equal(s->tests[0].count, 3); /* R6: the common block's action is there */
	assert_int_equal(a[0].binding_count, 3);
	assert_slice(a[0].bindings[0].value, "9"); /* the call's comes first */
	assert_true(a[1].u.assertion.continues);
	assert_int_equal(a[1].u.assertion.requirement_count, 2);
	assert_slice(a[1].u.assertion.requirements[1].key, "q");
	assert_true(a[2].u.assertion.continues); /* the extension from before R5 */
	assert_slice(a[2].id, "l-3");
	bench_close(&bench);
}

/* What the specification forbids and published scripts do: both in one action. */
static void both_in_one(void **state)
{
	struct bench bench;
	struct hs_error err = { 0 };
	struct hs_issues issues = { 0 };

	(void)state;
	bench_open(&bench, "");
	struct hs_script *script = read_text(&bench,
		"{'resourceType': 'TestScript', 'test': [{'action': [{'operation': {'type': {'code': "
		"'read'}, "
		"'params': '/1', 'label': 'o'}, 'assert': {'label': 'a', 'response': 'okay'}}, "
		"{'assert': {'resource': 'Patient'}}]}]}",
		&err);
	assert_non_null(script);
	assert_int_equal(script->tests[0].count, 3);
	assert_false(script->tests[0].actions[0].is_assert);
	assert_slice(script->tests[0].actions[0].id, "o");
	assert_true(script->tests[0].actions[1].is_assert);
	assert_slice(script->tests[0].actions[1].id, "a");
	issues.arena = bench.arena;
	hs_script_lint(script, HS_S(""), &issues);
	assert_int_equal(issues.errors, 0);
	assert_int_equal(issues.warnings, 1);
	assert_true(hs_slice_search(issues.first->text, HS_S("tst-1")) != SIZE_MAX);
	bench_close(&bench);
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"{'resourceType': 'Patient'}",
		"{",
		"{'resourceType': 'TestScript', 'common': [{'key': 'c', 'action': [{'common': {'keyRef': "
		"'c'}}]}], "
		"'test': [{'action': [{'common': {'keyRef': 'c'}}]}]}",
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, "");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct hs_error err = { 0 };
		assert_null(read_text(&bench, texts[i], &err));
		assert_true(err.text[0]);
	}
	bench_close(&bench);
}

/* What means nothing spoils its own test and no other. */
static void faulty(void **state)
{
	struct bench bench;
	struct hs_error err = { 0 };
	struct hs_issues issues = { 0 };

	(void)state;
	bench_open(&bench, "");
	struct hs_script *s = read_text(&bench,
		"{'resourceType': 'TestScript', 'test': ["
		"{'action': [{'assert': {'label': 'odd', 'operator': 'resembles', 'resource': 'X'}}]},"
		"{'action': [{}, {'common': {'keyRef': 'none'}}]},"
		"{'action': [{'operation': {'method': 'get', 'url': '/'}}, {'assert': {'resource': 'X'}}]}]}",
		&err);
	assert_non_null(s);
	assert_int_equal(s->test_count, 3);
	assert_true(hs_slice_search(s->tests[0].actions[0].fault, HS_S("operator \"resembles\"")) !=
		SIZE_MAX);
	assert_slice(s->tests[0].actions[0].id, "odd");
	assert_true(hs_slice_search(s->tests[1].actions[0].fault, HS_S("either")) != SIZE_MAX);
	assert_true(hs_slice_search(s->tests[1].actions[1].fault, HS_S("common block \"none\"")) != SIZE_MAX);
	assert_int_equal(s->tests[2].actions[1].fault.len, 0);
	issues.arena = bench.arena;
	hs_script_lint(s, HS_S(""), &issues);
	assert_true(issues.errors >= 3);
	bench_close(&bench);
}

static void needs(void **state)
{
	struct bench bench;
	struct hs_error err = { 0 };

	(void)state;
	bench_open(&bench, "");
	struct hs_script *s = read_text(&bench,
		"{'resourceType': 'TestScript', 'variable': [{'name': 'v', 'sourceId': 'a', 'expression': "
		"'id'}, {'name': "
		"'w', 'defaultValue': '${v}'}], 'test': ["
		"{'action': [{'operation': {'method': 'get', 'url': '/', 'responseId': 'a'}}]},"
		"{'action': [{'operation': {'method': 'get', 'url': '/', 'responseId': 'b'}}]},"
		"{'action': [{'operation': {'method': 'get', 'url': '/${w}', 'responseId': 'c'}}]},"
		"{'action': [{'assert': {'resource': 'X', 'sourceId': 'c'}}]},"
		"{'action': [{'operation': {'method': 'get', 'url': '/', 'responseId': 'a'}}, "
		"{'assert': {'resource': 'X', 'sourceId': 'a'}}]}]}",
		&err);
	assert_non_null(s);
	assert_int_equal(s->tests[1].needs, 0);
	assert_int_equal(s->tests[2].needs, 1);     /* through two variables */
	assert_int_equal(s->tests[3].needs, 1 | 4); /* and what that one needs */
	assert_int_equal(s->tests[4].needs, 0);     /* its own comes first */
	bench_close(&bench);
}

static void lint(void **state)
{
	static const struct {
		const char *action, *complaint;
	} rows[] = {
		{ "{'assert': {'label': 'x'}}", "says nothing" },
		{ "{'assert': {'responseCode': '200', 'direction': 'request'}}", "tst-12" },
		{ "{'assert': {'expression': 'a', 'compareToSourceId': 'nobody'}}", "tst-10" },
		{ "{'assert': {'expression': 'a', 'sourceId': 'nobody'}}", "names nothing" },
		{ "{'assert': {'expression': 'a.('}}", "a.(" },
		{ "{'assert': {'expression': '${who}'}}", "no such variable" },
		{ "{'assert': {'headerField': 'ETag'}}", "no value" },
		{ "{'operation': {'type': {'code': 'read'}}}", "tst-7" },
		{ "{'operation': {'resource': 'Patient'}}", "needs method and url" },
		{ "{'operation': {'type': {'code': 'read'}, 'params': 'x'}}", "begin with" },
		{ "{'operation': {'type': {'code': 'read'}, 'params': '/x', 'url': '/y'}}", "url wins" },
		{ "{'operation': {'type': {'code': 'create'}, 'sourceId': 'nobody'}}", "names nothing" },
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_error err = { 0 };
		struct hs_issues issues = { .arena = bench.arena };
		struct hs_slice text = hs_arena_printf(bench.arena,
			"{'resourceType': 'TestScript', 'setup': {'action': [{'operation': {'method': 'get', "
			"'url': '/'}}]}, "
			"'test': [{'action': [%s]}]}",
			rows[i].action);
		struct hs_script *s = read_text(&bench, hs_arena_cstr(bench.arena, text), &err);
		bool found = false;
		assert_non_null(s);
		hs_script_lint(s, text, &issues);
		for (const struct hs_issue *issue = issues.first; issue; issue = issue->next)
			found = found ||
				hs_slice_search(issue->text, hs_slice_cstr(rows[i].complaint)) != SIZE_MAX;
		if (!found)
			fail_msg("%s: nobody complains of: %s", rows[i].action, rows[i].complaint);
	}
	bench_close(&bench);
}

static void paths(void **state)
{
	static const struct {
		const char *path, *fhirpath;
	} rows[] = {
		{ "fhir:Patient/fhir:name/fhir:family/@value", "Patient.name.family" },
		{ "/Bundle/total", "Bundle.total" },
		{ "Patient/id", "Patient.id" },
		{ "/Bundle/entry[2]/resource/Patient/name", "Bundle.entry[1].resource.ofType(Patient).name" },
		{ "/Bundle/link[relation/@value='self']/url", "Bundle.link.where(relation = 'self').url" },
		{ "$.name[0].given[*]", "name[0].given" },
		{ "Patient.name.family", "Patient.name.family" },
		{ "/Patient/extension/@url", "Patient.extension.url" },
		{ "//name", NULL },
		{ "/Patient/name[last()]", NULL },
		{ "/Patient/*/x", NULL },
		{ "", NULL },
		{ "/Bundle/link[relation='it''s']", NULL },
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice out = HS_S_NONE;
		struct hs_error err = { 0 };
		enum hs_status status = hs_test_translate_path(bench.arena, hs_slice_cstr(rows[i].path), &out,
			&err);
		assert_int_equal(status, rows[i].fhirpath ? HS_OK : HS_E_NOT_SUPPORTED);
		if (rows[i].fhirpath)
			assert_slice(out, rows[i].fhirpath);
	}
	bench_close(&bench);
}

static void why(struct bench *bench, const char *expression, const char *const *parts)
{
	struct hs_buf out;
	struct hs_json *json = bench_json(bench,
		"{'resourceType': 'Bundle', 'total': 2, 'entry': [{'resource': {'resourceType': "
		"'Patient', 'id': 'x'}}]}");

	hs_buf_init(&out, bench->arena, 1 << 16);
	hs_test_explain(&bench->stage, hs_slice_cstr(expression), json, &out);
	for (; *parts; parts++)
		if (hs_slice_search(hs_buf_slice(&out), hs_slice_cstr(*parts)) == SIZE_MAX)
			fail_msg("%s: \"%.*s\" lacks \"%s\"", expression, (int)out.len, out.ptr, *parts);
}

static void explanations(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "");
	why(&bench, "total = 3", (const char *const[]) { "\ntotal: 2", NULL });
	why(&bench, "(total = 2 and (entry.count() > 1))",
		(const char *const[]) { "\nentry.count() > 1: false", "\nentry.count(): 1", NULL });
	why(&bench, "entry.resource.where(id = 'y').exists()",
		(const char *const[]) { "where(id = 'y'): nothing", "entry.resource: Patient/x", NULL });
	why(&bench, "entry.resource.id = total.toString()",
		(const char *const[]) { "entry.resource.id: x", "total.toString(): 2", NULL });
	why(&bench, "'a and b' = 'c'", (const char *const[]) { "'a and b': a and b", NULL });
	bench_close(&bench);
}

static void library(void **state)
{
	char bulk[] = "bulk", rest[] = "rest", nothing[] = "no/such/thing";
	char *const names[] = { bulk, rest, nothing };
	struct hs_library *library = NULL;
	struct hs_error err = { 0 };
	size_t count = 0, some = 0;

	(void)state;
	assert_int_equal(hs_library_open(NULL, &library, &err), HS_OK);
	assert_int_equal(hs_library_select(library, "no/such/thing", &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_library_select_all(library, names, 2, &err), HS_OK);
	const struct hs_script *const *named = hs_library_selected(library, &some);
	assert_true(some > 1 && hs_slice_eq(named[0]->suite, HS_S("bulk")) &&
		hs_slice_eq(named[some - 1]->suite, HS_S("rest")));
	assert_int_equal(hs_library_select_all(library, names, 3, &err), HS_E_NOT_FOUND);
	assert_int_equal(hs_library_select_all(library, NULL, 0, &err), HS_OK);
	hs_library_selected(library, &count);
	assert_true(count > some);
	size_t all = count;
	assert_int_equal(hs_library_select(library, NULL, &err), HS_OK); /* nothing is there twice */
	const struct hs_script *const *scripts = hs_library_selected(library, &count);
	assert_int_equal(count, all);
	for (size_t i = 0; i < count; i++)
		assert_true(hs_library_text(library, scripts[i]).len > 0);
	hs_library_close(library);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes),
		cmocka_unit_test(both_in_one),
		cmocka_unit_test(refused),
		cmocka_unit_test(faulty),
		cmocka_unit_test(needs),
		cmocka_unit_test(lint),
		cmocka_unit_test(paths),
		cmocka_unit_test(explanations),
		cmocka_unit_test(library),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
