/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of concepts in blocks. */
#include "bits.h"

#include <string.h>

#define ALL ~(uint64_t)0
#define EIGHT(x) x, x, x, x, x, x, x, x

const uint64_t hs_tx_bits_none[TX_BLOCK_WORDS];
const uint64_t hs_tx_bits_all[TX_BLOCK_WORDS] = { EIGHT(ALL), EIGHT(ALL), EIGHT(ALL), EIGHT(ALL), EIGHT(ALL),
	EIGHT(ALL), EIGHT(ALL), EIGHT(ALL) };

static const uint64_t *const none = hs_tx_bits_none, *const all = hs_tx_bits_all;

/* ---- blocks ---- */

struct tx_bits hs_tx_bits_new(struct hs_arena *arena, uint32_t count)
{
	size_t blocks = hs_tx_bits_blocks(count);
	struct tx_bits bits = {
		hs_arena_raw(arena, blocks * (sizeof(*bits.blocks) + sizeof(hs_tx_bits_none))), count
	};

	for (size_t i = 0; bits.blocks && i < blocks; i++)
		bits.blocks[i] = none;
	return bits;
}

struct tx_bits hs_tx_bits_of(struct hs_arena *arena, const uint64_t *words, uint32_t count)
{
	struct tx_bits bits = hs_tx_bits_new(arena, count);

	for (size_t i = 0; bits.blocks && i < hs_tx_bits_blocks(count); i++)
		bits.blocks[i] = words + i * TX_BLOCK_WORDS;
	return bits;
}

uint64_t *hs_tx_bits_plain(struct hs_arena *arena, struct tx_bits bits)
{
	uint64_t *words = hs_arena_raw(arena, hs_tx_bits_words(bits.count) * sizeof(*words));

	for (size_t i = 0; words && i < hs_tx_bits_blocks(bits.count); i++)
		memcpy(words + i * TX_BLOCK_WORDS, bits.blocks[i], sizeof(hs_tx_bits_none));
	return words;
}

static uint64_t *place_of(struct tx_bits bits, size_t block)
{
	return hs_tx_bits_place(bits) + block * TX_BLOCK_WORDS;
}

void hs_tx_bits_own(struct tx_bits bits, size_t block)
{
	uint64_t *own = place_of(bits, block);

	if (bits.blocks[block] != own)
		memcpy(own, bits.blocks[block], sizeof(hs_tx_bits_none));
	bits.blocks[block] = own;
}

/* A block without members is none, so that what follows passes it by. */
static void put(struct tx_bits bits, size_t block, bool has)
{
	bits.blocks[block] = has ? place_of(bits, block) : none;
}

/* ---- members ---- */

/* Numbers of one block, counted from its first. */
static void add_within(uint64_t *words, uint32_t from, uint32_t to)
{
	uint32_t first = from / 64, last = (to - 1) / 64;
	uint64_t head = ALL << (from % 64), tail = ALL >> (63 - (to - 1) % 64);

	if (first == last) {
		words[first] |= head & tail;
		return;
	}
	words[first] |= head;
	for (uint32_t i = first + 1; i < last; i++)
		words[i] = ALL;
	words[last] |= tail;
}

void hs_tx_bits_add_span(struct tx_bits bits, uint32_t from, uint32_t to)
{
	to = to < bits.count ? to : bits.count;
	while (from < to) {
		size_t block = from / TX_BLOCK;
		uint32_t first = (uint32_t)block * TX_BLOCK;
		uint32_t end = to - first < TX_BLOCK ? to : first + TX_BLOCK;
		if (end - from == TX_BLOCK)
			bits.blocks[block] = all;
		else if (bits.blocks[block] != all) {
			hs_tx_bits_own(bits, block);
			add_within(place_of(bits, block), from - first, end - first);
		}
		from = end;
	}
}

/* ---- joining ---- */

void hs_tx_bits_and(struct tx_bits bits, struct tx_bits other)
{
	for (size_t i = 0; i < hs_tx_bits_blocks(bits.count); i++) {
		const uint64_t *a = bits.blocks[i], *b = other.blocks[i];
		uint64_t *out = place_of(bits, i), any = 0;
		if (a == none || b == all)
			continue;
		for (size_t k = 0; b != none && k < TX_BLOCK_WORDS; k++)
			any |= out[k] = a[k] & b[k];
		put(bits, i, any);
	}
}

