/* SPDX-License-Identifier: Apache-2.0 */
/* Resources into a data directory without a server: batches, each one writing transaction. */
#include <core/cli/load.h>

#include <core/base/heap.h>
#include <stdio.h>

#define BATCH_COUNT 500
#define BATCH_BYTES ((size_t)16 << 20)
#define TEXT_ARENA ((size_t)512 << 20)
#define WORK_ARENA ((size_t)4 << 30)

struct item {
	struct hs_slice text;
	const char *file;
	uint64_t line;
	char why[200]; /* refused because; empty: stored */
};

struct local {
	struct hs_cli_sink sink; /* first */
	struct hs_store *store;
	const struct hs_rest *rest;
	const struct hs_rest_sandbox *numbers;
	struct hs_arena *texts, *work;
	struct item items[BATCH_COUNT];
	size_t count, bytes;
};

static void note(struct item *item, const struct hs_issues *issues, const struct hs_error *err)
{
	struct hs_slice path = hs_slice_cstr(err->path), text = hs_slice_cstr(err->text);

	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		if (issue->severity <= HS_SEVERITY_ERROR) {
			path = issue->path;
			text = issue->text;
			break;
		}
	snprintf(item->why, sizeof(item->why), "%.*s%s%.*s", HS_S_ARG(hs_slice_first(path, 80)),
		path.len ? ": " : "", HS_S_ARG(text));
}

static enum hs_status store_one(struct local *local, struct hs_txn *txn, struct hs_arena *arena,
	struct item *item, struct hs_error *err)
{
	struct hs_issues issues = { .arena = arena };
	struct hs_json *tree = NULL;
	struct hs_error bad = { .status = HS_OK };

	item->why[0] = '\0';
	enum hs_status status = hs_txn_savepoint(txn, err);
	if (status)
		return status;
	enum hs_status refused = hs_json_parse(arena, item->text, NULL, &tree, &bad);
	if (refused == HS_OK)
		refused = hs_rest_load(local->numbers, txn, arena, tree, item->text, &issues, &bad);
	if (refused == HS_E_IO || refused == HS_E_FULL || refused == HS_E_CORRUPT ||
		refused == HS_E_CANCELLED) {
		*err = bad;
		return refused;
	}
	if (refused || issues.errors)
		note(item, &issues, &bad);
	return hs_txn_savepoint_end(txn, !item->why[0], err);
}

/* May be run again from the start: it only writes into its own items. */
static enum hs_status store_batch(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct local *local = arg;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < local->count && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		status = store_one(local, txn, arena, &local->items[i], err);
		hs_arena_rollback(arena, mark);
	}
	return status;
}

static enum hs_status flush(struct hs_cli_sink *sink, struct hs_error *err)
{
	struct local *local = (struct local *)(void *)sink;

	if (!local->count)
		return HS_OK;
	hs_arena_reset(local->work);
	enum hs_status status = hs_store_write_wait(local->store, local->work, store_batch, local, err);
	for (size_t i = 0; i < local->count && status == HS_OK; i++) {
		if (local->items[i].why[0])
			hs_cli_load_refused(sink, local->items[i].file, local->items[i].line,
				hs_slice_cstr(local->items[i].why));
		else
			sink->stored++;
	}
	local->count = local->bytes = 0;
	hs_arena_reset(local->texts);
	hs_cli_progress_show(&sink->progress, sink->stored + sink->failed, 0, false);
	return status;
}

static enum hs_status take(struct hs_cli_sink *sink, struct hs_slice text, const char *file, uint64_t line,
	struct hs_error *err)
{
	struct local *local = (struct local *)(void *)sink;
	struct item *item = &local->items[local->count];

	item->text = hs_arena_copy(local->texts, text);
	item->file = hs_arena_cstr(local->texts, hs_slice_cstr(file));
	item->line = line;
	if (!item->text.len || !item->file)
		return hs_fail(err, HS_E_LIMIT, "%s:%llu: the resource is too large", file,
			(unsigned long long)line);
	local->bytes += text.len;
	local->count++;
	return local->count == BATCH_COUNT || local->bytes >= BATCH_BYTES ? flush(sink, err) : HS_OK;
}

static void release(struct hs_cli_sink *sink)
{
	struct local *local = (struct local *)(void *)sink;

	hs_arena_free(local->texts);
	hs_arena_free(local->work);
	hs_heap_free(local);
}

enum hs_status hs_cli_load_local(struct hs_host *host, const char *sandbox, enum hs_fhir_version fhir,
	struct hs_cli_sink **out, struct hs_error *err)
{
	struct hs_sandbox *place = NULL;
	const struct hs_rest_sandbox *numbers = NULL;
	enum hs_status status = hs_host_edition(host, fhir, err);

	if (status == HS_OK)
		status = hs_host_sandbox(host, sandbox, &place, err);
	if (status)
		return status;
	struct local *local = hs_heap_alloc(sizeof(*local));
	local->rest = hs_sandbox_rest(place, fhir, &numbers);
	local->numbers = numbers;
	local->store = hs_sandbox_store(place);
	local->texts = hs_arena_new(TEXT_ARENA);
	local->work = hs_arena_new(WORK_ARENA);
	local->sink = (struct hs_cli_sink) { .take = take, .end = flush, .free = release };
	hs_cli_progress_begin(&local->sink.progress, "resources");
	*out = &local->sink;
	return HS_OK;
}
