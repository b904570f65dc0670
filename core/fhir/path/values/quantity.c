/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities: reading, comparing and multiplying them. */
#include <core/fhir/path/values/quantity.h>

#include <core/fhir/path/values/unit.h>

struct calendar_row {
	struct hs_slice one, many;
	struct hs_slice ucum; /* the unit that always means the same, or the mean one */
	int64_t milliseconds; /* by which spans compare: a month of 30 days, a year of 365 */
	enum path_calendar calendar;
	bool definite; /* the same as the UCUM unit */
};

static const struct calendar_row CALENDAR[] = {
	{ HS_S_INIT("year"), HS_S_INIT("years"), HS_S_INIT("a"), 31536000000, PATH_CALENDAR_YEAR, false },
	{ HS_S_INIT("month"), HS_S_INIT("months"), HS_S_INIT("mo"), 2592000000, PATH_CALENDAR_MONTH, false },
	{ HS_S_INIT("week"), HS_S_INIT("weeks"), HS_S_INIT("wk"), 604800000, PATH_CALENDAR_WEEK, true },
	{ HS_S_INIT("day"), HS_S_INIT("days"), HS_S_INIT("d"), 86400000, PATH_CALENDAR_DAY, true },
	{ HS_S_INIT("hour"), HS_S_INIT("hours"), HS_S_INIT("h"), 3600000, PATH_CALENDAR_HOUR, true },
	{ HS_S_INIT("minute"), HS_S_INIT("minutes"), HS_S_INIT("min"), 60000, PATH_CALENDAR_MINUTE, true },
	{ HS_S_INIT("second"), HS_S_INIT("seconds"), HS_S_INIT("s"), 1000, PATH_CALENDAR_SECOND, true },
	{ HS_S_INIT("millisecond"), HS_S_INIT("milliseconds"), HS_S_INIT("ms"), 1, PATH_CALENDAR_MILLISECOND,
		true },
};
#define CALENDAR_COUNT (sizeof(CALENDAR) / sizeof(CALENDAR[0]))

static const struct calendar_row *calendar_row(struct hs_slice word)
{
	for (size_t i = 0; i < CALENDAR_COUNT; i++) {
		if (hs_slice_eq(word, CALENDAR[i].one) || hs_slice_eq(word, CALENDAR[i].many)) {
			return &CALENDAR[i];
		}
	}
	return NULL;
}

enum path_calendar hs__path_calendar(struct hs_slice word)
{
	const struct calendar_row *row = calendar_row(word);
	return row ? row->calendar : PATH_CALENDAR_NONE;
}

struct hs_slice hs__path_calendar_name(struct hs_slice word)
{
	const struct calendar_row *row = calendar_row(word);
	if (!row) {
		return HS_S_NONE;
	}
	return hs_slice_eq(word, row->one) ? row->one : row->many;
}

enum path_calendar hs__path_quantity_calendar(const struct path_quantity *a)
{
	const struct calendar_row *row = calendar_row(a->unit);
	for (size_t i = 0; !row && i < CALENDAR_COUNT; i++) {
		bool fits = (CALENDAR[i].definite || a->fhir) && hs_slice_eq(a->unit, CALENDAR[i].ucum);
		row = fits ? &CALENDAR[i] : NULL;
	}
	return row ? row->calendar : PATH_CALENDAR_NONE;
}

/* ---- reading ---- */

/* FHIR's Quantity: value with the code of UCUM, or without any unit. */
static bool from_tree(const struct hs_json *node, struct path_quantity *out)
{
	const struct hs_json *number = hs_json_get(node, HS_S("value"));
	struct hs_slice system = hs_json_get_text(node, HS_S("system"));
	struct hs_slice code = hs_json_get_text(node, HS_S("code"));
	struct hs_slice unit = hs_json_get_text(node, HS_S("unit"));
	struct path_quantity result = { .unit = HS_S("1"), .fhir = true };
	if (!hs_json_is(number, HS_JSON_NUMBER) ||
		!hs__path_decimal_parse(hs_json_text(number), &result.value)) {
		return false;
	}
	if (hs_slice_eq(system, HS_S("http://unitsofmeasure.org")) && code.len) {
		result.unit = code;
	} else if (code.len || unit.len) {
		result.unit = code.len ? code : unit;
	}
	*out = result;
	return true;
}

