/* SPDX-License-Identifier: Apache-2.0 */
/* Searches of the record index that no condition makes narrow: what they may cost, and what they are told. */
#include "rest_test.h"

#define POINTERS 30
#define OF_ONE 140 /* so many of one patient are judged along columns that are there */

/* A second after the one before. */
static void put_pointer(int i, int status)
{
	assert_int_equal(fixture_operate(fx, "PUT", "/operator/sandboxes/default/clock",
				 quoted("{'advanceMs':1000}"))
				 .status,
		200);
	send_ok("PUT", TEXT("DocumentReference/d%d", i),
		TEXT("{'resourceType':'DocumentReference','id':'d%d','status':'%s','subject':{'reference':"
		     "'Patient/p%d'},'date':'2024-01-%02dT00:00:00Z','content':[{'attachment':{'url':"
		     "'urn:x'}}]}",
			i, i % 2 ? "superseded" : "current", i % 3, 1 + i % 28),
		status);
}

static int start_small(void **state)
{
	struct fixture_options options = {
		.config = "{\"services\":{\"record-index\":{\"search-looks\":20}}}"
	};

	(void)state;
	fx = fixture_start(&options);
	for (int i = 0; i < POINTERS && fixture_has_fhir(fx, HS_FHIR_R4); i++)
		put_pointer(i, 201);
	return 0;
}

static void refused(const char *query)
{
	struct fixture_answer a = send_ok("GET", TEXT("DocumentReference?%s", query), NULL, 422);
	expect_text(&a, "/issue/0/code", "too-costly");
	expect_part(a.body, "more than 20 pointers");
	expect_part(a.body, "patient");
}

static void found(const char *query, size_t on_page, int64_t total)
{
	struct fixture_answer a = send_ok("GET", TEXT("DocumentReference?%s", query), NULL, 200);
	assert_int_equal(entries(&a), on_page);
	assert_int_equal(number(&a, "/total"), total);
}

static void refuses_what_must_look_at_all(void **state)
{
	NEED_FHIR();
	refused("location=urn:x");
	refused("location=urn:x&_summary=count");
	refused("_sort=_id");
	refused("_sort=status,-_id");
	refused("location=urn:x&_sort=-status&_total=none");
	refused("location:below=urn:&_sort=-date&_total=none&_count=2");
}

static void answers_what_needs_few(void **state)
{
	NEED_FHIR();
	found("", 20, POINTERS);
	found("_count=7", 7, POINTERS);
	found("_summary=count", 0, POINTERS);
	found("status=current&_total=none&_count=5", 5, -1);
	found("patient=Patient/p1&status=current&_sort=date", 5, 5);
	found("date=lt2024-01-03&_sort=-date", 4, 4);
	found("_id=d1,d2&status=current", 1, 1);
	/* What shapes tell. */
	found("status=current", 15, 15);
	found("status=current&_summary=count", 0, 15);
	found("status:not=current&_sort=-status", 15, 15);
	found("status=entered-in-error", 0, 0);
	found("status=entered-in-error&_sort=-date&_total=none&_count=2", 0, -1);
	found("status=current,superseded&_count=4", 4, POINTERS);
	found("status=current&location=urn:x", 15, 15);
	/* What columns tell of values, subjects and custodians. */
	found("location=urn:y", 0, 0);
	found("location=urn:y&_total=none", 0, -1);
	found("location=urn:y,urn:z&status=current&_sort=-date&_total=none&_count=2", 0, -1);
	found("subject:missing=true", 0, 0);
	found("custodian:missing=false&_sort=status", 0, 0);
	found("custodian:missing=true&_count=3&_total=none", 3, -1);
	found("identifier=urn:x|&_total=none", 0, -1);
	/* Along the dates. */
	found("_sort=date", 20, POINTERS);
	found("_sort=-date&_count=3", 3, POINTERS);
	found("status:not=current&_sort=-date&_total=none&_count=4", 4, -1);
	found("date=ge2024-01-02", 20, POINTERS - 2);
	found("date=ge2024-01-02&_sort=-date&_count=5", 5, POINTERS - 2);
	found("date=ge2024-01-02&_summary=count", 0, POINTERS - 2);
	/* In orders that columns tell. */
	found("_sort=-status&_count=7", 7, POINTERS);
	found("_sort=subject,-date", 20, POINTERS);
	found("status=current&_sort=patient&_total=none&_count=4", 4, -1);
	/* What was updated when comes before any order. */
	found("_lastUpdated=lt1990&_sort=date", 0, 0);
	found("_lastUpdated=gt2100&_sort=_id&_total=none", 0, -1);
	found("_lastUpdated=gt1990&_sort=-subject&_count=3", 3, POINTERS);
}

