/* SPDX-License-Identifier: Apache-2.0 */
/* Search over the wire (R4 section 3.1.1): parameters, pages, totals, includes, parts of resources. */
#include "rest_test.h"

static struct fixture_answer find(const char *path)
{
	return send_ok("GET", path, NULL, 200);
}

/* The ids of the entries, joined with blanks, those of includes after a "+". */
static const char *ids(const struct fixture_answer *a)
{
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(fx), 4096);
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, a), HS_S("entry"))) {
		const struct hs_json *resource = hs_json_get(entry, HS_S("resource"));
		struct hs_slice mode = hs_json_get_text(hs_json_get(entry, HS_S("search")), HS_S("mode"));
		if (out.len > 0)
			hs_buf_byte(&out, ' ');
		if (hs_slice_eq(mode, HS_S("include")))
			hs_buf_byte(&out, '+');
		if (hs_slice_eq(mode, HS_S("outcome")))
			hs_buf_byte(&out, '!');
		else
			hs_buf_add(&out, hs_json_get_text(resource, HS_S("id")));
	}
	return hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&out));
}

static void expect_ids(const char *path, const char *wanted)
{
	struct fixture_answer a = find(path);
	if (strcmp(ids(&a), wanted) != 0)
		fail_msg("%s: '%s' instead of '%s'", path, ids(&a), wanted);
}

static void put(const char *type, const char *id, const char *rest)
{
	send_ok("PUT", TEXT("%s/%s", type, id), TEXT("{'resourceType':'%s','id':'%s'%s}", type, id, rest),
		201);
}

static int load(void **state)
{
	start_server(state);
	if (!fixture_has_fhir(fx, HS_FHIR_R4))
		return 0;
	put("Organization", "o1", ",'name':'Region Nord','identifier':[{'system':'urn:o','value':'1'}]");
	put("Organization", "o2", ",'name':'Enhet','partOf':{'reference':'Organization/o1'}");
	put("Organization", "o3", ",'name':'Rum','partOf':{'reference':'Organization/o2'}");
	put("Patient", "p1",
		",'name':[{'family':'\\u00c5kesson','given':['Anna']}],'gender':'female',"
		"'birthDate':'1980-05-17','identifier':[{'system':'urn:p','value':'1'}],"
		"'managingOrganization':{'reference':'Organization/o2'}");
	put("Patient", "p2",
		",'name':[{'family':'Ek','given':['Bo']}],'gender':'male','birthDate':'1999-12',"
		"'managingOrganization':{'reference':'Organization/o1'}");
	put("Patient", "p3", ",'name':[{'family':'Ekman'}],'birthDate':'2010-01-01','deceasedBoolean':true");
	put("Observation", "b1",
		",'status':'final','code':{'coding':[{'system':'http://loinc.org','code':'718-7',"
		"'display':'Hemoglobin'}]},'subject':{'reference':'Patient/p1'},"
		"'effectiveDateTime':'2026-01-02T10:00:00+01:00','valueQuantity':{'value':120,"
		"'unit':'g/L','system':'http://unitsofmeasure.org','code':'g/L'}");
	put("Observation", "b2",
		",'status':'final','code':{'coding':[{'system':'http://loinc.org',"
		"'code':'718-7'}]},'subject':{'reference':'Patient/p2'},"
		"'effectiveDateTime':'2026-03-01','valueQuantity':{'value':131.5,'unit':'g/L'}");
	put("Observation", "b3",
		",'status':'amended','code':{'text':'other'},"
		"'subject':{'identifier':{'system':'urn:p','value':'9'}}");
	return 0;
}

