/* SPDX-License-Identifier: Apache-2.0 */
/* Parses unit expressions into a factor and powers of the base units. */
#include <core/fhir/path/ucum.h>

#define BASES 7
#define NESTING 24 /* definitions and parentheses in one another */
#define MAX_POWER 30

struct unit_row {
	struct hs_slice code;
	struct hs_slice value;
	struct hs_slice terms;
	bool metric;
	bool arbitrary;
};

static const struct unit_row UNITS[] = {
#define U(name, prefixes, number, of) \
	{ .code = HS_S_INIT(name), .metric = prefixes, .value = HS_S_INIT(number), .terms = HS_S_INIT(of) },
#define A(name, prefixes) { .code = HS_S_INIT(name), .metric = prefixes, .arbitrary = true },
#include <core/fhir/path/ucum_units.def>
#undef U
#undef A
};
#define UNIT_COUNT (sizeof(UNITS) / sizeof(UNITS[0]))

struct prefix {
	struct hs_slice code;
	int ten;
};

static const struct prefix PREFIXES[] = { { HS_S_INIT("da"), 1 }, { HS_S_INIT("Y"), 24 },
	{ HS_S_INIT("Z"), 21 }, { HS_S_INIT("E"), 18 }, { HS_S_INIT("P"), 15 }, { HS_S_INIT("T"), 12 },
	{ HS_S_INIT("G"), 9 }, { HS_S_INIT("M"), 6 }, { HS_S_INIT("k"), 3 }, { HS_S_INIT("h"), 2 },
	{ HS_S_INIT("d"), -1 }, { HS_S_INIT("c"), -2 }, { HS_S_INIT("m"), -3 }, { HS_S_INIT("u"), -6 },
	{ HS_S_INIT("n"), -9 }, { HS_S_INIT("p"), -12 }, { HS_S_INIT("f"), -15 }, { HS_S_INIT("a"), -18 },
	{ HS_S_INIT("z"), -21 }, { HS_S_INIT("y"), -24 } };

struct unit {
	struct path_ratio factor;
	int power[BASES];
	const struct unit_row *arbitrary; /* the one arbitrary unit in it, or NULL */
	int arbitrary_power;
};

struct parser {
	struct hs_slice text;
	size_t at;
	unsigned nesting;
};

static const struct unit ONE = { .factor = { 1, 1, 0 } };

static bool parse_terms(struct parser *parser, struct unit *out);

/* ---- ratios ---- */

