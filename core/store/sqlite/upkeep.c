/* SPDX-License-Identifier: Apache-2.0 */
/* Merging the blocks of the search index, a bit at a time.
 *
 *   [rest] --rows enough--> [gather] --part read--> [merge] --all keys--> [rest]
 *
 * The rows of a type are taken in parts. The keys that two or more rows of a part have in common are gathered
 * from their facts; then, key after key, the blocks within the part, and the one before it, are packed anew.
 * What a search finds is the same before, between and after: a step may end at any key, and the program at
 * any moment. Only when the whole part is merged does the tally say so. */
#include <core/store/sqlite/entries.h>
#include <core/store/sqlite/state.h>

#include <core/base/log.h>
#include <stdlib.h>

#define LOOSE_PART 4    /* when one in so many was changed, all are walked again */
#define PART_ROWS 4096u /* about what a load commits at once */
#define PART_MEMORY ((size_t)64 << 20)
#define ROW_MEMORY ((size_t)64 << 20)
#define STEP_NS UINT64_C(3000000)

/* Was so much changed that blocks are worth looking at from the first row on? */
static bool is_loose(const struct hs_store *store, const struct hs__tally *tally)
{
	return tally->loose >= store->upkeep_rows && tally->loose > tally->live / LOOSE_PART;
}

void hs__upkeep_note(struct hs_store *store, const struct hs__tally *before, struct hs__tally *tally)
{
	if (tally->merged == before->last_row && tally->last_row - tally->merged >= store->upkeep_rows)
		tally->merged = tally->last_row;
	store->writer.upkeep.due |= is_loose(store, tally) ||
		tally->last_row - tally->merged >= store->upkeep_rows;
}

void hs__upkeep_loosen(struct hs_store *store, uint32_t type)
{
	struct hs__tally *tally = hs__group_tally(store, type);

	tally->loose++;
	store->writer.upkeep.due |= is_loose(store, tally);
}

bool hs__upkeep_wanted(const struct hs_store *store)
{
	const struct hs__upkeep *upkeep = &store->writer.upkeep;

	return upkeep->due && !upkeep->off && store->writer.state == HS__WRITER_READY;
}

static void end_part(struct hs__upkeep *upkeep)
{
	hs_arena_free(upkeep->arena);
	*upkeep = (struct hs__upkeep) { .due = upkeep->due, .off = upkeep->off };
}

void hs__upkeep_free(struct hs__upkeep *upkeep)
{
	end_part(upkeep);
}

/* A step is over when it has taken its time, or a write has come. */
static bool is_over(struct hs_store *store, uint64_t begun)
{
	struct hs__writer *writer = &store->writer;

	if (store->world->mono_ns(store->world->ctx) - begun > STEP_NS)
		return true;
	pthread_mutex_lock(&writer->lock);
	bool waits = writer->head || writer->closing;
	pthread_mutex_unlock(&writer->lock);
	return waits;
}

/* Begins with the first type that has rows enough; without one there is nothing to be done. */
static void begin_part(struct hs_store *store)
{
	struct hs__writer *writer = &store->writer;
	struct hs__upkeep *upkeep = &writer->upkeep;

	upkeep->due = false;
	for (uint32_t type = 1; type < writer->tally_room && !upkeep->due; type++) {
		struct hs__tally *tally = &writer->tallies[type];
		if (is_loose(store, tally))
			tally->merged = tally->loose = 0;
		if (tally->last_row - tally->merged < store->upkeep_rows)
			continue;
		upkeep->due = true;
		upkeep->phase = HS__UPKEEP_GATHER;
		upkeep->type = type;
		upkeep->first = tally->merged + 1;
		upkeep->last = tally->merged;
		upkeep->arena = hs_arena_new(PART_MEMORY);
		hs_map_init(&upkeep->known, upkeep->arena);
	}
}

/* ---- the keys of a part ---- */

static bool add_keys(struct hs__upkeep *upkeep, const struct hs__keys *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		struct hs_map_slot *slot = hs_map_get(&upkeep->known, keys->items[i]);
		if (!slot) {
			struct hs_slice copy = hs_arena_copy(upkeep->arena, keys->items[i]);
			slot = copy.ptr ? hs_map_put(&upkeep->known, copy, NULL) : NULL;
		}
		if (!slot)
			return false;
		slot->value.number++;
	}
	return true;
}

