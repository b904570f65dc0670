/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of sets of rows against an array of truths: runs that are filled, and sets that are joined, with
 * whole lines and parts of lines, there and not there. */
#include "support.h"

#include <core/store/find/set.h>

#define LINES 70u /* more than the bits of a word */
#define ROWS ((uint64_t)LINES * HS__LINE_WORDS * 64u)

struct truths {
	bool has[ROWS];
};

/* What stands in memory that a set has not opened is anything. */
static struct hs__set new_set(struct hs_arena *arena)
{
	struct hs__finder finder = { .arena = arena };
	const struct hs__maker maker = { &finder, 1, ROWS / 64 };
	struct hs_error err;
	struct hs__set out;

	assert_int_equal(hs__set_empty(&maker, &out, &err), HS_OK);
	memset(out.words, 0xa5, out.count * sizeof(*out.words));
	return out;
}

static uint32_t next_number(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void fill(struct hs__set *set, struct truths *truths, uint64_t first, uint64_t last)
{
	hs__set_fill(set, first, last);
	for (uint64_t row = first; row <= last && row < ROWS; row++)
		truths->has[row] = true;
}

/* Some runs and some rows; `many`: whole lines, too. */
static void make(struct hs__set *set, struct truths *truths, uint32_t *state, bool many)
{
	memset(truths, 0, sizeof(*truths));
	for (unsigned i = 0; i < 6; i++) {
		uint64_t first = next_number(state) % ROWS;
		fill(set, truths, first, first + next_number(state) % (many ? 6000 : 200));
	}
	for (unsigned i = 0; i < 20; i++) {
		uint64_t row = next_number(state) % (ROWS + 100);
		hs__set_put(set, row);
		if (row < ROWS)
			truths->has[row] = true;
	}
}

static void assert_same(const struct hs__set *set, const struct truths *truths)
{
	uint64_t size = 0, next = hs__set_next(set, 0);

	for (uint64_t row = 0; row < ROWS; row++) {
		assert_int_equal(hs__set_has(set, row), truths->has[row]);
		size += truths->has[row];
		if (truths->has[row]) {
			assert_int_equal(next, row);
			next = hs__set_next(set, row + 1);
		}
	}
	assert_true(next == HS__NO_ROW);
	assert_int_equal(hs__set_size(set), size);
}

static void fills_runs_of_rows(void **state)
{
	static const uint64_t runs[][2] = { { 0, 0 }, { 0, 511 }, { 511, 512 }, { 1, 1023 }, { 512, 1023 },
		{ 513, 2047 }, { 63, 64 }, { 0, ROWS - 1 }, { ROWS - 1, ROWS - 1 },
		{ ROWS - 600, ROWS + 900 }, { ROWS, ROWS + 10 }, { 700, UINT64_MAX - 1 }, { 5, 4 } };
	struct truths *truths = malloc(sizeof(*truths));

	(void)state;
	assert_non_null(truths);
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct hs_arena *arena = hs_arena_new((size_t)1 << 20);
		struct hs__set set = new_set(arena);
		memset(truths, 0, sizeof(*truths));
		fill(&set, truths, runs[i][0], runs[i][1]);
		assert_same(&set, truths);
		hs_arena_free(arena);
	}
	free(truths);
}

static void joins_as_truths_are_joined(void **state)
{
	struct truths *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	uint32_t seed = 20;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	for (unsigned round = 0; round < 60; round++) {
		struct hs_arena *arena = hs_arena_new((size_t)1 << 20);
		struct hs__set one = new_set(arena), other = new_set(arena);
		make(&one, a, &seed, round & 1);
		make(&other, b, &seed, round & 2);
		if (round % 3 == 0)
			hs__set_unite(&one, &other);
		else if (round % 3 == 1)
			hs__set_intersect(&one, &other);
		else
			hs__set_subtract(&one, &other);
		for (uint64_t row = 0; row < ROWS; row++)
			a->has[row] = round % 3 == 0 ? a->has[row] || b->has[row] :
				round % 3 == 1       ? a->has[row] && b->has[row] :
						       a->has[row] && !b->has[row];
		assert_same(&one, a);
		assert_same(&other, b);
		fill(&one, a, 300, 1500); /* over lines that were dropped */
		assert_same(&one, a);
		hs_arena_free(arena);
	}
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(fills_runs_of_rows),
		cmocka_unit_test(joins_as_truths_are_joined) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