static void finds_by_every_type_of_parameter(void **state)
{
	static const struct {
		const char *path, *ids;
	} rows[] = {
		{ "Patient?identifier=urn:p|1", "p1" },
		{ "Patient?identifier=1", "p1" },
		{ "Patient?identifier=urn:x|1", "" },
		{ "Patient?family=akes", "p1" },
		{ "Patient?family=ek", "p2 p3" },
		{ "Patient?family:exact=Ek", "p2" },
		{ "Patient?family:contains=ma", "p3" },
		{ "Patient?gender=male,female", "p1 p2" },
		{ "Patient?gender:not=male", "p1 p3" },
		{ "Patient?gender:missing=true", "p3" },
		{ "Patient?birthdate=1999-12", "p2" },
		{ "Patient?birthdate=ge1990&birthdate=lt2005", "p2" },
		{ "Patient?_id=p1,p3", "p1 p3" },
		{ "Patient?organization=Organization/o2", "p1" },
		{ "Patient?organization=o2", "p1" },
		{ "Patient?organization.name=region", "p2" },
		{ "Patient?organization.partof.name=region", "p1" },
		{ "Patient?_has:Observation:patient:code=718-7", "p1 p2" },
		{ "Observation?code=http://loinc.org|718-7", "b1 b2" },
		{ "Observation?value-quantity=gt125", "b2" },
		{ "Observation?value-quantity=120||g/L", "b1" },
		{ "Observation?code-value-quantity=718-7$gt125", "b2" },
		{ "Observation?date=ge2026-02", "b2" },
		{ "Observation?subject:identifier=urn:p|9", "b3" },
		{ "Observation?subject:Patient=p1", "b1" },
		{ "Observation?status=amended", "b3" },
		{ "Observation?_lastUpdated=gt2100", "" },
		{ "Observation?value-quantity=12|http://unitsofmeasure.org|g/dL", "b1" },
		{ "Observation?value-quantity=gt0.13|http://unitsofmeasure.org|kg/L", "" },
		{ "Observation?value-quantity=lt0.13|http://unitsofmeasure.org|kg/L", "b1" },
		{ "Patient?organization:below=Organization/o1", "p1 p2" },
		{ "Patient?organization:below=Organization/o2", "p1" },
		{ "Patient?organization:above=Organization/o3", "p1 p2" },
		{ "Patient?organization:above=Organization/o2", "p1 p2" },
		{ "Patient?organization:above=Organization/o1", "p2" },
		{ "Organization?partof:below=Organization/o1", "o2 o3" },
		{ "Patient?_filter=family%20sw%20ek%20and%20not%20(gender%20eq%20male)", "p3" },
		{ "Patient?_filter=organization.name%20co%20nord%20or%20given%20eq%20ANNA", "p1 p2" },
		{ "Patient?_list=none", "" },
	};
	NEED_FHIR();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect_ids(rows[i].path, rows[i].ids);
}

static void sorts(void **state)
{
	NEED_FHIR();
	expect_ids("Patient?_sort=-birthdate", "p3 p2 p1");
	expect_ids("Patient?_sort=family", "p1 p2 p3");
	expect_ids("Observation?_sort=-date", "b2 b1 b3");
	expect_ids("Patient?_sort=-_id", "p3 p2 p1");
	send_with("GET", "Patient?_sort=nonsense", "Prefer: handling=strict\r\n", NULL, 400);
}

static void posts_searches(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("POST", "Patient/_search?gender=male",
		"Content-Type: application/x-www-form-urlencoded\r\n", "family=e%6B", 200);
	assert_string_equal(ids(&a), "p2");
	assert_non_null(link_of(&a, "self"));
	assert_non_null(strstr(link_of(&a, "self"), "family=ek"));
	send_ok("GET", "Patient/_search", NULL, 405);
	send_with("POST", "Patient/_search", "Content-Type: application/fhir+json\r\n", "{}", 415);
}

/* What is beyond the limit is not passed over: it would have narrowed the search. */
static void refuses_too_many_conditions(void **state)
{
	NEED_FHIR();
	char body[2000 * 10 + 32];
	memcpy(body, "family=ek&", 10);
	for (size_t i = 1; i < 2000; i++)
		memcpy(body + i * 10, "_count=10&", 10);
	memcpy(body + (size_t)20000, "_id=p1", 7);
	struct fixture_answer a = send_with("POST", "Patient/_search",
		"Content-Type: application/x-www-form-urlencoded\r\n", body, 413);
	if (hs_slice_search(a.body, HS_S("more than 2000 parameters")) == SIZE_MAX)
		fail_msg("it does not say why: %.*s", HS_S_ARG(a.body));
}

static void pages(void **state)
{
	NEED_FHIR();
	const char *next = "Observation?_count=2&_sort=_id";
	struct fixture_answer a = find(next);
	assert_int_equal(number(&a, "/total"), 3);
	assert_string_equal(ids(&a), "b1 b2");
	const char *first = link_of(&a, "first");
	next = link_of(&a, "next");
	assert_non_null(next);
	a = find(next);
	assert_int_equal(number(&a, "/total"), 3);
	assert_string_equal(ids(&a), "b3");
	assert_null(link_of(&a, "next"));
	assert_string_equal(link_of(&a, "first"), first);
	assert_string_equal(link_of(&a, "self"), next);
	a = find(first);
	assert_string_equal(ids(&a), "b1 b2");
	send_ok("GET", "Observation?_cursor=nonsense", NULL, 400);
}

