/* SPDX-License-Identifier: Apache-2.0 */
/* Resources to a server over HTTP: PUT with an id, POST without, transactions to the base; a few at a time.
 */
#include <core/cli/data/load.h>

#include <core/base/heap.h>
#include <core/http/client.h>

#include <stdio.h>

#define AT_ONCE 8
#define CALL_ARENA ((size_t)512 << 20)

struct remote;

struct call {
	struct hs_http_call http;
	struct remote *remote;
	struct hs_arena *arena;
	char file[200];
	uint64_t line;
	bool busy;
};

struct remote {
	struct hs_cli_sink sink; /* first */
	struct hs_loop *loop;
	struct hs_http_client *client;
	char base[1000];
	struct call calls[AT_ONCE];
	bool gone;
	struct hs_error why;
};

static const struct hs_http_header json_body[] = {
	{ HS_S_INIT("Content-Type"), HS_S_INIT("application/fhir+json") },
	{ HS_S_INIT("Accept"), HS_S_INIT("application/fhir+json") },
	{ HS_S_INIT("Prefer"), HS_S_INIT("return=minimal") },
};

/* What the server says of it, or what the answer of something that is no FHIR server tells. */
static struct hs_slice why_refused(struct call *call, const struct hs_http_call *http)
{
	struct hs_cli_answer answer = { http->status, http->reply_body };
	struct hs_slice place = hs_http_call_header(http, HS_S("Location"));

	if (http->status >= 300 && http->status < 400 && place.len)
		return hs_arena_printf(call->arena, "it is at %.*s (HTTP %d): give --target as it is there",
			HS_S_ARG(hs_slice_first(place, 500)), http->status);
	if (hs_slice_find(http->reply_body, '{', 0) == SIZE_MAX)
		return hs_arena_printf(call->arena, "HTTP %d without an OperationOutcome: is %s a FHIR base?",
			http->status, call->remote->base);
	return hs_cli_reason(call->arena, &answer);
}

static void finished(struct hs_http_call *http)
{
	struct call *call = http->user;
	struct remote *remote = call->remote;

	call->busy = false;
	if (http->failed) {
		remote->gone = true;
		remote->why = http->error;
		return;
	}
	if (http->status >= 200 && http->status < 300) {
		remote->sink.stored++;
		return;
	}
	hs_cli_load_refused(&remote->sink, call->file, call->line, why_refused(call, http));
}

static struct call *wait_for_room(struct remote *remote)
{
	for (;;) {
		for (size_t i = 0; i < AT_ONCE; i++)
			if (!remote->calls[i].busy)
				return &remote->calls[i];
		hs_loop_turn(remote->loop, true);
	}
}

static enum hs_status gone(const struct remote *remote, struct hs_error *err)
{
	*err = remote->why;
	if (err->status != HS_E_TIMEOUT)
		err->status = HS_E_NETWORK;
	return err->status;
}

/* Letters: what can stand in a URL as a resource type. */
static bool is_name(struct hs_slice type)
{
	for (size_t i = 0; i < type.len; i++)
		if (!(type.ptr[i] >= 'A' && type.ptr[i] <= 'Z') &&
			!(type.ptr[i] >= 'a' && type.ptr[i] <= 'z'))
			return false;
	return type.len > 0;
}

static enum hs_status take(struct hs_cli_sink *sink, struct hs_slice text, const char *file, uint64_t line,
	struct hs_error *err)
{
	struct remote *remote = (struct remote *)(void *)sink;
	struct call *call = wait_for_room(remote);
	struct hs_json *tree = NULL;
	struct hs_error bad = { .status = HS_OK };

	if (remote->gone)
		return gone(remote, err);
	hs_arena_reset(call->arena);
	struct hs_slice body = hs_arena_copy(call->arena, text);
	if (!body.len)
		return hs_fail(err, HS_E_LIMIT, "%s:%llu: the resource is too large", file,
			(unsigned long long)line);
	if (hs_json_parse(call->arena, body, NULL, &tree, &bad)) {
		hs_cli_load_refused(sink, file, line, hs_slice_cstr(bad.text));
		return HS_OK;
	}
	struct hs_slice type = hs_json_get_text(tree, HS_S("resourceType")),
			id = hs_json_get_text(tree, HS_S("id"));
	bool bundle = hs_slice_eq(type, HS_S("Bundle")) &&
		!hs_slice_eq(hs_json_get_text(tree, HS_S("type")), HS_S("document"));
	bool put = id.len && !bundle;
	if (!is_name(type) || (put && !hs_id_valid(id))) {
		hs_cli_load_refused(sink, file, line,
			is_name(type) ? HS_S("its id cannot stand in a URL") :
					HS_S("it has no resourceType"));
		return HS_OK;
	}
	snprintf(call->file, sizeof(call->file), "%s", file);
	call->line = line;
	call->busy = true;
	call->http = (struct hs_http_call) { .arena = call->arena,
		.method = put ? HS_S("PUT") : HS_S("POST"),
		.url = bundle ? hs_slice_cstr(remote->base) :
			put   ? hs_arena_printf(call->arena, "%s/%.*s/%.*s", remote->base, HS_S_ARG(type),
					HS_S_ARG(id)) :
				hs_arena_printf(call->arena, "%s/%.*s", remote->base, HS_S_ARG(type)),
		.headers = json_body,
		.header_count = sizeof(json_body) / sizeof(json_body[0]),
		.body = body,
		.done = finished,
		.user = call };
	hs_http_client_send(remote->client, &call->http);
	hs_cli_progress_show(&sink->progress, sink->stored + sink->failed, 0, false);
	return HS_OK;
}

static enum hs_status end(struct hs_cli_sink *sink, struct hs_error *err)
{
	struct remote *remote = (struct remote *)(void *)sink;

	for (size_t i = 0; i < AT_ONCE; i++)
		while (remote->calls[i].busy)
			hs_loop_turn(remote->loop, true);
	return remote->gone ? gone(remote, err) : HS_OK;
}

static void release(struct hs_cli_sink *sink)
{
	struct remote *remote = (struct remote *)(void *)sink;

	hs_http_client_free(remote->client);
	hs_loop_stop(remote->loop);
	hs_loop_run(remote->loop);
	hs_loop_free(remote->loop);
	for (size_t i = 0; i < AT_ONCE; i++)
		hs_arena_free(remote->calls[i].arena);
	hs_heap_free(remote);
}

enum hs_status hs_cli_load_remote(const char *base, const char *bearer, int64_t seconds,
	struct hs_cli_sink **out, struct hs_error *err)
{
	struct hs_http_client_options options = {
		.bearer = bearer, .connections = AT_ONCE, .total_ms = (uint32_t)seconds * 1000
	};
	struct remote *remote = hs_heap_alloc(sizeof(*remote));
	enum hs_status status = hs_loop_new(&remote->loop, err);

	if (status) {
		hs_heap_free(remote);
		return status;
	}
	snprintf(remote->base, sizeof(remote->base), "%s", base);
	for (size_t len = strlen(remote->base); len && remote->base[len - 1] == '/';)
		remote->base[--len] = '\0';
	for (size_t i = 0; i < AT_ONCE; i++) {
		remote->calls[i].remote = remote;
		remote->calls[i].arena = hs_arena_new(CALL_ARENA);
	}
	remote->sink = (struct hs_cli_sink) { .take = take, .end = end, .free = release };
	hs_cli_progress_begin(&remote->sink.progress, "resources");
	status = hs_http_client_new(remote->loop, &options, &remote->client, err);
	if (status)
		release(&remote->sink);
	else
		*out = &remote->sink;
	return status;
}
