/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR XML over the wire: bodies, answers, bundles, outcomes, refusals (R4 section 3.1.0.1.9). */
#include "rest_test.h"

#define XMLNS " xmlns='http://hl7.org/fhir'"
#define SENT "Content-Type: application/fhir+xml\r\n"
#define WANTED "Accept: application/fhir+xml\r\n"
#define XML_TYPE "application/fhir+xml; charset=utf-8"

static void stores_what_xml_says(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("PUT", "Observation/x1", SENT,
		"<?xml version='1.0' encoding='UTF-8'?><Observation" XMLNS
		"><id value='x1'/><status value='final'/><code>"
		"<text value='Vikt &amp; l&#228;ngd'/></code><valueQuantity><value "
		"value='71.50'/></valueQuantity></Observation>",
		201);
	expect_header(&a, "Content-Type", "application/fhir+json; charset=utf-8");
	a = send_ok("GET", "Observation/x1", NULL, 200);
	expect_part(a.body, "\"value\":71.50");
	expect_text(&a, "/code/text", "Vikt & längd");
	a = send_with("GET", "Observation/x1", WANTED, NULL, 200);
	expect_header(&a, "Content-Type", XML_TYPE);
	expect_header(&a, "ETag", "W/\"1\"");
	expect_header(&a, "Vary", "Accept, Origin, Accept-Encoding");
	expect_part(a.body,
		"<Observation xmlns=\"http://hl7.org/fhir\"><id value=\"x1\"/><meta><versionId "
		"value=\"1\"/>");
	expect_part(a.body, "<value value=\"71.50\"/>");
	expect_part(a.body, "value=\"Vikt &amp; längd\"");
	a = send_with("HEAD", "Observation/x1", WANTED, NULL, 200);
	expect_header(&a, "Content-Type", XML_TYPE);
}

static void answers_in_the_format_asked_for(void **state)
{
	static const struct {
		const char *path, *accept, *type;
	} cases[] = {
		{ "metadata", "Accept: application/fhir+xml\r\n", XML_TYPE },
		{ "metadata?_format=xml", "Accept: application/fhir+json\r\n", XML_TYPE },
		{ "metadata?_format=application/fhir%2Bxml", NULL, XML_TYPE },
		{ "metadata?_format=application/fhir+xml", NULL, XML_TYPE },
		{ "metadata?_format=text/xml", NULL, "text/xml; charset=utf-8" },
		{ "metadata", "Accept: application/xml\r\n", "application/xml; charset=utf-8" },
		{ "metadata", "Accept: application/fhir+json;q=0.5, application/fhir+xml\r\n", XML_TYPE },
		{ "metadata?_format=json", "Accept: application/fhir+xml\r\n",
			"application/fhir+json; charset=utf-8" },
		{ "metadata",
			"Accept: text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8\r\n",
			"application/fhir+json; charset=utf-8" },
	};
	NEED_FHIR();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture_answer a = send_with("GET", cases[i].path, cases[i].accept, NULL, 200);
		expect_header(&a, "Content-Type", cases[i].type);
		assert_true(hs_slice_starts(a.body,
			hs_slice_ends(hs_slice_cstr(cases[i].type), HS_S("xml; charset=utf-8")) ?
				HS_S("<?xml") :
				HS_S("{")));
	}
	struct fixture_answer a = send_ok("GET", "metadata?_format=xml&_pretty=true", NULL, 200);
	expect_part(a.body, "<format value=\"application/fhir+xml\"/>\n");
}

static void carries_bundles(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("POST", "", SENT WANTED,
		"<Bundle" XMLNS "><type value='transaction'/><entry><fullUrl "
		"value='urn:uuid:0b2ee6c5-1a1d-4b22-9d5e-5d7c9f6f1a10'/>"
		"<resource><Patient><name><family value='Xml'/></name></Patient></resource><request><method "
		"value='POST'/>"
		"<url value='Patient'/></request></entry><entry><resource><Observation><status "
		"value='final'/><code><text "
		"value='c'/></code><subject><reference "
		"value='urn:uuid:0b2ee6c5-1a1d-4b22-9d5e-5d7c9f6f1a10'/></subject>"
		"</Observation></resource><request><method value='POST'/><url "
		"value='Observation'/></request></entry></Bundle>",
		200);
	expect_header(&a, "Content-Type", XML_TYPE);
	expect_part(a.body, "<type value=\"transaction-response\"/>");
	a = send_ok("GET", "Patient?family=Xml&_revinclude=Observation:subject&_format=xml", NULL, 200);
	expect_part(a.body, "<total value=\"1\"/>");
	expect_part(a.body, "<resource><Observation xmlns=\"http://hl7.org/fhir\">");
	a = send_ok("GET", "Patient/_history?_format=xml", NULL, 200);
	expect_part(a.body, "<type value=\"history\"/>");
}

