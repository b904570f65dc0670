/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper of DocumentReference: the store hands each version to it and asks it for them again. */
#include "../load/load.h"

#include <handslag/time.h>

/* row, seq, id: table.c. `live` saves counting ten million rows.
 * mark: hash of an entry's text (piece.c) to the row that has it, or as a negative number to the piece. */
const struct hs_migration hs_ledger_migrations[] = {
	{ 1, "ledger",
		"CREATE TABLE record_index_piece (number INTEGER PRIMARY KEY, shape INTEGER NOT NULL,"
		" rest BLOB NOT NULL);"
		"CREATE TABLE record_index_pointer (row INTEGER PRIMARY KEY, seq INTEGER,"
		" version INTEGER NOT NULL, updated INTEGER NOT NULL, id BLOB NOT NULL, subject INTEGER,"
		" custodian INTEGER, date INTEGER, shape INTEGER NOT NULL, rest BLOB NOT NULL);"
		"CREATE TABLE record_index_mark (hash INTEGER NOT NULL, target INTEGER NOT NULL,"
		" PRIMARY KEY (hash, target)) WITHOUT ROWID;"
		"CREATE TABLE record_index_tally (live INTEGER NOT NULL, number INTEGER NOT NULL);"
		"INSERT INTO record_index_tally VALUES (0, random() | 1);"
		"CREATE INDEX record_index_pointer_seq ON record_index_pointer (seq) WHERE seq IS NOT NULL;"
		"CREATE INDEX record_index_pointer_id ON record_index_pointer (substr(id, -6));"
		"CREATE INDEX record_index_pointer_subject ON record_index_pointer (subject);"
		"CREATE INDEX record_index_pointer_custodian ON record_index_pointer (custodian);"
		"CREATE INDEX record_index_pointer_date ON record_index_pointer (date);" },
	/* Marks that a load has put off (defer.c); `waiting` tells that there are some. */
	{ 2, "marks that wait",
		"CREATE TABLE record_index_waiting (hash INTEGER NOT NULL, target INTEGER NOT NULL);"
		"ALTER TABLE record_index_tally ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;" },
	/* What a lookup reads, in one column (table.c); rows from before have NULL there. */
	{ 3, "packed columns", "ALTER TABLE record_index_pointer ADD COLUMN packed BLOB;" },
	/* Pointers by patient (spots, table.h), and rows by themselves. What was there is moved, and the
	 * other indexes are made, when the store is opened (mend.c, old.c). */
	{ 4, "pointers by patient",
		"DROP INDEX IF EXISTS record_index_pointer_seq;"
		"DROP INDEX IF EXISTS record_index_pointer_id;"
		"DROP INDEX IF EXISTS record_index_pointer_subject;"
		"DROP INDEX IF EXISTS record_index_pointer_custodian;"
		"DROP INDEX IF EXISTS record_index_pointer_date;"
		"ALTER TABLE record_index_pointer RENAME TO record_index_old;"
		"CREATE TABLE record_index_pointer (spot INTEGER PRIMARY KEY, seq INTEGER, id BLOB NOT NULL,"
		" packed BLOB NOT NULL);"
		"CREATE TABLE record_index_row (row INTEGER PRIMARY KEY, place INTEGER NOT NULL,"
		" custodian INTEGER, date INTEGER);"
		"CREATE TABLE record_index_block (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
		"CREATE INDEX record_index_pointer_seq ON record_index_pointer (seq) WHERE seq IS NOT "
		"NULL;" },
	/* Entries (entries.c) instead of indexes; they are made when the store is opened (mend.c). `entered`:
	 * up to which row there are any, for each kind. */
	{ 5, "entries",
		"DROP INDEX IF EXISTS record_index_pointer_id;"
		"DROP INDEX IF EXISTS record_index_row_custodian;"
		"DROP INDEX IF EXISTS record_index_row_date;"
		"CREATE TABLE record_index_entry (key INTEGER NOT NULL, target INTEGER NOT NULL,"
		" PRIMARY KEY (key, target)) WITHOUT ROWID;"
		"CREATE TABLE record_index_entered (kind INTEGER PRIMARY KEY, row INTEGER NOT NULL);"
		"INSERT INTO record_index_entered VALUES (0, 0), (1, 0), (2, 0);"
		"UPDATE record_index_tally SET waiting = waiting | 8;" },
	/* Entries by shape (shapes.c), made when the store is opened. */
	{ 6, "entries by shape",
		"INSERT INTO record_index_entered VALUES (3, 0);"
		"UPDATE record_index_tally SET waiting = waiting | 8;" },
	{ 0, NULL, NULL },
};

