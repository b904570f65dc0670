/* SPDX-License-Identifier: Apache-2.0 */
/* Resources into a data directory without a server: batches, each one writing transaction. While the store
 * writes one, the next is read. */
#include <core/cli/data/load.h>

#include <core/base/heap.h>
#include <pthread.h>
#include <stdio.h>

/* The first batches are small, so that the store soon has something to do. */
#define BATCH_FIRST 1250
#define BATCH_COUNT 10000
#define BATCH_BYTES ((size_t)16 << 20)
#define TEXT_ARENA ((size_t)1 << 30)
#define WORK_ARENA ((size_t)4 << 30)

struct line {
	struct hs_rest_item item;
	const char *file;
	uint64_t number, stored;
	const char *why; /* refused because; NULL: stored */
};

struct local;

/*   reading --post--> writing --done--> (told) reading */
struct batch {
	struct hs_mailbox mailbox; /* first: the store's answer */
	struct hs_store_op op;
	struct local *local;
	struct hs_arena *texts; /* of the reading thread, and while it is written of the writing one */
	struct hs_arena *work;
	struct line *lines;
	size_t count, bytes;
	bool writing; /* posted and not waited for yet */
	bool done;    /* with the lock */
	struct hs_task *task;
};

struct local {
	struct hs_cli_sink sink; /* first */
	struct hs_store *store;
	const struct hs_rest_sandbox *sandbox;
	struct hs_rest_loader *loader;
	struct batch batches[2];
	unsigned current; /* that which is read into */
	size_t room;      /* lines that are worth a transaction */
	pthread_mutex_t lock;
	pthread_cond_t answered;
};

/* ---- writing, on the store's thread ---- */

static const char *why_not(struct hs_arena *arena, const struct hs_rest_refusal *refusal)
{
	struct hs_slice path = hs_slice_cstr(refusal->error.path), text = hs_slice_cstr(refusal->error.text);

	for (const struct hs_issue *issue = refusal->issues.first; issue; issue = issue->next)
		if (issue->severity <= HS_SEVERITY_ERROR) {
			path = issue->path;
			text = issue->text;
			break;
		}
	const char *why = hs_arena_cstr(arena,
		hs_arena_printf(arena, "%.*s%s%.*s", HS_S_ARG(hs_slice_first(path, 80)), path.len ? ": " : "",
			HS_S_ARG(hs_slice_first(text, 200))));
	return why ? why : "refused";
}

/* May be run again from the start: it only writes into its own lines. */
static enum hs_status store_batch(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct batch *batch = arg;
	struct hs_rest_loader *loader = batch->local->loader;
	struct hs_rest_refusal refusal;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < batch->count && status == HS_OK; i++) {
		struct line *line = &batch->lines[i];
		struct hs_arena_mark mark = hs_arena_mark(arena);
		status = hs_rest_loader_store(loader, txn, arena, &line->item, &refusal, err);
		line->stored = refusal.stored;
		line->why = refusal.error.status ? why_not(batch->texts, &refusal) : NULL;
		hs_arena_rollback(arena, mark);
	}
	return status ? status : hs_rest_loader_settle(loader, txn, arena, false, err);
}

static bool answer(struct hs_mailbox *mailbox, struct hs_task *task)
{
	struct batch *batch = (struct batch *)(void *)mailbox;
	struct local *local = batch->local;

	pthread_mutex_lock(&local->lock);
	batch->task = task;
	batch->done = true;
	pthread_cond_signal(&local->answered);
	pthread_mutex_unlock(&local->lock);
	return true;
}

static void nothing_more(struct hs_store_op *op)
{
	(void)op;
}

/* ---- handing over ---- */

static void post(struct batch *batch)
{
	hs_arena_reset(batch->work);
	batch->op = (struct hs_store_op) { .work = store_batch,
		.arg = batch,
		.arena = batch->work,
		.reply_to = &batch->mailbox,
		.done = nothing_more };
	batch->mailbox.post = answer;
	batch->writing = true;
	batch->done = false;
	hs_store_write(batch->local->store, &batch->op);
}

/* Waits until it is written, and tells what became of its lines. */
static enum hs_status wait_for(struct batch *batch, struct hs_error *err)
{
	struct local *local = batch->local;
	struct hs_cli_sink *sink = &local->sink;

	if (!batch->writing)
		return HS_OK;
	pthread_mutex_lock(&local->lock);
	while (!batch->done)
		pthread_cond_wait(&local->answered, &local->lock);
	pthread_mutex_unlock(&local->lock);
	batch->task->run(batch->task);
	batch->writing = false;
	enum hs_status status = batch->op.status;
	if (status)
		*err = batch->op.error;
	for (size_t i = 0; i < batch->count && status == HS_OK; i++) {
		const struct line *line = &batch->lines[i];
		sink->stored += line->stored;
		if (line->why)
			hs_cli_load_refused(sink, line->file, line->number, hs_slice_cstr(line->why));
	}
	batch->count = batch->bytes = 0;
	hs_arena_reset(batch->texts);
	hs_cli_progress_show(&sink->progress, sink->stored + sink->failed, 0, false);
	return status;
}

