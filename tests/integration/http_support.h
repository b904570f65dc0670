/* SPDX-License-Identifier: Apache-2.0 */
/* A server on a thread of its own and plain sockets that talk to it, each wait with a deadline. */
#pragma once

#include <core/http/server.h>
#include <pthread.h>

struct live {
	struct hs_loop *loop;
	struct hs_http_server *server;
	pthread_t thread;
	uint16_t port;
	struct hs_task drain;
	uint32_t drain_ms;
	int drained; /* a pipe: a byte when drain is over */
	int drained_in;
};

/* Opens on 127.0.0.1 and any port, and runs. */
void live_start(struct live *live, const struct hs_http_server_config *config);
/* Begins to drain; live_join waits for the end and frees. */
void live_drain(struct live *live, uint32_t limit_ms);
void live_join(struct live *live);
void live_stop(struct live *live); /* both */

int dial(uint16_t port);
/* Fails the test when it takes longer than five seconds. */
void say(int fd, struct hs_slice bytes);
/* Reads until `part` was seen `count` times, or the peer has closed; the text is valid until the next call.
 * *closed tells which; NULL: must not be closed. */
const char *hear(int fd, const char *part, unsigned count, bool *closed);
/* Everything until the peer closes. */
const char *hear_all(int fd, size_t *len);
unsigned count_parts(const char *text, const char *part);
uint64_t now_ms(void);
