/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the shelf's image from packages, and maps it.
 *
 * Of two resources with the same canonical URL and version the one of the later package stays; so it is of
 * two versions, unless they are of two versions of one package or of FHIR itself, which stand side by side.
 * Those that share an id and both stay: the later one keeps the id, the other gets one of its own. */
#include <core/rest/shelf/values.h>
#include <core/rest/shelf/words.h>

#include <core/base/heap.h>
#include <handslag/time.h>
#include <stdio.h>
#include <stdlib.h>

#define SHELVES_KEPT 6 /* images of a release in the cache */
#define TEXTS_MAX ((size_t)1 << 30)

struct draft {
	struct hs__shelf_item item;
	struct hs__shelf_taken taken;
	struct hs__shelf_texts texts;
	uint32_t type; /* hs__rest_type.index */
	uint32_t order;
	struct hs_slice id, url, file;
	bool dropped, renamed;
};

struct build {
	struct hs_rest *rest;
	const struct hs_rest_packages *packages;
	uint32_t package; /* at hand */
	struct hs_image_builder *builder;
	struct hs_arena *arena; /* ids, URLs, keys of `canonicals` */
	struct hs_map canonicals;
	struct hs__shelf_values *values;
	struct hs__shelf_words *words;
	struct draft *drafts;
	size_t draft_count, draft_room;
	int64_t now_ms;
};

/* ---- which resources ---- */

static bool is_wanted(const struct build *build, const struct hs__rest_type *type)
{
	const struct hs_package *package = build->packages->list[build->package];
	enum hs_packaged packaged = type ? type->row->packaged : HS_PACKAGED_NONE;
	if (packaged == HS_PACKAGED_NONE)
		return false;
	return hs_package_fhir_version(package) == build->rest->fhir ||
		(packaged == HS_PACKAGED_ANY && !hs_package_is_core(package));
}

static int64_t updated_of(const struct build *build, const struct hs_json *tree)
{
	struct hs_slice said = hs_json_get_text(hs_json_get(tree, HS_S("meta")), HS_S("lastUpdated"));
	struct hs_time time;
	if (said.len == 0)
		said = hs_json_get_text(tree, HS_S("date"));
	return said.len > 0 && hs_time_parse(said, 0, &time) ? time.lo : build->now_ms;
}

/* One that stands for the same URL and version in an earlier package gives way. */
static void drop_older(struct build *build, const struct hs__rest_type *type, const struct hs_json *tree,
	size_t at)
{
	struct hs_slice url = build->drafts[at].url;
	bool fresh = false;
	if (url.len == 0)
		return;
	struct hs_map_slot *slot = hs_map_put(&build->canonicals,
		hs_arena_printf(build->arena, "%u %.*s|%.*s", type->index, HS_S_ARG(url),
			HS_S_ARG(hs_json_get_text(tree, HS_S("version")))),
		&fresh);
	if (slot && !fresh)
		build->drafts[slot->value.number].dropped = true;
	if (slot)
		slot->value.number = at;
}

/* ---- entries ---- */

void *hs__shelf_room(void *list, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 1024;
	return hs_heap_grow(list, *room * size);
}

static enum hs_status take_values(struct build *build, struct hs_arena *arena, const struct hs_json *tree,
	struct draft *draft, struct hs_error *err)
{
	struct hs_index_row *rows = NULL;
	size_t count = 0;
	enum hs_status status = hs_search_extract(&(struct hs_search_work) { build->rest->config.rules,
							  &build->rest->numbering, arena },
		tree, HS_S_NONE, &rows, &count, err);
	return status == HS_OK ? hs__shelf_values_take(build->values, rows, count, &draft->taken, err) :
				 status;
}

/* As it will be read. */
static enum hs_status take_words(struct build *build, struct hs_arena *arena, struct hs_slice text,
	const struct hs_json *tree, struct draft *draft, struct hs_error *err)
{
	struct hs_resource resource = { .id = draft->id,
		.version = hs__shelf_version(&draft->item),
		.updated_ms = draft->item.updated_ms };
	struct hs_slice body = HS_S_NONE;
	enum hs_status status = hs__shelf_compose(arena, &resource, text, tree, &body, err);
	return status == HS_OK ? hs__shelf_words_take(build->words, arena, body, &draft->texts, err) : status;
}

