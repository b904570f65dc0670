/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a sandbox: entering and leaving, opening, draining, reset and deletion. Diagram in sandbox.h.
 */
#include <core/host/request/request_private.h>
#include <core/host/sandbox/sandbox.h>

#include <stdio.h>
#include <time.h>

static int phase_of(struct hs_sandbox *sandbox)
{
	return atomic_load(&sandbox->phase);
}

static int64_t users(struct hs_sandbox *sandbox)
{
	int64_t sum = 0;

	for (unsigned i = 0; i <= HS__LOOPS_MAX; i++)
		sum += atomic_load(&sandbox->users[i].count);
	return sum;
}

/* ---- requests that wait for it to open ---- */

static void resume(struct hs_task *task)
{
	struct hs_request *req = HS__OWNER(task, struct hs_request, task);
	hs__request_resume(req, req->op.status ? &req->op.error : NULL);
}

/* Hands each waiting request back to its loop. With an error they are answered with it. */
static void wake(struct hs_sandbox *sandbox, const struct hs_error *failed)
{
	pthread_mutex_lock(&sandbox->lock);
	struct hs_request *req = sandbox->waiting;
	sandbox->waiting = NULL;
	pthread_mutex_unlock(&sandbox->lock);
	while (req) {
		struct hs_request *next = req->parked;
		struct hs_mailbox *home = hs_loop_mailbox(req->loop->loop);
		req->op.status = failed ? failed->status : HS_OK;
		if (failed)
			req->op.error = *failed;
		req->task.run = resume;
		HS_ASSERT(home->post(home, &req->task));
		req = next;
	}
}

/* What is behind is renewed at once or later: *renewed says which. */
static enum hs_status fill(struct hs_sandbox *sandbox, bool *renewed, struct hs_error *err)
{
	bool needed = false;
	enum hs_status status = sandbox->host->config->bare ? HS_OK :
							      hs__renewal_begin(sandbox, &needed, err);

	*renewed = !needed;
	if (status == HS_OK && needed)
		status = hs__renewal_at_once(sandbox, renewed, err);
	return status == HS_OK && *renewed ? hs__sandbox_furnish(sandbox, err) : status;
}

/* OPENING to OPEN, RENEWING or CLOSED; wakes those who wait. */
static enum hs_status load(struct hs_sandbox *sandbox, struct hs_error *err)
{
	const struct hs_world *world = sandbox->host->world;
	bool loaded = false, renewed = true;

	atomic_store(&sandbox->used_ms, (int64_t)(world->mono_ns(world->ctx) / 1000000));
	enum hs_status status = hs__sandbox_load(sandbox, err);
	loaded = status == HS_OK;
	if (loaded)
		status = fill(sandbox, &renewed, err);
	if (status == HS_OK)
		atomic_store(&sandbox->phase, renewed ? HS__SANDBOX_OPEN : HS__SANDBOX_RENEWING);
	if (status == HS_OK && !renewed && !hs__renewal_post(sandbox))
		status = hs_fail(err, HS_E_BUSY, "the sandbox cannot be opened now; try again in a second");
	if (status && loaded)
		hs__sandbox_unload(sandbox);
	if (status)
		atomic_store(&sandbox->phase, HS__SANDBOX_CLOSED);
	wake(sandbox, status ? err : NULL);
	return status;
}

/* Unless it was deleted, or opened for an order, since. */
static void open_for_waiting(struct hs_task *task)
{
	struct hs_sandbox *sandbox = HS__OWNER(task, struct hs_sandbox, open_task);
	struct hs_error err = { .status = HS_OK };

	if (phase_of(sandbox) == HS__SANDBOX_OPENING)
		load(sandbox, &err);
	hs__sandbox_release(sandbox);
}

/* With the lock held: CLOSED to OPENING. */
static bool begin_opening(struct hs_sandbox *sandbox)
{
	struct hs_mailbox *control = hs_pool_mailbox(sandbox->host->control);

	atomic_store(&sandbox->phase, HS__SANDBOX_OPENING);
	sandbox->open_task.run = open_for_waiting;
	hs__sandbox_keep(sandbox);
	if (control->post(control, &sandbox->open_task))
		return true;
	hs__sandbox_release(sandbox);
	atomic_store(&sandbox->phase, HS__SANDBOX_CLOSED);
	return false;
}

enum hs__entry hs__sandbox_enter(struct hs_sandbox *sandbox, struct hs_request *req)
{
	_Atomic int64_t *count = &sandbox->users[req->loop->index].count;
	struct hs_error busy;

	/* Count first, then look: whoever drains looks at the phase first and then counts. */
	atomic_fetch_add(count, 1);
	if (phase_of(sandbox) == HS__SANDBOX_OPEN) {
		req->entered = true;
		return HS__ENTERED;
	}
	hs__sandbox_leave(sandbox, req->loop->index);

