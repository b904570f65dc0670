/* SPDX-License-Identifier: Apache-2.0 */
/* The unit of a product or a quotient, written as people do: 'cm2' of 'cm' and 'cm'. */
#include <core/fhir/path/values/unit.h>

#include <handslag/buf.h>

#define FACTORS_MAX 12
#define POWER_MAX 99

/* A factor of a unit: a symbol and its power. */
struct factor {
	struct hs_slice symbol;
	int power;
};

struct factors {
	struct factor items[FACTORS_MAX];
	size_t count;
};

static bool add_factor(struct factors *list, struct hs_slice symbol, int power)
{
	size_t i = 0;
	while (i < list->count && !hs_slice_eq(list->items[i].symbol, symbol)) {
		i++;
	}
	if (i == FACTORS_MAX) {
		return false;
	}
	if (i == list->count) {
		list->items[list->count++] = (struct factor) { .symbol = symbol };
	}
	list->items[i].power += power;
	return true;
}

/* Bytes of the symbol at the start: letters, and anything in brackets. */
static size_t symbol_length(struct hs_slice text)
{
	bool inside = false;
	size_t at = 0;
	for (; at < text.len; at++) {
		char c = text.ptr[at];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!inside && !letter && c != '[') {
			break;
		}
		inside = c == '[' || (inside && c != ']');
	}
	return inside ? 0 : at;
}

/* One factor, "m" or "s-2", off the front of *text. */
static bool take_factor(struct factors *list, struct hs_slice *text, int sign)
{
	struct hs_slice symbol = hs_slice_first(*text, symbol_length(*text));
	*text = hs_slice_from(*text, symbol.len);
	bool minus = hs_slice_starts(*text, HS_S("-"));
	size_t digits = minus;
	uint64_t power = 1;
	while (digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9') {
		digits++;
	}
	struct hs_slice number = hs_slice_from(hs_slice_first(*text, digits), minus);
	if (!symbol.len || (digits && (!hs_slice_u64(number, &power) || power > POWER_MAX))) {
		return false;
	}
	*text = hs_slice_from(*text, digits);
	return add_factor(list, symbol, (minus ? -sign : sign) * (int)power);
}

/* Takes "kg.m2/s" apart, each power times `sign`. False for units with parentheses, annotations and numbers:
 * they stay as they are. */
static bool take_factors(struct factors *list, struct hs_slice unit, int sign)
{
	if (hs_slice_eq(unit, HS_S("1"))) {
		return true;
	}
	bool under = hs_slice_starts(unit, HS_S("/"));
	unit = hs_slice_from(unit, under);
	while (take_factor(list, &unit, under ? -sign : sign)) {
		if (!unit.len) {
			return true;
		}
		under = unit.ptr[0] == '/';
		if (!under && unit.ptr[0] != '.') {
			break;
		}
		unit = hs_slice_from(unit, 1);
	}
	return false;
}

/* The factors above the line, or those below. */
static void put_factors(struct hs_buf *out, const struct factors *list, bool below)
{
	for (size_t i = 0; i < list->count; i++) {
		int power = below ? -list->items[i].power : list->items[i].power;
		if (power <= 0) {
			continue;
		}
		hs_buf_cstr(out, below ? "/" : out->len ? "." : "");
		hs_buf_add(out, list->items[i].symbol);
		if (power > 1) {
			hs_buf_printf(out, "%d", power);
		}
	}
}

struct hs_slice hs__path_unit_join(struct hs_arena *arena, struct hs_slice a, char sign, struct hs_slice b)
{
	struct factors list = { .count = 0 };
	struct hs_buf out;
	if (!take_factors(&list, a, 1) || !take_factors(&list, b, sign == '/' ? -1 : 1)) {
		bool compound = sign == '/' &&
			(hs_slice_find(b, '.', 0) != SIZE_MAX || hs_slice_find(b, '/', 0) != SIZE_MAX);
		return hs_arena_printf(arena, "%.*s%c%s%.*s%s", HS_S_ARG(a), sign, compound ? "(" : "",
			HS_S_ARG(b), compound ? ")" : "");
	}
	hs_buf_init(&out, arena, a.len + b.len + 64);
	put_factors(&out, &list, false);
	put_factors(&out, &list, true);
	return out.overflow ? HS_S_NONE : out.len ? hs_buf_slice(&out) : HS_S("1");
}
