/* SPDX-License-Identifier: Apache-2.0 */
/* Parses terms: paths, function calls, variables, and what stands in parentheses and brackets. */
#include <core/fhir/path/parse/parser.h>
#include <core/fhir/path/values/regex.h>

const struct path_function_info hs__path_functions[PATH_FN_COUNT] = {
#define X(id, text, fewest, most, letters, input, output) \
	[PATH_FN_##id] = { .name = HS_S_INIT(text), \
		.min = fewest, \
		.max = most, \
		.kinds = letters, \
		.focus = input, \
		.result = output },
#include <core/fhir/path/functions/functions.def>
#undef X
};

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
static struct path_node *parse_direction(struct path_parser *parser, const struct path_node *call,
	struct path_node *key)
{
	bool down = hs__path_word(&parser->lexer, "desc");
	if (!key || call->function != PATH_FN_sort || (!down && !hs__path_word(&parser->lexer, "asc"))) {
		return key;
	}
	key->descending = down;
	return hs__parse_advance(parser) ? key : NULL;
}

static struct path_node *parse_argument(struct path_parser *parser, const struct path_node *call)
{
	const char *kinds = hs__path_functions[call->function].kinds;
	size_t kind = call->count < strlen(kinds) ? call->count : strlen(kinds) - 1;
	if (kinds[kind] != PATH_ARG_TYPE) {
		return parse_direction(parser, call, trim_argument(call, hs__parse_expression(parser)));
	}
	struct path_node *node = hs__path_parse_node(parser, OP_THIS, NULL);
	return node && hs__parse_type(parser, &node->u.type) ? node : NULL;
}

static bool parse_arguments(struct path_parser *parser, struct path_node *call)
{
	const struct path_function_info *info = &hs__path_functions[call->function];
	if (!hs__parse_advance(parser)) {
		return false;
	}
	for (bool more = !hs__path_sign(&parser->lexer, ")"); more;) {
		if (call->count == info->max) {
			hs__parse_refuse(parser, parser->lexer.start,
				info->max ? "too many arguments" : "no argument is expected", info->name);
			return false;
		}
		struct path_node *argument = parse_argument(parser, call);
		if (!argument || !hs__parse_child(parser, call, argument)) {
			return false;
		}
		more = hs__path_sign(&parser->lexer, ",");
		if (more && !hs__parse_advance(parser)) {
			return false;
		}
	}
	if (!hs__parse_expect(parser, ")")) {
		return false;
	}
	if (call->count < info->min) {
		hs__parse_refuse(parser, call->at, "an argument is missing", info->name);
		return false;
	}
	return true;
}

/* A pattern that is a literal is compiled now; one that is wrong stays for evaluation to complain about. */
static void prepare_regex(struct path_parser *parser, struct path_node *call)
{
	bool regex = call->function == PATH_FN_matches || call->function == PATH_FN_matches_full ||
		call->function == PATH_FN_replace_matches;
	if (regex && call->first->op == OP_LITERAL && !call->first->next &&
		call->first->u.literal->kind == HS_PATH_STRING) {
		call->u.regex = hs__path_regex(parser->path->arena, call->first->u.literal->text, HS_S_NONE,
			call->function == PATH_FN_matches_full);
	}
	if (call->u.regex) {
		hs__path_regex_hasten(call->u.regex);
	}
}

static struct path_node *parse_call(struct path_parser *parser, struct path_node *left, struct hs_slice name,
	size_t at)
{
	int function = 0;
	while (function < PATH_FN_COUNT && !hs_slice_eq(hs__path_functions[function].name, name)) {
		function++;
	}
	if (function == PATH_FN_COUNT) {
		bool made = left && left->op == OP_VARIABLE && hs_slice_eq(left->u.name, HS_S("factory"));
		return hs__parse_refuse(parser, at,
			made ? "%factory is not supported (a path makes no resources)" :
			       "there is no such function",
			name);
	}
	struct path_node *node = hs__path_parse_node(parser, OP_CALL, left);
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
static struct path_node *add_step(struct path_parser *parser, struct path_node *left, struct hs_slice name,
	size_t at)
{
	struct path_node *node = left;
	if (!node || node->op != OP_STEPS) {
		node = hs__path_parse_node(parser, OP_STEPS, left);
	}
	struct path_step *step = hs__parse_memory(parser, sizeof(*step));
	if (!node || !step) {
		return NULL;
	}
	step->name = name;
	step->at = (uint32_t)at;
	step->entry = !left;
	if (node != left) {
		node->at = (uint32_t)at;
		node->u.steps = step;
		node->count = 1;
		return node;
	}
	if (node->count == UINT8_MAX) {
		return hs__parse_refuse(parser, at, "the expression is nested too deeply", HS_S_NONE);
	}
	struct path_step *last = node->u.steps;
	while (last->next) {
		last = last->next;
	}
	last->next = step;
	node->count++;
	return node;
}

/* Words that are operators wherever they stand. `div` is let pass for FHIR's narratives (text.div), which the
 * grammar would have in backticks; so are the words of time, which are no operators. */
static bool is_reserved(struct hs_slice word)
{
	static const char *const WORDS[] = { "and", "or", "xor", "implies", "mod", "true", "false" };
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
		if (hs_slice_eq(word, hs_slice_cstr(WORDS[i]))) {
			return true;
		}
	}
	return false;
}

