/* SPDX-License-Identifier: Apache-2.0 */
/* Replies in pieces: the next piece is asked for when the last one has left (RFC 9112 section 7.1). */
#include <core/http/conn.h>

#include <stdio.h>

void hs_http_stream(struct hs_http_request *req, const struct hs_http_reply *head,
	const struct hs_http_stream *stream)
{
	struct hs__request *request = hs__request_of(req);
	struct hs__conn *conn = request->conn;
	bool no_body = req->method == HS_HTTP_HEAD || head->status == 204 || head->status == 304;

	HS_ASSERT(request->stage == HS__REQUEST_RUNNING);
	request->stream = *stream;
	request->chunked = !request->minor_0;
	request->close |= head->close || request->minor_0;
	bool gzipped = conn->state != HS__CONN_GONE && hs__gzip_stream(request, head);
	if (conn->state == HS__CONN_GONE || !hs__reply_head(request, head, UINT64_MAX, gzipped) || no_body) {
		request->stage = HS__REQUEST_REPLIED;
		hs__request_answered(request);
		return;
	}
	request->stage = HS__REQUEST_STREAMING;
	if (!conn->pumping)
		hs__loop_flush(conn->loop, &conn->flush);
}

static void add_part(struct hs__request *request, struct hs_slice part)
{
	HS_ASSERT(request->out_count < HS__REQUEST_PARTS);
	request->out[request->out_count++] = part;
	request->conn->out_bytes += part.len;
}

void hs_http_send(struct hs_http_request *req, struct hs_http_body piece, bool last)
{
	struct hs__request *request = hs__request_of(req);
	struct hs__conn *conn = request->conn;

	HS_ASSERT(request->stage == HS__REQUEST_STREAMING && request->piece_due);
	if (request->deflate && (piece.bytes.len > 0 || last) && !hs__gzip_piece(request, &piece, last)) {
		piece.release(piece.owner);
		hs_http_abort(req);
		return;
	}
	request->piece_due = false;
	request->stream_over = last;
	request->body = piece;
	if (piece.bytes.len > 0 && request->chunked) {
		int len = snprintf(request->chunk_head, sizeof(request->chunk_head), "%zx\r\n",
			piece.bytes.len);

		add_part(request, hs_slice(request->chunk_head, (size_t)len));
	}
	if (piece.bytes.len > 0)
		add_part(request, piece.bytes);
	if (request->chunked && piece.bytes.len > 0)
		add_part(request, last ? HS_S("\r\n0\r\n\r\n") : HS_S("\r\n"));
	else if (request->chunked && last)
		add_part(request, HS_S("0\r\n\r\n"));
	if (!conn->pumping)
		hs__loop_flush(conn->loop, &conn->flush);
}
