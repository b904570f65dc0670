/* SPDX-License-Identifier: Apache-2.0 */
/* The images that imports made. While the program serves, the folder is looked at now and then, so that what
 * is imported beside it, anew or again, is seen without a restart; a question keeps what it began with. */
#include "../image/big.h"
#include "../state.h"
#include "memory.h"
#include "version.h"

#include <handslag/import.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LOOK_MS 500    /* between two looks at the folder */
#define SETTLED_MS 100 /* within it two changes may have one time */

/* What tells one state of a file or folder from another. */
struct stamp {
	uint64_t inode;
	int64_t size, seconds, nanoseconds;
};

struct tx_import {
	atomic_uint refs;
	struct stamp stamp;
	bool near; /* its tables have been copied, or may not be (image/near.h) */
	struct tx_layer layer;
	char name[256];
};

static struct stamp stamp_of(const char *path)
{
	struct stat info = { .st_size = 0 };

	if (stat(path, &info) != 0)
		return (struct stamp) { 0, 0, 0, 0 };
	return (struct stamp) { info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec };
}

static bool same_stamp(struct stamp a, struct stamp b)
{
	return a.inode == b.inode && a.size == b.size && a.seconds == b.seconds &&
		a.nanoseconds == b.nanoseconds;
}

/* ---- one image ---- */

static void unref_import(struct tx_import *import)
{
	if (atomic_fetch_sub(&import->refs, 1) != 1)
		return;
	hs_tx_big_close(&import->layer);
	hs_tx_memory_free(import);
}

static enum hs_status open_import(const char *path, const char *name, struct tx_import **out,
	struct hs_error *err)
{
	struct tx_import *import = hs_tx_memory(sizeof(*import));

	/* Of a file that is replaced between the two, the stamp is that of the one before: it is read again.
	 */
	import->stamp = stamp_of(path);
	enum hs_status status = hs_tx_big_open(path, &import->layer, err);
	if (status) {
		hs_tx_memory_free(import);
		return status == HS_E_NOT_FOUND ?
			hs_fail(err, HS_E_CORRUPT,
				"%s was imported by another version of the program; import it again", path) :
			status;
	}
	atomic_init(&import->refs, 1);
	snprintf(import->name, sizeof(import->name), "%s", name);
	*out = import;
	return HS_OK;
}

/* ---- all of them ---- */

const struct tx_layer *hs_tx_import(const struct tx_imports *imports, size_t at)
{
	return &imports->items[at]->layer;
}

static struct hs_slice url_of(const struct tx_import *import)
{
	return tx_text(&import->layer, import->layer.systems[0].head.url);
}

static struct hs_slice version_of(const struct tx_import *import)
{
	return tx_text(&import->layer, import->layer.systems[0].head.version);
}

/* Of one code system the latest version comes first, so that a question without one finds it. */
static int compare(const void *a, const void *b)
{
	const struct tx_import *x = *(struct tx_import *const *)a, *y = *(struct tx_import *const *)b;
	int order = hs_slice_cmp(url_of(x), url_of(y));

	return order ? order : hs_tx_version_cmp(version_of(y), version_of(x));
}

void hs_tx_imports_unref(void *arg)
{
	struct tx_imports *imports = arg;

	if (!imports || atomic_fetch_sub(&imports->refs, 1) != 1)
		return;
	for (size_t i = 0; i < imports->count; i++)
		unref_import(imports->items[i]);
	hs_tx_memory_free(imports);
}

/* The image of that name that was there before; with a stamp only when it still is what it was. */
static struct tx_import *keep(const struct tx_imports *before, const char *name, const struct stamp *stamp)
{
	for (size_t i = 0; before && i < before->count; i++) {
		struct tx_import *import = before->items[i];
		if (strcmp(import->name, name) != 0 || (stamp && !same_stamp(import->stamp, *stamp)))
			continue;
		atomic_fetch_add(&import->refs, 1);
		return import;
	}
	return NULL;
}

/* Reads the folder. What cannot be used ends a start; later it is counted, and the image that stood in its
 * place is used on, as all are when there are too many now. */
static enum hs_status read_folder(struct tx_service *service, bool starting, struct tx_imports **out,
	struct hs_error *err)
{
	struct tx_imports *made = hs_tx_memory(sizeof(*made));
	DIR *dir = opendir(service->import_dir);
	const struct dirent *entry;
	enum hs_status status = HS_OK;
	char path[4096];

