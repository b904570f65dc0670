/* SPDX-License-Identifier: Apache-2.0 */
/* Answering ECL about one expression: whether what it means satisfies a constraint. Concepts that the
 * constraint names are sets as always; the expression is held against them by what it means. */
#include "ecl_tree.h"

#include "../compile/concept.h"
#include "../text/decimal.h"
#include "form.h"

struct asker {
	struct ecl_eval e;
	const struct tx_form *form;
	struct tx_bits above; /* the concepts it is below; words NULL: not asked for yet */
};

static enum hs_status matches(struct asker *a, const struct ecl_node *node, bool *out);

/* ---- a set of concepts, and where the expression stands to it ---- */

static bool is_below(const struct asker *a, uint32_t concept)
{
	return hs_tx_bits_has(a->above, concept);
}

static bool is_above(const struct asker *a, uint32_t concept)
{
	return hs_tx_form_has_concept(a->e.arena, a->e.s, a->form, concept);
}

/* Below the concept with nothing between: no child of it has the expression below it too. */
static bool is_child(const struct asker *a, uint32_t concept)
{
	size_t count;
	const uint32_t *children = hs_tx_children(a->e.s, concept, &count);

	for (size_t i = 0; i < count; i++)
		if (is_below(a, children[i]) && !is_above(a, children[i]))
			return false;
	return is_below(a, concept) && !is_above(a, concept);
}

static bool is_parent(const struct asker *a, uint32_t concept)
{
	size_t count;
	const uint32_t *parents = hs_tx_parents(a->e.s, concept, &count);

	if (!is_above(a, concept) || is_below(a, concept))
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_above(a, parents[i]) && !is_below(a, parents[i]))
			return false;
	return true;
}

static bool stands(const struct asker *a, enum ecl_operator operator, uint32_t concept)
{
	switch (operator) {
	case ECL_DESCENDANT:
		return is_below(a, concept) && !is_above(a, concept);
	case ECL_DESCENDANT_SELF:
		return is_below(a, concept);
	case ECL_ANCESTOR:
		return !is_below(a, concept) && is_above(a, concept);
	case ECL_ANCESTOR_SELF:
		return is_above(a, concept);
	case ECL_CHILD:
		return is_child(a, concept);
	case ECL_PARENT:
		return is_parent(a, concept);
	default:
		if ((operator== ECL_CHILD_SELF && is_child(a, concept)) ||
			(operator== ECL_PARENT_SELF && is_parent(a, concept)))
			return true;
		return is_below(a, concept) && is_above(a, concept);
	}
}

static enum hs_status stands_to_some(struct asker *a, enum ecl_operator operator, struct tx_bits set,
	bool *out)
{
	if (!a->above.blocks && !hs_tx_form_above(a->e.arena, a->e.s, a->form, &a->above))
		return hs_tx_no_room(a->e.swedish, a->e.err);
	TX_BITS_EACH(at, set)
	if (stands(a, operator, at)) {
		*out = true;
		break;
	}
	return HS_OK;
}

/* ---- refinements ---- */

struct parts {
	const struct tx_part *first;
	size_t count;
};

static enum hs_status value_fits(struct asker *a, const struct ecl_attribute *want,
	const struct tx_part *part, bool *out)
{
	bool equal = want->comparison == ECL_EQUAL, inside = false;
	struct asker inner = { .e = a->e, .form = part->inner };
	enum hs_status status = HS_OK;

	*out = false;
	if (want->kind == ECL_VALUE_SET) {
		if (part->kind != TX_SCT_CONCEPT)
			return HS_OK;
		if (part->inner)
			status = matches(&inner, want->set, &inside);
		else
			inside = hs_tx_bits_has(want->values, part->value);
		*out = inside == equal;
	} else if (want->kind == ECL_VALUE_NUMBER)
		*out = part->kind == TX_SCT_NUMBER &&
			hs_ecl_holds(want->comparison, hs_tx_decimal_cmp(part->text, want->number));
	else if (want->kind == ECL_VALUE_BOOLEAN)
		*out = part->kind == TX_SCT_BOOLEAN &&
			(hs_slice_ieq(part->text, HS_S("true")) == want->yes) == equal;
	else
		*out = part->kind == TX_SCT_STRING &&
			hs_ecl_text_matches(a->e.arena, want->texts, part->text) == equal;
	return status;
}

/* Of the attributes that fit, those that no other says too; of equal ones the first. */
static uint32_t count_parts(const struct asker *a, struct parts parts, const bool *fits)
{
	uint32_t found = 0;

	for (size_t i = 0; i < parts.count; i++) {
		const struct tx_part *part = &parts.first[i];
		bool redundant = false;
		for (size_t k = 0; k < parts.count && fits[i] && !redundant; k++) {
			const struct tx_part *other = &parts.first[k];
			redundant = k != i && fits[k] &&
				hs_tx_part_implies(a->e.arena, a->e.s, other, part) &&
				(k < i || !hs_tx_part_implies(a->e.arena, a->e.s, part, other));
		}
		found += fits[i] && !redundant;
	}
	return found;
}

