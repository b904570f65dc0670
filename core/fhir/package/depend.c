/* SPDX-License-Identifier: Apache-2.0 */
/* What packages depend on, found in the cache, each once. */
#include <core/fhir/package/package_private.h>

bool hs_package_is(const struct hs_package *package, struct hs_slice name_version)
{
	struct hs_slice version = name_version;
	struct hs_slice name = hs_slice_cut(&version, '#');
	return hs_slice_eq(package->name, name) && hs__package_fits(package->version, version);
}

struct hs_slice hs_package_core_of(struct hs_slice release)
{
	if (hs_slice_starts(release, HS_S("4.3")))
		return HS_S("hl7.fhir.r4b.core#4.3.0");
	if (hs_slice_starts(release, HS_S("5.0")))
		return HS_S("hl7.fhir.r5.core#5.0.0");
	return HS_S("hl7.fhir.r4.core#4.0.1");
}

/* "hl7.fhir.r4.core", "hl7.fhir.r4.expansions": of FHIR itself. */
static bool is_fhir(struct hs_slice name_version)
{
	struct hs_slice version = name_version;
	struct hs_slice name = hs_slice_cut(&version, '#');
	return hs_slice_starts(name, HS_S("hl7.fhir.r")) &&
		(hs_slice_ends(name, HS_S(".core")) || hs_slice_ends(name, HS_S(".expansions")) ||
			hs_slice_ends(name, HS_S(".examples")));
}

static bool is_there(struct hs_package *const *packages, size_t count, struct hs_slice wanted)
{
	for (size_t i = 0; i < count; i++)
		if (hs_package_is(packages[i], wanted))
			return true;
	return false;
}

static bool is_twice(struct hs_package *const *packages, size_t count, const struct hs_package *package)
{
	for (size_t i = 0; i < count; i++)
		if (hs_slice_eq(packages[i]->name, package->name) &&
			hs_slice_eq(packages[i]->version, package->version))
			return true;
	return false;
}

enum hs_status hs_package_add_dependencies(const char *root, struct hs_package **packages, size_t *count,
	size_t room, hs_package_missing_fn *missing, void *arg, struct hs_error *err)
{
	for (size_t i = 0; i < *count; i++) {
		const struct hs_package *of = packages[i];
		for (size_t k = 0; k < of->dependency_count; k++) {
			struct hs_package *package = NULL;
			struct hs_error why;
			struct hs_slice wanted = of->dependencies[k];
			if (is_fhir(wanted) || is_there(packages, *count, wanted))
				continue;
			if (hs_package_find(root, wanted, &package, &why)) {
				if (missing)
					missing(arg, of, wanted, &why);
				continue;
			}
			if (is_twice(packages, *count, package)) {
				hs_package_close(package);
				continue;
			}
			if (*count == room) {
				hs_package_close(package);
				return hs_fail(err, HS_E_LIMIT,
					"there are more than %zu packages with what they depend on", room);
			}
			packages[(*count)++] = package;
		}
	}
	return HS_OK;
}
