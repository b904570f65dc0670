/* SPDX-License-Identifier: Apache-2.0 */
/* The histogram's buckets, and sums over loops. */
#include <core/host/metrics.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void each_value_lies_in_its_bucket(void **state)
{
	(void)state;
	for (unsigned i = 1; i < HS__BUCKETS; i++)
		assert_true(hs__bucket_bound(i - 1) < hs__bucket_bound(i));
	for (uint64_t us = 0; us < 40000000; us = us < 300 ? us + 1 : us + us / 37) {
		unsigned bucket = hs__bucket_of(us);
		assert_true(bucket < HS__BUCKETS);
		assert_true(us <= hs__bucket_bound(bucket));
		if (bucket)
			assert_true(us > hs__bucket_bound(bucket - 1));
	}
	assert_int_equal(hs__bucket_of(UINT64_MAX), HS__BUCKETS - 1);
	assert_int_equal(hs__bucket_bound(0), 16);
	assert_true(hs__bucket_bound(HS__BUCKETS - 2) >= 10000000);
}

static void sums_go_over_loops(void **state)
{
	struct hs__metrics *metrics = hs__metrics_new();
	unsigned action = hs__metrics_action(metrics, "x", "$y");
	struct hs__action_sum sum;

	(void)state;
	assert_int_equal(hs__metrics_action(metrics, "x", "$y"), action);
	assert_string_equal(hs__metrics_name(metrics, action)->name, "$y");
	assert_string_equal(hs__metrics_name(metrics, 100000)->name, "unknown");
	hs__metrics_count(metrics, 0, action, 200, 10);
	hs__metrics_count(metrics, 1, action, 204, 100);
	hs__metrics_count(metrics, 1, action, 503, 1000000);
	hs__metrics_sum(metrics, 2, action, &sum);
	assert_int_equal(sum.by_class[2], 2);
	assert_int_equal(sum.by_class[5], 1);
	assert_int_equal(sum.count, 3);
	assert_int_equal(sum.sum_us, 1000110);
	hs__metrics_free(metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_lies_in_its_bucket),
		cmocka_unit_test(sums_go_over_loops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
