/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a request through the host: what it is for, its sandbox, its handler, its answer. */
#include <core/host/request/access_log.h>
#include <core/host/endpoints.h>
#include <core/host/sandbox/sandbox.h>

#define REQUEST_ID_MAX 64

/* ---- the end of a request ---- */

void hs__request_done(struct hs_request *req, uint64_t bytes)
{
	struct hs_host *host = req->host;
	uint64_t us = (host->world->mono_ns(host->world->ctx) - req->http->started_ns) / 1000;

	hs__metrics_count(host->metrics, req->loop->index, req->action, req->reply.status, us);
	if (req->loop->log)
		hs__access_log_line(req->loop->log, req, req->reply.status, bytes, us);
	if (req->entered) {
		req->entered = false;
		hs__sandbox_leave(req->sandbox, req->loop->index);
	}
	if (req->kept)
		hs__sandbox_release(req->kept);
	req->kept = NULL;
}

static void send(struct hs_request *req)
{
	const char *cors = req->host->config->cors;

	if (req->outer) {
		hs__inner_answered(req);
		return;
	}
	hs__reply_static_header(req, HS_S("X-Request-Id"), req->id);
	if (cors[0] && hs_request_header(req, HS_S("Origin")).len) {
		hs__reply_static_header(req, HS_S("Access-Control-Allow-Origin"), hs_slice_cstr(cors));
		hs__reply_static_header(req, HS_S("Access-Control-Expose-Headers"),
			HS_S("ETag, Last-Modified, Location, Content-Location, X-Request-Id, "
			     "X-Handslag-Sequence"));
	}
	/* Else a browser guesses from Last-Modified how long it need not ask (RFC 9111 section 4.2.2). */
	if (req->edition && (req->http->method == HS_HTTP_GET || req->http->method == HS_HTTP_HEAD))
		hs__reply_static_header(req, HS_S("Cache-Control"), HS_S("no-cache"));
	req->reply.headers = req->headers;
	req->reply.vary = hs__vary_text(req);
	if (req->fault && hs__fault_spoil(req))
		return;
	if (req->streaming) {
		hs__stream_begin(req);
		return;
	}
	hs__request_done(req, req->reply.body.bytes.len);
	if (req->cut)
		hs_http_abort(req->http);
	else
		hs_http_reply(req->http, &req->reply);
}

void hs__request_carry_on(struct hs_request *req, enum hs_verdict verdict)
{
	for (;;) {
		if (req->stage == HS__ANSWERED) {
			HS_ASSERT(verdict == HS_VERDICT_DONE);
			send(req);
			return; /* the request may be gone */
		}
		HS_ASSERT(verdict == HS_VERDICT_LATER);
		if (req->work == HS__NO_WORK) {
			HS_ASSERT(req->stage == HS__WORKING); /* parked, or delayed by a fault */
			return;
		}
		if (!hs__work_start(req))
			return;
		verdict = hs__work_after(req);
	}
}

/* ---- the beginning ---- */

/* Sixteen small hexadecimal digits, in the order of the machine's bytes: of 32 bits at a time each half byte
 * is moved into a byte of its own, and those above 9 are moved on to the letters. */
static void put_hex(char out[16], uint64_t value)
{
	const uint64_t ones = 0x0101010101010101u;

	for (unsigned half = 0; half < 2; half++, value <<= 32) {
		uint64_t n = value >> 32;
		n = (n | n << 16) & 0x0000ffff0000ffffu;
		n = (n | n << 8) & 0x00ff00ff00ff00ffu;
		n = (n | n << 4) & 0x0f0f0f0f0f0f0f0fu;
		uint64_t letters = (n + ones * 6) >> 4 & ones;
		n += ones * '0' + letters * ('a' - '0' - 10);
		memcpy(out + half * sizeof(n), &n, sizeof(n));
	}
}

/* X-Request-Id is echoed when it is harmless text; otherwise we make one, unique in this process' life. */
static void set_id(struct hs_request *req)
{
	struct hs_slice given = hs_http_get_header(req->http, HS_S("X-Request-Id"));
	bool good = given.len > 0 && given.len <= REQUEST_ID_MAX;

	for (size_t i = 0; i < given.len && good; i++) {
		char c = given.ptr[i];
		good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			c == '-' || c == '.' || c == '_' || c == ':';
	}
	if (good) {
		req->id = given;
		return;
	}
	put_hex(req->own_id, req->loop->request_base + ++req->loop->request_count * 0x9e3779b97f4a7c15u);
	req->id = hs_slice(req->own_id, sizeof(req->own_id));
}

