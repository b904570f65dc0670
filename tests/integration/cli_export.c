/* SPDX-License-Identifier: Apache-2.0 */
/* handslag export: a round trip through files gives the same resources, and changes alone can be carried
 * over. */
#include "process.h"

#include <core/base/world.h>

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

static const char *below(const char *name)
{
	return hs_arena_cstr(arena, hs_arena_printf(arena, "%s/%s", dir, name));
}

static struct process_result run(const char *const *args, int exit)
{
	struct process_result r = process_run(arena, args);

	if (r.exit != exit)
		fail_msg("%s: exit %d: %.*s", args[0], r.exit, HS_S_ARG(r.err));
	return r;
}

static struct hs_slice read_file(const char *path)
{
	struct hs_slice text = HS_S_NONE;
	struct hs_error err = { .status = HS_OK };

	if (hs_world_read_file(hs_world_real(), arena, path, 1 << 20, &text, &err))
		fail_msg("%s", err.text);
	return text;
}

/* The lines of a file, each without what a server puts in (meta), in order of their text. */
static int by_text(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

static size_t lines_of(const char *path, struct hs_slice out[100])
{
	struct hs_slice rest = read_file(path);
	struct hs_error err = { .status = HS_OK };
	size_t count = 0;

	while (rest.len && count < 100) {
		struct hs_json *tree = NULL;
		struct hs_buf text;
		assert_int_equal(hs_json_parse(arena, hs_slice_cut(&rest, '\n'), NULL, &tree, &err), HS_OK);
		struct hs_json *meta = hs_json_get(tree, HS_S("meta"));
		hs_json_take(meta, HS_S("versionId"));
		hs_json_take(meta, HS_S("lastUpdated"));
		hs_buf_init(&text, arena, 1 << 20);
		hs_json_write(&text, tree, 0);
		out[count++] = hs_buf_slice(&text);
	}
	qsort(out, count, sizeof(*out), by_text);
	return count;
}

static void expect_same(const char *a, const char *b, size_t least)
{
	struct hs_slice left[100], right[100];
	size_t count = lines_of(a, left);

	assert_true(count >= least);
	assert_int_equal(lines_of(b, right), count);
	for (size_t i = 0; i < count; i++)
		assert_true(hs_slice_eq(left[i], right[i]));
}

static const char resources[] =
	"{\"resourceType\":\"Patient\",\"id\":\"a\",\"active\":true,\"name\":[{\"family\":\"\xc3\x96rn\"}]}\n"
	"{\"resourceType\":\"Patient\",\"id\":\"b\",\"meta\":{\"tag\":[{\"code\":\"t\"}]}}\n"
	"{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
	"\"subject\":{\"reference\":\"Patient/a\"},\"valueQuantity\":{\"value\":1.10}}\n"
	"{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"status\":\"current\",\"subject\":{"
	"\"reference\":"
	"\"Patient/a\"},\"content\":[{\"attachment\":{\"url\":\"urn:x\"}}]}\n";

static void goes_round(void **state)
{
	struct hs_error err = { .status = HS_OK };
	const char *source = below("in.ndjson"), *one = below("one"), *two = below("two");

	(void)state;
	assert_int_equal(hs_world_write_file(hs_world_real(), source, hs_slice_cstr(resources), 0600, &err),
		HS_OK);
	struct process_result r = process_run(arena,
		(const char *const[]) { "load", "--data", one, source, NULL });
	if (hs_slice_search(r.err, HS_S("FHIR definitions")) != SIZE_MAX)
		skip();
	assert_int_equal(r.exit, 0);
	r = run((const char *const[]) { "export", "--data", one, "--out", below("files"), NULL }, 0);
	assert_int_not_equal(hs_slice_search(r.out, HS_S("4 resources")), SIZE_MAX);
	run((const char *const[]) { "load", "--data", two, below("files"), NULL }, 0);
	run((const char *const[]) { "export", "--data", two, "--out", below("again"), NULL }, 0);
	expect_same(below("files/Patient.ndjson"), below("again/Patient.ndjson"), 2);
	expect_same(below("files/Observation.ndjson"), below("again/Observation.ndjson"), 1);
	expect_same(below("files/DocumentReference.ndjson"), below("again/DocumentReference.ndjson"), 1);
	/* nothing is overwritten, and what is asked is checked */
	run((const char *const[]) { "export", "--data", two, "--out", below("again"), NULL }, 1);
	run((const char *const[]) { "export", "--data", two, NULL }, 2);
	r = process_run(arena,
		(const char *const[]) {
			"export", "--data", two, "--type", "Chair", "--out", below("chairs"), NULL });
	assert_int_not_equal(r.exit, 0);
	assert_int_not_equal(hs_slice_search(r.err, HS_S("_type=Chair")), SIZE_MAX);
}

/* Deletions since a moment are transactions that the other side carries out. */
static void carries_changes_over(void **state)
{
	struct hs_error err = { .status = HS_OK };
	const char *one = below("one"), *two = below("two"), *change = below("change.json");

	(void)state;
	if (access(two, F_OK) != 0)
		skip();
	assert_int_equal(hs_world_write_file(hs_world_real(), change,
				 HS_S("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{"
				      "\"request\":"
				      "{\"method\":\"DELETE\",\"url\":\"Patient/b\"}}]}"),
				 0600, &err),
		HS_OK);
	run((const char *const[]) { "load", "--data", one, change, NULL }, 0);
	struct process_result r = run((const char *const[]) { "export", "--data", one, "--since",
					      "2020-01-01", "--type", "Patient", "--json", "--out",
					      below("since"), NULL },
		0);
	assert_int_not_equal(hs_slice_search(r.out, HS_S("deleted.ndjson")), SIZE_MAX);
	run((const char *const[]) { "load", "--data", two, below("since"), NULL }, 0);
	run((const char *const[]) { "export", "--data", two, "--type", "Patient", "--out", below("left"),
		    NULL },
		0);
	struct hs_slice lines[100];
	assert_int_equal(lines_of(below("left/Patient.ndjson"), lines), 1);
	assert_int_not_equal(hs_slice_search(lines[0], HS_S("\"id\":\"a\"")), SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_round),
		cmocka_unit_test(carries_changes_over),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
