/* SPDX-License-Identifier: Apache-2.0 */
/* Business rules of the record index over the wire: who may write, what stays, what replaces what, MHD. */
#include "rest_test.h"

#define PATCH "Content-Type: application/json-patch+json\r\n"
#define MHD "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD."

static int start_index(void **state)
{
	static const char config[] =
		"{\"services\":{\"record-index\":{\"producers\":\"SE2321000016-C003>SE5560000001-P001\"}}}";
	struct fixture_options options = { .config = config };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

/* A pointer of Patient/p1 at a custodian, with more members. */
static const char *pointer(const char *id, const char *custodian, const char *more)
{
	return TEXT("{'resourceType':'DocumentReference'%s%s%s,'status':'current',"
		    "'type':{'coding':[{'system':'http://loinc.org','code':'34133-9'}]},"
		    "'subject':{'reference':'Patient/p1'},"
		    "'custodian':{'identifier':{'system':'urn:oid:1.2.752.29.4.19','value':'%s'}},"
		    "'content':[{'attachment':{'contentType':'text/plain','url':'https://a.example/1'}}]%s}",
		id ? ",'id':'" : "", id ? id : "", id ? "'" : "", custodian, more);
}

static void refuses_identifiers_that_are_none(void **state)
{
	NEED_FHIR();
	const char *body = "{'resourceType':'DocumentReference','status':'current','subject':{'identifier':"
			   "{'system':'http://electronichealth.se/identifier/personnummer','value':"
			   "'199001019999'}},'content':[{'attachment':{'url':'https://a.example/1'}}]}";
	struct fixture_answer a = send_ok("POST", "DocumentReference", body, 422);
	expect_part(a.body, "DocumentReference.subject.identifier.value");
	assert_false(has(a.body, "199001019999")); /* never the number itself */
}

static void keeps_what_a_pointer_is_about(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "DocumentReference/stay", pointer("stay", "SE2321000016-C001", ""), 201);
	struct fixture_answer a = send_ok("PUT", "DocumentReference/stay",
		pointer("stay", "SE2321000016-C002", ""), 422);
	expect_part(a.body, "DocumentReference.custodian");
	send_with("PATCH", "DocumentReference/stay", PATCH,
		"[{'op':'replace','path':'/subject/reference','value':'Patient/p2'}]", 422);
	send_with("PATCH", "DocumentReference/stay", PATCH,
		"[{'op':'replace','path':'/status','value':'entered-in-error'}]", 200);
	a = send_ok("GET", "DocumentReference?_id=stay&status=current", NULL, 200);
	assert_int_equal(number(&a, "/total"), 0);
}

static void lets_producers_write_for_their_own(void **state)
{
	NEED_FHIR();
	static const char own[] = "X-Handslag-Producer: SE2321000016-C003\r\n";
	static const char registered[] = "X-Handslag-Producer: SE5560000001-P001\r\n";
	static const char stranger[] = "X-Handslag-Producer: SE5560000001-P002\r\n";
	static const char above[] = "X-Handslag-Producer: SE2321000016-0001\r\n";
	const char *body = pointer("prod", "SE2321000016-C003", "");
	struct fixture_answer a = send_with("PUT", "DocumentReference/prod", stranger, body, 403);
	expect_text(&a, "/issue/0/code", "forbidden");
	send_ok("GET", "DocumentReference/prod", NULL, 404); /* nothing was kept */
	send_with("PUT", "DocumentReference/prod", own, body, 201);
	send_with("PUT", "DocumentReference/prod", registered, body, 200);
	send_with("DELETE", "DocumentReference/prod", stranger, NULL, 403);
	send_ok("GET", "DocumentReference/prod", NULL, 200);
	/* The unit above it in the directory. */
	send_ok("PUT", "Organization/top",
		"{'resourceType':'Organization','id':'top','name':'Region','identifier':[{'system':"
		"'urn:x-test:org','value':'SE2321000016-0001'}]}",
		201);
	send_ok("PUT", "Organization/unit",
		"{'resourceType':'Organization','id':'unit','name':'Enhet','partOf':{'reference':"
		"'Organization/top'}}",
		201);
	const char *below = "{'resourceType':'DocumentReference','id':'below','status':'current','custodian':"
			    "{'reference':'Organization/unit'},'content':[{'attachment':{'url':'urn:x:1'}}]}";
	send_with("PUT", "DocumentReference/below", stranger, below, 403);
	send_with("PUT", "DocumentReference/below", above, below, 201);
	send_with("DELETE", "DocumentReference/below", above, NULL, 204);
}

