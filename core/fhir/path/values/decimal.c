/* SPDX-License-Identifier: Apache-2.0 */
/* Exact decimal arithmetic on 128 bit coefficients. */
#include <core/fhir/path/values/decimal.h>

path_int128 hs__path_ten(int power)
{
	static const uint64_t tens[] = { 1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u,
		100000000u, 1000000000u, 10000000000u, 100000000000u, 1000000000000u, 10000000000000u,
		100000000000000u, 1000000000000000u, 10000000000000000u, 100000000000000000u,
		1000000000000000000u, 10000000000000000000u };
	return power < 20 ? (path_int128)tens[power] : (path_int128)tens[19] * (path_int128)tens[power - 19];
}

static bool fits(path_int128 coefficient)
{
	path_int128 most = hs__path_ten(PATH_DECIMAL_DIGITS);
	return coefficient < most && coefficient > -most;
}

/* Takes zeros away until it fits; what needs other digits gone does not fit. */
static bool store(path_int128 coefficient, int scale, struct path_decimal *out)
{
	while ((!fits(coefficient) || scale > PATH_DECIMAL_DIGITS) && scale > 0 && coefficient % 10 == 0) {
		coefficient /= 10;
		scale--;
	}
	if (!fits(coefficient) || scale > PATH_DECIMAL_DIGITS || scale < 0) {
		return false;
	}
	*out = (struct path_decimal) { coefficient, scale };
	return true;
}

bool hs__path_decimal_alike(struct path_decimal a, struct path_decimal b)
{
	a = hs__path_decimal_trim(a);
	b = hs__path_decimal_trim(b);
	int scale = a.scale < b.scale ? a.scale : b.scale;
	return hs__path_decimal_round(a, scale, PATH_ROUND_HALF_UP, &a) &&
		hs__path_decimal_round(b, scale, PATH_ROUND_HALF_UP, &b) &&
		hs__path_decimal_compare(a, b) == 0;
}

struct path_decimal hs__path_decimal_of(int64_t value)
{
	return (struct path_decimal) { value, 0 };
}

struct path_decimal hs__path_decimal_trim(struct path_decimal a)
{
	while (a.scale > 0 && a.coefficient % 10 == 0) {
		a.coefficient /= 10;
		a.scale--;
	}
	return a;
}

/* [+-]digits at *text; false when there are none or too many. */
static bool parse_exponent(struct hs_slice text, int *out)
{
	bool minus = hs_slice_starts(text, HS_S("-"));
	uint64_t value;
	if (minus || hs_slice_starts(text, HS_S("+"))) {
		text = hs_slice_from(text, 1);
	}
	if (!hs_slice_u64(text, &value) || value > 1000) {
		return false;
	}
	*out = minus ? -(int)value : (int)value;
	return true;
}

struct hs_slice hs__path_decimal_plain(struct hs_slice digits)
{
	while (digits.len > 1 && digits.ptr[0] == '0' && digits.ptr[1] >= '0' && digits.ptr[1] <= '9') {
		digits = hs_slice_from(digits, 1);
	}
	return digits;
}

bool hs__path_decimal_parse(struct hs_slice text, struct path_decimal *out)
{
	bool minus = hs_slice_starts(text, HS_S("-"));
	size_t i = minus || hs_slice_starts(text, HS_S("+")) ? 1 : 0;
	path_int128 coefficient = 0;
	int scale = 0, digits = 0, exponent = 0;
	bool point = false;
	for (; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '.' && !point && digits > 0) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9') {
			break;
		}
		coefficient = coefficient * 10 + (c - '0');
		scale += point;
		digits++;
		if (!fits(coefficient) || scale > PATH_DECIMAL_DIGITS) {
			return false;
		}
	}
	if (digits == 0 || (point && scale == 0)) {
		return false;
	}
	if (i < text.len &&
		((text.ptr[i] | 0x20) != 'e' || !parse_exponent(hs_slice_from(text, i + 1), &exponent))) {
		return false;
	}
	scale -= exponent;
	while (scale < 0 && fits(coefficient)) {
		coefficient *= 10;
		scale++;
	}
	return store(minus ? -coefficient : coefficient, scale, out);
}

/* Brings both to the same scale; false when the one with fewer digits behind the point would not fit. */
static bool align(struct path_decimal *a, struct path_decimal *b)
{
	struct path_decimal *shorter = a->scale < b->scale ? a : b;
	int scale = a->scale < b->scale ? b->scale : a->scale;
	path_int128 coefficient;
	if (__builtin_mul_overflow(shorter->coefficient, hs__path_ten(scale - shorter->scale),
		    &coefficient)) {
		return false;
	}
	*shorter = (struct path_decimal) { coefficient, scale };
	return true;
}

int hs__path_decimal_compare(struct path_decimal a, struct path_decimal b)
{
	struct path_decimal x = a, y = b;
	if (!align(&x, &y)) {
		/* The one that could not be written with more digits is the larger by far. */
		path_int128 larger = a.scale < b.scale ? a.coefficient : -b.coefficient;
		return larger < 0 ? -1 : 1;
	}
	return x.coefficient < y.coefficient ? -1 : x.coefficient > y.coefficient;
}

bool hs__path_decimal_add(struct path_decimal a, struct path_decimal b, struct path_decimal *out)
{
	path_int128 sum;
	return align(&a, &b) && !__builtin_add_overflow(a.coefficient, b.coefficient, &sum) &&
		store(sum, a.scale, out);
}

