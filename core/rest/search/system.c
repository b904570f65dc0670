/* SPDX-License-Identifier: Apache-2.0 */
/* Search over several types at once (R4 section 3.1.1.1): GET [base]?_type=Patient,Practitioner&..., all
 * types by what all have (GET [base]?_id=1), and all that is in a compartment, or these types of it: GET
 * [base]/Patient/1/ and a star.
 *
 * The types are searched one after the other; a page ends where it is full, and its cursor is the type that
 * comes next with the cursor within it: "Practitioner~abc". With _sort they are merged (merge.h). A parameter
 * that one of the types does not have is one that this search does not have. */
#include <core/rest/shelf/both.h>
#include <core/rest/everything.h>
#include <core/rest/search/found.h>
#include <core/rest/search/merge.h>
#include <core/rest/search/page.h>

#define TYPES_MAX 20

/* One type's part. */
struct one {
	const struct hs__rest_type *type;
	struct hs__rest_call call; /* for this type alone */
	struct hs_search search;
	struct hs__both both;
	uint64_t total;
};

struct several {
	const struct hs__rest_env *env;
	struct hs_txn *txn;
	struct hs_arena *arena;
	struct one *ones;
	size_t count;
	bool every;            /* all types, since none were named */
	size_t first;          /* the type that the cursor names */
	struct hs_slice after; /* cursor within it */
};

/* All types that may be in the compartment. */
static enum hs_status take_types_of(struct several *several, const struct hs__rest_call *call,
	struct hs_error *err)
{
	const struct hs_rest *rest = several->env->rest;
	struct hs_slice owner = call->compartment.owner;
	several->ones = hs_arena_array(several->arena, rest->type_count, sizeof *several->ones);
	if (!several->ones)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	const struct hs__rest_type *first = hs__rest_type(rest, owner);
	if (first)
		several->ones[several->count++].type = first;
	for (size_t i = 0; i < rest->type_count; i++) {
		const struct hs__rest_type *type = &rest->types[i];
		uint32_t params;
		hs_defs_compartment(rest->config.defs, owner, type->name, &params);
		if (params > 0 && type != first && type->row && type->row->interactions & HS_CAN_SEARCH)
			several->ones[several->count++].type = type;
	}
	return HS_OK;
}

/* Without _type. */
static enum hs_status take_every_type(struct several *several, struct hs_error *err)
{
	const struct hs_rest *rest = several->env->rest;
	several->ones = hs_arena_array(several->arena, rest->type_count, sizeof *several->ones);
	if (!several->ones)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	for (size_t i = 0; i < rest->type_count; i++) {
		const struct hs__rest_type *type = &rest->types[i];
		if (type->row && type->row->interactions & HS_CAN_SEARCH)
			several->ones[several->count++].type = type;
	}
	several->every = true;
	return HS_OK;
}

static bool has_type(const struct several *several, const struct hs__rest_type *type)
{
	for (size_t i = 0; i < several->count; i++)
		if (several->ones[i].type == type)
			return true;
	return false;
}

/* Two lists would be both meant, and only what they share be found. */
static enum hs_status check_one_list(const struct hs__rest_call *call, struct hs_slice list,
	struct hs_error *err)
{
	for (size_t i = 0; i < call->query_count; i++)
		if (hs_slice_eq(call->query[i].name, HS_S("_type")) &&
			!hs_slice_eq(call->query[i].value, list))
			return hs_fail(err, HS_E_VALUE,
				"search parameter '_type' is given twice, as '%.*s' and '%.*s'; give it "
				"once, with commas",
				HS_S_ARG(hs_slice_first(list, 60)),
				HS_S_ARG(hs_slice_first(call->query[i].value, 60)));
	return HS_OK;
}

static enum hs_status read_types(struct several *several, const struct hs__rest_call *call,
	struct hs_error *err)
{
	struct hs_slice list = hs__rest_query_get(call->query, call->query_count, HS_S("_type"));
	enum hs_status status = check_one_list(call, list, err);
	if (status != HS_OK)
		return status;
	if (list.len == 0 && call->compartment.owner.len > 0)
		return take_types_of(several, call, err);
	if (list.len == 0)
		return take_every_type(several, err);
	several->ones = hs_arena_array(several->arena, TYPES_MAX, sizeof *several->ones);
	if (!several->ones)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	while (list.ptr) {
		struct hs_slice name = hs_slice_cut(&list, ',');
		const struct hs__rest_type *type = hs__rest_type(several->env->rest, name);
		if (!type || !(type->row->interactions & HS_CAN_SEARCH))
			return hs_fail(err, HS_E_VALUE, "_type: resource type '%.*s' cannot be searched here",
				HS_S_ARG(hs_slice_first(name, 64)));
		if (has_type(several, type))
			continue;
		if (several->count == TYPES_MAX)
			return hs_fail(err, HS_E_TOO_COSTLY, "_type names more than %d types", TYPES_MAX);
		several->ones[several->count++].type = type;
	}
	return HS_OK;
}

