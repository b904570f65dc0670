/* SPDX-License-Identifier: Apache-2.0 */
/* Who refers to a resource from a package, and what a canonical URL means: by values of the shelf and indexes
 * of the store. */
#include <core/rest/refer.h>
#include <core/rest/shelf/links.h>
#include <core/rest/shelf/values.h>

static uint32_t shelf_param(const struct hs_rest *rest, struct hs_arena *arena, struct hs_slice type,
	struct hs_slice code)
{
	struct hs_slice name = hs_arena_printf(arena, "%.*s.%.*s", HS_S_ARG(type), HS_S_ARG(code));
	return rest->numbering.number(rest->numbering.arg, HS_SPACE_PARAM, name);
}

enum hs_status hs__refer_to(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs_resource *resource, struct hs__referred *out, struct hs_error *err)
{
	const struct hs__shelf *shelf = env->rest->shelf;
	struct hs_json *tree = NULL;

	*out = (struct hs__referred) { .type = env->sandbox->by_number[resource->type], .id = resource->id };
	if (!hs__shelf_owns(resource)) {
		enum hs_status status = hs_json_parse(arena, resource->body, NULL, &tree, err);
		out->url = hs_json_get_text(tree, HS_S("url"));
		return status;
	}
	const struct hs__shelf_type *type = hs__shelf_type(env->rest, out->type);
	uint32_t at = (uint32_t)(resource->row & ~HS__SHELF_ROW) - type->item_first;
	uint32_t param = shelf_param(env->rest, arena, out->type->name, HS_S("url"));
	const struct hs__shelf_item *item = hs__shelf_item(shelf, type, at);
	for (uint32_t i = 0; i < item->row_count; i++) {
		const struct hs__shelf_value *value = &shelf->values[shelf->rows[item->row_first + i].value];
		if (value->param == param && value->kind == HS_INDEX_URI)
			out->url = hs_image_text(shelf->image, value->text);
	}
	return HS_OK;
}

/* ---- by values ---- */

struct search {
	const struct hs__refer *refer;
	const struct hs__rest_type *type;
	const struct hs__shelf_type *shelved;
};

static enum hs_status show(const struct search *search, uint32_t at, struct hs_error *err)
{
	struct hs_resource found;
	bool hidden = false;
	enum hs_status status = hs__shade_hides(search->refer->env, search->refer->txn, search->refer->arena,
		search->type, at, &hidden, err);
	if (status == HS_OK && !hidden) {
		hs__shelf_describe(search->refer->env, search->type, at, &found);
		search->refer->found(search->refer->arg, &found);
	}
	return status;
}

static bool open_search(struct search *search, enum hs_status *status, struct hs_error *err)
{
	*status = HS_OK;
	search->shelved = hs__shelf_type(search->refer->env->rest, search->type);
	if (!search->shelved)
		return false;
	*status = hs__shade_learn(search->refer->env, search->refer->txn, search->refer->arena, search->type,
		err);
	return *status == HS_OK;
}

/* ---- who refers ---- */

/* `type` 0: by URL. */
static enum hs_status show_referring(const struct search *search, uint32_t param, uint32_t type,
	struct hs_slice text, struct hs_error *err)
{
	const struct hs__shelf *shelf = search->refer->env->rest->shelf;
	struct hs__shelf_stretch stretch = hs__shelf_stretch(shelf, search->shelved, HS__SHELF_OF_TEXT, param,
		HS_INDEX_REFERENCE, text);
	enum hs_status status = HS_OK;

	for (uint32_t i = stretch.first; i < stretch.end; i++) {
		const struct hs__shelf_value *value = &shelf->values[i];
		bool meant = value->target_type == type &&
			hs_slice_eq(hs_image_text(shelf->image, value->text), text);
		for (uint32_t k = 0; meant && status == HS_OK && k < value->holder_count; k++)
			status = show(search, shelf->holders[value->holder_first + k], err);
	}
	return status;
}

