/* SPDX-License-Identifier: Apache-2.0 */
/* Parses an expression into nodes, by precedence climbing (specification, section 6.8). */
#include <core/fhir/path/lexer.h>
#include <core/fhir/path/moment.h>
#include <core/fhir/path/node.h>
#include <core/fhir/path/quantity.h>
#include <core/fhir/path/regex.h>

const struct path_function_info hs__path_functions[PATH_FN_COUNT] = {
#define X(id, text, fewest, most, letters, input, output) \
	[PATH_FN_##id] = { .name = HS_S_INIT(text), \
		.min = fewest, \
		.max = most, \
		.kinds = letters, \
		.focus = input, \
		.result = output },
#include <core/fhir/path/functions.def>
#undef X
};

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

struct operator
{
	const char *text;
	uint8_t op;
	uint8_t power;
};

static const struct operator OPERATORS[] = {
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

struct parser {
	struct path_lexer lexer;
	struct hs_path *path;
	struct hs_error *err;
	uint32_t nesting; /* of parentheses and arguments being parsed */
};

static struct path_node *parse_expression(struct parser *parser, enum power power);

static struct path_node *refuse(struct parser *parser, size_t at, const char *why, struct hs_slice what)
{
	hs_fail(parser->err, HS_E_INVALID, "%s%s%.*s%s", why, what.len ? ": \"" : "",
		what.len > 80 ? 80 : (int)what.len, what.len ? what.ptr : "", what.len ? "\"" : "");
	hs__path_place(parser->path->text, at, parser->err);
	return NULL;
}

static bool advance(struct parser *parser)
{
	return hs__path_next(&parser->lexer, parser->err) == HS_OK;
}

static void *take_memory(struct parser *parser, size_t size)
{
	void *memory = hs_arena_alloc(parser->path->arena, size);
	if (!memory) {
		hs_fail(parser->err, HS_E_LIMIT, "the expression is too large");
	}
	return memory;
}

static struct path_node *new_node(struct parser *parser, enum path_op op, struct path_node *left)
{
	struct path_node *node = take_memory(parser, sizeof(*node));
	if (!node) {
		return NULL;
	}
	node->op = (uint8_t)op;
	node->at = (uint32_t)parser->lexer.start;
	node->left = left;
	node->depth = (uint16_t)(left ? left->depth + 1 : 1);
	if (node->depth > PATH_MAX_DEPTH) {
		return refuse(parser, node->at, "the expression is nested too deeply", HS_S_NONE);
	}
	return node;
}

static struct path_node *add_child(struct parser *parser, struct path_node *node, struct path_node *child)
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
		return refuse(parser, node->at, "the expression is nested too deeply", HS_S_NONE);
	}
	return node;
}

static bool expect(struct parser *parser, const char *sign)
{
	if (hs__path_sign(&parser->lexer, sign)) {
		return advance(parser);
	}
	struct hs_slice found = parser->lexer.text;
	hs_fail(parser->err, HS_E_INVALID, "expected \"%s\", found %s%.*s%s", sign, found.len ? "\"" : "",
		found.len > 80 ? 80 : (int)found.len, found.len ? found.ptr : "the end",
		found.len ? "\"" : "");
	hs__path_place(parser->path->text, parser->lexer.start, parser->err);
	return false;
}

static bool is_name(const struct path_lexer *lexer)
{
	return lexer->token == TOKEN_WORD || lexer->token == TOKEN_QUOTED;
}

/* ---- types ---- */

static bool is_system_type(struct hs_slice name)
{
	static const char *const NAMES[] = { "Boolean", "Integer", "Long", "Decimal", "String", "Date",
		"DateTime", "Time", "Quantity", "Any" };
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		if (hs_slice_eq(name, hs_slice_cstr(NAMES[i]))) {
			return true;
		}
	}
	return false;
}

static bool parse_type(struct parser *parser, struct path_type_name *out)
{
	if (!is_name(&parser->lexer)) {
		refuse(parser, parser->lexer.start, "the name of a type is expected", parser->lexer.text);
		return false;
	}
	struct path_type_name type = { .name = parser->lexer.text };
	if (!advance(parser)) {
		return false;
	}
	if (hs__path_sign(&parser->lexer, ".")) {
		struct path_lexer before = parser->lexer;
		if (!advance(parser)) {
			return false;
		}
		if (is_name(&parser->lexer) &&
			(hs_slice_eq(type.name, HS_S("FHIR")) || hs_slice_eq(type.name, HS_S("System")))) {
			type.space = type.name;
			type.name = parser->lexer.text;
			if (!advance(parser)) {
				return false;
			}
		} else {
			parser->lexer = before;
		}
	}
	type.system = !hs_slice_eq(type.space, HS_S("FHIR")) && is_system_type(type.name);
	type.fhir = !hs_slice_eq(type.space, HS_S("System"));
	if (type.fhir && parser->path->defs) {
		type.type = hs_defs_type(parser->path->defs, type.name);
	}
	*out = type;
	return true;
}

