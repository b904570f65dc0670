/* SPDX-License-Identifier: Apache-2.0 */
/* A connection whose transport is memory, driven by a test or a fuzzer. */
#include <core/http/conn.h>

#include <core/base/heap.h>

#include <errno.h>

enum { OUTPUT_MAX = 1 << 30 };

struct hs_http_loopback {
	struct hs__conn *conn; /* NULL when it is gone */
	struct hs_buf output;
	size_t room; /* bytes that the peer still takes */
	bool closed;
};

static ssize_t loopback_read(void *ctx, void *out, size_t size)
{
	(void)ctx;
	(void)out;
	(void)size;
	return -EAGAIN; /* bytes are fed, not fetched */
}

static ssize_t loopback_write(void *ctx, const struct iovec *parts, int count)
{
	struct hs_http_loopback *lb = ctx;
	ssize_t written = 0;

	for (int i = 0; i < count && lb->room > 0; i++) {
		size_t take = parts[i].iov_len < lb->room ? parts[i].iov_len : lb->room;

		hs_buf_add(&lb->output, hs_slice(parts[i].iov_base, take));
		lb->room -= take;
		written += (ssize_t)take;
	}
	return written > 0 ? written : -EAGAIN;
}

static void loopback_finish(void *ctx)
{
	struct hs_http_loopback *lb = ctx;

	lb->closed = true;
}

static void loopback_close(void *ctx)
{
	struct hs_http_loopback *lb = ctx;

	lb->closed = true;
	lb->conn = NULL;
}

static const struct hs__transport memory = {
	.read = loopback_read,
	.write = loopback_write,
	.finish = loopback_finish,
	.close = loopback_close,
};

struct hs_http_loopback *hs_http_loopback_open(struct hs_http_server *server)
{
	struct hs_http_loopback *lb = hs_heap_alloc(sizeof(*lb));

	hs_buf_init(&lb->output, NULL, OUTPUT_MAX);
	lb->room = SIZE_MAX;
	lb->conn = hs__conn_open(server, &memory, lb, -1, "loopback");
	return lb;
}

void hs_http_loopback_feed(struct hs_http_loopback *lb, struct hs_slice bytes)
{
	/* No more at a time than a socket would give. */
	while (lb->conn && bytes.len > 0) {
		struct hs_slice some = hs_slice_first(bytes, HS__LOOP_INPUT);
		struct hs__conn *conn = lb->conn; /* lb forgets it when it is killed; the pump frees it */

		hs__conn_input(conn, some);
		hs__conn_pump(conn);
		bytes = hs_slice_from(bytes, some.len);
	}
}

void hs_http_loopback_room(struct hs_http_loopback *lb, size_t room)
{
	lb->room = room;
	if (!lb->conn || room == 0)
		return;
	lb->conn->blocked = false;
	hs__conn_pump(lb->conn);
}

struct hs_slice hs_http_loopback_output(struct hs_http_loopback *lb, bool *closed)
{
	if (closed)
		*closed = lb->closed;
	return hs_buf_slice(&lb->output);
}

void hs_http_loopback_close(struct hs_http_loopback *lb)
{
	if (!lb)
		return;
	if (lb->conn)
		hs__conn_kill(lb->conn);
	hs_buf_free(&lb->output);
	hs_heap_free(lb);
}
