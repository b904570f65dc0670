/* SPDX-License-Identifier: Apache-2.0 */
/* read, the hottest path of all: from the cache of the loop when it can, else from the store. */
#include <core/rest/cache.h>

#include <handslag/time.h>

struct reading {
	struct hs__rest_env env;
	struct hs__rest_call call;
	struct hs__rest_result result;
	/* Not in the call: what is read is remembered whatever the condition says. */
	struct hs_slice if_none_match, if_modified_since;
	uint32_t stamp;
};

static enum hs_verdict reply_cached(struct hs_request *req, struct hs__rest_cached *entry,
	struct hs_slice if_none_match, struct hs_slice if_modified_since)
{
	hs_reply_header(req, HS_S("ETag"), hs_slice(entry->etag, entry->etag_len));
	hs_reply_header(req, HS_S("Last-Modified"), hs_slice(entry->modified, HS_HTTP_DATE_LEN));
	/* Nearly always the tag comes back as it was given. */
	bool same = hs_slice_eq(if_none_match, hs_slice(entry->etag, entry->etag_len));
	if (same ||
		((if_none_match.len | if_modified_since.len) > 0 &&
			hs__rest_not_modified(if_none_match, if_modified_since, entry->version,
				entry->updated_ms))) {
		hs__rest_cached_unref(entry);
		return hs_reply_empty(req, 304);
	}
	return hs_reply_text(req, 200, hs_slice(entry->body, entry->body_len), hs__rest_cached_unref, entry);
}

static enum hs_status read_current(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct reading *reading = arg;
	return hs__rest_run(&reading->env, txn, arena, &reading->call, &reading->result, err);
}

static enum hs_verdict after_read(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct reading *reading = arg;
	const struct hs__rest_env *env = &reading->env;
	struct hs__rest_result *result = &reading->result;
	if (status != HS_OK || result->status != 200)
		return status != HS_OK ? hs__rest_refuse(req, status, NULL, err) :
					 hs__rest_reply(req, result);
	struct hs__rest_key key = { env->sandbox, hs__rest_type_number(env->sandbox, reading->call.type),
		reading->call.id };
	struct hs_resource version = {
		.version = result->version, .updated_ms = result->updated_ms, .body = result->text
	};
	struct hs__rest_cached *entry = hs__rest_cache_put(&key, reading->stamp, &version);
	if (entry)
		return reply_cached(req, entry, reading->if_none_match, reading->if_modified_since);
	if (hs__rest_not_modified(reading->if_none_match, reading->if_modified_since, result->version,
		    result->updated_ms))
		result->status = 304;
	return hs__rest_reply(req, result);
}

enum hs_verdict hs__rest_serve_read(const struct hs_rest *rest, const struct hs_rest_sandbox *sandbox,
	struct hs_request *req, const struct hs_rest_target *target)
{
	struct hs__rest_key key = { sandbox, hs__rest_type_number(sandbox, target->served), target->id };
	struct hs_slice if_none_match = hs_request_header(req, HS_S("If-None-Match"));
	struct hs_slice if_modified_since = hs_request_header(req, HS_S("If-Modified-Since"));
	struct hs__rest_cached *entry = hs__rest_cache_get(&key);
	if (entry)
		return reply_cached(req, entry, if_none_match, if_modified_since);
	struct reading *reading = hs_arena_alloc(hs_request_arena(req), sizeof *reading);
	if (!reading)
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	hs__rest_env_of(req, rest, sandbox, &reading->env);
	reading->call = (struct hs__rest_call) {
		.interaction = HS_DO_READ, .type = target->served, .id = target->id
	};
	reading->if_none_match = if_none_match;
	reading->if_modified_since = if_modified_since;
	/* Before the read: a write that comes between makes the entry stale at once instead of wrong. */
	reading->stamp = hs_store_stamp(sandbox->store, key.type, target->id);
	return hs_read(req, read_current, reading, after_read);
}
