/* SPDX-License-Identifier: Apache-2.0 */
/* Answering ECL: refinements. What attributes name is found once, as sets; then each concept that is left is
 * asked. Where some attribute must be there, its values tell which concepts to ask at all. */
#include "ecl_tree.h"

/* ---- preparing ---- */

enum hs_status hs_ecl_prepare_refinement(struct ecl_eval *e, struct ecl_refinement *r)
{
	struct ecl_attribute *a = &r->attribute;
	enum hs_status status;

	if (r->kind == ECL_GROUP)
		return hs_ecl_prepare_refinement(e, r->left);
	if (r->kind != ECL_ATTRIBUTE) {
		status = hs_ecl_prepare_refinement(e, r->left);
		return status ? status : hs_ecl_prepare_refinement(e, r->right);
	}
	status = hs_ecl_set(e, a->name, &a->types);
	if (status == HS_OK && a->kind == ECL_VALUE_SET)
		status = hs_ecl_set(e, a->set, &a->values);
	return status;
}

/* ---- concrete values ---- */

static bool is_negative(struct hs_slice *s)
{
	bool negative = s->len && s->ptr[0] == '-';

	if (s->len && (s->ptr[0] == '-' || s->ptr[0] == '+'))
		*s = hs_slice_from(*s, 1);
	return negative;
}

static int compare_magnitudes(struct hs_slice a, struct hs_slice b)
{
	struct hs_slice whole_a = hs_slice_cut(&a, '.'), whole_b = hs_slice_cut(&b, '.');

	while (whole_a.len && whole_a.ptr[0] == '0')
		whole_a = hs_slice_from(whole_a, 1);
	while (whole_b.len && whole_b.ptr[0] == '0')
		whole_b = hs_slice_from(whole_b, 1);
	while (a.len && a.ptr[a.len - 1] == '0')
		a.len--;
	while (b.len && b.ptr[b.len - 1] == '0')
		b.len--;
	if (whole_a.len != whole_b.len)
		return whole_a.len < whole_b.len ? -1 : 1;
	int order = hs_slice_cmp(whole_a, whole_b);
	return order ? order : hs_slice_cmp(a, b);
}

/* Decimals as they are written, without loss. */
int hs_ecl_compare_numbers(struct hs_slice a, struct hs_slice b)
{
	bool minus_a = is_negative(&a), minus_b = is_negative(&b);
	int order = compare_magnitudes(a, b);

	if (minus_a == minus_b)
		return minus_a ? -order : order;
	if (compare_magnitudes(a, HS_S("0")) == 0 && compare_magnitudes(b, HS_S("0")) == 0)
		return 0;
	return minus_a ? -1 : 1;
}

bool hs_ecl_holds(enum ecl_comparison comparison, int order)
{
	switch (comparison) {
	case ECL_EQUAL:
		return order == 0;
	case ECL_UNEQUAL:
		return order != 0;
	case ECL_LESS:
		return order < 0;
	case ECL_LESS_EQUAL:
		return order <= 0;
	case ECL_MORE:
		return order > 0;
	default:
		return order >= 0;
	}
}

static bool value_fits(struct ecl_eval *e, const struct ecl_attribute *a, const struct tx_sct_attribute *row)
{
	struct hs_slice text;

	if (a->kind == ECL_VALUE_SET)
		return row->kind == TX_SCT_CONCEPT &&
			hs_tx_bits_has(a->values, row->value) == (a->comparison == ECL_EQUAL);
	if (row->kind == TX_SCT_CONCEPT)
		return false;
	text = hs_tx_sct_value(e->s.layer, row->value);
	if (a->kind == ECL_VALUE_NUMBER)
		return row->kind == TX_SCT_NUMBER &&
			hs_ecl_holds(a->comparison, hs_ecl_compare_numbers(text, a->number));
	if (a->kind == ECL_VALUE_BOOLEAN)
		return row->kind == TX_SCT_BOOLEAN &&
			(hs_slice_ieq(text, HS_S("true")) == a->yes) == (a->comparison == ECL_EQUAL);
	return row->kind == TX_SCT_STRING &&
		hs_ecl_text_matches(e->arena, a->texts, text) == (a->comparison == ECL_EQUAL);
}

/* ---- one concept ---- */

struct rows {
	const struct tx_sct_attribute *first;
	size_t count;
	uint32_t concept;
};

