/* SPDX-License-Identifier: Apache-2.0 */
/* Results for those outside: the name of a value's type, the value as JSON, and where in a resource it is. */
#include <core/fhir/path/path.h>

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

static bool find(const struct hs_json *tree, const struct hs_json *node, struct hs_buf *out, unsigned depth)
{
	size_t index = 0, kept = out->len;
	if (tree == node)
		return true;
	if (depth == DEPTH_MAX)
		return false;
	HS_JSON_EACH(child, tree) {
		struct hs_slice key = hs_json_key(child);
		if (hs_json_is(tree, HS_JSON_ARRAY))
			hs_buf_printf(out, "[%zu]", index++);
		else
			hs_buf_printf(out, ".%.*s",
				HS_S_ARG(hs_slice_from(key, key.len && key.ptr[0] == '_')));
		if (find(child, node, out, depth + 1))
			return true;
		out->len = kept;
	}
	return false;
}

struct hs_slice hs_path_place(struct hs_arena *arena, const struct hs_json *resource,
	const struct hs_path_value *value)
{
	struct hs_buf out;
	const struct hs_json *node = value->node ? value->node : value->shadow;
	hs_buf_init(&out, arena, 4096);
	hs_buf_add(&out, hs_json_get_text(resource, HS_S("resourceType")));
	return node && find(resource, node, &out, 0) ? hs_buf_slice(&out) : HS_S_NONE;
}
