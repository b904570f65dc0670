/* SPDX-License-Identifier: Apache-2.0 */
/* The client against the server, plain and over TLS, both on one loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/http/client.h>
#include <core/http/tls.h>
#include <handslag/buf.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct hs_loop *loop;
static struct hs_http_server *server;
static struct hs_tls_config *tls;
static struct hs_http_client *client;
static struct hs_arena *arena;
static char base[64];
static bool drained;
static char folder[] = "/tmp/hs-client-XXXXXX";
static char certificate[64], key[64], other_certificate[64], other_key[64];

/* ---- the server ---- */

static struct hs_http_request *held;

static char long_body[100000];

static void proceed(struct hs_http_request *req, void *arg)
{
	unsigned *left = req->user;

	(void)arg;
	hs_http_send(req, (struct hs_http_body) { .bytes = HS_S("piece;") }, --*left == 0);
}

static void stop(struct hs_http_request *req, void *arg)
{
	(void)req;
	(void)arg;
}

/* Tells the client what arrived: method, target, headers, body. */
static void echo(struct hs_http_request *req)
{
	const struct hs_http_header headers[] = { { HS_S_INIT("X-Reply"), HS_S_INIT(" spaced value ") },
		{ HS_S_INIT("X-Empty"), HS_S_INIT("") } };
	struct hs_buf buf;

	hs_buf_init(&buf, req->arena, 1 << 20);
	hs_buf_printf(&buf, "%.*s %.*s\n", HS_S_ARG(req->method_name), HS_S_ARG(req->target));
	for (size_t i = 0; i < req->header_count; i++)
		hs_buf_printf(&buf, "%.*s=%.*s\n", HS_S_ARG(req->headers[i].name),
			HS_S_ARG(req->headers[i].value));
	hs_buf_printf(&buf, "name=%.*s\ntls=%d\nbody=", HS_S_ARG(req->client_name), req->tls);
	hs_buf_add(&buf, req->body);
	hs_http_reply(req,
		&(struct hs_http_reply) { .status = 203,
			.headers = headers,
			.header_count = 2,
			.content_type = HS_S("text/plain"),
			.body.bytes = hs_buf_slice(&buf) });
}

static void on_request(struct hs_http_request *req, void *arg)
{
	(void)arg;
	if (hs_slice_eq(req->path, HS_S("/hold"))) {
		held = req;
	} else if (hs_slice_eq(req->path, HS_S("/long"))) {
		hs_http_reply(req,
			&(struct hs_http_reply) { .status = 200,
				.compressible = true,
				.body.bytes = { long_body, sizeof(long_body) } });
	} else if (hs_slice_eq(req->path, HS_S("/stream"))) {
		unsigned *left = hs_arena_alloc(req->arena, sizeof(*left));

		*left = 3;
		req->user = left;
		hs_http_stream(req, &(struct hs_http_reply) { .status = 200 },
			&(struct hs_http_stream) { proceed, stop, NULL });
	} else if (hs_slice_eq(req->path, HS_S("/moved"))) {
		const struct hs_http_header location[] = { { HS_S_INIT("Location"),
			HS_S_INIT("/elsewhere") } };

		hs_http_reply(req,
			&(struct hs_http_reply) { .status = 302, .headers = location, .header_count = 1 });
	} else {
		echo(req);
	}
}

static void open_server(const struct hs_tls_options *options)
{
	struct hs_error err = { 0 };
	struct hs_http_server_config config = { .address = "127.0.0.1", .request = on_request };

	held = NULL;
	tls = NULL;
	if (options && hs_tls_config_new(options, &tls, &err) != HS_OK)
		fail_msg("%s", err.text);
	config.tls = tls;
	assert_int_equal(hs_loop_new(&loop, &err), HS_OK);
	assert_int_equal(hs_http_server_open(loop, &config, &server, &err), HS_OK);
	snprintf(base, sizeof(base), "%s://localhost:%u", options ? "https" : "http",
		hs_http_server_port(server));
	arena = hs_arena_new(16 << 20);
}

