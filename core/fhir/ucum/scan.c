/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts a unit expression into words (UCUM sections 6 to 12). */
#include <core/fhir/ucum/ucum.h>

#include <string.h>

#define POWER_MAX 99

static char peek(const struct hs__ucum_scan *scan)
{
	return scan->at < scan->text.len ? scan->text.ptr[scan->at] : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool starts_ten(const struct hs__ucum_scan *scan)
{
	struct hs_slice rest = hs_slice_from(scan->text, scan->at);

	return hs_slice_starts(rest, HS_S("10*")) || hs_slice_starts(rest, HS_S("10^"));
}

/* Up to a digit, sign, operator or annotation that is not in square brackets. */
static struct hs_slice take_symbol(struct hs__ucum_scan *scan)
{
	size_t start = scan->at;
	bool inside = false;

	if (starts_ten(scan)) {
		scan->at += 3;
		return hs_slice(scan->text.ptr + start, 3);
	}
	for (char c = peek(scan); c; c = peek(scan)) {
		if (!inside && (is_digit(c) || memchr("+-./(){}", c, 8)))
			break;
		inside = c == '[' || (inside && c != ']');
		scan->at++;
	}
	return hs_slice(scan->text.ptr + start, scan->at - start);
}

static bool take_power(struct hs__ucum_scan *scan, int *out)
{
	bool minus = peek(scan) == '-', sign = minus || peek(scan) == '+';
	int value = 0;

	*out = 1;
	scan->at += sign;
	if (!is_digit(peek(scan)))
		return !sign;
	for (; is_digit(peek(scan)) && value <= POWER_MAX; scan->at++)
		value = value * 10 + (peek(scan) - '0');
	*out = minus ? -value : value;
	return value <= POWER_MAX;
}

static struct hs__ucum_word wrong(struct hs__ucum_word word, const char *text)
{
	word.kind = HS__UCUM_WRONG;
	word.text = hs_slice_cstr(text);
	return word;
}

/* Annotations hold any printable character but braces; blanks too, as lists in use have them. */
static struct hs__ucum_word take_annotation(struct hs__ucum_scan *scan, struct hs__ucum_word word)
{
	size_t start = ++scan->at;

	for (char c = peek(scan); c != '}'; c = peek(scan)) {
		if (scan->at >= scan->text.len)
			return wrong(word, "The annotation is not closed with }");
		if (c == '{' || c < ' ' || c > '~')
			return wrong(word, "An annotation holds printable ASCII without braces");
		scan->at++;
	}
	word.kind = HS__UCUM_ANNOTATION;
	word.text = hs_slice(scan->text.ptr + start, scan->at - start);
	scan->at++;
	return word;
}

static struct hs__ucum_word take_atom(struct hs__ucum_scan *scan, struct hs__ucum_word word)
{
	word.text = take_symbol(scan);
	if (!word.text.len)
		return wrong(word, "A sign must follow a unit and stand before digits");
	if (!hs__ucum_find(word.text, &word.atom)) {
		word.kind = HS__UCUM_WRONG;
		word.unknown = true;
		return word;
	}
	word.kind = HS__UCUM_ATOM;
	return take_power(scan, &word.power) ? word :
					       wrong(word, "The power must be a whole number from -99 to 99");
}

struct hs__ucum_word hs__ucum_next(struct hs__ucum_scan *scan)
{
	static const struct {
		char c;
		enum hs__ucum_kind kind;
	} signs[] = { { '.', HS__UCUM_TIMES }, { '/', HS__UCUM_OVER }, { '(', HS__UCUM_OPEN },
		{ ')', HS__UCUM_CLOSE } };
	struct hs__ucum_word word = { .kind = HS__UCUM_END, .at = scan->at, .power = 1 };

	if (scan->at >= scan->text.len)
		return word;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (peek(scan) == signs[i].c) {
			scan->at++;
			word.kind = signs[i].kind;
			return word;
		}
	if (peek(scan) == '{')
		return take_annotation(scan, word);
	if (!is_digit(peek(scan)) || starts_ten(scan))
		return take_atom(scan, word);
	while (is_digit(peek(scan)))
		scan->at++;
	word.kind = HS__UCUM_FACTOR;
	word.text = hs_slice(scan->text.ptr + word.at, scan->at - word.at);
	return word;
}
