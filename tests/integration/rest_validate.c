/* SPDX-License-Identifier: Apache-2.0 */
/* $validate on types and instances, with definitions of the sandbox, in both formats; and what is asked of
 * resources before they are stored. */
#include "rest_test.h"

#define PROFILE_URL "http://example.org/fhir/StructureDefinition/named"

static const char named[] = "{'resourceType':'StructureDefinition','id':'named','url':'" PROFILE_URL
			    "','name':'Named','status':'active',"
			    "'kind':'resource','abstract':false,'type':'Patient','baseDefinition':"
			    "'http://hl7.org/fhir/StructureDefinition/"
			    "Patient','derivation':'constraint','differential':{'element':["
			    "{'id':'Patient.name','path':'Patient.name','min':1}]}}";

static void expect_valid(const struct fixture_answer *a)
{
	expect_text(a, "/issue/0/severity", "information");
	expect_text(a, "/issue/0/details/text", "no problems were found");
}

static void validates_by_type(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "Patient/$validate",
		"{'resourceType':'Patient','active':true}", 200);
	expect_valid(&a);
	a = send_ok("POST", "Patient/$validate",
		"{'resourceType':'Patient',\n 'contact':[{'gender':'male'}]}", 200);
	expect_text(&a, "/issue/0/severity", "error");
	expect_part(a.body, "pat-1");
	expect_text(&a, "/issue/0/expression/0", "Patient.contact[0]");
	expect_text(&a, "/issue/0/location/0", "Line[2] Col[13]");
	a = send_ok("POST", "Patient/$validate",
		"{'resourceType':'Patient','language':'å\xF0\x9F\x98\x80', 'contact':[{'gender':'male'}]}",
		200);
	expect_part(a.body, "Line[1] Col[56]");
	a = send_ok("POST", "Patient/$validate", "{'resourceType':'Group','type':'person','actual':true}",
		200);
	expect_part(a.body, "they must be the same");
	send_ok("POST", "Patient/$validate", "{'resourceType':'Patient',", 400);
	send_ok("POST", "Patient/$validate", NULL, 400);
	send_ok("POST", "Chair/$validate", "{'resourceType':'Chair'}", 404);
	send_ok("POST", "Patient/$validate?mode=guess", "{'resourceType':'Patient'}", 400);
	send_ok("POST", "Patient/$validate?mode=profile", "{'resourceType':'Patient'}", 400);
}

static void takes_parameters_and_modes(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "Patient/$validate",
		"{'resourceType':'Parameters','parameter':[{'name':'mode','valueCode':'update'},{'name':'"
		"resource','resource':"
		"{'resourceType':'Patient'}}]}",
		200);
	expect_part(a.body, "an update carries the id");
	send_ok("PUT", "Patient/v1", "{'resourceType':'Patient','id':'v1'}", 201);
	a = send_ok("GET", "Patient/v1/$validate", NULL, 200);
	expect_valid(&a);
	a = send_ok("POST", "Patient/v1/$validate?mode=update", "{'resourceType':'Patient','id':'v2'}", 200);
	expect_part(a.body, "they must be the same");
	a = send_ok("POST", "Patient/v1/$validate?mode=delete", NULL, 200);
	expect_part(a.body, "may be deleted");
	send_ok("POST", "Patient/none/$validate?mode=delete", NULL, 404);
	send_ok("GET", "Patient/none/$validate", NULL, 404);
	a = send_ok("GET", "metadata", NULL, 200);
	expect_part(a.body, "http://hl7.org/fhir/OperationDefinition/Resource-validate");
}

static void uses_what_the_sandbox_has(void **state)
{
	NEED_FHIR();
	const char *path = "Patient/$validate?profile=" PROFILE_URL;
	struct fixture_answer a = send_ok("POST", path, "{'resourceType':'Patient'}", 200);
	expect_part(a.body, "named");
	send_ok("PUT", "StructureDefinition/named", named, 201);
	a = send_ok("POST", path, "{'resourceType':'Patient'}", 200);
	expect_text(&a, "/issue/0/severity", "error");
	expect_part(a.body, "Patient.name");
	a = send_ok("POST", path, "{'resourceType':'Patient','name':[{'family':'Ek'}]}", 200);
	expect_valid(&a);
	a = send_ok("POST", "Patient/$validate",
		"{'resourceType':'Patient','meta':{'profile':['" PROFILE_URL "']}}", 200);
	expect_text(&a, "/issue/0/severity", "error");
	send_ok("DELETE", "StructureDefinition/named", NULL, 204);
	a = send_ok("POST", path, "{'resourceType':'Patient'}", 200);
	assert_true(hs_slice_search(a.body, HS_S("Patient.name")) == SIZE_MAX);
}

