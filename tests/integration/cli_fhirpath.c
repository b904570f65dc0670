/* SPDX-License-Identifier: Apache-2.0 */
/* handslag fhirpath: files of JSON and XML, releases of FHIR, what trace() says, and kinds of errors. */
#include "workbench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void evaluates_files(void **state)
{
	const char *json = workbench_file("p.json",
		"{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"Anna\",\"Maria\"]}],\"birthDate\":"
		"\"1974-12-25\"}");
	const char *xml = workbench_file("p.xml",
		"<Patient xmlns=\"http://hl7.org/fhir\"><name><given value=\"Olle\"/></name></Patient>");
	(void)state;
	struct process_result r = WORKBENCH_RUN("fhirpath", "name.given.trace('n').first()", json, xml);
	if (has_text(r.err, "no FHIR definitions"))
		skip();
	assert_int_equal(r.exit, 0);
	assert_true(hs_slice_eq(r.out, HS_S("Anna\nOlle\n")));
	assert_has(r.err, "trace n: 2 items\n  Anna\n  Maria\n");
	r = WORKBENCH_RUN("fhirpath", "--json", "birthDate | 5L", json);
	assert_true(hs_slice_eq(r.out,
		HS_S("[{\"type\":\"date\",\"value\":\"1974-12-25\"},{\"type\":\"integer64\",\"value\":5}]"
		     "\n")));
	r = WORKBENCH_RUN("fhirpath", "name.gven", json);
	assert_int_equal(r.exit, 1);
	assert_has(r.err,
		"semantic error at line 1, column 6: there is no element 'gven' in HumanName[]; "
		"did you mean 'given'?");
	r = WORKBENCH_RUN("fhirpath", "--type", "Patent", "name", json);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "there is no type \"Patent\" in FHIR 4.0.1");
	r = WORKBENCH_RUN("fhirpath", "name\n.whatever", json);
	assert_has(r.err, "line 2, column 2: there is no element 'whatever' in HumanName[]\n");
	r = WORKBENCH_RUN("fhirpath", "Patient.deceasedBoolean", json);
	assert_has(r.err, "no element 'deceasedBoolean' in Patient; write deceased.ofType(boolean)");
	r = WORKBENCH_RUN("fhirpath", "Observation.value", json);
	assert_has(r.err, "line 1, column 1: the input is Patient, not Observation");
	r = WORKBENCH_RUN("fhirpath", "name.(", json);
	assert_has(r.err, "syntax error");
	r = WORKBENCH_RUN("fhirpath", "name.given.single()", json);
	assert_has(r.err, "execution error");
	r = WORKBENCH_RUN("fhirpath", "1 + 1");
	assert_true(hs_slice_eq(r.out, HS_S("2\n")));
}

static void minds_the_release(void **state)
{
	const char *file = workbench_file("d.json",
		"{\"resourceType\":\"DocumentReference\",\"modality\":[{\"text\":\"m\"}]}");
	(void)state;
	struct process_result r = WORKBENCH_RUN("fhirpath", "--fhir", "R5", "modality.text", file);
	if (has_text(r.err, "no FHIR definitions"))
		skip();
	assert_true(hs_slice_eq(r.out, HS_S("m\n")));
	r = WORKBENCH_RUN("fhirpath", "modality.text", file);
	assert_has(r.err, "semantic error");
	r = WORKBENCH_RUN("fhirpath", "--fhir", "3.0", "1");
	assert_int_equal(r.exit, 2);
}

/* Profiles of a package, and one of the user's own. */
static void asks_profiles(void **state)
{
	const char *file = workbench_file("o.json",
		"{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
		"\"component\":["
		"{\"code\":{\"text\":\"a\"},\"valueString\":\"1\"},{\"code\":{\"text\":\"b\"},"
		"\"valueString\":\"2\"}]}");
	const char *profile = workbench_file("profile.json",
		"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://e/"
		"two\",\"name\":\"Two\",\"status\":\"active\","
		"\"kind\":\"resource\",\"abstract\":false,\"type\":\"Observation\",\"derivation\":"
		"\"constraint\","
		"\"baseDefinition\":\"http://hl7.org/fhir/StructureDefinition/"
		"Observation\",\"differential\":{\"element\":["
		"{\"id\":\"Observation.component\",\"path\":\"Observation.component\",\"slicing\":{\"rules\":"
		"\"open\","
		"\"discriminator\":[{\"type\":\"pattern\",\"path\":\"code\"}]}},"
		"{\"id\":\"Observation.component:b\",\"path\":\"Observation.component\",\"sliceName\":\"b\"},"
		"{\"id\":\"Observation.component:b.code\",\"path\":\"Observation.component.code\","
		"\"patternCodeableConcept\":{\"text\":\"b\"}}]}}");
	(void)state;
	struct process_result r = WORKBENCH_RUN("fhirpath", "--def", profile,
		"component.slice('http://e/two', 'b').value | component.conformsTo('http://e/two')", file);
	if (has_text(r.err, "not in the package cache"))
		skip();
	r = WORKBENCH_RUN("fhirpath", "--def", profile, "component.slice('http://e/two', 'b').value", file);
	assert_true(hs_slice_eq(r.out, HS_S("2\n")));
	r = WORKBENCH_RUN("fhirpath", "--def", profile, "conformsTo('http://e/two')", file);
	assert_true(hs_slice_eq(r.out, HS_S("true\n")));
	r = WORKBENCH_RUN("fhirpath", "--def", profile, "slice('http://e/two', 'c')", file);
	assert_int_equal(r.exit, 1);
	assert_has(r.err, "http://e/two has no slice c");
	r = WORKBENCH_RUN("fhirpath", "component.value.elementDefinition().min", file);
	assert_true(hs_slice_eq(r.out, HS_S("0\n0\n")));
	r = WORKBENCH_RUN("fhirpath", "--package", "no.such.package", "1", file);
	assert_int_equal(r.exit, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evaluates_files),
		cmocka_unit_test(minds_the_release),
		cmocka_unit_test(asks_profiles),
	};
	return cmocka_run_group_tests(tests, workbench_start, workbench_stop);
}
