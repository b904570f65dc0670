/* SPDX-License-Identifier: Apache-2.0 */
/* handslag load: resources and packages into a data directory, or to any FHIR server. */
#include <core/cli/data/load.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct hs_cli_host_options host_options;
static const char *sandbox = "default", *target, *token, *fhir = "r4";
static enum hs_fhir_version version; /* from `fhir` */
static int64_t timeout_s = 120;
static bool json;

static const struct hs_cli_option options[] = {
	{ "--data", "DIR", "data directory (default: handslag-data); no server may run on it", HS_CLI_TEXT,
		&host_options.data },
	HS_CLI_SANDBOX(&sandbox),
	HS_CLI_FHIR(&fhir),
	{ "--target", "URL", "a FHIR base to send to instead", HS_CLI_URL, &target },
	{ "--token", "TOKEN", "bearer token for it", HS_CLI_TEXT, &token },
	{ "--timeout", "SECONDS", "how long it may take for one answer (default: 120)", HS_CLI_NUMBER,
		&timeout_s },
	HS_CLI_CONFIG(&host_options.config),
	HS_CLI_SET(&host_options.set),
	HS_CLI_JSON(&json),
	HS_CLI_END,
};

static const struct hs_cli_command command = {
	.name = "load",
	.arguments = "FILE|DIRECTORY|PACKAGE|-...",
	.summary = "Loads resources (.json, .ndjson, Bundles, directories) and FHIR packages (NAME#VERSION, "
		   ".tgz).",
	.example = "  handslag load hl7.terminology.r4#7.0.1 patients.ndjson ./more\n"
		   "  handslag load --target http://127.0.0.1:8080/fhir/r4 bundle.json",
	.options = options,
	.more = "Into a data directory, a package is recorded and compiled. A transaction or batch is "
		"carried\n"
		"out as when it is posted; any other Bundle gives its entries. To a server, resources of a\n"
		"package are sent one by one.\n"
		"- reads NDJSON from standard input.",
	.failed = "a resource was refused",
	.least = 1,
	.most = -1,
};

static bool is_package(const char *what)
{
	struct stat info;

	if (hs_slice_ends(hs_slice_cstr(what), HS_S(".tgz")))
		return true;
	return strchr(what, '#') && stat(what, &info) != 0;
}

static const char *plural(unsigned long long count)
{
	return count == 1 ? "" : "s";
}

/* ---- into the data directory ---- */

static enum hs_status add_packages(const struct hs_host_config *config, struct hs_arena *arena, char **what,
	int count, unsigned *added, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (int i = 0; i < count && status == HS_OK; i++) {
		const char *name = NULL;
		bool fresh = false;
		if (!is_package(what[i]))
			continue;
		status = hs_packages_add(arena, config, what[i], &name, &fresh, err);
		if (status == HS_OK) {
			fprintf(stderr, "package %s %s\n", name, fresh ? "added" : "was there already");
			*added += 1;
		}
	}
	return status;
}

static enum hs_status load_files(struct hs_cli_sink *sink, char **what, int count, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (int i = 0; i < count && status == HS_OK; i++) {
		if (is_package(what[i]))
			continue;
		status = hs_cli_load_path(sink, what[i], target != NULL, err);
		if (status == HS_E_NOT_FOUND && !strpbrk(what[i], "/*") && access(what[i], F_OK) != 0)
			status = hs_fail(err, status,
				"there is no file %s; a package is named with its version, as in "
				"hl7.terminology.r4#7.0.1",
				what[i]);
	}
	return status;
}

/* Opening the host compiles what the packages need, so that the next start is a warm one. */
static enum hs_status load_here(struct hs_arena *arena, char **what, int count, struct hs_cli_sink **sink,
	unsigned *packages, struct hs_error *err)
{
	struct hs_host_config config;
	struct hs_host *host = NULL;
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, err);

	if (status == HS_OK)
		status = add_packages(&config, arena, what, count, packages, err);
	if (status == HS_OK)
		status = hs_host_open(&config, hs_services_builtin, &host, err);
	if (status == HS_OK && (unsigned)count > *packages) {
		status = hs_cli_load_local(host, sandbox, version, sink, err);
		if (status == HS_OK)
			status = load_files(*sink, what, count, err);
		if (status == HS_OK)
			status = (*sink)->end(*sink, err);
		if (*sink)
			(*sink)->finish(*sink);
	}
	hs_host_close(host);
	return status;
}

/* ---- to a server ---- */

static enum hs_status send_package(struct hs_cli_sink *sink, const struct hs_host_config *config,
	const char *what, struct hs_error *err)
{
	struct hs_package *package = NULL;
	enum hs_status status = hs_packages_open(config, what, &package, err);

	if (status)
		return status;
	status = hs_cli_load_package(sink, package, err);
	hs_package_close(package);
	return status;
}

static enum hs_status load_there(struct hs_arena *arena, char **what, int count, struct hs_cli_sink **sink,
	unsigned *packages, struct hs_error *err)
{
	struct hs_host_config config;
	enum hs_status status = hs_cli_configure(&host_options, &config, arena, err);

	if (status == HS_OK)
		status = hs_cli_load_remote(target, token, timeout_s, sink, err);
	for (int i = 0; i < count && status == HS_OK; i++)
		if (is_package(what[i])) {
			status = send_package(*sink, &config, what[i], err);
			*packages += 1;
		}
	if (status == HS_OK)
		status = load_files(*sink, what, count, err);
	return status ? status : (*sink)->end(*sink, err);
}

static void summary(const struct hs_cli_sink *sink, unsigned packages, double seconds)
{
	unsigned long long stored = sink ? sink->stored : 0, failed = sink ? sink->failed : 0;

	if (json)
		printf("{\"packages\": %u, \"stored\": %llu, \"refused\": %llu, \"seconds\": %.3f}\n",
			packages, stored, failed, seconds);
	else
		printf("%llu resource%s stored, %llu refused, %u package%s, in %.2f s\n", stored,
			plural(stored), failed, packages, plural(packages), seconds);
}

int hs_cli_load(int argc, char **argv)
{
	int count = 0, code = hs_cli_parse(&command, argc, argv, &count);
	struct hs_error err = { .status = HS_OK };
	struct hs_cli_sink *sink = NULL;
	unsigned packages = 0;

	if (code >= 0)
		return code;
	if (hs_cli_fhir("--fhir", fhir, &version, &err))
		return hs_cli_fail_error(&command, &err);
	if (timeout_s < 1 || timeout_s > 86400)
		return hs_cli_fail(&command, HS_EXIT_USAGE,
			"--timeout must be from 1 to 86400 seconds, not %lld", (long long)timeout_s);
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	uint64_t began = hs_cli_now_ns();
	enum hs_status status = target ? load_there(arena, argv, count, &sink, &packages, &err) :
					 load_here(arena, argv, count, &sink, &packages, &err);
	if (sink)
		hs_cli_progress_show(&sink->progress, sink->stored + sink->failed, 0, true);
	if (status == HS_OK)
		summary(sink, packages, hs_cli_seconds_since(began));
	if (status && sink && sink->stored)
		fprintf(stderr, "stored until then: %llu\n", (unsigned long long)sink->stored);
	code = status                ? hs_cli_fail_error(&command, &err) :
		sink && sink->failed ? HS_EXIT_FAILED :
				       HS_EXIT_OK;
	if (sink)
		sink->free(sink);
	hs_arena_free(arena);
	return code;
}
