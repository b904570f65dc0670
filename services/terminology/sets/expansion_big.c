/* SPDX-License-Identifier: Apache-2.0 */
/* Expanding what has codes of one large code system only: sets of concepts are joined as bits, and no more
 * than the page is listed. */
#include "expansion_walk.h"

#include "filter.h"
#include "../image/big.h"

/* Whether a set speaks of one large code system only, imports included. Lists of codes keep their order and
 * texts of their own, so they may stand only where no code is told for them (`silent`): in what is excluded,
 * and in what a rule's codes must be in too. */
static bool is_of_one(struct tx_walk *w, struct tx_set set, bool silent, struct tx_system *only,
	struct hs_error *err)
{
	bool one = ++w->depth < TX_SETS_DEEP;

	for (uint32_t i = 0; i < set.row->rule_count && one; i++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
		bool quiet = silent || rule->flags & TX_RULE_EXCLUDE;
		struct tx_system s = { NULL, NULL };
		if (rule->system.len) {
			one = (quiet || !(rule->flags & TX_RULE_ENUM)) &&
				hs_tx_walk_system(w, set, rule, &s, err) == HS_OK && hs_tx_is_big(s) &&
				(!only->row || only->row == s.row);
			*only = s;
		}
		for (uint32_t k = 0; k < rule->import_count && one; k++) {
			struct tx_set other;
			one = hs_tx_resolve_set(w->ctx,
				      tx_text(set.layer, set.layer->imports[rule->import_first + k]),
				      HS_S_NONE, &other, NULL) &&
				is_of_one(w, other, quiet || rule->system.len || k, only, err);
		}
	}
	w->depth--;
	return one;
}

static bool has_imports(struct tx_set set)
{
	for (uint32_t i = 0; i < set.row->rule_count; i++)
		if (set.layer->rules[set.row->rule_first + i].import_count)
			return true;
	return false;
}

enum hs_status hs_tx_walk_only_system(struct tx_walk *w, struct tx_set set, struct tx_system *out,
	struct hs_error *err)
{
	const struct tx_params *params = &w->ctx->params;
	struct tx_system only = { NULL, NULL };
	bool flat = params->exclude_nested == TX_YES || params->offset >= 0 || params->count >= 0 ||
		params->filter.len;

	if (w->ctx->supplement_count)
		return HS_OK;
	bool one = is_of_one(w, set, false, &only, err);
	if (w->ctx->failure)
		return err->status;
	/* What is imported has no place in a tree; what stands beside it has. */
	if (one && only.row && (flat || only.row->head.flags & TX_GRAPH || !has_imports(set)))
		*out = only;
	return HS_OK;
}

static enum hs_status join_set(struct tx_walk *w, struct tx_set set, struct tx_system s, struct tx_bits *out,
	struct hs_error *err);

static enum hs_status join_picks(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, struct tx_bits *out, struct hs_error *err)
{
	*out = hs_tx_bits_new(w->ctx->arena, (uint32_t)TX_BIG(s.layer)->concept_count);
	if (!out->blocks)
		return hs_tx_walk_too_costly(w, err);
	for (uint32_t i = 0; i < rule->pick_count; i++) {
		struct hs_slice code = tx_text(set.layer, set.layer->picks[rule->pick_first + i].code);
		hs_tx_bits_add(*out, hs_tx_find_code(w->ctx->arena, s, code, NULL));
	}
	return HS_OK;
}

static enum hs_status join_rule(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, struct tx_bits *out, struct hs_error *err)
{
	struct tx_filter *filters = NULL;
	enum hs_status status = HS_OK;
	struct tx_openness open = tx_open_rule(w);

	*out = (struct tx_bits) { NULL, 0 };
	if (rule->system.len && rule->flags & TX_RULE_ENUM) {
		status = join_picks(w, set, rule, s, out, err);
	} else if (rule->system.len) {
		status = hs_tx_filters_prepare(w->ctx, set, rule, s, &filters, err);
		if (status == HS_OK)
			status = hs_tx_big_select(w->ctx, s, filters, rule->filter_count, out, err);
		if (status == HS_OK)
			hs_tx_walk_note_open(w, rule, s, filters);
	}
	if (rule->system.len)
		tx_open_part(w, &open);
	for (uint32_t i = 0; i < rule->import_count && status == HS_OK; i++) {
		struct tx_bits found = { NULL, 0 };
		struct tx_set other;
		status = hs_tx_walk_import(w, set, rule->import_first + i, &other, err);
		if (status == HS_OK)
			status = join_set(w, other, s, &found, err);
		if (status == HS_OK && out->blocks)
			hs_tx_bits_and(*out, found);
		else if (status == HS_OK)
			*out = found;
		tx_open_part(w, &open);
	}
	tx_open_end(w, rule, open);
	return status;
}

static enum hs_status take_inactive(struct tx_walk *w, struct tx_system s, struct tx_bits bits,
	struct hs_error *err)
{
	struct tx_bits retired = hs_tx_big_inactive(s.layer, w->ctx->arena);

	if (!retired.blocks)
		return hs_tx_walk_too_costly(w, err);
	hs_tx_bits_minus(bits, retired);
	return HS_OK;
}

