/* SPDX-License-Identifier: Apache-2.0 */
/* $export over the wire: kick-off, status, manifest, files, one moment, restarts, limits, removal. */
#include "rest_test.h"

#include <core/base/world.h>
#include <unistd.h>

#define ASYNC "Prefer: respond-async\r\n"

static const char *const settings[] = { "exports.jobs=3", "exports.fileKib=1", NULL };

static int start_small(void **state)
{
	struct fixture_options options = { .settings = settings };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

/* The path of the job below the server. */
static const char *kick_off(const char *path)
{
	struct fixture_answer a = send_with("GET", path, ASYNC, NULL, 202);
	struct hs_slice where = fixture_header(&a, "Content-Location");
	assert_true(hs_slice_starts(where, hs_slice_cstr(fixture_url(fx))));
	return hs_arena_cstr(fixture_arena(fx), hs_slice_from(where, strlen(fixture_url(fx))));
}

/* Asks until it is ready; each question waits for a commit that is there, so that nothing spins for long. */
static struct fixture_answer wait_for(const char *job)
{
	for (unsigned i = 0; i < 100000; i++) {
		struct fixture_answer a = fixture_get(fx, job);
		if (a.status != 202)
			return a;
		assert_true(fixture_header(&a, "Retry-After").len > 0);
		assert_true(fixture_header(&a, "X-Progress").len > 0);
	}
	fail_msg("the export does not end");
	return (struct fixture_answer) { 0 };
}

static struct hs_slice file_at(const struct fixture_answer *manifest, const char *pointer)
{
	struct hs_slice url = fixture_text(fx, manifest, pointer);
	const char *path = hs_arena_cstr(fixture_arena(fx), hs_slice_from(url, strlen(fixture_url(fx))));
	struct fixture_answer a = fixture_call(fx, "GET", path, "Accept: application/fhir+ndjson\r\n", NULL);
	assert_int_equal(a.status, 200);
	assert_true(a.complete);
	expect_header(&a, "Content-Type", "application/fhir+ndjson");
	return a.body;
}

static struct hs_slice only_file(const char *path)
{
	struct fixture_answer a = wait_for(kick_off(path));
	assert_int_equal(a.status, 200);
	const struct hs_json *output = hs_json_get(fixture_json(fx, &a), HS_S("output"));
	if (hs_json_count(output) == 0)
		return HS_S_NONE;
	assert_int_equal(hs_json_count(output), 1);
	return file_at(&a, "/output/0/url");
}

static void remove_jobs(const char *job)
{
	assert_int_equal(fixture_call(fx, "DELETE", job, NULL, NULL).status, 202);
	assert_int_equal(fixture_get(fx, job).status, 404);
	/* Gone from disk and from the count as well, soon. */
	char path[600];
	snprintf(path, sizeof(path), "%s/sandboxes/default/exports/%.36s/job.json", fixture_data_dir(fx),
		job + strlen("/fhir/r4/$export/"));
	for (unsigned i = 0; i < 100000 && access(path, F_OK) == 0; i++)
		fixture_get(fx, "/health/live");
	assert_int_not_equal(access(path, F_OK), 0);
}

static struct hs_slice export_once(const char *path, struct fixture_answer *manifest)
{
	const char *job = kick_off(path);
	*manifest = wait_for(job);
	assert_int_equal(manifest->status, 200);
	bool any = hs_json_count(hs_json_get(fixture_json(fx, manifest), HS_S("output"))) > 0;
	struct hs_slice body = any ? file_at(manifest, "/output/0/url") : HS_S_NONE;
	remove_jobs(job);
	return body;
}

static void needs_to_be_asked_for_later(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "$export", NULL, 400);
	expect_part(a.body, "Prefer: respond-async");
	send_with("GET", "$export?_type=Chair", ASYNC, NULL, 400);
	send_with("GET", "$export?_since=yesterday", ASYNC, NULL, 400);
	a = send_with("GET", "$export?_since=2020", ASYNC, NULL, 400);
	expect_part(a.body, "it is an instant such as");
	send_with("GET", "$export?_since=2020-01-01T10:00:00", ASYNC, NULL, 400);
	a = send_with("GET", "Patient/$export?patient=Patient/nobody", ASYNC, NULL, 404);
	expect_part(a.body, "patient=Patient/nobody: there is no such patient here");
	send_with("GET", "$export?_outputFormat=text/csv", ASYNC, NULL, 400);
	send_with("GET", "$export?colour=red", ASYNC, NULL, 400);
	send_with("GET", "$export?_typeFilter=Patient?nobody=knows", ASYNC, NULL, 400);
	send_with("GET", "$export?_typeFilter=Patient?organization.name=x", ASYNC, NULL, 400);
	send_with("GET", "Group/none/$export", ASYNC, NULL, 404);
	send_with("GET", "Chair/$export", ASYNC, NULL, 404);
	send_ok("GET", "$export/00000000-0000-4000-8000-000000000000", NULL, 404);
	a = send_ok("GET", "metadata", NULL, 200);
	expect_part(a.body, "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export");
	expect_part(a.body, "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export");
}