/* ---- literals ---- */

static struct path_node *literal(struct parser *parser, const struct hs_path_value *value)
{
	struct path_node *node = new_node(parser, OP_LITERAL, NULL);
	struct hs_path_value *copy = take_memory(parser, sizeof(*copy));
	if (!node || !copy) {
		return NULL;
	}
	*copy = *value;
	node->u.literal = copy;
	return advance(parser) ? node : NULL;
}

static struct path_node *parse_number(struct parser *parser)
{
	struct hs_path_value value = { .kind = HS_PATH_INTEGER, .text = parser->lexer.text };
	if (hs_slice_find(value.text, '.', 0) != SIZE_MAX) {
		value.kind = HS_PATH_DECIMAL;
	} else {
		uint64_t number;
		if (!hs_slice_u64(value.text, &number) || number > INT64_MAX) {
			value.kind = HS_PATH_DECIMAL;
		} else {
			value.integer = (int64_t)number;
		}
	}
	struct path_lexer number = parser->lexer;
	if (!advance(parser)) {
		return NULL;
	}
	bool calendar = parser->lexer.token == TOKEN_WORD &&
		hs__path_calendar(parser->lexer.text) != PATH_CALENDAR_NONE;
	if (parser->lexer.token == TOKEN_STRING || calendar) {
		value.kind = HS_PATH_QUANTITY;
		value.unit = calendar ? hs__path_calendar_name(parser->lexer.text) : parser->lexer.text;
		return literal(parser, &value);
	}
	parser->lexer = number;
	return literal(parser, &value);
}

static struct path_node *parse_moment(struct parser *parser)
{
	struct path_moment moment;
	struct hs_slice text = parser->lexer.text;
	if (!hs__path_moment_parse(text, &moment)) {
		return refuse(parser, parser->lexer.start, "there is no such date or time", text);
	}
	if (moment.kind == HS_PATH_TIME && moment.has_zone) {
		struct path_node *node = new_node(parser, OP_FAULT, NULL);
		if (!node) {
			return NULL;
		}
		node->u.name = HS_S("a time has no time zone");
		return advance(parser) ? node : NULL;
	}
	/* Values print without the T of a time and of a dateTime that ends there. */
	text = moment.kind == HS_PATH_TIME ? hs_slice_from(text, 1) : text;
	text = hs_slice_ends(text, HS_S("T")) ? hs_slice_first(text, text.len - 1) : text;
	struct hs_path_value value = { .kind = moment.kind, .text = text };
	return literal(parser, &value);
}

/* ---- terms ---- */

static struct path_node *trim_argument(const struct path_node *call, struct path_node *child)
{
	/* sort(-x): the minus means descending, whatever x is. */
	if (child && call->function == PATH_FN_sort && child->op == OP_NEGATE) {
		child->left->descending = true;
		return child->left;
	}
	return child;
}

/* sort(x desc), as the continuous build of the specification writes it. */
static struct path_node *parse_direction(struct parser *parser, const struct path_node *call,
	struct path_node *key)
{
	bool down = hs__path_word(&parser->lexer, "desc");
	if (!key || call->function != PATH_FN_sort || (!down && !hs__path_word(&parser->lexer, "asc"))) {
		return key;
	}
	key->descending = down;
	return advance(parser) ? key : NULL;
}

static struct path_node *parse_argument(struct parser *parser, const struct path_node *call)
{
	const char *kinds = hs__path_functions[call->function].kinds;
	size_t kind = call->count < strlen(kinds) ? call->count : strlen(kinds) - 1;
	if (kinds[kind] != PATH_ARG_TYPE) {
		return parse_direction(parser, call,
			trim_argument(call, parse_expression(parser, POWER_NONE)));
	}
	struct path_node *node = new_node(parser, OP_THIS, NULL);
	return node && parse_type(parser, &node->u.type) ? node : NULL;
}

static bool parse_arguments(struct parser *parser, struct path_node *call)
{
	const struct path_function_info *info = &hs__path_functions[call->function];
	if (!advance(parser)) {
		return false;
	}
	while (!hs__path_sign(&parser->lexer, ")")) {
		if (call->count == info->max) {
			refuse(parser, parser->lexer.start,
				info->max ? "too many arguments" : "no argument is expected", info->name);
			return false;
		}
		struct path_node *argument = parse_argument(parser, call);
		if (!argument || !add_child(parser, call, argument)) {
			return false;
		}
		if (!hs__path_sign(&parser->lexer, ",")) {
			break;
		}
		if (!advance(parser)) {
			return false;
		}
	}
	if (!expect(parser, ")")) {
		return false;
	}
	if (call->count < info->min) {
		refuse(parser, call->at, "an argument is missing", info->name);
		return false;
	}
	return true;
}

