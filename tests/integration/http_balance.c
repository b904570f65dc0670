/* SPDX-License-Identifier: Apache-2.0 */
/* Connections spread over loops: even shares whatever the kernel does, and a drain that loses none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_support.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define ASK "GET /loop HTTP/1.1\r\nHost: h\r\n\r\n"

enum { LOOPS = 3, CONNECTIONS = 30 };

static struct live lives[LOOPS];
static struct hs_http_balance *balance;
static char names[LOOPS][8] = { "loop 0", "loop 1", "loop 2" };

/* Says which loop it is. */
static void on_request(struct hs_http_request *req, void *arg)
{
	hs_http_reply(req, &(struct hs_http_reply) { .status = 200, .body.bytes = hs_slice_cstr(arg) });
}

static int start(void **state)
{
	(void)state;
	balance = hs_http_balance_new();
	for (int i = 0; i < LOOPS; i++) {
		struct hs_http_server_config config = { .request = on_request,
			.arg = names[i],
			.reuse_port = true,
			.balance = balance,
			.port = i ? lives[0].port : 0 };
		live_start(&lives[i], &config);
	}
	return 0;
}

static int finish(void **state)
{
	(void)state;
	for (int i = 0; i < LOOPS; i++)
		live_drain(&lives[i], 1000);
	for (int i = 0; i < LOOPS; i++)
		live_join(&lives[i]);
	hs_http_balance_free(balance);
	return 0;
}

static int loop_of(int fd)
{
	int loop = -1;
	const char *at, *out;

	say(fd, HS_S(ASK));
	out = hear(fd, "\r\n\r\nloop ", 1, NULL);
	at = strstr(out, "\r\n\r\nloop ");
	assert_int_equal(sscanf(at + 4, "loop %d", &loop), 1);
	return loop;
}

/* loops[i]: where connection i is. */
static void count_shares(const int fds[CONNECTIONS], int loops[CONNECTIONS], int shares[LOOPS])
{
	memset(shares, 0, LOOPS * sizeof(*shares));
	for (int i = 0; i < CONNECTIONS; i++) {
		loops[i] = loop_of(fds[i]);
		shares[loops[i]]++;
	}
}

static void shares_are_even(void **state)
{
	int fds[CONNECTIONS], loops[CONNECTIONS], shares[LOOPS];

	(void)state;
	for (int i = 0; i < CONNECTIONS; i++)
		fds[i] = dial(lives[0].port);
	count_shares(fds, loops, shares);
	for (int i = 0; i < LOOPS; i++)
		assert_int_equal(shares[i], CONNECTIONS / LOOPS);
	/* A connection stays where it is. */
	for (int i = 0; i < CONNECTIONS; i++)
		assert_int_equal(loop_of(fds[i]), loops[i]);
	for (int i = 0; i < CONNECTIONS; i++)
		close(fds[i]);
}

/* What one loop loses it gets again. */
static void gaps_are_filled(void **state)
{
	int fds[CONNECTIONS], loops[CONNECTIONS], shares[LOOPS], emptied = 0;

	(void)state;
	for (int i = 0; i < CONNECTIONS; i++)
		fds[i] = dial(lives[0].port);
	count_shares(fds, loops, shares); /* all have their place before the first goes */
	for (int i = 0; i < CONNECTIONS; i++) {
		if (loops[i] != 1)
			continue;
		/* Our end of sending, then the server's close: it has been counted by then. */
		size_t len;
		shutdown(fds[i], SHUT_WR);
		hear_all(fds[i], &len);
		close(fds[i]);
		fds[i] = -1;
		emptied++;
	}
	assert_int_equal(emptied, CONNECTIONS / LOOPS);
	/* The close is seen a moment before the count is taken back; connections that come later are not
	 * many. */
	for (int i = 0; i < CONNECTIONS; i++) {
		if (fds[i] < 0)
			fds[i] = dial(lives[0].port);
	}
	count_shares(fds, loops, shares);
	for (int i = 0; i < LOOPS; i++)
		assert_in_range(shares[i], CONNECTIONS / LOOPS - 1, CONNECTIONS / LOOPS + 1);
	for (int i = 0; i < CONNECTIONS; i++)
		close(fds[i]);
}

/* Connections that are on their way between loops while all drain are answered, not dropped. */
static void a_drain_answers_what_had_come(void **state)
{
	int fds[CONNECTIONS];
	size_t len;

	start(state);
	for (int i = 0; i < CONNECTIONS; i++) {
		fds[i] = dial(lives[0].port);
		say(fds[i], HS_S(ASK));
	}
	for (int i = 0; i < LOOPS; i++)
		live_drain(&lives[i], 3000);
	for (int i = 0; i < CONNECTIONS; i++) {
		assert_int_equal(count_parts(hear_all(fds[i], &len), "\r\n\r\nloop "), 1);
		close(fds[i]);
	}
	for (int i = 0; i < LOOPS; i++)
		live_join(&lives[i]);
	hs_http_balance_free(balance);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shares_are_even, start, finish),
		cmocka_unit_test_setup_teardown(gaps_are_filled, start, finish),
		cmocka_unit_test(a_drain_answers_what_had_come),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
