/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the ledger's columns. */
#include "columns.h"

#define A_POINTER (3 * sizeof(uint32_t) + sizeof(uint16_t) + 2 * sizeof(int64_t))
#define ROOM_SHARE 8u /* room for so much more of what is there */
#define ROOM_LEAST 4096u
#define ONE ((size_t)64 << 20)

enum hs_status hs_ledger_columns_too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the columns of the ledger do not fit in memory");
}

size_t hs_ledger_columns_place(const struct hs_ledger_columns *columns, uint64_t row)
{
	size_t low = 0, high = columns->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (columns->base + columns->rows[middle] < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- memory ---- */

static size_t zones_of(size_t room)
{
	return room / HS_LEDGER_ZONE + 1;
}

static size_t bytes_of(size_t room, size_t party_room, const struct hs_ledger_columns *columns)
{
	size_t more = columns->list_most + (columns->sided ? 2 : 0);

	return room * (A_POINTER + more * sizeof(uint32_t)) +
		party_room * (sizeof(uint16_t) + 1 + (columns->sided ? 4 * sizeof(uint32_t) : 0)) +
		(columns->sided ? hs_ledger_column_refs_bytes(party_room) : 0) +
		zones_of(room) * sizeof(struct hs_ledger_zone) + 4096;
}

static size_t room_of(uint64_t count)
{
	return (size_t)(count + count / ROOM_SHARE + ROOM_LEAST);
}

/* All but the values, of which there will be at most columns->list_most lists. */
static bool make_arrays(struct hs_ledger_columns *columns, size_t room, size_t party_room)
{
	columns->arena = hs_arena_new(bytes_of(room, party_room, columns));
	columns->room = room;
	columns->party_room = party_room;
	columns->rows = hs_arena_raw(columns->arena, room * sizeof *columns->rows);
	columns->subjects = hs_arena_raw(columns->arena, room * sizeof *columns->subjects);
	columns->custodians = hs_arena_raw(columns->arena, room * sizeof *columns->custodians);
	columns->shapes = hs_arena_raw(columns->arena, room * sizeof *columns->shapes);
	columns->dates = hs_arena_raw(columns->arena, room * sizeof *columns->dates);
	columns->updates = hs_arena_raw(columns->arena, room * sizeof *columns->updates);
	columns->zones = hs_arena_array(columns->arena, zones_of(room), sizeof *columns->zones);
	columns->parties = hs_arena_array(columns->arena, party_room, sizeof *columns->parties);
	columns->party_of = hs_arena_array(columns->arena, party_room, 1);
	for (unsigned i = 0; i < 2 && columns->sided; i++) {
		columns->sides[i].counts = hs_arena_array(columns->arena, party_room, sizeof(uint32_t));
		columns->sides[i].last = hs_arena_array(columns->arena, party_room, sizeof(uint32_t));
		columns->sides[i].before = hs_arena_raw(columns->arena, room * sizeof(uint32_t));
	}
	if (columns->sided)
		hs_ledger_column_refs_make(columns);
	return columns->party_of && !hs_arena_full(columns->arena);
}

static bool make_values(const struct hs_ledger_columns *from, struct hs_ledger_columns *to)
{
	for (to->value_count = 0; to->value_count < from->value_count; to->value_count++) {
		struct hs_ledger_values *values = &to->values[to->value_count];
		*values = from->values[to->value_count];
		values->hashes = hs_arena_array(to->arena, to->room, sizeof *values->hashes);
		if (values->prefixes)
			values->prefixes = hs_arena_array(to->arena, to->room, sizeof *values->prefixes);
	}
	to->list_count = from->list_count;
	return !hs_arena_full(to->arena);
}

static size_t memory(const void *view)
{
	const struct hs_ledger_columns *columns = view;

	return hs_arena_used(columns->arena) + hs_arena_used(columns->texts);
}

static void drop(void *view)
{
	struct hs_ledger_columns *columns = view;

	hs_arena_free(columns->arena);
	hs_arena_free(columns->texts);
}

static void copy_arrays(const struct hs_ledger_columns *old, struct hs_ledger_columns *own)
{
	memcpy(own->rows, old->rows, old->count * sizeof *own->rows);
	memcpy(own->subjects, old->subjects, old->count * sizeof *own->subjects);
	memcpy(own->custodians, old->custodians, old->count * sizeof *own->custodians);
	memcpy(own->shapes, old->shapes, old->count * sizeof *own->shapes);
	memcpy(own->dates, old->dates, old->count * sizeof *own->dates);
	memcpy(own->updates, old->updates, old->count * sizeof *own->updates);
	memcpy(own->zones, old->zones, zones_of(old->room) * sizeof *own->zones);
	memcpy(own->parties, old->parties, old->party_count * sizeof *own->parties);
	memcpy(own->party_of, old->party_of, old->party_room);
	for (unsigned i = 0; i < 2 && old->sided; i++) {
		memcpy(own->sides[i].counts, old->sides[i].counts, old->party_room * sizeof(uint32_t));
		memcpy(own->sides[i].last, old->sides[i].last, old->party_room * sizeof(uint32_t));
		memcpy(own->sides[i].before, old->sides[i].before, old->count * sizeof(uint32_t));
	}
	for (unsigned i = 0; i < own->value_count; i++) {
		memcpy(own->values[i].hashes, old->values[i].hashes, old->count * sizeof(uint32_t));
		if (old->values[i].prefixes)
			memcpy(own->values[i].prefixes, old->values[i].prefixes,
				old->count * sizeof(uint32_t));
	}
}

static enum hs_status copy(void *to, const void *from, struct hs_error *err)
{
	const struct hs_ledger_columns *old = from;
	struct hs_ledger_columns *own = to;

	*own = *old;
	own->texts = NULL;
	if (!make_arrays(own, old->room, old->party_room) || !make_values(old, own) ||
		!hs_ledger_column_shapes_copy(old, own))
		return hs_ledger_columns_too_large(err);
	copy_arrays(old, own);
	own->referred = false;
	return !old->sided || hs_ledger_column_refs_copy(old, own) ? HS_OK : hs_ledger_columns_too_large(err);
}

/* ---- pointers ---- */

static void widen(struct hs_ledger_zone *zone, bool fresh, int64_t date, int64_t update)
{
	if (fresh)
		*zone = (struct hs_ledger_zone) { INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN, false };
	if (date == HS_LEDGER_DATELESS) {
		zone->dateless = true;
	} else {
		zone->first_date = date < zone->first_date ? date : zone->first_date;
		zone->last_date = date > zone->last_date ? date : zone->last_date;
	}
	zone->first_update = update < zone->first_update ? update : zone->first_update;
	zone->last_update = update > zone->last_update ? update : zone->last_update;
}

static void note_party(struct hs_ledger_columns *columns, uint64_t piece, unsigned is)
{
	if (!piece)
		columns->lacking |= is;
	else if (piece < columns->party_room)
		columns->party_of[piece] |= (unsigned char)is;
}

enum hs_status hs_ledger_columns_set(struct hs_ledger *ledger, struct hs_ledger_columns *columns, size_t at,
	const struct hs_ledger_pointer *pointer, struct hs_error *err)
{
	enum hs_status status = hs_ledger_column_shape_set(ledger, columns, at, pointer, err);

	if (status != HS_OK)
		return status;
	note_party(columns, pointer->subject, HS_LEDGER_IS_SUBJECT);
	note_party(columns, pointer->custodian, HS_LEDGER_IS_CUSTODIAN);
	columns->subjects[at] = (uint32_t)pointer->subject;
	columns->custodians[at] = (uint32_t)pointer->custodian;
	columns->dates[at] = pointer->has_date ? pointer->date : HS_LEDGER_DATELESS;
	columns->updates[at] = pointer->updated_ms;
	return pointer->custodian > UINT32_MAX ? hs_ledger_columns_too_large(err) : HS_OK;
}

void hs_ledger_columns_note_zone(struct hs_ledger_columns *columns, size_t at, bool fresh)
{
	widen(&columns->zones[at / HS_LEDGER_ZONE], fresh, columns->dates[at], columns->updates[at]);
}

static void take_side(struct hs_ledger_side *side, uint32_t piece, size_t at, size_t party_room)
{
	side->before[at] = piece && piece < party_room ? side->last[piece] : 0;
	if (piece && piece < party_room) {
		side->last[piece] = (uint32_t)at + 1;
		side->counts[piece]++;
	}
}

void hs_ledger_columns_take_sides(struct hs_ledger_columns *columns, size_t at)
{
	if (!columns->sided)
		return;
	take_side(&columns->sides[0], columns->subjects[at], at, columns->party_room);
	take_side(&columns->sides[1], columns->custodians[at], at, columns->party_room);
}

enum hs_status hs_ledger_columns_append(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	const struct hs_ledger_pointer *pointer, struct hs_error *err)
{
	size_t at = columns->count;

	if (at == columns->room || pointer->row - columns->base > UINT32_MAX)
		return hs_ledger_columns_too_large(err);
	enum hs_status status = hs_ledger_columns_set(ledger, columns, at, pointer, err);
	if (status != HS_OK)
		return status;
	columns->rows[at] = (uint32_t)(pointer->row - columns->base);
	columns->count++;
	return HS_OK;
}

/* ---- reading ---- */

/* As they lie, and the order in which they came. */
static enum hs_status read_by_spot(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	struct hs_ledger_pair *order, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(ledger->txn,
		"SELECT p.spot, p.packed, p.id FROM record_index_pointer p WHERE " HS_LEDGER_IS_POINTER
		" ORDER BY p.spot",
		err);
	struct hs_arena *one = hs_arena_new(ONE);
	enum hs_status status = stmt ? HS_OK : err->status;
	int step = 0;

	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		uint64_t spot = (uint64_t)hs_sql_get_int(stmt, 0);
		struct hs_ledger_pointer pointer = { .row = hs_ledger_row_of(spot | HS_LEDGER_AT_SPOT),
			.subject = hs_ledger_spot_subject(spot) };
		hs_arena_reset(one);
		pointer.id = hs_ledger_id_text(one, hs_sql_get_blob(stmt, 2));
		if (!hs_ledger_read_packed(hs_sql_get_blob(stmt, 1), &pointer))
			status = hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
		if (status == HS_OK)
			status = hs_ledger_columns_append(ledger, columns, &pointer, err);
		if (status == HS_OK)
			order[columns->count - 1] = (struct hs_ledger_pair) { pointer.row,
				columns->count - 1 };
	}
	hs_sql_end(stmt);
	hs_arena_free(one);
	return step < 0 ? (enum hs_status)step : status;
}

static void put_in_order(const struct hs_ledger_columns *from, const struct hs_ledger_pair *order,
	struct hs_ledger_columns *to)
{
	for (size_t i = 0; i < from->count; i++) {
		size_t at = (size_t)order[i].value;
		to->rows[i] = from->rows[at];
		to->subjects[i] = from->subjects[at];
		to->custodians[i] = from->custodians[at];
		to->shapes[i] = from->shapes[at];
		to->dates[i] = from->dates[at];
		to->updates[i] = from->updates[at];
		for (unsigned k = 0; k < to->value_count; k++) {
			to->values[k].hashes[i] = from->values[k].hashes[at];
			if (to->values[k].prefixes)
				to->values[k].prefixes[i] = from->values[k].prefixes[at];
		}
		hs_ledger_columns_note_zone(to, i, i % HS_LEDGER_ZONE == 0);
		hs_ledger_columns_take_sides(to, i);
	}
	if (from->party_of)
		memcpy(to->party_of, from->party_of, from->party_room);
	to->lacking = from->lacking;
	to->count = from->count;
}

/* In both, what shapes tell is that of `columns`. */
static void share_shapes(const struct hs_ledger_columns *from, struct hs_ledger_columns *to)
{
	to->texts = from->texts;
	to->shape = from->shape;
	to->slots = from->slots;
	to->shape_count = from->shape_count;
	to->exact_count = from->exact_count;
}

static enum hs_status read_all(struct hs_ledger *ledger, struct hs_ledger_columns *columns, size_t live,
	size_t parties, struct hs_error *err)
{
	struct hs_ledger_columns lying = { .base = columns->base, .list_most = columns->list_most };
	struct hs_ledger_pair *order = hs_arena_raw(ledger->arena, (live + 1) * sizeof *order);
	enum hs_status status = HS_OK;

	if (!order)
		return hs_ledger_columns_too_large(err);
	if (!hs_ledger_column_shapes_make(columns) || !make_arrays(&lying, live, room_of(parties)) ||
		!make_arrays(columns, room_of(live), room_of(parties)))
		status = hs_ledger_columns_too_large(err);
	share_shapes(columns, &lying);
	if (status == HS_OK)
		status = read_by_spot(ledger, &lying, order, err);
	if (status == HS_OK) {
		hs_ledger_sort(order, lying.count);
		share_shapes(&lying, columns);
		status = make_values(&lying, columns) ? HS_OK : hs_ledger_columns_too_large(err);
	}
	if (status == HS_OK) {
		put_in_order(&lying, order, columns);
		status = hs_ledger_column_parties(ledger, columns, 1, err);
	}
	hs_arena_free(lying.arena);
	return status;
}

/* What there is room for beside the columns themselves; false when there is none even for these. */
static bool make_fit(struct hs_ledger_columns *columns, size_t most, size_t live, size_t parties)
{
	size_t room = room_of(live), party_room = room_of(parties);

	columns->list_most = 2 * HS_LEDGER_VALUES;
	columns->sided = true;
	while (columns->list_most && bytes_of(room, party_room, columns) > most)
		columns->list_most--;
	columns->sided = bytes_of(room, party_room, columns) <= most;
	return bytes_of(room, party_room, columns) <= most;
}

static enum hs_status read_columns(struct hs_txn *txn, void *view, uint64_t of, size_t most,
	struct hs_error *err)
{
	struct hs_ledger_columns *columns = view;
	struct hs_arena *scratch = hs_arena_new(most + ONE);
	uint64_t live = 0, parties = 0;
	struct hs_ledger ledger;
	unsigned waits = 0;

	(void)of;
	hs_ledger_begin(&ledger, txn, scratch);
	enum hs_status status = hs_ledger_waits(txn, &waits, err);
	if (status == HS_OK)
		status = hs_ledger_live(&ledger, &live, err);
	if (status == HS_OK)
		status = hs_ledger_last_piece(&ledger, &parties, err);
	if (status == HS_OK) {
		bool fits = make_fit(columns, most, (size_t)live, (size_t)parties);
		status = fits && !(waits & HS_LEDGER_WAITS) ? read_all(&ledger, columns, live, parties, err) :
							      hs_ledger_columns_too_large(err);
	}
	if (status == HS_OK && memory(columns) > most)
		status = hs_ledger_columns_too_large(err);
	hs_arena_free(scratch);
	return status;
}

const struct hs_view hs_ledger_columns_view = {
	.size = sizeof(struct hs_ledger_columns),
	.read = read_columns,
	.behind = hs_ledger_columns_behind,
	.follow = hs_ledger_columns_follow,
	.copy = copy,
	.memory = memory,
	.drop = drop,
};
