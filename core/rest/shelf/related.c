/* SPDX-License-Identifier: Apache-2.0 */
/* What an item of the shelf is related to: by chains and _has, in what it contains, and by its words. */
#include <core/rest/shelf/links.h>
#include <core/rest/shelf/words.h>

#include <stdio.h>

#define TEXT_MAX ((size_t)128 << 20) /* to read one item and look at it */

static bool went_wrong(const struct hs__links_item *item)
{
	return item->links->err->status != HS_OK;
}

/* ---- its text ---- */

static const struct hs_json *tree_of(struct hs__links_item *item)
{
	struct hs_resource resource;
	struct hs_slice text = HS_S_NONE;
	if (item->scratch)
		return item->tree;
	item->scratch = hs_arena_new(TEXT_MAX);
	hs__shelf_describe(item->links->env, item->type, item->at, &resource);
	if (hs__shelf_body(item->links->env, item->scratch, &resource, &text, item->links->err) == HS_OK)
		hs_json_parse(item->scratch, text, NULL, &item->tree, item->links->err);
	return item->tree;
}

void hs__links_item_end(struct hs__links_item *item)
{
	hs_arena_free(item->scratch);
	item->scratch = NULL;
	item->tree = NULL;
}

/* ---- its words ---- */

const bool *hs__links_words(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_find *find)
{
	const struct hs__shelf_type *shelved = hs__shelf_type(links->env->rest, type);
	struct hs__links_words *words = links->words;
	while (words && words->find != find)
		words = words->next;
	if (words)
		return words->holds;
	words = hs_arena_alloc(links->arena, sizeof *words);
	bool *holds = hs_arena_array(links->arena, (size_t)shelved->item_count + 1, sizeof *holds);
	if (!words || !holds || !hs__shelf_words_mark(links->env->rest->shelf, shelved, find, holds)) {
		hs_fail(links->err, HS_E_LIMIT, "the search is too large");
		return NULL;
	}
	*words = (struct hs__links_words) { find, holds, links->words };
	links->words = words;
	return holds;
}

static bool words_hold(struct hs__links_item *item, const struct hs_find *find)
{
	const bool *holds = hs__links_words(item->links, item->type, find);
	return holds && holds[item->at];
}

/* ---- what it contains: chains within that lead out of it are not followed ---- */

static bool contained_holds(struct hs__links_item *item, const struct hs_find *find,
	const struct hs_index_row *via)
{
	const struct hs_json *tree = tree_of(item);
	const struct hs_rest *rest = item->links->env->rest;
	struct hs_search_work work = { rest->config.rules, &rest->numbering, item->scratch };
	struct hs_contained *inside = NULL;
	size_t count = 0;
	if (!tree || hs_search_contained(&work, tree, HS_S_NONE, &inside, &count, item->links->err) != HS_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (inside[i].type == (find->target_type & ~HS_TYPE_CONTAINED) && via->text.len > 0 &&
			hs_slice_eq(inside[i].id, hs_slice_from(via->text, 1)))
			return hs_search_match(find->kids[0], inside[i].id, 0, inside[i].index,
				inside[i].index_count, NULL, NULL);
	}
	return false;
}

/* ---- links ---- */

static bool is_stored(struct hs__links_item *item, const struct hs__link_end *end, const struct hs_find *such)
{
	const struct hs__links *links = item->links;
	const struct hs_find *kids[] = { such, end->stored };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	struct hs_find_query query = { .type = hs__rest_type_number(links->env->sandbox, end->type),
		.where = &both,
		.count = 1,
		.keys_only = true };
	struct hs_find_page page = { 0 };
	return hs_txn_find(links->txn, links->arena, &query, &page, links->err) == HS_OK && page.count > 0;
}

static bool chain_holds(struct hs__links_item *item, const struct hs_find *find,
	const struct hs_index_row *via)
{
	const struct hs__links *links = item->links;
	const struct hs__shelf *shelf = links->env->rest->shelf;
	struct hs_find by_id = { .op = HS_FIND_ID, .text = via->text };
	struct hs__link_end *end = NULL;
	uint32_t at = 0;
	if (hs__link_end(item->links, item->type, find, &end, links->err) != HS_OK)
		return false;
	if (!via->target_type)
		return !hs__shelf_versioned(item->rows, (size_t)(via - item->rows)) &&
			hs_map_get(&end->names, via->text);
	if (end->holds &&
		hs__shelf_find_id(shelf, hs__shelf_type(links->env->rest, end->type), via->text, &at) &&
		end->holds[at])
		return true;
	return end->any_stored && is_stored(item, end, &by_id);
}

/* Is it among what was named, by its URL? */
static bool is_named(const struct hs__links_item *item, const struct hs__link_end *end)
{
	uint32_t by_url = hs__links_param(item->links, item->type, "url");
	uint32_t by_version = hs__links_param(item->links, item->type, "version");
	struct hs_slice url = HS_S_NONE, version = HS_S_NONE;
	for (size_t i = 0; i < item->count; i++) {
		if (by_url && item->rows[i].param == by_url)
			url = item->rows[i].text;
		else if (by_version && item->rows[i].param == by_version)
			version = item->rows[i].text;
	}
	if (!url.len)
		return false;
	if (hs_map_get(&end->names, url))
		return true;
	struct hs_slice both = hs_arena_printf(item->links->arena, "%.*s|%.*s", HS_S_ARG(url),
		HS_S_ARG(version));
	return version.len && both.ptr && hs_map_get(&end->names, both);
}

static bool has_holds(struct hs__links_item *item, const struct hs_find *find)
{
	const struct hs_rest_sandbox *sandbox = item->links->env->sandbox;
	const struct hs__shelf *shelf = item->links->env->rest->shelf;
	const struct hs__shelf_type *type = hs__shelf_type(item->links->env->rest, item->type);
	struct hs_slice id = hs_image_text(shelf->image, hs__shelf_item(shelf, type, item->at)->id);
	struct hs__link_end *end = NULL;
	char name[96];
	if (!find->param || hs__link_end(item->links, item->type, find, &end, item->links->err) != HS_OK)
		return false;
	int len = snprintf(name, sizeof name, "%u/%.*s", item->type->index + 1, HS_S_ARG(id));
	if (hs_map_get(&end->names, hs_slice(name, (size_t)len)) || is_named(item, end))
		return true;
	struct hs_find points = { .op = HS_FIND_REFERENCE,
		.param = hs__links_stored_param(item->links, find->param),
		.target_type = hs__rest_type_number(sandbox, item->type),
		.text = id };
	return end->any_stored && is_stored(item, end, &points);
}

bool hs__links_related(void *arg, const struct hs_find *find, const struct hs_index_row *via)
{
	struct hs__links_item *item = arg;
	if (went_wrong(item))
		return false;
	switch (find->op) {
	case HS_FIND_CHAIN:
		return find->target_type & HS_TYPE_CONTAINED ?
			via->target_type == find->target_type && contained_holds(item, find, via) :
			chain_holds(item, find, via);
	case HS_FIND_HAS:
		return has_holds(item, find);
	case HS_FIND_WORDS:
		return words_hold(item, find);
	default:
		return false;
	}
}
