/* SPDX-License-Identifier: Apache-2.0 */
/* Making the rows of each key, and bins of those that have many. */
#include <core/store/find/inverse.h>

#include <core/base/heap.h>
#include <string.h>

#define BITS 64u
/* A bin has at least this share of the entries, so that there are at most twice as many bins, and one. */
#define BIN_SHARE 16u
#define BINS_LEAST 256u /* entries; fewer are soon gone along */

struct hs__inverse *hs__inverse_new(void)
{
	struct hs__inverse *inverse = hs_heap_alloc(sizeof(*inverse));

	inverse->holders = 1;
	inverse->start_room = 64;
	inverse->starts = hs_heap_alloc(inverse->start_room * sizeof(uint32_t));
	return inverse;
}

void hs__inverse_drop(struct hs__inverse *inverse)
{
	if (!inverse || atomic_fetch_sub(&inverse->holders, 1) > 1)
		return;
	hs_heap_free(inverse->starts);
	hs_heap_free(inverse->rows);
	hs_heap_free(inverse->firsts);
	hs_heap_free(inverse->left_out);
	hs_heap_free(inverse->bins);
	hs_heap_free(inverse);
}

size_t hs__inverse_memory(const struct hs__inverse *inverse)
{
	return sizeof(*inverse) + (inverse->start_room + inverse->row_room) * sizeof(uint32_t) +
		inverse->bin_count * (inverse->words * sizeof(uint64_t) + 2 * sizeof(uint32_t));
}

void hs__inverse_add(struct hs__inverse *inverse, uint32_t key, uint32_t row)
{
	if (key > inverse->key_count) {
		if (key + 1 >= inverse->start_room) {
			inverse->start_room *= 2;
			inverse->starts = hs_heap_grow(inverse->starts,
				inverse->start_room * sizeof(uint32_t));
		}
		inverse->key_count = key;
		inverse->starts[key] = (uint32_t)inverse->count;
	}
	if (inverse->count == inverse->row_room) {
		inverse->row_room = inverse->row_room ? inverse->row_room * 2 : 64;
		inverse->rows = hs_heap_grow(inverse->rows, inverse->row_room * sizeof(uint32_t));
	}
	inverse->rows[inverse->count++] = row;
	inverse->starts[key + 1] = (uint32_t)inverse->count;
}

static void cut_bins(struct hs__inverse *inverse)
{
	uint64_t share = inverse->count / BIN_SHARE, held = 0;
	uint32_t *firsts = hs_heap_raw((2 * BIN_SHARE + 3) * sizeof(uint32_t));
	unsigned count = 0;

	firsts[0] = 1;
	for (uint32_t key = 1; key <= inverse->key_count; key++) {
		uint64_t own = hs__inverse_entries(inverse, key, key + 1);
		if (held && own >= share) { /* a bin of its own */
			firsts[++count] = key;
			held = 0;
		}
		held += own;
		if (held >= share) {
			firsts[++count] = key + 1;
			held = 0;
		}
	}
	if (held)
		firsts[++count] = (uint32_t)inverse->key_count + 1;
	inverse->firsts = firsts;
	inverse->bin_count = count;
}

static void keep_rows(struct hs__inverse *inverse, size_t count)
{
	inverse->row_room = count;
	inverse->rows = hs_heap_grow(inverse->rows, count * sizeof(uint32_t) + 1);
}

void hs__inverse_end(struct hs__inverse *inverse)
{
	keep_rows(inverse, inverse->count);
}

/* Whose bin has no other key, and takes less. */
static bool is_set_enough(const struct hs__inverse *inverse, unsigned bin)
{
	uint32_t first = inverse->firsts[bin], next = inverse->firsts[bin + 1];

	return next == first + 1 &&
		hs__inverse_entries(inverse, first, next) * sizeof(uint32_t) >
		inverse->words * sizeof(uint64_t);
}

static void leave_runs_out(struct hs__inverse *inverse)
{
	uint32_t out = 0;

	inverse->left_out = hs_heap_raw((inverse->bin_count + 1) * sizeof(uint32_t));
	for (unsigned i = 0; i < inverse->bin_count; i++) {
		uint32_t from = inverse->starts[inverse->firsts[i]],
			 count = inverse->starts[inverse->firsts[i + 1]] - from;
		inverse->left_out[i] = out;
		if (is_set_enough(inverse, i))
			out += count;
		else
			memmove(inverse->rows + from - out, inverse->rows + from, count * sizeof(uint32_t));
	}
	inverse->left_out[inverse->bin_count] = out;
	keep_rows(inverse, inverse->count - out);
}

static unsigned bin_of(const struct hs__inverse *inverse, uint32_t key)
{
	unsigned low = 0, high = inverse->bin_count;

	while (high - low > 1) {
		unsigned middle = low + (high - low) / 2;
		if (inverse->firsts[middle] <= key)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct hs__giving hs__inverse_giving(const struct hs__inverse *inverse, uint32_t from, uint32_t to)
{
	if (!inverse->bin_count || from >= to)
		return (struct hs__giving) { from < to ? hs__inverse_entries(inverse, from, to) : 0, 0 };
	const uint32_t *firsts = inverse->firsts;
	unsigned first = bin_of(inverse, from), end = bin_of(inverse, to - 1) + 1;
	struct hs__giving giving = { 0, 0 };

	if (from > firsts[first]) {
		first++;
		giving.rows += hs__inverse_entries(inverse, from, to < firsts[first] ? to : firsts[first]);
	}
	if (first < end && to < firsts[end]) {
		end--;
		giving.rows += hs__inverse_entries(inverse, firsts[end], to);
	}
	giving.bins = end - first;
	return giving;
}

struct hs__run_of_rows hs__inverse_run(const struct hs__inverse *inverse, uint32_t from, uint32_t to)
{
	size_t start = inverse->starts[from], count = inverse->starts[to] - start;

	if (!inverse->bin_count)
		return (struct hs__run_of_rows) { inverse->rows + start, count, NULL };
	unsigned bin = bin_of(inverse, from);
	if (inverse->left_out[bin] != inverse->left_out[bin + 1])
		return (struct hs__run_of_rows) { NULL, 0, hs__inverse_bin(inverse, bin) };
	return (struct hs__run_of_rows) { inverse->rows + start - inverse->left_out[bin], count, NULL };
}

void hs__inverse_finish(struct hs__inverse *inverse, size_t row_count)
{
	if (inverse->count < BINS_LEAST)
		return;
	cut_bins(inverse);
	inverse->words = row_count / BITS;
	inverse->bins = hs_heap_alloc(inverse->bin_count * inverse->words * sizeof(uint64_t));
	for (unsigned i = 0; i < inverse->bin_count; i++) {
		uint64_t *bin = inverse->bins + i * inverse->words;
		uint32_t from = inverse->starts[inverse->firsts[i]],
			 to = inverse->starts[inverse->firsts[i + 1]];
		for (uint32_t at = from; at < to; at++)
			bin[inverse->rows[at] / BITS] |= UINT64_C(1) << inverse->rows[at] % BITS;
	}
	leave_runs_out(inverse);
}
