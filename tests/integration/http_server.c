/* SPDX-License-Identifier: Apache-2.0 */
/* The server over real sockets: keep-alive, pipelining, time limits, back-pressure, ceilings, drain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_support.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define G(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static struct live live;

/* ---- handlers ---- */

enum { PIECE = 64 * 1024, PIECES = 256 };

static char piece_bytes[PIECE];
static atomic_uint pieces_sent, streams_stopped, requests_gone;

static void proceed(struct hs_http_request *req, void *arg)
{
	unsigned *left = req->user;

	(void)arg;
	atomic_fetch_add(&pieces_sent, 1);
	hs_http_send(req, (struct hs_http_body) { .bytes = { piece_bytes, PIECE } }, --*left == 0);
}

static void stop(struct hs_http_request *req, void *arg)
{
	(void)req;
	(void)arg;
	atomic_fetch_add(&streams_stopped, 1);
}

struct later {
	struct hs_timer *timer;
	struct hs_http_request *req;
};

static void answer_later(void *arg)
{
	struct later *later = arg;

	hs_timer_stop(later->timer);
	hs_http_reply(later->req, &(struct hs_http_reply) { .status = 200, .body.bytes = HS_S("later") });
}

static void on_request(struct hs_http_request *req, void *arg)
{
	(void)arg;
	if (hs_slice_eq(req->path, HS_S("/stream"))) {
		unsigned *left = hs_arena_alloc(req->arena, sizeof(*left));

		*left = PIECES;
		req->user = left;
		hs_http_stream(req, &(struct hs_http_reply) { .status = 200 },
			&(struct hs_http_stream) { proceed, stop, NULL });
	} else if (hs_slice_eq(req->path, HS_S("/later"))) {
		struct later *later = hs_arena_alloc(req->arena, sizeof(*later));

		later->req = req;
		later->timer = hs_timer_start(req->loop, 30, 0, answer_later, later);
	} else {
		hs_http_reply(req, &(struct hs_http_reply) { .status = 200, .body.bytes = req->target });
	}
}

static void on_gone(struct hs_http_request *req, void *arg)
{
	(void)req;
	(void)arg;
	atomic_fetch_add(&requests_gone, 1);
}

static void on_refused(int status, const char *reason, struct hs_arena *arena, struct hs_http_reply *reply,
	void *arg)
{
	(void)arg;
	reply->content_type = HS_S("application/json");
	reply->body.bytes = hs_arena_printf(arena, "{\"status\":%d,\"reason\":\"%s\"}", status, reason);
}

static void start(const struct hs_http_limits *limits)
{
	struct hs_http_server_config config = {
		.request = on_request, .gone = on_gone, .refused = on_refused
	};

	if (limits)
		config.limits = *limits;
	atomic_store(&pieces_sent, 0);
	atomic_store(&streams_stopped, 0);
	atomic_store(&requests_gone, 0);
	live_start(&live, &config);
}

static int start_default(void **state)
{
	(void)state;
	start(NULL);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	live_stop(&live);
	return 0;
}

/* ---- connections that last ---- */

static void one_connection_serves_many_requests(void **state)
{
	int fd = dial(live.port);

	(void)state;
	for (int i = 0; i < 100; i++) {
		say(fd, HS_S(G("/a")));
		hear(fd, "\r\n\r\n/a", 1, NULL);
	}
	close(fd);
}

static void a_pipeline_is_answered_in_order(void **state)
{
	int fd = dial(live.port);
	const char *out;

	(void)state;
	say(fd,
		HS_S(G("/later") G("/2") G("/3") "POST /4 HTTP/1.1\r\nHost: h\r\nContent-Length: "
						 "3\r\n\r\nxyz" G("/5")));
	out = hear(fd, "\r\n\r\n/5", 1, NULL);
	assert_int_equal(count_parts(out, "HTTP/1.1 200 OK"), 5);
	assert_true(strstr(out, "\r\n\r\nlater") < strstr(out, "\r\n\r\n/2"));
	assert_true(strstr(out, "\r\n\r\n/2") < strstr(out, "\r\n\r\n/3"));
	assert_true(strstr(out, "\r\n\r\n/3") < strstr(out, "\r\n\r\n/4"));
	close(fd);
}

