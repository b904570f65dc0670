/* SPDX-License-Identifier: Apache-2.0 */
/* SNOMED CT's filters as sets of concepts. */
#include "ecl_tree.h"
#include "semantics.h"

static bool is_constraint(const struct tx_filter *f)
{
	return f->op == TX_OP_EQUAL &&
		(hs_slice_eq(f->property, HS_S("constraint")) ||
			hs_slice_eq(f->property, HS_S("expression")));
}

static bool is_refset(const struct tx_filter *f)
{
	return f->op == TX_OP_IN && f->on == TX_ON_CODE && hs_slice_find(f->value, ',', 0) == SIZE_MAX;
}

static uint32_t attribute_of(struct tx_system s, const struct tx_filter *f)
{
	if ((f->op != TX_OP_EQUAL && f->op != TX_OP_IN) || f->on != TX_ON_PROPERTY)
		return TX_NONE;
	return hs_tx_big_code(s.layer, f->property);
}

bool hs_tx_sct_has_filter(struct tx_system s, const struct tx_filter *f)
{
	if (is_constraint(f) || attribute_of(s, f) != TX_NONE)
		return true;
	uint32_t refset = is_refset(f) ? hs_tx_big_code(s.layer, f->value) : TX_NONE;
	return refset != TX_NONE && hs_tx_sct_refset(s.layer, refset);
}

/* Adds the concepts that are members of a reference set. */
static void add_members(const struct tx_layer *layer, uint32_t refset, struct tx_bits out)
{
	const struct tx_sct_refset *found = hs_tx_sct_refset(layer, refset);

	for (uint32_t i = 0; found && i < found->member_count; i++)
		hs_tx_bits_add(out, TX_BIG(layer)->sct->members[found->member_first + i].component);
}

/* Sources of relationships of one type with one value. */
static void add_sources(struct tx_system s, uint32_t type, struct hs_slice value, struct tx_bits out)
{
	uint32_t target = hs_tx_big_code(s.layer, value);
	size_t count = 0;
	const struct tx_sct_pair *pairs = hs_tx_sct_pairs(s.layer, type, &count);

	for (size_t i = target == TX_NONE ? count : hs_tx_sct_pairs_before(pairs, count, target);
		i < count && pairs[i].value == target; i++)
		hs_tx_bits_add(out, pairs[i].source);
}

bool hs_tx_sct_filter(struct tx_context *ctx, struct tx_system s, struct tx_filter *f, struct tx_bits *out)
{
	struct hs_error err = { .status = HS_OK };
	uint32_t type = attribute_of(s, f);
	struct hs_slice list = f->value;

	if (is_constraint(f)) {
		struct ecl_eval e = ECL_EVAL(ctx->arena, s, &err);
		struct tx_remarks remarks = { .arena = ctx->arena };
		e.patience = &ctx->patience;
		e.remarks = &remarks;
		e.swedish = ctx->swedish;
		if (hs_ecl_answer(&e, f->value, out))
			f->why = hs_arena_copy(ctx->arena, hs_slice_cstr(err.text));
		f->remarks = remarks.first;
		return err.status == HS_OK;
	}
	*out = hs_tx_bits_new(ctx->arena, (uint32_t)TX_BIG(s.layer)->concept_count);
	if (!out->blocks)
		return false;
	if (type == TX_NONE)
		add_members(s.layer, hs_tx_big_code(s.layer, f->value), *out);
	else if (f->op == TX_OP_EQUAL)
		add_sources(s, type, list, *out);
	else
		while (list.ptr)
			add_sources(s, type, hs_slice_trim(hs_slice_cut(&list, ',')), *out);
	return true;
}

