/* SPDX-License-Identifier: Apache-2.0 */
/* From method and path to the interaction, by the table of R4 section 3.1.0.14. */
#include <core/rest/rest_private.h>

#include <core/base/nearest.h>

/* The form of a path below the base. */
enum shape {
	AT_BASE,
	AT_SEARCH,
	AT_HISTORY,
	AT_TYPE,
	AT_TYPE_SEARCH,
	AT_TYPE_HISTORY,
	AT_ID,
	AT_ID_HISTORY,
	AT_VERSION,
	/* within a compartment (section 3.1.1.1): Patient/1/Condition; ALL is the star of all types */
	AT_WITHIN,
	AT_WITHIN_SEARCH,
	AT_WITHIN_ALL,
	AT_WITHIN_ALL_SEARCH
};

static const struct row {
	uint8_t shape;
	uint8_t interaction;
	uint16_t needs; /* HS_CAN_... of the type */
	uint8_t method; /* enum hs_http_method */
} rows[] = {
	{ AT_BASE, HS_DO_SEARCH_SYSTEM, 0, HS_HTTP_GET },
	{ AT_BASE, HS_DO_BUNDLE, 0, HS_HTTP_POST },
	{ AT_SEARCH, HS_DO_SEARCH_SYSTEM, 0, HS_HTTP_POST },
	{ AT_HISTORY, HS_DO_HISTORY_SYSTEM, 0, HS_HTTP_GET },
	{ AT_TYPE, HS_DO_SEARCH_TYPE, HS_CAN_SEARCH, HS_HTTP_GET },
	{ AT_TYPE, HS_DO_CREATE, HS_CAN_CREATE, HS_HTTP_POST },
	{ AT_TYPE, HS_DO_UPDATE_CONDITIONAL, HS_CAN_UPDATE, HS_HTTP_PUT },
	{ AT_TYPE, HS_DO_PATCH_CONDITIONAL, HS_CAN_PATCH, HS_HTTP_PATCH },
	{ AT_TYPE, HS_DO_DELETE_CONDITIONAL, HS_CAN_DELETE, HS_HTTP_DELETE },
	{ AT_TYPE_SEARCH, HS_DO_SEARCH_TYPE, HS_CAN_SEARCH, HS_HTTP_POST },
	{ AT_TYPE_HISTORY, HS_DO_HISTORY_TYPE, HS_CAN_HISTORY, HS_HTTP_GET },
	{ AT_ID, HS_DO_READ, HS_CAN_READ, HS_HTTP_GET },
	{ AT_ID, HS_DO_UPDATE, HS_CAN_UPDATE, HS_HTTP_PUT },
	{ AT_ID, HS_DO_PATCH, HS_CAN_PATCH, HS_HTTP_PATCH },
	{ AT_ID, HS_DO_DELETE, HS_CAN_DELETE, HS_HTTP_DELETE },
	{ AT_ID_HISTORY, HS_DO_HISTORY_INSTANCE, HS_CAN_HISTORY, HS_HTTP_GET },
	{ AT_VERSION, HS_DO_VREAD, HS_CAN_VREAD, HS_HTTP_GET },
	{ AT_WITHIN, HS_DO_SEARCH_TYPE, HS_CAN_SEARCH, HS_HTTP_GET },
	{ AT_WITHIN_SEARCH, HS_DO_SEARCH_TYPE, HS_CAN_SEARCH, HS_HTTP_POST },
	{ AT_WITHIN_ALL, HS_DO_SEARCH_SYSTEM, 0, HS_HTTP_GET },
	{ AT_WITHIN_ALL_SEARCH, HS_DO_SEARCH_SYSTEM, 0, HS_HTTP_POST },
};
#define ROW_COUNT (sizeof rows / sizeof *rows)

