/* SPDX-License-Identifier: Apache-2.0 */
/* What identifiers tell: a day of birth, and the country of an object identifier. Test numbers only. */
#include "validate_test.h"

#define PATIENT(birth) \
	"{'resourceType':'Patient','identifier':[{'system':'http://electronichealth.se/identifier/" \
	"personnummer'," \
	"'value':'189602029812'}],'birthDate':'" birth "'}"

static void compares_the_day_of_birth(void **state)
{
	(void)state;
	assert_valid(NULL, NULL, PATIENT("1896-02-02"));
	assert_found(NULL, NULL, PATIENT("2000-01-25"), "birth-date-identifier", "Patient.birthDate");
}

static void knows_the_countries_of_object_identifiers(void **state)
{
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	(void)state;
	assert_found(NULL, NULL,
		"{'resourceType':'Patient','identifier':[{'system':'urn:oid:1.2.759.129.2.1','value':'1'}]}",
		"oid-country", "Patient.identifier[0].system");
	struct found found = validate_with(NULL, NULL,
		"{'resourceType':'Patient','identifier':[{'system':'urn:oid:1.2.752.129.2.1','value':'1'}]}",
		options);
	assert_null(find_issue(&found, "oid-country"));
	hs_arena_free(found.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_the_day_of_birth),
		cmocka_unit_test(knows_the_countries_of_object_identifiers),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
