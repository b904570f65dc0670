/* SPDX-License-Identifier: Apache-2.0 */
/* Paths through whole resources, as rules and forms have them: the answers of a questionnaire, entries of a
 * bundle that refer to each other, lists, choices and primitives with extensions. */
#include "path_test.h"

#include "../defs_test.h"

static const char ANSWERS[] =
	"{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"completed\",\"item\":[{\"li"
	"nkId\":\"1\",\"answer\":[{\"valueCoding\":{\"code\":\"a\",\"system\":\"s\"}},{\"valu"
	"eString\":\"txt\"},{\"valueQuantity\":{\"value\":5.50,\"unit\":\"kg\"}}],\"item\":[{"
	"\"linkId\":\"1.1\",\"answer\":[{\"valueDecimal\":2.50,\"item\":[{\"linkId\":\"1.1.1"
	"\",\"answer\":[{\"valueInteger\":3}]}]}]}]},{\"linkId\":\"2\",\"answer\":[{\"valueDa"
	"te\":\"2020-02\"}]}]}";

static void answers_of_a_questionnaire(void **state)
{
	static const struct path_case CASES[] = {
		{ "item.answer.value.code", "a" },
		{ "item.where(linkId='1').answer.value.ofType(Quantity).value", "5.50" },
		{ "repeat(item).linkId", "1; 2; 1.1" },
		{ "repeat(item|answer).linkId", "1; 2; 1.1; 1.1.1" },
		{ "descendants().linkId", "1; 1.1; 1.1.1; 2" },
		{ "item.answer.value.ofType(string)", "txt" },
		{ "item.answer.where(value is Coding).value.code", "a" },
		{ "%resource.item.where(linkId='2').answer.value + 1 month", "2020-03" },
		{ "item.item.answer.value * 2", "5.00" },
		{ "item.answer.select(iif(value is Quantity, value.value, 0))", "0; 0; 5.50; 0" },
		{ "repeat(item|answer).value.ofType(integer).sum()", "3" },
		{ "item.answer.value.ofType(decimal).empty()", "true" },
	};
	(void)state;
	if (!defs)
		skip();
	run_cases(defs, "QuestionnaireResponse", ANSWERS, CASES, COUNT_OF(CASES));
}

static const char BUNDLE[] =
	"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":\"http:"
	"//x/fhir/Patient/1\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"1\",\"name"
	"\":[{\"family\":\"A\"}],\"birthDate\":\"2000-02-29\",\"managingOrganization\":{\"ref"
	"erence\":\"Organization/2\"}}},{\"fullUrl\":\"http://x/fhir/Organization/2\",\"resou"
	"rce\":{\"resourceType\":\"Organization\",\"id\":\"2\",\"name\":\"Org\"}},{\"fullUrl"
	"\":\"urn:uuid:00000000-0000-0000-0000-000000000001\",\"resource\":{\"resourceType\":"
	"\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"c\"},\"subject\":{\"refere"
	"nce\":\"http://x/fhir/Patient/1\"},\"valueInteger\":7,\"performer\":[{\"reference\":"
	"\"urn:uuid:00000000-0000-0000-0000-000000000002\"}]}},{\"fullUrl\":\"urn:uuid:000000"
	"00-0000-0000-0000-000000000002\",\"resource\":{\"resourceType\":\"Practitioner\",\"n"
	"ame\":[{\"family\":\"Dr\"}]}}]}";

static void entries_of_a_bundle(void **state)
{
	static const struct path_case CASES[] = {
		{ "entry.resource.ofType(Patient).birthDate + 1 year", "2001-02-28" },
		{ "entry.resource.ofType(Observation).subject.resolve().name.family", "A" },
		{ "entry.resource.ofType(Patient).managingOrganization.resolve().name", "Org" },
		{ "entry.resource.ofType(Observation).performer.resolve().name.family", "Dr" },
		{ "entry.resource.ofType(Observation).performer.resolve() is Practitioner", "true" },
		{ "entry[0].resource is Patient", "true" },
		{ "entry.resource.where($this is Patient).name.family", "A" },
		{ "entry.fullUrl.where(startsWith('urn:')).count()", "2" },
		{ "entry.resource.value", "7" },
		{ "entry.resource.id", "1; 2" },
		{ "entry.resource.select(type().name)", "Patient; Organization; Observation; Practitioner" },
	};
	(void)state;
	if (!defs)
		skip();
	run_cases(defs, "Bundle", BUNDLE, CASES, COUNT_OF(CASES));
}

