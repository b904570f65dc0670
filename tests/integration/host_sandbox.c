/* SPDX-License-Identifier: Apache-2.0 */
/* Sandboxes over the wire: the operator API, isolation, reset under load, clocks, limits and faults. */
#include "fixture_private.h"
#include "fixture_tally.h"

#include <core/host/sandbox/sandbox.h>
#include <handslag/time.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a service that counts, in a table (fixture_tally.h) and in the state of the sandbox ---- */

struct per_sandbox {
	int opened;
};
struct state {
	int opens, closes; /* control thread */
	uint64_t ticks;
};

static enum hs_verdict now(struct hs_request *req, void *arg)
{
	char text[HS_INSTANT_LEN + 1];

	(void)arg;
	hs_time_instant(hs_request_now(req), text);
	return hs_reply_bytes(req, 200, HS_S("text/plain"),
		hs_arena_copy(hs_request_arena(req), hs_slice_cstr(text)));
}

static enum hs_verdict opened(struct hs_request *req, void *arg)
{
	const struct per_sandbox *own = hs_request_sandbox_state(req);

	(void)arg;
	return hs_reply_bytes(req, 200, HS_S("text/plain"),
		hs_arena_printf(hs_request_arena(req), "%s %d", hs_request_sandbox(req), own->opened));
}

static enum hs_status sandbox_open(void *state, void *own, struct hs_store *store, struct hs_error *err)
{
	(void)store;
	(void)err;
	((struct per_sandbox *)own)->opened = ++((struct state *)state)->opens;
	return HS_OK;
}

static void sandbox_close(void *state, void *own)
{
	(void)own;
	((struct state *)state)->closes++;
}

static enum hs_status tick(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)txn;
	(void)arena;
	(void)err;
	__atomic_fetch_add(&((struct state *)arg)->ticks, 1, __ATOMIC_RELAXED);
	return HS_OK;
}

static const struct hs_route routes[] = {
	{ .method = "POST", .path = "$add", .versions = HS_ON_R4, .handler = fixture_tally_add },
	{ .method = "GET", .path = "$count", .versions = HS_ON_R4, .handler = fixture_tally_count },
	{ .method = "GET", .path = "$now", .versions = HS_ON_R4, .handler = now },
	{ .method = "GET", .path = "$opened", .versions = HS_ON_R4, .handler = opened },
	{ .method = NULL },
};
static const struct hs_migration migrations[] = {
	FIXTURE_TALLY_MIGRATION(1),
	{ .sql = NULL },
};
static const struct hs_job jobs[] = { { "tick", 20, tick }, { .name = NULL } };
static const struct hs_metric metrics[] = {
	{ "handslag_tally_ticks_total", HS_METRIC_COUNTER, "Ticks.", offsetof(struct state, ticks) },
	{ .name = NULL },
};
static const struct hs_service tally = {
	.abi = HS_SERVICE_ABI,
	.name = "tally",
	.summary = "Counts.",
	.state_size = sizeof(struct state),
	.sandbox_size = sizeof(struct per_sandbox),
	.routes = routes,
	.migrations = migrations,
	.jobs = jobs,
	.metrics = metrics,
	.sandbox_open = sandbox_open,
	.sandbox_close = sandbox_close,
};
static const struct hs_service *const services[] = { &tally, NULL };

static struct fixture *f;

