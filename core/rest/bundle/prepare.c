/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a batch or transaction: each entry becomes a call, checked and indexed as a request of its own is. */
#include <core/rest/bundle/bundle.h>

#include <handslag/coding.h>

/* From here on the index entries of all resources together would take too much memory. */
#define LARGE ((size_t)4 << 20)

/* The entry's URL without our base: absolute URLs of ours and a leading slash are understood. */
static struct hs_slice below_base(const struct hs__rest_bundle *bundle, struct hs_slice url)
{
	struct hs_slice base = bundle->env.base;
	if (hs_slice_starts(url, base) &&
		(url.len == base.len || url.ptr[base.len] == '/' || url.ptr[base.len] == '?'))
		url = hs_slice_from(url, base.len);
	return url;
}

static enum hs_status route(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_slice url, struct hs_error *err)
{
	struct hs_rest_target target;
	struct hs_slice query = below_base(bundle, url), path = hs_slice_cut(&query, '?');
	uint32_t methods = 0;
	struct hs__rest_call *call = &entry->call;
	enum hs_status status = hs_rest_route(bundle->env.rest, hs_http_method_of(entry->method), path,
		&target, &methods, err);
	if (status == HS_E_METHOD)
		return hs_http_fail_method(err, entry->method, methods);
	if (status != HS_OK)
		return status;
	*call = (struct hs__rest_call) { .interaction = target.interaction,
		.type = target.type.len > 0 ? hs__rest_type(bundle->env.rest, target.type) : NULL,
		.id = target.id,
		.version = target.version,
		.compartment = target.compartment,
		.strict = bundle->strict };
	entry->conditional = call->interaction == HS_DO_UPDATE_CONDITIONAL ||
		call->interaction == HS_DO_PATCH_CONDITIONAL || call->interaction == HS_DO_DELETE_CONDITIONAL;
	if (call->interaction == HS_DO_BUNDLE)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "a batch or transaction cannot hold another one");
	return hs__rest_query(arena, query, &call->query, &call->query_count, err);
}

static void read_conditions(const struct hs_json *request, struct hs__rest_entry *entry)
{
	struct hs__rest_call *call = &entry->call;
	call->if_match = hs_json_get_text(request, HS_S("ifMatch"));
	call->if_none_match = hs_json_get_text(request, HS_S("ifNoneMatch"));
	call->if_modified_since = hs_json_get_text(request, HS_S("ifModifiedSince"));
	if (call->interaction != HS_DO_CREATE)
		return;
	call->if_none_exist = hs_json_get_text(request, HS_S("ifNoneExist"));
	entry->conditional = call->if_none_exist.ptr != NULL;
}

/* A JSON Patch travels as a Binary resource, a FHIRPath Patch as it is (R4 section 3.1.0.8). */
static enum hs_status read_patch(struct hs_arena *arena, struct hs_json *resource,
	struct hs__rest_entry *entry, struct hs_error *err)
{
	struct hs_slice text = HS_S_NONE, media = hs_json_get_text(resource, HS_S("contentType"));
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));
	if (hs_slice_eq(type, HS_S("Parameters"))) {
		entry->call.patch = resource;
		return HS_OK;
	}
	if (!hs_slice_eq(type, HS_S("Binary")) ||
		!hs_slice_ieq(hs_slice_cut(&media, ';'), HS_S("application/json-patch+json")))
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"a PATCH entry carries a Parameters resource, or a Binary with contentType "
			"application/json-patch+json");
	if (!hs_base64_decode(arena, hs_json_get_text(resource, HS_S("data")), HS_BASE64, &text))
		return hs_fail(err, HS_E_VALUE, "Binary.data is no base64");
	enum hs_status status = hs_json_parse(arena, text, NULL, &entry->call.patch, err);
	return status ? status : hs__rest_is_patch(entry->call.patch, err);
}

