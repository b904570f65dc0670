/* SPDX-License-Identifier: Apache-2.0 */
/* While very many pointers come, they have no entries (entries.c) and wait in blocks (waiting.c), and marks
 * in a table without order: adding them one by one would touch pages all over the file. Whether an id or an
 * identifier is taken is then known from sets in memory.
 *
 * A store that is left so answers as before, only slowly, and is mended when it is opened (mend.c). */
#include "load.h"

#define LEAST 20000u /* pointers that are worth it, when some are there already */

static uint64_t hash_of(struct hs_slice bytes)
{
	return (uint64_t)hs_ledger_hash(1, bytes) << 17 ^ (uint64_t)hs_ledger_hash(2, bytes);
}

static void drop_sets(struct hs_ledger_loader *loader)
{
	hs_ledger_set_drop(&loader->ids);
	hs_ledger_set_drop(&loader->taken);
}

static bool read_ids(struct hs_ledger_loader *loader, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(loader->ledger.txn,
		"SELECT id FROM record_index_pointer p WHERE " HS_LEDGER_IS_POINTER, err);
	bool good = stmt != NULL;
	int step = 0;

	while (good && (step = hs_sql_step(stmt, err)) > 0)
		good = hs_ledger_set_add(&loader->ids, hash_of(hs_sql_get_blob(stmt, 0)));
	hs_sql_end(stmt);
	return good && step == 0;
}

static bool read_marks(struct hs_ledger_loader *loader, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(loader->ledger.txn,
		"SELECT hash FROM record_index_mark WHERE target > 0", err);
	bool good = stmt != NULL;
	int step = 0;

	while (good && (step = hs_sql_step(stmt, err)) > 0)
		good = hs_ledger_set_add(&loader->taken, (uint64_t)hs_sql_get_int(stmt, 0));
	hs_sql_end(stmt);
	return good && step == 0;
}

enum hs_status hs_ledger_look_deferred(struct hs_ledger_loader *loader, struct hs_error *err)
{
	unsigned waits = 0;
	enum hs_status status = hs_ledger_waits(loader->ledger.txn, &waits, err);

	if (status == HS_OK)
		loader->ledger.deferred = waits & HS_LEDGER_ENTRIES_WAIT;
	return status;
}

enum hs_status hs_ledger_defer(struct hs_ledger_loader *loader, struct hs_error *err)
{
	uint64_t live = 0;

	if (loader->ledger.deferred)
		return HS_OK;
	enum hs_status status = loader->since && loader->since < LEAST ?
		HS_OK :
		hs_ledger_live(&loader->ledger, &live, err);
	/* Into an empty ledger from the first one on. */
	if (status != HS_OK || (live ? loader->since < LEAST || loader->since < live / 2 : loader->since > 0))
		return status;
	drop_sets(loader);
	if (!read_ids(loader, err) || !read_marks(loader, err)) {
		drop_sets(loader);
		loader->since = 0; /* not enough memory: entry by entry, then */
		return HS_OK;
	}
	status = hs_ledger_put_off_entries(loader->ledger.txn, err);
	loader->ledger.deferred = loader->later.all = status == HS_OK;
	loader->blind = false;
	return status;
}

int hs_ledger_has_id(struct hs_ledger_loader *loader, struct hs_slice id, struct hs_error *err)
{
	char room[HS_LEDGER_ID_MAX + 1];
	struct hs_slice bytes = hs_ledger_id_bytes(id, room);

	if (loader->ledger.deferred)
		return loader->blind || hs_ledger_set_has(&loader->ids, hash_of(bytes));
	struct hs_stmt *stmt = hs_sql(loader->ledger.txn,
		"SELECT 1 FROM record_index_entry e JOIN record_index_pointer p ON p.spot = e.target"
		" WHERE e.key = ?2 AND p.id = ?1",
		err);
	if (!stmt)
		return (int)err->status;
	hs_sql_blob(stmt, 1, bytes);
	hs_sql_int(stmt, 2, hs_ledger_id_key(bytes));
	int step = hs_sql_step(stmt, err);
	hs_sql_end(stmt);
	return step;
}

int hs_ledger_has_identifier(struct hs_ledger_loader *loader, int64_t mark, struct hs_error *err)
{
	if (loader->ledger.deferred)
		return loader->blind || hs_ledger_set_has(&loader->taken, (uint64_t)mark);
	struct hs_stmt *stmt = hs_sql(loader->ledger.txn,
		"SELECT 1 FROM record_index_mark WHERE hash = ?1 AND target > 0", err);
	if (!stmt)
		return (int)err->status;
	hs_sql_int(stmt, 1, mark);
	int step = hs_sql_step(stmt, err);
	hs_sql_end(stmt);
	return step;
}

/* Without memory everything may be there, and the loader goes the ordinary way. */
static void note(struct hs_ledger_loader *loader, struct hs_ledger_set *set, uint64_t hash)
{
	if (loader->ledger.deferred && !loader->blind && !hs_ledger_set_add(set, hash)) {
		drop_sets(loader);
		loader->blind = true;
	}
}

void hs_ledger_note_id(struct hs_ledger_loader *loader, struct hs_slice id)
{
	char room[HS_LEDGER_ID_MAX + 1];

	note(loader, &loader->ids, hash_of(hs_ledger_id_bytes(id, room)));
}

void hs_ledger_note_mark(struct hs_ledger_loader *loader, int64_t mark)
{
	note(loader, &loader->taken, (uint64_t)mark);
}
