/* SPDX-License-Identifier: Apache-2.0 */
/* What the search engine asks of the store beneath it. */
#include <core/store/find/finder.h>
#include <core/store/sqlite/resource.h>

enum hs_status hs__find_settle(struct hs_txn *txn, struct hs_error *err)
{
	return txn->group ? hs__postings_write(txn->store, err) : HS_OK;
}

struct hs__columns *hs__find_columns(const struct hs_txn *txn)
{
	const struct hs_store *store = txn->store;
	bool old = txn->db->ended < __atomic_load_n(&store->reindexed, __ATOMIC_SEQ_CST);

	return txn->group || old ? NULL : store->columns;
}

bool hs__find_may_wait(const struct hs_txn *txn)
{
	return !txn->db->limits.counted;
}

uint64_t hs__find_mono_ns(const struct hs_txn *txn)
{
	const struct hs_world *world = txn->store->world;

	return world->mono_ns(world->ctx);
}

enum hs_status hs__find_spend(struct hs_txn *txn, unsigned steps, struct hs_error *err)
{
	return hs__db_spend(txn->db, steps, err);
}

enum hs_status hs__find_afford(struct hs_txn *txn, uint64_t steps, struct hs_error *err)
{
	return hs__db_afford(txn->db, steps, err);
}

const struct hs_keeper *hs__find_keeper(const struct hs_txn *txn, uint32_t type, void **state)
{
	const struct hs__keeping *keeping = hs__txn_keeping(txn, type);

	if (keeping && state)
		*state = keeping->state;
	return keeping ? keeping->keeper : NULL;
}

int64_t hs__find_full_row(uint32_t type, uint64_t row)
{
	return hs__row_of(type, row);
}

enum hs_status hs__find_live(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err)
{
	return hs__txn_live(txn, type, out, err);
}

enum hs_status hs__find_last_row(struct hs_txn *txn, uint32_t type, uint64_t *out, struct hs_error *err)
{
	return hs__txn_last_row(txn, type, out, err);
}

static enum hs_status fetch_keys(struct hs_txn *txn, struct hs_arena *arena, uint32_t type, uint64_t row,
	struct hs_resource *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT data FROM facts WHERE row = ?1", err);
	struct hs__facts facts = { .damaged = true };

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, hs__row_of(type, row));
	int step = hs_sql_step(stmt, err);
	if (step > 0 && hs__facts_open(hs_sql_get_blob(stmt, 0), &facts))
		facts.id = hs_arena_copy(arena, facts.id);
	hs_sql_end(stmt);
	if (step < 0)
		return (enum hs_status)step;
	if (facts.damaged)
		return hs_fail(err, HS_E_CORRUPT, "an index entry has no resource");
	if (!facts.id.ptr)
		return hs_fail(err, HS_E_LIMIT, "the page does not fit in memory; ask for fewer (_count)");
	*out = (struct hs_resource) {
		.type = type,
		.row = row,
		.id = facts.id,
		.version = facts.version,
		.seq = facts.seq,
		.updated_ms = facts.updated_ms,
		.change = facts.version == 1 ? HS_CHANGE_CREATE : HS_CHANGE_UPDATE,
	};
	return HS_OK;
}

enum hs_status hs__find_fetch(struct hs_txn *txn, struct hs_arena *arena, uint32_t type, uint64_t row,
	bool keys_only, struct hs_resource *out, struct hs_error *err)
{
	if (keys_only)
		return fetch_keys(txn, arena, type, row, out, err);
	return hs__resource_at(txn, arena, hs__row_of(type, row), out, err);
}
