/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what a column was read as: the rows of each key, and the keys of each row, against a plain list of
 * entries. */
#include "support.h"

#include <core/store/find/forward.h>

#include <core/base/heap.h>

#define ROWS 4096u

/* Entry i is of keys[i] and rows[i], by key and then by row. */
struct entries {
	uint32_t keys, rows[1 << 17], of[1 << 17];
	size_t count;
	uint64_t held[ROWS / 64]; /* by the key at hand */
};

static void add(struct entries *entries, struct hs__inverse *inverse, uint32_t key, uint32_t row)
{
	entries->of[entries->count] = key;
	entries->rows[entries->count++] = row;
	hs__inverse_add(inverse, key, row);
}

/* The first keys have many rows each, the others two; some rows have none of these. */
static struct hs__inverse *make(struct entries *entries, uint32_t keys, uint32_t broad)
{
	struct hs__inverse *inverse = hs__inverse_new();

	entries->keys = keys;
	entries->count = 0;
	for (uint32_t key = 1; key <= keys; key++) {
		if (key <= broad) {
			for (uint32_t row = key; row < ROWS; row += 2 + key)
				add(entries, inverse, key, row);
		} else {
			uint32_t row = 1 + key * 7 % (ROWS / 2);
			add(entries, inverse, key, row);
			add(entries, inverse, key, row + ROWS / 4);
		}
	}
	hs__inverse_end(inverse);
	return inverse;
}

static void assert_keys_of_rows(const struct entries *entries, const struct hs__forward *forward)
{
	uint32_t *at = hs_heap_alloc(ROWS * sizeof(*at)), *end = hs_heap_alloc(ROWS * sizeof(*end));
	size_t lists = 0;

	for (uint32_t row = 0; row < ROWS; row++) {
		if (hs__forward_number(forward, row) == forward->several) {
			hs__forward_list(forward, row, &at[row], &end[row]);
			lists++;
			assert_true(end[row] >= at[row] + 2);
		}
	}
	assert_true(lists > 0);
	for (size_t i = 0; i < entries->count; i++) {
		uint32_t row = entries->rows[i], number = hs__forward_number(forward, row);
		if (number == forward->several) {
			assert_true(at[row] < end[row]);
			number = hs__forward_at(forward, forward->lists, at[row]++);
		}
		assert_int_equal(number, entries->of[i]);
	}
	for (uint32_t row = 0; row < ROWS; row++)
		assert_int_equal(at[row], end[row]); /* no list has anything else */
	assert_int_equal(hs__forward_number(forward, 0), 0);
	assert_int_equal(hs__forward_number(forward, ROWS), 0);
	hs_heap_free(at);
	hs_heap_free(end);
}

/* Of any run of keys: what whole bins hold and what stands beside them are its entries. */
static void assert_giving(const struct entries *entries, const struct hs__inverse *inverse)
{
	for (uint32_t i = 0; i < 500; i++) {
		uint32_t from = 1 + i * 7919 % entries->keys,
			 to = from + i * 104729 % (entries->keys + 2 - from);
		struct hs__giving giving = hs__inverse_giving(inverse, from, to);
		uint64_t whole = 0;
		unsigned bins = 0;
		for (unsigned bin = 0; bin < inverse->bin_count; bin++) {
			uint32_t first = inverse->firsts[bin], end = inverse->firsts[bin + 1];
			if (from > first || end > to)
				continue;
			whole += hs__inverse_entries(inverse, first, end);
			bins++;
		}
		assert_int_equal(giving.bins, bins);
		assert_int_equal(giving.rows + whole, hs__inverse_entries(inverse, from, to));
	}
}

/* How many keys have a set and no run. */
static unsigned assert_rows_of_keys(struct entries *entries, const struct hs__inverse *inverse)
{
	size_t i = 0;
	unsigned sets = 0;

	for (uint32_t key = 1; key <= entries->keys; key++) {
		struct hs__run_of_rows run = hs__inverse_run(inverse, key, key + 1);
		size_t from = i;
		memset(entries->held, 0, sizeof(entries->held));
		for (; i < entries->count && entries->of[i] == key; i++)
			entries->held[entries->rows[i] / 64] |= UINT64_C(1) << entries->rows[i] % 64;
		assert_int_equal(hs__inverse_entries(inverse, key, key + 1), i - from);
		sets += run.bin != NULL;
		if (run.bin) {
			assert_memory_equal(run.bin, entries->held, sizeof(entries->held));
			continue;
		}
		assert_int_equal(run.count, i - from);
		assert_memory_equal(run.rows, entries->rows + from, run.count * sizeof(uint32_t));
	}
	return sets;
}

/* Numbers of one byte, of two and of four. */
static void each_way_tells_the_same(void **state)
{
	static const uint32_t keys[] = { 2, 5, 254, 255, 30000, 65534, 65535 };
	static const unsigned widths[] = { 1, 1, 1, 2, 2, 2, 4 };
	struct entries *entries = hs_heap_alloc(sizeof(*entries));
	unsigned sets = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct hs__inverse *inverse = make(entries, keys[i], i < 5 ? 5 : 0);
		struct hs__forward *forward = hs__forward_new(inverse, ROWS);
		assert_int_equal(forward->width, widths[i]);
		assert_keys_of_rows(entries, forward);
		hs__inverse_finish(inverse, ROWS);
		sets += assert_rows_of_keys(entries, inverse);
		assert_giving(entries, inverse);
		hs__forward_drop(forward);
		hs__inverse_drop(inverse);
	}
	assert_true(sets >= 2);
	hs_heap_free(entries);
}

/* What most rows have takes a bit of each and a byte. */
static void few_keys_take_little(void **state)
{
	struct hs__inverse *inverse = hs__inverse_new();

	(void)state;
	for (uint32_t row = 0; row < ROWS; row += 2)
		hs__inverse_add(inverse, 1, row);
	for (uint32_t row = 1; row < ROWS; row += 2)
		hs__inverse_add(inverse, 2, row);
	hs__inverse_end(inverse);
	struct hs__forward *forward = hs__forward_new(inverse, ROWS);
	hs__inverse_finish(inverse, ROWS);
	assert_null(forward->listed);
	assert_true(hs__forward_memory(forward) <= ROWS + sizeof(*forward));
	assert_true(hs__inverse_memory(inverse) <= ROWS / 4 + 512 + sizeof(*inverse));
	hs__forward_drop(forward);
	hs__inverse_drop(inverse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_tells_the_same),
		cmocka_unit_test(few_keys_take_little),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
