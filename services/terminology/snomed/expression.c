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
	struct tx_remarks remarks;
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

static bool wrong(struct reader *r, enum tx_message id, size_t at, struct hs_slice what)
{
	return hs_tx_remark(&r->remarks,
		(struct tx_remark) { .id = id,
			.args = { { what, hs_arena_printf(r->p.arena, "%u", hs_ecl_place(&r->p, at)) } },
			.wrong = true });
}

static bool too_many(struct reader *r, unsigned most, enum tx_message id)
{
	return wrong(r, id, r->p.at, hs_arena_printf(r->p.arena, "%u", most));
}

static bool expected(struct reader *r, const char *what)
{
	hs_ecl_expected(&r->p, what);
	return false;
}

bool hs_tx_sct_has_term(struct hs_arena *arena, struct tx_system s, uint32_t concept, struct hs_slice term)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct tx_designations texts = { NULL, 0, 0 };
	struct hs_slice wanted = hs_tx_fold_case(arena, hs_tx_squeeze(arena, term));
	bool found = false;

	hs_tx_designations(arena, s, concept, NULL, 0, &texts);
	for (size_t i = 0; i < texts.count && !found; i++)
		found = hs_slice_eq(hs_tx_fold_case(arena, hs_tx_squeeze(arena, texts.items[i].value)),
			wanted);
	hs_arena_rollback(arena, mark);
	return found;
}

/* |a term| beside a code is for people: the code counts, but a term of another concept misleads. */
static bool read_term(struct reader *r, uint32_t concept)
{
	struct ecl_parser *p = &r->p;

	if (!hs_ecl_sign(p, "|"))
		return true;
	size_t end = hs_slice_find(p->text, '|', p->at);
	if (end == SIZE_MAX)
		return expected(r, "the | that closes the term");
	struct hs_slice term = hs_slice_trim(hs_slice(p->text.ptr + p->at, end - p->at));
	p->at = end + 1;
	if (!term.len || hs_tx_sct_has_term(p->arena, r->s, concept, term))
		return true;
	struct tx_concept meant = hs_tx_concept(r->s, concept);
	return hs_tx_remark(&r->remarks,
		(struct tx_remark) {
			.id = TX_MSG_OWN_TERM_DIFFERS, .args = { { term, meant.code, meant.display } } });
}

static bool read_concept(struct reader *r, uint32_t *out)
{
	struct hs_slice code;
	struct ecl_parser *p = &r->p;

	if (!hs_ecl_digits(p, &code))
		return expected(r, "a concept");
	size_t at = p->at - code.len;
	*out = hs_tx_big_code(r->s.layer, code);
	if (*out == UINT32_MAX)
		return wrong(r, TX_MSG_OWN_EXPRESSION_UNKNOWN, at, hs_slice_first(code, 100));
	if (hs_tx_is_inactive(r->s, *out))
		return wrong(r, TX_MSG_OWN_EXPRESSION_INACTIVE, at, hs_tx_sct_name(p->arena, r->s, *out));
	return read_term(r, *out);
}

/* ---- attributes ---- */

static const struct tx_form *expression(struct reader *r, bool subtype);

static bool inner_value(struct reader *r, struct tx_part *part)
{
	if (r->depth++ == DEPTH_MAX)
		return too_many(r, DEPTH_MAX, TX_MSG_OWN_EXPRESSION_DEEP);
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

	hs_ecl_blanks(&r->p);
	part.at = hs_ecl_place(&r->p, r->p.at);
	if (!read_concept(r, &part.type))
		return false;
	if (!hs_ecl_sign(&r->p, "="))
		return expected(r, "=");
	if (!value(r, &part))
		return false;
	if (r->count == ATTRIBUTES_MAX)
		return too_many(r, ATTRIBUTES_MAX, TX_MSG_OWN_EXPRESSION_ATTRIBUTES);
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
	hs_ecl_blanks(&r->p);
	uint32_t at = hs_ecl_place(&r->p, r->p.at);
	form->focus = focus;
	form->subtype = subtype;
	do {
		if (form->focus_count == TX_FOCUS_MAX) {
			too_many(r, TX_FOCUS_MAX, TX_MSG_OWN_EXPRESSION_FOCUS);
			return NULL;
		}
		if (!read_concept(r, &focus[form->focus_count]))
			return NULL;
		form->focus_count++;
	} while (hs_ecl_sign(&r->p, "+"));
	if (hs_ecl_sign(&r->p, ":") && !refinement(r))
		return NULL;
	if (!take_parts(r, outer, form) || !hs_tx_form_mean(r->p.arena, r->s, form))
		return NULL;
	hs_tx_model_check(r->s, form, at, &r->remarks);
	return form;
}

bool hs_tx_expression(struct hs_arena *arena, struct tx_system s, struct hs_slice text, bool swedish,
	struct tx_expression *out)
{
	struct hs_error err = { .status = HS_OK };
	struct reader r = { .p = { .arena = arena,
				    .text = text,
				    .err = &err,
				    .what = TX_MSG_WORD_EXPRESSION,
				    .swedish = swedish },
		.s = s,
		.remarks = { .arena = arena } };
	const struct tx_form *form = NULL;

	if (text.len > TX_EXPRESSION_MAX) {
		too_many(&r, TX_EXPRESSION_MAX, TX_MSG_OWN_EXPRESSION_LONG);
	} else {
		bool subtype = !hs_ecl_sign(&r.p, "===") && hs_ecl_sign(&r.p, "<<<");
		form = expression(&r, subtype);
		hs_ecl_blanks(&r.p);
		if (form && r.p.at < text.len)
			form = hs_ecl_expected(&r.p, "the end of the expression");
		if (!form && !err.status && !r.remarks.wrong)
			hs_tx_no_room(swedish, &err);
	}
	if (err.status)
		hs_tx_remark(&r.remarks,
			(struct tx_remark) { .id = TX_MSG_OWN_EXPRESSION_SYNTAX,
				.args = { { hs_arena_copy(arena, hs_slice_cstr(err.text)) } },
				.wrong = true });
	*out = (struct tx_expression) { .text = text, .remarks = r.remarks.first };
	if (!form || r.remarks.wrong)
		return false;
	out->form = form;
	out->display = hs_tx_sct_write(arena, s, form, TX_WRITE_TERMS);
	return true;
}
