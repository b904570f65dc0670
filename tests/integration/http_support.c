/* SPDX-License-Identifier: Apache-2.0 */
/* A server on a thread of its own and plain sockets that talk to it, each wait with a deadline. */
#include "http_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/base/world.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, HEARD_MAX = 64 << 20 };

/* ---- the server ---- */

static void *run_loop(void *arg)
{
	struct live *live = arg;

	hs_loop_run(live->loop);
	return NULL;
}

void live_start(struct live *live, const struct hs_http_server_config *config)
{
	struct hs_http_server_config copy = *config;
	struct hs_error err = { 0 };
	int pipes[2];

	memset(live, 0, sizeof(*live));
	copy.address = "127.0.0.1";
	assert_int_equal(hs_loop_new(&live->loop, &err), HS_OK);
	if (hs_http_server_open(live->loop, &copy, &live->server, &err) != HS_OK)
		fail_msg("%s", err.text);
	live->port = hs_http_server_port(live->server);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	live->drained = pipes[0];
	live->drained_in = pipes[1];
	assert_int_equal(pthread_create(&live->thread, NULL, run_loop, live), 0);
}

static void on_drained(void *arg)
{
	struct live *live = arg;

	assert_int_equal(write(live->drained_in, "d", 1), 1);
	hs_loop_stop(live->loop);
}

static void run_drain(struct hs_task *task)
{
	struct live *live = (struct live *)(void *)((char *)task - offsetof(struct live, drain));

	hs_http_server_drain(live->server, live->drain_ms, on_drained, live);
}

void live_drain(struct live *live, uint32_t limit_ms)
{
	struct hs_mailbox *mailbox = hs_loop_mailbox(live->loop);

	live->drain_ms = limit_ms;
	live->drain.run = run_drain;
	assert_true(mailbox->post(mailbox, &live->drain));
}

void live_join(struct live *live)
{
	struct pollfd ready = { .fd = live->drained, .events = POLLIN };

	assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
	pthread_join(live->thread, NULL);
	hs_http_server_free(live->server);
	hs_loop_free(live->loop);
	close(live->drained);
	close(live->drained_in);
}

void live_stop(struct live *live)
{
	live_drain(live, 1000);
	live_join(live);
}

/* ---- the client ---- */

uint64_t now_ms(void)
{
	const struct hs_world *world = hs_world_real();

	return world->mono_ns(world->ctx) / 1000000;
}

int dial(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

void say(int fd, struct hs_slice bytes)
{
	while (bytes.len > 0) {
		struct pollfd ready = { .fd = fd, .events = POLLOUT };
		ssize_t n;

		assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
		n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		assert_true(n > 0 || errno == EAGAIN);
		bytes = hs_slice_from(bytes, n > 0 ? (size_t)n : 0);
	}
}

/* Adds what comes next to text; false at the end. */
static bool listen_on(int fd, char *text, size_t *len)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t n;

	assert_true(*len < HEARD_MAX);
	assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
	n = recv(fd, text + *len, HEARD_MAX - *len, 0);
	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	*len += (size_t)n;
	text[*len] = '\0';
	return true;
}

static char heard[HEARD_MAX + 1];

const char *hear(int fd, const char *part, unsigned count, bool *closed)
{
	size_t len = 0;
	bool open = true;

	heard[0] = '\0';
	while (open && count_parts(heard, part) < count)
		open = listen_on(fd, heard, &len);
	if (closed)
		*closed = !open;
	else if (!open)
		fail_msg("closed after: %s", heard);
	return heard;
}

const char *hear_all(int fd, size_t *len)
{
	*len = 0;
	heard[0] = '\0';
	while (listen_on(fd, heard, len))
		;
	return heard;
}

unsigned count_parts(const char *text, const char *part)
{
	unsigned count = 0;

	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}
