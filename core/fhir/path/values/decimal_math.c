/* SPDX-License-Identifier: Apache-2.0 */
/* Roots, powers and logarithms of decimals. Square roots and whole powers are exact where they end; the
 * others are computed in extended precision and rounded to 15 significant digits. */
#include <core/fhir/path/values/decimal.h>

#include <math.h>
#include <stdio.h>

static long double approximate(struct path_decimal a)
{
	return (long double)a.coefficient / (long double)hs__path_ten(a.scale);
}

/* The nearest with 15 significant digits; false when it is not finite or does not fit. */
static bool decimal_from(long double value, struct path_decimal *out)
{
	if (!isfinite(value)) {
		return false;
	}
	char text[48];
	int len = snprintf(text, sizeof(text), "%.14Le", value);
	struct path_decimal decimal;
	if (len <= 0) {
		return false;
	}
	if (!hs__path_decimal_parse(hs_slice(text, (size_t)len), &decimal)) {
		/* Too small to be written: nothing is left of it. */
		if (fabsl(value) >= 1) {
			return false;
		}
		decimal = hs__path_decimal_of(0);
	}
	*out = hs__path_decimal_trim(decimal);
	return true;
}

bool hs__path_decimal_root(struct path_decimal a, struct path_decimal *out)
{
	if (a.coefficient < 0) {
		return false;
	}
	struct path_decimal even = hs__path_decimal_trim(a);
	if (even.scale % 2) {
		even.coefficient *= 10;
		even.scale++;
	}
	path_int128 root = (path_int128)sqrtl((long double)even.coefficient);
	while (root > 0 && root > even.coefficient / root) {
		root--;
	}
	while ((root + 1) <= even.coefficient / (root + 1)) {
		root++;
	}
	if (root * root == even.coefficient) {
		*out = (struct path_decimal) { root, even.scale / 2 };
		return true;
	}
	return decimal_from(sqrtl(approximate(a)), out);
}

static bool whole_power(struct path_decimal base, int64_t exponent, struct path_decimal *out)
{
	struct path_decimal result = hs__path_decimal_of(1);
	for (int64_t left = exponent; left > 0; left >>= 1) {
		if ((left & 1) && !hs__path_decimal_multiply(result, base, &result)) {
			return false;
		}
		if (left > 1 && !hs__path_decimal_multiply(base, base, &base)) {
			return false;
		}
	}
	*out = result;
	return true;
}

bool hs__path_decimal_power(struct path_decimal base, struct path_decimal exponent, struct path_decimal *out)
{
	int64_t whole;
	if (hs__path_decimal_i64(exponent, &whole)) {
		if (whole >= 0 && whole_power(base, whole, out)) {
			return true;
		}
	} else if (base.coefficient < 0) {
		return false;
	}
	if (base.coefficient == 0 && exponent.coefficient < 0) {
		return false;
	}
	return decimal_from(powl(approximate(base), approximate(exponent)), out);
}

bool hs__path_decimal_exp(struct path_decimal a, struct path_decimal *out)
{
	return decimal_from(expl(approximate(a)), out);
}

bool hs__path_decimal_ln(struct path_decimal a, struct path_decimal *out)
{
	return a.coefficient > 0 && decimal_from(logl(approximate(a)), out);
}

bool hs__path_decimal_log(struct path_decimal a, struct path_decimal base, struct path_decimal *out)
{
	if (a.coefficient <= 0 || base.coefficient <= 0) {
		return false;
	}
	long double divisor = logl(approximate(base));
	return fabsl(divisor) > 0 && decimal_from(logl(approximate(a)) / divisor, out);
}
