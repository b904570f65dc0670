/* SPDX-License-Identifier: Apache-2.0 */
/* Index entries that are spans: dates, numbers, quantities, and positions.
 *
 * A number or quantity is a point: R4 gives a precision to what is searched for, and says of gt, lt, ge and
 * le that they compare exactly (section 3.1.1.4.3). Only a Range and a quantity with a comparator are spans.
 */
#include <core/fhir/search/search_private.h>

#include <float.h>

/* ---- dates ---- */

static void add_span(struct hs__extract *x, int64_t lo, int64_t hi)
{
	struct hs_index_row *row = lo < hi ? hs__extract_row(x, HS_INDEX_DATE) : NULL;
	if (!row)
		return;
	row->lo = lo;
	row->hi = hi;
}

static void add_moment(struct hs__extract *x, struct hs_slice text)
{
	struct hs_time time;
	if (text.len && hs_time_parse(text, 0, &time))
		add_span(x, time.lo, time.hi);
}

/* An end that is missing is open. */
static void add_period(struct hs__extract *x, const struct hs_json *period)
{
	struct hs_time start;
	struct hs_time end;
	bool has_start = hs_time_parse(hs_json_get_text(period, HS_S("start")), 0, &start);
	bool has_end = hs_time_parse(hs_json_get_text(period, HS_S("end")), 0, &end);
	if (has_start || has_end)
		add_span(x, has_start ? start.lo : INT64_MIN, has_end ? end.hi : INT64_MAX);
}

/* Only the outer limits of a schedule matter (R4 section 3.1.1.4.7). */
static void add_timing(struct hs__extract *x, const struct hs_json *timing)
{
	struct hs_time time;
	int64_t lo = INT64_MAX;
	int64_t hi = INT64_MIN;
	HS_JSON_EACH(event, hs_json_get(timing, HS_S("event"))) {
		if (!hs_time_parse(hs_json_text(event), 0, &time))
			continue;
		lo = time.lo < lo ? time.lo : lo;
		hi = time.hi > hi ? time.hi : hi;
	}
	add_span(x, lo, hi);
	add_period(x, hs_json_get(hs_json_get(timing, HS_S("repeat")), HS_S("boundsPeriod")));
}

void hs__extract_date(struct hs__extract *x, const struct hs_path_value *value)
{
	const struct hs__search_types *types = &x->rules->types;
	if (!hs_json_is(value->node, HS_JSON_OBJECT))
		add_moment(x, hs__extract_text(value));
	else if (value->type == types->timing)
		add_timing(x, value->node);
	else if (value->type == types->period)
		add_period(x, value->node);
}

/* ---- numbers and quantities ---- */

static struct hs_slice number_text(struct hs__extract *x, const struct hs_path_value *value)
{
	if (!value->node && (value->kind == HS_PATH_INTEGER || value->kind == HS_PATH_LONG))
		return hs_arena_printf(x->arena, "%lld", (long long)value->integer);
	return hs__extract_text(value);
}

static struct hs_index_row *add_real(struct hs__extract *x, enum hs_index_kind kind, double low, double high)
{
	struct hs_index_row *row = hs__extract_row(x, kind);
	if (row) {
		row->low = low;
		row->high = high;
	}
	return row;
}

/* Both ends of a Range are of one unit (R4 datatypes, Range); one that names none is let pass. */
static bool same_unit(const struct hs_json *low, const struct hs_json *high)
{
	struct hs_slice one = hs_json_get_text(low, HS_S("code")),
			other = hs_json_get_text(high, HS_S("code"));
	return !one.len || !other.len ||
		(hs_slice_eq(one, other) &&
			hs_slice_eq(hs_json_get_text(low, HS_S("system")),
				hs_json_get_text(high, HS_S("system"))));
}

static bool range_end(const struct hs_json *end, double *out)
{
	struct hs__search_number number;
	if (!hs__search_number(hs_json_text(hs_json_get(end, HS_S("value"))), &number))
		return false;
	*out = number.value;
	return true;
}

/* A Range as number: both ends where they are (R4 RiskAssessment.prediction.probability). Ends that are
 * turned about span nothing, as those of a period do. */
static bool range_ends(const struct hs_json *range, double *low, double *high)
{
	const struct hs_json *from = hs_json_get(range, HS_S("low")), *to = hs_json_get(range, HS_S("high"));
	*low = -DBL_MAX;
	*high = DBL_MAX;
	bool has_low = range_end(from, low), has_high = range_end(to, high);
	return (has_low || has_high) && *low <= *high && same_unit(from, to);
}

void hs__extract_number(struct hs__extract *x, const struct hs_path_value *value)
{
	struct hs__search_number number;
	double low;
	double high;
	if (hs_json_is(value->node, HS_JSON_OBJECT)) {
		if (value->type == x->rules->types.range && range_ends(value->node, &low, &high))
			add_real(x, HS_INDEX_NUMBER, low, high);
	} else if (hs__search_number(number_text(x, value), &number)) {
		add_real(x, HS_INDEX_NUMBER, number.value, number.value);
	}
}