	atomic_init(&made->refs, 1);
	while (dir && status == HS_OK && (entry = readdir(dir))) {
		if (!hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image")))
			continue;
		snprintf(path, sizeof(path), "%s/%s", service->import_dir, entry->d_name);
		if (made->count == TX_IMPORTS_MAX) {
			status = hs_fail(err, HS_E_LIMIT,
				"there are more than %u imported code systems in %s", TX_IMPORTS_MAX,
				service->import_dir);
			break;
		}
		struct stamp stamp = stamp_of(path);
		struct tx_import *import = keep(service->imports, entry->d_name, &stamp);
		if (!import)
			status = open_import(path, entry->d_name, &import, err);
		if (status && !starting) {
			service->imports_refused++;
			import = keep(service->imports, entry->d_name, NULL);
			status = HS_OK;
		}
		if (import)
			made->items[made->count++] = import;
	}
	if (dir)
		closedir(dir);
	if (made->count > 1)
		qsort(made->items, made->count, sizeof(made->items[0]), compare);
	if (status)
		hs_tx_imports_unref(made);
	else
		*out = made;
	return status;
}

/* ---- looking ---- */

/* Under the lock. The folder's time changes when something in it is renamed, as a complete image is. */
static void look(struct tx_service *service, int64_t now_ms)
{
	struct stamp stamp = stamp_of(service->import_dir);
	struct tx_imports *made = NULL;
	struct hs_error ignored;
	int64_t age = now_ms < 0 ? 0 : now_ms - (stamp.seconds * 1000 + stamp.nanoseconds / 1000000);

	service->imports_looked_ms = now_ms;
	if (service->imports_settled && stamp.seconds == service->imports_seconds &&
		stamp.nanoseconds == service->imports_nanoseconds)
		return;
	service->imports_seconds = stamp.seconds;
	service->imports_nanoseconds = stamp.nanoseconds;
	service->imports_settled = age > SETTLED_MS;
	if (read_folder(service, false, &made, &ignored) != HS_OK) {
		service->imports_refused++;
		return;
	}
	hs_tx_imports_unref(service->imports);
	service->imports = made;
}

struct tx_imports *hs_tx_imports_get(struct tx_service *service, int64_t now_ms)
{
	pthread_mutex_lock(&service->imports_lock);
	int64_t since = now_ms - service->imports_looked_ms;
	if (service->import_dir && (since < 0 || since >= LOOK_MS))
		look(service, now_ms);
	struct tx_imports *out = service->imports;
	if (out)
		atomic_fetch_add(&out->refs, 1);
	pthread_mutex_unlock(&service->imports_lock);
	return out;
}

/* ---- in memory with large pages ---- */

/* The same image once more, with near tables; NULL: the file is another one now. */
static struct tx_import *open_near(const struct tx_service *service, const struct tx_import *was)
{
	struct tx_import *made = NULL;
	struct hs_error ignored;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", service->import_dir, was->name);
	if (open_import(path, was->name, &made, &ignored) || !made)
		return NULL;
	if (!same_stamp(made->stamp, was->stamp)) {
		unref_import(made);
		return NULL;
	}
	hs_tx_big_near(&made->layer);
	made->near = true;
	return made;
}

static struct tx_imports *all_near(const struct tx_service *service, const struct tx_imports *before)
{
	struct tx_imports *made = hs_tx_memory(sizeof(*made));

	atomic_init(&made->refs, 1);
	for (size_t i = 0; i < before->count; i++) {
		struct tx_import *was = before->items[i], *is = was->near ? NULL : open_near(service, was);
		if (!is)
			atomic_fetch_add(&was->refs, 1);
		made->items[made->count++] = is ? is : was;
	}
	return made;
}

bool hs_tx_imports_are_near(struct tx_service *service)
{
	struct tx_imports *imports = hs_tx_imports_get(service, -1);
	bool near = true;

	for (size_t i = 0; imports && i < imports->count; i++)
		near &= imports->items[i]->near;
	hs_tx_imports_unref(imports);
	return near;
}

void hs_tx_imports_bring_near(struct tx_service *service)
{
	struct tx_imports *before = hs_tx_imports_get(service, -1);
	struct tx_imports *made = before ? all_near(service, before) : NULL;

	pthread_mutex_lock(&service->imports_lock);
	if (made && service->imports == before) { /* else the folder was read in the meantime: another time */
		struct tx_imports *last = service->imports;
		service->imports = made;
		made = last;
	}
	pthread_mutex_unlock(&service->imports_lock);
	hs_tx_imports_unref(made);
	hs_tx_imports_unref(before);
}

enum hs_status hs_tx_imports_open(struct tx_service *service, struct hs_host *host, struct hs_error *err)
{
	pthread_mutex_init(&service->imports_lock, NULL);
	service->import_dir = hs_host_import_dir(host);
	if (!service->import_dir)
		return HS_OK;
	return read_folder(service, true, &service->imports, err);
}

void hs_tx_imports_close(struct tx_service *service)
{
	hs_tx_imports_unref(service->imports);
	service->imports = NULL;
	pthread_mutex_destroy(&service->imports_lock);
}
