/* SPDX-License-Identifier: Apache-2.0 */
/* Index rows in bytes. A row whose text is what fills a hole names the hole instead, so that it is the same
 * for every pointer of the shape and is kept once.
 *
 *   row    kind and source (one byte), param, group, then by kind:
 *   token  system, TEXT, exact     string  text, exact           uri   TEXT
 *   date   lo, hi (or nothing)     others  low, high, system, text     reference  target type, TEXT
 *
 * TEXT is a text, or with source WHOLE or TAIL the number of a hole. */
#include "facts.h"

struct hs_slice hs_ledger_tail(struct hs_slice raw)
{
	size_t at = raw.len;
	while (at && raw.ptr[at - 1] != '/' && raw.ptr[at - 1] != ':')
		at--;
	return hs_slice_from(raw, at);
}

static struct hs_ledger_place find_hole(const struct hs_ledger_split *split, struct hs_slice text)
{
	for (size_t i = 0; text.len && i < split->hole_count; i++) {
		struct hs_slice raw = split->holes[i].raw;
		if (split->holes[i].whole || raw.len < text.len || memchr(raw.ptr, '\\', raw.len))
			continue;
		if (hs_slice_eq(raw, text))
			return (struct hs_ledger_place) { HS_LEDGER_FROM_WHOLE, i };
		if (hs_slice_ends(raw, text) && hs_slice_eq(hs_ledger_tail(raw), text))
			return (struct hs_ledger_place) { HS_LEDGER_FROM_TAIL, i };
	}
	return (struct hs_ledger_place) { HS_LEDGER_FROM_TEXT, 0 };
}

static bool in_shape(const struct hs_ledger_split *split, struct hs_slice text)
{
	return hs_slice_search(hs_buf_slice(&split->shape), text) != SIZE_MAX;
}

/* Does every text of this shape have this row, as it is written? */
static bool is_steady(const struct hs_ledger_split *split, const struct hs_index_row *row)
{
	if (row->kind != HS_INDEX_TOKEN && row->kind != HS_INDEX_STRING && row->kind != HS_INDEX_URI &&
		row->kind != HS_INDEX_REFERENCE)
		return false;
	if (row->kind == HS_INDEX_STRING)
		return in_shape(split, row->exact);
	return in_shape(split, row->text) && (row->exact.len == 0 || in_shape(split, row->exact));
}

static void put_real(struct hs_buf *out, double value)
{
	char bytes[sizeof value];
	memcpy(bytes, &value, sizeof value);
	hs_buf_add(out, hs_slice(bytes, sizeof bytes));
}

static void put_place(struct hs_buf *out, const struct hs_ledger_place *place, struct hs_slice text)
{
	if (place->source == HS_LEDGER_FROM_TEXT)
		hs_ledger_put_text(out, text);
	else
		hs_ledger_put_number(out, place->hole);
}

static void put_row(struct hs_buf *out, const struct hs_index_row *row, const struct hs_ledger_place *place)
{
	hs_buf_byte(out, (char)(row->kind | place->source << 4));
	hs_ledger_put_number(out, row->param);
	hs_ledger_put_number(out, row->group);
	switch ((enum hs_index_kind)row->kind) {
	case HS_INDEX_TOKEN:
		hs_ledger_put_text(out, row->system);
		put_place(out, place, row->text);
		hs_ledger_put_text(out, row->exact);
		break;
	case HS_INDEX_STRING:
		hs_ledger_put_text(out, row->text);
		hs_ledger_put_text(out, row->exact);
		break;
	case HS_INDEX_URI:
		put_place(out, place, row->text);
		break;
	case HS_INDEX_DATE:
		if (place->source != HS_LEDGER_FROM_DATE) {
			hs_ledger_put_signed(out, row->lo);
			hs_ledger_put_signed(out, row->hi);
		}
		break;
	case HS_INDEX_REFERENCE:
		hs_ledger_put_number(out, row->target_type);
		put_place(out, place, row->text);
		break;
	case HS_INDEX_NUMBER:
	case HS_INDEX_QUANTITY:
	case HS_INDEX_POINT:
		put_real(out, row->low);
		put_real(out, row->high);
		hs_ledger_put_text(out, row->system);
		hs_ledger_put_text(out, row->text);
		break;
	}
}

