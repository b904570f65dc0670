/* SPDX-License-Identifier: Apache-2.0 */
/* The codes of one code system that a rule of a value set names: a list, or what its filters let through. */
#include "expansion_walk.h"

#include "filter.h"
#include "../compile/source.h"
#include "../compile/tree.h"
#include "../compile/version.h"
#include "../image/big.h"
#include "../text/texts.h"

#define ASKED 10u /* steps to ask a filter of a code, at least */

/* ---- its code system ---- */

static void use_system(struct tx_expansion *x, struct tx_system s)
{
	for (size_t i = 0; i < x->system_count; i++)
		if (x->systems[i].row == s.row)
			return;
	if (x->system_count < sizeof(x->systems) / sizeof(x->systems[0]))
		x->systems[x->system_count++] = s;
}

/* Whether the request leaves the system out (exclude-system); with row NULL, all of its versions. */
static bool is_left_out(const struct tx_walk *w, struct hs_slice url, struct tx_system s)
{
	for (size_t i = 0; i < w->ctx->params.left_out_count; i++) {
		struct hs_slice wanted, version;
		hs_tx_canonical(w->ctx->params.left_out[i], &wanted, &version);
		if (hs_slice_eq(wanted, url) &&
			(!version.len || (s.row && hs_tx_version_meets(version, TX_SYSTEM_VERSION(s)))))
			return true;
	}
	return false;
}

/* *out has no row for a system that is left out. */
enum hs_status hs_tx_walk_system(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system *out, struct hs_error *err)
{
	struct hs_slice url = tx_text(set.layer, rule->system);
	struct tx_resolved resolved = hs_tx_resolve_rule(w->ctx, set, rule);

	*out = (struct tx_system) { NULL, NULL };
	if (is_left_out(w, url, resolved.system))
		return HS_OK;
	if (!resolved.system.row) {
		struct hs_slice known = hs_tx_known_versions(w->ctx, url);
		enum tx_message id = !resolved.asked.len ? TX_MSG_UNKNOWN_CODESYSTEM_EXP :
			known.len                        ? TX_MSG_UNKNOWN_CODESYSTEM_VERSION_EXP :
							   TX_MSG_UNKNOWN_CODESYSTEM_VERSION_EXP_NONE;
		return hs_tx_refuse(w->ctx, id, 404, HS_S_NONE,
			(struct tx_args) { { url, resolved.asked, known } }, err);
	}
	if (resolved.check)
		return hs_tx_refuse(w->ctx, TX_MSG_VALUESET_VERSION_CHECK, 422, HS_S_NONE,
			(struct tx_args) {
				{ url, TX_SYSTEM_VERSION(resolved.system), resolved.check->version } },
			err);
	*out = resolved.system;
	use_system(w->x, *out);
	return HS_OK;
}

/* ---- its codes ---- */

enum hs_status hs_tx_walk_picks(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, struct tx_list *out, struct hs_error *err)
{
	enum hs_status status = hs_tx_walk_reserve(w, out, rule->pick_count, err);

	for (uint32_t i = 0; i < rule->pick_count && status == HS_OK; i++) {
		const struct tx_pick_row *pick = &set.layer->picks[rule->pick_first + i];
		uint32_t concept = hs_tx_find_code(w->ctx->arena, s, tx_text(set.layer, pick->code), NULL);
		if (concept != TX_NONE)
			status = hs_tx_walk_push(w, out,
				(struct tx_item) { s, concept, set.layer, pick, true, false }, err);
	}
	return status;
}

struct taker {
	struct tx_walk *w;
	struct tx_system s;
	struct tx_list *out;
};

static enum hs_status take_found(void *arg, uint32_t concept, struct hs_error *err)
{
	struct taker *t = arg;

	return hs_tx_walk_push(t->w, t->out, (struct tx_item) { .system = t->s, .concept = concept }, err);
}

