/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing ECL: what conditions compare with, which is one value or several in brackets (section 6.8). */
#include "ecl_tree.h"

#include "dialects.h"

/* ---- texts ---- */

static struct ecl_texts *typed_term(struct ecl_parser *p)
{
	struct ecl_texts *term = hs_ecl_new(p, sizeof(*term));
	bool typed = true;

	if (!term)
		return NULL;
	if (hs_ecl_word(p, "wild"))
		term->how = ECL_WILD;
	else if (hs_ecl_word(p, "exact"))
		term->how = ECL_EXACT;
	else
		typed = hs_ecl_word(p, "match");
	if (typed && !hs_ecl_sign(p, ":"))
		return hs_ecl_expected(p, ":");
	hs_ecl_blanks(p);
	size_t from = p->at;
	if (!hs_ecl_quoted(p, term->how == ECL_WILD, &term->text))
		return NULL;
	if (term->how == ECL_WORDS ? hs_slice_trim(term->text).len : term->text.len)
		return term;
	p->at = from;
	return hs_ecl_expected(p, "a text that is not empty");
}

struct ecl_texts *hs_ecl_search_terms(struct ecl_parser *p)
{
	struct ecl_texts *first = NULL, **end = &first;

	if (!hs_ecl_sign(p, "("))
		return typed_term(p);
	do {
		*end = typed_term(p);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	} while (!hs_ecl_sees(p, ")") && p->at < p->text.len);
	return hs_ecl_sign(p, ")") ? first : hs_ecl_expected(p, ")");
}

/* Is a text next, or a bracket with texts? "SCHEME#code" in quotation marks is a concept, but nobody can tell
 * it from a text: it is taken as a text. */
bool hs_ecl_sees_terms(struct ecl_parser *p)
{
	size_t from = p->at;

	hs_ecl_sign(p, "(");
	bool found = hs_ecl_sees(p, "\"") || hs_ecl_sees_word(p, "match") || hs_ecl_sees_word(p, "wild") ||
		hs_ecl_sees_word(p, "exact");
	p->at = from;
	return found;
}

bool hs_ecl_boolean(struct ecl_parser *p, bool *out)
{
	*out = hs_ecl_word(p, "true");
	return *out || hs_ecl_word(p, "false");
}

/* ---- words with a meaning ---- */

static const struct {
	const char *word;
	enum ecl_subject on;
	uint8_t number;
} words[] = {
	{ "syn", ECL_ON_TYPE, TX_SCT_SYNONYM },
	{ "synonym", ECL_ON_TYPE, TX_SCT_SYNONYM },
	{ "fsn", ECL_ON_TYPE, TX_SCT_FSN },
	{ "fullySpecifiedName", ECL_ON_TYPE, TX_SCT_FSN },
	{ "def", ECL_ON_TYPE, TX_SCT_DEFINITION },
	{ "definition", ECL_ON_TYPE, TX_SCT_DEFINITION },
	{ "primitive", ECL_ON_STATUS, 0 },
	{ "defined", ECL_ON_STATUS, TX_SCT_DEFINED },
};

static bool read_word(struct ecl_parser *p, enum ecl_subject on, struct ecl_texts *value)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].on == on && hs_ecl_word(p, words[i].word)) {
			value->number = words[i].number;
			return true;
		}
	hs_ecl_expected(p, on == ECL_ON_TYPE ? "syn, fsn or def" : "primitive or defined");
	return false;
}

/* "20260131"; "" is a component that was never released. */
static bool read_time(struct ecl_parser *p, struct ecl_texts *value)
{
	size_t from;

	hs_ecl_blanks(p);
	from = p->at;
	if (!hs_ecl_quoted(p, false, &value->text))
		return false;
	uint64_t date = 0;
	bool right = !value->text.len ||
		(value->text.len == 8 && value->text.ptr[0] != '0' && hs_slice_u64(value->text, &date));
	uint64_t month = date / 100 % 100, day = date % 100;
	if (right && (!value->text.len || (month >= 1 && month <= 12 && day >= 1 && day <= 31))) {
		value->number = date;
		return true;
	}
	p->at = from;
	hs_ecl_expected(p, "a date like \"20260131\"");
	return false;
}

/* (prefer accept) or (CONCEPT CONCEPT) behind a dialect. A bracket with other things is left where it is. */
static bool acceptability(struct ecl_parser *p, uint8_t *out)
{
	static const struct {
		const char *word;
		uint8_t how;
	} all[] = { { "prefer", 2 }, { "preferred", 2 }, { "900000000000548007", 2 }, { "accept", 1 },
		{ "acceptable", 1 }, { "900000000000549004", 1 } };
	size_t from = p->at;
	uint8_t found = 0;

	if (!hs_ecl_sign(p, "("))
		return true;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (hs_ecl_word(p, all[i].word)) {
			found |= all[i].how;
			size_t end = hs_ecl_sign(p, "|") ? hs_slice_find(p->text, '|', p->at) : p->at - 1;
			p->at = end == SIZE_MAX ? p->text.len : end + 1;
			i = SIZE_MAX; /* the next from the beginning */
		}
	if (!found) {
		p->at = from;
		return true;
	}
	*out = found;
	if (hs_ecl_sign(p, ")"))
		return true;
	hs_ecl_expected(p, "prefer, accept or )");
	return false;
}

