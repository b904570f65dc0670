/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks: the rows that one commit gave to one key, kept together as one entry of the index. The first row is
 * the entry's own; the others follow as distances from it, two bytes each, big-endian, rising. The blocks of
 * a key do not overlap, so that one after another they give its rows in order. */
#pragma once

#include <handslag/slice.h>

#define HS__BLOCK_ROWS ((size_t)128)
#define HS__BLOCK_BYTES (2 * (HS__BLOCK_ROWS - 1))

struct hs__block {
	uint64_t first;
	struct hs_slice more; /* empty: a single row */
};

static inline size_t hs__block_count(const struct hs__block *block)
{
	return 1 + block->more.len / 2;
}
/* The row at `at`, which is less than the count. */
static inline uint64_t hs__block_row(const struct hs__block *block, size_t at)
{
	if (at == 0)
		return block->first;
	const unsigned char *bytes = (const unsigned char *)block->more.ptr + 2 * (at - 1);
	return block->first + ((uint64_t)bytes[0] << 8 | bytes[1]);
}
static inline uint64_t hs__block_last(const struct hs__block *block)
{
	return hs__block_row(block, hs__block_count(block) - 1);
}
/* The place of the first row that is not less than `row`; the count when all are. */
size_t hs__block_place(const struct hs__block *block, uint64_t row);
bool hs__block_has(const struct hs__block *block, uint64_t row);
/* Whether the bytes are what hs__block_pack makes. */
bool hs__block_is_sound(const struct hs__block *block);
/* Packs as many of `rows` (rising, at least one) as one block holds. Returns how many; out->more is in
 * `space`. */
size_t hs__block_pack(const uint64_t *rows, size_t count, unsigned char space[HS__BLOCK_BYTES],
	struct hs__block *out);