static bool same_real(double a, double b)
{
	return a <= b && a >= b;
}

static void bring_to_base(struct hs__extract *x, double low, double high, struct hs_slice code)
{
	struct hs__extract_base *base = &x->base_amount;
	struct hs__search_unit unit;

	*base = (struct hs__extract_base) { code, low, high, false, low, high, HS_S_NONE };
	if (!hs__search_unit(x->arena, code, &unit) ||
		(low > -DBL_MAX && !hs__search_in_base(&unit, low, &base->low)))
		return;
	if (same_real(low, high))
		base->high = base->low;
	else if (high < DBL_MAX && !hs__search_in_base(&unit, high, &base->high))
		return;
	base->text = unit.text;
	base->good = true;
}

/* In base units too, so that an amount is found by any unit of its kind (R4 section 3.1.1.4.11). */
static void add_canonical(struct hs__extract *x, double low, double high, struct hs_slice code)
{
	const struct hs__extract_base *base = &x->base_amount;
	struct hs_index_row *row;

	if (x->canonical_param == HS__EXTRACT_ASK)
		x->canonical_param = hs__search_param_number(x->numbers, x->canonical_name);
	if (!x->canonical_param)
		return;
	if (!hs_slice_eq(base->code, code) || !same_real(base->from_low, low) ||
		!same_real(base->from_high, high))
		bring_to_base(x, low, high, code);
	row = base->good ? add_real(x, HS_INDEX_QUANTITY, base->low, base->high) : NULL;
	if (!row)
		return;
	row->param = x->canonical_param;
	row->system = HS_S(HS_UCUM_URL);
	row->text = base->text;
}

/* The same amount by code in its system and, when that is another, by the unit that people read. */
static void add_amount(struct hs__extract *x, double low, double high, const struct hs_json *unit_of)
{
	struct hs_slice code = hs_json_get_text(unit_of, HS_S("code"));
	struct hs_slice unit = hs_json_get_text(unit_of, HS_S("unit"));
	struct hs_index_row *row = add_real(x, HS_INDEX_QUANTITY, low, high);
	if (row && code.len) {
		row->system = hs_json_get_text(unit_of, HS_S("system"));
		row->text = code;
		if (hs_slice_eq(row->system, HS_S(HS_UCUM_URL)))
			add_canonical(x, low, high, code);
	} else if (row) {
		row->text = unit;
	}
	if (code.len && unit.len && !hs_slice_eq(code, unit)) {
		row = add_real(x, HS_INDEX_QUANTITY, low, high);
		if (row)
			row->text = unit;
	}
}

static void add_quantity(struct hs__extract *x, const struct hs_json *quantity)
{
	struct hs__search_number number;
	struct hs_slice comparator = hs_json_get_text(quantity, HS_S("comparator"));
	if (!hs__search_number(hs_json_text(hs_json_get(quantity, HS_S("value"))), &number))
		return;
	bool below = hs_slice_starts(comparator, HS_S("<"));
	bool above = hs_slice_starts(comparator, HS_S(">"));
	add_amount(x, below ? -DBL_MAX : number.value, above ? DBL_MAX : number.value, quantity);
}

static void add_money(struct hs__extract *x, const struct hs_json *money)
{
	struct hs__search_number number;
	if (!hs__search_number(hs_json_text(hs_json_get(money, HS_S("value"))), &number))
		return;
	struct hs_index_row *row = add_real(x, HS_INDEX_QUANTITY, number.value, number.value);
	if (!row)
		return;
	row->text = hs_json_get_text(money, HS_S("currency"));
	if (row->text.len)
		row->system = HS_S("urn:iso:std:iso:4217");
}

void hs__extract_quantity(struct hs__extract *x, const struct hs_path_value *value)
{
	const struct hs__search_types *types = &x->rules->types;
	double low;
	double high;
	if (!hs_json_is(value->node, HS_JSON_OBJECT) || !value->type)
		return;
	if (value->type == types->money) {
		add_money(x, value->node);
	} else if (value->type == types->range) {
		const struct hs_json *end = hs_json_get(value->node, HS_S("low"));
		if (range_ends(value->node, &low, &high))
			add_amount(x, low, high, end ? end : hs_json_get(value->node, HS_S("high")));
	} else if (hs_defs_is_a(x->rules->defs, value->type, types->quantity)) {
		add_quantity(x, value->node);
	}
}

/* ---- positions (Location.position) ---- */

void hs__extract_point(struct hs__extract *x, const struct hs_path_value *value)
{
	struct hs__search_number latitude;
	struct hs__search_number longitude;
	if (!hs__search_number(hs_json_text(hs_json_get(value->node, HS_S("latitude"))), &latitude) ||
		!hs__search_number(hs_json_text(hs_json_get(value->node, HS_S("longitude"))), &longitude))
		return;
	if (latitude.value >= -90 && latitude.value <= 90 && longitude.value >= -180 &&
		longitude.value <= 180)
		add_real(x, HS_INDEX_POINT, latitude.value, longitude.value);
}
