/* SPDX-License-Identifier: Apache-2.0 */
/* With the definitions: types of elements, the static check, choices, primitives with extensions, contained
 * resources and references. */
#include "path_test.h"

#include "../defs_test.h"

static const char PERSON[] =
	"{\"resourceType\":\"Patient\",\"id\":\"p1\",\"gender\":\"male\",\"active\":true,"
	"\"name\":[{\"given\":[\"Anna\",null],\"_given\":[null,{\"extension\":[{\"url\":\"http://e/"
	"x\",\"valueCode\":\"c\"}]}]}],"
	"\"birthDate\":\"1974-12-25\",\"_birthDate\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/"
	"StructureDefinition/"
	"patient-birthTime\",\"valueDateTime\":\"1974-12-25T14:35:45-05:00\"}]},"
	"\"_maritalStatus\":{\"id\":\"odd\"},\"deceasedBoolean\":false,"
	"\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o1\",\"name\":\"Org\"}],"
	"\"managingOrganization\":{\"reference\":\"#o1\"},"
	"\"generalPractitioner\":[{\"reference\":\"Practitioner/7\"},{\"reference\":\"http://h/fhir/"
	"Organization/8/_history/1\"}],"
	"\"contact\":[{\"name\":{\"family\":\"Ek\"},\"gender\":\"female\"}],"
	"\"communication\":[{\"language\":{\"text\":\"sv\"},\"preferred\":true}]}";

static const char WEIGHT[] =
	"{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"w\"},"
	"\"valueQuantity\":{\"value\":185,\"unit\":\"lbs\",\"system\":\"http://"
	"unitsofmeasure.org\",\"code\":\"[lb_av]\"},"
	"\"effectiveDateTime\":\"2016-03-28\",\"subject\":{\"reference\":\"Patient/p1\"},"
	"\"component\":[{\"code\":{\"text\":\"a\"},\"valueInteger\":5},{\"code\":{\"text\":\"b\"},"
	"\"valueString\":\"x\"}],"
	"\"referenceRange\":[{\"low\":{\"value\":1.50}}],"
	"\"extension\":[{\"url\":\"http://e/"
	"age\",\"valueAge\":{\"value\":5,\"code\":\"a\",\"system\":\"http://unitsofmeasure.org\"}}]}";

