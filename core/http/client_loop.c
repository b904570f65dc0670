/* SPDX-License-Identifier: Apache-2.0 */
/* curl's multi interface on the loop: each of its sockets is polled, its one timer is a timer, and what has
 * ended is told when curl has returned. */
#include <core/http/client_private.h>

#include <core/base/heap.h>

struct watch {
	uv_poll_t poll;
	struct hs_http_client *client;
	curl_socket_t fd;
};

static void tell_ended(struct hs_http_client *client)
{
	CURLMsg *message;
	int left;

	while (!client->closing && (message = curl_multi_info_read(client->multi, &left))) {
		struct hs__exchange *exchange = NULL;
		CURLcode rc = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&exchange);
		hs__exchange_end(exchange, rc);
	}
}

static void on_ready(uv_poll_t *handle, int status, int events)
{
	struct watch *watch = handle->data;
	struct hs_http_client *client = watch->client;
	int flags = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
		(events & UV_WRITABLE ? CURL_CSELECT_OUT : 0) | (status < 0 ? CURL_CSELECT_ERR : 0);
	int running;

	curl_multi_socket_action(client->multi, watch->fd, flags, &running);
	tell_ended(client);
}

static void on_watch_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	struct hs_http_client *client = watch->client;

	hs_heap_free(watch);
	hs__client_closed(client);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct hs_http_client *client = arg;
	struct watch *watch = socket_arg;
	int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch) {
			curl_multi_assign(client->multi, fd, NULL);
			uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
		}
		return 0;
	}
	if (!watch) {
		watch = hs_heap_alloc(sizeof(*watch));
		watch->client = client;
		watch->fd = fd;
		if (uv_poll_init_socket(&client->loop->uv, &watch->poll, fd) != 0) {
			hs_heap_free(watch);
			return -1;
		}
		watch->poll.data = watch;
		client->open_handles++;
		curl_multi_assign(client->multi, fd, watch);
	}
	uv_poll_start(&watch->poll, events, on_ready);
	return 0;
}

static void on_timeout(uv_timer_t *handle)
{
	struct hs_http_client *client = handle->data;
	int running;

	hs__loop_ran(client->loop);
	curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	tell_ended(client);
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
	struct hs_http_client *client = arg;

	(void)multi;
	if (ms < 0) {
		uv_timer_stop(&client->timer);
		return 0;
	}
	uv_update_time(&client->loop->uv);
	uv_timer_start(&client->timer, on_timeout, (uint64_t)ms, 0);
	return 0;
}

static void on_timer_closed(uv_handle_t *handle)
{
	hs__client_closed(handle->data);
}

enum hs_status hs__client_loop_open(struct hs_http_client *client, struct hs_error *err)
{
	client->multi = curl_multi_init();
	if (!client->multi)
		return hs_fail(err, HS_E_INTERNAL, "cannot set up the HTTP client");
	uv_timer_init(&client->loop->uv, &client->timer);
	client->timer.data = client;
	client->open_handles++;
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	return HS_OK;
}

void hs__client_loop_close(struct hs_http_client *client)
{
	curl_multi_cleanup(client->multi); /* closes its sockets, which ends their watches */
	uv_close((uv_handle_t *)&client->timer, on_timer_closed);
}
