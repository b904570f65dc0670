/* SPDX-License-Identifier: Apache-2.0 */
/* The services of this host: found (built in or in shared objects), checked, sorted by their needs, opened,
 * drained and closed in order. */
#include <core/base/nearest.h>
#include <core/base/heap.h>
#include <core/host/host_private.h>

#include <cjson/cJSON.h>
#include <dlfcn.h>

/* Allowed moves of a service: a bit for each phase that may follow. Diagram in host_private.h. */
static const unsigned moves[HS__SERVICE_PHASES] = {
	[HS__SERVICE_FOUND] = 1u << HS__SERVICE_CHECKED | 1u << HS__SERVICE_FAILED,
	[HS__SERVICE_CHECKED] = 1u << HS__SERVICE_OPEN | 1u << HS__SERVICE_FAILED,
	[HS__SERVICE_OPEN] = 1u << HS__SERVICE_SERVING | 1u << HS__SERVICE_CLOSED,
	[HS__SERVICE_SERVING] = 1u << HS__SERVICE_DRAINING,
	[HS__SERVICE_DRAINING] = 1u << HS__SERVICE_CLOSED,
};

static void service_move(struct hs__service *service, enum hs__service_phase to)
{
	HS_ASSERT(moves[service->phase] & 1u << to);
	service->phase = to;
}

static enum hs_status add(struct hs_host *host, const struct hs_service *plug, void *library,
	struct hs_error *err)
{
	for (unsigned i = 0; i < host->service_count; i++)
		if (strcmp(host->services[i]->plug->name, plug->name) == 0)
			return hs_fail(err, HS_E_DUPLICATE, "there are two services with the name %s",
				plug->name);
	if (host->service_count == HS__SERVICES_MAX)
		return hs_fail(err, HS_E_LIMIT, "there are more than %d services", HS__SERVICES_MAX);
	struct hs__service *service = hs_heap_alloc(sizeof(*service));
	service->plug = plug;
	service->library = library;
	service->state = hs_heap_alloc(plug->state_size ? plug->state_size : 1);
	host->services[host->service_count++] = service;
	return HS_OK;
}

static enum hs_status load_object(struct hs_host *host, const char *name, const char *file,
	struct hs_error *err)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return hs_fail(err, HS_E_NOT_FOUND, "services.%s: %s cannot be loaded: %s", name, file,
			dlerror());
	const struct hs_service *plug = dlsym(library, "hs_service");
	enum hs_status status = HS_OK;
	if (!plug)
		status = hs_fail(err, HS_E_INVALID, "services.%s: %s does not export hs_service", name, file);
	else
		status = hs__descriptor_check(plug, err);
	if (status == HS_OK && plug && strcmp(plug->name, name) != 0)
		status = hs_fail(err, HS_E_INVALID, "services.%s: the service in %s is named %s", name, file,
			plug->name);
	if (status == HS_OK)
		status = add(host, plug, library, err);
	if (status)
		dlclose(library);
	return status;
}

static bool switched_off(const cJSON *config, const char *name)
{
	const cJSON *own = cJSON_GetObjectItemCaseSensitive(config, name);
	return cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(own, "enabled"));
}

/* A configured name that neither is built in nor has a file is a mistake. */
static enum hs_status check_config(const cJSON *config, const struct hs_service *const *builtin,
	struct hs_error *err)
{
	const cJSON *member = NULL;
	const char *names[HS__SERVICES_MAX + 1] = { NULL };

	for (size_t i = 0; builtin[i] && i < HS__SERVICES_MAX; i++)
		names[i] = builtin[i]->name;
	cJSON_ArrayForEach(member, config)
	{
		size_t i = 0;
		while (names[i] && strcmp(names[i], member->string) != 0)
			i++;
		if (names[i] || cJSON_GetObjectItemCaseSensitive(member, "file"))
			continue;
		const char *near = hs_suggest(member->string, names);
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"services.%s is not built in and has no \"file\"%s%s%s", member->string,
			near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	}
	return HS_OK;
}

static bool provides(const struct hs__service *service, const char *feature)
{
	for (const struct hs_feature *f = service->plug->features; f && f->name; f++)
		if (f->kind == HS_PROVIDES && strcmp(f->name, feature) == 0)
			return true;
	return false;
}

static struct hs__service *provider(const struct hs_host *host, const char *feature)
{
	for (unsigned i = 0; i < host->service_count; i++)
		if (provides(host->services[i], feature))
			return host->services[i];
	return NULL;
}

/* True when all that `service` needs or prefers (and that is here) stands in services[0..placed). */
static bool ready(const struct hs_host *host, const struct hs__service *service, unsigned placed)
{
	for (const struct hs_feature *f = service->plug->features; f && f->name; f++) {
		const struct hs__service *other = f->kind == HS_PROVIDES ? NULL : provider(host, f->name);
		bool found = !other || other == service;
		for (unsigned i = 0; i < placed && !found; i++)
			found = host->services[i] == other;
		if (!found)
			return false;
	}
	return true;
}

