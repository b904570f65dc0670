/* SPDX-License-Identifier: Apache-2.0 */
/* Where a link leads: what fulfils the condition behind it, among what is stored and on the shelf. */
#include <core/rest/shelf/links.h>

#include <stdio.h>

#define BATCH 500u
#define NAMED_MAX 10000u /* stored resources that one link may lead to by URL */

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the search is too large");
}

static uint32_t number_in(const struct hs_rest *rest, struct hs_slice type, const char *code)
{
	char text[128];
	int len = snprintf(text, sizeof text, "%.*s.%s", HS_S_ARG(type), code);
	return len > 0 && (size_t)len < sizeof text ?
		rest->numbering.number(rest->numbering.arg, HS_SPACE_PARAM, hs_slice(text, (size_t)len)) :
		0;
}

uint32_t hs__links_param(const struct hs__links *links, const struct hs__rest_type *type, const char *code)
{
	return number_in(links->env->rest, type->name, code);
}

bool hs__links_canonical(const struct hs_rest *rest, const struct hs__rest_type *type)
{
	return type && number_in(rest, type->name, "url") && number_in(rest, type->name, "publisher");
}

/* ---- on the shelf ---- */

static enum hs_status find_shelved(struct hs__links *links, struct hs__link_end *end, struct hs_error *err)
{
	const struct hs__shelf_type *type = hs__shelf_type(links->env->rest, end->type);
	struct hs_search search = { .where = end->link->kids[0] };
	struct hs__shelf_hits hits = { NULL, 0 };
	if (!type)
		return HS_OK;
	enum hs_status status = hs__shade_learn(links->env, links->txn, links->arena, end->type, err);
	if (status == HS_OK)
		status = hs__shelf_search(links, end->type, &search, &hits, err);
	if (status != HS_OK)
		return status;
	end->shelved.items = hits.items;
	end->holds = hs_arena_array(links->arena, (size_t)type->item_count + 1, sizeof *end->holds);
	if (!end->holds)
		return too_large(err);
	for (size_t i = 0; status == HS_OK && i < hits.count; i++) {
		bool hidden = false;
		status = hs__shade_hides(links->env, links->txn, links->arena, end->type, hits.items[i].at,
			&hidden, err);
		if (hidden)
			continue;
		end->holds[hits.items[i].at] = true;
		end->shelved.items[end->shelved.count++] = hits.items[i];
	}
	return status;
}

/* ---- names ---- */

struct naming {
	struct hs__links *links;
	struct hs__link_end *end;
	const struct hs_index_row *rows; /* of the resource at hand */
	size_t count;
	uint32_t url, version, reference; /* params, in the numbers of the rows */
	uint32_t from;                    /* the type that is referred to, in the API's own numbers */
};

static bool add_name(struct naming *naming, struct hs_slice name)
{
	bool fresh = false;
	return name.ptr && hs_map_put(&naming->end->names, hs_arena_copy(naming->links->arena, name), &fresh);
}

/* The URL of a resource, and with its version. */
static bool name_target(struct naming *naming)
{
	struct hs_slice url = HS_S_NONE, version = HS_S_NONE;
	for (size_t i = 0; i < naming->count; i++) {
		const struct hs_index_row *row = &naming->rows[i];
		if (row->param == naming->url && row->kind == HS_INDEX_URI)
			url = row->text;
		else if (row->param == naming->version && row->kind == HS_INDEX_TOKEN)
			version = row->text;
	}
	if (!url.len)
		return true;
	return add_name(naming, url) &&
		(!version.len ||
			add_name(naming,
				hs_arena_printf(naming->links->arena, "%.*s|%.*s", HS_S_ARG(url),
					HS_S_ARG(version))));
}

/* What a resource refers to: of that type, or anything by URL. */
static bool name_referred(struct naming *naming)
{
	bool fit = true;
	for (size_t i = 0; fit && i < naming->count; i++) {
		const struct hs_index_row *row = &naming->rows[i];
		if (row->param != naming->reference || row->kind != HS_INDEX_REFERENCE ||
			(row->target_type && row->target_type != naming->from) ||
			hs__shelf_versioned(naming->rows, i))
			continue;
		fit = add_name(naming,
			row->target_type ? hs_arena_printf(naming->links->arena, "%u/%.*s", row->target_type,
						   HS_S_ARG(row->text)) :
					   row->text);
	}
	return fit;
}

static bool name_one(struct naming *naming)
{
	return naming->end->link->op == HS_FIND_CHAIN ? name_target(naming) : name_referred(naming);
}

