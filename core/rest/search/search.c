/* SPDX-License-Identifier: Apache-2.0 */
/* Search of one type in a transaction: the page, its total, and included resources. */
#include <core/rest/shelf/both.h>
#include <core/rest/search/contained.h>
#include <core/rest/search/found.h>
#include <core/rest/search/page.h>
#include <core/rest/search/stored_codes.h>

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
		.chains_inside = call->type && call->type->row && !call->type->row->keeper,
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
	if (status != HS_OK)
		return status;
	found->has_total = only_total || search->total != HS_TOTAL_NONE;
	/* What was read for a page need not be read again for its total; a keeper finds the first ones or the
	 * last ones in some order sooner when it need not count. */
	bool kept = call->type->row && call->type->row->keeper;
	both.with_total = found->has_total && !both.shelf && call->type->row &&
		(!kept || search->sort_count == 0);
	if (!only_total)
		status = hs__both_page(&both, txn, arena, search->count, found->trail.here, &found->page,
			err);
	if (status != HS_OK)
		return status;
	if (both.with_total && !only_total)
		found->total = found->page.total;
	else if (found->has_total && !only_total && found->trail.here.len == 0 && found->page.next.len == 0)
		found->total = found->page.count; /* all of it is on this page */
	else if (found->has_total)
		status = hs__both_total(&both, txn, arena, &found->total, err);
	if (status == HS_OK && (search->include_count > 0 || search->revinclude_count > 0))
		status = hs__rest_include(env, txn, arena, search, &found->page, &found->included, err);
	return status;
}

static enum hs_status add_page(struct hs_arena *arena, struct hs_find_page *page,
	const struct hs_find_page *part, struct hs_error *err)
{
	struct hs_resource *items = hs_arena_array(arena, page->count + part->count + 1, sizeof *items);
	if (!items)
		return hs_fail(err, HS_E_LIMIT, "the page is too large; ask for less with _count");
	if (page->count > 0)
		memcpy(items, page->items, page->count * sizeof *items);
	if (part->count > 0)
		memcpy(items + page->count, part->items, part->count * sizeof *items);
	page->items = items;
	page->count += part->count;
	page->next = part->next;
	return HS_OK;
}

/* _contained=both: what is not contained comes first. */
static enum hs_status find_inside(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, const struct hs_search *search, struct hs__rest_found *found,
	struct hs_error *err)
{
	struct hs__rest_found outside = { .trail = found->trail };
	struct hs_slice after = found->trail.here;
	struct hs_find_page part = { 0 };
	struct hs__contained inside;
	bool begun = hs_slice_starts(after, HS_S("!"));
	bool both = search->contained == HS_SEARCH_BOTH;
	struct hs_search plain = *search;
	if (begun || search->summary == HS_SUMMARY_COUNT)
		plain.count = 0; /* only its total */
	outside.trail.here = begun ? HS_S_NONE : after;
	enum hs_status status = both ? find(env, txn, arena, call, &plain, &outside, err) : HS_OK;
	if (status == HS_OK)
		status = hs__contained_open(env, txn, arena, call, &inside, err);
	if (status != HS_OK)
		return status;
	found->page = outside.page;
	found->included = outside.included;
	found->has_total = search->total != HS_TOTAL_NONE || search->summary == HS_SUMMARY_COUNT;
	found->total = outside.total + inside.count;
	if (search->summary == HS_SUMMARY_COUNT || outside.page.next.len > 0)
		return HS_OK;
	status = hs__contained_page(&inside, search->count - (uint32_t)outside.page.count,
		begun || !both ? after : HS_S_NONE, &part, err);
	if (status == HS_OK)
		status = add_page(arena, &found->page, &part, err);
	if (status == HS_OK && !inside.alone && (search->include_count > 0 || search->revinclude_count > 0))
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
	if (call->judged)
		status = hs__stored_codes_judge(env, txn, arena, call, err);
	if (status == HS_OK && (!search || call->judged)) {
		status = hs__rest_search_parse(env, arena, call, &parsed, err);
		search = &parsed;
	}
	if (status != HS_OK)
		return status;
	found.trail = hs__rest_trail_read(search->cursor);
	status = search->contained == HS_SEARCH_OUTSIDE ?
		find(env, txn, arena, call, search, &found, err) :
		find_inside(env, txn, arena, call, search, &found, err);
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