static enum hs_status take(struct hs_slice file, struct hs_slice type_name, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct build *build = arg;
	const struct hs__rest_type *type = hs__rest_type(build->rest, type_name);
	struct hs_json *tree = NULL;
	struct hs_error why = { .status = HS_OK };
	if (!is_wanted(build, type))
		return HS_OK;
	if (hs_json_parse(arena, text, NULL, &tree, &why) != HS_OK)
		return hs_fail(err, why.status, "%.*s: %s", HS_S_ARG(file), why.text);
	struct hs_slice id = hs_json_get_text(tree, HS_S("id")), url = hs_json_get_text(tree, HS_S("url"));
	if (!hs_id_valid(id) ||
		hs_package_gives_way(build->packages->list, build->packages->list[build->package], url))
		return HS_OK;
	build->drafts = hs__shelf_room(build->drafts, build->draft_count, &build->draft_room,
		sizeof *build->drafts);
	size_t at = build->draft_count++;
	build->drafts[at] = (struct draft) { .type = type->index,
		.order = (uint32_t)at,
		.id = hs_arena_copy(build->arena, id),
		.url = hs_arena_copy(build->arena, url),
		.file = hs_arena_copy(build->arena, file),
		.item = { .file = hs_image_builder_text(build->builder, file),
			.content = hs_hash(text),
			.updated_ms = updated_of(build, tree),
			.package = build->package,
			.size = (uint32_t)text.len } };
	drop_older(build, type, tree, at);
	enum hs_status status = take_values(build, arena, tree, &build->drafts[at], err);
	return status == HS_OK ? take_words(build, arena, text, tree, &build->drafts[at], err) : status;
}

static enum hs_status walk(struct build *build, struct hs_error *err)
{
	const struct hs_rest *rest = build->rest;
	const char **names = hs_heap_alloc((rest->type_count + 1) * sizeof *names);
	enum hs_status status = HS_OK;
	size_t count = 0;
	for (size_t i = 0; i < rest->type_count; i++) {
		if (rest->types[i].row && rest->types[i].row->packaged != HS_PACKAGED_NONE)
			names[count++] = hs_arena_cstr(build->arena, rest->types[i].name);
	}
	for (; count > 0 && build->packages->list[build->package] && status == HS_OK; build->package++)
		status = hs_package_each(build->packages->list[build->package], names, take, build, err);
	hs_heap_free(names);
	return status;
}

/* ---- order and ids ---- */

static int by_place(const void *a, const void *b)
{
	const struct draft *left = a, *right = b;
	if (left->dropped != right->dropped)
		return left->dropped ? 1 : -1;
	if (left->type != right->type)
		return left->type < right->type ? -1 : 1;
	int order = hs_slice_cmp(left->id, right->id);
	/* The later one first: it keeps the id. */
	return order ? order : left->order > right->order ? -1 : left->order < right->order;
}

static void sort_drafts(struct build *build)
{
	if (build->draft_count > 0)
		qsort(build->drafts, build->draft_count, sizeof *build->drafts, by_place);
	while (build->draft_count > 0 && build->drafts[build->draft_count - 1].dropped)
		build->draft_count--;
}

static bool is_same_place(const struct draft *a, const struct draft *b)
{
	return a->type == b->type && hs_slice_eq(a->id, b->id);
}

/* Are they out of two versions of one package, or of FHIR itself (R4 and R4B)? */
static bool are_side_by_side(const struct build *build, const struct draft *a, const struct draft *b)
{
	const struct hs_package *one = build->packages->list[a->item.package];
	const struct hs_package *other = build->packages->list[b->item.package];
	return one != other &&
		(hs_slice_eq(hs_package_name(one), hs_package_name(other)) ||
			(hs_package_is_core(one) && hs_package_is_core(other)));
}

/* An id of its own for what has a URL of its own, or is another version; the rest is left out. */
static void part_ids(struct build *build)
{
	struct draft *drafts = build->drafts;
	for (size_t i = 1, first = 0; i < build->draft_count; i++) {
		if (!is_same_place(&drafts[first], &drafts[i])) {
			first = i;
			continue;
		}
		struct draft *other = &drafts[i];
		bool same = hs_slice_eq(other->url, drafts[first].url);
		struct hs_slice mark = other->url;
		if (!mark.len || (same && !are_side_by_side(build, other, &drafts[first]))) {
			other->dropped = true;
			continue;
		}
		if (same)
			mark = hs_arena_printf(build->arena, "%.*s|%.*s", HS_S_ARG(mark),
				HS_S_ARG(hs_package_version(build->packages->list[other->item.package])));
		other->id = hs_arena_printf(build->arena, "%.*s-%08x",
			HS_S_ARG(hs_slice_first(other->id, 55)), (unsigned)(uint32_t)hs_hash(mark));
		other->renamed = true;
	}
	sort_drafts(build);
	for (size_t i = 1; i < build->draft_count; i++)
		drafts[i].dropped = is_same_place(&drafts[i - 1], &drafts[i]);
	sort_drafts(build);
}

