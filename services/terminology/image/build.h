/* SPDX-License-Identifier: Apache-2.0 */
/* Making the image of a large code system: concepts, links and texts are taken in any order, then put in
 * preorder and written.
 *
 * Slices that are given must live until the image is written: importers keep their files mapped, and put what
 * they had to rewrite into `arena`. Thread: one; it has the words found beside itself (beside.h) while it
 * makes the other sections, and neither changes what was put in order. Memory: about 250 bytes a concept and
 * 90 a text. */
#pragma once

#include "../compile/model.h"
#include "big.h"

#define TX_BUILD_MAX ((size_t)8 << 30) /* bytes of one list */

/* What a designation is for. */
struct tx_use {
	struct hs_slice system, code, display;
};

struct tx_build_concept {
	struct hs_slice code, definition;
	const char *status; /* NULL: none */
	uint32_t flags;     /* TX_INACTIVE and so on */
};

/* Of the texts of a concept the one with the lowest rank is its display; the others are designations, by rank
 * and in the order they came. */
struct tx_build_text {
	struct hs_slice language, value;
	uint32_t concept, use; /* hs_tx_build_use; 0: none */
	/* SNOMED CT: as in struct tx_sct_text. What a row is found by, and what it is found for, stand side
	 * by side. */
	uint32_t effective, module;
	uint64_t id;
	uint32_t dialects;
	uint16_t rank, type;
};

struct tx_build_link {
	uint32_t child, parent;
	uint32_t rank; /* the child's place among those of this parent, from 1; 0: it has none */
	uint32_t reserved;
};

struct tx_build_property {
	uint32_t concept;
	const char *key; /* "valueCode" */
	struct hs_slice code, value;
};

/* Extensions, as a JSON array, of a concept or of a text by its number. */
struct tx_build_extension {
	struct hs_slice json;
	uint32_t of;
	uint32_t is_text;
};

struct tx_build_def {
	struct hs_slice code, uri, type, description;
};

/* The index of words: what it is written from. Texts are numbered as big.h tells. It has memory of its own,
 * for it is made beside the other sections. */
struct tx_build_index {
	struct hs_arena *arena;
	struct hs_buf words;                                    /* struct hs_slice, in order */
	struct hs_buf text_concepts, text_pairs, concept_texts; /* uint32_t: the sections of big.h */
	struct hs_buf text_words;                               /* uint32_t */
	uint32_t *posting_first;                                /* of each word, and the end */
	uint32_t *postings;
	size_t word_count, pair_count;
	struct {
		struct tx_common *rows;
		uint64_t *bits;
		uint32_t *ranks;
		struct hs_buf masks; /* uint8_t */
		size_t count, words; /* of rows, and of bits a row */
	} common;                    /* beginnings of words: the sections of big.h */
};

/* What a system says about itself. */
struct tx_build_head {
	struct hs_slice id, url, version, name, title, language, value_set, description, copyright, publisher;
	struct hs_slice status, standards; /* empty: active, and none */
	struct hs_slice source; /* the CodeSystem without its concepts, as JSON; empty: of the above */
	uint64_t source_key;
	bool ignores_case, compositional, is_snomed;
	bool ordered;     /* some link has a rank */
	bool trees_first; /* several files: its codes have no order but the hierarchy */
	uint32_t content; /* enum tx_content */
	uint32_t flags;   /* others of struct tx_head */
};

struct tx_build {
	struct hs_arena *arena;
	struct hs_buf concepts, texts, links, properties, extensions, defs, uses; /* of the structs above */
	struct tx_build_head head;
	struct {
		struct tx_code_slot *slots;
		size_t room;
	} table; /* by code */

	/* After hs_tx_build_order: */
	uint32_t *place;      /* of a concept as it came, in the image */
	uint32_t *order;      /* the other way */
	uint32_t *end;        /* by place: one past the tree below it */
	uint32_t *span_first; /* by concept as it came: where its spans are, and how many */
	uint32_t *span_count;
	struct hs_buf spans;
	uint32_t *parent_first, *parents, *child_first, *children; /* by concept as it came */
	uint32_t *text_first, *text_order;                         /* texts of a concept, the display first */
	uint32_t cycles;                /* links that were left out because they lead round */
	size_t ordered, linked, worded; /* concepts, links and texts that these rows are of */

	struct tx_build_index index;

	/* Called for each link that was left out; may be NULL. */
	void (*cycle)(void *arg, struct hs_slice child, struct hs_slice parent);
	void *cycle_arg;
};

#define TX_BUILD_COUNT(list, type) ((list).len / sizeof(type))
#define TX_BUILD_AT(list, type, n) (&((type *)(void *)(list).ptr)[n])

