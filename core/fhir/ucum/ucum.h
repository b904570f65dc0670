/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the unit reader share: fractions, the table of units, and words of an expression. */
#pragma once

#include <handslag/ucum.h>

/* How a special unit's number becomes one of its proper unit. */
enum hs__ucum_function {
	HS__UCUM_NONE,
	HS__UCUM_CELSIUS, /* these three by an offset */
	HS__UCUM_FAHRENHEIT,
	HS__UCUM_REAUMUR,
	HS__UCUM_PH,
	HS__UCUM_LN,
	HS__UCUM_LG,
	HS__UCUM_LG2, /* twice the logarithm: of an amplitude */
	HS__UCUM_LD,
	HS__UCUM_TAN100,
	HS__UCUM_SQRT,
	HS__UCUM_HP_X,
	HS__UCUM_HP_C,
	HS__UCUM_HP_M,
	HS__UCUM_HP_Q,
};

/* ---- fractions (ratio.c); false when the result does not fit, *out untouched ---- */

bool hs__ucum_multiply(struct hs_ucum_ratio a, struct hs_ucum_ratio b, struct hs_ucum_ratio *out);
struct hs_ucum_ratio hs__ucum_invert(struct hs_ucum_ratio a); /* of what is not zero */
/* digits[.digits][(e|E)[+-]digits] */
bool hs__ucum_number(struct hs_slice text, struct hs_ucum_ratio *out);
double hs__ucum_approximate(struct hs_ucum_ratio a);

/* ---- units (table.c) ---- */

struct hs__ucum_prefix {
	struct hs_slice code, name;
	int64_t factor;
	int ten;
};
struct hs__ucum_atom {
	const struct hs__ucum_prefix *prefix; /* NULL: none */
	uint16_t unit;                        /* row of the table */
};

/* Makes the table at the first call; every public function begins with it. */
void hs__ucum_ready(void);
bool hs__ucum_find(struct hs_slice symbol, struct hs__ucum_atom *out);
struct hs_slice hs__ucum_name(uint16_t unit);
struct hs_slice hs__ucum_code(uint16_t unit);
/* What the atom stands for; `alone`: a special unit keeps its function. */
void hs__ucum_value(const struct hs__ucum_atom *atom, bool alone, struct hs_ucum *out);

extern const struct hs_ucum hs__ucum_one;
/* a *= b to the power +1 or -1. False when there are too many arbitrary units or too high powers. */
bool hs__ucum_combine(struct hs_ucum *a, const struct hs_ucum *b, int sign);

/* ---- words (scan.c) ---- */

enum hs__ucum_kind {
	HS__UCUM_END,
	HS__UCUM_ATOM,
	HS__UCUM_FACTOR,
	HS__UCUM_ANNOTATION,
	HS__UCUM_TIMES,
	HS__UCUM_OVER,
	HS__UCUM_OPEN,
	HS__UCUM_CLOSE,
	HS__UCUM_WRONG, /* `text` is a sentence of static lifetime, or an unknown symbol when `unknown` */
};
struct hs__ucum_word {
	enum hs__ucum_kind kind;
	struct hs_slice text; /* symbol without its power, digits */
	size_t at;            /* offset in the expression */
	struct hs__ucum_atom atom;
	int power; /* of an atom */
	bool unknown;
};
struct hs__ucum_scan {
	struct hs_slice text;
	size_t at;
};
struct hs__ucum_word hs__ucum_next(struct hs__ucum_scan *scan);

/* The unit that people mean by a symbol that is none: "mm[Hg]" for "mmHg"; empty: nobody knows (meant.c). */
struct hs_slice hs__ucum_meant(struct hs_slice symbol);

/* A unit by which the table defines another; without hs__ucum_ready. */
bool hs__ucum_define(struct hs_slice text, struct hs_ucum *out);
