/* SPDX-License-Identifier: Apache-2.0 */
/* What a service may do with the resources of its types: refuse, change, keep tables in step; and what it
 * owns. */
#include "rest_test.h"

#include <handslag/service.h>

/* Patients need a name; a nickname is made official; every write is counted in a table. */
static void check_patient(const struct hs_write_event *event, void *state, struct hs_issues *issues)
{
	(void)state;
	if (event->change == HS_CHANGE_DELETE) {
		if (hs_slice_eq(event->id, HS_S("kept")))
			hs_issue_add(issues, HS_SEVERITY_ERROR, "business-rule", HS_S("Patient"),
				"this one stays");
		return;
	}
	struct hs_json *name = hs_json_first(hs_json_get(event->resource, HS_S("name")));
	if (!name)
		hs_issue_add(issues, HS_SEVERITY_ERROR, "required", HS_S("Patient.name"),
			"a patient has a name");
	if (hs_slice_eq(event->producer, HS_S("stranger")))
		hs_issue_add(issues, HS_SEVERITY_ERROR, "forbidden", HS_S("Patient"),
			"strangers do not write here");
	if (hs_slice_eq(hs_json_get_text(name, HS_S("use")), HS_S("nickname")))
		hs_json_set(name, HS_S("use"), hs_json_string(event->arena, HS_S("official")));
	if (!hs_slice_eq(hs_json_get_text(event->resource, HS_S("id")), event->id))
		hs_issue_add(issues, HS_SEVERITY_ERROR, "exception", HS_S("Patient.id"),
			"the tree has no id");
}

static enum hs_status patient_written(const struct hs_write_event *event, void *state, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(event->txn,
		"INSERT INTO ward_log (id, change, had) VALUES (?1, ?2, ?3)", err);
	(void)state;
	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, event->id);
	hs_sql_int(stmt, 2, event->change);
	hs_sql_int(stmt, 3, event->before ? (int64_t)event->before->version : 0);
	return hs_sql_run(stmt, err);
}

static enum hs_status count_log(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT count(*), total(change), total(had) FROM ward_log", err);
	(void)arena;
	if (!stmt)
		return err->status;
	int64_t *out = arg;
	if (hs_sql_step(stmt, err) == 1) {
		for (int i = 0; i < 3; i++)
			out[i] = hs_sql_get_int(stmt, i);
	}
	hs_sql_end(stmt);
	return HS_OK;
}

static enum hs_verdict after_count(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const int64_t *out = arg;
	if (status != HS_OK)
		return hs_fail_request(req, err);
	struct hs_slice text = hs_arena_printf(hs_request_arena(req), "%lld %lld %lld", (long long)out[0],
		(long long)out[1], (long long)out[2]);
	return hs_reply_bytes(req, 200, HS_S("text/plain"), text);
}

static enum hs_verdict show_log(struct hs_request *req, void *state)
{
	(void)state;
	return hs_read(req, count_log, hs_arena_alloc(hs_request_arena(req), 3 * sizeof(int64_t)),
		after_count);
}

static const struct hs_type_row types[] = {
	{ .name = "Patient",
		.versions = HS_ON_R4,
		.interactions = HS_CAN_ALL,
		.check = check_patient,
		.written = patient_written },
	{ .name = "Location",
		.versions = HS_ON_R4 | HS_ON_R5,
		.interactions = HS_CAN_READ | HS_CAN_UPDATE | HS_CAN_VREAD },
	{ .name = NULL },
};
static const struct hs_route routes[] = {
	{ .method = "GET", .path = "$log", .versions = HS_ON_R4, .handler = show_log, .operation = "log" },
	{ .method = NULL },
};
static const struct hs_migration migrations[] = {
	{ 1, "log", "CREATE TABLE ward_log (id TEXT, change INTEGER, had INTEGER)" },
	{ 0, NULL, NULL },
};
static const struct hs_service ward = {
	.abi = HS_SERVICE_ABI,
	.name = "ward",
	.summary = "A service with rules, for tests.",
	.types = types,
	.routes = routes,
	.migrations = migrations,
};

