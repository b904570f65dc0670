/* SPDX-License-Identifier: Apache-2.0 */
/* Packs split texts into bytes, and puts them together again.
 *
 *   a shape   number of holes, facts, text; a plain text is a shape without holes and facts
 *   a rest    what fills each hole, then the facts of its own
 *   a hole    head (length, has a prefix, kind), the piece of the prefix, bytes by kind */
#include "ledger.h"

#include <handslag/time.h>

#define REST_MAX ((size_t)64 << 20)
#define TEXT_USUAL 1024

enum kind { KIND_TEXT, KIND_ID, KIND_UUID };
#define KIND_BITS 2
#define HAS_PREFIX 4u

/* ---- packing ---- */

/* How much of the beginning comes back in other pointers: up to the last '/' or ':' when it looks like an
 * address or a scheme, and not like something with a number of its own. 0: nothing. */
static size_t prefix_of(struct hs_slice raw)
{
	size_t end = raw.len, digits = 0;

	while (end && raw.ptr[end - 1] != '/' && raw.ptr[end - 1] != ':')
		end--;
	if (end < 5 || end > 200 || !((raw.ptr[0] | 0x20) >= 'a' && (raw.ptr[0] | 0x20) <= 'z'))
		return 0;
	for (size_t i = 0; i < end; i++) {
		digits = raw.ptr[i] >= '0' && raw.ptr[i] <= '9' ? digits + 1 : 0;
		if (digits == 5 || raw.ptr[i] == ' ' || raw.ptr[i] == '\\')
			return 0;
	}
	return end;
}

struct hs_slice hs_ledger_shape_bytes(struct hs_arena *arena, size_t holes, struct hs_slice facts,
	struct hs_slice text)
{
	struct hs_buf buf;

	hs_buf_init(&buf, arena, REST_MAX);
	hs_ledger_put_number(&buf, holes);
	hs_ledger_put_text(&buf, facts);
	hs_buf_add(&buf, text);
	return buf.overflow ? HS_S_NONE : hs_buf_slice(&buf);
}

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the request");
}

enum hs_status hs_ledger_intern_text(struct hs_ledger *ledger, struct hs_slice text, uint64_t *number,
	struct hs_error *err)
{
	struct hs_slice bytes = hs_ledger_shape_bytes(ledger->arena, 0, HS_S_NONE, text);
	bool fresh = false;

	return bytes.ptr ? hs_ledger_intern(ledger, 0, bytes, number, &fresh, err) : too_large(err);
}

size_t hs_ledger_hole_cut(const struct hs_ledger_hole *hole)
{
	return hole->whole ? hole->raw.len : prefix_of(hole->raw);
}

void hs_ledger_put_hole(struct hs_buf *out, struct hs_slice raw, size_t cut, uint64_t prefix,
	struct hs_slice id)
{
	unsigned char uuid[16];
	struct hs_slice tail = hs_slice_from(raw, cut);
	enum kind kind = id.len && hs_slice_eq(tail, id) ? KIND_ID :
		hs_ledger_uuid_read(tail, uuid)          ? KIND_UUID :
							   KIND_TEXT;
	uint64_t len = kind == KIND_TEXT ? tail.len : 0;

	hs_ledger_put_number(out, len << 3 | (cut ? HAS_PREFIX : 0) | kind);
	if (cut)
		hs_ledger_put_number(out, prefix);
	if (kind == KIND_TEXT)
		hs_buf_add(out, tail);
	else if (kind == KIND_UUID)
		hs_buf_add(out, hs_slice((const char *)uuid, sizeof uuid));
}

static enum hs_status pack_hole(struct hs_ledger *ledger, const struct hs_ledger_split *split,
	const struct hs_ledger_hole *hole, struct hs_buf *out, struct hs_error *err)
{
	size_t cut = hs_ledger_hole_cut(hole);
	uint64_t prefix = 0;
	enum hs_status status = cut ?
		hs_ledger_intern_text(ledger, hs_slice_first(hole->raw, cut), &prefix, err) :
		HS_OK;

	if (status == HS_OK)
		hs_ledger_put_hole(out, hole->raw, cut, prefix, split->id);
	return status;
}

