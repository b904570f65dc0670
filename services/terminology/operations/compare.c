/* SPDX-License-Identifier: Apache-2.0 */
/* $compare of two value sets, an operation of HL7's terminology ecosystem: same, superset, subset,
 * overlapping, disjoint. What their definitions tell is told without expanding them; only else are both
 * expanded.
 *
 * Definitions tell something of sets without imports and excludes, code system by code system:
 *
 *   this       | other      | tells
 *   -----------+------------+------------------------------------------------
 *   the same rules, in any order  | the same codes
 *   a list     | a list     | by the codes of the lists
 *   is-a X     | is-a Y     | by the places of X and Y, in one version of the system
 *
 * Sets of active codes only tell just the first of these, and nothing to a set that holds others too. */
#include "../sets/expansion.h"
#include "operations.h"
#include "../compile/tree.h"

#include <stdlib.h>

#define SYSTEMS_MAX 100u

/* What is known so far: a code in both, one in this only, one in the other only. */
struct finding {
	bool common, missing, extra;
};

struct task {
	struct tx_context *ctx;
	struct tx_set self, other;
	struct hs_slice self_name, other_name;
	struct finding found;
	bool active; /* both hold active codes only */
	bool told;   /* the lists below are to be told */
	struct hs_buf common, missing, extra;
};

/* ---- lists of codes ---- */

struct coded {
	struct hs_slice system, code;
	size_t place;
};

static int compare_coded(const void *a, const void *b)
{
	const struct coded *x = a, *y = b;
	int order = hs_slice_cmp(x->code, y->code);

	return order ? order : hs_slice_cmp(x->system, y->system);
}

static bool holds(const struct coded *sorted, size_t count, const struct coded *item)
{
	return count && bsearch(item, sorted, count, sizeof(*sorted), compare_coded);
}

static void add_code(struct hs_buf *list, struct hs_slice code)
{
	if (list->len)
		hs_buf_byte(list, ',');
	hs_buf_add(list, code);
}

/* `self` and `other` in the order to be told; `sorted_...` the same codes sorted. */
static void compare_lists(struct task *t, const struct coded *self, size_t self_count,
	const struct coded *other, size_t other_count)
{
	struct hs_arena *arena = t->ctx->arena;
	struct coded *sorted_self = hs_arena_array(arena, self_count + 1, sizeof(*self));
	struct coded *sorted_other = hs_arena_array(arena, other_count + 1, sizeof(*other));

	if (!sorted_self || !sorted_other)
		return;
	if (self_count)
		memcpy(sorted_self, self, self_count * sizeof(*self));
	if (other_count)
		memcpy(sorted_other, other, other_count * sizeof(*other));
	qsort(sorted_self, self_count, sizeof(*self), compare_coded);
	qsort(sorted_other, other_count, sizeof(*other), compare_coded);
	hs_buf_clear(&t->common);
	hs_buf_clear(&t->missing);
	hs_buf_clear(&t->extra);
	for (size_t i = 0; i < self_count; i++)
		add_code(holds(sorted_other, other_count, &self[i]) ? &t->common : &t->missing, self[i].code);
	for (size_t i = 0; i < other_count; i++)
		if (!holds(sorted_self, self_count, &other[i]))
			add_code(&t->extra, other[i].code);
	t->found.common |= t->common.len > 0;
	t->found.missing |= t->missing.len > 0;
	t->found.extra |= t->extra.len > 0;
	t->told = true;
}

/* ---- by definition ---- */

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

/* The whole of a system is taken for the same in all its versions: what a set means by it moves with them. */
static bool same_version(struct tx_set a, const struct tx_rule_row *x, struct tx_set b,
	const struct tx_rule_row *y)
{
	return (is_whole(x) && is_whole(y)) ||
		hs_slice_eq(tx_text(a.layer, x->version), tx_text(b.layer, y->version));
}

static bool same_rule(struct tx_set a, const struct tx_rule_row *x, struct tx_set b,
	const struct tx_rule_row *y)
{
	return same_system(a, x, b, y) && same_version(a, x, b, y) &&
		(x->flags & TX_RULE_ENUM) == (y->flags & TX_RULE_ENUM) && filters_within(a, x, b, y) &&
		filters_within(b, y, a, x) && picks_within(a, x, b, y) && picks_within(b, y, a, x);
}

/* The rules of one code system in both sets. */
struct both {
	const struct tx_rule_row *self[64], *other[64];
	size_t self_count, other_count;
};

static size_t gather(struct tx_set set, struct tx_set from, const struct tx_rule_row *like,
	const struct tx_rule_row **out)
{
	size_t n = 0;

	for (uint32_t i = 0; i < set.row->rule_count && n < 64; i++)
		if (same_system(set, &rules_of(set)[i], from, like))
			out[n++] = &rules_of(set)[i];
	return n;
}

