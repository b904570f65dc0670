/* SPDX-License-Identifier: Apache-2.0 */
/* Small definitions of a target's own, through a package that is made for a moment. */
#pragma once

#include "must.h"

#include <core/base/world.h>
#include <core/fhir/definitions/definitions.h>

#include <stdio.h>
#include <unistd.h>

/* The first is the manifest, the others are resources. */
static inline void write_files(const char *folder, const char *const *files, size_t count)
{
	char path[200];
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), i ? "%s/f%02zu.json" : "%s/package.json", folder, i);
		if (!files) {
			unlink(path);
			continue;
		}
		FILE *file = fopen(path, "w");
		must(file != NULL);
		must(fputs(files[i], file) >= 0);
		fclose(file);
	}
}

/* They live as long as the program. */
static inline struct hs_defs *definitions_of(const char *const *files, size_t count)
{
	char folder[] = "/tmp/handslag-fuzz-XXXXXX";
	struct hs_error err;
	struct hs_defs *defs = NULL;
	struct hs_package *package = NULL;
	must(mkdtemp(folder) != NULL);
	write_files(folder, files, count);
	must(!hs_package_open(folder, &package, &err));
	struct hs_package *packages[] = { package, NULL };
	struct hs_defs_source source = { .fhir = HS_FHIR_R4, .packages = packages, .world = hs_world_real() };
	must(!hs_defs_open(&source, &defs, &err));
	hs_package_close(package);
	write_files(folder, NULL, count);
	rmdir(folder);
	return defs;
}
