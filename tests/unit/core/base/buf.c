/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers: growth, the maximum to the byte, the sticky mark. */
#include <handslag/buf.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void appends(void **state)
{
	(void)state;
	for (int on_heap = 0; on_heap < 2; on_heap++) {
		struct hs_arena *arena = on_heap ? NULL : hs_arena_new(1 << 20);
		struct hs_buf buf;
		hs_buf_init(&buf, arena, 100000);
		hs_buf_cstr(&buf, "a");
		hs_buf_add(&buf, HS_S_NONE);
		hs_buf_byte(&buf, '-');
		hs_buf_u64(&buf, UINT64_MAX);
		hs_buf_byte(&buf, ' ');
		hs_buf_u64(&buf, 0);
		hs_buf_printf(&buf, " %s %d", "text", 42);
		assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("a-18446744073709551615 0 text 42")));
		hs_buf_consume(&buf, 2);
		assert_true(hs_slice_starts(hs_buf_slice(&buf), HS_S("1844")));
		hs_buf_clear(&buf);
		for (int i = 0; i < 10000; i++)
			hs_buf_printf(&buf, "%04d", i);
		assert_int_equal(buf.len, 40000);
		assert_memory_equal(buf.ptr + (size_t)4 * 1234, "1234", 4);
		assert_false(buf.overflow);
		hs_buf_free(&buf);
		assert_int_equal(buf.len, 0);
		hs_arena_free(arena);
	}
}

/* Short texts are copied by halves that overlap. */
static void appends_texts_of_every_length(void **state)
{
	char text[80], wanted[sizeof(text) * sizeof(text)];
	struct hs_buf buf;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(' ' + i);
	hs_buf_init(&buf, NULL, sizeof(wanted));
	for (size_t len = 0; len <= sizeof(text); len++) {
		hs_buf_append(&buf, hs_slice(text, len));
		memcpy(wanted + n, text, len);
		n += len;
	}
	assert_int_equal(buf.len, n);
	assert_memory_equal(buf.ptr, wanted, n);
	hs_buf_free(&buf);
}

static void writes_numbers_of_every_length(void **state)
{
	char wanted[24];
	struct hs_buf buf;

	(void)state;
	hs_buf_init(&buf, NULL, 100);
	for (uint64_t power = 1;; power *= 10) {
		const uint64_t values[] = { power - 1, power, power + 1, power / 9 * 5, power * 7 };
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			snprintf(wanted, sizeof(wanted), "%" PRIu64, values[i]);
			hs_buf_clear(&buf);
			hs_buf_u64(&buf, values[i]);
			assert_true(hs_slice_eq(hs_buf_slice(&buf), hs_slice_cstr(wanted)));
		}
		if (power > UINT64_MAX / 10)
			break;
	}
	hs_buf_free(&buf);
}

static void stops_at_the_maximum(void **state)
{
	(void)state;
	struct hs_buf buf;
	hs_buf_init(&buf, NULL, 5);
	hs_buf_add(&buf, HS_S("abcde"));
	assert_false(buf.overflow);
	hs_buf_byte(&buf, 'f');
	assert_true(buf.overflow);
	hs_buf_consume(&buf, 4);
	hs_buf_byte(&buf, 'g'); /* would fit, but the mark is sticky */
	struct hs_slice kept = hs_buf_slice(&buf);
	assert_true(kept.ptr && hs_slice_eq(kept, HS_S("e")));
	hs_buf_clear(&buf);
	hs_buf_printf(&buf, "%d", 12345); /* exactly to the end: the NUL has no place there */
	assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("12345")));
	assert_false(buf.overflow);
	hs_buf_clear(&buf);
	hs_buf_printf(&buf, "%d", 123456);
	assert_true(buf.overflow);
	assert_int_equal(buf.len, 0);
	assert_null(hs_buf_reserve(&buf, 1));
	hs_buf_free(&buf);
}

static void reserves(void **state)
{
	(void)state;
	struct hs_buf buf;
	hs_buf_init(&buf, NULL, 1000);
	char *to = hs_buf_reserve(&buf, 500);
	assert_non_null(to);
	memcpy(to, "xyz", 3);
	hs_buf_commit(&buf, 3);
	assert_true(hs_slice_eq(hs_buf_slice(&buf), HS_S("xyz")));
	assert_null(hs_buf_reserve(&buf, 998));
	assert_true(buf.overflow);
	hs_buf_free(&buf);
	hs_buf_init(&buf, NULL, 10);
	assert_non_null(hs_buf_reserve(&buf, 0));
	hs_buf_free(&buf);
}

static void reports_a_full_arena(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1000);
	struct hs_buf buf;
	hs_buf_init(&buf, arena, 1 << 20);
	for (int i = 0; i < 200; i++)
		hs_buf_cstr(&buf, "0123456789");
	assert_true(buf.overflow && hs_arena_full(arena));
	assert_int_equal(buf.len % 10, 0); /* what is there is whole */
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(appends_texts_of_every_length),
		cmocka_unit_test(writes_numbers_of_every_length),
		cmocka_unit_test(stops_at_the_maximum),
		cmocka_unit_test(reserves),
		cmocka_unit_test(reports_a_full_arena),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