static enum hs_verdict not_found(struct hs_request *req, const char *format, struct hs_slice what)
{
	struct hs_error err = { .status = HS_OK };

	hs_fail(&err, HS_E_NOT_FOUND, "there is nothing at %.*s; %s", HS_S_ARG(hs_slice_first(what, 100)),
		format);
	return hs_fail_request(req, &err);
}

/* "/fhir/r4/Patient": takes the base from *path; NULL when it is none. */
static struct hs__edition *take_base(struct hs_host *host, struct hs_slice *path)
{
	struct hs_slice rest = *path;

	for (unsigned i = 0; i < HS__EDITIONS; i++) {
		struct hs_slice name = hs_slice_cstr(host->editions[i].name);
		if (!hs_slice_starts(rest, HS_S("/fhir/")) || !hs_slice_starts(hs_slice_from(rest, 6), name))
			continue;
		struct hs_slice after = hs_slice_from(rest, 6 + name.len);
		if (after.len && after.ptr[0] != '/')
			continue;
		*path = after;
		return &host->editions[i];
	}
	return NULL;
}

static struct hs_slice trim_slashes(struct hs_slice path)
{
	while (path.len && path.ptr[0] == '/')
		path = hs_slice_from(path, 1);
	while (path.len && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

static enum hs_verdict renewing(struct hs_request *req)
{
	struct hs_error err = { .status = HS_OK };
	unsigned retry_s = 0;

	hs__renewal_tell(req->sandbox, &retry_s, &err);
	return hs__fail_retry(req, retry_s, &err);
}

static enum hs_verdict to_fhir(struct hs_request *req, struct hs_slice rest, struct hs_sandbox *sandbox)
{
	struct hs_slice path = rest;

	req->edition = take_base(req->host, &path);
	if (!req->edition)
		return not_found(req, "FHIR is at /fhir/r4 and /fhir/r5, or below /sandbox/NAME",
			req->http->path);
	req->root = hs_slice(req->http->path.ptr, req->http->path.len - path.len);
	req->path = hs__percent_decode(req->arena, trim_slashes(path), false);
	req->sandbox = sandbox;
	switch (hs__sandbox_enter(sandbox, req)) {
	case HS__ENTERED:
		return hs__fhir_serve(req);
	case HS__PARKED:
		return HS_VERDICT_LATER;
	case HS__ENTRY_RENEWING:
		return renewing(req);
	case HS__ENTRY_GONE:
		break;
	}
	req->sandbox = NULL;
	return not_found(req, "the sandbox was deleted", req->http->path);
}

static enum hs_verdict to_sandbox(struct hs_request *req, struct hs_slice rest)
{
	size_t end = hs_slice_find(rest, '/', 0);
	struct hs_slice name = hs_slice_first(rest, end);

	req->kept = hs__sandbox_find_kept(req->host, name);
	if (!req->kept)
		return not_found(req,
			"there is no sandbox of that name; \"handslag sandbox create NAME\" makes one",
			req->http->path);
	return to_fhir(req, hs_slice_from(rest, name.len), req->kept);
}

/* What stands outside FHIR; the path must be exact. */
static const struct endpoint {
	struct hs_slice path;
	enum hs_verdict (*serve)(struct hs_request *req);
	enum hs__own_action action;
} endpoints[] = {
	{ HS_S_INIT("/"), hs__landing_page, HS__ACT_LANDING },
	{ HS_S_INIT("/health/live"), hs__health_live, HS__ACT_HEALTH },
	{ HS_S_INIT("/health/ready"), hs__health_ready, HS__ACT_HEALTH },
	{ HS_S_INIT("/metrics"), hs__metrics_page, HS__ACT_METRICS },
};

static enum hs_verdict to_endpoint(struct hs_request *req, const struct endpoint *endpoint)
{
	req->action = endpoint->action;
	if (req->http->method == HS_HTTP_GET || req->http->method == HS_HTTP_HEAD)
		return endpoint->serve(req);
	return hs__refuse_method(req, HS_HTTP_BIT(HS_HTTP_GET), NULL);
}

static enum hs_verdict route(struct hs_request *req)
{
	struct hs_slice path = req->http->path;

	if (hs__is_preflight(req))
		return hs__preflight(req);
	if (hs_slice_starts(path, HS_S("/fhir/")))
		return to_fhir(req, path, req->host->standard);
	if (hs_slice_starts(path, HS_S("/sandbox/")))
		return to_sandbox(req, hs_slice_from(path, 9));
	if (hs_slice_starts(path, HS_S("/operator/"))) {
		req->action = HS__ACT_OPERATOR;
		req->path = hs__percent_decode(req->arena, trim_slashes(hs_slice_from(path, 10)), false);
		return hs__operator_serve(req);
	}
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
		if (hs_slice_eq(endpoints[i].path, path))
			return to_endpoint(req, &endpoints[i]);
	return not_found(req, "see / for what is here; FHIR is at /fhir/r4 and /fhir/r5", path);
}

void hs__http_request(struct hs_http_request *http, void *arg)
{
	struct hs__loop *loop = arg;
	struct hs_request *req = hs__request_new(http->arena);

	if (!req) {
		struct hs_http_reply reply = { .status = 503, .close = true };
		hs_http_reply(http, &reply);
		return;
	}
	req->http = http;
	req->arena = http->arena;
	req->loop = loop;
	req->host = loop->host;
	req->reply.content_type = HS_S("application/fhir+json; charset=utf-8");
	http->user = req;
	set_id(req);
	req->mark = hs_arena_mark(req->arena);
	hs__request_carry_on(req, route(req));
}

void hs__http_gone(struct hs_http_request *http, void *arg)
{
	struct hs_request *req = http->user;

	(void)arg;
	if (!req)
		return;
	__atomic_store_n(&req->cancelled, true, __ATOMIC_RELAXED);
	if (req->inner)
		__atomic_store_n(&req->inner->cancelled, true, __ATOMIC_RELAXED);
	hs__fault_give_up(req);
}

/* The reason, with the setting that it is about. */
static const char *with_limit(const struct hs_host_config *config, int status, const char *reason,
	struct hs_arena *arena)
{
	struct hs_http_limits limits;
	struct hs_slice text = HS_S_NONE;

	hs_http_limits_default(&limits);
	if (status == 413)
		text = hs_arena_printf(arena, "%s; here it may have %lld KiB (limits.bodyKib)%c", reason,
			(long long)config->body_kib, '\0');
	else if (status == 414 || status == 431)
		text = hs_arena_printf(arena,
			"%s; here a head may have %lld KiB (limits.headKib) and %u headers%c", reason,
			(long long)config->head_kib, limits.header_count, '\0');
	return text.ptr ? text.ptr : reason;
}

void hs__http_refused(int status, const char *reason, struct hs_arena *arena, struct hs_http_reply *reply,
	void *arg)
{
	struct hs__loop *loop = arg;
	static const struct {
		int status;
		const char *issue;
	} issues[] = { { 408, "timeout" }, { 413, "too-long" }, { 414, "too-long" }, { 431, "too-long" },
		{ 503, "transient" }, { 501, "not-supported" }, { 417, "not-supported" },
		{ 415, "not-supported" } };
	static const struct hs_http_header codings = { HS_S_INIT("Accept-Encoding"), HS_S_INIT("gzip") };
	const char *issue = "structure";

	for (size_t i = 0; i < sizeof(issues) / sizeof(issues[0]); i++)
		if (issues[i].status == status)
			issue = issues[i].issue;
	reply->content_type = HS_S("application/fhir+json; charset=utf-8");
	reply->body.bytes = hs__outcome_text(arena, issue,
		with_limit(loop->host->config, status, reason, arena));
	if (status == 415) { /* RFC 9110 section 15.5.16 */
		reply->headers = &codings;
		reply->header_count = 1;
	}
	hs__metrics_count(loop->host->metrics, loop->index, HS__ACT_UNKNOWN, status, 0);
}

void hs__request_resume(struct hs_request *req, const struct hs_error *failed)
{
	req->stage = HS__ASKED;
	if (failed) {
		hs__request_carry_on(req, hs_fail_request(req, failed));
		return;
	}
	switch (hs__sandbox_enter(req->sandbox, req)) {
	case HS__ENTERED:
		hs__request_carry_on(req, hs__fhir_serve(req));
		break;
	case HS__PARKED:
		break;
	case HS__ENTRY_RENEWING:
		hs__request_carry_on(req, renewing(req));
		break;
	case HS__ENTRY_GONE:
		req->sandbox = NULL;
		hs__request_carry_on(req, not_found(req, "the sandbox was deleted", req->http->path));
		break;
	}
}
