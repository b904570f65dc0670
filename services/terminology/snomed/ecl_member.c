/* SPDX-License-Identifier: Apache-2.0 */
/* Answering ECL: members of reference sets, their fields, and history supplements. */
#include "ecl_tree.h"

#include "../compile/concept.h"
#include "../text/decimal.h"

/* Steps for one of them. */
#define SEARCH 16u /* of a component among the members of a reference set */
#define MEMBER 8u  /* with its fields */

struct refset {
	const struct tx_layer *layer;
	const struct tx_sct *sct;
	const struct tx_sct_refset *row;
};

static struct hs_slice field_name(const struct refset *r, uint32_t field)
{
	return tx_text(r->layer, r->sct->field_names[r->row->name_first + field]);
}

static const struct tx_sct_field *field_of(const struct refset *r, const struct tx_sct_member *member,
	uint32_t field)
{
	size_t at = (size_t)member->field_first + field;

	return at < r->sct->field_count ? &r->sct->fields[at] : NULL;
}

/* The number of the field with that name; UINT32_MAX: none. */
static uint32_t find_field(const struct refset *r, struct hs_slice name)
{
	for (uint32_t i = 0; i < r->row->field_count; i++)
		if (hs_slice_ieq(field_name(r, i), name))
			return i;
	return UINT32_MAX;
}

/* ---- filters ---- */

static bool field_fits(struct ecl_eval *e, const struct refset *r, const struct ecl_filter *f,
	const struct tx_sct_member *member)
{
	if (hs_slice_ieq(f->field, HS_S("refsetId")))
		return hs_tx_bits_has(f->bits, r->row->concept) == (f->comparison == ECL_EQUAL);
	bool component = hs_slice_ieq(f->field, HS_S("referencedComponentId"));
	uint32_t number = component ? 0 : find_field(r, f->field);
	const struct tx_sct_field *field = component || number == UINT32_MAX ? NULL :
									       field_of(r, member, number);

	if (!component && !field)
		return false;
	struct hs_slice text = component ? HS_S_NONE : tx_text(r->layer, field->text);
	if (f->value == ECL_VALUE_SET)
		return hs_tx_bits_has(f->bits, component ? member->component : field->concept) ==
			(f->comparison == ECL_EQUAL);
	if (f->value == ECL_VALUE_NUMBER)
		return text.len && hs_ecl_holds(f->comparison, hs_tx_decimal_cmp(text, f->number));
	if (f->value == ECL_VALUE_BOOLEAN)
		return ((hs_slice_eq(text, HS_S("1")) || hs_slice_ieq(text, HS_S("true"))) == f->yes) ==
			(f->comparison == ECL_EQUAL);
	if (f->value == ECL_VALUE_TIME) {
		uint64_t date = 0;
		return hs_slice_u64(text, &date) && date <= UINT32_MAX && hs_ecl_time_fits(f, (uint32_t)date);
	}
	return hs_ecl_text_matches(e->arena, f->texts, text) == (f->comparison == ECL_EQUAL);
}

static bool member_fits(struct ecl_eval *e, const struct refset *r, const struct ecl_filter *f,
	const struct tx_sct_member *member)
{
	bool equal = f->comparison == ECL_EQUAL;

	switch (f->on) {
	case ECL_ON_MODULE:
		return hs_tx_bits_has(f->bits, member->module) == equal;
	case ECL_ON_ACTIVE:
		return true; /* hs_ecl_members asks those alone that are in the wished state */
	case ECL_ON_TIME:
		return hs_ecl_time_fits(f, member->effective);
	default:
		return field_fits(e, r, f, member);
	}
}

static bool passes(struct ecl_eval *e, const struct refset *r, const struct ecl_node *sub,
	const struct tx_sct_member *member)
{
	for (const struct ecl_filter *f = sub->filters; f; f = f->next)
		if (f->about == ECL_ABOUT_MEMBER && !member_fits(e, r, f, member))
			return false;
	return true;
}

/* ---- names of fields ---- */

#define NAMES_MAX 1000u

static struct refset refset_at(struct ecl_eval *e, uint32_t concept)
{
	return (struct refset) { e->s.layer, TX_BIG(e->s.layer)->sct, hs_tx_sct_refset(e->s.layer, concept) };
}

/* Every field of the reference sets once, each behind a comma. */
static struct hs_slice field_names(struct ecl_eval *e, struct tx_bits refsets)
{
	struct hs_buf out;

