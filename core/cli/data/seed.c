/* SPDX-License-Identifier: Apache-2.0 */
/* handslag seed: a synthetic Sweden, as a file, into a data directory, or to a server. */
#include <core/cli/data/load.h>
#include <core/cli/files.h>

#include <core/cli/seed/seed.h>
#include <errno.h>
#include <stdio.h>

#define ANSWER_S 120 /* that one answer of a server may take */

static struct hs_cli_host_options host_options;
static const char *out, *sandbox = "default", *target, *token;
static int64_t size = 10000, seed_number = 1;
static bool json, pointers_only;

static const struct hs_cli_option options[] = {
	{ "--size", "N", "pointers, 1,000 to 10,000,000 (default: 10,000); patients are a twelfth of them",
		HS_CLI_NUMBER, &size },
	{ "--seed", "N", "another number gives another Sweden (default: 1)", HS_CLI_NUMBER, &seed_number },
	{ "--pointers-only", NULL, "without the directory and the patients", HS_CLI_FLAG, &pointers_only },
	{ "--out", "FILE", "write NDJSON there; - is standard output", HS_CLI_TEXT, &out },
	{ "--data", "DIR", "store into this data directory; no server may run on it", HS_CLI_TEXT,
		&host_options.data },
	HS_CLI_SANDBOX(&sandbox),
	{ "--target", "URL", "send to this FHIR base", HS_CLI_URL, &target },
	{ "--token", "TOKEN", "bearer token for it", HS_CLI_TEXT, &token },
	HS_CLI_CONFIG(&host_options.config),
	HS_CLI_SET(&host_options.set),
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "seed",
	.arguments = "--out FILE | --data DIR | --target URL",
	.summary = "Makes a synthetic Sweden: regions, municipalities, units, people, patients and pointers.",
	.example = "  handslag seed --size 10000 --data handslag-data\n"
		   "  handslag seed --size 1000000 --out sweden.ndjson",
	.options = options,
	.more = "The same size and seed give the same bytes. No person in it exists: personnummer are of the "
		"test\n"
		"series (birth numbers 980 to 999), organisation numbers of a series that is not issued.",
	.least = 0,
	.most = 0,
};

/* ---- where it goes ---- */

struct into {
	FILE *file;
	struct hs_cli_sink *sink;
	uint64_t count;
};

static enum hs_status to_file(struct hs_slice resource, void *arg, struct hs_error *err)
{
	struct into *into = arg;
	into->count++;
	if (fwrite(resource.ptr, 1, resource.len, into->file) != resource.len ||
		putc('\n', into->file) == EOF) {
		return hs_fail(err, HS_E_IO, "the file cannot be written: is the disk full?");
	}
	return HS_OK;
}

static enum hs_status to_sink(struct hs_slice resource, void *arg, struct hs_error *err)
{
	struct into *into = arg;
	into->count++;
	return into->sink->take(into->sink, resource, "seed", into->count, err);
}

static enum hs_status write_file(const struct hs_seed_options *what, struct into *into, struct hs_error *err)
{
	bool standard = strcmp(out, "-") == 0;
	if (!standard && hs_cli_check_output("the file", out, err)) {
		return err->status;
	}
	into->file = standard ? stdout : fopen(out, "we");
	if (!into->file) {
		return hs_fail(err, HS_E_VALUE, "%s cannot be written: %s", out, strerrordesc_np(errno));
	}
	enum hs_status status = hs_seed_run(what, to_file, into, err);
	bool closed = standard ? fflush(stdout) == 0 : fclose(into->file) == 0;
	return status == HS_OK && !closed ? hs_fail(err, HS_E_IO, "%s could not be written to its end", out) :
					    status;
}

static enum hs_status fill(const struct hs_seed_options *what, struct into *into, struct hs_error *err)
{
	enum hs_status status = hs_seed_run(what, to_sink, into, err);
	if (status == HS_OK) {
		status = into->sink->end(into->sink, err);
	}
	hs_cli_progress_show(&into->sink->progress, into->sink->stored + into->sink->failed, 0, true);
	return status;
}

static enum hs_status store_here(const struct hs_seed_options *what, struct hs_arena *arena,
	struct into *into, struct hs_error *err)
{
	struct hs_host_config config;
	struct hs_host *host = NULL;
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, err);
	if (status == HS_OK) {
		status = hs_host_open(&config, hs_services_builtin, &host, err);
	}
	if (status == HS_OK) {
		status = hs_cli_load_local(host, sandbox, HS_FHIR_R4, &into->sink, err);
	}
	if (status == HS_OK) {
		status = fill(what, into, err);
		into->sink->finish(into->sink);
	}
	hs_host_close(host);
	return status;
}

static enum hs_status make(const struct hs_seed_options *what, struct hs_arena *arena, struct into *into,
	struct hs_error *err)
{
	if (out) {
		return write_file(what, into, err);
	}
	if (!target) {
		return store_here(what, arena, into, err);
	}
	enum hs_status status = hs_cli_load_remote(target, token, ANSWER_S, &into->sink, err);
	return status == HS_OK ? fill(what, into, err) : status;
}

static void summary(const struct into *into, double seconds)
{
	unsigned long long refused = into->sink ? into->sink->failed : 0;
	if (json) {
		fprintf(out ? stderr : stdout,
			"{\"resources\": %llu, \"refused\": %llu, \"seconds\": %.3f}\n",
			(unsigned long long)into->count, refused, seconds);
	} else {
		fprintf(stderr, "%llu resources, %llu refused, in %.2f s\n", (unsigned long long)into->count,
			refused, seconds);
	}
}

int hs_cli_seed(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	if (code >= 0) {
		return code;
	}
	if (size < 1000 || size > 10000000) {
		return hs_cli_fail(&command, HS_EXIT_USAGE, "--size must be from 1000 to 10000000, not %lld",
			(long long)size);
	}
	if ((out != NULL) + (target != NULL) + (host_options.data != NULL) != 1) {
		return hs_cli_fail(&command, HS_EXIT_USAGE,
			"say where it goes, once: --out FILE, --data DIR or --target URL");
	}
	const struct hs_seed_options what = { (uint64_t)size, (uint64_t)seed_number, pointers_only };
	struct hs_error err = { .status = HS_OK };
	struct into into = { NULL, NULL, 0 };
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	uint64_t began = hs_cli_now_ns();
	enum hs_status status = make(&what, arena, &into, &err);
	if (status == HS_OK) {
		summary(&into, hs_cli_seconds_since(began));
	}
	code = status != HS_OK                 ? hs_cli_fail_error(&command, &err) :
		into.sink && into.sink->failed ? HS_EXIT_FAILED :
						 HS_EXIT_OK;
	if (into.sink) {
		into.sink->free(into.sink);
	}
	hs_arena_free(arena);
	return code;
}
