/* SPDX-License-Identifier: Apache-2.0 */
/* $fhirpath in the form of the fhirpath-lab engine API: typed results, places, contexts, variables, traces,
 * errors. */
#include "rest_test.h"

#define PATIENT \
	"{'resourceType':'Patient','id':'p','birthDate':'1974-12-25','name':[{'given':['A']},{'use':'" \
	"usual','family':'B'," \
	"'given':['C']}],'contact':[{'name':{'family':'X'}}]}"
#define ASK(parameters) "{'resourceType':'Parameters','parameter':[" parameters "]}"
#define WITH(expression, more) \
	ASK("{'name':'expression','valueString':'" expression "'},{'name':'resource','resource':" PATIENT \
	    "}" more)

static void types_results(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "$fhirpath", WITH("Patient.name.given[0]", ""), 200);
	expect_text(&a, "/parameter/0/name", "parameters");
	expect_text(&a, "/parameter/0/part/0/name", "evaluator");
	expect_text(&a, "/parameter/1/name", "result");
	expect_text(&a, "/parameter/1/part/0/name", "string");
	expect_text(&a, "/parameter/1/part/0/valueString", "A");
	expect_text(&a, "/parameter/1/part/0/extension/0/url",
		"http://fhir.forms-lab.com/StructureDefinition/resource-path");
	expect_text(&a, "/parameter/1/part/0/extension/0/valueString", "Patient.name[0].given[0]");
	a = send_ok("POST", "$fhirpath",
		WITH("1.50 | true | 4 days | 2 | @T10:00 | (today() = today()) | birthDate", ""), 200);
	expect_part(a.body, "\"valueDecimal\":1.50");
	expect_part(a.body, "\"valueBoolean\":true");
	expect_part(a.body, "\"valueQuantity\":{\"value\":4,\"unit\":\"days\"}");
	expect_part(a.body, "\"valueInteger\":2");
	expect_part(a.body, "\"valueDate\":\"1974-12-25\"");
	a = send_ok("POST", "$fhirpath", WITH("5000000000", ""), 200);
	expect_text(&a, "/parameter/1/part/0/name", "integer64");
	expect_part(a.body, "json-value");
	a = send_ok("GET", "/fhir/r5/$fhirpath?expression=5L", NULL, 200);
	expect_part(a.body, "\"valueInteger64\":\"5\"");
	a = send_ok("POST", "$fhirpath", WITH("name[1]", ""), 200);
	expect_part(a.body, "\"name\":\"HumanName\"");
	expect_part(a.body, "\"valueHumanName\":{\"use\":\"usual\"");
	a = send_ok("POST", "$fhirpath-r4", WITH("contact", ""), 200);
	expect_part(a.body, "json-value");
	a = send_ok("POST", "$fhirpath", WITH("Patient", ""), 200);
	expect_part(a.body, "{\"name\":\"Patient\",");
	a = send_ok("POST", "$fhirpath",
		WITH("iif(true, %q)", ",{'name':'variables','part':[{'name':'q','valueString':''}]}"), 200);
	expect_part(a.body, "\"name\":\"empty-string\"");
}

static void explains_the_expression(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "$fhirpath",
		WITH("Patient.name.where(use = \\\"usual\\\").given[0]",
			",{'name':'terminologyserver','valueString':'http://tx'}"),
		200);
	expect_text(&a, "/parameter/0/part/1/name", "expectedReturnType");
	expect_text(&a, "/parameter/0/part/1/valueString", "string");
	expect_text(&a, "/parameter/0/part/2/name", "parseDebugTree");
	expect_part(a.body, "\\\"ExpressionType\\\": \\\"IndexerExpression\\\"");
	expect_part(a.body, "\\\"ReturnType\\\": \\\"HumanName[]\\\"");
	expect_part(a.body, "{\"name\":\"terminologyServerUrl\",\"valueString\":\"http://tx\"}");
	a = send_ok("POST", "$fhirpath", WITH("contact", ""), 200);
	expect_part(a.body, "\"name\":\"Patient#Contact\"");
	a = send_ok("POST", "$fhirpath", WITH("name.family", ",{'name':'context','valueString':'contact'}"),
		200);
	expect_text(&a, "/parameter/0/part/1/valueString", "string");
	a = send_ok("POST", "$fhirpath", WITH("name.fmaily", ",{'name':'context','valueString':'contact'}"),
		400);
	expect_part(a.body, "semantic error");
	a = send_ok("POST", "$fhirpath",
		WITH("%a & %b.family",
			",{'name':'variables','part':[{'name':'a','valueString':'1'}]},{'name':'variables',"
			"'part':[{'name':'b','valueHumanName':{'family':'2'}}]}"),
		200);
	expect_part(a.body, "\"valueString\":\"12\"");
	/* All values of a name are its collection; a name without a value is an empty one. */
	a = send_ok("POST", "$fhirpath",
		WITH("%a.join(\\\"-\\\") & %c.count().toString()",
			",{'name':'variables','part':[{'name':'a','valueString':'1'},{'name':'c'}]},"
			"{'name':'variables','part':[{'name':'a','valueString':'2'}]}"),
		200);
	expect_part(a.body, "\"valueString\":\"1-20\"");
}

