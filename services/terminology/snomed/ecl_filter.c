/* SPDX-License-Identifier: Apache-2.0 */
/* Answering ECL: filters on concepts and their texts. */
#include "ecl_tree.h"

#include "../compile/concept.h"
#include "../text/fold.h"

/* Steps for a concept. */
#define TEXTS 200u
#define COLUMN 4u

/* ---- terms ---- */

/* * stands for any characters, \\* for itself. */
static bool matches_wild(struct hs_slice text, struct hs_slice pattern)
{
	size_t t = 0, p = 0, star = SIZE_MAX, resume = 0;

	while (t < text.len) {
		bool escaped = p + 1 < pattern.len && pattern.ptr[p] == '\\';
		if (!escaped && p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.len && pattern.ptr[p + escaped] == text.ptr[t]) {
			p += escaped ? 2 : 1;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++resume;
		} else
			return false;
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

static bool is_marked(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] > 0x7f)
			return true;
	return false;
}

static bool one_matches(struct hs_arena *arena, const struct ecl_texts *term, struct hs_slice text)
{
	struct hs_slice wanted;

	if (term->how == ECL_EXACT)
		return hs_slice_eq(text, term->text);
	wanted = hs_tx_fold(arena, term->text);
	bool found = term->how == ECL_WORDS ? hs_tx_words_start(hs_tx_fold(arena, text), wanted) :
					      matches_wild(hs_tx_fold(arena, text), wanted);
	if (!found || !is_marked(term->text))
		return found;
	/* A letter with a mark means that letter, one without means either (section 5.5). */
	text = hs_tx_fold_case(arena, text);
	wanted = hs_tx_fold_case(arena, term->text);
	return term->how == ECL_WORDS ? hs_tx_words_start(text, wanted) : matches_wild(text, wanted);
}

bool hs_ecl_text_matches(struct hs_arena *arena, const struct ecl_texts *terms, struct hs_slice text)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);
	bool found = false;

	for (; terms && !found; terms = terms->next)
		found = one_matches(arena, terms, text);
	hs_arena_rollback(arena, mark);
	return found;
}

/* ---- texts ---- */

struct described {
	const struct tx_sct_text *detail;
	struct hs_slice value;
	bool active;
};

static bool has_number(const struct ecl_texts *list, uint64_t number)
{
	for (; list; list = list->next)
		if (list->number == number)
			return true;
	return false;
}

static bool has_text(const struct ecl_texts *list, struct hs_slice text)
{
	for (; list; list = list->next)
		if (hs_slice_ieq(list->text, text))
			return true;
	return false;
}

static bool dialect_fits(struct ecl_eval *e, const struct ecl_filter *f, const struct tx_sct_text *text)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;

	for (const struct ecl_texts *wanted = f->texts; wanted; wanted = wanted->next)
		for (size_t i = 0; i < sct->dialect_count; i++) {
			uint32_t how = text->dialects >> i * 2 & 3;
			if ((how & wanted->acceptable) && hs_tx_bits_has(wanted->bits, sct->dialects[i]))
				return true;
		}
	return false;
}

static bool type_fits(struct ecl_eval *e, const struct ecl_filter *f, const struct tx_sct_text *text)
{
	static const char *const codes[] = { "900000000000013009", "900000000000003001",
		"900000000000550004" };

	if (text->type > TX_SCT_DEFINITION)
		return false;
	if (f->set)
		return hs_tx_bits_has(f->bits, hs_tx_big_code(e->s.layer, hs_slice_cstr(codes[text->type])));
	return has_number(f->texts, text->type);
}

bool hs_ecl_time_fits(const struct ecl_filter *f, uint32_t effective)
{
	bool unequal = f->comparison == ECL_UNEQUAL;

	for (const struct ecl_texts *t = f->texts; t; t = t->next) {
		int order = effective < t->number ? -1 : effective > t->number;
		if (hs_ecl_holds(unequal ? ECL_EQUAL : f->comparison, order))
			return !unequal;
	}
	return unequal;
}