/* A pattern that is a literal is compiled now; one that is wrong stays for evaluation to complain about. */
static void prepare_regex(struct parser *parser, struct path_node *call)
{
	bool regex = call->function == PATH_FN_matches || call->function == PATH_FN_matches_full ||
		call->function == PATH_FN_replace_matches;
	if (regex && call->first->op == OP_LITERAL && !call->first->next &&
		call->first->u.literal->kind == HS_PATH_STRING) {
		call->u.regex = hs__path_regex(parser->path->arena, call->first->u.literal->text, HS_S_NONE,
			call->function == PATH_FN_matches_full);
	}
}

static struct path_node *parse_call(struct parser *parser, struct path_node *left, struct hs_slice name,
	size_t at)
{
	int function = 0;
	while (function < PATH_FN_COUNT && !hs_slice_eq(hs__path_functions[function].name, name)) {
		function++;
	}
	if (function == PATH_FN_COUNT) {
		return refuse(parser, at, "there is no such function", name);
	}
	struct path_node *node = new_node(parser, OP_CALL, left);
	if (!node) {
		return NULL;
	}
	node->at = (uint32_t)at;
	node->function = (uint8_t)function;
	if (!parse_arguments(parser, node)) {
		return NULL;
	}
	prepare_regex(parser, node);
	return node;
}

/* A member name: one more step of the run left of it, or the first step of a new one. */
static struct path_node *add_step(struct parser *parser, struct path_node *left, struct hs_slice name,
	size_t at)
{
	struct path_node *node = left;
	if (!node || node->op != OP_STEPS) {
		node = new_node(parser, OP_STEPS, left);
	}
	struct path_step *step = take_memory(parser, sizeof(*step));
	if (!node || !step) {
		return NULL;
	}
	step->name = name;
	step->entry = !left;
	if (node != left) {
		node->at = (uint32_t)at;
		node->u.steps = step;
		node->count = 1;
		return node;
	}
	if (node->count == UINT8_MAX) {
		return refuse(parser, at, "the expression is nested too deeply", HS_S_NONE);
	}
	struct path_step *last = node->u.steps;
	while (last->next) {
		last = last->next;
	}
	last->next = step;
	node->count++;
	return node;
}

static struct path_node *parse_invocation(struct parser *parser, struct path_node *left)
{
	struct path_lexer *lexer = &parser->lexer;
	size_t at = lexer->start;
	struct hs_slice name = lexer->text;
	if (lexer->token == TOKEN_DOLLAR) {
		enum path_op op = hs_slice_eq(name, HS_S("this")) ? OP_THIS :
			hs_slice_eq(name, HS_S("index"))          ? OP_INDEX :
			hs_slice_eq(name, HS_S("total"))          ? OP_TOTAL :
								    OP_EMPTY;
		if (op == OP_EMPTY) {
			return refuse(parser, at, "there are only $this, $index and $total", name);
		}
		struct path_node *node = new_node(parser, op, left);
		return node && advance(parser) ? node : NULL;
	}
	if (!is_name(lexer)) {
		return refuse(parser, at,
			lexer->token == TOKEN_END ? "the expression ends too early" : "a name is expected",
			name);
	}
	bool quoted = lexer->token == TOKEN_QUOTED;
	if (!advance(parser)) {
		return NULL;
	}
	if (!quoted && hs__path_sign(lexer, "(")) {
		return parse_call(parser, left, name, at);
	}
	return add_step(parser, left, name, at);
}

static struct path_node *parse_group(struct parser *parser)
{
	if (++parser->nesting > PATH_MAX_DEPTH) {
		return refuse(parser, parser->lexer.start, "the expression is nested too deeply", HS_S_NONE);
	}
	struct path_node *node = advance(parser) ? parse_expression(parser, POWER_NONE) : NULL;
	parser->nesting--;
	return node && expect(parser, ")") ? node : NULL;
}

static struct path_node *parse_boolean(struct parser *parser)
{
	struct hs_path_value value = { .kind = HS_PATH_BOOLEAN,
		.boolean = hs__path_word(&parser->lexer, "true") };
	return literal(parser, &value);
}

