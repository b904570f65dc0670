/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of threads that run tasks in order of arrival from one bounded queue. */
#include <core/base/task.h>

#include <core/base/heap.h>
#include <handslag/error.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

struct hs_pool {
	struct hs_mailbox mailbox; /* first: post gets the pool from it */
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct hs_task *head;
	struct hs_task **tail;
	unsigned waiting;
	unsigned depth;
	bool closing;
	unsigned threads;
	struct worker {
		struct hs_pool *pool;
		pthread_t thread;
	} workers[];
};

static bool post(struct hs_mailbox *mailbox, struct hs_task *task)
{
	struct hs_pool *pool = (struct hs_pool *)mailbox;
	bool taken = false;
	pthread_mutex_lock(&pool->lock);
	if (!pool->closing && pool->waiting < pool->depth) {
		task->next = NULL;
		*pool->tail = task;
		pool->tail = &task->next;
		pool->waiting++;
		taken = true;
		pthread_cond_signal(&pool->work);
	}
	pthread_mutex_unlock(&pool->lock);
	return taken;
}

/* Waits for a task; NULL when the pool is closing and empty. */
static struct hs_task *next_task(struct hs_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (!pool->head && !pool->closing)
		pthread_cond_wait(&pool->work, &pool->lock);
	struct hs_task *task = pool->head;
	if (task) {
		pool->head = task->next;
		if (!pool->head)
			pool->tail = &pool->head;
		pool->waiting--;
	}
	pthread_mutex_unlock(&pool->lock);
	if (task)
		task->next = NULL;
	return task;
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	for (struct hs_task *task; (task = next_task(worker->pool));)
		task->run(task);
	return NULL;
}

struct hs_pool *hs_pool_new(const char *name, unsigned threads, unsigned depth)
{
	HS_ASSERT(threads > 0 && threads <= 1024);
	struct hs_pool *pool = hs_heap_alloc(sizeof(*pool) + threads * sizeof(pool->workers[0]));
	pool->mailbox.post = post;
	pool->tail = &pool->head;
	pool->depth = depth;
	pool->threads = threads;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	for (unsigned i = 0; i < threads; i++) {
		struct worker *worker = &pool->workers[i];
		char label[16]; /* the kernel's limit */
		*worker = (struct worker) { .pool = pool };
		HS_ASSERT(pthread_create(&worker->thread, NULL, work, worker) == 0);
		snprintf(label, sizeof(label), "%.10s-%u", name, i);
		pthread_setname_np(worker->thread, label);
	}
	return pool;
}

struct hs_mailbox *hs_pool_mailbox(struct hs_pool *pool)
{
	return &pool->mailbox;
}

unsigned hs_pool_waiting(const struct hs_pool *pool)
{
	/* The lock is state of the pool that is not part of its value. */
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&pool->lock;
	pthread_mutex_lock(lock);
	unsigned waiting = pool->waiting;
	pthread_mutex_unlock(lock);
	return waiting;
}

unsigned hs_cores(unsigned least, unsigned most)
{
	cpu_set_t set;

	/* Fails only on machines with more cores than the set has room for: then `most` is right. */
	unsigned cores = sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : most;
	return cores < least ? least : cores > most ? most : cores;
}

void hs_pool_free(struct hs_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->threads; i++)
		pthread_join(pool->workers[i].thread, NULL);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	hs_heap_free(pool);
}
