/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of FHIRPath (specification, section 12 and the grammar in appendix B). */
#pragma once

#include <handslag/arena.h>
#include <handslag/error.h>

enum path_token {
	TOKEN_END,
	TOKEN_WORD,   /* identifier or keyword */
	TOKEN_QUOTED, /* `delimited identifier`; text is what is meant */
	TOKEN_STRING, /* 'text'; text is what is meant */
	TOKEN_NUMBER,
	TOKEN_MOMENT,   /* date, dateTime or time; text is without the @ */
	TOKEN_VARIABLE, /* %name, %`name`, %'name'; text is the name */
	TOKEN_DOLLAR,   /* $this, $index, $total; text is the name */
	TOKEN_SIGN,     /* operator or bracket; text is the sign */
};

struct path_lexer {
	struct hs_arena *arena;
	struct hs_slice source;
	size_t at; /* next byte to read */
	/* the current token */
	uint8_t token;
	size_t start;
	struct hs_slice text;
};

/* Reads the next token. HS_E_INVALID with line and column. */
enum hs_status hs__path_next(struct path_lexer *lexer, struct hs_error *err);
/* Is the current token the sign or the word `text`? */
bool hs__path_sign(const struct path_lexer *lexer, const char *text);
bool hs__path_word(const struct path_lexer *lexer, const char *text);
