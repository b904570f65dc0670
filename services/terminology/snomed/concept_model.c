/* SPDX-License-Identifier: Apache-2.0 */
/* The machine-readable concept model (MRCM): which attributes an expression may have, how many, in groups or
 * not, and with which values. Its rules are reference sets of the release ("MRCM Reference Sets",
 * Release File Specification 5.2.4); where there are none, everything is allowed. */
#include "concept_model.h"

#include "../compile/concept.h"
#include "ecl.h"

/* ---- rules ---- */

static size_t field_place(const struct model *m, const struct tx_sct_refset *refset, const char *name)
{
	for (uint32_t i = 0; i < refset->field_count; i++)
		if (hs_slice_ieq(tx_text(m->layer, m->sct->field_names[refset->name_first + i]),
			    hs_slice_cstr(name)))
			return i;
	return SIZE_MAX;
}

static struct hs_slice field(const struct model *m, const struct tx_sct_refset *refset,
	const struct tx_sct_member *member, const char *name)
{
	size_t place = field_place(m, refset, name);
	size_t at = place == SIZE_MAX ? SIZE_MAX : member->field_first + place;

	return at < m->sct->field_count ? hs_slice_trim(tx_text(m->layer, m->sct->fields[at].text)) :
					  HS_S_NONE;
}

struct hs_slice hs_model_field(const struct model *m, const struct model_rule *rule, const char *name)
{
	return field(m, rule->refset, rule->member, name);
}

/* Rules are for all content, for what is post-coordinated, or only for concepts of a release. */
static bool is_for_expressions(const struct model *m, const struct tx_sct_refset *refset,
	const struct tx_sct_member *member)
{
	struct hs_slice content = field(m, refset, member, "contentTypeId");

	return !content.len || hs_slice_eq(content, HS_S("723596005")) || /* all content */
		hs_slice_eq(content, HS_S("723595009"));                  /* post-coordinated */
}

static struct model_rule rule_of(const struct model *m, const struct tx_sct_refset *refset,
	const struct tx_sct_member *member)
{
	bool optional = hs_slice_eq(field(m, refset, member, "ruleStrengthId"), HS_S("723598006"));

	return (struct model_rule) { refset, member, optional ? MODEL_OPTIONAL : MODEL_MANDATORY };
}

size_t hs_model_rules(const struct model *m, enum model_kind kind, uint32_t attribute, struct model_rule *out)
{
	size_t n = 0, count;

	for (size_t i = 0; i < m->refset_count[kind]; i++) {
		const struct tx_sct_refset *refset = m->refsets[kind][i];
		const struct tx_sct_member *list = hs_tx_sct_members_of(m->layer, refset, attribute, &count);
		for (size_t k = 0; k < count && n < MODEL_RULES_MAX; k++)
			if (is_for_expressions(m, refset, &list[k]))
				out[n++] = rule_of(m, refset, &list[k]);
	}
	return n;
}

void hs_model_broken(const struct model *m, const struct model_rule *rule, uint32_t at,
	enum tx_message detail, struct tx_args args)
{
	bool mandatory = rule->strength == MODEL_MANDATORY;

	hs_tx_remark(m->remarks,
		(struct tx_remark) { .id = mandatory ? TX_MSG_OWN_MODEL_BROKEN : TX_MSG_OWN_MODEL_ADVICE,
			.args = { { HS_S_NONE, hs_arena_printf(m->arena, "%u", at),
				hs_tx_sct_name(m->arena, m->s, rule->refset->concept) } },
			.detail = detail,
			.detail_args = args,
			.detailed = true,
			.wrong = mandatory });
}

/* A constraint among the rules does not parse, or names what is not there. */
static void say_unreadable(const struct model *m, const struct model_rule *rule, struct hs_slice constraint,
	const struct hs_error *why)
{
	hs_tx_remark(m->remarks,
		(struct tx_remark) { .id = TX_MSG_OWN_MODEL_UNREADABLE,
			.args = { { hs_tx_sct_name(m->arena, m->s, rule->member->component),
				hs_slice_first(constraint, 80),
				hs_tx_sct_name(m->arena, m->s, rule->refset->concept),
				hs_arena_copy(m->arena, hs_slice_cstr(why->text)) } } });
}

