/* SPDX-License-Identifier: Apache-2.0 */
/* The hash map against a plain array of flags. */
#include <core/base/map.h>

#include <core/base/fault.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KEYS 5000u

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void agrees_with_a_plain_array(void **state)
{
	(void)state;
	for (int on_heap = 0; on_heap < 2; on_heap++) {
		struct hs_arena *arena = hs_arena_new(64 << 20);
		static struct hs_slice keys[KEYS];
		static uint64_t values[KEYS]; /* 0: absent */
		struct hs_map map;
		uint32_t seed = 42;
		size_t count = 0;
		memset(values, 0, sizeof(values));
		for (unsigned i = 0; i < KEYS; i++)
			keys[i] = hs_arena_printf(arena, "key-%u", i);
		hs_map_init(&map, on_heap ? NULL : arena);
		map.seed = on_heap ? hs_hash_secret() : 0;
		for (unsigned step = 1; step < 40000; step++) {
			unsigned i = next_random(&seed) % KEYS;
			if (next_random(&seed) % 3) {
				bool fresh;
				struct hs_map_slot *slot = hs_map_put(&map, keys[i], &fresh);
				assert_int_equal(fresh, values[i] == 0);
				assert_int_equal(slot->value.number, values[i]);
				slot->value.number = values[i] = step;
				count += fresh;
			} else {
				assert_int_equal(hs_map_remove(&map, keys[i]), values[i] != 0);
				count -= values[i] != 0;
				values[i] = 0;
			}
			assert_int_equal(map.count, count);
		}
		for (unsigned i = 0; i < KEYS; i++) {
			struct hs_map_slot *slot = hs_map_get(&map, keys[i]);
			assert_int_equal(slot ? slot->value.number : 0, values[i]);
		}
		size_t walked = 0;
		HS_MAP_EACH(slot, &map)
			walked++;
		assert_int_equal(walked, count);
		hs_map_free(&map);
		assert_null(hs_map_get(&map, keys[0]));
		hs_arena_free(arena);
	}
}

static void says_when_memory_is_capped(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1000);
	struct hs_map map;
	char keys[100];
	size_t put = 0;
	hs_map_init(&map, arena);
	for (size_t i = 0; i < sizeof(keys); i++) {
		keys[i] = (char)i;
		put += hs_map_put(&map, hs_slice(&keys[i], 1), NULL) != NULL;
	}
	assert_true(put < sizeof(keys));
	assert_int_equal(map.count, put);
	for (size_t i = 0; i < put; i++)
		assert_non_null(hs_map_get(&map, hs_slice(&keys[i], 1)));
	hs_arena_free(arena);
}

static void hashes(void **state)
{
	(void)state;
	assert_true(hs_hash(HS_S("a")) != hs_hash(HS_S("b")));
	assert_true(hs_hash(HS_S("a")) == hs_hash_seeded(HS_S("a"), 0));
	assert_true(hs_hash_seeded(HS_S("a"), 1) != hs_hash_seeded(HS_S("a"), 2));
	assert_true(hs_hash_secret() == hs_hash_secret());
	/* Written into images: it may never change. */
	assert_true(hs_hash(HS_S("")) == UINT64_C(0x2d06800538d394c2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_plain_array),
		cmocka_unit_test(says_when_memory_is_capped),
		cmocka_unit_test(hashes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
