/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the client: a curl multi handle on the loop (client_loop.c) and the exchanges in progress
 * (client_call.c). */
#pragma once

#include <core/http/client.h>
#include <core/http/loop_private.h>
#include <curl/curl.h>
#include <handslag/buf.h>

enum { HS__CLIENT_KEPT = 16 };

struct hs_http_client {
	struct hs_loop *loop;
	CURLM *multi;
	uv_timer_t timer;
	struct hs__link calls;
	CURL *kept[HS__CLIENT_KEPT]; /* easy handles to use again */
	unsigned kept_count;
	unsigned open_handles; /* of libuv; the memory goes with the last */
	bool closing;
	bool system_ca; /* the system's bundle is there */
	uint32_t connect_ms;
	uint32_t total_ms;
	uint64_t body_bytes;
	bool insecure;
	char *ca_file;
	char *certificate_file;
	char *key_file;
	char *proxy;
	char *bearer;
};

/* One exchange; hs_http_call.internal points to it. */
struct hs__exchange {
	struct hs__link link;
	struct hs_http_client *client;
	struct hs_http_call *call;
	CURL *easy;
	struct curl_slist *headers;
	struct hs_buf sent;
	struct hs_buf head; /* the reply's header lines */
	struct hs_buf body;
	struct hs_buf chain;
	uint64_t started_ns;
	bool too_large;
	enum hs_status refused; /* it could not even begin; told by the next turn */
	struct hs__flush flush;
	char text[CURL_ERROR_SIZE];
};

/* client_tls.c: HS_E_VALUE names the file that cannot be used, and why. */
enum hs_status hs__client_tls_check(const struct hs_http_client_options *options, struct hs_error *err);
/* client_loop.c */
enum hs_status hs__client_loop_open(struct hs_http_client *client, struct hs_error *err);
void hs__client_loop_close(struct hs_http_client *client);
/* client.c: a handle of libuv is closed; with the last one the client is freed. */
void hs__client_closed(struct hs_http_client *client);

/* client_call.c: fills the answer and calls done; the exchange is gone then. */
void hs__exchange_begin(struct hs_http_client *client, struct hs_http_call *call);
void hs__exchange_end(struct hs__exchange *exchange, CURLcode rc);
void hs__exchange_cancel(struct hs__exchange *exchange);

/* client_reply.c: what curl tells while it works, and the answer made of it. */
void hs__exchange_listen(struct hs__exchange *exchange);
enum hs_status hs__exchange_answer(struct hs__exchange *exchange);
