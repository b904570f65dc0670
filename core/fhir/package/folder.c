/* SPDX-License-Identifier: Apache-2.0 */
/* A package that lies unpacked in the cache: PATH/package/FILE.json, or the files in PATH itself. */
#include <core/fhir/package/package_private.h>

#include <core/base/world.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum hs_status hs__package_list_folder(int dir, struct hs__package_files *files, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	const struct dirent *entry;
	/* Of its own: the position in a directory belongs to the open file, and several may read it at once.
	 */
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	if (!list) {
		if (fd >= 0)
			close(fd);
		return hs_fail(err, HS_E_IO, "cannot list the package: %s", strerrordesc_np(errno));
	}
	while (!status && (entry = readdir(list))) {
		struct hs_slice name = hs_slice_cstr(entry->d_name);
		struct stat st;
		if (!hs__package_is_resource(name) || fstatat(dir, entry->d_name, &st, 0) != 0 ||
			!S_ISREG(st.st_mode))
			continue;
		status = hs__package_add(files,
			(struct hs__package_file) { name, (uint64_t)st.st_size, 0,
				(int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec },
			err);
	}
	closedir(list);
	return status;
}

enum hs_status hs__package_folder(struct hs_package *package, const char *path, struct hs_slice *manifest,
	struct hs_error *err)
{
	char below[PATH_MAX];
	int len = snprintf(below, sizeof(below) - sizeof("/package.json"), "%s/package", path);
	if (len < 0 || (size_t)len >= sizeof(below) - sizeof("/package.json"))
		return hs_fail(err, HS_E_LIMIT, "the path of the package is too long");
	package->dir = open(below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (package->dir < 0) {
		snprintf(below, sizeof(below) - sizeof("/package.json"), "%s", path);
		package->dir = open(below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (package->dir < 0)
		return hs_fail(err, errno == ENOENT ? HS_E_NOT_FOUND : HS_E_IO,
			"cannot open the package %.200s: %s", path, strerrordesc_np(errno));
	memcpy(below + strlen(below), "/package.json", sizeof("/package.json"));
	return hs_world_read_file(hs_world_real(), package->arena, below, HS__PACKAGE_MANIFEST_MAX, manifest,
		err);
}