static void gives_what_is_stored(void **state)
{
	NEED_FHIR();
	struct fixture_answer m;
	send_ok("PUT", "Basic/e1", "{'resourceType':'Basic','id':'e1',\n 'code':{'text':'one'}}", 201);
	send_ok("PUT", "Basic/e1", "{'resourceType':'Basic','id':'e1',\r\n 'code':{'text':'one again'}}",
		200);
	send_ok("PUT", "Basic/e2", "{'resourceType':'Basic','id':'e2','code':{'text':'two'}}", 201);
	send_ok("PUT", "Basic/e3", "{'resourceType':'Basic','id':'e3','code':{'text':'three'}}", 201);
	send_ok("DELETE", "Basic/e3", NULL, 204);
	struct hs_slice body = export_once("$export?_type=Basic", &m), whole = body;
	expect_header(&m, "Content-Type", "application/json");
	assert_true(fixture_header(&m, "Expires").len > 0);
	expect_text(&m, "/output/0/type", "Basic");
	expect_part(m.body, "\"count\":2");
	expect_part(m.body, "\"requiresAccessToken\":false");
	expect_part(m.body, "\"deleted\":[]");
	expect_part(fixture_text(fx, &m, "/request"), "/$export?_type=Basic");
	struct hs_slice first = hs_slice_cut(&body, '\n'), second = hs_slice_cut(&body, '\n');
	assert_int_equal(body.len, 0);
	expect_part(first, "\"two\"");
	expect_part(second, "\"one again\"");
	/* the versions as they are read */
	struct fixture_answer a = send_ok("GET", "Basic/e2", NULL, 200);
	assert_true(hs_slice_eq(a.body, first));
	assert_true(hs_slice_eq(export_once("Basic/$export", &m), whole));
}

static void takes_parameters_in_a_body(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Basic/p1",
		"{'resourceType':'Basic','id':'p1','code':{'text':'p'},'author':{'display':'A'}}", 201);
	struct fixture_answer a = send_with("POST", "$export", ASYNC,
		"{'resourceType':'Parameters','parameter':[{'name':'_type','valueString':'Basic,Flag'},"
		"{'name':'_typeFilter','valueString':'Basic?_id=p1'},{'name':'_elements','valueString':'code'"
		"}]}",
		202);
	struct hs_slice where = fixture_header(&a, "Content-Location");
	const char *job = hs_arena_cstr(fixture_arena(fx), hs_slice_from(where, strlen(fixture_url(fx))));
	a = wait_for(job);
	struct hs_slice body = file_at(&a, "/output/0/url");
	expect_part(body, "\"id\":\"p1\"");
	expect_part(body, "SUBSETTED");
	assert_true(hs_slice_search(body, HS_S("author")) == SIZE_MAX);
	assert_int_equal(hs_slice_find(body, '\n', 0), body.len - 1);
	remove_jobs(job);
	send_with("POST", "$export", ASYNC, "{'resourceType':'Patient'}", 400);
}

