/* SPDX-License-Identifier: Apache-2.0 */
/* Batch and transaction (R4 section 3.1.0.11). */
#include "rest_test.h"

/* An entry of a Bundle that is sent; members that are not named are left out. */
struct part {
	const char *method, *url, *full, *resource;
	const char *exist; /* ifNoneExist */
	int if_match, if_none_match;
	bool no_request;
};

#define UUID_1 "urn:uuid:00000000-0000-4000-8000-000000000001"
#define UUID_2 "urn:uuid:00000000-0000-4000-8000-000000000002"
#define BASIC(id, rest) "{'resourceType':'Basic','id':'" id "','code':{'text':'x'}" rest "}"

static void write_part(struct hs_buf *out, const struct part *part)
{
	hs_buf_cstr(out, "{");
	if (part->full)
		hs_buf_printf(out, "'fullUrl':'%s',", part->full);
	if (part->resource)
		hs_buf_printf(out, "'resource':%s%s", part->resource, part->no_request ? "" : ",");
	if (!part->no_request)
		hs_buf_printf(out, "'request':{'method':'%s','url':'%s'", part->method, part->url);
	if (part->exist)
		hs_buf_printf(out, ",'ifNoneExist':'%s'", part->exist);
	if (part->if_match)
		hs_buf_printf(out, ",'ifMatch':'W/\\'%d\\''", part->if_match);
	if (part->if_none_match)
		hs_buf_printf(out, ",'ifNoneMatch':'W/\\'%d\\''", part->if_none_match);
	hs_buf_cstr(out, part->no_request ? "}" : "}}");
}

static const char *bundle_of(const char *type, const struct part *parts, size_t count)
{
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(fx), 1 << 20);
	hs_buf_printf(&out, "{'resourceType':'Bundle','type':'%s','entry':[", type);
	for (size_t i = 0; i < count; i++) {
		hs_buf_cstr(&out, i > 0 ? "," : "");
		write_part(&out, &parts[i]);
	}
	hs_buf_cstr(&out, "]}");
	return hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&out));
}

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TRANSACTION(status, parts) send_ok("POST", "", bundle_of("transaction", parts, COUNT(parts)), status)
#define BATCH(parts) send_ok("POST", "", bundle_of("batch", parts, COUNT(parts)), 200)

static int64_t total(const char *path)
{
	struct fixture_answer a = send_ok("GET", path, NULL, 200);
	return number(&a, "/total");
}

/* "Patient/1" of the entry's location "Patient/1/_history/1". */
static const char *place(const struct fixture_answer *a, int entry)
{
	struct hs_slice text = fixture_text(fx, a, TEXT("/entry/%d/response/location", entry));
	return hs_arena_cstr(fixture_arena(fx),
		hs_slice_first(text, hs_slice_search(text, HS_S("/_history/"))));
}

static void links_entries(void **state)
{
	static const struct part parts[] = {
		{ .method = "POST",
			.url = "Observation",
			.full = UUID_2,
			.resource = "{'resourceType':'Observation','status':'final','code':{'text':'x'},"
				    "'subject':{'reference':'" UUID_1
				    "'},'derivedFrom':[{'reference':'" UUID_2 "'}],"
				    "'identifier':[{'system':'urn:ietf:rfc:3986','value':'" UUID_1 "'}],"
				    "'valueQuantity':{'value':1.10}}" },
		{ .method = "POST",
			.url = "Patient",
			.full = UUID_1,
			.resource = "{'resourceType':'Patient'}" },
		{ .method = "GET", .url = "Patient?_summary=count" },
	};
	NEED_FHIR();
	struct fixture_answer a = TRANSACTION(200, parts);
	expect_text(&a, "/type", "transaction-response");
	assert_int_equal(entries(&a), 3);
	expect_text(&a, "/entry/0/response/status", "201 Created");
	expect_text(&a, "/entry/0/response/etag", "W/\"1\"");
	assert_true(fixture_text(fx, &a, "/entry/0/response/lastModified").len == 24);
	assert_null(hs_json_pointer(fixture_json(fx, &a), HS_S("/entry/0/resource")));
	expect_text(&a, "/entry/2/resource/resourceType", "Bundle");
	const char *patient = place(&a, 1), *observation = place(&a, 0);
	a = send_ok("GET", observation, NULL, 200);
	expect_text(&a, "/subject/reference", patient);
	expect_text(&a, "/derivedFrom/0/reference", observation);
	expect_text(&a, "/identifier/0/value", UUID_1);
	expect_part(a.body, "\"value\":1.10");
	assert_int_equal(total(TEXT("Observation?subject=%s", patient)), 1);
	send_ok("GET", patient, NULL, 200);
}

