/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client: its options and its life. */
#include <core/http/client_private.h>

#include <core/base/heap.h>

#include <pthread.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static char *copy(const char *text)
{
	return text ? hs_heap_cstr(text, strlen(text)) : NULL;
}

static enum hs_status check_file(const char *file, const char *what, struct hs_error *err)
{
	if (!file || access(file, R_OK) == 0)
		return HS_OK;
	return hs_fail(err, HS_E_VALUE, "the file of the %s cannot be read: %s", what, file);
}

static void free_client(struct hs_http_client *client)
{
	hs_heap_free(client->ca_file);
	hs_heap_free(client->certificate_file);
	hs_heap_free(client->key_file);
	hs_heap_free(client->proxy);
	hs_heap_free(client->bearer);
	hs_heap_free(client);
}

static bool system_has_bundle(void)
{
	const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);

	return version->age >= CURLVERSION_SEVENTH && version->cainfo && access(version->cainfo, R_OK) == 0;
}

enum hs_status hs_http_client_new(struct hs_loop *loop, const struct hs_http_client_options *options,
	struct hs_http_client **out, struct hs_error *err)
{
	static const struct hs_http_client_options none;
	const struct hs_http_client_options *o = options ? options : &none;
	struct hs_http_client *client;
	enum hs_status status = check_file(o->ca_file, "certificate authority", err);

	if (status == HS_OK)
		status = check_file(o->certificate_file, "client certificate", err);
	if (status == HS_OK)
		status = check_file(o->key_file, "client key", err);
	if (status == HS_OK)
		status = hs__client_tls_check(o, err);
	if (status != HS_OK)
		return status;
	pthread_once(&once, init_curl);
	client = hs_heap_alloc(sizeof(*client));
	client->loop = loop;
	hs__list_init(&client->calls);
	client->system_ca = system_has_bundle();
	client->connect_ms = o->connect_ms ? o->connect_ms : 5000;
	client->total_ms = o->total_ms ? o->total_ms : 30000;
	client->body_bytes = o->body_bytes ? o->body_bytes : 64u << 20;
	client->insecure = o->insecure;
	client->ca_file = copy(o->ca_file);
	client->certificate_file = copy(o->certificate_file);
	client->key_file = copy(o->key_file);
	client->proxy = copy(o->proxy);
	client->bearer = copy(o->bearer);
	status = hs__client_loop_open(client, err);
	if (status != HS_OK) {
		free_client(client);
		return status;
	}
	curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
		(long)(o->connections ? o->connections : 8));
	*out = client;
	return HS_OK;
}

void hs_http_client_send(struct hs_http_client *client, struct hs_http_call *call)
{
	hs__exchange_begin(client, call);
}

void hs_http_client_cancel(struct hs_http_call *call)
{
	if (call->internal)
		hs__exchange_cancel(call->internal);
}

void hs_http_client_free(struct hs_http_client *client)
{
	if (!client || client->closing)
		return;
	client->closing = true;
	while (!hs__list_empty(&client->calls))
		hs__exchange_cancel(HS__HOLDER(client->calls.next, struct hs__exchange, link));
	while (client->kept_count > 0)
		curl_easy_cleanup(client->kept[--client->kept_count]);
	hs__client_loop_close(client);
}

void hs__client_closed(struct hs_http_client *client)
{
	if (--client->open_handles == 0 && client->closing)
		free_client(client);
}

struct hs_slice hs_http_call_header(const struct hs_http_call *call, struct hs_slice name)
{
	for (size_t i = 0; i < call->reply_header_count; i++)
		if (hs_slice_ieq(call->reply_headers[i].name, name))
			return call->reply_headers[i].value;
	return HS_S_NONE;
}