static enum hs_status attribute_holds(struct asker *a, const struct ecl_attribute *want, struct parts parts,
	bool *out)
{
	bool *fits = hs_arena_array(a->e.arena, parts.count + 1, sizeof(*fits));
	enum hs_status status = HS_OK;
	uint32_t found = 0;

	if (!fits)
		return hs_tx_no_room(a->e.swedish, a->e.err);
	for (size_t i = 0; i < parts.count && !want->reverse && status == HS_OK; i++) {
		if (hs_tx_bits_has(want->types, parts.first[i].type))
			status = value_fits(a, want, &parts.first[i], &fits[i]);
		found += fits[i];
	}
	if (!hs_ecl_counts_all(want))
		found = count_parts(a, parts, fits);
	*out = found >= want->least && found <= want->most;
	return status;
}

static enum hs_status holds(struct asker *a, const struct ecl_refinement *r, struct parts parts, bool *out);

static enum hs_status groups_hold(struct asker *a, const struct ecl_refinement *r, struct parts parts,
	bool *out)
{
	enum hs_status status = HS_OK;
	uint32_t found = 0;

	for (size_t from = 0, to; from < parts.count && status == HS_OK; from = to) {
		bool fits = false;
		to = hs_tx_form_group_end(parts.first, parts.count, from);
		if (parts.first[from].group)
			status = holds(a, r->left, (struct parts) { parts.first + from, to - from }, &fits);
		found += fits;
	}
	*out = found >= r->least && found <= r->most;
	return status;
}

static enum hs_status holds(struct asker *a, const struct ecl_refinement *r, struct parts parts, bool *out)
{
	bool right = false;

	if (r->kind == ECL_ATTRIBUTE)
		return attribute_holds(a, &r->attribute, parts, out);
	if (r->kind == ECL_GROUP)
		return groups_hold(a, r, parts, out);
	enum hs_status status = holds(a, r->left, parts, out);
	if (status == HS_OK)
		status = holds(a, r->right, parts, &right);
	*out = r->kind == ECL_ALL_OF ? *out && right : *out || right;
	return status;
}

static enum hs_status refined(struct asker *a, const struct ecl_node *node, bool *out)
{
	enum hs_status status = matches(a, node->left, out);

	if (status || !*out)
		return status;
	status = hs_ecl_prepare_refinement(&a->e, node->refinement);
	if (status == HS_OK)
		status = holds(a, node->refinement, (struct parts) { a->form->meant, a->form->meant_count },
			out);
	return status;
}

/* ---- expressions ---- */

/* An expression has no descriptions, is in no reference set, and is active. */
static bool passes_filters(const struct asker *a, const struct ecl_node *sub)
{
	for (const struct ecl_filter *f = sub->filters; f; f = f->next) {
		if (f->about != ECL_ABOUT_CONCEPT)
			return false;
		bool equal = f->comparison == ECL_EQUAL, fits = false;
		if (f->on == ECL_ON_ACTIVE)
			fits = (f->states & ECL_ACTIVE) != 0;
		else if (f->on == ECL_ON_STATUS && !f->set)
			for (const struct ecl_texts *t = f->texts; t; t = t->next)
				fits |= t->number == (a->form->subtype ? 0 : TX_SCT_DEFINED);
		if (f->on == ECL_ON_STATUS && !f->set)
			fits = fits == equal;
		if (!fits)
			return false;
	}
	return true;
}

static enum hs_status sub(struct asker *a, const struct ecl_node *node, bool *out)
{
	struct tx_bits set = { NULL, 0 };
	struct ecl_node members = *node;
	enum hs_status status;

	*out = false;
	if (!passes_filters(a, node) || node->operator== ECL_TOP || node->operator== ECL_BOTTOM)
		return HS_OK;
	if (node->operator== ECL_SELF && !node->member_of && !node->containing)
		return matches(a, node->left, out);
	members.operator= ECL_SELF;
	members.history = ECL_NO_HISTORY;
	if (!node->member_of)
		members.filters = NULL; /* they are for what the operator gives */
	status = hs_ecl_set(&a->e, &members, &set);
	return status ? status : stands_to_some(a, node->operator, set, out);
}

static enum hs_status matches(struct asker *a, const struct ecl_node *node, bool *out)
{
	struct tx_bits set = { NULL, 0 };
	enum hs_status status;
	bool right = false;

	switch (node->kind) {
	case ECL_ANY:
		*out = true;
		return HS_OK;
	case ECL_SUB:
		return sub(a, node, out);
	case ECL_REFINED:
		return refined(a, node, out);
	case ECL_AND:
	case ECL_OR:
	case ECL_MINUS:
		status = matches(a, node->left, out);
		if (status == HS_OK)
			status = matches(a, node->right, &right);
		*out = node->kind == ECL_AND ? *out && right :
			node->kind == ECL_OR ? *out || right :
					       *out && !right;
		return status;
	default: /* concepts: the expression means the same as one of them */
		*out = false;
		status = hs_ecl_set(&a->e, node, &set);
		return status ? status : stands_to_some(a, ECL_SELF, set, out);
	}
}

enum hs_status hs_tx_ecl_form(struct hs_arena *arena, struct tx_system s, struct hs_slice text,
	const struct tx_form *form, bool *out, struct hs_error *err)
{
	struct asker a = { .e = ECL_EVAL(arena, s, err), .form = form };
	struct ecl_node *node = NULL;
	enum hs_status status = hs_tx_ecl_parse(arena, text, false, &node, err);
	bool found = false;

	if (status == HS_OK)
		status = matches(&a, node, &found);
	if (status == HS_OK)
		*out = found;
	return status;
}
