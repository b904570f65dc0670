/* SPDX-License-Identifier: Apache-2.0 */
/* One search parameter as a condition: its name may carry a modifier, a chain or a reverse chain (chain.c),
 * and its value alternatives ("a,b"). */
#include <core/fhir/search/search_private.h>

struct hs_find *hs__parse_node(struct hs__parse *parse, enum hs_find_op op)
{
	struct hs_find *find = parse->nodes < HS__SEARCH_NODES ? hs_arena_alloc(parse->arena, sizeof(*find)) :
								 NULL;
	if (!find) {
		hs_fail(parse->err, HS_E_TOO_COSTLY,
			"the search has too many conditions; give fewer values, or name the type in a chain "
			"(subject:Patient.name)");
		return NULL;
	}
	parse->nodes++;
	find->op = (uint8_t)op;
	return find;
}

const struct hs_find *hs__parse_join(struct hs__parse *parse, enum hs_find_op op, const struct hs_find **kids,
	size_t count)
{
	if (count == 1 && (op == HS_FIND_AND || op == HS_FIND_OR))
		return kids[0];
	struct hs_find *find = hs__parse_node(parse, op);
	if (!find)
		return NULL;
	find->kids = kids;
	find->kid_count = count;
	return find;
}

enum hs_status hs__parse_give(struct hs__parse *parse, const struct hs_find *find, const struct hs_find **out)
{
	if (!find)
		return parse->err->status;
	*out = find;
	return HS_OK;
}

const struct hs_find *hs__parse_negate(struct hs__parse *parse, const struct hs_find *find)
{
	const struct hs_find **kids = find ? hs_arena_array(parse->arena, 1, sizeof(*kids)) : NULL;
	if (!kids)
		return NULL;
	kids[0] = find;
	return hs__parse_join(parse, HS_FIND_NOT, kids, 1);
}

/* ---- the store's own parameters ---- */

static enum hs_status parse_store_value(struct hs__parse *parse, struct hs_slice code, struct hs_slice value,
	const struct hs_find **out)
{
	bool is_id = hs_slice_eq(code, HS_S("_id"));
	enum hs_status status = HS_OK;
	struct hs_find *find = hs__parse_node(parse, is_id ? HS_FIND_ID : HS_FIND_UPDATED);
	if (!find)
		return parse->err->status;
	if (is_id)
		find->text = hs__search_unescape(parse->arena, value);
	else
		status = hs__parse_date(parse, value, find);
	if (!status)
		*out = find;
	return status;
}

/* ---- plain parameters ---- */

/* Where a value is looked for. */
struct aim {
	const struct hs__search_rule *rule; /* NULL: one of the store's */
	struct hs_slice type, code, modifier;
	uint32_t param;
};

/* :of-type=SYSTEM|CODE|VALUE: an identifier by the code of its type and its value. */
static enum hs_status parse_of_type(struct hs__parse *parse, const struct aim *aim, struct hs_slice value,
	const struct hs_find **out)
{
	struct hs_slice rest = value;
	struct hs_slice system = hs__search_cut(&rest, '|');
	struct hs_slice code = rest.ptr ? hs__search_cut(&rest, '|') : HS_S_NONE;
	if (!aim->rule->of_type_name.len)
		return hs__parse_bad_modifier(parse, aim->modifier, ":missing :not :text");
	if (!code.len || !rest.len)
		return hs__parse_bad(parse, value,
			"SYSTEM|CODE|VALUE: system and code of the identifier's type, then its value");
	struct hs_find *find = hs__parse_node(parse, HS_FIND_TOKEN);
	if (!find)
		return parse->err->status;
	find->param = hs__search_param_number(parse->numbers, aim->rule->of_type_name);
	find->fold_case = true;
	find->system = hs__search_unescape(parse->arena, system);
	find->any_system = system.len == 0;
	find->text = hs_arena_printf(parse->arena, "%.*s|%.*s",
		HS_S_ARG(hs__search_unescape(parse->arena, code)),
		HS_S_ARG(hs__search_unescape(parse->arena, rest)));
	*out = find;
	return HS_OK;
}

/* contenttype:below=text/xml: that media type, with whatever parameters (R4 section 3.1.1.4.10.1). */
static bool is_media_type(const struct aim *aim, struct hs_slice value)
{
	return hs_slice_eq(aim->modifier, HS_S("below")) && hs_slice_find(value, '/', 0) != SIZE_MAX &&
		hs_slice_find(value, '|', 0) == SIZE_MAX && hs_slice_find(value, ':', 0) == SIZE_MAX;
}

