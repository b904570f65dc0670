/* SPDX-License-Identifier: Apache-2.0 */
/* Searching by beginnings of words: the words with a beginning stand together, and each knows its texts.
 *
 * What common beginnings say of concepts, bit by bit, leaves few of them. All words must stand in one text:
 * where all are common, their masks of the texts of each concept that is left tell; else the texts of the
 * rarest word are asked one by one. */
#include "big.h"

#include "../text/fold.h"

#include <string.h>

#define WANTED_MAX 32u
#define MASK 2u       /* steps to read the mask of a concept */
#define TOGETHER 64u  /* texts whose concepts are read at once */
#define RARE 4u       /* words of bits that are joined while a text is asked */
#define BITS_STEPS 8u /* words of 64 bits that are joined in one step */

struct wanted {
	size_t first, last; /* words of the index */
	size_t postings;
	const uint64_t *concepts; /* as bits, when the beginning is a common one; else NULL */
	const uint32_t *ranks;
};

struct search {
	const struct tx_layer *layer;
	const struct tx_big *big;
	struct wanted wanted[WANTED_MAX];
	size_t count, rarest;
	struct tx_bits among; /* the concepts that may be found; blocks NULL: all */
	struct tx_patience *patience;
};

/* ---- words and their texts ---- */

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

/* The words among the common beginnings, or NULL. */
static const struct tx_common *find_common(const struct tx_big *big, size_t first, size_t last)
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
	return found ? &big->common[lo] : NULL;
}

static struct wanted find_range(const struct tx_layer *layer, struct hs_slice word)
{
	const struct tx_big *big = TX_BIG(layer);
	struct wanted w = { .first = lower_bound(layer, word, false),
		.last = lower_bound(layer, word, true) };
	uint32_t from = big->words[w.first].posting_first, to = big->words[w.last].posting_first;
	const struct tx_common *common = find_common(big, w.first, w.last);

	if (from > to || to > big->posting_count)
		return w;
	w.postings = to - from;
	if (!common)
		return w;
	size_t at = (size_t)(common - big->common) * hs_tx_bits_words((uint32_t)big->concept_count);
	w.concepts = big->common_concepts + at;
	w.ranks = big->common_ranks + at;
	return w;
}

/* Is all that begins with one of them also what begins with the other? */
static bool says_no_more(const struct wanted *w, const struct wanted *than)
{
	return w->first <= than->first && than->last <= w->last;
}

/* A word that another one begins with says nothing more than that one. */
static void add_word(struct search *s, struct wanted w)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		if (says_no_more(&w, &s->wanted[i]))
			return;
	for (size_t i = 0; i < s->count; i++)
		if (!says_no_more(&s->wanted[i], &w))
			s->wanted[n++] = s->wanted[i];
	s->wanted[n++] = w;
	s->count = n;
}

static void read_words(struct search *s, struct hs_slice text)
{
	for (struct hs_slice word = hs_tx_next_word(&text); word.len && s->count < WANTED_MAX;
		word = hs_tx_next_word(&text))
		add_word(s, find_range(s->layer, word));
	for (size_t i = 1; i < s->count; i++)
		if (s->wanted[i].postings < s->wanted[s->rarest].postings)
			s->rarest = i;
}

/* In which texts of the concept, which is a member, a common beginning stands. */
static inline uint8_t mask_of(const struct tx_big *big, const struct wanted *w, uint32_t concept)
{
	uint64_t before = w->concepts[concept / 64] & (((uint64_t)1 << (concept % 64)) - 1);
	size_t at = (size_t)w->ranks[concept / 64] + hs_tx_bits_in(before);

	return at < big->common_masks_count ? big->common_masks[at] : 0;
}

/* Does a word of the text, which is one of the concept's, begin so? */
static bool has_word(const struct tx_big *big, uint32_t concept, uint32_t text, const struct wanted *w)
{
	uint32_t which = text - big->concept_texts[concept], from = big->text_words_first[text],
		 to = big->text_words_first[text + 1];

	if (w->concepts && !(w->concepts[concept / 64] >> (concept % 64) & 1))
		return false;
	if (w->concepts && which < TX_MASK_LAST)
		return mask_of(big, w, concept) >> which & 1;
	for (uint32_t i = from; i < to && to <= big->text_words_count; i++)
		if (big->text_words[i] - w->first < w->last - w->first)
			return true;
	return false;
}

