/* SPDX-License-Identifier: Apache-2.0 */
/* A request below a FHIR base: limits, faults, formats, then a service's route or the REST API. */
#include <core/host/operations/export.h>
#include <core/host/request/router.h>
#include <core/host/request/request_private.h>
#include <core/host/sandbox/sandbox.h>

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
	struct hs_error err;

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

/* `methods`: those that a service has routes for on this path. */
static enum hs_verdict to_rest(struct hs_request *req, uint32_t methods)
{
	const struct hs__edition *edition = req->edition;
	struct hs_error err = { .status = HS_OK };
	struct hs_rest_target target;
	struct hs__service *owner = NULL;
	uint32_t more = 0;

	if (!edition->rest)
		return methods ? hs__refuse_method(req, methods, NULL) :
				 hs_fail_request(req, &edition->missing);
	enum hs_status status = hs_rest_route(edition->rest, req->http->method, req->path, &target, &more,
		&err);
	if (status == HS_E_METHOD || (status && methods))
		return hs__refuse_method(req, methods | more, NULL);
	if (status)
		return hs_fail_request(req, &err);
	if (target.type.len)
		set_type(req, target.type, &owner);
	req->action = hs__metrics_rest(req->host->metrics, owner ? owner->index : UINT_MAX,
		target.interaction);
	return hs_rest_serve(edition->rest, req->sandbox->rest[edition->fhir == HS_FHIR_R5], req, &target);
}

static enum hs_verdict route(struct hs_request *req)
{
	struct hs__route_match match;
	size_t count = 0;
	const struct hs_pair *query = req->http->query.len ? hs_request_query(req, &count) : NULL;

	hs__router_match(req->edition->router, req->http->method, req->path, query, count, &match);
	return match.route ? to_route(req, &match) : to_rest(req, match.methods);
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
	struct hs_error err; /* filled by what fails: most requests do not */

	if (hs__query_parse(req, &err) || (hs__negotiate(req, &err) && !wants_content(req)))
		return hs_fail_request(req, &err);
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
	struct hs_error err;
	struct hs__fault_rule fault;
	unsigned retry_s = 0;

	if (req->http->method == HS_HTTP_OPTIONS)
		return route(req);
	if (hs__limits_check(req->sandbox, req->http->started_ns, req->http->body.len, stores(req), &retry_s,
		    &err))
		return hs__fail_retry(req, retry_s, &err);
	if (atomic_load_explicit(&req->sandbox->faults.count, memory_order_relaxed)) {
		fault = hs_fault(&req->sandbox->faults, req->http->method_name, req->path);
		if (hs__fault_spoils(&fault))
			req->fault = keep_fault(req, &fault);
		else if (fault.action)
			return suffer(req, &fault);
	}
	return hs__fhir_answer(req);
}