static enum hs_status name_shelved(struct hs__links *links, struct hs__link_end *end,
	const struct hs__rest_type *from, struct hs_error *err)
{
	const struct hs__shelf *shelf = links->env->rest->shelf;
	const struct hs__shelf_type *type = hs__shelf_type(links->env->rest, end->type);
	struct naming naming = {
		.links = links, .end = end, .reference = end->link->param, .from = from->index + 1
	};
	if (!type || !end->shelved.count)
		return HS_OK;
	/* Some have ten thousand entries: the memory of most is not touched. */
	struct hs_index_row *rows = hs_arena_raw(links->arena, ((size_t)type->rows_most + 1) * sizeof *rows);
	naming.rows = rows;
	naming.url = hs__links_param(links, end->type, "url");
	naming.version = hs__links_param(links, end->type, "version");
	for (size_t i = 0; rows && i < end->shelved.count; i++) {
		naming.count = hs__shelf_rows(shelf, hs__shelf_item(shelf, type, end->shelved.items[i].at),
			rows);
		if (!name_one(&naming))
			return too_large(err);
	}
	return rows ? HS_OK : too_large(err);
}

static enum hs_status name_page(struct naming *naming, const struct hs_find_page *page, struct hs_error *err)
{
	const struct hs__links *links = naming->links;
	unsigned kinds = naming->end->link->op == HS_FIND_CHAIN ?
		HS_INDEX_KIND(HS_INDEX_URI) | HS_INDEX_KIND(HS_INDEX_TOKEN) :
		HS_INDEX_KIND(HS_INDEX_REFERENCE);
	for (size_t i = 0; i < page->count; i++) {
		struct hs_index_row *rows = NULL;
		enum hs_status status = hs_txn_index(links->txn, links->arena, &page->items[i], kinds, &rows,
			&naming->count, err);
		if (status == HS_E_NOT_SUPPORTED) /* a keeper's: none of them has a URL or refers by one */
			return HS_OK;
		if (status != HS_OK)
			return status;
		/* The store itself follows what is no URL. */
		for (size_t k = 0; k < naming->count; k++)
			if (rows[k].kind == HS_INDEX_REFERENCE && rows[k].target_type)
				rows[k].param = 0;
		naming->rows = rows;
		if (!name_one(naming))
			return too_large(err);
	}
	return HS_OK;
}

static enum hs_status name_stored(struct hs__links *links, struct hs__link_end *end, struct hs_error *err)
{
	const struct hs_rest_sandbox *sandbox = links->env->sandbox;
	struct naming naming = { .links = links,
		.end = end,
		.url = hs_rest_param_number(sandbox, end->type->name, HS_S("url")),
		.version = hs_rest_param_number(sandbox, end->type->name, HS_S("version")),
		.reference = hs__links_stored_param(links, end->link->param) };
	struct hs_find_query query = { .type = hs__rest_type_number(sandbox, end->type),
		.where = end->stored,
		.count = BATCH,
		.keys_only = true };
	size_t passed = 0;
	enum hs_status status = HS_OK;
	do {
		struct hs_find_page page = { 0 };
		status = hs_txn_find(links->txn, links->arena, &query, &page, err);
		passed += page.count;
		if (status == HS_OK && passed > NAMED_MAX)
			return hs_fail(err, HS_E_TOO_COSTLY,
				"a chain or _has leads to more than %u resources of type %.*s by URL; narrow "
				"it",
				NAMED_MAX, HS_S_ARG(end->type->name));
		if (status == HS_OK)
			status = name_page(&naming, &page, err);
		query.after = page.next;
	} while (status == HS_OK && query.after.len > 0);
	return status;
}

/* ---- the end ---- */

static enum hs_status look_stored(struct hs__links *links, struct hs__link_end *end, struct hs_error *err)
{
	struct hs_find_query query = { .type = hs__rest_type_number(links->env->sandbox, end->type),
		.where = end->stored,
		.count = 1,
		.keys_only = true };
	struct hs_find_page page = { 0 };
	enum hs_status status = hs_txn_find(links->txn, links->arena, &query, &page, err);
	end->any_stored = page.count > 0;
	return status;
}

enum hs_status hs__link_end(struct hs__links *links, const struct hs__rest_type *from,
	const struct hs_find *link, struct hs__link_end **out, struct hs_error *err)
{
	struct hs__link_end *end = links->ends;
	while (end && end->link != link)
		end = end->next;
	*out = end;
	if (end)
		return HS_OK;
	end = hs_arena_alloc(links->arena, sizeof *end);
	if (!end)
		return too_large(err);
	*end = (struct hs__link_end) { .link = link, .type = hs__links_type(links, link->target_type) };
	hs_map_init(&end->names, links->arena);
	end->names.seed = hs_hash_secret();
	const struct hs__rest_type *by_url = link->op == HS_FIND_CHAIN ? end->type : from;
	bool canonical = link->param && hs__links_canonical(links->env->rest, by_url);
	enum hs_status status = hs__links_stored(links, end->type, link->kids[0], &end->stored, err);
	if (status == HS_OK)
		status = find_shelved(links, end, err);
	if (status == HS_OK)
		status = look_stored(links, end, err);
	if (status == HS_OK && (canonical || link->op == HS_FIND_HAS))
		status = name_shelved(links, end, from, err);
	if (status == HS_OK && canonical && end->any_stored)
		status = name_stored(links, end, err);
	if (status != HS_OK)
		return status;
	end->next = links->ends;
	links->ends = end;
	*out = end;
	return HS_OK;
}
