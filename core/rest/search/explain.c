/* SPDX-License-Identifier: Apache-2.0 */
/* How a search would be carried out, in words, for the operator. */
#include <core/rest/rest_private.h>

enum hs_status hs_rest_explain(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_slice text, struct hs_slice *out, struct hs_error *err)
{
	struct hs__rest_env env = { .rest = sandbox->rest, .sandbox = sandbox, .now_ms = hs_txn_now(txn) };
	struct hs__rest_call call = { .interaction = HS_DO_SEARCH_TYPE, .words = true, .strict = true };
	struct hs_search search = { 0 };
	struct hs_slice query = text, name = hs_slice_cut(&query, '?');
	call.type = hs__rest_type(env.rest, name);
	if (!call.type)
		return hs_fail(err, HS_E_VALUE,
			"'%.*s' is no search on a resource type; write it as in a URL: Patient?name=x",
			HS_S_ARG(hs_slice_first(text, 80)));
	enum hs_status status = hs__rest_query(arena, query, &call.query, &call.query_count, err);
	if (status == HS_OK)
		status = hs__rest_search_parse(&env, arena, &call, &search, err);
	if (status != HS_OK)
		return status;
	struct hs_find_query asked = { .type = hs__rest_type_number(sandbox, call.type),
		.where = search.where,
		.sort = search.sort,
		.sort_count = search.sort_count,
		.count = search.count,
		.want_total = search.total != HS_TOTAL_NONE };
	if (search.summary == HS_SUMMARY_COUNT)
		asked.count = 0;
	return hs_txn_find_explain(txn, arena, &asked, out, err);
}