static void pages_through(const char *query, size_t all)
{
	size_t seen = 0;
	for (const char *page = TEXT("DocumentReference?%s", query); page;) {
		struct fixture_answer a = send_ok("GET", page, NULL, 200);
		assert_int_equal(number(&a, "/total"), all);
		seen += entries(&a);
		page = link_of(&a, "next");
	}
	assert_int_equal(seen, all);
}

static void pages_to_the_end(void **state)
{
	NEED_FHIR();
	pages_through("_count=8", POINTERS);
	pages_through("_count=4&_sort=-date", POINTERS);
	pages_through("_count=1&_sort=date", POINTERS);
	pages_through("_count=4&status=current", 15);
	pages_through("_count=4&status=current,superseded", POINTERS);
	pages_through("_count=4&status=current&_sort=-date", 15);
	pages_through("_count=4&status=current&_sort=_lastUpdated", 15);
	pages_through("_count=3&date=ge2024-01-02", POINTERS - 2);
	pages_through("_count=3&date=ge2024-01-02&_sort=-date", POINTERS - 2);
	pages_through("_count=3&date=lt2024-01-04&_sort=date", 6 - 1);
	pages_through("_count=7&_sort=subject", POINTERS);
	pages_through("_count=4&_sort=-subject,status,-date", POINTERS);
	pages_through("_count=9&_sort=-status,_lastUpdated", POINTERS);
	pages_through("_count=7&_lastUpdated=gt1990&_sort=custodian,-date", POINTERS);
}

static void first_found(const char *query, const char *id)
{
	struct fixture_answer a = send_ok("GET", TEXT("DocumentReference?%s", query), NULL, 200);
	assert_int_equal(entries(&a), 3);
	expect_text(&a, "/entry/0/resource/id", id);
}

/* What other types have written since is not looked through. */
static void newest_stand_before_others(void **state)
{
	NEED_FHIR();
	for (int i = 0; i < 2; i++)
		put_pointer(i, 200); /* as it is, but newer */
	for (int i = 0; i < 3 * POINTERS; i++)
		send_ok("PUT", TEXT("Patient/p%d", i), TEXT("{'resourceType':'Patient','id':'p%d'}", i), 201);
	first_found("_sort=-_lastUpdated,_id&_count=3", "d1");
	first_found("_sort=-_lastUpdated&_count=3&_total=none", "d1");
	first_found("_sort=-_lastUpdated&_count=3&_lastUpdated=gt1990", "d1");
	first_found("_sort=_lastUpdated&_count=3", "d2");
}

static void explained(const char *search, const char *way)
{
	struct fixture_answer a = fixture_operate(fx, "POST", "/operator/sandboxes/default/explain",
		quoted(TEXT("{'search':'%s'}", search)));
	assert_int_equal(a.status, 200);
	if (hs_slice_search(a.body, hs_slice_cstr(way)) == SIZE_MAX)
		fail_msg("%s: %.*s", search, HS_S_ARG(a.body));
}

/* The operator is told how. */
static void tells_its_way(void **state)
{
	static const struct {
		const char *search, *way;
	} ways[] = {
		{ "DocumentReference?_id=d1", "look at what one condition finds" },
		{ "DocumentReference?patient=Patient/p1", "SEARCH record_index" },
		{ "DocumentReference?status=current", "along the columns" },
		{ "DocumentReference?_sort=subject", "along the columns" },
		{ "DocumentReference?_lastUpdated=gt1990&_sort=type", "along the columns" },
		{ "DocumentReference?location=urn:x", "a list of 30" },
		{ "DocumentReference?location=urn:y", "nothing can fulfil it" },
		{ "DocumentReference?patient.name=x&status=current", "nothing can fulfil it" },
	};
	NEED_FHIR();
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		explained(ways[i].search, ways[i].way);
}