static void refuses_a_second_pointer_to_a_document(void **state)
{
	NEED_FHIR();
	const char *master = ",'masterIdentifier':{'system':'urn:ietf:rfc:3986','value':'urn:oid:1.9.1'}";
	send_ok("PUT", "DocumentReference/dup1", pointer("dup1", "SE2321000016-C001", master), 201);
	struct fixture_answer a = send_ok("PUT", "DocumentReference/dup2",
		pointer("dup2", "SE2321000016-C001", master), 409);
	expect_text(&a, "/issue/0/code", "duplicate");
	expect_part(a.body, "DocumentReference/dup1");
	send_ok("PUT", "DocumentReference/dup1", pointer("dup1", "SE2321000016-C001", master), 200);
	send_ok("PUT", "DocumentReference/dup3", pointer("dup3", "SE2321000016-C002", master), 201);
	a = send_ok("GET", "DocumentReference?identifier=urn:oid:1.9.1", NULL, 200);
	assert_int_equal(number(&a, "/total"), 2);
}

static const char *replaces(const char *target)
{
	return TEXT(",'relatesTo':[{'code':'replaces','target':{%s}}]", target);
}

static void supersedes_in_one_transaction(void **state)
{
	NEED_FHIR();
	const char *unit = "SE2321000016-C001";
	send_ok("PUT", "DocumentReference/old1",
		pointer("old1", unit,
			",'masterIdentifier':{'system':'urn:ietf:rfc:3986','value':'urn:oid:1.8.1'}"),
		201);
	struct fixture_answer a = send_ok("PUT", "DocumentReference/new1",
		pointer("new1", unit, replaces("'reference':'DocumentReference/old1'")), 201);
	a = send_ok("GET", "DocumentReference/old1", NULL, 200);
	expect_text(&a, "/status", "superseded");
	expect_text(&a, "/meta/versionId", "2");
	a = send_ok("GET", "DocumentReference/old1/_history/1", NULL, 200);
	expect_text(&a, "/status", "current");
	a = send_ok("GET", "DocumentReference?_id=old1,new1&status=current", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	a = send_ok("GET", "DocumentReference?relatesto=DocumentReference/old1", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	/* The same again changes nothing more: it was carried out. */
	send_ok("PUT", "DocumentReference/new1",
		pointer("new1", unit, replaces("'reference':'DocumentReference/old1'")), 200);
	a = send_ok("GET", "DocumentReference/old1", NULL, 200);
	expect_text(&a, "/meta/versionId", "2");
	/* By identifier. */
	send_ok("PUT", "DocumentReference/old2",
		pointer("old2", unit,
			",'masterIdentifier':{'system':'urn:ietf:rfc:3986','value':'urn:oid:1.8.2'}"),
		201);
	send_ok("POST", "DocumentReference",
		pointer(NULL, unit,
			replaces("'identifier':{'system':'urn:ietf:rfc:3986','value':'urn:oid:1.8.2'}")),
		201);
	a = send_ok("GET", "DocumentReference/old2", NULL, 200);
	expect_text(&a, "/status", "superseded");
}

static void refuses_to_supersede_what_it_may_not(void **state)
{
	NEED_FHIR();
	const char *unit = "SE2321000016-C001";
	send_ok("PUT", "DocumentReference/keep1", pointer("keep1", unit, ""), 201);
	send_ok("PUT", "DocumentReference/keep2",
		"{'resourceType':'DocumentReference','id':'keep2','status':'current','subject':{'reference':"
		"'Patient/p2'},'content':[{'attachment':{'url':'urn:x:1'}}]}",
		201);
	static const struct {
		const char *custodian, *target;
	} rows[] = {
		{ "SE2321000016-C002", "'reference':'DocumentReference/keep1'" }, /* another custodian */
		{ "SE2321000016-C001", "'reference':'DocumentReference/keep2'" }, /* another patient */
		{ "SE2321000016-C001", "'reference':'DocumentReference/nowhere'" },
		{ "SE2321000016-C001", "'reference':'Patient/p1'" },
		{ "SE2321000016-C001", "'reference':'DocumentReference/bad'" }, /* itself */
		{ "SE2321000016-C001", "'identifier':{'value':'nothing'}" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture_answer a = send_ok("PUT", "DocumentReference/bad",
			pointer("bad", rows[i].custodian, replaces(rows[i].target)), 422);
		expect_part(a.body, "DocumentReference.relatesTo[0].target");
		send_ok("GET", "DocumentReference/bad", NULL, 404);
	}
	struct fixture_answer a = send_ok("GET", "DocumentReference/keep1", NULL, 200);
	expect_text(&a, "/meta/versionId", "1");
	expect_text(&a, "/status", "current");
	/* One that was replaced already. */
	send_ok("PUT", "DocumentReference/next1",
		pointer("next1", unit, replaces("'reference':'DocumentReference/keep1'")), 201);
	send_ok("PUT", "DocumentReference/next2",
		pointer("next2", unit, replaces("'reference':'DocumentReference/keep1'")), 422);
}

/* An identifier that is of two pointers, or of none, names no one to replace. */
static void supersedes_by_an_identifier_only_what_alone_has_it(void **state)
{
	NEED_FHIR();
	static const char seven[] = "{'system':'http://a.example/number','value':'7'}";
	const char *unit = "SE2321000016-C001", *has = TEXT(",'identifier':[%s]", seven);
	const char *next = pointer("next", unit, replaces(TEXT("'identifier':%s", seven)));
	struct fixture_answer a = send_ok("PUT", "DocumentReference/next", next, 422);
	expect_part(a.body, "there is no such pointer");
	send_ok("PUT", "DocumentReference/twin1", pointer("twin1", unit, has), 201);
	send_ok("PUT", "DocumentReference/twin2", pointer("twin2", unit, has), 201);
	a = send_ok("PUT", "DocumentReference/next", next, 422);
	expect_part(a.body, "DocumentReference.relatesTo[0].target");
	expect_part(a.body, "more than one pointer");
	a = send_ok("GET", "DocumentReference?_id=twin1,twin2&status=current", NULL, 200);
	assert_int_equal(number(&a, "/total"), 2);
	send_ok("DELETE", "DocumentReference/twin2", NULL, 204);
	send_ok("PUT", "DocumentReference/next", next, 201);
	a = send_ok("GET", "DocumentReference/twin1", NULL, 200);
	expect_text(&a, "/status", "superseded");
}

/* ---- MHD ---- */

#define SET_CODE \
	"'code':{'coding':[{'system':'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes'," \
	"'code':'submissionset'}]}"

/* A Provide Document Bundle; `size` and `hash` are those of the attachment, `listed` what the set names. */
static const char *provide(const char *master, const char *size, const char *hash, const char *listed)
{
	return TEXT("{'resourceType':'Bundle','meta':{'profile':['" MHD "Minimal.ProvideBundle']},"
		    "'type':'transaction','entry':["
		    "{'fullUrl':'urn:uuid:0a000000-0000-4000-8000-000000000001','resource':{'resourceType':'"
		    "List',"
		    "'extension':[{'url':'https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-sourceId',"
		    "'valueIdentifier':{'value':'urn:oid:1.2.3'}}],"
		    "'identifier':[{'use':'usual','system':'urn:ietf:rfc:3986','value':'urn:oid:1.7.0.%s'}],"
		    "'status':'current','mode':'working'," SET_CODE ",'date':'2026-01-01T00:00:00Z',"
		    "'subject':{'reference':'Patient/p1'},'entry':[{'item':{'reference':'%s'}}]},"
		    "'request':{'method':'POST','url':'List'}},"
		    "{'fullUrl':'urn:uuid:0a000000-0000-4000-8000-000000000002','resource':{'resourceType':"
		    "'DocumentReference','masterIdentifier':{'system':'urn:ietf:rfc:3986','value':"
		    "'urn:oid:1.7.1.%s'},'status':'current','subject':{'reference':'Patient/p1'},'content':[{"
		    "'attachment':{'contentType':'text/plain','url':"
		    "'urn:uuid:0a000000-0000-4000-8000-000000000003'%s%s}}]},"
		    "'request':{'method':'POST','url':'DocumentReference'}},"
		    "{'fullUrl':'urn:uuid:0a000000-0000-4000-8000-000000000003','resource':{'resourceType':"
		    "'Binary','contentType':'text/plain','data':'aGVq'},"
		    "'request':{'method':'POST','url':'Binary'}}]}",
		master, listed, master, size, hash);
}

#define LISTED "urn:uuid:0a000000-0000-4000-8000-000000000002"

static void takes_a_document_bundle(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "",
		provide("1", ",'size':3", ",'hash':'xBKzf4wEhObbi84XeuiMVEOybpI='", LISTED), 200);
	struct hs_slice place = fixture_text(fx, &a, "/entry/1/response/location");
	a = send_ok("GET", "DocumentReference?identifier=urn:oid:1.7.1.1&patient=Patient/p1&status=current",
		NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	struct hs_slice url = fixture_text(fx, &a, "/entry/0/resource/content/0/attachment/url");
	assert_true(has(url, "Binary/"));
	assert_true(place.len > 0);
	/* Retrieve Document [ITI-68]. */
	a = send_with("GET", hs_arena_cstr(fixture_arena(fx), url), "Accept: text/plain\r\n", NULL, 200);
	expect_slice(a.body, "hej");
	a = send_ok("GET", "List?patient=Patient/p1&code=submissionset&status=current", NULL, 200);
	assert_true(number(&a, "/total") >= 1);
}

/* Find Document Lists [ITI-66]: by the patient's identifier, which the list itself may say, and by what MHD
 * adds.
 */
static void finds_lists_by_what_mhd_adds(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "List/set1",
		"{'resourceType':'List','id':'set1','extension':[{'url':"
		"'http://profiles.ihe.net/ITI/MHD/StructureDefinition/"
		"ihe-sourceId','valueIdentifier':{'value':"
		"'urn:oid:1.7.9'}},{'url':"
		"'https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-designationType',"
		"'valueCodeableConcept':{'coding':[{'system':'urn:d','code':'visit'}]}}],"
		"'status':'current','mode':'working','subject':{'identifier':{'system':'urn:p','value':'L7'}}"
		"}",
		201);
	static const char *const found[] = { "patient.identifier=urn:p|L7", "sourceId=urn:oid:1.7.9",
		"designationType=urn:d|visit", "patient.identifier=L7&sourceId=urn:oid:1.7.9" };
	static const char *const not_found[] = { "patient.identifier=urn:q|L7", "sourceId=urn:oid:1.7.8",
		"designationType=other" };
	for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
		struct fixture_answer a = send_ok("GET", TEXT("List?_id=set1&%s", found[i]), NULL, 200);
		if (number(&a, "/total") != 1)
			fail_msg("%s finds nothing", found[i]);
	}
	for (size_t i = 0; i < sizeof not_found / sizeof not_found[0]; i++) {
		struct fixture_answer a = send_ok("GET", TEXT("List?_id=set1&%s", not_found[i]), NULL, 200);
		if (number(&a, "/total") != 0)
			fail_msg("%s finds something", not_found[i]);
	}
}

static void refuses_document_bundles_that_contradict_themselves(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "", provide("2", ",'size':4", "", LISTED), 422);
	expect_part(a.body, "content[0].attachment.size");
	a = send_ok("POST", "", provide("2", "", ",'hash':'AAAzf4wEhObbi84XeuiMVEOybpI='", LISTED), 422);
	expect_part(a.body, "content[0].attachment.hash");
	a = send_ok("POST", "", provide("2", "", "", "urn:uuid:0a000000-0000-4000-8000-000000000003"), 422);
	expect_part(a.body, "SubmissionSet does not name");
	a = send_ok("POST", "",
		"{'resourceType':'Bundle','meta':{'profile':['" MHD
		"Comprehensive.ProvideBundle']},'type':'transaction','entry':[{'fullUrl':"
		"'urn:uuid:0a000000-0000-4000-8000-000000000002','resource':{'resourceType':"
		"'DocumentReference','status':'current','content':[{'attachment':{'url':'urn:x:1'}}]},"
		"'request':{'method':'POST','url':'DocumentReference'}}]}",
		422);
	expect_part(a.body, "exactly one SubmissionSet");
	expect_part(a.body, "resource.masterIdentifier");
	expect_part(a.body, "resource.content.format");
	/* As MHD 4.0 writes it. */
	a = send_ok("POST", "",
		"{'resourceType':'Bundle','meta':{'profile':['http://profiles.ihe.net/ITI/MHD/"
		"StructureDefinition/"
		"IHE.MHD.Minimal.ProvideBundle']},'type':'transaction','entry':[{'fullUrl':"
		"'urn:uuid:0a000000-0000-4000-8000-000000000002','resource':{'resourceType':"
		"'DocumentReference','status':'current','content':[{'attachment':{'url':'urn:x:1'}}]},"
		"'request':{'method':'POST','url':'DocumentReference'}}]}",
		422);
	expect_part(a.body, "exactly one SubmissionSet");
	a = send_ok("GET", "DocumentReference?identifier=urn:oid:1.7.1.2", NULL, 200);
	assert_int_equal(number(&a, "/total"), 0);
}

