/* SPDX-License-Identifier: Apache-2.0 */
/* Taking what an image of a large code system is made of. */
#include "build.h"

#define FIRST_ROOM 4096u

/* ---- codes ---- */

/* The place of the code, or the free one that it would have. */
static struct tx_code_slot *slot_of(const struct tx_build *b, struct hs_slice code, uint64_t key)
{
	size_t mask = b->table.room - 1, at = hs_tx_big_place(key, mask);
	struct tx_code_slot *slots = b->table.slots;

	while (slots[at].key &&
		(slots[at].key != key ||
			(key & TX_KEY_HASHED &&
				!hs_slice_eq(TX_BUILD_AT(b->concepts, struct tx_build_concept,
						     slots[at].concept)
						     ->code,
					code))))
		at = (at + 1) & mask;
	return &slots[at];
}

/* Of four places three are taken at most: what is smaller stays nearer to the processor. */
static bool is_full(const struct tx_build *b, size_t count)
{
	return count * 4 > b->table.room * 3;
}

static void make_table(struct tx_build *b)
{
	size_t count = TX_BUILD_COUNT(b->concepts, struct tx_build_concept);

	b->table.slots = hs_arena_array(b->arena, b->table.room, sizeof(*b->table.slots));
	for (uint32_t i = 0; i < count; i++) {
		struct hs_slice code = hs_tx_build_at(b, i)->code;
		uint64_t key = hs_tx_big_key(code);
		*slot_of(b, code, key) = (struct tx_code_slot) { key, i, 0 };
	}
}

struct tx_build *hs_tx_build_new(void)
{
	struct hs_arena *arena = hs_arena_new(TX_BUILD_MAX);
	struct tx_build *b = hs_arena_alloc(arena, sizeof(*b));

	b->arena = arena;
	hs_buf_init(&b->concepts, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->texts, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->links, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->properties, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->extensions, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->defs, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->uses, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->spans, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.words, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.text_concepts, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.text_pairs, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.concept_texts, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.text_words, NULL, TX_BUILD_MAX);
	hs_buf_init(&b->index.common.masks, NULL, UINT32_MAX);
	b->table.room = FIRST_ROOM;
	make_table(b);
	return b;
}

void hs_tx_build_forget(struct tx_build *b)
{
	hs_buf_free(&b->texts);
	hs_buf_free(&b->links);
	hs_buf_free(&b->properties);
	hs_buf_free(&b->extensions);
	hs_buf_free(&b->defs);
	hs_buf_free(&b->uses);
	hs_buf_free(&b->spans);
}

void hs_tx_build_free(struct tx_build *b)
{
	if (!b)
		return;
	hs_tx_build_forget(b);
	hs_buf_free(&b->concepts);
	hs_buf_free(&b->index.words);
	hs_buf_free(&b->index.text_concepts);
	hs_buf_free(&b->index.text_pairs);
	hs_buf_free(&b->index.concept_texts);
	hs_buf_free(&b->index.text_words);
	hs_buf_free(&b->index.common.masks);
	hs_arena_free(b->index.arena);
	hs_arena_free(b->arena);
}

uint32_t *hs_tx_build_numbers(struct hs_arena *arena, size_t count)
{
	return hs_arena_array(arena, count ? count : 1, sizeof(uint32_t));
}

static void put(struct hs_buf *list, const void *row, size_t size)
{
	hs_buf_add(list, hs_slice(row, size));
}

/* ---- concepts ---- */

static void grow_table(struct tx_build *b)
{
	b->table.room *= 2;
	make_table(b);
}

void hs_tx_build_reindex(struct tx_build *b)
{
	while (is_full(b, TX_BUILD_COUNT(b->concepts, struct tx_build_concept)))
		b->table.room *= 2;
	make_table(b);
}

uint32_t hs_tx_build_find(const struct tx_build *b, struct hs_slice code)
{
	const struct tx_code_slot *slot = slot_of(b, code, hs_tx_big_key(code));

	return slot->key ? slot->concept : UINT32_MAX;
}

void hs_tx_build_fetch(const struct tx_build *b, struct hs_slice code)
{
	__builtin_prefetch(&b->table.slots[hs_tx_big_place(hs_tx_big_key(code), b->table.room - 1)]);
}

