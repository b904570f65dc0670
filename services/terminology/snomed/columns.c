/* SPDX-License-Identifier: Apache-2.0 */
/* Finds SNOMED CT's columns and walks their lists, none of which leads outside its section. */
#include "columns.h"

const struct tx_sct *hs_tx_sct_open(const struct tx_layer *layer, const struct tx_big *big)
{
	struct tx_sct *s = hs_arena_alloc(big->arena, sizeof(*s));

#define GET(name, id) s->name##s = hs_image_section(layer->image, (id), sizeof(*s->name##s), &s->name##_count)
	GET(column, TX_SCT_COLUMNS);
	GET(attribute, TX_SCT_ATTRIBUTES);
	GET(type, TX_SCT_TYPES);
	GET(pair, TX_SCT_PAIRS);
	GET(value, TX_SCT_VALUES);
	GET(text, TX_SCT_TEXTS);
	GET(dialect, TX_SCT_DIALECTS);
	GET(refset, TX_SCT_REFSETS);
	GET(member, TX_SCT_MEMBERS);
	GET(field, TX_SCT_MEMBER_FIELDS);
	GET(field_name, TX_SCT_FIELD_NAMES);
	GET(aside, TX_SCT_ASIDES);
	GET(identifier, TX_SCT_IDENTIFIERS);
#undef GET
	if (s->column_count != big->concept_count + 1 || !s->type_count ||
		s->columns[big->concept_count].attribute_first != s->attribute_count ||
		s->text_count != layer->designations_count + big->concept_count ||
		s->dialect_count > TX_SCT_DIALECTS_MAX)
		return NULL;
	for (size_t i = 0; i < s->dialect_count; i++)
		if (s->dialects[i] < big->concept_count)
			hs_slice_u64(tx_text(layer, layer->concepts[s->dialects[i]].code),
				&s->dialect_ids[i]);
	return s;
}

const struct tx_sct_attribute *hs_tx_sct_attributes(const struct tx_layer *layer, uint32_t concept,
	size_t *count)
{
	const struct tx_sct *s = TX_BIG(layer)->sct;
	uint32_t first = s->columns[concept].attribute_first, end = s->columns[concept + 1].attribute_first;

	*count = first <= end && end <= s->attribute_count ? end - first : 0;
	return s->attributes + first;
}

const struct tx_sct_pair *hs_tx_sct_pairs(const struct tx_layer *layer, uint32_t type, size_t *count)
{
	const struct tx_sct *s = TX_BIG(layer)->sct;
	size_t lo = 0, hi = s->type_count - 1;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->types[mid].concept < type)
			lo = mid + 1;
		else
			hi = mid;
	}
	*count = 0;
	if (lo == s->type_count - 1 || s->types[lo].concept != type)
		return s->pairs;
	uint32_t first = s->types[lo].pair_first, end = s->types[lo + 1].pair_first;
	if (first > end || end > s->pair_count)
		return s->pairs;
	*count = end - first;
	return s->pairs + first;
}

size_t hs_tx_sct_pairs_before(const struct tx_sct_pair *pairs, size_t count, uint32_t value)
{
	size_t step = 1, lo = 0, hi;

	/* what is looked for is often near: first by doubled steps, then by halves */
	while (step < count && pairs[step - 1].value < value) {
		lo = step;
		step *= 2;
	}
	hi = step < count ? step : count;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (pairs[mid].value < value)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct tx_sct_aside *hs_tx_sct_asides(const struct tx_layer *layer, uint32_t concept, size_t *count)
{
	const struct tx_sct *s = TX_BIG(layer)->sct;
	size_t lo = 0, hi = s->aside_count, end;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->asides[mid].concept < concept)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < s->aside_count && s->asides[end].concept == concept; end++)
		;
	*count = end - lo;
	return s->asides + lo;
}

const struct tx_sct_identifier *hs_tx_sct_identifiers(const struct tx_layer *layer, struct hs_slice code,
	size_t *count)
{
	const struct tx_sct *s = TX_BIG(layer)->sct;
	size_t lo = 0, hi = s->identifier_count, end;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (hs_slice_cmp(tx_text(layer, s->identifiers[mid].code), code) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo;
		end < s->identifier_count && hs_slice_eq(tx_text(layer, s->identifiers[end].code), code);
		end++)
		;
	*count = end - lo;
	return s->identifiers + lo;
}

const struct tx_sct_refset *hs_tx_sct_refset(const struct tx_layer *layer, uint32_t concept)
{
	const struct tx_sct *s = TX_BIG(layer)->sct;
	size_t lo = 0, hi = s->refset_count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->refsets[mid].concept < concept)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == s->refset_count || s->refsets[lo].concept != concept)
		return NULL;
	const struct tx_sct_refset *found = &s->refsets[lo];
	bool whole = found->member_first <= s->member_count &&
		found->member_count <= s->member_count - found->member_first &&
		found->retired_count <= s->member_count - found->member_first - found->member_count &&
		found->name_first <= s->field_name_count &&
		found->field_count <= s->field_name_count - found->name_first;
	return whole ? found : NULL;
}

const struct tx_sct_member *hs_tx_sct_members_of(const struct tx_layer *layer,
	const struct tx_sct_refset *refset, uint32_t component, size_t *count)
{
	const struct tx_sct_member *members = TX_BIG(layer)->sct->members + refset->member_first;
	size_t lo = 0, hi = refset->member_count, end;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (members[mid].component < component)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < refset->member_count && members[end].component == component; end++)
		;
	*count = end - lo;
	return members + lo;
}

struct hs_slice hs_tx_sct_value(const struct tx_layer *layer, uint32_t value)
{
	const struct tx_sct *s = TX_BIG(layer)->sct;

	return value < s->value_count ? tx_text(layer, s->values[value]) : HS_S_NONE;
}
