/* SPDX-License-Identifier: Apache-2.0 */
/* Work of a request: transactions and computations, where they run, and what ends them early. */
#include <core/host/endpoints.h>
#include <core/host/sandbox/sandbox.h>

enum hs_verdict hs__work_ask(struct hs_request *req, enum hs__work work, void *arg, hs_after_fn *after)
{
	HS_ASSERT(req->stage == HS__ASKED && req->work == HS__NO_WORK);
	HS_ASSERT(after);
	req->work = work;
	req->work_arg = arg;
	req->after = after;
	return HS_VERDICT_LATER;
}

static enum hs_verdict ask(struct hs_request *req, enum hs__work work, hs_work_fn *fn, void *arg,
	hs_after_fn *after)
{
	HS_ASSERT(fn);
	req->work_fn = fn;
	return hs__work_ask(req, work, arg, after);
}

enum hs_verdict hs_read(struct hs_request *req, hs_work_fn *work, void *arg, hs_after_fn *after)
{
	return ask(req, HS__WORK_READ, work, arg, after);
}

enum hs_verdict hs_read_slow(struct hs_request *req, hs_work_fn *work, void *arg, hs_after_fn *after)
{
	return ask(req, HS__WORK_READ_SLOW, work, arg, after);
}

enum hs_verdict hs_write(struct hs_request *req, hs_work_fn *work, void *arg, hs_after_fn *after)
{
	return ask(req, HS__WORK_WRITE, work, arg, after);
}

enum hs_verdict hs_compute(struct hs_request *req, hs_work_fn *compute, void *arg, hs_after_fn *after)
{
	return ask(req, HS__WORK_COMPUTE, compute, arg, after);
}

enum hs_verdict hs_await_commit(struct hs_request *req, uint64_t seq, void *arg, hs_after_fn *after)
{
	req->await_seq = seq;
	return hs__work_ask(req, HS__WORK_AWAIT, arg, after);
}

enum hs_verdict hs__control(struct hs_request *req, hs_work_fn *work, void *arg, hs_after_fn *after)
{
	return ask(req, HS__WORK_CONTROL, work, arg, after);
}

/* ---- requests that wait, for their deadlines; only their loop touches the list ---- */

void hs__work_wait(struct hs_request *req)
{
	struct hs__loop *loop = req->loop;

	req->stage = HS__WORKING;
	if (!req->deadline_ms)
		req->deadline_ms = hs_loop_mono_ms(loop->loop) +
			(uint64_t)req->host->config->request_seconds * 1000;
	req->later_next = loop->later;
	req->later_link = &loop->later;
	if (loop->later)
		loop->later->later_link = &req->later_next;
	loop->later = req;
}

void hs__work_wait_end(struct hs_request *req)
{
	*req->later_link = req->later_next;
	if (req->later_next)
		req->later_next->later_link = req->later_link;
	req->later_next = NULL;
	req->later_link = NULL;
	req->stage = HS__ASKED;
}

void hs__work_sweep(struct hs__loop *loop)
{
	uint64_t now = hs_loop_mono_ms(loop->loop);

	for (struct hs_request *req = loop->later; req; req = req->later_next)
		if (now > req->deadline_ms)
			__atomic_store_n(&req->cancelled, true, __ATOMIC_RELAXED);
}

enum hs_verdict hs__work_after(struct hs_request *req)
{
	hs_after_fn *after = req->after;
	struct hs_error *err = &req->op.error;
	enum hs_status status = req->op.status;

	if (status == HS_E_CANCELLED && req->deadline_ms &&
		hs_loop_mono_ms(req->loop->loop) > req->deadline_ms)
		status = hs_fail(err, HS_E_TIMEOUT, "the request took longer than %lld s and was given up",
			(long long)req->host->config->request_seconds);
	else if (status && !err->status)
		hs_fail(err, status, "%s", hs_status_text(status));
	req->work = HS__NO_WORK;
	return after(req, req->work_arg, status, err);
}

void hs__work_finished(struct hs_request *req)
{
	hs__work_wait_end(req);
	hs__request_carry_on(req, hs__work_after(req));
}