static void open_client(const struct hs_http_client_options *options)
{
	struct hs_http_client_options copy = { .proxy = "" };
	struct hs_error err = { 0 };

	if (options)
		copy = *options;
	copy.proxy = "";
	if (hs_http_client_new(loop, &copy, &client, &err) != HS_OK)
		fail_msg("%s", err.text);
}

static void on_drained(void *arg)
{
	(void)arg;
	drained = true;
}

static void close_all(void)
{
	hs_http_client_free(client);
	client = NULL;
	drained = false;
	hs_http_server_drain(server, 1000, on_drained, NULL);
	while (!drained)
		hs_loop_turn(loop, true);
	hs_http_server_free(server);
	hs_loop_free(loop);
	hs_tls_config_free(tls);
	hs_arena_free(arena);
}

static int set_up(void **state)
{
	(void)state;
	open_server(NULL);
	open_client(NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close_all();
	return 0;
}

/* ---- calling ---- */

static unsigned ended;

static void on_done(struct hs_http_call *call)
{
	(void)call;
	ended++;
}

static void too_long(void *arg)
{
	(void)arg;
	fail_msg("nothing happened for ten seconds");
}

static void wait_for(unsigned count)
{
	struct hs_timer *timer = hs_timer_start(loop, 10000, 0, too_long, NULL);

	while (ended < count)
		hs_loop_turn(loop, true);
	hs_timer_stop(timer);
}

static struct hs_http_call prepare(const char *method, const char *path)
{
	struct hs_http_call call = { .arena = arena, .method = hs_slice_cstr(method), .done = on_done };

	call.url = hs_arena_printf(arena, "%s%s", base, path);
	return call;
}

/* Sends and waits; false with call->error when there is no answer. */
static bool perform(struct hs_http_call *call)
{
	ended = 0;
	hs_http_client_send(client, call);
	assert_int_equal(ended, 0); /* never inside send */
	wait_for(1);
	assert_int_equal(ended, 1);
	return call->failed == HS_OK;
}

static bool body_has(const struct hs_http_call *call, const char *part)
{
	return hs_slice_search(call->reply_body, hs_slice_cstr(part)) != SIZE_MAX;
}

/* ---- plain ---- */

static void an_exchange_has_its_parts(void **state)
{
	const struct hs_http_header headers[] = {
		{ HS_S_INIT("Content-Type"), HS_S_INIT("application/fhir+json") },
		{ HS_S_INIT("X-Twice"), HS_S_INIT("1") },
		{ HS_S_INIT("X-Twice"), HS_S_INIT("2") },
		{ HS_S_INIT("Accept"), HS_S_INIT("") },
	};
	struct hs_http_call call = prepare("PATCH", "/a?b=c%20d|e");

	(void)state;
	call.headers = headers;
	call.header_count = 4;
	call.body = HS_S("{\"x\":\"\0\"}");
	assert_true(perform(&call));
	assert_int_equal(call.status, 203);
	assert_true(hs_slice_eq(hs_http_call_header(&call, HS_S("content-type")), HS_S("text/plain")));
	assert_true(hs_slice_eq(hs_http_call_header(&call, HS_S("X-Reply")), HS_S("spaced value")));
	assert_non_null(hs_http_call_header(&call, HS_S("X-Empty")).ptr);
	assert_true(body_has(&call, "PATCH /a?b=c%20d|e\n"));
	assert_true(body_has(&call, "Content-Type=application/fhir+json\n"));
	assert_true(body_has(&call, "X-Twice=1\nX-Twice=2\n"));
	assert_true(hs_slice_ends(call.reply_body, HS_S("body={\"x\":\"\0\"}")));
	assert_false(body_has(&call, "Accept="));
	assert_false(body_has(&call, "Expect="));
	/* as it left */
	assert_true(hs_slice_starts(call.sent_head, HS_S("PATCH /a?b=c%20d|e HTTP/1.1\r\nHost: localhost:")));
	assert_true(hs_slice_ends(call.sent_head, HS_S("\r\n\r\n")));
	assert_int_equal(call.tls_chain.len, 0);
	assert_true(call.micros > 0 && call.micros < 10000000);
}

static void every_method_is_sent(void **state)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH" };

	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct hs_http_call call = prepare(methods[i], "/m");

		assert_true(perform(&call));
		assert_true(hs_slice_starts(call.reply_body, hs_slice_cstr(methods[i])));
		assert_false(body_has(&call, "Content-Type="));
	}
	{
		struct hs_http_call call = prepare("HEAD", "/m");

		assert_true(perform(&call));
		assert_int_equal(call.status, 203);
		assert_int_equal(call.reply_body.len, 0);
		assert_true(hs_http_call_header(&call, HS_S("Content-Length")).len > 0);
	}
}

