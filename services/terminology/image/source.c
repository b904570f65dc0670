/* SPDX-License-Identifier: Apache-2.0 */
/* A large code system as the source of a layer: how the operations reach its concepts. */
#include "../compile/source.h"

#include "../sets/filter.h"
#include "../text/fold.h"
#include "../snomed/expression.h"
#include "../snomed/semantics.h"
#include "big.h"

static uint32_t find_folded(struct hs_arena *arena, const struct tx_layer *layer, struct hs_slice code)
{
	struct hs_slice folded = hs_tx_fold_case(arena, code);
	size_t lo = 0, hi = layer->by_fold_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		struct hs_slice here = tx_text(layer, layer->concepts[layer->by_fold[mid]].code);
		struct hs_arena_mark mark = hs_arena_mark(arena);
		int order = hs_slice_cmp(hs_tx_fold_case(arena, here), folded);
		hs_arena_rollback(arena, mark);
		if (order == 0)
			return layer->by_fold[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return TX_NONE;
}

/* ---- expressions: numbers behind the concepts, for one question ---- */

#define WRITTEN_MAX 64u

struct tx_written {
	struct hs_arena *arena;
	struct tx_expression *items[WRITTEN_MAX];
	uint32_t count;
};

const struct tx_layer *hs_tx_big_question(const struct tx_layer *layer, struct hs_arena *arena)
{
	if (!TX_BIG(layer)->sct)
		return layer;
	struct {
		struct tx_layer layer;
		struct tx_big big;
		struct tx_written written;
	} *own = hs_arena_raw(arena, sizeof(*own));
	if (!own)
		return layer;
	own->written.arena = arena;
	own->written.count = 0;
	own->layer = *layer;
	own->big = *TX_BIG(layer);
	own->big.written = &own->written;
	own->layer.source_state = &own->big;
	return &own->layer;
}

static const struct tx_expression *written_of(struct tx_system s, uint32_t concept)
{
	const struct tx_big *big = TX_BIG(s.layer);

	return concept >= big->concept_count ? big->written->items[concept - big->concept_count] : NULL;
}

static uint32_t find_written(struct tx_system s, struct hs_slice code)
{
	struct tx_written *written = TX_BIG(s.layer)->written;
	uint32_t first = (uint32_t)TX_BIG(s.layer)->concept_count;

	if (!written || !hs_tx_is_expression(code))
		return TX_NONE;
	for (uint32_t i = 0; i < written->count; i++)
		if (hs_slice_eq(written->items[i]->text, code))
			return first + i;
	struct tx_expression *next = hs_arena_raw(written->arena, sizeof(*next));
	if (!next || written->count == WRITTEN_MAX || !hs_tx_expression(written->arena, s, code, false, next))
		return TX_NONE;
	written->items[written->count] = next;
	return first + written->count++;
}

static const struct tx_remark *remarks(struct tx_context *ctx, struct tx_system s, struct hs_slice code,
	uint32_t concept)
{
	struct tx_expression tried = { .form = NULL };

	if (concept != TX_NONE)
		return written_of(s, concept) ? written_of(s, concept)->remarks : NULL;
	if (TX_BIG(s.layer)->sct && hs_tx_is_expression(code))
		hs_tx_expression(ctx->arena, s, code, ctx->swedish, &tried);
	return tried.remarks;
}

static uint32_t find(struct hs_arena *arena, struct tx_system s, struct hs_slice code, bool *differs)
{
	uint32_t found = hs_tx_big_code(s.layer, code);

	if (found == TX_NONE && TX_BIG(s.layer)->sct)
		found = find_written(s, code);
	if (found != TX_NONE || (s.row->head.flags & TX_CASE_SENSITIVE))
		return found;
	found = find_folded(arena, s.layer, code);
	if (found != TX_NONE && differs)
		*differs = true;
	return found;
}

/* One that is no row is an expression. */
static struct tx_concept concept_of(struct tx_system s, uint32_t concept)
{
	const struct tx_expression *written = written_of(s, concept);

	return (struct tx_concept) {
		.code = written->text, .display = written->display, .flags = TX_GENERATED
	};
}

/* Either may be an expression: then both are compared by what they mean. */
static bool implies(struct tx_system s, uint32_t a, uint32_t b)
{
	const struct tx_expression *x = written_of(s, a), *y = written_of(s, b);
	struct hs_arena *arena = TX_BIG(s.layer)->written->arena;

	return x && y ? hs_tx_form_is_below(arena, s, x->form, y->form) :
		x     ? hs_tx_form_is_below_concept(arena, s, x->form, b) :
			hs_tx_form_has_concept(arena, s, y->form, a);
}

static bool is_below(struct tx_system s, uint32_t concept, uint32_t ancestor)
{
	uint32_t count = (uint32_t)TX_BIG(s.layer)->concept_count;

	if (concept == ancestor || (concept < count && ancestor < count))
		return hs_tx_big_is_below(s.layer, concept, ancestor);
	return implies(s, concept, ancestor);
}

static bool same(struct tx_system s, uint32_t a, uint32_t b)
{
	uint32_t count = (uint32_t)TX_BIG(s.layer)->concept_count;

	return (a >= count || b >= count) && implies(s, a, b) && implies(s, b, a);
}

static const uint32_t *parents(struct tx_system s, uint32_t concept, size_t *count)
{
	const struct tx_expression *written = written_of(s, concept);

	*count = 0;
	if (written)
		return hs_tx_form_parents(TX_BIG(s.layer)->written->arena, s, written->form, count);
	const struct tx_concept_row *row = &s.layer->concepts[concept];

	*count = row[1].parent_first - row->parent_first;
	return s.layer->parents + row->parent_first;
}

static const uint32_t *children(struct tx_system s, uint32_t concept, size_t *count)
{
	*count = 0;
	if (written_of(s, concept))
		return NULL;
	const struct tx_concept_row *row = &s.layer->concepts[concept];

	*count = row[1].child_first - row->child_first;
	return s.layer->children + row->child_first;
}

/* What language reference sets say about a text of SNOMED CT. */
static void add_dialects(struct tx_system s, size_t text, struct tx_designation *d)
{
	const struct tx_sct *sct = TX_BIG(s.layer)->sct;

	if (!sct || text >= sct->text_count)
		return;
	d->dialects = sct->dialect_ids;
	d->dialect_count = (uint32_t)sct->dialect_count;
	d->dialect_bits = sct->texts[text].dialects;
}

static bool texts(struct hs_arena *arena, struct tx_system s, uint32_t concept, struct tx_designations *out)
{
	if (written_of(s, concept))
		return true;
	const struct tx_concept_row *row = &s.layer->concepts[concept];
	size_t base = (size_t)row->designation_first + concept;
	bool ok = true;

	if (out->count && out->items[out->count - 1].base)
		add_dialects(s, base, &out->items[out->count - 1]);
	for (uint32_t i = row->designation_first; i < row[1].designation_first && ok; i++) {
		ok = hs_tx_add_designation_row(arena, s.layer, &s.layer->designations[i], HS_S_NONE, out);
		if (ok)
			add_dialects(s, base + 1 + (i - row->designation_first), &out->items[out->count - 1]);
	}
	return ok;
}

static bool properties(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	struct tx_properties *out)
{
	if (written_of(s, concept))
		return hs_tx_sct_expression_properties(arena, s, written_of(s, concept)->form, out);
	const struct tx_concept_row *row = &s.layer->concepts[concept];
	bool ok = true;

	for (uint32_t i = row->property_first; i < row[1].property_first && ok; i++) {
		const struct tx_property_row *p = &s.layer->properties[i];
		ok = hs_tx_add_property(arena,
			(struct tx_property) { tx_text(s.layer, p->code), tx_text(s.layer, p->key),
				tx_text(s.layer, p->value) },
			out);
	}
	return ok && (!TX_BIG(s.layer)->sct || hs_tx_sct_properties(arena, s, concept, out));
}

/* What such a filter selects is found once and stands in filter->data. */
static bool filter_known(struct tx_context *ctx, struct tx_system s, struct tx_filter *filter)
{
	bool placed = !ctx->supplement_count && hs_tx_big_is_placed(s, filter),
	     own = TX_BIG(s.layer)->sct && hs_tx_sct_has_filter(s, filter);
	struct tx_bits *bits = placed || own ? hs_arena_alloc(ctx->arena, sizeof(*bits)) : NULL;

	if (!bits ||
		!(placed ? hs_tx_big_select_placed(ctx, s, filter, bits) :
			   hs_tx_sct_filter(ctx, s, filter, bits)))
		return false;
	filter->data = bits;
	return true;
}

static bool filter_passes(struct tx_context *ctx, struct tx_system s, const struct tx_filter *filter,
	uint32_t concept)
{
	const struct tx_bits *bits = filter->data;
	const struct tx_expression *written = written_of(s, concept);

	if (written)
		return hs_tx_sct_filter_form(ctx, s, filter, written->form);
	return hs_tx_bits_has(*bits, concept);
}

static enum hs_status list(struct tx_context *ctx, struct tx_system s, struct tx_listing *l,
	struct hs_error *err)
{
	struct tx_bits bits = { NULL, 0 };
	enum hs_status status = hs_tx_big_select(ctx, s, l->filters, l->filter_count, &bits, err);

	for (uint32_t at = status ? UINT32_MAX : hs_tx_bits_next(bits, 0);
		at != UINT32_MAX && status == HS_OK; at = hs_tx_bits_next(bits, at + 1))
		status = l->found(l->arg, at, err);
	return status;
}

const struct tx_source hs_tx_big_source = {
	.find = find,
	.concept = concept_of,
	.has_rows = true,
	.is_below = is_below,
	.parents = parents,
	.children = children,
	.texts = texts,
	.properties = properties,
	.filter_known = filter_known,
	.filter_passes = filter_passes,
	.list = list,
	.same = same,
	.remarks = remarks,
};
