/* SPDX-License-Identifier: Apache-2.0 */
/* What a client gets: heads, framing, streams with back-pressure, and how connections end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support.h"

#define G(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static int set_up(void **state)
{
	(void)state;
	open_fixture(NULL, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close_fixture();
	return 0;
}

/* ---- heads ---- */

static struct hs_http_reply canned;

static void give_canned(struct hs_http_request *req)
{
	hs_http_reply(req, &canned);
}

/* The reply without its Date line. */
static const char *undated(const char *text)
{
	static char out[1 << 16];
	const char *date = strstr(text, "Date: ");

	assert_non_null(date);
	assert_memory_equal(date + 6 + 25, " GMT\r\n", 6);
	memcpy(out, text, (size_t)(date - text));
	memcpy(out + (date - text), date + 37, strlen(date + 37) + 1);
	return out;
}

static void heads_are_framed(void **state)
{
	const struct hs_http_header headers[] = { { HS_S_INIT("ETag"), HS_S_INIT("W/\"1\"") } };

	(void)state;
	fx.handler = give_canned;
	canned = (struct hs_http_reply) { .status = 201,
		.headers = headers,
		.header_count = 1,
		.content_type = HS_S("text/plain"),
		.body.bytes = HS_S("ok") };
	assert_string_equal(undated(exchange(G("/"))),
		"HTTP/1.1 201 Created\r\nETag: W/\"1\"\r\nContent-Type: text/plain\r\nContent-Length: "
		"2\r\n\r\nok");
	canned = (struct hs_http_reply) { .status = 204 };
	assert_string_equal(undated(exchange(G("/"))), "HTTP/1.1 204 No Content\r\n\r\n");
	canned = (struct hs_http_reply) { .status = 304, .body.bytes = HS_S("never sent") };
	assert_string_equal(undated(exchange(G("/"))), "HTTP/1.1 304 Not Modified\r\n\r\n");
	canned = (struct hs_http_reply) { .status = 404 };
	assert_string_equal(undated(exchange(G("/"))), "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	canned = (struct hs_http_reply) { .status = 599 };
	assert_string_equal(undated(exchange(G("/"))), "HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n");
	canned = (struct hs_http_reply) { .status = 200, .body.bytes = HS_S("body") };
	assert_string_equal(undated(exchange("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")),
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
}

static void a_reply_cannot_smuggle_a_header(void **state)
{
	const struct hs_http_header headers[] = { { HS_S_INIT("Location"),
		HS_S_INIT("/a\r\nSet-Cookie: x\n\ny") } };

	(void)state;
	fx.handler = give_canned;
	canned = (struct hs_http_reply) { .status = 200, .headers = headers, .header_count = 1 };
	assert_string_equal(undated(exchange(G("/"))),
		"HTTP/1.1 200 OK\r\nLocation: /a  Set-Cookie: x  y\r\nContent-Length: 0\r\n\r\n");
}

/* ---- how connections end ---- */

static bool ends_after(const char *text)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	bool closed;

	hs_http_loopback_feed(lb, hs_slice_cstr(text));
	hs_http_loopback_output(lb, &closed);
	hs_http_loopback_close(lb);
	return closed;
}

static void connections_are_kept_as_asked(void **state)
{
	(void)state;
	assert_false(ends_after(G("/")));
	assert_true(ends_after("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
	assert_true(ends_after("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, CLOSE\r\n\r\n"));
	assert_true(ends_after("GET / HTTP/1.0\r\n\r\n"));
	assert_false(ends_after("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
	assert_true(has_text(exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
		"Connection: keep-alive\r\n"));
	assert_true(has_text(exchange("GET / HTTP/1.0\r\n\r\n"), "Connection: close\r\n"));
}

static void nothing_is_served_after_the_last_reply(void **state)
{
	const char *out;

	(void)state;
	out = exchange("GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" G("/2"));
	assert_int_equal(count_text(out, "HTTP/1.1 "), 1);
	out = exchange(G("/1") "GET  /2 HTTP/1.1\r\n\r\n" G("/3"));
	assert_int_equal(count_text(out, "HTTP/1.1 200 "), 1);
	assert_int_equal(count_text(out, "HTTP/1.1 400 "), 1);
	assert_int_equal(count_text(out, "HTTP/1.1 "), 2);
	assert_int_equal(fx.requests, 2);
	fx.handler = give_canned;
	canned = (struct hs_http_reply) { .status = 200, .close = true };
	assert_true(ends_after(G("/")));
	assert_int_equal(count_text(exchange(G("/1") G("/2")), "HTTP/1.1 "), 1);
}

static void a_slow_reader_gets_everything(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	struct hs_slice out;
	static char body[5000];

	(void)state;
	memset(body, 'b', sizeof(body));
	fx.handler = give_canned;
	canned = (struct hs_http_reply) { .status = 200, .body.bytes = { body, sizeof(body) } };
	hs_http_loopback_room(lb, 0);
	hs_http_loopback_feed(lb, HS_S(G("/1") G("/2") G("/3")));
	assert_int_equal(hs_http_loopback_output(lb, NULL).len, 0);
	for (size_t i = 0; i < 20000; i++)
		hs_http_loopback_room(lb, 1);
	out = hs_http_loopback_output(lb, NULL);
	assert_true(out.len > 15000 && out.len < 16000);
	assert_int_equal(count_text(output_of(lb, NULL), "HTTP/1.1 200 OK"), 3);
	assert_memory_equal(out.ptr + out.len - 5000, body, 5000);
	hs_http_loopback_close(lb);
}

static void input_pauses_while_output_waits(void **state)
{
	struct hs_http_limits limits = { .write_queue_bytes = 10000 };
	struct hs_http_loopback *lb;
	static char body[6000];

	(void)state;
	close_fixture();
	open_fixture(&limits, NULL);
	memset(body, 'b', sizeof(body));
	fx.handler = give_canned;
	canned = (struct hs_http_reply) { .status = 200, .body.bytes = { body, sizeof(body) } };
	lb = hs_http_loopback_open(fx.server);
	hs_http_loopback_room(lb, 0);
	hs_http_loopback_feed(lb, HS_S(G("/1") G("/2") G("/3") G("/4") G("/5")));
	assert_int_equal(fx.requests, 2);
	hs_http_loopback_room(lb, 13000);
	assert_int_equal(fx.requests, 4);
	hs_http_loopback_room(lb, SIZE_MAX);
	assert_int_equal(fx.requests, 5);
	assert_int_equal(count_text(output_of(lb, NULL), "HTTP/1.1 200 OK"), 5);
	hs_http_loopback_close(lb);
}

/* ---- streams ---- */

static struct {
	unsigned proceeded, stopped, pieces;
	bool later; /* the test sends, not proceed */
	struct hs_http_request *req;
} stream;

static void count_release(void *owner)
{
	(void)owner;
	fx.released++;
}

static void send_next(struct hs_http_request *req)
{
	bool last = ++stream.pieces == 3;

	hs_http_send(req, (struct hs_http_body) { HS_S("piece"), count_release, NULL }, last);
}

static void proceed(struct hs_http_request *req, void *arg)
{
	assert_ptr_equal(arg, &stream);
	stream.proceeded++;
	stream.req = req;
	if (!stream.later)
		send_next(req);
}

static void stop(struct hs_http_request *req, void *arg)
{
	(void)req;
	(void)arg;
	stream.stopped++;
}

static void open_stream(struct hs_http_request *req)
{
	const struct hs_http_stream in_pieces = { proceed, stop, &stream };
	unsigned before = stream.proceeded;

	hs_http_stream(req, &(struct hs_http_reply) { .status = 200, .content_type = HS_S("text/plain") },
		&in_pieces);
	assert_int_equal(stream.proceeded, before); /* never inside the call */
}

static void a_stream_is_chunked(void **state)
{
	(void)state;
	memset(&stream, 0, sizeof(stream));
	fx.handler = open_stream;
	assert_string_equal(undated(exchange(G("/"))),
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
		"5\r\npiece\r\n5\r\npiece\r\n5\r\npiece\r\n0\r\n\r\n");
	assert_int_equal(stream.proceeded, 3);
	assert_int_equal(stream.stopped, 1);
	assert_int_equal(fx.released, 3);
}

static void a_stream_to_an_old_client_ends_with_the_connection(void **state)
{
	(void)state;
	memset(&stream, 0, sizeof(stream));
	fx.handler = open_stream;
	assert_string_equal(undated(exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")),
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\npiecepiecepiece");
	memset(&stream, 0, sizeof(stream));
	assert_true(has_text(exchange("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"),
		"Transfer-Encoding: chunked\r\n\r\n"));
	assert_int_equal(stream.proceeded, 0);
	assert_int_equal(stream.stopped, 1);
}

static void a_stream_waits_for_its_reader(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

	(void)state;
	memset(&stream, 0, sizeof(stream));
	fx.handler = open_stream;
	hs_http_loopback_room(lb, 0);
	hs_http_loopback_feed(lb, HS_S(G("/")));
	assert_int_equal(stream.proceeded, 0);
	for (size_t i = 0; i < 1000 && stream.pieces < 3; i++) {
		hs_http_loopback_room(lb, 7);
		assert_true(stream.pieces <= fx.released + 1); /* one piece at a time */
	}
	hs_http_loopback_room(lb, SIZE_MAX);
	assert_int_equal(stream.pieces, 3);
	assert_int_equal(stream.stopped, 1);
	assert_int_equal(fx.released, 3);
	hs_http_loopback_close(lb);
	assert_int_equal(stream.stopped, 1);
}

static void an_endless_stream_lets_others_have_their_turn(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

	(void)state;
	memset(&stream, 0, sizeof(stream));
	stream.pieces = 3; /* past the last one: it never ends */
	fx.handler = open_stream;
	hs_http_loopback_feed(lb, HS_S(G("/")));
	assert_in_range(hs_http_loopback_output(lb, NULL).len, 256 * 1024, 300 * 1024);
	hs_loop_turn(fx.loop, true); /* must not wait */
	assert_in_range(hs_http_loopback_output(lb, NULL).len, 512 * 1024, 900 * 1024);
	hs_http_loopback_close(lb);
	assert_int_equal(stream.stopped, 1);
}

static void pieces_may_come_later_and_be_empty(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

	(void)state;
	memset(&stream, 0, sizeof(stream));
	stream.later = true;
	fx.handler = open_stream;
	hs_http_loopback_feed(lb, HS_S(G("/") G("/next")));
	assert_int_equal(stream.proceeded, 1);
	hs_http_send(stream.req, (struct hs_http_body) { HS_S_NONE, count_release, NULL }, false);
	hs_loop_turn(fx.loop, false);
	assert_int_equal(stream.proceeded, 2);
	assert_int_equal(fx.released, 1);
	hs_http_send(stream.req, (struct hs_http_body) { HS_S("a"), count_release, NULL }, false);
	hs_loop_turn(fx.loop, false);
	assert_int_equal(stream.proceeded, 3);
	fx.handler = echo_target;
	hs_http_send(stream.req, (struct hs_http_body) { HS_S_NONE, count_release, NULL }, true);
	hs_loop_turn(fx.loop, false);
	assert_int_equal(stream.stopped, 1);
	assert_int_equal(fx.released, 3);
	assert_true(has_text(output_of(lb, NULL), "\r\n\r\n1\r\na\r\n0\r\n\r\nHTTP/1.1 200 OK"));
	hs_http_loopback_close(lb);
	assert_int_equal(stream.stopped, 2);
}

static void a_stream_is_stopped_when_its_reader_is_gone(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

	(void)state;
	memset(&stream, 0, sizeof(stream));
	stream.later = true;
	fx.handler = open_stream;
	hs_http_loopback_feed(lb, HS_S(G("/")));
	assert_int_equal(stream.proceeded, 1);
	hs_http_loopback_close(lb);
	assert_int_equal(stream.stopped, 1);
	assert_int_equal(fx.gone, 0);
}

/* ---- cut short ---- */

static void a_handler_can_cut_the_connection(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	bool closed;

	(void)state;
	fx.handler = keep_request;
	hs_http_loopback_feed(lb, HS_S(G("/1") G("/2") G("/3")));
	hs_http_abort(fx.kept[1]);
	answer(fx.kept[2], "never seen");
	hs_loop_turn(fx.loop, false);
	assert_string_equal(output_of(lb, &closed), "");
	assert_false(closed);
	answer(fx.kept[0], "first");
	hs_loop_turn(fx.loop, false);
	assert_int_equal(count_text(output_of(lb, &closed), "HTTP/1.1 "), 1);
	assert_true(closed);
	hs_http_loopback_close(lb);
	assert_int_equal(fx.released, 2);
	/* a stream: what was sent stays, its end is missing */
	memset(&stream, 0, sizeof(stream));
	stream.later = true;
	fx.handler = open_stream;
	lb = hs_http_loopback_open(fx.server);
	hs_http_loopback_feed(lb, HS_S(G("/")));
	hs_http_send(stream.req, (struct hs_http_body) { .bytes = HS_S("half") }, false);
	hs_loop_turn(fx.loop, false);
	hs_http_abort(stream.req);
	hs_loop_turn(fx.loop, false);
	assert_true(has_text(output_of(lb, &closed), "\r\n\r\n4\r\nhalf\r\n"));
	assert_false(has_text(output_of(lb, NULL), "\r\n0\r\n"));
	assert_true(closed);
	assert_int_equal(stream.stopped, 1);
	hs_http_loopback_close(lb);
}

/* ---- drain ---- */

static void drain_ends_connections_of_every_kind(void **state)
{
	struct hs_http_loopback *idle = hs_http_loopback_open(fx.server);
	struct hs_http_loopback *half = hs_http_loopback_open(fx.server);
	struct hs_http_loopback *busy = hs_http_loopback_open(fx.server);
	bool closed;

	(void)state;
	fx.handler = keep_request;
	hs_http_loopback_feed(half, HS_S("GET /half HTTP/1.1\r\n"));
	hs_http_loopback_feed(busy, HS_S(G("/busy")));
	begin_drain();
	hs_loop_turn(fx.loop, true);
	hs_http_loopback_output(idle, &closed);
	assert_true(closed);
	hs_http_loopback_output(half, &closed);
	assert_false(closed);
	hs_http_loopback_feed(half, HS_S("Host: h\r\n\r\n"));
	assert_int_equal(fx.kept_count, 2);
	for (unsigned i = 0; i < 2; i++)
		answer(fx.kept[i], "bye");
	hs_loop_turn(fx.loop, false);
	assert_true(has_text(output_of(half, &closed), "Connection: close\r\n\r\nbye"));
	assert_true(closed);
	assert_true(has_text(output_of(busy, &closed), "Connection: close\r\n\r\nbye"));
	assert_true(closed);
	hs_http_loopback_close(idle);
	hs_http_loopback_close(half);
	hs_http_loopback_close(busy);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(heads_are_framed),
		TEST(a_reply_cannot_smuggle_a_header),
		TEST(connections_are_kept_as_asked),
		TEST(nothing_is_served_after_the_last_reply),
		TEST(a_slow_reader_gets_everything),
		TEST(input_pauses_while_output_waits),
		TEST(a_stream_is_chunked),
		TEST(a_stream_to_an_old_client_ends_with_the_connection),
		TEST(a_stream_waits_for_its_reader),
		TEST(an_endless_stream_lets_others_have_their_turn),
		TEST(pieces_may_come_later_and_be_empty),
		TEST(a_handler_can_cut_the_connection),
		TEST(drain_ends_connections_of_every_kind),
		TEST(a_stream_is_stopped_when_its_reader_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
