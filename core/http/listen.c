/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: accepting, refusing above the ceiling, and living through a lack of descriptors. */
#include <core/http/conn.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BACKLOG = 1024,
	ACCEPT_AT_ONCE = 64,   /* then other connections get their turn */
	ACCEPT_AGAIN_MS = 100, /* how long accepting rests when there is no descriptor at all */
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool parse_address(const char *text, uint16_t port, union address *out, socklen_t *size)
{
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		*size = sizeof(out->v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		*size = sizeof(out->v6);
		return true;
	}
	return false;
}

static void peer_text(const union address *address, char *out, socklen_t size)
{
	const void *bytes = address->any.sa_family == AF_INET6 ? (const void *)&address->v6.sin6_addr :
								 (const void *)&address->v4.sin_addr;

	if (!inet_ntop(address->any.sa_family, bytes, out, size))
		out[0] = '\0';
}

/* ---- accepting ---- */

/* Best effort: a fresh socket has room for this. */
static void turn_away(struct hs_http_server *server, int fd)
{
	static const char busy[] =
		"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
		"Connection: close\r\n\r\n";

	server->counters.refused++;
	if (!server->config.tls && send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		shutdown(fd, SHUT_WR);
	close(fd);
}

static void watch(struct hs_http_server *server);

static void accept_again(void *arg)
{
	struct hs_http_server *server = arg;

	hs_timer_stop(server->accept_again);
	server->accept_again = NULL;
	if (server->reserve_fd < 0)
		server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (server->listening)
		watch(server);
}

/* No descriptor is left. The reserve is given up for a moment, so that the peer is closed and not left to
 * wait; when even that does not help, accepting rests, or the loop would spin. */
static bool accept_with_reserve(struct hs_http_server *server)
{
	int fd;

	if (server->reserve_fd >= 0) {
		close(server->reserve_fd);
		fd = accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			turn_away(server, fd);
		server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && server->reserve_fd >= 0)
			return true;
	}
	uv_poll_stop(&server->listener);
	if (!server->accept_again)
		server->accept_again = hs_timer_start(server->loop, ACCEPT_AGAIN_MS, 0, accept_again, server);
	return false;
}

/* False when there is nobody more to accept now. */
static bool accept_one(struct hs_http_server *server)
{
	union address peer = { .v6 = { 0 } };
	socklen_t size = sizeof(peer);
	char text[HS__PEER_TEXT];
	int fd = accept4(server->listen_fd, &peer.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			return accept_with_reserve(server);
		return errno == EINTR || errno == ECONNABORTED;
	}
	peer_text(&peer, text, sizeof(text));
	hs__balance_accept(server, fd, text);
	return true;
}

void hs__listen_take(struct hs_http_server *server, int fd, const char *peer)
{
	struct hs__conn *conn = NULL;
	int on = 1;

	if (server->counters.connections >= server->config.limits.connections) {
		turn_away(server, fd);
	} else {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		conn = hs__conn_open(server, &hs__transport_socket, NULL, fd, peer);
	}
	if (!conn) {
		hs__balance_ended(server);
		return;
	}
	conn->accepted = true;
	if (server->draining)
		hs__conn_drain(conn);
}

static void on_listener(uv_poll_t *handle, int status, int events)
{
	struct hs_http_server *server = handle->data;

	(void)events;
	if (status < 0)
		return;
	for (int i = 0; i < ACCEPT_AT_ONCE; i++)
		if (!accept_one(server))
			return;
}

static void watch(struct hs_http_server *server)
{
	uv_poll_start(&server->listener, UV_READABLE, on_listener);
}

/* ---- opening and closing ---- */

static int open_socket(const struct hs_http_server_config *config, const union address *address,
	socklen_t size)
{
	int on = 1;
	int saved;
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		(!config->reuse_port || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0) &&
		bind(fd, &address->any, size) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

enum hs_status hs__listen_open(struct hs_http_server *server, struct hs_error *err)
{
	const struct hs_http_server_config *config = &server->config;
	union address address;
	socklen_t size;

	if (!parse_address(config->address, config->port, &address, &size))
		return hs_fail(err, HS_E_VALUE,
			"cannot listen on \"%s\": give an IPv4 or IPv6 address such as 127.0.0.1",
			config->address);
	server->listen_fd = open_socket(config, &address, size);
	if (server->listen_fd < 0) {
		err->cause = errno;
		hs_fail(err, HS_E_NETWORK, "cannot listen on %s port %u: %s", config->address, config->port,
			strerrordesc_np(errno));
		return HS_E_NETWORK;
	}
	size = sizeof(address);
	getsockname(server->listen_fd, &address.any, &size);
	server->port = ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
	server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	uv_poll_init_socket(&server->loop->uv, &server->listener, server->listen_fd);
	server->listener.data = server;
	server->listening = true;
	server->open_handles++;
	watch(server);
	hs__balance_join(server);
	return HS_OK;
}

static void on_listener_closed(uv_handle_t *handle)
{
	struct hs_http_server *server = handle->data;

	server->open_handles--;
	hs__server_conn_ended(server);
}

void hs__listen_close(struct hs_http_server *server)
{
	if (!server->listening)
		return;
	hs__balance_leave(server);
	/* Those who have connected already are let in: closing would reset them. */
	for (int i = 0; i < BACKLOG && server->listening; i++)
		if (!accept_one(server))
			break;
	server->listening = false;
	hs_timer_stop(server->accept_again);
	server->accept_again = NULL;
	uv_close((uv_handle_t *)&server->listener, on_listener_closed);
	close(server->listen_fd);
	if (server->reserve_fd >= 0)
		close(server->reserve_fd);
}
