/* SPDX-License-Identifier: Apache-2.0 */
/* To whom the subjects and custodians of the ledger's columns refer: found by the id that is referred to,
 * without a look at marks and pieces. */
#include "columns.h"

#include <handslag/follow.h>

#define SLOTS_A_PIECE 2u

size_t hs_ledger_column_refs_bytes(size_t party_room)
{
	return party_room * ((2 * SLOTS_A_PIECE + 1) * sizeof(uint32_t) + sizeof(struct hs_slice));
}

bool hs_ledger_column_refs_make(struct hs_ledger_columns *columns)
{
	columns->refs = hs_arena_array(columns->arena, columns->party_room, sizeof *columns->refs);
	columns->ref_slots = hs_arena_array(columns->arena, columns->party_room * SLOTS_A_PIECE,
		sizeof *columns->ref_slots);
	columns->ref_rows = hs_arena_array(columns->arena, columns->party_room, sizeof *columns->ref_rows);
	columns->row_slots = hs_arena_array(columns->arena, columns->party_room * SLOTS_A_PIECE,
		sizeof *columns->row_slots);
	columns->referred = true;
	return columns->row_slots != NULL;
}

static size_t slots_of(const struct hs_ledger_columns *columns)
{
	return columns->party_room * SLOTS_A_PIECE;
}

static size_t slot_of_row(const struct hs_ledger_columns *columns, uint64_t row)
{
	return (size_t)(row * UINT64_C(0x9e3779b97f4a7c15) >> 24) % slots_of(columns);
}

static size_t next_slot(const struct hs_ledger_columns *columns, size_t at)
{
	return at + 1 == slots_of(columns) ? 0 : at + 1;
}

static void enter(const struct hs_ledger_columns *columns, uint32_t *slots, size_t at, uint32_t piece)
{
	while (slots[at])
		at = next_slot(columns, at);
	slots[at] = piece;
}

static bool put(struct hs_ledger_columns *columns, uint32_t piece, struct hs_slice id)
{
	columns->refs[piece] = hs_arena_copy(columns->texts, id);
	if (!columns->refs[piece].ptr)
		return false;
	enter(columns, columns->ref_slots, hs_ledger_text_hash(id) % slots_of(columns), piece);
	return true;
}

bool hs_ledger_column_refs_copy(const struct hs_ledger_columns *from, struct hs_ledger_columns *to)
{
	to->referred = from->referred;
	for (size_t i = 0; i < from->party_count && to->referred; i++) {
		if (from->refs[i].len && !put(to, (uint32_t)i, from->refs[i]))
			return false;
	}
	memcpy(to->ref_rows, from->ref_rows, from->party_count * sizeof *to->ref_rows);
	memcpy(to->row_slots, from->row_slots, slots_of(from) * sizeof *to->row_slots);
	to->rowless = from->rowless;
	return true;
}

/* ---- rows ---- */

/* The type of what a party of the shape refers to; 0: it is not one type. */
static uint32_t target_of(const struct hs_ledger_column_shape *shape)
{
	const struct hs_ledger_rows *rows = &shape->told.rows;
	uint32_t type = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct hs_index_row *row = &rows->items[i];
		if (row->kind == HS_INDEX_REFERENCE && type && row->target_type != type)
			return 0;
		type = row->kind == HS_INDEX_REFERENCE ? row->target_type : type;
	}
	return type;
}

/* Enters the piece by the row that its id has, and others that refer to it and came before it had one. */
static enum hs_status put_row(struct hs_ledger *ledger, struct hs_ledger_columns *columns, uint32_t piece,
	struct hs_error *err)
{
	uint32_t type = target_of(&columns->shape[columns->parties[piece]]), other;
	struct hs_slice id = columns->refs[piece];
	size_t cursor = 0;
	uint64_t row = 0;
	int found = type ? hs_txn_row(ledger->txn, type, id, &row, err) : 0;

