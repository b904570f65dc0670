/* SPDX-License-Identifier: Apache-2.0 */
/* Building compiled images: texts are interned, sections copied, all laid out at the end. */
#include <core/base/image.h>

#include <core/base/heap.h>
#include <core/base/image_layout.h>
#include <core/base/map.h>
#include <core/base/world.h>
#include <handslag/buf.h>

struct section {
	struct hs__image_section row;
	char *items;
};

/* Texts are found again by a table of their offsets, so that the growing section may move. */
struct text_slot {
	uint32_t hash;
	struct hs_image_text text;
};

struct hs_image_builder {
	uint32_t kind;
	uint32_t format;
	uint64_t source_key;
	char *texts;
	size_t texts_len;
	size_t texts_room;
	struct text_slot *slots; /* open addressing; len 0 is free */
	size_t slots_room;
	size_t slots_used;
	struct section sections[HS__IMAGE_MAX_SECTIONS];
	uint32_t count;
	bool too_large; /* the texts passed 4 GiB */
};

struct hs_image_builder *hs_image_builder_new(uint32_t kind, uint32_t format, uint64_t source_key)
{
	struct hs_image_builder *builder = hs_heap_alloc(sizeof(*builder));
	builder->kind = kind;
	builder->format = format;
	builder->source_key = source_key;
	builder->count = 1; /* the first is the string section, filled at the end */
	builder->slots_room = 1024;
	builder->slots = hs_heap_alloc(builder->slots_room * sizeof(*builder->slots));
	return builder;
}

void hs_image_builder_free(struct hs_image_builder *builder)
{
	if (!builder)
		return;
	for (uint32_t i = 1; i < builder->count; i++)
		hs_heap_free(builder->sections[i].items);
	hs_heap_free(builder->texts);
	hs_heap_free(builder->slots);
	hs_heap_free(builder);
}

static void grow_slots(struct hs_image_builder *builder)
{
	size_t room = builder->slots_room * 2;
	struct text_slot *slots = hs_heap_alloc(room * sizeof(*slots));
	for (size_t i = 0; i < builder->slots_room; i++) {
		if (!builder->slots[i].text.len)
			continue;
		size_t at = builder->slots[i].hash & (room - 1);
		while (slots[at].text.len)
			at = (at + 1) & (room - 1);
		slots[at] = builder->slots[i];
	}
	hs_heap_free(builder->slots);
	builder->slots = slots;
	builder->slots_room = room;
}

static uint32_t append_text(struct hs_image_builder *builder, struct hs_slice text)
{
	size_t offset = builder->texts_len;
	if (text.len > builder->texts_room - offset) {
		size_t room = builder->texts_room ? builder->texts_room * 2 : 65536;
		while (room - offset < text.len)
			room *= 2;
		builder->texts = hs_heap_grow(builder->texts, room);
		builder->texts_room = room;
	}
	memcpy(builder->texts + offset, text.ptr, text.len);
	builder->texts_len += text.len;
	return (uint32_t)offset;
}

struct hs_image_text hs_image_builder_text(struct hs_image_builder *builder, struct hs_slice text)
{
	if (text.len == 0)
		return (struct hs_image_text) { 0, 0 };
	uint32_t hash = (uint32_t)hs_hash(text);
	size_t at = hash & (builder->slots_room - 1);
	for (; builder->slots[at].text.len; at = (at + 1) & (builder->slots_room - 1)) {
		const struct text_slot *slot = &builder->slots[at];
		if (slot->hash == hash && slot->text.len == text.len &&
			memcmp(builder->texts + slot->text.offset, text.ptr, text.len) == 0)
			return slot->text;
	}
	if (text.len > UINT32_MAX || builder->texts_len > UINT32_MAX - text.len) {
		builder->too_large = true;
		return (struct hs_image_text) { 0, 0 };
	}
	builder->slots[at] = (struct text_slot) { hash, { append_text(builder, text), (uint32_t)text.len } };
	struct hs_image_text out = builder->slots[at].text;
	if (++builder->slots_used * 4 > builder->slots_room * 3)
		grow_slots(builder);
	return out;
}

void hs_image_builder_section(struct hs_image_builder *builder, uint32_t id, const void *items,
	size_t item_size, size_t count)
{
	size_t bytes;
	HS_ASSERT(id != 0 && item_size > 0 && item_size <= UINT32_MAX);
	HS_ASSERT(builder->count < HS__IMAGE_MAX_SECTIONS);
	HS_ASSERT(!__builtin_mul_overflow(item_size, count, &bytes));
	for (uint32_t i = 1; i < builder->count; i++)
		HS_ASSERT(builder->sections[i].row.id != id);
	struct section *section = &builder->sections[builder->count++];
	section->row =
		(struct hs__image_section) { .id = id, .item_size = (uint32_t)item_size, .bytes = bytes };
	section->items = hs_heap_raw(bytes);
	if (bytes)
		memcpy(section->items, items, bytes);
}

static size_t aligned(size_t offset)
{
	return (offset + HS__IMAGE_ALIGN - 1) & ~(size_t)(HS__IMAGE_ALIGN - 1);
}

/* The whole image as one block of the heap; *size is its size. */
static enum hs_status lay_out(struct hs_image_builder *builder, char **out, size_t *size,
	struct hs_error *err)
{
	if (builder->too_large)
		return hs_fail(err, HS_E_LIMIT, "the texts of an image may not pass 4 GiB");
	struct section *texts = &builder->sections[0];
	texts->row = (struct hs__image_section) { .id = 0, .item_size = 1, .bytes = builder->texts_len };
	size_t table = builder->count * sizeof(struct hs__image_section);
	size_t at = aligned(sizeof(struct hs__image_head) + table);
	for (uint32_t i = 0; i < builder->count; i++) {
		builder->sections[i].row.offset = at;
		at = aligned(at + builder->sections[i].row.bytes);
	}
	char *data = hs_heap_alloc(at);
	char *rows = data + sizeof(struct hs__image_head);
	for (uint32_t i = 0; i < builder->count; i++) {
		const struct section *section = &builder->sections[i];
		const char *items = i == 0 ? builder->texts : section->items;
		memcpy(rows + i * sizeof(section->row), &section->row, sizeof(section->row));
		if (section->row.bytes)
			memcpy(data + section->row.offset, items, section->row.bytes);
	}
	struct hs__image_head head = { .kind = builder->kind,
		.format = builder->format,
		.source_key = builder->source_key,
		.sections = builder->count,
		.size = at,
		.table_hash = hs_hash(hs_slice(rows, table)) };
	memcpy(head.magic, HS__IMAGE_MAGIC, sizeof(head.magic));
	memcpy(data, &head, sizeof(head));
	*out = data;
	*size = at;
	return HS_OK;
}

enum hs_status hs_image_builder_write(struct hs_image_builder *builder, const struct hs_world *world,
	const char *path, struct hs_error *err)
{
	char *data = NULL;
	size_t size = 0;
	enum hs_status status = lay_out(builder, &data, &size, err);
	if (!status)
		status = hs_world_write_file(world ? world : hs_world_real(), path, hs_slice(data, size),
			0644, err);
	hs_heap_free(data);
	return status;
}

enum hs_status hs_image_builder_finish(struct hs_image_builder *builder, struct hs_image **out,
	struct hs_error *err)
{
	char *data = NULL;
	size_t size = 0;
	enum hs_status status = lay_out(builder, &data, &size, err);
	if (!status)
		status = hs__image_adopt(data, size, out, err);
	if (status)
		hs_heap_free(data);
	return status;
}
