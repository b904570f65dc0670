/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities: a decimal with a UCUM unit or a calendar duration (FHIRPath sections 4.1.8, 6.1, 6.6). */
#pragma once

#include <core/fhir/path/values/decimal.h>
#include <core/fhir/path/path.h>

enum path_calendar {
	PATH_CALENDAR_NONE,
	PATH_CALENDAR_YEAR,
	PATH_CALENDAR_MONTH,
	PATH_CALENDAR_WEEK,
	PATH_CALENDAR_DAY,
	PATH_CALENDAR_HOUR,
	PATH_CALENDAR_MINUTE,
	PATH_CALENDAR_SECOND,
	PATH_CALENDAR_MILLISECOND,
};

/* "day" and "days" are PATH_CALENDAR_DAY ... */
enum path_calendar hs__path_calendar(struct hs_slice word);
/* The word, of static lifetime. */
struct hs_slice hs__path_calendar_name(struct hs_slice word);

struct path_quantity {
	struct path_decimal value;
	struct hs_slice unit; /* UCUM code ("1" for none) or a calendar word */
	bool fhir;            /* a Quantity of FHIR: its 'a' and 'mo' stand for calendar years and months too
				 (library FHIRHelpers, ToCalendarUnit) */
};

/* A system quantity, a number, or a FHIR Quantity whose unit is of UCUM (or has none). False otherwise. */
bool hs__path_quantity_of(const struct hs_path_value *value, struct path_quantity *out);
/* "4.5 'mg'", "4 days", "1". */
bool hs__path_quantity_parse(struct hs_slice text, struct path_quantity *out);
/* -1, 0, 1; *known false when the units cannot be compared. Calendar years and months compare with UCUM's
 * mean ones only when `loose`. */
int hs__path_quantity_compare(const struct path_quantity *left, const struct path_quantity *right, bool loose,
	bool *known);
/* Equal when both are rounded to the digits of the less precise one, after conversion. */
bool hs__path_quantity_equivalent(const struct path_quantity *a, const struct path_quantity *b);
/* Have `=` and `<` an answer for them? */
bool hs__path_quantity_comparable(const struct path_quantity *a, const struct path_quantity *b);
/* The unit by which a date can be moved: calendar words, and the UCUM units that mean the same always
 * (wk, d, h, min, s, ms); of a Quantity of FHIR a and mo too. */
enum path_calendar hs__path_quantity_calendar(const struct path_quantity *a);
/* `b` in another unit, as a span: 9 'Cel' of warming has no kelvin here. False when no exact factor leads
 * there. */
bool hs__path_quantity_convert(const struct path_quantity *b, struct hs_slice unit, struct path_decimal *out);
/* `b` in another unit, as a level: 37 'Cel' is 98.6 '[degF]'. A calendar span becomes one of UCUM, and back,
 * in the measure of what it comes from: 365 days is 1 'a', 365.25 'd' is 1 year. */
bool hs__path_quantity_level(const struct path_quantity *b, struct hs_slice unit, struct path_decimal *out);
bool hs__path_quantity_multiply(struct hs_arena *arena, const struct path_quantity *a,
	const struct path_quantity *b, struct path_quantity *out);
bool hs__path_quantity_divide(struct hs_arena *arena, const struct path_quantity *a,
	const struct path_quantity *b, struct path_quantity *out);
