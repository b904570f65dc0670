/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants of R4 that no mutation of a published example breaks: each by an instance of its own, so that
 * none of them is passed over. */
#include "validate_test.h"

struct row {
	const char *key, *resource;
};

static const struct row rows[] = {
	{ "ait-2",
		"{'resourceType':'AllergyIntolerance','patient':{'reference':'Patient/1'}"
		",'clinicalStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeS"
		"ystem/allergyintolerance-clinical','code':'active'}]},'verificationStatu"
		"s':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/allergyin"
		"tolerance-verification','code':'entered-in-error'}]}}" },
	{ "bdl-8",
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http:/"
		"/a.org/Patient/1/_history/1','resource':{'resourceType':'Patient','id':'"
		"1'}}]}" },
	{ "con-5",
		"{'resourceType':'Condition','subject':{'reference':'Patient/1'},'clinica"
		"lStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/con"
		"dition-clinical','code':'active'}]},'verificationStatus':{'coding':[{'sy"
		"stem':'http://terminology.hl7.org/CodeSystem/condition-ver-status','code"
		"':'entered-in-error'}]}}" },
	{ "cpb-2",
		"{'resourceType':'CapabilityStatement','status':'draft','date':'2020','ki"
		"nd':'requirements','fhirVersion':'4.0.1','format':['json'],'rest':[{'mod"
		"e':'server'}]}" },
	{ "ctm-1",
		"{'resourceType':'CareTeam','contained':[{'resourceType':'Patient','id':'"
		"p'}],'participant':[{'member':{'reference':'#p'},'onBehalfOf':{'referenc"
		"e':'Organization/1'}}]}" },
	{ "dis-1",
		"{'resourceType':'Location','position':{'longitude':1,'latitude':1},'exte"
		"nsion':[{'url':'http://hl7.org/fhir/StructureDefinition/location-distanc"
		"e','valueDistance':{'value':1}}]}" },
	{ "dom-2",
		"{'resourceType':'Patient','contained':[{'resourceType':'Patient','id':'a"
		"','contained':[{'resourceType':'Patient','id':'b'}]}],'link':[{'other':{"
		"'reference':'#a'},'type':'refer'}]}" },
	{ "dom-4",
		"{'resourceType':'Patient','contained':[{'resourceType':'Patient','id':'a"
		"','meta':{'versionId':'1'}}],'link':[{'other':{'reference':'#a'},'type':"
		"'refer'}]}" },
	{ "dom-5",
		"{'resourceType':'Patient','contained':[{'resourceType':'Patient','id':'a"
		"','meta':{'security':[{'system':'http://x.org','code':'a'}]}}],'link':[{"
		"'other':{'reference':'#a'},'type':'refer'}]}" },
	{ "eld-12",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.maritalStatus','path':'Patient.maritalStatus','bin"
		"ding':{'strength':'required','valueSet':'abc'}}]}}" },
	{ "eld-13",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.maritalStatus','path':'Patient.maritalStatus','typ"
		"e':[{'code':'CodeableConcept'},{'code':'CodeableConcept'}]}]}}" },
	{ "eld-15",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.maritalStatus','path':'Patient.maritalStatus','def"
		"aultValueString':'a','meaningWhenMissing':'b'}]}}" },
	{ "eld-17",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.maritalStatus','path':'Patient.maritalStatus','typ"
		"e':[{'code':'CodeableConcept','targetProfile':['http://hl7.org/fhir/Stru"
		"ctureDefinition/Patient']}]}]}}" },
	{ "eld-4",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.maritalStatus','path':'Patient.maritalStatus','typ"
		"e':[{'code':'CodeableConcept','aggregation':['bundled']}]}]}}" },
	{ "eld-5",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.maritalStatus','path':'Patient.maritalStatus','con"
		"tentReference':'#Patient','min':0,'max':'1','type':[{'code':'CodeableCon"
		"cept'}]}]}}" },
	{ "eld-6",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.deceased[x]','path':'Patient.deceased[x]','type':["
		"{'code':'boolean'},{'code':'dateTime'}],'fixedBoolean':true}]}}" },
	{ "eld-7",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.deceased[x]','path':'Patient.deceased[x]','type':["
		"{'code':'boolean'},{'code':'dateTime'}],'patternBoolean':true}]}}" },
	{ "eld-8",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint','differential':{'element':[{'id':'Patient','path':'Pat"
		"ient'},{'id':'Patient.maritalStatus','path':'Patient.maritalStatus','typ"
		"e':[{'code':'CodeableConcept'}],'fixedCodeableConcept':{'text':'a'},'pat"
		"ternCodeableConcept':{'text':'a'}}]}}" },
	{ "fhs-1",
		"{'resourceType':'FamilyMemberHistory','status':'partial','patient':{'ref"
		"erence':'Patient/1'},'relationship':{'coding':[{'system':'http://termino"
		"logy.hl7.org/CodeSystem/v3-RoleCode','code':'FTH'}]},'ageString':'a','bo"
		"rnString':'b'}" },
	{ "nsd-1",
		"{'resourceType':'NamingSystem','name':'A','status':'draft','kind':'root'"
		",'date':'2020','uniqueId':[{'type':'uuid','value':'53fefa32-fcbb-4ff8-8a"
		"92-55ee120877b7'}]}" },
	{ "nsd-2",
		"{'resourceType':'NamingSystem','name':'A','status':'draft','kind':'codes"
		"ystem','date':'2020','uniqueId':[{'type':'uri','value':'http://a.org','p"
		"referred':true},{'type':'uri','value':'http://b.org','preferred':true}]}" },
	{ "obs-7",
		"{'resourceType':'Observation','status':'final','code':{'coding':[{'syste"
		"m':'http://x.org','code':'a'}]},'valueString':'x','component':[{'code':{"
		"'coding':[{'system':'http://x.org','code':'a'}]},'valueString':'b'}]}" },
	{ "ppc-2",
		"{'resourceType':'Consent','status':'draft','scope':{'coding':[{'system':"
		"'something','code':'patient-privacy'}]},'category':[{'coding':[{'system'"
		":'http://x.org','code':'a'}]}],'policyRule':{'text':'a'}}" },
	{ "ppc-3",
		"{'resourceType':'Consent','status':'draft','scope':{'coding':[{'system':"
		"'something','code':'research'}]},'category':[{'coding':[{'system':'http:"
		"//x.org','code':'a'}]}],'policyRule':{'text':'a'}}" },
	{ "ppc-4",
		"{'resourceType':'Consent','status':'draft','scope':{'coding':[{'system':"
		"'something','code':'adr'}]},'category':[{'coding':[{'system':'http://x.o"
		"rg','code':'a'}]}],'policyRule':{'text':'a'}}" },
	{ "ppc-5",
		"{'resourceType':'Consent','status':'draft','scope':{'coding':[{'system':"
		"'something','code':'treatment'}]},'category':[{'coding':[{'system':'http"
		"://x.org','code':'a'}]}],'policyRule':{'text':'a'}}" },
	{ "que-11",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','"
		"type':'choice','answerOption':[{'valueString':'a'}],'initial':[{'valueSt"
		"ring':'a'}]}]}" },
	{ "que-12",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','"
		"type':'string','enableWhen':[{'question':'2','operator':'exists','answer"
		"Boolean':true},{'question':'2','operator':'exists','answerBoolean':true}"
		",{'question':'2','operator':'exists','answerBoolean':true}]}]}" },
	{ "que-13",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','"
		"type':'string','initial':[{'valueString':'a'},{'valueString':'b'}]}]}" },
	{ "que-9",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','"
		"type':'display','readOnly':true}]}" },
	{ "ras-2",
		"{'resourceType':'RiskAssessment','status':'final','subject':{'reference'"
		":'Patient/1'},'prediction':[{'probabilityDecimal':101}]}" },
	{ "sdf-1",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'logical','abstract':false,'type':'http://x.org/"
		"A','baseDefinition':'http://hl7.org/fhir/StructureDefinition/Element','d"
		"erivation':'specialization','snapshot':{'element':[{'id':'A','path':'A',"
		"'min':0,'max':'*','definition':'x','base':{'path':'A','min':0,'max':'*'}"
		"},{'id':'A.b','path':'A.b','min':0,'max':'1','definition':'x','type':[{'"
		"code':'string'}],'base':{'path':'A.b','min':0,'max':'1'}},{'id':'A.b','p"
		"ath':'A.b','min':0,'max':'1','definition':'x','type':[{'code':'string'}]"
		",'base':{'path':'A.b','min':0,'max':'1'}}]}}" },
	{ "sdf-19",
		"{'resourceType':'StructureDefinition','url':'http://hl7.org/fhir/Structu"
		"reDefinition/abc','name':'A','status':'draft','kind':'resource','abstrac"
		"t':false,'type':'Patient','baseDefinition':'http://hl7.org/fhir/Structur"
		"eDefinition/Patient','derivation':'constraint','differential':{'element'"
		":[{'id':'Patient','path':'Patient'},{'id':'Patient.maritalStatus','path'"
		":'Patient.maritalStatus','type':[{'code':'http://x.org/a'}]}]}}" },
	{ "sdf-6",
		"{'resourceType':'StructureDefinition','url':'http://x.org/a','name':'A',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient','ba"
		"seDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivat"
		"ion':'constraint'}" },
	{ "tcp-1",
		"{'resourceType':'TerminologyCapabilities','status':'draft','date':'2020'"
		",'kind':'instance','description':'x','implementation':{'description':'a'"
		"},'codeSystem':[{'uri':'http://x.org','version':[{'isDefault':true},{'co"
		"de':'2'}]}]}" },
	{ "tcp-2",
		"{'resourceType':'TerminologyCapabilities','status':'draft','date':'2020'"
		",'kind':'requirements'}" },
	{ "tim-10",
		"{'resourceType':'ServiceRequest','status':'draft','intent':'order','subj"
		"ect':{'reference':'Patient/1'},'occurrenceTiming':{'repeat':{'timeOfDay'"
		":['10:00:00'],'when':['MORN']}}}" },
	{ "tst-10",
		"{'resourceType':'TestScript','url':'http://x.org/t','name':'A','status':"
		"'draft','setup':{'action':[{'assert':{'warningOnly':false,'compareToSour"
		"ceId':'a','direction':'response','response':'okay'}}]}}" },
	{ "tst-11",
		"{'resourceType':'TestScript','url':'http://x.org/t','name':'A','status':"
		"'draft','test':[{'action':[{'assert':{'warningOnly':false,'compareToSour"
		"ceId':'a','direction':'response','response':'okay'}}]}]}" },
	{ "tst-12",
		"{'resourceType':'TestScript','url':'http://x.org/t','name':'A','status':"
		"'draft','setup':{'action':[{'assert':{'warningOnly':false,'direction':'r"
		"equest','response':'okay'}}]}}" },
	{ "tst-13",
		"{'resourceType':'TestScript','url':'http://x.org/t','name':'A','status':"
		"'draft','test':[{'action':[{'assert':{'warningOnly':false,'direction':'r"
		"equest','response':'okay'}}]}]}" },
	{ "tst-3",
		"{'resourceType':'TestScript','url':'http://x.org/t','name':'A','status':"
		"'draft','test':[{'action':[{'assert':{'warningOnly':false,'response':'ok"
		"ay','direction':'response'}}]}],'variable':[{'name':'a','expression':'a'"
		",'headerField':'b','path':'c'}]}" },
	{ "tst-5",
		"{'resourceType':'TestScript','url':'http://x.org/t','name':'A','status':"
		"'draft','setup':{'action':[{'assert':{'warningOnly':false,'response':'ok"
		"ay','responseCode':'200','direction':'response'}}]}}" },
	{ "tst-6",
		"{'resourceType':'TestScript','url':'http://x.org/t','name':'A','status':"
		"'draft','test':[{'action':[{'assert':{'warningOnly':false,'response':'ok"
		"ay','responseCode':'200','direction':'response'}}]}]}" },
	{ "vsd-10",
		"{'resourceType':'ValueSet','status':'draft','url':'http://x.org/v','expa"
		"nsion':{'timestamp':'2020-01-01','contains':[{'code':'a'}]}}" },
	{ "vsd-9",
		"{'resourceType':'ValueSet','status':'draft','url':'http://x.org/v','expa"
		"nsion':{'timestamp':'2020-01-01','contains':[{'system':'http://x.org','d"
		"isplay':'a'}]}}" },
	{ "vsd-6",
		"{'resourceType':'ValueSet','status':'draft','url':'http://x.org/v','expa"
		"nsion':{'timestamp':'2020-01-01','contains':[{'abstract':true,'system':'"
		"http://x.org'}]}}" },
	{ "vsd-2",
		"{'resourceType':'ValueSet','status':'draft','url':'http://x.org/v','comp"
		"ose':{'include':[{'concept':[{'code':'a'}]}]}}" },
	{ "vsd-3",
		"{'resourceType':'ValueSet','status':'draft','url':'http://x.org/v','comp"
		"ose':{'include':[{'system':'http://x.org','concept':[{'code':'a'}],'filt"
		"er':[{'property':'concept','op':'is-a','value':'a'}]}]}}" },
};

static void are_all_found(void **state)
{
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct found found = validate_with(NULL, NULL, rows[i].resource, options);
		const struct hs_issue *issue = find_issue(&found, rows[i].key);
		if (!issue || issue->severity != HS_SEVERITY_ERROR || !issue->diagnostics.len) {
			print_issues(&found);
			fail_msg("%s is not found in %s", rows[i].key, rows[i].resource);
		}
		hs_arena_free(found.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(are_all_found) };
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