static void publishes_with_the_document_inside(void **state)
{
	NEED_FHIR();
	const char *body = "{'resourceType':'DocumentReference','meta':{'profile':['" MHD
			   "SimplifiedPublish.DocumentReference']},'status':'current','subject':{'reference':"
			   "'Patient/p7'},'content':[{'attachment':{'contentType':'text/plain','data':"
			   "'aGVq'}}]}";
	struct fixture_answer a = send_ok("POST", "DocumentReference", body, 201);
	struct hs_slice url = fixture_text(fx, &a, "/content/0/attachment/url");
	assert_true(hs_slice_starts(url, HS_S("Binary/")));
	assert_false(has(a.body, "aGVq"));
	expect_text(&a, "/content/0/attachment/hash", "xBKzf4wEhObbi84XeuiMVEOybpI=");
	a = send_with("GET", hs_arena_cstr(fixture_arena(fx), url), "Accept: text/plain\r\n", NULL, 200);
	expect_slice(a.body, "hej");
	a = send_ok("GET", "List?patient=Patient/p7&code=submissionset&status=current&_include=List:item",
		NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	assert_int_equal(entries(&a), 2);
}

/* creation, and authors that are contained: parameters of Find Document References [ITI-67] that the core
 * definitions do not have. */
static void finds_by_what_mhd_adds(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "DocumentReference/mhd1",
		"{'resourceType':'DocumentReference','id':'mhd1','contained':[{'resourceType':'Practitioner',"
		"'id':'me','name':[{'family':'Sandelin','given':['Eva']}]}],'status':'current','author':[{"
		"'reference':'#me'}],'content':[{'attachment':{'url':'urn:x:1','creation':'2019-03-04'}}]}",
		201);
	static const char *const found[] = { "creation=2019-03-04", "creation=ge2019-03&creation=lt2019-04",
		"author.family=sandelin", "author.given=Eva&author.family=sand" };
	static const char *const not_found[] = { "creation=2018", "author.family=nobody" };
	for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
		struct fixture_answer a = send_ok("GET", TEXT("DocumentReference?_id=mhd1&%s", found[i]),
			NULL, 200);
		if (number(&a, "/total") != 1)
			fail_msg("%s finds nothing", found[i]);
	}
	for (size_t i = 0; i < sizeof not_found / sizeof not_found[0]; i++) {
		struct fixture_answer a = send_ok("GET", TEXT("DocumentReference?_id=mhd1&%s", not_found[i]),
			NULL, 200);
		if (number(&a, "/total") != 0)
			fail_msg("%s finds something", not_found[i]);
	}
}