static void bytes_may_come_one_by_one(void **state)
{
	struct hs_slice text = HS_S("POST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
				    "chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
	int fd = dial(live.port);

	(void)state;
	for (size_t i = 0; i < text.len; i++)
		say(fd, hs_slice(text.ptr + i, 1));
	hear(fd, "\r\n\r\n/slow", 1, NULL);
	close(fd);
}

static void a_half_closed_client_still_gets_its_replies(void **state)
{
	int fd = dial(live.port);
	const char *out;
	size_t len;

	(void)state;
	say(fd, HS_S(G("/later") G("/2") "GET /half"));
	shutdown(fd, SHUT_WR);
	out = hear_all(fd, &len);
	assert_int_equal(count_parts(out, "HTTP/1.1 200 OK"), 2);
	assert_int_equal(count_parts(out, "HTTP/1.1 "), 2);
	close(fd);
}

static void a_client_that_resets_is_noticed(void **state)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	uint64_t deadline = now_ms() + 5000;
	int fd = dial(live.port);
	int other = dial(live.port);

	(void)state;
	say(fd, HS_S(G("/later")));
	/* When another that came after it is answered, it has been read. */
	say(other, HS_S(G("/tick")));
	hear(other, "/tick", 1, NULL);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
	while (atomic_load(&requests_gone) == 0 && now_ms() < deadline) {
		say(other, HS_S(G("/tick")));
		hear(other, "/tick", 1, NULL);
	}
	assert_int_equal(atomic_load(&requests_gone), 1);
	close(other);
}

static void refusals_reach_the_client(void **state)
{
	static char flood[300000];
	int fd = dial(live.port);
	bool closed;
	const char *out;
	size_t len;

	(void)state;
	memset(flood, 'x', sizeof(flood));
	/* The refusal must arrive although the client goes on sending. */
	say(fd, HS_S("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n"));
	say(fd, hs_slice(flood, sizeof(flood)));
	out = hear_all(fd, &len);
	assert_non_null(strstr(out, "HTTP/1.1 413 Content Too Large\r\n"));
	assert_non_null(strstr(out, "{\"status\":413,\"reason\":\"the body is too large\"}"));
	assert_non_null(strstr(out, "Connection: close\r\n"));
	close(fd);
	fd = dial(live.port);
	say(fd, HS_S("GET / HTTP/1.1\nHost: h\n\n"));
	out = hear(fd, "}", 1, &closed);
	assert_non_null(strstr(out, "HTTP/1.1 400 Bad Request\r\n"));
	close(fd);
}

/* ---- time ---- */

/* Says this, then nothing; gives the status line that came and how long it took. */
static const char *be_slow(struct hs_slice text, uint64_t *ms)
{
	uint64_t start = now_ms();
	int fd = dial(live.port);
	const char *out;
	size_t len;

	say(fd, text);
	out = hear_all(fd, &len);
	*ms = now_ms() - start;
	close(fd);
	return out;
}

static void slow_clients_run_out_of_time(void **state)
{
	struct hs_http_limits limits = {
		.header_ms = 50, .body_idle_ms = 50, .body_total_ms = 120, .keep_alive_ms = 80
	};
	const char *out;
	uint64_t ms;

	(void)state;
	start(&limits);
	out = be_slow(HS_S("GET / HTTP/1.1\r\nHost: "), &ms);
	assert_non_null(strstr(out, "HTTP/1.1 408 Request Timeout\r\n"));
	assert_non_null(strstr(out, "the head did not arrive in time"));
	assert_in_range(ms, 50, 2000);
	out = be_slow(HS_S("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nab"), &ms);
	assert_non_null(strstr(out, "HTTP/1.1 408 "));
	assert_non_null(strstr(out, "the body did not arrive in time"));
	assert_in_range(ms, 50, 2000);
	/* idle between requests, or before the first: closed without a word */
	out = be_slow(HS_S(G("/a")), &ms);
	assert_int_equal(count_parts(out, "HTTP/1.1 "), 1);
	assert_in_range(ms, 80, 2000);
	out = be_slow(HS_S_NONE, &ms);
	assert_string_equal(out, "");
	assert_in_range(ms, 80, 2000);
	live_stop(&live);
}

/* A request that waits behind a slow answer has arrived: its time limits are over. */
static void time_spent_waiting_is_not_the_clients(void **state)
{
	struct hs_http_limits limits = { .header_ms = 10, .body_idle_ms = 10, .body_total_ms = 10 };
	int fd;

	(void)state;
	start(&limits);
	fd = dial(live.port);
	say(fd, HS_S(G("/later") "PUT /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx" G("/3")));
	hear(fd, "\r\n\r\n/3", 1, NULL);
	close(fd);
	live_stop(&live);
}

/* A body that trickles is never idle for long, and still has an end. */
static void a_trickling_body_runs_out_of_time(void **state)
{
	struct hs_http_limits limits = { .body_idle_ms = 1000, .body_total_ms = 100 };
	uint64_t begin = now_ms();
	int fd;

	(void)state;
	start(&limits);
	fd = dial(live.port);
	say(fd, HS_S("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"));
	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };

		if (poll(&ready, 1, 10) == 1)
			break;
		say(fd, HS_S("x"));
		assert_true(now_ms() < begin + 5000);
	}
	hear(fd, "HTTP/1.1 408 ", 1, NULL);
	assert_true(now_ms() - begin >= 100);
	close(fd);
	live_stop(&live);
}

