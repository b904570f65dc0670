/* SPDX-License-Identifier: Apache-2.0 */
/* handslag reindex: makes the search index of a sandbox anew from what is stored. */
#include <core/cli/cli.h>
#include <core/host/host.h>
#include <core/rest/rest.h>

#include <stdio.h>

#define WORK_ARENA ((size_t)1 << 30)

static struct hs_cli_host_options host_options;
static const char *sandbox = "default", *base = "";
static bool json;

static const struct hs_cli_option options[] = {
	HS_CLI_SANDBOX(&sandbox),
	HS_CLI_HOST(host_options),
	{ "--base", "URL",
		"what clients call this server (http://host/fhir/r4): references written in full are its own",
		HS_CLI_TEXT, &base },
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "reindex",
	.arguments = "",
	.summary =
		"Makes the search index anew: after new search parameters came with packages, or an upgrade.",
	.example = "  handslag reindex --data ./data",
	.options = options,
	.more = "No server may be running on the data directory. Versions and history stay as they are.",
	.least = 0,
	.most = 0,
};

struct job {
	const struct hs_rest_sandbox *rest;
	struct hs_rest_reindexing work;
};

/* How far it is. */
struct count {
	struct hs_cli_progress progress;
	uint64_t done;
};

static enum hs_status step(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct job *job = arg;
	return hs_rest_reindex(job->rest, txn, arena, &job->work, err);
}

static enum hs_status run_edition(struct hs_sandbox *place, enum hs_fhir_version fhir, struct hs_arena *arena,
	struct count *count, struct hs_error *err)
{
	struct job job = { .work = { .base = hs_slice_cstr(base) } };
	enum hs_status status = HS_OK;

	hs_sandbox_rest(place, fhir, &job.rest);
	while (status == HS_OK && !job.work.ended) {
		hs_arena_reset(arena);
		status = hs_store_write_wait(hs_sandbox_store(place), arena, step, &job, err);
		job.work.from = job.work.to;
		count->done += status == HS_OK ? job.work.done : 0;
		hs_cli_progress_show(&count->progress, count->done, 0, false);
	}
	return status;
}

static enum hs_status run(struct hs_arena *arena, struct hs_host **host, struct count *count,
	struct hs_error *err)
{
	static const enum hs_fhir_version versions[] = { HS_FHIR_R4, HS_FHIR_R5 };
	struct hs_arena *work = hs_arena_new(WORK_ARENA);
	struct hs_sandbox *place = NULL;
	enum hs_status status = hs_cli_open(&host_options, sandbox, arena, host, &place, err);

	for (size_t i = 0; i < 2 && status == HS_OK; i++) {
		struct hs_error missing;
		/* What was stored under definitions that are not there cannot be read; the other still can.
		 */
		if (hs_host_edition(*host, versions[i], &missing) == HS_OK)
			status = run_edition(place, versions[i], work, count, err);
	}
	hs_arena_free(work);
	return status;
}

int hs_cli_reindex(int argc, char **argv)
{
	int ignored = 0, code = hs_cli_parse(&command, argc, argv, &ignored);
	struct hs_error err = { .status = HS_OK };
	struct hs_host *host = NULL;
	struct count count = { .done = 0 };

	if (code >= 0)
		return code;
	hs_cli_progress_begin(&count.progress, "resources");
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	enum hs_status status = run(arena, &host, &count, &err);
	hs_host_close(host);
	hs_cli_progress_show(&count.progress, count.done, 0, true);
	if (status == HS_OK && json)
		printf("{\"indexed\": %llu}\n", (unsigned long long)count.done);
	else if (status == HS_OK)
		printf("%llu resource%s indexed anew\n", (unsigned long long)count.done,
			count.done == 1 ? "" : "s");
	code = status ? hs_cli_fail_error(&command, &err) : HS_EXIT_OK;
	hs_arena_free(arena);
	return code;
}
