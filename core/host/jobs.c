/* SPDX-License-Identifier: Apache-2.0 */
/* Periodic work of services: a writing transaction in each open sandbox, one at a time for each job. */
#include <core/base/heap.h>
#include <core/base/log.h>
#include <core/host/sandbox/sandbox.h>

#define JOB_ARENA ((size_t)64 << 20)

struct hs__job {
	struct hs_host *host;
	struct hs__service *service;
	const struct hs_job *row;
	struct hs_timer *timer;
	struct hs__job *next;
	struct hs_sandbox *at; /* whose turn it is, used; NULL: not running */
	struct hs_arena *arena;
	struct hs_store_op op;
};

/* `sandbox` is used; NULL: all have had their turn. */
static void run_in(struct hs__job *job, struct hs_sandbox *sandbox);

static void done(struct hs_store_op *op)
{
	struct hs__job *job = HS__OWNER(op, struct hs__job, op);
	struct hs_sandbox *sandbox = job->at;

	if (op->status)
		hs_log_text(HS_LOG_WARN, "job", "%s.%s in sandbox %s: %s", job->service->plug->name,
			job->row->name, sandbox->name, op->error.text);
	run_in(job, hs__sandbox_use_next(job->host, sandbox->name));
	hs__sandbox_end_use(sandbox);
}

static void run_in(struct hs__job *job, struct hs_sandbox *sandbox)
{
	if (sandbox && atomic_load(&job->host->stopping)) {
		hs__sandbox_end_use(sandbox);
		sandbox = NULL;
	}
	job->at = sandbox;
	if (!sandbox) {
		hs__stop_when_idle(job->host);
		return;
	}
	hs_arena_reset(job->arena);
	memset(&job->op, 0, sizeof(job->op));
	job->op.work = job->row->work;
	job->op.arg = job->service->state;
	job->op.arena = job->arena;
	job->op.reply_to = hs_loop_mailbox(job->host->loops[0].loop);
	job->op.done = done;
	hs_store_write(sandbox->store, &job->op);
}

static void fire(void *arg)
{
	struct hs__job *job = arg;
	if (!job->at)
		run_in(job, hs__sandbox_use_next(job->host, NULL));
}

void hs__jobs_start(struct hs_host *host)
{
	for (unsigned i = 0; i < host->service_count; i++)
		for (const struct hs_job *row = host->services[i]->plug->jobs; row && row->name; row++) {
			struct hs__job *job = hs_heap_alloc(sizeof(*job));
			job->host = host;
			job->service = host->services[i];
			job->row = row;
			job->arena = hs_arena_new(JOB_ARENA);
			job->timer = hs_timer_start(host->loops[0].loop, row->period_ms, row->period_ms, fire,
				job);
			job->next = host->jobs;
			host->jobs = job;
		}
}

void hs__jobs_stop(struct hs_host *host)
{
	for (struct hs__job *job = host->jobs; job; job = job->next) {
		hs_timer_stop(job->timer);
		job->timer = NULL;
	}
}

bool hs__jobs_idle(const struct hs_host *host)
{
	for (const struct hs__job *job = host->jobs; job; job = job->next)
		if (job->at || job->timer)
			return false;
	return atomic_load(&host->exports_moving) == 0;
}

void hs__jobs_free(struct hs_host *host)
{
	while (host->jobs) {
		struct hs__job *job = host->jobs;
		host->jobs = job->next;
		hs_arena_free(job->arena);
		hs_heap_free(job);
	}
}
