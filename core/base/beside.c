/* SPDX-License-Identifier: Apache-2.0 */
/* Work beside the thread that gives it: a thread of its own where there is a core for one. */
#include <handslag/beside.h>

#include <core/base/heap.h>
#include <core/base/task.h>

#include <pthread.h>
#include <stdbool.h>

struct hs_beside {
	void (*work)(void *arg);
	void *arg;
	pthread_t thread;
	bool threaded;
};

static void *run(void *arg)
{
	struct hs_beside *beside = arg;

	beside->work(beside->arg);
	return NULL;
}

struct hs_beside *hs_beside_begin(void (*work)(void *arg), void *arg)
{
	struct hs_beside *beside = hs_heap_alloc(sizeof(*beside));

	beside->work = work;
	beside->arg = arg;
	beside->threaded = hs_cores(1, 2) > 1 && pthread_create(&beside->thread, NULL, run, beside) == 0;
	if (beside->threaded)
		pthread_setname_np(beside->thread, "beside");
	return beside;
}

void hs_beside_end(struct hs_beside *beside)
{
	if (!beside)
		return;
	if (beside->threaded)
		pthread_join(beside->thread, NULL);
	else
		beside->work(beside->arg);
	hs_heap_free(beside);
}
