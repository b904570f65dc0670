/* SPDX-License-Identifier: Apache-2.0 */
/* Search of one type in a transaction: the page, its total, and included resources. */
#include <core/rest/both.h>
#include <core/rest/found.h>
#include <core/rest/page.h>

static struct hs_search_options options_of(const struct hs__rest_env *env, const struct hs__rest_call *call)
{
	return (struct hs_search_options) { .default_count = env->rest->config.page_default,
		.max_count = env->rest->config.page_max,
		.strict = call->strict,
		.base = env->base,
		.now_ms = env->now_ms,
		.max_params = 100,
		.max_values = 500,
		.max_chain = 3,
		.sets = call->sets,
		.set_count = call->set_count,
		.compartment = call->compartment.owner.len ? &call->compartment : NULL,
		.words = call->words };
}

enum hs_status hs__rest_search_parse(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs_search *out, struct hs_error *err)
{
	return hs__rest_search_parse_by(env, &env->sandbox->numbering, arena, call, out, err);
}

enum hs_status hs__rest_search_parse_by(const struct hs__rest_env *env, const struct hs_numbering *numbers,
	struct hs_arena *arena, const struct hs__rest_call *call, struct hs_search *out, struct hs_error *err)
{
	struct hs_search_options options = options_of(env, call);
	return hs_search_parse(&(struct hs_search_work) { env->rest->config.rules, numbers, arena },
		call->type->name, call->query, call->query_count, &options, out, err);
}

enum hs_status hs__rest_search_sets(const struct hs__rest_env *env, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs_error *err)
{
	struct hs_search_options options = options_of(env, call);
	struct hs_search_sets sets = { NULL, 0 };
	enum hs_status status = hs_search_sets(&(struct hs_search_work) { env->rest->config.rules,
						       &env->sandbox->numbering, arena },
		call->type->name, call->query, call->query_count, &options, &sets, err);
	call->sets = sets.items;
	call->set_count = sets.count;
	return status;
}

struct hs_slice hs__rest_search_path(struct hs_arena *arena, const struct hs__rest_call *call)
{
	struct hs_slice type = call->type ? call->type->name : HS_S_NONE;
	if (!call->compartment.owner.len)
		return type;
	if (!call->type)
		type = call->everything ? HS_S("$everything") : HS_S("*");
	return hs_arena_printf(arena, "%.*s/%.*s/%.*s", HS_S_ARG(call->compartment.owner),
		HS_S_ARG(call->compartment.id), HS_S_ARG(type));
}

static enum hs_status find(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, const struct hs_search *search, struct hs__rest_found *found,
	struct hs_error *err)
{
	struct hs__both both;
	bool only_total = search->summary == HS_SUMMARY_COUNT || search->count == 0;
	enum hs_status status = hs__both_open(env, txn, arena, call, search, &both, err);
	found->packaged = both.shelf != NULL;
	if (status == HS_OK && !only_total)
		status = hs__both_page(&both, txn, arena, search->count, found->trail.here, &found->page,
			err);
	if (status != HS_OK)
		return status;
	found->has_total = only_total || search->total != HS_TOTAL_NONE;
	if (found->has_total && !only_total && found->trail.here.len == 0 && found->page.next.len == 0)
		found->total = found->page.count; /* all of it is on this page */
	else if (found->has_total)
		status = hs__both_total(&both, txn, arena, &found->total, err);
	if (status == HS_OK && (search->include_count > 0 || search->revinclude_count > 0))
		status = hs__rest_include(env, txn, arena, search, &found->page, &found->included, err);
	return status;
}

static enum hs_status search_type(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	struct hs_search parsed = { 0 };
	const struct hs_search *search = call->search;
	struct hs__rest_found found = { .path = hs__rest_search_path(arena, call) };
	enum hs_status status = HS_OK;
	if (!search) {
		status = hs__rest_search_parse(env, arena, call, &parsed, err);
		search = &parsed;
	}
	found.trail = hs__rest_trail_read(search->cursor);
	if (status == HS_OK)
		status = find(env, txn, arena, call, search, &found, err);
	if (status != HS_OK)
		return status;
	found.self = hs__rest_without_cursor(arena, search->self);
	return hs__rest_found_write(env, arena, search, &found, &result->text, err);
}

enum hs_status hs__rest_search(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	result->status = 200;
	result->seq = hs_txn_seq(txn);
	return call->type ? search_type(env, txn, arena, call, result, err) :
			    hs__rest_search_system(env, txn, arena, call, result, err);
}
