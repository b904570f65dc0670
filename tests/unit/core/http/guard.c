/* SPDX-License-Identifier: Apache-2.0 */
/* The guard's policy as a table: every rule with shapes that break it and shapes that just keep it, each cut
 * at every byte, and the whole server asked for its verdict too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/http/guard.h>
#include <core/http/server.h>
#include <handslag/buf.h>

#include <stdio.h>

#define HOST "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST
#define POST "POST / HTTP/1.1\r\n" HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

struct shape {
	const char *name;
	struct hs_slice bytes;
	int status; /* 0: accepted */
};

#define S(text) HS_S_INIT(text)

static const struct shape shapes[] = {
	/* what everybody sends */
	{ "plain", S(GET "\r\n"), 0 },
	{ "no blank after a colon", S("GET / HTTP/1.1\r\nHost:a\r\n\r\n"), 0 },
	{ "1.0 without Host", S("GET / HTTP/1.0\r\n\r\n"), 0 },
	{ "one empty line before it", S("\r\n" GET "\r\n"), 0 },
	{ "body by length", S(POST "Content-Length: 3\r\n\r\nabc"), 0 },
	{ "body in chunks", S(CHUNKED "3\r\nabc\r\n0\r\n\r\n"), 0 },
	{ "empty body in chunks", S(CHUNKED "0\r\n\r\n"), 0 },
	{ "pipe and braces in a query", S("GET /P?identifier=a|b{c}^`\" HTTP/1.1\r\n" HOST "\r\n"), 0 },
	{ "obs-text in a value", S(GET "X: \xc3\xa5\r\n\r\n"), 0 },

	/* lines end with CR LF and have no other CR or LF */
	{ "bare LF everywhere", S("GET / HTTP/1.1\nHost: a\n\n"), 400 },
	{ "bare LF after a header", S("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400 },
	{ "bare CR in a value (CVE-2023-30589)", S(GET "X: y\rContent-Length: 1\r\n\r\n"), 400 },
	{ "bare CR before the colon", S(GET "X\r: y\r\n\r\n"), 400 },
	{ "CR CR LF", S(GET "X: y\r\r\n\r\n"), 400 },
	{ "two empty lines before it", S("\r\n\r\n" GET "\r\n"), 400 },
	{ "chunk size ends with LF", S(CHUNKED "3\nabc\r\n0\r\n\r\n"), 400 },
	{ "chunk data end with LF", S(CHUNKED "3\r\nabc\n0\r\n\r\n"), 400 },
	{ "chunk size has a bare CR", S(CHUNKED "3\rX\nabc\r\n0\r\n\r\n"), 400 },
	{ "the end has a bare CR", S(CHUNKED "0\r\n\rX"), 400 },

	/* no folded lines */
	{ "folded with a blank (CVE-2024-27982)", S(GET " Content-Length: 1\r\n\r\n"), 400 },
	{ "folded with a tab", S(GET "X: y\r\n\tz\r\n\r\n"), 400 },
	{ "blank line that is not empty", S("GET / HTTP/1.1\r\n \r\n" HOST "\r\n"), 400 },

	/* the version is 1.0 or 1.1 */
	{ "0.9", S("GET /\r\n"), 400 },
	{ "0.9 spelled out", S("GET / HTTP/0.9\r\n\r\n"), 400 },
	{ "2.0", S("GET / HTTP/2.0\r\n" HOST "\r\n"), 400 },
	{ "preface of HTTP/2", S("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400 },
	{ "1.2", S("GET / HTTP/1.2\r\n" HOST "\r\n"), 400 },
	{ "lower case", S("GET / http/1.1\r\n" HOST "\r\n"), 400 },
	{ "another protocol", S("GET / RTSP/1.1\r\n" HOST "\r\n"), 400 },

	/* one blank between the parts of the request line */
	{ "two blanks before the target", S("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "two blanks before the version", S("GET /  HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "a tab", S("GET\t/ HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "a blank first", S(" GET / HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "a blank last", S("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400 },
	{ "no target", S("GET HTTP/1.1\r\n" HOST "\r\n"), 400 },

	/* methods */
	{ "not a token", S("G(T / HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "lower case method", S("get / HTTP/1.1\r\n" HOST "\r\n"), 501 },
	{ "unknown method", S("BREW / HTTP/1.1\r\n" HOST "\r\n"), 501 },
	{ "CONNECT", S("CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n"), 501 },

	/* one good Host on 1.1 */
	{ "no Host", S("GET / HTTP/1.1\r\n\r\n"), 400 },
	{ "no Host but others", S("GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"), 400 },
	{ "two Hosts", S(GET "Host: a\r\n\r\n"), 400 },
	{ "two different Hosts", S(GET "host: b\r\n\r\n"), 400 },
	{ "empty Host", S("GET / HTTP/1.1\r\nHost: \r\n\r\n"), 400 },
	{ "user info in Host", S("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400 },
	{ "slash in Host", S("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400 },
	{ "list in Host", S("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400 },
	{ "blank in Host", S("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400 },
	{ "port out of range", S("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"), 400 },
	{ "port not a number", S("GET / HTTP/1.1\r\nHost: a:x\r\n\r\n"), 400 },
	{ "open bracket", S("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), 400 },
	{ "IPv6 with port", S("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 0 },
	{ "name with port", S("GET / HTTP/1.1\r\nHost: a.se:8080\r\n\r\n"), 0 },

	/* the length of the body is told once, in one way */
	{ "length and coding", S(POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "coding and length", S(POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"), 400 },
	{ "length zero and coding", S(POST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "length twice", S(POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), 400 },
	{ "two lengths", S(POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"), 400 },
	{ "listed length", S(POST "Content-Length: 3, 3\r\n\r\nabc"), 400 },
	{ "signed length", S(POST "Content-Length: +3\r\n\r\nabc"), 400 },
	{ "negative length", S(POST "Content-Length: -3\r\n\r\nabc"), 400 },
	{ "hexadecimal length", S(POST "Content-Length: 0x3\r\n\r\nabc"), 400 },
	{ "empty length", S(POST "Content-Length: \r\n\r\n"), 400 },
	{ "length beyond 64 bits", S(POST "Content-Length: 18446744073709551617\r\n\r\n"), 400 },
	{ "coding twice", S(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "two codings", S(POST "Transfer-Encoding: gzip, chunked\r\n\r\n"), 400 },
	{ "unknown coding", S(POST "Transfer-Encoding: xchunked\r\n\r\n"), 400 },
	{ "identity", S(POST "Transfer-Encoding: identity\r\n\r\n"), 400 },
	{ "vertical tab before chunked",
		S(POST "Transfer-Encoding: \x0b"
		       "chunked\r\n\r\n"),
		400 },
	{ "chunked on 1.0", S("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400 },
	{ "blank before the colon", S(POST "Content-Length : 3\r\n\r\nabc"), 400 },
	{ "coding with a blank before the colon", S(POST "Transfer-Encoding : chunked\r\n\r\n"), 400 },

	/* header names are tokens, values have no controls */
	{ "no colon", S(GET "X\r\n\r\n"), 400 },
	{ "no name", S(GET ": y\r\n\r\n"), 400 },
	{ "brackets in a name", S(GET "X[1]: y\r\n\r\n"), 400 },
	{ "obs-text in a name", S(GET "\xc3\xa5: y\r\n\r\n"), 400 },
	{ "NUL in a name", S(GET "X\0Y: y\r\n\r\n"), 400 },
	{ "NUL in a value", S(GET "X: a\0b\r\n\r\n"), 400 },
	{ "DEL in a value", S(GET "X: a\x7f\r\n\r\n"), 400 },
	{ "escape in a value", S(GET "X: \x1b[0m\r\n\r\n"), 400 },
	{ "tab in a value", S(GET "X: a\tb\r\n\r\n"), 0 },
	{ "empty value", S(GET "X:\r\n\r\n"), 0 },

	/* expectations */
	{ "100-continue", S(POST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx"), 0 },
	{ "another expectation", S(GET "Expect: 200-ok\r\n\r\n"), 417 },
	{ "empty expectation", S(GET "Expect:\r\n\r\n"), 417 },

	/* offers to change the protocol are ignored */
	{ "h2c", S(GET "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n\r\n"),
		0 },
	{ "websocket", S(GET "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"), 0 },

	/* targets */
	{ "absolute, same host", S("GET http://a/x HTTP/1.1\r\n" HOST "\r\n"), 0 },
	{ "absolute, upper case", S("GET HTTPS://A HTTP/1.1\r\n" HOST "\r\n"), 0 },
	{ "absolute, other host", S("GET http://b/x HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "absolute, other port", S("GET http://a:81/x HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "absolute, user info", S("GET http://u@a/x HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "absolute, no host", S("GET http:///x HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "another scheme", S("GET file:///x HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "no slash", S("GET x HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "star for OPTIONS", S("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), 0 },
	{ "star for GET", S("GET * HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "fragment", S("GET /a#b HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "raw UTF-8", S("GET /\xc3\xa5 HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "control in a target", S("GET /a\x01 HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "NUL in a target", S("GET /a\0b HTTP/1.1\r\n" HOST "\r\n"), 400 },

	/* paths mean one thing only */
	{ "encoded slash", S("GET /a%2Fb HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "encoded slash, lower case", S("GET /a%2fb HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "encoded backslash", S("GET /a%5cb HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "backslash", S("GET /a\\b HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "encoded NUL", S("GET /a%00 HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "encoded line end", S("GET /a%0d%0ab HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "half an escape", S("GET /a%2 HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "no escape", S("GET /a%zz HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "dot dot", S("GET /a/../b HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "dot at the end", S("GET /a/. HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "encoded dot dot", S("GET /a/%2e%2E/b HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "half encoded dot dot", S("GET /.%2e/b HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "dot dot in an absolute target", S("GET http://a/../b HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "dots in a name", S("GET /a..b/...c/.d HTTP/1.1\r\n" HOST "\r\n"), 0 },
	{ "dot segments in a query", S("GET /a?x=/../%2F%00 HTTP/1.1\r\n" HOST "\r\n"), 0 },

	/* methods without a body */
	{ "GET with a body", S(GET "Content-Length: 1\r\n\r\nx"), 400 },
	{ "HEAD with a body", S("HEAD / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		400 },
	{ "DELETE with a body", S("DELETE / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx"), 400 },
	{ "GET with length zero", S(GET "Content-Length: 0\r\n\r\n"), 0 },

	/* chunks */
	{ "leading zeros", S(CHUNKED "003\r\nabc\r\n00\r\n\r\n"), 0 },
	{ "extension", S(CHUNKED "3;a=b\r\nabc\r\n0;c\r\n\r\n"), 0 },
	{ "no size", S(CHUNKED "\r\nabc\r\n0\r\n\r\n"), 400 },
	{ "hexadecimal mark", S(CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"), 400 },
	{ "signed size", S(CHUNKED "-3\r\nabc\r\n0\r\n\r\n"), 400 },
	{ "blank after the size", S(CHUNKED "3 \r\nabc\r\n0\r\n\r\n"), 400 },
	{ "size of 17 digits", S(CHUNKED "00000000000000003\r\nabc\r\n0\r\n\r\n"), 400 },
	{ "data too long", S(CHUNKED "3\r\nabcd\r\n0\r\n\r\n"), 400 },
	{ "control in an extension", S(CHUNKED "3;a=\x01\r\nabc\r\n0\r\n\r\n"), 400 },
	{ "huge chunk", S(CHUNKED "7fffffff\r\n"), 413 },
	{ "chunks that add up", S(CHUNKED "8\r\nabcdefgh\r\n200000\r\n"), 413 },

	/* trailers */
	{ "trailer", S(CHUNKED "3\r\nabc\r\n0\r\nX-Checksum: 1\r\n\r\n"), 0 },
	{ "length in a trailer", S(CHUNKED "0\r\nContent-Length: 5\r\n\r\n"), 400 },
	{ "coding in a trailer", S(CHUNKED "0\r\ntransfer-encoding: x\r\n\r\n"), 400 },
	{ "host in a trailer", S(CHUNKED "0\r\nX: 1\r\nHOST: b\r\n\r\n"), 400 },
	{ "credentials in a trailer", S(CHUNKED "0\r\nAuthorization: Bearer x\r\n\r\n"), 400 },
	{ "folded trailer", S(CHUNKED "0\r\nX: 1\r\n y\r\n\r\n"), 400 },
	{ "trailer without a colon", S(CHUNKED "0\r\nX\r\n\r\n"), 400 },
	{ "control in a trailer", S(CHUNKED "0\r\nX: \x01\r\n\r\n"), 400 },
};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]), BODY_MAX = 2 << 20 };

/* ---- the whole server ---- */

static struct hs_loop *loop;
static struct hs_http_server *server;
static unsigned handled;

static void on_request(struct hs_http_request *req, void *arg)
{
	struct hs_http_reply reply = { .status = 200, .body.bytes = req->body };

	(void)arg;
	handled++;
	hs_http_reply(req, &reply);
}

static void on_drained(void *arg)
{
	bool *drained = arg;

	*drained = true;
}

static int set_up(void **state)
{
	struct hs_error err;
	struct hs_http_server_config config = { .request = on_request, .limits.body_bytes = BODY_MAX };

	(void)state;
	assert_int_equal(hs_loop_new(&loop, &err), HS_OK);
	assert_int_equal(hs_http_server_open(loop, &config, &server, &err), HS_OK);
	return 0;
}

static int tear_down(void **state)
{
	bool drained = false;

	(void)state;
	hs_http_server_drain(server, 1000, on_drained, &drained);
	while (!drained)
		hs_loop_turn(loop, true);
	hs_http_server_free(server);
	hs_loop_free(loop);
	return 0;
}

/* The status that the server gives when the bytes come in pieces; 0 when nothing came. */
static int verdict(struct hs_slice bytes, size_t first, size_t piece, bool *closed)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(server);
	struct hs_slice out;
	uint64_t status = 0;

	hs_http_loopback_feed(lb, hs_slice_first(bytes, first));
	for (size_t at = first; at < bytes.len; at += piece)
		hs_http_loopback_feed(lb, hs_slice_first(hs_slice_from(bytes, at), piece));
	out = hs_http_loopback_output(lb, closed);
	if (hs_slice_starts(out, HS_S("HTTP/1.1 100 Continue\r\n\r\n")))
		out = hs_slice_from(out, 25);
	if (hs_slice_starts(out, HS_S("HTTP/1.1 ")))
		hs_slice_u64(hs_slice(out.ptr + 9, 3), &status);
	hs_http_loopback_close(lb);
	return (int)status;
}

static void check(const struct shape *shape, size_t first, size_t piece)
{
	bool closed = false;
	int want = shape->status ? shape->status : 200;
	int status;

	handled = 0;
	status = verdict(shape->bytes, first, piece, &closed);
	if (status != want ||
		closed !=
			(shape->status != 0 || hs_slice_search(shape->bytes, HS_S("HTTP/1.0")) != SIZE_MAX) ||
		handled != (shape->status ? 0 : 1))
		fail_msg("\"%s\" cut at %zu in pieces of %zu: status %d, want %d; closed %d; handled %u",
			shape->name, first, piece, status, want, closed, handled);
}

static void each_shape_gets_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++)
		check(&shapes[i], shapes[i].bytes.len, 1);
}

static void no_cut_changes_a_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		for (size_t cut = 1; cut < shapes[i].bytes.len; cut++)
			check(&shapes[i], cut, shapes[i].bytes.len);
		check(&shapes[i], 1, 1);
		check(&shapes[i], 3, 7);
	}
}

/* The status of the last reply that is there; 0: there is none. */
static int last_status(struct hs_slice out)
{
	uint64_t status = 0;

	for (size_t at = hs_slice_search(out, HS_S("HTTP/1.1 ")); at != SIZE_MAX;
		at = hs_slice_search(out, HS_S("HTTP/1.1 "))) {
		hs_slice_u64(hs_slice(out.ptr + at + 9, 3), &status);
		out = hs_slice_from(out, at + 9);
	}
	return (int)status;
}

/* A connection that had these header lines before, as often as it takes to know them, gives the verdict of
 * one that never had any. */
static void check_behind(const struct shape *shape, struct hs_slice before)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(server);
	int want = shape->status ? shape->status : 200;

	handled = 0;
	for (int i = 0; i < 3; i++)
		hs_http_loopback_feed(lb, before);
	assert_int_equal(handled, 3);
	hs_http_loopback_feed(lb, shape->bytes);
	int status = last_status(hs_http_loopback_output(lb, NULL));
	if (status != want || handled != (shape->status ? 3 : 4))
		fail_msg("\"%s\" behind \"%.*s\": status %d, want %d; handled %u", shape->name,
			HS_S_ARG(before), status, want, handled);
	hs_http_loopback_close(lb);
}

static void known_lines_change_no_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		bool ends = hs_slice_search(shapes[i].bytes, HS_S("HTTP/1.0")) != SIZE_MAX;
		check_behind(&shapes[i], HS_S(GET "\r\n"));
		if (!shapes[i].status && !ends)
			check_behind(&shapes[i], shapes[i].bytes);
	}
}

/* ---- the guard alone: it must not lean on llhttp ---- */

/* What the guard says of a message when nobody stands behind it: 0 when it lets it pass. */
static int guard_verdict(struct hs_slice bytes, const char **reason)
{
	const struct hs__guard_limits limits = { 16384, 100, BODY_MAX };
	struct hs__guard guard;
	enum hs__guard_step step;
	size_t used;

	hs__guard_init(&guard, &limits);
	step = hs__guard_head(&guard, bytes);
	if (step == HS__GUARD_DONE && guard.body == HS__BODY_CHUNKED)
		step = hs__guard_chunked(&guard, hs_slice_from(bytes, guard.at), &used);
	*reason = guard.reason;
	return step == HS__GUARD_REFUSED ? guard.status : 0;
}

static void the_guard_needs_no_help(void **state)
{
	const char *reason;

	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		int status = guard_verdict(shapes[i].bytes, &reason);
		bool unknown_method = shapes[i].status == 501 && strstr(shapes[i].name, "CONNECT") == NULL;

		/* Which methods exist is for llhttp to say. */
		if (status != (unknown_method ? 0 : shapes[i].status))
			fail_msg("\"%s\": the guard alone says %d", shapes[i].name, status);
		if (status != 0 && !reason)
			fail_msg("\"%s\": no reason", shapes[i].name);
	}
}

/* Long targets are looked at by 16: no byte is overlooked or refused by its place. */
static void bytes_are_told_in_every_place(void **state)
{
	char text[40];

	(void)state;
	for (size_t at = 0; at < sizeof(text); at++)
		for (unsigned byte = 0; byte < 256; byte++) {
			memset(text, 'a', sizeof(text));
			text[at] = (char)byte;
			bool wanted = hs__byte_class[byte] & HS__BYTE_TARGET;
			if (hs__bytes_are(hs_slice(text, sizeof(text)), HS__BYTE_TARGET) != wanted)
				fail_msg("byte %u at %zu", byte, at);
		}
}

static void reasons_name_the_rule(void **state)
{
	static const struct {
		struct hs_slice bytes;
		const char *part;
	} cases[] = {
		{ S(GET " x\r\n\r\n"), "line folding" },
		{ S("GET / HTTP/1.1\nHost: a\n\n"), "CR LF" },
		{ S("GET /\r\n"), "method, target and version" },
		{ S("GET / HTTP/2.0\r\n\r\n"), "HTTP/1.1" },
		{ S("GET / HTTP/1.1\r\n\r\n"), "Host" },
		{ S(GET "Host: a\r\n\r\n"), "one Host" },
		{ S(POST "Content-Length: 3, 3\r\n\r\n"), "one number" },
		{ S(POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n"), "one Content-Length" },
		{ S(POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), "exclude each other" },
		{ S("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "HTTP/1.0 has no" },
		{ S("GET /a%2fb HTTP/1.1\r\n\r\n"), "encoded slash" },
		{ S("GET /../b HTTP/1.1\r\n\r\n"), "dot segments" },
		{ S(CHUNKED "0\r\nHost: a\r\n\r\n"), "not allowed in a trailer" },
	};
	const char *reason;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(guard_verdict(cases[i].bytes, &reason), 400);
		if (!strstr(reason, cases[i].part))
			fail_msg("%zu: \"%s\" does not say \"%s\"", i, reason, cases[i].part);
	}
}

/* ---- limits, at the edge ---- */

static struct hs_slice long_target(char *room, size_t target)
{
	memcpy(room, "GET ", 4);
	memset(room + 4, '/', target);
	memcpy(room + 4 + target, " HTTP/1.1\r\nHost: a\r\n\r\n", 22);
	return hs_slice(room, target + 26);
}

static void limits_hold_at_the_edge(void **state)
{
	static char room[40000];
	struct shape shape = { "target", HS_S_NONE, 0 };

	(void)state;
	/* 16 KiB of head: "GET ", the target, 22 bytes more. */
	shape.bytes = long_target(room, 16384 - 26);
	check(&shape, shape.bytes.len, 1);
	check(&shape, 9000, 5000);
	shape.bytes = long_target(room, 16384 - 25);
	shape.status = 431;
	check(&shape, shape.bytes.len, 1);
	check(&shape, 16383, 1);
	shape.bytes = long_target(room, 16384 + 100);
	shape.status = 414;
	check(&shape, shape.bytes.len, 1);
	check(&shape, 100, 1000);
}

static void headers_are_counted(void **state)
{
	struct hs_buf buf;

	(void)state;
	for (int extra = 98; extra <= 101; extra++) {
		struct shape shape = { "headers", HS_S_NONE, extra < 100 ? 0 : 431 };

		hs_buf_init(&buf, NULL, 8000);
		hs_buf_cstr(&buf, GET);
		for (int i = 0; i < extra; i++)
			hs_buf_printf(&buf, "X-%d: y\r\n", i);
		hs_buf_cstr(&buf, "\r\n");
		shape.bytes = hs_buf_slice(&buf);
		check(&shape, shape.bytes.len, 1);
		check(&shape, 500, 33);
		hs_buf_free(&buf);
	}
}

static void chunk_extensions_are_bounded(void **state)
{
	struct hs_buf buf;

	(void)state;
	for (int len = 254; len <= 256; len++) {
		struct shape shape = { "extension", HS_S_NONE, len < 256 ? 0 : 400 };

		hs_buf_init(&buf, NULL, 2000);
		hs_buf_cstr(&buf, CHUNKED "1;");
		for (int i = 0; i < len; i++)
			hs_buf_byte(&buf, 'e');
		hs_buf_cstr(&buf, "\r\nx\r\n0\r\n\r\n");
		shape.bytes = hs_buf_slice(&buf);
		check(&shape, shape.bytes.len, 1);
		check(&shape, 100, 13);
		hs_buf_free(&buf);
	}
}

static void trailers_are_bounded(void **state)
{
	struct hs_buf buf;
	struct shape many = { "many trailers", HS_S_NONE, 431 };

	(void)state;
	hs_buf_init(&buf, NULL, 20000);
	hs_buf_cstr(&buf, CHUNKED "0\r\n");
	for (int i = 0; i < 33; i++)
		hs_buf_printf(&buf, "X-%d: y\r\n", i);
	hs_buf_cstr(&buf, "\r\n");
	many.bytes = hs_buf_slice(&buf);
	check(&many, many.bytes.len, 1);
	hs_buf_clear(&buf);
	hs_buf_cstr(&buf, CHUNKED "0\r\nX: ");
	for (int i = 0; i < 4096; i++)
		hs_buf_byte(&buf, 'y');
	hs_buf_cstr(&buf, "\r\n\r\n");
	many.bytes = hs_buf_slice(&buf);
	check(&many, many.bytes.len, 1);
	check(&many, 2000, 700);
	hs_buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_shape_gets_its_verdict),
		cmocka_unit_test(no_cut_changes_a_verdict),
		cmocka_unit_test(known_lines_change_no_verdict),
		cmocka_unit_test(the_guard_needs_no_help),
		cmocka_unit_test(bytes_are_told_in_every_place),
		cmocka_unit_test(reasons_name_the_rule),
		cmocka_unit_test(limits_hold_at_the_edge),
		cmocka_unit_test(headers_are_counted),
		cmocka_unit_test(chunk_extensions_are_bounded),
		cmocka_unit_test(trailers_are_bounded),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
