/* SPDX-License-Identifier: Apache-2.0 */
/* Puts together what pack.c has packed: what fills the holes of a pointer, and its text.
 *
 * A text is first a list of slices, from the parts of its shape, the pieces it names and a few made here, so
 * that it is copied once, into memory of its very size. */
#include "facts.h"

/* Of most shapes; larger ones take memory of the operation. */
#define PARTS_USUAL 32
/* What one part of a shape gives at most: itself, a prefix and what comes after it. */
#define SLICES_EACH 3
/* Bytes that are made for one mark: a UUID, an instant or a number. */
#define MADE_EACH 40

static enum hs_status damaged(struct hs_error *err)
{
	return hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
}

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the request");
}

/* ---- shapes ---- */

/* The length of the text before the next mark. */
static size_t plain_run(struct hs_slice text)
{
	size_t len = 0;

	while (len < text.len && (unsigned char)text.ptr[len] >= HS_LEDGER_MARKS)
		len++;
	return len;
}

static size_t count_parts(struct hs_slice text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += (unsigned char)text.ptr[i] < HS_LEDGER_MARKS;
	return count;
}

static void cut_in_parts(struct hs_ledger_form *form)
{
	struct hs_slice text = form->text;

	for (size_t i = 0; i < form->part_count; i++) {
		size_t run = plain_run(text);
		form->parts[i].before = hs_slice_first(text, run);
		text = hs_slice_from(text, run);
		form->parts[i].mark = text.len ? (enum hs_ledger_mark)text.ptr[0] : (enum hs_ledger_mark)0;
		text = hs_slice_from(text, text.len ? 1 : 0);
	}
}

/* The form of a shape or a plain text; NULL on failure. */
static const struct hs_ledger_form *form_of(struct hs_ledger *ledger, uint64_t number, struct hs_error *err)
{
	struct hs_ledger_piece *piece = hs_ledger_piece(ledger, number, true, err);
	struct hs_ledger_form made = { 0 };
	uint64_t holes = 0;

	if (!piece || piece->form)
		return piece ? piece->form : NULL;
	struct hs_slice bytes = piece->rest;
	if (piece->shape || !hs_ledger_take_number(&bytes, &holes) ||
		!hs_ledger_take_text(&bytes, &made.facts) || holes > bytes.len) {
		damaged(err);
		return NULL;
	}
	made.holes = (size_t)holes;
	made.text = bytes;
	made.part_count = count_parts(bytes);
	/* A cache that is full leaves the piece good; what is made of it is then made in each operation. */
	struct hs_arena *arena = piece->arena;
	struct hs_ledger_form *form = hs_arena_alloc(arena, sizeof *form);
	made.parts = hs_arena_array(arena, made.part_count, sizeof *made.parts);
	if (!form || !made.parts) {
		form = hs_arena_alloc(ledger->arena, sizeof *form);
		made.parts = hs_arena_array(ledger->arena, made.part_count, sizeof *made.parts);
		arena = ledger->arena;
	}
	if (!form || !made.parts) {
		too_large(err);
		return NULL;
	}
	*form = made;
	cut_in_parts(form);
	if (arena == piece->arena)
		piece->form = form;
	return form;
}

/* ---- holes ---- */

/* A plain text, for example a prefix. */
enum hs_status hs_ledger_plain_text(struct hs_ledger *ledger, uint64_t number, struct hs_slice *out,
	struct hs_error *err)
{
	const struct hs_ledger_form *form = form_of(ledger, number, err);

	if (!form)
		return err->status;
	*out = form->text;
	return HS_OK;
}

/* The bytes after the prefix. `room` is where a UUID is written. */
static bool take_tail(struct hs_slice *rest, uint64_t head, struct hs_slice id, char room[36],
	struct hs_slice *tail)
{
	struct hs_slice bytes;

