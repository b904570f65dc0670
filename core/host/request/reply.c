/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of a handler: each records one reply, which dispatch.c sends once the handler has returned. */
#include <core/host/request/request_private.h>

#define BODY_MAX ((size_t)1 << 30)

static const struct hs_slice out_of_memory = HS_S_INIT(
	"{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"too-costly\","
	"\"details\":{\"text\":\"the answer is larger than a request may use memory\"}}]}");

static enum hs_verdict answer(struct hs_request *req, int status, struct hs_slice bytes)
{
	HS_ASSERT(req->stage == HS__ASKED && req->work == HS__NO_WORK);
	req->stage = HS__ANSWERED;
	req->reply.status = status;
	req->reply.body.bytes = bytes;
	return HS_VERDICT_DONE;
}

/* A request that has used up its memory gives back what it made since it began, so that its sender can be
 * told. Only for the last answer: nothing of it may be used afterwards. */
static bool make_room(struct hs_request *req)
{
	if (!hs_arena_full(req->arena))
		return false;
	hs_arena_rollback(req->arena, req->mark);
	req->reply.header_count = 0;
	req->type = req->path = req->base = HS_S_NONE;
	req->query = NULL;
	req->query_count = 0;
	req->tree = NULL;
	req->xml_tree = NULL;
	req->xml_found = NULL;
	return true;
}

static enum hs_status too_large(const struct hs_request *req, struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT,
		"this needs more than the %lld MiB of memory that one request may use (limits.arenaMib); "
		"send or ask for less at a time",
		(long long)req->host->config->arena_mib);
}

static enum hs_verdict answer_no_memory(struct hs_request *req)
{
	req->reply.compressible = false;
	if (req->xml)
		req->reply.content_type = HS_S("application/fhir+json; charset=utf-8");
	make_room(req);
	return answer(req, 500, out_of_memory);
}

enum hs_verdict hs__reply_made(struct hs_request *req, int status, struct hs_slice bytes)
{
	if (!bytes.len)
		return answer_no_memory(req);
	req->reply.compressible = true;
	return answer(req, status, bytes);
}

void hs__reply_static_header(struct hs_request *req, struct hs_slice name, struct hs_slice value)
{
	if (req->reply.header_count < HS__REPLY_HEADERS)
		req->headers[req->reply.header_count++] = (struct hs_http_header) { name, value };
}

/* A line end in a value would begin another header: such values are left out. */
void hs_reply_header(struct hs_request *req, struct hs_slice name, struct hs_slice value)
{
	char *own = hs_slice_is_line(value) ? hs_arena_raw(req->arena, name.len + value.len) : NULL;

	if (!own || name.len == 0)
		return;
	memcpy(own, name.ptr, name.len);
	if (value.len)
		memcpy(own + name.len, value.ptr, value.len);
	hs__reply_static_header(req, hs_slice(own, name.len), hs_slice(own + name.len, value.len));
}

static enum hs_verdict write_tree(struct hs_request *req, int status, const struct hs_json *tree)
{
	struct hs_buf out;

	if (req->xml) {
		struct hs_slice text = hs__xml_of_tree(req, tree, &status);
		return hs__reply_made(req, status, text);
	}
	hs_buf_init(&out, req->arena, BODY_MAX);
	hs_json_write(&out, tree, req->pretty ? HS_JSON_PRETTY : 0);
	return out.overflow ? answer_no_memory(req) : hs__reply_made(req, status, hs_buf_slice(&out));
}

enum hs_verdict hs_reply_json(struct hs_request *req, int status, const struct hs_json *resource)
{
	return resource ? write_tree(req, status, resource) : answer_no_memory(req);
}

enum hs_verdict hs_reply_text(struct hs_request *req, int status, struct hs_slice json,
	void (*release)(void *owner), void *owner)
{
	if (req->xml)
		return hs__xml_of_text(req, status, json, release, owner);
	req->reply.compressible = true;
	req->reply.body.release = release;
	req->reply.body.owner = owner;
	if (!req->pretty)
		return answer(req, status, json);

	struct hs_json *tree = NULL;
	struct hs_error err;
	if (hs_json_parse(req->arena, json, NULL, &tree, &err))
		return answer(req, status, json);
	struct hs_buf out;
	hs_buf_init(&out, req->arena, BODY_MAX);
	hs_json_write(&out, tree, HS_JSON_PRETTY);
	return answer(req, status, out.overflow ? json : hs_buf_slice(&out));
}

