/* SPDX-License-Identifier: Apache-2.0 */
/* $compare by definition. It tells something of sets without imports and excludes, code system by code
 * system:
 *
 *   this       | other      | tells
 *   -----------+------------+------------------------------------------------
 *   the same rules, in any order  | the same codes
 *   a list     | a list     | by the codes of the lists that exist
 *   is-a X     | is-a Y     | by the places of X and Y, in one version of the system
 *
 * Sets of active codes only tell just the first of these, and nothing to a set that holds others too. */
#include "compare.h"

#include "../sets/expansion.h"

#define SYSTEMS_MAX 100u
#define RULES_MAX 63u /* of one system, in one set */

static const struct tx_rule_row *rules_of(struct tx_set set)
{
	return &set.layer->rules[set.row->rule_first];
}

static bool is_simple(struct tx_set set)
{
	for (uint32_t i = 0; i < set.row->rule_count; i++) {
		const struct tx_rule_row *rule = &rules_of(set)[i];
		if (rule->flags & TX_RULE_EXCLUDE || rule->import_count || !rule->system.len)
			return false;
	}
	return set.row->rule_count > 0;
}

static bool same_filter(struct tx_set a, const struct tx_filter_row *x, struct tx_set b,
	const struct tx_filter_row *y)
{
	return hs_slice_eq(tx_text(a.layer, x->property), tx_text(b.layer, y->property)) &&
		hs_slice_eq(tx_text(a.layer, x->op), tx_text(b.layer, y->op)) &&
		hs_slice_eq(tx_text(a.layer, x->value), tx_text(b.layer, y->value));
}

/* Whether each filter of `x` is one of `y` too. */
static bool filters_within(struct tx_set a, const struct tx_rule_row *x, struct tx_set b,
	const struct tx_rule_row *y)
{
	for (uint32_t i = 0; i < x->filter_count; i++) {
		bool found = false;
		for (uint32_t k = 0; k < y->filter_count && !found; k++)
			found = same_filter(a, &a.layer->filters[x->filter_first + i], b,
				&b.layer->filters[y->filter_first + k]);
		if (!found)
			return false;
	}
	return true;
}

static bool picks_within(struct tx_set a, const struct tx_rule_row *x, struct tx_set b,
	const struct tx_rule_row *y)
{
	const uint32_t *order_a = a.layer->picks_by_code + x->pick_first,
		       *order_b = b.layer->picks_by_code + y->pick_first;
	uint32_t k = 0;

	for (uint32_t i = 0; i < x->pick_count; i++) {
		struct hs_slice code = tx_text(a.layer, a.layer->picks[order_a[i]].code);
		while (k < y->pick_count &&
			hs_slice_cmp(tx_text(b.layer, b.layer->picks[order_b[k]].code), code) < 0)
			k++;
		if (k == y->pick_count ||
			!hs_slice_eq(tx_text(b.layer, b.layer->picks[order_b[k]].code), code))
			return false;
	}
	return true;
}

static bool same_system(struct tx_set a, const struct tx_rule_row *x, struct tx_set b,
	const struct tx_rule_row *y)
{
	return hs_slice_eq(tx_text(a.layer, x->system), tx_text(b.layer, y->system));
}

static bool is_whole(const struct tx_rule_row *rule)
{
	return !rule->filter_count && !(rule->flags & TX_RULE_ENUM);
}

static struct tx_system system_of(const struct tx_compare *t, struct tx_set set,
	const struct tx_rule_row *rule)
{
	return hs_tx_resolve_rule(t->ctx, set, rule).system;
}

static struct hs_slice version_of(const struct tx_compare *t, struct tx_set set,
	const struct tx_rule_row *rule)
{
	return hs_tx_compare_version(t, system_of(t, set, rule), tx_text(set.layer, rule->version));
}

/* The whole of a system is taken for the same in all its versions: what a set means by it moves with them. A
 * filter may choose other codes in another version. */
static bool same_version(const struct tx_compare *t, const struct tx_rule_row *x, const struct tx_rule_row *y)
{
	if (t->policy == TX_COMPARE_NEVER)
		return true;
	if (is_whole(x) && is_whole(y))
		return hs_slice_eq(version_of(t, t->self, x), version_of(t, t->other, y));
	return hs_slice_eq(tx_text(t->self.layer, x->version), tx_text(t->other.layer, y->version));
}

