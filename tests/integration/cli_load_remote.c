/* SPDX-License-Identifier: Apache-2.0 */
/* handslag load --target towards peers that behave badly: each ends in time, with a sentence that says why.
 */
#include "workbench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_ONCE 16

/* What the peer does with a connection once it has read something from it. */
enum manner { SILENT, HALF_A_HEAD, HALF_A_BODY, CLOSES, CLOSES_IN_BODY, NO_FHIR, MOVED, OPEN_BUT_DEAD };

static struct {
	enum manner manner;
	int listener, wake[2];
	uint16_t port;
	pthread_t thread;
} peer;

static const char *answer_of(enum manner manner)
{
	switch (manner) {
	case HALF_A_HEAD:
		return "HTTP/1.1 200 OK\r\nContent-";
	case HALF_A_BODY:
	case CLOSES_IN_BODY:
		return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"resourceType\":";
	case NO_FHIR:
		return "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: "
		       "13\r\n\r\n<h1>404</h1>\n";
	case MOVED:
		return "HTTP/1.1 301 Moved\r\nLocation: https://fhir.example/r4\r\nContent-Length: 0\r\n\r\n";
	case SILENT:
	case CLOSES:
	case OPEN_BUT_DEAD:
		break;
	}
	return "";
}

/* True when the connection is to be closed. */
static bool behave(int fd)
{
	char bytes[4096];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	const char *answer = answer_of(peer.manner);

	if (n <= 0)
		return true;
	if (answer[0])
		send(fd, answer, strlen(answer), MSG_NOSIGNAL);
	return peer.manner == CLOSES || peer.manner == CLOSES_IN_BODY;
}

static void *be_a_peer(void *arg)
{
	struct pollfd fds[AT_ONCE + 2] = { { peer.wake[0], POLLIN, 0 }, { peer.listener, POLLIN, 0 } };
	nfds_t count = 2;

	(void)arg;
	while (poll(fds, count, -1) > 0 && !fds[0].revents) {
		for (nfds_t i = 2; i < count; i++)
			if (fds[i].fd >= 0 && fds[i].revents && behave(fds[i].fd)) {
				close(fds[i].fd);
				fds[i].fd = -1;
			}
		if (fds[1].revents && count < AT_ONCE + 2)
			fds[count++] = (struct pollfd) { accept(peer.listener, NULL, NULL), POLLIN, 0 };
		if (count == AT_ONCE + 2)
			fds[1].fd = -1;
	}
	for (nfds_t i = 2; i < count; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	return NULL;
}

static void start_peer(enum manner manner)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	peer.manner = manner;
	assert_int_equal(pipe(peer.wake), 0);
	peer.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer.listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(peer.listener, AT_ONCE), 0);
	assert_int_equal(getsockname(peer.listener, (struct sockaddr *)&at, &size), 0);
	peer.port = ntohs(at.sin_port);
	if (manner != OPEN_BUT_DEAD)
		assert_int_equal(pthread_create(&peer.thread, NULL, be_a_peer, NULL), 0);
}

static void stop_peer(void)
{
	if (peer.manner != OPEN_BUT_DEAD) {
		assert_int_equal(write(peer.wake[1], "x", 1), 1);
		pthread_join(peer.thread, NULL);
	}
	close(peer.listener);
	close(peer.wake[0]);
	close(peer.wake[1]);
}

static const char *base(void)
{
	return hs_arena_cstr(workbench_arena(),
		hs_arena_printf(workbench_arena(), "http://127.0.0.1:%u", (unsigned)peer.port));
}

static void every_bad_peer_ends_in_time(void **state)
{
	static const struct {
		enum manner manner;
		int exit;
		const char *say;
	} rows[] = {
		{ SILENT, 3, "imed out" },
		{ HALF_A_HEAD, 3, "imed out" },
		{ HALF_A_BODY, 3, "imed out" },
		{ OPEN_BUT_DEAD, 3, "imed out" },
		{ CLOSES, 3, "mpty reply" },
		{ CLOSES_IN_BODY, 3, "transfer closed" },
		{ NO_FHIR, 1, "HTTP 404 without an OperationOutcome: is http://127.0.0.1:" },
		{ MOVED, 1, "it is at https://fhir.example/r4 (HTTP 301): give --target" },
	};
	const char *file = workbench_file("few.ndjson",
		"{\"resourceType\":\"Patient\",\"id\":\"1\"}\n{\"resourceType\":\"Patient\"}\n"
		"{\"resourceType\":\"Patient\",\"id\":\"3\"}\n");
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start_peer(rows[i].manner);
		struct process_result r = WORKBENCH_RUN("load", "--target", base(), "--timeout", "1", file);
		if (r.exit != rows[i].exit)
			fail_msg("row %zu: exit %d: %.*s", i, r.exit, HS_S_ARG(r.err));
		assert_has(r.err, rows[i].say);
		stop_peer();
	}
}

/* What cannot even be sent is told like what was refused. */
static void nothing_is_sent_of_what_has_no_place(void **state)
{
	const char *file = workbench_file("odd.ndjson",
		"{\"resourceType\":\"Pat ient\",\"id\":\"1\"}\n{\"id\":\"2\"}\n"
		"{\"resourceType\":\"Patient\",\"id\":\"a b\"}\n");
	(void)state;
	start_peer(SILENT);
	struct process_result r = WORKBENCH_RUN("load", "--target", base(), "--timeout", "1", file);
	stop_peer();
	assert_int_equal(r.exit, 1);
	assert_has(r.err, "odd.ndjson:1: it has no resourceType");
	assert_has(r.err, "odd.ndjson:2: it has no resourceType");
	assert_has(r.err, "odd.ndjson:3: its id cannot stand in a URL");
	assert_has(r.out, "0 resources stored, 3 refused");
}

static void a_url_that_is_none_ends_too(void **state)
{
	const char *file = workbench_file("one.ndjson", "{\"resourceType\":\"Patient\",\"id\":\"1\"}\n");
	static const char *const bad[] = { "http://127.0.0.1:1", "http://[", "ftp://x", "http://no host/",
		"http://no-such-host.invalid/fhir" };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct process_result r = WORKBENCH_RUN("load", "--target", bad[i], file);
		if (r.exit != 3 && r.exit != 2)
			fail_msg("%s: exit %d: %.*s", bad[i], r.exit, HS_S_ARG(r.err));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bad_peer_ends_in_time),
		cmocka_unit_test(nothing_is_sent_of_what_has_no_place),
		cmocka_unit_test(a_url_that_is_none_ends_too),
	};
	return cmocka_run_group_tests(tests, workbench_start, workbench_stop);
}
