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

/* Values that a parameter of that type understands; of composites one will do. */
static const char *const values[][10] = {
	{ "token", "urn:s|x", NULL },
	{ "string", "x", NULL },
	{ "uri", "http://x/y", NULL },
	{ "date", "2020-01-01", NULL },
	{ "number", "5", NULL },
	{ "quantity", "5", NULL },
	{ "reference", "http://example.org/fhir/Patient/1", NULL },
	{ "special", "1|1", NULL },
	{ "composite", "x$5", "x$x", "2020$x", "x$2020", "Patient/x$x", "x$Patient/x", "x$5$5", "5$5", NULL },
};

static struct fixture_answer explain_some(struct hs_slice type, const struct hs_json *parameter)
{
	struct hs_slice name = hs_json_get_text(parameter, HS_S("name"));
	struct hs_slice kind = hs_json_get_text(parameter, HS_S("type"));
	struct fixture_answer a = { .status = 0 };
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		if (!hs_slice_eq(kind, hs_slice_cstr(values[i][0])))
			continue;
		for (size_t k = 1; values[i][k] && a.status != 200; k++)
			a = explain(TEXT("%.*s?%.*s=%s", HS_S_ARG(type), HS_S_ARG(name), values[i][k]));
	}
	return a;
}

/* No search by any parameter of any type looks through a table. */
static void walks_no_table(void **state)
{
	NEED_FHIR();
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_json *capability = NULL;
	struct hs_error err;
	size_t searches = 0;
	struct hs_slice body = hs_arena_copy(arena, send_ok("GET", "metadata", NULL, 200).body);
	assert_int_equal(hs_json_parse(arena, body, NULL, &capability, &err), HS_OK);
	HS_JSON_EACH(resource,
		hs_json_get(hs_json_first(hs_json_get(capability, HS_S("rest"))), HS_S("resource"))) {
		struct hs_slice type = hs_json_get_text(resource, HS_S("type"));
		HS_JSON_EACH(parameter, hs_json_get(resource, HS_S("searchParam"))) {
			struct fixture_answer a = explain_some(type, parameter);
			struct hs_slice plan = fixture_text(fx, &a, "/plan");
			if (a.status != 200 || hs_slice_search(plan, HS_S("walk all")) != SIZE_MAX ||
				hs_slice_search(plan, HS_S("SCAN")) != SIZE_MAX ||
				hs_slice_search(plan, HS_S("SEARCH")) == SIZE_MAX)
				fail_msg("%.*s?%.*s: %.*s", HS_S_ARG(type),
					HS_S_ARG(hs_json_get_text(parameter, HS_S("name"))),
					HS_S_ARG(a.body));
			searches++;
		}
	}
	assert_true(searches > 2500);
	hs_arena_free(arena);
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
		cmocka_unit_test(walks_no_table),
		cmocka_unit_test(says_what_is_wrong),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