static int start(void **state)
{
	static const struct fixture_options options = { .services = services, .no_fhir = true };
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

static void make(const char *name, const char *limits)
{
	char body[300];
	snprintf(body, sizeof(body), "{\"name\":\"%s\",\"limits\":{%s}}", name, limits);
	struct fixture_answer a = fixture_operate(f, "POST", "/operator/sandboxes", body);
	assert_int_equal(a.status, 201);
}

static void assert_body(const struct fixture_answer *a, const char *expected)
{
	if (a->status != 200 || !hs_slice_eq(a->body, hs_slice_cstr(expected)))
		fail_msg("%d \"%.*s\", expected \"%s\"", a->status, HS_S_ARG(hs_slice_first(a->body, 300)),
			expected);
}

/* ---- tests ---- */

static void the_token_is_asked_for(void **state)
{
	char path[600];
	struct stat info;

	(void)state;
	struct fixture_answer a = fixture_get(f, "/operator/sandboxes");
	assert_int_equal(a.status, 401);
	assert_true(fixture_header(&a, "WWW-Authenticate").len > 0);
	fixture_issue(f, &a);
	a = fixture_call(f, "GET", "/operator/sandboxes", "Authorization: Bearer wrong\r\n", NULL);
	assert_int_equal(a.status, 401);
	a = fixture_operate(f, "GET", "/operator/sandboxes", NULL);
	assert_int_equal(a.status, 200);
	snprintf(path, sizeof(path), "%s/operator.token", fixture_data_dir(f));
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static void sandboxes_do_not_see_each_other(void **state)
{
	(void)state;
	make("one", "");
	make("two", "");
	struct fixture_answer a = fixture_send(f, "POST", "/sandbox/one/fhir/r4/$add", "");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "/sandbox/one/fhir/r4/$count");
	assert_body(&a, "1");
	a = fixture_get(f, "/sandbox/two/fhir/r4/$count");
	assert_body(&a, "0");
	a = fixture_get(f, "$count");
	assert_body(&a, "0");
	a = fixture_operate(f, "POST", "/operator/sandboxes", "{\"name\":\"one\"}");
	assert_int_equal(a.status, 409);
	assert_int_equal(fixture_header(&a, "Location").len, 0);
	a = fixture_operate(f, "POST", "/operator/sandboxes", "{\"name\":\"../etc\"}");
	assert_int_equal(a.status, 400);
	fixture_issue(f, &a);
	a = fixture_operate(f, "POST", "/operator/sandboxes", "{\"name\":\"three\"}");
	assert_true(hs_slice_eq(fixture_header(&a, "Location"), HS_S("/operator/sandboxes/three")));
}

static void reset_empties_and_delete_removes(void **state)
{
	(void)state;
	make("gone", "");
	fixture_send(f, "POST", "/sandbox/gone/fhir/r4/$add", "");
	struct fixture_answer a = fixture_operate(f, "POST", "/operator/sandboxes/gone/reset", "");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "/sandbox/gone/fhir/r4/$count");
	assert_body(&a, "0");
	a = fixture_operate(f, "DELETE", "/operator/sandboxes/gone", NULL);
	assert_int_equal(a.status, 204);
	a = fixture_get(f, "/sandbox/gone/fhir/r4/$count");
	assert_int_equal(a.status, 404);
	a = fixture_operate(f, "DELETE", "/operator/sandboxes/default", NULL);
	assert_int_equal(a.status, 403);
}

struct load {
	_Atomic bool stop;
	_Atomic int answered, odd;
};

static void *keep_writing(void *arg)
{
	struct load *load = arg;
	while (!load->stop) {
		int fd = fixture_connect(f);
		static const char text[] = "POST /sandbox/busy/fhir/r4/$add HTTP/1.1\r\nHost: x\r\n"
					   "Content-Length: 0\r\nConnection: close\r\n\r\n";
		char in[4096];
		size_t have = 0;
		ssize_t n = send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL);
		while (n > 0 && have < sizeof(in)) {
			n = recv(fd, in + have, sizeof(in) - have, 0);
			have += n > 0 ? (size_t)n : 0;
		}
		close(fd);
		load->answered++;
		load->odd += have < 12 || memcmp(in, "HTTP/1.1 200", 12) != 0;
	}
	return NULL;
}

/* Requests that come while a sandbox is reset wait for it; none fails. */
static void reset_under_load_fails_nobody(void **state)
{
	struct load load = { false, 0, 0 };
	pthread_t threads[3];

	(void)state;
	make("busy", "");
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, keep_writing, &load);
	for (int i = 0; i < 10; i++) {
		struct fixture_answer a = fixture_operate(f, "POST", "/operator/sandboxes/busy/reset", "");
		assert_int_equal(a.status, 200);
	}
	load.stop = true;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(load.odd, 0);
	assert_true(load.answered > 0);
}

static void they_are_opened_when_first_used(void **state)
{
	(void)state;
	make("lazy", "");
	fixture_restart(f);
	struct fixture_answer a = fixture_operate(f, "GET", "/operator/sandboxes/lazy", NULL);
	assert_true(hs_slice_eq(fixture_text(f, &a, "/phase"), HS_S("closed")));
	a = fixture_get(f, "/sandbox/lazy/fhir/r4/$opened");
	assert_int_equal(a.status, 200);
	assert_true(hs_slice_starts(a.body, HS_S("lazy ")));
	a = fixture_operate(f, "GET", "/operator/sandboxes/lazy", NULL);
	assert_true(hs_slice_eq(fixture_text(f, &a, "/phase"), HS_S("open")));
}

