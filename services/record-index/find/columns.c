/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the ledger's columns, and following what has changed since. */
#include "columns.h"

#define A_POINTER (3 * sizeof(uint32_t) + sizeof(uint16_t) + 2 * sizeof(int64_t))
#define SHAPES_MOST ((size_t)4096) /* of a ledger with more there are no columns */
#define SLOTS (4 * SHAPES_MOST)
#define TEXTS_MAX ((size_t)64 << 20)
#define ROOM_SHARE 8u /* room for so much more of what is there, */
#define ROOM_LEAST 4096u
#define CHANGED_SHARE 16u /* and so many may have changed at once */
#define CHANGED_LEAST 1000u
#define GONE_SHARE 8u
#define VERSIONS 64u /* read at a time */
#define ONE ((size_t)64 << 20)

static enum hs_status too_large(struct hs_error *err)
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

static size_t bytes_of(size_t room)
{
	return room * A_POINTER + zones_of(room) * sizeof(struct hs_ledger_zone) + 4096;
}

static bool make_arrays(struct hs_ledger_columns *columns, size_t room)
{
	columns->arena = hs_arena_new(bytes_of(room));
	columns->room = room;
	columns->rows = hs_arena_raw(columns->arena, room * sizeof *columns->rows);
	columns->subjects = hs_arena_raw(columns->arena, room * sizeof *columns->subjects);
	columns->custodians = hs_arena_raw(columns->arena, room * sizeof *columns->custodians);
	columns->shapes = hs_arena_raw(columns->arena, room * sizeof *columns->shapes);
	columns->dates = hs_arena_raw(columns->arena, room * sizeof *columns->dates);
	columns->updates = hs_arena_raw(columns->arena, room * sizeof *columns->updates);
	columns->zones = hs_arena_array(columns->arena, zones_of(room), sizeof *columns->zones);
	return columns->zones && !hs_arena_full(columns->arena);
}

