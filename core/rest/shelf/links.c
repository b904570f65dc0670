/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions with links, made into what the store can carry out. */
#include <core/rest/shelf/links.h>

static enum hs_status too_large(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the search is too large");
}

static bool is_link(const struct hs_find *find)
{
	return find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS;
}

/* As deep as the tree, which the parser limits. */
bool hs__links_matter(const struct hs__rest_env *env, const struct hs__rest_type *type,
	const struct hs_find *find)
{
	const struct hs_rest_sandbox *sandbox = env->sandbox;
	uint32_t number = find ? find->target_type & ~HS_TYPE_CONTAINED : 0;
	bool link = find && is_link(find);
	const struct hs__rest_type *to = link && number < sandbox->number_count ? sandbox->by_number[number] :
										  type;
	if (link && !(find->target_type & HS_TYPE_CONTAINED) &&
		(hs__shelf_type(env->rest, to) ||
			hs__links_canonical(env->rest, find->op == HS_FIND_HAS ? type : to)))
		return true;
	for (size_t i = 0; find && i < find->kid_count; i++)
		if (hs__links_matter(env, to, find->kids[i]))
			return true;
	return false;
}

/* ---- numbers ---- */

static uint32_t stored_type(const struct hs__links *links, uint32_t number)
{
	if (number == 0)
		return 0;
	return hs__rest_type_number(links->env->sandbox, hs__links_type(links, number)) |
		(number & HS_TYPE_CONTAINED);
}

uint32_t hs__links_stored_param(const struct hs__links *links, uint32_t number)
{
	uint32_t plain = number & ~HS_PARAM_CONTAINED;
	return plain ? links->env->sandbox->param_numbers[plain - 1] | (number & HS_PARAM_CONTAINED) : 0;
}

/* ---- what an end adds ---- */

struct widened {
	struct hs__links *links;
	const struct hs_find *link;
	const struct hs__rest_type *from;
	const struct hs_find **kids;
	size_t count;
	bool full; /* memory is out */
};

static struct hs_find *add(struct widened *out, enum hs_find_op op, uint32_t param, struct hs_slice text)
{
	struct hs_find *find = hs_arena_alloc(out->links->arena, sizeof *find);
	if (!find) {
		out->full = true;
		return NULL;
	}
	*find = (struct hs_find) { .op = (uint8_t)op, .param = param, .text = text };
	out->kids[out->count++] = find;
	return find;
}

static void join(struct widened *out, struct hs_find *find, const struct hs_find *left, struct hs_find *right)
{
	const struct hs_find **kids = hs_arena_array(out->links->arena, 2, sizeof *kids);
	out->full = out->full || !kids || !right;
	if (out->full)
		return;
	kids[0] = left;
	kids[1] = right;
	*find = (struct hs_find) { .op = HS_FIND_AND, .kids = kids, .kid_count = 2 };
}

static struct hs_find *copy(struct widened *out, const struct hs_find *find)
{
	struct hs_find *made = hs_arena_alloc(out->links->arena, sizeof *made);
	if (made)
		*made = *find;
	return made;
}

static struct hs_find *without(struct widened *out, const struct hs_find *find)
{
	const struct hs_find **kids = hs_arena_array(out->links->arena, 1, sizeof *kids);
	struct hs_find *made = hs_arena_alloc(out->links->arena, sizeof *made);
	if (!made || !kids)
		return NULL;
	kids[0] = find;
	*made = (struct hs_find) { .op = HS_FIND_NOT, .kids = kids, .kid_count = 1 };
	return made;
}

/* References to a URL. One without a version means every version, one with a version only that. */
static void add_url(struct widened *out, struct hs_slice url)
{
	uint32_t param = hs__links_stored_param(out->links, out->link->param);
	struct hs_find *find = add(out, HS_FIND_REFERENCE, param, url);
	if (!find || hs_slice_find(url, '|', 0) != SIZE_MAX)
		return;
	struct hs_find versioned = { .op = HS_FIND_REFERENCE,
		.param = param,
		.match = HS_MATCH_STARTS,
		.text = hs_arena_printf(out->links->arena, "%.*s|", HS_S_ARG(url)) };
	struct hs_find *plain = copy(out, find), *other = copy(out, &versioned);
	out->full = out->full || !plain || !other || !versioned.text.ptr;
	if (!out->full)
		join(out, find, plain, without(out, other));
}

