/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a parameter as a condition: prefixes, precision, and the parts of tokens and quantities. */
#include <core/fhir/search/search_private.h>

#include <float.h>

enum hs_status hs__parse_bad(struct hs__parse *parse, struct hs_slice value, const char *form)
{
	return hs_fail(parse->err, HS_E_VALUE,
		"search parameter '%.*s': '%.*s' is not a valid value; write %s",
		HS_S_ARG(hs_slice_first(parse->whole, 64)), HS_S_ARG(hs_slice_first(value, 64)), form);
}

static enum hs_status bad_modifier(struct hs__parse *parse, struct hs_slice modifier, const char *allowed)
{
	return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
		"search parameter '%.*s': the modifier ':%.*s' is not supported%s%s",
		HS_S_ARG(hs_slice_first(parse->whole, 64)), HS_S_ARG(hs_slice_first(modifier, 64)),
		allowed ? "; possible here: " : " here", allowed ? allowed : "");
}

/* Takes eq, ne, gt, lt, ge, le, sa, eb or ap off the front. */
static uint8_t take_prefix(struct hs_slice *value)
{
	static const char prefixes[][3] = { "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap" };
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (hs_slice_starts(*value, hs_slice(prefixes[i], 2))) {
			*value = hs_slice_from(*value, 2);
			return (uint8_t)i;
		}
	return HS_CMP_EQ;
}

/* ---- dates ---- */

/* "+01:00" whose plus sign became a blank on its way through a URL. */
static struct hs_slice mend_zone(struct hs__parse *parse, struct hs_slice text)
{
	if (text.len < 6 || text.ptr[text.len - 6] != ' ')
		return text;
	return hs_arena_printf(parse->arena, "%.*s+%.*s", HS_S_ARG(hs_slice_first(text, text.len - 6)),
		HS_S_ARG(hs_slice_from(text, text.len - 5)));
}

enum hs_status hs__parse_date(struct hs__parse *parse, struct hs_slice value, struct hs_find *find)
{
	struct hs_time time;
	struct hs_slice text = value;
	find->cmp = take_prefix(&text);
	if (!hs_time_parse(mend_zone(parse, text), 0, &time))
		return hs__parse_bad(parse, value,
			"YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, with a prefix (eq ne gt lt ge le "
			"sa eb ap) if "
			"wanted");
	find->lo = time.lo;
	find->hi = time.hi;
	if (find->cmp == HS_CMP_AP) { /* a tenth of the time between then and now (section 3.1.1.4.4) */
		int64_t now = parse->options->now_ms;
		int64_t gap = now > time.hi ? now - time.hi : now < time.lo ? time.lo - now : 0;
		find->lo -= gap / 10;
		find->hi += gap / 10;
	}
	return HS_OK;
}

/* ---- numbers and quantities ---- */

static bool set_number(struct hs_slice text, struct hs_find *find)
{
	struct hs__search_number number;
	find->cmp = take_prefix(&text);
	if (!hs__search_number(text, &number))
		return false;
	bool spans = find->cmp == HS_CMP_EQ || find->cmp == HS_CMP_NE;
	find->low = spans ? number.low : number.value;
	find->high = spans ? number.high : number.value;
	if (find->cmp == HS_CMP_AP) {
		double tenth = (number.value < 0 ? -number.value : number.value) / 10;
		find->low = number.value - tenth;
		find->high = number.value + tenth;
	}
	return true;
}

static enum hs_status parse_quantity(struct hs__parse *parse, struct hs_slice value, struct hs_find *find)
{
	struct hs_slice rest = value;
	struct hs_slice number = hs__search_cut(&rest, '|');
	struct hs_slice system = rest.ptr ? hs__search_cut(&rest, '|') : HS_S_NONE;
	if (!set_number(number, find) || (system.len && !rest.ptr))
		return hs__parse_bad(parse, value,
			"NUMBER, NUMBER|SYSTEM|CODE or NUMBER||CODE, with a prefix (eq ne gt lt ge le sa eb "
			"ap) if wanted");
	find->text = hs__search_unescape(parse->arena, rest);
	find->system = hs__search_unescape(parse->arena, system);
	find->any_system = find->system.len == 0;
	return HS_OK;
}

/* ---- tokens ---- */

/* CODE, SYSTEM|CODE, |CODE (no system) or SYSTEM|. Case does not count: servers should so when in doubt, for
 * safety (R4 section 3.1.1.4.10). */
