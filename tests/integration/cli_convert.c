/* SPDX-License-Identifier: Apache-2.0 */
/* handslag convert: files in, lines out, what happened on standard error. */
#include "process.h"

#include <core/base/world.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static char dir[64];
static struct hs_arena *arena;

static int start(void **state)
{
	(void)state;
	process_make_dir(dir);
	arena = hs_arena_new((size_t)64 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	process_remove_dir(dir);
	hs_arena_free(arena);
	return 0;
}

static const char *file(const char *name, const char *text)
{
	const char *path = hs_arena_cstr(arena, hs_arena_printf(arena, "%s/%s", dir, name));
	struct hs_error err = { .status = HS_OK };

	assert_int_equal(hs_world_write_file(hs_world_real(), path, hs_slice_cstr(text), 0600, &err), HS_OK);
	return path;
}

static bool holds(struct hs_slice text, const char *part)
{
	return hs_slice_search(text, hs_slice_cstr(part)) != SIZE_MAX;
}

static void converts_files(void **state)
{
	const char *lines = file("in.ndjson",
		"{\"resourceType\":\"Location\",\"physicalType\":{\"text\":\"room\"}}\n"
		"{\"resourceType\":\"MedicationRequest\"}\n"
		"{\"resourceType\":\"Location\",\"availabilityExceptions\":\"Yule\"}\n");

	(void)state;
	struct process_result r = process_run(arena,
		(const char *const[]) { "convert", "--to", "r5", lines, NULL });
	if (holds(r.err, "ci/setup") || holds(r.err, "not in"))
		skip();
	assert_int_equal(r.exit, 1);
	assert_true(hs_slice_eq(hs_slice_first(r.out, hs_slice_find(r.out, '\n', 0)),
		HS_S("{\"resourceType\":\"Location\",\"form\":{\"text\":\"room\"}}")));
	assert_true(holds(r.err, "in.ndjson:2: error: "));
	assert_true(holds(r.err, "in.ndjson:3: note: Location.availabilityExceptions: "));
	const char *there = file("there.ndjson", hs_arena_cstr(arena, r.out));
	r = process_run(arena, (const char *const[]) { "convert", "--to", "r4", "--quiet", there, NULL });
	assert_int_equal(r.exit, 0);
	assert_int_equal(r.err.len, 0);
	assert_true(hs_slice_eq(r.out,
		HS_S("{\"resourceType\":\"Location\",\"physicalType\":{\"text\":\"room\"}}\n"
		     "{\"resourceType\":\"Location\",\"availabilityExceptions\":\"Yule\"}\n")));
	r = process_run(arena, (const char *const[]) { "convert", "--to", "r6", there, NULL });
	assert_int_equal(r.exit, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converts_files),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
