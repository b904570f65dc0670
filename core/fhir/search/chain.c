/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that go by references: chains ("subject:Patient.name") and reverse chains
 * ("_has:Observation:patient:code"). */
#include <core/fhir/search/search_private.h>

const struct hs_find *hs__parse_link(struct hs__parse *parse, enum hs_find_op op, uint32_t param,
	uint32_t type, const struct hs_find *kid)
{
	const struct hs_find **kids = kid ? hs_arena_array(parse->arena, 1, sizeof(*kids)) : NULL;
	struct hs_find *find = kids ? hs__parse_node(parse, type ? op : HS_FIND_OR) : NULL;
	if (!find || !type) /* nothing of that type is here, and the empty OR says so */
		return find;
	kids[0] = kid;
	find->param = param;
	find->target_type = type;
	find->kids = kids;
	find->kid_count = 1;
	return find;
}

/* The same of what the resource itself contains (R4 section 3.1.1.5.5): "or" to the chain in *out. */
static enum hs_status link_inside(struct hs__parse *parse, const struct hs_find *link, struct hs_slice target,
	hs__parse_target_fn *fn, void *arg, const struct hs_find **out)
{
	const struct hs_numbering *own = parse->numbers;
	struct hs_numbering *inside = hs_arena_alloc(parse->arena, sizeof(*inside));
	const struct hs_find **kids = hs_arena_array(parse->arena, 2, sizeof(*kids)), *kid = NULL;
	if (!inside || !kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	*inside = hs_search_inside(own);
	parse->numbers = inside;
	enum hs_status status = fn(parse, target, arg, &kid);
	parse->numbers = own;
	if (status)
		return status;
	kids[0] = *out;
	kids[1] = hs__parse_link(parse, HS_FIND_CHAIN, link->param, link->target_type | HS_TYPE_CONTAINED,
		kid);
	return kids[1] ? hs__parse_give(parse, hs__parse_join(parse, HS_FIND_OR, kids, 2), out) :
			 parse->err->status;
}

/* The condition on one target type of a chain; fails with parse->unknown when the type has no such parameter.
 */
static enum hs_status make_link(struct hs__parse *parse, uint32_t param, struct hs_slice target,
	hs__parse_target_fn *fn, void *arg, const struct hs_find **out)
{
	const struct hs_numbering *own = parse->numbers, *plain = hs__search_plain(own);
	uint32_t number = own->number(own->arg, HS_SPACE_TYPE, target);
	const struct hs_find *kid = NULL;
	parse->numbers = plain;
	enum hs_status status = fn(parse, target, arg, &kid);
	parse->numbers = own;
	if (!status)
		status = hs__parse_give(parse, hs__parse_link(parse, HS_FIND_CHAIN, param, number, kid), out);
	if (status || !number || own != plain || !parse->options->chains_inside)
		return status;
	return link_inside(parse, &(struct hs_find) { .param = param, .target_type = number }, target, fn,
		arg, out);
}

static enum hs_status lead_nowhere(struct hs__parse *parse, struct hs_slice code, struct hs_slice why)
{
	return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
		"search parameter '%.*s': no type that '%.*s' may refer to has what follows%s%.*s",
		HS_S_ARG(hs_slice_first(parse->whole, 64)), HS_S_ARG(code), why.len > 0 ? "; " : "",
		HS_S_ARG(why));
}