static void refusals_are_answers(void **state)
{
	struct hs_http_call call = prepare("GET", "/a/../b"); /* sent as it is */
	struct hs_http_call get = prepare("GET", "/x");

	(void)state;
	assert_true(perform(&call));
	assert_int_equal(call.status, 400);
	assert_true(hs_slice_eq(call.reason, HS_S("Bad Request")));
	assert_true(body_has(&call, "dot segments"));
	get.body = HS_S("GET with a body");
	assert_true(perform(&get));
	assert_int_equal(get.status, 400);
}

static void redirects_are_shown_not_followed(void **state)
{
	struct hs_http_call call = prepare("GET", "/moved");

	(void)state;
	assert_true(perform(&call));
	assert_int_equal(call.status, 302);
	assert_true(hs_slice_eq(hs_http_call_header(&call, HS_S("Location")), HS_S("/elsewhere")));
}

static void connections_are_used_again(void **state)
{
	struct hs_http_counters counters;

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct hs_http_call call = prepare("GET", "/again");

		assert_true(perform(&call));
	}
	hs_http_server_counters(server, &counters);
	assert_int_equal(counters.requests, 20);
	assert_int_equal(counters.accepted, 1);
}

static void calls_run_side_by_side_within_bounds(void **state)
{
	enum { CALLS = 30 };
	struct hs_http_call calls[CALLS];
	struct hs_http_counters counters;

	(void)state;
	ended = 0;
	for (int i = 0; i < CALLS; i++) {
		char path[16];

		snprintf(path, sizeof(path), "/n%d;", i);
		calls[i] = prepare("GET", path);
		hs_http_client_send(client, &calls[i]);
	}
	assert_int_equal(ended, 0);
	wait_for(CALLS);
	for (int i = 0; i < CALLS; i++) {
		char path[16];

		snprintf(path, sizeof(path), "/n%d;", i);
		assert_int_equal(calls[i].failed, HS_OK);
		assert_true(body_has(&calls[i], path));
	}
	hs_http_server_counters(server, &counters);
	assert_in_range(counters.accepted, 1, 8);
}

static void codings_are_taken_off(void **state)
{
	struct hs_http_call call = prepare("GET", "/long");
	struct hs_http_call stream = prepare("GET", "/stream");

	(void)state;
	for (size_t i = 0; i < sizeof(long_body); i++)
		long_body[i] = (char)('a' + i % 17);
	assert_true(perform(&call));
	assert_true(hs_slice_eq(hs_http_call_header(&call, HS_S("Content-Encoding")), HS_S("gzip")));
	assert_int_equal(call.reply_body.len, sizeof(long_body));
	assert_memory_equal(call.reply_body.ptr, long_body, sizeof(long_body));
	assert_true(perform(&stream));
	assert_true(hs_slice_eq(stream.reply_body, HS_S("piece;piece;piece;")));
}

static void a_large_body_is_sent(void **state)
{
	struct hs_http_call call = prepare("POST", "/large");

	(void)state;
	call.body = hs_slice(long_body, sizeof(long_body));
	assert_true(perform(&call));
	assert_int_equal(call.status, 203);
	assert_true(hs_slice_ends(call.reply_body, call.body));
}

