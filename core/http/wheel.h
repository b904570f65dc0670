/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines of many connections on one timer: a wheel of slots that is turned by a coarse tick.
 *
 * Moving a deadline later, which every request does, touches nothing but the item: it is looked at when its
 * old slot comes up and put where it then belongs. A deadline fires at most one tick late, never early. */
#pragma once

#include <core/http/loop_private.h>

enum { HS__WHEEL_SLOTS = 256 };
#define HS__NO_DEADLINE UINT64_MAX

struct hs__wheel_item {
	struct hs__link link;
	uint64_t due;  /* milliseconds of hs_loop_mono_ms; HS__NO_DEADLINE: none */
	uint64_t slot; /* the tick at which it will be looked at */
};

struct hs__wheel {
	struct hs__link slots[HS__WHEEL_SLOTS];
	uint64_t tick_ms;
	uint64_t tick; /* the last one handled */
	unsigned count;
	bool running;
	struct hs_loop *loop;
	uv_timer_t timer;
	void (*expired)(struct hs__wheel_item *item); /* may free the item and others */
};

/* The wheel must be closed before its memory goes; `expired` is called from the loop. */
void hs__wheel_open(struct hs__wheel *wheel, struct hs_loop *loop, uint64_t tick_ms,
	void (*expired)(struct hs__wheel_item *item));
void hs__wheel_close(struct hs__wheel *wheel, uv_close_cb closed);
void hs__wheel_insert(struct hs__wheel *wheel, struct hs__wheel_item *item);
void hs__wheel_remove(struct hs__wheel *wheel, struct hs__wheel_item *item);

static inline void hs__wheel_set(struct hs__wheel *wheel, struct hs__wheel_item *item, uint64_t due)
{
	item->due = due;
	if (due == HS__NO_DEADLINE)
		return;
	if (!hs__link_used(&item->link) || due / wheel->tick_ms + 1 < item->slot)
		hs__wheel_insert(wheel, item);
}
