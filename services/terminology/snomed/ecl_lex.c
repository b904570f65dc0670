/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing ECL: blanks, signs, words, numbers and texts (grammar of ECL 2.2, section 5). */
#include "ecl_tree.h"

#include <handslag/place.h>

#define REPEATED 24u /* bytes of what was not expected */

bool hs_ecl_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool hs_ecl_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void hs_ecl_blanks(struct ecl_parser *p)
{
	while (p->at < p->text.len) {
		char c = p->text.ptr[p->at];
		struct hs_slice rest = hs_slice_from(p->text, p->at);
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			p->at++;
			continue;
		}
		size_t end = hs_slice_starts(rest, HS_S("/*")) ?
			hs_slice_search(hs_slice_from(rest, 2), HS_S("*/")) :
			SIZE_MAX;
		if (end == SIZE_MAX)
			return;
		p->at += end + 4;
	}
}

bool hs_ecl_sees(struct ecl_parser *p, const char *sign)
{
	hs_ecl_blanks(p);
	return hs_slice_starts(hs_slice_from(p->text, p->at), hs_slice_cstr(sign));
}

bool hs_ecl_sign(struct ecl_parser *p, const char *sign)
{
	if (!hs_ecl_sees(p, sign))
		return false;
	p->at += strlen(sign);
	return true;
}

bool hs_ecl_word(struct ecl_parser *p, const char *word)
{
	size_t len = strlen(word);

	hs_ecl_blanks(p);
	if (p->text.len - p->at < len ||
		!hs_slice_ieq(hs_slice(p->text.ptr + p->at, len), hs_slice_cstr(word)))
		return false;
	char next = p->at + len < p->text.len ? p->text.ptr[p->at + len] : ' ';
	if (hs_ecl_is_letter(next) || hs_ecl_is_digit(next) || next == '#')
		return false;
	p->at += len;
	return true;
}

bool hs_ecl_sees_word(struct ecl_parser *p, const char *word)
{
	size_t from = p->at;
	bool found = hs_ecl_word(p, word);

	p->at = from;
	return found;
}

bool hs_ecl_name(struct ecl_parser *p, const char *signs, struct hs_slice *out)
{
	hs_ecl_blanks(p);
	size_t from = p->at;
	while (p->at < p->text.len) {
		char c = p->text.ptr[p->at];
		if (!hs_ecl_is_letter(c) && !hs_ecl_is_digit(c) && !(c && strchr(signs, c)))
			break;
		p->at++;
	}
	*out = hs_slice(p->text.ptr + from, p->at - from);
	return out->len > 0;
}

static struct hs_slice in_swedish(const char *what)
{
	static const struct {
		const char *english, *swedish;
	} table[] = {
#define X(english, swedish) { english, swedish },
#include "expected.def"
#undef X
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].english, what) == 0)
			return hs_slice_cstr(table[i].swedish);
	return hs_slice_cstr(what); /* ci/lint sees that each is there */
}

uint32_t hs_ecl_place(const struct ecl_parser *p, size_t at)
{
	return hs_place_units(p->text, 0, at) + 1;
}

/* The beginning of what stands there, in whole characters. */
static struct hs_slice repeated(struct hs_slice rest)
{
	size_t most = REPEATED;

	while (most && most < rest.len && (rest.ptr[most] & 0xC0) == 0x80)
		most--;
	return hs_slice_first(rest, most);
}

void *hs_ecl_expected(struct ecl_parser *p, const char *what)
{
	char digits[24];

	if (p->err->status)
		return NULL; /* the first reason is the one to tell */
	hs_ecl_blanks(p);    /* the place is that of what stands there instead */
	uint32_t place = hs_ecl_place(p, p->at);
	struct hs_slice rest = repeated(hs_slice_from(p->text, p->at));
	hs_tx_say(p->err, HS_E_VALUE, p->swedish, rest.len ? TX_MSG_ECL_EXPECTED : TX_MSG_ECL_EXPECTED_MORE,
		HS_S_NONE,
		TX_ARGS(hs_slice_cstr(hs_tx_words(p->what, p->swedish)), hs_tx_digits(place, digits),
			p->swedish ? in_swedish(what) : hs_slice_cstr(what), rest));
	p->err->column = place;
	return NULL;
}

static void say_limit(struct ecl_parser *p, enum tx_message id, unsigned most)
{
	char digits[24];

	if (!p->err->status)
		hs_tx_say(p->err, HS_E_LIMIT, p->swedish, id, HS_S_NONE,
			TX_ARGS(hs_slice_cstr(hs_tx_words(p->what, p->swedish)), hs_tx_digits(most, digits)));
}

