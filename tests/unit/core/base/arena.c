/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas: the cap, growth over chunks, marks, deferred calls, failure on demand. */
#include <handslag/arena.h>

#include <core/base/fault.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>

static void gives_zeroed_aligned_memory(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	/* Twice: the second round gets chunks that were used before. */
	for (int round = 0; round < 2; round++) {
		for (size_t size = 0; size < 600; size++) {
			unsigned char *p = hs_arena_alloc(arena, size);
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xAA, size);
			char *raw = hs_arena_raw(arena, size);
			assert_int_equal((uintptr_t)raw % 8, 0);
			memset(raw, 0xBB, size);
		}
		assert_false(hs_arena_full(arena));
		hs_arena_reset(arena);
		assert_int_equal(hs_arena_used(arena), 0);
	}
	hs_arena_free(arena);
}

static void keeps_to_the_cap(void **state)
{
	(void)state;
	static const size_t caps[] = { 0, 1, 100, 4096, 100000, 1000000 };
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		struct hs_arena *arena = hs_arena_new(caps[i]);
		size_t given = 0;
		while (hs_arena_raw(arena, 64))
			given += 64;
		assert_true(given <= caps[i] && given + 64 > caps[i]);
		assert_true(hs_arena_full(arena));
		assert_null(hs_arena_alloc(arena, caps[i] + 1));
		/* Sizes that would wrap around when rounded; volatile hides them from the compiler's own
		 * check. */
		for (volatile size_t size = SIZE_MAX; size > SIZE_MAX - 20; size--)
			assert_null(hs_arena_alloc(arena, size));
		hs_arena_reset(arena);
		assert_false(hs_arena_full(arena));
		assert_null(hs_arena_array(arena, SIZE_MAX / 2, 3));
		assert_true(hs_arena_full(arena));
		hs_arena_free(arena);
	}
	hs_arena_free(NULL);
}

static void gives_one_large_block(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(SIZE_MAX);
	char *large = hs_arena_alloc(arena, 3 << 20);
	large[(3 << 20) - 1] = 1;
	assert_non_null(hs_arena_alloc(arena, 10));
	hs_arena_free(arena);
}

static void grows_arrays(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	char *first = NULL;
	size_t size = 0;
	for (size_t next = 1; next < 20000; next = next * 2 + 1) {
		first = hs_arena_grow(arena, first, size, next);
		assert_non_null(first);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(first[i], 'x');
		memset(first, 'x', next);
		size = next;
	}
	char *other = hs_arena_raw(arena, 1);
	char *moved = hs_arena_grow(arena, first, size, size + 1);
	assert_ptr_not_equal(moved, first); /* another allocation is behind it */
	assert_memory_equal(moved, first, size);
	*other = 'y';
	assert_ptr_equal(hs_arena_grow(arena, moved, size + 1, 5), moved); /* shrinks where it is */
	assert_null(hs_arena_grow(arena, moved, 5, 2 << 20));
	assert_int_equal(moved[0], 'x');
	hs_arena_free(arena);
}

static void copies_texts(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(10000);
	struct hs_slice copy = hs_arena_copy(arena, HS_S("hej"));
	assert_true(hs_slice_eq(copy, HS_S("hej")));
	assert_non_null(hs_arena_copy(arena, HS_S_NONE).ptr);
	assert_string_equal(hs_arena_cstr(arena, HS_S("hej")), "hej");
	assert_string_equal(hs_arena_cstr(arena, HS_S_NONE), "");
	assert_true(hs_slice_eq(HS_ARENA_JOIN(arena, HS_S("a"), HS_S_NONE, copy), HS_S("ahej")));
	assert_non_null(HS_ARENA_JOIN(arena, HS_S_NONE).ptr);
	assert_true(hs_slice_eq(hs_arena_printf(arena, "%d-%s", 7, "x"), HS_S("7-x")));
	struct hs_slice wide = hs_arena_printf(arena, "%600d", 1);
	assert_int_equal(wide.len, 600);
	assert_int_equal(wide.ptr[599], '1');
	assert_null(hs_arena_printf(arena, "%20000d", 1).ptr);
	assert_null(hs_arena_copy(arena, hs_slice(wide.ptr, 10001)).ptr);
	assert_null(HS_ARENA_JOIN(arena, hs_slice(wide.ptr, 10001), copy).ptr);
	hs_arena_free(arena);
}

struct journal {
	char text[16];
	size_t len;
};

static struct journal journal;

static void note(void *arg)
{
	journal.text[journal.len++] = *(const char *)arg;
}

static void runs_deferred_calls_in_reverse(void **state)
{
	(void)state;
	char a = 'a', b = 'b', c = 'c';
	struct hs_arena *arena = hs_arena_new(1 << 20);
	journal.len = 0;
	assert_true(hs_arena_defer(arena, note, &a));
	struct hs_arena_mark mark = hs_arena_mark(arena);
	size_t used = hs_arena_used(arena);
	assert_true(hs_arena_defer(arena, note, &b));
	for (int i = 0; i < 100; i++)
		assert_non_null(hs_arena_alloc(arena, 1000));
	assert_true(hs_arena_defer(arena, note, &c));
	hs_arena_rollback(arena, mark);
	assert_memory_equal(journal.text, "cb", 2);
	assert_int_equal(journal.len, 2);
	assert_int_equal(hs_arena_used(arena), used);
	hs_arena_reset(arena);
	assert_memory_equal(journal.text, "cba", 3);
	hs_arena_free(arena);
	assert_int_equal(journal.len, 3); /* each ran once */
	struct hs_arena *small = hs_arena_new(8);
	assert_false(hs_arena_defer(small, note, &a)); /* no room: called at once */
	assert_int_equal(journal.len, 4);
	hs_arena_free(small);
}

static void fails_on_demand(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	hs_arena_fail_at(3, 0);
	assert_non_null(hs_arena_raw(arena, 8));
	assert_non_null(hs_arena_alloc(arena, 8));
	assert_null(hs_arena_raw(arena, 8));
	assert_true(hs_arena_full(arena));
	assert_non_null(hs_arena_raw(arena, 8));
	assert_int_equal(hs_arena_fail_count(), 4);
	hs_arena_fail_at(1, 1);
	assert_null(hs_arena_raw(arena, 8));
	assert_null(hs_arena_grow(arena, NULL, 0, 8));
	hs_arena_fail_at(0, 0);
	assert_non_null(hs_arena_raw(arena, 8));
	assert_int_equal(hs_arena_fail_count(), 1);
	hs_arena_free(arena);
}

static void *use_and_pass_on(void *arg)
{
	struct hs_arena *arena = arg;
	for (int i = 0; i < 50; i++)
		memset(hs_arena_raw(arena, 5000), 1, 5000);
	struct hs_arena *own = hs_arena_new(1 << 20);
	hs_arena_raw(own, 100000);
	hs_arena_free(own);
	return arena;
}

/* The chunks of an arena may be freed on another thread than they came from. */
static void moves_between_threads(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		void *back;
		struct hs_arena *arena = hs_arena_new(1 << 20);
		assert_int_equal(pthread_create(&thread, NULL, use_and_pass_on, arena), 0);
		assert_int_equal(pthread_join(thread, &back), 0);
		assert_ptr_equal(back, arena);
		hs_arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(keeps_to_the_cap),
		cmocka_unit_test(gives_one_large_block),
		cmocka_unit_test(grows_arrays),
		cmocka_unit_test(copies_texts),
		cmocka_unit_test(runs_deferred_calls_in_reverse),
		cmocka_unit_test(fails_on_demand),
		cmocka_unit_test(moves_between_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
