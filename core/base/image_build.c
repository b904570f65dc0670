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
	const char *items;
	char *own; /* the copy of them, or NULL: they are borrowed */
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

	struct hs_world_output *output; /* of an image that was begun */
	uint64_t at;                    /* the end of what is in it */
	enum hs_status status;          /* the first thing that went wrong */
	struct hs_error err;
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
		hs_heap_free(builder->sections[i].own);
	hs_world_output_drop(builder->output);
	hs_heap_free(builder->texts);
	hs_heap_free(builder->slots);
	hs_heap_free(builder);
}

static void grow_slots(struct hs_image_builder *builder, size_t room)
{
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

void hs_image_builder_expect(struct hs_image_builder *builder, size_t texts)
{
	size_t room = builder->slots_room;

	while (room / 4 * 3 < texts)
		room *= 2;
	if (room > builder->slots_room)
		grow_slots(builder, room);
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

void hs_image_builder_fetch(const struct hs_image_builder *builder, struct hs_slice text)
{
	__builtin_prefetch(&builder->slots[(uint32_t)hs_hash(text) & (builder->slots_room - 1)], 1);
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
		grow_slots(builder, builder->slots_room * 2);
	return out;
}

static struct section *add_section(struct hs_image_builder *builder, uint32_t id, size_t item_size,
	size_t count)
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
	return section;
}

/* Behind what is in the file already, at the next place for a section. */
static uint64_t put_part(struct hs_image_builder *builder, struct hs_slice part)
{
	uint64_t at = builder->at + -builder->at % HS__IMAGE_ALIGN;

	if (!builder->status)
		builder->status = hs_world_output_put(builder->output, at, part, &builder->err);
	builder->at = at + part.len;
	return at;
}

void hs_image_builder_borrow(struct hs_image_builder *builder, uint32_t id, const void *items,
	size_t item_size, size_t count)
{
	struct section *section = add_section(builder, id, item_size, count);

	section->items = items;
	if (builder->output)
		section->row.offset = put_part(builder, hs_slice(items, section->row.bytes));
}

void hs_image_builder_section(struct hs_image_builder *builder, uint32_t id, const void *items,
	size_t item_size, size_t count)
{
	if (builder->output) {
		hs_image_builder_borrow(builder, id, items, item_size, count);
		return;
	}
	struct section *section = add_section(builder, id, item_size, count);
	section->items = section->own = hs_heap_raw(section->row.bytes);
	if (section->row.bytes)
		memcpy(section->own, items, section->row.bytes);
}

/* ---- the whole ---- */

/* What an image consists of, in order: head, table, and each section behind what aligns it. Begins as zeros.
 */
struct layout {
	struct hs__image_head head;
	struct hs__image_section table[HS__IMAGE_MAX_SECTIONS];
	struct hs_slice parts[2 + 2 * HS__IMAGE_MAX_SECTIONS];
	size_t count;
	size_t size; /* of all parts */
};

static void add_part(struct layout *out, const void *bytes, size_t len)
{
	out->parts[out->count++] = hs_slice(bytes, len);
	out->size += len;
}

static void align(struct layout *out)
{
	static const char zeros[HS__IMAGE_ALIGN];

	add_part(out, zeros, -out->size % HS__IMAGE_ALIGN);
}

static struct hs__image_head make_head(const struct hs_image_builder *builder,
	const struct hs__image_section *table, size_t size)
{
	struct hs__image_head head = { .kind = builder->kind,
		.format = builder->format,
		.source_key = builder->source_key,
		.sections = builder->count,
		.size = size,
		.table_hash = hs_hash(hs_slice((const char *)table, builder->count * sizeof(*table))) };

	memcpy(head.magic, HS__IMAGE_MAGIC, sizeof(head.magic));
	return head;
}

static enum hs_status fail_texts(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the texts of an image may not pass 4 GiB");
}

static enum hs_status lay_out(const struct hs_image_builder *builder, struct layout *out,
	struct hs_error *err)
{
	size_t table = builder->count * sizeof(out->table[0]);

	if (builder->too_large)
		return fail_texts(err);
	add_part(out, &out->head, sizeof(out->head));
	add_part(out, out->table, table);
	for (uint32_t i = 0; i < builder->count; i++) {
		align(out);
		out->table[i] = builder->sections[i].row;
		if (i == 0)
			out->table[i] = (struct hs__image_section) { .item_size = 1,
				.bytes = builder->texts_len };
		out->table[i].offset = out->size;
		add_part(out, i == 0 ? builder->texts : builder->sections[i].items, out->table[i].bytes);
	}
	align(out);
	out->head = make_head(builder, out->table, out->size);
	return HS_OK;
}

enum hs_status hs_image_builder_write(struct hs_image_builder *builder, const struct hs_world *world,
	const char *path, struct hs_error *err)
{
	struct layout all = { .count = 0 };
	enum hs_status status = lay_out(builder, &all, err);

	return status ?
		status :
		hs_world_write_parts(world ? world : hs_world_real(), path, all.parts, all.count, 0644, err);
}

/* ---- section by section ---- */

/* Of a file that is begun: how many sections there will be is not known, so the table has room for all. */
struct front {
	struct hs__image_head head;
	struct hs__image_section table[HS__IMAGE_MAX_SECTIONS];
};

enum hs_status hs_image_builder_begin(struct hs_image_builder *builder, const struct hs_world *world,
	const char *path, struct hs_error *err)
{
	HS_ASSERT(builder->count == 1 && !builder->output);
	builder->at = sizeof(struct front);
	builder->output = hs_world_output_begin(world ? world : hs_world_real(), path, 0644, err);
	return builder->output ? HS_OK : err->status;
}

enum hs_status hs_image_builder_end(struct hs_image_builder *builder, struct hs_error *err)
{
	static const char zeros[HS__IMAGE_ALIGN];
	struct hs_world_output *output = builder->output;
	struct front front;

	if (builder->too_large)
		return fail_texts(err);
	front.table[0] = (struct hs__image_section) { .item_size = 1,
		.offset = put_part(builder, hs_slice(builder->texts, builder->texts_len)),
		.bytes = builder->texts_len };
	for (uint32_t i = 1; i < builder->count; i++)
		front.table[i] = builder->sections[i].row;
	uint64_t end = builder->at, fill = -end % HS__IMAGE_ALIGN;
	front.head = make_head(builder, front.table, end + fill);
	size_t used = sizeof(front.head) + builder->count * sizeof(front.table[0]);
	if (!builder->status)
		builder->status = hs_world_output_put(output, end, hs_slice(zeros, fill), &builder->err);
	if (!builder->status)
		builder->status = hs_world_output_put(output, 0, hs_slice((const char *)&front, used),
			&builder->err);
	if (builder->status) {
		*err = builder->err;
		return builder->status;
	}
	builder->output = NULL;
	return hs_world_output_end(output, err);
}

enum hs_status hs_image_builder_finish(struct hs_image_builder *builder, struct hs_image **out,
	struct hs_error *err)
{
	struct layout all = { .count = 0 };
	enum hs_status status = lay_out(builder, &all, err);

	if (status)
		return status;
	char *data = hs_heap_raw(all.size), *to = data;
	for (size_t i = 0; i < all.count; i++)
		if (all.parts[i].len) {
			memcpy(to, all.parts[i].ptr, all.parts[i].len);
			to += all.parts[i].len;
		}
	status = hs__image_adopt(data, all.size, out, err);
	if (status)
		hs_heap_free(data);
	return status;
}
