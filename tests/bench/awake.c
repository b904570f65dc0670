/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps a core from halting while loads are measured: awake CORE. It spins at the lowest of all priorities
 * until it or its parent ends, so that whatever else wants the core has it at once.
 *
 * Why: on a virtual machine a core that halts is given back by its host, who returns it milliseconds late
 * when others want it. A closed loop of requests halts a core thousands of times a second; what is measured
 * then is the host. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause(); /* leaves the pipeline to the other thread of the core */
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

int main(int argc, char **argv)
{
	const struct sched_param lowest = { .sched_priority = 0 };
	cpu_set_t cores;
	char *end = NULL;
	unsigned long core = argc == 2 ? strtoul(argv[1], &end, 10) : CPU_SETSIZE;

	if (core >= CPU_SETSIZE || end == argv[1] || *end) {
		fputs("usage: awake CORE\n", stderr);
		return 2;
	}
	CPU_ZERO(&cores);
	CPU_SET(core, &cores);
	if (sched_setaffinity(0, sizeof(cores), &cores))
		return fail("sched_setaffinity");
	if (sched_setscheduler(0, SCHED_IDLE, &lowest))
		return fail("sched_setscheduler");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return fail("prctl");
	for (;;)
		relax();
}