	pthread_mutex_lock(&sandbox->lock);
	int phase = phase_of(sandbox);
	if (phase == HS__SANDBOX_GONE || phase == HS__SANDBOX_RENEWING) {
		pthread_mutex_unlock(&sandbox->lock);
		return phase == HS__SANDBOX_GONE ? HS__ENTRY_GONE : HS__ENTRY_RENEWING;
	}
	req->stage = HS__WORKING;
	req->parked = sandbox->waiting;
	sandbox->waiting = req;
	bool opened = phase_of(sandbox) == HS__SANDBOX_OPEN, posted = true;
	if (phase_of(sandbox) == HS__SANDBOX_CLOSED)
		posted = begin_opening(sandbox);
	pthread_mutex_unlock(&sandbox->lock);
	if (!posted)
		hs_fail(&busy, HS_E_BUSY, "the sandbox cannot be opened now; try again in a second");
	if (opened || !posted) /* it opened between the two looks: through the mailbox like all others */
		wake(sandbox, posted ? NULL : &busy);
	return HS__PARKED;
}

void hs__sandbox_leave(struct hs_sandbox *sandbox, unsigned slot)
{
	atomic_fetch_sub(&sandbox->users[slot].count, 1);
	if (phase_of(sandbox) != HS__SANDBOX_DRAINING)
		return;
	pthread_mutex_lock(&sandbox->lock);
	pthread_cond_broadcast(&sandbox->left);
	pthread_mutex_unlock(&sandbox->lock);
}

bool hs__sandbox_use(struct hs_sandbox *sandbox)
{
	hs__sandbox_keep(sandbox);
	atomic_fetch_add(&sandbox->users[HS__LOOPS_MAX].count, 1);
	if (phase_of(sandbox) == HS__SANDBOX_OPEN)
		return true;
	hs__sandbox_end_use(sandbox);
	return false;
}

void hs__sandbox_end_use(struct hs_sandbox *sandbox)
{
	hs__sandbox_leave(sandbox, HS__LOOPS_MAX);
	hs__sandbox_release(sandbox);
}

/* ---- control thread ---- */

enum hs_status hs__sandbox_open(struct hs_sandbox *sandbox, struct hs_error *err)
{
	pthread_mutex_lock(&sandbox->lock);
	int phase = phase_of(sandbox);
	bool closed = phase == HS__SANDBOX_CLOSED || phase == HS__SANDBOX_OPENING;
	if (closed)
		atomic_store(&sandbox->phase, HS__SANDBOX_OPENING);
	pthread_mutex_unlock(&sandbox->lock);
	return closed ? load(sandbox, err) : HS_OK;
}

enum hs_status hs__sandbox_need(struct hs_sandbox *sandbox, struct hs_error *err)
{
	enum hs_status status = hs__sandbox_open(sandbox, err);
	unsigned retry_s = 0;

	if (status == HS_OK && phase_of(sandbox) == HS__SANDBOX_RENEWING)
		status = hs__renewal_tell(sandbox, &retry_s, err);
	return status;
}

/* OPEN or RENEWING to DRAINING, then until nobody uses it. */
static enum hs_status drain(struct hs_sandbox *sandbox, struct hs_error *err)
{
	struct hs_host *host = sandbox->host;
	int64_t until = host->world->wall_ms(host->world->ctx) + host->config->drain_seconds * 1000;
	struct timespec deadline = { until / 1000, until % 1000 * 1000000 };
	bool over = false;

	pthread_mutex_lock(&sandbox->lock);
	int before = atomic_exchange(&sandbox->phase, HS__SANDBOX_DRAINING);
	while (users(sandbox) > 0 && !over)
		over = pthread_cond_timedwait(&sandbox->left, &sandbox->lock, &deadline) != 0;
	over = over && users(sandbox) > 0;
	if (over)
		atomic_store(&sandbox->phase, before);
	pthread_mutex_unlock(&sandbox->lock);
	if (!over)
		return HS_OK;
	wake(sandbox, NULL);
	return hs_fail(err, HS_E_TIMEOUT, "requests of sandbox %s did not end in time; nothing was changed",
		sandbox->name);
}

/* Drains and unloads; stays in DRAINING so that requests keep waiting. */
static enum hs_status take_down(struct hs_sandbox *sandbox, bool *was_open, struct hs_error *err)
{
	*was_open = phase_of(sandbox) == HS__SANDBOX_OPEN || phase_of(sandbox) == HS__SANDBOX_RENEWING;
	if (!*was_open)
		return HS_OK;
	enum hs_status status = drain(sandbox, err);
	if (status == HS_OK)
		hs__sandbox_unload(sandbox);
	return status;
}

