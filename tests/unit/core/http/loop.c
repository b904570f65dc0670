/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: tasks from other threads, timers, hooks, signals, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/base/world.h>
#include <core/http/loop_private.h>

#include <pthread.h>
#include <signal.h>

static struct hs_loop *new_loop(void)
{
	struct hs_loop *loop;
	struct hs_error err;

	assert_int_equal(hs_loop_new(&loop, &err), HS_OK);
	return loop;
}

/* ---- the mailbox ---- */

enum { POSTERS = 3, TASKS = 2000 };

struct numbered {
	struct hs_task task;
	unsigned poster;
	unsigned number;
};

static struct {
	struct hs_loop *loop;
	struct numbered tasks[POSTERS][TASKS];
	unsigned next[POSTERS];
	unsigned done;
} box;

static void run_numbered(struct hs_task *task)
{
	struct numbered *it = (struct numbered *)(void *)task;

	assert_int_equal(it->number, box.next[it->poster]); /* in order of each poster */
	box.next[it->poster]++;
	if (++box.done == POSTERS * TASKS)
		hs_loop_stop(box.loop);
}

static void *post_all(void *arg)
{
	unsigned poster = *(unsigned *)arg;
	struct hs_mailbox *mailbox = hs_loop_mailbox(box.loop);

	for (unsigned i = 0; i < TASKS; i++) {
		box.tasks[poster][i] = (struct numbered) { { run_numbered, NULL }, poster, i };
		mailbox->post(mailbox, &box.tasks[poster][i].task);
	}
	return NULL;
}

