/* SPDX-License-Identifier: Apache-2.0 */
/* Reading post-coordinated expressions. */
#include "expression.h"

#include "../compile/concept.h"
#include "../text/fold.h"
#include "ecl_tree.h"
#include "semantics.h"

#define DEPTH_MAX 16u
#define ATTRIBUTES_MAX 64u

struct reader {
	struct ecl_parser p;
	struct tx_system s;
	struct tx_part list[ATTRIBUTES_MAX]; /* of the forms that are open, the innermost last */
	size_t count;
	unsigned depth;
	struct hs_slice wrong_term; /* the first that its concept does not have */
	uint32_t wrong_concept;
};

bool hs_tx_is_expression(struct hs_slice text)
{
	bool digit = text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9';
	bool status = hs_slice_starts(text, HS_S("===")) || hs_slice_starts(text, HS_S("<<<"));
	bool sign = hs_slice_find(text, ':', 0) != SIZE_MAX || hs_slice_find(text, '+', 0) != SIZE_MAX ||
		hs_slice_find(text, '|', 0) != SIZE_MAX;

	return status || (digit && sign);
}

struct hs_slice hs_tx_sct_name(struct hs_arena *arena, struct tx_system s, uint32_t concept)
{
	struct tx_concept c = hs_tx_concept(s, concept);

	if (!c.display.len)
		return c.code;
	return hs_arena_printf(arena, "%.*s |%.*s|", HS_S_ARG(c.code),
		HS_S_ARG(hs_slice_first(c.display, 60)));
}

static bool wrong(struct reader *r, const char *what, struct hs_slice code)
{
	if (!r->p.err->status)
		hs_fail(r->p.err, HS_E_VALUE, "%s: %.*s", what, HS_S_ARG(hs_slice_first(code, 100)));
	return false;
}

static bool expected(struct reader *r, const char *what)
{
	hs_ecl_expected(&r->p, what);
	return false;
}

/* Is the term one of the concept's, but for the case of letters? */
static bool has_term(struct reader *r, uint32_t concept, struct hs_slice term)
{
	struct hs_arena *arena = r->p.arena;
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct tx_designations texts = { NULL, 0, 0 };
	struct hs_slice wanted = hs_tx_fold_case(arena, hs_tx_squeeze(arena, term));
	bool found = false;

	hs_tx_designations(arena, r->s, concept, NULL, 0, &texts);
	for (size_t i = 0; i < texts.count && !found; i++)
		found = hs_slice_eq(hs_tx_fold_case(arena, hs_tx_squeeze(arena, texts.items[i].value)),
			wanted);
	hs_arena_rollback(arena, mark);
	return found;
}

static bool read_concept(struct reader *r, uint32_t *out)
{
	struct hs_slice code;
	struct ecl_parser *p = &r->p;

	if (!hs_ecl_digits(p, &code))
		return expected(r, "a concept");
	*out = hs_tx_big_code(r->s.layer, code);
	if (*out == UINT32_MAX)
		return wrong(r, "the expression names a concept that is not there", code);
	if (hs_tx_is_inactive(r->s, *out))
		return wrong(r, "the expression names a concept that is no longer in use",
			hs_tx_sct_name(p->arena, r->s, *out));
	if (!hs_ecl_sign(p, "|"))
		return true;
	size_t end = hs_slice_find(p->text, '|', p->at);
	if (end == SIZE_MAX)
		return expected(r, "the | that closes the term");
	struct hs_slice term = hs_slice_trim(hs_slice(p->text.ptr + p->at, end - p->at));
	p->at = end + 1;
	if (!r->wrong_term.len && term.len && !has_term(r, *out, term)) {
		r->wrong_term = term;
		r->wrong_concept = *out;
	}
	return true;
}

/* ---- attributes ---- */

static const struct tx_form *expression(struct reader *r, bool subtype);

static bool inner_value(struct reader *r, struct tx_part *part)
{
	if (r->depth++ == DEPTH_MAX)
		return wrong(r, "the expression has brackets too deep", HS_S_NONE);
	part->inner = expression(r, false);
	r->depth--;
	if (!part->inner)
		return false;
	part->value = part->inner->focus[0];
	if (part->inner->focus_count == 1 && !part->inner->part_count)
		part->inner = NULL; /* (CONCEPT) is the concept */
	return hs_ecl_sign(&r->p, ")") ? true : expected(r, ")");
}

