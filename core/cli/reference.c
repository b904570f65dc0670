/* SPDX-License-Identifier: Apache-2.0 */
/* A server of our own for a while, for commands that need a good one. */
#include <core/cli/reference.h>

#include <core/base/log.h>

#include <handslag/terminology.h>

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 8u

struct hs_cli_reference {
	char dir[512]; /* to be removed at the end; empty: the user's own is served */
	struct hs_host_config config;
	struct hs_host *host;
	pthread_t thread;
	bool serving;
	const char *url;
};

static void remove_tree(const char *path, unsigned depth)
{
	DIR *dir = depth < DEPTH_MAX ? opendir(path) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char below[1024];
		struct stat st;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) >= (int)sizeof(below) ||
			lstat(below, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			remove_tree(below, depth + 1);
		else
			unlink(below);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static void *serve(void *arg)
{
	struct hs_cli_reference *reference = arg;

	hs_host_run(reference->host);
	return NULL;
}

static enum hs_status make_dir(struct hs_cli_reference *reference, struct hs_error *err)
{
	const char *set = getenv("TMPDIR");

	snprintf(reference->dir, sizeof(reference->dir), "%s/handslag-reference-XXXXXX",
		set && set[0] ? set : "/tmp");
	if (!mkdtemp(reference->dir))
		return hs_fail(err, HS_E_IO, "cannot make the directory %s: %s", reference->dir,
			strerrordesc_np(errno));
	return HS_OK;
}

static void remove_dir(const struct hs_cli_reference *reference)
{
	if (reference->dir[0])
		remove_tree(reference->dir, 0);
}

/* Those that answer questions about codes. */
static const struct hs_service *const *choose_services(struct hs_arena *arena, bool terminology_only)
{
	const struct hs_service **out;
	size_t count = 0, kept = 0;

	while (hs_services_builtin[count])
		count++;
	out = terminology_only ? hs_arena_array(arena, count + 1, sizeof(const struct hs_service *)) : NULL;
	for (size_t i = 0; out && i < count; i++)
		for (const struct hs_feature *f = hs_services_builtin[i]->features; f && f->name; f++)
			if (f->kind == HS_PROVIDES && strcmp(f->name, HS_TERMINOLOGY_FEATURE) == 0)
				out[kept++] = hs_services_builtin[i];
	return out ? out : hs_services_builtin;
}

static enum hs_status start(struct hs_cli_reference *reference, struct hs_error *err)
{
	enum hs_status status = hs_host_edition(reference->host, HS_FHIR_R4, err);

	if (!status)
		status = hs_host_listen(reference->host, err);
	if (!status && pthread_create(&reference->thread, NULL, serve, reference) != 0)
		status = hs_fail(err, HS_E_LIMIT, "cannot start a thread");
	reference->serving = status == HS_OK;
	return status;
}

enum hs_status hs_cli_reference_open(struct hs_arena *arena, const struct hs_cli_reference_options *options,
	struct hs_cli_reference **out, struct hs_error *err)
{
	struct hs_cli_reference *reference = hs_arena_alloc(arena, sizeof(*reference));
	enum hs_status status = HS_OK;

	if (!reference)
		return hs_fail(err, HS_E_LIMIT, "the arena of the command is full");
	if (!options->data)
		status = make_dir(reference, err);
	if (status)
		return status;
	hs_log_configure(HS_LOG_ERROR, true, STDERR_FILENO);
	status = hs_host_config_init(&reference->config, arena, err);
	reference->config.listen = "127.0.0.1:0";
	reference->config.data_dir = options->data ? options->data : reference->dir;
	reference->config.data_exists = options->data != NULL;
	reference->config.packages = options->packages;
	while (options->packages && options->packages[reference->config.package_count])
		reference->config.package_count++;
	reference->config.no_usual_packages = true;
	reference->config.access_log = "off";
	reference->config.export_jobs = 1000; /* faults leave exports behind that nobody could delete */
	if (!status)
		status = hs_host_open(&reference->config, choose_services(arena, options->terminology_only),
			&reference->host, err);
	if (!status && !options->terminology_only)
		status = start(reference, err);
	if (status) {
		hs_host_close(reference->host);
		remove_dir(reference);
		return status;
	}
	reference->url = reference->serving ? hs_cli_reference_base(reference, arena, HS_FHIR_R4) : "";
	*out = reference;
	return HS_OK;
}

enum hs_status hs_cli_reference_start(struct hs_arena *arena, struct hs_cli_reference **out,
	struct hs_error *err)
{
	return hs_cli_reference_open(arena, &(struct hs_cli_reference_options) { .data = NULL }, out, err);
}

const char *hs_cli_reference_base(const struct hs_cli_reference *reference, struct hs_arena *arena,
	enum hs_fhir_version fhir)
{
	return hs_arena_cstr(arena,
		hs_arena_printf(arena, "%s/fhir/%s", hs_host_url(reference->host),
			fhir == HS_FHIR_R5 ? "r5" : "r4"));
}

const char *hs_cli_reference_url(const struct hs_cli_reference *reference)
{
	return reference->url;
}

void hs_cli_reference_stop(struct hs_cli_reference *reference)
{
	if (!reference)
		return;
	if (reference->serving) {
		hs_host_stop(reference->host);
		pthread_join(reference->thread, NULL);
	}
	hs_host_close(reference->host);
	remove_dir(reference);
}

struct hs_host *hs_cli_reference_host(const struct hs_cli_reference *reference)
{
	return reference->host;
}
