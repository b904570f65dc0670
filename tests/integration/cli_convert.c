/* SPDX-License-Identifier: Apache-2.0 */
/* handslag convert: files in, lines out, what happened on standard error. */
#include "workbench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void converts_files(void **state)
{
	const char *lines = workbench_file("in.ndjson",
		"{\"resourceType\":\"Location\",\"physicalType\":{\"text\":\"room\"}}\n"
		"{\"resourceType\":\"MedicationRequest\"}\n"
		"{\"resourceType\":\"Location\",\"availabilityExceptions\":\"Yule\"}\n");

	(void)state;
	struct process_result r = WORKBENCH_RUN("convert", "--to", "r5", lines);
	if (has_text(r.err, "ci/setup") || has_text(r.err, "not in"))
		skip();
	assert_int_equal(r.exit, 1);
	assert_true(hs_slice_eq(hs_slice_first(r.out, hs_slice_find(r.out, '\n', 0)),
		HS_S("{\"resourceType\":\"Location\",\"form\":{\"text\":\"room\"}}")));
	assert_has(r.err, "in.ndjson:2: error: ");
	assert_has(r.err, "in.ndjson:3: note: Location.availabilityExceptions: ");
	const char *there = workbench_file("there.ndjson", hs_arena_cstr(workbench_arena(), r.out));
	r = WORKBENCH_RUN("convert", "--to", "r4", "--quiet", there);
	assert_int_equal(r.exit, 0);
	assert_int_equal(r.err.len, 0);
	assert_true(hs_slice_eq(r.out,
		HS_S("{\"resourceType\":\"Location\",\"physicalType\":{\"text\":\"room\"}}\n"
		     "{\"resourceType\":\"Location\",\"availabilityExceptions\":\"Yule\"}\n")));
	r = WORKBENCH_RUN("convert", "--to", "r6", there);
	assert_int_equal(r.exit, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converts_files),
	};
	return cmocka_run_group_tests(tests, workbench_start, workbench_stop);
}