static void links_old_ids_of_creates(void **state)
{
	static const struct part parts[] = {
		{ .method = "POST",
			.url = "Patient",
			.full = "http://other/fhir/Patient/77",
			.resource = "{'resourceType':'Patient','id':'77'}" },
		{ .method = "PUT",
			.url = "Basic/b77",
			.full = "http://other/fhir/Basic/b77",
			.resource = BASIC("b77",
				",'subject':{'reference':'Patient/77'},"
				"'author':{'reference':'http://other/fhir/Patient/77'}") },
	};
	NEED_FHIR();
	struct fixture_answer a = TRANSACTION(200, parts);
	const char *patient = place(&a, 0);
	a = send_ok("GET", "Basic/b77", NULL, 200);
	expect_text(&a, "/subject/reference", patient);
	expect_text(&a, "/author/reference", patient);
}

#define PERSON(n) "'identifier':[{'system':'urn:t','value':'" n "'}]"

/* A conditional reference, one to what the same transaction makes, and If-None-Exist that matches. */
static void resolves_conditions(void **state)
{
	static const struct part parts[] = {
		{ .method = "PUT",
			.url = "Basic/tc2",
			.resource = BASIC("tc2",
				",'subject':{'reference':'Patient?identifier=urn:t|1'},"
				"'author':{'reference':'Practitioner?identifier=urn:t|9'}") },
		{ .method = "PUT",
			.url = "Practitioner/tc9",
			.resource = "{'resourceType':'Practitioner','id':'tc9'," PERSON("9") "}" },
		{ .method = "POST",
			.url = "Patient",
			.full = UUID_1,
			.resource = "{'resourceType':'Patient'}",
			.exist = "identifier=urn:t|1" },
		{ .method = "PUT",
			.url = "Basic/tc3",
			.resource = BASIC("tc3", ",'subject':{'reference':'" UUID_1 "'}") },
	};
	NEED_FHIR();
	send_ok("PUT", "Patient/tc1", "{'resourceType':'Patient','id':'tc1'," PERSON("1") "}", 201);
	struct fixture_answer a = TRANSACTION(200, parts);
	expect_text(&a, "/entry/2/response/status", "200 OK");
	expect_text(&a, "/entry/2/response/location", "Patient/tc1/_history/1");
	a = send_ok("GET", "Basic/tc2", NULL, 200);
	expect_text(&a, "/subject/reference", "Patient/tc1");
	expect_text(&a, "/author/reference", "Practitioner/tc9");
	a = send_ok("GET", "Basic/tc3", NULL, 200);
	expect_text(&a, "/subject/reference", "Patient/tc1");
}

