/* SPDX-License-Identifier: Apache-2.0 */
/* Who refers to a resource from a package, and what a canonical URL means: by keys of the shelf and indexes
 * of the store. */
#include <core/rest/refer.h>
#include <core/rest/shelf/shelf.h>

static uint32_t shelf_param(const struct hs_rest *rest, struct hs_arena *arena, struct hs_slice type,
	struct hs_slice code)
{
	struct hs_slice name = hs_arena_printf(arena, "%.*s.%.*s", HS_S_ARG(type), HS_S_ARG(code));
	return rest->numbering.number(rest->numbering.arg, HS_SPACE_PARAM, name);
}

/* The entries of the place `at` of a type; count is 0 when memory is out. */
static const struct hs_index_row *rows_at(const struct hs__shelf *shelf, const struct hs__shelf_type *type,
	struct hs_arena *arena, uint32_t at, size_t *count)
{
	struct hs_index_row *rows = hs_arena_array(arena, (size_t)type->rows_most + 1, sizeof(*rows));
	*count = rows ? hs__shelf_rows(shelf, hs__shelf_item(shelf, type, at), rows) : 0;
	return rows;
}

enum hs_status hs__refer_to(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs_resource *resource, struct hs__referred *out, struct hs_error *err)
{
	const struct hs__shelf *shelf = env->rest->shelf;
	struct hs_json *tree = NULL;
	size_t count = 0;

	*out = (struct hs__referred) { .type = env->sandbox->by_number[resource->type], .id = resource->id };
	if (!hs__shelf_owns(resource)) {
		enum hs_status status = hs_json_parse(arena, resource->body, NULL, &tree, err);
		out->url = hs_json_get_text(tree, HS_S("url"));
		return status;
	}
	const struct hs__shelf_type *type = hs__shelf_type(env->rest, out->type);
	uint32_t at = (uint32_t)(resource->row & ~HS__SHELF_ROW) - type->item_first;
	uint32_t param = shelf_param(env->rest, arena, out->type->name, HS_S("url"));
	const struct hs_index_row *rows = rows_at(shelf, type, arena, at, &count);
	for (size_t i = 0; i < count; i++)
		if (rows[i].param == param && rows[i].kind == HS_INDEX_URI)
			out->url = rows[i].text;
	return HS_OK;
}

/* ---- by keys ---- */

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

typedef bool match_fn(const struct hs_index_row *rows, size_t count, const void *asked);

/* Shows each item that has a key of this kind and text, and for which `match` holds. */
static enum hs_status by_key(const struct search *search, uint32_t param, uint8_t kind, struct hs_slice text,
	match_fn *match, const void *asked, struct hs_error *err)
{
	const struct hs__shelf *shelf = search->refer->env->rest->shelf;
	const struct hs__shelf_key *keys = shelf->keys + search->shelved->key_first;
	uint32_t hash = hs__shelf_hash(param, kind, text);
	uint32_t low = hs__shelf_first_key(shelf, search->shelved, hash);
	enum hs_status status = HS_OK;

	for (; status == HS_OK && low < search->shelved->key_count && keys[low].hash == hash; low++) {
		size_t count = 0;
		bool again = low > 0 && keys[low - 1].hash == hash && keys[low - 1].item == keys[low].item;
		const struct hs_index_row *rows = again ?
			NULL :
			rows_at(shelf, search->shelved, search->refer->arena, keys[low].item, &count);
		if (match(rows, count, asked))
			status = show(search, keys[low].item, err);
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

struct link {
	uint32_t param, type; /* shelf numbers; type 0: by URL */
	struct hs_slice text;
};

static bool is_link(const struct hs_index_row *rows, size_t count, const void *asked)
{
	const struct link *link = asked;

	for (size_t i = 0; i < count; i++)
		if (rows[i].param == link->param && rows[i].kind == HS_INDEX_REFERENCE &&
			rows[i].target_type == link->type && hs_slice_eq(rows[i].text, link->text))
			return true;
	return false;
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
		struct link by_id = { param, referred[i].type->index + 1, referred[i].id };
		struct link by_url = { param, 0, referred[i].url };
		status = by_key(&search, param, HS_INDEX_REFERENCE, by_id.text, is_link, &by_id, err);
		if (status == HS_OK && by_url.text.len)
			status = by_key(&search, param, HS_INDEX_REFERENCE, by_url.text, is_link, &by_url,
				err);
	}
	return status;
}

/* ---- what is meant ---- */

struct named {
	uint32_t url_param, version_param; /* shelf numbers */
	struct hs_slice url, version;      /* version empty: any */
};

static bool is_named(const struct hs_index_row *rows, size_t count, const void *asked)
{
	const struct named *named = asked;
	bool url = false, version = !named->version.len;

	for (size_t i = 0; i < count; i++) {
		url = url || (rows[i].param == named->url_param && hs_slice_eq(rows[i].text, named->url));
		version = version ||
			(rows[i].param == named->version_param && hs_slice_eq(rows[i].text, named->version));
	}
	return url && version;
}

static enum hs_status named_on_shelf(const struct search *from, const struct named *asked,
	struct hs_error *err)
{
	struct search search = *from;
	struct named named = *asked;
	enum hs_status status = HS_OK;

	if (!open_search(&search, &status, err))
		return status;
	named.url_param = shelf_param(search.refer->env->rest, search.refer->arena, search.type->name,
		HS_S("url"));
	named.version_param = shelf_param(search.refer->env->rest, search.refer->arena, search.type->name,
		HS_S("version"));
	return by_key(&search, named.url_param, HS_INDEX_URI, named.url, is_named, &named, err);
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
