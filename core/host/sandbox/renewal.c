/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the search index of a sandbox anew when packages have other search parameters than it was made with:
 * part by part on the control thread, which opens, resets and deletes other sandboxes between two parts. */
#include <core/base/log.h>
#include <core/host/sandbox/sandbox.h>

#define RENEWAL_MEMORY ((size_t)1 << 30)
#define AT_ONCE 200 /* resources: so few are indexed anew while the sandbox is opened, in some 50 ms */
#define TELL_EVERY_MS 5000
#define RETRY_MOST_S 60

static int64_t now_ms(const struct hs_sandbox *sandbox)
{
	const struct hs_world *world = sandbox->host->world;

	return (int64_t)(world->mono_ns(world->ctx) / 1000000);
}

/* What clients call the edition, when the configuration says so. */
static struct hs_slice base_of(const struct hs_sandbox *sandbox, unsigned index, struct hs_arena *arena)
{
	const struct hs_host *host = sandbox->host;
	const char *base = host->config->base_url, *name = host->editions[index].name;

	if (!base[0])
		return HS_S_NONE;
	return sandbox == host->standard ?
		hs_arena_printf(arena, "%s/fhir/%s", base, name) :
		hs_arena_printf(arena, "%s/sandbox/%s/fhir/%s", base, sandbox->name, name);
}

/* ---- what there is to do ---- */

struct look {
	const struct hs_rest_sandbox *rest;
	struct hs_rest_behind behind;
};

static enum hs_status look_behind(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct look *look = arg;

	return hs_rest_index_behind(look->rest, txn, arena, &look->behind, err);
}

enum hs_status hs__renewal_begin(struct hs_sandbox *sandbox, bool *needed, struct hs_error *err)
{
	struct hs__renewal *renewal = &sandbox->renewal;
	enum hs_status status = HS_OK;
	uint64_t total = 0;

	renewal->arena = hs_arena_new(RENEWAL_MEMORY);
	renewal->edition = HS__EDITIONS;
	renewal->began_ms = renewal->told_ms = now_ms(sandbox);
	for (unsigned i = HS__EDITIONS; i-- > 0 && status == HS_OK;) {
		struct look look = { .rest = sandbox->rest[i] };
		if (look.rest)
			status = hs_store_read_wait(sandbox->store, renewal->arena, look_behind, &look, err);
		if (look.behind.any)
			renewal->edition = i;
		total += look.behind.resources;
	}
	hs_arena_reset(renewal->arena);
	renewal->work = (struct hs_rest_reindexing) { .changed_only = true };
	atomic_store(&renewal->done, 0);
	atomic_store(&renewal->total, total);
	*needed = status == HS_OK && renewal->edition < HS__EDITIONS;
	if (*needed && total > AT_ONCE)
		hs_log_text(HS_LOG_INFO, "search",
			"packages have other search parameters than before: %llu resources of sandbox %s are "
			"indexed anew",
			(unsigned long long)total, sandbox->name);
	else if (!*needed)
		hs__renewal_end(sandbox);
	return status;
}

void hs__renewal_end(struct hs_sandbox *sandbox)
{
	hs_arena_free(sandbox->renewal.arena);
	sandbox->renewal.arena = NULL;
}

/* ---- doing it ---- */

struct part {
	const struct hs_rest_sandbox *rest;
	struct hs_rest_reindexing *work;
};

static enum hs_status renew_some(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct part *part = arg;

	return hs_rest_reindex(part->rest, txn, arena, part->work, err);
}

static void tell(struct hs_sandbox *sandbox)
{
	struct hs__renewal *renewal = &sandbox->renewal;
	int64_t now = now_ms(sandbox);

	if (now - renewal->told_ms < TELL_EVERY_MS)
		return;
	renewal->told_ms = now;
	hs_log_text(HS_LOG_INFO, "search", "sandbox %s: %llu of %llu resources are indexed anew",
		sandbox->name, (unsigned long long)atomic_load(&renewal->done),
		(unsigned long long)atomic_load(&renewal->total));
}

/* One transaction; *ended when all editions are through. */
static enum hs_status renew_part(struct hs_sandbox *sandbox, bool *ended, struct hs_error *err)
{
	struct hs__renewal *renewal = &sandbox->renewal;
	struct part part = { sandbox->rest[renewal->edition], &renewal->work };
	enum hs_status status = HS_OK;

	renewal->work.ended = true;
	if (part.rest) {
		hs_arena_reset(renewal->arena);
		renewal->work.base = base_of(sandbox, renewal->edition, renewal->arena);
		status = hs_store_write_wait(sandbox->store, renewal->arena, renew_some, &part, err);
	}
	if (status)
		return status;
	if (renewal->work.ended) {
		renewal->work = (struct hs_rest_reindexing) { .changed_only = true };
		renewal->edition++;
	} else {
		renewal->work.from = renewal->work.to;
		atomic_fetch_add(&renewal->done, renewal->work.done);
	}
	*ended = renewal->edition == HS__EDITIONS;
	tell(sandbox);
	return HS_OK;
}

