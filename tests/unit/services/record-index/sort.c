/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of sorting: what comes out is what qsort gives, and what lies behind is left alone. */
#include <services/record-index/ledger/table.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST 5000
static struct hs_ledger_pair pairs[MOST + 1], expected[MOST];

static int by_key_and_value(const void *a, const void *b)
{
	const struct hs_ledger_pair *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

static void sorts(size_t count, uint64_t mask)
{
	uint64_t random = count * 31 + 7;

	for (size_t i = 0; i <= count; i++) {
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		pairs[i] = (struct hs_ledger_pair) { (random ^ random >> 32) & mask, random >> 20 & ~mask };
	}
	const struct hs_ledger_pair behind = pairs[count];
	memcpy(expected, pairs, count * sizeof *pairs);
	qsort(expected, count, sizeof *expected, by_key_and_value);
	hs_ledger_sort(pairs, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(pairs[i].key, expected[i].key);
		assert_int_equal(pairs[i].value, expected[i].value);
	}
	assert_int_equal(pairs[count].key, behind.key);
	assert_int_equal(pairs[count].value, behind.value);
}

static void sorts_any(void **state)
{
	static const uint64_t masks[] = { UINT64_MAX, 0, 1, 0xff, UINT64_C(0xff) << 56, UINT64_C(0x7ff) << 11,
		(UINT64_C(1) << 63) - 1, UINT64_C(0x8000000000000001) };
	static const size_t counts[] = { 0, 1, 2, 3, 100, MOST };

	(void)state;
	for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++) {
		for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
			sorts(counts[c], masks[m]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
