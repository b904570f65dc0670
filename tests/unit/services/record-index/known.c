/* SPDX-License-Identifier: Apache-2.0 */
/* What a load holds in memory: sets of hashes, and the subjects and custodians that came before. */
#include <services/record-index/load/load.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_set_has_what_was_added(void **state)
{
	struct hs_ledger_set set = { .room = NULL };

	(void)state;
	assert_false(hs_ledger_set_has(&set, 7));
	for (uint64_t i = 0; i < 200000; i++)
		assert_true(hs_ledger_set_add(&set, i * 0x9e3779b97f4a7c15));
	assert_int_equal(set.count, 200000);
	for (uint64_t i = 0; i < 200000; i++) {
		assert_true(hs_ledger_set_has(&set, i * 0x9e3779b97f4a7c15));
		assert_false(hs_ledger_set_has(&set, i * 0x9e3779b97f4a7c15 + 3));
	}
	assert_true(hs_ledger_set_add(&set, 0x9e3779b97f4a7c15));
	assert_int_equal(set.count, 200000);
	hs_ledger_set_drop(&set);
	assert_false(hs_ledger_set_has(&set, 0x9e3779b97f4a7c15));
}

static struct hs_slice name(struct hs_arena *arena, unsigned n)
{
	return hs_arena_printf(arena, "{\"reference\":\"Patient/%u\"}", n);
}

static void texts_are_known_once(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 24);
	struct hs_ledger_known_list list = { .count = 0 };
	struct hs_ledger_known *first = NULL;

	(void)state;
	hs_ledger_known_open(&list);
	for (unsigned n = 0; n < 10000; n++) {
		assert_null(hs_ledger_known_get(&list, HS_LEDGER_OF_SUBJECT, name(arena, n)));
		struct hs_ledger_known *known = hs_ledger_known_add(&list, arena, HS_LEDGER_OF_SUBJECT,
			name(arena, n));
		assert_non_null(known);
		assert_ptr_equal(hs_ledger_known_get(&list, HS_LEDGER_OF_SUBJECT, name(arena, n)), known);
		first = n ? first : known;
	}
	/* A custodian with the same text is another one; and what was given stays where it is. */
	assert_null(hs_ledger_known_get(&list, HS_LEDGER_OF_CUSTODIAN, name(arena, 0)));
	assert_ptr_equal(hs_ledger_known_get(&list, HS_LEDGER_OF_SUBJECT, name(arena, 0)), first);
	assert_int_equal(list.count, 10000);
	assert_false(hs_ledger_known_full(&list));
	hs_ledger_known_close(&list);
	hs_arena_free(arena);
}

static void without_room_they_are_not_kept(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_ledger_known_list list = { .texts = hs_arena_new(8192) };
	unsigned n = 0;

	(void)state;
	while (!hs_ledger_known_full(&list) && n < 1000)
		assert_non_null(hs_ledger_known_add(&list, arena, HS_LEDGER_OF_SUBJECT, name(arena, n++)));
	assert_in_range(n, 10, 999);
	assert_int_equal(list.count, n - 1);
	assert_null(hs_ledger_known_get(&list, HS_LEDGER_OF_SUBJECT, name(arena, n - 1)));
	assert_non_null(hs_ledger_known_get(&list, HS_LEDGER_OF_SUBJECT, name(arena, 0)));
	hs_ledger_known_close(&list);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_has_what_was_added),
		cmocka_unit_test(texts_are_known_once),
		cmocka_unit_test(without_room_they_are_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
