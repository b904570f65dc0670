/* SPDX-License-Identifier: Apache-2.0 */
/* Loops and listeners: opened, run on their threads, drained and stopped. */
#include <core/base/heap.h>
#include <core/base/log.h>
#include <core/host/request/access_log.h>
#include <core/host/operations/export.h>
#include <core/host/request/request_private.h>
#include <core/host/sandbox/sandbox.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define SWEEP_MS 250
#define TIDY_MS 10000

/* "127.0.0.1:8080", "[::1]:0", ":8080" (all of IPv4). */
static enum hs_status split_listen(const char *listen, char *address, size_t size, uint16_t *port,
	struct hs_error *err)
{
	struct hs_slice text = hs_slice_cstr(listen);
	size_t colon = SIZE_MAX;
	uint64_t number = 0;

	for (size_t i = 0; i < text.len; i++)
		colon = text.ptr[i] == ':' ? i : colon;
	if (colon == SIZE_MAX || !hs_slice_u64(hs_slice_from(text, colon + 1), &number) || number > 65535)
		return hs_fail(err, HS_E_VALUE,
			"listen must be ADDRESS:PORT like 127.0.0.1:8080, not \"%.60s\"", listen);
	struct hs_slice host = hs_slice_first(text, colon);
	if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = hs_slice(host.ptr + 1, host.len - 2);
	if (!host.len)
		host = HS_S("0.0.0.0");
	if (host.len >= size)
		return hs_fail(err, HS_E_VALUE, "the address in \"%.60s\" is too long", listen);
	memcpy(address, host.ptr, host.len);
	address[host.len] = '\0';
	*port = (uint16_t)number;
	return HS_OK;
}

/* Listeners share their port among our loops (SO_REUSEPORT), and the kernel would share it with another
 * server of this user as well, half of the requests each: look first whether somebody listens there. */
static enum hs_status refuse_shared_port(const char *address, uint16_t port, struct hs_error *err)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	bool is_four = inet_pton(AF_INET, address, &four.sin_addr) == 1;
	bool taken = false;
	int on = 1, fd = -1;

	if (port == 0 || (!is_four && inet_pton(AF_INET6, address, &six.sin6_addr) != 1))
		return HS_OK; /* what is no address is refused by the server itself */
	fd = socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return HS_OK;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (is_four)
		taken = bind(fd, (const struct sockaddr *)&four, sizeof(four)) != 0 && errno == EADDRINUSE;
	else
		taken = bind(fd, (const struct sockaddr *)&six, sizeof(six)) != 0 && errno == EADDRINUSE;
	close(fd);
	return taken ?
		hs_fail(err, HS_E_BUSY, "port %u of %s is in use by another program; choose another --listen",
			(unsigned)port, address) :
		HS_OK;
}

static enum hs_status open_tls(struct hs_host *host, struct hs_error *err)
{
	const struct hs_host_config *config = host->config;
	struct hs_tls_options options = { .certificate_file = config->tls_certificate,
		.key_file = config->tls_key,
		.client_ca_file = config->tls_client_ca[0] ? config->tls_client_ca : NULL,
		.client_required = config->tls_client_required };

	if (!config->tls_certificate[0])
		return HS_OK;
	if (!config->tls_key[0])
		return hs_fail(err, HS_E_REQUIRED, "tls.certificate needs tls.key");
	return hs_tls_config_new(&options, &host->tls, err);
}

static void fill_limits(const struct hs_host_config *config, struct hs_http_limits *limits)
{
	hs_http_limits_default(limits);
	limits->head_bytes = (uint32_t)config->head_kib * 1024;
	limits->body_bytes = (uint64_t)config->body_kib * 1024;
	limits->connections = (uint32_t)config->connections;
	limits->header_ms = (uint32_t)config->header_seconds * 1000;
	limits->keep_alive_ms = (uint32_t)config->keep_alive_seconds * 1000;
	limits->arena_bytes = (uint64_t)config->arena_mib << 20;
}

