/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the search index of a sandbox anew from the stored texts: what is found then is what this version and
 * these packages say, whatever was known when a resource was written. */
#include <core/rest/rest_private.h>

#include <core/store/store.h>

#define BATCH 200u /* resources of one transaction: some 50 ms */

static enum hs_status take(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_resource *version, struct hs_error *err)
{
	struct hs__rest_incoming in = { .text = version->body };
	enum hs_status status = hs_json_parse(arena, version->body, NULL, &in.tree, err);
	if (status == HS_OK)
		status = hs__rest_ready(env, arena, &in, err);
	if (status != HS_OK)
		return status;
	struct hs_put put = { .type = version->type,
		.id = version->id,
		.index = in.index,
		.index_count = in.index_count,
		.contained = in.contained,
		.contained_count = in.contained_count };
	return hs_txn_reindex(txn, arena, version, &put, err);
}

/* ---- what the index was made with ---- */

const struct hs_migration hs_rest_migrations[] = {
	{ 1, "what the index was made with",
		"CREATE TABLE search_made (type INTEGER PRIMARY KEY, additions INTEGER NOT NULL)" },
	{ 2, "whether all of a type was made with it",
		"ALTER TABLE search_made ADD COLUMN whole INTEGER NOT NULL DEFAULT 1" },
};
const size_t hs_rest_migration_count = sizeof hs_rest_migrations / sizeof *hs_rest_migrations;

struct made {
	uint64_t additions;
	bool whole; /* false: only some resources of the type, so that the index is nobody's */
};

/* Without a row: with FHIR's own search parameters alone. */
static enum hs_status made_with(struct hs_txn *txn, uint32_t type, struct made *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn, "SELECT additions, whole FROM search_made WHERE type = ?1", err);
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, type);
	int step = hs_sql_step(stmt, err);
	*out = (struct made) { 0, true };
	if (step > 0)
		*out = (struct made) { (uint64_t)hs_sql_get_int(stmt, 0), hs_sql_get_int(stmt, 1) != 0 };
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

static bool same(const struct made *a, const struct made *b)
{
	return a->additions == b->additions && a->whole == b->whole;
}

static enum hs_status remember(struct hs_txn *txn, uint32_t type, const struct made *made,
	struct hs_error *err)
{
	struct made before = { 0, true };
	enum hs_status status = made_with(txn, type, &before, err);
	if (status != HS_OK || same(&before, made))
		return status;
	struct hs_stmt *stmt = hs_sql(txn,
		"INSERT OR REPLACE INTO search_made (type, additions, whole) VALUES (?1, ?2, ?3)", err);
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, type);
	hs_sql_int(stmt, 2, (int64_t)made->additions);
	hs_sql_int(stmt, 3, made->whole);
	return hs_sql_run(stmt, err);
}

/* ---- from type to type ---- */

/* The next type from `at` on whose resources are stored; *number 0 at the end. */
static enum hs_status next_type(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn, bool changed_only,
	size_t *at, uint32_t *number, struct hs_error *err)
{
	const struct hs_rest *rest = sandbox->rest;
	enum hs_status status = HS_OK;
	*number = 0;
	for (; *at < rest->type_count && status == HS_OK; ++*at) {
		const struct hs__rest_type *type = &rest->types[*at];
		uint32_t candidate = type->row ? hs__rest_type_number(sandbox, type) : 0;
		const struct made wanted = { hs_search_additions(rest->config.rules, type->name), true };
		struct made made = wanted;
		if (candidate && changed_only)
			status = made_with(txn, candidate, &made, err);
		if (status == HS_OK && candidate && (!changed_only || !same(&made, &wanted))) {
			*number = candidate;
			return HS_OK;
		}
	}
	return status;
}

enum hs_status hs_rest_index_behind(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_rest_behind *out, struct hs_error *err)
{
	struct hs_rest_behind behind = { .any = false };
	enum hs_status status = HS_OK;
	size_t at = 0;
	for (uint32_t number = 1; status == HS_OK && number; at++) {
		struct hs_find_query query = { .want_total = true };
		struct hs_find_page page = { .total = 0 };
		status = next_type(sandbox, txn, true, &at, &number, err);
		query.type = number;
		if (status == HS_OK && number)
			status = hs_txn_find(txn, arena, &query, &page, err);
		behind.any |= number != 0;
		behind.resources += page.total;
	}
	if (status == HS_OK)
		*out = behind;
	return status;
}

enum hs_status hs_rest_reindex(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_rest_reindexing *work, struct hs_error *err)
{
	struct hs__rest_env env = {
		.rest = sandbox->rest, .sandbox = sandbox, .base = work->base, .now_ms = hs_txn_now(txn)
	};
	struct hs_rest_place to = work->from;
	struct hs_find_page page = { .count = 0 };
	struct hs_find_query query = { .count = BATCH };
	enum hs_status status = next_type(sandbox, txn, work->changed_only, &to.type, &query.type, err);
	if (to.type == work->from.type)
		query.after = hs_slice(to.mark, to.mark_len);
	work->ended = query.type == 0;
	work->done = 0;
	if (status == HS_OK && !work->ended)
		status = hs_txn_find(txn, arena, &query, &page, err);
	for (size_t i = 0; i < page.count && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		status = take(&env, txn, arena, &page.items[i], err);
		hs_arena_rollback(arena, mark);
	}
	/* Whoever ends between two parts leaves a type that is not whole, whatever packages come next. */
	if (status == HS_OK && !work->ended && (query.after.len == 0 || page.next.len == 0))
		status = remember(txn, query.type,
			&(struct made) { hs_search_additions(sandbox->rest->config.rules,
						 sandbox->rest->types[to.type].name),
				page.next.len == 0 },
			err);
	if (status != HS_OK || work->ended)
		return status;
	if (page.next.len > sizeof(to.mark))
		return hs_fail(err, HS_E_INTERNAL, "the mark of a page is too long");
	to.type += page.next.len == 0;
	to.mark_len = page.next.len;
	if (page.next.len)
		memcpy(to.mark, page.next.ptr, page.next.len);
	work->to = to;
	work->done = page.count;
	return HS_OK;
}
