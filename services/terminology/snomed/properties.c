/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of a SNOMED CT concept or expression, made from the columns, and forms written as text. */
#include "../compile/tree.h"
#include "semantics.h"

static bool add(struct hs_arena *arena, struct tx_properties *out, struct hs_slice code, struct hs_slice key,
	struct hs_slice value)
{
	return hs_tx_add_property(arena, (struct tx_property) { code, key, value }, out);
}

static bool add_attribute(struct hs_arena *arena, struct tx_system s, const struct tx_sct_attribute *a,
	struct tx_properties *out)
{
	static const struct hs_slice keys[] = { HS_S_INIT("valueCode"), HS_S_INIT("valueDecimal"),
		HS_S_INIT("valueString"), HS_S_INIT("valueBoolean") };
	uint32_t count = (uint32_t)TX_BIG(s.layer)->concept_count;

	if (a->type >= count || a->kind > TX_SCT_BOOLEAN || (a->kind == TX_SCT_CONCEPT && a->value >= count))
		return true;
	struct hs_slice value = a->kind == TX_SCT_CONCEPT ? hs_tx_code(s, a->value) :
							    hs_tx_sct_value(s.layer, a->value);
	return add(arena, out, hs_tx_code(s, a->type), keys[a->kind], value);
}

/* ---- expressions and normal forms ---- */

#define FORM_MAX 65536u

static void put_concept(struct hs_buf *out, struct tx_system s, uint32_t concept, enum tx_write how)
{
	struct tx_concept c = hs_tx_concept(s, concept);

	hs_buf_add(out, c.code);
	if (how == TX_WRITE_TERMS && c.display.len)
		hs_buf_printf(out, "|%.*s|", HS_S_ARG(c.display));
}

static void put_form(struct hs_buf *out, struct tx_system s, const struct tx_form *form, enum tx_write how);

static void put_text(struct hs_buf *out, struct hs_slice text)
{
	hs_buf_byte(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			hs_buf_byte(out, '\\');
		hs_buf_byte(out, text.ptr[i]);
	}
	hs_buf_byte(out, '"');
}

static void put_value(struct hs_buf *out, struct tx_system s, const struct tx_part *part, enum tx_write how)
{
	if (part->kind == TX_SCT_STRING)
		put_text(out, part->text);
	else if (part->kind != TX_SCT_CONCEPT)
		hs_buf_printf(out, "%s%.*s", part->kind == TX_SCT_NUMBER ? "#" : "", HS_S_ARG(part->text));
	else if (!part->inner)
		put_concept(out, s, part->value, how);
	else {
		hs_buf_byte(out, '(');
		put_form(out, s, part->inner, how);
		hs_buf_byte(out, ')');
	}
}

static void put_form(struct hs_buf *out, struct tx_system s, const struct tx_form *form, enum tx_write how)
{
	const struct tx_part *parts = form->parts;

	for (size_t i = 0; i < form->focus_count; i++) {
		if (i)
			hs_buf_byte(out, '+');
		put_concept(out, s, form->focus[i], how);
	}
	for (size_t i = 0; i < form->part_count; i++) {
		bool first = i == 0 || parts[i - 1].group != parts[i].group;
		bool last = i + 1 == form->part_count || parts[i + 1].group != parts[i].group;
		hs_buf_cstr(out, i == 0 ? ":" : ",");
		if (first && parts[i].group)
			hs_buf_byte(out, '{');
		put_concept(out, s, parts[i].type, how);
		hs_buf_byte(out, '=');
		put_value(out, s, &parts[i], how);
		if (last && parts[i].group)
			hs_buf_byte(out, '}');
	}
}

struct hs_slice hs_tx_sct_write(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	enum tx_write how)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, FORM_MAX);
	put_form(&out, s, form, how);
	return hs_buf_slice(&out);
}

static struct hs_slice with_status(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	enum tx_write how)
{
	return hs_arena_printf(arena, "%s %.*s",
		form->subtype ? "<<<" : "===", HS_S_ARG(hs_tx_sct_write(arena, s, form, how)));
}

