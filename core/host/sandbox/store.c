/* SPDX-License-Identifier: Apache-2.0 */
/* What an open sandbox has: its store with the services' tables, REST's numbers, the services' states. */
#include <core/base/heap.h>
#include <core/host/operations/export.h>
#include <core/host/operations/members.h>
#include <core/host/operations/validator.h>

#include <stdio.h>

static enum hs_status migrate(struct hs_sandbox *sandbox, struct hs_error *err)
{
	struct hs_host *host = sandbox->host;

	for (unsigned i = 0; i < host->service_count; i++) {
		const struct hs_service *plug = host->services[i]->plug;
		size_t count = 0;
		while (plug->migrations && plug->migrations[count].sql)
			count++;
		enum hs_status status = count ?
			hs_store_migrate(sandbox->store, plug->name, plug->migrations, count, err) :
			HS_OK;
		if (status)
			return status;
	}
	return hs_store_migrate(sandbox->store, "search", hs_rest_migrations, hs_rest_migration_count, err);
}

/* On failure those opened before are closed by unload. */
static enum hs_status open_states(struct hs_sandbox *sandbox, struct hs_error *err)
{
	struct hs_host *host = sandbox->host;

	sandbox->states = hs_heap_alloc((host->service_count + 1) * sizeof(void *));
	for (unsigned i = 0; i < host->service_count; i++) {
		struct hs__service *service = host->services[i];
		size_t size = service->plug->sandbox_size;
		void *state = hs_heap_alloc(size ? size : 1);
		enum hs_status status = service->plug->sandbox_open ?
			service->plug->sandbox_open(service->state, state, sandbox->store, err) :
			HS_OK;
		if (status) {
			hs_heap_free(state);
			return status;
		}
		sandbox->states[i] = state;
	}
	return HS_OK;
}

static enum hs_status open_rest(struct hs_sandbox *sandbox, unsigned index, struct hs_error *err)
{
	struct hs__edition *edition = &sandbox->host->editions[index];
	enum hs_status status = hs_rest_sandbox_open(edition->rest, sandbox->store, &sandbox->rest[index],
		err);

	if (status)
		return status;
	sandbox->policies[index] = (struct hs__policy) { sandbox, edition };
	sandbox->validators[index] = hs__upper_new();
	hs_rest_sandbox_policy(sandbox->rest[index],
		&(struct hs_rest_policy) {
			hs__validation_policy, hs__validation_is_slow, &sandbox->policies[index] });
	sandbox->members[index] = hs__members_new(sandbox, edition);
	struct hs_rest_terms terms = hs__members_terms(sandbox->members[index]);
	hs_rest_sandbox_terms(sandbox->rest[index], &terms);
	return HS_OK;
}

enum hs_status hs__sandbox_load(struct hs_sandbox *sandbox, struct hs_error *err)
{
	struct hs_host *host = sandbox->host;
	char path[4096];

	if (!hs_sandbox_store_path(host->data_dir, sandbox->name, path, sizeof(path)))
		return hs_fail(err, HS_E_LIMIT, "the path of the data directory is too long");
	enum hs_status status = hs__make_dirs(sandbox->dir, err);
	if (status)
		return status;
	struct hs_store_config config = {
		.path = path,
		.world = host->world,
		.now_ms = hs__sandbox_now,
		.now_arg = sandbox,
		.readers = host->workers,
	};
	status = hs_store_open(&config, &sandbox->store, err);
	if (status)
		return status;
	if (!host->config->bare) {
		status = migrate(sandbox, err);
		for (unsigned i = 0; i < HS__EDITIONS && status == HS_OK; i++)
			if (host->editions[i].rest)
				status = open_rest(sandbox, i, err);
	}
	if (status)
		hs__sandbox_unload(sandbox);
	return status;
}

enum hs_status hs__sandbox_furnish(struct hs_sandbox *sandbox, struct hs_error *err)
{
	if (sandbox->host->config->bare)
		return HS_OK;
	enum hs_status status = open_states(sandbox, err);
	return status ? status : hs__exports_open(sandbox, err);
}

void hs__sandbox_unload(struct hs_sandbox *sandbox)
{
	struct hs_host *host = sandbox->host;

	hs__renewal_end(sandbox);
	hs__exports_close(sandbox);
	for (unsigned i = host->service_count; sandbox->states && i-- > 0;) {
		const struct hs__service *service = host->services[i];
		if (sandbox->states[i] && service->plug->sandbox_close)
			service->plug->sandbox_close(service->state, sandbox->states[i]);
		hs_heap_free(sandbox->states[i]);
	}
	hs_heap_free(sandbox->states);
	sandbox->states = NULL;
	for (unsigned i = 0; i < HS__EDITIONS; i++) {
		hs_rest_sandbox_free(sandbox->rest[i]);
		sandbox->rest[i] = NULL;
		hs__upper_free(sandbox->validators[i]);
		sandbox->validators[i] = NULL;
		hs__members_free(sandbox->members[i]);
		sandbox->members[i] = NULL;
	}
	hs_store_close(sandbox->store);
	sandbox->store = NULL;
}