static void tasks_of_many_threads_run_in_order(void **state)
{
	pthread_t threads[POSTERS];
	unsigned numbers[POSTERS];
	struct hs_mailbox *mailbox;

	(void)state;
	memset(&box, 0, sizeof(box));
	box.loop = new_loop();
	mailbox = hs_loop_mailbox(box.loop);
	for (unsigned i = 0; i < POSTERS; i++) {
		numbers[i] = i;
		pthread_create(&threads[i], NULL, post_all, &numbers[i]);
	}
	hs_loop_run(box.loop);
	for (unsigned i = 0; i < POSTERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(box.done, POSTERS * TASKS);
	/* a stopped loop takes nothing */
	assert_false(mailbox->post(mailbox, &box.tasks[0][0].task));
	hs_loop_free(box.loop);
}

static unsigned ran;

static void count_task(struct hs_task *task)
{
	(void)task;
	ran++;
}

static void tasks_left_at_the_end_are_run(void **state)
{
	struct hs_loop *loop = new_loop();
	struct hs_task task = { count_task, NULL };

	(void)state;
	ran = 0;
	assert_true(hs_loop_mailbox(loop)->post(hs_loop_mailbox(loop), &task));
	assert_int_equal(ran, 0); /* never inside post */
	hs_loop_free(loop);
	assert_int_equal(ran, 1);
}

/* ---- timers ---- */

static struct {
	struct hs_loop *loop;
	struct hs_timer *timer;
	unsigned ticks;
	uint64_t at;
} clock_test;

static void on_end(void *arg)
{
	hs_loop_stop(arg);
}

/* A fourth tick would be due long before the end. */
static void on_tick(void *arg)
{
	(void)arg;
	clock_test.at = hs_loop_mono_ms(clock_test.loop);
	if (++clock_test.ticks != 3)
		return;
	hs_timer_stop(clock_test.timer);                                 /* allowed inside fn */
	hs_timer_start(clock_test.loop, 30, 0, on_end, clock_test.loop); /* the loop frees it */
}

static void timers_fire_and_repeat(void **state)
{
	struct hs_loop *loop = new_loop();
	uint64_t start = hs_loop_mono_ms(loop);

	(void)state;
	memset(&clock_test, 0, sizeof(clock_test));
	clock_test.loop = loop;
	clock_test.timer = hs_timer_start(loop, 2, 3, on_tick, NULL);
	hs_loop_run(loop);
	assert_int_equal(clock_test.ticks, 3);
	assert_true(clock_test.at >= start + 8);
	hs_timer_stop(NULL);
	hs_loop_free(loop);
}

static void count(void *arg)
{
	++*(unsigned *)arg;
}

/* What a caller waits for may happen before the turn waits; nothing would wake it then. */
static void a_turn_that_did_something_does_not_wait(void **state)
{
	struct hs_loop *loop = new_loop();
	unsigned due = 0, late = 0;
	struct hs_timer *first = hs_timer_start(loop, 0, 0, count, &due);
	struct hs_timer *guard = hs_timer_start(loop, 5000, 0, count, &late);

	(void)state;
	while (!due)
		hs_loop_turn(loop, true);
	assert_int_equal(late, 0);
	hs_timer_stop(first);
	hs_timer_stop(guard);
	/* A turn with nothing to do waits for the first thing that happens. */
	due = 0;
	first = hs_timer_start(loop, 20, 0, count, &due);
	hs_loop_turn(loop, true);
	hs_loop_turn(loop, true);
	assert_int_equal(due, 1);
	hs_timer_stop(first);
	hs_loop_free(loop);
}

/* ---- output of a turn ---- */

struct written {
	struct hs__flush flush;
	unsigned times;
};

static void write_out(struct hs__flush *flush)
{
	((struct written *)(void *)flush)->times++;
}

static void work(struct hs_loop *loop, struct written *output)
{
	hs__loop_work_begins(loop);
	hs__loop_flush(loop, &output->flush);
	hs__loop_work_ends(loop);
}

static void output_of_short_work_waits_for_the_end_of_the_turn(void **state)
{
	struct hs_loop *loop = new_loop();
	struct written a = { .flush.run = write_out }, b = { .flush.run = write_out };

	(void)state;
	loop->gather_ns = UINT64_MAX;
	work(loop, &a);
	work(loop, &b);
	work(loop, &b);
	assert_int_equal(a.times + b.times, 0);
	hs_loop_turn(loop, false);
	assert_int_equal(a.times, 1);
	assert_int_equal(b.times, 1);
	hs_loop_free(loop);
}

static void output_does_not_wait_for_more_work_than_that(void **state)
{
	const struct hs_world *world = hs_world_real();
	struct hs_loop *loop = new_loop();
	struct written a = { .flush.run = write_out }, b = { .flush.run = write_out };
	uint64_t from = world->mono_ns(world->ctx);

	(void)state;
	assert_in_range(loop->gather_ns, 1, 1000000);
	hs__loop_work_begins(loop);
	hs__loop_flush(loop, &a.flush);
	while (world->mono_ns(world->ctx) - from < 2 * loop->gather_ns)
		;
	hs__loop_work_ends(loop);
	assert_int_equal(a.times, 1);
	/* The time begins anew with what comes after. */
	loop->gather_ns = UINT64_MAX;
	work(loop, &b);
	assert_int_equal(b.times, 0);
	hs_loop_turn(loop, false);
	assert_int_equal(b.times, 1);
	hs_loop_free(loop);
}

/* ---- hooks, clocks, signals ---- */

static struct hs_loop *hooked;
static unsigned hook_calls;

static void on_hook(void *arg)
{
	assert_ptr_equal(arg, &hook_calls);
	if (++hook_calls == 5)
		hs_loop_stop(hooked);
}

static void nothing(void *arg)
{
	(void)arg;
}

static void hooks_run_once_a_turn(void **state)
{
	(void)state;
	hooked = new_loop();
	hook_calls = 0;
	hs_loop_before_wait(hooked, on_hook, &hook_calls);
	hs_timer_start(hooked, 1, 1, nothing, NULL);
	hs_loop_run(hooked);
	assert_in_range(hook_calls, 5, 7);
	hs_loop_free(hooked);
}

static void the_wall_clock_is_that_of_the_world(void **state)
{
	const struct hs_world *world = hs_world_real();
	struct hs_loop *loop = new_loop();
	int64_t before = world->wall_ms(world->ctx);

	(void)state;
	assert_in_range(hs_loop_now_ms(loop), before, before + 1000);
	hs_loop_free(loop);
}

static int got_signal;

static void on_signal(int signum, void *arg)
{
	got_signal = signum;
	hs_loop_stop(arg);
}

static void raise_it(void *arg)
{
	(void)arg;
	raise(SIGUSR1);
}

static void signals_come_on_the_loop(void **state)
{
	struct hs_loop *loop = new_loop();
	struct hs_error err;

	(void)state;
	assert_int_equal(hs_loop_signal(loop, SIGUSR1, on_signal, loop, &err), HS_OK);
	assert_int_equal(hs_loop_signal(loop, SIGKILL, on_signal, loop, &err), HS_E_INTERNAL);
	hs_timer_start(loop, 1, 0, raise_it, NULL);
	hs_loop_run(loop);
	assert_int_equal(got_signal, SIGUSR1);
	hs_loop_free(loop);
	hs_loop_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_of_many_threads_run_in_order),
		cmocka_unit_test(tasks_left_at_the_end_are_run),
		cmocka_unit_test(timers_fire_and_repeat),
		cmocka_unit_test(a_turn_that_did_something_does_not_wait),
		cmocka_unit_test(output_of_short_work_waits_for_the_end_of_the_turn),
		cmocka_unit_test(output_does_not_wait_for_more_work_than_that),
		cmocka_unit_test(hooks_run_once_a_turn),
		cmocka_unit_test(the_wall_clock_is_that_of_the_world),
		cmocka_unit_test(signals_come_on_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
