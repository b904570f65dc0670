/* SPDX-License-Identifier: Apache-2.0 */
/* Which concepts of a large code system pass filters: found as a set wherever something tells where they are,
 * and only else by asking each. */
#include "big.h"

#include "../compile/concept.h"
#include "../compile/source.h"
#include "../sets/filter.h"
#include "../snomed/semantics.h"

#define ASKED 20u      /* steps to ask a concept whether it passes a filter */
#define VALUE_ASKED 5u /* the same of a value */

/* ---- properties that are rows of the image ---- */

/* False: the layer's table leads outside of the image. */
static bool add_concepts(const struct tx_big *big, const struct tx_value_row *row, struct tx_bits out)
{
	if (row[0].concept_first > row[1].concept_first || row[1].concept_first > big->value_concepts_count)
		return false;
	for (uint32_t i = row[0].concept_first; i < row[1].concept_first; i++)
		if (big->value_concepts[i] < out.count)
			hs_tx_bits_add(out, big->value_concepts[i]);
	return true;
}

/* The concepts of which some value passes (for exists: any), each value asked once. False: it took too long.
 */
static bool add_with_value(struct tx_context *ctx, const struct tx_layer *layer, const struct tx_filter *f,
	struct tx_bits out)
{
	size_t count = 0;
	const struct tx_value_row *rows = hs_tx_big_values(layer, f->property, &count);

	for (size_t i = 0; i < count; i++) {
		struct hs_arena_mark mark = hs_arena_mark(ctx->arena);
		struct tx_property given = { f->property, tx_text(layer, rows[i].key),
			tx_text(layer, rows[i].value) };
		bool passes = f->op == TX_OP_EXISTS || hs_tx_filter_value_passes(ctx, f, &given);
		hs_arena_rollback(ctx->arena, mark);
		if (passes && !add_concepts(TX_BIG(layer), &rows[i], out))
			return false;
		if (!tx_spend(&ctx->patience,
			    passes ? VALUE_ASKED + rows[i + 1].concept_first - rows[i].concept_first :
				     VALUE_ASKED))
			return false;
	}
	return true;
}

/* ---- properties that are places in the hierarchy ---- */

static void add_children(const struct tx_layer *layer, uint32_t concept, struct tx_bits out)
{
	const struct tx_concept_row *row = &layer->concepts[concept];

	for (uint32_t i = row->child_first; i < row[1].child_first && i < layer->children_count; i++)
		hs_tx_bits_add(out, layer->children[i]);
}

static void add_parents(const struct tx_layer *layer, uint32_t concept, struct tx_bits out)
{
	const struct tx_concept_row *row = &layer->concepts[concept];

	for (uint32_t i = row->parent_first; i < row[1].parent_first && i < layer->parents_count; i++)
		hs_tx_bits_add(out, layer->parents[i]);
}

/* Which concepts have that property with `concept` as its value. */
enum place { NO_PLACE, IS_PARENT, IS_CHILD, IS_ANCESTOR, IS_DESCENDANT };

static enum place place_of(struct hs_slice property)
{
	static const struct {
		const char *name;
		enum place place;
	} all[] = { { "parent", IS_PARENT }, { "child", IS_CHILD }, { "ancestor", IS_ANCESTOR },
		{ "descendant", IS_DESCENDANT } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (hs_slice_eq(property, hs_slice_cstr(all[i].name)))
			return all[i].place;
	return NO_PLACE;
}

static bool add_place(struct hs_arena *arena, struct tx_system s, enum place place, struct hs_slice value,
	struct tx_bits out)
{
	uint32_t named = hs_tx_find_code(arena, s, value, NULL);

	if (named >= out.count)
		return true;
	switch (place) {
	case IS_PARENT:
		add_children(s.layer, named, out);
		return true;
	case IS_CHILD:
		add_parents(s.layer, named, out);
		return true;
	case IS_ANCESTOR:
		hs_tx_bits_add_below(s.layer, out, named, false);
		return true;
	default:
		if (!hs_tx_bits_add_above(s.layer, arena, out, named))
			return false;
		hs_tx_bits_take(out, named);
		return true;
	}
}

/* A list of values of which each is one. */
static bool names_values(const struct tx_filter *f)
{
	return f->op == TX_OP_EQUAL || f->op == TX_OP_IN;
}

bool hs_tx_big_is_placed(struct tx_system s, const struct tx_filter *f)
{
	enum place place = place_of(f->property);

	return f->on == TX_ON_PROPERTY && !TX_BIG(s.layer)->sct && place != NO_PLACE && names_values(f) &&
		(place == IS_PARENT || place == IS_CHILD || hs_tx_property_def(s, f->property));
}

/* Whether it is about rows of the image, which tell by each value whose it is. */
static bool is_valued(struct tx_system s, const struct tx_filter *f)
{
	return f->on == TX_ON_PROPERTY && !TX_BIG(s.layer)->sct && place_of(f->property) == NO_PLACE &&
		!hs_slice_eq(f->property, HS_S("inactive")) && hs_tx_property_def(s, f->property) &&
		(names_values(f) || f->op == TX_OP_NOT_IN || f->op == TX_OP_REGEX || f->op == TX_OP_EXISTS);
}

static bool add_places(struct tx_context *ctx, struct tx_system s, const struct tx_filter *f,
	struct tx_bits out)
{
	struct hs_slice list = f->value;
	bool ok = true;

