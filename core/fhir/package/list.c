/* SPDX-License-Identifier: Apache-2.0 */
/* The list of a package's files, and the key that is made of it. */
#include <core/fhir/package/package_private.h>

#include <core/base/map.h>

#include <stdlib.h>

#define NAMES_MAX ((size_t)256 << 20)

void hs__package_files_init(struct hs__package_files *files)
{
	*files = (struct hs__package_files) { .arena = hs_arena_new(NAMES_MAX) };
}

void hs__package_files_fini(struct hs__package_files *files)
{
	hs_arena_free(files->arena);
	*files = (struct hs__package_files) { 0 };
}

enum hs_status hs__package_add(struct hs__package_files *files, struct hs__package_file file,
	struct hs_error *err)
{
	if (files->count == HS__PACKAGE_FILES)
		return hs_fail(err, HS_E_LIMIT, "the package has more than %u files", HS__PACKAGE_FILES);
	if (file.size > HS__PACKAGE_FILE_MAX)
		return hs_fail(err, HS_E_LIMIT, "%.*s in the package is longer than %u MiB",
			HS_S_ARG(hs_slice_first(file.name, 200)), (unsigned)(HS__PACKAGE_FILE_MAX >> 20));
	if (files->count == files->room) {
		size_t room = files->room ? files->room * 2 : 256;
		struct hs__package_file *items = hs_arena_grow(files->arena, files->items,
			files->room * sizeof(*items), room * sizeof(*items));
		if (!items)
			return hs_fail(err, HS_E_LIMIT, "the package's list of files is too long");
		files->items = items;
		files->room = room;
	}
	char *name = hs_arena_cstr(files->arena, file.name);
	if (!name)
		return hs_fail(err, HS_E_LIMIT, "the package's list of files is too long");
	file.name.ptr = name;
	files->items[files->count++] = file;
	return HS_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct hs__package_file *left = a;
	const struct hs__package_file *right = b;
	return hs_slice_cmp(left->name, right->name);
}

/* Names, sizes and times of all files: enough to see that a package was changed, and no file is read. */
uint64_t hs__package_sort(const struct hs_package *package, struct hs__package_files *files)
{
	uint64_t key = hs_hash(package->name) ^ hs_hash_seeded(package->version, 1);
	if (files->count)
		qsort(files->items, files->count, sizeof(*files->items), by_name);
	for (size_t i = 0; i < files->count; i++) {
		const struct hs__package_file *file = &files->items[i];
		uint64_t facts[3] = { key, file->size, (uint64_t)file->changed_ns };
		key = hs_hash_seeded(file->name, hs_hash(hs_slice((const char *)facts, sizeof(facts))));
	}
	return key;
}

enum hs_status hs__package_list(const struct hs_package *package, const struct hs__package_files **out,
	struct hs_error *err)
{
	struct hs__package_listing *listing = package->listing;
	if (!atomic_load_explicit(&listing->done, memory_order_acquire)) {
		pthread_mutex_lock(&listing->lock);
		if (!atomic_load_explicit(&listing->done, memory_order_relaxed)) {
			listing->status = hs__package_list_folder(package->dir, &listing->files,
				&listing->error);
			listing->key = hs__package_sort(package, &listing->files);
			atomic_store_explicit(&listing->done, true, memory_order_release);
		}
		pthread_mutex_unlock(&listing->lock);
	}
	*out = &listing->files;
	if (listing->status)
		*err = listing->error;
	return listing->status;
}

uint64_t hs_package_key(const struct hs_package *package)
{
	const struct hs__package_files *files;
	struct hs_error ignored; /* the walk that follows tells it */
	if (package->known)
		return package->key;
	hs__package_list(package, &files, &ignored);
	return package->listing->key;
}
