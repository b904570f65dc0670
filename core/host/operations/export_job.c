/* SPDX-License-Identifier: Apache-2.0 */
/* Exports as jobs: found again after a restart, started, moved on slice by slice, cancelled, expired. */
#include <core/host/operations/export.h>

#include <core/base/heap.h>
#include <core/base/log.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#define TEXTS_MAX ((size_t)4 << 20)
#define SLICE_ARENA ((size_t)512 << 20)
#define RETRY_MS 30000 /* until one in progress may have ended */

static int64_t wall(const struct hs_sandbox *sandbox)
{
	return sandbox->host->world->wall_ms(sandbox->host->world->ctx);
}

/* ---- the list ---- */

static struct hs__export_job *new_job(struct hs_sandbox *sandbox)
{
	struct hs__export_job *job = hs_heap_alloc(sizeof(*job));

	job->owner = sandbox->exports;
	job->sandbox = sandbox;
	job->arena = hs_arena_new(TEXTS_MAX);
	return job;
}

static void free_job(struct hs__export_job *job)
{
	hs_rest_export_free(job->plan);
	hs_arena_free(job->work);
	hs_arena_free(job->arena);
	hs_heap_free(job->files);
	hs_heap_free(job);
}

static void link_in(struct hs__exports *exports, struct hs__export_job *job)
{
	job->next = exports->jobs;
	exports->jobs = job;
	exports->count++;
}

/* With the lock held. */
static void take_out(struct hs__export_job *job)
{
	struct hs__export_job **at = &job->owner->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->owner->count--;
}

struct hs__export_job *hs__export_find(struct hs_sandbox *sandbox, struct hs_slice id)
{
	struct hs__export_job *job = sandbox->exports->jobs;

	while (job && (job->cancelled || !hs_slice_eq(hs_slice_cstr(job->id), id)))
		job = job->next;
	return job;
}

/* A folder without a readable job.json is what a crash left while one was made. */
static void find_again(struct hs_sandbox *sandbox, const char *id)
{
	struct hs__export_job *job = new_job(sandbox);
	struct hs_error err = { .status = HS_OK };

	memcpy(job->id, id, sizeof(job->id) - 1);
	bool readable = !hs__export_load(job, &err);
	if (!readable)
		hs__export_erase(job);
	if (!readable || !sandbox->rest[job->edition]) { /* its version is not served now: it stays on disk */
		free_job(job);
		return;
	}
	link_in(sandbox->exports, job);
	if (job->phase == HS__EXPORT_WAITING)
		atomic_store(&sandbox->host->exports_due, true);
}

enum hs_status hs__exports_open(struct hs_sandbox *sandbox, struct hs_error *err)
{
	char path[4096];

	sandbox->exports = hs_heap_alloc(sizeof(*sandbox->exports));
	sandbox->exports->sandbox = sandbox;
	pthread_mutex_init(&sandbox->exports->lock, NULL);
	int n = snprintf(path, sizeof(path), "%s/exports", sandbox->dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return hs_fail(err, HS_E_LIMIT, "the path of the data directory is too long");
	DIR *list = opendir(path);
	if (!list)
		return errno == ENOENT ?
			HS_OK :
			hs_fail(err, HS_E_IO, "%s cannot be read: %s", path, strerrordesc_np(errno));
	for (const struct dirent *entry = readdir(list); entry; entry = readdir(list))
		if (strlen(entry->d_name) == 36)
			find_again(sandbox, entry->d_name);
	closedir(list);
	return HS_OK;
}

void hs__exports_close(struct hs_sandbox *sandbox)
{
	struct hs__exports *exports = sandbox->exports;

	if (!exports)
		return;
	while (exports->jobs) {
		struct hs__export_job *job = exports->jobs;
		HS_ASSERT(!job->moving);
		exports->jobs = job->next;
		free_job(job);
	}
	pthread_mutex_destroy(&exports->lock);
	hs_heap_free(exports);
	sandbox->exports = NULL;
}

/* ---- making one ---- */

enum hs_status hs__export_plan(const struct hs__export_job *job, struct hs_txn *txn,
	struct hs_rest_export **out, struct hs_error *err)
{
	const struct hs_rest_export_ask ask = { .level = job->level,
		.type = job->type,
		.group = job->group,
		.query = job->params,
		.lenient = job->lenient,
		.base = job->base,
		.seq = job->seq };

	return hs_rest_export_open(job->sandbox->rest[job->edition], &ask, txn, out, err);
}

unsigned hs__exports_wait(struct hs_sandbox *sandbox)
{
	struct hs__exports *exports = sandbox->exports;
	int64_t now_ms = wall(sandbox), first_ms = INT64_MAX;

	pthread_mutex_lock(&exports->lock);
	for (const struct hs__export_job *job = exports->jobs; job; job = job->next) {
		bool ended = job->phase == HS__EXPORT_DONE || job->phase == HS__EXPORT_FAILED;
		int64_t ends_ms = ended ? job->expires_ms : now_ms + RETRY_MS;
		first_ms = ends_ms < first_ms ? ends_ms : first_ms;
	}
	pthread_mutex_unlock(&exports->lock);
	return first_ms == INT64_MAX || first_ms <= now_ms ? 1 : (unsigned)((first_ms - now_ms + 999) / 1000);
}

static enum hs_status list_job(struct hs__export_job *job, struct hs_error *err)
{
	struct hs__exports *exports = job->owner;
	int64_t most = job->sandbox->host->config->export_jobs;