static enum hs_status read_resource(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs_json *resource, struct hs__rest_entry *entry, struct hs_error *err)
{
	struct hs__rest_call *call = &entry->call;
	enum hs_interaction what = call->interaction;
	if (what == HS_DO_PATCH || what == HS_DO_PATCH_CONDITIONAL)
		return read_patch(arena, resource, entry, err);
	if (what != HS_DO_CREATE && what != HS_DO_UPDATE && what != HS_DO_UPDATE_CONDITIONAL)
		return HS_OK;
	if (!resource)
		return hs_fail(err, HS_E_REQUIRED, "the entry has no resource; %.*s needs one",
			HS_S_ARG(entry->method));
	entry->in = (struct hs__rest_incoming) { .tree = resource, .text = bundle->body };
	call->in = &entry->in;
	struct hs_slice at = hs_arena_printf(arena, "Bundle.entry[%zu].resource", entry->index);
	entry->result.issues.arena = arena;
	enum hs_status status = hs__rest_check(&bundle->env, call, at, &entry->result.issues, err);
	if (status == HS_OK && what == HS_DO_CREATE)
		call->id = hs__rest_new_id(arena);
	return status;
}

static uint8_t phase_of(const struct hs__rest_entry *entry)
{
	switch (entry->call.interaction) {
	case HS_DO_DELETE:
	case HS_DO_DELETE_CONDITIONAL:
		return HS_PHASE_DELETE;
	case HS_DO_CREATE:
		return entry->late ? HS_PHASE_POST_LATE : HS_PHASE_POST;
	case HS_DO_UPDATE:
	case HS_DO_UPDATE_CONDITIONAL:
	case HS_DO_PATCH:
	case HS_DO_PATCH_CONDITIONAL:
		return entry->late ? HS_PHASE_PUT_LATE : HS_PHASE_PUT;
	default:
		return HS_PHASE_GET;
	}
}

static enum hs_status read_entry(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	const struct hs_json *json, struct hs__rest_entry *entry, struct hs_error *err)
{
	const struct hs_json *request = hs_json_get(json, HS_S("request"));
	struct hs_slice url = hs_json_get_text(request, HS_S("url"));
	struct hs_json *resource = hs_json_get(json, HS_S("resource"));
	entry->method = hs_json_get_text(request, HS_S("method"));
	entry->full_url = hs_json_get_text(json, HS_S("fullUrl"));
	if (entry->method.len == 0 || !hs_json_get(request, HS_S("url")))
		return hs_fail_at(err, HS_E_REQUIRED,
			hs_arena_printf(arena, "Bundle.entry[%zu].request", entry->index),
			"each entry needs request.method and request.url");
	bool operation = false;
	enum hs_status status = hs__rest_bundle_operation(bundle, arena, entry, below_base(bundle, url),
		resource, &operation, err);
	if (status == HS_OK && !operation)
		status = route(bundle, arena, entry, url, err);
	if (status != HS_OK || operation)
		return status;
	read_conditions(request, entry);
	bundle->writes = bundle->writes || hs__rest_writes(entry->call.interaction);
	return read_resource(bundle, arena, resource, entry, err);
}

/* Links that can be replaced now are; text template and index entries are made when nothing is left open. */
static enum hs_status finish(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_error *err)
{
	bool changed = false;
	enum hs_status status = HS_OK;
	if (bundle->transaction && entry->call.in)
		status = hs__rest_bundle_relink(bundle, NULL, arena, entry, &changed, err);
	if (changed)
		entry->in.text = HS_S_NONE;
	bool now = !entry->deferred && !bundle->large;
	if (status == HS_OK && entry->call.in && now)
		status = hs__rest_ready(&bundle->env, arena, &entry->in, err);
	if (status == HS_OK && entry->call.interaction == HS_DO_CREATE && now)
		status = hs__rest_give_id(arena, entry->call.id, entry->in.tree, err);
	entry->phase = phase_of(entry);
	entry->given = entry->in;
	entry->given_id = entry->call.id;
	return status;
}

