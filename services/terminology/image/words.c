/* SPDX-License-Identifier: Apache-2.0 */
/* Searching by beginnings of words: the words with a beginning stand together, and each knows its texts. */
#include "big.h"

#include "../text/fold.h"

#define WANTED_MAX 32u
#define TEXT 400u       /* steps to read one text and look for words in it */
#define BITS_STEPS 256u /* texts in one step, where whole sets of texts are joined */

struct wanted {
	struct hs_slice word;
	size_t first, last; /* words of the index */
	size_t postings;
	const uint64_t *concepts, *texts; /* as bits, when the beginning is a common one; else NULL */
};

static size_t lower_bound(const struct tx_layer *layer, struct hs_slice word, bool past)
{
	size_t lo = 0, hi = TX_BIG(layer)->word_count - 1;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		struct hs_slice here = tx_text(layer, TX_BIG(layer)->words[mid].text);
		bool before = hs_slice_cmp(here, word) < 0 || (past && hs_slice_starts(here, word));
		if (before)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The place of the words among the common ones; their count: they are not. */
static size_t find_common(const struct tx_big *big, size_t first, size_t last)
{
	size_t lo = 0, hi = big->common_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct tx_common *here = &big->common[mid];
		if (here->first < first || (here->first == first && here->last < last))
			lo = mid + 1;
		else
			hi = mid;
	}
	bool found = lo < big->common_count && big->common[lo].first == first && big->common[lo].last == last;
	return found ? lo : big->common_count;
}

static struct wanted find_range(const struct tx_layer *layer, struct hs_slice word)
{
	const struct tx_big *big = TX_BIG(layer);
	struct wanted w = {
		.word = word, .first = lower_bound(layer, word, false), .last = lower_bound(layer, word, true)
	};
	uint32_t from = big->words[w.first].posting_first, to = big->words[w.last].posting_first;
	size_t common = find_common(big, w.first, w.last);

	if (from > to || to > big->posting_count)
		return w;
	w.postings = to - from;
	if (common < big->common_count) {
		w.concepts = big->common_concepts + common * hs_tx_bits_words((uint32_t)big->concept_count);
		w.texts = big->common_texts + common * TX_TEXT_WORDS(big->text_count);
	}
	return w;
}

static size_t read_words(const struct tx_layer *layer, struct hs_slice text, struct wanted *out)
{
	size_t n = 0;

	for (struct hs_slice word = hs_tx_next_word(&text); word.len && n < WANTED_MAX;
		word = hs_tx_next_word(&text))
		out[n++] = find_range(layer, word);
	return n;
}

static const uint32_t *postings_of(const struct tx_layer *layer, const struct wanted *w)
{
	return TX_BIG(layer)->postings + TX_BIG(layer)->words[w->first].posting_first;
}

static void mark_texts(const struct tx_layer *layer, const struct wanted *w, uint64_t *texts)
{
	const uint32_t *at = postings_of(layer, w);

	for (size_t i = 0; i < w->postings; i++)
		if (at[i] < TX_BIG(layer)->text_count)
			texts[at[i] / 64] |= (uint64_t)1 << (at[i] % 64);
}

/* The text with that number: code, display or designation. */
static struct hs_slice text_of(const struct tx_layer *layer, uint32_t text, uint32_t concept)
{
	const struct tx_concept_row *row = &layer->concepts[concept];
	uint32_t base = row->designation_first + 2 * concept, which = text - base;

	if (which == 0)
		return tx_text(layer, row->code);
	if (which == 1)
		return tx_text(layer, row->display);
	uint32_t designation = row->designation_first + which - 2;
	return designation < layer->designations_count ?
		tx_text(layer, layer->designations[designation].value) :
		HS_S_NONE;
}

static bool has_words(const struct tx_layer *layer, struct hs_arena *arena, uint32_t text,
	struct hs_slice words)
{
	uint32_t concept = TX_BIG(layer)->text_concepts[text];
	struct hs_arena_mark mark = hs_arena_mark(arena);
	bool found = concept < TX_BIG(layer)->concept_count &&
		hs_tx_words_start(hs_tx_fold(arena, text_of(layer, text, concept)), words);

	hs_arena_rollback(arena, mark);
	return found;
}

