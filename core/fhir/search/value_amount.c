/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and quantities as they are searched for: prefixes, the span of their precision, and units. */
#include <core/fhir/search/search_private.h>

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

bool hs__search_amount(const struct hs__parse *parse, struct hs_slice text, struct hs_find *find)
{
	struct hs__search_number number;
	find->cmp = hs__parse_prefix(parse, &text);
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

/* ---- units ---- */

bool hs__search_unit(struct hs_arena *arena, struct hs_slice code, struct hs__search_unit *out)
{
	struct hs_error ignored;
	if (hs_ucum_parse(code, &out->unit, &ignored))
		return false;
	out->text = hs_ucum_canonical(arena, &out->unit);
	return out->text.len && !hs_ucum_parse(out->text, &out->base, &ignored);
}

/* Twelve digits are more than any measurement has and fewer than a conversion gets right. */
bool hs__search_in_base(const struct hs__search_unit *unit, double value, double *out)
{
	char digits[40];
	double there;
	if (!hs_ucum_convert(&unit->unit, value, &unit->base, &there))
		return false;
	snprintf(digits, sizeof(digits), "%.12g", there);
	*out = strtod(digits, NULL);
	return *out >= -DBL_MAX && *out <= DBL_MAX;
}

/* ---- quantities (R4 section 3.1.1.4.11) ---- */

/* The same in base units, when both say UCUM and the unit is one: what is stored in another unit is found. */
static void bring_to_base(struct hs__parse *parse, uint32_t canonical, struct hs_find *find)
{
	struct hs__search_unit unit;
	double low, high;
	if (!hs_slice_eq(find->system, HS_S(HS_UCUM_URL)) || !find->text.len ||
		!hs__search_unit(parse->arena, find->text, &unit) ||
		!hs__search_in_base(&unit, find->low, &low) || !hs__search_in_base(&unit, find->high, &high))
		return;
	find->param = canonical;
	find->text = unit.text;
	find->low = low;
	find->high = high;
}

enum hs_status hs__parse_quantity(struct hs__parse *parse, uint32_t param, uint32_t canonical,
	struct hs_slice value, const struct hs_find **out)
{
	struct hs_slice rest = value;
	struct hs_slice number = hs__search_cut(&rest, '|');
	struct hs_slice system = rest.ptr ? hs__search_cut(&rest, '|') : HS_S_NONE;
	struct hs_find *find = hs__parse_node(parse, HS_FIND_QUANTITY);
	if (!find)
		return parse->err->status;
	if (!hs__search_amount(parse, number, find) || (system.len && !rest.ptr))
		return hs__parse_bad(parse, value,
			"NUMBER, NUMBER|SYSTEM|CODE or NUMBER||CODE, with a prefix (eq ne gt lt ge le sa eb "
			"ap) if wanted");
	find->param = param;
	find->text = hs__search_unescape(parse->arena, rest);
	find->system = hs__parse_system(parse, system);
	find->any_system = find->system.len == 0;
	bring_to_base(parse, canonical, find);
	*out = find;
	return HS_OK;
}