static enum hs_status each(struct hs__rest_bundle *bundle, struct hs_arena *arena, const struct hs_json *list,
	bool finishing, struct hs_error *err)
{
	struct hs__rest_entry *entry = bundle->entries;
	HS_JSON_EACH(json, list) {
		enum hs_status status = HS_OK;
		entry->index = (size_t)(entry - bundle->entries);
		if (entry->refused == HS_OK && !entry->operation)
			status = finishing ? finish(bundle, arena, entry, err) :
					     read_entry(bundle, arena, json, entry, err);
		entry->refused = status != HS_OK ? status : entry->refused;
		if (status != HS_OK && bundle->transaction) {
			status = hs__rest_bundle_fault(bundle, arena, entry, err);
			if (status != HS_OK)
				return status;
		} else if (status != HS_OK) {
			hs__rest_entry_blame(entry, err);
			entry->err = *err;
		}
		entry++;
	}
	return HS_OK;
}

static enum hs_status read_head(struct hs__rest_bundle *bundle, const struct hs_json *tree,
	struct hs_error *err)
{
	struct hs_slice type = hs_json_get_text(tree, HS_S("type"));
	if (!hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("Bundle")))
		return hs_fail_at(err, HS_E_INVALID, HS_S("resourceType"),
			"what is posted to the base is a Bundle; other resources go to their type, for "
			"example POST Patient");
	bundle->transaction = hs_slice_eq(type, HS_S("transaction"));
	if (!bundle->transaction && !hs_slice_eq(type, HS_S("batch")))
		return hs_fail_at(err, HS_E_VALUE, HS_S("Bundle.type"),
			"Bundle.type is '%.*s'; what is posted to the base is a batch or a transaction",
			HS_S_ARG(hs_slice_first(type, 40)));
	bundle->count = hs_json_count(hs_json_get(tree, HS_S("entry")));
	if (bundle->count > bundle->env.rest->config.bundle_max)
		return hs_fail_at(err, HS_E_TOO_COSTLY, HS_S("Bundle.entry"),
			"%zu entries; at most %u in one Bundle", bundle->count,
			bundle->env.rest->config.bundle_max);
	return HS_OK;
}

/* What services say about the whole of it. */
static enum hs_status ask_services(struct hs__rest_bundle *bundle, const struct hs_json *tree,
	struct hs_error *err)
{
	const struct hs_rest *rest = bundle->env.rest;
	for (size_t i = 0; i < rest->type_count; i++) {
		const struct hs__rest_type *type = &rest->types[i];
		if (!type->row || type->by_star || !type->row->check_bundle)
			continue;
		type->row->check_bundle(tree, type->state, &bundle->issues);
		if (bundle->issues.errors > 0)
			return hs_fail(err, HS_E_BUSINESS_RULE, "%s refuses this Bundle", type->service);
	}
	return HS_OK;
}

enum hs_status hs__rest_bundle_prepare(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct hs__rest_bundle *bundle = arg;
	struct hs_json *tree = NULL;
	bundle->env.reading = txn;
	hs__rest_bundle_clean(bundle, arena);
	if (bundle->body.len == 0)
		return hs_fail(err, HS_E_REQUIRED,
			"the request has no body; send a Bundle of type batch or transaction");
	enum hs_status status = hs_json_parse(arena, bundle->body, NULL, &tree, err);
	if (status == HS_OK)
		status = read_head(bundle, tree, err);
	if (status != HS_OK)
		return status;
	const struct hs_json *list = hs_json_get(tree, HS_S("entry"));
	bundle->large = bundle->body.len > LARGE;
	bundle->entries = hs_arena_array(arena, bundle->count + 1, sizeof *bundle->entries);
	if (!bundle->entries)
		return hs_fail(err, HS_E_LIMIT, "the Bundle is too large");
	status = each(bundle, arena, list, false, err);
	if (status == HS_OK && bundle->fault.status == HS_OK)
		status = ask_services(bundle, tree, err);
	if (status == HS_OK && bundle->transaction)
		status = hs__rest_bundle_collect(bundle, arena, err);
	if (status == HS_OK)
		status = each(bundle, arena, list, true, err);
	return status == HS_OK ? hs__rest_bundle_verdict(bundle, err) : status;
}
