/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of a value set. */
#include "filter.h"

#include "../compile/source.h"
#include "value.h"

static const struct {
	struct hs_slice name;
	enum tx_filter_op op;
	bool hierarchical;
} operators[] = {
	{ HS_S_INIT("="), TX_OP_EQUAL, false },
	{ HS_S_INIT("is-a"), TX_OP_IS_A, true },
	{ HS_S_INIT("descendent-of"), TX_OP_DESCENDENT_OF, true },
	{ HS_S_INIT("is-not-a"), TX_OP_IS_NOT_A, true },
	{ HS_S_INIT("regex"), TX_OP_REGEX, false },
	{ HS_S_INIT("in"), TX_OP_IN, false },
	{ HS_S_INIT("not-in"), TX_OP_NOT_IN, false },
	{ HS_S_INIT("generalizes"), TX_OP_GENERALIZES, true },
	{ HS_S_INIT("exists"), TX_OP_EXISTS, false },
	{ HS_S_INIT("child-of"), TX_OP_CHILD_OF, true },
	{ HS_S_INIT("descendent-leaf"), TX_OP_DESCENDENT_LEAF, true },
};

static bool is_code(struct hs_slice property)
{
	return hs_slice_eq(property, HS_S("concept")) || hs_slice_eq(property, HS_S("code"));
}

static struct hs_slice filter_path(struct tx_context *ctx, const struct tx_rule_row *rule, uint32_t index)
{
	return hs_arena_printf(ctx->arena, "ValueSet.compose.%s[%u].filter[%u]",
		rule->flags & TX_RULE_EXCLUDE ? "exclude" : "include", rule->index, index);
}

/* Why a filter cannot be used. */
struct refusal {
	const struct tx_rule_row *rule;
	uint32_t index; /* of the filter in the rule */
	struct tx_system system;
	struct hs_slice op;
};

static enum hs_status refuse(struct tx_context *ctx, enum tx_message id, const struct refusal *r,
	const struct tx_filter *f, struct hs_error *err)
{
	return hs_tx_refuse(ctx, id, 422, filter_path(ctx, r->rule, r->index),
		(struct tx_args) {
			{ TX_SYSTEM_URL(r->system), f->property, r->op, f->value, ctx->set_name, f->why } },
		err);
}

/* What the property of the filter is: the code, a text, or a property that the system or some concept has. */
static void find_subject(struct tx_filter *f)
{
	if (is_code(f->property))
		f->on = TX_ON_CODE;
	else if (hs_slice_eq(f->property, HS_S("display")))
		f->on = TX_ON_DISPLAY;
	else if (hs_slice_eq(f->property, HS_S("definition")))
		f->on = TX_ON_DEFINITION;
	else if (hs_slice_eq(f->property, HS_S("designation")))
		f->on = TX_ON_DESIGNATION;
	else
		f->on = TX_ON_PROPERTY;
}

static bool known_property(struct tx_system s, struct hs_slice code)
{
	static const char *const standard[] = { "inactive", "notSelectable", "status", "parent", "child",
		"deprecated", "effectiveDate", "deprecationDate", "retirementDate", "order", "comment",
		"itemWeight", NULL };

	for (size_t i = 0; standard[i]; i++)
		if (hs_slice_eq(hs_slice_cstr(standard[i]), code))
			return true;
	if (hs_tx_property_def(s, code))
		return true;
	if (hs_tx_source(s))
		return false;
	const struct tx_concept_row *first = &s.layer->concepts[s.row->concept_first];
	for (uint32_t i = first->property_first; i < first[s.row->concept_count].property_first; i++)
		if (hs_slice_eq(tx_text(s.layer, s.layer->properties[i].code), code))
			return true;
	return false;
}

/* A supplement in use may bring the property. And a code may be of an earlier version than that for which the
 * filter was written: it has no such property then, which is an answer. */
static bool is_known_now(struct tx_context *ctx, struct tx_system s, struct hs_slice property)
{
	struct tx_system latest, own[TX_NAMES_MAX];

	if (known_property(s, property))
		return true;
	for (size_t i = hs_tx_supplements_of(ctx, s, own); i-- > 0;)
		if (known_property(own[i], property))
			return true;
	return hs_tx_find_system(&ctx->scope, TX_SYSTEM_URL(s), HS_S_NONE, &latest) && latest.row != s.row &&
		known_property(latest, property);
}

static enum hs_status prepare_one(struct tx_context *ctx, const struct tx_rule_row *rule, uint32_t index,
	struct tx_set set, struct tx_system s, struct tx_filter *out, struct hs_error *err)
{
	const struct tx_filter_row *row = &set.layer->filters[rule->filter_first + index];
	struct hs_slice op = tx_text(set.layer, row->op);
	struct refusal why_not = { rule, index, s, op };
	size_t i = 0, count = sizeof(operators) / sizeof(operators[0]);
	struct tx_filter f = { .property = tx_text(set.layer, row->property),
		.value = tx_text(set.layer, row->value) };

