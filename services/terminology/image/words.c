/* SPDX-License-Identifier: Apache-2.0 */
/* Searching by beginnings of words: the words with a beginning stand together, and each knows its texts. */
#include "big.h"

#include "../text/fold.h"

#define WANTED_MAX 32u
#define FEW \
	4096u /* texts that are looked at one by one rather than by the postings of a common beginning \
	       */

struct wanted {
	struct hs_slice word;
	size_t first, last; /* words of the index */
	size_t postings;
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

static struct wanted find_range(const struct tx_layer *layer, struct hs_slice word)
{
	const struct tx_word *words = TX_BIG(layer)->words;
	struct wanted w = { word, lower_bound(layer, word, false), lower_bound(layer, word, true), 0 };

	if (words[w.first].posting_first <= words[w.last].posting_first &&
		words[w.last].posting_first <= TX_BIG(layer)->posting_count)
		w.postings = words[w.last].posting_first - words[w.first].posting_first;
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

static void mark(const struct tx_layer *layer, const struct wanted *w, struct tx_bits texts)
{
	const uint32_t *at = postings_of(layer, w);

	for (size_t i = 0; i < w->postings; i++)
		hs_tx_bits_add(texts, at[i]);
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
	const struct wanted *rarest, bool alone, struct tx_bits out)
{
	const uint32_t *at = postings_of(layer, rarest);

	for (size_t i = 0; i < rarest->postings; i++) {
		if (at[i] >= TX_BIG(layer)->text_count)
			continue;
		uint32_t concept = TX_BIG(layer)->text_concepts[at[i]];
		if (alone || (!hs_tx_bits_has(out, concept) && has_words(layer, arena, at[i], words)))
			hs_tx_bits_add(out, concept);
	}
}

/* The rarest word gives the texts; the others take away from them. */
static bool search_many(const struct tx_layer *layer, struct hs_arena *arena, const struct wanted *wanted,
	size_t count, size_t rarest, struct tx_bits out)
{
	struct tx_bits texts = hs_tx_bits_new(arena, (uint32_t)TX_BIG(layer)->text_count);

	if (!texts.blocks)
		return false;
	mark(layer, &wanted[rarest], texts);
	for (size_t i = 0; i < count; i++) {
		if (i == rarest)
			continue;
		struct tx_bits other = hs_tx_bits_new(arena, texts.count);
		if (!other.blocks)
			return false;
		mark(layer, &wanted[i], other);
		hs_tx_bits_and(texts, other);
	}
	TX_BITS_EACH(text, texts)
	hs_tx_bits_add(out, TX_BIG(layer)->text_concepts[text]);
	return true;
}

bool hs_tx_big_search(const struct tx_layer *layer, struct hs_arena *arena, struct hs_slice words,
	struct tx_patience *patience, struct tx_bits *out)
{
	struct wanted wanted[WANTED_MAX];
	size_t count = read_words(layer, words, wanted), rarest = 0;

	if (!count) { /* nothing but blanks: every concept */
		hs_tx_bits_add_span(*out, 0, out->count);
		return true;
	}
	for (size_t i = 1; i < count; i++)
		if (wanted[i].postings < wanted[rarest].postings)
			rarest = i;
	bool many = count > 1 && wanted[rarest].postings > FEW;
	for (size_t i = 0; i < count; i++)
		if (!tx_spend(patience,
			    many                ? wanted[i].postings :
				    i == rarest ? wanted[i].postings * count :
						  0))
			return false;
	if (many)
		return search_many(layer, arena, wanted, count, rarest, *out);
	search_few(layer, arena, words, &wanted[rarest], count == 1, *out);
	return true;
}