/* Of a concept: its parents and relationships, as the release classifies them. */
static bool form_of_rows(struct hs_arena *arena, struct tx_system s, uint32_t concept, struct tx_form *out)
{
	size_t count, limit = TX_BIG(s.layer)->concept_count;
	const struct tx_sct_attribute *rows = hs_tx_sct_attributes(s.layer, concept, &count);
	struct tx_part *parts = hs_arena_array(arena, count + 1, sizeof(*parts));
	uint32_t *self = hs_arena_alloc(arena, sizeof(*self));

	if (!parts || !self)
		return false;
	out->subtype = !(TX_BIG(s.layer)->sct->columns[concept].flags & TX_SCT_DEFINED);
	out->focus = hs_tx_parents(s, concept, &out->focus_count);
	if (!out->focus_count) {
		*self = concept;
		out->focus = self;
		out->focus_count = 1;
	}
	out->parts = parts;
	for (size_t i = 0; i < count; i++) {
		bool named = rows[i].kind == TX_SCT_CONCEPT;
		if (rows[i].type >= limit || rows[i].kind > TX_SCT_BOOLEAN ||
			(named && rows[i].value >= limit))
			continue;
		parts[out->part_count++] = (struct tx_part) { .type = rows[i].type,
			.group = rows[i].group,
			.kind = rows[i].kind,
			.value = rows[i].value,
			.text = named ? HS_S_NONE : hs_tx_sct_value(s.layer, rows[i].value) };
	}
	return true;
}

/* The concept as an expression in its normal form: what it is and its relationships, group by group. */
static struct hs_slice normal_form(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	enum tx_write how)
{
	struct tx_form form = { .focus = NULL };

	return form_of_rows(arena, s, concept, &form) ? with_status(arena, s, &form, how) : HS_S_NONE;
}

bool hs_tx_sct_properties(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	struct tx_properties *out)
{
	const struct tx_sct_column *column = &TX_BIG(s.layer)->sct->columns[concept];
	size_t count;
	const struct tx_sct_attribute *list = hs_tx_sct_attributes(s.layer, concept, &count);
	bool defined = column->flags & TX_SCT_DEFINED, ok = true;

	if (column->module < TX_BIG(s.layer)->concept_count)
		ok = add(arena, out, HS_S("moduleId"), HS_S("valueCode"), hs_tx_code(s, column->module));
	ok = ok &&
		add(arena, out, HS_S("effectiveTime"), HS_S("valueString"),
			hs_arena_printf(arena, "%08u", column->effective));
	ok = ok &&
		add(arena, out, HS_S("sufficientlyDefined"), HS_S("valueBoolean"),
			defined ? HS_S("true") : HS_S("false"));
	for (size_t i = 0; i < count && ok; i++)
		ok = add_attribute(arena, s, &list[i], out);
	ok = ok &&
		add(arena, out, HS_S("normalForm"), HS_S("valueString"),
			normal_form(arena, s, concept, TX_WRITE_TERMS));
	return ok &&
		add(arena, out, HS_S("normalFormTerse"), HS_S("valueString"),
			normal_form(arena, s, concept, TX_WRITE_TERSE));
}

/* Of an expression the same: the nearest concepts above it, and what it means. */
bool hs_tx_sct_expression_properties(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	struct tx_properties *out)
{
	static const struct hs_slice keys[] = { HS_S_INIT("valueCode"), HS_S_INIT("valueDecimal"),
		HS_S_INIT("valueString"), HS_S_INIT("valueBoolean") };
	struct tx_form normal = {
		.parts = form->meant, .part_count = form->meant_count, .subtype = form->subtype
	};
	bool ok;

	normal.focus = hs_tx_form_parents(arena, s, form, &normal.focus_count);
	if (!normal.focus)
		return false;
	ok = add(arena, out, HS_S("sufficientlyDefined"), HS_S("valueBoolean"),
		form->subtype ? HS_S("false") : HS_S("true"));
	for (size_t i = 0; i < form->meant_count && ok; i++) {
		const struct tx_part *part = &form->meant[i];
		struct hs_slice value = part->inner ? hs_tx_sct_write(arena, s, part->inner, TX_WRITE_TERSE) :
			part->kind == TX_SCT_CONCEPT ? hs_tx_code(s, part->value) :
						       part->text;
		ok = add(arena, out, hs_tx_code(s, part->type), keys[part->kind], value);
	}
	ok = ok &&
		add(arena, out, HS_S("normalForm"), HS_S("valueString"),
			with_status(arena, s, &normal, TX_WRITE_TERMS));
	return ok &&
		add(arena, out, HS_S("normalFormTerse"), HS_S("valueString"),
			with_status(arena, s, &normal, TX_WRITE_TERSE));
}