/* `x` of this, `y` of the other. */
static bool same_rule(const struct tx_compare *t, const struct tx_rule_row *x, const struct tx_rule_row *y)
{
	struct tx_set a = t->self, b = t->other;

	return same_system(a, x, b, y) && same_version(t, x, y) &&
		(x->flags & TX_RULE_ENUM) == (y->flags & TX_RULE_ENUM) && filters_within(a, x, b, y) &&
		filters_within(b, y, a, x) && picks_within(a, x, b, y) && picks_within(b, y, a, x);
}

/* The rules of one code system in both sets; one more than RULES_MAX stands for too many. */
struct both {
	const struct tx_rule_row *self[RULES_MAX + 1], *other[RULES_MAX + 1];
	size_t self_count, other_count;
};

static size_t gather(struct tx_set set, struct tx_set from, const struct tx_rule_row *like,
	const struct tx_rule_row **out)
{
	size_t n = 0;

	for (uint32_t i = 0; i < set.row->rule_count && n <= RULES_MAX; i++)
		if (same_system(set, &rules_of(set)[i], from, like))
			out[n++] = &rules_of(set)[i];
	return n;
}

/* Has each rule of one set one that says the same in the other? */
static bool all_matched(const struct tx_compare *t, const struct both *b)
{
	uint64_t met = 0;

	for (size_t i = 0; i < b->self_count; i++) {
		bool found = false;
		for (size_t k = 0; k < b->other_count; k++)
			if (same_rule(t, b->self[i], b->other[k])) {
				found = true;
				met |= UINT64_C(1) << k;
			}
		if (!found)
			return false;
	}
	return met == (UINT64_C(1) << b->other_count) - 1;
}

/* The codes of a list that exist: a value set has no others. Where the system is not known, or not known
 * whole, they are taken at their word. */
static struct tx_compared *picked(struct tx_compare *t, struct tx_set set, const struct tx_rule_row *rule,
	size_t *count)
{
	struct tx_compared *list = hs_arena_array(t->ctx->arena, rule->pick_count + 1, sizeof(*list));
	struct tx_system s = system_of(t, set, rule);
	struct hs_slice version = hs_tx_compare_version(t, s, tx_text(set.layer, rule->version));

	*count = 0;
	for (uint32_t i = 0; list && i < rule->pick_count; i++) {
		const struct tx_pick_row *pick =
			&set.layer->picks[set.layer->picks_by_code[rule->pick_first + i]];
		struct hs_slice code = tx_text(set.layer, pick->code);
		uint32_t concept = s.row ? hs_tx_find_code(t->ctx->arena, s, code, NULL) : TX_NONE;
		if (concept != TX_NONE)
			code = hs_tx_code(s, concept);
		else if (s.row && s.row->content == TX_CONTENT_COMPLETE)
			continue;
		list[(*count)++] = (struct tx_compared) { tx_text(set.layer, rule->system), code, version };
	}
	return list;
}

/* The code of a rule that is one is-a filter, or empty. */
static struct hs_slice is_a_code(struct tx_set set, const struct tx_rule_row *rule)
{
	const struct tx_filter_row *filter = &set.layer->filters[rule->filter_first];

	if (rule->filter_count != 1 || !hs_slice_eq(tx_text(set.layer, filter->op), HS_S("is-a")) ||
		!hs_slice_eq(tx_text(set.layer, filter->property), HS_S("concept")))
		return HS_S_NONE;
	return tx_text(set.layer, filter->value);
}

/* Two subtrees of a plain tree lie in one another or apart. */
static bool compare_subtrees(struct tx_compare *t, const struct tx_rule_row *x, const struct tx_rule_row *y)
{
	struct hs_slice a = is_a_code(t->self, x), b = is_a_code(t->other, y);
	struct tx_system s = system_of(t, t->self, x);

	if (!a.len || !b.len || !same_version(t, x, y))
		return false;
	if (!s.row || s.row->head.flags & TX_GRAPH)
		return false;
	uint32_t first = hs_tx_find_code(t->ctx->arena, s, a, NULL);
	uint32_t second = hs_tx_find_code(t->ctx->arena, s, b, NULL);
	if (first == TX_NONE || second == TX_NONE)
		return false;
	bool up = hs_tx_is_below(s, second, first), down = hs_tx_is_below(s, first, second);
	t->found.common |= up || down;
	t->found.missing |= !down;
	t->found.extra |= !up;
	return true;
}