enum hs_status hs_ledger_pack(struct hs_ledger *ledger, struct hs_ledger_split *split,
	const struct hs_index_row *rows, size_t count, struct hs_ledger_packed *out, struct hs_error *err)
{
	struct hs_ledger_packed packed = { 0 };
	struct hs_buf rest, steady, own;
	enum hs_status status = HS_OK;
	bool fresh = false;

	hs_buf_init(&rest, ledger->arena, REST_MAX);
	hs_buf_init(&steady, ledger->arena, REST_MAX);
	hs_buf_init(&own, ledger->arena, REST_MAX);
	hs_ledger_facts_write(ledger, split, rows, count, &steady, &own);
	for (size_t i = 0; i < split->hole_count && status == HS_OK; i++)
		status = pack_hole(ledger, split, &split->holes[i], &rest, err);
	hs_buf_add(&rest, hs_buf_slice(&own));
	if (status != HS_OK)
		return status;
	struct hs_slice shape = hs_ledger_shape_bytes(ledger->arena, split->hole_count, hs_buf_slice(&steady),
		hs_buf_slice(&split->shape));
	if (!shape.ptr || rest.overflow || steady.overflow || own.overflow)
		return too_large(err);
	status = hs_ledger_intern(ledger, 0, shape, &packed.shape, &fresh, err);
	packed.rest = hs_buf_slice(&rest);
	if (status == HS_OK)
		*out = packed;
	return status;
}

enum hs_status hs_ledger_pack_piece(struct hs_ledger *ledger, enum hs_ledger_class of, struct hs_slice text,
	const struct hs_index_row *rows, size_t count, uint64_t *number, struct hs_error *err)
{
	struct hs_ledger_split split = { .arena = ledger->arena, .text = text };
	struct hs_ledger_packed packed = { 0 };
	uint64_t made = 0;
	bool fresh = false;
	enum hs_status status = hs_ledger_split(&split, err);

	if (status == HS_OK)
		status = hs_ledger_pack(ledger, &split, rows, count, &packed, err);
	if (status == HS_OK)
		status = hs_ledger_intern(ledger, packed.shape, packed.rest, &made, &fresh, err);
	for (size_t i = 0; status == HS_OK && fresh && i < count; i++) {
		if (rows[i].kind == HS_INDEX_REFERENCE || rows[i].kind == HS_INDEX_TOKEN)
			status = hs_ledger_add_mark(ledger, hs_ledger_mark(of, rows[i].param, rows[i].text),
				(struct hs_ledger_target) { made, true }, err);
	}
	if (status == HS_OK)
		*number = made;
	return status;
}

/* ---- and back ---- */

static enum hs_status damaged(struct hs_error *err)
{
	return hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
}

/* A shape of the table of pieces: its facts, text and number of holes. */
static bool read_shape(struct hs_slice bytes, struct hs_ledger_open *out)
{
	uint64_t holes = 0;
	bool good = hs_ledger_take_number(&bytes, &holes) && hs_ledger_take_text(&bytes, &out->facts) &&
		holes <= bytes.len;

	out->count = (size_t)holes;
	out->text = bytes;
	return good;
}

static enum hs_status read_text(struct hs_ledger *ledger, uint64_t number, struct hs_slice *out,
	struct hs_error *err)
{
	struct hs_ledger_piece piece;
	struct hs_ledger_open shape;
	enum hs_status status = hs_ledger_piece(ledger, number, &piece, err);

	if (status != HS_OK)
		return status;
	if (piece.shape || !read_shape(piece.rest, &shape))
		return damaged(err);
	*out = shape.text;
	return HS_OK;
}

