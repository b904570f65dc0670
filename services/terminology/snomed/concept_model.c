/* SPDX-License-Identifier: Apache-2.0 */
/* The machine-readable concept model (MRCM): which attributes an expression may have, how many, in groups or
 * not, and with which values. Its rules are reference sets of the release ("MRCM Reference Sets",
 * Release File Specification 5.2.5.2); where there are none, everything is allowed. */
#include "expression.h"

#include "../compile/concept.h"
#include "ecl_tree.h"

#include <stdarg.h>
#include <stdio.h>

#define DOMAINS "723561005" /* attribute domain reference set */
#define RANGES "723562003"  /* attribute range reference set */

struct model {
	struct hs_arena *arena;
	struct tx_system s;
	const struct tx_layer *layer;
	const struct tx_sct *sct;
	const struct tx_form *form;
	const struct tx_sct_refset *domains, *ranges; /* NULL: not in the release */
	struct hs_error *err;
};

static bool refuse(const struct model *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(const struct model *m, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!m->err->status)
		hs_fail(m->err, HS_E_VALUE, "%s", text);
	return false;
}

#define NAME(m, concept) HS_S_ARG(hs_tx_sct_name((m)->arena, (m)->s, (concept)))

/* ---- rules ---- */

static struct hs_slice field(const struct model *m, const struct tx_sct_refset *refset,
	const struct tx_sct_member *member, const char *name)
{
	for (uint32_t i = 0; i < refset->field_count; i++) {
		size_t at = (size_t)member->field_first + i;
		if (at < m->sct->field_count &&
			hs_slice_ieq(tx_text(m->layer, m->sct->field_names[refset->name_first + i]),
				hs_slice_cstr(name)))
			return hs_slice_trim(tx_text(m->layer, m->sct->fields[at].text));
	}
	return HS_S_NONE;
}

/* Mandatory, and for all content or for what is post-coordinated. */
static bool holds_here(const struct model *m, const struct tx_sct_refset *refset,
	const struct tx_sct_member *rule)
{
	struct hs_slice content = field(m, refset, rule, "contentTypeId"),
			strength = field(m, refset, rule, "ruleStrengthId");

	return !hs_slice_eq(strength, HS_S("723598006")) &&
		(!content.len || hs_slice_eq(content, HS_S("723596005")) ||
			hs_slice_eq(content, HS_S("723595009")));
}

static const struct tx_sct_refset *rules(const struct model *m, const char *code)
{
	uint32_t concept = hs_tx_big_code(m->layer, hs_slice_cstr(code));

	return concept == UINT32_MAX ? NULL : hs_tx_sct_refset(m->layer, concept);
}

/* "0..1", "1..*". False: it says nothing. */
static bool read_cardinality(struct hs_slice text, uint64_t *least, uint64_t *most)
{
	size_t dots = hs_slice_search(text, HS_S(".."));

	*most = UINT64_MAX;
	if (dots == SIZE_MAX || !hs_slice_u64(hs_slice_first(text, dots), least))
		return false;
	text = hs_slice_from(text, dots + 2);
	return hs_slice_eq(text, HS_S("*")) || hs_slice_u64(text, most);
}

static bool is_in_domain(const struct model *m, const struct tx_sct_member *rule)
{
	uint32_t domain = hs_tx_big_code(m->layer, field(m, m->domains, rule, "domainId"));

	return domain != UINT32_MAX && hs_tx_form_is_below_concept(m->arena, m->s, m->form, domain);
}

/* ---- domains and numbers ---- */

static size_t count_of(const struct tx_part *parts, size_t count, uint32_t type)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += parts[i].type == type;
	return found;
}

/* How often the attribute stands in the expression, and in the group of `part`, against a rule. */
static bool fits_numbers(const struct model *m, const struct tx_sct_member *rule, const struct tx_part *part)
{
	const struct tx_form *form = m->form;
	uint64_t least, most;

	if (read_cardinality(field(m, m->domains, rule, "attributeCardinality"), &least, &most) &&
		count_of(form->parts, form->part_count, part->type) > most)
		return refuse(m, "the attribute %.*s may stand in an expression at most %llu times",
			NAME(m, part->type), (unsigned long long)most);
	if (!part->group ||
		!read_cardinality(field(m, m->domains, rule, "attributeInGroupCardinality"), &least, &most))
		return true;
	size_t from = (size_t)(part - form->parts);
	while (from && form->parts[from - 1].group == part->group)
		from--;
	size_t to = hs_tx_form_group_end(form->parts, form->part_count, from);
	size_t count = count_of(form->parts + from, to - from, part->type);
	if (count > most)
		return refuse(m, "the attribute %.*s may stand in one group at most %llu times",
			NAME(m, part->type), (unsigned long long)most);
	if (count < least) /* of a group that has it at all */
		return refuse(m, "the attribute %.*s must stand in a group at least %llu times",
			NAME(m, part->type), (unsigned long long)least);
	return true;
}

