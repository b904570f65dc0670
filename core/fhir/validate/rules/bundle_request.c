/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of transactions and batches (R4 section 3.1.0.11): they have an address that suits their method,
 * what they write is there, of the type and id that the address says, and a transaction writes no resource
 * twice. The status of responses. */
#include <core/fhir/validate/rules/rules_private.h>

struct request {
	struct hs_slice method, type, id; /* type and id as far as the address is TYPE or TYPE/ID */
	bool plain;                       /* it is one of those, perhaps with a search behind it */
	bool searches;                    /* it has one */
};

static struct request read_request(const struct hs__validation *run, const struct hs_json *json)
{
	struct request request = { .method = hs_json_get_text(json, HS_S("method")) };
	struct hs_slice rest = hs_json_get_text(json, HS_S("url"));
	struct hs_slice path = hs_slice_cut(&rest, '?');
	request.searches = rest.len > 0;
	request.type = hs_slice_cut(&path, '/');
	request.id = hs_slice_cut(&path, '/');
	request.plain = !path.ptr && hs_defs_type(run->defs, request.type) &&
		!hs_slice_starts(request.id, HS_S("$")) && !hs_slice_starts(request.id, HS_S("_"));
	return request;
}

/* A POST may be to an operation, which takes what it takes. */
static bool is_write(const struct request *request)
{
	return request->plain &&
		(hs_slice_eq(request->method, HS_S("PUT")) ||
			(hs_slice_eq(request->method, HS_S("POST")) && !request->id.len));
}

/* TYPE/ID or TYPE?SEARCH says what is to change; what is made anew has no address yet (R4 section 3.1.0.4 and
 * following). */
static void check_address(struct hs__validation *run, const struct hs__node *entry,
	const struct request *request)
{
	if (!request->plain)
		return;
	if (hs__rules_in(request->method, "PUT PATCH DELETE") && !request->id.len && !request->searches)
		HS__FAIL(run, entry, "request", "value", "bundle-request-url",
			"%.*s changes %.*s/ID, or what is found by %.*s?NAME=VALUE; this says neither",
			HS__SHOW(request->method), HS__SHOW(request->type), HS__SHOW(request->type));
	else if (hs_slice_eq(request->method, HS_S("POST")) && request->id.len)
		HS__FAIL(run, entry, "request", "value", "bundle-request-url",
			"POST makes a resource at %.*s, and the server gives its id; %.*s/%.*s is for PUT",
			HS__SHOW(request->type), HS__SHOW(request->type), HS__SHOW(request->id));
}

/* What is searched for before a create stands without the "?" (R4 Bundle.entry.request.ifNoneExist). */
static void check_search(struct hs__validation *run, const struct hs__node *entry)
{
	struct hs__node request = hs__below(entry, "request", -1, hs_json_get(entry->value, HS_S("request")));
	struct hs_slice search = hs_json_get_text(request.value, HS_S("ifNoneExist"));
	if (hs_slice_find(search, '?', 0) != SIZE_MAX)
		HS__WARN(run, &request, "ifNoneExist", "value", "bundle-request-search",
			"'%.*s' is what stands behind the '?' of a search, without it", HS__SHOW(search));
}

static void check_written(struct hs__validation *run, const struct hs__node *entry,
	const struct request *request)
{
	const struct hs_json *resource = hs_json_get(entry->value, HS_S("resource"));
	struct hs_slice type = hs__rules_type(resource);
	struct hs_slice id = hs_json_get_text(resource, HS_S("id"));
	if (!is_write(request))
		return;
	if (!resource)
		HS__FAIL(run, entry, "", "required", "bundle-request-resource",
			"the request is to %.*s a %.*s, and the entry has no resource",
			HS__SHOW(request->method), HS__SHOW(request->type));
	else if (type.len && !hs_slice_eq(type, request->type))
		HS__FAIL(run, entry, "request", "invalid", "bundle-request-type",
			"the request is for a %.*s, but the resource is a %.*s", HS__SHOW(request->type),
			HS__SHOW(type));
	else if (request->id.len && id.len && !hs_slice_eq(id, request->id))
		HS__FAIL(run, entry, "request", "invalid", "bundle-request-id",
			"the request is for the id '%.*s', but the resource has '%.*s'",
			HS__SHOW(request->id), HS__SHOW(id));
}

/* "If any resource identities ... overlap ..., then the transaction SHALL fail" (section 3.1.0.11.2). */
static void check_once(struct hs__validation *run, const struct hs__node *entry,
	const struct request *request, struct hs_map *written)
{
	bool fresh = true;
	if (request->plain && request->id.len && hs__rules_in(request->method, "PUT PATCH DELETE"))
		hs_map_put(written,
			hs_arena_printf(run->arena, "%.*s/%.*s", HS__SHOW(request->type),
				HS__SHOW(request->id)),
			&fresh);
	if (!fresh)
		HS__FAIL(run, entry, "request", "business-rule", "bundle-request-twice",
			"an entry before changes %.*s/%.*s too, and a transaction changes each resource once",
			HS__SHOW(request->type), HS__SHOW(request->id));
}

void hs__rule_requests(struct hs__validation *run, const struct hs__node *node)
{
	bool transaction = hs_slice_eq(hs_json_get_text(node->value, HS_S("type")), HS_S("transaction"));
	struct hs_map written;
	hs_map_init(&written, run->arena);
	written.seed = hs_hash_secret();
	HS__EACH_BELOW(entry, node, "entry") {
		struct request request = read_request(run, hs_json_get(entry.value, HS_S("request")));
		check_address(run, &entry, &request);
		check_search(run, &entry);
		check_written(run, &entry, &request);
		if (transaction)
			check_once(run, &entry, &request, &written);
	}
}

/* "The status code SHALL start with a 3 digit HTTP code" (R4 Bundle.entry.response.status). An example of
 * FHIR itself does not, and nobody is misled by it. */
void hs__rule_responses(struct hs__validation *run, const struct hs__node *node)
{
	HS__EACH_BELOW(entry, node, "entry") {
		struct hs__node response = hs__below(&entry, "response", -1,
			hs_json_get(entry.value, HS_S("response")));
		struct hs_slice status = hs_json_get_text(response.value, HS_S("status"));
		size_t digits = 0;
		while (digits < status.len && status.ptr[digits] >= '0' && status.ptr[digits] <= '9')
			digits++;
		if (status.len && (digits != 3 || status.ptr[0] < '1' || status.ptr[0] > '5'))
			HS__WARN(run, &response, "status", "value", "bundle-response-status",
				"a status begins with the three digits of HTTP, as in '200 OK', not '%.*s'",
				HS__SHOW(status));
	}
}
