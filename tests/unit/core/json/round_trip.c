/* SPDX-License-Identifier: Apache-2.0 */
/* Every resource of the R4 examples package: read, written and read again it is the same, and every decimal
 * keeps its text. Skipped when the package is not in the cache ($HS_PACKAGES or ~/.fhir/packages). */
#include "json_test.h"

#include <core/base/world.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define CAP ((size_t)512 << 20)
#define PACKAGE "hl7.fhir.r4.examples#4.0.1/package"

/* The number texts of a tree, in order. */
static void collect_numbers(struct hs_buf *buf, const struct hs_json *v)
{
	if (hs_json_is(v, HS_JSON_NUMBER)) {
		hs_buf_add(buf, hs_json_text(v));
		hs_buf_byte(buf, '\n');
	}
	HS_JSON_EACH(child, v)
		collect_numbers(buf, child);
}

/* The number texts of the bytes themselves, found without the parser. */
static void scan_numbers(struct hs_buf *buf, struct hs_slice text)
{
	bool in_string = false;
	for (size_t i = 0; i < text.len; i++) {
		if (in_string && text.ptr[i] == '\\') {
			i++;
		} else if (text.ptr[i] == '"') {
			in_string = !in_string;
		} else if (!in_string && (text.ptr[i] == '-' || (text.ptr[i] >= '0' && text.ptr[i] <= '9'))) {
			size_t start = i;
			while (i < text.len && text.ptr[i] && strchr("+-.0123456789eE", text.ptr[i]))
				i++;
			hs_buf_add(buf, hs_slice(text.ptr + start, i - start));
			hs_buf_byte(buf, '\n');
			i--;
		}
	}
}

/* Returns how many bytes of number texts there were. */
static size_t check_file(struct hs_arena *arena, const char *path)
{
	struct hs_error err;
	struct hs_slice text;
	struct hs_buf numbers, scanned, compact, pretty;
	if (hs_world_read_file(hs_world_real(), arena, path, CAP, &text, &err))
		fail_msg("%s", err.text);
	struct hs_json *root = parse_or_fail(arena, text);
	hs_buf_init(&numbers, arena, CAP);
	hs_buf_init(&scanned, arena, CAP);
	hs_buf_init(&compact, arena, CAP);
	hs_buf_init(&pretty, arena, CAP);
	collect_numbers(&numbers, root);
	scan_numbers(&scanned, text);
	struct hs_slice read = hs_buf_slice(&numbers), seen = hs_buf_slice(&scanned);
	if (read.len != seen.len || (read.ptr && seen.ptr && !hs_slice_eq(read, seen)))
		fail_msg("%s: numbers differ", path);
	hs_json_write(&compact, root, 0);
	hs_json_write(&pretty, root, HS_JSON_PRETTY);
	assert_false(compact.overflow || pretty.overflow);
	if (!hs_json_equal(root, parse_or_fail(arena, hs_buf_slice(&compact))) ||
		!hs_json_equal(root, parse_or_fail(arena, hs_buf_slice(&pretty))))
		fail_msg("%s: what was written is not what was read", path);
	return numbers.len;
}

static void keeps_every_resource(void **state)
{
	(void)state;
	char directory[4096];
	struct dirent **entries;
	const char *cache = getenv("HS_PACKAGES");
	const char *home = getenv("HOME");
	size_t files = 0;
	size_t number_bytes = 0;
	snprintf(directory, sizeof(directory), "%s%s/%s",
		cache        ? cache :
			home ? home :
			       "",
		cache ? "" : "/.fhir/packages", PACKAGE);
	int count = scandir(directory, &entries, NULL, alphasort);
	if (count < 0)
		skip();
	struct hs_arena *arena = hs_arena_new(CAP);
	for (int i = 0; i < count; i++) {
		char path[4096 + 256];
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (hs_slice_ends(hs_slice_cstr(entries[i]->d_name), HS_S(".json"))) {
			number_bytes += check_file(arena, path);
			files++;
		}
		hs_arena_reset(arena);
		free(entries[i]);
	}
	free(entries);
	hs_arena_free(arena);
	assert_true(files > 5000);
	assert_true(number_bytes > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keeps_every_resource) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
