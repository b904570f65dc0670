/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of R4's page on search (section 3.1.1.4), one row each: what is asked, and who is found. */
#include "rest_test.h"

static const struct {
	const char *path, *body;
} content[] = {
	{ "Patient/a",
		"'active':true,'gender':'male','birthDate':'2013-01-14','deceasedDateTime':"
		"'2015-08-12T05:23:45Z','name':[{'family':'Carreno "
		"Qui\\u00f1ones','given':['Eve','Anna-Lisa']}],"
		"'identifier':[{'system':'urn:oid:1.2.3','value':'Ab,1','type':{'coding':[{'system':'urn:t',"
		"'code':'MR'}],'text':'Journal'}}],'telecom':[{'system':'phone','value':'08-123 45'}],"
		"'meta':{'tag':[{'system':'urn:tag','code':'x'}],'security':[{'system':'urn:sec','code':'R'}]"
		","
		"'profile':['http://p/one'],'source':'http://src/1'},"
		"'communication':[{'language':{'coding':[{'system':'urn:ietf:bcp:47','code':'fr'}]}},"
		"{'language':{'coding':[{'system':'urn:ietf:bcp:47','code':'nl'}]}}]" },
	{ "Patient/b",
		"'gender':'female','birthDate':'2013-01','name':[{'family':'Severin','given':['EVELYN']}],"
		"'identifier':[{'value':'Ab'}],'meta':{'tag':[{'system':'urn:tag','code':'x'},{'code':'y'}]},"
		"'communication':[{'language':{'coding':[{'system':'urn:ietf:bcp:47','code':'fr'}]}}]" },
	{ "Patient/c",
		"'birthDate':'2014','name':[{'text':'\\u00d6rjan  O\\u2019Mally'}],'active':false,"
		"'identifier':[{'system':'urn:x|y','value':'a$b'}]" },
	{ "Group/g", "'type':'person','actual':true,'member':[{'entity':{'reference':'Patient/a'}}]" },
	{ "Observation/o1",
		"'status':'final','code':{'coding':[{'system':'http://loinc.org','code':'8480-6'},"
		"{'system':'urn:l','code':'sys','display':'Systolic pressure'}],'text':'Upper'},'subject':{"
		"'reference':'Patient/a'},'valueQuantity':{'value':100,'unit':'mm Hg','system':"
		"'http://unitsofmeasure.org','code':'mm[Hg]'},'effectivePeriod':{'start':'2013-01-21'},"
		"'issued':'2013-01-14T10:00:00.000Z'" },
	{ "Observation/o2",
		"'status':'final','code':{'coding':[{'system':'http://loinc.org','code':'8480-6'}]},"
		"'subject':{'reference':'Patient/b','identifier':{'system':'urn:p','value':'7'}},"
		"'valueQuantity':{'value':100.4,'code':'mm[Hg]','system':'http://unitsofmeasure.org'},"
		"'effectivePeriod':{'end':'2013-01-21'}" },
	{ "Observation/o3",
		"'status':'amended','code':{'coding':[{'code':'8480-6'}]},'subject':{'reference':"
		"'Group/g'},'valueQuantity':{'value':13.3322,'code':'kPa','system':"
		"'http://unitsofmeasure.org'},'effectiveDateTime':'2013-03-14T10:00:00+02:00'" },
	{ "Observation/o4",
		"'status':'final','code':{'text':'Other'},'component':[{'code':{'coding':[{'code':'c1'}]},"
		"'valueQuantity':{'value':5}},{'code':{'coding':[{'code':'c2'}]},'valueQuantity':{'value':9}}"
		"],"
		"'effectivePeriod':{'start':'2013-03-15','end':'2013-03-16'}" },
	{ "RiskAssessment/r1",
		"'status':'final','subject':{'reference':'Patient/a'},"
		"'prediction':[{'probabilityDecimal':0.8}]" },
	{ "RiskAssessment/r2",
		"'status':'final','subject':{'reference':'Patient/a'},"
		"'prediction':[{'probabilityDecimal':0.84}]" },
	{ "RiskAssessment/r3",
		"'status':'final','subject':{'reference':'Patient/b'},"
		"'prediction':[{'probabilityRange':{'low':{'value':0.5},'high':{'value':0.9}}}]" },
	{ "ValueSet/v1", "'status':'active','url':'http://acme.org/fhir/ValueSet/123','version':'1.0'" },
	{ "ValueSet/v2", "'status':'active','url':'http://acme.org/fhir/ValueSet/123/more','version':'2.0'" },
	{ "ValueSet/v3", "'status':'draft','url':'urn:oid:1.2.3.4.5'" },
	{ "PlanDefinition/d1",
		"'status':'active','action':[{'definitionCanonical':'http://acme.org/a|1.0'}]" },
	{ "PlanDefinition/d2",
		"'status':'active','action':[{'definitionCanonical':'http://acme.org/a|1.1'}]" },
	{ "PlanDefinition/d3",
		"'status':'active','action':[{'definitionCanonical':'http://acme.org/a|2.0'}]" },
	{ "DocumentReference/x1",
		"'status':'current','content':[{'attachment':{'contentType':'text/xml'}}]" },
	{ "DocumentReference/x2",
		"'status':'current','content':[{'attachment':{'contentType':"
		"'text/xml; charset=UTF-8'}}]" },
	{ "DocumentReference/x3",
		"'status':'current','content':[{'attachment':{'contentType':'text/xmlish'}}]" },
	{ "Location/l1", "'name':'House'" },
	{ "Location/l2", "'name':'Floor','partOf':{'reference':'Location/l1'}" },
	{ "Encounter/e1",
		"'status':'finished','class':{'code':'AMB'},'location':[{'location':{'reference':"
		"'Location/l2'}}]" },
	{ "MedicationRequest/q1",
		"'status':'active','intent':'order','subject':{'reference':'Patient/"
		"a'},'medicationReference':{"
		"'reference':'#m'},'contained':[{'resourceType':'Medication','id':'m','status':'active',"
		"'code':{'text':'Own "
		"mixture'},'ingredient':[{'itemCodeableConcept':{'coding':[{'code':'abc'}]}}]},"
		"{'resourceType':'Medication','id':'n','ingredient':[{'itemCodeableConcept':{'coding':[{'"
		"code':'abc'}"
		"]}}]}]" },
	{ "MedicationRequest/q2",
		"'status':'active','intent':'order','subject':{'reference':'Patient/b'},"
		"'medicationReference':{'reference':'Medication/med'}" },
	{ "Medication/med", "'ingredient':[{'itemCodeableConcept':{'coding':[{'code':'abc'}]}}]" },
	{ "ValueSet/v4", "'status':'draft','url':'http://acme.org/fhir/ValueSet/12'" },
	{ "Procedure/t1",
		"'status':'completed','subject':{'display':'Anna'},'performedString':'last spring'" },
	{ "Procedure/t2",
		"'status':'completed','subject':{'reference':'Patient/a'},'performedDateTime':'2020'" },
	{ "Procedure/t3",
		"'status':'completed','subject':{'identifier':{'value':'1'}},'_performedDateTime':"
		"{'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/data-absent-reason',"
		"'valueCode':'unknown'}]}" },
	{ "List/k", "'status':'current','mode':'working','entry':[{'item':{'reference':'Patient/b'}}]" },
};

