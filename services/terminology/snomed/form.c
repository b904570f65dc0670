/* SPDX-License-Identifier: Apache-2.0 */
/* Meanings of concepts and expressions, and which implies which. */
#include "form.h"

#include "../compile/concept.h"
#include "../text/decimal.h"
#include "ecl_tree.h"

/* ---- comparing ---- */

static bool is_at_or_below(struct tx_system s, uint32_t concept, uint32_t ancestor)
{
	return concept == ancestor || hs_tx_big_is_below(s.layer, concept, ancestor);
}

static const struct tx_form *value_form(struct hs_arena *arena, struct tx_system s,
	const struct tx_part *part)
{
	return part->inner ? part->inner : hs_tx_form_of(arena, s, part->value);
}

static bool value_implies(struct hs_arena *arena, struct tx_system s, const struct tx_part *a,
	const struct tx_part *b)
{
	const struct tx_form *x, *y;

	if (a->kind != b->kind)
		return false;
	if (a->kind == TX_SCT_NUMBER)
		return hs_tx_decimal_cmp(a->text, b->text) == 0;
	if (a->kind == TX_SCT_BOOLEAN)
		return hs_slice_ieq(a->text, b->text);
	if (a->kind != TX_SCT_CONCEPT)
		return hs_slice_eq(a->text, b->text);
	if (!a->inner && !b->inner)
		return is_at_or_below(s, a->value, b->value);
	x = value_form(arena, s, a);
	y = value_form(arena, s, b);
	return x && y && hs_tx_form_is_below(arena, s, x, y);
}

bool hs_tx_part_implies(struct hs_arena *arena, struct tx_system s, const struct tx_part *a,
	const struct tx_part *b)
{
	return is_at_or_below(s, a->type, b->type) && value_implies(arena, s, a, b);
}

size_t hs_tx_form_group_end(const struct tx_part *parts, size_t count, size_t from)
{
	size_t to = from + 1;

	while (parts[from].group && to < count && parts[to].group == parts[from].group)
		to++;
	return to;
}

/* Does each part of group b have one in group a that implies it? */
static bool group_implies(struct hs_arena *arena, struct tx_system s, const struct tx_part *a, size_t a_count,
	const struct tx_part *b, size_t b_count)
{
	for (size_t i = 0; i < b_count; i++) {
		bool found = false;
		for (size_t k = 0; k < a_count && !found; k++)
			found = hs_tx_part_implies(arena, s, &a[k], &b[i]);
		if (!found)
			return false;
	}
	return true;
}

/* An ungrouped part is a group of its own, so it is implied by any group that has such a part. */
static bool some_group_implies(struct hs_arena *arena, struct tx_system s, const struct tx_form *a,
	const struct tx_part *b, size_t b_count)
{
	for (size_t from = 0, to; from < a->meant_count; from = to) {
		to = hs_tx_form_group_end(a->meant, a->meant_count, from);
		if (group_implies(arena, s, a->meant + from, to - from, b, b_count))
			return true;
	}
	return false;
}

static bool some_is_below(struct tx_system s, const uint32_t *list, size_t count, uint32_t ancestor)
{
	for (size_t i = 0; i < count; i++)
		if (is_at_or_below(s, list[i], ancestor))
			return true;
	return false;
}

bool hs_tx_form_is_below(struct hs_arena *arena, struct tx_system s, const struct tx_form *a,
	const struct tx_form *b)
{
	if (a == b)
		return true;
	if (b->subtype)
		return false; /* what more it is, nobody but itself can say */
	for (size_t i = 0; i < b->primitive_count; i++)
		if (!some_is_below(s, a->focus, a->focus_count, b->primitives[i]) &&
			!some_is_below(s, a->primitives, a->primitive_count, b->primitives[i]))
			return false;
	for (size_t from = 0, to; from < b->meant_count; from = to) {
		to = hs_tx_form_group_end(b->meant, b->meant_count, from);
		if (!b->meant[from].given && !some_group_implies(arena, s, a, b->meant + from, to - from))
			return false;
	}
	return true;
}

bool hs_tx_form_is_below_concept(struct hs_arena *arena, struct tx_system s, const struct tx_form *a,
	uint32_t concept)
{
	const struct tx_form *b;
	struct hs_arena_mark mark;
	bool below;

	if (some_is_below(s, a->focus, a->focus_count, concept))
		return true;
	if (!(TX_BIG(s.layer)->sct->columns[concept].flags & TX_SCT_DEFINED))
		return some_is_below(s, a->primitives, a->primitive_count, concept);
	mark = hs_arena_mark(arena);
	b = hs_tx_form_of(arena, s, concept);
	below = b && hs_tx_form_is_below(arena, s, a, b);
	hs_arena_rollback(arena, mark);
	return below;
}

