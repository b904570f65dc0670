/* SPDX-License-Identifier: Apache-2.0 */
/* llhttp behind the guard: it cuts the head into its parts and the body out of its framing. */
#include <core/http/conn.h>

static struct hs__conn *conn_of(llhttp_t *parser)
{
	return parser->data;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
	(void)parser; /* the guard has measured the target already */
	(void)at;
	(void)len;
	return 0;
}

static int on_field(llhttp_t *parser, const char *at, size_t len)
{
	struct hs__conn *conn = conn_of(parser);
	struct hs__request *request = conn->building;

	/* Trailers come here too: they are checked and thrown away. */
	if (conn->state == HS__CONN_BODY)
		return 0;
	if (request->pub.header_count == conn->guard.header_count)
		return HPE_USER;
	request->headers[request->pub.header_count++] = (struct hs_http_header) { .name = { at, len },
		.value = HS_S_NONE };
	return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
	struct hs__conn *conn = conn_of(parser);
	struct hs__request *request = conn->building;

	if (conn->state == HS__CONN_BODY)
		return 0;
	if (request->pub.header_count == 0)
		return HPE_USER;
	while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
		len--;
	request->headers[request->pub.header_count - 1].value = hs_slice(at, len);
	return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
	parser->upgrade = 0; /* an offer to change the protocol is ignored */
	return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
	struct hs__conn *conn = conn_of(parser);

	conn->parse_status = hs__body_add(conn->building, hs_slice(at, len));
	return conn->parse_status == 0 ? 0 : HPE_USER;
}

static int on_message_complete(llhttp_t *parser)
{
	conn_of(parser)->message_complete = true;
	return 0;
}

static llhttp_settings_t settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

static void parse_begin(struct hs__conn *conn)
{
	llhttp_init(&conn->parser, HTTP_REQUEST, &settings);
	conn->parser.data = conn;
	conn->message_complete = false;
	conn->parse_status = 0;
}

bool hs__parse_bytes(struct hs__conn *conn, struct hs_slice bytes)
{
	llhttp_errno_t rc = llhttp_execute(&conn->parser, bytes.ptr, bytes.len);

	if (rc == HPE_OK)
		return true;
	conn->parse_reason = hs__body_reason(conn->parse_status);
	if (conn->parse_status == 0) {
		conn->parse_status = rc == HPE_INVALID_METHOD ? 501 : 400;
		conn->parse_reason = rc == HPE_INVALID_METHOD ? "the method is not known" :
								"the request is not well-formed HTTP/1.1";
	}
	return false;
}

static enum hs_http_method method_of(uint8_t method)
{
	switch (method) {
	case HTTP_GET:
		return HS_HTTP_GET;
	case HTTP_HEAD:
		return HS_HTTP_HEAD;
	case HTTP_POST:
		return HS_HTTP_POST;
	case HTTP_PUT:
		return HS_HTTP_PUT;
	case HTTP_PATCH:
		return HS_HTTP_PATCH;
	case HTTP_DELETE:
		return HS_HTTP_DELETE;
	case HTTP_OPTIONS:
		return HS_HTTP_OPTIONS;
	default:
		return HS_HTTP_OTHER;
	}
}

/* The guard and llhttp must have understood the same, or somebody else may have understood a third thing. */
static bool both_agree(const struct hs__conn *conn)
{
	const struct hs__guard *guard = &conn->guard;
	bool chunked = (conn->parser.flags & F_CHUNKED) != 0;

	if (guard->body == HS__BODY_NONE)
		return conn->message_complete;
	return !conn->message_complete && chunked == (guard->body == HS__BODY_CHUNKED) &&
		(chunked || conn->parser.content_length == guard->content_length);
}

/* What llhttp is shown of the target: the guard has looked at each of its bytes. One that begins with a slash
 * may have the same bytes for both (any that is printed, but '#'), and llhttp, which takes them one by one
 * and has no use for them, is shown the slash. */
static struct hs_slice shown_target(struct hs_slice target)
{
	return target.ptr[0] == '/' ? hs_slice_first(target, 1) : target;
}

/* Of a head whose lines are known llhttp would be shown the method, a slash and the version: with the method
 * that they came with before, what it has read already. */
static bool is_read(const struct hs__conn *conn, struct hs_slice head)
{
	return conn->guard.knew && head.ptr[conn->guard.target.at] == '/' && hs__fields_have_method(conn);
}

/* Header lines that it has read before and found well-formed, without a body, it need not read again. */
static bool parse_lines(struct hs__conn *conn, struct hs_slice head)
{
	const struct hs__guard *guard = &conn->guard;
	struct hs_slice target = { head.ptr + guard->target.at, guard->target.len };
	struct hs_slice rest = hs_slice_from(head, guard->target.at + guard->target.len);
	const char *from = head.ptr + guard->start;

	target = shown_target(target);
	return hs__parse_bytes(conn, hs_slice(from, (size_t)(target.ptr + target.len - from))) &&
		hs__parse_bytes(conn, guard->knew ? HS_S(" HTTP/1.1\r\n\r\n") : rest);
}

bool hs__parse_head(struct hs__conn *conn, struct hs_slice head)
{
	struct hs__request *request = conn->building;
	const struct hs__guard *guard = &conn->guard;

	request->headers = hs_arena_raw(request->pub.arena,
		(guard->header_count + 1) * sizeof(*request->headers));
	if (!request->headers) {
		conn->parse_status = 503;
		conn->parse_reason = "there is no memory for the request";
		return false;
	}
	if (is_read(conn, head)) {
		conn->parse_status = 0;
		hs__fields_take(conn, head);
		request->pub.headers = request->headers;
		request->pub.method = conn->fields->method;
		return true;
	}
	parse_begin(conn);
	if (!parse_lines(conn, head))
		return false;
	if (guard->knew)
		hs__fields_take(conn, head);
	if (!both_agree(conn) || request->pub.header_count != guard->header_count) {
		conn->parse_status = 400;
		conn->parse_reason = "the framing of the request is ambiguous";
		return false;
	}
	request->pub.headers = request->headers;
	request->pub.method = method_of(conn->parser.method);
	hs__fields_learn(conn, head);
	return true;
}
