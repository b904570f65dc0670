/* SPDX-License-Identifier: Apache-2.0 */
/* Taking what an image of a large code system is made of. */
#include "build.h"

#define FIRST_ROOM 4096u

struct tx_build *hs_tx_build_new(void)
{
	struct hs_arena *arena = hs_arena_new(TX_BUILD_MAX);
	struct tx_build *b = hs_arena_alloc(arena, sizeof(*b));

	b->arena = arena;
	hs_buf_init(&b->concepts, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->texts, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->links, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->properties, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->defs, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->uses, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->spans, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.words, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.text_concepts, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.text_pairs, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.concept_texts, NULL, TX_BUILD_MAX);
	b->table.room = FIRST_ROOM;
	b->table.slots = hs_tx_build_numbers(b, FIRST_ROOM);
	return b;
}

void hs_tx_build_free(struct tx_build *b)
{
	if (!b)
		return;
	hs_buf_free(&b->concepts);
	hs_buf_free(&b->texts);
	hs_buf_free(&b->links);
	hs_buf_free(&b->properties);
	hs_buf_free(&b->defs);
	hs_buf_free(&b->uses);
	hs_buf_free(&b->spans);
	hs_buf_free(&b->index.words);
	hs_buf_free(&b->index.text_concepts);
	hs_buf_free(&b->index.text_pairs);
	hs_buf_free(&b->index.concept_texts);
	hs_arena_free(b->arena);
}

uint32_t *hs_tx_build_numbers(struct tx_build *b, size_t count)
{
	return hs_arena_array(b->arena, count ? count : 1, sizeof(uint32_t));
}

static void put(struct hs_buf *list, const void *row, size_t size)
{
	hs_buf_add(list, hs_slice(row, size));
}

/* ---- codes ---- */

static size_t slot_of(const struct tx_build *b, struct hs_slice code)
{
	size_t mask = b->table.room - 1, at = hs_tx_big_hash(code) & mask;

	while (b->table.slots[at] &&
		!hs_slice_eq(TX_BUILD_AT(b->concepts, struct tx_build_concept, b->table.slots[at] - 1)->code,
			code))
		at = (at + 1) & mask;
	return at;
}

static void make_table(struct tx_build *b)
{
	size_t count = TX_BUILD_COUNT(b->concepts, struct tx_build_concept);

	b->table.slots = hs_tx_build_numbers(b, b->table.room);
	for (uint32_t i = 0; i < count; i++)
		b->table.slots[slot_of(b, hs_tx_build_at(b, i)->code)] = i + 1;
}

static void grow_table(struct tx_build *b)
{
	b->table.room *= 2;
	make_table(b);
}

void hs_tx_build_reindex(struct tx_build *b)
{
	while (TX_BUILD_COUNT(b->concepts, struct tx_build_concept) * 2 > b->table.room)
		b->table.room *= 2;
	make_table(b);
}

uint32_t hs_tx_build_find(const struct tx_build *b, struct hs_slice code)
{
	size_t at = slot_of(b, code);

	return b->table.slots[at] ? b->table.slots[at] - 1 : UINT32_MAX;
}

uint32_t hs_tx_build_concept(struct tx_build *b, struct hs_slice code, bool *fresh)
{
	size_t at = slot_of(b, code), count = TX_BUILD_COUNT(b->concepts, struct tx_build_concept);
	struct tx_build_concept row = { .code = code };

	if (fresh)
		*fresh = !b->table.slots[at];
	if (b->table.slots[at])
		return b->table.slots[at] - 1;
	put(&b->concepts, &row, sizeof(row));
	b->table.slots[at] = (uint32_t)count + 1;
	if ((count + 1) * 2 > b->table.room)
		grow_table(b);
	return (uint32_t)count;
}

/* ---- the rest ---- */

/* There are few of them, and one is mostly the one before: further back nobody looks. */
#define USES_LOOKED_AT 16u

uint32_t hs_tx_build_use(struct tx_build *b, const struct tx_use *use)
{
	size_t count = TX_BUILD_COUNT(b->uses, struct tx_use);
	size_t last = count > USES_LOOKED_AT ? count - USES_LOOKED_AT : 0;

	if (!use)
		return 0;
	for (size_t i = count; i > last; i--) {
		const struct tx_use *at = TX_BUILD_AT(b->uses, struct tx_use, i - 1);
		if (hs_slice_eq(at->code, use->code) && hs_slice_eq(at->system, use->system) &&
			hs_slice_eq(at->display, use->display))
			return (uint32_t)i;
	}
	put(&b->uses, use, sizeof(*use));
	return (uint32_t)count + 1;
}

void hs_tx_build_text(struct tx_build *b, const struct tx_build_text *text)
{
	put(&b->texts, text, sizeof(*text));
}

void hs_tx_build_link(struct tx_build *b, uint32_t child, uint32_t parent)
{
	struct tx_build_link link = { child, parent };

	put(&b->links, &link, sizeof(link));
}

void hs_tx_build_property(struct tx_build *b, const struct tx_build_property *property)
{
	put(&b->properties, property, sizeof(*property));
}

void hs_tx_build_def(struct tx_build *b, const struct tx_build_def *def)
{
	put(&b->defs, def, sizeof(*def));
}

struct hs_image_builder *hs_tx_build_image(void)
{
	return hs_image_builder_new(TX_BIG_KIND, TX_IMAGE_FORMAT * 1000 + TX_BIG_FORMAT, 0);
}

enum hs_status hs_tx_build_write(struct tx_build *b, const char *path, struct hs_error *err)
{
	struct hs_image_builder *image = hs_tx_build_image();
	enum hs_status status = hs_tx_build_order(b, err);

	if (status == HS_OK) {
		hs_tx_build_index(b);
		status = hs_tx_build_sections(b, image, err);
	}
	if (status == HS_OK)
		status = hs_image_builder_write(image, NULL, path, err);
	hs_image_builder_free(image);
	return status;
}
