/* SPDX-License-Identifier: Apache-2.0 */
/* Packing and reading blocks of rows. */
#include <core/store/index/block.h>

#define SPAN_MAX UINT64_C(0xffff)

size_t hs__block_place(const struct hs__block *block, uint64_t row)
{
	size_t low = 0, high = hs__block_count(block);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (hs__block_row(block, middle) < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool hs__block_has(const struct hs__block *block, uint64_t row)
{
	size_t at = hs__block_place(block, row);

	return at < hs__block_count(block) && hs__block_row(block, at) == row;
}

bool hs__block_is_sound(const struct hs__block *block)
{
	if (block->more.len % 2 || block->more.len > HS__BLOCK_BYTES)
		return false;
	for (size_t i = 1; i < hs__block_count(block); i++) {
		if (hs__block_row(block, i) <= hs__block_row(block, i - 1))
			return false;
	}
	return true;
}

size_t hs__block_pack(const uint64_t *rows, size_t count, unsigned char space[HS__BLOCK_BYTES],
	struct hs__block *out)
{
	size_t most = count < HS__BLOCK_ROWS ? count : HS__BLOCK_ROWS, packed = 1;

	for (; packed < most && rows[packed] - rows[0] <= SPAN_MAX; packed++) {
		space[2 * (packed - 1)] = (unsigned char)((rows[packed] - rows[0]) >> 8);
		space[2 * (packed - 1) + 1] = (unsigned char)(rows[packed] - rows[0]);
	}
	*out = (struct hs__block) { rows[0], hs_slice((const char *)space, 2 * (packed - 1)) };
	return packed;
}