static enum hs_status read_cursor(struct several *several, struct hs_slice cursor, struct hs_error *err)
{
	size_t mark = hs_slice_find(cursor, '~', 0);
	if (cursor.len == 0)
		return HS_OK;
	for (size_t i = 0; mark != SIZE_MAX && i < several->count; i++) {
		if (!hs_slice_eq(several->ones[i].type->name, hs_slice_first(cursor, mark)))
			continue;
		several->first = i;
		several->after = hs_slice_from(cursor, mark + 1);
		return HS_OK;
	}
	return hs_fail(err, HS_E_VALUE, "_cursor is not one that a next link of this search carried");
}

/* What cannot be asked of all types, or asks for nothing at all, is refused: it would find everything. */
static enum hs_status check_common(const struct several *several, const struct one *one,
	enum hs_status status, struct hs_error *err)
{
	struct hs_error why = *err;
	if (several->every && status == HS_E_NOT_SUPPORTED)
		return hs_fail(err, status,
			"%.300s; a search at the base without _type can ask for what all types have (_id, "
			"_lastUpdated, _tag ...); or name the types: _type=Patient,Practitioner",
			why.text);
	if (several->every && status == HS_OK && !one->search.where)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"a search at the base names its types (_type=Patient,Practitioner) or asks for "
			"something (_lastUpdated=gt2026-01-01); or search one type: GET Patient?...");
	return status;
}

static enum hs_status parse_one(struct several *several, const struct hs__rest_call *call, struct one *one,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	one->call = *call;
	one->call.type = one->type;
	one->call.strict = call->strict || several->every;
	if (call->everything)
		status = hs__rest_everything_of(several->env, several->arena, &one->call, err);
	if (status == HS_OK)
		status = check_common(several, one,
			hs__rest_search_parse(several->env, several->arena, &one->call, &one->search, err),
			err);
	if (status == HS_OK && one->search.contained != HS_SEARCH_OUTSIDE)
		status = hs_fail(err, HS_E_NOT_SUPPORTED,
			"_contained can be asked in a search of one type only");
	return status;
}

static enum hs_status parse_each(struct several *several, const struct hs__rest_call *call,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;
	for (size_t i = 0; status == HS_OK && i < several->count; i++)
		status = parse_one(several, call, &several->ones[i], err);
	return status;
}

/* Takes out of the parameters what one type or another has left out; `why` gets a reason for each. */
static size_t take_out(const struct several *several, struct hs_pair *pairs, size_t *pair_count,
	struct hs_slice *why)
{
	size_t kept = 0, gone = 0;
	for (size_t p = 0; p < *pair_count; p++) {
		struct hs_slice reason = HS_S_NONE;
		for (size_t i = 0; !reason.len && i < several->count; i++) {
			const struct hs_search *search = &several->ones[i].search;
			for (size_t k = 0; !reason.len && k < search->ignored_count; k++)
				if (search->ignored_at[k] == p)
					reason = search->ignored[k];
		}
		if (reason.len)
			why[gone++] = reason;
		else
			pairs[kept++] = pairs[p];
	}
	*pair_count = kept;
	return gone;
}

/* The parameters, without those that are ours and those that not all types have, for each type. */
static enum hs_status parse_all(struct several *several, const struct hs__rest_call *call,
	struct hs_error *err)
{
	struct hs__rest_call asked = *call;
	struct hs_pair *pairs = hs_arena_array(several->arena, call->query_count + 1, sizeof *pairs);
	struct hs_slice *why = hs_arena_array(several->arena, call->query_count + 1, sizeof *why);
	if (!pairs || !why)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	asked.query = pairs;
	asked.query_count = 0;
	for (size_t i = 0; i < call->query_count; i++) {
		if (!hs_slice_eq(call->query[i].name, HS_S("_type")) &&
			!hs_slice_eq(call->query[i].name, HS_S("_cursor")))
			pairs[asked.query_count++] = call->query[i];
	}
	enum hs_status status = parse_each(several, &asked, err);
	if (status != HS_OK)
		return status;
	size_t gone = take_out(several, pairs, &asked.query_count, why);
	if (gone > 0)
		status = parse_each(several, &asked, err);
	if (status != HS_OK || gone == 0)
		return status;
	several->ones[0].search.ignored = why; /* the answer tells those of the first */
	several->ones[0].search.ignored_count = gone;
	return HS_OK;
}

/* What each type has of them, and how many. */
static enum hs_status open_all(struct several *several, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	for (size_t i = 0; status == HS_OK && i < several->count; i++) {
		struct one *one = &several->ones[i];
		status = hs__both_open(several->env, several->txn, several->arena, &one->call, &one->search,
			&one->both, err);
		if (status == HS_OK)
			status = hs__both_total(&one->both, several->txn, several->arena, &one->total, err);
	}
	return status;
}

