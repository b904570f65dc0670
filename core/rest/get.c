/* SPDX-License-Identifier: Apache-2.0 */
/* read and vread in a transaction, with conditional answers and the parts that were asked for. */
#include <core/rest/rest_private.h>
#include <core/rest/subset.h>

static enum hs_status explain(const struct hs__rest_call *call, enum hs_status status,
	const struct hs_resource *found, struct hs_error *err)
{
	if (status == HS_E_DELETED)
		return hs_fail(err, HS_E_DELETED, "%.*s/%.*s was deleted; its last version is %llu",
			HS_S_ARG(call->type->name), HS_S_ARG(call->id), (unsigned long long)found->version);
	if (status != HS_E_NOT_FOUND)
		return status;
	if (call->version.len > 0)
		return hs_fail(err, HS_E_NOT_FOUND, "%.*s/%.*s has no version %.*s",
			HS_S_ARG(call->type->name), HS_S_ARG(call->id),
			HS_S_ARG(hs_slice_first(call->version, 64)));
	return hs_fail(err, HS_E_NOT_FOUND, "there is no %.*s with id %.*s", HS_S_ARG(call->type->name),
		HS_S_ARG(call->id));
}

enum hs_status hs__rest_get(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	uint32_t type = hs__rest_type_number(env->sandbox, call->type);
	struct hs_resource found = { 0 };
	enum hs_status status = HS_E_NOT_FOUND;
	uint64_t version = 0;
	if (call->interaction == HS_DO_READ)
		status = hs_txn_get(txn, arena, type, call->id, &found, err);
	else if (hs_slice_u64(call->version, &version) && version > 0)
		status = hs_txn_get_version(txn, arena, type, call->id, version, &found, err);
	if (status == HS_E_DELETED || status == HS_OK) {
		result->versioned = true;
		result->type = call->type->name;
		result->id = call->id;
		result->version = found.version;
		result->updated_ms = found.updated_ms;
	}
	result->seq = hs_txn_seq(txn);
	if (status != HS_OK)
		return explain(call, status, &found, err);
	result->status = 200;
	if (hs__rest_not_modified(call->if_none_match, call->if_modified_since, found.version,
		    found.updated_ms)) {
		result->status = 304;
		return HS_OK;
	}
	struct hs__rest_subset subset = { 0 };
	status = hs__rest_subset_of(arena, call->query, call->query_count, &subset, err);
	if (status != HS_OK)
		return status;
	if (!hs__rest_subset_all(&subset))
		return hs__rest_subset_text(env, arena, &subset, found.body, &result->text, err);
	result->text = found.body;
	return HS_OK;
}