static void a_bearer_token_goes_along(void **state)
{
	const struct hs_http_client_options options = { .bearer = "t0ken" };
	const struct hs_http_header own[] = { { HS_S_INIT("Authorization"), HS_S_INIT("Basic x") } };
	const struct hs_http_header none[] = { { HS_S_INIT("authorization"), HS_S_INIT("") } };
	struct hs_http_call call = prepare("GET", "/a");

	(void)state;
	hs_http_client_free(client);
	open_client(&options);
	assert_true(perform(&call));
	assert_true(body_has(&call, "Authorization=Bearer t0ken\n"));
	call = prepare("GET", "/b");
	call.headers = own;
	call.header_count = 1;
	assert_true(perform(&call));
	assert_true(body_has(&call, "Authorization=Basic x\n"));
	assert_false(body_has(&call, "t0ken"));
	call.headers = none;
	assert_true(perform(&call));
	assert_false(body_has(&call, "uthorization"));
}

/* ---- failures ---- */

static void a_failure_says_what_and_where(void **state)
{
	const struct hs_http_header split[] = { { HS_S_INIT("X"), HS_S_INIT("a\r\nHost: b") } };
	struct hs_http_call call = prepare("GET", "/a");

	(void)state;
	call.url = HS_S("http://127.0.0.1:1/secret-path?name=x");
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_NETWORK);
	assert_non_null(strstr(call.error.text, "http://127.0.0.1:1: "));
	assert_non_null(strstr(call.error.text, "onnect"));
	assert_null(strstr(call.error.text, "secret"));
	call.url = HS_S("http://no-such-host.invalid/");
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_NETWORK);
	call.url = HS_S("file:///etc/passwd");
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_VALUE);
	call.url = HS_S("not a url at all");
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_VALUE);
	call = prepare("GET", "/a");
	call.headers = split;
	call.header_count = 1;
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_VALUE);
	call = prepare("", "/a");
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_VALUE);
}

static void a_reply_is_bounded(void **state)
{
	const struct hs_http_client_options options = { .body_bytes = 50000 };
	struct hs_http_call call = prepare("GET", "/long");

	(void)state;
	hs_http_client_free(client);
	open_client(&options);
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_LIMIT);
	assert_non_null(strstr(call.error.text, "50000"));
	call = prepare("GET", "/short");
	assert_true(perform(&call));
	/* and so is the memory of the call */
	call = prepare("GET", "/short");
	call.arena = hs_arena_new(200);
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_LIMIT);
	hs_arena_free(call.arena);
}

static void time_runs_out(void **state)
{
	const struct hs_http_client_options options = { .total_ms = 50 };
	struct hs_http_call call = prepare("GET", "/hold");

	(void)state;
	hs_http_client_free(client);
	open_client(&options);
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_TIMEOUT);
	assert_true(call.micros >= 50000);
	assert_non_null(held);
	hs_http_reply(held, &(struct hs_http_reply) { .status = 200 });
}

static void a_call_can_be_cancelled(void **state)
{
	struct hs_http_call call = prepare("GET", "/hold");
	struct hs_http_call other = prepare("GET", "/hold");

	(void)state;
	ended = 0;
	hs_http_client_send(client, &call);
	while (!held)
		hs_loop_turn(loop, true);
	hs_http_client_cancel(&call);
	assert_int_equal(ended, 1);
	assert_int_equal(call.failed, HS_E_CANCELLED);
	hs_http_client_cancel(&call);
	assert_int_equal(ended, 1);
	hs_http_reply(held, &(struct hs_http_reply) { .status = 200 });
	/* freeing ends what is in progress, and what has not begun */
	held = NULL;
	hs_http_client_send(client, &other);
	while (!held)
		hs_loop_turn(loop, true);
	hs_http_client_send(client, &call);
	hs_http_client_free(client);
	client = NULL;
	assert_int_equal(ended, 3);
	assert_int_equal(other.failed, HS_E_CANCELLED);
	assert_int_equal(call.failed, HS_E_CANCELLED);
	hs_http_reply(held, &(struct hs_http_reply) { .status = 200 });
}