	if (f->op == TX_OP_EQUAL)
		return add_place(ctx->arena, s, place_of(f->property), list, out);
	while (list.ptr && ok)
		ok = add_place(ctx->arena, s, place_of(f->property), hs_slice_trim(hs_slice_cut(&list, ',')),
			out);
	return ok;
}

bool hs_tx_big_select_placed(struct tx_context *ctx, struct tx_system s, const struct tx_filter *f,
	struct tx_bits *out)
{
	struct tx_bits found = hs_tx_bits_new(ctx->arena, (uint32_t)TX_BIG(s.layer)->concept_count);

	if (!found.blocks || !add_places(ctx, s, f, found))
		return false;
	*out = found;
	return true;
}

/* False: it took too long, or there is no memory. */
static bool select_valued(struct tx_context *ctx, struct tx_system s, const struct tx_filter *f,
	struct tx_bits *out)
{
	bool others = f->op == TX_OP_NOT_IN ||
		(f->op == TX_OP_EXISTS && hs_slice_eq(f->value, HS_S("false")));
	struct tx_bits found = hs_tx_bits_new(ctx->arena, out->count);

	if (!found.blocks || !add_with_value(ctx, s.layer, f, others ? found : *out))
		return false;
	if (others) {
		hs_tx_bits_add_span(*out, 0, out->count);
		hs_tx_bits_minus(*out, found);
	}
	return true;
}

/* ---- places in the hierarchy ---- */

static void take_with_children(const struct tx_layer *layer, struct tx_bits bits)
{
	TX_BITS_EACH(at, bits)
	if (layer->concepts[at].child_first != layer->concepts[at + 1].child_first)
		hs_tx_bits_take(bits, at);
}

static void take_below(struct hs_arena *arena, const struct tx_layer *layer, uint32_t concept,
	struct tx_bits bits)
{
	struct tx_bits below = hs_tx_bits_new(arena, bits.count);

	if (!below.blocks)
		return; /* the arena is full, which the caller sees */
	hs_tx_bits_add_below(layer, below, concept, true);
	hs_tx_bits_minus(bits, below);
}

/* False: it is not about a place, or about that of an expression. */
static bool select_place(struct tx_context *ctx, struct tx_system s, const struct tx_filter *f,
	struct tx_bits out)
{
	bool known = f->concept < out.count;

	if (f->on != TX_ON_CODE || (!known && f->concept != TX_NONE))
		return false;
	switch (f->op) {
	case TX_OP_IS_A:
	case TX_OP_DESCENDENT_OF:
	case TX_OP_DESCENDENT_LEAF:
		if (known)
			hs_tx_bits_add_below(s.layer, out, f->concept, f->op == TX_OP_IS_A);
		if (f->op == TX_OP_DESCENDENT_LEAF)
			take_with_children(s.layer, out);
		return true;
	case TX_OP_IS_NOT_A:
		hs_tx_bits_add_span(out, 0, out.count);
		if (known)
			take_below(ctx->arena, s.layer, f->concept, out);
		return true;
	case TX_OP_CHILD_OF:
		if (known)
			add_children(s.layer, f->concept, out);
		return true;
	case TX_OP_GENERALIZES:
		if (known)
			hs_tx_bits_add(out, f->concept);
		return !known || hs_tx_bits_add_above(s.layer, ctx->arena, out, f->concept);
	default:
		return false;
	}
}

/* ---- filters ---- */

/* What one filter lets through; of those in `left` when there are some already. */
static enum hs_status select_one(struct tx_context *ctx, struct tx_system s, const struct tx_filter *f,
	const struct tx_bits *left, struct tx_bits *out, struct hs_error *err)
{
	uint32_t total = (uint32_t)TX_BIG(s.layer)->concept_count;

	if (f->of_source) {
		*out = *(const struct tx_bits *)f->data; /* made for this question: nobody else has it */
		return HS_OK;
	}
	*out = hs_tx_bits_new(ctx->arena, total);
	if (!out->blocks)
		return hs_tx_no_room(ctx->swedish, err);
	if (select_place(ctx, s, f, *out) || (!ctx->supplement_count && hs_tx_sct_select(s, f, *out)))
		return HS_OK;
	if (!ctx->supplement_count && is_valued(s, f))
		return select_valued(ctx, s, f, out) ? HS_OK :
			tx_is_spent(&ctx->patience)  ? tx_say_spent(err) :
						       hs_tx_no_room(ctx->swedish, err);
	if (!tx_spend(&ctx->patience, (size_t)total * ASKED))
		return tx_say_spent(err);
	for (uint32_t at = 0; at < total; at++)
		if ((!left || hs_tx_bits_has(*left, at)) && hs_tx_filter_passes(ctx, f, s, at))
			hs_tx_bits_add(*out, at);
	return HS_OK;
}

enum hs_status hs_tx_big_select(struct tx_context *ctx, struct tx_system s, const struct tx_filter *filters,
	uint32_t count, struct tx_bits *out, struct hs_error *err)
{
	uint32_t total = (uint32_t)TX_BIG(s.layer)->concept_count;
	struct tx_bits all = { NULL, 0 }, one;
	enum hs_status status = HS_OK;

	if (!count) {
		all = hs_tx_bits_new(ctx->arena, total);
		if (!all.blocks)
			return hs_tx_no_room(ctx->swedish, err);
		hs_tx_bits_add_span(all, 0, total);
	}
	for (uint32_t i = 0; i < count && status == HS_OK; i++) {
		status = select_one(ctx, s, &filters[i], i ? &all : NULL, i ? &one : &all, err);
		if (i && status == HS_OK)
			hs_tx_bits_and(all, one);
	}
	if (status == HS_OK && hs_arena_full(ctx->arena))
		status = hs_tx_no_room(ctx->swedish, err);
	if (status == HS_OK)
		*out = all;
	return status;
}
