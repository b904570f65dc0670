/* SPDX-License-Identifier: Apache-2.0 */
/* How searches are carried out: each kind of parameter goes by the index, as the operator is told. */
#include "rest_test.h"

static void put_some(void)
{
	struct hs_buf bundle;
	hs_buf_init(&bundle, fixture_arena(fx), 1 << 20);
	hs_buf_cstr(&bundle, "{'resourceType':'Bundle','type':'transaction','entry':[");
	for (int i = 0; i < 60; i++)
		hs_buf_printf(&bundle,
			"%s{'resource':{'resourceType':'Patient','id':'pl%d','name':[{'family':'Berg%d'}],"
			"'gender':'female','birthDate':'19%02d-01-01','identifier':[{'system':'urn:p','value'"
			":'%d'}],"
			"'generalPractitioner':[{'reference':'Practitioner/pl%d'}]},"
			"'request':{'method':'PUT','url':'Patient/pl%d'}},"
			"{'resource':{'resourceType':'Observation','id':'pl%d','status':'final',"
			"'code':{'coding':[{'system':'urn:c','code':'c%d'}]},'subject':{'reference':'Patient/"
			"pl%d'},"
			"'valueQuantity':{'value':%d,'system':'http://unitsofmeasure.org','code':'mg'},"
			"'effectiveDateTime':'2020-01-%02d'},'request':{'method':'PUT','url':'Observation/"
			"pl%d'}}",
			i ? "," : "", i, i, i + 20, i, i % 7, i, i, i, i, i, 1 + i % 28, i);
	hs_buf_cstr(&bundle, "]}");
	send_ok("POST", "", hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&bundle)), 200);
}

static struct fixture_answer explain(const char *search)
{
	return fixture_operate(fx, "POST", "/operator/sandboxes/default/explain",
		quoted(TEXT("{'search':'%s'}", search)));
}

static void goes_by_the_index(void **state)
{
	static const char *const searches[] = {
		"Patient?_id=pl1",
		"Patient?identifier=urn:p|7",
		"Patient?identifier=7",
		"Patient?gender=female&identifier=urn:p|7",
		"Patient?name=berg7",
		"Patient?name:exact=Berg7",
		"Patient?name:contains=erg7",
		"Patient?birthdate=1950-01-01",
		"Patient?birthdate=ge1978",
		"Patient?_lastUpdated=gt2030",
		"Patient?general-practitioner=Practitioner/pl3",
		"Patient?name:missing=false",
		"Patient?_has:Observation:subject:code=urn:c|c7",
		"Patient?name=berg7,berg8",
		"Patient?_sort=birthdate",
		"Patient?_sort=-_lastUpdated",
		"Patient?_sort=gender",
		"Patient?_sort=family",
		"Observation?code=urn:c|c7",
		"Observation?value-quantity=7",
		"Observation?value-quantity=7||mg",
		"Observation?code-value-quantity=urn:c|c7$7",
		"Observation?date=2020-01-07",
		"Observation?subject=Patient/pl7",
		"Observation?subject:Patient.name=berg7",
		"Observation?_sort=code",
	};
	NEED_FHIR();
	put_some();
	for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
		struct fixture_answer a = explain(searches[i]);
		struct hs_slice plan = fixture_text(fx, &a, "/plan");
		assert_int_equal(a.status, 200);
		if (hs_slice_search(plan, HS_S("walk all")) != SIZE_MAX ||
			hs_slice_search(plan, HS_S("SCAN")) != SIZE_MAX ||
			hs_slice_search(plan, HS_S("SEARCH")) == SIZE_MAX)
			fail_msg("%s: %.*s", searches[i], HS_S_ARG(plan));
	}
}

static void says_what_is_wrong(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = explain("Patien?name=x");
	assert_int_equal(a.status, 400);
	expect_part(a.body, "Patient?name=x");
	a = explain("Patient?nam=x");
	assert_int_equal(a.status, 400);
	expect_part(a.body, "did you mean");
	a = fixture_operate(fx, "POST", "/operator/sandboxes/default/explain", "{}");
	assert_int_equal(a.status, 400);
	a = fixture_call(fx, "POST", "/operator/sandboxes/default/explain", NULL, "{}");
	assert_int_equal(a.status, 401);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_by_the_index),
		cmocka_unit_test(says_what_is_wrong),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