	pthread_mutex_lock(&exports->lock);
	bool full = exports->count >= (uint64_t)most;
	if (!full)
		link_in(exports, job);
	pthread_mutex_unlock(&exports->lock);
	return full ?
		hs_fail(err, HS_E_THROTTLED,
			"the sandbox keeps %lld exports and no more; delete one at the address that its "
			"Content-Location said, or wait until one expires (exports.jobs, "
			"exports.keepSeconds)",
			(long long)most) :
		HS_OK;
}

enum hs_status hs__export_add(struct hs_sandbox *sandbox, const struct hs__export_job *made, char out_id[37],
	struct hs_error *err)
{
	struct hs__export_job *job = new_job(sandbox);

	hs_world_uuid(sandbox->host->world, job->id);
	job->edition = made->edition;
	job->level = made->level;
	job->lenient = made->lenient;
	job->type = hs_arena_copy(job->arena, made->type);
	job->group = hs_arena_copy(job->arena, made->group);
	job->params = hs_arena_copy(job->arena, made->params);
	job->base = hs_arena_copy(job->arena, made->base);
	job->request = hs_arena_copy(job->arena, made->request);
	job->seq = hs_rest_export_seq(made->plan);
	job->time_ms = hs_rest_export_time(made->plan);
	job->moving = true; /* nobody starts it before it is on disk */
	enum hs_status status = list_job(job, err);
	if (status) {
		free_job(job);
		hs_rest_export_free(made->plan);
		return status;
	}
	job->plan = made->plan;
	status = hs__export_make(job, err);
	if (status == HS_OK)
		status = hs__export_save(job, err);
	pthread_mutex_lock(&job->owner->lock);
	job->moving = false;
	if (status)
		take_out(job);
	pthread_mutex_unlock(&job->owner->lock);
	memcpy(out_id, job->id, sizeof(job->id));
	if (status) {
		hs__export_erase(job);
		free_job(job);
	}
	return status;
}

/* ---- moving on ---- */

static enum hs_status fail_job(struct hs__export_job *job, const struct hs_error *why)
{
	struct hs_error ignored;

	pthread_mutex_lock(&job->owner->lock);
	snprintf(job->error, sizeof(job->error), "%s", why->text);
	job->phase = HS__EXPORT_FAILED;
	job->expires_ms = wall(job->sandbox) + job->sandbox->host->config->export_keep_seconds * 1000;
	pthread_mutex_unlock(&job->owner->lock);
	hs_log_text(HS_LOG_WARN, "export", "an export of sandbox %s failed: %s", job->sandbox->name,
		why->text);
	(void)hs__export_save(job, &ignored);
	return HS_OK;
}

static enum hs_status finish(struct hs__export_job *job, struct hs_error *err)
{
	struct hs__exports *exports = job->owner;

