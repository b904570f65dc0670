/* SPDX-License-Identifier: Apache-2.0 */
/* Where what services imported stands: DATA/imports/SERVICE. */
#include <core/host/host_private.h>

#include <handslag/import.h>

enum hs_status hs_import_dir(struct hs_arena *arena, const char *data_dir, const char *service,
	const char **out, struct hs_error *err)
{
	const char *path = hs_arena_cstr(arena, hs_arena_printf(arena, "%s/imports/%s", data_dir, service));

	if (!path)
		return hs_fail(err, HS_E_LIMIT, "the path of the data directory is too long");
	enum hs_status status = hs__make_dirs(path, err);
	if (status == HS_OK)
		*out = path;
	return status;
}

const char *hs_host_import_dir(struct hs_host *host)
{
	const char *path = NULL;
	struct hs_error ignored = { .status = HS_OK };

	if (!host->opening || hs_import_dir(host->arena, host->data_dir, host->opening, &path, &ignored))
		return NULL;
	return path;
}
