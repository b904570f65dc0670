/* SPDX-License-Identifier: Apache-2.0 */
/* A sandbox whose search index is made anew because packages changed: it says how far it is, nobody else
 * waits, and a stop between two parts leaves nothing that looks whole. The test holds the control thread
 * wherever it wants to look. */
#include "fixture_gate.h"
#include "fixture_private.h"
#include "rest_test.h"

#include <sys/stat.h>
#include <unistd.h>

#define PATIENTS 500 /* three parts */
#define NO_PACKAGES "{\"packages\":[]}"

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

/* A request that has "mine" opened, and the control thread held right behind the opening. Its answer is
 * still to come. */
static int knock(struct gate **behind)
{
	struct gate *before = gate_put(fx);
	gate_reach(before);
	int fd = fixture_ask(fx, "GET", "/sandbox/mine/fhir/r4/Patient?_summary=count", NULL, NULL);
	gate_gather(fx, 1);
	*behind = gate_put(fx);
	gate_open(before);
	gate_reach(*behind);
	return fd;
}

static int answered(int fd)
{
	return fixture_answered(fx, fd).status;
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
	first = fixture_start(&options);
	make_guide();
	return 0;
}

static int end_all(void **state)
{
	(void)state;
	gate_open_all();
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
	gate_open(gate);
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
	struct gate *one = gate_put(fx);
	gate_open(opened);
	gate_reach(one);
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
	gate_open(last);
	assert_int_equal(fixture_operate(fx, "POST", "/operator/sandboxes", "{\"name\":\"other\"}").status,
		201);
	finds("/sandbox/mine/fhir/r4/Patient?nick=nick1&_summary=count", PATIENTS / 2);
	fixture_restart(fx);
	fd = knock(&opened);
	gate_open(opened);
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
	gate_open(opened);
	struct fixture_answer a = fixture_operate(fx, "POST", "/operator/sandboxes/mine/reset", "");
	if (a.status >= 300)
		fail_msg("reset: %d %.*s", a.status, HS_S_ARG(a.body));
	finds("/sandbox/mine/fhir/r4/Patient?nick=nick1&_summary=count", 0);
}

/* Who orders a copy meanwhile is told to wait, and holds up neither the work nor anybody else. */
static void a_backup_waits_outside(void **state)
{
	static const char explain[] = "{\"search\":\"Patient?name=x\"}";
	struct gate *opened;
	char data[256];
	(void)state;
	fill_mine(data, sizeof(data));
	start(config, data);
	int fd = knock(&opened);
	assert_int_equal(answered(fd), 503);
	int backup = fixture_order(fx, "POST", "/operator/sandboxes/mine/backup", "");
	gate_gather(fx, 2);
	int plan = fixture_order(fx, "POST", "/operator/sandboxes/mine/explain", explain);
	gate_gather(fx, 3);
	gate_open(opened);
	struct fixture_answer a = fixture_answered(fx, backup);
	assert_int_equal(a.status, 503);
	expect_part(fixture_issue(fx, &a), "of 500 resources");
	assert_int_equal(answered(plan), 503);
	finds("/sandbox/mine/fhir/r4/Patient?nick=nick1&_summary=count", PATIENTS / 2);
	assert_int_equal(fixture_operate(fx, "POST", "/operator/sandboxes/mine/backup", "").status, 201);
	assert_int_equal(fixture_operate(fx, "POST", "/operator/sandboxes/mine/explain", explain).status,
		200);
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
		cmocka_unit_test_setup_teardown(a_backup_waits_outside, start_first, end_all),
		cmocka_unit_test_setup_teardown(keeps_what_it_is_called, start_first, end_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