bool hs_tx_form_has_concept(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	uint32_t concept)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);

	for (size_t i = 0; i < form->primitive_count; i++)
		if (!is_at_or_below(s, concept, form->primitives[i]))
			return false;
	const struct tx_form *other = form->subtype ? NULL : hs_tx_form_of(arena, s, concept);
	bool below = other && hs_tx_form_is_below(arena, s, other, form);
	hs_arena_rollback(arena, mark);
	return below;
}

/* ---- places in the hierarchy ---- */

/* A concept has the form below it only when its parents have, so the search goes down from those that are
 * certain: the focus, the primitives, and what is above them. */
bool hs_tx_form_above(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	struct tx_bits *out)
{
	uint32_t total = (uint32_t)TX_BIG(s.layer)->concept_count;
	struct tx_bits found = hs_tx_bits_new(arena, total), asked = hs_tx_bits_new(arena, total);
	struct tx_numbers list = { .arena = arena };
	bool ok = found.blocks && asked.blocks;
	size_t count;

	for (size_t i = 0; i < form->focus_count + form->primitive_count && ok; i++) {
		uint32_t at = i < form->focus_count ? form->focus[i] :
						      form->primitives[i - form->focus_count];
		if (!hs_tx_bits_has(found, at))
			ok = hs_tx_numbers_add(&list, at);
		hs_tx_bits_add(found, at);
	}
	for (size_t at = 0; at < list.count && ok; at++) {
		const uint32_t *parents = hs_tx_parents(s, list.items[at], &count);
		for (size_t i = 0; i < count && ok; i++)
			if (parents[i] < total && !hs_tx_bits_has(found, parents[i])) {
				hs_tx_bits_add(found, parents[i]);
				ok = hs_tx_numbers_add(&list, parents[i]);
			}
	}
	for (size_t at = 0; at < list.count && ok; at++) {
		const uint32_t *children = hs_tx_children(s, list.items[at], &count);
		for (size_t i = 0; i < count && ok; i++) {
			if (children[i] >= total || hs_tx_bits_has(found, children[i]) ||
				hs_tx_bits_has(asked, children[i]))
				continue;
			hs_tx_bits_add(asked, children[i]);
			if (hs_tx_form_is_below_concept(arena, s, form, children[i])) {
				hs_tx_bits_add(found, children[i]);
				ok = hs_tx_numbers_add(&list, children[i]);
			}
		}
	}
	if (ok)
		*out = found;
	return ok;
}

static bool has_below(struct tx_system s, struct tx_bits set, uint32_t concept)
{
	size_t count;
	const struct tx_span *spans = hs_tx_big_spans(s.layer, concept, &count);

	for (size_t i = 0; i < count; i++)
		for (uint32_t at = hs_tx_bits_next(set, spans[i].from); at < spans[i].to;
			at = hs_tx_bits_next(set, at + 1))
			if (at != concept)
				return true;
	return false;
}

const uint32_t *hs_tx_form_parents(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	size_t *count)
{
	struct tx_bits above = { NULL, 0 };
	size_t n = 0;

	if (!hs_tx_form_above(arena, s, form, &above))
		return NULL;
	TX_BITS_EACH(at, above)
	if (hs_tx_form_has_concept(arena, s, form, at))
		hs_tx_bits_take(above, at);
	uint32_t *list = hs_arena_array(arena, hs_tx_bits_total(above) + 1u, sizeof(*list));
	if (!list)
		return NULL;
	TX_BITS_EACH(at, above)
	if (!has_below(s, above, at))
		list[n++] = at;
	*count = n;
	return list;
}

/* ---- meaning ---- */

struct maker {
	struct hs_arena *arena;
	struct tx_system s;
	uint32_t seen[TX_FORM_CONCEPTS_MAX], primitives[TX_FORM_CONCEPTS_MAX];
	struct tx_part parts[TX_FORM_PARTS_MAX];
	size_t seen_count, primitive_count, part_count;
	uint16_t groups; /* used so far */
};

static void add_rows(struct maker *m, uint32_t concept, bool given)
{
	size_t count, limit = TX_BIG(m->s.layer)->concept_count;
	const struct tx_sct_attribute *rows = hs_tx_sct_attributes(m->s.layer, concept, &count);

	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; rows[from].group && to < count && rows[to].group == rows[from].group;
			to++)
			;
		if (m->part_count + (to - from) > TX_FORM_PARTS_MAX)
			return;
		uint16_t group = rows[from].group ? ++m->groups : 0;
		for (size_t i = from; i < to; i++) {
			bool named = rows[i].kind == TX_SCT_CONCEPT;
			if (rows[i].type >= limit || (named && rows[i].value >= limit))
				continue;
			m->parts[m->part_count++] = (struct tx_part) { .type = rows[i].type,
				.group = group,
				.kind = rows[i].kind,
				.value = rows[i].value,
				.text = named ? HS_S_NONE : hs_tx_sct_value(m->s.layer, rows[i].value),
				.given = given };
		}
	}
}

