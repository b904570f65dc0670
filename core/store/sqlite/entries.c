/* SPDX-License-Identifier: Apache-2.0 */
/* The search index of one resource: facts are replaced as a whole, entries only where they differ. */
#include <core/store/sqlite/entries.h>

#include <core/base/map.h>

#include <stdlib.h>

#define FACTS_MAX ((size_t)16 << 20)
#define PARAM_MAX 0x7fffffffu

static enum hs_status no_memory(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the resource has too many index entries");
}

static int by_bytes(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

static bool add_key(struct hs_arena *arena, struct hs__keys *keys, size_t *room, const struct hs__key *key)
{
	if (keys->count == *room) {
		size_t more = *room ? *room * 2 : 32;
		struct hs_slice *items = hs_arena_grow(arena, keys->items, *room * sizeof(*items),
			more * sizeof(*items));
		if (!items)
			return false;
		keys->items = items;
		*room = more;
	}
	struct hs_slice copy = hs_arena_copy(arena, hs__key_slice(key));
	keys->items[keys->count] = copy;
	keys->count += copy.ptr != NULL;
	return copy.ptr != NULL;
}

enum hs_status hs__entries_keys(struct hs_arena *arena, uint32_t type, struct hs_slice facts,
	struct hs__keys *out, struct hs_error *err)
{
	struct hs__keys keys = { NULL, 0 };
	size_t room = 0, kept = 0;
	struct hs__facts reader;
	struct hs__fact fact;
	struct hs__key made[2];

	if (!hs__facts_open(facts, &reader))
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	hs__key_updated(&made[0], type, reader.updated_ms);
	if (!add_key(arena, &keys, &room, &made[0]))
		return no_memory(err);
	while (hs__facts_next(&reader, &fact)) {
		if (fact.kind > HS_INDEX_POINT || fact.param == 0 || fact.param > PARAM_MAX)
			return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are impossible");
		unsigned count = hs__keys_of(&fact, made);
		for (unsigned i = 0; i < count; i++) {
			if (!add_key(arena, &keys, &room, &made[i]))
				return no_memory(err);
		}
	}
	if (reader.damaged)
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	qsort(keys.items, keys.count, sizeof(keys.items[0]), by_bytes);
	for (size_t i = 1; i < keys.count; i++) {
		if (!hs_slice_eq(keys.items[kept], keys.items[i]))
			keys.items[++kept] = keys.items[i];
	}
	keys.count = kept + 1;
	*out = keys;
	return HS_OK;
}

static enum hs_status post(struct hs_txn *txn, struct hs_slice key, const struct hs__posting *posting,
	struct hs_error *err)
{
	return hs__postings_add(&txn->group->postings, key, hs_hash(key), posting) ? HS_OK : no_memory(err);
}

/* Both lists are sorted: what is only in `before` goes, what is only in `after` comes. */
static enum hs_status change_entries(struct hs_txn *txn, const struct hs__keys *before,
	const struct hs__keys *after, const struct hs__posting *posting, struct hs_error *err)
{
	const struct hs__posting gone = { .row = posting->row, .remove = true };
	enum hs_status status = HS_OK;
	size_t b = 0, a = 0;

	while (status == HS_OK && (b < before->count || a < after->count)) {
		int order = b == before->count ? 1 :
			a == after->count      ? -1 :
						 hs_slice_cmp(before->items[b], after->items[a]);
		if (order < 0)
			status = post(txn, before->items[b], &gone, err);
		else if (order > 0)
			status = post(txn, after->items[a], posting, err);
		b += order <= 0;
		a += order >= 0;
	}
	return status == HS_OK ? hs__txn_relieve(txn, err) : status;
}

static enum hs_status to_fact(struct hs_txn *txn, const struct hs_index_row *row, struct hs__fact *out,
	struct hs_error *err)
{
	HS_ASSERT(row->kind <= HS_INDEX_POINT && row->param > 0 && row->param <= PARAM_MAX);
	*out = (struct hs__fact) {
		.param = row->param,
		.group = row->group,
		.kind = row->kind,
		.target_type = row->target_type,
		.text = row->text,
		.exact = row->exact,
		.lo = row->lo,
		.hi = row->hi,
		.low = row->low,
		.high = row->high,
	};
	if (row->system.len == 0 || (row->kind != HS_INDEX_TOKEN && row->kind != HS_INDEX_QUANTITY))
		return HS_OK;
	out->system = hs_txn_number(txn, HS_SPACE_SYSTEM, row->system, true);
	if (out->system)
		return HS_OK;
	*err = txn->fault_error;
	return txn->fault;
}

static enum hs_status old_keys(struct hs_txn *txn, struct hs_arena *arena, int64_t row, struct hs__keys *out,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT data FROM facts WHERE row = ?1", err);
	enum hs_status status = HS_OK;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		status = hs__entries_keys(arena, hs__row_type(row), hs_sql_get_blob(stmt, 0), out, err);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

static enum hs_status write_facts(struct hs_txn *txn, int64_t row, struct hs_slice data, bool fresh,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		fresh ? "INSERT INTO facts (row, data) VALUES (?1, ?2)" :
			"INSERT OR REPLACE INTO facts (row, data) VALUES (?1, ?2)",
		err);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	hs_sql_blob(stmt, 2, data);
	return hs_sql_run(stmt, err);
}

enum hs_status hs__entries_put(struct hs_txn *txn, struct hs_arena *arena, const struct hs_resource *version,
	const struct hs_index_row *index, size_t count, bool fresh, struct hs_error *err)
{
	int64_t row = hs__row_of(version->type, version->row);
	struct hs__keys before = { NULL, 0 }, after = { NULL, 0 };
	struct hs_arena_mark mark = hs_arena_mark(arena);
	enum hs_status status = HS_OK;
	struct hs_buf buf;

	hs_buf_init(&buf, arena, FACTS_MAX);
	hs__facts_begin(&buf, version);
	for (size_t i = 0; i < count && status == HS_OK; i++) {
		struct hs__fact fact;
		status = to_fact(txn, &index[i], &fact, err);
		if (status == HS_OK)
			hs__facts_add(&buf, &fact);
	}
	if (status == HS_OK && buf.overflow)
		status = no_memory(err);
	if (status == HS_OK)
		status = hs__entries_keys(arena, version->type, hs_buf_slice(&buf), &after, err);
	if (status == HS_OK && !fresh)
		status = old_keys(txn, arena, row, &before, err);
	if (status == HS_OK)
		status = write_facts(txn, row, hs_buf_slice(&buf), fresh, err);
	if (status == HS_OK)
		status = change_entries(txn, &before, &after,
			&(struct hs__posting) { .row = version->row, .fresh = version->version == 1 }, err);
	hs_arena_rollback(arena, mark);
	return status;
}

enum hs_status hs__entries_remove(struct hs_txn *txn, struct hs_arena *arena, int64_t row,
	struct hs_error *err)
{
	struct hs__keys before = { NULL, 0 }, after = { NULL, 0 };
	struct hs_arena_mark mark = hs_arena_mark(arena);
	const struct hs__posting posting = { .row = hs__row_within(row) };
	enum hs_status status = old_keys(txn, arena, row, &before, err);
	struct hs_stmt *stmt = NULL;

	if (status == HS_OK)
		stmt = hs_sql(txn, "DELETE FROM facts WHERE row = ?1", err);
	if (stmt) {
		hs_sql_int(stmt, 1, row);
		status = hs_sql_run(stmt, err);
	} else if (status == HS_OK)
		status = err->status;
	if (status == HS_OK)
		status = change_entries(txn, &before, &after, &posting, err);
	hs_arena_rollback(arena, mark);
	return status;
}
