/* SPDX-License-Identifier: Apache-2.0 */
/* The concept model's ranges: which values an attribute may have (MRCM Attribute Range Reference Set;
 * concrete values as in the template syntax, "concreteValueReplacement"). */
#include "concept_model.h"

#include "../compile/concept.h"
#include "../text/decimal.h"
#include "ecl_tree.h"

#define SHOWN 80u /* so much of a constraint */

/* ---- concrete values ---- */

/* #number, behind < or > when that bound does not count. */
static bool read_bound(struct hs_slice *text, struct hs_slice *number, bool *open)
{
	size_t n = 0;

	*open = text->len && (text->ptr[0] == '<' || text->ptr[0] == '>');
	if (*open)
		*text = hs_slice_from(*text, 1);
	if (text->len && text->ptr[0] == '=')
		*text = hs_slice_from(*text, 1), *open = false;
	if (!text->len || text->ptr[0] != '#')
		return false;
	*text = hs_slice_from(*text, 1);
	while (n < text->len &&
		(hs_ecl_is_digit(text->ptr[n]) || (n == 0 && (text->ptr[n] == '-' || text->ptr[n] == '+')) ||
			(text->ptr[n] == '.' && n + 1 < text->len && hs_ecl_is_digit(text->ptr[n + 1]))))
		n++;
	*number = hs_slice_first(*text, n);
	*text = hs_slice_from(*text, n);
	return n > 0;
}

/* dec(>#0..), int(#1..#5), dec(#1 #2.5): is the number among them? */
static bool is_in_numbers(struct hs_slice list, struct hs_slice number)
{
	if (!hs_slice_trim(list).len)
		return true;
	while (list.len) {
		struct hs_slice low = HS_S_NONE, high = HS_S_NONE;
		bool low_open = false, high_open = false;
		if (list.ptr[0] == ' ' || list.ptr[0] == ',') {
			list = hs_slice_from(list, 1);
			continue;
		}
		bool has_low = read_bound(&list, &low, &low_open), has_high = has_low;
		bool range = hs_slice_starts(list, HS_S(".."));
		if (range) {
			list = hs_slice_from(list, 2);
			has_high = read_bound(&list, &high, &high_open);
		} else
			high = low;
		if (!has_low && !range)
			return true; /* a notation that is not known: nothing is said against the value */
		int above = has_low ? hs_tx_decimal_cmp(number, low) : 1,
		    below = has_high ? hs_tx_decimal_cmp(number, high) : -1;
		if ((above > 0 || (above == 0 && !low_open)) && (below < 0 || (below == 0 && !high_open)))
			return true;
	}
	return false;
}

/* str("a" "b") */
static bool is_in_texts(struct hs_slice list, struct hs_slice text)
{
	bool any = false;

	while (list.ptr && list.len) {
		size_t open = hs_slice_find(list, '"', 0);
		size_t end = open == SIZE_MAX ? SIZE_MAX : hs_slice_find(list, '"', open + 1);
		if (end == SIZE_MAX)
			break;
		any = true;
		if (hs_slice_eq(hs_slice(list.ptr + open + 1, end - open - 1), text))
			return true;
		list = hs_slice_from(list, end + 1);
	}
	return !any;
}

static bool is_in_range(const struct model *m, const struct model_rule *rule, const struct tx_part *part)
{
	static const struct {
		const char *begin;
		enum tx_sct_kind kind;
	} concrete[] = { { "dec", TX_SCT_NUMBER }, { "int", TX_SCT_NUMBER }, { "str", TX_SCT_STRING },
		{ "bool", TX_SCT_BOOLEAN } };
	struct hs_slice range = hs_model_field(m, rule, "rangeConstraint");
	bool whole = hs_slice_find(part->text, '.', 0) == SIZE_MAX;

	for (size_t i = 0; i < sizeof(concrete) / sizeof(concrete[0]); i++) {
		if (!hs_slice_starts(range, hs_slice_cstr(concrete[i].begin)))
			continue;
		size_t open = hs_slice_find(range, '(', 0);
		struct hs_slice list = open == SIZE_MAX ? HS_S_NONE : hs_slice_from(range, open + 1);
		if (list.len && list.ptr[list.len - 1] == ')')
			list.len--;
		if (part->kind != concrete[i].kind || (i == 1 && !whole))
			return false;
		return part->kind == TX_SCT_NUMBER  ? is_in_numbers(list, part->text) :
			part->kind == TX_SCT_STRING ? is_in_texts(list, part->text) :
						      true;
	}
	if (!range.len)
		return true;
	if (part->kind != TX_SCT_CONCEPT)
		return false;
	const struct tx_form *form = part->inner ? part->inner : hs_tx_form_of(m->arena, m->s, part->value);
	return form && hs_model_satisfies(m, rule, range, form);
}

/* ---- rules ---- */

static struct hs_slice shown(const struct model *m, const struct tx_part *part)
{
	return part->kind == TX_SCT_CONCEPT ? hs_tx_sct_name(m->arena, m->s, part->value) :
					      hs_slice_first(part->text, 60);
}

/* attributeRule says over again what the rules about the attribute's domains say, so it is asked where there
 * are none of those. */
static void check_whole_rule(const struct model *m, const struct model_rule *rule, const struct tx_part *part)
{
	struct model_rule domains[MODEL_RULES_MAX];
	struct hs_slice constraint = hs_model_field(m, rule, "attributeRule");

	if (!constraint.len || hs_model_rules(m, MODEL_ATTRIBUTES, part->type, domains) ||
		hs_model_satisfies(m, rule, constraint, m->form))
		return;
	hs_model_broken(m, rule, part->at, TX_MSG_OWN_MODEL_RULE,
		(struct tx_args) {
			{ hs_tx_sct_name(m->arena, m->s, part->type), hs_slice_first(constraint, SHOWN),
				hs_tx_sct_name(m->arena, m->s, m->form->focus[0]) } });
}

void hs_model_check_range(const struct model *m, const struct tx_part *part)
{
	struct model_rule rules[MODEL_RULES_MAX];
	const struct model_rule *broken[MODEL_STRENGTHS] = { NULL, NULL };
	bool kept[MODEL_STRENGTHS] = { false, false };
	size_t count = hs_model_rules(m, MODEL_RANGES, part->type, rules);

	for (size_t i = 0; i < count; i++) {
		if (!is_in_range(m, &rules[i], part)) {
			broken[rules[i].strength] = &rules[i];
			continue;
		}
		if (!kept[rules[i].strength])
			check_whole_rule(m, &rules[i], part);
		kept[rules[i].strength] = true;
	}
	for (unsigned i = 0; i < MODEL_STRENGTHS; i++)
		if (broken[i] && !kept[i])
			hs_model_broken(m, broken[i], part->at, TX_MSG_OWN_MODEL_RANGE,
				(struct tx_args) { { hs_tx_sct_name(m->arena, m->s, part->type),
					hs_slice_first(hs_model_field(m, broken[i], "rangeConstraint"),
						SHOWN),
					shown(m, part) } });
}