/* The keys of one row; *full when there is no room for all of them. */
static enum hs_status add_row(struct hs__upkeep *upkeep, struct hs_arena *arena, struct hs_stmt *stmt,
	bool *full, struct hs_error *err)
{
	struct hs__keys keys = { .count = 0 };
	int64_t row = hs_sql_get_int(stmt, 0);
	struct hs_arena_mark mark = hs_arena_mark(arena);
	enum hs_status status = hs__entries_keys(arena, upkeep->type, hs_sql_get_blob(stmt, 1), &keys, err);

	if (status == HS_OK)
		*full = !add_keys(upkeep, &keys);
	hs_arena_rollback(arena, mark);
	upkeep->rows++;
	upkeep->last = hs__row_within(row);
	return status;
}

static int by_bytes(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

/* All rows of the part were read. Without memory for the list no key is merged. */
static void begin_merge(struct hs__upkeep *upkeep)
{
	upkeep->phase = HS__UPKEEP_MERGE;
	upkeep->keys = hs_arena_array(upkeep->arena, upkeep->known.count, sizeof(upkeep->keys[0]));
	if (!upkeep->keys)
		return;
	HS_MAP_EACH(slot, &upkeep->known) {
		if (slot->value.number > 1)
			upkeep->keys[upkeep->count++] = slot->key;
	}
	qsort(upkeep->keys, upkeep->count, sizeof(upkeep->keys[0]), by_bytes);
}

static enum hs_status gather(struct hs_store *store, uint64_t begun, struct hs_error *err)
{
	struct hs__upkeep *upkeep = &store->writer.upkeep;
	uint64_t last_row = store->writer.tallies[upkeep->type].last_row;
	struct hs_stmt *stmt = hs__db_stmt(store->writer.db,
		"SELECT row, data FROM facts WHERE row > ?1 AND row <= ?2 ORDER BY row", err);
	struct hs_arena *arena = hs_arena_new(ROW_MEMORY);
	enum hs_status status = stmt ? HS_OK : err->status;
	bool full = false;
	int step = 1;

	if (stmt) {
		hs_sql_int(stmt, 1, hs__row_of(upkeep->type, upkeep->last));
		hs_sql_int(stmt, 2, hs__row_of(upkeep->type, last_row));
	}
	while (status == HS_OK && !full && upkeep->rows < PART_ROWS && !is_over(store, begun) &&
		(step = hs_sql_step(stmt, err)) > 0)
		status = add_row(upkeep, arena, stmt, &full, err);
	hs_sql_end(stmt);
	hs_arena_free(arena);
	if (step < 0)
		return (enum hs_status)step;
	if (step == 0)
		upkeep->last = last_row;
	if (status == HS_OK && (step == 0 || full || upkeep->rows >= PART_ROWS))
		begin_merge(upkeep);
	return status;
}

/* ---- merging ---- */

/* The rows of the key's blocks that begin in the part, and of the one before. */
struct run {
	uint64_t rows[PART_ROWS + 2 * HS__BLOCK_ROWS];
	size_t count, blocks;
	uint64_t first, last; /* where the first and the last of these blocks begin */
};

static bool add_block(struct run *run, const struct hs__block *block)
{
	if (run->count + hs__block_count(block) > sizeof(run->rows) / sizeof(run->rows[0]))
		return false;
	if (run->blocks++ == 0)
		run->first = block->first;
	run->last = block->first;
	for (size_t i = 0; i < hs__block_count(block); i++)
		run->rows[run->count++] = hs__block_row(block, i);
	return true;
}

static enum hs_status read_run(struct hs_store *store, struct hs_slice key, struct run *run,
	struct hs_error *err)
{
	const struct hs__upkeep *upkeep = &store->writer.upkeep;
	struct hs_stmt *stmt = hs__db_stmt(store->writer.db,
		"SELECT row, more FROM entry WHERE key = ?1 AND row <= ?3 AND row >="
		" coalesce((SELECT max(row) FROM entry WHERE key = ?1 AND row < ?2), ?2) ORDER BY row",
		err);
	int step = 0;

	if (!stmt)
		return err->status;
	hs_sql_blob(stmt, 1, key);
	hs_sql_int(stmt, 2, (int64_t)upkeep->first);
	hs_sql_int(stmt, 3, (int64_t)upkeep->last);
	run->count = run->blocks = 0;
	while ((step = hs_sql_step(stmt, err)) > 0) {
		struct hs__block block = { (uint64_t)hs_sql_get_int(stmt, 0), hs_sql_get_blob(stmt, 1) };
		if (!hs__block_is_sound(&block))
			step = (int)hs_fail(err, HS_E_CORRUPT, "a block of the index is damaged");
		if (step < 0 || !add_block(run, &block))
			break;
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static size_t blocks_wanted(const struct run *run)
{
	unsigned char space[HS__BLOCK_BYTES];
	struct hs__block block;
	size_t count = 0;

	for (size_t at = 0; at < run->count; count++)
		at += hs__block_pack(run->rows + at, run->count - at, space, &block);
	return count;
}

static enum hs_status merge_key(struct hs_store *store, struct hs_slice key, struct run *run,
	struct hs_error *err)
{
	enum hs_status status = read_run(store, key, run, err);

	if (status != HS_OK || run->blocks < 2 || blocks_wanted(run) == run->blocks)
		return status;
	struct hs_stmt *stmt = hs__db_stmt(store->writer.db,
		"DELETE FROM entry WHERE key = ?1 AND row >= ?2 AND row <= ?3", err);
	if (!stmt)
		return err->status;
	hs_sql_blob(stmt, 1, key);
	hs_sql_int(stmt, 2, (int64_t)run->first);
	hs_sql_int(stmt, 3, (int64_t)run->last);
	status = hs_sql_run(stmt, err);
	return status == HS_OK ? hs__postings_insert(store->writer.db, key, run->rows, run->count, err) :
				 status;
}

/* Keys until the step is over, and the tally when they were all. In the open transaction. */
static enum hs_status merge(struct hs_store *store, uint64_t begun, struct hs_error *err)
{
	struct hs__upkeep *upkeep = &store->writer.upkeep;
	struct hs__tally *tally = &store->writer.tallies[upkeep->type];
	enum hs_status status = HS_OK;
	struct run run = { .count = 0 };

	while (upkeep->at < upkeep->count && status == HS_OK && !is_over(store, begun)) {
		status = merge_key(store, upkeep->keys[upkeep->at], &run, err);
		upkeep->at++;
	}
	if (status != HS_OK || upkeep->at < upkeep->count)
		return status;
	tally->merged = upkeep->last;
	return hs__tally_save(store, upkeep->type, err);
}

static enum hs_status merge_in_transaction(struct hs_store *store, uint64_t begun, struct hs_error *err)
{
	struct hs__upkeep *upkeep = &store->writer.upkeep;
	struct hs__db *db = store->writer.db;
	enum hs_status status = hs__db_run(db, "BEGIN IMMEDIATE", err);
	struct hs_error ignored;

	if (status == HS_OK)
		status = merge(store, begun, err);
	if (status == HS_OK)
		status = hs__db_run(db, "COMMIT", err);
	if (status != HS_OK && !sqlite3_get_autocommit(db->sqlite))
		hs__db_run(db, "ROLLBACK", &ignored);
	if (status == HS_OK && upkeep->at == upkeep->count)
		end_part(upkeep);
	return status;
}

/* ---- steps ---- */

/* A disk that fails is told of by the next write, which also opens the connection anew; what is damaged is
 * told here. Either way searches go on with the blocks as they are. */
static void give_up(struct hs_store *store, const struct hs_error *err)
{
	struct hs__upkeep *upkeep = &store->writer.upkeep;

	upkeep->off = !store->writer.db->failed;
	if (upkeep->off)
		hs_log_text(HS_LOG_WARN, "store.upkeep", "the index of %s is not merged: %s", store->path,
			err->text);
	else
		store->writer.state = HS__WRITER_BROKEN;
	if (upkeep->phase != HS__UPKEEP_REST)
		store->writer.tallies[upkeep->type].merged = upkeep->first - 1;
	end_part(upkeep);
}

void hs__upkeep_step(struct hs_store *store)
{
	struct hs__upkeep *upkeep = &store->writer.upkeep;
	uint64_t begun = store->world->mono_ns(store->world->ctx);
	enum hs_status status = HS_OK;
	struct hs_error err;

	store->writer.db->failed = HS_OK;
	if (upkeep->phase == HS__UPKEEP_REST)
		begin_part(store);
	if (upkeep->phase == HS__UPKEEP_GATHER)
		status = gather(store, begun, &err);
	if (status == HS_OK && upkeep->phase == HS__UPKEEP_MERGE)
		status = merge_in_transaction(store, begun, &err);
	if (status != HS_OK)
		give_up(store, &err);
}
