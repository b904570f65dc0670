/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer knows about the group in progress and the disk does not yet: sequence, counts, names,
 * and the stamps that caches look at. All of it can be rolled back to a mark. */
#include <core/store/find/column.h>
#include <core/store/sqlite/state.h>

#include <core/base/heap.h>

#define GROUP_MEMORY ((size_t)256 << 20)

/* Never given twice, not to another store either. */
static uint64_t new_epoch(void)
{
	static uint64_t epochs;

	return __atomic_add_fetch(&epochs, 1, __ATOMIC_RELAXED);
}

void hs__group_init(struct hs__group *group, uint64_t seq)
{
	*group = (struct hs__group) { .arena = hs_arena_new(GROUP_MEMORY), .seq = seq, .epoch = new_epoch() };
	hs_map_init(&group->name_map, NULL);
	hs__postings_init(&group->postings);
}

void hs__group_free(struct hs__group *group)
{
	hs_map_free(&group->name_map);
	hs_heap_free(group->undo);
	hs_heap_free(group->names);
	hs_heap_free(group->touched);
	hs__postings_free(&group->postings);
	hs_arena_free(group->arena);
}

/* Room for one more item of `size` bytes. */
static void *more(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? *room * 2 : 64;
	return hs_heap_grow(items, *room * size);
}

/* ---- counts ---- */

struct hs__tally *hs__group_tally(struct hs_store *store, uint32_t type)
{
	struct hs__writer *writer = &store->writer;

	HS_ASSERT(type <= HS__TYPE_MAX);
	if (type >= writer->tally_room) {
		uint32_t room = writer->tally_room ? writer->tally_room : 256;
		while (room <= type)
			room *= 2;
		writer->tallies = hs_heap_grow(writer->tallies, room * sizeof(writer->tallies[0]));
		memset(writer->tallies + writer->tally_room, 0,
			(room - writer->tally_room) * sizeof(writer->tallies[0]));
		writer->tally_room = room;
	}
	return &writer->tallies[type];
}

struct hs__tally *hs__group_change(struct hs_store *store, uint32_t type)
{
	struct hs__group *group = &store->writer.group;
	struct hs__tally *tally = hs__group_tally(store, type);

	group->undo = more(group->undo, group->undo_count, &group->undo_room, sizeof(group->undo[0]));
	group->undo[group->undo_count++] = (struct hs__undo) { type, *tally };
	tally->dirty = true;
	return tally;
}

enum hs_status hs__tally_save(struct hs_store *store, uint32_t type, struct hs_error *err)
{
	const struct hs__tally *tally = &store->writer.tallies[type];
	struct hs_stmt *stmt = hs__db_stmt(store->writer.db,
		"INSERT OR REPLACE INTO tally (type, live, last_row, merged, loose) VALUES (?1, ?2, ?3, ?4, "
		"?5)",
		err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, type);
	hs_sql_int(stmt, 2, (int64_t)tally->live);
	hs_sql_int(stmt, 3, (int64_t)tally->last_row);
	hs_sql_int(stmt, 4, (int64_t)tally->merged);
	hs_sql_int(stmt, 5, (int64_t)tally->loose);
	return hs_sql_run(stmt, err);
}

enum hs_status hs__group_save(struct hs_store *store, struct hs_error *err)
{
	struct hs__writer *writer = &store->writer;
	enum hs_status status = hs__postings_write(store, err);

	/* Before the commit: whoever sees the new entries must not find an old column, and whoever began
	 * before the end of the group, and sees the old ones, must not leave one. */
	if (writer->group.reindexed) {
		__atomic_store_n(&store->reindexed, store->ended + 1, __ATOMIC_SEQ_CST);
		hs__columns_forget(store->columns);
	}
	for (size_t i = 0; i < writer->group.undo_count && status == HS_OK; i++) {
		const struct hs__undo *undo = &writer->group.undo[i];
		struct hs__tally *tally = &writer->tallies[undo->type];
		if (!tally->dirty)
			continue;
		hs__upkeep_note(store, &undo->before, tally);
		status = hs__tally_save(store, undo->type, err);
		tally->dirty = false;
	}
	/* The sequence is saved by itself: keepers' current versions leave no other trace of it. */
	if (status == HS_OK && writer->group.seq != store->seq) {
		struct hs_stmt *stmt = hs__db_stmt(writer->db,
			"INSERT OR REPLACE INTO tally (type, live, last_row) VALUES (0, ?1, 0), (-1, ?2, ?3)",
			err);
		if (!stmt)
			return err->status;
		hs_sql_int(stmt, 1, (int64_t)writer->group.seq);
		hs_sql_int(stmt, 2, writer->group.clock.newest);
		hs_sql_int(stmt, 3, writer->group.clock.slack);
		status = hs_sql_run(stmt, err);
	}
	return status;
}

/* ---- names ---- */

static struct hs_slice name_key(struct hs_arena *arena, unsigned space, struct hs_slice text)
{
	char *key = hs_arena_raw(arena, text.len + 1);

	if (!key)
		return HS_S_NONE;
	key[0] = (char)space;
	if (text.len)
		memcpy(key + 1, text.ptr, text.len);
	return hs_slice(key, text.len + 1);
}

