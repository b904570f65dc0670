/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the definitions image: gathers from the packages, then lays types, codes and parameters out. */
#include <core/fhir/definitions/build.h>

#include <core/fhir/package/peek.h>

#define ARENA_MAX ((size_t)2 << 30)

void *hs__vec_push(struct hs__build *build, struct hs__vec *vec, size_t item_size)
{
	if (vec->count == vec->room) {
		size_t room = vec->room ? vec->room * 2 : 64;
		void *items = hs_arena_grow(build->arena, vec->items, vec->room * item_size,
			room * item_size);
		if (!items)
			return NULL;
		vec->items = items;
		vec->room = room;
	}
	void *item = (char *)vec->items + vec->count++ * item_size;
	memset(item, 0, item_size);
	return item;
}

struct hs_slice hs__build_keep(struct hs__build *build, struct hs_slice text)
{
	return text.len ? hs_arena_copy(build->arena, text) : HS_S_NONE;
}

struct hs_slice hs__build_plain(struct hs_slice canonical)
{
	return hs_slice_first(canonical, hs_slice_find(canonical, '|', 0));
}

uint32_t hs__build_type_index(const struct hs__build *build, struct hs_slice name)
{
	const struct hs_map_slot *slot = hs_map_get(&build->type_index, name);
	return slot ? (uint32_t)slot->value.number : HS_DEF_NONE;
}

uint32_t hs__build_type_of_url(const struct hs__build *build, struct hs_slice url)
{
	const struct hs_map_slot *slot = hs_map_get(&build->type_of_url, hs__build_plain(url));
	return slot ? hs__build_type_index(build, *(const struct hs_slice *)slot->value.ptr) : HS_DEF_NONE;
}

static enum hs_status take_definition(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs__build *build = arg;
	struct hs_json *resource;
	(void)file;
	enum hs_status status = hs_json_parse(arena, text, NULL, &resource, err);
	if (status)
		return status;
	if (hs_slice_eq(type, HS_S("StructureDefinition")))
		return hs__build_take_structure(build, resource, err);
	return hs_slice_eq(type, HS_S("SearchParameter")) ? hs__build_take_param(build, resource, err) :
							    hs__build_take_compartment(build, resource, err);
}

/* Only the text is kept: most value sets and code systems are of no required binding and never parsed. */
static enum hs_status take_codes(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs__build *build = arg;
	struct hs_slice url;
	bool fresh;
	(void)file;
	(void)type;
	(void)arena;
	if (!hs__json_peek(text, HS_S("url"), &url) || hs_map_get(&build->sources, url))
		return HS_OK;
	struct hs_slice *kept = hs_arena_alloc(build->arena, sizeof(*kept));
	struct hs_map_slot *slot = kept ? hs_map_put(&build->sources, hs__build_keep(build, url), &fresh) :
					  NULL;
	if (slot) {
		*kept = hs_arena_copy(build->arena, text);
		slot->value.ptr = kept;
	}
	return hs_arena_full(build->arena) ?
		hs_fail(err, HS_E_LIMIT, "the packages' value sets are too large") :
		HS_OK;
}

bool hs__defs_adds_params(const struct hs_defs_source *source, const struct hs_package *package)
{
	for (struct hs_package *const *own = source->packages; *own; own++) {
		if (*own == package)
			return false;
	}
	return hs_package_fhir_version(package) == source->fhir && !hs_package_is_core(package);
}

/* Packages in order: of two definitions with the same name or URL the first counts. */
static enum hs_status gather(struct hs__build *build, const struct hs_defs_source *source,
	struct hs_error *err)
{
	static const char *const definitions[] = { "StructureDefinition", "SearchParameter",
		"CompartmentDefinition", NULL };
	static const char *const code_sources[] = { "ValueSet", "CodeSystem", NULL };
	static const char *const params[] = { "SearchParameter", NULL };
	enum hs_status status = HS_OK;
	for (struct hs_package *const *package = source->packages; !status && *package; package++) {
		status = hs_package_each(*package, definitions, take_definition, build, err);
		if (!status)
			status = hs_package_each(*package, code_sources, take_codes, build, err);
	}
	build->adding = true;
	for (struct hs_package *const *package = source->params; !status && package && *package; package++) {
		if (hs__defs_adds_params(source, *package))
			status = hs_package_each(*package, params, take_definition, build, err);
	}
	return status;
}

static void add_section(struct hs__build *build, uint32_t id, const struct hs__vec *vec, size_t item_size)
{
	if (vec->count)
		hs_image_builder_section(build->image, id, vec->items, item_size, vec->count);
}

static void add_sections(struct hs__build *build)
{
	add_section(build, HS__DEFS_ELEMENTS, &build->elements, sizeof(struct hs_def_element));
	add_section(build, HS__DEFS_USES, &build->uses, sizeof(struct hs_def_use));
	add_section(build, HS__DEFS_TARGETS, &build->targets, sizeof(uint32_t));
	add_section(build, HS__DEFS_PARAMS, &build->params, sizeof(struct hs_def_param));
	add_section(build, HS__DEFS_COMPONENTS, &build->components, sizeof(struct hs_def_component));
	add_section(build, HS__DEFS_RANGES, &build->ranges, sizeof(struct hs__defs_range));
	add_section(build, HS__DEFS_TYPE_PARAMS, &build->type_params, sizeof(uint32_t));
	add_section(build, HS__DEFS_LISTS, &build->code_lists, sizeof(struct hs__defs_range));
	add_section(build, HS__DEFS_CODES, &build->codes, sizeof(struct hs__defs_code));
	add_section(build, HS__DEFS_COMPARTMENTS, &build->compartments, sizeof(struct hs_def_compartment));
	add_section(build, HS__DEFS_MEMBERS, &build->members, sizeof(struct hs__defs_member));
	add_section(build, HS__DEFS_MEMBER_CODES, &build->member_codes, sizeof(struct hs_image_text));
}

enum hs_status hs__defs_build(const struct hs_defs_source *source, uint64_t key,
	struct hs_image_builder **out, struct hs_error *err)
{
	struct hs__build build = { .arena = hs_arena_new(ARENA_MAX) };
	build.image = hs_image_builder_new(HS__DEFS_KIND, HS__DEFS_FORMAT, key);
	hs_map_init(&build.type_of_url, build.arena);
	hs_map_init(&build.type_index, build.arena);
	hs_map_init(&build.sources, build.arena);
	hs_map_init(&build.lists, build.arena);
	enum hs_status status = gather(&build, source, err);
	if (!status && build.types.count == 0)
		status = hs_fail(err, HS_E_REQUIRED,
			"the packages hold no StructureDefinition of a type; name a core "
			"package such as hl7.fhir.r4.core");
	if (!status)
		status = hs__build_lay_types(&build, err);
	if (!status)
		status = hs__build_lay_params(&build, err);
	if (!status)
		status = hs__build_lay_compartments(&build, err);
	if (!status && hs_arena_full(build.arena))
		status = hs_fail(err, HS_E_LIMIT, "the packages' definitions are too large");
	if (!status) {
		add_sections(&build);
		*out = build.image;
		build.image = NULL;
	}
	hs_image_builder_free(build.image);
	hs_arena_free(build.arena);
	return status;
}