/* Much is not read one by one, not even of one patient; a page of all that he has is. */
static void reads_little_of_one_patient(void **state)
{
	NEED_FHIR();
	for (int i = 0; i < OF_ONE; i++)
		send_ok("PUT", TEXT("DocumentReference/m%d", i),
			TEXT("{'resourceType':'DocumentReference','id':'m%d','status':'current','subject':{"
			     "'reference':'Patient/many'},'date':'2023-01-%02dT00:00:00Z','content':[{"
			     "'attachment':{'url':'urn:m%d'}}]}",
				i, 1 + i % 28, i % 2),
			201);
	found("status=current&_summary=count", 0, POINTERS / 2 + OF_ONE); /* makes columns */
	explained("DocumentReference?patient=Patient/many&location=urn:m1", "along the columns");
	explained("DocumentReference?patient=Patient/many&_sort=-date", "along the columns");
	explained("DocumentReference?patient=Patient/many&location:below=urn:m", "which lie together");
	found("patient=Patient/many&location:below=urn:m1&_count=5", 5, OF_ONE / 2);
	explained("DocumentReference?patient=Patient/many,Patient/p1&location=urn:m1", "along the columns");
	explained("DocumentReference?patient=Patient/many", "without a look");
	explained("DocumentReference?patient=Patient/p1&location=urn:x", "which lie together");
	found("patient=Patient/many&location=urn:m1&_count=5", 5, OF_ONE / 2);
	found("patient=Patient/many&location=urn:x", 0, 0);
	found("patient=Patient/many&_sort=-date&_count=3", 3, OF_ONE);
	found("patient=Patient/many,Patient/p1&location=urn:m1,urn:x&_sort=date", 20, OF_ONE / 2 + 10);
	found("patient=Patient/many", 20, OF_ONE);
	pages_through("patient=Patient/many&location=urn:m1&_count=30", OF_ONE / 2);
	pages_through("patient=Patient/many&_count=50&_sort=-date", OF_ONE);
	pages_through("patient=Patient/many&date=lt2023-01-15&location=urn:m0&_count=9&_sort=date",
		OF_ONE / 4);
}

/* ---- orders that neither shapes nor parties tell ---- */

#define WIDE 400

static void put_wide(int i, int status)
{
	send_ok("PUT", TEXT("DocumentReference/w%d", i),
		TEXT("{'resourceType':'DocumentReference','id':'w%d','status':'%s','subject':{'reference':"
		     "'Patient/p%d'},'identifier':[{'value':'n%03d'},{'value':'M%03d'}],'content':[{"
		     "'attachment':{'url':'urn:w:%03d'}}]}",
			i, i % 2 ? "superseded" : "current", i % 3, i * 7 % WIDE, i * 11 % WIDE,
			i * 131 % WIDE),
		status);
}

/* A page in such an order may look at more than is on it, but not at all there is. */
static int start_wide(void **state)
{
	struct fixture_options options = { .config = "{\"services\":{\"record-index\":{\"search-looks\":250,"
						     "\"check-identifiers\":false}}}" };

	(void)state;
	fx = fixture_start(&options);
	for (int i = 0; i < WIDE && fixture_has_fhir(fx, HS_FHIR_R4); i++)
		put_wide(i, 201);
	return 0;
}

/* All of them, page after page, in the order of the text at that path. */
static void in_order_of(const char *query, const char *path, size_t all, bool falls)
{
	char last[64] = "";
	size_t seen = 0;

	for (const char *page = TEXT("DocumentReference?%s", query); page;) {
		struct fixture_answer a = send_ok("GET", page, NULL, 200);
		HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry"))) {
			struct hs_slice here = hs_json_text(hs_json_pointer(entry, hs_slice_cstr(path)));
			int order = hs_slice_cmp(hs_slice_cstr(last), here);
			if (seen++ && (falls ? order < 0 : order > 0))
				fail_msg("%s: %s comes before %.*s", query, last, HS_S_ARG(here));
			snprintf(last, sizeof last, "%.*s", HS_S_ARG(here));
		}
		page = link_of(&a, "next");
	}
	assert_int_equal(seen, all);
}

static void puts_in_order_by_ranks(void **state)
{
	NEED_FHIR();
	for (int i = 0; i < 3; i++) {
		in_order_of("_sort=_id&_count=23", "/resource/id", WIDE, false);
		in_order_of("_sort=-_id&_count=23", "/resource/id", WIDE, true);
		in_order_of("_sort=location&_count=31", "/resource/content/0/attachment/url", WIDE, false);
		in_order_of("status=current&_sort=-location&_count=9&_total=none",
			"/resource/content/0/attachment/url", WIDE / 2, true);
		in_order_of("_sort=-identifier&_count=40", "/resource/identifier/0/value", WIDE, true);
		in_order_of("_sort=identifier&_count=40", "/resource/identifier/1/value", WIDE, false);
		/* What has changed, too. */
		for (int k = 0; k < 20; k++)
			put_wide(k * 17, 200);
	}
}

int main(void)
{
	const struct CMUnitTest wide[] = { cmocka_unit_test(puts_in_order_by_ranks) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_must_look_at_all),
		cmocka_unit_test(answers_what_needs_few),
		cmocka_unit_test(pages_to_the_end),
		cmocka_unit_test(tells_its_way),
		cmocka_unit_test(newest_stand_before_others),
		cmocka_unit_test(reads_little_of_one_patient),
	};
	int failed = cmocka_run_group_tests_name("small", tests, start_small, stop_server);

	return failed + cmocka_run_group_tests_name("wide", wide, start_wide, stop_server);
}
