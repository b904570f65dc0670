/* SPDX-License-Identifier: Apache-2.0 */
/* Answering ECL: refinements. What attributes name is found once, as sets. Relationships in order of their
 * type and value tell then who can satisfy the refinement: often that is the answer, else those are asked one
 * by one. */
#include "ecl_tree.h"

#include "../compile/concept.h"
#include "../text/decimal.h"

/* ---- preparing ---- */

enum hs_status hs_ecl_prepare_refinement(struct ecl_eval *e, struct ecl_refinement *r)
{
	struct ecl_attribute *a = &r->attribute;
	enum hs_status status;

	if (r->kind == ECL_GROUP)
		return hs_ecl_prepare_refinement(e, r->left);
	if (r->kind != ECL_ATTRIBUTE) {
		status = hs_ecl_prepare_refinement(e, r->left);
		return status ? status : hs_ecl_prepare_refinement(e, r->right);
	}
	status = hs_ecl_set(e, a->name, &a->types);
	if (status == HS_OK && a->kind == ECL_VALUE_SET)
		status = hs_ecl_set(e, a->set, &a->values);
	return status;
}

/* ---- concrete values ---- */

bool hs_ecl_holds(enum ecl_comparison comparison, int order)
{
	switch (comparison) {
	case ECL_EQUAL:
		return order == 0;
	case ECL_UNEQUAL:
		return order != 0;
	case ECL_LESS:
		return order < 0;
	case ECL_LESS_EQUAL:
		return order <= 0;
	case ECL_MORE:
		return order > 0;
	default:
		return order >= 0;
	}
}

static bool value_fits(struct ecl_eval *e, const struct ecl_attribute *a, const struct tx_sct_attribute *row)
{
	struct hs_slice text;

	if (a->kind == ECL_VALUE_SET)
		return row->kind == TX_SCT_CONCEPT &&
			hs_tx_bits_has(a->values, row->value) == (a->comparison == ECL_EQUAL);
	if (row->kind == TX_SCT_CONCEPT)
		return false;
	text = hs_tx_sct_value(e->s.layer, row->value);
	if (a->kind == ECL_VALUE_NUMBER)
		return row->kind == TX_SCT_NUMBER &&
			hs_ecl_holds(a->comparison, hs_tx_decimal_cmp(text, a->number));
	if (a->kind == ECL_VALUE_BOOLEAN)
		return row->kind == TX_SCT_BOOLEAN &&
			(hs_slice_ieq(text, HS_S("true")) == a->yes) == (a->comparison == ECL_EQUAL);
	return row->kind == TX_SCT_STRING &&
		hs_ecl_text_matches(e->arena, a->texts, text) == (a->comparison == ECL_EQUAL);
}

/* ---- one concept ---- */

struct rows {
	const struct tx_sct_attribute *first;
	size_t count;
	uint32_t concept;
};

/* Only attributes count that no other says too (ECL 2.2, section 6.3, non-redundant attributes): none whose
 * type and value are those of another, or above them. Of equal ones one counts. */
static bool implies(struct ecl_eval *e, const struct tx_sct_attribute *a, const struct tx_sct_attribute *b)
{
	if (a->kind != b->kind || (a->type != b->type && !hs_tx_is_below(e->s, a->type, b->type)))
		return false;
	if (a->value == b->value)
		return true;
	if (a->kind == TX_SCT_CONCEPT)
		return hs_tx_is_below(e->s, a->value, b->value);
	struct hs_slice x = hs_tx_sct_value(e->s.layer, a->value), y = hs_tx_sct_value(e->s.layer, b->value);
	return a->kind == TX_SCT_NUMBER ? hs_tx_decimal_cmp(x, y) == 0 : hs_slice_eq(x, y);
}

static bool is_wanted(struct ecl_eval *e, const struct ecl_attribute *a, const struct tx_sct_attribute *row)
{
	return hs_tx_bits_has(a->types, row->type) && value_fits(e, a, row);
}