/* A report is held against its measure. */
static void knows_stored_measures(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Measure/m1",
		"{'resourceType':'Measure','id':'m1','url':'http://example.org/fhir/Measure/"
		"m1','status':'active',"
		"'scoring':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/measure-scoring',"
		"'code':'cohort'}]},'group':[{'population':[{'code':{'coding':[{'system':"
		"'http://terminology.hl7.org/CodeSystem/measure-population','code':'initial-population'}]},"
		"'criteria':{'language':'text/cql','expression':'true'}}]}]}",
		201);
	struct fixture_answer a = send_ok("POST", "MeasureReport/$validate",
		"{'resourceType':'MeasureReport','status':'complete','type':'summary','measure':"
		"'http://example.org/fhir/Measure/m1','period':{'start':'2020','end':'2021'},'group':[{"
		"'population':[{'code':{'coding':[{'system':"
		"'http://terminology.hl7.org/CodeSystem/measure-population','code':'denominator'}]}}]}]}",
		200);
	expect_text(&a, "/issue/0/severity", "error");
	expect_part(a.body, "the measure has no population");
}

static void speaks_xml(void **state)
{
	NEED_FHIR();
	const char *head = "Content-Type: application/fhir+xml\r\nAccept: application/fhir+xml\r\n";
	struct fixture_answer a = send_with("POST", "Patient/$validate", head,
		"<Patient xmlns='http://hl7.org/fhir'>\n <contact>\n <gender "
		"value='male'/></contact></Patient>",
		200);
	expect_part(a.body, "<expression value=\"Patient.contact[0]\"/>");
	expect_part(a.body, "Line[2] Col[3]");
	a = send_with("POST", "Patient/$validate", head,
		"<Parameters xmlns='http://hl7.org/fhir'><parameter><name "
		"value='resource'/><resource><Patient>\n<contact><gender "
		"value='male'/></contact></Patient></resource></parameter></Parameters>",
		200);
	expect_part(a.body, "Line[2] Col[2]");
	/* What XML alone can have wrong is told with the rest. */
	a = send_with("POST", "Patient/$validate", "Content-Type: application/fhir+xml\r\n",
		"<Patient xmlns='http://hl7.org/fhir'>\n<nmae value='x'/>\n<gender value='x'/></Patient>",
		200);
	expect_text(&a, "/issue/0/expression/0", "Patient.nmae");
	expect_text(&a, "/issue/0/location/0", "Line[2] Col[1]");
	expect_text(&a, "/issue/1/expression/0", "Patient.gender");
	expect_text(&a, "/issue/1/location/0", "Line[3] Col[2]");
	a = send_with("POST", "Patient/$validate", "Content-Type: application/fhir+xml\r\n",
		"<Parameters xmlns='http://hl7.org/fhir'><parameter><name "
		"value='resource'/><resource><Patient>"
		"\n<nmae value='x'/></Patient></resource></parameter></Parameters>",
		200);
	expect_text(&a, "/issue/0/expression/0", "Patient.nmae");
	a = send_with("POST", "Patient", "Content-Type: application/fhir+xml\r\n",
		"<Patient xmlns='http://hl7.org/fhir'>\n<nmae value='x'/></Patient>", 422);
	expect_text(&a, "/issue/0/expression/0", "Patient.nmae");
}

