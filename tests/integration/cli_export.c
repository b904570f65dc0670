/* SPDX-License-Identifier: Apache-2.0 */
/* handslag export: a round trip through files gives the same resources, and changes alone can be carried
 * over. */
#include "workbench.h"

#include <core/base/world.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* `handslag` with these arguments; it has to end with this code. */
#define RUN(code, ...) expect_exit(WORKBENCH_RUN(__VA_ARGS__), code)

static struct process_result expect_exit(struct process_result r, int code)
{
	if (r.exit != code)
		fail_msg("exit %d: %.*s", r.exit, HS_S_ARG(r.err));
	return r;
}

static struct hs_slice read_file(const char *path)
{
	struct hs_slice text = HS_S_NONE;
	struct hs_error err = { .status = HS_OK };

	if (hs_world_read_file(hs_world_real(), workbench_arena(), path, 1 << 20, &text, &err))
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
		assert_int_equal(hs_json_parse(workbench_arena(), hs_slice_cut(&rest, '\n'), NULL, &tree,
					 &err),
			HS_OK);
		struct hs_json *meta = hs_json_get(tree, HS_S("meta"));
		hs_json_take(meta, HS_S("versionId"));
		hs_json_take(meta, HS_S("lastUpdated"));
		hs_buf_init(&text, workbench_arena(), 1 << 20);
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
	const char *source = workbench_file("in.ndjson", resources), *one = workbench_path("one"),
		   *two = workbench_path("two");

	(void)state;
	struct process_result r = WORKBENCH_RUN("load", "--data", one, source);
	if (has_text(r.err, "FHIR definitions"))
		skip();
	assert_int_equal(r.exit, 0);
	r = RUN(0, "export", "--data", one, "--out", workbench_path("files"));
	assert_has(r.out, "4 resources");
	RUN(0, "load", "--data", two, workbench_path("files"));
	RUN(0, "export", "--data", two, "--out", workbench_path("again"));
	expect_same(workbench_path("files/Patient.ndjson"), workbench_path("again/Patient.ndjson"), 2);
	expect_same(workbench_path("files/Observation.ndjson"), workbench_path("again/Observation.ndjson"),
		1);
	expect_same(workbench_path("files/DocumentReference.ndjson"),
		workbench_path("again/DocumentReference.ndjson"), 1);
	/* nothing is overwritten, and what is asked is checked */
	RUN(1, "export", "--data", two, "--out", workbench_path("again"));
	RUN(2, "export", "--data", two);
	r = WORKBENCH_RUN("export", "--data", two, "--type", "Chair", "--out", workbench_path("chairs"));
	assert_int_not_equal(r.exit, 0);
	assert_has(r.err, "_type=Chair");
	r = RUN(2, "export", "--data", two, "--since", "soon", "--out", workbench_path("chairs"));
	assert_has(r.err, "--since soon");
	assert_int_not_equal(access(workbench_path("chairs"), F_OK), 0); /* a refusal leaves nothing */
}

/* Deletions since a moment are transactions that the other side carries out. */
static void carries_changes_over(void **state)
{
	const char *one = workbench_path("one"), *two = workbench_path("two");

	(void)state;
	if (access(two, F_OK) != 0)
		skip();
	const char *change = workbench_file("change.json",
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{"
		"\"request\":"
		"{\"method\":\"DELETE\",\"url\":\"Patient/b\"}}]}");
	RUN(0, "load", "--data", one, change);
	struct process_result r = RUN(0, "export", "--data", one, "--since", "2020-01-01", "--type",
		"Patient", "--json", "--out", workbench_path("since"));
	assert_has(r.out, "deleted.ndjson");
	RUN(0, "load", "--data", two, workbench_path("since"));
	RUN(0, "export", "--data", two, "--type", "Patient", "--out", workbench_path("left"));
	struct hs_slice lines[100];
	assert_int_equal(lines_of(workbench_path("left/Patient.ndjson"), lines), 1);
	assert_has(lines[0], "\"id\":\"a\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_round),
		cmocka_unit_test(carries_changes_over),
	};
	return cmocka_run_group_tests(tests, workbench_start, workbench_stop);
}
