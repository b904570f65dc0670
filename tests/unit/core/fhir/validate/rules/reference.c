/* SPDX-License-Identifier: Apache-2.0 */
/* References: what they lead to, or say that they do, is of a type that the element takes. */
#include "rules_test.h"

#define CONTAINED(type) \
	"{'resourceType':'Patient','contained':[{'resourceType':'" type \
	"','id':'a'}],'managingOrganization':{'reference':'#a'}}"
#define MANAGED(more) "{'resourceType':'Patient','managingOrganization':{" more "}}"
#define UUID(digit) "urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a" digit
#define OBSERVED(type) \
	"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'" UUID( \
		"1") "','resource':" \
		     "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'" \
		     "reference':'" UUID("2") "'}}},{'fullUrl':'" UUID("2") "','resource':{'resourceType':" \
									    "'" type "'}}]}"

static void targets(void **state)
{
	static const struct rules_case rows[] = {
		{ CONTAINED("Organization"), { NULL }, "" },
		{ CONTAINED("Patient"), { NULL }, "reference-target-type Patient.managingOrganization" },
		{ OBSERVED("Patient"), { NULL }, "" },
		{ OBSERVED("Organization"), { NULL },
			"reference-target-type Bundle.entry[0].resource.subject" },
		{ MANAGED("'type':'Organization','display':'x'"), { NULL }, "" },
		{ MANAGED("'type':'http://hl7.org/fhir/StructureDefinition/Organization','display':'x'"),
			{ NULL }, "" },
		{ MANAGED("'type':'http://a.se/Unit','display':'x'"), { NULL }, "" },
		{ MANAGED("'type':'Patient','display':'x'"), { NULL },
			"reference-target-type Patient.managingOrganization" },
		{ MANAGED("'type':'organization','display':'x'"), { NULL },
			"reference-target-type Patient.managingOrganization" },
		{ "{'resourceType':'Provenance','target':[{'type':'Anything','display':'x'}]}", { NULL },
			"" }, /* to any */
	};
	(void)state;
	RUN_ROWS("reference-target-type", rows);
}

/* R4's ref-1 has no words for "#", the whole that the contained resource is in. */
static void contained(void **state)
{
#define BACK(reference) \
	"{'resourceType':'Patient','contained':[{'resourceType':'Provenance','id':'a','target':[{'" \
	"reference':'" reference "'}]}]}"
	static const struct rules_case rows[] = {
		{ BACK("#"), { NULL }, "" },
		{ BACK("#a"), { NULL }, "" },
		{ BACK("#b"), { NULL }, "ref-1 Patient.contained[0].target[0]" },
	};
	(void)state;
	RUN_ROWS("ref-1", rows);
}

/* What a server is to look for has names and values. */
static void queries(void **state)
{
#define SEARCHED(query) MANAGED("'reference':'Organization?" query "'")
#define NO_QUERY "reference-query Patient.managingOrganization.reference"
	static const struct rules_case rows[] = {
		{ SEARCHED("identifier=http://a.se|1"), { NULL }, "" },
		{ SEARCHED("identifier:of-type=a|b|c&partof.name=x"), { NULL }, "" },
		{ SEARCHED("name="), { NULL }, "" },
		{ SEARCHED(""), { NULL }, NO_QUERY },
		{ SEARCHED("identifier"), { NULL }, NO_QUERY },
		{ SEARCHED("=1"), { NULL }, NO_QUERY },
		{ SEARCHED("name=a&&active=true"), { NULL }, NO_QUERY },
		{ MANAGED("'reference':'http://a.se/Organization?x'"), { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("reference-query", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets),
		cmocka_unit_test(contained),
		cmocka_unit_test(queries),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
