/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: addresses, links, references between entries, documents, messages and search results. */
#include "rules_test.h"

#define PATIENT(id) "{'resourceType':'Patient','id':'" id "'}"
#define ENTRY(url, resource) "{'fullUrl':'" url "','resource':" resource "}"
#define BUNDLE(type, entries) "{'resourceType':'Bundle','type':'" type "','entry':[" entries "]}"

static void addresses(void **state)
{
	static const struct rules_case rows[] = {
		{ BUNDLE("collection", ENTRY("http://a.se/f/Patient/1", PATIENT("1"))), { NULL }, "" },
		{ BUNDLE("collection", ENTRY("http://a.se/f/Patient/1", PATIENT("2"))), { NULL },
			"bundle-url-id? Bundle.entry[0]" },
		{ BUNDLE("searchset", ENTRY("http://a.se/f/Patient/1", PATIENT("2"))), { NULL },
			"bundle-url-id Bundle.entry[0]" },
		{ BUNDLE("collection", ENTRY("http://a.se/f/Group/1", PATIENT("1"))), { NULL },
			"bundle-url-id Bundle.entry[0]" },
		{ BUNDLE("collection", ENTRY("http://a.se/f/Patient/1", "{'resourceType':'Patient'}")),
			{ NULL }, "bundle-url-no-id Bundle.entry[0]" },
		{ BUNDLE("collection", ENTRY("http://a.se/files/1", PATIENT("1"))), { NULL }, "" },
		{ BUNDLE("collection", ENTRY("urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1", PATIENT("1"))),
			{ NULL }, "" },
		{ BUNDLE("collection", ENTRY("Patient/1", PATIENT("1"))), { NULL },
			"bundle-url-absolute Bundle.entry[0]" },
#define DEFINITION(url, id) \
	ENTRY(url, "{'resourceType':'ValueSet','id':'" id "','url':'" url "','status':'draft'}")
		{ BUNDLE("collection", DEFINITION("http://a.se/f/ValueSet/a", "a")), { NULL }, "" },
		{ BUNDLE("collection", DEFINITION("http://a.se/terms/a", "a")), { NULL }, "" },
		{ BUNDLE("collection", DEFINITION("http://a.se/f/ValueSet/a", "b")), { NULL },
			"bundle-url-canonical Bundle.entry[0]" },
		{ BUNDLE("collection", DEFINITION("http://a.se/terms/aa", "a")), { NULL },
			"bundle-url-canonical Bundle.entry[0]" },
		{ BUNDLE("collection", "{'resource':" PATIENT("1") "}"), { NULL },
			"bundle-url-missing Bundle.entry[0]" },
		{ BUNDLE("batch",
			  "{'resource':" PATIENT("1") ",'request':{'method':'POST','url':'Patient'}}"),
			{ NULL }, "" },
	};
	(void)state;
	RUN_ROWS("bundle-url", rows);
}

static void links(void **state)
{
	static const struct rules_case rows[] = {
		{ "{'resourceType':'Bundle','type':'searchset','link':[{'relation':'self','url':'http://a.se/"
		  "P'},"
		  "{'relation':'next','url':'http://a.se/P2'}]}",
			{ NULL }, "" },
		{ "{'resourceType':'Bundle','type':'searchset','link':[{'relation':'self','url':'http://a.se/"
		  "P'},"
		  "{'relation':'self','url':'http://a.se/P2'}]}",
			{ NULL }, "bundle-link-twice Bundle.link[0]; bundle-link-twice Bundle.link[1]" },
		{ "{'resourceType':'Bundle','type':'collection','link':[{'relation':'next','url':'http://"
		  "a.se/P'}]}",
			{ NULL }, "bundle-link-relation Bundle.link[0].relation" },
	};
	(void)state;
	RUN_ROWS("bundle-link", rows);
}

#define REFERS(id, to) \
	"{'resourceType':'Observation','id':'" id \
	"','status':'final','code':{'text':'x'},'subject':{'reference':'" to "'}}"

#define UUID(digit) "urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a" digit
#define UUID_1 "6a2ee390-978e-42c6-8f88-c17dff3bd8a1"
#define TWO(type) \
	BUNDLE("collection", \
		ENTRY(UUID("0"), REFERS("o", type "/" UUID_1)) "," ENTRY(UUID("1"), \
			"{'resourceType':'Patient'}"))

