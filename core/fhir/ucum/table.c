/* SPDX-License-Identifier: Apache-2.0 */
/* The table of units, each worked out to the base units once at the first use and const ever after. */
#include <core/fhir/ucum/ucum.h>

#include <pthread.h>
#include <stdlib.h>

struct row {
	struct hs_slice code, name;
	struct hs_slice value, unit; /* so many of that unit; empty for base and arbitrary units */
	bool metric, arbitrary;
	uint8_t function; /* enum hs__ucum_function */
};

static const struct row rows[] = {
#define B(c, n) { .code = HS_S_INIT(c), .name = HS_S_INIT(n), .metric = true },
#define U(c, m, v, u, n) \
	{ .code = HS_S_INIT(c), \
		.name = HS_S_INIT(n), \
		.value = HS_S_INIT(v), \
		.unit = HS_S_INIT(u), \
		.metric = m },
#define S(c, m, f, v, u, n) \
	{ .code = HS_S_INIT(c), \
		.name = HS_S_INIT(n), \
		.value = HS_S_INIT(v), \
		.unit = HS_S_INIT(u), \
		.metric = m, \
		.function = HS__UCUM_##f },
#define A(c, m, n) { .code = HS_S_INIT(c), .name = HS_S_INIT(n), .metric = m, .arbitrary = true },
#include "units.def"
#undef B
#undef U
#undef S
#undef A
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct hs__ucum_prefix prefixes[] = {
#define P(c, f, t, n) { HS_S_INIT(c), HS_S_INIT(n), (f), (t) },
#include "prefixes.def"
#undef P
};

const struct hs_ucum hs__ucum_one = {
	.factor = { 1, 1, 0 }, .offset = { 0, 1, 0 }, .approximate = 1, .scale = 1, .exact = true
};

static struct {
	struct hs_ucum value;
	bool known;
} units[ROWS];
static uint16_t by_code[ROWS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- making it ---- */

static int compare_codes(const void *a, const void *b)
{
	return hs_slice_cmp(rows[*(const uint16_t *)a].code, rows[*(const uint16_t *)b].code);
}

/* How far the zero of the scale lies from that of kelvin, in degrees of the scale. */
static struct hs_ucum_ratio offset_of(uint8_t function)
{
	switch (function) {
	case HS__UCUM_CELSIUS:
		return (struct hs_ucum_ratio) { 27315, 1, -2 };
	case HS__UCUM_FAHRENHEIT:
		return (struct hs_ucum_ratio) { 45967, 1, -2 };
	case HS__UCUM_REAUMUR:
		return (struct hs_ucum_ratio) { 21852, 1, -2 };
	default:
		return (struct hs_ucum_ratio) { 0, 1, 0 };
	}
}

/* Definitions never go in a circle: what a unit is made of is worked out first, by recursion. */
static void work_out(size_t row)
{
	struct hs_ucum unit = hs__ucum_one, number = hs__ucum_one;

	if (units[row].known)
		return;
	units[row].known = true;
	if (rows[row].unit.len) {
		HS_ASSERT(hs__ucum_define(rows[row].unit, &unit));
		HS_ASSERT(hs__ucum_number(rows[row].value, &number.factor));
		number.approximate = hs__ucum_approximate(number.factor);
		HS_ASSERT(hs__ucum_combine(&unit, &number, 1));
	} else if (rows[row].arbitrary) {
		unit.arbitrary[0].unit = (uint16_t)row;
		unit.arbitrary[0].power = 1;
	} else {
		unit.power[row] = 1; /* the base units are the first rows */
	}
	unit.offset = offset_of(rows[row].function);
	unit.function = unit.offset.num ? HS__UCUM_NONE : rows[row].function;
	units[row].value = unit;
}

static void make(void)
{
	for (size_t i = 0; i < ROWS; i++)
		by_code[i] = (uint16_t)i;
	qsort(by_code, ROWS, sizeof(by_code[0]), compare_codes);
	for (size_t i = 0; i < ROWS; i++)
		work_out(i);
}

/* ---- asking it ---- */

static bool find_row(struct hs_slice code, uint16_t *out)
{
	size_t lo = 0, hi = ROWS;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (hs_slice_cmp(rows[by_code[mid]].code, code) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == ROWS || !hs_slice_eq(rows[by_code[lo]].code, code))
		return false;
	*out = by_code[lo];
	return true;
}

void hs__ucum_ready(void)
{
	pthread_once(&once, make);
}

bool hs__ucum_find(struct hs_slice symbol, struct hs__ucum_atom *out)
{
	uint16_t row;

	if (find_row(symbol, &row)) {
		*out = (struct hs__ucum_atom) { NULL, row };
		return true;
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (hs_slice_starts(symbol, prefixes[i].code) &&
			find_row(hs_slice_from(symbol, prefixes[i].code.len), &row) && rows[row].metric) {
			*out = (struct hs__ucum_atom) { &prefixes[i], row };
			return true;
		}
	return false;
}

struct hs_slice hs__ucum_name(uint16_t unit)
{
	return rows[unit].name;
}

struct hs_slice hs__ucum_code(uint16_t unit)
{
	return rows[unit].code;
}

void hs__ucum_value(const struct hs__ucum_atom *atom, bool alone, struct hs_ucum *out)
{
	struct hs_ucum size = hs__ucum_one;

	work_out(atom->unit);
	*out = units[atom->unit].value;
	if (!alone) { /* among others it counts as its proper unit: J/Cel is J/K */
		out->offset = hs__ucum_one.offset;
		out->function = HS__UCUM_NONE;
	}
	if (!atom->prefix)
		return;
	size.factor = (struct hs_ucum_ratio) { atom->prefix->factor, 1, atom->prefix->ten };
	size.approximate = hs__ucum_approximate(size.factor);
	if (out->function) {
		out->scale = size.approximate;
		return;
	}
	struct hs_ucum_ratio offset = out->offset;
	hs__ucum_combine(out, &size, 1);
	if (offset.num) /* in prefixed degrees the zero is so many times further or nearer */
		out->exact &= hs__ucum_multiply(offset, hs__ucum_invert(size.factor), &out->offset);
}

bool hs_ucum_unit_at(size_t index, struct hs_slice *code, struct hs_slice *name, bool *metric)
{
	if (index >= ROWS)
		return false;
	*code = rows[index].code;
	*name = rows[index].name;
	*metric = rows[index].metric;
	return true;
}
