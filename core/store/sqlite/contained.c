/* SPDX-License-Identifier: Apache-2.0 */
/* Resources contained in others, as rows of their own in the search index: of a type beside that of their
 * kind (HS_TYPE_CONTAINED), with facts, entries and an id that says where they are ("12/23#m1": in 23 of type
 * 12). They have no versions; table `contained` leads from the container to them. */
#include <core/store/sqlite/contained.h>
#include <core/store/sqlite/entries.h>
#include <core/store/sqlite/resource.h>

/* ---- removing ---- */

static enum hs_status forget_id(struct hs_txn *txn, int64_t row, struct hs_slice id, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "DELETE FROM ident WHERE id = ?1 AND type = ?2", err);

	if (!stmt)
		return err->status;
	hs_sql_text(stmt, 1, id);
	hs_sql_int(stmt, 2, hs__row_type(row));
	return hs_sql_run(stmt, err);
}

static enum hs_status forget(struct hs_txn *txn, int64_t row, struct hs_slice id, struct hs_error *err)
{
	enum hs_status status = hs__entries_remove(txn, row, err);

	if (status == HS_OK)
		status = forget_id(txn, row, id, err);
	if (status == HS_OK)
		hs__group_change(txn->store, hs__row_type(row))->live--;
	return status;
}

enum hs_status hs__contained_remove(struct hs_txn *txn, int64_t container, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT row, id FROM contained WHERE container = ?1", err);
	enum hs_status status = HS_OK;
	bool any = false;
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, container);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0) {
		status = forget(txn, hs_sql_get_int(stmt, 0), hs_sql_get_text(stmt, 1), err);
		any = true;
	}
	hs_sql_end(stmt);
	if (status != HS_OK || step < 0 || !any)
		return step < 0 ? (enum hs_status)step : status;
	stmt = hs_sql(txn, "DELETE FROM contained WHERE container = ?1", err);
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, container);
	return hs_sql_run(stmt, err);
}

/* ---- adding ---- */

static enum hs_status keep_place(struct hs_txn *txn, int64_t container, const struct hs_resource *version,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "INSERT INTO contained (container, row, id) VALUES (?1, ?2, ?3)",
		err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, container);
	hs_sql_int(stmt, 2, hs__row_of(version->type, version->row));
	hs_sql_text(stmt, 3, version->id);
	return hs_sql_run(stmt, err);
}

static enum hs_status keep(struct hs_txn *txn, struct hs_arena *arena, const struct hs_resource *container,
	const struct hs_contained *contained, struct hs_error *err)
{
	uint32_t type = contained->type | HS_TYPE_CONTAINED;
	struct hs__tally *tally = hs__group_change(txn->store, type);
	struct hs_resource version = { .type = type,
		.row = ++tally->last_row,
		.version = 1,
		.seq = container->seq,
		.updated_ms = container->updated_ms };

	tally->live++;
	version.id = hs_arena_printf(arena, "%u/%.*s#%.*s", container->type, HS_S_ARG(container->id),
		HS_S_ARG(contained->id));
	if (!version.id.ptr)
		return hs_fail(err, HS_E_LIMIT, "the resource has too many index entries");
	enum hs_status status = hs__ident_put(txn, &version, err);
	if (status == HS_OK)
		status = keep_place(txn, hs__row_of(container->type, container->row), &version, err);
	if (status == HS_OK)
		status = hs__entries_put(txn, arena, &version, contained->index, contained->index_count, true,
			err);
	return status;
}

enum hs_status hs__contained_put(struct hs_txn *txn, struct hs_arena *arena, const struct hs_put *put,
	const struct hs_resource *container, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (container->version > 1)
		status = hs__contained_remove(txn, hs__row_of(container->type, container->row), err);
	for (size_t i = 0; i < put->contained_count && status == HS_OK; i++)
		status = keep(txn, arena, container, &put->contained[i], err);
	return status;
}