void hs_tx_bits_or(struct tx_bits bits, struct tx_bits other)
{
	for (size_t i = 0; i < hs_tx_bits_blocks(bits.count); i++) {
		const uint64_t *a = bits.blocks[i], *b = other.blocks[i];
		uint64_t *out = place_of(bits, i);
		if (a == all || b == none)
			continue;
		if (b == all) {
			bits.blocks[i] = all;
			continue;
		}
		for (size_t k = 0; k < TX_BLOCK_WORDS; k++)
			out[k] = a[k] | b[k];
		put(bits, i, true);
	}
}

void hs_tx_bits_minus(struct tx_bits bits, struct tx_bits other)
{
	for (size_t i = 0; i < hs_tx_bits_blocks(bits.count); i++) {
		const uint64_t *a = bits.blocks[i], *b = other.blocks[i];
		uint64_t *out = place_of(bits, i), any = 0;
		if (a == none || b == none)
			continue;
		for (size_t k = 0; b != all && k < TX_BLOCK_WORDS; k++)
			any |= out[k] = a[k] & ~b[k];
		put(bits, i, any);
	}
}

/* ---- counting and finding ---- */

static inline uint32_t total_of(const uint64_t *block)
{
	uint32_t total = 0;

	if (block == none || block == all)
		return block == all ? TX_BLOCK : 0;
	for (size_t i = 0; i < TX_BLOCK_WORDS; i++)
		total += hs_tx_bits_in(block[i]);
	return total;
}

TX_COUNTS_BITS uint32_t hs_tx_bits_total(struct tx_bits bits)
{
	uint32_t total = 0;

	for (size_t i = 0; i < hs_tx_bits_blocks(bits.count); i++)
		total += total_of(bits.blocks[i]);
	return total;
}

TX_COUNTS_BITS uint32_t hs_tx_bits_runs(struct tx_bits bits)
{
	uint64_t before = 0; /* was the last one before a word a member? */
	uint32_t runs = 0;

	for (size_t i = 0; i < hs_tx_bits_blocks(bits.count); i++) {
		const uint64_t *block = bits.blocks[i];
		if (block == none || block == all) {
			runs += block == all && !before;
			before = block == all;
			continue;
		}
		for (size_t k = 0; k < TX_BLOCK_WORDS; k++) {
			runs += hs_tx_bits_in(block[k] & ~(block[k] << 1 | before));
			before = block[k] >> 63;
		}
	}
	return runs;
}

/* The first at or after `from` in the words, each turned by `turn` (0, or all bits to find what is not
 * there); UINT32_MAX: none. */
static uint32_t find(struct tx_bits bits, uint32_t from, uint64_t turn)
{
	size_t block = from / TX_BLOCK, word = from / 64 % TX_BLOCK_WORDS;
	const uint64_t *empty = turn ? all : none;
	uint64_t mask = ALL << (from % 64);

	if (from >= bits.count)
		return UINT32_MAX;
	for (; block < hs_tx_bits_blocks(bits.count); block++, word = 0, mask = ALL) {
		const uint64_t *words = bits.blocks[block];
		for (; words != empty && word < TX_BLOCK_WORDS; word++, mask = ALL) {
			uint64_t rest = (words[word] ^ turn) & mask;
			if (rest)
				return (uint32_t)(block * TX_BLOCK + word * 64 +
					(size_t)__builtin_ctzll(rest));
		}
	}
	return UINT32_MAX;
}

uint32_t hs_tx_bits_next(struct tx_bits bits, uint32_t from)
{
	return find(bits, from, 0);
}

uint32_t hs_tx_bits_gap(struct tx_bits bits, uint32_t from)
{
	uint32_t at = find(bits, from, ALL);

	return at < bits.count ? at : bits.count;
}

TX_COUNTS_BITS uint32_t hs_tx_bits_nth(struct tx_bits bits, uint32_t skip)
{
	for (size_t i = 0; i < hs_tx_bits_blocks(bits.count); i++) {
		uint32_t here = total_of(bits.blocks[i]);
		if (skip >= here) {
			skip -= here;
			continue;
		}
		for (size_t k = 0;; k++) {
			uint64_t rest = bits.blocks[i][k];
			uint32_t in_word = hs_tx_bits_in(rest);
			if (skip >= in_word) {
				skip -= in_word;
				continue;
			}
			while (skip--)
				rest &= rest - 1;
			return (uint32_t)(i * TX_BLOCK + k * 64 + (size_t)__builtin_ctzll(rest));
		}
	}
	return UINT32_MAX;
}

/* ---- lists ---- */

bool hs_tx_numbers_add(struct tx_numbers *list, uint32_t number)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		uint32_t *items = hs_arena_grow(list->arena, list->items, list->room * sizeof(*items),
			room * sizeof(*items));
		if (!items)
			return false;
		list->items = items;
		list->room = room;
	}
	list->items[list->count++] = number;
	return true;
}
