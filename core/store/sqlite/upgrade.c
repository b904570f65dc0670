/* SPDX-License-Identifier: Apache-2.0 */
/* Making the index entries of an older format anew. */
#include <core/store/sqlite/upgrade.h>

#include <core/base/map.h>
#include <core/store/index/outline.h>
#include <core/store/sqlite/entries.h>
#include <core/store/sqlite/state.h>

#define PARAMS_MEMORY ((size_t)256 << 20)

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

/* All old entries of a param. */
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
	hs__key_after_prefix(&to);
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

/* ---- gathered by key ---- */

#define GATHERED_MEMORY ((size_t)32 << 20)
#define GATHERED_MOST 4096u /* keys at once, about a kilobyte each */

/* The rows of one key that are not written yet; they come in rising order. */
struct gathered {
	struct hs_slice key;
	size_t count;
	uint64_t rows[HS__BLOCK_ROWS];
};
struct gathering {
	struct upgrade upgrade;
	struct hs_arena *arena;
	struct hs_map by_key; /* struct gathered */
	uint32_t type;
};

static enum hs_status write_gathered(struct gathering *gathering, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	HS_MAP_EACH(slot, &gathering->by_key) {
		const struct gathered *one = slot->value.ptr;
		if (status == HS_OK)
			status = hs__postings_insert(gathering->upgrade.db, one->key, one->rows, one->count,
				err);
	}
	hs_arena_reset(gathering->arena);
	hs_map_init(&gathering->by_key, gathering->arena);
	return status;
}

static struct gathered *gathered_of(struct gathering *gathering, struct hs_slice key)
{
	struct hs_map_slot *slot = hs_map_get(&gathering->by_key, key);

	if (slot)
		return slot->value.ptr;
	struct gathered *made = hs_arena_alloc(gathering->arena, sizeof(*made));
	if (!made)
		return NULL;
	made->key = hs_arena_copy(gathering->arena, key);
	slot = made->key.ptr ? hs_map_put(&gathering->by_key, made->key, NULL) : NULL;
	if (!slot)
		return NULL;
	slot->value.ptr = made;
	return made;
}

/* Each key of a row once. Rows of one type come one after another. */
static enum hs_status gather(struct gathering *gathering, struct hs_slice key, int64_t row,
	struct hs_error *err)
{
	uint32_t type = hs__row_type(row);
	uint64_t within = hs__row_within(row);
	enum hs_status status = HS_OK;

	if (type != gathering->type || gathering->by_key.count >= GATHERED_MOST)
		status = write_gathered(gathering, err);
	gathering->type = type;
	if (status != HS_OK)
		return status;
	struct gathered *one = gathered_of(gathering, key);
	if (!one)
		return hs_fail(err, HS_E_LIMIT, "the entries of resources do not fit in memory");
	if (one->count == HS__BLOCK_ROWS) {
		status = hs__postings_insert(gathering->upgrade.db, one->key, one->rows, one->count, err);
		one->count = 0;
	}
	one->rows[one->count++] = within;
	return status;
}

typedef enum hs_status take_fn(struct gathering *gathering, int64_t row, struct hs_slice data,
	struct hs_error *err);

/* What `take` gathers of all resources. */
static enum hs_status gather_all(struct hs__db *db, take_fn *take, struct hs_error *err)
{
	struct gathering gathering = { .upgrade = { .db = db, .arena = hs_arena_new(PARAMS_MEMORY) },
		.arena = hs_arena_new(GATHERED_MEMORY) };
	struct hs_stmt *stmt = hs__db_stmt(db, "SELECT row, data FROM facts ORDER BY row", err);
	enum hs_status status = stmt ? HS_OK : err->status;
	int step = 0;

	hs_map_init(&gathering.upgrade.done, gathering.upgrade.arena);
	hs_map_init(&gathering.by_key, gathering.arena);
	while (status == HS_OK && (step = hs_sql_step(stmt, err)) > 0)
		status = take(&gathering, hs_sql_get_int(stmt, 0), hs_sql_get_blob(stmt, 1), err);
	hs_sql_end(stmt);
	if (status == HS_OK && step == 0)
		status = write_gathered(&gathering, err);
	hs_arena_free(gathering.arena);
	hs_arena_free(gathering.upgrade.arena);
	return step < 0 ? (enum hs_status)step : status;
}

/* ---- outlines ---- */

static enum hs_status damaged(struct hs_error *err)
{
	return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
}

static enum hs_status take_outline(struct gathering *gathering, int64_t row, struct hs_slice data,
	struct hs_error *err)
{
	struct hs__key key = { .len = 0 };
	struct hs__outline outline;
	struct hs__facts facts;
	struct hs__fact fact;

	if (!hs__facts_open(data, &facts))
		return damaged(err);
	hs__outline_init(&outline);
	while (hs__facts_next(&facts, &fact))
		hs__outline_add(&outline, fact.param);
	hs__outline_key(&outline, hs__row_type(row), &key);
	return gather(gathering, hs__key_slice(&key), row, err);
}

enum hs_status hs__upgrade_outlines(struct hs__db *db, struct hs_error *err)
{
	return gather_all(db, take_outline, err);
}

/* ---- spellings ---- */

/* Of a resource with strings: all keys of their params. */
static enum hs_status gather_strings(struct gathering *gathering, int64_t row, struct hs_slice data,
	struct hs_error *err)
{
	struct hs_arena *arena = gathering->upgrade.arena;
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct hs__keys keys = { .count = 0 };
	enum hs_status status = hs__entries_keys(arena, hs__row_type(row), data, &keys, err);

	for (size_t i = 0; i < keys.count && status == HS_OK; i++) {
		uint32_t param = hs__key_read_number(keys.items[i]);
		if (hs_map_get(&gathering->upgrade.done, hs_slice((const char *)&param, sizeof(param))))
			status = gather(gathering, keys.items[i], row, err);
	}
	hs_arena_rollback(arena, mark);
	return status;
}

static enum hs_status take_strings(struct gathering *gathering, int64_t row, struct hs_slice data,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct hs__facts facts;
	struct hs__fact fact;
	bool any = false;

	if (!hs__facts_open(data, &facts))
		return damaged(err);
	while (status == HS_OK && hs__facts_next(&facts, &fact)) {
		if (fact.kind != HS_INDEX_STRING)
			continue;
		status = remove_old(&gathering->upgrade, fact.param, err);
		any = true;
	}
	return status == HS_OK && any ? gather_strings(gathering, row, data, err) : status;
}

enum hs_status hs__upgrade_strings(struct hs__db *db, struct hs_error *err)
{
	return gather_all(db, take_strings, err);
}