static void evaluates_in_contexts(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "$fhirpath",
		WITH("trace(\\\"t\\\").given.first() & %suffix",
			",{'name':'context','valueString':'name'},{'name':'variables','part':[{'name':'"
			"suffix','valueString':'!'}]}"),
		200);
	expect_text(&a, "/parameter/1/valueString", "Patient.name[0]");
	expect_text(&a, "/parameter/2/name", "debug-trace");
	expect_text(&a, "/parameter/3/name", "result");
	expect_text(&a, "/parameter/3/valueString", "Patient.name[1]");
	expect_text(&a, "/parameter/3/part/1/valueString", "C!");
	expect_text(&a, "/parameter/3/part/0/name", "trace");
	expect_text(&a, "/parameter/3/part/0/valueString", "t");
	expect_text(&a, "/parameter/3/part/0/part/0/name", "HumanName");
}

/* Evaluation takes back the memory of a criterion; what was traced inside it stays. */
static void keeps_what_a_criterion_traced(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "$fhirpath",
		WITH("name.exists(given.exists((($this & \\\"-\\\").trace(\\\"a\\\") in (\\\"A-\\\" | "
		     "\\\"B\\\").trace(\\\"codes\\\"))))",
			""),
		200);
	expect_text(&a, "/parameter/1/part/0/name", "trace");
	expect_text(&a, "/parameter/1/part/0/valueString", "a");
	expect_text(&a, "/parameter/1/part/0/part/0/valueString", "A-");
	expect_text(&a, "/parameter/1/part/1/valueString", "codes");
	expect_part(a.body, "\"valueBoolean\":true");
}

/* Every step with its place in the expression, what it gave, what it was asked of, $this and $index. */
static void tells_each_step(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "$fhirpath",
		WITH("given.where($this != \\\"C\\\").first()", ",{'name':'context','valueString':'name'}"),
		200);
	expect_text(&a, "/parameter/0/part/3/name", "parseDebug");
	expect_text(&a, "/parameter/0/part/3/valueString",
		"first : string\n  where : string[]\n    given : string[]\n      builtin.that : HumanName\n"
		"    != : boolean\n      builtin.this : string\n      C : string\n");
	expect_text(&a, "/parameter/2/name", "debug-trace");
	expect_text(&a, "/parameter/2/valueString", "Patient.name[0]");
	expect_text(&a, "/parameter/2/part/0/name", "0,5,given");
	expect_text(&a, "/parameter/2/part/0/part/0/name", "string");
	expect_text(&a, "/parameter/2/part/0/part/0/valueString", "A");
	expect_text(&a, "/parameter/2/part/0/part/0/extension/0/valueString", "Patient.name[0].given[0]");
	expect_text(&a, "/parameter/2/part/0/part/1/name", "focus-resource-path");
	expect_text(&a, "/parameter/2/part/0/part/1/valueString", "Patient.name[0]");
	expect_text(&a, "/parameter/2/part/0/part/2/name", "this-resource-path");
	expect_text(&a, "/parameter/2/part/0/part/3/name", "index");
	expect_text(&a, "/parameter/2/part/1/name", "12,5,$this");
	expect_text(&a, "/parameter/2/part/1/part/2/name", "this-string");
	expect_text(&a, "/parameter/2/part/3/name", "18,2,!=");
	expect_text(&a, "/parameter/2/part/5/name", "26,5,first");
	expect_text(&a, "/parameter/3/valueString", "Patient.name[1]");
	/* A long evaluation keeps its result, and tells the first of its steps, with fewer and fewer values.
	 */
#define LETTERS "\\\"abcdefghijklmnopqrstuvwxyz\\\".toChars()"
	a = send_ok("POST", "$fhirpath",
		WITH(LETTERS ".select(" LETTERS ".select(" LETTERS ".select(1))).count()", ""), 200);
	expect_part(a.body, "\"valueInteger\":17576");
	expect_text(&a, "/parameter/2/part/4999/part/0/name", "index");
	expect_text(&a, "/parameter/2/part/5000/name", "");
}

