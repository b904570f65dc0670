/* SPDX-License-Identifier: Apache-2.0 */
/* Follows references from and to the resources of a page, in rounds: matches first, then what :iterate adds.
 */
#include <core/rest/search/include.h>
#include <core/rest/refer.h>
#include <core/rest/shelf/shelf.h>

#include <stdio.h>

#define ROUNDS_MAX 6 /* matches, then five times what the round before added */

struct walk {
	const struct hs__rest_env *env;
	struct hs_txn *txn;
	struct hs_arena *arena;
	const struct hs_search *search;
	struct hs__rest_included *out;
	struct hs_map seen; /* "type number/id", and canonicals that were followed */
	size_t followed;    /* canonicals */
};

static bool see(struct walk *walk, uint32_t type, struct hs_slice id)
{
	char text[96];
	bool fresh = false;
	int len = snprintf(text, sizeof text, "%u/%.*s", type, HS_S_ARG(hs_slice_first(id, 64)));
	struct hs_slice key = hs_slice(text, (size_t)len);
	if (hs_map_get(&walk->seen, key))
		return false;
	return hs_map_put(&walk->seen, hs_arena_copy(walk->arena, key), &fresh) && fresh;
}

static void keep(struct walk *walk, const struct hs_resource *resource)
{
	struct hs__rest_included *out = walk->out;
	if (out->count == walk->env->rest->config.include_max || !see(walk, resource->type, resource->id)) {
		out->truncated = out->truncated || out->count == walk->env->rest->config.include_max;
		return;
	}
	if (out->count == out->room) {
		size_t room = out->room ? out->room * 2 : 32;
		void *items = hs_arena_grow(walk->arena, out->items, out->room * sizeof *out->items,
			room * sizeof *out->items);
		if (!items)
			return;
		out->items = items;
		out->room = room;
	}
	out->items[out->count++] = *resource;
}

static void keep_found(void *walk, const struct hs_resource *resource)
{
	keep(walk, resource);
}

static struct hs_slice type_name(const struct walk *walk, uint32_t number)
{
	const struct hs_rest_sandbox *sandbox = walk->env->sandbox;
	const struct hs__rest_type *type = number < sandbox->number_count ? sandbox->by_number[number] : NULL;
	return type ? type->name : HS_S_NONE;
}

static bool any_or(struct hs_slice wanted, struct hs_slice name)
{
	return wanted.len == 0 || hs_slice_eq(wanted, HS_S("*")) || hs_slice_eq(wanted, name);
}

/* Does a directive ask for what this index entry refers to? */
static bool wants(const struct walk *walk, const struct hs_search_include *include, struct hs_slice source,
	const struct hs_index_row *row)
{
	if (!any_or(include->source, source) || !any_or(include->target, type_name(walk, row->target_type)))
		return false;
	return hs_slice_eq(include->param, HS_S("*")) || include->param.len == 0 ||
		row->param == hs_rest_param_number(walk->env->sandbox, source, include->param);
}

static enum hs_status fetch(struct walk *walk, const struct hs_index_row *row, struct hs_error *err)
{
	const struct hs_rest_sandbox *sandbox = walk->env->sandbox;
	const struct hs__rest_type *type = row->target_type < sandbox->number_count ?
		sandbox->by_number[row->target_type] :
		NULL;
	struct hs_resource target = { 0 };
	if (!type)
		return HS_OK;
	enum hs_status status = hs__rest_current(walk->env, walk->txn, walk->arena, type, row->text, &target,
		err);
	if (status == HS_OK)
		keep(walk, &target);
	return status == HS_E_NOT_FOUND || status == HS_E_DELETED ? HS_OK : status;
}

/* A reference by URL: what has that canonical, when a directive asks for it. */
static enum hs_status follow_url(struct walk *walk, const struct hs_search_include *include,
	struct hs_slice source, const struct hs_index_row *row, struct hs_error *err)
{
	const struct hs_rest *rest = walk->env->rest;
	const struct hs_map_slot *only = include->target.len ? hs_map_get(&rest->by_name, include->target) :
							       NULL;
	bool every = hs_slice_eq(include->param, HS_S("*")) || include->param.len == 0, fresh = false;
	if (!any_or(include->source, source) || (include->target.len && !only))
		return HS_OK;
	if (!every && row->param != hs_rest_param_number(walk->env->sandbox, source, include->param))
		return HS_OK;
	struct hs_slice key = hs_arena_printf(walk->arena, "%.*s %.*s", HS_S_ARG(include->target),
		HS_S_ARG(row->text));
	if (!hs_map_put(&walk->seen, key, &fresh) || !fresh)
		return HS_OK;
	if (walk->followed == rest->config.include_max) {
		walk->out->truncated = true;
		return HS_OK;
	}
	walk->followed++;
	struct hs__refer refer = { walk->env, walk->txn, walk->arena, keep_found, walk };
	return hs__refer_canonical(&refer, only ? only->value.ptr : NULL, row->text, err);
}