/* The bytes after the prefix. `room` is where a UUID is written. */
static bool take_tail(struct hs_slice *rest, uint64_t head, struct hs_slice id, char room[36],
	struct hs_slice *tail)
{
	struct hs_slice bytes;

	switch ((enum kind)(head & (HAS_PREFIX - 1))) {
	case KIND_TEXT:
		return head >> 3 <= rest->len && hs_ledger_take_bytes(rest, (size_t)(head >> 3), tail);
	case KIND_ID:
		*tail = id;
		return true;
	case KIND_UUID:
		if (!hs_ledger_take_bytes(rest, 16, &bytes))
			return false;
		hs_ledger_uuid_write((const unsigned char *)bytes.ptr, room);
		*tail = hs_slice(room, 36);
		return true;
	}
	return false;
}

/* The next hole of `rest`: its prefix, and what comes after it. */
static enum hs_status take_hole(struct hs_ledger *ledger, struct hs_slice id, struct hs_slice *rest,
	char room[36], struct hs_slice parts[2], struct hs_error *err)
{
	uint64_t head = 0, number = 0;
	enum hs_status status = HS_OK;

	parts[0] = parts[1] = HS_S_NONE;
	if (!hs_ledger_take_number(rest, &head) ||
		(head & HAS_PREFIX && !hs_ledger_take_number(rest, &number)))
		return damaged(err);
	if (head & HAS_PREFIX)
		status = read_text(ledger, number, &parts[0], err);
	if (status == HS_OK && !take_tail(rest, head, id, room, &parts[1]))
		status = damaged(err);
	return status;
}

static enum hs_status open_hole(struct hs_ledger *ledger, struct hs_arena *arena, struct hs_slice id,
	struct hs_slice *rest, struct hs_slice *out, struct hs_error *err)
{
	struct hs_slice parts[2];
	char uuid[36];
	enum hs_status status = take_hole(ledger, id, rest, uuid, parts, err);

	if (status != HS_OK)
		return status;
	char *whole = hs_arena_raw(arena, parts[0].len + parts[1].len + 1);
	if (!whole)
		return too_large(err);
	if (parts[0].len)
		memcpy(whole, parts[0].ptr, parts[0].len);
	if (parts[1].len)
		memcpy(whole + parts[0].len, parts[1].ptr, parts[1].len);
	*out = hs_slice(whole, parts[0].len + parts[1].len);
	return HS_OK;
}

enum hs_status hs_ledger_open(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t shape,
	struct hs_slice rest, struct hs_slice id, struct hs_ledger_open *out, struct hs_error *err)
{
	struct hs_ledger_piece piece = { 0 };
	struct hs_ledger_open open = { 0 };
	enum hs_status status = hs_ledger_piece(ledger, shape, &piece, err);

	if (status == HS_OK && (piece.shape || !read_shape(piece.rest, &open)))
		status = damaged(err);
	if (status != HS_OK)
		return status;
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

/* ---- the text ---- */

static enum hs_status write_piece(struct hs_ledger *ledger, uint64_t number, struct hs_buf *out,
	struct hs_error *err);

static enum hs_status write_mark(struct hs_ledger *ledger, enum hs_ledger_mark mark,
	const struct hs_ledger_pointer *pointer, struct hs_buf *out, struct hs_error *err)
{
	char instant[HS_INSTANT_LEN + 1];

	if (!pointer)
		return damaged(err);
	switch (mark) {
	case HS_LEDGER_ID:
		hs_buf_add(out, pointer->id);
		return HS_OK;
	case HS_LEDGER_VERSION:
		hs_buf_u64(out, pointer->version);
		return HS_OK;
	case HS_LEDGER_UPDATED:
		hs_time_instant(pointer->updated_ms, instant);
		hs_buf_add(out, hs_slice(instant, HS_INSTANT_LEN));
		return HS_OK;
	case HS_LEDGER_DATE:
		hs_time_instant(pointer->date * 1000, instant);
		hs_buf_add(out, hs_slice(instant, 19));
		hs_buf_byte(out, 'Z');
		return HS_OK;
	case HS_LEDGER_SUBJECT:
		return write_piece(ledger, pointer->subject, out, err);
	case HS_LEDGER_CUSTODIAN:
		return write_piece(ledger, pointer->custodian, out, err);
	default:
		return damaged(err);
	}
}

/* The length of the text before the next mark. */
static size_t plain_run(struct hs_slice text)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t len = 0;