	columns->rowless++;
	if (found <= 0 || row > UINT32_MAX)
		return found < 0 ? (enum hs_status)found : HS_OK;
	while ((other = hs_ledger_column_ref(columns, id, &cursor)) != 0) {
		if (columns->ref_rows[other] || target_of(&columns->shape[columns->parties[other]]) != type)
			continue;
		columns->ref_rows[other] = (uint32_t)row;
		enter(columns, columns->row_slots, slot_of_row(columns, row), other);
		columns->rowless--;
	}
	return HS_OK;
}

uint32_t hs_ledger_column_ref_to(const struct hs_ledger_columns *columns, uint64_t row, size_t *cursor)
{
	size_t at = *cursor ? *cursor % slots_of(columns) : slot_of_row(columns, row);

	while (columns->row_slots[at] && columns->ref_rows[columns->row_slots[at]] != row)
		at = next_slot(columns, at);
	*cursor = at + 1;
	return columns->row_slots[at];
}

/* ---- ids ---- */

void hs_ledger_column_ref_told(struct hs_ledger_column_shape *shape, const struct hs_index_row *row,
	const struct hs_ledger_place *place)
{
	bool tail = place->source == HS_LEDGER_FROM_TAIL;

	if (row->kind != HS_INDEX_REFERENCE)
		return;
	shape->odd |= (!tail && place->source != HS_LEDGER_FROM_WHOLE) ||
		(shape->refers && (shape->ref.hole != place->hole || shape->ref.tail != tail));
	shape->refers = true;
	shape->ref = (struct hs_ledger_column_hole) { .hole = place->hole, .tail = tail };
}

enum hs_status hs_ledger_column_ref_set(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	uint64_t piece, struct hs_slice rest, struct hs_arena *one, struct hs_error *err)
{
	const struct hs_ledger_column_shape *shape = &columns->shape[columns->parties[piece]];
	struct hs_slice id = HS_S_NONE;
	enum hs_status status = HS_OK;

	columns->referred &= columns->parties[piece] && !shape->odd;
	if (!columns->referred || !shape->refers)
		return HS_OK;
	for (size_t i = 0; i < shape->ref.hole && status == HS_OK; i++) {
		if (!hs_ledger_pass_hole(&rest))
			status = hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
	}
	if (status == HS_OK)
		status = hs_ledger_hole_text(ledger, one, &rest, &id, err);
	id = shape->ref.tail ? hs_ledger_tail(id) : id;
	if (status != HS_OK || !id.len)
		return status;
	columns->referred = put(columns, (uint32_t)piece, id);
	return columns->referred ? put_row(ledger, columns, (uint32_t)piece, err) : HS_OK;
}

uint32_t hs_ledger_column_ref(const struct hs_ledger_columns *columns, struct hs_slice id, size_t *cursor)
{
	size_t slots = slots_of(columns);
	size_t at = *cursor ? *cursor % slots : hs_ledger_text_hash(id) % slots;

	while (columns->ref_slots[at] && !hs_slice_eq(columns->refs[columns->ref_slots[at]], id))
		at = next_slot(columns, at);
	*cursor = at + 1;
	return columns->ref_slots[at];
}

static bool shape_refers(const struct hs_ledger_column_shape *shape, uint32_t param, uint32_t type)
{
	const struct hs_ledger_rows *rows = &shape->told.rows;
	bool refers = false;

	for (size_t i = 0; i < rows->count && !refers; i++)
		refers = rows->items[i].kind == HS_INDEX_REFERENCE && rows->items[i].param == param &&
			rows->items[i].target_type == type;
	return refers;
}

bool hs_ledger_column_refers(const struct hs_ledger_columns *columns, uint32_t piece, uint32_t param,
	uint32_t type)
{
	return shape_refers(&columns->shape[columns->parties[piece]], param, type);
}

bool hs_ledger_columns_refer(const struct hs_ledger_columns *columns, uint32_t param, uint32_t type)
{
	bool refers = false;

	for (size_t i = 1; i < columns->shape_count && !refers; i++)
		refers = columns->shape[i].party && shape_refers(&columns->shape[i], param, type);
	return refers;
}