uint32_t hs_tx_build_concept(struct tx_build *b, struct hs_slice code, bool *fresh)
{
	uint64_t key = hs_tx_big_key(code);
	struct tx_code_slot *slot = slot_of(b, code, key);
	size_t count = TX_BUILD_COUNT(b->concepts, struct tx_build_concept);
	struct tx_build_concept row = { .code = code };

	uint32_t known = slot->concept;
	if (fresh)
		*fresh = !slot->key;
	if (slot->key)
		return known;
	put(&b->concepts, &row, sizeof(row));
	*slot = (struct tx_code_slot) { key, (uint32_t)count, 0 };
	if (is_full(b, count + 1))
		grow_table(b);
	return (uint32_t)count;
}

/* ---- in order ---- */

/* How many places before it is needed something is fetched; each needs what the one before has brought. */
#define AHEAD_FIRST 12u
#define AHEAD_LIST 9u
#define AHEAD_TEXTS 6u
#define AHEAD_VALUES 3u
#define AHEAD_MOST 16u /* texts of a concept */

static uint32_t ahead_of(const struct tx_build *b, uint32_t place, uint32_t by)
{
	return (size_t)place + by < b->ordered ? b->order[place + by] : b->order[place];
}

void hs_tx_build_ahead(const struct tx_build *b, uint32_t place)
{
	const struct tx_build_text *texts = (const void *)b->texts.ptr;
	uint32_t concept = ahead_of(b, place, AHEAD_FIRST);

	__builtin_prefetch(&b->text_first[concept]);
	__builtin_prefetch(TX_BUILD_AT(b->concepts, struct tx_build_concept, concept));
	__builtin_prefetch(&b->text_order[b->text_first[ahead_of(b, place, AHEAD_LIST)]]);
	concept = ahead_of(b, place, AHEAD_TEXTS);
	uint32_t first = b->text_first[concept], count = b->text_first[concept + 1] - first;
	for (uint32_t i = 0; i < count && i < AHEAD_MOST; i++)
		__builtin_prefetch(&texts[b->text_order[first + i]]);
	concept = ahead_of(b, place, AHEAD_VALUES);
	first = b->text_first[concept];
	count = b->text_first[concept + 1] - first;
	for (uint32_t i = 0; i < count && i < AHEAD_MOST; i++)
		__builtin_prefetch(texts[b->text_order[first + i]].value.ptr);
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
	hs_tx_build_link_ranked(b, child, parent, 0);
}

void hs_tx_build_link_ranked(struct tx_build *b, uint32_t child, uint32_t parent, uint32_t rank)
{
	struct tx_build_link link = { child, parent, rank, 0 };

	b->head.ordered |= rank > 0;
	put(&b->links, &link, sizeof(link));
}

void hs_tx_build_property(struct tx_build *b, const struct tx_build_property *property)
{
	put(&b->properties, property, sizeof(*property));
}

void hs_tx_build_extension(struct tx_build *b, const struct tx_build_extension *extension)
{
	hs_buf_add(&b->extensions, hs_slice((const char *)extension, sizeof(*extension)));
}

void hs_tx_build_def(struct tx_build *b, const struct tx_build_def *def)
{
	for (size_t i = 0; i < TX_BUILD_COUNT(b->defs, struct tx_build_def); i++)
		if (hs_slice_eq(TX_BUILD_AT(b->defs, struct tx_build_def, i)->code, def->code))
			return;
	put(&b->defs, def, sizeof(*def));
}

enum hs_status hs_tx_build_image(const char *path, struct hs_image_builder **out, struct hs_error *err)
{
	*out = hs_image_builder_new(TX_BIG_KIND, TX_IMAGE_FORMAT * 1000 + TX_BIG_FORMAT, 0);
	return hs_image_builder_begin(*out, NULL, path, err);
}

enum hs_status hs_tx_build_write(struct tx_build *b, const char *path, struct hs_error *err)
{
	struct hs_image_builder *image = NULL;
	enum hs_status status = hs_tx_build_order(b, err);

	if (status == HS_OK)
		status = hs_tx_build_image(path, &image, err);
	if (status == HS_OK)
		status = hs_tx_build_sections(b, image, NULL, NULL, err);
	if (status == HS_OK)
		status = hs_image_builder_end(image, err);
	hs_image_builder_free(image);
	return status;
}
