/* SPDX-License-Identifier: Apache-2.0 */
/* The host put together: what is opened in which order, and closed in the reverse one. */
#include <core/base/heap.h>
#include <core/host/endpoints.h>
#include <core/host/sandbox/sandbox.h>

#include <stdio.h>

#define HOST_ARENA ((size_t)256 << 20)
#define WORKER_DEPTH 4096
#define CONTROL_DEPTH 4096

static void make_pools(struct hs_host *host)
{
	unsigned workers = host->config->workers ? (unsigned)host->config->workers : hs_cores(2, 64);

	host->workers = hs_pool_new("worker", workers, WORKER_DEPTH);
	/* Opens, resets and deletes sandboxes, one after another: it may wait, loops may not. */
	host->control = hs_pool_new("control", 1, CONTROL_DEPTH);
}

static enum hs_status open_parts(struct hs_host *host, const struct hs_service *const *builtin,
	struct hs_error *err)
{
	enum hs_status status = hs__datadir_open(host, err);

	if (status == HS_OK)
		status = hs__operator_token(host, err);
	if (status == HS_OK)
		status = hs__packages_load(host, err);
	if (status == HS_OK)
		status = hs__editions_open(host, err);
	if (status == HS_OK && !host->config->bare)
		status = hs__registry_find(host, builtin, err);
	if (status == HS_OK && !host->config->bare)
		status = hs__registry_open(host, err);
	if (status == HS_OK) {
		hs__metrics_prepare(host);
		status = hs__editions_rest(host, err);
	}
	return status ? status : hs__sandboxes_open(host, err);
}

enum hs_status hs_host_open(const struct hs_host_config *config, const struct hs_service *const *builtin,
	struct hs_host **out, struct hs_error *err)
{
	struct hs_host *host = hs_heap_alloc(sizeof(*host));

	host->config = config;
	host->world = hs_world_real();
	host->arena = hs_arena_new(HOST_ARENA);
	host->lock_fd = host->log_fd = -1;
	host->url = hs_heap_cstr("http://localhost", 16);
	host->started_ms = host->world->wall_ms(host->world->ctx);
	host->metrics = hs__metrics_new();
	pthread_rwlock_init(&host->sandboxes_lock, NULL);
	make_pools(host);
	enum hs_status status = open_parts(host, builtin, err);
	if (status)
		hs_host_close(host);
	else
		*out = host;
	return status;
}

void hs_host_close(struct hs_host *host)
{
	if (!host)
		return;
	atomic_store(&host->stopping, true); /* what goes on part by part ends after this one */
	hs_pool_free(host->control);
	hs__sandboxes_unload(host);
	hs_pool_free(host->workers);
	hs__loops_free(host);
	hs__jobs_free(host);
	hs__registry_close(host);
	hs__sandboxes_close(host);
	hs__editions_close(host);
	hs__packages_close(host);
	hs__datadir_close(host);
	hs__metrics_free(host->metrics);
	pthread_rwlock_destroy(&host->sandboxes_lock);
	hs_heap_free(host->url);
	hs_arena_free(host->arena);
	hs_heap_free(host);
}

uint16_t hs_host_port(const struct hs_host *host)
{
	return host->port;
}

const char *hs_host_url(const struct hs_host *host)
{
	return host->url;
}

const char *hs_host_data_dir(const struct hs_host *host)
{
	return host->data_dir;
}

enum hs_status hs_host_edition(const struct hs_host *host, enum hs_fhir_version fhir, struct hs_error *err)
{
	const struct hs__edition *edition = &host->editions[fhir == HS_FHIR_R5];

	if (edition->defs)
		return HS_OK;
	*err = edition->missing;
	return edition->missing.status;
}

const char *hs_host_cache_dir(struct hs_host *host)
{
	if (!host->opening)
		return host->cache_dir;
	char path[4096];
	struct hs_error ignored = { .status = HS_OK };
	snprintf(path, sizeof(path), "%s/%s", host->cache_dir, host->opening);
	if (hs__make_dirs(path, &ignored))
		return host->cache_dir;
	return hs_arena_cstr(host->arena, hs_slice_cstr(path));
}
