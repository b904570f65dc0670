/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of a page in the making: it ends with the best, in order, never holds much more than these, and is
 * not put in order for each. */
#include "support.h"

#include <core/store/find/finder.h>

#define MOST 10u
#define ROWS 5000u

static uint64_t rising(unsigned i)
{
	return i + 1;
}

static uint64_t falling(unsigned i)
{
	return ROWS - i;
}

static uint64_t mixed(unsigned i) /* each of 1 to ROWS once: 1,231 and ROWS have no common factor */
{
	return (uint64_t)i * 1231 % ROWS + 1;
}

/* Puts the rows that `row_of` gives on a page behind `after` (0: from the beginning), and finishes it. */
static struct hs__page make_page(struct hs_arena *arena, const struct hs_find_query *query, uint64_t after,
	unsigned rows, uint64_t (*row_of)(unsigned i))
{
	static struct hs__ranked mark;
	struct hs__page page = { .query = query, .arena = arena };
	size_t held = 0;
	struct hs_error err;

	mark = (struct hs__ranked) { .row = after };
	page.after = after ? &mark : NULL;
	for (unsigned i = 0; i < rows; i++) {
		struct hs__ranked ranked = { .row = row_of(i) };
		assert_int_equal(hs__page_add(&page, &ranked, &err), HS_OK);
		held = page.count > held ? page.count : held;
	}
	assert_true(held <= 2 * ((size_t)query->count + 1));
	/* Each is better than all before. */
	if (row_of == falling && rows == ROWS && ROWS - after > (size_t)MOST * 3)
		assert_int_equal(held, 2 * ((size_t)query->count + 1));
	hs__page_cut(&page);
	return page;
}

static void the_best_stay_whatever_the_order(void **state)
{
	uint64_t (*const orders[])(unsigned) = { rising, falling, mixed };
	static const uint64_t after[] = { 0, 1, 700, ROWS - 3 };
	struct hs_find_query query = { .count = MOST };
	struct hs_arena *arena = hs_arena_new((size_t)1 << 24);

	(void)state;
	for (size_t order = 0; order < 3; order++)
		for (size_t a = 0; a < 4; a++) {
			struct hs__page page = make_page(arena, &query, after[a], ROWS, orders[order]);
			size_t left = ROWS - after[a], kept = left < MOST + 1 ? left : MOST + 1;
			assert_int_equal(page.count, kept);
			assert_int_equal(page.full, left > MOST);
			for (size_t i = 0; i < kept; i++)
				assert_int_equal(page.items[i].row, after[a] + 1 + i);
		}
	hs_arena_free(arena);
}

static void few_are_no_full_page(void **state)
{
	struct hs_find_query query = { .count = MOST };
	struct hs_arena *arena = hs_arena_new((size_t)1 << 20);

	(void)state;
	for (unsigned rows = 0; rows <= MOST + 1; rows++) {
		struct hs__page page = make_page(arena, &query, 0, rows, rising);
		assert_int_equal(page.count, rows);
		assert_int_equal(page.full, rows == MOST + 1);
	}
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_stay_whatever_the_order),
		cmocka_unit_test(few_are_no_full_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
