/* SPDX-License-Identifier: Apache-2.0 */
/* Merges a page of the store with the hits of the shelf. */
#include <core/rest/shelf/both.h>
#include <core/rest/shelf/links.h>

#define SHELF_BYTES ((size_t)24 << 20) /* of a page; then it ends early */

/* The search of the store, its links widened. */
static enum hs_status widen(struct hs__links *links, struct hs__both *both, struct hs_error *err)
{
	struct hs_search *widened = hs_arena_alloc(links->arena, sizeof *widened);
	if (!widened)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	*widened = *both->stored;
	both->stored = widened;
	return hs__links_stored(links, both->type, both->shelved.where, &widened->where, err);
}

enum hs_status hs__both_open(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, const struct hs_search *search, struct hs__both *out,
	struct hs_error *err)
{
	struct hs__links links = { .env = env, .txn = txn, .arena = arena };
	bool linked = hs__links_matter(env, call->type, search->where);
	*out = (struct hs__both) { .env = env,
		.type = call->type,
		.stored = search,
		.shelf = hs__shelf_type(env->rest, call->type) };
	if (!out->shelf && !linked)
		return HS_OK;
	enum hs_status status = hs__rest_search_parse_by(env, &env->rest->numbering, arena, call,
		&out->shelved, err);
	if (status == HS_OK && linked)
		status = widen(&links, out, err);
	if (status == HS_OK && out->shelf)
		status = hs__shelf_search(&links, call->type, &out->shelved, &out->hits, err);
	if (status == HS_OK && out->hits.count > 0)
		status = hs__shade_learn(env, txn, arena, call->type, err);
	return status;
}

static struct hs_find_query query_of(const struct hs__both *both, uint32_t count, struct hs_slice after)
{
	return (struct hs_find_query) { .type = hs__rest_type_number(both->env->sandbox, both->type),
		.where = both->stored->where,
		.sort = both->stored->sort,
		.sort_count = both->stored->sort_count,
		.count = count,
		.after = after,
		.want_total = both->with_total };
}

enum hs_status hs__both_total(const struct hs__both *both, struct hs_txn *txn, struct hs_arena *arena,
	uint64_t *total, struct hs_error *err)
{
	struct hs_find_query query = query_of(both, 0, HS_S_NONE);
	struct hs_find_page page = { 0 };
	query.sort_count = 0;
	query.want_total = true;
	enum hs_status status = hs_txn_find(txn, arena, &query, &page, err);
	uint64_t count = page.total;
	for (size_t i = 0; status == HS_OK && i < both->hits.count; i++) {
		bool hidden = false;
		status = hs__shade_hides(both->env, txn, arena, both->type, both->hits.items[i].at, &hidden,
			err);
		count += !hidden;
	}
	if (status == HS_OK)
		*total = count;
	return status;
}

/* ---- a page ---- */

struct cursor {
	uint64_t passed;       /* hits of the shelf */
	struct hs_slice store; /* "!": ended */
};

static enum hs_status read_cursor(struct hs_slice text, struct cursor *out, struct hs_error *err)
{
	struct hs_slice rest = text;
	*out = (struct cursor) { 0, HS_S_NONE };
	if (text.len == 0)
		return HS_OK;
	if (!hs_slice_u64(hs_slice_cut(&rest, '~'), &out->passed) || !rest.ptr)
		return hs_fail(err, HS_E_VALUE, "_cursor is not one that a next link of this search carried");
	out->store = rest;
	return HS_OK;
}

static bool is_ended(const struct cursor *cursor)
{
	return hs_slice_eq(cursor->store, HS_S("!"));
}

struct merge {
	const struct hs__both *both;
	struct hs_txn *txn;
	struct hs_arena *arena;
	struct cursor from;
	struct hs_find_page stored;
	size_t taken;    /* of stored.items */
	uint64_t passed; /* hits, in all */
	size_t bytes;    /* of hits on this page */
	struct hs_find_page *out;
};

/* Passes over hidden hits; the next one that shows, or NULL. */
static enum hs_status peek(struct merge *merge, const struct hs__shelf_hit **out, struct hs_error *err)
{
	const struct hs__both *both = merge->both;
	for (*out = NULL; merge->passed < both->hits.count; merge->passed++) {
		const struct hs__shelf_hit *hit = &both->hits.items[merge->passed];
		bool hidden = false;
		enum hs_status status = hs__shade_hides(both->env, merge->txn, merge->arena, both->type,
			hit->at, &hidden, err);
		if (status != HS_OK)
			return status;
		if (!hidden) {
			*out = hit;
			return HS_OK;
		}
	}
	return HS_OK;
}

