/* SPDX-License-Identifier: Apache-2.0 */
/* /metadata: the CapabilityStatement of an edition, made from type rows, search parameters, routes and the
 * services' own words, once; a request only adds the base URL it was asked under. */
#include <core/base/heap.h>
#include <core/host/request/request_private.h>
#include <core/host/request/router.h>

#define CAPABILITY_ARENA ((size_t)64 << 20)
#define BASE_MARK "@@BASE@@"

static void add_text(struct hs_arena *arena, struct hs_json *object, const char *key, const char *text)
{
	hs_json_add_text(arena, object, hs_slice_cstr(key), hs_slice_cstr(text));
}

static void add_list(struct hs_arena *arena, struct hs_json *object, const char *key,
	const char *const *items)
{
	struct hs_json *list = hs_json_add_array(arena, object, hs_slice_cstr(key));
	for (; *items; items++)
		hs_json_push(list, hs_json_string(arena, hs_slice_cstr(*items)));
}

static struct hs_json *find_entry(const struct hs_json *list, struct hs_slice key, struct hs_slice value)
{
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_get_text(item, key), value))
			return item;
	return NULL;
}

/* ---- operations of services, from their routes ---- */

struct routes_walk {
	struct hs_arena *arena;
	const struct hs__edition *edition;
	struct hs_json *rest;
};

static void add_operation(struct hs_arena *arena, struct hs_json *entry, const struct hs_route *row)
{
	struct hs_json *list = hs_json_get(entry, HS_S("operation"));

	if (!list)
		list = hs_json_add_array(arena, entry, HS_S("operation"));
	if (find_entry(list, HS_S("name"), hs_slice_cstr(row->operation)))
		return;
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));
	struct hs_slice canonical = row->definition ?
		hs_slice_cstr(row->definition) :
		hs_arena_printf(arena, "http://hl7.org/fhir/OperationDefinition/%s", row->operation);
	hs_json_add_text(arena, item, HS_S("name"), hs_slice_cstr(row->operation));
	hs_json_add_text(arena, item, HS_S("definition"), canonical);
}

/* The resource entry of the type that a path begins with, made when REST has none for it. */
static struct hs_json *entry_of(const struct routes_walk *walk, struct hs_slice type)
{
	struct hs_json *list = hs_json_get(walk->rest, HS_S("resource"));

	if (!list)
		list = hs_json_add_array(walk->arena, walk->rest, HS_S("resource"));
	struct hs_json *entry = find_entry(list, HS_S("type"), type);
	if (entry)
		return entry;
	if (!walk->edition->defs || !hs_defs_type(walk->edition->defs, type))
		return NULL;
	entry = hs_json_push(list, hs_json_object(walk->arena));
	hs_json_add_text(walk->arena, entry, HS_S("type"), type);
	return entry;
}

static void take_route(const struct hs__route *route, void *arg)
{
	const struct routes_walk *walk = arg;
	struct hs_slice path = hs_slice_cstr(route->row->path), first = hs_slice_cut(&path, '/');

	if (!route->row->operation)
		return;
	if (first.len && first.ptr[0] == '{') { /* of every type */
		HS_JSON_EACH(each, hs_json_get(walk->rest, HS_S("resource")))
			add_operation(walk->arena, each, route->row);
		return;
	}
	struct hs_json *entry = first.len && first.ptr[0] == '$' ? walk->rest : entry_of(walk, first);
	if (entry)
		add_operation(walk->arena, entry, route->row);
}

/* ---- what services add themselves ---- */

static void ask_services(const struct hs_host *host, const struct hs__edition *edition,
	struct hs_arena *arena, struct hs_json *statement, struct hs_json *rest)
{
	for (unsigned i = 0; i < host->service_count; i++) {
		const struct hs_service *plug = host->services[i]->plug;
		if (!plug->capability)
			continue;
		plug->capability(host->services[i]->state, edition->fhir, "", arena, statement);
		plug->capability(host->services[i]->state, edition->fhir, NULL, arena, rest);
		for (const struct hs_type_row *row = plug->types; row && row->name; row++) {
			struct hs_json *entry = find_entry(hs_json_get(rest, HS_S("resource")), HS_S("type"),
				hs_slice_cstr(row->name));
			if (entry && (row->versions & edition->bit))
				plug->capability(host->services[i]->state, edition->fhir, row->name, arena,
					entry);
		}
	}
}

/* ---- the statement ---- */

