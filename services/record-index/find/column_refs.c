/* SPDX-License-Identifier: Apache-2.0 */
/* To whom the subjects and custodians of the ledger's columns refer: found by the id that is referred to,
 * without a look at marks and pieces. */
#include "columns.h"

#define SLOTS_A_PIECE 2u

size_t hs_ledger_column_refs_bytes(size_t party_room)
{
	return party_room * (SLOTS_A_PIECE * sizeof(uint32_t) + sizeof(struct hs_slice));
}

bool hs_ledger_column_refs_make(struct hs_ledger_columns *columns)
{
	columns->refs = hs_arena_array(columns->arena, columns->party_room, sizeof *columns->refs);
	columns->ref_slots = hs_arena_array(columns->arena, columns->party_room * SLOTS_A_PIECE,
		sizeof *columns->ref_slots);
	columns->referred = true;
	return columns->ref_slots != NULL;
}

static void enter(struct hs_ledger_columns *columns, uint32_t piece)
{
	size_t slots = columns->party_room * SLOTS_A_PIECE;
	size_t at = hs_ledger_text_hash(columns->refs[piece]) % slots;

	while (columns->ref_slots[at])
		at = at + 1 == slots ? 0 : at + 1;
	columns->ref_slots[at] = piece;
}

static bool put(struct hs_ledger_columns *columns, uint32_t piece, struct hs_slice id)
{
	columns->refs[piece] = hs_arena_copy(columns->texts, id);
	if (!columns->refs[piece].ptr)
		return false;
	enter(columns, piece);
	return true;
}

void hs_ledger_column_refs_copy(const struct hs_ledger_columns *from, struct hs_ledger_columns *to)
{
	to->referred = from->referred;
	for (size_t i = 0; i < from->party_count && to->referred; i++) {
		if (from->refs[i].len)
			to->referred = put(to, (uint32_t)i, from->refs[i]);
	}
}

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
	if (status == HS_OK && id.len)
		columns->referred = put(columns, (uint32_t)piece, id);
	return status;
}

uint32_t hs_ledger_column_ref(const struct hs_ledger_columns *columns, struct hs_slice id, size_t *cursor)
{
	size_t slots = columns->party_room * SLOTS_A_PIECE;
	size_t at = *cursor ? *cursor % slots : hs_ledger_text_hash(id) % slots;

	while (columns->ref_slots[at] && !hs_slice_eq(columns->refs[columns->ref_slots[at]], id))
		at = at + 1 == slots ? 0 : at + 1;
	*cursor = at + 1;
	return columns->ref_slots[at];
}

bool hs_ledger_column_refers(const struct hs_ledger_columns *columns, uint32_t piece, uint32_t param,
	uint32_t type)
{
	const struct hs_ledger_rows *rows = &columns->shape[columns->parties[piece]].told.rows;
	bool refers = false;

	for (size_t i = 0; i < rows->count && !refers; i++)
		refers = rows->items[i].kind == HS_INDEX_REFERENCE && rows->items[i].param == param &&
			rows->items[i].target_type == type;
	return refers;
}
