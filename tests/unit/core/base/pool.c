/* SPDX-License-Identifier: Apache-2.0 */
/* The pool of threads: order, the bound, the end. */
#include <core/base/task.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct job {
	struct hs_task task;
	unsigned number;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned order[100];
static unsigned ran;
static pthread_t poster;

static void record(struct hs_task *task)
{
	struct job *job = (struct job *)task;
	pthread_mutex_lock(&lock);
	order[ran++] = job->number;
	pthread_mutex_unlock(&lock);
	assert_false(pthread_equal(poster, pthread_self()));
}

static void runs_in_order_of_arrival(void **state)
{
	(void)state;
	struct job jobs[100] = { 0 };
	struct hs_pool *pool = hs_pool_new("a-rather-long-name", 1, 100);
	poster = pthread_self();
	ran = 0;
	for (unsigned i = 0; i < 100; i++) {
		jobs[i].task.run = record;
		jobs[i].number = i;
		assert_true(hs_pool_mailbox(pool)->post(hs_pool_mailbox(pool), &jobs[i].task));
	}
	hs_pool_free(pool); /* what waits runs to its end */
	assert_int_equal(ran, 100);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(order[i], i);
}

static pthread_barrier_t gate;

static void wait_at_gate(struct hs_task *task)
{
	(void)task;
	pthread_barrier_wait(&gate); /* both threads are here, so none takes another task */
	pthread_barrier_wait(&gate);
}

static void refuses_beyond_its_depth(void **state)
{
	(void)state;
	struct hs_task busy[2] = { { .run = wait_at_gate }, { .run = wait_at_gate } };
	struct job waiting[4] = { 0 };
	struct hs_pool *pool = hs_pool_new("pool", 2, 3);
	struct hs_mailbox *mailbox = hs_pool_mailbox(pool);
	poster = pthread_self();
	pthread_barrier_init(&gate, NULL, 3);
	ran = 0;
	for (int i = 0; i < 2; i++)
		assert_true(mailbox->post(mailbox, &busy[i]));
	pthread_barrier_wait(&gate);
	for (unsigned i = 0; i < 4; i++) {
		waiting[i].task.run = record;
		assert_int_equal(mailbox->post(mailbox, &waiting[i].task), i < 3);
	}
	assert_int_equal(hs_pool_waiting(pool), 3);
	assert_int_equal(ran, 0); /* never inside post */
	pthread_barrier_wait(&gate);
	hs_pool_free(pool);
	assert_int_equal(ran, 3);
	pthread_barrier_destroy(&gate);
	hs_pool_free(NULL);
}

static void counts_the_cores_that_it_may_use(void **state)
{
	(void)state;
	cpu_set_t all, one;
	size_t first = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(hs_cores(1, 1024), CPU_COUNT(&all));
	while (!CPU_ISSET(first, &all))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	unsigned alone = hs_cores(1, 8), least = hs_cores(2, 8);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(alone, 1);
	assert_int_equal(least, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_in_order_of_arrival),
		cmocka_unit_test(refuses_beyond_its_depth),
		cmocka_unit_test(counts_the_cores_that_it_may_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
