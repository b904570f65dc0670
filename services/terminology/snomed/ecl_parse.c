/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing ECL: expressions and sub-expressions (grammar of ECL 2.2, section 5; ^R is of 2.3). */
#include "ecl_tree.h"

/* ---- concepts ---- */

/* |a term| behind a concept is for people. */
static bool read_term(struct ecl_parser *p, struct hs_slice *out)
{
	if (!hs_ecl_sign(p, "|"))
		return true;
	size_t end = hs_slice_find(p->text, '|', p->at);
	if (end == SIZE_MAX) {
		hs_ecl_expected(p, "the | that closes the term");
		return false;
	}
	*out = hs_slice_trim(hs_slice(p->text.ptr + p->at, end - p->at));
	if (!out->len) {
		hs_ecl_expected(p, "a term");
		return false;
	}
	p->at = end + 1;
	return true;
}

/* SCHEME#code, SCHEME#"code" or "SCHEME#code" (section 6.1: Alternate Identifier). */
static bool alternate(struct ecl_parser *p, struct ecl_node *node)
{
	size_t from;

	node->kind = ECL_ALTERNATE;
	hs_ecl_blanks(p);
	from = p->at;
	if (hs_ecl_sees(p, "\"")) {
		struct hs_slice whole;
		if (!hs_ecl_quoted(p, false, &whole))
			return false;
		node->code = whole;
		node->scheme = hs_slice_cut(&node->code, '#');
	} else {
		if (!hs_ecl_is_letter(p->at < p->text.len ? p->text.ptr[p->at] : ' ') ||
			!hs_ecl_name(p, "-", &node->scheme) || p->at >= p->text.len ||
			p->text.ptr[p->at] != '#') {
			p->at = from;
			hs_ecl_expected(p, "a concept, * or (");
			return false;
		}
		p->at++;
		char next = p->at < p->text.len ? p->text.ptr[p->at] : ' ';
		bool read = next == '"' ?
			hs_ecl_quoted(p, false, &node->code) :
			strchr(" \t\r\n/", next) == NULL && hs_ecl_name(p, "-._", &node->code);
		if (!read) {
			hs_ecl_expected(p, "the code behind #");
			return false;
		}
	}
	if (node->scheme.len && node->code.len)
		return read_term(p, &node->term);
	p->at = from;
	hs_ecl_expected(p, "an alternate identifier like LOINC#54486-6");
	return false;
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
	if (!hs_ecl_identifier(p, &node->code)) {
		if (p->at < p->text.len && hs_ecl_is_digit(p->text.ptr[p->at]))
			return hs_ecl_expected(p, "an identifier of 6 to 18 digits");
		return alternate(p, node) ? node : NULL;
	}
	return read_term(p, &node->term) ? node : NULL;
}

static struct ecl_node *constraint(struct ecl_parser *p);

static struct ecl_node *focus(struct ecl_parser *p)
{
	if (!hs_ecl_sign(p, "("))
		return read_concept(p);
	if (!hs_ecl_enter(p))
		return NULL;
	struct ecl_node *node = constraint(p);
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
		{ "top", ECL_TOP, true }, { "bottom", ECL_BOTTOM, true } };

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
		struct ecl_texts *field = hs_ecl_new(p, sizeof(*field));
		if (!field || !hs_ecl_name(p, "", &field->text)) {
			hs_ecl_expected(p, "the name of a field");
			return false;
		}
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
	bool hat = hs_ecl_sign(p, "^");
	node->containing = hat ? hs_ecl_word(p, "R") : hs_ecl_word(p, "refsetContainingAny");
	node->member_of = !node->containing && (hat || hs_ecl_word(p, "memberOf"));
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

static struct ecl_node *constraint(struct ecl_parser *p)
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

enum hs_status hs_tx_ecl_parse(struct hs_arena *arena, struct hs_slice text, bool swedish,
	struct ecl_node **out, struct hs_error *err)
{
	struct hs_error own = { .status = HS_OK };
	struct ecl_parser p = {
		.arena = arena, .text = text, .err = &own, .what = TX_MSG_WORD_CONSTRAINT, .swedish = swedish
	};
	char digits[24];

	if (text.len > TX_ECL_TEXT_MAX)
		return hs_tx_say(err, HS_E_LIMIT, swedish, TX_MSG_ECL_TOO_LONG, HS_S_NONE,
			TX_ARGS(hs_slice_cstr(hs_tx_words(p.what, swedish)),
				hs_tx_digits(TX_ECL_TEXT_MAX, digits)));
	struct ecl_node *node = constraint(&p);
	hs_ecl_blanks(&p);
	if (node && p.at < text.len)
		node = hs_ecl_expected(&p, "the end or an operator");
	if (node) {
		*out = node;
		return HS_OK;
	}
	if (!own.status)
		hs_tx_no_room(swedish, &own);
	*err = own;
	return own.status;
}