static enum hs_status join_set(struct tx_walk *w, struct tx_set set, struct tx_system s, struct tx_bits *out,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	*out = (struct tx_bits) { NULL, 0 };
	for (int excluding = 0; excluding < 2; excluding++)
		for (uint32_t i = 0; i < set.row->rule_count && status == HS_OK; i++) {
			const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
			struct tx_bits found = { NULL, 0 };
			if (((rule->flags & TX_RULE_EXCLUDE) != 0) != excluding ||
				(excluding && !out->blocks))
				continue;
			status = join_rule(w, set, rule, s, &found, err);
			if (status || !found.blocks)
				continue;
			if (!out->blocks)
				*out = found;
			else
				(excluding ? hs_tx_bits_minus : hs_tx_bits_or)(*out, found);
		}
	if (status == HS_OK && out->blocks && (w->ctx->params.active_only == TX_YES || tx_only_active(set)))
		status = take_inactive(w, s, *out, err);
	if (status == HS_OK && !out->blocks) /* nothing is included */
		*out = hs_tx_bits_new(w->ctx->arena, (uint32_t)TX_BIG(s.layer)->concept_count);
	return status || out->blocks ? status : hs_tx_walk_too_costly(w, err);
}

/* ---- orders that parents have of their own ---- */

#define ORDERED_MAX 20000u /* children whose order is kept; more are a chapter, no list of answers */

/* The concept that the only include of a set is about, when it tells the codes by one: is-a, child-of, LIST
 * =. UINT32_MAX: there is none. */
static uint32_t concept_of(struct tx_walk *w, struct tx_set set, struct tx_system s, unsigned depth)
{
	const struct tx_rule_row *only = NULL;
	uint32_t found = UINT32_MAX;
	struct tx_set other;

	for (uint32_t i = 0; i < set.row->rule_count; i++) {
		const struct tx_rule_row *rule = &set.layer->rules[set.row->rule_first + i];
		if (rule->flags & TX_RULE_EXCLUDE)
			continue;
		if (only)
			return UINT32_MAX;
		only = rule;
	}
	for (uint32_t i = 0; only && i < only->filter_count && found == UINT32_MAX; i++)
		found = hs_tx_find_code(w->ctx->arena, s,
			tx_text(set.layer, set.layer->filters[only->filter_first + i].value), NULL);
	if (!only || found != UINT32_MAX || only->filter_count || only->import_count != 1 ||
		depth == TX_SETS_DEEP)
		return found;
	return hs_tx_resolve_set(w->ctx, tx_text(set.layer, set.layer->imports[only->import_first]),
		       HS_S_NONE, &other, NULL) ?
		concept_of(w, other, s, depth + 1) :
		UINT32_MAX;
}

/* Codes that are all one concept's children, or itself, in its order. NULL: they are not. */
static const uint32_t *order_of(struct tx_walk *w, struct tx_set set, struct tx_system s, struct tx_bits bits)
{
	uint32_t under = s.row->head.flags & TX_ORDERED ? concept_of(w, set, s, 0) : UINT32_MAX;
	size_t count = 0, n = 0;
	const uint32_t *children = under < bits.count ? hs_tx_children(s, under, &count) : NULL;
	uint32_t *order = count && count < ORDERED_MAX ?
		hs_arena_raw(w->ctx->arena, (count + 1) * sizeof(*order)) :
		NULL;

	if (!order)
		return NULL;
	if (hs_tx_bits_has(bits, under))
		order[n++] = under;
	for (size_t i = 0; i < count; i++)
		if (hs_tx_bits_has(bits, children[i]))
			order[n++] = children[i];
	return n == hs_tx_bits_total(bits) ? order : NULL;
}

/* ---- the page ---- */

static enum hs_status list_page(struct tx_walk *w, struct tx_system s, struct tx_bits bits,
	const uint32_t *order, struct tx_list *out, struct hs_error *err)
{
	const struct tx_params *params = &w->ctx->params;
	uint64_t from = params->offset > 0 ? (uint64_t)params->offset : 0;

	w->x->count = hs_tx_bits_total(bits);
	w->x->first = from;
	enum hs_status status = hs_tx_walk_keep_limit(w, err);
	if (status)
		return status;
	uint64_t left = params->count >= 0 ? (uint64_t)params->count : UINT64_MAX;
	uint64_t there = from < w->x->count ? w->x->count - from : 0;
	status = hs_tx_walk_reserve(w, out, (size_t)(left < there ? left : there), err);
	for (uint64_t i = 0; order && i < there && i < left && status == HS_OK; i++)
		status = hs_tx_walk_push(w, out, (struct tx_item) { .system = s, .concept = order[from + i] },
			err);
	if (order)
		return status;
	uint32_t at = from < w->x->count ? hs_tx_bits_nth(bits, (uint32_t)from) : UINT32_MAX;
	for (; at != UINT32_MAX && left && status == HS_OK; at = hs_tx_bits_next(bits, at + 1), left--)
		status = hs_tx_walk_push(w, out, (struct tx_item) { .system = s, .concept = at }, err);
	return status;
}

enum hs_status hs_tx_walk_big(struct tx_walk *w, struct tx_set set, struct tx_system s, struct tx_list *out,
	struct hs_error *err)
{
	struct tx_bits bits = { NULL, 0 };
	enum hs_status status = join_set(w, set, s, &bits, err);

	for (uint32_t at = w->ctx->params.for_choice == TX_YES && status == HS_OK ? hs_tx_bits_next(bits, 0) :
										    UINT32_MAX;
		at != UINT32_MAX; at = hs_tx_bits_next(bits, at + 1))
		if (s.layer->concepts[at].flags & TX_ABSTRACT)
			hs_tx_bits_take(bits, at);
	if (status == HS_OK && w->x->folded_filter.len)
		status = hs_tx_walk_keep_found(w, s, &bits, err);
	if (status)
		return status;
	return list_page(w, s, bits, order_of(w, set, s, bits), out, err);
}
