/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a package, shared by the files of this folder. */
#pragma once

#include <core/fhir/package/version.h>
#include <handslag/arena.h>
#include <handslag/package.h>
#include <pthread.h>
#include <stdatomic.h>

/* Limits: a package that passes one is refused, not cut. */
#define HS__PACKAGE_FILES 200000u
#define HS__PACKAGE_FILE_MAX ((uint64_t)256 << 20)   /* of one resource */
#define HS__PACKAGE_UNPACKED_MAX ((uint64_t)2 << 30) /* of a whole archive */
#define HS__PACKAGE_MANIFEST_MAX ((uint64_t)1 << 20)
#define HS__PACKAGE_DEPENDENCIES 200u
#define HS__PACKAGE_NAME_MAX 120 /* bytes of a name, and of a version */

/* One JSON file. */
struct hs__package_file {
	struct hs_slice name; /* NUL-terminated, without folders */
	uint64_t size;
	uint64_t offset;    /* archive: of its content in the unpacked text */
	int64_t changed_ns; /* folder: time of last change */
};

/* Files in order of name, in an arena of their own. */
struct hs__package_files {
	struct hs_arena *arena;
	struct hs__package_file *items;
	size_t count, room;
};

/* What lies in a package. An archive is listed as it is opened; a folder when somebody first asks, on
 * whichever thread: who wants its name and manifest only, or knows its key (recall.h), does without a look at
 * each file. */
struct hs__package_listing {
	pthread_mutex_t lock;
	atomic_bool done; /* from then on nothing here changes */
	enum hs_status status;
	struct hs_error error; /* why it cannot be listed */
	struct hs__package_files files;
	uint64_t key;
};

struct hs_package {
	struct hs_arena *arena; /* lists and this struct's texts */
	struct hs_slice name, version;
	enum hs_fhir_version fhir;
	struct hs_slice release; /* "4.3.0" */
	struct hs_slice *dependencies;
	size_t dependency_count;
	struct hs__package_listing *listing;
	uint64_t manifest; /* hash of its text */
	bool known;        /* the key was remembered */
	uint64_t key;      /* then */
	int dir;           /* folder: open directory, or -1 */
	char *unpacked;    /* archive: the tar file, mapped from a file without a name; or NULL */
	size_t unpacked_size;
};

/* Fill dir, or unpacked and the listing; find the manifest's text. */
enum hs_status hs__package_folder(struct hs_package *package, const char *path, struct hs_slice *manifest,
	struct hs_error *err);
enum hs_status hs__package_archive(struct hs_package *package, const char *path, struct hs_slice *manifest,
	struct hs_error *err);
/* Reads name, version, FHIR version and dependencies. */
enum hs_status hs__package_manifest(struct hs_package *package, struct hs_slice text, struct hs_error *err);
/* The files of a tar text; `manifest` is empty when there is none. */
enum hs_status hs__package_untar(struct hs_package *package, struct hs_slice tar, struct hs_slice *manifest,
	struct hs_error *err);
/* list.c */
void hs__package_files_init(struct hs__package_files *files);
void hs__package_files_fini(struct hs__package_files *files);
/* HS_E_LIMIT at the limit of files. The name is copied. */
enum hs_status hs__package_add(struct hs__package_files *files, struct hs__package_file file,
	struct hs_error *err);
/* Of files that were added: puts them in order. The key, from names, sizes and times. */
uint64_t hs__package_sort(const struct hs_package *package, struct hs__package_files *files);
/* The files of the package, good as long as it is. Any thread. */
enum hs_status hs__package_list(const struct hs_package *package, const struct hs__package_files **out,
	struct hs_error *err);
/* folder.c: what lies in an open directory, unsorted. */
enum hs_status hs__package_list_folder(int dir, struct hs__package_files *files, struct hs_error *err);
bool hs__package_is_release(struct hs_slice version);
/* Does the version fit "1.2.x", "latest", "1.2.3"? */
bool hs__package_fits(struct hs_slice version, struct hs_slice wanted);
/* May several versions fit? */
bool hs__package_is_open(struct hs_slice wanted);
/* Resources only: "x.json", but not the manifest and not the cache's own dot files. */
bool hs__package_is_resource(struct hs_slice file_name);
