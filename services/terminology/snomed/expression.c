/* SPDX-License-Identifier: Apache-2.0 */
/* Reading post-coordinated expressions and holding them against the concept model. */
#include "expression.h"

#include "../concept.h"
#include "ecl_tree.h"

#include <stdio.h>

#define DEPTH_MAX 16u
#define ATTRIBUTES_MAX 64u

struct attribute {
	uint32_t type, value; /* value: concept, or UINT32_MAX for a concrete one */
	uint32_t group;       /* 0: none */
	char kind;            /* 'c' concept, '#' number, '"' text, 'b' boolean */
};

struct reader {
	struct ecl_parser p;
	struct tx_system s;
	struct attribute list[ATTRIBUTES_MAX];
	size_t count;
	unsigned depth;
};

bool hs_tx_is_expression(struct hs_slice text)
{
	bool digit = text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9';
	bool status = hs_slice_starts(text, HS_S("===")) || hs_slice_starts(text, HS_S("<<<"));
	bool sign = hs_slice_find(text, ':', 0) != SIZE_MAX || hs_slice_find(text, '+', 0) != SIZE_MAX ||
		hs_slice_find(text, '|', 0) != SIZE_MAX;

	return status || (digit && sign);
}

static bool wrong(struct reader *r, const char *format, struct hs_slice code)
{
	if (!r->p.err->status) {
		r->p.err->status = HS_E_VALUE;
		snprintf(r->p.err->text, sizeof(r->p.err->text), "%s: %.*s", format,
			HS_S_ARG(hs_slice_first(code, 40)));
	}
	return false;
}

static bool read_concept(struct reader *r, uint32_t *out)
{
	struct hs_slice code;
	struct ecl_parser *p = &r->p;

	if (!hs_ecl_digits(p, &code)) {
		hs_ecl_expected(p, "a concept");
		return false;
	}
	*out = hs_tx_big_code(r->s.layer, code);
	if (*out == UINT32_MAX)
		return wrong(r, "the expression names a concept that is not there", code);
	if (hs_tx_is_inactive(r->s, *out))
		return wrong(r, "the expression names a concept that is no longer in use", code);
	if (!hs_ecl_sign(p, "|"))
		return true;
	size_t end = hs_slice_find(p->text, '|', p->at);
	if (end == SIZE_MAX) {
		hs_ecl_expected(p, "the | that closes the term");
		return false;
	}
	p->at = end + 1;
	return true;
}

static bool expression(struct reader *r, uint32_t *focus, size_t *focus_count);

static bool value(struct reader *r, struct attribute *a)
{
	struct ecl_parser *p = &r->p;
	struct hs_slice text;
	uint32_t focus[TX_FOCUS_MAX];
	size_t count = 0;

	a->value = UINT32_MAX;
	if (hs_ecl_sees(p, "\"")) {
		a->kind = '"';
		return hs_ecl_quoted(p, false, &text);
	}
	if (hs_ecl_sign(p, "#")) {
		a->kind = '#';
		if (!hs_ecl_sign(p, "-"))
			hs_ecl_sign(p, "+");
		if (hs_ecl_digits(p, &text) && (!hs_ecl_sign(p, ".") || hs_ecl_digits(p, &text)))
			return true;
		hs_ecl_expected(p, "a number");
		return false;
	}
	if (hs_ecl_word(p, "true") || hs_ecl_word(p, "false")) {
		a->kind = 'b';
		return true;
	}
	a->kind = 'c';
	if (!hs_ecl_sign(p, "("))
		return read_concept(r, &a->value);
	if (r->depth++ == DEPTH_MAX)
		return wrong(r, "the expression has brackets too deep", HS_S_NONE);
	if (!expression(r, focus, &count))
		return false;
	r->depth--;
	a->value = focus[0];
	if (hs_ecl_sign(p, ")"))
		return true;
	hs_ecl_expected(p, ")");
	return false;
}

static bool attribute(struct reader *r, struct attribute *a)
{
	if (!read_concept(r, &a->type))
		return false;
	if (hs_ecl_sign(&r->p, "="))
		return value(r, a);
	hs_ecl_expected(&r->p, "=");
	return false;
}

/* ---- the concept model ---- */

struct model {
	const struct tx_layer *layer;
	const struct tx_sct *sct;
	struct tx_system s;
	struct hs_arena *arena;
};

static struct hs_slice field_text(const struct model *m, const struct tx_sct_member *member, uint32_t field)
{
	size_t at = (size_t)member->field_first + field;

	return at < m->sct->field_count ? tx_text(m->layer, m->sct->fields[at].text) : HS_S_NONE;
}

static const struct tx_sct_member *rows_of(const struct model *m, const char *refset, uint32_t type,
	size_t *count)
{
	uint32_t concept = hs_tx_big_code(m->layer, hs_slice_cstr(refset));
	const struct tx_sct_refset *found = concept == UINT32_MAX ? NULL :
								    hs_tx_sct_refset(m->layer, concept);

	*count = 0;
	return found ? hs_tx_sct_members_of(m->layer, found, type, count) : NULL;
}

static bool is_at_or_below(struct tx_system s, uint32_t concept, uint32_t ancestor)
{
	return concept == ancestor || hs_tx_is_below(s, concept, ancestor);
}

