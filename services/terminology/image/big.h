/* SPDX-License-Identifier: Apache-2.0 */
/* What the image of one large code system has beside the rows of model.h, so that no question looks at all of
 * its concepts.
 *
 *   codes   a hash table: a code is found with one or two reads
 *   spans   concepts stand in preorder of a tree within their hierarchy, so what is at or below one of them
 * is [itself, its end) and a few spans more, where the hierarchy joins again; subsumption is a search by
 *           halves among the ancestor's spans
 *   words   every word of every text in folded order, each with the rising numbers of the texts it stands in
 *   columns SNOMED CT: relationships by source and by target, details of texts, reference sets
 *
 * Texts are numbered along the concepts: the code of a concept, its display, its designations. Such an image
 * holds one code system; it is mapped read-only and shared by all threads. A number in a damaged file may be
 * anything, so readers check what they follow when it leads outside its section. */
#pragma once

#include "../compile/scope.h"

#define TX_BIG_KIND 0x54584231u /* "TXB1" */
#define TX_BIG_FORMAT 2u

enum tx_big_section {
	TX_BIG_INFO = 100,
	TX_BIG_SLOTS,         /* uint32_t: concept + 1, 0 is free; open addressing, a power of two */
	TX_BIG_SPAN_FIRST,    /* uint32_t for each concept, and the end */
	TX_BIG_SPANS,         /* struct tx_span: rising, apart from one another */
	TX_BIG_TEXT_CONCEPTS, /* uint32_t: the concept of each text */
	TX_BIG_WORDS,         /* struct tx_word in order of their texts, and the end */
	TX_BIG_POSTINGS,      /* uint32_t: texts */
	/* SNOMED CT (snomed/columns.h) */
	TX_SCT_COLUMNS,
	TX_SCT_ATTRIBUTES,
	TX_SCT_USE_FIRST,
	TX_SCT_USES,
	TX_SCT_VALUES,
	TX_SCT_TEXTS,
	TX_SCT_DIALECTS,
	TX_SCT_REFSETS,
	TX_SCT_MEMBERS,
	TX_SCT_MEMBER_FIELDS,
	TX_SCT_FIELD_NAMES,
	TX_SCT_ASIDES,
	TX_SCT_IDENTIFIERS
};

struct tx_big_info {
	uint64_t source_key; /* of the files it was made from */
	uint32_t is_snomed;
	uint32_t reserved;
};

/* Concepts from `from` up to but not with `to`. */
struct tx_span {
	uint32_t from, to;
};

struct tx_word {
	struct hs_image_text text;
	uint32_t posting_first;
};

/* The sections as plain pointers: the state of the layer's source. */
struct tx_big {
	struct hs_arena *arena; /* that it lives in */
	const struct tx_big_info *info;
	const uint32_t *slots, *span_first, *text_concepts, *postings;
	const struct tx_span *spans;
	const struct tx_word *words;
	size_t slot_count, concept_count, span_count, text_count, word_count, posting_count;
	const struct tx_sct *sct;   /* SNOMED CT's columns, or NULL */
	struct tx_cache *cache;     /* of implicit value sets */
	struct tx_written *written; /* expressions of this question; NULL: there are none */
};
#define TX_BIG(layer) ((const struct tx_big *)(layer)->source_state)

/* Maps an image that an import made, as a layer with hs_tx_big_source. HS_E_NOT_FOUND when it is of another
 * format. */
enum hs_status hs_tx_big_open(const char *path, struct tx_layer *out, struct hs_error *err);
void hs_tx_big_close(struct tx_layer *layer);
/* The same layer for one question, which may ask about expressions too: they get numbers behind the concepts.
 * In the arena; the layer itself when it knows no expressions. */
const struct tx_layer *hs_tx_big_question(const struct tx_layer *layer, struct hs_arena *arena);
extern const struct tx_source hs_tx_big_source;
/* Is the code system one of such an image? */
bool hs_tx_is_big(struct tx_system s);

/* The concept with that code, or UINT32_MAX. */
uint32_t hs_tx_big_code(const struct tx_layer *layer, struct hs_slice code);
/* The spans of a concept: itself and all that is below it. */
const struct tx_span *hs_tx_big_spans(const struct tx_layer *layer, uint32_t concept, size_t *count);
bool hs_tx_big_is_below(const struct tx_layer *layer, uint32_t concept, uint32_t ancestor);

/* How a code is hashed: the same for writer and readers. */
uint64_t hs_tx_big_hash(struct hs_slice code);

/* ---- sets of concepts, one bit each ---- */

struct tx_bits {
	uint64_t *words; /* NULL: memory was capped */
	uint32_t count;  /* concepts */
};

struct tx_bits hs_tx_bits_new(struct hs_arena *arena, uint32_t count);
static inline uint32_t hs_tx_bits_in(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555u;
	word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (uint32_t)(word * 0x0101010101010101u >> 56);
}
void hs_tx_bits_add_span(struct tx_bits bits, uint32_t from, uint32_t to);
void hs_tx_bits_add_below(const struct tx_layer *layer, struct tx_bits bits, uint32_t concept, bool itself);
void hs_tx_bits_and(struct tx_bits bits, struct tx_bits other);
void hs_tx_bits_or(struct tx_bits bits, struct tx_bits other);
void hs_tx_bits_minus(struct tx_bits bits, struct tx_bits other);
uint32_t hs_tx_bits_total(struct tx_bits bits);
/* The first at or after `from`; UINT32_MAX when there is none. */
uint32_t hs_tx_bits_next(struct tx_bits bits, uint32_t from);
/* The one that has `skip` before it; UINT32_MAX when there are not that many. */
uint32_t hs_tx_bits_nth(struct tx_bits bits, uint32_t skip);

static inline bool hs_tx_bits_has(struct tx_bits bits, uint32_t at)
{
	return at < bits.count && bits.words[at / 64] >> (at % 64) & 1;
}
static inline void hs_tx_bits_add(struct tx_bits bits, uint32_t at)
{
	if (at < bits.count)
		bits.words[at / 64] |= (uint64_t)1 << (at % 64);
}
static inline void hs_tx_bits_take(struct tx_bits bits, uint32_t at)
{
	bits.words[at / 64] &= ~((uint64_t)1 << (at % 64));
}
#define TX_BITS_EACH(at, bits) \
	for (uint32_t at = hs_tx_bits_next((bits), 0); at != UINT32_MAX; at = hs_tx_bits_next((bits), at + 1))

/* ---- words ---- */

/* Adds the concepts of which some text (code included) has a word beginning with each of `words`, which are
 * folded and parted as in hs_tx_words_start. False at the arena's cap. */
bool hs_tx_big_search(const struct tx_layer *layer, struct hs_arena *arena, struct hs_slice words,
	struct tx_bits *out);

/* ---- implicit value sets ---- */

/* In the arena; thread: all. */
struct tx_cache *hs_tx_cache_new(struct hs_arena *arena);
void hs_tx_cache_free(struct tx_cache *cache);
/* A layer with a reference of its own, to be given back by hs_tx_layer_fini. */
bool hs_tx_cache_get(struct tx_cache *cache, struct hs_slice url, struct tx_layer *out);
void hs_tx_cache_put(struct tx_cache *cache, struct hs_slice url, const struct tx_layer *layer);

/* ---- sets by filters ---- */

struct tx_context;
struct tx_filter;

/* The concepts that pass all filters (prepared by hs_tx_filters_prepare). */
enum hs_status hs_tx_big_select(struct tx_context *ctx, struct tx_system s, const struct tx_filter *filters,
	uint32_t count, struct tx_bits *out, struct hs_error *err);
