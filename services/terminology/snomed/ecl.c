/* SPDX-License-Identifier: Apache-2.0 */
/* Answering ECL: expressions become sets of concepts, one bit each; operators work on whole sets. */
#include "ecl_tree.h"

#include "../compile/concept.h"
#include "../text/fold.h"
#include "expression.h"

#define STEPS 8u /* to go one way from a concept */

enum hs_status hs_ecl_spend(struct ecl_eval *e, size_t steps)
{
	return tx_spend(e->patience, steps) ? HS_OK : tx_say_spent(e->err);
}

enum hs_status hs_ecl_spend_each(struct ecl_eval *e, struct tx_bits set, size_t steps)
{
	return e->patience ? hs_ecl_spend(e, hs_tx_bits_total(set) * steps) : HS_OK;
}

enum hs_status hs_ecl_new_set(struct ecl_eval *e, struct tx_bits *out)
{
	struct tx_bits bits = hs_tx_bits_new(e->arena, e->count);

	if (!bits.blocks)
		return hs_tx_no_room(e->swedish, e->err);
	*out = bits;
	return HS_OK;
}

/* ---- operators ---- */

static void add_children(struct ecl_eval *e, uint32_t concept, struct tx_bits out)
{
	size_t count;
	const uint32_t *list = hs_tx_children(e->s, concept, &count);

	for (size_t i = 0; i < count; i++)
		hs_tx_bits_add(out, list[i]);
}

static void add_parents(struct ecl_eval *e, uint32_t concept, struct tx_bits out)
{
	size_t count;
	const uint32_t *list = hs_tx_parents(e->s, concept, &count);

	for (size_t i = 0; i < count; i++)
		hs_tx_bits_add(out, list[i]);
}

/* Downwards from each of the set. What is below one that was met before is there already. */
static void add_below(struct ecl_eval *e, struct tx_bits set, bool itself, struct tx_bits out)
{
	TX_BITS_EACH(at, set)
	if (!hs_tx_bits_has(out, at))
		hs_tx_bits_add_below(e->s.layer, out, at, itself);
}

/* Those of the set that have none of it above them. */
static enum hs_status add_top(struct ecl_eval *e, struct tx_bits set, struct tx_bits out)
{
	struct tx_bits below = { NULL, 0 };
	enum hs_status status = hs_ecl_new_set(e, &below);

	if (status)
		return status;
	add_below(e, set, false, below);
	hs_tx_bits_or(out, set);
	hs_tx_bits_minus(out, below);
	return HS_OK;
}

static bool has_below(struct ecl_eval *e, struct tx_bits set, uint32_t concept)
{
	size_t count;
	const struct tx_span *spans = hs_tx_big_spans(e->s.layer, concept, &count);

	for (size_t i = 0; i < count; i++) {
		uint32_t other = hs_tx_bits_next(set, spans[i].from);
		if (other == concept)
			other = hs_tx_bits_next(set, concept + 1);
		if (other < spans[i].to)
			return true;
	}
	return false;
}

/* Those that have none of it below them. */
static enum hs_status add_bottom(struct ecl_eval *e, struct tx_bits set, struct tx_bits out)
{
	TX_BITS_EACH(at, set)
	if (!has_below(e, set, at))
		hs_tx_bits_add(out, at);
	return HS_OK;
}

static enum hs_status add_above(struct ecl_eval *e, struct tx_bits set, struct tx_bits out)
{
	TX_BITS_EACH(at, set)
	if (!hs_tx_bits_has(out, at) && !hs_tx_bits_add_above(e->s.layer, e->arena, out, at))
		return hs_tx_no_room(e->swedish, e->err);
	return HS_OK;
}

static enum hs_status follow(struct ecl_eval *e, enum ecl_operator operator, struct tx_bits set,
	struct tx_bits out)
{
	enum hs_status status = hs_ecl_spend_each(e, set, STEPS);