/* The new id is one of its words. */
static enum hs_status renew_words(struct build *build, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(TEXTS_MAX);
	enum hs_status status = HS_OK;
	for (size_t i = 0; status == HS_OK && i < build->draft_count; i++) {
		struct draft *draft = &build->drafts[i];
		struct hs_arena_mark mark = hs_arena_mark(arena);
		struct hs_slice text = HS_S_NONE;
		struct hs_json *tree = NULL;
		if (!draft->renamed)
			continue;
		status = hs_package_read(build->packages->list[draft->item.package], draft->file, arena,
			&text, err);
		if (status == HS_OK)
			status = hs_json_parse(arena, text, NULL, &tree, err);
		if (status == HS_OK)
			status = take_words(build, arena, text, tree, draft, err);
		hs_arena_rollback(arena, mark);
	}
	hs_arena_free(arena);
	return status;
}

/* ---- the image ---- */

struct out {
	struct hs__shelf_type *types;
	struct hs__shelf_item *items;
	struct hs__shelf_taken *taken; /* of the items */
	struct hs__shelf_texts *texts; /* of the items */
	size_t type_count, item_count;
};

static void put_type(struct build *build, struct out *out, size_t *at)
{
	uint32_t index = build->drafts[*at].type;
	struct hs__shelf_type *type = &out->types[out->type_count++];
	struct hs_slice name = hs_slice_first(build->rest->types[index].name, sizeof type->name - 1);
	memcpy(type->name, name.ptr, name.len);
	type->item_first = (uint32_t)out->item_count;
	for (; *at < build->draft_count && build->drafts[*at].type == index; (*at)++) {
		const struct draft *draft = &build->drafts[*at];
		out->taken[out->item_count] = draft->taken;
		out->texts[out->item_count] = draft->texts;
		out->items[out->item_count] = draft->item;
		out->items[out->item_count++].id = hs_image_builder_text(build->builder, draft->id);
	}
	type->item_count = (uint32_t)(out->item_count - type->item_first);
	hs__shelf_values_put(build->values, out->taken + type->item_first, out->items + type->item_first,
		type);
	hs__shelf_words_put(build->words, out->texts + type->item_first, type);
}

static enum hs_status put_all(struct build *build, struct hs_error *err)
{
	struct hs_image_builder *builder = build->builder;
	struct out out = { .types = hs_heap_alloc((build->rest->type_count + 1) * sizeof *out.types),
		.items = hs_heap_alloc((build->draft_count + 1) * sizeof *out.items),
		.taken = hs_heap_alloc((build->draft_count + 1) * sizeof *out.taken),
		.texts = hs_heap_alloc((build->draft_count + 1) * sizeof *out.texts) };
	for (size_t at = 0; at < build->draft_count;)
		put_type(build, &out, &at);
	hs_image_builder_section(builder, HS__SHELF_TYPES, out.types, sizeof *out.types, out.type_count);
	hs_image_builder_section(builder, HS__SHELF_ITEMS, out.items, sizeof *out.items, out.item_count);
	hs_heap_free(out.types);
	hs_heap_free(out.items);
	hs_heap_free(out.taken);
	hs_heap_free(out.texts);
	hs__shelf_values_end(build->values);
	return hs__shelf_words_end(build->words, err);
}

static enum hs_status build_image(struct hs_rest *rest, const struct hs_rest_packages *packages, uint64_t key,
	const char *path, struct hs_error *err)
{
	struct build build = { .rest = rest,
		.packages = packages,
		.builder = hs_image_builder_new(HS__SHELF_KIND, HS__SHELF_FORMAT, key),
		.arena = hs_arena_new(TEXTS_MAX),
		.now_ms = packages->world->wall_ms(packages->world->ctx) };
	build.values = hs__shelf_values_new(build.builder);
	build.words = hs__shelf_words_new(build.builder);
	hs_map_init(&build.canonicals, NULL);
	enum hs_status status = walk(&build, err);
	if (status == HS_OK) {
		sort_drafts(&build);
		part_ids(&build);
		status = renew_words(&build, err);
	}
	if (status == HS_OK)
		status = put_all(&build, err);
	if (status == HS_OK)
		status = hs_image_builder_write(build.builder, packages->world, path, err);
	hs__shelf_values_free(build.values);
	hs__shelf_words_free(build.words);
	hs_map_free(&build.canonicals);
	hs_heap_free(build.drafts);
	hs_arena_free(build.arena);
	hs_image_builder_free(build.builder);
	return status;
}

