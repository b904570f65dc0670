/* SPDX-License-Identifier: Apache-2.0 */
/* read, vread, create, update, patch, delete, their conditions, and history (R4 section 3.1.0). */
#include "rest_test.h"

#include <sys/socket.h>
#include <unistd.h>

#define PATIENT(id, rest) "{'resourceType':'Patient','id':'" id "\"" rest "}"

static void creates_and_reads(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "Patient",
		"{'resourceType':'Patient','id':'mine','name':[{'family':'Ek'}]}", 201);
	struct hs_slice id = fixture_text(fx, &a, "/id");
	assert_int_equal(id.len, 36);
	expect_text(&a, "/meta/versionId", "1");
	expect_text(&a, "/name/0/family", "Ek");
	expect_header(&a, "ETag", "W/\"1\"");
	expect_header(&a, "Location",
		TEXT("%s/fhir/r4/Patient/%.*s/_history/1", fixture_url(fx), HS_S_ARG(id)));
	assert_true(fixture_header(&a, "Last-Modified").len == 29);
	assert_true(fixture_header(&a, "X-Handslag-Sequence").len > 0);
	for (int i = 0; i < 2; i++) { /* from the store, then from the cache */
		struct fixture_answer r = send_ok("GET", TEXT("Patient/%.*s", HS_S_ARG(id)), NULL, 200);
		assert_true(hs_slice_eq(r.body, a.body));
		expect_header(&r, "ETag", "W/\"1\"");
		expect_header(&r, "Content-Type", "application/fhir+json; charset=utf-8");
		assert_true(hs_slice_eq(fixture_header(&r, "Last-Modified"),
			fixture_header(&a, "Last-Modified")));
	}
	struct fixture_answer h = send_ok("HEAD", TEXT("Patient/%.*s", HS_S_ARG(id)), NULL, 200);
	assert_int_equal(h.body.len, 0);
	expect_header(&h, "Content-Length", TEXT("%zu", a.body.len));
	send_ok("GET", TEXT("Patient/%.*s/_history/1", HS_S_ARG(id)), NULL, 200);
	send_ok("GET", "Patient/none", NULL, 404);
	send_ok("GET", "Patient/mine", NULL, 404);
}

static void keeps_the_senders_text(void **state)
{
	NEED_FHIR();
	const char *sent = "{ 'resourceType' : 'Observation',\n  'id' : 'text-1',\n"
			   "  'valueQuantity' : { 'value' : 1.10, 'unit' : '\\u00e5' },\n"
			   "  'status' : 'final', 'code' : { 'text' : 'x' } }";
	send_ok("PUT", "Observation/text-1", sent, 201);
	struct fixture_answer a = send_ok("GET", "Observation/text-1", NULL, 200);
	expect_part(a.body, "\"value\" : 1.10, \"unit\" : \"\\u00e5\" },\n  \"status\" : \"final\"");
	expect_part(a.body, "{ \"resourceType\" : \"Observation\"");
	/* A conditional update and an entry of a transaction keep it too. */
	send_ok("PUT", "Observation?_id=text-1",
		"{'resourceType':'Observation',  'status':'final','code':{'text':'x'},"
		"'valueQuantity':{'value':2.50}}",
		200);
	a = send_ok("GET", "Observation/text-1", NULL, 200);
	expect_part(a.body, ",  'status':'final','code':{'text':'x'},'valueQuantity':{'value':2.50}}");
	send_ok("POST", "",
		"{'resourceType':'Bundle','type':'transaction',"
		"'entry':[{'resource':{ 'id':'text-1',"
		"'resourceType':'Observation',  'status':'final','code':{'text':'y'},"
		"'valueQuantity':{'value':3.00}},'request':{'method':'PUT',"
		"'url':'Observation/text-1'}}]}",
		200);
	a = send_ok("GET", "Observation/text-1", NULL, 200);
	expect_part(a.body, ",  'status':'final','code':{'text':'y'},'valueQuantity':{'value':3.00}}");
	expect_text(&a, "/meta/versionId", "3");
}