static bool fits_domain(const struct model *m, const struct tx_part *part)
{
	size_t count = 0;
	const struct tx_sct_member *list = hs_tx_sct_members_of(m->layer, m->domains, part->type, &count);
	bool ruled = false, inside = false;
	struct hs_slice domain = HS_S_NONE;

	for (size_t i = 0; i < count; i++) {
		if (!holds_here(m, m->domains, &list[i]))
			continue;
		ruled = true;
		domain = field(m, m->domains, &list[i], "domainId");
		if (!is_in_domain(m, &list[i]))
			continue;
		inside = true;
		if (!part->group || !hs_slice_eq(field(m, m->domains, &list[i], "grouped"), HS_S("0")))
			return fits_numbers(m, &list[i], part);
	}
	if (!ruled)
		return true;
	if (inside)
		return refuse(m,
			"the attribute %.*s stands in a group, which the concept model does not allow",
			NAME(m, part->type));
	uint32_t named = hs_tx_big_code(m->layer, domain);
	struct hs_slice where = named == UINT32_MAX ? domain : hs_tx_sct_name(m->arena, m->s, named);
	return refuse(m,
		"the concept model does not allow here the attribute %.*s: it is for %.*s, and %.*s is not",
		NAME(m, part->type), HS_S_ARG(where), NAME(m, m->form->focus[0]));
}

/* Attributes that must be there. */
static bool has_all(const struct model *m)
{
	for (uint32_t i = 0; m->domains && i < m->domains->member_count; i++) {
		const struct tx_sct_member *rule = &m->sct->members[m->domains->member_first + i];
		uint64_t least = 0, most = 0;
		bool read = read_cardinality(field(m, m->domains, rule, "attributeCardinality"), &least,
			&most);
		if (!read || !least || rule->component >= TX_BIG(m->layer)->concept_count ||
			!holds_here(m, m->domains, rule) || !is_in_domain(m, rule))
			continue;
		if (count_of(m->form->meant, m->form->meant_count, rule->component) < least)
			return refuse(m, "the concept model wants the attribute %.*s %llu times or more",
				NAME(m, rule->component), (unsigned long long)least);
	}
	return true;
}

/* ---- ranges ---- */

/* #number, behind < or > when that bound does not count. */
static bool read_bound(struct hs_slice *text, struct hs_slice *number, bool *open)
{
	size_t n = 0;

	*open = text->len && (text->ptr[0] == '<' || text->ptr[0] == '>');
	if (*open)
		*text = hs_slice_from(*text, 1);
	if (text->len && text->ptr[0] == '=')
		*text = hs_slice_from(*text, 1), *open = false;
	if (!text->len || text->ptr[0] != '#')
		return false;
	*text = hs_slice_from(*text, 1);
	while (n < text->len &&
		(hs_ecl_is_digit(text->ptr[n]) || (n == 0 && (text->ptr[n] == '-' || text->ptr[n] == '+')) ||
			(text->ptr[n] == '.' && n + 1 < text->len && hs_ecl_is_digit(text->ptr[n + 1]))))
		n++;
	*number = hs_slice_first(*text, n);
	*text = hs_slice_from(*text, n);
	return n > 0;
}

/* dec(>#0..), int(#1..#5), dec(#1 #2.5): is the number among them? */
static bool is_in_numbers(struct hs_slice list, struct hs_slice number)
{
	if (!hs_slice_trim(list).len)
		return true;
	while (list.len) {
		struct hs_slice low = HS_S_NONE, high = HS_S_NONE;
		bool low_open = false, high_open = false;
		if (list.ptr[0] == ' ' || list.ptr[0] == ',') {
			list = hs_slice_from(list, 1);
			continue;
		}
		bool has_low = read_bound(&list, &low, &low_open), has_high = has_low;
		bool range = hs_slice_starts(list, HS_S(".."));
		if (range) {
			list = hs_slice_from(list, 2);
			has_high = read_bound(&list, &high, &high_open);
		} else
			high = low;
		if (!has_low && !range)
			return true; /* a notation that is not known: nothing is said against the value */
		int above = has_low ? hs_ecl_compare_numbers(number, low) : 1,
		    below = has_high ? hs_ecl_compare_numbers(number, high) : -1;
		if ((above > 0 || (above == 0 && !low_open)) && (below < 0 || (below == 0 && !high_open)))
			return true;
	}
	return false;
}

