/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange of the client: from the call to curl and back. */
#include <core/http/client_private.h>

#include <core/base/heap.h>
#include <core/base/world.h>

#include <openssl/ssl.h>

enum { HEAD_MAX = 256 * 1024, CHAIN_MAX = 16 * 1024 };

static uint64_t now_ns(void)
{
	const struct hs_world *world = hs_world_real();

	return world->mono_ns(world->ctx);
}

/* ---- the end ---- */

static void free_exchange(struct hs__exchange *exchange)
{
	struct hs_http_client *client = exchange->client;

	hs__link_remove(&exchange->link);
	hs__link_remove(&exchange->flush.link);
	if (exchange->easy && client->kept_count < HS__CLIENT_KEPT && !client->closing)
		client->kept[client->kept_count++] = exchange->easy;
	else
		curl_easy_cleanup(exchange->easy);
	curl_slist_free_all(exchange->headers);
	hs_buf_free(&exchange->sent);
	hs_buf_free(&exchange->head);
	hs_buf_free(&exchange->body);
	hs_buf_free(&exchange->chain);
	hs_heap_free(exchange);
}

static enum hs_status status_of(const struct hs__exchange *exchange, CURLcode rc)
{
	switch (rc) {
	case CURLE_OK:
		return HS_OK;
	case CURLE_OPERATION_TIMEDOUT:
		return HS_E_TIMEOUT;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		return HS_E_VALUE;
	case CURLE_WRITE_ERROR:
	case CURLE_FILESIZE_EXCEEDED:
		return exchange->too_large ? HS_E_LIMIT : HS_E_NETWORK;
	default:
		return HS_E_NETWORK;
	}
}

/* What went wrong at which address; the path and query are left out, they may name a patient. */
static void explain(struct hs__exchange *exchange, CURLcode rc)
{
	struct hs_http_call *call = exchange->call;
	enum hs_status status = status_of(exchange, rc);
	size_t start = hs_slice_search(call->url, HS_S("://"));
	size_t end = start == SIZE_MAX ? SIZE_MAX : hs_slice_find(call->url, '/', start + 3);
	struct hs_slice base = hs_slice_first(call->url, end < 200 ? end : 200);

	if (exchange->too_large)
		hs_fail(&call->error, status, "%.*s: the reply is larger than %llu bytes", HS_S_ARG(base),
			(unsigned long long)exchange->client->body_bytes);
	else
		hs_fail(&call->error, status, "%.*s: %s", HS_S_ARG(base),
			exchange->text[0] ? exchange->text : curl_easy_strerror(rc));
	call->error.cause = (int)rc;
	call->error.where = "http client";
	call->failed = status;
}

static void tell(struct hs__exchange *exchange)
{
	struct hs_http_call *call = exchange->call;

	call->internal = NULL;
	call->micros = (now_ns() - exchange->started_ns) / 1000;
	free_exchange(exchange);
	call->done(call);
}

void hs__exchange_end(struct hs__exchange *exchange, CURLcode rc)
{
	struct hs_http_call *call = exchange->call;
	enum hs_status status;

	status = hs__exchange_answer(exchange);
	if (rc != CURLE_OK)
		explain(exchange, rc);
	else if (status != HS_OK)
		call->failed = hs_fail(&call->error, status,
			"there is no room for the reply in the memory of the call");
	curl_multi_remove_handle(exchange->client->multi, exchange->easy);
	tell(exchange);
}

void hs__exchange_cancel(struct hs__exchange *exchange)
{
	struct hs_http_call *call = exchange->call;

	if (exchange->easy)
		curl_multi_remove_handle(exchange->client->multi, exchange->easy);
	call->failed = hs_fail(&call->error, HS_E_CANCELLED, "the call was cancelled");
	tell(exchange);
}

static void on_refused(struct hs__flush *flush)
{
	tell(HS__HOLDER(flush, struct hs__exchange, flush));
}

/* A call that cannot begin is told so by the loop's next turn, never inside send. */
static void refuse(struct hs__exchange *exchange, const char *text)
{
	exchange->call->failed = hs_fail(&exchange->call->error, HS_E_VALUE, "%s", text);
	exchange->call->error.where = "http client";
	hs__loop_flush(exchange->client->loop, &exchange->flush);
}

/* ---- the beginning ---- */

static bool has_header(const struct hs_http_call *call, struct hs_slice name)
{
	for (size_t i = 0; i < call->header_count; i++)
		if (hs_slice_ieq(call->headers[i].name, name))
			return true;
	return false;
}

static bool is_clean(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\t')
			return false;
	return true;
}

static void add_line(struct hs__exchange *exchange, struct hs_slice name, struct hs_slice value)
{
	struct hs_buf line;
	struct curl_slist *longer;

	hs_buf_init(&line, NULL, HEAD_MAX);
	hs_buf_add(&line, name);
	hs_buf_cstr(&line, value.len > 0 ? ": " : ":"); /* without a value curl leaves its own header out */
	hs_buf_add(&line, value);
	hs_buf_byte(&line, '\0');
	longer = line.overflow ? NULL : curl_slist_append(exchange->headers, line.ptr);
	if (longer)
		exchange->headers = longer;
	hs_buf_free(&line);
}

