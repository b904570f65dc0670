/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of a sandbox, erased: under another name first, so that neither a new sandbox of the name nor
 * the next start meets what is left of it. */
#include <core/base/log.h>
#include <core/host/sandbox/sandbox.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* What a folder is called while it is erased: no sandbox can have such a name. */
#define LEAVING ".deleted-"
#define LEAVING_MAX 1000 /* of one name that could not be erased */

static enum hs_status fail_folder(const char *dir, struct hs_error *err)
{
	return hs_fail(err, HS_E_IO, "%s cannot be removed: %s", dir, strerrordesc_np(errno));
}

enum hs_status hs__sandbox_erase(const char *dir, bool whole, struct hs_error *err)
{
	char path[4096];
	DIR *list = opendir(dir);
	enum hs_status status = HS_OK;

	if (!list)
		return errno == ENOENT ?
			HS_OK :
			hs_fail(err, HS_E_IO, "%s cannot be read: %s", dir, strerrordesc_np(errno));
	for (const struct dirent *entry = readdir(list); entry; entry = readdir(list)) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (unlink(path) == 0 || errno == ENOENT)
			continue;
		if (errno == EISDIR || errno == EPERM)
			status = hs__sandbox_erase(path, true, err);
		else
			status = fail_folder(path, err);
	}
	closedir(list);
	if (whole && status == HS_OK && rmdir(dir) != 0)
		status = fail_folder(dir, err);
	return status;
}

enum hs_status hs__sandbox_put_away(const struct hs_sandbox *sandbox, char *to, size_t size,
	struct hs_error *err)
{
	errno = ENAMETOOLONG;
	for (unsigned n = 0; n < LEAVING_MAX; n++) {
		int len = snprintf(to, size, "%s/sandboxes/" LEAVING "%s-%u", sandbox->host->data_dir,
			sandbox->name, n);
		if (len < 0 || (size_t)len >= size)
			break;
		if (rename(sandbox->dir, to) == 0 || errno == ENOENT)
			return HS_OK;
		if (errno != ENOTEMPTY && errno != EEXIST)
			break;
	}
	return fail_folder(sandbox->dir, err);
}

bool hs__sandbox_is_leaving(struct hs_slice folder)
{
	return hs_slice_starts(folder, HS_S(LEAVING));
}

void hs__sandbox_erase_leaving(const char *dir)
{
	struct hs_error err = { .status = HS_OK };

	if (hs__sandbox_erase(dir, true, &err))
		hs_log_text(HS_LOG_WARN, "sandbox", "%s; the next start tries again", err.text);
}
