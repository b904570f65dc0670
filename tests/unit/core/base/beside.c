/* SPDX-License-Identifier: Apache-2.0 */
/* Work beside its giver: on a thread of its own, or on the giver's where there is one core. */
#include <core/base/task.h>
#include <handslag/beside.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

struct sum {
	uint64_t first, last, total;
	pthread_t by;
};

static void add_up(void *arg)
{
	struct sum *sum = arg;

	for (uint64_t i = sum->first; i <= sum->last; i++)
		sum->total += i;
	sum->by = pthread_self();
}

static void runs_on_a_thread_of_its_own(void **state)
{
	(void)state;
	struct sum beside = { 1, 100000, 0, pthread_self() }, here = { 100001, 200000, 0, pthread_self() };

	if (hs_cores(1, 2) < 2)
		skip();
	struct hs_beside *work = hs_beside_begin(add_up, &beside);
	add_up(&here);
	hs_beside_end(work);
	assert_int_equal(beside.total + here.total, 20000100000);
	assert_false(pthread_equal(beside.by, pthread_self()));
}

/* Nothing runs inside the call that begins it. */
static void one_core_runs_it_at_the_end(void **state)
{
	(void)state;
	cpu_set_t all, one;
	size_t core = 0;
	struct sum sum = { 1, 10, 0, 0 };

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(core, &all))
		core++;
	CPU_ZERO(&one);
	CPU_SET(core, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	struct hs_beside *work = hs_beside_begin(add_up, &sum);
	assert_int_equal(sum.total, 0);
	hs_beside_end(work);
	assert_int_equal(sum.total, 55);
	assert_true(pthread_equal(sum.by, pthread_self()));
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	hs_beside_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_on_a_thread_of_its_own),
		cmocka_unit_test(one_core_runs_it_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