/* ---- opening ---- */

static uint64_t mix(uint64_t key, uint64_t more)
{
	return hs_hash_seeded(hs_slice((const char *)&more, sizeof more), key);
}

/* What the image depends on: packages, types that want them, and the parameters by number. */
static uint64_t key_of(const struct hs_rest *rest, struct hs_package *const *packages)
{
	uint64_t key = mix(HS__SHELF_FORMAT, (uint64_t)rest->fhir);
	for (; *packages; packages++)
		key = mix(key, hs_package_key(*packages));
	for (size_t i = 0; i < rest->type_count; i++)
		key = mix(key, rest->types[i].row ? (uint64_t)rest->types[i].row->packaged : 9);
	for (size_t i = 0; i < rest->param_count; i++)
		key = hs_hash_seeded(rest->params[i], key);
	return key;
}

static void adopt(struct hs_rest *rest, struct hs_image *image, struct hs_package *const *packages,
	struct hs__shelf **out)
{
	struct hs__shelf *shelf = hs_heap_alloc(sizeof *shelf);
	size_t types = 0, ignored = 0;
	const struct hs__shelf_type *rows = hs_image_section(image, HS__SHELF_TYPES, sizeof *rows, &types);
	shelf->image = image;
	shelf->packages = packages;
	shelf->items = hs_image_section(image, HS__SHELF_ITEMS, sizeof *shelf->items, &ignored);
	shelf->rows = hs_image_section(image, HS__SHELF_ROWS, sizeof *shelf->rows, &ignored);
	shelf->values = hs_image_section(image, HS__SHELF_VALUES, sizeof *shelf->values, &ignored);
	shelf->holders = hs_image_section(image, HS__SHELF_HOLDERS, sizeof *shelf->holders, &ignored);
	shelf->words = hs_image_section(image, HS__SHELF_WORDS, sizeof *shelf->words, &ignored);
	shelf->places = hs_image_section(image, HS__SHELF_PLACES, 1, &ignored);
	shelf->types = hs_heap_alloc((rest->type_count + 1) * sizeof *shelf->types);
	for (size_t i = 0; i < types; i++) {
		const struct hs__rest_type *type = hs__rest_type(rest, hs_slice_cstr(rows[i].name));
		if (type)
			shelf->types[type->index] = &rows[i];
	}
	*out = shelf;
}

static bool is_any_wanted(const struct hs_rest *rest)
{
	for (size_t i = 0; i < rest->type_count; i++) {
		if (rest->types[i].row && rest->types[i].row->packaged != HS_PACKAGED_NONE)
			return true;
	}
	return false;
}

enum hs_status hs__shelf_open(struct hs_rest *rest, const struct hs_rest_packages *packages,
	struct hs__shelf **out, struct hs_error *err)
{
	struct hs_image *image = NULL;
	char path[4096];
	if (!packages->list || !packages->list[0] || !is_any_wanted(rest))
		return HS_OK;
	uint64_t key = key_of(rest, packages->list);
	int len = snprintf(path, sizeof path, "%s/packaged-r%d-%016llx.image", packages->cache_dir,
		(int)rest->fhir, (unsigned long long)key);
	if (len < 0 || (size_t)len >= sizeof path)
		return hs_fail(err, HS_E_LIMIT, "the path of the cache directory is too long");
	enum hs_status status = hs_image_open(path, HS__SHELF_KIND, HS__SHELF_FORMAT, key, &image, err);
	if (status != HS_OK) {
		status = build_image(rest, packages, key, path, err);
		if (status == HS_OK)
			status = hs_image_open(path, HS__SHELF_KIND, HS__SHELF_FORMAT, key, &image, err);
		/* A cache is shared by many data directories, each with its own packages. */
		len = snprintf(path, sizeof path, "packaged-r%d-", (int)rest->fhir);
		hs__image_sweep(packages->cache_dir, hs_slice(path, (size_t)len), HS__SHELF_KIND,
			HS__SHELF_FORMAT, SHELVES_KEPT);
	}
	if (status == HS_OK)
		adopt(rest, image, packages->list, out);
	return status;
}
