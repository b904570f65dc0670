/* SPDX-License-Identifier: Apache-2.0 */
/* Fault rules: read, matched, drawn with the rate they say, repeatable by seed. */
#include <core/host/operator/fault.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct hs_arena *arena;
static struct hs__faults faults;

static int start(void **state)
{
	(void)state;
	arena = hs_arena_new(1 << 20);
	hs__faults_init(&faults);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	hs__faults_fini(&faults);
	hs_arena_free(arena);
	return 0;
}

static enum hs_status set(const char *text, struct hs_error *err)
{
	struct hs_json *spec = NULL;

	assert_int_equal(hs_json_parse(arena, hs_slice_cstr(text), NULL, &spec, err), HS_OK);
	return hs__faults_set(&faults, spec, err);
}

static void rules_match_method_and_path(void **state)
{
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(set("{\"rules\":[{\"action\":\"status\",\"status\":500,\"method\":\"GET\",\"path\":"
			     "\"Patient\"}]}",
				 &err),
		HS_OK);
	assert_int_equal(hs_fault(&faults, HS_S("GET"), HS_S("Patient/1")).action, HS__FAULT_STATUS);
	assert_int_equal(hs_fault(&faults, HS_S("PUT"), HS_S("Patient/1")).action, HS__FAULT_NONE);
	assert_int_equal(hs_fault(&faults, HS_S("GET"), HS_S("Person")).action, HS__FAULT_NONE);
}

static unsigned strikes(unsigned of, unsigned char *pattern)
{
	unsigned count = 0;

	for (unsigned i = 0; i < of; i++) {
		pattern[i] = hs_fault(&faults, HS_S("GET"), HS_S("x")).action != HS__FAULT_NONE;
		count += pattern[i];
	}
	return count;
}

static void rates_hold_and_seeds_repeat(void **state)
{
	static unsigned char one[10000], two[10000], other[10000];
	static const char spec[] = "{\"seed\":42,\"rules\":[{\"action\":\"close\",\"rate\":0.1}]}";
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(set(spec, &err), HS_OK);
	assert_in_range(strikes(10000, one), 850, 1150);
	assert_int_equal(set(spec, &err), HS_OK);
	strikes(10000, two);
	assert_memory_equal(one, two, sizeof(one));
	assert_int_equal(set("{\"seed\":43,\"rules\":[{\"action\":\"close\",\"rate\":0.1}]}", &err), HS_OK);
	strikes(10000, other);
	assert_memory_not_equal(one, other, sizeof(one));
}

static void what_is_set_is_shown(void **state)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_buf out;

	(void)state;
	assert_int_equal(set("{\"rules\":[{\"action\":\"delay\",\"delayMs\":20,\"rate\":0.25}]}", &err),
		HS_OK);
	hs_buf_init(&out, arena, 10000);
	hs_json_write(&out, hs__faults_show(&faults, arena), 0);
	assert_true(hs_slice_search(hs_buf_slice(&out),
			    HS_S("{\"action\":\"delay\",\"delayMs\":20,\"rate\":0.250}")) != SIZE_MAX);
}

static void nonsense_is_refused_and_changes_nothing(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"rules\":{}}",
		"{\"rules\":[{\"action\":\"status\"}]}",
		"{\"rules\":[{\"action\":\"status\",\"status\":200}]}",
		"{\"rules\":[{\"action\":\"delay\",\"delayMs\":0}]}",
		"{\"rules\":[{\"action\":\"delay\",\"delayMs\":60001}]}",
		"{\"rules\":[{\"action\":\"explode\"}]}",
		"{\"rules\":[{\"action\":\"truncate\",\"bytes\":0}]}",
		"{\"rules\":[{\"action\":\"drop-header\"}]}",
		"{\"rules\":[{\"action\":\"drop-header\",\"header\":\"a\\nb\"}]}",
		"{\"rules\":[{\"action\":\"content-type\",\"contentType\":\"\"}]}",
		"{\"rules\":[{\"action\":\"drip\",\"bytes\":5}]}",
		"{\"rules\":[{\"action\":\"drip\",\"bytes\":5,\"delayMs\":5001}]}",
		"{\"rules\":[{\"action\":\"close\",\"rate\":0}]}",
		"{\"rules\":[{\"action\":\"close\",\"rate\":1.5}]}",
		"{\"rules\":[{\"action\":\"close\",\"rate\":\"0.5\"}]}",
		"{\"rules\":[{\"action\":\"close\",\"rate\":1e-1}]}",
		"{\"rules\":[{\"action\":\"close\",\"method\":\"PROPFINDS\"}]}",
		"{\"seed\":1.5,\"rules\":[]}",
	};
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(set("{\"rules\":[{\"action\":\"close\"}]}", &err), HS_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (set(bad[i], &err) == HS_OK)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(hs_fault(&faults, HS_S("GET"), HS_S("x")).action, HS__FAULT_CLOSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_match_method_and_path),
		cmocka_unit_test(rates_hold_and_seeds_repeat),
		cmocka_unit_test(what_is_set_is_shown),
		cmocka_unit_test(nonsense_is_refused_and_changes_nothing),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
