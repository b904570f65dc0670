/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and columns: what counts as one, and that no way to a place changes what it is. */
#include <handslag/place.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void expect(struct hs_slice text, size_t at, uint32_t line, uint32_t column)
{
	struct hs_place place = { .line = 0 };

	hs_place_go(text, at, &place);
	assert_int_equal(place.line, line);
	assert_int_equal(place.column, column);
}

static void counts_code_units_of_utf16(void **state)
{
	struct hs_slice text = HS_S("ab\nå€x\n\xF0\x9F\x98\x80y");

	(void)state;
	expect(text, 0, 1, 1);
	expect(text, 2, 1, 3);
	expect(text, 3, 2, 1);
	expect(text, 5, 2, 2);
	expect(text, 8, 2, 3);
	expect(text, 10, 3, 1);
	expect(text, 14, 3, 3);
	expect(text, 99, 3, 4);
	expect(HS_S_NONE, 5, 1, 1);
}

static void a_mark_at_the_start_counts_as_nothing(void **state)
{
	(void)state;
	expect(HS_S("\xEF\xBB\xBF{\n}"), 0, 1, 1);
	expect(HS_S("\xEF\xBB\xBF{\n}"), 3, 1, 1);
	expect(HS_S("\xEF\xBB\xBF{\n}"), 4, 1, 2);
	expect(HS_S("\xEF\xBB\xBF{\n}"), 5, 2, 1);
}

/* From every place to every other one, on and back: all tell what a fresh count tells. */
static void every_way_leads_to_the_same(void **state)
{
	static const char *const texts[] = { "åa\n\nb€\xF0\x9F\x98\x80\nc", "one line, å €",
		"a line that is longer than a block of bytes, å, then \xF0\x9F\x98\x80, on and on", "\n\n\n",
		"\xEF\xBB\xBF\nå\nb\n" };

	(void)state;
	for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
		struct hs_slice text = hs_slice_cstr(texts[t]);
		for (size_t from = 0; from <= text.len; from++)
			for (size_t to = 0; to <= text.len; to++) {
				struct hs_place walked = { .line = 0 }, fresh = { .line = 0 };
				hs_place_go(text, from, &walked);
				hs_place_go(text, to, &walked);
				hs_place_go(text, to, &fresh);
				assert_int_equal(walked.at, fresh.at);
				assert_int_equal(walked.line, fresh.line);
				assert_int_equal(walked.column, fresh.column);
			}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_code_units_of_utf16),
		cmocka_unit_test(a_mark_at_the_start_counts_as_nothing),
		cmocka_unit_test(every_way_leads_to_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
