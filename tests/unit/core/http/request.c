/* SPDX-License-Identifier: Apache-2.0 */
/* What a handler is given: targets, headers, bodies, and the order of requests on one connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support.h"

#include <stdio.h>

#include <zlib.h>

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

/* ---- targets and headers ---- */

static void show(struct hs_http_request *req)
{
	struct hs_buf buf;

	hs_buf_init(&buf, req->arena, 4096);
	hs_buf_printf(&buf, "%d|%.*s|%.*s|%.*s|%.*s|", req->method, HS_S_ARG(req->method_name),
		HS_S_ARG(req->target), HS_S_ARG(req->path), HS_S_ARG(req->query));
	for (size_t i = 0; i < req->header_count; i++)
		hs_buf_printf(&buf, "%.*s=%.*s;", HS_S_ARG(req->headers[i].name),
			HS_S_ARG(req->headers[i].value));
	hs_http_reply(req, &(struct hs_http_reply) { .status = 200, .body.bytes = hs_buf_slice(&buf) });
}

static void a_request_has_its_parts(void **state)
{
	(void)state;
	fx.handler = show;
	assert_true(has_text(exchange("GET /a/b%20c?x=1&y=%2F?z HTTP/1.1\r\nHost: h\r\nAccept:  a/b , c "
				      "\t\r\nX:\r\n\r\n"),
		"\r\n\r\n0|GET|/a/b%20c?x=1&y=%2F?z|/a/b%20c|x=1&y=%2F?z|Host=h;Accept=a/b , c;X=;"));
	assert_true(has_text(exchange("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"),
		"\r\n\r\n6|OPTIONS|*|*||Host=h;"));
	assert_true(has_text(exchange("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"),
		"\r\n\r\n7|TRACE|/|/||Host=h;"));
}

/* Lines that came before are known again, and others are read, also when they are as long. */
static void headers_are_those_of_each_request(void **state)
{
	static const struct {
		const char *request, *shown;
	} rows[] = {
		{ "GET /1 HTTP/1.1\r\nHost: h\r\nX:\r\nY: b  \r\n\r\n", "0|GET|/1|/1||Host=h;X=;Y=b;" },
		{ "GET /2?q HTTP/1.1\r\nHost: h\r\nX:\r\nY: b  \r\n\r\n", "0|GET|/2?q|/2|q|Host=h;X=;Y=b;" },
		{ "\r\nHEAD /3 HTTP/1.1\r\nHost: h\r\nX:\r\nY: b  \r\n\r\n", NULL },
		{ "POST /4 HTTP/1.1\r\nHost: h\r\nX:\r\nY: b  \r\n\r\n", "2|POST|/4|/4||Host=h;X=;Y=b;" },
		{ "GET http://h/5 HTTP/1.1\r\nHost: h\r\nX:\r\nY: b  \r\n\r\n",
			"0|GET|/5|/5||Host=h;X=;Y=b;" },
		{ "GET /6 HTTP/1.1\r\nHost: h\r\nX:\r\nZ: b  \r\n\r\n", "0|GET|/6|/6||Host=h;X=;Z=b;" },
		{ "GET /7 HTTP/1.1\r\nHost: h\r\n\r\n", "0|GET|/7|/7||Host=h;" },
		{ "GET /8 HTTP/1.1\r\nHost: h\r\nX:\r\nZ: b  \r\n\r\n", "0|GET|/8|/8||Host=h;X=;Z=b;" },
		{ "OPTIONS * HTTP/1.1\r\nHost: h\r\nX:\r\nZ: b  \r\n\r\n", "6|OPTIONS|*|*||Host=h;X=;Z=b;" },
		{ "GET http://i/9 HTTP/1.1\r\nHost: h\r\nX:\r\nZ: b  \r\n\r\n", "differ" },
	};

	(void)state;
	fx.handler = show;
	for (size_t cut = 0; cut < 60; cut++) { /* 0: each in one piece */
		struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct hs_slice request = hs_slice_cstr(rows[i].request);
			hs_http_loopback_feed(lb, hs_slice_first(request, cut));
			hs_http_loopback_feed(lb,
				hs_slice_from(request, cut < request.len ? cut : request.len));
			if (rows[i].shown && !has_text(output_of(lb, NULL), rows[i].shown))
				fail_msg("cut at %zu: %s", cut, rows[i].request);
		}
		hs_http_loopback_close(lb);
	}
}