/* Posts what was read; the other batch is the next to be read into. */
static enum hs_status flush(struct local *local, struct hs_error *err)
{
	struct batch *batch = &local->batches[local->current];
	struct batch *other = &local->batches[1 - local->current];
	enum hs_status status = wait_for(other, err);

	if (status)
		return status;
	post(batch);
	local->current = 1 - local->current;
	local->room = local->room * 2 < BATCH_COUNT ? local->room * 2 : BATCH_COUNT;
	return HS_OK;
}

static enum hs_status pause_here(struct hs_cli_sink *sink, struct hs_error *err)
{
	struct local *local = (struct local *)(void *)sink;
	enum hs_status status = flush(local, err);

	return status ? status : wait_for(&local->batches[1 - local->current], err);
}

static void show_mended(void *arg, uint64_t done, uint64_t total)
{
	hs_cli_progress_show(arg, done, total, false);
}

/* What was put off while resources came takes as long again as a part of them. */
static enum hs_status end(struct hs_cli_sink *sink, struct hs_error *err)
{
	struct local *local = (struct local *)(void *)sink;
	struct hs_cli_progress progress;
	enum hs_status status = pause_here(sink, err);

	hs_cli_progress_begin(&progress, "putting in order");
	return status ? status : hs_rest_sandbox_mend(local->sandbox, show_mended, &progress, err);
}

static enum hs_status take(struct hs_cli_sink *sink, struct hs_slice text, const char *file, uint64_t number,
	struct hs_error *err)
{
	struct local *local = (struct local *)(void *)sink;
	struct batch *batch = &local->batches[local->current];
	struct line *line = &batch->lines[batch->count];
	struct hs_slice copy = hs_arena_copy(batch->texts, text);
	bool same = batch->count && strcmp(line[-1].file, file) == 0;

	*line = (struct line) { .number = number };
	line->file = same ? line[-1].file : hs_arena_cstr(batch->texts, hs_slice_cstr(file));
	if (!copy.len || !line->file)
		return hs_fail(err, HS_E_LIMIT, "%s:%llu: the resource is too large", file,
			(unsigned long long)number);
	hs_rest_loader_read(local->loader, batch->texts, copy, &line->item);
	batch->bytes += text.len;
	batch->count++;
	return batch->count >= local->room || batch->bytes >= BATCH_BYTES ? flush(local, err) : HS_OK;
}

/* ---- the sink ---- */

static void release(struct hs_cli_sink *sink)
{
	struct local *local = (struct local *)(void *)sink;

	for (unsigned i = 0; i < 2; i++) {
		hs_arena_free(local->batches[i].texts);
		hs_arena_free(local->batches[i].work);
		hs_heap_free(local->batches[i].lines);
	}
	pthread_cond_destroy(&local->answered);
	pthread_mutex_destroy(&local->lock);
	hs_heap_free(local);
}

static void finish(struct hs_cli_sink *sink)
{
	struct local *local = (struct local *)(void *)sink;
	struct hs_error ignored;

	for (unsigned i = 0; i < 2; i++)
		wait_for(&local->batches[i], &ignored);
	hs_rest_loader_free(local->loader);
	local->loader = NULL;
}

enum hs_status hs_cli_load_local(struct hs_host *host, const char *sandbox, enum hs_fhir_version fhir,
	struct hs_cli_sink **out, struct hs_error *err)
{
	struct hs_sandbox *place = NULL;
	enum hs_status status = hs_host_edition(host, fhir, err);

	if (status == HS_OK)
		status = hs_host_sandbox(host, sandbox, &place, err);
	if (status)
		return status;
	struct local *local = hs_heap_alloc(sizeof(*local));
	hs_sandbox_rest(place, fhir, &local->sandbox);
	local->loader = hs_rest_loader_new(local->sandbox);
	local->store = hs_sandbox_store(place);
	local->room = BATCH_FIRST;
	pthread_mutex_init(&local->lock, NULL);
	pthread_cond_init(&local->answered, NULL);
	for (unsigned i = 0; i < 2; i++)
		local->batches[i] = (struct batch) { .local = local,
			.texts = hs_arena_new(TEXT_ARENA),
			.work = hs_arena_new(WORK_ARENA),
			.lines = hs_heap_alloc(BATCH_COUNT * sizeof(struct line)) };
	local->sink = (struct hs_cli_sink) {
		.take = take, .end = end, .pause = pause_here, .finish = finish, .free = release
	};
	hs_cli_progress_begin(&local->sink.progress, "resources");
	*out = &local->sink;
	return HS_OK;
}