/* Does the text have all the words? `known` is one of them that it has. */
static bool has_all(const struct search *s, uint32_t concept, uint32_t text, size_t known)
{
	bool all = true;

	for (size_t i = 0; i < s->count && all; i++)
		all = i == known || has_word(s->big, concept, text, &s->wanted[i]);
	return all;
}

/* ---- concepts ---- */

/* The concepts of some texts of a word, from `at`; how many. Texts lie far apart, so their concepts are read
 * together: the processor waits once for all of them. */
static size_t read_concepts(const struct search *s, const struct wanted *w, size_t at,
	uint32_t concepts[TOGETHER])
{
	const uint32_t *texts = s->big->postings + s->big->words[w->first].posting_first + at;
	size_t count = w->postings - at < TOGETHER ? w->postings - at : TOGETHER;

	for (size_t i = 0; i < count; i++)
		concepts[i] = texts[i] < s->big->text_count ? s->big->text_concepts[texts[i]] : UINT32_MAX;
	return count;
}

/* The concepts of which some text has the word. */
static bool with_word(const struct search *s, struct hs_arena *arena, const struct wanted *w,
	struct tx_bits *out)
{
	uint32_t count = (uint32_t)s->big->concept_count, concepts[TOGETHER];

	if (w->concepts) {
		*out = hs_tx_bits_of(arena, w->concepts, count);
		return out->blocks;
	}
	*out = hs_tx_bits_new(arena, count);
	if (!out->blocks || !tx_spend(s->patience, w->postings))
		return false;
	for (size_t at = 0; at < w->postings; at += TOGETHER)
		for (size_t i = 0, n = read_concepts(s, w, at, concepts); i < n; i++)
			hs_tx_bits_add(*out, concepts[i]);
	return true;
}

/* Leaves the concepts that have all words in some text or other; `last` says nothing. */
static bool narrow(struct search *s, struct hs_arena *arena, struct tx_bits within, size_t last)
{
	bool any = false;

	s->among = within;
	for (size_t i = 0; i < s->count; i++) {
		struct tx_bits with = { NULL, 0 };
		if (i == last)
			continue;
		if (!with_word(s, arena, &s->wanted[i], &with) ||
			!tx_spend(s->patience, hs_tx_bits_words(with.count) / BITS_STEPS))
			return false;
		if (any || within.blocks)
			hs_tx_bits_and(with, s->among);
		s->among = with;
		any = true;
	}
	if (s->among.blocks)
		return true;
	s->among = hs_tx_bits_new(arena, (uint32_t)s->big->concept_count);
	if (s->among.blocks)
		hs_tx_bits_add_span(s->among, 0, s->among.count);
	return s->among.blocks;
}

static bool is_among(const struct search *s, uint32_t concept)
{
	return s->among.blocks ? hs_tx_bits_has(s->among, concept) : concept < s->big->concept_count;
}

/* By the texts of the rarest word. A concept that was found already needs no second text. */
static bool search_few(const struct search *s, struct tx_bits out)
{
	const struct wanted *rarest = &s->wanted[s->rarest];
	const uint32_t *texts = s->big->postings + s->big->words[rarest->first].posting_first;
	uint32_t concepts[TOGETHER];

	if (!tx_spend(s->patience, rarest->postings * 2))
		return false;
	for (size_t at = 0; at < rarest->postings; at += TOGETHER)
		for (size_t i = 0, n = read_concepts(s, rarest, at, concepts); i < n; i++)
			if (is_among(s, concepts[i]) && !hs_tx_bits_has(out, concepts[i]) &&
				has_all(s, concepts[i], texts[at + i], s->rarest))
				hs_tx_bits_add(out, concepts[i]);
	return true;
}

/* Has one of the concept's texts for which a mask has no bits of their own all the words? */
static bool has_late_text(const struct search *s, uint32_t concept)
{
	uint32_t text = s->big->concept_texts[concept] + TX_MASK_LAST,
		 end = s->big->concept_texts[concept + 1];

	while (text < end && text < s->big->text_count && !has_all(s, concept, text, SIZE_MAX))
		text++;
	return text < end && text < s->big->text_count;
}

/* A common beginning's masks of 64 concepts. */
struct column {
	uint64_t members;
	const uint8_t *masks; /* of each member */
};

