/* SPDX-License-Identifier: Apache-2.0 */
/* Slices: comparing, searching, cutting, numbers. */
#include <handslag/slice.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void compares(void **state)
{
	(void)state;
	assert_true(hs_slice_eq(HS_S("ab"), HS_S("ab")));
	assert_true(hs_slice_eq(HS_S_NONE, HS_S("")));
	assert_false(hs_slice_eq(HS_S("ab"), HS_S("abc")));
	assert_true(hs_slice_ieq(HS_S("Content-Type"), HS_S("cONTENT-tYPE")));
	assert_false(hs_slice_ieq(HS_S("a["), HS_S("A{"))); /* 0x20 apart, but not letters */
	assert_int_equal(hs_slice_cmp(HS_S("a"), HS_S("b")), -1);
	assert_int_equal(hs_slice_cmp(HS_S("b"), HS_S("a")), 1);
	assert_int_equal(hs_slice_cmp(HS_S("a"), HS_S("ab")), -1);
	assert_int_equal(hs_slice_cmp(HS_S("\xff"), HS_S("a")), 1); /* bytes are unsigned */
	assert_int_equal(hs_slice_cmp(HS_S_NONE, HS_S_NONE), 0);
	assert_true(hs_slice_starts(HS_S("abc"), HS_S("ab")) && hs_slice_ends(HS_S("abc"), HS_S("bc")));
	assert_false(hs_slice_starts(HS_S("a"), HS_S("ab")) || hs_slice_ends(HS_S("c"), HS_S("bc")));
}

static void finds(void **state)
{
	(void)state;
	assert_int_equal(hs_slice_find(HS_S("a,b,c"), ',', 2), 3);
	assert_true(hs_slice_find(HS_S("abc"), ',', 0) == SIZE_MAX);
	assert_true(hs_slice_find(HS_S("abc"), 'c', 3) == SIZE_MAX);
	assert_int_equal(hs_slice_search(HS_S("abcabd"), HS_S("abd")), 3);
	assert_int_equal(hs_slice_search(HS_S("abc"), HS_S("")), 0);
	assert_true(hs_slice_search(HS_S_NONE, HS_S("a")) == SIZE_MAX);
}

static void cuts_every_item_of_a_list(void **state)
{
	static const struct hs_slice expected[] = { HS_S_INIT("a"), HS_S_INIT(""), HS_S_INIT("bc"),
		HS_S_INIT("") };
	struct hs_slice list = HS_S("a,,bc,");
	size_t count = 0;
	(void)state;
	while (list.ptr) {
		assert_true(count < 4);
		assert_true(hs_slice_eq(hs_slice_cut(&list, ','), expected[count++]));
	}
	assert_int_equal(count, 4);
}

static void trims(void **state)
{
	(void)state;
	assert_true(hs_slice_eq(hs_slice_trim(HS_S(" \t a b\r\n")), HS_S("a b")));
	assert_int_equal(hs_slice_trim(HS_S(" \n ")).len, 0);
	assert_true(hs_slice_eq(hs_slice_from(HS_S("abc"), 1), HS_S("bc")));
	assert_int_equal(hs_slice_from(HS_S("abc"), 4).len, 0);
	assert_true(hs_slice_eq(hs_slice_first(HS_S("abc"), 2), HS_S("ab")));
	assert_int_equal(hs_slice_first(HS_S("abc"), 9).len, 3);
}

static void reads_numbers(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616",
		"99999999999999999999" };
	uint64_t value = 7;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hs_slice_u64(hs_slice_cstr(bad[i]), &value));
	assert_int_equal(value, 7); /* untouched */
	assert_true(hs_slice_u64(HS_S("18446744073709551615"), &value));
	assert_true(value == UINT64_MAX);
	assert_true(hs_slice_u64(HS_S("007"), &value));
	assert_int_equal(value, 7);
}

static void a_line_has_no_controls(void **state)
{
	char text[24];
	(void)state;
	for (size_t len = 0; len <= sizeof(text); len++) {
		memset(text, 'a', sizeof(text));
		assert_true(hs_slice_is_line(hs_slice(text, len)));
		for (size_t at = 0; at < len; at++) {
			static const char good[] = { '\t', ' ', '~', '\x7f', '\x80', '\xff' },
					  bad[] = { 0, 1, '\n', '\r', 0x1f };
			for (size_t i = 0; i < sizeof(good); i++) {
				text[at] = good[i];
				assert_true(hs_slice_is_line(hs_slice(text, len)));
			}
			for (size_t i = 0; i < sizeof(bad); i++) {
				text[at] = bad[i];
				assert_false(hs_slice_is_line(hs_slice(text, len)));
			}
			text[at] = 'a';
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_no_controls),
		cmocka_unit_test(compares),
		cmocka_unit_test(finds),
		cmocka_unit_test(cuts_every_item_of_a_list),
		cmocka_unit_test(trims),
		cmocka_unit_test(reads_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
