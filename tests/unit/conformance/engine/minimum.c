/* SPDX-License-Identifier: Apache-2.0 */
/* minimumId: what counts as contained, and that every difference is told. */
#include "bench.h"

static size_t differences(const char *least, const char *found, const char *first_path)
{
	struct bench bench;
	size_t count = 0;

	bench_open(&bench, "");
	struct test_difference *d = hs_test_minimum(bench.arena, bench_json(&bench, least),
		bench_json(&bench, found), 50);
	if (d && first_path)
		assert_slice(d->path, first_path);
	for (; d; d = d->next)
		count++;
	bench_close(&bench);
	return count;
}

static void contained(void **state)
{
	(void)state;
	assert_int_equal(differences("{'a': 1}", "{'b': 2, 'a': 1}", NULL), 0);
	assert_int_equal(differences("{'id': 'x', 'a': 1}", "{'id': 'y', 'a': 1}", NULL), 0); /* id */
	assert_int_equal(differences("{'a': {'id': 'x'}}", "{'a': {'id': 'y'}}", "$this.a.id"), 1);
	assert_int_equal(differences("{'a': [3, 1]}", "{'a': [1, 2, 3]}", NULL), 0); /* gaps, order */
	assert_int_equal(differences("{'a': [1, 1]}", "{'a': [1, 1, 2]}", NULL), 0);
	assert_int_equal(differences("{'a': [1, 1]}", "{'a': [1, 2]}", "$this.a[1]"), 1); /* count */
	assert_int_equal(differences("{'a': 1.0}", "{'a': 1.00}", "$this.a"), 1); /* text of numbers */
	assert_int_equal(differences("{'a': 1}", "{'a': '1'}", NULL), 1);
	assert_int_equal(differences("{'a': 1}", "{}", NULL), 1);
	assert_int_equal(differences("{'a': []}", "{'a': [1]}", NULL), 0);
	assert_int_equal(differences("{'a': [1]}", "{'a': 1}", NULL), 1);
}

/* A greedy match would give {x} to the first and leave nothing for the second. */
static void matched_as_a_whole(void **state)
{
	(void)state;
	assert_int_equal(differences("{'a': [{'x': 1}, {'x': 1, 'y': 2}]}",
				 "{'a': [{'x': 1, 'y': 2}, {'x': 1}]}", NULL),
		0);
	assert_int_equal(differences("{'a': [{'x': 1}, {'y': 2}, {'x': 1, 'y': 2}]}",
				 "{'a': [{'x': 1, 'y': 2}, {'x': 1, 'y': 2}, {'y': 2}]}", NULL),
		0);
	assert_int_equal(differences("{'a': [{'x': 1}, {'x': 1}]}", "{'a': [{'x': 1, 'y': 2}]}",
				 "$this.a[1]"),
		1);
}

static void all_told(void **state)
{
	(void)state;
	assert_int_equal(differences("{'resourceType': 'Patient', 'name': [{'family': 'A', 'given': ['B', "
				     "'C']}], 'gender': "
				     "'other'}",
				 "{'resourceType': 'Patient', 'name': [{'family': 'A', 'given': ['X']}], "
				 "'gender': 'male'}",
				 "Patient.name[0].given[0]"),
		3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contained),
		cmocka_unit_test(matched_as_a_whole),
		cmocka_unit_test(all_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
