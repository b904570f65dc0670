/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing ECL: refinements, which are conditions on attributes and on groups of them (sections 6.2 to 6.4).
 */
#include "ecl_tree.h"

/* ---- values ---- */

static bool value(struct ecl_parser *p, struct ecl_attribute *a)
{
	if (hs_ecl_sign(p, "#")) {
		a->kind = ECL_VALUE_NUMBER;
		return hs_ecl_number(p, &a->number);
	}
	if (a->comparison != ECL_EQUAL && a->comparison != ECL_UNEQUAL) {
		hs_ecl_expected(p, "#number");
		return false;
	}
	if (hs_ecl_boolean(p, &a->yes)) {
		a->kind = ECL_VALUE_BOOLEAN;
		return true;
	}
	if (hs_ecl_sees_terms(p)) {
		a->kind = ECL_VALUE_TEXT;
		a->texts = hs_ecl_search_terms(p);
		return a->texts != NULL;
	}
	a->kind = ECL_VALUE_SET;
	a->set = hs_ecl_sub(p);
	return a->set != NULL;
}

/* ---- cardinality: [1..3], [0..*] ---- */

static bool cardinality(struct ecl_parser *p, uint32_t *least, uint32_t *most)
{
	struct hs_slice text;
	uint64_t low = 0, high = UINT32_MAX;

	*least = 1;
	*most = UINT32_MAX;
	if (!hs_ecl_sign(p, "["))
		return true;
	bool right = hs_ecl_integer(p, &text) && hs_slice_u64(text, &low) &&
		(hs_ecl_sign(p, "..") || hs_ecl_word(p, "to"));
	if (right && !hs_ecl_sign(p, "*") && !hs_ecl_word(p, "many"))
		right = hs_ecl_integer(p, &text) && hs_slice_u64(text, &high);
	if (!right || low > high || low >= UINT32_MAX || !hs_ecl_sign(p, "]")) {
		hs_ecl_expected(p, "a cardinality like [0..1] or [1..*]");
		return false;
	}
	*least = (uint32_t)low;
	*most = high > UINT32_MAX ? UINT32_MAX : (uint32_t)high;
	return true;
}

/* ---- conditions ---- */

enum level { IN_REFINEMENT, IN_GROUP };

static struct ecl_refinement *conditions(struct ecl_parser *p, enum level level);

/* R, even right before an identifier. */
static bool reverse_flag(struct ecl_parser *p)
{
	if (hs_ecl_word(p, "R"))
		return true;
	struct hs_slice rest = hs_slice_from(p->text, p->at);
	if (rest.len < 2 || rest.ptr[0] != 'R' || !hs_ecl_is_digit(rest.ptr[1]))
		return false;
	p->at++;
	return true;
}

static struct ecl_refinement *attribute(struct ecl_parser *p, struct ecl_refinement *out)
{
	struct ecl_attribute *a = &out->attribute;

	a->reverse = hs_ecl_word(p, "reverseOf") || reverse_flag(p);
	a->name = hs_ecl_sub(p);
	if (!a->name || !hs_ecl_comparison(p, &a->comparison) || !value(p, a))
		return NULL;
	if (a->reverse && a->kind != ECL_VALUE_SET)
		return hs_ecl_expected(p, "a concept as the source of a reversed attribute");
	return out;
}

static struct ecl_refinement *group(struct ecl_parser *p, struct ecl_refinement *out, enum level level)
{
	if (level == IN_GROUP) {
		p->at--; /* back to the brace */
		return hs_ecl_expected(p, "an attribute: groups do not stand in groups");
	}
	out->kind = ECL_GROUP;
	if (!hs_ecl_enter(p))
		return NULL;
	out->left = conditions(p, IN_GROUP);
	p->depth--;
	if (out->left && !hs_ecl_sign(p, "}"))
		return hs_ecl_expected(p, "}");
	return out->left ? out : NULL;
}

static bool sees_comparison(struct ecl_parser *p)
{
	return hs_ecl_sees(p, "=") || hs_ecl_sees(p, "!=") || hs_ecl_sees(p, "<") || hs_ecl_sees(p, ">") ||
		hs_ecl_sees_word(p, "not");
}

/* "(" opens either a condition or the name of an attribute: what follows the bracket tells, so the first is
 * tried, and the second when it does not parse. NULL without an error: it may be a name; why it is no
 * condition stands in *why. */
