/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing JSON numbers by value without turning them into binary: digit by digit, with the exponent apart.
 */
#include <core/json/decimal.h>

/* 0.d1d2d3... times ten to the power of `point`, where d1 is not 0. */
struct decimal {
	const char *at;  /* d1; a point may still come */
	const char *end; /* of the digits */
	int64_t point;
	bool negative;
	bool zero;
	bool huge; /* the exponent is beyond counting */
};

static int64_t read_exponent(struct hs_slice text, bool *huge)
{
	uint64_t size = 0;
	bool negative = hs_slice_starts(text, HS_S("-"));
	if (negative || hs_slice_starts(text, HS_S("+")))
		text = hs_slice_from(text, 1);
	*huge = text.len && (!hs_slice_u64(text, &size) || size > INT64_MAX / 4);
	return *huge ? 0 : negative ? -(int64_t)size : (int64_t)size;
}

static struct decimal read_decimal(struct hs_slice text)
{
	struct decimal d = { .negative = hs_slice_starts(text, HS_S("-")) };
	struct hs_slice digits = hs_slice_from(text, d.negative);
	size_t e = hs_slice_find(digits, 'e', 0);
	if (e == SIZE_MAX)
		e = hs_slice_find(digits, 'E', 0);
	if (e != SIZE_MAX) {
		d.point = read_exponent(hs_slice_from(digits, e + 1), &d.huge);
		digits = hs_slice_first(digits, e);
	}
	size_t dot = hs_slice_find(digits, '.', 0);
	size_t whole = dot == SIZE_MAX ? digits.len : dot;
	size_t first = 0;
	while (first < digits.len && (digits.ptr[first] == '0' || digits.ptr[first] == '.'))
		first++;
	d.at = digits.ptr + first;
	d.end = digits.ptr + digits.len;
	d.zero = first == digits.len;
	d.point += first < whole ? (int64_t)(whole - first) : -(int64_t)(first - whole - 1);
	return d;
}

/* The next digit; 0 without end after the last. */
static char next_digit(struct decimal *d)
{
	if (d->at < d->end && *d->at == '.')
		d->at++;
	return d->at < d->end ? *d->at++ : '0';
}

bool hs__json_same_number(struct hs_slice a, struct hs_slice b)
{
	if (hs_slice_eq(a, b))
		return true;
	struct decimal x = read_decimal(a);
	struct decimal y = read_decimal(b);
	if (x.zero || y.zero)
		return x.zero && y.zero;
	if (x.huge || y.huge || x.negative != y.negative || x.point != y.point)
		return false;
	while (x.at < x.end || y.at < y.end)
		if (next_digit(&x) != next_digit(&y))
			return false;
	return true;
}