/* The same lines say something else behind another version, and too many bytes of them are not kept. */
static void known_headers_are_of_one_version(void **state)
{
	static const char lines[] = "Host: h\r\nX: y\r\n\r\n";
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	char request[2000], value[1500];
	bool ended = false;

	(void)state;
	fx.handler = show;
	memset(value, 'v', sizeof(value));
	for (int i = 0; i < 4; i++) {
		snprintf(request, sizeof(request), "GET /%d HTTP/1.1\r\nHost: h\r\nX: %.*s\r\n\r\n", i,
			(int)sizeof(value), value);
		hs_http_loopback_feed(lb, hs_slice_cstr(request));
		assert_true(has_text(output_of(lb, &ended), "Host=h;X=vvvv"));
	}
	for (int i = 0; i < 4; i++) {
		snprintf(request, sizeof(request), "GET /%d HTTP/1.%d\r\n%s", i, i < 3, lines);
		hs_http_loopback_feed(lb, hs_slice_cstr(request));
		assert_true(has_text(output_of(lb, &ended), "Host=h;X=y;"));
		assert_int_equal(ended, i == 3);
	}
	hs_http_loopback_close(lb);
}

/* Also where nothing but the method is new. */
static void a_method_is_read_beside_known_headers(void **state)
{
	static const struct {
		const char *method, *shown;
	} rows[] = { { "GET", "0|GET|" }, { "GET", "0|GET|" }, { "GET", "0|GET|" }, { "POST", "2|POST|" },
		{ "GE", "501" }, { "GETS", "501" }, { "BREW", "501" } };

	(void)state;
	fx.handler = show;
	for (size_t last = 3; last < sizeof(rows) / sizeof(rows[0]); last++) {
		struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
		for (size_t n = 0; n <= 3; n++) {
			size_t i = n < 3 ? n : last;
			char request[64];
			snprintf(request, sizeof(request), "%s / HTTP/1.1\r\nHost: h\r\n\r\n",
				rows[i].method);
			hs_http_loopback_feed(lb, hs_slice_cstr(request));
			if (!has_text(output_of(lb, NULL), rows[i].shown))
				fail_msg("%s as request %zu", rows[i].method, n);
		}
		hs_http_loopback_close(lb);
	}
}

static void an_absolute_target_is_reduced(void **state)
{
	(void)state;
	fx.handler = show;
	assert_true(has_text(exchange("GET http://h/a?b HTTP/1.1\r\nHost: h\r\n\r\n"),
		"\r\n\r\n0|GET|/a?b|/a|b|"));
	assert_true(has_text(exchange("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n"), "\r\n\r\n0|GET|/|/||"));
	assert_true(has_text(exchange("GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n"),
		"\r\n\r\n0|GET|/?q|/|q|"));
}

static void a_header_is_found_in_any_case(void **state)
{
	const struct hs_http_header headers[] = {
		{ HS_S_INIT("accept"), HS_S_INIT("1") },
		{ HS_S_INIT("Accept"), HS_S_INIT("2") },
	};
	struct hs_http_request req = { .headers = headers, .header_count = 2 };

	(void)state;
	assert_true(hs_slice_eq(hs_http_get_header(&req, HS_S("ACCEPT")), HS_S("1")));
	assert_null(hs_http_get_header(&req, HS_S("Accept-")).ptr);
}

/* ---- bodies ---- */

static void bodies_arrive_whole(void **state)
{
	(void)state;
	assert_true(has_text(exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"),
		"\r\n\r\nhello"));
	assert_true(has_text(exchange("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
				      "3\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n"),
		"Content-Length: 5\r\n\r\nhello"));
}