/* The references that a resource was indexed with; only services that keep a type themselves may have none at
 * hand. */
static enum hs_status references_of(struct walk *walk, const struct hs_resource *resource,
	struct hs_index_row **rows, size_t *count, struct hs_error *err)
{
	struct hs_json *tree = NULL;
	struct hs_slice body = resource->body;
	enum hs_status status = HS_OK;
	if (!hs__shelf_owns(resource))
		status = hs_txn_index(walk->txn, walk->arena, resource, HS_INDEX_KIND(HS_INDEX_REFERENCE),
			rows, count, err);
	if (!hs__shelf_owns(resource) && status != HS_E_NOT_SUPPORTED)
		return status;
	status = body.len ? HS_OK : hs__shelf_body(walk->env, walk->arena, resource, &body, err);
	if (status == HS_OK)
		status = hs_json_parse(walk->arena, body, NULL, &tree, err);
	if (status == HS_OK)
		status = hs_search_extract(&(struct hs_search_work) { walk->env->rest->config.rules,
						   &walk->env->sandbox->numbering, walk->arena },
			tree, walk->env->base, rows, count, err);
	return status;
}

/* The references of one resource that the directives of this round ask for. */
static enum hs_status follow(struct walk *walk, const struct hs_resource *resource, bool first,
	struct hs_error *err)
{
	struct hs_slice source = type_name(walk, resource->type);
	struct hs_index_row *rows = NULL;
	size_t count = 0;
	const struct hs_search *search = walk->search;
	enum hs_status status = references_of(walk, resource, &rows, &count, err);
	for (size_t i = 0; status == HS_OK && i < count; i++) {
		bool versioned = hs__shelf_versioned(rows, i);
		if (rows[i].kind != HS_INDEX_REFERENCE)
			continue;
		for (size_t k = 0; status == HS_OK && k < search->include_count; k++)
			if (!first && !search->includes[k].iterate)
				continue;
			else if (rows[i].target_type == 0 && !versioned)
				status = follow_url(walk, &search->includes[k], source, &rows[i], err);
			else if (rows[i].target_type != 0 &&
				wants(walk, &search->includes[k], source, &rows[i]))
				status = fetch(walk, &rows[i], err);
	}
	return status;
}

/* What of `items` the directive is about. */
static enum hs_status list_referred(struct walk *walk, const struct hs_search_include *include,
	const struct hs_resource *items, size_t count, struct hs__referred *out, size_t *out_count,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	*out_count = 0;
	for (size_t i = 0; status == HS_OK && i < count; i++) {
		if (any_or(include->target, type_name(walk, items[i].type)))
			status = hs__refer_to(walk->env, walk->arena, &items[i], &out[(*out_count)++], err);
	}
	return status;
}

/* Stored resources of include->source that refer to one of these. */
static enum hs_status gather_stored(struct walk *walk, const struct hs_search_include *include,
	const struct hs__referred *referred, size_t count, struct hs_error *err)
{
	const struct hs_rest_sandbox *sandbox = walk->env->sandbox;
	struct hs_find *finds = hs_arena_array(walk->arena, 2 * count, sizeof *finds);
	const struct hs_find **kids = hs_arena_array(walk->arena, 2 * count, sizeof *kids);
	struct hs_find_page page = { 0 };
	struct hs_find where = { .op = HS_FIND_OR, .kids = kids };
	uint32_t param = hs_rest_param_number(sandbox, include->source, include->param);
	if (!finds || !kids)
		return hs_fail(err, HS_E_LIMIT, "there are too many resources to include");
	for (size_t i = 0; i < 2 * count; i++) {
		const struct hs__referred *to = &referred[i / 2];
		bool by_url = i % 2;
		finds[i] = (struct hs_find) { .op = HS_FIND_REFERENCE,
			.param = param,
			.target_type = by_url ? 0 : hs__rest_type_number(sandbox, to->type),
			.text = by_url ? to->url : to->id };
		if (finds[i].text.len)
			kids[where.kid_count++] = &finds[i];
	}
	struct hs_find_query query = { .type = hs_rest_type_number(sandbox, include->source),
		.where = &where,
		.count = walk->env->rest->config.include_max };
	if (query.type == 0)
		return HS_OK;
	enum hs_status status = hs_txn_find(walk->txn, walk->arena, &query, &page, err);
	for (size_t i = 0; status == HS_OK && i < page.count; i++)
		keep(walk, &page.items[i]);
	walk->out->truncated = walk->out->truncated || page.next.len > 0;
	return status;
}