static enum hs_status parse_media_type(struct hs__parse *parse, const struct aim *aim, struct hs_slice value,
	const struct hs_find **out)
{
	const struct hs_find **kids = hs_arena_array(parse->arena, 2, sizeof(*kids));
	for (int i = 0; kids && i < 2; i++) {
		struct hs_find *find = hs__parse_node(parse, HS_FIND_TOKEN);
		if (!find)
			return parse->err->status;
		find->param = aim->param;
		find->any_system = find->fold_case = true;
		find->match = i ? HS_MATCH_STARTS : HS_MATCH_EXACT;
		find->text = hs__search_unescape(parse->arena, value);
		if (i)
			find->text = hs_arena_printf(parse->arena, "%.*s;", HS_S_ARG(find->text));
		kids[i] = find;
	}
	if (!kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	return hs__parse_give(parse, hs__parse_join(parse, HS_FIND_OR, kids, 2), out);
}

static enum hs_status parse_token(struct hs__parse *parse, const struct aim *aim, struct hs_slice value,
	const struct hs_find **out)
{
	enum hs_search_set_kind kind;
	if (is_media_type(aim, value))
		return parse_media_type(parse, aim, value, out);
	if (hs__search_set_kind(aim->modifier, &kind))
		return hs__parse_set(parse, aim->param, kind, value, out);
	if (hs_slice_eq(aim->modifier, HS_S("text")))
		return hs__parse_value(parse, HS_PARAM_STRING,
			hs__search_param_number(parse->numbers, aim->rule->text_name), HS_S_NONE, value, out);
	if (hs_slice_eq(aim->modifier, HS_S("of-type")))
		return parse_of_type(parse, aim, value, out);
	return hs__parse_value(parse, HS_PARAM_TOKEN, aim->param, aim->modifier, value, out);
}

/* url=URL|VERSION: the canonical URL and the business version (R4 section 3.1.1.4.9). */
static enum hs_status parse_uri(struct hs__parse *parse, const struct aim *aim, struct hs_slice value,
	const struct hs_find **out)
{
	const struct hs__search_type *type = hs__search_type(parse->rules, aim->type);
	const struct hs__search_rule *version = hs__search_rule(type, HS_S("version"));
	struct hs_slice rest = value;
	struct hs_slice url = hs__search_cut(&rest, '|');
	const struct hs_find **kids = hs_arena_array(parse->arena, 2, sizeof(*kids));
	if (!kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	if (!rest.len || aim->modifier.len || !version || !version->path ||
		!hs_slice_eq(aim->code, HS_S("url")))
		return hs__parse_value(parse, HS_PARAM_URI, aim->param, aim->modifier, value, out);
	enum hs_status status = hs__parse_value(parse, HS_PARAM_URI, aim->param, HS_S_NONE, url, &kids[0]);
	if (!status)
		status = hs__parse_value(parse, HS_PARAM_TOKEN,
			hs__search_param_number(parse->numbers, version->name), HS_S_NONE, rest, &kids[1]);
	return status ? status : hs__parse_give(parse, hs__parse_join(parse, HS_FIND_AND, kids, 2), out);
}

static bool compares(const struct aim *aim)
{
	if (!aim->rule)
		return hs_slice_eq(aim->code, HS_S("_lastUpdated"));
	return aim->rule->type == HS_PARAM_DATE || aim->rule->type == HS_PARAM_NUMBER ||
		aim->rule->type == HS_PARAM_QUANTITY;
}

static enum hs_status parse_one(struct hs__parse *parse, const struct aim *aim, struct hs_slice value,
	const struct hs_find **out)
{
	if (parse->filtering && parse->cmp != HS_CMP_EQ && !compares(aim))
		return hs_fail(parse->err, HS_E_VALUE,
			"_filter: '%.*s' is neither date, number nor quantity; eq, ne, co, sw, ew and pr are "
			"possible",
			HS_S_ARG(hs_slice_first(parse->whole, 64)));
	if (hs__search_is_words(aim->code))
		return hs__parse_words(parse, aim->type, hs_slice_eq(aim->code, HS_S("_text")), value, out);
	if (!aim->rule)
		return parse_store_value(parse, aim->code, value, out);
	switch (aim->rule->type) {
	case HS_PARAM_REFERENCE:
		if (hs_slice_eq(aim->modifier, HS_S("below")) || hs_slice_eq(aim->modifier, HS_S("above")))
			return hs__parse_hierarchy(parse, aim->rule, aim->param,
				hs_slice_eq(aim->modifier, HS_S("below")), value, out);
		return hs__parse_reference(parse, aim->rule, aim->param, aim->modifier, value, out);
	case HS_PARAM_COMPOSITE:
		return hs__parse_composite(parse, aim->rule, value, out);
	case HS_PARAM_SPECIAL:
		return hs__parse_near(parse, aim->param, value, out);
	case HS_PARAM_TOKEN:
		return parse_token(parse, aim, value, out);
	case HS_PARAM_QUANTITY:
		if (aim->modifier.len)
			return hs__parse_bad_modifier(parse, aim->modifier, ":missing");
		return hs__parse_quantity(parse, aim->param,
			hs__search_param_number(parse->numbers, aim->rule->canonical_name), value, out);
	case HS_PARAM_URI:
		return parse_uri(parse, aim, value, out);
	default:
		return hs__parse_value(parse, (enum hs_param_type)aim->rule->type, aim->param, aim->modifier,
			value, out);
	}
}

static size_t count_values(struct hs_slice value)
{
	size_t count = 0;
	while (value.ptr) {
		hs__search_cut(&value, ',');
		count++;
	}
	return count;
}

/* a,b,c: any of them. */
static enum hs_status parse_values(struct hs__parse *parse, const struct aim *aim, struct hs_slice value,
	const struct hs_find **out)
{
	size_t room = count_values(value);
	size_t count = 0;
	if (room > parse->options->max_values)
		return hs_fail(parse->err, HS_E_TOO_COSTLY,
			"search parameter '%.*s' has %zu values; at most %u are allowed",
			HS_S_ARG(hs_slice_first(parse->whole, 64)), room, parse->options->max_values);
	const struct hs_find **kids = hs_arena_array(parse->arena, room + 1, sizeof(*kids));
	if (!kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	while (value.ptr) {
		struct hs_slice part = hs__search_cut(&value, ',');
		enum hs_status status = part.len ?
			parse_one(parse, aim, part, &kids[count]) :
			hs__parse_bad(parse, part, "a value before and after each comma");
		if (status)
			return status;
		count++;
	}
	return hs__parse_give(parse, hs__parse_join(parse, HS_FIND_OR, kids, count), out);
}

/* A composite has entries of its components only; all or none. */
static uint32_t presence_param(const struct hs__parse *parse, const struct hs__search_rule *rule)
{
	bool composite = rule->type == HS_PARAM_COMPOSITE && rule->component_count;
	return hs__search_param_number(parse->numbers, composite ? rule->components[0].name : rule->name);
}

/* Either as it is, or not so. */
static const struct hs_find *so_or_not(struct hs__parse *parse, const struct hs_find *find, bool so)
{
	return find && !so ? hs__parse_negate(parse, find) : find;
}

/* No trace of it: no values, for a reference no identifier, for a token no text, and no element without a
 * value that could be searched by. Or, unless `missing`, any of these. */
static const struct hs_find *find_missing(struct hs__parse *parse, const struct aim *aim, bool missing)
{
	const struct hs__search_type *type = hs__search_type(parse->rules, aim->type);
	uint32_t params[3] = { presence_param(parse, aim->rule),
		hs__search_param_number(parse->numbers, aim->rule->text_name),
		hs__search_param_number(parse->numbers, aim->rule->identifier_name) };
	uint32_t there = type ? hs__search_param_number(parse->numbers, type->there_name) : 0;
	const struct hs_find **kids = hs_arena_array(parse->arena, 4, sizeof(*kids));
	size_t count = 0;
	for (size_t i = 0; kids && i < 3; i++) {
		struct hs_find *find = params[i] ? hs__parse_node(parse, HS_FIND_MISSING) : NULL;
		if (!params[i]) /* no stored resource has it */
			continue;
		if (find)
			find->param = params[i];
		kids[count] = so_or_not(parse, find, missing);
		if (!kids[count++])
			return NULL;
	}
	struct hs_find *element = kids && there ? hs__parse_node(parse, HS_FIND_TOKEN) : NULL;
	if (element) {
		element->param = there;
		element->text = aim->rule->code;
		kids[count] = so_or_not(parse, element, !missing);
	}
	if (!kids || (there && !kids[count++]))
		return NULL;
	return hs__parse_join(parse, missing ? HS_FIND_AND : HS_FIND_OR, kids, count);
}

static enum hs_status parse_missing(struct hs__parse *parse, const struct aim *aim, struct hs_slice value,
	const struct hs_find **out)
{
	bool yes = hs_slice_eq(value, HS_S("true"));
	if (!yes && !hs_slice_eq(value, HS_S("false")))
		return hs__parse_bad(parse, value, "true or false");
	if (aim->rule)
		return hs__parse_give(parse, find_missing(parse, aim, yes), out);
	const struct hs_find *none = hs__parse_node(parse, HS_FIND_OR); /* nothing lacks an id */
	return hs__parse_give(parse, yes ? none : hs__parse_negate(parse, none), out);
}

static bool allows_not(const struct aim *aim)
{
	return aim->rule ? aim->rule->type == HS_PARAM_TOKEN : hs_slice_eq(aim->code, HS_S("_id"));
}

/* :not of a code; of a value set :not-in. The modifier that is left says what is not so. */
static bool take_not(struct aim *aim)
{
	if (!allows_not(aim))
		return false;
	if (hs_slice_eq(aim->modifier, HS_S("not-in")) && aim->rule) {
		aim->modifier = HS_S("in");
		return true;
	}
	if (!hs_slice_eq(aim->modifier, HS_S("not")))
		return false;
	aim->modifier = HS_S_NONE;
	return true;
}

static enum hs_status refuse(struct hs__parse *parse, struct hs_slice code)
{
	return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
		"search parameter '%.*s' is not supported by this server",
		HS_S_ARG(hs_slice_first(code, 64)));
}

static enum hs_status parse_plain(struct hs__parse *parse, struct hs_slice type, struct hs_slice name,
	struct hs_slice value, const struct hs_find **out)
{
	struct hs_slice modifier = name;
	struct aim aim = { .type = type, .code = hs_slice_cut(&modifier, ':') };
	const struct hs__search_type *known = hs__search_type(parse->rules, type);
	bool words = hs__search_is_words(aim.code);
	bool store = words || hs__search_is_store_param(aim.code);
	aim.modifier = modifier;
	if (hs_slice_eq(name, HS_S("_filter")))
		return hs__parse_filter(parse, type, value, out);
	if (hs_slice_eq(name, HS_S("_list")))
		return hs__parse_list(parse, value, out);
	if (!words && hs__search_is_refused(aim.code))
		return refuse(parse, aim.code);
	aim.rule = store || !known ? NULL : hs__search_rule(known, aim.code);
	if (!store && (!aim.rule || !aim.rule->path))
		return hs__parse_unknown(parse, type, aim.code);
	if (aim.rule)
		aim.param = hs__search_param_number(parse->numbers, aim.rule->name);
	if (words && modifier.len)
		return hs__parse_bad_modifier(parse, modifier, "none");
	if (hs_slice_eq(modifier, HS_S("missing")))
		return parse_missing(parse, &aim, value, out);
	bool no = take_not(&aim);
	bool fixed = !aim.rule || aim.rule->type == HS_PARAM_COMPOSITE || aim.rule->type == HS_PARAM_SPECIAL;
	if (aim.modifier.len && fixed)
		return hs__parse_bad_modifier(parse, aim.modifier,
			allows_not(&aim) ? ":missing :not" : ":missing");
	const struct hs_find *find = NULL;
	enum hs_status status = parse_values(parse, &aim, value, &find);
	if (status)
		return status;
	return hs__parse_give(parse, no ? hs__parse_negate(parse, find) : find, out);
}

/* ---- any ---- */

/* A chain, and what a service's parameter of the same name finds besides: contained resources. */
static enum hs_status parse_dotted(struct hs__parse *parse, struct hs_slice type, struct hs_slice name,
	size_t dot, struct hs_slice value, unsigned depth, const struct hs_find **out)
{
	struct hs_slice rest = name, code = hs_slice_cut(&rest, ':');
	const struct hs__search_type *known = hs__search_type(parse->rules, type);
	const struct hs_find **kids;
	if (!known || hs_slice_find(code, '.', 0) == SIZE_MAX || !hs__search_rule(known, code))
		return hs__parse_chain(parse, type, name, dot, value, depth, out);
	kids = hs_arena_array(parse->arena, 2, sizeof(*kids));
	if (!kids)
		return hs_fail(parse->err, HS_E_LIMIT, "the search is too large");
	enum hs_status status = parse_plain(parse, type, name, value, &kids[0]);
	if (!status)
		status = hs__parse_chain(parse, type, name, dot, value, depth, &kids[1]);
	return status ? status : hs__parse_give(parse, hs__parse_join(parse, HS_FIND_OR, kids, 2), out);
}

enum hs_status hs__parse_condition(struct hs__parse *parse, struct hs_slice type, struct hs_slice name,
	struct hs_slice value, unsigned depth, const struct hs_find **out)
{
	size_t dot = hs_slice_find(name, '.', 0);
	if (hs_slice_starts(name, HS_S("_has:")))
		return hs__parse_has(parse, hs_slice_from(name, 5), value, depth, out);
	if (dot != SIZE_MAX)
		return parse_dotted(parse, type, name, dot, value, depth, out);
	return parse_plain(parse, type, name, value, out);
}
