/* SPDX-License-Identifier: Apache-2.0 */
/* The order of results as bytes that memcmp compares, and the mark of a page's end made of them.
 *
 *   key     for each sort: 1 and the value, or 2 when there is none (such come last); then the row
 *   cursor  hexadecimal: a check of the sort, the key */
#include "order.h"

#include <handslag/coding.h>

#define TEXT_MAX 96 /* what counts of a text */

static void put_order(struct hs_buf *out, uint64_t value)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		hs_buf_byte(out, (char)(value >> shift));
}

static void put_signed(struct hs_buf *out, int64_t value)
{
	put_order(out, (uint64_t)value ^ UINT64_C(1) << 63);
}

static void put_real(struct hs_buf *out, double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	put_order(out, bits >> 63 ? ~bits : bits | UINT64_C(1) << 63);
}

static void put_text(struct hs_buf *out, struct hs_slice text)
{
	hs_buf_add(out, hs_slice_first(text, TEXT_MAX));
	hs_buf_byte(out, 0);
}

/* Codes are put in order as the store does, whatever their case. */
static void put_code(struct hs_buf *out, struct hs_slice code)
{
	code = hs_slice_first(code, TEXT_MAX);
	for (size_t i = 0; i < code.len; i++) {
		char c = code.ptr[i];
		hs_buf_byte(out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
	}
	hs_buf_byte(out, 0);
}

static void put_value(struct hs_buf *out, const struct hs_index_row *row)
{
	switch ((enum hs_index_kind)row->kind) {
	case HS_INDEX_TOKEN:
		put_code(out, row->text);
		break;
	case HS_INDEX_DATE:
		put_signed(out, row->lo);
		put_signed(out, row->hi);
		break;
	case HS_INDEX_NUMBER:
	case HS_INDEX_QUANTITY:
	case HS_INDEX_POINT:
		put_real(out, row->low);
		put_real(out, row->high);
		break;
	default:
		put_text(out, row->text);
		break;
	}
}

bool hs_ledger_sort_value(struct hs_arena *arena, const struct hs_find_sort *sort,
	const struct hs_ledger_rows *rows, struct hs_slice *out)
{
	bool any = false;

	for (size_t i = 0; i < rows->count; i++) {
		struct hs_buf buf;
		if (rows->items[i].param != sort->param)
			continue;
		hs_buf_init(&buf, arena, 256);
		put_value(&buf, &rows->items[i]);
		int order = any ? hs_slice_cmp(hs_buf_slice(&buf), *out) : 0;
		if (!any || (sort->falling ? order > 0 : order < 0))
			*out = hs_buf_slice(&buf);
		any = true;
	}
	return any;
}

bool hs_ledger_sorts_text(const struct hs_find_sort *sort)
{
	bool text = sort->kind == HS_INDEX_TOKEN || sort->kind == HS_INDEX_STRING ||
		sort->kind == HS_INDEX_URI || sort->kind == HS_INDEX_REFERENCE;

	return sort->special == HS_SORT_ID || (sort->special == HS_SORT_PARAM && text);
}

bool hs_ledger_value(struct hs_arena *arena, const struct hs_find_sort *sort,
	const struct hs_ledger_subject *subject, struct hs_slice *out)
{
	struct hs_buf buf;

	if (sort->special == HS_SORT_PARAM)
		return hs_ledger_sort_value(arena, sort, subject->rows, out);
	hs_buf_init(&buf, arena, 512);
	if (sort->special == HS_SORT_ID)
		put_text(&buf, subject->pointer->id);
	else
		put_signed(&buf, subject->pointer->updated_ms);
	*out = hs_buf_slice(&buf);
	return true;
}

enum hs_status hs_ledger_key(struct hs_arena *arena, const struct hs_find_query *query,
	const struct hs_ledger_subject *subject, struct hs_slice *out, struct hs_error *err)
{
	struct hs_buf key;

	hs_buf_init(&key, arena, 4096);
	for (size_t i = 0; i < query->sort_count; i++) {
		struct hs_slice value = HS_S_NONE;
		bool any = hs_ledger_value(arena, &query->sort[i], subject, &value);
		hs_buf_byte(&key, any ? 1 : 2);
		for (size_t at = 0; at < value.len; at++)
			hs_buf_byte(&key, query->sort[i].falling ? (char)~value.ptr[at] : value.ptr[at]);
	}
	put_order(&key, subject->pointer->row);
	if (key.overflow || hs_arena_full(arena))
		return hs_fail(err, HS_E_LIMIT, "the search does not fit in memory; add a condition");
	*out = hs_buf_slice(&key);
	return HS_OK;
}

bool hs_ledger_key_time(const struct hs_find_query *query, struct hs_slice key, int64_t *ms)
{
	uint64_t value = 0;

	if (key.len < 9)
		return false;
	for (size_t i = 1; i < 9; i++)
		value = value << 8 | (unsigned char)key.ptr[i];
	value = (query->sort[0].falling ? ~value : value) ^ UINT64_C(1) << 63;
	memcpy(ms, &value, sizeof value);
	return true;
}

/* ---- cursors ---- */

static struct hs_slice check_of(struct hs_arena *arena, const struct hs_find_query *query)
{
	struct hs_buf sorts, check;

	hs_buf_init(&sorts, arena, 256);
	hs_buf_init(&check, arena, 16);
	for (size_t i = 0; i < query->sort_count; i++) {
		hs_ledger_put_number(&sorts, query->sort[i].param);
		hs_ledger_put_number(&sorts, (uint64_t)query->sort[i].special * 2 + query->sort[i].falling);
	}
	put_order(&check, (uint64_t)hs_ledger_hash(query->type, hs_buf_slice(&sorts)) << 16);
	return hs_slice_first(hs_buf_slice(&check), 4);
}

struct hs_slice hs_ledger_cursor(struct hs_arena *arena, const struct hs_find_query *query,
	struct hs_slice key)
{
	struct hs_slice parts[2] = { check_of(arena, query), key };
	struct hs_buf out;

	hs_buf_init(&out, arena, 16384);
	for (size_t p = 0; p < 2; p++)
		hs_hex_encode(&out, parts[p]);
	return out.overflow ? HS_S_NONE : hs_buf_slice(&out);
}

enum hs_status hs_ledger_cursor_read(struct hs_arena *arena, const struct hs_find_query *query,
	struct hs_slice *key, struct hs_error *err)
{
	struct hs_slice text = query->after, check = check_of(arena, query);
	struct hs_buf bytes;

	hs_buf_init(&bytes, arena, 8192);
	if (!hs_hex_decode(&bytes, text) || bytes.overflow || bytes.len < 12 ||
		!hs_slice_starts(hs_buf_slice(&bytes), check))
		return hs_fail(err, HS_E_VALUE,
			"this page does not belong to this search; begin with the search itself and follow "
			"its links");
	*key = hs_slice_from(hs_buf_slice(&bytes), 4);
	return HS_OK;
}
