/* SPDX-License-Identifier: Apache-2.0 */
/* A server for measuring: answers /i/N with the N-th body of a table, until SIGTERM; then prints the CPU
 * microseconds that a request took.
 *
 *   http_bench PORT [BODY_BYTES [CERTIFICATE KEY]] */
#include <core/base/heap.h>
#include <core/base/memory.h>
#include <core/http/server.h>
#include <core/http/tls.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { ITEMS = 1000 };

static struct {
	struct hs_loop *loop;
	struct hs_http_server *server;
	size_t body_bytes;
	char *bodies[ITEMS];
} bench;

static const struct hs_http_header headers[] = {
	{ HS_S_INIT("ETag"), HS_S_INIT("W/\"1\"") },
	{ HS_S_INIT("Last-Modified"), HS_S_INIT("Sat, 21 Nov 2026 20:58:14 GMT") },
};

static void on_request(struct hs_http_request *req, void *arg)
{
	uint64_t item = 0;
	bool found = hs_slice_u64(hs_slice_from(req->path, 3), &item) && item < ITEMS;
	struct hs_http_reply reply = {
		.status = found ? 200 : 404,
		.headers = headers,
		.header_count = found ? 2 : 0,
		.content_type = HS_S("application/fhir+json"),
		.compressible = true,
	};

	(void)arg;
	if (found)
		reply.body.bytes = hs_slice(bench.bodies[item], bench.body_bytes);
	hs_http_reply(req, &reply);
}

static void on_drained(void *arg)
{
	struct hs_http_counters counters;
	struct rusage usage;
	double micros;

	(void)arg;
	hs_http_server_counters(bench.server, &counters);
	getrusage(RUSAGE_SELF, &usage);
	micros = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	printf("%llu requests, %.2f us CPU each, %llu KiB resident\n", (unsigned long long)counters.requests,
		counters.requests ? micros / (double)counters.requests : 0.0,
		(unsigned long long)hs_memory_peak() >> 10);
	hs_http_server_free(bench.server);
	hs_loop_stop(bench.loop);
}

static void on_term(int signum, void *arg)
{
	(void)signum;
	(void)arg;
	hs_http_server_drain(bench.server, 1000, on_drained, NULL);
}

static void make_bodies(void)
{
	for (int i = 0; i < ITEMS; i++) {
		bench.bodies[i] = hs_heap_alloc(bench.body_bytes);
		for (size_t at = 0; at < bench.body_bytes; at++)
			bench.bodies[i][at] = (char)('a' + (at * 7 + (size_t)i) % 26);
	}
}

int main(int argc, char **argv)
{
	struct hs_error err = { 0 };
	struct hs_tls_config *tls = NULL;
	struct hs_http_server_config config = { .address = "127.0.0.1", .request = on_request };

	if (argc < 2) {
		fprintf(stderr, "usage: http_bench PORT [BODY_BYTES [CERTIFICATE KEY]]\n");
		return 2;
	}
	config.port = (uint16_t)strtoul(argv[1], NULL, 10);
	bench.body_bytes = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 1600;
	if (argc > 4 &&
		hs_tls_config_new(&(struct hs_tls_options) { .certificate_file = argv[3],
					  .key_file = argv[4] },
			&tls, &err) != HS_OK) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	config.tls = tls;
	make_bodies();
	if (hs_loop_new(&bench.loop, &err) != HS_OK ||
		hs_http_server_open(bench.loop, &config, &bench.server, &err) != HS_OK ||
		hs_loop_signal(bench.loop, SIGTERM, on_term, NULL, &err) != HS_OK) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	hs_loop_run(bench.loop);
	hs_loop_free(bench.loop);
	hs_tls_config_free(tls);
	for (int i = 0; i < ITEMS; i++)
		hs_heap_free(bench.bodies[i]);
	return 0;
}
