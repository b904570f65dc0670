/* SPDX-License-Identifier: Apache-2.0 */
/* What the IHE mCSD 4.0 profiles demand beyond the core definitions, for resources that claim one of them in
 * meta.profile (IHE ITI mCSD, volume 3, "Organization", "Location", "Endpoint", "OrganizationAffiliation").
 */
#include "directory.h"

#define MCSD "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD."

/* An element that the profile makes mandatory. */
struct demand {
	const char *profile; /* its last part */
	const char *element;
};

static const struct demand demands[] = {
	{ "Organization", "name" },
	{ "Organization", "type" },
	{ "FacilityOrganization", "name" },
	{ "FacilityOrganization", "type" },
	{ "JurisdictionOrganization", "name" },
	{ "JurisdictionOrganization", "type" },
	{ "Location", "name" },
	{ "Location", "type" },
	{ "Location", "status" },
	{ "FacilityLocation", "name" },
	{ "FacilityLocation", "type" },
	{ "FacilityLocation", "status" },
	{ "FacilityLocation", "managingOrganization" },
	{ "JurisdictionLocation", "name" },
	{ "JurisdictionLocation", "type" },
	{ "JurisdictionLocation", "status" },
	{ "JurisdictionLocation", "managingOrganization" },
	{ "Endpoint", "managingOrganization" },
	{ "OrganizationAffiliation", "active" },
	{ "OrganizationAffiliation", "code" },
	{ "OrganizationAffiliation", "organization" },
	{ "OrganizationAffiliation", "participatingOrganization" },
};

/* Elements that the Organization profile forbids: a reader that skips them could be misled. */
static const char *const forbidden[] = { "implicitRules", "modifierExtension" };

static void check_profile(const struct hs_write_event *event, struct hs_slice profile,
	struct hs_issues *issues)
{
	for (size_t i = 0; i < sizeof demands / sizeof demands[0]; i++) {
		struct hs_slice element = hs_slice_cstr(demands[i].element);
		if (hs_slice_eq(profile, hs_slice_cstr(demands[i].profile)) &&
			!hs_json_get(event->resource, element)) {
			hs_issue_add(issues, HS_SEVERITY_ERROR, "required", event->type,
				"The profile IHE.mCSD.%.*s, which meta.profile claims, demands the element "
				"'%s'.",
				HS_S_ARG(profile), demands[i].element);
		}
	}
	for (size_t i = 0;
		i < sizeof forbidden / sizeof forbidden[0] && hs_slice_ends(profile, HS_S("Organization"));
		i++) {
		if (hs_json_get(event->resource, hs_slice_cstr(forbidden[i]))) {
			hs_issue_add(issues, HS_SEVERITY_ERROR, "structure", event->type,
				"The profile IHE.mCSD.%.*s, which meta.profile claims, does not allow '%s'.",
				HS_S_ARG(profile), forbidden[i]);
		}
	}
}

void hs_directory_check_mcsd(const struct hs_write_event *event, struct hs_issues *issues)
{
	HS_JSON_EACH(profile, hs_json_get(hs_json_get(event->resource, HS_S("meta")), HS_S("profile"))) {
		struct hs_slice url = hs_json_text(profile);
		if (hs_slice_starts(url, HS_S(MCSD))) {
			struct hs_slice name = hs_slice_from(url, sizeof MCSD - 1);
			check_profile(event, hs_slice_cut(&name, '|'), issues);
		}
	}
}
