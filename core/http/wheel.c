/* SPDX-License-Identifier: Apache-2.0 */
/* The wheel of deadlines. */
#include <core/http/wheel.h>

void hs__wheel_remove(struct hs__wheel *wheel, struct hs__wheel_item *item)
{
	if (!hs__link_used(&item->link))
		return;
	hs__link_remove(&item->link);
	wheel->count--;
}

static void turn(struct hs__wheel *wheel, uint64_t tick)
{
	struct hs__link due;

	hs__list_take(&due, &wheel->slots[tick % HS__WHEEL_SLOTS]);
	while (!hs__list_empty(&due)) {
		struct hs__wheel_item *item = HS__HOLDER(due.next, struct hs__wheel_item, link);

		hs__wheel_remove(wheel, item);
		if (item->due == HS__NO_DEADLINE)
			continue;
		if (item->due <= hs_loop_mono_ms(wheel->loop))
			wheel->expired(item);
		else
			hs__wheel_insert(wheel, item);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct hs__wheel *wheel = timer->data;
	uint64_t now = hs_loop_mono_ms(wheel->loop) / wheel->tick_ms;
	uint64_t from = wheel->tick + 1;

	hs__loop_ran(wheel->loop);
	/* After a long stall each slot is still turned once only. */
	if (now > from + HS__WHEEL_SLOTS)
		from = now - HS__WHEEL_SLOTS;
	wheel->tick = now;
	for (uint64_t tick = from; tick <= now; tick++)
		turn(wheel, tick);
	if (wheel->count == 0) {
		uv_timer_stop(timer);
		wheel->running = false;
	}
}

void hs__wheel_insert(struct hs__wheel *wheel, struct hs__wheel_item *item)
{
	uint64_t now = hs_loop_mono_ms(wheel->loop) / wheel->tick_ms;

	hs__wheel_remove(wheel, item);
	if (!wheel->running) {
		wheel->running = true;
		wheel->tick = now;
		uv_timer_start(&wheel->timer, on_tick, wheel->tick_ms, wheel->tick_ms);
	}
	/* The first tick that is surely not before the deadline; far ones are looked at on the way. */
	item->slot = item->due / wheel->tick_ms + 1;
	if (item->slot <= wheel->tick)
		item->slot = wheel->tick + 1;
	if (item->slot >= wheel->tick + HS__WHEEL_SLOTS)
		item->slot = wheel->tick + HS__WHEEL_SLOTS - 1;
	hs__list_append(&wheel->slots[item->slot % HS__WHEEL_SLOTS], &item->link);
	wheel->count++;
}

void hs__wheel_open(struct hs__wheel *wheel, struct hs_loop *loop, uint64_t tick_ms,
	void (*expired)(struct hs__wheel_item *item))
{
	memset(wheel, 0, sizeof(*wheel));
	for (unsigned i = 0; i < HS__WHEEL_SLOTS; i++)
		hs__list_init(&wheel->slots[i]);
	wheel->tick_ms = tick_ms;
	wheel->loop = loop;
	wheel->expired = expired;
	uv_timer_init(&loop->uv, &wheel->timer);
	wheel->timer.data = wheel;
}

void hs__wheel_close(struct hs__wheel *wheel, uv_close_cb closed)
{
	uv_close((uv_handle_t *)&wheel->timer, closed);
}
