/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a FHIR package, finding one in the cache, and what is known of it as a whole. */
#include <core/fhir/package/package_private.h>

#include <core/base/heap.h>
#include <core/base/map.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define ARENA_MAX ((size_t)16 << 20)

bool hs__package_is_resource(struct hs_slice name)
{
	return hs_slice_ends(name, HS_S(".json")) && name.ptr[0] != '.' &&
		!hs_slice_eq(name, HS_S("package.json"));
}

enum hs_status hs_package_open(const char *path, struct hs_package **out, struct hs_error *err)
{
	struct hs_slice manifest = HS_S_NONE;
	struct hs_package *package = hs_heap_alloc(sizeof(*package));
	package->arena = hs_arena_new(ARENA_MAX);
	package->listing = hs_heap_alloc(sizeof(*package->listing));
	pthread_mutex_init(&package->listing->lock, NULL);
	hs__package_files_init(&package->listing->files);
	package->dir = -1;
	bool archive = hs_slice_ends(hs_slice_cstr(path), HS_S(".tgz")) ||
		hs_slice_ends(hs_slice_cstr(path), HS_S(".tar.gz"));
	enum hs_status status = archive ? hs__package_archive(package, path, &manifest, err) :
					  hs__package_folder(package, path, &manifest, err);
	if (!status)
		status = hs__package_manifest(package, manifest, err);
	if (status) {
		hs_package_close(package);
		return status;
	}
	package->manifest = hs_hash(manifest);
	if (archive) {
		package->listing->key = hs__package_sort(package, &package->listing->files);
		atomic_store(&package->listing->done, true);
	}
	*out = package;
	return HS_OK;
}

void hs_package_close(struct hs_package *package)
{
	if (!package)
		return;
	if (package->dir >= 0)
		close(package->dir);
	if (package->unpacked)
		munmap(package->unpacked, package->unpacked_size);
	hs__package_files_fini(&package->listing->files);
	pthread_mutex_destroy(&package->listing->lock);
	hs_heap_free(package->listing);
	hs_arena_free(package->arena);
	hs_heap_free(package);
}

/* Is `version` to be had rather than `best`, where `wanted` lets both be? */
static bool is_better(struct hs_slice version, struct hs_slice best, struct hs_slice wanted)
{
	bool any = !wanted.len || hs_slice_eq(wanted, HS_S("latest"));
	bool release = hs__package_is_release(version);
	if (any && release != hs__package_is_release(best))
		return release;
	return hs__package_compare(version, best) >= 0;
}

/* The folder name of the highest version of `name` in the cache that fits `wanted`. */
static bool find_highest(const char *root, struct hs_slice name, struct hs_slice wanted, char *best,
	size_t room)
{
	DIR *dir = opendir(root);
	struct dirent *entry;
	bool found = false;
	if (!dir)
		return false;
	while ((entry = readdir(dir))) {
		struct hs_slice folder = hs_slice_cstr(entry->d_name);
		if (!hs_slice_starts(folder, name) || folder.len <= name.len + 1 || folder.len >= room ||
			folder.ptr[name.len] != '#')
			continue;
		struct hs_slice version = hs_slice_from(folder, name.len + 1);
		if (!hs__package_fits(version, wanted))
			continue;
		if (found && !is_better(version, hs_slice_from(hs_slice_cstr(best), name.len + 1), wanted))
			continue;
		memcpy(best, folder.ptr, folder.len + 1);
		found = true;
	}
	closedir(dir);
	return found;
}

static bool has_folder(const char *root, const char *folder)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", root, folder);
	return len > 0 && (size_t)len < sizeof(path) && access(path, R_OK) == 0;
}

enum hs_status hs_package_find(const char *root, struct hs_slice name_version, struct hs_package **out,
	struct hs_error *err)
{
	char folder[NAME_MAX + 1];
	char path[PATH_MAX];
	if (name_version.len == 0 || name_version.len > NAME_MAX ||
		memchr(name_version.ptr, '/', name_version.len))
		return hs_fail(err, HS_E_VALUE, "'%.*s' is not NAME or NAME#VERSION of a package",
			HS_S_ARG(hs_slice_first(name_version, 100)));
	snprintf(folder, sizeof(folder), "%.*s", HS_S_ARG(name_version));
	struct hs_slice version = name_version;
	struct hs_slice name = hs_slice_cut(&version, '#');
	if (hs__package_is_open(version) && !has_folder(root, folder) &&
		!find_highest(root, name, version, folder, sizeof(folder)))
		return hs_fail(err, HS_E_NOT_FOUND, "no version of package %.*s is in the cache %.120s",
			HS_S_ARG(hs_slice_first(name_version, 100)), root);
	int len = snprintf(path, sizeof(path), "%s/%s", root, folder);
	if (len < 0 || (size_t)len >= sizeof(path))
		return hs_fail(err, HS_E_LIMIT, "the path of the package cache is too long");
	if (access(path, R_OK) != 0)
		return hs_fail(err, HS_E_NOT_FOUND, "package %.100s is not in the cache %.120s", folder,
			root);
	return hs_package_open(path, out, err);
}

struct hs_slice hs_package_name(const struct hs_package *package)
{
	return package->name;
}

struct hs_slice hs_package_version(const struct hs_package *package)
{
	return package->version;
}

struct hs_slice hs_package_id(const struct hs_package *package, struct hs_arena *arena)
{
	return HS_ARENA_JOIN(arena, package->name, HS_S("#"), package->version);
}

enum hs_fhir_version hs_package_fhir_version(const struct hs_package *package)
{
	return package->fhir;
}

struct hs_slice hs_package_release(const struct hs_package *package)
{
	return package->release;
}
