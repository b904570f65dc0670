/* SPDX-License-Identifier: Apache-2.0 */
/* A sandbox whose search index is made anew because packages changed: it says how far it is, nobody else
 * waits, and a stop between two parts leaves nothing that looks whole. The test holds the control thread
 * wherever it wants to look. */
#include "fixture_private.h"
#include "rest_test.h"

#include <core/host/sandbox/sandbox.h>
#include <semaphore.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENTS 500 /* three parts */
#define NO_PACKAGES "{\"packages\":[]}"
#define GATES 16

static char guide[128], config[256];
static struct fixture *first; /* lasts a test, for its directory: the data and the package are in there */

static void write_file(const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/package/%s", guide, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (const char *c = text; *c; c++)
		fputc(*c == '\'' ? '"' : *c, file);
	fclose(file);
}

static void make_guide(void)
{
	char path[256];
	snprintf(guide, sizeof(guide), "%s/guide", fixture_data_dir(first));
	snprintf(path, sizeof(path), "%s/package", guide);
	assert_int_equal(mkdir(guide, 0700), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file("package.json",
		"{'name':'example.guide','version':'1.0.0','fhirVersions':['4.0.1'],'dependencies':{}}");
	write_file("nick.json",
		"{'resourceType':'SearchParameter','id':'nick','url':'urn:param:nick','name':'nick',"
		"'status':'active','code':'nick','base':['Patient'],'type':'string','description':'A name',"
		"'expression':'Patient.name.text'}");
	snprintf(config, sizeof(config), "{\"packages\":[\"%s\"]}", guide);
}

/* ---- the control thread, held ---- */

struct gate {
	struct hs_task task;
	sem_t reached, open;
};

/* All of a test, so that one that fails half way leaves no thread held. */
static struct gate gates[GATES];
static unsigned gate_count;

static void pass(struct hs_task *task)
{
	struct gate *gate = HS__OWNER(task, struct gate, task);
	sem_post(&gate->reached);
	while (sem_wait(&gate->open) != 0)
		;
}

/* Stands behind what the control thread has to do already. */
static struct gate *put_gate(void)
{
	struct hs_mailbox *control = hs_pool_mailbox(fixture_host(fx)->control);
	assert_true(gate_count < GATES);
	struct gate *gate = &gates[gate_count];
	sem_init(&gate->reached, 0, 0);
	sem_init(&gate->open, 0, 0);
	gate->task.run = pass;
	assert_true(control->post(control, &gate->task));
	gate_count++;
	return gate;
}

static void reach(struct gate *gate)
{
	while (sem_wait(&gate->reached) != 0)
		;
}

static void open_gate(struct gate *gate)
{
	sem_post(&gate->open);
}

/* A request that has "mine" opened, and the control thread held right behind the opening. Its answer is
 * still to come. */
static int knock(struct gate **behind)
{
	static const char request[] = "GET /sandbox/mine/fhir/r4/Patient?_summary=count HTTP/1.1\r\n"
				      "Host: localhost\r\nConnection: close\r\n\r\n";
	struct hs_pool *control = fixture_host(fx)->control;
	struct gate *before = put_gate();
	reach(before);
	int fd = fixture_connect(fx);
	assert_int_equal(write(fd, request, sizeof(request) - 1), (ssize_t)sizeof(request) - 1);
	while (hs_pool_waiting(control) == 0)
		sched_yield();
	*behind = put_gate();
	open_gate(before);
	reach(*behind);
	return fd;
}

/* The status of the answer on a connection. */
static int answered(int fd)
{
	char text[4096] = "";
	size_t len = 0;
	for (ssize_t n = 1; n > 0 && len<sizeof(text) - 1; len += n> 0 ? (size_t)n : 0)
		n = read(fd, text + len, sizeof(text) - 1 - len);
	close(fd);
	uint64_t status = 0;
	assert_true(len > 12 && hs_slice_u64(hs_slice(text + 9, 3), &status));
	return (int)status;
}

/* ---- tests ---- */

static void start(const char *packages, const char *data)
{
	struct fixture_options options = { .config = packages, .data_dir = data };
	fx = fixture_start(&options);
}

static void stop(void)
{
	struct fixture *server = fx;
	fx = NULL;
	fixture_stop(server);
}

static int start_first(void **state)
{
	struct fixture_options options = { .config = NO_PACKAGES };
	(void)state;
	gate_count = 0;
	first = fixture_start(&options);
	make_guide();
	return 0;
}

/* Whatever a failed assertion left behind: gates that are open already do not mind. */
static int end_all(void **state)
{
	(void)state;
	for (unsigned i = 0; i < gate_count; i++)
		open_gate(&gates[i]);
	stop();
	fixture_stop(first);
	return 0;
}

static void fill_mine(char *data, size_t size)
{
	struct hs_buf text;
	if (!fixture_has_fhir(first, HS_FHIR_R4))
		skip();
	snprintf(data, size, "%s/data", fixture_data_dir(first));
	assert_int_equal(mkdir(data, 0700), 0);
	start(NO_PACKAGES, data);
	assert_int_equal(fixture_operate(fx, "POST", "/operator/sandboxes", "{\"name\":\"mine\"}").status,
		201);
	hs_buf_init(&text, fixture_arena(fx), 1 << 20);
	hs_buf_cstr(&text, "{'resourceType':'Bundle','type':'batch','entry':[");
	for (int i = 0; i < PATIENTS; i++)
		hs_buf_printf(&text,
			"%s{'request':{'method':'PUT','url':'Patient/p%d'},'resource':"
			"{'resourceType':'Patient','id':'p%d','name':[{'text':'nick%d'}]}}",
			i ? "," : "", i, i, i % 2);
	hs_buf_cstr(&text, "]}");
	hs_buf_byte(&text, '\0');
	send_ok("POST", "/sandbox/mine/fhir/r4", text.ptr, 200);
	stop();
}

static void refuses(const char *progress)
{
	struct fixture_answer a = send_ok("GET", "/sandbox/mine/fhir/r4/Patient", NULL, 503);
	uint64_t retry_s = 0;
	assert_true(hs_slice_u64(fixture_header(&a, "Retry-After"), &retry_s) && retry_s >= 1);
	expect_part(fixture_issue(fx, &a), progress);
	send_ok("PUT", "/sandbox/mine/fhir/r4/Patient/p0", "{'resourceType':'Patient','id':'p0'}", 503);
	a = send_ok("GET", "/health/ready", NULL, 200);
	expect_slice(fixture_text(fx, &a, "/renewing/0/sandbox"), "mine");
	a = fixture_operate(fx, "GET", "/operator/sandboxes/mine", NULL);
	expect_slice(fixture_text(fx, &a, "/phase"), "renewing");
	send_ok("GET", "Patient", NULL, 200);
}

/* Stops with the control thread held: no further part is begun. */
static void stop_at(struct gate *gate)
{
	hs_host_stop(fixture_host(fx));
	open_gate(gate);
	stop();
}

static void finds(const char *search, int total)
{
	int64_t found = -1;
	struct fixture_answer a = fixture_get(fx, search);
	while (a.status == 503)
		a = fixture_get(fx, search);
	assert_int_equal(a.status, 200);
	hs_json_i64(hs_json_get(fixture_json(fx, &a), HS_S("total")), &found);
	if (found != total)
		fail_msg("%s: %lld, not %d", search, (long long)found, total);
}

static void says_how_far_it_is(void **state)
{
	struct gate *opened, *last;
	char data[256];
	(void)state;
	fill_mine(data, sizeof(data));

	/* Another package: stopped when one part of three is done. */
	start(config, data);
	int fd = knock(&opened);
	assert_int_equal(answered(fd), 503);
	refuses("0 of 500 resources");
	struct gate *one = put_gate();
	open_gate(opened);
	reach(one);
	refuses("200 of 500 resources");
	stop_at(one);

	/* Back to the packages of before: what was left is not theirs either. */
	start(NO_PACKAGES, data);
	fd = knock(&opened);
	assert_int_equal(answered(fd), 503);
	refuses("0 of 500 resources");
	stop_at(opened);

	/* The package again, to the end, with a reset of another sandbox in between. */
	start(config, data);
	fd = knock(&last);
	assert_int_equal(answered(fd), 503);
	open_gate(last);
	assert_int_equal(fixture_operate(fx, "POST", "/operator/sandboxes", "{\"name\":\"other\"}").status,
		201);
	finds("/sandbox/mine/fhir/r4/Patient?nick=nick1&_summary=count", PATIENTS / 2);
	fixture_restart(fx);
	fd = knock(&opened);
	open_gate(opened);
	assert_int_equal(answered(fd), 200);
}

/* The index of what was there is of no concern to what comes after. */
static void can_be_reset_meanwhile(void **state)
{
	struct gate *opened;
	char data[256];
	(void)state;
	fill_mine(data, sizeof(data));
	start(config, data);
	int fd = knock(&opened);
	assert_int_equal(answered(fd), 503);
	open_gate(opened);
	struct fixture_answer a = fixture_operate(fx, "POST", "/operator/sandboxes/mine/reset", "");
	if (a.status >= 300)
		fail_msg("reset: %d %.*s", a.status, HS_S_ARG(a.body));
	finds("/sandbox/mine/fhir/r4/Patient?nick=nick1&_summary=count", 0);
}

/* A reference in full to the server itself is one to what is in it, before and after. */
static void keeps_what_it_is_called(void **state)
{
	static const char called[] = "{\"baseUrl\":\"http://us.example\",\"packages\":[%s%s%s]}";
	static const char search[] = "/sandbox/mine/fhir/r4/Patient?general-practitioner=Practitioner/d"
				     "&_summary=count";
	char data[256], before[300], after[300];
	(void)state;
	if (!fixture_has_fhir(first, HS_FHIR_R4))
		skip();
	snprintf(before, sizeof(before), called, "", "", "");
	snprintf(after, sizeof(after), called, "\"", guide, "\"");
	snprintf(data, sizeof(data), "%s/data", fixture_data_dir(first));
	assert_int_equal(mkdir(data, 0700), 0);
	start(before, data);
	fixture_operate(fx, "POST", "/operator/sandboxes", "{\"name\":\"mine\"}");
	send_ok("PUT", "/sandbox/mine/fhir/r4/Patient/p",
		"{'resourceType':'Patient','id':'p','name':[{'text':'n'}],'generalPractitioner':[{"
		"'reference':'http://us.example/sandbox/mine/fhir/r4/Practitioner/d'}]}",
		201);
	finds(search, 1);
	stop();
	start(after, data);
	finds(search, 1);
	finds("/sandbox/mine/fhir/r4/Patient?nick=n&_summary=count", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(says_how_far_it_is, start_first, end_all),
		cmocka_unit_test_setup_teardown(can_be_reset_meanwhile, start_first, end_all),
		cmocka_unit_test_setup_teardown(keeps_what_it_is_called, start_first, end_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