static bool is_redundant(struct ecl_eval *e, const struct ecl_attribute *a, const struct rows *rows,
	size_t at)
{
	const struct tx_sct_attribute *row = &rows->first[at];

	for (size_t i = 0; i < rows->count; i++)
		if (i != at && implies(e, &rows->first[i], row) && is_wanted(e, a, &rows->first[i]) &&
			(i < at || !implies(e, row, &rows->first[i])))
			return true;
	return false;
}

bool hs_ecl_counts_all(const struct ecl_attribute *a)
{
	return a->least < 2 && (!a->most || a->most == UINT32_MAX);
}

static uint32_t count_forward(struct ecl_eval *e, const struct ecl_attribute *a, const struct rows *rows)
{
	uint32_t found = 0;

	for (size_t i = 0; i < rows->count; i++)
		found += is_wanted(e, a, &rows->first[i]) &&
			(hs_ecl_counts_all(a) || !is_redundant(e, a, rows, i));
	return found;
}

/* Pairs of one value stand in order of their sources. */
static bool has_pair(struct ecl_eval *e, uint32_t type, uint32_t value, uint32_t source)
{
	size_t count, low, high;
	const struct tx_sct_pair *pairs = hs_tx_sct_pairs(e->s.layer, type, &count);

	low = hs_tx_sct_pairs_before(pairs, count, value);
	high = low + hs_tx_sct_pairs_before(pairs + low, count - low, value + 1);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (pairs[middle].source == source)
			return true;
		if (pairs[middle].source < source)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Does the source say it by a type that is below this one, too? */
static bool is_said_below(struct ecl_eval *e, const struct ecl_attribute *a, uint32_t type,
	const struct tx_sct_pair *pair)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;

	for (size_t t = 0; t + 1 < sct->type_count; t++) {
		uint32_t other = sct->types[t].concept;
		if (hs_tx_bits_has(a->types, other) && hs_tx_is_below(e->s, other, type) &&
			has_pair(e, other, pair->value, pair->source))
			return true;
	}
	return false;
}

static uint32_t count_reverse(struct ecl_eval *e, const struct ecl_attribute *a, uint32_t concept)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;
	uint32_t found = 0;

	for (size_t t = 0; t + 1 < sct->type_count; t++) {
		size_t count;
		uint32_t type = sct->types[t].concept;
		if (!hs_tx_bits_has(a->types, type))
			continue;
		const struct tx_sct_pair *pairs = hs_tx_sct_pairs(e->s.layer, type, &count);
		size_t first = hs_tx_sct_pairs_before(pairs, count, concept);
		for (size_t i = first; i < count && pairs[i].value == concept; i++) {
			bool again = i > first && pairs[i].source == pairs[i - 1].source;
			if (hs_tx_bits_has(a->values, pairs[i].source) == (a->comparison == ECL_EQUAL) &&
				(hs_ecl_counts_all(a) || (!again && !is_said_below(e, a, type, &pairs[i]))))
				found++;
		}
	}
	return found;
}

static bool attribute_holds(struct ecl_eval *e, const struct ecl_attribute *a, const struct rows *rows)
{
	uint32_t found = a->reverse ? count_reverse(e, a, rows->concept) : count_forward(e, a, rows);

	return found >= a->least && found <= a->most;
}

static bool holds(struct ecl_eval *e, const struct ecl_refinement *r, const struct rows *rows);

/* Rows of one group stand together. Group 0 is none: what is not grouped is in no group with others. */
static bool groups_hold(struct ecl_eval *e, const struct ecl_refinement *r, const struct rows *rows)
{
	uint32_t found = 0;

	for (size_t from = 0, to; from < rows->count; from = to) {
		for (to = from + 1; to < rows->count && rows->first[to].group == rows->first[from].group;
			to++)
			;
		struct rows group = { rows->first + from, to - from, rows->concept };
		if (rows->first[from].group)
			found += holds(e, r->left, &group);
	}
	return found >= r->least && found <= r->most;
}

