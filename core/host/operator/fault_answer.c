/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of an answer: it was made as always, and is spoiled on its way to the client. */
#include <core/base/heap.h>
#include <core/host/request/request_private.h>
#include <core/host/sandbox/sandbox.h>

/* A body that goes out in pieces of our own making. */
struct spoiled {
	struct hs_request *req;
	struct hs_http_body body;
	size_t at, piece;  /* bytes sent; bytes of the next piece */
	uint32_t delay_ms; /* before each piece; 0: at once */
	bool cut;          /* the connection ends after one piece */
	struct hs_timer *timer;
};

static void send_piece(struct spoiled *spoiled)
{
	size_t left = spoiled->body.bytes.len - spoiled->at;
	size_t len = spoiled->piece < left ? spoiled->piece : left;
	struct hs_slice bytes = hs_slice(spoiled->body.bytes.ptr + spoiled->at, len);

	if (spoiled->cut && spoiled->at > 0) {
		hs_http_abort(spoiled->req->http);
		return;
	}
	spoiled->at += len;
	hs_http_send(spoiled->req->http, (struct hs_http_body) { bytes, NULL, NULL },
		!spoiled->cut && spoiled->at == spoiled->body.bytes.len);
}

static void piece_due(void *arg)
{
	struct spoiled *spoiled = arg;

	hs_timer_stop(spoiled->timer);
	spoiled->timer = NULL;
	send_piece(spoiled);
}

static void proceed(struct hs_http_request *http, void *arg)
{
	struct spoiled *spoiled = arg;

	(void)http;
	if (spoiled->delay_ms)
		spoiled->timer = hs_timer_start(spoiled->req->loop->loop, spoiled->delay_ms, 0, piece_due,
			spoiled);
	else
		send_piece(spoiled);
}

static void stop(struct hs_http_request *http, void *arg)
{
	struct spoiled *spoiled = arg;

	(void)http;
	hs_timer_stop(spoiled->timer);
	if (spoiled->body.release)
		spoiled->body.release(spoiled->body.owner);
	hs__request_done(spoiled->req, spoiled->at);
}

static bool send_in_pieces(struct hs_request *req, const struct hs__fault_rule *fault)
{
	size_t len = req->reply.body.bytes.len;
	struct spoiled *spoiled = len ? hs_arena_alloc(req->arena, sizeof(*spoiled)) : NULL;

	if (!spoiled)
		return false;
	*spoiled = (struct spoiled) { .req = req,
		.body = req->reply.body,
		.piece = fault->bytes ? fault->bytes : (len + 1) / 2,
		.delay_ms = fault->action == HS__FAULT_DRIP ? fault->delay_ms : 0,
		.cut = fault->action == HS__FAULT_TRUNCATE };
	struct hs_http_reply head = req->reply;
	head.body = (struct hs_http_body) { HS_S_NONE, NULL, NULL };
	head.compressible = false;
	const struct hs_http_stream stream = { proceed, stop, spoiled };
	hs_http_stream(req->http, &head, &stream);
	return true;
}

/* Another byte in one place: a letter, so that it can be read on. */
static void corrupt(struct hs_request *req, uint64_t dice)
{
	struct hs_http_body *body = &req->reply.body;
	char *copy = body->bytes.len ? hs_arena_raw(req->arena, body->bytes.len) : NULL;

	if (!copy)
		return;
	memcpy(copy, body->bytes.ptr, body->bytes.len);
	size_t at = (size_t)(dice % body->bytes.len);
	copy[at] = copy[at] == 'x' ? 'y' : 'x';
	if (body->release)
		body->release(body->owner);
	*body = (struct hs_http_body) { hs_slice(copy, body->bytes.len), NULL, NULL };
}

static void drop_header(struct hs_request *req, struct hs_slice name)
{
	size_t kept = 0;

	for (size_t i = 0; i < req->reply.header_count; i++)
		if (!hs_slice_ieq(req->headers[i].name, name))
			req->headers[kept++] = req->headers[i];
	req->reply.header_count = kept;
	if (hs_slice_ieq(name, HS_S("Content-Type")))
		req->reply.content_type = HS_S_NONE;
	if (hs_slice_ieq(name, HS_S("Vary"))) {
		req->reply.vary = HS_S_NONE;
		req->reply.compressible = false;
	}
}

bool hs__fault_spoil(struct hs_request *req)
{
	const struct hs__fault_rule *fault = req->fault;

	switch (fault->action) {
	case HS__FAULT_CORRUPT:
		if (!req->streaming)
			corrupt(req, fault->dice);
		return false;
	case HS__FAULT_DROP_HEADER:
		drop_header(req, hs_slice_cstr(fault->text));
		return false;
	case HS__FAULT_CONTENT_TYPE:
		req->reply.content_type = hs_slice_cstr(fault->text);
		return false;
	case HS__FAULT_TRUNCATE:
	case HS__FAULT_DRIP:
		return !req->streaming && send_in_pieces(req, fault);
	case HS__FAULT_NONE:
	case HS__FAULT_STATUS:
	case HS__FAULT_DELAY:
	case HS__FAULT_CLOSE:
		break;
	}
	return false;
}