static void clocks_are_their_own(void **state)
{
	(void)state;
	make("timed", "");
	struct fixture_answer a = fixture_operate(f, "PUT", "/operator/sandboxes/timed/clock",
		"{\"frozen\":\"2030-01-01T00:00:00Z\"}");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "/sandbox/timed/fhir/r4/$now");
	assert_body(&a, "2030-01-01T00:00:00.000Z");
	fixture_operate(f, "PUT", "/operator/sandboxes/timed/clock", "{\"advanceMs\":90000}");
	a = fixture_get(f, "/sandbox/timed/fhir/r4/$now");
	assert_body(&a, "2030-01-01T00:01:30.000Z");
	fixture_restart(f); /* kept on disk */
	a = fixture_get(f, "/sandbox/timed/fhir/r4/$now");
	assert_body(&a, "2030-01-01T00:01:30.000Z");
	fixture_operate(f, "PUT", "/operator/sandboxes/timed/clock", "{\"offsetMs\":-86400000}");
	a = fixture_get(f, "/sandbox/timed/fhir/r4/$now");
	assert_true(hs_slice_starts(a.body, HS_S("20")));
	a = fixture_operate(f, "PUT", "/operator/sandboxes/timed/clock", "{\"frozen\":\"tomorrow\"}");
	assert_int_equal(a.status, 400);
	a = fixture_operate(f, "PUT", "/operator/sandboxes/timed/clock", "{}");
	assert_int_equal(a.status, 400);
}

static void limits_are_kept(void **state)
{
	(void)state;
	make("small", "\"requestsPerSecond\":5,\"burst\":3,\"bodyKib\":1");
	int refused = 0;
	struct fixture_answer a = { 0 }, last = { 0 };
	for (int i = 0; i < 8; i++) {
		a = fixture_get(f, "/sandbox/small/fhir/r4/$now");
		if (a.status == 429) {
			refused++;
			last = a;
		}
	}
	assert_true(refused >= 3);
	assert_true(fixture_header(&last, "Retry-After").len > 0);
	fixture_issue(f, &last);
	fixture_operate(f, "PUT", "/operator/sandboxes/small/limits", "{\"requestsPerSecond\":0}");
	char big[2000];
	memset(big, ' ', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	a = fixture_send(f, "POST", "/sandbox/small/fhir/r4/$add", big);
	assert_int_equal(a.status, 413);
	fixture_issue(f, &a);
}

static void make_fault(const char *rules)
{
	assert_int_equal(fixture_operate(f, "PUT", "/operator/sandboxes/hurt/faults", rules).status, 200);
}

static void faults_strike(void **state)
{
	(void)state;
	make("hurt", "");
	struct fixture_answer a = fixture_operate(f, "PUT", "/operator/sandboxes/hurt/faults",
		"{\"seed\":7,\"rules\":[{\"action\":\"status\",\"status\":503,\"rate\":0.5,\"path\":\"$now\"}"
		","
		"{\"action\":\"close\",\"path\":\"$count\"},{\"action\":\"delay\",\"delayMs\":1,\"path\":\"$"
		"opened\"}]}");
	assert_int_equal(a.status, 200);
	int struck = 0;
	for (int i = 0; i < 40; i++) {
		a = fixture_get(f, "/sandbox/hurt/fhir/r4/$now");
		struck += a.status == 503;
		assert_true(a.status == 503 || a.status == 200);
	}
	assert_true(struck > 5 && struck < 35);
	/* When to come again is said of what passes by, and of nothing else. */
	static const struct {
		const char *status;
		bool later;
	} rows[] = { { "429", true }, { "503", true }, { "500", false }, { "404", false } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice rule = hs_arena_printf(fixture_arena(f),
			"{\"rules\":[{\"action\":\"status\",\"status\":%s,\"path\":\"$opened\"}]}",
			rows[i].status);
		make_fault(hs_arena_cstr(fixture_arena(f), rule));
		a = fixture_get(f, "/sandbox/hurt/fhir/r4/$opened");
		assert_int_equal(a.status, strtol(rows[i].status, NULL, 10));
		assert_int_equal(fixture_header(&a, "Retry-After").len > 0, rows[i].later);
	}
	make_fault("{\"rules\":[{\"action\":\"close\",\"path\":\"$count\"},"
		   "{\"action\":\"delay\",\"delayMs\":1,\"path\":\"$opened\"}]}");
	a = fixture_get(f, "/sandbox/hurt/fhir/r4/$count");
	assert_int_equal(a.status, 0);
	a = fixture_get(f, "/sandbox/hurt/fhir/r4/$opened");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "$now"); /* the default sandbox is well */
	assert_int_equal(a.status, 200);
	a = fixture_operate(f, "PUT", "/operator/sandboxes/hurt/faults", "{\"rules\":[]}");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "/sandbox/hurt/fhir/r4/$count");
	assert_int_equal(a.status, 200);
	a = fixture_operate(f, "PUT", "/operator/sandboxes/hurt/faults",
		"{\"rules\":[{\"action\":\"explode\"}]}");
	assert_int_equal(a.status, 400);
}

