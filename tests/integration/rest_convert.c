/* SPDX-License-Identifier: Apache-2.0 */
/* $convert over the wire, at both bases. */
#include "rest_test.h"

#define NEED_BOTH() \
	do { \
		NEED_FHIR(); \
		if (!fixture_has_fhir(fx, HS_FHIR_R5)) \
			skip(); \
	} while (0)

static void converts_both_ways(void **state)
{
	NEED_BOTH();
	struct fixture_answer a = send_ok("POST", "$convert",
		"{'resourceType':'Location','physicalType':{'text':'room'},'telecom':[{'value':'1'}]}", 200);
	expect_text(&a, "/form/text", "room");
	expect_text(&a, "/contact/0/telecom/0/value", "1");
	expect_part(fixture_header(&a, "Content-Type"), "fhirVersion=5.0");
	a = send_ok("POST", "/fhir/r5/$convert",
		"{'resourceType':'Location','form':{'text':'room'},'description':'d'}", 200);
	expect_text(&a, "/physicalType/text", "room");
	expect_part(fixture_header(&a, "Content-Type"), "fhirVersion=4.0");
	a = send_with("POST", "$convert",
		"Content-Type: application/fhir+xml\r\nAccept: application/fhir+xml\r\n",
		"<Location xmlns='http://hl7.org/fhir'><physicalType><text "
		"value='room'/></physicalType></Location>",
		200);
	expect_text(&a, "/form/text", "room");
}

/* The other format is asked for: the version stays. */
static void converts_formats(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("POST", "$convert",
		"Content-Type: application/fhir+json\r\nAccept: application/fhir+xml\r\n",
		"{'resourceType':'Location','physicalType':{'text':'room'}}", 200);
	expect_part(a.body, "<physicalType><text value=\"room\"/></physicalType>");
	expect_part(fixture_header(&a, "Content-Type"), "application/fhir+xml");
	a = send_with("POST", "$convert",
		"Content-Type: application/fhir+xml\r\nAccept: application/fhir+json\r\n",
		"<Location xmlns='http://hl7.org/fhir'><physicalType><text "
		"value='room'/></physicalType></Location>",
		200);
	expect_text(&a, "/physicalType/text", "room");
}

static void reports_when_asked(void **state)
{
	NEED_BOTH();
	struct fixture_answer a = send_with("POST", "$convert", "Prefer: return=OperationOutcome\r\n",
		"{'resourceType':'Parameters','parameter':[{'name':'resource','resource':{'resourceType':'"
		"Location',"
		"'availabilityExceptions':'Yule'}}]}",
		200);
	expect_text(&a, "/parameter/0/resource/extension/0/valueString", "Yule");
	expect_text(&a, "/parameter/1/resource/issue/0/expression/0", "Location.availabilityExceptions");
}

static void refuses_what_it_cannot(void **state)
{
	NEED_BOTH();
	struct fixture_answer a = send_ok("POST", "$convert", "{'resourceType':'MedicationRequest'}", 400);
	expect_part(a.body, "MedicationRequest cannot be converted");
	send_ok("POST", "$convert", "{'resourceType':'Parameters'}", 400);
	send_ok("POST", "$convert", "{'resourceType':'Location',", 400);
	send_ok("GET", "$convert", NULL, 405);
	a = send_ok("GET", "metadata", NULL, 200);
	expect_part(a.body, "http://hl7.org/fhir/OperationDefinition/Resource-convert");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converts_both_ways),
		cmocka_unit_test(converts_formats),
		cmocka_unit_test(reports_when_asked),
		cmocka_unit_test(refuses_what_it_cannot),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