/* A long body in uneven pieces, through the heap. */
static void a_long_body_arrives_whole(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	struct hs_buf body;
	struct hs_slice out;
	enum { LEN = 300000 };

	(void)state;
	hs_buf_init(&body, NULL, LEN);
	for (int i = 0; i < LEN; i++)
		hs_buf_byte(&body, (char)('a' + i % 23));
	hs_http_loopback_feed(lb, HS_S("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n"));
	for (size_t at = 0; at < LEN; at += 7777)
		hs_http_loopback_feed(lb, hs_slice_first(hs_slice_from(hs_buf_slice(&body), at), 7777));
	out = hs_http_loopback_output(lb, NULL);
	assert_true(out.len > LEN);
	assert_memory_equal(out.ptr + out.len - LEN, body.ptr, LEN);
	hs_buf_free(&body);
	hs_http_loopback_close(lb);
}

static struct hs_slice gzip(struct hs_slice in, char *room, size_t size)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	memcpy(&z.next_in, &in.ptr, sizeof(z.next_in));
	z.avail_in = (uInt)in.len;
	z.next_out = (Bytef *)room;
	z.avail_out = (uInt)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return hs_slice(room, size - z.avail_out);
}

/* Sends `coded` with Content-Encoding: gzip in pieces; the reply's status is returned. */
static int send_coded(struct hs_slice coded, size_t piece, struct hs_slice *body)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	static char copy[1 << 17];
	struct hs_slice out;
	char head[128];
	uint64_t status = 0;

	snprintf(head, sizeof(head),
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
		coded.len);
	hs_http_loopback_feed(lb, hs_slice_cstr(head));
	for (size_t at = 0; at < coded.len; at += piece)
		hs_http_loopback_feed(lb, hs_slice_first(hs_slice_from(coded, at), piece));
	out = hs_http_loopback_output(lb, NULL);
	assert_true(out.len > 12 && out.len < sizeof(copy));
	hs_slice_u64(hs_slice(out.ptr + 9, 3), &status);
	memcpy(copy, out.ptr, out.len);
	*body = hs_slice_from(hs_slice(copy, out.len), hs_slice_search(out, HS_S("\r\n\r\n")) + 4);
	hs_http_loopback_close(lb);
	return (int)status;
}

static void a_compressed_body_is_inflated(void **state)
{
	static char plain[100000];
	static char room[100000];
	struct hs_slice coded, body;

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (char)('a' + i % 7 + i / 1000 % 13);
	coded = gzip(hs_slice(plain, sizeof(plain)), room, sizeof(room));
	assert_int_equal(send_coded(coded, 64, &body), 200);
	assert_int_equal(body.len, sizeof(plain));
	assert_memory_equal(body.ptr, plain, sizeof(plain));
	assert_int_equal(send_coded(coded, coded.len, &body), 200);
	assert_int_equal(body.len, sizeof(plain));
}

static void a_damaged_compressed_body_is_refused(void **state)
{
	static char room[4096];
	struct hs_slice coded = gzip(HS_S("hello hello hello"), room, sizeof(room) - 1);
	struct hs_slice body;

	(void)state;
	assert_int_equal(send_coded(hs_slice_first(coded, coded.len - 1), 100, &body), 400); /* cut short */
	assert_int_equal(send_coded(HS_S("not gzip at all"), 100, &body), 400);
	room[coded.len] = 'x'; /* something after the end */
	assert_int_equal(send_coded(hs_slice(room, coded.len + 1), 100, &body), 400);
	room[coded.len - 6] ^= 1; /* the checksum */
	assert_int_equal(send_coded(coded, 100, &body), 400);
}

static void another_coding_is_refused(void **state)
{
	(void)state;
	assert_true(has_text(exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\nContent-Length: "
				      "1\r\n\r\nx"),
		"HTTP/1.1 415 "));
	assert_true(has_text(exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: "
				      "identity\r\nContent-Length: 1\r\n\r\nx"),
		"HTTP/1.1 200 "));
	assert_int_equal(fx.requests, 1);
}

/* ---- limits of bodies ---- */

