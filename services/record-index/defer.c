/* SPDX-License-Identifier: Apache-2.0 */
/* The indexes of the table of pointers, dropped while very many pointers come and made whole afterwards:
 * adding to them one by one would touch pages all over the file.
 *
 * A store that is left without them answers as before, only slowly, and gets them back when it is opened. */
#include "load.h"

#define LEAST 20000u /* pointers that are worth it */

static uint64_t mark_of(struct hs_slice bytes)
{
	uint64_t a = (uint64_t)hs_ledger_hash(1, bytes), b = (uint64_t)hs_ledger_hash(2, bytes);
	uint64_t mark = a << 17 ^ b;

	return mark ? mark : 1;
}

/* True when it is there; else `*at` is where it would be. */
static bool find_id(const struct hs_ledger_loader *loader, uint64_t mark, size_t *at)
{
	size_t i = mark & (loader->ids_size - 1);

	while (loader->ids[i] && loader->ids[i] != mark)
		i = (i + 1) & (loader->ids_size - 1);
	*at = i;
	return loader->ids[i] == mark;
}

static bool grow_ids(struct hs_ledger_loader *loader, size_t size)
{
	struct hs_arena *old_room = loader->ids_room;
	const uint64_t *old = loader->ids;
	size_t old_size = loader->ids_size, at;
	struct hs_arena *room = hs_arena_new(size * sizeof *old + 65536);
	uint64_t *ids = hs_arena_array(room, size, sizeof *ids);

	if (!ids) {
		hs_arena_free(room);
		return false;
	}
	loader->ids_room = room;
	loader->ids = ids;
	loader->ids_size = size;
	for (size_t i = 0; i < old_size; i++) {
		if (old[i] && !find_id(loader, old[i], &at))
			ids[at] = old[i];
	}
	hs_arena_free(old_room);
	return true;
}

static bool add_id(struct hs_ledger_loader *loader, struct hs_slice bytes)
{
	uint64_t mark = mark_of(bytes);
	size_t at;

	if (loader->ids_count * 2 >= loader->ids_size &&
		!grow_ids(loader, loader->ids_size ? loader->ids_size * 2 : (size_t)1 << 16))
		return false;
	if (!find_id(loader, mark, &at)) {
		loader->ids[at] = mark;
		loader->ids_count++;
	}
	return true;
}

static void drop_ids(struct hs_ledger_loader *loader)
{
	hs_arena_free(loader->ids_room);
	loader->ids_room = NULL;
	loader->ids = NULL;
	loader->ids_count = loader->ids_size = 0;
}

static bool read_ids(struct hs_ledger_loader *loader, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(loader->ledger.txn, "SELECT id FROM record_index_pointer", err);
	bool good = stmt != NULL;
	int step = 0;

	while (good && (step = hs_sql_step(stmt, err)) > 0)
		good = add_id(loader, hs_sql_get_blob(stmt, 0));
	hs_sql_end(stmt);
	return good && step == 0;
}

static enum hs_status run(struct hs_txn *txn, const char *const *sql, size_t count, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < count && status == HS_OK; i++) {
		struct hs_stmt *stmt = hs_sql(txn, sql[i], err);
		status = stmt ? hs_sql_run(stmt, err) : err->status;
	}
	return status;
}

#define MAKE(name, on) \
	"CREATE INDEX IF NOT EXISTS record_index_pointer_" name " ON record_index_pointer (" on ")"

enum hs_status hs_ledger_mend(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	static const char *const make[] = { MAKE("id", "substr(id, -6)"), MAKE("subject", "subject"),
		MAKE("custodian", "custodian"), MAKE("date", "date") };

	(void)arena;
	(void)arg;
	return run(txn, make, sizeof make / sizeof make[0], err);
}

enum hs_status hs_ledger_look_deferred(struct hs_ledger_loader *loader, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(loader->ledger.txn,
		"SELECT count(*) FROM sqlite_schema WHERE name = 'record_index_pointer_id'", err);

	if (!stmt)
		return err->status;
	int step = hs_sql_step(stmt, err);
	loader->deferred = step > 0 && hs_sql_get_int(stmt, 0) == 0;
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

enum hs_status hs_ledger_defer(struct hs_ledger_loader *loader, struct hs_error *err)
{
	static const char *const drop[] = {
		"DROP INDEX record_index_pointer_id",
		"DROP INDEX record_index_pointer_subject",
		"DROP INDEX record_index_pointer_custodian",
		"DROP INDEX record_index_pointer_date",
	};
	uint64_t live = 0;

	if (loader->deferred || loader->since < LEAST)
		return HS_OK;
	enum hs_status status = hs_ledger_live(&loader->ledger, &live, err);
	if (status != HS_OK || loader->since < live / 2)
		return status;
	drop_ids(loader);
	if (!read_ids(loader, err)) {
		drop_ids(loader);
		loader->since = 0; /* not enough memory: entry by entry, then */
		return HS_OK;
	}
	status = run(loader->ledger.txn, drop, sizeof drop / sizeof drop[0], err);
	loader->deferred = status == HS_OK;
	return status;
}

int hs_ledger_has_id(struct hs_ledger_loader *loader, struct hs_slice id, struct hs_error *err)
{
	char room[HS_LEDGER_ID_MAX + 1];
	struct hs_slice bytes = hs_ledger_id_bytes(id, room);
	size_t at;

	if (loader->deferred)
		return loader->ids_size == 0 || find_id(loader, mark_of(bytes), &at);
	struct hs_stmt *stmt = hs_sql(loader->ledger.txn,
		"SELECT row FROM record_index_pointer WHERE substr(id, -6) = substr(?1, -6) AND id = ?1",
		err);
	if (!stmt)
		return (int)err->status;
	hs_sql_blob(stmt, 1, bytes);
	int step = hs_sql_step(stmt, err);
	hs_sql_end(stmt);
	return step;
}

void hs_ledger_note_id(struct hs_ledger_loader *loader, struct hs_slice id)
{
	char room[HS_LEDGER_ID_MAX + 1];

	/* Without memory every id may be there, and the loader goes the ordinary way. */
	if (loader->deferred && loader->ids_size && !add_id(loader, hs_ledger_id_bytes(id, room)))
		drop_ids(loader);
}
