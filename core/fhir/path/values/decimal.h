/* SPDX-License-Identifier: Apache-2.0 */
/* Decimals as FHIRPath wants them (section 4.1.4): a whole number of at most 37 digits and how many of them
 * stand behind the point. Sums, products and roundings are exact or refused; there are no doubles. */
#pragma once

#include <handslag/arena.h>

__extension__ typedef __int128 path_int128;

#define PATH_DECIMAL_DIGITS 37   /* most digits of a coefficient */
#define PATH_DECIMAL_SCALE 31    /* most digits behind the point that rounding and boundaries can ask for */
#define PATH_DECIMAL_QUOTIENT 16 /* digits behind the point of a quotient that does not end earlier */

struct path_decimal {
	path_int128 coefficient;
	int scale; /* digits behind the point, 0 to PATH_DECIMAL_DIGITS */
};

enum path_rounding { PATH_ROUND_HALF_UP, PATH_ROUND_DOWN, PATH_ROUND_UP, PATH_ROUND_ZERO };

/* All of these are false when the result does not fit, *out untouched. */

/* [+-]digits[.digits][(e|E)[+-]digits] */
bool hs__path_decimal_parse(struct hs_slice text, struct path_decimal *out);
/* The digits without zeros before the first that counts: "0.5" of "00.5". */
struct hs_slice hs__path_decimal_plain(struct hs_slice digits);
bool hs__path_decimal_add(struct path_decimal a, struct path_decimal b, struct path_decimal *out);
bool hs__path_decimal_subtract(struct path_decimal a, struct path_decimal b, struct path_decimal *out);
bool hs__path_decimal_multiply(struct path_decimal a, struct path_decimal b, struct path_decimal *out);
/* Exact when it ends within PATH_DECIMAL_QUOTIENT digits, else rounded there; no zeros at the end. */
bool hs__path_decimal_divide(struct path_decimal a, struct path_decimal b, struct path_decimal *out);
/* a = whole * b + rest, whole cut towards zero. */
bool hs__path_decimal_divmod(struct path_decimal a, struct path_decimal b, struct path_decimal *whole,
	struct path_decimal *rest);
/* To exactly `scale` digits behind the point; zeros are added when it had fewer. */
bool hs__path_decimal_round(struct path_decimal a, int scale, enum path_rounding rounding,
	struct path_decimal *out);
bool hs__path_decimal_root(struct path_decimal a, struct path_decimal *out);
bool hs__path_decimal_power(struct path_decimal base, struct path_decimal exponent, struct path_decimal *out);
bool hs__path_decimal_exp(struct path_decimal a, struct path_decimal *out);
bool hs__path_decimal_ln(struct path_decimal a, struct path_decimal *out);
bool hs__path_decimal_log(struct path_decimal a, struct path_decimal base, struct path_decimal *out);

int hs__path_decimal_compare(struct path_decimal a, struct path_decimal b);
/* Are they the same, rounded to the digits of the less precise one? Zeros at the end do not count (FHIRPath
 * section 6.1.2). */
bool hs__path_decimal_alike(struct path_decimal a, struct path_decimal b);
/* Without zeros behind the last digit. */
struct path_decimal hs__path_decimal_trim(struct path_decimal a);
struct path_decimal hs__path_decimal_of(int64_t value);
/* Is it whole, and in the range of an Integer? */
bool hs__path_decimal_is_short(struct path_decimal a);
/* True when it is whole and fits. */
bool hs__path_decimal_i64(struct path_decimal a, int64_t *out);
/* 10 to the power 0 .. 38. */
path_int128 hs__path_ten(int power);
/* NULL pointer when the arena is full. */
struct hs_slice hs__path_decimal_print(struct hs_arena *arena, struct path_decimal a);
