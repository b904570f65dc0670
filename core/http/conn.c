/* SPDX-License-Identifier: Apache-2.0 */
/* Life, events and time of a server connection. */
#include <core/http/conn.h>

#include <core/base/heap.h>
#include <core/http/tls_private.h>

#include <errno.h>
#include <stdio.h>

/* ---- the end ---- */

static void free_when_done(struct hs__conn *conn)
{
	struct hs_http_server *server = conn->server;
	bool accepted = conn->accepted;
	char *client_name;

	if (conn->state != HS__CONN_GONE || conn->first || conn->closing_poll || conn->pumping)
		return;
	memcpy(&client_name, &conn->client_name.ptr, sizeof(client_name));
	hs_heap_free(client_name);
	hs_heap_free(conn->fields);
	hs__link_remove(&conn->flush.link);
	hs__link_remove(&conn->link);
	hs_heap_free(conn);
	server->counters.connections--;
	if (accepted)
		hs__balance_ended(server);
	hs__server_conn_ended(server);
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct hs__conn *conn = handle->data;

	conn->closing_poll = false;
	free_when_done(conn);
}

/* Those that have no answer yet hear of it; they are answered later, to nobody. */
static void tell_requests(struct hs__conn *conn)
{
	const struct hs_http_server_config *config = &conn->server->config;

	for (struct hs__request *it = conn->first; it; it = it->next) {
		if (it->stage == HS__REQUEST_STREAMING) {
			it->stage = HS__REQUEST_REPLIED;
			conn->running--;
		} else if (it->stage == HS__REQUEST_RECEIVING) {
			/* Held back, never shown to the handler: nobody will answer it. */
			it->stage = HS__REQUEST_REPLIED;
			conn->server->counters.in_progress++;
		} else if (it->stage == HS__REQUEST_RUNNING && config->gone) {
			config->gone(&it->pub, config->arg);
		}
	}
}

void hs__conn_kill(struct hs__conn *conn)
{
	bool was_pumping = conn->pumping;

	if (conn->state == HS__CONN_GONE)
		return;
	if (conn->state == HS__CONN_HANDSHAKE)
		conn->server->counters.tls_failed++;
	hs__input_drop(conn);
	conn->state = HS__CONN_GONE;
	conn->pumping = true; /* nothing that is called from here frees it */
	hs__wheel_remove(&conn->server->wheel, &conn->timer);
	if (conn->has_poll) {
		conn->closing_poll = true;
		uv_close((uv_handle_t *)&conn->poll, on_poll_closed);
	}
	hs__tls_close(conn->tls);
	conn->tls = NULL;
	conn->io->close(conn->io_ctx);
	hs_buf_free(&conn->pending);
	tell_requests(conn);
	hs__output_discard(conn);
	conn->pumping = was_pumping;
	if (!was_pumping)
		free_when_done(conn);
}

/* Everything is sent: say so, and wait for the peer to close, so that it can read what we sent before a reset
 * reaches it (RFC 9112 section 9.6). */
static void linger(struct hs__conn *conn)
{
	if (conn->tls)
		hs__tls_finish(conn->tls);
	conn->io->finish(conn->io_ctx);
	conn->state = HS__CONN_LINGER;
	conn->blocked = false;
	conn->write_due = HS__NO_DEADLINE;
	conn->read_due = hs_loop_mono_ms(conn->loop) + HS__LINGER_MS;
	if (conn->eof)
		hs__conn_kill(conn);
}

/* ---- what to wait for next ---- */

static void on_poll(uv_poll_t *handle, int status, int events);

static bool may_read(const struct hs__conn *conn)
{
	return conn->has_poll && !conn->eof && !hs__input_paused(conn) && conn->pending.len == 0;
}

static void ask(struct hs__conn *conn)
{
	uint8_t interest = (uint8_t)((may_read(conn) ? UV_READABLE : 0) | (conn->blocked ? UV_WRITABLE : 0));

	if (!conn->has_poll || interest == conn->interest)
		return;
	conn->interest = interest;
	if (interest == 0)
		uv_poll_stop(&conn->poll);
	else
		uv_poll_start(&conn->poll, interest, on_poll);
}

/* The end that is due, if one is. */
static void end_if_due(struct hs__conn *conn)
{
	bool idle;

	if (conn->eof && conn->building && conn->pending.len == 0) {
		/* Half a request that will never be whole; those before it are still answered. */
		hs__input_drop(conn);
		conn->state = HS__CONN_LAST;
	}
	idle = !conn->first && conn->pending.len == 0 && conn->state != HS__CONN_LINGER;
	if (conn->last_done && conn->state != HS__CONN_LINGER) {
		if (!conn->blocked)
			linger(conn);
	} else if (idle && (conn->eof || (conn->server->draining && conn->state == HS__CONN_IDLE))) {
		hs__conn_kill(conn);
	}
}