/* Fields of a domain row: domainId, grouped, attributeCardinality, attributeInGroupCardinality ... */
static bool fits_domain(const struct model *m, const struct attribute *a, const uint32_t *focus,
	size_t focus_count)
{
	size_t count;
	const struct tx_sct_member *rows = rows_of(m, "723561005", a->type, &count);

	for (size_t i = 0; i < count; i++) {
		uint32_t domain = hs_tx_big_code(m->layer, field_text(m, &rows[i], 0));
		bool grouped = hs_slice_eq(field_text(m, &rows[i], 1), HS_S("1"));
		if (domain == UINT32_MAX || (a->group && !grouped))
			continue;
		for (size_t k = 0; k < focus_count; k++)
			if (is_at_or_below(m->s, focus[k], domain))
				return true;
	}
	return !count;
}

static bool fits_range(const struct model *m, const struct attribute *a)
{
	static const struct {
		const char *begin;
		char kind;
	} concrete[] = { { "dec", '#' }, { "int", '#' }, { "str", '"' }, { "bool", 'b' } };
	size_t count;
	const struct tx_sct_member *rows = rows_of(m, "723562003", a->type, &count);

	for (size_t i = 0; i < count; i++) {
		struct hs_slice range = hs_slice_trim(field_text(m, &rows[i], 0));
		struct tx_bits bits = { NULL, 0 };
		struct hs_error ignored = { .status = HS_OK };
		for (size_t k = 0; k < sizeof(concrete) / sizeof(concrete[0]); k++)
			if (a->kind == concrete[k].kind &&
				hs_slice_starts(range, hs_slice_cstr(concrete[k].begin)))
				return true;
		if (a->kind == 'c' && hs_tx_ecl(m->arena, m->s, range, &bits, &ignored) == HS_OK &&
			hs_tx_bits_has(bits, a->value))
			return true;
	}
	return !count;
}

static bool check_model(struct reader *r, size_t from, const uint32_t *focus, size_t focus_count)
{
	struct model m = { r->s.layer, TX_BIG(r->s.layer)->sct, r->s, r->p.arena };
	uint32_t attributes = hs_tx_big_code(m.layer, HS_S("410662002"));

	for (size_t i = from; i < r->count; i++) {
		const struct attribute *a = &r->list[i];
		struct hs_slice code = hs_tx_code(r->s, a->type);
		if (attributes != UINT32_MAX && !hs_tx_is_below(r->s, a->type, attributes))
			return wrong(r, "the expression refines by a concept that is no attribute", code);
		if (!fits_domain(&m, a, focus, focus_count))
			return wrong(r, "the concept model does not allow here the attribute", code);
		if (!fits_range(&m, a))
			return wrong(r,
				"the value is outside the range that the concept model gives the attribute",
				code);
	}
	return true;
}

/* ---- expressions ---- */

static bool add_attribute(struct reader *r, uint32_t group)
{
	struct attribute a = { .group = group };

	if (!attribute(r, &a))
		return false;
	if (r->count == ATTRIBUTES_MAX)
		return wrong(r, "the expression has too many attributes", HS_S_NONE);
	r->list[r->count++] = a;
	return true;
}

static bool refinement(struct reader *r)
{
	uint32_t group = 0;

	do {
		if (!hs_ecl_sign(&r->p, "{")) {
			if (!add_attribute(r, 0))
				return false;
			continue;
		}
		group++;
		do
			if (!add_attribute(r, group))
				return false;
		while (hs_ecl_sign(&r->p, ","));
		if (!hs_ecl_sign(&r->p, "}")) {
			hs_ecl_expected(&r->p, "}");
			return false;
		}
	} while (hs_ecl_sign(&r->p, ",") || hs_ecl_sees(&r->p, "{"));
	return true;
}

/* Attributes of a value in brackets are checked against that value, then forgotten. */
static bool expression(struct reader *r, uint32_t *focus, size_t *focus_count)
{
	size_t outer = r->count;
	bool ok = true;

	*focus_count = 0;
	do {
		if (*focus_count == TX_FOCUS_MAX)
			return wrong(r, "the expression has too many focus concepts", HS_S_NONE);
		if (!read_concept(r, &focus[*focus_count]))
			return false;
		++*focus_count;
	} while (hs_ecl_sign(&r->p, "+"));
	if (hs_ecl_sign(&r->p, ":"))
		ok = refinement(r) && check_model(r, outer, focus, *focus_count);
	r->count = outer;
	return ok;
}

enum hs_status hs_tx_expression(struct hs_arena *arena, struct tx_system s, struct hs_slice text,
	struct tx_expression *out, struct hs_error *err)
{
	struct hs_error own = { .status = HS_OK };
	struct reader r = { .p = { .arena = arena, .text = text, .err = &own }, .s = s };
	struct tx_expression made = { .text = text };

	if (text.len > TX_EXPRESSION_MAX)
		return hs_fail(err, HS_E_LIMIT, "the expression is longer than %u bytes", TX_EXPRESSION_MAX);
	if (!hs_ecl_sign(&r.p, "==="))
		hs_ecl_sign(&r.p, "<<<");
	bool ok = expression(&r, made.focus, &made.focus_count);
	hs_ecl_blanks(&r.p);
	if (ok && r.p.at < text.len)
		hs_ecl_expected(&r.p, "the end of the expression");
	if (own.status || !ok) {
		*err = own;
		return own.status ? own.status : hs_fail(err, HS_E_VALUE, "the expression is wrong");
	}
	*out = made;
	return HS_OK;
}

bool hs_tx_expression_is_below(struct tx_system s, const struct tx_expression *expression, uint32_t ancestor)
{
	for (size_t i = 0; i < expression->focus_count; i++)
		if (is_at_or_below(s, expression->focus[i], ancestor))
			return true;
	return false;
}
