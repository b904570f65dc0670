/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a unit expression (UCUM sections 5 to 12):
 *
 *   expression  = ["/"] component *( ("." / "/") component )
 *   component   = (atom [power] / digits / "(" expression ")") [annotation] / annotation
 *
 * From left to right, so that a/b.c is (a/b).c. UCUM's grammar lets an annotation follow a unit; its table of
 * examples has some behind numbers (/100{WBC}), so it may follow those and parentheses, too. */
#include <core/fhir/ucum/ucum.h>

#include <math.h>

#define NESTING_MAX 24u
#define POWERS_MAX 1000

struct parser {
	struct hs__ucum_scan scan;
	struct hs__ucum_word word; /* the one at the cursor */
	unsigned nesting;
	struct hs_error *err;
};

static bool read_terms(struct parser *p, struct hs_ucum *out);

static void advance(struct parser *p)
{
	p->word = hs__ucum_next(&p->scan);
}

static bool fail(struct parser *p, const char *what)
{
	struct hs_slice meant = p->word.unknown ? hs__ucum_meant(p->word.text) : HS_S_NONE;

	if (p->word.kind == HS__UCUM_WRONG && p->word.unknown)
		hs_fail(p->err, HS_E_VALUE, "The unit '%.*s' is unknown at character %zu%s%.*s%s",
			HS_S_ARG(hs_slice_first(p->word.text, 100)), p->word.at + 1,
			meant.len ? "; did you mean " : "", HS_S_ARG(meant), meant.len ? "?" : "");
	else if (p->word.kind == HS__UCUM_WRONG)
		hs_fail(p->err, HS_E_VALUE, "%.*s at character %zu", HS_S_ARG(p->word.text), p->word.at + 1);
	else
		hs_fail(p->err, HS_E_VALUE, "%s at character %zu", what, p->word.at + 1);
	return false;
}

/* ---- arithmetic ---- */

static bool combine_arbitrary(struct hs_ucum *a, uint16_t unit, int power)
{
	size_t free = HS_UCUM_ARBITRARY;

	for (size_t i = 0; i < HS_UCUM_ARBITRARY; i++) {
		if (a->arbitrary[i].power && a->arbitrary[i].unit == unit) {
			a->arbitrary[i].power = (int16_t)(a->arbitrary[i].power + power);
			return true;
		}
		if (!a->arbitrary[i].power && free == HS_UCUM_ARBITRARY)
			free = i;
	}
	if (free == HS_UCUM_ARBITRARY)
		return false;
	a->arbitrary[free].unit = unit;
	a->arbitrary[free].power = (int16_t)power;
	return true;
}

bool hs__ucum_combine(struct hs_ucum *a, const struct hs_ucum *b, int sign)
{
	struct hs_ucum_ratio factor = sign < 0 ? hs__ucum_invert(b->factor) : b->factor;

	a->exact = a->exact && b->exact && hs__ucum_multiply(a->factor, factor, &a->factor);
	a->approximate = sign < 0 ? a->approximate / b->approximate : a->approximate * b->approximate;
	if (!isfinite(a->approximate) || a->approximate <= 0)
		return false;
	for (int i = 0; i < HS_UCUM_BASES; i++) {
		int power = a->power[i] + sign * b->power[i];
		if (power > POWERS_MAX || power < -POWERS_MAX)
			return false;
		a->power[i] = (int16_t)power;
	}
	for (size_t i = 0; i < HS_UCUM_ARBITRARY; i++)
		if (b->arbitrary[i].power &&
			!combine_arbitrary(a, b->arbitrary[i].unit, sign * b->arbitrary[i].power))
			return false;
	return true;
}

/* ---- grammar ---- */

static bool raise(const struct hs_ucum *unit, int power, struct hs_ucum *out)
{
	struct hs_ucum result = hs__ucum_one;

	for (int i = 0; i < (power < 0 ? -power : power); i++)
		if (!hs__ucum_combine(&result, unit, power < 0 ? -1 : 1))
			return false;
	*out = result;
	return true;
}