static void filters_by_search(void **state)
{
	NEED_FHIR();
	struct fixture_answer m;
	send_ok("PUT", "Flag/f1",
		"{'resourceType':'Flag','id':'f1','status':'active','code':{'coding':[{'code':'a'}]},'"
		"subject':{'reference':'Patient/x1'}}",
		201);
	send_ok("PUT", "Flag/f2",
		"{'resourceType':'Flag','id':'f2','status':'active','code':{'coding':[{'code':'b'}]},'"
		"subject':{'reference':'Patient/x2'}}",
		201);
	send_ok("PUT", "Flag/f3",
		"{'resourceType':'Flag','id':'f3','status':'active','code':{'coding':[{'code':'c'}]},'"
		"subject':{'reference':'Patient/x2'}}",
		201);
	struct hs_slice body =
		export_once("$export?_type=Flag&_typeFilter=Flag%3Fpatient%3DPatient%2Fx1,Flag%3F_id%3Df3,f9",
			&m);
	expect_part(body, "\"f1\"");
	expect_part(body, "\"f3\"");
	assert_true(hs_slice_search(body, HS_S("\"f2\"")) == SIZE_MAX);
}

static void goes_by_patient_and_group(void **state)
{
	NEED_FHIR();
	struct fixture_answer m;
	send_ok("PUT", "Patient/x1", "{'resourceType':'Patient','id':'x1'}", 201);
	send_ok("PUT", "Patient/x2", "{'resourceType':'Patient','id':'x2'}", 201);
	send_ok("PUT", "Group/g1",
		"{'resourceType':'Group','id':'g1','type':'person','actual':true,'member':[{'entity':{'"
		"reference':'Patient/x2'}},{'entity':{'reference':'Patient/x1'},'inactive':true}]}",
		201);
	struct hs_slice body = export_once("Patient/$export?_type=Patient", &m);
	expect_part(body, "\"x1\"");
	expect_part(body, "\"x2\"");
	body = export_once("Group/g1/$export?_type=Patient", &m);
	expect_part(body, "\"x2\"");
	assert_true(hs_slice_search(body, HS_S("\"x1\"")) == SIZE_MAX);
	body = export_once("Group/g1/$export?_type=Flag", &m);
	expect_part(body, "\"f2\"");
	assert_true(hs_slice_search(body, HS_S("\"f1\"")) == SIZE_MAX);
	body = export_once("Patient/$export?_type=Flag&patient=Patient/x1", &m);
	expect_part(body, "\"f1\"");
	assert_true(hs_slice_search(body, HS_S("\"f2\"")) == SIZE_MAX);
	send_with("GET", "Patient/$export?_type=Organization", ASYNC, NULL, 400);
	send_with("GET", "Group/g1/$export?patient=Patient/x1", ASYNC, NULL, 400);
	/* of all types: those of the compartment and no Basic without author */
	const char *job = kick_off("Patient/$export");
	m = wait_for(job);
	expect_part(m.body, "\"type\":\"Flag\"");
	assert_true(hs_slice_search(m.body, HS_S("\"type\":\"Basic\"")) == SIZE_MAX);
	remove_jobs(job);
}

static void tells_what_was_deleted_since(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Linkage/d1",
		"{'resourceType':'Linkage','id':'d1','item':[{'type':'source','resource':{'display':'x'}}]}",
		201);
	send_ok("DELETE", "Linkage/d1", NULL, 204);
	const char *job = kick_off("$export?_type=Linkage&_since=2020-01-01T00:00:00Z");
	struct fixture_answer m = wait_for(job);
	expect_part(m.body, "\"output\":[]");
	expect_part(file_at(&m, "/deleted/0/url"),
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":"
		"\"DELETE\",\"url\":\"Linkage/d1\"}}]}\n");
	remove_jobs(job);
	job = kick_off("$export?_type=Basic&_since=2999-01-01T00:00:00+01:00");
	m = wait_for(job);
	expect_part(m.body, "\"output\":[]");
	remove_jobs(job);
	job = kick_off("$export?_type=Basic&_until=2020-01-01T00:00:00Z");
	m = wait_for(job);
	expect_part(m.body, "\"output\":[]");
	remove_jobs(job);
}