static bool holds(struct ecl_eval *e, const struct ecl_refinement *r, const struct rows *rows)
{
	switch (r->kind) {
	case ECL_ATTRIBUTE:
		return attribute_holds(e, &r->attribute, rows);
	case ECL_GROUP:
		return groups_hold(e, r, rows);
	case ECL_ALL_OF:
		return holds(e, r->left, rows) && holds(e, r->right, rows);
	default:
		return holds(e, r->left, rows) || holds(e, r->right, rows);
	}
}

/* ---- who may satisfy it ---- */

#define RUN 8u     /* steps to find where the pairs of a run of values begin */
#define ONE 16u    /* steps to ask a concept for its relationships */
#define PAIRS 4u   /* pairs that are looked through in a step */
#define LOOKED 64u /* pairs before a look at whether the rest of a value can be passed by */
#define PIECE \
	40u /* steps to find the relationships of sources that follow one another: they are far from the \
	     * last ones */

/* The concepts that satisfy a refinement, or at least all of those. */
struct answer {
	struct tx_bits bits;
	bool known; /* false: it may be any concept */
	bool exact;
};

/* Pairs of one type that are looked through; those outside groups only when they count. */
struct look {
	const struct tx_sct_pair *pairs;
	size_t count;
	bool grouped;
	struct tx_bits out;
	struct tx_patience *patience;
};

static void add_source(const struct look *l, size_t at)
{
	if (l->pairs[at].grouped || !l->grouped)
		hs_tx_bits_add(l->out, l->pairs[at].source);
}

/* Sources of pairs with one of the values. */
static void add_sources(const struct look *l, struct tx_bits values)
{
	size_t at = 0, found;

	if ((size_t)hs_tx_bits_runs(values) * RUN > l->count) {
		for (at = tx_spend(l->patience, l->count) ? 0 : l->count; at < l->count; at++)
			if (hs_tx_bits_has(values, l->pairs[at].value))
				add_source(l, at);
		return;
	}
	for (uint32_t from = hs_tx_bits_next(values, 0), to; from != UINT32_MAX && at < l->count;
		from = hs_tx_bits_next(values, to)) {
		to = hs_tx_bits_gap(values, from);
		at += hs_tx_sct_pairs_before(l->pairs + at, l->count - at, from);
		found = at;
		for (; at < l->count && l->pairs[at].value < to; at++)
			add_source(l, at);
		if (!tx_spend(l->patience, at - found + RUN))
			return;
	}
}

/* Values of pairs with one of the sources: of the pairs from `at`, whose values and sources are members of
 * plain words. Which of them count is a matter of chance, so that nothing here branches on it. */
static size_t look_on(const struct look *l, size_t at, const uint64_t *sources, uint64_t *values)
{
	size_t end = l->count - at < LOOKED ? l->count : at + LOOKED;

	for (; at < end; at++) {
		uint32_t value = l->pairs[at].value, source = l->pairs[at].source;
		if (value < l->out.count && source < l->out.count)
			values[value / 64] |= (sources[source / 64] >> (source % 64) & 1) << (value % 64);
	}
	return at;
}

/* One source is enough for a value: the others of a long list are passed by. */
static void add_targets(const struct look *l, const uint64_t *sources, uint64_t *values)
{
	if (!tx_spend(l->patience, l->count / PAIRS))
		return;
	for (size_t at = 0, from = 0; at < l->count; from = at) {
		uint32_t value = l->pairs[from].value;
		at = look_on(l, at, sources, values);
		if (at < l->count && l->pairs[at].value == value && value < l->out.count &&
			values[value / 64] >> (value % 64) & 1)
			at += hs_tx_sct_pairs_before(l->pairs + at, l->count - at, value + 1);
	}
}

static void add_concrete(const struct look *l)
{
	size_t at = hs_tx_sct_pairs_before(l->pairs, l->count, UINT32_MAX);

	for (at = tx_spend(l->patience, l->count - at) ? at : l->count; at < l->count; at++)
		add_source(l, at);
}