static void store_done(struct hs_store_op *op)
{
	hs__work_finished(HS__OWNER(op, struct hs_request, op));
}

/* ---- computations: to the pool and back ---- */

static struct hs_request *of_task(struct hs_task *task)
{
	return HS__OWNER(task, struct hs_request, task);
}

static void compute_done(struct hs_task *task)
{
	hs__work_finished(of_task(task));
}

static void compute_run(struct hs_task *task)
{
	struct hs_request *req = of_task(task);
	struct hs_mailbox *home = hs_loop_mailbox(req->loop->loop);

	if (__atomic_load_n(&req->cancelled, __ATOMIC_RELAXED))
		req->op.status = hs_fail(&req->op.error, HS_E_CANCELLED, "the client has gone");
	else
		req->op.status = req->work_fn(NULL, req->arena, req->work_arg, &req->op.error);
	task->run = compute_done;
	HS_ASSERT(home->post(home, task)); /* a loop takes tasks until its requests have ended */
}

static bool post_compute(struct hs_request *req, struct hs_pool *pool)
{
	struct hs_mailbox *workers = hs_pool_mailbox(pool);

	hs__work_wait(req);
	req->task.run = compute_run;
	if (workers->post(workers, &req->task))
		return false;
	hs__work_wait_end(req);
	req->op.status = hs_fail(&req->op.error, HS_E_BUSY,
		"too much work is waiting; try again in a second");
	return true;
}

/* ---- waiting for a commit ---- */

#define AWAIT_LOOK_MS 5

static bool await_over(struct hs_request *req)
{
	uint64_t now = hs_loop_mono_ms(req->loop->loop), have = hs_store_seq(req->sandbox->store);

	if (have >= req->await_seq)
		req->op.status = HS_OK;
	else if (__atomic_load_n(&req->cancelled, __ATOMIC_RELAXED))
		req->op.status = hs_fail(&req->op.error, HS_E_CANCELLED, "the client has gone");
	else if (now >= req->await_until_ms)
		req->op.status = hs_fail(&req->op.error, HS_E_BUSY,
			"commit %llu is not visible here; the last is %llu",
			(unsigned long long)req->await_seq, (unsigned long long)have);
	else
		return false;
	return true;
}

static void await_look(void *arg)
{
	struct hs_request *req = arg;

	if (!await_over(req))
		return;
	hs_timer_stop(req->await);
	req->await = NULL;
	hs__work_finished(req);
}

static bool await_start(struct hs_request *req)
{
	uint64_t most = (uint64_t)req->host->config->read_wait_ms;

	req->await_until_ms = hs_loop_mono_ms(req->loop->loop) + most;
	if (await_over(req))
		return true;
	hs__work_wait(req);
	req->await = hs_timer_start(req->loop->loop, AWAIT_LOOK_MS, AWAIT_LOOK_MS, await_look, req);
	return false;
}

bool hs__work_start(struct hs_request *req)
{
	struct hs_store_op *op = &req->op;
	enum hs__work work = req->work;

	memset(op, 0, sizeof(*op));
	op->work = req->work_fn;
	op->arg = req->work_arg;
	op->arena = req->arena;
	op->reply_to = hs_loop_mailbox(req->loop->loop);
	op->done = store_done;
	op->cancelled = &req->cancelled;
	if (work == HS__WORK_INNER)
		return hs__inner_start(req);
	if (work == HS__WORK_COMPUTE || work == HS__WORK_CONTROL)
		return post_compute(req, work == HS__WORK_COMPUTE ? req->host->workers : req->host->control);
	HS_ASSERT(req->sandbox && req->sandbox->store);
	if (work == HS__WORK_AWAIT)
		return await_start(req);
	if (work == HS__WORK_READ) {
		op->status = hs_store_read_now(req->sandbox->store, op);
		if (op->status != HS_E_BUDGET)
			return true;
	}
	hs__work_wait(req);
	if (work == HS__WORK_WRITE)
		hs_store_write(req->sandbox->store, op);
	else
		hs_store_read(req->sandbox->store, op);
	return false;
}
