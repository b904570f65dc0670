/* SPDX-License-Identifier: Apache-2.0 */
/* The guard beside nginx and haproxy: each shape of a request goes to our server directly and through a proxy
 * in front of it. What the proxy passes on, our server must read as the proxy meant it, one request for one
 * (request smuggling is the difference); and what both read from the client's bytes must be the same.
 * A proxy that is not installed is skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Follows every shape, so that what is left over of it shows. */
#define LAST "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
#define BARRIER "GET /barrier HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

enum { READINGS_MAX = 8, PATIENCE_MS = 10000, SHAPES_MAX = 400 };

/* ---- the shapes, from http_shapes.txt ---- */

struct shape {
	char name[80];
	char bytes[1024];
	size_t len;
};
static struct shape shapes[SHAPES_MAX];
static size_t shape_count;

static char unescape(const char **at)
{
	static const char letters[] = "rnt\\", meant[] = "\r\n\t\\";
	const char *found;

	if (**at != '\\')
		return *(*at)++;
	char c = (*at)[1];
	if (c == 'x') {
		char hex[3] = { (*at)[2], (*at)[3], '\0' };
		*at += 4;
		return (char)strtol(hex, NULL, 16);
	}
	found = c ? strchr(letters, c) : NULL;
	assert_non_null(found);
	*at += 2;
	return meant[found - letters];
}

static int read_shapes(void **state)
{
	static char line[4096];
	FILE *file = fopen(SHAPES_FILE, "r");

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		char *bytes = strstr(line, " = "), *end = strchr(line, '\n');
		if (line[0] == '#' || line[0] == '\n')
			continue;
		assert_true(bytes && end && shape_count < SHAPES_MAX);
		struct shape *shape = &shapes[shape_count++];
		*bytes = *end = '\0';
		snprintf(shape->name, sizeof(shape->name), "%.79s", line);
		for (const char *at = bytes + 3; at < end;) {
			assert_true(shape->len < sizeof(shape->bytes));
			shape->bytes[shape->len++] = unescape(&at);
		}
	}
	fclose(file);
	return shape_count >= 150 ? 0 : -1;
}

/* ---- what our server read ---- */

struct reading {
	char line[128]; /* method and target */
	char view[128]; /* the same as the proxy says it passed on; empty without one */
	char body[256];
	size_t body_len;
};
struct readings {
	pthread_mutex_t lock;
	struct reading items[READINGS_MAX];
	size_t count;
};
static struct readings seen = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void on_request(struct hs_http_request *req, void *arg)
{
	struct readings *readings = arg;
	struct hs_slice view = hs_http_get_header(req, HS_S("X-Proxy-View"));

	pthread_mutex_lock(&readings->lock);
	if (!hs_slice_eq(req->path, HS_S("/barrier")) && readings->count < READINGS_MAX) {
		struct reading *reading = &readings->items[readings->count++];
		struct hs_slice body = hs_slice_first(req->body, sizeof(reading->body));
		snprintf(reading->line, sizeof(reading->line), "%.*s %.*s", HS_S_ARG(req->method_name),
			HS_S_ARG(req->target));
		snprintf(reading->view, sizeof(reading->view), "%.*s", HS_S_ARG(view));
		if (body.len)
			memcpy(reading->body, body.ptr, body.len);
		reading->body_len = req->body.len;
	}
	pthread_mutex_unlock(&readings->lock);
	hs_http_reply(req, &(struct hs_http_reply) { .status = 200, .body.bytes = req->target });
}

/* ---- judging ---- */

static bool same(const struct reading *a, const struct reading *b)
{
	size_t kept = a->body_len < sizeof(a->body) ? a->body_len : sizeof(a->body);

	return strcmp(a->line, b->line) == 0 && a->body_len == b->body_len &&
		memcmp(a->body, b->body, kept) == 0;
}

/* haproxy tells no path of "*" and of a URL that has none. */
static bool as_told(const struct reading *reading)
{
	size_t len = strlen(reading->view);

	if (!strchr(reading->view, ' '))
		return strncmp(reading->view, reading->line, len) == 0 &&
			(strcmp(reading->line + len, " /") == 0 || strcmp(reading->line + len, " *") == 0);
	return strcmp(reading->view, reading->line) == 0;
}

