/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts an expression into tokens. */
#include <core/fhir/path/parse/lexer.h>

#include <core/fhir/path/node.h>

#include <handslag/coding.h>
#include <handslag/place.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char peek(const struct path_lexer *lexer, size_t ahead)
{
	size_t at = lexer->at + ahead;
	return at < lexer->source.len ? lexer->source.ptr[at] : '\0';
}

static struct hs_slice since_start(const struct path_lexer *lexer)
{
	return hs_slice(lexer->source.ptr + lexer->start, lexer->at - lexer->start);
}

void hs__path_place(struct hs_slice text, size_t at, struct hs_error *err)
{
	struct hs_place place = { .line = 0 };
	hs_place_go(text, at, &place);
	err->line = place.line;
	err->column = place.column;
	err->where = "fhirpath";
}

static enum hs_status refuse(const struct path_lexer *lexer, size_t at, const char *why, struct hs_error *err)
{
	hs_fail(err, HS_E_INVALID, "%s", why);
	hs__path_place(lexer->source, at, err);
	return HS_E_INVALID;
}

static enum hs_status skip_blanks(struct path_lexer *lexer, struct hs_error *err)
{
	for (;;) {
		char c = peek(lexer, 0);
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			lexer->at++;
		} else if (c == '/' && peek(lexer, 1) == '/') {
			while (lexer->at < lexer->source.len && peek(lexer, 0) != '\n' &&
				peek(lexer, 0) != '\r') {
				lexer->at++;
			}
		} else if (c == '/' && peek(lexer, 1) == '*') {
			size_t end = hs_slice_search(hs_slice_from(lexer->source, lexer->at + 2), HS_S("*/"));
			if (end == SIZE_MAX) {
				return refuse(lexer, lexer->at, "the comment has no end; close it with */",
					err);
			}
			lexer->at += end + 4;
		} else {
			return HS_OK;
		}
	}
}

/* The four hexadecimal digits at `p`, or -1. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t value = 0;
	if (end - p < 4) {
		return -1;
	}
	for (int i = 0; i < 4; i++) {
		int digit = hs_hex_digit(p[i]);
		if (digit < 0) {
			return -1;
		}
		value = value * 16 + digit;
	}
	return value;
}

/* Reads \uXXXX (a pair for the astral planes) whose digits are at `p`; returns the bytes taken, 0: malformed.
 */
static size_t read_unicode(const char *p, const char *end, uint32_t *rune)
{
	int32_t high = hex4(p, end);
	if (high < 0 || (high >= 0xDC00 && high <= 0xDFFF)) {
		return 0;
	}
	*rune = (uint32_t)high;
	if (high < 0xD800 || high > 0xDBFF) {
		return 4;
	}
	if (end - p < 10 || p[4] != '\\' || p[5] != 'u') {
		return 0;
	}
	int32_t low = hex4(p + 6, end);
	if (low < 0xDC00 || low > 0xDFFF) {
		return 0;
	}
	*rune = 0x10000 + (((uint32_t)high - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
	return 10;
}

static char plain_escape(char c)
{
	switch (c) {
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '\\':
	case '/':
	case '\'':
	case '"':
	case '`':
		return c;
	default:
		return '\0';
	}
}

/* The text between the quotes, escapes undone; HS_E_INVALID for half a pair of surrogates. A backslash before
 * what is no escape is left out (section 4.1.2). */
static enum hs_status unquote(struct path_lexer *lexer, struct hs_slice raw, struct hs_error *err)
{
	if (hs_slice_find(raw, '\\', 0) == SIZE_MAX) {
		lexer->text = raw;
		return HS_OK;
	}
	char *out = hs_arena_raw(lexer->arena, raw.len);
	if (!out) {
		return hs_fail(err, HS_E_LIMIT, "the expression is too large");
	}
	size_t len = 0;
	const char *end = raw.ptr + raw.len;
	for (const char *p = raw.ptr; p < end; p++) {
		if (*p != '\\') {
			out[len++] = *p;
			continue;
		}
		p++; /* there is one: the quote that closes was not escaped */
		uint32_t rune = 0;
		size_t taken = *p == 'u' ? read_unicode(p + 1, end, &rune) : 0;
		char c = plain_escape(*p);
		if (taken) {
			len += hs_utf8_put(out + len, rune);
			p += taken;
		} else if (c) {
			out[len++] = c;
		} else if (*p == 'u' && hex4(p + 1, end) >= 0) {
			return refuse(lexer, (size_t)(p - 1 - lexer->source.ptr),
				"this is half of a character; a surrogate comes in a pair", err);
		} else {
			out[len++] = *p;
		}
	}
	lexer->text = hs_slice(out, len);
	return HS_OK;
}

static enum hs_status read_quoted(struct path_lexer *lexer, struct hs_error *err)
{
	char quote = peek(lexer, 0);
	size_t open = lexer->at++;
	while (lexer->at < lexer->source.len && peek(lexer, 0) != quote) {
		lexer->at += peek(lexer, 0) == '\\' ? 2 : 1;
	}
	if (lexer->at >= lexer->source.len) {
		return refuse(lexer, open, "the quote is not closed", err);
	}
	struct hs_slice raw = hs_slice(lexer->source.ptr + open + 1, lexer->at - open - 1);
	lexer->at++;
	return unquote(lexer, raw, err);
}

static bool take_digits(struct path_lexer *lexer, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_digit(peek(lexer, i))) {
			return false;
		}
	}
	lexer->at += count;
	return true;
}

/* `sign` and two digits after it; takes nothing when they are not there. */
static bool take_pair(struct path_lexer *lexer, char sign)
{
	if (peek(lexer, 0) != sign || !is_digit(peek(lexer, 1)) || !is_digit(peek(lexer, 2))) {
		return false;
	}
	lexer->at += 3;
	return true;
}