bool hs_tx_sct_filter_form(struct tx_context *ctx, struct tx_system s, const struct tx_filter *f,
	const struct tx_form *form)
{
	struct hs_error ignored = { .status = HS_OK };
	uint32_t type = attribute_of(s, f);
	bool passes = false;

	if (is_constraint(f))
		return hs_tx_ecl_form(ctx->arena, s, f->value, form, &passes, &ignored) == HS_OK && passes;
	for (size_t i = 0; i < form->meant_count && type != TX_NONE && !passes; i++) {
		const struct tx_part *part = &form->meant[i];
		struct hs_slice list = f->value, code;
		if (part->type != type || part->kind != TX_SCT_CONCEPT || part->inner)
			continue;
		code = hs_tx_code(s, part->value);
		if (f->op == TX_OP_EQUAL)
			passes = hs_slice_eq(list, code);
		else
			while (list.ptr && !passes)
				passes = hs_slice_eq(hs_slice_trim(hs_slice_cut(&list, ',')), code);
	}
	return passes;
}

/* ---- what each concept has ---- */

typedef void add_fn(struct tx_system s, struct hs_slice value, struct tx_bits out);

static void add_list(const uint32_t *list, size_t count, struct tx_bits out)
{
	for (size_t i = 0; i < count; i++)
		hs_tx_bits_add(out, list[i]);
}

static void with_parent(struct tx_system s, struct hs_slice value, struct tx_bits out)
{
	uint32_t concept = hs_tx_big_code(s.layer, value);
	size_t count = 0;
	const uint32_t *list = concept == TX_NONE ? NULL : hs_tx_children(s, concept, &count);

	add_list(list, count, out);
}

static void with_child(struct tx_system s, struct hs_slice value, struct tx_bits out)
{
	uint32_t concept = hs_tx_big_code(s.layer, value);
	size_t count = 0;
	const uint32_t *list = concept == TX_NONE ? NULL : hs_tx_parents(s, concept, &count);

	add_list(list, count, out);
}

static void with_state(struct tx_system s, struct hs_slice value, struct tx_bits out)
{
	bool inactive = hs_slice_eq(value, HS_S("true"));

	if (!inactive && !hs_slice_eq(value, HS_S("false")))
		return;
	for (uint32_t at = 0; at < out.count; at++)
		if (((s.layer->concepts[at].flags & TX_INACTIVE) != 0) == inactive)
			hs_tx_bits_add(out, at);
}

static void with_module(struct tx_system s, struct hs_slice value, struct tx_bits out)
{
	uint32_t module = hs_tx_big_code(s.layer, value);

	for (uint32_t at = 0; module != TX_NONE && at < out.count; at++)
		if (hs_tx_sct(s)->columns[at].module == module)
			hs_tx_bits_add(out, at);
}

static void with_time(struct tx_system s, struct hs_slice value, struct tx_bits out)
{
	uint64_t date = 0;
	bool whole = value.len == 8 && hs_slice_u64(value, &date);

	for (uint32_t at = 0; whole && at < out.count; at++)
		if (hs_tx_sct(s)->columns[at].effective == date)
			hs_tx_bits_add(out, at);
}

static void with_definition(struct tx_system s, struct hs_slice value, struct tx_bits out)
{
	bool defined = hs_slice_eq(value, HS_S("true"));

	if (!defined && !hs_slice_eq(value, HS_S("false")))
		return;
	for (uint32_t at = 0; at < out.count; at++)
		if (((hs_tx_sct(s)->columns[at].flags & TX_SCT_DEFINED) != 0) == defined)
			hs_tx_bits_add(out, at);
}

bool hs_tx_sct_select(struct tx_system s, const struct tx_filter *f, struct tx_bits out)
{
	static const struct {
		const char *property;
		add_fn *add;
	} rows[] = { { "inactive", with_state }, { "parent", with_parent }, { "child", with_child },
		{ "moduleId", with_module }, { "effectiveTime", with_time },
		{ "sufficientlyDefined", with_definition } };
	struct hs_slice list = f->value;

	if (!hs_tx_sct(s) || f->on != TX_ON_PROPERTY || (f->op != TX_OP_EQUAL && f->op != TX_OP_IN))
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!hs_slice_eq(f->property, hs_slice_cstr(rows[i].property)))
			continue;
		if (f->op == TX_OP_EQUAL)
			rows[i].add(s, f->value, out);
		else
			while (list.ptr)
				rows[i].add(s, hs_slice_trim(hs_slice_cut(&list, ',')), out);
		return true;
	}
	return false;
}
