/* SPDX-License-Identifier: Apache-2.0 */
/* Looking canonical resources up: what was added first, then the packages, then the library below. */
#include <core/fhir/profile/library_private.h>

#include <core/base/heap.h>
#include <core/base/map.h>
#include <core/fhir/package/version.h>

#include <pthread.h>
#include <stdatomic.h>

#define ARENA_MAX ((size_t)4 << 30)
#define VERSIONS_MAX 100 /* of one url that are put in order; what anybody sends may be of many */

/* One resource that was put in by hand. */
struct added {
	struct hs_slice url, version, type;
	const struct hs_json *tree;
	struct added *next_same; /* the same url, an earlier version */
	struct added *next;      /* in order */
};

struct hs_library {
	_Atomic uint32_t refs;
	struct hs_library *below;
	struct hs_package *const *packages;
	struct hs__library_index index;
	pthread_mutex_t lock;         /* for `arena` and `trees` */
	struct hs_arena *arena;       /* trees and texts */
	const struct hs_json **trees; /* of each row of the index once it was read */
	struct hs_map by_url;         /* url -> struct added, the latest */
	struct added *first, *last;
};

static struct hs_library *new_library(struct hs_library *below)
{
	struct hs_library *library = hs_heap_alloc(sizeof(*library));
	atomic_init(&library->refs, 1);
	library->below = below ? hs_library_ref(below) : NULL;
	library->arena = hs_arena_new(ARENA_MAX);
	hs_map_init(&library->by_url, NULL);
	pthread_mutex_init(&library->lock, NULL);
	return library;
}

enum hs_status hs_library_of_packages(const struct hs_library_source *source, struct hs_library **out,
	struct hs_error *err)
{
	struct hs_library *library = new_library(NULL);
	enum hs_status status = hs__library_index_open(source, &library->index, err);
	if (status) {
		hs_library_unref(library);
		return status;
	}
	library->packages = source->packages;
	library->trees = hs_heap_alloc((library->index.count + 1) * sizeof(*library->trees));
	*out = library;
	return HS_OK;
}

struct hs_library *hs_library_over(struct hs_library *below)
{
	return new_library(below);
}

struct hs_library *hs_library_ref(struct hs_library *library)
{
	atomic_fetch_add_explicit(&library->refs, 1, memory_order_relaxed);
	return library;
}

void hs_library_unref(struct hs_library *library)
{
	while (library && atomic_fetch_sub_explicit(&library->refs, 1, memory_order_acq_rel) == 1) {
		struct hs_library *below = library->below;
		hs_map_free(&library->by_url);
		hs_arena_free(library->arena);
		hs_heap_free(library->trees);
		hs_image_unref(library->index.image);
		pthread_mutex_destroy(&library->lock);
		hs_heap_free(library);
		library = below;
	}
}

/* ---- adding ---- */

/* The latest version stands first, for it is meant where none is named (R4 References, section 2.3.0.1); of
 * the same version the later to come. */
static void put_in_order(struct hs_map_slot *slot, struct added *added)
{
	struct added *before = NULL;
	struct added *behind = slot->value.ptr;
	for (int i = 0;
		i < VERSIONS_MAX && behind && hs__package_compare(behind->version, added->version) > 0; i++) {
		before = behind;
		behind = behind->next_same;
	}
	added->next_same = behind;
	if (before)
		before->next_same = added;
	else
		slot->value.ptr = added;
}

static enum hs_status put(struct hs_library *library, const struct hs_json *tree, struct hs_error *err)
{
	struct added *added = hs_arena_alloc(library->arena, sizeof(*added));
	struct hs_slice type = hs_json_get_text(tree, HS_S("resourceType"));
	struct hs_slice url = hs_json_get_text(tree, HS_S("url"));
	if (url.len == 0)
		url = hs_arena_printf(library->arena, "%.*s/%.*s", HS_S_ARG(type),
			HS_S_ARG(hs_json_get_text(tree, HS_S("id"))));
	struct hs_map_slot *slot = added && url.ptr ? hs_map_put(&library->by_url, url, NULL) : NULL;
	if (!slot)
		return hs_fail(err, HS_E_LIMIT, "there are too many definitions");
	*added = (struct added) {
		.url = url, .version = hs_json_get_text(tree, HS_S("version")), .type = type, .tree = tree
	};
	put_in_order(slot, added);
	if (library->last)
		library->last->next = added;
	else
		library->first = added;
	library->last = added;
	return HS_OK;
}

enum hs_status hs_library_add(struct hs_library *library, struct hs_slice text, struct hs_error *err)
{
	struct hs_json *tree;
	struct hs_slice kept = hs_arena_copy(library->arena, text);
	if (!kept.ptr)
		return hs_fail(err, HS_E_LIMIT, "there are too many definitions");
	enum hs_status status = hs_json_parse(library->arena, kept, NULL, &tree, err);
	return status ? status : put(library, tree, err);
}

enum hs_status hs_library_add_resource(struct hs_library *library, const struct hs_json *resource,
	struct hs_error *err)
{
	struct hs_buf buf;
	hs_buf_init(&buf, NULL, SIZE_MAX / 2);
	hs_json_write(&buf, resource, 0);
	enum hs_status status = buf.overflow ? hs_fail(err, HS_E_LIMIT, "the definition is too large") :
					       hs_library_add(library, hs_buf_slice(&buf), err);
	hs_buf_free(&buf);
	return status;
}

/* ---- finding ---- */

struct wanted {
	struct hs_slice type, url, version;
};