void *hs_ecl_new(struct ecl_parser *p, size_t size)
{
	void *out = p->parts++ < TX_ECL_PARTS_MAX ? hs_arena_alloc(p->arena, size) : NULL;

	if (!out)
		say_limit(p, TX_MSG_ECL_PARTS_MAX, TX_ECL_PARTS_MAX);
	return out;
}

/* Pairs with p->depth--. */
bool hs_ecl_enter(struct ecl_parser *p)
{
	if (p->depth == TX_ECL_DEPTH_MAX) {
		say_limit(p, TX_MSG_ECL_DEPTH_MAX, TX_ECL_DEPTH_MAX);
		return false;
	}
	p->depth++;
	return true;
}

/* Brief: = != <= < >= >; long: <> and "not =". */
bool hs_ecl_comparison(struct ecl_parser *p, enum ecl_comparison *out)
{
	size_t from = p->at;
	static const struct {
		const char *sign;
		enum ecl_comparison comparison;
	} signs[] = { { "!=", ECL_UNEQUAL }, { "<>", ECL_UNEQUAL }, { "<=", ECL_LESS_EQUAL },
		{ ">=", ECL_MORE_EQUAL }, { "=", ECL_EQUAL }, { "<", ECL_LESS }, { ">", ECL_MORE } };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (hs_ecl_sign(p, signs[i].sign)) {
			*out = signs[i].comparison;
			return true;
		}
	if (hs_ecl_word(p, "not") && hs_ecl_sign(p, "=")) {
		*out = ECL_UNEQUAL;
		return true;
	}
	p->at = from;
	hs_ecl_expected(p, "a comparison (= or !=)");
	return false;
}

bool hs_ecl_digits(struct ecl_parser *p, struct hs_slice *out)
{
	hs_ecl_blanks(p);
	size_t from = p->at;
	while (p->at < p->text.len && hs_ecl_is_digit(p->text.ptr[p->at]))
		p->at++;
	*out = hs_slice(p->text.ptr + from, p->at - from);
	return out->len > 0;
}

bool hs_ecl_integer(struct ecl_parser *p, struct hs_slice *out)
{
	struct hs_slice digits;

	if (!hs_ecl_digits(p, &digits))
		return false;
	if (digits.len > 1 && digits.ptr[0] == '0') {
		p->at -= digits.len;
		return false;
	}
	*out = digits;
	return true;
}

bool hs_ecl_identifier(struct ecl_parser *p, struct hs_slice *out)
{
	struct hs_slice digits;

	if (!hs_ecl_digits(p, &digits))
		return false;
	if (digits.len >= 6 && digits.len <= 18 && digits.ptr[0] != '0') {
		*out = digits;
		return true;
	}
	p->at -= digits.len;
	return false;
}

/* "text", in which \" and \\ stand for themselves. A pattern keeps its \\ and \* for the matching. */
bool hs_ecl_quoted(struct ecl_parser *p, bool pattern, struct hs_slice *out)
{
	size_t n = 0;

	if (!hs_ecl_sign(p, "\"")) {
		hs_ecl_expected(p, "a text in quotation marks");
		return false;
	}
	char *copy = hs_arena_raw(p->arena, 2 * (p->text.len - p->at) + 1);
	while (copy && p->at < p->text.len && p->text.ptr[p->at] != '"') {
		if (p->text.ptr[p->at] == '\\' && p->at + 1 < p->text.len) {
			char next = p->text.ptr[p->at + 1];
			if (next != '"' && next != '\\' && !(pattern && next == '*')) {
				hs_ecl_expected(p, pattern ? "\\\\, \\\" or \\*" : "\\\\ or \\\"");
				return false;
			}
			if (pattern && next != '"')
				copy[n++] = '\\';
			p->at++;
		}
		copy[n++] = p->text.ptr[p->at++];
	}
	*out = hs_slice(copy, n);
	if (copy && p->at < p->text.len) {
		p->at++;
		return true;
	}
	hs_ecl_expected(p, "the closing quotation mark");
	return false;
}

bool hs_ecl_number(struct ecl_parser *p, struct hs_slice *out)
{
	size_t from = p->at;
	struct hs_slice digits;

	if (p->at < p->text.len && (p->text.ptr[p->at] == '-' || p->text.ptr[p->at] == '+'))
		p->at++;
	if (!hs_ecl_integer(p, &digits)) {
		hs_ecl_expected(p, "a number");
		return false;
	}
	if (p->at < p->text.len && p->text.ptr[p->at] == '.') {
		p->at++;
		if (!hs_ecl_digits(p, &digits)) {
			hs_ecl_expected(p, "digits after the point");
			return false;
		}
	}
	*out = hs_slice(p->text.ptr + from, p->at - from);
	return true;
}
