/* SPDX-License-Identifier: Apache-2.0 */
/* The index of words: each text is folded and parted, each word gets the numbers of its texts. */
#include "../text/fold.h"
#include "build.h"

#include <stdlib.h>

struct entry {
	struct hs_slice word;
	uint32_t count, last; /* texts it stands in, and the last of them + 1 */
};

struct pair {
	uint32_t word, text;
};

struct index {
	struct tx_build *b;
	struct hs_arena *scratch;
	struct hs_buf entries, pairs, text_concepts;
	uint32_t *slots; /* word + 1 */
	size_t room;
	uint32_t text; /* the next number */
};

static struct entry *entry_at(struct index *x, uint32_t word)
{
	return TX_BUILD_AT(x->entries, struct entry, word);
}

static size_t slot_of(struct index *x, struct hs_slice word)
{
	size_t mask = x->room - 1, at = hs_tx_big_hash(word) & mask;

	while (x->slots[at] && !hs_slice_eq(entry_at(x, x->slots[at] - 1)->word, word))
		at = (at + 1) & mask;
	return at;
}

static void grow(struct index *x)
{
	uint32_t count = (uint32_t)TX_BUILD_COUNT(x->entries, struct entry);

	x->room = x->room ? x->room * 4 : 65536;
	x->slots = hs_tx_build_numbers(x->b, x->room);
	for (uint32_t i = 0; i < count; i++)
		x->slots[slot_of(x, entry_at(x, i)->word)] = i + 1;
}

static uint32_t intern(struct index *x, struct hs_slice word)
{
	size_t at = slot_of(x, word);

	if (x->slots[at])
		return x->slots[at] - 1;
	struct entry entry = { .word = hs_arena_copy(x->b->arena, word) };
	uint32_t count = (uint32_t)TX_BUILD_COUNT(x->entries, struct entry);
	hs_buf_add(&x->entries, hs_slice((const char *)&entry, sizeof(entry)));
	x->slots[at] = count + 1;
	if ((size_t)count * 2 > x->room)
		grow(x);
	return count;
}

static void put_text(struct index *x, uint32_t place, struct hs_slice text)
{
	struct hs_slice rest = hs_tx_fold(x->scratch, text);

	hs_buf_add(&x->text_concepts, hs_slice((const char *)&place, sizeof(place)));
	for (struct hs_slice word = hs_tx_next_word(&rest); word.len; word = hs_tx_next_word(&rest)) {
		struct pair pair = { intern(x, word), x->text };
		struct entry *entry = entry_at(x, pair.word);
		if (entry->last == x->text + 1)
			continue;
		entry->last = x->text + 1;
		entry->count++;
		hs_buf_add(&x->pairs, hs_slice((const char *)&pair, sizeof(pair)));
	}
	x->text++;
	hs_arena_reset(x->scratch);
}

/* In the numbering that big.h tells: code, display, designations. */
static void put_all(struct index *x)
{
	struct tx_build *b = x->b;
	uint32_t count = (uint32_t)TX_BUILD_COUNT(b->concepts, struct tx_build_concept);

	for (uint32_t place = 0; place < count; place++) {
		uint32_t concept = b->order[place], first = b->text_first[concept],
			 end = b->text_first[concept + 1];
		put_text(x, place, hs_tx_build_at(b, concept)->code);
		if (first == end)
			put_text(x, place, HS_S_NONE);
		for (uint32_t i = first; i < end; i++)
			put_text(x, place,
				TX_BUILD_AT(b->texts, struct tx_build_text, b->text_order[i])->value);
	}
}

static int compare_words(const void *a, const void *b, void *arg)
{
	const struct entry *entries = arg;

	return hs_slice_cmp(entries[*(const uint32_t *)a].word, entries[*(const uint32_t *)b].word);
}

static void write_index(struct index *x, struct hs_image_builder *image)
{
	size_t words = TX_BUILD_COUNT(x->entries, struct entry),
	       pairs = TX_BUILD_COUNT(x->pairs, struct pair);
	struct hs_arena *arena = x->b->arena;
	uint32_t *order = hs_tx_build_numbers(x->b, words), *at = hs_tx_build_numbers(x->b, words);
	uint32_t *postings = hs_tx_build_numbers(x->b, pairs), next = 0;
	struct tx_word *rows = hs_arena_array(arena, words + 1, sizeof(*rows));
	struct hs_slice *texts = hs_arena_array(arena, words + 1, sizeof(*texts));
	const struct pair *pair = (const void *)x->pairs.ptr;

	for (uint32_t i = 0; i < words; i++)
		order[i] = i;
	if (words)
		qsort_r(order, words, sizeof(*order), compare_words, x->entries.ptr);
	for (size_t i = 0; i < words; i++) {
		const struct entry *entry = entry_at(x, order[i]);
		rows[i] = (struct tx_word) { hs_image_builder_text(image, entry->word), next };
		texts[i] = entry->word;
		at[order[i]] = next;
		next += entry->count;
	}
	rows[words].posting_first = next;
	for (size_t i = 0; i < pairs; i++)
		postings[at[pair[i].word]++] = pair[i].text;
	hs_image_builder_section(image, TX_BIG_WORDS, rows, sizeof(*rows), words + 1);
	hs_image_builder_section(image, TX_BIG_POSTINGS, postings, sizeof(*postings), pairs);
	hs_image_builder_section(image, TX_BIG_TEXT_CONCEPTS, x->text_concepts.ptr, sizeof(uint32_t),
		x->text);
	struct tx_build_index index = { texts, rows, postings, (const void *)x->text_concepts.ptr,
		(uint32_t)words, x->text };
	hs_tx_build_common(x->b, &index, image);
}

void hs_tx_build_words(struct tx_build *b, struct hs_image_builder *image)
{
	struct index x = { .b = b, .scratch = hs_arena_new((size_t)64 << 20) };

	hs_buf_init(&x.entries, NULL, TX_BUILD_MAX);
	hs_buf_init(&x.pairs, NULL, TX_BUILD_MAX);
	hs_buf_init(&x.text_concepts, NULL, TX_BUILD_MAX);
	grow(&x);
	put_all(&x);
	write_index(&x, image);
	hs_buf_free(&x.entries);
	hs_buf_free(&x.pairs);
	hs_buf_free(&x.text_concepts);
	hs_arena_free(x.scratch);
}