	switch ((enum hs_ledger_kind)(head & (HS_LEDGER_HAS_PREFIX - 1))) {
	case HS_LEDGER_KIND_TEXT:
		return head >> 3 <= rest->len && hs_ledger_take_bytes(rest, (size_t)(head >> 3), tail);
	case HS_LEDGER_KIND_ID:
		*tail = id;
		return true;
	case HS_LEDGER_KIND_UUID:
		if (!hs_ledger_take_bytes(rest, 16, &bytes))
			return false;
		hs_ledger_uuid_write((const unsigned char *)bytes.ptr, room);
		*tail = hs_slice(room, 36);
		return true;
	}
	return false;
}

/* What fills a hole. */
struct filling {
	uint64_t prefix; /* the piece; 0: none */
	struct hs_slice before, after;
	char *room; /* for 36 bytes, where a UUID is written */
};

static enum hs_status take_hole(struct hs_ledger *ledger, struct hs_slice id, struct hs_slice *rest,
	struct filling *out, struct hs_error *err)
{
	uint64_t head = 0;
	enum hs_status status = HS_OK;

	out->prefix = 0;
	out->before = out->after = HS_S_NONE;
	if (!hs_ledger_take_number(rest, &head) ||
		(head & HS_LEDGER_HAS_PREFIX && !hs_ledger_take_number(rest, &out->prefix)))
		return damaged(err);
	if (head & HS_LEDGER_HAS_PREFIX)
		status = hs_ledger_plain_text(ledger, out->prefix, &out->before, err);
	if (status == HS_OK && !take_tail(rest, head, id, out->room, &out->after))
		status = damaged(err);
	return status;
}

bool hs_ledger_pass_hole(struct hs_slice *rest)
{
	uint64_t head = 0, prefix = 0;
	struct hs_slice bytes;

	if (!hs_ledger_take_number(rest, &head) ||
		(head & HS_LEDGER_HAS_PREFIX && !hs_ledger_take_number(rest, &prefix)))
		return false;
	switch ((enum hs_ledger_kind)(head & (HS_LEDGER_HAS_PREFIX - 1))) {
	case HS_LEDGER_KIND_TEXT:
		return head >> 3 <= rest->len && hs_ledger_take_bytes(rest, (size_t)(head >> 3), &bytes);
	case HS_LEDGER_KIND_ID:
		return true;
	case HS_LEDGER_KIND_UUID:
		return hs_ledger_take_bytes(rest, 16, &bytes);
	}
	return false;
}

#define HASH_FIRST UINT32_C(2166136261)
#define HASH_PRIME UINT32_C(16777619)
static uint32_t hash_more(uint32_t hash, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.ptr[i];
		byte |= byte >= 'A' && byte <= 'Z' ? 0x20 : 0;
		hash = (hash ^ byte) * HASH_PRIME;
	}
	return hash;
}

uint32_t hs_ledger_text_hash(struct hs_slice text)
{
	uint32_t hash = hash_more(HASH_FIRST, text);

	return hash ? hash : 1;
}

enum hs_status hs_ledger_hash_hole(struct hs_ledger *ledger, struct hs_slice id, struct hs_slice *rest,
	bool tail, struct hs_ledger_hashed *out, struct hs_error *err)
{
	char uuid[36];
	struct filling filling = { .room = uuid };
	enum hs_status status = take_hole(ledger, id, rest, &filling, err);

	/* A prefix ends where a tail may begin. */
	if (tail) {
		filling.prefix = 0;
		filling.before = HS_S_NONE;
		filling.after = hs_ledger_tail(filling.after);
	}
	uint32_t hash = hash_more(hash_more(HASH_FIRST, filling.before), filling.after);
	*out = (struct hs_ledger_hashed) { hash ? hash : 1, filling.prefix };
	return status;
}