bool hs__rest_writes(enum hs_interaction interaction)
{
	switch (interaction) {
	case HS_DO_CREATE:
	case HS_DO_UPDATE:
	case HS_DO_PATCH:
	case HS_DO_DELETE:
	case HS_DO_UPDATE_CONDITIONAL:
	case HS_DO_PATCH_CONDITIONAL:
	case HS_DO_DELETE_CONDITIONAL:
		return true;
	default:
		return false;
	}
}

/* The path cut at its slashes: at most four parts. False when there are more. */
static bool cut_path(struct hs_slice path, struct hs_slice parts[4], size_t *count)
{
	*count = 0;
	if (path.len > 0 && path.ptr[0] == '/')
		path = hs_slice_from(path, 1);
	if (path.len > 0 && path.ptr[path.len - 1] == '/')
		path.len--;
	while (path.len > 0) {
		if (*count == 4)
			return false;
		parts[(*count)++] = hs_slice_cut(&path, '/');
	}
	return true;
}

static bool shape_of(const struct hs_slice parts[4], size_t count, enum shape *out)
{
	bool history = count > 0 && hs_slice_eq(parts[count - 1], HS_S("_history"));
	bool search = count > 0 && hs_slice_eq(parts[count - 1], HS_S("_search"));
	switch (count) {
	case 0:
		*out = AT_BASE;
		return true;
	case 1:
		*out = history ? AT_HISTORY : search ? AT_SEARCH : AT_TYPE;
		return true;
	case 2:
		*out = history ? AT_TYPE_HISTORY : search ? AT_TYPE_SEARCH : AT_ID;
		return true;
	case 3:
		*out = history                           ? AT_ID_HISTORY :
			search                           ? AT_WITHIN_ALL_SEARCH :
			hs_slice_eq(parts[2], HS_S("*")) ? AT_WITHIN_ALL :
							   AT_WITHIN;
		return true;
	default:
		*out = search ? AT_WITHIN_SEARCH : AT_VERSION;
		return search || hs_slice_eq(parts[2], HS_S("_history"));
	}
}

/* The resource type that was perhaps meant, or empty. */
static struct hs_slice nearest_type(const struct hs_rest *rest, struct hs_slice name)
{
	struct hs_slice best = HS_S_NONE;
	size_t least = 3; /* letters that differ, their case apart */

	for (size_t i = 0; i < rest->type_count; i++) {
		size_t distance = hs_name_distance(name, rest->types[i].name);
		if (distance < least && distance * 3 < name.len) {
			best = rest->types[i].name;
			least = distance;
		}
	}
	return best;
}

static enum hs_status find_type(const struct hs_rest *rest, struct hs_slice name,
	const struct hs__rest_type **out, struct hs_error *err)
{
	*out = hs__rest_type(rest, name);
	if (*out)
		return HS_OK;
	if (name.len > 0 && name.ptr[0] == '$')
		return hs_fail(err, HS_E_NOT_FOUND,
			"there is no operation %.*s here; metadata lists those there are",
			HS_S_ARG(hs_slice_first(name, 64)));
	if (hs_map_get(&rest->by_name, name))
		return hs_fail(err, HS_E_NOT_FOUND, "resource type %.*s is not served here", HS_S_ARG(name));
	struct hs_slice near = nearest_type(rest, name);
	return hs_fail(err, HS_E_NOT_FOUND, "'%.*s' is no resource type of FHIR R%d%s%.*s%s",
		HS_S_ARG(hs_slice_first(name, 64)), (int)rest->fhir, near.len ? "; did you mean '" : "",
		HS_S_ARG(near), near.len ? "'?" : "");
}

/* The methods that a path takes. */
static uint32_t methods_of(enum shape shape, const struct hs__rest_type *type)
{
	uint32_t methods = 0;

	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].shape == shape &&
			(!type || !rows[i].needs || type->row->interactions & rows[i].needs))
			methods |= HS_HTTP_BIT(rows[i].method);
	return methods;
}

