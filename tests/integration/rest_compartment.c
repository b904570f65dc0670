/* SPDX-License-Identifier: Apache-2.0 */
/* Searches within a compartment, and $everything, over the wire (R4 section 3.1.1.1). */
#include "rest_test.h"

/* Two patients; what is the first's in three ways, what is the second's, and what is nobody's. */
static void put_all(void)
{
	static const char *const bodies[][2] = {
		{ "Organization/o1", "{'resourceType':'Organization','id':'o1','name':'V\u00e5rd'}" },
		{ "Patient/p1",
			"{'resourceType':'Patient','id':'p1','managingOrganization':{'reference':"
			"'Organization/o1'}}" },
		{ "Patient/p2",
			"{'resourceType':'Patient','id':'p2','link':[{'type':'seealso','other':{'reference':"
			"'Patient/p1'}}]}" },
		{ "Encounter/e1",
			"{'resourceType':'Encounter','id':'e1','status':'finished','class':{'code':'AMB'},"
			"'subject':{'reference':'Patient/"
			"p1'},'period':{'start':'2020-03-01','end':'2020-03-02'}}" },
		{ "Condition/c1",
			"{'resourceType':'Condition','id':'c1','subject':{'reference':'Patient/"
			"p1'},'asserter':"
			"{'reference':'Patient/p1'},'encounter':{'reference':'Encounter/e1'},"
			"'onsetDateTime':'2020-03-01'}" },
		{ "Condition/c2",
			"{'resourceType':'Condition','id':'c2','subject':{'reference':'Patient/"
			"p2'},'asserter':"
			"{'reference':'Patient/p1'},'onsetDateTime':'2021-03-01'}" },
		{ "Condition/c3",
			"{'resourceType':'Condition','id':'c3','subject':{'reference':'Patient/p2'}}" },
		{ "Observation/ob1",
			"{'resourceType':'Observation','id':'ob1','status':'final','code':{'text':'a'},'"
			"subject':"
			"{'reference':'Patient/p1'},'effectiveDateTime':'2022-01-01'}" },
	};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct fixture_answer a = fixture_call(fx, "PUT", bodies[i][0], NULL, quoted(bodies[i][1]));
		if (a.status != 200 && a.status != 201)
			fail_msg("%s: %d %.*s", bodies[i][0], a.status, HS_S_ARG(a.body));
	}
}

/* The ids on the page, in order, with a blank between; included ones in brackets. */
static void expect_page(const struct fixture_answer *a, const char *wanted)
{
	struct hs_buf buf;
	hs_buf_init(&buf, fixture_arena(fx), 4096);
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, a), HS_S("entry"))) {
		struct hs_slice mode = hs_json_get_text(hs_json_get(entry, HS_S("search")), HS_S("mode"));
		bool match = hs_slice_eq(mode, HS_S("match"));
		hs_buf_printf(&buf, "%s%s%.*s%s", buf.len ? " " : "", match ? "" : "[",
			HS_S_ARG(hs_json_get_text(hs_json_get(entry, HS_S("resource")), HS_S("id"))),
			match ? "" : "]");
	}
	expect_slice(buf.len ? hs_buf_slice(&buf) : HS_S(""), wanted);
}

static void expect_found(const char *path, const char *wanted)
{
	struct fixture_answer a = send_ok("GET", path, NULL, 200);
	expect_page(&a, wanted);
}

static void one_type(void **state)
{
	NEED_FHIR();
	put_all();
	expect_found("Patient/p1/Condition", "c1 c2"); /* by subject and by asserter, once */
	expect_found("Patient/p2/Condition", "c2 c3");
	expect_found("Patient/p1/Condition?onset-date=2021", "c2");
	expect_found("Patient/p1/Condition?_include=Condition:encounter", "c1 c2 [e1]");
	expect_found("Encounter/e1/Condition", "c1");
	expect_found("Patient/p1/Patient", "p1 p2"); /* itself, and who links to it */
	expect_found("Patient/nobody/Condition", "");
	struct fixture_answer a = send_with("POST", "Patient/p1/Condition/_search",
		"Content-Type: application/x-www-form-urlencoded\r\n", "onset-date=2020", 200);
	expect_page(&a, "c1");
	a = send_ok("GET", "Patient/p1/Condition?_count=1", NULL, 200);
	expect_page(&a, "c1");
	expect_part(a.body, "/Patient/p1/Condition?_count=1&_cursor=");
	a = send_ok("POST", "",
		"{'resourceType':'Bundle','type':'batch','entry':[{'request':{'method':'GET','url':"
		"'Patient/p1/Condition?onset-date=2021'}}]}",
		200);
	expect_text(&a, "/entry/0/resource/entry/0/resource/id", "c2");
}