/* The relationships of sources that follow one another stand in one piece: the next such piece, *at is where
 * to go on. False: there is none. */
static bool next_piece(struct ecl_eval *e, struct tx_bits sources, uint32_t *at,
	const struct tx_sct_attribute **rows, size_t *count)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;
	uint32_t from = hs_tx_bits_next(sources, *at);

	if (from == UINT32_MAX)
		return false;
	*at = hs_tx_bits_gap(sources, from);
	uint32_t first = sct->columns[from].attribute_first, end = sct->columns[*at].attribute_first;
	*rows = sct->attributes + first;
	*count = first <= end && end <= sct->attribute_count ? end - first : 0;
	return true;
}

static void add_by_source(struct ecl_eval *e, struct tx_bits types, struct tx_bits sources,
	struct tx_bits out)
{
	const struct tx_sct_attribute *rows;
	size_t count;

	for (uint32_t at = 0;
		next_piece(e, sources, &at, &rows, &count) && tx_spend(e->patience, count + PIECE);)
		for (size_t i = 0; i < count; i++)
			if (rows[i].kind == TX_SCT_CONCEPT && hs_tx_bits_has(types, rows[i].type))
				hs_tx_bits_add(out, rows[i].value);
}

/* Whether to look at the relationships of the sources, rather than at `pairs` of the types. */
static bool goes_by_source(struct ecl_eval *e, struct tx_bits sources, size_t pairs)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;
	size_t total = hs_tx_bits_total(sources), each = sct->attribute_count / e->count + 1;

	if (!e->few || total <= e->few)
		return e->few;
	return (size_t)hs_tx_bits_runs(sources) * PIECE + total * each / PAIRS < pairs / PAIRS;
}

/* The pairs of every one of the types. */
static enum hs_status add_by_type(struct ecl_eval *e, struct tx_bits types, struct tx_bits sources,
	struct tx_bits out)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;
	uint64_t *plain = hs_tx_bits_plain(e->arena, sources),
		 *values = hs_arena_array(e->arena, hs_tx_bits_words(e->count), sizeof(*values));
	struct tx_bits found;

	if (!plain || !values)
		return hs_tx_no_room(e->swedish, e->err);
	for (size_t t = 0; t + 1 < sct->type_count; t++) {
		struct look look = { .out = out, .patience = e->patience };
		if (!hs_tx_bits_has(types, sct->types[t].concept))
			continue;
		look.pairs = hs_tx_sct_pairs(e->s.layer, sct->types[t].concept, &look.count);
		add_targets(&look, plain, values);
	}
	found = hs_tx_bits_of(e->arena, values, e->count);
	if (!found.blocks)
		return hs_tx_no_room(e->swedish, e->err);
	hs_tx_bits_or(out, found);
	return HS_OK;
}

enum hs_status hs_ecl_add_targets(struct ecl_eval *e, struct tx_bits types, struct tx_bits sources,
	struct tx_bits out)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;
	size_t pairs = 0;
	enum hs_status status = HS_OK;

	for (size_t t = 0; t + 1 < sct->type_count; t++)
		if (hs_tx_bits_has(types, sct->types[t].concept))
			pairs += sct->types[t + 1].pair_first - sct->types[t].pair_first;
	if (goes_by_source(e, sources, pairs))
		add_by_source(e, types, sources, out);
	else
		status = add_by_type(e, types, sources, out);
	return status ? status : hs_ecl_spend(e, 0);
}

/* Concepts with a relationship that the attribute wants; in some group when `grouped`. */
static enum hs_status add_wanted(struct ecl_eval *e, const struct ecl_attribute *a, struct tx_bits values,
	bool grouped, struct tx_bits out)
{
	const struct tx_sct *sct = TX_BIG(e->s.layer)->sct;

	if (a->reverse)
		return add_by_type(e, a->types, values, out);
	for (size_t t = 0; t + 1 < sct->type_count; t++) {
		struct look look = { .grouped = grouped, .out = out, .patience = e->patience };
		if (!hs_tx_bits_has(a->types, sct->types[t].concept))
			continue;
		look.pairs = hs_tx_sct_pairs(e->s.layer, sct->types[t].concept, &look.count);
		if (a->kind == ECL_VALUE_SET)
			add_sources(&look, values);
		else
			add_concrete(&look);
	}
	return HS_OK;
}

