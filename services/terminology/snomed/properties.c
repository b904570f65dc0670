/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of a SNOMED CT concept, made from the columns. */
#include "../tree.h"
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
			hs_tx_sct_normal_form(arena, s, concept, true));
	return ok &&
		add(arena, out, HS_S("normalFormTerse"), HS_S("valueString"),
			hs_tx_sct_normal_form(arena, s, concept, false));
}

/* ---- normal forms ---- */

#define FORM_MAX 65536u

static void put_concept(struct hs_buf *out, struct tx_system s, uint32_t concept, bool terms)
{
	struct tx_concept c = hs_tx_concept(s, concept);

	hs_buf_add(out, c.code);
	if (terms && c.display.len)
		hs_buf_printf(out, "|%.*s|", HS_S_ARG(c.display));
}

static void put_attribute(struct hs_buf *out, struct tx_system s, const struct tx_sct_attribute *a,
	bool terms)
{
	uint32_t count = (uint32_t)TX_BIG(s.layer)->concept_count;

	if (a->type >= count || (a->kind == TX_SCT_CONCEPT && a->value >= count))
		return;
	put_concept(out, s, a->type, terms);
	hs_buf_byte(out, '=');
	if (a->kind == TX_SCT_CONCEPT)
		put_concept(out, s, a->value, terms);
	else if (a->kind == TX_SCT_STRING)
		hs_buf_printf(out, "\"%.*s\"", HS_S_ARG(hs_tx_sct_value(s.layer, a->value)));
	else
		hs_buf_printf(out, "%s%.*s", a->kind == TX_SCT_NUMBER ? "#" : "",
			HS_S_ARG(hs_tx_sct_value(s.layer, a->value)));
}

/* Attributes stand in order of their groups; group 0 is none. */
struct hs_slice hs_tx_sct_normal_form(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	bool terms)
{
	const struct tx_sct_column *column = &TX_BIG(s.layer)->sct->columns[concept];
	size_t parent_count, count;
	const uint32_t *parents = hs_tx_parents(s, concept, &parent_count);
	const struct tx_sct_attribute *list = hs_tx_sct_attributes(s.layer, concept, &count);
	struct hs_buf out;

	hs_buf_init(&out, arena, FORM_MAX);
	hs_buf_cstr(&out, column->flags & TX_SCT_DEFINED ? "=== " : "<<< ");
	for (size_t i = 0; i < parent_count; i++) {
		if (i)
			hs_buf_byte(&out, '+');
		put_concept(&out, s, parents[i], terms);
	}
	if (!parent_count)
		put_concept(&out, s, concept, terms);
	for (size_t i = 0; i < count; i++) {
		bool first = i == 0 || list[i - 1].group != list[i].group;
		bool last = i + 1 == count || list[i + 1].group != list[i].group;
		hs_buf_cstr(&out, i == 0 ? ":" : ",");
		if (first && list[i].group)
			hs_buf_byte(&out, '{');
		put_attribute(&out, s, &list[i], terms);
		if (last && list[i].group)
			hs_buf_byte(&out, '}');
	}
	return hs_buf_slice(&out);
}
