/* SPDX-License-Identifier: Apache-2.0 */
/* Sandboxes that are deleted while others still have to do with them: by orders that wait, by requests that
 * have it opened, by requests in progress; and what is left of them in memory. */
#include "fixture_gate.h"
#include "fixture_private.h"
#include "fixture_tally.h"

#include <core/host/sandbox/sandbox.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MADE_AND_DELETED 100
#define ASKERS 3

static const struct hs_route routes[] = {
	{ .method = "POST", .path = "$add", .versions = HS_ON_R4, .handler = fixture_tally_add },
	{ .method = "GET", .path = "$count", .versions = HS_ON_R4, .handler = fixture_tally_count },
	{ .method = NULL },
};
static const struct hs_migration migrations[] = {
	FIXTURE_TALLY_MIGRATION(1),
	{ .sql = NULL },
};
static const struct hs_service tally = { .abi = HS_SERVICE_ABI,
	.name = "tally",
	.summary = "Counts.",
	.routes = routes,
	.migrations = migrations };
static const struct hs_service *const services[] = { &tally, NULL };

static struct fixture *f;

static int start(void **state)
{
	/* Each sandbox made and deleted is half a dozen syncs, which is not what is tested here. */
	static const struct fixture_options options = {
		.services = services, .no_fhir = true, .in_memory = true
	};
	(void)state;
	f = fixture_start(&options);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	gate_open_all();
	fixture_stop(f);
	return 0;
}

static void operate(const char *method, const char *path, const char *body, int status)
{
	struct fixture_answer a = fixture_operate(f, method, path, body);
	if (a.status != status)
		fail_msg("%s %s: %d, not %d: %.*s", method, path, a.status, status,
			HS_S_ARG(hs_slice_first(a.body, 300)));
}

static void get(const char *path, int status)
{
	struct fixture_answer a = fixture_get(f, path);
	if (a.status != status)
		fail_msg("%s: %d, not %d: %.*s", path, a.status, status,
			HS_S_ARG(hs_slice_first(a.body, 300)));
}

static bool on_disk(const char *name)
{
	char path[600];
	snprintf(path, sizeof(path), "%s/sandboxes/%s", fixture_data_dir(f), name);
	return access(path, F_OK) == 0;
}

/* Sandboxes in memory: those that are listed, and those deleted that somebody still looks at. */
static uint64_t in_memory(void)
{
	struct fixture_answer a = fixture_get(f, "/metrics");
	size_t at = hs_slice_search(a.body, HS_S("\nhandslag_sandboxes "));
	uint64_t count = 0;

	assert_true(at != SIZE_MAX);
	struct hs_slice line = hs_slice_from(a.body, at + 20);
	assert_true(hs_slice_u64(hs_slice_cut(&line, '\n'), &count));
	return count;
}

/* Orders for a sandbox that come to the control thread in this order; their statuses. */
static void order_at_once(const char *const orders[][3], size_t count, int *statuses)
{
	int fds[8];
	struct gate *gate = gate_put(f);

	assert_true(count <= 8);
	gate_reach(gate);
	for (unsigned i = 0; i < count; i++) {
		fds[i] = fixture_order(f, orders[i][0], orders[i][1], orders[i][2]);
		gate_gather(f, i + 1);
	}
	gate_open(gate);
	for (size_t i = 0; i < count; i++)
		statuses[i] = fixture_answered(f, fds[i]).status;
}

/* ---- tests ---- */

#define ONE "/operator/sandboxes/one"
#define MAKE_ONE "POST", "/operator/sandboxes", "{\"name\":\"one\"}"

static void orders_that_come_too_late_find_nothing(void **state)
{
	static const char *const orders[][3] = {
		{ "DELETE", ONE, NULL },
		{ "DELETE", ONE, NULL },
		{ "POST", ONE "/reset", "" },
		{ "POST", ONE "/backup", "" },
		{ "POST", ONE "/explain", "{\"search\":\"Patient?name=x\"}" },
		{ "PUT", ONE "/limits", "{\"burst\":5}" },
	};
	int statuses[6] = { 0 };

	(void)state;
	operate(MAKE_ONE, 201);
	order_at_once(orders, 6, statuses);
	assert_int_equal(statuses[0], 204);
	for (int i = 1; i < 6; i++)
		if (statuses[i] != 404)
			fail_msg("%s %s: %d", orders[i][0], orders[i][1], statuses[i]);
	assert_false(on_disk("one"));
	assert_int_equal(in_memory(), 1);
}