/* How who asks is known. Members of HL7's terminology ecosystem have to say. */
static void add_security_service(struct hs_arena *arena, struct hs_json *security, bool certificates)
{
	struct hs_json *service = hs_json_push(hs_json_add_array(arena, security, HS_S("service")),
		hs_json_object(arena));

	if (!certificates) {
		add_text(arena, service, "text", "None: nobody is asked who they are.");
		return;
	}
	struct hs_json *coding = hs_json_push(hs_json_add_array(arena, service, HS_S("coding")),
		hs_json_object(arena));
	add_text(arena, coding, "system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
	add_text(arena, coding, "code", "Certificates");
}

static void add_security(const struct hs_host *host, struct hs_arena *arena, struct hs_json *rest)
{
	struct hs_json *security = hs_json_add_object(arena, rest, HS_S("security"));

	hs_json_add(security, HS_S("cors"), hs_json_bool(arena, host->config->cors[0] != '\0'));
	add_security_service(arena, security, host->config->tls_client_ca[0] != '\0');
	add_text(arena, security, "description",
		host->config->tls_client_ca[0] ? "Mutual TLS; within a sandbox no tokens are asked for." :
						 "A test bed: within a sandbox no tokens are asked for. "
						 "Never send real personal data.");
}

static void add_head(struct hs_arena *arena, struct hs_json *statement, const struct hs__edition *edition)
{
	static const char *const formats[] = { "json", "application/fhir+json", "xml", "application/fhir+xml",
		NULL };
	static const char *const patches[] = { "application/json-patch+json", "application/fhir+json",
		"application/fhir+xml", NULL }; /* JSON Patch, and FHIRPath Patch in either form */

	add_text(arena, statement, "resourceType", "CapabilityStatement");
	add_text(arena, statement, "url", BASE_MARK "/metadata");
	add_text(arena, statement, "version", HS_VERSION);
	add_text(arena, statement, "name", "Handslag");
	add_text(arena, statement, "title", "Handslag: shared services between health systems");
	add_text(arena, statement, "status", "active");
	hs_json_add(statement, HS_S("experimental"), hs_json_bool(arena, true));
	add_text(arena, statement, "date", HS_RELEASE_DATE);
	add_text(arena, statement, "publisher", "Handslag");
	add_text(arena, statement, "kind", "instance");
	struct hs_json *software = hs_json_add_object(arena, statement, HS_S("software"));
	add_text(arena, software, "name", "Handslag");
	add_text(arena, software, "version", HS_VERSION);
	add_text(arena, software, "releaseDate", HS_RELEASE_DATE);
	struct hs_json *implementation = hs_json_add_object(arena, statement, HS_S("implementation"));
	add_text(arena, implementation, "description", "Handslag, a reference implementation for testing");
	add_text(arena, implementation, "url", BASE_MARK);
	add_text(arena, statement, "fhirVersion", edition->number);
	add_list(arena, statement, "format", formats);
	add_list(arena, statement, "patchFormat", patches);
}

static enum hs_status keep_text(struct hs_arena *arena, const struct hs_json *statement,
	struct hs__edition *edition, struct hs_error *err)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, CAPABILITY_ARENA / 2);
	hs_json_write(&out, statement, 0);
	if (out.overflow || hs_arena_full(arena))
		return hs_fail(err, HS_E_LIMIT, "the capability statement is too large");
	edition->capability = hs_slice(hs_heap_cstr(out.ptr, out.len), out.len);
	return HS_OK;
}

/* Made when first asked for, on a worker; whoever comes at the same time waits for the first. */
static enum hs_status make(struct hs_host *host, struct hs__edition *edition, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(CAPABILITY_ARENA);
	struct hs_json *statement = hs_json_object(arena);

	add_head(arena, statement, edition);
	struct hs_json *list = hs_json_add_array(arena, statement, HS_S("rest"));
	struct hs_json *rest = hs_json_push(list, hs_json_object(arena));
	add_text(arena, rest, "mode", "server");
	add_security(host, arena, rest);
	if (edition->rest)
		hs_rest_capability(edition->rest, arena, rest);
	struct routes_walk walk = { arena, edition, rest };
	hs__router_each(edition->router, take_route, &walk);
	ask_services(host, edition, arena, statement, rest);
	enum hs_status status = keep_text(arena, statement, edition, err);
	hs_arena_free(arena);
	return status;
}

static enum hs_status make_once(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_request *req = arg;
	struct hs__edition *edition = req->edition;
	enum hs_status status = HS_OK;

	(void)txn;
	(void)arena;
	pthread_mutex_lock(&edition->capability_lock);
	if (!atomic_load_explicit(&edition->capability_ready, memory_order_relaxed)) {
		status = make(req->host, edition, err);
		atomic_store_explicit(&edition->capability_ready, status == HS_OK, memory_order_release);
	}
	pthread_mutex_unlock(&edition->capability_lock);
	return status;
}

static enum hs_verdict reply(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct hs_slice rest = req->edition->capability, mark = HS_S(BASE_MARK), base = hs_request_base(req);
	struct hs_buf out;

	(void)arg;
	if (status)
		return hs_fail_request(req, err);
	hs_buf_init(&out, req->arena, CAPABILITY_ARENA);
	for (;;) {
		size_t at = hs_slice_search(rest, mark);
		hs_buf_add(&out, hs_slice_first(rest, at));
		if (at == SIZE_MAX)
			break;
		hs_buf_add(&out, base);
		rest = hs_slice_from(rest, at + mark.len);
	}
	return hs_reply_text(req, 200, hs_buf_slice(&out), NULL, NULL);
}

/* mode: full and normative are the same thing here; terminology is a route of the service that has it. */
enum hs_verdict hs__capability_serve(struct hs_request *req, void *state)
{
	struct hs_slice mode = hs_request_query_value(req, HS_S("mode"));
	struct hs_error err = { .status = HS_OK };

	(void)state;
	if (mode.len && !hs_slice_eq(mode, HS_S("full")) && !hs_slice_eq(mode, HS_S("normative"))) {
		hs_fail(&err, HS_E_NOT_SUPPORTED,
			"mode \"%.*s\" is not served here; there are full and normative, and terminology "
			"where the terminology service is",
			HS_S_ARG(hs_slice_first(mode, 40)));
		return hs_fail_request(req, &err);
	}
	if (atomic_load_explicit(&req->edition->capability_ready, memory_order_acquire))
		return reply(req, NULL, HS_OK, NULL);
	return hs_compute(req, make_once, req, reply);
}
