/* SPDX-License-Identifier: Apache-2.0 */
/* The functions and operators on a resource, group by group: what they give of several items, of none, of
 * elements in the place of values, and what the static check refuses. */
#include "path_test.h"

#include "../defs_test.h"

static const char PERSON[] =
	"{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true,\"name\":[{\"use\":"
	"\"official\",\"family\":\"Berg\",\"given\":[\"Anna\",\"Maria\"]},{\"use\":\"usu"
	"al\",\"given\":[\"Ann\"]},{\"use\":\"maiden\",\"family\":\"Ek\",\"given\":[\"Ann"
	"a\",\"Maria\"],\"period\":{\"end\":\"2002\"}}],\"telecom\":[{\"system\":\"phon"
	"e\",\"value\":\"1\",\"use\":\"work\",\"rank\":2},{\"system\":\"phone\",\"value\":"
	"\"2\",\"use\":\"home\",\"rank\":1},{\"system\":\"email\",\"value\":\"a@b.se\",\"u"
	"se\":\"home\"}],\"gender\":\"female\",\"birthDate\":\"1974-12-25\",\"_birthD"
	"ate\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefiniti"
	"on/patient-birthTime\",\"valueDateTime\":\"1974-12-25T14:35:45+01:00"
	"\"}]},\"deceasedBoolean\":false,\"contact\":[{\"relationship\":[{\"codin"
	"g\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v2-0131\",\"c"
	"ode\":\"N\"}]}],\"name\":{\"family\":\"Ask\"}}],\"managingOrganization\":{\""
	"reference\":\"#o\"},\"contained\":[{\"resourceType\":\"Organization\",\"id"
	"\":\"o\",\"name\":\"Kliniken\"}]}";

