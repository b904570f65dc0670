/* SPDX-License-Identifier: Apache-2.0 */
/* An order of results made ready to be told by the ledger's columns: once a shape, once a subject or
 * custodian, and for a place in it, which is the end of a page. */
#include "sorting.h"

#include <stdlib.h>

#define TEXT_MAX 96 /* what counts of a text (order.c) */

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the search does not fit in memory; add a condition");
}

/* ---- told by shapes ---- */

static int compare_values(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

/* What is there is odd, and what would stand between two of these is even. */
static uint64_t lead_of_value(const struct hs_ledger_sorting_part *part, struct hs_slice value)
{
	size_t at = hs_ledger_place_among(part->values, part->value_count, value);
	bool there = at < part->value_count && hs_slice_eq(part->values[at], value);

	return hs_ledger_sorted_turned(part->sort, 2 * (uint64_t)at + there);
}

/* Does the shape leave the values of a param, or one of them, to each of its pointers? */
static bool leaves_open(const struct hs_ledger_told *told, uint32_t param)
{
	bool open = told->all_open;

	for (size_t i = 0; i < told->open_count && !open; i++)
		open = told->open[i] == param;
	for (size_t i = 0; i < told->rows.count && !open; i++)
		open = told->rows.items[i].param == param && hs_ledger_is_hole_text(told->rows.items[i].text);
	return open;
}

/* Texts with a NUL are not told from those that end there. */
static bool is_plain(struct hs_slice value)
{
	return value.len && memchr(value.ptr, 0, value.len) == value.ptr + value.len - 1;
}

static enum hs_status take_shapes(struct hs_arena *arena, const struct hs_ledger_columns *columns,
	struct hs_ledger_sorting_part *part, struct hs_error *err)
{
	struct hs_slice *told = hs_arena_array(arena, columns->shape_count, sizeof *told);

	part->values = hs_arena_array(arena, columns->shape_count, sizeof *part->values);
	part->leads = hs_arena_array(arena, columns->shape_count, sizeof *part->leads);
	if (!told || !part->values || !part->leads)
		return too_large(err);
	part->leads[0] = HS_LEDGER_SORTED_UNKNOWN;
	for (size_t i = 1; i < columns->shape_count; i++) {
		const struct hs_ledger_told *of = &columns->shape[i].told;
		bool open = leaves_open(of, part->sort->param) || columns->shape[i].party;
		bool any = !open && hs_ledger_sort_value(arena, part->sort, &of->rows, &told[i]);
		part->leads[i] = open || (any && !is_plain(told[i])) ? HS_LEDGER_SORTED_UNKNOWN :
			any                                          ? 0 :
								       HS_LEDGER_SORTED_NONE;
		part->unknown |= part->leads[i] == HS_LEDGER_SORTED_UNKNOWN && !columns->shape[i].party;
		if (part->leads[i] == 0)
			part->values[part->value_count++] = told[i];
	}
	if (part->value_count)
		qsort(part->values, part->value_count, sizeof *part->values, compare_values);
	for (size_t i = 1; i < columns->shape_count; i++) {
		if (part->leads[i] == 0)
			part->leads[i] = lead_of_value(part, told[i]);
	}
	return HS_OK;
}

/* ---- told by subjects or custodians ---- */

/* Eight bytes of a text as a number that is in the same order; zeros beyond its end. */
static uint64_t eight_bytes(struct hs_slice text, size_t from)
{
	uint64_t value = 0;

	text = hs_slice_from(text, from < text.len ? from : text.len);
	for (size_t i = 0; i < 8; i++)
		value = value << 8 | (text.ptr && i < text.len ? (unsigned char)text.ptr[i] : 0);
	return value;
}

static size_t same_bytes(struct hs_slice a, struct hs_slice b)
{
	size_t most = a.len < b.len ? a.len : b.len, same = 0;

	while (same < most && a.ptr && b.ptr && a.ptr[same] == b.ptr[same])
		same++;
	return same;
}

static uint64_t lead_of_text(const struct hs_ledger_sorting_part *part, struct hs_slice text)
{
	uint64_t lead = eight_bytes(text, part->same.len);

	return hs_ledger_sorted_turned(part->sort,
		lead < HS_LEDGER_SORTED_GREATEST ? lead : HS_LEDGER_SORTED_GREATEST);
}

#define READ_MOST 4096u /* parties of which the columns do not tell it */

struct party {
	uint32_t piece;
	bool told; /* what the order says of it, by: */
	struct hs_slice text;
};

/* By what its shape tells: that it has none, or that it is the id to which it refers. */
static bool tell_party(const struct hs_ledger_columns *columns, uint32_t param, struct party *party)
{
	const struct hs_ledger_column_shape *shape = &columns->shape[columns->parties[party->piece]];
	bool none = columns->parties[party->piece], refers = columns->referred && shape->refers;

	for (size_t i = 0; i < shape->told.open_count; i++)
		none &= shape->told.open[i] != param;
	refers &= none;
	for (size_t i = 0; i < shape->told.rows.count; i++) {
		const struct hs_index_row *row = &shape->told.rows.items[i];
		none &= row->param != param;
		refers &= row->param != param || row->kind == HS_INDEX_REFERENCE;
	}
	party->text = none || !refers ? HS_S_NONE : hs_slice_first(columns->refs[party->piece], TEXT_MAX);
	party->told = none || party->text.len;
	return party->told;
}

static enum hs_status read_party(struct hs_ledger *ledger, const struct hs_ledger_sorting_part *part,
	struct party *party, struct hs_error *err)
{
	struct hs_ledger_rows rows = { .count = 0 };
	enum hs_status status = hs_ledger_piece_rows(ledger, ledger->arena, party->piece,
		part->by == HS_LEDGER_SORTED_BY_CUSTODIAN, &rows, err);

	party->told = true;
	if (status == HS_OK && hs_ledger_sort_value(ledger->lasting, part->sort, &rows, &party->text)) {
		party->told = is_plain(party->text);
		party->text.len--;
	}
	return status;
}

/* Of pointers without such a party: their shapes tell that they have none, or nothing is known. */
static uint64_t lead_without(const struct hs_ledger_columns *columns,
	const struct hs_ledger_sorting_part *part)
{
	bool none = true;

	for (size_t i = 1; i < columns->shape_count && none; i++) {
		const struct hs_ledger_told *told = &columns->shape[i].told;
		none = columns->shape[i].party || !leaves_open(told, part->sort->param);
		for (size_t k = 0; k < told->rows.count && none && !columns->shape[i].party; k++)
			none = told->rows.items[k].param != part->sort->param;
	}
	return none ? HS_LEDGER_SORTED_NONE : HS_LEDGER_SORTED_UNKNOWN;
}

static enum hs_status take_parties(struct hs_ledger *ledger, const struct hs_ledger_columns *columns,
	struct hs_ledger_sorting_part *part, struct hs_error *err)
{
	struct hs_arena *arena = ledger->lasting;
	unsigned is = part->by == HS_LEDGER_SORTED_BY_SUBJECT ? HS_LEDGER_IS_SUBJECT : HS_LEDGER_IS_CUSTODIAN;
	enum hs_status status = HS_OK;
	size_t read = 0;
	bool any = false;

	part->texts = hs_arena_array(arena, columns->party_count + 1, sizeof *part->texts);
	part->leads = hs_arena_array(arena, columns->party_count + 1, sizeof *part->leads);
	if (!part->texts || !part->leads)
		return too_large(err);
	part->leads[0] = lead_without(columns, part);
	part->unknown = columns->lacking & is && part->leads[0] == HS_LEDGER_SORTED_UNKNOWN;
	for (uint32_t i = 1; i < columns->party_count && status == HS_OK; i++) {
		struct party party = { .piece = i };
		if (!(columns->party_of[i] & is))
			continue;
		if (!tell_party(columns, part->sort->param, &party) && read++ < READ_MOST)
			status = read_party(ledger, part, &party, err);
		part->texts[i] = party.text;
		part->leads[i] = !party.told ? HS_LEDGER_SORTED_UNKNOWN :
			party.text.ptr       ? 0 :
					       HS_LEDGER_SORTED_NONE;
		part->unknown |= !party.told;
		if (part->leads[i])
			continue;
		part->same = any ? hs_slice_first(part->same, same_bytes(part->same, party.text)) :
				   party.text;
		any = true;
	}
	for (size_t i = 1; i < columns->party_count && status == HS_OK; i++) {
		if (!part->leads[i])
			part->leads[i] = lead_of_text(part, part->texts[i]);
	}
	part->party_count = columns->party_count;
	return status;
}

/* ---- told by dates ---- */

/* Does the shape have one date, which is that of the pointer? */
static bool has_whole_date(const struct hs_ledger_told *told, uint32_t param)
{
	size_t dates = 0, others = told->all_open;

	for (size_t i = 0; i < told->open_count; i++)
		others += told->open[i] == param;
	for (size_t i = 0; i < told->rows.count; i++) {
		const struct hs_index_row *row = &told->rows.items[i];
		bool hole = row->kind == HS_INDEX_DATE && hs_ledger_is_hole_text(row->text);
		dates += row->param == param && hole;
		others += row->param == param && !hole;
	}
	return dates == 1 && !others;
}

static enum hs_status take_dates(struct hs_arena *arena, const struct hs_ledger_columns *columns,
	struct hs_ledger_sorting_part *part, struct hs_error *err)
{
	part->whole = hs_arena_array(arena, columns->shape_count, sizeof *part->whole);
	for (size_t i = 1; i < columns->shape_count && part->whole; i++)
		part->whole[i] = has_whole_date(&columns->shape[i].told, part->sort->param);
	return part->whole ? HS_OK : too_large(err);
}

/* ---- the whole ---- */

static enum hs_ledger_sorted_by sorted_by(const struct hs_ledger *ledger, const struct hs_find_sort *sort)
{
	if (sort->special == HS_SORT_UPDATED)
		return HS_LEDGER_SORTED_BY_UPDATE;
	if (sort->special != HS_SORT_PARAM)
		return HS_LEDGER_SORTED_BY_NOTHING;
	switch (hs_ledger_class(ledger, sort->param)) {
	case HS_LEDGER_OF_DATE:
		return HS_LEDGER_SORTED_BY_DATE;
	case HS_LEDGER_OF_SUBJECT:
		return HS_LEDGER_SORTED_BY_SUBJECT;
	case HS_LEDGER_OF_CUSTODIAN:
		return HS_LEDGER_SORTED_BY_CUSTODIAN;
	default:
		return hs_ledger_sorts_text(sort) ? HS_LEDGER_SORTED_BY_SHAPE : HS_LEDGER_SORTED_BY_NOTHING;
	}
}

static enum hs_status take_part(struct hs_ledger *ledger, const struct hs_ledger_columns *columns,
	const struct hs_find_sort *sort, struct hs_ledger_sorting_part *part, struct hs_error *err)
{
	*part = (struct hs_ledger_sorting_part) { .sort = sort, .by = sorted_by(ledger, sort) };
	switch (part->by) {
	case HS_LEDGER_SORTED_BY_SHAPE:
		return take_shapes(ledger->lasting, columns, part, err);
	case HS_LEDGER_SORTED_BY_SUBJECT:
	case HS_LEDGER_SORTED_BY_CUSTODIAN:
		return take_parties(ledger, columns, part, err);
	case HS_LEDGER_SORTED_BY_DATE:
		return take_dates(ledger->lasting, columns, part, err);
	default:
		return HS_OK;
	}
}

static bool is_told(const struct hs_ledger_sorting_part *part)
{
	return part->by != HS_LEDGER_SORTED_BY_NOTHING && !part->unknown;
}

/* What follows a date or a time hardly counts. */
static void note_told(struct hs_ledger_sorting *sorting)
{
	sorting->told = true;
	for (size_t i = 0; i < sorting->count; i++) {
		const struct hs_ledger_sorting_part *part = &sorting->parts[i];
		bool timed = i &&
			(part[-1].by == HS_LEDGER_SORTED_BY_DATE ||
				part[-1].by == HS_LEDGER_SORTED_BY_UPDATE);
		sorting->told &= timed || is_told(part);
	}
}

enum hs_status hs_ledger_sorting_make(struct hs_ledger *ledger, const struct hs_ledger_columns *columns,
	const struct hs_find_query *query, struct hs_slice after, struct hs_ledger_sorting *out,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	*out = (struct hs_ledger_sorting) { .columns = columns, .key = after };
	for (size_t i = 0; i < query->sort_count && i < HS_LEDGER_SORTS && status == HS_OK; i++)
		status = take_part(ledger, columns, &query->sort[i], &out->parts[out->count++], err);
	note_told(out);
	if (status == HS_OK && after.len)
		hs_ledger_sorting_mark(out, after, &out->after);
	return status;
}

void hs_ledger_sorting_end(struct hs_txn *txn, struct hs_ledger_sorting *sorting)
{
	for (size_t i = 0; i < sorting->count; i++)
		hs_txn_view_end(txn, &sorting->parts[i].ranking);
}

/* ---- told by rankings ---- */

/* Hardly any pointers have one date, but a load gives thousands one time of update. */
static bool lacks(const struct hs_ledger_sorting *sorting, size_t i)
{
	const struct hs_ledger_sorting_part *part = &sorting->parts[i];
	bool party = part->by == HS_LEDGER_SORTED_BY_SUBJECT || part->by == HS_LEDGER_SORTED_BY_CUSTODIAN;

	bool ranked = part->sort->special == HS_SORT_ID || part->sort->special == HS_SORT_PARAM;

	return ranked && !is_told(part) && !party && !(i && part[-1].by == HS_LEDGER_SORTED_BY_DATE);
}

bool hs_ledger_sorting_lacks(const struct hs_ledger_sorting *sorting)
{
	bool any = false;

	for (size_t i = 0; i < sorting->count; i++)
		any |= lacks(sorting, i);
	return any;
}

enum hs_status hs_ledger_sorting_rank(struct hs_ledger *ledger, struct hs_ledger_sorting *sorting,
	size_t most, bool want, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	sorting->best_most = most;
	sorting->best = hs_arena_array(ledger->lasting, most + 1, sizeof *sorting->best);

	for (size_t i = 0; i < sorting->count && status == HS_OK; i++) {
		struct hs_ledger_sorting_part *part = &sorting->parts[i];
		if (!lacks(sorting, i))
			continue;
		status = hs_ledger_ranking_get(ledger, part->sort, want, &part->ranking, err);
		const struct hs_ledger_ranking *ranking = part->ranking.view;
		if (status != HS_OK || !ranking)
			continue;
		part->ranks = hs_ledger_ranking_align(ranking, sorting->columns, ledger->lasting);
		if (!part->ranks)
			return too_large(err);
		part->by = HS_LEDGER_SORTED_BY_RANK;
		part->unknown = false;
		part->values = ranking->values;
		part->value_count = ranking->value_count;
	}
	note_told(sorting);
	if (status == HS_OK && sorting->key.len)
		hs_ledger_sorting_mark(sorting, sorting->key, &sorting->after);
	return status;
}

/* ---- marks ---- */

/* Takes a value from the front of what is left of a key, and turns it around when the order falls. */
static bool take_value(const struct hs_ledger_sorting_part *part, struct hs_slice *key, char *room,
	struct hs_slice *out)
{
	bool text = hs_ledger_sorts_text(part->sort);
	char end = part->sort->falling ? (char)~0 : 0;
	size_t len = part->by == HS_LEDGER_SORTED_BY_UPDATE ? 8 : 16;

	if (text) {
		const char *at = memchr(key->ptr, end, key->len);
		len = at ? (size_t)(at - key->ptr) + 1 : SIZE_MAX;
	}
	if (len > key->len || len > TEXT_MAX + 1)
		return false;
	for (size_t i = 0; i < len; i++)
		room[i] = part->sort->falling ? (char)~key->ptr[i] : key->ptr[i];
	*out = hs_slice(room, len);
	*key = hs_slice_from(*key, len);
	return true;
}

int64_t hs_ledger_sorted_number_in(struct hs_slice bytes)
{
	return (int64_t)(eight_bytes(bytes, 0) ^ UINT64_C(1) << 63);
}

static uint64_t lead_of_mark(const struct hs_ledger_sorting_part *part, struct hs_slice value)
{
	int64_t ms;
	size_t same;

	switch (part->by) {
	case HS_LEDGER_SORTED_BY_SHAPE:
	case HS_LEDGER_SORTED_BY_RANK:
		return lead_of_value(part, value);
	case HS_LEDGER_SORTED_BY_UPDATE:
		return hs_ledger_sorted_number(part->sort, hs_ledger_sorted_number_in(value));
	case HS_LEDGER_SORTED_BY_DATE:
		ms = hs_ledger_sorted_number_in(value);
		return hs_ledger_sorted_number(part->sort, ms / 1000 - (ms % 1000 < 0));
	default:
		value.len--; /* its end */
		same = same_bytes(part->same, value);
		if (same == part->same.len)
			return lead_of_text(part, value);
		/* Before all of them, or behind. */
		return hs_ledger_sorted_turned(part->sort,
			hs_slice_cmp(value, part->same) < 0 ? 0 : HS_LEDGER_SORTED_GREATEST);
	}
}

void hs_ledger_sorting_mark(const struct hs_ledger_sorting *sorting, struct hs_slice key,
	struct hs_ledger_sorting_mark *out)
{
	bool goes_on = true;

	*out = (struct hs_ledger_sorting_mark) { .there = true };
	for (size_t i = 0; i < sorting->count && goes_on && key.len > 8; i++) {
		const struct hs_ledger_sorting_part *part = &sorting->parts[i];
		bool any = key.ptr[0] == 1;
		key = hs_slice_from(key, 1);
		goes_on = part->by != HS_LEDGER_SORTED_BY_NOTHING &&
			(!any || take_value(part, &key, out->room[i], &out->values[i]));
		if (!goes_on)
			break;
		out->leads[i] = any ? lead_of_mark(part, out->values[i]) : HS_LEDGER_SORTED_NONE;
		out->count++;
	}
	for (size_t i = 0; goes_on && key.len == 8 && i < 8; i++)
		out->row = out->row << 8 | (unsigned char)key.ptr[i];
}

void hs_ledger_sorting_bound(struct hs_ledger_sorting *sorting, struct hs_slice key)
{
	hs_ledger_sorting_mark(sorting, key, &sorting->bound);
}
