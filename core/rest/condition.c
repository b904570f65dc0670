/* SPDX-License-Identifier: Apache-2.0 */
/* Conditional interactions: the one resource that a search condition means (R4 section 3.1.0.5.2 and on). */
#include <core/rest/shelf/both.h>

enum hs_status hs__rest_match(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs_slice condition, struct hs_resource *out,
	struct hs_error *err)
{
	struct hs__rest_call asked = *call;
	struct hs_search search = { 0 };
	struct hs_find_page page = { 0 };
	struct hs__both both;
	enum hs_status status = HS_OK;
	/* "Patient?identifier=1" and "?identifier=1" are written too; a '?' after the first '=' is part of a
	 * value. */
	size_t question = hs_slice_find(condition, '?', 0);
	if (question < hs_slice_find(condition, '=', 0))
		condition = hs_slice_from(condition, question + 1);
	if (condition.len > 0)
		status = hs__rest_query(arena, condition, &asked.query, &asked.query_count, err);
	/* A parameter that is not understood would widen the condition: it is refused. */
	asked.strict = true;
	if (status == HS_OK)
		status = hs__rest_search_parse(env, arena, &asked, &search, err);
	if (status != HS_OK)
		return status;
	if (!search.where)
		return hs_fail(err, HS_E_PRECONDITION,
			"the condition has no search parameter; it would mean every %.*s",
			HS_S_ARG(call->type->name));
	search.sort_count = 0;
	status = hs__both_open(env, txn, arena, &asked, &search, &both, err);
	both.shelved.sort_count = 0;
	if (status == HS_OK)
		status = hs__both_page(&both, txn, arena, 2, HS_S_NONE, &page, err);
	if (status != HS_OK)
		return status;
	if (page.count > 1)
		return hs_fail(err, HS_E_MULTIPLE,
			"more than one %.*s fulfils the condition; make it narrower",
			HS_S_ARG(call->type->name));
	*out = page.count == 1 ? page.items[0] : (struct hs_resource) { .id = HS_S_NONE };
	return page.count == 1 ? hs__shelf_body(env, arena, out, &out->body, err) : HS_OK;
}
