/* SPDX-License-Identifier: Apache-2.0 */
/* The Parameters resource: what goes into operations and comes out of them. */
#include <handslag/fhir.h>

static bool is_value_key(struct hs_slice key)
{
	return hs_slice_starts(key, HS_S("value")) && key.len > 5 && key.ptr[5] >= 'A' && key.ptr[5] <= 'Z';
}

struct hs_json *hs_parameter(const struct hs_json *parameters, struct hs_slice name)
{
	/* Within a part list the same function serves: {name, part: [...]}. */
	const struct hs_json *list = hs_json_get(parameters, HS_S("parameter"));
	if (!list)
		list = hs_json_get(parameters, HS_S("part"));
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_get_text(item, HS_S("name")), name))
			return item;
	return NULL;
}

struct hs_json *hs_parameter_value(const struct hs_json *parameter)
{
	if (!hs_json_is(parameter, HS_JSON_OBJECT))
		return NULL;
	HS_JSON_EACH(member, parameter)
		if (is_value_key(hs_json_key(member)))
			return member;
	return NULL;
}

struct hs_slice hs_parameter_text(const struct hs_json *parameters, struct hs_slice name)
{
	const struct hs_json *value = hs_parameter_value(hs_parameter(parameters, name));
	if (hs_json_is(value, HS_JSON_TRUE))
		return HS_S("true");
	return hs_json_is(value, HS_JSON_FALSE) ? HS_S("false") : hs_json_text(value);
}

struct hs_json *hs_parameters(struct hs_arena *arena)
{
	struct hs_json *parameters = hs_json_object(arena);
	if (parameters)
		hs_json_add_text(arena, parameters, HS_S("resourceType"), HS_S("Parameters"));
	return parameters;
}

struct hs_json *hs_parameters_add(struct hs_arena *arena, struct hs_json *parameters, struct hs_slice name,
	struct hs_slice key, struct hs_json *value)
{
	/* The list is made with its first parameter, because FHIR has no empty arrays. */
	bool is_part = !hs_json_get(parameters, HS_S("resourceType"));
	struct hs_slice list_key = is_part ? HS_S("part") : HS_S("parameter");
	struct hs_json *list = hs_json_get(parameters, list_key);
	if (!list)
		list = hs_json_add_array(arena, parameters, list_key);
	struct hs_json *item = list ? hs_json_push(list, hs_json_object(arena)) : NULL;
	if (!item)
		return NULL;
	hs_json_add_text(arena, item, HS_S("name"), name);
	hs_json_add(item, key, value);
	return item;
}