/* What chains to the shelf, and to URLs. */
static void add_targets(struct widened *out, const struct hs__link_end *end)
{
	const struct hs__shelf *shelf = out->links->env->rest->shelf;
	const struct hs__shelf_type *type = hs__shelf_type(out->links->env->rest, end->type);
	for (size_t i = 0; i < end->shelved.count; i++) {
		const struct hs__shelf_item *item = hs__shelf_item(shelf, type, end->shelved.items[i].at);
		struct hs_find *find = add(out, HS_FIND_REFERENCE,
			hs__links_stored_param(out->links, out->link->param),
			hs_image_text(shelf->image, item->id));
		if (find)
			find->target_type = stored_type(out->links, out->link->target_type);
	}
	HS_MAP_EACH(slot, &end->names) {
		add_url(out, slot->key);
	}
}

/* What something on the shelf refers to ("12/id"), or anything by URL. */
static void add_referred(struct widened *out, struct hs_slice name)
{
	struct hs_slice rest = name, head = hs_slice_cut(&rest, '/');
	uint64_t number = 0;
	if (hs_slice_u64(head, &number)) {
		if (number == out->from->index + 1)
			add(out, HS_FIND_ID, 0, rest);
		return;
	}
	rest = name;
	struct hs_slice url = hs_slice_cut(&rest, '|');
	uint32_t by_url = hs__links_stored_param(out->links, hs__links_param(out->links, out->from, "url"));
	uint32_t by_version = hs__links_stored_param(out->links,
		hs__links_param(out->links, out->from, "version"));
	struct hs_find *find = by_url ? add(out, HS_FIND_URI, by_url, url) : NULL;
	if (!find || !rest.len)
		return;
	struct hs_find version = {
		.op = HS_FIND_TOKEN, .param = by_version, .any_system = true, .text = rest
	};
	struct hs_find *plain = copy(out, find);
	out->full = out->full || !plain;
	if (!out->full)
		join(out, find, plain, copy(out, &version));
}

static enum hs_status any_stored(const struct hs__links *links, const struct hs__rest_type *type, bool *out,
	struct hs_error *err)
{
	struct hs_find_query query = {
		.type = hs__rest_type_number(links->env->sandbox, type), .count = 1, .keys_only = true
	};
	struct hs_find_page page = { 0 };
	enum hs_status status = hs_txn_find(links->txn, links->arena, &query, &page, err);
	*out = status == HS_OK && page.count > 0;
	return status;
}

/* The store's own link, or what the end adds to it: that may be thousands of names, which are not gathered
 * where nothing is stored that could be meant. */
static enum hs_status widen(struct hs__links *links, const struct hs__rest_type *from,
	const struct hs_find *link, const struct hs_find *own, const struct hs_find **out,
	struct hs_error *err)
{
	struct hs__link_end *end = NULL;
	bool any_own = false;
	enum hs_status status = any_stored(links, from, &any_own, err);
	*out = own;
	if (status == HS_OK && any_own)
		status = hs__link_end(links, from, link, &end, err);
	if (status != HS_OK || !any_own)
		return status;
	struct widened widened = { links, link, from, NULL, 0, false };
	struct hs_find *any = hs_arena_alloc(links->arena, sizeof *any);
	size_t room = 1 + end->shelved.count + end->names.count;
	widened.kids = hs_arena_array(links->arena, room, sizeof *widened.kids);
	if (!any || !widened.kids)
		return too_large(err);
	widened.kids[widened.count++] = own;
	if (link->op == HS_FIND_CHAIN) {
		add_targets(&widened, end);
	} else {
		HS_MAP_EACH(slot, &end->names) {
			add_referred(&widened, slot->key);
		}
	}
	if (widened.full)
		return too_large(err);
	*any = (struct hs_find) { .op = HS_FIND_OR, .kids = widened.kids, .kid_count = widened.count };
	*out = any;
	return HS_OK;
}

/* As deep as the tree, which the parser limits. */
enum hs_status hs__links_stored(struct hs__links *links, const struct hs__rest_type *type,
	const struct hs_find *find, const struct hs_find **out, struct hs_error *err)
{
	bool link = is_link(find), inside = find->target_type & HS_TYPE_CONTAINED;
	const struct hs__rest_type *to = link ? hs__links_type(links, find->target_type) : type;
	struct hs_find *made = hs_arena_alloc(links->arena, sizeof *made);
	const struct hs_find **kids = hs_arena_array(links->arena, find->kid_count + 1, sizeof *kids);
	enum hs_status status = HS_OK;
	if (!made || !kids)
		return too_large(err);
	for (size_t i = 0; status == HS_OK && i < find->kid_count; i++)
		status = hs__links_stored(links, to, find->kids[i], &kids[i], err);
	if (status != HS_OK)
		return status;
	*made = *find;
	made->param = hs__links_stored_param(links, find->param);
	made->target_type = stored_type(links, find->target_type);
	made->kids = kids;
	if (!link || inside) {
		*out = made;
		return HS_OK;
	}
	return widen(links, type, find, made, out, err);
}
