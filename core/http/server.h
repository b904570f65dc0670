/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP/1.1 server (RFC 9110, RFC 9112), plain and over TLS 1.2 and 1.3.
 *
 * Terms: a *listener* is one socket on one loop (SO_REUSEPORT: each loop has its own); a *connection*
 * belongs to the loop that accepted it; a *request* has an arena of its own and is answered exactly once,
 * in the order of arrival when they are pipelined. Bytes pass the guard (guard.h), then llhttp in strict
 * mode, then this API. Nothing here knows FHIR.
 * Threads: everything runs on the connection's loop. */
#pragma once

#include <core/http/loop.h>
#include <core/http/method.h>
#include <handslag/arena.h>

struct hs_http_header {
	struct hs_slice name;  /* as sent; compare with hs_slice_ieq */
	struct hs_slice value; /* trimmed */
};

struct hs_http_request {
	enum hs_http_method method;
	struct hs_slice method_name;
	struct hs_slice target; /* as sent, origin form (an absolute form is reduced to it) */
	struct hs_slice path;   /* before '?', still percent-encoded */
	struct hs_slice query;  /* after '?', without it */
	const struct hs_http_header *headers;
	size_t header_count;
	struct hs_slice body;   /* whole; decoded when it came with Content-Encoding: gzip */
	struct hs_arena *arena; /* lives until the reply was written or the connection is gone */
	struct hs_loop *loop;
	struct hs_slice peer;        /* address of the other side, without port */
	struct hs_slice client_name; /* subject of the verified client certificate, or empty */
	bool tls;
	uint64_t started_ns; /* monotonic: first byte of the head */
	void *user;          /* for the handler */
};

/* Header value by name, empty when absent; with several the first. */
struct hs_slice hs_http_get_header(const struct hs_http_request *req, struct hs_slice name);

/* The body of a reply: bytes that stay valid until release(owner), which is called once when they have
 * been written or the connection is gone. release may be NULL (bytes of the request arena, static bytes). */
struct hs_http_body {
	struct hs_slice bytes;
	void (*release)(void *owner);
	void *owner;
};

struct hs_http_reply {
	int status;
	const struct hs_http_header *headers; /* Date, Content-Length, Connection are added here */
	size_t header_count;
	struct hs_slice content_type; /* empty: none; not told with 304 */
	struct hs_slice vary;     /* names of the request's headers that chose the answer; Accept-Encoding is
				   * added here to what is compressible */
	struct hs_http_body body; /* HEAD: the length is told, the bytes are not sent */
	bool compressible;        /* may be sent with Content-Encoding: gzip when the client takes it */
	bool close;               /* close the connection after it */
};

/* Answers the request; *reply is copied, header slices must live as long as the request arena. */
void hs_http_reply(struct hs_http_request *req, const struct hs_http_reply *reply);

/* A reply in pieces (chunked; to HTTP/1.0 until the connection closes). `proceed` is called when the last
 * piece has been written and calls hs_http_send once, now or later (from this loop); `stop` is called once
 * when the stream has ended or the connection is gone, and nothing may be sent after it. */
struct hs_http_stream {
	void (*proceed)(struct hs_http_request *req, void *arg);
	void (*stop)(struct hs_http_request *req, void *arg);
	void *arg;
};
void hs_http_stream(struct hs_http_request *req, const struct hs_http_reply *head,
	const struct hs_http_stream *stream);
/* The next piece; `last` ends the reply. */
void hs_http_send(struct hs_http_request *req, struct hs_http_body piece, bool last);

/* In place of a reply, or of the next piece of a stream: closes the connection once earlier replies have
 * left. What was sent of a stream ends without its last chunk. */
void hs_http_abort(struct hs_http_request *req);