static bool text_fits(struct ecl_eval *e, const struct ecl_filter *f, const struct described *d)
{
	bool fits;

	switch (f->on) {
	case ECL_ON_TIME:
		return hs_ecl_time_fits(f, d->detail->effective);
	case ECL_ON_ACTIVE:
		return f->states & (d->active ? ECL_ACTIVE : ECL_RETIRED);
	case ECL_ON_TERM:
		fits = hs_ecl_text_matches(e->arena, f->texts, d->value);
		break;
	case ECL_ON_LANGUAGE:
		fits = has_text(f->texts, hs_image_text(e->s.layer->image, d->detail->language));
		break;
	case ECL_ON_TYPE:
		fits = type_fits(e, f, d->detail);
		break;
	case ECL_ON_DIALECT:
		fits = dialect_fits(e, f, d->detail);
		break;
	case ECL_ON_MODULE:
		fits = hs_tx_bits_has(f->bits, d->detail->module);
		break;
	default:
		fits = has_number(f->texts, d->detail->id);
	}
	return fits == (f->comparison == ECL_EQUAL);
}

uint8_t hs_ecl_states(const struct ecl_filter *first)
{
	uint8_t states = ECL_ACTIVE | ECL_RETIRED;
	bool said = false;

	for (const struct ecl_filter *f = first; f && f->about == first->about; f = f->next) {
		if (f != first && f->first && f->about != ECL_ABOUT_MEMBER)
			break; /* each pair of braces is about a text of its own; all are about one member */
		if (f->on == ECL_ON_ACTIVE) {
			states &= f->states;
			said = true;
		}
	}
	return said ? states : ECL_ACTIVE;
}

/* All the conditions from `f` to the end of its braces. */
static bool all_fit(struct ecl_eval *e, const struct ecl_filter *f, const struct described *d)
{
	struct hs_arena_mark mark = hs_arena_mark(e->arena);
	bool fits = text_fits(e, f, d);

	for (f = f->next; f && !f->first && fits; f = f->next)
		fits = text_fits(e, f, d);
	hs_arena_rollback(e->arena, mark);
	return fits;
}

static bool some_text_fits(struct ecl_eval *e, const struct ecl_filter *f, uint8_t states, uint32_t concept)
{
	const struct tx_layer *layer = e->s.layer;
	const struct tx_concept_row *row = &layer->concepts[concept];
	size_t count = (size_t)row[1].designation_first - row->designation_first + 1,
	       base = (size_t)row->designation_first + concept;

	for (size_t i = 0; states & ECL_ACTIVE && i < count && base + i < TX_BIG(layer)->sct->text_count;
		i++) {
		struct described d = { &TX_BIG(layer)->sct->texts[base + i],
			i ? tx_text(layer, layer->designations[row->designation_first + i - 1].value) :
			    tx_text(layer, row->display),
			true };
		if (d.detail->id && all_fit(e, f, &d)) /* a concept without texts has a row without id */
			return true;
	}
	const struct tx_sct_aside *asides = hs_tx_sct_asides(layer, concept, &count);
	for (size_t i = 0; i < count; i++) {
		struct described d = { &asides[i].detail, tx_text(layer, asides[i].value), asides[i].active };
		if ((states & (d.active ? ECL_ACTIVE : ECL_RETIRED)) && all_fit(e, f, &d))
			return true;
	}
	return false;
}

/* ---- concepts ---- */

static bool concept_fits(struct ecl_eval *e, const struct ecl_filter *f, uint32_t concept)
{
	const struct tx_sct_column *column = &TX_BIG(e->s.layer)->sct->columns[concept];
	bool defined = column->flags & TX_SCT_DEFINED, fits;

	switch (f->on) {
	case ECL_ON_TIME:
		return hs_ecl_time_fits(f, column->effective);
	case ECL_ON_STATUS:
		if (f->set)
			fits = hs_tx_bits_has(f->bits,
				hs_tx_big_code(e->s.layer,
					defined ? HS_S("900000000000073002") : HS_S("900000000000074008")));
		else
			fits = has_number(f->texts, column->flags & TX_SCT_DEFINED);
		break;
	default:
		fits = hs_tx_bits_has(f->bits, column->module);
	}
	return fits == (f->comparison == ECL_EQUAL);
}

bool hs_ecl_wants_inactive(const struct ecl_node *sub)
{
	for (const struct ecl_filter *f = sub->filters; f; f = f->next)
		if (f->about == ECL_ABOUT_CONCEPT && f->on == ECL_ON_ACTIVE)
			return f->states & ECL_RETIRED;
	return false;
}

/* ---- the set ---- */

/* What a term may be found in, by the index of words; the texts are looked at afterwards. The index has no
 * texts that stand apart, so concepts with such stay too. */
