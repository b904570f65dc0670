/* SPDX-License-Identifier: Apache-2.0 */
/* Parses an expression into nodes, by precedence climbing (specification, section 6.8). */
#include <core/fhir/path/parse/parser.h>

/* Binding strengths, weakest first. */
enum power {
	POWER_NONE,
	POWER_IMPLIES,
	POWER_OR,
	POWER_AND,
	POWER_MEMBER,
	POWER_EQUAL,
	POWER_ORDER,
	POWER_UNION,
	POWER_TYPE,
	POWER_ADD,
	POWER_MULTIPLY,
	POWER_SIGN
};

struct operation {
	const char *text;
	uint8_t op;
	uint8_t power;
};

static const struct operation OPERATORS[] = {
	{ "implies", OP_IMPLIES, POWER_IMPLIES },
	{ "or", OP_OR, POWER_OR },
	{ "xor", OP_XOR, POWER_OR },
	{ "and", OP_AND, POWER_AND },
	{ "in", OP_IN, POWER_MEMBER },
	{ "contains", OP_CONTAINS, POWER_MEMBER },
	{ "=", OP_EQUAL, POWER_EQUAL },
	{ "!=", OP_NOT_EQUAL, POWER_EQUAL },
	{ "~", OP_EQUIVALENT, POWER_EQUAL },
	{ "!~", OP_NOT_EQUIVALENT, POWER_EQUAL },
	{ "<", OP_LESS, POWER_ORDER },
	{ "<=", OP_LESS_EQUAL, POWER_ORDER },
	{ ">", OP_GREATER, POWER_ORDER },
	{ ">=", OP_GREATER_EQUAL, POWER_ORDER },
	{ "|", OP_UNION, POWER_UNION },
	{ "is", OP_IS, POWER_TYPE },
	{ "as", OP_AS, POWER_TYPE },
	{ "+", OP_ADD, POWER_ADD },
	{ "-", OP_SUBTRACT, POWER_ADD },
	{ "&", OP_JOIN, POWER_ADD },
	{ "*", OP_MULTIPLY, POWER_MULTIPLY },
	{ "/", OP_DIVIDE, POWER_MULTIPLY },
	{ "div", OP_DIV, POWER_MULTIPLY },
	{ "mod", OP_MOD, POWER_MULTIPLY },
};

static struct path_node *parse_operators(struct path_parser *parser, enum power power);

struct path_node *hs__parse_refuse(struct path_parser *parser, size_t at, const char *why,
	struct hs_slice what)
{
	hs_fail(parser->err, HS_E_INVALID, "%s%s%.*s%s", why, what.len ? ": \"" : "",
		what.len > 80 ? 80 : (int)what.len, what.len ? what.ptr : "", what.len ? "\"" : "");
	hs__path_place(parser->path->text, at, parser->err);
	return NULL;
}

bool hs__parse_advance(struct path_parser *parser)
{
	return hs__path_next(&parser->lexer, parser->err) == HS_OK;
}

void *hs__parse_memory(struct path_parser *parser, size_t size)
{
	void *memory = hs_arena_alloc(parser->path->arena, size);
	if (!memory) {
		hs_fail(parser->err, HS_E_LIMIT, "the expression is too large");
	}
	return memory;
}

struct path_node *hs__path_parse_node(struct path_parser *parser, enum path_op op, struct path_node *left)
{
	struct path_node *node = hs__parse_memory(parser, sizeof(*node));
	if (!node) {
		return NULL;
	}
	node->op = (uint8_t)op;
	node->at = (uint32_t)parser->lexer.start;
	node->left = left;
	node->depth = (uint16_t)(left ? left->depth + 1 : 1);
	if (node->depth > PATH_MAX_DEPTH) {
		return hs__parse_refuse(parser, node->at, "the expression is nested too deeply", HS_S_NONE);
	}
	return node;
}

struct path_node *hs__parse_child(struct path_parser *parser, struct path_node *node, struct path_node *child)
{
	struct path_node **place = &node->first;
	while (*place) {
		place = &(*place)->next;
	}
	*place = child;
	node->count++;
	if (child->depth >= node->depth) {
		node->depth = (uint16_t)(child->depth + 1);
	}
	if (node->depth > PATH_MAX_DEPTH) {
		return hs__parse_refuse(parser, node->at, "the expression is nested too deeply", HS_S_NONE);
	}
	return node;
}

