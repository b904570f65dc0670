/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of package one is, and what of it gives way to another. */
#include <core/fhir/package/package_private.h>

bool hs_package_is_core(const struct hs_package *package)
{
	return hs_slice_starts(package->name, HS_S("hl7.fhir.r")) &&
		!hs_slice_starts(package->name, HS_S("hl7.fhir.r4.id"));
}

bool hs_package_gives_way(struct hs_package *const *packages, const struct hs_package *package,
	struct hs_slice url)
{
	if (!hs_package_is_core(package) || !hs_slice_starts(url, HS_S("http://terminology.hl7.org/")))
		return false;
	for (; *packages; packages++)
		if (hs_slice_starts((*packages)->name, HS_S("hl7.terminology")))
			return true;
	return false;
}