/* Another of the same name is none of their business. */
static void orders_for_the_old_one_leave_the_new_one_alone(void **state)
{
	static const char *const orders[][3] = { { "DELETE", ONE, NULL }, { MAKE_ONE },
		{ "POST", ONE "/reset", "" }, { "DELETE", ONE, NULL } };
	int statuses[4] = { 0 };

	(void)state;
	operate(MAKE_ONE, 201);
	order_at_once(orders, 4, statuses);
	assert_int_equal(statuses[0], 204);
	assert_int_equal(statuses[1], 201);
	assert_int_equal(statuses[2], 404);
	assert_int_equal(statuses[3], 404);
	get("/sandbox/one/fhir/r4/$count", 200);
	assert_true(on_disk("one"));
	operate("DELETE", ONE, NULL, 204);
}

/* A request has it opened; before the control thread comes to that, it is deleted. */
static void it_is_not_opened_after_its_deletion(void **state)
{
	(void)state;
	operate(MAKE_ONE, 201);
	fixture_restart(f);
	struct gate *gate = gate_put(f);
	gate_reach(gate);
	int deletion = fixture_order(f, "DELETE", ONE, NULL);
	gate_gather(f, 1);
	int request = fixture_ask(f, "GET", "/sandbox/one/fhir/r4/$count", NULL, NULL);
	gate_gather(f, 2);
	gate_open(gate);
	assert_int_equal(fixture_answered(f, deletion).status, 204);
	assert_int_equal(fixture_answered(f, request).status, 404);
	operate("GET", "/operator/sandboxes/default", NULL, 200);
	operate("PUT", "/operator/sandboxes/default/limits", "{}", 200); /* behind the opening */
	assert_false(on_disk("one"));
	assert_int_equal(in_memory(), 1);
	fixture_restart(f);
	operate("GET", ONE, NULL, 404);
}

/* What looks into its store opens it, as a request does. */
static void a_closed_one_is_opened_for_orders(void **state)
{
	(void)state;
	operate(MAKE_ONE, 201);
	fixture_restart(f);
	operate("POST", ONE "/backup", "", 201);
	fixture_restart(f);
	struct fixture_answer a = fixture_operate(f, "POST", ONE "/explain",
		"{\"search\":\"Patient?name=x\"}");
	assert_true(a.status >= 400); /* no definitions in here */
	a = fixture_operate(f, "GET", ONE, NULL);
	assert_true(hs_slice_eq(fixture_text(f, &a, "/phase"), HS_S("open")));
	operate("DELETE", ONE, NULL, 204);
}

/* ---- what cannot be erased ---- */

#define DEPTH 20

/* Folders within each other, too far down for a path to name: they cannot be removed but from within. */
static void put_deep(const char *dir, int fds[DEPTH], char name[251])
{
	memset(name, 'd', 250);
	name[250] = '\0';
	fds[0] = open(dir, O_RDONLY | O_DIRECTORY);
	for (int i = 1; i < DEPTH; i++) {
		assert_int_equal(mkdirat(fds[i - 1], name, 0700), 0);
		fds[i] = openat(fds[i - 1], name, O_RDONLY | O_DIRECTORY);
		assert_true(fds[i] >= 0);
	}
}

static void take_deep(int fds[DEPTH], const char *name)
{
	for (int i = DEPTH - 1; i >= 0; i--) {
		close(fds[i]);
		if (i)
			assert_int_equal(unlinkat(fds[i - 1], name, AT_REMOVEDIR), 0);
	}
}