static void carries_out_conditional_entries(void **state)
{
	static const struct part parts[] = {
		{ .method = "PUT",
			.url = "Patient?identifier=urn:t|1",
			.full = UUID_1,
			.resource = "{'resourceType':'Patient','active':true," PERSON("1") "}" },
		{ .method = "PUT",
			.url = "Basic/tc4",
			.resource = BASIC("tc4", ",'subject':{'reference':'" UUID_1 "'}") },
		{ .method = "DELETE", .url = "Practitioner?identifier=urn:t|9" },
		{ .method = "DELETE", .url = "Practitioner?identifier=urn:t|none" },
	};
	static const struct part lost[] = {
		{ .method = "POST",
			.url = "Basic",
			.resource = BASIC("x", ",'subject':{'reference':'Patient?identifier=urn:t|none'}") },
	};
	/* Two that want the same one to exist do not disturb each other when it does. */
	static const struct part twice[] = {
		{ .method = "POST",
			.url = "Patient",
			.resource = "{'resourceType':'Patient'}",
			.exist = "identifier=urn:t|1" },
		{ .method = "POST",
			.url = "Patient",
			.resource = "{'resourceType':'Patient'}",
			.exist = "identifier=urn:t|1" },
	};
	NEED_FHIR();
	TRANSACTION(200, parts);
	TRANSACTION(200, twice);
	struct fixture_answer a = send_ok("GET", "Basic/tc4", NULL, 200);
	expect_text(&a, "/subject/reference", "Patient/tc1");
	a = send_ok("GET", "Patient/tc1", NULL, 200);
	expect_part(a.body, "\"active\":true");
	send_ok("GET", "Practitioner/tc9", NULL, 410);
	a = TRANSACTION(412, lost);
	expect_part(fixture_issue(fx, &a), "Patient?identifier=urn:t|none");
}

static void keeps_all_or_nothing(void **state)
{
	static const struct part faulty[] = {
		{ .method = "POST", .url = "Basic", .resource = BASIC("a", "") },
		{ .method = "POST",
			.url = "Patient",
			.resource = "{'resourceType':'Patient','gender':'blue'}" },
	};
	static const struct part stale[] = {
		{ .method = "POST", .url = "Basic", .resource = BASIC("a", "") },
		{ .method = "PUT", .url = "Basic/a1", .resource = BASIC("a1", ""), .if_match = 9 },
	};
	static const struct part missing[] = {
		{ .method = "POST", .url = "Basic", .resource = BASIC("a", "") },
		{ .method = "GET", .url = "Basic/not-there" },
	};
	NEED_FHIR();
	int64_t before = total("Basic?_summary=count");
	struct fixture_answer a = TRANSACTION(422, faulty);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[1].resource.gender");
	a = TRANSACTION(412, stale);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[1]");
	TRANSACTION(404, missing);
	assert_int_equal(total("Basic?_summary=count"), before);
}

static size_t issues(const struct fixture_answer *a)
{
	return hs_json_count(hs_json_get(fixture_json(fx, a), HS_S("issue")));
}

/* Who corrects one fault should not have to send again to hear of the next. */
static void tells_the_faults_of_all_entries(void **state)
{
	static const struct part unsound[] = {
		{ .method = "POST",
			.url = "Patient",
			.full = UUID_1,
			.resource = "{'resourceType':'Patient','gender':'blue','birthDate':'2020-13-01'}" },
		{ .method = "POST", .url = "Basic", .resource = BASIC("a", "") },
		{ .method = "PUT", .url = "Patient/a", .resource = "{'resourceType':'Patient','id':'b'}" },
		{ .method = "POST", .url = "Basic", .full = UUID_1, .resource = BASIC("a", "") },
	};
	static const struct part stale[] = {
		{ .method = "PUT", .url = "Basic/a1", .resource = BASIC("a1", ""), .if_match = 9 },
		{ .method = "POST", .url = "Basic", .resource = BASIC("a", "") },
		{ .method = "PUT", .url = "Basic/a2", .resource = BASIC("a2", ""), .if_match = 9 },
		{ .method = "GET", .url = "Basic/not-there" },
	};
	NEED_FHIR();
	int64_t before = total("Basic?_summary=count");
	struct fixture_answer a = TRANSACTION(422, unsound);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[0].resource.gender");
	expect_text(&a, "/issue/0/diagnostics", "fullUrl " UUID_1);
	expect_text(&a, "/issue/1/expression/0", "Bundle.entry[0].resource.birthDate");
	expect_text(&a, "/issue/2/expression/0", "Bundle.entry[2].resource.id");
	expect_text(&a, "/issue/3/expression/0", "Bundle.entry[3]");
	expect_part(fixture_text(fx, &a, "/issue/3/details/text"), "that of another entry too");
	assert_int_equal(issues(&a), 4);
	/* What comes after may rest on what failed, and is not judged. */
	a = TRANSACTION(412, stale);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[0]");
	expect_text(&a, "/issue/1/expression/0", "Bundle.entry[2]");
	assert_int_equal(issues(&a), 2);
	assert_int_equal(total("Basic?_summary=count"), before);
}