static void asks_as_much_as_the_sandbox_says(void **state)
{
	NEED_FHIR();
	static const char broken[] = "{'resourceType':'Patient','contact':[{'gender':'male'}]}";
	send_ok("POST", "Patient", broken, 201);
	struct fixture_answer a = fixture_operate(fx, "PUT", "/operator/sandboxes/default/limits",
		"{\"validation\":\"profiles\"}");
	assert_int_equal(a.status, 200);
	a = send_ok("POST", "Patient", broken, 422);
	expect_part(a.body, "pat-1");
	a = send_ok("POST", "",
		"{'resourceType':'Bundle','type':'transaction','entry':[{'resource':{'resourceType':'Patient'"
		",'contact':["
		"{'gender':'male'}]},'request':{'method':'POST','url':'Patient'}}]}",
		422);
	expect_part(a.body, "Bundle.entry[0].resource.contact[0]");
	send_ok("PUT", "StructureDefinition/named", named, 201);
	send_ok("POST", "Patient", "{'resourceType':'Patient','meta':{'profile':['" PROFILE_URL "']}}", 422);
	send_ok("POST", "Patient",
		"{'resourceType':'Patient','meta':{'profile':['" PROFILE_URL "']},'name':[{'family':'Ek'}]}",
		201);
	a = fixture_operate(fx, "PUT", "/operator/sandboxes/default/limits", "{\"validation\":\"off\"}");
	assert_int_equal(a.status, 200);
	expect_part(a.body, "\"validation\":\"off\"");
	send_ok("POST", "Patient", "{'resourceType':'Patient','nmae':[1,{}],'birthDate':'x'}", 201);
	a = fixture_operate(fx, "PUT", "/operator/sandboxes/default/limits", "{\"validation\":\"some\"}");
	assert_int_equal(a.status, 400);
	fixture_operate(fx, "PUT", "/operator/sandboxes/default/limits", "{\"validation\":\"structure\"}");
	send_ok("POST", "Patient", "{'resourceType':'Patient','nmae':[1,{}]}", 422);
}

/* Each expression stays below its own limit; all together would take minutes. */
static void put_many_invariants(unsigned count)
{
	struct hs_buf body;
	hs_buf_init(&body, NULL, 4u << 20);
	hs_buf_printf(&body,
		"{'resourceType':'StructureDefinition','id':'many','url':'urn:test:many','name':'Many','"
		"status':"
		"'active','kind':'resource','abstract':false,'type':'Patient','baseDefinition':"
		"'http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient','constraint':[");
	for (unsigned i = 0; i < count; i++)
		hs_buf_printf(&body,
			"%s{'key':'many-%u','severity':'error','human':'none','expression':'"
			"%%context.name.given.where(%%context.name.given.where(%%context.name.given.where("
			"%%context.name.given.where($this=%u).exists()).exists()).exists()).empty()'}",
			i ? "," : "", i, i);
	hs_buf_cstr(&body, "]}]}}");
	hs_buf_byte(&body, '\0');
	assert_false(body.overflow);
	send_ok("PUT", "StructureDefinition/many", body.ptr, 201);
	hs_buf_free(&body);
}

static void gives_up_with_the_request(void **state)
{
	NEED_FHIR();
	static const char *const settings[] = { "limits.requestSeconds=1", NULL };
	struct fixture_options options = { .settings = settings };
	struct fixture *usual = fx;
	char body[4096] = "{'resourceType':'Patient','id':'p','meta':{'profile':['urn:test:many']},'name':[";

	fx = fixture_start(&options);
	put_many_invariants(3000); /* is not judged itself: that takes a second where others work, too */
	fixture_operate(fx, "PUT", "/operator/sandboxes/default/limits", "{\"validation\":\"profiles\"}");
	for (unsigned i = 0; i < 60; i++)
		snprintf(body + strlen(body), sizeof(body) - strlen(body), "%s{'given':['n%u']}",
			i ? "," : "", i);
	snprintf(body + strlen(body), sizeof(body) - strlen(body), "]}");
	send_ok("PUT", "Patient/p", body, 504);
	send_ok("GET", "Patient/p", NULL, 404);
	fixture_stop(fx); /* waits for the worker */
	fx = usual;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validates_by_type),
		cmocka_unit_test(takes_parameters_and_modes),
		cmocka_unit_test(uses_what_the_sandbox_has),
		cmocka_unit_test(knows_stored_measures),
		cmocka_unit_test(speaks_xml),
		cmocka_unit_test(asks_as_much_as_the_sandbox_says),
		cmocka_unit_test(gives_up_with_the_request),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