static bool read_alias(struct ecl_parser *p, struct ecl_texts *value)
{
	size_t from;

	hs_ecl_blanks(p);
	from = p->at;
	if (hs_ecl_name(p, "-", &value->text)) {
		value->number = hs_tx_sct_dialect(value->text);
		if (value->number)
			return true;
	}
	p->at = from;
	hs_ecl_expected(p, "the alias of a dialect such as en-us, en-gb or sv-se; others have dialectId");
	return false;
}

static bool read_id(struct ecl_parser *p, struct ecl_texts *value)
{
	if (hs_ecl_identifier(p, &value->text) && hs_slice_u64(value->text, &value->number))
		return true;
	hs_ecl_expected(p, "the identifier of a description");
	return false;
}

static bool read_language(struct ecl_parser *p, struct ecl_texts *value)
{
	size_t from;

	hs_ecl_blanks(p);
	from = p->at;
	if (hs_ecl_name(p, "-", &value->text) && value->text.len == 2 &&
		hs_ecl_is_letter(value->text.ptr[0]) && hs_ecl_is_letter(value->text.ptr[1]))
		return true;
	p->at = from;
	hs_ecl_expected(p, "a language like sv");
	return false;
}

/* ---- one value, or several in brackets ---- */

static struct ecl_texts *one_value(struct ecl_parser *p, enum ecl_subject on, bool by_id)
{
	struct ecl_texts *value = hs_ecl_new(p, sizeof(*value));
	bool right = false;

	if (!value)
		return NULL;
	switch (on) {
	case ECL_ON_TIME:
		right = read_time(p, value);
		break;
	case ECL_ON_ID:
		right = read_id(p, value);
		break;
	case ECL_ON_TYPE:
	case ECL_ON_STATUS:
		right = read_word(p, on, value);
		break;
	case ECL_ON_DIALECT:
		value->node = by_id ? hs_ecl_sub(p) : NULL;
		right = (by_id ? value->node != NULL : read_alias(p, value)) &&
			acceptability(p, &value->acceptable);
		break;
	default:
		right = read_language(p, value);
	}
	return right ? value : NULL;
}

static bool sees_join(struct ecl_parser *p)
{
	return hs_ecl_sees_word(p, "AND") || hs_ecl_sees_word(p, "OR") || hs_ecl_sees_word(p, "MINUS") ||
		hs_ecl_sees(p, ",") || hs_ecl_sees(p, ":") || hs_ecl_sees(p, ".");
}

/* A bracket before identifiers of concepts may open an expression of its own: *whole is set then. */
static struct ecl_texts *list(struct ecl_parser *p, enum ecl_subject on, bool by_id, bool *whole)
{
	struct ecl_texts *first = NULL, **end = &first;

	do {
		*end = one_value(p, on, by_id);
		if (!*end)
			return NULL;
		end = &(*end)->next;
		*whole = by_id && sees_join(p);
	} while (!*whole && !hs_ecl_sees(p, ")") && p->at < p->text.len);
	if (*whole)
		return NULL;
	return hs_ecl_sign(p, ")") ? first : hs_ecl_expected(p, ")");
}

struct ecl_texts *hs_ecl_values(struct ecl_parser *p, enum ecl_subject on, bool by_id)
{
	size_t from = p->at;
	struct ecl_texts *values = NULL;
	bool whole = true;
	uint8_t acceptable = 0;

	if (hs_ecl_sign(p, "("))
		values = list(p, on, by_id, &whole);
	if (!values && whole) {
		p->at = from;
		values = one_value(p, on, by_id);
	}
	if (values && on == ECL_ON_DIALECT && !acceptability(p, &acceptable))
		return NULL;
	for (struct ecl_texts *value = values; value && on == ECL_ON_DIALECT; value = value->next)
		value->acceptable = value->acceptable ? value->acceptable : acceptable ? acceptable : 3;
	return values;
}

/* Concepts: an expression, or (a b c), which is one of them. */
struct ecl_node *hs_ecl_concepts(struct ecl_parser *p)
{
	size_t from = p->at;
	struct ecl_node *all = NULL;

	if (!hs_ecl_sign(p, "("))
		return hs_ecl_sub(p);
	do {
		struct ecl_node *one = hs_ecl_sub(p), *both = NULL;
		if (!one)
			return NULL;
		both = all ? hs_ecl_new(p, sizeof(*both)) : one;
		if (!both)
			return NULL;
		if (all)
			*both = (struct ecl_node) { .kind = ECL_OR, .left = all, .right = one };
		all = both;
		if (sees_join(p)) {
			p->at = from;
			return hs_ecl_sub(p);
		}
	} while (!hs_ecl_sees(p, ")") && p->at < p->text.len);
	return hs_ecl_sign(p, ")") ? all : hs_ecl_expected(p, ")");
}
