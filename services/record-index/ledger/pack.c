/* SPDX-License-Identifier: Apache-2.0 */
/* Packs split texts into bytes.
 *
 *   a shape   number of holes, facts, text; a plain text is a shape without holes and facts
 *   a rest    what fills each hole, then the facts of its own
 *   a hole    head (length, has a prefix, kind), the piece of the prefix, bytes by kind */
#include "table.h"

#define REST_MAX HS_LEDGER_TEXT_MAX

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
	enum hs_ledger_kind kind = id.len && hs_slice_eq(tail, id) ? HS_LEDGER_KIND_ID :
		hs_ledger_uuid_read(tail, uuid)                    ? HS_LEDGER_KIND_UUID :
								     HS_LEDGER_KIND_TEXT;
	uint64_t len = kind == HS_LEDGER_KIND_TEXT ? tail.len : 0;

	hs_ledger_put_number(out, len << 3 | (cut ? HS_LEDGER_HAS_PREFIX : 0) | kind);
	if (cut)
		hs_ledger_put_number(out, prefix);
	if (kind == HS_LEDGER_KIND_TEXT)
		hs_buf_add(out, tail);
	else if (kind == HS_LEDGER_KIND_UUID)
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
	/* With no subject but this: a custodian has no place. */
	if (status == HS_OK && fresh && of == HS_LEDGER_OF_SUBJECT && !ledger->deferred)
		status = hs_ledger_put_beside(ledger, made, packed.shape, packed.rest, err);
	if (status == HS_OK)
		*number = made;
	return status;
}
