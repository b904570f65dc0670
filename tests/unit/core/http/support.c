/* SPDX-License-Identifier: Apache-2.0 */
/* A server with a loop and loopback connections, for the tests of this folder. */
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture fx;

static void on_request(struct hs_http_request *req, void *arg)
{
	(void)arg;
	fx.requests++;
	if (fx.handler)
		fx.handler(req);
	else
		hs_http_reply(req, &(struct hs_http_reply) { .status = 200, .body.bytes = req->body });
}

static void on_gone(struct hs_http_request *req, void *arg)
{
	(void)req;
	(void)arg;
	fx.gone++;
}

void open_fixture(const struct hs_http_limits *limits, struct hs_mailbox *workers)
{
	struct hs_error err;
	struct hs_http_server_config config = { .request = on_request, .gone = on_gone, .workers = workers };

	memset(&fx, 0, sizeof(fx));
	if (limits)
		config.limits = *limits;
	assert_int_equal(hs_loop_new(&fx.loop, &err), HS_OK);
	assert_int_equal(hs_http_server_open(fx.loop, &config, &fx.server, &err), HS_OK);
}

static void on_drained(void *arg)
{
	(void)arg;
	fx.drained = true;
}

void begin_drain(void)
{
	hs_http_server_drain(fx.server, 2000, on_drained, NULL);
}

void close_fixture(void)
{
	struct hs_http_counters counters;

	begin_drain(); /* a second time does nothing */
	while (!fx.drained)
		hs_loop_turn(fx.loop, true);
	hs_http_server_counters(fx.server, &counters);
	assert_int_equal(counters.connections, 0);
	assert_int_equal(counters.in_progress, 0);
	hs_http_server_free(fx.server);
	hs_loop_free(fx.loop);
}

void keep_request(struct hs_http_request *req)
{
	assert_true(fx.kept_count < 64);
	fx.kept[fx.kept_count++] = req;
}

void echo_target(struct hs_http_request *req)
{
	hs_http_reply(req, &(struct hs_http_reply) { .status = 200, .body.bytes = req->target });
}

static void count_release(void *owner)
{
	(void)owner;
	fx.released++;
}

void answer_counted(struct hs_http_request *req, struct hs_slice bytes)
{
	hs_http_reply(req, &(struct hs_http_reply) { .status = 200, .body = { bytes, count_release, NULL } });
}

void answer(struct hs_http_request *req, const char *text)
{
	answer_counted(req, hs_slice_cstr(text));
}

const char *output_of(struct hs_http_loopback *lb, bool *closed)
{
	static char text[1 << 17];
	struct hs_slice out = hs_http_loopback_output(lb, closed);

	assert_true(out.len < sizeof(text));
	if (out.len > 0)
		memcpy(text, out.ptr, out.len);
	text[out.len] = '\0';
	return text;
}

const char *exchange(const char *text)
{
	struct hs_http_loopback *lb = hs_http_loopback_open(fx.server);
	const char *out;

	hs_http_loopback_feed(lb, hs_slice_cstr(text));
	out = output_of(lb, NULL);
	hs_http_loopback_close(lb);
	return out;
}

unsigned count_text(const char *text, const char *part)
{
	unsigned count = 0;

	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}

bool has_text(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}