	while (i < count && !hs_slice_eq(op, operators[i].name))
		i++;
	find_subject(&f);
	f.ignores_case = !(s.row->head.flags & TX_CASE_SENSITIVE);
	if (!f.value.len)
		return refuse(ctx, TX_MSG_UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE, &why_not, &f, err);
	f.op = i < count ? operators[i].op : TX_OP_EQUAL;
	f.regex = f.op == TX_OP_REGEX ? hs_tx_regex_new(ctx->arena, f.value) : NULL;
	f.of_source = i < count && hs_tx_source(s) && s.layer->source->filter_known &&
		s.layer->source->filter_known(ctx, s, &f);
	if (f.of_source) {
		if (f.remarks)
			hs_tx_say_remarks(ctx, f.remarks, filter_path(ctx, rule, index));
		*out = f;
		return HS_OK;
	}
	if (tx_is_spent(&ctx->patience))
		return tx_say_spent(err);
	if (f.why.len)
		return refuse(ctx, TX_MSG_FILTER_BAD_CONSTRAINT, &why_not, &f, err);
	bool truth = hs_slice_eq(f.value, HS_S("true")) || hs_slice_eq(f.value, HS_S("false"));
	if (i == count || (operators[i].hierarchical && f.on != TX_ON_CODE) ||
		(f.op == TX_OP_EXISTS && !truth) ||
		(f.on == TX_ON_PROPERTY && !is_known_now(ctx, s, f.property)))
		return refuse(ctx, TX_MSG_FILTER_NOT_UNDERSTOOD, &why_not, &f, err);
	f.concept = operators[i].hierarchical ? hs_tx_find_code(ctx->arena, s, f.value, NULL) : TX_NONE;
	if (f.op == TX_OP_REGEX && !f.regex)
		return refuse(ctx, TX_MSG_FILTER_BAD_REGEX, &why_not, &f, err);
	*out = f;
	return HS_OK;
}

enum hs_status hs_tx_filters_prepare(struct tx_context *ctx, struct tx_set set,
	const struct tx_rule_row *rule, struct tx_system s, struct tx_filter **out, struct hs_error *err)
{
	struct tx_filter *filters = hs_arena_array(ctx->arena, rule->filter_count + 1, sizeof(*filters));
	enum hs_status status = HS_OK;

	if (!filters)
		return hs_tx_no_room(ctx->swedish, err);
	for (uint32_t i = 0; i < rule->filter_count && status == HS_OK; i++)
		status = prepare_one(ctx, rule, i, set, s, &filters[i], err);
	if (status == HS_OK)
		*out = filters;
	return status;
}

/* ---- asking ---- */

/* One value against the operator. */
static bool value_passes(struct tx_context *ctx, const struct tx_filter *f, enum tx_value_kind kind,
	struct hs_slice value)
{
	struct hs_slice list = f->value;

	switch (f->op) {
	case TX_OP_EQUAL:
		return hs_tx_value_is(ctx->arena, kind, value, f->value, f->ignores_case);
	case TX_OP_REGEX:
		return hs_tx_regex_matches(f->regex, ctx->arena, value, &ctx->patience);
	case TX_OP_IN:
	case TX_OP_NOT_IN:
		while (list.ptr)
			if (hs_tx_value_is(ctx->arena, kind, value, hs_slice_trim(hs_slice_cut(&list, ',')),
				    f->ignores_case))
				return true;
		return false;
	default:
		return false;
	}
}

static bool text_passes(struct tx_context *ctx, const struct tx_filter *f, struct hs_slice text)
{
	return value_passes(ctx, f, TX_VALUE_TEXT, text);
}

/* A pattern is held against the code and the display. */
static bool coding_matches(struct tx_context *ctx, const struct tx_regex *regex, struct hs_slice text)
{
	struct hs_json *coding = NULL;
	struct hs_error ignored;

	return hs_json_parse(ctx->arena, text, NULL, &coding, &ignored) == HS_OK &&
		(hs_tx_regex_matches(regex, ctx->arena, hs_json_get_text(coding, HS_S("code")),
			 &ctx->patience) ||
			hs_tx_regex_matches(regex, ctx->arena, hs_json_get_text(coding, HS_S("display")),
				&ctx->patience));
}

bool hs_tx_filter_value_passes(struct tx_context *ctx, const struct tx_filter *f,
	const struct tx_property *given)
{
	enum tx_value_kind kind = hs_tx_value_kind(given->key);

	if (kind == TX_VALUE_CODING && f->op == TX_OP_REGEX)
		return coding_matches(ctx, f->regex, given->value);
	return value_passes(ctx, f, kind, given->value);
}

static bool child_of(struct tx_system s, uint32_t concept, uint32_t parent)
{
	size_t count;
	const uint32_t *parents = hs_tx_parents(s, concept, &count);

	for (size_t i = 0; i < count; i++)
		if (parents[i] == parent)
			return true;
	return false;
}