static enum hs_status check_ids(enum shape shape, const struct hs_slice parts[4], struct hs_error *err)
{
	if (shape < AT_ID)
		return HS_OK;
	if (parts[1].len > 0 && parts[1].ptr[0] == '$')
		return hs_fail(err, HS_E_NOT_FOUND,
			"there is no operation %.*s on %.*s here; metadata lists those there are",
			HS_S_ARG(hs_slice_first(parts[1], 64)), HS_S_ARG(parts[0]));
	if (!hs_id_valid(parts[1]))
		return hs_fail(err, HS_E_NOT_FOUND,
			"'%.*s' cannot be an id: 1 to 64 of A-Z, a-z, 0-9, '-' and '.'",
			HS_S_ARG(hs_slice_first(parts[1], 80)));
	return HS_OK;
}

/* A compartment is one of a type that has them; what is searched in it is the third part. */
static enum hs_status enter(const struct hs_rest *rest, enum shape shape, const struct hs_slice parts[4],
	const struct hs__rest_type **type, struct hs_error *err)
{
	bool named = hs_map_get(&rest->by_name, parts[2]);
	if (shape < AT_WITHIN_ALL && !named)
		return hs_fail(err, HS_E_NOT_FOUND,
			"there is nothing under '%.*s'; known are _history, _history/VERSION, and where "
			"there are compartments a resource type or *",
			HS_S_ARG(hs_slice_first(parts[2], 64)));
	if (!hs_defs_has_compartment(rest->config.defs, parts[0]))
		return hs_fail(err, HS_E_NOT_FOUND, "a %.*s has no compartment; %.*s/ID/_history is known",
			HS_S_ARG(parts[0]), HS_S_ARG(parts[0]));
	*type = NULL;
	return shape < AT_WITHIN_ALL ? find_type(rest, parts[2], type, err) : HS_OK;
}

enum hs_status hs_rest_route(const struct hs_rest *rest, enum hs_http_method method, struct hs_slice path,
	struct hs_rest_target *out, uint32_t *methods, struct hs_error *err)
{
	struct hs_slice parts[4] = { HS_S_NONE, HS_S_NONE, HS_S_NONE, HS_S_NONE };
	size_t count = 0;
	enum shape shape = AT_BASE;
	const struct hs__rest_type *type = NULL;
	if (!cut_path(path, parts, &count))
		return hs_fail(err, HS_E_NOT_FOUND, "there is nothing under this path");
	bool fits = shape_of(parts, count, &shape);
	if (shape >= AT_TYPE) {
		enum hs_status status = find_type(rest, parts[0], &type, err);
		if (status == HS_OK && fits)
			status = check_ids(shape, parts, err);
		if (status != HS_OK)
			return status;
	}
	if (!fits)
		return hs_fail(err, HS_E_NOT_FOUND,
			"there is nothing under '%.*s'; known are _history and _history/VERSION",
			HS_S_ARG(hs_slice_first(parts[2], 64)));
	bool within = shape >= AT_WITHIN;
	if (within) {
		enum hs_status status = enter(rest, shape, parts, &type, err);
		if (status != HS_OK)
			return status;
	}
	if (method == HS_HTTP_HEAD)
		method = HS_HTTP_GET;
	for (size_t i = 0; i < ROW_COUNT; i++) {
		const struct row *row = &rows[i];
		if (row->shape != shape || row->method != method ||
			(type && !(type->row->interactions & row->needs)))
			continue;
		*out = (struct hs_rest_target) { .interaction = row->interaction,
			.type = type ? type->name : HS_S_NONE,
			.id = shape >= AT_ID && !within ? parts[1] : HS_S_NONE,
			.version = within ? HS_S_NONE : parts[3],
			.compartment = { within ? parts[0] : HS_S_NONE, within ? parts[1] : HS_S_NONE },
			.served = type };
		return HS_OK;
	}
	*methods = methods_of(shape, type);
	return HS_E_METHOD;
}