/* How long the peer may take with what it owes us; nothing when it is we who do not read or answer. */
static void set_read_due(struct hs__conn *conn)
{
	const struct hs_http_limits *limits = &conn->server->config.limits;
	uint64_t now = hs_loop_mono_ms(conn->loop);

	if (conn->state == HS__CONN_IDLE)
		conn->read_due = conn->first ? HS__NO_DEADLINE : now + limits->keep_alive_ms;
	else if (conn->state == HS__CONN_HELD || conn->state == HS__CONN_LAST)
		conn->read_due = HS__NO_DEADLINE;
	else if (conn->state != HS__CONN_HEAD && conn->state != HS__CONN_BODY)
		return;
	else if (hs__input_paused(conn))
		conn->read_due = HS__NO_DEADLINE;
	else if (conn->read_due == HS__NO_DEADLINE)
		conn->read_due = now +
			(conn->state == HS__CONN_HEAD ? limits->header_ms : limits->body_idle_ms);
}

static void settle(struct hs__conn *conn)
{
	if (conn->state != HS__CONN_GONE) {
		conn->pumping = true; /* it is freed at the end, not while we look at it */
		end_if_due(conn);
		conn->pumping = false;
	}
	if (conn->state == HS__CONN_GONE) {
		hs__output_discard(conn);
		free_when_done(conn);
		return;
	}
	set_read_due(conn);
	hs__wheel_set(&conn->server->wheel, &conn->timer,
		conn->read_due < conn->write_due ? conn->read_due : conn->write_due);
	ask(conn);
}

void hs__conn_pump(struct hs__conn *conn)
{
	bool more = true;

	conn->pumping = true;
	while (more && conn->state != HS__CONN_GONE) {
		hs__output_write(conn);
		more = conn->state != HS__CONN_GONE && !conn->last_done && hs__input_resume(conn);
	}
	conn->pumping = false;
	settle(conn);
}

static void on_flush(struct hs__flush *flush)
{
	hs__conn_pump(HS__HOLDER(flush, struct hs__conn, flush));
}

/* ---- reading ---- */

static void take_plain(struct hs__conn *conn, struct hs_slice bytes)
{
	size_t used = conn->pending.len > 0 ? 0 : hs__input_take(conn, bytes);

	if (used == bytes.len || conn->state == HS__CONN_GONE)
		return;
	/* Bounded by two reads: nothing is asked for while something is pending, and what was asked for
	 * before may come once more in the same turn. */
	if (!conn->pending.ptr)
		hs_buf_init(&conn->pending, NULL, (size_t)HS__LOOP_INPUT * 2);
	hs_buf_add(&conn->pending, hs_slice_from(bytes, used));
	if (conn->pending.overflow)
		hs__conn_kill(conn);
}

static void end_of_input(struct hs__conn *conn)
{
	conn->eof = true;
	conn->read_due = HS__NO_DEADLINE;
	if (conn->state == HS__CONN_LINGER || conn->state == HS__CONN_HANDSHAKE)
		hs__conn_kill(conn);
}

static void note_handshake(struct hs__conn *conn)
{
	char *name;

	if (conn->state != HS__CONN_HANDSHAKE || !hs__tls_established(conn->tls))
		return;
	conn->state = HS__CONN_IDLE;
	name = hs__tls_client_name(conn->tls);
	conn->client_name = hs_slice_cstr(name);
}

