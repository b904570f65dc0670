/* SPDX-License-Identifier: Apache-2.0 */
/* read and vread in a transaction, with conditional answers and the parts that were asked for. */
#include <core/rest/shelf/shelf.h>
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

/* What a package has under the id; HS_E_NOT_FOUND. */
static enum hs_status get_packaged(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_type *type, struct hs_slice id, struct hs_resource *out, struct hs_error *err)
{
	const struct hs__shelf_type *shelved = hs__shelf_type(env->rest, type);
	struct hs_resource found;
	uint32_t at = 0;
	if (!shelved || !hs__shelf_find_id(env->rest->shelf, shelved, id, &at))
		return HS_E_NOT_FOUND;
	hs__shelf_describe(env, type, at, &found);
	enum hs_status status = hs__shelf_body(env, arena, &found, &found.body, err);
	if (status == HS_OK)
		*out = found;
	return status;
}

enum hs_status hs__rest_current(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_type *type, struct hs_slice id, struct hs_resource *out, struct hs_error *err)
{
	enum hs_status status = hs_txn_get(txn, arena, hs__rest_type_number(env->sandbox, type), id, out,
		err);
	if (status != HS_E_NOT_FOUND && status != HS_E_DELETED)
		return status;
	enum hs_status packaged = get_packaged(env, arena, type, id, out, err);
	return packaged == HS_E_NOT_FOUND ? status : packaged;
}

static enum hs_status get_version(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, uint64_t version, struct hs_resource *out, struct hs_error *err)
{
	uint32_t type = hs__rest_type_number(env->sandbox, call->type);
	struct hs_resource found = { 0 };
	enum hs_status status = hs_txn_get_version(txn, arena, type, call->id, version, out, err);
	if (status != HS_E_NOT_FOUND)
		return status;
	status = get_packaged(env, arena, call->type, call->id, &found, err);
	if (status == HS_OK && found.version != version)
		status = HS_E_NOT_FOUND;
	if (status == HS_OK)
		*out = found;
	return status;
}

enum hs_status hs__rest_get(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	struct hs_resource found = { 0 };
	enum hs_status status = HS_E_NOT_FOUND;
	uint64_t version = 0;
	if (call->interaction == HS_DO_READ)
		status = hs__rest_current(env, txn, arena, call->type, call->id, &found, err);
	else if (hs_slice_u64(call->version, &version) && version > 0)
		status = get_version(env, txn, arena, call, version, &found, err);
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
