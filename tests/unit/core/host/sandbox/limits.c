/* SPDX-License-Identifier: Apache-2.0 */
/* The token bucket and the clock of a sandbox, without a server. */
#include <core/host/sandbox/sandbox.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND 1000000000ull

static unsigned taken(struct hs_sandbox *sandbox, uint64_t at_ns, unsigned tries)
{
	unsigned count = 0, retry = 0;

	for (unsigned i = 0; i < tries; i++) {
		struct hs_error err = { .status = HS_OK };
		enum hs_status status = hs__limits_check(sandbox, at_ns, 0, false, &retry, &err);
		count += status == HS_OK;
		if (status) {
			assert_int_equal(status, HS_E_THROTTLED);
			assert_true(retry >= 1);
		}
	}
	return count;
}

static void the_bucket_empties_and_fills(void **state)
{
	struct hs_sandbox *sandbox = calloc(1, sizeof(*sandbox));
	uint64_t now = 5 * SECOND;

	(void)state;
	assert_int_equal(taken(sandbox, now, 1000), 1000); /* no limit */
	hs__limits_set(sandbox, &(struct hs_sandbox_limits) { .requests_per_second = 10, .burst = 4 });
	assert_int_equal(taken(sandbox, now, 20), 4);
	assert_int_equal(taken(sandbox, now + SECOND / 10, 20), 1);
	assert_int_equal(taken(sandbox, now + 60 * SECOND, 20), 4);
	hs__limits_set(sandbox, &(struct hs_sandbox_limits) { .requests_per_second = 100 });
	assert_int_equal(taken(sandbox, now + 120 * SECOND, 500), 100);
	free(sandbox);
}

static void bodies_are_measured(void **state)
{
	struct hs_sandbox *sandbox = calloc(1, sizeof(*sandbox));
	struct hs_error err = { .status = HS_OK };
	unsigned retry = 0;

	(void)state;
	hs__limits_set(sandbox, &(struct hs_sandbox_limits) { .body_kib = 2 });
	assert_int_equal(hs__limits_check(sandbox, 1, 2048, true, &retry, &err), HS_OK);
	assert_int_equal(hs__limits_check(sandbox, 1, 2049, true, &retry, &err), HS_E_LIMIT);
	free(sandbox);
}

static void clocks_run_stand_and_jump(void **state)
{
	struct hs__clock clock = { 0, INT64_MIN };

	(void)state;
	assert_int_equal(hs__clock_at(&clock, 1000), 1000);
	hs__clock_set_offset(&clock, -300);
	assert_int_equal(hs__clock_at(&clock, 1000), 700);
	hs__clock_advance(&clock, 100);
	assert_int_equal(hs__clock_at(&clock, 1000), 800);
	hs__clock_freeze(&clock, 5);
	assert_int_equal(hs__clock_at(&clock, 99999), 5);
	hs__clock_advance(&clock, 10);
	assert_int_equal(hs__clock_at(&clock, 99999), 15);
	hs__clock_set_offset(&clock, 0);
	assert_int_equal(hs__clock_at(&clock, 1000), 1000);
}

static void names_are_narrow(void **state)
{
	static const char *const good[] = { "a", "acme-1", "0", "a-b-c" };
	static const char *const bad[] = { "", "-a", "a-", "A", "a.b", "../x", "a/b", "\xc3\xa5",
		"0123456789012345678901234567890123456789012345678" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(hs__sandbox_name_valid(hs_slice_cstr(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hs__sandbox_name_valid(hs_slice_cstr(bad[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bucket_empties_and_fills),
		cmocka_unit_test(bodies_are_measured),
		cmocka_unit_test(clocks_run_stand_and_jump),
		cmocka_unit_test(names_are_narrow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
