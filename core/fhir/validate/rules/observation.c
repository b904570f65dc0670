/* SPDX-License-Identifier: Apache-2.0 */
/* Vital signs: an Observation whose code says that it is one must conform to its profile, declared or not
 * (R4 Observation, vital signs, section 10.1.4). */
#include <core/fhir/validate/rules/rules_private.h>

#define LOINC "http://loinc.org"
#define SNOMED "http://snomed.info/sct"
#define PROFILE "http://hl7.org/fhir/StructureDefinition/"

struct vital {
	const char *system, *code, *profile;
};

static const struct vital vitals[] = {
	{ LOINC, "85353-1", PROFILE "vitalspanel" },
	{ LOINC, "9279-1", PROFILE "resprate" },
	{ LOINC, "8867-4", PROFILE "heartrate" },
	{ LOINC, "2708-6", PROFILE "oxygensat" },
	{ LOINC, "8310-5", PROFILE "bodytemp" },
	{ LOINC, "8302-2", PROFILE "bodyheight" },
	{ LOINC, "9843-4", PROFILE "headcircum" },
	{ LOINC, "29463-7", PROFILE "bodyweight" },
	{ LOINC, "39156-5", PROFILE "bmi" },
	{ LOINC, "85354-9", PROFILE "bp" },
	/* A code that says more (how it was measured) goes beside the one of the profile. */
	{ LOINC, "40443-4", PROFILE "heartrate" },
	{ LOINC, "68999-2", PROFILE "heartrate" },
	{ LOINC, "69000-8", PROFILE "heartrate" },
	{ LOINC, "69001-6", PROFILE "heartrate" },
	{ LOINC, "59408-5", PROFILE "oxygensat" },
	{ LOINC, "8331-1", PROFILE "bodytemp" },
	{ LOINC, "8332-5", PROFILE "bodytemp" },
	{ LOINC, "8328-7", PROFILE "bodytemp" },
	{ LOINC, "8333-3", PROFILE "bodytemp" },
	{ LOINC, "3137-7", PROFILE "bodyheight" },
	{ LOINC, "3138-5", PROFILE "bodyheight" },
	{ LOINC, "8306-3", PROFILE "bodyheight" },
	{ LOINC, "8287-5", PROFILE "headcircum" },
	{ LOINC, "3141-9", PROFILE "bodyweight" },
	{ LOINC, "3142-7", PROFILE "bodyweight" },
	{ LOINC, "35094-2", PROFILE "bp" },
	{ LOINC, "55284-4", PROFILE "bp" },
	{ LOINC, "76534-7", PROFILE "bp" },
	{ LOINC, "76535-4", PROFILE "bp" },
	{ LOINC, "96607-7", PROFILE "bp" },
	/* The same by SNOMED CT: the profile asks for the LOINC code beside it. */
	{ SNOMED, "86290005", PROFILE "resprate" },
	{ SNOMED, "364075005", PROFILE "heartrate" },
	{ SNOMED, "431314004", PROFILE "oxygensat" },
	{ SNOMED, "386725007", PROFILE "bodytemp" },
	{ SNOMED, "276885007", PROFILE "bodytemp" },
	{ SNOMED, "50373000", PROFILE "bodyheight" },
	{ SNOMED, "363812007", PROFILE "headcircum" },
	{ SNOMED, "27113001", PROFILE "bodyweight" },
	{ SNOMED, "60621009", PROFILE "bmi" },
	{ SNOMED, "75367002", PROFILE "bp" },
};

static const char *profile_of(const struct hs_json *coding)
{
	struct hs_slice system = hs_json_get_text(coding, HS_S("system"));
	struct hs_slice code = hs_json_get_text(coding, HS_S("code"));
	for (size_t i = 0; i < sizeof(vitals) / sizeof(vitals[0]); i++)
		if (hs_slice_eq(code, hs_slice_cstr(vitals[i].code)) &&
			hs_slice_eq(system, hs_slice_cstr(vitals[i].system)))
			return vitals[i].profile;
	return NULL;
}

void hs__rule_observation(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_error ignored;
	const struct hs_json *codings = hs_json_get(hs_json_get(node->value, HS_S("code")), HS_S("coding"));
	if (hs_defs_fhir(run->defs) != HS_FHIR_R4 || !hs_json_is(codings, HS_JSON_ARRAY))
		return;
	if (hs_slice_eq(hs_json_get_text(node->value, HS_S("status")), HS_S("entered-in-error")))
		return; /* nobody measured it, so it is no vital sign */
	HS_JSON_EACH(coding, codings) {
		const char *url = profile_of(coding);
		const struct hs_profile *profile = url ?
			hs_profiles_find(run->profiles, hs_slice_cstr(url), &ignored) :
			NULL;
		if (profile)
			hs__validate_profile(run, node, profile);
	}
}
