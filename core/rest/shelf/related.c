/* SPDX-License-Identifier: Apache-2.0 */
/* Which items of the shelf are related to something: by chains, in what they contain, and by _has. */
#include <core/rest/shelf/links.h>
#include <core/rest/shelf/values.h>

#define TEXT_MAX ((size_t)128 << 20) /* to read one item and look at it */

struct relating {
	struct hs__links *links;
	const struct hs__rest_type *of;
	const struct hs__shelf *shelf;
	const struct hs__shelf_type *type;
	const struct hs_find *find;
	const bool *within;
	bool *out;
	const struct hs__link_end *end; /* NULL: of a chain into what an item contains */
	struct hs_error *err;
};

static bool is_asked(const struct relating *relating, uint32_t at)
{
	return (!relating->within || relating->within[at]) && !relating->out[at];
}

/* ---- what is stored ---- */

/* Is there a stored resource behind the link for which `such` holds too? */
static enum hs_status find_stored(const struct relating *relating, const struct hs_find *such, bool *found)
{
	const struct hs__links *links = relating->links;
	const struct hs_find *kids[] = { such, relating->end->stored };
	struct hs_find both = { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
	struct hs_find_query query = { .type = hs__rest_type_number(links->env->sandbox, relating->end->type),
		.where = &both,
		.count = 1,
		.keys_only = true };
	struct hs_find_page page = { 0 };
	enum hs_status status = hs_txn_find(links->txn, links->arena, &query, &page, relating->err);
	*found = page.count > 0;
	return status;
}

/* ---- chains ---- */

static enum hs_status leads_there(const struct relating *relating, const struct hs__shelf_value *value,
	bool *found)
{
	const struct hs__link_end *end = relating->end;
	struct hs_slice text = hs_image_text(relating->shelf->image, value->text);
	struct hs_find by_id = { .op = HS_FIND_ID, .text = text };
	uint32_t at = 0;
	*found = false;
	if (!value->target_type)
		*found = !value->implied && hs_map_get(&end->names, text);
	else if (end->holds &&
		hs__shelf_find_id(relating->shelf, hs__shelf_type(relating->links->env->rest, end->type),
			text, &at))
		*found = end->holds[at];
	if (*found || !value->target_type || !end->any_stored)
		return HS_OK;
	return find_stored(relating, &by_id, found);
}

static struct hs__shelf_stretch references(const struct relating *relating)
{
	if (!relating->find->param)
		return (struct hs__shelf_stretch) { 0, 0 };
	return hs__shelf_stretch(relating->shelf, relating->type, HS__SHELF_OF_KIND, relating->find->param,
		HS_INDEX_REFERENCE, HS_S_NONE);
}

static enum hs_status add_chain(const struct relating *relating)
{
	const struct hs__link_end *end = relating->end;
	struct hs__shelf_stretch stretch = references(relating);
	enum hs_status status = HS_OK;
	if (end->names.count == 0 && end->shelved.count == 0 && !end->any_stored)
		return HS_OK;
	for (uint32_t i = stretch.first; status == HS_OK && i < stretch.end; i++) {
		const struct hs__shelf_value *value = &relating->shelf->values[i];
		bool found = false;
		if (value->target_type && value->target_type != relating->find->target_type)
			continue;
		status = leads_there(relating, value, &found);
		if (status == HS_OK && found)
			hs__shelf_mark_holders(relating->shelf, value, relating->out);
	}
	return status;
}

/* ---- what an item contains: chains within that lead out of it are not followed ---- */

/* Of the package's own text: id and meta, which are ours to write, say nothing of what is inside. */
static enum hs_status read_contained(const struct relating *relating, struct hs_arena *arena,
	const struct hs__shelf_item *item, struct hs_contained **inside, size_t *count)
{
	const struct hs_rest *rest = relating->links->env->rest;
	struct hs_search_work work = { rest->config.rules, &rest->numbering, arena };
	struct hs_slice text = HS_S_NONE;
	struct hs_json *tree = NULL;
	enum hs_status status = hs__shelf_tree(relating->shelf, item, arena, &text, &tree, relating->err);
	return status == HS_OK ? hs_search_contained(&work, tree, HS_S_NONE, inside, count, relating->err) :
				 status;
}

/* `id` as in a reference: "#id". */
static bool contains_such(const struct relating *relating, const struct hs_contained *inside, size_t count,
	struct hs_slice id)
{
	for (size_t i = 0; id.len > 0 && i < count; i++) {
		if (inside[i].type == (relating->find->target_type & ~HS_TYPE_CONTAINED) &&
			hs_slice_eq(inside[i].id, hs_slice_from(id, 1)))
			return hs_search_match(relating->find->kids[0], inside[i].id, 0, inside[i].index,
				inside[i].index_count, NULL, NULL);
	}
	return false;
}

static enum hs_status look_inside(const struct relating *relating, struct hs__shelf_stretch stretch,
	uint32_t at)
{
	const struct hs__shelf *shelf = relating->shelf;
	const struct hs__shelf_item *item = hs__shelf_item(shelf, relating->type, at);
	struct hs_arena *arena = hs_arena_new(TEXT_MAX);
	struct hs_contained *inside = NULL;
	size_t count = 0;
	enum hs_status status = read_contained(relating, arena, item, &inside, &count);
	for (uint32_t i = 0; status == HS_OK && i < item->row_count; i++) {
		uint32_t value = shelf->rows[item->row_first + i].value;
		if (value >= stretch.first && value < stretch.end &&
			shelf->values[value].target_type == relating->find->target_type &&
			contains_such(relating, inside, count,
				hs_image_text(shelf->image, shelf->values[value].text)))
			relating->out[at] = true;
	}
	hs_arena_free(arena);
	return status;
}

static enum hs_status add_containers(const struct relating *relating)
{
	struct hs__shelf_stretch stretch = references(relating);
	bool *refer = hs_arena_array(relating->links->arena, (size_t)relating->type->item_count + 1,
		sizeof *refer);
	enum hs_status status = HS_OK;
	if (!refer)
		return hs_fail(relating->err, HS_E_LIMIT, "the search is too large");
	for (uint32_t i = stretch.first; i < stretch.end; i++) {
		if (relating->shelf->values[i].target_type == relating->find->target_type)
			hs__shelf_mark_holders(relating->shelf, &relating->shelf->values[i], refer);
	}
	for (uint32_t at = 0; status == HS_OK && at < relating->type->item_count; at++) {
		if (refer[at] && is_asked(relating, at))
			status = look_inside(relating, stretch, at);
	}
	return status;
}

/* ---- _has ---- */

static bool has_version(const struct relating *relating, uint32_t at, struct hs__shelf_stretch versions)
{
	const struct hs__shelf_item *item = hs__shelf_item(relating->shelf, relating->type, at);
	for (uint32_t i = 0; i < item->row_count; i++) {
		uint32_t value = relating->shelf->rows[item->row_first + i].value;
		if (value >= versions.first && value < versions.end)
			return true;
	}
	return false;
}

/* Those of a URL, which may name a version. */
static void add_named(const struct relating *relating, struct hs_slice name)
{
	const struct hs__shelf *shelf = relating->shelf;
	struct hs_slice version = name, url = hs_slice_cut(&version, '|');
	uint32_t by_url = hs__links_param(relating->links, relating->of, "url");
	uint32_t by_version = hs__links_param(relating->links, relating->of, "version");
	struct hs__shelf_stretch urls = hs__shelf_stretch(shelf, relating->type, HS__SHELF_OF_TEXT, by_url,
		HS_INDEX_URI, url);
	struct hs__shelf_stretch versions = hs__shelf_stretch(shelf, relating->type, HS__SHELF_OF_TEXT,
		by_version, HS_INDEX_TOKEN, version);
	for (uint32_t i = urls.first; i < urls.end; i++) {
		const struct hs__shelf_value *value = &shelf->values[i];
		if (!hs_slice_eq(hs_image_text(shelf->image, value->text), url))
			continue;
		for (uint32_t k = 0; k < value->holder_count; k++) {
			uint32_t at = shelf->holders[value->holder_first + k];
			relating->out[at] |= version.len == 0 || has_version(relating, at, versions);
		}
	}
}

/* What one behind the link refers to: "TYPE/ID", or a URL. */
static void add_referred(const struct relating *relating, struct hs_slice name)
{
	struct hs_slice id = name, head = hs_slice_cut(&id, '/');
	uint64_t number = 0;
	uint32_t at = 0;
	if (!hs_slice_u64(head, &number))
		add_named(relating, name);
	else if (number == relating->of->index + 1 &&
		hs__shelf_find_id(relating->shelf, relating->type, id, &at))
		relating->out[at] = true;
}

static enum hs_status add_referred_by_stored(const struct relating *relating)
{
	const struct hs_rest_sandbox *sandbox = relating->links->env->sandbox;
	enum hs_status status = HS_OK;
	for (uint32_t at = 0; status == HS_OK && at < relating->type->item_count; at++) {
		const struct hs__shelf_item *item = hs__shelf_item(relating->shelf, relating->type, at);
		struct hs_find points = { .op = HS_FIND_REFERENCE,
			.param = hs__links_stored_param(relating->links, relating->find->param),
			.target_type = hs__rest_type_number(sandbox, relating->of),
			.text = hs_image_text(relating->shelf->image, item->id) };
		if (is_asked(relating, at))
			status = find_stored(relating, &points, &relating->out[at]);
	}
	return status;
}

static enum hs_status add_referred_to(const struct relating *relating)
{
	if (!relating->find->param)
		return HS_OK;
	HS_MAP_EACH(slot, &relating->end->names) {
		add_referred(relating, slot->key);
	}
	return relating->end->any_stored ? add_referred_by_stored(relating) : HS_OK;
}

/* ---- any ---- */

enum hs_status hs__links_add(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_find *find, const bool *within, bool *out, struct hs_error *err)
{
	const struct hs__shelf_type *shelved = hs__shelf_type(links->env->rest, type);
	struct hs__link_end *end = NULL;
	struct relating relating = { links, type, links->env->rest->shelf, shelved, find, within, out, NULL,
		err };
	if (within && !memchr(within, true, shelved->item_count * sizeof *within))
		return HS_OK;
	if (find->op == HS_FIND_CHAIN && find->target_type & HS_TYPE_CONTAINED)
		return add_containers(&relating);
	enum hs_status status = hs__link_end(links, type, find, &end, err);
	relating.end = end;
	if (status != HS_OK)
		return status;
	return find->op == HS_FIND_CHAIN ? add_chain(&relating) : add_referred_to(&relating);
}