struct tx_build *hs_tx_build_new(void);
void hs_tx_build_free(struct tx_build *build);

/* The concept with that code, made when it is new (*fresh, may be NULL). */
uint32_t hs_tx_build_concept(struct tx_build *build, struct hs_slice code, bool *fresh);
/* Concepts came in otherwise than by hs_tx_build_concept: makes the table by code anew. */
void hs_tx_build_reindex(struct tx_build *build);
/* The concept with that code or UINT32_MAX. */
uint32_t hs_tx_build_find(const struct tx_build *build, struct hs_slice code);
/* Fetches the place of a code that will be looked for soon. */
void hs_tx_build_fetch(const struct tx_build *build, struct hs_slice code);
static inline struct tx_build_concept *hs_tx_build_at(struct tx_build *build, uint32_t concept)
{
	return TX_BUILD_AT(build->concepts, struct tx_build_concept, concept);
}
/* The number of what a designation is for; NULL is 0. */
uint32_t hs_tx_build_use(struct tx_build *build, const struct tx_use *use);
void hs_tx_build_text(struct tx_build *build, const struct tx_build_text *text);
void hs_tx_build_link(struct tx_build *build, uint32_t child, uint32_t parent);
/* The same, in an order of the parent's own: children with a rank (not 0) come first, by it. */
void hs_tx_build_link_ranked(struct tx_build *build, uint32_t child, uint32_t parent, uint32_t rank);
void hs_tx_build_property(struct tx_build *build, const struct tx_build_property *property);
void hs_tx_build_extension(struct tx_build *build, const struct tx_build_extension *extension);
/* Says that there is a property of that code, where nobody has said it before. */
void hs_tx_build_def(struct tx_build *build, const struct tx_build_def *def);

/* Puts the concepts in order; afterwards nothing is added. */
enum hs_status hs_tx_build_order(struct tx_build *build, struct hs_error *err);
/* False: it is too large. */
typedef bool tx_build_more_fn(void *arg, struct hs_image_builder *image);
/* Writes the sections of model.h and big.h into an image that was begun, then, in the same run, those that
 * `more` adds (may be NULL): it reads what was put in order, and changes nothing of it. What was given and
 * put in order is gone afterwards, but for the head and the concepts. */
enum hs_status hs_tx_build_sections(struct tx_build *build, struct hs_image_builder *image,
	tx_build_more_fn *more, void *arg, struct hs_error *err);
/* Both, and the file. */
enum hs_status hs_tx_build_write(struct tx_build *build, const char *path, struct hs_error *err);
/* An image that is begun at that path. *out is to be freed also when this fails. */
enum hs_status hs_tx_build_image(const char *path, struct hs_image_builder **out, struct hs_error *err);

/* ---- between the files of the builder ---- */

/* Fetches what stands some places after this one: concept, texts, what they say. For who goes through them in
 * order of their places, in which they lie all over the memory. */
void hs_tx_build_ahead(const struct tx_build *build, uint32_t place);
/* A text that is mostly the one before it. Begins as zeros. */
struct tx_build_again {
	struct hs_slice text;
	struct hs_image_text put;
};
static inline struct hs_image_text hs_tx_build_again(struct hs_image_builder *image,
	struct tx_build_again *again, struct hs_slice text)
{
	if (!again->text.ptr || !hs_slice_eq(again->text, text)) {
		again->put = hs_image_builder_text(image, text);
		again->text = text;
	}
	return again->put;
}

/* Only concepts and head are needed any more. */
void hs_tx_build_forget(struct tx_build *build);
/* Room for `count` numbers, zeroed, in an arena: the builder's for what outlives a function. */
uint32_t *hs_tx_build_numbers(struct hs_arena *arena, size_t count);
/* Writes which concepts have which value of which property. False: memory was capped. */
struct tx_build_properties {
	struct hs_arena *arena; /* until they are written */
	struct hs_image_builder *image;
	const struct tx_concept_row
		*concepts; /* concept_count of them and the end, each with its first row */
	uint32_t concept_count;
	const struct tx_property_row *rows;
	const struct hs_slice *codes; /* of the rows' properties */
};
bool hs_tx_build_values(const struct tx_build_properties *properties);
/* Finds the words of all texts in their order, and the beginnings that are common; writes nothing but
 * `build->index`. */
void hs_tx_build_index(struct tx_build *build);
void hs_tx_build_common(struct tx_build_index *index, size_t concepts);
/* Writes the sections of what those two have found, which is gone afterwards. */
void hs_tx_build_words(struct tx_build *build, struct hs_image_builder *image);
