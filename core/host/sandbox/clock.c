/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of a sandbox, so that rules about time can be tested in a second. */
#include <core/host/sandbox/sandbox.h>

int64_t hs__clock_at(const struct hs__clock *clock, int64_t wall_ms)
{
	int64_t frozen = atomic_load_explicit(&clock->frozen_ms, memory_order_relaxed);
	return frozen != INT64_MIN ? frozen :
				     wall_ms + atomic_load_explicit(&clock->offset_ms, memory_order_relaxed);
}

int64_t hs__sandbox_now(void *arg)
{
	const struct hs_sandbox *sandbox = arg;
	const struct hs_world *world = sandbox->host->world;
	return hs__clock_at(&sandbox->clock, world->wall_ms(world->ctx));
}

void hs__clock_set_offset(struct hs__clock *clock, int64_t offset_ms)
{
	atomic_store_explicit(&clock->offset_ms, offset_ms, memory_order_relaxed);
	atomic_store_explicit(&clock->frozen_ms, INT64_MIN, memory_order_relaxed);
}

void hs__clock_freeze(struct hs__clock *clock, int64_t at_ms)
{
	atomic_store_explicit(&clock->frozen_ms, at_ms, memory_order_relaxed);
}

void hs__clock_advance(struct hs__clock *clock, int64_t by_ms)
{
	int64_t frozen = atomic_load_explicit(&clock->frozen_ms, memory_order_relaxed);
	if (frozen != INT64_MIN)
		atomic_store_explicit(&clock->frozen_ms, frozen + by_ms, memory_order_relaxed);
	else
		atomic_fetch_add_explicit(&clock->offset_ms, by_ms, memory_order_relaxed);
}