static enum hs_status open_hole(struct hs_ledger *ledger, struct hs_arena *arena, struct hs_slice id,
	struct hs_slice *rest, struct hs_slice *out, struct hs_error *err)
{
	char uuid[36];
	struct filling filling = { .room = uuid };
	enum hs_status status = take_hole(ledger, id, rest, &filling, err);

	if (status != HS_OK)
		return status;
	*out = HS_ARENA_JOIN(arena, filling.before, filling.after);
	return out->ptr ? HS_OK : too_large(err);
}

enum hs_status hs_ledger_hole_text(struct hs_ledger *ledger, struct hs_arena *arena, struct hs_slice *rest,
	struct hs_slice *out, struct hs_error *err)
{
	return open_hole(ledger, arena, HS_S_NONE, rest, out, err);
}

enum hs_status hs_ledger_shape_facts(struct hs_ledger *ledger, uint64_t shape, struct hs_ledger_open *out,
	struct hs_error *err)
{
	const struct hs_ledger_form *form = form_of(ledger, shape, err);

	if (!form)
		return err->status;
	*out = (struct hs_ledger_open) { .facts = form->facts, .count = form->holes };
	return HS_OK;
}

enum hs_status hs_ledger_open(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t shape,
	struct hs_slice rest, struct hs_slice id, struct hs_ledger_open *out, struct hs_error *err)
{
	const struct hs_ledger_form *form = form_of(ledger, shape, err);
	enum hs_status status = HS_OK;

	if (!form)
		return err->status;
	struct hs_ledger_open open = { .facts = form->facts, .count = form->holes };
	open.values = hs_arena_array(arena, open.count + 1, sizeof *open.values);
	if (!open.values)
		return too_large(err);
	for (size_t i = 0; i < open.count && status == HS_OK; i++)
		status = open_hole(ledger, arena, id, &rest, &open.values[i], err);
	open.own = rest;
	if (status == HS_OK)
		*out = open;
	return status;
}

/* ---- texts ---- */

/* A text as slices that are still apart. */
struct list {
	struct hs_ledger *ledger;
	const struct hs_ledger_pointer *pointer; /* NULL in a piece */
	struct hs_slice rest;                    /* what fills the holes that come */
	struct hs_slice *slices;
	char *made; /* where the next thing is made */
	size_t count, total;
};

static void put(struct list *list, struct hs_slice slice)
{
	list->slices[list->count++] = slice;
	list->total += slice.len;
}

static enum hs_status put_hole(struct list *list, struct hs_error *err)
{
	struct filling filling = { .room = list->made };
	enum hs_status status = take_hole(list->ledger, list->pointer ? list->pointer->id : HS_S_NONE,
		&list->rest, &filling, err);

	if (status != HS_OK)
		return status;
	put(list, filling.before);
	put(list, filling.after);
	return HS_OK;
}

static enum hs_status piece_text(struct hs_ledger *ledger, uint64_t number, bool often, struct hs_slice *out,
	struct hs_error *err);

static enum hs_status put_piece(struct list *list, uint64_t number, bool often, struct hs_error *err)
{
	struct hs_slice text = HS_S_NONE;
	enum hs_status status = piece_text(list->ledger, number, often, &text, err);

	if (status == HS_OK)
		put(list, text);
	return status;
}

static struct hs_slice updated_text(struct hs_ledger *ledger, int64_t ms)
{
	if (ledger->updated_ms != ms || !ms) {
		hs_time_instant(ms, ledger->updated);
		ledger->updated_ms = ms;
	}
	return hs_slice(ledger->updated, HS_INSTANT_LEN);
}

static enum hs_status put_mark(struct list *list, enum hs_ledger_mark mark, struct hs_error *err)
{
	const struct hs_ledger_pointer *pointer = list->pointer;
	char *made = list->made;

