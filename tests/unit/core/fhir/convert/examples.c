/* SPDX-License-Identifier: Apache-2.0 */
/* Every example of both packages whose type can be converted goes to the other version and comes back the
 * same; the table has every difference of the services' types. */
#include "convert_test.h"

#include <core/fhir/check.h>
#include <handslag/package.h>

static const char *const promised[] = { "Organization", "OrganizationAffiliation", "Location",
	"HealthcareService", "Practitioner", "PractitionerRole", "Endpoint", "DocumentReference", "List",
	"Bundle", "CodeSystem", "ValueSet", "ConceptMap", "NamingSystem", "Patient", "RelatedPerson", "Flag",
	"Binary", "OperationOutcome", "Subscription", "CapabilityStatement", "StructureDefinition",
	"OperationDefinition", "SearchParameter", "Questionnaire", "QuestionnaireResponse", "Observation",
	"Provenance", "Person", "AuditEvent", "Consent" };

static void forgets_no_element(void **state)
{
	(void)state;
	if (!convert)
		skip();
	struct hs_arena *arena = hs_arena_new((size_t)16 << 20);
	for (size_t i = 0; i < COUNT_OF(promised); i++) {
		struct hs_slice gap = hs_convert_gap(convert, arena, hs_slice_cstr(promised[i]));
		if (gap.len)
			fail_msg("%s: %.*s", promised[i], HS_S_ARG(gap));
	}
	assert_true(hs_convert_gap(convert, arena, HS_S("MedicationRequest")).len > 0);
	assert_true(hs_convert_gap(convert, arena, HS_S("Chair")).len > 0);
	/* The same name, but another type: a concept that R5 made a concept or a reference. */
	assert_slice(hs_convert_gap(convert, arena, HS_S("Slot")), "Slot.serviceType in R4");
	hs_arena_free(arena);
}

struct round {
	enum hs_fhir_version from;
	unsigned done, refused, different, partly, faulty;
};

static void show_difference(struct hs_arena *arena, struct hs_slice file, const struct hs_json *before,
	const struct hs_json *after)
{
	HS_JSON_EACH(member, before) {
		struct hs_buf a, b;
		const struct hs_json *other = hs_json_get(after, hs_json_key(member));
		if (other && hs_json_equal(member, other))
			continue;
		hs_buf_init(&a, arena, (size_t)64 << 20);
		hs_buf_init(&b, arena, (size_t)64 << 20);
		hs_json_write(&a, member, 0);
		if (other)
			hs_json_write(&b, other, 0);
		print_error("%.*s: %.*s\n  was  %.*s\n  came %.*s\n", HS_S_ARG(file),
			HS_S_ARG(hs_json_key(member)), HS_S_ARG(hs_slice_first(hs_buf_slice(&a), 600)),
			HS_S_ARG(hs_slice_first(hs_buf_slice(&b), 600)));
	}
	HS_JSON_EACH(member, after)
		if (!hs_json_get(before, hs_json_key(member)))
			print_error("%.*s: %.*s is new\n", HS_S_ARG(file), HS_S_ARG(hs_json_key(member)));
}

/* Resources within that cannot be converted are left out, so that it cannot come back the same. */
static bool leaves_out(const struct hs_issues *issues)
{
	return issues->errors > 0;
}

/* What was sound in one version and comes with no warning is sound in the other. */
static void expect_sound(struct round *round, struct hs_arena *arena, struct hs_slice file,
	const struct hs_json *before, const struct hs_json *there, const struct hs_issues *told)
{
	struct hs_issues was = { .arena = arena }, is = { .arena = arena };
	bool up = round->from == HS_FHIR_R4;

	hs_check_resource(up ? r4 : r5, before, HS_S_NONE, &was);
	hs_check_resource(up ? r5 : r4, there, HS_S_NONE, &is);
	if (was.errors || !is.errors || told->warnings || told->errors)
		return;
	if (round->faulty++ < 20)
		print_error("%.*s: %.*s: %.*s\n", HS_S_ARG(file), HS_S_ARG(is.first->path),
			HS_S_ARG(is.first->text));
}

static enum hs_status go_round(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct round *round = arg;
	struct hs_arena *own = hs_arena_new((size_t)2 << 30);
	struct hs_json *tree = NULL, *there = NULL, *back = NULL;
	struct hs_issues issues = { .arena = own }, more = { .arena = own };
	enum hs_fhir_version other = round->from == HS_FHIR_R4 ? HS_FHIR_R5 : HS_FHIR_R4;

	(void)type;
	(void)arena;
	if (hs_json_parse(own, text, NULL, &tree, err) == HS_OK) {
		enum hs_status status = hs_convert(convert, own, tree, round->from, &there, &issues, err);
		if (status == HS_E_NOT_SUPPORTED) {
			round->refused++;
		} else {
			if (status || hs_convert(convert, own, there, other, &back, &more, err))
				fail_msg("%.*s: %s", HS_S_ARG(file), err->text);
			round->done++;
			expect_sound(round, own, file, tree, there, &issues);
			if (leaves_out(&issues)) {
				round->partly++;
			} else if (!hs_json_equal(tree, back)) {
				if (round->different++ < 20)
					show_difference(own, file, tree, back);
			}
		}
	}
	hs_arena_free(own);
	return HS_OK;
}

static void walk(struct hs_slice package_name, enum hs_fhir_version from, unsigned least)
{
	struct round round = { .from = from };
	struct hs_error err = { .status = HS_OK };
	struct hs_package *package = find_package(package_name);

	if (!convert || !package)
		skip();
	assert_int_equal(hs_package_each(package, NULL, go_round, &round, &err), HS_OK);
	hs_package_close(package);
	print_message("%u converted, %u of them with resources left out, %u of types that cannot be\n",
		round.done, round.partly, round.refused);
	assert_int_equal(round.different, 0);
	assert_int_equal(round.faulty, 0);
	assert_true(round.done >= least);
}

static void brings_r4_back(void **state)
{
	(void)state;
	walk(HS_S("hl7.fhir.r4.examples"), HS_FHIR_R4, 2500);
}

static void brings_r5_back(void **state)
{
	(void)state;
	walk(HS_S("hl7.fhir.r5.core"), HS_FHIR_R5, 1300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forgets_no_element),
		cmocka_unit_test(brings_r4_back),
		cmocka_unit_test(brings_r5_back),
	};
	return cmocka_run_group_tests(tests, open_convert, close_convert);
}