static int start_ward(void **state)
{
	static const struct hs_service *const services[] = { &ward, &hs_service_record_source, NULL };
	struct fixture_options options = { .services = services };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

static void expect_log(const char *wanted)
{
	struct fixture_answer a = send_ok("GET", "$log", NULL, 200);
	expect_slice(a.body, wanted);
}

static void asks_the_service(void **state)
{
	NEED_FHIR();
	expect_log("0 0 0");
	struct fixture_answer a = send_ok("POST", "Patient", "{'resourceType':'Patient'}", 422);
	expect_text(&a, "/issue/0/expression/0", "Patient.name");
	expect_text(&a, "/issue/0/code", "required");
	send_ok("PUT", "Patient/a", "{'resourceType':'Patient','id':'a'}", 422);
	expect_log("0 0 0");
	send_ok("PUT", "Patient/a", "{'resourceType':'Patient','id':'a',  'name':[{'text':'A'}]}", 201);
	expect_log("1 0 0");
	send_ok("PUT", "Patient/a", "{'resourceType':'Patient','id':'a',  'name':[{'text':'B'}]}", 200);
	expect_log("2 1 1");
	a = send_ok("GET", "Patient/a", NULL, 200);
	expect_part(a.body, ",  'name':[{'text':'B'}]"); /* unchanged by the check: the sender's bytes */
	send_with("PATCH", "Patient/a", "Content-Type: application/json-patch+json\r\n",
		"[{'op':'remove','path':'/name'}]", 422);
	expect_log("2 1 1");
	send_ok("DELETE", "Patient/a", NULL, 204);
	expect_log("3 3 3");
	send_ok("DELETE", "Patient/a", NULL, 204); /* nothing to delete: nothing written */
	expect_log("3 3 3");
	send_ok("PUT", "Patient/kept", "{'resourceType':'Patient','id':'kept','name':[{'text':'K'}]}", 201);
	send_ok("DELETE", "Patient/kept", NULL, 422);
	send_ok("GET", "Patient/kept", NULL, 200);
}

static void tells_the_service_who_writes(void **state)
{
	NEED_FHIR();
	const char *body = "{'resourceType':'Patient','id':'w','name':[{'text':'W'}]}";
	const char *entry =
		"{'resourceType':'Bundle','type':'transaction','entry':[{'resource':{'resourceType':"
		"'Patient','name':[{'text':'W'}]},'request':{'method':'POST','url':'Patient'}}]}";
	struct fixture_answer a = send_with("PUT", "Patient/w", "X-Handslag-Producer: stranger\r\n", body,
		422);
	expect_text(&a, "/issue/0/code", "forbidden");
	send_with("PUT", "Patient/w", "X-Handslag-Producer: SE2321000016-1\r\n", body, 201);
	send_with("POST", "", "X-Handslag-Producer: stranger\r\n", entry, 422);
	send_with("POST", "", "X-Handslag-Producer: SE2321000016-1\r\n", entry, 200);
}

static void lets_the_service_change(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "Patient",
		"{'resourceType':'Patient','name':[{'use':'nickname','family':'Zetterlund'}],"
		"'extension':[{'url':'http://e','valueDecimal':1.10}]}",
		201);
	expect_text(&a, "/name/0/use", "official");
	expect_part(a.body, "1.10");
	a = send_ok("GET", "Patient?family=zetterlund", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	expect_text(&a, "/entry/0/resource/name/0/use", "official");
}

static void asks_for_entries_of_a_transaction(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "",
		"{'resourceType':'Bundle','type':'transaction',"
		"'entry':[{'resource':{'resourceType':'Basic','id':'t1','code':{'text':'x'}},"
		"'request':{'method':'PUT','url':'Basic/t1'}},"
		"{'resource':{'resourceType':'Patient'},'request':{'method':'POST',"
		"'url':'Patient'}}]}",
		422);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[1].resource.name");
	send_ok("GET", "Basic/t1", NULL, 404);
}

static void offers_only_what_is_declared(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Location/l1", "{'resourceType':'Location','id':'l1'}", 201);
	struct fixture_answer a = send_ok("DELETE", "Location/l1", NULL, 405);
	expect_header(&a, "Allow", "GET, HEAD, PUT, OPTIONS");
	send_ok("POST", "Location", "{'resourceType':'Location'}", 405);
	send_ok("GET", "Location/_history", NULL, 405);
	send_ok("POST", "",
		"{'resourceType':'Bundle','type':'transaction',"
		"'entry':[{'request':{'method':'DELETE','url':'Location/l1'}}]}",
		400);
	a = send_ok("GET", "metadata", NULL, 200);
	bool seen = false;
	HS_JSON_EACH(entry, hs_json_pointer(fixture_json(fx, &a), HS_S("/rest/0/resource"))) {
		if (!hs_slice_eq(hs_json_get_text(entry, HS_S("type")), HS_S("Location")))
			continue;
		seen = true;
		assert_int_equal(hs_json_count(hs_json_get(entry, HS_S("interaction"))), 3);
		assert_null(hs_json_get(entry, HS_S("searchParam")));
		expect_slice(hs_json_get_text(entry, HS_S("conditionalDelete")), "not-supported");
	}
	assert_true(seen);
}

/* The two FHIR versions share a store and nothing else. */
static void keeps_fhir_versions_apart(void **state)
{
	NEED_FHIR();
	if (!fixture_has_fhir(fx, HS_FHIR_R5))
		skip();
	const char *body = "{'resourceType':'Location','id':'v5','name':'five'}";
	send_ok("PUT", "/fhir/r5/Location/v5", body, 201);
	send_ok("GET", "Location/v5", NULL, 404);
	send_ok("GET", "/fhir/r5/Location/v5", NULL, 200);
	send_ok("GET", "/fhir/r5/Patient/kept", NULL, 404);
	struct fixture_answer a = send_ok("GET", "_history", NULL, 200);
	assert_false(has(a.body, "\"v5\""));
	int64_t here = number(&a, "/total");
	a = send_ok("GET", "/fhir/r5/_history", NULL, 200);
	assert_int_equal(entries(&a), 1);
	assert_int_equal(number(&a, "/total"), 1);
	assert_true(here > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_the_service),
		cmocka_unit_test(tells_the_service_who_writes),
		cmocka_unit_test(lets_the_service_change),
		cmocka_unit_test(asks_for_entries_of_a_transaction),
		cmocka_unit_test(offers_only_what_is_declared),
		cmocka_unit_test(keeps_fhir_versions_apart),
	};
	return cmocka_run_group_tests(tests, start_ward, stop_server);
}
