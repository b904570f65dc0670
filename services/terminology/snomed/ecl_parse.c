/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing ECL: blanks and signs, expressions and sub-expressions (grammar of ECL 2.2, section 5). */
#include "ecl_tree.h"

/* ---- signs and words ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
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
		!hs_slice_ieq(hs_slice(p->text.ptr + p->at, len), hs_slice_cstr(word)) ||
		(p->at + len < p->text.len && is_letter(p->text.ptr[p->at + len])))
		return false;
	p->at += len;
	return true;
}

void *hs_ecl_expected(struct ecl_parser *p, const char *what)
{
	struct hs_slice rest = hs_slice_first(hs_slice_from(p->text, p->at), 24);

	if (p->err->status)
		return NULL; /* the first reason is the one to tell */
	hs_fail(p->err, HS_E_VALUE, "the constraint is wrong at character %zu: %s was expected%s%.*s%s",
		p->at + 1, what, rest.len ? ", not \"" : " before its end", HS_S_ARG(rest),
		rest.len ? "\"" : "");
	p->err->column = (uint32_t)p->at + 1;
	return NULL;
}

void *hs_ecl_new(struct ecl_parser *p, size_t size)
{
	void *out = p->parts++ < TX_ECL_PARTS_MAX ? hs_arena_alloc(p->arena, size) : NULL;

	if (!out && !p->err->status)
		hs_fail(p->err, HS_E_LIMIT, "the constraint has more than %u parts", TX_ECL_PARTS_MAX);
	return out;
}

/* Pairs with p->depth--. */
bool hs_ecl_enter(struct ecl_parser *p)
{
	if (p->depth == TX_ECL_DEPTH_MAX) {
		if (!p->err->status)
			hs_fail(p->err, HS_E_LIMIT, "the constraint has brackets more than %u deep",
				TX_ECL_DEPTH_MAX);
		return false;
	}
	p->depth++;
	return true;
}

bool hs_ecl_comparison(struct ecl_parser *p, enum ecl_comparison *out)
{
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
	hs_ecl_expected(p, "a comparison (= or !=)");
	return false;
}

bool hs_ecl_digits(struct ecl_parser *p, struct hs_slice *out)
{
	hs_ecl_blanks(p);
	size_t from = p->at;
	while (p->at < p->text.len && is_digit(p->text.ptr[p->at]))
		p->at++;
	*out = hs_slice(p->text.ptr + from, p->at - from);
	return out->len > 0;
}