static bool narrow(struct ecl_eval *e, const struct ecl_filter *first, uint8_t states, struct tx_bits set)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;
	const struct ecl_filter *term = NULL;
	struct tx_bits found = { NULL, 0 };

	for (const struct ecl_filter *f = first; f && (f == first || !f->first); f = f->next)
		if (f->on == ECL_ON_TERM && f->comparison == ECL_EQUAL)
			term = f;
	for (const struct ecl_texts *t = term ? term->texts : NULL; t; t = t->next)
		if (t->how != ECL_WORDS)
			term = NULL;
	if (!term && states & ECL_ACTIVE)
		return true;
	if (hs_ecl_new_set(e, &found))
		return false;
	if (!tx_spend(e->patience, sct->aside_count))
		return false;
	for (size_t i = 0; i < sct->aside_count; i++)
		if (states & (sct->asides[i].active ? ECL_ACTIVE : ECL_RETIRED))
			hs_tx_bits_add(found, sct->asides[i].concept);
	for (const struct ecl_texts *t = term && states & ECL_ACTIVE ? term->texts : NULL; t; t = t->next) {
		struct tx_bits more = { NULL, 0 };
		if (!hs_tx_big_search(e->s.layer, e->arena, hs_tx_fold(e->arena, t->text), set, e->patience,
			    &more))
			return false;
		hs_tx_bits_or(found, more);
	}
	hs_tx_bits_and(set, found);
	return true;
}

/* Keeps the active ones of the set, the others, both or none. */
static enum hs_status keep_states(struct ecl_eval *e, uint8_t states, struct tx_bits set)
{
	struct tx_bits retired = hs_tx_big_inactive(e->s.layer, e->arena);

	if (!retired.blocks)
		return hs_tx_no_room(e->swedish, e->err);
	if (!(states & ECL_RETIRED))
		hs_tx_bits_minus(set, retired);
	if (!(states & ECL_ACTIVE))
		hs_tx_bits_and(set, retired);
	return HS_OK;
}

static enum hs_status apply(struct ecl_eval *e, const struct ecl_filter *f, struct tx_bits set)
{
	uint8_t states = f->about == ECL_ABOUT_TEXT ? hs_ecl_states(f) : 0;

	if (f->about == ECL_ABOUT_CONCEPT && f->on == ECL_ON_ACTIVE)
		return keep_states(e, f->states, set);
	if (f->about == ECL_ABOUT_TEXT && !narrow(e, f, states, set))
		return tx_is_spent(e->patience) ? tx_say_spent(e->err) : hs_tx_no_room(e->swedish, e->err);
	enum hs_status status = hs_ecl_spend_each(e, set, f->about == ECL_ABOUT_TEXT ? TEXTS : COLUMN);
	if (status)
		return status;
	TX_BITS_EACH(at, set)
	{
		struct hs_arena_mark mark = hs_arena_mark(e->arena);
		bool fits = f->about == ECL_ABOUT_TEXT ? some_text_fits(e, f, states, at) :
							 concept_fits(e, f, at);
		if (!fits)
			hs_tx_bits_take(set, at);
		hs_arena_rollback(e->arena, mark);
	}
	return HS_OK;
}

/* The sets that conditions name, before concepts or members are asked. */
enum hs_status hs_ecl_prepare(struct ecl_eval *e, const struct ecl_node *sub, bool members)
{
	enum hs_status status = HS_OK;

	for (struct ecl_filter *f = sub->filters; f && status == HS_OK; f = f->next) {
		if ((f->about == ECL_ABOUT_MEMBER) != members)
			continue;
		if (f->set)
			status = hs_ecl_set(e, f->set, &f->bits);
		if (f->on != ECL_ON_DIALECT)
			continue;
		for (struct ecl_texts *t = f->texts; t && status == HS_OK; t = t->next) {
			status = t->node ? hs_ecl_set(e, t->node, &t->bits) : hs_ecl_new_set(e, &t->bits);
			if (status == HS_OK && !t->node)
				hs_tx_bits_add(t->bits,
					hs_tx_big_code(e->s.layer,
						hs_arena_printf(e->arena, "%llu",
							(unsigned long long)t->number)));
		}
	}
	return status;
}

enum hs_status hs_ecl_filter(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits set)
{
	enum hs_status status = hs_ecl_prepare(e, sub, false);

	for (const struct ecl_filter *f = sub->filters; f && status == HS_OK; f = f->next)
		if (f->about == ECL_ABOUT_CONCEPT || (f->about == ECL_ABOUT_TEXT && f->first))
			status = apply(e, f, set);
	return status;
}