static enum hs_status open_log(struct hs_host *host, struct hs_error *err)
{
	const char *where = host->config->access_log;

	if (strcmp(where, "off") == 0)
		return HS_OK;
	host->log_fd = strcmp(where, "stderr") == 0 ?
		fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) :
		open(where, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return host->log_fd >= 0 ? HS_OK : hs_fail(err, HS_E_IO, "accessLog: %s cannot be opened", where);
}

static void sweep(void *arg)
{
	struct hs__loop *loop = arg;
	uint64_t now = hs_loop_mono_ms(loop->loop),
		 late = now > loop->sweep_due_ms ? now - loop->sweep_due_ms : 0;

	if (late * 1000 > atomic_load_explicit(&loop->lag_us, memory_order_relaxed))
		atomic_store_explicit(&loop->lag_us, late * 1000, memory_order_relaxed);
	loop->sweep_due_ms = now + SWEEP_MS;
	hs__access_log_flush(loop->log);
	pthread_mutex_lock(&loop->counters_lock);
	hs_http_server_counters(loop->server, &loop->counters);
	pthread_mutex_unlock(&loop->counters_lock);
	hs__work_sweep(loop);
	if (loop->index > 0)
		return;
	bool tidy = now >= loop->tidy_due_ms;
	hs__exports_tick(loop->host, tidy);
	if (tidy) {
		const struct hs_world *world = loop->host->world;
		loop->tidy_due_ms = now + TIDY_MS;
		if (loop->tidied++ == 1) /* not in the way of the first requests */
			hs__packages_check(loop->host);
		hs__sandboxes_tidy(loop->host, (int64_t)(world->mono_ns(world->ctx) / 1000000));
	}
}

static enum hs_status open_loop(struct hs_host *host, unsigned index,
	const struct hs_http_server_config *server, struct hs_error *err)
{
	struct hs__loop *loop = &host->loops[index];
	struct hs_http_server_config own = *server;

	loop->host = host;
	loop->index = index;
	pthread_mutex_init(&loop->counters_lock, NULL);
	host->world->random(host->world->ctx, &loop->request_base, sizeof(loop->request_base));
	enum hs_status status = hs_loop_new(&loop->loop, err);
	if (status)
		return status;
	host->loop_count = index + 1;
	own.arg = loop;
	own.port = index ? host->port : server->port;
	status = hs_http_server_open(loop->loop, &own, &loop->server, err);
	if (status)
		return status;
	host->port = hs_http_server_port(loop->server);
	if (host->log_fd >= 0)
		loop->log = hs__access_log_new(loop, host->log_fd);
	loop->sweep_due_ms = hs_loop_mono_ms(loop->loop) + SWEEP_MS;
	loop->sweep = hs_timer_start(loop->loop, SWEEP_MS, SWEEP_MS, sweep, loop);
	return HS_OK;
}

enum hs_status hs_host_listen(struct hs_host *host, struct hs_error *err)
{
	struct hs_http_server_config server = { .reuse_port = true,
		.workers = hs_pool_mailbox(host->workers),
		.request = hs__http_request,
		.gone = hs__http_gone,
		.refused = hs__http_refused };
	char address[64], url[128];
	unsigned count = host->config->loops ? (unsigned)host->config->loops : hs_cores(1, 8);

	enum hs_status status = split_listen(host->config->listen, address, sizeof(address), &server.port,
		err);
	if (status == HS_OK)
		status = refuse_shared_port(address, server.port, err);
	if (status == HS_OK)
		status = open_tls(host, err);
	if (status == HS_OK)
		status = open_log(host, err);
	server.address = address;
	server.tls = host->tls;
	fill_limits(host->config, &server.limits);
	if (count > 1)
		server.balance = host->balance = hs_http_balance_new();
	for (unsigned i = 0; i < count && status == HS_OK; i++)
		status = open_loop(host, i, &server, err);
	if (status)
		return status;
	bool six = strchr(address, ':') != NULL;
	int n = snprintf(url, sizeof(url), "%s://%s%s%s:%u", host->tls ? "https" : "http", six ? "[" : "",
		address, six ? "]" : "", (unsigned)host->port);
	hs_heap_free(host->url);
	host->url = hs_heap_cstr(url, (size_t)n);
	hs__datadir_tell(host);
	hs__registry_serve(host);
	return HS_OK;
}