static void counts(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = find("Patient?_summary=count");
	assert_int_equal(number(&a, "/total"), 3);
	assert_int_equal(entries(&a), 0);
	a = find("Patient?_count=0");
	assert_int_equal(number(&a, "/total"), 3);
	assert_int_equal(entries(&a), 0);
	a = find("Patient?_count=1&_total=none");
	assert_int_equal(number(&a, "/total"), -1);
	a = find("Patient?_count=1&_total=accurate");
	assert_int_equal(number(&a, "/total"), 3);
	a = find("Patient?family=nobody");
	assert_int_equal(number(&a, "/total"), 0);
	assert_null(hs_json_get(fixture_json(fx, &a), HS_S("entry")));
}

static void includes(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = find("Patient?_id=p1&_include=Patient:organization");
	assert_string_equal(ids(&a), "p1 +o2");
	assert_int_equal(number(&a, "/total"), 1);
	expect_text(&a, "/entry/1/fullUrl", TEXT("%s/fhir/r4/Organization/o2", fixture_url(fx)));
	expect_ids("Patient?_id=p1&_include=Patient:organization&_include:iterate=Organization:partof",
		"p1 +o2 +o1");
	expect_ids("Patient?_id=p1,p2&_include=*&_sort=_id", "p1 p2 +o2 +o1");
	expect_ids("Patient?_id=p1&_include=Patient:organization:Practitioner", "p1");
	expect_ids("Patient?_id=p1&_revinclude=Observation:subject", "p1 +b1");
	expect_ids("Patient?_id=p1&_revinclude=Observation:*", "p1 +b1");
	expect_ids("Patient?_id=p1&_revinclude=Organization:*", "p1");
	expect_ids("Organization?_id=o1&_revinclude:iterate=Organization:partof", "o1 +o2 +o3");
	/* What is a match is not included as well. */
	expect_ids("Organization?_sort=_id&_include=Organization:partof", "o1 o2 o3");
	expect_ids("Observation?_id=b1&_include=Observation:subject&_revinclude=Observation:subject",
		"b1 +p1");
}

static void shows_parts(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = find("Patient?_id=p1&_elements=gender");
	expect_text(&a, "/entry/0/resource/gender", "female");
	expect_text(&a, "/entry/0/resource/meta/tag/0/code", "SUBSETTED");
	assert_false(has(a.body, "kesson"));
	/* Only matches are cut, unless _elements names the type of what is included. */
	a = find("Patient?_id=p1&_elements=gender&_include=Patient:organization");
	expect_text(&a, "/entry/1/resource/name", "Enhet");
	a = find("Patient?_id=p1&_elements=gender,Organization.name&_include=Patient:organization");
	expect_text(&a, "/entry/1/resource/meta/tag/0/code", "SUBSETTED");
	a = find("Patient?_id=p1&_summary=true&_include=Patient:organization");
	expect_text(&a, "/entry/1/resource/meta/tag/0/code", "SUBSETTED");
}

static void handles_what_it_does_not_know(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = find("Patient?_id=p1&fmaily=x");
	assert_string_equal(ids(&a), "p1 !");
	expect_part(fixture_text(fx, &a, "/entry/1/resource/issue/0/details/text"), "fmaily");
	expect_part(fixture_text(fx, &a, "/entry/1/resource/issue/0/details/text"), "did you mean");
	assert_null(strstr(link_of(&a, "self"), "fmaily"));
	a = send_with("GET", "Patient?_id=p1&fmaily=x", "Prefer: handling=strict\r\n", NULL, 400);
	expect_part(fixture_issue(fx, &a), "fmaily");
	send_ok("GET", "Patient?birthdate=yesterday", NULL, 400);
	send_ok("GET", "Patient?family:above=x", NULL, 400);
}

static void searches_several_types(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = find("?_type=Patient,Organization&_count=4");
	assert_string_equal(ids(&a), "p1 p2 p3 o1");
	assert_int_equal(number(&a, "/total"), 6);
	a = find(link_of(&a, "next"));
	assert_string_equal(ids(&a), "o2 o3");
	assert_int_equal(number(&a, "/total"), 6);
	assert_null(link_of(&a, "next"));
	a = find("?_type=Patient,Organization&_count=3");
	assert_string_equal(ids(&a), "p1 p2 p3");
	a = find(link_of(&a, "next"));
	assert_string_equal(ids(&a), "o1 o2 o3");
	assert_null(link_of(&a, "next"));
	expect_ids("?_type=Patient&_id=p2", "p2");
	/* Without types: by what all have. */
	a = find("?_id=p2,o1,b1&_count=2");
	assert_string_equal(ids(&a), "b1 o1");
	assert_int_equal(number(&a, "/total"), 3);
	a = find(link_of(&a, "next"));
	assert_string_equal(ids(&a), "p2");
	assert_null(link_of(&a, "next"));
	a = send_ok("GET", "?_id=p2&family=x", NULL, 400);
	expect_part(fixture_issue(fx, &a), "_type=Patient");
	send_ok("GET", "", NULL, 400);
	send_ok("GET", "?_count=2", NULL, 400);
	send_ok("GET", "?_type=Chair", NULL, 400);
	/* A type that is named twice is one type. */
	a = find("?_type=Patient,Organization,Patient&_id=p1,o1");
	assert_string_equal(ids(&a), "p1 o1");
	assert_int_equal(number(&a, "/total"), 2);
	a = send_ok("GET", "?_type=Patient&_type=Organization", NULL, 400);
	expect_part(fixture_issue(fx, &a), "given twice");
	send_ok("GET", "?_type=Patient&_cursor=x", NULL, 400);
}