/* Takes, again and again, the first service whose needs are met; otherwise the order of the table is kept. */
static enum hs_status sort_by_needs(struct hs_host *host, struct hs_error *err)
{
	struct hs__service **list = host->services;

	for (unsigned i = 0; i < host->service_count; i++)
		for (const struct hs_feature *f = list[i]->plug->features; f && f->name; f++)
			if (f->kind == HS_NEEDS && !provider(host, f->name))
				return hs_fail(err, HS_E_NOT_FOUND,
					"service %s needs %s, which no service here provides",
					list[i]->plug->name, f->name);
	for (unsigned placed = 0; placed < host->service_count; placed++) {
		unsigned i = placed;
		while (i < host->service_count && !ready(host, list[i], placed))
			i++;
		if (i == host->service_count)
			return hs_fail(err, HS_E_CONFLICT,
				"service %s and others need each other in a circle",
				list[placed]->plug->name);
		struct hs__service *next = list[i];
		for (; i > placed; i--)
			list[i] = list[i - 1];
		list[placed] = next;
	}
	for (unsigned i = 0; i < host->service_count; i++)
		list[i]->index = i;
	return HS_OK;
}

enum hs_status hs__registry_find(struct hs_host *host, const struct hs_service *const *builtin,
	struct hs_error *err)
{
	const cJSON *config = host->config->services, *member = NULL;
	enum hs_status status = check_config(config, builtin, err);

	for (size_t i = 0; builtin[i] && status == HS_OK; i++) {
		const cJSON *own = cJSON_GetObjectItemCaseSensitive(config, builtin[i]->name);
		if (switched_off(config, builtin[i]->name) || cJSON_GetObjectItemCaseSensitive(own, "file"))
			continue;
		status = hs__descriptor_check(builtin[i], err);
		if (status == HS_OK)
			status = add(host, builtin[i], NULL, err);
	}
	cJSON_ArrayForEach(member, config)
	{
		const cJSON *file = cJSON_GetObjectItemCaseSensitive(member, "file");
		if (status || !file || switched_off(config, member->string))
			continue;
		status = cJSON_IsString(file) ?
			load_object(host, member->string, file->valuestring, err) :
			hs_fail(err, HS_E_VALUE, "services.%s.file must be a text", member->string);
	}
	if (status == HS_OK)
		status = sort_by_needs(host, err);
	for (unsigned i = 0; i < host->service_count; i++)
		service_move(host->services[i], status ? HS__SERVICE_FAILED : HS__SERVICE_CHECKED);
	return status;
}

enum hs_status hs__registry_open(struct hs_host *host, struct hs_error *err)
{
	for (unsigned i = 0; i < host->service_count; i++) {
		struct hs__service *service = host->services[i];
		const cJSON *values = cJSON_GetObjectItemCaseSensitive(host->config->services,
			service->plug->name);
		enum hs_status status = hs__settings_fill(service->plug, service->state, values, host->arena,
			err);
		host->opening = service->plug->name;
		if (status == HS_OK && service->plug->open)
			status = service->plug->open(service->state, host, err);
		host->opening = NULL;
		service_move(service, status ? HS__SERVICE_FAILED : HS__SERVICE_OPEN);
		if (status)
			return status;
	}
	return HS_OK;
}

void hs__registry_serve(struct hs_host *host)
{
	for (unsigned i = 0; i < host->service_count; i++)
		service_move(host->services[i], HS__SERVICE_SERVING);
}

void hs__registry_drain(struct hs_host *host)
{
	for (unsigned i = host->service_count; i-- > 0;) {
		struct hs__service *service = host->services[i];
		if (service->phase != HS__SERVICE_SERVING)
			continue;
		service_move(service, HS__SERVICE_DRAINING);
		if (service->plug->drain)
			service->plug->drain(service->state);
	}
}

void hs__registry_close(struct hs_host *host)
{
	for (unsigned i = host->service_count; i-- > 0;) {
		struct hs__service *service = host->services[i];
		if (service->phase == HS__SERVICE_OPEN || service->phase == HS__SERVICE_DRAINING) {
			service_move(service, HS__SERVICE_CLOSED);
			if (service->plug->close)
				service->plug->close(service->state);
		}
		hs_heap_free(service->state);
		if (service->library)
			dlclose(service->library);
		hs_heap_free(service);
	}
	host->service_count = 0;
}

/* ---- what a service may ask of the host (include/handslag/service.h) ---- */

const void *hs_host_feature(struct hs_host *host, const char *name)
{
	for (unsigned i = 0; i < host->service_count; i++)
		for (const struct hs_feature *f = host->services[i]->plug->features; f && f->name; f++)
			if (f->kind == HS_PROVIDES && strcmp(f->name, name) == 0)
				return f->functions;
	return NULL;
}

struct hs_package *const *hs_host_packages(struct hs_host *host)
{
	return host->packages;
}
