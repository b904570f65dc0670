/* SPDX-License-Identifier: Apache-2.0 */
/* What the image of one large code system has beside the rows of model.h, so that no question looks at all of
 * its concepts.
 *
 *   codes   a hash table by key; of a code of figures, such as those of SNOMED CT, the key is the number, so
 *           that neither its row nor its text is read to find it
 *   spans   concepts stand in preorder of a tree within their hierarchy, so what is at or below one of them
 * is [itself, its end) and a few spans more, where the hierarchy joins again; subsumption is a search by
 *           halves among the ancestor's spans
 *   words   every word of every text in folded order, each with the rising numbers of the texts it stands in,
 *           and each text with its words; for beginnings that stand in many texts the concepts as bits, and
 *           for those that stand in very many the texts as well
 *   values  each value that some concept has of a property, with the concepts that have it: a filter looks at
 *           each value once
 *   columns SNOMED CT: relationships by source and by target, details of texts, reference sets
 *
 * Texts are numbered along the concepts: the code of a concept, its display, its designations. Such an image
 * holds one code system; it is mapped read-only and shared by all threads. A number in a damaged file may be
 * anything, so readers check what they follow when it leads outside its section. */
#pragma once

#include "../compile/scope.h"
#include "bits.h"
#include "patience.h"

#define TX_BIG_KIND 0x54584231u /* "TXB1" */
#define TX_BIG_FORMAT 7u