/* After take_down: CLOSED, and open again at once when somebody waits. */
static void settle(struct hs_sandbox *sandbox)
{
	pthread_mutex_lock(&sandbox->lock);
	atomic_store(&sandbox->phase, HS__SANDBOX_CLOSED);
	bool waited_for = sandbox->waiting != NULL;
	pthread_mutex_unlock(&sandbox->lock);
	struct hs_error err = { .status = HS_OK };
	if (waited_for)
		hs__sandbox_open(sandbox, &err);
}

enum hs_status hs__sandbox_close(struct hs_sandbox *sandbox, struct hs_error *err)
{
	bool was_open = false;
	enum hs_status status = take_down(sandbox, &was_open, err);

	if (status == HS_OK && was_open)
		settle(sandbox);
	return status;
}

enum hs_status hs__sandbox_reset(struct hs_sandbox *sandbox, struct hs_error *err)
{
	bool was_open = false;
	enum hs_status status = take_down(sandbox, &was_open, err);

	if (status)
		return status;
	status = hs__sandbox_erase(sandbox->dir, false, err);
	if (!was_open)
		return status ? status : hs__sandbox_meta_write(sandbox, err);
	if (status == HS_OK)
		status = hs__sandbox_meta_write(sandbox, err);
	pthread_mutex_lock(&sandbox->lock);
	atomic_store(&sandbox->phase, HS__SANDBOX_CLOSED);
	pthread_mutex_unlock(&sandbox->lock);
	struct hs_error failed = { .status = HS_OK };
	if (hs__sandbox_open(sandbox, &failed) && status == HS_OK) {
		*err = failed;
		status = failed.status;
	}
	return status;
}

enum hs_status hs__sandbox_delete(struct hs_sandbox *sandbox, struct hs_error *err)
{
	struct hs_host *host = sandbox->host;
	bool was_open = false;
	char folder[4096];

	if (sandbox == host->standard)
		return hs_fail(err, HS_E_FORBIDDEN,
			"the default sandbox cannot be deleted; reset it instead");
	enum hs_status status = take_down(sandbox, &was_open, err);
	if (status)
		return status;
	status = hs__sandbox_put_away(sandbox, folder, sizeof(folder), err);
	if (status) {
		if (was_open)
			settle(sandbox);
		return status;
	}
	pthread_mutex_lock(&sandbox->lock);
	atomic_store(&sandbox->phase, HS__SANDBOX_GONE);
	pthread_mutex_unlock(&sandbox->lock);
	pthread_rwlock_wrlock(&host->sandboxes_lock);
	struct hs_sandbox **at = &host->sandboxes;
	while (*at != sandbox)
		at = &(*at)->next;
	*at = sandbox->next;
	pthread_rwlock_unlock(&host->sandboxes_lock);
	wake(sandbox, NULL); /* they find it gone */
	hs__sandbox_release(sandbox);
	hs__sandbox_erase_leaving(folder);
	return HS_OK;
}

/* ---- sandboxes that nobody uses give their memory and threads back ---- */

static void close_idle(struct hs_task *task)
{
	struct hs_sandbox *sandbox = HS__OWNER(task, struct hs_sandbox, idle_task);
	struct hs_error ignored = { .status = HS_OK };

	hs__sandbox_close(sandbox, &ignored); /* when it is in use after all, it stays open */
	atomic_store(&sandbox->idle_posted, false);
	hs__sandbox_release(sandbox);
}

static void foresee(struct hs_sandbox *sandbox)
{
	if (phase_of(sandbox) != HS__SANDBOX_OPEN || !hs__sandbox_use(sandbox))
		return;
	hs_store_foresee(sandbox->store);
	hs__sandbox_end_use(sandbox);
}

void hs__sandboxes_tidy(struct hs_host *host, int64_t mono_ms)
{
	int64_t idle = host->config->sandbox_idle_seconds * 1000;
	struct hs_mailbox *control = hs_pool_mailbox(host->control);

	pthread_rwlock_rdlock(&host->sandboxes_lock);
	for (struct hs_sandbox *s = host->sandboxes; s; s = s->next) {
		int64_t used = atomic_load_explicit(&s->used_ms, memory_order_relaxed);
		foresee(s);
		if (!idle || s == host->standard || phase_of(s) != HS__SANDBOX_OPEN || mono_ms - used < idle)
			continue;
		if (atomic_exchange(&s->idle_posted, true))
			continue;
		s->idle_task.run = close_idle;
		hs__sandbox_keep(s);
		if (control->post(control, &s->idle_task))
			continue;
		atomic_store(&s->idle_posted, false);
		hs__sandbox_release(s);
	}
	pthread_rwlock_unlock(&host->sandboxes_lock);
}
