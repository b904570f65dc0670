/* SPDX-License-Identifier: Apache-2.0 */
/* What the three files of the parser share: parser.c (operators), parse_term.c (paths and calls) and
 * parse_literal.c (literals and type names). A NULL or false result means that *parser->err is filled. */
#pragma once

#include <core/fhir/path/parse/lexer.h>
#include <core/fhir/path/node.h>

struct path_parser {
	struct path_lexer lexer;
	struct hs_path *path;
	struct hs_error *err;
	uint32_t nesting; /* of parentheses and arguments being parsed */
};

/* ---- parser.c ---- */

/* Fills the error: why, and what in quotes when it is not empty. Returns NULL. */
struct path_node *hs__parse_refuse(struct path_parser *parser, size_t at, const char *why,
	struct hs_slice what);
/* On to the next token. */
bool hs__parse_advance(struct path_parser *parser);
void *hs__parse_memory(struct path_parser *parser, size_t size);
struct path_node *hs__path_parse_node(struct path_parser *parser, enum path_op op, struct path_node *left);
/* Appends a child; returns the node. */
struct path_node *hs__parse_child(struct path_parser *parser, struct path_node *node,
	struct path_node *child);
/* Takes the sign or says that it is missing. */
bool hs__parse_expect(struct path_parser *parser, const char *sign);
bool hs__parse_is_name(const struct path_lexer *lexer);
/* A whole expression. */
struct path_node *hs__parse_expression(struct path_parser *parser);

/* ---- parse_term.c ---- */

/* A term with the dots and brackets behind it. */
struct path_node *hs__parse_postfix(struct path_parser *parser);

/* ---- parse_literal.c ---- */

bool hs__parse_type(struct path_parser *parser, struct path_type_name *out);
/* A node for the value; takes the current token. */
struct path_node *hs__parse_literal(struct path_parser *parser, const struct hs_path_value *value);
struct path_node *hs__parse_number(struct path_parser *parser);
struct path_node *hs__parse_moment(struct path_parser *parser);