static bool make_shapes(struct hs_ledger_columns *columns)
{
	columns->texts = hs_arena_new(TEXTS_MAX);
	columns->shape = hs_arena_array(columns->texts, SHAPES_MOST, sizeof *columns->shape);
	columns->slots = hs_arena_array(columns->texts, SLOTS, sizeof *columns->slots);
	columns->shape_count = 1;
	return columns->shape && columns->slots;
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

/* ---- shapes ---- */

static uint16_t *slot_of(const struct hs_ledger_columns *columns, int64_t key)
{
	size_t at = (size_t)((uint64_t)key * UINT64_C(0x9e3779b97f4a7c15) >> 32) % SLOTS;

	while (columns->slots[at] && columns->shape[columns->slots[at]].key != key)
		at = (at + 1) % SLOTS;
	return &columns->slots[at];
}

static bool copy_text(struct hs_arena *arena, struct hs_slice *text)
{
	if (text->ptr && !hs_ledger_is_hole_text(*text))
		*text = hs_arena_copy(arena, *text);
	return !hs_arena_full(arena);
}

/* What slices point to stays with the columns. */
static bool copy_rows(struct hs_arena *arena, const struct hs_ledger_rows *from, struct hs_ledger_rows *to)
{
	struct hs_index_row *items = hs_arena_array(arena, from->count + 1, sizeof *items);

	if (!items)
		return false;
	for (size_t i = 0; i < from->count; i++) {
		items[i] = from->items[i];
		if (!copy_text(arena, &items[i].system) || !copy_text(arena, &items[i].text) ||
			!copy_text(arena, &items[i].exact))
			return false;
	}
	*to = (struct hs_ledger_rows) { items, from->count, from->count };
	return true;
}

static enum hs_status add_shape(struct hs_ledger *ledger, struct hs_ledger_columns *columns, int64_t key,
	struct hs_error *err)
{
	struct hs_ledger_column_shape *shape = &columns->shape[columns->shape_count];
	struct hs_ledger_rows rows = { .count = 0 };

	if (columns->shape_count == SHAPES_MOST)
		return too_large(err);
	enum hs_status status = hs_ledger_shape_rows(ledger, key, &rows, err);
	if (status != HS_OK)
		return status;
	if (!copy_rows(columns->texts, &rows, &shape->rows))
		return too_large(err);
	shape->key = key;
	*slot_of(columns, key) = (uint16_t)columns->shape_count++;
	return HS_OK;
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

/* All of it but the row. */
static enum hs_status set(struct hs_ledger *ledger, struct hs_ledger_columns *columns, size_t at,
	const struct hs_ledger_pointer *pointer, struct hs_error *err)
{
	int64_t key = 0;
	enum hs_status status = hs_ledger_key_of(ledger, pointer, &key, err);

	if (status == HS_OK && !*slot_of(columns, key))
		status = add_shape(ledger, columns, key, err);
	if (status != HS_OK)
		return status;
	columns->shapes[at] = *slot_of(columns, key);
	columns->subjects[at] = (uint32_t)pointer->subject;
	columns->custodians[at] = (uint32_t)pointer->custodian;
	columns->dates[at] = pointer->has_date ? pointer->date : HS_LEDGER_DATELESS;
	columns->updates[at] = pointer->updated_ms;
	return pointer->custodian > UINT32_MAX ? too_large(err) : HS_OK;
}

static void note_zone(struct hs_ledger_columns *columns, size_t at, bool fresh)
{
	widen(&columns->zones[at / HS_LEDGER_ZONE], fresh, columns->dates[at], columns->updates[at]);
}

static enum hs_status append(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	const struct hs_ledger_pointer *pointer, struct hs_error *err)
{
	size_t at = columns->count;

	if (at == columns->room || pointer->row - columns->base > UINT32_MAX)
		return too_large(err);
	enum hs_status status = set(ledger, columns, at, pointer, err);
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
		"SELECT p.spot, p.packed FROM record_index_pointer p WHERE " HS_LEDGER_IS_POINTER
		" ORDER BY p.spot",
		err);
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		uint64_t spot = (uint64_t)hs_sql_get_int(stmt, 0);
		struct hs_ledger_pointer pointer = { .row = hs_ledger_row_of(spot | HS_LEDGER_AT_SPOT),
			.subject = hs_ledger_spot_subject(spot) };
		if (!hs_ledger_read_packed(hs_sql_get_blob(stmt, 1), &pointer))
			status = hs_fail(err, HS_E_CORRUPT, "a pointer in the ledger is damaged");
		if (status == HS_OK)
			status = append(ledger, columns, &pointer, err);
		if (status == HS_OK)
			order[columns->count - 1] = (struct hs_ledger_pair) { pointer.row,
				columns->count - 1 };
	}
	hs_sql_end(stmt);
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
		note_zone(to, i, i % HS_LEDGER_ZONE == 0);
	}
	to->count = from->count;
}

static enum hs_status read_all(struct hs_ledger *ledger, struct hs_ledger_columns *columns, size_t live,
	struct hs_error *err)
{
	struct hs_ledger_columns lying = { .base = columns->base };
	struct hs_ledger_pair *order = hs_arena_raw(ledger->arena, (live + 1) * sizeof *order);
	enum hs_status status = HS_OK;

	if (!order)
		return too_large(err);
	if (!make_shapes(columns) || !make_arrays(&lying, live) ||
		!make_arrays(columns, live + live / ROOM_SHARE + ROOM_LEAST))
		status = too_large(err);
	lying.texts = columns->texts;
	lying.shape = columns->shape;
	lying.slots = columns->slots;
	lying.shape_count = columns->shape_count;
	if (status == HS_OK)
		status = read_by_spot(ledger, &lying, order, err);
	if (status == HS_OK) {
		hs_ledger_sort(order, lying.count);
		columns->shape_count = lying.shape_count;
		put_in_order(&lying, order, columns);
	}
	hs_arena_free(lying.arena);
	return status;
}

static enum hs_status read_columns(struct hs_txn *txn, void *view, size_t most, struct hs_error *err)
{
	struct hs_ledger_columns *columns = view;
	struct hs_ledger ledger;
	struct hs_arena *scratch;
	uint64_t live = 0;
	unsigned waits = 0;

	scratch = hs_arena_new(most + ONE);
	hs_ledger_begin(&ledger, txn, scratch);
	enum hs_status status = hs_ledger_waits(txn, &waits, err);
	if (status == HS_OK)
		status = hs_ledger_live(&ledger, &live, err);
	if (status == HS_OK &&
		(bytes_of(live + live / ROOM_SHARE + ROOM_LEAST) > most || waits & HS_LEDGER_WAITS))
		status = too_large(err);
	if (status == HS_OK)
		status = read_all(&ledger, columns, live, err);
	if (status == HS_OK && memory(columns) > most)
		status = too_large(err);
	hs_arena_free(scratch);
	return status;
}