static void a_body_is_bounded(void **state)
{
	struct hs_http_limits limits = { .body_bytes = 1000, .bodies_bytes = 100000 };
	static char zeros[100000];
	static char room[4096];
	struct hs_slice body;

	(void)state;
	close_fixture();
	open_fixture(&limits, NULL);
	/* refused before a byte of it was sent */
	assert_true(has_text(exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"),
		"HTTP/1.1 413 "));
	assert_true(has_text(exchange("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
				      "chunked\r\n\r\n3e9\r\n"),
		"HTTP/1.1 413 "));
	/* a hundred bytes that would become 100,000 */
	assert_int_equal(send_coded(gzip(hs_slice(zeros, sizeof(zeros)), room, sizeof(room)), 10, &body),
		413);
	assert_int_equal(send_coded(gzip(hs_slice(zeros, 1000), room, sizeof(room)), 10, &body), 200);
	assert_int_equal(body.len, 1000);
}

static void all_bodies_together_are_bounded(void **state)
{
	struct hs_http_limits limits = { .bodies_bytes = 100000 };
	struct hs_http_loopback *first, *second;
	static char bytes[60000];

	(void)state;
	close_fixture();
	open_fixture(&limits, NULL);
	first = hs_http_loopback_open(fx.server);
	second = hs_http_loopback_open(fx.server);
	hs_http_loopback_feed(first, HS_S("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n"));
	hs_http_loopback_feed(second, HS_S("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n"));
	hs_http_loopback_feed(first, hs_slice(bytes, sizeof(bytes)));
	hs_http_loopback_feed(second, hs_slice(bytes, sizeof(bytes)));
	assert_true(has_text(output_of(second, NULL), "HTTP/1.1 503 "));
	/* what the second held is free again: the first gets through, and so does a third */
	hs_http_loopback_feed(first, hs_slice(bytes, 10000));
	assert_true(has_text(output_of(first, NULL), "HTTP/1.1 200 "));
	hs_http_loopback_close(first);
	hs_http_loopback_close(second);
}

/* ---- order ---- */

#define G(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define P(path) "POST " path " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"

static void replies_keep_the_order_of_requests(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

	(void)state;
	fx.handler = keep_request;
	hs_http_loopback_feed(lb, HS_S(G("/1") G("/2") G("/3")));
	assert_int_equal(fx.kept_count, 3);
	answer(fx.kept[2], "third");
	answer(fx.kept[1], "second");
	hs_loop_turn(fx.loop, false);
	assert_string_equal(output_of(lb, NULL), "");
	answer(fx.kept[0], "first");
	hs_loop_turn(fx.loop, false);
	assert_true(strstr(output_of(lb, NULL), "first") < strstr(output_of(lb, NULL), "second"));
	assert_true(strstr(output_of(lb, NULL), "second") < strstr(output_of(lb, NULL), "third"));
	assert_int_equal(fx.released, 3);
	hs_http_loopback_close(lb);
}

/* RFC 9112 section 9.3.2: only safe requests may be served side by side. */
static void unsafe_requests_wait_and_are_waited_for(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

	(void)state;
	fx.handler = keep_request;
	hs_http_loopback_feed(lb, HS_S(G("/1") G("/2") P("/3") G("/4") G("/5")));
	assert_int_equal(fx.kept_count, 2);
	answer(fx.kept[1], "b");
	hs_loop_turn(fx.loop, false);
	assert_int_equal(fx.kept_count, 2);
	answer(fx.kept[0], "a");
	hs_loop_turn(fx.loop, false);
	assert_int_equal(fx.kept_count, 3); /* the POST, alone */
	answer(fx.kept[2], "c");
	hs_loop_turn(fx.loop, false);
	assert_int_equal(fx.kept_count, 5);
	answer(fx.kept[4], "e");
	answer(fx.kept[3], "d");
	hs_loop_turn(fx.loop, false);
	assert_int_equal(count_text(output_of(lb, NULL), "HTTP/1.1 200 "), 5);
	hs_http_loopback_close(lb);
}