/* No more of them than anybody reads. */
static void tells_a_hundred_faults(void **state)
{
	static struct part many[150];
	NEED_FHIR();
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct part) { .method = "POST",
			.url = "Patient",
			.resource = "{'resourceType':'Patient','gender':'blue'}" };
	struct fixture_answer a = TRANSACTION(422, many);
	expect_text(&a, "/issue/99/expression/0", "Bundle.entry[99].resource.gender");
	expect_part(fixture_text(fx, &a, "/issue/100/details/text"), "only the first 100");
	assert_int_equal(issues(&a), 101);
}

static void refuses_two_of_one(void **state)
{
	static const struct part puts[] = {
		{ .method = "PUT", .url = "Basic/o1", .resource = BASIC("o1", "") },
		{ .method = "PUT", .url = "Basic/o1", .resource = BASIC("o1", "") },
	};
	static const struct part put_and_delete[] = {
		{ .method = "PUT", .url = "Basic/o1", .resource = BASIC("o1", "") },
		{ .method = "DELETE", .url = "Basic/o1" },
	};
	static const struct part names[] = {
		{ .method = "POST",
			.url = "Patient",
			.full = UUID_1,
			.resource = "{'resourceType':'Patient'}" },
		{ .method = "POST",
			.url = "Patient",
			.full = UUID_1,
			.resource = "{'resourceType':'Patient'}" },
	};
	static const struct part creates[] = {
		{ .method = "POST",
			.url = "Patient",
			.resource = "{'resourceType':'Patient'," PERSON("o") "}",
			.exist = "identifier=urn:t|o" },
		{ .method = "POST",
			.url = "Patient",
			.resource = "{'resourceType':'Patient'," PERSON("o") "}",
			.exist = "identifier=urn:t|o" },
	};
	NEED_FHIR();
	struct fixture_answer a = TRANSACTION(400, puts);
	expect_part(fixture_issue(fx, &a), "Basic/o1");
	TRANSACTION(400, put_and_delete);
	TRANSACTION(400, names);
	TRANSACTION(412, creates);
	assert_int_equal(total("Patient?identifier=urn:t|o"), 0);
	send_ok("GET", "Basic/o1", NULL, 404);
}