static void copy(void *to, const void *from)
{
	const struct hs_ledger_columns *old = from;
	struct hs_ledger_columns *own = to;

	*own = *old;
	make_arrays(own, old->room);
	memcpy(own->rows, old->rows, old->count * sizeof *own->rows);
	memcpy(own->subjects, old->subjects, old->count * sizeof *own->subjects);
	memcpy(own->custodians, old->custodians, old->count * sizeof *own->custodians);
	memcpy(own->shapes, old->shapes, old->count * sizeof *own->shapes);
	memcpy(own->dates, old->dates, old->count * sizeof *own->dates);
	memcpy(own->updates, old->updates, old->count * sizeof *own->updates);
	memcpy(own->zones, old->zones, zones_of(old->room) * sizeof *own->zones);
	make_shapes(own);
	memcpy(own->slots, old->slots, SLOTS * sizeof *own->slots);
	for (; own->shape_count < old->shape_count; own->shape_count++) {
		const struct hs_ledger_column_shape *shape = &old->shape[own->shape_count];
		own->shape[own->shape_count].key = shape->key;
		copy_rows(own->texts, &shape->rows, &own->shape[own->shape_count].rows);
	}
}

/* ---- following ---- */

static enum hs_status count_since(struct hs_txn *txn, const char *literal_sql, uint64_t seq, uint64_t limit,
	uint64_t *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, literal_sql, err);

	if (stmt) {
		hs_sql_int(stmt, 1, (int64_t)seq);
		hs_sql_int(stmt, 2, (int64_t)limit);
	}
	return hs_sql_ask(stmt, out, err);
}

static enum hs_status behind(struct hs_txn *txn, const void *view, uint64_t seq, uint64_t *out,
	struct hs_error *err)
{
	const struct hs_ledger_columns *columns = view;
	uint64_t most = columns->count / CHANGED_SHARE + CHANGED_LEAST, fresh = 0, changed = 0, live = 0;
	struct hs_ledger ledger = { .txn = txn };
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(txn, &waits, err);

	if (status == HS_OK)
		status = count_since(txn,
			"SELECT count(*) FROM (SELECT 1 FROM record_index_row WHERE row > ?1 LIMIT ?2)", seq,
			most, &fresh, err);
	if (status == HS_OK)
		status = count_since(txn,
			"SELECT count(*) FROM (SELECT 1 FROM record_index_pointer WHERE seq > ?1 AND seq IS"
			" NOT NULL LIMIT ?2)",
			seq, most, &changed, err);
	if (status == HS_OK)
		status = hs_ledger_live(&ledger, &live, err);
	if (status != HS_OK)
		return status;
	uint64_t lost = columns->count - columns->gone + fresh - live;
	bool far = waits & HS_LEDGER_WAITS || fresh + changed + lost >= most ||
		columns->count + fresh > columns->room ||
		(columns->gone + lost) * GONE_SHARE > columns->count + ROOM_LEAST;
	*out = far ? HS_VIEW_FAR : fresh + changed + lost;
	return HS_OK;
}

/* A place of the row in the columns; SIZE_MAX when it has none. */
static size_t find_row(const struct hs_ledger_columns *columns, uint64_t row)
{
	size_t at = hs_ledger_columns_place(columns, row);

	return at < columns->count && columns->base + columns->rows[at] == row ? at : SIZE_MAX;
}

/* Pointers that a statement gives: those with rows from before have changed, others are new. */
static enum hs_status take(struct hs_ledger *ledger, struct hs_ledger_columns *columns, struct hs_stmt *stmt,
	uint64_t seq, bool fresh, struct hs_error *err)
{
	struct hs_arena *one = hs_arena_new(ONE);
	enum hs_status status = stmt ? HS_OK : err->status;
	int step = 0;

	if (stmt)
		hs_sql_int(stmt, 1, (int64_t)seq);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		struct hs_ledger_pointer pointer = { .seq = 0 };
		hs_arena_reset(one);
		status = hs_ledger_look(ledger, stmt, one, &pointer, err);
		size_t at = status == HS_OK && !fresh ? find_row(columns, pointer.row) : SIZE_MAX;
		if (status == HS_OK && fresh) {
			at = columns->count;
			status = append(ledger, columns, &pointer, err);
		} else if (at != SIZE_MAX) {
			status = set(ledger, columns, at, &pointer, err);
		}
		if (status == HS_OK && at != SIZE_MAX)
			note_zone(columns, at, fresh && at % HS_LEDGER_ZONE == 0);
	}
	hs_sql_end(stmt);
	hs_arena_free(one);
	return step < 0 ? (enum hs_status)step : status;
}

