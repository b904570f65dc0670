/* SPDX-License-Identifier: Apache-2.0 */
/* handslag import: large code systems, by the importers that the services declare. */
#include <core/base/memory.h>
#include <core/cli/cli.h>

#include <handslag/import.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#define OPTIONS_MAX 32u
#define TOLD_MAX 20u
#define LEFT_OUT "lines were left out"

static struct hs_cli_host_options host_options;
static const char *report_path;
static bool json, quiet, restart;
static atomic_bool interrupted; /* by a signal; read by whatever thread is at work */

/* The common options; those of the importer stand behind them. */
static const struct hs_cli_option common[] = {
	HS_CLI_HOST(host_options),
	{ "--report", "FILE", "write every line that was left out to a file, with its reason", HS_CLI_TEXT,
		&report_path },
	{ "--restart", NULL, "begin anew where an import was cut short", HS_CLI_FLAG, &restart },
	HS_CLI_JSON(&json),
	{ "--quiet", NULL, "no progress", HS_CLI_FLAG, &quiet },
};
#define COMMON (sizeof(common) / sizeof(common[0]))

struct run {
	struct hs_import import;
	struct hs_cli_progress progress;
	FILE *report;
	unsigned told;
};

/* ---- what the importer says ---- */

static void progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct run *run = arg;

	if (quiet)
		return;
	if (!run->progress.what)
		hs_cli_progress_begin(&run->progress, what);
	else if (strcmp(run->progress.what, what) != 0)
		hs_cli_progress_next(&run->progress, what);
	hs_cli_progress_show(&run->progress, done, total, false);
}

static void skipped(void *arg, const char *file, uint64_t line, const char *why)
{
	struct run *run = arg;
	FILE *to = run->report ? run->report : stderr;

	if (!run->report && run->told++ >= TOLD_MAX)
		return;
	fprintf(to, "%s:%llu: %s\n", file, (unsigned long long)line, why);
	if (!run->report && run->told == TOLD_MAX)
		fputs("more lines were left out; --report FILE names them all\n", stderr);
}

static void told(void *arg, const char *sentence)
{
	(void)arg;
	fprintf(stderr, "%s\n", sentence);
}

static void interrupt(int number)
{
	(void)number;
	interrupted = true;
}

static bool stopped(void *arg)
{
	(void)arg;
	return interrupted;
}

static uint64_t clock_ms(void *arg)
{
	(void)arg;
	return hs_cli_now_ns() / 1000000;
}

/* ---- which importer ---- */

static const struct hs_importer *find(const char *name, const struct hs_service **service)
{
	for (size_t i = 0; hs_services_builtin[i]; i++)
		for (const struct hs_importer *at = hs_services_builtin[i]->importers; at && at->name; at++)
			if (strcmp(at->name, name) == 0) {
				*service = hs_services_builtin[i];
				return at;
			}
	return NULL;
}

/* The command without an importer: its help has a line for each of those there are. */
static int no_importer(int argc, char **argv)
{
	static const struct hs_cli_option none[] = { HS_CLI_END };
	struct hs_buf names;
	int count = 0;

	hs_buf_init(&names, NULL, (size_t)1 << 20);
	hs_buf_cstr(&names, "Names (handslag import NAME --help tells the options of each):");
	for (size_t i = 0; hs_services_builtin[i]; i++)
		for (const struct hs_importer *at = hs_services_builtin[i]->importers; at && at->name; at++)
			hs_buf_printf(&names, "\n  %-10s %s", at->name, at->summary);
	hs_buf_cstr(&names,
		"\nAn import goes in stages; those that took some seconds are kept beside the images until\n"
		"it has ended. One that was killed or interrupted goes on from there when it is given\n"
		"again with the same files and options, and says so; of others, or with --restart, it\n"
		"begins anew. What was imported before is not imported again.");
	hs_buf_byte(&names, '\0');
	const struct hs_cli_command command = { .name = "import",
		.arguments = "NAME FILE|DIRECTORY...",
		.summary = "Imports large code systems into a data directory; a server that runs over it has "
			   "them too, within a second.",
		.example = "  handslag import snomed --data handslag-data SnomedCT_InternationalRF2",
		.options = none,
		.more = names.ptr,
		.failed = LEFT_OUT,
		.interrupted = true,
		.least = 1,
		.most = -1 };
	int code = hs_cli_parse(&command, argc, argv, &count);
	hs_buf_free(&names);
	return code;
}

static int unknown(const char *name)
{
	const char *names[OPTIONS_MAX + 1];
	size_t count = 0;

	for (size_t i = 0; hs_services_builtin[i]; i++)
		for (const struct hs_importer *at = hs_services_builtin[i]->importers;
			at && at->name && count < OPTIONS_MAX; at++)
			names[count++] = at->name;
	names[count] = NULL;
	return hs_cli_unknown("import", "importer", name, names);
}

