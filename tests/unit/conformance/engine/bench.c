/* SPDX-License-Identifier: Apache-2.0 */
/* The bench of the engine's tests. */
#include "bench.h"

#include <stdio.h>

struct hs_slice bench_quotes(struct bench *bench, const char *text)
{
	char *copy = hs_arena_cstr(bench->arena, hs_slice_cstr(text));

	for (size_t i = 0; copy[i]; i++)
		if (copy[i] == '\'')
			copy[i] = '"';
	return hs_slice_cstr(copy);
}

struct hs_json *bench_json(struct bench *bench, const char *text)
{
	struct hs_json *json = NULL;
	struct hs_error err;

	if (hs_json_parse(bench->arena, bench_quotes(bench, text), NULL, &json, &err))
		fail_msg("%s: %s", text, err.text);
	return json;
}

static struct hs_script *read_script(struct bench *bench, const char *members)
{
	struct hs_script *script = NULL;
	struct hs_error err = { 0 };
	struct hs_slice text = hs_arena_printf(bench->arena,
		"{'resourceType': 'TestScript', 'name': 'T'%s%s}", members[0] ? ", " : "", members);

	text = bench_quotes(bench, hs_arena_cstr(bench->arena, text));
	if (hs_script_read(bench->arena, text, HS_S("t"), HS_S("t.json"), NULL, &script, &err))
		fail_msg("%s: %s", members, err.text);
	return script;
}

void bench_open(struct bench *bench, const char *members)
{
	*bench = (struct bench) { .arena = hs_arena_new((size_t)64 << 20) };
	bench->script = read_script(bench, members);
	bench->script->suite = HS_S("s");
	bench->run.arena = bench->arena;
	bench->run.world = hs_world_real();
	bench->run.fhir = HS_FHIR_R4;
	bench->run.nonce = 42;
	bench->run.options.target = HS_S("http://target.test/fhir");
	bench->stage = (struct test_stage) { .run = &bench->run,
		.script = bench->script,
		.result = &bench->result,
		.arena = bench->arena,
		.phase = PHASE_TEST };
	bench->stage.fixtures = hs_arena_array(bench->arena, 20, sizeof(*bench->stage.fixtures));
}

void bench_close(struct bench *bench)
{
	hs_arena_free(bench->arena);
}

struct hs_test_exchange *bench_exchange(struct bench *bench, int status, const char *headers,
	const char *body)
{
	struct hs_test_exchange *exchange = hs_arena_alloc(bench->arena, sizeof(*exchange));
	struct hs_http_header *list = hs_arena_array(bench->arena, 20, sizeof(*list));
	struct hs_slice rest = hs_slice_cstr(headers);
	struct hs_http_call call = { .arena = bench->arena, .status = status, .reply_headers = list };

	while (rest.len) {
		struct hs_slice value = hs_slice_cut(&rest, '\n'), name = hs_slice_cut(&value, ':');
		list[call.reply_header_count++] = (struct hs_http_header) { name, hs_slice_trim(value) };
	}
	call.reply_body = bench_quotes(bench, body);
	exchange->method = HS_S("GET");
	exchange->url = HS_S("http://target.test/fhir/Patient/1?a=b");
	hs_test_exchange_take(&bench->run, exchange, &call);
	bench->stage.last = exchange;
	return exchange;
}

enum hs_test_verdict bench_judge(struct bench *bench, const char *members)
{
	char text[2000];

	snprintf(text, sizeof(text), "'test': [{'action': [{'assert': {%s}}]}]", members);
	struct hs_script *script = read_script(bench, text);
	memset(&bench->action, 0, sizeof(bench->action));
	bench->action.script = &script->tests[0].actions[0];
	bench->action.verdict = HS_TEST_PENDING;
	hs_test_judge(&bench->stage, &script->tests[0].actions[0], &bench->action);
	return bench->action.verdict;
}

enum hs_status bench_request(struct bench *bench, const char *members, struct test_request *out,
	struct hs_error *err)
{
	char text[2000];

	snprintf(text, sizeof(text), "'test': [{'action': [{'operation': {%s}}]}]", members);
	struct hs_script *script = read_script(bench, text);
	memset(err, 0, sizeof(*err));
	return hs_test_request(&bench->stage, &script->tests[0].actions[0], out, err);
}

void assert_slice(struct hs_slice found, const char *wanted)
{
	if (!hs_slice_eq(found, hs_slice_cstr(wanted)))
		fail_msg("\"%.*s\" should be \"%s\"", HS_S_ARG(found), wanted);
}