static bool type_fits(const struct wanted *wanted, struct hs_slice type)
{
	return wanted->type.len == 0 || hs_slice_eq(wanted->type, type);
}

/* How near a version must be to the one that is wanted. */
enum nearness { THE_SAME, A_PART_OF_IT, ANY_VERSION };

/* "1.0" is a part of "1.0.3", which is the same but for what it leaves open. */
static bool version_fits(const struct wanted *wanted, struct hs_slice version, enum nearness near)
{
	if (near == THE_SAME)
		return hs_slice_eq(version, wanted->version);
	return near == ANY_VERSION ||
		(hs_slice_starts(version, wanted->version) && version.len > wanted->version.len &&
			version.ptr[wanted->version.len] == '.');
}

static const struct hs_json *find_added(const struct hs_library *library, const struct wanted *wanted,
	enum nearness near)
{
	const struct hs_map_slot *slot = hs_map_get(&library->by_url, wanted->url);
	for (const struct added *added = slot ? slot->value.ptr : NULL; added; added = added->next_same)
		if (type_fits(wanted, added->type) && version_fits(wanted, added->version, near))
			return added->tree;
	return NULL;
}

/* The first row of the index from `from` on, which is one of the url's, or the count. */
static size_t next_row(const struct hs_library *library, const struct wanted *wanted, size_t from,
	enum nearness near)
{
	const struct hs__library_index *index = &library->index;
	for (size_t i = from; i < index->count; i++) {
		const struct hs__library_row *row = &index->rows[i];
		if (!hs_slice_eq(hs_image_text(index->image, row->url), wanted->url))
			break;
		if (type_fits(wanted, hs_image_text(index->image, row->type)) &&
			version_fits(wanted, hs_image_text(index->image, row->version), near))
			return i;
	}
	return index->count;
}

static size_t find_row(const struct hs_library *library, const struct wanted *wanted, enum nearness near)
{
	return next_row(library, wanted, hs__library_index_find(&library->index, wanted->url), near);
}

/* Reads and parses the row's file once; a file that cannot be read counts as absent. */
static const struct hs_json *read_row(struct hs_library *library, size_t at)
{
	const struct hs__library_row *row = &library->index.rows[at];
	struct hs_error ignored;
	struct hs_slice text;
	struct hs_json *tree = NULL;
	pthread_mutex_lock(&library->lock);
	if (!library->trees[at] &&
		!hs_package_read(library->packages[row->package],
			hs_image_text(library->index.image, row->file), library->arena, &text, &ignored) &&
		!hs_json_parse(library->arena, text, NULL, &tree, &ignored))
		library->trees[at] = tree;
	const struct hs_json *found = library->trees[at];
	pthread_mutex_unlock(&library->lock);
	return found;
}

static struct wanted split(struct hs_slice type, struct hs_slice canonical)
{
	struct wanted wanted = { .type = type, .version = canonical };
	wanted.url = hs_slice_cut(&wanted.version, '|');
	wanted.url = hs_slice_first(wanted.url, hs_slice_find(wanted.url, '#', 0));
	wanted.version = hs_slice_first(wanted.version, hs_slice_find(wanted.version, '#', 0));
	return wanted;
}

static const struct hs_json *find_in(struct hs_library *library, const struct wanted *wanted,
	enum nearness near)
{
	for (; library; library = library->below) {
		const struct hs_json *found = find_added(library, wanted, near);
		size_t row = found ? 0 : find_row(library, wanted, near);
		if (!found && row < library->index.count)
			found = read_row(library, row);
		if (found)
			return found;
	}
	return NULL;
}

const struct hs_json *hs_library_find(struct hs_library *library, struct hs_slice type,
	struct hs_slice canonical, bool *exact)
{
	struct wanted wanted = split(type, canonical);
	enum nearness near = wanted.version.len ? THE_SAME : ANY_VERSION;
	const struct hs_json *found = find_in(library, &wanted, near);
	if (exact)
		*exact = found != NULL;
	while (!found && near < ANY_VERSION)
		found = find_in(library, &wanted, ++near);
	return found;
}

/* The row that `found` was read from, or the count. */
static size_t row_of(const struct hs_library *library, const struct wanted *wanted,
	const struct hs_json *found)
{
	size_t row = find_row(library, wanted, ANY_VERSION);
	while (row < library->index.count && library->trees[row] != found)
		row = next_row(library, wanted, row + 1, ANY_VERSION);
	return row;
}

const struct hs_json *hs_library_behind(struct hs_library *library, struct hs_slice type,
	struct hs_slice canonical, const struct hs_json *found)
{
	struct wanted wanted = split(type, canonical);
	for (; library; library = library->below) {
		size_t row = row_of(library, &wanted, found);
		if (row >= library->index.count)
			continue;
		row = next_row(library, &wanted, row + 1, ANY_VERSION);
		return row < library->index.count ? read_row(library, row) : NULL;
	}
	return NULL;
}

bool hs_library_has(struct hs_library *library, struct hs_slice type, struct hs_slice canonical)
{
	struct wanted wanted = split(type, canonical);
	for (; library; library = library->below)
		if (find_added(library, &wanted, ANY_VERSION) ||
			find_row(library, &wanted, ANY_VERSION) < library->index.count)
			return true;
	return false;
}

void hs_library_each_added(struct hs_library *library, bool (*fn)(void *arg, const struct hs_json *resource),
	void *arg)
{
	for (; library; library = library->below)
		for (const struct added *added = library->first; added; added = added->next)
			if (!fn(arg, added->tree))
				return;
}