static struct path_node *parse_invocation(struct path_parser *parser, struct path_node *left)
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
			return hs__parse_refuse(parser, at, "there are only $this, $index and $total", name);
		}
		struct path_node *node = hs__path_parse_node(parser, op, left);
		return node && hs__parse_advance(parser) ? node : NULL;
	}
	if (!hs__parse_is_name(lexer)) {
		return hs__parse_refuse(parser, at,
			lexer->token == TOKEN_END ? "the expression ends too early" : "a name is expected",
			name);
	}
	bool quoted = lexer->token == TOKEN_QUOTED;
	if (!quoted && is_reserved(name)) {
		return hs__parse_refuse(parser, at,
			"a word of the language; as a name it stands in backticks", name);
	}
	if (!hs__parse_advance(parser)) {
		return NULL;
	}
	if (!quoted && hs__path_sign(lexer, "(")) {
		return parse_call(parser, left, name, at);
	}
	return add_step(parser, left, name, at);
}

static struct path_node *parse_group(struct path_parser *parser)
{
	if (++parser->nesting > PATH_MAX_DEPTH) {
		return hs__parse_refuse(parser, parser->lexer.start, "the expression is nested too deeply",
			HS_S_NONE);
	}
	struct path_node *node = hs__parse_advance(parser) ? hs__parse_expression(parser) : NULL;
	parser->nesting--;
	return node && hs__parse_expect(parser, ")") ? node : NULL;
}

static struct path_node *parse_boolean(struct path_parser *parser)
{
	struct hs_path_value value = { .kind = HS_PATH_BOOLEAN,
		.boolean = hs__path_word(&parser->lexer, "true") };
	return hs__parse_literal(parser, &value);
}

static struct path_node *parse_term(struct path_parser *parser)
{
	struct path_lexer *lexer = &parser->lexer;
	struct path_node *node;
	switch (lexer->token) {
	case TOKEN_STRING:
		return hs__parse_literal(parser,
			&(struct hs_path_value) { .kind = HS_PATH_STRING, .text = lexer->text });
	case TOKEN_NUMBER:
		return hs__parse_number(parser);
	case TOKEN_MOMENT:
		return hs__parse_moment(parser);
	case TOKEN_VARIABLE:
		node = hs__path_parse_node(parser, OP_VARIABLE, NULL);
		if (!node) {
			return NULL;
		}
		node->u.name = lexer->text;
		return hs__parse_advance(parser) ? node : NULL;
	case TOKEN_SIGN:
		if (hs__path_sign(lexer, "(")) {
			return parse_group(parser);
		}
		if (hs__path_sign(lexer, "{")) {
			node = hs__path_parse_node(parser, OP_EMPTY, NULL);
			return node && hs__parse_advance(parser) && hs__parse_expect(parser, "}") ? node :
												    NULL;
		}
		return hs__parse_refuse(parser, lexer->start, "a value is expected here, found", lexer->text);
	default:
		if (hs__path_word(lexer, "true") || hs__path_word(lexer, "false")) {
			return parse_boolean(parser);
		}
		return parse_invocation(parser, NULL);
	}
}

static struct path_node *parse_item(struct path_parser *parser, struct path_node *left)
{
	struct path_node *node = hs__path_parse_node(parser, OP_ITEM, left);
	if (!node || !hs__parse_advance(parser)) {
		return NULL;
	}
	struct path_node *index = hs__parse_expression(parser);
	return index && hs__parse_expect(parser, "]") ? hs__parse_child(parser, node, index) : NULL;
}

struct path_node *hs__parse_postfix(struct path_parser *parser)
{
	struct path_node *node = parse_term(parser);
	while (node) {
		if (hs__path_sign(&parser->lexer, ".")) {
			node = hs__parse_advance(parser) ? parse_invocation(parser, node) : NULL;
		} else if (hs__path_sign(&parser->lexer, "[")) {
			node = parse_item(parser, node);
		} else if (node->op == OP_STEPS && hs__path_sign(&parser->lexer, "{")) {
			return hs__parse_refuse(parser, parser->lexer.start,
				"an instance selector is not supported (a path makes no objects)", HS_S_NONE);
		} else {
			break;
		}
	}
	return node;
}
