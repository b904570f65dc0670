/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of what clients leave with a sandbox: few of each kind, and the one that was not used for the longest
 * time gives way to a new one. Thread: under whatever guards the list. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Its first member is where a row of such a list begins. */
struct tx_left {
	struct tx_left *next;
	int64_t used_ms; /* by the sandbox's clock */
};

/* Where the one hangs that has to go before another comes; NULL: there are fewer than `most`. */
static inline struct tx_left **hs_tx_oldest(struct tx_left **list, size_t most)
{
	struct tx_left **oldest = list;
	size_t count = 0;

	for (struct tx_left **at = list; *at; at = &(*at)->next) {
		count++;
		if ((*at)->used_ms < (*oldest)->used_ms)
			oldest = at;
	}
	return count < most ? NULL : oldest;
}