/* Without a type each one that the parameter may point to and that has the next parameter is tried. */
static enum hs_status try_targets(struct hs__parse *parse, const struct hs__search_rule *rule, uint32_t param,
	hs__parse_target_fn *fn, void *arg, const struct hs_find **out)
{
	const struct hs_defs *defs = parse->rules->defs;
	struct hs_slice last = HS_S_NONE; /* why the last one did not fit */
	size_t count = 0;
	const struct hs_find **kids = hs_arena_array(parse->arena, rule->def->target_count + 1,
		sizeof(*kids));
	if (!kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	for (uint32_t i = 0; i < rule->def->target_count; i++) {
		const struct hs_def_type *target = hs_defs_type_at(defs,
			hs_defs_target_at(defs, rule->def->first_target + i));
		if (!target || target->abstract)
			continue;
		parse->unknown = parse->misfit = false;
		if (!hs__parse_node(parse,
			    HS_FIND_OR)) /* each attempt counts, or chains of chains never end */
			return parse->err->status;
		enum hs_status status = make_link(parse, param, hs_defs_text(defs, target->name), fn, arg,
			&kids[count]);
		if (status && !parse->unknown && !parse->misfit)
			return status;
		if (status)
			last = hs_arena_copy(parse->arena, hs_slice_cstr(parse->err->text));
		count += !status;
	}
	parse->unknown = count == 0;
	if (count == 0)
		return lead_nowhere(parse, rule->code, last);
	return hs__parse_give(parse, hs__parse_join(parse, HS_FIND_OR, kids, count), out);
}

enum hs_status hs__parse_targets(struct hs__parse *parse, struct hs_slice type, struct hs_slice reference,
	unsigned depth, hs__parse_target_fn *fn, void *arg, const struct hs_find **out)
{
	struct hs_slice target = reference;
	struct hs_slice code = hs_slice_cut(&target, ':');
	const struct hs__search_type *known = hs__search_type(parse->rules, type);
	const struct hs__search_rule *rule = known ? hs__search_rule(known, code) : NULL;
	if (depth >= parse->options->max_chain)
		return hs_fail(parse->err, HS_E_TOO_COSTLY,
			"search parameter '%.*s' chains more than %u deep",
			HS_S_ARG(hs_slice_first(parse->whole, 64)), parse->options->max_chain);
	if (!rule || !rule->path)
		return hs__parse_unknown(parse, type, code);
	parse->misfit = rule->type != HS_PARAM_REFERENCE;
	if (parse->misfit)
		return hs_fail(parse->err, HS_E_VALUE,
			"'%.*s' of %.*s is no reference, so nothing can be chained to it", HS_S_ARG(code),
			HS_S_ARG(type));
	uint32_t param = hs__search_param_number(parse->numbers, rule->name);
	if (!target.len && rule->only)
		target = hs_defs_text(parse->rules->defs, rule->only->name);
	if (!target.len)
		return try_targets(parse, rule, param, fn, arg, out);
	if (!hs__search_type(parse->rules, target))
		return hs_fail(parse->err, HS_E_VALUE,
			"search parameter '%.*s': '%.*s' is not a resource type",
			HS_S_ARG(hs_slice_first(parse->whole, 64)), HS_S_ARG(hs_slice_first(target, 64)));
	return make_link(parse, param, target, fn, arg, out);
}

/* What a chain asks of its target. */
struct chained {
	struct hs_slice name, value;
	unsigned depth;
};

static enum hs_status parse_chained(struct hs__parse *parse, struct hs_slice type, void *arg,
	const struct hs_find **out)
{
	const struct chained *chained = arg;
	return hs__parse_condition(parse, type, chained->name, chained->value, chained->depth, out);
}

enum hs_status hs__parse_chain(struct hs__parse *parse, struct hs_slice type, struct hs_slice name,
	size_t dot, struct hs_slice value, unsigned depth, const struct hs_find **out)
{
	struct chained chained = { hs_slice_from(name, dot + 1), value, depth + 1 };
	return hs__parse_targets(parse, type, hs_slice_first(name, dot), depth, parse_chained, &chained, out);
}

enum hs_status hs__parse_has(struct hs__parse *parse, struct hs_slice rest, struct hs_slice value,
	unsigned depth, const struct hs_find **out)
{
	const struct hs_find *kid = NULL;
	struct hs_slice source = hs_slice_cut(&rest, ':');
	struct hs_slice code = rest.ptr ? hs_slice_cut(&rest, ':') : HS_S_NONE;
	const struct hs__search_type *known = hs__search_type(parse->rules, source);
	if (depth >= parse->options->max_chain)
		return hs_fail(parse->err, HS_E_TOO_COSTLY,
			"search parameter '%.*s' chains more than %u deep",
			HS_S_ARG(hs_slice_first(parse->whole, 64)), parse->options->max_chain);
	if (!code.len || !rest.len || !known)
		return hs_fail(parse->err, HS_E_VALUE,
			"'%.*s' is not valid; write _has:TYPE:REFERENCE:PARAMETER, for example "
			"_has:Observation:patient:code",
			HS_S_ARG(hs_slice_first(parse->whole, 64)));
	const struct hs__search_rule *rule = hs__search_rule(known, code);
	if (!rule || !rule->path)
		return hs__parse_unknown(parse, source, code);
	if (rule->type != HS_PARAM_REFERENCE)
		return hs_fail(parse->err, HS_E_VALUE,
			"'%.*s' of %.*s is no reference, so _has cannot go by it", HS_S_ARG(code),
			HS_S_ARG(source));
	enum hs_status status = hs__parse_condition(parse, source, rest, value, depth + 1, &kid);
	if (status)
		return status;
	uint32_t number = parse->numbers->number(parse->numbers->arg, HS_SPACE_TYPE, source);
	uint32_t param = hs__search_param_number(parse->numbers, rule->name);
	return hs__parse_give(parse, hs__parse_link(parse, HS_FIND_HAS, param, number, kid), out);
}
