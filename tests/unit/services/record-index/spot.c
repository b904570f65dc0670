/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of spots: of one subject they lie together in order of row, and say what they were made of. */
#include <services/record-index/ledger/table.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint64_t subjects[] = { 0, 1, 63, 64, 65, 4095, 1000000, HS_LEDGER_SUBJECT_MAX - 1,
	HS_LEDGER_SUBJECT_MAX };
static const uint64_t rows[] = { 1, 2, 1000, UINT64_C(1) << 32, HS_LEDGER_ROW_MAX };
#define SUBJECTS (sizeof subjects / sizeof subjects[0])
#define ROWS (sizeof rows / sizeof rows[0])

static void tell_what_they_were_made_of(void **state)
{
	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		for (size_t r = 0; r < ROWS; r++) {
			uint64_t spot = hs_ledger_spot(subjects[s], rows[r]);
			assert_int_equal(hs_ledger_spot_subject(spot), subjects[s]);
			assert_int_equal(hs_ledger_row_of(spot), rows[r]);
			assert_int_equal(hs_ledger_row_of(spot | HS_LEDGER_AT_SPOT), rows[r]);
			assert_int_equal(hs_ledger_spot_bucket(spot), subjects[s] % HS_LEDGER_BUCKETS);
			assert_true(spot < HS_LEDGER_AT_SPOT); /* a positive number in a table */
		}
	}
}

/* No spot of one subject lies between two of another, and those of a bucket lie together. */
static void lie_together(void **state)
{
	(void)state;
	for (size_t a = 0; a < SUBJECTS; a++) {
		for (size_t r = 1; r < ROWS; r++)
			assert_true(hs_ledger_spot(subjects[a], rows[r - 1]) <
				hs_ledger_spot(subjects[a], rows[r]));
		uint64_t first = hs_ledger_spot(subjects[a], 0),
			 last = hs_ledger_spot(subjects[a], HS_LEDGER_ROW_MAX);
		for (size_t b = 0; b < SUBJECTS; b++) {
			uint64_t other = hs_ledger_spot(subjects[b], 7);
			uint64_t bucket = subjects[a] % HS_LEDGER_BUCKETS,
				 its = subjects[b] % HS_LEDGER_BUCKETS;
			assert_int_equal(other > first && other < last, a == b);
			if (bucket != its)
				assert_int_equal(bucket < its, last < other);
		}
	}
}

static void wait_in_blocks(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_ledger_stored a = { hs_ledger_spot(7, 9), 12, HS_S("id-1"), HS_S("packed") }, got;
	struct hs_buf block;

	(void)state;
	hs_buf_init(&block, arena, 4096);
	hs_ledger_put_stored(&block, &a);
	a.spot = hs_ledger_spot(HS_LEDGER_SUBJECT_MAX, HS_LEDGER_ROW_MAX);
	a.seq = 0;
	hs_ledger_put_stored(&block, &a);
	struct hs_slice rest = hs_buf_slice(&block);
	assert_true(hs_ledger_take_stored(&rest, &got));
	assert_int_equal(got.spot, hs_ledger_spot(7, 9));
	assert_int_equal(got.seq, 12);
	assert_true(hs_ledger_take_stored(&rest, &got));
	assert_int_equal(got.spot, a.spot);
	assert_int_equal(got.seq, 0);
	assert_true(hs_slice_eq(got.id, a.id));
	assert_true(hs_slice_eq(got.packed, a.packed));
	assert_int_equal(rest.len, 0);
	/* A block that was cut is never taken for a shorter one. */
	for (size_t len = 1; len < block.len; len++) {
		size_t taken = 0;
		rest = hs_slice_first(hs_buf_slice(&block), len);
		while (rest.len && hs_ledger_take_stored(&rest, &got))
			taken++;
		assert_int_equal(rest.len == 0 && taken == 2, 0);
	}
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tell_what_they_were_made_of),
		cmocka_unit_test(lie_together),
		cmocka_unit_test(wait_in_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
