/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the shelf's resources, for _text and _content: a part of its image (shelf.h).
 *
 * They are those that the store's index of words has (core/store/words.h), of the same texts: a resource with
 * its id and meta, its narrative first (text 2n of the n-th item of a type) and then the rest (2n + 1). The
 * words of a text are numbered by their places, so that words in a row are found without reading it.
 *
 * A word's row names a stretch of HS__SHELF_PLACES, with a part for each text that has the word, in order:
 *
 *   varint: the text, less the text before; varint: bytes of the places; the places, each a varint less the
 *   place before. */
#pragma once

#include <core/rest/shelf/shelf.h>

struct hs__shelf_word {
	struct hs_image_text text;
	uint32_t first, bytes; /* of the places */
};

/* The next word of a folded text, which loses it; empty at the end. Words end at blanks, as folding leaves
 * them, and at signs such as arrows, as FTS5 parts them. */
struct hs_slice hs__shelf_next_word(struct hs_slice *rest);

/* ---- words.c ---- */

/* Marks the items of a type that fulfil a condition of kind HS_FIND_WORDS, by place; false: memory is out. */
bool hs__shelf_words_mark(const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	const struct hs_find *find, bool *marked);

/* ---- words_build.c: while the image is made ---- */

struct hs__shelf_words;
struct hs__shelf_words *hs__shelf_words_new(struct hs_image_builder *builder);
void hs__shelf_words_free(struct hs__shelf_words *words);
/* The words of one resource, kept until they are put. */
struct hs__shelf_texts {
	size_t first;
	uint32_t narrative, content; /* how many */
};
enum hs_status hs__shelf_words_take(struct hs__shelf_words *words, struct hs_arena *arena,
	struct hs_slice body, struct hs__shelf_texts *out, struct hs_error *err);
/* Of the items of a type, in their order; sets the words of the type. */
void hs__shelf_words_put(struct hs__shelf_words *words, const struct hs__shelf_texts *items,
	struct hs__shelf_type *type);
/* The sections, when all types are put. */
enum hs_status hs__shelf_words_end(struct hs__shelf_words *words, struct hs_error *err);