enum hs_status hs__refer_shelf(const struct hs__refer *refer, const struct hs__rest_type *source,
	struct hs_slice code, const struct hs__referred *referred, size_t count, struct hs_error *err)
{
	struct search search = { refer, source, NULL };
	enum hs_status status = HS_OK;

	if (!open_search(&search, &status, err))
		return status;
	uint32_t param = shelf_param(refer->env->rest, refer->arena, source->name, code);
	for (size_t i = 0; status == HS_OK && param && i < count; i++) {
		status = show_referring(&search, param, referred[i].type->index + 1, referred[i].id, err);
		if (status == HS_OK && referred[i].url.len)
			status = show_referring(&search, param, 0, referred[i].url, err);
	}
	return status;
}

/* ---- what is meant ---- */

struct named {
	struct hs_slice url, version; /* version empty: any */
};

static enum hs_status named_on_shelf(const struct search *from, const struct named *named,
	struct hs_error *err)
{
	struct search search = *from;
	const struct hs_rest *rest = search.refer->env->rest;
	struct hs_arena *arena = search.refer->arena;
	enum hs_status status = HS_OK;

	if (!open_search(&search, &status, err))
		return status;
	struct hs_find url = { .op = HS_FIND_URI,
		.param = shelf_param(rest, arena, search.type->name, HS_S("url")),
		.text = named->url };
	struct hs_find version = { .op = HS_FIND_TOKEN,
		.any_system = true,
		.param = shelf_param(rest, arena, search.type->name, HS_S("version")),
		.text = named->version };
	const struct hs_find *kids[] = { &url, &version };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = named->version.len ? 2 : 1 };
	struct hs_search asked = { .where = &both };
	struct hs__links links = { .env = search.refer->env, .txn = search.refer->txn, .arena = arena };
	struct hs__shelf_hits hits = { NULL, 0 };
	status = hs__shelf_search(&links, search.type, &asked, &hits, err);
	for (size_t i = 0; status == HS_OK && i < hits.count; i++)
		status = show(&search, hits.items[i].at, err);
	return status;
}

static enum hs_status named_in_store(const struct search *search, const struct named *named,
	struct hs_error *err)
{
	const struct hs_rest_sandbox *sandbox = search->refer->env->sandbox;
	struct hs_slice type = search->type->name;
	struct hs_find url = { .op = HS_FIND_URI,
		.match = HS_MATCH_EXACT,
		.param = hs_rest_param_number(sandbox, type, HS_S("url")),
		.text = named->url };
	struct hs_find version = { .op = HS_FIND_TOKEN,
		.any_system = true,
		.param = hs_rest_param_number(sandbox, type, HS_S("version")),
		.text = named->version };
	const struct hs_find *kids[] = { &url, &version };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = named->version.len ? 2 : 1 };
	struct hs_find_query query = { .type = hs__rest_type_number(sandbox, search->type),
		.where = &both,
		.count = search->refer->env->rest->config.include_max };
	struct hs_find_page page = { 0 };

	if (!url.param || !query.type)
		return HS_OK;
	enum hs_status status = hs_txn_find(search->refer->txn, search->refer->arena, &query, &page, err);
	for (size_t i = 0; status == HS_OK && i < page.count; i++)
		search->refer->found(search->refer->arg, &page.items[i]);
	return status;
}

enum hs_status hs__refer_canonical(const struct hs__refer *refer, const struct hs__rest_type *only,
	struct hs_slice canonical, struct hs_error *err)
{
	const struct hs_rest *rest = refer->env->rest;
	struct search search = { refer, NULL, NULL };
	struct named named = { .version = canonical };
	enum hs_status status = HS_OK;

	named.url = hs_slice_cut(&named.version, '|');
	for (size_t i = 0; status == HS_OK && i < rest->type_count; i++) {
		search.type = &rest->types[i];
		bool packaged = search.type->row && search.type->row->packaged != HS_PACKAGED_NONE;
		if (only ? search.type != only : !packaged)
			continue;
		status = named_in_store(&search, &named, err);
		if (status == HS_OK && rest->shelf)
			status = named_on_shelf(&search, &named, err);
	}
	return status;
}
