/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a parameter as a condition: prefixes, precision, and the parts of tokens and quantities. */
#include <core/fhir/search/search_private.h>

enum hs_status hs__parse_bad(struct hs__parse *parse, struct hs_slice value, const char *form)
{
	return hs_fail(parse->err, HS_E_VALUE,
		"search parameter '%.*s': '%.*s' is not a valid value; write %s",
		HS_S_ARG(hs_slice_first(parse->whole, 64)), HS_S_ARG(hs_slice_first(value, 64)), form);
}

enum hs_status hs__parse_bad_modifier(struct hs__parse *parse, struct hs_slice modifier, const char *allowed)
{
	if (parse->op_name.len)
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
			"_filter: the operator '%.*s' is not possible for '%.*s'", HS_S_ARG(parse->op_name),
			HS_S_ARG(hs_slice_first(parse->whole, 64)));
	return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
		"search parameter '%.*s': the modifier ':%.*s' is not supported%s%s",
		HS_S_ARG(hs_slice_first(parse->whole, 64)), HS_S_ARG(hs_slice_first(modifier, 64)),
		allowed ? "; possible here: " : " here", allowed ? allowed : "");
}

uint8_t hs__parse_prefix(const struct hs__parse *parse, struct hs_slice *value)
{
	static const char prefixes[][3] = { "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap" };
	if (parse->filtering)
		return parse->cmp;
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
	find->cmp = hs__parse_prefix(parse, &text);
	if (!hs_time_parse(mend_zone(parse, text), 0, &time))
		return hs__parse_bad(parse, value,
			"YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, with a prefix (eq ne gt lt ge le "
			"sa eb ap) if wanted");
	find->lo = time.lo;
	find->hi = time.hi;
	if (find->cmp == HS_CMP_AP &&
		!parse->overlaps) { /* a tenth of the time between then and now (section 3.1.1.4.4) */
		int64_t now = parse->options->now_ms;
		int64_t gap = now > time.hi ? now - time.hi : now < time.lo ? time.lo - now : 0;
		find->lo -= gap / 10;
		find->hi += gap / 10;
	}
	return HS_OK;
}

/* ---- tokens ---- */

/* CODE, SYSTEM|CODE, |CODE (no system) or SYSTEM|. Case does not count: servers should so when in doubt, for
 * safety (R4 section 3.1.1.4.10). */
struct hs_slice hs__parse_system(const struct hs__parse *parse, struct hs_slice text)
{
	static const struct {
		struct hs_slice name, system;
	} known[] = {
		{ HS_S_INIT("loinc"), HS_S_INIT("http://loinc.org") },
		{ HS_S_INIT("snomed"), HS_S_INIT("http://snomed.info/sct") },
		{ HS_S_INIT("rxnorm"), HS_S_INIT("http://www.nlm.nih.gov/research/umls/rxnorm") },
		{ HS_S_INIT("ucum"), HS_S_INIT(HS_UCUM_URL) },
	};
	for (size_t i = 0; parse->filtering && i < sizeof(known) / sizeof(known[0]); i++)
		if (hs_slice_eq(text, known[i].name))
			return known[i].system;
	return hs__search_unescape(parse->arena, text);
}

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
	find->system = hs__parse_system(parse, first);
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
	if (hs_slice_eq(modifier, HS_S("contains")))
		find->match = HS_MATCH_CONTAINS;
	else if (parse->filtering && hs_slice_eq(modifier, HS_S("ends")))
		find->match = HS_MATCH_ENDS;
	else if (parse->filtering && !modifier.len)
		find->match = HS_MATCH_FOLDED;
	else if (!modifier.len || (parse->filtering && hs_slice_eq(modifier, HS_S("starts"))))
		find->match = HS_MATCH_STARTS;
	else
		return hs__parse_bad_modifier(parse, modifier, ":exact :contains :missing");
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
		return hs__parse_bad_modifier(parse, modifier, ":above :below :missing");
	return HS_OK;
}

static enum hs_status no_modifier(struct hs__parse *parse, struct hs_slice modifier, const char *allowed)
{
	return modifier.len ? hs__parse_bad_modifier(parse, modifier, allowed) : HS_OK;
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
		if (!status && !hs__search_amount(parse, value, find))
			status = hs__parse_bad(parse, value,
				"a number, with a prefix (eq ne gt lt ge le sa eb ap) if wanted");
		break;
	default:
		status = no_modifier(parse, modifier,
			":missing :not :text :of-type :in :not-in :above :below");
		status = status ? status : parse_token(parse, value, find);
		break;
	}
	if (!status)
		*out = find;
	return status;
}
