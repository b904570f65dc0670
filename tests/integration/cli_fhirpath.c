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
	assert_has(r.err, "semantic error at line 1, column 1: there is no such element here: gven");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evaluates_files),
		cmocka_unit_test(minds_the_release),
	};
	return cmocka_run_group_tests(tests, workbench_start, workbench_stop);
}
