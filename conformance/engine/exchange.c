/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges: what was sent and what came back, kept for the assertions and the report. */
#include <conformance/engine/stage.h>

#include <core/base/world.h>

struct hs_slice hs_test_header(const struct hs_http_header *headers, size_t count, struct hs_slice name)
{
	for (size_t i = 0; i < count; i++)
		if (hs_slice_ieq(headers[i].name, name))
			return headers[i].value;
	return HS_S_NONE;
}

bool hs_test_header_add(struct hs_arena *arena, struct test_request *request, struct hs_slice name,
	struct hs_slice value)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (hs_slice_ieq(request->headers[i].name, name)) {
			request->headers[i].value = value;
			return true;
		}
	}
	if (request->header_count == request->header_room) {
		size_t size = sizeof(*request->headers),
		       room = request->header_room ? request->header_room * 2 : 8;
		void *grown = hs_arena_grow(arena, request->headers, request->header_room * size,
			room * size);
		if (!grown)
			return false;
		request->headers = grown;
		request->header_room = room;
	}
	request->headers[request->header_count++] = (struct hs_http_header) { name, value };
	return true;
}

struct hs_test_exchange *hs_test_exchange_new(struct hs_test_run *run, struct hs_arena *arena,
	const struct test_request *request, struct hs_http_call **out)
{
	struct hs_test_exchange *exchange = hs_arena_alloc(arena, sizeof(*exchange));
	struct hs_http_call *call = hs_arena_alloc(arena, sizeof(*call));

	if (!exchange || !call)
		return NULL;
	exchange->method = request->method;
	exchange->url = request->url;
	exchange->request_headers = request->headers;
	exchange->request_header_count = request->header_count;
	exchange->request_body = request->body;
	exchange->request_json = request->json;
	exchange->emulated = request->emulated;
	exchange->other_format = request->other_format;
	exchange->defaults = request->defaults;
	exchange->at_ms = run->world->wall_ms(run->world->ctx);
	call->arena = arena;
	call->method = request->method;
	call->url = request->url;
	call->headers = request->headers;
	call->header_count = request->header_count;
	call->body = request->body;
	*out = call;
	return exchange;
}

void hs_test_exchange_take(struct hs_test_run *run, struct hs_test_exchange *exchange,
	const struct hs_http_call *call)
{
	exchange->micros = call->micros;
	exchange->tls_chain = call->tls_chain;
	if (call->failed) {
		exchange->timed_out = call->failed == HS_E_TIMEOUT;
		exchange->cancelled = call->failed == HS_E_CANCELLED;
		exchange->failure = hs_arena_printf(call->arena, "%s", call->error.text);
		return;
	}
	exchange->status = call->status;
	exchange->headers = call->reply_headers;
	exchange->header_count = call->reply_header_count;
	exchange->body = call->reply_body;
	hs_test_read_body(run, call->arena, exchange);
}