/* A client that goes away during a delay does not keep the server from ending. */
static void set_fault(const char *rule)
{
	struct hs_slice body = hs_arena_printf(fixture_arena(f), "{\"seed\":3,\"rules\":[%s]}", rule);
	struct fixture_answer a = fixture_operate(f, "PUT", "/operator/sandboxes/spoilt/faults",
		hs_arena_cstr(fixture_arena(f), body));
	if (a.status != 200)
		fail_msg("%s: %.*s", rule, HS_S_ARG(a.body));
}

static size_t differences(struct hs_slice a, struct hs_slice b)
{
	size_t count = 0;
	assert_int_equal(a.len, b.len);
	for (size_t i = 0; i < a.len; i++)
		count += a.ptr[i] != b.ptr[i];
	return count;
}

#define SPOILT "/sandbox/spoilt/fhir/r4/metadata"

static void faults_spoil_answers(void **state)
{
	(void)state;
	make("spoilt", "");
	struct fixture_answer good = fixture_get(f, SPOILT);
	assert_int_equal(good.status, 200);
	set_fault("{\"action\":\"truncate\",\"bytes\":100}");
	struct fixture_answer a = fixture_get(f, SPOILT);
	assert_int_equal(a.status, 200);
	assert_false(a.complete);
	set_fault("{\"action\":\"truncate\"}");
	a = fixture_get(f, SPOILT);
	assert_false(a.complete);
	set_fault("{\"action\":\"corrupt\"}");
	a = fixture_get(f, SPOILT);
	assert_true(a.complete);
	assert_int_equal(differences(a.body, good.body), 1);
	set_fault("{\"action\":\"drop-header\",\"header\":\"x-request-id\"}");
	a = fixture_get(f, SPOILT);
	assert_int_equal(fixture_header(&a, "X-Request-Id").len, 0);
	assert_int_equal(differences(a.body, good.body), 0);
	set_fault("{\"action\":\"drop-header\",\"header\":\"Content-Type\"}");
	a = fixture_get(f, SPOILT);
	assert_int_equal(fixture_header(&a, "Content-Type").len, 0);
	set_fault("{\"action\":\"content-type\",\"contentType\":\"text/html\"}");
	a = fixture_get(f, SPOILT);
	assert_true(hs_slice_eq(fixture_header(&a, "Content-Type"), HS_S("text/html")));
	set_fault("{\"action\":\"drip\",\"bytes\":100,\"delayMs\":1}");
	a = fixture_get(f, SPOILT);
	assert_true(a.complete);
	assert_int_equal(differences(a.body, good.body), 0);
	a = fixture_operate(f, "GET", "/operator/faults", NULL);
	assert_int_equal(a.status, 200);
	assert_true(fixture_text(f, &a, "/actions/truncate").len > 0);
	assert_true(hs_slice_eq(fixture_text(f, &a, "/sandboxes/spoilt/rules/0/action"), HS_S("drip")));
	assert_true(hs_slice_eq(fixture_text(f, &a, "/sandboxes/spoilt/hits"), HS_S("1")));
	a = fixture_operate(f, "PUT", "/operator/faults", "{}");
	assert_int_equal(a.status, 405);
	a = fixture_get(f, "/operator/faults");
	assert_int_equal(a.status, 401);
}

static void a_drip_ends_with_its_client(void **state)
{
	static const char text[] = "GET " SPOILT " HTTP/1.1\r\nHost: x\r\n\r\n";
	char in[64];

	(void)state;
	set_fault("{\"action\":\"drip\",\"bytes\":1,\"delayMs\":5000}");
	int fd = fixture_connect(f);
	assert_int_equal(send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL), (ssize_t)sizeof(text) - 1);
	assert_true(recv(fd, in, sizeof(in), 0) > 0); /* the head */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger) { 1, 0 }, sizeof(struct linger));
	close(fd);
	struct fixture_answer a = fixture_operate(f, "POST", "/operator/sandboxes/spoilt/reset", "");
	assert_int_equal(a.status, 200); /* it waits for requests in progress: for this one no longer */
}

