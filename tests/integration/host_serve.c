/* SPDX-License-Identifier: Apache-2.0 */
/* The host over the wire: health, routes of a service, negotiation, errors, limits and drain. */
#include "fixture_private.h"
#include "fixture_tally.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- a small service ---- */

struct state {
	const char *greeting;
	uint64_t greeted;
	bool drained;
};

static enum hs_verdict hello(struct hs_request *req, void *arg)
{
	struct state *state = arg;
	struct hs_json *out = hs_parameters(hs_request_arena(req));
	struct hs_slice name = hs_request_query_value(req, HS_S("name"));
	struct hs_slice text = hs_arena_printf(hs_request_arena(req), "%s %.*s", state->greeting,
		HS_S_ARG(name));

	__atomic_fetch_add(&state->greeted, 1, __ATOMIC_RELAXED);
	hs_parameters_add(hs_request_arena(req), out, HS_S("text"), HS_S("valueString"),
		hs_json_string(hs_request_arena(req), text));
	return hs_reply_json(req, 200, out);
}

static enum hs_verdict echo(struct hs_request *req, void *arg)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_json *tree = NULL;

	(void)arg;
	return hs_request_json(req, &tree, &err) ? hs_fail_request(req, &err) : hs_reply_json(req, 200, tree);
}

static enum hs_verdict part(struct hs_request *req, void *arg)
{
	(void)arg;
	return hs_reply_bytes(req, 200, HS_S("text/plain"), hs_request_part(req, "id"));
}

static enum hs_verdict base(struct hs_request *req, void *arg)
{
	(void)arg;
	return hs_reply_bytes(req, 200, HS_S("text/plain"), hs_request_base(req));
}

struct pieces {
	int left;
	bool break_off;
};

static enum hs_status more(void *arg, struct hs_buf *out, bool *last, struct hs_error *err)
{
	struct pieces *pieces = arg;

	if (pieces->break_off && pieces->left == 1)
		return hs_fail(err, HS_E_INTERNAL, "no more");
	for (int i = 0; i < 1000; i++)
		hs_buf_cstr(out, "0123456789");
	*last = --pieces->left == 0;
	return HS_OK;
}

static enum hs_verdict stream(struct hs_request *req, void *arg)
{
	struct pieces *pieces = hs_arena_alloc(hs_request_arena(req), sizeof(*pieces));

	(void)arg;
	pieces->left = 5;
	pieces->break_off = hs_request_query_value(req, HS_S("break")).len > 0;
	return hs_stream_reply(req, 200, &(struct hs_stream_source) { more, NULL, pieces });
}

static enum hs_status compute(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)arena;
	(void)arg;
	assert_null(txn);
	return hs_fail(err, HS_E_TOO_COSTLY, "that would take all day");
}

static enum hs_verdict hard(struct hs_request *req, void *arg)
{
	(void)arg;
	return hs_compute(req, compute, NULL, fixture_tally_answer);
}

static enum hs_verdict terminology_mode(struct hs_request *req, void *arg)
{
	(void)arg;
	return hs_reply_bytes(req, 200, HS_S("text/plain"), HS_S("terminology"));
}

static void drain(void *arg)
{
	((struct state *)arg)->drained = true;
}