bool hs__path_decimal_subtract(struct path_decimal a, struct path_decimal b, struct path_decimal *out)
{
	b.coefficient = -b.coefficient;
	return hs__path_decimal_add(a, b, out);
}

bool hs__path_decimal_multiply(struct path_decimal a, struct path_decimal b, struct path_decimal *out)
{
	path_int128 product;
	if (__builtin_mul_overflow(a.coefficient, b.coefficient, &product)) {
		a = hs__path_decimal_trim(a);
		b = hs__path_decimal_trim(b);
		if (__builtin_mul_overflow(a.coefficient, b.coefficient, &product)) {
			return false;
		}
	}
	return store(product, a.scale + b.scale, out);
}

/* a / 10^n, rounded. */
static path_int128 shift_right(path_int128 a, int n, enum path_rounding rounding)
{
	if (n > 38) {
		return rounding == PATH_ROUND_DOWN && a < 0 ? -1 : rounding == PATH_ROUND_UP && a > 0 ? 1 : 0;
	}
	path_int128 ten = hs__path_ten(n);
	path_int128 whole = a / ten, rest = a % ten;
	switch (rounding) {
	case PATH_ROUND_HALF_UP:
		if (rest >= ten - rest && rest > 0) {
			return whole + 1;
		}
		return rest < 0 && -rest >= ten + rest ? whole - 1 : whole;
	case PATH_ROUND_DOWN:
		return rest < 0 ? whole - 1 : whole;
	case PATH_ROUND_UP:
		return rest > 0 ? whole + 1 : whole;
	case PATH_ROUND_ZERO:
	default:
		return whole;
	}
}

bool hs__path_decimal_round(struct path_decimal a, int scale, enum path_rounding rounding,
	struct path_decimal *out)
{
	if (scale < 0 || scale > PATH_DECIMAL_DIGITS) {
		return false;
	}
	if (scale < a.scale) {
		return store(shift_right(a.coefficient, a.scale - scale, rounding), scale, out);
	}
	path_int128 coefficient;
	if (__builtin_mul_overflow(a.coefficient, hs__path_ten(scale - a.scale), &coefficient) ||
		!fits(coefficient)) {
		return false;
	}
	*out = (struct path_decimal) { coefficient, scale };
	return true;
}

/* Long division: digit by digit, so that only the remainder has to stay small. */
bool hs__path_decimal_divide(struct path_decimal a, struct path_decimal b, struct path_decimal *out)
{
	a = hs__path_decimal_trim(a);
	b = hs__path_decimal_trim(b);
	if (b.coefficient == 0) {
		return false;
	}
	path_int128 quotient = a.coefficient / b.coefficient;
	path_int128 rest = a.coefficient % b.coefficient;
	int scale = a.scale - b.scale;
	bool minus = (a.coefficient < 0) != (b.coefficient < 0);
	path_int128 divisor = b.coefficient < 0 ? -b.coefficient : b.coefficient;
	rest = rest < 0 ? -rest : rest;
	quotient = quotient < 0 ? -quotient : quotient;
	/* One digit more than is kept, for rounding; fewer when the whole part is long. */
	path_int128 enough = hs__path_ten(PATH_DECIMAL_DIGITS - 1);
	while (scale < 0 || (rest != 0 && scale <= PATH_DECIMAL_QUOTIENT && quotient < enough)) {
		if (__builtin_mul_overflow(rest, 10, &rest) ||
			__builtin_mul_overflow(quotient, 10, &quotient)) {
			return false;
		}
		quotient += rest / divisor;
		rest %= divisor;
		scale++;
	}
	struct path_decimal exact = { minus ? -quotient : quotient, scale };
	int kept = scale > PATH_DECIMAL_QUOTIENT ? PATH_DECIMAL_QUOTIENT : scale;
	path_int128 coefficient = shift_right(exact.coefficient, scale - kept, PATH_ROUND_HALF_UP);
	struct path_decimal rounded = hs__path_decimal_trim((struct path_decimal) { coefficient, kept });
	return store(rounded.coefficient, rounded.scale, out);
}

bool hs__path_decimal_divmod(struct path_decimal a, struct path_decimal b, struct path_decimal *whole,
	struct path_decimal *rest)
{
	if (b.coefficient == 0 || !align(&a, &b)) {
		return false;
	}
	*whole = (struct path_decimal) { a.coefficient / b.coefficient, 0 };
	*rest = (struct path_decimal) { a.coefficient % b.coefficient, a.scale };
	return true;
}

bool hs__path_decimal_is_short(struct path_decimal a)
{
	int64_t value;
	return hs__path_decimal_i64(a, &value) && value >= INT32_MIN && value <= INT32_MAX;
}

bool hs__path_decimal_i64(struct path_decimal a, int64_t *out)
{
	a = hs__path_decimal_trim(a);
	if (a.scale > 0 || a.coefficient > INT64_MAX || a.coefficient < INT64_MIN) {
		return false;
	}
	*out = (int64_t)a.coefficient;
	return true;
}

struct hs_slice hs__path_decimal_print(struct hs_arena *arena, struct path_decimal a)
{
	char text[64];
	size_t at = sizeof(text);
	bool minus = a.coefficient < 0;
	path_int128 rest = minus ? -a.coefficient : a.coefficient;
	for (int digit = 0; rest != 0 || digit <= a.scale; digit++) {
		if (digit == a.scale && digit > 0) {
			text[--at] = '.';
		}
		text[--at] = (char)('0' + (int)(rest % 10));
		rest /= 10;
	}
	if (minus) {
		text[--at] = '-';
	}
	return hs_arena_copy(arena, hs_slice(text + at, sizeof(text) - at));
}
