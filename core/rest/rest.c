/* SPDX-License-Identifier: Apache-2.0 */
/* The REST object of one FHIR version: which types are served, by which service, under which index names. */
#include <core/base/heap.h>
#include <core/rest/shelf/shelf.h>

static const char *const not_stored[] = { "Parameters", NULL };

static bool may_be_stored(const struct hs_def_type *def, struct hs_slice name)
{
	if (def->kind != HS_DEF_RESOURCE || def->abstract)
		return false;
	for (size_t i = 0; not_stored[i]; i++) {
		if (hs_slice_eq(name, hs_slice_cstr(not_stored[i])))
			return false;
	}
	return true;
}

static void collect_types(struct hs_rest *rest)
{
	const struct hs_defs *defs = rest->config.defs;
	uint32_t count = hs_defs_type_count(defs);
	rest->types = hs_heap_alloc(sizeof *rest->types * (count ? count : 1));
	for (uint32_t i = 0; i < count; i++) {
		const struct hs_def_type *def = hs_defs_type_at(defs, i);
		struct hs_slice name = hs_defs_text(defs, def->name);
		if (!may_be_stored(def, name))
			continue;
		struct hs__rest_type *type = &rest->types[rest->type_count];
		type->name = name;
		type->index = (uint32_t)rest->type_count++;
		hs_map_put(&rest->by_name, name, NULL)->value.ptr = type;
	}
}

static void add_param(struct hs_rest *rest, struct hs_slice name)
{
	bool fresh = false;
	struct hs_map_slot *slot = hs_map_put(&rest->param_index, name, &fresh);
	if (!fresh)
		return;
	if (rest->param_count == rest->param_room) {
		rest->param_room = rest->param_room ? rest->param_room * 2 : 4096;
		rest->params = hs_heap_grow(rest->params, rest->param_room * sizeof *rest->params);
	}
	rest->params[rest->param_count++] = name;
	slot->value.number = rest->param_count;
}

/* The names under which the entries of one type are kept. */
static void collect_params(struct hs_rest *rest, struct hs_slice type)
{
	size_t count = 0;
	const struct hs_slice *names = hs_search_names(rest->config.rules, type, rest->arena, &count);
	for (size_t i = 0; i < count; i++)
		add_param(rest, names[i]);
}

static uint32_t own_number(void *arg, unsigned space, struct hs_slice text)
{
	const struct hs_rest *rest = arg;
	const struct hs_map_slot *slot = NULL;
	if (space == HS_SPACE_TYPE) {
		slot = hs_map_get(&rest->by_name, text);
		return slot ? ((const struct hs__rest_type *)slot->value.ptr)->index + 1 : 0;
	}
	if (space == HS_SPACE_PARAM)
		slot = hs_map_get(&rest->param_index, text);
	return slot ? (uint32_t)slot->value.number : 0;
}

enum hs_status hs_rest_new(const struct hs_rest_config *config, struct hs_rest **out, struct hs_error *err)
{
	if (!config->defs || !config->rules)
		return hs_fail(err, HS_E_REQUIRED, "the REST API needs FHIR definitions and search rules");
	struct hs_rest *rest = hs_heap_alloc(sizeof *rest);
	rest->config = *config;
	rest->config.page_default = config->page_default ? config->page_default : 20;
	rest->config.page_max = config->page_max ? config->page_max : 1000;
	rest->config.bundle_max = config->bundle_max ? config->bundle_max : 10000;
	rest->config.include_max = config->include_max ? config->include_max : 1000;
	rest->config.cache_bytes = config->cache_bytes ? config->cache_bytes : (uint64_t)32 << 20;
	rest->fhir = hs_defs_fhir(config->defs);
	hs_defs_ref(config->defs);
	rest->arena = hs_arena_new((size_t)16 << 20);
	hs_map_init(&rest->by_name, NULL);
	hs_map_init(&rest->param_index, NULL);
	collect_types(rest);
	rest->numbering = (struct hs_numbering) { own_number, rest };
	*out = rest;
	return HS_OK;
}

void hs_rest_free(struct hs_rest *rest)
{
	if (!rest)
		return;
	hs__shelf_free(rest->shelf);
	hs_map_free(&rest->by_name);
	hs_map_free(&rest->param_index);
	hs_heap_free(rest->params);
	hs_heap_free(rest->types);
	hs_arena_free(rest->arena);
	hs_defs_unref(rest->config.defs);
	hs_heap_free(rest);
}

static bool take(struct hs_rest *rest, struct hs__rest_type *type, const struct hs_type_row *row, void *state,
	const char *service, bool star)
{
	if (type->row && (star || !type->by_star))
		return false;
	if (!type->row)
		collect_params(rest, type->name);
	type->row = row;
	type->state = state;
	type->service = service;
	type->by_star = star;
	return true;
}

enum hs_status hs_rest_add_type(struct hs_rest *rest, const struct hs_type_row *row, void *state,
	const char *service, struct hs_error *err)
{
	uint32_t here = rest->fhir == HS_FHIR_R5 ? HS_ON_R5 : HS_ON_R4;
	struct hs_slice name = hs_slice_cstr(row->name);
	if (!(row->versions & here))
		return HS_OK;
	if (hs_slice_eq(name, HS_S("*"))) {
		for (size_t i = 0; i < rest->type_count; i++) {
			if (rest->types[i].by_star)
				return hs_fail(err, HS_E_DUPLICATE,
					"services %s and %s both want all other types",
					rest->types[i].service, service);
			take(rest, &rest->types[i], row, state, service, true);
		}
		return HS_OK;
	}
	struct hs_map_slot *slot = hs_map_get(&rest->by_name, name);
	if (!slot)
		return hs_fail(err, HS_E_NOT_FOUND,
			"service %s serves %s, which is no resource type of FHIR R%d", service, row->name,
			(int)rest->fhir);
	struct hs__rest_type *type = slot->value.ptr;
	if (!take(rest, type, row, state, service, false))
		return hs_fail(err, HS_E_DUPLICATE, "services %s and %s both serve %s", type->service,
			service, row->name);
	return HS_OK;
}

enum hs_status hs_rest_add_packages(struct hs_rest *rest, const struct hs_rest_packages *packages,
	struct hs_error *err)
{
	HS_ASSERT(!rest->shelf);
	return hs__shelf_open(rest, packages, &rest->shelf, err);
}

const struct hs__rest_type *hs__rest_type(const struct hs_rest *rest, struct hs_slice name)
{
	struct hs_map_slot *slot = hs_map_get(&rest->by_name, name);
	const struct hs__rest_type *type = slot ? slot->value.ptr : NULL;
	return type && type->row ? type : NULL;
}

bool hs_rest_serves(const struct hs_rest *rest, struct hs_slice type)
{
	return hs__rest_type(rest, type) != NULL;
}
