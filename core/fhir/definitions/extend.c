/* SPDX-License-Identifier: Apache-2.0 */
/* Adds logical models to definitions: their types, elements and uses follow on those that are there, so that
 * every number of the image keeps its meaning. */
#include <core/fhir/definitions/build.h>

#include <core/base/heap.h>

#include <stdatomic.h>

#define ARENA_MAX ((size_t)1 << 30)

static enum hs_status fail_full(struct hs_error *err)
{
	return hs_fail(err, HS_E_LIMIT, "the logical models are too large");
}

/* ---- what is there already ---- */

/* The rows as the start of a list that grows. */
static void seed(struct hs__build *build, struct hs__vec *vec, const void *rows, size_t count, size_t size)
{
	vec->items = hs_arena_array(build->arena, count + 1, size);
	vec->room = vec->items ? count + 1 : 0;
	if (!vec->items || !count)
		return;
	memcpy(vec->items, rows, count * size);
	vec->count = count;
}

static void seed_type(struct hs__build *build, const struct hs_defs *below, uint32_t number)
{
	const struct hs_def_type *type = hs_defs_type_at(below, number);
	struct hs_slice *name = hs_arena_alloc(build->arena, sizeof(*name));
	if (!name)
		return;
	*name = hs_defs_text(below, type->name);
	struct hs_map_slot *by_name = hs_map_put(&build->type_index, *name, NULL);
	struct hs_map_slot *by_url = hs_map_put(&build->type_of_url, hs_defs_text(below, type->url), NULL);
	if (by_name)
		by_name->value.number = number;
	if (by_url)
		by_url->value.ptr = name;
}

static void seed_all(struct hs__build *build, const struct hs_defs *below)
{
	hs_image_builder_text(build->image, below->texts); /* first, so that its places stay */
	seed(build, &build->elements, below->elements, below->element_count, sizeof(*below->elements));
	seed(build, &build->uses, below->uses, below->use_count, sizeof(*below->uses));
	seed(build, &build->targets, below->targets, below->target_count, sizeof(*below->targets));
	build->first_type = (uint32_t)below->type_count;
	for (uint32_t i = 0; i < build->first_type; i++)
		seed_type(build, below, i);
}

/* ---- what is new ---- */

/* lay_types numbers them in order of their names; what they are called is found by their address. */
static struct hs__defs_alias *list_aliases(const struct hs__build *build, const struct hs_def_model *models,
	size_t count, size_t *out_count)
{
	struct hs__defs_alias *aliases = hs_arena_array(build->arena, 3 * count + 1, sizeof(*aliases));
	*out_count = 0;
	for (size_t i = 0; aliases && i < count; i++) {
		struct hs_slice url = hs_json_get_text(models[i].structure, HS_S("url"));
		struct hs_slice path = hs_json_get_text(hs_json_first(models[i].snapshot), HS_S("path"));
		const struct hs_slice names[] = { hs_slice_cut(&path, '.'), url,
			hs_json_get_text(models[i].structure, HS_S("type")) };
		uint32_t type = hs__build_type_of_url(build, url);
		for (size_t k = 0; type != HS_DEF_NONE && type >= build->first_type && k < 3; k++)
			if (names[k].len)
				aliases[(*out_count)++] = (struct hs__defs_alias) {
					hs_arena_copy(build->arena, names[k]), type
				};
	}
	return aliases;
}

static enum hs_status finish(struct hs__build *build, struct hs_defs *below, struct hs_defs *out,
	struct hs_error *err)
{
	size_t count = 0;
	struct hs_image *image = NULL;
	enum hs_status status = hs_image_builder_finish(build->image, &image, err);
	if (status)
		return status;
	const struct hs_def_type *added = hs_image_section(image, HS__DEFS_TYPES, sizeof(*added), &count);
	struct hs__vec types = { .items = NULL };
	seed(build, &types, below->types, below->type_count, sizeof(*below->types));
	for (size_t i = 0; i < count; i++) {
		struct hs_def_type *row = hs__vec_push(build, &types, sizeof(*row));
		if (row)
			*row = added[i];
	}
	if (hs_arena_full(build->arena)) {
		hs_image_unref(image);
		return fail_full(err);
	}
	*out = *below;
	atomic_init(&out->refs, 1);
	out->below = hs_defs_ref(below);
	out->image = image;
	out->arena = build->arena;
	out->texts.ptr = hs_image_section(image, 0, 1, &out->texts.len);
	out->types = types.items;
	out->type_count = types.count;
	out->elements = build->elements.items;
	out->element_count = build->elements.count;
	out->uses = build->uses.items;
	out->use_count = build->uses.count;
	out->targets = build->targets.items;
	out->target_count = build->targets.count;
	out->reference = hs_defs_type(out, HS_S("Reference"));
	out->extension = hs_defs_type(out, HS_S("Extension"));
	out->codeable = hs_defs_type(out, HS_S("CodeableConcept"));
	out->codeable_reference = hs_defs_type(out, HS_S("CodeableReference"));
	out->coding = hs_defs_type(out, HS_S("Coding"));
	return HS_OK;
}

enum hs_status hs_defs_extend(struct hs_defs *defs, const struct hs_def_model *models, size_t count,
	struct hs_defs **out, struct hs_error *err)
{
	struct hs__build build = { .arena = hs_arena_new(ARENA_MAX) };
	struct hs_defs *made = hs_heap_alloc(sizeof(*made));
	enum hs_status status = HS_OK;
	build.image = hs_image_builder_new(HS__DEFS_KIND, HS__DEFS_FORMAT, 0);
	hs_map_init(&build.type_of_url, build.arena);
	hs_map_init(&build.type_index, build.arena);
	hs_map_init(&build.sources, build.arena);
	hs_map_init(&build.lists, build.arena);
	seed_all(&build, defs);
	for (size_t i = 0; !status && i < count; i++)
		status = hs__build_take_model(&build, models[i].structure, models[i].snapshot, err);
	if (!status && !build.types.count)
		status = hs_fail(err, HS_E_INVALID, "there is no logical model with elements among these");
	if (!status)
		status = hs__build_lay_types(&build, err);
	size_t alias_count = 0;
	const struct hs__defs_alias *aliases = status ? NULL :
							list_aliases(&build, models, count, &alias_count);
	if (!status)
		status = hs_arena_full(build.arena) ? fail_full(err) : finish(&build, defs, made, err);
	hs_image_builder_free(build.image);
	if (status) {
		hs_arena_free(build.arena);
		hs_heap_free(made);
		return status;
	}
	made->aliases = aliases;
	made->alias_count = alias_count;
	*out = made;
	return HS_OK;
}
