/* SPDX-License-Identifier: Apache-2.0 */
/* Answering ECL: filters on concepts and their texts. */
#include "ecl_tree.h"

#include "../concept.h"
#include "../fold.h"

/* ---- terms ---- */

/* * stands for any characters, \* for itself (taken off by the parser's reading of \). */
static bool matches_wild(struct hs_slice text, struct hs_slice pattern)
{
	size_t t = 0, p = 0, star = SIZE_MAX, resume = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			resume = t;
		} else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
			p++;
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

bool hs_ecl_text_matches(struct hs_arena *arena, const struct ecl_texts *terms, struct hs_slice text)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct hs_slice folded = hs_tx_fold(arena, text);
	bool found = false;

	for (; terms && !found; terms = terms->next) {
		struct hs_slice wanted = terms->how == ECL_EXACT ? terms->text :
								   hs_tx_fold(arena, terms->text);
		found = terms->how == ECL_WORDS ? hs_tx_words_start(folded, wanted) :
			terms->how == ECL_WILD  ? matches_wild(folded, wanted) :
						  hs_slice_eq(text, wanted);
	}
	hs_arena_rollback(arena, mark);
	return found;
}

/* ---- texts ---- */

static bool is_among(const struct ecl_texts *list, struct hs_slice text)
{
	for (; list; list = list->next)
		if (hs_slice_ieq(list->text, text))
			return true;
	return false;
}

/* Aliases of the specification's appendix C for the dialects that are known here. */
static const struct {
	const char *alias, *refset;
} dialects[] = {
	{ "en-us", "900000000000509007" },
	{ "en-gb", "900000000000508004" },
	{ "en-au", "32570271000036106" },
	{ "en-ca", "19491000087109" },
	{ "en-ie", "21000220103" },
	{ "en-nz", "271000210107" },
	{ "sv", "46011000052107" },
	{ "sv-se", "46011000052107" },
	{ "da", "554461000005103" },
	{ "da-dk", "554461000005103" },
	{ "nb", "61000202103" },
	{ "nb-no", "61000202103" },
	{ "nn", "91000202106" },
	{ "nn-no", "91000202106" },
	{ "et", "71000181105" },
	{ "et-ee", "71000181105" },
	{ "nl", "31000146106" },
	{ "nl-nl", "31000146106" },
	{ "es", "448879004" },
	{ "fr-ca", "20581000087109" },
};

static bool alias_is(struct ecl_eval *e, struct hs_slice alias, uint32_t refset)
{
	struct hs_slice code = hs_tx_code(e->s, refset);

	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		if (hs_slice_ieq(hs_slice_cstr(dialects[i].alias), alias) &&
			hs_slice_eq(hs_slice_cstr(dialects[i].refset), code))
			return true;
	return false;
}

static bool dialect_fits(struct ecl_eval *e, const struct ecl_filter *f, const struct tx_sct_text *text)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;

	for (const struct ecl_texts *wanted = f->texts; wanted; wanted = wanted->next)
		for (size_t i = 0; i < sct->dialect_count; i++) {
			uint32_t how = text->dialects >> i * 2 & 3;
			if (!how || (wanted->acceptable && how != wanted->acceptable) ||
				sct->dialects[i] >= e->count)
				continue;
			if (wanted->node ? wanted->node->left && wanted->node->left->kind == ECL_CONCEPT &&
						hs_slice_eq(wanted->node->left->code,
							hs_tx_code(e->s, sct->dialects[i])) :
					   alias_is(e, wanted->text, sct->dialects[i]))
				return true;
		}
	return false;
}

static bool type_fits(struct ecl_eval *e, const struct ecl_filter *f, const struct tx_sct_text *text)
{
	static const char *const codes[] = { "900000000000013009", "900000000000003001",
		"900000000000550004" };
	static const char *const names[] = { "syn", "fsn", "def" };

	if (text->type > TX_SCT_DEFINITION)
		return false;
	if (f->set)
		return hs_tx_bits_has(f->bits, hs_tx_big_code(e->s.layer, hs_slice_cstr(codes[text->type])));
	return is_among(f->texts, hs_slice_cstr(names[text->type]));
}

static bool time_fits(struct ecl_eval *e, const struct ecl_filter *f, uint32_t effective)
{
	struct hs_slice text = hs_arena_printf(e->arena, "%08u", effective);

	for (const struct ecl_texts *t = f->texts; t; t = t->next) {
		int order = t->text.len ? hs_slice_cmp(text, t->text) : 1;
		if (hs_ecl_holds(f->comparison == ECL_UNEQUAL ? ECL_EQUAL : f->comparison, order))
			return f->comparison != ECL_UNEQUAL;
	}
	return f->comparison == ECL_UNEQUAL;
}

static bool id_fits(struct ecl_eval *e, const struct ecl_filter *f, uint64_t id)
{
	return is_among(f->texts, hs_arena_printf(e->arena, "%llu", (unsigned long long)id));
}

static bool text_fits(struct ecl_eval *e, const struct ecl_filter *f, const struct tx_sct_text *text,
	struct hs_slice value)
{
	struct hs_slice language = hs_image_text(e->s.layer->image, text->language);
	bool fits;