static enum hs_status resource_of(struct hs_ledger *ledger, struct hs_arena *arena,
	const struct hs_ledger_pointer *pointer, struct hs_resource *out, struct hs_error *err)
{
	struct hs_resource made = {
		.row = pointer->row,
		.id = pointer->id,
		.version = pointer->version,
		.seq = pointer->seq,
		.updated_ms = pointer->updated_ms,
		.change = pointer->version == 1 ? HS_CHANGE_CREATE : HS_CHANGE_UPDATE,
	};
	enum hs_status status = hs_ledger_text(ledger, arena, pointer, &made.body, err);

	if (status == HS_OK)
		*out = made;
	return status;
}

static enum hs_status get(struct hs_txn *txn, struct hs_arena *arena, void *state, struct hs_slice id,
	struct hs_resource *out, struct hs_error *err)
{
	struct hs_ledger ledger;
	struct hs_ledger_pointer pointer;

	(void)state;
	hs_ledger_begin(&ledger, txn, arena);
	int found = hs_ledger_by_id(&ledger, arena, id, &pointer, err);
	if (found == 0)
		return hs_fail(err, HS_E_NOT_FOUND, "there is no pointer with the id %.*s", HS_S_ARG(id));
	return found > 0 ? resource_of(&ledger, arena, &pointer, out, err) : (enum hs_status)found;
}

/* ---- writing ---- */

bool hs_ledger_has_mark(const struct hs_ledger *ledger, struct hs_slice id, const struct hs_index_row *row)
{
	enum hs_ledger_class of = hs_ledger_class(ledger, row->param);
	unsigned char uuid[16];

	if (of == HS_LEDGER_OF_IDENTIFIER)
		/* The id is looked up instead (drive.c). */
		return !(hs_ledger_uuid_read(id, uuid) && row->text.len == id.len + 9 &&
			hs_slice_starts(row->text, HS_S("urn:uuid:")) && hs_slice_ends(row->text, id));
	return row->kind == HS_INDEX_REFERENCE || of == HS_LEDGER_OF_SUBJECT || of == HS_LEDGER_OF_CUSTODIAN;
}

static enum hs_status change_marks(struct hs_ledger *ledger, const struct hs_ledger_pointer *pointer,
	const struct hs_index_row *rows, size_t count, bool add, struct hs_error *err)
{
	struct hs_ledger_target target = { pointer->row, false };
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < count && status == HS_OK; i++) {
		if (!hs_ledger_has_mark(ledger, pointer->id, &rows[i]))
			continue;
		int64_t mark = hs_ledger_mark(hs_ledger_class(ledger, rows[i].param), rows[i].param,
			rows[i].text);
		status = add ? hs_ledger_add_mark(ledger, mark, target, err) :
			       hs_ledger_drop_mark(ledger, mark, target, err);
	}
	return status;
}

static enum hs_status take_away(struct hs_ledger *ledger, struct hs_slice id, struct hs_error *err)
{
	struct hs_ledger_pointer pointer;
	struct hs_ledger_rows rows;
	int found = hs_ledger_by_id(ledger, ledger->arena, id, &pointer, err);

	if (found == 0)
		return hs_fail(err, HS_E_CORRUPT, "the pointer %.*s is not in the ledger", HS_S_ARG(id));
	if (found < 0)
		return (enum hs_status)found;
	enum hs_status status = hs_ledger_rows(ledger, ledger->arena, &pointer, &rows, err);
	if (status == HS_OK)
		status = change_marks(ledger, &pointer, rows.items, rows.count, false, err);
	return status == HS_OK ? hs_ledger_erase(ledger, &pointer, err) : status;
}

