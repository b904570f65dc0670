/* SPDX-License-Identifier: Apache-2.0 */
/* The FHIR versions that are served: their definitions, search rules, REST API and routes. */
#include <core/base/heap.h>
#include <core/fhir/convert/convert.h>
#include <core/host/operations/export.h>
#include <core/base/log.h>
#include <core/host/metrics.h>
#include <core/host/request/router.h>
#include <core/host/operations/validator.h>

/* Where definitions are looked for, in this order: packages of the host, then the cache. */
static const struct {
	enum hs_fhir_version fhir;
	const char *name, *number;
	uint32_t bit;
	const char *cores[3];
} versions[HS__EDITIONS] = {
	{ HS_FHIR_R4, "r4", "4.0.1", HS_ON_R4, { "hl7.fhir.r4.core", "hl7.fhir.r4.examples", NULL } },
	{ HS_FHIR_R5, "r5", "5.0.0", HS_ON_R5, { "hl7.fhir.r5.core", NULL, NULL } },
};

static const struct hs_route metadata_route = {
	.method = "GET", .path = "metadata", .versions = HS_ON_R4 | HS_ON_R5, .handler = hs__capability_serve
};

/* What the host itself answers below a FHIR base. */
static const struct hs_route *const own_routes[] = { hs__validate_routes, hs__fhirpath_routes,
	hs__everything_routes, hs__export_routes, hs__convert_routes };
#define OWN_COUNT (sizeof(own_routes) / sizeof(own_routes[0]))

const char *const *hs__edition_cores(unsigned index)
{
	return versions[index].cores;
}

static struct hs_package *core_of_host(const struct hs_host *host, const char *const *names)
{
	for (; *names; names++)
		for (size_t i = 0; host->packages[i]; i++)
			if (hs_slice_eq(hs_package_name(host->packages[i]), hs_slice_cstr(*names)))
				return host->packages[i];
	return NULL;
}

/* The core package of a version; *own when it was opened here and is to be closed. */
static struct hs_package *find_core(const struct hs_host *host, const char *const *names, bool *own)
{
	struct hs_package *package = core_of_host(host, names);
	struct hs_error ignored = { .status = HS_OK };

	*own = false;
	for (; *names && !package; names++)
		if (hs_packages_open(host->config, *names, &package, &ignored) == HS_OK)
			*own = true;
		else
			package = NULL;
	return package;
}

static enum hs_status open_definitions(struct hs_host *host, struct hs__edition *edition,
	const char *const *names, struct hs_error *err)
{
	bool own = false;
	struct hs_package *core = find_core(host, names, &own);

	if (!core) {
		hs_fail(&edition->missing, HS_E_BUSY,
			"FHIR %s is not served because its definitions are not here: run ci/setup, or put %s "
			"into the package cache, or \"handslag package add FILE.tgz\", and start again",
			edition->number, names[0]);
		return HS_OK;
	}
	struct hs_package *packages[] = { core, NULL };
	struct hs_defs_source source = { .fhir = edition->fhir,
		.packages = packages,
		.params = host->packages,
		.cache_dir = host->cache_dir,
		.world = host->world };
	enum hs_status status = hs_defs_open(&source, &edition->defs, err);
	if (own)
		hs_package_close(core);
	return status;
}

enum hs_status hs__editions_open(struct hs_host *host, struct hs_error *err)
{
	for (unsigned i = 0; i < HS__EDITIONS; i++) {
		struct hs__edition *edition = &host->editions[i];
		edition->fhir = versions[i].fhir;
		edition->name = versions[i].name;
		edition->number = versions[i].number;
		edition->bit = versions[i].bit;
		hs_map_init(&edition->owners, NULL);
		pthread_mutex_init(&edition->capability_lock, NULL);
		edition->router = hs__router_new(host->arena);
		enum hs_status status = host->config->bare ?
			HS_OK :
			open_definitions(host, edition, versions[i].cores, err);
		if (status)
			return status;
	}
	return HS_OK;
}

static enum hs_status add_types(struct hs_host *host, struct hs__edition *edition,
	const struct hs__service *service, struct hs_error *err)
{
	for (const struct hs_type_row *row = service->plug->types; row && row->name; row++) {
		if (!(row->versions & edition->bit))
			continue;
		bool fresh = false;
		struct hs_map_slot *slot = hs_map_put(&edition->owners, hs_slice_cstr(row->name), &fresh);
		if (!fresh)
			return hs_fail(err, HS_E_DUPLICATE, "the services %s and %s both own %s",
				host->services[slot->value.number]->plug->name, service->plug->name,
				row->name);
		slot->value.number = service->index;
		enum hs_status status = hs_rest_add_type(edition->rest, row, service->state,
			service->plug->name, err);
		if (status)
			return status;
	}
	return HS_OK;
}

/* Once its types are known: what packages have of them. */
static enum hs_status add_packages(const struct hs_host *host, struct hs__edition *edition,
	struct hs_error *err)
{
	const struct hs_rest_packages packages = {
		.list = host->packages, .cache_dir = host->cache_dir, .world = host->world
	};

	return edition->rest ? hs_rest_add_packages(edition->rest, &packages, err) : HS_OK;
}