static void a_delay_ends_with_its_client(void **state)
{
	static const char text[] = "GET /sandbox/slow/fhir/r4/$now HTTP/1.1\r\nHost: x\r\n\r\n";

	(void)state;
	make("slow", "");
	struct fixture_answer a = fixture_operate(f, "PUT", "/operator/sandboxes/slow/faults",
		"{\"rules\":[{\"action\":\"delay\",\"delayMs\":60000}]}");
	assert_int_equal(a.status, 200);
	int fd = fixture_connect(f);
	assert_int_equal(send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL), (ssize_t)sizeof(text) - 1);
	do
		a = fixture_operate(f, "GET", "/operator/sandboxes/slow/faults", NULL);
	while (!hs_slice_eq(fixture_text(f, &a, "/hits"), HS_S("1")));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger) { 1, 0 }, sizeof(struct linger));
	close(fd); /* a reset: a mere half-close may still wait for its answer */
	a = fixture_operate(f, "POST", "/operator/sandboxes/slow/reset", "");
	assert_int_equal(a.status, 200); /* it waits for requests in progress: for this one no longer */
}

static void jobs_run_in_the_background(void **state)
{
	(void)state;
	/* Each look takes a request; a tick comes every 20 ms, so that a few hundred looks see some. */
	for (int i = 0; i < 20000; i++) {
		struct fixture_answer a = fixture_get(f, "/metrics");
		size_t at = hs_slice_search(a.body, HS_S("\nhandslag_tally_ticks_total "));
		assert_true(at != SIZE_MAX);
		if (a.body.ptr[at + 28] > '0')
			return;
	}
	fail_msg("no tick");
}

static void idle_ones_are_closed_and_come_back(void **state)
{
	struct fixture_answer a = { .status = 0 };

	(void)state;
	make("idle", "");
	fixture_send(f, "POST", "/sandbox/idle/fhir/r4/$add", "");
	hs__sandboxes_tidy(fixture_host(f), INT64_MAX / 2); /* as if years had passed */
	for (int i = 0; i < 20000; i++) {
		a = fixture_operate(f, "GET", "/operator/sandboxes/idle", NULL);
		if (hs_slice_eq(fixture_text(f, &a, "/phase"), HS_S("closed")))
			break;
	}
	assert_true(hs_slice_eq(fixture_text(f, &a, "/phase"), HS_S("closed")));
	a = fixture_get(f, "/sandbox/idle/fhir/r4/$count");
	assert_body(&a, "1");
	a = fixture_get(f, "$count");
	assert_int_equal(a.status, 200);
}

static void a_backup_is_taken_while_serving(void **state)
{
	(void)state;
	fixture_send(f, "POST", "$add", "");
	struct fixture_answer a = fixture_operate(f, "POST", "/operator/sandboxes/default/backup", "");
	assert_int_equal(a.status, 201);
	char *file = hs_arena_cstr(fixture_arena(f), fixture_text(f, &a, "/file"));
	struct stat info;
	assert_int_equal(stat(file, &info), 0);
	assert_true(info.st_size > 0);
}

static void without_definitions_the_answer_says_what_to_do(void **state)
{
	(void)state;
	struct fixture_answer a = fixture_get(f, "Patient/1");
	assert_int_equal(a.status, 503);
	assert_true(hs_slice_search(fixture_issue(f, &a), HS_S("ci/setup")) != SIZE_MAX);
	a = fixture_get(f, "metadata");
	assert_int_equal(a.status, 200);
	a = fixture_get(f, "/health/ready");
	assert_int_equal(a.status, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_token_is_asked_for),
		cmocka_unit_test(sandboxes_do_not_see_each_other),
		cmocka_unit_test(reset_empties_and_delete_removes),
		cmocka_unit_test(reset_under_load_fails_nobody),
		cmocka_unit_test(they_are_opened_when_first_used),
		cmocka_unit_test(clocks_are_their_own),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(faults_strike),
		cmocka_unit_test(faults_spoil_answers),
		cmocka_unit_test(a_drip_ends_with_its_client),
		cmocka_unit_test(a_delay_ends_with_its_client),
		cmocka_unit_test(jobs_run_in_the_background),
		cmocka_unit_test(idle_ones_are_closed_and_come_back),
		cmocka_unit_test(a_backup_is_taken_while_serving),
		cmocka_unit_test(without_definitions_the_answer_says_what_to_do),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
