/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes to requests: the reading half of a connection. */
#include <core/http/conn.h>

#include <core/base/world.h>

/* ---- the queue ---- */

static void append(struct hs__conn *conn, struct hs__request *request)
{
	request->next = NULL;
	if (conn->last)
		conn->last->next = request;
	else
		conn->first = request;
	conn->last = request;
	conn->count++;
}

void hs__input_drop(struct hs__conn *conn)
{
	struct hs__request *request = conn->building;
	struct hs__request *before = NULL;

	if (!request)
		return;
	for (struct hs__request *it = conn->first; it != request; it = it->next)
		before = it;
	if (before)
		before->next = NULL;
	else
		conn->first = NULL;
	conn->last = before;
	conn->count--;
	conn->building = NULL;
	hs__request_finish(request);
}

static bool begin_request(struct hs__conn *conn)
{
	const struct hs_world *world = hs_world_real();
	const struct hs_http_limits *limits = &conn->server->config.limits;
	struct hs_arena *arena = hs__server_arena(conn->server);
	struct hs__request *request = hs_arena_alloc(arena, sizeof(*request));

	if (!request) {
		hs_arena_free(arena);
		return false;
	}
	request->conn = conn;
	request->pub.arena = arena;
	request->pub.loop = conn->loop;
	request->pub.peer = hs_slice_cstr(conn->peer);
	request->pub.client_name = conn->client_name;
	request->pub.tls = conn->tls != NULL;
	request->pub.started_ns = world->mono_ns(world->ctx);
	append(conn, request);
	conn->building = request;
	conn->state = HS__CONN_HEAD;
	conn->read_due = hs_loop_mono_ms(conn->loop) + limits->header_ms;
	hs_buf_init(&conn->head, arena, (size_t)limits->head_bytes + 1);
	hs__guard_init(&conn->guard,
		&(struct hs__guard_limits) { limits->head_bytes, limits->header_count, limits->body_bytes });
	conn->guard.known = conn->fields ? &conn->fields->lines : NULL;
	return true;
}

/* ---- from a whole request to the handler ---- */

static bool may_run(const struct hs__conn *conn, const struct hs__request *request)
{
	return conn->running == 0 || (request->safe && !conn->running_unsafe);
}

static void run(struct hs__conn *conn, struct hs__request *request)
{
	struct hs_http_server *server = conn->server;

	conn->state = request->keep_alive ? HS__CONN_IDLE : HS__CONN_LAST;
	conn->read_due = HS__NO_DEADLINE;
	conn->running++;
	conn->running_unsafe = !request->safe;
	request->stage = HS__REQUEST_RUNNING;
	server->counters.requests++;
	server->counters.in_progress++;
	server->config.request(&request->pub, server->config.arg);
}

static void end_request(struct hs__conn *conn)
{
	struct hs__request *request = conn->building;
	int status = hs__body_end(request);

	if (status != 0) {
		hs__input_refuse(conn, status, hs__body_reason(status));
		return;
	}
	conn->building = NULL;
	if (may_run(conn, request))
		run(conn, request);
	else
		conn->state = HS__CONN_HELD;
}

void hs__input_refuse(struct hs__conn *conn, int status, const char *reason)
{
	struct hs_http_server *server = conn->server;
	struct hs__request *request = conn->building;
	struct hs_http_reply reply = {
		.status = status,
		.content_type = HS_S("text/plain; charset=utf-8"),
		.body.bytes = hs_slice_cstr(reason),
	};

	conn->building = NULL;
	conn->state = HS__CONN_LAST;
	conn->read_due = HS__NO_DEADLINE;
	conn->running++;
	request->stage = HS__REQUEST_RUNNING;
	server->counters.refused++;
	server->counters.in_progress++;
	hs__body_forget(request);
	if (server->config.refused)
		server->config.refused(status, reason, request->pub.arena, &reply, server->config.arg);
	reply.close = true;
	hs_http_reply(&request->pub, &reply);
}

/* ---- the head ---- */

/* "/path?query" out of whatever form the target had; false when there is no memory. */
static bool set_target(struct hs__request *request, const struct hs__guard *guard, struct hs_slice head)
{
	struct hs_slice path = { head.ptr + guard->path.at, guard->path.len };
	size_t query;

	if (guard->authority.len > 0 && (path.len == 0 || path.ptr[0] == '?'))
		path = hs_arena_printf(request->pub.arena, "/%.*s", HS_S_ARG(path));
	if (!path.ptr)
		return false;
	query = hs_slice_find(path, '?', 0);
	request->pub.target = path;
	request->pub.path = hs_slice_first(path, query);
	request->pub.query = query == SIZE_MAX ? HS_S_NONE : hs_slice_from(path, query + 1);
	request->pub.method_name = hs_slice(head.ptr + guard->method.at, guard->method.len);
	return true;
}

