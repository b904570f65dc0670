/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of tables that are copied into memory with large pages: the same bytes, within the limit. */
#include <services/terminology/image/near.h>

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define TABLE ((size_t)40 << 20)

/* A file without a name, with a byte of its own in each page, mapped. */
static const char *mapped(size_t size)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), (off_t)size), 0);
	char *text = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
	assert_true(text != MAP_FAILED);
	fclose(file);
	for (size_t at = 0; at < size; at += 1000)
		text[at] = (char)(at / 1000 * 7);
	return text;
}

static void copies_tables_that_are_large(void **state)
{
	struct hs_arena *arena = hs_arena_new(4096);
	size_t size = TX_NEAR_LEAST + 12345;
	const char *table = mapped(size + 1), *small = hs_tx_near(arena, table, TX_NEAR_LEAST - 1);
	const char *copy = hs_tx_near(arena, table + 1, size); /* from anywhere in a page */

	(void)state;
	assert_ptr_equal(small, table);
	assert_ptr_not_equal(copy, table + 1);
	assert_int_equal((uintptr_t)copy % 64, 0);
	assert_memory_equal(copy, table + 1, size); /* which can still be read, too */
	assert_true(hs_tx_near_taken() > size);
	hs_arena_free(arena);
	assert_int_equal(hs_tx_near_taken(), 0);
	munmap((void *)(uintptr_t)table, size + 1);
}

static void copies_no_more_than_the_limit(void **state)
{
	struct hs_arena *arena = hs_arena_new(4096);
	const char *table = mapped(TABLE), *copy = NULL;
	size_t copies = 0;

	(void)state;
	while (copies < 10 && (copy = hs_tx_near(arena, table, TABLE)) != table) {
		assert_memory_equal(copy, table, TABLE);
		copies++;
	}
	assert_ptr_equal(copy, table);
	assert_int_equal(copies, TX_NEAR_MOST / TABLE);
	assert_true(hs_tx_near_taken() <= TX_NEAR_MOST);
	hs_arena_free(arena);
	assert_int_equal(hs_tx_near_taken(), 0);
	munmap((void *)(uintptr_t)table, TABLE);
}

static void keeps_a_table_where_there_is_no_memory(void **state)
{
	struct hs_arena *arena = hs_arena_new(0);
	const char *table = mapped(TX_NEAR_LEAST);

	(void)state;
	assert_ptr_equal(hs_tx_near(arena, table, TX_NEAR_LEAST), table);
	assert_int_equal(hs_tx_near_taken(), 0);
	hs_arena_free(arena);
	munmap((void *)(uintptr_t)table, TX_NEAR_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(copies_tables_that_are_large),
		cmocka_unit_test(copies_no_more_than_the_limit),
		cmocka_unit_test(keeps_a_table_where_there_is_no_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