static bool place_passes(const struct tx_filter *f, struct tx_system s, uint32_t concept)
{
	size_t children = 0;
	uint32_t named = f->concept;

	if (named == TX_NONE)
		return f->op == TX_OP_IS_NOT_A;
	switch (f->op) {
	case TX_OP_IS_A:
		return concept == named || hs_tx_is_below(s, concept, named);
	case TX_OP_DESCENDENT_OF:
		return hs_tx_is_below(s, concept, named);
	case TX_OP_IS_NOT_A:
		return concept != named && !hs_tx_is_below(s, concept, named);
	case TX_OP_GENERALIZES:
		return concept == named || hs_tx_is_below(s, named, concept);
	case TX_OP_CHILD_OF:
		return child_of(s, concept, named);
	case TX_OP_DESCENDENT_LEAF:
		hs_tx_children(s, concept, &children);
		return !children && hs_tx_is_below(s, concept, named);
	default:
		return false;
	}
}

/* Values of the property: those given, and those that follow from the hierarchy and the standard properties.
 */
static bool property_passes(struct tx_context *ctx, const struct tx_filter *f, struct tx_system s,
	uint32_t concept, bool *exists)
{
	struct tx_system own[TX_NAMES_MAX];
	struct tx_properties list = { NULL, 0, 0 };
	size_t supplements = hs_tx_supplements_of(ctx, s, own), count = 0;
	bool parent = hs_slice_eq(f->property, HS_S("parent"));
	bool kin = parent || hs_slice_eq(f->property, HS_S("child"));

	hs_tx_properties(ctx->arena, s, concept, own, supplements, &list);
	for (size_t i = 0; i < list.count; i++) {
		if (!hs_slice_eq(list.items[i].code, f->property))
			continue;
		*exists = true;
		if (hs_tx_filter_value_passes(ctx, f, &list.items[i]))
			return true;
	}
	if (!*exists && hs_slice_eq(f->property, HS_S("inactive"))) {
		*exists = true;
		return text_passes(ctx, f, hs_tx_is_inactive(s, concept) ? HS_S("true") : HS_S("false"));
	}
	if (!kin)
		return false;
	const uint32_t *others = parent ? hs_tx_parents(s, concept, &count) :
					  hs_tx_children(s, concept, &count);
	for (size_t i = 0; i < count; i++) {
		*exists = true;
		if (text_passes(ctx, f, hs_tx_code(s, others[i])))
			return true;
	}
	return false;
}

static bool texts_pass(struct tx_context *ctx, const struct tx_filter *f, struct tx_system s,
	uint32_t concept, bool *exists)
{
	struct tx_designations texts = { NULL, 0, 0 };

	hs_tx_texts(ctx, s, concept, &texts);
	for (size_t i = 0; i < texts.count; i++) {
		bool wanted = f->on == TX_ON_DISPLAY ? texts.items[i].base : !texts.items[i].base;
		*exists |= wanted;
		if (wanted && text_passes(ctx, f, texts.items[i].value))
			return true;
	}
	return false;
}

static bool subject_passes(struct tx_context *ctx, const struct tx_filter *f, struct tx_system s,
	uint32_t concept, bool *exists)
{
	struct hs_slice definition = hs_tx_concept(s, concept).definition;

	switch (f->on) {
	case TX_ON_CODE:
		*exists = true;
		return text_passes(ctx, f, hs_tx_code(s, concept));
	case TX_ON_DEFINITION:
		*exists = definition.len > 0;
		return text_passes(ctx, f, definition);
	case TX_ON_DISPLAY:
	case TX_ON_DESIGNATION:
		return texts_pass(ctx, f, s, concept, exists);
	default:
		return property_passes(ctx, f, s, concept, exists);
	}
}

/* Operators about what a concept has; the others are about where it stands. */
static bool asks_subject(enum tx_filter_op op)
{
	return op == TX_OP_EQUAL || op == TX_OP_REGEX || op == TX_OP_IN || op == TX_OP_NOT_IN ||
		op == TX_OP_EXISTS;
}

bool hs_tx_filter_passes(struct tx_context *ctx, const struct tx_filter *f, struct tx_system s,
	uint32_t concept)
{
	bool exists = false, passes;

	if (f->of_source)
		return s.layer->source->filter_passes(ctx, s, f, concept);
	if (!asks_subject(f->op))
		return place_passes(f, s, concept);
	struct hs_arena_mark mark = hs_arena_mark(ctx->arena);
	switch (f->op) {
	case TX_OP_EQUAL:
	case TX_OP_REGEX:
	case TX_OP_IN:
		passes = subject_passes(ctx, f, s, concept, &exists);
		break;
	case TX_OP_NOT_IN:
		passes = !subject_passes(ctx, f, s, concept, &exists);
		break;
	default: /* TX_OP_EXISTS */
		subject_passes(ctx, f, s, concept, &exists);
		passes = exists == hs_slice_eq(f->value, HS_S("true"));
	}
	hs_arena_rollback(ctx->arena, mark);
	return passes;
}
