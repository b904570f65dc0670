/* SPDX-License-Identifier: Apache-2.0 */
/* Results for those outside: the name of a value's type, the value as JSON, and where in a resource it is. */
#include <core/fhir/path/path.h>

#include <stdlib.h>

#define DEPTH_MAX 200u

struct hs_slice hs_path_type_name(const struct hs_defs *defs, const struct hs_path_value *value)
{
	static const char *const names[] = { [HS_PATH_NODE] = "Element",
		[HS_PATH_BOOLEAN] = "boolean",
		[HS_PATH_INTEGER] = "integer",
		[HS_PATH_LONG] = "integer64",
		[HS_PATH_DECIMAL] = "decimal",
		[HS_PATH_STRING] = "string",
		[HS_PATH_DATE] = "date",
		[HS_PATH_DATETIME] = "dateTime",
		[HS_PATH_TIME] = "time",
		[HS_PATH_QUANTITY] = "Quantity",
		[HS_PATH_TYPE] = "TypeInfo" };
	struct hs_slice resource = hs_json_get_text(value->node, HS_S("resourceType"));
	if (value->type && defs)
		return hs_defs_text(defs, value->type->name);
	return resource.len ? resource : hs_slice_cstr(names[value->kind]);
}

struct hs_json *hs_path_json(struct hs_arena *arena, const struct hs_path_value *value)
{
	switch (value->kind) {
	case HS_PATH_NODE:
		return hs_json_clone(arena, value->node ? value->node : value->shadow);
	case HS_PATH_BOOLEAN:
		return hs_json_bool(arena, value->boolean);
	case HS_PATH_INTEGER:
	case HS_PATH_LONG:
		return hs_json_int(arena, value->integer);
	case HS_PATH_DECIMAL:
		return hs_json_number(arena, value->text);
	default:
		return hs_json_string(arena, hs_path_print(arena, value));
	}
}

/* ---- places ---- */

/* A node of the resource, and where it hangs. In order of the nodes' addresses. */
struct hs_path_spot {
	const struct hs_json *node;
	const struct hs_json *parent;
	size_t index; /* in an array */
};

static size_t count_nodes(const struct hs_json *tree, unsigned depth)
{
	size_t count = 1;
	HS_JSON_EACH(child, depth < DEPTH_MAX ? tree : NULL)
		count += count_nodes(child, depth + 1);
	return count;
}

static void note_nodes(struct hs_path_places *places, const struct hs_json *tree, unsigned depth)
{
	size_t index = 0;
	HS_JSON_EACH(child, depth < DEPTH_MAX ? tree : NULL) {
		places->spots[places->count++] = (struct hs_path_spot) { child, tree, index++ };
		note_nodes(places, child, depth + 1);
	}
}

static int by_node(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct hs_path_spot *)a)->node;
	uintptr_t y = (uintptr_t)((const struct hs_path_spot *)b)->node;
	return x < y ? -1 : x > y;
}

static const struct hs_path_spot *find_spot(struct hs_path_places *places, const struct hs_json *node)
{
	const struct hs_path_spot key = { .node = node };
	if (!places->spots && places->resource) {
		size_t count = count_nodes(places->resource, 0);
		places->spots = hs_arena_array(places->arena, count, sizeof(*places->spots));
		if (places->spots) {
			note_nodes(places, places->resource, 0);
			qsort(places->spots, places->count, sizeof(*places->spots), by_node);
		}
	}
	return node && places->spots ?
		bsearch(&key, places->spots, places->count, sizeof(*places->spots), by_node) :
		NULL;
}

struct hs_slice hs_path_place(struct hs_path_places *places, const struct hs_path_value *value)
{
	const struct hs_json *node = value->node ? value->node : value->shadow;
	const struct hs_path_spot *chain[DEPTH_MAX + 1];
	size_t depth = 0;
	struct hs_buf out;
	for (const struct hs_json *at = node; at != places->resource; at = chain[depth - 1]->parent) {
		const struct hs_path_spot *spot = depth <= DEPTH_MAX ? find_spot(places, at) : NULL;
		if (!spot)
			return HS_S_NONE;
		chain[depth++] = spot;
	}
	hs_buf_init(&out, places->arena, 4096);
	hs_buf_add(&out, hs_json_get_text(places->resource, HS_S("resourceType")));
	while (depth--) {
		struct hs_slice key = hs_json_key(chain[depth]->node);
		if (hs_json_is(chain[depth]->parent, HS_JSON_ARRAY))
			hs_buf_printf(&out, "[%zu]", chain[depth]->index);
		else
			hs_buf_printf(&out, ".%.*s",
				HS_S_ARG(hs_slice_from(key, key.len && key.ptr[0] == '_')));
	}
	return hs_buf_slice(&out);
}
