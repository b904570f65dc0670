/* SPDX-License-Identifier: Apache-2.0 */
/* The heap helpers. */
#include <core/base/heap.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

static void allocates(void **state)
{
	(void)state;
	char *p = hs_heap_alloc(1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(p[i], 0);
	memset(p, 'x', 1000);
	p = hs_heap_grow(p, 5000);
	assert_int_equal(p[999], 'x');
	hs_heap_free(p);
	hs_heap_free(NULL);
	p = hs_heap_alloc(0);
	assert_non_null(p);
	hs_heap_free(p);
	p = hs_heap_grow(NULL, 3);
	assert_non_null(p);
	hs_heap_free(p);
	p = hs_heap_cstr("hejsan", 3);
	assert_string_equal(p, "hej");
	hs_heap_free(p);
	p = hs_heap_cstr(NULL, 0);
	assert_string_equal(p, "");
	hs_heap_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(allocates) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
