/* SPDX-License-Identifier: Apache-2.0 */
/* Turning the rows of each key into the keys of each row. */
#include <core/store/find/forward.h>

#include <core/base/heap.h>
#include <string.h>

#define BITS 64u

static void put(const struct hs__forward *forward, void *numbers, size_t at, uint32_t number)
{
	if (forward->width == 1)
		((uint8_t *)numbers)[at] = (uint8_t)number;
	else if (forward->width == 2)
		((uint16_t *)numbers)[at] = (uint16_t)number;
	else
		((uint32_t *)numbers)[at] = number;
}

static bool is_listed(const struct hs__forward *forward, uint32_t row)
{
	return forward->listed[row / BITS] >> row % BITS & 1;
}

/* The last key of each row; those that have more are marked, and forward->length is not 0. */
static void put_numbers(struct hs__forward *forward, const struct hs__inverse *inverse)
{
	for (uint32_t key = 1; key <= inverse->key_count; key++) {
		for (uint32_t at = inverse->starts[key]; at < inverse->starts[key + 1]; at++) {
			uint32_t row = inverse->rows[at];
			uint64_t more = hs__forward_at(forward, forward->numbers, row) != 0;
			put(forward, forward->numbers, row, key);
			forward->listed[row / BITS] |= more << row % BITS;
			forward->length += more;
		}
	}
}

/* Sets starts[i + 1] to the length of list i, and forward->length. */
static void measure_lists(struct hs__forward *forward, const struct hs__inverse *inverse)
{
	for (size_t at = 0; at < inverse->count; at++) {
		if (is_listed(forward, inverse->rows[at])) {
			forward->starts[hs__forward_rank(forward, inverse->rows[at]) + 1]++;
			forward->length++;
		}
	}
}

static void fill_lists(struct hs__forward *forward, const struct hs__inverse *inverse)
{
	for (size_t i = 1; i <= forward->list_count; i++)
		forward->starts[i] += forward->starts[i - 1];
	for (uint32_t key = 1; key <= inverse->key_count; key++) {
		for (uint32_t at = inverse->starts[key]; at < inverse->starts[key + 1]; at++) {
			uint32_t row = inverse->rows[at];
			if (!is_listed(forward, row))
				continue;
			put(forward, forward->numbers, row, forward->several);
			put(forward, forward->lists, forward->starts[hs__forward_rank(forward, row)]++, key);
		}
	}
	/* Each stands at its end now, where the next one begins. */
	memmove(forward->starts + 1, forward->starts, forward->list_count * sizeof(uint32_t));
	forward->starts[0] = 0;
}

static void make_lists(struct hs__forward *forward, const struct hs__inverse *inverse)
{
	size_t words = forward->row_count / BITS, count = 0;

	forward->ranks = hs_heap_raw(words * sizeof(uint32_t));
	for (size_t i = 0; i < words; i++) {
		forward->ranks[i] = (uint32_t)count;
		count += (unsigned)__builtin_popcountll(forward->listed[i]);
	}
	forward->list_count = count;
	forward->starts = hs_heap_alloc((count + 1) * sizeof(uint32_t));
	forward->length = 0;
	measure_lists(forward, inverse);
	forward->lists = hs_heap_raw(forward->length * forward->width);
	fill_lists(forward, inverse);
}

struct hs__forward *hs__forward_new(const struct hs__inverse *inverse, size_t row_count)
{
	struct hs__forward *forward = hs_heap_alloc(sizeof(*forward));

	forward->holders = 1;
	forward->row_count = row_count;
	forward->width = inverse->key_count < UINT8_MAX ? 1 : inverse->key_count < UINT16_MAX ? 2 : 4;
	forward->several = UINT32_MAX >> (32 - 8 * forward->width);
	forward->numbers = hs_heap_alloc(row_count * forward->width);
	forward->listed = hs_heap_alloc(row_count / BITS * sizeof(uint64_t));
	put_numbers(forward, inverse);
	if (forward->length) {
		make_lists(forward, inverse);
	} else {
		hs_heap_free(forward->listed);
		forward->listed = NULL;
	}
	return forward;
}

void hs__forward_drop(struct hs__forward *forward)
{
	if (!forward || atomic_fetch_sub(&forward->holders, 1) > 1)
		return;
	hs_heap_free(forward->numbers);
	hs_heap_free(forward->listed);
	hs_heap_free(forward->ranks);
	hs_heap_free(forward->starts);
	hs_heap_free(forward->lists);
	hs_heap_free(forward);
}

size_t hs__forward_memory(const struct hs__forward *forward)
{
	size_t sets = forward->listed ? forward->row_count / BITS * (sizeof(uint64_t) + sizeof(uint32_t)) : 0;

	return sizeof(*forward) + forward->row_count * forward->width + sets +
		forward->list_count * sizeof(uint32_t) + forward->length * forward->width;
}

void hs__forward_call_start(const struct hs__forward *forward, uint64_t row)
{
	__builtin_prefetch(forward->starts + hs__forward_rank(forward, row));
}

void hs__forward_call_list(const struct hs__forward *forward, uint64_t row)
{
	uint32_t at, end;

	hs__forward_list(forward, row, &at, &end);
	__builtin_prefetch((const char *)forward->lists + (size_t)at * forward->width);
}
