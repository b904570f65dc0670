/* SPDX-License-Identifier: Apache-2.0 */
/* What a server serves of packages when nobody named any: FHIR itself and HL7's terminology of the cache. */
#include "rest_test.h"

#define GENDER "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender"

static void begin(const char *config)
{
	struct fixture_options options = { .usual_packages = true, .config = config };

	fx = fixture_start(&options);
}

static bool serves(const char *path)
{
	struct fixture_answer a = fixture_get(fx, path);

	assert_true(a.status == 200 || a.status == 404);
	return a.status == 200;
}

static void the_usual_ones_unless_named(void **state)
{
	(void)state;
	begin(NULL);
	if (!fixture_has_fhir(fx, HS_FHIR_R4)) {
		fixture_stop(fx);
		skip();
	}
	assert_true(serves(GENDER));
	assert_true(serves("/fhir/r5/" GENDER) || !fixture_has_fhir(fx, HS_FHIR_R5));
	/* Code systems with tens of thousands of entries are put in one order with others within the memory
	 * of a request. */
	assert_true(serves("?_type=CodeSystem,ValueSet&_sort=-_lastUpdated&_count=300&_elements=id"));
	assert_true(serves("?_type=CodeSystem,ValueSet&_sort=name&_count=300&_elements=id"));
	fixture_stop(fx);
}

static void an_empty_list_means_none(void **state)
{
	(void)state;
	begin("{\"packages\":[]}");
	if (!fixture_has_fhir(fx, HS_FHIR_R4)) {
		fixture_stop(fx);
		skip();
	}
	assert_false(serves(GENDER));
	fixture_stop(fx);
}

static void a_cache_without_them_is_no_fault(void **state)
{
	(void)state;
	begin("{\"packageCache\":\"/nonexistent\"}");
	assert_false(fixture_has_fhir(fx, HS_FHIR_R4));
	struct fixture_answer a = fixture_get(fx, "/health/ready");
	assert_true(a.status == 200 || a.status == 503);
	fixture_stop(fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_ones_unless_named),
		cmocka_unit_test(an_empty_list_means_none),
		cmocka_unit_test(a_cache_without_them_is_no_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
