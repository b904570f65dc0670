/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of concepts (or texts) of one large code system, one bit each, in blocks of which those that are empty
 * and those that are full take neither memory nor time: joining two sets costs what they have, not what the
 * code system has.
 *
 * A set is a small value that refers to memory of an arena; copies are the same set. Its memory is reserved
 * when it is made, so that adding needs none and cannot fail. Thread: one at a time. */
#pragma once

#include <handslag/arena.h>

#include <stdbool.h>
#include <stdint.h>

#define TX_BLOCK_WORDS 64u
#define TX_BLOCK 4096u /* members of a block: 64 in each word */

struct tx_bits {
	const uint64_t **blocks; /* NULL: memory was capped. Each is hs_tx_bits_none, hs_tx_bits_all, its own
				    place behind this list, or words of a mapped image */
	uint32_t count;          /* members are numbers below it */
};

extern const uint64_t hs_tx_bits_none[TX_BLOCK_WORDS], hs_tx_bits_all[TX_BLOCK_WORDS];

struct tx_bits hs_tx_bits_new(struct hs_arena *arena, uint32_t count);
/* A set that begins as what `words` say, which live as long as it: hs_tx_bits_words(count) of them, those
 * past the count 0. */
struct tx_bits hs_tx_bits_of(struct hs_arena *arena, const uint64_t *words, uint32_t count);
/* Its words one after another, hs_tx_bits_words(bits.count) of them, in the arena; NULL: memory was capped.
 */
uint64_t *hs_tx_bits_plain(struct hs_arena *arena, struct tx_bits bits);
static inline size_t hs_tx_bits_blocks(uint32_t count)
{
	return (size_t)count / TX_BLOCK + 1;
}
static inline size_t hs_tx_bits_words(uint32_t count)
{
	return hs_tx_bits_blocks(count) * TX_BLOCK_WORDS;
}

/* Before a function that joins words of bits or counts in them much: it is made for processors that join four
 * of them in one instruction, for those that count the bits of one in one, and for all, and the program takes
 * the right one when it starts. What it calls in its inner loops is made part of it. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
	!defined(__SANITIZE_THREAD__)
#define TX_COUNTS_BITS __attribute__((target_clones("avx2", "popcnt", "default")))
#else
#define TX_COUNTS_BITS
#endif

/* Words that processors with wide registers join at once. */
#define TX_WIDE_WORDS 4u
typedef uint64_t tx_wide __attribute__((vector_size(TX_WIDE_WORDS * sizeof(uint64_t))));

/* What stands in both: `words` words (whole TX_WIDE_WORDS), which `out` may be one of. */
static inline void hs_tx_bits_join(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t words)
{
	for (size_t i = 0; i < words; i += TX_WIDE_WORDS) {
		tx_wide x, y;
		memcpy(&x, a + i, sizeof(x));
		memcpy(&y, b + i, sizeof(y));
		x &= y;
		memcpy(out + i, &x, sizeof(x));
	}
}

/* How many bits are set. */
static inline uint32_t hs_tx_bits_in(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555u;
	word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (uint32_t)(word * 0x0101010101010101u >> 56);
}

/* From `from` up to but not with `to`. */
void hs_tx_bits_add_span(struct tx_bits bits, uint32_t from, uint32_t to);
void hs_tx_bits_and(struct tx_bits bits, struct tx_bits other);
void hs_tx_bits_or(struct tx_bits bits, struct tx_bits other);
void hs_tx_bits_minus(struct tx_bits bits, struct tx_bits other);
uint32_t hs_tx_bits_total(struct tx_bits bits);
/* How many spans of members there are. */
uint32_t hs_tx_bits_runs(struct tx_bits bits);
/* The first at or after `from`; UINT32_MAX when there is none. */
uint32_t hs_tx_bits_next(struct tx_bits bits, uint32_t from);
/* The first at or after `from` that is not in it; the count when there is none. */
uint32_t hs_tx_bits_gap(struct tx_bits bits, uint32_t from);
/* The one that has `skip` before it; UINT32_MAX when there are not that many. */
uint32_t hs_tx_bits_nth(struct tx_bits bits, uint32_t skip);
/* Makes the block the set's own, with the members it has. */
void hs_tx_bits_own(struct tx_bits bits, size_t block);
/* Where the words of the set's own blocks stand, one after another behind the list of blocks. */
static inline uint64_t *hs_tx_bits_place(struct tx_bits bits)
{
	return (uint64_t *)(uintptr_t)(bits.blocks + hs_tx_bits_blocks(bits.count));
}

static inline bool hs_tx_bits_has(struct tx_bits bits, uint32_t at)
{
	return at < bits.count && bits.blocks[at / TX_BLOCK][at / 64 % TX_BLOCK_WORDS] >> (at % 64) & 1;
}
static inline uint64_t *hs_tx_bits_word(struct tx_bits bits, uint32_t at)
{
	uint64_t *own = hs_tx_bits_place(bits);

	if (bits.blocks[at / TX_BLOCK] != own + (size_t)(at / TX_BLOCK) * TX_BLOCK_WORDS)
		hs_tx_bits_own(bits, at / TX_BLOCK);
	return own + at / 64;
}
static inline void hs_tx_bits_add(struct tx_bits bits, uint32_t at)
{
	if (at < bits.count)
		*hs_tx_bits_word(bits, at) |= (uint64_t)1 << (at % 64);
}
static inline void hs_tx_bits_take(struct tx_bits bits, uint32_t at)
{
	if (hs_tx_bits_has(bits, at))
		*hs_tx_bits_word(bits, at) &= ~((uint64_t)1 << (at % 64));
}
#define TX_BITS_EACH(at, bits) \
	for (uint32_t at = hs_tx_bits_next((bits), 0); at != UINT32_MAX; at = hs_tx_bits_next((bits), at + 1))

/* ---- lists of numbers that grow ---- */

struct tx_numbers {
	struct hs_arena *arena;
	uint32_t *items;
	size_t count, room;
};

/* False: memory was capped. */
bool hs_tx_numbers_add(struct tx_numbers *list, uint32_t number);
