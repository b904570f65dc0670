/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes go through the whole server over a loopback connection. Whatever they are, the server must not crash,
 * must answer every request that it shows to the handler, and must give the same statuses when the same bytes
 * come in other pieces.
 *
 * The first byte of the input says how the rest is cut; the others are the stream. */
#include <core/http/server.h>
#include <handslag/arena.h>
#include <handslag/buf.h>
#include <handslag/error.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STATUSES = 64, BODY_MAX = 1 << 16 };

static struct hs_loop *loop;
static struct hs_http_server *server;
static unsigned handled;

/* ---- a handler that uses each way to answer ---- */

static void proceed(struct hs_http_request *req, void *arg)
{
	unsigned *left = req->user;

	(void)arg;
	hs_http_send(req, (struct hs_http_body) { .bytes = HS_S("piece") }, --*left == 0);
}

static void stop(struct hs_http_request *req, void *arg)
{
	(void)req;
	(void)arg;
}

static void on_request(struct hs_http_request *req, void *arg)
{
	struct hs_http_reply reply = { .status = 200,
		.headers = req->headers, /* echoed: none may become a header of its own */
		.header_count = req->header_count < 3 ? req->header_count : 3,
		.content_type = req->path,
		.compressible = req->method != HS_HTTP_POST,
		.body.bytes = req->body };
	unsigned *left = hs_arena_alloc(req->arena, sizeof(*left));

	(void)arg;
	handled++;
	if (left && hs_slice_starts(req->path, HS_S("/stream"))) {
		*left = 3;
		req->user = left;
		hs_http_stream(req, &reply, &(struct hs_http_stream) { proceed, stop, NULL });
		return;
	}
	reply.close = hs_slice_ends(req->path, HS_S("/close"));
	hs_http_reply(req, &reply);
}

static void open_server(void)
{
	struct hs_error err;
	struct hs_http_server_config config = { .request = on_request, .limits.body_bytes = BODY_MAX };

	HS_ASSERT(hs_loop_new(&loop, &err) == HS_OK);
	HS_ASSERT(hs_http_server_open(loop, &config, &server, &err) == HS_OK);
}

/* ---- reading the replies back ---- */

/* The end of a chunked body, or 0 when it is not well formed: our own output must be. */
static size_t skip_chunks(struct hs_slice out, size_t at)
{
	for (;;) {
		size_t size = 0;

		for (; at < out.len && out.ptr[at] != '\r'; at++)
			size = size * 16 +
				(size_t)(out.ptr[at] <= '9' ? out.ptr[at] - '0' : out.ptr[at] - 'a' + 10);
		HS_ASSERT(at + 2 + size + 2 <= out.len);
		at += 2 + size + 2;
		if (size == 0)
			return at;
	}
}

static bool has_line(struct hs_slice head, struct hs_slice line)
{
	return hs_slice_search(head, line) != SIZE_MAX;
}

/* The length that the server itself has written: its line is after all that the handler gave. */
static size_t length_of(struct hs_slice head)
{
	struct hs_slice name = HS_S("\r\nContent-Length: ");
	size_t at = SIZE_MAX;
	size_t value = 0;

	for (size_t from = 0; hs_slice_search(hs_slice_from(head, from), name) != SIZE_MAX;) {
		at = from + hs_slice_search(hs_slice_from(head, from), name);
		from = at + 1;
	}
	if (at == SIZE_MAX)
		return 0;
	for (at += name.len; head.ptr[at] >= '0' && head.ptr[at] <= '9'; at++)
		value = value * 10 + (size_t)(head.ptr[at] - '0');
	return value;
}

/* Statuses of the replies in `out`, as far as they can be told apart (a HEAD reply has no body). */
static unsigned read_first_status(struct hs_slice out)
{
	struct hs_slice interim = HS_S("HTTP/1.1 100 Continue\r\n\r\n");
	unsigned status;
	size_t end;

	while (hs_slice_starts(out, interim))
		out = hs_slice_from(out, interim.len);
	if (out.len == 0)
		return 0;
	HS_ASSERT(hs_slice_starts(out, HS_S("HTTP/1.1 ")) && out.len > 12);
	status = (unsigned)(out.ptr[9] - '0') * 100 + (unsigned)(out.ptr[10] - '0') * 10 +
		(unsigned)(out.ptr[11] - '0');
	end = hs_slice_search(out, HS_S("\r\n\r\n"));
	HS_ASSERT(end != SIZE_MAX);
	end += 4;
	if (end == out.len || out.ptr[end] == 'H')
		return status; /* the next reply follows: there is no body */
	if (has_line(hs_slice_first(out, end), HS_S("\r\nTransfer-Encoding: chunked\r\n\r\n")))
		HS_ASSERT(skip_chunks(out, end) <= out.len);
	else
		HS_ASSERT(end + length_of(hs_slice_first(out, end)) <= out.len ||
			has_line(hs_slice_first(out, end), HS_S("close")));
	return status;
}

static unsigned serve(struct hs_slice bytes, size_t piece, size_t *len)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(server);
	struct hs_http_counters counters;
	unsigned status;

	handled = 0;
	for (size_t at = 0; at < bytes.len; at += piece)
		hs_http_loopback_feed(lb, hs_slice_first(hs_slice_from(bytes, at), piece));
	hs_loop_turn(loop, false);
	status = read_first_status(hs_http_loopback_output(lb, NULL));
	*len = handled;
	hs_http_loopback_close(lb);
	hs_http_server_counters(server, &counters);
	HS_ASSERT(counters.connections == 0 && counters.in_progress == 0);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_slice bytes;
	size_t whole, cut;

	if (size < 2)
		return 0;
	if (!server)
		open_server();
	bytes = hs_slice((const char *)data + 1, size - 1);
	HS_ASSERT(serve(bytes, bytes.len, &whole) == serve(bytes, (size_t)data[0] % 64 + 1, &cut));
	HS_ASSERT(whole == cut);
	return 0;
}
