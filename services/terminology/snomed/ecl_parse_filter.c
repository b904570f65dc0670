/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing ECL: filters on concepts, texts and members, and history supplements (sections 6.7 to 6.11). */
#include "ecl_tree.h"

/* ---- values ---- */

static struct ecl_texts *words(struct ecl_parser *p)
{
	struct ecl_texts *word = hs_ecl_new(p, sizeof(*word));

	if (!word)
		return NULL;
	hs_ecl_blanks(p);
	size_t from = p->at;
	while (p->at < p->text.len) {
		char c = p->text.ptr[p->at];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
			break;
		p->at++;
	}
	word->text = hs_slice(p->text.ptr + from, p->at - from);
	return word->text.len ? word : hs_ecl_expected(p, "a name");
}

/* (prefer accept) behind a dialect. */
static bool acceptability(struct ecl_parser *p, struct ecl_texts *dialect)
{
	size_t from = p->at;
	bool preferred = false, acceptable = false;

	if (!hs_ecl_sign(p, "("))
		return true;
	for (;;) {
		if (hs_ecl_word(p, "prefer") || hs_ecl_word(p, "preferred") ||
			hs_ecl_sees(p, "900000000000548007"))
			preferred = true;
		else if (hs_ecl_word(p, "accept") || hs_ecl_word(p, "acceptable") ||
			hs_ecl_sees(p, "900000000000549004"))
			acceptable = true;
		else
			break;
		struct hs_slice ignored;
		hs_ecl_digits(p, &ignored);
	}
	if (!preferred && !acceptable) { /* the bracket belongs to something else */
		p->at = from;
		return true;
	}
	dialect->acceptable = preferred && acceptable ? 0 : preferred ? 2 : 1;
	if (hs_ecl_sign(p, ")"))
		return true;
	hs_ecl_expected(p, ")");
	return false;
}

static struct ecl_texts *one_value(struct ecl_parser *p, enum ecl_subject on, bool by_id)
{
	struct ecl_texts *value;

	if (on == ECL_ON_TIME) {
		value = hs_ecl_new(p, sizeof(*value));
		return value && hs_ecl_quoted(p, &value->text) ? value : NULL;
	}
	if (on == ECL_ON_ID) {
		value = hs_ecl_new(p, sizeof(*value));
		return value && hs_ecl_digits(p, &value->text) ? value : hs_ecl_expected(p, "an identifier");
	}
	if (on == ECL_ON_DIALECT && by_id) {
		value = hs_ecl_new(p, sizeof(*value));
		if (value)
			value->node = hs_ecl_sub(p);
		return value && value->node && acceptability(p, value) ? value : NULL;
	}
	value = words(p);
	return value && (on != ECL_ON_DIALECT || acceptability(p, value)) ? value : NULL;
}

/* One value, or several in brackets; a bracket before identifiers of concepts is an expression of its own. */
static struct ecl_texts *values(struct ecl_parser *p, enum ecl_subject on, bool by_id)
{
	struct ecl_texts *first = NULL, **end = &first;

	if (!hs_ecl_sign(p, "("))
		return one_value(p, on, by_id);
	do {
		*end = one_value(p, on, by_id);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	} while (!hs_ecl_sees(p, ")") && p->at < p->text.len);
	return hs_ecl_sign(p, ")") ? first : hs_ecl_expected(p, ")");
}

/* Concepts: an expression, or (a b c), which is one of them. */
static struct ecl_node *concepts(struct ecl_parser *p)
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
		if (hs_ecl_sees(p, "AND") || hs_ecl_sees(p, "OR") || hs_ecl_sees(p, "MINUS") ||
			hs_ecl_sees(p, ",") || hs_ecl_sees(p, ":") || hs_ecl_sees(p, ".")) {
			p->at = from;
			return hs_ecl_sub(p);
		}
	} while (!hs_ecl_sees(p, ")") && p->at < p->text.len);
	return hs_ecl_sign(p, ")") ? all : hs_ecl_expected(p, ")");
}

/* ---- one condition ---- */

static const struct condition {
	const char *word;
	enum ecl_subject on;
	bool by_id; /* concepts are named by their identifiers */
	bool of_text, of_concept, of_member;
} conditions[] = {
	{ "term", ECL_ON_TERM, false, true, false, false },
	{ "language", ECL_ON_LANGUAGE, false, true, false, false },
	{ "typeId", ECL_ON_TYPE, true, true, false, false },
	{ "type", ECL_ON_TYPE, false, true, false, false },
	{ "dialectId", ECL_ON_DIALECT, true, true, false, false },
	{ "dialect", ECL_ON_DIALECT, false, true, false, false },
	{ "id", ECL_ON_ID, false, true, false, false },
	{ "definitionStatusId", ECL_ON_STATUS, true, false, true, false },
	{ "definitionStatus", ECL_ON_STATUS, false, false, true, false },
	{ "moduleId", ECL_ON_MODULE, true, true, true, true },
	{ "effectiveTime", ECL_ON_TIME, false, true, true, true },
	{ "active", ECL_ON_ACTIVE, false, true, true, true },
};

static const struct condition *find_condition(struct ecl_parser *p, enum ecl_about about)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		const struct condition *c = &conditions[i];
		bool fits = about == ECL_ABOUT_TEXT ? c->of_text :
			about == ECL_ABOUT_CONCEPT  ? c->of_concept :
						      c->of_member;
		if (fits && hs_ecl_word(p, c->word))
			return c;
	}
	return NULL;
}

