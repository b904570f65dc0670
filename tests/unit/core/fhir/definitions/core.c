/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions of R4 and R5 as published. Skipped when the packages are not in the cache. */
#include "../fhir_test.h"

static void r4_is_whole(void **state)
{
	(void)state;
	struct hs_defs *defs = open_defs(HS_FHIR_R4);
	if (!defs)
		skip();
	uint32_t kinds[3] = { 0 };
	uint32_t params = 0;
	for (uint32_t i = 0; i < hs_defs_type_count(defs); i++) {
		uint32_t count;
		const struct hs_def_type *type = hs_defs_type_at(defs, i);
		kinds[type->kind]++;
		hs_defs_params(defs, hs_defs_text(defs, type->name), &count);
		params += count;
		if (type->kind == HS_DEF_PRIMITIVE)
			assert_int_not_equal(type->code, HS_PRIM_NONE);
	}
	assert_int_equal(kinds[HS_DEF_PRIMITIVE], 20);
	assert_int_equal(kinds[HS_DEF_COMPLEX], 41);
	assert_int_equal(kinds[HS_DEF_RESOURCE], 148);
	assert_true(params > 3000);

	const struct hs_def_use *use = NULL;
	const struct hs_def_type *patient = hs_defs_type(defs, HS_S("Patient"));
	const struct hs_def_element *root = hs_defs_root(defs, patient);
	assert_true(hs_defs_is_a(defs, patient, hs_defs_type(defs, HS_S("DomainResource"))));
	assert_true(hs_defs_is_a(defs, hs_defs_type(defs, HS_S("Age")),
		hs_defs_type(defs, HS_S("Quantity"))));
	assert_non_null(hs_defs_child(defs, root, patient, HS_S("deceasedDateTime"), &use));
	assert_slice(hs_defs_text(defs, hs_defs_type_at(defs, use->type)->name), "dateTime");
	const struct hs_def_element *gender = hs_defs_child(defs, root, patient, HS_S("gender"), NULL);
	assert_int_equal(hs_defs_code_allowed(defs, gender, HS_S("male")), 1);
	assert_int_equal(hs_defs_code_allowed(defs, gender, HS_S("Male")), 0);
	assert_slice(hs_defs_code_system(defs, gender, HS_S("male")),
		"http://hl7.org/fhir/administrative-gender");
	assert_non_null(hs_defs_param(defs, HS_S("Patient"), HS_S("_lastUpdated")));
	assert_non_null(hs_defs_param(defs, HS_S("PractitionerRole"), HS_S("practitioner")));

	uint32_t code_count;
	size_t owners;
	hs_defs_compartments(defs, &owners);
	assert_int_equal(owners, 5); /* the sample in the package is none */
	assert_true(hs_defs_has_compartment(defs, HS_S("RelatedPerson")));
	assert_false(hs_defs_has_compartment(defs, HS_S("Location")));
	const struct hs_image_text *codes = hs_defs_compartment(defs, HS_S("Patient"),
		HS_S("AllergyIntolerance"), &code_count);
	assert_int_equal(code_count, 3);
	assert_slice(hs_defs_text(defs, codes[2]), "asserter");
	assert_null(hs_defs_compartment(defs, HS_S("Patient"), HS_S("Location"), &code_count));
	assert_int_equal(code_count, 0);

	/* Four required bindings have systems that no package carries: media types, currencies, units, LOINC.
	 */
	uint32_t unknown = 0;
	for (uint32_t i = 0; hs_defs_element_at(defs, i); i++) {
		const struct hs_def_element *element = hs_defs_element_at(defs, i);
		struct hs_slice set = hs_defs_text(defs, element->binding);
		bool no_list = hs_slice_ends(set, HS_S("/mimetypes")) ||
			hs_slice_ends(set, HS_S("/currencies")) || hs_slice_ends(set, HS_S("/ucum-units")) ||
			hs_slice_ends(set, HS_S("LL379-9"));
		unknown += element->strength == HS_BINDING_REQUIRED && element->codes == HS_DEF_NONE &&
			!no_list;
	}
	assert_int_equal(unknown, 0);
	hs_defs_unref(defs);
}

static void r5_is_whole(void **state)
{
	(void)state;
	struct hs_defs *defs = open_defs(HS_FHIR_R5);
	if (!defs)
		skip();
	assert_int_equal(hs_defs_fhir(defs), HS_FHIR_R5);
	const struct hs_def_type *system = hs_defs_type(defs, HS_S("CodeSystem"));
	assert_true(hs_defs_is_a(defs, system, hs_defs_type(defs, HS_S("Resource"))));
	/* R5 writes contentReference with the URL of the type before it. */
	const struct hs_def_element *concept = hs_defs_child(defs, hs_defs_root(defs, system), system,
		HS_S("concept"), NULL);
	const struct hs_def_element *inner = hs_defs_child(defs, concept, NULL, HS_S("concept"), NULL);
	assert_non_null(hs_defs_child(defs, inner, NULL, HS_S("display"), NULL));
	assert_int_equal(hs_defs_type(defs, HS_S("integer64"))->code, HS_PRIM_INTEGER64);
	hs_defs_unref(defs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r4_is_whole),
		cmocka_unit_test(r5_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
