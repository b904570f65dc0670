/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens by what a terminology says: :in, :not-in, :below and :above (R4 section 3.1.1.4.10). Which sets of
 * codes a search needs is told first; somebody who has a terminology fetches them; then they are plain codes.
 */
#include <core/fhir/search/search_private.h>

bool hs__search_set_kind(struct hs_slice modifier, enum hs_search_set_kind *out)
{
	static const struct {
		struct hs_slice modifier;
		enum hs_search_set_kind kind;
	} rows[] = {
		{ HS_S_INIT("in"), HS_SEARCH_IN },
		{ HS_S_INIT("not-in"), HS_SEARCH_IN },
		{ HS_S_INIT("below"), HS_SEARCH_BELOW },
		{ HS_S_INIT("above"), HS_SEARCH_ABOVE },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hs_slice_eq(modifier, rows[i].modifier)) {
			*out = rows[i].kind;
			return true;
		}
	return false;
}

/* Could a parameter ask for a set? In a chain or a filter too, so that only reading it tells. */
static bool may_need_set(const struct hs_pair *pair)
{
	return hs_slice_eq(pair->name, HS_S("_filter")) || hs_slice_ends(pair->name, HS_S(":in")) ||
		hs_slice_ends(pair->name, HS_S(":not-in")) || hs_slice_ends(pair->name, HS_S(":above")) ||
		hs_slice_ends(pair->name, HS_S(":below"));
}

/* Notes that the set is asked for: an empty condition stands for it. */
static enum hs_status note_set(struct hs__parse *parse, enum hs_search_set_kind kind, struct hs_slice name,
	uint32_t param, const struct hs_find **out)
{
	struct hs_search_sets *asking = parse->asking;
	size_t at = 0;
	unsigned known = 0;
	while (at < asking->count &&
		(asking->items[at].kind != kind || !hs_slice_eq(asking->items[at].name, name)))
		at++;
	if (at == HS_SEARCH_SETS_MAX)
		return hs_fail(parse->err, HS_E_TOO_COSTLY,
			"the search asks for more than %u value sets or hierarchies", HS_SEARCH_SETS_MAX);
	struct hs_search_set *set = &asking->items[at];
	if (at == asking->count)
		asking->items[asking->count++] = (struct hs_search_set) { .kind = kind, .name = name };
	while (known < set->param_count && set->params[known] != param)
		known++;
	if (known == HS_SEARCH_SET_PARAMS)
		return hs_fail(parse->err, HS_E_TOO_COSTLY,
			"the search asks for one value set or hierarchy by more than %u parameters",
			HS_SEARCH_SET_PARAMS);
	if (known == set->param_count)
		set->params[set->param_count++] = param;
	*out = hs__parse_node(parse, HS_FIND_OR);
	return *out ? HS_OK : parse->err->status;
}

enum hs_status hs_search_sets(const struct hs_search_work *work, struct hs_slice type,
	const struct hs_pair *pairs, size_t pair_count, const struct hs_search_options *options,
	struct hs_search_sets *out, struct hs_error *err)
{
	struct hs_search_sets asking = { NULL, 0 };
	struct hs_error ignored = { 0 };
	struct hs__parse parse = { .rules = work->rules,
		.numbers = work->numbers,
		.arena = work->arena,
		.options = options,
		.cmp = HS_CMP_EQ,
		.asking = &asking,
		.err = &ignored };
	for (size_t i = 0; i < pair_count; i++) {
		const struct hs_find *find;
		if (!may_need_set(&pairs[i]))
			continue;
		if (!asking.items)
			asking.items = hs_arena_array(work->arena, HS_SEARCH_SETS_MAX, sizeof(*asking.items));
		if (!asking.items)
			return hs_fail(err, HS_E_LIMIT, "the search is too large");
		parse.whole = pairs[i].name;
		enum hs_status status = hs__parse_condition(&parse, type, pairs[i].name, pairs[i].value, 0,
			&find);
		/* What is wrong with the search, the search will tell. */
		if (status == HS_E_TOO_COSTLY || status == HS_E_LIMIT) {
			*err = ignored;
			return status;
		}
	}
	*out = asking;
	return HS_OK;
}

static const struct hs_search_set *find_set(const struct hs__parse *parse, enum hs_search_set_kind kind,
	struct hs_slice name)
{
	for (size_t i = 0; i < parse->options->set_count; i++)
		if (parse->options->sets[i].kind == kind && hs_slice_eq(parse->options->sets[i].name, name))
			return &parse->options->sets[i];
	return NULL;
}

enum hs_status hs__parse_set(struct hs__parse *parse, uint32_t param, enum hs_search_set_kind kind,
	struct hs_slice value, const struct hs_find **out)
{
	struct hs_slice name = hs__search_unescape(parse->arena, value);
	const struct hs_search_set *set = find_set(parse, kind, name);
	if (parse->asking && name.len)
		return note_set(parse, kind, name, param, out);
	if (!set)
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
			"search parameter '%.*s': value sets and hierarchies of codes can only be asked for "
			"in a search of one type by itself, not in a batch",
			HS_S_ARG(hs_slice_first(parse->whole, 64)));
	parse->codes += set->count;
	if (parse->codes > HS__SEARCH_CODES)
		return hs_fail(parse->err, HS_E_TOO_COSTLY,
			"the value sets and hierarchies of the search have more than %u codes in all",
			HS__SEARCH_CODES);
	const struct hs_find **kids = hs_arena_array(parse->arena, set->count + 1, sizeof(*kids));
	struct hs_find *finds = hs_arena_array(parse->arena, set->count + 1, sizeof(*finds));
	if (!kids || !finds)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	for (size_t i = 0; i < set->count; i++) {
		finds[i] = (struct hs_find) { .op = HS_FIND_TOKEN,
			.param = param,
			.system = set->codes[i].system,
			.text = set->codes[i].code };
		kids[i] = &finds[i];
	}
	*out = hs__parse_join(parse, HS_FIND_OR, kids, set->count);
	return *out ? HS_OK : parse->err->status;
}
