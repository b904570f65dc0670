/* SPDX-License-Identifier: Apache-2.0 */
/* A flag that one thread sets and others look at now and then: nobody waits any more. It orders nothing else.
 */
#pragma once

#include <stdbool.h>

/* NULL: there is no such flag, so it is never set. */
static inline bool hs_flag_is_set(const bool *flag)
{
	return flag && __atomic_load_n(flag, __ATOMIC_RELAXED);
}