static enum hs_status list_source(struct tx_walk *w, const struct tx_rule_row *rule, struct tx_system s,
	const struct tx_filter *filters, struct tx_list *out, struct hs_error *err)
{
	struct taker taker = { w, s, out };
	struct tx_listing listing = {
		.filters = filters, .filter_count = rule->filter_count, .found = take_found, .arg = &taker
	};
	enum hs_status status = s.layer->source->list(w->ctx, s, &listing, err);

	if (status || !listing.partial)
		return status;
	w->x->unclosed = s;
	w->x->basis = listing.basis;
	w->x->counted = rule->filter_count > 0;
	return HS_OK;
}

void hs_tx_walk_note_open(struct tx_walk *w, const struct tx_rule_row *rule, struct tx_system s,
	const struct tx_filter *filters)
{
	const struct hs_json *unwanted = hs_tx_parameter(w->ctx, HS_S("excludePostCoordinated"));
	bool open = hs_tx_is_big(s) && TX_BIG(s.layer)->sct &&
		!hs_slice_eq(hs_tx_scalar(hs_tx_value(unwanted)), HS_S("true"));

	for (uint32_t i = 0; i < rule->filter_count && open; i++)
		open = filters[i].on != TX_ON_CODE ||
			(filters[i].op != TX_OP_IN && filters[i].op != TX_OP_EQUAL &&
				filters[i].op != TX_OP_GENERALIZES);
	w->x->open |= open;
}

enum hs_status hs_tx_walk_keep_found(struct tx_walk *w, struct tx_system s, struct tx_bits *bits,
	struct hs_error *err)
{
	struct tx_patience *patience = &w->ctx->patience;

	if (hs_tx_big_search(s.layer, w->ctx->arena, w->x->folded_filter, *bits, patience, bits))
		return HS_OK;
	return tx_is_spent(patience) ? tx_say_spent(err) : hs_tx_walk_too_costly(w, err);
}

/* Of a large code system only what has the words that are searched: excluding and importing part sets in the
 * same way with all of their codes as with those. */
static enum hs_status list_big(struct tx_walk *w, const struct tx_rule_row *rule, struct tx_system s,
	const struct tx_filter *filters, struct tx_list *out, struct hs_error *err)
{
	struct tx_bits bits = { NULL, 0 };
	enum hs_status status = hs_tx_big_select(w->ctx, s, filters, rule->filter_count, &bits, err);

	hs_tx_walk_note_open(w, rule, s, filters);
	if (status == HS_OK && w->x->folded_filter.len && !w->ctx->supplement_count)
		status = hs_tx_walk_keep_found(w, s, &bits, err);
	for (uint32_t at = status ? UINT32_MAX : hs_tx_bits_next(bits, 0);
		at != UINT32_MAX && status == HS_OK; at = hs_tx_bits_next(bits, at + 1))
		status = hs_tx_walk_push(w, out, (struct tx_item) { .system = s, .concept = at }, err);
	return status;
}

/* The concepts that may have the words that are searched; bits without memory: all. */
struct found {
	struct tx_bits bits;
	bool sure;
};

/* Like list_big, only what has the words: with supplements there are texts that the index does not know. */
static void search_texts(struct tx_walk *w, struct tx_system s, struct found *out)
{
	if (!w->x->folded_filter.len || w->ctx->supplement_count ||
		!hs_tx_texts_search(w->ctx->arena, s, w->x->folded_filter, &out->bits, &out->sure))
		*out = (struct found) { { NULL, 0 }, false };
}

/* What stands below a concept of a graph, by its rows of children. No words: the arena's cap. */
static struct tx_bits bits_below(struct hs_arena *arena, struct tx_system s, uint32_t concept)
{
	uint32_t first = s.row->concept_first, total = s.row->concept_count;
	struct tx_bits out = hs_tx_bits_new(arena, total);
	uint32_t *open = hs_arena_raw(arena, ((size_t)total + 1) * sizeof(*open));
	size_t n = 0;