bool hs__path_quantity_of(const struct hs_path_value *value, struct path_quantity *out)
{
	struct path_quantity result = { .unit = HS_S("1") };
	switch (value->kind) {
	case HS_PATH_INTEGER:
	case HS_PATH_LONG:
		result.value = hs__path_decimal_of(value->integer);
		break;
	case HS_PATH_DECIMAL:
	case HS_PATH_QUANTITY:
		if (!hs__path_decimal_parse(value->text, &result.value)) {
			return false;
		}
		result.unit = value->kind == HS_PATH_QUANTITY ? value->unit : result.unit;
		break;
	case HS_PATH_NODE:
		return hs_json_is(value->node, HS_JSON_OBJECT) && from_tree(value->node, out);
	default:
		return false;
	}
	*out = result;
	return true;
}

bool hs__path_quantity_parse(struct hs_slice text, struct path_quantity *out)
{
	struct path_quantity result = { .unit = HS_S("1") };
	size_t end = 0;
	while (end < text.len && (memchr("+-.0123456789", text.ptr[end], 13))) {
		end++;
	}
	struct hs_slice unit = hs_slice_from(text, end);
	while (unit.len && memchr(" \t\r\n", unit.ptr[0], 4)) {
		unit = hs_slice_from(unit, 1);
	}
	if (!hs__path_decimal_parse(hs_slice_first(text, end), &result.value)) {
		return false;
	}
	if (unit.len > 2 && unit.ptr[0] == '\'' && unit.ptr[unit.len - 1] == '\'') {
		result.unit = hs_slice(unit.ptr + 1, unit.len - 2);
		if (hs_slice_find(result.unit, '\'', 0) != SIZE_MAX) {
			return false;
		}
	} else if (unit.len && calendar_row(unit)) {
		result.unit = hs__path_calendar_name(unit);
	} else if (unit.len) {
		return false;
	}
	*out = result;
	return true;
}

/* ---- comparison ---- */

/* How many `to` make one `from`. Calendar years and months meet UCUM's only when `loose`. */
static bool unit_ratio(struct hs_slice from, struct hs_slice to, bool loose, struct hs_ucum_ratio *out)
{
	if (hs_slice_eq(from, to)) {
		*out = (struct hs_ucum_ratio) { 1, 1, 0 };
		return true;
	}
	const struct calendar_row *a = calendar_row(from), *b = calendar_row(to);
	if (a && b) {
		bool months = a->calendar <= PATH_CALENDAR_MONTH && b->calendar <= PATH_CALENDAR_MONTH;
		int64_t x = months && a->calendar == PATH_CALENDAR_YEAR ? 12 : months ? 1 : a->milliseconds;
		int64_t y = months && b->calendar == PATH_CALENDAR_YEAR ? 12 : months ? 1 : b->milliseconds;
		*out = (struct hs_ucum_ratio) { x, y, 0 };
		return true;
	}
	if (!loose && ((a && !a->definite) || (b && !b->definite))) {
		return false;
	}
	return hs__path_unit_ratio(a ? a->ucum : from, b ? b->ucum : to, out);
}

/* Temperatures with another zero are brought to kelvin, so that the rest is a matter of factors. */
static struct path_quantity level(const struct path_quantity *a)
{
	struct path_quantity result = *a;
	if (hs__path_unit_kelvin(a->value, a->unit, &result.value)) {
		result.unit = HS_S("K");
	}
	return result;
}

int hs__path_quantity_compare(const struct path_quantity *left, const struct path_quantity *right, bool loose,
	bool *known)
{
	bool same = hs_slice_eq(left->unit, right->unit);
	struct path_quantity a = same ? *left : level(left), b = same ? *right : level(right);
	struct hs_ucum_ratio ratio, up;
	struct path_decimal x, y;
	*known = unit_ratio(a.unit, b.unit, loose || a.fhir || b.fhir, &ratio);
	if (!*known) {
		return 0;
	}
	/* a * num / den against b: both sides times den, so that nothing is rounded. */
	up = (struct hs_ucum_ratio) { ratio.num, 1, ratio.ten };
	if (hs__path_ratio_apply(a.value, up, &x) &&
		hs__path_decimal_multiply(b.value, (struct path_decimal) { ratio.den, 0 }, &y)) {
		return hs__path_decimal_compare(x, y);
	}
	*known = hs__path_ratio_apply(a.value, ratio, &x);
	return *known ? hs__path_decimal_compare(x, b.value) : 0;
}

bool hs__path_quantity_convert(const struct path_quantity *b, struct hs_slice unit, struct path_decimal *out)
{
	struct hs_ucum_ratio ratio;
	return unit_ratio(b->unit, unit, false, &ratio) && hs__path_ratio_apply(b->value, ratio, out);
}

