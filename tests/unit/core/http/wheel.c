/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines never fire early, never more than a tick late, and may move either way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/http/wheel.h>
#include <handslag/error.h>

enum { TICK = 5 };

static struct hs_loop *loop;
static struct hs__wheel wheel;
static unsigned fired;

static void on_expired(struct hs__wheel_item *item)
{
	uint64_t now = hs_loop_mono_ms(loop);

	assert_true(item->due <= now);
	assert_false(hs__link_used(&item->link));
	item->due = 0;
	fired++;
}

static int set_up(void **state)
{
	struct hs_error err;

	(void)state;
	fired = 0;
	assert_int_equal(hs_loop_new(&loop, &err), HS_OK);
	hs__wheel_open(&wheel, loop, TICK, on_expired);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hs__wheel_close(&wheel, NULL);
	hs_loop_free(loop);
	return 0;
}

static void deadlines_fire_in_time(void **state)
{
	struct hs__wheel_item items[20] = { 0 };
	uint64_t start = hs_loop_mono_ms(loop);

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		hs__wheel_set(&wheel, &items[i], start + (uint64_t)i * 3);
	while (fired < 20)
		hs_loop_turn(loop, true);
	assert_true(hs_loop_mono_ms(loop) >= start + 57);
	assert_int_equal(wheel.count, 0);
}

static void deadlines_move(void **state)
{
	struct hs__wheel_item sooner = { 0 }, later = { 0 }, never = { 0 };
	uint64_t start = hs_loop_mono_ms(loop);

	(void)state;
	hs__wheel_set(&wheel, &sooner, start + 100000);
	hs__wheel_set(&wheel, &sooner, start + 10);
	hs__wheel_set(&wheel, &later, start + 5);
	hs__wheel_set(&wheel, &later, start + 40);
	hs__wheel_set(&wheel, &never, start + 5);
	hs__wheel_set(&wheel, &never, HS__NO_DEADLINE);
	while (fired < 1)
		hs_loop_turn(loop, true);
	assert_int_equal(sooner.due, 0);
	while (fired < 2)
		hs_loop_turn(loop, true);
	assert_int_equal(later.due, 0);
	assert_true(hs_loop_mono_ms(loop) >= start + 40);
	assert_false(hs__link_used(&never.link));
	assert_false(wheel.running); /* nothing to wait for: no ticks */
}

static void far_deadlines_are_looked_at_on_the_way(void **state)
{
	struct hs__wheel_item far = { 0 };
	uint64_t start = hs_loop_mono_ms(loop);

	(void)state;
	/* More than a turn of the wheel away. */
	hs__wheel_set(&wheel, &far, start + (uint64_t)TICK * (HS__WHEEL_SLOTS + 10));
	assert_int_equal(far.slot, wheel.tick + HS__WHEEL_SLOTS - 1);
	hs__wheel_remove(&wheel, &far);
	assert_int_equal(wheel.count, 0);
	hs__wheel_remove(&wheel, &far);
	assert_int_equal(wheel.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(deadlines_fire_in_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(deadlines_move, set_up, tear_down),
		cmocka_unit_test_setup_teardown(far_deadlines_are_looked_at_on_the_way, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