/* slice() and elementDefinition() ask the profiles of the server. */
static void asks_profiles(void **state)
{
	NEED_FHIR();
	static const char blood_pressure[] =
		"{'resourceType':'Observation','status':'final','code':{'text':'bp'},'component':["
		"{'code':{'coding':[{'system':'http://loinc.org','code':'8480-6'}]},'valueInteger':120},"
		"{'code':{'coding':[{'system':'http://loinc.org','code':'8462-4'}]},'valueInteger':80}]}";
	char body[2000];
	snprintf(body, sizeof(body),
		ASK("{'name':'expression','valueString':'slice(\\\"http://hl7.org/fhir/StructureDefinition/"
		    "bp\\\", "
		    "\\\"DiastolicBP\\\").select(value | value.elementDefinition().path)'},"
		    "{'name':'resource','resource':%s}"),
		blood_pressure);
	struct fixture_answer a = send_ok("POST", "$fhirpath", body, 200);
	expect_text(&a, "/parameter/1/part/0/extension/0/valueString", "Observation.component[1].value");
	expect_text(&a, "/parameter/1/part/1/valueString", "Observation.component.value[x]");
	snprintf(body, sizeof(body),
		ASK("{'name':'expression','valueString':'slice(\\\"http://hl7.org/fhir/StructureDefinition/"
		    "bp\\\", "
		    "\\\"Mean\\\")'},{'name':'resource','resource':%s}"),
		blood_pressure);
	a = send_ok("POST", "$fhirpath", body, 422);
	expect_part(a.body, "has no slice Mean");
}

static void reads_text_and_xml(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "$fhirpath",
		ASK("{'name':'expression','valueString':'Patient.id'},{'name':'resource','extension':[{'url':"
		    "'http://fhir.forms-lab.com/StructureDefinition/xml-value','valueString':"
		    "'<Patient xmlns=\\\"http://hl7.org/fhir\\\"><id value=\\\"q\\\"/></Patient>'}]}"),
		200);
	expect_part(a.body, "\"valueId\":\"q\"");
	a = send_with("POST", "$fhirpath?_format=xml", "Content-Type: application/fhir+xml\r\n",
		"<Parameters xmlns='http://hl7.org/fhir'><parameter><name value='expression'/><valueString "
		"value='Patient.id'/>"
		"</parameter><parameter><name value='resource'/><resource><Patient><id "
		"value='z'/></Patient></resource></parameter>"
		"</Parameters>",
		200);
	expect_part(a.body, "<valueId value=\"z\"/>");
	a = send_ok("GET", "$fhirpath?expression=1%2B1", NULL, 200);
	expect_part(a.body, "\"valueInteger\":2");
}

static void asks_the_sandbox(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Organization/o1", "{'resourceType':'Organization','id':'o1','name':'Org'}", 201);
	struct fixture_answer a = send_ok("POST", "$fhirpath",
		ASK("{'name':'expression','valueString':'managingOrganization.resolve().name'},{'name':'"
		    "resource','resource':"
		    "{'resourceType':'Patient','managingOrganization':{'reference':'Organization/o1'}}}"),
		200);
	expect_part(a.body, "\"valueString\":\"Org\"");
	a = send_ok("POST", "$fhirpath",
		WITH("conformsTo(\\\"http://hl7.org/fhir/StructureDefinition/Patient\\\")", ""), 200);
	expect_part(a.body, "\"valueBoolean\":true");
}

static void refuses_by_phase(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("POST", "$fhirpath", WITH("name.", ""), 400);
	expect_part(a.body, "syntax error");
	a = send_ok("POST", "$fhirpath", WITH("Patient.nmae", ""), 400);
	expect_part(a.body, "semantic error");
	send_ok("POST", "$fhirpath", WITH("name.single()", ""), 422);
	a = send_ok("POST", "$fhirpath", WITH("%terminologies.expand(\\\"http://none\\\")", ""), 422);
	expect_part(a.body, "there is no terminology to ask");
	send_ok("POST", "$fhirpath", ASK("{'name':'resource','resource':" PATIENT "}"), 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_results),
		cmocka_unit_test(explains_the_expression),
		cmocka_unit_test(evaluates_in_contexts),
		cmocka_unit_test(keeps_what_a_criterion_traced),
		cmocka_unit_test(tells_each_step),
		cmocka_unit_test(asks_profiles),
		cmocka_unit_test(reads_text_and_xml),
		cmocka_unit_test(asks_the_sandbox),
		cmocka_unit_test(refuses_by_phase),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
