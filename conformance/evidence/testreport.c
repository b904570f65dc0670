/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR TestReport: a collection Bundle with one TestReport a script, in the shape of the run's FHIR version.
 */
#include <conformance/evidence/report_private.h>

#include <core/base/map.h>

#include <stdio.h>

#define MEMORY_MAX ((size_t)512 << 20)

struct maker {
	struct hs_arena *arena;
	const struct hs_test_run *run;
	const struct hs_report_info *info;
	bool r5;
};

static void put(struct maker *m, struct hs_json *object, const char *key, struct hs_slice text)
{
	struct hs_buf clean;

	if (!text.len || !object)
		return;
	hs_buf_init(&clean, m->arena, text.len * 3 + 1);
	hs_report_utf8(&clean, text);
	hs_json_add(object, hs_slice_cstr(key), hs_json_string(m->arena, hs_buf_slice(&clean)));
}

/* pass | skip | fail | warning | error */
static struct hs_slice result_code(enum hs_test_verdict verdict)
{
	switch (verdict) {
	case HS_TEST_PASS:
		return HS_S("pass");
	case HS_TEST_WARNING:
		return HS_S("warning");
	case HS_TEST_FAIL:
		return HS_S("fail");
	case HS_TEST_ERROR:
		return HS_S("error");
	default:
		return HS_S("skip");
	}
}

static void add_action(struct maker *m, struct hs_json *list, const struct hs_test_action *action)
{
	bool is_assert = action->script && action->script->is_assert;
	struct hs_json *item = hs_json_push(list, hs_json_object(m->arena));
	struct hs_json *body = hs_json_add_object(m->arena, item,
		is_assert ? HS_S("assert") : HS_S("operation"));
	struct hs_buf text;

	put(m, body, "result", result_code(action->verdict));
	hs_buf_init(&text, m->arena, 1 << 20);
	if (action->verdict == HS_TEST_NOT_EVALUATED)
		hs_buf_cstr(&text, "not evaluated: ");
	if (action->verdict == HS_TEST_PASS)
		hs_buf_add(&text, action->description.len ? action->description : action->label);
	else
		hs_report_explain(&text, action);
	put(m, body, "message", hs_buf_slice(&text));
	if (is_assert || action->exchange)
		put(m, body, "detail", is_assert ? action->id : action->exchange->url);
}

static void add_actions(struct maker *m, struct hs_json *phase, const struct hs_test_result *test)
{
	struct hs_json *list = hs_json_add_array(m->arena, phase, HS_S("action"));

	for (size_t i = 0; i < test->count; i++)
		add_action(m, list, &test->actions[i]);
}

/* A teardown has operations only. */
static void add_teardown(struct maker *m, struct hs_json *report, const struct hs_test_result *test)
{
	struct hs_json *list = NULL;

	for (size_t i = 0; i < test->count; i++) {
		if (test->actions[i].script && test->actions[i].script->is_assert)
			continue;
		if (!list)
			list = hs_json_add_array(m->arena,
				hs_json_add_object(m->arena, report, HS_S("teardown")), HS_S("action"));
		add_action(m, list, &test->actions[i]);
	}
}

static void add_participants(struct maker *m, struct hs_json *report)
{
	struct hs_json *list = hs_json_add_array(m->arena, report, HS_S("participant"));
	struct hs_json *engine = hs_json_push(list, hs_json_object(m->arena));
	struct hs_json *server = hs_json_push(list, hs_json_object(m->arena));

	put(m, engine, "type", HS_S("test-engine"));
	put(m, engine, "uri", HS_S("urn:handslag:test-engine"));
	put(m, engine, "display", hs_arena_printf(m->arena, "handslag %s", m->info->version));
	put(m, server, "type", HS_S("server"));
	put(m, server, "uri", hs_test_run_options(m->run)->target);
	put(m, server, "display", hs_test_run_software(m->run));
}

static void add_score(struct maker *m, struct hs_json *report, const struct hs_test_script_result *script)
{
	size_t passed = 0, all = 0;

	for (size_t i = 0; i < script->count; i++) {
		if (!script->tests[i].selected)
			continue;
		all++;
		passed += script->tests[i].verdict == HS_TEST_PASS ||
			script->tests[i].verdict == HS_TEST_WARNING;
	}
	if (all)
		hs_json_add(report, HS_S("score"),
			hs_json_number(m->arena,
				hs_arena_printf(m->arena, "%zu.%02zu", passed * 100 / all,
					passed * 10000 / all % 100)));
}

