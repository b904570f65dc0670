/* SPDX-License-Identifier: Apache-2.0 */
/* How much memory this process holds, for metrics and measurements. Any thread; reads /proc, so not for hot
 * paths. */
#pragma once

#include <stdint.h>

/* Bytes that are resident now, and the most that ever were since the program began; 0 where /proc does not
 * tell. getrusage() does not serve for the peak: a program inherits there what its parent held when it was
 * started. */
uint64_t hs_memory_resident(void);
uint64_t hs_memory_peak(void);