static enum hs_status parse_token(struct hs__parse *parse, struct hs_slice value, struct hs_find *find)
{
	struct hs_slice rest = value;
	struct hs_slice first = hs__search_cut(&rest, '|');
	find->fold_case = true;
	if (!rest.ptr) {
		find->any_system = true;
		find->text = hs__search_unescape(parse->arena, first);
		return HS_OK;
	}
	find->system = hs__search_unescape(parse->arena, first);
	find->text = hs__search_unescape(parse->arena, rest);
	hs__search_one_form(parse->arena, &find->system, &find->text);
	find->any_code = find->text.len == 0;
	if (find->any_code && !find->system.len)
		return hs__parse_bad(parse, value, "CODE, SYSTEM|CODE, |CODE or SYSTEM|");
	return HS_OK;
}

static enum hs_status parse_string(struct hs__parse *parse, struct hs_slice modifier, struct hs_slice value,
	struct hs_find *find)
{
	struct hs_slice text = hs__search_unescape(parse->arena, value);
	if (hs_slice_eq(modifier, HS_S("exact"))) {
		find->match = HS_MATCH_EXACT;
		find->text = text;
		find->folded = hs_search_fold(parse->arena, text);
		return HS_OK;
	}
	bool contains = hs_slice_eq(modifier, HS_S("contains"));
	if (modifier.len && !contains)
		return bad_modifier(parse, modifier, ":exact :contains :missing");
	find->match = contains ? HS_MATCH_CONTAINS : HS_MATCH_STARTS;
	find->text = hs_search_fold(parse->arena, text);
	if (!find->text.len)
		return hs__parse_bad(parse, value, "a text with a letter or digit, or use :exact");
	return HS_OK;
}

static enum hs_status parse_uri(struct hs__parse *parse, struct hs_slice modifier, struct hs_slice value,
	struct hs_find *find)
{
	find->text = hs__search_unescape(parse->arena, value);
	if (hs_slice_eq(modifier, HS_S("below")))
		find->match = HS_MATCH_STARTS;
	else if (hs_slice_eq(modifier, HS_S("above")))
		find->match = HS_MATCH_ABOVE;
	else if (modifier.len)
		return bad_modifier(parse, modifier, ":above :below :missing");
	return HS_OK;
}

static enum hs_status no_modifier(struct hs__parse *parse, struct hs_slice modifier, const char *allowed)
{
	return modifier.len ? bad_modifier(parse, modifier, allowed) : HS_OK;
}

static enum hs_find_op op_of(enum hs_param_type type)
{
	switch (type) {
	case HS_PARAM_NUMBER:
		return HS_FIND_NUMBER;
	case HS_PARAM_DATE:
		return HS_FIND_DATE;
	case HS_PARAM_STRING:
		return HS_FIND_STRING;
	case HS_PARAM_QUANTITY:
		return HS_FIND_QUANTITY;
	case HS_PARAM_URI:
		return HS_FIND_URI;
	default:
		return HS_FIND_TOKEN;
	}
}

enum hs_status hs__parse_value(struct hs__parse *parse, enum hs_param_type type, uint32_t param,
	struct hs_slice modifier, struct hs_slice value, const struct hs_find **out)
{
	enum hs_status status = HS_OK;
	struct hs_find *find = hs__parse_node(parse, op_of(type));
	if (!find)
		return parse->err->status;
	find->param = param;
	switch (type) {
	case HS_PARAM_STRING:
		status = parse_string(parse, modifier, value, find);
		break;
	case HS_PARAM_URI:
		status = parse_uri(parse, modifier, value, find);
		break;
	case HS_PARAM_DATE:
		status = no_modifier(parse, modifier, ":missing");
		status = status ? status : hs__parse_date(parse, value, find);
		break;
	case HS_PARAM_NUMBER:
		status = no_modifier(parse, modifier, ":missing");
		if (!status && !set_number(value, find))
			status = hs__parse_bad(parse, value,
				"a number, with a prefix (eq ne gt lt ge le sa eb ap) if wanted");
		break;
	case HS_PARAM_QUANTITY:
		status = no_modifier(parse, modifier, ":missing");
		status = status ? status : parse_quantity(parse, value, find);
		break;
	default:
		status = no_modifier(parse, modifier, ":missing :not :text");
		status = status ? status : parse_token(parse, value, find);
		break;
	}
	if (!status)
		*out = find;
	return status;
}