/* DELETE comes before POST, POST before PUT, and GET sees all of it. */
/* What ifNoneExist means is deleted first, so the create takes place: under the same id. */
static void creates_what_it_deletes(void **state)
{
	static const struct part parts[] = {
		{ .method = "POST",
			.url = "Basic",
			.exist = "identifier=urn:t|again",
			.resource = "{'resourceType':'Basic','code':{'text':'x'}," PERSON("again") "}" },
		{ .method = "DELETE", .url = "Basic/again" },
	};
	NEED_FHIR();
	send_ok("PUT", "Basic/again", BASIC("again", "," PERSON("again")), 201);
	struct fixture_answer a = TRANSACTION(200, parts);
	expect_text(&a, "/entry/0/response/status", "201 Created");
	expect_text(&a, "/entry/1/response/status", "204 No Content");
	a = send_ok("GET", "Basic?identifier=urn:t|again", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
}

static void keeps_the_order(void **state)
{
	static const struct part parts[] = {
		{ .method = "GET", .url = "Basic/r2" },
		{ .method = "PUT", .url = "Basic/r2", .resource = BASIC("r2", "") },
		{ .method = "DELETE", .url = "Basic/r1" },
		{ .method = "GET", .url = "Basic?identifier=urn:t|r" },
	};
	NEED_FHIR();
	send_ok("PUT", "Basic/r1", BASIC("r1", "," PERSON("r")), 201);
	struct fixture_answer a = TRANSACTION(200, parts);
	expect_text(&a, "/entry/0/response/status", "200 OK");
	expect_text(&a, "/entry/0/resource/id", "r2");
	expect_text(&a, "/entry/2/response/status", "204 No Content");
	assert_int_equal(number(&a, "/entry/3/resource/total"), 0);
	a = send_ok("GET", "Basic/_history?_count=2", NULL, 200);
	expect_text(&a, "/entry/0/request/url", "Basic/r2");
	expect_text(&a, "/entry/1/request/method", "DELETE");
}

static void keeps_entries_of_a_batch_apart(void **state)
{
	static const struct part parts[] = {
		{ .method = "PUT", .url = "Basic/x1", .resource = BASIC("x1", "") },
		{ .method = "POST",
			.url = "Patient",
			.resource = "{'resourceType':'Patient','gender':'blue'}" },
		{ .method = "GET", .url = "Basic/not-there" },
		{ .method = "GET", .url = "Chair/1" },
		{ .method = "PUT", .url = "Basic/x1", .resource = BASIC("x1", ""), .if_match = 7 },
		{ .method = "GET", .url = "Basic/x1", .if_none_match = 1 },
		{ .resource = "{'resourceType':'Patient'}", .no_request = true },
		{ .method = "GET", .url = "Basic/x1/_history" },
		{ .method = "DELETE", .url = "Basic/x1" },
	};
	static const char *const statuses[] = { "201 Created", "422 Unprocessable Content", "404 Not Found",
		"404 Not Found", "412 Precondition Failed", "304 Not Modified", "400 Bad Request", "200 OK",
		"204 No Content" };
	static const struct part reads[] = {
		{ .method = "GET", .url = "/Basic?_id=x1" },
		{ .method = "GET", .url = "Basic/x1" },
	};
	NEED_FHIR();
	struct fixture_answer a = BATCH(parts);
	expect_text(&a, "/type", "batch-response");
	for (size_t i = 0; i < COUNT(parts); i++)
		expect_text(&a, TEXT("/entry/%zu/response/status", i), statuses[i]);
	expect_text(&a, "/entry/1/response/outcome/issue/0/expression/0", "Bundle.entry[1].resource.gender");
	expect_text(&a, "/entry/2/response/outcome/resourceType", "OperationOutcome");
	expect_text(&a, "/entry/7/resource/type", "history");
	send_ok("GET", "Basic/x1", NULL, 410);
	a = BATCH(reads);
	expect_text(&a, "/entry/0/response/status", "200 OK");
	expect_text(&a, "/entry/1/response/status", "410 Gone");
}

static void patches_in_a_bundle(void **state)
{
	static const struct part parts[] = {
		{ .method = "PATCH",
			.url = "Patient/bp",
			/* [{"op":"add","path":"/active","value":true}] */
			.resource =
				"{'resourceType':'Binary','contentType':'application/json-patch+json',"
				"'data':'W3sib3AiOiJhZGQiLCJwYXRoIjoiL2FjdGl2ZSIsInZhbHVlIjp0cnVlfV0='}" },
	};
	static const struct part by_path[] = {
		{ .method = "PATCH",
			.url = "Patient/bp",
			.resource = "{'resourceType':'Parameters','parameter':[{'name':'operation','part':["
				    "{'name':'type','valueCode':'delete'},"
				    "{'name':'path','valueString':'Patient.active'}]}]}" },
	};
	static const struct part other[] = {
		{ .method = "PATCH", .url = "Patient/bp", .resource = "{'resourceType':'Parameters'}" },
	};
	NEED_FHIR();
	send_ok("PUT", "Patient/bp", "{'resourceType':'Patient','id':'bp'}", 201);
	struct fixture_answer a = TRANSACTION(200, parts);
	expect_text(&a, "/entry/0/response/etag", "W/\"2\"");
	a = send_ok("GET", "Patient/bp", NULL, 200);
	expect_part(a.body, "\"active\":true");
	a = TRANSACTION(200, by_path);
	expect_text(&a, "/entry/0/response/etag", "W/\"3\"");
	TRANSACTION(400, other);
}

static void returns_what_is_preferred(void **state)
{
	static const struct part parts[] = {
		{ .method = "PUT", .url = "Basic/w1", .resource = BASIC("w1", "") },
	};
	NEED_FHIR();
	const char *bundle = bundle_of("transaction", parts, COUNT(parts));
	struct fixture_answer a = send_with("POST", "", "Prefer: return=representation\r\n", bundle, 200);
	expect_text(&a, "/entry/0/resource/id", "w1");
	expect_text(&a, "/entry/0/fullUrl", TEXT("%s/fhir/r4/Basic/w1", fixture_url(fx)));
	a = send_with("POST", "", "Prefer: return=OperationOutcome\r\n", bundle, 200);
	expect_text(&a, "/entry/0/response/outcome/issue/0/severity", "information");
	assert_true(fixture_header(&a, "X-Handslag-Sequence").len > 0);
}

static void refuses_what_is_no_bundle(void **state)
{
	static const struct part no_request[] = { { .resource = "{'resourceType':'Patient'}",
		.no_request = true } };
	static const struct part no_resource[] = { { .method = "POST", .url = "Patient" } };
	static const struct part inner[] = {
		{ .method = "POST", .url = "", .resource = "{'resourceType':'Bundle','type':'batch'}" },
	};
	static const struct part other_id[] = {
		{ .method = "PUT", .url = "Patient/a", .resource = "{'resourceType':'Patient','id':'b'}" },
	};
	NEED_FHIR();
	send_ok("POST", "", "{'resourceType':'Patient'}", 400);
	send_ok("POST", "", "{'resourceType':'Bundle','type':'collection'}", 400);
	send_ok("POST", "", "{'resourceType':'Bundle'}", 400);
	send_ok("POST", "", "", 400);
	struct fixture_answer a = send_ok("POST", "", "{'resourceType':'Bundle','type':'transaction'}", 200);
	assert_int_equal(entries(&a), 0);
	a = TRANSACTION(400, no_request);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[0].request");
	a = TRANSACTION(400, no_resource);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[0]");
	TRANSACTION(400, inner);
	a = TRANSACTION(400, other_id);
	expect_text(&a, "/issue/0/expression/0", "Bundle.entry[0].resource.id");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_entries),
		cmocka_unit_test(links_old_ids_of_creates),
		cmocka_unit_test(resolves_conditions),
		cmocka_unit_test(carries_out_conditional_entries),
		cmocka_unit_test(keeps_all_or_nothing),
		cmocka_unit_test(tells_the_faults_of_all_entries),
		cmocka_unit_test(tells_a_hundred_faults),
		cmocka_unit_test(refuses_two_of_one),
		cmocka_unit_test(keeps_the_order),
		cmocka_unit_test(creates_what_it_deletes),
		cmocka_unit_test(keeps_entries_of_a_batch_apart),
		cmocka_unit_test(patches_in_a_bundle),
		cmocka_unit_test(returns_what_is_preferred),
		cmocka_unit_test(refuses_what_is_no_bundle),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