static const char PERSON[] =
	"{\"resourceType\":\"Patient\",\"id\":\"p1\",\"meta\":{\"versionId\":\"1\",\"lastUpda"
	"ted\":\"2024-02-29T12:00:00.123+01:00\",\"profile\":[\"http://example.org/p|1.0\"]},"
	"\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/x"
	"html\\\">Åsa</div>\"},\"extension\":[{\"url\":\"http://e.org/x\",\"valueString\":\"e"
	"xt-val\"},{\"url\":\"http://e.org/q\",\"valueQuantity\":{\"value\":1.50,\"unit\":\"m"
	"g\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg\"}},{\"url\":\"http://e.o"
	"rg/nest\",\"extension\":[{\"url\":\"a\",\"valueInteger\":5},{\"url\":\"b\",\"valueCo"
	"ding\":{\"system\":\"http://s\",\"code\":\"c\"}}]}],\"identifier\":[{\"use\":\"offic"
	"ial\",\"system\":\"urn:oid:1.2.752.129.2.1.3.1\",\"value\":\"191212121212\"},{\"use"
	"\":\"usual\",\"system\":\"http://x\",\"value\":\"abc\"}],\"active\":true,\"name\":[{"
	"\"use\":\"official\",\"family\":\"Åström\",\"given\":[\"Åsa\",\"Öjvind\"],\"_given\""
	":[null,{\"id\":\"g2\",\"extension\":[{\"url\":\"http://e.org/g\",\"valueCode\":\"kk"
	"\"}]}]},{\"use\":\"usual\",\"given\":[\"Jim\"]},{\"use\":\"maiden\",\"family\":\"Smi"
	"th\",\"given\":[\"A\",\"B\"],\"period\":{\"end\":\"2002\"}}],\"telecom\":[{\"system"
	"\":\"phone\",\"value\":\"(03) 5555 6473\",\"use\":\"work\",\"rank\":1},{\"system\":"
	"\"phone\",\"value\":\"2\",\"use\":\"mobile\",\"rank\":2}],\"gender\":\"male\",\"birt"
	"hDate\":\"1974-12-25\",\"_birthDate\":{\"extension\":[{\"url\":\"http://hl7.org/fhir"
	"/StructureDefinition/patient-birthTime\",\"valueDateTime\":\"1974-12-25T14:35:45-05:"
	"00\"}]},\"deceasedBoolean\":false,\"multipleBirthInteger\":2,\"contact\":[{\"relatio"
	"nship\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v2-0131\","
	"\"code\":\"N\"}]}],\"name\":{\"family\":\"du Marché\",\"_family\":{\"extension\":[{"
	"\"url\":\"http://hl7.org/fhir/StructureDefinition/humanname-own-prefix\",\"valueStri"
	"ng\":\"VV\"}]},\"given\":[\"Bénédicte\"]}}],\"contained\":[{\"resourceType\":\"Organ"
	"ization\",\"id\":\"o1\",\"name\":\"Org\"}],\"managingOrganization\":{\"reference\":"
	"\"#o1\"}}";

