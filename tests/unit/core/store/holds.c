/* SPDX-License-Identifier: Apache-2.0 */
/* What a key of the index decides by itself, so that no facts are read: spans, whatever the comparison. */
#include "support.h"

#include <core/store/find/finder.h>

#define PARAM 7u

static int holds(const struct hs_find *find, const struct hs__fact *fact)
{
	const struct hs__cond cond = { .find = find };
	const struct hs__range range = { .cond = &cond };
	struct hs__key key;

	hs__key_of(fact, &key);
	return hs__range_holds(&range, hs__key_slice(&key));
}

static void dates_are_decided_by_their_keys(void **state)
{
	static const struct {
		int64_t lo, hi;
	} spans[] = { { 1000, 1001 }, { 1000, 2000 }, { 0, 5000 }, { -9000, -8000 }, { 1500, 1501 } };
	static const enum hs_find_cmp cmps[] = { HS_CMP_EQ, HS_CMP_NE, HS_CMP_GT, HS_CMP_LT, HS_CMP_GE,
		HS_CMP_LE, HS_CMP_SA, HS_CMP_EB };

	(void)state;
	for (size_t c = 0; c < sizeof(cmps) / sizeof(cmps[0]); c++)
		for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
			struct hs_find find = {
				.op = HS_FIND_DATE, .param = PARAM, .cmp = cmps[c], .lo = 1000, .hi = 2000
			};
			struct hs__fact fact = {
				.param = PARAM, .kind = HS_INDEX_DATE, .lo = spans[i].lo, .hi = spans[i].hi
			};
			assert_int_equal(holds(&find, &fact),
				hs_span_dates(cmps[c], spans[i].lo, spans[i].hi, 1000, 2000));
		}
}

static void numbers_are_decided_by_their_keys(void **state)
{
	static const double values[] = { -3.5, 0, 4.9, 5, 5.1, 70000 };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct hs_find find = {
			.op = HS_FIND_NUMBER, .param = PARAM, .cmp = HS_CMP_GT, .low = 5, .high = 5
		};
		struct hs__fact fact = {
			.param = PARAM, .kind = HS_INDEX_NUMBER, .low = values[i], .high = values[i]
		};
		assert_int_equal(holds(&find, &fact), values[i] > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_decided_by_their_keys),
		cmocka_unit_test(numbers_are_decided_by_their_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