static void a_long_pipeline_is_read_in_parts(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	unsigned answered = 0;

	(void)state;
	fx.handler = keep_request;
	for (int i = 0; i < 40; i++)
		hs_http_loopback_feed(lb, HS_S(G("/")));
	assert_int_equal(fx.kept_count, 16);
	while (answered < fx.kept_count) {
		answer(fx.kept[answered++], "x");
		hs_loop_turn(fx.loop, false);
		assert_true(fx.kept_count - answered <= 16);
	}
	assert_int_equal(answered, 40);
	assert_int_equal(count_text(output_of(lb, NULL), "HTTP/1.1 200 "), 40);
	hs_http_loopback_close(lb);
}

static void a_request_whose_connection_is_gone_is_answered_to_nobody(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

	(void)state;
	fx.handler = keep_request;
	hs_http_loopback_feed(lb, HS_S(G("/1") G("/2") P("/3") "GET /half"));
	hs_http_loopback_close(lb);
	assert_int_equal(fx.kept_count, 2);
	assert_int_equal(fx.gone, 2);
	assert_true(hs_slice_eq(fx.kept[1]->path, HS_S("/2"))); /* still there */
	answer(fx.kept[1], "x");
	assert_int_equal(fx.released, 0); /* never inside the call */
	answer(fx.kept[0], "x");
	hs_loop_turn(fx.loop, false);
	assert_int_equal(fx.released, 2);
}

static void waiting_for_a_body_is_announced(void **state)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

	(void)state;
	hs_http_loopback_feed(lb,
		HS_S("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
	assert_string_equal(output_of(lb, NULL), "HTTP/1.1 100 Continue\r\n\r\n");
	hs_http_loopback_feed(lb, HS_S("ok"));
	assert_true(has_text(output_of(lb, NULL), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
	hs_http_loopback_close(lb);
	/* in its turn, when another is not answered yet */
	fx.handler = keep_request;
	lb = hs_http_loopback_open(fx.server);
	hs_http_loopback_feed(lb,
		HS_S(G("/") "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: "
			    "100-continue\r\n\r\n"));
	assert_string_equal(output_of(lb, NULL), "");
	answer(fx.kept[0], "x");
	hs_loop_turn(fx.loop, false);
	assert_true(has_text(output_of(lb, NULL), "\r\n\r\nxHTTP/1.1 100 Continue\r\n\r\n"));
	hs_http_loopback_close(lb);
}

/* RFC 9110 section 9.3.2: whatever is wrong with a HEAD, its answer ends with the head. */
static void a_refused_head_has_no_content(void **state)
{
	static const struct {
		const char *request;
		bool content;
	} rows[] = {
		{ "HEAD / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", false },
		{ "HEAD / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", false },
		{ "HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", false },
		{ "GET / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", true },
		{ "HEADS / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
		hs_http_loopback_feed(lb, hs_slice_cstr(rows[i].request));
		const char *out = output_of(lb, NULL), *end = strstr(out, "\r\n\r\n");
		if (!end || strncmp(out, "HTTP/1.1 4", 10) != 0 || (end[4] != '\0') != rows[i].content)
			fail_msg("%s was answered by %s", rows[i].request, out);
		hs_http_loopback_close(lb);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_request_has_its_parts),
		TEST(headers_are_those_of_each_request),
		TEST(known_headers_are_of_one_version),
		TEST(a_method_is_read_beside_known_headers),
		TEST(an_absolute_target_is_reduced),
		TEST(a_header_is_found_in_any_case),
		TEST(bodies_arrive_whole),
		TEST(a_long_body_arrives_whole),
		TEST(a_compressed_body_is_inflated),
		TEST(a_damaged_compressed_body_is_refused),
		TEST(another_coding_is_refused),
		TEST(a_body_is_bounded),
		TEST(all_bodies_together_are_bounded),
		TEST(replies_keep_the_order_of_requests),
		TEST(unsafe_requests_wait_and_are_waited_for),
		TEST(a_long_pipeline_is_read_in_parts),
		TEST(a_request_whose_connection_is_gone_is_answered_to_nobody),
		TEST(waiting_for_a_body_is_announced),
		TEST(a_refused_head_has_no_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
