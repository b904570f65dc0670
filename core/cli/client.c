/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP exchange with a server, waited for. */
#include <core/cli/cli.h>
#include <core/http/client.h>

static void finished(struct hs_http_call *call)
{
	*(bool *)call->user = true;
}

enum hs_status hs_cli_call(struct hs_arena *arena, const char *method, const char *url, const char *token,
	struct hs_slice body, struct hs_cli_answer *out, struct hs_error *err)
{
	struct hs_http_client_options options = { .bearer = token };
	struct hs_http_header headers[] = { { HS_S("Content-Type"), HS_S("application/json") } };
	struct hs_http_client *client = NULL;
	struct hs_loop *loop = NULL;
	bool done = false;
	enum hs_status status = hs_loop_new(&loop, err);

	if (status)
		return status;
	status = hs_http_client_new(loop, &options, &client, err);
	if (status == HS_OK) {
		struct hs_http_call call = { .arena = arena,
			.method = hs_slice_cstr(method),
			.url = hs_slice_cstr(url),
			.headers = headers,
			.header_count = body.len ? 1 : 0,
			.body = body,
			.done = finished,
			.user = &done };
		hs_http_client_send(client, &call);
		while (!done)
			hs_loop_turn(loop, true);
		status = call.failed;
		if (status)
			*err = call.error;
		else
			*out = (struct hs_cli_answer) { call.status, call.reply_body };
		hs_http_client_free(client);
	}
	hs_loop_stop(loop);
	hs_loop_run(loop);
	hs_loop_free(loop);
	return status;
}

struct hs_slice hs_cli_reason(struct hs_arena *arena, const struct hs_cli_answer *answer)
{
	struct hs_json *tree = NULL;
	struct hs_error ignored;

	if (hs_json_parse(arena, answer->body, NULL, &tree, &ignored) == HS_OK) {
		struct hs_slice text = hs_json_text(hs_json_pointer(tree, HS_S("/issue/0/details/text")));
		if (!text.len)
			text = hs_json_text(hs_json_pointer(tree, HS_S("/issue/0/diagnostics")));
		if (text.len)
			return hs_arena_printf(arena, "%.*s (HTTP %d)", HS_S_ARG(text), answer->status);
	}
	return hs_arena_printf(arena, "HTTP %d", answer->status);
}
