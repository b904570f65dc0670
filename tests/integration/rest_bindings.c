/* SPDX-License-Identifier: Apache-2.0 */
/* Codes in $validate, before storing and in $fhirpath are judged by the terminology of the same server, with
 * what was stored there a moment ago. */
#include "rest_test.h"

static int start_all(void **state)
{
	struct fixture_options options = { 0 };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

static void expect_no_part(struct hs_slice text, const char *part)
{
	if (hs_slice_search(text, hs_slice_cstr(part)) != SIZE_MAX)
		fail_msg("'%s' in '%.*s'", part, HS_S_ARG(text));
}

static void put(const char *type, const char *id, const char *rest, int status)
{
	send_ok("PUT", TEXT("%s/%s", type, id), TEXT("{'resourceType':'%s','id':'%s'%s}", type, id, rest),
		status);
}

#define TREE(leaf) \
	",'url':'urn:test:tree','status':'active','content':'complete','hierarchyMeaning':'is-a','concept':" \
	"[" \
	"{'code':'root','display':'Root','concept':[{'code':'" leaf "'}]}]"

/* A filter by regular expression is more than the validator's own reading of value sets. */
static void put_definitions(void)
{
	put("CodeSystem", "tree", TREE("leaf"), 201);
	put("ValueSet", "leaves",
		",'url':'urn:test:leaves','status':'active','compose':{'include':[{'system':'urn:test:tree','"
		"filter':[{'property':'code','op':'regex','value':'le.*'}]}]}",
		201);
	put("StructureDefinition", "coded",
		",'url':'urn:test:coded','name':'Coded','status':'active','kind':'resource','abstract':false,"
		"'type':"
		"'Patient','baseDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivation':"
		"'constraint','differential':{'element':[{'id':'Patient.maritalStatus','path':"
		"'Patient.maritalStatus','binding':{'strength':'required','valueSet':'urn:test:leaves'}}]}",
		201);
}

#define PATIENT(code, display) \
	"{'resourceType':'Patient','language':'sv','maritalStatus':{'coding':[{'system':'urn:test:tree','" \
	"code':'" code "'" display "}]}}"

static void judges_bindings(void **state)
{
	NEED_FHIR();
	static const char where[] = "Patient/$validate?profile=urn:test:coded";
	put_definitions();
	struct fixture_answer a = send_ok("POST", where, PATIENT("leaf", ""), 200);
	expect_no_part(a.body, "binding-required");
	expect_no_part(a.body, "coding-");
	expect_no_part(a.body, "unchecked");
	a = send_ok("POST", where, PATIENT("root", ",'display':'Root'"), 200);
	expect_part(a.body, "binding-required");
	a = send_ok("POST", where, PATIENT("leap", ""), 200);
	expect_part(a.body, "coding-unknown-code");
	a = send_ok("POST", where, PATIENT("root", ",'display':'Tree'"), 200);
	expect_part(a.body, "coding-display");
	a = send_ok("POST", "Patient/$validate", "{'resourceType':'Patient','language':'sv-SEX'}", 200);
	expect_part(a.body, "all-languages");
	/* What is stored now counts at once. */
	put("CodeSystem", "tree", TREE("lead"), 200);
	a = send_ok("POST", where, PATIENT("leaf", ""), 200);
	expect_part(a.body, "coding-unknown-code");
	a = send_ok("POST", where, PATIENT("lead", ""), 200);
	expect_no_part(a.body, "coding-");
}

static void judges_before_storing(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = fixture_operate(fx, "PUT", "/operator/sandboxes/default/limits",
		"{\"validation\":\"profiles\"}");
	assert_int_equal(a.status, 200);
	a = send_ok("PUT", "Patient/b1", "{'resourceType':'Patient','id':'b1','language':'sv-SEX'}", 422);
	expect_part(a.body, "all-languages");
	send_ok("PUT", "Patient/b1", "{'resourceType':'Patient','id':'b1','language':'sv-SE'}", 201);
	/* where everything decides, a wrong code refuses; what is doubtful is stored, and told to who wants
	 * to hear of it */
	put("CodeSystem", "care",
		",'url':'urn:test:care','status':'active','content':'complete','concept':[{'code':'in'}]",
		201);
	a = send_with("PUT", "ValueSet/care", "Prefer: return=OperationOutcome\r\n",
		"{'resourceType':'ValueSet','id':'care','url':'urn:test:care-set','status':'active','compose'"
		":{'include':["
		"{'system':'urn:test:care','concept':[{'code':'in'},{'code':'out'}]}]}}",
		422);
	expect_part(a.body, "has no code");
	expect_part(a.body, "ValueSet.compose.include[0].concept[1]");
	a = send_with("PUT", "ValueSet/care", "Prefer: return=OperationOutcome\r\n",
		"{'resourceType':'ValueSet','id':'care','url':'urn:test:care-set','status':'active','compose'"
		":{'include':["
		"{'system':'urn:test:care','concept':[{'code':'in'},{'code':'in'}]}]}}",
		201);
	expect_part(a.body, "is listed already");
	expect_part(a.body, "was stored");
	a = fixture_operate(fx, "PUT", "/operator/sandboxes/default/limits",
		"{\"validation\":\"structure\"}");
	assert_int_equal(a.status, 200);
}

/* Whoever asks for an OperationOutcome hears everything; what the sandbox does not ask for refuses nothing.
 */
static void tells_what_it_does_not_ask_for(void **state)
{
	NEED_FHIR();
	static const char hear[] = "Prefer: return=OperationOutcome\r\n";
	put("CodeSystem", "care2",
		",'url':'urn:test:care2','status':'active','content':'complete','concept':[{'code':'in'}]",
		201);
	struct fixture_answer a = send_with("PUT", "ValueSet/care2", hear,
		"{'resourceType':'ValueSet','id':'care2','url':'urn:test:care2-set','status':'active',"
		"'compose':{'include':["
		"{'system':'urn:test:care2','concept':[{'code':'in'},{'code':'out'}]}]}}",
		201);
	expect_part(a.body, "concept[1]");
	expect_part(a.body, "was stored");
	/* pat-1 is as severe as $validate calls it, and keeps nothing from being stored */
	a = send_with("POST", "Patient", hear, "{'resourceType':'Patient','contact':[{'gender':'male'}]}",
		201);
	expect_part(a.body, "pat-1");
	expect_text(&a, "/issue/0/severity", "error");
	expect_part(a.body, "was stored");
	a = send_with("POST", "Patient", hear, "{'resourceType':'Patient','contacts':[]}", 422);
	expect_text(&a, "/issue/0/severity", "error");
	a = send_with("POST", "Patient", hear, "{'resourceType':'Patient','gender':'male'}", 201);
	expect_text(&a, "/issue/0/severity", "information");
}

#define ASK(expression) \
	TEXT("{'resourceType':'Parameters','parameter':[{'name':'expression','valueString':'%s'},{'name':" \
	     "'variables','part':[{'name':'root','valueCoding':{'system':'urn:test:two','code':'root'}},{'" \
	     "name':" \
	     "'leaf','valueCoding':{'system':'urn:test:two','code':'leaf'}},{'name':'unit','valueCoding':{" \
	     "'system':'http://unitsofmeasure.org','code':'mg/dL'}}]}]}", \
		expression)

static void expect_truth(const char *expression, const char *wanted)
{
	struct fixture_answer a = send_ok("POST", "$fhirpath", ASK(expression), 200);
	expect_part(a.body, wanted);
}

static void answers_expressions(void **state)
{
	NEED_FHIR();
	static const char yes[] = "\"valueBoolean\":true", no[] = "\"valueBoolean\":false";
	put("CodeSystem", "two",
		",'url':'urn:test:two','status':'active','content':'complete','hierarchyMeaning':'is-a','"
		"concept':[{"
		"'code':'root','concept':[{'code':'leaf'}]}]",
		201);
	expect_truth("%root.subsumes(%leaf)", yes);
	expect_truth("%root.subsumedBy(%leaf)", no);
	expect_truth("%unit.memberOf(\\\"http://hl7.org/fhir/ValueSet/ucum-units\\\")", yes);
	expect_truth("%root.memberOf(\\\"http://hl7.org/fhir/ValueSet/ucum-units\\\")", no);
	expect_truth("%terminologies.validateCS(\\\"urn:test:two\\\", %leaf)"
		     ".parameter.where(name = \\\"result\\\").value",
		yes);
	expect_truth("%terminologies.subsumes(\\\"urn:test:two\\\", \\\"root\\\", \\\"leaf\\\")",
		"\"valueString\":\"subsumes\"");
	struct fixture_answer a = send_ok("POST", "$fhirpath", ASK("%root.memberOf(\\\"urn:test:none\\\")"),
		200);
	expect_no_part(a.body, "valueBoolean");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_bindings),
		cmocka_unit_test(judges_before_storing),
		cmocka_unit_test(tells_what_it_does_not_ask_for),
		cmocka_unit_test(answers_expressions),
	};
	return cmocka_run_group_tests(tests, start_all, stop_server);
}
