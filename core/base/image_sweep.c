/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeping images out of a cache folder: what an older program made, and sets that were made long ago. */
#include <core/base/image.h>

#include <core/base/heap.h>
#include <core/base/image_layout.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEN_MAX 256u /* the rest is looked at the next time */

struct seen {
	char path[512];
	struct timespec made;
};

/* Reads the head and the time of one; false when it is no image of the kind. */
static bool look(const char *path, uint32_t kind, struct hs__image_head *head, struct seen *out)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = fstat(fd, &info) == 0 && read(fd, head, sizeof(*head)) == (ssize_t)sizeof(*head) &&
		memcmp(head->magic, HS__IMAGE_MAGIC, sizeof(head->magic)) == 0 && head->kind == kind;
	close(fd);
	if (good)
		out->made = info.st_mtim;
	return good;
}

static int newest_first(const void *a, const void *b)
{
	const struct timespec *x = &((const struct seen *)a)->made, *y = &((const struct seen *)b)->made;
	if (x->tv_sec != y->tv_sec)
		return x->tv_sec > y->tv_sec ? -1 : 1;
	return x->tv_nsec > y->tv_nsec ? -1 : x->tv_nsec < y->tv_nsec;
}

void hs__image_sweep(const char *folder, struct hs_slice prefix, uint32_t kind, uint32_t format, size_t most)
{
	static const struct hs_slice suffix = HS_S_INIT(".image");
	struct seen *seen = hs_heap_alloc(SEEN_MAX * sizeof(*seen));
	DIR *dir = opendir(folder);
	size_t count = 0;
	for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry && count < SEEN_MAX;
		entry = readdir(dir)) {
		struct hs_slice name = hs_slice_cstr(entry->d_name);
		struct seen *one = &seen[count];
		struct hs__image_head head;
		if (!hs_slice_starts(name, prefix) || !hs_slice_ends(name, suffix) ||
			snprintf(one->path, sizeof(one->path), "%s/%s", folder, entry->d_name) >=
				(int)sizeof(one->path) ||
			!look(one->path, kind, &head, one))
			continue;
		if (head.format < format)
			unlink(one->path);
		else
			count += head.format == format;
	}
	if (dir)
		closedir(dir);
	if (count)
		qsort(seen, count, sizeof(*seen), newest_first);
	for (size_t i = most; i < count; i++)
		unlink(seen[i].path);
	hs_heap_free(seen);
}