static void types_of_elements(void **state)
{
	static const struct path_case CASES[] = {
		{ "Patient.gender.type().name", "code" },
		{ "gender is code", "true" },
		{ "gender.type().baseType", "FHIR.string" },
		{ "Patient.type().baseType", "FHIR.DomainResource" },
		{ "1.type().baseType", "System.Any" },
		{ "gender is string", "true" },
		{ "gender is id", "false" },
		{ "gender is System.String", "false" },
		{ "gender.as(code)", "male" },
		{ "gender.as(string)", "" },
		{ "gender.ofType(string)", "" },
		{ "gender.ofType(string1)", "!execution" },
		{ "active is boolean", "true" },
		{ "active is Boolean", "false" },
		{ "Patient is DomainResource", "true" },
		{ "Patient.ofType(Resource).id", "p1" },
		{ "birthDate.type().name", "date" },
		{ "birthDate > @1974-12-24", "true" },
		{ "deceased is boolean", "true" },
		{ "deceased.not()", "true" },
		{ "contact.name.family", "Ek" },
		{ "contact.type().name", "BackboneElement" },
		{ "contact.gender is code", "true" },
		{ "contained.name", "Org" },
		{ "contained.ofType(Organization).name", "Org" },
		{ "contained.ofType(Patient)", "" },
		{ "descendants().where($this is code)", "male; c; female" },
		{ "communication.preferred", "true" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void primitives_with_extensions(void **state)
{
	static const struct path_case CASES[] = {
		{ "birthDate.extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime').value",
			"1974-12-25T14:35:45-05:00" },
		{ "birthDate.extension.value is dateTime", "true" },
		{ "birthDate.hasExtension(%`ext-patient-birthTime`)", "true" },
		{ "birthDate.hasValue()", "true" },
		{ "birthDate.getValue() is System.Date", "true" },
		{ "birthDate.value", "1974-12-25" },
		{ "birthDate.value is System.Date", "true" },
		{ "Patient.active.value.type().namespace", "System" },
		{ "active.value.not()", "false" },
		{ "birthDate.value.value", "!semantic" },
		{ "birthDate.extension.value.value is System.DateTime", "true" },
		{ "name.given.value", "Anna" },
		{ "name.given[1].value", "" },
		{ "birthDate.children().count()", "1" },
		{ "name.given.count()", "2" },
		{ "name.given[1].hasValue()", "false" },
		{ "name.given[1].extension.value", "c" },
		{ "name.given.extension('http://e/x').value is code", "true" },
		{ "name.given.where(hasValue())", "Anna" },
		{ "maritalStatus.id", "odd" },
		{ "children().count()", "13" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void references(void **state)
{
	static const struct path_case CASES[] = {
		{ "managingOrganization.resolve().name", "Org" },
		{ "generalPractitioner.where(resolve() is Practitioner).reference", "Practitioner/7" },
		{ "generalPractitioner.where(resolve() is Organization).reference",
			"http://h/fhir/Organization/8/_history/1" },
		{ "generalPractitioner.resolve().id", "7; 8" },
		{ "conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "true" },
		{ "conformsTo('http://hl7.org/fhir/StructureDefinition/Person')", "false" },
		{ "conformsTo('http://trash')", "!execution" },
		{ "gender.memberOf('http://x')", "" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void choices(void **state)
{
	static const struct path_case CASES[] = {
		{ "value.unit", "lbs" },
		{ "value is Quantity", "true" },
		{ "value.as(Quantity).unit", "lbs" },
		{ "(value as Period).start", "" },
		{ "value = 185 '[lb_av]'", "true" },
		{ "value > 80 'kg'", "true" },
		{ "value.value > 180.0", "true" },
		{ "component.value", "5; x" },
		{ "component.value.value", "5; x" },
		{ "component.value.value.type().name", "Integer; String" },
		{ "component.value.ofType(integer)", "5" },
		{ "component.value.ofType(string)", "x" },
		{ "effective is dateTime", "true" },
		{ "effective.ofType(dateTime) > @2016", "" },
		{ "effective >= @2016-03-28", "true" },
		{ "referenceRange.low.value", "1.50" },
		{ "referenceRange.low.value is decimal", "true" },
		{ "extension('http://e/age').value is Age", "true" },
		{ "extension('http://e/age').value is Quantity", "true" },
		{ "extension('http://e/age').value is Duration", "false" },
		{ "extension('http://e/age').value.ofType(Quantity).value", "5" },
		{ "extension('http://e/age').value = 5 years", "true" },
		{ "extension('http://e/age').value = 5 'a'", "true" },
		{ "extension('http://e/age').value > 59 months", "true" },
		{ "effective + extension('http://e/age').value", "2021-03-28" },
		{ "effective - value", "!execution" },
		{ "subject.where(resolve() is Patient).reference", "Patient/p1" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Observation", WEIGHT, CASES, COUNT_OF(CASES));
}

static void refused_by_type(void **state)
{
	static const struct path_case CASES[] = {
		{ "name.given1", "!semantic" },
		{ "Encounter.name", "!semantic" },
		{ "Observation.valueQuantity.unit", "!semantic" },
		{ "(value as Period).unit", "!semantic" },
		{ "Observation.children().skip(1)", "!semantic" },
		{ "iif(1 | 2, true, false)", "!semantic" },
		{ "iif('a', true, false)", "!semantic" },
		{ "code.contains('a')", "!semantic" },
		{ "component.where(cod.exists())", "!semantic" },
		{ "component.select(value.foo)", "!semantic" },
		{ "@2015 + 3", "!semantic" },
		{ "@2015 - 3", "!semantic" },
		{ "issued + 3", "!semantic" },
		{ "issued - 3", "!semantic" },
		{ "issued + 'a'", "!semantic" },
		{ "'a' + issued", "!semantic" },
		{ "issued + 1 day", "" },
		{ "issued.length()", "" },
		{ "status + 1", "!semantic" },
		{ "'a' - 'b'", "!execution" },
		{ "%context.foo", "!semantic" },
		{ "%resource.foo", "!semantic" },
		{ "component.where(%resource.cod = code)", "!semantic" },
		{ "component.where(%resource.code = code)", "" },
		{ "%rootResource.foo", "" },
		{ "status is System.Any", "true" },
		{ "Observation is Any", "true" },
		{ "status is No.Where", "!execution" },
		{ "value is System.Quantity.x", "!execution" },
		{ "status.matches('a').length()", "!semantic" },
		{ "resourceType", "!semantic" },
		{ "contained.anything.goes", "" },
		{ "descendants().anything", "" },
		{ "subject.resolve().anything", "" },
		{ "component.extension.value.unit", "" },
		{ "Resource.id", "" },
		{ "DomainResource.text", "" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Observation", WEIGHT, CASES, COUNT_OF(CASES));
}

/* Two Quantities of FHIR are amounts, as in FHIR's Quantity to System.Quantity; a comparator makes them none.
 */
static void equal_amounts(void **state)
{
	static const char RANGES[] =
		"{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":1,\"unit\":\"gram\","
		"\"system\":"
		"\"http://unitsofmeasure.org\",\"code\":\"g\"},"
		"\"referenceRange\":[{\"low\":{\"value\":1000.0,\"unit\":\"mg\",\"system\":"
		"\"http://unitsofmeasure.org\",\"code\":\"mg\"}},{\"low\":{\"value\":1,\"system\":"
		"\"http://unitsofmeasure.org\",\"code\":\"m\"}}],"
		"\"component\":[{\"valueQuantity\":{\"value\":1,\"comparator\":\"<\",\"system\":"
		"\"http://unitsofmeasure.org\",\"code\":\"g\"}}],"
		"\"category\":[{\"coding\":[{\"code\":\"A\"},{\"code\":\"b\"}]},"
		"{\"coding\":[{\"code\":\"B\"},{\"code\":\"a\"}]},{\"coding\":[{\"code\":\"a\"},{\"code\":"
		"\"a\"}]}]}";
	static const struct path_case CASES[] = {
		{ "value = referenceRange[0].low", "true" },
		{ "value ~ referenceRange[0].low", "true" },
		{ "value = referenceRange[1].low", "" },
		{ "value ~ referenceRange[1].low", "false" },
		{ "value = value", "true" },
		{ "value = component.value", "false" },
		{ "component.value = component.value", "true" },
		{ "(value | referenceRange.low).count()", "2" },
		{ "category[0] = category[1]", "false" },
		{ "category[0] ~ category[1]", "true" },
		{ "category[0] ~ category[2]", "false" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Observation", RANGES, CASES, COUNT_OF(CASES));
}

/* R5 has whole numbers of 64 bits, which JSON carries as strings. */
static void long_numbers(void **state)
{
	static const char BINARY[] = "{\"resourceType\":\"DocumentReference\",\"content\":[{\"attachment\":{"
				     "\"size\":\"5000000000\"}}]}";
	static const struct path_case CASES[] = {
		{ "content.attachment.size > 4999999999L", "true" },
		{ "content.attachment.size + 1", "5000000001" },
		{ "content.attachment.size is integer64", "true" },
		{ "content.attachment.size.getValue() is Long", "true" },
		{ "content.attachment.size.toString().length()", "10" },
		{ "content.attachment.size.startsWith('5')", "!semantic" },
	};
	struct hs_defs *r5 = open_defs(HS_FHIR_R5);
	(void)state;
	if (!r5)
		skip();
	run_cases(r5, "DocumentReference", BINARY, CASES, COUNT_OF(CASES));
	hs_defs_unref(r5);
}

/* Without a type nothing is refused that could be right for some input. */
static void unchecked(void **state)
{
	static const struct path_case CASES[] = {
		{ "name.given1", "" },
		{ "Encounter.name | Observation.status", "final" },
		{ "valueQuantity.unit", "lbs" },
		{ "Observation.component.code.text | Patient.name.family", "a; b" },
	};
	(void)state;
	need_defs();
	run_cases(defs, NULL, WEIGHT, CASES, COUNT_OF(CASES));
}

/* The type of an element inside a resource: as invariants are compiled. */
static void inner_types(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_path *path = NULL;
	enum hs_path_phase phase;
	need_defs();
	assert_int_equal(hs_path_compile(defs, HS_S("low.exists() or high.exists() or text.exists()"),
				 HS_S("Observation.referenceRange"), &path, &phase, &err),
		HS_OK);
	hs_path_free(path);
	path = NULL;
	assert_int_equal(hs_path_compile(defs, HS_S("lo.exists()"), HS_S("Observation.referenceRange"), &path,
				 &phase, &err),
		HS_E_INVALID);
	assert_int_equal(phase, HS_PATH_SEMANTIC);
	assert_null(path);
}

/* As on several items: refused by the language, a filter for FHIR's own expressions. */
static void as_filters_when_asked(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_error err;
	struct hs_path *path = NULL;
	struct hs_path_list list;
	struct hs_path_context context = { .arena = arena, .single_as = false };
	const struct hs_json *tree = parse_json(arena, hs_slice_cstr(WEIGHT));
	assert_int_equal(hs_path_compile(defs, HS_S("(Observation.component.value as integer)"), HS_S_NONE,
				 &path, NULL, &err),
		HS_OK);
	assert_int_equal(hs_path_eval(path, &context, tree, &list, &err), HS_OK);
	assert_int_equal(list.count, 1);
	context.single_as = true;
	assert_int_equal(hs_path_eval(path, &context, tree, &list, &err), HS_E_PROCESSING);
	hs_path_free(path);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_of_elements),
		cmocka_unit_test(primitives_with_extensions),
		cmocka_unit_test(references),
		cmocka_unit_test(choices),
		cmocka_unit_test(refused_by_type),
		cmocka_unit_test(equal_amounts),
		cmocka_unit_test(long_numbers),
		cmocka_unit_test(unchecked),
		cmocka_unit_test(inner_types),
		cmocka_unit_test(as_filters_when_asked),
	};
	return cmocka_run_group_tests(tests, open_r4, close_r4);
}