bool hs_model_satisfies(const struct model *m, const struct model_rule *rule, struct hs_slice constraint,
	const struct tx_form *form)
{
	struct hs_error err = { .status = HS_OK };
	bool satisfies = false;

	if (hs_tx_ecl_form(m->arena, m->s, constraint, form, &satisfies, &err) == HS_OK)
		return satisfies;
	say_unreadable(m, rule, constraint, &err);
	return true;
}

/* ---- which reference sets ---- */

/* The module of http://snomed.info/sct/MODULE/version/DATE, as a concept. */
static uint32_t edition_of(const struct model *m)
{
	struct hs_slice version = TX_SYSTEM_VERSION(m->s), base = HS_S(TX_SCT_URL "/");

	if (!hs_slice_starts(version, base))
		return UINT32_MAX;
	version = hs_slice_from(version, base.len);
	return hs_tx_big_code(m->layer, hs_slice_cut(&version, '/'));
}

/* The MRCM Module Scope Reference Set names the rule sets of each module. *named says whether it names any
 * for the edition: then no other is asked. */
static bool is_in_scope(const struct model *m, uint32_t edition, uint32_t rules, bool *named)
{
	bool found = false;
	size_t count;

	for (size_t i = 0; i < m->sct->refset_count; i++) {
		const struct tx_sct_refset *refset = hs_tx_sct_refset(m->layer, m->sct->refsets[i].concept);
		if (!refset || field_place(m, refset, "mrcmRuleRefsetId") == SIZE_MAX)
			continue;
		const struct tx_sct_member *list = hs_tx_sct_members_of(m->layer, refset, edition, &count);
		for (size_t k = 0; k < count; k++) {
			*named = true;
			found |= hs_tx_big_code(m->layer, field(m, refset, &list[k], "mrcmRuleRefsetId")) ==
				rules;
		}
	}
	return found;
}

static void find_refsets(struct model *m)
{
	static const char *const signs[MODEL_KINDS] = { [MODEL_DOMAINS] = "domainConstraint",
		[MODEL_ATTRIBUTES] = "attributeInGroupCardinality",
		[MODEL_RANGES] = "rangeConstraint" };
	uint32_t edition = edition_of(m);

	for (size_t i = 0; i < m->sct->refset_count; i++) {
		const struct tx_sct_refset *refset = hs_tx_sct_refset(m->layer, m->sct->refsets[i].concept);
		for (unsigned kind = 0; kind < MODEL_KINDS && refset; kind++) {
			bool named = false;
			if (m->refset_count[kind] == MODEL_REFSETS_MAX ||
				field_place(m, refset, signs[kind]) == SIZE_MAX)
				continue;
			if (is_in_scope(m, edition, refset->concept, &named) || !named)
				m->refsets[kind][m->refset_count[kind]++] = refset;
		}
	}
}

/* ---- domains ---- */

/* The focus, or all that is written, satisfies the domain's constraint. */
static bool satisfies_domain(const struct model *m, const struct model_rule *domain,
	struct hs_slice constraint)
{
	for (size_t i = 0; i < m->form->focus_count; i++) {
		const struct tx_form *focus = hs_tx_form_of(m->arena, m->s, m->form->focus[i]);
		if (focus && hs_model_satisfies(m, domain, constraint, focus))
			return true;
	}
	return hs_model_satisfies(m, domain, constraint, m->form);
}

/* A domain is named by a concept: the MRCM Domain Reference Set says which concepts are in it. Without that
 * it is the members of the concept when it is a reference set, and else what is below it. */
static bool is_in_domain(const struct model *m, const struct model_rule *rule)
{
	uint32_t concept = hs_tx_big_code(m->layer, hs_model_field(m, rule, "domainId"));
	struct model_rule domains[MODEL_RULES_MAX];
	size_t count;

	if (concept == UINT32_MAX)
		return false;
	if (hs_model_rules(m, MODEL_DOMAINS, concept, domains)) {
		struct hs_slice constraint = hs_model_field(m, &domains[0], "domainConstraint");
		if (constraint.len)
			return satisfies_domain(m, &domains[0], constraint);
	}
	const struct tx_sct_refset *refset = hs_tx_sct_refset(m->layer, concept);
	for (size_t i = 0; refset && i < m->form->focus_count; i++) {
		hs_tx_sct_members_of(m->layer, refset, m->form->focus[i], &count);
		if (count)
			return true;
	}
	return !refset && hs_tx_form_is_below_concept(m->arena, m->s, m->form, concept);
}