static const struct path_case OF_A_PERSON[] = {
	{ "name.where(given.exists($this='Jim')).use", "usual" },
	{ "name.given.select($this + '!').first()", "Åsa!" },
	{ "name.select(use & ':' & given.first()).join(';')", "official:Åsa;usual:Jim;maiden:A" },
	{ "name.given.count() = name.select(given.count()).sum()", "true" },
	{ "name.select(given.count())", "2; 1; 2" },
	{ "Patient.name.given.distinct().count()", "5" },
	{ "name.exists(period.exists() and use='maiden')", "true" },
	{ "telecom.sort(-rank).value.first()", "2" },
	{ "name.given.sort()", "A; B; Jim; Åsa; Öjvind" },
	{ "name.given.sort($this desc).first()", "Öjvind" },
	{ "extension.where(url='http://e.org/q').value.unit", "mg" },
	{ "Patient.extension('http://e.org/q').value.as(Quantity) > 1 'mg'", "true" },
	{ "birthDate.extension.exists()", "true" },
	{ "contact.relationship.coding.where(code='N').exists()", "true" },
	{ "Patient.contact.name.family.extension('http://hl7.org/fhir/StructureDefinition/"
	  "humanname-own-prefix').value",
		"VV" },
	{ "meta.profile.first().endsWith('1.0')", "true" },
	{ "meta.lastUpdated > @2024-02-29T10:00:00Z", "true" },
	{ "multipleBirth.type().name", "integer" },
	{ "deceased.not()", "true" },
	{ "deceased = false", "true" },
	{ "gender = 'male'", "true" },
	{ "gender ~ 'MALE'", "true" },
	{ "gender in ('male'|'female')", "true" },
	{ "identifier.value.where($this.matches('^[0-9]+$'))", "191212121212" },
	{ "defineVariable('n',name.first()).select(%n.family)", "Åström" },
	{ "name.select(defineVariable('u',use).select(%u))", "official; usual; maiden" },
	{ "%resource.descendants().ofType(Extension).count() > 3", "true" },
	{ "name.trace('names',given).count()", "3" },
	{ "name.take(2).skip(1).given", "Jim" },
	{ "name.tail().use", "usual; maiden" },
	{ "name[1].given[0].length()", "3" },
	{ "name.last().period.end.is(dateTime)", "true" },
	{ "name.period.end.yearOf()", "2002" },
	{ "Patient.name.use contains 'usual'", "true" },
	{ "name.use.exclude('usual')", "official; maiden" },
	{ "name.given.subsetOf(name.given)", "true" },
	{ "active.hasValue()", "true" },
	{ "ofType(Patient).id", "p1" },
	{ "is(Patient)", "true" },
	{ "Patient.is(FHIR.Patient)", "true" },
	{ "$this.id", "p1" },
	{ "id.toString().length()", "2" },
	{ "contained[0].id", "o1" },
	{ "contained.ofType(Organization).name.upper()", "ORG" },
	{ "active.type().namespace", "FHIR" },
	{ "active.type().name", "boolean" },
	{ "active is boolean", "true" },
	{ "active is System.Boolean", "false" },
	{ "active is FHIR.boolean", "true" },
	{ "Patient.gender is code", "true" },
	{ "name.first() is Element", "true" },
	{ "Patient is DomainResource", "true" },
	{ "Patient is FHIR.Resource", "true" },
	{ "Patient.as(Patient).id", "p1" },
	{ "id is id", "true" },
	{ "id is string", "true" },
	{ "birthDate is date", "true" },
	{ "deceased", "false" },
	{ "deceased.ofType(boolean)", "false" },
	{ "deceased as boolean", "false" },
	{ "deceasedBoolean", "!semantic" },
	{ "multipleBirth is integer", "true" },
	{ "multipleBirth + 1", "3" },
	{ "birthDate.extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime').value",
		"1974-12-25T14:35:45-05:00" },
	{ "name.given.where(extension.exists())", "Öjvind" },
	{ "name.given[1].id", "g2" },
	{ "name.given.extension.value", "kk" },
	{ "extension('http://e.org/nest').extension('a').value", "5" },
	{ "name.first().family.hasValue()", "true" },
	{ "birthDate.getValue() is System.Date", "true" },
	{ "contained.ofType(Organization).name", "Org" },
	{ "%resource.id", "p1" },
	{ "%context.id", "p1" },
	{ "%rootResource.id", "p1" },
	{ "%ucum", "http://unitsofmeasure.org" },
	{ "%sct", "http://snomed.info/sct" },
	{ "%`vs-administrative-gender`", "http://hl7.org/fhir/ValueSet/administrative-gender" },
	{ "%`ext-patient-birthTime`", "http://hl7.org/fhir/StructureDefinition/patient-birthTime" },
	{ "Patient.text.div.exists()", "true" },
	{ "Patient.name.`given`.first()", "Åsa" },
	{ "name.where(use='official').given.join(' ')", "Åsa Öjvind" },
	{ "name.use.distinct()", "official; usual; maiden" },
	{ "name[0].given | name[2].given", "Åsa; Öjvind; A; B" },
	{ "name.skip(1).first().given", "Jim" },
	{ "children().count() > 5", "true" },
	{ "descendants().where($this is code).count() > 1", "true" },
	{ "Patient.nme", "!semantic" },
	{ "Observation.code", "!semantic" },
	{ "Patient.children().skip(1)", "!semantic" },
	{ "name.select(given.first() + ' ' + family)", "Åsa Åström; A Smith" },
	{ "telecom.where(rank=1).value", "(03) 5555 6473" },
	{ "birthDate < @1974-12-26", "true" },
	{ "name.period.end", "2002" },
	{ "name.period.end = @2002", "true" },
	{ "name.period.end > @2001-05", "true" },
	{ "name.period.end = @2002-01", "" },
	{ "name.exists(use='usual')", "true" },
	{ "name.all(given.exists())", "true" },
	{ "active.allTrue()", "true" },
	{ "Patient.active and true", "true" },
	{ "active.not()", "false" },
	{ "extension('http://e.org/q').value = 0.0015 'g'", "true" },
	{ "contact.name.given.upper()", "BÉNÉDICTE" },
	{ "name.where($index=2).given.last()", "B" },
};

