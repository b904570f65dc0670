/* SPDX-License-Identifier: Apache-2.0 */
/* A server connection and its requests, as the files of this folder see them.
 *
 *   HANDSHAKE -> IDLE -> HEAD -> BODY -> (HELD ->) IDLE ...        input, one request after another
 *                 |       |       |
 *                 +-------+-------+--> LAST -> LINGER -> GONE   a last answer, then the end
 *
 * HEAD begins with the first byte of a request. HELD: a request is complete but must wait until those before
 * it are answered, because it is unsafe or one of them is (RFC 9112 section 9.3.2). LAST: a last reply is
 * on its way and input is thrown away. LINGER: we have sent everything and wait for the peer to close.
 * GONE: the transport is closed; the memory stays until every request has been answered (to nobody).
 *
 * Requests stand in a queue in order of arrival from their first byte on; replies are written from its
 * front. `pump` is the only place that writes: at the end of a read, or before the loop waits. */
#pragma once

#include <core/http/guard.h>
#include <core/http/server.h>
#include <core/http/transport.h>
#include <core/http/wheel.h>
#include <handslag/buf.h>
#include <llhttp.h>

_Static_assert(LLHTTP_STRICT_MODE == 1, "llhttp must be compiled in strict mode");

struct hs__tls;
struct hs__gzip_job;

enum hs__conn_state {
	HS__CONN_HANDSHAKE,
	HS__CONN_IDLE,
	HS__CONN_HEAD,
	HS__CONN_BODY,
	HS__CONN_HELD,
	HS__CONN_LAST,
	HS__CONN_LINGER,
	HS__CONN_GONE,
};

enum hs__request_stage {
	HS__REQUEST_RECEIVING, /* its bytes are arriving */
	HS__REQUEST_RUNNING,   /* the handler has it */
	HS__REQUEST_WORKING,   /* a worker compresses the reply */
	HS__REQUEST_STREAMING, /* the reply comes in pieces */
	HS__REQUEST_REPLIED,   /* `out` is all there is */
};

enum {
	HS__REQUEST_PARTS = 5,         /* 100 Continue, head, chunk size, piece, chunk end */
	HS__BODY_IN_ARENA = 64 * 1024, /* longer request bodies live on the heap and are counted */
	HS__LINGER_MS = 2000,
	HS__STREAM_TURN = 256 * 1024, /* bytes of streams written before other connections get their turn */
	HS__ARENAS_KEPT = 64,
};

struct hs__request {
	struct hs_http_request pub; /* first: hs__request_of casts */
	struct hs__conn *conn;
	struct hs__request *next;
	struct hs_http_header *headers;
	uint8_t stage;
	bool safe;
	bool minor_0;    /* the client speaks HTTP/1.0 */
	bool keep_alive; /* as asked for by the client */
	bool close;      /* the connection ends after this reply */
	bool chunked;    /* the reply is */
	bool piece_due;  /* proceed was called, the piece has not come */
	bool stream_over;
	uint8_t out_at;
	uint8_t out_count;
	struct hs_slice out[HS__REQUEST_PARTS]; /* what is still to be written */
	struct hs_http_body body;               /* to be released: reply body or current piece */
	struct hs_http_stream stream;
	char chunk_head[20];
	struct hs_buf input; /* the request body */
	uint64_t held;       /* bytes of it counted in server->bodies */
	z_stream *inflate;   /* when it is compressed */
	bool inflated;       /* its end has been seen */
	struct hs__gzip_job *job;
	z_stream *deflate; /* of a stream that goes compressed */
};

enum { HS__PEER_TEXT = 48 };

enum {
	HS__FIELDS_KEPT = 24, /* header lines that a connection remembers, */
	HS__FIELDS_BYTES = 1024,
	HS__FIELDS_METHOD = 16, /* bytes of the longest method */
};