	hs_buf_init(&out, e->arena, NAMES_MAX);
	TX_BITS_EACH(at, refsets)
	{
		struct refset r = refset_at(e, at);
		for (uint32_t i = 0; r.row && i < r.row->field_count && out.len < TX_PART_MAX; i++) {
			struct hs_slice name = HS_ARENA_JOIN(e->arena, HS_S(", "), field_name(&r, i)),
					there = HS_ARENA_JOIN(e->arena, hs_buf_slice(&out), HS_S(","));
			if (hs_slice_search(there, HS_ARENA_JOIN(e->arena, name, HS_S(","))) == SIZE_MAX)
				hs_buf_add(&out, name);
		}
	}
	return hs_buf_slice(&out);
}

/* Refuses a name that no field of any of the reference sets has. What is no reference set has no members, and
 * nothing to ask of them. */
static enum hs_status check_field(struct ecl_eval *e, struct tx_bits refsets, struct hs_slice name)
{
	bool any = false;

	if (hs_slice_ieq(name, HS_S("referencedComponentId")))
		return HS_OK;
	enum hs_status status = hs_ecl_spend_each(e, refsets, SEARCH);
	if (status)
		return status;
	TX_BITS_EACH(at, refsets)
	{
		struct refset r = refset_at(e, at);
		if (r.row && find_field(&r, name) != UINT32_MAX)
			return HS_OK;
		any = any || r.row;
	}
	return any ? hs_tx_say(e->err, HS_E_VALUE, e->swedish, TX_MSG_ECL_NO_FIELD, HS_S_NONE,
			     TX_ARGS(name, field_names(e, refsets))) :
		     HS_OK;
}

/* The fields that are given, and those that filters ask for. */
static enum hs_status check_fields(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits refsets)
{
	enum hs_status status = HS_OK;

	for (const struct ecl_texts *name = sub->fields; name && status == HS_OK; name = name->next)
		status = check_field(e, refsets, name->text);
	for (const struct ecl_filter *f = sub->filters; f && status == HS_OK; f = f->next)
		if (f->about == ECL_ABOUT_MEMBER && f->on == ECL_ON_FIELD &&
			!hs_slice_ieq(f->field, HS_S("refsetId")))
			status = check_field(e, refsets, f->field);
	return status;
}

/* ---- members ---- */

static void give(const struct refset *r, const struct ecl_node *sub, const struct tx_sct_member *member,
	struct tx_bits out)
{
	if (!sub->fields && !sub->all_fields)
		hs_tx_bits_add(out, member->component);
	for (uint32_t i = 0; sub->all_fields && i < r->row->field_count; i++)
		hs_tx_bits_add(out, field_of(r, member, i) ? field_of(r, member, i)->concept : UINT32_MAX);
	if (sub->all_fields)
		hs_tx_bits_add(out, member->component);
	for (const struct ecl_texts *name = sub->fields; name; name = name->next) {
		uint32_t field = find_field(r, name->text);
		const struct tx_sct_field *found = field == UINT32_MAX ? NULL : field_of(r, member, field);
		if (hs_slice_ieq(name->text, HS_S("referencedComponentId")))
			hs_tx_bits_add(out, member->component);
		else if (found)
			hs_tx_bits_add(out, found->concept);
	}
}

static const struct ecl_filter *first_of_members(const struct ecl_node *sub)
{
	const struct ecl_filter *f = sub->filters;

	while (f && f->about != ECL_ABOUT_MEMBER)
		f = f->next;
	return f;
}

enum hs_status hs_ecl_members(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits refsets,
	struct tx_bits out)
{
	enum hs_status status = hs_ecl_prepare(e, sub, true);
	const struct ecl_filter *first = first_of_members(sub);
	uint8_t states = first ? hs_ecl_states(first) : ECL_ACTIVE;
	bool plain = !first && !sub->fields && !sub->all_fields;

	if (status == HS_OK)
		status = check_fields(e, sub, refsets);
	for (uint32_t at = status ? UINT32_MAX : hs_tx_bits_next(refsets, 0); at != UINT32_MAX && !status;
		at = hs_tx_bits_next(refsets, at + 1)) {
		struct refset r = refset_at(e, at);
		uint32_t from = !r.row || states & ECL_ACTIVE ? 0 : r.row->member_count;
		uint32_t to = !r.row ?
			0 :
			r.row->member_count + (states & ECL_RETIRED ? r.row->retired_count : 0);
		status = hs_ecl_spend(e, (size_t)(to - from) * (plain ? 1 : MEMBER));
		for (uint32_t i = from; i < to && status == HS_OK; i++) {
			const struct tx_sct_member *member = &r.sct->members[r.row->member_first + i];
			if (plain) {
				hs_tx_bits_add(out, member->component);
				continue;
			}
			struct hs_arena_mark mark = hs_arena_mark(e->arena);
			if (passes(e, &r, sub, member))
				give(&r, sub, member, out);
			hs_arena_rollback(e->arena, mark);
		}
	}
	return status;
}