	if (!out.blocks || !open)
		return (struct tx_bits) { NULL, 0 };
	open[n++] = concept;
	while (n) {
		size_t count = 0;
		const uint32_t *children = hs_tx_children(s, open[--n], &count);
		for (size_t i = 0; i < count; i++) {
			if (hs_tx_bits_has(out, children[i] - first))
				continue;
			hs_tx_bits_add(out, children[i] - first);
			open[n++] = children[i];
		}
	}
	hs_tx_bits_take(out, concept - first); /* in a cycle it is below itself */
	return out;
}

/* Only what is below a concept is asked: in a plain tree that is a range, in a graph a set. Is-a and
 * descendent-of are answered with it. */
static void narrow(struct tx_walk *w, struct tx_system s, struct tx_filter *f, struct found *found,
	uint32_t *from, uint32_t *to)
{
	bool within = f->op == TX_OP_IS_A || f->op == TX_OP_DESCENDENT_OF;
	bool below = within || f->op == TX_OP_DESCENDENT_LEAF || f->op == TX_OP_CHILD_OF;

	if (!below || f->concept == TX_NONE)
		return;
	if (!(s.row->head.flags & TX_GRAPH)) {
		uint32_t first = f->concept + (f->op != TX_OP_IS_A), end = s.layer->concepts[f->concept].end;
		*from = first > *from ? first : *from;
		*to = end < *to ? end : *to;
		f->answered = within;
		return;
	}
	struct tx_bits bits = bits_below(w->ctx->arena, s, f->concept);
	if (!bits.blocks)
		return;
	if (f->op == TX_OP_IS_A)
		hs_tx_bits_add(bits, f->concept - s.row->concept_first);
	if (found->bits.blocks)
		hs_tx_bits_and(found->bits, bits);
	else
		found->bits = bits;
	f->answered = within;
}

static uint32_t next_found(const struct found *found, struct tx_system s, uint32_t at)
{
	if (!found->bits.blocks)
		return at;
	uint32_t next = hs_tx_bits_next(found->bits, at - s.row->concept_first);
	return next == UINT32_MAX ? next : s.row->concept_first + next;
}

enum hs_status hs_tx_walk_concepts(struct tx_walk *w, struct tx_set set, const struct tx_rule_row *rule,
	struct tx_system s, struct tx_list *out, struct hs_error *err)
{
	struct tx_filter *filters = NULL;
	struct found found = { { NULL, 0 }, false };
	uint32_t from = s.row->concept_first, to = from + s.row->concept_count;
	enum hs_status status = hs_tx_filters_prepare(w->ctx, set, rule, s, &filters, err);

	if (status == HS_OK && hs_tx_is_big(s))
		return list_big(w, rule, s, filters, out, err);
	if (status == HS_OK && hs_tx_source(s))
		return list_source(w, rule, s, filters, out, err);
	if (status == HS_OK)
		search_texts(w, s, &found);
	for (uint32_t i = 0; i < rule->filter_count && status == HS_OK; i++)
		narrow(w, s, &filters[i], &found, &from, &to);
	bool all = status == HS_OK && from < to && !found.bits.blocks;
	for (uint32_t i = 0; i < rule->filter_count && all; i++)
		all = filters[i].answered;
	if (all)
		status = hs_tx_walk_reserve(w, out, to - from, err);
	for (uint32_t at = next_found(&found, s, from); at < to && status == HS_OK;
		at = next_found(&found, s, at + 1)) {
		bool passes = true;
		for (uint32_t i = 0; i < rule->filter_count && passes; i++)
			passes = filters[i].answered || hs_tx_filter_passes(w->ctx, &filters[i], s, at);
		if (!tx_spend(&w->ctx->patience, all ? 0 : ASKED))
			status = tx_say_spent(err);
		else if (passes)
			status = hs_tx_walk_push(w, out,
				(struct tx_item) { .system = s, .concept = at, .found = found.sure }, err);
	}
	return status;
}