/* The header lines of a request that the connection had, and where in them names and values stand. */
struct hs__fields {
	struct hs__guard_lines lines; /* their bytes are `text` */
	enum hs_http_method method;   /* of that request */
	uint8_t method_len;           /* and its name; 0: it is too long to be kept */
	char method_name[HS__FIELDS_METHOD];
	struct {
		uint16_t name_at, name_len;
		uint16_t value_at, value_len; /* at 0: there is no value */
	} places[HS__FIELDS_KEPT];
	char text[HS__FIELDS_BYTES];
};

struct hs__conn {
	struct hs_http_server *server;
	struct hs_loop *loop;
	const struct hs__transport *io;
	void *io_ctx;
	int fd;
	uint8_t state;
	uint8_t interest; /* what the poll handle is asked for */
	bool has_poll;
	bool closing_poll;
	bool pumping;
	bool blocked;     /* the transport takes no more for now */
	bool eof;         /* the peer sends no more */
	bool behind;      /* more input stands behind the request that is being taken */
	bool last_done;   /* the reply after which we close has been written */
	bool accepted;    /* from a listening socket */
	bool again;       /* it has had a request */
	uint16_t count;   /* requests in the queue */
	uint16_t running; /* of them with the handler or a worker */
	bool running_unsafe;
	uv_poll_t poll;
	struct hs__tls *tls;
	struct hs__link link; /* in server->conns */
	struct hs__flush flush;
	struct hs__wheel_item timer;
	uint64_t read_due;
	uint64_t write_due;
	uint64_t body_due;
	struct hs__guard guard;
	struct hs__fields *fields; /* on the heap; NULL until there is a second request */
	llhttp_t parser;
	struct hs__request *first;
	struct hs__request *last;
	struct hs__request *building; /* the one whose bytes are arriving; it is `last` */
	struct hs_buf head;           /* of it, in its arena */
	struct hs_buf pending;        /* input that came while reading was paused */
	size_t pending_at;            /* bytes of it that were taken since */
	uint64_t out_bytes;           /* replied and not written */
	int parse_status;             /* set by llhttp's callbacks when they refuse */
	const char *parse_reason;
	bool message_complete;
	struct hs_slice client_name;
	char peer[HS__PEER_TEXT];
};

struct hs_http_server {
	struct hs_loop *loop;
	struct hs_http_server_config config;
	struct hs_http_counters counters;
	struct hs__wheel wheel;
	struct hs__link conns;
	struct hs_arena *arenas[HS__ARENAS_KEPT];
	unsigned arena_count;
	uint64_t bodies; /* bytes of long request bodies held */
	int listen_fd;
	int reserve_fd; /* given up to accept and close when descriptors run out */
	uint16_t port;
	bool listening;
	uv_poll_t listener;
	struct hs_timer *accept_again;
	bool shares;     /* is among those of config.balance */
	uint32_t share;  /* accepted connections; under the lock of config.balance, as is: */
	uint32_t coming; /* those that other loops have accepted for this one and it has not taken yet */
	bool draining;
	bool drained;
	bool closed_handles;
	struct hs_timer *drain_limit;
	struct hs_timer *drain_soon;
	void (*drain_done)(void *arg);
	void *drain_arg;
	unsigned open_handles;
};

static inline struct hs__request *hs__request_of(struct hs_http_request *req)
{
	return (struct hs__request *)(void *)req;
}

/* conn.c: life, events and time of a connection. NULL when the loop cannot watch `fd` (it is closed then). */
struct hs__conn *hs__conn_open(struct hs_http_server *server, const struct hs__transport *io, void *io_ctx,
	int fd, const char *peer);
void hs__conn_input(struct hs__conn *conn, struct hs_slice bytes);
void hs__conn_pump(struct hs__conn *conn);
/* Closes the transport now; unanswered requests are told. */
void hs__conn_kill(struct hs__conn *conn);
void hs__conn_drain(struct hs__conn *conn);
void hs__conn_expired(struct hs__wheel_item *item);

