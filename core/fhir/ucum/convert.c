/* SPDX-License-Identifier: Apache-2.0 */
/* Compares and converts units, and writes them in base units and in words. */
#include <core/fhir/ucum/ucum.h>

#include <handslag/buf.h>

#include <math.h>
#include <string.h>

#define TEXT_MAX ((size_t)4096)

static int power_of(const struct hs_ucum *u, uint16_t arbitrary)
{
	for (size_t i = 0; i < HS_UCUM_ARBITRARY; i++)
		if (u->arbitrary[i].power && u->arbitrary[i].unit == arbitrary)
			return u->arbitrary[i].power;
	return 0;
}

static bool arbitrary_within(const struct hs_ucum *a, const struct hs_ucum *b)
{
	for (size_t i = 0; i < HS_UCUM_ARBITRARY; i++)
		if (a->arbitrary[i].power && power_of(b, a->arbitrary[i].unit) != a->arbitrary[i].power)
			return false;
	return true;
}

bool hs_ucum_comparable(const struct hs_ucum *a, const struct hs_ucum *b)
{
	return memcmp(a->power, b->power, sizeof(a->power)) == 0 && arbitrary_within(a, b) &&
		arbitrary_within(b, a);
}

static bool is_plain(const struct hs_ucum *u)
{
	return !u->offset.num && !u->function;
}

bool hs_ucum_ratio(const struct hs_ucum *from, const struct hs_ucum *to, struct hs_ucum_ratio *out)
{
	return hs_ucum_comparable(from, to) && is_plain(from) && is_plain(to) && from->exact && to->exact &&
		hs__ucum_multiply(from->factor, hs__ucum_invert(to->factor), out);
}

/* ---- numbers ---- */

/* The number of the proper unit that `x` of the special one is, and the other way round. */
static double leave_function(uint8_t function, double x)
{
	switch (function) {
	case HS__UCUM_PH:
	case HS__UCUM_HP_X:
		return pow(10, -x);
	case HS__UCUM_HP_C:
		return pow(100, -x);
	case HS__UCUM_HP_M:
		return pow(1000, -x);
	case HS__UCUM_HP_Q:
		return pow(50000, -x);
	case HS__UCUM_LN:
		return exp(x);
	case HS__UCUM_LG:
		return pow(10, x);
	case HS__UCUM_LG2:
		return pow(10, x / 2);
	case HS__UCUM_LD:
		return exp2(x);
	case HS__UCUM_TAN100:
		return atan(x / 100);
	case HS__UCUM_SQRT:
		return x * x;
	default:
		return x;
	}
}

static double enter_function(uint8_t function, double x)
{
	switch (function) {
	case HS__UCUM_PH:
	case HS__UCUM_HP_X:
		return -log10(x);
	case HS__UCUM_HP_C:
		return -log10(x) / 2;
	case HS__UCUM_HP_M:
		return -log10(x) / 3;
	case HS__UCUM_HP_Q:
		return -log10(x) / log10(50000);
	case HS__UCUM_LN:
		return log(x);
	case HS__UCUM_LG:
		return log10(x);
	case HS__UCUM_LG2:
		return 2 * log10(x);
	case HS__UCUM_LD:
		return log2(x);
	case HS__UCUM_TAN100:
		return tan(x) * 100;
	case HS__UCUM_SQRT:
		return sqrt(x);
	default:
		return x;
	}
}

static double offset_of(const struct hs_ucum *u)
{
	return u->offset.num ? hs__ucum_approximate(u->offset) : 0;
}

static bool same_function(const struct hs_ucum *a, const struct hs_ucum *b)
{
	return a->function && a->function == b->function && !islessgreater(a->approximate, b->approximate);
}

bool hs_ucum_convert(const struct hs_ucum *from, double value, const struct hs_ucum *to, double *out)
{
	struct hs_ucum_ratio ratio;

	if (!hs_ucum_comparable(from, to))
		return false;
	double result;
	if (hs_ucum_ratio(from, to, &ratio)) {
		result = value * hs__ucum_approximate(ratio);
	} else if (same_function(from,
			   to)) { /* dB to B: no way through numbers that a double cannot tell apart */
		result = value * from->scale / to->scale;
	} else {
		double base = leave_function(from->function, value * from->scale);
		base = (base + offset_of(from)) * from->approximate;
		result = enter_function(to->function, base / to->approximate - offset_of(to)) / to->scale;
	}
	if (!isfinite(result))
		return false;
	*out = result;
	return true;
}

/* ---- texts ---- */

static void add_power(struct hs_buf *out, struct hs_slice code, int power)
{
	if (!power)
		return;
	if (out->len)
		hs_buf_byte(out, '.');
	hs_buf_add(out, code);
	if (power != 1)
		hs_buf_printf(out, "%d", power);
}

struct hs_slice hs_ucum_canonical(struct hs_arena *arena, const struct hs_ucum *unit)
{
	static const uint16_t order[HS_UCUM_BASES] = { 5, 4, 6, 2, 0, 3, 1 }; /* C K cd g m rad s */
	struct hs_buf out;

	hs_buf_init(&out, arena, TEXT_MAX);
	for (size_t i = 0; i < HS_UCUM_BASES; i++)
		add_power(&out, hs__ucum_code(order[i]), unit->power[order[i]]);
	for (size_t i = 0; i < HS_UCUM_ARBITRARY; i++)
		add_power(&out, hs__ucum_code(unit->arbitrary[i].unit), unit->arbitrary[i].power);
	if (!out.len)
		hs_buf_byte(&out, '1');
	return hs_buf_slice(&out);
}

static void describe_atom(struct hs_buf *out, const struct hs__ucum_word *word)
{
	hs_buf_byte(out, '(');
	if (word->atom.prefix)
		hs_buf_add(out, word->atom.prefix->name);
	hs_buf_add(out, hs__ucum_name(word->atom.unit));
	if (word->power != 1)
		hs_buf_printf(out, " ^ %d", word->power);
	hs_buf_byte(out, ')');
}

/* An annotation counts as the factor 1, joined to what it stands behind. */
static void describe_annotation(struct hs_buf *out, enum hs__ucum_kind before)
{
	bool joined = before == HS__UCUM_ATOM || before == HS__UCUM_FACTOR || before == HS__UCUM_CLOSE ||
		before == HS__UCUM_ANNOTATION;

	hs_buf_cstr(out, joined ? " * 1" : "1");
}

struct hs_slice hs_ucum_describe(struct hs_arena *arena, struct hs_slice text)
{
	struct hs__ucum_scan scan = { text, 0 };
	enum hs__ucum_kind before = HS__UCUM_END;
	struct hs_buf out;

	if (!hs_ucum_is_valid(text))
		return HS_S_NONE;
	hs_buf_init(&out, arena, TEXT_MAX * 8);
	for (struct hs__ucum_word word = hs__ucum_next(&scan); word.kind != HS__UCUM_END;
		word = hs__ucum_next(&scan)) {
		if (word.kind == HS__UCUM_ATOM)
			describe_atom(&out, &word);
		else if (word.kind == HS__UCUM_ANNOTATION)
			describe_annotation(&out, before);
		else if (word.kind == HS__UCUM_TIMES || word.kind == HS__UCUM_OVER)
			hs_buf_cstr(&out, word.kind == HS__UCUM_TIMES ? " * " : " / ");
		else if (word.kind == HS__UCUM_FACTOR)
			hs_buf_add(&out, word.text);
		else
			hs_buf_byte(&out, word.kind == HS__UCUM_OPEN ? '(' : ')');
		before = word.kind;
	}
	return hs_buf_slice(&out);
}
