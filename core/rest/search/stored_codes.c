/* SPDX-License-Identifier: Apache-2.0 */
/* Listing the codes of parameters, and having them judged. */
#include <core/rest/search/stored_codes.h>

#include <core/rest/shelf/shelf.h>

#define CODES_MAX 20000u /* different ones of one parameter */

/* The type of a parameter by its number; NULL: not of this FHIR version. */
static const struct hs__rest_type *type_of(const struct hs__rest_env *env, uint32_t param)
{
	for (size_t i = 0; i < env->rest->param_count; i++) {
		if (env->sandbox->param_numbers[i] == (param & ~HS_PARAM_CONTAINED)) {
			struct hs_slice rest = env->rest->params[i];
			return hs__rest_type(env->rest, hs_slice_cut(&rest, '.'));
		}
	}
	return NULL;
}

bool hs__stored_codes_can(const struct hs__rest_env *env, const struct hs_search_set *set)
{
	bool can = env->sandbox->terms.judge != NULL;

	for (unsigned i = 0; i < set->param_count && can; i++) {
		const struct hs__rest_type *type = type_of(env, set->params[i]);
		can = type && type->row && !type->row->keeper && !hs__shelf_type(env->rest, type);
	}
	return can;
}

bool hs__stored_codes_known(const struct hs__rest_env *env, const struct hs_search_set *set)
{
	const struct hs_rest_terms *terms = &env->sandbox->terms;

	return terms->judge && terms->knows(terms->arg, set) && hs__stored_codes_can(env, set);
}

bool hs__stored_codes_note(struct hs_arena *arena, struct hs__rest_call *call, size_t set,
	struct hs_slice url)
{
	if (!call->judged)
		call->judged = hs_arena_array(arena, call->set_count, sizeof(*call->judged));
	if (call->judged)
		call->judged[set] = url;
	return call->judged != NULL;
}

/* Adds those of one parameter to `set`. */
static enum hs_status judge_param(const struct hs_rest_terms *terms, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs_search_set *asked, uint32_t param, struct hs_search_set *set,
	struct hs_error *err)
{
	const struct hs_stored_code *codes = NULL;
	size_t count = 0;
	enum hs_status status = hs_txn_codes(txn, arena, param, CODES_MAX, &codes, &count, err);

	if (status != HS_OK)
		return status;
	bool *yes = hs_arena_array(arena, count + 1, sizeof(*yes));
	struct hs_search_code *all = hs_arena_array(arena, set->count + count + 1, sizeof(*all));
	if (!yes || !all)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	if (set->count)
		memcpy(all, set->codes, set->count * sizeof(*all));
	set->codes = all;
	status = terms->judge(terms->arg, txn, asked, codes, count, yes, err);
	for (size_t i = 0; i < count && status == HS_OK; i++) {
		if (yes[i])
			all[set->count++] = (struct hs_search_code) { codes[i].system, codes[i].code };
	}
	return status;
}

enum hs_status hs__stored_codes_judge(const struct hs__rest_env *env, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs__rest_call *call, struct hs_error *err)
{
	const struct hs_rest_terms *terms = &env->sandbox->terms;
	enum hs_status status = HS_OK;

	for (size_t at = 0; at < call->set_count && status == HS_OK; at++) {
		struct hs_search_set *set = &call->sets[at];
		const struct hs_search_set asked = { .kind = set->kind, .name = call->judged[at] };
		if (!asked.name.len)
			continue;
		set->count = 0;
		for (unsigned i = 0; i < set->param_count && status == HS_OK; i++)
			status = judge_param(terms, txn, arena, &asked, set->params[i], set, err);
	}
	return status;
}