static void take_clock(struct path_lexer *lexer)
{
	if (!take_digits(lexer, 2) || !take_pair(lexer, ':') || !take_pair(lexer, ':')) {
		return;
	}
	if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
		lexer->at++;
		while (take_digits(lexer, 1)) {
		}
	}
}

static void take_zone(struct path_lexer *lexer)
{
	char c = peek(lexer, 0);
	if (c == 'Z') {
		lexer->at++;
	} else if ((c == '+' || c == '-') && is_digit(peek(lexer, 1)) && is_digit(peek(lexer, 2)) &&
		peek(lexer, 3) == ':' && is_digit(peek(lexer, 4)) && is_digit(peek(lexer, 5))) {
		lexer->at += 6;
	}
}

static enum hs_status read_moment(struct path_lexer *lexer, struct hs_error *err)
{
	lexer->at++;
	if (peek(lexer, 0) != 'T') {
		if (!take_digits(lexer, 4)) {
			return refuse(lexer, lexer->start, "a date is written @YYYY-MM-DD, a time @Thh:mm:ss",
				err);
		}
		if (take_pair(lexer, '-')) {
			take_pair(lexer, '-');
		}
	} else if (!is_digit(peek(lexer, 1))) {
		return refuse(lexer, lexer->start, "a time is written @Thh:mm:ss", err);
	}
	if (peek(lexer, 0) == 'T') {
		lexer->at++;
		take_clock(lexer);
		take_zone(lexer);
	}
	lexer->token = TOKEN_MOMENT;
	lexer->text = hs_slice_from(since_start(lexer), 1);
	return HS_OK;
}

static void read_number(struct path_lexer *lexer)
{
	while (take_digits(lexer, 1)) {
	}
	if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
		lexer->at++;
		while (take_digits(lexer, 1)) {
		}
	}
	/* 5L is a Long; 5Lx is none. */
	char behind = peek(lexer, 1);
	if (peek(lexer, 0) == 'L' && !is_letter(behind) && !is_digit(behind)) {
		lexer->at++;
	}
	lexer->token = TOKEN_NUMBER;
	lexer->text = since_start(lexer);
}

static void read_word(struct path_lexer *lexer)
{
	size_t start = lexer->at;
	while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0))) {
		lexer->at++;
	}
	lexer->text = hs_slice(lexer->source.ptr + start, lexer->at - start);
}

static enum hs_status read_variable(struct path_lexer *lexer, struct hs_error *err)
{
	lexer->at++;
	lexer->token = TOKEN_VARIABLE;
	char c = peek(lexer, 0);
	if (c == '`' || c == '\'' || c == '"') {
		return read_quoted(lexer, err);
	}
	size_t start = lexer->at;
	read_word(lexer);
	/* %vs-NAME and %ext-NAME are often written without the quotes that the grammar asks for. */
	bool family = hs_slice_eq(lexer->text, HS_S("vs")) || hs_slice_eq(lexer->text, HS_S("ext"));
	while (family && peek(lexer, 0) == '-') {
		lexer->at++;
		read_word(lexer);
	}
	lexer->text = hs_slice(lexer->source.ptr + start, lexer->at - start);
	return lexer->text.len ? HS_OK : refuse(lexer, lexer->start, "a name must follow %", err);
}

static enum hs_status read_sign(struct path_lexer *lexer, struct hs_error *err)
{
	static const char *const SIGNS[] = { "<=", ">=", "!=", "!~", "<", ">", "=", "~", "(", ")", "[", "]",
		"{", "}", ".", ",", "+", "-", "*", "/", "|", "&" };
	struct hs_slice rest = hs_slice_from(lexer->source, lexer->at);
	for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++) {
		struct hs_slice sign = hs_slice_cstr(SIGNS[i]);
		if (hs_slice_starts(rest, sign)) {
			lexer->at += sign.len;
			lexer->token = TOKEN_SIGN;
			lexer->text = sign;
			return HS_OK;
		}
	}
	return refuse(lexer, lexer->at, "this character has no meaning here", err);
}

enum hs_status hs__path_next(struct path_lexer *lexer, struct hs_error *err)
{
	enum hs_status status = skip_blanks(lexer, err);
	if (status) {
		return status;
	}
	lexer->start = lexer->at;
	lexer->text = HS_S_NONE;
	if (lexer->at >= lexer->source.len) {
		lexer->token = TOKEN_END;
		return HS_OK;
	}
	char c = peek(lexer, 0);
	if (is_letter(c)) {
		lexer->token = TOKEN_WORD;
		read_word(lexer);
		return HS_OK;
	}
	if (is_digit(c)) {
		read_number(lexer);
		return HS_OK;
	}
	switch (c) {
	case '\'':
	case '"':
		lexer->token = TOKEN_STRING;
		return read_quoted(lexer, err);
	case '`':
		lexer->token = TOKEN_QUOTED;
		return read_quoted(lexer, err);
	case '@':
		return read_moment(lexer, err);
	case '%':
		return read_variable(lexer, err);
	case '$':
		lexer->at++;
		lexer->token = TOKEN_DOLLAR;
		read_word(lexer);
		return HS_OK;
	default:
		return read_sign(lexer, err);
	}
}

bool hs__path_sign(const struct path_lexer *lexer, const char *text)
{
	return lexer->token == TOKEN_SIGN && hs_slice_eq(lexer->text, hs_slice_cstr(text));
}

bool hs__path_word(const struct path_lexer *lexer, const char *text)
{
	return lexer->token == TOKEN_WORD && hs_slice_eq(lexer->text, hs_slice_cstr(text));
}