/* Appends what one type has to the page; *full when the page ends within the type. */
static enum hs_status find_one(struct several *several, size_t i, struct hs__rest_found *found, bool *full,
	struct hs_error *err)
{
	const struct hs_search *search = &several->ones[i].search;
	struct hs_find_page part = { 0 };
	enum hs_status status = hs__both_page(&several->ones[i].both, several->txn, several->arena,
		search->count - (uint32_t)found->page.count, i == several->first ? several->after : HS_S_NONE,
		&part, err);
	if (status != HS_OK)
		return status;
	if (part.count > 0)
		memcpy(found->page.items + found->page.count, part.items, part.count * sizeof *part.items);
	found->page.count += part.count;
	*full = part.next.len > 0;
	if (*full)
		found->page.next = hs_arena_printf(several->arena, "%.*s~%.*s",
			HS_S_ARG(several->ones[i].type->name), HS_S_ARG(part.next));
	return HS_OK;
}

/* Is there an order that resources of different types can be put in? How well words fit is none. */
static bool is_merged(const struct several *several)
{
	const struct hs_search *search = &several->ones[0].search;
	for (size_t i = 0; i < search->sort_count; i++)
		if (search->sort[i].special == HS_SORT_SCORE)
			return false;
	return search->sort_count > 0 && several->count > 1;
}

static enum hs_status find_merged(struct several *several, struct hs__rest_found *found, struct hs_error *err)
{
	const struct hs__both **types = hs_arena_array(several->arena, several->count, sizeof *types);
	if (!types)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	for (size_t i = 0; i < several->count; i++)
		types[i] = several->ones[i].total > 0 ? &several->ones[i].both : NULL;
	struct hs__merge_query query = { types, several->count, several->ones[0].search.count,
		found->trail.here };
	return hs__merge_page(&query, several->txn, several->arena, &found->page, err);
}

static enum hs_status find_all(struct several *several, struct hs__rest_found *found, struct hs_error *err)
{
	uint32_t count = several->ones[0].search.count;
	enum hs_status status = HS_OK;
	bool full = false;
	found->page.items = hs_arena_array(several->arena, (size_t)count + 1, sizeof *found->page.items);
	if (!found->page.items)
		return hs_fail(err, HS_E_LIMIT, "the page is too large; ask for less with _count");
	if (count > 0 && is_merged(several))
		return find_merged(several, found, err);
	status = read_cursor(several, found->trail.here, err);
	for (size_t i = several->first; status == HS_OK && count > 0 && !full && i < several->count; i++) {
		if (several->ones[i].total == 0)
			continue;
		if (found->page.count == count) {
			found->page.next = hs_arena_printf(several->arena, "%.*s~",
				HS_S_ARG(several->ones[i].type->name));
			break;
		}
		status = find_one(several, i, found, &full, err);
	}
	return status;
}

/* $everything of what is not there is an error, not an empty answer. */
static enum hs_status check_owner(const struct several *several, const struct hs__rest_call *call,
	struct hs_error *err)
{
	const struct hs__rest_type *type = hs__rest_type(several->env->rest, call->compartment.owner);
	struct hs_resource owner = { 0 };
	if (!type)
		return hs_fail(err, HS_E_NOT_FOUND, "resource type %.*s is not served here",
			HS_S_ARG(call->compartment.owner));
	return hs__rest_current(several->env, several->txn, several->arena, type, call->compartment.id,
		&owner, err);
}

enum hs_status hs__rest_search_system(const struct hs__rest_env *env, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs__rest_call *call, struct hs__rest_result *result,
	struct hs_error *err)
{
	struct several *several = hs_arena_alloc(arena, sizeof *several);
	struct hs__rest_found found = { .has_total = true, .path = hs__rest_search_path(arena, call) };
	if (!several)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	several->env = env;
	several->txn = txn;
	several->arena = arena;
	found.trail = hs__rest_trail_read(hs__rest_query_get(call->query, call->query_count,
		HS_S("_cursor")));
	enum hs_status status = read_types(several, call, err);
	if (status == HS_OK && call->everything)
		status = check_owner(several, call, err);
	if (status == HS_OK)
		status = parse_all(several, call, err);
	if (status == HS_OK)
		status = open_all(several, err);
	if (status == HS_OK && several->ones[0].search.summary != HS_SUMMARY_COUNT)
		status = find_all(several, &found, err);
	if (status != HS_OK)
		return status;
	const struct hs_search *search = &several->ones[0].search;
	/* Once, at the end: what is found of one type must not be included again by another. */
	if (found.page.count > 0 && (search->include_count > 0 || search->revinclude_count > 0))
		status = hs__rest_include(env, txn, arena, search, &found.page, &found.included, err);
	if (status != HS_OK)
		return status;
	struct hs_slice types = hs__rest_query_get(call->query, call->query_count, HS_S("_type"));
	for (size_t i = 0; i < several->count; i++)
		found.total += several->ones[i].total;
	found.has_total = search->total != HS_TOTAL_NONE;
	found.self = call->everything ? call->self :
		types.len == 0        ? search->self :
					hs_arena_printf(arena, "_type=%.*s%s%.*s", HS_S_ARG(types),
                                         search->self.len ? "&" : "", HS_S_ARG(search->self));
	return hs__rest_found_write(env, arena, search, &found, &result->text, err);
}