/* What is not in the set. */
static enum hs_status others(struct ecl_eval *e, struct tx_bits set, struct tx_bits *out)
{
	enum hs_status status = hs_ecl_new_set(e, out);

	if (status)
		return status;
	hs_tx_bits_add_span(*out, 0, out->count);
	hs_tx_bits_minus(*out, set);
	return HS_OK;
}

/* In a group nothing can be told from what is missing: it may stand in another group. */
static enum hs_status answer_attribute(struct ecl_eval *e, const struct ecl_attribute *a, bool grouped,
	struct answer *out)
{
	bool named = a->kind == ECL_VALUE_SET, absent = !a->least && !a->most;
	struct tx_bits values = a->values;
	enum hs_status status = HS_OK;

	if ((!a->least && !absent) || (absent && (grouped || !named)) || (a->reverse && !named))
		return HS_OK;
	if (named && a->comparison != ECL_EQUAL)
		status = others(e, a->values, &values);
	if (status == HS_OK)
		status = hs_ecl_new_set(e, &out->bits);
	if (status)
		return status;
	status = add_wanted(e, a, values, grouped, out->bits);
	if (status == HS_OK)
		status = hs_ecl_spend(e, 0);
	if (status == HS_OK && absent)
		status = others(e, out->bits, &out->bits);
	out->known = true;
	out->exact = named && !(grouped && a->reverse) &&
		(absent || (a->least == 1 && a->most == UINT32_MAX));
	return status;
}

static enum hs_status answer_of(struct ecl_eval *e, const struct ecl_refinement *r, bool grouped,
	struct answer *out)
{
	struct answer right = { .known = false };
	enum hs_status status;

	*out = right;
	if (r->kind == ECL_ATTRIBUTE)
		return answer_attribute(e, &r->attribute, grouped, out);
	if (r->kind == ECL_GROUP) {
		status = r->least ? answer_of(e, r->left, true, out) : HS_OK;
		out->exact &= r->least == 1 && r->most == UINT32_MAX;
		return status;
	}
	status = answer_of(e, r->left, grouped, out);
	if (status == HS_OK)
		status = answer_of(e, r->right, grouped, &right);
	if (status)
		return status;
	bool both = out->known && right.known;
	if (both)
		(r->kind == ECL_ALL_OF ? hs_tx_bits_and : hs_tx_bits_or)(out->bits, right.bits);
	else if (r->kind == ECL_ONE_OF)
		out->known = false;
	else if (right.known)
		*out = right;
	/* of a group it is not enough that both stand in some */
	out->exact &= both && right.exact && !(grouped && r->kind == ECL_ALL_OF);
	return HS_OK;
}

/* ---- the set ---- */

enum hs_status hs_ecl_refine(struct ecl_eval *e, struct ecl_refinement *r, struct tx_bits set)
{
	struct answer answer = { .known = false };
	enum hs_status status = hs_ecl_prepare_refinement(e, r);

	if (status == HS_OK && hs_tx_bits_nth(set, e->few) != UINT32_MAX)
		status = answer_of(e, r, false, &answer);
	if (status == HS_OK && answer.known)
		hs_tx_bits_and(set, answer.bits);
	if (status || answer.exact)
		return status;
	status = hs_ecl_spend_each(e, set, ONE);
	if (status)
		return status;
	TX_BITS_EACH(at, set)
	{
		struct rows rows = { .concept = at };
		rows.first = hs_tx_sct_attributes(e->s.layer, at, &rows.count);
		if (!holds(e, r, &rows))
			hs_tx_bits_take(set, at);
	}
	return HS_OK;
}