	pthread_mutex_lock(&exports->lock);
	job->expires_ms = wall(job->sandbox) + job->sandbox->host->config->export_keep_seconds * 1000;
	job->phase = HS__EXPORT_DONE;
	pthread_mutex_unlock(&exports->lock);
	return hs__export_save(job, err);
}

/* On a reader thread: one step of whatever the job needs. A step that failed has been told to the job; only a
 * store that is busy or a cancelled read are tried again. */
static enum hs_status step(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs__export_job *job = arg;
	enum hs_status status = HS_OK;

	pthread_mutex_lock(&job->owner->lock);
	bool cancelled = job->cancelled;
	pthread_mutex_unlock(&job->owner->lock);
	if (cancelled) {
		hs__export_erase(job);
		job->removed = true;
		return HS_OK;
	}
	if (job->phase == HS__EXPORT_DONE || job->phase == HS__EXPORT_FAILED)
		return HS_OK;
	if (!job->plan)
		status = hs__export_plan(job, txn, &job->plan, err);
	if (status == HS_OK)
		status = hs__export_write(job, txn, arena, err);
	if (status == HS_OK && job->place.done)
		status = finish(job, err);
	if (status == HS_OK || status == HS_E_BUSY || status == HS_E_CANCELLED)
		return status;
	return fail_job(job, err);
}

static void post(struct hs__export_job *job);

/* Ends the use of the sandbox: nothing here may be touched afterwards but the host. */
static void leave(struct hs_sandbox *sandbox)
{
	struct hs_host *host = sandbox->host;

	hs__sandbox_end_use(sandbox);
	atomic_fetch_sub(&host->exports_moving, 1);
	if (atomic_load(&host->stopping))
		hs__stop_when_idle(host);
}

/* On loop 0. */
static void done(struct hs_store_op *op)
{
	struct hs__export_job *job = HS__OWNER(op, struct hs__export_job, op);
	struct hs_sandbox *sandbox = job->sandbox;
	struct hs_host *host = sandbox->host;
	bool go_on = !op->status && !atomic_load(&host->stopping) &&
		atomic_load(&sandbox->phase) == HS__SANDBOX_OPEN;

	hs_arena_free(job->work);
	job->work = NULL;
	pthread_mutex_lock(&job->owner->lock);
	bool over = !job->cancelled && (job->phase == HS__EXPORT_DONE || job->phase == HS__EXPORT_FAILED);
	bool removed = job->removed;
	job->moving = go_on && !over && !removed;
	if (!job->moving && job->phase == HS__EXPORT_RUNNING)
		job->phase = HS__EXPORT_WAITING;
	if (removed)
		take_out(job);
	bool move = job->moving;
	pthread_mutex_unlock(&job->owner->lock);
	if (removed)
		free_job(job);
	else if (!move && !over)
		atomic_store(&host->exports_due, true);
	if (move)
		post(job);
	else
		leave(sandbox);
}

static void post(struct hs__export_job *job)
{
	struct hs_sandbox *sandbox = job->sandbox;
	const struct hs_world *world = sandbox->host->world;

	atomic_store(&sandbox->used_ms, (int64_t)(world->mono_ns(world->ctx) / 1000000));
	job->work = hs_arena_new(SLICE_ARENA);
	memset(&job->op, 0, sizeof(job->op));
	job->op.work = step;
	job->op.arg = job;
	job->op.arena = job->work;
	job->op.reply_to = hs_loop_mailbox(sandbox->host->loops[0].loop);
	job->op.done = done;
	hs_store_read(sandbox->store, &job->op);
}

/* ---- waking: all of it on loop 0 ---- */

static bool wants_move(struct hs__export_job *job, bool tidy, int64_t now_ms)
{
	bool ended = job->phase == HS__EXPORT_DONE || job->phase == HS__EXPORT_FAILED;

	if (tidy && ended && job->expires_ms <= now_ms)
		job->cancelled = true;
	return !job->moving && (job->cancelled || job->phase == HS__EXPORT_WAITING);
}

static struct hs__export_job *next_to_move(struct hs_sandbox *sandbox, bool tidy)
{
	struct hs__exports *exports = sandbox->exports;
	int64_t now_ms = wall(sandbox);

	pthread_mutex_lock(&exports->lock);
	struct hs__export_job *job = exports->jobs;
	while (job && !wants_move(job, tidy, now_ms))
		job = job->next;
	if (job)
		job->moving = true;
	if (job && job->phase == HS__EXPORT_WAITING)
		job->phase = HS__EXPORT_RUNNING;
	pthread_mutex_unlock(&exports->lock);
	return job;
}

/* Each that is moved counts as a user of its own. */
static void move_all(struct hs_sandbox *sandbox, bool tidy)
{
	struct hs_host *host = sandbox->host;

	while (hs__sandbox_use(sandbox)) {
		struct hs__export_job *job = next_to_move(sandbox, tidy);
		if (!job) {
			hs__sandbox_end_use(sandbox);
			return;
		}
		atomic_fetch_add(&host->exports_moving, 1);
		post(job);
	}
	/* One that is being opened may have jobs of an earlier time. */
	int phase = atomic_load(&sandbox->phase);
	if (phase == HS__SANDBOX_OPENING || phase == HS__SANDBOX_RENEWING)
		atomic_store(&host->exports_due, true);
}

void hs__exports_tick(struct hs_host *host, bool tidy)
{
	if (atomic_load(&host->stopping) || (!atomic_exchange(&host->exports_due, false) && !tidy))
		return;
	pthread_rwlock_rdlock(&host->sandboxes_lock);
	for (struct hs_sandbox *sandbox = host->sandboxes; sandbox; sandbox = sandbox->next)
		move_all(sandbox, tidy);
	pthread_rwlock_unlock(&host->sandboxes_lock);
}

static void woken(struct hs_task *task)
{
	struct hs_host *host = HS__OWNER(task, struct hs_host, exports_task);

	atomic_store(&host->exports_woken, false);
	hs__exports_tick(host, false);
}

void hs__exports_wake(struct hs_host *host)
{
	struct hs_mailbox *first = hs_loop_mailbox(host->loops[0].loop);

	atomic_store(&host->exports_due, true);
	if (atomic_exchange(&host->exports_woken, true))
		return;
	host->exports_task.run = woken;
	if (!first->post(first, &host->exports_task))
		atomic_store(&host->exports_woken, false);
}

void hs__export_cancel(struct hs__export_job *job)
{
	job->cancelled = true;
	hs__exports_wake(job->sandbox->host);
}
