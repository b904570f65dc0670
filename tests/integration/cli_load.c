/* SPDX-License-Identifier: Apache-2.0 */
/* handslag load of Bundles into a data directory: what a server then has. */
#include "workbench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ENTRY(url, resource, method, request) \
	"{\"fullUrl\":\"" url "\",\"resource\":" resource ",\"request\":{\"method\":\"" method \
	"\",\"url\":\"" request "\"}}"
#define PATIENT "urn:uuid:6f1d2c00-0000-4000-8000-000000000001"

static void carries_out_a_transaction(void **state)
{
	(void)state;
	/* As a generator of patients writes it: every link is a urn:uuid. */
	const char *bundle = workbench_file("transaction.json",
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" ENTRY(PATIENT,
			"{\"resourceType\":\"Patient\",\"active\":true}", "POST",
			"Patient") "," ENTRY("urn:uuid:6f1d2c00-0000-4000-8000-000000000002",
			"{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"status\":\"current\","
			"\"subject\":"
			"{\"reference\":\"" PATIENT "\"},\"content\":[{\"attachment\":{\"url\":\"urn:x\"}}]}",
			"PUT", "DocumentReference/d") "]}");
	const char *broken = workbench_file("broken.json",
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" ENTRY("",
			"{\"resourceType\":\"Patient\",\"id\":\"gone\"}", "PUT", "Patient/gone") "," ENTRY("",
			"{\"resourceType\":\"Patient\",\"id\":\"bad\",\"nope\":1}", "PUT",
			"Patient/bad") "]}");
	const char *where = workbench_path("data");
	struct process_result r = WORKBENCH_RUN("load", "--data", where, "--json", bundle, broken);
	if (hs_slice_search(r.err, HS_S("FHIR definitions")) != SIZE_MAX)
		skip();
	assert_int_equal(r.exit, 1);
	assert_int_not_equal(hs_slice_search(r.out, HS_S("\"stored\": 2, \"refused\": 1")), SIZE_MAX);
	assert_int_not_equal(hs_slice_search(r.err, HS_S("broken.json:1: Bundle.entry[1]")), SIZE_MAX);

	/* The index made anew finds the same, also of a type that a service keeps itself. */
	r = WORKBENCH_RUN("reindex", "--data", where);
	assert_int_equal(r.exit, 0);
	assert_true(hs_slice_starts(r.out, HS_S("2 resources indexed anew")));

	struct fixture_options options = { .data_dir = where };
	struct fixture *f = fixture_start(&options);
	struct fixture_answer a = fixture_get(f, "DocumentReference/d");
	struct hs_slice link = fixture_text(f, &a, "/subject/reference");
	assert_true(hs_slice_starts(link, HS_S("Patient/")));
	assert_int_equal(fixture_get(f, hs_arena_cstr(workbench_arena(), link)).status, 200);
	assert_int_equal(fixture_get(f, "Patient/gone").status, 404);
	a = fixture_get(f, "Patient?active=true");
	assert_int_not_equal(hs_slice_search(a.body, HS_S("\"total\":1")), SIZE_MAX);
	fixture_stop(f);
}

/* Entries that only read store nothing; the first that fails is told. */
static void counts_what_a_batch_stored(void **state)
{
	(void)state;
	const char *bundle = workbench_file("batch.json",
		"{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[" ENTRY("",
			"{\"resourceType\":\"Patient\",\"id\":\"b\"}", "PUT",
			"Patient/b") ",{\"request\":{\"method\":\"GET\",\"url\":\"Patient\"}}," ENTRY("",
			"{\"resourceType\":\"Patient\",\"id\":\"bad\",\"nope\":1}", "PUT",
			"Patient/bad") "]}");
	struct process_result r = WORKBENCH_RUN("load", "--data", workbench_path("batch"), "--json", bundle);
	if (hs_slice_search(r.err, HS_S("FHIR definitions")) != SIZE_MAX)
		skip();
	assert_int_equal(r.exit, 1);
	assert_int_not_equal(hs_slice_search(r.out, HS_S("\"stored\": 1, \"refused\": 1")), SIZE_MAX);
	assert_int_not_equal(hs_slice_search(r.err, HS_S("batch.json:1: Bundle.entry[2]")), SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_out_a_transaction),
		cmocka_unit_test(counts_what_a_batch_stored),
	};
	return cmocka_run_group_tests(tests, workbench_start, workbench_stop);
}
