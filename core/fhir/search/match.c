/* SPDX-License-Identifier: Apache-2.0 */
/* A search condition judged against the index entries of one resource, with the store's own meaning. */
#include <core/fhir/search/search_private.h>

struct match {
	struct hs_slice id;
	int64_t updated_ms;
	const struct hs_index_row *rows;
	size_t count;
	bool (*related)(void *arg, const struct hs_find *condition, const struct hs_index_row *via);
	void *arg;
	int group; /* entries of this group only; -1: all */
};

static bool match_token(const struct hs_find *find, const struct hs_index_row *row)
{
	if (!find->any_system && !hs_slice_eq(find->system, row->system))
		return false;
	struct hs_slice code = row->text;
	if (find->any_code)
		return true;
	if (find->match == HS_MATCH_STARTS)
		code = hs_slice_first(code, find->text.len);
	return find->fold_case ? hs_slice_ieq(find->text, code) : hs_slice_eq(find->text, code);
}

static bool match_string(const struct hs_find *find, const struct hs_index_row *row)
{
	enum hs_find_match match = (enum hs_find_match)find->match;
	return hs_text_matches(match, match == HS_MATCH_EXACT ? row->exact : row->text, find->text);
}

static bool match_unit(const struct hs_find *find, const struct hs_index_row *row)
{
	if (!find->any_system && !hs_slice_eq(find->system, row->system))
		return false;
	return find->text.len == 0 || hs_slice_eq(find->text, row->text);
}

static bool match_reference(const struct hs_find *find, const struct hs_index_row *row)
{
	return hs_text_matches((enum hs_find_match)find->match, row->text, find->text) &&
		(!find->target_type || find->target_type == row->target_type);
}

bool hs_search_match_entry(const struct hs_find *find, const struct hs_index_row *row)
{
	switch (find->op) {
	case HS_FIND_TOKEN:
		return row->kind == HS_INDEX_TOKEN && match_token(find, row);
	case HS_FIND_STRING:
		return row->kind == HS_INDEX_STRING && match_string(find, row);
	case HS_FIND_URI:
		return row->kind == HS_INDEX_URI &&
			hs_text_matches((enum hs_find_match)find->match, row->text, find->text);
	case HS_FIND_DATE:
		return row->kind == HS_INDEX_DATE &&
			hs_span_dates((enum hs_find_cmp)find->cmp, row->lo, row->hi, find->lo, find->hi);
	case HS_FIND_NUMBER:
		return row->kind == HS_INDEX_NUMBER &&
			hs_span_reals((enum hs_find_cmp)find->cmp, row->low, row->high, find->low,
				find->high);
	case HS_FIND_QUANTITY:
		return row->kind == HS_INDEX_QUANTITY && match_unit(find, row) &&
			hs_span_reals((enum hs_find_cmp)find->cmp, row->low, row->high, find->low,
				find->high);
	case HS_FIND_REFERENCE:
		return row->kind == HS_INDEX_REFERENCE && match_reference(find, row);
	case HS_FIND_NEAR:
		return row->kind == HS_INDEX_POINT &&
			hs_span_metres(row->low, row->high, find->low, find->high) <= find->radius;
	default:
		return false;
	}
}

static bool is_mine(const struct match *m, const struct hs_find *find, const struct hs_index_row *row)
{
	return row->param == find->param && find->param && (m->group < 0 || row->group == m->group);
}

static bool match_any_row(const struct match *m, const struct hs_find *find)
{
	for (size_t i = 0; i < m->count; i++)
		if (is_mine(m, find, &m->rows[i]) && hs_search_match_entry(find, &m->rows[i]))
			return true;
	return false;
}

static bool is_missing(const struct match *m, const struct hs_find *find)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->rows[i].param == find->param)
			return false;
	return true;
}

static bool match_chain(const struct match *m, const struct hs_find *find)
{
	for (size_t i = 0; m->related && i < m->count; i++) {
		const struct hs_index_row *row = &m->rows[i];
		bool leads = row->target_type == find->target_type || row->target_type == 0;
		if (is_mine(m, find, row) && row->kind == HS_INDEX_REFERENCE && leads &&
			m->related(m->arg, find, row))
			return true;
	}
	return false;
}

static bool match_find(const struct match *m, const struct hs_find *find);

static bool match_all(const struct match *m, const struct hs_find *find)
{
	for (size_t i = 0; i < find->kid_count; i++)
		if (!match_find(m, find->kids[i]))
			return false;
	return true;
}

static bool match_one(const struct match *m, const struct hs_find *find)
{
	for (size_t i = 0; i < find->kid_count; i++)
		if (match_find(m, find->kids[i]))
			return true;
	return false;
}

/* The groups are those of the first kid's entries; a kid may itself be an OR of conditions on one param. */
static bool match_same_group(const struct match *m, const struct hs_find *find)
{
	const struct hs_find *first = find->kid_count ? find->kids[0] : NULL;
	while (first && !first->param && first->kid_count)
		first = first->kids[0];
	for (size_t i = 0; first && first->param && i < m->count; i++) {
		if (m->rows[i].param != first->param)
			continue;
		struct match inner = *m;
		inner.group = m->rows[i].group;
		if (match_all(&inner, find))
			return true;
	}
	return false;
}

/* As deep as the tree, which the parser limits. */
static bool match_find(const struct match *m, const struct hs_find *find)
{
	switch (find->op) {
	case HS_FIND_AND:
		return match_all(m, find);
	case HS_FIND_OR:
		return match_one(m, find);
	case HS_FIND_NOT:
		return find->kid_count == 1 && !match_find(m, find->kids[0]);
	case HS_FIND_ID:
		return hs_slice_eq(find->text, m->id);
	case HS_FIND_UPDATED:
		return hs_span_dates((enum hs_find_cmp)find->cmp, m->updated_ms, m->updated_ms + 1, find->lo,
			find->hi);
	case HS_FIND_MISSING:
		return is_missing(m, find);
	case HS_FIND_SAME_GROUP:
		return match_same_group(m, find);
	case HS_FIND_CHAIN:
		return match_chain(m, find);
	case HS_FIND_HAS:
	case HS_FIND_WORDS:
		return m->related && m->related(m->arg, find, NULL);
	default:
		return match_any_row(m, find);
	}
}

bool hs_search_match(const struct hs_find *where, struct hs_slice id, int64_t updated_ms,
	const struct hs_index_row *rows, size_t count,
	bool (*related)(void *arg, const struct hs_find *condition, const struct hs_index_row *via),
	void *arg)
{
	struct match m = { id, updated_ms, rows, count, related, arg, -1 };
	return !where || match_find(&m, where);
}