static void leaves_out_and_tells(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("GET", "$export?_type=Basic&colour=red",
		"Prefer: respond-async, handling=lenient\r\n", NULL, 202);
	struct hs_slice where = fixture_header(&a, "Content-Location");
	const char *job = hs_arena_cstr(fixture_arena(fx), hs_slice_from(where, strlen(fixture_url(fx))));
	a = wait_for(job);
	expect_part(file_at(&a, "/error/0/url"), "colour=red");
	remove_jobs(job);
}

static void splits_files_and_limits_jobs(void **state)
{
	NEED_FHIR();
	char path[40], text[900];
	for (unsigned i = 0; i < 6; i++) {
		snprintf(path, sizeof(path), "Schedule/s%u", i);
		snprintf(text, sizeof(text),
			"{'resourceType':'Schedule','id':'s%u','actor':[{'display':'%0300u'}]}", i, i);
		send_ok("PUT", path, text, 201);
	}
	const char *jobs[3];
	for (unsigned i = 0; i < 3; i++)
		jobs[i] = kick_off("$export?_type=Schedule");
	struct fixture_answer a = send_with("GET", "$export", ASYNC, NULL, 429);
	assert_true(fixture_header(&a, "Retry-After").len > 0);
	a = wait_for(jobs[0]);
	size_t files = hs_json_count(hs_json_get(fixture_json(fx, &a), HS_S("output"))), lines = 0;
	assert_true(files >= 3);
	for (size_t i = 0; i < files; i++) {
		char pointer[40];
		snprintf(pointer, sizeof(pointer), "/output/%zu/url", i);
		struct hs_slice body = file_at(&a, pointer);
		assert_true(body.len <= 1024);
		for (size_t k = 0; k < body.len; k++)
			lines += body.ptr[k] == '\n';
	}
	assert_int_equal(lines, 6);
	for (unsigned i = 0; i < 3; i++)
		remove_jobs(jobs[i]);
}

/* As a kill in the middle leaves a job: begun, with a part of its files. */
static void leave_half_done(const char *job)
{
	char path[700];
	snprintf(path, sizeof(path), "%s/sandboxes/default/exports/%.36s/job.json", fixture_data_dir(fx),
		job + strlen("/fhir/r4/$export/"));
	struct hs_arena *arena = fixture_arena(fx);
	struct hs_slice text;
	struct hs_error err = { .status = HS_OK };
	assert_int_equal(hs_world_read_file(hs_world_real(), arena, path, 1 << 20, &text, &err), HS_OK);
	struct hs_json *tree = NULL;
	assert_int_equal(hs_json_parse(arena, text, NULL, &tree, &err), HS_OK);
	hs_json_set(tree, HS_S("state"), hs_json_string(arena, HS_S("running")));
	hs_json_take(tree, HS_S("files"));
	struct hs_buf out;
	hs_buf_init(&out, arena, 1 << 20);
	hs_json_write(&out, tree, 0);
	assert_int_equal(hs_world_write_file(hs_world_real(), path, hs_buf_slice(&out), 0600, &err), HS_OK);
}

static void lives_through_a_restart(void **state)
{
	NEED_FHIR();
	const char *job = kick_off("$export?_type=Schedule"), *other = kick_off("$export?_type=Basic");
	wait_for(job);
	wait_for(other);
	leave_half_done(other);
	struct fixture_answer before = fixture_get(fx, "Basic");
	fixture_restart(fx);
	send_ok("PUT", "Basic/late", "{'resourceType':'Basic','id':'late','code':{'text':'late'}}", 201);
	send_ok("PUT", "Basic/e2", "{'resourceType':'Basic','id':'e2','code':{'text':'too late'}}", 200);
	struct fixture_answer a = wait_for(job);
	assert_int_equal(a.status, 200);
	a = wait_for(other);
	assert_int_equal(a.status, 200);
	struct hs_slice body = file_at(&a, "/output/0/url");
	assert_true(hs_slice_search(body, HS_S("late")) == SIZE_MAX);
	expect_part(body, "\"two\"");
	assert_true(before.status == 200 && body.len > 0);
	remove_jobs(job);
	remove_jobs(other);
}

