/* SPDX-License-Identifier: Apache-2.0 */
/* A request below a FHIR base: limits, faults, formats, then a service's route or the REST API. */
#include <core/host/operations/export.h>
#include <core/host/request/router.h>
#include <core/host/request/request_private.h>
#include <core/host/sandbox/sandbox.h>

#define REST_METHODS "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

enum hs_verdict hs__reply_options(struct hs_request *req, struct hs_slice allow)
{
	hs__reply_static_header(req, HS_S("Allow"), allow);
	if (req->host->config->cors[0]) {
		hs__reply_static_header(req, HS_S("Access-Control-Allow-Methods"), allow);
		hs__reply_static_header(req, HS_S("Access-Control-Allow-Headers"),
			HS_S("Accept, Authorization, Content-Type, If-Match, If-None-Exist, If-None-Match, "
			     "If-Modified-Since, If-Unmodified-Since, Prefer, X-Request-Id, "
			     "X-Security-Context, "
			     "X-Handslag-Producer, X-Handslag-Read-Sequence"));
		hs__reply_static_header(req, HS_S("Access-Control-Max-Age"), HS_S("600"));
	}
	return hs_reply_empty(req, 204);
}

/* A write that would store versions; operations decide for themselves. */
static bool stores(const struct hs_request *req)
{
	switch (req->http->method) {
	case HS_HTTP_PUT:
	case HS_HTTP_PATCH:
		return true;
	case HS_HTTP_POST:
		return hs_slice_find(req->path, '$', 0) == SIZE_MAX &&
			!hs_slice_ends(req->path, HS_S("_search"));
	default:
		return false;
	}
}

static enum hs_verdict refuse_limit(struct hs_request *req, unsigned retry_s, const struct hs_error *err)
{
	char text[16];

	if (retry_s) {
		int n = snprintf(text, sizeof(text), "%u", retry_s);
		hs_reply_header(req, HS_S("Retry-After"), hs_slice(text, (size_t)n));
	}
	return hs_fail_request(req, err);
}

static enum hs_verdict to_rest(struct hs_request *req, uint32_t methods);

static void set_type(struct hs_request *req, struct hs_slice type, struct hs__service **owner)
{
	const struct hs__edition *edition = req->edition;
	const struct hs_map_slot *slot = hs_map_get(&edition->owners, type);

	if (!slot)
		slot = hs_map_get(&edition->owners, HS_S("*"));
	*owner = slot ? req->host->services[slot->value.number] : NULL;
	req->type = type;
}

static enum hs_verdict to_route(struct hs_request *req, const struct hs__route_match *match)
{
	const struct hs__route *route = match->route;
	uint64_t most = (uint64_t)route->row->body_kib * 1024;
	struct hs_error err = { .status = HS_OK };

	memcpy(req->parts, match->parts, sizeof(match->parts));
	req->part_count = match->part_count;
	req->service = route->service;
	req->action = route->action;
	if (route->row->deadline_ms)
		req->deadline_ms = hs_loop_mono_ms(req->loop->loop) + route->row->deadline_ms;
	if (most && req->http->body.len > most) {
		hs_fail(&err, HS_E_LIMIT, "the body has %zu bytes; %s takes at most %u KiB",
			req->http->body.len, route->row->path, route->row->body_kib);
		return hs_fail_request(req, &err);
	}
	return route->row->handler(req, route->service ? route->service->state : req->host);
}

static enum hs_verdict route(struct hs_request *req)
{
	struct hs__route_match match;
	size_t count = 0;
	const struct hs_pair *query = req->http->query.len ? hs_request_query(req, &count) : NULL;

	hs__router_match(req->edition->router, req->http->method, req->path, query, count, &match);
	return match.route ? to_route(req, &match) : to_rest(req, match.methods);
}

static enum hs_verdict refuse_route(struct hs_request *req, enum hs_status status, struct hs_slice allow,
	uint32_t methods, struct hs_error *err)
{
	if (methods) { /* a service has the path, with other methods */
		struct hs_slice own = hs__allow_text(req->arena, methods);
		if (hs_slice_ends(allow, HS_S(", OPTIONS"))) /* it is said once */
			allow.len -= strlen(", OPTIONS");
		if (status == HS_E_METHOD && allow.len)
			own = hs_arena_printf(req->arena, "%.*s, %.*s", HS_S_ARG(allow), HS_S_ARG(own));
		if (status != HS_E_METHOD)
			hs_fail(err, HS_E_METHOD, "%.*s is not allowed on %.*s; allowed is %.*s",
				HS_S_ARG(req->http->method_name), HS_S_ARG(hs_slice_first(req->path, 100)),
				HS_S_ARG(own));
		allow = own;
		status = HS_E_METHOD;
	}
	if (status == HS_E_METHOD)
		hs_reply_header(req, HS_S("Allow"), allow.len ? allow : HS_S(REST_METHODS));
	return hs_fail_request(req, err);
}

