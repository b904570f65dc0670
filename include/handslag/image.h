/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled snapshot on disk: sections of plain data that are mapped into memory and used as they are.
 *
 * Layout: 64-byte head (magic "HSIMAGE1", kind, format number, key of the sources, section count, size,
 * checksum of the section table), a table of sections (id, offset, bytes, item size), then the sections,
 * each aligned to 64 bytes. All numbers are little-endian and position-independent: sections refer to one
 * another by index, and to texts by offset into a string section. An image is written under a temporary
 * name and renamed, so that a reader sees a whole one or none. Images are shared read-only by all threads. */
#pragma once

#include <handslag/arena.h>
#include <handslag/error.h>

struct hs_world;

/* A text in the string section: offset and length. Equal texts are stored once. */
struct hs_image_text {
	uint32_t offset;
	uint32_t len;
};

/* ---- reading ---- */

struct hs_image;

/* Maps the image when it has this kind, format and source key; HS_E_NOT_FOUND when there is none or it is
 * another (the caller then builds it anew), HS_E_CORRUPT when it is damaged. */
enum hs_status hs_image_open(const char *path, uint32_t kind, uint32_t format, uint64_t source_key,
	struct hs_image **out, struct hs_error *err);
struct hs_image *hs_image_ref(struct hs_image *image); /* thread-safe */
void hs_image_unref(struct hs_image *image);
/* The items of a section; NULL and 0 when it is absent. Fails the process when item_size differs. */
const void *hs_image_section(const struct hs_image *image, uint32_t id, size_t item_size, size_t *count);
struct hs_slice hs_image_text(const struct hs_image *image, struct hs_image_text text);
/* All of them, for who asks for many: hs_image_text_of(hs_image_texts(image), text) is the same. */
struct hs_slice hs_image_texts(const struct hs_image *image);
static inline struct hs_slice hs_image_text_of(struct hs_slice texts, struct hs_image_text text)
{
	if ((uint64_t)text.offset + text.len > texts.len)
		return HS_S_NONE;
	return hs_slice(texts.ptr + text.offset, text.len);
}
/* An image of nothing but `texts`, for rows that live no longer than the arena: as long must `texts` live,
 * and nobody has to give it back. NULL: the arena is full. */
struct hs_image *hs_image_of_texts(struct hs_arena *arena, struct hs_slice texts);

/* ---- building ---- */

struct hs_image_builder;

struct hs_image_builder *hs_image_builder_new(uint32_t kind, uint32_t format, uint64_t source_key);
void hs_image_builder_free(struct hs_image_builder *builder);
/* There will be so many texts: a table that has its size does not have to grow. */
void hs_image_builder_expect(struct hs_image_builder *builder, size_t texts);
/* Fetches the place of a text that will be interned soon. */
void hs_image_builder_fetch(const struct hs_image_builder *builder, struct hs_slice text);
/* Interns the text; the empty text is {0, 0}. */
struct hs_image_text hs_image_builder_text(struct hs_image_builder *builder, struct hs_slice text);
/* Copies `count` items as section `id` (each id once; 0 is the string section and belongs to the builder). */
void hs_image_builder_section(struct hs_image_builder *builder, uint32_t id, const void *items,
	size_t item_size, size_t count);
/* The same without a copy: the items must live until the image is written or finished; when it was begun,
 * until this returns. */
void hs_image_builder_borrow(struct hs_image_builder *builder, uint32_t id, const void *items,
	size_t item_size, size_t count);
/* For an image that shall not stand in memory as a whole: from here on each section goes into the file when
 * it is given. Texts, head and name come with hs_image_builder_end, and without it there is no file. `world`
 * NULL: the real machine. */
enum hs_status hs_image_builder_begin(struct hs_image_builder *builder, const struct hs_world *world,
	const char *path, struct hs_error *err);
/* Fails with what was the first to go wrong. */
enum hs_status hs_image_builder_end(struct hs_image_builder *builder, struct hs_error *err);
/* All of it at once; of a builder that was not begun. */
enum hs_status hs_image_builder_write(struct hs_image_builder *builder, const struct hs_world *world,
	const char *path, struct hs_error *err);
/* The same without a file: an image in memory. */
enum hs_status hs_image_builder_finish(struct hs_image_builder *builder, struct hs_image **out,
	struct hs_error *err);
