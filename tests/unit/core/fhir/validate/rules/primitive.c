/* SPDX-License-Identifier: Apache-2.0 */
/* Values of primitive types that have the right form and mislead all the same. */
#include "rules_test.h"

#define LRE "\\u202A"
#define RLO "\\u202E"
#define PDF "\\u202C"
#define RLI "\\u2067"
#define PDI "\\u2069"

static void addresses(void **state)
{
#define IDENTIFIED(system) "{'resourceType':'Patient','identifier':[{'system':'" system "','value':'1'}]}"
	static const struct rules_case rows[] = {
		{ IDENTIFIED("urn:oid:1.2.752"), { NULL }, "" },
		{ IDENTIFIED("oid:1.2.752"), { NULL }, "uri-scheme Patient.identifier[0].system" },
		{ IDENTIFIED("uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1"), { NULL },
			"uri-scheme Patient.identifier[0].system" },
		{ IDENTIFIED("urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1"), { NULL }, "" },
		{ IDENTIFIED("urn:uuid:6A2EE390-978e-42c6-8f88-c17dff3bd8a1"), { NULL },
			"uri-uuid-case Patient.identifier[0].system" },
		{ IDENTIFIED("urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1#Allergy-1"), { NULL }, "" },
		{ "{'resourceType':'ValueSet','status':'draft','url':'urn:uuid:6A2EE390-978e-42c6-8f88-"
		  "c17dff3bd8a1'}",
			{ NULL }, "uri-uuid-case? ValueSet.url" },
		{ "{'resourceType':'Measure','status':'draft','library':['oid:1.2.752']}", { NULL },
			"uri-scheme Measure.library[0]" },
	};
	(void)state;
	RUN_ROWS("uri-", rows);
}

static void texts(void **state)
{
#define NAMED(text) "{'resourceType':'Patient','name':[{'text':'" text "'}]}"
	static const struct rules_case rows[] = {
		{ NAMED("a"), { NULL }, "" }, { NAMED(" a "), { NULL }, "" },
		{ NAMED("  "), { NULL }, "text-blank? Patient.name[0].text" },
		{ NAMED("\\n"), { NULL }, "text-blank? Patient.name[0].text" },
		{ NAMED("a" RLO "b" PDF "c"), { NULL }, "" },
		{ NAMED("a" RLO "b"), { NULL }, "text-direction? Patient.name[0].text" },
		{ NAMED("a" LRE "b" RLI "c" PDI), { NULL }, "text-direction? Patient.name[0].text" },
		{ NAMED("a" RLI "b" PDI PDF), { NULL }, "" },
		{ NAMED("\\u20AC \\u2013 \\u2028"), { NULL }, "" }, /* others that begin with E2 */
	};
	(void)state;
	RUN_ROWS("text-", rows);
}

static void years(void **state)
{
#define BORN(date) "{'resourceType':'Patient','birthDate':'" date "'}"
	static const struct rules_case rows[] = {
		{ BORN("1900"), { NULL }, "" },
		{ BORN("1799-12-31"), { NULL }, "date-year? Patient.birthDate" },
		{ BORN("2100-01"), { NULL }, "" },
		{ BORN("2101"), { NULL }, "date-year? Patient.birthDate" },
	};
	(void)state;
	RUN_ROWS("date-", rows);
}

static void base64(void **state)
{
#define SHOWN(data) "{'resourceType':'Binary','contentType':'image/png','data':'" data "'}"
	static const struct rules_case rows[] = {
		{ SHOWN("YWJj"), { NULL }, "" },
		{ SHOWN("YW Jj"), { NULL }, "base64-blank? Binary.data" },
	};
	(void)state;
	RUN_ROWS("base64-", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(texts),
		cmocka_unit_test(years),
		cmocka_unit_test(base64),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