/* What is wrong, or NULL. A server that refuses what the other takes has only been stricter. */
static const char *judge(const struct reading *direct, size_t direct_count, const struct reading *passed,
	size_t passed_count)
{
	for (size_t i = 0; i < passed_count; i++) {
		if (!passed[i].view[0])
			return "our server read a request that the proxy did not know of";
		if (!as_told(&passed[i]))
			return "our server read another request than the proxy passed on";
	}
	for (size_t i = 0; i < direct_count && i < passed_count; i++) {
		if (!same(&direct[i], &passed[i]))
			return "our server read the client's bytes otherwise than the proxy";
	}
	return NULL;
}

/* The judge itself can say no. */
static void differences_are_told(void **state)
{
	const struct reading a = { "GET /g", "GET /g", "", 0 }, last = { "GET /last", "GET /last", "", 0 };
	const struct reading smuggled = { "GET /inner", "", "", 0 }, other = { "GET /x", "GET /g", "", 0 };
	const struct reading longer = { "GET /g", "GET /g", "hello", 5 };

	(void)state;
	assert_null(judge((struct reading[]) { a, last }, 2, (struct reading[]) { a, last }, 2));
	assert_null(judge(NULL, 0, (struct reading[]) { a, last }, 2));
	assert_null(judge((struct reading[]) { a, last }, 2, NULL, 0));
	assert_non_null(judge(NULL, 0, (struct reading[]) { a, smuggled }, 2));
	assert_non_null(judge(NULL, 0, &other, 1));
	assert_non_null(judge(&longer, 1, &a, 1));
	assert_non_null(judge((struct reading[]) { a, last }, 2, &last, 1));
}

/* ---- proxies ---- */

struct proxy {
	const char *program;
	const char *config; /* with our port, the proxy's port, and its socket where they belong */
	const char *const *argv;
	int pid;
	uint16_t port;
	char folder[64], file[96];
};

/* The harshest settings: nothing held back, odd headers passed on, connections to us kept and shared. */
static const char nginx_config[] =
	"daemon off; worker_processes 1; pid nginx.pid; error_log error.log crit; events { }\n"
	"http { access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n"
	"uwsgi_temp_path t4; scgi_temp_path t5; underscores_in_headers on; ignore_invalid_headers off;\n"
	"merge_slashes off; lingering_close off; upstream us { server 127.0.0.1:%u; keepalive 4; }\n"
	"server { listen 127.0.0.1:%u; location / { proxy_pass http://us; proxy_http_version 1.1;\n"
	"proxy_set_header Connection ''; proxy_request_buffering off; proxy_ignore_client_abort on;\n"
	"proxy_next_upstream off; proxy_set_header X-Proxy-View '$request_method $request_uri'; } } }\n";
static const char haproxy_config[] =
	"defaults\n mode http\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n retries 0\n"
	" option accept-invalid-http-request\n option accept-invalid-http-response\n"
	"backend us\n http-reuse always\n server us 127.0.0.1:%u\n"
	"frontend front # port %u\n bind fd@%d\n http-request set-header X-Proxy-View \"%%[method] "
	"%%[pathq]\"\n"
	" default_backend us\n";

static struct proxy nginx = { .program = "/usr/sbin/nginx",
	.config = nginx_config,
	.argv = (const char *const[]) { "nginx", "-p", NULL, "-c", NULL, NULL } };
static struct proxy haproxy = { .program = "/usr/sbin/haproxy",
	.config = haproxy_config,
	.argv = (const char *const[]) { "haproxy", "-C", NULL, "-db", "-q", "-f", NULL, NULL } };
static struct live live;