static bool is_list(const struct tx_rule_row *rule)
{
	return rule->flags & TX_RULE_ENUM && !rule->filter_count;
}

/* Has the rule a code that is meant to be told? A filter may let nothing through, so all but lists are asked
 * by expanding the rule alone; what cannot be expanded is taken to have some. */
static bool has_codes(struct tx_compare *t, struct tx_set set, const struct tx_rule_row *rule, bool active)
{
	struct tx_set_row *alone = hs_arena_alloc(t->ctx->arena, sizeof(*alone));
	struct tx_expansion *x = NULL;
	struct hs_error err;
	size_t count = 1;

	if (is_list(rule) && !active) {
		picked(t, set, rule, &count);
		return count > 0;
	}
	if (!alone || !system_of(t, set, rule).row)
		return true;
	*alone = *set.row;
	alone->rule_first = (uint32_t)(rule - set.layer->rules);
	alone->rule_count = 1;
	t->ctx->set = (struct tx_set) { set.layer, alone };
	bool told = hs_tx_expansion_make(t->ctx, &x, &err) == HS_OK;
	t->ctx->failure = NULL;
	return !told || x->count > 0;
}

static bool have_codes(struct tx_compare *t, struct tx_set set, const struct tx_rule_row *const *rules,
	size_t count, bool active)
{
	for (size_t i = 0; i < count; i++)
		if (has_codes(t, set, rules[i], active))
			return true;
	return false;
}

/* True when the rules of one system tell how the sets lie to one another; with `active` only sets that are
 * written alike tell it. */
static bool compare_system(struct tx_compare *t, const struct both *b, bool active)
{
	if (b->self_count > RULES_MAX || b->other_count > RULES_MAX)
		return false;
	if (!b->self_count || !b->other_count) {
		t->found.missing |= have_codes(t, t->self, b->self, b->self_count, active);
		t->found.extra |= have_codes(t, t->other, b->other, b->other_count, active);
		return true;
	}
	const struct tx_rule_row *x = b->self[0], *y = b->other[0];
	bool single = b->self_count == 1 && b->other_count == 1;
	if (single && !active && is_list(x) && is_list(y)) {
		size_t self_count, other_count;
		const struct tx_compared *self = picked(t, t->self, x, &self_count);
		const struct tx_compared *other = picked(t, t->other, y, &other_count);
		if (self && other)
			hs_tx_compare_lists(t, self, self_count, other, other_count);
		return self && other;
	}
	if (all_matched(t, b)) {
		t->found.common = true; /* what is written alike is the same, whether or not it has codes */
		return true;
	}
	return single && !active && compare_subtrees(t, x, y);
}

static bool seen_before(struct tx_set set, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (same_system(set, &rules_of(set)[i], set, &rules_of(set)[index]))
			return true;
	return false;
}

bool hs_tx_compare_definitions(struct tx_compare *t)
{
	struct both b;

	bool active = t->ctx->params.active_only == TX_YES || tx_only_active(t->self);
	if (t->ctx->params.active_only != TX_YES && tx_only_active(t->self) != tx_only_active(t->other))
		return false;
	if (!is_simple(t->self) || !is_simple(t->other) || t->self.row->rule_count > SYSTEMS_MAX ||
		t->other.row->rule_count > SYSTEMS_MAX)
		return false;
	for (uint32_t i = 0; i < t->self.row->rule_count; i++) {
		const struct tx_rule_row *rule = &rules_of(t->self)[i];
		b.self_count = gather(t->self, t->self, rule, b.self);
		b.other_count = gather(t->other, t->self, rule, b.other);
		if (!seen_before(t->self, i) && !compare_system(t, &b, active))
			return false;
	}
	for (uint32_t i = 0; i < t->other.row->rule_count; i++) {
		const struct tx_rule_row *rule = &rules_of(t->other)[i];
		b.other_count = gather(t->other, t->other, rule, b.other);
		b.self_count = gather(t->self, t->other, rule, b.self);
		if (!b.self_count && !compare_system(t, &b, active))
			return false;
	}
	return true;
}