enum tx_big_section {
	TX_BIG_INFO = 100,
	TX_BIG_SLOTS,            /* struct tx_code_slot: open addressing, a power of two */
	TX_BIG_SPAN_FIRST,       /* uint32_t for each concept, and the end */
	TX_BIG_SPANS,            /* struct tx_span: rising, apart from one another */
	TX_BIG_TEXT_CONCEPTS,    /* uint32_t: the concept of each text */
	TX_BIG_WORDS,            /* struct tx_word in order of their texts, and the end */
	TX_BIG_POSTINGS,         /* uint32_t: texts */
	TX_BIG_CONCEPT_TEXTS,    /* uint32_t: the first text of each concept, and the end */
	TX_BIG_TEXT_WORDS_FIRST, /* uint32_t for each text, and the end */
	TX_BIG_TEXT_WORDS,       /* uint32_t: words */
	TX_BIG_COMMON,           /* struct tx_common in order */
	TX_BIG_COMMON_CONCEPTS,  /* uint64_t: a bit for each concept, in whole blocks (bits.h), for each of
				    these */
	TX_BIG_COMMON_RANKS,     /* uint32_t for each word of those bits: the mask of its first member */
	TX_BIG_COMMON_MASKS,     /* uint8_t for each member: which of its texts (TX_MASK_LAST) */
	TX_BIG_INACTIVE,         /* uint64_t: a bit for each concept, in whole blocks (bits.h) */
	TX_BIG_VALUES,           /* struct tx_value_row in order of their codes, and the end */
	TX_BIG_VALUE_CONCEPTS,   /* uint32_t: concepts, rising for each value */
	/* SNOMED CT (snomed/columns.h) */
	TX_SCT_COLUMNS,
	TX_SCT_ATTRIBUTES,
	TX_SCT_TYPES,
	TX_SCT_PAIRS,
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

/* A place in the table of codes. */
struct tx_code_slot {
	uint64_t key; /* hs_tx_big_key; 0: free */
	uint32_t concept;
	uint32_t reserved; /* 0 */
};

struct tx_word {
	struct hs_image_text text;
	uint32_t posting_first;
};

/* Words from `first` up to but not with `last`, which begin with the same letters, and stand in many texts.
 */
struct tx_common {
	uint32_t first, last;
};
/* A value that some concepts have of a property. */
struct tx_value_row {
	struct hs_image_text code, key, value; /* as in struct tx_property_row */
	uint32_t concept_first;
};

/* A mask has a bit for each of the first texts of a concept, and one for all others together. */
#define TX_MASK_LAST 7u

/* The sections as plain pointers: the state of the layer's source. */
struct tx_big {
	struct hs_arena *arena; /* that it lives in */
	const struct tx_big_info *info;
	const struct tx_code_slot *slots;
	const uint32_t *span_first, *text_concepts, *postings, *concept_texts, *text_words_first, *text_words,
		*common_ranks;
	const uint8_t *common_masks;
	const uint64_t *inactive, *common_concepts;
	const struct tx_common *common;
	const struct tx_span *spans;
	const struct tx_word *words;
	const struct tx_value_row *values;
	const uint32_t *value_concepts;
	size_t slot_count, concept_count, span_count, text_count, word_count, posting_count, text_words_count,
		inactive_count, common_count, common_concepts_count, common_ranks_count, common_masks_count,
		value_count, value_concepts_count; /* values without the end */
	const struct tx_sct *sct;                  /* SNOMED CT's columns, or NULL */
	struct tx_again_table *again;              /* words of answers (operations/again.h); may be NULL */
	struct tx_written *written;                /* expressions of this question; NULL: there are none */
};
#define TX_BIG(layer) ((const struct tx_big *)(layer)->source_state)

/* A table for words of answers about one code system. NULL at the arena's cap. */
struct tx_again_table *hs_tx_again_table(struct hs_arena *arena);

/* Maps an image that an import made, as a layer with hs_tx_big_source. HS_E_NOT_FOUND when it is of another
 * format. */
enum hs_status hs_tx_big_open(const char *path, struct tx_layer *out, struct hs_error *err);
void hs_tx_big_close(struct tx_layer *layer);
/* Copies what most questions read at random into memory with large pages (near.h), for a layer that is going
 * to answer many. Before anybody else sees it. */
void hs_tx_big_near(struct tx_layer *layer);
/* The same layer for one question, which may ask about expressions too: they get numbers behind the concepts.
 * In the arena; the layer itself when it knows no expressions. */
const struct tx_layer *hs_tx_big_question(const struct tx_layer *layer, struct hs_arena *arena);
extern const struct tx_source hs_tx_big_source;
/* Is the code system one of such an image? */
bool hs_tx_is_big(struct tx_system s);

/* The concept with that code, or UINT32_MAX. */
uint32_t hs_tx_big_code(const struct tx_layer *layer, struct hs_slice code);
/* Has the place of a code (empty: none) that is about to be looked for fetched from memory, which takes as
 * long as some hundred instructions, in each layer that has one. */
void hs_tx_big_expect(const struct tx_scope *scope, struct hs_slice code);
/* The spans of a concept: itself and all that is below it. */
const struct tx_span *hs_tx_big_spans(const struct tx_layer *layer, uint32_t concept, size_t *count);
bool hs_tx_big_is_below(const struct tx_layer *layer, uint32_t concept, uint32_t ancestor);

/* The values that concepts have of a property. */
const struct tx_value_row *hs_tx_big_values(const struct tx_layer *layer, struct hs_slice property,
	size_t *count);

/* How a text is hashed. */
uint64_t hs_tx_big_hash(struct hs_slice text);

/* The key of a code in tables of codes, the same for writer and readers: a number of at most 18 figures
 * without zeros before it is its own key, of others it is a hash with this bit. */
#define TX_KEY_HASHED ((uint64_t)1 << 63)
uint64_t hs_tx_big_key(struct hs_slice code);
/* Where the search for a key begins in a table of `mask` + 1 places. */
static inline size_t hs_tx_big_place(uint64_t key, size_t mask)
{
	return (size_t)(key * 0x9e3779b97f4a7c15ull >> 24) & mask;
}

/* Adds what is below the concept, and itself when that is wanted. */
void hs_tx_bits_add_below(const struct tx_layer *layer, struct tx_bits bits, uint32_t concept, bool itself);
/* Adds what is above the concept along every way, without what is above members that were there before.
 * False: at the arena's cap. */
bool hs_tx_bits_add_above(const struct tx_layer *layer, struct hs_arena *arena, struct tx_bits bits,
	uint32_t concept);
/* The concepts that are out of use, to be joined with others (nothing is to be added). */
struct tx_bits hs_tx_big_inactive(const struct tx_layer *layer, struct hs_arena *arena);
/* Adds every concept, or every one that is in use. False: memory was capped. */
bool hs_tx_big_add_all(const struct tx_layer *layer, struct hs_arena *arena, struct tx_bits bits,
	bool inactive);

/* ---- words ---- */

/* The concepts of `within` (blocks NULL: of all) of which some text (code included) has a word beginning with
 * each of `words`, which are folded and parted as in hs_tx_words_start. *out may share memory with the image
 * and with `within`. False at the arena's cap, or when no patience is left. */
bool hs_tx_big_search(const struct tx_layer *layer, struct hs_arena *arena, struct hs_slice words,
	struct tx_bits within, struct tx_patience *patience, struct tx_bits *out);

/* ---- sets by filters ---- */

struct tx_context;
struct tx_filter;

/* Whether the property is a place in the hierarchy (parent, child, ancestor, descendant) and values of it are
 * named. */
bool hs_tx_big_is_placed(struct tx_system s, const struct tx_filter *filter);
/* False: at the arena's cap. */
bool hs_tx_big_select_placed(struct tx_context *ctx, struct tx_system s, const struct tx_filter *filter,
	struct tx_bits *out);
/* The concepts that pass all filters (prepared by hs_tx_filters_prepare). */
enum hs_status hs_tx_big_select(struct tx_context *ctx, struct tx_system s, const struct tx_filter *filters,
	uint32_t count, struct tx_bits *out, struct hs_error *err);