/* str("a" "b") */
static bool is_in_texts(struct hs_slice list, struct hs_slice text)
{
	bool any = false;

	while (list.ptr && list.len) {
		size_t open = hs_slice_find(list, '"', 0);
		size_t end = open == SIZE_MAX ? SIZE_MAX : hs_slice_find(list, '"', open + 1);
		if (end == SIZE_MAX)
			break;
		any = true;
		if (hs_slice_eq(hs_slice(list.ptr + open + 1, end - open - 1), text))
			return true;
		list = hs_slice_from(list, end + 1);
	}
	return !any;
}

static bool is_in_range(const struct model *m, struct hs_slice range, const struct tx_part *part)
{
	static const struct {
		const char *begin;
		enum tx_sct_kind kind;
	} concrete[] = { { "dec", TX_SCT_NUMBER }, { "int", TX_SCT_NUMBER }, { "str", TX_SCT_STRING },
		{ "bool", TX_SCT_BOOLEAN } };
	struct hs_error ignored = { .status = HS_OK };
	bool whole = hs_slice_find(part->text, '.', 0) == SIZE_MAX, inside = false;

	for (size_t i = 0; i < sizeof(concrete) / sizeof(concrete[0]); i++) {
		if (!hs_slice_starts(range, hs_slice_cstr(concrete[i].begin)))
			continue;
		size_t open = hs_slice_find(range, '(', 0);
		struct hs_slice list = open == SIZE_MAX ? HS_S_NONE : hs_slice_from(range, open + 1);
		if (list.len && list.ptr[list.len - 1] == ')')
			list.len--;
		if (part->kind != concrete[i].kind || (i == 1 && !whole))
			return false;
		return part->kind == TX_SCT_NUMBER  ? is_in_numbers(list, part->text) :
			part->kind == TX_SCT_STRING ? is_in_texts(list, part->text) :
						      true;
	}
	if (part->kind != TX_SCT_CONCEPT)
		return false;
	const struct tx_form *form = part->inner ? part->inner : hs_tx_form_of(m->arena, m->s, part->value);
	return form && hs_tx_ecl_form(m->arena, m->s, range, form, &inside, &ignored) == HS_OK && inside;
}

static struct hs_slice shown(const struct model *m, const struct tx_part *part)
{
	return part->kind == TX_SCT_CONCEPT ? hs_tx_sct_name(m->arena, m->s, part->value) :
					      hs_slice_first(part->text, 60);
}

static bool fits_range(const struct model *m, const struct tx_part *part)
{
	size_t count = 0;
	const struct tx_sct_member *list = hs_tx_sct_members_of(m->layer, m->ranges, part->type, &count);
	struct hs_slice range = HS_S_NONE;

	for (size_t i = 0; i < count; i++) {
		if (!holds_here(m, m->ranges, &list[i]))
			continue;
		range = field(m, m->ranges, &list[i], "rangeConstraint");
		if (is_in_range(m, range, part))
			return true;
	}
	if (!range.len)
		return true;
	return refuse(m,
		"the value %.*s is outside the range that the concept model gives the attribute %.*s: %.*s",
		HS_S_ARG(shown(m, part)), NAME(m, part->type), HS_S_ARG(hs_slice_first(range, 80)));
}

bool hs_tx_model_allows(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	struct hs_error *err)
{
	struct model m = { .arena = arena,
		.s = s,
		.layer = s.layer,
		.sct = TX_BIG(s.layer)->sct,
		.form = form,
		.err = err };
	uint32_t attributes = hs_tx_big_code(s.layer, HS_S("410662002"));

	m.domains = rules(&m, DOMAINS);
	m.ranges = rules(&m, RANGES);
	for (size_t i = 0; i < form->part_count; i++) {
		const struct tx_part *part = &form->parts[i];
		if (attributes != UINT32_MAX && !hs_tx_big_is_below(s.layer, part->type, attributes))
			return refuse(&m, "the expression refines by a concept that is no attribute: %.*s",
				NAME(&m, part->type));
		if ((m.domains && !fits_domain(&m, part)) || (m.ranges && !fits_range(&m, part)))
			return false;
	}
	return !form->part_count || has_all(&m);
}
