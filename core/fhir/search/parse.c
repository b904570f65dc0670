/* SPDX-License-Identifier: Apache-2.0 */
/* A whole search: each parameter is one that shapes the result, a condition, or not understood. */
#include <core/fhir/search/search_private.h>

#include <core/base/nearest.h>
#include <handslag/coding.h>

enum hs_status hs__parse_unknown(struct hs__parse *parse, struct hs_slice type, struct hs_slice code)
{
	const struct hs__search_type *known = hs__search_type(parse->rules, type);
	struct hs_slice best = HS_S_NONE;
	size_t least = code.len > 4 ? 3 : 2; /* further is no likeness */
	parse->unknown = true;
	for (uint32_t i = 0; known && i < known->count; i++) {
		size_t far = known->rules[i].path ? hs_name_distance(code, known->rules[i].code) : SIZE_MAX;
		if (far < least) {
			least = far;
			best = known->rules[i].code;
		}
	}
	if (best.len)
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
			"%.*s has no search parameter '%.*s'; did you mean '%.*s'?",
			HS_S_ARG(hs_slice_first(type, 64)), HS_S_ARG(hs_slice_first(code, 64)),
			HS_S_ARG(best));
	return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
		"%.*s has no search parameter '%.*s'; the CapabilityStatement lists them",
		HS_S_ARG(hs_slice_first(type, 64)), HS_S_ARG(hs_slice_first(code, 64)));
}

/* Negotiated by others, or what is so anyway; no part of what is searched. */
static bool asks_nothing(const struct hs_pair *pair)
{
	return hs_slice_eq(pair->name, HS_S("_format")) || hs_slice_eq(pair->name, HS_S("_pretty"));
}

/* Search values read best with their own punctuation as it is. */
static void add_encoded(struct hs_buf *buf, struct hs_slice text)
{
	hs_percent_encode(buf, text, ":,$*/");
}

/* What the loop over the parameters gathers. */
struct gather {
	const struct hs_find **kids;
	size_t kid_count;
	struct hs_slice *ignored;
	size_t *ignored_at;
	size_t ignored_count;
	struct hs_buf self;
};

static void note_used(struct gather *gather, const struct hs_pair *pair)
{
	if (gather->self.len)
		hs_buf_byte(&gather->self, '&');
	add_encoded(&gather->self, pair->name);
	hs_buf_byte(&gather->self, '=');
	add_encoded(&gather->self, pair->value);
}

static enum hs_status take_pair(struct hs__parse *parse, const struct hs_pair *pairs, size_t at,
	struct hs_search *search, struct gather *gather)
{
	const struct hs_pair *pair = &pairs[at];
	bool taken = false;
	enum hs_status status = HS_OK;
	parse->whole = pair->name;
	parse->unknown = false;
	if (asks_nothing(pair))
		return HS_OK;
	if (!pair->value.len || !pair->name.len) { /* "name=": nothing is asked */
		parse->unknown = true;
		status = hs_fail(parse->err, HS_E_VALUE, "search parameter '%.*s' has no value",
			HS_S_ARG(hs_slice_first(pair->name, 64)));
	}
	if (!status)
		status = hs__parse_result(parse, pair->name, pair->value, search, &taken);
	if (!status && !taken)
		status = hs__parse_condition(parse, search->type, pair->name, pair->value, 0,
			&gather->kids[gather->kid_count]);
	if (!status) {
		gather->kid_count += !taken;
		note_used(gather, pair);
		return HS_OK;
	}
	if (!parse->unknown || parse->options->strict)
		return status;
	struct hs_slice *ignored = &gather->ignored[gather->ignored_count];
	gather->ignored_at[gather->ignored_count++] = at;
	*ignored = hs_arena_printf(parse->arena, "%.*s was left out: %s",
		HS_S_ARG(hs_slice_first(pair->name, 100)), parse->err->text);
	return ignored->ptr ? HS_OK : hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
}

