/* SPDX-License-Identifier: Apache-2.0 */
/* Data types and what every resource obeys: Attachment, Identifier, canonical, Narrative, ids, vital signs.
 */
#include "rules_test.h"

static void attachments(void **state)
{
#define PHOTO(size, data) \
	"{'resourceType':'Patient','photo':[{'contentType':'image/png','size':" size ",'data':'" data "'}]}"
	static const struct rules_case rows[] = {
		{ PHOTO("3", "YWJj"), { NULL }, "" },
		{ PHOTO("4", "YW Jj ZA=="), { NULL }, "" },
		{ PHOTO("5", "YWJjZA=="), { NULL }, "attachment-size Patient.photo[0]" },
		{ "{'resourceType':'Patient','photo':[{'contentType':'image/png','size':5,'url':'http://a.se/"
		  "1'}]}",
			{ NULL }, "" },
		{ "{'resourceType':'Patient','photo':[{'url':'http://a.se/1','hash':"
		  "'qvTGHdzF6KLavt4PO0gs2a6pQ00='}]}",
			{ NULL }, "" },
		{ "{'resourceType':'Patient','photo':[{'url':'http://a.se/1','hash':'YWJj'}]}", { NULL },
			"attachment-hash? Patient.photo[0].hash" },
		{ "{'resourceType':'Patient','photo':[{'title':'x'}]}", { NULL },
			"attachment-empty? Patient.photo[0]" },
		{ "{'resourceType':'Patient','photo':[{'contentType':'image/png'}]}", { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("attachment-", rows);
}

/* Types that ask for a profile of another: SimpleQuantity has no comparator (R4 Range.low). */
static void simple_quantities(void **state)
{
#define WITH_VALUE(value) "{'resourceType':'Observation','status':'final','code':{'text':'c'}," value "}"
	static const struct rules_case rows[] = {
		{ WITH_VALUE("'valueQuantity':{'value':1,'comparator':'<'}"), { NULL }, "" },
		{ WITH_VALUE("'valueRange':{'low':{'value':1}}"), { NULL }, "" },
		{ WITH_VALUE("'valueRange':{'low':{'value':1,'comparator':'<'}}"), { NULL },
			"sqty-1 Observation.valueRange.low" },
		{ "{'resourceType':'MedicationRequest','status':'active','intent':'order',"
		  "'medicationCodeableConcept':{'text':'x'},'subject':{'reference':'Patient/1'},"
		  "'dosageInstruction':[{'doseAndRate':[{'doseQuantity':{'value':1,'comparator':'<'}}]}]}",
			{ NULL },
			"sqty-1 MedicationRequest.dosageInstruction[0].doseAndRate[0].doseQuantity" },
	};
	(void)state;
	RUN_ROWS("sqty-", rows);
}

static void labels(void **state)
{
#define LABELLED(a, b) "{'resourceType':'Patient','meta':{'security':[" a "," b "]}}"
#define LABEL(system, code) "{'system':'" system "','code':'" code "'}"
	static const struct rules_case rows[] = {
		{ LABELLED(LABEL("http://a.se", "x"), LABEL("http://a.se", "y")), { NULL }, "" },
		{ LABELLED(LABEL("http://a.se", "x"), LABEL("http://b.se", "x")), { NULL }, "" },
		{ LABELLED(LABEL("http://a.se", "x"), LABEL("http://a.se", "x")), { NULL },
			"meta-security-twice Patient.meta.security[1]" },
	};
	(void)state;
	RUN_ROWS("meta-", rows);
}

static void samples(void **state)
{
#define SAMPLED(data) \
	"{'resourceType':'Observation','status':'final','code':{'text':'x'},'valueSampledData':{'origin':{'" \
	"value':" \
	"0},'period':1,'dimensions':1,'data':'" data "'}}"
	static const struct rules_case rows[] = {
		{ SAMPLED("1 -2.5 E L U 1e3"), { NULL }, "" },
		{ SAMPLED("1 x"), { NULL }, "sampled-data Observation.valueSampledData.data" },
		{ SAMPLED("1,5"), { NULL }, "sampled-data Observation.valueSampledData.data" },
		{ SAMPLED("-"), { NULL }, "sampled-data Observation.valueSampledData.data" },
	};
	(void)state;
	RUN_ROWS("sampled-", rows);
}

/* What others refer to by its url. */
static void urls(void **state)
{
#define SET(url) "{'resourceType':'ValueSet','url':'" url "','status':'draft'}"
	static const struct rules_case rows[] = {
		{ SET("http://a.se/vs"), { NULL }, "" },
		{ SET("urn:oid:1.2.752.1"), { NULL }, "" },
		{ SET("vs"), { NULL }, "resource-url ValueSet.url" },
		{ SET("http://a.se/vs|1"), { NULL }, "resource-url? ValueSet.url" },
	};
	(void)state;
	RUN_ROWS("resource-url", rows);
}

static void identifiers(void **state)
{
#define IDENTIFIED(system, value) \
	"{'resourceType':'Patient','identifier':[{'system':'" system "','value':'" value "'}]}"
	static const struct rules_case rows[] = {
		{ IDENTIFIED("urn:ietf:rfc:3986", "urn:oid:1.2.752"), { NULL }, "" },
		{ IDENTIFIED("urn:ietf:rfc:3986", "1.2.752"), { NULL },
			"identifier-uri? Patient.identifier[0].value" },
		{ IDENTIFIED("http://a.se/ids", "1"), { NULL }, "" },
		{ IDENTIFIED("ids", "1"), { NULL },
			"identifier-system-absolute Patient.identifier[0].system" },
	};
	(void)state;
	RUN_ROWS("identifier-", rows);
}

static void canonicals(void **state)
{
#define MEASURED(library) "{'resourceType':'Measure','status':'draft','library':['" library "']}"
	static const struct rules_case rows[] = {
		{ MEASURED("http://a.se/lib|1"), { NULL }, "" },
		{ MEASURED("#lib"), { NULL }, "canonical-contained? Measure.library[0]" },
		{ "{'resourceType':'Measure','status':'draft','contained':[{'resourceType':'Library','id':'"
		  "lib',"
		  "'status':'draft','type':{'text':'x'}}],'library':['#lib']}",
			{ NULL }, "" },
		/* An address of something else than is meant, by whatever element. */
		{ MEASURED("http://hl7.org/fhir/administrative-gender"), { NULL },
			"canonical-kind Measure.library[0]" },
		{ "{'resourceType':'ValueSet','status':'draft','compose':{'include':[{'valueSet':["
		  "'http://hl7.org/fhir/item-type']}]}}",
			{ NULL }, "canonical-kind ValueSet.compose.include[0].valueSet[0]" },
		{ "{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','type':'choice',"
		  "'answerValueSet':'http://hl7.org/fhir/administrative-gender|4.0.1'},{'linkId':'2','type':"
		  "'choice','answerValueSet':'http://hl7.org/fhir/ValueSet/administrative-gender'},{'linkId':"
		  "'3','type':'choice','answerValueSet':'#none'}]}",
			{ NULL },
			"canonical-kind Questionnaire.item[0].answerValueSet; canonical-contained? "
			"Questionnaire.item[2].answerValueSet" },
		{ MEASURED("Library/1"), { NULL }, "canonical-absolute? Measure.library[0]" },
		{ "{'resourceType':'Patient','meta':{'profile':['our-patient']}}", { NULL },
			"canonical-absolute Patient.meta.profile[0]" },
	};
	(void)state;
	RUN_ROWS("canonical-", rows);
}

static void quantities(void **state)
{
#define MEASURED_IN(system, code) \
	"{'resourceType':'Observation','status':'final','code':{'text':'x'},'valueQuantity':{'value':1,'" \
	"system':'" system "','code':'" code "'}}"
	static const struct rules_case rows[] = {
		{ MEASURED_IN("http://unitsofmeasure.org", "mg/dL"), { NULL }, "" },
		{ MEASURED_IN("http://unitsofmeasure.org", "{tablet}"), { NULL }, "" },
		{ MEASURED_IN("http://unitsofmeasure.org", "degrees C"), { NULL },
			"quantity-ucum? Observation.valueQuantity.code" },
		{ MEASURED_IN("http://a.se/units", "degrees"), { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("quantity-", rows);
}

static void references(void **state)
{
#define OWNED(text, type) \
	"{'resourceType':'Basic','code':{'text':'x'},'subject':{'reference':'" text "','type':'" type "'}}"
	static const struct rules_case rows[] = {
		{ OWNED("Patient/1", "Patient"), { NULL }, "" },
		{ OWNED("urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1", "Patient"), { NULL }, "" },
		{ OWNED("Patient/1", "Group"), { NULL }, "reference-type Basic.subject.type" },
		{ OWNED("urn:oid:1.2.752.129", "Patient"), { NULL }, "" },
		{ OWNED("urn:uuid:6a2ee390", "Patient"), { NULL },
			"reference-form? Basic.subject.reference" },
		{ OWNED("urn:oid:1.2.x", "Patient"), { NULL }, "reference-form? Basic.subject.reference" },
	};
	(void)state;
	RUN_ROWS("reference-", rows);
}

static void ids(void **state)
{
	static const struct rules_case rows[] = {
		{ "{'resourceType':'Patient','name':[{'id':'a','text':'x'},{'id':'b','text':'x'}]}", { NULL },
			"" },
		{ "{'resourceType':'Patient','name':[{'id':'a','text':'x'}],'address':[{'id':'a','text':'x'}]"
		  "}",
			{ NULL }, "element-id-twice Patient.address[0].id" },
		{ "{'resourceType':'Patient','name':[{'id':'a','text':'x'}],'maritalStatus':{'id':'a','text':"
		  "'x'}}",
			{ NULL }, "element-id-twice Patient.maritalStatus.id" },
		{ "{'resourceType':'Patient','name':[{'text':'x','period':{'id':'a','start':'2020'}}],"
		  "'maritalStatus':{'id':'a','text':'x'}}",
			{ NULL }, "element-id-twice Patient.maritalStatus.id" },
		{ "{'resourceType':'Patient','name':[{'id':'a b','text':'x'}]}", { NULL },
			"element-id-space? Patient.name[0].id" },
		/* What is contained has ids of its own. */
		{ "{'resourceType':'Patient','name':[{'id':'a','text':'x'}],'managingOrganization':{'"
		  "reference':'#o'},"
		  "'contained':[{'resourceType':'Organization','id':'o','name':'x','address':[{'id':'a','"
		  "text':'x'}]}]}",
			{ NULL }, "" },
	};
	(void)state;
	RUN_ROWS("element-", rows);
}

static void ids_of_contained(void **state)
{
#define HOLDS(a, b) \
	"{'resourceType':'Patient','managingOrganization':{'reference':'#a'},'contained':[{'resourceType':" \
	"'Organization','id':'" a "','name':'x'},{'resourceType':'Organization','id':'" b "','name':'x'}]}"
	static const struct rules_case rows[] = {
		{ HOLDS("a", "b"), { NULL }, "" },
		{ HOLDS("a", "a"), { NULL }, "contained-id-twice Patient.contained[1].id" },
		{ "{'resourceType':'Patient','managingOrganization':{'reference':'#'},'contained':[{'"
		  "resourceType':"
		  "'Organization','name':'x'}]}",
			{ NULL }, "contained-no-id Patient.contained[0]" },
	};
	(void)state;
	RUN_ROWS("contained-", rows);
}

static void ids_of_resources(void **state)
{
	static const struct rules_case rows[] = {
		{ "{'resourceType':'Patient','id':'a','_id':{'extension':[{'url':"
		  "'http://hl7.org/fhir/StructureDefinition/data-absent-reason','valueCode':'unknown'}]}}",
			{ NULL }, "resource-id-extension Patient._id" },
	};
	(void)state;
	RUN_ROWS("resource-", rows);
}

static void vital_signs(void **state)
{
#define WEIGHT(code, status, value) \
	"{'resourceType':'Observation','status':'" status \
	"','code':{'coding':[{'system':'http://loinc.org','code':'" code \
	"'}]},'category':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/" \
	"observation-category'," \
	"'code':'vital-signs'}]}],'subject':{'reference':'Patient/1'},'effectiveDateTime':'2026-01-01'," \
	"'valueQuantity':{'value':70,'unit':'x'" value "}}"
#define KILOGRAMS ",'system':'http://unitsofmeasure.org','code':'kg'"
	static const struct rules_case rows[] = {
		{ WEIGHT("29463-7", "final", KILOGRAMS), { NULL }, "" },
		{ WEIGHT("29463-7", "final", ""), { NULL },
			"profile-min Observation.valueQuantity; profile-min Observation.valueQuantity" },
		{ WEIGHT("29463-7", "entered-in-error", ""), { NULL }, "" },
		{ WEIGHT("9999-9", "final", ""), { NULL }, "" },
		/* A weight that was measured is a weight: the code of all weights must be there too. */
		{ WEIGHT("3141-9", "final", ""), { NULL },
			"profile-min Observation.valueQuantity; profile-min Observation.valueQuantity" },
	};
	(void)state;
	RUN_ROWS("profile-min", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attachments),
		cmocka_unit_test(simple_quantities),
		cmocka_unit_test(labels),
		cmocka_unit_test(samples),
		cmocka_unit_test(urls),
		cmocka_unit_test(identifiers),
		cmocka_unit_test(canonicals),
		cmocka_unit_test(quantities),
		cmocka_unit_test(references),
		cmocka_unit_test(ids),
		cmocka_unit_test(ids_of_contained),
		cmocka_unit_test(ids_of_resources),
		cmocka_unit_test(vital_signs),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
