/* SPDX-License-Identifier: Apache-2.0 */
/* From replies to bytes: the writing half of a connection. All replies that are ready, in the order of their
 * requests, leave with one system call. */
#include <core/http/conn.h>

#include <core/http/tls_private.h>

#include <errno.h>

enum { PARTS = 64 };

void hs__request_answered(struct hs__request *request)
{
	struct hs__conn *conn = request->conn;

	conn->running--;
	if (!request->safe)
		conn->running_unsafe = false;
	if (!conn->pumping)
		hs__loop_flush(conn->loop, &conn->flush);
}

static void release_body(struct hs__request *request)
{
	struct hs_http_body body = request->body;

	request->body = (struct hs_http_body) { HS_S_NONE, NULL, NULL };
	if (body.release)
		body.release(body.owner);
}

void hs__request_finish(struct hs__request *request)
{
	struct hs_http_server *server = request->conn->server;
	struct hs_http_stream stream = request->stream;
	struct hs_arena *arena = request->pub.arena;

	release_body(request);
	if (stream.stop)
		stream.stop(&request->pub, stream.arg);
	if (request->stage != HS__REQUEST_RECEIVING)
		server->counters.in_progress--;
	hs__body_forget(request);
	hs__server_keep_arena(server, arena);
}

/* ---- what is to be written ---- */

static int gather(const struct hs__conn *conn, struct iovec *parts, size_t *bytes)
{
	int count = 0;

	*bytes = 0;
	for (const struct hs__request *it = conn->first; it; it = it->next) {
		for (unsigned i = it->out_at; i < it->out_count; i++) {
			if (count == PARTS)
				return count;
			if (it->out[i].len == 0)
				continue;
			memcpy(&parts[count].iov_base, &it->out[i].ptr, sizeof(void *));
			parts[count++].iov_len = it->out[i].len;
			*bytes += it->out[i].len;
		}
		if (it->stage != HS__REQUEST_REPLIED || it->close)
			break;
	}
	return count;
}

/* Takes `n` written bytes off one request; what is left over is returned. */
static size_t advance_request(struct hs__request *request, size_t n)
{
	while (request->out_at < request->out_count) {
		struct hs_slice *out = &request->out[request->out_at];

		if (n < out->len) {
			out->ptr += n;
			out->len -= n;
			return 0;
		}
		n -= out->len;
		request->out_at++;
	}
	request->out_at = 0;
	request->out_count = 0;
	return n;
}

static void advance(struct hs__conn *conn, size_t n)
{
	conn->out_bytes -= n;
	while (conn->first) {
		struct hs__request *request = conn->first;

		n = advance_request(request, n);
		if (request->out_count > 0 || request->stage == HS__REQUEST_RECEIVING ||
			request->stage == HS__REQUEST_RUNNING || request->stage == HS__REQUEST_WORKING)
			return;
		if (request->stage == HS__REQUEST_STREAMING) {
			release_body(request);
			if (!request->stream_over)
				return;
			hs__request_answered(request);
		}
		conn->first = request->next;
		if (!conn->first)
			conn->last = NULL;
		conn->count--;
		conn->last_done |= request->close;
		hs__request_finish(request);
		if (conn->last_done)
			return;
	}
}

/* ---- streams ---- */

/* Asks the stream at the front for its next piece, when the last one is written. */
static bool ask_for_piece(struct hs__conn *conn)
{
	struct hs__request *request = conn->first;

	if (!request || request->stage != HS__REQUEST_STREAMING || request->piece_due ||
		request->out_count > 0)
		return false;
	request->piece_due = true;
	request->stream.proceed(&request->pub, request->stream.arg);
	return !request->piece_due;
}

/* ---- writing ---- */

static ssize_t write_parts(struct hs__conn *conn, const struct iovec *parts, int count)
{
	return conn->tls ? hs__tls_write(conn->tls, parts, count) :
			   conn->io->write(conn->io_ctx, parts, count);
}

static void wait_for_peer(struct hs__conn *conn)
{
	conn->blocked = true;
	conn->write_due = hs_loop_mono_ms(conn->loop) + conn->server->config.limits.write_idle_ms;
}

void hs__output_write(struct hs__conn *conn)
{
	struct iovec parts[PARTS];
	size_t written = 0;
	bool failed = false;

	while (!conn->blocked && !conn->last_done) {
		size_t bytes;
		int count = gather(conn, parts, &bytes);
		ssize_t n;

		if (count == 0 && written > HS__STREAM_TURN) {
			hs__loop_flush(conn->loop, &conn->flush);
			return;
		}
		if (count == 0) {
			const struct hs__request *before = conn->first;

			advance(conn, 0);
			if (conn->first == before && !ask_for_piece(conn))
				return;
			continue;
		}
		n = write_parts(conn, parts, count);
		if (n == -EAGAIN) {
			wait_for_peer(conn);
			return;
		}
		if (n < 0) {
			hs__conn_kill(conn);
			return;
		}
		written += (size_t)n;
		conn->server->counters.bytes_out += (uint64_t)n;
		conn->write_due = HS__NO_DEADLINE;
		advance(conn, (size_t)n);
		/* A socket that took a part takes no more now; TLS takes a record at a time and keeps what
		 * the socket does not take. */
		if (conn->tls ? !hs__tls_flush(conn->tls, &failed) : (size_t)n < bytes)
			wait_for_peer(conn);
	}
}

/* ---- a connection that is gone ---- */

void hs__output_discard(struct hs__conn *conn)
{
	struct hs__request **at = &conn->first;

	conn->last = NULL;
	while (*at) {
		struct hs__request *request = *at;

		if (request->stage != HS__REQUEST_REPLIED) {
			conn->last = request;
			at = &request->next;
			continue;
		}
		*at = request->next;
		conn->count--;
		hs__request_finish(request);
	}
	conn->out_bytes = 0;
}
