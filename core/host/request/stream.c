/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in pieces: each piece is made when http can take it, and freed when it was written. */
#include <core/base/heap.h>
#include <core/host/request/request_private.h>

#define PIECE_MAX ((size_t)8 << 20)

static void piece_free(void *owner)
{
	struct hs_buf *piece = owner;
	hs_buf_free(piece);
	hs_heap_free(piece);
}

static void proceed(struct hs_http_request *http, void *arg)
{
	struct hs_request *req = arg;
	struct hs_buf *piece = hs_heap_alloc(sizeof(*piece));
	struct hs_error err = { .status = HS_OK };
	bool last = false;

	hs_buf_init(piece, NULL, PIECE_MAX);
	enum hs_status status = req->source.more(req->source.arg, piece, &last, &err);
	if (status || piece->overflow) {
		/* The head has left already: only a cut connection says that this is not the whole. */
		piece_free(piece);
		hs_http_abort(http);
		return;
	}
	req->reply.body.bytes.len += piece->len; /* for the log */
	hs_http_send(http, (struct hs_http_body) { hs_buf_slice(piece), piece_free, piece }, last);
}

static void stop(struct hs_http_request *http, void *arg)
{
	struct hs_request *req = arg;

	(void)http;
	if (req->source.end)
		req->source.end(req->source.arg);
	hs__request_done(req, req->reply.body.bytes.len);
}

void hs__stream_begin(struct hs_request *req)
{
	struct hs_http_stream stream = { proceed, stop, req };
	struct hs_http_reply head = req->reply;

	head.body.bytes = HS_S_NONE;
	hs_http_stream(req->http, &head, &stream);
}