/* RENEWING to OPEN, or to CLOSED with the reason; those who wait offline are told. */
static void conclude(struct hs_sandbox *sandbox, enum hs_status status, struct hs_error *err)
{
	struct hs__renewal *renewal = &sandbox->renewal;

	if (status == HS_OK)
		status = hs__sandbox_furnish(sandbox, err);
	if (status)
		hs_log_text(HS_LOG_ERROR, "search", "sandbox %s could not be indexed anew: %s", sandbox->name,
			err->text);
	else
		hs_log_text(HS_LOG_INFO, "search",
			"sandbox %s: all %llu resources are indexed anew, in %lld ms", sandbox->name,
			(unsigned long long)atomic_load(&renewal->done),
			(long long)(now_ms(sandbox) - renewal->began_ms));
	hs__renewal_end(sandbox);
	if (status)
		hs__sandbox_unload(sandbox);
	pthread_mutex_lock(&sandbox->lock);
	renewal->failed = *err;
	renewal->failed.status = status;
	atomic_store(&sandbox->phase, status ? HS__SANDBOX_CLOSED : HS__SANDBOX_OPEN);
	pthread_cond_broadcast(&sandbox->left);
	pthread_mutex_unlock(&sandbox->lock);
}

static bool goes_on(struct hs_sandbox *sandbox)
{
	return atomic_load(&sandbox->phase) == HS__SANDBOX_RENEWING && !atomic_load(&sandbox->host->stopping);
}

/* A part; then whatever else waits for the control thread, then the next. */
static void go_on(struct hs_task *task)
{
	struct hs_sandbox *sandbox = HS__OWNER(task, struct hs_sandbox, renewal.task);
	struct hs_error err = { .status = HS_OK };
	bool ended = false;
	enum hs_status status = HS_OK;

	atomic_store(&sandbox->renewal.posted, false);
	while (goes_on(sandbox)) {
		status = renew_part(sandbox, &ended, &err);
		if (status || ended)
			conclude(sandbox, status, &err);
		else if (hs__renewal_post(sandbox))
			break;
	}
	hs__sandbox_release(sandbox);
}

bool hs__renewal_post(struct hs_sandbox *sandbox)
{
	struct hs_mailbox *control = hs_pool_mailbox(sandbox->host->control);

	if (atomic_exchange(&sandbox->renewal.posted, true))
		return true; /* of an earlier renewal, before a reset */
	sandbox->renewal.task.run = go_on;
	hs__sandbox_keep(sandbox);
	if (control->post(control, &sandbox->renewal.task))
		return true;
	atomic_store(&sandbox->renewal.posted, false);
	hs__sandbox_release(sandbox);
	return false;
}

enum hs_status hs__renewal_at_once(struct hs_sandbox *sandbox, bool *ended, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	*ended = false;
	if (atomic_load(&sandbox->renewal.total) > AT_ONCE)
		return HS_OK;
	while (status == HS_OK && !*ended)
		status = renew_part(sandbox, ended, err);
	hs__renewal_end(sandbox);
	return status;
}

/* ---- being asked ---- */

enum hs_status hs__renewal_tell(struct hs_sandbox *sandbox, unsigned *retry_s, struct hs_error *err)
{
	struct hs__renewal *renewal = &sandbox->renewal;
	uint64_t done = atomic_load(&renewal->done), total = atomic_load(&renewal->total);
	uint64_t spent = (uint64_t)(now_ms(sandbox) - renewal->began_ms);
	uint64_t left = done && done < total ? spent * (total - done) / done / 1000 : 0;

	*retry_s = left >= RETRY_MOST_S ? RETRY_MOST_S : (unsigned)left + 1;
	return hs_fail(err, HS_E_BUSY,
		"packages have other search parameters than before, so sandbox %s is indexed anew: %llu of "
		"%llu resources are done; try again in %u s",
		sandbox->name, (unsigned long long)done, (unsigned long long)total, *retry_s);
}

enum hs_status hs__renewal_wait(struct hs_sandbox *sandbox, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	pthread_mutex_lock(&sandbox->lock);
	while (atomic_load(&sandbox->phase) == HS__SANDBOX_RENEWING)
		pthread_cond_wait(&sandbox->left, &sandbox->lock);
	if (atomic_load(&sandbox->phase) != HS__SANDBOX_OPEN) {
		*err = sandbox->renewal.failed;
		status = err->status;
	}
	pthread_mutex_unlock(&sandbox->lock);
	return status;
}
