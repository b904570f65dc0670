/* SPDX-License-Identifier: Apache-2.0 */
/* Remembering the keys of packages: one small file a folder, in the directory of compiled images. */
#include <core/fhir/package/recall.h>

#include <core/base/map.h>
#include <core/base/world.h>
#include <core/fhir/package/package_private.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#define FORMAT 1u
/* A folder that was changed so lately may be changed again within the same tick of its clock. */
#define SETTLED_NS ((int64_t)2000000000)

struct memory {
	uint64_t format;
	uint64_t device, inode;
	int64_t changed_ns; /* of the folder; the clock of ctime cannot be set back */
	uint64_t manifest;
	uint64_t key;
};

static int64_t ns_of(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* What is known without a look at the files. */
static bool look(const struct hs_package *package, struct memory *out)
{
	struct stat st;
	if (package->dir < 0 || fstat(package->dir, &st) != 0)
		return false;
	*out = (struct memory) { .format = FORMAT,
		.device = (uint64_t)st.st_dev,
		.inode = (uint64_t)st.st_ino,
		.changed_ns = ns_of(st.st_ctim),
		.manifest = package->manifest };
	return true;
}

static bool path_of(const struct memory *memory, const char *cache_dir, char out[PATH_MAX])
{
	uint64_t folder[2] = { memory->device, memory->inode };
	int len = snprintf(out, PATH_MAX, "%s/package-%016llx.key", cache_dir,
		(unsigned long long)hs_hash(hs_slice((const char *)folder, sizeof(folder))));
	return len > 0 && len < PATH_MAX;
}

static bool read_memory(const struct hs_world *world, const char *path, struct memory *out)
{
	int fd = world->open(world->ctx, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	ssize_t got = world->pread(world->ctx, fd, out, sizeof(*out), 0);
	world->close(world->ctx, fd);
	return got == (ssize_t)sizeof(*out);
}

/* Whole or not at all for who reads it, but not made sure of on disk: a start should not wait for that. */
static void write_memory(const struct hs_world *world, const char *path, const struct memory *memory)
{
	char temporary[PATH_MAX + 32];
	uint64_t tag;
	world->random(world->ctx, &tag, sizeof(tag));
	snprintf(temporary, sizeof(temporary), "%s.%016llx.tmp", path, (unsigned long long)tag);
	int fd = world->open(world->ctx, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	bool good = world->pwrite(world->ctx, fd, memory, sizeof(*memory), 0) == (ssize_t)sizeof(*memory);
	if (world->close(world->ctx, fd) < 0 || !good || world->rename(world->ctx, temporary, path) < 0)
		world->unlink(world->ctx, temporary);
}

/* Is all of it older than a moment, and the folder the same as before it was listed? */
static bool is_settled(const struct hs_package *package, const struct hs__package_files *files,
	const struct memory *before, const struct hs_world *world)
{
	int64_t until = world->wall_ms(world->ctx) * 1000000 - SETTLED_NS;
	struct memory after;
	if (!look(package, &after) || memcmp(&after, before, sizeof(after)) != 0 ||
		before->changed_ns > until)
		return false;
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].changed_ns > until)
			return false;
	return true;
}

void hs__package_recall(struct hs_package *package, const struct hs_world *world, const char *cache_dir)
{
	const struct hs__package_files *files;
	struct memory now, kept = { 0 };
	struct hs_error ignored;
	char path[PATH_MAX];
	if (!look(package, &now) || !path_of(&now, cache_dir, path))
		return;
	if (read_memory(world, path, &kept)) {
		now.key = kept.key;
		package->known = memcmp(&now, &kept, sizeof(now)) == 0;
		package->key = kept.key;
		now.key = 0;
	}
	if (package->known || hs__package_list(package, &files, &ignored) ||
		!is_settled(package, files, &now, world))
		return;
	now.key = hs_package_key(package);
	write_memory(world, path, &now);
}

bool hs__package_check(const struct hs_package *package, const struct hs_world *world, const char *cache_dir)
{
	struct hs__package_files files;
	struct memory now;
	struct hs_error ignored;
	char path[PATH_MAX];
	if (!package->known)
		return true;
	hs__package_files_init(&files);
	enum hs_status status = hs__package_list_folder(package->dir, &files, &ignored);
	bool same = status == HS_OK && hs__package_sort(package, &files) == package->key;
	hs__package_files_fini(&files);
	if (!same && look(package, &now) && path_of(&now, cache_dir, path))
		world->unlink(world->ctx, path);
	return same;
}
