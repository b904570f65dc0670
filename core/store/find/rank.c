/* SPDX-License-Identifier: Apache-2.0 */
/* Ranking rows by the columns of the sorts, without a look at the facts of each. */
#include <core/store/find/rank.h>

#define CUT_LEN (HS__KEY_CUT + 9u) /* a mark and a hash */

size_t hs__sort_value_len(const struct hs_find_sort *sort, struct hs_slice rest)
{
	if (sort->special == HS_SORT_UPDATED || sort->kind == HS_INDEX_DATE)
		return 7;
	if (sort->kind == HS_INDEX_NUMBER || sort->kind == HS_INDEX_QUANTITY)
		return 8;
	/* Behind a code or string stands its spelling, behind an id its type; a long one was cut and has a
	 * hash. */
	if (rest.len > HS__KEY_CUT && rest.ptr[HS__KEY_CUT] == 1)
		return rest.len < CUT_LEN ? rest.len : CUT_LEN;
	size_t end = hs_slice_find(rest, '\0', 0);
	return end == SIZE_MAX ? rest.len : end;
}

/* What a key says to the sort: behind the class of a span, or the system of a code. */
static struct hs_slice value_of(const struct hs_find_sort *sort, struct hs_slice rest)
{
	if (sort->special == HS_SORT_PARAM && sort->kind == HS_INDEX_TOKEN)
		rest = hs_slice_from(rest, hs__key_param_len(hs__key_read_number(rest)));
	else if (sort->special == HS_SORT_PARAM &&
		(sort->kind == HS_INDEX_DATE || sort->kind == HS_INDEX_NUMBER ||
			sort->kind == HS_INDEX_QUANTITY))
		rest = hs_slice_from(rest, 1);
	return hs_slice_first(rest, hs__sort_value_len(sort, rest));
}

static bool prefix_of(const struct hs_find_query *query, const struct hs_find_sort *sort,
	struct hs__key *prefix)
{
	bool updated = sort->special == HS_SORT_UPDATED;

	hs__key_begin(prefix, updated ? 0 : sort->param);
	if (updated)
		hs__key_number(prefix, query->type);
	return updated || (sort->special == HS_SORT_PARAM && sort->param && sort->kind != HS_INDEX_POINT);
}

enum hs_status hs__ranker_make(struct hs__finder *finder, const struct hs_find_query *query, uint64_t members,
	struct hs__ranker *out, struct hs_error *err)
{
	struct hs__ranker ranker = { .query = query, .ready = true };
	struct hs__key prefix;
	struct hs__maker maker;
	enum hs_status status = hs__maker_of(finder, query->type, &maker, err);

	for (size_t i = 0; i < query->sort_count && ranker.ready && status == HS_OK; i++) {
		ranker.ready = prefix_of(query, &query->sort[i], &prefix);
		if (ranker.ready)
			status = hs__columns_get(finder, query->type, &prefix,
				hs__wanted(&maker, members, HS__ALL, hs__making_cost(&maker)),
				&ranker.columns[i], err);
		ranker.ready &= ranker.columns[i] != NULL;
	}
	if (status == HS_OK)
		*out = ranker;
	return status;
}

/* The smallest of the row, or the largest when falling. */
static struct hs_slice best_value(const struct hs__column *column, const struct hs_find_sort *sort,
	uint64_t row)
{
	struct hs_slice best = HS_S_NONE;
	struct hs__further further;
	uint32_t number = hs__column_first(column, row, &further);

	for (; number; number = hs__column_next(column, &further)) {
		struct hs_slice key = hs__column_key(column, number);
		struct hs_slice value = value_of(sort, hs_slice_from(key, column->prefix.len));
		if (!value.len)
			value = hs_slice(key.ptr, 0); /* an empty text is a value, too */
		int order = best.ptr ? hs_slice_cmp(value, best) : 0;
		if (!best.ptr || (sort->falling ? order > 0 : order < 0))
			best = value;
	}
	return best;
}

void hs__rank_by_columns(const struct hs__ranker *ranker, uint64_t row, struct hs__ranked *out)
{
	const struct hs_find_query *query = ranker->query;

	*out = (struct hs__ranked) { .row = row };
	for (size_t i = 0; i < query->sort_count; i++)
		out->values[i] = best_value(ranker->columns[i], &query->sort[i], row);
}
