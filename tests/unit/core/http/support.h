/* SPDX-License-Identifier: Apache-2.0 */
/* A server with a loop and loopback connections, for the tests of this folder. */
#pragma once

#include <core/http/server.h>
#include <handslag/buf.h>

struct fixture {
	struct hs_loop *loop;
	struct hs_http_server *server;
	void (*handler)(struct hs_http_request *req); /* NULL: echo */
	unsigned requests;
	unsigned gone;
	unsigned released;                /* bodies given back */
	struct hs_http_request *kept[64]; /* by keep_request */
	unsigned kept_count;
	bool drained;
};

extern struct fixture fx;

/* Opens fx with these limits (NULL: defaults) and workers (NULL: none); close_fixture checks that nothing is
 * left. */
void open_fixture(const struct hs_http_limits *limits, struct hs_mailbox *workers);
void begin_drain(void);
void close_fixture(void);

/* Handlers. */
void keep_request(struct hs_http_request *req); /* into fx.kept, to be answered by the test */
void echo_target(struct hs_http_request *req);

/* 200 with this text, or with its length of 'x'. The body counts in fx.released when it is given back. */
void answer(struct hs_http_request *req, const char *text);
void answer_counted(struct hs_http_request *req, struct hs_slice bytes);

/* Feeds the text to a fresh connection and gives what came back, copied until the next call. */
const char *exchange(const char *text);
const char *output_of(struct hs_http_loopback *lb, bool *closed);
bool has_text(const char *text, const char *part);
unsigned count_text(const char *text, const char *part);