static void updates(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("PUT", "Patient/u1", PATIENT("u1", ""), 201);
	expect_header(&a, "Location", TEXT("%s/fhir/r4/Patient/u1/_history/1", fixture_url(fx)));
	send_ok("GET", "Patient/u1", NULL, 200);
	send_ok("GET", "Patient/u1/", NULL, 200); /* a slash at the end says nothing */
	a = send_ok("PUT", "Patient/u1", PATIENT("u1", ",'active':true"), 200);
	expect_header(&a, "ETag", "W/\"2\"");
	a = send_ok("GET", "Patient/u1", NULL, 200);
	expect_part(a.body, "\"active\":true");
	a = send_ok("GET", "Patient/u1/_history/1", NULL, 200);
	assert_false(has(a.body, "active"));
	send_ok("GET", "Patient/u1/_history/3", NULL, 404);
	send_ok("GET", "Patient/u1/_history/x", NULL, 404);
	a = send_ok("PUT", "Patient/u1", PATIENT("u2", ""), 400);
	expect_part(fixture_issue(fx, &a), "u2");
	send_ok("PUT", "Patient/u1", "{'resourceType':'Patient'}", 400);
	send_ok("PUT", "Patient/u1", "{'resourceType':'Practitioner','id':'u1'}", 400);
}

static void guards_versions(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Patient/g1", PATIENT("g1", ""), 201);
	send_with("PUT", "Patient/g1", "If-Match: W/\"2\"\r\n", PATIENT("g1", ""), 412);
	send_with("PUT", "Patient/g1", "If-Match: W/\"1\"\r\n", PATIENT("g1", ""), 200);
	send_with("PUT", "Patient/g1", "If-None-Match: *\r\n", PATIENT("g1", ""), 412);
	send_with("PUT", "Patient/g2", "If-Match: W/\"1\"\r\n", PATIENT("g2", ""), 412);
	send_with("PUT", "Patient/g2", "If-None-Match: *\r\n", PATIENT("g2", ""), 201);
	send_with("DELETE", "Patient/g1", "If-Match: W/\"1\"\r\n", NULL, 412);
	struct fixture_answer a = send_with("GET", "Patient/g1", "If-None-Match: W/\"2\"\r\n", NULL, 304);
	expect_header(&a, "ETag", "W/\"2\"");
	assert_int_equal(a.body.len, 0);
	send_with("GET", "Patient/g1", "If-None-Match: W/\"1\"\r\n", NULL, 200);
	a = send_with("GET", "Patient/g1", "If-None-Match: W/\"2\"\r\n", NULL, 304); /* now from the cache */
	a = send_ok("GET", "Patient/g1", NULL, 200);
	struct hs_slice date = fixture_header(&a, "Last-Modified");
	send_with("GET", "Patient/g1", TEXT("If-Modified-Since: %.*s\r\n", HS_S_ARG(date)), NULL, 304);
	send_with("GET", "Patient/g1", "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n", NULL, 200);
	send_with("DELETE", "Patient/g1", "If-Match: W/\"2\"\r\n", NULL, 204);
}

static void deletes_and_brings_back(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Patient/d1", PATIENT("d1", ""), 201);
	send_ok("GET", "Patient/d1", NULL, 200);
	struct fixture_answer a = send_ok("DELETE", "Patient/d1", NULL, 204);
	expect_header(&a, "ETag", "W/\"2\"");
	a = send_ok("GET", "Patient/d1", NULL, 410);
	expect_text(&a, "/issue/0/code", "deleted");
	send_ok("GET", "Patient/d1/_history/1", NULL, 200);
	send_ok("GET", "Patient/d1/_history/2", NULL, 410);
	send_ok("DELETE", "Patient/d1", NULL, 204);
	send_ok("DELETE", "Patient/never", NULL, 204);
	a = send_ok("GET", "Patient?_id=d1", NULL, 200);
	assert_int_equal(number(&a, "/total"), 0);
	send_with("PATCH", "Patient/d1", "Content-Type: application/json-patch+json\r\n", "[]", 410);
	a = send_ok("PUT", "Patient/d1", PATIENT("d1", ""), 201);
	expect_header(&a, "ETag", "W/\"3\"");
	a = send_ok("GET", "Patient/d1/_history", NULL, 200);
	assert_int_equal(number(&a, "/total"), 3);
	assert_int_equal(entries(&a), 3);
	expect_text(&a, "/entry/1/request/method", "DELETE");
	expect_text(&a, "/entry/1/response/status", "204");
	assert_null(hs_json_pointer(fixture_json(fx, &a), HS_S("/entry/1/resource")));
	expect_text(&a, "/entry/2/resource/meta/versionId", "1");
	expect_text(&a, "/entry/0/fullUrl", TEXT("%s/fhir/r4/Patient/d1", fixture_url(fx)));
}

