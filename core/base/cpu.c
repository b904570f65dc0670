/* SPDX-License-Identifier: Apache-2.0 */
/* CPU time of a thread. */
#include <core/base/cpu.h>

#include <time.h>

uint64_t hs_cpu_thread_ns(void)
{
	struct timespec at = { 0, 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}
