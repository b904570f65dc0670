/* SPDX-License-Identifier: Apache-2.0 */
/* Work handed from one thread to another: an intrusive task and the mailbox of whoever runs it.
 * A loop (core/http/loop.h) is a mailbox; so is a pool of worker threads. */
#pragma once

#include <handslag/slice.h>

struct hs_task {
	void (*run)(struct hs_task *task); /* called once, on the mailbox's own thread, never inside post */
	struct hs_task *next;              /* the mailbox's, while the task is in it */
};

struct hs_mailbox {
	/* Takes the task; the caller owns it again when it runs. Callable from every thread. False when a
	 * bounded mailbox is full or closing: the task is then not taken. */
	bool (*post)(struct hs_mailbox *mailbox, struct hs_task *task);
};

/* A pool of threads that run tasks in order of arrival. At most `depth` tasks wait; then post says false. */
struct hs_pool;
struct hs_pool *hs_pool_new(const char *name, unsigned threads, unsigned depth);
struct hs_mailbox *hs_pool_mailbox(struct hs_pool *pool);
unsigned hs_pool_waiting(const struct hs_pool *pool);
/* Cores that the calling thread may use (its affinity: a container or taskset may allow fewer than there
 * are), within `least`..`most`. */
unsigned hs_cores(unsigned least, unsigned most);
/* Lets waiting tasks run to their end, joins the threads, frees. */
void hs_pool_free(struct hs_pool *pool);
