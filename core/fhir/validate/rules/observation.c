/* SPDX-License-Identifier: Apache-2.0 */
/* Vital signs (R4 observation-vitalsigns): an Observation with one of these LOINC codes must conform to the
 * profile of that vital sign, whether it says so or not. */
#include <core/fhir/validate/rules/rules_private.h>

#define PROFILE_BASE "http://hl7.org/fhir/StructureDefinition/"

static const struct vital_sign {
	const char *code, *profile;
} vital_signs[] = {
	{ "85353-1", PROFILE_BASE "vitalspanel" },
	{ "9279-1", PROFILE_BASE "resprate" },
	{ "8867-4", PROFILE_BASE "heartrate" },
	{ "2708-6", PROFILE_BASE "oxygensat" },
	{ "8310-5", PROFILE_BASE "bodytemp" },
	{ "8302-2", PROFILE_BASE "bodyheight" },
	{ "9843-4", PROFILE_BASE "headcircum" },
	{ "29463-7", PROFILE_BASE "bodyweight" },
	{ "39156-5", PROFILE_BASE "bmi" },
	{ "85354-9", PROFILE_BASE "bp" },
};

static const char *profile_of(const struct hs_json *coding)
{
	struct hs_slice code = hs_json_get_text(coding, HS_S("code"));
	if (!hs_slice_eq(hs_json_get_text(coding, HS_S("system")), HS_S("http://loinc.org")))
		return NULL;
	for (size_t i = 0; i < sizeof(vital_signs) / sizeof(vital_signs[0]); i++)
		if (hs_slice_eq(code, hs_slice_cstr(vital_signs[i].code)))
			return vital_signs[i].profile;
	return NULL;
}

void hs__rule_observation(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_error err;
	const struct hs_json *code = hs_json_get(node->value, HS_S("code"));
	HS_JSON_EACH(coding, hs__rules_array(code, "coding")) {
		const char *url = profile_of(coding);
		const struct hs_profile *profile = url ?
			hs_profiles_find(run->profiles, hs_slice_cstr(url), &err) :
			NULL;
		if (profile)
			hs__validate_profile(run, node, profile);
	}
}
