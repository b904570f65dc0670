/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering index entries by key, and writing them as blocks. */
#include <core/store/sqlite/state.h>

#include <core/base/heap.h>
#include <core/base/map.h>
#include <stdlib.h>

#define MEMORY ((size_t)256 << 20)
#define MANY 65536u /* postings that are written before the commit when they can be */

void hs__postings_init(struct hs__postings *postings)
{
	*postings = (struct hs__postings) { .arena = hs_arena_new(MEMORY) };
}

void hs__postings_free(struct hs__postings *postings)
{
	hs_heap_free(postings->items);
	hs_heap_free(postings->keys);
	hs_heap_free(postings->table);
	hs_arena_free(postings->arena);
}

void hs__postings_clear(struct hs__postings *postings)
{
	if (postings->key_count)
		memset(postings->table, 0, postings->table_room * sizeof(postings->table[0]));
	postings->count = postings->written = postings->key_count = 0;
	hs_arena_reset(postings->arena);
}

void hs__postings_rollback(struct hs__postings *postings, size_t count, size_t written)
{
	while (postings->count > count) {
		const struct hs__posting *item = &postings->items[--postings->count];
		postings->keys[item->key].last = item->prev;
	}
	postings->written = written < count ? written : count;
}

/* ---- gathering ---- */

static size_t place_of(const struct hs__postings *postings, struct hs_slice key, uint64_t hash)
{
	size_t mask = postings->table_room - 1, at = (size_t)hash & mask;

	for (; postings->table[at]; at = (at + 1) & mask) {
		const struct hs__posted_key *known = &postings->keys[postings->table[at] - 1];
		if (known->hash == hash && hs_slice_eq(known->text, key))
			break;
	}
	return at;
}

static void grow_table(struct hs__postings *postings)
{
	size_t room = postings->table_room ? postings->table_room * 2 : 1024;

	hs_heap_free(postings->table);
	postings->table = hs_heap_alloc(room * sizeof(postings->table[0]));
	postings->table_room = room;
	for (size_t i = 0; i < postings->key_count; i++)
		postings->table[place_of(postings, postings->keys[i].text, postings->keys[i].hash)] =
			(uint32_t)i + 1;
}

/* The key's index + 1; 0 when it does not fit. */
static uint32_t key_of(struct hs__postings *postings, struct hs_slice text, uint64_t hash)
{
	if (postings->key_count * 2 >= postings->table_room)
		grow_table(postings);
	size_t at = place_of(postings, text, hash);
	if (postings->table[at])
		return postings->table[at];
	struct hs_slice copy = hs_arena_copy(postings->arena, text);
	if (!copy.ptr)
		return 0;
	if (postings->key_count == postings->key_room) {
		postings->key_room = postings->key_room ? postings->key_room * 2 : 512;
		postings->keys = hs_heap_grow(postings->keys, postings->key_room * sizeof(postings->keys[0]));
	}
	postings->keys[postings->key_count++] = (struct hs__posted_key) { .hash = hash, .text = copy };
	postings->table[at] = (uint32_t)postings->key_count;
	return postings->table[at];
}

bool hs__postings_add(struct hs__postings *postings, struct hs_slice key, uint64_t hash,
	const struct hs__posting *posting)
{
	uint32_t found = key_of(postings, key, hash);

	if (!found || postings->count >= UINT32_MAX)
		return false;
	uint32_t last = postings->keys[found - 1].last;
	if (last && postings->items[last - 1].row == posting->row &&
		postings->items[last - 1].remove == posting->remove)
		return true;
	if (postings->count == postings->room) {
		postings->room = postings->room ? postings->room * 2 : 2048;
		postings->items = hs_heap_grow(postings->items, postings->room * sizeof(postings->items[0]));
	}
	struct hs__posting *item = &postings->items[postings->count++];
	*item = *posting;
	item->key = found - 1;
	item->prev = last;
	postings->keys[found - 1].last = (uint32_t)postings->count;
	return true;
}

