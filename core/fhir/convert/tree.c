/* SPDX-License-Identifier: Apache-2.0 */
/* Adding to trees that may not be there: sources of any shape, and arenas that are full. */
#include <core/fhir/convert/convert_private.h>

struct hs_json *hs__tree_add(struct hs_json *object, struct hs_slice key, struct hs_json *value)
{
	return hs_json_is(object, HS_JSON_OBJECT) && key.ptr ? hs_json_add(object, key, value) : NULL;
}

struct hs_json *hs__tree_set(struct hs_json *object, struct hs_slice key, struct hs_json *value)
{
	return hs_json_is(object, HS_JSON_OBJECT) && key.ptr ? hs_json_set(object, key, value) : NULL;
}

struct hs_json *hs__tree_push(struct hs_json *array, struct hs_json *value)
{
	return hs_json_is(array, HS_JSON_ARRAY) ? hs_json_push(array, value) : NULL;
}

struct hs_json *hs__tree_text(struct hs_arena *arena, struct hs_json *object, struct hs_slice key,
	struct hs_slice text)
{
	return hs__tree_add(object, key, hs_json_string(arena, text));
}

struct hs_json *hs__tree_object(struct hs_arena *arena, struct hs_json *object, struct hs_slice key)
{
	return hs__tree_set(object, key, hs_json_object(arena));
}

struct hs_json *hs__tree_array(struct hs_arena *arena, struct hs_json *object, struct hs_slice key)
{
	return hs__tree_set(object, key, hs_json_array(arena));
}
