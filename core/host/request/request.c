/* SPDX-License-Identifier: Apache-2.0 */
/* What a handler may learn of its request (include/handslag/request.h, first part). */
#include <core/host/request/request_private.h>
#include <core/host/sandbox/sandbox.h>

struct hs_arena *hs_request_arena(struct hs_request *req)
{
	return req->arena;
}

struct hs_slice hs_request_method(const struct hs_request *req)
{
	return req->http->method_name;
}

enum hs_fhir_version hs_request_fhir(const struct hs_request *req)
{
	return req->edition ? req->edition->fhir : HS_FHIR_R4;
}

struct hs_slice hs_request_part(const struct hs_request *req, const char *name)
{
	struct hs_slice wanted = hs_slice_cstr(name);

	for (unsigned i = 0; i < req->part_count; i++)
		if (hs_slice_eq(req->parts[i].name, wanted))
			return req->parts[i].value;
	return HS_S_NONE;
}

struct hs_slice hs_request_header(const struct hs_request *req, struct hs_slice name)
{
	hs__vary_on((struct hs_request *)(uintptr_t)req, name); /* the answer's, not the request's */
	return hs_http_get_header(req->http, name);
}

/* Below a FHIR base it was split before any handler came. */
static void need_query(struct hs_request *req)
{
	struct hs_error ignored;

	(void)hs__query_parse(req, &ignored);
}

const struct hs_pair *hs_request_query(struct hs_request *req, size_t *count)
{
	need_query(req);
	*count = req->query_count;
	return req->query;
}

struct hs_slice hs_request_query_value(struct hs_request *req, struct hs_slice name)
{
	need_query(req);
	for (size_t i = 0; i < req->query_count; i++)
		if (hs_slice_eq(req->query[i].name, name))
			return req->query[i].value;
	return HS_S_NONE;
}

struct hs_slice hs_request_body(const struct hs_request *req)
{
	return req->http->body;
}

enum hs_status hs_request_json(struct hs_request *req, struct hs_json **out, struct hs_error *err)
{
	if (!req->tree) {
		if (!hs_slice_trim(req->http->body).len)
			return hs_fail(err, HS_E_REQUIRED,
				"the request has no body; send a resource as JSON");
		enum hs_status status = hs__negotiate_body(req, err);
		if (status == HS_OK)
			status = hs_json_parse(req->arena, req->http->body, NULL, &req->tree, err);
		if (status)
			return status;
	}
	*out = req->tree;
	return HS_OK;
}

static bool is_form(const struct hs_request *req)
{
	struct hs_slice type = hs_http_get_header(req->http, HS_S("Content-Type"));
	return hs_slice_ieq(hs_slice_trim(hs_slice_cut(&type, ';')),
		HS_S("application/x-www-form-urlencoded"));
}

static enum hs_status parameters_of_query(struct hs_request *req, struct hs_json **out, struct hs_error *err)
{
	struct hs_json *parameters = hs_parameters(req->arena), *list = NULL;

	need_query(req);
	for (size_t i = 0; i < req->query_count && parameters; i++) {
		const struct hs_pair *pair = &req->query[i];
		if (hs_slice_eq(pair->name, HS_S("_format")) || hs_slice_eq(pair->name, HS_S("_pretty")))
			continue;
		if (!list)
			list = hs_json_add_array(req->arena, parameters, HS_S("parameter"));
		struct hs_json *item = list ? hs_json_push(list, hs_json_object(req->arena)) : NULL;
		if (!item || !hs_json_add_text(req->arena, item, HS_S("name"), pair->name) ||
			!hs_json_add_text(req->arena, item, HS_S("valueString"), pair->value))
			parameters = NULL;
	}
	if (!parameters)
		return hs_fail(err, HS_E_LIMIT, "the query has too many parameters");
	*out = parameters;
	return HS_OK;
}

enum hs_status hs_request_parameters(struct hs_request *req, struct hs_json **out, struct hs_error *err)
{
	struct hs_json *body = NULL;

	if (!hs_slice_trim(req->http->body).len || is_form(req))
		return parameters_of_query(req, out, err);
	enum hs_status status = hs_request_json(req, &body, err);
	if (status)
		return status;
	if (hs_slice_eq(hs_json_get_text(body, HS_S("resourceType")), HS_S("Parameters"))) {
		*out = body;
		return HS_OK;
	}
	if (!hs_json_get_text(body, HS_S("resourceType")).len)
		return hs_fail(err, HS_E_STRUCTURE,
			"the body must be a Parameters resource (or the resource that is the input)");
	struct hs_json *parameters = hs_parameters(req->arena);
	if (!parameters ||
		!hs_parameters_add(req->arena, parameters, HS_S("resource"), HS_S("resource"), body))
		return hs_fail(err, HS_E_LIMIT, "the request is too large");
	*out = parameters;
	return HS_OK;
}

struct hs_slice hs_request_base(const struct hs_request *req)
{
	struct hs_request *own = (struct hs_request *)(uintptr_t)req; /* made when first asked for */
	struct hs_slice set = hs_slice_cstr(req->host->config->base_url), host;

	if (own->base.len)
		return own->base;
	host = hs_http_get_header(req->http, HS_S("Host"));
	if (set.len)
		own->base = HS_ARENA_JOIN(req->arena, set, req->root);
	else if (host.len)
		own->base = HS_ARENA_JOIN(req->arena, req->http->tls ? HS_S("https://") : HS_S("http://"),
			host, req->root);
	else
		own->base = HS_ARENA_JOIN(req->arena, hs_slice_cstr(req->host->url), req->root);
	return own->base;
}

struct hs_slice hs_request_id(const struct hs_request *req)
{
	return req->id;
}

/* Prefer: return=minimal, handling="strict"; respond-async (RFC 7240, section 2). */
struct hs_slice hs_request_prefer(const struct hs_request *req, struct hs_slice name)
{
	hs__vary_on((struct hs_request *)(uintptr_t)req, HS_S("Prefer"));
	for (size_t i = 0; i < req->http->header_count; i++) {
		const struct hs_http_header *header = &req->http->headers[i];
		if (!hs_slice_ieq(header->name, HS_S("Prefer")))
			continue;
		struct hs_slice rest = header->value;
		while (rest.ptr) {
			struct hs_slice item = hs_slice_cut(&rest, ',');
			item = hs_slice_cut(&item, ';');
			struct hs_slice key = hs_slice_trim(hs_slice_cut(&item, '='));
			if (!hs_slice_ieq(key, name))
				continue;
			item = hs_slice_trim(item);
			if (item.len >= 2 && item.ptr[0] == '"' && item.ptr[item.len - 1] == '"')
				item = hs_slice(item.ptr + 1, item.len - 2);
			return item.len ? item : HS_S("true");
		}
	}
	return HS_S_NONE;
}

int64_t hs_request_now(const struct hs_request *req)
{
	int64_t wall = hs_loop_now_ms(req->loop->loop);
	return req->sandbox ? hs__clock_at(&req->sandbox->clock, wall) : wall;
}

const char *hs_request_sandbox(const struct hs_request *req)
{
	return req->sandbox ? req->sandbox->name : "";
}

void *hs_request_sandbox_state(const struct hs_request *req)
{
	return req->sandbox && req->service ? req->sandbox->states[req->service->index] : NULL;
}

uint32_t hs_request_type_number(const struct hs_request *req, struct hs_slice type)
{
	const struct hs_rest_sandbox *table = req->sandbox && req->edition ?
		req->sandbox->rest[req->edition->fhir == HS_FHIR_R5] :
		NULL;

	return table ? hs_rest_type_number(table, type) : 0;
}