/* ---- the table ---- */

enum hs_status hs__postings_insert(struct hs__db *db, struct hs_slice key, const uint64_t *rows, size_t count,
	struct hs_error *err)
{
	unsigned char space[HS__BLOCK_BYTES];
	enum hs_status status = HS_OK;
	struct hs__block block;

	for (size_t at = 0; at < count && status == HS_OK;) {
		struct hs_stmt *stmt = hs__db_stmt(db,
			"INSERT INTO entry (key, row, more) VALUES (?1, ?2, ?3)", err);
		if (!stmt)
			return err->status;
		at += hs__block_pack(rows + at, count - at, space, &block);
		hs_sql_blob(stmt, 1, key);
		hs_sql_int(stmt, 2, (int64_t)block.first);
		if (block.more.len)
			hs_sql_blob(stmt, 3, block.more);
		status = hs_sql_run(stmt, err);
	}
	return status;
}

static enum hs_status drop(struct hs__db *db, struct hs_slice key, uint64_t first, struct hs_error *err)
{
	struct hs_stmt *stmt = hs__db_stmt(db, "DELETE FROM entry WHERE key = ?1 AND row = ?2", err);

	if (!stmt)
		return err->status;
	hs_sql_blob(stmt, 1, key);
	hs_sql_int(stmt, 2, (int64_t)first);
	return hs_sql_run(stmt, err);
}

/* The rows of the block that `row` is in or would come into; none when it would stand alone. */
static enum hs_status block_around(struct hs__db *db, struct hs_slice key, uint64_t row,
	uint64_t rows[HS__BLOCK_ROWS + 1], size_t *count, struct hs_error *err)
{
	struct hs_stmt *stmt = hs__db_stmt(db,
		"SELECT row, more FROM entry WHERE key = ?1 AND row <= ?2 ORDER BY row DESC LIMIT 1", err);

	*count = 0;
	if (!stmt)
		return err->status;
	hs_sql_blob(stmt, 1, key);
	hs_sql_int(stmt, 2, (int64_t)row);
	int step = hs_sql_step(stmt, err);
	if (step > 0) {
		struct hs__block block = { (uint64_t)hs_sql_get_int(stmt, 0), hs_sql_get_blob(stmt, 1) };
		if (!hs__block_is_sound(&block))
			step = (int)hs_fail(err, HS_E_CORRUPT, "a block of the index is damaged");
		else if (hs__block_last(&block) >= row)
			*count = hs__block_count(&block);
		for (size_t i = 0; i < *count; i++)
			rows[i] = hs__block_row(&block, i);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

/* Puts `row` into the key's blocks, or takes it out. What is there already, or is not, stays so. */
static enum hs_status change(struct hs__db *db, struct hs_slice key, uint64_t row, bool remove,
	struct hs_error *err)
{
	uint64_t rows[HS__BLOCK_ROWS + 1];
	size_t count = 0, at = 0;
	enum hs_status status = block_around(db, key, row, rows, &count, err);

	while (at < count && rows[at] < row)
		at++;
	bool there = at < count && rows[at] == row;
	if (status != HS_OK || there != remove)
		return status;
	uint64_t first = count ? rows[0] : 0;
	if (remove)
		memmove(rows + at, rows + at + 1, (--count - at) * sizeof(rows[0]));
	else
		memmove(rows + at + 1, rows + at, (count++ - at) * sizeof(rows[0]));
	if (!remove)
		rows[at] = row;
	if (first)
		status = drop(db, key, first, err);
	return status == HS_OK ? hs__postings_insert(db, key, rows, count, err) : status;
}

/* ---- writing ---- */

struct waiting {
	uint64_t row;
	uint32_t order;
	bool remove, fresh;
};

static int by_row(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Of one key, in order of row and then of time. */
struct list {
	struct waiting *items;
	uint64_t *rows;
	size_t count;
};

static void collect(const struct hs__postings *postings, const struct hs__posted_key *key, struct list *list)
{
	bool sorted = true;
	size_t count = 0, at;

	for (at = key->last; at > postings->written; at = postings->items[at - 1].prev)
		count++;
	list->count = count;
	for (at = key->last; at > postings->written; at = postings->items[at - 1].prev) {
		const struct hs__posting *item = &postings->items[at - 1];
		count--;
		list->items[count] = (struct waiting) { item->row, (uint32_t)at, item->remove, item->fresh };
		sorted &= count + 1 == list->count || list->items[count].row < list->items[count + 1].row;
	}
	if (!sorted)
		qsort(list->items, list->count, sizeof(list->items[0]), by_row);
}

/* A row that came and went within the group leaves no trace: they alternate, so of an even number nothing
 * is left, and of an odd one the last. */
static void settle(struct list *list)
{
	size_t kept = 0;

	for (size_t i = 0, end; i < list->count; i = end) {
		for (end = i + 1; end < list->count && list->items[end].row == list->items[i].row;)
			end++;
		if ((end - i) % 2)
			list->items[kept++] = list->items[end - 1];
	}
	list->count = kept;
}

static enum hs_status write_key(struct hs__db *db, struct hs_slice key, struct list *list,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	size_t fresh = 0;

	settle(list);
	/* New rows lie behind all that the table has: whole blocks of them. */
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].fresh && !list->items[i].remove)
			list->rows[fresh++] = list->items[i].row;
	}
	status = hs__postings_insert(db, key, list->rows, fresh, err);
	for (size_t i = 0; i < list->count && fresh < list->count && status == HS_OK; i++) {
		if (!list->items[i].fresh || list->items[i].remove)
			status = change(db, key, list->items[i].row, list->items[i].remove, err);
	}
	return status;
}