static const struct hs_setting settings[] = {
	{ "greeting", HS_SETTING_TEXT, offsetof(struct state, greeting), "Hej", "what to say" },
	{ .name = NULL },
};
static const struct hs_route routes[] = {
	{ .method = "GET POST",
		.path = "$hello",
		.versions = HS_ON_R4 | HS_ON_R5,
		.handler = hello,
		.operation = "hello" },
	{ .method = "GET",
		.path = "Basic/{id}/$part",
		.versions = HS_ON_R4,
		.handler = part,
		.operation = "part" },
	{ .method = "POST", .path = "$echo", .versions = HS_ON_R4, .handler = echo },
	{ .method = "GET", .path = "$base", .versions = HS_ON_R4, .handler = base },
	{ .method = "GET", .path = "$stream", .versions = HS_ON_R4, .handler = stream },
	{ .method = "GET", .path = "$count", .versions = HS_ON_R4, .handler = fixture_tally_count },
	{ .method = "POST",
		.path = "$add",
		.versions = HS_ON_R4,
		.handler = fixture_tally_add,
		.body_kib = 1 },
	{ .method = "GET", .path = "$hard", .versions = HS_ON_R4, .handler = hard },
	{ .method = "GET",
		.path = "metadata?mode=terminology",
		.versions = HS_ON_R4,
		.handler = terminology_mode },
	{ .method = NULL },
};
static const struct hs_migration migrations[] = {
	FIXTURE_TALLY_MIGRATION(1),
	{ .sql = NULL },
};
static const struct hs_metric metrics[] = {
	{ "handslag_greeter_greeted_total", HS_METRIC_COUNTER, "Greetings.",
		offsetof(struct state, greeted) },
	{ .name = NULL },
};
static const struct hs_service greeter = {
	.abi = HS_SERVICE_ABI,
	.name = "greeter",
	.summary = "Says hello <to all>.",
	.state_size = sizeof(struct state),
	.settings = settings,
	.routes = routes,
	.migrations = migrations,
	.metrics = metrics,
	.drain = drain,
};
static const struct hs_service *const services[] = { &greeter, NULL };

static struct fixture *f;

static int start(void **state)
{
	static const struct fixture_options options = {
		.services = services,
		.config = "{\"services\": {\"greeter\": {\"greeting\": \"God dag\"}}, \"limits\": "
			  "{\"bodyKib\": 64}}",
	};
	(void)state;
	f = fixture_start(&options);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fixture_stop(f);
	return 0;
}

static void assert_slice(struct hs_slice got, const char *expected)
{
	if (!hs_slice_eq(got, hs_slice_cstr(expected)))
		fail_msg("got \"%.*s\", expected \"%s\"", HS_S_ARG(hs_slice_first(got, 300)), expected);
}

/* ---- tests ---- */

static void health_says_what_is_there(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_get(f, "/health/live");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "/health/ready");
	assert_int_equal(a.status, 200);
	assert_slice(fixture_text(f, &a, "/status"), "pass");
	assert_slice(fixture_text(f, &a, "/services/0/phase"), "serving");
}

static void routes_reach_their_handlers(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_get(f, "$hello?name=Malm%C3%B6+1");
	assert_int_equal(a.status, 200);
	assert_slice(fixture_text(f, &a, "/parameter/0/valueString"), "God dag Malmö 1");
	assert_slice(fixture_header(&a, "Content-Type"), "application/fhir+json; charset=utf-8");
	a = fixture_call(f, "POST", "$hello", "Content-Type: application/x-www-form-urlencoded\r\n",
		"name=a%26b");
	assert_slice(fixture_text(f, &a, "/parameter/0/valueString"), "God dag a&b");
	a = fixture_get(f, "%24hello");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "Basic/x-1/$part");
	assert_slice(a.body, "x-1");
	a = fixture_get(f, "/fhir/r5/$hello");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "metadata?mode=terminology");
	assert_slice(a.body, "terminology");
}

static void base_is_as_the_client_sees_it(void **state)
{
	(void)state;
	char expected[64];
	struct fixture_answer a = fixture_get(f, "$base");
	snprintf(expected, sizeof(expected), "http://127.0.0.1:%u/fhir/r4", (unsigned)fixture_port(f));
	assert_slice(a.body, expected);
}

static void work_runs_in_transactions(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_get(f, "$count");
	assert_int_equal(a.status, 200);
	assert_slice(a.body, "0");
	a = fixture_send(f, "POST", "$add", "");
	assert_int_equal(a.status, 200);
	assert_slice(a.body, "1");
	a = fixture_get(f, "$hard");
	assert_int_equal(a.status, 422);
	assert_slice(fixture_issue(f, &a), "that would take all day");
}

