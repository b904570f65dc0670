/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the addresses of all canonical resources out of packages, and keeps them as an image. */
#include <core/fhir/profile/library_private.h>

#include <core/base/map.h>
#include <core/base/world.h>
#include <core/fhir/package/peek.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define KIND 0x42494c43u /* "CLIB" */
#define FORMAT 3u
#define ROWS 1u
#define ARENA_MAX ((size_t)256 << 20)

struct entry {
	struct hs_slice url, version, type, file;
	uint32_t package;
	bool old; /* stands behind those of any other package */
};

struct gathering {
	struct hs_arena *arena;
	struct entry *entries;
	size_t count, room;
	struct hs_package *const *packages;
	uint32_t package; /* the one at hand */
};

/* Extensions and HL7's terminology have moved from the core packages to ones that are kept up to date. */
static bool is_outdated(const struct gathering *all, struct hs_slice type, struct hs_slice url)
{
	const struct hs_package *package = all->packages[all->package];
	return hs_package_gives_way(all->packages, package, url) ||
		(hs_package_is_core(package) && hs_slice_eq(type, HS_S("StructureDefinition")));
}

static enum hs_status take(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *scratch, void *arg, struct hs_error *err)
{
	struct gathering *all = arg;
	struct hs_slice url;
	struct hs_slice version = HS_S_NONE;
	(void)scratch;
	if (!hs__json_peek(text, HS_S("url"), &url) || url.len == 0)
		return HS_OK;
	hs__json_peek(text, HS_S("version"), &version);
	if (all->count == all->room) {
		size_t room = all->room ? all->room * 2 : 1024;
		struct entry *entries = hs_arena_grow(all->arena, all->entries, all->room * sizeof(*entries),
			room * sizeof(*entries));
		if (!entries)
			return hs_fail(err, HS_E_LIMIT, "the packages hold too many canonical resources");
		all->entries = entries;
		all->room = room;
	}
	all->entries[all->count++] = (struct entry) { hs_arena_copy(all->arena, url),
		hs_arena_copy(all->arena, version), hs_arena_copy(all->arena, type),
		hs_arena_copy(all->arena, file), all->package, is_outdated(all, type, url) };
	return hs_arena_full(all->arena) ?
		hs_fail(err, HS_E_LIMIT, "the packages hold too many canonical resources") :
		HS_OK;
}

static int by_url(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int order = hs_slice_cmp(left->url, right->url);
	if (order == 0)
		order = left->old - right->old;
	if (order == 0)
		order = left->package < right->package ? -1 : left->package > right->package;
	return order ? order : hs_slice_cmp(left->file, right->file);
}

static void lay_out(const struct gathering *all, struct hs_image_builder *builder)
{
	struct hs__library_row *rows = hs_arena_array(all->arena, all->count + 1, sizeof(*rows));
	for (size_t i = 0; rows && i < all->count; i++) {
		const struct entry *entry = &all->entries[i];
		rows[i] = (struct hs__library_row) { hs_image_builder_text(builder, entry->url),
			hs_image_builder_text(builder, entry->version),
			hs_image_builder_text(builder, entry->type),
			hs_image_builder_text(builder, entry->file), entry->package, 0 };
	}
	if (rows && all->count)
		hs_image_builder_section(builder, ROWS, rows, sizeof(*rows), all->count);
}

/* An index that cannot be written is made at each start. */
static enum hs_status build(const struct hs_library_source *source, uint64_t key, const char *path,
	struct hs_image **out, struct hs_error *err)
{
	struct gathering all = { .arena = hs_arena_new(ARENA_MAX), .packages = source->packages };
	struct hs_error ignored;
	enum hs_status status = HS_OK;
	for (; !status && source->packages[all.package]; all.package++)
		status = hs_package_each(source->packages[all.package], NULL, take, &all, err);
	if (!status) {
		struct hs_image_builder *builder = hs_image_builder_new(KIND, FORMAT, key);
		if (all.count)
			qsort(all.entries, all.count, sizeof(*all.entries), by_url);
		lay_out(&all, builder);
		if (!path || hs_image_builder_write(builder, source->world, path, &ignored) ||
			hs_image_open(path, KIND, FORMAT, key, out, &ignored))
			status = hs_image_builder_finish(builder, out, err);
		hs_image_builder_free(builder);
	}
	hs_arena_free(all.arena);
	return status;
}

static uint64_t key_of(const struct hs_library_source *source)
{
	uint64_t key = 1;
	for (struct hs_package *const *package = source->packages; *package; package++) {
		uint64_t parts[2] = { key, hs_package_key(*package) };
		key = hs_hash(hs_slice((const char *)parts, sizeof(parts)));
	}
	return key;
}

enum hs_status hs__library_index_open(const struct hs_library_source *source, struct hs__library_index *out,
	struct hs_error *err)
{
	char path[PATH_MAX];
	uint64_t key = key_of(source);
	int len = source->cache_dir ? snprintf(path, sizeof(path), "%s/canonicals-%016llx.image",
					      source->cache_dir, (unsigned long long)key) :
				      0;
	if (len < 0 || (size_t)len >= sizeof(path))
		return hs_fail(err, HS_E_LIMIT, "the path of the folder for compiled images is too long");
	if (len == 0 || hs_image_open(path, KIND, FORMAT, key, &out->image, err)) {
		enum hs_status status = build(source, key, len ? path : NULL, &out->image, err);
		if (status)
			return status;
	}
	out->rows = hs_image_section(out->image, ROWS, sizeof(*out->rows), &out->count);
	return HS_OK;
}

size_t hs__library_index_find(const struct hs__library_index *index, struct hs_slice url)
{
	size_t low = 0;
	size_t high = index->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (hs_slice_cmp(hs_image_text(index->image, index->rows[middle].url), url) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < index->count && hs_slice_eq(hs_image_text(index->image, index->rows[low].url), url))
		return low;
	return index->count;
}
