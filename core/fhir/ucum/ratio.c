/* SPDX-License-Identifier: Apache-2.0 */
/* Fractions with a power of ten: what factors between units are. */
#include <core/fhir/ucum/ucum.h>

#include <math.h>

#define TEN_MAX 400

static hs_int128 common_divisor(hs_int128 a, hs_int128 b)
{
	while (b) {
		hs_int128 rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

static struct hs_ucum_ratio reduce(struct hs_ucum_ratio ratio)
{
	if (!ratio.num)
		return (struct hs_ucum_ratio) { 0, 1, 0 };
	for (; ratio.num % 10 == 0; ratio.ten++)
		ratio.num /= 10;
	for (; ratio.den % 10 == 0; ratio.ten--)
		ratio.den /= 10;
	hs_int128 divisor = common_divisor(ratio.num, ratio.den);
	ratio.num /= divisor;
	ratio.den /= divisor;
	return ratio;
}

bool hs__ucum_multiply(struct hs_ucum_ratio a, struct hs_ucum_ratio b, struct hs_ucum_ratio *out)
{
	if (!a.num || !b.num) {
		*out = (struct hs_ucum_ratio) { 0, 1, 0 };
		return true;
	}
	/* Crosswise first, so that large factors that cancel do not overflow. */
	hs_int128 x = common_divisor(a.num, b.den), y = common_divisor(b.num, a.den);
	struct hs_ucum_ratio result = { .ten = a.ten + b.ten };

	if (__builtin_mul_overflow(a.num / x, b.num / y, &result.num) ||
		__builtin_mul_overflow(a.den / y, b.den / x, &result.den) || result.ten > TEN_MAX ||
		result.ten < -TEN_MAX)
		return false;
	*out = reduce(result);
	return true;
}

struct hs_ucum_ratio hs__ucum_invert(struct hs_ucum_ratio a)
{
	return (struct hs_ucum_ratio) { a.den, a.num, -a.ten };
}

double hs__ucum_approximate(struct hs_ucum_ratio a)
{
	return (double)((long double)a.num / (long double)a.den * powl(10, a.ten));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool hs__ucum_number(struct hs_slice text, struct hs_ucum_ratio *out)
{
	struct hs_ucum_ratio result = { 0, 1, 0 };
	size_t i = 0;
	bool behind = false, some = false;

	for (; i < text.len && (is_digit(text.ptr[i]) || (text.ptr[i] == '.' && !behind)); i++) {
		if (text.ptr[i] == '.') {
			behind = true;
			continue;
		}
		if (__builtin_mul_overflow(result.num, 10, &result.num) ||
			__builtin_add_overflow(result.num, text.ptr[i] - '0', &result.num))
			return false;
		result.ten -= behind;
		some = true;
	}
	if (some && i + 1 < text.len && (text.ptr[i] == 'e' || text.ptr[i] == 'E')) {
		bool minus = text.ptr[++i] == '-';
		int ten = 0;
		i += minus || text.ptr[i] == '+';
		for (; i < text.len && is_digit(text.ptr[i]) && ten < TEN_MAX; i++)
			ten = ten * 10 + (text.ptr[i] - '0');
		result.ten += minus ? -ten : ten;
	}
	if (!some || i != text.len)
		return false;
	*out = reduce(result);
	return true;
}