static void options_are_checked(void **state)
{
	const struct hs_http_client_options options = { .ca_file = "/no/such/file" };
	struct hs_http_client *none = NULL;
	struct hs_error err;

	(void)state;
	assert_int_equal(hs_http_client_new(loop, &options, &none, &err), HS_E_VALUE);
	assert_non_null(strstr(err.text, "/no/such/file"));
	assert_null(none);
}

/* ---- TLS ---- */

static void make_files(void)
{
	struct hs_error err;
	struct stat info;

	assert_non_null(mkdtemp(folder));
	snprintf(certificate, sizeof(certificate), "%s/a.pem", folder);
	snprintf(key, sizeof(key), "%s/a.key", folder);
	snprintf(other_certificate, sizeof(other_certificate), "%s/b.pem", folder);
	snprintf(other_key, sizeof(other_key), "%s/b.key", folder);
	assert_int_equal(hs_tls_make_self_signed(certificate, key, &err), HS_OK);
	assert_int_equal(hs_tls_make_self_signed(other_certificate, other_key, &err), HS_OK);
	assert_int_equal(stat(key, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static int remove_files(void **state)
{
	(void)state;
	unlink(certificate);
	unlink(key);
	unlink(other_certificate);
	unlink(other_key);
	rmdir(folder);
	return 0;
}

static int make_all_files(void **state)
{
	(void)state;
	make_files();
	return 0;
}

static void tls_needs_a_known_authority(void **state)
{
	const struct hs_tls_options options = { .certificate_file = certificate, .key_file = key };
	const struct hs_http_client_options right = { .ca_file = certificate };
	const struct hs_http_client_options wrong = { .ca_file = other_certificate };
	const struct hs_http_client_options blind = { .insecure = true };
	struct hs_http_counters counters;
	struct hs_http_call call;

	(void)state;
	open_server(&options);
	open_client(NULL);
	call = prepare("GET", "/t");
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_NETWORK);
	assert_non_null(strstr(call.error.text, "certificate"));
	hs_http_client_free(client);
	open_client(&wrong);
	assert_false(perform(&call));
	hs_http_client_free(client);
	open_client(&blind);
	assert_true(perform(&call));
	hs_http_client_free(client);
	open_client(&right);
	for (int i = 0; i < 5; i++) {
		call = prepare("POST", "/t");
		call.body = hs_slice(long_body, sizeof(long_body));
		assert_true(perform(&call));
		assert_true(hs_slice_ends(call.reply_body, call.body));
		assert_true(hs_slice_search(call.reply_body, HS_S("\ntls=1\n")) != SIZE_MAX);
		/* shown for each call, also on a connection that is used again */
		assert_true(hs_slice_eq(call.tls_chain, HS_S("CN=localhost <- CN=localhost\n")));
	}
	hs_http_server_counters(server, &counters);
	assert_int_equal(counters.tls_failed, 2);
	assert_int_equal(counters.requests, 6);
	close_all();
}

static void plain_http_to_a_tls_port_is_told_so(void **state)
{
	const struct hs_tls_options options = { .certificate_file = certificate, .key_file = key };
	struct hs_http_call call;

	(void)state;
	open_server(&options);
	open_client(NULL);
	call = prepare("GET", "/t");
	call.url = hs_arena_printf(arena, "http://127.0.0.1:%u/t", hs_http_server_port(server));
	assert_true(perform(&call));
	assert_int_equal(call.status, 400);
	assert_true(hs_slice_eq(call.reply_body,
		HS_S("this port speaks HTTPS: ask it with an https:// URL")));
	close_all();
}

static void client_certificates_are_verified(void **state)
{
	const struct hs_tls_options options = { .certificate_file = certificate,
		.key_file = key,
		.client_ca_file = other_certificate,
		.client_required = true };
	const struct hs_http_client_options none = { .ca_file = certificate };
	const struct hs_http_client_options right = {
		.ca_file = certificate, .certificate_file = other_certificate, .key_file = other_key
	};
	const struct hs_http_client_options wrong = {
		.ca_file = certificate, .certificate_file = certificate, .key_file = key
	};
	struct hs_http_call call;

	(void)state;
	open_server(&options);
	open_client(&right);
	call = prepare("GET", "/t");
	assert_true(perform(&call));
	assert_true(body_has(&call, "name=CN=localhost\n"));
	hs_http_client_free(client);
	open_client(&none);
	assert_false(perform(&call));
	hs_http_client_free(client);
	open_client(&wrong);
	assert_false(perform(&call));
	assert_int_equal(call.failed, HS_E_NETWORK);
	close_all();
}

/* Before the first request, with the name of the file. */
static void files_of_clients_are_checked(void **state)
{
	const struct {
		struct hs_http_client_options options;
		const char *named;
	} rows[] = {
		{ { .ca_file = key }, key },
		{ { .certificate_file = key, .key_file = key }, key },
		{ { .certificate_file = certificate, .key_file = other_key }, other_key },
		{ { .certificate_file = certificate }, certificate }, /* without its key */
		{ { .key_file = key }, key },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_http_client *none = NULL;
		struct hs_error err = { .status = HS_OK };
		assert_int_not_equal(hs_http_client_new(loop, &rows[i].options, &none, &err), HS_OK);
		assert_non_null(strstr(err.text, rows[i].named));
		assert_null(none);
	}
}

static void client_certificates_may_be_optional(void **state)
{
	const struct hs_tls_options options = {
		.certificate_file = certificate, .key_file = key, .client_ca_file = other_certificate
	};
	const struct hs_http_client_options none = { .ca_file = certificate };
	struct hs_http_call call;

	(void)state;
	open_server(&options);
	open_client(&none);
	call = prepare("GET", "/t");
	assert_true(perform(&call));
	assert_true(body_has(&call, "name=\n"));
	close_all();
}

static void tls_files_are_checked(void **state)
{
	struct hs_tls_options options = { .certificate_file = "/no/such/file", .key_file = key };
	struct hs_tls_config *none = NULL;
	struct hs_error err;

	(void)state;
	assert_int_equal(hs_tls_config_new(&options, &none, &err), HS_E_VALUE);
	assert_non_null(strstr(err.text, "/no/such/file"));
	options.certificate_file = certificate;
	options.key_file = other_key; /* of another certificate */
	assert_int_equal(hs_tls_config_new(&options, &none, &err), HS_E_VALUE);
	options.key_file = key;
	options.client_ca_file = key; /* no certificate in it */
	assert_int_equal(hs_tls_config_new(&options, &none, &err), HS_E_VALUE);
	assert_int_equal(hs_tls_make_self_signed("/no/such/folder/a", "/no/such/folder/b", &err) == HS_OK, 0);
	assert_null(none);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_exchange_has_its_parts),
		TEST(every_method_is_sent),
		TEST(refusals_are_answers),
		TEST(redirects_are_shown_not_followed),
		TEST(connections_are_used_again),
		TEST(calls_run_side_by_side_within_bounds),
		TEST(codings_are_taken_off),
		TEST(a_large_body_is_sent),
		TEST(a_bearer_token_goes_along),
		TEST(a_failure_says_what_and_where),
		TEST(a_reply_is_bounded),
		TEST(time_runs_out),
		TEST(a_call_can_be_cancelled),
		TEST(options_are_checked),
		cmocka_unit_test(tls_needs_a_known_authority),
		cmocka_unit_test(plain_http_to_a_tls_port_is_told_so),
		cmocka_unit_test(client_certificates_are_verified),
		cmocka_unit_test(files_of_clients_are_checked),
		cmocka_unit_test(client_certificates_may_be_optional),
		cmocka_unit_test(tls_files_are_checked),
	};

	return cmocka_run_group_tests(tests, make_all_files, remove_files);
}
