/* SPDX-License-Identifier: Apache-2.0 */
/* Units of the Unified Code for Units of Measure (https://ucum.org/ucum, version 2.2), case sensitive:
 * reading, comparing and converting. Nothing here allocates but what names an arena; thread: all.
 *
 * A unit is a factor to the base units m, s, g, rad, K, C, cd and their powers. Factors are exact fractions
 * where they fit; beyond that (and where a conversion is a logarithm) the approximation serves. */
#pragma once

#include <handslag/arena.h>
#include <handslag/error.h>

#define HS_UCUM_URL "http://unitsofmeasure.org"
#define HS_UCUM_VERSION "2.2"
#define HS_UCUM_BASES 7
#define HS_UCUM_ARBITRARY 4 /* most different arbitrary units in one expression */

__extension__ typedef __int128 hs_int128;

/* A fraction times a power of ten; num 0 is zero, else num and den are > 0. */
struct hs_ucum_ratio {
	hs_int128 num, den;
	int ten;
};

struct hs_ucum {
	struct hs_ucum_ratio factor; /* meaningless unless `exact` */
	struct hs_ucum_ratio
		offset;     /* base = (value + offset) * factor; not zero for Cel, [degF], [degRe] only */
	double approximate; /* the factor */
	double scale;       /* of the number before the function: 0.1 for dB */
	bool exact;
	uint8_t function; /* of a logarithmic or other special unit that stands alone; 0: none */
	int16_t power[HS_UCUM_BASES];
	struct {
		uint16_t unit;
		int16_t power; /* 0: an empty place */
	} arbitrary[HS_UCUM_ARBITRARY];
};

/* Most bytes of a unit expression. */
#define HS_UCUM_MAX 500u

/* HS_E_VALUE: err->text says what is wrong and at which character ("The unit 'kgXX' is unknown at character
 * 1"). */
enum hs_status hs_ucum_parse(struct hs_slice text, struct hs_ucum *out, struct hs_error *err);
bool hs_ucum_is_valid(struct hs_slice text);

struct hs_ucum_unknown {
	struct hs_slice symbol, meant; /* what stands there, and the code that is probably meant, or empty */
	size_t character;              /* where it begins, from 1 */
};
/* The first symbol of an expression that is no unit. False: there is none (there may be other faults). */
bool hs_ucum_unknown(struct hs_slice text, struct hs_ucum_unknown *out);

/* Do they measure the same kind of thing? */
bool hs_ucum_comparable(const struct hs_ucum *a, const struct hs_ucum *b);
/* 1 `from` = *out `to`, exactly. False when they are not comparable, the fraction does not fit, or one has
 * another zero or a function. */
bool hs_ucum_ratio(const struct hs_ucum *from, const struct hs_ucum *to, struct hs_ucum_ratio *out);
/* `value` of `from` in `to`, functions and zeros included. False when they are not comparable or there is no
 * such number (the logarithm of nothing). */
bool hs_ucum_convert(const struct hs_ucum *from, double value, const struct hs_ucum *to, double *out);

/* The base units in order of their code, then the arbitrary ones: "g.m-3", "1". Empty at the arena's cap. */
struct hs_slice hs_ucum_canonical(struct hs_arena *arena, const struct hs_ucum *unit);
/* A valid expression in words: "(milligram) / (deciliter)". Annotations count 1. Empty for another text. */
struct hs_slice hs_ucum_describe(struct hs_arena *arena, struct hs_slice text);

/* One unit of the table, for lists: its code, name, and whether it takes prefixes. False past the last. */
bool hs_ucum_unit_at(size_t index, struct hs_slice *code, struct hs_slice *name, bool *metric);