static void elements_of_a_person(void **state)
{
	(void)state;
	if (!defs)
		skip();
	run_cases(defs, "Patient", PERSON, OF_A_PERSON, COUNT_OF(OF_A_PERSON));
}

static const char WEIGHT[] =
	"{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\",\"code\":{\"codi"
	"ng\":[{\"system\":\"http://loinc.org\",\"code\":\"29463-7\"}]},\"subject\":{\"refere"
	"nce\":\"Patient/p1\"},\"effectiveDateTime\":\"2024-02-29\",\"valueQuantity\":{\"valu"
	"e\":185,\"unit\":\"lbs\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"[lb_av]"
	"\"},\"component\":[{\"code\":{\"text\":\"a\"},\"valueQuantity\":{\"value\":1.0,\"sys"
	"tem\":\"http://unitsofmeasure.org\",\"code\":\"g\"}},{\"code\":{\"text\":\"b\"},\"va"
	"lueString\":\"s\"},{\"code\":{\"text\":\"c\"},\"valueCodeableConcept\":{\"coding\":["
	"{\"code\":\"x\"}]}}],\"referenceRange\":[{\"low\":{\"value\":1.000,\"system\":\"http"
	"://unitsofmeasure.org\",\"code\":\"kg\"},\"high\":{\"value\":2,\"unit\":\"kg\"}}]}";

static void values_of_an_observation(void **state)
{
	static const struct path_case CASES[] = {
		{ "value.ofType(Quantity).value", "185" },
		{ "Observation.value.as(Quantity).unit", "lbs" },
		{ "valueQuantity", "!semantic" },
		{ "component.value.ofType(string)", "s" },
		{ "component.value.count()", "3" },
		{ "value > 80 'kg'", "true" },
		{ "value = 185 '[lb_av]'", "true" },
		{ "effective.ofType(dateTime)", "2024-02-29" },
		{ "effective + 1 year", "2025-02-28" },
		{ "referenceRange.low = 1 'kg'", "true" },
		{ "referenceRange.low.value", "1.000" },
		{ "Observation.code.coding.where(system=%loinc).code", "29463-7" },
	};
	(void)state;
	if (!defs)
		skip();
	run_cases(defs, "Observation", WEIGHT, CASES, COUNT_OF(CASES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_of_a_questionnaire),
		cmocka_unit_test(entries_of_a_bundle),
		cmocka_unit_test(elements_of_a_person),
		cmocka_unit_test(values_of_an_observation),
	};
	return cmocka_run_group_tests(tests, open_r4, close_r4);
}
