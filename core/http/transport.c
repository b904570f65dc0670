/* SPDX-License-Identifier: Apache-2.0 */
/* The transport of a TCP socket. */
#include <core/http/transport.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t socket_read(void *ctx, void *out, size_t size)
{
	const int *fd = ctx;
	ssize_t n;

	do
		n = recv(*fd, out, size, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static ssize_t socket_write(void *ctx, const struct iovec *parts, int count)
{
	const int *fd = ctx;
	ssize_t n;

	if (count == 1) {
		do
			n = send(*fd, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
		while (n < 0 && errno == EINTR);
	} else {
		struct msghdr message = { .msg_iovlen = (size_t)count };

		/* sendmsg does not write to the parts; its interface is older than const. */
		memcpy(&message.msg_iov, &parts, sizeof(parts));
		do
			n = sendmsg(*fd, &message, MSG_NOSIGNAL);
		while (n < 0 && errno == EINTR);
	}
	return n < 0 ? -errno : n;
}

static void socket_finish(void *ctx)
{
	const int *fd = ctx;

	shutdown(*fd, SHUT_WR);
}

static void socket_close(void *ctx)
{
	int *fd = ctx;

	close(*fd);
	*fd = -1;
}

const struct hs__transport hs__transport_socket = {
	.read = socket_read,
	.write = socket_write,
	.finish = socket_finish,
	.close = socket_close,
};
