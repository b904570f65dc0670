/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of profiles and validation share: a library over the packages of the cache. */
#pragma once

#include "../fhir_test.h"

#include <core/fhir/profile/profile.h>

struct bench {
	struct hs_package *packages[4];
	struct hs_defs *defs;
	struct hs_library *library;
	struct hs_profiles *profiles;
};

/* False when the packages are not in the cache. Further packages may be named. */
static inline bool open_bench(struct bench *bench, struct hs_slice name, enum hs_fhir_version fhir)
{
	struct hs_error err;
	*bench = (struct bench) { .packages = { find_package(name) } };
	struct hs_library_source source = { bench->packages, NULL, hs_world_real() };
	struct hs_defs_source defs = { .fhir = fhir, .packages = bench->packages, .world = hs_world_real() };
	if (!bench->packages[0])
		return false;
	if (hs_library_of_packages(&source, &bench->library, &err) || hs_defs_open(&defs, &bench->defs, &err))
		fail_msg("%s", err.text);
	bench->profiles = hs_profiles_new(bench->defs, bench->library, NULL);
	return true;
}

static inline void close_bench(struct bench *bench)
{
	if (bench->profiles)
		hs_profiles_unref(bench->profiles);
	hs_library_unref(bench->library);
	hs_defs_unref(bench->defs);
	for (size_t i = 0; bench->packages[i]; i++)
		hs_package_close(bench->packages[i]);
}