/* Looks at the texts of the rarest word one by one. A concept that is there already needs no second text. */
static void search_few(const struct tx_layer *layer, struct hs_arena *arena, struct hs_slice words,
	const struct wanted *rarest, struct tx_bits out)
{
	const uint32_t *at = postings_of(layer, rarest);

	for (size_t i = 0; i < rarest->postings; i++) {
		if (at[i] >= TX_BIG(layer)->text_count)
			continue;
		uint32_t concept = TX_BIG(layer)->text_concepts[at[i]];
		if (!hs_tx_bits_has(out, concept) && has_words(layer, arena, at[i], words))
			hs_tx_bits_add(out, concept);
	}
}

static bool search_one(const struct tx_layer *layer, struct hs_arena *arena, const struct wanted *w,
	struct tx_bits out)
{
	const struct tx_big *big = TX_BIG(layer);
	const uint32_t *at = postings_of(layer, w);

	if (w->concepts) {
		struct tx_bits known = hs_tx_bits_of(arena, w->concepts, out.count);
		if (known.blocks)
			hs_tx_bits_or(out, known);
		return known.blocks;
	}
	for (size_t i = 0; i < w->postings; i++)
		if (at[i] < big->text_count)
			hs_tx_bits_add(out, big->text_concepts[at[i]]);
	return true;
}

/* Keeps of the texts those with the word. */
static void keep(const struct tx_layer *layer, const struct wanted *w, uint64_t *texts, uint64_t *scratch)
{
	size_t text_words = TX_TEXT_WORDS(TX_BIG(layer)->text_count);
	const uint64_t *with = w->texts;

	if (!with) {
		memset(scratch, 0, text_words * sizeof(*scratch));
		mark_texts(layer, w, scratch);
		with = scratch;
	}
	for (size_t i = 0; i < text_words; i++)
		texts[i] &= with[i];
}

/* The texts of a concept stand together, so that its word of the set is written once. */
static void add_concepts(const struct tx_layer *layer, const uint64_t *texts, struct tx_bits out)
{
	const struct tx_big *big = TX_BIG(layer);

	for (size_t i = 0; i < TX_TEXT_WORDS(big->text_count); i++)
		for (uint64_t rest = texts[i]; rest; rest &= rest - 1) {
			size_t text = i * 64 + (size_t)__builtin_ctzll(rest);
			if (text < big->text_count)
				hs_tx_bits_add(out, big->text_concepts[text]);
		}
}

/* The rarest word gives the texts; the others take away from them. */
static bool search_many(const struct tx_layer *layer, struct hs_arena *arena, const struct wanted *wanted,
	size_t count, size_t rarest, struct tx_bits out)
{
	size_t bytes = TX_TEXT_WORDS(TX_BIG(layer)->text_count) * sizeof(uint64_t);
	uint64_t *texts = hs_arena_raw(arena, bytes), *scratch = hs_arena_raw(arena, bytes);

	if (!texts || !scratch)
		return false;
	if (wanted[rarest].texts)
		memcpy(texts, wanted[rarest].texts, bytes);
	else {
		memset(texts, 0, bytes);
		mark_texts(layer, &wanted[rarest], texts);
	}
	for (size_t i = 0; i < count; i++)
		if (i != rarest)
			keep(layer, &wanted[i], texts, scratch);
	add_concepts(layer, texts, out);
	return true;
}

/* What it takes to find a word's texts, in steps. */
static size_t steps_of(const struct wanted *w)
{
	return w->texts ? 0 : w->postings;
}

bool hs_tx_big_search(const struct tx_layer *layer, struct hs_arena *arena, struct hs_slice words,
	struct tx_patience *patience, struct tx_bits *out)
{
	struct wanted wanted[WANTED_MAX];
	size_t count = read_words(layer, words, wanted), rarest = 0, together = 0;

	if (!count) { /* nothing but blanks: every concept */
		hs_tx_bits_add_span(*out, 0, out->count);
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		if (wanted[i].postings < wanted[rarest].postings)
			rarest = i;
		together += steps_of(&wanted[i]) + TX_BIG(layer)->text_count / BITS_STEPS;
	}
	if (count == 1)
		return tx_spend(patience, steps_of(wanted)) && search_one(layer, arena, wanted, *out);
	if (wanted[rarest].postings * TEXT > together)
		return tx_spend(patience, together) && search_many(layer, arena, wanted, count, rarest, *out);
	if (!tx_spend(patience, wanted[rarest].postings * TEXT))
		return false;
	search_few(layer, arena, words, &wanted[rarest], *out);
	return true;
}
