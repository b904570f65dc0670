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

/* The next type from `at` on whose resources the store itself keeps; its number, or 0 at the end. */
static uint32_t next_type(const struct hs_rest_sandbox *sandbox, size_t *at)
{
	const struct hs_rest *rest = sandbox->rest;
	for (; *at < rest->type_count; ++*at) {
		const struct hs__rest_type *type = &rest->types[*at];
		uint32_t number = type->row && !type->row->keeper ? hs__rest_type_number(sandbox, type) : 0;
		if (number)
			return number;
	}
	return 0;
}

enum hs_status hs_rest_reindex(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_rest_reindexing *work, struct hs_error *err)
{
	struct hs__rest_env env = {
		.rest = sandbox->rest, .sandbox = sandbox, .base = work->base, .now_ms = hs_txn_now(txn)
	};
	struct hs_rest_place to = work->from;
	struct hs_find_page page = { .count = 0 };
	struct hs_find_query query = { .type = next_type(sandbox, &to.type), .count = BATCH };
	if (to.type == work->from.type)
		query.after = hs_slice(to.mark, to.mark_len);
	work->ended = query.type == 0;
	work->done = 0;
	enum hs_status status = work->ended ? HS_OK : hs_txn_find(txn, arena, &query, &page, err);
	for (size_t i = 0; i < page.count && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		status = take(&env, txn, arena, &page.items[i], err);
		hs_arena_rollback(arena, mark);
	}
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
