/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the R4 definitions once for a test program; the image is kept in memory's own folder. */
#include "rest_defs.h"

#include <core/base/world.h>
#include <stdio.h>
#include <stdlib.h>

static struct hs_defs *defs;

static void close_defs(void)
{
	hs_defs_unref(defs);
}

struct hs_defs *rest_defs(void)
{
	char root[512];
	const char *set = getenv("HS_PACKAGES"), *home = getenv("HOME");
	struct hs_package *packages[2] = { NULL, NULL };
	struct hs_error err = { 0 };
	if (defs)
		return defs;
	snprintf(root, sizeof root, "%s%s", set ? set : home ? home : "", set ? "" : "/.fhir/packages");
	if (hs_package_find(root, HS_S("hl7.fhir.r4.examples"), &packages[0], &err) != HS_OK)
		return NULL;
	const char *caches = getenv("XDG_CACHE_HOME"), *tmp = getenv("TMPDIR");
	struct hs_defs_source source = { .fhir = HS_FHIR_R4,
		.packages = packages,
		.cache_dir = caches ? caches :
			tmp         ? tmp :
				      "/tmp",
		.world = hs_world_real() };
	if (hs_defs_open(&source, &defs, &err) != HS_OK)
		fail_msg("definitions: %s", err.text);
	hs_package_close(packages[0]);
	atexit(close_defs);
	return defs;
}
