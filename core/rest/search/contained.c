/* SPDX-License-Identifier: Apache-2.0 */
/* _contained=true and both (R4 section 3.1.1.5.5): what is found inside other resources, shown as the
 * container or by itself.
 *
 * All hits of the search are listed, since a container with two of them is one result; a page begins at a
 * place in that list, and its cursor is "!N". With `both` the page of what is not contained goes on with
 * them. */
#include <core/rest/search/contained.h>
#include <core/rest/shelf/links.h>

#define HITS_MAX 10000u
#define BATCH 1000u

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the search is too large");
}

/* "12/23#m1" */
static bool read_id(const struct hs__rest_env *env, struct hs_slice text, struct hs__contained_hit *out)
{
	struct hs_slice rest = text;
	uint64_t number = 0;
	if (!hs_slice_u64(hs_slice_cut(&rest, '/'), &number) || number >= env->sandbox->number_count)
		return false;
	out->container = env->sandbox->by_number[number];
	out->id = hs_slice_cut(&rest, '#');
	out->local = rest;
	return out->container != NULL;
}

/* A container counts once. */
static enum hs_status add_hit(struct hs__contained *contained, struct hs_map *seen,
	const struct hs__contained_hit *hit, struct hs_error *err)
{
	bool fresh = true;
	if (!contained->alone) {
		struct hs_slice key = hs_arena_printf(contained->arena, "%.*s/%.*s",
			HS_S_ARG(hit->container->name), HS_S_ARG(hit->id));
		if (!key.ptr || !hs_map_put(seen, key, &fresh))
			return too_large(err);
	}
	if (fresh)
		contained->hits[contained->count++] = *hit;
	return HS_OK;
}

static enum hs_status list_hits(struct hs__contained *contained, const struct hs_search *inside,
	struct hs_error *err)
{
	const struct hs__rest_env *env = contained->env;
	struct hs_find_query query = {
		.type = hs__rest_type_number(env->sandbox, contained->type) | HS_TYPE_CONTAINED,
		.where = inside->where,
		.sort = inside->sort,
		.sort_count = inside->sort_count,
		.count = BATCH,
		.keys_only = true,
	};
	enum hs_status status = HS_OK;
	struct hs_map seen;
	hs_map_init(&seen, contained->arena);
	do {
		struct hs_find_page page = { 0 };
		status = hs_txn_find(contained->txn, contained->arena, &query, &page, err);
		if (status == HS_OK && contained->count + page.count > HITS_MAX)
			return hs_fail(err, HS_E_TOO_COSTLY,
				"more than %u contained resources are found; narrow the search", HITS_MAX);
		for (size_t i = 0; status == HS_OK && i < page.count; i++) {
			struct hs__contained_hit hit;
			if (read_id(env, page.items[i].id, &hit))
				status = add_hit(contained, &seen, &hit, err);
		}
		query.after = page.next;
	} while (status == HS_OK && query.after.len > 0);
	return status;
}

/* Chains of what is contained lead to packages too. */
static enum hs_status widen(const struct hs__contained *contained, const struct hs__rest_call *call,
	struct hs_search *search, struct hs_error *err)
{
	const struct hs__rest_env *env = contained->env;
	struct hs__links links = { .env = env, .txn = contained->txn, .arena = contained->arena };
	struct hs_numbering inside = hs_search_inside(&env->rest->numbering);
	struct hs_search again = { 0 };
	if (!hs__links_matter(env, call->type, search->where))
		return HS_OK;
	enum hs_status status = hs__rest_search_parse_by(env, &inside, contained->arena, call, &again, err);
	return status == HS_OK ? hs__links_stored(&links, call->type, again.where, &search->where, err) :
				 status;
}

enum hs_status hs__contained_open(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__contained *out, struct hs_error *err)
{
	struct hs_numbering inside = hs_search_inside(&env->sandbox->numbering);
	struct hs_search search = { 0 };
	enum hs_status status = hs__rest_search_parse_by(env, &inside, arena, call, &search, err);
	*out = (struct hs__contained) { .env = env,
		.txn = txn,
		.arena = arena,
		.type = call->type,
		.alone = search.contained_alone,
		.hits = hs_arena_array(arena, HITS_MAX, sizeof *out->hits) };
	if (status == HS_OK && !out->hits)
		return too_large(err);
	if (status == HS_OK)
		status = widen(out, call, &search, err);
	return status == HS_OK ? list_hits(out, &search, err) : status;
}

/* The contained resource's own text, in place of its container's. */
static enum hs_status take_out(struct hs__contained *contained, struct hs_slice local,
	struct hs_resource *item, struct hs_error *err)
{
	struct hs_json *tree = NULL;
	struct hs_buf buf;
	enum hs_status status = hs_json_parse(contained->arena, item->body, NULL, &tree, err);
	if (status != HS_OK)
		return status;
	HS_JSON_EACH(inner, hs_json_get(tree, HS_S("contained"))) {
		if (!hs_slice_eq(hs_json_get_text(inner, HS_S("id")), local))
			continue;
		hs_buf_init(&buf, contained->arena, item->body.len + 1024);
		hs_json_write(&buf, inner, 0);
		item->id = hs_arena_printf(contained->arena, "%.*s#%.*s", HS_S_ARG(item->id),
			HS_S_ARG(local));
		item->body = hs_buf_slice(&buf);
		return buf.overflow || !item->id.ptr ? too_large(err) : HS_OK;
	}
	return hs_fail(err, HS_E_CORRUPT, "an index entry has no contained resource");
}

enum hs_status hs__contained_page(struct hs__contained *contained, uint32_t count, struct hs_slice after,
	struct hs_find_page *page, struct hs_error *err)
{
	struct hs_find_page made = { .items = hs_arena_array(contained->arena, (size_t)count + 1,
					     sizeof *made.items) };
	enum hs_status status = HS_OK;
	uint64_t at = 0;
	if (!made.items)
		return too_large(err);
	if (after.len > 0 &&
		(!hs_slice_starts(after, HS_S("!")) || !hs_slice_u64(hs_slice_from(after, 1), &at)))
		return hs_fail(err, HS_E_VALUE, "_cursor is not one that a next link of this search carried");
	for (; status == HS_OK && at < contained->count && made.count < count; at++) {
		const struct hs__contained_hit *hit = &contained->hits[at];
		struct hs_resource *item = &made.items[made.count++];
		status = hs_txn_get(contained->txn, contained->arena,
			hs__rest_type_number(contained->env->sandbox, hit->container), hit->id, item, err);
		if (status == HS_OK && contained->alone)
			status = take_out(contained, hit->local, item, err);
	}
	if (status == HS_OK && at < contained->count)
		made.next = hs_arena_printf(contained->arena, "!%llu", (unsigned long long)at);
	if (status == HS_OK)
		*page = made;
	return status;
}