static enum hs_status add_routes(struct hs_host *host, struct hs__edition *edition,
	struct hs__service *service, struct hs_error *err)
{
	for (const struct hs_route *row = service->plug->routes; row && row->method; row++) {
		if (!(row->versions & edition->bit))
			continue;
		const char *name = row->path;
		if (row->operation)
			name = hs_arena_cstr(host->arena,
				hs_arena_printf(host->arena, "$%s", row->operation));
		unsigned action = hs__metrics_action(host->metrics, service->plug->name, name);
		enum hs_status status = hs__router_add(edition->router, row, service, action, err);
		if (status)
			return status;
	}
	return HS_OK;
}

/* Search parameters of a service, in the editions that have their type. */
static enum hs_status add_params(struct hs__edition *edition, const struct hs__service *service,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (const struct hs_param_row *row = service->plug->params; row && row->type && status == HS_OK;
		row++) {
		const struct hs_search_extra extra = { hs_slice_cstr(row->type), hs_slice_cstr(row->code),
			hs_slice_cstr(row->kind), hs_slice_cstr(row->expression),
			hs_slice_cstr(row->definition) };
		if (hs_defs_type(edition->defs, extra.type))
			status = hs_search_rules_add(edition->rules, &extra, err);
	}
	return status;
}

/* Search parameters of packages that will find nothing. */
static void tell_faulty(const struct hs__edition *edition)
{
	for (uint32_t i = 0; i < hs_defs_type_count(edition->defs); i++) {
		struct hs_slice url,
			type = hs_defs_text(edition->defs, hs_defs_type_at(edition->defs, i)->name);
		if (!hs_search_additions(edition->rules, type))
			continue;
		for (uint32_t k = 0; hs_search_addition_faulty(edition->rules, type, k, &url); k++)
			hs_log_text(HS_LOG_WARN, "search",
				"the search parameter %.*s is not served for %.*s: its expression does not "
				"compile",
				HS_S_ARG(url), HS_S_ARG(type));
	}
}

/* "Patient/{id}/$everything" makes sense where Patients are; "$export" and "{type}/$validate" do anywhere. */
static bool has_place(const struct hs__edition *edition, const struct hs_route *row)
{
	struct hs_slice rest = hs_slice_cstr(row->path), first = hs_slice_cut(&rest, '/');

	return (row->versions & edition->bit) &&
		(first.ptr[0] == '$' || first.ptr[0] == '{' || hs_rest_serves(edition->rest, first));
}

static enum hs_status add_own(struct hs_host *host, struct hs__edition *edition, const struct hs_route *rows,
	struct hs_error *err)
{
	for (const struct hs_route *row = rows; row->method; row++) {
		const char *name = strchr(row->path, '$');
		unsigned action = hs__metrics_action(host->metrics, "host", name);
		enum hs_status status = has_place(edition, row) ?
			hs__router_add(edition->router, row, NULL, action, err) :
			HS_OK;
		if (status)
			return status;
	}
	return HS_OK;
}

enum hs_status hs__editions_rest(struct hs_host *host, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (host->editions[0].defs && host->editions[1].defs)
		host->convert = hs_convert_new(host->editions[0].defs, host->editions[1].defs);
	for (unsigned i = 0; i < HS__EDITIONS && status == HS_OK; i++) {
		struct hs__edition *edition = &host->editions[i];
		status = hs__router_add(edition->router, &metadata_route, NULL, HS__ACT_METADATA, err);
		if (edition->defs)
			edition->validators = hs__validators_new(host, edition, versions[i].cores);
		if (status == HS_OK && edition->defs)
			status = hs_search_rules_new(edition->defs, &edition->rules, err);
		for (unsigned k = 0; k < host->service_count && status == HS_OK && edition->rules; k++)
			status = add_params(edition, host->services[k], err);
		if (status == HS_OK && edition->rules)
			tell_faulty(edition);
		struct hs_rest_config config = { .defs = edition->defs, .rules = edition->rules };
		if (status == HS_OK && edition->defs)
			status = hs_rest_new(&config, &edition->rest, err);
		for (unsigned k = 0; k < host->service_count && status == HS_OK; k++) {
			if (edition->rest)
				status = add_types(host, edition, host->services[k], err);
			if (status == HS_OK)
				status = add_routes(host, edition, host->services[k], err);
		}
		for (size_t k = 0; k < OWN_COUNT && status == HS_OK && edition->rest; k++)
			status = add_own(host, edition, own_routes[k], err);
		if (status == HS_OK)
			status = add_packages(host, edition, err);
	}
	return status;
}

void hs__editions_close(struct hs_host *host)
{
	hs_convert_free(host->convert);
	host->convert = NULL;
	for (unsigned i = 0; i < HS__EDITIONS; i++) {
		struct hs__edition *edition = &host->editions[i];
		hs__validators_free(edition->validators);
		hs_rest_free(edition->rest);
		hs_search_rules_free(edition->rules);
		hs_defs_unref(edition->defs);
		hs_map_free(&edition->owners);
		if (edition->name)
			pthread_mutex_destroy(&edition->capability_lock);
		hs_heap_free((char *)(uintptr_t)edition->capability.ptr);
		memset(edition, 0, sizeof(*edition));
	}
}
