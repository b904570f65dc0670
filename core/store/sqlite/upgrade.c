/* SPDX-License-Identifier: Apache-2.0 */
/* Making the index entries of an older format anew. */
#include <core/store/sqlite/upgrade.h>

#include <core/base/map.h>
#include <core/store/index/outline.h>
#include <core/store/sqlite/state.h>

#define PARAMS_MEMORY ((size_t)64 << 20)

struct upgrade {
	struct hs__db *db;
	struct hs_arena *arena;
	struct hs_map done; /* params whose old entries are gone, by the bytes of their number */
};

static bool is_span(const struct hs__fact *fact)
{
	return fact->kind == HS_INDEX_DATE || fact->kind == HS_INDEX_NUMBER ||
		fact->kind == HS_INDEX_QUANTITY;
}

/* All old entries of a param, which had 0 or 1 where the class stands now. */
static enum hs_status remove_old(struct upgrade *upgrade, uint32_t param, struct hs_error *err)
{
	struct hs_slice name = hs_slice((const char *)&param, sizeof(param));
	struct hs__key from, to;
	struct hs_stmt *stmt;
	bool fresh = false;

	if (hs_map_get(&upgrade->done, name))
		return HS_OK;
	name = hs_arena_copy(upgrade->arena, name);
	if (!name.ptr || !hs_map_put(&upgrade->done, name, &fresh))
		return hs_fail(err, HS_E_LIMIT, "the store has too many search parameters");
	stmt = hs__db_stmt(upgrade->db, "DELETE FROM entry WHERE key >= ?1 AND key < ?2", err);
	if (!stmt)
		return err->status;
	hs__key_begin(&from, param);
	to = from;
	hs__key_byte(&from, 0);
	hs__key_byte(&to, 2);
	hs_sql_blob(stmt, 1, hs__key_slice(&from));
	hs_sql_blob(stmt, 2, hs__key_slice(&to));
	return hs_sql_run(stmt, err);
}

static enum hs_status add_new(struct upgrade *upgrade, const struct hs__fact *fact, int64_t row,
	struct hs_error *err)
{
	struct hs__key key;
	struct hs_stmt *stmt = hs__db_stmt(upgrade->db,
		"INSERT OR IGNORE INTO entry (key, row) VALUES (?1, ?2)", err);

	if (!stmt)
		return err->status;
	hs__key_of(fact, &key);
	hs_sql_blob(stmt, 1, hs__key_slice(&key));
	hs_sql_int(stmt, 2, (int64_t)hs__row_within(row));
	return hs_sql_run(stmt, err);
}

static enum hs_status take_row(struct upgrade *upgrade, int64_t row, struct hs_slice data,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct hs__facts facts;
	struct hs__fact fact;

	if (!hs__facts_open(data, &facts))
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	while (status == HS_OK && hs__facts_next(&facts, &fact)) {
		if (!is_span(&fact))
			continue;
		status = remove_old(upgrade, fact.param, err);
		if (status == HS_OK)
			status = add_new(upgrade, &fact, row, err);
	}
	return status;
}

enum hs_status hs__upgrade_spans(struct hs__db *db, struct hs_error *err)
{
	struct upgrade upgrade = { .db = db, .arena = hs_arena_new(PARAMS_MEMORY) };
	struct hs_stmt *stmt = hs__db_stmt(db, "SELECT row, data FROM facts ORDER BY row", err);
	enum hs_status status = stmt ? HS_OK : err->status;
	int step = 0;

	hs_map_init(&upgrade.done, upgrade.arena);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0)
		status = take_row(&upgrade, hs_sql_get_int(stmt, 0), hs_sql_get_blob(stmt, 1), err);
	hs_sql_end(stmt);
	hs_arena_free(upgrade.arena);
	return step < 0 ? (enum hs_status)step : status;
}

/* ---- outlines ---- */

#define OUTLINES_MEMORY ((size_t)32 << 20)
#define OUTLINES_MOST 4096u /* that are gathered at once, about a kilobyte each */

/* The rows of one outline that are not written yet; they come in rising order. */
struct gathered {
	struct hs_slice key;
	size_t count;
	uint64_t rows[HS__BLOCK_ROWS];
};
struct outlines {
	struct hs__db *db;
	struct hs_arena *arena;
	struct hs_map by_key; /* struct gathered */
	uint32_t type;
};

static enum hs_status write_outlines(struct outlines *outlines, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	HS_MAP_EACH(slot, &outlines->by_key) {
		const struct gathered *outline = slot->value.ptr;
		if (status == HS_OK)
			status = hs__postings_insert(outlines->db, outline->key, outline->rows,
				outline->count, err);
	}
	hs_arena_reset(outlines->arena);
	hs_map_init(&outlines->by_key, outlines->arena);
	return status;
}

static struct gathered *outline_of(struct outlines *outlines, struct hs_slice key)
{
	struct hs_map_slot *slot = hs_map_get(&outlines->by_key, key);

	if (slot)
		return slot->value.ptr;
	struct gathered *made = hs_arena_alloc(outlines->arena, sizeof(*made));
	if (!made)
		return NULL;
	made->key = hs_arena_copy(outlines->arena, key);
	slot = made->key.ptr ? hs_map_put(&outlines->by_key, made->key, NULL) : NULL;
	if (!slot)
		return NULL;
	slot->value.ptr = made;
	return made;
}

static enum hs_status read_outline(struct hs_slice data, uint32_t type, struct hs__key *key,
	struct hs_error *err)
{
	struct hs__facts facts;
	struct hs__outline outline;
	struct hs__fact fact;

	hs__outline_init(&outline);
	if (!hs__facts_open(data, &facts))
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	while (hs__facts_next(&facts, &fact))
		hs__outline_add(&outline, fact.param);
	hs__outline_key(&outline, type, key);
	return HS_OK;
}

static enum hs_status take_outline(struct outlines *outlines, int64_t row, struct hs_slice data,
	struct hs_error *err)
{
	uint32_t type = hs__row_type(row);
	struct hs__key key = { .len = 0 };
	enum hs_status status = read_outline(data, type, &key, err);

	if (status == HS_OK && (type != outlines->type || outlines->by_key.count >= OUTLINES_MOST))
		status = write_outlines(outlines, err);
	outlines->type = type;
	if (status != HS_OK)
		return status;
	struct gathered *outline = outline_of(outlines, hs__key_slice(&key));
	if (!outline)
		return hs_fail(err, HS_E_LIMIT, "the outlines of resources do not fit in memory");
	if (outline->count == HS__BLOCK_ROWS) {
		status = hs__postings_insert(outlines->db, outline->key, outline->rows, outline->count, err);
		outline->count = 0;
	}
	outline->rows[outline->count++] = hs__row_within(row);
	return status;
}

enum hs_status hs__upgrade_outlines(struct hs__db *db, struct hs_error *err)
{
	struct outlines outlines = { .db = db, .arena = hs_arena_new(OUTLINES_MEMORY) };
	struct hs_stmt *stmt = hs__db_stmt(db, "SELECT row, data FROM facts ORDER BY row", err);
	enum hs_status status = stmt ? HS_OK : err->status;
	int step = 0;

	hs_map_init(&outlines.by_key, outlines.arena);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0)
		status = take_outline(&outlines, hs_sql_get_int(stmt, 0), hs_sql_get_blob(stmt, 1), err);
	hs_sql_end(stmt);
	if (status == HS_OK && step == 0)
		status = write_outlines(&outlines, err);
	hs_arena_free(outlines.arena);
	return step < 0 ? (enum hs_status)step : status;
}