/* What shapes the result is said once; the same again does no harm. */
static enum hs_status check_once(const struct hs_pair *pairs, size_t at, struct hs_error *err)
{
	static const char *const once[] = { "_contained", "_containedType", "_count", "_cursor", "_elements",
		"_sort", "_summary", "_total" };
	bool single = false;
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		single |= hs_slice_eq(pairs[at].name, hs_slice_cstr(once[i]));
	for (size_t i = 0; single && i < at; i++)
		if (hs_slice_eq(pairs[i].name, pairs[at].name) &&
			!hs_slice_eq(pairs[i].value, pairs[at].value))
			return hs_fail(err, HS_E_VALUE,
				"search parameter '%.*s' is given twice, as '%.*s' and '%.*s'; give it "
				"once%s",
				HS_S_ARG(pairs[at].name), HS_S_ARG(hs_slice_first(pairs[i].value, 60)),
				HS_S_ARG(hs_slice_first(pairs[at].value, 60)),
				hs_slice_eq(pairs[at].name, HS_S("_sort")) ||
						hs_slice_eq(pairs[at].name, HS_S("_elements")) ?
					", with commas" :
					"");
	return HS_OK;
}

static size_t self_max(const struct hs_pair *pairs, size_t count)
{
	size_t max = 16;
	for (size_t i = 0; i < count; i++)
		max += 3 * (pairs[i].name.len + pairs[i].value.len) + 2;
	return max;
}

static bool asks_words(const struct hs_find *where)
{
	bool asks = where && where->op == HS_FIND_WORDS;
	for (size_t i = 0; where && i < where->kid_count && !asks; i++)
		asks = asks_words(where->kids[i]);
	return asks;
}

enum hs_status hs_search_parse(const struct hs_search_work *work, struct hs_slice type,
	const struct hs_pair *pairs, size_t pair_count, const struct hs_search_options *options,
	struct hs_search *out, struct hs_error *err)
{
	struct hs_arena *arena = work->arena;
	struct hs__parse parse = { .rules = work->rules,
		.numbers = work->numbers,
		.arena = arena,
		.options = options,
		.cmp = HS_CMP_EQ,
		.err = err };
	struct hs_search search = { .type = type, .count = options->default_count };
	struct gather gather = { 0 };
	if (!hs__search_type(work->rules, type))
		return hs_fail(err, HS_E_NOT_FOUND, "'%.*s' is not a resource type of this FHIR version",
			HS_S_ARG(hs_slice_first(type, 64)));
	if (pair_count > options->max_params)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has %zu parameters; at most %u are allowed",
			pair_count, options->max_params);
	gather.kids = hs_arena_array(arena, pair_count + 2, sizeof(*gather.kids));
	gather.ignored = hs_arena_array(arena, pair_count + 1, sizeof(*gather.ignored));
	gather.ignored_at = hs_arena_array(arena, pair_count + 1, sizeof(*gather.ignored_at));
	hs_buf_init(&gather.self, arena, self_max(pairs, pair_count));
	hs_buf_reserve(&gather.self, self_max(pairs, pair_count));
	if (!gather.kids || !gather.ignored || !gather.ignored_at)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	enum hs_status status = options->compartment ?
		hs__parse_compartment(&parse, type, options->compartment, &gather.kids[gather.kid_count++]) :
		HS_OK;
	for (size_t i = 0; !status && i < pair_count; i++) {
		status = check_once(pairs, i, err);
		if (!status)
			status = take_pair(&parse, pairs, i, &search, &gather);
	}
	if (status)
		return status;
	if (search.summary == HS_SUMMARY_TEXT && search.include_count + search.revinclude_count > 0)
		return hs_fail(err, HS_E_VALUE,
			"_include and _revinclude cannot be mixed with _summary=text; leave one out");
	if (gather.kid_count) {
		search.where = hs__parse_join(&parse, HS_FIND_AND, gather.kids, gather.kid_count);
		if (!search.where)
			return err->status;
	}
	for (size_t i = 0; i < search.sort_count; i++)
		if (search.sort[i].special == HS_SORT_SCORE && !asks_words(search.where))
			return hs_fail(err, HS_E_VALUE,
				"_sort=_score is the order of how well words fit; ask for some with _text or "
				"_content");
	if (hs_arena_full(arena))
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	search.self = hs_buf_slice(&gather.self);
	search.ignored = gather.ignored;
	search.ignored_at = gather.ignored_at;
	search.ignored_count = gather.ignored_count;
	*out = search;
	return HS_OK;
}