/* ---- numbers ---- */

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

struct parts {
	const struct tx_part *first;
	size_t count;
};

/* Another of the same attribute says the same or more; of equal ones the last counts. */
static bool is_redundant(const struct model *m, struct parts parts, size_t at)
{
	const struct tx_part *part = &parts.first[at];

	for (size_t i = 0; i < parts.count; i++) {
		const struct tx_part *other = &parts.first[i];
		if (i == at || other->type != part->type || !hs_tx_part_implies(m->arena, m->s, other, part))
			continue;
		if (i > at || !hs_tx_part_implies(m->arena, m->s, part, other))
			return true;
	}
	return false;
}

/* How many values the attribute has that differ and say something: those count. */
static uint64_t count_values(const struct model *m, struct parts parts, uint32_t type)
{
	uint64_t found = 0;

	for (size_t i = 0; i < parts.count; i++)
		found += parts.first[i].type == type && !is_redundant(m, parts, i);
	return found;
}

/* What all is said of an attribute stands at its last occurrence. */
static bool is_last(struct parts parts, const struct tx_part *part)
{
	for (const struct tx_part *other = part + 1; other < parts.first + parts.count; other++)
		if (other->type == part->type)
			return false;
	return true;
}

static struct parts group_of(const struct tx_form *form, const struct tx_part *part)
{
	size_t from = (size_t)(part - form->parts);

	while (from && part->group && form->parts[from - 1].group == part->group)
		from--;
	return (struct parts) { form->parts + from,
		hs_tx_form_group_end(form->parts, form->part_count, from) - from };
}

struct fault {
	enum tx_message id;
	uint64_t limit;
};

/* How often the attribute stands in the expression, and in the group of `part`, against a rule. */
static bool keeps_numbers(const struct model *m, const struct model_rule *rule, const struct tx_part *part,
	struct fault *fault)
{
	struct parts all = { m->form->parts, m->form->part_count }, group = group_of(m->form, part);
	uint64_t least, most, count;

	if (part->group && hs_slice_eq(hs_model_field(m, rule, "grouped"), HS_S("0"))) {
		*fault = (struct fault) { TX_MSG_OWN_MODEL_UNGROUPED, 0 };
		return false;
	}
	if (read_cardinality(hs_model_field(m, rule, "attributeCardinality"), &least, &most) &&
		is_last(all, part) && count_values(m, all, part->type) > most) {
		*fault = (struct fault) { TX_MSG_OWN_MODEL_TOO_OFTEN, most };
		return false;
	}
	if (!part->group || !is_last(group, part) ||
		!read_cardinality(hs_model_field(m, rule, "attributeInGroupCardinality"), &least, &most))
		return true;
	count = count_values(m, group, part->type);
	*fault = count > most ? (struct fault) { TX_MSG_OWN_MODEL_TOO_OFTEN_IN_GROUP, most } :
				(struct fault) { TX_MSG_OWN_MODEL_TOO_SELDOM_IN_GROUP, least };
	return count <= most && count >= least; /* of a group that has it at all */
}

/* ---- what is asked of a form ---- */

static struct hs_slice name_of(const struct model *m, uint32_t concept)
{
	return hs_tx_sct_name(m->arena, m->s, concept);
}

static void say_domain(const struct model *m, const struct model_rule *rule, const struct tx_part *part)
{
	struct hs_slice domain = hs_model_field(m, rule, "domainId");
	uint32_t named = hs_tx_big_code(m->layer, domain);

	hs_model_broken(m, rule, part->at, TX_MSG_OWN_MODEL_DOMAIN,
		(struct tx_args) { { name_of(m, part->type), named == UINT32_MAX ? domain : name_of(m, named),
			name_of(m, m->form->focus[0]) } });
}

