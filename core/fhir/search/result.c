/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters that shape the result: _sort, _count, _total, _summary, _elements, _include, _revinclude, and
 * our own _cursor (R4 section 3.1.1.5). */
#include <core/fhir/search/search_private.h>

#define SORTS_MAX 4
#define INCLUDES_MAX 50
#define ELEMENTS_MAX 200

static enum hs_status take_count(struct hs__parse *parse, struct hs_slice value, struct hs_search *search)
{
	uint64_t count;
	if (!hs_slice_u64(value, &count))
		return hs__parse_bad(parse, value, "a whole number from 0 up");
	search->count = count > parse->options->max_count ? parse->options->max_count : (uint32_t)count;
	search->count_given = true;
	if (count == 0) /* the same as _summary=count (section 3.1.1.5.3) */
		search->summary = HS_SUMMARY_COUNT;
	return HS_OK;
}

/* The index of `value` among the words, or -1. */
static int find_word(struct hs_slice value, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (hs_slice_eq(value, hs_slice_cstr(words[i])))
			return i;
	return -1;
}

static enum hs_status take_total(struct hs__parse *parse, struct hs_slice value, struct hs_search *search)
{
	static const char *const words[] = { "none", "estimate", "accurate", NULL };
	int found = find_word(value, words);
	if (found < 0)
		return hs__parse_bad(parse, value, "none, estimate or accurate");
	search->total = (enum hs_search_total)(HS_TOTAL_NONE + found);
	return HS_OK;
}

static enum hs_status take_summary(struct hs__parse *parse, struct hs_slice value, struct hs_search *search)
{
	static const char *const words[] = { "false", "true", "text", "data", "count", NULL };
	int found = find_word(value, words);
	if (found < 0)
		return hs__parse_bad(parse, value, "true, text, data, count or false");
	search->summary = (enum hs_search_summary)(HS_SUMMARY_NONE + found);
	return HS_OK;
}

static enum hs_status take_elements(struct hs__parse *parse, struct hs_slice value, struct hs_search *search)
{
	struct hs_slice *list = hs_arena_array(parse->arena, ELEMENTS_MAX, sizeof(*list));
	size_t count = 0;
	if (!list)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	while (value.ptr) {
		struct hs_slice name = hs_slice_trim(hs_slice_cut(&value, ','));
		size_t dot = hs_slice_find(name, '.', 0);
		/* "Patient.name" means the same as "name" here; only elements of the top level can be named.
		 */
		if (dot != SIZE_MAX && hs_slice_eq(hs_slice_first(name, dot), search->type))
			name = hs_slice_from(name, dot + 1);
		if (!name.len || count == ELEMENTS_MAX)
			return hs__parse_bad(parse, name, "names of elements with commas between them");
		list[count++] = name;
	}
	search->elements = list;
	search->element_count = count;
	return HS_OK;
}

static uint8_t index_kind(uint8_t type)
{
	switch (type) {
	case HS_PARAM_NUMBER:
		return HS_INDEX_NUMBER;
	case HS_PARAM_DATE:
		return HS_INDEX_DATE;
	case HS_PARAM_STRING:
		return HS_INDEX_STRING;
	case HS_PARAM_REFERENCE:
		return HS_INDEX_REFERENCE;
	case HS_PARAM_QUANTITY:
		return HS_INDEX_QUANTITY;
	case HS_PARAM_URI:
		return HS_INDEX_URI;
	default:
		return HS_INDEX_TOKEN;
	}
}

static enum hs_status parse_sort(struct hs__parse *parse, struct hs_slice type, struct hs_slice code,
	struct hs_find_sort *out)
{
	out->falling = hs_slice_starts(code, HS_S("-"));
	code = hs_slice_from(code, out->falling);
	if (hs_slice_eq(code, HS_S("_id"))) {
		out->special = HS_SORT_ID;
		return HS_OK;
	}
	if (hs_slice_eq(code, HS_S("_lastUpdated"))) {
		out->special = HS_SORT_UPDATED;
		return HS_OK;
	}
	if (hs_slice_eq(code, HS_S("_score"))) {
		out->special = HS_SORT_SCORE;
		return HS_OK;
	}
	const struct hs__search_type *known = hs__search_type(parse->rules, type);
	const struct hs__search_rule *rule = known ? hs__search_rule(known, code) : NULL;
	if (!rule || !rule->path)
		return hs__parse_unknown(parse, type, code);
	if (rule->type == HS_PARAM_COMPOSITE || rule->type == HS_PARAM_SPECIAL)
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED, "the result cannot be sorted by '%.*s'",
			HS_S_ARG(code));
	out->special = HS_SORT_PARAM;
	out->kind = index_kind(rule->type);
	out->param = hs__search_param_number(parse->numbers, rule->name);
	return HS_OK;
}

