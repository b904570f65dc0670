/* SPDX-License-Identifier: Apache-2.0 */
/* How long a question may be thought about where others wait: on the event loop a question begins with some
 * patience, spends it by what it looks at, and when nothing is left it ends with HS_E_BUDGET, to be asked
 * again on a worker. So a short answer never pays for a worker, and no long one holds up the loop, without
 * anybody guessing which it will be. A worker has much more of it, but not any amount: who writes a value set
 * writes its filters, and a few hostile ones would keep all workers. An answer that was found after the
 * patience was spent is not to be trusted: what was cut short says no. */
#pragma once

#include <handslag/error.h>

#include <stdbool.h>
#include <stddef.h>

/* Steps of about four nanoseconds: somewhat more than half of the millisecond that a question may take there.
 * To begin anew on a worker costs too, and holds up others where there are no more cores than loops. */
#define TX_PATIENCE ((size_t)150000)
/* On a worker: some four seconds. The largest expansions that are served take a small part of it. */
#define TX_PATIENCE_WORKER ((size_t)1000000000)

struct tx_patience {
	size_t most; /* steps; 0: any number */
	size_t spent;
};

/* False: nothing is left. `patience` NULL: any number of steps. */
static inline bool tx_spend(struct tx_patience *patience, size_t steps)
{
	if (!patience)
		return true;
	patience->spent += steps;
	return !patience->most || patience->spent <= patience->most;
}

static inline bool tx_is_spent(const struct tx_patience *patience)
{
	return patience && patience->most && patience->spent > patience->most;
}

static inline enum hs_status tx_say_spent(struct hs_error *err)
{
	return hs_fail(err, HS_E_BUDGET, "the question takes longer than the event loop may wait");
}
