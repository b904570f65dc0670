/* SPDX-License-Identifier: Apache-2.0 */
/* A request within a request: an entry of a batch goes to its route as if it had come by itself, and what it
 * answers goes to the request that asked for it instead of to the client.
 *
 * The inner request shares arena, loop and sandbox with the outer one, which waits meanwhile, so only one of
 * them is ever active. */
#include <core/host/request/request_private.h>

#define HEADERS_MAX 64
#define ANSWER_MAX ((size_t)32 << 20) /* of a streamed answer */

struct hs__inner {
	struct hs_http_request http;
	struct hs_http_header headers[HEADERS_MAX + 1];
	struct hs_request req;
};

/* Headers of the outer request that say something of its own body, answer or target. */
static bool is_own(struct hs_slice name)
{
	static const struct hs_slice own[] = { HS_S_INIT("Accept"), HS_S_INIT("Accept-Encoding"),
		HS_S_INIT("Prefer"), HS_S_INIT("X-Handslag-Read-Sequence") };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (hs_slice_ieq(name, own[i]))
			return true;
	return (name.len > 3 && hs_slice_ieq(hs_slice_first(name, 3), HS_S("If-"))) ||
		(name.len > 8 && hs_slice_ieq(hs_slice_first(name, 8), HS_S("Content-")));
}

static void fill_headers(struct hs__inner *inner, const struct hs_http_request *outer, bool has_body)
{
	size_t count = 0;

	for (size_t i = 0; i < outer->header_count && count < HEADERS_MAX; i++)
		if (!is_own(outer->headers[i].name))
			inner->headers[count++] = outer->headers[i];
	if (has_body)
		inner->headers[count++] = (struct hs_http_header) { HS_S("Content-Type"),
			HS_S("application/fhir+json") };
	inner->http.headers = inner->headers;
	inner->http.header_count = count;
}

static struct hs_request *make(struct hs_request *outer, const struct hs_inner *asked)
{
	struct hs__inner *inner = hs_arena_alloc(outer->arena, sizeof(*inner));

	if (!inner)
		return NULL;
	inner->http = *outer->http;
	inner->http.method = hs_slice_eq(asked->method, HS_S("POST")) ? HS_HTTP_POST : HS_HTTP_GET;
	inner->http.method_name = asked->method;
	inner->http.query = asked->query;
	inner->http.body = asked->body;
	inner->http.user = &inner->req;
	fill_headers(inner, outer->http, asked->body.len > 0);
	inner->req = (struct hs_request) { .http = &inner->http,
		.arena = outer->arena,
		.loop = outer->loop,
		.host = outer->host,
		.sandbox = outer->sandbox,
		.edition = outer->edition,
		.path = hs__percent_decode(outer->arena, asked->path, false),
		.root = outer->root,
		.id = outer->id,
		.outer = outer,
		.reply = { .content_type = HS_S("application/fhir+json; charset=utf-8") } };
	inner->req.mark = hs_arena_mark(outer->arena);
	return &inner->req;
}

enum hs_verdict hs_request_inner(struct hs_request *req, struct hs_inner *inner, void *arg,
	hs_after_fn *after)
{
	HS_ASSERT(!req->outer);
	HS_ASSERT(hs_slice_eq(inner->method, HS_S("GET")) || hs_slice_eq(inner->method, HS_S("POST")));
	req->inner_asked = inner;
	return hs__work_ask(req, HS__WORK_INNER, arg, after);
}

bool hs__inner_start(struct hs_request *req)
{
	bool cancelled = __atomic_load_n(&req->cancelled, __ATOMIC_RELAXED);
	struct hs_request *inner = cancelled ? NULL : make(req, req->inner_asked);

	if (!inner) {
		req->op.status = cancelled ?
			hs_fail(&req->op.error, HS_E_CANCELLED, "the work was given up") :
			hs_fail(&req->op.error, HS_E_LIMIT, "the batch is too large");
		return true;
	}
	hs__work_wait(req);
	inner->deadline_ms = req->deadline_ms;
	req->inner = inner;
	req->inner_starting = true;
	hs__request_carry_on(inner, hs__fhir_answer(inner));
	req->inner_starting = false;
	if (req->inner)
		return false;
	hs__work_wait_end(req);
	return true;
}

/* ---- the answer ---- */

static enum hs_status collect(struct hs_request *inner, struct hs_buf *out)
{
	struct hs_error err = { .status = HS_OK };
	enum hs_status status = HS_OK;
	bool last = false;

	while (status == HS_OK && !last && !out->overflow)
		status = inner->source.more(inner->source.arg, out, &last, &err);
	if (inner->source.end)
		inner->source.end(inner->source.arg);
	return out->overflow ? HS_E_LIMIT : status;
}

/* It is collected outside the arena: who makes the pieces may give back what it took there for each. */
static void take_stream(struct hs_request *inner, struct hs_inner *out)
{
	struct hs_buf buf;

	hs_buf_init(&buf, NULL, ANSWER_MAX);
	enum hs_status status = collect(inner, &buf);
	out->answer = hs_arena_copy(inner->arena, hs_buf_slice(&buf));
	if (status == HS_OK && out->answer.len != buf.len)
		status = HS_E_LIMIT;
	hs_buf_free(&buf);
	if (status == HS_OK)
		return;
	out->status = status == HS_E_LIMIT ? 422 : 500;
	out->answer = hs__outcome_text(inner->arena, status == HS_E_LIMIT ? "too-costly" : "exception",
		status == HS_E_LIMIT ? "the answer is too large for an entry of a batch" :
				       "the answer could not be made");
}

void hs__inner_answered(struct hs_request *inner)
{
	struct hs_request *outer = inner->outer;
	struct hs_inner *out = outer->inner_asked;
	const struct hs_http_body *body = &inner->reply.body;

	hs__metrics_count(inner->host->metrics, inner->loop->index, inner->action, inner->reply.status, 0);
	out->status = inner->reply.status;
	out->answer = body->bytes;
	out->media = inner->reply.content_type;
	if (inner->streaming)
		take_stream(inner, out);
	else if (body->release)
		out->answer = hs_arena_copy(inner->arena, body->bytes);
	if (body->release)
		body->release(body->owner);
	outer->inner = NULL;
	outer->op.status = HS_OK;
	if (!outer->inner_starting)
		hs__work_finished(outer);
}