static path_int128 common_divisor(path_int128 a, path_int128 b)
{
	while (b) {
		path_int128 rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

static struct path_ratio reduce(struct path_ratio ratio)
{
	while (ratio.num % 10 == 0) {
		ratio.num /= 10;
		ratio.ten++;
	}
	while (ratio.den % 10 == 0) {
		ratio.den /= 10;
		ratio.ten--;
	}
	path_int128 divisor = common_divisor(ratio.num, ratio.den);
	ratio.num /= divisor;
	ratio.den /= divisor;
	return ratio;
}

static bool multiply_ratio(struct path_ratio a, struct path_ratio b, struct path_ratio *out)
{
	/* Crosswise first, so that large factors that cancel do not overflow. */
	path_int128 x = common_divisor(a.num, b.den), y = common_divisor(b.num, a.den);
	struct path_ratio result = { .ten = a.ten + b.ten };
	if (__builtin_mul_overflow(a.num / x, b.num / y, &result.num) ||
		__builtin_mul_overflow(a.den / y, b.den / x, &result.den) || result.ten > 200 ||
		result.ten < -200) {
		return false;
	}
	*out = reduce(result);
	return true;
}

static struct path_ratio invert(struct path_ratio a)
{
	return (struct path_ratio) { a.den, a.num, -a.ten };
}

static bool decimal_ratio(struct path_decimal value, struct path_ratio *out)
{
	if (value.coefficient <= 0) {
		return false;
	}
	*out = reduce((struct path_ratio) { value.coefficient, 1, -value.scale });
	return true;
}

bool hs__path_ratio_apply(struct path_decimal value, struct path_ratio ratio, struct path_decimal *out)
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

/* ---- units ---- */

static bool multiply_unit(struct unit *a, const struct unit *b, int sign)
{
	struct path_ratio factor = sign < 0 ? invert(b->factor) : b->factor;
	if (!multiply_ratio(a->factor, factor, &a->factor)) {
		return false;
	}
	for (int i = 0; i < BASES; i++) {
		a->power[i] += sign * b->power[i];
	}
	if (b->arbitrary) {
		if (a->arbitrary && a->arbitrary != b->arbitrary) {
			return false;
		}
		a->arbitrary = b->arbitrary;
		a->arbitrary_power += sign * b->arbitrary_power;
		a->arbitrary = a->arbitrary_power ? a->arbitrary : NULL;
	}
	return true;
}

static const struct unit_row *find_unit(struct hs_slice code)
{
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		if (hs_slice_eq(UNITS[i].code, code)) {
			return &UNITS[i];
		}
	}
	return NULL;
}

static bool define_unit(const struct unit_row *row, unsigned nesting, struct unit *out)
{
	struct unit unit = ONE;
	struct path_decimal value;
	struct path_ratio factor;
	if (row->arbitrary) {
		unit.arbitrary = row;
		unit.arbitrary_power = 1;
	} else if (row->terms.len == 0) {
		unit.power[row - UNITS] = 1; /* the base units are the first rows */
	} else {
		struct parser parser = { .text = row->terms, .nesting = nesting + 1 };
		if (!parse_terms(&parser, &unit) || !hs__path_decimal_parse(row->value, &value) ||
			!decimal_ratio(value, &factor) ||
			!multiply_ratio(unit.factor, factor, &unit.factor)) {
			return false;
		}
	}
	*out = unit;
	return true;
}

/* An atom, or a prefix and a metric atom. */
static bool symbol_unit(struct hs_slice symbol, unsigned nesting, struct unit *out)
{
	const struct unit_row *row = find_unit(symbol);
	if (row) {
		return define_unit(row, nesting, out);
	}
	for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++) {
		if (!hs_slice_starts(symbol, PREFIXES[i].code)) {
			continue;
		}
		row = find_unit(hs_slice_from(symbol, PREFIXES[i].code.len));
		if (row && row->metric) {
			struct unit unit;
			if (!define_unit(row, nesting, &unit)) {
				return false;
			}
			unit.factor.ten += PREFIXES[i].ten;
			*out = unit;
			return true;
		}
	}
	return false;
}