static void tells_when_a_write_is_visible(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "DocumentReference", pointer(NULL, "SE2321000016-C001", ""),
		201);
	struct hs_slice sequence = fixture_header(&a, "X-Handslag-Sequence");
	uint64_t seq = 0;
	assert_true(hs_slice_u64(sequence, &seq));
	send_with("GET", "DocumentReference?patient=Patient/p1",
		TEXT("X-Handslag-Read-Sequence: %llu\r\n", (unsigned long long)seq), NULL, 200);
	send_with("GET", "DocumentReference?patient=Patient/p1",
		TEXT("X-Handslag-Read-Sequence: %llu\r\n", (unsigned long long)seq + 1000000), NULL, 503);
}

static void lists_what_a_source_registered(void **state)
{
	NEED_FHIR();
	for (int i = 0; i < 7; i++)
		send_ok("POST", "DocumentReference", pointer(NULL, "SE2321000016-C009", ""), 201);
	const char *path = "DocumentReference?custodian:identifier=SE2321000016-C009&_count=3";
	size_t seen = 0;
	for (int page = 0; path && page < 5; page++) {
		struct fixture_answer a = send_ok("GET", path, NULL, 200);
		assert_int_equal(number(&a, "/total"), 7);
		seen += entries(&a);
		path = link_of(&a, "next");
	}
	assert_int_equal(seen, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_identifiers_that_are_none),
		cmocka_unit_test(keeps_what_a_pointer_is_about),
		cmocka_unit_test(lets_producers_write_for_their_own),
		cmocka_unit_test(refuses_a_second_pointer_to_a_document),
		cmocka_unit_test(supersedes_in_one_transaction),
		cmocka_unit_test(refuses_to_supersede_what_it_may_not),
		cmocka_unit_test(supersedes_by_an_identifier_only_what_alone_has_it),
		cmocka_unit_test(takes_a_document_bundle),
		cmocka_unit_test(finds_lists_by_what_mhd_adds),
		cmocka_unit_test(refuses_document_bundles_that_contradict_themselves),
		cmocka_unit_test(publishes_with_the_document_inside),
		cmocka_unit_test(finds_by_what_mhd_adds),
		cmocka_unit_test(tells_when_a_write_is_visible),
		cmocka_unit_test(lists_what_a_source_registered),
	};
	return cmocka_run_group_tests(tests, start_index, stop_server);
}