static void a_reader_that_stops_is_cut(void **state)
{
	struct hs_http_limits limits = { .write_idle_ms = 50 };
	uint64_t deadline = now_ms() + 5000;
	int fd, other;

	(void)state;
	start(&limits);
	fd = dial(live.port);
	other = dial(live.port);
	say(fd, HS_S(G("/stream")));
	while (atomic_load(&streams_stopped) == 0 && now_ms() < deadline) {
		say(other, HS_S(G("/tick")));
		hear(other, "/tick", 1, NULL);
	}
	assert_int_equal(atomic_load(&streams_stopped), 1);
	assert_true(atomic_load(&pieces_sent) < PIECES);
	close(fd);
	close(other);
	live_stop(&live);
}

/* ---- streams ---- */

static void a_stream_runs_no_faster_than_its_reader(void **state)
{
	int small = 32 * 1024;
	int fd = dial(live.port);
	unsigned before;
	size_t len;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	say(fd, HS_S("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
	/* Nobody reads: what was asked of the stream is what the sockets hold, far from all of it. */
	for (int i = 0; i < 200; i++) {
		int other = dial(live.port);

		say(other, HS_S(G("/tick")));
		hear(other, "/tick", 1, NULL);
		close(other);
	}
	before = atomic_load(&pieces_sent);
	assert_true(before < PIECES);
	hear_all(fd, &len);
	assert_int_equal(atomic_load(&pieces_sent), PIECES);
	assert_true(len > (size_t)PIECE * PIECES && len < (size_t)PIECE * PIECES + (size_t)PIECES * 16 + 300);
	close(fd);
}

/* ---- ceilings ---- */

static void connections_above_the_ceiling_are_turned_away(void **state)
{
	struct hs_http_limits limits = { .connections = 3 };
	int fds[4];

	(void)state;
	start(&limits);
	for (int i = 0; i < 3; i++) {
		fds[i] = dial(live.port);
		say(fds[i], HS_S(G("/a")));
		hear(fds[i], "\r\n\r\n/a", 1, NULL);
	}
	fds[3] = dial(live.port);
	hear(fds[3], "HTTP/1.1 503 ", 1, NULL);
	say(fds[0], HS_S(G("/b")));
	hear(fds[0], "\r\n\r\n/b", 1, NULL);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	live_stop(&live);
}

/* Without a free descriptor the server turns clients away, serves those it has, and recovers. Run in a child,
 * whose limit it is. */
static void lack_of_descriptors_in_a_child(void)
{
	struct rlimit limit = { 64, 64 };
	int fds[80];
	int count = 0;
	int spare = dup(STDERR_FILENO);
	bool turned_away = false;

	start(NULL);
	fds[count++] = dial(live.port);
	say(fds[0], HS_S(G("/a")));
	hear(fds[0], "\r\n\r\n/a", 1, NULL);
	setrlimit(RLIMIT_NOFILE, &limit);
	/* Each connection takes two descriptors of this process, ours and the server's. When both of a pair
	 * are gone, a spare is given up, so that the next one is ours and the server finds none. */
	while (count < 80 && !turned_away) {
		bool closed;
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		close(fd < 0 ? spare : fd);
		fds[count] = dial(live.port);
		say(fds[count], HS_S(G("/b")));
		turned_away = strstr(hear(fds[count], "HTTP/1.1 ", 1, &closed), " 503 ") || closed;
		count++;
	}
	assert_true(turned_away);
	say(fds[0], HS_S(G("/c")));
	hear(fds[0], "\r\n\r\n/c", 1, NULL);
	/* room again */
	for (int i = 1; i < count; i++)
		close(fds[i]);
	for (bool served = false; !served;) {
		bool closed;
		int fd = dial(live.port);

		say(fd, HS_S(G("/d")));
		served = strstr(hear(fd, "\r\n\r\n/d", 1, &closed), "\r\n\r\n/d") != NULL;
		close(fd);
	}
	live_stop(&live);
	close(fds[0]);
}

static void lack_of_descriptors_is_survived(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		const struct CMUnitTest inner[] = { { "child",
			(CMUnitTestFunction)lack_of_descriptors_in_a_child, NULL, NULL, NULL } };

		_exit(cmocka_run_group_tests_name("child", inner, NULL, NULL));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- drain ---- */

static void drain_lets_requests_end(void **state)
{
	int busy, idle, half;
	size_t len;
	const char *out;

	(void)state;
	start(NULL);
	busy = dial(live.port);
	idle = dial(live.port);
	half = dial(live.port);
	say(idle, HS_S(G("/a")));
	hear(idle, "\r\n\r\n/a", 1, NULL);
	say(half, HS_S(G("/a") "GET /b HTT"));
	hear(half, "\r\n\r\n/a", 1, NULL);
	say(busy, HS_S(G("/a") G("/later")));
	hear(busy, "\r\n\r\n/a", 1, NULL);
	live_drain(&live, 3000);
	hear_all(idle, &len);
	assert_int_equal(len, 0); /* closed at once */
	out = hear_all(busy, &len);
	assert_non_null(strstr(out, "\r\n\r\nlater"));
	assert_non_null(strstr(out, "Connection: close\r\n"));
	say(half, HS_S("P/1.1\r\nHost: h\r\n\r\n"));
	out = hear_all(half, &len);
	assert_non_null(strstr(out, "\r\n\r\n/b"));
	close(busy);
	close(idle);
	close(half);
	live_join(&live);
}

static void drain_cuts_what_does_not_end(void **state)
{
	uint64_t begin;
	int fd;

	(void)state;
	start(NULL);
	fd = dial(live.port);
	say(fd, HS_S(G("/stream")));
	hear(fd, "HTTP/1.1 200", 1, NULL);
	begin = now_ms();
	live_drain(&live, 60);
	live_join(&live);
	assert_in_range(now_ms() - begin, 60, 2000);
	assert_int_equal(atomic_load(&streams_stopped), 1);
	close(fd);
}

/* What was sent has reached the server's socket: the kernel may deliver it after send() has returned. */
static void wait_until_arrived(int fd)
{
	uint64_t deadline = now_ms() + 5000;
	int left = 1;

	while (left > 0 && now_ms() < deadline) {
		assert_int_equal(ioctl(fd, SIOCOUTQ, &left), 0);
		if (left > 0)
			sched_yield();
	}
	assert_int_equal(left, 0);
}

/* Under load, each request is answered whole or its connection ends between replies. */
static void drain_under_load_breaks_no_reply(void **state)
{
	enum { CLIENTS = 20 };
	int fds[CLIENTS];
	size_t len;

	(void)state;
	start(NULL);
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = dial(live.port);
		for (int n = 0; n < 10; n++)
			say(fds[i], HS_S(G("/load")));
	}
	for (int i = 0; i < CLIENTS; i++)
		wait_until_arrived(fds[i]);
	live_drain(&live, 3000);
	for (int i = 0; i < CLIENTS; i++) {
		const char *out = hear_all(fds[i], &len);

		assert_int_equal(count_parts(out, "HTTP/1.1 200 OK"), count_parts(out, "\r\n\r\n/load"));
		assert_int_equal(count_parts(out, "HTTP/1.1 200 OK"), 10); /* they had all arrived */
		close(fds[i]);
	}
	live_join(&live);
}

/* ---- opening ---- */

static void addresses_are_checked(void **state)
{
	struct hs_http_server_config config = { .request = on_request, .address = "localhost" };
	struct hs_http_server *server = NULL;
	struct hs_loop *loop;
	struct hs_error err = { 0 };

	(void)state;
	assert_int_equal(hs_loop_new(&loop, &err), HS_OK);
	assert_int_equal(hs_http_server_open(loop, &config, &server, &err), HS_E_VALUE);
	assert_non_null(strstr(err.text, "\"localhost\""));
	config.address = "127.0.0.1";
	config.port = live.port; /* taken */
	assert_int_equal(hs_http_server_open(loop, &config, &server, &err), HS_E_NETWORK);
	assert_non_null(strstr(err.text, "in use"));
	assert_null(server);
	hs_loop_free(loop);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start_default, finish)
	const struct CMUnitTest tests[] = {
		TEST(one_connection_serves_many_requests),
		TEST(a_pipeline_is_answered_in_order),
		TEST(bytes_may_come_one_by_one),
		TEST(a_half_closed_client_still_gets_its_replies),
		TEST(a_client_that_resets_is_noticed),
		TEST(refusals_reach_the_client),
		TEST(a_stream_runs_no_faster_than_its_reader),
		TEST(addresses_are_checked),
		cmocka_unit_test(slow_clients_run_out_of_time),
		cmocka_unit_test(time_spent_waiting_is_not_the_clients),
		cmocka_unit_test(a_trickling_body_runs_out_of_time),
		cmocka_unit_test(a_reader_that_stops_is_cut),
		cmocka_unit_test(connections_above_the_ceiling_are_turned_away),
		cmocka_unit_test(lack_of_descriptors_is_survived),
		cmocka_unit_test(drain_lets_requests_end),
		cmocka_unit_test(drain_cuts_what_does_not_end),
		cmocka_unit_test(drain_under_load_breaks_no_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
