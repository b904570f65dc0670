/* SPDX-License-Identifier: Apache-2.0 */
/* The small server, and runs against it. */
#include "trial.h"

#include <stdio.h>

static void note(struct trial_server *server, const struct hs_http_request *request)
{
	size_t used = strlen(server->log);
	snprintf(server->log + used, sizeof(server->log) - used, "%.*s %.*s\n",
		HS_S_ARG(request->method_name), HS_S_ARG(request->target));
}

struct hs_slice trial_quotes(struct hs_arena *arena, const char *text)
{
	char *copy = hs_arena_cstr(arena, hs_slice_cstr(text));

	for (size_t i = 0; copy[i]; i++)
		copy[i] = copy[i] == '\'' ? '"' : copy[i] == '`' ? '\'' : copy[i];
	return hs_slice_cstr(copy);
}

static bool answer_slowly(struct trial_server *server, const struct hs_http_request *request,
	struct hs_http_reply *reply)
{
	static const struct hs_http_header wait = { HS_S_INIT("Retry-After"), HS_S_INIT("0") };

	if (hs_slice_eq(request->path, HS_S("/later"))) {
		reply->status = server->later++ < 2 ? 202 : 200;
	} else if (hs_slice_eq(request->path, HS_S("/slower"))) {
		reply->status = server->slower++ < 1 ? 429 : 200;
	} else if (hs_slice_eq(request->path, HS_S("/lines"))) {
		reply->content_type = HS_S("application/fhir+ndjson");
		reply->body.bytes = trial_quotes(request->arena,
			"{'resourceType': 'Patient', 'id': 'a'}\n{'resourceType': 'Patient', 'id': 'b'}\n");
		return true;
	} else {
		return false;
	}
	if (reply->status != 200) {
		reply->headers = &wait;
		reply->header_count = 1;
	}
	return true;
}

static void answer(struct hs_http_request *request, void *arg)
{
	struct trial_server *server = arg;
	struct hs_http_reply reply = { .status = 200, .content_type = HS_S("application/fhir+json") };
	struct hs_http_header *location = hs_arena_array(request->arena, 1, sizeof(*location));
	uint64_t status = 0;

	if (hs_slice_eq(request->path, HS_S("/metadata"))) {
		reply.status = server->capability ? 200 : 404;
		if (server->capability)
			reply.body.bytes = trial_quotes(request->arena, server->capability);
		hs_http_reply(request, &reply);
		return;
	}
	note(server, request);
	if (server->silent) {
		server->held = request;
		if (server->stop_at_hold)
			hs_test_stop(server->stop_at_hold);
		return;
	}
	if (hs_slice_starts(request->path, HS_S("/status/")) &&
		hs_slice_u64(hs_slice_from(request->path, 8), &status))
		reply.status = (int)status;
	if (answer_slowly(server, request, &reply)) {
		hs_http_reply(request, &reply);
		return;
	}
	if (hs_slice_starts(request->path, HS_S("/Patient/absent")))
		reply.status = 404;
	if (hs_slice_eq(request->path, HS_S("/Observation"))) {
		bool search = hs_slice_eq(request->method_name, HS_S("GET"));
		reply.status = search ? 200 : 422;
		reply.body.bytes = trial_quotes(request->arena,
			search ? "{'resourceType': 'Bundle', 'type': 'searchset', 'total': 0}" :
				 "{'resourceType': 'OperationOutcome'}");
	} else if (hs_slice_eq(request->method_name, HS_S("POST"))) {
		reply.status = 201;
		location->name = HS_S("Location");
		location->value = hs_arena_printf(request->arena, "http://127.0.0.1/Patient/new%u/_history/1",
			++server->created);
		reply.headers = location;
		reply.header_count = 1;
	} else if (reply.status != 204) {
		reply.body.bytes = trial_quotes(request->arena,
			"{'resourceType': 'Patient', 'id': '1', 'active': true}");
		if (server->remembers && hs_slice_starts(request->path, HS_S("/Patient/new")))
			reply.body.bytes = hs_arena_printf(request->arena,
				"{\"resourceType\":\"Patient\",\"id\":\"%.*s\",\"active\":true}",
				HS_S_ARG(hs_slice_from(request->path, 9)));
	}
	hs_http_reply(request, &reply);
}

void trial_open(struct trial *trial)
{
	struct hs_http_server_config config = {
		.address = "127.0.0.1", .request = answer, .arg = &trial->server
	};
	struct hs_error err;

	*trial = (struct trial) { .arena = hs_arena_new((size_t)64 << 20) };
	assert_int_equal(hs_loop_new(&trial->server.loop, &err), HS_OK);
	assert_int_equal(hs_http_server_open(trial->server.loop, &config, &trial->server.server, &err),
		HS_OK);
	trial->options.target = hs_arena_printf(trial->arena, "http://127.0.0.1:%u/",
		hs_http_server_port(trial->server.server));
	trial->options.client.proxy = "";
	trial->options.in_order = true;
}

