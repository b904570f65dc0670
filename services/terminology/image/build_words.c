/* SPDX-License-Identifier: Apache-2.0 */
/* The index of words: each text is folded and parted, each word gets the numbers of its texts, and each text
 * those of its words. */
#include "../text/fold.h"
#include "build.h"

#include <stdlib.h>

struct entry {
	struct hs_slice word;
	uint32_t count, last; /* texts it stands in, and the last of them + 1 */
};

/* The hash tells most other words apart without a look at them, which are all over the memory. */
struct slot {
	uint32_t hash, word; /* the word's number + 1; 0: free */
};

struct index {
	struct tx_build *b;               /* which stays as it is, but for its index */
	struct hs_arena *arena, *scratch; /* until the index is made; until the next text */
	struct tx_build_index *out;
	struct hs_buf entries;
	struct slot *slots;
	size_t room;
	uint32_t text; /* the next number */
};

static struct entry *entry_at(struct index *x, uint32_t word)
{
	return TX_BUILD_AT(x->entries, struct entry, word);
}

/* The place of the word, or the free one that it would have. */
static struct slot *slot_of(struct index *x, struct hs_slice word, uint64_t hash)
{
	size_t mask = x->room - 1, at = hash & mask;

	while (x->slots[at].word &&
		(x->slots[at].hash != (uint32_t)(hash >> 32) ||
			!hs_slice_eq(entry_at(x, x->slots[at].word - 1)->word, word)))
		at = (at + 1) & mask;
	return &x->slots[at];
}

static void grow(struct index *x)
{
	uint32_t count = (uint32_t)TX_BUILD_COUNT(x->entries, struct entry);

	x->room = x->room ? x->room * 4 : 65536;
	x->slots = hs_arena_array(x->arena, x->room, sizeof(*x->slots));
	for (uint32_t i = 0; i < count; i++) {
		struct hs_slice word = entry_at(x, i)->word;
		uint64_t hash = hs_tx_big_hash(word);
		*slot_of(x, word, hash) = (struct slot) { (uint32_t)(hash >> 32), i + 1 };
	}
}

static uint32_t intern(struct index *x, struct hs_slice word, uint64_t hash)
{
	struct slot *slot = slot_of(x, word, hash);

	if (slot->word)
		return slot->word - 1;
	struct entry entry = { .word = hs_arena_copy(x->out->arena, word) };
	uint32_t count = (uint32_t)TX_BUILD_COUNT(x->entries, struct entry);
	hs_buf_add(&x->entries, hs_slice((const char *)&entry, sizeof(entry)));
	*slot = (struct slot) { (uint32_t)(hash >> 32), count + 1 };
	if ((size_t)count * 2 > x->room)
		grow(x);
	return count;
}

static void put_number(struct hs_buf *list, size_t number)
{
	uint32_t item = (uint32_t)number;

	hs_buf_add(list, hs_slice((const char *)&item, sizeof(item)));
}

/* Words of a text before they are looked for. */
#define TOKENS 32u

struct token {
	struct hs_slice word;
	uint64_t hash;
};

static size_t take_tokens(const struct index *x, struct hs_slice *rest, struct token *tokens)
{
	size_t count = 0;

	while (count < TOKENS && (tokens[count].word = hs_tx_next_word(rest)).len) {
		uint64_t hash = tokens[count].hash = hs_tx_big_hash(tokens[count].word);
		__builtin_prefetch(&x->slots[hash & (x->room - 1)]);
		count++;
	}
	return count;
}

/* What a word is found by (slot, entry, its letters) lies all over the memory: that of the words of a text is
 * fetched at once, for one after another would be waited for three times a word. */