static struct ecl_refinement *bracket(struct ecl_parser *p, enum level level, struct hs_error *why)
{
	size_t from = p->at;

	if (!hs_ecl_sign(p, "(") || !hs_ecl_enter(p))
		return NULL;
	struct ecl_refinement *inner = conditions(p, level);
	p->depth--;
	if (inner && hs_ecl_sign(p, ")") && !sees_comparison(p))
		return inner;
	if (p->parts >= TX_ECL_PARTS_MAX)
		return NULL;
	if (inner && !p->err->status)
		hs_ecl_expected(p, ")");
	*why = *p->err;
	*p->err = (struct hs_error) { .status = HS_OK };
	p->at = from;
	return NULL;
}

static struct ecl_refinement *condition(struct ecl_parser *p, enum level level)
{
	struct hs_error why = { .status = HS_OK };
	uint32_t least, most;

	if (hs_ecl_sees(p, "(")) {
		struct ecl_refinement *inner = bracket(p, level, &why);
		if (inner || p->err->status)
			return inner;
	}
	struct ecl_refinement *out = hs_ecl_new(p, sizeof(*out));
	if (!out || !cardinality(p, &least, &most))
		return NULL;
	out->least = out->attribute.least = least;
	out->most = out->attribute.most = most;
	if (hs_ecl_sign(p, "{"))
		return group(p, out, level);
	out->kind = ECL_ATTRIBUTE;
	if (attribute(p, out))
		return out;
	if (why.column > p->err->column) /* of two ways to read it the one that led farther was meant */
		*p->err = why;
	return NULL;
}

static int take_join(struct ecl_parser *p)
{
	if (hs_ecl_sign(p, ",") || hs_ecl_word(p, "AND"))
		return ECL_ALL_OF;
	return hs_ecl_word(p, "OR") ? ECL_ONE_OF : -1;
}

/* Is a group next? */
static bool sees_group(struct ecl_parser *p)
{
	size_t from = p->at, end;
	bool found;

	if (hs_ecl_sees(p, "[")) {
		end = hs_slice_find(p->text, ']', p->at);
		p->at = end == SIZE_MAX ? p->at : end + 1;
	}
	found = hs_ecl_sees(p, "{");
	p->at = from;
	return found;
}

static struct ecl_refinement *join(struct ecl_parser *p, int kind, struct ecl_refinement *left,
	struct ecl_refinement *right)
{
	struct ecl_refinement *both = right ? hs_ecl_new(p, sizeof(*both)) : NULL;

	if (both) {
		both->kind = kind == ECL_ALL_OF ? ECL_ALL_OF : ECL_ONE_OF;
		both->left = left;
		both->right = right;
	}
	return both;
}

/* Attributes joined by the same word: a unit within what joins them with groups. Where both words stand among
 * attributes, brackets are needed. */
static struct ecl_refinement *attribute_set(struct ecl_parser *p, enum level level)
{
	struct ecl_refinement *left = condition(p, level);
	int first = -1;

	while (left) {
		size_t from = p->at;
		int kind = take_join(p);
		if (kind < 0 || sees_group(p)) {
			p->at = from;
			return left;
		}
		if (first >= 0 && kind != first) {
			p->at = from;
			return hs_ecl_expected(p, "a bracket around AND or OR");
		}
		first = kind;
		left = join(p, kind, left, condition(p, level));
	}
	return NULL;
}

static struct ecl_refinement *unit(struct ecl_parser *p, enum level level)
{
	return sees_group(p) ? condition(p, level) : attribute_set(p, level);
}

static struct ecl_refinement *conditions(struct ecl_parser *p, enum level level)
{
	struct ecl_refinement *left = unit(p, level);
	int first = -1;

	while (left) {
		size_t from = p->at;
		int kind = take_join(p);
		if (kind < 0)
			return left;
		if (first >= 0 && kind != first) {
			p->at = from;
			return hs_ecl_expected(p, "a bracket around AND or OR");
		}
		first = kind;
		left = join(p, kind, left, unit(p, level));
	}
	return NULL;
}

struct ecl_refinement *hs_ecl_refinement(struct ecl_parser *p)
{
	return conditions(p, IN_REFINEMENT);
}