/* Somebody who speaks plain HTTP to a TLS port is told so in words that he can read. */
static void explain_tls(struct hs__conn *conn, struct hs_slice bytes)
{
	static char text[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
			     "Content-Length: 51\r\nConnection: close\r\n\r\n"
			     "this port speaks HTTPS: ask it with an https:// URL";
	const struct iovec part = { text, sizeof(text) - 1 };

	if (conn->state == HS__CONN_HANDSHAKE && bytes.len > 0 && bytes.ptr[0] >= 'A' && bytes.ptr[0] <= 'Z')
		conn->io->write(conn->io_ctx, &part, 1);
}

static void take_encrypted(struct hs__conn *conn, struct hs_slice bytes)
{
	ssize_t n;
	bool failed = false;

	hs__tls_lend(conn->tls, bytes);
	do {
		n = hs__tls_read(conn->tls, conn->loop->plain, HS__LOOP_PLAIN);
		note_handshake(conn);
		if (n > 0)
			take_plain(conn, hs_slice(conn->loop->plain, (size_t)n));
	} while (n > 0 && conn->state != HS__CONN_GONE);
	if (conn->state == HS__CONN_GONE)
		return;
	if (n == 0) {
		end_of_input(conn);
	} else if (n != -EAGAIN) {
		explain_tls(conn, bytes);
		hs__conn_kill(conn);
		return;
	}
	conn->blocked |= conn->state != HS__CONN_GONE && !hs__tls_flush(conn->tls, &failed);
	if (failed)
		hs__conn_kill(conn);
}

void hs__conn_input(struct hs__conn *conn, struct hs_slice bytes)
{
	conn->pumping = true;
	conn->server->counters.bytes_in += bytes.len;
	if (conn->state == HS__CONN_LINGER)
		; /* thrown away, until the peer closes or time is up */
	else if (conn->tls)
		take_encrypted(conn, bytes);
	else
		take_plain(conn, bytes);
	conn->pumping = false;
}

static void read_some(struct hs__conn *conn)
{
	ssize_t n = conn->io->read(conn->io_ctx, conn->loop->input, HS__LOOP_INPUT);

	if (n > 0) {
		hs__conn_input(conn, hs_slice(conn->loop->input, (size_t)n));
	} else if (n == 0) {
		conn->pumping = true;
		end_of_input(conn);
	} else if (n != -EAGAIN) {
		conn->pumping = true;
		hs__conn_kill(conn);
	}
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
	struct hs__conn *conn = handle->data;
	struct hs_loop *loop = conn->loop;
	bool failed = false;

	if (status < 0) {
		hs__conn_kill(conn);
		return;
	}
	hs__loop_work_begins(loop);
	if (events & UV_WRITABLE) {
		conn->blocked = conn->tls && !hs__tls_flush(conn->tls, &failed);
		if (conn->write_due != HS__NO_DEADLINE)
			conn->write_due = hs_loop_mono_ms(conn->loop) +
				conn->server->config.limits.write_idle_ms;
	}
	if (failed) {
		hs__conn_kill(conn);
		return;
	}
	if (events & UV_READABLE)
		read_some(conn);
	hs__loop_flush(loop, &conn->flush);
	hs__loop_work_ends(loop);
}

/* ---- time ---- */

void hs__conn_expired(struct hs__wheel_item *item)
{
	struct hs__conn *conn = HS__HOLDER(item, struct hs__conn, timer);
	uint64_t now = hs_loop_mono_ms(conn->loop);

	if (conn->write_due <= now || conn->state == HS__CONN_HANDSHAKE) {
		conn->server->counters.timeouts++;
		hs__conn_kill(conn);
		return;
	}
	if (conn->read_due > now) {
		settle(conn);
		return;
	}
	if (conn->state != HS__CONN_HEAD && conn->state != HS__CONN_BODY) {
		hs__conn_kill(conn); /* idle for too long, or the peer does not close */
		return;
	}
	conn->server->counters.timeouts++;
	conn->pumping = true;
	hs__input_refuse(conn, 408,
		conn->building->pub.headers ? "the body did not arrive in time" :
					      "the head did not arrive in time");
	hs__conn_pump(conn);
}

/* ---- the beginning ---- */

struct hs__conn *hs__conn_open(struct hs_http_server *server, const struct hs__transport *io, void *io_ctx,
	int fd, const char *peer)
{
	const struct hs_http_limits *limits = &server->config.limits;
	struct hs__conn *conn = hs_heap_alloc(sizeof(*conn));
	uint64_t now = hs_loop_mono_ms(server->loop);

	conn->server = server;
	conn->loop = server->loop;
	conn->io = io;
	conn->io_ctx = io_ctx ? io_ctx : &conn->fd;
	conn->fd = fd;
	conn->flush.run = on_flush;
	conn->write_due = HS__NO_DEADLINE;
	conn->state = HS__CONN_IDLE;
	conn->read_due = now + limits->keep_alive_ms;
	snprintf(conn->peer, sizeof(conn->peer), "%s", peer);
	if (fd >= 0 && server->config.tls) {
		conn->tls = hs__tls_open(server->config.tls, io, conn->io_ctx, conn->loop->stage,
			HS__LOOP_PLAIN);
		conn->state = HS__CONN_HANDSHAKE;
		conn->read_due = now + limits->handshake_ms;
	}
	if (fd >= 0) {
		if (uv_poll_init_socket(&conn->loop->uv, &conn->poll, fd) != 0) {
			hs__tls_close(conn->tls);
			io->close(conn->io_ctx);
			hs_heap_free(conn);
			return NULL;
		}
		conn->poll.data = conn;
		conn->has_poll = true;
	}
	hs__list_append(&server->conns, &conn->link);
	server->counters.accepted++;
	server->counters.connections++;
	hs__wheel_set(&server->wheel, &conn->timer, conn->read_due);
	ask(conn);
	return conn;
}

void hs__conn_drain(struct hs__conn *conn)
{
	/* A request may be waiting in the socket already, behind replies that are not written yet. */
	if (conn->state == HS__CONN_IDLE && may_read(conn))
		read_some(conn);
	hs__conn_pump(conn);
}