/* input.c: from bytes to requests. */
size_t hs__input_take(struct hs__conn *conn, struct hs_slice bytes);
bool hs__input_paused(const struct hs__conn *conn);
bool hs__input_resume(struct hs__conn *conn);
void hs__input_refuse(struct hs__conn *conn, int status, const char *reason);
/* Forgets the request whose bytes were arriving. */
void hs__input_drop(struct hs__conn *conn);

/* parse.c: llhttp. Both say false with conn->parse_status set when the bytes are not HTTP. */
bool hs__parse_bytes(struct hs__conn *conn, struct hs_slice bytes);
bool hs__parse_head(struct hs__conn *conn, struct hs_slice head);

/* fields.c: header lines that are sent again. What a head that was parsed had is kept for the next; */
void hs__fields_learn(struct hs__conn *conn, struct hs_slice head);
/* the headers of one whose lines were known (guard.knew). */
void hs__fields_take(struct hs__conn *conn, struct hs_slice head);
/* Is the method of such a one that of the request that the lines were kept of? */
bool hs__fields_have_method(const struct hs__conn *conn);

/* body.c: the request body. Each returns 0 or the HTTP status to refuse with. */
int hs__body_begin(struct hs__request *request, const struct hs__guard *guard);
int hs__body_add(struct hs__request *request, struct hs_slice bytes);
int hs__body_end(struct hs__request *request);
/* Why a body was refused with this status. */
const char *hs__body_reason(int status);
void hs__body_forget(struct hs__request *request);

/* output.c: from replies to bytes. */
void hs__output_write(struct hs__conn *conn);
/* Ends a request: releases, recycles the arena. It must not be in the queue any more. */
void hs__request_finish(struct hs__request *request);
/* The handler or worker is done with it; the connection may go on. */
void hs__request_answered(struct hs__request *request);
/* A connection that is gone: forgets what was replied and not written. */
void hs__output_discard(struct hs__conn *conn);

/* reply.c: heads. Puts the head into request->out; false when the arena is full. */
bool hs__reply_head(struct hs__request *request, const struct hs_http_reply *reply, uint64_t length,
	bool gzipped);
/* Answers with the body of `reply`, or with `gzipped` in its place when that is not empty. */
void hs__reply_finish(struct hs__request *request, const struct hs_http_reply *reply,
	struct hs_slice gzipped);

/* gzip.c */
bool hs__gzip_wanted(const struct hs_http_request *req, const struct hs_http_reply *reply);
/* Replies compressed, now or after a worker; false when it could not begin and the caller goes on without. */
bool hs__gzip_reply(struct hs__request *request, const struct hs_http_reply *reply);
/* Is the stream with this head to go compressed? Then its pieces go through hs__gzip_piece. */
bool hs__gzip_stream(struct hs__request *request, const struct hs_http_reply *head);
/* The piece compressed, in memory of its own; the one given is released. False when it failed. */
bool hs__gzip_piece(struct hs__request *request, struct hs_http_body *piece, bool last);

/* listen.c */
enum hs_status hs__listen_open(struct hs_http_server *server, struct hs_error *err);
void hs__listen_close(struct hs_http_server *server);
/* Takes a connection that was accepted for this server, or turns it away. */
void hs__listen_take(struct hs_http_server *server, int fd, const char *peer);

/* balance.c */
void hs__balance_join(struct hs_http_server *server);
void hs__balance_leave(struct hs_http_server *server);
/* Nothing is on its way to the server. */
bool hs__balance_settled(struct hs_http_server *server);
/* Gives the connection to the loop that is to have it. */
void hs__balance_accept(struct hs_http_server *server, int fd, const char *peer);
/* A connection that was taken has ended, or was turned away. */
void hs__balance_ended(struct hs_http_server *server);

/* server.c: a connection, or a handle of the server, has ended. */
void hs__server_conn_ended(struct hs_http_server *server);
struct hs_arena *hs__server_arena(struct hs_http_server *server);
void hs__server_keep_arena(struct hs_http_server *server, struct hs_arena *arena);