static bool has_member(struct ecl_eval *e, const struct tx_sct_refset *row, struct tx_bits components,
	bool few)
{
	const struct tx_sct_member *members = TX_BIG(e->s.layer)->sct->members + row->member_first;
	size_t count;

	if (few) {
		TX_BITS_EACH(at, components)
		{
			hs_tx_sct_members_of(e->s.layer, row, at, &count);
			if (count)
				return true;
		}
		return false;
	}
	for (uint32_t k = 0; k < row->member_count; k++)
		if (hs_tx_bits_has(components, members[k].component))
			return true;
	return false;
}

enum hs_status hs_ecl_containing(struct ecl_eval *e, struct tx_bits components, struct tx_bits out)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;
	bool few = hs_tx_bits_nth(components, e->few) == UINT32_MAX;
	enum hs_status status = few ? hs_ecl_spend_each(e, components, sct->refset_count * SEARCH) :
				      hs_ecl_spend(e, sct->member_count);

	if (status)
		return status;
	for (size_t i = 0; i < sct->refset_count; i++) {
		const struct tx_sct_refset *row = hs_tx_sct_refset(e->s.layer, sct->refsets[i].concept);
		if (row && has_member(e, row, components, few))
			hs_tx_bits_add(out, row->concept);
	}
	return HS_OK;
}

/* ---- history ---- */

/* MIN: what is the same; MOD: also what was replaced, partly or wholly; MAX: every historical association
 * (specification, section 6.11). */
static enum hs_status associations(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits *out)
{
	static const char *const same = "900000000000527005";
	static const char *const moderate[] = { "900000000000527005", "900000000000526001",
		"900000000000528000", "1186924009" };
	uint32_t above = hs_tx_big_code(e->s.layer, HS_S("900000000000522004"));

	if (sub->history == ECL_HISTORY_SET)
		return hs_ecl_set(e, sub->history_set, out);
	enum hs_status status = hs_ecl_new_set(e, out);
	if (status)
		return status;
	if (sub->history == ECL_HISTORY_MIN)
		hs_tx_bits_add(*out, hs_tx_big_code(e->s.layer, hs_slice_cstr(same)));
	for (size_t i = 0; sub->history == ECL_HISTORY_MOD && i < sizeof(moderate) / sizeof(moderate[0]); i++)
		hs_tx_bits_add(*out, hs_tx_big_code(e->s.layer, hs_slice_cstr(moderate[i])));
	if (sub->history == ECL_HISTORY_MAX && above != UINT32_MAX)
		hs_tx_bits_add_below(e->s.layer, *out, above, false);
	return HS_OK;
}

/* Adds the inactive concepts whose association leads to one of the set. */
enum hs_status hs_ecl_history(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits set)
{
	struct tx_bits refsets = { NULL, 0 }, found = { NULL, 0 };
	enum hs_status status = associations(e, sub, &refsets);

	if (status == HS_OK)
		status = hs_ecl_new_set(e, &found);
	if (status)
		return status;
	TX_BITS_EACH(at, refsets)
	{
		struct refset r = { e->s.layer, TX_BIG(e->s.layer)->sct, hs_tx_sct_refset(e->s.layer, at) };
		uint32_t target = r.row ? find_field(&r, HS_S("targetComponentId")) : UINT32_MAX;
		if (r.row)
			status = hs_ecl_spend(e, r.row->member_count);
		if (status)
			return status;
		for (uint32_t i = 0; target != UINT32_MAX && i < r.row->member_count; i++) {
			const struct tx_sct_member *member = &r.sct->members[r.row->member_first + i];
			const struct tx_sct_field *field = field_of(&r, member, target);
			if (field && hs_tx_bits_has(set, field->concept) && member->component < e->count &&
				hs_tx_is_inactive(e->s, member->component))
				hs_tx_bits_add(found, member->component);
		}
	}
	hs_tx_bits_or(set, found);
	return HS_OK;
}
