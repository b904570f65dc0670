/* SPDX-License-Identifier: Apache-2.0 */
/* What the check refuses, where it says so, and what it says would be right. Each row is one resource and the
 * issues it must give, no more: "path: part of the text". Skipped without the R4 package. */
#include "../defs_test.h"

#include <core/base/fault.h>
#include <core/fhir/check.h>

struct row {
	const char *json;
	const char *issues[4]; /* "path: text"; NULL ends */
};

#define P(rest) "{\"resourceType\":\"Patient\"" rest "}"
#define O(rest) "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"}" rest "}"

static const struct row rows[] = {
	{ P(""), { NULL } },
	{ P(",\"id\":\"a\",\"active\":false,\"name\":[{\"given\":[\"A\",\"B\"]}]"), { NULL } },

	/* what it is */
	{ "{}", { "Resource: 'resourceType' is missing" } },
	{ "[]", { "Resource: this is an array" } },
	{ "{\"resourceType\":5}", { "Resource: 'resourceType' is missing" } },
	{ "{\"resourceType\":\"Patienten\"}",
		{ "Patienten.resourceType: 'Patienten' is not a resource type of FHIR R4" } },
	{ "{\"resourceType\":\"DomainResource\"}",
		{ "DomainResource.resourceType: 'DomainResource' is not" } },
	{ "{\"resourceType\":\"HumanName\"}", { "HumanName.resourceType: is not" } },

	/* unknown elements */
	{ P(",\"brithDate\":\"2000\""), { "Patient.brithDate: did you mean 'birthDate'?" } },
	{ P(",\"birthday\":\"2000\""), { "Patient.birthday: did you mean 'birthDate'?" } },
	{ P(",\"birthd\":\"2000\""), { "Patient.birthd: has no element 'birthd'; remove it" } },
	{ P(",\"name\":[{\"givn\":[\"A\"]}]"), { "Patient.name[0].givn: did you mean 'given'?" } },
	{ P(",\"colour\":\"red\""), { "Patient.colour: Patient has no element 'colour'; remove it" } },
	{ P(",\"deceased\":true"), { "Patient.deceased: one of: boolean, dateTime" } },
	{ P(",\"deceasedString\":\"x\""), { "Patient.deceasedString: one of: boolean, dateTime" } },
	{ P(",\"deceasedBolean\":true"), { "Patient.deceasedBolean: did you mean 'deceasedBoolean'?" } },
	{ P(",\"name\":[{\"resourceType\":\"HumanName\",\"family\":\"A\"}]"),
		{ "Patient.name[0].resourceType: remove it" } },

	/* cardinality and shape */
	{ P(",\"name\":{\"family\":\"A\"}"), { "Patient.name: write an array" } },
	{ P(",\"gender\":[\"male\"]"), { "Patient.gender: write it without [ ]" } },
	{ P(",\"name\":[]"), { "Patient.name: an array must not be empty" } },
	{ P(",\"name\":[{}]"), { "Patient.name[0]: an object must not be empty" } },
	{ P(",\"name\":[null]"), { "Patient.name[0]: this is null, but it must be an object" } },
	{ P(",\"name\":[\"A\"]"), { "Patient.name[0]: this is a string, but it must be an object" } },
	{ P(",\"gender\":\"\""), { "Patient.gender: a text must not be empty" } },
	{ P(",\"gender\":null"), { "Patient.gender: leave the element out" } },
	{ P(",\"communication\":[{\"preferred\":true}]"),
		{ "Patient.communication[0]: 'language' is missing" } },
	{ "{\"resourceType\":\"Observation\",\"status\":\"final\"}", { "Observation: 'code' is missing" } },
	{ P(",\"deceasedBoolean\":true,\"deceasedDateTime\":\"2000\""),
		{ "Patient.deceasedDateTime: deceased[x] is there already" } },
	{ "{\"resourceType\":\"SampledData\"}", { "SampledData.resourceType: is not" } },

	/* types and formats */
	{ P(",\"active\":\"true\""), { "Patient.active: this is a string, but boolean is true or false" } },
	{ P(",\"birthDate\":2000"), { "Patient.birthDate: this is a number, but date is a date" } },
	{ P(",\"birthDate\":\"2000-13\""),
		{ "Patient.birthDate: '2000-13' is not a valid date; there is no such month" } },
	{ P(",\"birthDate\":\"2023-02-29\""),
		{ "Patient.birthDate: '2023-02-29' is not a valid date; there is no such day" } },
	{ P(",\"birthDate\":\"2023-2-28\""),
		{ "Patient.birthDate: '2023-2-28' is not a valid date; it is a date: YYYY" } },
	{ P(",\"deceasedDateTime\":\"2023-02-29T10:00:00Z\""),
		{ "Patient.deceasedDateTime: is not a valid dateTime; there is no such day" } },
	{ P(",\"deceasedDateTime\":\"2023-02-28T25:00:00+01:00\""),
		{ "Patient.deceasedDateTime: is not a valid dateTime; there is no such time" } },
	{ P(",\"deceasedDateTime\":\"2023-02-28T10:00:00\""),
		{ "Patient.deceasedDateTime: '2023-02-28T10:00:00' is not a valid dateTime; it is YYYY" } },
	{ P(",\"multipleBirthInteger\":1.5"),
		{ "Patient.multipleBirthInteger: '1.5' is not a valid integer" } },
	{ P(",\"id\":\"a b\""), { "Patient.id: 'a b' is not a valid id" } },
	{ P(",\"name\":[{\"given\":[\"A\",5]}]"), { "Patient.name[0].given[1]: this is a number" } },
	{ P(",\"text\":{\"status\":\"generated\",\"div\":\"<div><script/></div>\"}"),
		{ "Patient.text.div: not allowed" } },

	/* codes */
	{ P(",\"gender\":\"man\""),
		{ "Patient.gender: 'man' is not allowed here; use one of: female, male, other, unknown" } },
	{ P(",\"contact\":[{\"gender\":\"Male\"}]"), { "Patient.contact[0].gender: use one of" } },
	{ O(",\"valueQuantity\":{\"value\":1,\"comparator\":\"~\"}"),
		{ "Observation.valueQuantity.comparator: use one of" } },
	{ "{\"resourceType\":\"AllergyIntolerance\",\"patient\":{\"display\":\"x\"},\"clinicalStatus\":{"
	  "\"coding\":[{\"system\":"
	  "\"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical\",\"code\":\"aktiv\"}]}}",
		{ "AllergyIntolerance.clinicalStatus: 'aktiv' is not allowed here" } },

	/* ids and extensions of primitives */
	{ P(",\"_birthDate\":{\"extension\":[{\"url\":\"http://x\",\"valueString\":\"a\"}]}"), { NULL } },
	{ P(",\"_birthDate\":[{\"id\":\"a\"}]"), { "Patient._birthDate: this must be one object" } },
	{ P(",\"_birthDate\":\"x\""), { "Patient.birthDate: this is a string, but id and extensions" } },
	{ P(",\"_birthDate\":{\"value\":1}"), { "Patient.birthDate.value: no element 'value'" } },
	{ P(",\"_name\":[{\"id\":\"a\"}]"), { "Patient._name: did you mean 'name'?" } },
	{ P(",\"name\":[{\"given\":[\"A\",null],\"_given\":[null,{\"id\":\"a\"}]}]"), { NULL } },
	{ P(",\"name\":[{\"given\":[\"A\",\"B\"],\"_given\":[{\"id\":\"a\"}]}]"), { NULL } },
	{ P(",\"name\":[{\"given\":[\"A\",null]}]"), { "Patient.name[0].given[1]: this is null" } },
	{ P(",\"name\":[{\"given\":[\"A\"],\"_given\":[null,{\"id\":\"a\"}]}]"),
		{ "Patient.name[0]._given: they must pair up" } },
	{ P(",\"name\":[{\"_given\":[null]}]"),
		{ "Patient.name[0].given[0]: neither a value nor an extension" } },
	{ P(",\"deceasedBoolean\":true,\"_deceasedBoolean\":{\"id\":\"a\"}"), { NULL } },
	{ O(",\"_valueString\":{\"extension\":[{\"url\":\"http://x\",\"valueCode\":\"a\"}]}"), { NULL } },

	/* extensions */
	{ P(",\"extension\":[{\"url\":\"http://x\",\"valueString\":\"a\"}]"), { NULL } },
	{ P(",\"extension\":[{\"valueString\":\"a\"}]"), { "Patient.extension[0]: 'url' is missing" } },
	{ P(",\"extension\":[{\"url\":\"http://x\"}]"), { "Patient.extension[0]: must have a value" } },
	{ P(",\"extension\":[{\"url\":\"http://"
	    "x\",\"valueString\":\"a\",\"extension\":[{\"url\":\"y\",\"valueCode\":\"b\"}]}]"),
		{ "Patient.extension[0]: not both" } },
	{ P(",\"extension\":[{\"url\":\"http://x\",\"valueNonsense\":\"a\"}]"),
		{ "Patient.extension[0].valueNonsense: carries its type" } },

	/* references */
	{ P(",\"managingOrganization\":{\"reference\":\"Organization/1\"}"), { NULL } },
	{ P(",\"managingOrganization\":{\"reference\":\"https://a.se/fhir/Organization/1/_history/2\"}"),
		{ NULL } },
	{ P(",\"managingOrganization\":{\"reference\":\"https://a.se/organization/1\"}"), { NULL } },
	{ P(",\"managingOrganization\":{\"reference\":\"urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281\"}"),
		{ NULL } },
	{ P(",\"managingOrganization\":{\"reference\":\"Organization?identifier=a|b\"}"), { NULL } },
	{ P(",\"managingOrganization\":{\"reference\":\"ni2+x-y.z:1\"}"), { NULL } },
	{ P(",\"managingOrganization\":{\"reference\":\"2a:1\"}"),
		{ "Patient.managingOrganization.reference: write TYPE/ID" } },
	{ P(",\"managingOrganization\":{\"reference\":\"a_b:1\"}"),
		{ "Patient.managingOrganization.reference: write TYPE/ID" } },
	{ P(",\"managingOrganization\":{\"reference\":\"Patient/1\"}"),
		{ "Patient.managingOrganization.reference: a reference to Patient is not allowed here; "
		  "allowed: Organization" } },
	{ P(",\"managingOrganization\":{\"reference\":\"Organisation/1\"}"),
		{ "Patient.managingOrganization.reference: there is no resource type 'Organisation'" } },
	/* in the list of a guide may stand what another release has; where types are named, it may not */
	{ "{\"resourceType\":\"ImplementationGuide\",\"url\":\"http://a.se/i\",\"name\":\"I\",\"status\":"
	  "\"draft\",\"packageId\":\"a.i\",\"fhirVersion\":[\"4.0.1\"],\"definition\":{\"resource\":[{"
	  "\"reference\":{\"reference\":\"ActorDefinition/a\"}}]}}",
		{ NULL } },
	{ P(",\"managingOrganization\":{\"reference\":\"1\"}"),
		{ "Patient.managingOrganization.reference: write TYPE/ID" } },
	{ P(",\"managingOrganization\":{\"reference\":\"#o\"}"),
		{ "Patient.managingOrganization.reference: no contained resource" } },
	{ P(",\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"O\"}],"
	    "\"managingOrganization\":{\"reference\":"
	    "\"#o\"}"),
		{ NULL } },

	/* contained resources and bundles */
	{ P(",\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"x\",\"gender\":5}]"),
		{ "Patient.contained[0].gender: a number" } },
	{ P(",\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"x\",\"contained\":[{\"resourceType\":"
	    "\"Group\",\"id\":\"y\",\"type\":"
	    "\"person\",\"actual\":true}]}]"),
		{ "Patient.contained[0].contained: a contained resource cannot contain others" } },
	{ "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":{\"resourceType\":"
	  "\"Patient\",\"nme\":1}}]}",
		{ "Bundle.entry[0].resource.nme: Patient" } },
	{ "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":{\"id\":\"a\"}}]}",
		{ "Bundle.entry[0].resource: 'resourceType' is missing" } },
	{ "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":{\"resourceType\":"
	  "\"Patient\",\"contained\":["
	  "{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"O\"}],\"managingOrganization\":{"
	  "\"reference\":\"#o\"}}}]}",
		{ NULL } },
	{ "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"a\",\"part\":[{\"name\":\"b\","
	  "\"valueInteger\":\"x\"}]}]}",
		{ "Parameters.parameter[0].part[0].valueInteger: this is a string" } },

	/* several at once, in order */
	{ P(",\"gender\":5,\"birthDate\":\"x\",\"nme\":[]"),
		{ "Patient.gender: this is a number", "Patient.birthDate: not a valid date",
			"Patient.nme: did you mean 'name'?" } },
};

static void check_row(const struct row *row, struct hs_arena *arena)
{
	struct hs_issues issues = { .arena = arena };
	struct hs_slice text = hs_slice_cstr(row->json);
	hs_check_resource(defs, parse_json(arena, text), text, &issues);
	size_t want = 0;
	const struct hs_issue *issue = issues.first;
	for (; want < 4 && row->issues[want]; want++) {
		struct hs_slice part = hs_slice_cstr(row->issues[want]);
		size_t colon = hs_slice_search(part, HS_S(": "));
		if (!issue)
			fail_msg("%s\n  lacks: %s", row->json, row->issues[want]);
		else if (!hs_slice_eq(issue->path, hs_slice_first(part, colon)) ||
			hs_slice_search(issue->text, hs_slice_from(part, colon + 2)) == SIZE_MAX)
			fail_msg("%s\n  has: %.*s: %.*s\n  not: %s", row->json, HS_S_ARG(issue->path),
				HS_S_ARG(issue->text), row->issues[want]);
		else
			issue = issue->next;
	}
	if (issue)
		fail_msg("%s\n  has more: %.*s: %.*s", row->json, HS_S_ARG(issue->path),
			HS_S_ARG(issue->text));
	assert_int_equal(issues.errors, want);
}

static void says_what_is_wrong(void **state)
{
	(void)state;
	need_defs();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs_arena *arena = hs_arena_new(1 << 20);
		check_row(&rows[i], arena);
		hs_arena_free(arena);
	}
}

static void says_where_in_the_text(void **state)
{
	(void)state;
	need_defs();
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_issues issues = { .arena = arena };
	struct hs_slice text =
		HS_S("{\n  \"resourceType\": \"Patient\",\n  \"name\": [\n    { \"family\": 7 }\n  ]\n}\n");
	hs_check_resource(defs, parse_json(arena, text), text, &issues);
	assert_int_equal(issues.count, 1);
	assert_int_equal(issues.first->line, 4);
	assert_int_equal(issues.first->column, 17);
	hs_arena_free(arena);
}

static void deep_nesting_ends(void **state)
{
	(void)state;
	need_defs();
	struct hs_buf buf;
	struct hs_error err;
	struct hs_json *tree;
	struct hs_json_limits limits = { .depth = 3000, .members = 100000 };
	struct hs_arena *arena = hs_arena_new(8 << 20);
	struct hs_issues issues = { .arena = arena };
	hs_buf_init(&buf, arena, 1 << 20);
	hs_buf_cstr(&buf, "{\"resourceType\":\"Patient\"");
	for (int i = 0; i < 1000; i++)
		hs_buf_cstr(&buf, ",\"extension\":[{\"url\":\"u\"");
	for (int i = 0; i < 1000; i++)
		hs_buf_cstr(&buf, "}]");
	hs_buf_cstr(&buf, "}");
	assert_int_equal(hs_json_parse(arena, hs_buf_slice(&buf), &limits, &tree, &err), HS_OK);
	hs_check_resource(defs, tree, HS_S_NONE, &issues);
	assert_true(issues.errors >= 1);
	hs_arena_free(arena);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	need_defs();
	struct hs_arena *source = hs_arena_new(1 << 20);
	struct hs_json *tree = parse_json(source,
		HS_S(P(",\"gender\":\"man\",\"nme\":1,\"managingOrganization\":{\"reference\":"
		       "\"Patient/1\"}")));
	for (size_t nth = 1;; nth++) {
		struct hs_arena *arena = hs_arena_new(1 << 20);
		struct hs_issues issues = { .arena = arena };
		hs_arena_fail_at(nth, 1);
		hs_check_resource(defs, tree, HS_S_NONE, &issues);
		bool done = hs_arena_fail_count() < nth;
		hs_arena_fail_at(0, 0);
		assert_int_equal(issues.errors, 3); /* counted even when there is no room to say so */
		hs_arena_free(arena);
		if (done)
			break;
	}
	hs_arena_free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(says_where_in_the_text),
		cmocka_unit_test(deep_nesting_ends),
		cmocka_unit_test(every_allocation_may_fail),
	};
	return cmocka_run_group_tests(tests, open_r4, close_r4);
}
