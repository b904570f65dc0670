/* SPDX-License-Identifier: Apache-2.0 */
/* Every arena allocation of a request is made to fail once: the client still gets an answer or a closed
 * connection, and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support.h"

#include <core/base/fault.h>

static void reply_with_headers(struct hs_http_request *req)
{
	const struct hs_http_header headers[] = { { HS_S_INIT("X-A"), HS_S_INIT("b") } };
	static const char text[2000];

	hs_http_reply(req,
		&(struct hs_http_reply) { .status = 200,
			.headers = headers,
			.header_count = 1,
			.compressible = true,
			.body.bytes = { text, sizeof(text) } });
}

/* `usual` begins the reply that comes when nothing fails. */
static void fail_each(const char *text, struct hs_slice usual)
{
	for (size_t nth = 1;; nth++) {
		struct hs_http_loopback *lb;
		struct hs_slice out;
		bool closed;
		size_t asked;

		open_fixture(NULL, NULL);
		fx.handler = reply_with_headers;
		lb = hs_http_loopback_open(fx.server);
		hs_arena_fail_at(nth, 0);
		hs_http_loopback_feed(lb, hs_slice_first(hs_slice_cstr(text), 20));
		hs_http_loopback_feed(lb, hs_slice_from(hs_slice_cstr(text), 20));
		asked = hs_arena_fail_count();
		hs_arena_fail_at(0, 0);
		out = hs_http_loopback_output(lb, &closed);
		assert_true(closed || hs_slice_starts(out, usual));
		assert_true(out.len == 0 || hs_slice_starts(out, usual) ||
			hs_slice_starts(out, HS_S("HTTP/1.1 503 ")) ||
			hs_slice_starts(out, HS_S("HTTP/1.1 413 ")));
		if (nth > asked)
			assert_true(hs_slice_starts(out, usual));
		hs_http_loopback_close(lb);
		close_fixture();
		if (nth > asked)
			return;
	}
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	fail_each("GET http://h?q HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n",
		HS_S("HTTP/1.1 200 "));
	fail_each("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", HS_S("HTTP/1.1 200 "));
	fail_each("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\n\r\n",
		HS_S("HTTP/1.1 200 "));
	fail_each("POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n"
		  "\x1f\x8b\x08\x01\x01\x01\x01\x01\x01\x03\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
		HS_S("HTTP/1.1 400 "));
	fail_each("GET  / HTTP/1.1\r\n\r\n                 ", HS_S("HTTP/1.1 400 "));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation_may_fail) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