static void flag(const char *id, const char *patient, int status)
{
	char path[40], text[300];
	snprintf(path, sizeof(path), "Flag/%s", id);
	snprintf(text, sizeof(text),
		"{'resourceType':'Flag','id':'%s','status':'active','code':{'text':'few'},"
		"'subject':{'reference':'Patient/%s'}}",
		id, patient);
	send_ok("PUT", path, text, status);
}

/* What is looked up for few patients tells of the moment of the kick-off too, whatever came after it. */
static void few_patients_at_one_moment(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Patient/few", "{'resourceType':'Patient','id':'few'}", 201);
	flag("stays", "few", 201);
	flag("leaves", "few", 201);
	flag("goes", "few", 201);
	flag("comes", "x1", 201);
	const char *job = kick_off("Patient/$export?_type=Flag&patient=Patient/few");
	wait_for(job);
	flag("leaves", "x1", 200);
	flag("leaves", "x2", 200);
	flag("comes", "few", 200);
	flag("new", "few", 201);
	send_with("DELETE", "Flag/goes", NULL, NULL, 204);
	leave_half_done(job);
	fixture_restart(fx);
	struct fixture_answer a = wait_for(job);
	assert_int_equal(a.status, 200);
	struct hs_slice body = file_at(&a, "/output/0/url");
	expect_part(body, "\"stays\"");
	expect_part(body, "\"leaves\"");
	expect_part(body, "\"goes\"");
	assert_true(hs_slice_search(body, HS_S("\"comes\"")) == SIZE_MAX);
	assert_true(hs_slice_search(body, HS_S("\"new\"")) == SIZE_MAX);
	assert_true(hs_slice_search(body, HS_S("Patient/x")) == SIZE_MAX);
	remove_jobs(job);
}

static void is_compressed_when_asked(void **state)
{
	NEED_FHIR();
	const char *job = kick_off("$export?_type=Basic");
	struct fixture_answer m = wait_for(job);
	struct hs_slice url = fixture_text(fx, &m, "/output/0/url");
	const char *path = hs_arena_cstr(fixture_arena(fx), hs_slice_from(url, strlen(fixture_url(fx))));
	struct fixture_answer a = fixture_call(fx, "GET", path, "Accept-Encoding: gzip\r\n", NULL);
	expect_header(&a, "Content-Encoding", "gzip");
	remove_jobs(job);
}

static void goes_with_a_reset(void **state)
{
	NEED_FHIR();
	const char *job = kick_off("$export?_type=Basic");
	struct fixture_answer a = fixture_operate(fx, "POST", "/operator/sandboxes/default/reset", NULL);
	assert_int_equal(a.status, 200);
	assert_int_equal(fixture_get(fx, job).status, 404);
	assert_int_equal(only_file("$export?_type=Basic").len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_to_be_asked_for_later),
		cmocka_unit_test(gives_what_is_stored),
		cmocka_unit_test(takes_parameters_in_a_body),
		cmocka_unit_test(filters_by_search),
		cmocka_unit_test(goes_by_patient_and_group),
		cmocka_unit_test(tells_what_was_deleted_since),
		cmocka_unit_test(leaves_out_and_tells),
		cmocka_unit_test(splits_files_and_limits_jobs),
		cmocka_unit_test(lives_through_a_restart),
		cmocka_unit_test(few_patients_at_one_moment),
		cmocka_unit_test(is_compressed_when_asked),
		cmocka_unit_test(goes_with_a_reset),
	};
	return cmocka_run_group_tests(tests, start_small, stop_server);
}
