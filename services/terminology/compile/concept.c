/* SPDX-License-Identifier: Apache-2.0 */
/* Concepts of a code system. */
#include "concept.h"

#include "../text/fold.h"
#include "../snomed/dialects.h"
#include "source.h"

/* ---- by code ---- */

static uint32_t search(struct tx_system s, const uint32_t *order, struct hs_slice code)
{
	size_t lo = 0, hi = s.row->concept_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (hs_slice_cmp(hs_tx_code(s, order[mid]), code) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s.row->concept_count && hs_slice_eq(hs_tx_code(s, order[lo]), code) ? order[lo] : TX_NONE;
}

static uint32_t search_folded(struct hs_arena *arena, struct tx_system s, struct hs_slice code)
{
	const uint32_t *order = s.layer->by_fold + s.row->concept_first;
	struct hs_slice folded = hs_tx_fold_case(arena, code);
	size_t lo = 0, hi = s.row->concept_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		struct hs_arena_mark mark = hs_arena_mark(arena);
		int order_of = hs_slice_cmp(hs_tx_fold_case(arena, hs_tx_code(s, order[mid])), folded);
		hs_arena_rollback(arena, mark);
		if (order_of < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == s.row->concept_count ||
		!hs_slice_eq(hs_tx_fold_case(arena, hs_tx_code(s, order[lo])), folded))
		return TX_NONE;
	return order[lo];
}

/* BY_CODE has as many rows as there are concepts, so a system's rows begin where its concepts do. */
uint32_t hs_tx_find_code(struct hs_arena *arena, struct tx_system s, struct hs_slice code, bool *differs)
{
	if (hs_tx_source(s))
		return s.layer->source->find(arena, s, code, differs);
	if (!s.row->concept_count)
		return TX_NONE;
	uint32_t found = search(s, s.layer->by_code + s.row->concept_first, code);
	if (found != TX_NONE || (s.row->head.flags & TX_CASE_SENSITIVE))
		return found;
	found = search_folded(arena, s, code);
	if (found != TX_NONE && differs)
		*differs = true;
	return found;
}

/* The row that the concept is, or NULL. The last of a layer's rows is no concept. */
static inline const struct tx_concept_row *row_of(struct tx_system s, uint32_t concept)
{
	const struct tx_source *source = hs_tx_source(s);

	return !source || (source->has_rows && concept + (size_t)1 < s.layer->concepts_count) ?
		&s.layer->concepts[concept] :
		NULL;
}

static struct tx_concept concept_of_row(struct tx_system s, const struct tx_concept_row *row)
{
	return (struct tx_concept) {
		.code = tx_text(s.layer, row->code),
		.display = tx_text(s.layer, row->display),
		.definition = tx_text(s.layer, row->definition),
		.extension = tx_text(s.layer, row->extension),
		.status = tx_text(s.layer, row->status),
		.flags = row->flags,
	};
}

struct tx_concept hs_tx_concept(struct tx_system s, uint32_t concept)
{
	const struct tx_concept_row *row = row_of(s, concept);

	return row ? concept_of_row(s, row) : hs_tx_source(s)->concept(s, concept);
}

uint32_t hs_tx_flags(struct tx_system s, uint32_t concept)
{
	const struct tx_concept_row *row = row_of(s, concept);

	return row ? row->flags : hs_tx_source(s)->concept(s, concept).flags;
}

struct hs_slice hs_tx_own_display(struct tx_system s, uint32_t concept)
{
	const struct tx_concept_row *row = row_of(s, concept);

	return row ? tx_text(s.layer, row->display) : hs_tx_source(s)->concept(s, concept).display;
}

void hs_tx_expect_texts(struct tx_system s, uint32_t concept)
{
	const struct tx_concept_row *row = row_of(s, concept);

	if (!row)
		return;
	__builtin_prefetch(tx_text(s.layer, row->code).ptr);
	__builtin_prefetch(tx_text(s.layer, row->display).ptr);
}

struct hs_slice hs_tx_code(struct tx_system s, uint32_t concept)
{
	const struct tx_concept_row *row = row_of(s, concept);
	const struct tx_source *source = hs_tx_source(s);

	if (row)
		return tx_text(s.layer, row->code);
	return source->code ? source->code(s, concept) : source->concept(s, concept).code;
}

/* ---- hierarchy ---- */

bool hs_tx_spans_have(const struct tx_span *spans, size_t count, uint32_t number)
{
	size_t lo = 0, hi = count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (spans[mid].to <= number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < count && spans[lo].from <= number;
}

bool hs_tx_is_below(struct tx_system s, uint32_t concept, uint32_t ancestor)
{
	if (concept == ancestor)
		return false;
	if (hs_tx_source(s))
		return s.layer->source->is_below && s.layer->source->is_below(s, concept, ancestor);
	const struct tx_concept_row *row = &s.layer->concepts[ancestor];
	bool inside = ancestor < concept && concept < row->end;
	if (!(s.row->head.flags & TX_GRAPH))
		return inside;
	return hs_tx_spans_have(s.layer->spans + row->span_first + 1, row[1].span_first - row->span_first - 1,
		s.layer->spans[s.layer->concepts[concept].span_first].from);
}

static const uint32_t *ask_kin(const uint32_t *(*ask)(struct tx_system, uint32_t, size_t *),
	struct tx_system s, uint32_t concept, size_t *count)
{
	*count = 0;
	return ask ? ask(s, concept, count) : NULL;
}

const uint32_t *hs_tx_parents(struct tx_system s, uint32_t concept, size_t *count)
{
	if (hs_tx_source(s))
		return ask_kin(s.layer->source->parents, s, concept, count);
	const struct tx_concept_row *row = &s.layer->concepts[concept];
	*count = row[1].parent_first - row->parent_first;
	return s.layer->parents + row->parent_first;
}

const uint32_t *hs_tx_children(struct tx_system s, uint32_t concept, size_t *count)
{
	if (hs_tx_source(s))
		return ask_kin(s.layer->source->children, s, concept, count);
	const struct tx_concept_row *row = &s.layer->concepts[concept];
	*count = row[1].child_first - row->child_first;
	return s.layer->children + row->child_first;
}

bool hs_tx_is_inactive(struct tx_system s, uint32_t concept)
{
	return hs_tx_flags(s, concept) & TX_INACTIVE;
}

/* ---- texts ---- */

static bool use_is_display(const struct tx_designation *d)
{
	if (!d->use_code.len)
		return true;
	return hs_slice_eq(d->use_code, HS_S("display")) ||
		hs_slice_eq(d->use_code, HS_S("preferredForLanguage")) ||
		(hs_slice_eq(d->use_system, HS_S("http://snomed.info/sct")) &&
			hs_slice_eq(d->use_code, HS_S("900000000000013009")));
}

bool hs_tx_add_designation(struct hs_arena *arena, struct tx_designation item, struct tx_designations *out)
{
	if (out->count == out->room) {
		size_t room = out->room ? out->room * 2 : 8;
		void *items = hs_arena_grow(arena, out->items, out->room * sizeof(item), room * sizeof(item));
		if (!items)
			return false;
		out->items = items;
		out->room = room;
	}
	item.is_display = item.base || use_is_display(&item);
	out->items[out->count++] = item;
	return true;
}

bool hs_tx_add_designation_row(struct hs_arena *arena, const struct tx_layer *layer,
	const struct tx_designation_row *row, struct hs_slice source, struct tx_designations *out)
{
	struct tx_designation item = {
		.language = tx_text(layer, row->language),
		.value = tx_text(layer, row->value),
		.use_system = tx_text(layer, row->use_system),
		.use_code = tx_text(layer, row->use_code),
		.use_display = tx_text(layer, row->use_display),
		.extension = tx_text(layer, row->extension),
		.source = source,
	};

	return hs_tx_add_designation(arena, item, out);
}

static bool add_of(struct hs_arena *arena, struct tx_system s, uint32_t concept, struct hs_slice source,
	struct tx_designations *out)
{
	struct hs_slice display = hs_tx_own_display(s, concept);
	bool ok = true;

	if (display.len)
		ok = hs_tx_add_designation(arena,
			(struct tx_designation) { .language = tx_text(s.layer, s.row->head.language),
				.value = display,
				.source = source,
				.base = !source.len },
			out);
	if (hs_tx_source(s))
		return ok && (!s.layer->source->texts || s.layer->source->texts(arena, s, concept, out));
	const struct tx_concept_row *row = &s.layer->concepts[concept];
	for (uint32_t i = row->designation_first; i < row[1].designation_first && ok; i++)
		ok = hs_tx_add_designation_row(arena, s.layer, &s.layer->designations[i], source, out);
	return ok;
}

bool hs_tx_designations(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	const struct tx_system *supplements, size_t supplement_count, struct tx_designations *out)
{
	bool ok = add_of(arena, s, concept, HS_S_NONE, out);

	for (size_t i = 0; i < supplement_count && ok; i++) {
		uint32_t other = hs_tx_find_code(arena, supplements[i], hs_tx_code(s, concept), NULL);
		if (other != TX_NONE)
			ok = add_of(arena, supplements[i], other,
				hs_tx_vurl(arena, TX_SYSTEM_URL(supplements[i]),
					TX_SYSTEM_VERSION(supplements[i])),
				out);
	}
	return ok;
}

int hs_tx_designation_fit(const struct tx_designation *d, struct hs_slice wanted)
{
	uint64_t dialect = d->dialects ? hs_tx_sct_dialect(wanted) : 0;

	for (unsigned i = 0; dialect && i < d->dialect_count; i++)
		if (d->dialects[i] == dialect && (d->dialect_bits >> i * 2 & 3))
			return 3 + (int)(d->dialect_bits >> i * 2 & 3);
	return hs_language_fit(wanted, d->language);
}

const struct tx_designation *hs_tx_choose_display(const struct tx_designations *list,
	const struct hs_languages *languages)
{
	const struct tx_designation *base = NULL;

	for (size_t l = 0; l < languages->count; l++) {
		const struct tx_designation *best = NULL;
		int best_fit = 0;
		for (size_t i = 0; i < list->count; i++) {
			const struct tx_designation *d = &list->items[i];
			int fit = hs_tx_designation_fit(d, languages->tags[l]) * 2;
			if (fit && d->base)
				fit++;
			if (d->is_display && fit > best_fit) {
				best = d;
				best_fit = fit;
			}
		}
		if (best)
			return best;
	}
	for (size_t i = 0; i < list->count && !base; i++)
		if (list->items[i].base)
			base = &list->items[i];
	if (languages->no_other && languages->count)
		return base && !base->language.len ? base : NULL;
	return base;
}

/* ---- properties ---- */

bool hs_tx_add_property(struct hs_arena *arena, struct tx_property item, struct tx_properties *out)
{
	if (out->count == out->room) {
		size_t room = out->room ? out->room * 2 : 16;
		void *items = hs_arena_grow(arena, out->items, out->room * sizeof(item), room * sizeof(item));
		if (!items)
			return false;
		out->items = items;
		out->room = room;
	}
	out->items[out->count++] = item;
	return true;
}

static bool add_properties_of(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	struct tx_properties *out)
{
	bool ok = true;

	if (hs_tx_source(s))
		return !s.layer->source->properties || s.layer->source->properties(arena, s, concept, out);
	const struct tx_concept_row *row = &s.layer->concepts[concept];
	for (uint32_t i = row->property_first; i < row[1].property_first && ok; i++) {
		const struct tx_property_row *p = &s.layer->properties[i];
		ok = hs_tx_add_property(arena,
			(struct tx_property) { tx_text(s.layer, p->code), tx_text(s.layer, p->key),
				tx_text(s.layer, p->value) },
			out);
	}
	return ok;
}

bool hs_tx_properties(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	const struct tx_system *supplements, size_t supplement_count, struct tx_properties *out)
{
	bool ok = add_properties_of(arena, s, concept, out);

	for (size_t i = 0; i < supplement_count && ok; i++) {
		uint32_t other = hs_tx_find_code(arena, supplements[i], hs_tx_code(s, concept), NULL);
		if (other != TX_NONE)
			ok = add_properties_of(arena, supplements[i], other, out);
	}
	return ok;
}

const struct tx_property_def_row *hs_tx_property_def(struct tx_system s, struct hs_slice code)
{
	for (uint32_t i = 0; i < s.row->def_count; i++) {
		const struct tx_property_def_row *def = &s.layer->property_defs[s.row->def_first + i];
		if (hs_slice_eq(tx_text(s.layer, def->code), code))
			return def;
	}
	return NULL;
}