static bool read_boolean(struct ecl_parser *p, bool *out)
{
	struct hs_slice digits;
	size_t from;

	*out = hs_ecl_word(p, "true");
	if (*out || hs_ecl_word(p, "false"))
		return true;
	hs_ecl_blanks(p);
	from = p->at;
	if (hs_ecl_digits(p, &digits) && digits.len == 1 && digits.ptr[0] <= '1') {
		*out = digits.ptr[0] == '1';
		return true;
	}
	p->at = from;
	hs_ecl_expected(p, "true, false, 1 or 0");
	return false;
}

/* A field of a member: what it may be compared with is told by the value. */
static bool field_value(struct ecl_parser *p, struct ecl_filter *f)
{
	f->on = ECL_ON_FIELD;
	if (!hs_ecl_comparison(p, &f->comparison))
		return false;
	if (hs_ecl_sign(p, "#")) {
		struct ecl_texts *number = words(p);
		f->value = ECL_VALUE_NUMBER;
		f->number = number ? number->text : HS_S_NONE;
		return number != NULL;
	}
	if (hs_ecl_sees(p, "\"") || hs_ecl_sees(p, "(\"") || hs_ecl_sees(p, "match:") ||
		hs_ecl_sees(p, "wild:")) {
		f->value = ECL_VALUE_TEXT;
		f->texts = hs_ecl_search_terms(p);
		return f->texts != NULL;
	}
	if (hs_ecl_sees(p, "true") || hs_ecl_sees(p, "false")) {
		f->value = ECL_VALUE_BOOLEAN;
		return read_boolean(p, &f->yes);
	}
	f->value = ECL_VALUE_SET;
	f->set = concepts(p);
	return f->set != NULL;
}

static bool condition_value(struct ecl_parser *p, const struct condition *c, struct ecl_filter *f)
{
	f->on = c->on;
	if (!hs_ecl_comparison(p, &f->comparison))
		return false;
	if (c->on != ECL_ON_TIME && f->comparison != ECL_EQUAL && f->comparison != ECL_UNEQUAL) {
		hs_ecl_expected(p, "= or !=");
		return false;
	}
	if (c->on == ECL_ON_ACTIVE)
		return read_boolean(p, &f->yes);
	if (c->on == ECL_ON_TERM)
		f->texts = hs_ecl_search_terms(p);
	else if (c->by_id && c->on != ECL_ON_DIALECT)
		f->set = concepts(p);
	else
		f->texts = values(p, c->on, c->by_id);
	return f->texts || f->set;
}

static struct ecl_filter *one_filter(struct ecl_parser *p, enum ecl_about about, bool first)
{
	struct ecl_filter *f = hs_ecl_new(p, sizeof(*f));

	if (!f)
		return NULL;
	f->about = about;
	f->first = first;
	const struct condition *c = find_condition(p, about);
	if (c)
		return condition_value(p, c, f) ? f : NULL;
	if (about != ECL_ABOUT_MEMBER)
		return hs_ecl_expected(p,
			about == ECL_ABOUT_TEXT ?
				"term, language, type, typeId, dialect, dialectId, id, moduleId, "
				"effectiveTime or active" :
				"definitionStatus, definitionStatusId, moduleId, effectiveTime or active");
	struct ecl_texts *name = words(p);
	if (!name)
		return NULL;
	f->field = name->text;
	return field_value(p, f) ? f : NULL;
}

/* ---- the braces ---- */

static bool history(struct ecl_parser *p, struct ecl_node *sub)
{
	sub->history = ECL_HISTORY_MAX;
	if (!hs_ecl_word(p, "HISTORY")) {
		hs_ecl_expected(p, "HISTORY");
		return false;
	}
	if (hs_ecl_sign(p, "-") || hs_ecl_sign(p, "_")) {
		sub->history = hs_ecl_word(p, "MIN") ? ECL_HISTORY_MIN :
			hs_ecl_word(p, "MOD")        ? ECL_HISTORY_MOD :
			hs_ecl_word(p, "MAX")        ? ECL_HISTORY_MAX :
						       ECL_NO_HISTORY;
		if (sub->history == ECL_NO_HISTORY) {
			hs_ecl_expected(p, "MIN, MOD or MAX");
			return false;
		}
	} else if (hs_ecl_sees(p, "(")) {
		sub->history = ECL_HISTORY_SET;
		sub->history_set = hs_ecl_sub(p);
		if (!sub->history_set)
			return false;
	}
	if (hs_ecl_sign(p, "}}"))
		return true;
	hs_ecl_expected(p, "}}");
	return false;
}

static bool about(struct ecl_parser *p, const struct ecl_node *sub, enum ecl_about *out)
{
	*out = hs_ecl_word(p, "C")  ? ECL_ABOUT_CONCEPT :
		hs_ecl_word(p, "M") ? ECL_ABOUT_MEMBER :
				      ECL_ABOUT_TEXT;
	if (*out == ECL_ABOUT_TEXT)
		hs_ecl_word(p, "D");
	if (*out != ECL_ABOUT_MEMBER || sub->member_of)
		return true;
	hs_ecl_expected(p, "a filter on concepts or texts: filters on members stand behind ^");
	return false;
}

bool hs_ecl_filters(struct ecl_parser *p, struct ecl_node *sub)
{
	struct ecl_filter **end = &sub->filters;

	while (hs_ecl_sign(p, "{{")) {
		enum ecl_about what;
		bool first = true;
		if (hs_ecl_sign(p, "+"))
			return history(p, sub);
		if (!about(p, sub, &what))
			return false;
		do {
			*end = one_filter(p, what, first);
			if (!*end)
				return false;
			end = &(*end)->next;
			first = false;
		} while (hs_ecl_sign(p, ","));
		if (!hs_ecl_sign(p, "}}")) {
			hs_ecl_expected(p, "}} or another condition");
			return false;
		}
	}
	return true;
}