/* Entries of the folder of sandboxes. */
static int folders(void)
{
	char path[600];
	int count = 0;

	snprintf(path, sizeof(path), "%s/sandboxes", fixture_data_dir(f));
	DIR *list = opendir(path);
	assert_non_null(list);
	for (const struct dirent *entry = readdir(list); entry; entry = readdir(list))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(list);
	return count;
}

static uint64_t count_in_one(void)
{
	struct fixture_answer a = fixture_get(f, "/sandbox/one/fhir/r4/$count");
	uint64_t count = 99;

	assert_int_equal(a.status, 200);
	assert_true(hs_slice_u64(a.body, &count));
	return count;
}

/* It is gone for everybody, a new one of its name is new, and the next start erases the rest. */
static void what_cannot_be_erased_is_in_nobodys_way(void **state)
{
	char dir[600], name[2][251];
	int fds[2][DEPTH];

	(void)state;
	snprintf(dir, sizeof(dir), "%s/sandboxes/one", fixture_data_dir(f));
	for (int i = 0; i < 2; i++) {
		operate(MAKE_ONE, 201);
		assert_int_equal(count_in_one(), 0);
		assert_int_equal(fixture_call(f, "POST", "/sandbox/one/fhir/r4/$add", NULL, "").status, 200);
		put_deep(dir, fds[i], name[i]);
		operate("DELETE", ONE, NULL, 204);
		assert_false(on_disk("one"));
	}
	assert_int_equal(folders(), 3);
	fixture_restart(f);
	operate("GET", ONE, NULL, 404);
	assert_int_equal(folders(), 3);
	for (int i = 0; i < 2; i++)
		take_deep(fds[i], name[i]);
	fixture_restart(f);
	assert_int_equal(folders(), 1);
}

/* ---- many, beside requests ---- */

struct asker {
	pthread_t thread;
	_Atomic bool *stop;
	int found, gone, odd;
};

static void *ask(void *arg)
{
	static const char text[] = "POST /sandbox/brief/fhir/r4/$add HTTP/1.1\r\nHost: x\r\n"
				   "Content-Length: 0\r\nConnection: close\r\n\r\n";
	struct asker *asker = arg;

	while (!*asker->stop) {
		char in[4096];
		size_t have = 0;
		int fd = fixture_connect(f);
		ssize_t n = write(fd, text, sizeof(text) - 1);
		while (n > 0 && have < sizeof(in)) {
			n = read(fd, in + have, sizeof(in) - have);
			have += n > 0 ? (size_t)n : 0;
		}
		close(fd);
		bool found = have > 12 && memcmp(in, "HTTP/1.1 200", 12) == 0;
		bool gone = have > 12 && memcmp(in, "HTTP/1.1 404", 12) == 0;
		asker->found += found;
		asker->gone += gone;
		asker->odd += !found && !gone;
	}
	return NULL;
}

/* Requests in progress end well, later ones are told; and nothing of those that were deleted is kept. */
static void many_are_made_and_deleted(void **state)
{
	_Atomic bool over = false;
	struct asker askers[ASKERS];
	int odd = 0;

	(void)state;
	for (int i = 0; i < ASKERS; i++) {
		askers[i] = (struct asker) { .stop = &over };
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
	}
	for (int i = 0; i < MADE_AND_DELETED; i++) {
		operate("POST", "/operator/sandboxes", "{\"name\":\"brief\"}", 201);
		operate("DELETE", "/operator/sandboxes/brief", NULL, 204);
	}
	over = true;
	for (int i = 0; i < ASKERS; i++) {
		pthread_join(askers[i].thread, NULL);
		odd += askers[i].odd;
	}
	assert_int_equal(odd, 0);
	assert_int_equal(in_memory(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_that_come_too_late_find_nothing),
		cmocka_unit_test(orders_for_the_old_one_leave_the_new_one_alone),
		cmocka_unit_test(it_is_not_opened_after_its_deletion),
		cmocka_unit_test(a_closed_one_is_opened_for_orders),
		cmocka_unit_test(what_cannot_be_erased_is_in_nobodys_way),
		cmocka_unit_test(many_are_made_and_deleted),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