/* A primitive concept is itself; a defined one is what its parents and relationships say. */
static void add_concept(struct maker *m, uint32_t concept)
{
	size_t todo = m->seen_count;

	for (size_t i = 0; i < m->seen_count; i++)
		if (m->seen[i] == concept)
			return;
	if (m->seen_count == TX_FORM_CONCEPTS_MAX)
		return;
	m->seen[m->seen_count++] = concept;
	for (; todo < m->seen_count; todo++) {
		uint32_t at = m->seen[todo];
		size_t count = 0;
		bool defined = TX_BIG(m->s.layer)->sct->columns[at].flags & TX_SCT_DEFINED;
		const uint32_t *parents = hs_tx_parents(m->s, at, &count);
		add_rows(m, at, !defined || !count);
		if (!defined || !count) {
			m->primitives[m->primitive_count++] = at;
			continue;
		}
		for (size_t i = 0; i < count && m->seen_count < TX_FORM_CONCEPTS_MAX; i++) {
			bool known = false;
			for (size_t k = 0; k < m->seen_count && !known; k++)
				known = m->seen[k] == parents[i];
			if (!known)
				m->seen[m->seen_count++] = parents[i];
		}
	}
}

static void add_written(struct maker *m, const struct tx_form *form)
{
	uint16_t first = m->groups;

	for (size_t i = 0; i < form->part_count && m->part_count < TX_FORM_PARTS_MAX; i++) {
		struct tx_part part = form->parts[i];
		part.group = part.group ? (uint16_t)(first + part.group) : 0;
		m->groups = part.group > m->groups ? part.group : m->groups;
		m->parts[m->part_count++] = part;
	}
}

/* Primitive concepts above others say nothing more. */
static void reduce_primitives(struct maker *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->primitive_count; i++) {
		bool implied = false;
		for (size_t k = 0; k < m->primitive_count && !implied; k++)
			implied = k != i &&
				hs_tx_big_is_below(m->s.layer, m->primitives[k], m->primitives[i]);
		if (!implied)
			m->seen[kept++] = m->primitives[i];
	}
	memcpy(m->primitives, m->seen, kept * sizeof(*m->seen));
	m->primitive_count = kept;
}

/* Leaves out groups that another implies; of equal ones the last stays, unless it is only given. */
static bool is_implied(struct maker *m, size_t from, size_t to)
{
	for (size_t at = 0, end; at < m->part_count; at = end) {
		end = hs_tx_form_group_end(m->parts, m->part_count, at);
		if (at == from ||
			!group_implies(m->arena, m->s, m->parts + at, end - at, m->parts + from, to - from))
			continue;
		bool equal = group_implies(m->arena, m->s, m->parts + from, to - from, m->parts + at,
			end - at);
		bool same = m->parts[at].given == m->parts[from].given;
		if (!equal || (same ? at > from : m->parts[from].given))
			return true;
	}
	return false;
}

static size_t reduce_groups(struct maker *m, struct tx_part *out)
{
	size_t kept = 0;

	for (unsigned grouped = 0; grouped < 2; grouped++)
		for (size_t from = 0, to; from < m->part_count; from = to) {
			to = hs_tx_form_group_end(m->parts, m->part_count, from);
			if ((m->parts[from].group != 0) != (grouped != 0) || is_implied(m, from, to))
				continue;
			memcpy(out + kept, m->parts + from, (to - from) * sizeof(*out));
			kept += to - from;
		}
	return kept;
}

bool hs_tx_form_mean(struct hs_arena *arena, struct tx_system s, struct tx_form *form)
{
	struct maker *m = hs_arena_alloc(arena, sizeof(*m));

	if (!m)
		return false;
	m->arena = arena;
	m->s = s;
	for (size_t i = 0; i < form->focus_count; i++)
		add_concept(m, form->focus[i]);
	add_written(m, form);
	reduce_primitives(m);
	struct tx_part *meant = hs_arena_array(arena, m->part_count + 1, sizeof(*meant));
	if (!meant)
		return false;
	form->meant = meant;
	form->meant_count = reduce_groups(m, meant);
	form->primitives = m->primitives;
	form->primitive_count = m->primitive_count;
	return true;
}

const struct tx_form *hs_tx_form_of(struct hs_arena *arena, struct tx_system s, uint32_t concept)
{
	struct tx_form *form = hs_arena_alloc(arena, sizeof(*form));
	uint32_t *focus = hs_arena_alloc(arena, sizeof(*focus));

	if (!form || !focus || concept >= TX_BIG(s.layer)->concept_count)
		return NULL;
	*focus = concept;
	form->focus = focus;
	form->focus_count = 1;
	return hs_tx_form_mean(arena, s, form) ? form : NULL;
}
