/* SPDX-License-Identifier: Apache-2.0 */
/* Factors of units applied to decimals. */
#include <core/fhir/path/values/unit.h>

bool hs__path_ratio_apply(struct path_decimal value, struct hs_ucum_ratio ratio, struct path_decimal *out)
{
	struct path_decimal num = { ratio.num, 0 }, den = { ratio.den, 0 }, scale = { 1, 0 }, result;
	int ten = ratio.ten < 0 ? -ratio.ten : ratio.ten;
	if (ten > PATH_DECIMAL_DIGITS - 1) {
		return false;
	}
	scale = ratio.ten < 0 ? (struct path_decimal) { 1, ten } :
				(struct path_decimal) { hs__path_ten(ten), 0 };
	if (!hs__path_decimal_multiply(value, num, &result) ||
		!hs__path_decimal_multiply(result, scale, &result)) {
		return false;
	}
	if (ratio.den != 1 && !hs__path_decimal_divide(result, den, &result)) {
		return false;
	}
	*out = result;
	return true;
}

bool hs__path_unit_ratio(struct hs_slice from, struct hs_slice to, struct hs_ucum_ratio *out)
{
	struct hs_ucum a, b;
	struct hs_error ignored;
	return hs_ucum_parse(from, &a, &ignored) == HS_OK && hs_ucum_parse(to, &b, &ignored) == HS_OK &&
		hs_ucum_ratio(&a, &b, out);
}

/* A unit whose zero is not that of its proper unit, and that zero. */
static bool read_offset(struct hs_slice unit, struct hs_ucum *parsed, struct path_decimal *offset)
{
	struct hs_error ignored;
	return hs_ucum_parse(unit, parsed, &ignored) == HS_OK && parsed->offset.num && parsed->exact &&
		hs__path_ratio_apply(hs__path_decimal_of(1), parsed->offset, offset);
}

bool hs__path_unit_kelvin(struct path_decimal value, struct hs_slice unit, struct path_decimal *out)
{
	struct hs_ucum parsed;
	struct path_decimal offset, sum;
	return read_offset(unit, &parsed, &offset) && hs__path_decimal_add(value, offset, &sum) &&
		hs__path_ratio_apply(sum, parsed.factor, out);
}

bool hs__path_unit_of_kelvin(struct path_decimal kelvin, struct hs_slice unit, struct path_decimal *out)
{
	struct hs_ucum parsed;
	struct path_decimal offset, sum;
	if (!read_offset(unit, &parsed, &offset)) {
		return false;
	}
	struct hs_ucum_ratio factor = { parsed.factor.den, parsed.factor.num, -parsed.factor.ten };
	return hs__path_ratio_apply(kelvin, factor, &sum) && hs__path_decimal_subtract(sum, offset, out);
}