/* Index rows by what they belong to. */
struct parted {
	struct hs_index_row *of[3]; /* subject, custodian, other */
	size_t count[3];
};

static bool part_rows(struct hs_ledger *ledger, const struct hs_put *put, const struct hs_ledger_split *split,
	struct parted *out)
{
	for (int i = 0; i < 3; i++) {
		out->of[i] = hs_arena_array(ledger->arena, put->index_count + 1, sizeof *out->of[i]);
		if (!out->of[i])
			return false;
	}
	for (size_t i = 0; i < put->index_count; i++) {
		enum hs_ledger_class of = hs_ledger_class(ledger, put->index[i].param);
		int part = of == HS_LEDGER_OF_SUBJECT && split->subject.len  ? 0 :
			of == HS_LEDGER_OF_CUSTODIAN && split->custodian.len ? 1 :
									       2;
		out->of[part][out->count[part]++] = put->index[i];
	}
	return true;
}

/* Packs the text of `next` and its index rows. */
static enum hs_status pack(struct hs_ledger *ledger, const struct hs_put *put, const struct hs_resource *next,
	struct hs_ledger_pointer *pointer, struct parted *parts, struct hs_error *err)
{
	char instant[HS_INSTANT_LEN + 1];
	struct hs_ledger_packed packed = { 0 };
	struct hs_ledger_split split = { .arena = ledger->arena,
		.text = next->body,
		.is_pointer = true,
		.id = next->id,
		.version = hs_arena_printf(ledger->arena, "%llu", (unsigned long long)next->version),
		.updated = hs_slice(instant, HS_INSTANT_LEN) };
	hs_time_instant(next->updated_ms, instant);
	enum hs_status status = hs_ledger_split(&split, err);

	if (status == HS_OK && !part_rows(ledger, put, &split, parts))
		status = hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the request");
	if (status == HS_OK && split.subject.len)
		status = hs_ledger_pack_piece(ledger, HS_LEDGER_OF_SUBJECT, split.subject, parts->of[0],
			parts->count[0], &pointer->subject, err);
	if (status == HS_OK && split.custodian.len)
		status = hs_ledger_pack_piece(ledger, HS_LEDGER_OF_CUSTODIAN, split.custodian, parts->of[1],
			parts->count[1], &pointer->custodian, err);
	if (status == HS_OK)
		status = hs_ledger_pack(ledger, &split, parts->of[2], parts->count[2], &packed, err);
	pointer->shape = packed.shape;
	pointer->rest = packed.rest;
	pointer->has_date = split.has_date;
	pointer->date = split.date;
	for (size_t i = 0; i < put->index_count && !pointer->has_date; i++) {
		int64_t lo = put->index[i].lo;
		if (hs_ledger_class(ledger, put->index[i].param) != HS_LEDGER_OF_DATE)
			continue;
		pointer->has_date = true;
		pointer->date = lo / 1000 - (lo % 1000 < 0);
		if (status == HS_OK && hs_ledger_is_wide(&put->index[i]))
			status = hs_ledger_note_waits(ledger->txn,
				HS_LEDGER_WIDE_DATES | HS_LEDGER_SURE_DATES, err);
	}
	return status;
}