static void end_head(struct hs__conn *conn, struct hs_slice head)
{
	const struct hs_http_limits *limits = &conn->server->config.limits;
	struct hs__request *request = conn->building;
	uint64_t now = hs_loop_mono_ms(conn->loop);
	int status;

	if (!head.ptr || !set_target(request, &conn->guard, head)) {
		hs__input_refuse(conn, 503, "there is no memory for the request");
		return;
	}
	if (!hs__parse_head(conn, head)) {
		hs__input_refuse(conn, conn->parse_status, conn->parse_reason);
		return;
	}
	request->keep_alive = conn->guard.keep_alive;
	request->safe = conn->guard.safe;
	request->minor_0 = conn->guard.minor == 0;
	if (conn->guard.body == HS__BODY_NONE) {
		end_request(conn);
		return;
	}
	status = hs__body_begin(request, &conn->guard);
	if (status != 0) {
		hs__input_refuse(conn, status,
			status == 415 ?
				"of content codings only gzip is understood; send the body so, or without" :
				"there is no memory for the request");
		return;
	}
	conn->guard.chunk_left = conn->guard.body == HS__BODY_LENGTH ? conn->guard.content_length : 0;
	conn->state = HS__CONN_BODY;
	conn->body_due = now + limits->body_total_ms;
	conn->read_due = now + limits->body_idle_ms;
}

static void promise_to_read(struct hs__conn *conn)
{
	struct hs__request *request = conn->building;

	request->out[request->out_count++] = HS_S("HTTP/1.1 100 Continue\r\n\r\n");
	conn->out_bytes += request->out[0].len;
}

static size_t take_head(struct hs__conn *conn, struct hs_slice bytes)
{
	size_t had = conn->head.len;
	struct hs_slice head = bytes;
	enum hs__guard_step step;
	size_t used;

	if (had > 0) {
		hs_buf_add(&conn->head, hs_slice_first(bytes, conn->head.max - had));
		head = hs_buf_slice(&conn->head);
	}
	step = hs__guard_head(&conn->guard, head);
	if (step == HS__GUARD_MORE) {
		if (had == 0)
			hs_buf_add(&conn->head, bytes);
		if (conn->head.overflow)
			hs__input_refuse(conn, 503, "there is no memory for the request");
		return bytes.len;
	}
	if (step == HS__GUARD_REFUSED) {
		struct hs_slice method = { head.ptr + conn->guard.method.at, conn->guard.method.len };
		if (hs_slice_eq(method, HS_S("HEAD"))) /* a refusal has no content then, either */
			conn->building->pub.method = HS_HTTP_HEAD;
		hs__input_refuse(conn, conn->guard.status, conn->guard.reason);
		return bytes.len;
	}
	used = conn->guard.at - had;
	conn->behind = used < bytes.len;
	head.len = conn->guard.at;
	if (had == 0)
		head = hs_arena_copy(conn->building->pub.arena, head);
	end_head(conn, head);
	if (conn->state == HS__CONN_BODY && conn->guard.expect_continue && used == bytes.len)
		promise_to_read(conn);
	return used;
}

/* ---- the body ---- */

static size_t take_body(struct hs__conn *conn, struct hs_slice bytes)
{
	struct hs__guard *guard = &conn->guard;
	enum hs__guard_step step = HS__GUARD_MORE;
	uint64_t idle = hs_loop_mono_ms(conn->loop) + conn->server->config.limits.body_idle_ms;
	size_t used = bytes.len;

	conn->read_due = idle < conn->body_due ? idle : conn->body_due;
	if (guard->body == HS__BODY_CHUNKED) {
		step = hs__guard_chunked(guard, bytes, &used);
	} else {
		if (used > guard->chunk_left)
			used = (size_t)guard->chunk_left;
		guard->chunk_left -= used;
		if (guard->chunk_left == 0)
			step = HS__GUARD_DONE;
	}
	conn->behind = used < bytes.len;
	if (!hs__parse_bytes(conn, hs_slice_first(bytes, used)))
		hs__input_refuse(conn, conn->parse_status, conn->parse_reason);
	else if (step == HS__GUARD_REFUSED)
		hs__input_refuse(conn, guard->status, guard->reason);
	else if (conn->message_complete != (step == HS__GUARD_DONE))
		hs__input_refuse(conn, 400, "the framing of the body is ambiguous");
	else if (step == HS__GUARD_DONE)
		end_request(conn);
	return used;
}

/* ---- the whole ---- */

bool hs__input_paused(const struct hs__conn *conn)
{
	const struct hs_http_limits *limits = &conn->server->config.limits;

	if (conn->state == HS__CONN_HELD || conn->out_bytes > limits->write_queue_bytes)
		return true;
	return conn->state == HS__CONN_IDLE && conn->count >= limits->pipeline;
}

size_t hs__input_take(struct hs__conn *conn, struct hs_slice bytes)
{
	size_t done = 0;

	while (done < bytes.len && !hs__input_paused(conn)) {
		struct hs_slice rest = hs_slice_from(bytes, done);

		if (conn->state == HS__CONN_IDLE && !begin_request(conn)) {
			hs__conn_kill(conn);
			return bytes.len;
		}
		if (conn->state == HS__CONN_HEAD)
			done += take_head(conn, rest);
		else if (conn->state == HS__CONN_BODY)
			done += take_body(conn, rest);
		else
			return bytes.len; /* after the last request: thrown away */
	}
	conn->behind = done < bytes.len;
	return done;
}

bool hs__input_resume(struct hs__conn *conn)
{
	size_t used;

	if (conn->state == HS__CONN_HELD && may_run(conn, conn->last)) {
		run(conn, conn->last);
		return true;
	}
	if (conn->pending.len == 0 || hs__input_paused(conn))
		return false;
	used = hs__input_take(conn, hs_slice_from(hs_buf_slice(&conn->pending), conn->pending_at));
	if (conn->state == HS__CONN_GONE)
		return false;
	conn->pending_at += used;
	if (conn->pending_at == conn->pending.len) {
		hs_buf_free(&conn->pending);
		conn->pending_at = 0;
	}
	return used > 0;
}
