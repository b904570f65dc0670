/* SPDX-License-Identifier: Apache-2.0 */
/* Units (handslag/ucum.h) as the decimals of quantities need them: exact factors, or none. */
#pragma once

#include <core/fhir/path/values/decimal.h>

#include <handslag/ucum.h>

/* 1 `from` = *out `to`. False when one is unknown, they measure different things, or a scale with another
 * zero (Cel, [degF]) or a logarithm is involved. */
bool hs__path_unit_ratio(struct hs_slice from, struct hs_slice to, struct hs_ucum_ratio *out);
/* A temperature in kelvin when the unit is one of another zero; false for any other unit. */
bool hs__path_unit_kelvin(struct path_decimal value, struct hs_slice unit, struct path_decimal *out);
/* The other way: kelvin in such a unit. */
bool hs__path_unit_of_kelvin(struct path_decimal kelvin, struct hs_slice unit, struct path_decimal *out);
/* The unit of a product (sign '.') or quotient ('/'): 'cm2' of 'cm' and 'cm'; what is more than symbols and
 * powers stands side by side. NULL pointer when the arena is full. */
struct hs_slice hs__path_unit_join(struct hs_arena *arena, struct hs_slice a, char sign, struct hs_slice b);
/* value * ratio, rounded when it does not end. */
bool hs__path_ratio_apply(struct path_decimal value, struct hs_ucum_ratio ratio, struct path_decimal *out);
