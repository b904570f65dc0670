/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of services/terminology/image/bits.c: whatever is done to a set in blocks is done to a list of yes
 * and no, and both have the same members afterwards. */
#include <services/terminology/image/bits.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MOST (3 * TX_BLOCK + 100)

struct both {
	struct tx_bits bits;
	bool list[MOST];
};

static struct hs_arena *arena;
static uint64_t chance = 11;

static uint32_t draw(uint32_t limit)
{
	chance = chance * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((chance >> 33) % limit);
}

static int begin(void **state)
{
	(void)state;
	arena = hs_arena_new((size_t)64 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hs_arena_free(arena);
	return 0;
}

static void make(struct both *b, uint32_t count)
{
	memset(b->list, 0, sizeof(b->list));
	b->bits = hs_tx_bits_new(arena, count);
	assert_non_null(b->bits.blocks);
}

static void add_span(struct both *b, uint32_t from, uint32_t to)
{
	hs_tx_bits_add_span(b->bits, from, to);
	for (uint32_t i = from; i < to && i < b->bits.count; i++)
		b->list[i] = true;
}

static void compare(const struct both *b)
{
	uint32_t total = 0, runs = 0, next = UINT32_MAX, gap = b->bits.count;
	struct hs_arena_mark mark = hs_arena_mark(arena);
	const uint64_t *plain = hs_tx_bits_plain(arena, b->bits);

	assert_non_null(plain);
	for (uint32_t at = b->bits.count; at-- > 0;) {
		assert_int_equal(hs_tx_bits_has(b->bits, at), b->list[at]);
		assert_int_equal(plain[at / 64] >> (at % 64) & 1, b->list[at]);
		next = b->list[at] ? at : next;
		gap = b->list[at] ? gap : at;
		assert_int_equal(hs_tx_bits_next(b->bits, at), next);
		assert_int_equal(hs_tx_bits_gap(b->bits, at), gap);
	}
	for (uint32_t at = 0; at < b->bits.count; at++) {
		if (b->list[at] && total % 61 == 0)
			assert_int_equal(hs_tx_bits_nth(b->bits, total), at);
		total += b->list[at];
		runs += b->list[at] && (!at || !b->list[at - 1]);
	}
	hs_arena_rollback(arena, mark);
	assert_int_equal(hs_tx_bits_total(b->bits), total);
	assert_int_equal(hs_tx_bits_runs(b->bits), runs);
	assert_int_equal(hs_tx_bits_nth(b->bits, total), UINT32_MAX);
	assert_int_equal(hs_tx_bits_next(b->bits, b->bits.count), UINT32_MAX);
	assert_false(hs_tx_bits_has(b->bits, b->bits.count));
}

/* Members here and there, spans of every length, whole blocks, all. */
static void fill(struct both *b)
{
	uint32_t count = b->bits.count;

	for (uint32_t parts = draw(5); parts > 0; parts--) {
		uint32_t from = draw(count), how = draw(4);
		uint32_t to = how == 0 ? from + 1 :
			how == 1       ? from + draw(200) :
			how == 2       ? from + draw(count) :
					 count;
		if (how == 2)
			from -= from % TX_BLOCK;
		add_span(b, from, to);
	}
	for (uint32_t some = draw(2) * draw(60); some > 0; some--) {
		uint32_t at = draw(count);
		b->list[at] = draw(2);
		(b->list[at] ? hs_tx_bits_add : hs_tx_bits_take)(b->bits, at);
	}
}

static void joins_as_lists_do(void **state)
{
	static const uint32_t counts[] = { 1, 63, 64, 65, TX_BLOCK - 1, TX_BLOCK, TX_BLOCK + 1, 2 * TX_BLOCK,
		MOST };
	static struct both a, b;

	(void)state;
	for (int round = 0; round < 200; round++) {
		uint32_t count = counts[draw(sizeof(counts) / sizeof(counts[0]))], how = draw(3);
		make(&a, count);
		make(&b, count);
		fill(&a);
		fill(&b);
		compare(&a);
		(how == 0 ? hs_tx_bits_and : how == 1 ? hs_tx_bits_or : hs_tx_bits_minus)(a.bits, b.bits);
		for (uint32_t i = 0; i < count; i++)
			a.list[i] = how == 0 ? a.list[i] && b.list[i] :
				how == 1     ? a.list[i] || b.list[i] :
					       a.list[i] && !b.list[i];
		compare(&a);
		compare(&b);
		fill(&a);
		compare(&a);
		hs_arena_reset(arena);
	}
}

/* Mapped words are read where they stand, and never written. */
static void begins_with_words_of_another(void **state)
{
	static struct both a;
	static uint64_t words[4 * TX_BLOCK_WORDS], before[4 * TX_BLOCK_WORDS];

	(void)state;
	for (int round = 0; round < 20; round++) {
		assert_int_equal(hs_tx_bits_words(MOST), sizeof(words) / sizeof(words[0]));
		make(&a, MOST);
		memset(words, 0, sizeof(words));
		for (uint32_t some = draw(3000); some > 0; some--) {
			uint32_t at = draw(MOST);
			a.list[at] = true;
			words[at / 64] |= (uint64_t)1 << (at % 64);
		}
		memcpy(before, words, sizeof(words));
		a.bits = hs_tx_bits_of(arena, words, MOST);
		compare(&a);
		fill(&a);
		compare(&a);
		assert_memory_equal(words, before, sizeof(words));
		hs_arena_reset(arena);
	}
}

static void says_when_memory_is_capped(void **state)
{
	struct hs_arena *small = hs_arena_new(4096);
	struct tx_numbers list = { .arena = small };
	uint32_t count = 0;

	(void)state;
	assert_null(hs_tx_bits_new(small, 10 * MOST).blocks);
	assert_null(hs_tx_bits_of(small, hs_tx_bits_none, 10 * MOST).blocks);
	while (hs_tx_numbers_add(&list, count))
		count++;
	assert_in_range(count, 64, 2048);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(list.items[i], i);
	hs_arena_free(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_as_lists_do),
		cmocka_unit_test(begins_with_words_of_another),
		cmocka_unit_test(says_when_memory_is_capped),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