static int load(void **state)
{
	start_server(state);
	for (size_t i = 0; fixture_has_fhir(fx, HS_FHIR_R4) && i < sizeof(content) / sizeof(content[0]);
		i++) {
		int type = (int)strcspn(content[i].path, "/");
		send_ok("PUT", content[i].path,
			TEXT("{'resourceType':'%.*s','id':'%s',%s}", type, content[i].path,
				content[i].path + type + 1, content[i].body),
			201);
	}
	return 0;
}

static const struct {
	const char *path, *found;
} rules[] = {
	/* 3.1.1.4.4 modifiers, 3.1.1.4.8 string */
	{ "Patient?given=eve", "a b" },
	{ "Patient?given:contains=eve", "a b" },
	{ "Patient?family:contains=eve", "b" },
	{ "Patient?given:exact=Eve", "a" },
	{ "Patient?given:exact=eve", "" },
	{ "Patient?given=anna%20lisa", "a" },
	{ "Patient?family=carreno%20quin", "a" },
	{ "Patient?name=orjan", "c" },
	{ "Patient?name=orjan%20o%20mally", "c" },
	{ "Patient?name:exact=Carreno%20Qui%C3%B1ones", "a" },
	{ "Patient?name:missing=false&_sort=_id", "a b c" },
	/* 3.1.1.4.9 uri */
	{ "ValueSet?url=http://acme.org/fhir/ValueSet/123", "v1" },
	{ "ValueSet?url=http://acme.org/fhir/valueset/123", "" },
	{ "ValueSet?url:below=http://acme.org/fhir/", "v1 v2 v4" },
	{ "ValueSet?url:above=http://acme.org/fhir/ValueSet/123/more/5", "v1 v2" },
	{ "ValueSet?url:above=http://acme.org/fhir/ValueSet/123", "v1" },
	{ "ValueSet?url:above=urn:oid:1.2.3.4.5.6", "" },
	{ "ValueSet?url:above=urn:oid:1.2.3.4.5", "v3" },
	{ "ValueSet?url=urn:oid:1.2.3.4.5", "v3" },
	{ "ValueSet?url=http://acme.org/fhir/ValueSet/123|1.0", "v1" },
	{ "ValueSet?url=http://acme.org/fhir/ValueSet/123|2.0", "" },
	{ "ValueSet?url=http://acme.org/fhir/ValueSet/123,urn:oid:1.2.3.4.5", "v1 v3" },
	/* 3.1.1.4.10 token */
	{ "Patient?gender=male", "a" },
	{ "Patient?gender=http://hl7.org/fhir/administrative-gender|male", "a" },
	{ "Patient?gender:not=male", "b c" },
	{ "Patient?gender:not=male,female", "c" },
	{ "Patient?gender:missing=true", "c" },
	/* an element that is there is not missing, though nothing of it can be searched by; extensions alone
	 * are no value */
	{ "Procedure?subject:missing=true", "" },
	{ "Procedure?subject:missing=false", "t1 t2 t3" },
	{ "Procedure?date:missing=true", "t3" },
	{ "Procedure?date:missing=false", "t1 t2" },
	{ "Patient?active=true", "a" },
	{ "Patient?active=false", "c" },
	{ "Patient?identifier=|Ab", "b" },
	{ "Patient?identifier=urn:oid:1.2.3|", "a" },
	{ "Patient?identifier=urn:oid:1.2.3|Ab%5C,1", "a" },
	{ "Patient?identifier=Ab%5C,1", "a" },
	{ "Patient?identifier=Ab,1", "b" },
	{ "Patient?identifier=urn:x%5C|y|a%5C$b", "c" },
	{ "Patient?identifier:of-type=urn:t|MR|Ab%5C,1", "a" },
	{ "Patient?identifier:text=jour", "a" },
	{ "Patient?telecom=08-123%2045", "a" },
	{ "Observation?code=http://loinc.org|8480-6", "o1 o2" },
	{ "Observation?code=8480-6", "o1 o2 o3" },
	{ "Observation?code=|8480-6", "o3" },
	{ "Observation?code:text=systolic", "o1" },
	{ "Observation?code:text=upper", "o1" },
	{ "Observation?code:missing=true", "" },
	{ "Observation?code:not=http://loinc.org|8480-6", "o3 o4" },
	{ "DocumentReference?contenttype=text/xml", "x1" },
	{ "DocumentReference?contenttype:below=text/xml", "x1 x2" },
	/* all of them, any of them */
	{ "Patient?language=fr&language=nl", "a" },
	{ "Patient?language=fr,nl", "a b" },
	/* 3.1.1.4.6 number: of what is searched the precision counts, of prefixed ones it does not */
	{ "RiskAssessment?probability=0.8", "r1 r2" },
	{ "RiskAssessment?probability=0.80", "r1" },
	{ "RiskAssessment?probability=8e-1", "r1 r2" },
	{ "RiskAssessment?probability=gt0.8", "r2 r3" },
	{ "RiskAssessment?probability=ge0.8", "r1 r2 r3" },
	{ "RiskAssessment?probability=lt0.8", "r3" },
	{ "RiskAssessment?probability=sa0.8", "r2" },
	{ "RiskAssessment?probability=eb0.95", "r1 r2 r3" },
	{ "RiskAssessment?probability=ne0.8", "r3" },
	{ "RiskAssessment?probability=ap0.8", "r1 r2 r3" },
	/* 3.1.1.4.11 quantity */
	{ "Observation?value-quantity=100", "o1 o2" },
	{ "Observation?value-quantity=100.0", "o1" },
	{ "Observation?value-quantity=100||mm%20Hg", "o1" },
	{ "Observation?value-quantity=100.0|http://unitsofmeasure.org|mm[Hg]", "o1 o3" },
	{ "Observation?value-quantity=gt100|http://unitsofmeasure.org|mm[Hg]", "o2" },
	{ "Observation?value-quantity=lt14|http://unitsofmeasure.org|kPa", "o1 o2 o3" },
	/* 3.1.1.4.7 date */
	{ "Patient?birthdate=2013-01-14", "a" },
	{ "Patient?birthdate=2013-01", "a b" },
	{ "Patient?birthdate=2013", "a b" },
	{ "Patient?birthdate=lt2013-01-14T10:00Z", "a b" },
	{ "Patient?birthdate=gt2013-01-14T10:00Z", "a b c" },
	{ "Patient?birthdate=sa2013-01", "c" },
	{ "Patient?birthdate=eb2014", "a b" },
	{ "Patient?birthdate=ne2013-01-14", "b c" },
	{ "Patient?birthdate=ge2013-01-10&birthdate=le2013-01-20", "a b" },
	{ "Observation?date=ge2013-03-14", "o1 o3 o4" },
	{ "Observation?date=le2013-03-14", "o1 o2 o3" },
	{ "Observation?date=sa2013-03-14", "o4" },
	{ "Observation?date=eb2013-03-14", "o2" },
	{ "Observation?date=2013-03-14T08:00:00Z", "o3" },
	{ "Observation?date=2013-03-14T10:00:00%2B02:00", "o3" },
	{ "Patient?death-date=2015-08-12T05:23:45Z", "a" },
	/* 3.1.1.4.12 and 13 reference */
	{ "Observation?subject=a", "o1" },
	{ "Observation?subject=Patient/a", "o1" },
	{ "Observation?subject:Patient=a", "o1" },
	{ "Observation?subject=Group/g", "o3" },
	{ "Observation?patient=a,b", "o1 o2" },
	{ "Observation?patient=g", "" },
	{ "Observation?subject:identifier=urn:p|7", "o2" },
	{ "PlanDefinition?definition=http://acme.org/a", "d1 d2 d3" },
	{ "PlanDefinition?definition=http://acme.org/a|1.0", "d1" },
	{ "PlanDefinition?definition:below=http://acme.org/a", "d1 d2 d3" },
	{ "PlanDefinition?definition:below=http://acme.org/a|1", "d1 d2" },
	/* 3.1.1.4.14 hierarchies */
	{ "Encounter?location:below=Location/l1", "e1" },
	{ "Encounter?location=Location/l1", "" },
	/* 3.1.1.4.15 and 16 chains */
	{ "Observation?subject:Patient.given=eve", "o1 o2" },
	{ "Observation?subject.family=severin", "o2" },
	{ "Observation?patient.gender:not=male", "o2" },
	{ "Observation?subject:Group.member:Patient.given=eve", "o3" },
	{ "Patient?_has:Observation:patient:code=8480-6", "a b" },
	{ "Patient?_has:Observation:patient:code=sys,none", "a" },
	{ "Patient?_has:Group:member:_has:Observation:subject:status=amended", "a" },
	{ "Patient?_has:Observation:patient:status=final&_has:RiskAssessment:subject:probability=gt0.85",
		"b" },
	/* 3.1.1.4.17 composite */
	{ "Observation?code-value-quantity=http://loinc.org|8480-6$gt100", "o2" },
	{ "Observation?component-code-value-quantity=c1$5", "o4" },
	{ "Observation?component-code-value-quantity=c1$9", "" },
	{ "Observation?component-code-value-quantity=c1$9,c2$ge9", "o4" },
	/* _filter */
	{ "Patient?_filter=given%20eq%20eve%20or%20family%20sw%20sev%20and%20gender%20eq%20female", "b" },
	{ "Patient?_filter=not%20(gender%20pr%20true)", "c" },
	{ "Observation?_filter=subject[gender%20eq%20male].given%20sw%20eve", "o1" },
	{ "Observation?_filter=code%20eq%20loinc|8480-6%20and%20value-quantity%20gt%20100", "o2" },
	{ "Patient?_filter=_has:Observation:patient:code%20eq%20sys", "a" },
	/* parameters of every resource, alone and together */
	{ "Patient?_id=a,c", "a c" },
	{ "Patient?_tag=x", "a b" },
	{ "Patient?_tag=urn:tag|x&_tag=y", "b" },
	{ "Patient?_tag=|y", "b" },
	{ "Patient?_tag:not=x", "c" },
	{ "Patient?_security=urn:sec|R", "a" },
	{ "Patient?_profile=http://p/one", "a" },
	{ "Patient?_profile:missing=true", "b c" },
	{ "Patient?_source=http://src/1", "a" },
	{ "Patient?_id=a,b&_tag=x&_lastUpdated=gt2020&_profile:missing=true", "b" },
	{ "Patient?_lastUpdated=lt2020", "" },
	{ "Patient?_list=k", "b" },
	/* 3.1.1.5.5: by default what is contained is not found, but chains look into it */
	{ "Medication?ingredient-code=abc", "med" },
	{ "Medication?ingredient-code=abc&_contained=false", "med" },
	{ "Medication?ingredient-code=abc&_contained=true", "q1" },
	{ "Medication?ingredient-code=abc&_contained=true&_containedType=contained", "m n" },
	{ "Medication?ingredient-code=abc&_contained=both", "med q1" },
	{ "Medication?ingredient-code=abc&_contained=both&_containedType=contained&_count=2", "med m" },
	{ "Medication?status=active&_contained=true&_containedType=contained", "m" },
	{ "Medication?status:missing=true&_contained=true&_containedType=contained", "n" },
	{ "Medication?_contained=true&_containedType=contained&_sort=-_id", "n m" },
	{ "Patient?_contained=true", "" },
	{ "MedicationRequest?medication.ingredient-code=abc", "q1 q2" },
	{ "MedicationRequest?medication:Medication.status=active", "q1" },
	{ "MedicationRequest?medication.ingredient-code=none", "" },
	{ "MedicationRequest?medication:missing=true", "" },
	{ "Patient?_has:MedicationRequest:patient:medication.ingredient-code=abc", "a b" },
};