	switch (f->on) {
	case ECL_ON_TIME:
		return time_fits(e, f, text->effective);
	case ECL_ON_ACTIVE:
		return f->yes == (f->comparison == ECL_EQUAL); /* texts that are not active are not kept */
	case ECL_ON_TERM:
		fits = hs_ecl_text_matches(e->arena, f->texts, value);
		break;
	case ECL_ON_LANGUAGE:
		fits = is_among(f->texts, language);
		break;
	case ECL_ON_TYPE:
		fits = type_fits(e, f, text);
		break;
	case ECL_ON_DIALECT:
		fits = dialect_fits(e, f, text);
		break;
	case ECL_ON_MODULE:
		fits = hs_tx_bits_has(f->bits, text->module);
		break;
	default:
		fits = id_fits(e, f, text->id);
	}
	return fits == (f->comparison == ECL_EQUAL);
}

/* Some text of the concept fits all the conditions from `f` to the end of its braces. */
static bool some_text_fits(struct ecl_eval *e, const struct ecl_filter *f, uint32_t concept)
{
	const struct tx_layer *layer = e->s.layer;
	const struct tx_concept_row *row = &layer->concepts[concept];
	size_t count = (size_t)row[1].designation_first - row->designation_first + 1,
	       base = (size_t)row->designation_first + concept;

	for (size_t i = 0; i < count && base + i < TX_BIG(layer)->sct->text_count; i++) {
		const struct tx_sct_text *text = &TX_BIG(layer)->sct->texts[base + i];
		struct hs_slice value = i ?
			tx_text(layer, layer->designations[row->designation_first + i - 1].value) :
			tx_text(layer, row->display);
		struct hs_arena_mark mark = hs_arena_mark(e->arena);
		bool fits = text_fits(e, f, text, value);
		for (const struct ecl_filter *more = f->next; more && !more->first && fits; more = more->next)
			fits = text_fits(e, more, text, value);
		hs_arena_rollback(e->arena, mark);
		if (fits)
			return true;
	}
	return false;
}

/* ---- concepts ---- */

static bool concept_fits(struct ecl_eval *e, const struct ecl_filter *f, uint32_t concept)
{
	const struct tx_sct_column *column = &TX_BIG(e->s.layer)->sct->columns[concept];
	bool defined = column->flags & TX_SCT_DEFINED,
	     active = !(e->s.layer->concepts[concept].flags & TX_INACTIVE);
	bool fits;

	switch (f->on) {
	case ECL_ON_TIME:
		return time_fits(e, f, column->effective);
	case ECL_ON_ACTIVE:
		fits = active == f->yes;
		break;
	case ECL_ON_STATUS:
		if (f->set)
			fits = hs_tx_bits_has(f->bits,
				hs_tx_big_code(e->s.layer,
					defined ? HS_S("900000000000073002") : HS_S("900000000000074008")));
		else
			fits = is_among(f->texts, defined ? HS_S("defined") : HS_S("primitive"));
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
			return f->yes != (f->comparison == ECL_EQUAL);
	return false;
}

/* What a term may be found in, by the index of words; the texts are looked at afterwards. */
static bool narrow(struct ecl_eval *e, const struct ecl_filter *f, struct tx_bits set)
{
	struct tx_bits found = { NULL, 0 };

	if (f->on != ECL_ON_TERM || f->comparison != ECL_EQUAL)
		return true;
	for (const struct ecl_texts *t = f->texts; t; t = t->next)
		if (t->how != ECL_WORDS)
			return true;
	if (hs_ecl_new_set(e, &found))
		return false;
	for (const struct ecl_texts *t = f->texts; t; t = t->next)
		if (!hs_tx_big_search(e->s.layer, e->arena, hs_tx_fold(e->arena, t->text), &found))
			return false;
	hs_tx_bits_and(set, found);
	return true;
}

static void apply(struct ecl_eval *e, const struct ecl_filter *f, struct tx_bits set)
{
	TX_BITS_EACH(at, set)
	{
		struct hs_arena_mark mark = hs_arena_mark(e->arena);
		bool fits = f->about == ECL_ABOUT_TEXT ? some_text_fits(e, f, at) : concept_fits(e, f, at);
		if (!fits)
			set.words[at / 64] &= ~((uint64_t)1 << (at % 64));
		hs_arena_rollback(e->arena, mark);
	}
}

enum hs_status hs_ecl_filter(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits set)
{
	enum hs_status status = HS_OK;

	for (struct ecl_filter *f = sub->filters; f && status == HS_OK; f = f->next)
		if (f->set && f->about != ECL_ABOUT_MEMBER)
			status = hs_ecl_set(e, f->set, &f->bits);
	for (const struct ecl_filter *f = sub->filters; f && status == HS_OK; f = f->next) {
		if (f->about == ECL_ABOUT_MEMBER)
			continue;
		if (f->about == ECL_ABOUT_TEXT && !narrow(e, f, set))
			return hs_fail(e->err, HS_E_LIMIT,
				"the constraint needs more memory than is allowed");
		if (f->about == ECL_ABOUT_CONCEPT || f->first)
			apply(e, f, set);
	}
	return status;
}