uint32_t hs__group_name(const struct hs__group *group, unsigned space, struct hs_slice text)
{
	if (group->name_count == 0)
		return 0;
	struct hs_arena_mark mark = hs_arena_mark(group->arena);
	struct hs_map_slot *slot = hs_map_get(&group->name_map, name_key(group->arena, space, text));
	hs_arena_rollback(group->arena, mark);
	return slot ? (uint32_t)slot->value.number : 0;
}

bool hs__group_add_name(struct hs_store *store, unsigned space, uint32_t number, struct hs_slice text)
{
	struct hs__group *group = &store->writer.group;
	struct hs_slice key = name_key(group->arena, space, text);

	if (!key.ptr)
		return false;
	group->names = more(group->names, group->name_count, &group->name_room, sizeof(group->names[0]));
	group->names[group->name_count++] = (struct hs__pending_name) { space, number, key };
	hs_map_put(&group->name_map, key, NULL)->value.number = number;
	store->writer.next_name[space] = number + 1;
	return true;
}

/* ---- stamps ----
 *
 * A cache remembers the stamp from before its read, and serves what it read while the stamp is the same.
 * A stamp at rest is even. From the moment a transaction touches (type, id) until its group has ended the
 * stamp is odd, "in flux", and hs_store_stamp then answers with a different number each time. So:
 *  - a read that began before the commit remembered either an older even value, which the end of the group
 *    changes, or a value in flux, which never comes again: nothing stale is served once the write is
 *    acknowledged, because the end of the group comes before the acknowledgement;
 *  - while the commit is becoming visible nobody is served from a cache at all, so a client that has
 *    seen the new version in the store is not shown the old one from another thread's cache. */

void hs__group_touch(struct hs_store *store, uint32_t type, struct hs_slice id)
{
	struct hs__group *group = &store->writer.group;
	uint32_t at = (uint32_t)(hs_hash_seeded(id, type) & (HS__STAMPS - 1));
	uint32_t stamp = __atomic_load_n(&store->stamps[at], __ATOMIC_RELAXED);

	if (stamp & 1)
		return;
	__atomic_store_n(&store->stamps[at], stamp + 1, __ATOMIC_SEQ_CST);
	group->touched = more(group->touched, group->touched_count, &group->touched_room,
		sizeof(group->touched[0]));
	group->touched[group->touched_count++] = at;
}

uint32_t hs_store_stamp(const struct hs_store *store, uint32_t type, struct hs_slice id)
{
	uint32_t at = (uint32_t)(hs_hash_seeded(id, type) & (HS__STAMPS - 1));
	uint32_t stamp = __atomic_load_n(&store->stamps[at], __ATOMIC_SEQ_CST);

	if (!(stamp & 1))
		return stamp;
	/* The counter is not part of what the store means. */
	uint32_t *flux = (uint32_t *)(uintptr_t)&store->flux;
	return (__atomic_fetch_add(flux, 2, __ATOMIC_RELAXED)) | 1u;
}

/* ---- marks ---- */

struct hs__mark hs__group_mark(const struct hs__group *group)
{
	return (struct hs__mark) { group->seq, group->clock, group->undo_count, group->name_count,
		group->postings.count, group->postings.written };
}

void hs__group_rollback(struct hs_store *store, struct hs__mark mark)
{
	struct hs__writer *writer = &store->writer;
	struct hs__group *group = &writer->group;

	while (group->undo_count > mark.undo_count) {
		const struct hs__undo *undo = &group->undo[--group->undo_count];
		writer->tallies[undo->type] = undo->before;
	}
	while (group->name_count > mark.name_count) {
		const struct hs__pending_name *name = &group->names[--group->name_count];
		hs_map_remove(&group->name_map, name->key);
		writer->next_name[name->space] = name->number;
	}
	hs__postings_rollback(&group->postings, mark.posting_count, mark.posting_written);
	group->seq = mark.seq;
	group->clock = mark.clock;
	group->epoch = new_epoch();
}

void hs__group_rollback_all(struct hs_store *store)
{
	hs__group_rollback(store, (struct hs__mark) { .seq = store->seq, .clock = store->writer.clock });
}

int64_t hs__group_time(struct hs_txn *txn)
{
	struct hs__clock *clock = &txn->group->clock;
	int64_t now = hs_txn_now(txn);

	if (now > clock->newest)
		clock->newest = now;
	else if (clock->newest - now > clock->slack)
		clock->slack = clock->newest - now;
	return now;
}

void hs__group_end(struct hs_store *store, bool committed)
{
	struct hs__group *group = &store->writer.group;

	if (!committed)
		hs__group_rollback_all(store);
	store->writer.clock = group->clock;
	for (size_t i = 0; i < group->undo_count; i++)
		store->writer.tallies[group->undo[i].type].dirty = false;
	for (size_t i = 0; i < group->name_count; i++) {
		const struct hs__pending_name *name = &group->names[i];
		hs__names_add(store->names, name->space, name->number, hs_slice_from(name->key, 1));
	}
	__atomic_store_n(&store->seq, group->seq, __ATOMIC_RELEASE);
	/* Before the stamps settle: whoever remembers a settled stamp must not read in a transaction that was
	 * kept from before the commit. */
	__atomic_add_fetch(&store->ended, 1, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < group->touched_count; i++)
		__atomic_add_fetch(&store->stamps[group->touched[i]], 1, __ATOMIC_SEQ_CST);
	group->undo_count = group->name_count = group->touched_count = 0;
	group->reindexed = false;
	hs_map_free(&group->name_map);
	hs__postings_clear(&group->postings);
	hs_arena_reset(group->arena);
}