static const char *ids(const struct fixture_answer *a)
{
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(fx), 4096);
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, a), HS_S("entry"))) {
		struct hs_slice id = hs_json_get_text(hs_json_get(entry, HS_S("resource")), HS_S("id"));
		struct hs_slice mode = hs_json_get_text(hs_json_get(entry, HS_S("search")), HS_S("mode"));
		if (out.len > 0)
			hs_buf_byte(&out, ' ');
		hs_buf_add(&out, hs_slice_eq(mode, HS_S("outcome")) ? HS_S("!") : id);
	}
	return hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&out));
}

static void every_rule_holds(void **state)
{
	NEED_FHIR();
	size_t wrong = 0;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct fixture_answer a = fixture_call(fx, "GET", rules[i].path, "", NULL);
		const char *found = a.status == 200 ? ids(&a) : TEXT("%d %.*s", a.status, HS_S_ARG(a.body));
		if (strcmp(found, rules[i].found) != 0) {
			print_error("%s: '%s' instead of '%s'\n", rules[i].path, found, rules[i].found);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void shows_what_is_contained(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET",
		"Medication?ingredient-code=abc&_contained=both&_containedType=contained&_count=2", NULL,
		200);
	assert_int_equal(number(&a, "/total"), 3);
	expect_text(&a, "/entry/1/fullUrl", TEXT("%s/fhir/r4/MedicationRequest/q1#m", fixture_url(fx)));
	expect_text(&a, "/entry/1/resource/resourceType", "Medication");
	expect_text(&a, "/entry/1/search/mode", "match");
	a = send_ok("GET", link_of(&a, "next"), NULL, 200);
	assert_string_equal(ids(&a), "n");
	assert_int_equal(number(&a, "/total"), 3);
	a = send_ok("GET", "Medication?_contained=true&_summary=count", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	a = send_ok("GET", "Medication?_contained=true&_include=MedicationRequest:patient", NULL, 200);
	assert_string_equal(ids(&a), "q1 a");
	send_ok("GET", "?_type=Medication,Patient&_contained=true", NULL, 400);
}

/* An update takes the place of what was contained before, a deletion takes it away. */
static void follows_its_container(void **state)
{
	NEED_FHIR();
	static const char text[] =
		"{'resourceType':'MedicationRequest','id':'qx','status':'active','intent':'order',"
		"'subject':{'reference':'Patient/a'},'medicationReference':{'reference':'#m'},"
		"'contained':[{'resourceType':'Medication','id':'m','code':{'coding':[{'code':'%s'}]}}]}";
	send_ok("PUT", "MedicationRequest/qx", TEXT(text, "one"), 201);
	struct fixture_answer a = send_ok("GET", "Medication?code=one&_contained=true", NULL, 200);
	assert_string_equal(ids(&a), "qx");
	send_ok("PUT", "MedicationRequest/qx", TEXT(text, "two"), 200);
	a = send_ok("GET", "Medication?code=one&_contained=true", NULL, 200);
	assert_string_equal(ids(&a), "");
	a = send_ok("GET", "MedicationRequest?medication.code=two", NULL, 200);
	assert_string_equal(ids(&a), "qx");
	send_ok("DELETE", "MedicationRequest/qx", NULL, 204);
	a = send_ok("GET", "Medication?code=two&_contained=true", NULL, 200);
	assert_string_equal(ids(&a), "");
	a = send_ok("GET", "MedicationRequest?medication.code=two", NULL, 200);
	assert_string_equal(ids(&a), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_rule_holds),
		cmocka_unit_test(shows_what_is_contained), cmocka_unit_test(follows_its_container) };
	return cmocka_run_group_tests(tests, load, stop_server);
}
