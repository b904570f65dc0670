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

/* Does a parameter's name ask for a set? :in goes with tokens only; :above and :below go with other kinds
 * too, so there the parameter must be known, and in a chain it is not yet. */
static bool needs_set(const struct hs__search_type *type, struct hs_slice name, enum hs_search_set_kind *kind)
{
	size_t colon = SIZE_MAX;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == ':')
			colon = i;
	if (colon == SIZE_MAX || !hs__search_set_kind(hs_slice_from(name, colon + 1), kind))
		return false;
	if (*kind == HS_SEARCH_IN)
		return true;
	const struct hs__search_rule *rule = hs__search_rule(type, hs_slice_first(name, colon));
	return rule && rule->type == HS_PARAM_TOKEN;
}

static enum hs_status add_sets(struct hs_arena *arena, struct hs_slice value, enum hs_search_set_kind kind,
	struct hs_search_set *sets, size_t *count, struct hs_error *err)
{
	while (value.ptr) {
		struct hs_slice name = hs__search_unescape(arena, hs__search_cut(&value, ','));
		if (!name.len)
			continue; /* the parser says so */
		if (*count == HS_SEARCH_SETS_MAX)
			return hs_fail(err, HS_E_TOO_COSTLY,
				"the search asks for more than %u value sets or hierarchies",
				HS_SEARCH_SETS_MAX);
		sets[(*count)++] = (struct hs_search_set) { .kind = kind, .name = name };
	}
	return HS_OK;
}

enum hs_status hs_search_sets(const struct hs_search_work *work, struct hs_slice type,
	const struct hs_pair *pairs, size_t pair_count, struct hs_search_set **out, size_t *count,
	struct hs_error *err)
{
	const struct hs__search_type *known = hs__search_type(work->rules, type);
	*out = NULL;
	*count = 0;
	for (size_t i = 0; known && i < pair_count; i++) {
		enum hs_search_set_kind kind;
		if (!needs_set(known, pairs[i].name, &kind))
			continue;
		if (!*out)
			*out = hs_arena_array(work->arena, HS_SEARCH_SETS_MAX, sizeof(**out));
		if (!*out)
			return hs_fail(err, HS_E_LIMIT, "the search is too large");
		enum hs_status status = add_sets(work->arena, pairs[i].value, kind, *out, count, err);
		if (status)
			return status;
	}
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
	if (!set)
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
			"search parameter '%.*s': value sets and hierarchies of codes can only be asked for "
			"in a "
			"search of one type by itself, not in a batch, a chain or _filter",
			HS_S_ARG(hs_slice_first(parse->whole, 64)));
	const struct hs_find **kids = hs_arena_array(parse->arena, set->count + 1, sizeof(*kids));
	if (!kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	for (size_t i = 0; i < set->count; i++) {
		struct hs_find *find = hs__parse_node(parse, HS_FIND_TOKEN);
		if (!find)
			return parse->err->status;
		find->param = param;
		find->system = set->codes[i].system;
		find->text = set->codes[i].code;
		kids[i] = find;
	}
	*out = hs__parse_join(parse, HS_FIND_OR, kids, set->count);
	return *out ? HS_OK : parse->err->status;
}
