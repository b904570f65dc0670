/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of transactions and batches (R4 section 3.1.0.11): what a request writes is there, of the type and
 * id that its address says, and a transaction writes no resource twice. */
#include <core/fhir/validate/rules/rules_private.h>

struct request {
	struct hs_slice method, type, id; /* type and id as far as the address is TYPE or TYPE/ID */
	bool plain;                       /* it is one of those, perhaps with a search behind it */
};

static struct request read_request(const struct hs__validation *run, const struct hs_json *json)
{
	struct request request = { .method = hs_json_get_text(json, HS_S("method")) };
	struct hs_slice rest = hs_json_get_text(json, HS_S("url"));
	struct hs_slice path = hs_slice_cut(&rest, '?');
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
		check_written(run, &entry, &request);
		if (transaction)
			check_once(run, &entry, &request, &written);
	}
}