	if (status)
		return status;
	switch (operator) {
	case ECL_DESCENDANT:
	case ECL_DESCENDANT_SELF:
		add_below(e, set, operator== ECL_DESCENDANT_SELF, out);
		break;
	case ECL_ANCESTOR:
	case ECL_ANCESTOR_SELF:
		status = add_above(e, set, out);
		break;
	case ECL_TOP:
		return add_top(e, set, out);
	case ECL_BOTTOM:
		return add_bottom(e, set, out);
	default:
		TX_BITS_EACH(at, set)
		if (operator== ECL_CHILD || operator== ECL_CHILD_SELF)
			add_children(e, at, out);
		else
			add_parents(e, at, out);
	}
	if (operator== ECL_CHILD_SELF || operator== ECL_PARENT_SELF || operator== ECL_ANCESTOR_SELF)
		hs_tx_bits_or(out, set);
	return status;
}

/* ---- parts ---- */

static enum hs_status any(struct ecl_eval *e, bool inactive, struct tx_bits out)
{
	return hs_tx_big_add_all(e->s.layer, e->arena, out, inactive) ? HS_OK :
									hs_tx_no_room(e->swedish, e->err);
}

static enum hs_status dot(struct ecl_eval *e, const struct ecl_node *node, struct tx_bits out)
{
	struct tx_bits set = { NULL, 0 }, types = { NULL, 0 };
	enum hs_status status = hs_ecl_set(e, node->left, &set);

	if (status == HS_OK)
		status = hs_ecl_set(e, node->right, &types);
	return status ? status : hs_ecl_add_targets(e, types, set, out);
}

static enum hs_status join(struct ecl_eval *e, const struct ecl_node *node, struct tx_bits *out)
{
	struct tx_bits right = { NULL, 0 };
	enum hs_status status = hs_ecl_set(e, node->left, out);

	if (status == HS_OK)
		status = hs_ecl_set(e, node->right, &right);
	if (status)
		return status;
	if (node->kind == ECL_AND)
		hs_tx_bits_and(*out, right);
	else if (node->kind == ECL_OR)
		hs_tx_bits_or(*out, right);
	else
		hs_tx_bits_minus(*out, right);
	return HS_OK;
}

/* *, also in brackets. */
static bool is_any(const struct ecl_node *node)
{
	while (node->kind == ECL_SUB &&
		node->operator==
		ECL_SELF && !node->member_of && !node->containing && !node->filters && !node->history)
		node = node->left;
	return node->kind == ECL_ANY;
}

/* Focus, then members, then the operator, then filters, then what history adds. */
static enum hs_status sub(struct ecl_eval *e, const struct ecl_node *node, struct tx_bits *out)
{
	struct tx_bits set = { NULL, 0 }, next = { NULL, 0 };
	enum hs_status status = HS_OK;

	if (is_any(node->left) && hs_ecl_wants_inactive(node) && !node->member_of) {
		status = hs_ecl_new_set(e, &set);
		if (status == HS_OK)
			status = any(e, true, set);
	} else
		status = hs_ecl_set(e, node->left, &set);
	if (status == HS_OK && (node->member_of || node->containing)) {
		status = hs_ecl_new_set(e, &next);
		if (status == HS_OK && node->member_of)
			status = hs_ecl_members(e, node, set, next);
		else if (status == HS_OK)
			status = hs_ecl_containing(e, set, next);
		set = next;
	}
	if (status == HS_OK && node->operator!= ECL_SELF) {
		status = hs_ecl_new_set(e, &next);
		if (status == HS_OK)
			status = follow(e, node->operator, set, next);
		set = next;
	}
	if (status == HS_OK && node->filters)
		status = hs_ecl_filter(e, node, set);
	if (status == HS_OK && node->history)
		status = hs_ecl_history(e, node, set);
	if (status == HS_OK)
		*out = set;
	return status;
}

static enum hs_status one_concept(struct ecl_eval *e, const struct ecl_node *node, struct tx_bits out)
{
	uint32_t found = hs_tx_big_code(e->s.layer, node->code);

