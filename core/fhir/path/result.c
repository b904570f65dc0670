/* SPDX-License-Identifier: Apache-2.0 */
/* Results for those outside: the name of a value's type, and the value as JSON. */
#include <core/fhir/path/path.h>

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