static bool all_within(struct tx_set a, const struct tx_rule_row *const *x, size_t x_count, struct tx_set b,
	const struct tx_rule_row *const *y, size_t y_count)
{
	for (size_t i = 0; i < x_count; i++) {
		bool found = false;
		for (size_t k = 0; k < y_count && !found; k++)
			found = same_rule(a, x[i], b, y[k]);
		if (!found)
			return false;
	}
	return true;
}

static struct coded *sorted_picks(struct task *t, struct tx_set set, const struct tx_rule_row *rule)
{
	struct coded *list = hs_arena_array(t->ctx->arena, rule->pick_count + 1, sizeof(*list));

	for (uint32_t i = 0; list && i < rule->pick_count; i++)
		list[i] = (struct coded) { tx_text(set.layer, rule->system),
			tx_text(set.layer,
				set.layer->picks[set.layer->picks_by_code[rule->pick_first + i]].code),
			i };
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
static bool compare_subtrees(struct task *t, const struct tx_rule_row *x, const struct tx_rule_row *y)
{
	struct hs_slice a = is_a_code(t->self, x), b = is_a_code(t->other, y),
			url = tx_text(t->self.layer, x->system);
	struct tx_resolved resolved;

	if (!a.len || !b.len || !same_version(t->self, x, t->other, y))
		return false;
	resolved = hs_tx_resolve(t->ctx, url, tx_text(t->self.layer, x->version));
	if (!resolved.system.row || resolved.system.row->head.flags & TX_GRAPH)
		return false;
	uint32_t first = hs_tx_find_code(t->ctx->arena, resolved.system, a, NULL);
	uint32_t second = hs_tx_find_code(t->ctx->arena, resolved.system, b, NULL);
	if (first == TX_NONE || second == TX_NONE)
		return false;
	bool up = hs_tx_is_below(resolved.system, second, first),
	     down = hs_tx_is_below(resolved.system, first, second);
	t->found.common |= up || down;
	t->found.missing |= !down;
	t->found.extra |= !up;
	return true;
}

/* True when the rules of one system tell how the sets lie to one another. */
static bool compare_system(struct task *t, const struct both *b)
{
	if (!b->self_count || !b->other_count) {
		t->found.missing |= b->self_count > 0;
		t->found.extra |= b->other_count > 0;
		return true;
	}
	const struct tx_rule_row *x = b->self[0], *y = b->other[0];
	bool single = b->self_count == 1 && b->other_count == 1;
	if (single && !t->active && x->flags & TX_RULE_ENUM && y->flags & TX_RULE_ENUM && !x->filter_count &&
		!y->filter_count) {
		const struct coded *self = sorted_picks(t, t->self, x), *other = sorted_picks(t, t->other, y);
		if (self && other)
			compare_lists(t, self, x->pick_count, other, y->pick_count);
		return self && other;
	}
	if (all_within(t->self, b->self, b->self_count, t->other, b->other, b->other_count) &&
		all_within(t->other, b->other, b->other_count, t->self, b->self, b->self_count)) {
		t->found.common = true;
		return true;
	}
	return single && !t->active && compare_subtrees(t, x, y);
}

static bool seen_before(struct tx_set set, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (same_system(set, &rules_of(set)[i], set, &rules_of(set)[index]))
			return true;
	return false;
}

static bool compare_definitions(struct task *t)
{
	struct both b;

	t->active = t->ctx->params.active_only == TX_YES || tx_only_active(t->self);
	if (t->ctx->params.active_only != TX_YES && tx_only_active(t->self) != tx_only_active(t->other))
		return false;
	if (!is_simple(t->self) || !is_simple(t->other) || t->self.row->rule_count > SYSTEMS_MAX ||
		t->other.row->rule_count > SYSTEMS_MAX)
		return false;
	for (uint32_t i = 0; i < t->self.row->rule_count; i++) {
		const struct tx_rule_row *rule = &rules_of(t->self)[i];
		b.self_count = gather(t->self, t->self, rule, b.self);
		b.other_count = gather(t->other, t->self, rule, b.other);
		if (!seen_before(t->self, i) && !compare_system(t, &b))
			return false;
	}
	for (uint32_t i = 0; i < t->other.row->rule_count; i++) {
		const struct tx_rule_row *rule = &rules_of(t->other)[i];
		b.other_count = gather(t->other, t->other, rule, b.other);
		b.self_count = gather(t->self, t->other, rule, b.self);
		if (!b.self_count && !compare_system(t, &b))
			return false;
	}
	return true;
}

/* ---- by expansion ---- */

static struct coded *expand_one(struct task *t, struct tx_set set, struct hs_slice name, size_t *count,
	struct hs_error *err)
{
	struct tx_expansion *x = NULL;

