/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the bound that the page caches of all stores have together. */
#include "support.h"

#include <core/store/sqlite/caches.h>
#include <pthread.h>
#include <sched.h>

#define STORES 24u
#define FULL_KIB (HS__WRITER_CACHE_KIB + HS__READER_CACHE_KIB) /* of a store that one thread reads */

static void use(struct fixture *f)
{
	struct hs_resource out;
	uint32_t type = number_of(f, HS_SPACE_TYPE, "Patient");
	put_ok(f, type, "a", "text", NULL, 0);
	assert_int_equal(get_it(f, type, "a", &out), HS_OK);
}

/* A writer that has just answered is about to give its connection back. */
static void wait_for_sum(uint64_t most, uint64_t least)
{
	for (uint64_t sum = hs__caches_sum(); sum > most || sum < least; sum = hs__caches_sum())
		sched_yield();
}

static void many_stores_share_one_bound(void **state)
{
	void *opened[STORES];
	(void)state;
	for (unsigned i = 0; i < STORES; i++) {
		assert_int_equal(fixture_setup(&opened[i]), 0);
		use(opened[i]);
		if (i == 0)
			assert_int_equal(hs__caches_sum(), FULL_KIB);
		wait_for_sum(HS__CACHES_KIB, 0);
	}
	assert_true(hs__caches_sum() > HS__CACHES_KIB / 2);
	for (unsigned i = 0; i < STORES; i++)
		use(opened[i]);
	for (unsigned i = 1; i < STORES; i++)
		fixture_teardown(&opened[i]);
	use(opened[0]);
	wait_for_sum(FULL_KIB, FULL_KIB);
	fixture_teardown(&opened[0]);
	assert_int_equal(hs__caches_sum(), 0);
}

static int rounds, stop;

static void *open_and_close(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		void *other[8];
		for (unsigned i = 0; i < 8; i++)
			fixture_setup(&other[i]);
		for (unsigned i = 0; i < 8; i++)
			fixture_teardown(&other[i]);
		__atomic_add_fetch(&rounds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Sizes change under readers and a writer that are at work. */
static void sizes_change_while_stores_are_used(void **state)
{
	pthread_t thread;
	void *mine = NULL;
	(void)state;
	assert_int_equal(fixture_setup(&mine), 0);
	assert_int_equal(pthread_create(&thread, NULL, open_and_close, NULL), 0);
	while (__atomic_load_n(&rounds, __ATOMIC_RELAXED) < 4)
		use(mine);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	use(mine);
	wait_for_sum(FULL_KIB, FULL_KIB);
	fixture_teardown(&mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_stores_share_one_bound),
		cmocka_unit_test(sizes_change_while_stores_are_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