static void refuses_with_places(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("POST", "Patient", SENT, "<Patient" XMLNS ">\n<name></Patient>",
		400);
	expect_text(&a, "/issue/0/code", "structure");
	expect_part(a.body, "line 2");
	a = send_with("POST", "Patient", SENT, "<Patient" XMLNS ">\n<nmae/></Patient>", 422);
	expect_text(&a, "/issue/0/expression/0", "Patient.nmae");
	/* found in the tree, told in the XML */
	a = send_with("POST", "Patient", SENT WANTED,
		"<Patient" XMLNS ">\n <name>\n  <use value='x'/></name>\n</Patient>", 422);
	expect_header(&a, "Content-Type", XML_TYPE);
	expect_part(a.body, "<expression value=\"Patient.name[0].use\"/>");
	expect_part(a.body, "<location value=\"Line[3] Col[4]\"/>");
	send_with("POST", "Patient", SENT, "<!DOCTYPE Patient [<!ENTITY a 'b'>]><Patient" XMLNS "/>", 400);
	send_with("POST", "Patient", "Content-Type: application/fhir+xml; fhirVersion=5.0\r\n",
		"<Patient" XMLNS "/>", 415);
	a = send_with("GET", "Patient/none", WANTED, NULL, 404);
	expect_part(a.body, "<OperationOutcome xmlns=\"http://hl7.org/fhir\"><issue>");
	a = send_with("GET", "Patient", "Accept: text/turtle\r\n", NULL, 406);
	expect_part(a.body, "application/fhir+xml");
}

static void patches_by_fhirpath(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Patient/xp", "{'resourceType':'Patient','id':'xp','birthDate':'1930-01-02'}", 201);
	struct fixture_answer a = send_with("PATCH", "Patient/xp", SENT,
		"<Parameters" XMLNS "><parameter><name value='operation'/>"
		"<part><name value='type'/><valueCode value='replace'/></part>"
		"<part><name value='path'/><valueString value='Patient.birthDate'/></part>"
		"<part><name value='value'/><valueDate value='1931-05-06'/></part></parameter></Parameters>",
		200);
	expect_text(&a, "/birthDate", "1931-05-06");
	a = send_ok("GET", "metadata", NULL, 200);
	expect_text(&a, "/patchFormat/2", "application/fhir+xml");
}

static void keeps_xml_content_of_a_binary(void **state)
{
	NEED_FHIR();
	send_with("PUT", "Binary/xb", SENT,
		"<Binary" XMLNS
		"><id value='xb'/><contentType value='text/plain'/><data value='aGVq'/></Binary>",
		201);
	struct fixture_answer a = send_with("GET", "Binary/xb", "Accept: text/plain\r\n", NULL, 200);
	expect_slice(a.body, "hej");
	a = send_with("GET", "Binary/xb", WANTED, NULL, 200);
	expect_part(a.body, "<data value=\"aGVq\"/>");
}

/* Beyond the size that is converted on the loop, both ways. */
static void converts_large_ones_on_a_worker(void **state)
{
	NEED_FHIR();
	struct hs_buf body;
	hs_buf_init(&body, fixture_arena(fx), 1 << 20);
	hs_buf_cstr(&body, "<Group" XMLNS "><id value='big'/><type value='person'/><actual value='true'/>");
	for (int i = 0; i < 2000; i++)
		hs_buf_printf(&body, "<member><entity><display value='member %d'/></entity></member>", i);
	hs_buf_cstr(&body, "</Group>");
	hs_buf_byte(&body, '\0');
	send_with("PUT", "Group/big", SENT, body.ptr, 201);
	struct fixture_answer a = send_with("GET", "Group/big", WANTED, NULL, 200);
	expect_header(&a, "Content-Type", XML_TYPE);
	expect_part(a.body, "<display value=\"member 1999\"/>");
	hs_buf_clear(&body);
	hs_buf_cstr(&body, "<Group" XMLNS "><id value='big'/><type value='person'/>");
	for (int i = 0; i < 2000; i++)
		hs_buf_cstr(&body, "\n<member><entity><display value='x'/></entity></member>");
	hs_buf_cstr(&body, "<actual/></Group>");
	hs_buf_byte(&body, '\0');
	a = send_with("PUT", "Group/big", SENT, body.ptr, 422);
	expect_text(&a, "/issue/0/expression/0", "Group.actual");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stores_what_xml_says),
		cmocka_unit_test(answers_in_the_format_asked_for),
		cmocka_unit_test(carries_bundles),
		cmocka_unit_test(refuses_with_places),
		cmocka_unit_test(patches_by_fhirpath),
		cmocka_unit_test(keeps_xml_content_of_a_binary),
		cmocka_unit_test(converts_large_ones_on_a_worker),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