static enum hs_status put(struct hs_txn *txn, struct hs_arena *arena, void *state, const struct hs_put *put,
	const struct hs_resource *before, struct hs_resource *next, struct hs_error *err)
{
	struct hs_ledger ledger;
	struct parted parts = { .count = { 0 } };
	struct hs_ledger_pointer pointer = { .row = before ? before->row : next->seq,
		.seq = next->seq,
		.version = next->version,
		.updated_ms = next->updated_ms,
		.id = next->id };
	enum hs_status status = HS_OK;

	(void)state;
	hs_ledger_begin(&ledger, txn, arena);
	status = hs_ledger_mend_pointers(txn, err);
	if (status != HS_OK)
		return status;
	if (before)
		status = take_away(&ledger, before->id, err);
	else
		status = hs_ledger_count(&ledger, 1, err);
	if (status == HS_OK)
		status = pack(&ledger, put, next, &pointer, &parts, err);
	if (status == HS_OK)
		status = hs_ledger_insert(&ledger, &pointer, err);
	if (status == HS_OK)
		status = change_marks(&ledger, &pointer, parts.of[2], parts.count[2], true, err);
	if (status == HS_OK)
		next->row = pointer.row;
	return status;
}

static enum hs_status remove_one(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_resource *before, struct hs_error *err)
{
	struct hs_ledger ledger;

	(void)state;
	hs_ledger_begin(&ledger, txn, arena);
	enum hs_status status = hs_ledger_mend_pointers(txn, err);
	if (status == HS_OK)
		status = take_away(&ledger, before->id, err);
	return status == HS_OK ? hs_ledger_count(&ledger, -1, err) : status;
}

/* ---- histories ---- */

struct recent {
	struct hs_ledger ledger;
	const struct hs_recent *query;
	struct hs_ledger_pointer *items;
	size_t count;
};

static enum hs_status list_recent(struct recent *recent, struct hs_stmt *stmt, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, (int64_t)recent->query->after_seq);
	hs_sql_int(stmt, 2,
		recent->query->before_seq > INT64_MAX ? INT64_MAX : (int64_t)recent->query->before_seq);
	hs_sql_int(stmt, 3, recent->query->count);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0)
		status = hs_ledger_take(&recent->ledger, stmt, recent->ledger.arena,
			&recent->items[recent->count++], err);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* Unchanged ones in order of row, changed ones in order of seq; merged. */
static enum hs_status recent(struct hs_txn *txn, struct hs_arena *arena, void *state,
	const struct hs_recent *query, struct hs_resource_list *out, struct hs_error *err)
{
	struct recent walk = { .query = query };
	struct hs_resource_list list = { .count = 0 };
	size_t room = (size_t)query->count + 1, first = 0;

	(void)state;
	hs_ledger_begin(&walk.ledger, txn, arena);
	walk.items = hs_arena_array(arena, 2 * room, sizeof *walk.items);
	list.items = hs_arena_array(arena, room, sizeof *list.items);
	if (!walk.items || !list.items)
		return hs_fail(err, HS_E_LIMIT, "the page does not fit in memory; ask for fewer (_count)");
	enum hs_status status = list_recent(&walk,
		hs_sql(txn,
			HS_LEDGER_BY_ROW " WHERE r.row > ?1 AND r.row < ?2 AND p.seq IS NULL"
					 " ORDER BY r.row DESC LIMIT ?3",
			err),
		err);
	size_t middle = walk.count;
	if (status == HS_OK)
		status = list_recent(&walk,
			hs_sql(txn,
				"SELECT " HS_LEDGER_COLUMNS
				" FROM record_index_pointer p WHERE p.seq > ?1 AND p.seq < ?2"
				" AND p.seq IS NOT NULL ORDER BY p.seq DESC LIMIT ?3",
				err),
			err);
	for (size_t second = middle; status == HS_OK && list.count < query->count;) {
		bool take_first = first < middle &&
			(second == walk.count || walk.items[first].seq > walk.items[second].seq);
		if (!take_first && second == walk.count)
			break;
		status = resource_of(&walk.ledger, arena, &walk.items[take_first ? first++ : second++],
			&list.items[list.count++], err);
	}
	if (status == HS_OK)
		*out = list;
	return status;
}

const struct hs_keeper hs_ledger_keeper = {
	.get = get,
	.put = put,
	.remove = remove_one,
	.recent = recent,
	.find = hs_ledger_find,
	.links = hs_ledger_links,
	.estimate = hs_ledger_estimate,
	.explain = hs_ledger_explain,
	.bulk = &hs_ledger_bulk,
	.mend = hs_ledger_mend,
};