/* A socket that listens already, so that nobody has to wait for the proxy. */
static int listen_anywhere(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void write_config(struct proxy *proxy, int fd)
{
	snprintf(proxy->folder, sizeof(proxy->folder), "/tmp/hs-proxy-XXXXXX");
	assert_non_null(mkdtemp(proxy->folder));
	snprintf(proxy->file, sizeof(proxy->file), "%s/proxy.conf", proxy->folder);
	FILE *file = fopen(proxy->file, "w");
	assert_non_null(file);
	if (proxy == &nginx)
		fprintf(file, nginx_config, live.port, proxy->port);
	else
		fprintf(file, haproxy_config, live.port, proxy->port, fd);
	fclose(file);
}

static void launch(struct proxy *proxy)
{
	char *argv[10] = { 0 }, inherited[32];
	int fd = listen_anywhere(&proxy->port);

	write_config(proxy, fd);
	bool folder = true;
	for (size_t i = 0, end = proxy == &nginx ? 5 : 7; i < end; i++) {
		argv[i] = (char *)(uintptr_t)proxy->argv[i];
		if (!argv[i]) {
			argv[i] = folder ? proxy->folder : proxy->file;
			folder = false;
		}
	}
	snprintf(inherited, sizeof(inherited), "%d;", fd);
	proxy->pid = fork();
	assert_true(proxy->pid >= 0);
	if (proxy->pid == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		setenv("NGINX", inherited, 1); /* how nginx is handed a listening socket */
		execv(proxy->program, argv);
		_exit(127);
	}
	close(fd);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *ftw)
{
	(void)about;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void end(struct proxy *proxy)
{
	int status = 0;

	kill(proxy->pid, SIGTERM);
	assert_int_equal(waitpid(proxy->pid, &status, 0), proxy->pid);
	assert_int_equal(nftw(proxy->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* ---- one shape ---- */

/* Sends all, says that nothing more comes, and waits until the other side has closed. A side that has seen
 * enough may close before it has read all. */
static void send_all(uint16_t port, struct hs_slice first, struct hs_slice then)
{
	int fd = dial(port);
	struct hs_slice parts[] = { first, then };
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char bytes[4096];

	for (size_t i = 0; i < 2; i++) {
		if (parts[i].len)
			(void)!send(fd, parts[i].ptr, parts[i].len, MSG_NOSIGNAL);
	}
	shutdown(fd, SHUT_WR);
	for (;;) {
		if (poll(&ready, 1, PATIENCE_MS) != 1)
			fail_msg("port %u did not close", port);
		if (recv(fd, bytes, sizeof(bytes), 0) <= 0 && errno != EAGAIN)
			break;
		errno = 0;
	}
	close(fd);
}

static size_t read_through(uint16_t port, const struct shape *shape, bool proxied, struct reading *out)
{
	size_t count;

	pthread_mutex_lock(&seen.lock);
	seen.count = 0;
	pthread_mutex_unlock(&seen.lock);
	send_all(port, hs_slice(shape->bytes, shape->len), HS_S(LAST));
	/* By the connection that the proxy kept: what was left on it has been read before this is answered.
	 */
	if (proxied)
		send_all(port, HS_S(BARRIER), HS_S_NONE);
	pthread_mutex_lock(&seen.lock);
	count = seen.count;
	memcpy(out, seen.items, count * sizeof(*out));
	pthread_mutex_unlock(&seen.lock);
	return count;
}

static void print_readings(const char *who, const struct reading *readings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		print_message("  %s: %s, %zu bytes, \"%.*s\" (%s)\n", who, readings[i].line,
			readings[i].body_len, (int)(readings[i].body_len < 60 ? readings[i].body_len : 60),
			readings[i].body, readings[i].view);
}

static void compare_with(struct proxy *proxy)
{
	static struct reading direct[READINGS_MAX], passed[READINGS_MAX];
	struct hs_http_server_config config = { .request = on_request, .arg = &seen };
	size_t wrong = 0, taken = 0, passed_on = 0, both = 0;

	if (access(proxy->program, X_OK) != 0)
		skip();
	live_start(&live, &config);
	launch(proxy);
	for (size_t i = 0; i < shape_count; i++) {
		size_t direct_count = read_through(live.port, &shapes[i], false, direct);
		size_t passed_count = read_through(proxy->port, &shapes[i], true, passed);
		const char *fault = judge(direct, direct_count, passed, passed_count);
		taken += direct_count > 0;
		passed_on += passed_count > 0;
		both += direct_count > 0 && passed_count > 0;
		if (!fault)
			continue;
		wrong++;
		print_message("%s: %s\n", shapes[i].name, fault);
		print_readings("direct", direct, direct_count);
		print_readings("passed on", passed, passed_count);
	}
	end(proxy);
	live_stop(&live);
	print_message("%zu shapes: our server takes %zu, %s passes on %zu, both %zu\n", shape_count, taken,
		proxy->argv[0], passed_on, both);
	assert_int_equal(wrong, 0);
	assert_true(both > 20); /* or nothing was compared */
}

static void nginx_reads_as_we_do(void **state)
{
	(void)state;
	compare_with(&nginx);
}

static void haproxy_reads_as_we_do(void **state)
{
	(void)state;
	compare_with(&haproxy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_told),
		cmocka_unit_test(nginx_reads_as_we_do),
		cmocka_unit_test(haproxy_reads_as_we_do),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, read_shapes, NULL);
}