	if (mark == HS_LEDGER_HOLE)
		return put_hole(list, err);
	if (!pointer)
		return damaged(err);
	switch (mark) {
	case HS_LEDGER_ID:
		put(list, pointer->id);
		return HS_OK;
	case HS_LEDGER_VERSION:
		put(list, hs_ledger_decimal(pointer->version, made));
		return HS_OK;
	case HS_LEDGER_UPDATED:
		put(list, updated_text(list->ledger, pointer->updated_ms));
		return HS_OK;
	case HS_LEDGER_DATE:
		hs_time_instant(pointer->date * 1000, made);
		made[19] = 'Z';
		put(list, hs_slice(made, 20));
		return HS_OK;
	case HS_LEDGER_SUBJECT:
		return put_piece(list, pointer->subject, false, err);
	case HS_LEDGER_CUSTODIAN:
		return put_piece(list, pointer->custodian, true, err);
	default:
		return damaged(err);
	}
}

static enum hs_status join(const struct list *list, struct hs_arena *arena, struct hs_slice *out,
	struct hs_error *err)
{
	char *text = list->total <= HS_LEDGER_TEXT_MAX ? hs_arena_raw(arena, list->total + 1) : NULL,
	     *to = text;

	if (!text)
		return too_large(err);
	for (size_t i = 0; i < list->count; i++) {
		if (list->slices[i].len)
			memcpy(to, list->slices[i].ptr, list->slices[i].len);
		to += list->slices[i].len;
	}
	*out = hs_slice(text, list->total);
	return HS_OK;
}

static enum hs_status put_form(struct list *list, const struct hs_ledger_form *form, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < form->part_count && status == HS_OK; i++, list->made += MADE_EACH) {
		put(list, form->parts[i].before);
		if (form->parts[i].mark)
			status = put_mark(list, form->parts[i].mark, err);
	}
	return status;
}

/* The text of a shape with its holes filled from `rest`; `pointer` NULL in a piece. */
static enum hs_status shape_text(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t shape,
	struct hs_slice rest, const struct hs_ledger_pointer *pointer, struct hs_slice *out,
	struct hs_error *err)
{
	struct hs_slice slices[PARTS_USUAL * SLICES_EACH];
	char made[PARTS_USUAL * MADE_EACH];
	struct list list = {
		.ledger = ledger, .pointer = pointer, .rest = rest, .slices = slices, .made = made
	};
	const struct hs_ledger_form *form = form_of(ledger, shape, err);

	if (!form)
		return err->status;
	if (form->part_count > PARTS_USUAL) {
		list.slices = hs_arena_array(ledger->arena, form->part_count,
			SLICES_EACH * sizeof *list.slices);
		list.made = hs_arena_array(ledger->arena, form->part_count, MADE_EACH);
		if (!list.slices || !list.made)
			return too_large(err);
	}
	enum hs_status status = put_form(&list, form, err);
	return status == HS_OK ? join(&list, arena, out, err) : status;
}

/* Of a subject or custodian; remembered with the piece. */
static enum hs_status piece_text(struct hs_ledger *ledger, uint64_t number, bool often, struct hs_slice *out,
	struct hs_error *err)
{
	struct hs_ledger_piece *piece = hs_ledger_piece(ledger, number, often, err);
	struct hs_slice text = HS_S_NONE;

	if (!piece)
		return err->status;
	if (piece->text.ptr) {
		*out = piece->text;
		return HS_OK;
	}
	enum hs_status status = shape_text(ledger, piece->arena, piece->shape, piece->rest, NULL, &text, err);
	if (status == HS_OK) {
		piece->text = text;
	} else if (status == HS_E_LIMIT && piece->arena != ledger->arena) {
		/* The cache is full. */
		status = shape_text(ledger, ledger->arena, piece->shape, piece->rest, NULL, &text, err);
	}
	if (status == HS_OK)
		*out = text;
	return status;
}

enum hs_status hs_ledger_text(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_pointer *pointer, struct hs_slice *out, struct hs_error *err)
{
	return shape_text(ledger, arena, pointer->shape, pointer->rest, pointer, out, err);
}