static struct hs_ledger_place place_of(const struct hs_ledger *ledger, const struct hs_ledger_split *split,
	const struct hs_index_row *row)
{
	if (row->kind == HS_INDEX_TOKEN || row->kind == HS_INDEX_URI || row->kind == HS_INDEX_REFERENCE)
		return find_hole(split, row->text);
	if (row->kind == HS_INDEX_DATE && split->has_date && row->lo == split->date * 1000 &&
		row->hi == row->lo + 1000 && hs_ledger_class(ledger, row->param) == HS_LEDGER_OF_DATE)
		return (struct hs_ledger_place) { HS_LEDGER_FROM_DATE, 0 };
	return (struct hs_ledger_place) { HS_LEDGER_FROM_TEXT, 0 };
}

void hs_ledger_facts_write(const struct hs_ledger *ledger, const struct hs_ledger_split *split,
	const struct hs_index_row *rows, size_t count, struct hs_buf *steady, struct hs_buf *own)
{
	for (size_t i = 0; i < count; i++) {
		struct hs_ledger_place place = place_of(ledger, split, &rows[i]);
		bool common = place.source != HS_LEDGER_FROM_TEXT || is_steady(split, &rows[i]);
		/* What stands beside the text must be common too; systems always are. */
		if (place.source != HS_LEDGER_FROM_TEXT && rows[i].exact.len &&
			!in_shape(split, rows[i].exact)) {
			common = false;
			place = (struct hs_ledger_place) { HS_LEDGER_FROM_TEXT, 0 };
		}
		put_row(common ? steady : own, &rows[i], &place);
	}
}

/* ---- and back ---- */

static bool take_real(struct hs_slice *in, double *out)
{
	struct hs_slice bytes;

	if (!hs_ledger_take_bytes(in, sizeof *out, &bytes))
		return false;
	memcpy(out, bytes.ptr, sizeof *out);
	return true;
}

static bool take_place(struct hs_slice *in, struct hs_ledger_place *place, const struct hs_ledger_open *open,
	struct hs_slice *out)
{
	uint64_t hole = 0;

	if (place->source == HS_LEDGER_FROM_TEXT)
		return hs_ledger_take_text(in, out);
	if (!hs_ledger_take_number(in, &hole) || !open || hole >= open->count)
		return false;
	place->hole = (size_t)hole;
	*out = place->source == HS_LEDGER_FROM_TAIL ? hs_ledger_tail(open->values[hole]) : open->values[hole];
	return true;
}

static bool take_dates(struct hs_slice *in, enum hs_ledger_source source, int64_t date,
	struct hs_index_row *row)
{
	if (source != HS_LEDGER_FROM_DATE)
		return hs_ledger_take_signed(in, &row->lo) && hs_ledger_take_signed(in, &row->hi);
	row->lo = date * 1000;
	row->hi = row->lo + 1000;
	return true;
}

static bool take_row(struct hs_slice *in, const struct hs_ledger_open *open, int64_t date,
	struct hs_index_row *row, struct hs_ledger_place *place)
{
	struct hs_slice head;
	uint64_t param = 0, group = 0, type = 0;

