/* SPDX-License-Identifier: Apache-2.0 */
/* What was acknowledged is what every loop serves, whatever its cache held before. */
#include "rest_test.h"

#define ROUNDS 100
#define READS 6 /* new connections: the kernel spreads them over the loops */

static int start_loops(void **state)
{
	static const struct hs_service *const services[] = { &hs_service_record_source, NULL };
	static const char *const settings[] = { "loops=3", NULL };
	struct fixture_options options = { .services = services, .settings = settings };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

static const char *basic(int round)
{
	return TEXT("{'resourceType':'Basic','id':'c','code':{'text':'%d'}}", round);
}

static void serves_the_newest_version(void **state)
{
	NEED_FHIR();
	for (int round = 1; round <= ROUNDS; round++) {
		send_ok("PUT", "Basic/c", basic(round), round == 1 ? 201 : 200);
		for (int i = 0; i < READS; i++) {
			struct fixture_answer a = send_ok("GET", "Basic/c", NULL, 200);
			expect_header(&a, "ETag", TEXT("W/\"%d\"", round));
			expect_text(&a, "/code/text", TEXT("%d", round));
			a = send_with("GET", "Basic/c", TEXT("If-None-Match: W/\"%d\"\r\n", round), NULL,
				304);
			expect_header(&a, "ETag", TEXT("W/\"%d\"", round));
		}
	}
	send_ok("DELETE", "Basic/c", NULL, 204);
	for (int i = 0; i < READS; i++)
		send_ok("GET", "Basic/c", NULL, 410);
}

/* The same address in memory may hold another store after a reset: nothing of the old one may be served. */
static void forgets_with_the_sandbox(void **state)
{
	NEED_FHIR();
	fixture_operate(fx, "POST", "/operator/sandboxes", "{\"name\":\"one\"}");
	for (int round = 0; round < 3; round++) {
		send_ok("PUT", "/sandbox/one/fhir/r4/Basic/c", basic(1), 201);
		for (int i = 0; i < READS; i++)
			send_ok("GET", "/sandbox/one/fhir/r4/Basic/c", NULL, 200);
		struct fixture_answer a = fixture_operate(fx, "POST", "/operator/sandboxes/one/reset", "");
		assert_in_range(a.status, 200, 204);
		for (int i = 0; i < READS; i++)
			send_ok("GET", "/sandbox/one/fhir/r4/Basic/c", NULL, 404);
	}
	send_ok("PUT", "Basic/here", "{'resourceType':'Basic','id':'here','code':{'text':'x'}}", 201);
	send_ok("GET", "Basic/here", NULL, 200);
	send_ok("GET", "/sandbox/one/fhir/r4/Basic/here", NULL, 404);
}

static uint64_t store_reads(void)
{
	struct fixture_answer a = fixture_call(fx, "GET", "/metrics", NULL, NULL);
	size_t at = hs_slice_search(a.body, HS_S("\nhandslag_store_reads_total{sandbox=\"default\"} "));
	uint64_t count = 0;
	assert_int_not_equal(at, SIZE_MAX);
	struct hs_slice rest = hs_slice_from(a.body, at + 1), line = hs_slice_cut(&rest, '\n');
	hs_slice_cut(&line, ' ');
	assert_true(hs_slice_u64(line, &count));
	return count;
}

/* Who only ever asks whether it has changed is answered without the store too, once each loop has seen it. */
static void a_condition_fills_the_cache(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Basic/asked", "{'resourceType':'Basic','id':'asked','code':{'text':'x'}}", 201);
	uint64_t before = store_reads();
	for (int i = 0; i < 100; i++)
		send_with("GET", "Basic/asked", "If-None-Match: W/\"1\"\r\n", NULL, 304);
	assert_in_range(store_reads() - before, 1, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_the_newest_version),
		cmocka_unit_test(forgets_with_the_sandbox),
		cmocka_unit_test(a_condition_fills_the_cache),
	};
	return cmocka_run_group_tests(tests, start_loops, stop_server);
}