static int by_text(const void *a, const void *b)
{
	const struct hs__posted_key *x = *(struct hs__posted_key *const *)a,
				    *y = *(struct hs__posted_key *const *)b;

	return hs_slice_cmp(x->text, y->text);
}

enum hs_status hs__postings_write(struct hs_store *store, struct hs_error *err)
{
	struct hs__postings *postings = &store->writer.group.postings;
	struct hs__db *db = store->writer.db;
	size_t waiting = postings->count - postings->written, touched = 0;

	if (!waiting)
		return HS_OK;
	struct hs__posted_key **keys = hs_heap_raw(waiting * sizeof(struct hs__posted_key *));
	struct list list = { hs_heap_raw(waiting * sizeof(list.items[0])),
		hs_heap_raw(waiting * sizeof(list.rows[0])), 0 };
	sqlite3_int64 before = sqlite3_total_changes64(db->sqlite);
	enum hs_status status = HS_OK;

	postings->round++;
	for (size_t i = postings->written; i < postings->count; i++) {
		struct hs__posted_key *key = &postings->keys[postings->items[i].key];
		if (key->round != postings->round)
			keys[touched++] = key;
		key->round = postings->round;
	}
	qsort(keys, touched, sizeof(struct hs__posted_key *), by_text);
	for (size_t i = 0; i < touched && status == HS_OK; i++) {
		collect(postings, keys[i], &list);
		status = write_key(db, keys[i]->text, &list, err);
	}
	/* What failed half-way counts as a change of the work that wanted it, which is then undone. */
	if (status == HS_OK) {
		postings->changes += sqlite3_total_changes64(db->sqlite) - before;
		postings->written = postings->count;
	}
	hs_heap_free(list.rows);
	hs_heap_free(list.items);
	hs_heap_free(keys);
	return status;
}

enum hs_status hs__postings_relieve(struct hs_store *store, struct hs_error *err)
{
	struct hs__postings *postings = &store->writer.group.postings;

	if (postings->count < MANY)
		return HS_OK;
	enum hs_status status = hs__postings_write(store, err);
	if (status == HS_OK)
		hs__postings_clear(postings);
	return status;
}