enum hs_verdict hs_reply_bytes(struct hs_request *req, int status, struct hs_slice media_type,
	struct hs_slice bytes)
{
	req->reply.content_type = hs_arena_copy(req->arena, media_type);
	req->reply.compressible = hs_slice_starts(media_type, HS_S("text/"));
	return answer(req, status, bytes);
}

enum hs_verdict hs_reply_empty(struct hs_request *req, int status)
{
	req->reply.content_type = HS_S_NONE;
	req->reply.compressible = status == 304; /* whose Vary is that of its 200 */
	return answer(req, status, HS_S_NONE);
}

/* Headers that go with a status, unless the handler has set them. */
static void add_status_headers(struct hs_request *req, int status)
{
	struct hs_slice name = status == 401 ? HS_S("WWW-Authenticate") : HS_S("Retry-After");

	if (status != 401 && status != 429 && status != 503)
		return;
	for (size_t i = 0; i < req->reply.header_count; i++)
		if (hs_slice_ieq(req->headers[i].name, name))
			return;
	hs__reply_static_header(req, name, status == 401 ? HS_S("Bearer realm=\"handslag\"") : HS_S("1"));
}

enum hs_verdict hs_fail_request(struct hs_request *req, const struct hs_error *err)
{
	struct hs_error own = *err; /* it may be of the memory that goes */

	if (make_room(req) && (own.status == HS_E_LIMIT || !own.status))
		too_large(req, &own);
	int status = own.status ? hs_status_http(own.status) : 500;
	add_status_headers(req, status);
	hs__xml_place(req, hs_slice_cstr(own.path), &own.line, &own.column);
	struct hs_json *outcome = hs_outcome_of(req->arena, &own);
	return outcome ? write_tree(req, status, outcome) : answer_no_memory(req);
}

enum hs_verdict hs__fail_retry(struct hs_request *req, unsigned retry_s, const struct hs_error *err)
{
	char text[16];

	if (retry_s) {
		int n = snprintf(text, sizeof(text), "%u", retry_s);
		hs_reply_header(req, HS_S("Retry-After"), hs_slice(text, (size_t)n));
	}
	return hs_fail_request(req, err);
}

enum hs_verdict hs_reply_issues(struct hs_request *req, int status, const struct hs_issues *issues)
{
	struct hs_error err = { .status = HS_OK };

	if (hs_arena_full(req->arena)) {
		too_large(req, &err);
		return hs_fail_request(req, &err);
	}
	add_status_headers(req, status);
	for (struct hs_issue *issue = req->xml_tree ? issues->first : NULL; issue; issue = issue->next)
		hs__xml_place(req, issue->path, &issue->line, &issue->column);
	struct hs_json *outcome = hs_outcome(req->arena, issues);
	return outcome ? write_tree(req, status, outcome) : answer_no_memory(req);
}

struct hs_slice hs__outcome_text(struct hs_arena *arena, const char *issue, const char *text)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, 4096);
	hs_buf_cstr(&out,
		"{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"");
	hs_buf_cstr(&out, issue);
	hs_buf_cstr(&out, "\",\"details\":{\"text\":");
	hs_json_write_text(&out, hs_slice_cstr(text));
	hs_buf_cstr(&out, "}}]}");
	return out.overflow ? out_of_memory : hs_buf_slice(&out);
}

enum hs_verdict hs_stream_reply(struct hs_request *req, int status, const struct hs_stream_source *source)
{
	if (req->xml) /* pieces of a text cannot be made another format; they say what they are */
		req->reply.content_type = HS_S("application/fhir+json; charset=utf-8");
	req->source = *source;
	req->streaming = true;
	req->reply.compressible = true;
	return answer(req, status, HS_S_NONE);
}
