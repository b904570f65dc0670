/* SPDX-License-Identifier: Apache-2.0 */
/* Loading in bulk: stores resources as PUT or POST would, in the transaction of the caller. */
#include <core/rest/rest_private.h>

enum hs_status hs_rest_load(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_json *resource, struct hs_slice source, struct hs_issues *issues, struct hs_error *err)
{
	struct hs__rest_env env = { .rest = sandbox->rest, .sandbox = sandbox, .now_ms = hs_txn_now(txn) };
	struct hs_slice name = hs_json_get_text(resource, HS_S("resourceType"));
	struct hs_slice id = hs_json_get_text(resource, HS_S("id"));
	struct hs__rest_incoming in = { .tree = resource, .text = source };
	struct hs__rest_result result = { 0 };
	struct hs__rest_call call = { .interaction = id.len > 0 ? HS_DO_UPDATE : HS_DO_CREATE,
		.type = hs__rest_type(sandbox->rest, name),
		.id = id,
		.in = &in };
	if (!call.type)
		return hs_fail_at(err, HS_E_NOT_FOUND, HS_S("resourceType"),
			"resource type '%.*s' is not served here", HS_S_ARG(hs_slice_first(name, 64)));
	enum hs_status status = hs__rest_check(&env, &call, HS_S_NONE, issues, err);
	if (status == HS_OK)
		status = hs__rest_ready(&env, arena, &in, err);
	if (status == HS_OK)
		status = hs__rest_run(&env, txn, arena, &call, &result, err);
	for (const struct hs_issue *issue = status == HS_OK ? NULL : result.issues.first; issue;
		issue = issue->next)
		hs_issue_add(issues, issue->severity, issue->code, issue->path, "%.*s",
			HS_S_ARG(issue->text));
	return status;
}
