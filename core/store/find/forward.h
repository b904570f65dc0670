/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of one parameter by row, in memory: of each row the number of its key, in as few bytes as the
 * greatest number takes. Of rows with several keys the numbers stand in lists, found by counting such rows.
 *
 * It is what was read once, and never changes; columns that are copies of each other share it. */
#pragma once

#include <core/store/find/inverse.h>

struct hs__forward {
	_Atomic unsigned holders;
	size_t row_count; /* a multiple of 64 */
	unsigned width;   /* bytes of a number: 1, 2 or 4 */
	uint32_t several; /* in place of a number: the row has a list; greater than any number */
	void *numbers;    /* by row; 0: it has no key */
	uint64_t *listed; /* a set of the rows that have lists; NULL: none */
	uint32_t *ranks;  /* by word of that: how many there are before */
	uint32_t *starts; /* by rank: where its list begins; that of the next one is its end */
	void *lists;
	size_t list_count, length; /* rows with lists; numbers in these */
};

/* With one holder: what the inverse has, which was not finished yet, of the rows below `row_count`. */
struct hs__forward *hs__forward_new(const struct hs__inverse *inverse, size_t row_count);
/* One holder less; NULL is allowed. */
void hs__forward_drop(struct hs__forward *forward);
size_t hs__forward_memory(const struct hs__forward *forward);

static inline uint32_t hs__forward_at(const struct hs__forward *forward, const void *numbers, size_t at)
{
	if (forward->width == 1)
		return ((const uint8_t *)numbers)[at];
	return forward->width == 2 ? ((const uint16_t *)numbers)[at] : ((const uint32_t *)numbers)[at];
}
/* The number of the row's key, 0, or forward->several. */
static inline uint32_t hs__forward_number(const struct hs__forward *forward, uint64_t row)
{
	return row < forward->row_count ? hs__forward_at(forward, forward->numbers, row) : 0;
}
/* How many rows that have lists come before this one. */
static inline size_t hs__forward_rank(const struct hs__forward *forward, uint64_t row)
{
	uint64_t before = forward->listed[row / 64] & ((UINT64_C(1) << row % 64) - 1);

	return forward->ranks[row / 64] + (unsigned)__builtin_popcountll(before);
}
/* The list of a row that has one: from *at up to *end. */
static inline void hs__forward_list(const struct hs__forward *forward, uint64_t row, uint32_t *at,
	uint32_t *end)
{
	size_t rank = hs__forward_rank(forward, row);

	*at = forward->starts[rank];
	*end = forward->starts[rank + 1];
}

/* To be asked soon: the numbers of the 64 rows of a word; where the list of a row that has one begins, and,
 * when that has come, the list. */
static inline void hs__forward_call_numbers(const struct hs__forward *forward, size_t word)
{
	const char *numbers = (const char *)forward->numbers + word * 64 * forward->width;

	for (size_t line = 0; word < forward->row_count / 64 && line < forward->width; line++)
		__builtin_prefetch(numbers + line * 64);
}
void hs__forward_call_start(const struct hs__forward *forward, uint64_t row);
void hs__forward_call_list(const struct hs__forward *forward, uint64_t row);