	if (found == UINT32_MAX)
		return hs_tx_say(e->err, HS_E_VALUE, e->swedish, TX_MSG_ECL_NO_CONCEPT, HS_S_NONE,
			TX_ARGS(node->code, TX_SYSTEM_VERSION(e->s)));
	hs_tx_bits_add(out, found);
	if (node->term.len && e->remarks && !hs_tx_sct_has_term(e->arena, e->s, found, node->term)) {
		struct tx_concept meant = hs_tx_concept(e->s, found);
		hs_tx_remark(e->remarks,
			(struct tx_remark) { .id = TX_MSG_OWN_CONSTRAINT_TERM,
				.args = { { node->term, meant.code, meant.display } } });
	}
	return HS_OK;
}

/* A scheme is known by its alias: its terms have the alias's words. */
static bool scheme_fits(struct ecl_eval *e, uint32_t scheme, struct hs_slice alias)
{
	struct hs_arena_mark mark = hs_arena_mark(e->arena);
	struct tx_bits one = { NULL, 0 }, found = { NULL, 0 };
	bool fits = scheme < e->count && hs_ecl_new_set(e, &one) == HS_OK;

	if (fits)
		hs_tx_bits_add(one, scheme);
	fits = fits &&
		hs_tx_big_search(e->s.layer, e->arena, hs_tx_fold(e->arena, alias), one, NULL, &found) &&
		hs_tx_bits_has(found, scheme);
	hs_arena_rollback(e->arena, mark);
	return fits;
}

static enum hs_status alternate(struct ecl_eval *e, const struct ecl_node *node, struct tx_bits out)
{
	size_t count;
	const struct tx_sct_identifier *list = hs_tx_sct_identifiers(e->s.layer, node->code, &count);
	bool found = false;

	for (size_t i = 0; i < count; i++)
		if (scheme_fits(e, list[i].scheme, node->scheme)) {
			hs_tx_bits_add(out, list[i].concept);
			found = true;
		}
	if (found)
		return HS_OK;
	return hs_tx_say(e->err, HS_E_VALUE, e->swedish, TX_MSG_ECL_NO_ALTERNATE, HS_S_NONE,
		TX_ARGS(hs_slice_first(node->scheme, 40), hs_slice_first(node->code, 40),
			TX_SYSTEM_VERSION(e->s)));
}

enum hs_status hs_ecl_set(struct ecl_eval *e, const struct ecl_node *node, struct tx_bits *out)
{
	struct tx_bits set = { NULL, 0 };
	enum hs_status status;

	switch (node->kind) {
	case ECL_SUB:
		return sub(e, node, out);
	case ECL_AND:
	case ECL_OR:
	case ECL_MINUS:
		return join(e, node, out);
	case ECL_REFINED:
		status = hs_ecl_set(e, node->left, &set);
		if (status == HS_OK)
			status = hs_ecl_refine(e, node->refinement, set);
		break;
	default:
		status = hs_ecl_new_set(e, &set);
		if (status == HS_OK)
			status = node->kind == ECL_CONCEPT  ? one_concept(e, node, set) :
				node->kind == ECL_ALTERNATE ? alternate(e, node, set) :
				node->kind == ECL_DOT       ? dot(e, node, set) :
							      any(e, false, set);
	}
	if (status == HS_OK)
		*out = set;
	return status;
}

enum hs_status hs_ecl_answer(struct ecl_eval *e, struct hs_slice text, struct tx_bits *out)
{
	struct ecl_node *node = NULL;
	enum hs_status status = hs_tx_ecl_parse(e->arena, text, e->swedish, &node, e->err);

	return status ? status : hs_ecl_set(e, node, out);
}

enum hs_status hs_tx_ecl(struct hs_arena *arena, struct tx_system s, struct hs_slice text,
	struct tx_bits *out, struct hs_error *err)
{
	struct ecl_eval e = ECL_EVAL(arena, s, err);

	return hs_ecl_answer(&e, text, out);
}
