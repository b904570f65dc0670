/* SPDX-License-Identifier: Apache-2.0 */
/* A server on one loop: its life, its limits, its counters. */
#include <core/http/conn.h>

#include <core/base/heap.h>

void hs_http_limits_default(struct hs_http_limits *limits)
{
	*limits = (struct hs_http_limits) {
		.head_bytes = 16 * 1024,
		.header_count = 100,
		.body_bytes = 32u << 20,
		.header_ms = 10000,
		.body_idle_ms = 10000,
		.body_total_ms = 60000,
		.keep_alive_ms = 60000,
		.write_idle_ms = 10000,
		.handshake_ms = 5000,
		.connections = 10000,
		.pipeline = 16,
		.write_queue_bytes = 1u << 20,
		.arena_bytes = 64u << 20,
		.bodies_bytes = 512u << 20,
	};
}

/* ---- arenas ---- */

struct hs_arena *hs__server_arena(struct hs_http_server *server)
{
	if (server->arena_count > 0)
		return server->arenas[--server->arena_count];
	return hs_arena_new((size_t)server->config.limits.arena_bytes);
}

void hs__server_keep_arena(struct hs_http_server *server, struct hs_arena *arena)
{
	if (server->arena_count == HS__ARENAS_KEPT) {
		hs_arena_free(arena);
		return;
	}
	hs_arena_reset(arena);
	server->arenas[server->arena_count++] = arena;
}

/* ---- opening ---- */

static void use_defaults(struct hs_http_limits *limits)
{
	struct hs_http_limits defaults;

	hs_http_limits_default(&defaults);
#define DEFAULT(member) \
	if (limits->member == 0) \
	limits->member = defaults.member
	DEFAULT(head_bytes);
	DEFAULT(header_count);
	DEFAULT(body_bytes);
	DEFAULT(header_ms);
	DEFAULT(body_idle_ms);
	DEFAULT(body_total_ms);
	DEFAULT(keep_alive_ms);
	DEFAULT(write_idle_ms);
	DEFAULT(handshake_ms);
	DEFAULT(connections);
	DEFAULT(pipeline);
	DEFAULT(write_queue_bytes);
	DEFAULT(arena_bytes);
	DEFAULT(bodies_bytes);
#undef DEFAULT
}

/* A deadline may be a quarter of the shortest one late, and the timer is not to be a load. */
static uint64_t tick_for(const struct hs_http_limits *limits)
{
	const uint32_t times[] = { limits->header_ms, limits->body_idle_ms, limits->body_total_ms,
		limits->keep_alive_ms, limits->write_idle_ms, limits->handshake_ms };
	uint32_t least = times[0];

	for (size_t i = 1; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i] < least)
			least = times[i];
	if (least / 4 > 250)
		return 250;
	return least / 4 > 5 ? least / 4 : 5;
}

enum hs_status hs_http_server_open(struct hs_loop *loop, const struct hs_http_server_config *config,
	struct hs_http_server **out, struct hs_error *err)
{
	struct hs_http_server *server = hs_heap_alloc(sizeof(*server));
	enum hs_status status;

	server->loop = loop;
	server->config = *config;
	server->listen_fd = -1;
	server->reserve_fd = -1;
	use_defaults(&server->config.limits);
	hs__list_init(&server->conns);
	if (config->address) {
		status = hs__listen_open(server, err);
		if (status != HS_OK) {
			hs_heap_free(server);
			return status;
		}
	}
	hs__wheel_open(&server->wheel, loop, tick_for(&server->config.limits), hs__conn_expired);
	server->open_handles++;
	*out = server;
	return HS_OK;
}

uint16_t hs_http_server_port(const struct hs_http_server *server)
{
	return server->port;
}

void hs_http_server_counters(const struct hs_http_server *server, struct hs_http_counters *out)
{
	*out = server->counters;
}

/* ---- draining ---- */

static void on_wheel_closed(uv_handle_t *handle)
{
	struct hs__wheel *wheel = handle->data;
	struct hs_http_server *server = HS__HOLDER(wheel, struct hs_http_server, wheel);

	server->open_handles--;
	hs__server_conn_ended(server);
}

void hs__server_conn_ended(struct hs_http_server *server)
{
	if (!server->draining || server->counters.connections > 0 || server->drained ||
		!hs__balance_settled(server))
		return;
	if (!server->closed_handles) {
		server->closed_handles = true;
		hs_timer_stop(server->drain_limit);
		hs_timer_stop(server->drain_soon);
		server->drain_limit = NULL;
		server->drain_soon = NULL;
		hs__wheel_close(&server->wheel, on_wheel_closed);
	}
	if (server->open_handles > 0)
		return;
	server->drained = true;
	server->drain_done(server->drain_arg);
}

/* Calls fn on every connection, of which it may end that one. */
static void each_conn(struct hs_http_server *server, void (*fn)(struct hs__conn *conn))
{
	struct hs__link *next;

	for (struct hs__link *it = server->conns.next; it != &server->conns; it = next) {
		next = it->next;
		fn(HS__HOLDER(it, struct hs__conn, link));
	}
}

static void cut(void *arg)
{
	each_conn(arg, hs__conn_kill);
}

static void begin_drain(void *arg)
{
	struct hs_http_server *server = arg;

	hs_timer_stop(server->drain_soon);
	server->drain_soon = NULL;
	hs__listen_close(server);
	server->draining = true;
	each_conn(server, hs__conn_drain);
	hs__server_conn_ended(server);
}

void hs_http_server_drain(struct hs_http_server *server, uint32_t limit_ms, void (*done)(void *arg),
	void *arg)
{
	if (server->drain_done)
		return;
	server->drain_done = done;
	server->drain_arg = arg;
	server->drain_limit = hs_timer_start(server->loop, limit_ms, 0, cut, server);
	server->drain_soon = hs_timer_start(server->loop, 0, 0, begin_drain, server);
}

void hs_http_server_free(struct hs_http_server *server)
{
	if (!server)
		return;
	HS_ASSERT(server->drained);
	while (server->arena_count > 0)
		hs_arena_free(server->arenas[--server->arena_count]);
	hs_heap_free(server);
}