/* One of the rules whose domain the form is in must be kept whole; of each strength for itself. */
static void check_attribute(const struct model *m, const struct tx_part *part)
{
	struct model_rule rules[MODEL_RULES_MAX];
	const struct model_rule *outside[MODEL_STRENGTHS] = { NULL, NULL },
				*broken[MODEL_STRENGTHS] = { NULL, NULL };
	bool inside[MODEL_STRENGTHS] = { false, false }, kept[MODEL_STRENGTHS] = { false, false };
	struct fault faults[MODEL_STRENGTHS] = { { TX_MSG_COUNT, 0 }, { TX_MSG_COUNT, 0 } }, fault;
	size_t count = hs_model_rules(m, MODEL_ATTRIBUTES, part->type, rules);

	for (size_t i = 0; i < count; i++) {
		enum model_strength strength = rules[i].strength;
		if (!is_in_domain(m, &rules[i])) {
			outside[strength] = &rules[i];
			continue;
		}
		inside[strength] = true;
		if (keeps_numbers(m, &rules[i], part, &fault)) {
			kept[strength] = true;
		} else if (!broken[strength]) {
			broken[strength] = &rules[i];
			faults[strength] = fault;
		}
	}
	for (unsigned i = 0; i < MODEL_STRENGTHS; i++) {
		if (outside[i] && !inside[i] && !inside[MODEL_MANDATORY])
			say_domain(m, outside[i], part);
		else if (broken[i] && !kept[i])
			hs_model_broken(m, broken[i], part->at, faults[i].id,
				(struct tx_args) { { name_of(m, part->type),
					hs_arena_printf(m->arena, "%llu",
						(unsigned long long)faults[i].limit) } });
	}
}

/* Attributes that must be there. */
static void check_missing(const struct model *m, const struct tx_sct_refset *refset, uint32_t at)
{
	struct parts meant = { m->form->meant, m->form->meant_count };

	for (uint32_t i = 0; i < refset->member_count; i++) {
		const struct tx_sct_member *member = &m->sct->members[refset->member_first + i];
		struct model_rule rule = rule_of(m, refset, member);
		uint64_t least = 0, most = 0;
		bool read = read_cardinality(hs_model_field(m, &rule, "attributeCardinality"), &least, &most);
		if (!read || !least || member->component >= TX_BIG(m->layer)->concept_count ||
			!is_for_expressions(m, refset, member) || !is_in_domain(m, &rule) ||
			count_values(m, meant, member->component) >= least)
			continue;
		hs_model_broken(m, &rule, at, TX_MSG_OWN_MODEL_MISSING,
			(struct tx_args) { { name_of(m, member->component),
				hs_arena_printf(m->arena, "%llu", (unsigned long long)least) } });
	}
}

void hs_tx_model_check(struct tx_system s, const struct tx_form *form, uint32_t at,
	struct tx_remarks *remarks)
{
	struct model m = { .arena = remarks->arena,
		.s = s,
		.layer = s.layer,
		.sct = TX_BIG(s.layer)->sct,
		.form = form,
		.remarks = remarks };
	uint32_t attributes = hs_tx_big_code(s.layer, HS_S("410662002"));

	if (form->part_count)
		find_refsets(&m);
	for (size_t i = 0; i < form->part_count; i++) {
		const struct tx_part *part = &form->parts[i];
		if (attributes != UINT32_MAX && !hs_tx_big_is_below(s.layer, part->type, attributes)) {
			hs_tx_remark(remarks,
				(struct tx_remark) { .id = TX_MSG_OWN_EXPRESSION_NO_ATTRIBUTE,
					.args = { { name_of(&m, part->type),
						hs_arena_printf(m.arena, "%u", part->at) } },
					.wrong = true });
			continue;
		}
		check_attribute(&m, part);
		hs_model_check_range(&m, part);
	}
	for (size_t i = 0; i < m.refset_count[MODEL_ATTRIBUTES] && form->part_count; i++)
		check_missing(&m, m.refsets[MODEL_ATTRIBUTES][i], at);
}
