/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the parser share. For core/json. */
#pragma once

#include <handslag/json.h>

/* What the parser looked for when it failed, for who mends the text. */
enum hs__json_wanted {
	HS__JSON_OTHER,
	HS__JSON_VALUE,
	HS__JSON_NUMBER, /* it begins as one */
	HS__JSON_NAME,
	HS__JSON_COLON,
	HS__JSON_NEXT,    /* a comma, or the end of the container */
	HS__JSON_END,     /* of the text */
	HS__JSON_CONTROL, /* anything in a string but the control character that is there */
	HS__JSON_ESCAPE,  /* another character behind a backslash */
};

struct hs__json_parser {
	struct hs_arena *arena;
	const char *end;       /* of the text */
	struct hs_json *block; /* of nodes: its start, the next free one, its end */
	struct hs_json *node;
	struct hs_json *node_end;
	char *out_block; /* of decoded strings: its start, the next free byte, its end; NULL before the first
			  */
	char *out;
	char *out_end;
	uint32_t depth; /* containers that are open */
	uint32_t depth_limit;
	uint32_t member_limit;
	bool duplicates; /* allowed */
	struct hs_slice text;
	struct hs_error *err;
	const char *fault; /* where it failed, and what was wanted there */
	enum hs__json_wanted wanted;
};

/* hs_json_parse by a parser with arena, text and err. */
enum hs_status hs__json_run(struct hs__json_parser *parser, const struct hs_json_limits *limits,
	struct hs_json **out);

/* A string as it was read. */
struct hs__json_text {
	struct hs_slice slice;
	bool plain;   /* needs no escaping when written */
	bool decoded; /* the bytes are in the arena */
};

/* Reads any string from `at`, the byte after its opening quote (parse.c has the short way for those that are
 * plain ASCII). Returns the byte after the closing quote, or NULL.
 * `is_key`: the place of the name is kept in the bytes before the decoded text. */
const char *hs__json_read_text(struct hs__json_parser *parser, const char *at, bool is_key,
	struct hs__json_text *out);

/* Each fills the parser's error with the line and column of `at` and returns NULL. */
const char *hs__json_fail_value(struct hs__json_parser *parser, const char *at); /* no value starts there */
const char *hs__json_fail_number(struct hs__json_parser *parser, const char *at);
const char *hs__json_fail_next(struct hs__json_parser *parser, const char *at, bool in_object);
const char *hs__json_fail_name(struct hs__json_parser *parser, const char *at);
const char *hs__json_fail_at(struct hs__json_parser *parser, enum hs_status status, const char *at,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
const char *hs__json_fail_colon(struct hs__json_parser *parser, const char *at);
const char *hs__json_fail_twice(struct hs__json_parser *parser, const struct hs_json *member);
const char *hs__json_fail_end(struct hs__json_parser *parser, const char *at);
const char *hs__json_fail_memory(struct hs__json_parser *parser);

/* The first child of `object` whose name is there before it, or NULL. */
struct hs_json *hs__json_twice(const struct hs_json *object);
/* False when there is one; the error is then filled. */
bool hs__json_check_names(struct hs__json_parser *parser, const struct hs_json *object);

/* The place in the source that the parser left for `value`, or NULL: of a member its name without the quote.
 */
const char *hs__json_place(const struct hs_json *value);
/* Line and column (place.h) of `at`. */
void hs__json_line(struct hs_slice text, const char *at, uint32_t *line, uint32_t *column);
