/* SPDX-License-Identifier: Apache-2.0 */
/* $compare of two value sets, an operation of HL7's tools: same, superset, subset, overlapping, disjoint.
 * What their definitions tell is told without expanding them (compare_definition.c); only else are both
 * expanded. */
#include "compare.h"
#include "../compile/tree.h"
#include "../sets/expansion.h"
#include "operations.h"

#include <stdlib.h>

/* ---- lists of codes ---- */

static int compare_coded(const void *a, const void *b)
{
	const struct tx_compared *x = a, *y = b;
	int order = hs_slice_cmp(x->code, y->code);

	order = order ? order : hs_slice_cmp(x->system, y->system);
	return order ? order : hs_slice_cmp(x->version, y->version);
}

static bool holds(const struct tx_compared *sorted, size_t count, const struct tx_compared *item)
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
void hs_tx_compare_lists(struct tx_compare *t, const struct tx_compared *self, size_t self_count,
	const struct tx_compared *other, size_t other_count)
{
	struct hs_arena *arena = t->ctx->arena;
	struct tx_compared *sorted_self = hs_arena_array(arena, self_count + 1, sizeof(*self));
	struct tx_compared *sorted_other = hs_arena_array(arena, other_count + 1, sizeof(*other));

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

/* ---- versions ---- */

struct hs_slice hs_tx_compare_version(const struct tx_compare *t, struct tx_system s, struct hs_slice written)
{
	bool needed = s.row && s.row->head.flags & TX_VERSION_NEEDED;

	if (t->policy == TX_COMPARE_NEVER || (t->policy == TX_COMPARE_AS_NEEDED && !needed))
		return HS_S_NONE;
	return s.row ? TX_SYSTEM_VERSION(s) : written;
}

static enum hs_status read_policy(struct tx_compare *t, struct hs_error *err)
{
	static const char *const names[] = { "as-needed", "always", "never" }; /* enum tx_compare_policy */
	struct hs_slice text = hs_tx_parameter_text(t->ctx, HS_S("version-policy"));

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!text.len || hs_slice_eq(text, hs_slice_cstr(names[i]))) {
			t->policy = (enum tx_compare_policy)i;
			return HS_OK;
		}
	return hs_tx_fault(t->ctx, HS_E_VALUE, TX_MSG_OWN_COMPARE_POLICY, HS_S("version-policy"),
		TX_ARGS(text), err);
}

/* ---- by expansion ---- */

static struct tx_compared *expand_one(struct tx_compare *t, struct tx_set set, struct hs_slice name,
	size_t *count, struct hs_error *err)
{
	struct tx_expansion *x = NULL;

	t->ctx->set = set;
	t->ctx->set_name = name;
	if (hs_tx_expansion_make(t->ctx, &x, err))
		return NULL;
	if (x->unclosed.row) {
		struct hs_slice why = hs_tx_sentence(t->ctx->arena, TX_MSG_OWN_COMPARE_UNCLOSED,
			t->ctx->swedish, TX_ARGS(TX_SYSTEM_URL(x->unclosed)));
		hs_fail(err, HS_E_TOO_COSTLY, "%.*s", HS_S_ARG(why));
		return NULL;
	}
	struct tx_compared *list = hs_arena_array(t->ctx->arena, x->count + 1, sizeof(*list));
	for (size_t i = 0; list && i < x->count; i++) {
		struct tx_system s = x->items[i].system;
		list[i] = (struct tx_compared) { TX_SYSTEM_URL(s), hs_tx_code(s, x->items[i].concept),
			hs_tx_compare_version(t, s, HS_S_NONE) };
	}
	*count = x->count;
	return list;
}

/* False when one of them cannot be expanded; *why says it. */
static bool compare_expansions(struct tx_compare *t, struct hs_slice *why)
{
	struct hs_error err = { .status = HS_OK };
	size_t self_count = 0, other_count = 0;
	const struct tx_compared *self = expand_one(t, t->self, t->self_name, &self_count, &err);
	const struct tx_compared *other = self ? expand_one(t, t->other, t->other_name, &other_count, &err) :
						 NULL;

	if (!self || !other) {
		*why = hs_tx_sentence(t->ctx->arena,
			self ? TX_MSG_COMPARE_OTHER_FAILED : TX_MSG_COMPARE_THIS_FAILED, t->ctx->swedish,
			TX_ARGS(hs_slice_cstr(err.text)));
		t->ctx->failure = NULL;
		return false;
	}
	t->found = (struct tx_finding) { false, false, false };
	hs_tx_compare_lists(t, self, self_count, other, other_count);
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

/* A set without codes shares none with another, so the two are disjoint, though it is within the other, too.
 */
static size_t outcome_of(const struct tx_finding *f)
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
		hs_tx_canonical(hs_tx_scalar(hs_tx_value(hs_tx_parameter(ctx, key))), &url, &version);
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

static void add_diagnostics(const struct tx_compare *t, bool by_definition, bool known, struct hs_json *out)
{
	hs_tx_add_bool(t->ctx, out, "performed-expansion", !by_definition);
	if (!t->told || !known)
		return;
	hs_tx_add_text(t->ctx, out, "common-codes", "valueString", hs_buf_slice(&t->common));
	hs_tx_add_text(t->ctx, out, "missing-codes", "valueString", hs_buf_slice(&t->missing));
	hs_tx_add_text(t->ctx, out, "extra-codes", "valueString", hs_buf_slice(&t->extra));
}

enum hs_status hs_tx_compare(struct tx_context *ctx, struct tx_set self, struct tx_set other,
	struct hs_json **out, struct hs_error *err)
{
	struct tx_compare t = { .ctx = ctx, .self = self, .other = other };
	struct hs_slice why = HS_S_NONE;

	enum hs_status status = choose(ctx, "this", &t.self, &t.self_name, err);
	if (status == HS_OK)
		status = choose(ctx, "other", &t.other, &t.other_name, err);
	if (status == HS_OK)
		status = read_policy(&t, err);
	if (status)
		return status;
	hs_buf_init(&t.common, ctx->arena, (size_t)4 << 20);
	hs_buf_init(&t.missing, ctx->arena, (size_t)4 << 20);
	hs_buf_init(&t.extra, ctx->arena, (size_t)4 << 20);
	bool by_definition = hs_tx_compare_definitions(&t);
	bool known = by_definition || compare_expansions(&t, &why);
	*out = hs_parameters(ctx->arena);
	size_t outcome = outcome_of(&t.found);
	hs_tx_add_text(ctx, *out, "result", "valueCode",
		hs_slice_cstr(known ? outcomes[outcome].result : "indeterminate"));
	hs_tx_add_text(ctx, *out, "message", "valueString",
		hs_tx_sentence(ctx->arena, known ? outcomes[outcome].sentence : TX_MSG_COMPARE_INDETERMINATE,
			ctx->swedish, TX_ARGS(t.self_name, t.other_name, why)));
	if (hs_slice_eq(hs_tx_parameter_text(ctx, HS_S("diagnostics")), HS_S("true")))
		add_diagnostics(&t, by_definition, known, *out);
	return HS_OK;
}