static void references_between_entries(void **state)
{
	static const struct rules_case rows[] = {
		{ BUNDLE("collection",
			  ENTRY("http://a.se/f/Observation/o",
				  REFERS("o", "Patient/1")) "," ENTRY("http://a.se/f/Patient/1",
				  PATIENT("1"))),
			{ NULL }, "" },
		{ BUNDLE("collection",
			  ENTRY("http://a.se/f/Observation/o",
				  REFERS("o", "Patient/1")) "," ENTRY("http://a.se/f/Patient/1",
				  PATIENT("1")) "," ENTRY("http://a.se/f/Patient/1", PATIENT("1"))),
			{ NULL }, "bundle-reference-ambiguous Bundle.entry[0].resource.subject" },
		{ BUNDLE("collection",
			  ENTRY("http://a.se/f/Observation/o",
				  REFERS("o", "Patient/1")) "," ENTRY("http://a.se/f/Patient/1",
				  "{'resourceType':'Group','id':'1','type':'person','actual':true}")),
			{ NULL }, "bundle-reference-type Bundle.entry[0].resource.subject" },
		/* Another server's patient of the same id is another patient. */
		{ BUNDLE("collection",
			  ENTRY("http://b.se/f/Observation/o",
				  REFERS("o", "Patient/1")) "," ENTRY("http://a.se/f/Patient/1",
				  PATIENT("1")) "," ENTRY("http://a.se/f/Patient/1", PATIENT("1"))),
			{ NULL }, "" },
		/* A relative reference does not mean a urn:uuid, but its type must agree all the same. */
		{ TWO("Group"), { NULL }, "bundle-reference-type Bundle.entry[0].resource.subject" },
		{ TWO("Patient"), { NULL }, "" },
		/* Of a URN that nobody has, a message says so; a collection may be a part of more. */
		{ BUNDLE("message", ENTRY(UUID("0"), REFERS("o", UUID("2")))), { NULL },
			"bundle-reference-unknown? Bundle.entry[0].resource.subject" },
		{ BUNDLE("collection", ENTRY(UUID("0"), REFERS("o", UUID("2")))), { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("bundle-reference", rows);
}

#define COMPOSITION(to) \
	"{'resourceType':'Composition','id':'c','status':'final','type':{'text':'x'},'date':'2026','title':" \
	"'x'," \
	"'author':[{'reference':'" to "'}]}"
#define DOCUMENT(entries) \
	"{'resourceType':'Bundle','type':'document','identifier':{'system':'http://a.se','value':'1'}," \
	"'timestamp':'2026-01-01T00:00:00Z','entry':[" entries "]}"
#define ORGANIZATION(id) "{'resourceType':'Organization','id':'" id "','name':'x'}"

static void documents(void **state)
{
	static const struct rules_case rows[] = {
		{ DOCUMENT(ENTRY("http://a.se/f/Composition/c",
			  COMPOSITION("Organization/1")) "," ENTRY("http://a.se/f/Organization/1",
			  ORGANIZATION("1"))),
			{ NULL }, "" },
		/* Relative addresses are told once, and then still lead to what they mean. */
		{ DOCUMENT(ENTRY("Composition/c", COMPOSITION("Organization/1")) "," ENTRY("Organization/1",
			  ORGANIZATION("1"))),
			{ NULL },
			"bundle-url-absolute Bundle.entry[0]; bundle-url-absolute Bundle.entry[1]" },
		{ DOCUMENT(ENTRY("http://a.se/f/Composition/c", COMPOSITION("Organization/1"))), { NULL },
			"bundle-reference-missing Bundle.entry[0].resource.author[0]" },
		{ DOCUMENT(ENTRY("http://a.se/f/Organization/1", ORGANIZATION("1"))), { NULL },
			"bundle-first Bundle.entry" },
		{ DOCUMENT(ENTRY("http://a.se/f/Composition/c",
			  COMPOSITION("urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1"))),
			{ NULL }, "bundle-reference-missing Bundle.entry[0].resource.author[0]" },
		/* Nothing leads to the second organisation; the third refers to the first. */
		{ DOCUMENT(ENTRY("http://a.se/f/Composition/c",
			  COMPOSITION("Organization/1")) "," ENTRY("http://a.se/f/Organization/1",
			  ORGANIZATION("1")) "," ENTRY("http://a.se/f/Organization/2",
			  ORGANIZATION("2")) "," ENTRY("http://a.se/f/Organization/3",
			  "{'resourceType':'Organization','id':'3','name':'x',"
			  "'partOf':{'reference':'Organization/1'}}")),
			{ NULL }, "bundle-unlinked Bundle.entry[2]" },
	};
	(void)state;
	RUN_ROWS("bundle-", rows);
}

static void stylesheets(void **state)
{
#define STYLED_FROM(composition, url, css) \
	"{'resourceType':'Bundle','type':'document','identifier':{'system':'http://a.se','value':'1'}," \
	"'timestamp':'2026-01-01T00:00:00Z','link':[{'relation':'stylesheet','url':'" url \
	"'}],'entry':[" ENTRY(composition, COMPOSITION("#")) "," ENTRY("http://a.se/f/Binary/css", css) "]}"
#define STYLED(url, css) STYLED_FROM("http://a.se/f/Composition/c", url, css)
#define BY_UUID(url) STYLED_FROM("urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1", url, CSS)
#define CSS "{'resourceType':'Binary','id':'css','contentType':'text/css'}"
	static const struct rules_case rows[] = {
		{ STYLED("http://a.se/f/Binary/css", CSS), { NULL }, "" },
		{ STYLED("http://a.se/f/Binary/x", CSS), { NULL }, "bundle-stylesheet Bundle.link[0].url" },
		{ STYLED("Binary/x", CSS), { NULL }, "bundle-stylesheet Bundle.link[0].url" },
		{ STYLED("http://a.se/f/Binary/css", ORGANIZATION("css")), { NULL },
			"bundle-stylesheet Bundle.link[0].url" },
		{ BY_UUID("Binary/css"), { NULL }, "" },
		{ BY_UUID("Binary/x"), { NULL }, "bundle-stylesheet Bundle.link[0].url" },
		{ STYLED("https://hl7.org/fhir/fhir.css", CSS), { NULL }, "" },
		{ STYLED("http://b.se/x.css", CSS), { NULL },
			"bundle-stylesheet-external? Bundle.link[0].url" },
	};
	/* The link to it is what ties it to the document. */
	static const struct rules_case linked[] = {
		{ STYLED("Binary/css", CSS), { NULL }, "" },
		{ BY_UUID("Binary/css"), { NULL }, "" },
		{ STYLED("https://hl7.org/fhir/fhir.css", CSS), { NULL }, "bundle-unlinked Bundle.entry[1]" },
	};
	(void)state;
	RUN_ROWS("bundle-unlinked", linked);
	RUN_ROWS("bundle-stylesheet", rows);
}

static void messages(void **state)
{
#define HEADER(focus) \
	"{'resourceType':'MessageHeader','id':'m','eventUri':'http://a.se/e','source':{'endpoint':'http://" \
	"a.se/s'}," \
	"'focus':[{'reference':'" focus "'}]}"
	static const struct rules_case rows[] = {
		{ BUNDLE("message",
			  ENTRY("http://a.se/f/MessageHeader/m",
				  HEADER("Patient/1")) "," ENTRY("http://a.se/f/Patient/1", PATIENT("1"))),
			{ NULL }, "" },
		{ BUNDLE("message", ENTRY("http://a.se/f/MessageHeader/m", HEADER("Patient/1"))), { NULL },
			"bundle-reference-missing Bundle.entry[0].resource.focus[0]" },
		{ BUNDLE("message",
			  ENTRY("http://a.se/f/MessageHeader/m",
				  HEADER("Patient/1")) "," ENTRY("http://a.se/f/Patient/1",
				  PATIENT("1")) "," ENTRY("http://a.se/f/Patient/2", PATIENT("2"))),
			{ NULL }, "bundle-unlinked? Bundle.entry[2]" },
		{ BUNDLE("message", ENTRY("http://a.se/f/Patient/1", PATIENT("1"))), { NULL },
			"bundle-first Bundle.entry" },
	};
	(void)state;
	RUN_ROWS("bundle-", rows);
}

static void requests(void **state)
{
#define ASKED(type, entries) "{'resourceType':'Bundle','type':'" type "','entry':[" entries "]}"
#define REQUEST(method, url, resource) "{" resource "'request':{'method':'" method "','url':'" url "'}}"
#define A_PATIENT(id) "'resource':{'resourceType':'Patient','id':'" id "'},"
	static const struct rules_case rows[] = {
		{ ASKED("transaction",
			  REQUEST("POST", "Patient", A_PATIENT("a")) "," REQUEST("PUT", "Patient/b",
				  A_PATIENT("b")) "," REQUEST("DELETE", "Patient/c", "") "," REQUEST("GET",
				  "Patient/b", "") "," REQUEST("PUT", "Patient?identifier=x",
				  A_PATIENT("d")) "," REQUEST("POST", "Patient/$match", "")),
			{ NULL }, "" },
		{ ASKED("transaction", REQUEST("PUT", "Patient/a", "")), { NULL },
			"bundle-request-resource Bundle.entry[0]" },
		{ ASKED("batch", REQUEST("POST", "Patient", "")), { NULL },
			"bundle-request-resource Bundle.entry[0]" },
		{ ASKED("transaction", REQUEST("POST", "Observation", A_PATIENT("a"))), { NULL },
			"bundle-request-type Bundle.entry[0].request" },
		{ ASKED("transaction", REQUEST("PUT", "Patient/b", A_PATIENT("a"))), { NULL },
			"bundle-request-id Bundle.entry[0].request" },
		{ ASKED("transaction",
			  REQUEST("PUT", "Patient/a", A_PATIENT("a")) "," REQUEST("DELETE", "Patient/a", "")),
			{ NULL }, "bundle-request-twice Bundle.entry[1].request" },
		{ ASKED("batch",
			  REQUEST("PUT", "Patient/a", A_PATIENT("a")) "," REQUEST("DELETE", "Patient/a", "")),
			{ NULL }, "" },
		{ ASKED("batch", REQUEST("PUT", "Patient", A_PATIENT("a"))), { NULL },
			"bundle-request-url Bundle.entry[0].request" },
		{ ASKED("batch", REQUEST("DELETE", "Patient", "")), { NULL },
			"bundle-request-url Bundle.entry[0].request" },
		{ ASKED("batch", REQUEST("DELETE", "Patient?identifier=x", "")), { NULL }, "" },
		{ ASKED("batch", REQUEST("POST", "Patient/a", A_PATIENT("a"))), { NULL },
			"bundle-request-url Bundle.entry[0].request" },
		{ ASKED("batch",
			  "{" A_PATIENT("a") "'request':{'method':'POST','url':'Patient','ifNoneExist':"
					     "'?identifier=x'}}"),
			{ NULL }, "bundle-request-search? Bundle.entry[0].request.ifNoneExist" },
	};
	(void)state;
	RUN_ROWS("bundle-request", rows);
}

static void responses(void **state)
{
#define ANSWERED(status) ASKED("batch-response", "{'response':{'status':'" status "'}}")
#define NO_STATUS "bundle-response-status? Bundle.entry[0].response.status"
	static const struct rules_case rows[] = {
		{ ANSWERED("200"), { NULL }, "" },
		{ ANSWERED("201 Created"), { NULL }, "" },
		{ ANSWERED("OK"), { NULL }, NO_STATUS },
		{ ANSWERED("2000"), { NULL }, NO_STATUS },
		{ ANSWERED("999"), { NULL }, NO_STATUS },
	};
	(void)state;
	RUN_ROWS("bundle-response", rows);
}

static void search_results(void **state)
{
#define FOUND(url, mode, resource) \
	"{'resourceType':'Bundle','type':'searchset','link':[{'relation':'self','url':'" url \
	"'}],'entry':[{" \
	"'resource':" resource ",'search':{'mode':'" mode "'}}]}"
	static const struct rules_case rows[] = {
		{ FOUND("http://a.se/f/Patient?name=x", "match", PATIENT("1")), { NULL }, "" },
		{ FOUND("http://a.se/f/Patient?name=x", "match", "{'resourceType':'Patient'}"), { NULL },
			"search-no-id Bundle.entry[0].resource" },
		{ FOUND("http://a.se/f/Group?name=x", "match", PATIENT("1")), { NULL },
			"search-type Bundle.entry[0].resource" },
		{ FOUND("http://a.se/f/Group?name=x", "include", PATIENT("1")), { NULL }, "" },
		{ FOUND("http://a.se/f?_type=Patient,Group&name=x", "match", PATIENT("1")), { NULL }, "" },
		{ FOUND("http://a.se/f/Patient?name=x", "outcome", PATIENT("1")), { NULL },
			"search-outcome Bundle.entry[0].resource" },
		{ "{'resourceType':'Bundle','type':'searchset','entry':[{'fullUrl':'http://a.se/f/Patient/"
		  "1'}]}",
			{ NULL }, "search-no-self? Bundle; search-no-resource Bundle.entry[0]" },
	};
	(void)state;
	RUN_ROWS("search-", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(links),
		cmocka_unit_test(references_between_entries),
		cmocka_unit_test(documents),
		cmocka_unit_test(stylesheets),
		cmocka_unit_test(messages),
		cmocka_unit_test(requests),
		cmocka_unit_test(responses),
		cmocka_unit_test(search_results),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