/* "text", in which \" and \\ stand for themselves. */
bool hs_ecl_quoted(struct ecl_parser *p, struct hs_slice *out)
{
	size_t n = 0;

	if (!hs_ecl_sign(p, "\"")) {
		hs_ecl_expected(p, "a text in quotation marks");
		return false;
	}
	char *copy = hs_arena_raw(p->arena, p->text.len - p->at + 1);
	while (copy && p->at < p->text.len && p->text.ptr[p->at] != '"') {
		if (p->text.ptr[p->at] == '\\' && p->at + 1 < p->text.len)
			p->at++;
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

/* ---- concepts ---- */

/* |a term| behind a concept is for people. */
static bool skip_term(struct ecl_parser *p)
{
	if (!hs_ecl_sign(p, "|"))
		return true;
	size_t end = hs_slice_find(p->text, '|', p->at);
	if (end == SIZE_MAX) {
		hs_ecl_expected(p, "the | that closes the term");
		return false;
	}
	p->at = end + 1;
	return true;
}

static struct ecl_node *read_concept(struct ecl_parser *p)
{
	struct ecl_node *node = hs_ecl_new(p, sizeof(*node));

	if (!node)
		return NULL;
	if (hs_ecl_sign(p, "*") || hs_ecl_word(p, "ANY")) {
		node->kind = ECL_ANY;
		return node;
	}
	node->kind = ECL_CONCEPT;
	if (!hs_ecl_digits(p, &node->code))
		return hs_ecl_expected(p, "a concept, * or (");
	if (node->code.len < 6 || node->code.len > 18) {
		p->at -= node->code.len;
		return hs_ecl_expected(p, "an identifier of 6 to 18 digits");
	}
	return skip_term(p) ? node : NULL;
}

static struct ecl_node *focus(struct ecl_parser *p)
{
	if (!hs_ecl_sign(p, "("))
		return read_concept(p);
	if (!hs_ecl_enter(p))
		return NULL;
	struct ecl_node *node = hs_ecl_constraint(p);
	p->depth--;
	if (node && !hs_ecl_sign(p, ")"))
		return hs_ecl_expected(p, ")");
	return node;
}

/* ---- sub-expressions ---- */

static enum ecl_operator take_operator(struct ecl_parser *p)
{
	static const struct {
		const char *text;
		enum ecl_operator operator;
		bool word;
	} all[] = { { "!!>", ECL_TOP, false }, { "!!<", ECL_BOTTOM, false }, { "<<!", ECL_CHILD_SELF, false },
		{ "<<", ECL_DESCENDANT_SELF, false }, { "<!", ECL_CHILD, false },
		{ "<", ECL_DESCENDANT, false }, { ">>!", ECL_PARENT_SELF, false },
		{ ">>", ECL_ANCESTOR_SELF, false }, { ">!", ECL_PARENT, false }, { ">", ECL_ANCESTOR, false },
		{ "descendantOrSelfOf", ECL_DESCENDANT_SELF, true }, { "descendantOf", ECL_DESCENDANT, true },
		{ "childOrSelfOf", ECL_CHILD_SELF, true }, { "childOf", ECL_CHILD, true },
		{ "ancestorOrSelfOf", ECL_ANCESTOR_SELF, true }, { "ancestorOf", ECL_ANCESTOR, true },
		{ "parentOrSelfOf", ECL_PARENT_SELF, true }, { "parentOf", ECL_PARENT, true },
		{ "topOf", ECL_TOP, true }, { "bottomOf", ECL_BOTTOM, true } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].word ? hs_ecl_word(p, all[i].text) : hs_ecl_sign(p, all[i].text))
			return all[i].operator;
	return ECL_SELF;
}

/* [field, field] or [*] behind ^. */
static bool member_fields(struct ecl_parser *p, struct ecl_node *node)
{
	struct ecl_texts **end = &node->fields;

	if (!hs_ecl_sign(p, "["))
		return true;
	node->all_fields = hs_ecl_sign(p, "*");
	while (!node->all_fields) {
		hs_ecl_blanks(p);
		size_t from = p->at;
		while (p->at < p->text.len && is_letter(p->text.ptr[p->at]))
			p->at++;
		struct ecl_texts *field = hs_ecl_new(p, sizeof(*field));
		if (!field || from == p->at) {
			hs_ecl_expected(p, "the name of a field");
			return false;
		}
		field->text = hs_slice(p->text.ptr + from, p->at - from);
		*end = field;
		end = &field->next;
		if (!hs_ecl_sign(p, ","))
			break;
	}
	if (hs_ecl_sign(p, "]"))
		return true;
	hs_ecl_expected(p, "]");
	return false;
}

struct ecl_node *hs_ecl_sub(struct ecl_parser *p)
{
	struct ecl_node *node = hs_ecl_new(p, sizeof(*node));

	if (!node)
		return NULL;
	node->kind = ECL_SUB;
	node->operator= take_operator(p);
	node->member_of = hs_ecl_sign(p, "^") || hs_ecl_word(p, "memberOf");
	if (node->member_of && !member_fields(p, node))
		return NULL;
	node->left = focus(p);
	return node->left && hs_ecl_filters(p, node) ? node : NULL;
}

/* ---- expressions ---- */

static struct ecl_node *join(struct ecl_parser *p, enum ecl_kind kind, struct ecl_node *left,
	struct ecl_node *right)
{
	struct ecl_node *node = left && right ? hs_ecl_new(p, sizeof(*node)) : NULL;

	if (node)
		*node = (struct ecl_node) { .kind = kind, .left = left, .right = right };
	return node;
}

static bool take_join(struct ecl_parser *p, enum ecl_kind *out)
{
	bool and = hs_ecl_sign(p, ",") || hs_ecl_word(p, "AND");

	*out = and? ECL_AND : hs_ecl_word(p, "OR") ? ECL_OR : hs_ecl_word(p, "MINUS") ? ECL_MINUS : ECL_SUB;
	return *out != ECL_SUB;
}

/* All operators of one level are the same: without brackets nobody could say which of two goes first. */
static struct ecl_node *compound(struct ecl_parser *p, struct ecl_node *left)
{
	enum ecl_kind first, kind;

	if (!take_join(p, &first))
		return left;
	struct ecl_node *node = join(p, first, left, hs_ecl_sub(p));
	while (node) {
		size_t from = p->at;
		if (!take_join(p, &kind))
			return node;
		if (kind != first || kind == ECL_MINUS) {
			p->at = from;
			return hs_ecl_expected(p, "a bracket around one of the operators");
		}
		node = join(p, kind, node, hs_ecl_sub(p));
	}
	return node;
}

static struct ecl_node *dotted(struct ecl_parser *p, struct ecl_node *left)
{
	while (left && hs_ecl_sign(p, "."))
		left = join(p, ECL_DOT, left, hs_ecl_sub(p));
	return left;
}

struct ecl_node *hs_ecl_constraint(struct ecl_parser *p)
{
	struct ecl_node *left = hs_ecl_sub(p);

	if (!left)
		return NULL;
	if (hs_ecl_sees(p, "."))
		return dotted(p, left);
	if (!hs_ecl_sign(p, ":"))
		return compound(p, left);
	struct ecl_node *node = hs_ecl_new(p, sizeof(*node));
	if (!node)
		return NULL;
	*node = (struct ecl_node) { .kind = ECL_REFINED, .left = left, .refinement = hs_ecl_refinement(p) };
	return node->refinement ? node : NULL;
}

enum hs_status hs_tx_ecl_parse(struct hs_arena *arena, struct hs_slice text, struct ecl_node **out,
	struct hs_error *err)
{
	struct hs_error own = { .status = HS_OK };
	struct ecl_parser p = { .arena = arena, .text = text, .err = &own };

	if (text.len > TX_ECL_TEXT_MAX)
		return hs_fail(err, HS_E_LIMIT, "the constraint is longer than %u bytes", TX_ECL_TEXT_MAX);
	struct ecl_node *node = hs_ecl_constraint(&p);
	hs_ecl_blanks(&p);
	if (node && p.at < text.len)
		node = hs_ecl_expected(&p, "the end or an operator");
	if (node) {
		*out = node;
		return HS_OK;
	}
	if (!own.status)
		hs_fail(&own, HS_E_LIMIT, "the constraint needs more memory than is allowed");
	*err = own;
	return own.status;
}
