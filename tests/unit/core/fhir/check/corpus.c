/* SPDX-License-Identifier: Apache-2.0 */
/* The check over all resources of the R4 examples package and of R5 core: only those that are truly faulty
 * are flagged. Prints how many there were and how fast. Skipped when a package is missing. */
#include "../fhir_test.h"

#include <core/fhir/check.h>

struct corpus {
	struct hs_defs *defs;
	size_t resources, flagged, unexpected, bytes;
	uint64_t ns;
	const char *const *faulty; /* beginnings of file names; NULL ends */
};

/* Each was looked at: what they lack or have wrong is so in the files as published. */
static const char *const faulty_r4[] = {
	"Bundle-v2-valuesets",
	"CodeSystem-v2-0550", /* codes that end in no-break spaces */
	"DeviceMetric-example",
	"DeviceUseStatement-example", /* references to types not allowed */
	"MedicationRequest-medrx0301",
	"Observation-clinical-gender",
	"ImplementationGuide-fhir",
	"ig-r4",                                 /* no name, no status */
	"Library-zika-virus-intervention-logic", /* urn:oid:X.Y.Z */
	"Questionnaire-qs1",                     /* items without linkId */
	"SearchParameter-codesystem-extensions",
	"SearchParameter-valueset-extensions",              /* no base */
	"SearchParameter-questionnaireresponse-extensions", /* an id of 71 letters */
	NULL,
};
static const char *const faulty_r5[] = { "ImplementationGuide-fhir", NULL };

static bool is_known(const struct corpus *corpus, struct hs_slice file)
{
	for (const char *const *name = corpus->faulty; *name; name++)
		if (hs_slice_starts(file, hs_slice_cstr(*name)))
			return true;
	return false;
}

static enum hs_status check_one(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct corpus *corpus = arg;
	struct hs_json *tree;
	struct hs_issues issues = { .arena = arena };
	const struct hs_world *world = hs_world_real();
	(void)type;
	enum hs_status status = hs_json_parse(arena, text, NULL, &tree, err);
	if (status)
		return status;
	uint64_t start = world->mono_ns(world->ctx);
	hs_check_resource(corpus->defs, tree, text, &issues);
	corpus->ns += world->mono_ns(world->ctx) - start;
	corpus->resources++;
	corpus->bytes += text.len;
	corpus->flagged += issues.errors > 0;
	if (issues.errors && !is_known(corpus, file)) {
		corpus->unexpected++;
		print_message("%.*s %.*s: %.*s\n", HS_S_ARG(file), HS_S_ARG(issues.first->path),
			HS_S_ARG(issues.first->text));
	}
	return HS_OK;
}

static void check_all(enum hs_fhir_version fhir, struct hs_slice name, struct corpus *corpus)
{
	struct hs_error err;
	struct hs_package *package = find_package(name);
	corpus->defs = open_defs(fhir);
	if (!package || !corpus->defs)
		skip();
	if (hs_package_each(package, NULL, check_one, corpus, &err))
		fail_msg("%s", err.text);
	print_message("%zu of %zu resources flagged, %zu of them unexpected; %.0f MB/s\n", corpus->flagged,
		corpus->resources, corpus->unexpected,
		(double)corpus->bytes * 1e3 / (double)(corpus->ns + 1));
	hs_package_close(package);
	hs_defs_unref(corpus->defs);
}

static void flags_only_faulty_r4(void **state)
{
	(void)state;
	struct corpus corpus = { .faulty = faulty_r4 };
	check_all(HS_FHIR_R4, HS_S("hl7.fhir.r4.examples"), &corpus);
	assert_int_equal(corpus.unexpected, 0);
	assert_true(corpus.resources > 5000);
	assert_int_equal(corpus.flagged, 21);
}

static void flags_only_faulty_r5(void **state)
{
	(void)state;
	struct corpus corpus = { .faulty = faulty_r5 };
	check_all(HS_FHIR_R5, HS_S("hl7.fhir.r5.core"), &corpus);
	assert_int_equal(corpus.unexpected, 0);
	assert_true(corpus.resources > 2500);
	assert_int_equal(corpus.flagged, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_only_faulty_r4),
		cmocka_unit_test(flags_only_faulty_r5),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