static void navigation(void **state)
{
	static const struct path_case CASES[] = {
		{ "name[0].given = 'Anna' | 'Maria'", "true" },
		{ "name[1].given", "Ann" },
		{ "name[9]", "" },
		{ "name[-1]", "" },
		{ "name['0']", "!execution" },
		{ "name[0][0].use", "official" },
		{ "name.given[2]", "Ann" },
		{ "name.given.first().first()", "Anna" },
		{ "name.first().last().use", "official" },
		{ "`name`.`given`.count()", "5" },
		{ "Patient.`name`.given.count()", "5" },
		{ "name.given1", "!semantic" },
		{ "Encounter.name", "!semantic" },
		{ "Resource.id", "p" },
		{ "DomainResource.id", "p" },
		{ "Patient.Patient", "!semantic" },
		{ "children().count()", "14" },
		{ "children().skip(1)", "!semantic" },
		{ "descendants().first()", "!semantic" },
		{ "descendants().count() > 30", "true" },
		{ "descendants().ofType(HumanName).count()", "4" },
		{ "name.children().count()", "11" },
		{ "repeat(children()).count() = descendants().count()", "false" },
		{ "contained.name", "Kliniken" },
		{ "contact.relationship.coding.code", "N" },
		{ "$this.name.count()", "3" },
		{ "name.where($this.use = 'usual').given", "Ann" },
		{ "name.where($index = 1).given", "Ann" },
		{ "name.select($index)", "0; 1; 2" },
		{ "name.given.where($index > 2)", "Anna; Maria" },
		{ "%context.name.count()", "3" },
		{ "%resource.id", "p" },
		{ "%rootResource.id", "p" },
		{ "name.select(%resource.id)", "p; p; p" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

/* What the items of a lambda cannot change is evaluated once, and nothing else is. */
static void independent_of_the_item(void **state)
{
	static const struct path_case CASES[] = {
		{ "name.given.where($this in %resource.name.first().given)", "Anna; Maria; Anna; Maria" },
		{ "name.where(%resource.name.where(use = 'usual').exists()).count()", "3" },
		{ "name.select(%resource.name.select(given.count()).count())", "3; 3; 3" },
		{ "name.select(%resource.telecom.where(use = %context.telecom.first().use).value)",
			"1; 1; 1" },
		{ "name.select($index + %resource.name.count())", "3; 4; 5" },
		{ "name.select(%resource.name[$index].use)", "official; usual; maiden" },
		{ "name.select(iif(use = 'usual', %resource.id + 'x', %resource.gender + 'y'))",
			"femaley; px; femaley" },
		{ "name.given.select($this + %resource.name.given.first())",
			"AnnaAnna; MariaAnna; AnnAnna; AnnaAnna; MariaAnna" },
		{ "name.select(%resource.name.given.where($this = 'Ann').count() + given.count())",
			"3; 2; 3" },
		{ "name.where(%resource.name.given | given = {}).count()", "0" },
		{ "name.given.aggregate($total + iif(%resource.name.given.count() > 4, 1, 0), 0)", "5" },
		{ "name.select(use.select(%resource.id & $this))", "pofficial; pusual; pmaiden" },
		{ "name.select(defineVariable('v', use).select(%resource.id & %v))",
			"pofficial; pusual; pmaiden" },
		{ "name.select(%resource.name.single())", "!execution" },
		{ "name.where(use = 'none').select(%resource.name.single())", "" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void existence(void **state)
{
	static const struct path_case CASES[] = {
		{ "name.exists()", "true" },
		{ "name.exists(use = 'nickname')", "false" },
		{ "name.exists(given = 'Ann')", "true" },
		{ "name.all(given.exists())", "true" },
		{ "name.all(family.exists())", "false" },
		{ "name.select(family.exists()).allTrue()", "false" },
		{ "name.select(family.exists()).anyTrue()", "true" },
		{ "name.select(family.exists()).allFalse()", "false" },
		{ "name.select(family.exists()).anyFalse()", "true" },
		{ "name.allTrue()", "!execution" },
		{ "name.first().subsetOf($this.name)", "true" },
		{ "name.subsetOf($this.name.first())", "false" },
		{ "name.supersetOf($this.name.first())", "true" },
		{ "name.first().supersetOf($this.name)", "false" },
		{ "name.given.distinct()", "Anna; Maria; Ann" },
		{ "name.given.isDistinct()", "false" },
		{ "name.family.isDistinct()", "true" },
		{ "name.count()", "3" },
		{ "name.given.count()", "5" },
		{ "telecom.rank.count()", "2" },
		{ "photo.count()", "0" },
		{ "photo.empty()", "true" },
		{ "name.empty().not()", "true" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void filtering_and_subsetting(void **state)
{
	static const struct path_case CASES[] = {
		{ "telecom.where(system = 'phone').value", "1; 2" },
		{ "telecom.where(rank > 1).value", "1" },
		{ "telecom.where(rank < {}).value", "" },
		{ "telecom.where(use).value", "1; 2; a@b.se" },
		{ "name.where(given)", "!execution" },
		{ "name.where(family).use", "official; maiden" },
		{ "name.where(true | false)", "!execution" },
		{ "name.where({})", "" },
		{ "name.select(given | family).count()", "7" },
		{ "name.select(given.first())", "Anna; Ann; Anna" },
		{ "name.select(family.length())", "4; 2" },
		{ "name.single()", "!execution" },
		{ "name.skip(1).single()", "!execution" },
		{ "name.skip(2).single().use", "maiden" },
		{ "name.tail().use", "usual; maiden" },
		{ "name.skip(-1).count()", "3" },
		{ "name.skip(3)", "" },
		{ "name.take(2).use", "official; usual" },
		{ "name.take(0)", "" },
		{ "name.take(-1)", "" },
		{ "name.take(1.5)", "!execution" },
		{ "name.skip('1')", "!execution" },
		{ "name.repeat(given)", "Anna; Maria; Ann" },
		{ "repeat(name).count()", "3" },
		{ "name.repeatAll(given).count()", "5" },
		{ "name.ofType(HumanName).count()", "3" },
		{ "name.ofType(FHIR.HumanName).count()", "3" },
		{ "name.ofType(Address)", "" },
		{ "name.given.union(name.family)", "Anna; Maria; Ann; Berg; Ek" },
		{ "name.given | name.family", "Anna; Maria; Ann; Berg; Ek" },
		{ "name.given.combine(name.family).count()", "7" },
		{ "name.select(use.union(given)).count()", "8" },
		{ "name.select(use.union($this.given)).count()", "8" },
		{ "name.given.intersect('Anna' | 'Ann')", "Anna; Ann" },
		{ "name.given.exclude('Anna')", "Maria; Ann; Maria" },
		{ "coalesce(photo, name.family)", "Berg; Ek" },
		{ "name.select(coalesce(family, given.first()))", "Berg; Ann; Ek" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void strings(void **state)
{
	static const struct path_case CASES[] = {
		{ "name.given.join(', ')", "Anna, Maria, Ann, Anna, Maria" },
		{ "name.given.join()", "AnnaMariaAnnAnnaMaria" },
		{ "name.family.join('')", "BergEk" },
		{ "name.select(given.join(' '))", "Anna Maria; Ann; Anna Maria" },
		{ "name.given.substring(1)", "!execution" },
		{ "name.given.select(substring(1, 2))", "nn; ar; nn; nn; ar" },
		{ "name.given.where(startsWith('An'))", "Anna; Ann; Anna" },
		{ "name.given.where(endsWith('a')).count()", "4" },
		{ "name.given.where(contains('ri'))", "Maria; Maria" },
		{ "name.given.where(matches('^A.n$'))", "Ann" },
		{ "name.given.select(length())", "4; 5; 3; 4; 5" },
		{ "name.family.select(upper())", "BERG; EK" },
		{ "name.family.select(replace('e', 'i'))", "Birg; Ek" },
		{ "name.family.first().toChars()", "B; e; r; g" },
		{ "name.family.first().indexOf('r')", "2" },
		{ "telecom.value.last().split('@')", "a; b.se" },
		{ "gender.length()", "6" },
		{ "gender.upper()", "FEMALE" },
		{ "gender + 'x'", "femalex" },
		{ "gender & {} & 'y'", "femaley" },
		{ "birthDate.length()", "10" },
		{ "birthDate.substring(0, 4)", "1974" },
		{ "id.contains('p')", "true" },
		{ "telecom.rank.contains('1')", "!semantic" },
		{ "active.length()", "!semantic" },
		{ "name.length()", "!semantic" },
		{ "'T' & 1.toString()", "T1" },
		{ "'a' & 1", "!execution" },
		{ "name.given & 'x'", "!execution" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void logic_and_equality(void **state)
{
	static const struct path_case CASES[] = {
		{ "active and true", "true" },
		{ "active and gender = 'female'", "true" },
		{ "active and name", "!execution" },
		{ "name and true", "!execution" },
		{ "active.not()", "false" },
		{ "gender.not()", "false" },
		{ "name.first().not()", "false" },
		{ "name.not()", "!execution" },
		{ "deceased.not()", "true" },
		{ "deceased = false", "true" },
		{ "photo or true", "true" },
		{ "photo and false", "false" },
		{ "photo implies photo", "" },
		{ "active implies gender", "true" },
		{ "active xor {}", "" },
		{ "name = name", "true" },
		{ "name ~ name", "true" },
		{ "name = name.skip(1)", "false" },
		{ "name.first() = name.last()", "false" },
		{ "name.first().given = name.last().given", "true" },
		{ "name.given = name.family", "false" },
		{ "name.given != name.given", "false" },
		{ "name.take(2) != name.take(2).last() | name.take(2).first()", "true" },
		{ "name.take(2) ~ (name.take(2).last() | name.take(2).first())", "true" },
		{ "gender = 'Female'", "false" },
		{ "gender ~ 'FEMALE'", "true" },
		{ "gender != 'male'", "true" },
		{ "'Anna' in name.given", "true" },
		{ "'anna' in name.given", "false" },
		{ "name.given contains 'Maria'", "true" },
		{ "name.given contains name.family", "!execution" },
		{ "photo in name.given", "" },
		{ "telecom.rank > 1", "!execution" },
		{ "telecom.first().rank > telecom[1].rank", "true" },
		{ "telecom.first().value < telecom[1].value", "true" },
		{ "birthDate < @1980-01-01", "true" },
		{ "birthDate < today()", "true" },
		{ "birthDate = @1974-12-25", "true" },
		{ "birthDate != @1974-12-25T10:00:00", "" },
		{ "birthDate ~ @1974-12-25T10:00:00", "false" },
		{ "birthDate > @T10:00", "!execution" },
		{ "birthDate + 1 year", "1975-12-25" },
		{ "birthDate + 1 'a'", "!execution" },
		{ "birthDate + 2 'wk'", "1975-01-08" },
		{ "birthDate - 1 month", "1974-11-25" },
		{ "birthDate + 1", "!semantic" },
		{ "birthDate + 'x'", "!semantic" },
		{ "birthDate & 'x'", "1974-12-25x" },
		{ "birthDate.yearOf()", "1974" },
		{ "name.last().period.end.highBoundary()", "2002-12-31T23:59:59.999-12:00" },
		{ "name.last().period.end.lowBoundary(8)", "2002-01-01" },
		{ "name.last().period.end.precision()", "4" },
		{ "name.last().period.end < @2003", "true" },
		{ "name.last().period.end < @2002-06", "" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void types(void **state)
{
	static const struct path_case CASES[] = {
		{ "birthDate is date", "true" },
		{ "birthDate is System.Date", "false" },
		{ "birthDate.is(FHIR.date)", "true" },
		{ "birthDate.ofType(dateTime)", "" },
		{ "gender is code", "true" },
		{ "gender is string", "true" },
		{ "gender is String", "false" },
		{ "gender.ofType(string)", "" },
		{ "gender.as(string)", "" },
		{ "gender.as(code)", "female" },
		{ "name.as(HumanName).use", "!execution" },
		{ "name.is(HumanName)", "!execution" },
		{ "name.first() is HumanName", "true" },
		{ "name.first() is Element", "true" },
		{ "name.first() is FHIR.Element", "true" },
		{ "name.first() as Address", "" },
		{ "active is boolean", "true" },
		{ "active is Boolean", "false" },
		{ "active.type().name", "boolean" },
		{ "active.type().namespace", "FHIR" },
		{ "name.first().type().name", "HumanName" },
		{ "$this is Patient", "true" },
		{ "$this is DomainResource", "true" },
		{ "$this is Resource", "true" },
		{ "$this is Observation", "false" },
		{ "Patient is System.Patient", "false" },
		{ "is(FHIR.Patient)", "true" },
		{ "is(Chair)", "!execution" },
		{ "ofType(Patient).id", "p" },
		{ "deceased is boolean", "true" },
		{ "deceased is dateTime", "false" },
		{ "deceased.ofType(boolean)", "false" },
		{ "contact.type().name", "BackboneElement" },
		{ "contact.first().name is HumanName", "true" },
		{ "contained.first() is Organization", "true" },
		{ "contained.first().is(DomainResource)", "true" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

static void functions_of_FHIR(void **state)
{
	static const struct path_case CASES[] = {
		{ "birthDate.extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime').value",
			"1974-12-25T14:35:45+01:00" },
		{ "birthDate.extension(%`ext-patient-birthTime`).exists()", "true" },
		{ "birthDate.extension('x').empty()", "true" },
		{ "birthDate.hasExtension('http://hl7.org/fhir/StructureDefinition/patient-birthTime')",
			"true" },
		{ "birthDate.extension.value is dateTime", "true" },
		{ "extension('x')", "" },
		{ "birthDate.hasValue()", "true" },
		{ "birthDate.getValue() is Date", "true" },
		{ "name.hasValue()", "false" },
		{ "name.first().hasValue()", "false" },
		{ "photo.hasValue()", "false" },
		{ "telecom.rank.hasValue()", "false" },
		{ "managingOrganization.resolve().name", "Kliniken" },
		{ "managingOrganization.reference.resolve().name", "Kliniken" },
		{ "managingOrganization.resolve() is Organization", "true" },
		{ "'Observation/1'.resolve() is Observation", "true" },
		{ "'nonsense'.resolve()", "" },
		{ "contained.where(id = 'o').name", "Kliniken" },
		{ "name.trace('n', given).count()", "3" },
		{ "name.defineVariable('n').select(%n.count()).distinct()", "3" },
		{ "defineVariable('n', name.given).telecom.select(%n.count()).distinct()", "5" },
		{ "iif(name.exists(), 'named', 'not')", "named" },
		{ "iif(photo.exists(), photo, name.family)", "Berg; Ek" },
		{ "iif(name, 'x', 'y')", "!semantic" },
		{ "name.select(iif(family.exists(), family, 'none'))", "Berg; none; Ek" },
		{ "name.iif(true, 1)", "!execution" },
		{ "name.first().iif(use = 'official', given, family)", "Anna; Maria" },
		{ "telecom.rank.aggregate($this + $total, 0)", "3" },
		{ "telecom.rank.sum()", "3" },
		{ "telecom.rank.min()", "1" },
		{ "telecom.rank.avg()", "1.5" },
		{ "name.family.max()", "Ek" },
		{ "telecom.sort(rank).value", "a@b.se; 2; 1" },
		{ "telecom.sort(-rank).value", "1; 2; a@b.se" },
		{ "telecom.sort(use, value desc).value", "a@b.se; 2; 1" },
		{ "name.sort(family).use", "usual; official; maiden" },
		{ "name.sort(given.first(), family desc).use", "usual; maiden; official" },
		{ "name.given.sort()", "Ann; Anna; Anna; Maria; Maria" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Patient", PERSON, CASES, COUNT_OF(CASES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(navigation),
		cmocka_unit_test(independent_of_the_item),
		cmocka_unit_test(existence),
		cmocka_unit_test(filtering_and_subsetting),
		cmocka_unit_test(strings),
		cmocka_unit_test(logic_and_equality),
		cmocka_unit_test(types),
		cmocka_unit_test(functions_of_FHIR),
	};
	return cmocka_run_group_tests(tests, open_r4, close_r4);
}
