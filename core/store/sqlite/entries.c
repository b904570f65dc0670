/* SPDX-License-Identifier: Apache-2.0 */
/* The search index of one resource: its facts are replaced as a whole; entries of the old ones go and those
 * of the new ones come, which for most means that they stay (postings.c). */
#include <core/store/sqlite/entries.h>

#include <core/base/map.h>
#include <core/store/index/outline.h>

#include <stdlib.h>

#define FACTS_MAX ((size_t)16 << 20)
#define PARAM_MAX 0x7fffffffu

static enum hs_status no_memory(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the resource has too many index entries");
}

/* ---- keys ---- */

typedef enum hs_status key_fn(void *arg, struct hs_slice key, struct hs_error *err);

/* The keys of the facts, a repeated one each time. */
static enum hs_status each_key(uint32_t type, struct hs_slice facts, key_fn *fn, void *arg,
	struct hs_error *err)
{
	struct hs__facts reader;
	struct hs__outline outline;
	struct hs__fact fact;
	struct hs__key made;

	if (!hs__facts_open(facts, &reader))
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	hs__outline_init(&outline);
	hs__key_updated(&made, type, reader.updated_ms);
	enum hs_status status = fn(arg, hs__key_slice(&made), err);
	while (status == HS_OK && hs__facts_next(&reader, &fact)) {
		if (fact.kind > HS_INDEX_POINT || fact.param == 0 || fact.param > PARAM_MAX)
			return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are impossible");
		hs__outline_add(&outline, fact.param);
		hs__key_of(&fact, &made);
		status = fn(arg, hs__key_slice(&made), err);
	}
	if (reader.damaged)
		return hs_fail(err, HS_E_CORRUPT, "the index facts of a resource are damaged");
	hs__outline_key(&outline, type, &made);
	return status == HS_OK ? fn(arg, hs__key_slice(&made), err) : status;
}

struct list {
	struct hs_arena *arena;
	struct hs__keys keys;
	size_t room;
};

static enum hs_status add_key(void *arg, struct hs_slice key, struct hs_error *err)
{
	struct list *list = arg;

	if (list->keys.count == list->room) {
		size_t more = list->room ? list->room * 2 : 32;
		struct hs_slice *items = hs_arena_grow(list->arena, list->keys.items,
			list->room * sizeof(*items), more * sizeof(*items));
		if (!items)
			return no_memory(err);
		list->keys.items = items;
		list->room = more;
	}
	struct hs_slice copy = hs_arena_copy(list->arena, key);
	if (!copy.ptr)
		return no_memory(err);
	list->keys.items[list->keys.count++] = copy;
	return HS_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

enum hs_status hs__entries_keys(struct hs_arena *arena, uint32_t type, struct hs_slice facts,
	struct hs__keys *out, struct hs_error *err)
{
	struct list list = { .arena = arena };
	enum hs_status status = each_key(type, facts, add_key, &list, err);
	struct hs_slice *keys = list.keys.items;
	size_t kept = 0;

	if (status != HS_OK)
		return status;
	qsort(keys, list.keys.count, sizeof(keys[0]), by_bytes);
	for (size_t i = 1; i < list.keys.count; i++) {
		if (!hs_slice_eq(keys[kept], keys[i]))
			keys[++kept] = keys[i];
	}
	*out = (struct hs__keys) { keys, kept + 1 };
	return HS_OK;
}

/* ---- entries ---- */

struct post {
	struct hs__postings *postings;
	struct hs__posting posting;
};

static enum hs_status post_key(void *arg, struct hs_slice key, struct hs_error *err)
{
	const struct post *post = arg;

	return hs__postings_add(post->postings, key, hs_hash(key), &post->posting) ? HS_OK : no_memory(err);
}

/* Takes the entries of the facts that the table has away. */
static enum hs_status post_old(struct hs_txn *txn, int64_t row, struct hs_error *err)
{
	struct post gone = { &txn->group->postings, { .row = hs__row_within(row), .remove = true } };
	struct hs_stmt *stmt = hs_sql(txn, "SELECT data FROM facts WHERE row = ?1", err);
	enum hs_status status = HS_OK;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	int step = hs_sql_step(stmt, err);
	if (step > 0)
		status = each_key(hs__row_type(row), hs_sql_get_blob(stmt, 0), post_key, &gone, err);
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* ---- facts ---- */

/* The systems of a resource repeat. */
struct last_system {
	struct hs_slice text;
	uint32_t number;
};

static enum hs_status to_fact(struct hs_txn *txn, const struct hs_index_row *row, struct last_system *last,
	struct hs__fact *out, struct hs_error *err)
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
	if (!last->number || !hs_slice_eq(last->text, row->system))
		*last = (struct last_system) { row->system,
			hs_txn_number(txn, HS_SPACE_SYSTEM, row->system, true) };
	out->system = last->number;
	if (out->system)
		return HS_OK;
	*err = txn->fault_error;
	return txn->fault;
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
	struct post come = { &txn->group->postings,
		{ .row = version->row, .fresh = fresh && version->version == 1 } };
	struct hs_arena_mark mark = hs_arena_mark(arena);
	enum hs_status status = HS_OK;
	struct last_system last = { .number = 0 };
	struct hs__outline outline;
	struct hs__key key;
	struct hs_buf buf;

	if (!fresh) {
		status = post_old(txn, row, err);
		hs__upkeep_loosen(txn->store, version->type);
	}
	hs_buf_init(&buf, arena, FACTS_MAX);
	hs__facts_begin(&buf, version);
	hs__outline_init(&outline);
	hs__key_updated(&key, version->type, version->updated_ms);
	if (status == HS_OK)
		status = post_key(&come, hs__key_slice(&key), err);
	for (size_t i = 0; i < count && status == HS_OK; i++) {
		struct hs__fact fact;
		status = to_fact(txn, &index[i], &last, &fact, err);
		if (status != HS_OK)
			break;
		hs__facts_add(&buf, &fact);
		hs__outline_add(&outline, fact.param);
		hs__key_of(&fact, &key);
		status = post_key(&come, hs__key_slice(&key), err);
	}
	hs__outline_key(&outline, version->type, &key);
	if (status == HS_OK)
		status = post_key(&come, hs__key_slice(&key), err);
	if (status == HS_OK && buf.overflow)
		status = no_memory(err);
	if (status == HS_OK)
		status = write_facts(txn, row, hs_buf_slice(&buf), fresh, err);
	hs_arena_rollback(arena, mark);
	return status == HS_OK ? hs__txn_relieve(txn, err) : status;
}

enum hs_status hs__entries_remove(struct hs_txn *txn, int64_t row, struct hs_error *err)
{
	enum hs_status status = post_old(txn, row, err);
	struct hs_stmt *stmt = NULL;

	if (status != HS_OK)
		return status;
	stmt = hs_sql(txn, "DELETE FROM facts WHERE row = ?1", err);
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	status = hs_sql_run(stmt, err);
	return status == HS_OK ? hs__txn_relieve(txn, err) : status;
}