static enum hs_status take_sort(struct hs__parse *parse, struct hs_slice value, struct hs_search *search)
{
	struct hs_find_sort *list = hs_arena_array(parse->arena, SORTS_MAX, sizeof(*list));
	size_t count = 0;
	if (!list)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	while (value.ptr) {
		struct hs_slice code = hs_slice_trim(hs_slice_cut(&value, ','));
		if (count == SORTS_MAX)
			return hs_fail(parse->err, HS_E_TOO_COSTLY, "_sort can have %d parameters at most",
				SORTS_MAX);
		enum hs_status status = parse_sort(parse, search->type, code, &list[count]);
		if (status)
			return status;
		/* What no stored resource has sorts nothing. */
		count += list[count].special != HS_SORT_PARAM || list[count].param;
	}
	search->sort = list;
	search->sort_count = count;
	return HS_OK;
}

/* SOURCE:PARAM[:TARGET] or "*". */
static enum hs_status take_include(struct hs__parse *parse, bool reverse, bool iterate, struct hs_slice value,
	struct hs_search *search)
{
	struct hs_search_include include = { .source = value, .iterate = iterate };
	struct hs_slice rest = value;
	if (hs_slice_eq(value, HS_S("*")) && !reverse) {
		include.param = value;
	} else {
		include.source = hs_slice_cut(&rest, ':');
		include.param = rest.ptr ? hs_slice_cut(&rest, ':') : HS_S_NONE;
		include.target = rest;
		const struct hs__search_type *known = hs__search_type(parse->rules, include.source);
		if (!known || !include.param.len ||
			(include.target.len && !hs_slice_eq(include.target, HS_S("*")) &&
				!hs__search_type(parse->rules, include.target)))
			return hs__parse_bad(parse, value,
				"TYPE:PARAMETER or TYPE:PARAMETER:TARGET, for example "
				"Observation:patient");
		bool all = hs_slice_eq(include.param, HS_S("*"));
		const struct hs__search_rule *rule = all ? NULL : hs__search_rule(known, include.param);
		if (!all && (!rule || !rule->path))
			return hs__parse_unknown(parse, include.source, include.param);
		if (!all && rule->type != HS_PARAM_REFERENCE)
			return hs__parse_bad(parse, value, "a parameter that is a reference");
	}
	size_t *count = reverse ? &search->revinclude_count : &search->include_count;
	const struct hs_search_include **list = reverse ? &search->revincludes : &search->includes;
	struct hs_search_include *grown = *count == INCLUDES_MAX ?
		NULL :
		hs_arena_array(parse->arena, *count + 1, sizeof(*grown));
	if (!grown)
		return hs_fail(parse->err, HS_E_TOO_COSTLY, "there are more than %d includes", INCLUDES_MAX);
	if (*count)
		memcpy(grown, *list, *count * sizeof(*grown));
	grown[(*count)++] = include;
	*list = grown;
	return HS_OK;
}

static enum hs_status take_contained(struct hs__parse *parse, struct hs_slice value, struct hs_search *search)
{
	static const char *const words[] = { "false", "true", "both", NULL };
	int found = find_word(value, words);
	if (found < 0)
		return hs__parse_bad(parse, value, "true, both or false");
	search->contained = (enum hs_search_where)found;
	return HS_OK;
}

static enum hs_status take_contained_type(struct hs__parse *parse, struct hs_slice value,
	struct hs_search *search)
{
	static const char *const words[] = { "container", "contained", NULL };
	int found = find_word(value, words);
	if (found < 0)
		return hs__parse_bad(parse, value, "container or contained");
	search->contained_alone = found == 1;
	return HS_OK;
}

enum hs_status hs__parse_result(struct hs__parse *parse, struct hs_slice name, struct hs_slice value,
	struct hs_search *search, bool *taken)
{
	static const char *const words[] = { "_count", "_total", "_summary", "_elements", "_sort", "_cursor",
		"_contained", "_containedType", NULL };
	struct hs_slice modifier = name;
	struct hs_slice base = hs_slice_cut(&modifier, ':');
	bool include = hs_slice_eq(base, HS_S("_include"));
	*taken = hs_slice_starts(name, HS_S("_"));
	if (!*taken)
		return HS_OK;
	if (include || hs_slice_eq(base, HS_S("_revinclude"))) {
		bool iterate = hs_slice_eq(modifier, HS_S("iterate")) ||
			hs_slice_eq(modifier, HS_S("recurse"));
		if (modifier.len && !iterate)
			return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
				"%.*s can have the modifier :iterate only", HS_S_ARG(base));
		return take_include(parse, !include, iterate, value, search);
	}
	switch (find_word(name, words)) {
	case 0:
		return take_count(parse, value, search);
	case 1:
		return take_total(parse, value, search);
	case 2:
		return take_summary(parse, value, search);
	case 3:
		return take_elements(parse, value, search);
	case 4:
		return take_sort(parse, value, search);
	case 5:
		search->cursor = value;
		return HS_OK;
	case 6:
		return take_contained(parse, value, search);
	case 7:
		return take_contained_type(parse, value, search);
	default:
		*taken = false;
		return HS_OK;
	}
}