/* The row of a pointer that was deleted is the sequence of its first version: the last one in its history
 * before it was deleted another time. */
static enum hs_status take_off(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	const struct hs_resource *deletion, struct hs_error *err)
{
	struct hs_history_query query = { .type = deletion->type,
		.id = deletion->id,
		.before_seq = deletion->seq,
		.since_ms = INT64_MIN,
		.until_ms = INT64_MAX,
		.count = VERSIONS };
	struct hs_resource_list list = { .more = true };
	enum hs_status status = HS_OK;
	bool ended = false;

	while (status == HS_OK && list.more && !ended) {
		status = hs_txn_history(ledger->txn, ledger->arena, &query, &list, err);
		for (size_t i = 0; i < list.count && status == HS_OK && !ended; i++) {
			ended = list.items[i].change == HS_CHANGE_DELETE;
			query.before_seq = ended ? query.before_seq : list.items[i].seq;
		}
	}
	size_t at = find_row(columns, query.before_seq);
	if (status == HS_OK && at != SIZE_MAX && columns->shapes[at]) {
		columns->shapes[at] = 0;
		columns->gone++;
	}
	return status;
}

static enum hs_status take_deletions(struct hs_ledger *ledger, struct hs_ledger_columns *columns,
	uint64_t seq, struct hs_error *err)
{
	struct hs_history_query query = { .type = hs_txn_number(ledger->txn, HS_SPACE_TYPE,
						  HS_S("DocumentReference"), false),
		.after_seq = seq,
		.since_ms = INT64_MIN,
		.until_ms = INT64_MAX,
		.count = VERSIONS };
	struct hs_resource_list list = { .more = true };
	uint64_t live = 0;
	enum hs_status status = hs_ledger_live(ledger, &live, err);

	while (status == HS_OK && list.more && columns->count - columns->gone != live) {
		hs_arena_reset(ledger->arena);
		hs_ledger_forget(ledger);
		status = hs_txn_history(ledger->txn, ledger->arena, &query, &list, err);
		for (size_t i = 0; i < list.count && status == HS_OK; i++) {
			query.before_seq = list.items[i].seq;
			if (list.items[i].change == HS_CHANGE_DELETE)
				status = take_off(ledger, columns, &list.items[i], err);
		}
	}
	if (status == HS_OK && columns->count - columns->gone != live)
		return hs_fail(err, HS_E_CORRUPT, "the history of pointers does not tell which are gone");
	return status;
}

static enum hs_status follow(struct hs_txn *txn, void *view, uint64_t seq, struct hs_error *err)
{
	struct hs_ledger_columns *columns = view;
	struct hs_arena *scratch = hs_arena_new(ONE);
	struct hs_ledger ledger;

	hs_ledger_begin(&ledger, txn, scratch);
	enum hs_status status = take(&ledger, columns,
		hs_sql(txn, HS_LEDGER_BY_ROW " WHERE r.row > ?1 ORDER BY r.row", err), seq, true, err);
	if (status == HS_OK)
		status = take(&ledger, columns,
			hs_sql(txn,
				"SELECT " HS_LEDGER_COLUMNS " FROM record_index_pointer p WHERE p.seq > ?1"
				" AND p.seq IS NOT NULL",
				err),
			seq, false, err);
	if (status == HS_OK)
		status = take_deletions(&ledger, columns, seq, err);
	hs_arena_free(scratch);
	return status;
}

const struct hs_view hs_ledger_columns_view = {
	.size = sizeof(struct hs_ledger_columns),
	.read = read_columns,
	.behind = behind,
	.follow = follow,
	.copy = copy,
	.memory = memory,
	.drop = drop,
};
