/* SPDX-License-Identifier: Apache-2.0 */
/* Units of the Unified Code for Units of Measure (https://ucum.org/ucum), case sensitive: expressions of the
 * units in ucum_units.def with prefixes, powers and annotations. */
#pragma once

#include <core/fhir/path/decimal.h>

/* A fraction times a power of ten. */
struct path_ratio {
	path_int128 num; /* > 0 */
	path_int128 den; /* > 0 */
	int ten;
};

/* Does the text parse? Units that are valid UCUM but not in our table do not. */
bool hs__path_ucum_valid(struct hs_slice unit);
/* 1 `from` = *out `to`. False when one is unknown, they measure different things, or a scale with another
 * zero (Cel, [degF]) is involved. */
bool hs__path_ucum_ratio(struct hs_slice from, struct hs_slice to, struct path_ratio *out);
/* A temperature in kelvin when the unit is Cel or [degF]; false for any other unit. */
bool hs__path_ucum_kelvin(struct path_decimal value, struct hs_slice unit, struct path_decimal *out);
/* value * ratio, rounded when it does not end. */
bool hs__path_ratio_apply(struct path_decimal value, struct path_ratio ratio, struct path_decimal *out);
