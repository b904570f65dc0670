/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a resource a value is: for those outside, and for pathname() (FHIRPath 3.0.0, section 5.10.2). */
#include <core/fhir/path/functions/functions.h>

#include <handslag/buf.h>

#include <stdlib.h>

#define DEPTH_MAX 200u

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

/* The definition that the way down has come to. */
struct stand {
	const struct hs_def_element *element;
	const struct hs_def_type *type;
};

/* The name of the element, which of a choice is not that of the JSON; on to its definition. */
static struct hs_slice step_down(const struct hs_path_places *places, struct hs_slice key,
	struct stand *stand)
{
	struct hs_slice bare = hs_slice_from(key, key.len && key.ptr[0] == '_');
	stand->element = hs__path_define(places->defs, stand->element, stand->type, bare, &stand->type);
	return stand->element ? hs_defs_text(places->defs, stand->element->name) : bare;
}

static void enter_resource(const struct hs_path_places *places, const struct hs_json *node,
	struct stand *stand)
{
	struct hs_slice name = hs_json_get_text(node, HS_S("resourceType"));
	if (places->defs && name.len) {
		stand->type = hs_defs_type(places->defs, name);
		stand->element = stand->type ? hs_defs_root(places->defs, stand->type) : NULL;
	}
}

struct hs_slice hs_path_place(struct hs_path_places *places, const struct hs_path_value *value)
{
	const struct hs_json *node = value->node ? value->node : value->shadow;
	const struct hs_path_spot *chain[DEPTH_MAX + 1];
	struct stand stand = { .element = NULL };
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
	enter_resource(places, places->resource, &stand);
	while (depth--) {
		const struct hs_json *at = chain[depth]->node;
		bool item = hs_json_is(chain[depth]->parent, HS_JSON_ARRAY);
		if (item) {
			hs_buf_printf(&out, "[%zu]", chain[depth]->index);
		} else {
			hs_buf_byte(&out, '.');
			hs_buf_add(&out, step_down(places, hs_json_key(at), &stand));
			hs_buf_cstr(&out, places->indexed && !hs_json_is(at, HS_JSON_ARRAY) ? "[0]" : "");
		}
		enter_resource(places, at, &stand);
	}
	return hs_buf_slice(&out);
}

enum hs_status hs__path_fn_pathname(struct path_call *call)
{
	struct hs_path_places places = { .resource = call->run->root,
		.defs = call->run->defs,
		.arena = call->run->arena,
		.indexed = true };
	struct hs_path_value brief;
	bool given;
	enum hs_status status = hs__path_arg_one(call, 0, &brief, &given);
	if (status)
		return status;
	if (given && brief.kind != HS_PATH_BOOLEAN)
		return hs__path_fault(call->run, call->node,
			"pathname() takes true or false for whether only lists are counted, not %.*s",
			HS_S_ARG(hs_path_type_name(call->run->defs, &brief)));
	places.indexed = !given || !brief.boolean;
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		struct hs_slice place = hs_path_place(&places, &call->focus->items[i]);
		if (place.len)
			status = hs__path_push_text(call->run, call->out, HS_PATH_STRING, place);
	}
	return status;
}