static bool set_headers(struct hs__exchange *exchange)
{
	const struct hs_http_call *call = exchange->call;
	const char *bearer = exchange->client->bearer;

	for (size_t i = 0; i < call->header_count; i++) {
		if (!is_clean(call->headers[i].name) || !is_clean(call->headers[i].value))
			return false;
		add_line(exchange, call->headers[i].name, call->headers[i].value);
	}
	if (bearer && !has_header(call, HS_S("Authorization"))) {
		struct hs_buf value;

		hs_buf_init(&value, NULL, HEAD_MAX);
		hs_buf_cstr(&value, "Bearer ");
		hs_buf_cstr(&value, bearer);
		add_line(exchange, HS_S("Authorization"), hs_buf_slice(&value));
		hs_buf_free(&value);
	}
	/* What curl would add to a body of its own accord. */
	if (!has_header(call, HS_S("Expect")))
		add_line(exchange, HS_S("Expect"), HS_S_NONE);
	if (!has_header(call, HS_S("Content-Type")))
		add_line(exchange, HS_S("Content-Type"), HS_S_NONE);
	curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
	return true;
}

static void set_method(struct hs__exchange *exchange)
{
	const struct hs_http_call *call = exchange->call;
	CURL *easy = exchange->easy;
	char method[32] = { 0 };
	bool sends = call->body.len > 0 || hs_slice_eq(call->method, HS_S("POST")) ||
		hs_slice_eq(call->method, HS_S("PUT")) || hs_slice_eq(call->method, HS_S("PATCH"));

	memcpy(method, call->method.ptr, call->method.len);
	if (sends) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.len > 0 ? call->body.ptr : "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
	} else if (hs_slice_eq(call->method, HS_S("HEAD"))) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static CURLcode add_authority(CURL *easy, void *ctx, void *arg)
{
	const struct hs__exchange *exchange = arg;

	(void)easy;
	return SSL_CTX_load_verify_locations(ctx, exchange->client->ca_file, NULL) == 1 ?
		CURLE_OK :
		CURLE_SSL_CACERT_BADFILE;
}

static void set_tls(struct hs__exchange *exchange)
{
	const struct hs_http_client *client = exchange->client;
	CURL *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, client->insecure ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, client->insecure ? 0L : 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (!client->system_ca) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (client->ca_file) {
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, add_authority);
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, exchange);
	}
	if (client->certificate_file) {
		curl_easy_setopt(easy, CURLOPT_SSLCERT, client->certificate_file);
		curl_easy_setopt(easy, CURLOPT_SSLKEY,
			client->key_file ? client->key_file : client->certificate_file);
	}
}

static void set_options(struct hs__exchange *exchange)
{
	const struct hs_http_client *client = exchange->client;
	CURL *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->text);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* a test may want to send dot segments */
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "handslag");
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)client->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)client->total_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	if (client->proxy)
		curl_easy_setopt(easy, CURLOPT_PROXY, client->proxy);
	set_tls(exchange);
	set_method(exchange);
	hs__exchange_listen(exchange);
}

static CURL *take_easy(struct hs_http_client *client)
{
	CURL *easy = client->kept_count > 0 ? client->kept[--client->kept_count] : curl_easy_init();

	HS_ASSERT(easy); /* out of memory only */
	curl_easy_reset(easy);
	return easy;
}

void hs__exchange_begin(struct hs_http_client *client, struct hs_http_call *call)
{
	struct hs__exchange *exchange = hs_heap_alloc(sizeof(*exchange));
	char *url;

	exchange->client = client;
	exchange->call = call;
	exchange->started_ns = now_ns();
	exchange->flush.run = on_refused;
	hs_buf_init(&exchange->sent, NULL, HEAD_MAX);
	hs_buf_init(&exchange->head, NULL, HEAD_MAX);
	hs_buf_init(&exchange->body, NULL, (size_t)client->body_bytes);
	hs_buf_init(&exchange->chain, NULL, CHAIN_MAX);
	hs__list_append(&client->calls, &exchange->link);
	call->internal = exchange;
	call->failed = HS_OK;
	if (call->method.len == 0 || call->method.len >= 32 || !is_clean(call->method) ||
		!is_clean(call->url)) {
		refuse(exchange, "the method or URL of the call has characters that cannot be sent");
		return;
	}
	url = hs_heap_cstr(call->url.ptr, call->url.len);
	exchange->easy = take_easy(client);
	curl_easy_setopt(exchange->easy, CURLOPT_URL, url); /* curl keeps a copy */
	hs_heap_free(url);
	if (!set_headers(exchange)) {
		curl_easy_cleanup(exchange->easy);
		exchange->easy = NULL;
		refuse(exchange, "a header of the call has control characters");
		return;
	}
	set_options(exchange);
	curl_multi_add_handle(client->multi, exchange->easy);
}