/* What one of the types does not know is not asked of the others alone, either. */
static void knows_of_several_types_what_all_know(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = find("?_type=Patient,Organization&family=Ek&_id=p2,o1");
	assert_string_equal(ids(&a), "p2 o1 !");
	expect_part(fixture_text(fx, &a, "/entry/2/resource/issue/0/details/text"), "family was left out");
	assert_null(strstr(link_of(&a, "self"), "family"));
	a = find("?_type=Organization,Patient&_id=p2,o1&_sort=birthdate&phone=x");
	assert_string_equal(ids(&a), "o1 p2 !");
	assert_int_equal(hs_json_count(hs_json_pointer(fixture_json(fx, &a),
				 HS_S("/entry/2/resource/issue"))),
		2);
	send_with("GET", "?_type=Patient,Organization&family=Ek", "Prefer: handling=strict\r\n", NULL, 400);
}

/* The ids of all pages, forward, and of the first page when each has linked back. */
static const char *walk(const char *path)
{
	struct hs_buf out;
	struct fixture_answer a = { 0 };
	hs_buf_init(&out, fixture_arena(fx), 65536);
	for (const char *next = path; next; next = link_of(&a, "next")) {
		a = find(next);
		assert_true(entries(&a) > 0);
		hs_buf_cstr(&out, out.len ? " | " : "");
		hs_buf_cstr(&out, ids(&a));
	}
	for (const char *back = link_of(&a, "previous"); back; back = link_of(&a, "previous"))
		a = find(back);
	assert_true(hs_slice_starts(hs_buf_slice(&out), hs_slice_cstr(ids(&a))));
	return hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&out));
}

static void sorts_several_types(void **state)
{
	NEED_FHIR();
	const char *subject = "'subject':{'reference':'Patient/sorted'}";
	put("Encounter", "e1",
		TEXT(",'status':'finished','class':{'code':'AMB'},%s,"
		     "'period':{'start':'2021-03-01'}",
			subject));
	put("Encounter", "e2",
		TEXT(",'status':'finished','class':{'code':'AMB'},%s,"
		     "'period':{'start':'2021-01-01'}",
			subject));
	put("Procedure", "q1", TEXT(",'status':'completed',%s,'performedDateTime':'2021-02-01'", subject));
	put("Procedure", "q2", TEXT(",'status':'completed',%s", subject));
	put("Procedure", "q3", TEXT(",'status':'completed',%s,'performedDateTime':'2021-04-01'", subject));
	put("DocumentReference", "r1",
		TEXT(",'status':'current',%s,'date':'2021-02-15T00:00:00Z',"
		     "'content':[{'attachment':{'url':'urn:x'}}]",
			subject));
	const char *all = "?_type=Procedure,Encounter,DocumentReference&patient=Patient/sorted";
	expect_ids(TEXT("%s&_sort=date", all), "e2 q1 r1 e1 q3 q2");
	expect_ids(TEXT("%s&_sort=-date", all), "q3 e1 r1 q1 e2 q2");
	expect_ids(TEXT("%s&_sort=-_id", all), "r1 q3 q2 q1 e2 e1");
	expect_ids(TEXT("%s&_sort=_lastUpdated,_id&_count=1", all), "e1");
	assert_string_equal(walk(TEXT("%s&_sort=date&_count=1", all)), "e2 | q1 | r1 | e1 | q3 | q2");
	assert_string_equal(walk(TEXT("%s&_sort=-date&_count=4", all)), "q3 e1 r1 q1 | e2 q2");
	assert_string_equal(walk(TEXT("%s&_sort=date&_count=2", all)), "e2 q1 | r1 e1 | q3 q2");
	struct fixture_answer a = find(TEXT("%s&_sort=date&_count=2", all));
	assert_int_equal(number(&a, "/total"), 6);
	put("Encounter", "e0",
		TEXT(",'status':'finished','class':{'code':'AMB'},%s,"
		     "'period':{'start':'2020-01-01'}",
			subject));
	a = find(link_of(&a, "next"));
	assert_string_equal(ids(&a), "r1 e1");
	send_ok("GET", TEXT("%s&_sort=date&_cursor=9~x", all), NULL, 400);
	send_ok("GET", TEXT("%s&_sort=date&_cursor=x", all), NULL, 400);
}