/* The unit that stands for `unit` where `other` is at home: 'a' for year beside 'd', year for 'a' beside
 * days. */
static struct hs_slice unit_beside(struct hs_slice unit, struct hs_slice other)
{
	const struct calendar_row *row = calendar_row(unit);
	bool calendar = calendar_row(other) != NULL;
	for (size_t i = 0; calendar && !row && i < CALENDAR_COUNT; i++) {
		if (hs_slice_eq(unit, CALENDAR[i].ucum)) {
			return CALENDAR[i].one;
		}
	}
	return row && !calendar ? row->ucum : unit;
}

bool hs__path_quantity_level(const struct path_quantity *b, struct hs_slice unit, struct path_decimal *out)
{
	struct path_quantity kelvin = level(b);
	struct path_decimal number;
	if (hs__path_quantity_convert(b, unit_beside(unit, b->unit), out)) {
		return true;
	}
	if (!hs__path_quantity_convert(&kelvin, HS_S("K"), &number) ||
		(!hs__path_unit_of_kelvin(number, unit, &number) &&
			!hs__path_quantity_convert(&kelvin, unit, &number))) {
		return false;
	}
	*out = hs__path_decimal_trim(number); /* of the digits that only the other zero has */
	return true;
}

bool hs__path_quantity_comparable(const struct path_quantity *a, const struct path_quantity *b)
{
	struct path_quantity x = level(a), y = level(b);
	struct hs_ucum_ratio ratio;
	return unit_ratio(x.unit, y.unit, a->fhir || b->fhir, &ratio);
}

bool hs__path_quantity_equivalent(const struct path_quantity *left, const struct path_quantity *right)
{
	bool same = hs_slice_eq(left->unit, right->unit);
	struct path_quantity a = same ? *left : level(left), b = same ? *right : level(right);
	struct hs_ucum_ratio ratio;
	struct path_decimal x, y, size;
	if (!unit_ratio(a.unit, b.unit, true, &ratio)) {
		return false;
	}
	/* In the larger unit, where the digits of the less precise one show. */
	bool fits = hs__path_ratio_apply(hs__path_decimal_of(1), ratio, &size);
	if (fits && hs__path_decimal_compare(size, hs__path_decimal_of(1)) > 0) {
		fits = unit_ratio(b.unit, a.unit, true, &ratio) && hs__path_ratio_apply(b.value, ratio, &y);
		x = a.value;
	} else {
		fits = fits && hs__path_ratio_apply(a.value, ratio, &x);
		y = b.value;
	}
	return fits && hs__path_decimal_alike(x, y);
}

/* ---- products ---- */

static struct hs_slice ucum_of(struct hs_slice unit)
{
	const struct calendar_row *row = calendar_row(unit);
	return row ? row->ucum : unit;
}

static bool is_one(struct hs_slice unit)
{
	return hs_slice_eq(unit, HS_S("1"));
}

bool hs__path_quantity_multiply(struct hs_arena *arena, const struct path_quantity *a,
	const struct path_quantity *b, struct path_quantity *out)
{
	struct hs_slice x = ucum_of(a->unit), y = ucum_of(b->unit);
	if (!hs__path_decimal_multiply(a->value, b->value, &out->value)) {
		return false;
	}
	out->unit = is_one(y) ? a->unit : is_one(x) ? b->unit : hs__path_unit_join(arena, x, '.', y);
	return true;
}

bool hs__path_quantity_divide(struct hs_arena *arena, const struct path_quantity *a,
	const struct path_quantity *b, struct path_quantity *out)
{
	struct hs_slice x = ucum_of(a->unit), y = ucum_of(b->unit);
	struct path_decimal dividend = a->value, divisor = b->value;
	struct hs_ucum_ratio ratio;
	if (is_one(y)) {
		out->unit = a->unit;
	} else if (unit_ratio(a->unit, b->unit, false, &ratio)) {
		/* a * num / den over b: only the last step may be rounded. */
		out->unit = HS_S("1");
		if (!hs__path_ratio_apply(a->value, (struct hs_ucum_ratio) { ratio.num, 1, ratio.ten },
			    &dividend) ||
			!hs__path_decimal_multiply(b->value, (struct path_decimal) { ratio.den, 0 },
				&divisor)) {
			return false;
		}
	} else {
		out->unit = hs__path_unit_join(arena, x, '/', y);
	}
	return hs__path_decimal_divide(dividend, divisor, &out->value);
}