static char peek(const struct parser *parser)
{
	return parser->at < parser->text.len ? parser->text.ptr[parser->at] : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The symbol at the cursor: up to a digit, sign, operator or annotation that is not in square brackets. */
static struct hs_slice take_symbol(struct parser *parser)
{
	size_t start = parser->at;
	struct hs_slice rest = hs_slice_from(parser->text, start);
	if (hs_slice_starts(rest, HS_S("10*")) || hs_slice_starts(rest, HS_S("10^"))) {
		parser->at += 3;
		return hs_slice_first(rest, 3);
	}
	bool inside = false;
	for (char c = peek(parser); c; c = peek(parser)) {
		if (!inside && (is_digit(c) || memchr("+-./(){}", c, 8))) {
			break;
		}
		inside = c == '[' || (inside && c != ']');
		parser->at++;
	}
	return hs_slice(parser->text.ptr + start, parser->at - start);
}

static bool take_power(struct parser *parser, int *out)
{
	bool minus = peek(parser) == '-';
	int value = 0;
	*out = 1;
	if (minus || peek(parser) == '+') {
		parser->at++;
		if (!is_digit(peek(parser))) {
			return false;
		}
	}
	if (!is_digit(peek(parser))) {
		return true;
	}
	while (is_digit(peek(parser)) && value <= MAX_POWER) {
		value = value * 10 + (peek(parser) - '0');
		parser->at++;
	}
	*out = minus ? -value : value;
	return value <= MAX_POWER;
}

static bool take_annotation(struct parser *parser)
{
	while (peek(parser) == '{') {
		size_t end = hs_slice_find(parser->text, '}', parser->at);
		if (end == SIZE_MAX) {
			return false;
		}
		parser->at = end + 1;
	}
	return true;
}

static bool take_factor(struct parser *parser, struct unit *out)
{
	size_t start = parser->at;
	struct path_decimal value;
	while (is_digit(peek(parser))) {
		parser->at++;
	}
	*out = ONE;
	return hs__path_decimal_parse(hs_slice(parser->text.ptr + start, parser->at - start), &value) &&
		decimal_ratio(value, &out->factor);
}

static bool take_component(struct parser *parser, struct unit *out)
{
	if (peek(parser) == '(') {
		parser->at++;
		if (!parse_terms(parser, out) || peek(parser) != ')') {
			return false;
		}
		parser->at++;
		return take_annotation(parser);
	}
	struct hs_slice rest = hs_slice_from(parser->text, parser->at);
	bool ten = hs_slice_starts(rest, HS_S("10*")) || hs_slice_starts(rest, HS_S("10^"));
	if (peek(parser) == '{') {
		*out = ONE;
		return take_annotation(parser);
	}
	if (is_digit(peek(parser)) && !ten) {
		return take_factor(parser, out) && take_annotation(parser);
	}
	struct unit unit, result = ONE;
	int power;
	struct hs_slice symbol = take_symbol(parser);
	if (!symbol.len || !symbol_unit(symbol, parser->nesting, &unit) || !take_power(parser, &power)) {
		return false;
	}
	for (int i = 0; i < (power < 0 ? -power : power); i++) {
		if (!multiply_unit(&result, &unit, power < 0 ? -1 : 1)) {
			return false;
		}
	}
	*out = result;
	return take_annotation(parser);
}

/* [/] component {(. or /) component}, up to the end or a closing parenthesis. */
static bool parse_terms(struct parser *parser, struct unit *out)
{
	struct unit result = ONE, part;
	int sign = 1;
	if (++parser->nesting > NESTING) {
		return false;
	}
	if (peek(parser) == '/') {
		parser->at++;
		sign = -1;
	}
	for (;;) {
		if (!take_component(parser, &part) || !multiply_unit(&result, &part, sign)) {
			return false;
		}
		char c = peek(parser);
		if (c != '.' && c != '/') {
			break;
		}
		sign = c == '/' ? -1 : 1;
		parser->at++;
	}
	parser->nesting--;
	*out = result;
	return parser->at == parser->text.len || peek(parser) == ')';
}

static bool parse_unit(struct hs_slice text, struct unit *out)
{
	struct parser parser = { .text = text };
	return text.len && parse_terms(&parser, out) && parser.at == text.len;
}

bool hs__path_ucum_valid(struct hs_slice unit)
{
	struct unit parsed;
	return hs_slice_eq(unit, HS_S("Cel")) || hs_slice_eq(unit, HS_S("[degF]")) ||
		parse_unit(unit, &parsed);
}

bool hs__path_ucum_ratio(struct hs_slice from, struct hs_slice to, struct path_ratio *out)
{
	struct unit a, b;
	if (!parse_unit(from, &a) || !parse_unit(to, &b) || memcmp(a.power, b.power, sizeof(a.power)) != 0 ||
		a.arbitrary != b.arbitrary || a.arbitrary_power != b.arbitrary_power) {
		return false;
	}
	return multiply_ratio(a.factor, invert(b.factor), out);
}

bool hs__path_ucum_kelvin(struct path_decimal value, struct hs_slice unit, struct path_decimal *out)
{
	static const struct path_decimal ICE = { 27315, 2 }, FAHRENHEIT = { 45967, 2 };
	if (hs_slice_eq(unit, HS_S("Cel"))) {
		return hs__path_decimal_add(value, ICE, out);
	}
	struct path_decimal moved;
	return hs_slice_eq(unit, HS_S("[degF]")) && hs__path_decimal_add(value, FAHRENHEIT, &moved) &&
		hs__path_decimal_multiply(moved, hs__path_decimal_of(5), &moved) &&
		hs__path_decimal_divide(moved, hs__path_decimal_of(9), out);
}