static void patches(void **state)
{
	static const char *const media = "Content-Type: application/json-patch+json\r\n";
	NEED_FHIR();
	send_ok("PUT", "Patient/p1", PATIENT("p1", ",'active':true,'name':[{'family':'Ek'}]"), 201);
	struct fixture_answer a = send_with("PATCH", "Patient/p1", media,
		"[{'op':'test','path':'/active','value':true},{'op':'replace',"
		"'path':'/name/0/family','value':'Al'},{'op':'remove','path':'/active'}]",
		200);
	expect_header(&a, "ETag", "W/\"2\"");
	expect_text(&a, "/name/0/family", "Al");
	expect_text(&a, "/meta/versionId", "2");
	assert_false(has(a.body, "active"));
	a = send_ok("GET", "Patient?family=Al&_id=p1", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	send_with("PATCH", "Patient/p1", media, "[{'op':'test','path':'/active','value':true}]", 422);
	a = send_with("PATCH", "Patient/p1", media, "[{'op':'add','path':'/gender','value':'blue'}]", 422);
	expect_text(&a, "/issue/0/expression/0", "Patient.gender");
	send_with("PATCH", "Patient/p1", media, "[{'op':'replace','path':'/id','value':'p2'}]", 400);
	send_with("PATCH", "Patient/p1", media, "{}", 400);
	send_with("PATCH", "Patient/p1", media, "[{'op':'fly','path':'/id'}]", 400);
	send_with("PATCH", "Patient/p1", media, "[", 400);
	send_with("PATCH", "Patient/none", media, "[]", 404);
	send_with("PATCH", "Patient/p1", "Content-Type: text/plain\r\n", "[]", 415);
	send_with("PATCH", "Patient/p1", TEXT("%sIf-Match: W/\"1\"\r\n", media), "[]", 412);
	send_with("PATCH", "Patient?_id=p1", media, "[{'op':'add','path':'/active','value':false}]", 200);
	send_with("PATCH", "Patient?_id=none", media, "[]", 404);
	a = send_ok("GET", "Patient/p1", NULL, 200);
	expect_part(a.body, "\"active\":false");
	expect_text(&a, "/meta/versionId", "3");
}

/* {"type":..., "path":..., further parts} as an operation of a FHIRPath Patch. */
#define OPERATION(type, path, more) \
	"{'resourceType':'Parameters','parameter':[{'name':'operation','part':[{'name':'type','valueCode':" \
	"'" type "'},{'name':'path','valueString':'" path "'}" more "]}]}"

static void patches_by_fhirpath(void **state)
{
	static const char *const media = "Content-Type: application/fhir+json\r\n";
	NEED_FHIR();
	send_ok("PUT", "Patient/p4", PATIENT("p4", ",'active':true,'name':[{'family':'Ek'}]"), 201);
	struct fixture_answer a = send_with("PATCH", "Patient/p4", media,
		OPERATION("replace", "Patient.name[0].family", ",{'name':'value','valueString':'Al'}"), 200);
	expect_text(&a, "/name/0/family", "Al");
	expect_text(&a, "/meta/versionId", "2");
	a = send_with("PATCH", "Patient/p4", media,
		OPERATION("add", "Patient",
			",{'name':'name','valueString':'gender'},{'name':'value','valueCode':'blue'}"),
		422);
	expect_text(&a, "/issue/0/expression/0", "Patient.gender");
	a = send_with("PATCH", "Patient/p4", media, OPERATION("replace", "Patient.gender", ""), 422);
	expect_part(a.body, "points at 0 elements");
	send_with("PATCH", "Patient/p4", media, OPERATION("delete", "Patient.name(", ""), 400);
	send_with("PATCH", "Patient/p4", media, "{'resourceType':'Patient'}", 400);
	a = send_ok("GET", "Patient/p4", NULL, 200);
	expect_text(&a, "/meta/versionId", "2");
}

static void writes_on_conditions(void **state)
{
	NEED_FHIR();
	const char *one = "{'resourceType':'Patient','identifier':[{'system':'urn:c','value':'1'}]}";
	struct fixture_answer a = send_with("POST", "Patient", "If-None-Exist: identifier=urn:c|1\r\n", one,
		201);
	struct hs_slice id = fixture_text(fx, &a, "/id");
	a = send_with("POST", "Patient", "If-None-Exist: identifier=urn:c|1\r\n", one, 200);
	assert_true(hs_slice_eq(fixture_text(fx, &a, "/id"), id));
	expect_header(&a, "ETag", "W/\"1\"");
	a = send_ok("PUT", "Patient?identifier=urn:c|1", one, 200);
	assert_true(hs_slice_eq(fixture_text(fx, &a, "/id"), id));
	expect_header(&a, "ETag", "W/\"2\"");
	send_ok("PUT", "Patient?identifier=urn:c|1", PATIENT("other", ""), 400);
	/* The second of the same identifier: conditions then mean two. */
	send_ok("POST", "Patient", one, 201);
	send_with("POST", "Patient", "If-None-Exist: identifier=urn:c|1\r\n", one, 412);
	a = send_ok("PUT", "Patient?identifier=urn:c|1", one, 412);
	expect_text(&a, "/issue/0/code", "multiple-matches");
	send_ok("DELETE", "Patient?identifier=urn:c|1", NULL, 412);
	/* None: an update creates, with the sender's id when there is one. */
	a = send_ok("PUT", "Patient?identifier=urn:c|2",
		PATIENT("c2", ",'identifier':[{'system':'urn:c','value':'2'}]"), 201);
	expect_text(&a, "/id", "c2");
	a = send_ok("PUT", "Patient?identifier=urn:c|3",
		"{'resourceType':'Patient','identifier':[{'system':'urn:c','value':'3'}]}", 201);
	assert_int_equal(fixture_text(fx, &a, "/id").len, 36);
	/* ... unless that is the id of another. */
	a = send_ok("PUT", "Patient?identifier=urn:c|4", PATIENT("c2", ""), 409);
	expect_part(fixture_issue(fx, &a), "Patient/c2");
	send_ok("DELETE", "Patient?identifier=urn:c|2", NULL, 204);
	send_ok("GET", "Patient/c2", NULL, 410);
	send_ok("DELETE", "Patient?identifier=urn:c|none", NULL, 204);
	/* With the type before it, and a '?' in a value. */
	send_with("POST", "Patient", "If-None-Exist: Patient?identifier=urn:c?d|1\r\n", one, 201);
	/* A condition must say something, and be understood. */
	send_ok("DELETE", "Patient", NULL, 412);
	send_ok("DELETE", "Patient?_count=1", NULL, 412);
	send_ok("DELETE", "Patient?idnetifier=1", NULL, 400);
	send_with("POST", "Patient", "If-None-Exist: nonsense=1\r\n", one, 400);
	send_with("POST", "Patient", "If-None-Exist:\r\n", one, 412);
	send_with("POST", "Patient", "If-None-Exist: ?\r\n", one, 412);
}

static void refuses_what_is_wrong(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "Patient", "{'resourceType':'Patient',", 400);
	expect_text(&a, "/issue/0/code", "structure");
	send_ok("POST", "Patient", "", 400);
	send_ok("POST", "Patient", "[]", 400);
	send_ok("POST", "Patient", "{}", 400);
	send_ok("POST", "Patient", "{'resourceType':'Patient','resourceType':'Patient'}", 400);
	send_ok("POST", "Patient", "{'resourceType':'Practitioner'}", 400);
	a = send_ok("POST", "Patient", "{'resourceType':'Patient','gender':'blue','nmae':[]}", 422);
	assert_int_equal(hs_json_count(hs_json_get(fixture_json(fx, &a), HS_S("issue"))), 2);
	expect_text(&a, "/issue/0/expression/0", "Patient.gender");
	send_with("POST", "Patient", "Content-Type: text/plain\r\n", "{}", 415);
	send_with("POST", "Patient", "Content-Type: text/turtle\r\n", "<Patient/>", 415);
	send_with("GET", "Patient/x", "Accept: text/turtle\r\n", NULL, 406);
	a = send_ok("GET", "Chair/1", NULL, 404);
	expect_text(&a, "/issue/0/details/text", "'Chair' is no resource type of FHIR R4");
	a = send_ok("GET", "pateint/1", NULL, 404);
	expect_text(&a, "/issue/0/details/text",
		"'pateint' is no resource type of FHIR R4; did you mean 'Patient'?");
	send_ok("POST", "Parameters", "{'resourceType':'Parameters'}", 404);
	a = send_ok("POST", "Patient/1", "{}", 405);
	expect_header(&a, "Allow", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
	a = send_ok("OPTIONS", "Patient/1", NULL, 204);
	expect_header(&a, "Allow", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
	a = send_ok("OPTIONS", "Patient/_search", NULL, 204);
	expect_header(&a, "Allow", "POST, OPTIONS");
	send_ok("OPTIONS", "Chair/1", NULL, 404);
	send_with("POST", "Patient", "Content-Type: application/fhir+json; charset=iso-8859-1\r\n", "{}",
		415);
	send_with("POST", "Patient", "Content-Type: application/fhir+json; fhirVersion=5.0\r\n", "{}", 415);
	send_with("POST", "Patient",
		"Content-Type: application/fhir+json; charset=\"UTF-8\"; fhirVersion=4.0\r\n",
		"{'resourceType':'Patient'}", 201);
	send_ok("GET", "Patient/a_b", NULL, 404);
	send_ok("PUT", "Patient/a_b", PATIENT("a_b", ""), 404);
	send_ok("POST", "Patient/$everything", "{}", 404);
}

static void returns_what_is_preferred(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("PUT", "Patient/r1", "Prefer: return=minimal\r\n",
		PATIENT("r1", ""), 201);
	assert_int_equal(a.body.len, 0);
	expect_header(&a, "ETag", "W/\"1\"");
	a = send_with("PUT", "Patient/r1", "Prefer: return=OperationOutcome\r\n", PATIENT("r1", ""), 200);
	expect_text(&a, "/resourceType", "OperationOutcome");
	expect_text(&a, "/issue/0/severity", "information");
	a = send_with("PUT", "Patient/r1", "Prefer: return=representation\r\n", PATIENT("r1", ""), 200);
	expect_text(&a, "/resourceType", "Patient");
	a = send_with("DELETE", "Patient/r1", "Prefer: return=OperationOutcome\r\n", NULL, 200);
	expect_text(&a, "/resourceType", "OperationOutcome");
}

static void reads_parts(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Patient/s1", PATIENT("s1", ",'name':[{'family':'Ek'}],'photo':[{'title':'p'}]"), 201);
	send_ok("GET", "Patient/s1", NULL, 200);
	struct fixture_answer a = send_ok("GET", "Patient/s1?_summary=true", NULL, 200);
	expect_text(&a, "/meta/tag/0/code", "SUBSETTED");
	assert_false(has(a.body, "photo"));
	a = send_ok("GET", "Patient/s1?_elements=photo", NULL, 200);
	assert_false(has(a.body, "family"));
	expect_text(&a, "/photo/0/title", "p");
	a = send_ok("GET", "Patient/s1?_pretty=true", NULL, 200);
	expect_part(a.body, "\n");
	send_ok("GET", "Patient/s1?_summary=maybe", NULL, 400);
	a = send_ok("GET", "Patient/s1", NULL, 200); /* the cache was not spoiled */
	assert_false(has(a.body, "SUBSETTED"));
}

static void pages_history(void **state)
{
	NEED_FHIR();
	for (int i = 1; i <= 5; i++)
		send_ok("PUT", "Basic/h1", TEXT("{'resourceType':'Basic','id':'h1','code':{'text':'%d'}}", i),
			i == 1 ? 201 : 200);
	send_ok("DELETE", "Basic/h1", NULL, 204);
	const char *path = "Basic/_history?_count=2";
	struct hs_slice since = HS_S_NONE;
	int seen = 0;
	for (; path; seen++) {
		struct fixture_answer a = send_ok("GET", path, NULL, 200);
		expect_text(&a, "/type", "history");
		assert_int_equal(number(&a, "/total"), seen < 1 ? 6 : 7);
		assert_int_equal(entries(&a), 2);
		if (seen == 0) {
			expect_text(&a, "/entry/0/request/method", "DELETE");
			expect_text(&a, "/entry/1/resource/meta/versionId", "5");
			/* What is written now moves nothing of what comes. */
			send_ok("PUT", "Basic/h2", "{'resourceType':'Basic','id':'h2','code':{'text':'x'}}",
				201);
		} else {
			expect_text(&a, "/entry/0/resource/meta/versionId", seen == 1 ? "4" : "2");
		}
		path = link_of(&a, "next");
		if (seen == 1)
			since = fixture_text(fx, &a, "/entry/0/resource/meta/lastUpdated");
	}
	assert_int_equal(seen, 3);
	struct fixture_answer a = send_ok("GET", TEXT("Basic/h1/_history?_since=%.*s", HS_S_ARG(since)), NULL,
		200);
	/* Inclusive: version 4 itself and nothing that is older. */
	expect_part(a.body, "\"versionId\":\"4\"");
	struct hs_slice oldest = fixture_text(fx, &a,
		TEXT("/entry/%zu/resource/meta/lastUpdated", entries(&a) - 1));
	assert_true(hs_slice_eq(oldest, since));
	a = send_ok("GET", "Basic/h1/_history?_since=2100-01-01", NULL, 200);
	assert_int_equal(entries(&a), 0);
	assert_int_equal(number(&a, "/total"), 0);
	a = send_ok("GET", "_history?_count=1", NULL, 200);
	assert_int_equal(entries(&a), 1);
	a = send_ok("GET", "Basic/h1/_history?_summary=text", NULL, 200);
	expect_part(a.body, "\"SUBSETTED\"");
	assert_non_null(strstr(link_of(&a, "self"), "_summary=text"));
	a = send_ok("GET", "Basic/h1/_history?_summary=count", NULL, 200);
	expect_text(&a, "/entry/0/resource/id", "");
	send_ok("GET", "Basic/none/_history", NULL, 404);
	send_ok("GET", "Basic/h1/_history?_since=tomorrow", NULL, 400);
	send_ok("GET", "Basic/h1/_history?_count=many", NULL, 400);
	send_with("GET", "Basic/h1/_history?what=1", "Prefer: handling=strict\r\n", NULL, 400);
	send_ok("GET", "Basic/h1/_history?what=1", NULL, 200);
}

static const char *store_basic(const char *id)
{
	struct fixture_answer a = fixture_call(fx, "PUT", TEXT("Basic/%s", id), NULL,
		quoted(TEXT("{'resourceType':'Basic','id':'%s','code':{'text':'x'}}", id)));
	assert_in_range(a.status, 200, 201);
	return TEXT("%.*s", HS_S_ARG(fixture_text(fx, &a, "/meta/lastUpdated")));
}

/* Stored at least a millisecond after `before`; returns when. */
static const char *store_after(const char *id, const char *before)
{
	while (strcmp(store_basic("tick"), before) == 0)
		;
	return store_basic(id);
}

/* _at: what was current at some moment of the span, what was stored before it included. */
static void shows_history_at_a_time(void **state)
{
	NEED_FHIR();
	const char *second = store_after("at1", store_basic("at0"));
	store_after("at2", second);
	struct fixture_answer a = send_ok("GET", TEXT("Basic/_history?_count=1000&_at=%s", second), NULL,
		200);
	expect_part(a.body, "'id':'at0'");
	expect_part(a.body, "'id':'at1'");
	assert_false(has(a.body, quoted("'id':'at2'")));
	send_ok("DELETE", "Basic/at0", NULL, 204);
	a = send_ok("GET", "Basic/at0/_history?_at=2100", NULL, 200);
	assert_int_equal(entries(&a), 0); /* deleted before that year: there was nothing in it */
	a = send_ok("GET", "Basic/at1/_history?_at=2100", NULL, 200);
	assert_int_equal(entries(&a), 1);
	send_ok("GET", "Basic/_history?_at=noon", NULL, 400);
}

static void keeps_binary_as_it_is(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("POST", "Binary", "Content-Type: text/plain\r\n", "hej", 201);
	expect_text(&a, "/contentType", "text/plain");
	expect_text(&a, "/data", "aGVq");
	struct hs_slice id = fixture_text(fx, &a, "/id");
	a = send_ok("GET", TEXT("Binary/%.*s", HS_S_ARG(id)), NULL, 200);
	expect_text(&a, "/resourceType", "Binary");
	a = send_with("GET", TEXT("Binary/%.*s", HS_S_ARG(id)), "Accept: text/plain\r\n", NULL, 200);
	expect_slice(a.body, "hej");
	expect_header(&a, "Content-Type", "text/plain");
}

/* R4 section 2.42.2: any other media type than those of FHIR is the content itself. */
static void keeps_binary_content_under_an_id(void **state)
{
	NEED_FHIR();
	static const char *const types[] = { "text/plain", "text/plain; charset=utf-8", "image/png",
		"application/json", "text/csv" };
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		const char *path = TEXT("Binary/raw%zu", i);
		send_with("PUT", path, TEXT("Content-Type: %s\r\n", types[i]), "{'a':1} ", 201);
		struct fixture_answer a = send_ok("GET", path, NULL, 200);
		expect_text(&a, "/contentType", types[i]);
		expect_text(&a, "/id", TEXT("raw%zu", i));
		a = send_with("GET", path, "Accept: image/png, text/*\r\n", NULL, 200);
		expect_slice(a.body, quoted("{'a':1} "));
		expect_header(&a, "Content-Type", types[i]);
	}
	struct fixture_answer a = send_with("PUT", "Binary/raw0",
		"Content-Type: text/plain\r\n"
		"X-Security-Context: Patient/p9\r\n",
		"two", 200);
	a = send_ok("GET", "Binary/raw0", NULL, 200);
	expect_text(&a, "/securityContext/reference", "Patient/p9");
	expect_text(&a, "/meta/versionId", "2");
	a = send_with("GET", "Binary/raw0", "Accept: text/plain\r\n", NULL, 200);
	expect_header(&a, "X-Security-Context", "Patient/p9");
	/* JSON that says it is a Binary is one. */
	send_with("PUT", "Binary/raw9", "Content-Type: application/json\r\n",
		"{'resourceType':'Binary','id':'raw9','contentType':'text/plain','data':'aGVq'}", 201);
	a = send_with("GET", "Binary/raw9", "Accept: text/plain\r\n", NULL, 200);
	expect_slice(a.body, "hej");
	send_with("PUT", "Patient/raw", "Content-Type: text/plain\r\n", "x", 415);
}

static void tells_and_asks_for_the_sequence(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("PUT", "Patient/q1", PATIENT("q1", ""), 201);
	struct hs_slice seq = fixture_header(&a, "X-Handslag-Sequence");
	uint64_t value = 0;
	assert_true(hs_slice_u64(seq, &value));
	send_with("GET", "Patient/q1", TEXT("X-Handslag-Read-Sequence: %.*s\r\n", HS_S_ARG(seq)), NULL, 200);
	a = send_with("GET", "Patient?_id=q1", TEXT("X-Handslag-Read-Sequence: %.*s\r\n", HS_S_ARG(seq)),
		NULL, 200);
	expect_header(&a, "X-Handslag-Sequence", TEXT("%llu", (unsigned long long)value));
	a = send_with("GET", "Patient/q1",
		TEXT("X-Handslag-Read-Sequence: %llu\r\n", (unsigned long long)value + 1000), NULL, 503);
	expect_text(&a, "/issue/0/code", "transient");
	send_with("GET", "Patient/q1", "X-Handslag-Read-Sequence: soon\r\n", NULL, 400);
}

/* The reader comes first: it is answered when the write has come, and not before. */
static void waits_for_a_commit(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("PUT", "Patient/q2", PATIENT("q2", ""), 201);
	uint64_t seq = 0;
	char in[4096];
	size_t got = 0;
	assert_true(hs_slice_u64(fixture_header(&a, "X-Handslag-Sequence"), &seq));
	const char *text = TEXT("GET /fhir/r4/Patient/q2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
				"X-Handslag-Read-Sequence: %llu\r\n\r\n",
		(unsigned long long)seq + 2);
	int fd = fixture_connect(fx);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	send_ok("GET", "Patient/q2", NULL, 200); /* nobody else is held up */
	send_ok("PUT", "Patient/q2", PATIENT("q2", ""), 200);
	send_ok("PUT", "Patient/q2", PATIENT("q2", ""), 200);
	for (ssize_t n = 1; n > 0 && got<sizeof(in); got += n> 0 ? (size_t)n : 0)
		n = recv(fd, in + got, sizeof(in) - got, 0);
	close(fd);
	expect_part(hs_slice(in, got), "HTTP/1.1 200");
	expect_part(hs_slice(in, got), "ETag: W/'3'");
}

static void a_wait_ends_with_its_client(void **state)
{
	NEED_FHIR();
	static const char text[] = "GET /fhir/r4/Patient/q2 HTTP/1.1\r\nHost: x\r\n"
				   "X-Handslag-Read-Sequence: 50000\r\n\r\n";
	int fd = fixture_connect(fx);
	assert_int_equal(send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL), (ssize_t)sizeof(text) - 1);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger) { 1, 0 }, sizeof(struct linger));
	close(fd);
	send_ok("GET", "Patient/q2", NULL, 200);
}

static void survives_a_restart(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Patient/k1", PATIENT("k1", ",'active':true"), 201);
	fixture_restart(fx);
	struct fixture_answer a = send_ok("GET", "Patient/k1", NULL, 200);
	expect_part(a.body, "\"active\":true");
	send_ok("PUT", "Patient/k1", PATIENT("k1", ""), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creates_and_reads),
		cmocka_unit_test(keeps_the_senders_text),
		cmocka_unit_test(updates),
		cmocka_unit_test(guards_versions),
		cmocka_unit_test(deletes_and_brings_back),
		cmocka_unit_test(patches),
		cmocka_unit_test(patches_by_fhirpath),
		cmocka_unit_test(writes_on_conditions),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(returns_what_is_preferred),
		cmocka_unit_test(reads_parts),
		cmocka_unit_test(pages_history),
		cmocka_unit_test(shows_history_at_a_time),
		cmocka_unit_test(keeps_binary_as_it_is),
		cmocka_unit_test(keeps_binary_content_under_an_id),
		cmocka_unit_test(tells_and_asks_for_the_sequence),
		cmocka_unit_test(waits_for_a_commit),
		cmocka_unit_test(a_wait_ends_with_its_client),
		cmocka_unit_test(survives_a_restart),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