	t->ctx->set = set;
	t->ctx->set_name = name;
	if (hs_tx_expansion_make(t->ctx, &x, err))
		return NULL;
	struct coded *list = hs_arena_array(t->ctx->arena, x->count + 1, sizeof(*list));
	for (size_t i = 0; list && i < x->count; i++)
		list[i] = (struct coded) { TX_SYSTEM_URL(x->items[i].system),
			hs_tx_code(x->items[i].system, x->items[i].concept), i };
	*count = x->count;
	return list;
}

/* False when one of them cannot be expanded; *why says it. */
static bool compare_expansions(struct task *t, struct hs_slice *why)
{
	struct hs_error err = { .status = HS_OK };
	size_t self_count = 0, other_count = 0;
	const struct coded *self = expand_one(t, t->self, t->self_name, &self_count, &err);
	const struct coded *other = self ? expand_one(t, t->other, t->other_name, &other_count, &err) : NULL;

	if (!self || !other) {
		*why = hs_tx_sentence(t->ctx->arena,
			self ? TX_MSG_COMPARE_OTHER_FAILED : TX_MSG_COMPARE_THIS_FAILED, t->ctx->swedish,
			TX_ARGS(hs_slice_cstr(err.text)));
		t->ctx->failure = NULL;
		return false;
	}
	t->found = (struct finding) { false, false, false };
	compare_lists(t, self, self_count, other, other_count);
	t->told = t->found.missing || t->found.extra;
	return true;
}

/* ---- the answer ---- */

static const struct {
	const char *result;
	enum tx_message sentence; /* {0} this, {1} other */
} outcomes[] = {
	{ "same", TX_MSG_COMPARE_SAME },
	{ "superset", TX_MSG_COMPARE_SUPERSET },
	{ "subset", TX_MSG_COMPARE_SUBSET },
	{ "overlapping", TX_MSG_COMPARE_OVERLAPPING },
	{ "disjoint", TX_MSG_COMPARE_DISJOINT },
	{ "empty", TX_MSG_COMPARE_EMPTY },
};

static size_t outcome_of(const struct finding *f)
{
	if (!f->common)
		return f->missing || f->extra ? 4 : 5;
	return f->missing ? (f->extra ? 3 : 1) : f->extra ? 2 : 0;
}

static enum hs_status choose(struct tx_context *ctx, const char *name, struct tx_set *set,
	struct hs_slice *label, struct hs_error *err)
{
	struct hs_slice url, version;

	if (!set->row) {
		struct hs_slice key = hs_arena_printf(ctx->arena, "%sUrl", name),
				sent = hs_arena_printf(ctx->arena, "%sValueSet", name);
		hs_tx_canonical(hs_tx_scalar(hs_tx_value(hs_parameter(ctx->params.tree, key))), &url,
			&version);
		if (!url.len)
			return hs_tx_fault(ctx, HS_E_REQUIRED, TX_MSG_OWN_EITHER, key,
				(struct tx_args) { { key, sent } }, err);
		if (!hs_tx_resolve_set(ctx, url, version, set, NULL))
			return hs_tx_refuse(ctx, TX_MSG_Unable_to_resolve_value_Set_, 404, HS_S_NONE,
				(struct tx_args) { { hs_tx_vurl(ctx->arena, url, version) } }, err);
	}
	*label = hs_tx_vurl(ctx->arena, TX_SET_URL(*set), TX_SET_VERSION(*set));
	if (!label->len)
		*label = HS_S("(unidentified)");
	ctx->set = *set;
	ctx->chosen = false;
	return hs_tx_choose_set(ctx, err); /* refuses sets that include themselves */
}

enum hs_status hs_tx_compare(struct tx_context *ctx, struct tx_set self, struct tx_set other,
	struct hs_json **out, struct hs_error *err)
{
	struct task t = { .ctx = ctx, .self = self, .other = other };
	struct hs_slice why = HS_S_NONE;

	enum hs_status status = choose(ctx, "this", &t.self, &t.self_name, err);
	if (status == HS_OK)
		status = choose(ctx, "other", &t.other, &t.other_name, err);
	if (status)
		return status;
	hs_buf_init(&t.common, ctx->arena, (size_t)4 << 20);
	hs_buf_init(&t.missing, ctx->arena, (size_t)4 << 20);
	hs_buf_init(&t.extra, ctx->arena, (size_t)4 << 20);
	bool by_definition = compare_definitions(&t);
	bool known = by_definition || compare_expansions(&t, &why);
	*out = hs_parameters(ctx->arena);
	size_t outcome = outcome_of(&t.found);
	hs_tx_add_text(ctx, *out, "result", "valueCode",
		hs_slice_cstr(known ? outcomes[outcome].result : "indeterminate"));
	hs_tx_add_text(ctx, *out, "message", "valueString",
		hs_tx_sentence(ctx->arena, known ? outcomes[outcome].sentence : TX_MSG_COMPARE_INDETERMINATE,
			ctx->swedish, TX_ARGS(t.self_name, t.other_name, why)));
	hs_tx_add_bool(ctx, *out, "performed-expansion", !by_definition);
	if (t.told && known) {
		hs_tx_add_text(ctx, *out, "common-codes", "valueString", hs_buf_slice(&t.common));
		hs_tx_add_text(ctx, *out, "missing-codes", "valueString", hs_buf_slice(&t.missing));
		hs_tx_add_text(ctx, *out, "extra-codes", "valueString", hs_buf_slice(&t.extra));
	}
	return HS_OK;
}