bool hs__parse_expect(struct path_parser *parser, const char *sign)
{
	if (hs__path_sign(&parser->lexer, sign)) {
		return hs__parse_advance(parser);
	}
	struct hs_slice found = parser->lexer.text;
	hs_fail(parser->err, HS_E_INVALID, "expected \"%s\", found %s%.*s%s", sign, found.len ? "\"" : "",
		found.len > 80 ? 80 : (int)found.len, found.len ? found.ptr : "the end",
		found.len ? "\"" : "");
	hs__path_place(parser->path->text, parser->lexer.start, parser->err);
	return false;
}

bool hs__parse_is_name(const struct path_lexer *lexer)
{
	return lexer->token == TOKEN_WORD || lexer->token == TOKEN_QUOTED;
}

static struct path_node *parse_signed(struct path_parser *parser)
{
	bool minus = hs__path_sign(&parser->lexer, "-");
	if (!minus && !hs__path_sign(&parser->lexer, "+")) {
		return hs__parse_postfix(parser);
	}
	if (++parser->nesting > PATH_MAX_DEPTH) {
		return hs__parse_refuse(parser, parser->lexer.start, "the expression is nested too deeply",
			HS_S_NONE);
	}
	size_t at = parser->lexer.start;
	struct path_node *operand = hs__parse_advance(parser) ? parse_signed(parser) : NULL;
	parser->nesting--;
	struct path_node *node = operand ?
		hs__path_parse_node(parser, minus ? OP_NEGATE : OP_POSITIVE, operand) :
		NULL;
	if (node) {
		node->at = (uint32_t)at;
	}
	return node;
}

static const struct operation *find_operator(const struct path_lexer *lexer)
{
	for (size_t i = 0; i < sizeof(OPERATORS) / sizeof(OPERATORS[0]); i++) {
		if ((lexer->token == TOKEN_SIGN || lexer->token == TOKEN_WORD) &&
			hs_slice_eq(lexer->text, hs_slice_cstr(OPERATORS[i].text))) {
			return &OPERATORS[i];
		}
	}
	return NULL;
}

static struct path_node *parse_operation(struct path_parser *parser, const struct operation *operation,
	struct path_node *left)
{
	struct path_node *node = hs__path_parse_node(parser, (enum path_op)operation->op, left);
	if (!node || !hs__parse_advance(parser)) {
		return NULL;
	}
	if (operation->power == POWER_TYPE) {
		return hs__parse_type(parser, &node->u.type) ? node : NULL;
	}
	struct path_node *right = parse_operators(parser, (enum power)operation->power);
	return right ? hs__parse_child(parser, node, right) : NULL;
}

/* An expression whose operators bind stronger than `power`. */
static struct path_node *parse_operators(struct path_parser *parser, enum power power)
{
	if (++parser->nesting > PATH_MAX_DEPTH) {
		return hs__parse_refuse(parser, parser->lexer.start, "the expression is nested too deeply",
			HS_S_NONE);
	}
	struct path_node *node = parse_signed(parser);
	while (node) {
		const struct operation *operation = find_operator(&parser->lexer);
		if (!operation || operation->power <= power) {
			break;
		}
		node = parse_operation(parser, operation, node);
	}
	parser->nesting--;
	return node;
}

struct path_node *hs__parse_expression(struct path_parser *parser)
{
	return parse_operators(parser, POWER_NONE);
}

enum hs_status hs__path_parse(struct hs_path *path, struct hs_error *err)
{
	struct path_parser parser = {
		.lexer = { .arena = path->arena, .source = path->text }, .path = path, .err = err
	};
	if (!hs__parse_advance(&parser)) {
		return err->status;
	}
	struct path_node *root = hs__parse_expression(&parser);
	if (root && parser.lexer.token != TOKEN_END) {
		root = hs__parse_refuse(&parser, parser.lexer.start, "an operator is expected here, found",
			parser.lexer.text);
	}
	if (!root) {
		return err->status;
	}
	path->root = root;
	return HS_OK;
}