static struct hs_json *make_report(struct maker *m, const struct hs_test_script_result *script)
{
	struct hs_json *report = hs_json_object(m->arena);
	struct hs_slice url = script->script->url.len ?
		script->script->url :
		hs_arena_printf(m->arena, "urn:handslag:script:%.*s", HS_S_ARG(script->script->id));
	char issued[HS_INSTANT_LEN + 1];
	bool good = script->verdict == HS_TEST_PASS || script->verdict == HS_TEST_WARNING;
	bool bad = hs_report_is_failure(script->verdict);

	hs_time_instant(script->began_ms, issued);
	put(m, report, "resourceType", HS_S("TestReport"));
	put(m, report, "name", script->script->id);
	put(m, report, "status", hs_test_run_stopped(m->run) ? HS_S("stopped") : HS_S("completed"));
	if (m->r5)
		put(m, report, "testScript", url);
	else
		put(m, hs_json_add_object(m->arena, report, HS_S("testScript")), "reference", url);
	put(m, report, "result", good ? HS_S("pass") : bad ? HS_S("fail") : HS_S("pending"));
	add_score(m, report, script);
	put(m, report, "tester", hs_arena_printf(m->arena, "handslag %s", m->info->version));
	put(m, report, "issued", hs_arena_copy(m->arena, hs_slice(issued, HS_INSTANT_LEN)));
	add_participants(m, report);
	if (script->setup.count)
		add_actions(m, hs_json_add_object(m->arena, report, HS_S("setup")), &script->setup);
	struct hs_json *tests = NULL;
	for (size_t i = 0; i < script->count; i++) {
		const struct hs_test_result *test = &script->tests[i];
		if (!test->selected || !test->count)
			continue;
		if (!tests)
			tests = hs_json_add_array(m->arena, report, HS_S("test"));
		struct hs_json *item = hs_json_push(tests, hs_json_object(m->arena));
		put(m, item, "name", test->name.len ? test->name : test->id);
		put(m, item, "description", test->description);
		add_actions(m, item, test);
	}
	add_teardown(m, report, &script->teardown);
	return report;
}

/* Each entry of a collection has a fullUrl: one of its own, the same for the same run and script. */
static struct hs_slice full_url(struct maker *m, const struct hs_test_script_result *script)
{
	uint64_t seed = hs_test_run_options(m->run)->seed;
	uint64_t high = hs_hash_seeded(script->script->id, seed),
		 low = hs_hash_seeded(script->script->id, ~seed);

	return hs_arena_printf(m->arena, "urn:uuid:%08x-%04x-8%03x-8%03x-%012llx", (unsigned)(high >> 32),
		(unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff), (unsigned)(low >> 48 & 0xfff),
		(unsigned long long)(low & 0xffffffffffff));
}

void hs_report_testreport(const struct hs_test_run *run, const struct hs_report_info *info,
	struct hs_buf *out)
{
	struct maker m = { .run = run, .info = info, .arena = hs_arena_new(MEMORY_MAX) };
	struct hs_json *bundle = hs_json_object(m.arena), *entries;
	size_t count = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);

	m.r5 = hs_test_run_fhir(run) == HS_FHIR_R5;
	put(&m, bundle, "resourceType", HS_S("Bundle"));
	put(&m, bundle, "type", HS_S("collection"));
	entries = hs_json_add_array(m.arena, bundle, HS_S("entry"));
	for (size_t i = 0; i < count; i++)
		if (hs_report_has_script(&scripts[i])) {
			struct hs_json *entry = hs_json_push(entries, hs_json_object(m.arena));
			put(&m, entry, "fullUrl", full_url(&m, &scripts[i]));
			hs_json_add(entry, HS_S("resource"), make_report(&m, &scripts[i]));
		}
	if (!hs_json_count(entries))
		hs_json_take(bundle, HS_S("entry"));
	if (hs_arena_full(m.arena))
		out->overflow = true;
	else
		hs_json_write(out, bundle, HS_JSON_PRETTY);
	hs_arena_free(m.arena);
}
