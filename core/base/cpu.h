/* SPDX-License-Identifier: Apache-2.0 */
/* How much CPU time was spent, for metrics and measurements. Nothing may be decided by it, so tests need not
 * replace it. */
#pragma once

#include <stdint.h>

/* Nanoseconds that the calling thread has run since it began, the running slice included (getrusage() leaves
 * out what the kernel has not booked yet: some milliseconds). */
uint64_t hs_cpu_thread_ns(void);
