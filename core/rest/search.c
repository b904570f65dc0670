/* SPDX-License-Identifier: Apache-2.0 */
/* Search of one type in a transaction: page, total, included resources, and what was left out. */
#include <core/rest/include.h>
#include <core/rest/page.h>
#include <core/rest/subset.h>

enum hs_status hs__rest_search_parse(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs_search *out, struct hs_error *err)
{
	struct hs_search_options options = { .default_count = env->rest->config.page_default,
		.max_count = env->rest->config.page_max,
		.strict = call->strict,
		.base = env->base,
		.now_ms = env->now_ms,
		.max_params = 100,
		.max_values = 500,
		.max_chain = 3 };
	return hs_search_parse(env->rest->config.rules, &env->sandbox->numbering, arena, call->type->name,
		call->query, call->query_count, &options, out, err);
}

/* What is known of the page before its text is written. */
struct found {
	struct hs_find_page page;
	struct hs__rest_included included;
	uint64_t total;
	bool has_total;
};

static enum hs_status count_all(struct hs_txn *txn, struct hs_arena *arena, const struct hs_find_query *query,
	struct found *found, struct hs_error *err)
{
	struct hs_find_query all = *query;
	struct hs_find_page page = { 0 };
	all.count = 0;
	all.want_total = true;
	all.after = HS_S_NONE;
	all.sort_count = 0;
	enum hs_status status = hs_txn_find(txn, arena, &all, &page, err);
	found->total = page.total;
	found->has_total = status == HS_OK;
	return status;
}

static enum hs_status find(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, const struct hs_search *search, struct found *found,
	struct hs_error *err)
{
	struct hs_find_query query = { .type = hs__rest_type_number(env->sandbox, call->type),
		.where = search->where,
		.sort = search->sort,
		.sort_count = search->sort_count,
		.count = search->count,
		.after = search->cursor };
	bool only_total = search->summary == HS_SUMMARY_COUNT || search->count == 0;
	if (only_total)
		return count_all(txn, arena, &query, found, err);
	enum hs_status status = hs_txn_find(txn, arena, &query, &found->page, err);
	if (status != HS_OK)
		return status;
	if (search->total != HS_TOTAL_NONE && search->cursor.len == 0 && found->page.next.len == 0) {
		found->total = found->page.count; /* all of it is on this page */
		found->has_total = true;
	} else if (search->total != HS_TOTAL_NONE) {
		status = count_all(txn, arena, &query, found, err);
	}
	if (status == HS_OK && (search->include_count > 0 || search->revinclude_count > 0))
		status = hs__rest_include(env, txn, arena, search, &found->page, &found->included, err);
	return status;
}

/* The OperationOutcome entry of a page: parameters that were left out, includes that were too many. */
static struct hs_slice outcome_of(struct hs_arena *arena, const struct hs_search *search,
	const struct found *found)
{
	struct hs_issues issues = { .arena = arena };
	struct hs_buf buf;
	for (size_t i = 0; i < search->ignored_count; i++)
		hs_issue_add(&issues, HS_SEVERITY_WARNING, "not-supported", HS_S_NONE,
			"search parameter '%.*s' is not known here and was left out",
			HS_S_ARG(hs_slice_first(search->ignored[i], 100)));
	if (found->included.truncated)
		hs_issue_add(&issues, HS_SEVERITY_WARNING, "too-costly", HS_S_NONE,
			"there are more included resources than one page may have; ask for less with _count");
	if (issues.count == 0)
		return HS_S_NONE;
	hs_buf_init(&buf, arena, 65536);
	hs_json_write(&buf, hs_outcome(arena, &issues), 0);
	return hs_buf_slice(&buf);
}

static enum hs_status write_entry(const struct hs__rest_env *env, struct hs__rest_page *page,
	const struct hs__rest_subset *subset, const struct hs_resource *resource, const char *mode,
	struct hs_error *err)
{
	struct hs_slice body = resource->body;
	enum hs_status status = HS_OK;
	if (!hs__rest_subset_all(subset))
		status = hs__rest_subset_text(env, page->arena, subset, resource->body, &body, err);
	if (status == HS_OK)
		hs__rest_page_found(page, env->sandbox->by_number[resource->type]->name, resource->id, body,
			mode);
	return status;
}

static enum hs_status write_entries(const struct hs__rest_env *env, struct hs__rest_page *page,
	const struct hs_search *search, const struct found *found, struct hs_error *err)
{
	struct hs__rest_subset subset = { search->summary, search->elements, search->element_count };
	struct hs_slice outcome = outcome_of(page->arena, search, found);
	enum hs_status status = HS_OK;
	for (size_t i = 0; status == HS_OK && i < found->page.count; i++)
		status = write_entry(env, page, &subset, &found->page.items[i], "match", err);
	for (size_t i = 0; status == HS_OK && i < found->included.count; i++)
		status = write_entry(env, page, &subset, &found->included.items[i], "include", err);
	if (outcome.len > 0)
		hs__rest_page_found(page, HS_S_NONE, HS_S_NONE, outcome, "outcome");
	return status;
}

static size_t bytes_of(const struct found *found)
{
	size_t bytes = 512;
	for (size_t i = 0; i < found->page.count; i++)
		bytes += found->page.items[i].body.len + 256;
	for (size_t i = 0; i < found->included.count; i++)
		bytes += found->included.items[i].body.len + 256;
	return bytes;
}

static enum hs_status search_type(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	struct hs_search parsed = { 0 };
	const struct hs_search *search = call->search;
	struct found found = { 0 };
	struct hs__rest_page page;
	enum hs_status status = HS_OK;
	if (!search) {
		status = hs__rest_search_parse(env, arena, call, &parsed, err);
		search = &parsed;
	}
	if (status == HS_OK)
		status = find(env, txn, arena, call, search, &found, err);
	if (status != HS_OK)
		return status;
	struct hs_slice self = hs__rest_without_cursor(arena, search->self);
	hs__rest_page_open(&page, arena, "searchset", env->base, bytes_of(&found));
	if (found.has_total)
		hs__rest_page_total(&page, found.total);
	hs__rest_page_link(&page, "self", call->type->name, self, search->cursor);
	if (found.page.next.len > 0 || search->cursor.len > 0)
		hs__rest_page_link(&page, "first", call->type->name, self, HS_S_NONE);
	if (found.page.next.len > 0)
		hs__rest_page_link(&page, "next", call->type->name, self, found.page.next);
	status = write_entries(env, &page, search, &found, err);
	if (status == HS_OK)
		status = hs__rest_page_close(&page, &result->text, err);
	return status;
}

enum hs_status hs__rest_search(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	if (call->type)
		status = search_type(env, txn, arena, call, result, err);
	else
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"a search over several types is not supported; search one type");
	result->status = 200;
	result->seq = hs_txn_seq(txn);
	return status;
}
