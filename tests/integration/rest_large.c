/* SPDX-License-Identifier: Apache-2.0 */
/* Large batches and transactions: within the memory of a request they work like small ones, beyond it they
 * are refused clearly and leave nothing. */
#include "rest_test.h"

#include <handslag/buf.h>

#define ARENA_MIB "limits.arenaMib=24"

static int start_small(void **state)
{
	static const struct hs_service *const services[] = { &hs_service_record_source, NULL };
	static const char *const settings[] = { ARENA_MIB, NULL };
	struct fixture_options options = { .services = services, .settings = settings };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

static void add_observation(struct hs_buf *out, int i, int words, const char *status)
{
	hs_buf_printf(out,
		",{\"fullUrl\":\"urn:uuid:10000000-0000-4000-8000-%012d\",\"request\":{\"method\":\"POST\","
		"\"url\":\"Observation\"},\"resource\":{\"resourceType\":\"Observation\",\"status\":\"%s\","
		"\"code\":{\"coding\":[{\"system\":\"urn:large\",\"code\":\"c%d\"}]},"
		"\"subject\":{\"reference\":\"urn:uuid:00000000-0000-4000-8000-000000000000\"},"
		"\"valueQuantity\":{\"value\":%d.50},\"note\":[",
		i, status, i, i);
	for (int k = 0; k < words; k++)
		hs_buf_printf(out,
			"%s{\"text\":\"the patient of this observation says word %d of a long story\"}",
			k ? "," : "", k);
	hs_buf_cstr(out, "]}}");
}

/* A patient and `count` observations of it, the one numbered `bad` with an unknown status. */
static const char *make_bundle(const char *type, int count, int words, int bad)
{
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(fx), (size_t)64 << 20);
	hs_buf_printf(&out,
		"{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":[{\"fullUrl\":\"urn:uuid:00000000-"
		"0000-4000-"
		"8000-000000000000\",\"request\":{\"method\":\"POST\",\"url\":\"Patient\"},\"resource\":{"
		"\"resourceType\":\"Patient\"}}",
		type);
	for (int i = 0; i < count; i++)
		add_observation(&out, i, words, i == bad ? "nonsense" : "final");
	hs_buf_cstr(&out, "]}");
	hs_buf_byte(&out, '\0');
	return out.ptr;
}

#define COUNT 1500
#define WORDS 40 /* about 3 KB a resource */

static void expect_stored(int wanted)
{
	struct fixture_answer a = send_ok("GET", "Observation?_summary=count", NULL, 200);
	assert_int_equal(number(&a, "/total"), wanted);
}

static void carries_out_a_large_transaction(void **state)
{
	NEED_FHIR();
	const char *text = make_bundle("transaction", COUNT, WORDS, -1);
	assert_true(strlen(text) > ((size_t)4 << 20));
	struct fixture_answer a = fixture_send(fx, "POST", "", text);
	assert_int_equal(a.status, 200);
	assert_int_equal(entries(&a), COUNT + 1);
	const char *location = hs_arena_cstr(fixture_arena(fx),
		fixture_text(fx, &a, "/entry/7/response/location"));
	expect_stored(COUNT);
	a = send_ok("GET", location, NULL, 200);
	expect_text(&a, "/code/coding/0/code", "c6");
	expect_part(a.body, "'value':6.50"); /* the sender's bytes */
	assert_true(hs_slice_starts(fixture_text(fx, &a, "/subject/reference"), HS_S("Patient/")));
	a = send_ok("GET", "Observation?code=urn:large|c1499", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	a = fixture_call(fx, "POST", "", "Prefer: return=representation\r\n",
		make_bundle("transaction", COUNT / 5, WORDS * 5, -1));
	assert_int_equal(a.status, 200);
	expect_text(&a, "/entry/300/resource/code/coding/0/code", "c299");
	expect_stored(COUNT + COUNT / 5);
}

static void carries_out_a_large_batch(void **state)
{
	NEED_FHIR();
	int before = COUNT + COUNT / 5;
	struct fixture_answer a = fixture_send(fx, "POST", "", make_bundle("batch", COUNT, WORDS, 3));
	assert_int_equal(a.status, 200);
	expect_text(&a, "/entry/4/response/status", "422 Unprocessable Content");
	expect_part(fixture_text(fx, &a, "/entry/4/response/outcome/issue/0/expression/0"), "entry[4]");
	expect_text(&a, "/entry/5/response/status", "201 Created");
	expect_stored(before + COUNT - 1);
}

static void leaves_nothing_of_one_that_fails(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "Observation?_summary=count", NULL, 200);
	int before = (int)number(&a, "/total");
	a = fixture_send(fx, "POST", "", make_bundle("transaction", COUNT, WORDS, COUNT - 1));
	assert_int_equal(a.status, 422);
	expect_part(a.body, "Bundle.entry[1500].resource.status");
	/* More than a request may use, wherever that shows. */
	for (int part = 2; part <= 11; part += 9) {
		a = fixture_send(fx, "POST", "", make_bundle("transaction", COUNT / 5, part * WORDS * 3, -1));
		if (a.status == 200)
			before += COUNT / 5;
		else if (a.status != 413 || !has(a.body, "limits.arenaMib"))
			fail_msg("part %d: %d %.*s", part, a.status, HS_S_ARG(hs_slice_first(a.body, 500)));
	}
	assert_int_equal(a.status, 413);
	expect_stored(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_out_a_large_transaction),
		cmocka_unit_test(carries_out_a_large_batch),
		cmocka_unit_test(leaves_nothing_of_one_that_fails),
	};
	return cmocka_run_group_tests(tests, start_small, stop_server);
}