/* ---- stopping: each loop drains its server and then stops ---- */

static void drained(void *arg)
{
	struct hs__loop *loop = arg;

	hs_http_server_free(loop->server);
	loop->server = NULL;
	hs_timer_stop(loop->sweep);
	loop->sweep = NULL;
	if (loop->index > 0) {
		hs_loop_stop(loop->loop);
		return;
	}
	hs__jobs_stop(loop->host);
	hs__stop_when_idle(loop->host);
}

void hs__stop_when_idle(struct hs_host *host)
{
	if (atomic_load(&host->stopping) && !host->loops[0].server && hs__jobs_idle(host))
		hs_loop_stop(host->loops[0].loop);
}

static void drain_loop(struct hs_task *task)
{
	struct hs__loop *loop = HS__OWNER(task, struct hs__loop, stop_task);
	hs_http_server_drain(loop->server, (uint32_t)loop->host->config->drain_seconds * 1000, drained, loop);
}

void hs_host_stop(struct hs_host *host)
{
	if (atomic_exchange(&host->stopping, true))
		return;
	for (unsigned i = 0; i < host->loop_count; i++) {
		struct hs_mailbox *mailbox = hs_loop_mailbox(host->loops[i].loop);
		host->loops[i].stop_task.run = drain_loop;
		mailbox->post(mailbox, &host->loops[i].stop_task);
	}
}

static void on_signal(int signum, void *arg)
{
	struct hs_host *host = arg;

	hs_log_text(HS_LOG_INFO, "stop", "SIG%s: requests in progress are finished, new ones refused",
		sigabbrev_np(signum));
	hs_host_stop(host);
}

static void *run_loop(void *arg)
{
	struct hs__loop *loop = arg;
	hs_loop_run(loop->loop);
	return NULL;
}

enum hs_status hs_host_on_signals(struct hs_host *host, struct hs_error *err)
{
	signal(SIGPIPE, SIG_IGN);
	enum hs_status status = hs_loop_signal(host->loops[0].loop, SIGTERM, on_signal, host, err);
	return status ? status : hs_loop_signal(host->loops[0].loop, SIGINT, on_signal, host, err);
}

void hs_host_run(struct hs_host *host)
{
	HS_ASSERT(host->loop_count > 0);
	hs__jobs_start(host);
	for (unsigned i = 1; i < host->loop_count; i++)
		HS_ASSERT(pthread_create(&host->loops[i].thread, NULL, run_loop, &host->loops[i]) == 0);
	run_loop(&host->loops[0]);
	for (unsigned i = 1; i < host->loop_count; i++)
		pthread_join(host->loops[i].thread, NULL);
	hs__registry_drain(host);
}

static void never_ran(void *arg)
{
	struct hs__loop *loop = arg;

	hs_http_server_free(loop->server);
	loop->server = NULL;
	hs_timer_stop(loop->sweep);
	hs_loop_stop(loop->loop);
}

void hs__loops_free(struct hs_host *host)
{
	for (unsigned i = 0; i < host->loop_count; i++) {
		struct hs__loop *loop = &host->loops[i];
		if (loop->server) /* never ran */
			hs_http_server_drain(loop->server, 0, never_ran, loop);
		while (loop->server)
			hs_loop_turn(loop->loop, true);
		hs_loop_free(loop->loop);
		pthread_mutex_destroy(&loop->counters_lock);
		hs__access_log_free(loop->log);
	}
	host->loop_count = 0;
	hs_http_balance_free(host->balance);
	hs_tls_config_free(host->tls);
	if (host->log_fd >= 0)
		close(host->log_fd);
}