static void all_types(void **state)
{
	NEED_FHIR();
	put_all();
	expect_found("Patient/p1/*", "p1 p2 c1 c2 e1 ob1");
	expect_found("Patient/p1/*?_type=Observation,Encounter", "ob1 e1");
	expect_found("Patient/p1/*?_include=*", "p1 p2 c1 c2 e1 ob1 [o1]");
	struct fixture_answer a = send_ok("GET", "Patient/p1/*?_count=4", NULL, 200);
	expect_page(&a, "p1 p2 c1 c2");
	expect_part(a.body, "\"total\":6");
	struct hs_slice next = HS_S_NONE;
	HS_JSON_EACH(link, hs_json_get(fixture_json(fx, &a), HS_S("link")))
		if (hs_slice_eq(hs_json_get_text(link, HS_S("relation")), HS_S("next")))
			next = hs_json_get_text(link, HS_S("url"));
	size_t at = hs_slice_search(next, HS_S("/fhir/r4/"));
	assert_true(at != SIZE_MAX);
	expect_found(hs_arena_cstr(fixture_arena(fx), hs_slice_from(next, at)), "e1 ob1");
}

static void refused(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "Patient/p1/Location", NULL, 404);
	expect_part(a.body, "a Location is never in the compartment of a Patient");
	a = send_ok("GET", "Organization/o1/Patient", NULL, 404);
	expect_part(a.body, "has no compartment");
	send_ok("GET", "Patient/p1/Nothing", NULL, 404);
	send_ok("GET", "Nothing/p1/Patient", NULL, 404);
	send_ok("GET", "Patient/p_1/Condition", NULL, 404);
	a = send_ok("PUT", "Patient/p1/Condition", "{}", 405);
	expect_header(&a, "Allow", "GET, HEAD, OPTIONS");
	a = send_ok("GET", "metadata", NULL, 200);
	expect_part(a.body, "http://hl7.org/fhir/CompartmentDefinition/patient");
}

static void everything(void **state)
{
	NEED_FHIR();
	put_all();
	expect_found("Patient/p1/$everything", "p1 p2 c1 c2 e1 ob1 [o1]");
	expect_found("Encounter/e1/$everything", "e1 c1 [p1]");
	expect_found("Patient/p1/$everything?_type=Condition,Encounter", "c1 c2 e1 [p1] [p2]");
	expect_found("Patient/p1/$everything?start=2020-01-01&end=2020-12-31", "p1 p2 c1 e1 [o1]");
	struct fixture_answer a = send_ok("GET", "Patient/p1/$everything?_count=3", NULL, 200);
	expect_page(&a, "p1 p2 c1 [o1] [e1]");
	expect_part(a.body, "/Patient/p1/$everything?_count=3&_cursor=");
	a = send_ok("POST", "Patient/p1/$everything",
		"{'resourceType':'Parameters','parameter':[{'name':'_type','valueCode':'Condition'},"
		"{'name':'_type','valueCode':'Observation'},{'name':'end','valueDate':'2020-12-31'}]}",
		200);
	expect_page(&a, "c1 [p1] [e1]");
	a = send_ok("POST", "",
		"{'resourceType':'Bundle','type':'batch','entry':[{'request':{'method':'GET','url':"
		"'Patient/p1/$everything?_type=Encounter'}}]}",
		200);
	expect_text(&a, "/entry/0/resource/entry/0/resource/id", "e1");
	send_ok("GET", "Patient/nobody/$everything", NULL, 404);
	a = send_ok("GET", "Patient/p1/$everything?begin=2020", NULL, 400);
	expect_part(a.body, "start, end, _since, _type and _count");
	send_ok("POST", "Patient/p1/$everything", "{'resourceType':'Patient'}", 400);
	a = send_ok("GET", "metadata", NULL, 200);
	expect_part(a.body, "http://hl7.org/fhir/OperationDefinition/Patient-everything");
}

/* A service may have Patients in one version of FHIR only: in the other nobody has what belongs to one. */
static void nothing_of_types_that_are_not_served(void **state)
{
	NEED_FHIR();
	if (!fixture_has_fhir(fx, HS_FHIR_R5))
		skip();
	static const char *const paths[] = { "/fhir/r5/Patient/p1/$everything",
		"/fhir/r5/Encounter/e1/$everything", "/fhir/r5/Patient/p1/*", "/fhir/r5/Patient/$export",
		"/fhir/r5/Group/g1/$export" };
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct fixture_answer a = fixture_call(fx, "GET", paths[i], "Prefer: respond-async\r\n",
			NULL);
		assert_int_equal(a.status, 404);
		expect_part(a.body, "is not served here");
	}
	struct fixture_answer a = send_ok("GET", "/fhir/r5/metadata", NULL, 200);
	assert_int_equal(hs_slice_search(a.body, HS_S("Patient-everything")), SIZE_MAX);
	assert_int_equal(hs_slice_search(a.body, HS_S("patient-export")), SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_type),
		cmocka_unit_test(all_types),
		cmocka_unit_test(refused),
		cmocka_unit_test(everything),
		cmocka_unit_test(nothing_of_types_that_are_not_served),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