static struct path_node *parse_term(struct parser *parser)
{
	struct path_lexer *lexer = &parser->lexer;
	struct path_node *node;
	switch (lexer->token) {
	case TOKEN_STRING:
		return literal(parser,
			&(struct hs_path_value) { .kind = HS_PATH_STRING, .text = lexer->text });
	case TOKEN_NUMBER:
		return parse_number(parser);
	case TOKEN_MOMENT:
		return parse_moment(parser);
	case TOKEN_VARIABLE:
		node = new_node(parser, OP_VARIABLE, NULL);
		if (!node) {
			return NULL;
		}
		node->u.name = lexer->text;
		return advance(parser) ? node : NULL;
	case TOKEN_SIGN:
		if (hs__path_sign(lexer, "(")) {
			return parse_group(parser);
		}
		if (hs__path_sign(lexer, "{")) {
			node = new_node(parser, OP_EMPTY, NULL);
			return node && advance(parser) && expect(parser, "}") ? node : NULL;
		}
		return refuse(parser, lexer->start, "a value is expected here, found", lexer->text);
	default:
		if (hs__path_word(lexer, "true") || hs__path_word(lexer, "false")) {
			return parse_boolean(parser);
		}
		return parse_invocation(parser, NULL);
	}
}

static struct path_node *parse_item(struct parser *parser, struct path_node *left)
{
	struct path_node *node = new_node(parser, OP_ITEM, left);
	if (!node || !advance(parser)) {
		return NULL;
	}
	struct path_node *index = parse_expression(parser, POWER_NONE);
	return index && expect(parser, "]") ? add_child(parser, node, index) : NULL;
}

static struct path_node *parse_postfix(struct parser *parser)
{
	struct path_node *node = parse_term(parser);
	while (node) {
		if (hs__path_sign(&parser->lexer, ".")) {
			node = advance(parser) ? parse_invocation(parser, node) : NULL;
		} else if (hs__path_sign(&parser->lexer, "[")) {
			node = parse_item(parser, node);
		} else {
			break;
		}
	}
	return node;
}

static struct path_node *parse_signed(struct parser *parser)
{
	bool minus = hs__path_sign(&parser->lexer, "-");
	if (!minus && !hs__path_sign(&parser->lexer, "+")) {
		return parse_postfix(parser);
	}
	if (++parser->nesting > PATH_MAX_DEPTH) {
		return refuse(parser, parser->lexer.start, "the expression is nested too deeply", HS_S_NONE);
	}
	size_t at = parser->lexer.start;
	struct path_node *operand = advance(parser) ? parse_signed(parser) : NULL;
	parser->nesting--;
	struct path_node *node = operand ? new_node(parser, minus ? OP_NEGATE : OP_POSITIVE, operand) : NULL;
	if (node) {
		node->at = (uint32_t)at;
	}
	return node;
}

static const struct operator* find_operator(const struct path_lexer *lexer)
{
	for (size_t i = 0; i < sizeof(OPERATORS) / sizeof(OPERATORS[0]); i++) {
		if ((lexer->token == TOKEN_SIGN || lexer->token == TOKEN_WORD) &&
			hs_slice_eq(lexer->text, hs_slice_cstr(OPERATORS[i].text))) {
			return &OPERATORS[i];
		}
	}
	return NULL;
}

static struct path_node *parse_operation(struct parser *parser, const struct operator* operator,
	struct path_node * left)
{
	struct path_node *node = new_node(parser, (enum path_op) operator->op, left);
	if (!node || !advance(parser)) {
		return NULL;
	}
	if (operator->power == POWER_TYPE) {
		return parse_type(parser, &node->u.type) ? node : NULL;
	}
	struct path_node *right = parse_expression(parser, (enum power) operator->power);
	return right ? add_child(parser, node, right) : NULL;
}

/* An expression whose operators bind stronger than `power`. */
static struct path_node *parse_expression(struct parser *parser, enum power power)
{
	if (++parser->nesting > PATH_MAX_DEPTH) {
		return refuse(parser, parser->lexer.start, "the expression is nested too deeply", HS_S_NONE);
	}
	struct path_node *node = parse_signed(parser);
	while (node) {
		const struct operator* operator= find_operator(&parser->lexer);
		if (!operator|| operator->power <= power) {
			break;
		}
		node = parse_operation(parser, operator, node);
	}
	parser->nesting--;
	return node;
}

enum hs_status hs__path_parse(struct hs_path *path, struct hs_error *err)
{
	struct parser parser = {
		.lexer = { .arena = path->arena, .source = path->text }, .path = path, .err = err
	};
	if (!advance(&parser)) {
		return err->status;
	}
	struct path_node *root = parse_expression(&parser, POWER_NONE);
	if (root && parser.lexer.token != TOKEN_END) {
		root = refuse(&parser, parser.lexer.start, "an operator is expected here, found",
			parser.lexer.text);
	}
	if (!root) {
		return err->status;
	}
	path->root = root;
	return HS_OK;
}