static void fetch_tokens(struct index *x, const struct token *tokens, size_t count)
{
	const struct entry *likely[TOKENS];

	for (size_t i = 0; i < count; i++) {
		uint32_t word = x->slots[tokens[i].hash & (x->room - 1)].word;
		likely[i] = word ? entry_at(x, word - 1) : NULL;
		__builtin_prefetch(likely[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (likely[i])
			__builtin_prefetch(likely[i]->word.ptr);
}

static void put_token(struct index *x, const struct token *token)
{
	uint32_t word = intern(x, token->word, token->hash);
	struct entry *entry = entry_at(x, word);

	if (entry->last == x->text + 1)
		return;
	entry->last = x->text + 1;
	entry->count++;
	put_number(&x->out->text_words, word); /* as it was met, until all are known */
}

static void put_text(struct index *x, uint32_t place, struct hs_slice text)
{
	struct hs_slice rest = hs_tx_fold(x->scratch, text);
	struct token tokens[TOKENS];
	size_t count;

	put_number(&x->out->text_concepts, place);
	put_number(&x->out->text_pairs, TX_BUILD_COUNT(x->out->text_words, uint32_t));
	do {
		count = take_tokens(x, &rest, tokens);
		fetch_tokens(x, tokens, count);
		for (size_t i = 0; i < count; i++)
			put_token(x, &tokens[i]);
	} while (count == TOKENS);
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
		hs_tx_build_ahead(b, place);
		put_number(&x->out->concept_texts, x->text);
		put_text(x, place, hs_tx_build_at(b, concept)->code);
		if (first == end)
			put_text(x, place, HS_S_NONE);
		for (uint32_t i = first; i < end; i++)
			put_text(x, place,
				TX_BUILD_AT(b->texts, struct tx_build_text, b->text_order[i])->value);
	}
	put_number(&x->out->concept_texts, x->text);
	put_number(&x->out->text_pairs, TX_BUILD_COUNT(x->out->text_words, uint32_t));
}

static int compare_words(const void *a, const void *b, void *arg)
{
	const struct entry *entries = arg;

	return hs_slice_cmp(entries[*(const uint32_t *)a].word, entries[*(const uint32_t *)b].word);
}

/* The words in their order; `rank` becomes where each that was met stands. */
static void order_words(struct index *x, struct tx_build_index *out, uint32_t *rank)
{
	uint32_t words = (uint32_t)TX_BUILD_COUNT(x->entries, struct entry), next = 0;
	uint32_t *order = hs_tx_build_numbers(x->arena, words);

	out->word_count = words;
	out->posting_first = hs_tx_build_numbers(out->arena, (size_t)words + 1);
	for (uint32_t i = 0; i < words; i++)
		order[i] = i;
	if (words)
		qsort_r(order, words, sizeof(*order), compare_words, x->entries.ptr);
	for (uint32_t i = 0; i < words; i++) {
		const struct entry *entry = entry_at(x, order[i]);
		out->posting_first[i] = next;
		hs_buf_add(&out->words, hs_slice((const char *)&entry->word, sizeof(entry->word)));
		rank[order[i]] = i;
		next += entry->count;
	}
	out->posting_first[words] = next;
}

static void order_pairs(struct index *x, struct tx_build_index *out)
{
	size_t words = TX_BUILD_COUNT(x->entries, struct entry);
	uint32_t *rank = hs_tx_build_numbers(x->arena, words), *at = hs_tx_build_numbers(x->arena, words);
	const uint32_t *end = (const void *)out->text_pairs.ptr;
	uint32_t *word = (void *)out->text_words.ptr, i = 0;

	order_words(x, out, rank);
	out->pair_count = TX_BUILD_COUNT(out->text_words, uint32_t);
	out->postings = hs_tx_build_numbers(out->arena, out->pair_count);
	for (size_t k = 0; k < words; k++)
		at[k] = out->posting_first[k];
	for (uint32_t text = 0; text < x->text; text++)
		for (; i < end[text + 1]; i++) {
			word[i] = rank[word[i]];
			out->postings[at[word[i]]++] = text;
		}
}

void hs_tx_build_index(struct tx_build *b)
{
	struct index x = { .b = b,
		.out = &b->index,
		.arena = hs_arena_new(TX_BUILD_MAX),
		.scratch = hs_arena_new((size_t)64 << 20) };

	b->index.arena = hs_arena_new(TX_BUILD_MAX);
	hs_buf_init(&x.entries, NULL, TX_BUILD_MAX);
	grow(&x);
	put_all(&x);
	order_pairs(&x, &b->index);
	hs_buf_free(&x.entries);
	hs_arena_free(x.scratch);
	hs_arena_free(x.arena);
	hs_tx_build_common(&b->index, TX_BUILD_COUNT(b->concepts, struct tx_build_concept));
}

static void write_list(struct hs_image_builder *image, enum tx_big_section section, struct hs_buf *list)
{
	hs_image_builder_borrow(image, section, list->ptr, sizeof(uint32_t), TX_BUILD_COUNT(*list, uint32_t));
	hs_buf_free(list);
}

static void write_common(struct hs_image_builder *image, const struct tx_build_index *x)
{
	size_t bits = x->common.count * x->common.words;

	hs_image_builder_borrow(image, TX_BIG_COMMON, x->common.rows, sizeof(*x->common.rows),
		x->common.count);
	hs_image_builder_borrow(image, TX_BIG_COMMON_CONCEPTS, x->common.bits, sizeof(*x->common.bits), bits);
	hs_image_builder_borrow(image, TX_BIG_COMMON_RANKS, x->common.ranks, sizeof(*x->common.ranks), bits);
	hs_image_builder_borrow(image, TX_BIG_COMMON_MASKS, x->common.masks.ptr, sizeof(uint8_t),
		x->common.masks.len);
}

void hs_tx_build_words(struct tx_build *b, struct hs_image_builder *image)
{
	struct tx_build_index *x = &b->index;

	write_list(image, TX_BIG_TEXT_WORDS, &x->text_words);
	write_list(image, TX_BIG_TEXT_CONCEPTS, &x->text_concepts);
	write_list(image, TX_BIG_TEXT_WORDS_FIRST, &x->text_pairs);
	write_list(image, TX_BIG_CONCEPT_TEXTS, &x->concept_texts);
	write_common(image, x);
	struct tx_word *rows = hs_arena_array(x->arena, x->word_count + 1, sizeof(*rows));
	if (!rows)
		return; /* the arena is full, which the caller sees */
	for (size_t i = 0; i < x->word_count; i++)
		rows[i] = (struct tx_word) { hs_image_builder_text(image,
						     *TX_BUILD_AT(x->words, struct hs_slice, i)),
			x->posting_first[i] };
	rows[x->word_count].posting_first = x->posting_first[x->word_count];
	hs_image_builder_borrow(image, TX_BIG_WORDS, rows, sizeof(*rows), x->word_count + 1);
	hs_image_builder_borrow(image, TX_BIG_POSTINGS, x->postings, sizeof(*x->postings), x->pair_count);
}
