/* SPDX-License-Identifier: Apache-2.0 */
/* When replies are compressed, and that what arrives is what was sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static struct {
	size_t len;
	bool compressible;
	const char *etag;
	const char *coding;
	int status;
} body;

static char bytes[200000];

static void count_release(void *owner)
{
	(void)owner;
	fx.released++;
}

static void give_body(struct hs_http_request *req)
{
	struct hs_http_header headers[2];
	struct hs_http_reply reply = { .status = body.status,
		.headers = headers,
		.body = { { bytes, body.len }, count_release, NULL },
		.compressible = body.compressible };

	if (body.etag)
		headers[reply.header_count++] = (struct hs_http_header) { HS_S("ETag"),
			hs_slice_cstr(body.etag) };
	if (body.coding)
		headers[reply.header_count++] = (struct hs_http_header) { HS_S("Content-Encoding"),
			hs_slice_cstr(body.coding) };
	hs_http_reply(req, &reply);
	assert_int_equal(fx.released, 0); /* never inside the call */
}

static void reset_body(size_t len)
{
	body.len = len;
	body.compressible = true;
	body.etag = NULL;
	body.coding = NULL;
	body.status = 200;
	fx.released = 0;
}

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i % 11 + i / 500 % 7);
	open_fixture(NULL, NULL);
	fx.handler = give_body;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close_fixture();
	return 0;
}

/* Asks and, when a reply is compressed, inflates it and compares. */
static bool comes_compressed(const char *method, const char *accept)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	static char plain[sizeof(bytes)];
	struct hs_slice out;
	size_t at;
	bool compressed;
	char text[300];

	snprintf(text, sizeof(text), "%s / HTTP/1.1\r\nHost: h\r\n%s%s%s\r\n", method,
		accept ? "Accept-Encoding: " : "", accept ? accept : "", accept ? "\r\n" : "");
	fx.released = 0;
	hs_http_loopback_feed(lb, hs_slice_cstr(text));
	while (hs_http_loopback_output(lb, NULL).len == 0)
		hs_loop_turn(fx.loop, true);
	out = hs_http_loopback_output(lb, NULL);
	at = hs_slice_search(out, HS_S("\r\n\r\n")) + 4;
	compressed = hs_slice_search(hs_slice_first(out, at), HS_S("Content-Encoding: gzip\r\n")) != SIZE_MAX;
	assert_int_equal(hs_slice_search(hs_slice_first(out, at), HS_S("Vary: Accept-Encoding\r\n")) !=
			SIZE_MAX,
		body.compressible);
	if (compressed && out.len > at) {
		z_stream z = { 0 };

		assert_int_equal(inflateInit2(&z, 31), Z_OK);
		memcpy(&z.next_in, &(const char *) { out.ptr + at }, sizeof(z.next_in));
		z.avail_in = (uInt)(out.len - at);
		z.next_out = (Bytef *)plain;
		z.avail_out = sizeof(plain);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(z.avail_in, 0);
		inflateEnd(&z);
		assert_int_equal(sizeof(plain) - z.avail_out, body.len);
		assert_memory_equal(plain, bytes, body.len);
	} else if (out.len > at) {
		assert_int_equal(out.len - at, body.len);
	}
	assert_int_equal(fx.released, 1);
	hs_http_loopback_close(lb);
	return compressed;
}

static void the_client_must_accept_it(void **state)
{
	static const struct {
		const char *accept;
		bool compressed;
	} cases[] = {
		{ NULL, false },
		{ "", false },
		{ "gzip", true },
		{ "GZIP", true },
		{ "x-gzip", true },
		{ "deflate, gzip, br", true },
		{ "deflate", false },
		{ "gzipp", false },
		{ "gzip;q=0", false },
		{ "gzip;q=0.000", false },
		{ "gzip;q=0.001", true },
		{ "gzip ; Q=1", true },
		{ "gzip;q=0.5, *;q=0", true },
		{ "*", true },
		{ "*;q=0", false },
		{ "*, gzip;q=0", false },
		{ "identity", false },
		{ "br, identity", false },
		{ "gzip;q=0.5, identity", false },
		{ "gzip;q=0.5, identity;q=0.4", true },
		{ "identity;q=0, gzip", true },
		{ "gzip;q=x", false },
		{ "gzip;q=2", false },
		{ "gzip;q=0.1234", false },
		{ "gzip;level=1", false },
		{ ",,gzip,,", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reset_body(2000);
		if (comes_compressed("GET", cases[i].accept) != cases[i].compressed)
			fail_msg("Accept-Encoding: %s", cases[i].accept);
	}
}

static void it_must_be_worth_it(void **state)
{
	(void)state;
	reset_body(1023);
	assert_false(comes_compressed("GET", "gzip"));
	reset_body(1024);
	assert_true(comes_compressed("GET", "gzip"));
	reset_body(2000);
	body.compressible = false;
	assert_false(comes_compressed("GET", "gzip"));
	reset_body(2000);
	body.coding = "br";
	assert_false(comes_compressed("GET", "gzip"));
	reset_body(2000);
	assert_true(comes_compressed("HEAD", "gzip")); /* by its headers, which are those of GET */
	reset_body(2000);
	body.status = 404;
	assert_true(comes_compressed("GET", "gzip"));
}

/* RFC 9110 section 8.8.1: a strong tag belongs to one sequence of bytes. */
static void a_strong_tag_is_weakened(void **state)
{
	(void)state;
	reset_body(2000);
	body.etag = "\"abc\"";
	assert_true(has_text(exchange("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n"),
		"ETag: W/\"abc\"\r\n"));
	fx.released = 0;
	assert_true(has_text(exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "ETag: \"abc\"\r\n"));
	body.etag = "W/\"7\"";
	fx.released = 0;
	assert_true(has_text(exchange("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n"),
		"ETag: W/\"7\"\r\n"));
}

static void large_replies_are_made_by_a_worker(void **state)
{
	struct hs_pool *pool = hs_pool_new("gzip", 1, 4);

	(void)state;
	close_fixture();
	open_fixture(NULL, hs_pool_mailbox(pool));
	fx.handler = give_body;
	reset_body(sizeof(bytes));
	assert_true(comes_compressed("GET", "gzip"));
	/* the client leaves while the worker works: nothing is lost, nothing is written */
	for (int i = 0; i < 3; i++) {
		struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);

		fx.released = 0;
		hs_http_loopback_feed(lb, HS_S("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n"));
		hs_http_loopback_close(lb);
		while (fx.released == 0)
			hs_loop_turn(fx.loop, true);
	}
	close_fixture();
	hs_pool_free(pool);
	open_fixture(NULL, NULL);
}