/* Resources of include->source that refer to one of `items` by its parameter. */
static enum hs_status gather(struct walk *walk, const struct hs_search_include *include,
	const struct hs_resource *items, size_t count, struct hs_error *err)
{
	const struct hs_map_slot *source = hs_map_get(&walk->env->rest->by_name, include->source);
	struct hs__referred *referred = hs_arena_array(walk->arena, count + 1, sizeof *referred);
	struct hs__refer refer = { walk->env, walk->txn, walk->arena, keep_found, walk };
	size_t asked = 0;
	if (!referred)
		return hs_fail(err, HS_E_LIMIT, "there are too many resources to include");
	enum hs_status status = list_referred(walk, include, items, count, referred, &asked, err);
	if (status != HS_OK || asked == 0 || !source)
		return status;
	status = gather_stored(walk, include, referred, asked, err);
	if (status == HS_OK)
		status = hs__refer_shelf(&refer, source->value.ptr, include->param, referred, asked, err);
	return status;
}

/* By every reference of a type: Observation:* */
static enum hs_status gather_all(struct walk *walk, const struct hs_search_include *include,
	const struct hs_resource *items, size_t count, struct hs_error *err)
{
	const struct hs_rest_config *config = &walk->env->rest->config;
	struct hs_search_include one = *include;
	size_t names = 0;
	const struct hs_slice *name = hs_search_names(config->rules, include->source, walk->arena, &names);
	enum hs_status status = HS_OK;
	if (!name)
		return hs_fail(err, HS_E_LIMIT, "there are too many resources to include");
	for (size_t i = 0; status == HS_OK && i < names; i++) {
		one.param = hs_slice_from(name[i], include->source.len + 1); /* behind "Observation." */
		const struct hs_def_param *param = hs_defs_param(config->defs, include->source, one.param);
		if (param && param->type == HS_PARAM_REFERENCE)
			status = gather(walk, &one, items, count, err);
	}
	return status;
}

static enum hs_status round_of(struct walk *walk, const struct hs_resource *items, size_t count, bool first,
	struct hs_error *err)
{
	const struct hs_search *search = walk->search;
	enum hs_status status = HS_OK;
	for (size_t i = 0; status == HS_OK && search->include_count > 0 && i < count; i++)
		status = follow(walk, &items[i], first, err);
	for (size_t k = 0; status == HS_OK && k < search->revinclude_count; k++) {
		const struct hs_search_include *include = &search->revincludes[k];
		if (!first && !include->iterate)
			continue;
		status = hs_slice_eq(include->param, HS_S("*")) ?
			gather_all(walk, include, items, count, err) :
			gather(walk, include, items, count, err);
	}
	return status;
}

static bool iterates(const struct hs_search *search)
{
	bool any = false;
	for (size_t i = 0; i < search->include_count; i++)
		any = any || search->includes[i].iterate;
	for (size_t i = 0; i < search->revinclude_count; i++)
		any = any || search->revincludes[i].iterate;
	return any;
}

enum hs_status hs__rest_include(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_search *search, const struct hs_find_page *matches, struct hs__rest_included *out,
	struct hs_error *err)
{
	struct walk walk = { .env = env, .txn = txn, .arena = arena, .search = search, .out = out };
	hs_map_init(&walk.seen, arena);
	for (size_t i = 0; i < matches->count; i++)
		see(&walk, matches->items[i].type, matches->items[i].id);
	enum hs_status status = round_of(&walk, matches->items, matches->count, true, err);
	size_t done = 0;
	for (int round = 1; status == HS_OK && round < ROUNDS_MAX && iterates(search) && done < out->count;
		round++) {
		/* `keep` may move the list: a round walks a copy of what the one before added. */
		size_t count = out->count - done;
		struct hs_resource *added = hs_arena_array(arena, count, sizeof *added);
		if (!added)
			return hs_fail(err, HS_E_LIMIT, "there are too many resources to include");
		memcpy(added, out->items + done, count * sizeof *added);
		done = out->count;
		status = round_of(&walk, added, count, false, err);
	}
	return status;
}
