/* SPDX-License-Identifier: Apache-2.0 */
/* Ranking rows by the columns of the sorts. */
#pragma once

#include <core/store/find/set.h>

struct hs__ranker {
	const struct hs_find_query *query;
	const struct hs__column *columns[HS__FIND_SORTS];
	bool ready; /* else the facts must tell */
};
/* For so many rows; columns are made when that is worth it. */
enum hs_status hs__ranker_make(struct hs__finder *finder, const struct hs_find_query *query, uint64_t members,
	struct hs__ranker *out, struct hs_error *err);
/* As hs__rank, of a ranker that is ready. Values point into columns. */
void hs__rank_by_columns(const struct hs__ranker *ranker, uint64_t row, struct hs__ranked *out);
/* How long the value is that `rest` of a key begins with. */
size_t hs__sort_value_len(const struct hs_find_sort *sort, struct hs_slice rest);