/* JSON by its names, and types that say that their syntax is JSON's (RFC 6839 section 3.1), in any case. */
static void bodies_are_read_by_their_type(void **state)
{
	static const struct {
		const char *type;
		int status;
	} cases[] = {
		{ "application/fhir+json", 200 },
		{ "Application/FHIR+JSON; charset=utf-8", 200 },
		{ "application/json", 200 },
		{ "text/json", 200 },
		{ "application/json+fhir", 200 },
		{ "application/vnd.example.v1+json", 200 },
		{ "application/notjson", 415 },
		{ "application/x-ndjson", 415 },
		{ "+json", 415 },
		{ "application/*", 415 },
		{ "*/*", 415 },
		{ "text/turtle", 415 },
		{ "text/plain", 415 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char header[100];
		snprintf(header, sizeof(header), "Content-Type: %s\r\n", cases[i].type);
		struct fixture_answer a = fixture_call(f, "POST", "$echo", header, "{\"a\":1}");
		if (a.status != cases[i].status)
			fail_msg("%s: %d, not %d", cases[i].type, a.status, cases[i].status);
	}
}

static void streams_end_whole_or_not_at_all(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_get(f, "$stream");
	assert_int_equal(a.status, 200);
	assert_true(a.complete);
	assert_int_equal(a.body.len, 50000);
	a = fixture_get(f, "$stream?break=1");
	assert_false(a.complete);
}

static void errors_are_outcomes(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_get(f, "/fhir/r9/Patient");
	assert_int_equal(a.status, 404);
	fixture_issue(f, &a);
	a = fixture_get(f, "/nothing");
	assert_int_equal(a.status, 404);
	fixture_issue(f, &a);
	a = fixture_send(f, "DELETE", "$hello", NULL);
	assert_int_equal(a.status, 405);
	assert_true(hs_slice_search(fixture_header(&a, "Allow"), HS_S("POST")) != SIZE_MAX);
	fixture_issue(f, &a);
	a = fixture_call(f, "GET", "$hello", "Accept: text/turtle\r\n", NULL);
	assert_int_equal(a.status, 406);
	fixture_issue(f, &a);
	a = fixture_get(f, "$hello?_format=ttl");
	assert_int_equal(a.status, 406);
	a = fixture_get(f, "$hello?_format=application/fhir%2Bjson;fhirVersion=5.0");
	assert_int_equal(a.status, 406);
	a = fixture_call(f, "POST", "$hello", "Content-Encoding: br\r\n", "{}");
	assert_int_equal(a.status, 415);
	assert_slice(fixture_header(&a, "Accept-Encoding"), "gzip");
	a = fixture_call(f, "GET", "$hello", "Accept: application/fhir+json; fhirVersion=5.0\r\n", NULL);
	assert_int_equal(a.status, 406);
	a = fixture_get(f, "/sandbox/nobody/fhir/r4/$hello");
	assert_int_equal(a.status, 404);
	fixture_issue(f, &a);
}

static void formats_are_negotiated(void **state)
{
	static const struct {
		const char *accept, *type;
	} cases[] = {
		{ "Accept: application/json\r\n", "application/json; charset=utf-8" },
		{ "Accept: application/fhir+json; fhirVersion=4.0\r\n",
			"application/fhir+json; charset=utf-8" },
		{ "Accept: text/html, application/xml;q=0.9, */*;q=0.8\r\n",
			"application/fhir+json; charset=utf-8" },
		{ "Accept: text/turtle, application/json;q=0.5\r\n", "application/json; charset=utf-8" },
		{ "Accept: application/fhir+json;q=0, */*\r\n", "application/json; charset=utf-8" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture_answer a = fixture_call(f, "GET", "$hello", cases[i].accept, NULL);
		assert_int_equal(a.status, 200);
		assert_slice(fixture_header(&a, "Content-Type"), cases[i].type);
	}
	struct fixture_answer a = fixture_get(f, "$hello?_format=application/fhir+json&_pretty=true");
	assert_int_equal(a.status, 200);
	assert_true(hs_slice_search(a.body, HS_S("\n  \"")) != SIZE_MAX);
}

static void limits_hold(void **state)
{
	(void)state;
	char *big = calloc(1, 70000);
	memset(big, ' ', 69999);
	struct fixture_answer a = fixture_send(f, "POST", "$hello", big);
	assert_int_equal(a.status, 413);
	assert_true(hs_slice_search(fixture_issue(f, &a), HS_S(" KiB")) != SIZE_MAX);
	big[2000] = '\0';
	a = fixture_send(f, "POST", "$add", big);
	assert_int_equal(a.status, 413);
	fixture_issue(f, &a);
	free(big);
}

static void request_ids_are_echoed(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_call(f, "GET", "$hello", "X-Request-Id: abc-1\r\n", NULL);
	assert_slice(fixture_header(&a, "X-Request-Id"), "abc-1");
	a = fixture_call(f, "GET", "$hello", "X-Request-Id: \"<evil>\"\r\n", NULL);
	assert_int_equal(fixture_header(&a, "X-Request-Id").len, 16);
	for (int i = 0; i < 20; i++) { /* all sixteen digits come */
		a = fixture_get(f, "$hello");
		struct hs_slice id = fixture_header(&a, "X-Request-Id");
		assert_int_equal(id.len, 16);
		for (size_t k = 0; k < id.len; k++)
			if (!memchr("0123456789abcdef", id.ptr[k], 16))
				fail_msg("\"%.*s\" is not hexadecimal", HS_S_ARG(id));
	}
}

static void browsers_are_let_in(void **state)
{
	(void)state;
	static const char asks[] = "Origin: http://x\r\nAccess-Control-Request-Method: PUT\r\n";
	struct fixture_answer a = fixture_call(f, "OPTIONS", "Patient", asks, NULL);
	assert_int_equal(a.status, 204);
	assert_slice(fixture_header(&a, "Access-Control-Allow-Origin"), "*");
	assert_slice(fixture_header(&a, "Access-Control-Allow-Methods"),
		"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
	assert_true(hs_slice_search(fixture_header(&a, "Access-Control-Allow-Headers"),
			    HS_S("X-Handslag-Producer")) != SIZE_MAX);
	a = fixture_call(f, "GET", "$hello", "Origin: http://x\r\n", NULL);
	assert_slice(fixture_header(&a, "Access-Control-Allow-Origin"), "*");
	a = fixture_get(f, "/");
	assert_int_equal(a.status, 200);
	assert_true(hs_slice_search(a.body, HS_S("Says hello &lt;to all>.")) != SIZE_MAX);
}

/* Of a path that is not there too, so that the page sees the 404 itself. */
static void browsers_are_let_in_anywhere(void **state)
{
	static const char asks[] = "Origin: http://x\r\nAccess-Control-Request-Method: PUT\r\n";
	static const char *const paths[] = { "Chair", "/nothing", "/operator/sandboxes", "/health/live" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct fixture_answer a = fixture_call(f, "OPTIONS", paths[i], asks, NULL);
		assert_int_equal(a.status, 204);
		assert_true(fixture_header(&a, "Access-Control-Allow-Methods").len > 0);
	}
}

static void each_path_tells_its_methods(void **state)
{
	static const struct {
		const char *path, *allow; /* NULL: there is no such path */
	} rows[] = {
		{ "$hello", "GET, HEAD, POST, OPTIONS" },
		{ "$add", "POST, OPTIONS" },
		{ "metadata", "GET, HEAD, OPTIONS" },
		{ "/health/live", "GET, HEAD, OPTIONS" },
		{ "Chair/1", NULL },
		{ "/nothing", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture_answer a = fixture_call(f, "OPTIONS", rows[i].path, "", NULL);
		assert_int_equal(a.status, rows[i].allow ? 204 : 404);
		if (rows[i].allow)
			assert_slice(fixture_header(&a, "Allow"), rows[i].allow);
		a = fixture_call(f, "TRACE", rows[i].path, "", NULL);
		assert_int_equal(a.status, rows[i].allow ? 405 : 404);
		if (rows[i].allow)
			assert_slice(fixture_header(&a, "Allow"), rows[i].allow);
	}
}

static void metrics_count(void **state)
{
	(void)state;
	fixture_get(f, "$hello");
	struct fixture_answer a = fixture_get(f, "/metrics");
	assert_int_equal(a.status, 200);
	static const char *const rows[] = {
		"handslag_requests_total{service=\"greeter\",interaction=\"$hello\",class=\"2xx\"} ",
		"handslag_greeter_greeted_total ",
		"handslag_store_commits_total{sandbox=\"default\"} ",
		"handslag_store_columns_cpu_seconds_total{sandbox=\"default\"} ",
		"process_resident_memory_bytes ",
		"_bucket{service=\"greeter\",interaction=\"$hello\",le=\"+Inf\"} ",
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hs_slice_search(a.body, hs_slice_cstr(rows[i])) == SIZE_MAX)
			fail_msg("no %s", rows[i]);
}

static void requests_before_one_are_refused_as_outcomes(void **state)
{
	(void)state;
	char in[2048];
	int fd = fixture_connect(f);
	assert_int_equal(send(fd, "GET /fhir/r4/$hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 48, 0), 48);
	ssize_t n = recv(fd, in, sizeof(in), MSG_WAITALL);
	close(fd);
	assert_true(n > 0);
	assert_int_equal(memcmp(in, "HTTP/1.1 400", 12), 0);
	assert_true(hs_slice_search(hs_slice(in, (size_t)n), HS_S("OperationOutcome")) != SIZE_MAX);
}

static void it_starts_again_over_its_data(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_send(f, "POST", "$add", "");
	assert_int_equal(a.status, 200);
	struct hs_slice before = a.body;
	fixture_restart(f);
	a = fixture_get(f, "$count");
	assert_true(hs_slice_eq(a.body, before));
}

/* The lines of a file so far. */
static size_t count_lines(const char *path, char *text, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, room - 1);
	size_t lines = 0;

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	return lines;
}

/* Those that come in one moment too, though nothing comes after them. */
static void every_request_has_a_line_in_the_log(void **state)
{
	enum { REQUESTS = 300 };
	char path[] = "/tmp/handslag-log-XXXXXX", setting[64];
	const char *const log_to[] = { setting, NULL };
	static char text[1 << 17];
	size_t lines = 0;

	(void)state;
	close(mkstemp(path));
	snprintf(setting, sizeof(setting), "accessLog=%s", path);
	struct fixture *own = fixture_start(&(struct fixture_options) {
		.no_fhir = true, .settings = log_to });
	for (unsigned i = 0; i < REQUESTS; i++)
		assert_int_equal(fixture_get(own, "/health/live").status, 200);
	while (count_lines(path, text, sizeof(text)) < REQUESTS)
		;
	for (struct hs_slice rest = hs_slice_cstr(text); rest.len; lines++) {
		struct hs_slice line = hs_slice_cut(&rest, '\n');
		struct hs_json *tree = NULL;
		struct hs_error err = { .status = HS_OK };
		assert_int_equal(hs_json_parse(fixture_arena(own), line, NULL, &tree, &err), HS_OK);
		assert_true(hs_slice_eq(hs_json_get_text(tree, HS_S("event")), HS_S("request")));
	}
	assert_int_equal(lines, REQUESTS);
	fixture_stop(own);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(health_says_what_is_there),
		cmocka_unit_test(routes_reach_their_handlers),
		cmocka_unit_test(base_is_as_the_client_sees_it),
		cmocka_unit_test(work_runs_in_transactions),
		cmocka_unit_test(bodies_are_read_by_their_type),
		cmocka_unit_test(streams_end_whole_or_not_at_all),
		cmocka_unit_test(errors_are_outcomes),
		cmocka_unit_test(formats_are_negotiated),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(request_ids_are_echoed),
		cmocka_unit_test(browsers_are_let_in),
		cmocka_unit_test(browsers_are_let_in_anywhere),
		cmocka_unit_test(each_path_tells_its_methods),
		cmocka_unit_test(metrics_count),
		cmocka_unit_test(every_request_has_a_line_in_the_log),
		cmocka_unit_test(requests_before_one_are_refused_as_outcomes),
		cmocka_unit_test(it_starts_again_over_its_data),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
