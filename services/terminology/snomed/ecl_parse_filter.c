/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing ECL: filters on concepts, texts and members, and history supplements (sections 6.7 to 6.11). */
#include "ecl_tree.h"

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

/* true, false, 1, 0, or * for both (the last is of ECL 2.3). */
static bool read_states(struct ecl_parser *p, struct ecl_filter *f)
{
	struct hs_slice digits = HS_S_NONE;
	bool active = false;
	size_t from;

	hs_ecl_blanks(p);
	from = p->at;
	if (hs_ecl_sign(p, "*")) {
		f->states = ECL_ACTIVE | ECL_RETIRED;
		return true;
	}
	bool read = hs_ecl_boolean(p, &active);
	if (!read && hs_ecl_digits(p, &digits) && digits.len == 1 && digits.ptr[0] <= '1') {
		active = digits.ptr[0] == '1';
		read = true;
	}
	if (read) {
		f->states = active == (f->comparison == ECL_EQUAL) ? ECL_ACTIVE : ECL_RETIRED;
		return true;
	}
	p->at = from;
	hs_ecl_expected(p, "true, false, 1, 0 or *");
	return false;
}

/* A field of a member: what it may be compared with is told by the value. */
static bool field_value(struct ecl_parser *p, struct ecl_filter *f)
{
	f->on = ECL_ON_FIELD;
	if (!hs_ecl_comparison(p, &f->comparison))
		return false;
	bool equality = f->comparison == ECL_EQUAL || f->comparison == ECL_UNEQUAL;
	if (hs_ecl_sign(p, "#")) {
		f->value = ECL_VALUE_NUMBER;
		return hs_ecl_number(p, &f->number);
	}
	if (hs_ecl_sees_terms(p)) {
		f->value = equality ? ECL_VALUE_TEXT : ECL_VALUE_TIME;
		f->texts = equality ? hs_ecl_search_terms(p) : hs_ecl_values(p, ECL_ON_TIME, false);
		return f->texts != NULL;
	}
	if (!equality) {
		hs_ecl_expected(p, "#number or a date like \"20260131\"");
		return false;
	}
	if (hs_ecl_boolean(p, &f->yes)) {
		f->value = ECL_VALUE_BOOLEAN;
		return true;
	}
	f->value = ECL_VALUE_SET;
	f->set = hs_ecl_concepts(p);
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
		return read_states(p, f);
	if (c->on == ECL_ON_TERM)
		f->texts = hs_ecl_search_terms(p);
	else if (c->by_id && c->on != ECL_ON_DIALECT)
		f->set = hs_ecl_concepts(p);
	else
		f->texts = hs_ecl_values(p, c->on, c->by_id);
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
	if (!hs_ecl_name(p, "", &f->field))
		return hs_ecl_expected(p, "the name of a field, moduleId, effectiveTime or active");
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

/* The letter may stand right before the first condition ({{Cactive = 1}}): it is one when the rest is. */
static bool takes_letter(struct ecl_parser *p, const char *letter, enum ecl_about about)
{
	size_t from;

	if (hs_ecl_word(p, letter))
		return true;
	hs_ecl_blanks(p);
	from = p->at;
	if (find_condition(p, ECL_ABOUT_TEXT) ||
		!hs_slice_ieq(hs_slice_first(hs_slice_from(p->text, p->at), 1), hs_slice_cstr(letter))) {
		p->at = from;
		return false;
	}
	p->at = from + 1;
	bool found = find_condition(p, about) != NULL;
	p->at = found ? from + 1 : from;
	return found;
}

static bool about(struct ecl_parser *p, const struct ecl_node *sub, enum ecl_about *out)
{
	*out = takes_letter(p, "C", ECL_ABOUT_CONCEPT) ? ECL_ABOUT_CONCEPT :
		takes_letter(p, "M", ECL_ABOUT_MEMBER) ? ECL_ABOUT_MEMBER :
							 ECL_ABOUT_TEXT;
	if (*out == ECL_ABOUT_TEXT)
		takes_letter(p, "D", ECL_ABOUT_TEXT);
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