/* A walk over pages sees each resource that is there all the time exactly once, whatever is written
 * meanwhile. */
static void pages_while_others_write(void **state)
{
	NEED_FHIR();
	for (int i = 0; i < 9; i++)
		put("Basic", TEXT("w%d", i), ",'code':{'coding':[{'code':'walk'}]}");
	const char *path = "Basic?code=walk&_count=2";
	unsigned seen = 0;
	for (int page = 0; path; page++) {
		struct fixture_answer a = find(path);
		for (const char *at = ids(&a); *at; at++) {
			if (*at == 'w' && at[1] >= '0' && at[1] <= '8') {
				assert_false(seen & 1u << (at[1] - '0'));
				seen |= 1u << (at[1] - '0');
			}
		}
		path = link_of(&a, "next");
		put("Basic", TEXT("n%d", page), ",'code':{'coding':[{'code':'walk'}]}");
		send_ok("DELETE", TEXT("Basic/w%d", page), NULL, 204);
		assert_true(page < 20);
	}
	/* Those deleted before their page came may be missing; 5 to 8 must be there. */
	assert_int_equal(seen & 0x1e0, 0x1e0);
}

/* Forward to the end and back to the beginning: the same pages. */
static void links_back(void **state)
{
	NEED_FHIR();
	enum { PAGES = 12 };
	const char *ids[PAGES];
	for (int i = 0; i < PAGES; i++)
		send_ok("PUT", TEXT("Basic/back%02d", i),
			TEXT("{'resourceType':'Basic','id':'back%02d','code':{'coding':[{'system':'urn:b',"
			     "'code':'back'}]}}",
				i),
			201);
	const char *path = "Basic?code=urn:b|back&_count=1&_sort=-_id";
	struct fixture_answer a = { 0 };
	for (int i = 0; i < PAGES; i++) {
		assert_non_null(path);
		a = send_ok("GET", path, NULL, 200);
		ids[i] = hs_arena_cstr(fixture_arena(fx), fixture_text(fx, &a, "/entry/0/resource/id"));
		assert_string_equal(ids[i], TEXT("back%02d", PAGES - 1 - i));
		assert_int_equal(link_of(&a, "previous") != NULL, i > 0);
		path = link_of(&a, "next");
	}
	assert_null(path);
	/* As far as the trail goes. */
	for (int i = PAGES - 2; i >= PAGES - 1 - 8; i--) {
		a = send_ok("GET", link_of(&a, "previous"), NULL, 200);
		expect_text(&a, "/entry/0/resource/id", ids[i]);
	}
	assert_null(link_of(&a, "previous"));
	assert_non_null(link_of(&a, "first"));
	a = send_ok("GET", "Basic?code=urn:b|back&_count=5", NULL, 200);
	a = send_ok("GET", link_of(&a, "next"), NULL, 200);
	a = send_ok("GET", link_of(&a, "previous"), NULL, 200);
	assert_null(link_of(&a, "previous"));
	expect_text(&a, "/entry/0/resource/id", "back00");
	a = send_ok("GET", "Basic/_history?_count=2", NULL, 200);
	struct hs_slice first = fixture_text(fx, &a, "/entry/0/resource/id");
	a = send_ok("GET", link_of(&a, "next"), NULL, 200);
	a = send_ok("GET", link_of(&a, "previous"), NULL, 200);
	assert_true(hs_slice_eq(first, fixture_text(fx, &a, "/entry/0/resource/id")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_every_type_of_parameter),
		cmocka_unit_test(sorts),
		cmocka_unit_test(posts_searches),
		cmocka_unit_test(refuses_too_many_conditions),
		cmocka_unit_test(pages),
		cmocka_unit_test(counts),
		cmocka_unit_test(includes),
		cmocka_unit_test(shows_parts),
		cmocka_unit_test(handles_what_it_does_not_know),
		cmocka_unit_test(searches_several_types),
		cmocka_unit_test(knows_of_several_types_what_all_know),
		cmocka_unit_test(sorts_several_types),
		cmocka_unit_test(pages_while_others_write),
		cmocka_unit_test(links_back),
	};
	return cmocka_run_group_tests(tests, load, stop_server);
}
