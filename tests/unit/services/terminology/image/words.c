/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of services/terminology/image/words.c: a search by beginnings of words finds what reading every text
 * finds, for beginnings that stand in very many texts, in some and in few, alone and together. */
#include <services/terminology/image/build.h>
#include <services/terminology/text/fold.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define CONCEPTS 2000u
#define WORDS 1500u

static char folder[] = "/tmp/handslag-words-XXXXXX";
static char path[64];
static struct hs_arena *arena;
static struct tx_layer layer;
static char words[WORDS][16];
static uint64_t chance = 3;

static uint32_t draw(uint32_t limit)
{
	chance = chance * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((chance >> 33) % limit);
}

/* The first far more often than the last. */
static const char *word(void)
{
	return words[draw(draw(draw(WORDS) + 1) + 1)];
}

static void make_words(void)
{
	static const char *const parts[] = { "ka", "kar", "o", "Å", "st", "ö", "lin", "é", "x", "b" };

	for (size_t i = 0; i < WORDS; i++)
		snprintf(words[i], sizeof(words[i]), "%s%s%s%s", parts[draw(10)], parts[draw(10)],
			parts[draw(10)], parts[draw(10)]);
}

static void add_text(struct tx_build *b, uint32_t concept, uint16_t rank)
{
	struct tx_build_text text = { .concept = concept, .rank = rank };
	struct hs_buf out;

	hs_buf_init(&out, b->arena, 1 << 10);
	for (uint32_t left = 1 + draw(5); left > 0; left--)
		hs_buf_printf(&out, "%s%s", out.len ? draw(9) ? " " : "-" : "", word());
	text.value = hs_buf_slice(&out);
	hs_tx_build_text(b, &text);
}

static int begin(void **state)
{
	struct tx_build *b = hs_tx_build_new();
	struct hs_error err = { .status = HS_OK };

	(void)state;
	make_words();
	b->head.url = HS_S("urn:words");
	for (uint32_t i = 0; i < CONCEPTS; i++) {
		uint32_t concept = hs_tx_build_concept(b, hs_arena_printf(b->arena, "c%u", i), NULL);
		/* some with more texts than a mask has bits */
		for (uint16_t texts = (uint16_t)(draw(20) ? draw(4) : 5 + draw(8)); texts > 0; texts--)
			add_text(b, concept, texts);
	}
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/words.image", folder);
	assert_int_equal(hs_tx_build_write(b, path, &err), HS_OK);
	hs_tx_build_free(b);
	assert_int_equal(hs_tx_big_open(path, &layer, &err), HS_OK);
	arena = hs_arena_new((size_t)64 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hs_tx_big_close(&layer);
	hs_arena_free(arena);
	unlink(path);
	rmdir(folder);
	return 0;
}

static bool has(uint32_t concept, struct hs_slice wanted)
{
	const struct tx_concept_row *row = &layer.concepts[concept];
	struct hs_arena_mark mark = hs_arena_mark(arena);
	bool found = hs_tx_words_start(hs_tx_fold(arena, tx_text(&layer, row->code)), wanted) ||
		hs_tx_words_start(hs_tx_fold(arena, tx_text(&layer, row->display)), wanted);

	for (uint32_t i = row->designation_first; i < row[1].designation_first && !found; i++)
		found = hs_tx_words_start(hs_tx_fold(arena, tx_text(&layer, layer.designations[i].value)),
			wanted);
	hs_arena_rollback(arena, mark);
	return found;
}

/* Beginnings of one to three words. */
static struct hs_slice draw_question(void)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, 1 << 10);
	for (uint32_t left = 1 + draw(3); left > 0; left--) {
		const char *whole = draw(4) ? word() : words[draw(WORDS)];
		size_t len = 1 + draw((uint32_t)strlen(whole));
		while (((unsigned char)whole[len] & 0xc0) == 0x80)
			len++; /* whole letters */
		hs_buf_printf(&out, "%s%.*s", out.len ? " " : "", (int)len, whole);
	}
	return hs_tx_fold(arena, hs_buf_slice(&out));
}

/* All concepts, some here and there, or a span of them. */
static struct tx_bits draw_within(void)
{
	struct tx_bits within = { NULL, 0 };
	uint32_t how = draw(3), from = draw(CONCEPTS);

	if (how == 0)
		return within;
	within = hs_tx_bits_new(arena, CONCEPTS);
	if (how == 1)
		hs_tx_bits_add_span(within, from, from + draw(CONCEPTS));
	for (uint32_t i = 0; how == 2 && i < CONCEPTS; i++)
		if (draw(4) == 0)
			hs_tx_bits_add(within, i);
	return within;
}

static void finds_what_a_scan_finds(void **state)
{
	uint32_t none = 0, many = 0;

	(void)state;
	assert_in_range(TX_BIG(&layer)->common_count, 20, 500);
	for (int round = 0; round < 150; round++) {
		struct hs_slice wanted = draw_question();
		struct tx_bits within = draw_within(), found = { NULL, 0 };
		assert_true(hs_tx_big_search(&layer, arena, wanted, within, NULL, &found));
		for (uint32_t i = 0; i < CONCEPTS; i++)
			if (hs_tx_bits_has(found, i) !=
				((!within.blocks || hs_tx_bits_has(within, i)) && has(i, wanted)))
				fail_msg("\"%.*s\": concept %u", HS_S_ARG(wanted), i);
		none += hs_tx_bits_total(found) == 0;
		many += hs_tx_bits_total(found) > CONCEPTS / 10;
		hs_arena_reset(arena);
	}
	assert_in_range(none, 1, 100);
	assert_in_range(many, 10, 140);
}

static void spends_no_more_than_there_is(void **state)
{
	(void)state;
	for (int round = 0; round < 150; round++) {
		struct hs_slice wanted = draw_question();
		struct tx_bits found = { NULL, 0 }, within = draw_within();
		struct tx_patience free = { .most = 0 }, exact, less;
		assert_true(hs_tx_big_search(&layer, arena, wanted, within, &free, &found));
		exact = (struct tx_patience) { .most = free.spent + 1 };
		less = (struct tx_patience) { .most = free.spent - 1 };
		assert_true(hs_tx_big_search(&layer, arena, wanted, within, &exact, &found));
		if (free.spent > 1)
			assert_false(hs_tx_big_search(&layer, arena, wanted, within, &less, &found));
		hs_arena_reset(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_scan_finds),
		cmocka_unit_test(spends_no_more_than_there_is),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
