/* SPDX-License-Identifier: Apache-2.0 */
/* Reply heads: status line, headers, and those that only the server can know. */
#include <core/http/conn.h>

#include <core/base/put.h>

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 206, "Partial Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" },
		{ 422, "Unprocessable Content" },
		{ 425, "Too Early" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
		{ 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "";
}

/* ---- a writer that has been given enough room ---- */

#define PUT(at, literal) hs__put(at, HS_S(literal))

/* Line ends and NUL become blanks: whatever a handler echoes, it cannot begin a header of its own. */
static char *put_field(char *at, struct hs_slice text)
{
	char *end = hs__put(at, text);

	if (!hs_slice_is_line(text))
		for (; at < end; at++)
			*at = (unsigned char)*at < 0x20 && *at != '\t' ? ' ' : *at;
	return end;
}

static char *put_status_line(char *at, int status)
{
	const char *reason = reason_of(status);

	if (status == 200)
		return PUT(at, "HTTP/1.1 200 OK\r\nDate: ");
	at = PUT(at, "HTTP/1.1 ");
	at = hs__put_u64(at, (uint64_t)status);
	at = PUT(at, " ");
	at = hs__put(at, hs_slice_cstr(reason));
	return PUT(at, "\r\nDate: ");
}

/* A compressed body is another representation: its tag must not claim to be byte for byte the same. */
static bool weakens(const struct hs_http_header *header, bool gzipped)
{
	return gzipped && header->value.len > 0 && header->value.ptr[0] == '"' &&
		hs_slice_ieq(header->name, HS_S("ETag"));
}

static char *put_headers(char *at, const struct hs_http_reply *reply, bool gzipped)
{
	for (size_t i = 0; i < reply->header_count; i++) {
		at = hs__put(at, reply->headers[i].name);
		at = PUT(at, ": ");
		if (weakens(&reply->headers[i], gzipped))
			at = PUT(at, "W/");
		at = put_field(at, reply->headers[i].value);
		at = PUT(at, "\r\n");
	}
	if (reply->content_type.len > 0 && reply->status != 304) {
		at = PUT(at, "Content-Type: ");
		at = put_field(at, reply->content_type);
		at = PUT(at, "\r\n");
	}
	if (reply->vary.len > 0 || reply->compressible) {
		at = PUT(at, "Vary: ");
		at = hs__put(at, reply->vary);
		if (reply->compressible)
			at = reply->vary.len > 0 ? PUT(at, ", Accept-Encoding") : PUT(at, "Accept-Encoding");
		at = PUT(at, "\r\n");
	}
	if (gzipped)
		at = PUT(at, "Content-Encoding: gzip\r\n");
	return at;
}

static char *put_framing(char *at, const struct hs__request *request, int status, uint64_t length)
{
	if (length != UINT64_MAX && status >= 200 && status != 204 && status != 304) {
		at = PUT(at, "Content-Length: ");
		at = hs__put_u64(at, length);
		at = PUT(at, "\r\n");
	} else if (length == UINT64_MAX && request->chunked) {
		at = PUT(at, "Transfer-Encoding: chunked\r\n");
	}
	if (request->close)
		at = PUT(at, "Connection: close\r\n");
	else if (request->minor_0)
		at = PUT(at, "Connection: keep-alive\r\n");
	return at;
}

/* The reply that needs no memory, when there is none. */
static void fail_without_memory(struct hs__request *request)
{
	request->close = true;
	request->out[request->out_count++] =
		HS_S("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	request->conn->out_bytes += request->out[request->out_count - 1].len;
}

bool hs__reply_head(struct hs__request *request, const struct hs_http_reply *reply, uint64_t length,
	bool gzipped)
{
	struct hs__conn *conn = request->conn;
	size_t room = 320 + reply->content_type.len + reply->vary.len;
	char *head, *at;

	/* When we drain, the reply that is the last for now is the last one. */
	request->close |= reply->close || !request->keep_alive;
	if (conn->server->draining && request == conn->last && !conn->behind)
		request->close = true;
	if (request->close && request == conn->last)
		conn->state = HS__CONN_LAST;
	for (size_t i = 0; i < reply->header_count; i++)
		room += reply->headers[i].name.len + reply->headers[i].value.len + 6;
	head = hs_arena_raw(request->pub.arena, room);
	if (!head) {
		fail_without_memory(request);
		return false;
	}
	at = put_status_line(head, reply->status);
	at = hs__put(at, hs_slice(hs__loop_date(conn->loop), HS_HTTP_DATE_LEN));
	at = PUT(at, "\r\n");
	at = put_headers(at, reply, gzipped);
	at = put_framing(at, request, reply->status, length);
	at = PUT(at, "\r\n");
	HS_ASSERT((size_t)(at - head) <= room);
	request->out[request->out_count++] = hs_slice(head, (size_t)(at - head));
	conn->out_bytes += (size_t)(at - head);
	return true;
}

void hs__reply_finish(struct hs__request *request, const struct hs_http_reply *reply, struct hs_slice gzipped)
{
	struct hs_slice bytes = gzipped.ptr ? gzipped : reply->body.bytes;
	bool sent = request->pub.method != HS_HTTP_HEAD && reply->status != 204 && reply->status != 304;

	request->stage = HS__REQUEST_REPLIED;
	request->body = reply->body;
	if (request->conn->state != HS__CONN_GONE &&
		hs__reply_head(request, reply, bytes.len, gzipped.ptr != NULL) && sent && bytes.len > 0) {
		request->out[request->out_count++] = bytes;
		request->conn->out_bytes += bytes.len;
	}
	hs__request_answered(request);
}

void hs_http_reply(struct hs_http_request *req, const struct hs_http_reply *reply)
{
	struct hs__request *request = hs__request_of(req);

	HS_ASSERT(request->stage == HS__REQUEST_RUNNING);
	HS_ASSERT(reply->status >= 200 && reply->status <= 599);
	if (request->conn->state != HS__CONN_GONE && hs__gzip_wanted(req, reply) &&
		hs__gzip_reply(request, reply))
		return;
	hs__reply_finish(request, reply, HS_S_NONE);
}

struct hs_slice hs_http_get_header(const struct hs_http_request *req, struct hs_slice name)
{
	for (size_t i = 0; i < req->header_count; i++)
		if (hs_slice_ieq(req->headers[i].name, name))
			return req->headers[i].value;
	return HS_S_NONE;
}
