/* SPDX-License-Identifier: Apache-2.0 */
/* An answer that is not given, or not to its end: the connection closes and the other side can tell. */
#include <core/http/conn.h>

void hs_http_abort(struct hs_http_request *req)
{
	struct hs__request *request = hs__request_of(req);
	struct hs__conn *conn = request->conn;
	bool streaming = request->stage == HS__REQUEST_STREAMING;

	HS_ASSERT(request->stage == HS__REQUEST_RUNNING || (streaming && request->piece_due));
	request->close = true;
	if (conn->state != HS__CONN_GONE && request == conn->last)
		conn->state = HS__CONN_LAST;
	if (!streaming) {
		request->stage = HS__REQUEST_REPLIED;
		hs__request_answered(request);
		return;
	}
	/* Without the last chunk: a body that is cut is not taken for a whole one (RFC 9112 section 8). */
	request->piece_due = false;
	request->stream_over = true;
	if (!conn->pumping)
		hs__loop_flush(conn->loop, &conn->flush);
}