static inline struct column column_of(const struct tx_big *big, const struct wanted *w, uint32_t first)
{
	static const uint8_t none[64];
	struct column c = { w->concepts[first / 64], big->common_masks + w->ranks[first / 64] };

	if (w->ranks[first / 64] + (size_t)hs_tx_bits_in(c.members) > big->common_masks_count)
		c.masks = none; /* the image is damaged */
	return c;
}

static inline uint8_t mask_in(struct column c, uint64_t before)
{
	return c.masks[hs_tx_bits_in(c.members & before)];
}

/* Of 64 concepts from `first`, which have all the words, those of which one text has them; all are common.
 * Whether they do is a matter of chance, so that nothing here branches on it. */
__attribute__((always_inline)) static inline uint64_t search_word(const struct search *s, uint32_t first,
	uint64_t left)
{
	struct column columns[WANTED_MAX];
	uint64_t found = 0;

	for (size_t i = 0; i < s->count; i++)
		columns[i] = column_of(s->big, &s->wanted[i], first);
	const struct column a = columns[0], b = columns[1];
	for (; left; left &= left - 1) {
		uint32_t bit = (uint32_t)__builtin_ctzll(left);
		uint64_t before = ((uint64_t)1 << bit) - 1;
		unsigned texts = mask_in(a, before) & mask_in(b, before);
		for (size_t i = 2; i < s->count; i++)
			texts &= mask_in(columns[i], before);
		if (texts == 1u << TX_MASK_LAST)
			texts = has_late_text(s, first + bit);
		found |= (uint64_t)(texts != 0) << bit;
	}
	return found;
}

/* Of a block of concepts those that have all the words, of which there are two at least; all are common.
 * False: there are none, and `left` is as it was. */
static inline bool join_block(const struct search *s, size_t block, uint64_t left[TX_BLOCK_WORDS])
{
	const uint64_t *within = s->among.blocks ? s->among.blocks[block] : hs_tx_bits_all;
	size_t i = 0;

	if (within == hs_tx_bits_none)
		return false;
	if (within == hs_tx_bits_all)
		within = s->wanted[i++].concepts + block * TX_BLOCK_WORDS;
	for (const uint64_t *so_far = within; i < s->count; i++, so_far = left)
		hs_tx_bits_join(left, so_far, s->wanted[i].concepts + block * TX_BLOCK_WORDS, TX_BLOCK_WORDS);
	return true;
}

TX_COUNTS_BITS static bool search_among(const struct search *s, struct tx_bits out)
{
	uint64_t left[TX_BLOCK_WORDS];

	if (!tx_spend(s->patience, hs_tx_bits_words(out.count) * s->count / BITS_STEPS))
		return false;
	for (size_t i = 0; i < hs_tx_bits_blocks(out.count); i++) {
		if (!join_block(s, i, left))
			continue;
		for (uint32_t k = 0; k < TX_BLOCK_WORDS; k++) {
			if (!left[k])
				continue;
			if (!tx_spend(s->patience, hs_tx_bits_in(left[k]) * s->count * MASK))
				return false;
			uint32_t first = (uint32_t)i * TX_BLOCK + k * 64;
			uint64_t found = search_word(s, first, left[k]);
			if (found)
				*hs_tx_bits_word(out, first) |= found;
		}
	}
	return true;
}

bool hs_tx_big_search(const struct tx_layer *layer, struct hs_arena *arena, struct hs_slice words,
	struct tx_bits within, struct tx_patience *patience, struct tx_bits *out)
{
	struct search s = { .layer = layer, .big = TX_BIG(layer), .among = within, .patience = patience };
	uint32_t count = (uint32_t)s.big->concept_count;

	read_words(&s, words);
	if (s.count < 2) {
		bool told = narrow(&s, arena, within, SIZE_MAX);
		*out = s.among;
		return told;
	}
	const struct wanted *rarest = &s.wanted[s.rarest];
	struct tx_bits found = hs_tx_bits_new(arena, count);
	if (!found.blocks)
		return false;
	*out = found;
	if (rarest->concepts)
		return search_among(&s, found);
	/* a rare word has fewer texts than there are words of bits to be joined for the others */
	bool rare = rarest->postings < hs_tx_bits_words(count) / RARE;
	return (rare || narrow(&s, arena, within, s.rarest)) && search_few(&s, found);
}