static bool never_post(struct hs_mailbox *mailbox, struct hs_task *task)
{
	(void)mailbox;
	(void)task;
	return false;
}

static void busy_workers_cost_compression_only(void **state)
{
	struct hs_mailbox full = { never_post };

	(void)state;
	close_fixture();
	open_fixture(NULL, &full);
	fx.handler = give_body;
	reset_body(sizeof(bytes));
	assert_false(comes_compressed("GET", "gzip"));
	reset_body(2000);
	assert_true(comes_compressed("GET", "gzip"));
}

/* ---- streams ---- */

static size_t sent;

static void proceed(struct hs_http_request *req, void *arg)
{
	size_t len = body.len - sent < 7000 ? body.len - sent : 7000;
	(void)arg;
	sent += len;
	hs_http_send(req, (struct hs_http_body) { { bytes + sent - len, len }, count_release, NULL },
		sent == body.len);
}

static void give_stream(struct hs_http_request *req)
{
	const struct hs_http_stream in_pieces = { proceed, NULL, NULL };
	sent = 0;
	hs_http_stream(req,
		&(struct hs_http_reply) {
			.status = 200, .content_type = HS_S("text/plain"), .compressible = true },
		&in_pieces);
}

/* The chunks of `in` inflated into `plain`; returns the bytes made, *clear those of the chunks. */
static size_t inflate_chunks(struct hs_slice in, char *plain, size_t room, size_t *clear)
{
	z_stream z = { 0 };
	int result = Z_OK;
	*clear = 0;
	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	z.next_out = (Bytef *)plain;
	z.avail_out = (uInt)room;
	while (in.ptr) {
		size_t len = (size_t)strtoul(in.ptr, NULL, 16), at = hs_slice_search(in, HS_S("\r\n")) + 2;
		if (len == 0)
			break;
		memcpy(&z.next_in, &(const char *) { in.ptr + at }, sizeof(z.next_in));
		z.avail_in = (uInt)len;
		result = inflate(&z, Z_SYNC_FLUSH);
		assert_int_equal(z.avail_in, 0); /* each piece can be read as soon as it is there */
		*clear += len;
		in = hs_slice_from(in, at + len + 2);
	}
	assert_int_equal(result, Z_STREAM_END);
	inflateEnd(&z);
	return room - z.avail_out;
}

static void a_stream_is_compressed_piece_by_piece(void **state)
{
	static char plain[sizeof(bytes)];
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	size_t clear = 0;

	(void)state;
	reset_body(100000);
	fx.handler = give_stream;
	hs_http_loopback_feed(lb, HS_S("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n"));
	while (!hs_slice_ends(hs_http_loopback_output(lb, NULL), HS_S("\r\n0\r\n\r\n")))
		hs_loop_turn(fx.loop, true);
	struct hs_slice out = hs_http_loopback_output(lb, NULL);
	size_t at = hs_slice_search(out, HS_S("\r\n\r\n")) + 4;
	struct hs_slice head = hs_slice_first(out, at);
	assert_true(hs_slice_search(head, HS_S("Content-Encoding: gzip\r\n")) != SIZE_MAX);
	assert_true(hs_slice_search(head, HS_S("Transfer-Encoding: chunked\r\n")) != SIZE_MAX);
	assert_true(hs_slice_search(head, HS_S("Vary: Accept-Encoding\r\n")) != SIZE_MAX);
	assert_int_equal(inflate_chunks(hs_slice_from(out, at), plain, sizeof(plain), &clear), body.len);
	assert_memory_equal(plain, bytes, body.len);
	assert_true(clear < body.len / 4);
	assert_int_equal(fx.released, 15);
	hs_http_loopback_close(lb);
	lb = hs_http_loopback_open(fx.server); /* not asked for: as it is */
	hs_http_loopback_feed(lb, HS_S("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
	while (!hs_slice_ends(hs_http_loopback_output(lb, NULL), HS_S("\r\n0\r\n\r\n")))
		hs_loop_turn(fx.loop, true);
	assert_true(hs_http_loopback_output(lb, NULL).len > body.len);
	hs_http_loopback_close(lb);
	fx.handler = give_body;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_client_must_accept_it),
		TEST(it_must_be_worth_it),
		TEST(a_strong_tag_is_weakened),
		TEST(large_replies_are_made_by_a_worker),
		TEST(busy_workers_cost_compression_only),
		TEST(a_stream_is_compressed_piece_by_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