static bool value(struct reader *r, struct tx_part *part)
{
	struct ecl_parser *p = &r->p;
	bool yes;

	part->value = UINT32_MAX;
	if (hs_ecl_sees(p, "\"")) {
		part->kind = TX_SCT_STRING;
		return hs_ecl_quoted(p, false, &part->text);
	}
	if (hs_ecl_sign(p, "#")) {
		part->kind = TX_SCT_NUMBER;
		return hs_ecl_number(p, &part->text);
	}
	if (hs_ecl_boolean(p, &yes)) {
		part->kind = TX_SCT_BOOLEAN;
		part->text = yes ? HS_S("true") : HS_S("false");
		return true;
	}
	part->kind = TX_SCT_CONCEPT;
	return hs_ecl_sign(p, "(") ? inner_value(r, part) : read_concept(r, &part->value);
}

static bool attribute(struct reader *r, uint16_t group)
{
	struct tx_part part = { .group = group };

	if (!read_concept(r, &part.type))
		return false;
	if (!hs_ecl_sign(&r->p, "="))
		return expected(r, "=");
	if (!value(r, &part))
		return false;
	if (r->count == ATTRIBUTES_MAX)
		return wrong(r, "the expression has too many attributes", HS_S_NONE);
	r->list[r->count++] = part;
	return true;
}

static bool refinement(struct reader *r)
{
	uint16_t group = 0;

	do {
		if (!hs_ecl_sign(&r->p, "{")) {
			if (!attribute(r, 0))
				return false;
			continue;
		}
		group++;
		do
			if (!attribute(r, group))
				return false;
		while (hs_ecl_sign(&r->p, ","));
		if (!hs_ecl_sign(&r->p, "}"))
			return expected(r, "}");
	} while (hs_ecl_sign(&r->p, ",") || hs_ecl_sees(&r->p, "{"));
	return true;
}

/* ---- expressions ---- */

/* Takes the attributes behind `outer` off the list; what stands in no group goes first. */
static bool take_parts(struct reader *r, size_t outer, struct tx_form *form)
{
	size_t count = r->count - outer, n = 0;
	struct tx_part *parts = hs_arena_array(r->p.arena, count + 1, sizeof(*parts));

	if (!parts)
		return false;
	for (unsigned grouped = 0; grouped < 2; grouped++)
		for (size_t i = outer; i < r->count; i++)
			if ((r->list[i].group != 0) == (grouped != 0))
				parts[n++] = r->list[i];
	r->count = outer;
	form->parts = parts;
	form->part_count = n;
	return true;
}

static const struct tx_form *expression(struct reader *r, bool subtype)
{
	struct tx_form *form = hs_arena_alloc(r->p.arena, sizeof(*form));
	uint32_t *focus = hs_arena_array(r->p.arena, TX_FOCUS_MAX, sizeof(*focus));
	size_t outer = r->count;

	if (!form || !focus)
		return NULL;
	form->focus = focus;
	form->subtype = subtype;
	do {
		if (form->focus_count == TX_FOCUS_MAX) {
			wrong(r, "the expression has too many focus concepts", HS_S_NONE);
			return NULL;
		}
		if (!read_concept(r, &focus[form->focus_count]))
			return NULL;
		form->focus_count++;
	} while (hs_ecl_sign(&r->p, "+"));
	if (hs_ecl_sign(&r->p, ":") && !refinement(r))
		return NULL;
	bool ok = take_parts(r, outer, form) && hs_tx_form_mean(r->p.arena, r->s, form) &&
		hs_tx_model_allows(r->p.arena, r->s, form, r->p.err);
	return ok ? form : NULL;
}

enum hs_status hs_tx_expression(struct hs_arena *arena, struct tx_system s, struct hs_slice text,
	struct tx_expression *out, struct hs_error *err)
{
	struct hs_error own = { .status = HS_OK };
	struct reader r = { .p = { .arena = arena, .text = text, .err = &own, .what = "expression" },
		.s = s };
	struct tx_expression made = { .text = text };

	if (text.len > TX_EXPRESSION_MAX)
		return hs_fail(err, HS_E_LIMIT, "the expression is longer than %u bytes", TX_EXPRESSION_MAX);
	bool subtype = !hs_ecl_sign(&r.p, "===") && hs_ecl_sign(&r.p, "<<<");
	made.form = expression(&r, subtype);
	hs_ecl_blanks(&r.p);
	if (made.form && r.p.at < text.len)
		hs_ecl_expected(&r.p, "the end of the expression");
	if (!made.form && !own.status)
		hs_fail(&own, HS_E_LIMIT, "the expression needs more memory than is allowed");
	if (own.status) {
		*err = own;
		return own.status;
	}
	made.wrong_term = r.wrong_term;
	made.wrong_concept = r.wrong_concept;
	made.display = hs_tx_sct_write(arena, s, made.form, TX_WRITE_TERMS);
	*out = made;
	return HS_OK;
}
