/* SPDX-License-Identifier: Apache-2.0 */
/* Carries a call out in a transaction: one row an interaction. */
#include <core/rest/rest_private.h>

enum hs_status hs__rest_run(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	*result = (struct hs__rest_result) { .issues = { .arena = arena } };
	switch (call->interaction) {
	case HS_DO_READ:
	case HS_DO_VREAD:
		return hs__rest_get(env, txn, arena, call, result, err);
	case HS_DO_CREATE:
		return hs__rest_create(env, txn, arena, call, result, err);
	case HS_DO_UPDATE:
	case HS_DO_UPDATE_CONDITIONAL:
		return hs__rest_update(env, txn, arena, call, result, err);
	case HS_DO_PATCH:
	case HS_DO_PATCH_CONDITIONAL:
		return hs__rest_patch(env, txn, arena, call, result, err);
	case HS_DO_DELETE:
	case HS_DO_DELETE_CONDITIONAL:
		return hs__rest_delete(env, txn, arena, call, result, err);
	case HS_DO_HISTORY_INSTANCE:
	case HS_DO_HISTORY_TYPE:
	case HS_DO_HISTORY_SYSTEM:
		return hs__rest_history(env, txn, arena, call, result, err);
	case HS_DO_SEARCH_TYPE:
	case HS_DO_SEARCH_SYSTEM:
		return hs__rest_search(env, txn, arena, call, result, err);
	case HS_DO_BUNDLE:
		break;
	}
	return hs_fail(err, HS_E_NOT_SUPPORTED, "a batch or transaction cannot hold another one");
}