/* `alone`: the expression is nothing but this atom, which may then be one of another zero or a function. */
static bool read_atom(struct parser *p, struct hs_ucum *out)
{
	struct hs_ucum unit;
	bool alone = p->word.at == 0 && p->word.power == 1;
	struct hs__ucum_scan ahead = p->scan;
	struct hs__ucum_word next = hs__ucum_next(&ahead);

	if (next.kind == HS__UCUM_ANNOTATION)
		next = hs__ucum_next(&ahead);
	alone &= next.kind == HS__UCUM_END;
	hs__ucum_value(&p->word.atom, alone, &unit);
	if (alone)
		*out = unit;
	else if (!raise(&unit, p->word.power, out))
		return fail(p, "The unit is too large or too small");
	advance(p);
	return true;
}

static bool read_factor(struct parser *p, struct hs_ucum *out)
{
	*out = hs__ucum_one;
	if (!hs__ucum_number(p->word.text, &out->factor) || !out->factor.num)
		return fail(p, "The factor must be a whole number from 1 to 10^37");
	out->approximate = hs__ucum_approximate(out->factor);
	advance(p);
	return true;
}

static bool read_group(struct parser *p, struct hs_ucum *out)
{
	advance(p);
	if (!read_terms(p, out))
		return false;
	if (p->word.kind != HS__UCUM_CLOSE)
		return fail(p, "A closing parenthesis is missing");
	advance(p);
	return true;
}

static bool read_component(struct parser *p, struct hs_ucum *out)
{
	bool ok = true;

	switch (p->word.kind) {
	case HS__UCUM_ATOM:
		ok = read_atom(p, out);
		break;
	case HS__UCUM_FACTOR:
		ok = read_factor(p, out);
		break;
	case HS__UCUM_OPEN:
		ok = read_group(p, out);
		break;
	case HS__UCUM_ANNOTATION:
		*out = hs__ucum_one;
		break;
	default:
		return fail(p, "A unit is missing");
	}
	if (ok && p->word.kind == HS__UCUM_ANNOTATION) {
		advance(p);
		if (p->word.kind == HS__UCUM_ANNOTATION)
			return fail(p, "A unit has one annotation, not two; an operator (. or /) is missing");
	}
	return ok;
}

static bool read_terms(struct parser *p, struct hs_ucum *out)
{
	struct hs_ucum result, part;
	bool over = p->word.kind == HS__UCUM_OVER;

	if (++p->nesting > NESTING_MAX)
		return fail(p, "There are too many parentheses");
	if (over)
		advance(p);
	if (!read_component(p, &part))
		return false;
	result = over ? hs__ucum_one : part;
	if (over && !hs__ucum_combine(&result, &part, -1))
		return fail(p, "The unit is too large or too small");
	while (p->word.kind == HS__UCUM_TIMES || p->word.kind == HS__UCUM_OVER) {
		int sign = p->word.kind == HS__UCUM_OVER ? -1 : 1;
		advance(p);
		if (!read_component(p, &part))
			return false;
		if (!hs__ucum_combine(&result, &part, sign))
			return fail(p, "The unit is too large or too small");
	}
	p->nesting--;
	*out = result;
	return true;
}

static bool read_all(struct hs_slice text, struct hs_ucum *out, struct hs_error *err)
{
	struct parser p = { .scan = { text, 0 }, .err = err };

	advance(&p);
	if (!read_terms(&p, out))
		return false;
	return p.word.kind == HS__UCUM_END || fail(&p, "An operator (. or /) is missing");
}

bool hs__ucum_define(struct hs_slice text, struct hs_ucum *out)
{
	struct hs_error ignored;
	struct hs_ucum unit;

	if (!read_all(text, &unit, &ignored))
		return false;
	*out = unit;
	return true;
}

enum hs_status hs_ucum_parse(struct hs_slice text, struct hs_ucum *out, struct hs_error *err)
{
	struct hs_ucum unit;

	if (!text.len)
		return hs_fail(err, HS_E_VALUE, "There is no unit; the unit of what has none is 1");
	if (text.len > HS_UCUM_MAX)
		return hs_fail(err, HS_E_LIMIT, "The unit is longer than %u bytes", HS_UCUM_MAX);
	hs__ucum_ready();
	if (!read_all(text, &unit, err))
		return err->status;
	*out = unit;
	return HS_OK;
}

bool hs_ucum_is_valid(struct hs_slice text)
{
	struct hs_ucum unit;
	struct hs_error ignored;

	return hs_ucum_parse(text, &unit, &ignored) == HS_OK;
}
