/* SPDX-License-Identifier: Apache-2.0 */
/* handslag load of Bundles into a data directory: what a server then has. */
#include "process.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

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
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

#define ENTRY(url, resource, method, request) \
	"{\"fullUrl\":\"" url "\",\"resource\":" resource ",\"request\":{\"method\":\"" method \
	"\",\"url\":\"" request "\"}}"
#define PATIENT "urn:uuid:6f1d2c00-0000-4000-8000-000000000001"

static void carries_out_a_transaction(void **state)
{
	(void)state;
	/* As a generator of patients writes it: every link is a urn:uuid. */
	const char *bundle = file("transaction.json",
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" ENTRY(PATIENT,
			"{\"resourceType\":\"Patient\",\"active\":true}", "POST",
			"Patient") "," ENTRY("urn:uuid:6f1d2c00-0000-4000-8000-000000000002",
			"{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"status\":\"current\","
			"\"subject\":"
			"{\"reference\":\"" PATIENT "\"},\"content\":[{\"attachment\":{\"url\":\"urn:x\"}}]}",
			"PUT", "DocumentReference/d") "]}");
	const char *broken = file("broken.json",
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[" ENTRY("",
			"{\"resourceType\":\"Patient\",\"id\":\"gone\"}", "PUT", "Patient/gone") "," ENTRY("",
			"{\"resourceType\":\"Patient\",\"id\":\"bad\",\"nope\":1}", "PUT",
			"Patient/bad") "]}");
	const char *where = hs_arena_cstr(arena, hs_arena_printf(arena, "%s/data", dir));
	struct process_result r = process_run(arena,
		(const char *const[]) { "load", "--data", where, "--json", bundle, broken, NULL });
	if (hs_slice_search(r.err, HS_S("FHIR definitions")) != SIZE_MAX)
		skip();
	assert_int_equal(r.exit, 1);
	assert_int_not_equal(hs_slice_search(r.out, HS_S("\"stored\": 2, \"refused\": 1")), SIZE_MAX);
	assert_int_not_equal(hs_slice_search(r.err, HS_S("broken.json:1: Bundle.entry[1]")), SIZE_MAX);

	struct fixture_options options = { .data_dir = where };
	struct fixture *f = fixture_start(&options);
	struct fixture_answer a = fixture_get(f, "DocumentReference/d");
	struct hs_slice link = fixture_text(f, &a, "/subject/reference");
	assert_true(hs_slice_starts(link, HS_S("Patient/")));
	assert_int_equal(fixture_get(f, hs_arena_cstr(arena, link)).status, 200);
	assert_int_equal(fixture_get(f, "Patient/gone").status, 404);
	fixture_stop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_out_a_transaction),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
