/* SPDX-License-Identifier: Apache-2.0 */
/* Searches along what things are part of: :above and :below of references (R4 section 3.1.1.5.10), and _list.
 *
 * A type knows its own hierarchy by a reference parameter that leads to the same type: "partof" of Location
 * and Organization, "part-of" of others. A search goes along it a fixed number of steps, so that a circle in
 * the data ends too. */
#include <core/fhir/search/search_private.h>

#define STEPS 10 /* deeper hierarchies are cut; no country's organisations are that deep */

/* The parameter by which resources of a type are part of one another; NULL: there is none. */
static const struct hs__search_rule *part_of(const struct hs__parse *parse, struct hs_slice type)
{
	static const struct hs_slice codes[] = { HS_S_INIT("partof"), HS_S_INIT("part-of") };
	const struct hs__search_type *known = hs__search_type(parse->rules, type);
	for (size_t i = 0; known && i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct hs__search_rule *rule = hs__search_rule(known, codes[i]);
		if (!rule || !rule->path || rule->type != HS_PARAM_REFERENCE)
			continue;
		for (uint32_t k = 0; k < rule->def->target_count; k++)
			if (hs_defs_type_at(parse->rules->defs,
				    hs_defs_target_at(parse->rules->defs, rule->def->first_target + k)) ==
				known->def)
				return rule;
	}
	return NULL;
}

static const struct hs_find *either(struct hs__parse *parse, const struct hs_find *a, const struct hs_find *b)
{
	const struct hs_find **kids = a && b ? hs_arena_array(parse->arena, 2, sizeof(*kids)) : NULL;
	if (!kids)
		return NULL;
	kids[0] = a;
	kids[1] = b;
	return hs__parse_join(parse, HS_FIND_OR, kids, 2);
}

/* "It refers to X", where X is the one named, or (below) part of it, or (above) what it is part of:
 * below: ref = id, or ref -> (part-of = id), or ref -> (part-of -> (part-of = id)) ...
 * above: ref = id, or ref -> (is that which id is part of) ... */
static const struct hs_find *climb(struct hs__parse *parse, const struct hs_find *self, uint32_t up,
	bool below, const struct hs_find *is_id)
{
	const struct hs_find *all = self, *step;
	if (below) {
		/* The condition on the target: it is part of the one named, any number of steps away. */
		struct hs_find *direct = hs__parse_node(parse, HS_FIND_REFERENCE);
		if (!direct)
			return NULL;
		*direct = *self;
		direct->param = up;
		step = direct;
		for (int i = 1; step && i < STEPS; i++)
			step = either(parse, direct,
				hs__parse_link(parse, HS_FIND_CHAIN, up, self->target_type, step));
	} else {
		step = hs__parse_link(parse, HS_FIND_HAS, up, self->target_type, is_id);
		const struct hs_find *direct = step;
		for (int i = 1; step && i < STEPS; i++)
			step = either(parse, direct,
				hs__parse_link(parse, HS_FIND_HAS, up, self->target_type, step));
	}
	step = hs__parse_link(parse, HS_FIND_CHAIN, self->param, self->target_type, step);
	return either(parse, all, step);
}

/* A URL that is none of a resource of ours is a canonical one. */
static bool is_ours(const struct hs__parse *parse, struct hs_slice value)
{
	struct hs_reference reference;
	return hs_reference_parse(value, &reference) && reference.id.len &&
		hs_slice_eq(reference.base, parse->options->base);
}

/* definition:below=URL finds every version, URL|1 those from 1 on: 1, 1.0, 1.2 (R4 section 3.1.1.4.13). What
 * is indexed of a versioned canonical is the URL alone, and URL|VERSION. */
static enum hs_status parse_canonical(struct hs__parse *parse, uint32_t param, struct hs_slice value,
	const struct hs_find **out)
{
	const struct hs_find **kids = hs_arena_array(parse->arena, 2, sizeof(*kids));
	struct hs_slice text = hs__search_unescape(parse->arena, value);
	size_t count = hs_slice_find(text, '|', 0) == SIZE_MAX ? 1 : 2;
	if (!kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	for (size_t i = 0; i < count; i++) {
		struct hs_find *find = hs__parse_node(parse, HS_FIND_REFERENCE);
		if (!find)
			return parse->err->status;
		find->param = param;
		find->match = i ? HS_MATCH_STARTS : HS_MATCH_EXACT;
		find->text = i ? hs_arena_printf(parse->arena, "%.*s.", HS_S_ARG(text)) : text;
		kids[i] = find;
	}
	*out = hs__parse_join(parse, HS_FIND_OR, kids, count);
	return *out ? HS_OK : parse->err->status;
}

enum hs_status hs__parse_hierarchy(struct hs__parse *parse, const struct hs__search_rule *rule,
	uint32_t param, bool below, struct hs_slice value, const struct hs_find **out)
{
	const struct hs_find *self = NULL, *find;
	if (below && hs_slice_find(value, ':', 0) != SIZE_MAX && !is_ours(parse, value))
		return parse_canonical(parse, param, value, out);
	enum hs_status status = hs__parse_reference(parse, rule, param, HS_S_NONE, value, &self);
	if (status)
		return status;
	struct hs_slice type = HS_S_NONE;
	for (uint32_t i = 0; self->target_type && i < rule->def->target_count; i++) {
		const struct hs_def_type *target = hs_defs_type_at(parse->rules->defs,
			hs_defs_target_at(parse->rules->defs, rule->def->first_target + i));
		struct hs_slice name = target ? hs_defs_text(parse->rules->defs, target->name) : HS_S_NONE;
		if (parse->numbers->number(parse->numbers->arg, HS_SPACE_TYPE, name) == self->target_type)
			type = name;
	}
	const struct hs__search_rule *up = type.len ? part_of(parse, type) : NULL;
	if (!up)
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
			"search parameter '%.*s': :above and :below need TYPE/ID of a type whose resources "
			"are part of one another, such as Location/1 or Organization/1",
			HS_S_ARG(hs_slice_first(parse->whole, 64)));
	struct hs_find *is_id = hs__parse_node(parse, HS_FIND_ID);
	if (!is_id)
		return parse->err->status;
	is_id->text = self->text;
	find = climb(parse, self, hs__search_param_number(parse->numbers, up->name), below, is_id);
	if (!find)
		return parse->err->status;
	*out = find;
	return HS_OK;
}

enum hs_status hs__parse_list(struct hs__parse *parse, struct hs_slice value, const struct hs_find **out)
{
	const struct hs__search_type *list = hs__search_type(parse->rules, HS_S("List"));
	const struct hs__search_rule *item = list ? hs__search_rule(list, HS_S("item")) : NULL;
	uint32_t type = parse->numbers->number(parse->numbers->arg, HS_SPACE_TYPE, HS_S("List"));
	struct hs_find *is_id;
	if (hs_slice_starts(value, HS_S("$")))
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
			"functional lists such as '%.*s' are not supported; write _list=ID of a List "
			"resource",
			HS_S_ARG(hs_slice_first(value, 64)));
	if (!hs_id_valid(value))
		return hs__parse_bad(parse, value, "the id of a List resource");
	is_id = hs__parse_node(parse, HS_FIND_ID);
	if (!is_id)
		return parse->err->status;
	is_id->text = value;
	*out = item && item->path && type ?
		hs__parse_link(parse, HS_FIND_HAS, hs__search_param_number(parse->numbers, item->name), type,
			is_id) :
		hs__parse_node(parse, HS_FIND_OR); /* no List here: nothing is in it */
	return *out ? HS_OK : parse->err->status;
}
