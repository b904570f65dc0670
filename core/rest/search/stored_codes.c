/* SPDX-License-Identifier: Apache-2.0 */
/* Listing the codes of a parameter, and having them judged. */
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

struct taking {
	const struct hs__rest_env *env;
	struct hs_search_set *set;
	struct hs_slice url;
	void *arg;
	hs_after_fn *after;
};

/* Adds those of one parameter to `set`. */
static enum hs_status take_param(const struct taking *taking, struct hs_txn *txn, struct hs_arena *arena,
	uint32_t param, struct hs_search_set *set, struct hs_error *err)
{
	const struct hs_rest_terms *terms = &taking->env->sandbox->terms;
	const struct hs_search_set asked = { .kind = set->kind, .name = taking->url };
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
	status = terms->judge(terms->arg, txn, &asked, codes, count, yes, err);
	for (size_t i = 0; i < count && status == HS_OK; i++) {
		if (yes[i])
			all[set->count++] = (struct hs_search_code) { codes[i].system, codes[i].code };
	}
	return status;
}

/* hs_work_fn; perhaps run again. */
static enum hs_status take(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct taking *taking = arg;
	struct hs_search_set *set = taking->set;
	enum hs_status status = HS_OK;

	set->count = 0;
	for (unsigned i = 0; i < set->param_count && status == HS_OK; i++)
		status = take_param(taking, txn, arena, set->params[i], set, err);
	return status;
}

static enum hs_verdict after_take(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct taking *taking = arg;

	return taking->after(req, taking->arg, status, err);
}

enum hs_verdict hs__stored_codes_take(struct hs_request *req, const struct hs__rest_env *env,
	struct hs_search_set *set, struct hs_slice url, void *arg, hs_after_fn *after)
{
	struct taking *taking = hs_arena_alloc(hs_request_arena(req), sizeof(*taking));

	if (!taking)
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	*taking = (struct taking) { env, set, url, arg, after };
	return hs_read_slow(req, take, taking, after_take);
}
