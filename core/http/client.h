/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client: libcurl on an event loop. It keeps connections, goes through proxies, trusts private
 * CAs, shows client certificates, and tells what it saw of the TLS chain. */
#pragma once

#include <core/http/server.h>

struct hs_http_client_options {
	const char *ca_file;          /* PEM, beside the system's; NULL: system's only */
	const char *certificate_file; /* client certificate, PEM; may be NULL */
	const char *key_file;
	const char *proxy;    /* NULL: from the environment, as curl does; "" : none */
	const char *bearer;   /* sent as Authorization: Bearer unless the call has its own; may be NULL */
	bool insecure;        /* accept any server certificate */
	uint32_t connect_ms;  /* default 5,000 */
	uint32_t total_ms;    /* default 30,000 */
	uint64_t body_bytes;  /* most that a reply may have; default 64 MiB */
	uint32_t connections; /* most at once to one host; default 8 */
};

/* One exchange. Owned by the caller, who may free it from `done` on. Slices given must live until then;
 * those of the answer are in `arena`. */
struct hs_http_call {
	struct hs_arena *arena;
	struct hs_slice method;
	struct hs_slice url;
	const struct hs_http_header
		*headers; /* sent as given; a header with empty value is not sent at all */
	size_t header_count;
	struct hs_slice body;
	void (*done)(struct hs_http_call *call); /* once, on the loop, never inside send */
	void *user;

	/* the answer */
	enum hs_status failed; /* HS_OK when there is an answer of whatever status */
	struct hs_error error; /* why not: name, connect, TLS, time, size */
	int status;
	struct hs_slice reason;
	const struct hs_http_header *reply_headers;
	size_t reply_header_count;
	struct hs_slice reply_body; /* content coding removed */
	struct hs_slice sent_head;  /* request line and headers as they left, for the report */
	struct hs_slice tls_chain;  /* "subject <- issuer" lines of the server's certificates, or empty */
	uint64_t micros;            /* from send to last byte */
	void *internal;
};

struct hs_http_client;
enum hs_status hs_http_client_new(struct hs_loop *loop, const struct hs_http_client_options *options,
	struct hs_http_client **out, struct hs_error *err);
void hs_http_client_send(struct hs_http_client *client, struct hs_http_call *call);
/* Ends a call with HS_E_CANCELLED: done is called before this returns. Nothing when it has ended already. */
void hs_http_client_cancel(struct hs_http_call *call);
/* Ends all calls in progress with HS_E_CANCELLED. Not inside done. The memory goes in the loop's next turn.
 */
void hs_http_client_free(struct hs_http_client *client);
struct hs_slice hs_http_call_header(const struct hs_http_call *call, struct hs_slice name);