static void expand(struct hs_buf *out, struct hs_slice text)
{
	while (text.ptr) {
		hs_buf_add(out, hs_slice_cut(&text, '<'));
		if (!text.ptr)
			return;
		struct hs_slice word = hs_slice_cut(&text, '>'), method = hs_slice_cut(&word, ' ');
		struct hs_slice url = hs_slice_cut(&word, ' ');
		if (!url.len) {
			hs_buf_printf(out, "{'assert': {'responseCode': '%.*s'}}", HS_S_ARG(method));
			continue;
		}
		hs_buf_cstr(out, "{'operation': {'method': '");
		for (size_t i = 0; i < method.len; i++)
			hs_buf_byte(out, (char)(method.ptr[i] | 0x20)); /* in lower case */
		hs_buf_printf(out, "', 'url': '%.*s'", HS_S_ARG(url));
		if (word.len)
			hs_buf_printf(out, ", 'sourceId': '%.*s'", HS_S_ARG(word));
		hs_buf_cstr(out, "}}");
	}
}

struct hs_script *trial_script(struct trial *trial, const char *id, const char *members)
{
	struct hs_script *script = NULL;
	struct hs_error err = { 0 };
	struct hs_buf buf;

	hs_buf_init(&buf, trial->arena, 1 << 20);
	hs_buf_cstr(&buf, "{'resourceType': 'TestScript', 'name': 'T', ");
	expand(&buf, hs_slice_cstr(members));
	hs_buf_cstr(&buf, "}");
	struct hs_slice text = trial_quotes(trial->arena, hs_arena_cstr(trial->arena, hs_buf_slice(&buf)));
	if (hs_script_read(trial->arena, text, hs_slice_cstr(id), HS_S("x.json"), NULL, &script, &err))
		fail_msg("%s", err.text);
	script->suite = HS_S("s");
	script->shuffled = true;
	trial->scripts[trial->count++] = script;
	return script;
}

static void on_finished(struct hs_test_run *run, void *arg)
{
	struct trial *trial = arg;
	(void)run;
	trial->finished = true;
}

static void on_test(struct hs_test_run *run, const struct hs_test_result *test, void *arg)
{
	struct trial *trial = arg;
	(void)run;
	(void)test;
	trial->tests_done++;
}

void trial_begin(struct trial *trial)
{
	struct hs_error err = { 0 };

	trial->options.events.finished = on_finished;
	trial->options.events.test_done = on_test;
	trial->options.events.arg = trial;
	trial->finished = false;
	trial->tests_done = 0;
	trial->server.log[0] = '\0';
	if (hs_test_start(trial->server.loop, &trial->options, trial->scripts, trial->count, &trial->run,
		    &err))
		fail_msg("%s", err.text);
	assert_false(trial->finished);
}

void trial_wait(struct trial *trial)
{
	while (!trial->finished)
		hs_loop_turn(trial->server.loop, true);
}

void trial_run(struct trial *trial)
{
	trial_begin(trial);
	trial_wait(trial);
}

void trial_end(struct trial *trial)
{
	hs_test_run_free(trial->run);
	trial->run = NULL;
}

static void on_drained(void *arg)
{
	*(bool *)arg = true;
}

void trial_close(struct trial *trial)
{
	struct hs_http_reply reply = { .status = 200 };
	bool drained = false;

	trial_end(trial);
	if (trial->server.held)
		hs_http_reply(trial->server.held, &reply);
	hs_http_server_drain(trial->server.server, 100, on_drained, &drained);
	while (!drained)
		hs_loop_turn(trial->server.loop, true);
	hs_http_server_free(trial->server.server);
	hs_loop_stop(trial->server.loop);
	hs_loop_run(trial->server.loop);
	hs_loop_free(trial->server.loop);
	hs_arena_free(trial->arena);
}

const struct hs_test_script_result *trial_result(struct trial *trial, size_t index)
{
	size_t count = 0;
	const struct hs_test_script_result *results = hs_test_run_results(trial->run, &count);
	assert_true(index < count);
	return &results[index];
}

void assert_trial(struct trial *trial, size_t test, enum hs_test_verdict verdict)
{
	const struct hs_test_result *result = &trial_result(trial, 0)->tests[test];
	if (result->verdict != verdict)
		fail_msg("%.*s: %s, not %s (%.*s)", HS_S_ARG(result->id),
			hs_test_verdict_name(result->verdict), hs_test_verdict_name(verdict),
			HS_S_ARG(result->reason));
}