static uint32_t count_reverse(struct ecl_eval *e, const struct ecl_attribute *a, uint32_t concept)
{
	size_t count;
	const uint32_t *uses = hs_tx_sct_uses(e->s.layer, concept, &count);
	uint32_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct tx_sct_attribute *row = &TX_BIG(e->s.layer)->sct->attributes[uses[i]];
		found += hs_tx_bits_has(a->types, row->type) &&
			hs_tx_bits_has(a->values, row->source) == (a->comparison == ECL_EQUAL);
	}
	return found;
}

static bool attribute_holds(struct ecl_eval *e, const struct ecl_attribute *a, const struct rows *rows)
{
	uint32_t found = 0;

	if (a->reverse)
		found = count_reverse(e, a, rows->concept);
	for (size_t i = 0; i < rows->count && !a->reverse; i++)
		found += hs_tx_bits_has(a->types, rows->first[i].type) && value_fits(e, a, &rows->first[i]);
	return found >= a->least && found <= a->most;
}

static bool holds(struct ecl_eval *e, const struct ecl_refinement *r, const struct rows *rows);

/* Rows of one group stand together. Group 0 is none: what is not grouped is in no group with others. */
static bool groups_hold(struct ecl_eval *e, const struct ecl_refinement *r, const struct rows *rows)
{
	uint32_t found = 0;

	for (size_t from = 0, to; from < rows->count; from = to) {
		for (to = from + 1; to < rows->count && rows->first[to].group == rows->first[from].group;
			to++)
			;
		struct rows group = { rows->first + from, to - from, rows->concept };
		if (rows->first[from].group)
			found += holds(e, r->left, &group);
	}
	return found >= r->least && found <= r->most;
}

static bool holds(struct ecl_eval *e, const struct ecl_refinement *r, const struct rows *rows)
{
	switch (r->kind) {
	case ECL_ATTRIBUTE:
		return attribute_holds(e, &r->attribute, rows);
	case ECL_GROUP:
		return groups_hold(e, r, rows);
	case ECL_ALL_OF:
		return holds(e, r->left, rows) && holds(e, r->right, rows);
	default:
		return holds(e, r->left, rows) || holds(e, r->right, rows);
	}
}

/* ---- the set ---- */

#define WORTH 4u /* a set that small (a quarter of all values) is asked for its users */

/* Narrows the set to the users of the values that every member must have. */
static enum hs_status narrow(struct ecl_eval *e, const struct ecl_refinement *r, struct tx_bits set)
{
	const struct ecl_attribute *a = &r->attribute;
	struct tx_bits users = { NULL, 0 };

	if (r->kind == ECL_GROUP)
		return r->least ? narrow(e, r->left, set) : HS_OK;
	if (r->kind == ECL_ALL_OF) {
		enum hs_status status = narrow(e, r->left, set);
		return status ? status : narrow(e, r->right, set);
	}
	if (r->kind != ECL_ATTRIBUTE || !a->least || a->kind != ECL_VALUE_SET || a->reverse ||
		a->comparison != ECL_EQUAL || hs_tx_bits_total(a->values) > e->count / WORTH)
		return HS_OK;
	enum hs_status status = hs_ecl_new_set(e, &users);
	if (status)
		return status;
	TX_BITS_EACH(value, a->values)
	{
		size_t count;
		const uint32_t *uses = hs_tx_sct_uses(e->s.layer, value, &count);
		for (size_t i = 0; i < count; i++) {
			const struct tx_sct_attribute *row = &TX_BIG(e->s.layer)->sct->attributes[uses[i]];
			if (hs_tx_bits_has(a->types, row->type))
				hs_tx_bits_add(users, row->source);
		}
	}
	hs_tx_bits_and(set, users);
	return HS_OK;
}

enum hs_status hs_ecl_refine(struct ecl_eval *e, struct ecl_refinement *r, struct tx_bits set)
{
	enum hs_status status = hs_ecl_prepare_refinement(e, r);

	if (status == HS_OK)
		status = narrow(e, r, set);
	for (uint32_t at = status ? UINT32_MAX : hs_tx_bits_next(set, 0); at != UINT32_MAX;
		at = hs_tx_bits_next(set, at + 1)) {
		struct rows rows = { .concept = at };
		rows.first = hs_tx_sct_attributes(e->s.layer, at, &rows.count);
		if (!holds(e, r, &rows))
			set.words[at / 64] &= ~((uint64_t)1 << (at % 64));
	}
	return status;
}