/* ---- the run ---- */

static void summary(const struct hs_import *import, double seconds)
{
	if (json)
		printf("{\"rows\": %llu, \"left-out\": %llu, \"unchanged\": %s, \"stages\": %u, "
		       "\"resumed\": %u, "
		       "\"seconds\": %.3f, \"peak-mib\": %llu}\n",
			(unsigned long long)import->rows, (unsigned long long)import->skips,
			import->unchanged ? "true" : "false", import->stage_count, import->resumed, seconds,
			(unsigned long long)hs_memory_peak() >> 20);
	else
		printf("%s\n%llu lines read, %llu left out, in %.2f s\n", import->made,
			(unsigned long long)import->rows, (unsigned long long)import->skips, seconds);
}

static enum hs_status carry_out(struct run *run, const struct hs_service *service,
	const struct hs_importer *importer, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new((size_t)1 << 20);
	struct hs_host_config config;
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, err);

	if (status == HS_OK)
		status = hs_import_dir(arena, config.data_dir, service->name, &run->import.directory, err);
	if (status == HS_OK)
		status = importer->run(&run->import, err);
	hs_arena_free(arena);
	return status;
}

static int import_with(const struct hs_cli_command *command, struct run *run,
	const struct hs_service *service, const struct hs_importer *importer)
{
	struct hs_error err = { .status = HS_OK };
	uint64_t began = hs_cli_now_ns();

	if (report_path && !(run->report = fopen(report_path, "we")))
		return hs_cli_fail(command, HS_EXIT_FAULT, "%s cannot be written: %s", report_path,
			strerrordesc_np(errno));
	run->import.progress = progress;
	run->import.skipped = skipped;
	run->import.stopped = stopped;
	run->import.told = told;
	run->import.clock_ms = clock_ms;
	run->import.restart = restart;
	run->import.arg = run;
	signal(SIGINT, interrupt);
	signal(SIGTERM, interrupt);
	enum hs_status status = carry_out(run, service, importer, &err);
	hs_cli_progress_end(&run->progress);
	if (run->report && fclose(run->report) != 0 && status == HS_OK)
		status = hs_fail(&err, HS_E_IO, "cannot write %s", report_path);
	if (status == HS_E_CANCELLED)
		return hs_cli_fail(command, HS_EXIT_INTERRUPTED,
			"interrupted; given again, it %s %u of %u stages",
			run->import.kept ? "goes on after" : "begins anew: it has kept", run->import.kept,
			run->import.stage_count);
	if (status)
		return hs_cli_fail_error(command, &err);
	summary(&run->import, hs_cli_seconds_since(began));
	return run->import.skips ? HS_EXIT_FAILED : HS_EXIT_OK;
}

int hs_cli_import(int argc, char **argv)
{
	static struct hs_cli_option options[COMMON + OPTIONS_MAX + 1];
	static char names[OPTIONS_MAX][64], full[64], arguments[128], example[300];
	const char *values[OPTIONS_MAX] = { NULL };
	struct hs_pair given[OPTIONS_MAX];
	const struct hs_service *service = NULL;
	struct run run = { .told = 0 };
	size_t own = 0;
	int count = 0;

	if (argc < 2 || argv[1][0] == '-')
		return no_importer(argc, argv);
	const struct hs_importer *importer = find(argv[1], &service);
	if (!importer)
		return unknown(argv[1]);
	for (const struct hs_import_option *o = importer->options; o && o->name && own < OPTIONS_MAX;
		o++, own++) {
		snprintf(names[own], sizeof(names[own]), "--%s", o->name);
		options[own] = (struct hs_cli_option) { names[own], o->value, o->help, HS_CLI_TEXT,
			&values[own] };
	}
	memcpy(options + own, common, sizeof(common));
	snprintf(full, sizeof(full), "import %s", importer->name);
	snprintf(arguments, sizeof(arguments), "%s", importer->arguments);
	snprintf(example, sizeof(example), "  handslag %s %s", full, importer->example);
	const struct hs_cli_command command = { .name = full,
		.arguments = arguments,
		.summary = importer->summary,
		.example = example,
		.options = options,
		.failed = LEFT_OUT,
		.interrupted = true,
		.least = 1,
		.most = -1 };
	int code = hs_cli_parse(&command, argc - 1, argv + 1, &count);
	if (code >= 0)
		return code;
	for (size_t i = 0; i < own; i++)
		if (values[i])
			given[run.import.option_count++] = (struct hs_pair) {
				hs_slice_cstr(importer->options[i].name), hs_slice_cstr(values[i])
			};
	run.import.options = given;
	run.import.paths = (const char *const *)(argv + 1);
	run.import.path_count = (size_t)count;
	return import_with(&command, &run, service, importer);
}