/* Does the stored resource come before the hit? Equal ones do. */
static enum hs_status stored_first(struct merge *merge, const struct hs_resource *stored,
	const struct hs__shelf_hit *hit, bool *out, struct hs_error *err)
{
	const struct hs_search *search = merge->both->stored;
	struct hs_index_row *rows = NULL;
	struct hs__shelf_rank rank;
	size_t count = 0;
	*out = true;
	if (merge->both->shelved.sort_count == 0)
		return HS_OK;
	enum hs_status status = hs_txn_index(merge->txn, merge->arena, stored, ~0u, &rows, &count, err);
	if (status != HS_OK)
		return status;
	hs__shelf_rank(search, stored->id, stored->updated_ms, rows, count, &rank);
	*out = hs__shelf_compare(search, &rank, hit->rank) <= 0;
	return HS_OK;
}

static void take_hit(struct merge *merge, const struct hs__shelf_hit *hit)
{
	const struct hs__both *both = merge->both;
	hs__shelf_describe(both->env, both->type, hit->at, &merge->out->items[merge->out->count++]);
	merge->bytes += hs__shelf_item(both->env->rest->shelf, both->shelf, hit->at)->size;
	merge->passed++;
}

static enum hs_status fill(struct merge *merge, uint32_t count, struct hs_error *err)
{
	const struct hs__shelf_hit *hit = NULL;
	enum hs_status status = HS_OK;
	while (merge->out->count < count && merge->bytes < SHELF_BYTES) {
		bool stored = merge->taken < merge->stored.count;
		/* With nothing left of its page the store may still have more, which come first. */
		if (!stored && merge->stored.next.len > 0)
			break;
		status = peek(merge, &hit, err);
		if (status == HS_OK && stored && hit)
			status = stored_first(merge, &merge->stored.items[merge->taken], hit, &stored, err);
		if (status != HS_OK || (!stored && !hit))
			break;
		if (stored)
			merge->out->items[merge->out->count++] = merge->stored.items[merge->taken++];
		else
			take_hit(merge, hit);
	}
	return status;
}

/* Where the store goes on: behind the resources that were taken from its page. */
static enum hs_status store_cursor(struct merge *merge, struct hs_slice *out, struct hs_error *err)
{
	struct hs_find_page page = { 0 };
	if (is_ended(&merge->from) || merge->taken == merge->stored.count) {
		*out = merge->stored.next.len > 0 ? merge->stored.next : HS_S("!");
		return HS_OK;
	}
	*out = merge->from.store;
	if (merge->taken == 0)
		return HS_OK;
	struct hs_find_query query = query_of(merge->both, (uint32_t)merge->taken, merge->from.store);
	query.keys_only = true;
	enum hs_status status = hs_txn_find(merge->txn, merge->arena, &query, &page, err);
	*out = page.next;
	return status;
}

static enum hs_status close_page(struct merge *merge, struct hs_error *err)
{
	const struct hs__shelf_hit *hit = NULL;
	struct hs_slice store = HS_S_NONE;
	enum hs_status status = store_cursor(merge, &store, err);
	if (status == HS_OK)
		status = peek(merge, &hit, err);
	if (status != HS_OK || (!hit && hs_slice_eq(store, HS_S("!"))))
		return status;
	merge->out->next = hs_arena_printf(merge->arena, "%llu~%.*s", (unsigned long long)merge->passed,
		HS_S_ARG(store));
	return merge->out->next.len > 0 ? HS_OK : hs_fail(err, HS_E_LIMIT, "the page is too large");
}

static enum hs_status merge_page(struct merge *merge, uint32_t count, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	merge->passed = merge->from.passed;
	merge->out->items = hs_arena_array(merge->arena, (size_t)count + 1, sizeof *merge->out->items);
	if (!merge->out->items)
		return hs_fail(err, HS_E_LIMIT, "the page is too large; ask for less with _count");
	if (!is_ended(&merge->from)) {
		struct hs_find_query query = query_of(merge->both, count, merge->from.store);
		status = hs_txn_find(merge->txn, merge->arena, &query, &merge->stored, err);
	}
	if (status == HS_OK)
		status = fill(merge, count, err);
	return status == HS_OK ? close_page(merge, err) : status;
}

enum hs_status hs__both_page(const struct hs__both *both, struct hs_txn *txn, struct hs_arena *arena,
	uint32_t count, struct hs_slice after, struct hs_find_page *out, struct hs_error *err)
{
	struct hs_find_page page = { 0 };
	struct merge merge = { .both = both, .txn = txn, .arena = arena, .out = &page };
	struct hs_find_query query = query_of(both, count, after);
	if (!both->shelf)
		return hs_txn_find(txn, arena, &query, out, err);
	enum hs_status status = read_cursor(after, &merge.from, err);
	if (status == HS_OK)
		status = merge_page(&merge, count, err);
	if (status == HS_OK)
		*out = page;
	return status;
}