static enum hs_verdict to_rest(struct hs_request *req, uint32_t methods)
{
	const struct hs__edition *edition = req->edition;
	struct hs_error err = { .status = HS_OK };
	struct hs_rest_target target;
	struct hs_slice allow = HS_S_NONE;
	struct hs_slice method = req->http->method == HS_HTTP_HEAD ? HS_S("GET") : req->http->method_name;
	struct hs__service *owner = NULL;

	if (!edition->rest) {
		if (methods)
			return refuse_route(req, HS_E_NOT_FOUND, allow, methods, &err);
		return hs_fail_request(req, &edition->missing);
	}
	enum hs_status status = hs_rest_route(edition->rest, method, req->path, &target, &allow, &err);
	if (status)
		return refuse_route(req, status, allow, methods, &err);
	if (target.type.len)
		set_type(req, target.type, &owner);
	req->action = hs__metrics_rest(req->host->metrics, owner ? owner->index : UINT_MAX,
		target.interaction);
	return hs_rest_serve(edition->rest, req->sandbox->rest[edition->fhir == HS_FHIR_R5], req, &target);
}

/* A Binary and an export's file go out as what they are, so that their reader may accept any type. */
static bool wants_content(const struct hs_request *req)
{
	bool get = req->http->method == HS_HTTP_GET || req->http->method == HS_HTTP_HEAD;
	return get &&
		(hs__export_is_file(req->path) ||
			(!req->http->query.len &&
				hs_rest_wants_content(req->path, hs_request_header(req, HS_S("Accept")))));
}

/* Past the faults: what the handler and REST see. */
enum hs_verdict hs__fhir_answer(struct hs_request *req)
{
	struct hs_error err = { .status = HS_OK };

	if (hs__negotiate(req, &err) && !wants_content(req))
		return hs_fail_request(req, &err);
	if (req->http->method == HS_HTTP_OTHER) {
		hs__reply_static_header(req, HS_S("Allow"), HS_S(REST_METHODS));
		hs_fail(&err, HS_E_METHOD, "the method %.*s is not served",
			HS_S_ARG(hs_slice_first(req->http->method_name, 20)));
		return hs_fail_request(req, &err);
	}
	if (req->http->body.len && hs__negotiate_params(req, &err))
		return hs_fail_request(req, &err);
	return hs__xml_is_body(req) ? hs__xml_take_body(req, route) : route(req);
}

static void delay_over(void *arg)
{
	struct hs_request *req = arg;

	hs_timer_stop(req->delay);
	req->delay = NULL;
	req->stage = HS__ASKED;
	hs__request_carry_on(req, hs__fhir_answer(req));
}

void hs__fault_give_up(struct hs_request *req)
{
	if (!req->delay)
		return;
	hs_timer_stop(req->delay);
	req->delay = NULL;
	req->stage = HS__ASKED;
	hs__request_carry_on(req, hs_reply_empty(req, 503));
}

/* For later; without memory there is no fault. */
static const struct hs__fault_rule *keep_fault(struct hs_request *req, const struct hs__fault_rule *fault)
{
	struct hs__fault_rule *kept = hs_arena_alloc(req->arena, sizeof(*kept));

	if (kept)
		*kept = *fault;
	return kept;
}

static enum hs_verdict suffer(struct hs_request *req, const struct hs__fault_rule *fault)
{
	struct hs_error err = { .status = HS_OK };

	switch (fault->action) {
	case HS__FAULT_DELAY:
		req->stage = HS__WORKING;
		req->delay = hs_timer_start(req->loop->loop, fault->delay_ms, 0, delay_over, req);
		return HS_VERDICT_LATER;
	case HS__FAULT_CLOSE:
		req->cut = true;
		return hs_reply_empty(req, 500);
	case HS__FAULT_STATUS:
	default:
		break;
	}
	hs_fail(&err, HS_E_BUSY, "a fault rule of this sandbox answers %d here", fault->status);
	struct hs_slice text = hs__outcome_text(req->arena, fault->status >= 500 ? "transient" : "processing",
		err.text);
	if (fault->status == 429 || fault->status == 503)
		hs__reply_static_header(req, HS_S("Retry-After"), HS_S("1"));
	return hs_reply_text(req, fault->status, text, NULL, NULL);
}

enum hs_verdict hs__fhir_serve(struct hs_request *req)
{
	struct hs_error err = { .status = HS_OK };
	struct hs__fault_rule fault;
	unsigned retry_s = 0;

	if (req->http->method == HS_HTTP_OPTIONS)
		return hs__reply_options(req, HS_S(REST_METHODS));
	if (hs__limits_check(req->sandbox, req->http->started_ns, req->http->body.len, stores(req), &retry_s,
		    &err))
		return refuse_limit(req, retry_s, &err);
	if (atomic_load_explicit(&req->sandbox->faults.count, memory_order_relaxed)) {
		fault = hs_fault(&req->sandbox->faults, req->http->method_name, req->path);
		if (hs__fault_spoils(&fault))
			req->fault = keep_fault(req, &fault);
		else if (fault.action)
			return suffer(req, &fault);
	}
	return hs__fhir_answer(req);
}
