/* SPDX-License-Identifier: Apache-2.0 */
/* The provider directory: organisations, units, services, people in their roles, and endpoints.
 *
 * The REST API of the host carries out IHE mCSD 4.0: Find Matching Care Services [ITI-90] is search, Request
 * Care Services Updates [ITI-91] is type history, Care Services Feed [ITI-130] is create, update, delete and
 * transaction. This file says which types there are; rules.c and mcsd.c say what may be stored. */
#include "directory.h"

static const struct hs_setting settings[] = {
	{ "check-identifiers", HS_SETTING_BOOL, offsetof(struct directory, check_identifiers), "true",
		"refuse Swedish identifiers (HSA-id, organisation number, personal numbers) that break their "
		"rules" },
	{ "check-hierarchy", HS_SETTING_BOOL, offsetof(struct directory, check_hierarchy), "true",
		"refuse an Organization or Location that would be part of itself" },
	{ .name = NULL },
};

static void check(const struct hs_write_event *event, void *state, struct hs_issues *issues)
{
	const struct directory *directory = state;
	if (!event->resource) {
		return;
	}
	if (directory->check_identifiers) {
		hs_directory_check_identifiers(event, issues);
	}
	if (directory->check_hierarchy) {
		hs_directory_check_hierarchy(event, issues);
	}
	hs_directory_check_periods(event, issues);
	hs_directory_check_position(event, issues);
	hs_directory_check_mcsd(event, issues);
}

#define MCSD "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD."
#define SE_BASE "http://hl7.se/fhir/ig/base/StructureDefinition/SEBase"

static const char *const organization_profiles[] = { MCSD "Organization", MCSD "FacilityOrganization",
	MCSD "JurisdictionOrganization", SE_BASE "Organization", NULL };
static const char *const affiliation_profiles[] = { MCSD "OrganizationAffiliation", NULL };
static const char *const location_profiles[] = { MCSD "Location", MCSD "FacilityLocation",
	MCSD "JurisdictionLocation", NULL };
static const char *const service_profiles[] = { MCSD "HealthcareService", NULL };
static const char *const practitioner_profiles[] = { MCSD "Practitioner", SE_BASE "Practitioner", NULL };
static const char *const role_profiles[] = { MCSD "PractitionerRole", SE_BASE "PractitionerRole", NULL };
static const char *const endpoint_profiles[] = { MCSD "Endpoint", NULL };

#define TYPE(type, list, text) \
	{ \
		.name = (type), .versions = HS_ON_R4, .interactions = HS_CAN_ALL, .check = check, \
		.profiles = (list), .documentation = (text) \
	}

static const struct hs_type_row types[] = {
	TYPE("Organization", organization_profiles,
		"Legal entities and units. An identifier is found by any system of its series: HSA-id under "
		"both OIDs, organisation numbers under all three, with or without hyphen."),
	TYPE("OrganizationAffiliation", affiliation_profiles, "Who takes part in what, from when to when."),
	TYPE("Location", location_profiles,
		"Places; near=latitude|longitude|distance|unit finds those around."),
	TYPE("HealthcareService", service_profiles, "What is offered where."),
	TYPE("Practitioner", practitioner_profiles, "People who give care."),
	TYPE("PractitionerRole", role_profiles,
		"Commissions: who works as what, for whom and where. Searchable by practitioner too: the "
		"narrative of ITI-90 asks for it though its CapabilityStatement forgets it."),
	TYPE("Endpoint", endpoint_profiles, "Technical addresses and what they speak."),
	{ .name = NULL },
};

extern const struct hs_service hs_service_directory;
const struct hs_service hs_service_directory = {
	.abi = HS_SERVICE_ABI,
	.name = "directory",
	.summary = "Provider directory (IHE mCSD): organisations, units, services, roles and endpoints.",
	.state_size = sizeof(struct directory),
	.settings = settings,
	.types = types,
};
