/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP exchange with a server, waited for, and progress on standard error. */
#include <core/base/world.h>
#include <core/cli/cli.h>
#include <core/http/client.h>

#include <stdio.h>

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

/* ---- progress ---- */

#define FIRST_NS 1000000000ull /* nothing is said about what takes less than a second */
#define TERMINAL_NS 200000000ull
#define PLAIN_NS 5000000000ull

static uint64_t now_ns(void)
{
	const struct hs_world *world = hs_world_real();
	return world->mono_ns(world->ctx);
}

void hs_cli_progress_begin(struct hs_cli_progress *progress, const char *what)
{
	progress->what = what;
	progress->begun_ns = progress->started_ns = now_ns();
	progress->shown_ns = 0;
}

void hs_cli_progress_next(struct hs_cli_progress *progress, const char *what)
{
	progress->what = what;
	progress->started_ns = now_ns();
}

static void show_count(double seconds, uint64_t done, uint64_t total, bool last)
{
	fprintf(stderr, ": %llu", (unsigned long long)done);
	if (total)
		fprintf(stderr, " of %llu", (unsigned long long)total);
	if (seconds > 0)
		fprintf(stderr, ", %.0f a second", (double)done / seconds);
	if (total > done && !last)
		fprintf(stderr, ", %.0f s left", seconds / (double)done * (double)(total - done));
}

void hs_cli_progress_show(struct hs_cli_progress *progress, uint64_t done, uint64_t total, bool last)
{
	uint64_t now = now_ns();
	bool terminal = hs_cli_is_terminal();
	uint64_t since = now - (progress->shown_ns ? progress->shown_ns : progress->begun_ns);

	if (last && !progress->shown_ns)
		return;
	if (!last && (now - progress->begun_ns < FIRST_NS || since < (terminal ? TERMINAL_NS : PLAIN_NS)))
		return;
	progress->shown_ns = now;
	fprintf(stderr, "%s%s", terminal ? "\r\033[K" : "", progress->what);
	if (done)
		show_count((double)(now - progress->started_ns) / 1e9, done, total, last);
	fputs(!terminal || last ? "\n" : "", stderr);
	fflush(stderr);
}

void hs_cli_progress_end(const struct hs_cli_progress *progress)
{
	if (progress->shown_ns && hs_cli_is_terminal())
		fputs("\r\033[K", stderr);
}