	if (!hs_ledger_take_bytes(in, 1, &head) || !hs_ledger_take_number(in, &param) ||
		!hs_ledger_take_number(in, &group))
		return false;
	*place = (struct hs_ledger_place) { (enum hs_ledger_source)((unsigned char)head.ptr[0] >> 4), 0 };
	*row = (struct hs_index_row) {
		.param = (uint32_t)param, .group = (uint16_t)group, .kind = head.ptr[0] & 15
	};
	switch ((enum hs_index_kind)row->kind) {
	case HS_INDEX_TOKEN:
		return hs_ledger_take_text(in, &row->system) && take_place(in, place, open, &row->text) &&
			hs_ledger_take_text(in, &row->exact);
	case HS_INDEX_STRING:
		return hs_ledger_take_text(in, &row->text) && hs_ledger_take_text(in, &row->exact);
	case HS_INDEX_URI:
		return take_place(in, place, open, &row->text);
	case HS_INDEX_DATE:
		return take_dates(in, place->source, date, row);
	case HS_INDEX_REFERENCE:
		if (!hs_ledger_take_number(in, &type))
			return false;
		row->target_type = (uint32_t)type;
		return take_place(in, place, open, &row->text);
	case HS_INDEX_NUMBER:
	case HS_INDEX_QUANTITY:
	case HS_INDEX_POINT:
		return take_real(in, &row->low) && take_real(in, &row->high) &&
			hs_ledger_take_text(in, &row->system) && hs_ledger_take_text(in, &row->text);
	}
	return false;
}

bool hs_ledger_facts_next(struct hs_slice *facts, const struct hs_ledger_open *open, struct hs_index_row *row,
	struct hs_ledger_place *place)
{
	return take_row(facts, open, 0, row, place);
}

enum hs_status hs_ledger_facts_read(struct hs_arena *arena, struct hs_slice facts,
	const struct hs_ledger_open *open, int64_t date, struct hs_ledger_rows *out, struct hs_error *err)
{
	struct hs_ledger_place place;

	while (facts.len) {
		if (out->count == out->room) {
			size_t room = out->room ? out->room * 2 : 32;
			void *moved = hs_arena_grow(arena, out->items, out->room * sizeof *out->items,
				room * sizeof *out->items);
			if (!moved)
				return hs_fail(err, HS_E_LIMIT, "the search does not fit in memory");
			out->items = moved;
			out->room = room;
		}
		if (!take_row(&facts, open, date, &out->items[out->count], &place))
			return hs_fail(err, HS_E_CORRUPT, "the search entries of a pointer are damaged");
		out->count++;
	}
	return HS_OK;
}

enum hs_status hs_ledger_piece_rows(struct hs_ledger *ledger, struct hs_arena *arena, uint64_t number,
	bool often, struct hs_ledger_rows *out, struct hs_error *err)
{
	struct hs_ledger_open open;

	if (!number)
		return HS_OK;
	const struct hs_ledger_piece *piece = hs_ledger_piece(ledger, number, often, err);
	if (!piece)
		return err->status;
	enum hs_status status = hs_ledger_open(ledger, arena, piece->shape, piece->rest, HS_S_NONE, &open,
		err);
	if (status == HS_OK)
		status = hs_ledger_facts_read(arena, open.facts, &open, 0, out, err);
	return status == HS_OK ? hs_ledger_facts_read(arena, open.own, NULL, 0, out, err) : status;
}

enum hs_status hs_ledger_rows_without(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_pointer *pointer, struct hs_ledger_rows *out, struct hs_error *err)
{
	struct hs_ledger_open open;
	enum hs_status status = hs_ledger_open(ledger, arena, pointer->shape, pointer->rest, pointer->id,
		&open, err);

	*out = (struct hs_ledger_rows) { .count = 0 };
	if (status == HS_OK)
		status = hs_ledger_facts_read(arena, open.facts, &open, pointer->date, out, err);
	return status == HS_OK ? hs_ledger_facts_read(arena, open.own, NULL, 0, out, err) : status;
}

enum hs_status hs_ledger_rows(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_pointer *pointer, struct hs_ledger_rows *out, struct hs_error *err)
{
	enum hs_status status = hs_ledger_rows_without(ledger, arena, pointer, out, err);

	if (status == HS_OK)
		status = hs_ledger_piece_rows(ledger, arena, pointer->subject, false, out, err);
	return status == HS_OK ? hs_ledger_piece_rows(ledger, arena, pointer->custodian, true, out, err) :
				 status;
}