struct hs_http_limits {
	uint32_t head_bytes;    /* 16 KiB: request line and headers; more is 431 (414 for the target) */
	uint32_t header_count;  /* 100 */
	uint64_t body_bytes;    /* 32 MiB; more is 413 before the body is read */
	uint32_t header_ms;     /* 10,000: from first byte to end of head; then 408 */
	uint32_t body_idle_ms;  /* 10,000 between two reads of a body */
	uint32_t body_total_ms; /* 60,000 */
	uint32_t keep_alive_ms; /* 60,000 idle between requests */
	uint32_t write_idle_ms; /* 10,000 without progress of a write */
	uint32_t handshake_ms;  /* 5,000 */
	uint32_t connections;   /* 10,000 a loop; above it, 503 and close */
	uint32_t pipeline;      /* 16 requests of one connection waiting for answers; then reading pauses */
	uint64_t write_queue_bytes; /* 1 MiB not yet taken by the peer; then reading and streaming pause */
	uint64_t arena_bytes;       /* 64 MiB a request */
	uint64_t bodies_bytes;      /* 512 MiB of request bodies over 64 KiB held by one loop; more is 503 */
};
void hs_http_limits_default(struct hs_http_limits *limits);

struct hs_tls_config; /* tls.h */

/* Shared by the servers of several loops that listen on one port: each new connection goes to the loop that
 * has the fewest. Thread-safe; freed after all of the servers. */
struct hs_http_balance;
struct hs_http_balance *hs_http_balance_new(void);
void hs_http_balance_free(struct hs_http_balance *balance);

struct hs_http_server_config {
	const char *address; /* "127.0.0.1", "::1"; NULL: no socket, for loopback connections only */
	uint16_t port;       /* 0: any free one; see hs_http_server_port */
	bool reuse_port;     /* several loops share the port */
	struct hs_http_balance *balance; /* spreads connections over them; NULL: as the kernel does */
	struct hs_http_limits limits;    /* members that are 0 get their default */
	const struct hs_tls_config *tls; /* NULL: plain; outlives the server */
	struct hs_mailbox *workers;      /* for compression of large replies; NULL: on the loop */
	/* Each complete request. Requests of one connection are handed over side by side only when all of
	 * them are safe (GET, HEAD, OPTIONS); an unsafe one is alone. Must lead to exactly one hs_http_reply
	 * or hs_http_stream, now or later. */
	void (*request)(struct hs_http_request *req, void *arg);
	/* The connection is gone before the reply: req stays valid until it is answered (to nobody). May be
	 * NULL. */
	void (*gone)(struct hs_http_request *req, void *arg);
	/* A request that was refused before it became one (framing, limits): gives the reply's body and type,
	 * for example an OperationOutcome. May be NULL: plain text then. */
	void (*refused)(int status, const char *reason, struct hs_arena *arena, struct hs_http_reply *reply,
		void *arg);
	void *arg;
};

struct hs_http_server;
enum hs_status hs_http_server_open(struct hs_loop *loop, const struct hs_http_server_config *config,
	struct hs_http_server **out, struct hs_error *err);
uint16_t hs_http_server_port(const struct hs_http_server *server);
/* Stops accepting, lets requests in progress end, closes idle connections, then calls done(arg) once.
 * What has not ended after `limit_ms` is cut. */
void hs_http_server_drain(struct hs_http_server *server, uint32_t limit_ms, void (*done)(void *arg),
	void *arg);
/* After drain has called done. */
void hs_http_server_free(struct hs_http_server *server);

struct hs_http_counters {
	uint64_t accepted, requests, refused, bytes_in, bytes_out, tls_failed, timeouts;
	uint32_t connections, in_progress;
};
void hs_http_server_counters(const struct hs_http_server *server, struct hs_http_counters *out);

/* A connection without a socket, for tests and fuzzing: bytes in, bytes out, through the whole stack. */
struct hs_http_loopback;
struct hs_http_loopback *hs_http_loopback_open(struct hs_http_server *server);
void hs_http_loopback_feed(struct hs_http_loopback *lb, struct hs_slice bytes);
/* How many more bytes the other side takes; without it, all. For tests of back-pressure. */
void hs_http_loopback_room(struct hs_http_loopback *lb, size_t room);
/* Valid until the next call. Replies that a handler gives later come with the loop's turn (hs_loop_turn). */
struct hs_slice hs_http_loopback_output(struct hs_http_loopback *lb, bool *closed);
void hs_http_loopback_close(struct hs_http_loopback *lb);
