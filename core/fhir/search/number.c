/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of search: the span that a number's precision implies is made from its digits, so that its ends are
 * the doubles nearest to the true ones (5.4 gives 5.35 and 5.45 exactly as they would be written). */
#include <core/fhir/search/search_private.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGITS_MAX 17 /* more do not change a double */
#define EXPONENT_MAX 400

struct decimal {
	bool negative;
	uint64_t digits;
	long exponent; /* value = digits * 10^exponent */
	bool scientific;
};

/* -?digits[.digits][(e|E)[+-]digits] */
static bool parse_decimal(struct hs_slice text, struct decimal *out)
{
	size_t at = 0;
	size_t count = 0;
	size_t kept = 0;
	bool dot = false;
	*out = (struct decimal) { 0 };
	if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
		out->negative = text.ptr[at++] == '-';
	for (; at < text.len; at++) {
		char c = text.ptr[at];
		if (c == '.' && !dot && count > 0) {
			dot = true;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		count++;
		if (kept < DIGITS_MAX) {
			out->digits = out->digits * 10 + (uint64_t)(c - '0');
			kept += out->digits > 0;
			out->exponent -= dot;
		} else {
			out->exponent += !dot;
		}
	}
	if (count == 0 || (dot && text.ptr[at - 1] == '.'))
		return false;
	if (at < text.len && (text.ptr[at] | 0x20) == 'e') {
		uint64_t exponent;
		bool negative = at + 1 < text.len && text.ptr[at + 1] == '-';
		bool sign = negative || (at + 1 < text.len && text.ptr[at + 1] == '+');
		if (!hs_slice_u64(hs_slice_from(text, at + 1 + sign), &exponent) || exponent > EXPONENT_MAX)
			return false;
		out->exponent += negative ? -(long)exponent : (long)exponent;
		out->scientific = true;
		at = text.len;
	}
	return at == text.len && text.len < 400;
}

/* Both factors are exact doubles up to here, so that one operation rounds as strtod does. */
#define EXACT_DIGITS (UINT64_C(1) << 53)
#define EXACT_POWER 22

static double to_double(bool negative, uint64_t digits, long exponent)
{
	static const double powers[EXACT_POWER + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
		1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	char text[64];

	if (digits <= EXACT_DIGITS && exponent >= -EXACT_POWER && exponent <= EXACT_POWER) {
		double value = exponent < 0 ? (double)digits / powers[-exponent] :
					      (double)digits * powers[exponent];
		return negative ? -value : value;
	}
	snprintf(text, sizeof(text), "%s%llue%ld", negative ? "-" : "", (unsigned long long)digits, exponent);
	return strtod(text, NULL);
}

bool hs__search_number(struct hs_slice text, struct hs__search_number *out)
{
	struct decimal d;
	if (!parse_decimal(text, &d))
		return false;
	/* Half a unit of the last digit. The specification's own example says that 1e2 means 95 to 105, half
	 * of a tenth of what its one digit would give, so a number with a positive exponent and no fraction
	 * has that. */
	bool example = d.scientific && d.exponent > 0;
	uint64_t scale = example ? 100 : 10;
	long exponent = d.exponent - (example ? 2 : 1);
	uint64_t digits = d.digits * scale;
	double value = to_double(d.negative, d.digits, d.exponent);
	double outer = to_double(d.negative, digits + 5, exponent);
	double inner = digits >= 5 ? to_double(d.negative, digits - 5, exponent) :
				     to_double(!d.negative, 5 - digits, exponent);
	if (!isfinite(value) || !isfinite(outer))
		return false;
	out->value = value;
	out->low = d.negative ? outer : inner;
	out->high = d.negative ? inner : outer;
	return true;
}