	for (uint64_t eight; len + 8 <= text.len;
		len += 8) { /* is one of eight bytes less than a mark may be? */
		memcpy(&eight, text.ptr + len, 8);
		if ((eight - ones * HS_LEDGER_MARKS) & ~eight & (ones << 7))
			break;
	}
	while (len < text.len && (unsigned char)text.ptr[len] >= HS_LEDGER_MARKS)
		len++;
	return len;
}

static enum hs_status write_hole(struct hs_ledger *ledger, struct hs_slice id, struct hs_slice *rest,
	struct hs_buf *out, struct hs_error *err)
{
	struct hs_slice parts[2];
	char uuid[36];
	enum hs_status status = take_hole(ledger, id, rest, uuid, parts, err);

	hs_buf_add(out, parts[0]);
	hs_buf_add(out, parts[1]);
	return status;
}

/* The text of a shape with its holes filled from `rest`; `pointer` NULL in a piece. */
static enum hs_status write_shape(struct hs_ledger *ledger, uint64_t shape, struct hs_slice rest,
	const struct hs_ledger_pointer *pointer, struct hs_buf *out, struct hs_error *err)
{
	struct hs_slice mark = HS_S_NONE, id = pointer ? pointer->id : HS_S_NONE;
	struct hs_ledger_piece piece = { 0 };
	struct hs_ledger_open open = { 0 };
	enum hs_status status = hs_ledger_piece(ledger, shape, &piece, err);

	if (status == HS_OK && (piece.shape || !read_shape(piece.rest, &open)))
		status = damaged(err);
	while (status == HS_OK && open.text.len) {
		size_t run = plain_run(open.text);
		hs_buf_add(out, hs_slice_first(open.text, run));
		open.text = hs_slice_from(open.text, run);
		if (!hs_ledger_take_bytes(&open.text, 1, &mark))
			break;
		status = mark.ptr[0] == HS_LEDGER_HOLE ?
			write_hole(ledger, id, &rest, out, err) :
			write_mark(ledger, (enum hs_ledger_mark)mark.ptr[0], pointer, out, err);
	}
	return status;
}

static enum hs_status write_piece(struct hs_ledger *ledger, uint64_t number, struct hs_buf *out,
	struct hs_error *err)
{
	struct hs_ledger_written *written = &ledger->written[number % HS_LEDGER_WRITTEN];
	struct hs_ledger_piece piece = { 0 };
	size_t begin = out->len;

	if (written->number == number) {
		hs_buf_add(out, written->text);
		return HS_OK;
	}
	enum hs_status status = hs_ledger_piece(ledger, number, &piece, err);
	if (status == HS_OK)
		status = write_shape(ledger, piece.shape, piece.rest, NULL, out, err);
	if (status != HS_OK || out->overflow)
		return status;
	struct hs_slice text = hs_arena_copy(ledger->arena, hs_slice_from(hs_buf_slice(out), begin));
	if (text.ptr)
		*written = (struct hs_ledger_written) { number, text };
	return HS_OK;
}

enum hs_status hs_ledger_text(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_pointer *pointer, struct hs_slice *out, struct hs_error *err)
{
	struct hs_buf text;

	hs_buf_init(&text, arena, REST_MAX);
	hs_buf_reserve(&text, TEXT_USUAL);
	enum hs_status status = write_shape(ledger, pointer->shape, pointer->rest, pointer, &text, err);
	if (status == HS_OK && text.overflow)
		status = too_large(err);
	if (status == HS_OK)
		*out = hs_buf_slice(&text);
	return status;
}
