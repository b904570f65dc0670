/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles route rows into a trie and matches paths against it. */
#include <core/base/map.h>
#include <core/host/request/router.h>

#define DEPTH_MAX 12

struct node {
	struct hs_slice text; /* literal segment, or the name of {name} */
	struct node *kids, *next;
	struct node *any; /* the {name} child */
	struct hs__route *routes;
};

struct hs__router {
	struct hs_arena *arena;
	struct node root;
	struct hs_map
		literal; /* nodes by the whole path that leads to them, where nothing of it is a {name} */
	struct hs__route **all;
	size_t count, room;
};

uint32_t hs__method_bits(const char *text)
{
	struct hs_slice rest = hs_slice_cstr(text);
	uint32_t bits = 0;

	while (rest.ptr) {
		enum hs_http_method method = hs_http_method_of(hs_slice_cut(&rest, ' '));
		if (method >= HS_HTTP_OPTIONS) /* the host answers OPTIONS by itself */
			return 0;
		bits |= HS_HTTP_BIT(method);
	}
	return bits & HS_HTTP_BIT(HS_HTTP_GET) ? bits | HS_HTTP_BIT(HS_HTTP_HEAD) : bits;
}

struct hs__router *hs__router_new(struct hs_arena *arena)
{
	struct hs__router *router = hs_arena_alloc(arena, sizeof(*router));
	if (!router)
		return NULL;
	router->arena = arena;
	hs_map_init(&router->literal, arena);
	return router;
}

/* The child of a template segment, made when it is new. */
static struct node *step(struct hs__router *router, struct node *node, struct hs_slice segment)
{
	bool any = segment.len > 2 && segment.ptr[0] == '{' && segment.ptr[segment.len - 1] == '}';
	if (any) {
		segment = hs_slice(segment.ptr + 1, segment.len - 2);
		if (node->any)
			return hs_slice_eq(node->any->text, segment) ? node->any : NULL;
	}
	for (struct node *kid = node->kids; kid && !any; kid = kid->next)
		if (hs_slice_eq(kid->text, segment))
			return kid;
	struct node *made = hs_arena_alloc(router->arena, sizeof(*made));
	if (!made)
		return NULL;
	made->text = segment;
	if (any) {
		node->any = made;
	} else {
		made->next = node->kids;
		node->kids = made;
	}
	return made;
}

static bool keep(struct hs__router *router, struct hs__route *route, struct hs_slice path, struct node *node)
{
	if (hs_slice_find(path, '{', 0) == SIZE_MAX) {
		struct hs_map_slot *slot = hs_map_put(&router->literal, path, NULL);
		if (!slot)
			return false;
		slot->value.ptr = node;
	}
	if (router->count == router->room) {
		size_t room = router->room ? 2 * router->room : 32;
		void *grown = hs_arena_grow(router->arena, router->all, router->room * sizeof(route),
			room * sizeof(route));
		if (!grown)
			return false;
		router->all = grown;
		router->room = room;
	}
	router->all[router->count++] = route;
	return true;
}

enum hs_status hs__router_add(struct hs__router *router, const struct hs_route *row,
	struct hs__service *service, unsigned action, struct hs_error *err)
{
	struct hs_slice query = hs_slice_cstr(row->path), path = hs_slice_cut(&query, '?');
	struct hs__route *route = hs_arena_alloc(router->arena, sizeof(*route));
	struct node *node = &router->root;
	unsigned depth = 0;

	if (!route)
		return hs_fail(err, HS_E_LIMIT, "there are too many routes");
	*route = (struct hs__route) { .row = row, .service = service, .action = action };
	route->methods = hs__method_bits(row->method);
	if (query.ptr) {
		route->query_name = hs_slice_cut(&query, '=');
		route->query_value = query;
	}
	for (struct hs_slice rest = path; rest.len;) {
		struct hs_slice segment = hs_slice_cut(&rest, '/');
		node = segment.len && ++depth <= DEPTH_MAX ? step(router, node, segment) : NULL;
		if (!node)
			return hs_fail(err, HS_E_INVALID,
				"the route path \"%s\" is empty in part, too deep, or names {...} otherwise "
				"than another",
				row->path);
	}
	for (struct hs__route *other = node->routes; other; other = other->next)
		if ((other->methods & route->methods) && (other->row->versions & row->versions) &&
			hs_slice_eq(other->query_name, route->query_name) &&
			hs_slice_eq(other->query_value, route->query_value))
			return hs_fail(err, HS_E_DUPLICATE, "two services have a route %s %s", row->method,
				row->path);
	/* Those bound to a query come first. */
	struct hs__route **at = &node->routes;
	while (*at && (!route->query_name.len || (*at)->query_name.len))
		at = &(*at)->next;
	route->next = *at;
	*at = route;
	return keep(router, route, path, node) ? HS_OK :
						 hs_fail(err, HS_E_LIMIT, "there are too many routes");
}

struct search {
	enum hs_http_method method;
	const struct hs_pair *query;
	size_t query_count;
	struct hs__route_match *out;
};

static bool query_fits(const struct search *search, const struct hs__route *route)
{
	if (!route->query_name.len)
		return true;
	for (size_t i = 0; i < search->query_count; i++)
		if (hs_slice_eq(search->query[i].name, route->query_name) &&
			hs_slice_eq(search->query[i].value, route->query_value))
			return true;
	return false;
}

static bool take_route(struct search *search, const struct node *node)
{
	for (const struct hs__route *route = node->routes; route; route = route->next) {
		if (!query_fits(search, route))
			continue;
		if (route->methods & 1u << search->method) {
			search->out->route = route;
			return true;
		}
		search->out->methods |= route->methods;
	}
	return false;
}

/* Depth is bounded by that of the trie, not by the path. */
static bool descend(struct search *search, const struct node *node, struct hs_slice path)
{
	if (!path.len)
		return take_route(search, node);
	struct hs_slice segment = hs_slice_cut(&path, '/');
	for (const struct node *kid = node->kids; kid; kid = kid->next)
		if (hs_slice_eq(kid->text, segment) && descend(search, kid, path))
			return true;
	if (!node->any || !segment.len || search->out->part_count == HS__ROUTE_PARTS)
		return false;
	unsigned at = search->out->part_count++;
	search->out->parts[at] = (struct hs_pair) { node->any->text, segment };
	if (descend(search, node->any, path))
		return true;
	search->out->part_count = at;
	return false;
}

void hs__router_match(const struct hs__router *router, enum hs_http_method method, struct hs_slice path,
	const struct hs_pair *query, size_t query_count, struct hs__route_match *out)
{
	struct search search = { method, query, query_count, out };
	const struct hs_map_slot *slot = hs_map_get(&router->literal, path);

	out->route = NULL;
	out->part_count = 0;
	out->methods = 0;
	/* Literal segments win, so what the trie is asked first can be found at once. */
	if (slot && take_route(&search, slot->value.ptr))
		return;
	out->methods = 0;
	descend(&search, &router->root, path);
}

void hs__router_each(const struct hs__router *router, void (*fn)(const struct hs__route *route, void *arg),
	void *arg)
{
	for (size_t i = 0; i < router->count; i++)
		fn(router->all[i], arg);
}
