/* SPDX-License-Identifier: Apache-2.0 */
/* What the CapabilityStatement says of the REST API: made from the type rows, so that it cannot drift. */
#include <core/rest/rest_private.h>

static const struct {
	uint32_t can;
	const char *code;
} interactions[] = {
	{ HS_CAN_READ, "read" },
	{ HS_CAN_VREAD, "vread" },
	{ HS_CAN_UPDATE, "update" },
	{ HS_CAN_PATCH, "patch" },
	{ HS_CAN_DELETE, "delete" },
	{ HS_CAN_HISTORY, "history-instance" },
	{ HS_CAN_HISTORY, "history-type" },
	{ HS_CAN_CREATE, "create" },
	{ HS_CAN_SEARCH, "search-type" },
};

static void add_code(struct hs_arena *arena, struct hs_json *list, const char *code)
{
	struct hs_json *item = hs_json_object(arena);
	if (!list || !item)
		return; /* the arena is full, which the caller notices */
	hs_json_add_text(arena, item, HS_S("code"), hs_slice_cstr(code));
	hs_json_push(list, item);
}

static void add_profiles(struct hs_arena *arena, struct hs_json *entry, const char *const *profiles)
{
	if (!profiles || !profiles[0])
		return;
	struct hs_json *list = hs_json_add_array(arena, entry, HS_S("supportedProfile"));
	for (size_t i = 0; list && profiles[i]; i++)
		hs_json_push(list, hs_json_string(arena, hs_slice_cstr(profiles[i])));
}

/* Each reference parameter of the type, and "*". searchRevInclude is not told: it would be as long again as
 * the rest. */
static void add_includes(const struct hs_rest *rest, struct hs_arena *arena, struct hs_json *entry,
	const struct hs__rest_type *type)
{
	uint32_t count = 0;
	const struct hs_def_param *const *params = hs_defs_params(rest->config.defs, type->name, &count);
	struct hs_json *list = hs_json_array(arena);
	for (uint32_t i = 0; list && i < count; i++) {
		if (params[i]->type != HS_PARAM_REFERENCE)
			continue;
		struct hs_slice code = hs_defs_text(rest->config.defs, params[i]->code);
		hs_json_push(list,
			hs_json_string(arena,
				hs_arena_printf(arena, "%.*s:%.*s", HS_S_ARG(type->name), HS_S_ARG(code))));
	}
	if (hs_json_count(list) == 0)
		return;
	hs_json_push(list, hs_json_string(arena, HS_S("*")));
	hs_json_add(entry, HS_S("searchInclude"), list);
}

static struct hs_json *describe(const struct hs_rest *rest, struct hs_arena *arena,
	const struct hs__rest_type *type)
{
	struct hs_json *entry = hs_json_object(arena);
	uint32_t can = type->row->interactions;
	if (!entry)
		return NULL;
	hs_json_add_text(arena, entry, HS_S("type"), type->name);
	add_profiles(arena, entry, type->row->profiles);
	if (hs_slice_eq(type->name, HS_S("SearchParameter")))
		hs_json_add_text(arena, entry, HS_S("documentation"),
			HS_S("Search parameters of the packages that are served can be searched by; one that "
			     "is only stored here is not."));
	else if (type->row->documentation)
		hs_json_add_text(arena, entry, HS_S("documentation"),
			hs_slice_cstr(type->row->documentation));
	struct hs_json *list = hs_json_add_array(arena, entry, HS_S("interaction"));
	for (size_t i = 0; i < sizeof interactions / sizeof *interactions; i++) {
		if (can & interactions[i].can)
			add_code(arena, list, interactions[i].code);
	}
	hs_json_add_text(arena, entry, HS_S("versioning"),
		can & HS_CAN_UPDATE ? HS_S("versioned-update") : HS_S("versioned"));
	hs_json_add(entry, HS_S("readHistory"), hs_json_bool(arena, can & HS_CAN_VREAD));
	hs_json_add(entry, HS_S("updateCreate"), hs_json_bool(arena, can & HS_CAN_UPDATE));
	hs_json_add(entry, HS_S("conditionalCreate"), hs_json_bool(arena, can & HS_CAN_CREATE));
	hs_json_add_text(arena, entry, HS_S("conditionalRead"), HS_S("full-support"));
	hs_json_add(entry, HS_S("conditionalUpdate"), hs_json_bool(arena, can & HS_CAN_UPDATE));
	if (rest->fhir == HS_FHIR_R5)
		hs_json_add(entry, HS_S("conditionalPatch"), hs_json_bool(arena, can & HS_CAN_PATCH));
	hs_json_add_text(arena, entry, HS_S("conditionalDelete"),
		can & HS_CAN_DELETE ? HS_S("single") : HS_S("not-supported"));
	if (can & HS_CAN_SEARCH) {
		add_includes(rest, arena, entry, type);
		hs_search_describe(rest->config.rules, type->name, !type->row || !type->row->keeper, arena,
			entry);
	}
	return entry;
}

static void add_compartments(const struct hs_rest *rest, struct hs_arena *arena, struct hs_json *rest_entry)
{
	size_t count;
	const struct hs_def_compartment *all = hs_defs_compartments(rest->config.defs, &count);
	struct hs_json *list = count ? hs_json_add_array(arena, rest_entry, HS_S("compartment")) : NULL;
	for (size_t i = 0; list && i < count; i++)
		hs_json_push(list, hs_json_string(arena, hs_defs_text(rest->config.defs, all[i].url)));
}

void hs_rest_capability(const struct hs_rest *rest, struct hs_arena *arena, struct hs_json *rest_entry)
{
	static const char *const codes[] = { "transaction", "batch", "search-system", "history-system" };
	struct hs_json *types = hs_json_add_array(arena, rest_entry, HS_S("resource"));
	for (size_t i = 0; types && i < rest->type_count; i++) {
		if (rest->types[i].row)
			hs_json_push(types, describe(rest, arena, &rest->types[i]));
	}
	struct hs_json *list = hs_json_add_array(arena, rest_entry, HS_S("interaction"));
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		add_code(arena, list, codes[i]);
	add_compartments(rest, arena, rest_entry);
}
